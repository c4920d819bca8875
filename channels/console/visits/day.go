package visits

import (
	"cmp"
	"slices"
	"strings"

	"madoguchi/channels/console"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/reservation"
)

// dayPage is the matrix of a day: a row for every time at which any counter
// receives somebody, a column for every counter (S4-075).
type dayPage struct {
	Day                                             civil.Date
	Heading                                         string
	Today                                           bool
	WeekBefore, DayBefore, Now, DayAfter, WeekAfter civil.Date
	Columns                                         []column
	Rows                                            []line
	BadDate                                         string // what was typed, if it is no date
}

type column struct {
	ID, Name         string
	Closed           string // why, "" if it is open
	Booked, Expected int
	Visited, Missed  int
}

type line struct {
	Clock civil.Clock
	Now   bool // the slot under way
	Cells []cell
}

// cell is one slot of one counter.
type cell struct {
	Counter string
	Slot    bool // visitors are received at this time
	Closed  bool // the counter is closed all day
	Free    int
	reservation.Tally
}

// readDay reads a day from an address or a form, in either way of writing it.
func readDay(s string) (civil.Date, bool) {
	d, err := civil.ParseDate(strings.ReplaceAll(strings.TrimSpace(s), "/", "-"))
	return d, err == nil && d.Valid()
}

// day serves GET visits.
func (a *area) day(q *console.Request) error {
	var p dayPage
	err := q.View(func(tx *store.Tx) error {
		now := civil.In(tx.Now())
		p.Day = now.Date
		if s := q.URL.Query().Get("day"); s != "" {
			if d, ok := readDay(s); ok {
				p.Day = d
			} else {
				p.BadDate = s
			}
		}
		p.Today = p.Day == now.Date
		p.WeekBefore, p.DayBefore, p.Now = p.Day.AddDays(-7), p.Day.AddDays(-1), now.Date
		p.DayAfter, p.WeekAfter = p.Day.AddDays(1), p.Day.AddDays(7)
		p.Heading = i18n.FormatDate(q.Lang, p.Day)
		return a.matrix(tx, q, &p, now)
	})
	if err != nil {
		return err
	}
	return q.Render("visits-day", "visits.day.title", p)
}

// matrix fills in the columns and rows of a day.
func (a *area) matrix(tx *store.Tx, q *console.Request, p *dayPage, now civil.DateTime) error {
	t, err := a.Reservations.Timetable(tx)
	if err != nil {
		return err
	}
	tallies, err := a.Reservations.Tallies(tx, p.Day)
	if err != nil {
		return err
	}
	vacant, err := a.Reservations.Availability(tx, reservation.Query{From: p.Day, Days: 1, Group: reservation.Internal})
	if err != nil {
		return err
	}
	type place struct {
		counter string
		clock   civil.Clock
	}
	cells := map[place]*cell{}
	at := func(counter string, clock civil.Clock) *cell {
		k := place{counter, clock}
		if cells[k] == nil {
			cells[k] = &cell{Counter: counter}
		}
		return cells[k]
	}
	list := counters(q, t, p.Day)
	for _, tally := range tallies {
		if !q.Account.AtCounter(tally.Counter) {
			continue
		}
		c := t.Counter(tally.Counter)
		if c == nil { // it is gone from the settings, its bookings are not
			c = &reservation.Counter{ID: tally.Counter, Names: reservation.Names{i18n.Japanese: tally.Counter}}
		}
		if !slices.ContainsFunc(list, func(o *reservation.Counter) bool { return o.ID == c.ID }) {
			list = append(list, c)
		}
		at(tally.Counter, tally.Clock).Tally = tally
	}
	lengths := map[place]int{}
	for _, v := range vacant {
		if !q.Account.AtCounter(v.Counter.ID) {
			continue
		}
		for _, d := range v.Days {
			for _, s := range d.Slots {
				c := at(v.Counter.ID, s.Start)
				c.Slot, c.Free = true, s.Free
				lengths[place{v.Counter.ID, s.Start}] = s.Minutes
			}
		}
	}
	clocks := map[civil.Clock]bool{}
	for k := range cells {
		clocks[k.clock] = true
	}
	for _, c := range list {
		col := column{ID: c.ID, Name: i18n.Plain(c.Names.In(q.Lang))}
		if plan := t.Day(c.ID, p.Day); plan.State != reservation.IsOpen {
			col.Closed = closedText(q, plan.Reason)
		}
		for _, tally := range tallies {
			if tally.Counter == c.ID {
				col.Booked += tally.Booked
				col.Expected += tally.Expected
				col.Visited += tally.Visited
				col.Missed += tally.Missed
			}
		}
		p.Columns = append(p.Columns, col)
	}
	for clock := range clocks {
		l := line{Clock: clock}
		for _, col := range p.Columns {
			c := cells[place{col.ID, clock}]
			if c == nil {
				c = &cell{Counter: col.ID}
			}
			c.Closed = col.Closed != ""
			if n := lengths[place{col.ID, clock}]; p.Today && now.Clock >= clock && now.Clock < clock+civil.Clock(n) {
				l.Now = true
			}
			l.Cells = append(l.Cells, *c)
		}
		p.Rows = append(p.Rows, l)
	}
	slices.SortFunc(p.Rows, func(a, b line) int { return cmp.Compare(a.Clock, b.Clock) })
	return nil
}

