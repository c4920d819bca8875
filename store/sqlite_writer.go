package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// maxBatch is how many callers share one commit. A commit costs a disk sync,
// half a millisecond; 64 callers sharing it write about 20 times faster.
const maxBatch = 64

// maxOpen is how long a batch keeps taking in late-comers, so that slow
// members cannot hold up the acknowledgement of the first.
const maxOpen = 50 * time.Millisecond

// writer owns the writing connection. Its one goroutine takes callers in the
// order they came, runs each one's function in a savepoint of a common
// transaction, commits, and only then answers them all:
//
//	BEGIN IMMEDIATE
//	  SAVEPOINT member … RELEASE            a member that succeeded
//	  SAVEPOINT member … ROLLBACK TO …      a member that failed: only its own work is gone
//	COMMIT                                  on disk; now the callers return
//
// The fields below queue are the goroutine's own.
type writer struct {
	db       *DB
	queue    chan *member
	closing  chan struct{}
	finished chan struct{}
	once     sync.Once

	conn    *sql.Conn
	cache   *statements
	open    bool      // a transaction is open
	opened  time.Time // since when
	batch   []*member // members that succeeded and wait for the commit
	stopped bool
}

// member is one caller's transaction.
type member struct {
	ctx   context.Context
	scope string
	fn    func(*Tx) error
	tx    *Tx
	state atomic.Int32
	done  chan struct{} // closed when the fields below are set

	err      error
	panicked any
	exited   bool // fn called runtime.Goexit, as a test's FailNow does
}

// States of a member. Either the writer starts it or its caller leaves,
// whichever comes first.
const (
	waiting = iota
	started
	left
)

func newWriter(db *DB, conn *sql.Conn) *writer {
	return &writer{
		db: db, conn: conn, cache: &statements{},
		queue:   make(chan *member, 4*maxBatch),
		closing: make(chan struct{}), finished: make(chan struct{}),
	}
}

