package bot

import (
	"fmt"
	"maps"
	"slices"

	"madoguchi/bot/understand"
	"madoguchi/flows"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
)

// Action performs one named action of a flow (do: …) against a service, inside
// the turn's transaction, and returns the outcome the flow goes on by. An error
// is a fault: the whole turn is undone.
type Action func(*Act) (outcome string, err error)

// Act is what an action works with.
type Act struct {
	Tx      *store.Tx
	Owner   string   // of holds and bookings made here: the conversation
	Owners  []string // whose bookings are this person's: Owner, and Resident if there is one
	Channel string
	User    string
	Staff   string // account that speaks for the resident (S4-076), "" if none
	// Counters are those at which that account works, see Inbound.
	Counters []string
	Address  string // network address, "" if unknown
	Lang     i18n.Lang
	Now      civil.DateTime
	Site     *Site

	// Answer gives the value of a field or of what an earlier action has set.
	Answer func(name string) string
	// Set gives a value to a name, for texts and later actions; Drop forgets it.
	Set  func(name, value string)
	Drop func(name string)
	// Form gives what was answered on a form, nil if it asks nothing.
	Form func(name string) (*FormAnswers, error)
	// Say adds a message to the reply; Attach puts a booking on the flow's next
	// message.
	Say    func(Message)
	Attach func(*Booking)

	// Resident is who has signed in, "" for nobody.
	Resident string
	SignIn   func(resident string)
	SignOut  func()

	done  map[string]string
	words *words
}

// At reports whether a counter comes into question: for residents every one does,
// for staff those they work at.
func (a *Act) At(counter string) bool { return within(a.Counters, counter) }

// within reports whether a counter is one of those that come into question.
func within(counters []string, id string) bool {
	return counters == nil || slices.Contains(counters, id)
}

// BookingButtons are what can be done with a booking from its receipt.
func (a *Act) BookingButtons(id string) []Choice { return a.words.bookingButtons(a.Lang, id) }

// BookingButtons are the same for a message outside any turn.
func (e *Engine) BookingButtons(tx *store.Tx, lang i18n.Lang, id string) ([]Choice, error) {
	shelf, err := e.Library.Shelf(tx)
	if err != nil {
		return nil, err
	}
	return shelf.spoken(e).bookingButtons(lang, id), nil
}

func (w *words) bookingButtons(lang i18n.Lang, id string) []Choice {
	return []Choice{
		{Value: "@change:" + id, Label: w.change.In(lang)},
		{Value: "@cancel:" + id, Label: w.cancel.In(lang)},
	}
}

// stride bounds the steps of one turn. The checker refuses loops without a
// question, so only a fault reaches it.
const stride = 500

// begin enters a flow at its first step. Answers known from the start are set
// before.
func (d *dialog) begin(f *flows.Flow, known ...Answer) error {
	if err := d.leave(); err != nil {
		return err
	}
	d.enterFlow(f)
	d.s.Answers = append(d.s.Answers, known...)
	return d.walk()
}

// enterFlow stands at the first step of a flow.
func (d *dialog) enterFlow(f *flows.Flow) {
	d.s.enter(f.Name, f.Version, f.First)
	d.flow, d.step = f, f.Steps[f.First]
	d.passed.Begun = f.Name
}

// enter begins a flow that the channel names, with what is known from the start.
func (d *dialog) enter(f *flows.Flow) error {
	if err := d.leave(); err != nil {
		return err
	}
	d.enterFlow(f)
	for _, name := range slices.Sorted(maps.Keys(d.in.With)) {
		value, _ := understand.Clean(d.in.With[name], longestChoice)
		if len(d.s.Given) < mostGiven {
			d.s.Given = append(d.s.Given, Answer{name, value})
		}
	}
	return d.walk()
}

// given takes out what was known from the start for a question now put, checked
// as a pressed button would be. What does not answer the question is worthless,
// and so is the rest: a time is no use without its counter.
func (d *dialog) given(st *flows.Step) (string, error) {
	i := slices.IndexFunc(d.s.Given, func(a Answer) bool { return a.Name == st.Into })
	if i < 0 {
		return "", nil
	}
	value, err := d.valid(d.field(st.Into), d.s.Given[i].Value)
	if err != nil || value == "" {
		d.s.Given = nil
		return "", err
	}
	d.s.Given = slices.Delete(d.s.Given, i, i+1)
	return value, nil
}

