package progress_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/progress"
	"madoguchi/store/reservation"
	"madoguchi/store/storetest"
)

// noon is a Wednesday on which every counter of the sample is open.
var noon = civil.DateTime{Date: civil.Date{Year: 2026, Month: 11, Day: 25}, Clock: 12 * 60}.At()

// town is a municipality under test.
type town struct {
	t     *testing.T
	db    *store.DB
	clock *storetest.Clock
	cards progress.Service
}

// each runs a story on both databases.
func each(t *testing.T, story func(t *testing.T, w *town)) {
	t.Helper()
	clock := storetest.NewClock(noon)
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		clock.Set(noon)
		story(t, &town{t: t, db: db, clock: clock})
	}, storetest.At(clock))
}

// at runs fn in a transaction of a tenant.
func (w *town) at(tenant string, fn func(tx *store.Tx) error) {
	w.t.Helper()
	if err := w.db.Update(context.Background(), tenant, fn); err != nil {
		w.t.Fatal(err)
	}
}

func (w *town) do(fn func(tx *store.Tx) error) { w.t.Helper(); w.at("sample", fn) }

// cardsHere makes n cases whose cards have arrived.
func (w *town) cardsHere(n int) (ids []string) {
	w.t.Helper()
	w.do(func(tx *store.Tx) error {
		ids = nil
		_, made, trouble, err := w.cards.Announce(tx, progress.Delivery{Name: "第1便", Lines: make([]progress.Line, n), Here: true, By: "staff"})
		if len(trouble) > 0 {
			w.t.Fatalf("trouble: %v", trouble)
		}
		for _, c := range made {
			ids = append(ids, c.ID)
		}
		return err
	})
	return ids
}

func (w *town) register(id string, kind progress.Kind) (e progress.Event) {
	w.t.Helper()
	w.do(func(tx *store.Tx) (err error) {
		e, err = w.cards.Register(tx, id, progress.Entry{Kind: kind, By: "staff"})
		return err
	})
	return e
}

func (w *town) undo(id string, seq int) {
	w.t.Helper()
	w.do(func(tx *store.Tx) error { _, err := w.cards.Undo(tx, id, seq, "押し間違い", "staff"); return err })
}

func (w *town) see(id string) (c progress.Case) {
	w.t.Helper()
	w.do(func(tx *store.Tx) (err error) { c, err = w.cards.ByID(tx, id); return err })
	return c
}

func (w *town) history(id string) (list []progress.Event) {
	w.t.Helper()
	w.do(func(tx *store.Tx) (err error) { list, err = w.cards.History(tx, id); return err })
	return list
}

// lines are a history as short text: kinds, with the struck ones in brackets.
func lines(list []progress.Event) (out []string) {
	for _, e := range list {
		text := string(e.Kind)
		if e.Target > 0 {
			text += fmt.Sprint(" ", e.Target)
		}
		if e.Struck > 0 {
			text = "(" + text + ")"
		}
		if e.Unusual {
			text += " !"
		}
		out = append(out, text)
	}
	return out
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

// whole proves the invariants of everything written.
func (w *town) whole() {
	w.t.Helper()
	w.db.AddCheck(w.cards.Checks()...)
	breaches, err := w.db.Verify(context.Background())
	if err != nil {
		w.t.Fatal(err)
	}
	for _, b := range breaches {
		w.t.Error(b)
	}
}

// S4-111: the seven states every tenant begins with, in order.
func TestTheStatesOfANewTenant(t *testing.T) {
	var got []string
	for _, k := range progress.States()[1:8] {
		got = append(got, progress.Labels{}.Of(k, i18n.Japanese))
	}
	same(t, "states", got, []string{"カード到着", "通知書送付", "来庁予約", "返戻", "来庁", "交付", "差戻し"})
}

// S4-114: the sequence of the sample runs is taken, with cautions.
func TestEventsInAnyOrderWithACaution(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		id := w.cardsHere(1)[0]
		for _, k := range []progress.Kind{
			progress.Notified, progress.Booked, progress.Returned, progress.Arrived, progress.Booked, progress.Delivered, progress.Returned,
		} {
			w.clock.Advance(time.Second)
			w.register(id, k)
		}
		same(t, "history", lines(w.history(id)), []string{
			"arrived", "notified", "booked", "returned !", "arrived !", "booked !", "delivered !", "returned !",
		})
		if c := w.see(id); c.State != progress.Returned || !c.StateAt.Equal(noon.Add(7*time.Second)) {
			t.Errorf("the case is %s since %s", c.State, c.StateAt)
		}
		w.whole()
	})
}

