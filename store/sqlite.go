package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"
)

// sqliteEngine is one database file with one writing connection, owned by the
// writer's goroutine, and a pool of reading ones. Several writing connections
// would starve each other for seconds inside SQLite's busy loop.
type sqliteEngine struct {
	db     *DB
	file   string
	write  *sql.DB
	read   *sql.DB
	writer *writer
	idle   chan *reader // as many as there are readers
	size   int
	closed sync.Once
}

// reader is one reading connection with its prepared statements.
type reader struct {
	conn  *sql.Conn
	cache *statements
}

func openSQLite(ctx context.Context, db *DB, o Options) (*sqliteEngine, error) {
	if o.Database == "" {
		return nil, fmt.Errorf("no database file was named")
	}
	if err := os.MkdirAll(filepath.Dir(o.Database), 0o700); err != nil {
		return nil, err
	}
	// Only the owner may read the file; SQLite gives the WAL the same mode.
	if f, err := os.OpenFile(o.Database, os.O_CREATE|os.O_RDWR, 0o600); err != nil {
		return nil, err
	} else if err := f.Close(); err != nil {
		return nil, err
	}
	e := &sqliteEngine{db: db, file: o.Database, size: o.Readers}
	if e.size <= 0 {
		e.size = max(4, runtime.NumCPU())
	}
	var err error
	if e.write, err = sql.Open(sqliteDriver, sqliteAddress(e.file, false)); err != nil {
		return nil, err
	}
	if e.read, err = sql.Open(sqliteDriver, sqliteAddress(e.file, true)); err != nil {
		e.write.Close()
		return nil, err
	}
	e.write.SetMaxOpenConns(1)
	// The readers below are bounded by their number; upkeep (backup, check)
	// opens a connection of its own and closes it.
	e.read.SetMaxIdleConns(0)
	conn, err := e.first(ctx)
	if err != nil {
		e.write.Close()
		e.read.Close()
		return nil, fmt.Errorf("%s: %w", e.file, err)
	}
	e.writer = newWriter(db, conn)
	e.idle = make(chan *reader, e.size)
	for range e.size {
		e.idle <- &reader{cache: &statements{}} // connects when first used
	}
	go e.writer.loop()
	return e, nil
}

// first opens the writing connection. While another process turns a new file
// to WAL mode, SQLite answers "busy" at once instead of waiting as it does
// elsewhere; so this waits.
func (e *sqliteEngine) first(ctx context.Context) (*sql.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, bound)
	defer cancel()
	for {
		conn, err := e.write.Conn(ctx)
		if err = classify(err); !errors.Is(err, ErrBusy) {
			return conn, err
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
			return nil, err
		}
	}
}

func (e *sqliteEngine) postgres() bool { return false }

func (e *sqliteEngine) update(ctx context.Context, scope string, fn func(*Tx) error) error {
	return e.writer.submit(ctx, scope, fn)
}

func (e *sqliteEngine) view(ctx context.Context, scope string, fn func(*Tx) error) error {
	tx, err := e.look(ctx, scope, fn)
	if err != nil {
		return err
	}
	tx.committed()
	return nil
}

// look runs fn on a reading connection, in one snapshot.
func (e *sqliteEngine) look(ctx context.Context, scope string, fn func(*Tx) error) (*Tx, error) {
	var r *reader
	select {
	case r = <-e.idle:
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-e.writer.closing:
		return nil, ErrClosed
	}
	defer func() { e.idle <- r }()
	if r.conn == nil {
		conn, err := e.read.Conn(ctx)
		if err != nil {
			return nil, fmt.Errorf("opening a read connection: %w", classify(err))
		}
		r.conn = conn
	}
	tx := &Tx{
		db: e.db, ctx: context.WithValue(ctx, insideKey{}, true), conn: r.conn, cache: r.cache,
		scope: scope, now: e.db.Now(),
	}
	if err := r.cache.exec(r.conn, "BEGIN"); err != nil {
		return nil, fmt.Errorf("beginning to read: %w", classify(err))
	}
	// Deferred, so that a panic or a test's FailNow in fn gives the
	// connection back clean.
	defer func() {
		tx.finish(nil)
		if err := r.cache.exec(r.conn, "ROLLBACK"); err != nil {
			r.cache.drop()
			r.conn.Close()
			r.conn = nil
		}
	}()
	if err := tx.finish(fn(tx)); err != nil {
		return nil, err
	}
	return tx, nil
}

func (e *sqliteEngine) close() (err error) {
	e.closed.Do(func() {
		e.writer.stop()
		for range e.size {
			if r := <-e.idle; r.conn != nil {
				r.cache.drop()
				r.conn.Close()
			}
		}
		err = e.read.Close()
		if e2 := e.write.Close(); err == nil {
			err = e2
		}
	})
	return err
}

// notify and listen have nothing to do: SQLite serves one process, whose
// subscribers the bell wakes itself.
func (e *sqliteEngine) notify(context.Context, []string) error { return nil }

func (e *sqliteEngine) listen(ctx context.Context, ready func(), _ func(string)) error {
	ready()
	<-ctx.Done()
	return ctx.Err()
}

// statements are the prepared statements of one connection, so that a query's
// text is compiled once. Query texts are constants, so there are few; should a
// service build texts, the cache is emptied when it is full.
type statements struct {
	byText map[string]*sql.Stmt
}

const maxStatements = 1000

func (s *statements) get(conn *sql.Conn, query string) (*sql.Stmt, error) {
	if stmt, ok := s.byText[query]; ok {
		return stmt, nil
	}
	stmt, err := conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	if s.byText == nil || len(s.byText) >= maxStatements {
		s.drop()
		s.byText = make(map[string]*sql.Stmt)
	}
	s.byText[query] = stmt
	return stmt, nil
}

func (s *statements) exec(conn *sql.Conn, query string) error {
	stmt, err := s.get(conn, query)
	if err != nil {
		return err
	}
	_, err = stmt.Exec()
	return err
}

func (s *statements) drop() {
	for _, stmt := range s.byText {
		stmt.Close()
	}
	s.byText = nil
}
