package reservation

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"madoguchi/store"
	"madoguchi/store/storetest"
)

var clerk = By{Who: "clerk", Group: Internal}

func TestReceptionIsRecordedCorrectedAndTakenBack(t *testing.T) {
	each(t, nil, func(d *desk, t *testing.T) {
		var seen []Change
		d.r.Watch(func(_ *store.Tx, c Change) error { seen = append(seen, c); return nil })
		b, _, err := d.book(BookRequest{Counter: "honcho", Start: at("2026-11-24T15:00"), Service: "consult"})
		if err != nil {
			t.Fatal(err)
		}
		receive := func(in Reception) error {
			return d.try(func(tx *store.Tx) error {
				_, err := d.r.Receive(tx, b.ID, in, clerk)
				return err
			})
		}
		recorded := func() (in Reception) {
			d.do(func(tx *store.Tx) (err error) {
				in, err = d.r.ReceptionOf(tx, b.ID)
				return err
			})
			return in
		}
		var unknown ErrUnknown
		if err := receive(Reception{Response: "nonsense"}); !errors.As(err, &unknown) {
			t.Errorf("an unknown response: %v", err)
		}
		if err := receive(Reception{Note: strings.Repeat("長", 1001)}); !errors.Is(err, ErrNote) {
			t.Errorf("a long note: %v", err)
		}
		if got := recorded(); got != (Reception{}) {
			t.Errorf("a refusal has recorded %+v", got)
		}
		want := Reception{Collected: true, Response: "done", Note: "市民 花子 様の代理"}
		for range 2 { // the second time changes nothing
			if err := receive(want); err != nil {
				t.Fatal(err)
			}
		}
		want.Came, want.By = d.clock.Now().UTC(), "clerk"
		if diff := cmp.Diff(want, recorded()); diff != "" {
			t.Error(diff)
		}
		var raw []byte
		if err := storetest.Admin(t, d.db).QueryRow(`SELECT note FROM reservation_visit`).Scan(&raw); err != nil || bytes.Contains(raw, []byte("花子")) {
			t.Errorf("the note lies open: %v %q", err, raw)
		}
		if err := receive(Reception{Response: "other"}); err != nil {
			t.Fatal(err)
		}
		if got := recorded(); got.Collected || got.Response != "other" || got.Note != "" || got.Came != want.Came {
			t.Errorf("corrected to %+v", got)
		}
		d.do(func(tx *store.Tx) error { _, err := d.r.UndoCheckIn(tx, b.ID, clerk); return err })
		if got := recorded(); got != (Reception{}) {
			t.Errorf("after undo: %+v", got)
		}
		var actions []string
		for _, c := range seen {
			actions = append(actions, c.Action)
		}
		if want := []string{"booking.book", "booking.check-in", "booking.reception", "booking.reception", "booking.undo-check-in"}; !slices.Equal(actions, want) {
			t.Errorf("watchers heard %q", actions)
		}
		d.sound()
	})
}

func TestWalkInBindsTheCapacityNotTheWindow(t *testing.T) {
	each(t, nil, func(d *desk, t *testing.T) {
		d.clock.Set(at("2026-11-24T14:50").At())
		q := BookRequest{Counter: "nishi", Start: at("2026-11-24T14:30"), Service: "consult", Group: Internal, WalkIn: true}
		if _, _, err := d.book(BookRequest{Counter: "nishi", Start: q.Start, Service: "consult", Group: Internal}); !errors.As(err, new(ErrTooLate)) {
			t.Errorf("not as a walk-in: %v", err)
		}
		if _, _, err := d.book(q); err != nil {
			t.Fatal(err)
		}
		if _, _, err := d.book(q); !errors.Is(err, ErrFull) {
			t.Errorf("full: %v", err)
		}
		q.Over = true
		if _, _, err := d.book(q); err != nil {
			t.Errorf("forced: %v", err)
		}
		q.Start = at("2026-11-24T14:00")
		if _, _, err := d.book(q); !errors.As(err, new(ErrClosed)) {
			t.Errorf("before opening: %v", err)
		}
		q.Start, q.Over = at("2026-11-24T14:30"), false
		d.clock.Set(at("2026-11-24T15:00").At())
		if _, _, err := d.book(q); !errors.As(err, new(ErrTooLate)) {
			t.Errorf("the slot is over: %v", err)
		}
		d.sound()
	})
}

