// Package pdftest makes small fonts for tests and reads back what a PDF of
// package pdf says.
package pdftest

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"encoding/hex"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// Char is a character of a test font: with a variation selector, or 0.
type Char struct{ Rune, Variant rune }

// Font is a TrueType font in which every character given is a filled square; a
// character given with its variant has one glyph for both.
func Font(chars ...Char) []byte {
	glyph := map[Char]int{}
	for i, c := range chars {
		glyph[c] = i + 1
	}
	count := len(chars) + 1
	square := be(int16(1), int16(0), int16(0), int16(800), int16(800), uint16(3), uint16(0),
		[]byte{1, 1, 1, 1}, int16(0), int16(800), int16(0), int16(-800), int16(0), int16(0), int16(800), int16(0))
	for len(square)%4 != 0 {
		square = append(square, 0)
	}
	var glyf, loca, hmtx []byte
	for range count {
		loca = append(loca, be(uint32(len(glyf)))...)
		glyf = append(glyf, square...)
		hmtx = append(hmtx, be(uint16(1000), int16(0))...)
	}
	loca = append(loca, be(uint32(len(glyf)))...)
	head := make([]byte, 54)
	binary.BigEndian.PutUint16(head[18:], 1000)
	binary.BigEndian.PutUint16(head[50:], 1)
	hhea := make([]byte, 36)
	binary.BigEndian.PutUint16(hhea[4:], 880)
	binary.BigEndian.PutUint16(hhea[34:], uint16(count))
	maxp := make([]byte, 32)
	binary.BigEndian.PutUint16(maxp[4:], uint16(count))
	return file(map[string][]byte{"head": head, "hhea": hhea, "maxp": maxp, "hmtx": hmtx, "loca": loca, "glyf": glyf, "cmap": cmap(glyph)})
}

func be(values ...any) []byte {
	var b bytes.Buffer
	for _, v := range values {
		if err := binary.Write(&b, binary.BigEndian, v); err != nil {
			panic(err)
		}
	}
	return b.Bytes()
}

// cmap has a table of format 12 and one of format 14.
func cmap(glyph map[Char]int) []byte {
	var plain, varied []Char
	for c := range glyph {
		if c.Variant == 0 {
			plain = append(plain, c)
		} else {
			varied = append(varied, c)
		}
	}
	slices.SortFunc(plain, func(a, b Char) int { return int(a.Rune - b.Rune) })
	slices.SortFunc(varied, func(a, b Char) int { return int(a.Variant-b.Variant)*0x200000 + int(a.Rune-b.Rune) })
	wide := be(uint16(12), uint16(0), uint32(16+12*len(plain)), uint32(0), uint32(len(plain)))
	for _, c := range plain {
		wide = append(wide, be(uint32(c.Rune), uint32(c.Rune), uint32(glyph[c]))...)
	}
	u24 := func(v rune) []byte { return []byte{byte(v >> 16), byte(v >> 8), byte(v)} }
	var selectors []rune
	for _, c := range varied {
		if !slices.Contains(selectors, c.Variant) {
			selectors = append(selectors, c.Variant)
		}
	}
	records, tables := []byte{}, []byte{}
	base := 10 + 11*len(selectors)
	for _, s := range selectors {
		var own []byte
		n := 0
		for _, c := range varied {
			if c.Variant == s {
				own = append(own, append(u24(c.Rune), be(uint16(glyph[c]))...)...)
				n++
			}
		}
		records = append(records, append(u24(s), be(uint32(0), uint32(base+len(tables)))...)...)
		tables = append(tables, append(be(uint32(n)), own...)...)
	}
	variants := append(append(be(uint16(14), uint32(base+len(tables)), uint32(len(selectors))), records...), tables...)
	head := be(uint16(0), uint16(2), uint16(0), uint16(5), uint32(20+len(wide)), uint16(3), uint16(10), uint32(20))
	return append(append(head, wide...), variants...)
}

func file(tables map[string][]byte) []byte {
	var tags []string
	for tag := range tables {
		tags = append(tags, tag)
	}
	slices.Sort(tags)
	head := be(uint32(0x00010000), uint16(len(tags)), uint16(0), uint16(0), uint16(0))
	at := 12 + 16*len(tags)
	var body []byte
	for _, tag := range tags {
		t := tables[tag]
		head = append(head, tag...)
		head = append(head, be(uint32(0), uint32(at+len(body)), uint32(len(t)))...)
		body = append(body, t...)
		for len(body)%4 != 0 {
			body = append(body, 0)
		}
	}
	return append(head, body...)
}

