package bot

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"madoguchi/bot/understand"
	"madoguchi/flows"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
)

// add appends a message of the bot to the reply.
func (d *dialog) add(m Message) {
	m.From = FromBot
	d.out = append(d.out, m)
}

// say adds a statement. Placeholders are filled from the arguments, the answers
// and what is known of the office.
func (d *dialog) say(t *i18n.Text, args ...i18n.Arg) {
	m := Message{Text: d.fill(t, args...)}
	if d.card != nil {
		m.Kind, m.Booking, d.card = KindBooking, d.card, nil
	}
	d.add(m)
}

// fill puts a text into words in the resident's language.
func (d *dialog) fill(t *i18n.Text, args ...i18n.Arg) string {
	for _, name := range t.Placeholders() {
		if !slices.ContainsFunc(args, func(a i18n.Arg) bool { return a.Name == name }) {
			args = append(args, d.arg(name))
		}
	}
	return t.In(d.s.Lang, args...)
}

// arg is the value of one placeholder.
func (d *dialog) arg(name string) i18n.Arg {
	for _, g := range d.globals() {
		if g.Name == name {
			return g
		}
	}
	v := d.s.Answer(name)
	if d.flow != nil {
		if f := d.field(name); f != nil {
			return i18n.Arg{Name: name, Value: i18n.Markup(d.show(f, v))}
		}
	}
	if n, err := strconv.Atoi(v); err == nil {
		return i18n.Arg{Name: name, Value: n}
	}
	if day, err := civil.ParseDate(v); err == nil {
		return i18n.Arg{Name: name, Value: day}
	}
	if dt, err := civil.ParseDateTime(v); err == nil {
		return i18n.Arg{Name: name, Value: dt}
	}
	if day, err := civil.ParseDate(v); err == nil {
		return i18n.Arg{Name: name, Value: day}
	}
	return i18n.Arg{Name: name, Value: v}
}

// globals are the placeholders every text may use.
func (d *dialog) globals() []i18n.Arg {
	return []i18n.Arg{
		{Name: "city", Value: i18n.Markup(d.site.City.In(d.s.Lang))},
		{Name: "office", Value: i18n.Markup(d.site.Office.In(d.s.Lang))},
		{Name: "phone", Value: d.site.Phone},
		{Name: "hours", Value: i18n.Markup(d.site.Hours.In(d.s.Lang))},
	}
}

// question puts a question: it is numbered, and the channel learns what is
// expected.
func (d *dialog) question(m Message, e *Expects) {
	if m.Kind == KindText {
		m.Kind = KindQuestion
	}
	d.s.Asked++
	d.s.Expects, d.s.Secure = e, m.Secure
	d.s.Offered, d.s.Ways = 0, d.s.Ways[:0]
	for _, c := range m.Choices {
		if c.Quiet {
			d.s.Ways = append(d.s.Ways, c.Value)
		} else {
			d.s.Offered++
		}
	}
	d.add(m)
}

// tell says the text of a say step, with its checklist.
func (d *dialog) tell(st *flows.Step) {
	if st.Papers == "" {
		if st.Text != nil {
			d.say(st.Text)
		}
		return
	}
	m := Message{}
	if st.Text != nil {
		m.Text = d.fill(st.Text)
	}
	m.Kind = KindPapers
	for _, t := range d.flow.Papers[st.Papers] {
		m.Lines = append(m.Lines, d.fill(t))
	}
	d.add(m)
}

// ask puts the question of an ask step.
func (d *dialog) ask(st *flows.Step) error { return d.put(st, "") }

// askAgain puts the open question again with other words before the choices.
func (d *dialog) askAgain(lead string) error {
	switch {
	case d.flow == nil:
		return d.menu()
	case d.step.Verb == flows.Check:
		d.question(Message{Text: lead, Choices: d.yesNo()}, &Expects{Field: "check", Type: "yesno"})
		return nil
	}
	return d.put(d.step, lead)
}

