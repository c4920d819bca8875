package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"madoguchi/store"
	"madoguchi/store/storetest"
)

// Two municipalities that must never see each other.
const city, town = "city", "town"

const slotTable = `
CREATE TABLE slot (tenant TEXT NOT NULL, id TEXT NOT NULL, used INTEGER NOT NULL, cap INTEGER NOT NULL, PRIMARY KEY (tenant, id));
-- tenant table: slot
`

func addSlot(t testing.TB, db *store.DB, tenant, id string, cap int) {
	t.Helper()
	update(t, db, tenant, func(tx *store.Tx) error {
		_, err := tx.Exec(`INSERT INTO slot(tenant,id,used,cap) VALUES($1,$2,0,$3)`, tx.Tenant(), id, cap)
		return err
	})
}

func used(t testing.TB, db *store.DB, tenant, id string) (n int) {
	t.Helper()
	view(t, db, tenant, func(tx *store.Tx) error {
		return tx.Row(`SELECT used FROM slot WHERE tenant=$1 AND id=$2`, tenant, id).Scan(&n)
	})
	return n
}

func update(t testing.TB, db *store.DB, tenant string, fn func(*store.Tx) error) {
	t.Helper()
	if err := db.Update(context.Background(), tenant, fn); err != nil {
		t.Fatal(err)
	}
}

func view(t testing.TB, db *store.DB, tenant string, fn func(*store.Tx) error) {
	t.Helper()
	if err := db.View(context.Background(), tenant, fn); err != nil {
		t.Fatal(err)
	}
}

func setUsed(tx *store.Tx, n int) error {
	_, err := tx.Exec(`UPDATE slot SET used=$2 WHERE tenant=$1`, tx.Tenant(), n)
	return err
}

func TestFailedUpdateLeavesNothing(t *testing.T) {
	boom := errors.New("boom")
	for _, c := range []struct {
		name string
		fn   func(tx *store.Tx) error
		want error
	}{
		{"error", func(tx *store.Tx) error { return boom }, boom},
		{"duplicate", func(tx *store.Tx) error {
			_, err := tx.Exec(`INSERT INTO slot(tenant,id,used,cap) VALUES($1,'a',0,0)`, tx.Tenant())
			return err
		}, store.ErrDuplicate},
		{"failed statement ignored", func(tx *store.Tx) error {
			tx.Exec(`INSERT INTO slot(tenant,id,used,cap) VALUES($1,'a',0,0)`, tx.Tenant())
			return nil
		}, store.ErrDuplicate},
		{"statement after a failed one", func(tx *store.Tx) error {
			tx.Exec(`INSERT INTO slot(tenant,id,used,cap) VALUES($1,'a',0,0)`, tx.Tenant())
			return setUsed(tx, 4)
		}, store.ErrDuplicate},
		{"text with a zero byte", func(tx *store.Tx) error {
			_, err := tx.Exec(`UPDATE slot SET id=$2 WHERE tenant=$1`, tx.Tenant(), "a\x00b")
			return err
		}, store.ErrText},
		{"text that is not UTF-8", func(tx *store.Tx) error {
			_, err := tx.Exec(`UPDATE slot SET id=$2 WHERE tenant=$1`, tx.Tenant(), "a\xffb")
			return err
		}, store.ErrText},
		{"transaction inside", func(tx *store.Tx) error {
			return nil // replaced below, needs db
		}, store.ErrNested},
	} {
		t.Run(c.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				storetest.Schema(t, db, slotTable)
				addSlot(t, db, city, "a", 5)
				fn := c.fn
				if c.want == store.ErrNested {
					fn = func(tx *store.Tx) error {
						return db.Update(context.Background(), city, func(*store.Tx) error { return nil })
					}
				}
				committed := false
				err := db.Update(t.Context(), city, func(tx *store.Tx) error {
					tx.OnCommit(func() { committed = true })
					if err := setUsed(tx, 3); err != nil {
						return err
					}
					return fn(tx)
				})
				if !errors.Is(err, c.want) {
					t.Errorf("error %v, want %v", err, c.want)
				}
				if store.IsDuplicate(err) != (c.want == store.ErrDuplicate) {
					t.Errorf("IsDuplicate(%v) = %v", err, store.IsDuplicate(err))
				}
				if n := used(t, db, city, "a"); n != 0 {
					t.Errorf("used = %d, want 0", n)
				}
				if committed {
					t.Error("OnCommit ran")
				}
				update(t, db, city, func(tx *store.Tx) error { return setUsed(tx, 1) })
			})
		})
	}
}

func TestMisuseIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		storetest.Schema(t, db, slotTable)
		addSlot(t, db, city, "a", 5)
		nothing := func(*store.Tx) error { return nil }
		var kept *store.Tx
		update(t, db, city, func(tx *store.Tx) error { kept = tx; return nil })
		for name, c := range map[string]struct {
			fn   func(tx *store.Tx) error
			want error // nil: any error
		}{
			"Update under the transaction's context": {func(tx *store.Tx) error { return db.Update(tx.Context(), city, nothing) }, store.ErrNested},
			"Update under another context":           {func(tx *store.Tx) error { return db.Update(context.Background(), town, nothing) }, store.ErrNested},
			"System inside":                          {func(tx *store.Tx) error { return db.System(context.Background(), nothing) }, store.ErrNested},
			"View inside":                            {func(tx *store.Tx) error { return db.View(tx.Context(), city, nothing) }, store.ErrNested},
			"a time as argument": {func(tx *store.Tx) error {
				_, err := tx.Exec(`UPDATE slot SET used=0 WHERE tenant=$1 AND used=$2`, city, time.Now())
				return err
			}, nil},
			"a statement while rows are open": {func(tx *store.Tx) error {
				if _, err := tx.Query(`SELECT id FROM slot WHERE tenant=$1`, city); err != nil {
					t.Error(err)
				}
				return setUsed(tx, 1)
			}, nil},
			"a transaction kept": {func(*store.Tx) error { return setUsed(kept, 1) }, nil},
		} {
			err := db.Update(t.Context(), city, c.fn)
			if err == nil || (c.want != nil && !errors.Is(err, c.want)) {
				t.Errorf("%s: error %v, want %v", name, err, c.want)
			}
		}
		for _, tenant := range []string{"", "*"} {
			if err := db.Update(t.Context(), tenant, nothing); !errors.Is(err, store.ErrTenant) {
				t.Errorf("Update of tenant %q: error %v, want ErrTenant", tenant, err)
			}
			if err := db.View(t.Context(), tenant, nothing); !errors.Is(err, store.ErrTenant) {
				t.Errorf("View of tenant %q: error %v, want ErrTenant", tenant, err)
			}
		}
		if err := db.View(t.Context(), city, func(tx *store.Tx) error { return setUsed(tx, 1) }); err == nil {
			t.Error("a View wrote")
		}
		if n := used(t, db, city, "a"); n != 0 {
			t.Errorf("used = %d, want 0", n)
		}
	})
}

func TestPanicLeavesNothingAndReachesTheCaller(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		storetest.Schema(t, db, slotTable)
		addSlot(t, db, city, "a", 5)
		for _, inside := range []func(context.Context, string, func(*store.Tx) error) error{db.Update, db.View} {
			func() {
				defer func() {
					if p := recover(); p != "boom" {
						t.Errorf("recovered %v, want boom", p)
					}
				}()
				inside(t.Context(), city, func(tx *store.Tx) error {
					setUsed(tx, 3)
					panic("boom")
				})
			}()
		}
		if n := used(t, db, city, "a"); n != 0 {
			t.Errorf("used = %d, want 0", n)
		}
		update(t, db, city, func(tx *store.Tx) error { return setUsed(tx, 1) })
	})
}

func TestGoexitEndsOnlyTheCaller(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		storetest.Schema(t, db, slotTable)
		addSlot(t, db, city, "a", 5)
		returned := false
		var wg sync.WaitGroup
		wg.Go(func() {
			var fake testing.T // its FailNow is what tests do
			db.Update(context.Background(), city, func(tx *store.Tx) error {
				setUsed(tx, 3)
				fake.FailNow()
				return nil
			})
			returned = true
		})
		wg.Wait()
		if returned {
			t.Error("the goroutine went on after FailNow")
		}
		if n := used(t, db, city, "a"); n != 0 {
			t.Errorf("used = %d, want 0", n)
		}
		update(t, db, city, func(tx *store.Tx) error { return setUsed(tx, 1) })
	})
}

