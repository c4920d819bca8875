package reservation

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"madoguchi/i18n/civil"
	"madoguchi/store"
)

// Query asks for free places. It needs no identity (S4-033).
type Query struct {
	Counter string // "" is every counter that takes the service
	Service string // "" is any visit of one slot
	From    civil.Date
	Days    int   // 1 to 62; 0 means 7
	Group   Group // "" means Open
	Persons int   // 0 means 1
}

// CounterDays is one counter's part of the answer.
type CounterDays struct {
	Counter *Counter // read only
	Days    []DayVacancy
}

// DayVacancy is one day of a counter.
type DayVacancy struct {
	Date   civil.Date
	State  State
	Reason Reason // set unless open
	Slots  []Vacancy
}

// Vacancy is the state of one slot for the group that asked.
type Vacancy struct {
	Start   civil.Clock
	Minutes int
	// Free places from here on for as long as the service takes; 0 where it does
	// not fit before a break.
	Free int
	// Bookable: the party fits, and the slot can be booked at this moment.
	Bookable bool
}

// Availability returns the free places of the counters day by day: those of
// the rules minus one count row per slot, so the number of bookings does not
// matter. Expired holds count as free. Errors: ErrUnknown, ErrGroup, ErrParty,
// ErrClosed for a date that does not exist.
func (r *Reservations) Availability(tx *store.Tx, q Query) ([]CounterDays, error) {
	e, err := r.edition(tx)
	if err != nil {
		return nil, err
	}
	return e.availability(tx, q)
}

func (e *edition) availability(tx *store.Tx, q Query) ([]CounterDays, error) {
	counters, err := e.check(&q)
	if err != nil {
		return nil, err
	}
	used, err := readUse(tx, counters, q.From, q.From.AddDays(q.Days-1))
	if err != nil {
		return nil, err
	}
	group := q.Group.index()
	answer := make([]CounterDays, len(counters))
	for i, c := range counters {
		answer[i] = CounterDays{Counter: c, Days: make([]DayVacancy, q.Days)}
		var part *Timetable
		var refused ReasonKind
		var needs, places int
		for n := range q.Days {
			p := e.table.Day(c.ID, q.From.AddDays(n))
			if t := e.table.on(p.Date); t != part { // as a rule once for all days
				part = t
				var service *Service
				service, refused = t.serves(c.ID, q.Service, q.Persons)
				needs, places = max(1, service.Slots), service.places(q.Persons)
			}
			if refused != "" && p.State == IsOpen {
				p = DayPlan{Date: p.Date, State: IsClosed, Reason: Reason{Kind: refused}}
			}
			d := DayVacancy{Date: p.Date, State: p.State, Reason: p.Reason}
			if len(p.Slots) > 0 {
				d.Slots = make([]Vacancy, len(p.Slots))
			}
			day := used[useKey{c.ID, number(p.Date)}]
			for j, s := range p.Slots {
				d.Slots[j] = Vacancy{Start: s.Start, Minutes: s.Minutes, Free: freeFrom(p.Slots[j:], day, needs, group)}
				v := &d.Slots[j]
				v.Bookable = v.Free >= places &&
					e.table.Bookable(q.Service, q.Group, civil.DateTime{Date: p.Date, Clock: s.Start}, tx.Now()) == nil
			}
			answer[i].Days[n] = d
		}
	}
	return answer, nil
}

// anyVisit is the service of a query that names none: a visit of one slot.
var anyVisit = &Service{MaxPersons: maxPersons}

// serves returns a service as a part of the timetable has it, and why a counter does not take the party, "" if it does.
func (t *Timetable) serves(counter, id string, persons int) (*Service, ReasonKind) {
	service := anyVisit
	if id != "" {
		service = t.services[id]
	}
	if service == nil || service.Hidden || persons > max(1, service.MaxPersons) {
		return anyVisit, NotTaken
	}
	if c := t.counters[counter]; c != nil && id != "" && !c.data.Takes(id) {
		return service, NotTaken
	}
	return service, ""
}

