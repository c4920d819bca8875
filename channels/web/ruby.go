package web

import (
	"html/template"
	"strings"
)

// ruby turns the furigana of a text, [漢字|かんじ], into <ruby>, and escapes
// everything else. Line breaks become <br>.
func ruby(s string) template.HTML {
	var b strings.Builder
	furigana(s, func(base, reading string) {
		if reading == "" {
			b.WriteString(strings.ReplaceAll(template.HTMLEscapeString(base), "\n", "<br>"))
			return
		}
		b.WriteString("<ruby>" + template.HTMLEscapeString(base) + "<rp>（</rp><rt>" +
			template.HTMLEscapeString(reading) + "</rt><rp>）</rp></ruby>")
	})
	return template.HTML(b.String()) // every part was escaped above
}

// bare leaves the furigana out: for titles, attributes and file names.
func bare(s string) string {
	var b strings.Builder
	furigana(s, func(base, _ string) { b.WriteString(base) })
	return b.String()
}

// furigana walks over a text. What only looks like furigana, a stray bracket,
// is text.
func furigana(s string, part func(base, reading string)) {
	for {
		open := strings.IndexByte(s, '[')
		if open < 0 {
			break
		}
		end := strings.IndexByte(s[open:], ']')
		if end < 0 {
			break
		}
		base, reading, ok := strings.Cut(s[open+1:open+end], "|")
		if !ok || base == "" || reading == "" || strings.ContainsRune(base, '[') {
			part(s[:open+1], "")
			s = s[open+1:]
			continue
		}
		if open > 0 {
			part(s[:open], "")
		}
		part(base, reading)
		s = s[open+end+1:]
	}
	if s != "" {
		part(s, "")
	}
}
