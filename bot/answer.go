package bot

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"madoguchi/bot/understand"
	"madoguchi/flows"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
)

// sure is the confidence from which a reading is acted on without asking back.
const sure = 0.6

// heard takes words: an answer to the open question if they are one, else one
// of the things always possible, else a question of the resident's own.
func (d *dialog) heard(text string) error {
	if d.flow != nil {
		if step := aside(d.flow, text, d.site.Languages); step != "" {
			return d.turnAside(step)
		}
	}
	c := understand.Context{Lang: d.s.Lang, Now: d.now}
	if n, err := strconv.Atoi(understand.Fold(text)); err == nil && !d.writing() && n > d.s.Offered && n <= d.s.Offered+len(d.s.Ways) {
		name, arg, _ := command(d.s.Ways[n-d.s.Offered-1])
		return d.button(name, arg)
	}
	if l, other := d.otherTongue(text); other {
		d.s.Lang, c.Lang = l, l
		d.say(d.words.languageSet)
	}
	if len(d.s.Picked) > 0 && d.s.Pending == nil && d.thatIsAll(text) {
		return d.done()
	}
	if cmd, arg, conf, ok := understand.Commands(c, text, true); ok && conf >= sure && !d.answers(c, text) {
		return d.command(cmd, arg, text)
	}
	if d.s.Pending != nil {
		done, err := d.pendingHeard(c, text)
		if done || err != nil {
			return err
		}
	}
	if d.flow == nil {
		return d.idleHeard(c, text)
	}
	if d.step.Verb == flows.Check {
		return d.checkHeard(c, text)
	}
	if d.step.Verb == flows.Form {
		return d.moveOn()
	}

	f := d.field(d.step.Into)
	if f.Type == secret && utf8.RuneCountInString(text) >= shortestSecret && (d.in.link != nil || !foreign[d.in.Channel]) {
		d.in.Text, d.in.label = "", masked
		return d.take(text)
	}
	if f.Personal && foreign[d.in.Channel] && d.in.link == nil {
		if f.Optional && declined(c, text) {
			return d.skip()
		}
		if done, err := d.digress(c, text); done || err != nil {
			return err
		}
		d.in.Text = "" // not even into the transcript
		d.say(d.words.useLink)
		return d.repeat()
	}
	if understand.Asking(c, text) {
		if done, err := d.asked(c, text); done || err != nil {
			return err
		}
	}
	if f.Type == "slot" {
		return d.slotHeard(c, f, text)
	}
	if f.Optional && free[f.Type] && declined(c, text) {
		return d.skip()
	}
	r := d.read(c, f, text)
	if v, ok := r.Value(); ok {
		if d.mentions(c, r, text) {
			return d.askIntent(d.likely(c, text, nil), text)
		}
		return d.take(v)
	}
	if f.Optional && len(r.Candidates) == 0 && declined(c, text) {
		return d.skip()
	}
	if r.Ambiguous() {
		return d.ambiguous(f, r)
	}
	if done, err := d.elsewhere(c, text); done || err != nil {
		return err
	}
	// Words with the shape of a value, only a wrong one, are no question.
	if r.Reason == "" || understand.Asking(c, text) {
		if done, err := d.inBetween(c, text); done || err != nil {
			return err
		}
	}
	if len(r.Candidates) == 1 {
		return d.ambiguous(f, r) // only probable: ask whether it was meant
	}
	if r.Reason == "" {
		if done, err := d.puzzled(c, text); done || err != nil {
			return err
		}
	}
	return d.unread(f, r)
}

// otherTongue finds the language of a whole sentence that is clearly in another
// one than the dialog: it goes on in that, as if it had been asked for. What is
// written into a field (a name, an address) says nothing about who writes it.
func (d *dialog) otherTongue(text string) (i18n.Lang, bool) {
	if d.flow != nil && d.step.Verb == flows.Ask && d.s.Pending == nil {
		if f := d.field(d.step.Into); verbatim[f.Type] {
			return "", false
		}
	}
	return understand.Tongue(text, d.s.Lang, d.site.Languages)
}

// verbatim are the types of field whose answer is a name, a number or words to be
// kept, in whatever language.
var verbatim = map[string]bool{
	"text": true, "line": true, "address": true, "name": true, "kana": true, "mail": true, "phone": true, "postal": true, "code": true, "receipt": true, secret: true,
}

