package reservation

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/storetest"
)

// told is what was told to whom: the owner, the place, and until when it is held.
type told struct{ owner, place, until string }

// waitingRoom is a desk that remembers who was told of which place.
type waitingRoom struct {
	*desk
	told    []told
	secrets []string
}

func openRoom(d *desk) *waitingRoom {
	w := &waitingRoom{desk: d}
	d.r.OnOffer(func(_ *store.Tx, e Wait, secret string) error {
		w.told = append(w.told, told{e.Owner, e.Offer.String(), e.Offer.Until.In(at("2026-11-24T09:00").At().Location()).Format("15:04")})
		w.secrets = append(w.secrets, secret)
		return nil
	})
	return w
}

func (w *waitingRoom) wait(q WaitRequest) (e Wait) {
	w.Helper()
	q.Group, q.Lang, q.By = Open, i18n.Japanese, "resident"
	w.do(func(tx *store.Tx) (err error) {
		e, err = w.r.Wait(tx, q)
		return err
	})
	return e
}

func (w *waitingRoom) serve() {
	w.Helper()
	w.do(func(tx *store.Tx) error { return w.r.ServeWaiting(tx) })
}

func (w *waitingRoom) of(owner string) (e Wait, err error) {
	err = w.try(func(tx *store.Tx) (err error) {
		e, err = w.r.WaitOf(tx, owner)
		return err
	})
	return e, err
}

func (w *waitingRoom) expect(what string, want ...told) {
	w.Helper()
	if !slices.Equal(w.told, want) {
		w.Errorf("%s: told %v, want %v", what, w.told, want)
	}
	w.told = nil
}

// fill books the whole nishi counter, one place a slot, for some days.
func (w *waitingRoom) fill(days ...string) (ids map[string]string) {
	w.Helper()
	ids = map[string]string{}
	for _, day := range days {
		for _, clock := range []string{"14:30", "15:00", "15:30", "16:00", "16:30"} {
			b, _ := w.mustBook(consult("nishi", day+"T"+clock))
			ids[day+"T"+clock] = b.ID
		}
	}
	return ids
}

func TestAFreedPlaceGoesToTheFirstWhoWaits(t *testing.T) {
	each(t, nil, func(d *desk, t *testing.T) {
		w := openRoom(d)
		ids := w.fill("2026-11-26", "2026-11-27")
		mine, _ := w.mustBook(consult("nishi", "2026-12-01T15:00"))
		first := w.wait(WaitRequest{Owner: "first", Booking: mine.ID, Counter: "nishi", Contact: "hanako@example.jp"})
		d.clock.Advance(time.Minute)
		w.wait(WaitRequest{Owner: "second", Service: "consult", Persons: 1, Counter: "nishi"})
		w.wait(WaitRequest{Owner: "elsewhere", Service: "consult", Persons: 1, Counter: "ekimae"})
		if first.Before != mine.Start || !first.Until.Equal(mine.Start.At()) {
			t.Errorf("%+v", first)
		}
		// The second has no booking and waits for what is earlier than the first
		// place there is.
		if e, err := w.of("second"); err != nil || e.Before.String() != "2026-11-24T14:30" {
			t.Errorf("waits for a place before %v, %v", e.Before, err)
		}
		w.do(func(tx *store.Tx) error {
			_, err := tx.Exec(`UPDATE reservation_waiting SET before_day = '2026-12-01' WHERE tenant = $1 AND owner = 'second'`, tx.Tenant())
			return err
		})

		if _, err := w.cancel(ids["2026-11-27T15:00"]); err != nil {
			t.Fatal(err)
		}
		w.expect("a place is freed", told{"first", "nishi/2026-11-27T15:00", "10:01"})
		if n := w.free("nishi", "2026-11-27T15:00"); n != 0 {
			t.Errorf("%d places free while one is offered", n)
		}
		if _, err := w.cancel(ids["2026-11-26T16:00"]); err != nil {
			t.Fatal(err)
		}
		w.expect("another, while the first has an offer", told{"second", "nishi/2026-11-26T16:00", "10:01"})

		// The first turns it down: nobody else suits, it is everybody's again.
		w.do(func(tx *store.Tx) error { return w.r.Decline(tx, first.ID, "resident") })
		w.expect("declined")
		if n := w.free("nishi", "2026-11-27T15:00"); n != 1 {
			t.Errorf("%d places free after it was declined", n)
		}
		// A place that was turned down is not offered again.
		second := must(w.of("second")).ID
		w.do(func(tx *store.Tx) error { return w.r.StopWaiting(tx, second, "resident") })
		w.expect("the second leaves; the place goes on to the first", told{"first", "nishi/2026-11-26T16:00", "10:01"})

		var moved Booking
		w.do(func(tx *store.Tx) (err error) {
			moved, _, err = w.r.TakeOffered(tx, first.ID, "", By{Who: "resident", Group: Open})
			return err
		})
		if moved.ID != mine.ID || moved.Start != at("2026-11-26T16:00") {
			t.Errorf("moved to %v", moved.Start)
		}
		if n := w.free("nishi", "2026-12-01T15:00"); n != 1 {
			t.Errorf("%d places free where the visit was before", n)
		}
		if _, err := w.of("first"); !errors.Is(err, ErrNotFound) {
			t.Errorf("still on the list: %v", err)
		}
		w.do(func(tx *store.Tx) error {
			if mail, err := w.r.WaitContact(tx, first.ID); mail != "" || err != nil {
				t.Errorf("the address is kept: %q %v", mail, err)
			}
			return nil
		})
		w.sound()
	})
}

