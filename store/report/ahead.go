package report

import (
	"fmt"

	"madoguchi/i18n/civil"
	"madoguchi/store"
)

// Ahead is how full a counter is on the coming days.
type Ahead struct {
	Counter string
	Days    []AheadDay
}

// AheadDay is one day of a counter. A closed one has no places.
type AheadDay struct {
	Date   civil.Date
	Places int // of all slots
	Taken  int // booked or held; more than Places where staff forced it or hours were cut
}

// Add returns two days together.
func (d AheadDay) Add(e AheadDay) AheadDay {
	d.Places += e.Places
	d.Taken += e.Taken
	return d
}

// Share is the part that is taken, in percent, rounded up so that one booking
// in a thousand places is seen.
func (d AheadDay) Share() int {
	if d.Places == 0 {
		return 0
	}
	return (d.Taken*100 + d.Places - 1) / d.Places
}

// Ahead says how full the counters are for some days from a day on, from the
// timetable and the count rows: what it costs does not grow with the bookings.
func (r *Reports) Ahead(tx *store.Tx, from civil.Date, days int) ([]Ahead, error) {
	table, err := r.Reservations.Timetable(tx)
	if err != nil {
		return nil, err
	}
	var out []Ahead
	for _, c := range table.Counters(civil.Date{}) {
		taken, err := takenPlaces(tx, c.ID, from, from.AddDays(days-1))
		if err != nil {
			return nil, err
		}
		a := Ahead{Counter: c.ID, Days: make([]AheadDay, days)}
		for i := range a.Days {
			d := &a.Days[i]
			d.Date = from.AddDays(i)
			for _, s := range table.Day(c.ID, d.Date).Slots {
				d.Places += s.Capacity
			}
			d.Taken = taken[d.Date.String()]
		}
		out = append(out, a)
	}
	return out, nil
}

func takenPlaces(tx *store.Tx, counter string, from, to civil.Date) (map[string]int, error) {
	rows, err := tx.Query(`SELECT day, SUM(used) FROM reservation_slot
		WHERE tenant = $1 AND counter = $2 AND day >= $3 AND day <= $4 GROUP BY day`,
		tx.Tenant(), counter, from.String(), to.String())
	if err != nil {
		return nil, fmt.Errorf("count the places taken: %w", err)
	}
	defer rows.Close()
	out := map[string]int{}
	for rows.Next() {
		var day string
		var n int
		if err := rows.Scan(&day, &n); err != nil {
			return nil, fmt.Errorf("count the places taken: %w", err)
		}
		out[day] = n
	}
	return out, rows.Err()
}
