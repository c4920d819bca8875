package audit_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"madoguchi/store"
	"madoguchi/store/audit"
	"madoguchi/store/storetest"
)

const city = "city"

// write appends n rows of a tenant, one transaction each, a second apart.
func write(t *testing.T, db *store.DB, clock *storetest.Clock, tenant string, n int) {
	t.Helper()
	for i := range n {
		clock.Advance(time.Second)
		err := db.Update(context.Background(), tenant, func(tx *store.Tx) error {
			return tx.Audit("staff-1", "book", fmt.Sprintf("booking-%d", i), "counter", "honcho", "persons", 2)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func seal(t *testing.T, db *store.DB, tenant string, want int) {
	t.Helper()
	n, err := audit.SealPending(context.Background(), db, tenant)
	if err != nil || n != want {
		t.Fatalf("sealed %d rows, error %v, want %d", n, err, want)
	}
}

func verify(t *testing.T, db *store.DB, tenant string, kept ...audit.Checkpoint) audit.Report {
	t.Helper()
	r, err := audit.Verify(context.Background(), db, tenant, kept...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestChainIsWholeAndNamesItsTail(t *testing.T) {
	clock := storetest.NewClock(time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC))
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		write(t, db, clock, city, 450) // more than two batches of the sealer
		write(t, db, clock, "town", 3)
		seal(t, db, city, 450)
		write(t, db, clock, city, 2)
		r := verify(t, db, city)
		if r.Breach != nil || r.Sealed != 450 || r.Unsealed != 2 || r.Head.Seq != 450 {
			t.Errorf("%+v, breach %v", r, r.Breach)
		}
		seal(t, db, city, 2)
		if r := verify(t, db, city); r.Breach != nil || r.Sealed != 452 || r.Unsealed != 0 {
			t.Errorf("%+v, breach %v", r, r.Breach)
		}
		if r := verify(t, db, "town"); r.Sealed != 0 || r.Unsealed != 3 {
			t.Errorf("town: %+v", r)
		}
	}, storetest.At(clock))
}

func TestUndoneTransactionHasNoRow(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		db.Update(t.Context(), city, func(tx *store.Tx) error {
			if err := tx.Audit("staff-1", "book", "x"); err != nil {
				t.Error(err)
			}
			return fmt.Errorf("undone")
		})
		if r := verify(t, db, city); r.Unsealed != 0 {
			t.Errorf("%d rows remain", r.Unsealed)
		}
	})
}

func TestProgramCannotRewriteTheLog(t *testing.T) {
	clock := storetest.NewClock(time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC))
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		write(t, db, clock, city, 2)
		seal(t, db, city, 2)
		write(t, db, clock, city, 1)
		for _, query := range []string{
			`DELETE FROM audit WHERE tenant='city'`,
			`UPDATE audit SET who='nobody' WHERE tenant='city' AND seq IS NULL`,
			`UPDATE audit SET seq=NULL WHERE tenant='city' AND seq=2`,
		} {
			err := db.Update(t.Context(), city, func(tx *store.Tx) error { _, err := tx.Exec(query); return err })
			if err == nil || !strings.Contains(err.Error(), "append-only") {
				t.Errorf("%s: error %v", query, err)
			}
		}
	}, storetest.At(clock))
}

