package budget_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/budget"
	"madoguchi/store/storetest"
)

var service budget.Service

type node struct {
	*testing.T
	db     *store.DB
	tenant string
}

func (n node) update(fn func(*store.Tx) error) {
	n.Helper()
	if err := n.db.Update(context.Background(), n.tenant, fn); err != nil {
		n.Error(err)
	}
}

func (n node) take(l budget.Limit, tokens int64) (taken budget.Taken, ok bool) {
	n.Helper()
	n.update(func(tx *store.Tx) (err error) {
		taken, ok, err = service.Take(tx, l, tokens)
		return err
	})
	return taken, ok
}

func (n node) used(day civil.Date) (u budget.Used) {
	n.Helper()
	n.update(func(tx *store.Tx) (err error) {
		u, err = service.On(tx, day)
		return err
	})
	return u
}

// Two nodes that spend at once get no more calls, and no more tokens, than the
// day has; the next day has its own, and so has another municipality.
func TestBudget(t *testing.T) {
	// 14:59:59 UTC is the last second of the day in Japan.
	clock := storetest.NewClock(time.Date(2026, 11, 25, 14, 59, 59, 0, time.UTC))
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		clock.Set(time.Date(2026, 11, 25, 14, 59, 59, 0, time.UTC))
		town := node{t, db, "town"}
		nodes := []node{town, {t, storetest.Again(t, db, storetest.At(clock)), "town"}}
		today := civil.Date{Year: 2026, Month: 11, Day: 25}

		limit := budget.Limit{Calls: 7, Tokens: 1000}
		var mu sync.Mutex
		var got []budget.Taken
		var all sync.WaitGroup
		for i := range 24 {
			all.Go(func() {
				if taken, ok := nodes[i%2].take(limit, 100); ok {
					mu.Lock()
					defer mu.Unlock()
					got = append(got, taken)
				}
			})
		}
		all.Wait()
		if len(got) != 7 {
			t.Errorf("%d calls got through, want 7", len(got))
		}
		if u := town.used(today); u != (budget.Used{Calls: 7, Tokens: 700}) {
			t.Errorf("used %+v", u)
		}

		// What a call did cost counts, not what it could have.
		town.update(func(tx *store.Tx) error { return service.Settle(tx, got[0], 30) })
		if u := town.used(today); u.Tokens != 630 {
			t.Errorf("after settling: %+v", u)
		}
		more := budget.Limit{Calls: 100, Tokens: 1000}
		if _, ok := town.take(more, 371); ok {
			t.Error("more tokens than were left")
		}
		if _, ok := town.take(more, 370); !ok {
			t.Error("all that was left was refused")
		}
		if _, ok := town.take(budget.Limit{Calls: 1, Tokens: 10}, 11); ok {
			t.Error("one call for more than the whole day")
		}
		if _, ok := (node{t, db, "village"}).take(limit, 100); !ok {
			t.Error("another municipality pays for this one")
		}
		clock.Advance(time.Second)
		if _, ok := town.take(limit, 100); !ok {
			t.Error("the next day has no budget")
		}

		// Days long past are forgotten, this one is not.
		clock.Advance(400 * 24 * time.Hour)
		for _, j := range service.Jobs(db) {
			if err := j.Run(context.Background(), "town"); err != nil {
				t.Fatal(err)
			}
		}
		if u := town.used(today); u.Calls != 0 {
			t.Errorf("kept: %+v", u)
		}
		if u := town.used(today.AddDays(1)); u.Calls != 1 {
			t.Errorf("forgotten too early: %+v", u)
		}
	}, storetest.At(clock))
}