// Staff on the telephone move a booking into a place of their own quota.
func TestChangeTakesTheQuotaOfTheHold(t *testing.T) {
	quotas := func(s *Settings) {
		for i := range s.Counters {
			for j := range s.Counters[i].Openings {
				s.Counters[i].Openings[j].Quotas = map[Group]int{Open: 1, Phone: 1}
			}
		}
	}
	each(t, quotas, func(d *desk, t *testing.T) {
		first, then := at("2026-11-25T09:00"), at("2026-11-25T10:00")
		b, _, err := d.book(BookRequest{Counter: "honcho", Start: first, Service: "consult"})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := d.book(BookRequest{Counter: "honcho", Start: then, Service: "consult"}); err != nil {
			t.Fatal(err) // the residents' only place
		}
		d.do(func(tx *store.Tx) error {
			h, err := d.r.Hold(tx, HoldRequest{Counter: "honcho", Start: then, Service: "consult", Persons: 1, Group: Phone, Owner: "staff"})
			if err != nil {
				return err
			}
			b, err = d.r.Change(tx, b.ID, Move{Hold: h.ID}, By{Who: "clerk", Group: Phone})
			return err
		})
		var kept Booking
		d.do(func(tx *store.Tx) (err error) { kept, err = d.r.ByID(tx, b.ID); return err })
		if b.Group != Phone || kept.Group != Phone || kept.Start != then {
			t.Errorf("moved to %+v, kept %+v", b, kept)
		}
		d.sound()
	})
}

func TestSearchOrdersCountsAndPagesByOffset(t *testing.T) {
	each(t, nil, func(d *desk, t *testing.T) {
		var made []string
		for _, start := range []string{"2026-11-26T10:00", "2026-11-25T09:00", "2026-11-27T13:00", "2026-11-25T08:30"} {
			b, _, err := d.book(BookRequest{Counter: "honcho", Start: at(start), Service: "consult"})
			if err != nil {
				t.Fatal(err)
			}
			made = append(made, b.ID)
			d.clock.Set(d.clock.Now().Add(1e9))
		}
		for _, x := range []struct {
			order Order
			want  []int
		}{{ByVisit, []int{3, 1, 0, 2}}, {ByVisitLast, []int{2, 0, 1, 3}}, {ByMade, []int{0, 1, 2, 3}}, {ByMadeLast, []int{3, 2, 1, 0}}} {
			var got []string
			for offset := range 4 {
				d.do(func(tx *store.Tx) error {
					page, _, err := d.r.Search(tx, Filter{Order: x.order, Limit: 1, Offset: offset, Counters: []string{"honcho", "nishi"}})
					for _, b := range page {
						got = append(got, b.ID)
					}
					return err
				})
			}
			var want []string
			for _, i := range x.want {
				want = append(want, made[i])
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: %s", x.order, diff)
			}
		}
		d.do(func(tx *store.Tx) error {
			page, total, err := d.r.Find(tx, Filter{Order: ByMadeLast, Limit: 2, Offset: 1}, 100)
			if err != nil || total != 4 || len(page) != 2 || page[0].ID != made[2] || page[1].ID != made[1] {
				t.Errorf("page two of %d: %v, %v", total, page, err)
			}
			if page, total, err := d.r.Find(tx, Filter{Offset: 9}, 3); err != nil || total != 3 || len(page) != 0 {
				t.Errorf("beyond the end of %d: %v, %v", total, page, err)
			}
			for _, x := range []struct {
				f          Filter
				most, want int
			}{
				{Filter{}, 100, 4}, {Filter{}, 3, 3}, {Filter{Counters: []string{}}, 100, 0}, {Filter{IDs: made[:2]}, 100, 2},
				{Filter{IDs: []string{}}, 100, 0}, {Filter{Counter: "honcho", Receipt: 1}, 100, 3},
			} {
				if n, err := d.r.Count(tx, x.f, x.most); err != nil || n != x.want {
					t.Errorf("%+v up to %d: %d, %v", x.f, x.most, n, err)
				}
			}
			return nil
		})
	})
}
