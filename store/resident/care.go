package resident

import (
	"context"
	"fmt"
	"time"

	"madoguchi/store"
	"madoguchi/store/job"
)

// Jobs are the periodic works of the roster: keeping both lists of the erased the
// same, removing what erased rows left in the database's files, and clearing away
// imports that died.
func (r *Residents) Jobs(db *store.DB) []job.Job {
	return []job.Job{
		{Name: "residents.erased", Every: 10 * time.Minute, Run: func(ctx context.Context, tenant string) error {
			_, err := r.Reconcile(ctx, db, tenant)
			return err
		}},
		{Name: "residents.import", Every: 5 * time.Minute, Run: func(ctx context.Context, tenant string) error {
			return r.discardDead(ctx, db, tenant)
		}},
		{Name: "residents.scrub", Every: time.Hour, Once: func(ctx context.Context) error { return r.scrub(ctx, db) }},
	}
}

// scrub removes from the database's files what erasing has left there, if anybody
// was erased since the run before the last.
func (r *Residents) scrub(ctx context.Context, db *store.DB) error {
	since := store.Millis(db.Now().Add(-2 * time.Hour))
	tenants, err := db.TenantsWith(ctx, `SELECT DISTINCT tenant FROM resident_erasure WHERE erased_at>=$1`, since)
	if err != nil {
		return fmt.Errorf("looking for erased residents: %w", err)
	}
	if len(tenants) == 0 {
		return nil
	}
	if err := db.Scrub(ctx, "resident_key"); err != nil {
		// Not a failure of the job: it is tried again, or is for the
		// administrator to do (see Erase).
		db.Log().Warn("what erased residents left in the database's files is still there", "error", err)
	}
	return nil
}

// Checks are the invariants of the roster.
func (r *Residents) Checks() []store.Check {
	return []store.Check{{Name: "residents", Run: func(_ context.Context, tx *store.Tx) ([]string, error) {
		var breaches []string
		for _, c := range []struct{ says, query string }{
			{"%d erased records have a key", `SELECT COUNT(*) FROM resident r JOIN resident_key k ON k.tenant=r.tenant AND k.serial=r.serial
				WHERE r.tenant=$1 AND r.state='erased' AND k.wrapped<>` + zerosLike(tx)},
			{"%d records have no key", `SELECT COUNT(*) FROM resident r WHERE r.tenant=$1 AND r.state<>'erased'
				AND NOT EXISTS (SELECT 1 FROM resident_key k WHERE k.tenant=r.tenant AND k.serial=r.serial)`},
			{"%d tokens are of no living record", `SELECT COUNT(*) FROM resident_token t WHERE t.tenant=$1
				AND NOT EXISTS (SELECT 1 FROM resident r WHERE r.tenant=t.tenant AND r.serial=t.resident AND r.state<>'erased')`},
		} {
			var n int
			if err := tx.Row(c.query, tx.Tenant()).Scan(&n); err != nil {
				return nil, fmt.Errorf("checking the roster: %w", err)
			}
			if n > 0 {
				breaches = append(breaches, fmt.Sprintf(c.says, n))
			}
		}
		list, err := erased(tx)
		if err != nil {
			return nil, err
		}
		if r.erasures != nil {
			outside, err := r.erasures.read(tx.Tenant())
			if err != nil {
				return nil, err
			}
			for m, e := range outside {
				list[m] = e
			}
		}
		back, err := markedIn(tx, list)
		if err != nil {
			return nil, err
		}
		for _, id := range back {
			breaches = append(breaches, "record "+id+" was erased and is back (madoguchi job run residents.erased erases it again)")
		}
		return breaches, nil
	}}}
}

// zerosLike is as many zero bytes as a wrapped key has, in the database's words.
func zerosLike(tx *store.Tx) string {
	if tx.Postgres() {
		return `decode(repeat('00', length(k.wrapped)), 'hex')`
	}
	return `zeroblob(length(k.wrapped))`
}
