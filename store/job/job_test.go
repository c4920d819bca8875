package job_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"madoguchi/store"
	"madoguchi/store/job"
	"madoguchi/store/storetest"
	"madoguchi/store/tenant"
)

// runs counts by tenant, for jobs that may run on several goroutines.
type runs struct {
	mu sync.Mutex
	of []string
}

func (r *runs) add(tenant string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.of = append(r.of, tenant)
}

func (r *runs) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	of := r.of
	r.of = nil
	return of
}

func tenants(t *testing.T, db *store.DB, ids ...string) {
	t.Helper()
	for _, id := range ids {
		if err := tenant.New(db).Create(t.Context(), tenant.Tenant{ID: id, Name: id}, "test"); err != nil {
			t.Fatal(err)
		}
	}
}

func want(t *testing.T, r *runs, what string, want ...string) {
	t.Helper()
	if got := r.take(); !slices.Equal(got, want) {
		t.Errorf("%s: ran for %v, want %v", what, got, want)
	}
}

func TestRunsWhenDueOncePerInterval(t *testing.T) {
	clock := storetest.NewClock(time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC))
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		tenants(t, db, "city", "town")
		var r runs
		j := job.Job{Name: "remind", Every: time.Hour, Run: func(_ context.Context, tenant string) error { r.add(tenant); return nil }}
		nodes := []*job.Runner{job.New(db, j), job.New(storetest.Again(t, db, storetest.At(clock)), j)}
		due := func() {
			for _, n := range nodes {
				if err := n.RunDue(t.Context()); err != nil {
					t.Error(err)
				}
			}
		}
		due()
		want(t, &r, "at first", "city", "town")
		clock.Advance(59 * time.Minute)
		due()
		want(t, &r, "before the hour")
		clock.Advance(time.Minute)
		due()
		want(t, &r, "at the hour", "city", "town")
		clock.Advance(-5 * time.Hour)
		due()
		want(t, &r, "after the clock was set back", "city", "town")
		if err := nodes[1].RunNow(t.Context(), "remind"); err != nil {
			t.Error(err)
		}
		want(t, &r, "on demand", "city", "town")
		if err := nodes[0].RunNow(t.Context(), "nothing"); !errors.Is(err, job.ErrUnknown) {
			t.Errorf("error %v, want ErrUnknown", err)
		}
	}, storetest.At(clock))
}

func TestDeadHolderIsReplaced(t *testing.T) {
	clock := storetest.NewClock(time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC))
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var r runs
		// A node that took the lease and was never heard of again.
		err := db.System(t.Context(), func(tx *store.Tx) error {
			now := tx.Now()
			_, err := tx.Exec(`INSERT INTO lease(name,holder,until,ran_at) VALUES('sweep','dead',$1,$2)`,
				store.Millis(now.Add(job.Lease)), store.Millis(now))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		runner := job.New(db, job.Job{Name: "sweep", Every: time.Second, Once: func(context.Context) error { r.add("once"); return nil }})
		clock.Advance(job.Lease - time.Millisecond)
		if err := runner.RunDue(t.Context()); err != nil {
			t.Error(err)
		}
		want(t, &r, "while the lease lasts")
		if err := runner.RunNow(t.Context(), "sweep"); !errors.Is(err, job.ErrHeld) {
			t.Errorf("error %v, want ErrHeld", err)
		}
		clock.Advance(time.Millisecond)
		if err := runner.RunDue(t.Context()); err != nil {
			t.Error(err)
		}
		want(t, &r, "after the lease", "once")
	}, storetest.At(clock))
}

func TestOneNodeAtATime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var mu sync.Mutex
		running, most, total := 0, 0, 0
		j := job.Job{Name: "sweep", Every: time.Millisecond, Once: func(ctx context.Context) error {
			mu.Lock()
			running++
			total++
			most = max(most, running)
			mu.Unlock()
			db.SystemView(ctx, func(*store.Tx) error { return nil })
			mu.Lock()
			running--
			mu.Unlock()
			return nil
		}}
		var wg sync.WaitGroup
		for range 4 {
			runner := job.New(db, j)
			wg.Go(func() {
				for range 10 {
					if err := runner.RunDue(context.Background()); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if most != 1 || total == 0 {
			t.Errorf("%d ran at once, %d in all", most, total)
		}
	})
}

func TestFaultyTenantStopsNoOther(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		tenants(t, db, "a", "b", "c")
		var r runs
		boom := errors.New("boom")
		runner := job.New(db, job.Job{Name: "remind", Every: time.Hour, Run: func(_ context.Context, tenant string) error {
			r.add(tenant)
			switch tenant {
			case "a":
				return boom
			case "b":
				panic("bang")
			}
			return nil
		}})
		err := runner.RunNow(t.Context(), "remind")
		if !errors.Is(err, boom) || !strings.Contains(err.Error(), "panic: bang") {
			t.Errorf("error %v, want both", err)
		}
		want(t, &r, "each", "a", "b", "c")
		runner.RunNow(t.Context(), "remind") // the lease was given back
		want(t, &r, "again", "a", "b", "c")
	})
}

func TestStopEndsWhatRuns(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		started := make(chan struct{})
		var once sync.Once
		ended := false
		runner := job.New(db, job.Job{Name: "slow", Every: time.Hour, Once: func(ctx context.Context) error {
			once.Do(func() { close(started) })
			<-ctx.Done()
			ended = true
			return ctx.Err()
		}})
		runner.Start(context.Background())
		<-started
		runner.Stop()
		if !ended {
			t.Error("Stop came back before the job")
		}
		var until int64
		err := db.SystemView(t.Context(), func(tx *store.Tx) error {
			return tx.Row(`SELECT until FROM lease WHERE name='slow'`).Scan(&until)
		})
		if err != nil || until != 0 {
			t.Errorf("the lease was not given back: until %d, error %v", until, err)
		}
	})
}
