package visits

import (
	"strings"

	"madoguchi/channels/console"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/reservation"
)

// The way of a visitor: scan or number, Enter, one booking is shown with the
// button 来場 in focus, Enter. The field is empty again for the next one.

// receptionPage is the field, and who is coming.
type receptionPage struct {
	Text    string // as typed, if it was of no use
	Error   string
	Choose  []row // more than one fits
	Next    []row // expected today, the next first
	Latest  []row // received today, the last first
	Waiting int   // expected today in all
}

// How much of the day reception shows beside its field.
const (
	nextShown   = 12
	latestShown = 6
)

// reception serves GET visits/reception.
func (a *area) reception(q *console.Request) error {
	var p receptionPage
	if err := q.View(func(tx *store.Tx) error { return a.fillReception(tx, q, &p) }); err != nil {
		return err
	}
	return q.Render("visits-reception", "visits.reception.title", p)
}

func (a *area) fillReception(tx *store.Tx, q *console.Request, p *receptionPage) error {
	today := civil.In(tx.Now()).Date
	f := reservation.Filter{From: today, To: today, Counters: mine(q), Statuses: []reservation.Status{reservation.Booked}, Limit: nextShown}
	next, _, err := a.Reservations.Search(tx, f)
	if err != nil {
		return err
	}
	if p.Waiting, err = a.Reservations.Count(tx, f, mostCounted); err != nil {
		return err
	}
	latest, err := a.Reservations.Latest(tx, today, mine(q), latestShown)
	if err != nil {
		return err
	}
	if p.Next, err = a.rows(tx, q, next); err != nil {
		return err
	}
	p.Latest, err = a.rows(tx, q, latest)
	return err
}

// find serves POST visits/reception: a key must not stand in an address.
func (a *area) find(q *console.Request) error {
	p := receptionPage{Text: strings.TrimSpace(q.PostFormValue("text"))}
	var found reservation.Booking
	var ok bool
	var tasks string
	err := q.View(func(tx *store.Tx) error {
		today := civil.In(tx.Now()).Date
		list, other, err := a.meant(tx, q, p.Text, today)
		if err != nil {
			return err
		}
		if found, ok = atHand(list, today); ok {
			return nil
		}
		if len(list) == 0 {
			if tasks, err = a.taskList(tx, p.Text); err != nil || tasks != "" {
				return err
			}
		}
		switch {
		case p.Text == "":
			p.Error = q.T("visits.reception.empty")
		case len(list) > 0:
			p.Text = "" // the next scan is somebody else's
			if p.Choose, err = a.rows(tx, q, list); err != nil {
				return err
			}
		case other:
			p.Error = q.T("visits.reception.elsewhere")
		default:
			p.Error = q.T("visits.reception.unknown")
		}
		return a.fillReception(tx, q, &p)
	})
	if err != nil {
		return err
	}
	if ok {
		return q.See("visits/booking/"+found.ID, "")
	}
	if tasks != "" {
		return q.See("visits/tasks/"+tasks, "")
	}
	if len(p.Choose) > 0 {
		return q.Render("visits-reception", "visits.reception.title", p)
	}
	return q.Again("visits-reception", "visits.reception.title", p)
}

// receptionForm is what was recorded, or typed and not taken.
type receptionForm struct {
	Collected bool
	Response  string
	Note      string
	Error     string
}

// readReception reads the inputs of a reception.
func readReception(q *console.Request) reservation.Reception {
	return reservation.Reception{
		Collected: q.PostFormValue("collected") == "yes",
		Response:  q.PostFormValue("response"),
		Note:      strings.TrimSpace(strings.ReplaceAll(q.PostFormValue("note"), "\r\n", "\n")),
	}
}

// receive serves POST visits/booking/{id}/receive: somebody came, or what was
// recorded of them is corrected.
func (a *area) receive(q *console.Request) error {
	in := readReception(q)
	var before, after reservation.Booking
	err := q.Update(func(tx *store.Tx) (err error) {
		if before, err = a.one(tx, q, q.PathValue("id")); err != nil {
			return err
		}
		if !q.PostForm.Has("collected") { // the button of a list: that they came, nothing else
			after, err = a.Reservations.CheckIn(tx, before.ID, by(q))
			return err
		}
		if after, err = a.Reservations.Receive(tx, before.ID, in, by(q)); err != nil {
			return err
		}
		if in.Collected && after.Case != "" && a.Collected != nil {
			return a.Collected(tx, after.Case, q.By())
		}
		return nil
	})
	if problem, refused := asRefusal(q, err); refused {
		form := receptionForm{in.Collected, in.Response, in.Note, problem}
		return a.show(q, q.PathValue("id"), &form, false)
	}
	if err != nil {
		return err
	}
	number := i18n.Arg{Name: "n", Value: after.Receipt}
	switch before.Status {
	case reservation.Visited:
		return q.See("visits/booking/"+after.ID, "visits.done.saved")
	case reservation.NoShow:
		return q.See("visits/reception", "visits.done.late", number)
	}
	return q.See("visits/reception", "visits.done.received", number)
}

// undo serves POST visits/booking/{id}/undo.
func (a *area) undo(q *console.Request) error {
	var b reservation.Booking
	err := q.Update(func(tx *store.Tx) (err error) {
		if b, err = a.one(tx, q, q.PathValue("id")); err != nil {
			return err
		}
		b, err = a.Reservations.UndoCheckIn(tx, b.ID, by(q))
		return err
	})
	if err != nil {
		return refusal(q, err)
	}
	return q.See("visits/booking/"+b.ID, "visits.done.undone", i18n.Arg{Name: "status", Value: statusText(q, b.Status)})
}
