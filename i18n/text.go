package i18n

import (
	"slices"
	"sync/atomic"
)

// Text is one sentence in every language it exists in. It is immutable and
// safe for concurrent use.
type Text struct {
	Key    string
	Source string // the Japanese it is translated from
	own    bool   // of a municipality; see Called
	// in are the templates that stand in no catalog: the source and a
	// municipality's own words.
	in      map[Lang]*Template
	catalog *Catalog // has the translations; nil: there are none
	// found is what In has come to for each language of the catalog: where a
	// translation is missing or unusable, that of the language fallen back to.
	found []atomic.Pointer[Template]
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
func (t *Text) Has(lang Lang) bool { return t.exactly(lang) != nil }

// exactly returns the template in lang itself, nil if there is none.
func (t *Text) exactly(lang Lang) *Template {
	tmpl := t.in[lang]
	if tmpl == nil && t.catalog != nil {
		tmpl = t.catalog.translation(lang, t.Key, t.in[Japanese])
	}
	return tmpl
}

func (t *Text) template(lang Lang) *Template {
	if t.catalog == nil {
		return t.sought(lang)
	}
	place, known := t.catalog.place[lang]
	if !known {
		return t.sought(lang)
	}
	tmpl := t.found[place].Load()
	if tmpl == nil {
		tmpl = t.sought(lang)
		t.found[place].Store(tmpl)
	}
	return tmpl
}

// sought looks for the text in lang and what that falls back to.
func (t *Text) sought(lang Lang) *Template {
	if tmpl := t.exactly(lang); tmpl != nil {
		return tmpl
	}
	chain := lang.Fallbacks()
	if t.own {
		chain = ownFallbacks(lang)
	}
	for _, l := range chain {
		if tmpl := t.exactly(l); tmpl != nil {
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
