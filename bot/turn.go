// Package bot is the dialog engine: it takes one event from a resident and
// gives the answer, whatever the channel and whatever the procedure.
//
//	Inbound ─▶ Engine.Turn ─▶ one transaction:
//	             open the conversation        (Memory)
//	             understand the words         (bot/understand)
//	             walk the flow                (flows, looplab/fsm)
//	             perform what it asks for     (bot/action → the services)
//	             store state, event, replies  (Memory)
//	          ◀─ Reply
//
// A turn either happens as a whole or not at all, and an event that comes again
// gets the first answer again (DESIGN 1.1). Understanding only proposes; values
// are checked and acted on by deterministic code.
//
// turn.go is one turn from top to bottom. walk.go follows a flow from question
// to question, answer.go takes the answer to the open question, digress.go does
// what is possible at any question (back, correct, a person please …), question.go
// answers what residents ask in between, counters.go what they ask of the
// counters, form.go knows the questions a municipality has put on its forms,
// photo.go takes a photograph that answers them, prompt.go puts
// questions into words, advise.go asks a language model where the rules are unsure.
package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"madoguchi/bot/understand"
	"madoguchi/bot/understand/model"
	"madoguchi/flows"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/conversation"
)

// Memory is where conversations live between turns.
type Memory interface {
	Open(tx *store.Tx, ev conversation.Event) (*conversation.Conversation, error)
	Close(tx *store.Tx, c *conversation.Conversation, t conversation.Turn) error
	Lines(tx *store.Tx, id string, first, last int64) ([]conversation.Line, error)
}

// Site is what the dialog knows of the municipality it speaks for.
type Site struct {
	City      Words // みほん市
	Office    Words // みほん市役所
	Phone     string
	Hours     Words // 平日 8時30分〜17時15分
	Languages []i18n.Lang
	// Facts are what conditions of flows may know of the municipality besides what
	// was answered, as answers are written: designated "yes" (政令指定都市).
	Facts map[string]string
}

// Words is a name in the languages it is known in.
type Words map[i18n.Lang]string

// In returns the name in lang or the best there is.
func (w Words) In(lang i18n.Lang) string { return i18n.Called(w, lang) }

// Sites knows the municipality of a transaction's tenant.
type Sites interface {
	Site(tx *store.Tx) (*Site, error)
}

// Desk is the reservation service as a dialog needs it: what can be chosen,
// and keeping a place while the person answers.
type Desk interface {
	// Counters lists the counters that take a service, in the order to offer.
	Counters(tx *store.Tx, service string, lang i18n.Lang) ([]Counter, error)
	// Offers lists free times that fit the wish, at most Limit. If nothing can
	// be had on the one day asked for because of the day itself, the error is a
	// *Refusal.
	Offers(tx *store.Tx, q OfferQuery) ([]Offer, error)
	// Hold keeps a place for the keeper, in place of the one kept before, and
	// returns its id. The error is nil, a *Refusal, or a fault.
	Hold(tx *store.Tx, keeper string, q OfferQuery, counter string, start civil.DateTime) (string, error)
	// Release gives back a place kept; ReleaseAll whatever a keeper keeps.
	Release(tx *store.Tx, hold string) error
	ReleaseAll(tx *store.Tx, keeper string) error
	// Bookings lists the owners' bookings still to come, as choices.
	Bookings(tx *store.Tx, owners []string, lang i18n.Lang) ([]Choice, error)
	// Quiet lists the times with least going on that can be booked, in order of
	// time. usual reports whether they are chosen by the visits of the last weeks
	// too, or, where there are too few of those, by what is booked ahead alone.
	Quiet(tx *store.Tx, q OfferQuery) (offers []Offer, usual bool, err error)
	// Hours says of every counter whether it is open now, in the order to offer.
	Hours(tx *store.Tx, lang i18n.Lang) ([]OpenHours, error)
	// Open reports whether the office is open on a date.
	Open(tx *store.Tx, d civil.Date) (bool, error)
}

