package store_test

import (
	"database/sql"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"madoguchi/store"
	"madoguchi/store/storetest"
)

func TestSchemaIsRenderedForEachDatabase(t *testing.T) {
	const text = `CREATE TABLE a (tenant TEXT, b BYTEA);
-- only: postgres
one
-- only: sqlite
two
-- all
both
-- tenant table: a
-- tenant table: c by id`
	lite, err := store.Schema(text, false)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("CREATE TABLE a (tenant TEXT, b BLOB);\n\n\n\ntwo\n\nboth\n\n\n", lite); diff != "" {
		t.Errorf("SQLite (-want +got)\n%s", diff)
	}
	pg, err := store.Schema(text, true)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(pg, "\n")
	if diff := cmp.Diff([]string{"CREATE TABLE a (tenant TEXT, b BYTEA);", "", "one", "", "", "", "both"}, lines[:7]); diff != "" {
		t.Errorf("PostgreSQL (-want +got)\n%s", diff)
	}
	for i, want := range map[int][]string{
		7: {"ALTER TABLE a ENABLE ROW LEVEL SECURITY", "ALTER TABLE a FORCE ROW LEVEL SECURITY", "USING (tenant =", "WITH CHECK (tenant ="},
		8: {"ALTER TABLE c ENABLE", "USING (id =", "WITH CHECK (id ="},
	} {
		for _, w := range want {
			if !strings.Contains(lines[i], w) {
				t.Errorf("line %d lacks %q: %s", i+1, w, lines[i])
			}
		}
	}
	for _, wrong := range []string{"-- only: mysql", "-- tenant table: ", "-- tenant table: a, b", "-- tenant table: A"} {
		if _, err := store.Schema(wrong, true); err == nil {
			t.Errorf("%q was accepted", wrong)
		}
	}
}

// Holds for every migration there will be.
func TestBothDatabasesHaveTheSameColumns(t *testing.T) {
	columns := func(db *sql.DB, query string) map[string]bool {
		rows, err := db.Query(query)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		set := map[string]bool{}
		for rows.Next() {
			var column string
			if err := rows.Scan(&column); err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(column, "goose") {
				set[column] = true
			}
		}
		return set
	}
	pg := columns(storetest.Admin(t, storetest.Open(t, storetest.Postgres)),
		`SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema='public'`)
	lite := columns(storetest.Admin(t, storetest.Open(t, storetest.SQLite)),
		`SELECT t.name || '.' || c.name FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type='table' AND t.name NOT LIKE 'sqlite_%'`)
	if diff := cmp.Diff(pg, lite); diff != "" || len(pg) < 20 {
		t.Errorf("columns of PostgreSQL and SQLite (-pg +sqlite)\n%s", diff)
	}
}

func TestEveryTenantTableHasRowSecurity(t *testing.T) {
	db := storetest.Open(t, storetest.Postgres)
	if breaches, err := db.Verify(t.Context()); err != nil || len(breaches) > 0 {
		t.Errorf("breaches %q, error %v", breaches, err)
	}
}

func TestDatabasePathMayHaveAnyName(t *testing.T) {
	file := t.TempDir() + "/窓口 50% ?a=b#c/data.db"
	db, err := store.Open(t.Context(), store.Options{Database: file, Key: storetest.Key})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := db.Backup(t.Context(), file+" copy?"); err != nil {
		t.Fatal(err)
	}
	if err := store.Restore(t.Context(), store.Options{Database: file + " #2", Key: storetest.Key}, file+" copy?"); err != nil {
		t.Fatal(err)
	}
}