// A33: somebody with all rights on the database, but not the program's key.
func TestTamperingIsNamed(t *testing.T) {
	const rows = 9
	clock := storetest.NewClock(time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC))
	for _, c := range []struct {
		name   string
		do     []string // $1 is not used: psql and sqlite3 have their own text
		unseen bool     // not to be seen without a checkpoint
		seq    int64
	}{
		{name: "edit", do: []string{`UPDATE audit SET who='nobody' WHERE seq=4`}, seq: 4},
		{name: "edit of the time", do: []string{`UPDATE audit SET at=at+1 WHERE seq=4`}, seq: 4},
		{name: "edit of the detail", do: []string{`UPDATE audit SET detail='{}' WHERE seq=9`}, seq: 9},
		{name: "parts moved between columns", do: []string{`UPDATE audit SET who=who||action, action='' WHERE seq=4`}, seq: 4},
		{name: "delete", do: []string{`DELETE FROM audit WHERE seq=4`}, seq: 4},
		{name: "delete the first", do: []string{`DELETE FROM audit WHERE seq=1`}, seq: 1},
		{name: "delete and close the gap", do: []string{`DELETE FROM audit WHERE seq=9`, `UPDATE audit SET seq=9 WHERE seq=8`, `UPDATE audit SET seq=8 WHERE seq=7`}, seq: 7},
		{name: "reorder", do: []string{`UPDATE audit SET seq=100 WHERE seq=4`, `UPDATE audit SET seq=4 WHERE seq=5`, `UPDATE audit SET seq=5 WHERE seq=100`}, seq: 4},
		{name: "slip in at the end with a made-up hash", do: []string{`INSERT INTO audit SELECT tenant,'forged',at,'nobody',action,subject,detail,10,hash,hash FROM audit WHERE seq=9`}, seq: 10},
		{name: "slip in by moving the rest", do: []string{`UPDATE audit SET seq=seq+100 WHERE seq>=4`, `UPDATE audit SET seq=seq-99 WHERE seq>=100`,
			`INSERT INTO audit SELECT tenant,'forged',at,'nobody',action,subject,detail,4,hash,hash FROM audit WHERE seq=3`}, seq: 4},
		{name: "exchange of two rows' contents", do: []string{`UPDATE audit SET subject=CASE seq WHEN 4 THEN 'booking-4' ELSE 'booking-3' END WHERE seq IN (4,5)`}, seq: 4},
		{name: "cut off the end", do: []string{`DELETE FROM audit WHERE seq>=7`}, unseen: true, seq: 7},
		{name: "cut off all", do: []string{`DELETE FROM audit`}, unseen: true, seq: 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				write(t, db, clock, city, rows)
				seal(t, db, city, rows)
				kept := verify(t, db, city).Head
				tamper(t, storetest.Admin(t, db), c.do...)
				r := verify(t, db, city)
				if c.unseen {
					if r.Breach != nil {
						t.Errorf("without a checkpoint: %v", r.Breach)
					}
					r = verify(t, db, city, kept)
				}
				if r.Breach == nil || r.Breach.Seq != c.seq {
					t.Errorf("breach %v, want one at row %d", r.Breach, c.seq)
				}
			}, storetest.At(clock))
		})
	}
}

func tamper(t *testing.T, admin *sql.DB, statements ...string) {
	t.Helper()
	drops := []string{`DROP TRIGGER audit_keep`, `DROP TRIGGER audit_still`}
	if strings.Contains(fmt.Sprintf("%T", admin.Driver()), "stdlib") {
		drops = []string{`DROP TRIGGER audit_keep ON audit`, `DROP TRIGGER audit_still ON audit`}
	}
	for _, s := range slices.Concat(drops, statements) {
		if _, err := admin.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// Somebody who also has the program and its key can make the chain anew: only
// what was kept outside shows it.
func TestRebuiltChainFailsTheCheckpoint(t *testing.T) {
	clock := storetest.NewClock(time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC))
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		write(t, db, clock, city, 9)
		seal(t, db, city, 9)
		text := verify(t, db, city).Head.String()
		tamper(t, storetest.Admin(t, db),
			`UPDATE audit SET who='nobody' WHERE seq=4`,
			`UPDATE audit SET seq=NULL, prev=NULL, hash=NULL`)
		seal(t, db, city, 9)
		if r := verify(t, db, city); r.Breach != nil {
			t.Fatalf("the rebuilt chain is not whole: %v", r.Breach)
		}
		kept, err := audit.ParseCheckpoint(text)
		if err != nil {
			t.Fatal(err)
		}
		if r := verify(t, db, city, kept); r.Breach == nil || r.Breach.Seq != 9 {
			t.Errorf("breach %v, want one at row 9", r.Breach)
		}
		kept.Tenant = "town"
		if r := verify(t, db, city, kept); r.Breach != nil {
			t.Errorf("a checkpoint of another tenant counted: %v", r.Breach)
		}
	}, storetest.At(clock))
}