// writing reports whether the open question is answered in words, and offers
// nothing to choose from: then a number is an answer, not the place of a button.
func (d *dialog) writing() bool {
	return d.flow != nil && d.step.Verb == flows.Ask && d.s.Pending == nil && written[d.field(d.step.Into).Type]
}

// declined reports whether words turn an optional question down: "no thanks".
func declined(c understand.Context, text string) bool {
	if cmd, _, _, ok := understand.Commands(c, text, false); ok && cmd == understand.Skip {
		return true
	}
	if v, _ := understand.Value(c, understand.Field{Type: "yesno"}, text).Value(); v == "no" {
		return true
	}
	t := strings.TrimRight(text, " 　。.!！")
	for _, end := range []string{"いらない", "いりません", "要らない", "要りません", "いらないです", "要らないです", "必要ない", "必要ないです", "必要ありません", "特にない", "特になし", "特にありません", "don't need it", "not needed"} {
		if strings.HasSuffix(t, end) {
			return true
		}
	}
	return false
}

// thatIsAll reports whether words end the picking of answers.
func (d *dialog) thatIsAll(text string) bool {
	said := understand.Fold(strings.TrimRight(text, " 　。.!！"))
	for _, lang := range []i18n.Lang{d.s.Lang, i18n.Japanese} {
		ends := func(label string) bool { return said == understand.Fold(label) }
		if slices.ContainsFunc(d.words.ends.In(lang), ends) || ends(i18n.Bare(d.words.thatIsAll.In(lang))) {
			return true
		}
	}
	return false
}

// answers reports whether the words are exactly one of the open answers, which
// then means more than a command of the same wording.
func (d *dialog) answers(c understand.Context, text string) bool {
	if d.flow == nil || d.step.Verb != flows.Ask || d.s.Pending != nil {
		return false
	}
	f := d.field(d.step.Into)
	if f.Type != "choice" && f.Type != "choices" && f.Type != "yesno" {
		return false
	}
	r := d.read(c, f, text)
	return len(r.Candidates) == 1 && r.Candidates[0].Confidence >= 0.95
}

// read lets the rules read words as a value of the field.
func (d *dialog) read(c understand.Context, f *flows.Field, text string) understand.Result {
	// A date asked for in a procedure (moved in on …) may lie on either side of
	// today; the visit itself is a slot.
	q := understand.Field{Type: f.Type, Min: f.Min, Max: f.Max, Length: f.Length, Lean: understand.ToNearest}
	switch f.Type {
	case "choice", "choices":
		q.Choices = d.choiceWords(d.step)
	case "booking":
		list, err := d.Desk.Bookings(d.tx, d.owners(), d.s.Lang)
		if err != nil {
			d.Log.Error("list the bookings", "error", err)
		}
		q.Type = "choice"
		for _, b := range list {
			q.Choices = append(q.Choices, understand.Choice{Value: b.Value, Labels: []string{i18n.Bare(b.Label)}})
		}
	case "counter":
		for _, k := range d.counters(f) {
			q.Choices = append(q.Choices, understand.Choice{Value: k.ID, Labels: append([]string{i18n.Bare(k.Name)}, k.Also...)})
		}
	}
	return understand.Value(c, q, text)
}

// choiceWords are the answers of a choice question with all the words people
// use for them: in their language and, as it stands on every sign, in Japanese.
func (d *dialog) choiceWords(st *flows.Step) []understand.Choice {
	options := d.options(st)
	out := make([]understand.Choice, len(options))
	for i, ch := range options {
		labels := make([]string, 0, 8)
		labels = append(labels, i18n.Bare(d.fill(ch.Label)))
		if d.s.Lang != i18n.Japanese {
			labels = append(labels, i18n.Bare(ch.Label.In(i18n.Japanese, d.globals()...)))
		}
		labels = append(labels, ch.Also.In(d.s.Lang)...)
		if d.s.Lang != i18n.Japanese {
			labels = append(labels, ch.Also.In(i18n.Japanese)...)
		}
		out[i] = understand.Choice{Value: ch.Value, Labels: labels}
	}
	return out
}

