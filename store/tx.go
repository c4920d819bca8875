package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Tx is one transaction. It belongs to the function it was given to: not to be
// kept, not to be used from another goroutine.
//
// Both databases answer mistakes alike. After a statement has failed, every
// later one fails too and the transaction cannot commit (PostgreSQL's rule,
// enforced on SQLite). A Rows must be read to its end or closed before the
// next statement.
type Tx struct {
	db    *DB
	ctx   context.Context
	conn  *sql.Conn
	cache *statements // SQLite only; pgx has its own
	scope string
	now   time.Time
	write bool

	rows     *Rows // open result, if any
	failed   error // first statement that failed
	over     bool
	commits  []func()
	signals  []signal
	newKeys  map[keyName]*dataKey
	audits   [][]any         // PostgreSQL: rows that go out with COMMIT
	begin    string          // PostgreSQL: what begins the transaction, until it has begun
	shadowed map[string]bool // classes whose keys in memory no longer count
}

// errOver is a programming mistake: a Tx kept beyond its function.
var errOver = errors.New("transaction is over")

// Context ends when the transaction must: pass it to slow calls, if there are
// any. It carries the values of the caller's context.
func (tx *Tx) Context() context.Context { return tx.ctx }

// Tenant returns the tenant of this transaction, "" in System.
func (tx *Tx) Tenant() string {
	if tx.scope == everyTenant {
		return ""
	}
	return tx.scope
}

// Now returns the instant of this transaction: the same throughout, UTC, whole
// milliseconds.
func (tx *Tx) Now() time.Time { return tx.now }

// Postgres reports which database this is, for the few statements that cannot
// be written alike.
func (tx *Tx) Postgres() bool { return tx.db.engine.postgres() }

// ForUpdate returns the words to append to a SELECT whose rows the transaction
// will change. SQLite has one writer and needs none.
func (tx *Tx) ForUpdate() string {
	if tx.write && tx.Postgres() {
		return " FOR UPDATE"
	}
	return ""
}

// Exec runs a statement and returns how many rows it touched. The error is
// ErrDuplicate if a unique key is taken; as any failed statement ends the
// transaction, write INSERT … ON CONFLICT DO NOTHING and look at rows where a
// duplicate is to be expected.
func (tx *Tx) Exec(query string, args ...any) (rows int64, err error) {
	if err := tx.ready(args); err != nil {
		return 0, err
	}
	var res sql.Result
	if tx.cache != nil {
		var stmt *sql.Stmt
		if stmt, err = tx.cache.get(tx.conn, query); err == nil {
			res, err = stmt.ExecContext(context.Background(), args...)
		}
	} else if tx.begin != "" {
		if rows, err = tx.firstExec(query, args); err != nil {
			return 0, tx.fail(err)
		}
		return rows, nil
	} else {
		res, err = tx.conn.ExecContext(tx.ctx, query, args...)
	}
	if err != nil {
		return 0, tx.fail(err)
	}
	rows, err = res.RowsAffected()
	if err != nil {
		return 0, tx.fail(err)
	}
	return rows, nil
}

// Row is the answer to a query for one row.
type Row struct {
	tx  *Tx
	row *sql.Row
	err error

	query string // in place of row: the first statement on PostgreSQL, sent by Scan
	args  []any
}

// Row runs a query whose first row is wanted.
func (tx *Tx) Row(query string, args ...any) Row {
	if err := tx.ready(args); err != nil {
		return Row{err: err}
	}
	if tx.begin != "" {
		return Row{tx: tx, query: query, args: args}
	}
	if tx.cache == nil {
		return Row{tx: tx, row: tx.conn.QueryRowContext(tx.ctx, query, args...)}
	}
	stmt, err := tx.cache.get(tx.conn, query)
	if err != nil {
		return Row{err: tx.fail(err)}
	}
	return Row{tx: tx, row: stmt.QueryRowContext(context.Background(), args...)}
}

// Scan copies the row's columns into dest. Without a row it returns
// ErrNotFound, which does not fail the transaction.
func (r Row) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	var err error
	switch {
	case r.row != nil:
		err = r.row.Scan(dest...)
	case r.tx.begin != "":
		err = r.tx.firstRow(r.query, r.args, dest)
	default: // another statement came first
		err = r.tx.conn.QueryRowContext(r.tx.ctx, r.query, r.args...).Scan(dest...)
	}
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	if err != nil {
		return r.tx.fail(err)
	}
	return nil
}

