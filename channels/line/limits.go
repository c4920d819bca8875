package line

import (
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"madoguchi/i18n"
)

// LINE's limits on messages. Lengths are UTF-16 code units, as LINE counts: an
// emoji outside the basic plane is two.
const (
	maxMessages   = 5 // of one call
	maxText       = 5000
	maxAltText    = 1500
	maxQuick      = 13 // quick reply items
	maxLabel      = 20 // of a quick reply
	maxFlexLabel  = 40 // of a button in a card
	maxData       = 300
	maxURI        = 1000
	maxBubbles    = 12
	maxBubbleJSON = 30_000 // bytes; LINE says 30 KB
	maxFlexJSON   = 50_000 // bytes; of a carousel
)

// length is the number of UTF-16 code units of s.
func length(s string) int {
	n := 0
	for _, r := range s {
		n += max(utf16.RuneLen(r), 1)
	}
	return n
}

// head returns the longest beginning of s within limit units that does not cut
// a character from the marks belonging to it.
func head(s string, limit int) string {
	n := 0
	for i, r := range s {
		n += max(utf16.RuneLen(r), 1)
		if n > limit {
			return strings.TrimRight(s[:whole(s, i)], " 　\n")
		}
	}
	return s
}

// whole moves a cut at byte i of s to the left until it stands between two whole
// characters.
func whole(s string, i int) int {
	for i > 0 {
		before, size := utf8.DecodeLastRuneInString(s[:i])
		after, _ := utf8.DecodeRuneInString(s[i:])
		if before != zeroWidthJoiner && after != zeroWidthJoiner && !unicode.In(after, unicode.Mn, unicode.Me) && !skinTone(after) {
			break
		}
		i -= size
	}
	return i
}

const zeroWidthJoiner = '\u200d'

func skinTone(r rune) bool { return r >= 0x1F3FB && r <= 0x1F3FF }

// clip shortens s to limit units, ending in an ellipsis if anything was cut.
func clip(s string, limit int) string {
	if length(s) <= limit {
		return s
	}
	return head(s, limit-1) + "…"
}

// sentences splits s into pieces of at most limit units, at the ends of
// paragraphs or sentences where it can, inside a sentence only if that alone is
// too long.
func sentences(s string, limit int) []string {
	var pieces []string
	for length(s) > limit {
		piece := head(s, limit)
		if piece == "" {
			// One character with more marks than fit: cut through it.
			piece = hardHead(s, limit)
		}
		if cut := lastEnd(piece); cut > len(piece)/2 {
			piece = piece[:cut]
		}
		pieces = append(pieces, strings.TrimSpace(piece))
		s = strings.TrimLeft(s[len(piece):], " 　\n")
	}
	if s != "" {
		pieces = append(pieces, s)
	}
	kept := pieces[:0]
	for _, p := range pieces {
		if strings.TrimSpace(p) != "" {
			kept = append(kept, p)
		}
	}
	return kept
}

// hardHead is head without regard for marks.
func hardHead(s string, limit int) string {
	n := 0
	for i, r := range s {
		if n += max(utf16.RuneLen(r), 1); n > limit {
			return s[:i]
		}
	}
	return s
}

// lastEnd returns the byte after the last paragraph or sentence in s, 0 if none
// ends there.
func lastEnd(s string) int {
	if i := strings.LastIndexByte(s, '\n'); i > len(s)/2 {
		return i + 1
	}
	best := 0
	for _, end := range []string{"。", "！", "？", ". ", "! ", "? ", "\n"} {
		if i := strings.LastIndex(s, end); i >= 0 {
			best = max(best, i+len(end))
		}
	}
	return best
}

// clean makes s safe to show in a chat: text only, without controls and without
// characters that hide or reorder what stands around them (A10).
func clean(s string) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t', r == '\u2028', r == '\u2029':
			return ' '
		case unicode.IsControl(r),
			r == '\u200b', r == '\u2060', r == '\ufeff', // zero-width
			r >= '\u202a' && r <= '\u202e', // bidi embeddings and overrides
			r >= '\u2066' && r <= '\u2069': // bidi isolates
			return -1
		}
		return r
	}, s)
}

// plain is a text of the dialog as LINE shows it.
func plain(s string) string { return strings.TrimSpace(clean(i18n.Plain(s))) }

// labels fits the labels of buttons shown together into limit units and keeps
// them distinct. A reading is dropped before a word is cut; a cut keeps the
// beginning, else beginning and end, else the button's number leads.
func labels(full []string, limit int) []string {
	short := make([]string, len(full))
	seen := make(map[string]bool, len(full))
	for i, s := range full {
		candidates := [3]string{plain(s)}
		if length(candidates[0]) > limit {
			s = strings.TrimSpace(clean(i18n.Bare(s)))
			candidates = [3]string{clip(s, limit), ends(s, limit), ""}
		}
		number := itoa(i+1) + " "
		candidates[2] = clip(number+plain(s), limit)
		for _, c := range candidates {
			c = strings.TrimSpace(strings.ReplaceAll(c, "\n", " "))
			if c != "" && !seen[c] {
				short[i] = c
				break
			}
		}
		if short[i] == "" {
			short[i] = itoa(i + 1)
		}
		seen[short[i]] = true
	}
	return short
}

// ends keeps the beginning and the end of s.
func ends(s string, limit int) string {
	if length(s) <= limit {
		return s
	}
	half := (limit - 1) / 2
	units := 0
	i := len(s)
	for i > 0 {
		r, size := utf8.DecodeLastRuneInString(s[:i])
		if units += max(utf16.RuneLen(r), 1); units > half {
			break
		}
		i -= size
	}
	return head(s, limit-1-half) + "…" + s[i:]
}