// check fills in the defaults of a query and finds the counters it names: those
// of every part of the timetable that answers for one of its days.
func (e *edition) check(q *Query) ([]*Counter, error) {
	if q.Group == "" {
		q.Group = Open
	}
	if q.Persons == 0 {
		q.Persons = 1
	}
	if q.Days < 1 {
		q.Days = 7
	}
	q.Days = min(q.Days, 62)
	if q.Group.index() < 0 {
		return nil, ErrGroup{q.Group}
	}
	if !q.From.Valid() {
		return nil, ErrClosed{Reason{Kind: NoDate}}
	}
	to := q.From.AddDays(q.Days - 1)
	parts := e.table.since(q.From)
	for len(parts) > 1 && parts[len(parts)-1].from.After(to) {
		parts = parts[:len(parts)-1]
	}
	var counters []*Counter
	var refused error
	for _, t := range parts {
		list, err := t.checked(q, to)
		if err != nil {
			refused = cmp.Or(refused, err)
			continue
		}
		if len(parts) == 1 {
			return list, nil
		}
		for _, c := range list {
			if !slices.ContainsFunc(counters, func(x *Counter) bool { return x.ID == c.ID }) {
				counters = append(counters, c)
			}
		}
	}
	if len(counters) == 0 {
		return nil, refused
	}
	slices.SortStableFunc(counters, func(a, b *Counter) int { return cmp.Compare(a.Position, b.Position) })
	return counters, nil
}

// checked is check by one part of the timetable.
func (t *Timetable) checked(q *Query, to civil.Date) ([]*Counter, error) {
	service := anyVisit
	if q.Service != "" {
		service = t.services[q.Service]
	}
	switch {
	case service == nil || service.Hidden:
		return nil, ErrUnknown{"service", q.Service}
	case q.Persons < 1 || q.Persons > max(1, service.MaxPersons):
		return nil, ErrParty{Persons: q.Persons, Max: max(1, service.MaxPersons)}
	}
	if q.Counter != "" {
		k := t.counters[q.Counter]
		if k == nil || k.data.Hidden {
			return nil, ErrUnknown{"counter", q.Counter}
		}
		if q.Service != "" && !k.data.Takes(q.Service) {
			return nil, ErrClosed{Reason{Kind: NotTaken}}
		}
		return []*Counter{k.data}, nil
	}
	var counters []*Counter
	for _, k := range t.order {
		if k.data.Hidden || (q.Service != "" && !k.data.Takes(q.Service)) {
			continue
		}
		// A temporary counter shows in the weeks it operates in.
		if first, last := number(q.From), number(to); !k.valid.yearly &&
			(k.valid.from > last || k.valid.to != 0 && k.valid.to < first) {
			continue
		}
		counters = append(counters, k.data)
	}
	return counters, nil
}

// freeFrom is the number of places free in all of the first n slots, which must
// follow each other without a gap.
func freeFrom(slots []Slot, day []use, n, group int) int {
	if n > len(slots) {
		return 0
	}
	free := slots[0].Capacity
	for i := range n {
		if i > 0 && slots[i].Start != slots[i-1].End() {
			return 0
		}
		total, mine := slots[i].Capacity, slots[i].Quota[group]
		if j, ok := slices.BinarySearchFunc(day, int(slots[i].Start), func(u use, c int) int { return cmp.Compare(u.clock, c) }); ok {
			total -= day[j].total
			mine -= day[j].by[group]
		}
		free = min(free, total, mine)
	}
	return max(0, free)
}

// use is what is taken of one slot.
type use struct {
	clock int
	total int
	by    [len(groups)]int
}

type useKey struct {
	counter string
	date    int // yyyymmdd
}

