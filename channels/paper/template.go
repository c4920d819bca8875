package paper

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"unicode"

	"madoguchi/i18n"
	"madoguchi/i18n/civil"
)

// Template is a letter as staff write it: plain lines, each a block.
//
//	# 見出し            title, in the middle
//	## 小見出し          heading
//	- 項目              item of a list
//	> 市民課            at the right edge: date, sender
//	| …                 any of these within a frame
//	---                 a line across
//	{QR}                the QR code that opens the booking
//	{コード}             the link code, large, in two groups
//	anything else       a paragraph; an empty line is a gap
//
// Names in braces stand for values (Placeholders). A line with a placeholder
// that has no value for this recipient is left out: without residents' records
// the line {氏名} 様 does not print.
type Template struct {
	blocks []block
}

type kind int

const (
	paragraph kind = iota
	title
	heading
	item
	right
	rule
	gap
	qr
	code
	box
)

type block struct {
	kind   kind
	text   []part
	inside []block // of a box
}

// part is text or the name of a value.
type part struct {
	text  string
	value value
}

type value string

// Placeholder is a name that templates may use in braces.
type Placeholder struct {
	Japanese, English string
}

// The values, by their English names.
const (
	valueName     value = "name"
	valuePostal   value = "postal"
	valueResident value = "residence"
	valueLink     value = "link"
	valueURL      value = "url"
	valueDate     value = "date"
	valueExpires  value = "expires"
	valueCity     value = "city"
	valueOffice   value = "office"
	valuePhone    value = "phone"
	valueHours    value = "hours"
	valuePlace    value = "place"
)

// Placeholders are the names a template may use.
func Placeholders() []Placeholder {
	return []Placeholder{
		{"氏名", string(valueName)}, {"郵便番号", string(valuePostal)}, {"住所", string(valueResident)},
		{"リンクコード", string(valueLink)}, {"予約ページ", string(valueURL)},
		{"日付", string(valueDate)}, {"交付期限", string(valueExpires)},
		{"自治体名", string(valueCity)}, {"担当課", string(valueOffice)}, {"電話番号", string(valuePhone)},
		{"受付時間", string(valueHours)}, {"所在地", string(valuePlace)},
	}
}

func readValue(name string) (value, bool) {
	for _, p := range Placeholders() {
		if name == p.Japanese || strings.EqualFold(name, p.English) {
			return value(p.English), true
		}
	}
	return "", false
}

// Problem is one thing wrong with a template.
type Problem struct {
	Line int // from 1; 0: the template as a whole
	Code ProblemCode
	Text string // the name or character meant, as written
}

// ProblemCode says what is wrong; "letters.problem.CODE" of the console has the
// sentence.
type ProblemCode string

// The problems.
const (
	UnknownName ProblemCode = "unknown-name" // {…} names no value
	OpenBrace   ProblemCode = "open-brace"   // a { without }
	NotAlone    ProblemCode = "not-alone"    // {QR} and {コード} need a line of their own
	EmptyText   ProblemCode = "empty"
	TooLong     ProblemCode = "too-long"
	Undrawable  ProblemCode = "undrawable" // a character no font has
	Control     ProblemCode = "control"    // a control character
	TwoCodes    ProblemCode = "two-codes"  // more than one QR code in a frame
)

func (p Problem) Error() string {
	sentence := map[ProblemCode]string{
		UnknownName: "there is no value {%s}", OpenBrace: "a brace is not closed: %s", NotAlone: "{%s} needs a line of its own",
		EmptyText: "the template is empty%s", TooLong: "the template is too long%s", Undrawable: "no font has the character %s",
		Control: "there is a control character%s", TwoCodes: "a frame has room for one QR code%s",
	}[p.Code]
	text := fmt.Sprintf(sentence, p.Text)
	if p.Line > 0 {
		return fmt.Sprintf("line %d: %s", p.Line, text)
	}
	return text
}

// longest bounds a template, in bytes; four pages full of text are less.
const longest = 32 << 10

// Parse reads a template. Problems are nil if it can be used.
func Parse(text string) (Template, []Problem) {
	if len(text) > longest {
		return Template{}, []Problem{{Code: TooLong}}
	}
	if strings.TrimSpace(text) == "" {
		return Template{}, []Problem{{Code: EmptyText}}
	}
	var t Template
	var problems []Problem
	text = strings.ReplaceAll(text, "\r\n", "\n")
	for i, line := range strings.Split(strings.TrimRight(text, "\n \t"), "\n") {
		report := func(code ProblemCode, what string) {
			problems = append(problems, Problem{Line: i + 1, Code: code, Text: what})
		}
		if strings.ContainsFunc(line, func(r rune) bool { return unicode.IsControl(r) && r != '\t' }) {
			report(Control, "")
			continue
		}
		framed := false
		if line == "|" || strings.HasPrefix(line, "| ") {
			framed, line = true, strings.TrimPrefix(line[1:], " ")
		}
		b := readBlock(line, report)
		if !framed {
			t.blocks = append(t.blocks, b)
			continue
		}
		if n := len(t.blocks); n == 0 || t.blocks[n-1].kind != box {
			t.blocks = append(t.blocks, block{kind: box})
		}
		frame := &t.blocks[len(t.blocks)-1]
		if b.kind == qr && slices.ContainsFunc(frame.inside, func(b block) bool { return b.kind == qr }) {
			report(TwoCodes, "")
		}
		frame.inside = append(frame.inside, b)
	}
	return t, problems
}