// leave ends what is going on: a place held is given back.
func (d *dialog) leave() error {
	if err := d.release(); err != nil {
		return err
	}
	d.s.idle()
	d.flow, d.step, d.forms = nil, nil, nil
	return nil
}

// release gives back the place held for this conversation, if there is one.
func (d *dialog) release() error {
	hold := d.s.Answer(heldPlace)
	if hold == "" {
		return nil
	}
	d.s.Drop(heldPlace)
	if err := d.Desk.Release(d.tx, hold); err != nil {
		return fmt.Errorf("give back the held place: %w", err)
	}
	return nil
}

// walk goes on from the current step until a question is open or the flow ends.
func (d *dialog) walk() error {
	for range stride {
		st := d.step
		if st.When != nil {
			ok, err := st.When.Holds(d.facts())
			if err != nil {
				return fmt.Errorf("%s, step %s: %w", d.s.Flow, st.Name, err)
			}
			if !ok {
				if err := d.advance("next"); err != nil {
					return err
				}
				continue
			}
		}
		outcome := "next"
		switch st.Verb {
		case flows.Say:
			d.tellOnce(st)
		case flows.Ask:
			if v, err := d.given(st); err != nil {
				return err
			} else if v != "" {
				return d.take(v)
			}
			d.opened(st)
			if !d.known(st) {
				if v, err := d.overheard(st); err != nil {
					return err
				} else if v != "" {
					return d.take(v)
				}
				return d.ask(st)
			}
			if !d.filled(st.Into) {
				d.s.Trail = note(d.s.Trail, st.Name)
			}
			outcome = way(st, d.s.Answer(st.Into))
		case flows.Form:
			form, err := d.form(st.Form)
			if err != nil {
				return err
			}
			if first := form.after(""); first != nil {
				d.stand(st.Name + "/" + first.ID)
				continue
			}
		case flows.Check:
			return d.check(st)
		case flows.Decide:
			var err error
			if outcome, err = d.decide(st); err != nil {
				return err
			}
		case flows.Do:
			var err error
			if outcome, err = d.do(st); err != nil {
				return err
			}
		case flows.Call:
			for name, value := range st.With {
				d.s.Set(name, value)
			}
		case flows.Handoff:
			if st.Text != nil {
				d.say(st.Text)
			}
			if d.Trace != nil {
				d.Trace(d.s.Flow, st.Name, flows.Next)
			}
			d.person()
			d.passed.Ended = d.s.Flow + "/handoff"
			return d.leave()
		case flows.End:
			if st.Text != nil {
				d.say(st.Text)
			}
			if d.Trace != nil {
				d.Trace(d.s.Flow, st.Name, st.Outcome)
			}
			d.passed.Ended = d.s.Flow + "/" + st.Outcome
			return d.finish()
		}
		if err := d.advance(outcome); err != nil {
			return err
		}
	}
	return fmt.Errorf("%s, step %s: no question within %d steps", d.s.Flow, d.s.Step, stride)
}

// tellOnce makes a statement unless it stands on the screen already: the way
// forward after a correction does not repeat it. Of several checklists the last
// one said is the one that counts.
func (d *dialog) tellOnce(st *flows.Step) {
	// A statement that leads back to a question answered already is news each
	// time: what was answered could not be used.
	if slices.Contains(d.s.Told, st.Name) && !slices.Contains(d.s.Trail, st.Next["next"]) {
		return
	}
	if st.Papers != "" {
		d.untell(func(other *flows.Step) bool { return other.Papers != "" })
	}
	d.s.Told = note(d.s.Told, st.Name)
	d.tell(st)
}

// untell lets statements be made again.
func (d *dialog) untell(which func(*flows.Step) bool) {
	d.s.Told = slices.DeleteFunc(d.s.Told, func(name string) bool { return which(d.stepOf(name)) })
}

// known reports whether a question need not be put because its answer is there.
// A question the flow has come back to by itself is put again.
func (d *dialog) known(st *flows.Step) bool {
	if !d.s.Has(st.Into) {
		return false
	}
	if _, start, ok := splitSlot(d.s.Answer(st.Into)); ok && start.Date.Before(d.notBefore()) {
		d.drop(st.Into)
		return false
	}
	if slices.Contains(d.s.Trail, st.Name) {
		d.forget(st.Name)
		// The same answer leads to the same questions, not to the same end: what
		// came of them was that this one is put again.
		d.s.Former = d.s.Former[:0]
		return false
	}
	return true
}

