package conversation

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"madoguchi/store"
)

// TopicDelivery is signalled when a delivery has been queued; the payload is
// the channel.
const TopicDelivery = "delivery"

// Delivery is one reply on lease to the worker that sends it.
type Delivery struct {
	ID           string
	Tenant       string
	User         string // the channel's id of the person
	Conversation string
	Lines        []Line
	Outcome      []byte // of the turn, as given to Close
	Means        []byte
	RetryKey     uuid.UUID
	FirstTry     time.Time
	Attempts     int // this one included
	Note         []byte
	Lease        string
}

// queue puts the replies of a turn into the outbox. The retry key is fixed here,
// before any try.
func queue(tx *store.Tx, c *Conversation, first int64, p *Push, now int64) error {
	var means []byte
	if len(p.Means) > 0 {
		var err error
		if means, err = tx.Seal(class, c.ID, p.Means); err != nil {
			return fmt.Errorf("seal the means of a delivery: %w", err)
		}
	}
	key, err := uuid.NewRandom()
	if err != nil {
		return fmt.Errorf("make a retry key: %w", err)
	}
	if _, err := tx.Exec(`INSERT INTO delivery
			(tenant, id, conversation, event, channel, first_seq, last_seq, retry_key, means, state, next_at, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'waiting', $10, $10)`,
		tx.Tenant(), store.NewID(), c.ID, c.event, c.channel, first, c.Seq, key.String(), means, now); err != nil {
		return fmt.Errorf("queue a delivery: %w", err)
	}
	tx.Point("outbox.queued")
	tx.Signal(TopicDelivery, c.channel)
	return nil
}

// ClaimDeliveries leases up to n deliveries of a channel that are due, over all
// tenants. When it returns, the try is on record: attempts counted, first try
// noted. Of one conversation only the oldest is ever out, so order is kept.
func (s Service) ClaimDeliveries(ctx context.Context, db *store.DB, channel string, n int, lease time.Duration) ([]Delivery, error) {
	now := store.Millis(db.Now())
	tenants, err := db.TenantsWith(ctx, `SELECT DISTINCT tenant FROM delivery
		WHERE channel = $1 AND state = 'waiting' AND next_at <= $2 AND lease_until <= $2`, channel, now)
	if err != nil {
		return nil, fmt.Errorf("look for waiting deliveries: %w", err)
	}
	var out []Delivery
	for _, tenant := range tenants {
		var some []Delivery
		err := db.Update(ctx, tenant, func(tx *store.Tx) (err error) {
			some, err = s.claimDeliveries(tx, channel, n-len(out), lease)
			return err
		})
		if err != nil {
			return out, fmt.Errorf("claim deliveries: %w", err)
		}
		if out = append(out, some...); len(out) >= n {
			break
		}
	}
	return out, nil
}

func (s Service) claimDeliveries(tx *store.Tx, channel string, n int, lease time.Duration) ([]Delivery, error) {
	now := store.Millis(tx.Now())
	lock := ""
	if tx.Postgres() {
		lock = " FOR UPDATE OF d SKIP LOCKED"
	}
	rows, err := tx.Query(`SELECT d.id, d.conversation, d.first_seq, d.last_seq, d.retry_key, d.means, d.note,
			d.attempts, d.first_try, c.address, e.outcome
		FROM delivery d
		JOIN conversation c ON c.tenant = d.tenant AND c.id = d.conversation
		LEFT JOIN event e ON e.tenant = d.tenant AND e.id = d.event
		WHERE d.tenant = $1 AND d.channel = $2 AND d.state = 'waiting' AND d.next_at <= $3 AND d.lease_until <= $3
		AND NOT EXISTS (SELECT 1 FROM delivery o WHERE o.tenant = d.tenant AND o.conversation = d.conversation
			AND o.state = 'waiting' AND o.id < d.id)
		ORDER BY d.id LIMIT $4`+lock, tx.Tenant(), channel, now, n)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	type row struct {
		Delivery
		first, last, tried       int64
		address, out, mean, note []byte
	}
	var found []row
	for rows.Next() {
		r := row{Delivery: Delivery{Tenant: tx.Tenant(), Lease: store.NewID()}}
		var key string
		if err := rows.Scan(&r.ID, &r.Conversation, &r.first, &r.last, &key, &r.mean, &r.note,
			&r.Attempts, &r.tried, &r.address, &r.out); err != nil {
			return nil, err
		}
		if r.RetryKey, err = uuid.Parse(key); err != nil {
			return nil, fmt.Errorf("retry key of delivery %s: %w", r.ID, err)
		}
		found = append(found, r)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	out := make([]Delivery, 0, len(found))
	for _, r := range found {
		d := r.Delivery
		for _, part := range []struct {
			sealed []byte
			to     *[]byte
		}{{r.mean, &d.Means}, {r.note, &d.Note}, {r.out, &d.Outcome}} {
			if len(part.sealed) == 0 {
				continue
			}
			if *part.to, err = tx.Unseal(class, d.Conversation, part.sealed); err != nil {
				return nil, fmt.Errorf("unseal delivery %s: %w", d.ID, err)
			}
		}
		user, err := tx.Unseal(class, d.Conversation, r.address)
		if err != nil {
			return nil, fmt.Errorf("unseal the address of delivery %s: %w", d.ID, err)
		}
		d.User = string(user)
		if d.Lines, err = s.Lines(tx, d.Conversation, r.first, r.last); err != nil {
			return nil, err
		}
		if r.tried == 0 {
			r.tried = now
		}
		d.FirstTry = store.FromMillis(r.tried)
		d.Attempts++
		if _, err := tx.Exec(`UPDATE delivery SET attempts = attempts + 1, first_try = $3, lease = $4, lease_until = $5
			WHERE tenant = $1 AND id = $2`,
			tx.Tenant(), d.ID, r.tried, d.Lease, now+lease.Milliseconds()); err != nil {
			return nil, err
		}
		tx.Point("outbox.claimed")
		out = append(out, d)
	}
	return out, nil
}

// Delivered is the end of one try.
type Delivered struct {
	State    string // sent, waiting (again at Retry), dead, unknown
	Retry    time.Time
	Reason   string // a code without personal data
	Requests string // the platform's ids of the calls made
	Note     []byte // waiting: handed back with the next try
}

// FinishDelivery ends the lease with what became of the try. A lease that is no
// longer this one changes nothing.
func (Service) FinishDelivery(ctx context.Context, db *store.DB, d Delivery, r Delivered) error {
	return db.Update(ctx, d.Tenant, func(tx *store.Tx) error {
		tx.Point("outbox.finishing")
		var note []byte
		if len(r.Note) > 0 {
			var err error
			if note, err = tx.Seal(class, d.Conversation, r.Note); err != nil {
				return fmt.Errorf("seal the note of a delivery: %w", err)
			}
		}
		next := int64(0)
		if r.State == "waiting" {
			next = store.Millis(r.Retry)
		}
		_, err := tx.Exec(`UPDATE delivery SET state = $4, next_at = $5, reason = $6, requests = requests || $7,
				note = $8, lease = '', lease_until = 0
			WHERE tenant = $1 AND id = $2 AND lease = $3 AND state = 'waiting'`,
			tx.Tenant(), d.ID, d.Lease, r.State, next, r.Reason, r.Requests, note)
		if err != nil {
			return fmt.Errorf("finish delivery %s: %w", d.ID, err)
		}
		return nil
	})
}