// pressed takes a button or a link.
func (d *dialog) pressed(value string) error {
	if name, arg, global := command(value); global {
		return d.button(name, arg)
	}
	stale := d.in.Asked != 0 && d.in.Asked != d.s.Asked
	if d.s.Pending != nil && !stale {
		return d.pendingPressed(value)
	}
	if d.flow == nil {
		if f := d.shelf.Current[value]; f != nil && !f.Part {
			d.in.label = f.Title.In(d.s.Lang)
			return d.begin(f)
		}
		if stale || value != "" {
			d.say(d.words.oldButton)
		}
		return d.menu()
	}
	if stale {
		d.say(d.words.oldButton)
		return d.repeat()
	}
	if d.step.Verb == flows.Check {
		switch value {
		case "yes":
			d.in.label = d.words.yes.In(d.s.Lang)
			return d.confirmed()
		case "no":
			d.in.label = d.words.correct.In(d.s.Lang)
			return d.askCorrect()
		}
		d.say(d.words.oldButton)
		return d.repeat()
	}
	if d.step.Verb == flows.Form {
		return d.moveOn()
	}
	f := d.field(d.step.Into)
	v, err := d.valid(f, value)
	if err != nil {
		return err
	}
	if v != "" && v != flows.None && f.Type == "choices" && oneByOne[d.in.Channel] {
		d.in.label = d.show(f, v)
		d.s.Picked = append(d.s.Picked, strings.Split(v, ",")...)
		if len(d.options(d.step)) > 0 {
			return d.ask(d.step)
		}
		return d.done()
	}
	if v == "" {
		d.say(d.words.oldButton)
		return d.repeat()
	}
	if d.in.label = d.show(f, v); f.Type == "booking" && d.in.label == "" { // it is gone
		d.say(d.words.oldButton)
	}
	return d.take(v)
}

// valid returns the canonical value of a pressed answer, "" if the open
// question has no such answer.
func (d *dialog) valid(f *flows.Field, value string) (string, error) {
	switch f.Type {
	case "choice":
		if slices.ContainsFunc(d.options(d.step), func(c flows.Choice) bool { return c.Value == value }) {
			return value, nil
		}
		return "", nil
	case "choices":
		for _, v := range strings.Split(value, ",") {
			if !slices.ContainsFunc(d.options(d.step), func(c flows.Choice) bool { return c.Value == v }) {
				return "", nil
			}
		}
		return value, nil
	case "counter":
		if slices.ContainsFunc(d.counters(f), func(k Counter) bool { return k.ID == value }) {
			return value, nil
		}
		return "", nil
	case "booking":
		list, err := d.Desk.Bookings(d.tx, d.owners(), d.s.Lang)
		// Where none is left any more there is no answer that could be given, and
		// the flow says how it goes on.
		if err != nil || len(list) > 0 && !slices.ContainsFunc(list, func(c Choice) bool { return c.Value == value }) {
			return "", err
		}
		return value, nil
	case "slot":
		if _, _, ok := splitSlot(value); ok {
			return value, nil
		}
		if day, err := civil.ParseDate(value); err == nil { // a date picked on LINE
			return day.String(), nil
		}
		return "", nil
	default:
		r := understand.Value(understand.Context{Lang: d.s.Lang, Now: d.now},
			understand.Field{Type: f.Type, Min: f.Min, Max: f.Max, Length: f.Length}, value)
		if v, _ := r.Value(); v == value {
			return v, nil
		}
		return "", nil // a button carries the value itself, not words for it
	}
}

// oneByOne are the channels whose buttons send one answer at a time: a question
// for several is asked again until the resident says that it is all.
var oneByOne = map[string]bool{"line": true, "kiosk": true}

// done takes what was picked as the answer.
func (d *dialog) done() error {
	picked := strings.Join(d.s.Picked, ",")
	d.s.Picked = nil
	return d.take(picked)
}

