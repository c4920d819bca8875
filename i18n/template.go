package i18n

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"madoguchi/i18n/civil"
)

// Template is one text in one language, parsed once. It is immutable. Its
// syntax is a subset of ICU MessageFormat:
//
//	{name}                                        the argument, as the language writes it
//	{n, plural, =0 {no one} one {# person} other {# people}}
//	{who, select, self {your card} other {their card}}
//	'' is an apostrophe; braces within apostrophes are themselves: '{so}'
//
// # in a plural is the number. A branch is found by exact number (=0) first,
// then by the plural category of the language (CLDR); other must be there.
type Template struct {
	lang   Lang
	tag    language.Tag
	source string
	parts  []part
	names  []string
	size   int // bytes of the longest way through the literals
}

// part is a literal, a placeholder or a choice between texts.
type part struct {
	kind    partKind
	literal string
	name    string // of the argument
	cases   []branch
}

type partKind uint8

const (
	literalPart partKind = iota
	valuePart
	pluralPart
	selectPart
)

// branch is one way of a plural or select.
type branch struct {
	selector string
	exact    bool // selector is a number after =
	number   int
	form     plural.Form
	parts    []part
}

// SyntaxError is a text that cannot be parsed. Offset counts the bytes before
// the fault.
type SyntaxError struct {
	Source string
	Offset int
	Reason string
}

// Error names the fault and what stands before it.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("text %q: at %d: %s", e.Source, e.Offset, e.Reason)
}

// Compile parses a text with {placeholders}. The error is a *SyntaxError.
func Compile(lang Lang, src string) (*Template, error) {
	p := parser{src: src}
	parts, err := p.message(0, "")
	if err != nil {
		return nil, err
	}
	t := &Template{lang: lang, tag: tagOf(lang), source: src, parts: parts}
	t.note(parts)
	return t, nil
}

// verbatim is the template of a text that cannot be parsed: it shows as it is.
func verbatim(lang Lang, src string) *Template {
	return &Template{lang: lang, source: src, parts: []part{{literal: src}}, size: len(src)}
}

// note collects the names and the size of the literals.
func (t *Template) note(parts []part) {
	for i := range parts {
		p := &parts[i]
		t.size += len(p.literal)
		if p.name != "" && !slices.Contains(t.names, p.name) {
			t.names = append(t.names, p.name)
		}
		for j := range p.cases {
			t.note(p.cases[j].parts)
		}
	}
}

// Lang returns the language the template was compiled for.
func (t *Template) Lang() Lang { return t.lang }

// Placeholders returns the names used, each once, in order.
func (t *Template) Placeholders() []string { return slices.Clone(t.names) }

// Format fills the placeholders. A text without placeholders costs no
// allocation, others one unless they are very long.
func (t *Template) Format(args ...Arg) string {
	if len(t.names) == 0 {
		switch len(t.parts) {
		case 0:
			return ""
		case 1:
			return t.parts[0].literal
		}
	}
	var buf [512]byte
	b := buf[:0]
	if t.size > len(buf)/2 {
		b = make([]byte, 0, 2*t.size)
	}
	// A stack in place of recursion keeps buf off the heap.
	var stack [deepest + 1][]part
	stack[0] = t.parts
	// stopped: b ends with the full stop of an abbreviation (1:30 p.m.), which
	// also ends a sentence.
	stopped := false
	for depth := 0; depth >= 0; {
		parts := stack[depth]
		if len(parts) == 0 {
			depth--
			continue
		}
		p := &parts[0]
		stack[depth] = parts[1:]
		switch p.kind {
		case literalPart:
			literal := p.literal
			if stopped && literal[0] == '.' {
				literal = literal[1:]
			}
			stopped = false
			b = append(b, literal...)
		case valuePart:
			stopped = false
			switch value := find(args, p.name).(type) {
			case *Text:
				if value != nil {
					b = append(b, value.In(t.lang)...)
				}
			case civil.Clock, civil.DateTime:
				b = t.appendValue(b, value)
				stopped = len(b) > 0 && b[len(b)-1] == '.'
			default:
				b = t.appendValue(b, value)
			}
		case pluralPart:
			depth++
			stack[depth] = t.pluralCase(p, find(args, p.name))
		case selectPart:
			depth++
			stack[depth] = selectCase(p, find(args, p.name))
		}
	}
	return string(b)
}

// find returns the value of the argument, nil if there is none.
func find(args []Arg, name string) any {
	for i := range args {
		if args[i].Name == name {
			return args[i].Value
		}
	}
	return nil
}

