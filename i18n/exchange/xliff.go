package exchange

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"madoguchi/i18n"
)

// XLIFF 2.1 (OASIS, core module): one file a catalog file, one unit a text, its
// key as the unit's name. The state is the segment's: initial, translated, or
// initial with the sub-state madoguchi:stale.
//
// A {placeholder} that stands in the text itself is a <ph>, which translation
// programs keep from being mistyped. A plural or a select stays as it is
// written: a translator must give it other branches.

const (
	namespace = "urn:oasis:names:tc:xliff:document:2.0" // that of 2.1 too
	staleMark = "madoguchi:stale"
)

// tags are the names of languages that BCP 47 has otherwise.
func tagOf(lang i18n.Lang) string {
	if lang == i18n.EasyJapanese {
		return "ja-x-easy"
	}
	return string(lang)
}

// WriteXLIFF writes the units of a language.
func WriteXLIFF(w io.Writer, lang i18n.Lang, units []Unit) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<xliff xmlns=%q version=\"2.1\" srcLang=\"ja\" trgLang=%q>\n", namespace, tagOf(lang))
	open := ""
	for i, u := range units {
		if i == 0 || u.File != open {
			if i > 0 {
				b.WriteString(" </file>\n")
			}
			open = u.File
			fmt.Fprintf(&b, " <file id=\"f%d\" original=\"%s\">\n", i+1, attribute(open))
		}
		writeUnit(&b, i+1, u)
	}
	if len(units) > 0 {
		b.WriteString(" </file>\n")
	}
	b.WriteString("</xliff>\n")
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("write texts: %w", err)
	}
	return nil
}

func writeUnit(b *bytes.Buffer, number int, u Unit) {
	fmt.Fprintf(b, "  <unit id=\"u%d\" name=\"%s\">\n", number, attribute(u.Key))
	if u.English != "" {
		fmt.Fprintf(b, "   <notes><note category=\"english\">%s</note></notes>\n", written(u.English))
	}
	var codes []string
	source, target := inline(u.Source, &codes), inline(u.Text, &codes)
	if len(codes) > 0 {
		b.WriteString("   <originalData>")
		for i, code := range codes {
			fmt.Fprintf(b, "<data id=\"d%d\">%s</data>", i+1, written(code))
		}
		b.WriteString("</originalData>\n")
	}
	state := `state="initial"`
	switch u.State {
	case Translated:
		state = `state="translated"`
	case Stale:
		state = `state="initial" subState="` + staleMark + `"`
	}
	fmt.Fprintf(b, "   <segment %s>\n    <source xml:space=\"preserve\">%s</source>\n", state, source)
	if u.Text != "" {
		fmt.Fprintf(b, "    <target xml:space=\"preserve\">%s</target>\n", target)
	}
	b.WriteString("   </segment>\n  </unit>\n")
}

// placeholder is one that stands alone: {name}.
var placeholder = regexp.MustCompile(`\{[\pL\pM\pN_.-]+\}`)

// branching is a plural, a select or an apostrophe, which may quote a brace.
var branching = regexp.MustCompile(`\{[^{}]*,|'`)

// inline writes a text with its placeholders as <ph>, the same one with the same
// id in source and target. Texts with a plural, a select or quoted braces have
// none: there a {name} may be something else.
func inline(text string, codes *[]string) string {
	if branching.MatchString(text) {
		return written(text)
	}
	var b strings.Builder
	used := map[int]bool{}
	for {
		at := placeholder.FindStringIndex(text)
		if at == nil {
			b.WriteString(written(text))
			return b.String()
		}
		code := text[at[0]:at[1]]
		b.WriteString(written(text[:at[0]]))
		text = text[at[1]:]
		id := 0
		for i, known := range *codes { // one that this text has not used yet
			if known == code && !used[i] {
				id = i + 1
				break
			}
		}
		if id == 0 {
			*codes = append(*codes, code)
			id = len(*codes)
		}
		used[id-1] = true
		fmt.Fprintf(&b, `<ph id="%d" dataRef="d%d" equiv="%s" disp="%s" canDelete="no"/>`, id, id,
			attribute(strings.Trim(code, "{}")), attribute(code))
	}
}

// allowed reports whether XML 1.0 can hold a character.
func allowed(r rune) bool {
	return r == '\t' || r == '\n' || r >= 0x20 && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000
}

