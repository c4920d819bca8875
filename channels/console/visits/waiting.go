package visits

import (
	"madoguchi/channels/console"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/reservation"
)

// mostWaiting bounds the page of the waiting list; a municipality with more has a
// lack of places that no list shows better.
const mostWaiting = 200

// waitingPage is the waiting list for an earlier place, the first on it first.
type waitingPage struct {
	Rows []waitingRow
	Full bool // there may be more
}

// waitingRow is one who waits. No name or address stands here: neither is needed
// to see how much is waited for.
type waitingRow struct {
	Business, Place string
	Persons         int
	Before          string // the time of the visit they have, or any
	Language        string
	Made, Until     string
	State           string
	Offer           string // what is held for them, and until when
	Booking         string // the visit that would be moved, "" if there is none
}

// waiting serves GET visits/waiting.
func (a *area) waiting(q *console.Request) error {
	var p waitingPage
	err := q.View(func(tx *store.Tx) error {
		t, err := a.Reservations.Timetable(tx)
		if err != nil {
			return err
		}
		list, err := a.Reservations.Waiting(tx, mine(q), mostWaiting)
		p.Full = len(list) == mostWaiting
		for _, w := range list {
			p.Rows = append(p.Rows, waitingLine(q, t, w))
		}
		return err
	})
	if err != nil {
		return err
	}
	return q.Render("visits-waiting", "visits.waiting.title", p)
}

func waitingLine(q *console.Request, t *reservation.Timetable, w reservation.Wait) waitingRow {
	r := waitingRow{
		Business: serviceName(q, t, w.Service), Place: q.T("visits.waiting.anywhere"), Persons: w.Persons, Language: i18n.Name(w.Lang),
		Until: civil.In(w.Until).Date.String(), State: q.T("visits.waiting.state." + string(w.State)),
	}
	if w.Counter != "" || q.Account.AtCounter("") { // else the visit may be at a counter of others
		r.Booking = w.Booking
	}
	r.Made = civil.In(w.Made).Date.String() + " " + civil.In(w.Made).Clock.String()
	if w.Counter != "" {
		r.Place = counterName(q, t, w.Counter)
	}
	if w.Before != (civil.DateTime{}) {
		r.Before = i18n.FormatDateTime(q.Lang, w.Before)
	}
	if w.State == reservation.Offered {
		r.Offer = q.T("visits.waiting.offer", i18n.Arg{Name: "when", Value: i18n.FormatDateTime(q.Lang, w.Offer.Start)},
			i18n.Arg{Name: "counter", Value: counterName(q, t, w.Offer.Counter)}, i18n.Arg{Name: "until", Value: civil.In(w.Offer.Until).Clock.String()})
	}
	return r
}
