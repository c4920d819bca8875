package reservation

import (
	"fmt"

	"madoguchi/i18n/civil"
	"madoguchi/store"
)

// CheckIn records that the visitors came (S4-078): on the day of the visit, or
// later to correct a no-show (S4-079). Doing it twice changes nothing. Errors:
// ErrNotFound, ErrState (cancelled), ErrTooEarly before the day.
func (r *Reservations) CheckIn(tx *store.Tx, id string, by By) (Booking, error) {
	b, err := lockBooking(tx, id)
	if err != nil {
		return Booking{}, err
	}
	switch b.Status {
	case Visited:
		return b, nil
	case Cancelled:
		return b, ErrState{b.Status}
	}
	if civil.In(tx.Now()).Date.Before(b.Start.Date) {
		return b, ErrTooEarly{Opens: civil.DateTime{Date: b.Start.Date}}
	}
	action := "booking.check-in"
	if b.Status == NoShow {
		action = "booking.late-arrival"
	}
	if err := came(tx, id, by); err != nil {
		return b, err
	}
	return r.setStatus(tx, b, Visited, by, action)
}

// UndoCheckIn takes back a check-in made by mistake: the visit is expected
// again, or missed if its day is over. Errors: ErrNotFound, ErrState.
func (r *Reservations) UndoCheckIn(tx *store.Tx, id string, by By) (Booking, error) {
	e, err := r.edition(tx)
	if err != nil {
		return Booking{}, err
	}
	b, err := lockBooking(tx, id)
	if err != nil {
		return Booking{}, err
	}
	if b.Status != Visited {
		return b, ErrState{b.Status}
	}
	to := Booked
	if e.over(tx, b.Counter, b.Start) {
		to = NoShow
	}
	if err := left(tx, id); err != nil {
		return b, err
	}
	return r.setStatus(tx, b, to, by, "booking.undo-check-in")
}

// over reports whether a counter has closed for the day of a visit; the slot's
// own time counts where the rules no longer know the day.
func (e *edition) over(tx *store.Tx, counter string, visit civil.DateTime) bool {
	now := civil.In(tx.Now())
	if now.Date != visit.Date {
		return visit.Date.Before(now.Date)
	}
	closes := e.table.Day(counter, visit.Date).Closes()
	return now.Clock >= max(closes, visit.Clock)
}

// CloseDay marks as missed every booking of a day that was not checked in, at
// the counters that have closed by now, and returns those it marked (S4-079).
// What it marked once it never marks again, so it may be called as often as one
// likes.
func (r *Reservations) CloseDay(tx *store.Tx, day civil.Date, by string) ([]Booking, error) {
	e, err := r.edition(tx)
	if err != nil {
		return nil, err
	}
	if civil.In(tx.Now()).Date.Before(day) {
		return nil, nil
	}
	list, err := bookings(tx, `day = $2 AND status = 'booked' ORDER BY day, clock, id`+tx.ForUpdate(), day.String())
	if err != nil {
		return nil, err
	}
	var missed []Booking
	for _, b := range list {
		if !e.over(tx, b.Counter, b.Start) {
			continue
		}
		if b, err = r.setStatus(tx, b, NoShow, By{Who: by}, "booking.no-show"); err != nil {
			return nil, err
		}
		missed = append(missed, b)
	}
	return missed, nil
}

// CloseDue is CloseDay for today and the month before it, so that days on which
// the program did not run are made up for. It is a periodic job's work.
func (r *Reservations) CloseDue(tx *store.Tx, by string) ([]Booking, error) {
	today := civil.In(tx.Now()).Date
	rows, err := tx.Query(`SELECT DISTINCT day FROM reservation_booking WHERE tenant = $1 AND day >= $2 AND day <= $3 AND status = 'booked' ORDER BY day`,
		tx.Tenant(), today.AddDays(-31).String(), today.String())
	if err != nil {
		return nil, fmt.Errorf("looking for days to close: %w", err)
	}
	defer rows.Close()
	var days []civil.Date
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, fmt.Errorf("looking for days to close: %w", err)
		}
		d, err := civil.ParseDate(s)
		if err != nil {
			return nil, err
		}
		days = append(days, d)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	var missed []Booking
	for _, d := range days {
		list, err := r.CloseDay(tx, d, by)
		if err != nil {
			return nil, err
		}
		missed = append(missed, list...)
	}
	return missed, nil
}
