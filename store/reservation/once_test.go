package reservation

import (
	"errors"
	"sync"
	"testing"

	"madoguchi/store"
)

// A form that arrives several times at once makes one booking, and every answer
// has its key; one that was refused can be sent again.
func TestAFormArrivesSeveralTimesAtOnce(t *testing.T) {
	each(t, nil, func(d *desk, t *testing.T) {
		send := func(form, start string) (b Booking, key string, err error) {
			err = d.try(func(tx *store.Tx) (err error) {
				b, key, err = d.r.Once(tx, form, func() (Booking, string, error) {
					return d.r.Book(tx, BookRequest{Counter: "honcho", Start: at(start), Service: "consult", Persons: 1, Group: Open})
				})
				return err
			})
			return b, key, err
		}
		var made [5]Booking
		var keys [5]string
		var wg sync.WaitGroup
		for i := range made {
			wg.Go(func() {
				var err error
				if made[i], keys[i], err = send("one", "2026-12-01T10:00"); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for i := range made {
			if made[i].ID == "" || made[i].ID != made[0].ID || keys[i] == "" || keys[i] != keys[0] {
				t.Errorf("answer %d: %s %q, the first: %s %q", i, made[i].ID, keys[i], made[0].ID, keys[0])
			}
		}
		if n := d.free("honcho", "2026-12-01T10:00"); n != 4 {
			t.Errorf("%d places free, want 4", n)
		}
		if _, _, err := send("two", "2026-12-01T03:00"); !errors.As(err, new(ErrClosed)) {
			t.Errorf("at night: %v", err)
		}
		if b, _, err := send("two", "2026-12-01T10:30"); err != nil || b.ID == made[0].ID {
			t.Errorf("sent again after a refusal: %v", err)
		}
		d.sound()
	})
}

// What a member of the staff holds is given back whole, whoever else holds.
func TestReleaseAll(t *testing.T) {
	each(t, nil, func(d *desk, t *testing.T) {
		const start = "2026-12-01T10:00"
		for _, owner := range []string{"suzuki", "sato"} {
			if _, err := d.hold(owner, "honcho", start); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 { // nothing held is no error
			d.do(func(tx *store.Tx) error { return d.r.ReleaseAll(tx, "suzuki") })
			if n := d.free("honcho", start); n != 4 {
				t.Errorf("%d places free, want 4", n)
			}
		}
		d.sound()
	})
}

// Times are offered at the counters that come into question alone.
func TestNextAtSomeCounters(t *testing.T) {
	each(t, nil, func(d *desk, t *testing.T) {
		for _, counters := range [][]string{nil, {"honcho", "nishi"}, {"nishi"}, {}} {
			seen := map[string]bool{}
			d.do(func(tx *store.Tx) error {
				list, err := d.r.Next(tx, NextQuery{Counters: counters, Service: "consult", Persons: 1, Limit: 60})
				for _, o := range list {
					seen[o.Counter.ID] = true
				}
				return err
			})
			want := len(counters)
			if counters == nil {
				want = 3
			}
			for _, c := range counters {
				if !seen[c] {
					t.Errorf("%v: none at %s", counters, c)
				}
			}
			if len(seen) != want {
				t.Errorf("%v: offers at %v", counters, seen)
			}
		}
	})
}
