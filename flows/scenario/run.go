package scenario

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"madoguchi/i18n"
	"madoguchi/i18n/civil"
)

// Failure is a dialog that went otherwise than its file says.
type Failure struct {
	File          string
	Line          int
	Expected, Got string
	// Transcript is the dialog up to and including the last answer.
	Transcript string
}

// Error shows the place, what was expected and got, and the whole transcript.
func (f *Failure) Error() string {
	return fmt.Sprintf("%s:%d:\n  expected: %s\n  got:      %s\n\n%s", f.File, f.Line, f.Expected, f.Got, f.Transcript)
}

// Run plays the dialog to t and returns the steps it walked, as far as t tells.
// The error is a *Failure at the first line that does not hold, or the fault of
// t wrapped with the line that met it.
func Run(ctx context.Context, d *Dialog, t Talker) ([]Walk, error) {
	r := &run{
		dialog: d, talker: t,
		now: d.now, channel: d.channel, user: d.user, lang: d.lang,
		remembered: map[string]string{},
	}
	for _, l := range d.lines {
		if err := r.line(ctx, l); err != nil {
			return r.walked, err
		}
	}
	return r.walked, nil
}

// run is one dialog under way.
type run struct {
	dialog *Dialog
	talker Talker

	now        civil.DateTime
	channel    string
	user       string
	lang       i18n.Lang
	staff      staff
	events     int
	last       Event
	answer     Answer
	heard      int      // messages of the answer passed so far
	at         *Message // the message a < line matched last
	remembered map[string]string
	walked     []Walk
	transcript strings.Builder
}

func (r *run) fail(l line, expected, format string, args ...any) error {
	return &Failure{r.dialog.Path, l.number, expected, fmt.Sprintf(format, args...), r.transcript.String()}
}

func (r *run) line(ctx context.Context, l line) error {
	switch a := l.act.(type) {
	case open:
		return r.turn(ctx, l, Event{})
	case say:
		text, err := r.fill(l, a.words)
		if err != nil {
			return err
		}
		return r.turn(ctx, l, Event{Text: text})
	case press:
		value, err := r.fill(l, a.value)
		if err != nil {
			return err
		}
		return r.turn(ctx, l, Event{Choice: value})
	case pressAt:
		offered := r.offered()
		if a.place > len(offered) {
			return r.fail(l, fmt.Sprintf("at least %d choices", a.place), "%s", showChoices(offered))
		}
		return r.turn(ctx, l, Event{Choice: offered[a.place-1].Value})
	case hear:
		return r.hear(l, a)
	case offers:
		return r.offers(l, a)
	case hasLine:
		for _, s := range r.at.Lines {
			if found, ok := a.words.match(s, r.remembered); ok {
				r.remember(found)
				return nil
			}
		}
		return r.fail(l, "the line "+a.words.source, "%s", strings.Join(r.at.Lines, " / "))
	case state:
		return r.state(l, a)
	case clock:
		if a.at != (civil.DateTime{}) {
			r.now = a.at
		} else {
			r.now = r.now.Add(a.minutes)
		}
		fmt.Fprintf(&r.transcript, "--- %s\n", r.now)
	case setting:
		switch a.what {
		case "channel":
			r.channel = a.value
		case "user":
			r.user = a.value
		case "lang":
			r.lang = i18n.Lang(a.value)
		}
		fmt.Fprintf(&r.transcript, "--- %s: %s\n", a.what, a.value)
	case staff:
		if r.staff = a; a.who == "nobody" {
			r.staff = staff{}
		}
		fmt.Fprintf(&r.transcript, "--- staff: %s %s\n", a.who, strings.Join(a.counters, " "))
	case fields:
		s, ok := r.talker.(Settings)
		if !ok {
			return r.fail(l, "a program whose forms can be changed", "one that cannot")
		}
		if err := s.SetFields(ctx, a.form, a.change); err != nil {
			return fmt.Errorf("%s:%d: %w", r.dialog.Path, l.number, err)
		}
		fmt.Fprintf(&r.transcript, "--- fields %s %s\n", a.form, a.change)
	case given:
		s, ok := r.talker.(Settings)
		if !ok {
			return r.fail(l, "a program whose settings can be changed", "one that cannot")
		}
		set := func() error { return s.SetSection(ctx, a.name, a.value) }
		switch a.what {
		case "resident":
			set = func() error { return s.AddResident(ctx, a.value, r.now) }
		case "closed":
			set = func() error { return s.Close(ctx, a.name, a.value) }
		case "mails":
			set = func() error { return s.SendMails(ctx) }
		case "unserved":
			set = func() error { return s.Unserve(ctx, a.name) }
		}
		if err := set(); err != nil {
			return fmt.Errorf("%s:%d: %w", r.dialog.Path, l.number, err)
		}
		fmt.Fprintf(&r.transcript, "--- %s %s %s\n", a.what, a.name, a.value)
	case mailed:
		return r.turn(ctx, l, Event{Mail: true})
	case page:
		words, err := r.fill(l, a.words)
		if err != nil {
			return err
		}
		if m := pressed.FindStringSubmatch(words); m != nil {
			return r.turn(ctx, l, Event{Choice: m[1], Page: true})
		}
		return r.turn(ctx, l, Event{Text: words, Page: true})
	case redeliver:
		return r.redeliver(ctx, l)
	case card, cardWords, askCodes:
		return r.cards(ctx, l)
	case booking:
		return r.booking(ctx, l, a)
	case vacancy:
		return r.vacancy(ctx, l, a)
	}
	return nil
}

