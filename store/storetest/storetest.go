// Package storetest gives tests a fresh, migrated database: on SQLite in a
// temporary file and on a private PostgreSQL server, both with fsync on.
//
//	func TestBook(t *testing.T) {
//		storetest.Each(t, func(t *testing.T, db *store.DB) { … })
//	}
//
// The PostgreSQL server is the one MADOGUCHI_TEST_POSTGRES names (an address
// with superuser rights; package withpostgres starts one for a whole `go test
// ./...`), or, with MADOGUCHI_REQUIRE_POSTGRES=1 as in make test, one that the
// test process starts from the programs Debian installs and that ends with it;
// where these are missing the test fails. Without either the PostgreSQL half is
// skipped: a plain `go test ./...` is to be quick. Each test has a
// database of its own, copied from a migrated template, and connects as a role
// that neither owns the tables nor may bypass row-level security.
package storetest

import (
	"context"
	"database/sql"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // driver "pgx" for Admin
	_ "modernc.org/sqlite"             // driver "sqlite" for Admin

	"madoguchi/store"
)

// Kind is one of the two databases.
type Kind string

const (
	SQLite   Kind = "sqlite"
	Postgres Kind = "postgres"
)

// Key is the master key of every test database.
var Key = []byte("test key, 32 bytes, not a secret")

// Option changes how a test's database is opened.
type Option func(*store.Options)

// At injects a clock.
func At(c *Clock) Option { return func(o *store.Options) { o.Clock = c.Now } }

// Each runs the test on both databases.
func Each(t *testing.T, test func(t *testing.T, db *store.DB), options ...Option) {
	t.Helper()
	for _, kind := range []Kind{SQLite, Postgres} {
		t.Run(string(kind), func(t *testing.T) {
			test(t, Open(t, kind, options...))
		})
	}
}

// Open returns a fresh, migrated database of one kind; it is closed and
// removed when the test ends.
func Open(tb testing.TB, kind Kind, options ...Option) *store.DB {
	tb.Helper()
	var p place
	switch kind {
	case SQLite:
		file := filepath.Join(tb.TempDir(), "madoguchi.db")
		p = place{kind: kind, database: file, owner: file}
	case Postgres:
		p = freshPostgres(tb)
	}
	return open(tb, p, options...)
}

// Owning opens a PostgreSQL database as the role that made its tables, as a
// municipality with one role for everything does.
func Owning() Option {
	return func(o *store.Options) {
		o.Database = strings.Replace(o.Database, "user="+appRole, "user="+ownerRole, 1)
	}
}

// Again opens the database of db a second time, as another node would.
func Again(tb testing.TB, db *store.DB, options ...Option) *store.DB {
	tb.Helper()
	return open(tb, placeOf(tb, db), options...)
}

// Empty returns the address of a database without tables, with the right to
// make them, for tests of Migrate and Restore.
func Empty(tb testing.TB, kind Kind) string {
	tb.Helper()
	if kind == SQLite {
		return filepath.Join(tb.TempDir(), "empty.db")
	}
	return emptyPostgres(tb)
}

// Address returns what to put into Options.Database to open the database of
// db, for tests that start processes.
func Address(tb testing.TB, db *store.DB) string { return placeOf(tb, db).database }

// OwnerAddress is Address with all rights.
func OwnerAddress(tb testing.TB, db *store.DB) string { return placeOf(tb, db).owner }

// Admin opens the database of db with plain database/sql and all rights, as
// somebody with sqlite3 or psql and bad intentions would.
func Admin(tb testing.TB, db *store.DB) *sql.DB {
	tb.Helper()
	return placeOf(tb, db).open(tb)
}

func (p place) open(tb testing.TB) *sql.DB {
	tb.Helper()
	driver, address := "pgx", p.owner
	if p.kind == SQLite {
		driver, address = "sqlite", "file:"+p.owner+"?_pragma=busy_timeout(10000)"
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { db.Close() })
	return db
}

// AsApp opens the database of db with plain database/sql as the role that the
// program itself uses.
func AsApp(tb testing.TB, db *store.DB) *sql.DB {
	tb.Helper()
	p := placeOf(tb, db)
	p.owner = p.database
	return p.open(tb)
}

// Schema adds tables that only a test needs, written as a migration is (see
// store.Schema).
func Schema(tb testing.TB, db *store.DB, text string) {
	tb.Helper()
	p := placeOf(tb, db)
	rendered, err := store.Schema(text, p.kind == Postgres)
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := Admin(tb, db).Exec(rendered); err != nil {
		tb.Fatal(err)
	}
}

// place is where an open database lies.
type place struct {
	kind     Kind
	database string // as the program opens it
	owner    string // with all rights
}

// places remembers where the databases opened here lie.
var places sync.Map // *store.DB → place

func placeOf(tb testing.TB, db *store.DB) place {
	tb.Helper()
	p, ok := places.Load(db)
	if !ok {
		tb.Fatal("storetest did not open this database")
	}
	return p.(place)
}

func open(tb testing.TB, p place, options ...Option) *store.DB {
	tb.Helper()
	log := slog.New(slog.NewTextHandler(tb.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	o := store.Options{Database: p.database, Key: Key, Log: log}
	for _, option := range options {
		option(&o)
	}
	db, err := store.Open(context.Background(), o)
	if err != nil {
		tb.Fatal(err)
	}
	places.Store(db, p)
	tb.Cleanup(func() {
		places.Delete(db)
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	if err := db.Migrate(context.Background()); err != nil {
		tb.Fatal(err)
	}
	return db
}

// Clock is a clock that stands until the test moves it. It is safe for
// concurrent use.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock standing at t.
func NewClock(t time.Time) *Clock { return &Clock{now: t} }

// Now returns where the clock stands.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Set moves the clock to t, forward or back.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

// Advance moves the clock forward by d.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func missing(tb testing.TB, why string) {
	tb.Helper()
	if os.Getenv("MADOGUCHI_REQUIRE_POSTGRES") == "1" {
		tb.Fatal("PostgreSQL is required for this run: " + why)
	}
	tb.Skip("not run on PostgreSQL: " + why)
}