func readBlock(line string, report func(ProblemCode, string)) block {
	switch trimmed := strings.TrimSpace(line); {
	case trimmed == "":
		return block{kind: gap}
	case trimmed == "---":
		return block{kind: rule}
	case strings.EqualFold(trimmed, "{QR}"):
		return block{kind: qr}
	case trimmed == "{コード}", strings.EqualFold(trimmed, "{code}"):
		return block{kind: code}
	}
	b := block{kind: paragraph}
	for _, mark := range []struct {
		text string
		kind kind
	}{{"# ", title}, {"## ", heading}, {"- ", item}, {"> ", right}} {
		if rest, ok := strings.CutPrefix(line, mark.text); ok {
			b.kind, line = mark.kind, rest
			break
		}
	}
	for line != "" {
		plain, rest, found := strings.Cut(line, "{")
		if plain != "" {
			b.text = append(b.text, part{text: plain})
		}
		if !found {
			break
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			report(OpenBrace, "{"+shorten(rest))
			break
		}
		name = strings.TrimSpace(name)
		v, known := readValue(name)
		switch {
		case known:
			b.text = append(b.text, part{value: v})
		case strings.EqualFold(name, "QR"), name == "コード", strings.EqualFold(name, "code"):
			report(NotAlone, name)
		default:
			report(UnknownName, shorten(name))
		}
		line = after
	}
	return b
}

// shorten keeps what a person typed readable in a message.
func shorten(s string) string {
	if r := []rune(s); len(r) > 20 {
		return string(r[:20]) + "…"
	}
	return s
}

// Check is Parse with the characters of the template's own text looked up.
func (f *Fonts) Check(text string) []Problem {
	_, problems := Parse(text)
	for i, line := range strings.Split(text, "\n") {
		for _, c := range f.Missing(strings.TrimRight(line, "\r")) {
			if r := []rune(c)[0]; !unicode.IsControl(r) {
				problems = append(problems, Problem{Line: i + 1, Code: Undrawable, Text: c})
			}
		}
	}
	slices.SortStableFunc(problems, func(a, b Problem) int { return a.Line - b.Line })
	return problems
}

// values yields the values the template uses, some more than once.
func (t Template) values() iter.Seq[value] {
	return func(yield func(value) bool) { each(t.blocks, yield) }
}

func each(blocks []block, yield func(value) bool) bool {
	for _, b := range blocks {
		for _, p := range b.text {
			if p.value != "" && !yield(p.value) {
				return false
			}
		}
		if !each(b.inside, yield) {
			return false
		}
	}
	return true
}

// UsesCode reports whether the template shows the link code in any form.
func (t Template) UsesCode() bool { return uses(t.blocks) }

func uses(blocks []block) bool {
	return slices.ContainsFunc(blocks, func(b block) bool {
		return b.kind == qr || b.kind == code || uses(b.inside) ||
			slices.ContainsFunc(b.text, func(p part) bool { return p.value == valueLink })
	})
}

// title is the text of the first heading, for the file's properties.
func (t Template) title() string {
	for _, b := range t.blocks {
		if b.kind == title {
			var s strings.Builder
			for _, p := range b.text {
				s.WriteString(p.text)
			}
			return s.String()
		}
	}
	return ""
}

// fill returns the text of a block for a recipient; ok is false if a value is
// missing.
func (p *Press) fill(text []part, r Recipient) (s string, ok bool) {
	var b strings.Builder
	for _, part := range text {
		if part.value == "" {
			b.WriteString(part.text)
			continue
		}
		v := p.value(part.value, r)
		if v == "" {
			return "", false
		}
		b.WriteString(v)
	}
	return b.String(), true
}

func (p *Press) value(v value, r Recipient) string {
	switch v {
	case valueName:
		return r.Name
	case valuePostal:
		return showPostal(r.Postal)
	case valueResident:
		return r.Address
	case valueLink:
		return showCode(r.Code)
	case valueURL:
		return p.booking("")
	case valueDate:
		return showDate(p.Date)
	case valueExpires:
		return showDate(r.Deadline)
	case valueCity:
		return p.Sender.City
	case valueOffice:
		return p.Sender.Office
	case valuePhone:
		return p.Sender.Phone
	case valueHours:
		return p.Sender.Hours
	case valuePlace:
		return p.Sender.Address
	}
	return ""
}

func (p *Press) booking(code string) string {
	if p.Sender.Booking == nil {
		return ""
	}
	return p.Sender.Booking(code)
}

// showDate writes a date in both calendars: 令和8年12月1日（2026年）.
func showDate(d civil.Date) string {
	if d.IsZero() {
		return ""
	}
	era, year := civil.Era(d)
	if era == "" {
		return i18n.FormatDate(i18n.Japanese, d)
	}
	years := fmt.Sprint(year)
	if year == 1 {
		years = "元"
	}
	return fmt.Sprintf("%s%s年（%d年）%d月%d日", era, years, d.Year, int(d.Month), d.Day)
}

// showCode writes a link code in two groups.
func showCode(c string) string {
	c = strings.ToUpper(strings.ReplaceAll(c, "-", ""))
	if len(c) != 10 {
		return c
	}
	return c[:5] + "-" + c[5:]
}

// showPostal writes a postal code as 060-0001.
func showPostal(c string) string {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, c)
	if len(digits) != 7 {
		return c
	}
	return digits[:3] + "-" + digits[3:]
}
