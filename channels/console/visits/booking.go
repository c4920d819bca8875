package visits

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"madoguchi/channels/console"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/audit"
	"madoguchi/store/reservation"
)

// bookingPage is one booking with everything that can be done with it.
type bookingPage struct {
	row
	When      string
	Where     string // the counter's place
	MadeAt    string
	Form      receptionForm
	Responses []option
	History   []event

	Late       bool // recording 来場 would correct a no-show
	TooEarly   bool // the visit is on a later day
	Undoable   bool
	Changeable bool
	Cancelled  bool

	Private *privatePart // shown on demand
}

// privatePart is what the resident wrote.
type privatePart struct {
	Contact string
	Answers []Answer
}

// event is one line of a booking's history.
type event struct {
	When, Who, What, Detail string
}

// viewed is the action under which looking at a booking is audited.
const viewed = "booking.view"

// booking serves GET visits/booking/{id}.
func (a *area) booking(q *console.Request) error { return a.show(q, q.PathValue("id"), nil, false) }

// private serves POST visits/booking/{id}/private: it is a POST because a look
// at it is a row in the log.
func (a *area) private(q *console.Request) error { return a.show(q, q.PathValue("id"), nil, true) }

// show draws a booking; with a form that was not taken, as it was typed.
func (a *area) show(q *console.Request, id string, form *receptionForm, private bool) error {
	var p bookingPage
	err := q.Update(func(tx *store.Tx) error {
		b, err := a.one(tx, q, id)
		if err != nil {
			return err
		}
		if err := tx.Audit(q.By(), viewed, b.ID, "private", private); err != nil {
			return err
		}
		p = bookingPage{}
		return a.fillBooking(tx, q, &p, b, form, private)
	})
	if err != nil {
		return err
	}
	if form != nil {
		return q.Again("visits-booking", "visits.booking.title", p)
	}
	return q.Render("visits-booking", "visits.booking.title", p)
}

func (a *area) fillBooking(tx *store.Tx, q *console.Request, p *bookingPage, b reservation.Booking, form *receptionForm, private bool) error {
	list, err := a.rows(tx, q, []reservation.Booking{b})
	if err != nil {
		return err
	}
	t, err := a.Reservations.Timetable(tx)
	if err != nil {
		return err
	}
	now := civil.In(tx.Now())
	p.row = list[0]
	p.When = i18n.FormatDate(q.Lang, b.Start.Date) + " " + b.Start.Clock.String() + "–" + b.Start.Add(b.Minutes).Clock.String()
	p.MadeAt = i18n.FormatDate(q.Lang, civil.In(b.Made).Date) + " " + civil.In(b.Made).Clock.String()
	if c := t.Counter(b.Counter); c != nil {
		p.Where = i18n.Plain(c.Place.In(q.Lang))
	}
	p.TooEarly = b.Status == reservation.Booked && now.Date.Before(b.Start.Date)
	p.Late = b.Status == reservation.NoShow
	p.Undoable = b.Status == reservation.Visited
	p.Changeable = b.Status == reservation.Booked && !b.Start.Before(now)
	p.Cancelled = b.Status == reservation.Cancelled
	if form != nil {
		p.Form = *form
	} else {
		in, err := a.Reservations.ReceptionOf(tx, b.ID)
		if err != nil {
			return err
		}
		p.Form = receptionForm{Collected: in.Collected, Response: in.Response, Note: in.Note}
	}
	for _, v := range t.Settings.Responses {
		if !v.Hidden || v.ID == p.Form.Response {
			p.Responses = append(p.Responses, option{v.ID, i18n.Plain(v.Names.In(q.Lang)), v.ID == p.Form.Response})
		}
	}
	if private {
		contact, answers, err := a.Reservations.Private(tx, b.ID)
		if err != nil {
			return err
		}
		p.Private = &privatePart{Contact: contact}
		delete(answers, "lang") // it stands on the card
		if p.Private.Answers, err = a.answers(tx, q, answers); err != nil {
			return err
		}
	}
	p.History, err = a.history(tx, q, t, b.ID)
	return err
}

// answers puts what a resident wrote into words.
func (a *area) answers(tx *store.Tx, q *console.Request, kept map[string]string) ([]Answer, error) {
	if a.Answers != nil {
		return a.Answers(tx, q.Lang, kept)
	}
	var list []Answer
	for _, name := range slices.Sorted(maps.Keys(kept)) {
		list = append(list, Answer{name, kept[name]})
	}
	return list, nil
}

// actions are the words of the audit log that have a text of their own.
var actions = []string{
	"booking.book", "booking.book-over", "booking.walk-in", "booking.change", "booking.cancel", "booking.check-in",
	"booking.late-arrival", "booking.undo-check-in", "booking.no-show", "booking.reception",
	"booking.case",
}

// mostHistory bounds the rows looked through for a booking's history: looks at
// it are rows too.
const mostHistory = 2000

