// Package tenant is the table of municipalities that one installation serves,
// and their settings. A tenant's id is the name in its addresses (/t/{id}/) and
// never changes; everything else may.
//
// Rooms that have settings of their own (channels, providers) keep them as a
// named section, so that this package need not know them:
//
//	var cfg line.Settings
//	err := t.Settings.Section("line", &cfg)
//
// Secrets (channel tokens) are sealed, see Registry.SetSecret.
package tenant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"sync"

	"madoguchi/store"
)

// Tenant is one municipality.
type Tenant struct {
	ID       string // as in addresses: lower-case letters, digits, hyphens
	Name     string // as shown to people: みほん市
	Settings Settings
	Version  int64 // rises with every Save
}

// Settings are what an administrator may change without a programmer. It is
// stored as JSON; a field that is absent is zero.
type Settings struct {
	Office    string   `json:"office,omitempty"`    // who answers: 市民課
	Phone     string   `json:"phone,omitempty"`     // of the office, as printed
	Hours     string   `json:"hours,omitempty"`     // when the phone is answered, as printed
	Address   string   `json:"address,omitempty"`   // of the office, as printed
	URL       string   `json:"url,omitempty"`       // of the office's own site
	Mail      string   `json:"mail,omitempty"`      // sender of mail
	Languages []string `json:"languages,omitempty"` // offered, in order; the first is the default
	// Sections belong to other rooms, by name.
	Sections map[string]json.RawMessage `json:"sections,omitempty"`
	// Secrets are sealed values by name. They are set with SetSecret.
	Secrets map[string][]byte `json:"secrets,omitempty"`
}

// Section decodes the section of that name into v; v is left as it is if there
// is none.
func (s *Settings) Section(name string, v any) error {
	raw, ok := s.Sections[name]
	if !ok {
		return nil
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return fmt.Errorf("settings section %s: %w", name, err)
	}
	return nil
}

// SetSection encodes v as the section of that name.
func (s *Settings) SetSection(name string, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("settings section %s: %w", name, err)
	}
	sections := make(map[string]json.RawMessage, len(s.Sections)+1)
	for k, old := range s.Sections {
		sections[k] = old
	}
	sections[name] = raw
	s.Sections = sections
	return nil
}

var (
	// ErrChanged means that somebody else saved the tenant in between.
	ErrChanged = errors.New("tenant was changed by someone else")
	// ErrID means that a tenant's id cannot stand in an address.
	ErrID = errors.New("tenant id must be 1 to 40 lower-case letters, digits and inner hyphens")
)

var idForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$`)

// Registry reads and writes tenants. It remembers what it decoded until the
// tenant's version rises.
type Registry struct {
	db    *store.DB
	mu    sync.RWMutex
	known map[string]*Tenant
}

// New returns the registry of a database.
func New(db *store.DB) *Registry {
	return &Registry{db: db, known: make(map[string]*Tenant)}
}

// Create adds a tenant. It returns ErrID for an impossible id and
// store.ErrDuplicate if the id is taken. who is for the audit log.
func (r *Registry) Create(ctx context.Context, t Tenant, who string) error {
	if !idForm.MatchString(t.ID) {
		return fmt.Errorf("creating tenant %q: %w", t.ID, ErrID)
	}
	text, err := json.Marshal(t.Settings)
	if err != nil {
		return fmt.Errorf("creating tenant %s: %w", t.ID, err)
	}
	err = r.db.Update(ctx, t.ID, func(tx *store.Tx) error {
		now := store.Millis(tx.Now())
		n, err := tx.Exec(`INSERT INTO tenant(id,name,settings,version,created_at,updated_at) VALUES($1,$2,$3,1,$4,$5) ON CONFLICT DO NOTHING`,
			t.ID, t.Name, string(text), now, now)
		if err != nil {
			return err
		}
		if n == 0 {
			return store.ErrDuplicate
		}
		return tx.Audit(who, "create-tenant", t.ID)
	})
	if err != nil {
		return fmt.Errorf("creating tenant %s: %w", t.ID, err)
	}
	return nil
}

// Load returns a tenant. The caller may change its fields, but not what the
// slices and maps in its Settings hold. It returns store.ErrNotFound if there is none of that id.
func (r *Registry) Load(ctx context.Context, id string) (*Tenant, error) {
	if !idForm.MatchString(id) { // from an address, perhaps nothing a database could store
		return nil, fmt.Errorf("loading tenant %q: %w", id, store.ErrNotFound)
	}
	var t *Tenant
	err := r.db.View(ctx, id, func(tx *store.Tx) (err error) {
		t, err = r.In(tx)
		return err
	})
	if errors.Is(err, store.ErrTenant) {
		err = store.ErrNotFound
	}
	return t, err
}

// In returns the tenant of a transaction, at the price of one small read while
// its settings have not changed.
func (r *Registry) In(tx *store.Tx) (*Tenant, error) {
	id := tx.Tenant()
	var version int64
	if err := tx.Row(`SELECT version FROM tenant WHERE id=$1`, id).Scan(&version); err != nil {
		return nil, fmt.Errorf("loading tenant %s: %w", id, err)
	}
	r.mu.RLock()
	t := r.known[id]
	r.mu.RUnlock()
	if t != nil && t.Version == version {
		c := *t
		return &c, nil
	}
	t = &Tenant{ID: id}
	var text string
	err := tx.Row(`SELECT name, settings, version FROM tenant WHERE id=$1`, id).Scan(&t.Name, &text, &t.Version)
	if err != nil {
		return nil, fmt.Errorf("loading tenant %s: %w", id, err)
	}
	if err := json.Unmarshal([]byte(text), &t.Settings); err != nil {
		return nil, fmt.Errorf("loading tenant %s: settings: %w", id, err)
	}
	// Kept only once the transaction has ended well: it may have read what it
	// wrote itself, and be undone.
	tx.OnCommit(func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if old := r.known[id]; old == nil || old.Version < t.Version {
			r.known[id] = t
		}
	})
	c := *t
	return &c, nil
}

// List returns all tenants, by id.
func (r *Registry) List(ctx context.Context) ([]*Tenant, error) {
	ids, err := r.db.Tenants(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]*Tenant, 0, len(ids))
	for _, id := range ids {
		t, err := r.Load(ctx, id)
		if err != nil {
			return nil, err
		}
		list = append(list, t)
	}
	return list, nil
}

// Save stores name and settings of t, which must be of the version stored, and
// gives t the next version. It returns ErrChanged if the version is not the
// stored one.
func (r *Registry) Save(ctx context.Context, t *Tenant, who string) error {
	err := r.db.Update(ctx, t.ID, func(tx *store.Tx) error { return r.save(tx, t, who, "save-tenant") })
	if err != nil {
		return fmt.Errorf("saving tenant %s: %w", t.ID, err)
	}
	t.Version++
	return nil
}

func (r *Registry) save(tx *store.Tx, t *Tenant, who, action string, detail ...any) error {
	text, err := json.Marshal(t.Settings)
	if err != nil {
		return err
	}
	n, err := tx.Exec(`UPDATE tenant SET name=$2, settings=$3, version=version+1, updated_at=$4 WHERE id=$1 AND version=$5`,
		t.ID, t.Name, string(text), store.Millis(tx.Now()), t.Version)
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrChanged
	}
	return tx.Audit(who, action, t.ID, append([]any{"version", t.Version + 1}, detail...)...)
}

// secrets is the class of data whose key seals the secrets of settings.
const secrets = "settings"

// SetSecret seals a secret setting of a tenant; an empty value removes it. Its
// name, not its value, goes into the audit log.
func (r *Registry) SetSecret(ctx context.Context, id, name, value, who string) error {
	err := r.db.Update(ctx, id, func(tx *store.Tx) error {
		// Two that set different secrets at once must not lose one.
		if err := tx.Row(`SELECT id FROM tenant WHERE id=$1`+tx.ForUpdate(), id).Scan(new(string)); err != nil {
			return err
		}
		old, err := r.In(tx)
		if err != nil {
			return err
		}
		t := *old
		t.Settings.Secrets = make(map[string][]byte, len(old.Settings.Secrets)+1)
		for k, v := range old.Settings.Secrets {
			t.Settings.Secrets[k] = v
		}
		delete(t.Settings.Secrets, name)
		if value != "" {
			if t.Settings.Secrets[name], err = tx.Seal(secrets, "tenant.secret/"+name, []byte(value)); err != nil {
				return err
			}
		}
		return r.save(tx, &t, who, "set-secret", "name", name)
	})
	if err != nil {
		return fmt.Errorf("setting secret %s of tenant %s: %w", name, id, err)
	}
	return nil
}

// Secret opens a secret setting of the transaction's tenant; it is "" if it was
// never set.
func (t *Tenant) Secret(tx *store.Tx, name string) (string, error) {
	sealed, ok := t.Settings.Secrets[name]
	if !ok {
		return "", nil
	}
	plain, err := tx.Unseal(secrets, "tenant.secret/"+name, sealed)
	if err != nil {
		return "", fmt.Errorf("secret %s of tenant %s: %w", name, t.ID, err)
	}
	return string(plain), nil
}