// take accepts a value for the open question and goes on. Several answers come in
// the order of the question; one that says none of them stands alone.
func (d *dialog) take(value string) error {
	f := d.field(d.step.Into)
	if f.Type == "choices" && value != "" {
		value = d.several(value)
	}
	if ff := d.formField(f.Name); ff != nil && value != "" {
		taken, objection := ff.Accept(d.s.Lang, value)
		if objection != "" {
			return d.missed(f, objection)
		}
		value = taken
	}
	if f.Type == "slot" {
		if day, err := civil.ParseDate(value); err == nil {
			d.s.Look = &Look{On: day}
			return d.ask(d.step)
		}
		held, err := d.hold(f, value)
		if err != nil || !held {
			return err
		}
	}
	switch i := slices.IndexFunc(d.s.Former, func(a Answer) bool { return a.Name == f.Name }); {
	case i >= 0 && d.s.Former[i].Value == value:
		d.restore()
	case i >= 0:
		if f.Type != "slot" && slices.ContainsFunc(d.s.Former, func(a Answer) bool { _, _, ok := splitSlot(a.Value); return ok }) {
			if err := d.release(); err != nil {
				return err
			}
		}
		d.s.Former = nil
		d.untell(func(st *flows.Step) bool { return st.Text != nil && len(st.Text.Placeholders()) > 0 })
	}
	d.s.Set(f.Name, value)
	d.sawAnswer(f.Name)
	if other := d.fills(f.Name); other != "" {
		d.s.Set(other, value)
	}
	d.s.Trail = note(d.s.Trail, d.step.Name)
	d.s.Misses, d.s.Pending, d.s.Look, d.s.Offers = 0, nil, nil, nil
	if err := d.advance(way(d.step, value)); err != nil {
		return err
	}
	return d.walk()
}

// several puts several answers in the order of the question, with those picked
// before.
func (d *dialog) several(value string) string {
	given := append(strings.Split(value, ","), d.s.Picked...)
	d.s.Picked = nil
	var out []string
	for _, c := range d.options(d.step) {
		if slices.Contains(given, c.Value) && (c.Value != flows.None || len(given) == 1) {
			out = append(out, c.Value)
		}
	}
	return strings.Join(out, ",")
}

// skip leaves an optional question unanswered.
func (d *dialog) skip() error {
	if d.step != nil && d.step.Verb == flows.Form {
		return d.moveOn()
	}
	if d.step == nil || d.step.Verb != flows.Ask || !d.field(d.step.Into).Optional {
		d.say(d.words.cannotSkip)
		return d.repeat()
	}
	return d.take("")
}

// ambiguous asks which of two readings was meant.
func (d *dialog) ambiguous(f *flows.Field, r understand.Result) error {
	p := &Pending{Ask: AskMeaning, Target: f.Name}
	m := Message{Kind: KindQuestion, Text: d.words.whichMeant.In(d.s.Lang)}
	if len(r.Candidates) == 1 {
		m.Text = d.words.didYouMean.In(d.s.Lang)
	}
	for _, c := range r.Candidates {
		if len(p.Choices) == 4 {
			break
		}
		p.Choices = append(p.Choices, c.Value)
		m.Choices = append(m.Choices, Choice{Value: c.Value, Label: d.show(f, c.Value)})
	}
	m.Choices = append(m.Choices, Choice{Value: "@repeat", Label: d.words.noneOfThese.In(d.s.Lang), Quiet: true})
	d.s.Pending = p
	d.question(m, &Expects{Field: f.Name, Type: f.Type})
	return nil
}

// checkHeard takes words at a read-back: yes, no, or what is to be corrected.
func (d *dialog) checkHeard(c understand.Context, text string) error {
	if cmd, arg, conf, ok := understand.Commands(c, text, false); ok && conf >= sure {
		return d.command(cmd, arg, text)
	}
	r := understand.Value(c, understand.Field{Type: "yesno"}, text)
	switch v, _ := r.Value(); v {
	case "yes":
		return d.confirmed()
	case "no":
		return d.askCorrect()
	}
	if field := d.namedField(c, text); field != "" {
		return d.correct(field)
	}
	if done, err := d.digress(c, text); done || err != nil {
		return err
	}
	if done, err := d.puzzled(c, text); done || err != nil {
		return err
	}
	return d.miss(nil, understand.Result{})
}

// confirmed goes on after a read-back.
func (d *dialog) confirmed() error {
	d.s.Misses, d.s.Pending = 0, nil
	if asked, err := d.fillIn(); asked || err != nil {
		return err
	}
	if err := d.advance("next"); err != nil {
		return err
	}
	return d.walk()
}

