// Package plan keeps the personal task lists of life events under a key, so that
// one opens again on any channel and at the counter.
//
//	answers ── Keep ──▶ key, shown once
//	key ── ByKey ──▶ answers, from which the list is computed anew
//	job "plan.retention" ── Forget ──▶ nothing
//
// What is kept are the answers the event looks at, sealed, with the event they
// were given to: no list, as its dates and words follow what is true when it is
// shown (DESIGN 1.3), and no name or address, as none is asked for. A key opens
// nothing but that. A list may remind of its dates; whom and how is sealed too,
// and what is said is written from the list when it is sent.
package plan

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/job"
	"madoguchi/store/reservation"
)

// Classes of data: the answers and the address, and the keyed hash of keys.
const (
	class    = "plan"
	classKey = "plan.key"
)

// After is how long a list is kept after its last date: late is still in time
// for whoever must explain what they did.
const After = 90 * 24 * time.Hour

// ErrNotFound: no such list, or not any more.
var ErrNotFound = fmt.Errorf("plan: %w", store.ErrNotFound)

// Plan is one list as it is kept.
type Plan struct {
	ID      string
	Event   string
	Hash    string // of the event's file when the list was made
	Lang    i18n.Lang
	Answers map[string]string // by field of the event's flow
	Made    time.Time
	Until   time.Time
	// Contact: a mail address is kept, which Contact reads. Owner is the
	// conversation to remind in, "" for none.
	Contact bool
	Owner   string
	// RemindOn is the next day to remind on, zero for none.
	RemindOn civil.Date
}

// Draft is what a list is made from.
type Draft struct {
	Event, Hash string
	Lang        i18n.Lang
	Answers     map[string]string
	Last        civil.Date // the last of its dates; zero: none, it counts from today
}

// Service keeps lists. It holds nothing.
type Service struct{}

// until is the end of a list's time.
func (d *Draft) until(now time.Time) int64 {
	last := civil.In(now).Date
	if last.Before(d.Last) {
		last = d.Last
	}
	return store.Millis(civil.DateTime{Date: last.AddDays(1)}.At().Add(After))
}

// Keep keeps a list and returns its key as people read it. The key stands nowhere
// else.
func (Service) Keep(tx *store.Tx, d Draft) (id, key string, err error) {
	id, secret := store.NewID(), reservation.NewKey()
	answers, err := seal(tx, id, d.Answers)
	if err != nil {
		return "", "", err
	}
	_, err = tx.Exec(`INSERT INTO plan (tenant, id, event, hash, lang, access_key, answers, contact, owner, remind_on, made_at, until)
		VALUES ($1, $2, $3, $4, $5, $6, $7, NULL, '', '', $8, $9)`,
		tx.Tenant(), id, d.Event, d.Hash, string(d.Lang), tx.Blind(classKey, secret), answers, store.Millis(tx.Now()), d.until(tx.Now()))
	if err != nil {
		return "", "", fmt.Errorf("keeping a task list: %w", err)
	}
	return id, reservation.ShowKey(secret), nil
}

func seal(tx *store.Tx, id string, answers map[string]string) ([]byte, error) {
	body, err := json.Marshal(answers)
	if err != nil {
		return nil, fmt.Errorf("keeping a task list: %w", err)
	}
	return tx.Seal(class, id, body)
}

// Change puts other answers in the place of those kept, under the same key. It
// returns ErrNotFound if the list is gone.
func (Service) Change(tx *store.Tx, id string, d Draft) error {
	answers, err := seal(tx, id, d.Answers)
	if err != nil {
		return err
	}
	n, err := tx.Exec(`UPDATE plan SET event = $3, hash = $4, lang = $5, answers = $6, until = $7 WHERE tenant = $1 AND id = $2`,
		tx.Tenant(), id, d.Event, d.Hash, string(d.Lang), answers, d.until(tx.Now()))
	if err != nil {
		return fmt.Errorf("changing a task list: %w", err)
	}
	if n == 0 {
		return ErrNotFound
	}
	return nil
}

// ByKey returns the list a key opens, in any spelling. Everything that cannot be
// opened is ErrNotFound alike.
func (s Service) ByKey(tx *store.Tx, key string) (Plan, error) {
	k, ok := reservation.ReadKey(key)
	if !ok {
		return Plan{}, ErrNotFound
	}
	return s.one(tx, `access_key = $2`, tx.Blind(classKey, k))
}

// ByID returns a list, or ErrNotFound.
func (s Service) ByID(tx *store.Tx, id string) (Plan, error) { return s.one(tx, `id = $2`, id) }

func (s Service) one(tx *store.Tx, where string, arg any) (Plan, error) {
	list, err := s.all(tx, where+` AND until > $3`, arg, store.Millis(tx.Now()))
	if err != nil {
		return Plan{}, err
	}
	if len(list) == 0 {
		return Plan{}, ErrNotFound
	}
	return list[0], nil
}

