package reservation

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"madoguchi/i18n/civil"
	"madoguchi/store"
)

// Settings are saved in editions. Each counts for visits from a day on until a
// later one takes over (S4-061): a change for next month is saved today, and
// residents who book a visit in next month already get next month's rules.
// Rows are only added; the mark of the newest row therefore stands for all of
// them, and one small read tells whether what was compiled still holds.

// edition is what a tenant's saved settings amount to, compiled.
type edition struct {
	version int64  // of the newest row
	mark    string // of the newest row: unique to the save, so that a rolled-back version is never mistaken for its successor
	table   *Timetable
	today   int // the day table is today's part for, as yyyymmdd
}

// noSettings is the edition of a tenant that has saved none: nothing is open.
var noSettings = &edition{table: &Timetable{}}

// on returns e as it is seen on a day: its table is the part in force.
func (e *edition) on(day civil.Date) *edition {
	t := e.table.on(day)
	if t == e.table {
		return e
	}
	seen := *e
	seen.table, seen.today = t, number(day)
	return &seen
}

// edition returns the tenant's settings. It reads the newest row's mark in the
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
	today := civil.In(tx.Now()).Date
	if c, ok := r.compiled.Load(tx.Tenant()); ok && c.(*edition).mark == mark {
		e := c.(*edition)
		if e.today == number(today) {
			return e, nil
		}
		return e.on(today), nil
	}
	saved, err := inForce(tx, today)
	if err != nil {
		return nil, err
	}
	table, err := r.compose(tx, saved, nil, today)
	if err != nil {
		return nil, err
	}
	e := &edition{version: version, mark: mark, table: table.on(today), today: number(today)}
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

// Saved is one row of the history of settings.
type Saved struct {
	Version int64
	// Effective is the first day of visit it counts for; zero is from the
	// beginning.
	Effective civil.Date
	At        time.Time
	By        string
	// Withdraws is the version this row takes back, 0 if it is an edition.
	Withdraws int64
	// Withdrawn is the version of the row that took this one back, or 0.
	Withdrawn int64
}

// kept is how many days back the rules of each day are known, for day views of
// the past month; before that the oldest ones known answer.
const kept = 31

// inForce returns the editions that count for some day from a month ago on, in
// order of the days they begin.
func inForce(tx *store.Tx, today civil.Date) ([]Saved, error) {
	all, err := saves(tx, `1 = 1`, 0)
	if err != nil {
		return nil, err
	}
	return governing(all, today.AddDays(-kept)), nil
}

// governing picks from all rows the editions that count on some day from since
// on, in order of the days they begin. Withdrawing an edition does not bring
// back what it replaced on the same day: nothing is to change then.
func governing(all []Saved, since civil.Date) []Saved {
	back := map[civil.Date]int64{} // the newest withdrawn by day
	for _, s := range all {
		if s.Withdrawn != 0 {
			back[s.Effective] = max(back[s.Effective], s.Version)
		}
	}
	list := slices.DeleteFunc(slices.Clone(all), func(s Saved) bool { return s.Withdraws != 0 || s.Version <= back[s.Effective] })
	slices.SortFunc(list, func(a, b Saved) int {
		return cmp.Or(cmp.Compare(number(a.Effective), number(b.Effective)), cmp.Compare(b.Version, a.Version))
	})
	list = slices.CompactFunc(list, func(a, b Saved) bool { return a.Effective == b.Effective })
	for len(list) > 1 && !list[1].Effective.After(since) {
		list = list[1:]
	}
	return list
}

