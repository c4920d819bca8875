// Package letter keeps what a municipality prints: the templates of its letters
// with their history, where things stand on its paper and label sheets, and the
// print runs.
//
//	template ── Save, RollBack ─▶ versions; the highest is in force
//	setting  ── SaveSetting ────▶ versions of layout and sheets
//	cases ── Begin ─▶ run ── Printed ─▶ … ── Sent ─▶ posted ── Unsent ─▶ …
//
// A run names its cases and nothing personal: names and addresses are read when
// it is printed, so a reprint has the present ones and an erased resident is in
// none. The package knows neither paper nor cards; channels/paper draws, and the
// caller registers the sending with the cards.
package letter

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"time"
	"unicode/utf8"

	"madoguchi/store"
)

// Service keeps templates and runs. It holds nothing.
type Service struct {
	// Builtin are the templates every tenant begins with, as version 0.
	Builtin []Template
}

var (
	// ErrNotFound: no such template, version or run.
	ErrNotFound = fmt.Errorf("letter: %w", store.ErrNotFound)
	// ErrStale: the template or setting was saved by someone else meanwhile.
	ErrStale = errors.New("letter: it has changed in the meantime")
	// ErrName: a template needs a name of 1 to 40 characters.
	ErrName = errors.New("letter: the name is empty or too long")
	// ErrLong: the text is longer than a letter can be.
	ErrLong = errors.New("letter: the text is too long")
	// ErrState: the run was already sent, or not yet.
	ErrState = errors.New("letter: not possible in this state of the run")
)

// Template is one version of a letter's text.
type Template struct {
	ID      string
	Version int // 0: as it came with the program
	Name    string
	Body    string
	Retired bool
	At      time.Time // zero for version 0
	By      string
}

const (
	longestName = 40 // characters
	longestBody = 32 << 10
)

// idPattern is the form of a template's id.
var idPattern = regexp.MustCompile(`^[a-z0-9-]{1,40}$`)

const templateColumns = `SELECT t.id, t.version, t.name, t.body, t.retired, t.saved_at, t.saved_by FROM letter_template t WHERE t.tenant = $1 AND `

func templates(tx *store.Tx, where string, args ...any) ([]Template, error) {
	rows, err := tx.Query(templateColumns+where, append([]any{tx.Tenant()}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("reading letter templates: %w", err)
	}
	defer rows.Close()
	var list []Template
	for rows.Next() {
		var t Template
		var at int64
		if err := rows.Scan(&t.ID, &t.Version, &t.Name, &t.Body, &t.Retired, &at, &t.By); err != nil {
			return nil, fmt.Errorf("reading letter templates: %w", err)
		}
		t.At = store.FromMillis(at)
		list = append(list, t)
	}
	return list, rows.Err()
}

// mostTemplates bounds the list of a tenant's templates.
const mostTemplates = 200

// Templates lists the templates in force, those of the program first.
func (s Service) Templates(tx *store.Tx) ([]Template, error) {
	own, err := templates(tx, `t.version = (SELECT MAX(v.version) FROM letter_template v WHERE v.tenant = t.tenant AND v.id = t.id)
		ORDER BY t.name, t.id LIMIT $2`, mostTemplates)
	if err != nil {
		return nil, err
	}
	byID := map[string]Template{}
	for _, t := range own {
		byID[t.ID] = t
	}
	var list []Template
	for _, t := range s.Builtin {
		if mine, ok := byID[t.ID]; ok {
			t = mine
			delete(byID, t.ID)
		}
		list = append(list, t)
	}
	for _, t := range own {
		if _, ok := byID[t.ID]; ok {
			list = append(list, t)
		}
	}
	return list, nil
}

// Template returns the version in force, or ErrNotFound.
func (s Service) Template(tx *store.Tx, id string) (Template, error) {
	list, err := templates(tx, `t.id = $2 ORDER BY t.version DESC LIMIT 1`, id)
	if err != nil {
		return Template{}, err
	}
	if len(list) > 0 {
		return list[0], nil
	}
	return s.builtin(id)
}

func (s Service) builtin(id string) (Template, error) {
	for _, t := range s.Builtin {
		if t.ID == id {
			return t, nil
		}
	}
	return Template{}, ErrNotFound
}

// TemplateAt returns one version, or ErrNotFound.
func (s Service) TemplateAt(tx *store.Tx, id string, version int) (Template, error) {
	if version == 0 {
		return s.builtin(id)
	}
	list, err := templates(tx, `t.id = $2 AND t.version = $3`, id, version)
	if err == nil && len(list) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Template{}, err
	}
	return list[0], nil
}

