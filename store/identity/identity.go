// Package identity knows how residents make themselves known, where a
// municipality wants that at all: passwords, the links in mails, and which
// bookings somebody made while signed in. Who the residents are is the roster's
// business (store/resident); here they are ids.
//
// A municipality chooses how much it asks for (Settings). The default is
// nothing: bookings by access key alone, and no word of IDs or passwords
// (S4-020, S4-027).
//
//	dialog ── Settings ──▶ which questions there are
//	       ── Credential, SetSecret ──▶ identity_credential
//	mail   ◀─ NewLink ── identity_link ── Open ──▶ dialog
//
// Hashing a password takes long on purpose, so it is not done here but by the
// caller, outside its transaction: Hash and Matches need none.
package identity

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"madoguchi/store"
)

// Service keeps credentials, links and the bookings of residents. It has no
// state of its own.
type Service struct{}

// Credential is what is kept of a resident's password.
type Credential struct {
	Secret    string // an argon2id hash
	Temporary bool   // issued; the resident must choose one of their own (S4-002)
}

// Credential returns a resident's, or store.ErrNotFound.
func (Service) Credential(tx *store.Tx, resident string) (Credential, error) {
	var c Credential
	var temporary int
	err := tx.Row(`SELECT secret, temporary FROM identity_credential WHERE tenant = $1 AND resident = $2`, tx.Tenant(), resident).Scan(&c.Secret, &temporary)
	if errors.Is(err, store.ErrNotFound) {
		return c, err
	}
	if err != nil {
		return c, fmt.Errorf("reading a resident's credential: %w", err)
	}
	c.Temporary = temporary == 1
	return c, nil
}

// Having tells which of these residents have a password.
func (Service) Having(tx *store.Tx, residents []string) (map[string]bool, error) {
	have := make(map[string]bool, len(residents))
	if len(residents) == 0 {
		return have, nil
	}
	args := []any{tx.Tenant()}
	marks := make([]string, len(residents))
	for i, id := range residents {
		args = append(args, id)
		marks[i] = "$" + strconv.Itoa(i+2)
	}
	rows, err := tx.Query(`SELECT resident FROM identity_credential WHERE tenant = $1 AND resident IN (`+strings.Join(marks, ", ")+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("asking who has a password: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("asking who has a password: %w", err)
		}
		have[id] = true
	}
	return have, rows.Err()
}

// SetSecret gives a resident a password by its hash. An earlier one stops
// working, and links to reset it are no longer good.
func (Service) SetSecret(tx *store.Tx, resident, hash string, temporary bool, by string) error {
	flag := 0
	if temporary {
		flag = 1
	}
	_, err := tx.Exec(`INSERT INTO identity_credential (tenant, resident, secret, temporary, changed_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (tenant, resident) DO UPDATE SET secret = $3, temporary = $4, changed_at = $5`,
		tx.Tenant(), resident, hash, flag, store.Millis(tx.Now()))
	if err == nil {
		_, err = tx.Exec(`UPDATE identity_link SET used_at = $3, body = NULL WHERE tenant = $1 AND subject = $2 AND kind = 'reset' AND used_at = 0`,
			tx.Tenant(), resident, store.Millis(tx.Now()))
	}
	if err != nil {
		return fmt.Errorf("setting a resident's password: %w", err)
	}
	action := "resident.password"
	if temporary {
		action = "resident.password-issued"
	}
	return tx.Audit(by, action, resident)
}

// Forget takes away all that is kept of a resident here, when they are erased
// from the roster (S4-094).
func (Service) Forget(tx *store.Tx, resident string) error {
	for _, q := range []string{
		`DELETE FROM identity_credential WHERE tenant = $1 AND resident = $2`,
		`DELETE FROM identity_booking WHERE tenant = $1 AND resident = $2`,
		`DELETE FROM identity_link WHERE tenant = $1 AND subject = $2`,
	} {
		if _, err := tx.Exec(q, tx.Tenant(), resident); err != nil {
			return fmt.Errorf("forgetting a resident's credential: %w", err)
		}
	}
	return nil
}

