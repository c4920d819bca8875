package progress

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"madoguchi/store"
	"madoguchi/store/reservation"
)

// A link code (リンクコード, S4-095) joins letter, booking, card and resident. It
// is written as access keys are, so that people learn one kind of code, and
// like them it opens nothing personal by itself.

// codeLetters are the 32 symbols of reservation.ReadKey.
const codeLetters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

const codeLength = 10

// classCode is the class of data of link codes.
const classCode = "card.code"

func newCode() string {
	var b [codeLength]byte
	rand.Read(b[:]) // never fails
	for i := range b {
		b[i] = codeLetters[int(b[i])%len(codeLetters)]
	}
	return string(b[:])
}

// ByCode returns the case of a link code in any spelling, or ErrNotFound.
func (s Service) ByCode(tx *store.Tx, code string) (Case, error) {
	c, ok := reservation.ReadKey(code)
	if !ok {
		return Case{}, ErrNotFound
	}
	return one(tx, `code = $2`, tx.Blind(classCode, c))
}

// ByID returns a case, or ErrNotFound.
func (s Service) ByID(tx *store.Tx, id string) (Case, error) { return one(tx, `id = $2`, id) }

// OfResident returns the cases of a resident's record, the newest first; at
// most 100.
func (s Service) OfResident(tx *store.Tx, resident string) ([]Case, error) {
	if resident == "" {
		return nil, nil
	}
	return cases(tx, `resident = $2 ORDER BY made_at DESC, id DESC LIMIT 100`, resident)
}

// mostAtOnce is how many cases are asked for in one statement. SQLite's driver
// looks through all names of parameters for each: more would cost their square.
const mostAtOnce = 100

// Cases returns cases by id, for letters and labels: those that exist, in the
// order asked for.
func (s Service) Cases(tx *store.Tx, ids []string) ([]Case, error) {
	byID := make(map[string]Case, len(ids))
	for rest := ids; len(rest) > 0; {
		part := rest[:min(mostAtOnce, len(rest))]
		rest = rest[len(part):]
		args := make([]any, len(part))
		marks := make([]string, len(part))
		for i, id := range part {
			args[i], marks[i] = id, fmt.Sprintf("$%d", i+2)
		}
		found, err := cases(tx, `id IN (`+strings.Join(marks, ", ")+`)`, args...)
		if err != nil {
			return nil, err
		}
		for _, c := range found {
			byID[c.ID] = c
		}
	}
	list := make([]Case, 0, len(ids))
	for _, id := range ids {
		if c, ok := byID[id]; ok {
			list = append(list, c)
		}
	}
	return list, nil
}

func one(tx *store.Tx, where string, args ...any) (Case, error) {
	list, err := cases(tx, where, args...)
	if err != nil {
		return Case{}, err
	}
	if len(list) == 0 {
		return Case{}, ErrNotFound
	}
	return list[0], nil
}

// cases returns those a condition selects; $1 is the tenant.
func cases(tx *store.Tx, where string, args ...any) ([]Case, error) {
	rows, err := tx.Query(`SELECT id, sealed_code, resident, batch, made_at, last, facts FROM progress_case WHERE tenant = $1 AND `+where,
		append([]any{tx.Tenant()}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("reading cases: %w", err)
	}
	defer rows.Close()
	var list []Case
	var sealed [][]byte
	for rows.Next() {
		var c Case
		var code []byte
		var made int64
		var facts string
		if err := rows.Scan(&c.ID, &code, &c.Resident, &c.Batch, &made, &c.Last, &facts); err != nil {
			return nil, fmt.Errorf("reading cases: %w", err)
		}
		c.Made = store.FromMillis(made)
		if err := json.Unmarshal([]byte(facts), &c.Facts); err != nil {
			return nil, fmt.Errorf("reading the facts of case %s: %w", c.ID, err)
		}
		list, sealed = append(list, c), append(sealed, code)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading cases: %w", err)
	}
	for i := range list {
		plain, err := tx.Unseal(classCode, list[i].ID, sealed[i])
		if err != nil && !errors.Is(err, store.ErrDestroyed) {
			return nil, fmt.Errorf("reading a link code: %w", err)
		}
		list[i].Code = string(plain)
	}
	return list, nil
}
