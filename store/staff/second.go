package staff

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"golang.org/x/text/width"

	"madoguchi/store"
	"madoguchi/store/limit"
)

// A second factor is a time-based code (RFC 6238) as every authenticator app
// makes it: SHA-1, six digits, 30 seconds, one step of leeway.
const (
	stepSeconds   = 30
	leeway        = 1
	factorBytes   = 20
	recoveryCodes = 8
	recoveryBytes = 15 // 120 bits: enough for a fast hash (ASVS 6.5.2)
)

var base32Plain = base32.StdEncoding.WithPadding(base32.NoPadding)

// Factor is a second factor to be set up.
type Factor struct {
	Secret string // for those who type it
	URL    string // for the QR code
}

func factor(secret, login, issuer string) Factor {
	v := url.Values{"secret": {secret}, "issuer": {issuer}}
	// Apps read a plus sign as itself.
	return Factor{secret, "otpauth://totp/" + url.PathEscape(login) + "?" + strings.ReplaceAll(v.Encode(), "+", "%20")}
}

// Enrol prepares a second factor. It counts once Enrolled has seen a code of it;
// until then a second call returns the same.
func (s *Service) Enrol(tx *store.Tx, id, issuer string) (Factor, error) {
	r, err := s.locked(tx, id)
	if err != nil {
		return Factor{}, err
	}
	secret, err := s.factorSecret(tx, id, "totp_new")
	if err != nil {
		return Factor{}, err
	}
	if secret != "" {
		return factor(secret, r.Login, issuer), nil
	}
	raw := make([]byte, factorBytes)
	rand.Read(raw)
	secret = base32Plain.EncodeToString(raw)
	sealed, err := tx.Seal(class, "staff_account.totp_new/"+id, []byte(secret))
	if err == nil {
		_, err = tx.Exec(`UPDATE staff_account SET totp_new=$3 WHERE tenant=$1 AND id=$2`, tx.Tenant(), id, sealed)
	}
	if err != nil {
		return Factor{}, fmt.Errorf("preparing a second factor: %w", err)
	}
	return factor(secret, r.Login, issuer), nil
}

// Enrolled puts the prepared second factor in force, if the code is one of it,
// and returns the recovery codes, which are shown once. The error is ErrCode.
func (s *Service) Enrolled(tx *store.Tx, id, code string) (recovery []string, err error) {
	secret, err := s.factorSecret(tx, id, "totp_new")
	if err != nil {
		return nil, err
	}
	step, ok := matchingStep(secret, readCode(code), tx.Now().Unix(), 0)
	if secret == "" || !ok {
		return nil, ErrCode
	}
	sealed, err := tx.Seal(class, "staff_account.totp/"+id, []byte(secret))
	if err == nil {
		_, err = tx.Exec(`UPDATE staff_account SET totp=$3, totp_new=NULL, totp_step=$4 WHERE tenant=$1 AND id=$2`, tx.Tenant(), id, sealed, step)
	}
	if err != nil {
		return nil, fmt.Errorf("setting a second factor: %w", err)
	}
	if recovery, err = s.newRecovery(tx, id); err != nil {
		return nil, err
	}
	return recovery, tx.Audit(id, "staff.second.set", id)
}

// newRecovery replaces the recovery codes of an account.
func (s *Service) newRecovery(tx *store.Tx, id string) (list []string, err error) {
	if err := s.forgetRecovery(tx, id); err != nil {
		return nil, err
	}
	for range recoveryCodes {
		raw := make([]byte, recoveryBytes)
		rand.Read(raw)
		text := base32Plain.EncodeToString(raw) // 24 letters
		_, err := tx.Exec(`INSERT INTO staff_recovery(tenant,account,code) VALUES($1,$2,$3)`, tx.Tenant(), id, tx.Blind("staff.recovery", text))
		if err != nil {
			return nil, fmt.Errorf("making recovery codes: %w", err)
		}
		var groups []string
		for i := 0; i < len(text); i += 4 {
			groups = append(groups, text[i:i+4])
		}
		list = append(list, strings.Join(groups, "-"))
	}
	return list, nil
}

func (s *Service) forgetRecovery(tx *store.Tx, id string) error {
	if _, err := tx.Exec(`DELETE FROM staff_recovery WHERE tenant=$1 AND account=$2`, tx.Tenant(), id); err != nil {
		return fmt.Errorf("deleting recovery codes: %w", err)
	}
	return nil
}

