package console

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"madoguchi/store"
	"madoguchi/store/staff"
)

// Changed tells everyone who looks at a live page of this tenant that what it
// shows is no longer so, once the transaction has committed. Any payload of a
// topic that is the tenant's id, or begins with it and a slash, does the same.
func Changed(tx *store.Tx, topic string) { tx.Signal(topic, tx.Tenant()) }

const (
	// mostStreams bounds what open pages cost a node.
	mostStreams = 2000
	// heartbeat keeps proxies from cutting a silent stream. With it the session
	// is looked at again: a signal may be lost, and on SQLite there is none from
	// a command in another process.
	heartbeat = 5 * time.Second
	// writeTime is how long a browser may take to accept a line.
	writeTime = 10 * time.Second
)

// Events answers with a stream that says "changed" when one of the topics is
// signalled for this tenant, on whatever node, and "end" when the session is
// over, within a second of that. The stream ends with the session, the browser
// or the program; a browser then asks again by itself.
//
// It is a hint, not the truth: whoever is told fetches the page anew, with the
// rights of that moment.
func (q *Request) Events(topics ...string) error {
	k := q.console
	if k.streams.Add(1) > mostStreams {
		k.streams.Add(-1)
		return store.ErrBusy
	}
	defer k.streams.Add(-1)

	changed, revoked := make(chan struct{}, 1), make(chan struct{}, 1)
	for _, topic := range topics {
		defer k.forward(topic, q.Tenant, changed)()
	}
	defer k.forward(staff.Topic, q.Tenant, revoked)()

	h := q.W.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no")
	control := http.NewResponseController(q.W)
	// The server's limits are meant for requests that end.
	if err := control.SetReadDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return nil
	}
	say := func(line string) bool {
		_ = control.SetWriteDeadline(time.Now().Add(writeTime))
		_, err := io.WriteString(q.W, line+"\n\n")
		return err == nil && control.Flush() == nil
	}
	if !say("retry: 3000") {
		return nil
	}
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		line := ": still here"
		select {
		case <-q.Context().Done():
			return nil
		case <-k.closed:
			return nil
		case <-changed:
			line = "event: changed\ndata: 1"
		case <-revoked:
		case <-beat.C:
		}
		if _, err := k.session(q.Context(), q.secret); errors.Is(err, ErrNoSession) {
			say("event: end\ndata: 1")
			return nil
		}
		if !say(line) {
			return nil
		}
	}
}

// forward nudges to when a topic is signalled for a tenant; many signals while
// nobody looks are one. stop ends it.
func (k *Console) forward(topic, tenant string, to chan<- struct{}) (stop func()) {
	signals, stop := k.DB.Subscribe(topic)
	go func() {
		for payload := range signals {
			if payload != "" && payload != tenant && !strings.HasPrefix(payload, tenant+"/") {
				continue
			}
			select {
			case to <- struct{}{}:
			default:
			}
		}
	}()
	return stop
}