// submit hands fn to the writer and waits for its commit.
func (w *writer) submit(ctx context.Context, scope string, fn func(*Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m := &member{ctx: ctx, scope: scope, fn: fn, done: make(chan struct{})}
	if err := w.wait(m); err != nil {
		return err
	}
	switch {
	case m.panicked != nil:
		panic(m.panicked)
	case m.exited:
		runtime.Goexit()
	case m.err != nil:
		return m.err
	}
	m.tx.committed()
	return nil
}

// nestedAfter is how long a caller waits before it asks itself whether it is
// the writer's own goroutine, waiting for itself. Asking costs 5 µs, too much
// for every transaction; hardly any waits this long otherwise.
const nestedAfter = 100 * time.Millisecond

// wait returns once m has been answered, or with an error if it will not be.
func (w *writer) wait(m *member) error {
	queue, closing := w.queue, w.closing
	long := time.NewTimer(nestedAfter)
	defer long.Stop()
	for {
		select {
		case queue <- m:
			queue, closing = nil, nil
		case <-closing:
			return ErrClosed
		case <-m.done:
			return nil
		case <-m.ctx.Done():
			if m.state.CompareAndSwap(waiting, left) {
				return m.ctx.Err()
			}
			<-m.done
			return nil
		case <-long.C:
			if w.db.inside.has(goroutineID()) && m.state.CompareAndSwap(waiting, left) {
				return ErrNested
			}
		case <-w.finished:
			select {
			case <-m.done: // answered just before
				return nil
			default:
				return ErrClosed
			}
		}
	}
}

// stop lets the open batch finish, refuses those still waiting and ends the
// goroutine.
func (w *writer) stop() {
	w.once.Do(func() { close(w.closing) })
	<-w.finished
}

// loop is the writer's goroutine. It survives a Goexit in a member's function
// by going on in a new goroutine: all its state is in w.
func (w *writer) loop() {
	id := goroutineID()
	w.db.inside.add(id)
	defer func() {
		w.db.inside.remove(id)
		if !w.stopped {
			go w.loop()
		}
	}()
	for {
		if w.open && (len(w.queue) == 0 || len(w.batch) == maxBatch || time.Since(w.opened) > maxOpen) {
			w.commit()
			runtime.Gosched() // those just answered often come straight back: let them join
		}
		select {
		case <-w.closing:
			w.end()
			return
		default:
		}
		select {
		case m := <-w.queue:
			w.run(m)
		case <-w.closing:
		}
	}
}

func (w *writer) end() {
	if w.open {
		w.commit()
	}
	w.stopped = true
	for {
		select {
		case m := <-w.queue:
			m.answer(ErrClosed)
			continue
		default:
		}
		break
	}
	w.cache.drop()
	w.conn.Close()
	close(w.finished)
}

func (m *member) answer(err error) {
	m.err = err
	close(m.done)
}

// run begins a batch if none is open and runs one member in its savepoint.
func (w *writer) run(m *member) {
	if !m.state.CompareAndSwap(waiting, started) {
		return // its caller has left
	}
	if err := m.ctx.Err(); err != nil {
		m.answer(err)
		return
	}
	if !w.open {
		if err := w.cache.exec(w.conn, "BEGIN IMMEDIATE"); err != nil {
			m.answer(fmt.Errorf("beginning a transaction: %w", classify(err)))
			return
		}
		w.open, w.opened = true, time.Now()
	}
	if err := w.cache.exec(w.conn, "SAVEPOINT member"); err != nil {
		m.answer(fmt.Errorf("setting a savepoint: %w", classify(err)))
		w.abort(err)
		return
	}
	ctx, cancel := context.WithTimeout(context.WithValue(context.WithoutCancel(m.ctx), insideKey{}, true), bound)
	defer cancel()
	tx := &Tx{
		db: w.db, ctx: ctx, conn: w.conn, cache: w.cache,
		scope: m.scope, now: w.db.Now(), write: true,
	}
	m.tx = tx
	returned := false
	defer func() {
		if returned {
			return
		}
		if m.panicked = recover(); m.panicked != nil {
			w.db.log.Error("panic in a transaction", "stack", string(debug.Stack()))
		} else {
			m.exited = true
		}
		w.undo(m, errors.New("transaction did not return"))
	}()
	w.db.faults("update.begun")
	err := m.fn(tx)
	returned = true
	w.db.faults("update.done")
	if err = tx.finish(err); err != nil {
		w.undo(m, err)
		return
	}
	if err := w.cache.exec(w.conn, "RELEASE member"); err != nil {
		m.answer(fmt.Errorf("releasing a savepoint: %w", classify(err)))
		w.abort(err)
		return
	}
	w.batch = append(w.batch, m)
}

// undo takes back one member's work. Some errors (disk full, I/O) make SQLite
// give up the whole transaction; the savepoint is gone then, and all members
// of the batch must hear of it rather than be committed without their work.
func (w *writer) undo(m *member, cause error) {
	m.tx.finish(nil)
	err := w.cache.exec(w.conn, "ROLLBACK TO member")
	if err == nil {
		err = w.cache.exec(w.conn, "RELEASE member")
	}
	if err != nil {
		w.abort(fmt.Errorf("the shared transaction was lost: %w", cause))
	}
	m.answer(cause)
}

// abort ends the batch without a commit and tells its members why.
func (w *writer) abort(cause error) {
	if err := w.cache.exec(w.conn, "ROLLBACK"); err != nil {
		w.db.log.Debug("rolling back", "error", err) // there was nothing left to roll back
	}
	w.settle(fmt.Errorf("committing: %w", classify(cause)))
}

// commit puts the batch on disk and answers its members.
func (w *writer) commit() {
	if len(w.batch) > 0 { // otherwise every member failed and there is nothing to make durable
		w.db.faults("commit.before")
	}
	if err := w.cache.exec(w.conn, "COMMIT"); err != nil {
		w.abort(err)
		return
	}
	if len(w.batch) > 0 {
		w.db.faults("commit.after")
	}
	w.settle(nil)
}

func (w *writer) settle(err error) {
	for i, m := range w.batch {
		m.answer(err)
		w.batch[i] = nil
	}
	w.batch = w.batch[:0]
	w.open = false
}
