package understand

import "strings"

// Mentions reports whether one of the phrases stands in a text, however it is
// written: 「ストーカー」 also in すとーかー. Phrases of Latin letters stand there as
// whole words, so that "DV" is not found in "advice".
func Mentions(text string, phrases []string) bool {
	said := key(text)
	for _, p := range phrases {
		k := key(p)
		if k == "" {
			continue
		}
		for rest, from := said, 0; ; {
			i := strings.Index(rest[from:], k)
			if i < 0 {
				break
			}
			start, end := from+i, from+i+len(k)
			if !inWord(rest, start, k[0]) && !inWord(rest, end, k[len(k)-1]) {
				return true
			}
			from = end
		}
	}
	return false
}

// inWord reports whether a place in a text is inside a Latin word that the phrase
// at it, whose letter there is c, cuts.
func inWord(s string, at int, c byte) bool {
	return at > 0 && at < len(s) && letter(c) && letter(s[at-1]) && letter(s[at])
}
