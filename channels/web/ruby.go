package web

import (
	"html/template"
	"strings"

	"madoguchi/i18n"
)

// ruby turns the furigana of a text, [漢字|かんじ], into <ruby>, and escapes
// everything else. Line breaks become <br>.
func ruby(s string) template.HTML {
	var b strings.Builder
	for _, part := range i18n.Ruby(s) {
		if part.Reading == "" {
			b.WriteString(strings.ReplaceAll(template.HTMLEscapeString(part.Text), "\n", "<br>"))
			continue
		}
		b.WriteString("<ruby>" + template.HTMLEscapeString(part.Text) + "<rp>（</rp><rt>" +
			template.HTMLEscapeString(part.Reading) + "</rt><rp>）</rp></ruby>")
	}
	return template.HTML(b.String()) // every part was escaped above
}

// bare leaves the furigana out: for titles, attributes and file names.
func bare(s string) string { return i18n.Bare(s) }