// appendValue writes an argument that is no Text as the language of the template
// does.
func (t *Template) appendValue(b []byte, value any) []byte {
	switch v := value.(type) {
	case nil:
		return b
	case string:
		return appendEscaped(b, v)
	case Markup:
		return append(b, v...)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case civil.Date:
		return appendDate(b, t.lang, v)
	case civil.Clock:
		return appendClock(b, t.lang, v)
	case civil.DateTime:
		return appendDateTime(b, t.lang, v)
	case []string:
		return appendList(b, t.lang, v)
	}
	return appendEscaped(b, fmt.Sprint(value))
}

// pluralCase chooses the branch for a number, given as int or in digits.
func (t *Template) pluralCase(p *part, value any) []part {
	n, ok := value.(int)
	if s, isString := value.(string); isString {
		var err error
		n, err = strconv.Atoi(s)
		ok = err == nil
	}
	if !ok {
		return lastCase(p)
	}
	for i := range p.cases {
		if c := &p.cases[i]; c.exact && c.number == n {
			return c.parts
		}
	}
	if n < 0 {
		n = -n
	}
	form := plural.Cardinal.MatchPlural(t.tag, n, 0, 0, 0, 0)
	for i := range p.cases {
		if c := &p.cases[i]; !c.exact && c.form == form {
			return c.parts
		}
	}
	return lastCase(p)
}

// pluralFault describes the first plural that lacks a form which the language
// has for whole numbers of things, or has one it never uses; "" if there is
// none. A number of things at a counter is small: forms for millions only (many
// in Spanish) are not asked for.
func (t *Template) pluralFault() string {
	used := map[plural.Form]bool{plural.Other: true}
	for n := range 200 {
		used[plural.Cardinal.MatchPlural(t.tag, n, 0, 0, 0, 0)] = true
	}
	var visit func([]part) string
	visit = func(parts []part) string {
		for i := range parts {
			p := &parts[i]
			has := map[plural.Form]bool{}
			for _, c := range p.cases {
				if p.kind == pluralPart && !c.exact {
					has[c.form] = true
					if !used[c.form] && c.selector != "many" {
						return fmt.Sprintf("{%s, plural}: the language has no %s", p.name, c.selector)
					}
				}
				if fault := visit(c.parts); fault != "" {
					return fault
				}
			}
			if p.kind != pluralPart {
				continue
			}
			for selector, form := range forms {
				if used[form] && !has[form] {
					return fmt.Sprintf("{%s, plural}: %s is missing", p.name, selector)
				}
			}
		}
		return ""
	}
	return visit(t.parts)
}

// selectCase chooses the branch named by the value.
func selectCase(p *part, value any) []part {
	s, ok := value.(string)
	if n, isInt := value.(int); isInt {
		s, ok = strconv.Itoa(n), true
	}
	if ok {
		for i := range p.cases {
			if p.cases[i].selector == s {
				return p.cases[i].parts
			}
		}
	}
	return lastCase(p)
}

// lastCase is other, which the parser puts last.
func lastCase(p *part) []part { return p.cases[len(p.cases)-1].parts }

// tagOf returns the tag by which x/text knows the language; it does not know
// やさしい日本語.
func tagOf(lang Lang) language.Tag {
	if lang == EasyJapanese {
		return language.Japanese
	}
	tag, err := language.Parse(string(lang))
	if err != nil {
		return language.Und
	}
	return tag
}

// deepest is how far plural and select may nest; nobody could read more.
const deepest = 4

// parser reads one template from left to right.
type parser struct {
	src string
	pos int
}

func (p *parser) fail(format string, args ...any) error {
	return &SyntaxError{Source: p.src, Offset: p.pos, Reason: fmt.Sprintf(format, args...)}
}

// message reads parts up to the end of the text or, within a branch (depth > 0),
// up to the brace that closes it. counted is the argument that # stands for.
func (p *parser) message(depth int, counted string) ([]part, error) {
	var parts []part
	var literal strings.Builder
	flush := func() {
		if literal.Len() > 0 {
			parts = append(parts, part{literal: literal.String()})
			literal.Reset()
		}
	}
	for p.pos < len(p.src) {
		switch c := p.src[p.pos]; {
		case c == '\'':
			p.quoted(&literal, counted != "")
		case c == '{':
			flush()
			placeholder, err := p.placeholder(depth)
			if err != nil {
				return nil, err
			}
			parts = append(parts, placeholder)
		case c == '}' && depth > 0:
			flush()
			return parts, nil
		case c == '}':
			return nil, p.fail("} without {")
		case c == '#' && counted != "":
			flush()
			parts = append(parts, part{kind: valuePart, name: counted})
			p.pos++
		default:
			literal.WriteByte(c)
			p.pos++
		}
	}
	if depth > 0 {
		return nil, p.fail("} is missing")
	}
	flush()
	return parts, nil
}

