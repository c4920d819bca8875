package reservation

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"madoguchi/i18n/civil"
	"madoguchi/store"
)

// modelSettings are small enough to be full most of the time: three slots a
// day, two days, one counter of two places with quotas and one of one.
func modelSettings(s *Settings) {
	day := Opening{Start: "10:00", End: "11:30", Slot: 30}
	quotas, single := day, day
	quotas.Capacity, quotas.Quotas = 3, map[Group]int{Open: 2, Phone: 1}
	single.Capacity = 1
	*s = Settings{
		Counters: []Counter{
			{ID: "a", Names: Names{"ja": "あ"}, Openings: []Opening{quotas}},
			{ID: "b", Names: Names{"ja": "い"}, Openings: []Opening{single}, Services: []string{"one", "two"}},
		},
		Services: []Service{
			{ID: "one", Names: Names{"ja": "一"}},
			{ID: "two", Names: Names{"ja": "二"}, Slots: 2},
			{ID: "each", Names: Names{"ja": "人"}, PerPerson: true, MaxPersons: 3},
		},
	}
}

// model says the same as the service in the simplest way: it keeps what stands
// and counts it again for every question.
type model struct {
	now      time.Time
	bookings map[string]wish
	holds    map[string]modelHold // by owner
	receipts map[string]int       // counter and day → last number
}

type wish struct {
	counter string
	start   civil.DateTime
	service string
	persons int
	group   Group
	receipt int
}

type modelHold struct {
	wish
	id    string
	until time.Time
}

// covers lists the slots of a wish and the places it takes in each; nil if the
// rules do not allow it.
func (w wish) covers() (slots []civil.DateTime, places int) {
	n, places := 1, 1
	switch {
	case w.service == "two":
		n = 2
	case w.service == "each":
		places = w.persons
		if w.counter == "b" || w.persons > 3 {
			return nil, 0
		}
	}
	if w.service != "each" && w.persons != 1 {
		return nil, 0
	}
	for i := range n {
		s := w.start.Add(30 * i)
		if s.Clock > 11*60 {
			return nil, 0
		}
		slots = append(slots, s)
	}
	return slots, places
}

// used counts what stands in a slot, leaving out one booking and one owner.
func (m *model) used(counter string, slot civil.DateTime, group Group, not, notOwner string) (all, ofGroup int) {
	add := func(w wish) {
		slots, places := w.covers()
		if w.counter == counter && slices.Contains(slots, slot) {
			all += places
			if w.group == group {
				ofGroup += places
			}
		}
	}
	for id, w := range m.bookings {
		if id != not {
			add(w)
		}
	}
	for owner, h := range m.holds {
		if owner != notOwner && m.now.Before(h.until) {
			add(h.wish)
		}
	}
	return all, ofGroup
}

func (m *model) free(counter string, slot civil.DateTime, group Group, not, notOwner string) int {
	all, ofGroup := m.used(counter, slot, group, not, notOwner)
	if counter == "b" {
		return 1 - all
	}
	return min(3-all, map[Group]int{Open: 2, Phone: 1, Internal: 3}[group]-ofGroup)
}

// fits says how a wish must end: "", "full" or "no".
func (m *model) fits(w wish, not, notOwner string) string {
	slots, places := w.covers()
	if slots == nil {
		return "no"
	}
	for _, s := range slots {
		if m.free(w.counter, s, w.group, not, notOwner) < places {
			return "full"
		}
	}
	return ""
}

// number gives the next receipt number.
func (m *model) number(w wish) int {
	m.receipts[w.counter+w.start.Date.String()]++
	return m.receipts[w.counter+w.start.Date.String()]
}

// outcome names an error as the model does.
func outcome(t *rapid.T, err error) string {
	switch {
	case err == nil:
		return ""
	case err == ErrFull:
		return "full"
	case err == ErrGone:
		return "gone"
	}
	_, closed := errors.AsType[ErrClosed](err)
	_, party := errors.AsType[ErrParty](err)
	if !closed && !party {
		t.Fatalf("unexpected error: %v", err)
	}
	return "no"
}

