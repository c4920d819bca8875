// Package pdf writes PDF files a page at a time, with Japanese text in embedded
// TrueType fonts.
//
//	Font (font.go)  character, variation selector ─▶ glyph, or "not in this font"
//	Writer ── Page ─▶ drawing operators, compressed and written as each page ends
//	Writer ── Close ─▶ the glyphs that were used (subset.go), page list, index
//
// What is kept in memory is one page and the numbers of the glyphs used, so a
// file of thousands of letters costs no more than a short one. A glyph is drawn
// by its number: whoever shapes the text has looked it up and knows what is
// missing, so nothing can be left out silently. Variants of a character (異体字)
// and characters beyond the first plane (𠮷) are drawn like any other.
//
// Lengths are millimetres, measured from the top left corner of the page.
package pdf

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"
	"unicode/utf16"
)

// Paper sizes.
const (
	A4Width  = 210.0
	A4Height = 297.0
)

// perMillimetre is how many points, the unit of PDF and of font sizes, a
// millimetre has.
const perMillimetre = 72 / 25.4

// Writer writes one document.
type Writer struct {
	out     io.Writer
	written int64
	err     error // the first one of out
	offsets []int64
	fonts   []*subset
	pages   []int
	page    *Page
	flate   *zlib.Writer
	title   string
	made    time.Time
}

// The objects with fixed numbers.
const (
	catalogObject   = 1
	pagesObject     = 2
	resourcesObject = 3
	infoObject      = 4
)

// New begins a document. made stands in the file as its date.
func New(out io.Writer, title string, made time.Time) *Writer {
	w := &Writer{out: out, title: title, made: made, offsets: make([]int64, infoObject+1)}
	w.flate, _ = zlib.NewWriterLevel(io.Discard, zlib.DefaultCompression) // the level is valid
	// The second line marks the file as binary for programs that copy it.
	w.print("%PDF-1.7\n%\xe3\x81\x82\xe3\n")
	return w
}

// Pages is how many pages have been begun.
func (w *Writer) Pages() int {
	n := len(w.pages)
	if w.page != nil {
		n++
	}
	return n
}

func (w *Writer) print(s string) {
	if w.err != nil {
		return
	}
	var n int
	n, w.err = io.WriteString(w.out, s)
	w.written += int64(n)
}

// reserve returns the number of an object that is written later.
func (w *Writer) reserve() int {
	w.offsets = append(w.offsets, 0)
	return len(w.offsets) - 1
}

func (w *Writer) object(n int, body string) {
	w.offsets[n] = w.written
	w.print(strconv.Itoa(n) + " 0 obj\n" + body + "\nendobj\n")
}

// stream writes an object with compressed content. more goes into its
// dictionary.
func (w *Writer) stream(n int, content []byte, more string) {
	var b bytes.Buffer
	w.flate.Reset(&b)
	_, _ = w.flate.Write(content) // to memory
	_ = w.flate.Close()
	w.object(n, fmt.Sprintf("<< /Length %d /Filter /FlateDecode%s >>\nstream\n%s\nendstream", b.Len(), more, b.Bytes()))
}

// Page begins a page and ends the one before.
func (w *Writer) Page(width, height float64) *Page {
	w.endPage()
	w.page = &Page{w: w, width: width, height: height}
	return w.page
}

func (w *Writer) endPage() {
	p := w.page
	if p == nil {
		return
	}
	w.page = nil
	content, page := w.reserve(), w.reserve()
	w.stream(content, p.b.Bytes(), "")
	w.object(page, fmt.Sprintf("<< /Type /Page /Parent %d 0 R /MediaBox [0 0 %s %s] /Resources %d 0 R /Contents %d 0 R >>",
		pagesObject, decimal(p.width*perMillimetre), decimal(p.height*perMillimetre), resourcesObject, content))
	w.pages = append(w.pages, page)
}