// readUse returns the count rows of some counters over a span of days, by day
// in order of time, less what expired holds still take.
func readUse(tx *store.Tx, counters []*Counter, from, to civil.Date) (map[useKey][]use, error) {
	used := make(map[useKey][]use, len(counters)*7)
	if len(counters) == 0 {
		return used, nil
	}
	args := make([]any, 0, len(counters)+3)
	args = append(args, tx.Tenant(), from.String(), to.String())
	for _, c := range counters {
		args = append(args, c.ID)
	}
	var list strings.Builder
	for i := range counters {
		if i > 0 {
			list.WriteByte(',')
		}
		list.WriteString("$" + strconv.Itoa(i+4))
	}
	rows, err := tx.Query(`SELECT counter, day, clock, used, used_open, used_phone, used_internal FROM reservation_slot
		WHERE tenant = $1 AND day >= $2 AND day <= $3 AND counter IN (`+list.String()+`) ORDER BY counter, day, clock`, args...)
	if err != nil {
		return nil, fmt.Errorf("reading vacancies: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var counter, day string
		var u use
		if err := rows.Scan(&counter, &day, &u.clock, &u.total, &u.by[0], &u.by[1], &u.by[2]); err != nil {
			return nil, fmt.Errorf("reading vacancies: %w", err)
		}
		d, err := civil.ParseDate(day)
		if err != nil {
			return nil, fmt.Errorf("reading vacancies: %w", err)
		}
		k := useKey{counter, number(d)}
		used[k] = append(used[k], u)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading vacancies: %w", err)
	}
	expired, err := holds(tx, `until <= $2`, store.Millis(tx.Now()))
	if err != nil {
		return nil, err
	}
	for _, h := range expired {
		day := used[useKey{h.Counter, number(h.Start.Date)}]
		for i := range day {
			if slices.Contains(h.claim.clocks, day[i].clock) {
				day[i].total -= h.claim.places
				day[i].by[h.claim.group] -= h.claim.places
			}
		}
	}
	return used, nil
}

// NextQuery asks for times to offer in a dialog.
type NextQuery struct {
	Counter  string   // "" is every counter that takes the service
	Counters []string // of these alone; nil is all of them
	Service  string
	From     civil.DateTime // no earlier than this; the zero value is now
	Until    civil.Date     // no later than this day; the zero date is as far as can be booked
	// Between limits the time of day, End excluded; the zero value does not.
	Between struct{ Start, End civil.Clock }
	Group   Group
	Persons int
	Limit   int // offers, 1 to 100; 0 means 9
}

// Offer is one time that can be booked at this moment.
type Offer struct {
	Counter *Counter
	Start   civil.DateTime
	Minutes int
	Free    int
}

// Next returns the earliest times that can be booked, in order of time, spread
// so that a short list leaves a choice: over the first days (about a third of
// the list each), within a day from morning to evening, and over the counters.
// The list is empty when there is none. Errors are those of Availability.
func (r *Reservations) Next(tx *store.Tx, q NextQuery) ([]Offer, error) {
	e, err := r.edition(tx)
	if err != nil {
		return nil, err
	}
	if q.Limit < 1 {
		q.Limit = 9
	}
	q.Limit = min(q.Limit, 100)
	if q.Group == "" {
		q.Group = Open
	}
	now := civil.In(tx.Now())
	if q.From.Before(now) {
		if q.From != (civil.DateTime{}) && !q.From.Date.Valid() {
			return nil, ErrClosed{Reason{Kind: NoDate}}
		}
		q.From = now
	}
	if last := e.table.horizon(q.Service, q.Group, now.Date); q.Until.IsZero() || last.Before(q.Until) {
		q.Until = last
	}
	days := max(1, min(3, q.Until.Sub(q.From.Date)+1)) // to spread over
	perDay := (q.Limit + days - 1) / days
	var chosen, spare []Offer
	const chunk = 14
	for day := q.From.Date; len(chosen) < q.Limit; day = day.AddDays(chunk) {
		days := min(chunk, q.Until.Sub(day)+1)
		if day != q.From.Date && days < 1 {
			break
		}
		offers, err := e.offers(tx, q, day, max(1, days))
		if err != nil {
			return nil, err
		}
		for len(offers) > 0 && len(chosen) < q.Limit {
			n := slices.IndexFunc(offers, func(o Offer) bool { return o.Start.Date != offers[0].Start.Date })
			if n < 0 {
				n = len(offers)
			}
			some, rest := spread(offers[:n], min(perDay, q.Limit-len(chosen)))
			chosen, spare = append(chosen, some...), append(spare, rest...)
			offers = offers[n:]
		}
	}
	if n := q.Limit - len(chosen); n > 0 {
		chosen = append(chosen, spare[:min(n, len(spare))]...)
	}
	slices.SortStableFunc(chosen, byTime)
	return chosen, nil
}

func byTime(a, b Offer) int {
	if a.Start != b.Start {
		if a.Start.Before(b.Start) {
			return -1
		}
		return 1
	}
	return cmp.Or(cmp.Compare(a.Counter.Position, b.Counter.Position), cmp.Compare(a.Counter.ID, b.Counter.ID))
}

// offers lists what can be booked in some days, in order of time.
func (e *edition) offers(tx *store.Tx, q NextQuery, from civil.Date, days int) ([]Offer, error) {
	counters, err := e.availability(tx, Query{Counter: q.Counter, Service: q.Service, From: from, Days: days, Group: q.Group, Persons: q.Persons})
	if err != nil {
		return nil, err
	}
	var list []Offer
	for _, c := range counters {
		if q.Counters != nil && !slices.Contains(q.Counters, c.Counter.ID) {
			continue
		}
		for _, d := range c.Days {
			for _, s := range d.Slots {
				start := civil.DateTime{Date: d.Date, Clock: s.Start}
				if !s.Bookable || start.Before(q.From) || q.Until.Before(d.Date) ||
					(q.Between.End != 0 && (s.Start < q.Between.Start || s.Start >= q.Between.End)) {
					continue
				}
				list = append(list, Offer{Counter: c.Counter, Start: start, Minutes: s.Minutes, Free: s.Free})
			}
		}
	}
	slices.SortStableFunc(list, byTime)
	return list, nil
}

// spread takes n of a day's offers: the first of all, then evenly over the day,
// preferring a counter taken less often where times are equally good.
func spread(day []Offer, n int) (some, rest []Offer) {
	if n >= len(day) {
		return day, nil
	}
	taken := make(map[int]bool, n)
	seen := map[string]int{}
	for k := range n {
		ideal := 0
		if n > 1 {
			ideal = k * (len(day) - 1) / (n - 1)
		}
		best, bestCost := -1, 0
		for i, o := range day {
			if taken[i] {
				continue
			}
			d := int(o.Start.Clock - day[ideal].Start.Clock)
			cost := max(d, -d) + 30*seen[o.Counter.ID]
			if k == 0 {
				cost = i
			}
			if best < 0 || cost < bestCost {
				best, bestCost = i, cost
			}
		}
		taken[best] = true
		seen[day[best].Counter.ID]++
	}
	for i, o := range day {
		if taken[i] {
			some = append(some, o)
		} else {
			rest = append(rest, o)
		}
	}
	return some, rest
}

// NearQuery names a time that could not be had.
type NearQuery struct {
	Counter string
	Start   civil.DateTime
	Service string
	Group   Group
	Persons int
	Limit   int // 1 to 50; 0 means 6
}

// Near returns the times nearest to a wish: at the same counter on the same day
// first, then other counters that day, then the days around it. Errors are
// those of Availability.
func (r *Reservations) Near(tx *store.Tx, q NearQuery) ([]Offer, error) {
	e, err := r.edition(tx)
	if err != nil {
		return nil, err
	}
	if q.Limit < 1 {
		q.Limit = 6
	}
	q.Limit = min(q.Limit, 50)
	if c := e.table.Counter(q.Counter); c == nil {
		return nil, ErrUnknown{"counter", q.Counter}
	}
	if !q.Start.Date.Valid() {
		return nil, ErrClosed{Reason{Kind: NoDate}}
	}
	if q.Group == "" {
		q.Group = Open
	}
	today := civil.In(tx.Now()).Date
	from := q.Start.Date.AddDays(-7)
	if from.Before(today) {
		from = today
	}
	all := NextQuery{Service: q.Service, Group: q.Group, Persons: q.Persons, Until: from.AddDays(27)}
	list, err := e.offers(tx, all, from, 28)
	if err != nil {
		return nil, err
	}
	// In minutes: another counter is as far as three hours, another day as a
	// whole day of office hours.
	away := func(o Offer) int {
		days, clock := o.Start.Date.Sub(q.Start.Date), int(o.Start.Clock-q.Start.Clock)
		cost := max(days, -days)*12*60 + max(clock, -clock)
		if o.Counter.ID != q.Counter {
			cost += 3 * 60
		}
		return cost
	}
	list = slices.DeleteFunc(list, func(o Offer) bool { return o.Counter.ID == q.Counter && o.Start == q.Start })
	slices.SortStableFunc(list, func(a, b Offer) int { return cmp.Compare(away(a), away(b)) })
	return list[:min(q.Limit, len(list))], nil
}
