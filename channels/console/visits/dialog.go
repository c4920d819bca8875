package visits

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"madoguchi/bot"
	"madoguchi/bot/action"
	"madoguchi/channels/console"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
)

// Proxy booking (代理予約, S4-076): staff lead the residents' own dialogs, the
// same flow files, a question a page. Each is a conversation of its own; its
// name has the account in it, so that nobody else can go on with it.
//
//	start ─▶ /visits/book/{channel}/{dialog} ─ GET draws the open question
//	                                         ├ POST is one turn, then GET again
//	                                         └ POST …/leave ends it
//
// A place chosen is held for the account: it is free again when the dialog is
// left or the next one begins.

// proxyChannels are the ways a resident reaches the staff.
var proxyChannels = []string{action.ByPhone, action.AtCounter}

const (
	mainFlow      = "reservation" // what most come for
	longestAnswer = 400
)

// startPage says who is there and what for.
type startPage struct {
	Procedures, Languages []option
	Slot                  string // picked in the day view: COUNTER/2026-12-01T10:00
	Picked                string // the same in words
}

// startPage serves GET visits/book.
func (a *area) startPage(q *console.Request) error {
	p := startPage{Slot: q.URL.Query().Get("slot")}
	err := q.View(func(tx *store.Tx) error {
		t, err := a.Reservations.Timetable(tx)
		if err != nil {
			return err
		}
		counter, at, _ := strings.Cut(p.Slot, "/")
		if start, err := civil.ParseDateTime(at); err != nil || t.Counter(counter) == nil || !q.Account.AtCounter(counter) {
			p.Slot = ""
		} else {
			p.Picked = i18n.FormatDateTime(q.Lang, start) + "　" + counterName(q, t, counter)
		}
		list, err := a.Procedures(tx, q.Lang)
		if err != nil {
			return err
		}
		for _, f := range list {
			p.Procedures = append(p.Procedures, option{f.Flow, i18n.Plain(f.Title), f.Flow == mainFlow})
		}
		langs, err := a.Languages(tx)
		if err != nil {
			return err
		}
		for _, l := range langs {
			p.Languages = append(p.Languages, option{string(l), i18n.Name(l), l == i18n.Japanese})
		}
		return nil
	})
	if err != nil {
		return err
	}
	return q.Render("visits-start", "visits.book.title", p)
}

// start serves POST visits/book.
func (a *area) start(q *console.Request) error {
	channel := q.PostFormValue("channel")
	if !slices.Contains(proxyChannels, channel) {
		return console.ErrBadForm
	}
	in := bot.Inbound{Flow: q.PostFormValue("flow"), Lang: i18n.Lang(q.PostFormValue("lang"))}
	if slot := q.PostFormValue("slot"); slot != "" && in.Flow == mainFlow {
		counter, _, _ := strings.Cut(slot, "/")
		in.With = map[string]string{"what": "book", "counter": counter, "visit": slot}
	}
	return a.begin(q, channel, in)
}

// change serves POST visits/booking/{id}/change: the dialog of changing, with
// the booking already chosen, in the language that the staff member reads.
func (a *area) change(q *console.Request) error {
	channel, id := q.PostFormValue("channel"), q.PathValue("id")
	if !slices.Contains(proxyChannels, channel) {
		return console.ErrBadForm
	}
	err := q.View(func(tx *store.Tx) error {
		_, err := a.one(tx, q, id)
		return err
	})
	if err != nil {
		return err
	}
	return a.begin(q, channel, bot.Inbound{Choice: "@change:" + id, Lang: q.Lang})
}

// begin opens a new dialog with its first event.
func (a *area) begin(q *console.Request, channel string, in bot.Inbound) error {
	err := q.View(func(tx *store.Tx) error {
		langs, err := a.Languages(tx)
		if err == nil && !slices.Contains(langs, in.Lang) {
			in.Lang = i18n.Japanese
		}
		return err
	})
	if err != nil {
		return err
	}
	dialog := store.NewID()
	in.Event = "start"
	if _, err := a.turn(q, channel, dialog, in); err != nil {
		return err
	}
	return q.See("visits/book/"+channel+"/"+dialog, "")
}

