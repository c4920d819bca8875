package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
)

// batchDB opens a SQLite database that counts its commits, with one table.
func batchDB(t *testing.T, faults func(string)) *DB {
	t.Helper()
	db, err := Open(t.Context(), Options{
		Database: filepath.Join(t.TempDir(), "test.db"), Key: make([]byte, keySize),
		Log: slog.New(slog.DiscardHandler), Faults: faults,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if err := db.Update(t.Context(), "city", func(tx *Tx) error {
		_, err := tx.Exec(`CREATE TABLE thing (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES thing(id) DEFERRABLE INITIALLY DEFERRED, body TEXT)`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return db
}

// together runs fns so that they wait for the writer at the same time, in
// order, and returns their errors.
func together(t *testing.T, db *DB, fns ...func(*Tx) error) []error {
	t.Helper()
	w := db.engine.(*sqliteEngine).writer
	errs := make([]error, len(fns))
	var wg sync.WaitGroup
	holding, release := make(chan struct{}), make(chan struct{})
	wg.Go(func() {
		db.Update(context.Background(), "city", func(*Tx) error { close(holding); <-release; return nil })
	})
	<-holding
	for i, fn := range fns {
		queued := len(w.queue)
		wg.Go(func() {
			errs[i] = errors.New("did not return") // stays if fn ends the goroutine
			defer func() {
				if p := recover(); p != nil {
					errs[i] = fmt.Errorf("panic: %v", p)
				}
			}()
			errs[i] = db.Update(context.Background(), "city", fn)
		})
		for len(w.queue) == queued { // the next must come after it
			runtime.Gosched()
		}
	}
	close(release)
	wg.Wait()
	return errs
}

func insert(id int) func(*Tx) error {
	return func(tx *Tx) error {
		_, err := tx.Exec(`INSERT INTO thing(id) VALUES($1)`, id)
		return err
	}
}

func things(t *testing.T, db *DB) (ids []int) {
	t.Helper()
	err := db.View(t.Context(), "city", func(tx *Tx) error {
		rows, err := tx.Query(`SELECT id FROM thing ORDER BY id`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id int
			if err := rows.Scan(&id); err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

func TestFailingMemberTakesOnlyItsOwnWork(t *testing.T) {
	commits := 0
	db := batchDB(t, func(point string) {
		if point == "commit.before" {
			commits++
		}
	})
	commits = 0
	boom := errors.New("boom")
	then := func(id int, end func() error) func(*Tx) error {
		return func(tx *Tx) error {
			if err := insert(id)(tx); err != nil {
				return err
			}
			return end()
		}
	}
	errs := together(t, db,
		insert(1),
		then(2, func() error { return boom }),
		insert(3),
		then(4, func() error { panic("bang") }),
		insert(5),
		then(6, func() error { runtime.Goexit(); return nil }),
		insert(7),
		insert(1), // duplicate
		insert(8),
	)
	var got []string
	for _, err := range errs {
		switch {
		case err == nil:
			got = append(got, "ok")
		case errors.Is(err, ErrDuplicate):
			got = append(got, "duplicate")
		default:
			got = append(got, err.Error())
		}
	}
	want := []string{"ok", "boom", "ok", "panic: bang", "ok", "did not return", "ok", "duplicate", "ok"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("answers\n %v, want\n %v", got, want)
	}
	if ids := things(t, db); fmt.Sprint(ids) != "[1 3 5 7 8]" {
		t.Errorf("rows %v, want [1 3 5 7 8]", ids)
	}
	if commits != 1 {
		t.Errorf("%d commits, want one for all", commits)
	}
}

func TestFailedCommitFailsEveryMember(t *testing.T) {
	db := batchDB(t, nil)
	committed := false
	errs := together(t, db,
		insert(1),
		func(tx *Tx) error { // a broken reference is noticed only by COMMIT
			tx.OnCommit(func() { committed = true })
			_, err := tx.Exec(`INSERT INTO thing(id,parent) VALUES(2,99)`)
			return err
		},
		insert(3),
	)
	for i, err := range errs {
		if err == nil {
			t.Errorf("member %d was told its work is committed", i+1)
		}
	}
	if ids := things(t, db); len(ids) != 0 {
		t.Errorf("rows %v, want none", ids)
	}
	if committed {
		t.Error("OnCommit ran")
	}
	if errs := together(t, db, insert(4)); errs[0] != nil {
		t.Errorf("afterwards: %v", errs[0])
	}
}

// With the disk full SQLite may give up the whole transaction by itself. What
// members are told must be what is there.
func TestFullDiskTellsTheTruth(t *testing.T) {
	db := batchDB(t, nil)
	limit := func(pages int) {
		err := db.Update(t.Context(), "city", func(tx *Tx) error {
			var n int
			return tx.Row(fmt.Sprintf(`PRAGMA max_page_count=%d`, pages)).Scan(&n)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	limit(1) // the least SQLite accepts is what the file has
	var fns []func(*Tx) error
	for id := range 20 {
		fns = append(fns, func(tx *Tx) error {
			size := 10
			if id%3 == 2 {
				size = 100_000
			}
			_, err := tx.Exec(`INSERT INTO thing(id,body) VALUES($1,$2)`, id, fmt.Sprintf("%*d", size, id))
			return err
		})
	}
	var told []int
	failed := 0
	for id, err := range together(t, db, fns...) {
		if err == nil {
			told = append(told, id)
		} else {
			failed++
		}
	}
	if failed == 0 {
		t.Fatal("the disk was never full")
	}
	if ids := things(t, db); fmt.Sprint(ids) != fmt.Sprint(told) {
		t.Errorf("rows %v, but success was told for %v", ids, told)
	}
	limit(1_000_000)
	if errs := together(t, db, insert(100)); errs[0] != nil {
		t.Errorf("afterwards: %v", errs[0])
	}
}

func TestCallerMayLeaveTheQueue(t *testing.T) {
	db := batchDB(t, nil)
	w := db.engine.(*sqliteEngine).writer
	ctx, cancel := context.WithCancel(t.Context())
	left := make(chan error)
	errs := together(t, db,
		func(tx *Tx) error { return nil },
		func(tx *Tx) error {
			// This runs on the writer: whoever queues now waits.
			go func() { left <- db.Update(ctx, "city", insert(1)) }()
			for len(w.queue) == 0 {
				runtime.Gosched()
			}
			cancel()
			if err := <-left; !errors.Is(err, context.Canceled) {
				t.Errorf("error %v, want context.Canceled", err)
			}
			return nil
		},
	)
	if errs[0] != nil || errs[1] != nil {
		t.Fatal(errs)
	}
	if errs := together(t, db, insert(2)); errs[0] != nil {
		t.Fatal(errs[0])
	}
	if ids := things(t, db); fmt.Sprint(ids) != "[2]" {
		t.Errorf("rows %v, want [2]", ids)
	}
}

func TestCloseAnswersThoseWhoWait(t *testing.T) {
	db := batchDB(t, nil)
	w := db.engine.(*sqliteEngine).writer
	var wg sync.WaitGroup
	holding, release := make(chan struct{}), make(chan struct{})
	var first, second error
	wg.Go(func() {
		first = db.Update(context.Background(), "city", func(tx *Tx) error { close(holding); <-release; return insert(1)(tx) })
	})
	<-holding
	wg.Go(func() { second = db.Update(context.Background(), "city", insert(2)) })
	for len(w.queue) == 0 {
		runtime.Gosched()
	}
	wg.Go(func() { db.Close() })
	<-w.closing
	close(release)
	wg.Wait()
	if first != nil {
		t.Errorf("the one under way: %v", first)
	}
	if second != nil && !errors.Is(second, ErrClosed) {
		t.Errorf("the one waiting: %v, want nil or ErrClosed", second)
	}
}