// closedText says why a counter receives nobody on a day.
func closedText(q *console.Request, r reservation.Reason) string {
	if name := i18n.Plain(r.Names.In(q.Lang)); name != "" {
		return name
	}
	return q.T("visits.day.closed")
}

// slotPage lists who comes in one slot.
type slotPage struct {
	Day           civil.Date
	Counter, Name string
	Clock         civil.Clock
	Heading       string
	Rows          []row
	Past          bool
}

// slot serves GET visits/slot/{day}/{counter}/{clock}.
func (a *area) slot(q *console.Request) error {
	day, ok := readDay(q.PathValue("day"))
	clock, err := civil.ParseClock(q.PathValue("clock"))
	p := slotPage{Day: day, Clock: clock, Counter: q.PathValue("counter")}
	if !ok || err != nil || !q.Account.AtCounter(p.Counter) {
		return console.ErrNotFound
	}
	err = q.View(func(tx *store.Tx) error {
		t, err := a.Reservations.Timetable(tx)
		if err != nil {
			return err
		}
		list, err := a.ofDay(tx, day, p.Counter)
		if err != nil {
			return err
		}
		list = slices.DeleteFunc(list, func(b reservation.Booking) bool { return b.Start.Clock != clock })
		if t.Counter(p.Counter) == nil && len(list) == 0 {
			return console.ErrNotFound
		}
		p.Name = counterName(q, t, p.Counter)
		p.Heading = i18n.FormatDate(q.Lang, day) + " " + clock.String()
		p.Past = civil.DateTime{Date: day, Clock: clock}.Before(civil.In(tx.Now()))
		p.Rows, err = a.rows(tx, q, list)
		return err
	})
	if err != nil {
		return err
	}
	return q.Render("visits-slot", "visits.slot.title", p)
}

// ofDay are all bookings of a counter's day in order of time and number.
func (a *area) ofDay(tx *store.Tx, day civil.Date, counter string) ([]reservation.Booking, error) {
	var all []reservation.Booking
	f := reservation.Filter{Counter: counter, From: day, To: day, Limit: 500}
	for {
		page, next, err := a.Reservations.Search(tx, f)
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if f.After = next; next == "" {
			break
		}
	}
	slices.SortStableFunc(all, func(a, b reservation.Booking) int {
		return cmp.Or(cmp.Compare(a.Start.Clock, b.Start.Clock), cmp.Compare(a.Receipt, b.Receipt))
	})
	return all, nil
}
