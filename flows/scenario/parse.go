package scenario

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"madoguchi/i18n"
	"madoguchi/i18n/civil"
)

// maxFile is far above any dialog a person would read, in bytes.
const maxFile = 256 << 10

// Dialog is one dialog test, parsed.
type Dialog struct {
	Path  string
	Title string // the first remark

	lang    i18n.Lang
	channel string
	user    string
	flow    string
	now     civil.DateTime
	lines   []line
}

// line is one line that does or checks something.
type line struct {
	number int
	source string
	act    act
}

// act is what a line does; one type for each sign.
type act interface{}

type (
	say     struct{ words pattern }
	open    struct{}
	press   struct{ value pattern }
	pressAt struct{ place int } // from 1
	hear    struct {
		words pattern
		later bool
	}
	offers struct {
		value pattern
		label pattern
		not   bool
	}
	hasLine struct{ words pattern }
	state   struct{ what, want string }
	clock   struct {
		minutes int            // moved by, if at is zero
		at      civil.DateTime // set to
	}
	setting struct{ what, value string }
	staff   struct {
		who      string
		counters []string // nil: all of them
	}
	fields    struct{ form, change string }
	page      struct{ words pattern }
	redeliver struct{}
	mailed    struct{}
	given     struct{ what, name, value string } // section, resident
	card      struct {
		states   []string
		resident string // number of whose card it is, "" for nobody's
	}
	cardWords struct{ state, words string }
	askCodes  struct{}
	booking   struct {
		counter         pattern
		start           pattern
		service, status string
		none            bool
	}
	vacancy struct {
		counter pattern
		start   pattern
		places  int
	}
)

// SyntaxError is a line that could not be read.
type SyntaxError struct {
	File          string
	Line          int
	Message, Hint string
}

// Error names file, line and what to write instead.
func (e *SyntaxError) Error() string {
	s := fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Message)
	if e.Hint != "" {
		s += " (" + e.Hint + ")"
	}
	return s
}

// Parse reads a dialog. The error is a *SyntaxError at the first line that
// cannot be read.
func Parse(path string, source []byte) (*Dialog, error) {
	d := &Dialog{Path: path, channel: "web", user: "resident"}
	fail := func(n int, hint, format string, args ...any) error {
		return &SyntaxError{path, n, fmt.Sprintf(format, args...), hint}
	}
	if len(source) > maxFile {
		return nil, fail(1, "split it", "the file is longer than %d bytes", maxFile)
	}
	if !utf8.Valid(source) {
		return nil, fail(1, "save it as UTF-8", "the file is not UTF-8 text")
	}
	text := strings.TrimPrefix(string(source), "\ufeff")
	head := true
	for i, raw := range strings.Split(text, "\n") {
		n := i + 1
		raw = strings.TrimRight(raw, " \t\r　")
		body := strings.TrimLeft(raw, " \t　")
		switch {
		case body == "":
			continue
		case body[0] == '#':
			if d.Title == "" {
				d.Title = strings.TrimSpace(body[1:])
			}
			continue
		}
		indented := body != raw
		if !indented && !strings.ContainsRune("><?!=", rune(body[0])) {
			if !head {
				return nil, fail(n, "lines start with > < ? ! = or #, or belong to a < above and are indented", "not understood: %q", raw)
			}
			if message, hint := d.head(body); message != "" {
				return nil, fail(n, hint, "%s", message)
			}
			continue
		}
		if head && d.now == (civil.DateTime{}) {
			return nil, fail(n, "write now: 2026-11-25 09:00 above it", "the dialog starts before the clock is set")
		}
		head = false
		a, message, hint := parseLine(body, indented)
		if message != "" {
			return nil, fail(n, hint, "%s", message)
		}
		if indented && !d.follows() {
			return nil, fail(n, "indented lines stand below a < line", "what does this belong to? %q", body)
		}
		d.lines = append(d.lines, line{n, body, a})
	}
	if len(d.lines) == 0 {
		return nil, fail(1, "start with > and what the resident says", "the dialog is empty")
	}
	return d, nil
}

// follows reports whether the last line is a message, or belongs to one.
func (d *Dialog) follows() bool {
	if len(d.lines) == 0 {
		return false
	}
	switch d.lines[len(d.lines)-1].act.(type) {
	case hear, offers, hasLine:
		return true
	}
	return false
}