// Counter is a counter (窓口) as offered in a dialog.
type Counter struct {
	ID    string
	Name  string
	Place string
	Also  []string // other words people use for it
}

// OfferQuery says which free times are wanted.
type OfferQuery struct {
	Service string
	Counter string // "" any
	// Counters are those that come into question; nil: every counter.
	Counters []string
	Persons  int // 0 counts as 1
	Channel  string
	From     civil.Date // not before this date; zero: from now
	On       civil.Date // only this date; zero: any
	After    civil.Clock
	Before   civil.Clock // 0: until closing
	Weekday  *time.Weekday
	Limit    int // offers at most, spread over days and hours
	Lang     i18n.Lang
}

// Offer is one free time.
type Offer struct {
	Counter string
	Name    string // the counter's name
	Start   civil.DateTime
	Free    int
}

// Refusal says why a place cannot be had.
type Refusal struct {
	Why   string         // full, closed, closed-day, early, late, past, gone, party, before
	When  civil.DateTime // early: when bookings open; late: the limit
	Day   civil.Date     // the day it is about, where no one day was asked for
	Cause error
}

// Error names the reason.
func (r *Refusal) Error() string { return "no place: " + r.Why }

// Unwrap returns the service's own error.
func (r *Refusal) Unwrap() error { return r.Cause }

// Engine answers events. It holds nothing of a conversation between turns and
// is safe for concurrent use.
type Engine struct {
	DB      *store.DB
	Memory  Memory
	Library *Library
	Sites   Sites
	Desk    Desk
	Forms   Forms // nil: forms ask nothing
	// Questions hears of what could not be answered; nil: nobody does.
	Questions Questions
	Photos    Photos // nil: photographs are not read
	Actions   map[string]Action
	Texts     *i18n.Catalog
	Log       *slog.Logger   // nil: nothing is logged
	Model     *model.Adviser // nil: nobody has a language model
	// FormURL makes the address of the page for a question whose answer is
	// personal (link.go); nil where there are no pages.
	FormURL func(tenant, token string) string
	// Trace, nil except in dialog tests, hears of every step left.
	Trace func(flow, step, outcome string)

	words *words
}

// New prepares an engine; every field must be set but those that say what nil means.
func New(e Engine) *Engine {
	if e.Log == nil {
		e.Log = slog.New(slog.DiscardHandler)
	}
	e.words = bindWords(e.Texts)
	return &e
}

// ErrInput marks an event the engine cannot take: no user, no event id, or a
// tenant that does not exist. The channel refuses it.
var ErrInput = errors.New("the event cannot be taken")

// ErrFlow marks an event that wants to enter a procedure that is not offered.
var ErrFlow = errors.New("there is no such procedure")

// MediaPrefix begins the Choice of a message that is not words: a sticker, a
// picture, a place.
const MediaPrefix = "media:"

// longest is the most a resident can say in one turn, in characters. LINE allows
// 5,000; nothing a flow asks for is longer.
const longest = 5000

// longestChoice is the most a button can carry (LINE: 300 for postback data).
const longestChoice = 300

// Turn answers one event. The same event again gets the same answer and changes
// nothing. Errors are ErrInput, ErrLink (only from Links) or faults of the
// machine; a fault leaves nothing half-done and the event may be sent again.
func (e *Engine) Turn(ctx context.Context, in Inbound) (Reply, error) {
	if in.Tenant == "" || in.User == "" || in.Event == "" || in.Channel == "" {
		return Reply{}, fmt.Errorf("%w: tenant, channel, user and event are needed", ErrInput)
	}
	in.Text, _ = understand.Clean(in.Text, longest)
	in.Choice, _ = understand.Clean(in.Choice, longestChoice)
	in.Text, in.masked = understand.MyNumber(in.Text)

	if err := e.open(ctx, in.Tenant); err != nil {
		return Reply{}, fmt.Errorf("make ready what the tenant offers: %w", err)
	}
	var reply Reply
	for {
		err := e.DB.Update(ctx, in.Tenant, func(tx *store.Tx) (err error) {
			reply, err = e.turn(tx, in)
			return err
		})
		if errors.Is(err, conversation.ErrAgain) {
			if err = ctx.Err(); err == nil {
				continue
			}
		}
		if again, fault := in.outsideOf(ctx, err); again {
			continue
		} else if err = fault; err != nil {
			return Reply{}, fmt.Errorf("answer an event on %s: %w", in.Channel, err)
		}
		return reply, nil
	}
}