// turn is one event of a dialog of this person.
func (a *area) turn(q *console.Request, channel, dialog string, in bot.Inbound) (bot.Reply, error) {
	in.Tenant, in.Channel, in.User = q.Tenant, channel, speaker(q, dialog)
	in.Staff, in.Counters, in.Address = q.By(), mine(q), q.Address
	reply, err := a.Engine.Turn(q.Context(), in)
	if errors.Is(err, bot.ErrFlow) || errors.Is(err, bot.ErrInput) {
		return reply, console.ErrBadForm
	}
	return reply, err
}

// speaker names a dialog to the engine.
func speaker(q *console.Request, dialog string) string { return q.Account.ID + "." + dialog }

// dialogPage is the open question of a dialog.
type dialogPage struct {
	Path      string
	Lang      i18n.Lang
	Phone     bool
	Before    []bot.Message
	Question  *bot.Message // nil: the dialog has ended
	Hint      string       // why the last answer could not be used
	Answers   []bot.Choice
	Days      []offers
	Quiet     []bot.Choice
	Input     *input
	Wish      bool // times on offer: another can be asked for in words
	Asked     int64
	Event     string // makes a second click harmless
	Booking   string // the booking made or changed, if the person may open it
	TextError string
}

// offers are the free times of one day.
type offers struct {
	Day     string
	Choices []bot.Choice
}

// input is the field an answer is typed into.
type input struct {
	Mode, Value    string
	Long, Optional bool
}

// pickOnly are the types of field answered by a button alone.
var pickOnly = []string{"choice", "choices", "yesno", "consent", "counter", "slot", "booking"}

var modes = map[string]string{"number": "numeric", "party": "numeric", "postal": "numeric", "phone": "tel", "mail": "email"}

// question serves GET visits/book/{channel}/{dialog}.
func (a *area) question(q *console.Request) error { return a.ask(q, "", "") }

