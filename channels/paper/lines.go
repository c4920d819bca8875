package paper

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"madoguchi/channels/paper/pdf"
)

// Line breaking as Japanese is set (JIS X 4051): between any two characters,
// except before what may not begin a line, after what may not end one, and
// inside Latin words and numbers.
const (
	notFirst = "、。，．・：；？！゛゜ヽヾゝゞ々ー）〕］｝〉》」』】〟’”°′″℃％‰" +
		"ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶ" + ",.:;?!)]}%｡､｣･"
	notLast    = "（〔［｛〈《「『【〝‘“￥＄№" + "([{¥$｢"
	inseparate = "…‥―—〳〴〵"
)

// mayBreak reports whether a line may end before b and after a.
func mayBreak(a, b pdf.Glyph) bool {
	before, _ := utf8.DecodeRuneInString(a.Text)
	after, _ := utf8.DecodeRuneInString(b.Text)
	switch {
	case isSpace(after):
		return false // spaces hang at the end of the line
	case isSpace(before):
		return true
	case strings.ContainsRune(notFirst, after), strings.ContainsRune(notLast, before):
		return false
	case before == after && strings.ContainsRune(inseparate, before):
		return false
	case strings.ContainsRune("/?&", before) && inWord(after):
		return true // a long address on the web
	}
	return !inWord(before) || !inWord(after)
}

func isSpace(r rune) bool { return r == ' ' || r == '\u3000' }

// inWord reports whether r is of a script whose words stay together.
func inWord(r rune) bool {
	return r > ' ' && r < 0x2e80 && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || strings.ContainsRune(`'-_/?&=#@+~*.,:%`, r))
}

// split breaks a paragraph into lines of at most the width given, in
// millimetres. Where no break is allowed a line is cut where it is full.
func split(text []pdf.Glyph, size, limit float64) [][]pdf.Glyph {
	if len(text) == 0 {
		return [][]pdf.Glyph{nil}
	}
	var lines [][]pdf.Glyph
	for len(text) > 0 {
		n, sum := 0, 0.0
		for n < len(text) {
			w := width(text[n:n+1], size)
			if sum+w > limit+1e-9 && n > 0 && !spaceAt(text, n) {
				break
			}
			sum += w
			n++
		}
		if n < len(text) {
			at := n
			for at > 0 && !mayBreak(text[at-1], text[at]) {
				at--
			}
			if at > 0 {
				n = at
			}
		}
		lines = append(lines, trim(text[:n]))
		text = text[n:]
		for len(text) > 0 && text[0].Text == " " {
			text = text[1:]
		}
	}
	return lines
}

// splitWords is split for names and addresses, which break at their spaces first
// (before the name of a building), and within a word only if it is too long for
// a line.
func splitWords(text []pdf.Glyph, size, limit float64) [][]pdf.Glyph {
	var lines [][]pdf.Glyph
	var line []pdf.Glyph
	for rest := text; len(rest) > 0; {
		n := 0
		for n < len(rest) && !spaceAt(rest, n) {
			n++
		}
		if width(line, size)+width(rest[:n], size) > limit {
			// A line of nothing but spaces is left out.
			if full := trim(line); len(full) > 0 {
				lines = append(lines, full)
			}
			line = nil
		}
		if width(rest[:n], size) > limit {
			parts := even(rest[:n], size, limit)
			lines, line = append(lines, parts[:len(parts)-1]...), slices.Clone(parts[len(parts)-1])
		} else {
			line = append(line, rest[:n]...)
		}
		for n < len(rest) && spaceAt(rest, n) {
			line = append(line, rest[n])
			n++
		}
		rest = rest[n:]
	}
	return append(lines, trim(line))
}

// even is split that does not leave one or two characters to the last line.
func even(text []pdf.Glyph, size, limit float64) [][]pdf.Glyph {
	lines := split(text, size, limit)
	for narrow := 0.95; narrow > 0.6 && len(lines) > 1 && len(lines[len(lines)-1]) < 3; narrow -= 0.05 {
		if other := split(text, size, limit*narrow); len(other) == len(lines) {
			lines = other
		}
	}
	return lines
}

func spaceAt(line []pdf.Glyph, i int) bool {
	r, _ := utf8.DecodeRuneInString(line[i].Text)
	return isSpace(r)
}

// trim takes the spaces off the end of a line.
func trim(line []pdf.Glyph) []pdf.Glyph {
	for len(line) > 0 && spaceAt(line, len(line)-1) {
		line = line[:len(line)-1]
	}
	return line
}

// justify is the spacing, in ems, that spreads a full line over its width. A gap
// too wide to be spread unseen, more than two characters, stays at the end.
func justify(line []pdf.Glyph, size, limit float64) float64 {
	gap := (limit - width(line, size)) / pdf.Points(size)
	if len(line) < 2 || gap <= 0 || gap > 2 {
		return 0
	}
	return gap / float64(len(line)-1)
}