// saves reads rows of the history, the newest first; limit 0 is all of them.
func saves(tx *store.Tx, where string, limit int, args ...any) ([]Saved, error) {
	query := `SELECT s.version, s.effective, s.saved_at, s.saved_by, s.withdraws, COALESCE(MAX(w.version), 0)
		FROM reservation_settings s LEFT JOIN reservation_settings w ON w.tenant = s.tenant AND w.withdraws = s.version
		WHERE s.tenant = $1 AND ` + where + ` GROUP BY s.version, s.effective, s.saved_at, s.saved_by, s.withdraws ORDER BY s.version DESC`
	if limit > 0 {
		query += fmt.Sprintf(" LIMIT %d", limit)
	}
	rows, err := tx.Query(query, append([]any{tx.Tenant()}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("reading the history of the reservation settings: %w", err)
	}
	defer rows.Close()
	var list []Saved
	for rows.Next() {
		var s Saved
		var effective string
		var at int64
		if err := rows.Scan(&s.Version, &effective, &at, &s.By, &s.Withdraws, &s.Withdrawn); err != nil {
			return nil, fmt.Errorf("reading the history of the reservation settings: %w", err)
		}
		if effective != "" {
			if s.Effective, err = civil.ParseDate(effective); err != nil {
				return nil, fmt.Errorf("reading version %d of the reservation settings: %w", s.Version, err)
			}
		}
		s.At = store.FromMillis(at)
		list = append(list, s)
	}
	return list, rows.Err()
}

// compose compiles editions into one timetable that answers for every day. Of
// those in known, which this transaction sees in force, nothing is read again.
func (r *Reservations) compose(tx *store.Tx, list []Saved, known []*Timetable, today civil.Date) (*Timetable, error) {
	parts := make([]*Timetable, 0, len(list)+1)
	if len(list) == 0 || list[0].Effective.After(today) {
		parts = append(parts, &Timetable{}) // nothing is open before the first settings
	}
	for _, s := range list {
		if i := slices.IndexFunc(known, func(t *Timetable) bool { return t.version == s.Version }); i >= 0 {
			t := *known[i] // its place is in another chain
			parts = append(parts, &t)
			continue
		}
		settings, err := r.readSettings(tx, s.Version)
		if err != nil {
			return nil, err
		}
		t, err := Compile(settings, r.holidays)
		if err != nil {
			return nil, fmt.Errorf("version %d: %w", s.Version, err)
		}
		t.version, t.from = s.Version, s.Effective
		parts = append(parts, t)
	}
	return join(parts), nil
}

func (r *Reservations) readSettings(tx *store.Tx, version int64) (Settings, error) {
	var s Settings
	var body string
	err := tx.Row(`SELECT body FROM reservation_settings WHERE tenant = $1 AND version = $2 AND withdraws = 0`, tx.Tenant(), version).Scan(&body)
	if errors.Is(err, store.ErrNotFound) {
		return s, ErrNotFound
	}
	if err == nil {
		s, err = r.readings.settings(body)
	}
	if err != nil {
		return s, fmt.Errorf("reading version %d of the reservation settings: %w", version, err)
	}
	return s, nil
}

// Timetable returns the tenant's timetable, as of today; an empty one if the
// tenant has no settings yet.
func (r *Reservations) Timetable(tx *store.Tx) (*Timetable, error) {
	e, err := r.edition(tx)
	if err != nil {
		return nil, err
	}
	return e.table, nil
}

// Settings returns the settings in force today, and the number of the newest
// save, which SaveSettings wants as its base; 0 if there are none yet.
func (r *Reservations) Settings(tx *store.Tx) (Settings, int64, error) {
	e, err := r.edition(tx)
	if err != nil {
		return Settings{}, 0, err
	}
	return e.table.Settings, e.version, nil
}

// SettingsOn returns the settings that count for visits on a day.
func (r *Reservations) SettingsOn(tx *store.Tx, day civil.Date) (Settings, error) {
	e, err := r.edition(tx)
	if err != nil {
		return Settings{}, err
	}
	return e.table.on(day).Settings, nil
}

// SettingsAt returns an earlier version, or ErrNotFound.
func (r *Reservations) SettingsAt(tx *store.Tx, version int64) (Settings, error) {
	return r.readSettings(tx, version)
}

// History returns who saved what and when, the newest first: those before a
// version, or the newest of all if before is 0.
func (r *Reservations) History(tx *store.Tx, before int64, limit int) ([]Saved, error) {
	if before == 0 {
		return saves(tx, `1 = 1`, limit)
	}
	return saves(tx, `s.version < $2`, limit, before)
}

// Editions returns the edition in force today and those that wait for their
// day, in that order. Each counts until the next one's first day.
func (r *Reservations) Editions(tx *store.Tx) ([]Saved, error) {
	all, err := saves(tx, `1 = 1`, 0)
	if err != nil {
		return nil, err
	}
	return governing(all, civil.In(tx.Now()).Date), nil
}

// SaveSettings checks settings and puts them in force from this transaction on,
// for visits from today until an edition that waits for its day. base is the
// number of the save they were made after (Settings): ErrStale tells that there
// has been another. Bookings are left as they are; Misfits lists those that no
// longer fit.
func (r *Reservations) SaveSettings(tx *store.Tx, s Settings, base int64, by string) (version int64, err error) {
	return r.SaveSettingsFrom(tx, s, base, civil.Date{}, by)
}

// SaveSettingsFrom is SaveSettings for visits from a day on. The zero date is
// today. It returns ErrPast for a day that is over: what residents were told
// then stays as it was.
func (r *Reservations) SaveSettingsFrom(tx *store.Tx, s Settings, base int64, effective civil.Date, by string) (version int64, err error) {
	if _, err := Compile(s, r.holidays); err != nil {
		return 0, err
	}
	body, err := json.Marshal(s)
	if err != nil {
		return 0, fmt.Errorf("saving the reservation settings: %w", err)
	}
	today := civil.In(tx.Now()).Date
	if effective.IsZero() {
		effective = today
	} else if !effective.Valid() || effective.Before(today) {
		return 0, ErrPast
	}
	first := effective.String()
	if base == 0 && effective == today {
		first = "" // the first settings of all
	}
	if err := r.add(tx, base, string(body), first, 0, by); err != nil {
		return 0, err
	}
	return base + 1, tx.Audit(by, "reservation.settings", fmt.Sprint(base+1), "effective", effective.String())
}

// add writes the next row of the history, or returns ErrStale.
func (r *Reservations) add(tx *store.Tx, base int64, body, effective string, withdraws int64, by string) error {
	_, current, err := r.Settings(tx)
	if err != nil {
		return err
	}
	if current != base {
		return ErrStale
	}
	n, err := tx.Exec(`
		INSERT INTO reservation_settings (tenant, version, mark, body, saved_at, saved_by, effective, withdraws)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (tenant, version) DO NOTHING`,
		tx.Tenant(), base+1, store.NewID(), body, store.Millis(tx.Now()), by, effective, withdraws)
	if err != nil {
		return fmt.Errorf("saving the reservation settings: %w", err)
	}
	if n == 0 {
		return ErrStale
	}
	return nil
}

// Withdraw takes back an edition whose day has not come. Errors: ErrNotFound,
// ErrPast once it counts, ErrStale.
func (r *Reservations) Withdraw(tx *store.Tx, version, base int64, by string) error {
	list, err := r.Editions(tx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(s Saved) bool { return s.Version == version })
	if i < 0 {
		return ErrNotFound
	}
	if i == 0 || !list[i].Effective.After(civil.In(tx.Now()).Date) {
		return ErrPast
	}
	if err := r.add(tx, base, "", "", version, by); err != nil {
		return err
	}
	return tx.Audit(by, "reservation.settings-withdrawn", fmt.Sprint(version))
}

// SaveEverywhere makes the same change to the settings in force and to those
// that wait for their day: for what does not depend on the day of a visit, such
// as the site being hidden. It returns the number of the newest save.
func (r *Reservations) SaveEverywhere(tx *store.Tx, base int64, by string, change func(*Settings)) (int64, error) {
	list, err := r.Editions(tx)
	if err != nil {
		return 0, err
	}
	for i, e := range list {
		s, err := r.readSettings(tx, e.Version)
		if err != nil {
			return 0, err
		}
		change(&s)
		from := e.Effective
		if i == 0 {
			from = civil.Date{}
		}
		if base, err = r.SaveSettingsFrom(tx, s, base, from, by); err != nil {
			return 0, err
		}
	}
	return base, nil
}
