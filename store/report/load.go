package report

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/reservation"
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
	rows, err := tx.Query(`SELECT counter, name, SUM(n), SUM(persons) FROM report_day
		WHERE tenant = $1 AND what = 'hour' AND day >= $2 AND day <= $3 GROUP BY counter, name`,
		tx.Tenant(), from.String(), to.String())
	if err != nil {
		return nil, fmt.Errorf("add up the load of the counters: %w", err)
	}
	defer rows.Close()
	byHour := map[string]map[int]*Hour{}
	for rows.Next() {
		var counter, name string
		var n, persons int64
		if err := rows.Scan(&counter, &name, &n, &persons); err != nil {
			return nil, fmt.Errorf("add up the load of the counters: %w", err)
		}
		hour, status, _ := strings.Cut(name, "/")
		h, err := strconv.Atoi(hour)
		if err != nil {
			return nil, fmt.Errorf("add up the load of the counters: hour %q", hour)
		}
		if byHour[counter] == nil {
			byHour[counter] = map[int]*Hour{}
		}
		if byHour[counter][h] == nil {
			byHour[counter][h] = &Hour{Hour: h}
		}
		if status == string(reservation.NoShow) {
			byHour[counter][h].Missed += n
			continue
		}
		byHour[counter][h].Visits += n
		byHour[counter][h].Persons += persons
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("add up the load of the counters: %w", err)
	}
	var out []Load
	for _, counter := range slices.Sorted(maps.Keys(byHour)) {
		l := Load{Counter: counter}
		for _, h := range slices.Sorted(maps.Keys(byHour[counter])) {
			l.Hours = append(l.Hours, *byHour[counter][h])
		}
		out = append(out, l)
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
	rows, err := tx.Query(`SELECT counter, COUNT(DISTINCT day) FROM report_day
		WHERE tenant = $1 AND day >= $2 AND day <= $3 AND what = 'hour' GROUP BY counter`,
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
