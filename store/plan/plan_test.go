package plan_test

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"os"
	"strings"
	"testing"
	"time"

	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/plan"
	"madoguchi/store/storetest"
)

const tenant = "sample"

var service plan.Service

func day(s string) civil.Date {
	d, err := civil.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// each runs a test on both databases, on Monday 2026-11-30, 9:00 in Japan.
func each(t *testing.T, test func(t *testing.T, db *store.DB, clock *storetest.Clock)) {
	t.Helper()
	for _, kind := range []storetest.Kind{storetest.SQLite, storetest.Postgres} {
		t.Run(string(kind), func(t *testing.T) {
			clock := storetest.NewClock(civil.DateTime{Date: day("2026-11-30"), Clock: 9 * 60}.At())
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

func draft() plan.Draft {
	return plan.Draft{Event: "moving", Hash: "h1", Lang: i18n.English, Last: day("2027-01-15"),
		Answers: map[string]string{"kind": "in", "situation": "dog,disability"}}
}

func keep(t *testing.T, db *store.DB, d plan.Draft) (id, key string) {
	t.Helper()
	do(t, db, tenant, func(tx *store.Tx) (err error) {
		id, key, err = service.Keep(tx, d)
		return err
	})
	return id, key
}

// find returns the list a key opens, nil if none.
func find(t *testing.T, db *store.DB, tenant, key string) (found *plan.Plan) {
	t.Helper()
	do(t, db, tenant, func(tx *store.Tx) error {
		p, err := service.ByKey(tx, key)
		if errors.Is(err, plan.ErrNotFound) {
			return nil
		}
		found = &p
		return err
	})
	return found
}

// A list is kept, opened in any spelling of its key, changed, and forgotten 90
// days after its last date.
func TestALife(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		id, key := keep(t, db, draft())
		for _, spelled := range []string{key, strings.ToLower(key), " " + strings.ReplaceAll(key, "-", "") + " "} {
			p := find(t, db, tenant, spelled)
			if p == nil || p.ID != id || p.Event != "moving" || p.Hash != "h1" || p.Lang != i18n.English || !maps.Equal(p.Answers, draft().Answers) {
				t.Fatalf("%q opens %+v", spelled, p)
			}
		}
		if find(t, db, "other", key) != nil || find(t, db, tenant, "AAAAA-AAAAA") != nil || find(t, db, tenant, "?") != nil {
			t.Error("another tenant, or another key, opens it")
		}
		changed := draft()
		changed.Answers, changed.Last = map[string]string{"kind": "out"}, day("2027-02-01")
		do(t, db, tenant, func(tx *store.Tx) error { return service.Change(tx, id, changed) })
		if p := find(t, db, tenant, key); p == nil || p.Answers["kind"] != "out" || len(p.Answers) != 1 {
			t.Errorf("changed: %+v", p)
		}
		err := db.Update(context.Background(), "other", func(tx *store.Tx) error { return service.Change(tx, id, changed) })
		if !errors.Is(err, plan.ErrNotFound) {
			t.Errorf("another tenant changes it: %v", err)
		}

		end := civil.DateTime{Date: day("2027-02-02")}.At().Add(plan.After)
		clock.Set(end.Add(-time.Second))
		do(t, db, tenant, service.Forget)
		if find(t, db, tenant, key) == nil {
			t.Error("forgotten too early")
		}
		clock.Set(end)
		if find(t, db, tenant, key) != nil {
			t.Error("opens after its time")
		}
		do(t, db, tenant, service.Forget)
		do(t, db, tenant, func(tx *store.Tx) error {
			var n int
			if err := tx.Row(`SELECT COUNT(*) FROM plan WHERE tenant = $1`, tx.Tenant()).Scan(&n); err != nil || n != 0 {
				t.Errorf("%d rows left, %v", n, err)
			}
			return nil
		})
	})
}

// A list reminds whom it was told to, until it is told otherwise or its time is
// over.
func TestReminding(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		id, _ := keep(t, db, draft())
		due := func(on string) (ids []string) {
			do(t, db, tenant, func(tx *store.Tx) error {
				list, err := service.Due(tx, day(on), 10)
				for _, p := range list {
					ids = append(ids, p.ID)
				}
				return err
			})
			return ids
		}
		remind := func(r plan.Reminding) {
			do(t, db, tenant, func(tx *store.Tx) error { return service.Remind(tx, id, r) })
		}
		contact := func() (mail string) {
			do(t, db, tenant, func(tx *store.Tx) (err error) {
				mail, err = service.Contact(tx, id)
				return err
			})
			return mail
		}
		if len(due("2027-12-31")) != 0 || contact() != "" {
			t.Error("it reminds unasked")
		}
		remind(plan.Reminding{Mail: "hanako@example.jp", On: day("2027-01-01")})
		if len(due("2026-12-31")) != 0 || len(due("2027-01-01")) != 1 || contact() != "hanako@example.jp" {
			t.Errorf("due %v, to %q", due("2027-01-01"), contact())
		}
		do(t, db, tenant, func(tx *store.Tx) error { return service.Change(tx, id, draft()) })
		if contact() != "hanako@example.jp" {
			t.Error("a correction forgets whom to remind")
		}
		do(t, db, tenant, func(tx *store.Tx) error { return service.Next(tx, id, day("2027-01-12")) })
		if len(due("2027-01-11")) != 0 || len(due("2027-01-12")) != 1 {
			t.Error("not moved on")
		}
		remind(plan.Reminding{Owner: "talk", On: day("2027-01-12")})
		do(t, db, tenant, func(tx *store.Tx) error {
			if p, err := service.ByID(tx, id); err != nil || p.Owner != "talk" || p.Contact || p.RemindOn != day("2027-01-12") {
				t.Errorf("%+v, %v", p, err)
			}
			return nil
		})
		if contact() != "" {
			t.Error("the address is still there")
		}
		do(t, db, tenant, func(tx *store.Tx) error { return service.Next(tx, id, civil.Date{}) })
		if len(due("2027-12-31")) != 0 {
			t.Error("it reminds after the last")
		}
		err := db.Update(context.Background(), "other", func(tx *store.Tx) error { return service.Remind(tx, id, plan.Reminding{}) })
		if !errors.Is(err, plan.ErrNotFound) {
			t.Errorf("another tenant: %v", err)
		}
		remind(plan.Reminding{Mail: "hanako@example.jp", On: day("2027-01-12")})
		clock.Set(civil.DateTime{Date: day("2027-06-01")}.At())
		if len(due("2027-12-31")) != 0 {
			t.Error("it reminds after its time")
		}
	})
}

// A list without dates is kept as long from the day it was made.
func TestNoDates(t *testing.T) {
	clock := storetest.NewClock(civil.DateTime{Date: day("2026-11-30"), Clock: 9 * 60}.At())
	db := storetest.Open(t, storetest.SQLite, storetest.At(clock))
	d := draft()
	d.Last = civil.Date{}
	_, key := keep(t, db, d)
	clock.Set(civil.DateTime{Date: day("2026-12-01")}.At().Add(plan.After - time.Second))
	if find(t, db, tenant, key) == nil {
		t.Error("gone")
	}
}

// Neither the answers nor the key stand in the database as they are.
func TestSealed(t *testing.T) {
	clock := storetest.NewClock(civil.DateTime{Date: day("2026-11-30")}.At())
	db := storetest.Open(t, storetest.SQLite, storetest.At(clock))
	_, key := keep(t, db, draft())
	file := t.TempDir() + "/copy.db"
	if err := db.Backup(context.Background(), file); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, open := range []string{key, strings.ReplaceAll(key, "-", ""), "disability"} {
		if bytes.Contains(raw, []byte(open)) {
			t.Errorf("%q stands in the file", open)
		}
	}
	if !bytes.Contains(raw, []byte("moving")) {
		t.Error("the test looks at the wrong file")
	}
}
