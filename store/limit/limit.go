// Package limit counts attempts in the database, so that a budget holds across
// nodes and restarts: how often an address may ask, and how often a key may be
// guessed wrong, per key, per address, per device and for the whole site.
//
// Whom a count is about is stored only as a keyed hash. A window is cut into
// parts; an attempt counts in its part, and a part counts until it is wholly
// older than the window. So in no window of the given length, wherever it
// begins, are more than max attempts allowed; at worst somebody waits an
// eighth longer than needed. (On PostgreSQL, transactions under way at the very
// moment one part ends and the next begins do not see each other's count.)
//
// Counts belong to the caller's transaction: if that is undone, so is the
// count. Commit also when the answer is no.
package limit

import (
	"context"
	"fmt"
	"time"

	"madoguchi/store"
	"madoguchi/store/job"
)

// parts is how many parts a window is cut into.
const parts = 8

// Allow takes one of max attempts that subject has in any window of time, and
// reports whether there was one left. A refused attempt does not count. Use it
// before what it guards: of many that try at once, no more than max get
// through.
func Allow(tx *store.Tx, scope, subject string, max int, window time.Duration) (bool, error) {
	if err := add(tx, scope, subject, window, 1); err != nil {
		return false, err
	}
	n, err := count(tx, scope, subject, window)
	if err != nil {
		return false, err
	}
	if n <= max {
		return true, nil
	}
	return false, add(tx, scope, subject, window, -1)
}

// Fail counts a failed attempt, such as a wrong key.
func Fail(tx *store.Tx, scope, subject string, window time.Duration) error {
	return add(tx, scope, subject, window, 1)
}

// Blocked reports whether subject has used up its max failures. It writes
// nothing and may be used in a View; but many that ask at once all see the same
// count, so where that matters use Allow and give back with Forgive.
func Blocked(tx *store.Tx, scope, subject string, max int, window time.Duration) (bool, error) {
	n, err := count(tx, scope, subject, window)
	return n >= max, err
}

// Forgive clears what was counted against subject, as after a right key.
func Forgive(tx *store.Tx, scope, subject string) error {
	_, err := tx.Exec(`DELETE FROM attempt WHERE tenant=$1 AND scope=$2 AND subject=$3`, tx.Tenant(), scope, blind(tx, scope, subject))
	if err != nil {
		return fmt.Errorf("clearing attempts of %s: %w", scope, err)
	}
	return nil
}

// Refund gives back one attempt that Allow took, as after a right password from
// an address that many people share.
func Refund(tx *store.Tx, scope, subject string, window time.Duration) error {
	return add(tx, scope, subject, window, -1)
}

func blind(tx *store.Tx, scope, subject string) []byte { return tx.Blind("limit."+scope, subject) }

func add(tx *store.Tx, scope, subject string, window time.Duration, n int) error {
	part := window.Milliseconds() / parts
	now := store.Millis(tx.Now())
	bucket := now - now%part
	_, err := tx.Exec(`INSERT INTO attempt(tenant,scope,subject,bucket,count,until) VALUES($1,$2,$3,$4,$5,$6)
		ON CONFLICT(tenant,scope,subject,bucket) DO UPDATE SET count=attempt.count+excluded.count`,
		tx.Tenant(), scope, blind(tx, scope, subject), bucket, n, bucket+part+window.Milliseconds())
	if err != nil {
		return fmt.Errorf("counting an attempt of %s: %w", scope, err)
	}
	return nil
}

func count(tx *store.Tx, scope, subject string, window time.Duration) (n int, err error) {
	// SUM of BIGINT is NUMERIC on PostgreSQL.
	err = tx.Row(`SELECT CAST(COALESCE(SUM(count),0) AS BIGINT) FROM attempt WHERE tenant=$1 AND scope=$2 AND subject=$3 AND until>$4`,
		tx.Tenant(), scope, blind(tx, scope, subject), store.Millis(tx.Now())).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("counting attempts of %s: %w", scope, err)
	}
	return n, nil
}

// Purge deletes counts that are over.
func Purge(ctx context.Context, db *store.DB, tenant string) error {
	err := db.Update(ctx, tenant, func(tx *store.Tx) error {
		_, err := tx.Exec(`DELETE FROM attempt WHERE tenant=$1 AND until<=$2`, tenant, store.Millis(tx.Now()))
		return err
	})
	if err != nil {
		return fmt.Errorf("purging attempts: %w", err)
	}
	return nil
}

// Jobs purge old counts.
func Jobs(db *store.DB) []job.Job {
	return []job.Job{{Name: "limit.purge", Every: 10 * time.Minute, Run: func(ctx context.Context, tenant string) error {
		return Purge(ctx, db, tenant)
	}}}
}