// repeat puts the open question again as it was.
func (d *dialog) repeat() error {
	d.s.Pending = nil
	switch {
	case d.flow == nil:
		return d.menu()
	case d.step.Verb == flows.Check:
		return d.check(d.step)
	case d.step.Verb == flows.Ask:
		return d.ask(d.step)
	}
	return d.walk()
}

// plainPages is the channel that marks beside the field to fill in what must be
// answered; elsewhere the question says it (S4-042).
const plainPages = "plain"

// put asks for a field and offers answers. A lead takes the place of the
// question where it has been asked before and the answer was of no use.
func (d *dialog) put(st *flows.Step, lead string) error {
	f := d.field(st.Into)
	e := &Expects{Field: f.Name, Type: f.Type, Optional: f.Optional, Photo: d.takesPhoto()}
	m := Message{Text: d.fill(st.Text), Secure: f.Personal}
	if d.formField(f.Name) != nil && !f.Optional && (d.in.Channel != plainPages || !written[f.Type]) {
		m.Text += "\n" + d.words.must.In(d.s.Lang)
	}
	if lead != "" {
		m.Text, m.Question = lead, m.Text
	}
	if f.Personal && foreign[d.in.Channel] {
		var err error
		if m.Link, err = d.formLink(st.Name); err != nil {
			return err
		}
	}
	switch f.Type {
	case "choice", "choices":
		for _, ch := range d.options(st) {
			m.Choices = append(m.Choices, Choice{Value: ch.Value, Label: d.fill(ch.Label)})
		}
		if f.Type == "choices" && len(d.s.Picked) > 0 {
			m.Text += "\n" + d.words.picked.In(d.s.Lang, i18n.Arg{Name: "list", Value: i18n.Markup(d.show(f, strings.Join(d.s.Picked, ",")))})
			m.Choices = append(m.Choices, Choice{Value: "@done", Label: d.words.thatIsAll.In(d.s.Lang), Quiet: true})
		}
	case "yesno", "consent":
		m.Choices = d.yesNo()
	case "counter":
		list := d.counters(f)
		if len(list) == 0 { // staff for a service that their counters do not take
			d.noOffers(m, e)
			return nil
		}
		for _, k := range list {
			label := k.Name
			m.Choices = append(m.Choices, Choice{Value: k.ID, Label: label})
			if k.Place != "" {
				m.Lines = append(m.Lines, k.Name+"　"+k.Place)
			}
		}
	case "party":
		last := f.Max
		if last == 0 || last > 5 {
			last = 5
		}
		for n := max(f.Min, 1); n <= last; n++ {
			m.Choices = append(m.Choices, Choice{Value: strconv.Itoa(n), Label: d.words.persons.In(d.s.Lang, i18n.Arg{Name: "n", Value: n})})
		}
	case "booking":
		var err error
		if m.Choices, err = d.Desk.Bookings(d.tx, d.owners(), d.s.Lang); err != nil {
			return err
		}
	case "slot":
		return d.putOffers(f, m, e)
	}
	if lead == "" {
		d.propose(&m, f)
	}
	if f.Optional {
		m.Choices = append(m.Choices, Choice{Value: "@skip", Label: d.words.skip.In(d.s.Lang), Quiet: true})
	}
	d.question(m, e)
	return nil
}

// counters lists the counters a counter question offers.
func (d *dialog) counters(f *flows.Field) []Counter {
	service := f.Service
	if service == "" {
		service = d.s.Answer("service")
	}
	list, err := d.Desk.Counters(d.tx, service, d.s.Lang)
	if err != nil {
		d.Log.Error("list the counters", "error", err)
	}
	if d.in.Counters == nil {
		return list
	}
	return slices.DeleteFunc(list, func(k Counter) bool { return !within(d.in.Counters, k.ID) })
}

