package resident

import (
	"context"
	"errors"
	"testing"
	"time"

	"madoguchi/store"
	"madoguchi/store/storetest"
)

// typed is a line with these cells.
type typed map[Field]string

func (typed) Number() int { return 2 }

func (l typed) Value(f Field) (string, bool) {
	text, ok := l[f]
	return text, ok
}

func plan(t *testing.T, db *store.DB, r *Residents, lines ...Line) *Plan {
	t.Helper()
	p, err := r.Plan(context.Background(), db, here, lines, Rules{}, today)
	if err != nil || p.Wrong > 0 {
		t.Fatalf("%v %v", p, err)
	}
	return p
}

func people(t *testing.T, db *store.DB, r *Residents) (n int) {
	t.Helper()
	update1(t, db, func(tx *store.Tx) error {
		counts, err := r.Counts(tx)
		n = counts[Active]
		list, err2 := r.Page(tx, "", 0, 1000)
		if err2 == nil && len(list) != n {
			t.Errorf("%d are counted and %d listed", n, len(list))
		}
		return errors.Join(err, err2)
	})
	return n
}

// A process that dies in the middle of an import leaves nothing to be seen, and
// what it leaves is cleared away.
func TestHalfAnImportIsNotThere(t *testing.T) {
	clock := storetest.NewClock(time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC))
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := town(t, db)
		h := add(t, db, r, hanako(t))
		p := plan(t, db, r, append(invented(350), typed{Number: h.Number, Name: "髙橋 太郎"})...)
		var batch int64
		update1(t, db, func(tx *store.Tx) (err error) {
			if batch, err = reserve(tx, 400); err != nil {
				return err
			}
			_, err = tx.Exec(`INSERT INTO resident_import(tenant,batch,beat_at) VALUES($1,$2,$3)`, here, batch, store.Millis(tx.Now()))
			return err
		})
		for i, at := range p.added[:150] { // and here the process dies
			update1(t, db, func(tx *store.Tx) error {
				profile := p.read(Profile{}, p.lines[at], Rules{}, today, false)
				if err := issue(tx, &profile); err != nil {
					return err
				}
				res := Resident{ID: store.NewID(), State: Active, Profile: profile, CreatedBy: "x", serial: batch + int64(i), batch: batch}
				if err := insert(tx, &res); err != nil {
					return err
				}
				return addEntries(tx, entries(res.serial, tokens(tx, &profile)))
			})
		}
		if n := people(t, db, r); n != 1 {
			t.Errorf("%d people while an import is under way", n)
		}
		update1(t, db, func(tx *store.Tx) error {
			if found, err := r.Search(tx, Filter{Name: "佐藤"}); err != nil || len(found.List) > 0 {
				t.Errorf("%d of an import that is under way are found, %v", len(found.List), err)
			}
			return nil
		})
		if err := r.Import(context.Background(), db, here, p, Rules{}, today, "staff-2"); !errors.Is(err, ErrImporting) {
			t.Errorf("a second import: %v", err)
		}
		clock.Advance(dead + time.Second)
		if err := r.Import(context.Background(), db, here, p, Rules{}, today, "staff-2"); err != nil {
			t.Fatal(err)
		}
		if n := people(t, db, r); n != 351 {
			t.Errorf("%d people after the import, want 351", n)
		}
		if breaches, err := db.Verify(context.Background()); err != nil || len(breaches) > 0 {
			t.Errorf("verify: %v, %v", breaches, err)
		}
	}, storetest.At(clock))
}

func TestImportOverAnothersChangeDoesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := town(t, db)
		db.AddCheck(r.Checks()...)
		h := add(t, db, r, hanako(t))
		p := plan(t, db, r, append(invented(120), typed{Number: h.Number, Name: "髙橋 太郎"})...)
		update1(t, db, func(tx *store.Tx) error {
			q := h.Profile
			q.Note = "meanwhile"
			_, err := r.Save(tx, h.ID, h.Version, q, "staff-2")
			return err
		})
		if err := r.Import(context.Background(), db, here, p, Rules{}, today, "staff-1"); !errors.Is(err, ErrStale) {
			t.Errorf("got %v", err)
		}
		if n := people(t, db, r); n != 1 {
			t.Errorf("%d people are there of an import that failed", n)
		}
		// And a number that somebody else took.
		p = plan(t, db, r, invented(120)...)
		taken := hanako(t)
		taken.Number, taken.Login = "100000110", ""
		add(t, db, r, taken)
		var problem *Problem
		if err := r.Import(context.Background(), db, here, p, Rules{}, today, "staff-1"); !errors.As(err, &problem) {
			t.Errorf("got %v", err)
		}
		if n := people(t, db, r); n != 2 {
			t.Errorf("%d people", n)
		}
		if breaches, err := db.Verify(context.Background()); err != nil || len(breaches) > 0 {
			t.Errorf("verify: %v, %v", breaches, err)
		}
	})
}
