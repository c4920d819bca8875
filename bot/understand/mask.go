package understand

import (
	"regexp"
	"strings"
	"unicode"
)

// Mask takes out of a text what tells who somebody is, as far as its form gives
// it away, before the text leaves the program: mail addresses, links, numbers of
// telephones, post and houses, keys and other codes, dates of birth, and what is
// given in known (a name written earlier, say). In its place stands a word in
// brackets for what it was. Full-width signs come out narrow; digits of every
// script come out as 0 to 9. A name that is not known cannot be told from other
// words.
//
// It errs towards masking: what is lost is a little understanding.
func Mask(text string, known ...string) string {
	s, _ := MyNumber(text)
	s = plainDigits(s)
	for _, k := range known {
		for _, part := range append([]string{k}, strings.Fields(plainDigits(k))...) {
			if part = strings.TrimSpace(plainDigits(part)); len([]rune(part)) > 1 {
				s = regexp.MustCompile(`(?i)`+regexp.QuoteMeta(part)).ReplaceAllString(s, "[name]")
			}
		}
	}
	s = linkShape.ReplaceAllString(s, "[link]")
	s = mailShape.ReplaceAllString(s, "[mail]")
	s = bornShape.ReplaceAllString(s, "[date]")
	s = keyDashed.ReplaceAllString(s, "[code]")
	s = keySpaced.ReplaceAllStringFunc(s, func(m string) string {
		if letters := strings.ContainsFunc(m, unicode.IsLetter); letters && (strings.ContainsAny(m, "0123456789") || m == strings.ToUpper(m)) {
			return "[code]"
		}
		return m
	})
	s = codeShape.ReplaceAllStringFunc(s, func(m string) string {
		if strings.ContainsAny(m, "0123456789") && strings.ContainsFunc(m, unicode.IsLetter) {
			return "[code]"
		}
		return m
	})
	return numberShape.ReplaceAllStringFunc(s, func(m string) string {
		if reveals(m) {
			return "[number]"
		}
		return m
	})
}

var (
	linkShape = regexp.MustCompile(`(?i)\b(?:https?://|www\.)[!-~]+`)
	mailShape = regexp.MustCompile("[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+")
	// bornShape are whole dates too long ago to be those of a visit or a move.
	bornShape = regexp.MustCompile(`(?:19[0-9]{2}|(?:昭和|大正|明治) ?(?:元|[0-9]{1,2})|\b[STM][0-9]{1,2}) ?[年/. -]? ?[0-9]{1,2} ?[月/. -]? ?[0-9]{1,2}日?`)
	// A key is two groups of five of codeAlphabet.
	keyDashed = regexp.MustCompile(`\b(?i:[2-9A-HJ-NP-Z]{5})(?:-(?i:[2-9A-HJ-NP-Z]{5}))+\b`)
	keySpaced = regexp.MustCompile(`\b(?i:[2-9A-HJ-NP-Z]{5}) ?(?i:[2-9A-HJ-NP-Z]{5})\b`)
	codeShape = regexp.MustCompile(`[0-9A-Za-z]{6,}`)
	// numberShape is digits with what people put between them.
	numberShape = regexp.MustCompile(`\+?\(?[0-9](?:(?:[-. ()・/の]{1,2}|丁目|番地?の?|号)?[0-9])*`)
	kanjiRun    = regexp.MustCompile(`[〇零一二三四五六七八九]{3,}`)

	dateShape  = regexp.MustCompile(`^(?:20[0-9]{2}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|20[0-9]{2}[01][0-9][0-3][0-9]|[0-9]{1,2}[/.][0-9]{1,2}|[0-9]{1,2})$`)
	houseShape = regexp.MustCompile(`[0-9]-[0-9]+-[0-9]|丁目|番`)
)

// fewestRevealing is the number of digits of a postal code, the shortest number
// that says where somebody is.
const fewestRevealing = 7

// reveals reports whether a number is one of a person, and no date.
func reveals(number string) bool {
	dates := true
	for _, part := range strings.Fields(number) {
		dates = dates && dateShape.MatchString(part)
	}
	digits := 0
	for _, r := range number {
		if r >= '0' && r <= '9' {
			digits++
		}
	}
	if dates && (digits < fewestRevealing || strings.ContainsAny(number, "/.-") || len(number) == 8) {
		return false
	}
	return digits >= fewestRevealing || houseShape.MatchString(number)
}

// plainDigits writes full-width signs narrow and the digits of every script as 0
// to 9; kanji digits only where several stand in a row, as in a number read out.
func plainDigits(s string) string {
	s = kanjiRun.ReplaceAllStringFunc(s, func(run string) string {
		var b strings.Builder
		for _, r := range run {
			b.WriteByte('0' + byte(kanjiDigit(r)))
		}
		return b.String()
	})
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		case r == '\u3000' || r == '\u00a0':
			return ' '
		case r == '‐' || r == '‑' || r == '‒' || r == '–' || r == '—' || r == '―' || r == '−':
			return '-'
		}
		if v := digitValue(r); v >= 0 && kanjiDigit(r) < 0 {
			return '0' + rune(v)
		}
		return r
	}, s)
}
