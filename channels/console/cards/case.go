package cards

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"madoguchi/channels/console"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/progress"
	"madoguchi/store/reservation"
	"madoguchi/store/staff"
)

// startPage is where one looks for a card.
type startPage struct {
	Typed, Error string
	Found        []row // several cards of one resident
	Counts       []stateCount
	Total        int
}

type stateCount struct {
	Kind   progress.Kind
	Label  string
	Number int
}

func (a *area) start(q *console.Request) error {
	p, err := a.startPage(q)
	if err != nil {
		return err
	}
	return q.Render("cards-start", "cards.menu", p)
}

func (a *area) startPage(q *console.Request) (p startPage, err error) {
	err = q.View(func(tx *store.Tx) error {
		t, err := a.town(tx, q)
		if err != nil {
			return err
		}
		p.Counts, p.Total, err = a.counts(tx, t, progress.Filter{})
		return err
	})
	return p, err
}

// find opens the page of a card by its link code, or by the number of the
// resident it is for (S4-115). The code travels in the body, not in an address
// that proxies write down.
func (a *area) find(q *console.Request) error {
	typed := codeIn(strings.TrimSpace(q.PostFormValue("what")))
	if len(typed) > 200 {
		typed = ""
	}
	var found []progress.Case
	var rows []row
	err := q.Update(func(tx *store.Tx) error {
		found, rows = nil, nil
		c, err := a.Cards.ByCode(tx, typed)
		if err == nil {
			found = []progress.Case{c}
			return nil
		}
		if !errors.Is(err, progress.ErrNotFound) {
			return err
		}
		id := typed
		if a.Resident != nil && typed != "" {
			if id, err = a.Resident(tx, typed); errors.Is(err, store.ErrNotFound) {
				return nil
			} else if err != nil {
				return err
			}
		}
		if found, err = a.Cards.OfResident(tx, id); err != nil || len(found) < 2 {
			return err
		}
		t, err := a.town(tx, q)
		if err != nil {
			return err
		}
		rows = t.rows(found)
		return tx.Audit(q.By(), "card.find", id, "count", len(found))
	})
	if err != nil {
		return err
	}
	if len(found) == 1 {
		return q.See("cards/case/"+found[0].ID, "")
	}
	p, err := a.startPage(q)
	if err != nil {
		return err
	}
	p.Typed, p.Found = typed, rows
	if len(found) == 0 {
		p.Error = "cards.find.none"
		return q.Again("cards-start", "cards.menu", p)
	}
	return q.Render("cards-start", "cards.menu", p)
}

// codeIn is the link code in what was scanned: the QR of a letter is an address
// that ends in it. Anything else is left as it is.
func codeIn(typed string) string {
	if !strings.HasPrefix(typed, "https://") && !strings.HasPrefix(typed, "http://") {
		return typed
	}
	if u, err := url.Parse(typed); err == nil && u.Query().Get("code") != "" {
		return u.Query().Get("code")
	}
	return typed
}

// casePage is everything known of one card (S4-110).
type casePage struct {
	ID, Code, State string
	Facts           []fact
	History         []line
	Kinds           []choice // that may be registered, states first
	Others          []choice // … that leave the state as it is
	Reasons         []reasonGroup
	Counters        []option
	Resident        string
	May             struct{ Register, Undo bool }

	Entry struct{ Kind, Reason, Note string }
	Join  struct{ Key, Counter, Day, Receipt string }
	// Errors are keys of what could not be taken, by the form's name.
	Errors map[string]string
	Undo   int // the line whose undo could not be taken
	Why    string
}

// fact is one item of S4-110; an empty Value says that nothing is recorded.
type fact struct{ Name, Value string }

// line is one event of the history.
type line struct {
	Seq                                int
	At, Label, By, Detail, Note, Times string
	Struck                             bool
	StruckBy                           string // 取消 by X at T
	Unusual, Undoable                  bool
}

type choice struct {
	Value, Text   string
	Usual, Chosen bool
}

type reasonGroup struct {
	Text    string
	Reasons []option
}

func (a *area) see(q *console.Request) error {
	p, err := a.casePage(q, true)
	if err != nil {
		return err
	}
	return q.Render("cards-case", "cards.case.title", p)
}

// again shows the page of a case with a form that could not be taken.
func (a *area) again(q *console.Request, form, text string, fill func(*casePage)) error {
	p, err := a.casePage(q, false)
	if err != nil {
		return err
	}
	p.Errors[form] = text
	fill(p)
	return q.Again("cards-case", "cards.case.title", p)
}

