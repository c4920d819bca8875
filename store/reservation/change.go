package reservation

import (
	"fmt"

	"madoguchi/i18n/civil"
	"madoguchi/store"
)

// Move is what a booking is to become. Empty fields stay as they are.
type Move struct {
	Counter string
	Start   civil.DateTime
	Service string
	Persons int
	// Hold is a place held for the new time; its Counter to Group count. The
	// hold ends with the change.
	Hold string
	// Group is whose quota the booking counts in from now on.
	Group Group
}

// Change moves a booking to another time, counter, service or number of
// persons, in one step: the old places are free only if the new ones are taken
// (S4-038), and where both overlap its own places count as free. On the same
// day at the same counter the receipt number stays; otherwise there is a new
// one. The access key stays. A move to what it is already changes nothing.
//
// Errors: ErrNotFound, ErrState (cancelled, visited, missed), ErrTooLate (also
// when the old visit can no longer be changed), ErrGone, and those of Hold.
func (r *Reservations) Change(tx *store.Tx, id string, to Move, by By) (Booking, error) {
	e, err := r.edition(tx)
	if err != nil {
		return Booking{}, err
	}
	b, err := lockBooking(tx, id)
	if err != nil {
		return Booking{}, err
	}
	if b.Status != Booked {
		return b, ErrState{b.Status}
	}
	if err := e.table.Changeable(b.Service, by.Group, b.Start, tx.Now()); err != nil {
		return b, err
	}
	before, back := b, []claim{b.claim}
	if to.Hold != "" {
		h, err := heldNow(tx, to.Hold)
		if err != nil {
			return b, err
		}
		to = Move{Counter: h.Counter, Start: h.Start, Service: h.Service, Persons: h.Persons, Hold: h.ID, Group: h.Group}
		back = append(back, h.claim)
	}
	if to.Counter == "" {
		to.Counter = b.Counter
	}
	if to.Start == (civil.DateTime{}) {
		to.Start = b.Start
	}
	if to.Service == "" {
		to.Service = b.Service
	}
	if to.Persons == 0 {
		to.Persons = b.Persons
	}
	if to.Group == "" {
		to.Group = b.Group
	}
	if to.Hold == "" && to == (Move{Counter: b.Counter, Start: b.Start, Service: b.Service, Persons: b.Persons, Group: b.Group}) {
		return b, nil
	}
	v, err := e.table.visit(to.Counter, to.Start, to.Service, to.Persons, to.Group)
	if err != nil {
		return b, err
	}
	if to.Hold == "" {
		// By's group decides the window, the move's the quota.
		if err := e.table.Bookable(to.Service, by.window(to.Group), to.Start, tx.Now()); err != nil {
			return b, err
		}
	} else if !tx.Now().Before(to.Start.At()) {
		return b, ErrTooLate{Limit: to.Start}
	}
	if err := e.claimPlaces(tx, back, &v, false, to.Hold); err != nil {
		return b, err
	}
	if to.Hold != "" {
		if err := deleteHold(tx, to.Hold); err != nil {
			return b, err
		}
	}
	if v.counter != b.claim.counter || v.day != b.claim.day {
		if b.Receipt, err = nextReceipt(tx, v.counter, v.day); err != nil {
			return b, err
		}
	}
	b.Counter, b.Start, b.Minutes, b.Service, b.Persons = v.counter, v.start, v.minutes, v.service.ID, v.persons
	b.Group, b.claim = to.Group, v.claim
	b.Sequence++
	b.Changed = tx.Now()
	_, err = tx.Exec(`
		UPDATE reservation_booking SET counter = $3, day = $4, clock = $5, minutes = $6, takes = $7, places = $8, service = $9,
			persons = $10, receipt = $11, sequence = $12, changed_at = $13, grp = $14
		WHERE tenant = $1 AND id = $2`,
		tx.Tenant(), b.ID, b.Counter, b.claim.day, int(b.Start.Clock), b.Minutes, b.claim.takes(), b.claim.places, b.Service,
		b.Persons, b.Receipt, b.Sequence, store.Millis(b.Changed), string(b.Group))
	if err != nil {
		return b, fmt.Errorf("changing a booking: %w", err)
	}
	if err := r.record(tx, Change{"booking.change", before, b, by.Who}); err != nil {
		return b, err
	}
	return b, r.offerFreed(tx, e, before.Counter, before.Start)
}

// window is the group whose booking window binds: that of the person acting,
// or of the booking if none is given.
func (b By) window(g Group) Group {
	if b.Group.index() < 0 {
		return g
	}
	return b.Group
}

// Cancel cancels a booking and frees its places at once (S4-039). Cancelling a
// cancelled booking again changes nothing and is no error. Errors: ErrNotFound,
// ErrState (visited, missed), ErrTooLate.
func (r *Reservations) Cancel(tx *store.Tx, id string, by By) (Booking, error) {
	e, err := r.edition(tx)
	if err != nil {
		return Booking{}, err
	}
	b, err := lockBooking(tx, id)
	if err != nil {
		return Booking{}, err
	}
	switch b.Status {
	case Booked:
	case Cancelled:
		return b, nil
	default:
		return b, ErrState{b.Status}
	}
	if err := e.table.Changeable(b.Service, by.Group, b.Start, tx.Now()); err != nil {
		return b, err
	}
	if err := e.exchange(tx, []claim{b.claim}, nil, false); err != nil {
		return b, err
	}
	b.Sequence++
	if b, err = r.setStatus(tx, b, Cancelled, by, "booking.cancel"); err != nil {
		return b, err
	}
	if err := r.endWaitsOf(tx, b.ID); err != nil {
		return b, err
	}
	return b, r.offerFreed(tx, e, b.Counter, b.Start)
}

// SetCase says which progress case a booking is for; "" is none. To say it
// again changes nothing. Errors: ErrNotFound, ErrState (cancelled).
func (r *Reservations) SetCase(tx *store.Tx, id, caseID, by string) (Booking, error) {
	b, err := lockBooking(tx, id)
	if err != nil {
		return Booking{}, err
	}
	if b.Case == caseID {
		return b, nil
	}
	if b.Status == Cancelled {
		return b, ErrState{b.Status}
	}
	before := b
	b.Case, b.Changed = caseID, tx.Now()
	_, err = tx.Exec(`UPDATE reservation_booking SET case_id = $3, changed_at = $4 WHERE tenant = $1 AND id = $2`,
		tx.Tenant(), b.ID, b.Case, store.Millis(b.Changed))
	if err != nil {
		return b, fmt.Errorf("naming the case of a booking: %w", err)
	}
	return b, r.record(tx, Change{"booking.case", before, b, by})
}

// setStatus writes a booking's status and sequence.
func (r *Reservations) setStatus(tx *store.Tx, b Booking, s Status, by By, action string) (Booking, error) {
	before := b
	b.Status, b.Changed = s, tx.Now()
	_, err := tx.Exec(`UPDATE reservation_booking SET status = $3, sequence = $4, changed_at = $5 WHERE tenant = $1 AND id = $2`,
		tx.Tenant(), b.ID, string(b.Status), b.Sequence, store.Millis(b.Changed))
	if err != nil {
		return b, fmt.Errorf("%s: %w", action, err)
	}
	return b, r.record(tx, Change{action, before, b, by.Who})
}