// miss says that an answer could not be used, never twice running in the same
// words: first what was wrong with it, then the choices, then the way to a person.
func (d *dialog) miss(f *flows.Field, r understand.Result) error { return d.missed(f, d.reason(r)) }

// missed is miss with the reason in words, "" if there is none.
func (d *dialog) missed(f *flows.Field, reason string) error {
	if f != nil && f.Type == secret {
		d.in.Text, d.in.label = "", masked
	}
	d.s.Misses++
	lang := d.s.Lang
	listed := f == nil || !written[f.Type] // there are buttons to point at
	said := reason == d.s.Reason           // the same fault again: other words may help more
	d.s.Reason = reason
	var lead string
	n := d.s.Misses
	if n == 3 {
		d.say(d.words.miss3)
		d.person()
	}
	switch {
	case n == 1:
		lead = d.hint(f, reason)
	case reason != "" && !said:
		lead = reason
	case n == 2 && listed:
		lead = d.words.miss2.In(lang)
	case n == 2 && (reason != "" || d.step.Hint != nil):
		lead = d.words.hints[f.Type].In(lang)
	case n%2 == 0:
		lead = d.words.missEven.In(lang)
	case n == 3 && listed:
		lead = d.words.miss3After.In(lang)
	case n == 3:
		lead = d.fill(d.step.Text)
	case listed:
		lead = d.fill(d.words.missOdd)
	default:
		lead = d.fill(d.words.missOdd) + "\n" + d.fill(d.step.Text)
	}
	return d.askAgain(lead)
}

// secret is the type of a password. Its answer is taken as it is typed, stands
// nowhere but in the answers, and is dropped by the action that uses it.
const secret = "secret"

// shortestSecret is the least number of characters of a password (ASVS 6.2.1).
// Whatever is shorter is heard as words: back, a person please.
const shortestSecret = 8

// masked stands in the transcript in place of a secret.
const masked = "••••••••"

// yesNoTypes are the types of field whose answer is itself a yes or a no.
var yesNoTypes = map[string]bool{"yesno": true, "consent": true}

// free are the types of field that take any words.
var free = map[string]bool{"text": true, "line": true, "address": true, "name": true}

// written are the types of field that have no choices to tap.
var written = map[string]bool{
	"text": true, "date": true, "birthdate": true, "time": true, "number": true, "postal": true,
	"line": true, "address": true, "phone": true, "mail": true, "kana": true, secret: true, "name": true, "code": true, "receipt": true,
}

// hint is the first thing said to an unusable answer: the precise reason if
// there is one, else the step's own hint, else one for the kind of field.
func (d *dialog) hint(f *flows.Field, reason string) string {
	if reason != "" {
		return reason
	}
	if d.step != nil && d.step.Hint != nil {
		return d.fill(d.step.Hint)
	}
	if f == nil {
		return d.words.hintCheck.In(d.s.Lang)
	}
	if t := d.words.hints[f.Type]; t != nil {
		return t.In(d.s.Lang)
	}
	return d.words.hints["choice"].In(d.s.Lang)
}

// reason puts into words why a value was refused.
func (d *dialog) reason(r understand.Result) string {
	t := d.words.reasons[string(r.Reason)]
	if t == nil {
		return ""
	}
	return t.In(d.s.Lang,
		i18n.Arg{Name: "era", Value: r.Detail.Era}, i18n.Arg{Name: "first", Value: r.Detail.First},
		i18n.Arg{Name: "last", Value: r.Detail.Last}, i18n.Arg{Name: "date", Value: r.Detail.Date},
		i18n.Arg{Name: "month", Value: r.Detail.Month}, i18n.Arg{Name: "day", Value: r.Detail.Day},
		i18n.Arg{Name: "min", Value: r.Detail.Min}, i18n.Arg{Name: "max", Value: r.Detail.Max},
		i18n.Arg{Name: "number", Value: r.Detail.Number}, i18n.Arg{Name: "text", Value: r.Detail.Text})
}

// splitSlot reads COUNTER/2026-12-01T10:00.
func splitSlot(v string) (counter string, start civil.DateTime, ok bool) {
	counter, at, ok := strings.Cut(v, "/")
	if !ok || counter == "" {
		return "", start, false
	}
	start, err := civil.ParseDateTime(at)
	return counter, start, err == nil
}