var headPair = regexp.MustCompile(`^([a-z]+):[ 　]*(\d{4}-\d\d-\d\d[ T]\d\d:\d\d|\S+)[ 　]*`)

// head reads one line of key: value pairs.
func (d *Dialog) head(s string) (message, hint string) {
	for s != "" {
		m := headPair.FindStringSubmatch(s)
		if m == nil {
			return fmt.Sprintf("not understood in the head: %q", s), "write lang: ja   channel: web   now: 2026-11-25 09:00   user: hanako"
		}
		s = s[len(m[0]):]
		switch key, value := m[1], m[2]; key {
		case "lang":
			d.lang = i18n.Lang(value)
		case "channel":
			d.channel = value
		case "user":
			d.user = value
		case "flow":
			d.flow = value
		case "now":
			dt, err := civil.ParseDateTime(strings.Replace(value, " ", "T", 1))
			if err != nil {
				return err.Error(), "write now: 2026-11-25 09:00"
			}
			d.now = dt
		default:
			return fmt.Sprintf("unknown key %q in the head", key), "one of: lang, channel, now, user, flow"
		}
	}
	return "", ""
}

var (
	pressed = regexp.MustCompile(`^\[([^\]]+)\]$`)
	offered = regexp.MustCompile(`^\[(!?)([^\]]+)\](.*)$`)
	passing = regexp.MustCompile(`^\+(\d{1,5})([dhm])$`)
)

func parseLine(s string, indented bool) (a act, message, hint string) {
	if indented {
		if m := offered.FindStringSubmatch(s); m != nil {
			return offers{parsePattern(m[2]), parsePattern(strings.TrimSpace(m[3])), m[1] == "!"}, "", ""
		}
		if rest, ok := strings.CutPrefix(s, "-"); ok {
			return hasLine{parsePattern(strings.TrimSpace(rest))}, "", ""
		}
		return nil, fmt.Sprintf("not understood below a message: %q", s), "write [value] label, [!value] or - line; put a long message on one line with \\n"
	}
	sign, rest := s[0], strings.TrimSpace(s[1:])
	switch sign {
	case '>':
		if rest == "" {
			return open{}, "", ""
		}
		m := pressed.FindStringSubmatch(rest)
		if m == nil {
			return say{parsePattern(rest)}, "", ""
		}
		if place, ok := strings.CutPrefix(m[1], "#"); ok {
			n, err := strconv.Atoi(place)
			if err != nil || n < 1 {
				return nil, fmt.Sprintf("no place of a choice: %q", m[1]), "write [#2] for the second"
			}
			return pressAt{n}, "", ""
		}
		return press{parsePattern(m[1])}, "", ""
	case '<':
		words, later := strings.CutPrefix(rest, "...")
		if words = strings.TrimSpace(words); words == "" {
			return nil, "an expected message without words", "write * for any message"
		}
		return hear{parsePattern(words), later}, "", ""
	case '?':
		return parseState(strings.Fields(rest))
	case '!':
		if a, message, hint, ok := parseLong(rest); ok {
			return a, message, hint
		}
		return parseCommand(strings.Fields(rest))
	default:
		return parseCheck(strings.Fields(rest))
	}
}

func parseState(w []string) (a act, message, hint string) {
	hint = "write ? step NAME, ? flow NAME, ? lang LANG or ? expects TYPE"
	if len(w) != 2 {
		return nil, "a ? line wants two words", hint
	}
	switch w[0] {
	case "step", "flow", "lang", "expects":
		return state{w[0], w[1]}, "", ""
	}
	return nil, fmt.Sprintf("unknown check %q", w[0]), hint
}

