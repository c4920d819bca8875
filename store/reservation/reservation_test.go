package reservation

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/storetest"
)

// desk is a service with one tenant and a clock that the test moves.
type desk struct {
	testing.TB
	db    *store.DB
	r     *Reservations
	clock *storetest.Clock
}

const sampleTenant = "sample"

// each runs a test on both databases, with the sample settings changed by with,
// on Tuesday 2026-11-24, 9:00 in Japan.
func each(t *testing.T, with func(*Settings), test func(d *desk, t *testing.T)) {
	t.Helper()
	for _, kind := range []storetest.Kind{storetest.SQLite, storetest.Postgres} {
		t.Run(string(kind), func(t *testing.T) { test(open(t, kind, with), t) })
	}
}

func open(tb testing.TB, kind storetest.Kind, with func(*Settings)) *desk {
	tb.Helper()
	clock := storetest.NewClock(at("2026-11-24T09:00").At())
	d := &desk{TB: tb, db: storetest.Open(tb, kind, storetest.At(clock)), r: New(holidays), clock: clock}
	s := Sample()
	if with != nil {
		with(&s)
	}
	d.save(s)
	return d
}

func (d *desk) save(s Settings) {
	d.Helper()
	d.do(func(tx *store.Tx) error {
		_, version, err := d.r.Settings(tx)
		if err == nil {
			_, err = d.r.SaveSettings(tx, s, version, "admin")
		}
		return err
	})
}

// do runs a transaction that must succeed; try returns its error.
func (d *desk) do(fn func(*store.Tx) error) {
	d.Helper()
	if err := d.try(fn); err != nil {
		d.Fatal(err)
	}
}

// try runs fn in a transaction and commits it even when fn was refused, as a
// dialog does: so every refusal is also a test that it changed nothing.
func (d *desk) try(fn func(*store.Tx) error) error {
	var refused error
	err := d.db.Update(context.Background(), sampleTenant, func(tx *store.Tx) error {
		refused = fn(tx)
		return nil
	})
	if err != nil {
		return errors.Join(err, refused)
	}
	return refused
}

func (d *desk) book(q BookRequest) (Booking, string, error) {
	if q.Persons == 0 {
		q.Persons = 1
	}
	if q.Group == "" {
		q.Group = Open
	}
	var b Booking
	var key string
	err := d.try(func(tx *store.Tx) (err error) {
		b, key, err = d.r.Book(tx, q)
		return err
	})
	return b, key, err
}

func (d *desk) mustBook(q BookRequest) (Booking, string) {
	d.Helper()
	b, key, err := d.book(q)
	if err != nil {
		d.Fatal(err)
	}
	return b, key
}

func (d *desk) hold(owner, counter, start string) (Hold, error) {
	var h Hold
	err := d.try(func(tx *store.Tx) (err error) {
		h, err = d.r.Hold(tx, HoldRequest{Counter: counter, Start: at(start), Service: "consult", Persons: 1, Group: Open, Owner: owner})
		return err
	})
	return h, err
}

func (d *desk) change(id string, to Move) (Booking, error) {
	var b Booking
	err := d.try(func(tx *store.Tx) (err error) {
		b, err = d.r.Change(tx, id, to, By{"resident", Open})
		return err
	})
	return b, err
}

func (d *desk) cancel(id string) (Booking, error) {
	var b Booking
	err := d.try(func(tx *store.Tx) (err error) {
		b, err = d.r.Cancel(tx, id, By{"resident", Open})
		return err
	})
	return b, err
}

// free is the number of places that the public sees in a slot.
func (d *desk) free(counter, start string) int {
	d.Helper()
	return d.freeFor(counter, start, Query{})
}

func (d *desk) freeFor(counter, start string, q Query) int {
	d.Helper()
	q.Counter, q.From, q.Days = counter, at(start).Date, 1
	n := -1
	err := d.db.View(context.Background(), sampleTenant, func(tx *store.Tx) error {
		list, err := d.r.Availability(tx, q)
		if err != nil {
			return err
		}
		for _, s := range list[0].Days[0].Slots {
			if s.Start == at(start).Clock {
				n = s.Free
			}
		}
		return nil
	})
	if err != nil {
		d.Fatal(err)
	}
	return n
}

// sound checks every invariant.
func (d *desk) sound() {
	d.Helper()
	if found := d.breaches(); len(found) > 0 {
		d.Fatalf("breaches:\n%s", strings.Join(found, "\n"))
	}
}

func (d *desk) breaches() []string {
	d.Helper()
	var found []string
	err := d.db.View(context.Background(), sampleTenant, func(tx *store.Tx) error {
		for _, c := range d.r.Checks() {
			list, err := c.Run(context.Background(), tx)
			if err != nil {
				return err
			}
			for _, b := range list {
				found = append(found, c.Name+": "+b)
			}
		}
		return nil
	})
	if err != nil {
		d.Fatal(err)
	}
	return found
}

func consult(counter, start string) BookRequest {
	return BookRequest{Counter: counter, Start: at(start), Service: "consult", Channel: "web", By: "resident"}
}