// casePage reads a case. What was read is written down: notes may say something
// about a person.
func (a *area) casePage(q *console.Request, audit bool) (p *casePage, err error) {
	err = q.Update(func(tx *store.Tx) error {
		p = &casePage{Errors: map[string]string{}}
		c, err := a.Cards.ByID(tx, q.PathValue("id"))
		if err != nil {
			return err
		}
		t, err := a.town(tx, q)
		if err != nil {
			return err
		}
		events, err := a.Cards.History(tx, c.ID)
		if err != nil {
			return err
		}
		p.ID, p.Code, p.State = c.ID, reservation.ShowKey(c.Code), t.label(c.State)
		p.May.Register, p.May.Undo = q.May(staff.RegisterCards), q.May(staff.UndoCards)
		if p.Resident = c.Resident; c.Resident != "" && a.Number != nil {
			if p.Resident, err = a.Number(tx, c.Resident); err != nil {
				return err
			}
		}
		if p.Facts, err = a.facts(tx, t, c, p.Resident); err != nil {
			return err
		}
		if p.History, err = a.history(tx, t, events); err != nil {
			return err
		}
		t.choices(p, c.State)
		p.Counters = t.counterOptions("")
		if !audit {
			return nil
		}
		return tx.Audit(q.By(), "card.see", c.ID)
	})
	return p, err
}

// facts lists the items of S4-110, the recorded and the missing ones.
func (a *area) facts(tx *store.Tx, t *town, c progress.Case, resident string) ([]fact, error) {
	lang := t.q.Lang
	join := func(parts ...string) string {
		return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), "　")
	}
	batch := ""
	if c.Batch != "" {
		b, err := a.Cards.Batch(tx, c.Batch)
		if err != nil && !errors.Is(err, progress.ErrNotFound) {
			return nil, err
		}
		batch = b.Name
	}
	notices := ""
	if c.Notices > 0 {
		notices = t.q.T("cards.fact.notices", i18n.Arg{Name: "n", Value: c.Notices})
	}
	visit := ""
	if c.Booking != "" || c.Visit != (civil.DateTime{}) {
		visit = moment(lang, c.Visit)
		b, err := a.Reservations.ByID(tx, c.Booking)
		switch {
		case err == nil:
			visit = join(visit, t.counter(b.Counter), t.q.T("cards.fact.receipt", i18n.Arg{Name: "n", Value: b.Receipt}), t.q.T("cards.booking."+string(b.Status)))
		case !errors.Is(err, reservation.ErrNotFound):
			return nil, err
		}
	}
	var missed []string
	for _, m := range c.Missed {
		missed = append(missed, moment(lang, m))
	}
	again := func(k progress.Kind, list []progress.Again) string {
		var parts []string
		for _, x := range list {
			parts = append(parts, join(stamp(lang, x.At), t.reason(k, x.Reason)))
		}
		return strings.Join(parts, "、")
	}
	old := ""
	if c.OldCard != "" {
		old = t.label(c.OldCard)
	}
	if !c.Collected.IsZero() {
		old = join(old, t.label(progress.OldCollected), stamp(lang, c.Collected))
	}
	if m := c.OldCardMatch(); m == progress.Unmatched {
		old = join(old, t.q.T("cards.match.unmatched"))
	}
	kept := ""
	if c.PutOff {
		kept = t.label(progress.PutOff)
	}
	list := []struct{ key, value string }{
		{"batch", join(batch, stamp(lang, c.Arrived))},
		{"place", t.place(c.Facts)},
		{"notice", join(notices, stamp(lang, c.LastNotice))},
		{"returned", join(stamp(lang, c.Returned), t.reason(progress.Returned, c.ReturnReason))},
		{"booking", visit},
		{"no-show", strings.Join(missed, "、")},
		{"visited", stamp(lang, c.Visited)},
		{"identified", stamp(lang, c.Identified)},
		{"delivered", join(stamp(lang, c.Delivered), t.reason(progress.Delivered, c.Delivery))},
		{"revisits", again(progress.Revisited, c.Revisits)},
		{"reissues", again(progress.Reissued, c.Reissues)},
		{"sent-back", join(stamp(lang, c.SentBack), t.reason(progress.SentBack, c.BackReason))},
		{"old-card", old},
		{"put-off", kept},
		{"resident", resident},
	}
	facts := make([]fact, len(list))
	for i, x := range list {
		facts[i] = fact{t.q.T("cards.fact." + x.key), x.value}
	}
	return facts, nil
}