func TestNoRowIsNotAFailure(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		storetest.Schema(t, db, slotTable)
		addSlot(t, db, city, "a", 5)
		update(t, db, city, func(tx *store.Tx) error {
			var n int
			if err := tx.Row(`SELECT used FROM slot WHERE tenant=$1 AND id='b'`, city).Scan(&n); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("error %v, want ErrNotFound", err)
			}
			return setUsed(tx, 2)
		})
		if n := used(t, db, city, "a"); n != 2 {
			t.Errorf("used = %d, want 2", n)
		}
	})
}

func TestLastPlaceIsGivenOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		storetest.Schema(t, db, slotTable)
		addSlot(t, db, city, "a", 10)
		var wg sync.WaitGroup
		var mu sync.Mutex
		got := 0
		for range 500 {
			wg.Go(func() {
				err := db.Update(t.Context(), city, func(tx *store.Tx) error {
					n, err := tx.Exec(`UPDATE slot SET used=used+1 WHERE tenant=$1 AND id='a' AND used<cap`, city)
					if n > 0 {
						tx.OnCommit(func() { mu.Lock(); got++; mu.Unlock() })
					}
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := used(t, db, city, "a"); n != 10 || got != 10 {
			t.Errorf("%d places taken, %d acknowledged, want 10 and 10", n, got)
		}
	})
}

func TestViewSeesOneState(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		storetest.Schema(t, db, slotTable)
		addSlot(t, db, city, "a", 5)
		view(t, db, city, func(tx *store.Tx) error {
			var before, after int
			if err := tx.Row(`SELECT used FROM slot WHERE tenant=$1`, city).Scan(&before); err != nil {
				return err
			}
			done := make(chan error)
			go func() {
				done <- db.Update(context.Background(), city, func(tx *store.Tx) error { return setUsed(tx, 5) })
			}()
			if err := <-done; err != nil {
				return err
			}
			if err := tx.Row(`SELECT used FROM slot WHERE tenant=$1`, city).Scan(&after); err != nil {
				return err
			}
			if before != 0 || after != 0 {
				t.Errorf("read %d, then %d, want 0 both times", before, after)
			}
			return nil
		})
		if n := used(t, db, city, "a"); n != 5 {
			t.Errorf("used = %d afterwards, want 5", n)
		}
	})
}

func TestCancelledBeforeStartDoesNotRun(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := db.Update(ctx, city, func(*store.Tx) error { t.Error("ran"); return nil })
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want context.Canceled", err)
		}
	})
}

func TestCancelledAfterStartCommits(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		storetest.Schema(t, db, slotTable)
		addSlot(t, db, city, "a", 5)
		ctx, cancel := context.WithCancel(t.Context())
		err := db.Update(ctx, city, func(tx *store.Tx) error {
			cancel()
			return setUsed(tx, 2)
		})
		if err != nil {
			t.Fatal(err)
		}
		if n := used(t, db, city, "a"); n != 2 {
			t.Errorf("used = %d, want 2", n)
		}
	})
}

func TestTransactionHasOneInstant(t *testing.T) {
	start := time.Date(2026, 11, 22, 1, 2, 3, 456_789_000, time.FixedZone("", 9*3600))
	clock := storetest.NewClock(start)
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		clock.Set(start)
		update(t, db, city, func(tx *store.Tx) error {
			want := time.Date(2026, 11, 21, 16, 2, 3, 456_000_000, time.UTC)
			clock.Advance(time.Hour)
			if got := tx.Now(); !got.Equal(want) || got.Location() != time.UTC {
				t.Errorf("Now = %v, want %v", got, want)
			}
			if got := store.FromMillis(store.Millis(tx.Now())); !got.Equal(want) {
				t.Errorf("after storing %v, want %v", got, want)
			}
			return nil
		})
	}, storetest.At(clock))
}

