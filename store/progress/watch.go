package progress

import (
	"errors"

	"madoguchi/store"
	"madoguchi/store/reservation"
)

// Follow keeps the cases in step with the bookings made for them (S4-121): a
// booking sets 来庁予約, reception 来庁, closing time 不来場, and what is taken
// back there is taken back here, in the same transaction.
func (s Service) Follow(r *reservation.Reservations) { r.Watch(follow) }

// follow compares what the case says about the booking with the booking as it
// is now and writes the difference, so that a change told twice is written once.
func follow(tx *store.Tx, c reservation.Change) error {
	why := bookingMoved
	switch c.Action {
	case "booking.cancel":
		why = bookingCancelled
	case "booking.undo-check-in":
		why = checkInUndone
	case "booking.late-arrival":
		why = lateArrival
	}
	if old := c.Before.Case; old != "" && old != c.After.Case {
		if err := keepInStep(tx, old, c.After, false, why, c.By); err != nil {
			return err
		}
	}
	if c.After.Case == "" {
		return nil
	}
	return keepInStep(tx, c.After.Case, c.After, c.After.Status != reservation.Cancelled, why, c.By)
}

// keepInStep writes what a booking means for a case; holds is false where it
// means nothing any more. A case that is not kept on this side is no error.
func keepInStep(tx *store.Tx, id string, b reservation.Booking, holds bool, why, by string) error {
	w, err := open(tx, id)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	before := len(w.events)

	var booked, came, missed *Event // of this booking, as far as they count
	var known = b.Start
	for i := range w.events {
		e := &w.events[i]
		if e.Struck != 0 || e.Booking != b.ID {
			continue
		}
		switch e.Kind {
		case Booked:
			booked, known = e, e.Visit
		case Rebooked:
			known = e.Visit
		case Visited, Revisited:
			came = e
		case NoShow:
			missed = e
		}
	}
	var back []int
	if came != nil && !(holds && b.Status == reservation.Visited) {
		back = append(back, came.Seq)
	}
	if missed != nil && !(holds && b.Status == reservation.NoShow) {
		back = append(back, missed.Seq)
	}
	if booked != nil && !holds {
		back = append(back, booked.Seq)
	}
	var forth []Kind
	if holds {
		switch {
		case booked == nil:
			forth = append(forth, Booked)
		case known != b.Start:
			forth = append(forth, Rebooked)
		}
		switch {
		case b.Status == reservation.Visited && came == nil:
			forth = append(forth, w.visitKind())
		case b.Status == reservation.NoShow && missed == nil:
			forth = append(forth, NoShow)
		}
	}
	for _, seq := range back {
		if _, err := w.add(tx, Entry{Kind: Undone, Reason: why, By: by, target: seq}); err != nil {
			return err
		}
	}
	for _, kind := range forth {
		if _, err := w.add(tx, Entry{Kind: kind, By: by, Booking: b.ID, Visit: b.Start}); err != nil {
			return err
		}
	}
	if len(w.events) == before {
		return nil
	}
	if err := w.keep(tx); err != nil {
		return err
	}
	for _, e := range w.events[before:] {
		if err := tx.Audit(by, "card."+string(e.Kind), id, "event", e.Seq, "booking", b.ID); err != nil {
			return err
		}
	}
	return nil
}

// visitKind tells the first visit for a card from a further one (S4-119).
func (w *work) visitKind() Kind {
	if !w.facts.Visited.IsZero() && !w.facts.Visited.Before(w.facts.Arrived) {
		return Revisited
	}
	return Visited
}