// open makes ready what a tenant offers before its first turn writes anything: to
// compile the flows takes a tenth of a second, and while one turn writes to SQLite
// every other waits.
func (e *Engine) open(ctx context.Context, tenant string) error {
	if e.Library.knows(tenant) {
		return nil
	}
	return e.DB.View(ctx, tenant, func(tx *store.Tx) error {
		if _, err := e.Sites.Site(tx); err != nil { // no such tenant, perhaps
			return err
		}
		_, err := e.Library.Shelf(tx)
		return err
	})
}

// turn is one turn inside its transaction.
func (e *Engine) turn(tx *store.Tx, in Inbound) (Reply, error) {
	c, err := e.Memory.Open(tx, conversation.Event{Channel: in.Channel, User: in.User, ID: in.Event})
	if err != nil {
		return Reply{}, err
	}
	if c.Done {
		return e.again(tx, c)
	}
	site, err := e.Sites.Site(tx)
	if err != nil {
		return Reply{}, err
	}
	shelf, err := e.Library.Shelf(tx)
	if err != nil {
		return Reply{}, err
	}
	d := &dialog{
		Engine: e, ctx: tx.Context(), tx: tx, in: in, site: site, shelf: shelf,
		owner: c.ID, instant: tx.Now(), now: civil.In(tx.Now()), fresh: len(c.State) == 0,
		words: shelf.spoken(e),
	}
	d.find = func(flow string, version int) (*flows.Flow, error) { return e.Library.At(tx, flow, version) }
	state, err := d.run(c.State)
	if err != nil {
		return Reply{}, err
	}

	reply := d.reply(c.ID)
	lines, err := d.lines(c.Seq)
	if err != nil {
		return Reply{}, err
	}
	outcome, err := json.Marshal(Outcome{
		Lang: reply.Lang, Expects: reply.Expects, Flow: reply.Flow, Step: reply.Step, Asked: reply.Asked, Passed: d.passed,
	})
	if err != nil {
		return Reply{}, fmt.Errorf("write the outcome: %w", err)
	}
	turn := conversation.Turn{State: state, Outcome: outcome, Lines: lines, Replies: len(d.out)}
	if in.Push && !(in.link != nil && in.link.open(d.s)) {
		turn.Push = &conversation.Push{Means: in.Deliver}
	}
	if err := e.Memory.Close(tx, c, turn); err != nil {
		return Reply{}, err
	}
	return reply, nil
}

// Outcome is the part of a Reply that is kept beside the messages, so that a
// repeated event gets the whole answer again.
type Outcome struct {
	Lang    i18n.Lang `json:"l"`
	Expects *Expects  `json:"e,omitempty"`
	Flow    string    `json:"f,omitempty"`
	Step    string    `json:"s,omitempty"`
	Asked   int64     `json:"n,omitempty"`
	Passed
}

// Passed is what a turn means to the reports: no words, nothing of a person.
type Passed struct {
	Begun  string `json:"b,omitempty"` // the flow entered
	Ended  string `json:"d,omitempty"` // the flow and the outcome it ended with: card-pickup/booked
	Person bool   `json:"p,omitempty"` // the resident was told how to reach a person
}

// ReadOutcome reads an outcome as it is stored.
func ReadOutcome(b []byte) (Outcome, error) {
	var o Outcome
	if len(b) == 0 {
		return o, nil
	}
	if err := json.Unmarshal(b, &o); err != nil {
		return o, fmt.Errorf("read the outcome of a turn: %w", err)
	}
	return o, nil
}

