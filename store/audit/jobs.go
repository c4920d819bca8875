package audit

import (
	"context"
	"time"

	"madoguchi/store"
	"madoguchi/store/job"
)

// Jobs seal the logs of all tenants, and the one outside any, each second.
func Jobs(db *store.DB) []job.Job {
	seal := func(ctx context.Context, tenant string) error {
		_, err := SealPending(ctx, db, tenant)
		return err
	}
	return []job.Job{
		{Name: "audit.seal", Every: time.Second, Run: seal},
		{Name: "audit.seal-system", Every: time.Minute, Once: func(ctx context.Context) error { return seal(ctx, SystemLog) }},
	}
}
