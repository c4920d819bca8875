package i18n

import "slices"

// Text is one sentence in every language it exists in. It is immutable and
// safe for concurrent use.
type Text struct {
	Key    string
	Source string // the Japanese it is translated from
	own    bool   // of a municipality; see Called
	// in has a template for every language of the catalog; where a translation
	// is missing or unusable, it is that of the language fallen back to.
	in map[Lang]*Template
}

// In returns the text in lang with its placeholders filled from args, falling
// back as Lang.Fallbacks says. A placeholder without an argument stays empty.
// Dates and lists follow the language of the sentence, also when it is not lang.
// A Text that no catalog has bound shows its source.
func (t *Text) In(lang Lang, args ...Arg) string {
	if tmpl := t.template(lang); tmpl != nil {
		return tmpl.Format(args...)
	}
	return t.Source
}

// Has reports whether the text itself exists in lang, not only a fallback.
func (t *Text) Has(lang Lang) bool {
	tmpl := t.in[lang]
	return tmpl != nil && tmpl.lang == lang
}

func (t *Text) template(lang Lang) *Template {
	if tmpl := t.in[lang]; tmpl != nil {
		return tmpl
	}
	chain := lang.Fallbacks()
	if t.own {
		chain = ownFallbacks(lang)
	}
	for _, l := range chain {
		if tmpl := t.in[l]; tmpl != nil {
			return tmpl
		}
	}
	return t.in[Japanese]
}

// Called returns what a municipality calls something, in lang or the language
// that serves its reader best. Municipalities write few languages: who reads
// none of them is helped by English before やさしい日本語.
func Called(names map[Lang]string, lang Lang) string {
	if s := names[lang]; s != "" {
		return s
	}
	for _, l := range ownFallbacks(lang) {
		if s := names[l]; s != "" {
			return s
		}
	}
	return names[Japanese]
}

// ownFallbacks are Fallbacks for what a municipality has written.
func ownFallbacks(lang Lang) []Lang {
	chain := lang.Fallbacks()
	if i := slices.Index(chain, EasyJapanese); i >= 0 && lang != English {
		chain = slices.Insert(chain, i, English)
	}
	return chain
}

// Words returns the text that a person has written in these languages, Japanese
// among them, such as a municipality's name for something. It has no
// placeholders: braces are braces.
func Words(in map[Lang]string) *Text {
	t := &Text{Source: in[Japanese], own: true, in: make(map[Lang]*Template, len(in))}
	for lang, s := range in {
		if s != "" || lang == Japanese {
			t.in[lang] = verbatim(lang, s)
		}
	}
	return t
}
