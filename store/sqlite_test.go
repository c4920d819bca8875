package store_test

import (
	"testing"

	"madoguchi/store"
	"madoguchi/store/storetest"
)

// What is acknowledged survives a power cut, and what is deleted is gone: that
// hangs on these settings of the writing connection alone.
func TestCommitsAreForcedToDisk(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite)
	for pragma, want := range map[string]string{
		"synchronous":  "2", // FULL
		"journal_mode": "wal", "foreign_keys": "1", "secure_delete": "1",
	} {
		var got string
		if err := db.Update(t.Context(), city, func(tx *store.Tx) error {
			return tx.Row("PRAGMA " + pragma).Scan(&got)
		}); err != nil || got != want {
			t.Errorf("%s is %q, %v; want %s", pragma, got, err, want)
		}
	}
}
