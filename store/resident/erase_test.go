package resident

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"madoguchi/store"
	"madoguchi/store/storetest"
)

// traces are the bytes that an erased person may have left: the wrapped key, the
// sealed profile, the hashes it was found by.
type traces map[string][]byte

func tracesOf(t *testing.T, db *store.DB, res Resident) traces {
	t.Helper()
	var wrapped, sealed []byte
	var serial int64
	update1(t, db, func(tx *store.Tx) error {
		err := tx.Row(`SELECT r.serial, r.sealed, k.wrapped FROM resident r JOIN resident_key k ON k.tenant=r.tenant AND k.serial=r.serial
			WHERE r.tenant=$1 AND r.id=$2`, here, res.ID).Scan(&serial, &sealed, &wrapped)
		return err
	})
	found := traces{"key": wrapped, "sealed": sealed}
	update1(t, db, func(tx *store.Tx) error {
		for _, f := range unique {
			if v := res.Get(f); v != "" {
				found[string(f)] = tx.Blind("resident."+string(f), v)
			}
		}
		for i, token := range tokens(tx, &res.Profile) { // as SQLite writes two integers
			trace := binary.BigEndian.AppendUint64(nil, uint64(token))
			switch {
			case serial >= 128:
				trace = binary.BigEndian.AppendUint16(trace, uint16(serial))
			case serial > 1:
				trace = append(trace, byte(serial))
			default: // takes no byte, so that the token is everybody's
				continue
			}
			found[fmt.Sprint("token", i)] = trace
		}
		return nil
	})
	return found
}

// A32: after erasing, nothing of the person is in the database file, its
// write-ahead log or a new backup, also after a roster has grown and pages were
// divided.
func TestA32NothingIsLeftInTheFiles(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite)
	r := town(t, db)
	file := storetest.Address(t, db)
	people := map[string]Resident{}
	left := map[string]traces{}
	for i := range 400 {
		h := hanako(t)
		h.Login, h.Note = fmt.Sprintf("login%d", i), fmt.Sprint(i)
		res := add(t, db, r, h)
		if i%2 == 0 { // a changed record has older versions of itself
			p := res.Profile
			p.Note += " changed to something longer, so that it is moved"
			update1(t, db, func(tx *store.Tx) (err error) {
				res, err = r.Save(tx, res.ID, 1, p, "staff-1")
				return err
			})
		}
		if i%5 == 0 {
			people[res.ID], left[res.ID] = res, tracesOf(t, db, res)
		}
	}
	for _, id := range []string{file, file + "-wal"} {
		if bytes.Contains(content(t, id), []byte("example.jp")) {
			t.Errorf("%s has a mail address in the clear", id)
		}
	}
	if err := db.Scrub(context.Background()); err != nil {
		t.Fatal(err)
	}
	before := content(t, file)
	for id, list := range left {
		for kind, trace := range list {
			if !bytes.Contains(before, trace) {
				t.Fatalf("%s of %s is not in the file even before", kind, id)
			}
		}
	}
	for id := range people {
		update1(t, db, func(tx *store.Tx) error { return r.Erase(tx, id, "staff-1") })
	}
	backup := filepath.Join(t.TempDir(), "backup")
	if err := db.Backup(context.Background(), backup); err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{file, file + "-wal", backup} {
		data := content(t, f)
		kinds := map[string]int{}
		for _, list := range left {
			for kind, trace := range list {
				if bytes.Contains(data, trace) {
					kinds[kind]++
				}
			}
		}
		if len(kinds) > 0 {
			t.Errorf("%s (%d bytes) still has of %d erased: %v", filepath.Base(f), len(data), len(left), kinds)
		}
	}
	if breaches, err := db.Verify(context.Background()); err != nil || len(breaches) > 0 {
		t.Errorf("verify: %v, %v", breaches, err)
	}
}

func content(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return data
}