// Rows is the answer to a query for many rows, used as sql.Rows is.
type Rows struct {
	tx   *Tx
	rows *sql.Rows
}

// Query runs a query for many rows.
func (tx *Tx) Query(query string, args ...any) (*Rows, error) {
	if err := tx.ready(args); err != nil {
		return nil, err
	}
	var rows *sql.Rows
	var err error
	if tx.cache != nil {
		var stmt *sql.Stmt
		if stmt, err = tx.cache.get(tx.conn, query); err == nil {
			rows, err = stmt.QueryContext(context.Background(), args...)
		}
	} else {
		if tx.begin != "" {
			if err := tx.open("", nil, nil); err != nil {
				return nil, tx.fail(err)
			}
		}
		rows, err = tx.conn.QueryContext(tx.ctx, query, args...)
	}
	if err != nil {
		return nil, tx.fail(err)
	}
	tx.rows = &Rows{tx: tx, rows: rows}
	return tx.rows, nil
}

// Next steps to the next row and reports whether there is one.
func (r *Rows) Next() bool {
	if r.rows.Next() {
		return true
	}
	r.release()
	return false
}

// Scan copies the current row's columns into dest.
func (r *Rows) Scan(dest ...any) error { return r.rows.Scan(dest...) }

// Err returns what ended the rows early, if anything did.
func (r *Rows) Err() error {
	if err := r.rows.Err(); err != nil {
		return r.tx.fail(err)
	}
	return nil
}

// Close ends the reading. It may be called more than once.
func (r *Rows) Close() error {
	r.release()
	return r.rows.Close()
}

func (r *Rows) release() {
	if r.tx.rows == r {
		r.tx.rows = nil
	}
}

// OnCommit calls fn after the transaction has been committed (in a View: has
// ended without error), on the goroutine that called Update; not at all if it
// does not commit. fn may open a transaction.
func (tx *Tx) OnCommit(fn func()) { tx.commits = append(tx.commits, fn) }

// Point names a place that crash tests may stop the process at. It does
// nothing in production, and nothing without a transaction.
func (tx *Tx) Point(name string) {
	if tx != nil {
		tx.db.faults(name)
	}
}

// ready checks that a statement may run now and that its arguments mean the
// same on both databases: strings must be storable text, booleans become 0 or
// 1, and a time.Time is refused, because each driver has its own idea of it.
func (tx *Tx) ready(args []any) error {
	switch {
	case tx.over:
		return errOver
	case tx.failed != nil:
		return fmt.Errorf("transaction has failed already: %w", tx.failed)
	case tx.rows != nil:
		return tx.fail(errors.New("the rows of the previous query are still open"))
	}
	if err := tx.ctx.Err(); err != nil {
		return tx.fail(err)
	}
	for i, arg := range args {
		switch v := arg.(type) {
		case string:
			if !storable(v) {
				return tx.fail(fmt.Errorf("argument $%d: %w", i+1, ErrText))
			}
		case bool:
			args[i] = 0
			if v {
				args[i] = 1
			}
		case time.Time:
			return tx.fail(fmt.Errorf("argument $%d is a time.Time: use Millis", i+1))
		}
	}
	return nil
}

func storable(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }

// fail remembers the first failure and names its kind.
func (tx *Tx) fail(err error) error {
	err = classify(err)
	if tx.failed == nil {
		tx.failed = err
	}
	return err
}

// finish ends the use of tx and says whether what fn returned may commit.
func (tx *Tx) finish(err error) error {
	if tx.rows != nil {
		tx.rows.Close()
	}
	tx.over = true
	if err == nil && tx.failed != nil {
		return fmt.Errorf("a failed statement was ignored: %w", tx.failed)
	}
	return err
}

// committed does what waited for the commit. It runs on the caller's
// goroutine, where a new transaction may be opened.
func (tx *Tx) committed() {
	tx.db.vault.keep(tx.newKeys)
	for _, fn := range tx.commits {
		fn()
	}
	tx.db.bell.ring(tx.signals)
}

// IsDuplicate reports whether err says that a unique key is taken.
func IsDuplicate(err error) bool { return errors.Is(err, ErrDuplicate) }

// classify gives a driver's error the name that callers decide by. The
// driver's own error stays in the chain.
func classify(err error) error {
	for _, kindOf := range []func(error) error{postgresKind, sqliteKind} {
		if kind := kindOf(err); kind != nil && !errors.Is(err, kind) {
			return fmt.Errorf("%w: %w", kind, err)
		}
	}
	return err
}