func must(w Wait, err error) Wait {
	if err != nil {
		panic(err)
	}
	return w
}

// An offer nobody answers goes to the next, who keeps nobody waiting for ever.
func TestUnansweredOffersGoOn(t *testing.T) {
	each(t, func(s *Settings) { s.OfferMinutes = 30 }, func(d *desk, t *testing.T) {
		w := openRoom(d)
		ids := w.fill("2026-11-25", "2026-11-26", "2026-11-27")
		late, _ := w.mustBook(consult("nishi", "2026-12-03T15:00"))
		later, _ := w.mustBook(consult("nishi", "2026-12-04T15:00"))
		w.fillUntil("2026-12-05")
		w.wait(WaitRequest{Owner: "a", Booking: late.ID, Counter: "nishi"})
		d.clock.Advance(time.Minute)
		w.wait(WaitRequest{Owner: "b", Booking: later.ID, Counter: "nishi"})
		w.serve()
		w.expect("nothing is free")
		if _, err := w.cancel(ids["2026-11-27T15:00"]); err != nil {
			t.Fatal(err)
		}
		w.expect("cancelled", told{"a", "nishi/2026-11-27T15:00", "09:31"})
		d.clock.Advance(29 * time.Minute)
		w.serve()
		w.expect("it is still a's")
		d.clock.Advance(time.Minute)
		w.serve()
		w.expect("the next", told{"b", "nishi/2026-11-27T15:00", "10:01"})
		secret := w.secrets[len(w.secrets)-1]
		w.do(func(tx *store.Tx) error {
			e, err := w.r.WaitByOffer(tx, secret)
			if err != nil || e.Owner != "b" {
				t.Errorf("the secret opens %v, %v", e.Owner, err)
			}
			_, err = w.r.WaitByOffer(tx, w.secrets[0])
			if !errors.Is(err, ErrNotFound) {
				t.Errorf("the secret of an offer that is over opens it: %v", err)
			}
			return nil
		})
		d.clock.Advance(30 * time.Minute)
		w.serve()
		w.expect("both let it pass: it is everybody's")
		if n := w.free("nishi", "2026-11-27T15:00"); n != 1 {
			t.Errorf("%d free", n)
		}
		for _, start := range []string{"2026-11-26T15:00", "2026-11-26T15:30"} {
			if _, err := w.cancel(ids[start]); err != nil {
				t.Fatal(err)
			}
			d.clock.Advance(31 * time.Minute)
			w.serve()
			d.clock.Advance(31 * time.Minute)
			w.serve()
		}
		for _, owner := range []string{"a", "b"} {
			if e, err := w.of(owner); !errors.Is(err, ErrNotFound) {
				t.Errorf("%s is still on the list after three unanswered offers: %+v", owner, e)
			}
		}
		w.sound()
	})
}

