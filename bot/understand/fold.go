package understand

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Clean makes a resident's text safe to keep and show: invalid UTF-8, control
// characters (line breaks become spaces), bidirectional controls and invisible
// characters are removed, and what remains is normalised to NFC and cut to max
// characters (0: no limit). cut reports that something was cut off.
//
// Compatibility ideographs (神, U+FA19) and variation selectors stay as they
// are: names are written with them and must not be changed (domain-facts 9).
// Joiners stay inside scripts that are spelt with them, such as Devanagari.
func Clean(text string, max int) (clean string, cut bool) {
	if isPlain(text) && (max <= 0 || len(text) <= max) {
		return strings.TrimSpace(text), false
	}
	var b strings.Builder
	b.Grow(len(text))
	prev := rune(0)
	for _, r := range text {
		switch {
		case r == utf8.RuneError: // also a literal U+FFFD, which says nothing
			continue
		case r == '\n' || r == '\r' || r == '\t' || r == '\u2028' || r == '\u2029':
			r = ' '
		case r == '\u200c' || r == '\u200d':
			if !spelledWithJoiners(prev) {
				continue
			}
		case unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Cs, r) || isNonCharacter(r):
			continue
		}
		b.WriteRune(r)
		prev = r
	}
	clean = strings.TrimSpace(composed(b.String()))
	if max <= 0 {
		return clean, false
	}
	for i := range clean {
		if max == 0 {
			return strings.TrimRight(clean[:i], " \u3000"), true
		}
		max--
	}
	return clean, false
}

func isPlain(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

func isNonCharacter(r rune) bool {
	return r >= 0xfdd0 && r <= 0xfdef || r&0xfffe == 0xfffe
}

func isCompatibilityIdeograph(r rune) bool {
	return r >= 0xf900 && r <= 0xfaff || r >= 0x2f800 && r <= 0x2fa1f
}

func spelledWithJoiners(r rune) bool {
	return r >= 0x0900 && r <= 0x0dff || r >= 0x1000 && r <= 0x109f || r >= 0x1780 && r <= 0x17ff
}

// composed is NFC that leaves compatibility ideographs alone.
func composed(s string) string {
	if norm.NFC.IsNormalString(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	start := 0
	for i, r := range s {
		if isCompatibilityIdeograph(r) {
			b.WriteString(norm.NFC.String(s[start:i]))
			b.WriteRune(r)
			start = i + utf8.RuneLen(r)
		}
	}
	b.WriteString(norm.NFC.String(s[start:]))
	return b.String()
}

// Fold brings a text into the form in which phrases are compared: compatibility
// forms resolved (full and half width, circled numbers, ㋿), lower case,
// katakana as hiragana, Latin letters without accents, every dash as '-', every
// wave as '~', quotation and sentence marks as spaces, spaces single.
func Fold(text string) string { return string(appendFold(nil, text, false)) }

// folding says what appendFolded leaves as it is.
type folding uint8

const (
	foldAll   folding = iota
	keepKana          // katakana stays katakana, for the callers that hand parts of the text back
	keepTones         // Latin letters keep their accents, which in Vietnamese tell words apart
)

// appendFold appends the folded form of s to dst, katakana kept or not.
func appendFold(dst []byte, s string, kana bool) []byte {
	if kana {
		return appendFolded(dst, s, keepKana)
	}
	return appendFolded(dst, s, foldAll)
}

// appendFolded appends the folded form of s to dst.
func appendFolded(dst []byte, s string, keep folding) []byte {
	if needsNFKC(s) {
		s = norm.NFKC.String(s)
	}
	start := len(dst)
	prev := rune(' ')
	for i, r := range s {
		if r < utf8.RuneSelf {
			c := byte(r)
			switch {
			case c >= 'A' && c <= 'Z':
				c += 'a' - 'A'
			case c <= ' ' || c == 0x7f || c == '!' || c == '?' || c == '"' || c == ';':
				if len(dst) == start || dst[len(dst)-1] == ' ' {
					continue
				}
				c = ' '
			}
			dst = append(dst, c)
			prev = rune(c)
			continue
		}
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(s[i:]); size == 1 {
				continue
			}
		}
		r = foldRune(r, prev, keep)
		switch r {
		case 0:
			continue
		case ' ':
			if len(dst) == start || dst[len(dst)-1] == ' ' {
				continue
			}
		}
		dst = utf8.AppendRune(dst, r)
		prev = r
	}
	for len(dst) > start && dst[len(dst)-1] == ' ' {
		dst = dst[:len(dst)-1]
	}
	return dst
}

// needsNFKC is a quick, generous test: plain kana, common ideographs and the
// punctuation handled by foldRune are known to be normal already.
func needsNFKC(s string) bool {
	for _, r := range s {
		switch {
		case r < 0x80:
		case r >= 0x4e00 && r <= 0x9fff:
		case r >= 0x3041 && r <= 0x3096, r >= 0x30a1 && r <= 0x30fe:
		case r >= 0xff01 && r <= 0xff5e: // full-width ASCII, narrowed by foldRune
		case r >= 0x3000 && r <= 0x3011, r == 0x301c:
		default:
			return !norm.NFKC.IsNormalString(s)
		}
	}
	return false
}

// foldRune folds one rune beyond ASCII; 0 drops it.
func foldRune(r, prev rune, keep folding) rune {
	switch {
	case r >= 0x4e00 && r <= 0x9fff, r >= 0x3041 && r <= 0x3096:
		return r
	case r >= 0x30a1 && r <= 0x30f6:
		if keep == keepKana {
			return r
		}
		return r - 0x60
	case r == 'ー':
		if isKana(prev) {
			return r
		}
		return '-'
	case r >= 0x300 && r <= 0x36f: // accents left over by composition
		return 0
	case r >= 0xff01 && r <= 0xff5e:
		return narrowed(r - 0xff01 + '!')
	case r >= 0xc0 && r <= 0x24f, r >= 0x1e00 && r <= 0x1eff:
		if keep == keepTones {
			return unicode.ToLower(r)
		}
		return plainLatin(r)
	case r >= 0x900 && r <= 0x97f:
		return foldDevanagari(r)
	}
	switch r {
	case '、', '，':
		return ','
	case '。', '「', '」', '『', '』', '【', '】', '“', '”', '„', '«', '»', '…', '・', '\u3000', '\u00a0', '¿', '¡':
		return ' '
	case '’', '‘', '´', 'ʼ':
		return '\''
	case '‐', '‑', '‒', '–', '—', '―', '−', '－', '﹣', '⁃', '➖', '─', '━', 'ｰ':
		return '-'
	case '〜', '～', '∼':
		return '~'
	case '〇':
		return '〇'
	}
	if unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r) {
		return 0
	}
	if unicode.IsSpace(r) {
		return ' '
	}
	return unicode.ToLower(r)
}

