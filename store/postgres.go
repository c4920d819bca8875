package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// postgresEngine is a pool of connections, each running one transaction at a
// time. A transaction costs one round trip to begin (BEGIN and the tenant
// together), one a statement, and one to commit.
type postgresEngine struct {
	db     *DB
	config *pgx.ConnConfig
	pool   *sql.DB
}

// maxTries is how often a transaction is tried that PostgreSQL gives up for a
// deadlock or a serialization failure.
const maxTries = 6

func openPostgres(ctx context.Context, db *DB, o Options) (*postgresEngine, error) {
	config, err := pgx.ParseConfig(o.Database)
	if err != nil {
		return nil, fmt.Errorf("reading the address: %w", err)
	}
	// Seconds of idle time inside a transaction after which the server drops
	// it: a frozen process must not keep its row locks.
	config.RuntimeParams["idle_in_transaction_session_timeout"] = "15000"
	config.RuntimeParams["application_name"] = "madoguchi"
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = 5 * time.Second
	}
	e := &postgresEngine{db: db, config: config, pool: stdlib.OpenDB(*config)}
	size := o.Readers
	if size <= 0 {
		size = 16
	}
	e.pool.SetMaxOpenConns(size)
	e.pool.SetMaxIdleConns(size)
	conn, err := e.pool.Conn(ctx)
	if err != nil {
		e.pool.Close()
		return nil, fmt.Errorf("connecting: %w", err)
	}
	defer conn.Close()
	var skips bool
	if err := scanOne(ctx, conn, `SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname=current_user`, &skips); err != nil {
		e.pool.Close()
		return nil, fmt.Errorf("reading the role: %w", err)
	}
	if skips {
		db.log.Warn("the database role is a superuser or may bypass row-level security: tenants are kept apart by the queries alone; use an ordinary role")
	}
	return e, nil
}

func (e *postgresEngine) postgres() bool { return true }

func (e *postgresEngine) close() error { return e.pool.Close() }

func (e *postgresEngine) update(ctx context.Context, scope string, fn func(*Tx) error) error {
	id := goroutineID()
	if e.db.inside.has(id) {
		return ErrNested // it would wait for a connection or a row that its caller holds
	}
	var tx *Tx
	for try := 1; ; try++ {
		var err error
		tx, err = e.once(ctx, scope, true, id, fn)
		if err == nil {
			break
		}
		if try == maxTries || !again(err) {
			return err
		}
		// 1, 2, 4 … ms, each up to twice as long, so that two transactions
		// that met in a deadlock do not meet again.
		pause := time.Millisecond << (try - 1)
		select {
		case <-time.After(pause + rand.N(pause)):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	tx.committed()
	return nil
}

func (e *postgresEngine) view(ctx context.Context, scope string, fn func(*Tx) error) error {
	tx, err := e.once(ctx, scope, false, "", fn)
	if err != nil {
		return err
	}
	tx.committed()
	return nil
}

// errBegin marks a transaction that did not come to be: the connection was dead
// already, so another may be tried.
var errBegin = errors.New("beginning a transaction")

func again(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && !errors.Is(err, ErrUncertain) {
		return pg.Code == "40001" || pg.Code == "40P01"
	}
	return errors.Is(err, errBegin) && errors.Is(err, driver.ErrBadConn)
}

// once runs fn in one transaction.
func (e *postgresEngine) once(ctx context.Context, scope string, write bool, id string, fn func(*Tx) error) (*Tx, error) {
	conn, err := e.pool.Conn(ctx)
	if err != nil {
		if errors.Is(err, sql.ErrConnDone) || err.Error() == "sql: database is closed" {
			return nil, ErrClosed
		}
		return nil, fmt.Errorf("connecting: %w", err)
	}
	defer conn.Close()
	begin := "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
	if write {
		begin = "BEGIN ISOLATION LEVEL READ COMMITTED"
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), bound)
		defer cancel()
	}
	tx := &Tx{
		db: e.db, ctx: context.WithValue(ctx, insideKey{}, true), conn: conn,
		scope: scope, now: e.db.Now(), write: write, begin: begin,
	}
	ended := false
	// Deferred, so that a panic in fn ends the transaction too.
	defer func() {
		if !ended {
			tx.finish(nil)
			if tx.begin != "" {
				return
			}
			if err := e.end(tx, "ROLLBACK"); err != nil {
				e.db.log.Debug("rolling back", "error", err)
			}
		}
	}()
	if err := tx.finish(e.call(tx, id, fn)); err != nil {
		return nil, err
	}
	if tx.begin != "" && len(tx.audits) > 0 {
		if err := tx.open("", nil, nil); err != nil {
			return nil, err
		}
	}
	ended = true
	if tx.begin != "" { // nothing was asked of the database
		return tx, nil
	}
	if write {
		e.db.faults("commit.before")
	}
	if err := e.end(tx, "COMMIT"); err != nil {
		return nil, fmt.Errorf("committing: %w", err)
	}
	if write {
		e.db.faults("commit.after")
	}
	return tx, nil
}