// written escapes a text for an element. What XML cannot hold is a <cp>; a
// carriage return would be read back as a line feed.
func written(s string) string {
	var b strings.Builder
	for _, r := range strings.ToValidUTF8(s, "\ufffd") {
		switch {
		case r == '&':
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '\r':
			b.WriteString("&#xD;")
		case !allowed(r):
			fmt.Fprintf(&b, `<cp hex="%04X"/>`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// attribute escapes a value for an attribute.
func attribute(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // a buffer takes everything
	return b.String()
}

// deepest is how far elements may nest; XLIFF needs seven.
const deepest = 32

// reading is an XLIFF file as far as it is read.
type reading struct {
	units []Unit

	unit     *Unit             // the one that is open
	data     map[string]string // its original data by id
	dataID   string            // of the data that is open
	segments []*segment
	text     *strings.Builder // where characters go: source, target, data, note
	path     []string         // the elements that are open
	begun    bool
}

// segment is a piece of a unit; translation programs may divide one.
type segment struct {
	source, target strings.Builder
	hasTarget      bool
	ignorable      bool
	state, sub     string
}

// ReadXLIFF reads a file of XLIFF 2. The error is *Refused if the file is at
// fault. Document types are refused: they have no place in XLIFF, and entities
// can make a small file a large one.
func ReadXLIFF(r io.Reader) ([]Unit, error) {
	data, err := bounded(r)
	if err != nil {
		return nil, err
	}
	if !utf8.Valid(data) {
		return nil, refuse(0, "the file is not UTF-8")
	}
	decoder := xml.NewDecoder(bytes.NewReader(data))
	var in reading
	for {
		line, _ := decoder.InputPos()
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		var broken *xml.SyntaxError
		if errors.As(err, &broken) {
			return nil, refuse(broken.Line, "not XML: %s", broken.Msg)
		}
		if err != nil {
			return nil, refuse(line, "not XML: %v", err)
		}
		switch t := token.(type) {
		case xml.Directive:
			return nil, refuse(line, "a document type is not taken")
		case xml.StartElement:
			err = in.start(t, line)
		case xml.EndElement:
			in.end(t.Name.Local)
		case xml.CharData:
			if in.text != nil {
				in.text.Write(t)
			}
		}
		if err != nil {
			return nil, err
		}
	}
	if !in.begun {
		return nil, refuse(0, "there is no <xliff> in the file")
	}
	return in.units, nil
}

func attr(t xml.StartElement, name string) string {
	for _, a := range t.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

func (in *reading) start(t xml.StartElement, line int) error {
	name := t.Name.Local
	if len(in.path) == 0 && (name != "xliff" || t.Name.Space != namespace || !strings.HasPrefix(attr(t, "version"), "2.")) {
		return refuse(line, "want XLIFF 2: <xliff xmlns=%q version=\"2.1\">", namespace)
	}
	in.begun = true
	if in.path = append(in.path, name); len(in.path) > deepest {
		return refuse(line, "elements nest too deep")
	}
	if t.Name.Space != namespace {
		return nil // a module of some program
	}
	switch name {
	case "unit":
		in.unit = &Unit{Key: attr(t, "name"), Line: line}
		in.data, in.segments = map[string]string{}, nil
		if in.unit.Key == "" {
			return refuse(line, "unit %q has no name, which is the key of its text", attr(t, "id"))
		}
	case "data":
		in.text = &strings.Builder{}
		in.dataID = attr(t, "id")
	case "segment", "ignorable":
		in.segments = append(in.segments, &segment{ignorable: name == "ignorable", state: attr(t, "state"), sub: attr(t, "subState")})
	case "note":
		if in.unit != nil && attr(t, "category") == "english" {
			in.text = &strings.Builder{}
		}
	case "source", "target":
		if n := len(in.segments); n > 0 {
			s := in.segments[n-1]
			if in.text = &s.source; name == "target" {
				in.text, s.hasTarget = &s.target, true
			}
		}
	case "ph":
		if in.text == nil || in.unit == nil {
			break
		}
		code, known := in.data[attr(t, "dataRef")]
		if !known && attr(t, "equiv") != "" {
			code, known = "{"+attr(t, "equiv")+"}", true
		}
		if !known {
			return &Refused{[]Fault{{line, in.unit.Key, "a <ph> says neither by dataRef nor by equiv what it stands for"}}}
		}
		in.text.WriteString(code)
	case "cp":
		n, err := strconv.ParseUint(attr(t, "hex"), 16, 21)
		if err != nil {
			return refuse(line, "<cp hex=%q>: want a code point", attr(t, "hex"))
		}
		if in.text != nil {
			in.text.WriteRune(rune(n))
		}
	}
	return nil
}

func (in *reading) end(name string) {
	if len(in.path) > 0 {
		in.path = in.path[:len(in.path)-1]
	}
	switch name {
	case "data":
		if in.text != nil && in.data != nil {
			in.data[in.dataID] = in.text.String()
		}
		in.text = nil
	case "note":
		if in.text != nil && in.unit != nil {
			in.unit.English = in.text.String()
		}
		in.text = nil
	case "source", "target":
		in.text = nil
	case "unit":
		if in.unit != nil {
			in.finish()
		}
		in.unit = nil
	}
}

// finish puts the segments of a unit together. A unit of which one segment is
// translated and another not counts as not translated.
func (in *reading) finish() {
	u := *in.unit
	u.State = Translated
	whole := true
	var source, target strings.Builder
	for _, s := range in.segments {
		source.WriteString(s.source.String())
		switch {
		case s.hasTarget:
			target.WriteString(s.target.String())
		case s.ignorable:
			target.WriteString(s.source.String())
		case strings.TrimSpace(s.source.String()) != "":
			whole = false
		}
		switch {
		case s.ignorable:
		case s.sub == staleMark:
			u.State = Stale
		case (s.state == "" || s.state == "initial") && u.State != Stale:
			u.State = New
		}
	}
	u.Source = source.String()
	if whole {
		u.Text = target.String()
	}
	in.units = append(in.units, u)
}
