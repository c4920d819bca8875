package reservation

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"madoguchi/i18n/civil"
	"madoguchi/store"
)

// Draft is settings somebody is working on. Nothing of it counts before it is
// saved. Each person has at most one.
type Draft struct {
	Settings Settings
	// Begun is what it was made from, so that changes others saved meanwhile
	// can be told from the person's own (Merge). Base is the number of the save
	// it was made after.
	Begun     Settings
	Base      int64
	Effective civil.Date // the first day it is to count for; zero: at once
	Changed   time.Time
}

// Draft returns a person's draft, or ErrNotFound.
func (r *Reservations) Draft(tx *store.Tx, owner string) (Draft, error) {
	var d Draft
	var effective, body, begun string
	var changed int64
	err := tx.Row(`SELECT base, effective, body, begun, changed_at FROM reservation_draft WHERE tenant = $1 AND owner = $2`,
		tx.Tenant(), owner).Scan(&d.Base, &effective, &body, &begun, &changed)
	if errors.Is(err, store.ErrNotFound) {
		return d, ErrNotFound
	}
	if err == nil {
		var err1, err2 error
		d.Settings, err1 = r.readings.settings(body)
		d.Begun, err2 = r.readings.settings(begun)
		err = errors.Join(err1, err2)
	}
	if err == nil && effective != "" {
		d.Effective, err = civil.ParseDate(effective)
	}
	if err != nil {
		return d, fmt.Errorf("reading a draft: %w", err)
	}
	d.Changed = store.FromMillis(changed)
	return d, nil
}

// NewDraft is a draft of what counts on a day; zero is today. It is not kept
// before KeepDraft.
func (r *Reservations) NewDraft(tx *store.Tx, on civil.Date) (Draft, error) {
	e, err := r.edition(tx)
	if err != nil {
		return Draft{}, err
	}
	if on.IsZero() {
		on = civil.In(tx.Now()).Date
	}
	s := e.table.on(on).Settings
	return Draft{Settings: s.clone(), Begun: s, Base: e.version}, nil
}

// clone copies the lists of settings. What stands in them (names, weekdays,
// hours) is shared: to change it, put something new in its place.
func (s Settings) clone() Settings {
	s.Counters = slices.Clone(s.Counters)
	for i := range s.Counters {
		s.Counters[i].Openings = slices.Clone(s.Counters[i].Openings)
	}
	s.Services, s.Closures = slices.Clone(s.Services), slices.Clone(s.Closures)
	s.Windows, s.Responses = slices.Clone(s.Windows), slices.Clone(s.Responses)
	return s
}

// readings are the settings that were read last, by their text. A year's plan of
// a city takes tens of milliseconds to read, and every page about a draft begins
// with two of them. The zero value is ready, and safe for concurrent use.
type readings struct {
	mu   sync.Mutex
	list []reading // the one used last comes first
}

type reading struct {
	text     string
	settings Settings
}

// mostReadings is how many are kept: a draft and what it was made from, of a few
// people who work at once.
const mostReadings = 8

// settings returns what a text says, as a copy of the caller's own (clone).
func (r *readings) settings(text string) (Settings, error) {
	r.mu.Lock()
	i := slices.IndexFunc(r.list, func(x reading) bool { return x.text == text })
	if i >= 0 {
		x := r.list[i]
		copy(r.list[1:], r.list[:i])
		r.list[0] = x
		r.mu.Unlock()
		return x.settings.clone(), nil
	}
	r.mu.Unlock()
	var s Settings
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return s, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = slices.Insert(r.list, 0, reading{text, s})
	r.list = r.list[:min(len(r.list), mostReadings)]
	return s.clone(), nil
}

// KeepDraft stores a person's draft in place of the one before.
func (r *Reservations) KeepDraft(tx *store.Tx, owner string, d Draft) error {
	body, err := json.Marshal(d.Settings)
	if err != nil {
		return fmt.Errorf("keeping a draft: %w", err)
	}
	begun, err := json.Marshal(d.Begun)
	if err != nil {
		return fmt.Errorf("keeping a draft: %w", err)
	}
	effective := ""
	if !d.Effective.IsZero() {
		effective = d.Effective.String()
	}
	_, err = tx.Exec(`
		INSERT INTO reservation_draft (tenant, owner, base, effective, body, begun, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (tenant, owner) DO UPDATE SET base = excluded.base, effective = excluded.effective, body = excluded.body,
			begun = excluded.begun, changed_at = excluded.changed_at`,
		tx.Tenant(), owner, d.Base, effective, string(body), string(begun), store.Millis(tx.Now()))
	if err != nil {
		return fmt.Errorf("keeping a draft: %w", err)
	}
	return nil
}

// DropDraft forgets a person's draft.
func (r *Reservations) DropDraft(tx *store.Tx, owner string) error {
	if _, err := tx.Exec(`DELETE FROM reservation_draft WHERE tenant = $1 AND owner = $2`, tx.Tenant(), owner); err != nil {
		return fmt.Errorf("dropping a draft: %w", err)
	}
	return nil
}