// A row that was once sealed rightly, put back in the place of the one that
// followed: its own hash is right, but the next row does not follow it.
func TestRowFromAnOlderCopyIsNamed(t *testing.T) {
	clock := storetest.NewClock(time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC))
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		write(t, db, clock, city, 5)
		seal(t, db, city, 5)
		admin := storetest.Admin(t, db)
		tamper(t, admin, `CREATE TABLE copy AS SELECT * FROM audit WHERE seq=5`, `DELETE FROM audit WHERE seq=5`)
		write(t, db, clock, city, 2)
		seal(t, db, city, 2)
		for _, s := range []string{`DELETE FROM audit WHERE seq=5`, `INSERT INTO audit SELECT * FROM copy`} {
			if _, err := admin.Exec(s); err != nil {
				t.Fatal(err)
			}
		}
		if r := verify(t, db, city); r.Breach == nil || r.Breach.Seq != 6 {
			t.Errorf("breach %v, want one at row 6", r.Breach)
		}
	}, storetest.At(clock))
}

func TestSealersOfTwoNodesMakeOneChain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		other := storetest.Again(t, db)
		var wg sync.WaitGroup
		for _, node := range []*store.DB{db, other} {
			for range 100 {
				err := node.Update(context.Background(), city, func(tx *store.Tx) error { return tx.Audit("system", "x", "y") })
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, node := range []*store.DB{db, other} {
			wg.Go(func() {
				// One may lose the race for a place; it would try again a
				// second later.
				audit.SealPending(context.Background(), node, city)
			})
		}
		wg.Wait()
		audit.SealPending(context.Background(), db, city)
		if r := verify(t, db, city); r.Breach != nil || r.Sealed != 200 {
			t.Errorf("%+v, breach %v", r, r.Breach)
		}
	})
}

func TestSystemLogHasItsOwnChain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		err := db.System(t.Context(), func(tx *store.Tx) error { return tx.Audit("operator", "migrate", "1") })
		if err != nil {
			t.Fatal(err)
		}
		seal(t, db, audit.SystemLog, 1)
		if r := verify(t, db, audit.SystemLog); r.Sealed != 1 || r.Breach != nil {
			t.Errorf("%+v, breach %v", r, r.Breach)
		}
	})
}

func TestList(t *testing.T) {
	start := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	clock := storetest.NewClock(start)
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		clock.Set(start)
		write(t, db, clock, city, 5)
		write(t, db, clock, "town", 5)
		seal(t, db, city, 5)
		list := func(f audit.Filter) (subjects []string, last *audit.Entry) {
			err := db.View(t.Context(), city, func(tx *store.Tx) error {
				entries, err := audit.List(tx, f)
				for _, e := range entries {
					subjects = append(subjects, e.Subject)
					last = &e
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return subjects, last
		}
		first, last := list(audit.Filter{Limit: 2})
		second, _ := list(audit.Filter{After: last})
		one, e := list(audit.Filter{Who: "staff-1", Action: "book", Subject: "booking-3"})
		time, _ := list(audit.Filter{From: start.Add(2e9), To: start.Add(4e9)})
		none, _ := list(audit.Filter{Who: "staff-2"})
		got := [][]string{first, second, one, time, none}
		want := [][]string{{"booking-4", "booking-3"}, {"booking-2", "booking-1", "booking-0"}, {"booking-3"}, {"booking-2", "booking-1"}, nil}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		if e.Seq != 4 || e.Detail != `{"counter":"honcho","persons":2}` {
			t.Errorf("entry %+v", e)
		}
	}, storetest.At(clock))
}

func TestParseCheckpointRefuses(t *testing.T) {
	for _, text := range []string{"", "city", "city 3", "city x 00", "city -1 00", "city 3 zz", "city 3 00 more"} {
		if c, err := audit.ParseCheckpoint(text); err == nil {
			t.Errorf("%q was read as %v", text, c)
		}
	}
}