// history puts the events into the lines of S4-112, the latest first.
func (a *area) history(tx *store.Tx, t *town, events []progress.Event) ([]line, error) {
	who, err := a.names(tx, t.q, events)
	if err != nil {
		return nil, err
	}
	var lines []line
	for _, e := range events {
		l := line{
			Seq: e.Seq, At: stamp(t.q.Lang, e.At), Label: t.label(e.Kind), By: who[e.By], Note: e.Note,
			Struck: e.Struck != 0, Unusual: e.Unusual,
		}
		var parts []string
		if e.Target > 0 {
			x := events[e.Target-1]
			parts = append(parts, t.q.T("cards.history.undone", i18n.Arg{Name: "label", Value: t.label(x.Kind)}, i18n.Arg{Name: "at", Value: stamp(t.q.Lang, x.At)}))
		}
		if e.Counter != "" {
			parts = append(parts, strings.TrimSpace(t.counter(e.Counter)+" "+e.Shelf))
		}
		if e.Visit != (civil.DateTime{}) {
			parts = append(parts, t.q.T("cards.history.visit", i18n.Arg{Name: "at", Value: moment(t.q.Lang, e.Visit)}))
		}
		if r := t.reason(e.Kind, e.Reason); r != "" {
			parts = append(parts, r)
		}
		l.Detail = strings.Join(parts, "　")
		if l.Struck {
			by := events[e.Struck-1]
			l.StruckBy = t.q.T("cards.history.struck", i18n.Arg{Name: "who", Value: who[by.By]}, i18n.Arg{Name: "at", Value: stamp(t.q.Lang, by.At)})
		}
		l.Undoable = !l.Struck && mayUndo(t.q, e.Kind)
		lines = append(lines, l)
	}
	slices.Reverse(lines)
	return lines, nil
}

// mayUndo reports whether the person may take a kind back: whoever may not
// record it may not make it vanish either.
func mayUndo(q *console.Request, k progress.Kind) bool {
	return q.May(staff.UndoCards) && (!k.ForOfficials() || q.May(staff.DeliverCards))
}

// names are who acted, as shown.
func (a *area) names(tx *store.Tx, q *console.Request, events []progress.Event) (map[string]string, error) {
	shown := map[string]string{q.Account.ID: q.Account.Name}
	var ids []string
	for _, e := range events {
		if _, ok := shown[e.By]; ok {
			continue
		}
		switch e.By {
		case "resident", "system", "cli", "line":
			shown[e.By] = q.T("cards.who." + e.By)
		default:
			shown[e.By] = e.By
			ids = append(ids, e.By)
		}
	}
	if a.Names == nil || len(ids) == 0 {
		return shown, nil
	}
	known, err := a.Names(tx, ids)
	for id, name := range known {
		shown[id] = name
	}
	return shown, err
}

// choices fills the form with what the person may register.
func (t *town) choices(p *casePage, state progress.Kind) {
	for _, k := range progress.ByHand() {
		if !mayRegister(t.q, k) {
			continue
		}
		c := choice{Value: string(k), Text: t.label(k), Usual: k.IsState() && k.Usual(state)}
		if k.IsState() {
			p.Kinds = append(p.Kinds, c)
		} else {
			p.Others = append(p.Others, c)
		}
		if len(k.Reasons()) == 0 {
			continue
		}
		g := reasonGroup{Text: t.label(k)}
		for _, r := range k.Reasons() {
			g.Reasons = append(g.Reasons, option{Value: string(k) + "/" + r, Text: t.reason(k, r)})
		}
		p.Reasons = append(p.Reasons, g)
	}
}

// register adds an event: choose, then 登録.
func (a *area) register(q *console.Request) error {
	kind := progress.Kind(q.PostFormValue("kind"))
	reason := q.PostFormValue("reason")
	refused := func(text string) error {
		return a.again(q, "register", text, func(p *casePage) {
			p.Entry.Kind, p.Entry.Reason, p.Entry.Note = string(kind), reason, q.PostFormValue("note")
			for _, list := range [][]choice{p.Kinds, p.Others} {
				for i := range list {
					list[i].Chosen = list[i].Value == string(kind)
				}
			}
			for _, g := range p.Reasons {
				for i := range g.Reasons {
					g.Reasons[i].Chosen = g.Reasons[i].Value == reason
				}
			}
		})
	}
	if kind == "" {
		return refused("cards.error.choose")
	}
	if !mayRegister(q, kind) {
		return console.ErrForbidden
	}
	code := ""
	if reason != "" {
		of, r, _ := strings.Cut(reason, "/")
		if of != string(kind) {
			return refused("cards.error.reason")
		}
		code = r
	}
	id := q.PathValue("id")
	var ev progress.Event
	var label string
	err := q.Update(func(tx *store.Tx) (err error) {
		ev, err = a.Cards.Register(tx, id, progress.Entry{Kind: kind, Reason: code, Note: q.PostFormValue("note"), By: q.By()})
		if err != nil {
			return err
		}
		t, err := a.town(tx, q)
		if err == nil {
			label = t.label(kind)
		}
		return err
	})
	if text, ok := invalid(err); ok {
		return refused(text)
	}
	if err != nil {
		return err
	}
	done := "cards.done.registered"
	if ev.Unusual {
		done = "cards.done.unusual"
	}
	return q.See("cards/case/"+id, done, i18n.Arg{Name: "label", Value: label})
}