// putOffers asks for a time and offers free ones.
func (d *dialog) putOffers(f *flows.Field, m Message, e *Expects) error {
	q := d.slotQuery(f)
	look := d.s.Look
	if look != nil {
		q.From, q.On, q.After, q.Before, q.Weekday = look.From, look.On, look.After, look.Before, look.Weekday
	}
	first := d.notBefore()
	if q.From.Before(first) {
		q.From = first
	}
	if look != nil && look.Quiet {
		quiet, usual, err := d.Desk.Quiet(d.tx, q)
		if err != nil {
			return fmt.Errorf("look for quiet times: %w", err)
		}
		if len(quiet) > 0 {
			m.Text = d.quietLead(usual) + "\n" + m.Text
			d.offer(m, e, quiet)
			return nil
		}
		look, d.s.Look = nil, nil
	}
	offers, err := d.Desk.Offers(d.tx, q)
	var no *Refusal
	if errors.As(err, &no) {
		if d.paging { // they leaf on to the end
			no = nil
		} else {
			d.refuse(no, cmp.Or(no.Day, q.On))
		}
	} else if err != nil {
		return fmt.Errorf("look for free times: %w", err)
	}
	if len(offers) == 0 && look != nil {
		// Nothing there: say so and go on around the day asked for.
		q.From = look.From
		if !look.On.IsZero() {
			q.From = look.On.AddDays(-1)
		}
		if today := d.now.Date; q.From.Before(today) {
			q.From = today
		}
		if q.From.Before(first) {
			q.From = first
		}
		if d.paging {
			q.From = first
		}
		q.On, q.After, q.Before, q.Weekday = civil.Date{}, 0, 0, nil
		if d.s.Look = (&Look{From: q.From}); q.From == first {
			d.s.Look = nil
		}
		if offers, err = d.anyOffers(q); err == nil && len(offers) == 0 {
			q.From, d.s.Look = first, nil
			offers, err = d.anyOffers(q)
		}
		if err != nil {
			return fmt.Errorf("look for free times: %w", err)
		}
		switch {
		case no != nil || len(offers) == 0:
		case d.paging:
			d.say(d.words.noLater)
		default:
			d.say(d.words.noneThen)
		}
	}
	if len(offers) == 0 {
		d.s.Offers = d.s.Offers[:0]
		d.noOffers(m, e)
		return nil
	}
	d.offer(m, e, offers)
	return nil
}

// anyOffers are free times, none where they are refused: why has been said.
func (d *dialog) anyOffers(q OfferQuery) ([]Offer, error) {
	offers, err := d.Desk.Offers(d.tx, q)
	var no *Refusal
	if errors.As(err, &no) {
		return nil, nil
	}
	return offers, err
}

// offer puts the question for a time with times to choose from.
func (d *dialog) offer(m Message, e *Expects, offers []Offer) {
	d.s.Offers = d.s.Offers[:0]
	m.Kind = KindOffers
	several := slices.ContainsFunc(offers, func(o Offer) bool { return o.Counter != offers[0].Counter })
	for _, o := range offers {
		v := slotValue(o.Counter, o.Start)
		d.s.Offers = append(d.s.Offers, v)
		label, short := d.slotLabel(o), i18n.FormatClockShort(d.s.Lang, o.Start.Clock)
		if several {
			label, short = label+" "+o.Name, short+" "+o.Name
		}
		m.Choices = append(m.Choices, Choice{Value: v, Label: label, Short: short, Day: i18n.FormatDate(d.s.Lang, o.Start.Date)})
	}
	m.Choices = append(m.Choices, Choice{Value: "@later", Label: d.words.later.In(d.s.Lang), Quiet: true})
	if d.s.Look != nil {
		m.Choices = append(m.Choices, Choice{Value: "@first", Label: d.words.first.In(d.s.Lang), Quiet: true})
	}
	d.question(m, e)
}