func (r *run) fill(l line, p pattern) (string, error) {
	text, unknown := p.fill(r.remembered)
	if unknown != "" {
		return "", r.fail(l, "a value for {"+unknown+"}", "nothing was remembered under this name")
	}
	return text, nil
}

func (r *run) remember(found map[string]string) {
	for k, v := range found {
		r.remembered[k] = v
	}
}

// cards puts a card, or the rule about them, in place.
func (r *run) cards(ctx context.Context, l line) error {
	talker, ok := r.talker.(Cards)
	if !ok {
		return r.fail(l, "a program with cards", "this one has none")
	}
	var err error
	switch a := l.act.(type) {
	case askCodes:
		err = talker.AskCodes(ctx)
	case cardWords:
		err = talker.Words(ctx, a.state, a.words)
	case card:
		var code string
		if code, err = talker.Card(ctx, a.states, a.resident, r.now); err == nil {
			r.remember(map[string]string{"code": code})
			fmt.Fprintf(&r.transcript, "--- card %s: %s\n", code, strings.Join(a.states, ", "))
		}
	}
	if err != nil {
		return fmt.Errorf("%s:%d: %w", r.dialog.Path, l.number, err)
	}
	return nil
}

// turn sends an event and takes the answer.
func (r *run) turn(ctx context.Context, l line, e Event) error {
	r.events++
	e.ID = strconv.Itoa(r.events)
	e.Now, e.Channel, e.User, e.Lang, e.Staff, e.Counters = r.now, r.channel, r.user, r.lang, r.staff.who, r.staff.counters
	if r.events == 1 {
		e.Flow = r.dialog.flow
	}
	fmt.Fprintf(&r.transcript, "> %s\n", showEvent(e))
	answer, err := r.talker.Turn(ctx, e)
	if err != nil {
		return fmt.Errorf("%s:%d: %w\n\n%s", r.dialog.Path, l.number, err, r.transcript.String())
	}
	r.last, r.answer, r.heard, r.at = e, answer, 0, nil
	r.walked = append(r.walked, answer.Walked...)
	for _, m := range answer.Messages {
		r.transcript.WriteString(showMessage(m))
	}
	return nil
}

// redeliver sends the last event again and compares what the resident would
// see. What must not change in the services is checked by = lines.
func (r *run) redeliver(ctx context.Context, l line) error {
	if r.events == 0 {
		return r.fail(l, "an event to send again", "nothing was said yet")
	}
	again, err := r.talker.Turn(ctx, r.last)
	if err != nil {
		return fmt.Errorf("%s:%d: redelivery: %w\n\n%s", r.dialog.Path, l.number, err, r.transcript.String())
	}
	first := r.answer
	first.Walked, again.Walked = nil, nil
	if !reflect.DeepEqual(first, again) {
		var b strings.Builder
		for _, m := range again.Messages {
			b.WriteString(showMessage(m))
		}
		return r.fail(l, "the same answer as before", "step %s of %s, and\n%s", again.Step, again.Flow, b.String())
	}
	return nil
}

func (r *run) hear(l line, a hear) error {
	rest := r.answer.Messages[r.heard:]
	for i := range rest {
		if found, ok := a.words.match(rest[i].Text, r.remembered); ok {
			r.remember(found)
			r.heard += i + 1
			r.at = &rest[i]
			return nil
		}
		if !a.later {
			break
		}
	}
	if len(rest) == 0 {
		return r.fail(l, a.words.source, "no further message")
	}
	if !a.later {
		return r.fail(l, a.words.source, "%s", rest[0].Text)
	}
	texts := make([]string, len(rest))
	for i, m := range rest {
		texts[i] = m.Text
	}
	return r.fail(l, a.words.source, "%s", strings.Join(texts, "\n            "))
}

