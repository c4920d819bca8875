// Package procedure keeps the versions of a tenant's flows as they were
// published: the source files, never changed afterwards. Compiling them is not
// its business.
//
//	Publish ─▶ version n+1 in force ─▶ Current
//	Retire  ─▶ the version before it in force again (rollback)
//
// A conversation runs on the version it began with, so no version is deleted.
package procedure

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"madoguchi/store"
)

// Version is one published version of a flow.
type Version struct {
	Flow    string
	Version int
	Files   map[string][]byte // file name → source: the flow's and those of the parts it calls
	Hash    string
	Builtin bool // shipped with the program, not the tenant's own
	Retired bool
	At      time.Time
	By      string
}

// Service keeps versions. It has no state.
type Service struct{}

// ErrLast says that the only version in force cannot be retired.
var ErrLast = errors.New("there is no earlier version to go back to")

// Publish puts a new version in force and returns it. Files equal to those in
// force make no new version.
func (s Service) Publish(tx *store.Tx, flow string, files map[string][]byte, builtin bool, by string) (Version, error) {
	text := make(map[string]string, len(files))
	for name, data := range files {
		text[name] = string(data)
	}
	packed, err := json.Marshal(text) // keys are sorted, so equal files hash alike
	if err != nil {
		return Version{}, fmt.Errorf("pack %s: %w", flow, err)
	}
	sum := sha256.Sum256(packed)
	hash := hex.EncodeToString(sum[:8])

	last := 0
	current, err := s.current(tx, flow)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return Version{}, err
	}
	if err == nil && current.Hash == hash {
		return current, nil
	}
	if err := tx.Row(`SELECT COALESCE(MAX(version), 0) FROM procedure_version WHERE tenant = $1 AND flow = $2`,
		tx.Tenant(), flow).Scan(&last); err != nil {
		return Version{}, fmt.Errorf("number the version of %s: %w", flow, err)
	}
	v := Version{Flow: flow, Version: last + 1, Files: files, Hash: hash, Builtin: builtin, At: tx.Now(), By: by}
	source := "tenant"
	if builtin {
		source = "builtin"
	}
	if _, err := tx.Exec(`INSERT INTO procedure_version
			(tenant, flow, version, files, hash, source, state, published_at, published_by)
		VALUES ($1, $2, $3, $4, $5, $6, 'published', $7, $8)`,
		tx.Tenant(), flow, v.Version, string(packed), hash, source, store.Millis(v.At), by); err != nil {
		return Version{}, fmt.Errorf("publish %s: %w", flow, err)
	}
	return v, tx.Audit(by, "flow.publish", flow, "version", v.Version)
}

// Retire takes the version in force out of force, so that the one before it is
// used again for new conversations. ErrLast if there is none; store.ErrNotFound
// if the flow does not exist.
func (s Service) Retire(tx *store.Tx, flow, by string) (Version, error) {
	v, err := s.current(tx, flow)
	if err != nil {
		return v, err
	}
	var earlier int
	err = tx.Row(`SELECT COUNT(*) FROM procedure_version
		WHERE tenant = $1 AND flow = $2 AND state = 'published' AND version < $3`,
		tx.Tenant(), flow, v.Version).Scan(&earlier)
	if err != nil {
		return v, fmt.Errorf("look for earlier versions of %s: %w", flow, err)
	}
	if earlier == 0 {
		return v, ErrLast
	}
	if _, err := tx.Exec(`UPDATE procedure_version SET state = 'retired'
		WHERE tenant = $1 AND flow = $2 AND version = $3`, tx.Tenant(), flow, v.Version); err != nil {
		return v, fmt.Errorf("retire %s version %d: %w", flow, v.Version, err)
	}
	if err := tx.Audit(by, "flow.rollback", flow, "from", v.Version); err != nil {
		return v, err
	}
	return s.current(tx, flow)
}

const columns = `flow, version, files, hash, source, state, published_at, published_by`

type scanner interface{ Scan(dest ...any) error }

func scan(row scanner) (Version, error) {
	var v Version
	var packed, source, state string
	var at int64
	if err := row.Scan(&v.Flow, &v.Version, &packed, &v.Hash, &source, &state, &at, &v.By); err != nil {
		return v, err
	}
	var text map[string]string
	if err := json.Unmarshal([]byte(packed), &text); err != nil {
		return v, fmt.Errorf("unpack %s version %d: %w", v.Flow, v.Version, err)
	}
	v.Files = make(map[string][]byte, len(text))
	for name, s := range text {
		v.Files[name] = []byte(s)
	}
	v.Builtin, v.Retired, v.At = source == "builtin", state == "retired", store.FromMillis(at)
	return v, nil
}

func (Service) current(tx *store.Tx, flow string) (Version, error) {
	v, err := scan(tx.Row(`SELECT `+columns+` FROM procedure_version
		WHERE tenant = $1 AND flow = $2 AND state = 'published' ORDER BY version DESC LIMIT 1`, tx.Tenant(), flow))
	if err != nil {
		return v, fmt.Errorf("find %s in force: %w", flow, err)
	}
	return v, nil
}

// Current lists the version in force of every flow.
func (Service) Current(tx *store.Tx) ([]Version, error) {
	return list(tx, `SELECT `+columns+` FROM procedure_version p
		WHERE tenant = $1 AND state = 'published' AND version = (SELECT MAX(version) FROM procedure_version o
			WHERE o.tenant = p.tenant AND o.flow = p.flow AND o.state = 'published')
		ORDER BY flow`, tx.Tenant())
}

// All lists every version of a flow, the newest first.
func (Service) All(tx *store.Tx, flow string) ([]Version, error) {
	return list(tx, `SELECT `+columns+` FROM procedure_version
		WHERE tenant = $1 AND flow = $2 ORDER BY version DESC`, tx.Tenant(), flow)
}

func list(tx *store.Tx, query string, args ...any) ([]Version, error) {
	rows, err := tx.Query(query, args...)
	if err != nil {
		return nil, fmt.Errorf("list versions of flows: %w", err)
	}
	defer rows.Close()
	var out []Version
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("list versions of flows: %w", err)
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// Version returns one version, store.ErrNotFound if it does not exist.
func (Service) Version(tx *store.Tx, flow string, version int) (Version, error) {
	v, err := scan(tx.Row(`SELECT `+columns+` FROM procedure_version
		WHERE tenant = $1 AND flow = $2 AND version = $3`, tx.Tenant(), flow, version))
	if err != nil {
		return v, fmt.Errorf("find %s version %d: %w", flow, version, err)
	}
	return v, nil
}
