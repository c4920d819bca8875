package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"madoguchi/store"
	"madoguchi/store/audit"
	"madoguchi/store/storetest"
	"madoguchi/store/tenant"
)

// T10: a backup taken while people write, restored elsewhere.
func TestBackupUnderLoadRestores(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		if err := tenant.New(db).Create(t.Context(), tenant.Tenant{ID: city, Name: "みほん市"}, "test"); err != nil {
			t.Fatal(err)
		}
		sealed := seal(t, db, city, "mail", "x", "taro@example.jp")
		for range 50 {
			update(t, db, city, func(tx *store.Tx) error { return tx.Audit("system", "before", "x") })
		}
		if _, err := audit.SealPending(t.Context(), db, city); err != nil {
			t.Fatal(err)
		}
		stop := make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				// Two rows or none.
				err := db.Update(context.Background(), city, func(tx *store.Tx) error {
					if err := tx.Audit("system", "pair", "x"); err != nil {
						return err
					}
					return tx.Audit("system", "pair", "x")
				})
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
		file := filepath.Join(t.TempDir(), "backup")
		err := db.Backup(t.Context(), file)
		close(stop)
		wg.Wait()
		if err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the backup's mode is %v, error %v", info.Mode(), err)
		}
		if err := db.Backup(t.Context(), file); err == nil {
			t.Error("wrote over an existing backup")
		}

		kind := storetest.SQLite
		if strings.HasPrefix(storetest.Address(t, db), "postgres:") {
			kind = storetest.Postgres
		}
		o := store.Options{Database: storetest.Empty(t, kind), Key: storetest.Key}
		if err := store.Restore(t.Context(), o, file); err != nil {
			t.Fatal(err)
		}
		if err := store.Restore(t.Context(), o, file); err == nil {
			t.Error("restored over a database in use")
		}
		o.Key = make([]byte, 32)
		if _, err := store.Open(t.Context(), o); !errors.Is(err, store.ErrKey) {
			t.Errorf("opened with another key: error %v, want ErrKey", err)
		}
		o.Key = storetest.Key
		restored, err := store.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		defer restored.Close()
		if err := restored.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		if plain, err := unseal(restored, city, "mail", "x", sealed); plain != "taro@example.jp" || err != nil {
			t.Errorf("opened %q, error %v", plain, err)
		}
		var before, pairs int
		view(t, restored, city, func(tx *store.Tx) error {
			if err := tx.Row(`SELECT COUNT(*) FROM audit WHERE tenant=$1 AND action='before'`, city).Scan(&before); err != nil {
				return err
			}
			return tx.Row(`SELECT COUNT(*) FROM audit WHERE tenant=$1 AND action='pair'`, city).Scan(&pairs)
		})
		if before != 50 || pairs%2 != 0 {
			t.Errorf("restored %d rows, want 50, and %d rows written in pairs", before, pairs)
		}
		restored.AddCheck(audit.Check())
		if breaches, err := restored.Verify(t.Context()); err != nil || len(breaches) > 0 {
			t.Errorf("breaches %q, error %v", breaches, err)
		}
	})
}

func TestRestoreRefusesWhatIsNoBackup(t *testing.T) {
	for _, kind := range []storetest.Kind{storetest.SQLite, storetest.Postgres} {
		t.Run(string(kind), func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "backup")
			for name, content := range map[string]string{"empty": "", "text": strings.Repeat("not a backup\n", 1000)} {
				if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
				o := store.Options{Database: storetest.Empty(t, kind), Key: storetest.Key}
				if err := store.Restore(t.Context(), o, file); err == nil {
					t.Errorf("%s: no error", name)
				}
				if kind == storetest.SQLite {
					if _, err := os.Stat(o.Database); err == nil {
						t.Errorf("%s: left a database behind", name)
					}
				}
			}
		})
	}
}

func TestVerifyNamesBreaches(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		storetest.Schema(t, db, slotTable)
		for _, id := range []string{city, town} {
			if err := tenant.New(db).Create(t.Context(), tenant.Tenant{ID: id}, "test"); err != nil {
				t.Fatal(err)
			}
		}
		db.AddCheck(store.Check{Name: "slots", Run: func(_ context.Context, tx *store.Tx) ([]string, error) {
			var n int
			err := tx.Row(`SELECT COUNT(*) FROM slot WHERE tenant=$1 AND used>cap`, tx.Tenant()).Scan(&n)
			if n > 0 {
				return []string{fmt.Sprintf("%d slots over capacity", n)}, err
			}
			return nil, err
		}})
		if breaches, err := db.Verify(t.Context()); err != nil || len(breaches) > 0 {
			t.Fatalf("breaches %q, error %v", breaches, err)
		}
		addSlot(t, db, town, "a", 1)
		update(t, db, town, func(tx *store.Tx) error { return setUsed(tx, 2) })
		want := []string{"slots: tenant town: 1 slots over capacity"}
		if breaches, err := db.Verify(t.Context()); err != nil || !slices.Equal(breaches, want) {
			t.Errorf("breaches %q, error %v, want %q", breaches, err, want)
		}
	})
}

func TestVerifyFindsBrokenReference(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite)
	storetest.Schema(t, db, `CREATE TABLE parent (id INTEGER PRIMARY KEY); CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parent(id))`)
	if _, err := storetest.Admin(t, db).Exec(`INSERT INTO child VALUES (7, 1)`); err != nil {
		t.Fatal(err)
	}
	want := []string{"database: row 7 of child refers to a missing row of parent"}
	if breaches, err := db.Verify(t.Context()); err != nil || !slices.Equal(breaches, want) {
		t.Errorf("breaches %q, error %v, want %q", breaches, err, want)
	}
}

func TestVerifyFindsTableWithoutRowSecurity(t *testing.T) {
	db := storetest.Open(t, storetest.Postgres)
	storetest.Schema(t, db, strings.Replace(slotTable, "-- tenant table: slot", "", 1))
	want := []string{"database: table slot has no row-level security"}
	if breaches, err := db.Verify(t.Context()); err != nil || !slices.Equal(breaches, want) {
		t.Errorf("breaches %q, error %v, want %q", breaches, err, want)
	}
}
