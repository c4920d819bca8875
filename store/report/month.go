package report

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"madoguchi/i18n/civil"
	"madoguchi/store"
)

// Numbers are the numbers of a month, of everything or of one counter, service,
// channel or language.
type Numbers struct {
	Enquiries int64 `json:"enquiries"` // people who wrote, each once a day
	HandOffs  int64 `json:"handoffs"`  // of them, those who were told how to reach a person
	Booked    int64 `json:"booked"`    // bookings made in the month
	Changed   int64 `json:"changed"`   // times a booking was moved in the month
	Cancelled int64 `json:"cancelled"` // bookings cancelled in the month
	Visited   int64 `json:"visited"`   // visits of the month: came
	NoShow    int64 `json:"no-show"`   // did not come
	Expected  int64 `json:"expected"`  // are still to come
}

// By is what a month is divided by.
type By string

// The divisions, in the order they are shown. Enquiries and hand-offs have
// neither counter nor service; changes, cancellations and visits no language.
const (
	ByService  By = "service"
	ByCounter  By = "counter"
	ByChannel  By = "channel"
	ByLanguage By = "language"
)

// Divisions lists them.
func Divisions() []By { return []By{ByService, ByCounter, ByChannel, ByLanguage} }

// Line is one line of a month.
type Line struct {
	By By     `json:"by"`
	ID string `json:"id"` // "" where it is not known
	Numbers
}

// Month is the report of one month (S4-134).
type Month struct {
	First, Last civil.Date
	Total       Numbers
	Lines       []Line           // by division, then id
	Incidents   map[string]int64 // by kind
	State       State
}

// State says how much of a period is counted.
type State struct {
	// At is when the last of its days was counted; zero: none is.
	At time.Time
	// Uncounted days up to today are not counted yet; of Unkept ones only
	// bookings could be counted, as their conversations were forgotten already.
	Uncounted, Unkept int
}

// MonthOf returns the first and last day of the month a day is in.
func MonthOf(d civil.Date) (first, last civil.Date) {
	first = d.AddDays(1 - d.Day)
	last = first.AddDays(31)
	return first, last.AddDays(-last.Day)
}

// Month adds up the month a day is in.
func (r *Reports) Month(tx *store.Tx, d civil.Date) (Month, error) {
	m := Month{Incidents: map[string]int64{}}
	m.First, m.Last = MonthOf(d)
	lines := map[Line]*Numbers{}
	add := func(by By, id string, n int64, which func(*Numbers) *int64) {
		k := Line{By: by, ID: id}
		if lines[k] == nil {
			lines[k] = &Numbers{}
		}
		*which(lines[k]) += n
	}
	rows, err := tx.Query(`SELECT what, channel, lang, counter, service, name, SUM(n) FROM report_day
		WHERE tenant = $1 AND day >= $2 AND day <= $3 AND what IN ('enquiry', 'person', 'booked', 'changed', 'cancelled', 'incident', 'visit')
		GROUP BY what, channel, lang, counter, service, name`, tx.Tenant(), m.First.String(), m.Last.String())
	if err != nil {
		return m, fmt.Errorf("add up a month: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var k key
		var n int64
		if err := rows.Scan(&k.what, &k.channel, &k.lang, &k.counter, &k.service, &k.name, &n); err != nil {
			return m, fmt.Errorf("add up a month: %w", err)
		}
		if k.what == Incidents {
			m.Incidents[k.name] += n
			continue
		}
		if k.what == visits {
			k.what += "/" + k.name
		}
		which := columns[k.what]
		*which(&m.Total) += n
		add(ByChannel, k.channel, n, which)
		if k.what == Enquiries || k.what == Persons || k.what == Booked {
			add(ByLanguage, k.lang, n, which)
		}
		if k.what != Enquiries && k.what != Persons {
			add(ByService, k.service, n, which)
			add(ByCounter, k.counter, n, which)
		}
	}
	if err := rows.Err(); err != nil {
		return m, fmt.Errorf("add up a month: %w", err)
	}
	for k, n := range lines {
		m.Lines = append(m.Lines, Line{k.By, k.ID, *n})
	}
	slices.SortFunc(m.Lines, func(a, b Line) int {
		return cmp.Or(slices.Index(Divisions(), a.By)-slices.Index(Divisions(), b.By), cmp.Compare(a.ID, b.ID))
	})
	m.State, err = r.State(tx, m.First, m.Last)
	return m, err
}

// columns are the numbers by what is counted and by the status of a visit.
var columns = map[string]func(*Numbers) *int64{
	Enquiries: func(n *Numbers) *int64 { return &n.Enquiries },
	Persons:   func(n *Numbers) *int64 { return &n.HandOffs },
	Booked:    func(n *Numbers) *int64 { return &n.Booked },
	Changed:   func(n *Numbers) *int64 { return &n.Changed },
	Cancelled: func(n *Numbers) *int64 { return &n.Cancelled },

	"visit/visited": func(n *Numbers) *int64 { return &n.Visited },
	"visit/no-show": func(n *Numbers) *int64 { return &n.NoShow },
	"visit/booked":  func(n *Numbers) *int64 { return &n.Expected },
}

// State says how much of the days from … to is counted.
func (r *Reports) State(tx *store.Tx, from, to civil.Date) (s State, err error) {
	days, talks := 0, 0
	var at int64
	err = tx.Row(`SELECT COUNT(*), COALESCE(SUM(talks), 0), COALESCE(MAX(at), 0) FROM report_counted
		WHERE tenant = $1 AND day >= $2 AND day <= $3`, tx.Tenant(), from.String(), to.String()).Scan(&days, &talks, &at)
	if err != nil {
		return s, fmt.Errorf("look how much is counted: %w", err)
	}
	if at > 0 {
		s.At = store.FromMillis(at)
	}
	if today := civil.In(tx.Now()).Date; to.After(today) {
		to = today
	}
	if !to.Before(from) {
		s.Uncounted = to.Sub(from) + 1 - days
		s.Unkept = days - talks
	}
	return s, nil
}
