package pdf

import (
	"errors"
	"fmt"
	"io"
	"sort"
)

// Font is a TrueType font read for drawing. Its small tables are in memory; the
// outlines are read from the file when a document needs them, so that a font of
// 50 MB costs a few. It is immutable and safe for concurrent use.
type Font struct {
	file   io.ReaderAt
	tables map[string]span

	name             string
	unitsPerEm       int
	ascent, descent  int
	box              [4]int
	glyphs           int // how many there are
	metrics          int // of them with an advance of their own
	long             bool
	hmtx, loca, head data
	wide, narrow     data // cmap subtables, formats 12 and 4
	variants         data // cmap subtable, format 14
}

// span is a part of the file.
type span struct{ offset, length int64 }

// data is a table. Reading beyond its end gives zeros: a damaged font draws
// wrongly, it does not bring the program down.
type data []byte

func (d data) u8(i int) int {
	if i < 0 || i >= len(d) {
		return 0
	}
	return int(d[i])
}
func (d data) u16(i int) int { return d.u8(i)<<8 | d.u8(i+1) }
func (d data) i16(i int) int { return int(int16(d.u16(i))) }
func (d data) u24(i int) int { return d.u8(i)<<16 | d.u16(i+1) }
func (d data) u32(i int) int { return d.u16(i)<<16 | d.u16(i+2) }

func (d data) from(i int) data {
	if i < 0 || i > len(d) {
		return nil
	}
	return d[i:]
}

// Bounds of what is read into memory: a table, and the outline of one glyph.
const (
	largest        = 32 << 20
	largestOutline = 1 << 20
)

var errDamaged = errors.New("the font is damaged")

// ReadFont reads a TrueType font. Collections (.ttc) and fonts with PostScript
// outlines (.otf) are refused. The file must stay readable as long as the font
// is used.
func ReadFont(file io.ReaderAt) (*Font, error) {
	head := make(data, 12)
	if _, err := file.ReadAt(head, 0); err != nil {
		return nil, fmt.Errorf("read the font: %w", err)
	}
	switch string(head[:4]) {
	case "\x00\x01\x00\x00", "true":
	case "OTTO":
		return nil, errors.New("the font has PostScript outlines; a TrueType font (.ttf) is needed")
	case "ttcf":
		return nil, errors.New("this is a collection of fonts; a single TrueType font (.ttf) is needed")
	default:
		return nil, errors.New("this is not a TrueType font")
	}
	f := &Font{file: file, tables: map[string]span{}}
	list := make(data, 16*head.u16(4))
	if _, err := file.ReadAt(list, 12); err != nil {
		return nil, fmt.Errorf("read the font: %w", err)
	}
	for i := 0; i < len(list); i += 16 {
		f.tables[string(list[i:i+4])] = span{int64(list.u32(i + 8)), int64(list.u32(i + 12))}
	}
	var hhea, maxp, cmap data
	for _, t := range []struct {
		tag string
		to  *data
	}{{"head", &f.head}, {"hhea", &hhea}, {"maxp", &maxp}, {"hmtx", &f.hmtx}, {"loca", &f.loca}, {"cmap", &cmap}} {
		d, err := f.table(t.tag)
		if err != nil {
			return nil, fmt.Errorf("table %s of the font: %w", t.tag, err)
		}
		*t.to = d
	}
	if _, ok := f.tables["glyf"]; !ok {
		return nil, errors.New("the font has no outlines")
	}
	if len(f.head) < 54 || len(hhea) < 36 || len(maxp) < 6 {
		return nil, errDamaged
	}
	f.unitsPerEm = f.head.u16(18)
	for i := range f.box {
		f.box[i] = f.head.i16(36 + 2*i)
	}
	f.long = f.head.u16(50) != 0
	f.ascent, f.descent = hhea.i16(4), hhea.i16(6)
	f.metrics, f.glyphs = hhea.u16(34), maxp.u16(4)
	if f.unitsPerEm < 16 || f.metrics == 0 || f.metrics > f.glyphs {
		return nil, errDamaged
	}
	name, _ := f.table("name") // a font may do without
	f.name = postScriptName(name)
	f.maps(cmap)
	if f.wide == nil && f.narrow == nil {
		return nil, errors.New("the font has no table of Unicode characters")
	}
	return f, nil
}

// table reads a table into memory.
func (f *Font) table(tag string) (data, error) {
	s, ok := f.tables[tag]
	if !ok {
		return nil, errors.New("it is missing")
	}
	if s.length > largest {
		return nil, errors.New("it is too large")
	}
	d := make(data, s.length)
	if _, err := f.file.ReadAt(d, s.offset); err != nil {
		return nil, err
	}
	return d, nil
}

// maps picks the tables from character to glyph.
func (f *Font) maps(cmap data) {
	for i := range cmap.u16(2) {
		at := 4 + 8*i
		platform, encoding := cmap.u16(at), cmap.u16(at+2)
		sub := cmap.from(cmap.u32(at + 4))
		unicode := platform == 0 || platform == 3 && (encoding == 1 || encoding == 10)
		switch format := sub.u16(0); {
		case format == 14 && platform == 0:
			f.variants = sub
		case format == 12 && unicode:
			f.wide = sub
		case format == 4 && unicode:
			f.narrow = sub
		}
	}
}

