// Package notice keeps what is to be told to residents about their bookings: a
// confirmation, a change, a cancellation, a reminder.
//
// A notice names its booking and holds neither text nor address. Whoever sends
// it derives both from the booking as it is at that moment, so that a reminder
// never speaks of a visit that was moved or cancelled meanwhile.
//
//	booking's transaction ── Queue ──▶ notice ── Claim ──▶ channels/mail ── Finish
//	job "reminders" ── Due, Queue ──────┘
//
// There is one row per booking, kind and sequence of the booking, so queueing
// twice tells once. A row waits until it is sent, dropped (there is nothing to
// tell any more) or dead (it cannot be told; an operator sees it).
package notice

import (
	"context"
	"fmt"
	"time"

	"madoguchi/i18n"
	"madoguchi/store"
)

// Topic is signalled when a notice has been queued; the payload is the channel.
const Topic = "notice"

// class is the data class access keys are sealed under while they wait.
const class = "notice"

// Kind is what a notice tells.
type Kind string

// The kinds.
const (
	Booked    Kind = "booked"
	Changed   Kind = "changed"
	Cancelled Kind = "cancelled"
	Reminder  Kind = "reminder"

	// These carry a link (store/identity): Booking is its id and Key its secret.
	Register Kind = "register"
	Reset    Kind = "reset"
	Confirm  Kind = "confirm"

	// Locked warns a resident that somebody tried wrong birth dates for their
	// card (A18). Booking is the id of the resident.
	Locked Kind = "locked"

	// Tasks reminds of the dates of a personal task list (store/plan). Booking is
	// the id of the list, Sequence the day, as YYYYMMDD.
	Tasks Kind = "tasks"

	// Place tells of a place held for somebody on the waiting list. Booking is the
	// id of the entry, Sequence the number of the offer, Key the secret that opens it.
	Place Kind = "place"
)

// Channel is the way a notice takes.
type Channel string

// The channels.
const (
	Mail Channel = "mail"
	Line Channel = "line"
)

// State is where a notice stands.
type State string

// The states.
const (
	Waiting State = "waiting"
	Sent    State = "sent"
	Dead    State = "dead"    // it could not be delivered
	Dropped State = "dropped" // there was nothing to tell any more
)

// Notice is one thing to be told.
type Notice struct {
	ID       string
	Booking  string
	Kind     Kind
	Sequence int // of the booking, when the notice became due
	Channel  Channel
	Lang     i18n.Lang
	// Key is the access key, for Booked only, or the secret of a link.
	Key string
}

// Service keeps notices. It has no state of its own.
type Service struct{}

// Queue puts a notice into the queue, due at once. It reports false, and changes
// nothing, if this has been queued before.
func (Service) Queue(tx *store.Tx, n Notice) (bool, error) {
	fresh, err := insert(tx, n, Waiting)
	if err == nil && fresh {
		tx.Signal(Topic, string(n.Channel))
	}
	return fresh, err
}

// Told records a notice that this transaction itself delivers. It reports false,
// and changes nothing, if there was such a notice before.
func (Service) Told(tx *store.Tx, n Notice) (bool, error) { return insert(tx, n, Sent) }

func insert(tx *store.Tx, n Notice, state State) (bool, error) {
	n.ID = store.NewID()
	now := store.Millis(tx.Now())
	var key any // NULL unless there is one to tell
	if n.Key != "" && state == Waiting {
		var err error
		if key, err = tx.Seal(class, n.ID, []byte(n.Key)); err != nil {
			return false, fmt.Errorf("seal the key of a notice: %w", err)
		}
	}
	var ended int64
	if state != Waiting {
		ended = now
	}
	// next_at 0: a worker whose clock is behind takes it at once all the same.
	rows, err := tx.Exec(`INSERT INTO notice (tenant, booking, kind, sequence, id, channel, lang, access_key, state,
			attempts, next_at, lease, lease_until, reason, created_at, ended_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, '', 0, '', $10, $11)
		ON CONFLICT (tenant, booking, kind, sequence) DO NOTHING`,
		tx.Tenant(), n.Booking, string(n.Kind), n.Sequence, n.ID, string(n.Channel), string(n.Lang), key, string(state), now, ended)
	if err != nil {
		return false, fmt.Errorf("queue a notice: %w", err)
	}
	return rows == 1, nil
}

// Claimed is a notice on lease to the worker that sends it.
type Claimed struct {
	Notice
	Tenant   string
	Attempts int // this one included
	Made     time.Time
	Lease    string
}

