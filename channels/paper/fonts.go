package paper

import (
	"bytes"
	_ "embed" // the font
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/text/unicode/norm"

	"madoguchi/channels/paper/pdf"
)

// bizud is BIZ UDPGothic 1.05, SIL Open Font License (fonts/OFL.txt): the face
// that municipalities use for letters everyone can read.
//
//go:embed fonts/BIZUDPGothic-Regular.ttf
var bizud []byte

// Fonts are the fonts that text may be drawn in, the first preferred.
type Fonts struct {
	list  []*pdf.Font
	files []*os.File
}

// OpenFonts returns the embedded font, and behind it the TrueType fonts of the
// files named, such as IPAmj Mincho for the characters of the family registers.
// The files stay open until Close.
func OpenFonts(fallback ...string) (*Fonts, error) {
	own, err := pdf.ReadFont(bytes.NewReader(bizud))
	if err != nil {
		return nil, fmt.Errorf("embedded font: %w", err)
	}
	f := &Fonts{list: []*pdf.Font{own}}
	for _, path := range fallback {
		file, err := os.Open(path)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("fallback font: %w", err), f.Close())
		}
		f.files = append(f.files, file)
		font, err := pdf.ReadFont(file)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("fallback font %s: %w", path, err), f.Close())
		}
		f.list = append(f.list, font)
	}
	return f, nil
}

// Close closes the files of the fallback fonts.
func (f *Fonts) Close() error {
	var all error
	for _, file := range f.files {
		all = errors.Join(all, file.Close())
	}
	return all
}

// Names are the fonts in order of preference.
func (f *Fonts) Names() []string {
	var names []string
	for _, font := range f.list {
		names = append(names, font.Name())
	}
	return names
}

// Missing lists the characters of a text that no font can draw.
func (f *Fonts) Missing(text string) []string {
	var lost []string
	f.shape(text, &lost)
	return lost
}

// shape turns a text into glyphs, one for each character with its variation
// selector. What no font can draw is added to lost.
func (f *Fonts) shape(text string, lost *[]string) []pdf.Glyph {
	runes := []rune(compose(text))
	line := make([]pdf.Glyph, 0, len(runes))
	for i := 0; i < len(runes); i++ {
		r, variant := runes[i], rune(0)
		if r == '\t' {
			r = ' '
		}
		if i+1 < len(runes) && selects(runes[i+1]) {
			i++
			variant = runes[i]
		}
		g, ok := f.glyph(r, variant)
		if !ok {
			c := string(r)
			if variant != 0 {
				c += string(variant)
			}
			*lost = append(*lost, c)
			continue
		}
		line = append(line, g)
	}
	return line
}

func (f *Fonts) glyph(r, variant rune) (pdf.Glyph, bool) {
	for _, font := range f.list {
		if id, ok := font.Glyph(r, variant); ok {
			text := string(r)
			if variant != 0 {
				text += string(variant)
			}
			g := pdf.Glyph{Font: font, ID: id, Text: text}
			if r == '\u3000' { // one em everywhere, also in a proportional font
				g.After = 1 - font.Advance(id)
			}
			return g, true
		}
	}
	return pdf.Glyph{}, false
}

// selects reports whether r is a variation selector, which picks a form of the
// character before it.
func selects(r rune) bool {
	return r >= 0xfe00 && r <= 0xfe0f || r >= 0xe0100 && r <= 0xe01ef
}

// compose joins kana with the voicing marks that files from other systems write
// apart (か + ゛). Nothing else is normalised: it would change the form of 神 and
// other characters that names distinguish.
func compose(text string) string {
	if !strings.ContainsAny(text, "\u3099\u309a") {
		return text
	}
	runes := []rune(text)
	out := make([]rune, 0, len(runes))
	for _, r := range runes {
		if n := len(out); n > 0 && (r == '\u3099' || r == '\u309a') {
			if one := []rune(norm.NFC.String(string([]rune{out[n-1], r}))); len(one) == 1 {
				out[n-1] = one[0]
				continue
			}
		}
		out = append(out, r)
	}
	return string(out)
}

// width of a line in millimetres at a size in points.
func width(line []pdf.Glyph, size float64) float64 {
	sum := 0.0
	for _, g := range line {
		sum += (g.Font.Advance(g.ID) + g.After) * pdf.Points(size)
	}
	return sum
}
