package report

import (
	"fmt"
	"slices"

	"madoguchi/i18n/civil"
	"madoguchi/store"
)

// Load is how many visits begin at a counter in each hour, over a period
// (S4-138): what staff are planned by.
type Load struct {
	Counter string
	Days    int // days with a visit
	Hours   []Hour
}

// Hour is one hour of the day at a counter.
type Hour struct {
	Hour    int   // 10: from 10:00 to 10:59
	Visits  int64 // neither cancelled nor missed
	Missed  int64 // no-shows
	Persons int64 // of the visits
}

// Load counts by counter and hour, the counters in the order of the timetable,
// those that no longer exist last.
func (r *Reports) Load(tx *store.Tx, from, to civil.Date) ([]Load, error) {
	table, err := r.Reservations.Timetable(tx)
	if err != nil {
		return nil, err
	}
	var order []string
	for _, c := range table.Counters(civil.Date{}) {
		order = append(order, c.ID)
	}
	rows, err := tx.Query(`SELECT counter, clock / 60, status, COUNT(*), SUM(persons) FROM reservation_booking
		WHERE tenant = $1 AND day >= $2 AND day <= $3 AND status <> 'cancelled' GROUP BY counter, clock / 60, status ORDER BY counter, clock / 60`,
		tx.Tenant(), from.String(), to.String())
	if err != nil {
		return nil, fmt.Errorf("count the load of the counters: %w", err)
	}
	defer rows.Close()
	var out []Load
	for rows.Next() {
		var counter, status string
		var hour int
		var n, persons int64
		if err := rows.Scan(&counter, &hour, &status, &n, &persons); err != nil {
			return nil, fmt.Errorf("count the load of the counters: %w", err)
		}
		if len(out) == 0 || out[len(out)-1].Counter != counter {
			out = append(out, Load{Counter: counter})
		}
		l := &out[len(out)-1]
		if len(l.Hours) == 0 || l.Hours[len(l.Hours)-1].Hour != hour {
			l.Hours = append(l.Hours, Hour{Hour: hour})
		}
		h := &l.Hours[len(l.Hours)-1]
		if status == "no-show" {
			h.Missed += n
			continue
		}
		h.Visits += n
		h.Persons += persons
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("count the load of the counters: %w", err)
	}
	if err := visitDays(tx, from, to, out); err != nil {
		return nil, err
	}
	slices.SortStableFunc(out, func(a, b Load) int { return rank(order, a.Counter) - rank(order, b.Counter) })
	return out, nil
}

func rank(order []string, id string) int {
	if i := slices.Index(order, id); i >= 0 {
		return i
	}
	return len(order)
}

// visitDays counts the days on which each counter had visits.
func visitDays(tx *store.Tx, from, to civil.Date, loads []Load) error {
	rows, err := tx.Query(`SELECT counter, COUNT(DISTINCT day) FROM reservation_booking
		WHERE tenant = $1 AND day >= $2 AND day <= $3 AND status <> 'cancelled' GROUP BY counter`,
		tx.Tenant(), from.String(), to.String())
	if err != nil {
		return fmt.Errorf("count the days of the counters: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var counter string
		var n int
		if err := rows.Scan(&counter, &n); err != nil {
			return fmt.Errorf("count the days of the counters: %w", err)
		}
		for i := range loads {
			if loads[i].Counter == counter {
				loads[i].Days = n
			}
		}
	}
	return rows.Err()
}
