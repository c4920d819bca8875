// Package pseudo makes a language that nobody speaks, for tests: every text of
// the catalogs stands in it as ⟦Ĥéļļö ~~⟧, with accents, longer and between
// brackets. Text outside brackets on a page is written into the program, and no
// translator will ever see it; Outside finds it.
package pseudo

import (
	"strings"
	"unicode"

	"madoguchi/i18n"
)

// Lang is the tag of the language: that of Windows for pseudo-locales, in BCP 47
// for private use.
const Lang i18n.Lang = "qps-ploc"

// Catalog returns the catalog with every one of the program's texts and of the
// sources given in Lang, made of the English where there is one.
func Catalog(c *i18n.Catalog, sources []i18n.Source) *i18n.Catalog {
	var list []i18n.Translation
	for _, s := range append(c.Sources(""), sources...) {
		t := i18n.Translation{Key: s.Key, Stamp: s.Stamp()}
		english, ok := c.Translation(i18n.English, s.Key)
		switch {
		case s.Phrases != nil && ok:
			t.Phrases = english.Phrases
		case s.Phrases != nil:
			t.Phrases = s.Phrases
		case ok:
			t.Text = Text(english.Text)
		default:
			t.Text = Text(s.Text)
		}
		list = append(list, t)
	}
	return c.Translated(Lang, list)
}

const (
	opening = '⟦'
	closing = '⟧'
)

var accents = strings.NewReplacer(
	"a", "á", "e", "é", "i", "í", "o", "ö", "u", "ü", "c", "ç", "n", "ñ", "s", "š", "y", "ý", "z", "ž",
	"A", "Á", "E", "É", "I", "Í", "O", "Ö", "U", "Ü", "C", "Ç", "N", "Ñ", "S", "Š", "Y", "Ý", "Z", "Ž",
)

// Text writes a text of the catalogs as in Lang. Names of placeholders and of
// the cases of a plural or select stay, as does what apostrophes quote.
func Text(source string) string {
	var b, literal strings.Builder
	letters := 0
	flush := func() {
		b.WriteString(accents.Replace(literal.String()))
		literal.Reset()
	}
	depth, quoted := 0, false
	for _, r := range source {
		switch {
		case r == '\'':
			quoted = !quoted
		case r == '{' && !quoted:
			depth++
		case r == '}' && !quoted:
			depth--
		}
		// {name} and {n, plural, one …} are syntax, the {text} of a case is text.
		if depth%2 == 0 && !quoted {
			literal.WriteRune(r)
			letters++
			continue
		}
		flush()
		b.WriteRune(r)
	}
	flush()
	return string(opening) + b.String() + " " + strings.Repeat("~", 1+letters/3) + string(closing)
}

// Outside returns the words of what a resident reads that stand in no brackets
// and are not among the data given: what people, not the program, have written.
// Texts put into others have brackets in brackets. A channel may cut a text that
// is too long for it, with … for the rest.
func Outside(shown string, data ...string) []string {
	var b strings.Builder
	depth := 0
	for _, r := range shown {
		switch {
		case r == opening:
			depth++
		case r == closing && depth > 0:
			depth--
			b.WriteByte('\n')
		case depth == 0:
			b.WriteRune(r)
		case r == '…':
			depth = 0
		}
	}
	rest := b.String()
	for _, d := range data {
		if d != "" {
			rest = strings.ReplaceAll(rest, d, "\n")
		}
	}
	var found []string
	for line := range strings.SplitSeq(rest, "\n") {
		if line = strings.TrimSpace(line); strings.ContainsFunc(line, unicode.IsLetter) {
			found = append(found, line)
		}
	}
	return found
}
