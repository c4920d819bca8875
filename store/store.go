// Package store is the database: how the program opens it, changes it in
// transactions, reads it, seals what is personal and keeps time.
//
// It works alike on SQLite (one process, the default) and on PostgreSQL (many
// processes). Services above it write one SQL text with $1 placeholders and
// never learn which of the two they speak to:
//
//	err := db.Update(ctx, tenant, func(tx *store.Tx) error {
//		n, err := tx.Exec(`UPDATE slot SET used=used+1 WHERE tenant=$1 AND id=$2 AND used<cap`, tx.Tenant(), id)
//		…
//		return tx.Audit(who, "book", id)
//	})
//
// All that fn does commits, or none of it does. Reading order for a newcomer:
// this file (the handle), tx.go (what a transaction can do), sqlite.go and
// postgres.go (the two engines), seal.go (personal data), signal.go (waking
// others), migrate.go (the schema).
//
// Conventions of the schema: ids are TEXT made by NewID; instants are BIGINT
// UTC milliseconds (Millis); booleans are INTEGER 0 or 1; JSON is opaque TEXT;
// every table of a tenant has a column tenant, which every query names. On
// PostgreSQL row-level security holds even for a query that forgot it.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"time"
)

// Clock tells the present instant. Tests inject one that they move by hand.
type Clock func() time.Time

// Options say which database to open and how.
type Options struct {
	// Database is a file path (SQLite) or a postgres:// address.
	Database string
	// Key is the master key, 32 bytes. It wraps the keys that seal personal
	// data and is never stored.
	Key []byte
	// Clock defaults to time.Now.
	Clock Clock
	// Log defaults to slog.Default.
	Log *slog.Logger
	// Readers is the number of SQLite read connections (default: one a
	// processor, at least 4) or the size of the PostgreSQL pool (default 16).
	Readers int
	// Faults, nil outside crash tests, is called at every named commit point
	// (see Tx.Point). It may end the process or panic.
	Faults func(point string)
}

// DB is an open database. It is safe for concurrent use.
type DB struct {
	engine engine
	clock  Clock
	log    *slog.Logger
	faults func(string)
	vault  *vault
	bell   *bell
	inside insideSet
	checks checkList
}

// engine is what SQLite and PostgreSQL do differently. The scope is a tenant,
// or everyTenant for work outside any tenant.
type engine interface {
	update(ctx context.Context, scope string, fn func(*Tx) error) error
	view(ctx context.Context, scope string, fn func(*Tx) error) error
	migrate(ctx context.Context) error
	backup(ctx context.Context, file string) error
	check(ctx context.Context) ([]string, error)
	scrub(ctx context.Context, tables []string) error
	notify(ctx context.Context, payloads []string) error
	listen(ctx context.Context, ready func(), heard func(payload string)) error
	postgres() bool
	close() error
}

// everyTenant is the scope of System. No tenant may be called this.
const everyTenant = "*"

// bound is the longest a write transaction may last once it has begun. The
// caller's own cancellation no longer counts from there on, so that a browser
// that hangs up cannot leave the outcome in doubt.
const bound = 10 * time.Second

var (
	// ErrNotFound means that the row asked for does not exist.
	ErrNotFound = errors.New("not found")
	// ErrDuplicate means that a unique key is taken. IsDuplicate finds it.
	ErrDuplicate = errors.New("duplicate key")
	// ErrBusy means that another process held the database for too long; the
	// transaction did not happen and may be tried again.
	ErrBusy = errors.New("database busy")
	// ErrUncertain means that the connection broke while COMMIT was under way:
	// the transaction may have happened. A repeated event finds its id.
	ErrUncertain = errors.New("outcome of commit unknown")
	// ErrNested means that a transaction was opened inside another one.
	ErrNested = errors.New("transaction inside a transaction")
	// ErrClosed means that the database was closed.
	ErrClosed = errors.New("database closed")
	// ErrText means that a string is not valid UTF-8 or contains a zero byte,
	// which PostgreSQL cannot store and SQLite would store silently.
	ErrText = errors.New("text is not storable")
	// ErrTenant means that a tenant was not given or has an impossible name.
	ErrTenant = errors.New("no such tenant name")
)