func TestServiceAgreesWithModel(t *testing.T) {
	each(t, modelSettings, func(d *desk, t *testing.T) {
		tenants := 0
		rapid.Check(t, func(t *rapid.T) {
			tenants++
			runModel(t, d, fmt.Sprintf("model-%d", tenants))
		})
	})
}

func runModel(t *rapid.T, d *desk, tenant string) {
	in := func(fn func(*store.Tx) error) error {
		var refused error
		if err := d.db.Update(context.Background(), tenant, func(tx *store.Tx) error { refused = fn(tx); return nil }); err != nil {
			t.Fatal(err, refused)
		}
		return refused
	}
	d.clock.Set(at("2026-11-24T09:00").At())
	m := &model{now: d.clock.Now(), bookings: map[string]wish{}, holds: map[string]modelHold{}, receipts: map[string]int{}}
	if err := in(func(tx *store.Tx) error {
		var s Settings
		modelSettings(&s)
		_, err := d.r.SaveSettings(tx, s, 0, "admin")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	// Mostly wishes that the rules allow, close together, so that slots fill up.
	drawWish := func(t *rapid.T) wish {
		w := wish{
			counter: rapid.SampledFrom([]string{"a", "a", "b"}).Draw(t, "counter"),
			start: civil.DateTime{
				Date:  date("2026-12-01").AddDays(rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(t, "day")),
				Clock: civil.Clock(600 + 30*rapid.SampledFrom([]int{0, 1, 1, 2}).Draw(t, "slot")),
			},
			service: rapid.SampledFrom([]string{"one", "two", "each"}).Draw(t, "service"),
			persons: 1,
			group:   rapid.SampledFrom(groups[:]).Draw(t, "group"),
		}
		if w.service == "each" || rapid.IntRange(0, 9).Draw(t, "odd party") == 0 {
			w.persons = rapid.SampledFrom([]int{1, 2, 3, 4}).Draw(t, "persons")
		}
		return w
	}
	drawBooking := func(t *rapid.T) string {
		if len(m.bookings) == 0 {
			t.Skip("no booking")
		}
		ids := make([]string, 0, len(m.bookings))
		for id := range m.bookings {
			ids = append(ids, id)
		}
		slices.Sort(ids)
		return rapid.SampledFrom(ids).Draw(t, "booking")
	}
	drawOwner := func(t *rapid.T) string { return rapid.SampledFrom([]string{"x", "y"}).Draw(t, "owner") }
	same := func(t *rapid.T, what, got, want string) {
		if got != want {
			t.Fatalf("%s ended %q, the model says %q", what, got, want)
		}
	}
	t.Repeat(map[string]func(*rapid.T){
		"book": func(t *rapid.T) {
			w := drawWish(t)
			want := m.fits(w, "", "")
			var b Booking
			err := in(func(tx *store.Tx) (err error) {
				b, _, err = d.r.Book(tx, BookRequest{Counter: w.counter, Start: w.start, Service: w.service, Persons: w.persons, Group: w.group})
				return err
			})
			same(t, "booking", outcome(t, err), want)
			if err == nil {
				if w.receipt = m.number(w); b.Receipt != w.receipt {
					t.Fatalf("receipt %d, want %d", b.Receipt, w.receipt)
				}
				m.bookings[b.ID] = w
			}
		},
		"hold": func(t *rapid.T) {
			w, owner := drawWish(t), drawOwner(t)
			want := m.fits(w, "", owner)
			var h Hold
			err := in(func(tx *store.Tx) (err error) {
				h, err = d.r.Hold(tx, HoldRequest{Counter: w.counter, Start: w.start, Service: w.service, Persons: w.persons, Group: w.group, Owner: owner})
				return err
			})
			same(t, "holding", outcome(t, err), want)
			if err == nil {
				m.holds[owner] = modelHold{w, h.ID, m.now.Add(10 * time.Minute)}
			}
		},
		"book hold": func(t *rapid.T) {
			owner := drawOwner(t)
			h, ok := m.holds[owner]
			want := ""
			if !ok || !m.now.Before(h.until) {
				want = "gone"
			}
			var b Booking
			err := in(func(tx *store.Tx) (err error) {
				b, _, err = d.r.Book(tx, BookRequest{Hold: cmp.Or(h.id, "never was")})
				return err
			})
			same(t, "booking a hold", outcome(t, err), want)
			if err == nil {
				delete(m.holds, owner)
				h.receipt = m.number(h.wish)
				m.bookings[b.ID] = h.wish
			}
		},
		"change": func(t *rapid.T) {
			id, w := drawBooking(t), drawWish(t)
			old := m.bookings[id]
			w.group, w.receipt = old.group, old.receipt
			want := m.fits(w, id, "")
			err := in(func(tx *store.Tx) error {
				_, err := d.r.Change(tx, id, Move{Counter: w.counter, Start: w.start, Service: w.service, Persons: w.persons}, By{"resident", Open})
				return err
			})
			same(t, "changing", outcome(t, err), want)
			if err == nil {
				if w.counter != old.counter || w.start.Date != old.start.Date {
					w.receipt = m.number(w)
				}
				m.bookings[id] = w
			}
		},
		"change into hold": func(t *rapid.T) {
			id, owner := drawBooking(t), drawOwner(t)
			h, ok := m.holds[owner]
			if !ok {
				t.Skip("no hold")
			}
			old := m.bookings[id]
			w := h.wish
			w.receipt = old.receipt // the group is the hold's
			want := m.fits(w, id, owner)
			if !m.now.Before(h.until) {
				want = "gone"
			}
			err := in(func(tx *store.Tx) error {
				_, err := d.r.Change(tx, id, Move{Hold: h.id}, By{"resident", Open})
				return err
			})
			same(t, "changing into a hold", outcome(t, err), want)
			if err == nil {
				delete(m.holds, owner)
				if w.counter != old.counter || w.start.Date != old.start.Date {
					w.receipt = m.number(w)
				}
				m.bookings[id] = w
			}
		},
		"cancel": func(t *rapid.T) {
			id := drawBooking(t)
			for range 2 {
				if err := in(func(tx *store.Tx) error {
					_, err := d.r.Cancel(tx, id, By{"resident", Open})
					return err
				}); err != nil {
					t.Fatal(err)
				}
			}
			delete(m.bookings, id)
		},
		"time passes": func(t *rapid.T) {
			d.clock.Advance(6 * time.Minute)
			m.now = d.clock.Now()
		},
		"job": func(t *rapid.T) {
			if err := in(func(tx *store.Tx) error {
				_, err := d.r.ExpireHolds(tx)
				return err
			}); err != nil {
				t.Fatal(err)
			}
		},
		"": func(t *rapid.T) {
			err := in(func(tx *store.Tx) error {
				for _, g := range groups {
					list, err := d.r.Availability(tx, Query{From: date("2026-12-01"), Days: 2, Group: g})
					if err != nil {
						return err
					}
					for _, c := range list {
						for _, day := range c.Days {
							for _, s := range day.Slots {
								slot := civil.DateTime{Date: day.Date, Clock: s.Start}
								if want := max(0, m.free(c.Counter.ID, slot, g, "", "")); s.Free != want {
									t.Fatalf("%s %s for %s: %d free, the model says %d", c.Counter.ID, slot, g, s.Free, want)
								}
							}
						}
					}
				}
				for id, w := range m.bookings {
					b, err := d.r.ByReceipt(tx, w.counter, w.start.Date, w.receipt)
					if err != nil || b.ID != id {
						t.Fatalf("receipt %d of %s %s: %v, %v", w.receipt, w.counter, w.start.Date, b, err)
					}
				}
				for _, c := range d.r.Checks() {
					found, err := c.Run(context.Background(), tx)
					if err != nil || len(found) > 0 {
						t.Fatalf("%s: %v, %v", c.Name, found, err)
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		},
	})
}