// noOffers says that nothing can be booked at all and where else to turn.
func (d *dialog) noOffers(m Message, e *Expects) {
	if d.s.Misses == 0 {
		d.say(d.words.noneAtAll)
		m.Text = d.fill(d.words.elsewhere)
	}
	if counter := d.counterAsked(); counter != "" {
		m.Choices = append(m.Choices, Choice{Value: "@correct:" + counter, Label: d.words.otherCounter.In(d.s.Lang)})
	}
	if d.canWait() {
		m.Choices = append(m.Choices, Choice{Value: "@" + wait, Label: d.words.counters.wait.In(d.s.Lang)})
	}
	m.Choices = append(m.Choices, Choice{Value: "@person", Label: d.words.buttons[understand.Person].In(d.s.Lang), Quiet: true})
	d.question(m, e)
}

// counterAsked is the field of the counter the resident has chosen, "" if they
// were not asked for one.
func (d *dialog) counterAsked() string {
	for _, name := range d.s.Trail {
		if f := d.field(d.stepOf(name).Into); f.Type == "counter" {
			return f.Name
		}
	}
	return ""
}

// slotLabel is a free time on a button: 12/1(火) 10:00.
func (d *dialog) slotLabel(o Offer) string {
	return i18n.FormatDay(d.s.Lang, o.Start.Date) + " " + i18n.FormatClockShort(d.s.Lang, o.Start.Clock)
}

// check reads back the answers and asks whether they are right.
func (d *dialog) check(st *flows.Step) error {
	text := d.words.check
	if st.Text != nil {
		text = st.Text
	}
	m := Message{Kind: KindSummary, Text: d.fill(text), Choices: d.yesNo()}
	m.Choices[1].Label = d.words.correct.In(d.s.Lang)
	for _, name := range st.Fields {
		if d.flow.Field(name) != nil {
			if d.s.Has(name) && !d.filled(name) {
				m.Items = append(m.Items, d.item(name))
			}
			continue
		}
		form, err := d.form(name)
		if err != nil {
			return err
		}
		if form == nil {
			continue
		}
		for _, ff := range form.Fields {
			if ff.Shown || d.s.Has(ff.Field.Name) {
				m.Items = append(m.Items, d.item(ff.Field.Name))
			}
		}
		if len(d.fromPhoto(form)) > 0 {
			m.Items = append(m.Items, Item{Field: name, Label: d.words.photoLabel.In(d.s.Lang), Value: d.words.photoPending.In(d.s.Lang)})
		}
	}
	d.question(m, &Expects{Field: "check", Type: "yesno"})
	return nil
}

// item is one line of a read-back. On a foreign platform it does not say what
// is personal: that was given on a page of ours.
func (d *dialog) item(name string) Item {
	f, v := d.field(name), d.s.Answer(name)
	item := Item{Field: name, Label: d.label(f), Value: d.show(f, v)}
	if f.Personal && foreign[d.in.Channel] && v != "" {
		item.Value = d.words.entered.In(d.s.Lang)
	}
	if d.askedIn(name) != "" {
		item.Correct = "@correct:" + name
	}
	return item
}

// yesNo are the two answers of a yes/no question.
func (d *dialog) yesNo() []Choice {
	return []Choice{
		{Value: "yes", Label: d.words.yes.In(d.s.Lang)},
		{Value: "no", Label: d.words.no.In(d.s.Lang)},
	}
}

// label is a field's name in words.
func (d *dialog) label(f *flows.Field) string {
	if f.Label != nil {
		return f.Label.In(d.s.Lang)
	}
	if t := d.words.fields[f.Type]; t != nil {
		return t.In(d.s.Lang)
	}
	return f.Name
}

