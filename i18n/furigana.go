package i18n

import "strings"

// Texts may carry the reading of kanji as [漢字|かんじ]. The markup travels in
// every message; a channel turns it into what it can show, once, on the way out:
// Ruby for the web, Plain for everything that shows text only, Kana for speech.
//
// What residents and staff write is data and is never read as markup: Format
// and Escape put joiner before each character that could be, and the functions
// here take it away again. A joiner has no width, so a channel that forgets
// them still shows the text as it was written.

// joiner is U+2060 WORD JOINER, the escape of the markup.
const joiner = "\u2060"

// Segment is a run of text; Reading is its furigana, "" if it has none.
type Segment struct {
	Text    string
	Reading string
}

// Escape returns s such that the functions of this file give it back as it is,
// whatever stands in it.
func Escape(s string) string {
	if !needsEscape(s) {
		return s
	}
	return string(appendEscaped(make([]byte, 0, len(s)+16), s))
}

func needsEscape(s string) bool {
	return strings.ContainsAny(s, "[|]") || strings.Contains(s, joiner)
}

// appendEscaped appends Escape(s) to b.
func appendEscaped(b []byte, s string) []byte {
	if !needsEscape(s) {
		return append(b, s...)
	}
	for i := 0; i < len(s); {
		n := special(s[i:])
		if n > 0 {
			b = append(b, joiner...)
		} else {
			n = 1
		}
		b = append(b, s[i:i+n]...)
		i += n
	}
	return b
}

// special returns the length of the character s begins with if Escape must
// guard it, else 0.
func special(s string) int {
	switch s[0] {
	case '[', '|', ']':
		return 1
	case joiner[0]:
		if strings.HasPrefix(s, joiner) {
			return len(joiner)
		}
	}
	return 0
}

// Plain returns text with each reading in brackets after its kanji:
// 漢字（かんじ）.
func Plain(text string) string {
	return render(text, func(b []byte, base, reading string) []byte {
		b = append(append(b, base...), "（"...)
		return append(append(b, reading...), "）"...)
	})
}

// Bare returns text without readings: 漢字.
func Bare(text string) string {
	return render(text, func(b []byte, base, _ string) []byte { return append(b, base...) })
}

// Kana returns text with the readings in place of the kanji: かんじ.
func Kana(text string) string {
	return render(text, func(b []byte, _, reading string) []byte { return append(b, reading...) })
}

// Ruby cuts text into runs with and without a reading, in order.
func Ruby(text string) []Segment {
	var segments []Segment
	var run []byte
	for text != "" {
		literal, base, reading, rest := next(text)
		run = append(run, literal...)
		if base != "" {
			if len(run) > 0 {
				segments = append(segments, Segment{Text: string(run)})
				run = run[:0]
			}
			segments = append(segments, Segment{base, reading})
		}
		text = rest
	}
	if len(run) > 0 {
		segments = append(segments, Segment{Text: string(run)})
	}
	return segments
}

// render writes text with each marked run as put has it.
func render(text string, put func(b []byte, base, reading string) []byte) string {
	if !strings.Contains(text, "[") && !strings.Contains(text, joiner) {
		return text
	}
	b := make([]byte, 0, len(text)+16)
	for text != "" {
		literal, base, reading, rest := next(text)
		b = append(b, literal...)
		if base != "" {
			b = put(b, base, reading)
		}
		text = rest
	}
	return string(b)
}

// next reads the text's beginning: a run without markup, then, if base is not
// empty, one marked run. A bracket that begins no markup stays in the literal.
func next(text string) (literal, base, reading, rest string) {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '[':
			if base, reading, n := marked(text[i:]); n > 0 {
				return text[:i], base, reading, text[i+n:]
			}
		case joiner[0]:
			if !strings.HasPrefix(text[i:], joiner) {
				continue
			}
			after := text[i+len(joiner):]
			if after == "" {
				continue
			}
			if n := special(after); n > 0 {
				if i > 0 {
					return text[:i], "", "", text[i:]
				}
				return after[:n], "", "", after[n:]
			}
		}
	}
	return text, "", "", ""
}

// marked reads [base|reading] at the beginning of s and returns its length, 0
// if s begins otherwise. Neither part is empty or holds a bracket, a bar, a
// guarded character or a line break.
func marked(s string) (base, reading string, n int) {
	end := strings.IndexAny(s[1:], "[]\n\r")
	if end < 0 || s[1+end] != ']' {
		return "", "", 0
	}
	inside := s[1 : 1+end]
	base, reading, ok := strings.Cut(inside, "|")
	if !ok || base == "" || reading == "" || strings.Contains(reading, "|") || strings.Contains(inside, joiner) {
		return "", "", 0
	}
	return base, reading, 1 + end + 1
}
