package staff

import (
	"context"
	"errors"
	"fmt"

	"madoguchi/store"
	"madoguchi/store/limit"
)

// Attempt is somebody who wants in.
type Attempt struct {
	Tenant, Login, Password string
	Address, Agent          string
	// Old is the secret of the session the browser has so far; it ends.
	Old string
}

// SignIn checks a password and opens a session. half says that the second factor
// is still to be given with it. The error is ErrRefused, ErrThrottled or password.ErrBusy.
//
// The password is checked between two transactions: one that takes a try and
// reads what it is held against, one that finds the account as it was and opens
// the session. Unknown logins take the same way (A12).
func (s *Service) SignIn(ctx context.Context, a Attempt) (secret string, half bool, err error) {
	login := Login(a.Login)
	var id, phc string
	var throttled bool
	err = s.db.Update(ctx, a.Tenant, func(tx *store.Tx) (err error) {
		if throttled, err = s.take(tx, login, a.Address); err != nil || throttled {
			return err
		}
		id, phc, err = s.stored(tx, login)
		return err
	})
	if err != nil {
		return "", false, fmt.Errorf("signing in: %w", err)
	}
	if throttled {
		return "", false, ErrThrottled
	}
	ok, err := s.hasher.Matches(ctx, a.Password, phc)
	if err != nil {
		return "", false, fmt.Errorf("signing in: %w", err)
	}
	var refused error
	err = s.db.Update(ctx, a.Tenant, func(tx *store.Tx) (err error) {
		secret, half, err = s.enter(tx, id, phc, ok, a)
		if errors.Is(err, ErrRefused) {
			// The refusal is written down.
			refused, err = err, nil
		}
		return err
	})
	if err == nil {
		err = refused
	}
	if err != nil {
		return "", false, fmt.Errorf("signing in: %w", err)
	}
	return secret, half, nil
}

// take takes one of the tries of a login and an address.
func (s *Service) take(tx *store.Tx, login, address string) (throttled bool, err error) {
	p, err := s.policy(tx)
	if err != nil {
		return false, err
	}
	byLogin, err := limit.Allow(tx, loginScope, login, accountTries, tryWindow)
	if err != nil {
		return false, err
	}
	byAddress, err := limit.Allow(tx, addressScope, address, p.AddressTries, tryWindow)
	return !byLogin || !byAddress, err
}

// stored returns what the password of a login is held against, "" where nobody
// has that login.
func (s *Service) stored(tx *store.Tx, login string) (id, phc string, err error) {
	err = tx.Row(`SELECT id, password FROM staff_account WHERE tenant=$1 AND login=$2`, tx.Tenant(), login).Scan(&id, &phc)
	if errors.Is(err, store.ErrNotFound) {
		return "", "", nil
	}
	return id, phc, err
}

// enter opens the session, or says in the audit log why not.
func (s *Service) enter(tx *store.Tx, id, phc string, ok bool, a Attempt) (secret string, half bool, err error) {
	r, now := Record{}, ""
	if id != "" {
		if r, err = s.locked(tx, id); err != nil {
			return "", false, err
		}
		if err := tx.Row(`SELECT password FROM staff_account WHERE tenant=$1 AND id=$2`, tx.Tenant(), id).Scan(&now); err != nil {
			return "", false, err
		}
	}
	reason := ""
	switch {
	case id == "":
		reason = "unknown"
	case !ok || now != phc:
		reason = "password"
	case r.Disabled:
		reason = "disabled"
	case !r.ValidOn(today(tx)):
		reason = "period"
	}
	if reason != "" {
		who := id
		if who == "" {
			who = "unknown" // what was typed may be a password in the wrong field
		}
		if err := tx.Audit(who, "staff.sign-in.refused", id, "reason", reason); err != nil {
			return "", false, err
		}
		return "", false, ErrRefused
	}
	if err := limit.Forgive(tx, loginScope, r.Login); err != nil {
		return "", false, err
	}
	if err := limit.Refund(tx, addressScope, a.Address, tryWindow); err != nil {
		return "", false, err
	}
	if err := s.replace(tx, a.Old); err != nil {
		return "", false, err
	}
	if secret, err = s.open(tx, id, r.Second, a.Address, a.Agent); err != nil {
		return "", false, err
	}
	if r.Second {
		return secret, true, nil
	}
	return secret, false, s.entered(tx, id, "password")
}