// show puts a canonical value into words. The result may carry furigana; what
// the resident typed is escaped.
func (d *dialog) show(f *flows.Field, v string) string {
	lang := d.s.Lang
	if v == "" {
		return d.words.nothing.In(lang)
	}
	switch f.Type {
	case "choice", "choices":
		var out []string
		for _, one := range strings.Split(v, ",") {
			out = append(out, d.choiceLabel(f.Name, one))
		}
		return i18n.FormatList(lang, out)
	case "yesno", "consent":
		if v == "yes" {
			return d.words.yes.In(lang)
		}
		return d.words.no.In(lang)
	case "date", "birthdate":
		if day, err := civil.ParseDate(v); err == nil {
			return i18n.FormatDate(lang, day)
		}
	case "time":
		if t, err := civil.ParseClock(v); err == nil {
			return i18n.FormatClock(lang, t)
		}
	case "party":
		if n, err := strconv.Atoi(v); err == nil {
			return d.words.persons.In(lang, i18n.Arg{Name: "n", Value: n})
		}
	case "counter":
		return d.counterName(f, v)
	case "booking":
		return d.bookingLabel(v)
	case "slot":
		if counter, start, ok := splitSlot(v); ok {
			return i18n.FormatDateTime(lang, start) + "\n" + d.counterName(f, counter)
		}
		if day, err := civil.ParseDate(v); err == nil {
			return i18n.FormatDate(lang, day)
		}
	}
	return i18n.Escape(v)
}

func (d *dialog) bookingLabel(id string) string {
	list, err := d.Desk.Bookings(d.tx, d.owners(), d.s.Lang)
	if err != nil {
		d.Log.Error("list the bookings", "error", err)
	}
	for _, c := range list {
		if c.Value == id {
			return c.Label
		}
	}
	return ""
}

func (d *dialog) counterName(f *flows.Field, id string) string {
	for _, k := range d.counters(f) {
		if k.ID == id {
			return k.Name
		}
	}
	return i18n.Escape(id)
}

// options are the answers a choice question has for this person, without those
// picked. A condition that cannot be evaluated takes its answer away.
func (d *dialog) options(st *flows.Step) []flows.Choice {
	held := func(c flows.Choice) bool {
		if len(d.s.Picked) > 0 && st == d.step && (c.Value == flows.None || slices.Contains(d.s.Picked, c.Value)) {
			return false
		}
		if c.When == nil {
			return true
		}
		ok, err := c.When.Holds(d.facts())
		return err == nil && ok
	}
	for i := range st.Choices {
		if !held(st.Choices[i]) {
			return slices.DeleteFunc(slices.Clone(st.Choices), func(c flows.Choice) bool { return !held(c) })
		}
	}
	return st.Choices
}

// choiceLabel finds the label of a choice value where the field is asked.
func (d *dialog) choiceLabel(field, value string) string {
	if ff := d.formField(field); ff != nil {
		for _, ch := range ff.Ask.Choices {
			if ch.Value == value {
				return ch.Label.In(d.s.Lang)
			}
		}
		return value
	}
	for _, name := range d.flow.Order {
		st := d.stepOf(name)
		if st.Into != field {
			continue
		}
		for _, ch := range st.Choices {
			if ch.Value == value {
				return d.fill(ch.Label)
			}
		}
	}
	return value
}

// menu offers what can be done here.
func (d *dialog) menu() error { return d.offerMenu(d.words.menu) }

// offerMenu offers what can be done here, in other words than usual, and before
// it what has just been asked about.
func (d *dialog) offerMenu(lead *i18n.Text, first ...Choice) error {
	m := Message{Kind: KindQuestion, Text: d.fill(lead), Choices: first}
	for _, f := range d.shelf.Menu {
		m.Choices = append(m.Choices, Choice{Value: f.Name, Label: f.Title.In(d.s.Lang)})
	}
	m.Choices = append(m.Choices,
		Choice{Value: "@language", Label: d.words.buttons[understand.Language].In(d.s.Lang), Quiet: true},
		Choice{Value: "@person", Label: d.words.buttons[understand.Person].In(d.s.Lang), Quiet: true})
	d.question(m, nil)
	return nil
}
