package notice

import (
	"fmt"
	"time"

	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/reservation"
)

// page is how many bookings are looked at a time.
const page = 500

// Due returns the bookings of tomorrow whose reminder is due and has not been
// queued, once the clock on the wall has reached from (domain-facts 8.11: the
// day before). Somebody who booked or moved the visit after that hour knows of
// it and is not reminded.
func (Service) Due(tx *store.Tx, r *reservation.Reservations, from civil.Clock) ([]reservation.Booking, error) {
	now := civil.In(tx.Now())
	if now.Clock < from {
		return nil, nil
	}
	hour := civil.DateTime{Date: now.Date, Clock: from}.At()
	tomorrow := now.Date.AddDays(1)
	known, err := reminded(tx, civil.DateTime{Date: now.Date}.At())
	if err != nil {
		return nil, err
	}
	var out []reservation.Booking
	f := reservation.Filter{From: tomorrow, To: tomorrow, Statuses: []reservation.Status{reservation.Booked}, Limit: page}
	for {
		list, next, err := r.Search(tx, f)
		if err != nil {
			return nil, fmt.Errorf("look for visits of tomorrow: %w", err)
		}
		for _, b := range list {
			if b.Changed.Before(hour) && !known[mark{b.ID, b.Sequence}] {
				out = append(out, b)
			}
		}
		if f.After = next; next == "" {
			return out, nil
		}
	}
}

// mark names a booking as it was when its reminder became due.
type mark struct {
	booking  string
	sequence int
}

// reminded are the reminders queued since an instant.
func reminded(tx *store.Tx, since time.Time) (map[mark]bool, error) {
	rows, err := tx.Query(`SELECT booking, sequence FROM notice WHERE tenant = $1 AND kind = 'reminder' AND created_at >= $2`,
		tx.Tenant(), store.Millis(since))
	if err != nil {
		return nil, fmt.Errorf("look for reminders: %w", err)
	}
	defer rows.Close()
	known := map[mark]bool{}
	for rows.Next() {
		var m mark
		if err := rows.Scan(&m.booking, &m.sequence); err != nil {
			return nil, fmt.Errorf("look for reminders: %w", err)
		}
		known[m] = true
	}
	return known, rows.Err()
}
