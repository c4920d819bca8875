package understand

import "unicode/utf8"

// undrawn appends a lookup form with each run of the same Latin letter made one:
// "yesss" and "sooo gooood" as people draw them out. Both sides of a comparison
// go through it, for "good" has a run of its own.
func undrawn(dst, k []byte) []byte {
	prev := rune(0)
	for i := 0; i < len(k); {
		r, n := rune(k[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRune(k[i:])
		}
		if r != prev || !isLatin(r) {
			dst = append(dst, k[i:i+n]...)
		}
		prev = r
		i += n
	}
	return dst
}

// drawn reports whether a lookup form has a run of Latin letters at all.
func drawn(k []byte) bool {
	for i := 1; i < len(k); i++ {
		if k[i] == k[i-1] && letter(k[i]) {
			return true
		}
	}
	return false
}

// drawnAnswers are the answers as undrawn leaves them. One letter is too little
// to know them by: kkkk is laughter.
func drawnAnswers(plain map[string]answer) map[string]answer {
	out := map[string]answer{}
	for k, a := range plain {
		if r, n := utf8.DecodeRuneInString(k); isLatin(r) && len(k) > n {
			out[string(undrawn(nil, []byte(k)))] |= a
		}
	}
	return out
}
