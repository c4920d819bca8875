package store

import (
	"context"
	"strings"
	"sync"
	"time"
)

// bell wakes subscribers after a commit, in this process at once and, on
// PostgreSQL, on every other node. It is a hint: a signal may be lost or come
// twice, so whoever waits for work also polls.
//
// NOTIFY inside the transaction would make commits queue for one lock of the
// whole PostgreSQL server. So signals go out after the commit, from one
// goroutine, many in one statement.
type bell struct {
	db   *DB
	node string // names this process in notifications, to skip its own

	mu      sync.Mutex
	topics  map[string]map[chan string]struct{}
	started bool
	stopped bool

	out    chan string
	ctx    context.Context
	cancel context.CancelFunc
	done   sync.WaitGroup
}

// signal is one topic and an id that says what to look at.
type signal struct{ topic, payload string }

// waiters is how many signals a slow subscriber may have pending; further ones
// are dropped, as it will look anyway.
const waiters = 256

func newBell(db *DB) *bell {
	ctx, cancel := context.WithCancel(context.Background())
	return &bell{
		db: db, node: NewID(), topics: make(map[string]map[chan string]struct{}),
		out: make(chan string, 4096), ctx: ctx, cancel: cancel,
	}
}

// Signal wakes the subscribers of topic on every node once the transaction has
// committed. The topic has no spaces; the payload is an id, never personal
// data; both together stay under 200 bytes.
func (tx *Tx) Signal(topic, payload string) {
	tx.signals = append(tx.signals, signal{topic, payload})
}

// Subscribe returns a channel of the payloads signalled on topic. An empty
// payload means "something may have been missed, look at everything"; it is
// sent after the connection to the other nodes was interrupted. cancel ends
// the subscription and closes the channel.
func (db *DB) Subscribe(topic string) (ch <-chan string, cancel func()) {
	return db.bell.subscribe(topic)
}

func (b *bell) subscribe(topic string) (<-chan string, func()) {
	ch := make(chan string, waiters)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.topics[topic] == nil {
		b.topics[topic] = make(map[chan string]struct{})
	}
	b.topics[topic][ch] = struct{}{}
	b.start()
	return ch, sync.OnceFunc(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.topics[topic], ch)
		close(ch)
	})
}

// start opens the connections to other nodes when they are first needed. The
// caller holds b.mu.
func (b *bell) start() {
	if b.started || b.stopped || !b.db.engine.postgres() {
		return
	}
	b.started = true
	b.done.Go(b.send)
	b.done.Go(b.listen)
}

func (b *bell) ring(signals []signal) {
	if len(signals) == 0 {
		return
	}
	b.mu.Lock()
	b.start()
	b.mu.Unlock()
	for _, s := range signals {
		b.wake(s.topic, s.payload)
		if b.db.engine.postgres() {
			select {
			case b.out <- b.node + " " + s.topic + " " + s.payload:
			default: // other nodes will find it when they poll
			}
		}
	}
}

func (b *bell) wake(topic, payload string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for ch := range b.topics[topic] {
		select {
		case ch <- payload:
		default:
		}
	}
}

func (b *bell) wakeAll() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, chans := range b.topics {
		for ch := range chans {
			select {
			case ch <- "":
			default:
			}
		}
	}
}

// send passes signals to the other nodes, all that wait in one statement.
func (b *bell) send() {
	for {
		var payloads []string
		select {
		case p := <-b.out:
			payloads = append(payloads, p)
		case <-b.ctx.Done():
			return
		}
		for len(b.out) > 0 && len(payloads) < 500 {
			payloads = append(payloads, <-b.out)
		}
		if err := b.db.engine.notify(b.ctx, payloads); err != nil && b.ctx.Err() == nil {
			b.db.log.Warn("signals to other nodes were lost; they will poll", "count", len(payloads), "error", err)
		}
	}
}

// listen receives the other nodes' signals and comes back after a broken
// connection, waiting at most five seconds between tries.
func (b *bell) listen() {
	pause := 100 * time.Millisecond
	for {
		err := b.db.engine.listen(b.ctx, func() { pause = 100 * time.Millisecond; b.wakeAll() }, b.heard)
		if b.ctx.Err() != nil {
			return
		}
		b.db.log.Warn("connection for signals broke", "error", err, "again_in", pause)
		select {
		case <-time.After(pause):
		case <-b.ctx.Done():
			return
		}
		pause = min(2*pause, 5*time.Second)
	}
}

func (b *bell) heard(notification string) {
	node, rest, _ := strings.Cut(notification, " ")
	topic, payload, ok := strings.Cut(rest, " ")
	switch {
	case !ok || node == b.node:
	case topic == keysTopic:
		b.db.vault.forgetAll()
	default:
		b.wake(topic, payload)
	}
}

func (b *bell) close() {
	b.mu.Lock()
	b.stopped = true
	b.mu.Unlock()
	b.cancel()
	b.done.Wait()
}