// foldDevanagari makes digits plain and takes together the letters that people
// swap when they write Nepali: long and short i and u, the three s, and the two
// signs of a nasal.
func foldDevanagari(r rune) rune {
	switch {
	case r >= '०' && r <= '९':
		return '0' + r - '०'
	case r == '।' || r == '॥':
		return ' '
	}
	switch r {
	case 'ी':
		return 'ि'
	case 'ू':
		return 'ु'
	case 'ई':
		return 'इ'
	case 'ऊ':
		return 'उ'
	case 'ँ':
		return 'ं'
	case 'श', 'ष':
		return 'स'
	case '\u093c': // nukta
		return 0
	}
	return r
}

// narrowed folds a full-width character that has become ASCII.
func narrowed(r rune) rune {
	switch {
	case r >= 'A' && r <= 'Z':
		return r + 'a' - 'A'
	case r == '!' || r == '?' || r == '"' || r == ';':
		return ' '
	}
	return r
}

func plainLatin(r rune) rune {
	switch r {
	case 'đ', 'Đ':
		return 'd'
	case 'ø', 'Ø':
		return 'o'
	case 'ł', 'Ł':
		return 'l'
	}
	var buf [utf8.UTFMax]byte
	n := utf8.EncodeRune(buf[:], r)
	if d := norm.NFD.Properties(buf[:n]).Decomposition(); len(d) > 0 {
		base, _ := utf8.DecodeRune(d)
		// Vietnamese letters decompose in two steps (ế → ê + ́ → e + ̂ + ́).
		if base >= 0xc0 && base != r {
			return plainLatin(base)
		}
		return unicode.ToLower(base)
	}
	return unicode.ToLower(r)
}

func isKana(r rune) bool { return r >= 0x3041 && r <= 0x3096 || r >= 0x30a1 && r <= 0x30fe }

// isWide reports whether r belongs to a script written without spaces, where a
// word boundary cannot be seen, or to Hangul, whose spaces people leave out.
func isWide(r rune) bool {
	return r >= 0x2e80 && r <= 0x9fff || isHangul(r) || r >= 0xf900 && r <= 0xfaff || r >= 0x20000 && r <= 0x3ffff ||
		r >= 0x0e00 && r <= 0x0eff || r >= 0x1000 && r <= 0x109f || r >= 0x1780 && r <= 0x17ff
}

func isHangul(r rune) bool {
	return r >= 0xac00 && r <= 0xd7a3 || r >= 0x1100 && r <= 0x11ff || r >= 0x3131 && r <= 0x318e
}

func isDevanagari(r rune) bool { return r >= 0x900 && r <= 0x97f }

// wordLike reports whether r carries meaning when two phrases are compared.
func wordLike(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= 'a' && r <= 'z' || r >= '0' && r <= '9'
	}
	return r >= 0x3041 && r <= 0x9fff || r == '○' || r == '×' || unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r)
}

// appendKey appends what remains of a folded text when all marks are dropped: the
// form in which whole phrases are looked up. Spaces stay between words of
// scripts that use them ("the first one"), never beside Japanese.
func appendKey(dst, folded []byte) []byte {
	start := len(dst)
	gap := false
	prev := rune(0)
	for i := 0; i < len(folded); {
		r, n := rune(folded[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRune(folded[i:])
		}
		if r == '\'' { // i'd, o'clock: one word
			i += n
			continue
		}
		if !wordLike(r) {
			gap = true
			i += n
			continue
		}
		if gap && len(dst) > start && !isWide(prev) && !isWide(r) {
			dst = append(dst, ' ')
		}
		gap = false
		dst = append(dst, folded[i:i+n]...)
		prev = r
		i += n
	}
	return dst
}

// key is the lookup form of a phrase, for tables built once.
func key(s string) string { return string(appendKey(nil, appendFold(nil, s, false))) }