// again gives the answer of an event that had its turn before.
func (e *Engine) again(tx *store.Tx, c *conversation.Conversation) (Reply, error) {
	a, err := ReadOutcome(c.Outcome)
	if err != nil {
		return Reply{}, err
	}
	lines, err := e.Memory.Lines(tx, c.ID, c.First, c.Last)
	if err != nil {
		return Reply{}, err
	}
	messages, err := Messages(lines)
	if err != nil {
		return Reply{}, err
	}
	return Reply{
		Conversation: c.ID, Lang: a.Lang, Messages: messages,
		Expects: a.Expects, Flow: a.Flow, Step: a.Step, Asked: a.Asked,
	}, nil
}

// Messages reads messages as they are kept in the transcript.
func Messages(lines []conversation.Line) ([]Message, error) {
	out := make([]Message, len(lines))
	for i, l := range lines {
		if err := json.Unmarshal(l.Body, &out[i]); err != nil {
			return nil, fmt.Errorf("read message %d: %w", l.Seq, err)
		}
		out[i].Seq, out[i].From = l.Seq, Author(l.Author)
	}
	return out, nil
}

// dialog is one turn at work: the state it found and the messages it says.
type dialog struct {
	*Engine
	ctx     context.Context
	tx      *store.Tx
	in      Inbound
	site    *Site
	shelf   *Shelf
	words   *words                                              // the engine's sentences as the tenant wants them
	find    func(flow string, version int) (*flows.Flow, error) // a version a conversation runs on
	owner   string                                              // of bookings: the conversation
	instant time.Time
	now     civil.DateTime
	fresh   bool   // the first turn of this person
	stood   string // the step the turn began at
	paging  bool   // the resident asks for offers after those shown
	opening string // the words a flow is entered with, until its first question
	forms   map[string]*Form

	s    State
	flow *flows.Flow // of s.Flow; nil when idle
	step *flows.Step // of s.Step
	out  []Message
	card *Booking // to go with the next statement

	passed Passed
}

// run takes the event through the dialog and returns the new state as stored.
func (d *dialog) run(stored []byte) ([]byte, error) {
	var err error
	if d.s, err = DecodeState(stored); err != nil {
		return nil, err
	}
	if err := d.resume(); err != nil {
		return nil, err
	}
	if d.in.link != nil && !d.in.link.at(d.s.Flow, d.stood, d.s.Secure) {
		return nil, ErrLink
	}
	if d.fresh && d.in.Staff != "" {
		if err := d.Desk.ReleaseAll(d.tx, d.keeper()); err != nil {
			return nil, fmt.Errorf("give back the place held in the last dialog: %w", err)
		}
	}
	d.remember()
	d.chooseLanguage()
	if d.tooFast() {
		d.say(d.words.slower)
	} else if err := d.readyToHear(); err != nil {
		return nil, err
	} else if err := d.hear(); err != nil {
		return nil, err
	}
	return d.s.Encode()
}

// resume finds the flow version the conversation began with. One that is gone
// (a restored database, say) ends calmly at the menu.
func (d *dialog) resume() error {
	if d.s.Flow == "" {
		return nil
	}
	f, err := d.find(d.s.Flow, d.s.Version)
	if err != nil {
		return fmt.Errorf("resume %s version %d: %w", d.s.Flow, d.s.Version, err)
	}
	base, _ := formStep(d.s.Step)
	if f == nil || f.Steps[base] == nil {
		d.s.idle()
		return nil
	}
	d.flow, d.stood = f, d.s.Step
	gone, err := d.keepUp()
	if err != nil {
		return err
	}
	if gone {
		d.s.Step, d.s.Pending = base, nil
	}
	d.step = d.stepOf(d.s.Step)
	return nil
}

// keeper is whom a held place is kept for: the conversation, or the staff member
// who leads it. They serve one person at a time, so a dialog that they have only
// walked away from does not keep its place beside that of the next.
func (d *dialog) keeper() string {
	if d.in.Staff != "" {
		return d.in.Staff
	}
	return d.owner
}