// all returns the lists a condition selects; $1 is the tenant.
func (Service) all(tx *store.Tx, where string, args ...any) ([]Plan, error) {
	rows, err := tx.Query(`SELECT id, event, hash, lang, answers, contact IS NOT NULL, owner, remind_on, made_at, until
		FROM plan WHERE tenant = $1 AND `+where, append([]any{tx.Tenant()}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("reading task lists: %w", err)
	}
	defer rows.Close()
	var out []Plan
	var sealed [][]byte
	for rows.Next() {
		var p Plan
		var answers []byte
		var day string
		var made, until int64
		if err := rows.Scan(&p.ID, &p.Event, &p.Hash, &p.Lang, &answers, &p.Contact, &p.Owner, &day, &made, &until); err != nil {
			return nil, fmt.Errorf("reading task lists: %w", err)
		}
		if day != "" {
			if p.RemindOn, err = civil.ParseDate(day); err != nil {
				return nil, fmt.Errorf("reading task lists: %w", err)
			}
		}
		p.Made, p.Until = store.FromMillis(made), store.FromMillis(until)
		out, sealed = append(out, p), append(sealed, answers)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading task lists: %w", err)
	}
	for i := range out {
		body, err := tx.Unseal(class, out[i].ID, sealed[i])
		if err != nil {
			return nil, fmt.Errorf("opening a task list: %w", err)
		}
		if err := json.Unmarshal(body, &out[i].Answers); err != nil {
			return nil, fmt.Errorf("opening a task list: %w", err)
		}
	}
	return out, nil
}

// Reminding is whom a list reminds and when. Of Mail and Owner at most one is set;
// with neither it reminds nobody.
type Reminding struct {
	Mail  string
	Owner string // the conversation to say it in
	On    civil.Date
}

// Remind sets whom a list reminds, in place of what was set before.
func (Service) Remind(tx *store.Tx, id string, r Reminding) error {
	var contact any
	if r.Mail != "" {
		var err error
		if contact, err = tx.Seal(class, "contact "+id, []byte(r.Mail)); err != nil {
			return fmt.Errorf("keeping whom a task list reminds: %w", err)
		}
	}
	n, err := tx.Exec(`UPDATE plan SET contact = $3, owner = $4, remind_on = $5 WHERE tenant = $1 AND id = $2`,
		tx.Tenant(), id, contact, r.Owner, day(r.On))
	if err == nil && n == 0 {
		return ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("keeping whom a task list reminds: %w", err)
	}
	return nil
}

// day is a date as its column holds it.
func day(d civil.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

// Contact returns the mail address a list reminds at, "" for none.
func (Service) Contact(tx *store.Tx, id string) (string, error) {
	var sealed []byte
	err := tx.Row(`SELECT contact FROM plan WHERE tenant = $1 AND id = $2 AND until > $3`, tx.Tenant(), id, store.Millis(tx.Now())).Scan(&sealed)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return "", ErrNotFound
	case err != nil:
		return "", fmt.Errorf("reading whom a task list reminds: %w", err)
	case len(sealed) == 0:
		return "", nil
	}
	plain, err := tx.Unseal(class, "contact "+id, sealed)
	if err != nil {
		return "", fmt.Errorf("reading whom a task list reminds: %w", err)
	}
	return string(plain), nil
}

// Due returns at most so many lists that remind on a day or should have before.
func (s Service) Due(tx *store.Tx, on civil.Date, most int) ([]Plan, error) {
	return s.all(tx, `remind_on <> '' AND remind_on <= $2 AND until > $3 ORDER BY remind_on, id LIMIT $4`,
		on.String(), store.Millis(tx.Now()), most)
}

// Next moves a list's reminder on to another day, zero for none.
func (Service) Next(tx *store.Tx, id string, on civil.Date) error {
	if _, err := tx.Exec(`UPDATE plan SET remind_on = $3 WHERE tenant = $1 AND id = $2`, tx.Tenant(), id, day(on)); err != nil {
		return fmt.Errorf("moving the reminder of a task list on: %w", err)
	}
	return nil
}

// Jobs forget lists whose time is over.
func (s Service) Jobs(db *store.DB) []job.Job {
	return []job.Job{{
		Name: "plan.retention", Every: time.Hour,
		Run: func(ctx context.Context, tenant string) error { return db.Update(ctx, tenant, s.Forget) },
	}}
}

// Forget deletes lists whose time is over.
func (Service) Forget(tx *store.Tx) error {
	n, err := tx.Exec(`DELETE FROM plan WHERE tenant = $1 AND until <= $2`, tx.Tenant(), store.Millis(tx.Now()))
	if err != nil {
		return fmt.Errorf("forgetting task lists: %w", err)
	}
	if n > 0 {
		tx.Scrub()
	}
	return nil
}