// parseLong reads the commands whose value is the rest of the line.
func parseLong(s string) (a act, message, hint string, ok bool) {
	word, rest, _ := strings.Cut(s, " ")
	rest = strings.TrimSpace(rest)
	switch word {
	case "fields":
		form, change, found := strings.Cut(rest, " ")
		if !found {
			return nil, "! fields wants a form and what to change", "write ! fields application {phone: {resident: required}}", true
		}
		return fields{form, strings.TrimSpace(change)}, "", "", true
	case "closed":
		counter, day, found := strings.Cut(rest, " ")
		if !found {
			return nil, "! closed wants a counter and a day", "write ! closed honcho 2026-12-01", true
		}
		return given{word, counter, strings.TrimSpace(day)}, "", "", true
	case "mails":
		if rest != "sent" {
			return nil, "! mails wants what becomes of them", "write ! mails sent", true
		}
		return given{word, "", ""}, "", "", true
	case "unserved":
		if rest == "" {
			return nil, "! unserved wants a service", "write ! unserved move", true
		}
		return given{word, rest, ""}, "", "", true
	case "section":
		name, value, found := strings.Cut(rest, " ")
		if !found {
			return nil, "! section wants a name and a value", "write ! section identity {who: anybody}", true
		}
		return given{word, name, strings.TrimSpace(value)}, "", "", true
	case "words":
		state, words, found := strings.Cut(rest, " ")
		if !found {
			return nil, "! words wants a state of a card and what is told of it", "write ! words notified 窓口へお越しください。", true
		}
		return cardWords{state, strings.TrimSpace(words)}, "", "", true
	case "resident":
		return given{word, "", rest}, "", "", true
	case "page":
		if rest == "" {
			return nil, "! page wants what is written there", "write ! page 山田 太郎, or ! page [value] for a button", true
		}
		return page{parsePattern(rest)}, "", "", true
	}
	return nil, "", "", false
}

func parseCommand(w []string) (a act, message, hint string) {
	hint = "write ! clock +1d, ! clock 2026-12-02 08:00, ! channel line, ! user taro, ! lang en, ! staff suzuki, ! fields FORM {…}, ! section NAME {…}, ! resident {…}, ! card notified, ! words STATE …, ! codes asked, ! mail, ! page words or ! redeliver"
	if len(w) == 1 && w[0] == "redeliver" {
		return redeliver{}, "", ""
	}
	if len(w) == 1 && w[0] == "mail" {
		return mailed{}, "", ""
	}
	if len(w) < 2 {
		return nil, "a ! line wants a word and a value", hint
	}
	switch value := strings.Join(w[1:], "T"); w[0] {
	case "card":
		c := card{states: strings.Split(w[1], ",")}
		switch {
		case len(w) == 4 && w[2] == "of":
			c.resident = w[3]
		case len(w) != 2:
			return nil, "the number of the resident whose card it is stands after of", "write ! card notified of 123456782"
		}
		return c, "", ""
	case "codes":
		if w[1] != "asked" {
			return nil, fmt.Sprintf("unknown command %q", "codes "+w[1]), hint
		}
		return askCodes{}, "", ""
	case "staff":
		if len(w) == 2 {
			return staff{w[1], nil}, "", ""
		}
		if w[2] != "at" || len(w) < 4 {
			return nil, "the counters of a member of the staff stand after at", "write ! staff suzuki at honcho nishi"
		}
		return staff{w[1], w[3:]}, "", ""
	case "channel", "user", "lang":
		return setting{w[0], w[1]}, "", ""
	case "clock":
		if m := passing.FindStringSubmatch(value); m != nil {
			n, _ := strconv.Atoi(m[1]) // at most five digits
			return clock{minutes: n * map[string]int{"d": 24 * 60, "h": 60, "m": 1}[m[2]]}, "", ""
		}
		dt, err := civil.ParseDateTime(value)
		if err != nil {
			return nil, err.Error(), hint
		}
		return clock{at: dt}, "", ""
	}
	return nil, fmt.Sprintf("unknown command %q", w[0]), hint
}

func parseCheck(w []string) (a act, message, hint string) {
	hint = "write = booking COUNTER 2026-12-01T10:00 SERVICE booked, = no booking COUNTER TIME, or = vacancy COUNTER TIME 4"
	switch {
	case len(w) == 5 && w[0] == "booking":
		return booking{counter: parsePattern(w[1]), start: parsePattern(w[2]), service: w[3], status: w[4]}, "", ""
	case len(w) == 4 && w[0] == "no" && w[1] == "booking":
		return booking{counter: parsePattern(w[2]), start: parsePattern(w[3]), none: true}, "", ""
	case len(w) == 4 && w[0] == "vacancy":
		n, err := strconv.Atoi(w[3])
		if err != nil || n < 0 {
			return nil, fmt.Sprintf("no number of places: %q", w[3]), hint
		}
		return vacancy{parsePattern(w[1]), parsePattern(w[2]), n}, "", ""
	}
	return nil, "a check that is not understood", hint
}
