package i18n

import (
	"cmp"
	"slices"
)

// Translation is one text, or list of phrases, as a catalog has it in a language.
type Translation struct {
	Key     string
	Stamp   string // of the Japanese it was made from (Hash); "" if nobody knows
	Text    string
	Phrases []string // in place of Text

	File string // within the catalogs; "" if it stands in none
	Line int
}

// Stamp returns the stamp of a translation made from the source as it is.
func (s *Source) Stamp() string { return s.hash() }

// Translation returns what the catalog has under a key in lang, usable or not;
// ok is false if there is nothing, or nothing written.
func (c *Catalog) Translation(lang Lang, key string) (t Translation, ok bool) {
	e := c.in(lang)[key]
	if e == nil || e.text == "" && len(e.phrases) == 0 {
		return Translation{}, false
	}
	return e.translation(key), true
}

// Translations returns everything written in lang, in the order of the files.
func (c *Catalog) Translations(lang Lang) []Translation {
	var all []Translation
	for key, e := range c.in(lang) {
		if e.text != "" || len(e.phrases) > 0 {
			all = append(all, e.translation(key))
		}
	}
	slices.SortFunc(all, func(a, b Translation) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Key, b.Key))
	})
	return all
}

func (e *entry) translation(key string) Translation {
	return Translation{Key: key, Stamp: e.src, Text: e.text, Phrases: slices.Clone(e.phrases), File: e.file, Line: e.line}
}

// Translated returns the catalog with translations put into lang, which becomes
// one of its languages if it is not. Like a file's, a translation that cannot be
// used makes its text fall back.
func (c *Catalog) Translated(lang Lang, list []Translation) *Catalog {
	entries := make(map[string]*entry, len(list))
	for _, t := range list {
		e := &entry{file: t.File, line: t.Line, src: t.Stamp, text: t.Text, phrases: slices.Clone(t.Phrases), list: t.Phrases != nil}
		if !e.list && e.text != "" {
			e.tmpl, e.broken = Compile(lang, e.text)
		}
		entries[t.Key] = e
	}
	return c.merge(map[Lang]func() map[string]*entry{lang: func() map[string]*entry { return entries }})
}

// longestVariants is how many ways of one text Variants shows at most; few have
// more than three.
const longestVariants = 32

// Variants returns a text in each of the ways that its plurals and selects give
// it, with placeholders as they are written: {name}. The error is a *SyntaxError.
func Variants(lang Lang, source string) ([]string, error) {
	t, err := Compile(lang, source)
	if err != nil {
		return nil, err
	}
	return variants(t.parts), nil
}

func variants(parts []part) []string {
	all := []string{""}
	for i := range parts {
		p := &parts[i]
		ways := []string{p.literal}
		switch p.kind {
		case valuePart:
			ways = []string{"{" + p.name + "}"}
		case pluralPart, selectPart:
			ways = nil
			for _, c := range p.cases {
				ways = append(ways, variants(c.parts)...)
			}
		}
		var longer []string
		for _, before := range all {
			for _, way := range ways {
				longer = append(longer, before+way)
			}
		}
		all = longer[:min(len(longer), longestVariants)]
	}
	return all
}
