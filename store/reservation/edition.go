package reservation

import (
	"encoding/json"
	"errors"
	"fmt"

	"madoguchi/store"
)

// edition is one saved version of a tenant's settings, compiled.
type edition struct {
	version int64
	mark    string // unique to the save, so that a rolled-back version is never mistaken for its successor
	table   *Timetable
}

// noSettings is the edition of a tenant that has saved none: nothing is open.
var noSettings = &edition{table: &Timetable{}}

// edition returns the tenant's current settings. It reads their number in the
// caller's transaction and compiles only what it has not seen.
func (r *Reservations) edition(tx *store.Tx) (*edition, error) {
	var version int64
	var mark string
	err := tx.Row(`SELECT version, mark FROM reservation_settings WHERE tenant = $1 ORDER BY version DESC LIMIT 1`,
		tx.Tenant()).Scan(&version, &mark)
	if errors.Is(err, store.ErrNotFound) {
		return noSettings, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the version of the reservation settings: %w", err)
	}
	if e, ok := r.compiled.Load(tx.Tenant()); ok && e.(*edition).mark == mark {
		return e.(*edition), nil
	}
	s, err := readSettings(tx, version)
	if err != nil {
		return nil, err
	}
	table, err := Compile(s, r.holidays)
	if err != nil {
		return nil, fmt.Errorf("version %d: %w", version, err)
	}
	e := &edition{version: version, mark: mark, table: table}
	r.compiled.Store(tx.Tenant(), e)
	return e, nil
}

// lastSeen returns the settings this process used last, without asking whether
// they are still in force.
func (r *Reservations) lastSeen(tx *store.Tx) *edition {
	if e, ok := r.compiled.Load(tx.Tenant()); ok {
		return e.(*edition)
	}
	return noSettings
}

func readSettings(tx *store.Tx, version int64) (Settings, error) {
	var s Settings
	var body string
	err := tx.Row(`SELECT body FROM reservation_settings WHERE tenant = $1 AND version = $2`, tx.Tenant(), version).Scan(&body)
	if errors.Is(err, store.ErrNotFound) {
		return s, ErrNotFound
	}
	if err == nil {
		err = json.Unmarshal([]byte(body), &s)
	}
	if err != nil {
		return s, fmt.Errorf("reading version %d of the reservation settings: %w", version, err)
	}
	return s, nil
}

// Timetable returns the tenant's current timetable; an empty one if the tenant
// has no settings yet.
func (r *Reservations) Timetable(tx *store.Tx) (*Timetable, error) {
	e, err := r.edition(tx)
	if err != nil {
		return nil, err
	}
	return e.table, nil
}

// Settings returns the tenant's current settings and their version, 0 if there
// are none yet.
func (r *Reservations) Settings(tx *store.Tx) (Settings, int64, error) {
	e, err := r.edition(tx)
	if err != nil {
		return Settings{}, 0, err
	}
	return e.table.Settings, e.version, nil
}

// SettingsAt returns an earlier version, or ErrNotFound.
func (r *Reservations) SettingsAt(tx *store.Tx, version int64) (Settings, error) {
	return readSettings(tx, version)
}

// SaveSettings checks settings and makes them the tenant's next version, in
// force from this transaction on. base is the version they were made from:
// ErrStale tells that it is no longer the current one. Bookings are left as
// they are; Misfits lists those that no longer fit.
func (r *Reservations) SaveSettings(tx *store.Tx, s Settings, base int64, by string) (version int64, err error) {
	if _, err := Compile(s, r.holidays); err != nil {
		return 0, err
	}
	_, current, err := r.Settings(tx)
	if err != nil {
		return 0, err
	}
	if current != base {
		return 0, ErrStale
	}
	body, err := json.Marshal(s)
	if err != nil {
		return 0, fmt.Errorf("saving the reservation settings: %w", err)
	}
	n, err := tx.Exec(`
		INSERT INTO reservation_settings (tenant, version, mark, body, saved_at, saved_by) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (tenant, version) DO NOTHING`,
		tx.Tenant(), base+1, store.NewID(), string(body), store.Millis(tx.Now()), by)
	if err != nil {
		return 0, fmt.Errorf("saving the reservation settings: %w", err)
	}
	if n == 0 {
		return 0, ErrStale
	}
	return base + 1, tx.Audit(by, "reservation.settings", fmt.Sprint(base+1))
}
