package web

import (
	"net/http"

	"madoguchi/i18n"
)

// chosen returns the language of a page: the one asked for in the address, else
// the one chosen before, else what the browser prefers, else the tenant's first.
func chosen(r *http.Request, languages []Language) i18n.Lang {
	if q := i18n.Lang(r.URL.Query().Get("lang")); offers(languages, q) {
		return q
	}
	if c, err := r.Cookie(langCookie); err == nil && offers(languages, i18n.Lang(c.Value)) {
		return i18n.Lang(c.Value)
	}
	if l := accepted(r.Header.Get("Accept-Language"), languages); l != "" {
		return l
	}
	if len(languages) > 0 {
		return languages[0].Tag
	}
	return i18n.Japanese
}

// accepted returns the offered language a browser likes best, "" if none comes
// near.
func accepted(header string, languages []Language) i18n.Lang {
	offered := make([]i18n.Lang, len(languages))
	for i, l := range languages {
		offered[i] = l.Tag
	}
	lang, _ := i18n.Match(offered, header)
	return lang
}

// htmlLang is the value of the lang attribute: やさしい日本語 is Japanese.
func htmlLang(l i18n.Lang) string {
	if l == i18n.EasyJapanese {
		return string(i18n.Japanese)
	}
	return string(l)
}