// undo takes an event back (S4-113).
func (a *area) undo(q *console.Request) error {
	id, why := q.PathValue("id"), q.PostFormValue("why")
	seq, err := strconv.Atoi(q.PostFormValue("seq"))
	if err != nil {
		return console.ErrBadForm
	}
	refused := func(text string) error {
		return a.again(q, "undo", text, func(p *casePage) { p.Undo, p.Why = seq, why })
	}
	if strings.TrimSpace(why) == "" {
		return refused("cards.error.why")
	}
	err = q.Update(func(tx *store.Tx) error {
		events, err := a.Cards.History(tx, id)
		if err != nil {
			return err
		}
		if seq < 1 || seq > len(events) {
			return progress.ErrNotFound
		}
		if !mayUndo(q, events[seq-1].Kind) {
			return console.ErrForbidden
		}
		_, err = a.Cards.Undo(tx, id, seq, why, q.By())
		return err
	})
	if text, ok := invalid(err); ok {
		return refused(text)
	}
	if err != nil {
		return err
	}
	return q.See("cards/case/"+id, "cards.done.undone")
}

// join says that a booking is for this card, by its access key or by counter,
// day and receipt number.
func (a *area) join(q *console.Request) error {
	id := q.PathValue("id")
	f := struct{ Key, Counter, Day, Receipt string }{
		q.PostFormValue("key"), q.PostFormValue("counter"), q.PostFormValue("day"), q.PostFormValue("receipt"),
	}
	refused := func(text string) error {
		return a.again(q, "join", text, func(p *casePage) {
			p.Join = f
			for i := range p.Counters {
				p.Counters[i].Chosen = p.Counters[i].Value == f.Counter
			}
		})
	}
	err := q.Update(func(tx *store.Tx) error {
		if _, err := a.Cards.ByID(tx, id); err != nil {
			return &console.Problem{Status: http.StatusNotFound, Text: "console.problem.not-found"}
		}
		var b reservation.Booking
		var err error
		if strings.TrimSpace(f.Key) != "" {
			b, err = a.Reservations.ByKey(tx, f.Key)
		} else {
			d, dateErr := civil.ParseDate(f.Day)
			n, numberErr := strconv.Atoi(strings.TrimSpace(f.Receipt))
			if dateErr != nil || numberErr != nil {
				return reservation.ErrNotFound
			}
			b, err = a.Reservations.ByReceipt(tx, f.Counter, d, n)
		}
		if err != nil {
			return err
		}
		_, err = a.Reservations.SetCase(tx, b.ID, id, q.By())
		return err
	})
	var state reservation.ErrState
	switch {
	case errors.As(err, &state):
		return refused("cards.error.cancelled")
	case errors.Is(err, reservation.ErrNotFound):
		return refused("cards.error.booking")
	case err != nil:
		return err
	}
	return q.See("cards/case/"+id, "cards.done.joined")
}

// assign says which resident's record the card is for; an empty number says
// none.
func (a *area) assign(q *console.Request) error {
	id, number := q.PathValue("id"), strings.TrimSpace(q.PostFormValue("resident"))
	refused := func() error {
		return a.again(q, "resident", "cards.error.resident", func(p *casePage) { p.Resident = number })
	}
	if len(number) > 100 {
		return refused()
	}
	unknown := false
	err := q.Update(func(tx *store.Tx) error {
		unknown = false
		resident := number
		if number != "" && a.Resident != nil {
			var err error
			if resident, err = a.Resident(tx, number); errors.Is(err, store.ErrNotFound) {
				unknown = true
				return nil
			} else if err != nil {
				return err
			}
		}
		return a.Cards.Assign(tx, id, resident, q.By())
	})
	if err != nil {
		return err
	}
	if unknown {
		return refused()
	}
	return q.See("cards/case/"+id, "cards.done.assigned")
}