// history is what became of a booking, by the audit log: who, when, what. That
// it was looked at is for the audit pages to show.
func (a *area) history(tx *store.Tx, q *console.Request, t *reservation.Timetable, id string) ([]event, error) {
	var out []event
	var names map[string]string
	if a.Staff != nil {
		var err error
		if names, err = a.Staff(tx); err != nil {
			return nil, err
		}
	}
	f := audit.Filter{Subject: id, Limit: 200}
	for n := 0; n < mostHistory; n += f.Limit {
		page, err := audit.List(tx, f)
		if err != nil {
			return nil, err
		}
		for _, e := range page {
			if !slices.Contains(actions, e.Action) {
				continue
			}
			out = append(out, event{
				When: i18n.FormatDay(q.Lang, civil.In(e.At).Date) + " " + civil.In(e.At).Clock.String(),
				Who:  person(q, names, e.Who), What: q.T("visits.event." + e.Action[len("booking."):]), Detail: a.detail(q, t, e),
			})
		}
		if len(page) < f.Limit {
			break
		}
		f.After = &page[len(page)-1]
	}
	return out, nil
}

// person is who acted, in words.
func person(q *console.Request, names map[string]string, who string) string {
	switch {
	case who == "resident", who == "system":
		return q.T("visits.who." + who)
	case who == q.Account.ID:
		return q.Account.Name
	case names[who] != "":
		return names[who]
	}
	return who
}

// detail puts what a row of the log says beside its action into words.
func (a *area) detail(q *console.Request, t *reservation.Timetable, e audit.Entry) string {
	var d struct {
		Collected bool
		Response  string
		Note      bool
		Why       string
		Remark    string
	}
	if json.Unmarshal([]byte(e.Detail), &d) != nil {
		return ""
	}
	var parts []string
	if e.Action == "booking.reception" {
		if d.Collected {
			parts = append(parts, q.T("visits.collected.yes"))
		}
		if v := t.Response(d.Response); v != nil {
			parts = append(parts, i18n.Plain(v.Names.In(q.Lang)))
		}
		if d.Note {
			parts = append(parts, q.T("visits.event.note"))
		}
	}
	if slices.Contains(reasons, d.Why) {
		parts = append(parts, q.T("visits.reason."+d.Why))
	}
	if d.Remark != "" {
		parts = append(parts, d.Remark)
	}
	return i18n.FormatList(q.Lang, parts)
}

// asRefusal is refusal as a sentence for a form; refused is false for errors
// of other kinds.
func asRefusal(q *console.Request, err error) (text string, refused bool) {
	if err == nil {
		return "", false
	}
	var p *console.Problem
	if errors.As(refusal(q, err), &p) && p.Status == http.StatusConflict {
		return q.T(p.Text, p.Args...), true
	}
	return "", false
}

// cancelPage asks whether it is meant.
type cancelPage struct {
	row
	When    string
	Contact bool
}

// askCancel serves GET visits/booking/{id}/cancel.
func (a *area) askCancel(q *console.Request) error {
	var p cancelPage
	err := q.View(func(tx *store.Tx) error {
		b, err := a.one(tx, q, q.PathValue("id"))
		if err != nil {
			return err
		}
		if b.Status != reservation.Booked {
			return refusal(q, reservation.ErrState{Status: b.Status})
		}
		list, err := a.rows(tx, q, []reservation.Booking{b})
		if err != nil {
			return err
		}
		p = cancelPage{row: list[0], When: i18n.FormatDateTime(q.Lang, b.Start), Contact: b.Contact}
		return nil
	})
	if err != nil {
		return err
	}
	return q.Render("visits-cancel", "visits.cancel.title", p)
}

// cancel serves POST visits/booking/{id}/cancel.
func (a *area) cancel(q *console.Request) error {
	var b reservation.Booking
	err := q.Update(func(tx *store.Tx) (err error) {
		if b, err = a.one(tx, q, q.PathValue("id")); err != nil {
			return err
		}
		sent := b.Status == reservation.Cancelled
		if b, err = a.Reservations.Cancel(tx, b.ID, by(q)); err != nil || sent {
			return err
		}
		return a.notify(tx, b, "cancelled", "")
	})
	if err != nil {
		return refusal(q, err)
	}
	return q.See("visits/booking/"+b.ID, "visits.done.cancelled", i18n.Arg{Name: "n", Value: b.Receipt})
}

// notify queues the mail about a booking in its resident's language.
func (a *area) notify(tx *store.Tx, b reservation.Booking, what, key string) error {
	if !b.Contact || a.Notify == nil {
		return nil
	}
	langs, err := a.Reservations.Languages(tx, []string{b.ID})
	if err != nil {
		return err
	}
	lang := langs[b.ID]
	if lang == "" {
		lang = i18n.Japanese
	}
	if err := a.Notify(tx, b, what, key, lang); err != nil {
		return fmt.Errorf("queue the mail about a booking: %w", err)
	}
	return nil
}
