package field

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"madoguchi/i18n"
	"madoguchi/store"
)

// Fields keeps the settings of all tenants. It is safe for concurrent use.
type Fields struct {
	texts *i18n.Catalog

	mu       sync.Mutex
	editions map[string]seen // by tenant
}

// seen is the edition last found in force, and until when that is believed.
type seen struct {
	*Edition
	until time.Time
}

// New returns the keeper of the settings. The catalog has the names of the basic
// fields and the words of questions.
func New(texts *i18n.Catalog) *Fields {
	return &Fields{texts: texts, editions: map[string]seen{}}
}

// Edition is one version of a tenant's settings. What is exported never changes.
type Edition struct {
	Settings
	// Version is 0 before anything was saved.
	Version int64

	mark string

	made   sync.Mutex
	sheets map[sheetKey]*Rules
}

// fresh is how long an edition is used before it is asked whether it is still in
// force: on this node a change counts at once, on others within it.
const fresh = time.Second

// Edition returns what is in force.
func (f *Fields) Edition(tx *store.Tx) (*Edition, error) {
	f.mu.Lock()
	last := f.editions[tx.Tenant()]
	f.mu.Unlock()
	e := last.Edition
	if e != nil && time.Now().Before(last.until) {
		return e, nil
	}
	version, mark, err := latest(tx)
	if err != nil {
		return nil, err
	}
	switch {
	case e != nil && e.mark == mark:
	case version == 0:
		e = &Edition{Settings: Default()}
	default:
		e = &Edition{Version: version, mark: mark}
		if e.Settings, err = read(tx, version); err != nil {
			return nil, err
		}
	}
	f.mu.Lock()
	f.editions[tx.Tenant()] = seen{e, time.Now().Add(fresh)}
	f.mu.Unlock()
	return e, nil
}

func (f *Fields) forget(tenant string) {
	f.mu.Lock()
	delete(f.editions, tenant)
	f.mu.Unlock()
}

func latest(tx *store.Tx) (version int64, mark string, err error) {
	err = tx.Row(`SELECT version, mark FROM field_settings WHERE tenant = $1 ORDER BY version DESC LIMIT 1`, tx.Tenant()).Scan(&version, &mark)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return 0, "", fmt.Errorf("reading the version of the field settings: %w", err)
	}
	return version, mark, nil
}

// read returns one version, brought to the shape of today: a basic field that
// did not exist then was off.
func read(tx *store.Tx, version int64) (Settings, error) {
	if version == 0 {
		return Default(), nil
	}
	var s Settings
	var body string
	err := tx.Row(`SELECT body FROM field_settings WHERE tenant = $1 AND version = $2`, tx.Tenant(), version).Scan(&body)
	if errors.Is(err, store.ErrNotFound) {
		return s, ErrNotFound
	}
	if err == nil {
		err = json.Unmarshal([]byte(body), &s)
	}
	if err != nil {
		return s, fmt.Errorf("reading version %d of the field settings: %w", version, err)
	}
	if s.Forms == nil {
		s.Forms = map[Form]*Sheet{}
	}
	for _, form := range Forms {
		if s.Forms[form] == nil {
			s.Forms[form] = &Sheet{}
		}
		s.Forms[form].complete(form)
	}
	return s, nil
}

// complete adds the basic fields that are not there.
func (s *Sheet) complete(form Form) {
	for i, b := range basics[form] {
		if !slices.ContainsFunc(s.Basic, func(have Basic) bool { return have.ID == b.id }) {
			s.Basic = slices.Insert(s.Basic, min(i, len(s.Basic)), Basic{ID: b.id})
		}
	}
}

// Settings returns what is in force, to be edited, and its version.
func (f *Fields) Settings(tx *store.Tx) (Settings, int64, error) {
	version, _, err := latest(tx)
	if err != nil {
		return Settings{}, 0, err
	}
	s, err := read(tx, version)
	return s, version, err
}

// At returns one version of the settings, or ErrNotFound. Version 0 is what was
// in force before anything was saved.
func (f *Fields) At(tx *store.Tx, version int64) (Settings, error) { return read(tx, version) }

// Save puts settings in force. base is the version they were made from: if
// another has been saved since, the error is ErrStale; settings that cannot be
// are Faults.
func (f *Fields) Save(tx *store.Tx, s Settings, base int64, by string) (version int64, err error) {
	if err := s.Check(); err != nil {
		return 0, err
	}
	current, _, err := latest(tx)
	if err != nil {
		return 0, err
	}
	if current != base {
		return 0, ErrStale
	}
	body, err := json.Marshal(s)
	if err != nil {
		return 0, fmt.Errorf("saving the field settings: %w", err)
	}
	n, err := tx.Exec(`
		INSERT INTO field_settings (tenant, version, mark, body, saved_at, saved_by) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (tenant, version) DO NOTHING`,
		tx.Tenant(), base+1, store.NewID(), string(body), store.Millis(tx.Now()), by)
	if err != nil {
		return 0, fmt.Errorf("saving the field settings: %w", err)
	}
	if n == 0 {
		return 0, ErrStale
	}
	tenant := tx.Tenant()
	tx.OnCommit(func() { f.forget(tenant) })
	return base + 1, tx.Audit(by, "fields.save", fmt.Sprint(base+1))
}

// Saved is one entry of the history.
type Saved struct {
	Version int64
	At      time.Time
	By      string
}

// History lists the versions saved, the newest first, and how many there are.
func (f *Fields) History(tx *store.Tx, offset, limit int) (list []Saved, total int, err error) {
	if err := tx.Row(`SELECT COUNT(*) FROM field_settings WHERE tenant = $1`, tx.Tenant()).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("listing the field settings: %w", err)
	}
	rows, err := tx.Query(`SELECT version, saved_at, saved_by FROM field_settings WHERE tenant = $1 ORDER BY version DESC LIMIT $2 OFFSET $3`,
		tx.Tenant(), limit, offset)
	if err != nil {
		return nil, 0, fmt.Errorf("listing the field settings: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var v Saved
		var at int64
		if err := rows.Scan(&v.Version, &at, &v.By); err != nil {
			return nil, 0, fmt.Errorf("listing the field settings: %w", err)
		}
		v.At = store.FromMillis(at)
		list = append(list, v)
	}
	return list, total, rows.Err()
}