// postScriptName is the font's name for PDF, letters and hyphens only.
func postScriptName(name data) string {
	base := name.u16(4)
	for i := range name.u16(2) {
		at := 6 + 12*i
		if name.u16(at+6) != 6 {
			continue
		}
		text := name.from(base + name.u16(at+10))
		var b []byte
		for j := range min(name.u16(at+8), len(text)) {
			if c := text[j]; c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c == '-' {
				b = append(b, c)
			}
		}
		if len(b) > 0 {
			return string(b)
		}
	}
	return "Font"
}

// Name is the font's PostScript name.
func (f *Font) Name() string { return f.name }

// Glyph returns the glyph of a character, and whether the font can draw it.
// variant is a variation selector that follows it (異体字セレクタ), or 0. A glyph
// that is there but has no outline does not count, except for a space.
func (f *Font) Glyph(r, variant rune) (glyph int, ok bool) {
	glyph = f.plain(r)
	if variant != 0 {
		own, known := f.variant(r, variant)
		if !known {
			return 0, false
		}
		if own != 0 {
			glyph = own
		}
	}
	if glyph == 0 || glyph >= f.glyphs {
		return 0, false
	}
	if s := f.outline(glyph); s.length == 0 && r != ' ' && r != '\u00a0' && r != '\u3000' {
		return 0, false
	}
	return glyph, true
}

func (f *Font) plain(r rune) int {
	if d := f.wide; d != nil {
		n := d.u32(12)
		i := sort.Search(n, func(i int) bool { return d.u32(16+12*i+4) >= int(r) })
		if at := 16 + 12*i; i < n && d.u32(at) <= int(r) {
			return d.u32(at+8) + int(r) - d.u32(at)
		}
		return 0
	}
	d := f.narrow
	if r > 0xffff {
		return 0
	}
	n := d.u16(6) / 2
	i := sort.Search(n, func(i int) bool { return d.u16(14+2*i) >= int(r) })
	start := d.u16(16 + 2*n + 2*i)
	if i == n || start > int(r) {
		return 0
	}
	delta, at := d.u16(16+4*n+2*i), 16+6*n+2*i
	if offset := d.u16(at); offset != 0 {
		glyph := d.u16(at + offset + 2*(int(r)-start))
		if glyph == 0 {
			return 0
		}
		return (glyph + delta) & 0xffff
	}
	return (int(r) + delta) & 0xffff
}

// variant looks a character with a variation selector up. Known with glyph 0
// means the character's usual glyph.
func (f *Font) variant(r, selector rune) (glyph int, known bool) {
	d := f.variants
	n := d.u32(6)
	i := sort.Search(n, func(i int) bool { return d.u24(10+11*i) >= int(selector) })
	at := 10 + 11*i
	if i == n || d.u24(at) != int(selector) {
		return 0, false
	}
	if offset := d.u32(at + 3); offset != 0 {
		usual := d.from(offset)
		n := usual.u32(0)
		i := sort.Search(n, func(i int) bool { return usual.u24(4+4*i)+usual.u8(4+4*i+3) >= int(r) })
		if i < n && usual.u24(4+4*i) <= int(r) {
			return 0, true
		}
	}
	if offset := d.u32(at + 7); offset != 0 {
		own := d.from(offset)
		n := own.u32(0)
		i := sort.Search(n, func(i int) bool { return own.u24(4+5*i) >= int(r) })
		if i < n && own.u24(4+5*i) == int(r) {
			return own.u16(4 + 5*i + 3), true
		}
	}
	return 0, false
}

// Advance is the width of a glyph in ems.
func (f *Font) Advance(glyph int) float64 {
	return float64(f.advance(glyph)) / float64(f.unitsPerEm)
}

func (f *Font) advance(glyph int) int { return f.hmtx.u16(4 * min(glyph, f.metrics-1)) }

func (f *Font) bearing(glyph int) int {
	if glyph < f.metrics {
		return f.hmtx.u16(4*glyph + 2)
	}
	return f.hmtx.u16(4*f.metrics + 2*(glyph-f.metrics))
}

// Ascent and Descent are how far the font reaches above and below the line, in
// ems; both are positive.
func (f *Font) Ascent() float64  { return float64(f.ascent) / float64(f.unitsPerEm) }
func (f *Font) Descent() float64 { return -float64(f.descent) / float64(f.unitsPerEm) }

// outline is where the outline of a glyph lies in the file.
func (f *Font) outline(glyph int) span {
	var from, to int
	if f.long {
		from, to = f.loca.u32(4*glyph), f.loca.u32(4*glyph+4)
	} else {
		from, to = 2*f.loca.u16(2*glyph), 2*f.loca.u16(2*glyph+2)
	}
	g := f.tables["glyf"]
	if to <= from || to-from > largestOutline || int64(to) > g.length {
		return span{}
	}
	return span{g.offset + int64(from), int64(to - from)}
}