// slotValue writes COUNTER/2026-12-01T10:00.
func slotValue(counter string, start civil.DateTime) string { return counter + "/" + start.String() }

// slotQuery is what the flow knows about the visit being planned.
func (d *dialog) slotQuery(f *flows.Field) OfferQuery {
	q := OfferQuery{Service: f.Service, Counters: d.in.Counters, Channel: d.in.Channel, Lang: d.s.Lang, Limit: 9}
	if q.Service == "" {
		q.Service = d.s.Answer("service")
	}
	for _, a := range d.s.Answers {
		switch other := d.field(a.Name); {
		case other == nil:
		case other.Type == "counter":
			q.Counter = a.Value
		case other.Type == "party":
			q.Persons, _ = strconv.Atoi(a.Value)
		}
	}
	return q
}

// hold keeps the chosen place. If it cannot be had it says why, offers others
// and reports false.
func (d *dialog) hold(f *flows.Field, value string) (bool, error) {
	counter, start, ok := splitSlot(value)
	if !ok {
		return false, fmt.Errorf("slot value %q: want COUNTER/YYYY-MM-DDTHH:MM", value)
	}
	q := d.slotQuery(f)
	if q.Counter != "" && q.Counter != counter || !within(d.in.Counters, counter) {
		d.say(d.words.oldButton)
		return false, d.ask(d.step)
	}
	if first := d.notBefore(); start.Date.Before(first) {
		d.refuse(&Refusal{Why: "before"}, first)
		d.s.Look = nil
		return false, d.ask(d.step)
	}
	id, err := d.Desk.Hold(d.tx, d.keeper(), q, counter, start)
	if err == nil {
		d.tx.Point("bot.held")
		d.s.Set(heldPlace, id)
		return true, nil
	}
	var no *Refusal
	if !errors.As(err, &no) {
		return false, err
	}
	d.refuse(no, start.Date)
	d.s.Look = nil
	if no.Why == "full" {
		d.s.Look = &Look{On: start.Date}
	}
	return false, d.ask(d.step)
}

// refuse says why a place on a day cannot be had.
func (d *dialog) refuse(no *Refusal, day civil.Date) {
	t := d.words.refusals[no.Why]
	if t == nil {
		t = d.words.refusals["closed"]
	}
	d.say(t, i18n.Arg{Name: "when", Value: no.When}, i18n.Arg{Name: "date", Value: day})
}

// notBefore is the first day on which the visit makes sense, set by an action
// (a notice of moving is taken only after moving in); zero if there is none.
func (d *dialog) notBefore() civil.Date {
	day, err := civil.ParseDate(d.s.Answer(FirstDay))
	if err != nil {
		return civil.Date{}
	}
	return day
}

// slotHeard takes words at the question for a time: one of the times offered,
// a time of its own, or a wish that leads to other offers.
func (d *dialog) slotHeard(c understand.Context, f *flows.Field, text string) error {
	if q := d.ofCounters(c, text); q != "" && !(q == asksWait && onlyEarlier(c, text)) {
		return d.counterAnswer(q, text)
	}
	q := understand.Field{Type: "slot"}
	for _, v := range d.s.Offers {
		if counter, start, ok := splitSlot(v); ok {
			q.Choices = append(q.Choices, understand.Choice{Value: v, Labels: []string{
				start.String(), i18n.Bare(d.slotLabel(Offer{Counter: counter, Start: start})),
			}})
		}
	}
	r := understand.Value(c, q, text)
	if v, ok := r.Value(); ok {
		if _, _, whole := splitSlot(v); whole {
			return d.take(v)
		}
		if at, err := civil.ParseDateTime(v); err == nil {
			return d.at(f, at)
		}
	}
	if r.Ambiguous() {
		if at, ok, err := d.onlyOpen(f, r); ok || err != nil {
			if err != nil {
				return err
			}
			return d.at(f, at)
		}
		return d.ambiguous(f, r)
	}
	wish, r := understand.SlotWish(c, text)
	if wish.IsZero() {
		if r.Reason == "" {
			if done, err := d.digress(c, text); done || err != nil {
				return err
			}
			if done, err := d.counterInstead(c, text); done || err != nil {
				return err
			}
			if done, err := d.puzzled(c, text); done || err != nil {
				return err
			}
		}
		return d.unread(f, r)
	}
	d.s.Misses = 0
	d.look(wish)
	return d.ask(d.step)
}