// Own writes down that a resident made a booking.
func (Service) Own(tx *store.Tx, resident, booking string) error {
	_, err := tx.Exec(`INSERT INTO identity_booking (tenant, resident, booking) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
		tx.Tenant(), resident, booking)
	if err != nil {
		return fmt.Errorf("writing down whose a booking is: %w", err)
	}
	return nil
}

// most bounds the bookings listed of one resident.
const most = 100

// Bookings returns the ids of a resident's bookings, the latest first, at most
// 100.
func (Service) Bookings(tx *store.Tx, resident string) ([]string, error) {
	return list(tx, `SELECT booking FROM identity_booking WHERE tenant = $1 AND resident = $2 ORDER BY booking DESC LIMIT `+fmt.Sprint(most), resident)
}

// ResidentOf returns whose booking this is, "" if nobody signed in to make it.
func (Service) ResidentOf(tx *store.Tx, booking string) (string, error) {
	ids, err := list(tx, `SELECT resident FROM identity_booking WHERE tenant = $1 AND booking = $2 LIMIT 1`, booking)
	if err != nil || len(ids) == 0 {
		return "", err
	}
	return ids[0], nil
}

func list(tx *store.Tx, query, value string) ([]string, error) {
	rows, err := tx.Query(query, tx.Tenant(), value)
	if err != nil {
		return nil, fmt.Errorf("listing a resident's bookings: %w", err)
	}
	defer rows.Close()
	var ids []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("listing a resident's bookings: %w", err)
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// LinkKind is what a link in a mail is for.
type LinkKind string

// The kinds.
const (
	Register LinkKind = "register" // to complete one's own registration (S4-013)
	Reset    LinkKind = "reset"    // to choose a new password (S4-009)
	Confirm  LinkKind = "confirm"  // to show that the mail address is one's own (S4-023)
)

// Link is what a mail leads to.
type Link struct {
	ID      string
	Kind    LinkKind
	Subject string // Reset: the resident; Confirm: the hold
	Until   time.Time
	// Body is what is needed when it is opened, sealed while it waits: the mail
	// address and, for Confirm, what is to be booked.
	Body map[string]string
}

// ErrLink says that a link was used, has expired or never was.
var ErrLink = errors.New("the link is no longer good")

// Classes of what is hashed and sealed here.
const (
	classSecret = "identity-link"
	classBody   = "identity"
)

// NewLink makes a link and returns the secret that opens it, which is kept only
// as a hash.
func (Service) NewLink(tx *store.Tx, l Link) (id, secret string, err error) {
	l.ID, secret = store.NewID(), rand.Text()
	plain, err := json.Marshal(l.Body)
	if err != nil {
		return "", "", fmt.Errorf("making a link: %w", err)
	}
	body, err := tx.Seal(classBody, l.ID, plain)
	if err != nil {
		return "", "", fmt.Errorf("making a link: %w", err)
	}
	_, err = tx.Exec(`INSERT INTO identity_link (tenant, id, secret, kind, subject, body, until, used_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 0)`,
		tx.Tenant(), l.ID, tx.Blind(classSecret, secret), string(l.Kind), l.Subject, body, store.Millis(l.Until))
	if err != nil {
		return "", "", fmt.Errorf("making a link: %w", err)
	}
	return l.ID, secret, nil
}

// Open returns what a secret opens, or ErrLink.
func (Service) Open(tx *store.Tx, secret string) (Link, error) {
	return open(tx, `secret = $2 AND used_at = 0 AND until > $3`, tx.Blind(classSecret, secret), store.Millis(tx.Now()))
}

// ByID returns a link that is still good, for the mail that carries it, or
// ErrLink.
func (Service) ByID(tx *store.Tx, id string) (Link, error) {
	return open(tx, `id = $2 AND used_at = 0 AND until > $3`, id, store.Millis(tx.Now()))
}

func open(tx *store.Tx, where string, args ...any) (Link, error) {
	var l Link
	var body []byte
	var until int64
	err := tx.Row(`SELECT id, kind, subject, body, until FROM identity_link WHERE tenant = $1 AND `+where,
		append([]any{tx.Tenant()}, args...)...).Scan(&l.ID, &l.Kind, &l.Subject, &body, &until)
	if errors.Is(err, store.ErrNotFound) {
		return l, ErrLink
	}
	if err != nil {
		return l, fmt.Errorf("opening a link: %w", err)
	}
	l.Until = store.FromMillis(until)
	plain, err := tx.Unseal(classBody, l.ID, body)
	if err == nil {
		err = json.Unmarshal(plain, &l.Body)
	}
	if err != nil {
		return l, fmt.Errorf("opening a link: %w", err)
	}
	return l, nil
}

// Use ends a link: it is good once. It returns ErrLink if somebody was quicker.
func (Service) Use(tx *store.Tx, id string) error {
	n, err := tx.Exec(`UPDATE identity_link SET used_at = $3, body = NULL WHERE tenant = $1 AND id = $2 AND used_at = 0`,
		tx.Tenant(), id, store.Millis(tx.Now()))
	if err != nil {
		return fmt.Errorf("using a link: %w", err)
	}
	if n == 0 {
		return ErrLink
	}
	return nil
}

// Purge takes away links that can no longer be opened. It is a periodic job's
// work.
func (Service) Purge(tx *store.Tx) error {
	_, err := tx.Exec(`DELETE FROM identity_link WHERE tenant = $1 AND (until <= $2 OR used_at > 0)`, tx.Tenant(), store.Millis(tx.Now()))
	if err != nil {
		return fmt.Errorf("taking away old links: %w", err)
	}
	return nil
}
