package resident

import (
	"errors"
	"time"

	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/limit"
)

// Answer is the outcome of asking for a date of birth.
type Answer string

// The outcomes.
const (
	Right  Answer = "right"
	Wrong  Answer = "wrong"
	Locked Answer = "locked" // too many wrong answers; no answer counts for now
)

// The date of birth is the second factor behind a key (A18): after so many wrong
// ones nothing is answered for the rest of the window, right or wrong.
const (
	bornTries  = 5
	bornWindow = 15 * time.Minute
)

// Born returns a person's date of birth; ok is false if there is no such record
// or it has none, so that there is nothing to ask for.
func (r *Residents) Born(tx *store.Tx, id string) (d civil.Date, ok bool, err error) {
	res, err := r.Get(tx, id)
	if errors.Is(err, store.ErrNotFound) {
		return civil.Date{}, false, nil
	}
	return res.Born, !res.Born.IsZero(), err
}

// CheckBorn compares a date of birth with the record of id. A record that does
// not exist, or has no date, answers Wrong and is locked like any other, so that
// nobody learns which exist. Commit the transaction whatever the answer: the
// attempt is counted in it.
func (r *Residents) CheckBorn(tx *store.Tx, id string, d civil.Date) (Answer, error) {
	const scope = "resident.born"
	allowed, err := limit.Allow(tx, scope, id, bornTries, bornWindow)
	if err != nil {
		return "", err
	}
	if !allowed {
		return Locked, nil
	}
	born, ok, err := r.Born(tx, id)
	if err != nil {
		return "", err
	}
	if !ok || born != d {
		return Wrong, nil
	}
	return Right, limit.Forgive(tx, scope, id)
}