// hear decides what the event is and acts on it.
func (d *dialog) hear() error {
	if d.in.masked {
		d.say(d.words.myNumber)
		return d.repeat()
	}
	if d.givesPIN() {
		d.in.Text, d.in.label = "", masked
		d.say(d.words.pin)
		return d.repeat()
	}
	switch {
	case d.in.Photo != nil:
		return d.photographed()
	case d.in.Flow != "":
		f := d.shelf.Current[d.in.Flow]
		if f == nil || f.Part {
			return fmt.Errorf("%w: %q", ErrFlow, d.in.Flow)
		}
		d.in.label = f.Title.In(d.s.Lang)
		return d.enter(f)
	case strings.HasPrefix(d.in.Choice, MediaPrefix):
		d.say(d.words.media)
		return d.repeat()
	case d.in.Choice != "":
		return d.pressed(d.in.Choice)
	case strings.TrimSpace(d.in.Text) != "":
		return d.heard(d.in.Text)
	case d.fresh:
		d.say(d.words.greeting)
		return d.menu()
	default:
		return d.repeat()
	}
}

// givesPIN reports whether the resident has typed a PIN of their card. Bare digits
// are one where PINs have come up and the question is answered with a button: no
// button is called 5678.
func (d *dialog) givesPIN() bool {
	if d.flow == nil || d.step.Verb != flows.Ask {
		return understand.PIN(d.in.Text, false)
	}
	switch f := d.field(d.step.Into); f.Type {
	case secret:
		return false // a password may be anything
	case "choice", "yesno":
		return understand.PIN(d.in.Text, d.toldOfPINs())
	default:
		return understand.PIN(d.in.Text, false)
	}
}

// toldOfPINs reports whether a statement of this conversation speaks of PINs.
func (d *dialog) toldOfPINs() bool {
	const word = "暗証番号"
	speaks := func(t *i18n.Text) bool { return t != nil && strings.Contains(t.Source, word) }
	return slices.ContainsFunc(d.s.Told, func(name string) bool {
		st := d.stepOf(name)
		return st != nil && (speaks(st.Text) || slices.ContainsFunc(d.flow.Papers[st.Papers], speaks))
	})
}

// reply is the answer as the channel gets it.
func (d *dialog) reply(id string) Reply {
	r := Reply{Conversation: id, Lang: d.s.Lang, Messages: d.out, Expects: d.s.Expects, Asked: d.s.Asked}
	if d.s.Flow != "" {
		r.Flow, r.Step = d.s.Flow, d.s.Step
	}
	return r
}

// lines is what this turn adds to the transcript: the resident's words, then
// the answers. It numbers the answers from seq on.
func (d *dialog) lines(seq int64) ([]conversation.Line, error) {
	lines := make([]conversation.Line, 0, len(d.out)+1)
	if said := d.said(); said != "" {
		body, err := json.Marshal(Message{From: FromResident, Text: said})
		if err != nil {
			return nil, fmt.Errorf("write the resident's words: %w", err)
		}
		lines = append(lines, conversation.Line{Author: string(FromResident), Body: body})
		seq++
	}
	for i := range d.out {
		seq++
		d.out[i].Seq = seq
		body, err := json.Marshal(&d.out[i])
		if err != nil {
			return nil, fmt.Errorf("write a message: %w", err)
		}
		lines = append(lines, conversation.Line{Author: string(d.out[i].From), Body: body})
	}
	return lines, nil
}

// said is the resident's side of the transcript: their words, or the label of
// the button they pressed.
func (d *dialog) said() string {
	if d.in.Text != "" {
		return i18n.Escape(d.in.Text)
	}
	return d.in.label
}

// pace is how many turns a minute one person can take; a person at a keyboard
// or a keypad stays far below (abuse case A27).
const pace = 60

// tooFast counts the turns of the current minute.
func (d *dialog) tooFast() bool {
	minute := d.instant.Unix() / 60
	if d.s.Minute != minute {
		d.s.Minute, d.s.Turns = minute, 0
	}
	d.s.Turns++
	return d.s.Turns > pace
}
