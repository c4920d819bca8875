// Package budget counts what a municipality uses of its language model, in calls
// and tokens a day, so that no flood of messages becomes a bill (abuse case
// A27). The count is a row in the database: it holds across nodes and restarts.
//
//	Take ── reserves a call and the most it can cost ──▶ the call ──▶ Settle with what it did cost
//
// Whoever dies between the two leaves the reservation standing: the count may be
// too high, never too low. A day is a day in Japan.
package budget

import (
	"context"
	"fmt"
	"time"

	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/job"
)

// Limit is the most that may be used on one day.
type Limit struct {
	Calls  int64
	Tokens int64
}

// Used is what was used on one day.
type Used struct {
	Calls  int64
	Tokens int64
}

// Service counts. It has no state.
type Service struct{}

// Taken is a reservation.
type Taken struct {
	day    string
	tokens int64
}

// Take reserves one call that costs at most this many tokens. It reports false,
// and reserves nothing, if that is more than is left of the day.
func (Service) Take(tx *store.Tx, l Limit, tokens int64) (Taken, bool, error) {
	t := Taken{day: civil.In(tx.Now()).Date.String(), tokens: tokens}
	if l.Calls < 1 || l.Tokens < tokens {
		return t, false, nil
	}
	// One statement decides and counts: of many at once no more get through.
	n, err := tx.Exec(`INSERT INTO model_day(tenant,day,calls,tokens) VALUES($1,$2,1,$3)
		ON CONFLICT(tenant,day) DO UPDATE SET calls=model_day.calls+1, tokens=model_day.tokens+excluded.tokens
		WHERE model_day.calls<$4 AND model_day.tokens+excluded.tokens<=$5`,
		tx.Tenant(), t.day, tokens, l.Calls, l.Tokens)
	if err != nil {
		return t, false, fmt.Errorf("taking from the budget of the model: %w", err)
	}
	return t, n > 0, nil
}

// Settle corrects a reservation to the tokens that the call did cost.
func (Service) Settle(tx *store.Tx, t Taken, tokens int64) error {
	_, err := tx.Exec(`UPDATE model_day SET tokens=tokens+$3 WHERE tenant=$1 AND day=$2`, tx.Tenant(), t.day, tokens-t.tokens)
	if err != nil {
		return fmt.Errorf("settling with the budget of the model: %w", err)
	}
	return nil
}

// On returns what was used on a day.
func (Service) On(tx *store.Tx, day civil.Date) (u Used, err error) {
	err = tx.Row(`SELECT COALESCE(MAX(calls),0), COALESCE(MAX(tokens),0) FROM model_day WHERE tenant=$1 AND day=$2`,
		tx.Tenant(), day.String()).Scan(&u.Calls, &u.Tokens)
	if err != nil {
		return u, fmt.Errorf("reading the budget of the model: %w", err)
	}
	return u, nil
}

// kept is how many days are kept for whoever asks what it cost.
const kept = 400

// Jobs take away days long past.
func (Service) Jobs(db *store.DB) []job.Job {
	return []job.Job{{Name: "model.forget", Every: 24 * time.Hour, Run: func(ctx context.Context, tenant string) error {
		return db.Update(ctx, tenant, func(tx *store.Tx) error {
			_, err := tx.Exec(`DELETE FROM model_day WHERE tenant=$1 AND day<$2`, tenant, civil.In(tx.Now()).Date.AddDays(-kept).String())
			if err != nil {
				return fmt.Errorf("forgetting what the model was used for: %w", err)
			}
			return nil
		})
	}}}
}
