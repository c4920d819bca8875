package scenario

import (
	"regexp"
	"strings"
)

// pattern is expected words, cut at * and {name}.
type pattern struct {
	source string
	pieces []piece
}

type piece struct {
	kind pieceKind
	text string // the literal, or the name
}

type pieceKind int

const (
	literal pieceKind = iota
	anything
	named
)

var nameForm = regexp.MustCompile(`^\{([a-z][a-z0-9_]*)\}`)

// parsePattern cuts words at *, {name} and backslash escapes.
func parsePattern(s string) pattern {
	p := pattern{source: s}
	var lit strings.Builder
	flush := func() {
		if lit.Len() > 0 {
			p.pieces = append(p.pieces, piece{literal, lit.String()})
			lit.Reset()
		}
	}
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			i++
			if s[i] == 'n' {
				lit.WriteByte('\n')
			} else {
				lit.WriteByte(s[i])
			}
		case s[i] == '*':
			flush()
			p.pieces = append(p.pieces, piece{anything, ""})
		case s[i] == '{' && nameForm.MatchString(s[i:]):
			m := nameForm.FindStringSubmatch(s[i:])
			flush()
			p.pieces = append(p.pieces, piece{named, m[1]})
			i += len(m[0]) - 1
		default:
			lit.WriteByte(s[i])
		}
	}
	flush()
	return p
}

// match reports whether text is what the pattern expects, and what the names
// met for the first time stand for. Space around the text does not count.
func (p pattern) match(text string, remembered map[string]string) (map[string]string, bool) {
	var re strings.Builder
	re.WriteString(`(?s)^\s*`)
	var names []string
	for i, pc := range p.pieces {
		switch pc.kind {
		case literal:
			re.WriteString(p.literal(i))
		case anything:
			re.WriteString(`.*?`)
		case named:
			if v, ok := remembered[pc.text]; ok {
				re.WriteString(regexp.QuoteMeta(v))
				continue
			}
			if p.beforeAnything(i) {
				re.WriteString(`([^\s、。，．,「」（）()]+)`)
			} else {
				re.WriteString(`(.+?)`)
			}
			names = append(names, pc.text)
		}
	}
	re.WriteString(`\s*$`)
	m := regexp.MustCompile(re.String()).FindStringSubmatch(text)
	if m == nil {
		return nil, false
	}
	found := map[string]string{}
	for i, n := range names {
		if v, twice := found[n]; twice && v != m[i+1] {
			return nil, false
		}
		found[n] = m[i+1]
	}
	return found, true
}

// literal returns the expression of a literal piece. Space beside a * or {name}
// is there for the reader of the file and need not be in the text.
func (p pattern) literal(i int) string {
	text := p.pieces[i].text
	before, after := "", ""
	if i > 0 {
		if t := strings.TrimLeft(text, " "); t != text {
			text, before = t, `\s*`
		}
	}
	if i < len(p.pieces)-1 {
		if t := strings.TrimRight(text, " "); t != text {
			text, after = t, `\s*`
		}
	}
	return before + regexp.QuoteMeta(text) + after
}

// beforeAnything reports whether nothing but * says where the i-th piece ends:
// then a name stands for one word.
func (p pattern) beforeAnything(i int) bool {
	for _, pc := range p.pieces[i+1:] {
		if pc.kind != literal {
			return pc.kind == anything
		}
		if strings.TrimSpace(pc.text) != "" {
			return false
		}
	}
	return false
}

// fill returns the pattern as something to say: names become what they stand
// for, * is itself. The second result is a name nothing was remembered for.
func (p pattern) fill(remembered map[string]string) (string, string) {
	var b strings.Builder
	for _, pc := range p.pieces {
		switch pc.kind {
		case literal:
			b.WriteString(pc.text)
		case anything:
			b.WriteByte('*')
		case named:
			v, ok := remembered[pc.text]
			if !ok {
				return "", pc.text
			}
			b.WriteString(v)
		}
	}
	return b.String(), ""
}
