package reservation

import "madoguchi/store"

// Change is what has become of a booking.
type Change struct {
	// Action is the word of the audit log: booking.book, booking.book-over,
	// booking.walk-in, booking.change, booking.cancel, booking.check-in,
	// booking.late-arrival, booking.undo-check-in, booking.no-show, booking.case, or
	// booking.reception: what is recorded of a visit, see ReceptionOf.
	Action string
	Before Booking // the zero Booking if it is new
	After  Booking
	By     string
}

// Watch has fn called at every change of a booking, inside its transaction: what
// keeps in step with the bookings (S4-121) commits with them or not at all. An
// error of fn undoes the change. Watchers are added while the program is put
// together, before the first booking.
func (r *Reservations) Watch(fn func(*store.Tx, Change) error) {
	r.watchers = append(r.watchers, fn)
}

// record writes a change into the audit log and tells the watchers.
func (r *Reservations) record(tx *store.Tx, c Change, detail ...any) error {
	if err := tx.Audit(c.By, c.Action, c.After.ID, detail...); err != nil {
		return err
	}
	for _, fn := range r.watchers {
		if err := fn(tx, c); err != nil {
			return err
		}
	}
	return nil
}
