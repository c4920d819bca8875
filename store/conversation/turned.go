package conversation

import (
	"fmt"
	"time"

	"madoguchi/store"
)

// Turned is one turn as the reports look at it.
type Turned struct {
	Conversation string
	Channel      string
	Outcome      []byte // what Close was given
}

// Turned lists the turns people made from an instant until before another, in
// order; what was said to them without being asked is none.
// Events are forgotten after KeepEvents, and their turns with them.
func (Service) Turned(tx *store.Tx, from, until time.Time) ([]Turned, error) {
	rows, err := tx.Query(`SELECT conversation, channel, outcome FROM event
		WHERE tenant = $1 AND received_at >= $2 AND received_at < $3 AND state = 'done' AND reason <> 'said' ORDER BY received_at, first_seq`,
		tx.Tenant(), store.Millis(from), store.Millis(until))
	if err != nil {
		return nil, fmt.Errorf("list the turns of a period: %w", err)
	}
	defer rows.Close()
	var out []Turned
	for rows.Next() {
		var t Turned
		if err := rows.Scan(&t.Conversation, &t.Channel, &t.Outcome); err != nil {
			return nil, fmt.Errorf("list the turns of a period: %w", err)
		}
		out = append(out, t)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list the turns of a period: %w", err)
	}
	// Only now, as opening may have to read the key.
	for i := range out {
		if len(out[i].Outcome) == 0 {
			continue
		}
		if out[i].Outcome, err = tx.Unseal(class, out[i].Conversation, out[i].Outcome); err != nil {
			return nil, fmt.Errorf("unseal an outcome: %w", err)
		}
	}
	return out, nil
}