// S4-113: an undo strikes the line and stands in the history itself; the undo of
// an undo lets the line count again.
func TestUndoAndUndoOfUndo(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		id := w.cardsHere(1)[0]
		w.register(id, progress.Notified)
		w.undo(id, 2)
		if c := w.see(id); c.State != progress.Arrived || c.Notices != 0 {
			t.Errorf("after the undo the case is %s with %d notices", c.State, c.Notices)
		}
		w.undo(id, 3)
		same(t, "history", lines(w.history(id)), []string{"arrived", "notified", "(undone 2)", "undone 3"})
		if c := w.see(id); c.State != progress.Notified || c.Notices != 1 {
			t.Errorf("after the undo of the undo the case is %s with %d notices", c.State, c.Notices)
		}
		if note := w.history(id)[2].Note; note != "押し間違い" {
			t.Errorf("the reason of the undo is %q", note)
		}
		err := w.db.Update(context.Background(), "sample", func(tx *store.Tx) error {
			_, err := w.cards.Undo(tx, id, 3, "", "staff")
			return err
		})
		if !errors.Is(err, progress.ErrStruck) {
			t.Errorf("a struck line is undone: %v", err)
		}
		w.whole()
	})
}

// Two who register for one card at once: one case, both events.
func TestTwoRegisterAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		id := w.cardsHere(1)[0]
		var group sync.WaitGroup
		for i := range 8 {
			group.Go(func() {
				err := w.db.Update(context.Background(), "sample", func(tx *store.Tx) error {
					_, err := w.cards.Register(tx, id, progress.Entry{Kind: progress.Notified, By: fmt.Sprint("staff", i)})
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if n := w.see(id).Notices; n != 8 {
			t.Errorf("%d of 8 events count", n)
		}
		w.whole()
	})
}

// I: whatever is registered and undone, the state beside the case is what
// follows from the events.
func TestStateFollowsFromTheEvents(t *testing.T) {
	clock := storetest.NewClock(noon)
	db := storetest.Open(t, storetest.SQLite, storetest.At(clock))
	w := &town{t: t, db: db, clock: clock}
	rapid.Check(t, func(rt *rapid.T) {
		id := w.cardsHere(1)[0]
		model := history{{kind: progress.Arrived}}
		for range rapid.IntRange(0, 12).Draw(rt, "steps") {
			clock.Advance(time.Second)
			if open := model.open(); len(open) > 0 && rapid.Bool().Draw(rt, "undo") {
				at := rapid.SampledFrom(open).Draw(rt, "target")
				w.undo(id, at+1)
				model = append(model, step{progress.Undone, at + 1})
				continue
			}
			k := rapid.SampledFrom(progress.ByHand()).Draw(rt, "kind")
			w.register(id, k)
			model = append(model, step{kind: k})
		}
		state := progress.Expected
		for i, s := range model {
			if model.counts(i) && s.kind.IsState() {
				state = s.kind
			}
		}
		if c := w.see(id); c.State != state {
			rt.Fatalf("%v: the case is %s, want %s", lines(w.history(id)), c.State, state)
		}
	})
	w.whole()
}

// history is a model of a case that says of each step by itself whether it
// counts.
type history []step

type step struct {
	kind   progress.Kind
	target int // from 1
}

func (h history) counts(i int) bool {
	for j := i + 1; j < len(h); j++ {
		if h[j].target == i+1 && h.counts(j) {
			return false
		}
	}
	return true
}

func (h history) open() (list []int) {
	for i := range h {
		if h.counts(i) {
			list = append(list, i)
		}
	}
	return list
}

// Other tenants see nothing, by code or id.
func TestCasesOfAnotherTenantAreNotThere(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		id := w.cardsHere(1)[0]
		code := w.see(id).Code
		w.at("other", func(tx *store.Tx) error {
			if _, err := w.cards.ByID(tx, id); !errors.Is(err, progress.ErrNotFound) {
				t.Errorf("by id: %v", err)
			}
			if _, err := w.cards.ByCode(tx, code); !errors.Is(err, progress.ErrNotFound) {
				t.Errorf("by code: %v", err)
			}
			if list, err := w.cards.Cases(tx, []string{id}); len(list) > 0 || err != nil {
				t.Errorf("among others: %v %v", list, err)
			}
			if _, n, err := w.cards.Counts(tx, progress.Filter{}); n != 0 || err != nil {
				t.Errorf("counted: %d %v", n, err)
			}
			return nil
		})
	})
}

// S4-095: a code opens its case in any spelling.
func TestALinkCodeInAnySpelling(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		id := w.cardsHere(1)[0]
		shown := reservation.ShowKey(w.see(id).Code)
		for _, typed := range []string{shown, " " + shown, lower(shown), wide(shown)} {
			w.do(func(tx *store.Tx) error {
				c, err := w.cards.ByCode(tx, typed)
				if err == nil && c.ID != id {
					t.Errorf("%q opens another case", typed)
				}
				return err
			})
		}
	})
}

func lower(s string) string {
	out := []rune(s)
	for i, r := range out {
		if r >= 'A' && r <= 'Z' {
			out[i] = r + 'a' - 'A'
		}
	}
	return string(out)
}

func wide(s string) string {
	out := []rune(s)
	for i, r := range out {
		if r > ' ' && r < 0x7f {
			out[i] = r - '!' + '！'
		}
	}
	return string(out)
}
