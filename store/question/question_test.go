package question_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"madoguchi/store"
	"madoguchi/store/question"
	"madoguchi/store/storetest"
)

var service question.Service

// each runs a test on both databases: how a question asked twice becomes one row
// is theirs to say.
func each(t *testing.T, test func(t *testing.T, db *store.DB, clock *storetest.Clock)) {
	t.Helper()
	for _, kind := range []storetest.Kind{storetest.SQLite, storetest.Postgres} {
		t.Run(string(kind), func(t *testing.T) {
			clock := storetest.NewClock(time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC))
			test(t, storetest.Open(t, kind, storetest.At(clock)), clock)
		})
	}
}

func do(t *testing.T, db *store.DB, tenant string, fn func(*store.Tx) error) {
	t.Helper()
	if err := db.Update(context.Background(), tenant, fn); err != nil {
		t.Fatal(err)
	}
}

func ask(t *testing.T, db *store.DB, tenant, lang string, words ...string) {
	t.Helper()
	do(t, db, tenant, func(tx *store.Tx) error {
		for _, w := range words {
			if err := service.Unanswered(tx, lang, w); err != nil {
				return err
			}
		}
		return nil
	})
}

func list(t *testing.T, db *store.DB, tenant string, state question.State) (all []question.Question, lines []string) {
	t.Helper()
	do(t, db, tenant, func(tx *store.Tx) (err error) {
		all, err = service.List(tx, state, 0, 100)
		return err
	})
	for _, q := range all {
		lines = append(lines, fmt.Sprintf("%s %d %v", q.Words, q.Asked, q.Langs))
	}
	return all, lines
}

func TestQuestions(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		ask(t, db, "a", "ja", "プールは", "駐車場は", "プールは")
		clock.Advance(time.Hour)
		ask(t, db, "a", "ja-easy", "プールは", "ゴミの日は")
		ask(t, db, "a", "ja", "プールは")
		ask(t, db, "b", "en", "where is the pool")

		all, lines := list(t, db, "a", question.Open)
		if want := []string{"プールは 4 [ja ja-easy]", "ゴミの日は 1 [ja-easy]", "駐車場は 1 [ja]"}; !slices.Equal(lines, want) {
			t.Fatalf("ranked %q, want %q", lines, want)
		}
		pool := all[0]
		if got := pool.Last.Sub(pool.First); got != time.Hour {
			t.Errorf("first and last are %s apart", got)
		}
		if _, other := list(t, db, "b", question.Open); len(other) != 1 {
			t.Errorf("the other town has %q", other)
		}

		// Settled: one leaves the list, is found under its state, and is said in the audit log.
		do(t, db, "a", func(tx *store.Tx) error { return service.Settle(tx, pool.ID, question.Answered, "staff") })
		do(t, db, "a", func(tx *store.Tx) error { return service.Settle(tx, all[1].ID, question.Dismissed, "staff") })
		if _, lines := list(t, db, "a", question.Open); len(lines) != 1 {
			t.Errorf("still open: %q", lines)
		}
		if got, _ := list(t, db, "a", question.Answered); len(got) != 1 || got[0].By != "staff" || !got[0].At.Equal(clock.Now()) {
			t.Errorf("answered: %+v", got)
		}
		var rows int
		do(t, db, "a", func(tx *store.Tx) error {
			return tx.Row(`SELECT COUNT(*) FROM audit WHERE tenant = $1 AND action LIKE 'question.%' AND who = 'staff'`, tx.Tenant()).Scan(&rows)
		})
		if rows != 2 {
			t.Errorf("%d audit rows", rows)
		}

		// Asked again: what was said to be answered is open again, what was dismissed stays.
		ask(t, db, "a", "en", "プールは", "ゴミの日は")
		got, lines := list(t, db, "a", question.Open)
		if want := []string{"プールは 5 [ja ja-easy en]", "駐車場は 1 [ja]"}; !slices.Equal(lines, want) || got[0].By != "" || !got[0].At.IsZero() {
			t.Errorf("open again: %q, %+v", lines, got[0])
		}

		// Not of another town, not unknown, not into a state there is none of.
		for name, fn := range map[string]func(tx *store.Tx) error{
			"another town": func(tx *store.Tx) error { return service.Settle(tx, pool.ID, question.Answered, "x") },
		} {
			if err := db.Update(context.Background(), "b", fn); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		err := db.Update(context.Background(), "a", func(tx *store.Tx) error { return service.Settle(tx, pool.ID, "gone", "x") })
		if !errors.Is(err, question.ErrState) {
			t.Errorf("a state there is none of: %v", err)
		}

		// Forgotten a good year after it was asked last.
		clock.Advance(question.Keep - time.Minute)
		ask(t, db, "a", "ja", "プールは")
		clock.Advance(2 * time.Minute)
		do(t, db, "a", service.Forget)
		if _, lines := list(t, db, "a", question.Open); len(lines) != 1 {
			t.Errorf("after a year: %q", lines)
		}
		do(t, db, "b", func(tx *store.Tx) error {
			n, err := service.Count(tx, question.Open)
			if err == nil && n != 1 {
				t.Errorf("the job of one town took from another: %d", n)
			}
			return err
		})
	})
}