// mostVersions is how far back the history is shown.
const mostVersions = 100

// History lists the versions of a template, the newest first.
func (s Service) History(tx *store.Tx, id string) ([]Template, error) {
	list, err := templates(tx, `t.id = $2 ORDER BY t.version DESC LIMIT $3`, id, mostVersions)
	if err != nil {
		return nil, err
	}
	if t, err := s.builtin(id); err == nil {
		list = append(list, t)
	}
	if len(list) == 0 {
		return nil, ErrNotFound
	}
	return list, nil
}

// Save puts a new version in force. t.Version is the version it was made from;
// an empty ID makes a new template. Errors: ErrStale, ErrName, ErrLong,
// ErrNotFound.
func (s Service) Save(tx *store.Tx, t Template, by string) (Template, error) {
	if n := utf8.RuneCountInString(t.Name); n == 0 || n > longestName {
		return Template{}, ErrName
	}
	if len(t.Body) > longestBody {
		return Template{}, ErrLong
	}
	if t.ID == "" {
		t.ID, t.Version = store.NewID(), 0
	} else {
		now, err := s.Template(tx, t.ID)
		if err != nil {
			return Template{}, err
		}
		if now.Version != t.Version {
			return Template{}, ErrStale
		}
	}
	if !idPattern.MatchString(t.ID) {
		return Template{}, ErrNotFound
	}
	t.Version, t.At, t.By = t.Version+1, tx.Now(), by
	n, err := tx.Exec(`INSERT INTO letter_template (tenant, id, version, name, body, retired, saved_at, saved_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (tenant, id, version) DO NOTHING`,
		tx.Tenant(), t.ID, t.Version, t.Name, t.Body, t.Retired, store.Millis(t.At), by)
	if err != nil {
		return Template{}, fmt.Errorf("saving a letter template: %w", err)
	}
	if n == 0 {
		return Template{}, ErrStale
	}
	return t, tx.Audit(by, "letter.template", t.ID, "version", t.Version, "retired", t.Retired)
}

// RollBack puts an earlier version in force again, as a new one. base is the
// version in force.
func (s Service) RollBack(tx *store.Tx, id string, version, base int, by string) (Template, error) {
	old, err := s.TemplateAt(tx, id, version)
	if err != nil {
		return Template{}, err
	}
	old.Version = base
	return s.Save(tx, old, by)
}

// Setting reads a part of the settings into v, which stays as it is if the part
// was never saved, and returns its version.
func (s Service) Setting(tx *store.Tx, part string, v any) (version int, err error) {
	var body string
	err = tx.Row(`SELECT version, body FROM letter_setting WHERE tenant = $1 AND part = $2 ORDER BY version DESC LIMIT 1`,
		tx.Tenant(), part).Scan(&version, &body)
	if errors.Is(err, store.ErrNotFound) {
		return 0, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(body), v)
	}
	if err != nil {
		return 0, fmt.Errorf("reading the letter setting %s: %w", part, err)
	}
	return version, nil
}

// SaveSetting puts a part of the settings in force; base is the version it was
// made from. It returns ErrStale if another is in force.
func (s Service) SaveSetting(tx *store.Tx, part string, v any, base int, by string) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("saving the letter setting %s: %w", part, err)
	}
	var now int
	err = tx.Row(`SELECT COALESCE(MAX(version), 0) FROM letter_setting WHERE tenant = $1 AND part = $2`, tx.Tenant(), part).Scan(&now)
	if err != nil {
		return fmt.Errorf("saving the letter setting %s: %w", part, err)
	}
	if now != base {
		return ErrStale
	}
	n, err := tx.Exec(`INSERT INTO letter_setting (tenant, part, version, body, saved_at, saved_by)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant, part, version) DO NOTHING`,
		tx.Tenant(), part, base+1, string(body), store.Millis(tx.Now()), by)
	if err != nil {
		return fmt.Errorf("saving the letter setting %s: %w", part, err)
	}
	if n == 0 {
		return ErrStale
	}
	return tx.Audit(by, "letter.setting", part, "version", base+1)
}