// quoted reads from an apostrophe: a doubled one is an apostrophe, one before a
// brace (or #, in a plural) quotes up to the next single one, any other is
// itself.
func (p *parser) quoted(literal *strings.Builder, number bool) {
	p.pos++
	rest := p.src[p.pos:]
	if strings.HasPrefix(rest, "'") {
		literal.WriteByte('\'')
		p.pos++
		return
	}
	if rest == "" || rest[0] != '{' && rest[0] != '}' && (!number || rest[0] != '#') {
		literal.WriteByte('\'')
		return
	}
	for p.pos < len(p.src) {
		c := p.src[p.pos]
		p.pos++
		if c == '\'' {
			if p.pos == len(p.src) || p.src[p.pos] != '\'' {
				return
			}
			p.pos++
		}
		literal.WriteByte(c)
	}
}

// placeholder reads from { to its }.
func (p *parser) placeholder(depth int) (part, error) {
	p.pos++
	name := p.word()
	if name == "" {
		return part{}, p.fail("a name must follow {")
	}
	if p.take('}') {
		return part{kind: valuePart, name: name}, nil
	}
	if !p.take(',') {
		return part{}, p.fail("} or , must follow %q", name)
	}
	kind := p.word()
	if kind != "plural" && kind != "select" {
		return part{}, p.fail("%q: want plural or select", kind)
	}
	if !p.take(',') {
		return part{}, p.fail(", must follow %s", kind)
	}
	if depth >= deepest {
		return part{}, p.fail("nested too deep")
	}
	choice := part{kind: pluralPart, name: name}
	if kind == "select" {
		choice.kind = selectPart
	}
	other := -1
	for !p.take('}') {
		c, err := p.branch(choice.kind, name, depth)
		if err != nil {
			return part{}, err
		}
		for i := range choice.cases {
			if choice.cases[i].selector == c.selector && choice.cases[i].exact == c.exact {
				return part{}, p.fail("%s twice", c.selector)
			}
		}
		if c.selector == "other" && !c.exact {
			other = len(choice.cases)
		}
		choice.cases = append(choice.cases, c)
	}
	if other < 0 {
		return part{}, p.fail("other {…} is missing")
	}
	last := len(choice.cases) - 1
	choice.cases[other], choice.cases[last] = choice.cases[last], choice.cases[other]
	return choice, nil
}

// forms are the plural categories of CLDR.
var forms = map[string]plural.Form{
	"other": plural.Other, "zero": plural.Zero, "one": plural.One,
	"two": plural.Two, "few": plural.Few, "many": plural.Many,
}

// branch reads one selector {text}.
func (p *parser) branch(kind partKind, name string, depth int) (branch, error) {
	p.space()
	var c branch
	counted := ""
	if kind == pluralPart {
		counted = name
		c.exact = p.take('=')
	}
	c.selector = p.word()
	switch {
	case c.selector == "":
		return c, p.fail("a case or } is missing")
	case c.exact:
		n, err := strconv.Atoi(c.selector)
		if err != nil {
			return c, p.fail("=%s: want a number", c.selector)
		}
		c.number = n
	case kind == pluralPart:
		form, ok := forms[c.selector]
		if !ok {
			return c, p.fail("%q: want zero, one, two, few, many, other or =number", c.selector)
		}
		c.form = form
	}
	if !p.take('{') {
		return c, p.fail("{ must follow %s", c.selector)
	}
	parts, err := p.message(depth+1, counted)
	if err != nil {
		return c, err
	}
	p.pos++ // the } at which message stopped
	c.parts = parts
	return c, nil
}

func (p *parser) space() {
	for p.pos < len(p.src) && strings.IndexByte(" \t\r\n", p.src[p.pos]) >= 0 {
		p.pos++
	}
}

// take skips spaces, then c if it is next.
func (p *parser) take(c byte) bool {
	p.space()
	if p.pos < len(p.src) && p.src[p.pos] == c {
		p.pos++
		return true
	}
	return false
}

// word reads a name: letters, digits, _, - and dots.
func (p *parser) word() string {
	p.space()
	start := p.pos
	for p.pos < len(p.src) {
		r, n := utf8.DecodeRuneInString(p.src[p.pos:])
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && r != '_' && r != '-' && r != '.' {
			break
		}
		p.pos += n
	}
	return p.src[start:p.pos]
}