// ask draws the open question; problem says why what was typed did not reach
// the dialog.
func (a *area) ask(q *console.Request, typed, problem string) error {
	channel, dialog := q.PathValue("channel"), q.PathValue("dialog")
	reply, err := a.latest(q, channel, dialog)
	if err != nil {
		return err
	}
	p := layOut(reply)
	p.Path, p.Phone, p.Event, p.TextError = "/console/visits/book/"+channel+"/"+dialog, channel == action.ByPhone, store.NewID(), problem
	if p.Input != nil {
		p.Input.Value = typed
	}
	if p.Booking != "" {
		err := q.View(func(tx *store.Tx) error {
			_, err := a.one(tx, q, p.Booking)
			if errors.Is(err, console.ErrNotFound) || errors.Is(err, store.ErrNotFound) {
				p.Booking, err = "", nil // at a counter the person does not work at
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	if problem != "" {
		return q.Again("visits-dialog", "visits.book.title", p)
	}
	return q.Render("visits-dialog", "visits.book.title", p)
}

// latest is where a dialog of this person stands; the error is
// console.ErrNotFound if it was begun by somebody else, or never.
func (a *area) latest(q *console.Request, channel, dialog string) (bot.Reply, error) {
	if !slices.Contains(proxyChannels, channel) {
		return bot.Reply{}, console.ErrNotFound
	}
	reply, err := a.Transcript.Latest(q.Context(), q.Tenant, channel, speaker(q, dialog))
	if err == nil && reply.Conversation == "" {
		err = console.ErrNotFound
	}
	return reply, err
}

// leave serves POST visits/book/{channel}/{dialog}/leave: what was under way is
// given up, and the place held for it is free at once.
func (a *area) leave(q *console.Request) error {
	channel, dialog := q.PathValue("channel"), q.PathValue("dialog")
	if _, err := a.latest(q, channel, dialog); err != nil {
		return err
	}
	if _, err := a.turn(q, channel, dialog, bot.Inbound{Event: store.NewID(), Choice: "@menu"}); err != nil {
		return err
	}
	return q.See("visits", "")
}

// answer serves POST visits/book/{channel}/{dialog}.
func (a *area) answer(q *console.Request) error {
	channel, dialog := q.PathValue("channel"), q.PathValue("dialog")
	if !utf8.ValidString(q.PostFormValue("text") + q.PostFormValue("choice")) {
		return console.ErrNotFound
	}
	if _, err := a.latest(q, channel, dialog); err != nil {
		return err
	}
	var err error
	in := bot.Inbound{Event: q.PostFormValue("event"), Text: strings.TrimSpace(q.PostFormValue("text")), Choice: q.PostFormValue("choice")}
	if in.Asked, err = strconv.ParseInt(q.PostFormValue("asked"), 10, 64); err != nil || in.Event == "" || len(in.Event) > 100 {
		return console.ErrBadForm
	}
	switch {
	case in.Choice != "":
		in.Text = ""
		if err := a.mayChoose(q, in.Choice); err != nil {
			return err
		}
	case in.Text == "":
		return a.ask(q, "", q.T("visits.book.empty"))
	case utf8.RuneCountInString(in.Text) > longestAnswer:
		return a.ask(q, in.Text, q.T("visits.book.long", i18n.Arg{Name: "max", Value: longestAnswer}))
	}
	if _, err := a.turn(q, channel, dialog, in); err != nil {
		return err
	}
	return q.See("visits/book/"+channel+"/"+dialog, "")
}

// mayChoose refuses a button that names a booking the person may not see.
func (a *area) mayChoose(q *console.Request, choice string) error {
	for _, prefix := range []string{"@change:", "@cancel:"} {
		if id, ok := strings.CutPrefix(choice, prefix); ok {
			return q.View(func(tx *store.Tx) error {
				_, err := a.one(tx, q, id)
				return err
			})
		}
	}
	return nil
}

// layOut arranges what stands on the table.
func layOut(reply bot.Reply) dialogPage {
	p := dialogPage{Lang: reply.Lang, Asked: reply.Asked}
	at := -1
	for i, m := range reply.Messages {
		if m.From != bot.FromResident && (isQuestion(m) || reply.Expects != nil && at < 0 && i == len(reply.Messages)-1) {
			at = i
		}
	}
	for i, m := range reply.Messages {
		if m.Booking != nil {
			p.Booking = m.Booking.ID
		}
		m = m.Plain()
		switch {
		case m.From == bot.FromResident:
		case i == at:
			if m.Question != "" {
				p.Hint, m.Text = m.Text, m.Question
			}
			p.Question = &m
		case isQuestion(m) && at >= 0: // put again since
		default:
			p.Before = append(p.Before, m)
		}
	}
	if p.Question == nil {
		return p
	}
	for _, c := range p.Question.Choices {
		switch n := len(p.Days); {
		case c.Quiet && c.Value != "@person": // a person is here
			p.Quiet = append(p.Quiet, c)
		case c.Quiet:
		case c.Day == "":
			p.Answers = append(p.Answers, c)
		case n > 0 && p.Days[n-1].Day == c.Day:
			p.Days[n-1].Choices = append(p.Days[n-1].Choices, c)
		default:
			p.Days = append(p.Days, offers{c.Day, []bot.Choice{c}})
		}
	}
	p.Wish = p.Question.Kind == bot.KindOffers
	if e := reply.Expects; e != nil && p.Question.Kind != bot.KindSummary && (len(p.Question.Choices) == 0 || !slices.Contains(pickOnly, e.Type)) {
		p.Input = &input{Mode: modes[e.Type], Long: e.Type == "text", Optional: e.Optional}
	}
	if p.Wish && p.Input == nil {
		p.Input = &input{}
	}
	return p
}

func isQuestion(m bot.Message) bool {
	return m.Kind == bot.KindQuestion || m.Kind == bot.KindSummary || m.Kind == bot.KindOffers || len(m.Choices) > 0
}

// HTMLLang is the dialog's language as HTML names it.
func (p dialogPage) HTMLLang() string {
	if p.Lang == i18n.EasyJapanese {
		return string(i18n.Japanese)
	}
	return string(p.Lang)
}