// A32: an older backup does not bring an erased person back.
func TestA32RestoredBackupIsErasedAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := town(t, db)
		db.AddCheck(r.Checks()...)
		h, other := add(t, db, r, hanako(t)), add(t, db, r, Profile{Name: "佐藤"})
		// The older backup: the rows as they were.
		older := map[string][][]any{}
		admin := storetest.Admin(t, db)
		for _, table := range []string{"resident", "resident_key", "resident_token"} {
			rows, err := admin.Query(`SELECT * FROM ` + table)
			if err != nil {
				t.Fatal(err)
			}
			names, err := rows.Columns()
			if err != nil {
				t.Fatal(err)
			}
			for rows.Next() {
				row := make([]any, len(names))
				at := make([]any, len(names))
				for i := range row {
					at[i] = &row[i]
				}
				if err := rows.Scan(at...); err != nil {
					t.Fatal(err)
				}
				older[table] = append(older[table], row)
			}
			rows.Close()
		}
		update1(t, db, func(tx *store.Tx) error { return r.Erase(tx, h.ID, "staff-1") })
		gone := func() {
			t.Helper()
			update1(t, db, func(tx *store.Tx) error {
				for what, err := range map[string]error{
					"id":     second(r.Get(tx, h.ID)),
					"number": second(r.ByNumber(tx, h.Number)),
					"link":   second(r.ByLink(tx, h.Link)),
					"login":  second(r.ByLogin(tx, h.Login)),
					"books":  r.Bookable(tx, h.ID),
					"again":  r.Erase(tx, h.ID, "staff-1"),
				} {
					if !errors.Is(err, store.ErrNotFound) {
						t.Errorf("%s: %v", what, err)
					}
				}
				found, err := r.Search(tx, Filter{Name: "花子"})
				if err != nil || len(found.List) > 0 {
					t.Errorf("search: %v %v", found, err)
				}
				counts, err := r.Counts(tx)
				if err != nil || counts[Active] != 1 || counts[Erased] != 1 {
					t.Errorf("counts: %v %v", counts, err)
				}
				_, err = r.Get(tx, other.ID)
				return err
			})
		}
		gone()
		// The backup is restored.
		for _, table := range []string{"resident_erasure", "resident", "resident_key", "resident_token"} {
			if _, err := admin.Exec(`DELETE FROM ` + table); err != nil {
				t.Fatal(err)
			}
			for _, row := range older[table] {
				marks := ""
				for i := range row {
					marks += fmt.Sprintf(",$%d", i+1)
				}
				if _, err := admin.Exec(`INSERT INTO `+table+` VALUES(`+marks[1:]+`)`, row...); err != nil {
					t.Fatal(err)
				}
			}
		}
		if breaches, err := db.Verify(context.Background()); err != nil || len(breaches) != 1 {
			t.Errorf("verify before: %v, %v", breaches, err)
		}
		if n, err := r.Reconcile(context.Background(), db, here); err != nil || n != 1 {
			t.Errorf("%d erased again, %v", n, err)
		}
		gone()
		if n, err := r.Reconcile(context.Background(), db, here); err != nil || n != 0 {
			t.Errorf("%d erased a third time, %v", n, err)
		}
		if breaches, err := db.Verify(context.Background()); err != nil || len(breaches) > 0 {
			t.Errorf("verify after: %v, %v", breaches, err)
		}
	})
}

func second[T any](_ T, err error) error { return err }

// On PostgreSQL the key's old row goes with the table's old file.
func TestA32PostgresRewritesTheKeys(t *testing.T) {
	db := storetest.Open(t, storetest.Postgres)
	r := town(t, db)
	h := add(t, db, r, hanako(t))
	trace := tracesOf(t, db, h)
	update1(t, db, func(tx *store.Tx) error { return r.Erase(tx, h.ID, "staff-1") })
	if err := db.Scrub(context.Background(), "resident_key"); err == nil {
		t.Error("a role that does not own the table was not told so")
	}
	admin := storetest.Admin(t, db)
	for _, table := range []string{"resident_key", "resident"} {
		if _, err := admin.Exec(`VACUUM (FULL) ` + table); err != nil {
			t.Fatal(err)
		}
		if _, err := admin.Exec(`CHECKPOINT`); err != nil {
			t.Fatal(err)
		}
		var data []byte
		if err := admin.QueryRow(`SELECT pg_read_binary_file(pg_relation_filepath($1))`, table).Scan(&data); err != nil {
			t.Fatal(err)
		}
		for kind, bytesOf := range trace {
			if bytes.Contains(data, bytesOf) {
				t.Errorf("%s still has the %s", table, kind)
			}
		}
	}
}

// Where the program's role owns its tables, the hourly job does it by itself.
func TestA32TheJobRewritesTheKeysOnPostgres(t *testing.T) {
	db := storetest.Open(t, storetest.Postgres, storetest.Owning())
	r := town(t, db)
	h := add(t, db, r, hanako(t))
	key := tracesOf(t, db, h)["key"]
	update1(t, db, func(tx *store.Tx) error { return r.Erase(tx, h.ID, "staff-1") })
	admin := storetest.Admin(t, db)
	kept := func() bool {
		if _, err := admin.Exec(`CHECKPOINT`); err != nil {
			t.Fatal(err)
		}
		var data []byte
		if err := admin.QueryRow(`SELECT pg_read_binary_file(pg_relation_filepath('resident_key'))`).Scan(&data); err != nil {
			t.Fatal(err)
		}
		return bytes.Contains(data, key)
	}
	if !kept() {
		t.Error("the key is gone before the job ran: the test looks in the wrong place")
	}
	for _, j := range r.Jobs(db) {
		if j.Name == "residents.scrub" {
			if err := j.Once(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
	}
	if kept() {
		t.Error("resident_key still has the key of somebody who was erased")
	}
}

func TestErasuresAreReadBackPastACutLine(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite)
	r := town(t, db)
	for range 2 {
		h := add(t, db, r, Profile{Name: "佐藤"})
		update1(t, db, func(tx *store.Tx) error { return r.Erase(tx, h.ID, "staff-1") })
		f, err := os.OpenFile(r.erasures.file, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, "\nsample 2026-11-22T00:00:00Z 00ff"); err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	if list, err := r.erasures.read(here); err != nil || len(list) != 2 {
		t.Errorf("%d entries, %v", len(list), err)
	}
}
