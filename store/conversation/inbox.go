package conversation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"madoguchi/store"
)

// Stored is an event that waits for its turn, as a channel has received it.
type Stored struct {
	Event
	// Ref is the platform's id of the message, by which it may be taken back.
	Ref string
	// At is when it happened by the platform's clock; Received when it arrived.
	At, Received time.Time
	Payload      []byte
}

// Claimed is a stored event on lease.
type Claimed struct {
	Stored
	Tenant   string
	Attempts int // this one included
	Lease    string
	key      []byte
}

// Resume hands out at once what the process before this one had on lease when it
// died. Only SQLite's one process can know that nobody else is at it; on
// PostgreSQL the leases run out, and Resume does nothing.
func (Service) Resume(ctx context.Context, db *store.DB) error {
	err := db.System(ctx, func(tx *store.Tx) error {
		if tx.Postgres() {
			return nil
		}
		for _, query := range []string{
			`UPDATE event SET lease = '', lease_until = 0 WHERE state = 'stored' AND lease_until > 0`,
			`UPDATE delivery SET lease = '', lease_until = 0 WHERE state = 'waiting' AND lease_until > 0`,
		} {
			if _, err := tx.Exec(query); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("take over what was on lease: %w", err)
	}
	return nil
}

// Put stores events until they have their turn. One that is known already is
// passed over; while it still waits, its time of arrival moves to the newer
// one, as a redelivery brings a fresh reply token.
func (Service) Put(tx *store.Tx, events []Stored) error {
	for _, e := range events {
		key := tx.Blind("event", e.Channel+"\x00"+e.User+"\x00"+e.ID)
		person := tx.Blind("person", e.Channel+"\x00"+e.User)
		if e.User == "" {
			person = key // nobody's: needs no order
		}
		var ref []byte
		state := "stored"
		if e.Ref != "" {
			ref = tx.Blind("ref", e.Channel+"\x00"+e.Ref)
			var at int64
			err := tx.Row(`SELECT at FROM redaction WHERE tenant = $1 AND ref = $2`, tx.Tenant(), ref).Scan(&at)
			switch {
			case err == nil:
				state = "dropped" // taken back before it arrived
			case !errors.Is(err, store.ErrNotFound):
				return fmt.Errorf("look for a redaction: %w", err)
			}
		}
		payload, err := tx.Seal(class, "event", sealable(e))
		if err != nil {
			return fmt.Errorf("seal an event: %w", err)
		}
		if state == "dropped" {
			payload = nil
		}
		if _, err := tx.Exec(`INSERT INTO event (tenant, id, state, channel, person, ref, payload, at, received_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			ON CONFLICT (tenant, id) DO UPDATE SET received_at = excluded.received_at, payload = excluded.payload
			WHERE event.state = 'stored'`,
			tx.Tenant(), key, state, e.Channel, person, ref, payload,
			store.Millis(e.At), store.Millis(e.Received)); err != nil {
			return fmt.Errorf("store an event: %w", err)
		}
		tx.Point("inbox.stored")
	}
	return nil
}

// sealable packs what must not be readable: who it was, and what they sent.
func sealable(e Stored) []byte {
	out := make([]byte, 0, len(e.User)+len(e.ID)+len(e.Payload)+2)
	out = append(out, e.User...)
	out = append(out, 0)
	out = append(out, e.ID...)
	out = append(out, 0)
	return append(out, e.Payload...)
}

func unpack(e *Stored, b []byte) error {
	var parts [2]string
	for i := range parts {
		n := 0
		for n < len(b) && b[n] != 0 {
			n++
		}
		if n == len(b) {
			return errors.New("stored event is cut short")
		}
		parts[i], b = string(b[:n]), b[n+1:]
	}
	e.User, e.ID, e.Payload = parts[0], parts[1], b
	return nil
}

// Claim leases up to n events of a channel that are due, over all tenants, and
// counts the attempt. Of one person's events only the oldest is ever out.
func (Service) Claim(ctx context.Context, db *store.DB, channel string, n int, lease time.Duration) ([]Claimed, error) {
	now := store.Millis(db.Now())
	tenants, err := db.TenantsWith(ctx, `SELECT DISTINCT tenant FROM event
		WHERE channel = $1 AND state = 'stored' AND next_at <= $2 AND lease_until <= $2`, channel, now)
	if err != nil {
		return nil, fmt.Errorf("look for waiting events: %w", err)
	}
	var out []Claimed
	for _, tenant := range tenants {
		var some []Claimed
		err := db.Update(ctx, tenant, func(tx *store.Tx) (err error) {
			some, err = claim(tx, channel, n-len(out), lease)
			return err
		})
		if err != nil {
			return out, fmt.Errorf("claim waiting events: %w", err)
		}
		out = append(out, some...)
		if len(out) >= n {
			break
		}
	}
	return out, nil
}

func claim(tx *store.Tx, channel string, n int, lease time.Duration) ([]Claimed, error) {
	now := store.Millis(tx.Now())
	lock := ""
	if tx.Postgres() {
		lock = " FOR UPDATE OF e SKIP LOCKED"
	}
	rows, err := tx.Query(`SELECT e.id, e.payload, e.at, e.received_at, e.attempts FROM event e
		WHERE e.tenant = $1 AND e.channel = $2 AND e.state = 'stored' AND e.next_at <= $3 AND e.lease_until <= $3
		AND NOT EXISTS (SELECT 1 FROM event o WHERE o.tenant = e.tenant AND o.channel = e.channel
			AND o.person = e.person AND o.state = 'stored' AND (o.at, o.id) < (e.at, e.id))
		ORDER BY e.at LIMIT $4`+lock, tx.Tenant(), channel, now, n)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Claimed
	var sealed [][]byte
	for rows.Next() {
		c := Claimed{Tenant: tx.Tenant(), Lease: store.NewID()}
		c.Channel = channel
		var payload []byte
		var at, received int64
		if err := rows.Scan(&c.key, &payload, &at, &received, &c.Attempts); err != nil {
			return nil, err
		}
		c.At, c.Received = store.FromMillis(at), store.FromMillis(received)
		c.Attempts++
		out, sealed = append(out, c), append(sealed, payload)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for i := range out {
		plain, err := tx.Unseal(class, "event", sealed[i])
		if err != nil {
			return nil, fmt.Errorf("unseal a waiting event: %w", err)
		}
		if err := unpack(&out[i].Stored, plain); err != nil {
			return nil, err
		}
		if _, err := tx.Exec(`UPDATE event SET attempts = attempts + 1, lease = $3, lease_until = $4
			WHERE tenant = $1 AND id = $2`,
			tx.Tenant(), out[i].key, out[i].Lease, now+lease.Milliseconds()); err != nil {
			return nil, err
		}
		tx.Point("inbox.claimed")
	}
	return out, nil
}

// Finish ends the lease: the event is done, dropped for a reason, or handed out
// again at a later time. A lease that is no longer this one changes nothing.
func (Service) Finish(ctx context.Context, db *store.DB, c Claimed, retry time.Time, reason string) error {
	return db.Update(ctx, c.Tenant, func(tx *store.Tx) error {
		tx.Point("inbox.finishing")
		key := tx.Blind("event", c.Channel+"\x00"+c.User+"\x00"+c.ID)
		var err error
		if !retry.IsZero() {
			_, err = tx.Exec(`UPDATE event SET next_at = $4, lease = '', lease_until = 0
				WHERE tenant = $1 AND id = $2 AND lease = $3 AND state = 'stored'`,
				tx.Tenant(), key, c.Lease, store.Millis(retry))
		} else {
			state := "done"
			if reason != "" {
				state = "dropped"
			}
			_, err = tx.Exec(`UPDATE event SET state = $4, reason = $5, payload = NULL, lease = '', lease_until = 0
				WHERE tenant = $1 AND id = $2 AND lease = $3 AND state = 'stored'`,
				tx.Tenant(), key, c.Lease, state, reason)
		}
		if err != nil {
			return fmt.Errorf("finish a waiting event: %w", err)
		}
		return nil
	})
}

// Block notes that a person has shut the channel, or opened it again; of two
// notes the later by the platform's clock wins. Deliveries that wait for a
// person who has shut it are given up.
func (Service) Block(tx *store.Tx, channel, user string, blocked bool, at time.Time) error {
	person := tx.Blind("person", channel+"\x00"+user)
	n, err := tx.Exec(`UPDATE conversation SET blocked = $4, blocked_at = $5
		WHERE tenant = $1 AND channel = $2 AND person = $3 AND blocked_at <= $5`,
		tx.Tenant(), channel, person, blocked, store.Millis(at))
	if err != nil {
		return fmt.Errorf("note a block: %w", err)
	}
	if n == 0 || !blocked {
		return nil
	}
	if _, err := tx.Exec(`UPDATE delivery SET state = 'dead', reason = 'blocked'
		WHERE tenant = $1 AND state = 'waiting' AND conversation IN
			(SELECT id FROM conversation WHERE tenant = $1 AND channel = $2 AND person = $3)`,
		tx.Tenant(), channel, person); err != nil {
		return fmt.Errorf("give up deliveries of a blocked channel: %w", err)
	}
	return nil
}

// Redact takes back what a person wrote in the message ref: from the inbox, from
// the transcript, and, should the message arrive only later, then too.
func (Service) Redact(tx *store.Tx, channel, ref string) error {
	key := tx.Blind("ref", channel+"\x00"+ref)
	now := store.Millis(tx.Now())
	if _, err := tx.Exec(`INSERT INTO redaction (tenant, ref, at) VALUES ($1, $2, $3)
		ON CONFLICT (tenant, ref) DO NOTHING`, tx.Tenant(), key, now); err != nil {
		return fmt.Errorf("note a redaction: %w", err)
	}
	if _, err := tx.Exec(`UPDATE event SET state = 'dropped', reason = 'unsent', payload = NULL
		WHERE tenant = $1 AND ref = $2 AND state = 'stored'`, tx.Tenant(), key); err != nil {
		return fmt.Errorf("drop a redacted event: %w", err)
	}
	var id string
	var first int64
	err := tx.Row(`SELECT conversation, first_seq FROM event
		WHERE tenant = $1 AND ref = $2 AND state = 'done'`, tx.Tenant(), key).Scan(&id, &first)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("find a redacted message: %w", err)
	}
	body, err := tx.Seal(class, bind(id, first-1), []byte(`{"from":"resident","text":""}`))
	if err != nil {
		return fmt.Errorf("seal a redaction: %w", err)
	}
	if _, err := tx.Exec(`UPDATE message SET body = $4
		WHERE tenant = $1 AND conversation = $2 AND seq = $3 AND author = 'resident'`,
		tx.Tenant(), id, first-1, body); err != nil {
		return fmt.Errorf("redact a message: %w", err)
	}
	return nil
}
