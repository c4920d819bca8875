package understand

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MyNumber masks every My Number (個人番号) in text: twelve digits with a right
// check digit, in any script's digits, in one run or split by spaces and
// hyphens. Whoever keeps one outside the statute breaks the law (番号法 15, 19
// and 20 条; abuse case A28), so this runs before anything is stored or logged.
// Twelve digits with a wrong check digit and telephone numbers are left alone.
func MyNumber(text string) (masked string, found bool) {
	if !hasDigits(text, 12) {
		return text, false
	}
	type group struct { // digits written without a gap
		first, count int
		plus         bool // begins an international telephone number
	}
	type digit struct {
		at, size int
		value    int
	}
	var digits []digit
	var groups []group
	var hide []bool
	flush := func() {
		for g := 0; g < len(groups); g++ {
			if groups[g].plus {
				continue
			}
			sum := 0
			for h := g; h < len(groups) && sum < 12; h++ {
				sum += groups[h].count
				if sum != 12 {
					continue
				}
				var v [12]int
				for k := range v {
					v[k] = digits[groups[g].first+k].value
				}
				counts := make([]int, 0, 12)
				for _, gr := range groups[g : h+1] {
					counts = append(counts, gr.count)
				}
				if checkDigit(v) && !startsWithPhone(v, counts) {
					for len(hide) < len(digits) {
						hide = append(hide, false)
					}
					for k := range v {
						hide[groups[g].first+k] = true
					}
					found = true
				}
			}
		}
		groups = groups[:0]
	}
	const maxGap = 3 // separators between two digits of one number
	gap := maxGap + 1
	prev := rune(0)
	for i, r := range text {
		v := digitValue(r)
		switch {
		case v >= 0:
			if gap > maxGap {
				flush()
			}
			if gap > 0 || len(groups) == 0 {
				groups = append(groups, group{first: len(digits), plus: prev == '+' || prev == '＋'})
			}
			groups[len(groups)-1].count++
			digits = append(digits, digit{i, utf8.RuneLen(r), v})
			gap = 0
		case isNumberGap(r):
			gap++
		default:
			gap = maxGap + 1
		}
		prev = r
	}
	flush()
	if !found {
		return text, false
	}
	var b strings.Builder
	b.Grow(len(text) + 24)
	last := 0
	for k, h := range hide {
		if h {
			b.WriteString(text[last:digits[k].at])
			b.WriteString("＊")
			last = digits[k].at + digits[k].size
		}
	}
	b.WriteString(text[last:])
	return b.String(), true
}

func hasDigits(s string, want int) bool {
	if len(s) < want {
		return false
	}
	for _, r := range s {
		if digitValue(r) >= 0 {
			if want--; want == 0 {
				return true
			}
		}
	}
	return false
}

// digitValue is the value of a decimal digit of any script, of a kanji digit,
// or -1.
func digitValue(r rune) int {
	switch {
	case r < utf8.RuneSelf:
		if r >= '0' && r <= '9' {
			return int(r - '0')
		}
		return -1
	case r >= '０' && r <= '９':
		return int(r - '０')
	case r >= 0x2000 && r <= 0x9fff:
		return kanjiDigit(r)
	}
	// Decimal digits come in blocks of ten, zero first.
	for _, t := range unicode.Nd.R16 {
		if r >= rune(t.Lo) && r <= rune(t.Hi) {
			return int(r-rune(t.Lo)) % 10
		}
	}
	for _, t := range unicode.Nd.R32 {
		if r >= rune(t.Lo) && r <= rune(t.Hi) {
			return int(r-rune(t.Lo)) % 10
		}
	}
	return -1
}

func kanjiDigit(r rune) int {
	switch r {
	case '〇', '零':
		return 0
	case '一', '壱':
		return 1
	case '二', '弐':
		return 2
	case '三':
		return 3
	case '四':
		return 4
	case '五':
		return 5
	case '六':
		return 6
	case '七':
		return 7
	case '八':
		return 8
	case '九':
		return 9
	}
	return -1
}

func isNumberGap(r rune) bool {
	switch r {
	case ' ', '\u3000', '\u00a0', '-', '_', '.', '・', 'ー', 'ｰ', '‐', '‑', '‒', '–', '—', '―', '−', '－', '\n', '\t',
		'\u200b', '\u200c', '\u200d', '\ufeff':
		return true
	}
	return false
}

// checkDigit computes PLATFORMS 2.1: r = Σ P(n)·Q(n) mod 11 over the eleven
// digits counted leftward from the check digit, Q(n) = n+1 up to 6, n−5 after.
func checkDigit(v [12]int) bool {
	sum := 0
	for n := 1; n <= 11; n++ {
		q := n + 1
		if n > 6 {
			q = n - 5
		}
		sum += v[11-n] * q
	}
	want := 11 - sum%11
	if want >= 10 {
		want = 0
	}
	return v[11] == want
}

// startsWithPhone reports whether the first groups already are a whole
// telephone number, so that the rest is something else (090-1234-5678, 3).
func startsWithPhone(v [12]int, groups []int) bool {
	if v[0] != 0 || v[1] == 0 {
		return false
	}
	sum := 0
	for _, n := range groups[:len(groups)-1] {
		if sum += n; sum == 10 || sum == 11 {
			return true
		}
	}
	return false
}
