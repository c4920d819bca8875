package i18n

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Source is one Japanese text, or list of phrases, that translations are made
// of. Those of the program come from catalogs/ja; flows and the FAQ name theirs
// so that Report and Scaffold know them.
type Source struct {
	Key     string
	Text    string
	Phrases []string // in place of Text
}

// hash returns the stamp its translations should carry.
func (s *Source) hash() string {
	if s.Phrases != nil {
		return hashPhrases(s.Phrases)
	}
	return Hash(s.Text)
}

// IssueKind says what is wrong with a translation.
type IssueKind string

// The kinds of issue.
const (
	Missing      IssueKind = "missing"  // no translation; the text falls back
	Stale        IssueKind = "stale"    // made from another wording of the source
	Broken       IssueKind = "broken"   // cannot be parsed, or its placeholders differ; falls back
	Unknown      IssueKind = "unknown"  // no source has this key
	NoFurigana   IssueKind = "furigana" // やさしい日本語: a kanji without a reading, or a reading not in kana
	LongSentence IssueKind = "long"     // やさしい日本語: a sentence over 60 characters
	PluralForms  IssueKind = "plural"   // a number without one of the language's forms, or with one it has not
)

// Warning reports whether the text can still be used as it is.
func (k IssueKind) Warning() bool {
	return k == Missing || k == Stale || k == LongSentence || k == PluralForms
}

// Issue is one fault of the catalogs.
type Issue struct {
	Kind   IssueKind
	Lang   Lang
	Key    string
	File   string // within the catalogs; "" if the translation is missing
	Line   int
	Detail string // for a translator, in English
}

// String writes the issue on one line, beginning with where it is.
func (i Issue) String() string {
	where := ""
	if i.File != "" {
		where = fmt.Sprintf("%s:%d: ", i.File, i.Line)
	}
	return fmt.Sprintf("%s%s %s %s: %s", where, i.Kind, i.Lang, i.Key, i.Detail)
}

// longestSentence is where a sentence of やさしい日本語 is surely too long; the
// guideline asks for 25 to 30 characters (domain-facts 10.2).
const longestSentence = 60

// Report checks every language against the program's texts and the sources
// given, in order of language, file and line.
//
// Keys that nothing has as a source (dead keys) are looked for in files that
// catalogs/ja has too. Translations of texts outside the catalogs stand in
// files of their own; they are searched for dead keys if sources are given,
// which then must be all there are.
func (c *Catalog) Report(sources ...Source) []Issue {
	known := c.known(sources)
	files := make(map[string]bool) // names of files in catalogs/ja
	for _, e := range c.in(Japanese) {
		files[path.Base(e.file)] = true
	}
	var issues []Issue
	for _, lang := range c.langs {
		if lang == Japanese {
			continue
		}
		entries := c.in(lang)
		for key, source := range known {
			if source.Phrases != nil && lang == EasyJapanese {
				continue // has those of Japanese
			}
			if e := entries[key]; e == nil || e.text == "" && len(e.phrases) == 0 {
				issues = append(issues, Issue{Kind: Missing, Lang: lang, Key: key, Detail: quote(source)})
			}
		}
		for key, e := range entries {
			source := known[key]
			if source == nil {
				if len(sources) > 0 || files[path.Base(e.file)] {
					issues = append(issues, e.issue(Unknown, lang, key, "no Japanese text has this key"))
				}
				continue
			}
			issues = append(issues, c.check(lang, key, e, source)...)
		}
	}
	slices.SortFunc(issues, func(a, b Issue) int {
		return cmp.Or(Order(a.Lang, b.Lang), cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Key, b.Key), cmp.Compare(a.Kind, b.Kind))
	})
	return issues
}

// known are the program's texts and the sources given, by key.
func (c *Catalog) known(sources []Source) map[string]*Source {
	known := make(map[string]*Source)
	program := c.Sources("")
	for i := range program {
		known[program[i].Key] = &program[i]
	}
	for i := range sources {
		known[sources[i].Key] = &sources[i]
	}
	return known
}

// Coverage is how much of all texts, and lists of phrases, a language has.
type Coverage struct {
	Lang       Lang
	Texts      int // that there are
	Translated int // that can be used, stale ones among them
	Stale      int // made from another wording of the Japanese
	Broken     int // written, but of no use
}

// Whole reports whether nothing has to fall back to another language: whether
// the language can be offered to residents without asking them to read two.
func (c Coverage) Whole() bool { return c.Translated == c.Texts }

// String writes it on one line: ko 812/905, 3 stale.
func (c Coverage) String() string {
	s := fmt.Sprintf("%s %d/%d", c.Lang, c.Translated, c.Texts)
	if c.Stale > 0 {
		s += fmt.Sprintf(", %d stale", c.Stale)
	}
	if c.Broken > 0 {
		s += fmt.Sprintf(", %d broken", c.Broken)
	}
	return s
}