// entered writes down that somebody is in.
func (s *Service) entered(tx *store.Tx, id, with string) error {
	_, err := tx.Exec(`UPDATE staff_account SET signed_in=$3 WHERE tenant=$1 AND id=$2`, tx.Tenant(), id, store.Millis(tx.Now()))
	if err != nil {
		return err
	}
	return tx.Audit(id, "staff.sign-in", id, "with", with)
}

// replace ends the session a browser had before.
func (s *Service) replace(tx *store.Tx, secret string) error {
	if secret == "" {
		return nil
	}
	if _, err := tx.Exec(`DELETE FROM staff_session WHERE tenant=$1 AND secret=$2`, tx.Tenant(), hashed(secret)); err != nil {
		return err
	}
	tx.Signal(Topic, tx.Tenant())
	return nil
}

// Confirm reports whether text is the password of an account: what is asked
// again before a password or a second factor is changed (ASVS 7.5.1). Wrong ones
// count as at sign-in; the error is ErrRefused, ErrThrottled or password.ErrBusy.
func (s *Service) Confirm(ctx context.Context, tenant, id, text, address string) error {
	var login, phc string
	var throttled bool
	err := s.db.Update(ctx, tenant, func(tx *store.Tx) (err error) {
		if err := tx.Row(`SELECT login, password FROM staff_account WHERE tenant=$1 AND id=$2`, tx.Tenant(), id).Scan(&login, &phc); err != nil {
			return err
		}
		throttled, err = s.take(tx, login, address)
		return err
	})
	if err != nil {
		return fmt.Errorf("confirming a password: %w", err)
	}
	if throttled {
		return ErrThrottled
	}
	ok, err := s.hasher.Matches(ctx, text, phc)
	if err != nil {
		return fmt.Errorf("confirming a password: %w", err)
	}
	err = s.db.Update(ctx, tenant, func(tx *store.Tx) error {
		if !ok {
			return tx.Audit(id, "staff.confirm.refused", id)
		}
		if err := limit.Forgive(tx, loginScope, login); err != nil {
			return err
		}
		return limit.Refund(tx, addressScope, address, tryWindow)
	})
	if err != nil {
		return fmt.Errorf("confirming a password: %w", err)
	}
	if !ok {
		return ErrRefused
	}
	return nil
}

// SetPassword is a person's own new password. Their other sessions end; the one
// they use goes on under a new secret, which is returned.
func (s *Service) SetPassword(tx *store.Tx, account, old string, p Password) (secret string, err error) {
	session, err := s.Session(tx, old)
	if err != nil {
		return "", err
	}
	if session.Account.ID != account {
		return "", ErrNoSession
	}
	if err := s.setPassword(tx, account, p, false); err != nil {
		return "", err
	}
	if err := s.end(tx, account, ""); err != nil {
		return "", err
	}
	if secret, err = s.open(tx, account, false, session.Address, session.Agent); err != nil {
		return "", err
	}
	return secret, tx.Audit(account, "staff.password", account)
}

// Locked reports whether an account is out of tries.
func (s *Service) Locked(tx *store.Tx, login string) (bool, error) {
	return limit.Blocked(tx, loginScope, login, accountTries, tryWindow)
}

// Unlock gives an account its tries back.
func (s *Service) Unlock(tx *store.Tx, id, by string) error {
	if err := s.unlock(tx, id); err != nil {
		return err
	}
	return tx.Audit(by, "staff.unlock", id)
}

func (s *Service) unlock(tx *store.Tx, id string) error {
	r, err := s.Get(tx, id)
	if err != nil {
		return err
	}
	if err := limit.Forgive(tx, loginScope, r.Login); err != nil {
		return err
	}
	return limit.Forgive(tx, codeScope, id)
}