// counterInstead takes the name of another counter said at the question for a
// time: the counter is changed.
func (d *dialog) counterInstead(c understand.Context, text string) (bool, error) {
	name := d.counterAsked()
	if name == "" {
		return false, nil
	}
	v, ok := d.read(c, d.field(name), text).Value()
	if !ok {
		return false, nil
	}
	for _, step := range d.s.Trail {
		if d.stepOf(step).Into == name {
			d.restore()
			d.forget(step)
			d.s.Step, d.step = step, d.stepOf(step)
			return true, d.take(v)
		}
	}
	return false, nil
}

// onlyOpen settles two readings of an hour (8 in the morning or in the evening)
// if places are given at only one of them.
func (d *dialog) onlyOpen(f *flows.Field, r understand.Result) (at civil.DateTime, ok bool, err error) {
	for _, c := range r.Candidates {
		t, err := civil.ParseDateTime(c.Value)
		if err != nil {
			return at, false, nil
		}
		q := d.slotQuery(f)
		q.On, q.After, q.Before, q.Limit = t.Date, t.Clock, t.Clock+1, 1
		offers, err := d.Desk.Offers(d.tx, q)
		if err != nil {
			return at, false, fmt.Errorf("look for a free time: %w", err)
		}
		if len(offers) > 0 {
			if ok {
				return at, false, nil
			}
			at, ok = t, true
		}
	}
	return at, ok, nil
}

// at takes a time named in words: if one counter comes into question and is
// free, that is the answer; else the free times around it are offered.
func (d *dialog) at(f *flows.Field, at civil.DateTime) error {
	q := d.slotQuery(f)
	if q.Counter != "" {
		return d.take(slotValue(q.Counter, at))
	}
	q.On, q.After, q.Before, q.Limit = at.Date, at.Clock, at.Clock+1, 10
	offers, err := d.Desk.Offers(d.tx, q)
	var no *Refusal
	if errors.As(err, &no) {
		d.s.Look = &Look{On: at.Date} // the offers say why
		return d.ask(d.step)
	}
	if err != nil {
		return fmt.Errorf("look for a free time: %w", err)
	}
	switch len(offers) {
	case 1:
		return d.take(slotValue(offers[0].Counter, offers[0].Start))
	case 0:
		d.say(d.words.notThatTime)
		d.s.Look = &Look{On: at.Date}
	default:
		d.s.Look = &Look{On: at.Date, After: at.Clock, Before: at.Clock + 1}
	}
	return d.ask(d.step)
}

// look turns a wish into the part of the calendar to offer from.
func (d *dialog) look(w understand.Wish) {
	if w.Later || w.Other {
		d.later()
		return
	}
	if w.Earlier || w.Soonest {
		d.s.Look = nil
		return
	}
	look := &Look{On: w.Date, After: w.From, Before: w.To, Weekday: w.Weekday}
	switch {
	case !w.Date.IsZero():
	case w.HasWeek:
		monday := d.now.Date.AddDays(-(int(d.now.Date.Weekday()) + 6) % 7)
		look.From = monday.AddDays(7 * w.Week)
	case w.Month > 0:
		look.From = civil.Date{Year: w.Year, Month: time.Month(w.Month), Day: 1}
	case d.s.Look != nil && w.Weekday == nil:
		look.On, look.From = d.s.Look.On, d.s.Look.From // "in the afternoon" of the day looked at
	}
	if !look.From.IsZero() && look.From.Before(d.now.Date) {
		look.From = d.now.Date
	}
	d.s.Look = look
}

// later moves the offers on to the days after those shown.
func (d *dialog) later() {
	d.paging = true
	from := d.now.Date.AddDays(1)
	if n := len(d.s.Offers); n > 0 {
		if _, start, ok := splitSlot(d.s.Offers[n-1]); ok {
			from = start.Date.AddDays(1)
		}
	}
	look := &Look{From: from}
	if d.s.Look != nil {
		look.After, look.Before, look.Weekday = d.s.Look.After, d.s.Look.Before, d.s.Look.Weekday
	}
	d.s.Look = look
}