// forget goes back on the trail to before a question and drops its answer and
// those that depend on it; the other later answers are kept. What is dropped
// stays at hand until the question is answered.
func (d *dialog) forget(name string) {
	if i := slices.Index(d.s.Trail, name); i >= 0 {
		d.s.Trail = d.s.Trail[:i]
	}
	st := d.stepOf(name)
	before := slices.Clone(d.s.Answers)
	d.drop(st.Into)
	d.s.Former = d.s.Former[:0]
	for _, a := range before {
		if !d.s.Has(a.Name) {
			d.s.Former = append(d.s.Former, a)
		}
	}
	d.s.Misses, d.s.Pending, d.s.Look, d.s.Offers, d.s.Picked = 0, nil, nil, nil, nil
}

// restore takes back what forget dropped.
func (d *dialog) restore() {
	for _, a := range d.s.Former {
		d.s.Set(a.Name, a.Value)
	}
	d.s.Former = nil
}

// drop forgets an answer and those that need it.
func (d *dialog) drop(field string) {
	d.s.Drop(field)
	if other := d.fills(field); other != "" {
		d.s.Drop(other)
	}
	for _, a := range slices.Clone(d.s.Answers) {
		if f := d.field(a.Name); f != nil && slices.Contains(f.Needs, field) && d.s.Has(a.Name) {
			d.drop(a.Name)
		}
	}
}

// way is the outcome of an ask step for an answer.
func way(st *flows.Step, value string) string {
	if value == "" {
		if _, ok := st.Next["skip"]; ok {
			return "skip"
		}
	}
	if _, ok := st.Next[value]; ok {
		return value
	}
	return "next"
}

// advance lets the flow's machine choose the next step.
func (d *dialog) advance(outcome string) error {
	from, id := formStep(d.s.Step)
	if id != "" {
		if next := d.forms[d.flow.Steps[from].Form].after(id); next != nil {
			d.stand(from + "/" + next.ID)
			return nil
		}
		outcome = flows.Next
	}
	to, err := d.flow.Advance(d.ctx, from, outcome)
	if err != nil {
		return fmt.Errorf("%s, step %s, outcome %q: %w", d.s.Flow, from, outcome, err)
	}
	if d.Trace != nil {
		d.Trace(d.s.Flow, from, outcome)
	}
	d.stand(to)
	return nil
}

// decide takes the first branch whose condition holds.
func (d *dialog) decide(st *flows.Step) (string, error) {
	for _, b := range st.Branches {
		if b.When == nil {
			return b.Outcome, nil
		}
		ok, err := b.When.Holds(d.facts())
		if err != nil {
			return "", fmt.Errorf("%s, step %s: %w", d.s.Flow, st.Name, err)
		}
		if ok {
			return b.Outcome, nil
		}
	}
	return "", fmt.Errorf("%s, step %s: no branch holds", d.s.Flow, st.Name)
}

// facts is what conditions see.
func (d *dialog) facts() flows.Facts {
	return flows.Facts{
		Answer: func(name string) string {
			if v := d.s.Answer(name); v != "" {
				return v
			}
			return d.site.Facts[name]
		},
		Now: d.now,
		Open: func(day civil.Date) bool {
			open, err := d.Desk.Open(d.tx, day)
			return err == nil && open
		},
	}
}

// do performs the step's action.
func (d *dialog) do(st *flows.Step) (string, error) {
	act := d.Actions[st.Action]
	if act == nil {
		return "", fmt.Errorf("%s, step %s: no action %q", d.s.Flow, st.Name, st.Action)
	}
	for name, value := range st.With {
		d.s.Set(name, value)
	}
	outcome, err := act(&Act{
		Tx: d.tx, Owner: d.owner, Owners: d.owners(), Staff: d.in.Staff, Counters: d.in.Counters, Resident: d.s.Resident, SignIn: d.signIn, SignOut: d.signOut,
		done: d.in.done, Channel: d.in.Channel, User: d.in.User, Address: d.in.Address,
		Lang: d.s.Lang, Now: d.now, Site: d.site,
		Answer: d.s.Answer, Set: d.s.Set, Drop: d.s.Drop, Form: d.formAnswers, Say: d.add,
		Attach: func(b *Booking) { d.card = b }, words: d.words,
	})
	if err != nil {
		return "", fmt.Errorf("%s, step %s, %s: %w", d.s.Flow, st.Name, st.Action, err)
	}
	d.tx.Point("bot.acted")
	return outcome, nil
}

// finish ends the flow: nothing of it is kept, and a place held for a booking
// that did not come about is given back.
func (d *dialog) finish() error { return d.leave() }
