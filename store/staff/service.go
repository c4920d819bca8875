package staff

import (
	"context"
	"errors"
	"fmt"
	"time"

	"madoguchi/store"
	"madoguchi/store/job"
	"madoguchi/store/password"
)

// Service keeps accounts and sessions.
type Service struct {
	db     *store.DB
	policy func(*store.Tx) (Policy, error)
	hasher *password.Hasher
}

// New returns the service of a database. policy reads what a tenant decided; nil
// is DefaultPolicy for all.
func New(db *store.DB, policy func(*store.Tx) (Policy, error)) *Service {
	if policy == nil {
		policy = func(*store.Tx) (Policy, error) { return DefaultPolicy(), nil }
	}
	return &Service{db: db, policy: policy, hasher: password.New()}
}

// Policy is what a municipality decides about signing in.
type Policy struct {
	IdleMinutes  int `json:"idle_minutes"`  // a session ends without a request for so long
	SessionHours int `json:"session_hours"` // and after so long in any case
	// AddressTries is how many wrong passwords may come from one network address
	// within tryWindow. A town hall whose staff share one address raises it.
	AddressTries int `json:"address_tries"`
	// SecondForAdministrators asks administrators for a second factor.
	SecondForAdministrators bool `json:"second_for_administrators"`
}

// PolicySection is the settings section of a Policy.
const PolicySection = "staff"

// DefaultPolicy holds until a municipality decides otherwise.
func DefaultPolicy() Policy {
	return Policy{IdleMinutes: 30, SessionHours: 12, AddressTries: 10}
}

// Limits of a Policy: outside them a mistake is more likely than a wish.
const (
	leastIdle, mostIdle   = 5, 240
	leastHours, mostHours = 1, 24
	leastTries, mostTries = 5, 1000
)

// Check names the first field of a policy that is out of bounds, "" if none is.
func (p Policy) Check() string {
	switch {
	case p.IdleMinutes < leastIdle || p.IdleMinutes > mostIdle:
		return "idle_minutes"
	case p.SessionHours < leastHours || p.SessionHours > mostHours:
		return "session_hours"
	case p.AddressTries < leastTries || p.AddressTries > mostTries:
		return "address_tries"
	}
	return ""
}

// Wrong passwords and codes that one account may see (A12).
const (
	accountTries = 10
	codeTries    = 10
	tryWindow    = 15 * time.Minute
)

// Scopes of package limit.
const (
	loginScope   = "staff.login"
	addressScope = "staff.address"
	codeScope    = "staff.code"
)

var (
	// ErrNotFound: there is no such account or session.
	ErrNotFound = fmt.Errorf("account: %w", store.ErrNotFound)
	// ErrTaken: another account has this login.
	ErrTaken = errors.New("the login is taken")
	// ErrChanged: somebody else saved the account in between.
	ErrChanged = errors.New("the account was changed by someone else")
	// ErrLast: nobody would be left who may manage accounts.
	ErrLast = errors.New("this is the last administrator")
	// ErrSelf: one does not lock oneself out.
	ErrSelf = errors.New("nobody takes their own access away")
	// ErrRefused: the login, the password, or both are wrong, or the account may
	// not be used. Which of them is not told (A12).
	ErrRefused = errors.New("sign-in refused")
	// ErrThrottled: too many wrong tries; a few minutes must pass.
	ErrThrottled = errors.New("too many tries")
	// ErrCode: the code of the second factor is wrong or was used before.
	ErrCode = errors.New("wrong code")
	// ErrNoSession: the secret opens no session, or no longer.
	ErrNoSession = errors.New("no such session")
)

// Jobs delete sessions that are over.
func (s *Service) Jobs() []job.Job {
	return []job.Job{{Name: "staff.sessions", Every: 10 * time.Minute, Run: func(ctx context.Context, tenant string) error {
		return s.db.Update(ctx, tenant, func(tx *store.Tx) error {
			now := store.Millis(tx.Now())
			_, err := tx.Exec(`DELETE FROM staff_session WHERE tenant=$1 AND (until<=$2 OR seen_at+idle<=$2)`, tenant, now)
			if err != nil {
				return fmt.Errorf("purging sessions: %w", err)
			}
			return nil
		})
	}}}
}
