package pdf_test

import (
	"bytes"
	"os"
	"testing"
	"time"

	"madoguchi/channels/paper/pdf"
	"madoguchi/channels/paper/pdf/pdftest"
)

const (
	tsuchiyoshi = '𠮷' // U+20BB7, beyond the first plane
	nabe        = '邉'
	variant     = '\U000E0101'
)

func read(t testing.TB, data []byte) *pdf.Font {
	t.Helper()
	f, err := pdf.ReadFont(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func bizud(t testing.TB) *pdf.Font {
	t.Helper()
	data, err := os.ReadFile("../fonts/BIZUDPGothic-Regular.ttf")
	if err != nil {
		t.Fatal(err)
	}
	return read(t, data)
}

func line(f *pdf.Font, text string) (glyphs []pdf.Glyph) {
	for _, r := range text {
		id, _ := f.Glyph(r, 0)
		glyphs = append(glyphs, pdf.Glyph{Font: f, ID: id, Text: string(r)})
	}
	return glyphs
}

// What a font can draw is known before anything is drawn.
func TestWhatAFontHas(t *testing.T) {
	own := bizud(t)
	small := read(t, pdftest.Font(pdftest.Char{Rune: tsuchiyoshi}, pdftest.Char{Rune: nabe}, pdftest.Char{Rune: nabe, Variant: variant}))
	for _, c := range []struct {
		font    *pdf.Font
		r, v    rune
		drawing bool
	}{
		{own, '窓', 0, true}, {own, '髙', 0, true}, {own, '﨑', 0, true}, {own, '①', 0, true}, {own, '㈱', 0, true}, {own, '　', 0, true},
		{own, tsuchiyoshi, 0, false}, {own, 'क', 0, false}, {own, nabe, variant, false}, {own, 0, 0, false}, {own, 0x10ffff, 0, false},
		{small, tsuchiyoshi, 0, true}, {small, nabe, 0, true}, {small, nabe, variant, true}, {small, tsuchiyoshi, variant, false},
		{small, nabe, variant + 1, false}, {small, '窓', 0, false},
	} {
		if _, ok := c.font.Glyph(c.r, c.v); ok != c.drawing {
			t.Errorf("%s has U+%04X with %04X: %v, want %v", c.font.Name(), c.r, c.v, ok, c.drawing)
		}
	}
	usual, _ := small.Glyph(nabe, 0)
	own2, _ := small.Glyph(nabe, variant)
	if usual == own2 {
		t.Error("the variant has the glyph of the usual form")
	}
}

// Text of two fonts, also beyond the first plane, can be searched and copied.
func TestTextReadsBack(t *testing.T) {
	own, other := bizud(t), read(t, pdftest.Font(pdftest.Char{Rune: tsuchiyoshi}))
	var b bytes.Buffer
	w := pdf.New(&b, "題", time.Unix(0, 0))
	p := w.Page(pdf.A4Width, pdf.A4Height)
	p.Text(20, 20, pdf.Style{Size: 12, Bold: true, Grey: 0.5}, append(line(other, "𠮷"), line(own, "田 様 A-1")...))
	w.Page(pdf.A4Width, pdf.A4Height).Text(20, 20, pdf.Style{Size: 9}, line(own, "二枚目、ﾊﾝｶｸ"))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	pages := pdftest.Read(t, b.Bytes())
	if len(pages) != 2 || pages[0].Text != "𠮷田 様 A-1\n" || pages[1].Text != "二枚目、ﾊﾝｶｸ\n" {
		t.Errorf("%+v", pages)
	}
	if b.Len() > 30_000 {
		t.Errorf("%d bytes: the whole font seems to be in the file", b.Len())
	}
}

// A font is often damaged or not one at all. That is an error, never a panic.
func FuzzReadFont(f *testing.F) {
	f.Add(pdftest.Font(pdftest.Char{Rune: 'A'}, pdftest.Char{Rune: nabe, Variant: variant}))
	f.Add([]byte("OTTO"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		font, err := pdf.ReadFont(bytes.NewReader(data))
		if err != nil {
			return
		}
		for _, r := range []rune{0, 'A', nabe, tsuchiyoshi, 0x10ffff} {
			id, _ := font.Glyph(r, variant)
			font.Advance(id)
		}
		var b bytes.Buffer
		w := pdf.New(&b, "", time.Unix(0, 0))
		w.Page(10, 10).Text(1, 1, pdf.Style{Size: 9}, line(font, "A邉"))
		_ = w.Close() // outlines may be unreadable
	})
}

// What cannot be used is refused with the reason.
func TestFontsRefused(t *testing.T) {
	for name, data := range map[string][]byte{
		"postscript": append([]byte("OTTO"), make([]byte, 100)...), "collection": append([]byte("ttcf"), make([]byte, 100)...),
		"text": bytes.Repeat([]byte("not a font "), 20), "empty": nil, "cut": pdftest.Font(pdftest.Char{Rune: 'A'})[:200],
	} {
		if _, err := pdf.ReadFont(bytes.NewReader(data)); err == nil {
			t.Errorf("%s was taken for a font", name)
		}
	}
}