// Claim leases up to n notices of a channel that are due, over all tenants. When
// it returns, the try is on record. Of several workers one gets each notice; if
// it dies, the lease runs out and another does.
func (Service) Claim(ctx context.Context, db *store.DB, channel Channel, n int, lease time.Duration) ([]Claimed, error) {
	tenants, err := db.TenantsWith(ctx, `SELECT DISTINCT tenant FROM notice
		WHERE channel = $1 AND state = 'waiting' AND next_at <= $2 AND lease_until <= $2`,
		string(channel), store.Millis(db.Now()))
	if err != nil {
		return nil, fmt.Errorf("look for waiting notices: %w", err)
	}
	var out []Claimed
	for _, tenant := range tenants {
		var some []Claimed
		err := db.Update(ctx, tenant, func(tx *store.Tx) (err error) {
			some, err = claim(tx, channel, n-len(out), lease)
			return err
		})
		if err != nil {
			return out, fmt.Errorf("claim notices: %w", err)
		}
		if out = append(out, some...); len(out) >= n {
			break
		}
	}
	return out, nil
}

func claim(tx *store.Tx, channel Channel, n int, lease time.Duration) ([]Claimed, error) {
	lock := ""
	if tx.Postgres() {
		lock = " FOR UPDATE SKIP LOCKED"
	}
	now := store.Millis(tx.Now())
	rows, err := tx.Query(`SELECT id, booking, kind, sequence, lang, access_key, attempts, created_at FROM notice
		WHERE tenant = $1 AND channel = $2 AND state = 'waiting' AND next_at <= $3 AND lease_until <= $3
		ORDER BY next_at, id LIMIT $4`+lock, tx.Tenant(), string(channel), now, n)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Claimed
	var keys [][]byte
	for rows.Next() {
		c := Claimed{Tenant: tx.Tenant(), Lease: store.NewID()}
		c.Channel = channel
		var key []byte
		var made int64
		if err := rows.Scan(&c.ID, &c.Booking, &c.Kind, &c.Sequence, &c.Lang, &key, &c.Attempts, &made); err != nil {
			return nil, err
		}
		c.Attempts++
		c.Made = store.FromMillis(made)
		out, keys = append(out, c), append(keys, key)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for i := range out {
		c := &out[i]
		if len(keys[i]) > 0 {
			key, err := tx.Unseal(class, c.ID, keys[i])
			if err != nil {
				return nil, fmt.Errorf("unseal the key of notice %s: %w", c.ID, err)
			}
			c.Key = string(key)
		}
		if _, err := tx.Exec(`UPDATE notice SET attempts = attempts + 1, lease = $3, lease_until = $4 WHERE tenant = $1 AND id = $2`,
			tx.Tenant(), c.ID, c.Lease, now+lease.Milliseconds()); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Outcome is the end of one try.
type Outcome struct {
	State  State
	Retry  time.Time // Waiting: when to try again
	Reason string    // a code without personal data
}

// Finish ends the lease with what became of the try. A notice that has ended
// stands in the audit log, for its address has been read, and its key is gone. A
// lease that is no longer this one changes nothing.
func (Service) Finish(ctx context.Context, db *store.DB, c Claimed, o Outcome) error {
	err := db.Update(ctx, c.Tenant, func(tx *store.Tx) error {
		if o.State == Waiting {
			_, err := tx.Exec(`UPDATE notice SET next_at = $4, reason = $5, lease = '', lease_until = 0
				WHERE tenant = $1 AND id = $2 AND lease = $3 AND state = 'waiting'`,
				tx.Tenant(), c.ID, c.Lease, store.Millis(o.Retry), o.Reason)
			return err
		}
		rows, err := tx.Exec(`UPDATE notice SET state = $4, reason = $5, ended_at = $6, access_key = NULL, lease = '', lease_until = 0
			WHERE tenant = $1 AND id = $2 AND lease = $3 AND state = 'waiting'`,
			tx.Tenant(), c.ID, c.Lease, string(o.State), o.Reason, store.Millis(tx.Now()))
		if err != nil || rows == 0 {
			return err
		}
		return tx.Audit(string(c.Channel), "notice."+string(o.State), c.Booking,
			"kind", string(c.Kind), "sequence", c.Sequence, "attempts", c.Attempts, "reason", o.Reason)
	})
	if err != nil {
		return fmt.Errorf("finish notice %s: %w", c.ID, err)
	}
	return nil
}

// Count returns how many notices are in a state, over all tenants.
func (Service) Count(ctx context.Context, db *store.DB, state State) (n int, err error) {
	err = db.SystemView(ctx, func(tx *store.Tx) error {
		return tx.Row(`SELECT COUNT(*) FROM notice WHERE state = $1`, string(state)).Scan(&n)
	})
	if err != nil {
		return 0, fmt.Errorf("count notices: %w", err)
	}
	return n, nil
}
