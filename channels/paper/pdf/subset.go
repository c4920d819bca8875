package pdf

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
)

// subset is the part of a font that one document uses. Glyphs are numbered in
// the order of their first use, so that pages can be written before the font.
type subset struct {
	font   *Font
	object int // of the font, known from its first use
	number map[drawn]int
	glyphs []drawn // by number; 0 is the glyph of missing characters
}

// drawn is a glyph together with the text it stands for: two characters may
// share a glyph, and copying from the file must give each its own.
type drawn struct {
	glyph int
	text  string
}

func newSubset(f *Font, object int) *subset {
	s := &subset{font: f, object: object, number: map[drawn]int{}}
	s.use(drawn{})
	return s
}

func (s *subset) use(d drawn) int {
	n, ok := s.number[d]
	if !ok {
		n = len(s.glyphs)
		s.number[d] = n
		s.glyphs = append(s.glyphs, d)
	}
	return n
}

// Flags of the parts of a composite glyph (OpenType, glyf).
const (
	wordArguments = 1 << 0
	oneScale      = 1 << 3
	moreParts     = 1 << 5
	twoScales     = 1 << 6
	matrix        = 1 << 7
)

// file makes a TrueType file of the glyphs used and of the parts they are made
// of.
func (s *subset) file() ([]byte, error) {
	f := s.font
	order := make([]int, len(s.glyphs))
	place := map[int]int{}
	for i, d := range s.glyphs {
		order[i] = d.glyph
		if _, ok := place[d.glyph]; !ok {
			place[d.glyph] = i
		}
	}
	var glyf, loca, hmtx bytes.Buffer
	put := func(b *bytes.Buffer, v ...any) {
		for _, v := range v {
			_ = binary.Write(b, binary.BigEndian, v) // to memory
		}
	}
	for i := 0; i < len(order); i++ { // grows by the parts found
		put(&loca, uint32(glyf.Len()))
		put(&hmtx, uint16(f.advance(order[i])), uint16(f.bearing(order[i])))
		where := f.outline(order[i])
		if where.length == 0 {
			continue
		}
		outline := make(data, where.length)
		if _, err := f.file.ReadAt(outline, where.offset); err != nil {
			return nil, fmt.Errorf("read glyph %d of %s: %w", order[i], f.name, err)
		}
		if outline.i16(0) < 0 {
			for at := 10; at+4 <= len(outline); {
				flags, part := outline.u16(at), outline.u16(at+2)
				n, ok := place[part]
				if !ok {
					n = len(order)
					place[part] = n
					order = append(order, part)
				}
				binary.BigEndian.PutUint16(outline[at+2:], uint16(n))
				at += 6
				if flags&wordArguments != 0 {
					at += 2
				}
				switch {
				case flags&oneScale != 0:
					at += 2
				case flags&twoScales != 0:
					at += 4
				case flags&matrix != 0:
					at += 8
				}
				if flags&moreParts == 0 {
					break
				}
			}
		}
		glyf.Write(outline)
		for glyf.Len()%4 != 0 {
			glyf.WriteByte(0)
		}
	}
	put(&loca, uint32(glyf.Len()))
	if len(order) > 0xffff {
		return nil, fmt.Errorf("%d glyphs of %s: too many for one document", len(order), f.name)
	}
	head := slices.Clone(f.head)
	binary.BigEndian.PutUint16(head[50:], 1) // long offsets
	tables := map[string][]byte{"glyf": glyf.Bytes(), "loca": loca.Bytes(), "hmtx": hmtx.Bytes(), "head": head}
	for _, tag := range []string{"hhea", "maxp", "cvt ", "fpgm", "prep"} {
		if _, ok := f.tables[tag]; !ok {
			continue
		}
		t, err := f.table(tag)
		if err != nil {
			return nil, fmt.Errorf("table %s of %s: %w", tag, f.name, err)
		}
		tables[tag] = t
	}
	binary.BigEndian.PutUint16(tables["hhea"][34:], uint16(len(order)))
	binary.BigEndian.PutUint16(tables["maxp"][4:], uint16(len(order)))
	return assemble(tables), nil
}

// assemble writes a font file of its tables.
func assemble(tables map[string][]byte) []byte {
	tags := make([]string, 0, len(tables))
	for tag := range tables {
		tags = append(tags, tag)
	}
	slices.Sort(tags)
	power := 1
	for power*2 <= len(tags) {
		power *= 2
	}
	log := 0
	for 1<<log < power {
		log++
	}
	out := []byte{0, 1, 0, 0}
	for _, v := range []int{len(tags), 16 * power, log, 16 * (len(tags) - power)} {
		out = binary.BigEndian.AppendUint16(out, uint16(v))
	}
	at := 12 + 16*len(tags)
	for _, tag := range tags {
		t := tables[tag]
		out = append(out, tag...)
		out = binary.BigEndian.AppendUint32(out, checksum(t))
		out = binary.BigEndian.AppendUint32(out, uint32(at))
		out = binary.BigEndian.AppendUint32(out, uint32(len(t)))
		at += (len(t) + 3) &^ 3
	}
	for _, tag := range tags {
		out = append(out, tables[tag]...)
		for len(out)%4 != 0 {
			out = append(out, 0)
		}
	}
	return out
}

func checksum(t []byte) (sum uint32) {
	for i := 0; i < len(t); i += 4 {
		var word [4]byte
		copy(word[:], t[i:])
		sum += binary.BigEndian.Uint32(word[:])
	}
	return sum
}

// widths is the array W of the font's dictionary.
func (s *subset) widths() string {
	var b strings.Builder
	b.WriteString("[0[")
	for i, d := range s.glyphs {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(decimal(1000 * s.font.Advance(d.glyph)))
	}
	b.WriteString("]]")
	return b.String()
}

// texts is the CMap that says which text each glyph stands for.
func (s *subset) texts() []byte {
	var b bytes.Buffer
	b.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
		"/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n" +
		"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n")
	for from := 1; from < len(s.glyphs); from += 100 {
		some := s.glyphs[from:min(from+100, len(s.glyphs))]
		fmt.Fprintf(&b, "%d beginbfchar\n", len(some))
		for i, d := range some {
			fmt.Fprintf(&b, "<%04X> <", from+i)
			for _, unit := range utf16.Encode([]rune(d.text)) {
				fmt.Fprintf(&b, "%04X", unit)
			}
			b.WriteString(">\n")
		}
		b.WriteString("endbfchar\n")
	}
	b.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n")
	return b.Bytes()
}
