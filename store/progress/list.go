package progress

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"madoguchi/i18n/civil"
	"madoguchi/store"
)

// Filter selects cases (S4-116). Empty fields select everything.
type Filter struct {
	// States are those wanted. From and To are the days, inclusive, on which the
	// case came into the state it is in.
	States   []Kind
	From, To civil.Date
	// Ever looks for cases into which one of the States was registered in the
	// period, whatever has become of them since. It does not go with Custody,
	// OldCard and Due.
	Ever bool

	Batch   string // id
	Counter string
	Custody Custody
	OldCard []Match
	Due     Due
}

// where is a condition over progress_case with its arguments; $1 is the tenant.
type where struct {
	text []string
	args []any
}

func (w *where) add(condition string, values ...any) {
	for _, v := range values {
		w.args = append(w.args, v)
		condition = strings.Replace(condition, "?", "$"+strconv.Itoa(len(w.args)+1), 1)
	}
	w.text = append(w.text, condition)
}

func (w *where) in(column string, values []any) {
	w.add(column+" IN (?"+strings.Repeat(", ?", len(values)-1)+")", values...)
}

func (w *where) String() string { return strings.Join(append(w.text, "1 = 1"), " AND ") }

func anys[T ~string](list []T) []any {
	out := make([]any, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return out
}

// period limits a column of instants to days on the wall in Japan.
func (w *where) period(column string, from, to civil.Date) {
	if !from.IsZero() {
		w.add(column+" >= ?", store.Millis(civil.DateTime{Date: from}.At()))
	}
	if !to.IsZero() {
		w.add(column+" < ?", store.Millis(civil.DateTime{Date: to.AddDays(1)}.At()))
	}
}

// query turns a filter into the table to read, its condition, and the columns
// for state, time and case there.
func (s Service) query(tx *store.Tx, f Filter) (table, state, at, id string, w where, err error) {
	if !f.Ever {
		// "batch <> ''" and the like say nothing new: they let the databases use
		// the indexes of rows that have one.
		if len(f.States) > 0 {
			w.in("state", anys(f.States))
		}
		w.period("state_at", f.From, f.To)
		if f.Batch != "" {
			w.add("batch <> '' AND batch = ?", f.Batch)
		}
		if f.Counter != "" {
			w.add("counter <> '' AND counter = ?", f.Counter)
		}
		if f.Custody != Nowhere {
			w.add("custody <> '' AND custody = ?", string(f.Custody))
		}
		if len(f.OldCard) > 0 {
			w.add("old_card <> ''")
			w.in("old_card", anys(f.OldCard))
		}
		if f.Due != "" {
			err = s.due(tx, f.Due, &w)
		}
		return "progress_case", "state", "state_at", "id", w, err
	}
	w.add("live = 1")
	states := f.States
	if len(states) == 0 {
		states = States()
	}
	w.in("kind", anys(states))
	w.period("at", f.From, f.To)
	var of where
	of.args = w.args
	if f.Batch != "" {
		of.add("batch = ?", f.Batch)
	}
	if f.Counter != "" {
		of.add("counter = ?", f.Counter)
	}
	if len(of.text) > 0 {
		w.args = of.args
		w.text = append(w.text, "case_id IN (SELECT id FROM progress_case WHERE tenant = $1 AND "+of.String()+")")
	}
	return "progress_event", "kind", "at", "case_id", w, nil
}

// Counts says how many cases a filter selects by state, and in all. With Ever a
// case counts under each state it was in.
func (s Service) Counts(tx *store.Tx, f Filter) (byState map[Kind]int, total int, err error) {
	table, state, _, id, w, err := s.query(tx, f)
	if err != nil {
		return nil, 0, err
	}
	if len(w.args) > 0 {
		// Not the column itself: SQLite would walk all cases in the order of
		// their states rather than use the index of what is asked for.
		state += ` || ''`
	}
	number := "COUNT(*)"
	if f.Ever {
		number = "COUNT(DISTINCT " + id + ")"
	}
	args := append([]any{tx.Tenant()}, w.args...)
	rows, err := tx.Query(`SELECT `+state+`, `+number+` FROM `+table+` WHERE tenant = $1 AND `+w.String()+` GROUP BY `+state, args...)
	if err != nil {
		return nil, 0, fmt.Errorf("counting cases: %w", err)
	}
	defer rows.Close()
	byState = map[Kind]int{}
	for rows.Next() {
		var k Kind
		var n int
		if err := rows.Scan(&k, &n); err != nil {
			return nil, 0, fmt.Errorf("counting cases: %w", err)
		}
		byState[k] = n
		total += n
	}
	if err := rows.Err(); err != nil || !f.Ever {
		return byState, total, err
	}
	err = tx.Row(`SELECT COUNT(DISTINCT `+id+`) FROM `+table+` WHERE tenant = $1 AND `+w.String(), args...).Scan(&total)
	if err != nil {
		return nil, 0, fmt.Errorf("counting cases: %w", err)
	}
	return byState, total, nil
}

// IDs lists the cases a filter selects, the latest change first; limit 0 is all
// of them.
func (s Service) IDs(tx *store.Tx, f Filter, limit, offset int) ([]string, error) {
	return s.ids(tx, f, limit, offset, "DESC")
}

func (s Service) ids(tx *store.Tx, f Filter, limit, offset int, order string) ([]string, error) {
	table, _, at, id, w, err := s.query(tx, f)
	if err != nil {
		return nil, err
	}
	text := `SELECT ` + id + ` FROM ` + table + ` WHERE tenant = $1 AND ` + w.String()
	if f.Ever {
		text += ` GROUP BY ` + id + ` ORDER BY MAX(` + at + `) ` + order + `, ` + id + ` ` + order
	} else {
		text += ` ORDER BY ` + at + ` ` + order + `, ` + id + ` ` + order
	}
	if limit > 0 {
		text += ` LIMIT ` + strconv.Itoa(limit) + ` OFFSET ` + strconv.Itoa(max(offset, 0))
	}
	rows, err := tx.Query(text, append([]any{tx.Tenant()}, w.args...)...)
	if err != nil {
		return nil, fmt.Errorf("listing cases: %w", err)
	}
	defer rows.Close()
	var ids []string
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			return nil, fmt.Errorf("listing cases: %w", err)
		}
		ids = append(ids, one)
	}
	return ids, rows.Err()
}

// List is a page of the cases a filter selects, the latest change first. total
// is how many there are in all: the second half is read from its end.
func (s Service) List(tx *store.Tx, f Filter, limit, offset, total int) ([]Case, error) {
	limit = min(limit, total-offset)
	if limit <= 0 {
		return nil, nil
	}
	if offset <= total/2 {
		ids, err := s.IDs(tx, f, limit, offset)
		if err != nil {
			return nil, err
		}
		return s.Cases(tx, ids)
	}
	ids, err := s.ids(tx, f, limit, total-offset-limit, "ASC")
	if err != nil {
		return nil, err
	}
	slices.Reverse(ids)
	return s.Cases(tx, ids)
}
