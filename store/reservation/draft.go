package reservation

import (
	"encoding/json"
	"errors"
	"fmt"
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
		err = errors.Join(json.Unmarshal([]byte(body), &d.Settings), json.Unmarshal([]byte(begun), &d.Begun))
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
	s, err := copied(e.table.on(on).Settings)
	if err != nil {
		return Draft{}, err
	}
	return Draft{Settings: s, Begun: e.table.on(on).Settings, Base: e.version}, nil
}

// copied returns settings that share nothing with those in force.
func copied(s Settings) (Settings, error) {
	var c Settings
	b, err := json.Marshal(s)
	if err == nil {
		err = json.Unmarshal(b, &c)
	}
	if err != nil {
		return c, fmt.Errorf("copying settings: %w", err)
	}
	return c, nil
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
