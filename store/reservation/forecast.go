package reservation

import (
	"fmt"
	"time"

	"madoguchi/i18n/civil"
	"madoguchi/store"
)

// ForecastQuery asks whether a batch of letters finds places.
type ForecastQuery struct {
	Service string
	Needed  int // visits: every recipient takes one place
	// From is the day the letters arrive: everybody is taken to book on it.
	From civil.Date
}

// Forecast says which places a batch of letters finds in the booking window.
type Forecast struct {
	Needed   int
	Free     int // in the whole window
	From, To civil.Date
	Counters []*Counter // read only
	Days     []ForecastDay
	// Enough is the day by which everybody has come if all take the earliest
	// places; zero if the window has too few.
	Enough civil.Date
	// PerDay is the part of each open day if the visits spread evenly over them.
	PerDay int
}

// ForecastDay is one day of the window on which a counter receives visitors.
type ForecastDay struct {
	Date  civil.Date
	Free  []int // by counter; Closed where it does not receive
	Total int
	Sum   int  // of all days until this one
	Short bool // fewer than PerDay
}

// Closed stands in ForecastDay.Free for a counter that receives nobody.
const Closed = -1

// Missing is how many find no place.
func (f Forecast) Missing() int { return max(0, f.Needed-f.Free) }

// forecastDays bounds a forecast where the settings do not limit the window.
const forecastDays = 92

// Forecast counts the places that residents can book on q.From, day by day,
// until the window ends, at most three months. For a service of several slots
// it counts visits that do not overlap. Errors are those of Availability.
func (r *Reservations) Forecast(tx *store.Tx, q ForecastQuery) (Forecast, error) {
	e, err := r.edition(tx)
	if err != nil {
		return Forecast{}, err
	}
	now := tx.Now()
	if today := civil.In(now).Date; q.From.Before(today) {
		q.From = today
	}
	f := Forecast{Needed: q.Needed, From: q.From, To: e.table.horizon(q.Service, Open, q.From)}
	if last := q.From.AddDays(forecastDays - 1); last.Before(f.To) {
		f.To = last
	}
	place := map[string]int{}
	for from := q.From; !f.To.Before(from); from = from.AddDays(31) {
		days := min(31, f.To.Sub(from)+1)
		list, err := e.availability(tx, Query{Service: q.Service, From: from, Days: days})
		if err != nil {
			return Forecast{}, fmt.Errorf("forecast: %w", err)
		}
		for _, c := range list { // a temporary counter may come in later
			if _, ok := place[c.Counter.ID]; !ok {
				place[c.Counter.ID] = len(f.Counters)
				f.Counters = append(f.Counters, c.Counter)
			}
		}
		for n := range days {
			day := ForecastDay{Date: from.AddDays(n)}
			open := false
			for _, c := range list {
				at := place[c.Counter.ID]
				for len(day.Free) <= at {
					day.Free = append(day.Free, Closed)
				}
				if d := c.Days[n]; d.State == IsOpen {
					day.Free[at] = e.places(d, q, now)
					day.Total += day.Free[at]
					open = true
				}
			}
			if open {
				f.Days = append(f.Days, day)
			}
		}
	}
	f.sum()
	return f, nil
}

func (f *Forecast) sum() {
	if n := len(f.Days); n > 0 {
		f.PerDay = (f.Needed + n - 1) / n
	}
	for i := range f.Days {
		d := &f.Days[i]
		for len(d.Free) < len(f.Counters) {
			d.Free = append(d.Free, Closed)
		}
		f.Free += d.Total
		d.Sum = f.Free
		d.Short = d.Total < f.PerDay
		if f.Enough.IsZero() && f.Free >= f.Needed {
			f.Enough = d.Date
		}
	}
}

// places counts the visits of a day that can be booked on the day of arrival.
func (e *edition) places(d DayVacancy, q ForecastQuery, now time.Time) int {
	needs := 1
	if s := e.table.Service(q.Service); s != nil {
		needs = max(1, s.Slots)
	}
	sum, next := 0, civil.Clock(0)
	for _, v := range d.Slots {
		if v.Free == 0 || v.Start < next || !e.opens(q, civil.DateTime{Date: d.Date, Clock: v.Start}, now) {
			continue
		}
		sum += v.Free
		next = v.Start + civil.Clock(needs*v.Minutes)
	}
	return sum
}

// opens reports whether a visit can be booked at any hour of the day the letters
// arrive: residents read them in the evening, and reception may have hours.
func (e *edition) opens(q ForecastQuery, visit civil.DateTime, now time.Time) bool {
	for hour := range 24 {
		at := civil.DateTime{Date: q.From, Clock: civil.Clock(60 * ((hour + 12) % 24))}.At()
		if at.Before(now) {
			at = now
		}
		if e.table.Bookable(q.Service, Open, visit, at) == nil {
			return true
		}
	}
	return false
}