// DropSecond takes the second factor from an account: by its owner, or by an
// administrator for somebody who lost the device.
func (s *Service) DropSecond(tx *store.Tx, id, by string) error {
	n, err := tx.Exec(`UPDATE staff_account SET totp=NULL, totp_new=NULL WHERE tenant=$1 AND id=$2`, tx.Tenant(), id)
	if err != nil {
		return fmt.Errorf("dropping a second factor: %w", err)
	}
	if n == 0 {
		return ErrNotFound
	}
	if err := s.forgetRecovery(tx, id); err != nil {
		return err
	}
	return tx.Audit(by, "staff.second.drop", id)
}

// Code takes the code of the second factor, or a recovery code, for a session
// that lacks it, and returns the secret of the whole session. Commit also when
// the error is ErrCode or ErrThrottled: it was counted.
func (s *Service) Code(tx *store.Tx, half, code string) (secret string, err error) {
	session, err := s.Session(tx, half)
	if err != nil {
		return "", err
	}
	if !session.Half {
		return "", ErrNoSession
	}
	id := session.Account.ID
	allowed, err := limit.Allow(tx, codeScope, id, codeTries, tryWindow)
	if err != nil {
		return "", err
	}
	if !allowed {
		if err := s.endOne(tx, id, session.ID); err != nil {
			return "", err
		}
		return "", ErrThrottled
	}
	with, err := s.useCode(tx, id, code)
	if errors.Is(err, ErrCode) {
		if err := tx.Audit(id, "staff.second.refused", id); err != nil {
			return "", err
		}
		return "", ErrCode
	}
	if err != nil {
		return "", err
	}
	if err := limit.Forgive(tx, codeScope, id); err != nil {
		return "", err
	}
	if err := s.endOne(tx, id, session.ID); err != nil {
		return "", err
	}
	if secret, err = s.open(tx, id, false, session.Address, session.Agent); err != nil {
		return "", err
	}
	return secret, s.entered(tx, id, with)
}

// useCode uses a code up: a time-based one and all before it, or a recovery code.
func (s *Service) useCode(tx *store.Tx, id, code string) (with string, err error) {
	code = readCode(code)
	if len(code) != int(otp.DigitsSix) {
		n, err := tx.Exec(`DELETE FROM staff_recovery WHERE tenant=$1 AND account=$2 AND code=$3`, tx.Tenant(), id, tx.Blind("staff.recovery", code))
		if err != nil {
			return "", fmt.Errorf("using a recovery code: %w", err)
		}
		if n == 0 {
			return "", ErrCode
		}
		return "recovery code", nil
	}
	secret, err := s.factorSecret(tx, id, "totp")
	if err != nil {
		return "", err
	}
	var last int64
	if err := tx.Row(`SELECT totp_step FROM staff_account WHERE tenant=$1 AND id=$2`+tx.ForUpdate(), tx.Tenant(), id).Scan(&last); err != nil {
		return "", fmt.Errorf("using a code: %w", err)
	}
	step, ok := matchingStep(secret, code, tx.Now().Unix(), last)
	if secret == "" || !ok {
		return "", ErrCode
	}
	// Two that send the same code at once: one finds the step as it was.
	n, err := tx.Exec(`UPDATE staff_account SET totp_step=$3 WHERE tenant=$1 AND id=$2 AND totp_step<$3`, tx.Tenant(), id, step)
	if err != nil {
		return "", fmt.Errorf("using a code: %w", err)
	}
	if n == 0 {
		return "", ErrCode
	}
	return "second factor", nil
}

// readCode is a code as it is compared: half width, upper case, without the
// signs people put between groups.
func readCode(code string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, strings.ToUpper(width.Fold.String(code)))
}

// matchingStep finds the time step that a code belongs to, later than the last
// one used.
func matchingStep(secret, code string, now, last int64) (step int64, ok bool) {
	for i := int64(-leeway); i <= leeway; i++ {
		at := now/stepSeconds + i
		if at <= last {
			continue
		}
		want, err := hotp.GenerateCodeCustom(secret, uint64(at), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			step, ok = at, true
		}
	}
	return step, ok
}

// factorSecret opens the column totp or totp_new; "" if there is none.
func (s *Service) factorSecret(tx *store.Tx, id, column string) (string, error) {
	var sealed []byte
	if err := tx.Row(`SELECT `+column+` FROM staff_account WHERE tenant=$1 AND id=$2`, tx.Tenant(), id).Scan(&sealed); err != nil {
		return "", fmt.Errorf("reading a second factor: %w", err)
	}
	if len(sealed) == 0 {
		return "", nil
	}
	plain, err := tx.Unseal(class, "staff_account."+column+"/"+id, sealed)
	if err != nil {
		return "", fmt.Errorf("reading a second factor: %w", err)
	}
	return string(plain), nil
}