// T is what reading needs of a test, or of a property's run.
type T interface {
	Helper()
	Errorf(format string, args ...any)
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// Page is what a page says: its text in the order it was drawn, and its drawing
// operators.
type Page struct {
	Text    string
	Content string
}

var (
	objectPattern = regexp.MustCompile(`(?s)(\d+) 0 obj\n(.*?)\nendobj`)
	kidsPattern   = regexp.MustCompile(`(?s)/Kids \[(.*?)\]`)
	refPattern    = regexp.MustCompile(`(\d+) 0 R`)
	fontPattern   = regexp.MustCompile(`/(F\d+) (\d+) 0 R`)
	charPattern   = regexp.MustCompile(`<([0-9A-F]{4})> <([0-9A-F]+)>`)
	textPattern   = regexp.MustCompile(`/(F\d+) |<([0-9A-F]*)>|(ET)`)
)

// Read takes a PDF of package pdf apart. It fails the test if the file's index
// does not name where its objects are.
func Read(t T, data []byte) []Page {
	t.Helper()
	index(t, data)
	objects := map[string]string{}
	for _, m := range objectPattern.FindAllSubmatch(data, -1) {
		objects[string(m[1])] = string(m[2])
	}
	texts := map[string]map[string]string{}
	for _, m := range fontPattern.FindAllStringSubmatch(objects["3"], -1) {
		ref := refPattern.FindStringSubmatch(objects[m[2]][strings.Index(objects[m[2]], "/ToUnicode"):])
		chars := map[string]string{}
		for _, c := range charPattern.FindAllStringSubmatch(stream(t, objects[ref[1]]), -1) {
			raw, err := hex.DecodeString(c[2])
			if err != nil {
				t.Fatal(err)
			}
			var units []uint16
			for i := 0; i+1 < len(raw); i += 2 {
				units = append(units, binary.BigEndian.Uint16(raw[i:]))
			}
			chars[c[1]] = string(utf16.Decode(units))
		}
		texts[m[1]] = chars
	}
	var pages []Page
	for _, kid := range refPattern.FindAllStringSubmatch(kidsPattern.FindStringSubmatch(objects["2"])[1], -1) {
		page := objects[kid[1]]
		ref := refPattern.FindStringSubmatch(page[strings.Index(page, "/Contents"):])
		content := stream(t, objects[ref[1]])
		var b strings.Builder
		font := ""
		for _, m := range textPattern.FindAllStringSubmatch(content, -1) {
			switch {
			case m[1] != "":
				font = m[1]
			case m[3] != "":
				b.WriteByte('\n')
			}
			for i := 0; i+4 <= len(m[2]); i += 4 {
				text, ok := texts[font][m[2][i:i+4]]
				if !ok {
					t.Errorf("glyph %s of %s stands for no text", m[2][i:i+4], font)
				}
				b.WriteString(text)
			}
		}
		pages = append(pages, Page{Text: b.String(), Content: content})
	}
	return pages
}

// index checks the cross-reference table.
func index(t T, data []byte) {
	t.Helper()
	tail := data[bytes.LastIndex(data, []byte("startxref\n"))+len("startxref\n"):]
	at, err := strconv.Atoi(string(tail[:bytes.IndexByte(tail, '\n')]))
	if err != nil || !bytes.HasPrefix(data[at:], []byte("xref\n")) {
		t.Fatalf("startxref %d names no index: %v", at, err)
	}
	lines := strings.Split(string(data[at:]), "\n")
	for n, line := range lines[3:] {
		if !strings.HasSuffix(line, " 00000 n ") {
			break
		}
		where, err := strconv.Atoi(line[:10])
		if want := strconv.Itoa(n+1) + " 0 obj"; err != nil || !bytes.HasPrefix(data[where:], []byte(want)) {
			t.Fatalf("object %d is not at %d", n+1, where)
		}
	}
}

func stream(t T, object string) string {
	t.Helper()
	_, body, ok := strings.Cut(object, "stream\n")
	if !ok {
		t.Fatalf("no stream: %.100s", object)
	}
	r, err := zlib.NewReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