// Coverage counts the program's texts and the sources given in every language,
// in the order of Languages.
func (c *Catalog) Coverage(sources ...Source) []Coverage {
	known := c.known(sources)
	templates := make(map[string]*Template, len(known))
	for key, s := range known {
		if s.Phrases == nil {
			if t, err := Compile(Japanese, s.Text); err == nil {
				templates[key] = t
			}
		}
	}
	out := make([]Coverage, 0, len(c.langs))
	for _, lang := range c.langs {
		n := Coverage{Lang: lang, Texts: len(known)}
		for key, s := range known {
			e := c.in(lang)[key]
			switch {
			case lang == Japanese, lang == EasyJapanese && s.Phrases != nil:
				n.Translated++ // the phrases are those of Japanese
				continue
			case e == nil || e.text == "" && len(e.phrases) == 0:
				continue
			case e.list != (s.Phrases != nil), !e.list && (templates[key] == nil || !usable(e, templates[key])):
				n.Broken++
				continue
			case e.src != s.hash():
				n.Stale++
			}
			n.Translated++
		}
		out = append(out, n)
	}
	return out
}

func (e *entry) issue(kind IssueKind, lang Lang, key, detail string) Issue {
	return Issue{Kind: kind, Lang: lang, Key: key, File: e.file, Line: e.line, Detail: detail}
}

// quote shows a source in an issue.
func quote(s *Source) string {
	if s.Phrases != nil {
		return strings.Join(s.Phrases, " / ")
	}
	return s.Text
}

// check compares a translation with its source.
func (c *Catalog) check(lang Lang, key string, e *entry, source *Source) []Issue {
	var issues []Issue
	add := func(kind IssueKind, format string, args ...any) {
		issues = append(issues, e.issue(kind, lang, key, fmt.Sprintf(format, args...)))
	}
	if e.text == "" && len(e.phrases) == 0 {
		return nil // missing, which Report tells
	}
	if want := source.hash(); e.src != want {
		stamp := "stamped " + e.src
		if e.src == "" {
			stamp = "without stamp"
		}
		add(Stale, "%s, the Japanese is %s: %s", stamp, want, quote(source))
	}
	if e.list != (source.Phrases != nil) {
		add(Broken, "one has a text, the other phrases")
		return issues
	}
	if e.list {
		return issues
	}
	if e.broken != nil {
		add(Broken, "%v", e.broken)
		return issues
	}
	if japanese, err := Compile(Japanese, source.Text); err == nil && !samePlaceholders(e.tmpl, japanese) {
		add(Broken, "placeholders %v, the Japanese has %v", e.tmpl.names, japanese.names)
	}
	if fault := e.tmpl.pluralFault(); fault != "" {
		add(PluralForms, "%s", fault)
	}
	if lang == EasyJapanese {
		e.tmpl.literals(func(literal string) {
			if fault := withoutFurigana(literal); fault != "" {
				add(NoFurigana, "%s", fault)
			}
		})
		for sentence := range strings.FieldsFuncSeq(Bare(e.text), endsSentence) {
			if n := utf8.RuneCountInString(sentence); n > longestSentence {
				add(LongSentence, "%d characters: %s", n, sentence)
			}
		}
	}
	return issues
}

func endsSentence(r rune) bool { return strings.ContainsRune("。！？!?\n", r) }

// literals calls f with each literal of the template.
func (t *Template) literals(f func(string)) {
	var visit func([]part)
	visit = func(parts []part) {
		for i := range parts {
			if parts[i].literal != "" {
				f(parts[i].literal)
			}
			for _, c := range parts[i].cases {
				visit(c.parts)
			}
		}
	}
	visit(t.parts)
}

// withoutFurigana describes the first kanji without a reading, or the first
// reading that is not in kana; "" if there is none.
func withoutFurigana(text string) string {
	for _, segment := range Ruby(text) {
		if segment.Reading == "" {
			if i := strings.IndexFunc(segment.Text, isKanji); i >= 0 {
				r, _ := utf8.DecodeRuneInString(segment.Text[i:])
				return fmt.Sprintf("%c has no reading in %q", r, segment.Text)
			}
			continue
		}
		if i := strings.IndexFunc(segment.Reading, notKana); i >= 0 {
			return fmt.Sprintf("the reading of [%s|%s] is not in kana", segment.Text, segment.Reading)
		}
	}
	return ""
}

func isKanji(r rune) bool { return unicode.Is(unicode.Han, r) }

func notKana(r rune) bool {
	return !unicode.In(r, unicode.Hiragana, unicode.Katakana) && r != 'ー' && r != '・' && r != ' ' && r != '　'
}