// fillUntil books what is left of the nishi counter before a day.
func (w *waitingRoom) fillUntil(day string) {
	w.Helper()
	w.do(func(tx *store.Tx) error {
		for {
			list, err := w.r.Next(tx, NextQuery{Counter: "nishi", Service: "consult", Until: at(day + "T00:00").Date.AddDays(-1), Limit: 100})
			if err != nil || len(list) == 0 {
				return err
			}
			for _, o := range list {
				if _, _, err := w.r.Book(tx, BookRequest{Counter: "nishi", Start: o.Start, Service: "consult", Persons: 1, Group: Open, Channel: "web", By: "test"}); err != nil {
					return err
				}
			}
		}
	})
}

// At night nobody is told; in the morning what is still free is offered.
func TestNobodyIsToldAtNight(t *testing.T) {
	d := open(t, storetest.SQLite, nil)
	w := openRoom(d)
	ids := w.fill("2026-11-27")
	w.fillUntil("2026-12-01")
	mine, _ := w.mustBook(consult("nishi", "2026-12-01T15:00"))
	w.wait(WaitRequest{Owner: "a", Booking: mine.ID})
	w.serve()
	w.expect("any counter: ekimae has a place today", told{"a", "honcho/2026-11-24T11:00", "10:00"})
	anywhere := must(w.of("a")).ID
	w.do(func(tx *store.Tx) error { return w.r.Decline(tx, anywhere, "resident") })
	w.told = nil

	w.wait(WaitRequest{Owner: "a", Booking: mine.ID, Counter: "nishi"}) // in place of the other entry
	d.clock.Set(at("2026-11-24T21:00").At())
	if _, err := w.cancel(ids["2026-11-27T16:00"]); err != nil {
		t.Fatal(err)
	}
	w.serve()
	w.expect("at nine in the evening")
	if n := w.free("nishi", "2026-11-27T16:00"); n != 1 {
		t.Errorf("%d free at night", n)
	}
	d.clock.Set(at("2026-11-25T08:00").At())
	w.serve()
	w.expect("in the morning", told{"a", "nishi/2026-11-27T16:00", "09:00"})

	// Who cancels the visit waits no longer, and is not offered its own place.
	if _, err := w.cancel(mine.ID); err != nil {
		t.Fatal(err)
	}
	w.expect("cancelled")
	if _, err := w.of("a"); !errors.Is(err, ErrNotFound) {
		t.Errorf("waits to move a visit that is cancelled: %v", err)
	}
	if n := w.free("nishi", "2026-11-27T16:00"); n != 1 {
		t.Errorf("%d free: the offer is still held", n)
	}
	w.sound()
}