// Close ends the last page and the document. It returns the first error of any
// writing; out is left open.
func (w *Writer) Close() error {
	w.endPage()
	if len(w.pages) == 0 {
		return errors.New("a document needs a page")
	}
	for _, s := range w.fonts {
		if err := w.font(s); err != nil {
			return err
		}
	}
	var b bytes.Buffer
	b.WriteString("<< /Font <<")
	for i, s := range w.fonts {
		fmt.Fprintf(&b, " /F%d %d 0 R", i, s.object)
	}
	b.WriteString(" >> >>")
	w.object(resourcesObject, b.String())
	b.Reset()
	fmt.Fprintf(&b, "<< /Type /Pages /Count %d /Kids [", len(w.pages))
	for i, p := range w.pages {
		if i%16 == 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, " %d 0 R", p)
	}
	b.WriteString(" ] >>")
	w.object(pagesObject, b.String())
	w.object(catalogObject, fmt.Sprintf("<< /Type /Catalog /Pages %d 0 R /Lang (ja-JP) /ViewerPreferences << /DisplayDocTitle true /PrintScaling /None >> >>", pagesObject))
	w.object(infoObject, fmt.Sprintf("<< /Title %s /Producer (Madoguchi) /CreationDate (D:%sZ) >>",
		unicodeString(w.title), w.made.UTC().Format("20060102150405")))
	index := w.written
	b.Reset()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(w.offsets))
	for _, at := range w.offsets[1:] {
		fmt.Fprintf(&b, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(w.offsets), catalogObject, infoObject, index)
	w.print(b.String())
	return w.err
}

// font writes the part of a font that was used.
func (w *Writer) font(s *subset) error {
	file, err := s.file()
	if err != nil {
		return err
	}
	f := s.font
	cid, descriptor, program, texts := w.reserve(), w.reserve(), w.reserve(), w.reserve()
	name := "MADOGU+" + f.name
	thousandths := func(v int) int { return v * 1000 / f.unitsPerEm }
	w.stream(program, file, fmt.Sprintf(" /Length1 %d", len(file)))
	w.stream(texts, s.texts(), "")
	w.object(descriptor, fmt.Sprintf("<< /Type /FontDescriptor /FontName /%s /Flags 4 /FontBBox [%d %d %d %d] /ItalicAngle 0 /Ascent %d /Descent %d /CapHeight %d /StemV 80 /FontFile2 %d 0 R >>",
		name, thousandths(f.box[0]), thousandths(f.box[1]), thousandths(f.box[2]), thousandths(f.box[3]),
		thousandths(f.ascent), thousandths(f.descent), thousandths(f.ascent), program))
	w.object(cid, fmt.Sprintf("<< /Type /Font /Subtype /CIDFontType2 /BaseFont /%s /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor %d 0 R /DW 1000 /W %s /CIDToGIDMap /Identity >>",
		name, descriptor, s.widths()))
	w.object(s.object, fmt.Sprintf("<< /Type /Font /Subtype /Type0 /BaseFont /%s /Encoding /Identity-H /DescendantFonts [%d 0 R] /ToUnicode %d 0 R >>", name, cid, texts))
	return nil
}

// in returns the part of a font in this document and its place among the fonts.
func (w *Writer) in(f *Font) (*subset, int) {
	for i, s := range w.fonts {
		if s.font == f {
			return s, i
		}
	}
	s := newSubset(f, w.reserve())
	w.fonts = append(w.fonts, s)
	return s, len(w.fonts) - 1
}

// decimal writes a number with at most three decimals.
func decimal(v float64) string { return string(appendDecimal(nil, v)) }

func appendDecimal(b []byte, v float64) []byte {
	b = strconv.AppendFloat(b, v, 'f', 3, 64)
	for b[len(b)-1] == '0' {
		b = b[:len(b)-1]
	}
	if b[len(b)-1] == '.' {
		b = b[:len(b)-1]
	}
	if string(b) == "-0" {
		return []byte("0")
	}
	return b
}

// unicodeString is a text string of PDF.
func unicodeString(s string) string {
	b := []byte("<FEFF")
	for _, unit := range utf16.Encode([]rune(s)) {
		b = fmt.Appendf(b, "%04X", unit)
	}
	return string(append(b, '>'))
}
