package progress

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/reservation"
)

// Labels are the names of the kinds that a municipality changed, by kind and
// language (S4-118). What is not in it has its built-in name.
type Labels map[Kind]reservation.Names

// Of is the name of a kind in a language.
func (l Labels) Of(k Kind, lang i18n.Lang) string {
	if own := l[k]; own[i18n.Japanese] != "" {
		return own.In(lang)
	}
	if t := traitOf(k); t != nil {
		return t.in(lang)
	}
	return string(k)
}

// Rules are what a municipality decides about its cards.
type Rules struct {
	// The clock of unclaimed cards, in days; the program proposes, people decide
	// (domain-facts 8.10).
	RemindAfter  int `json:"remind_after"`  // second notice, after the first
	DiscardAfter int `json:"discard_after"` // destruction: after the second notice …
	DiscardTotal int `json:"discard_total"` // … and after the first

	// AskCode has residents asked for the link code when they book the pickup.
	AskCode bool `json:"ask_code,omitempty"`
	// Words are what residents are told about a state in place of the built-in
	// sentences.
	Words map[Kind]reservation.Names `json:"words,omitempty"`
}

// usualRules are the shape most municipalities have (domain-facts 8.10).
func usualRules() Rules { return Rules{RemindAfter: 90, DiscardAfter: 90, DiscardTotal: 365} }

// The parts of the settings.
const (
	labelsPart = "labels"
	rulesPart  = "rules"
)

// Version is one saved edition of a part of the settings.
type Version struct {
	Number int64
	At     time.Time
	By     string
}

// ErrStale: the settings were saved by someone else in the meantime.
var ErrStale = errors.New("the settings have changed in the meantime")

// ErrInvalid is a setting or an entry that cannot be taken; Field names it.
type ErrInvalid struct{ Field, Why string }

func (e ErrInvalid) Error() string { return e.Field + ": " + e.Why }

// Labels returns the names in force, and their version, 0 if none were changed.
func (s Service) Labels(tx *store.Tx) (Labels, int64, error) {
	var l Labels
	version, err := read(tx, labelsPart, &l)
	return l, version, err
}

// SaveLabels puts names in force; base is the version they were made from. A
// kind whose Japanese name is empty or the built-in one has its built-in names.
func (s Service) SaveLabels(tx *store.Tx, l Labels, base int64, by string) error {
	clean := Labels{}
	for k, n := range l {
		t := traitOf(k)
		if t == nil {
			return ErrInvalid{string(k), "unknown"}
		}
		own, err := cleanNames(string(k), n, 40)
		if err != nil {
			return err
		}
		if own[i18n.Japanese] == "" && len(own) > 0 {
			return ErrInvalid{string(k), "japanese"}
		}
		if !t.called(own) {
			clean[k] = own
		}
	}
	return save(tx, labelsPart, clean, base, by)
}

// LabelVersions lists the editions of the names, the newest first.
func (s Service) LabelVersions(tx *store.Tx) ([]Version, error) {
	rows, err := tx.Query(`SELECT version, saved_at, saved_by FROM progress_settings WHERE tenant = $1 AND part = $2 ORDER BY version DESC LIMIT 50`,
		tx.Tenant(), labelsPart)
	if err != nil {
		return nil, fmt.Errorf("reading the versions of labels: %w", err)
	}
	defer rows.Close()
	var list []Version
	for rows.Next() {
		var v Version
		var at int64
		if err := rows.Scan(&v.Number, &at, &v.By); err != nil {
			return nil, fmt.Errorf("reading the versions of labels: %w", err)
		}
		v.At = store.FromMillis(at)
		list = append(list, v)
	}
	return list, rows.Err()
}

// LabelsAt returns the names of an earlier edition.
func (s Service) LabelsAt(tx *store.Tx, version int64) (Labels, error) {
	var l Labels
	var body string
	err := tx.Row(`SELECT body FROM progress_settings WHERE tenant = $1 AND part = $2 AND version = $3`, tx.Tenant(), labelsPart, version).Scan(&body)
	if err == nil {
		err = json.Unmarshal([]byte(body), &l)
	}
	if err != nil {
		return nil, fmt.Errorf("reading version %d of the labels: %w", version, err)
	}
	return l, nil
}

// Rules returns the rules in force and their version.
func (s Service) Rules(tx *store.Tx) (Rules, int64, error) {
	r := usualRules()
	version, err := read(tx, rulesPart, &r)
	return r, version, err
}

// mostDays bounds the clock; a card is valid for ten years (domain-facts 8.7).
const mostDays = 3660

// SaveRules puts rules in force; base is the version they were made from.
func (s Service) SaveRules(tx *store.Tx, r Rules, base int64, by string) error {
	for _, d := range []struct {
		field string
		days  int
	}{{"remind_after", r.RemindAfter}, {"discard_after", r.DiscardAfter}, {"discard_total", r.DiscardTotal}} {
		if d.days < 1 || d.days > mostDays {
			return ErrInvalid{d.field, "days"}
		}
	}
	clean := map[Kind]reservation.Names{}
	for k, n := range r.Words {
		if !k.IsState() {
			return ErrInvalid{string(k), "unknown"}
		}
		own, err := cleanNames(string(k), n, 500)
		if err != nil {
			return err
		}
		if own[i18n.Japanese] == "" && len(own) > 0 {
			return ErrInvalid{string(k), "japanese"}
		}
		if len(own) > 0 {
			clean[k] = own
		}
	}
	r.Words = clean
	return save(tx, rulesPart, r, base, by)
}

// cleanNames drops what is empty and refuses what is too long.
func cleanNames(field string, n reservation.Names, most int) (reservation.Names, error) {
	own := reservation.Names{}
	for lang, text := range n {
		text = strings.TrimSpace(text)
		if utf8.RuneCountInString(text) > most {
			return nil, ErrInvalid{field, "long"}
		}
		if text != "" {
			own[lang] = text
		}
	}
	return own, nil
}

func read(tx *store.Tx, part string, into any) (version int64, err error) {
	var body string
	err = tx.Row(`SELECT version, body FROM progress_settings WHERE tenant = $1 AND part = $2 ORDER BY version DESC LIMIT 1`,
		tx.Tenant(), part).Scan(&version, &body)
	if errors.Is(err, store.ErrNotFound) {
		return 0, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(body), into)
	}
	if err != nil {
		return 0, fmt.Errorf("reading the %s of the cards: %w", part, err)
	}
	return version, nil
}

func save(tx *store.Tx, part string, v any, base int64, by string) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("saving the %s of the cards: %w", part, err)
	}
	current, err := read(tx, part, &json.RawMessage{})
	if err != nil {
		return err
	}
	if current != base {
		return ErrStale
	}
	n, err := tx.Exec(`INSERT INTO progress_settings (tenant, part, version, body, saved_at, saved_by) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (tenant, part, version) DO NOTHING`, tx.Tenant(), part, base+1, string(body), store.Millis(tx.Now()), by)
	if err != nil {
		return fmt.Errorf("saving the %s of the cards: %w", part, err)
	}
	if n == 0 {
		return ErrStale
	}
	return tx.Audit(by, "card."+part, fmt.Sprint(base+1))
}
