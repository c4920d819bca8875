package progress_test

import (
	"context"
	"testing"
	"time"

	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/progress"
	"madoguchi/store/reservation"
)

// bookings are the counters of the sample, with the cards in step.
func (w *town) bookings() *reservation.Reservations {
	w.t.Helper()
	r := reservation.New(civil.Holiday)
	w.cards.Follow(r)
	w.do(func(tx *store.Tx) error {
		_, err := r.SaveSettings(tx, reservation.Sample(), 0, "test")
		return err
	})
	return r
}

// tenth is ten o'clock on the Tuesday after noon.
var tenth = civil.DateTime{Date: civil.Date{Year: 2026, Month: 12, Day: 1}, Clock: 10 * 60}

var counterStaff = reservation.By{Who: "staff", Group: reservation.Internal}

func (w *town) book(r *reservation.Reservations, id string) (b reservation.Booking) {
	w.t.Helper()
	w.do(func(tx *store.Tx) (err error) {
		b, _, err = r.Book(tx, reservation.BookRequest{
			Counter: "honcho", Start: tenth, Service: "card-pickup", Persons: 1, Group: reservation.Internal, Case: id, By: "resident",
		})
		return err
	})
	return b
}

// S4-121: booking, change, reception and its undo, no-show, late arrival and
// cancellation stand in the history by themselves, each once however often it is
// told.
func TestBookingsAndCardsKeepInStep(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		r := w.bookings()
		id := w.cardsHere(1)[0]
		w.register(id, progress.Notified)
		b := w.book(r, id)
		if c := w.see(id); c.State != progress.Booked || c.Visit != tenth || c.Booking != b.ID {
			t.Errorf("after the booking: %s, %s", c.State, c.Visit)
		}
		later := civil.DateTime{Date: tenth.Date, Clock: 11 * 60}
		for range 2 {
			w.do(func(tx *store.Tx) error {
				_, err := r.Change(tx, b.ID, reservation.Move{Start: later}, counterStaff)
				return err
			})
		}
		if c := w.see(id); c.State != progress.Booked || c.Visit != later {
			t.Errorf("after the change: %s, %s", c.State, c.Visit)
		}
		w.clock.Set(later.At())
		for range 2 {
			w.do(func(tx *store.Tx) error { _, err := r.CheckIn(tx, b.ID, counterStaff); return err })
		}
		if c := w.see(id); c.State != progress.Visited || !c.Visited.Equal(later.At()) {
			t.Errorf("after the reception: %s, %s", c.State, c.Visited)
		}
		w.do(func(tx *store.Tx) error { _, err := r.UndoCheckIn(tx, b.ID, counterStaff); return err })
		if c := w.see(id); c.State != progress.Booked {
			t.Errorf("after the undo of the reception: %s", c.State)
		}
		w.clock.Set(later.At().Add(24 * time.Hour))
		for range 2 {
			w.do(func(tx *store.Tx) error { _, err := r.CloseDay(tx, later.Date, "system"); return err })
		}
		if c := w.see(id); c.State != progress.NoShow || len(c.Missed) != 1 || c.Missed[0] != later {
			t.Errorf("after closing time: %s, missed %v", c.State, c.Missed)
		}
		w.do(func(tx *store.Tx) error { _, err := r.CheckIn(tx, b.ID, counterStaff); return err })
		if c := w.see(id); c.State != progress.Visited || len(c.Missed) != 0 {
			t.Errorf("after the late arrival: %s, missed %v", c.State, c.Missed)
		}
		same(t, "history", lines(w.history(id)), []string{
			"arrived", "notified", "booked", "rebooked", "(visited)", "undone 5", "(no-show)", "undone 7", "visited",
		})
		w.whole()
	})
}

func TestACancelledBookingLeavesTheCardAsItWas(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		r := w.bookings()
		id := w.cardsHere(1)[0]
		w.register(id, progress.Notified)
		b := w.book(r, id)
		for range 2 {
			w.do(func(tx *store.Tx) error { _, err := r.Cancel(tx, b.ID, counterStaff); return err })
		}
		if c := w.see(id); c.State != progress.Notified || c.Booking != "" {
			t.Errorf("after the cancellation: %s, booking %q", c.State, c.Booking)
		}
		same(t, "history", lines(w.history(id)), []string{"arrived", "notified", "(booked)", "undone 3"})
		w.whole()
	})
}

// A booking made without a code is joined to its card afterwards, and moved to
// another if that was wrong.
func TestStaffJoinABookingToACard(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		r := w.bookings()
		ids := w.cardsHere(2)
		b := w.book(r, "")
		for _, id := range []string{ids[0], ids[0], ids[1]} {
			w.do(func(tx *store.Tx) error { _, err := r.SetCase(tx, b.ID, id, "staff"); return err })
		}
		same(t, "the wrong one", lines(w.history(ids[0])), []string{"arrived", "(booked) !", "undone 2"})
		same(t, "the right one", lines(w.history(ids[1])), []string{"arrived", "booked !"})
		w.whole()
	})
}

// S4-119: who comes a second time is recorded as coming again.
func TestASecondVisitIsAnEventOfItsOwn(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		r := w.bookings()
		id := w.cardsHere(1)[0]
		for range 2 {
			b := w.book(r, id)
			now := w.clock.Now()
			w.clock.Set(tenth.At())
			w.do(func(tx *store.Tx) error { _, err := r.CheckIn(tx, b.ID, counterStaff); return err })
			w.clock.Set(now)
		}
		c := w.see(id)
		if len(c.Revisits) != 1 || c.State != progress.Revisited {
			t.Errorf("revisits %v, %s", c.Revisits, c.State)
		}
	})
}

// A booking that names a card nobody here knows is made all the same: the cards
// may be kept on another network.
func TestABookingForACardKeptElsewhere(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		r := w.bookings()
		if b := w.book(r, store.NewID()); b.Receipt != 1 {
			t.Errorf("receipt %d", b.Receipt)
		}
	})
}

// An undone transaction leaves neither booking nor event.
func TestAFailedBookingLeavesTheCardAlone(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		r := w.bookings()
		id := w.cardsHere(1)[0]
		_ = w.db.Update(context.Background(), "sample", func(tx *store.Tx) error {
			_, _, err := r.Book(tx, reservation.BookRequest{
				Counter: "honcho", Start: tenth, Service: "card-pickup", Persons: 1, Group: reservation.Internal, Case: id, By: "resident",
			})
			if err != nil {
				t.Error(err)
			}
			return context.Canceled
		})
		same(t, "history", lines(w.history(id)), []string{"arrived"})
	})
}
