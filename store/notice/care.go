package notice

import (
	"context"
	"fmt"
	"time"

	"madoguchi/store"
	"madoguchi/store/job"
)

// keep is how long a notice that has ended is remembered. It is far longer than
// anything could ask for it to be queued again.
const keep = 30 * 24 * time.Hour

// Jobs forget notices that have ended.
func (s Service) Jobs(db *store.DB) []job.Job {
	return []job.Job{{
		Name: "notice.retention", Every: time.Hour,
		Run: func(ctx context.Context, tenant string) error { return db.Update(ctx, tenant, s.Forget) },
	}}
}

// Forget deletes notices that ended long ago.
func (Service) Forget(tx *store.Tx) error {
	_, err := tx.Exec(`DELETE FROM notice WHERE tenant = $1 AND state <> 'waiting' AND ended_at < $2`,
		tx.Tenant(), store.Millis(tx.Now().Add(-keep)))
	if err != nil {
		return fmt.Errorf("forget old notices: %w", err)
	}
	return nil
}

// Checks prove that no access key outlives its notice.
func (Service) Checks() []store.Check {
	return []store.Check{{
		Name: "access keys are wiped once told",
		Run: func(_ context.Context, tx *store.Tx) ([]string, error) {
			rows, err := tx.Query(`SELECT id FROM notice WHERE tenant = $1 AND state <> 'waiting' AND access_key IS NOT NULL`, tx.Tenant())
			if err != nil {
				return nil, err
			}
			defer rows.Close()
			var out []string
			for rows.Next() {
				var id string
				if err := rows.Scan(&id); err != nil {
					return nil, err
				}
				out = append(out, "notice "+id+" has ended and still holds a key")
			}
			return out, rows.Err()
		},
	}}
}