// open begins the transaction, tells row-level security its tenant and sends
// its first statement, all in one round trip; take reads the statement's result.
// Without a statement it only begins.
func (tx *Tx) open(query string, args []any, take func(pgx.BatchResults) error) error {
	begin := tx.begin
	tx.begin = ""
	return raw(tx.conn, func(c *pgx.Conn) error {
		var batch pgx.Batch
		batch.Queue(begin)
		batch.Queue("SELECT set_config('app.tenant', $1, true)", tx.scope)
		if take != nil {
			batch.Queue(query, args...)
		}
		results := c.SendBatch(tx.ctx, &batch)
		for range 2 {
			if _, err := results.Exec(); err != nil {
				results.Close()
				return fmt.Errorf("%w: %w", errBegin, err)
			}
		}
		var err error
		if take != nil {
			err = take(results)
		}
		if closing := results.Close(); err == nil {
			err = closing
		}
		return err
	})
}

// firstExec and firstRow are Exec and Row as the first statement of a
// transaction.
func (tx *Tx) firstExec(query string, args []any) (rows int64, err error) {
	err = tx.open(query, args, func(results pgx.BatchResults) error {
		tag, err := results.Exec()
		rows = tag.RowsAffected()
		return err
	})
	return rows, err
}

func (tx *Tx) firstRow(query string, args, dest []any) error {
	return tx.open(query, args, func(results pgx.BatchResults) error {
		rows, err := results.Query()
		if err != nil {
			return err
		}
		defer rows.Close()
		if !rows.Next() {
			if err := rows.Err(); err != nil {
				return err
			}
			return sql.ErrNoRows
		}
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		rows.Close()
		return rows.Err()
	})
}

// call runs fn with its goroutine marked as being inside a transaction.
func (e *postgresEngine) call(tx *Tx, id string, fn func(*Tx) error) error {
	if !tx.write {
		return fn(tx)
	}
	e.db.inside.add(id)
	defer e.db.inside.remove(id)
	e.db.faults("update.begun")
	err := fn(tx)
	e.db.faults("update.done")
	return err
}

// finishing sends COMMIT or ROLLBACK; before COMMIT, in the same round trip, the
// audit rows. If one of those fails nothing is committed.
func finishing(ctx context.Context, c *pgx.Conn, tx *Tx, word string) (pgconn.CommandTag, error) {
	if len(tx.audits) == 0 || word != "COMMIT" {
		return c.Exec(ctx, word)
	}
	var batch pgx.Batch
	for _, row := range tx.audits {
		batch.Queue(insertAudit, row...)
	}
	batch.Queue(word)
	results := c.SendBatch(ctx, &batch)
	for range tx.audits {
		if _, err := results.Exec(); err != nil {
			results.Close()
			if _, undo := c.Exec(ctx, "ROLLBACK"); undo != nil {
				return pgconn.CommandTag{}, errors.Join(err, undo)
			}
			return pgconn.CommandTag{}, fmt.Errorf("auditing: %w", err)
		}
	}
	tag, err := results.Exec()
	if closing := results.Close(); err == nil {
		err = closing
	}
	return tag, err
}

// end sends COMMIT or ROLLBACK and looks at what the server did: it answers a
// COMMIT of a failed transaction with ROLLBACK and no error.
func (e *postgresEngine) end(tx *Tx, word string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(tx.ctx), bound)
	defer cancel()
	return raw(tx.conn, func(c *pgx.Conn) error {
		tag, err := finishing(ctx, c, tx, word)
		var pg *pgconn.PgError
		switch {
		case errors.As(err, &pg) && pg.Severity == "ERROR": // the server refused: nothing happened
			return classify(err)
		case err != nil && word == "COMMIT":
			return fmt.Errorf("%w: %w", ErrUncertain, err)
		case err != nil:
			return err
		case tag.String() != word:
			return fmt.Errorf("the server answered %s", tag)
		}
		return nil
	})
}

// raw gives access to the driver's own connection.
func raw(conn *sql.Conn, fn func(*pgx.Conn) error) error {
	return conn.Raw(func(c any) error {
		p := c.(*stdlib.Conn).Conn()
		err := fn(p)
		if err != nil && p.IsClosed() {
			return fmt.Errorf("%w: %w", driver.ErrBadConn, err)
		}
		return err
	})
}

// channel is the one NOTIFY channel; topics travel inside the payload.
const channel = "madoguchi"

func (e *postgresEngine) notify(ctx context.Context, payloads []string) error {
	_, err := e.pool.ExecContext(ctx, `SELECT pg_notify('`+channel+`', p) FROM unnest($1::text[]) AS p`, payloads)
	return err
}

func (e *postgresEngine) listen(ctx context.Context, ready func(), heard func(string)) error {
	conn, err := pgx.ConnectConfig(ctx, e.config.Copy())
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
		return err
	}
	ready()
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		heard(n.Payload)
	}
}

// PostgreSQL's codes, appendix A of its manual.
func postgresKind(err error) error {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return nil
	}
	switch pg.Code {
	case "23505":
		return ErrDuplicate
	case "55P03", "53300": // lock not available, too many connections
		return ErrBusy
	case "22021": // the text is not UTF-8
		return ErrText
	}
	return nil
}
