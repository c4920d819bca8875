package i18n

import (
	"errors"
	"maps"
	"slices"
)

// Wording is a text in one language as a municipality wants it, in place of the
// program's (S4-060).
type Wording struct {
	Key  string
	Lang Lang
	Text string
}

// Reworded returns the catalog with some texts in other words. It shares
// everything else with c, which stays as it is. A wording whose placeholders are
// not those of the Japanese is passed over, as a translation would be: the text
// may have changed since it was written, and one without its receipt number is
// worse than the program's own.
func (c *Catalog) Reworded(wordings []Wording) *Catalog {
	m := *c
	m.own = make(map[string]map[Lang]*Template, len(wordings))
	for _, w := range wordings {
		tmpl, err := Compile(w.Lang, w.Text)
		if err != nil {
			continue
		}
		if m.own[w.Key] == nil {
			m.own[w.Key] = map[Lang]*Template{}
		}
		m.own[w.Key][w.Lang] = tmpl
	}
	m.texts = maps.Clone(c.texts)
	for key := range m.own {
		if t := m.texts[key]; t != nil {
			m.texts[key] = m.Reword(t)
		}
	}
	return &m
}

// Reword returns a text that the program has bound in the words of this
// catalog: the very same one if they are the program's.
func (c *Catalog) Reword(t *Text) *Text {
	if t == nil || c.own[t.Key] == nil || t.in[Japanese] == nil {
		return t
	}
	in := maps.Clone(t.in)
	for lang, tmpl := range c.own[t.Key] {
		if samePlaceholders(tmpl, t.in[Japanese]) {
			in[lang] = tmpl
		}
	}
	return c.text(t.Key, t.Source, in)
}

// Pattern returns the text in lang as its author wrote it, with placeholders
// and furigana; ok is false if it does not exist in lang itself.
func (t *Text) Pattern(lang Lang) (source string, ok bool) {
	tmpl := t.exactly(lang)
	if tmpl == nil {
		return "", false
	}
	return tmpl.source, true
}

// PlaceholderError says that words for a text do not have its placeholders.
type PlaceholderError struct {
	Unknown []string // used, but the program has no value for them
	Missing []string // not used, so that their value would not be told
}

// Error names the placeholders.
func (e *PlaceholderError) Error() string { return "the placeholders are not those of the text" }

// Fits checks words for the text in a language. The error is a *SyntaxError or
// a *PlaceholderError.
func (t *Text) Fits(lang Lang, words string) error {
	tmpl, err := Compile(lang, words)
	if err != nil {
		return err
	}
	var e PlaceholderError
	wanted := t.Placeholders()
	for _, name := range tmpl.names {
		if !slices.Contains(wanted, name) {
			e.Unknown = append(e.Unknown, name)
		}
	}
	for _, name := range wanted {
		if !slices.Contains(tmpl.names, name) {
			e.Missing = append(e.Missing, name)
		}
	}
	if e.Unknown != nil || e.Missing != nil {
		return &e
	}
	return nil
}

// Unread returns the first run of words for やさしい日本語 that has a kanji
// without its reading, "" if there is none.
func Unread(words string) string {
	tmpl, err := Compile(EasyJapanese, words)
	var syntax *SyntaxError
	if errors.As(err, &syntax) {
		return ""
	}
	found := ""
	tmpl.literals(func(literal string) {
		for _, s := range Ruby(literal) {
			if found == "" && s.Reading == "" && slices.ContainsFunc([]rune(s.Text), isKanji) {
				found = s.Text
			}
		}
	})
	return found
}
