package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

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

// accepted returns the offered language a browser likes best, "" if none.
// A region is ignored where only the plain language is offered: en-US takes en.
func accepted(header string, languages []Language) i18n.Lang {
	type wish struct {
		tag     string
		quality float64
	}
	var wishes []wish
	for part := range strings.SplitSeq(header, ",") {
		tag, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		w := wish{strings.ToLower(strings.TrimSpace(tag)), 1}
		if q, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			w.quality, _ = strconv.ParseFloat(q, 64)
		}
		if w.tag != "" && w.quality > 0 {
			wishes = append(wishes, w)
		}
		if len(wishes) == 16 {
			break
		}
	}
	slices.SortStableFunc(wishes, func(a, b wish) int { return cmp.Compare(b.quality, a.quality) })
	for _, w := range wishes {
		for tag := w.tag; tag != ""; {
			for _, l := range languages {
				if strings.EqualFold(string(l.Tag), tag) {
					return l.Tag
				}
			}
			i := strings.LastIndexByte(tag, '-')
			tag = tag[:max(i, 0)]
		}
		// zh-CN and zh-TW are offered by script.
		for _, l := range languages {
			if base, _, _ := strings.Cut(string(l.Tag), "-"); l.Tag != i18n.EasyJapanese && strings.EqualFold(base, w.tag) {
				return l.Tag
			}
		}
	}
	return ""
}

// htmlLang is the value of the lang attribute: やさしい日本語 is Japanese.
func htmlLang(l i18n.Lang) string {
	if l == i18n.EasyJapanese {
		return string(i18n.Japanese)
	}
	return string(l)
}