// Somebody without a booking goes on to book the place that is held for them.
func TestAnOfferWithoutBooking(t *testing.T) {
	d := open(t, storetest.SQLite, nil)
	w := openRoom(d)
	w.fillUntil("2026-12-25")
	e := w.wait(WaitRequest{Owner: "a", Service: "consult", Persons: 1, Counter: "nishi"})
	if !e.Before.Date.IsZero() || !e.Until.Equal(at("2026-12-24T09:00").At()) {
		t.Errorf("waits for a place before %v, until %v", e.Before, e.Until)
	}
	w.serve()
	w.expect("nothing is free")
	d.clock.Set(at("2026-11-25T09:00").At()) // the window has opened another day
	w.serve()
	w.expect("a new day", told{"a", "nishi/2026-12-25T14:30", "10:00"})
	var hold string
	w.do(func(tx *store.Tx) (err error) {
		_, hold, err = w.r.TakeOffered(tx, e.ID, "a", By{Who: "resident", Group: Open})
		return err
	})
	if b, _, err := w.book(BookRequest{Hold: hold, Channel: "web", By: "resident"}); err != nil || b.Start != at("2026-12-25T14:30") {
		t.Errorf("%v, %v", b.Start, err)
	}
	w.do(func(tx *store.Tx) error {
		if _, _, err := w.r.TakeOffered(tx, e.ID, "a", By{Who: "resident", Group: Open}); !errors.Is(err, ErrNotFound) {
			t.Errorf("taken twice: %v", err)
		}
		return nil
	})
	d.clock.Set(at("2026-12-26T09:00").At())
	w.serve()
	w.sound()
}

// Too late, but nobody else has taken it: they get it all the same. Somebody else
// has: they are told, and wait on.
func TestAnOfferTakenTooLate(t *testing.T) {
	d := open(t, storetest.SQLite, nil)
	w := openRoom(d)
	ids := w.fill("2026-11-27")
	w.fillUntil("2026-12-03")
	mine, _ := w.mustBook(consult("nishi", "2026-12-03T15:00"))
	e := w.wait(WaitRequest{Owner: "a", Booking: mine.ID, Counter: "nishi"})
	if _, err := w.cancel(ids["2026-11-27T15:00"]); err != nil {
		t.Fatal(err)
	}
	d.clock.Advance(2 * time.Hour)
	w.mustBook(consult("nishi", "2026-11-27T15:00")) // an expired hold stands in nobody's way
	w.do(func(tx *store.Tx) error {
		if _, _, err := w.r.TakeOffered(tx, e.ID, "", By{Who: "resident", Group: Open}); !errors.Is(err, ErrGone) {
			t.Errorf("taken: %v", err)
		}
		return nil
	})
	if got, err := w.of("a"); err != nil || got.State != Waits || got.Missed != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := w.cancel(ids["2026-11-27T16:00"]); err != nil {
		t.Fatal(err)
	}
	d.clock.Advance(2 * time.Hour)
	var b Booking
	w.do(func(tx *store.Tx) (err error) {
		b, _, err = w.r.TakeOffered(tx, e.ID, "", By{Who: "resident", Group: Open})
		return err
	})
	if b.Start != at("2026-11-27T16:00") {
		t.Errorf("moved to %v", b.Start)
	}
	w.sound()
}

// Places freed at the same time go to as many people, one place each.
func TestPlacesFreedTogetherGoToDifferentPeople(t *testing.T) {
	each(t, nil, func(d *desk, t *testing.T) {
		w := &waitingRoom{desk: d}
		ids := w.fill("2026-11-26", "2026-11-27")
		w.fillUntil("2026-12-05")
		for _, owner := range []string{"a", "b", "c", "d", "e"} {
			w.wait(WaitRequest{Owner: owner, Service: "consult", Persons: 1, Counter: "nishi"})
		}
		w.do(func(tx *store.Tx) error {
			_, err := tx.Exec(`UPDATE reservation_waiting SET before_day = '' WHERE tenant = $1`, tx.Tenant())
			return err
		})
		var wg sync.WaitGroup
		for _, id := range ids {
			wg.Go(func() {
				if _, err := w.cancel(id); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		w.serve()
		w.do(func(tx *store.Tx) error {
			list, err := w.r.Waiting(tx, nil, 10)
			seen := map[string]bool{}
			for _, e := range list {
				if e.State != Offered || seen[e.Offer.String()] {
					t.Errorf("%s: %s %s", e.Owner, e.State, e.Offer)
				}
				seen[e.Offer.String()] = true
			}
			if len(list) != 5 {
				t.Errorf("%d wait", len(list))
			}
			return err
		})
		w.sound()
	})
}
