package limit_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"madoguchi/store"
	"madoguchi/store/limit"
	"madoguchi/store/storetest"
)

const city = "city"

func update(t testing.TB, db *store.DB, tenant string, fn func(*store.Tx) error) {
	t.Helper()
	if err := db.Update(context.Background(), tenant, fn); err != nil {
		t.Fatal(err)
	}
}

func allow(t testing.TB, db *store.DB, tenant, scope, subject string) (ok bool) {
	t.Helper()
	update(t, db, tenant, func(tx *store.Tx) (err error) {
		ok, err = limit.Allow(tx, scope, subject, 5, 15*time.Minute)
		return err
	})
	return ok
}

func TestNoWindowHasMoreThanMax(t *testing.T) {
	start := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	clock := storetest.NewClock(start)
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		clock.Set(start)
		var allowed []time.Time
		for range 200 { // hammering every 20 seconds
			if allow(t, db, city, "key", "ABC") {
				allowed = append(allowed, clock.Now())
			}
			clock.Advance(20 * time.Second)
		}
		for i := range allowed[:len(allowed)-5] {
			if d := allowed[i+5].Sub(allowed[i]); d < 15*time.Minute {
				t.Errorf("attempts %d to %d were within %v", i, i+5, d)
			}
		}
		// 67 minutes: five at once, then five about every 17 minutes.
		if len(allowed) < 18 || len(allowed) > 23 {
			t.Errorf("%d attempts were allowed", len(allowed))
		}
	}, storetest.At(clock))
}

func TestBudgetsAreApart(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for range 5 {
			if !allow(t, db, city, "key", "ABC") {
				t.Fatal("refused within the budget")
			}
		}
		if allow(t, db, city, "key", "ABC") {
			t.Error("the sixth attempt was allowed")
		}
		for name, ok := range map[string]bool{
			"another subject": allow(t, db, city, "key", "ABD"),
			"another scope":   allow(t, db, city, "address", "ABC"),
			"another tenant":  allow(t, db, "town", "key", "ABC"),
		} {
			if !ok {
				t.Errorf("%s was refused", name)
			}
		}
		update(t, db, city, func(tx *store.Tx) error { return limit.Forgive(tx, "key", "ABC") })
		if !allow(t, db, city, "key", "ABC") {
			t.Error("refused after being forgiven")
		}
	})
}

func TestFailuresBlock(t *testing.T) {
	clock := storetest.NewClock(time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC))
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		blocked := func() (b bool) {
			err := db.View(t.Context(), city, func(tx *store.Tx) (err error) {
				b, err = limit.Blocked(tx, "login", "staff-1", 3, time.Minute)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
		for i := range 3 {
			if blocked() {
				t.Fatalf("blocked after %d failures", i)
			}
			update(t, db, city, func(tx *store.Tx) error { return limit.Fail(tx, "login", "staff-1", time.Minute) })
		}
		if !blocked() {
			t.Error("not blocked after 3 failures")
		}
		clock.Advance(time.Minute + 8*time.Second)
		if blocked() {
			t.Error("still blocked after the window")
		}
	}, storetest.At(clock))
}

func TestNodesShareOneBudget(t *testing.T) {
	clock := storetest.NewClock(time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC))
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		nodes := []*store.DB{db, storetest.Again(t, db, storetest.At(clock))}
		var wg sync.WaitGroup
		var allowed atomic.Int32
		for i := range 100 {
			wg.Go(func() {
				err := nodes[i%2].Update(context.Background(), city, func(tx *store.Tx) error {
					ok, err := limit.Allow(tx, "site", "", 10, time.Minute)
					if ok {
						tx.OnCommit(func() { allowed.Add(1) })
					}
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := allowed.Load(); n != 10 {
			t.Errorf("%d were allowed, want 10", n)
		}
	}, storetest.At(clock))
}

func TestPurgeKeepsWhatStillCounts(t *testing.T) {
	start := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	clock := storetest.NewClock(start)
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		clock.Set(start)
		allow(t, db, city, "key", "old")
		clock.Advance(16 * time.Minute)
		allow(t, db, city, "key", "new")
		clock.Advance(2 * time.Minute)
		if err := limit.Purge(t.Context(), db, city); err != nil {
			t.Fatal(err)
		}
		var n int
		update(t, db, city, func(tx *store.Tx) error {
			return tx.Row(`SELECT COUNT(*) FROM attempt WHERE tenant=$1`, city).Scan(&n)
		})
		if n != 1 {
			t.Errorf("%d rows remain, want 1", n)
		}
	}, storetest.At(clock))
}