// A19: 200 people from every channel at once for five places.
func TestParallelBookingsNeverExceedCapacity(t *testing.T) {
	each(t, nil, func(d *desk, t *testing.T) {
		const callers = 200
		start := "2026-12-01T10:00"
		outcomes := make([]error, callers)
		offers := make([]int, callers)
		receipts := make([]int, callers)
		var wg sync.WaitGroup
		for i := range callers {
			wg.Go(func() {
				q := consult("honcho", start)
				q.Group = groups[i%len(groups)]
				q.Owner = fmt.Sprintf("owner-%d", i)
				err := d.db.Update(context.Background(), sampleTenant, func(tx *store.Tx) error {
					if i%2 == 0 {
						h, err := d.r.Hold(tx, HoldRequest{Counter: "honcho", Start: at(start), Service: "consult", Persons: 1, Group: q.Group, Owner: q.Owner})
						if err != nil {
							outcomes[i] = err
						} else {
							q.Hold = h.ID
						}
					}
					if i%2 == 1 || q.Hold != "" {
						q.Persons = 1
						var b Booking
						b, _, outcomes[i] = d.r.Book(tx, q)
						receipts[i] = b.Receipt
					}
					if outcomes[i] == ErrFull {
						near, err := d.r.Near(tx, NearQuery{Counter: "honcho", Start: at(start), Service: "consult"})
						offers[i] = len(near)
						return err
					}
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		var booked []int
		for i, err := range outcomes {
			switch {
			case err == nil:
				booked = append(booked, receipts[i])
			case err != ErrFull:
				t.Errorf("caller %d: %v", i, err)
			case offers[i] == 0:
				t.Errorf("caller %d was refused without an alternative", i)
			}
		}
		slices.Sort(booked)
		if diff := cmp.Diff([]int{1, 2, 3, 4, 5}, booked); diff != "" {
			t.Errorf("receipts given (-want +got):\n%s", diff)
		}
		if got := d.free("honcho", start); got != 0 {
			t.Errorf("free: %d", got)
		}
		d.sound()
	})
}

func TestQuotas(t *testing.T) {
	with := func(s *Settings) { s.Counters[0].Openings[0].Quotas = map[Group]int{Open: 3, Phone: 2, Internal: 0} }
	each(t, with, func(d *desk, t *testing.T) {
		const start = "2026-12-01T10:00"
		q := consult("honcho", start)
		for _, step := range []struct {
			group Group
			want  error
		}{
			{Internal, ErrFull}, {Open, nil}, {Open, nil}, {Phone, nil}, {Open, nil}, {Open, ErrFull}, {Internal, ErrFull}, {Phone, nil}, {Phone, ErrFull},
		} {
			q.Group = step.group
			if _, _, err := d.book(q); err != step.want {
				t.Fatalf("booking by %s: got %v, want %v", step.group, err, step.want)
			}
		}
		for g, want := range map[Group]int{Open: 0, Phone: 0, Internal: 0} {
			if got := d.freeFor("honcho", start, Query{Group: g}); got != want {
				t.Errorf("free for %s: %d, want %d", g, got, want)
			}
		}
		for g, want := range map[Group]int{Open: 3, Phone: 2, Internal: 0} {
			if got := d.freeFor("honcho", "2026-12-01T10:30", Query{Group: g}); got != want {
				t.Errorf("free for %s in an empty slot: %d, want %d", g, got, want)
			}
		}
		d.sound()
	})
}

func TestPartiesTakeAPlaceEach(t *testing.T) {
	each(t, nil, func(d *desk, t *testing.T) {
		const start = "2026-12-01T10:00"
		q := BookRequest{Counter: "honcho", Start: at(start), Service: "card-pickup", Persons: 3}
		b, _ := d.mustBook(q)
		if got := d.free("honcho", start); got != 2 {
			t.Errorf("free after three persons: %d, want 2", got)
		}
		if _, _, err := d.book(q); err != ErrFull {
			t.Errorf("three more: %v", err)
		}
		if b, err := d.change(b.ID, Move{Persons: 4}); err != nil || b.Persons != 4 || b.Receipt != 1 || b.Sequence != 1 {
			t.Errorf("one person more: %+v, %v", b, err)
		}
		if got := d.free("honcho", start); got != 1 {
			t.Errorf("free after four persons: %d, want 1", got)
		}
		if _, err := d.change(b.ID, Move{Persons: 9}); err == nil {
			t.Error("nine persons were accepted")
		}
		if _, _, err := d.book(BookRequest{Counter: "nishi", Start: at("2026-12-01T15:00"), Service: "card-pickup", Persons: 2}); err != ErrFull {
			t.Errorf("two persons where one place is: %v", err)
		}
		d.sound()
	})
}

func TestLongServicesTakeAllSlotsOrNone(t *testing.T) {
	each(t, nil, func(d *desk, t *testing.T) {
		long := BookRequest{Counter: "ekimae", Start: at("2026-12-01T10:00"), Service: "move-foreign"}
		short := consult("ekimae", "2026-12-01T10:30")
		d.mustBook(short)
		a, _ := d.mustBook(long) // 10:00 has 1 left, 10:30 none
		if _, _, err := d.book(long); err != ErrFull {
			t.Errorf("second slot full: %v", err)
		}
		if got := d.free("ekimae", "2026-12-01T10:00"); got != 1 {
			t.Errorf("first slot after the refusal: %d free, want 1", got)
		}
		if got := d.freeFor("ekimae", "2026-12-01T10:00", Query{Service: "move-foreign"}); got != 0 {
			t.Errorf("free for a long visit: %d, want 0", got)
		}
		if got := d.freeFor("ekimae", "2026-12-01T12:00", Query{Service: "move-foreign"}); got != 0 {
			t.Errorf("free for a long visit at the end: %d, want 0", got)
		}
		// Its own places count as free: 10:30 is full with it in it.
		a, err := d.change(a.ID, Move{Start: at("2026-12-01T10:30")})
		if err != nil || a.Start != at("2026-12-01T10:30") || a.Minutes != 60 {
			t.Errorf("half an hour later: %+v, %v", a, err)
		}
		for clock, want := range map[string]int{"10:00": 2, "10:30": 0, "11:00": 1} {
			if got := d.free("ekimae", "2026-12-01T"+clock); got != want {
				t.Errorf("%s: %d free, want %d", clock, got, want)
			}
		}
		d.sound()
	})
}

func TestChangeAndReceipts(t *testing.T) {
	each(t, nil, func(d *desk, t *testing.T) {
		first, key := d.mustBook(consult("honcho", "2026-12-01T10:00"))
		second, _ := d.mustBook(consult("honcho", "2026-12-01T15:00"))
		other, _ := d.mustBook(consult("honcho", "2026-12-02T10:00"))
		elsewhere, _ := d.mustBook(consult("nishi", "2026-12-01T15:00"))
		if got := []int{first.Receipt, second.Receipt, other.Receipt, elsewhere.Receipt}; !slices.Equal(got, []int{1, 2, 1, 1}) {
			t.Errorf("receipts %v, want 1 2 1 1", got)
		}
		b, err := d.change(first.ID, Move{Start: at("2026-12-01T11:00")})
		if err != nil || b.Receipt != 1 || b.Sequence != 1 {
			t.Errorf("same day: %+v, %v", b, err)
		}
		if b, err = d.change(first.ID, Move{Start: at("2026-12-02T11:00")}); err != nil || b.Receipt != 2 || b.Sequence != 2 {
			t.Errorf("next day: %+v, %v", b, err)
		}
		if b, err = d.change(first.ID, Move{Counter: "ekimae"}); err != nil || b.Receipt != 1 || b.Start != at("2026-12-02T11:00") {
			t.Errorf("other counter: %+v, %v", b, err)
		}
		if b, err = d.change(first.ID, Move{Counter: "ekimae", Start: b.Start}); err != nil || b.Sequence != 3 {
			t.Errorf("a move to where it is: %+v, %v", b, err)
		}
		if b, err = d.change(first.ID, Move{Counter: "honcho", Start: at("2026-12-01T11:00")}); err != nil || b.Receipt != 3 {
			t.Errorf("back on the first day the old number is not given again: %+v, %v", b, err)
		}
		if _, err := d.change(first.ID, Move{Counter: "nishi", Start: at("2026-12-01T15:00")}); err != ErrFull {
			t.Errorf("into a full slot: %v", err)
		}
		if got := d.free("honcho", "2026-12-01T11:00"); got != 4 {
			t.Errorf("the place kept after a refused move: %d free, want 4", got)
		}
		d.do(func(tx *store.Tx) error {
			byKey, err := d.r.ByKey(tx, " "+strings.ToLower(key))
			if err != nil {
				return err
			}
			byReceipt, err := d.r.ByReceipt(tx, "honcho", date("2026-12-01"), 3)
			if err != nil {
				return err
			}
			if byKey.ID != first.ID || byReceipt.ID != first.ID {
				t.Errorf("by key %s, by receipt %s, want %s", byKey.ID, byReceipt.ID, first.ID)
			}
			if _, err := d.r.ByReceipt(tx, "honcho", date("2026-12-01"), 1); !errors.Is(err, ErrNotFound) {
				t.Errorf("the number given up: %v", err)
			}
			return nil
		})
		d.sound()
	})
}

func TestCancel(t *testing.T) {
	each(t, nil, func(d *desk, t *testing.T) {
		b, _ := d.mustBook(consult("nishi", "2026-12-01T15:00"))
		for i := range 2 { // the second time changes nothing
			b, err := d.cancel(b.ID)
			if err != nil || b.Status != Cancelled || b.Sequence != 1 {
				t.Errorf("cancellation %d: %+v, %v", i+1, b, err)
			}
			if got := d.free("nishi", "2026-12-01T15:00"); got != 1 {
				t.Errorf("free after cancellation %d: %d, want 1", i+1, got)
			}
		}
		if _, err := d.change(b.ID, Move{Start: at("2026-12-02T15:00")}); err != (ErrState{Cancelled}) {
			t.Errorf("changing a cancelled booking: %v", err)
		}
		if _, err := d.cancel("nothing"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("cancelling nothing: %v", err)
		}
		if again, _ := d.mustBook(consult("nishi", "2026-12-01T15:00")); again.Receipt != 2 {
			t.Errorf("receipt %d, want 2: the number of a cancelled booking is not given again", again.Receipt)
		}
		d.sound()
	})
}

func TestChangeLimitBindsResidentsOnly(t *testing.T) {
	with := func(s *Settings) { s.Windows[0].ChangeDays = 2 }
	each(t, with, func(d *desk, t *testing.T) {
		b, _ := d.mustBook(consult("honcho", "2026-12-01T10:00"))
		d.clock.Set(at("2026-11-30T00:01").At())
		want := ErrTooLate{Limit: at("2026-11-30T00:00")}
		if _, err := d.cancel(b.ID); err != want {
			t.Errorf("resident cancels: %v", err)
		}
		if _, err := d.change(b.ID, Move{Start: at("2026-12-02T10:00")}); err != want {
			t.Errorf("resident changes: %v", err)
		}
		d.do(func(tx *store.Tx) error {
			_, err := d.r.Cancel(tx, b.ID, By{"staff-1", Internal})
			return err
		})
		d.sound()
	})
}

func TestHoldExpires(t *testing.T) {
	each(t, nil, func(d *desk, t *testing.T) {
		const start = "2026-12-01T15:00"
		h, err := d.hold("one", "nishi", start)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.hold("two", "nishi", start); err != ErrFull {
			t.Errorf("held by another: %v", err)
		}
		d.clock.Advance(10*time.Minute - time.Millisecond)
		if got := d.free("nishi", start); got != 0 {
			t.Errorf("free just before the end: %d", got)
		}
		if _, _, err := d.book(consult("nishi", start)); err != ErrFull {
			t.Errorf("booking just before the end: %v", err)
		}
		d.clock.Advance(time.Millisecond)
		if got := d.free("nishi", start); got != 1 {
			t.Errorf("free at the end: %d", got)
		}
		if _, _, err := d.book(BookRequest{Hold: h.ID}); err != ErrGone {
			t.Errorf("booking an expired hold: %v", err)
		}
		d.mustBook(consult("nishi", start)) // gives the place back by itself
		if _, _, err := d.book(BookRequest{Hold: h.ID}); err != ErrGone {
			t.Errorf("booking a hold that was given away: %v", err)
		}
		d.sound()

		if _, err := d.hold("three", "honcho", "2026-12-01T10:00"); err != nil {
			t.Fatal(err)
		}
		d.clock.Advance(time.Hour)
		d.do(func(tx *store.Tx) error {
			n, err := d.r.ExpireHolds(tx)
			if n != 1 {
				t.Errorf("the job ended %d holds, want 1", n)
			}
			return err
		})
		d.sound()
	})
}

// The owner's own expired hold is replaced, another's expired hold makes room:
// each gives its place back once.
func TestHoldAfterBothExpired(t *testing.T) {
	each(t, nil, func(d *desk, t *testing.T) {
		for owner, start := range map[string]string{"one": "2026-12-01T15:00", "two": "2026-12-01T15:30"} {
			if _, err := d.hold(owner, "nishi", start); err != nil {
				t.Fatal(err)
			}
		}
		d.clock.Advance(time.Hour)
		if _, err := d.hold("one", "nishi", "2026-12-01T15:30"); err != nil {
			t.Error(err)
		}
		for start, want := range map[string]int{"2026-12-01T15:00": 1, "2026-12-01T15:30": 0} {
			if got := d.free("nishi", start); got != want {
				t.Errorf("%s: %d free, want %d", start, got, want)
			}
		}
		d.sound()
	})
}

func TestHoldReplacesTheOwnersHold(t *testing.T) {
	each(t, nil, func(d *desk, t *testing.T) {
		first, err := d.hold("one", "nishi", "2026-12-01T15:00")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.hold("two", "nishi", "2026-12-01T16:00"); err != nil {
			t.Fatal(err)
		}
		if _, err := d.hold("one", "nishi", "2026-12-01T16:00"); err != ErrFull {
			t.Fatalf("full: %v", err)
		}
		d.do(func(tx *store.Tx) error {
			_, err := d.r.Held(tx, first.ID) // kept, as the new one was refused
			return err
		})
		same, err := d.hold("one", "nishi", "2026-12-01T15:00") // its own place is free for it
		if err != nil {
			t.Fatal(err)
		}
		d.clock.Advance(9 * time.Minute)
		next, err := d.hold("one", "nishi", "2026-12-01T15:30")
		if err != nil {
			t.Fatal(err)
		}
		if got := d.free("nishi", "2026-12-01T15:00"); got != 1 {
			t.Errorf("the place left: %d free, want 1", got)
		}
		for _, gone := range []Hold{first, same} {
			if _, _, err := d.book(BookRequest{Hold: gone.ID}); err != ErrGone {
				t.Errorf("booking a replaced hold: %v", err)
			}
		}
		b, _ := d.mustBook(BookRequest{Hold: next.ID, Owner: "one"})
		if got := d.free("nishi", "2026-12-01T15:30"); b.Start != at("2026-12-01T15:30") || got != 0 {
			t.Errorf("booked %s, %d free", b.Start, got)
		}
		d.sound()
		if h, err := d.hold("one", "nishi", "2026-12-02T15:00"); err != nil {
			t.Error(err)
		} else {
			for range 2 {
				d.do(func(tx *store.Tx) error { return d.r.Release(tx, h.ID) })
			}
		}
		if got := d.free("nishi", "2026-12-02T15:00"); got != 1 {
			t.Errorf("released: %d free, want 1", got)
		}
		d.sound()
	})
}

func TestChangeIntoAHeldPlace(t *testing.T) {
	each(t, nil, func(d *desk, t *testing.T) {
		b, _ := d.mustBook(consult("nishi", "2026-12-01T15:00"))
		h, err := d.hold("one", "nishi", "2026-12-01T16:00")
		if err != nil {
			t.Fatal(err)
		}
		b, err = d.change(b.ID, Move{Hold: h.ID})
		if err != nil || b.Start != at("2026-12-01T16:00") {
			t.Fatalf("%+v, %v", b, err)
		}
		if _, err := d.change(b.ID, Move{Hold: h.ID}); err != ErrGone {
			t.Errorf("the hold again: %v", err)
		}
		d.sound()
	})
}

func TestNoShowsExactlyOnce(t *testing.T) {
	each(t, nil, func(d *desk, t *testing.T) {
		came, _ := d.mustBook(consult("honcho", "2026-12-01T10:00"))
		missed, _ := d.mustBook(consult("honcho", "2026-12-01T10:00"))
		morning, _ := d.mustBook(consult("ekimae", "2026-12-01T10:00"))
		gone, _ := d.mustBook(consult("honcho", "2026-12-01T11:00"))
		if _, err := d.cancel(gone.ID); err != nil {
			t.Fatal(err)
		}
		if err := d.checkIn(came.ID); err == nil {
			t.Error("checked in a week early")
		}
		close := func(now string, want ...string) {
			t.Helper()
			d.clock.Set(at(now).At())
			var got []string
			d.do(func(tx *store.Tx) error {
				list, err := d.r.CloseDue(tx, "system")
				for _, b := range list {
					got = append(got, b.ID)
				}
				return err
			})
			slices.Sort(got)
			slices.Sort(want)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("at %s (-want +got):\n%s", now, diff)
			}
		}
		close("2026-12-01T10:45")
		if err := d.checkIn(came.ID); err != nil {
			t.Error(err)
		}
		if err := d.checkIn(came.ID); err != nil {
			t.Errorf("a second time: %v", err)
		}
		if err := d.checkIn(gone.ID); err != (ErrState{Cancelled}) {
			t.Errorf("cancelled: %v", err)
		}
		close("2026-12-01T12:29")
		close("2026-12-01T12:30", morning.ID)
		close("2026-12-01T16:59")
		close("2026-12-01T17:00", missed.ID)
		close("2026-12-01T17:00")
		close("2026-12-05T17:00")
		// A late arrival is corrected, and stays so.
		if err := d.checkIn(missed.ID); err != nil {
			t.Error(err)
		}
		close("2026-12-06T17:00")
		if _, err := d.cancel(missed.ID); err != (ErrState{Visited}) {
			t.Errorf("cancelling a visited booking: %v", err)
		}
		d.do(func(tx *store.Tx) error {
			b, err := d.r.UndoCheckIn(tx, missed.ID, By{"staff-1", Internal})
			if b.Status != NoShow {
				t.Errorf("a check-in undone after closing: %s", b.Status)
			}
			return err
		})
		d.sound()
	})
}

func (d *desk) checkIn(id string) error {
	return d.try(func(tx *store.Tx) error {
		_, err := d.r.CheckIn(tx, id, By{"staff-1", Internal})
		return err
	})
}

func TestDaysMissedByTheJobAreMadeUpFor(t *testing.T) {
	each(t, nil, func(d *desk, t *testing.T) {
		d.mustBook(consult("honcho", "2026-12-01T10:00"))
		d.mustBook(consult("honcho", "2026-12-02T10:00"))
		d.clock.Set(at("2026-12-20T03:00").At())
		d.do(func(tx *store.Tx) error {
			list, err := d.r.CloseDue(tx, "system")
			if len(list) != 2 {
				t.Errorf("%d missed, want 2", len(list))
			}
			return err
		})
	})
}

func TestKeys(t *testing.T) {
	seen := map[string]bool{}
	for range 10_000 {
		k := ShowKey(NewKey())
		if len(k) != 11 || k[5] != '-' || strings.ContainsAny(k, "01IOilo") || seen[k] {
			t.Fatalf("key %q", k)
		}
		seen[k] = true
	}
	for _, c := range []struct{ in, want string }{
		{"ABCDE-23456", "ABCDE23456"}, {"abcde 23456", "ABCDE23456"}, {"ＡＢＣｄｅ－２３４５６", "ABCDE23456"}, {"ABCDE―23456", "ABCDE23456"},
		{"ABCDE-2345", ""}, {"ABCDE-234567", ""}, {"ABCDE-2345O", ""}, {"", ""}, {strings.Repeat("A", 300), ""},
	} {
		if got, ok := ReadKey(c.in); ok != (c.want != "") || ok && got != c.want {
			t.Errorf("ReadKey(%q) = %q, %v; want %q", c.in, got, ok, c.want)
		}
	}
	each(t, nil, func(d *desk, t *testing.T) {
		b, key := d.mustBook(consult("honcho", "2026-12-01T10:00"))
		find := func() error {
			return d.try(func(tx *store.Tx) error {
				got, err := d.r.ByKey(tx, key)
				if err == nil && got.ID != b.ID {
					t.Errorf("found %s", got.ID)
				}
				return err
			})
		}
		d.clock.Set(at("2026-12-02T23:59").At())
		if err := find(); err != nil {
			t.Errorf("the day after the visit: %v", err)
		}
		d.clock.Set(at("2026-12-03T00:00").At())
		if err := find(); !errors.Is(err, ErrNotFound) {
			t.Errorf("two days after the visit: %v", err)
		}
		// The key itself is nowhere in the database.
		var dump string
		admin := storetest.Admin(t, d.db)
		if err := admin.QueryRow(`SELECT MAX(CAST(access_key AS TEXT)) FROM reservation_booking`).Scan(&dump); err != nil {
			t.Fatal(err)
		}
		if plain, _ := ReadKey(key); strings.Contains(dump, plain) {
			t.Error("the access key is stored in the clear")
		}
	})
}

func TestPrivateIsSealed(t *testing.T) {
	each(t, nil, func(d *desk, t *testing.T) {
		q := consult("honcho", "2026-12-01T10:00")
		q.Contact, q.Answers = "hanako@example.jp", map[string]string{"note": "車いす"}
		b, _ := d.mustBook(q)
		bare, _ := d.mustBook(consult("honcho", "2026-12-01T10:00"))
		d.do(func(tx *store.Tx) error {
			contact, answers, err := d.r.Private(tx, b.ID)
			if contact != q.Contact || answers["note"] != "車いす" {
				t.Errorf("got %q, %v", contact, answers)
			}
			return err
		})
		d.do(func(tx *store.Tx) error {
			contact, answers, err := d.r.Private(tx, bare.ID)
			if contact != "" || answers != nil {
				t.Errorf("got %q, %v", contact, answers)
			}
			read, err2 := d.r.ByID(tx, bare.ID)
			if read.Contact {
				t.Error("a booking without an address claims to have one")
			}
			return errors.Join(err, err2)
		})
		var contact, answers []byte
		if err := storetest.Admin(t, d.db).QueryRow(`SELECT contact, answers FROM reservation_booking WHERE contact IS NOT NULL`).Scan(&contact, &answers); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(contact), "hanako") || strings.Contains(string(answers), "車") {
			t.Error("stored in the clear")
		}
	})
}

func TestWindowIsEnforced(t *testing.T) {
	each(t, nil, func(d *desk, t *testing.T) {
		for _, c := range []struct {
			name, start string
			want        error
		}{
			{"yesterday", "2026-11-20T10:00", ErrTooLate{at("2026-11-20T09:00")}},
			{"an hour ahead", "2026-11-24T10:00", nil},
			{"half an hour ahead", "2026-11-24T09:30", ErrTooLate{at("2026-11-24T08:30")}},
			{"30 days ahead", "2026-12-24T10:00", nil},
			{"31 days ahead", "2026-12-25T10:00", ErrTooEarly{at("2026-11-25T00:00")}},
		} {
			if _, _, err := d.book(consult("honcho", c.start)); err != c.want {
				t.Errorf("%s: got %v, want %v", c.name, err, c.want)
			}
			if _, err := d.hold("x", "honcho", c.start); err != c.want {
				t.Errorf("%s, hold: got %v, want %v", c.name, err, c.want)
			}
		}
		// A hold taken in time may be booked after the limit, until the visit.
		h, err := d.hold("y", "honcho", "2026-11-24T10:00")
		if err != nil {
			t.Fatal(err)
		}
		d.clock.Advance(5 * time.Minute)
		d.mustBook(BookRequest{Hold: h.ID})
		// Staff may force a place, and it shows.
		q := consult("nishi", "2026-11-24T15:00")
		d.mustBook(q)
		q.Over, q.By = true, "staff-1"
		d.mustBook(q)
		d.sound()
		var n int
		if err := storetest.Admin(t, d.db).QueryRow(`SELECT COUNT(*) FROM audit WHERE action = 'booking.book-over' AND who = 'staff-1'`).Scan(&n); err != nil || n != 1 {
			t.Errorf("%d audit rows of the forced booking, %v", n, err)
		}
	})
}

func TestSettingsChangeUnderBookings(t *testing.T) {
	each(t, nil, func(d *desk, t *testing.T) {
		b, _ := d.mustBook(consult("honcho", "2026-12-01T10:30"))
		h, err := d.hold("one", "honcho", "2026-12-01T11:00")
		if err != nil {
			t.Fatal(err)
		}
		s := Sample()
		hourly := s.Counters[0].Openings[0]
		hourly.Slot, hourly.Capacity, hourly.From = 60, 1, "2026-12-01"
		s.Counters[0].Openings = append([]Opening{hourly}, s.Counters[0].Openings...)
		s.Closures = append(s.Closures, Closure{Days: Days{From: "2026-12-03", To: "2026-12-03"}, Reason: Names{"ja": "停電"}})
		d.do(func(tx *store.Tx) error {
			list, err := d.r.Misfits(tx, s)
			if len(list) != 1 || list[0].ID != b.ID {
				t.Errorf("misfits: %+v", list)
			}
			return err
		})
		d.save(s)
		d.sound()
		if _, _, err := d.book(BookRequest{Hold: h.ID}); !isClosed(err, OutsideHours) {
			t.Errorf("booking a hold whose slot is gone: %v", err)
		}
		if _, _, err := d.book(consult("honcho", "2026-12-03T09:30")); !isClosed(err, ClosedDay) {
			t.Errorf("closed day: %v", err)
		}
		if _, err := d.cancel(b.ID); err != nil {
			t.Errorf("cancelling a booking whose slot is gone: %v", err)
		}
		d.sound()

		err = d.try(func(tx *store.Tx) error {
			_, err := d.r.SaveSettings(tx, s, 1, "admin")
			return err
		})
		if err != ErrStale {
			t.Errorf("saving over a newer version: %v", err)
		}
		// A version that was rolled back is not remembered.
		wrong := Sample()
		wrong.Counters = wrong.Counters[:1]
		rollback := errors.New("rollback")
		err = d.db.Update(context.Background(), sampleTenant, func(tx *store.Tx) error {
			if _, err := d.r.SaveSettings(tx, wrong, 2, "admin"); err != nil {
				return err
			}
			if table, err := d.r.Timetable(tx); err != nil || table.Counter("nishi") != nil {
				t.Errorf("within the transaction the new settings count: %v", err)
			}
			return rollback
		})
		if !errors.Is(err, rollback) {
			t.Error(err)
		}
		d.save(s)
		if got := d.free("nishi", "2026-12-01T15:00"); got != 1 {
			t.Errorf("free: %d", got)
		}
	})
}

func TestVerifyForgivesWhatEarlierSettingsAllowed(t *testing.T) {
	each(t, nil, func(d *desk, t *testing.T) {
		for range 4 {
			d.mustBook(consult("honcho", "2026-12-01T10:00"))
		}
		s := Sample()
		s.Counters[0].Openings[0].Quotas = map[Group]int{Open: 2}
		d.save(s)
		d.sound()
		q := consult("honcho", "2026-12-01T10:00")
		if _, _, err := d.book(q); err != ErrFull {
			t.Errorf("beyond the new quota: %v", err)
		}
		q.Group = Phone
		d.mustBook(q)
		d.sound()
		s.Counters[0].Openings[0].Capacity = 2
		d.save(s)
		d.sound()
		if got := d.free("honcho", "2026-12-01T10:00"); got != 0 {
			t.Errorf("%d free", got)
		}
	})
}

func isClosed(err error, kind ReasonKind) bool {
	c, ok := errors.AsType[ErrClosed](err)
	return ok && c.Reason.Kind == kind
}

func TestSearch(t *testing.T) {
	each(t, nil, func(d *desk, t *testing.T) {
		var ids []string
		for i := range 7 {
			q := consult("honcho", fmt.Sprintf("2026-12-0%dT10:00", 1+i%3))
			q.Owner = fmt.Sprintf("owner-%d", i%2)
			q.Channel = []string{"web", "line"}[i%2]
			b, _ := d.mustBook(q)
			ids = append(ids, b.ID)
			d.clock.Advance(time.Minute)
		}
		if _, err := d.cancel(ids[6]); err != nil {
			t.Fatal(err)
		}
		search := func(f Filter) (found []int) {
			t.Helper()
			d.do(func(tx *store.Tx) error {
				for {
					page, next, err := d.r.Search(tx, f)
					if err != nil {
						return err
					}
					if len(page) > f.Limit && f.Limit > 0 {
						t.Errorf("page of %d", len(page))
					}
					for _, b := range page {
						found = append(found, slices.Index(ids, b.ID))
					}
					if f.After = next; next == "" {
						return nil
					}
				}
			})
			return found
		}
		byVisit := []int{0, 3, 6, 1, 4, 2, 5} // by day, then in order made (ids rise)
		for _, c := range []struct {
			name string
			f    Filter
			want []int
		}{
			{"all", Filter{}, byVisit},
			{"all, two a page", Filter{Limit: 2}, byVisit},
			{"one day", Filter{From: date("2026-12-02"), To: date("2026-12-02")}, []int{1, 4}},
			{"receipt of a day", Filter{From: date("2026-12-01"), To: date("2026-12-01"), Receipt: 2}, []int{3}},
			{"cancelled only", Filter{Statuses: []Status{Cancelled}}, []int{6}},
			{"booked or visited", Filter{Statuses: []Status{Booked, Visited}, From: date("2026-12-01"), To: date("2026-12-01")}, []int{0, 3}},
			{"owner", Filter{Owner: "owner-1"}, []int{3, 1, 5}},
			{"channel and counter", Filter{Channel: "line", Counter: "honcho"}, []int{3, 1, 5}},
			{"made in the third and fourth minute", Filter{MadeFrom: at("2026-11-24T09:02").At(), MadeUntil: at("2026-11-24T09:04").At()}, []int{3, 2}},
			{"nothing", Filter{Counter: "nishi"}, nil},
			{"hostile text", Filter{Owner: "' OR 1=1 --"}, nil},
			{"impossible receipt", Filter{Receipt: 1 << 40}, nil},
		} {
			if diff := cmp.Diff(c.want, search(c.f)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.name, diff)
			}
		}
		d.do(func(tx *store.Tx) error {
			own, err := d.r.OfOwner(tx, "owner-0")
			if len(own) != 4 || own[0].Start != at("2026-12-03T10:00") {
				t.Errorf("own bookings: %+v", own)
			}
			return err
		})
		for _, n := range []int{-1, 0, 1 << 40} {
			if err := d.try(func(tx *store.Tx) error { return second(d.r.ByReceipt(tx, "honcho", date("2026-12-01"), n)) }); !errors.Is(err, ErrNotFound) {
				t.Errorf("receipt %d: %v", n, err)
			}
		}
		if err := d.try(func(tx *store.Tx) error {
			_, _, err := d.r.Search(tx, Filter{After: "x"})
			return err
		}); err == nil {
			t.Error("a broken cursor was accepted")
		}
	})
}

func TestNextAndNear(t *testing.T) {
	each(t, nil, func(d *desk, t *testing.T) {
		show := func(list []Offer, err error) string {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			var parts []string
			for _, o := range list {
				parts = append(parts, o.Counter.ID+"/"+o.Start.String()[5:])
			}
			return strings.Join(parts, " ")
		}
		next := func(q NextQuery) (got string) {
			q.Service = "consult"
			d.do(func(tx *store.Tx) error { got = show(d.r.Next(tx, q)); return nil })
			return got
		}
		for _, c := range []struct {
			name string
			q    NextQuery
			want string
		}{
			{"one counter, spread over days and hours", NextQuery{Counter: "nishi", Limit: 6},
				"nishi/11-24T14:30 nishi/11-24T16:30 nishi/11-25T14:30 nishi/11-25T16:30 nishi/11-26T14:30 nishi/11-26T16:30"},
			{"only the earliest", NextQuery{Limit: 1}, "honcho/11-24T10:00"},
			{"from a moment on", NextQuery{Counter: "nishi", From: at("2026-11-24T16:10"), Limit: 2}, "nishi/11-24T16:30 nishi/11-25T14:30"},
			{"mornings only", NextQuery{Counter: "honcho", From: at("2026-11-25T00:00"), Between: struct{ Start, End civil.Clock }{0, 12 * 60}, Limit: 3},
				"honcho/11-25T08:30 honcho/11-26T08:30 honcho/11-27T08:30"},
			{"one day", NextQuery{Counter: "nishi", From: at("2026-11-25T00:00"), Until: date("2026-11-25")},
				"nishi/11-25T14:30 nishi/11-25T15:00 nishi/11-25T15:30 nishi/11-25T16:00 nishi/11-25T16:30"},
			{"a Saturday", NextQuery{From: at("2026-11-28T00:00"), Until: date("2026-11-28"), Limit: 3}, "ekimae/11-28T09:00 ekimae/11-28T10:00 ekimae/11-28T11:30"},
			{"beyond the window", NextQuery{From: at("2026-12-25T00:00")}, ""},
		} {
			if got := next(c.q); got != c.want {
				t.Errorf("%s:\ngot  %s\nwant %s", c.name, got, c.want)
			}
		}
		d.mustBook(consult("nishi", "2026-12-01T15:00"))
		d.mustBook(consult("nishi", "2026-12-01T15:30"))
		var got string
		d.do(func(tx *store.Tx) error {
			got = show(d.r.Near(tx, NearQuery{Counter: "nishi", Start: at("2026-12-01T15:00"), Service: "consult", Limit: 5}))
			return nil
		})
		want := "nishi/12-01T14:30 nishi/12-01T16:00 nishi/12-01T16:30 honcho/12-01T15:00 honcho/12-01T14:30"
		if got != want {
			t.Errorf("near:\ngot  %s\nwant %s", got, want)
		}
	})
}

// Two full slots, everybody wants to move to the other: nobody may, and nobody
// may lose a place. Then one place is freed and the storm goes on.
func TestSwapStorm(t *testing.T) {
	each(t, nil, func(d *desk, t *testing.T) {
		slots := []string{"2026-12-01T10:00", "2026-12-02T10:00"}
		var list []Booking
		for _, s := range slots {
			for range 5 {
				b, _ := d.mustBook(consult("honcho", s))
				list = append(list, b)
			}
		}
		storm := func() (moved int) {
			var mu sync.Mutex
			var wg sync.WaitGroup
			for i, b := range list {
				wg.Go(func() {
					rng := rand.New(rand.NewPCG(7, uint64(i)))
					for range 10 {
						_, err := d.change(b.ID, Move{Start: at(slots[rng.IntN(2)])})
						mu.Lock()
						if err == nil {
							moved++
						} else if err != ErrFull {
							t.Error(err)
						}
						mu.Unlock()
					}
				})
			}
			wg.Wait()
			return moved
		}
		storm()
		for _, s := range slots {
			if got := d.free("honcho", s); got != 0 {
				t.Errorf("%s: %d free, want 0", s, got)
			}
		}
		d.sound()
		if _, err := d.cancel(list[0].ID); err != nil {
			t.Fatal(err)
		}
		list = list[1:]
		storm()
		if got := d.free("honcho", slots[0]) + d.free("honcho", slots[1]); got != 1 {
			t.Errorf("%d free in both, want 1", got)
		}
		d.sound()
	})
}

func TestOneOwnerHoldingFromManyDevices(t *testing.T) {
	each(t, nil, func(d *desk, t *testing.T) {
		var wg sync.WaitGroup
		for i := range 24 {
			wg.Go(func() {
				if _, err := d.hold("one", "honcho", fmt.Sprintf("2026-12-%02dT10:00", 1+i%2)); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got := d.free("honcho", "2026-12-01T10:00") + d.free("honcho", "2026-12-02T10:00"); got != 9 {
			t.Errorf("%d free in both, want 9: one owner has one hold", got)
		}
		d.sound()
	})
}

func TestChecksFindWhatIsWrong(t *testing.T) {
	each(t, nil, func(d *desk, t *testing.T) {
		d.mustBook(consult("nishi", "2026-12-01T15:00"))
		d.mustBook(consult("nishi", "2026-12-01T15:30"))
		admin := storetest.Admin(t, d.db)
		for _, c := range []struct{ spoil, mend, want string }{
			{`UPDATE reservation_slot SET used = used + 1, used_open = used_open + 1 WHERE clock = 900`,
				`UPDATE reservation_slot SET used = used - 1, used_open = used_open - 1 WHERE clock = 900`, "2 places taken of 1"},
			{`UPDATE reservation_booking SET status = 'cancelled' WHERE clock = 900`,
				`UPDATE reservation_booking SET status = 'booked'`, "counts [1 0 0], bookings and holds are [0 0 0]"},
			{`UPDATE reservation_slot SET clock = 905 WHERE clock = 900`,
				`UPDATE reservation_slot SET clock = 900 WHERE clock = 905`, "no such slot"},
			{`UPDATE reservation_receipt SET last = 1`, `UPDATE reservation_receipt SET last = 2`, "number 2 is held"},
		} {
			if _, err := admin.Exec(c.spoil); err != nil {
				t.Fatal(err)
			}
			if found := strings.Join(d.breaches(), "\n"); !strings.Contains(found, c.want) {
				t.Errorf("after %s: found %q, want %q", c.spoil, found, c.want)
			}
			if _, err := admin.Exec(c.mend); err != nil {
				t.Fatal(err)
			}
			d.sound()
		}
	})
}

func TestTenantsAreApart(t *testing.T) {
	each(t, nil, func(d *desk, t *testing.T) {
		b, key := d.mustBook(consult("honcho", "2026-12-01T10:00"))
		err := d.db.Update(context.Background(), "other", func(tx *store.Tx) error {
			for name, err := range map[string]error{
				"by key":     second(d.r.ByKey(tx, key)),
				"by id":      second(d.r.ByID(tx, b.ID)),
				"by receipt": second(d.r.ByReceipt(tx, "honcho", date("2026-12-01"), 1)),
				"cancel":     second(d.r.Cancel(tx, b.ID, By{})),
				"counter":    second(d.r.Availability(tx, Query{Counter: "honcho", From: date("2026-12-01")})),
			} {
				if !errors.Is(err, ErrNotFound) {
					t.Errorf("%s: %v", name, err)
				}
			}
			list, _, err := d.r.Search(tx, Filter{})
			if len(list) != 0 {
				t.Errorf("found %d bookings of another tenant", len(list))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func second[T any](_ T, err error) error { return err }