// Open connects to the database and checks that the master key is the right
// one. It does not change the schema: call Migrate for that. It returns ErrKey
// if the key has the wrong length or is not the one the data were sealed with.
func Open(ctx context.Context, o Options) (*DB, error) {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Faults == nil {
		o.Faults = func(string) {}
	}
	vault, err := newVault(o.Key)
	if err != nil {
		return nil, fmt.Errorf("opening the database: %w", err)
	}
	db := &DB{clock: o.Clock, log: o.Log, faults: o.Faults, vault: vault}
	db.bell = newBell(db)
	if isPostgres(o.Database) {
		db.engine, err = openPostgres(ctx, db, o)
	} else {
		db.engine, err = openSQLite(ctx, db, o)
	}
	if err != nil {
		return nil, fmt.Errorf("opening the database: %w", err)
	}
	if err := db.checkKey(ctx); err != nil {
		db.Close()
		return nil, fmt.Errorf("opening the database: %w", err)
	}
	return db, nil
}

func isPostgres(database string) bool {
	return strings.HasPrefix(database, "postgres://") || strings.HasPrefix(database, "postgresql://")
}

// Close ends all connections. Transactions that have begun are finished first;
// waiting ones fail with ErrClosed.
func (db *DB) Close() error {
	db.bell.close()
	return db.engine.close()
}

// Now returns the present instant, UTC, to the millisecond the database keeps.
func (db *DB) Now() time.Time { return db.clock().UTC().Truncate(time.Millisecond) }

// Log returns the logger the database was opened with.
func (db *DB) Log() *slog.Logger { return db.log }

// Update runs fn in one write transaction of a tenant. If fn returns an error
// or panics, nothing of it remains. Update returns only after the commit is on
// disk.
//
// A caller whose ctx ends before fn has begun gets ctx's error and fn does not
// run. From then on ctx no longer matters (see bound).
//
// fn may run more than once on PostgreSQL, when the database asks for it after
// a deadlock; so it must have no effect outside the transaction. Put such
// effects into Tx.OnCommit. An Update or System inside fn fails with ErrNested;
// so does a View, if it is given the transaction's context as it should be.
func (db *DB) Update(ctx context.Context, tenant string, fn func(*Tx) error) error {
	if err := checkTenant(tenant); err != nil {
		return err
	}
	return db.update(ctx, tenant, fn)
}

// View runs fn in one read transaction of a tenant: all its reads see the same
// committed state. Writing in it fails.
func (db *DB) View(ctx context.Context, tenant string, fn func(*Tx) error) error {
	if err := checkTenant(tenant); err != nil {
		return err
	}
	return db.view(ctx, tenant, fn)
}

// System is Update outside any tenant: for the table of tenants, leases and
// master data. On PostgreSQL it sees the rows of all tenants.
func (db *DB) System(ctx context.Context, fn func(*Tx) error) error {
	return db.update(ctx, everyTenant, fn)
}

// SystemView is View outside any tenant.
func (db *DB) SystemView(ctx context.Context, fn func(*Tx) error) error {
	return db.view(ctx, everyTenant, fn)
}

func (db *DB) update(ctx context.Context, scope string, fn func(*Tx) error) error {
	if err := refuseNested(ctx); err != nil {
		return err
	}
	return db.engine.update(ctx, scope, fn)
}

func (db *DB) view(ctx context.Context, scope string, fn func(*Tx) error) error {
	if err := refuseNested(ctx); err != nil {
		return err
	}
	return db.engine.view(ctx, scope, fn)
}

func checkTenant(tenant string) error {
	if tenant == "" || tenant == everyTenant || len(tenant) > 64 {
		return fmt.Errorf("%w: %q", ErrTenant, tenant)
	}
	return nil
}

// insideKey marks the context of a transaction.
type insideKey struct{}

// insideSet holds the goroutines that are running a write transaction's
// function. A second write transaction on such a goroutine would wait for the
// first, which waits for it: it is refused instead. The context alone cannot
// tell, because fn may use one from outside.
type insideSet struct {
	mu  sync.Mutex
	ids map[string]bool
}

func (s *insideSet) add(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ids == nil {
		s.ids = make(map[string]bool)
	}
	s.ids[id] = true
}

func (s *insideSet) remove(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.ids, id)
}

func (s *insideSet) has(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ids[id]
}

func refuseNested(ctx context.Context) error {
	if ctx.Value(insideKey{}) != nil {
		return ErrNested
	}
	return nil
}

// goroutineID returns the current goroutine's number as the runtime prints it:
// "goroutine 7 [running]:" cut after the number. Go has no other way to ask;
// net/http does the same.
func goroutineID() string {
	var buf [40]byte
	text := string(buf[:runtime.Stack(buf[:], false)])
	id, _, _ := strings.Cut(strings.TrimPrefix(text, "goroutine "), " ")
	return id
}

// scanOne is QueryRow on whatever connection an engine has outside a Tx.
func scanOne(ctx context.Context, c *sql.Conn, query string, dest ...any) error {
	return c.QueryRowContext(ctx, query).Scan(dest...)
}
