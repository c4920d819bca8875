package store_test

import (
	"context"
	"errors"
	"testing"

	"madoguchi/store"
	"madoguchi/store/storetest"
)

const city = "city"

const slotTable = `
CREATE TABLE slot (tenant TEXT NOT NULL, id TEXT NOT NULL, used INTEGER NOT NULL, cap INTEGER NOT NULL, PRIMARY KEY (tenant, id));
-- tenant table: slot
`

func addSlot(t testing.TB, db *store.DB, tenant, id string, cap int) {
	t.Helper()
	err := db.Update(t.Context(), tenant, func(tx *store.Tx) error {
		_, err := tx.Exec(`INSERT INTO slot(tenant,id,used,cap) VALUES($1,$2,0,$3)`, tx.Tenant(), id, cap)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func used(t testing.TB, db *store.DB, tenant, id string) (n int) {
	t.Helper()
	err := db.View(t.Context(), tenant, func(tx *store.Tx) error {
		return tx.Row(`SELECT used FROM slot WHERE tenant=$1 AND id=$2`, tenant, id).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestUpdateCommitsAndFailureLeavesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		storetest.Schema(t, db, slotTable)
		addSlot(t, db, city, "a", 5)
		boom := errors.New("boom")
		err := db.Update(t.Context(), city, func(tx *store.Tx) error {
			if _, err := tx.Exec(`UPDATE slot SET used=3 WHERE tenant=$1`, tx.Tenant()); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Fatalf("got %v, want boom", err)
		}
		if n := used(t, db, city, "a"); n != 0 {
			t.Errorf("used = %d after a failed transaction, want 0", n)
		}
	})
}

func TestSealOpensOnlyInItsPlace(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var sealed []byte
		err := db.Update(t.Context(), city, func(tx *store.Tx) (err error) {
			sealed, err = tx.Seal("mail", "booking.mail/1", []byte("a@example.jp"))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		err = db.View(context.Background(), city, func(tx *store.Tx) error {
			plain, err := tx.Unseal("mail", "booking.mail/1", sealed)
			if err == nil && string(plain) != "a@example.jp" {
				t.Errorf("opened %q", plain)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