func TestTenantsAreApartEvenForForgetfulQueries(t *testing.T) {
	db := storetest.Open(t, storetest.Postgres)
	storetest.Schema(t, db, slotTable)
	addSlot(t, db, city, "a", 5)
	addSlot(t, db, town, "a", 5)
	addSlot(t, db, town, "b", 5)
	count := func(t *testing.T, fn func(func(*store.Tx) error) error) (n int) {
		t.Helper()
		err := fn(func(tx *store.Tx) error { return tx.Row(`SELECT count(*) FROM slot`).Scan(&n) })
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	of := func(tenant string) func(func(*store.Tx) error) error {
		return func(fn func(*store.Tx) error) error { return db.View(context.Background(), tenant, fn) }
	}
	system := func(fn func(*store.Tx) error) error { return db.SystemView(context.Background(), fn) }
	got := []int{count(t, of(city)), count(t, of(town)), count(t, of("nobody")), count(t, system)}
	if diff := cmp.Diff([]int{1, 2, 0, 3}, got); diff != "" {
		t.Errorf("rows seen by city, town, nobody, system (-want +got):\n%s", diff)
	}
	for name, query := range map[string]string{
		"insert for another tenant": `INSERT INTO slot(tenant,id,used,cap) VALUES('town','x',0,0)`,
		"move to another tenant":    `UPDATE slot SET tenant='town'`,
	} {
		err := db.Update(t.Context(), city, func(tx *store.Tx) error { _, err := tx.Exec(query); return err })
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	update(t, db, city, func(tx *store.Tx) error {
		if n, err := tx.Exec(`DELETE FROM slot WHERE tenant='town'`); err != nil || n != 0 {
			t.Errorf("deleted %d rows of town, error %v", n, err)
		}
		return nil
	})
}

// A15: the application's role without a tenant sees nothing at all.
func TestRoleWithoutTenantSeesNothing(t *testing.T) {
	db := storetest.Open(t, storetest.Postgres)
	update(t, db, city, func(tx *store.Tx) error {
		if _, err := tx.Seal("mail", "x", []byte("x")); err != nil {
			return err
		}
		return tx.Audit("system", "test", "x")
	})
	app := storetest.AsApp(t, db)
	for _, table := range []string{"audit", "data_key", "tenant", "attempt"} {
		var n int
		if err := app.QueryRow(`SELECT count(*) FROM ` + table).Scan(&n); err != nil || n != 0 {
			t.Errorf("%s: saw %d rows, error %v, want 0 rows", table, n, err)
		}
	}
	if _, err := app.Exec(`INSERT INTO attempt(tenant,scope,subject,bucket,count,until) VALUES('city','s','\x00',0,0,0)`); err == nil {
		t.Error("inserted a row without a tenant set")
	}
}

func TestDeadlockIsTriedAgain(t *testing.T) {
	db := storetest.Open(t, storetest.Postgres)
	storetest.Schema(t, db, slotTable)
	addSlot(t, db, city, "a", 5)
	addSlot(t, db, city, "b", 5)
	var meet sync.WaitGroup
	meet.Add(2)
	cross := func(first, second string) error {
		try := 0
		return db.Update(context.Background(), city, func(tx *store.Tx) error {
			try++
			if _, err := tx.Exec(`UPDATE slot SET used=used+1 WHERE tenant=$1 AND id=$2`, city, first); err != nil {
				return err
			}
			if try == 1 { // both hold one row before either asks for the other
				meet.Done()
				meet.Wait()
			}
			_, err := tx.Exec(`UPDATE slot SET used=used+1 WHERE tenant=$1 AND id=$2`, city, second)
			if try > 1 {
				t.Logf("%s→%s was tried again", first, second)
			}
			return err
		})
	}
	var wg sync.WaitGroup
	for _, pair := range [][2]string{{"a", "b"}, {"b", "a"}} {
		wg.Go(func() {
			if err := cross(pair[0], pair[1]); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if a, b := used(t, db, city, "a"), used(t, db, city, "b"); a != 2 || b != 2 {
		t.Errorf("used = %d and %d, want 2 and 2", a, b)
	}
}

func TestConnectionCutInTheMiddle(t *testing.T) {
	db := storetest.Open(t, storetest.Postgres)
	storetest.Schema(t, db, slotTable)
	addSlot(t, db, city, "a", 5)
	admin := storetest.Admin(t, db)
	cut := func() {
		_, err := admin.Exec(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname=current_database() AND pid<>pg_backend_pid()`)
		if err != nil {
			t.Fatal(err)
		}
	}
	err := db.Update(t.Context(), city, func(tx *store.Tx) error {
		if err := setUsed(tx, 3); err != nil {
			return err
		}
		cut()
		return nil
	})
	if !errors.Is(err, store.ErrUncertain) {
		t.Errorf("error %v, want ErrUncertain", err)
	}
	if n := used(t, db, city, "a"); n != 0 {
		t.Errorf("used = %d, want 0", n)
	}
	cut() // idle connections: the next transaction finds another
	update(t, db, city, func(tx *store.Tx) error { return setUsed(tx, 1) })
}

func TestSignalWakesAfterCommitOnly(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ch, cancel := db.Subscribe("outbox")
		defer cancel()
		db.Update(t.Context(), city, func(tx *store.Tx) error {
			tx.Signal("outbox", "undone")
			return errors.New("boom")
		})
		update(t, db, city, func(tx *store.Tx) error {
			tx.Signal("other", "elsewhere")
			tx.Signal("outbox", "done")
			return nil
		})
		for p := range ch {
			if p == "" {
				continue // listening has begun
			}
			if p != "done" {
				t.Errorf("heard %q, want done", p)
			}
			break
		}
	})
}

func TestSignalReachesOtherNodes(t *testing.T) {
	db := storetest.Open(t, storetest.Postgres)
	other := storetest.Again(t, db)
	ch, cancel := other.Subscribe("outbox")
	defer cancel()
	if p := <-ch; p != "" {
		t.Fatalf("heard %q before anything was signalled", p)
	}
	update(t, db, city, func(tx *store.Tx) error { tx.Signal("outbox", "id 1"); return nil })
	if p := <-ch; p != "id 1" {
		t.Errorf("heard %q, want id 1", p)
	}
	// After the connection broke, subscribers are told to look at everything.
	_, err := storetest.Admin(t, db).Exec(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'`)
	if err != nil {
		t.Fatal(err)
	}
	if p := <-ch; p != "" {
		t.Errorf("heard %q, want the empty signal", p)
	}
}

func TestMigrateByManyNodesAtOnce(t *testing.T) {
	for _, kind := range []storetest.Kind{storetest.SQLite, storetest.Postgres} {
		t.Run(string(kind), func(t *testing.T) {
			address := storetest.Empty(t, kind)
			var wg sync.WaitGroup
			hashes := make([]string, 3)
			for i := range hashes {
				wg.Go(func() {
					db, err := store.Open(t.Context(), store.Options{Database: address, Key: storetest.Key})
					if err != nil {
						t.Error(err)
						return
					}
					defer db.Close()
					if err := db.Migrate(t.Context()); err != nil {
						t.Error(err)
						return
					}
					err = db.View(t.Context(), city, func(tx *store.Tx) error {
						hashes[i] = fmt.Sprintf("%x", tx.Blind("key", "ABC"))
						return nil
					})
					if err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if hashes[0] == "" || hashes[0] != hashes[1] || hashes[1] != hashes[2] {
				t.Errorf("nodes hash differently: %q", hashes)
			}
		})
	}
}

func TestClosedDatabaseRefuses(t *testing.T) {
	for _, kind := range []storetest.Kind{storetest.SQLite, storetest.Postgres} {
		t.Run(string(kind), func(t *testing.T) {
			db := storetest.Open(t, kind)
			db.Close()
			nothing := func(*store.Tx) error { return nil }
			if err := db.Update(t.Context(), city, nothing); !errors.Is(err, store.ErrClosed) {
				t.Errorf("Update: %v, want ErrClosed", err)
			}
			if err := db.View(t.Context(), city, nothing); !errors.Is(err, store.ErrClosed) {
				t.Errorf("View: %v, want ErrClosed", err)
			}
		})
	}
}

func TestNewIDsRise(t *testing.T) {
	last := ""
	for range 10_000 {
		id := store.NewID()
		if id <= last {
			t.Fatalf("%s after %s", id, last)
		}
		last = id
	}
}
