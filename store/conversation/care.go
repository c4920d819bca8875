package conversation

import (
	"context"
	"fmt"
	"time"

	"madoguchi/store"
	"madoguchi/store/job"
)

// How long things are kept. Event ids outlive any redelivery and any replay of
// a captured webhook body (LI14); a conversation nobody has continued is
// forgotten with all that was said in it (S1-025 to S1-027).
const (
	KeepEvents        = 35 * 24 * time.Hour
	keepConversations = 30 * 24 * time.Hour
	keepDeliveries    = 30 * 24 * time.Hour
)

// Jobs forget what is no longer needed.
func (s Service) Jobs(db *store.DB) []job.Job {
	return []job.Job{{
		Name: "retention", Every: time.Hour,
		Run: func(ctx context.Context, tenant string) error {
			return db.Update(ctx, tenant, s.Forget)
		},
	}}
}

// Forget deletes events, deliveries and conversations past their time.
func (Service) Forget(tx *store.Tx) error {
	now := tx.Now()
	idle := store.Millis(now.Add(-keepConversations))
	for _, step := range []struct {
		query string
		until int64
	}{
		{`DELETE FROM message WHERE tenant = $1 AND conversation IN
			(SELECT id FROM conversation WHERE tenant = $1 AND updated_at < $2)`, idle},
		{`DELETE FROM delivery WHERE tenant = $1 AND conversation IN
			(SELECT id FROM conversation WHERE tenant = $1 AND updated_at < $2)`, idle},
		{`DELETE FROM conversation WHERE tenant = $1 AND updated_at < $2`, idle},
		{`DELETE FROM event WHERE tenant = $1 AND received_at < $2 AND state <> 'stored'`, store.Millis(now.Add(-KeepEvents))},
		{`DELETE FROM redaction WHERE tenant = $1 AND at < $2`, store.Millis(now.Add(-KeepEvents))},
		{`DELETE FROM delivery WHERE tenant = $1 AND created_at < $2 AND state = 'sent'`, store.Millis(now.Add(-keepDeliveries))},
	} {
		if _, err := tx.Exec(step.query, tx.Tenant(), step.until); err != nil {
			return fmt.Errorf("forget old conversations: %w", err)
		}
	}
	return nil
}

// Checks prove that each event had one set of replies and that no message is
// missing from a transcript.
func (Service) Checks() []store.Check {
	return []store.Check{
		{Name: "transcript is complete", Run: func(_ context.Context, tx *store.Tx) ([]string, error) {
			return breaches(tx, `SELECT c.id, 'has ' || CAST(COUNT(m.seq) AS TEXT) || ' messages, its last is number ' || CAST(c.seq AS TEXT)
				FROM conversation c LEFT JOIN message m ON m.tenant = c.tenant AND m.conversation = c.id
				WHERE c.tenant = $1 GROUP BY c.id, c.seq HAVING COUNT(m.seq) <> c.seq`)
		}},
		{Name: "one set of replies per event", Run: func(_ context.Context, tx *store.Tx) ([]string, error) {
			return breaches(tx, `SELECT conversation, 'messages ' || CAST(first_seq AS TEXT) || ' to ' || CAST(last_seq AS TEXT) || ' answer two events'
				FROM (SELECT conversation, first_seq, last_seq, MAX(last_seq) OVER (PARTITION BY conversation
						ORDER BY first_seq, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS answered
					FROM event WHERE tenant = $1 AND state = 'done' AND first_seq > 0 AND first_seq <= last_seq) e
				WHERE first_seq <= answered`)
		}},
		{Name: "turns are counted", Run: func(_ context.Context, tx *store.Tx) ([]string, error) {
			return breaches(tx, `SELECT c.id, 'counts ' || CAST(c.number AS TEXT) || ' turns but has ' || CAST(e.answered AS TEXT) || ' events answered'
				FROM (SELECT conversation, COUNT(*) AS answered FROM event WHERE tenant = $1 AND state = 'done' GROUP BY conversation) e
				JOIN conversation c ON c.tenant = $1 AND c.id = e.conversation
				WHERE e.answered > c.number`)
		}},
	}
}

// Waiting counts, over all tenants, the rows that wait in a queue: "event" or
// "delivery".
func (Service) Waiting(ctx context.Context, db *store.DB, queue string) (n int, err error) {
	query := `SELECT COUNT(*) FROM event WHERE state = 'stored'`
	if queue == "delivery" {
		query = `SELECT COUNT(*) FROM delivery WHERE state = 'waiting'`
	}
	err = db.SystemView(ctx, func(tx *store.Tx) error { return tx.Row(query).Scan(&n) })
	return n, err
}

func breaches(tx *store.Tx, query string) ([]string, error) {
	rows, err := tx.Query(query, tx.Tenant())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var id, what string
		if err := rows.Scan(&id, &what); err != nil {
			return nil, err
		}
		out = append(out, "conversation "+id+" "+what)
	}
	return out, rows.Err()
}