func (r *run) offers(l line, a offers) error {
	var otherwise *Choice // with the value, but another label
	for _, c := range r.at.Choices {
		value, ok := a.value.match(c.Value, r.remembered)
		if !ok {
			continue
		}
		if a.not {
			return r.fail(l, "no choice ["+a.value.source+"]", "%s", showChoices(r.at.Choices))
		}
		if len(a.label.pieces) > 0 {
			label, ok := a.label.match(c.Label, r.remembered)
			if !ok {
				otherwise = cmp.Or(otherwise, &c)
				continue
			}
			r.remember(label)
		}
		r.remember(value)
		return nil
	}
	switch {
	case a.not:
		return nil
	case otherwise != nil:
		return r.fail(l, "["+a.value.source+"] "+a.label.source, "[%s] %s", otherwise.Value, otherwise.Label)
	}
	return r.fail(l, "the choice ["+a.value.source+"]", "%s", showChoices(r.at.Choices))
}

// offered returns the choices of the last message that has any: those of the
// open question.
func (r *run) offered() []Choice {
	for i := len(r.answer.Messages) - 1; i >= 0; i-- {
		if c := r.answer.Messages[i].Choices; len(c) > 0 {
			return c
		}
	}
	return nil
}

func (r *run) state(l line, a state) error {
	got := ""
	switch a.what {
	case "step":
		got = r.answer.Step
	case "flow":
		got = r.answer.Flow
	case "lang":
		got = string(r.answer.Lang)
	case "expects":
		e := r.answer.Expects
		switch {
		case e == nil:
			got = "nothing"
		case a.want == e.Field:
			return nil
		default:
			got = e.Type
		}
	}
	if got != a.want {
		return r.fail(l, a.what+" "+a.want, "%s %s", a.what, got)
	}
	return nil
}

// place fills and reads the counter and start of a check.
func (r *run) place(l line, counter, start pattern) (string, civil.DateTime, error) {
	c, err := r.fill(l, counter)
	if err != nil {
		return "", civil.DateTime{}, err
	}
	s, err := r.fill(l, start)
	if err != nil {
		return "", civil.DateTime{}, err
	}
	dt, err := civil.ParseDateTime(s)
	if err != nil {
		return "", dt, r.fail(l, "a time as 2026-12-01T10:00", "%s", s)
	}
	return c, dt, nil
}

func (r *run) booking(ctx context.Context, l line, a booking) error {
	counter, start, err := r.place(l, a.counter, a.start)
	if err != nil {
		return err
	}
	all, err := r.talker.Bookings(ctx, counter, start)
	if err != nil {
		return fmt.Errorf("%s:%d: %w", r.dialog.Path, l.number, err)
	}
	shown := make([]string, len(all))
	for i, b := range all {
		shown[i] = b.Service + " " + b.Status
		if a.none && b.Status == "booked" {
			return r.fail(l, "no booking", "%s", shown[i])
		}
		if !a.none && b.Service == a.service && b.Status == a.status {
			return nil
		}
	}
	if a.none {
		return nil
	}
	if len(all) == 0 {
		shown = []string{"no booking"}
	}
	return r.fail(l, a.service+" "+a.status, "%s", strings.Join(shown, ", "))
}

func (r *run) vacancy(ctx context.Context, l line, a vacancy) error {
	counter, start, err := r.place(l, a.counter, a.start)
	if err != nil {
		return err
	}
	n, err := r.talker.Vacancy(ctx, counter, start, r.now)
	if err != nil {
		return fmt.Errorf("%s:%d: %w", r.dialog.Path, l.number, err)
	}
	if n != a.places {
		return r.fail(l, fmt.Sprintf("%d places", a.places), "%d places", n)
	}
	return nil
}

func showEvent(e Event) string {
	switch {
	case e.Choice != "":
		return "[" + e.Choice + "]"
	case e.Text != "":
		return e.Text
	default:
		return "(opens)"
	}
}

func showMessage(m Message) string {
	var b strings.Builder
	fmt.Fprintf(&b, "< %s\n", strings.ReplaceAll(m.Text, "\n", "\n  "))
	for _, s := range m.Lines {
		fmt.Fprintf(&b, "  - %s\n", s)
	}
	for _, c := range m.Choices {
		fmt.Fprintf(&b, "  [%s] %s\n", c.Value, c.Label)
	}
	return b.String()
}

func showChoices(cs []Choice) string {
	if len(cs) == 0 {
		return "no choices"
	}
	out := make([]string, len(cs))
	for i, c := range cs {
		out[i] = "[" + c.Value + "] " + c.Label
	}
	return strings.Join(out, ", ")
}
