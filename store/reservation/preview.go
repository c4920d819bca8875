package reservation

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"madoguchi/i18n/civil"
	"madoguchi/store"
)

// Preview is what the settings would be if a draft were saved: the same
// questions can be asked of it as of the service, and nothing is changed.
type Preview struct {
	e       *edition
	present *Timetable
	from    civil.Date // first day the draft counts for
	until   civil.Date // last one; zero: no end
}

// Preview compiles a draft together with the editions that stay beside it.
// effective is the first day of visit the draft is to count for; zero is today.
// The error has the faults of the draft (Faults), or is ErrPast.
func (r *Reservations) Preview(tx *store.Tx, s Settings, effective civil.Date) (*Preview, error) {
	return r.PreviewSaves(tx, []Save{{s, effective}})
}

// Save is settings and the day of visit from which they are to count; zero is
// today.
type Save struct {
	Settings  Settings
	Effective civil.Date
}

// PreviewSaves is Preview for several drafts saved together, in order of their
// days. Days between them that keep other settings belong to the preview too.
func (r *Reservations) PreviewSaves(tx *store.Tx, saves []Save) (*Preview, error) {
	e, err := r.edition(tx)
	if err != nil {
		return nil, err
	}
	today := civil.In(tx.Now()).Date
	var drafts []*Timetable
	for i, s := range saves {
		draft, err := Compile(s.Settings, r.holidays)
		if err != nil {
			return nil, err
		}
		draft.version, draft.from = e.version+1+int64(i), s.Effective
		if s.Effective.IsZero() {
			draft.from = today
		} else if !s.Effective.Valid() || s.Effective.Before(today) {
			return nil, ErrPast
		}
		drafts = append(drafts, draft)
	}
	list, err := inForce(tx, today)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(s Saved) bool {
		return slices.ContainsFunc(drafts, func(t *Timetable) bool { return t.from == s.Effective })
	})
	table, err := r.compose(tx, list, e.table.parts, today)
	if err != nil {
		return nil, err
	}
	parts := slices.Concat(table.parts, drafts)
	slices.SortStableFunc(parts, func(a, b *Timetable) int { return cmp.Compare(number(a.from), number(b.from)) })
	p := &Preview{present: e.table, from: drafts[0].from}
	for _, t := range parts {
		if t.from.After(drafts[len(drafts)-1].from) {
			p.until = t.from.AddDays(-1)
			break
		}
	}
	p.e = &edition{version: e.version + 1, table: join(parts).on(today), today: number(today)}
	return p, nil
}

// PreviewEverywhere compiles the same change to the settings in force and to
// those that wait for their day (SaveEverywhere).
func (r *Reservations) PreviewEverywhere(tx *store.Tx, change func(*Settings)) (*Preview, error) {
	e, err := r.edition(tx)
	if err != nil {
		return nil, err
	}
	today := civil.In(tx.Now()).Date
	var parts []*Timetable
	for i, t := range e.table.since(today) {
		s := t.Settings.clone()
		change(&s)
		c, err := Compile(s, r.holidays)
		if err != nil {
			return nil, err
		}
		c.version, c.from = e.version+1+int64(i), t.from
		parts = append(parts, c)
	}
	return &Preview{
		e: &edition{version: e.version + 1, table: join(parts).on(today), today: number(today)}, present: e.table, from: today,
	}, nil
}

// Now is a preview of the settings as they are: nothing is to change.
func (r *Reservations) Now(tx *store.Tx) (*Preview, error) {
	e, err := r.edition(tx)
	if err != nil {
		return nil, err
	}
	return &Preview{e: e, present: e.table, from: civil.In(tx.Now()).Date}, nil
}

// Covers reports whether the draft is what counts on a day.
func (p *Preview) Covers(day civil.Date) bool {
	return !day.Before(p.from) && (p.until.IsZero() || !day.After(p.until))
}

// Timetable is the timetable there would be.
func (p *Preview) Timetable() *Timetable { return p.e.table }

// Until is the last day the draft counts for, because another edition takes
// over on the next; zero if none does.
func (p *Preview) Until() civil.Date { return p.until }

// Availability is Reservations.Availability under the draft.
func (p *Preview) Availability(tx *store.Tx, q Query) ([]CounterDays, error) {
	return p.e.availability(tx, q)
}

// Misfit is a coming booking that has no place under certain settings.
type Misfit struct {
	Booking Booking
	// Reason says why: one of the reasons of a closed time, or Lacks.
	Reason Reason
	// Already: it has none under the present settings either.
	Already bool
}

// What can be wrong with a booking besides its time being closed.
const (
	// OtherLength: a visit at this time would be shorter or longer now.
	OtherLength ReasonKind = "other-length"
	// TooMany: the slot has fewer places than are taken; those who booked last
	// stand beyond.
	TooMany ReasonKind = "too-many"
	// NoService: the service or counter is gone, or takes smaller parties.
	NoService ReasonKind = "no-service"
)

// Misfits returns the bookings from the draft's first day on that would have no
// place, in order of visit (S4-051). They stay valid until somebody changes
// them.
func (p *Preview) Misfits(tx *store.Tx) ([]Misfit, error) {
	draft, present := diary{t: p.e.table}, diary{t: p.present}
	days, err := p.suspects(tx, &draft)
	if err != nil || len(days) == 0 {
		return nil, err
	}
	list, err := bookingsOf(tx, days)
	if err != nil {
		return nil, err
	}
	beyond, already := draft.beyond(list), present.beyond(list)
	var misfits []Misfit
	for _, b := range list {
		m := Misfit{Booking: b, Reason: draft.misfit(b)}
		if m.Reason.Kind == "" && beyond[b.ID] {
			m.Reason.Kind = TooMany
		}
		if m.Reason.Kind != "" {
			m.Already = present.misfit(b).Kind != "" || already[b.ID]
			misfits = append(misfits, m)
		}
	}
	return misfits, nil
}

// suspects returns the days of counters on which some booking has no place. The
// database counts the bookings that the rules treat alike, so that of hundreds
// of thousands only those of such days need be read.
func (p *Preview) suspects(tx *store.Tx, draft *diary) (map[useKey]civil.Date, error) {
	where, args := `tenant = $1 AND day >= $2 AND status = 'booked'`, []any{tx.Tenant(), p.from.String()}
	if !p.until.IsZero() {
		where, args = where+` AND day <= $3`, append(args, p.until.String())
	}
	const alike = `counter, day, clock, minutes, takes, service, persons, grp`
	rows, err := tx.Query(`SELECT `+alike+`, SUM(places) FROM reservation_booking WHERE `+where+` GROUP BY `+alike, args...)
	if err != nil {
		return nil, fmt.Errorf("counting bookings: %w", err)
	}
	defer rows.Close()
	type slot struct {
		useKey
		clock int
	}
	days, taken := map[useKey]civil.Date{}, map[slot]int{}
	for rows.Next() {
		var b Booking
		var day, takes string
		var clock, places int
		if err := rows.Scan(&b.Counter, &day, &clock, &b.Minutes, &takes, &b.Service, &b.Persons, &b.Group, &places); err != nil {
			return nil, fmt.Errorf("counting bookings: %w", err)
		}
		if b.Start, err = wallClock(day, clock); err != nil {
			return nil, err
		}
		at := useKey{b.Counter, number(b.Start.Date)}
		if draft.misfit(b).Kind != "" {
			days[at] = b.Start.Date
		}
		clocks, err := readTakes(takes)
		if err != nil {
			return nil, err
		}
		for _, c := range clocks {
			taken[slot{at, c}] += places
		}
	}
	for s, places := range taken {
		plan := draft.plans[s.useKey] // misfit has asked for it
		if slots, _ := plan.run(civil.Clock(s.clock), 1); slots != nil && places > slots[0].Capacity {
			days[s.useKey] = plan.Date
		}
	}
	return days, rows.Err()
}

// bookingsOf returns the bookings of some days of counters, in order of visit.
func bookingsOf(tx *store.Tx, days map[useKey]civil.Date) ([]Booking, error) {
	var first, last civil.Date
	counters := map[string]bool{}
	for k, day := range days {
		if first.IsZero() || day.Before(first) {
			first = day
		}
		if day.After(last) {
			last = day
		}
		counters[k.counter] = true
	}
	where, args := `day >= $2 AND day <= $3 AND status = 'booked'`, []any{first.String(), last.String()}
	if len(counters) == 1 {
		for c := range counters {
			where, args = where+` AND counter = $4`, append(args, c)
		}
	}
	list, err := bookings(tx, where+` ORDER BY day, clock, id`, args...)
	return slices.DeleteFunc(list, func(b Booking) bool {
		_, ok := days[useKey{b.Counter, number(b.Start.Date)}]
		return !ok
	}), err
}

// diary is a timetable that remembers the days it was asked for: many bookings
// fall on the same ones.
type diary struct {
	t     *Timetable
	plans map[useKey]DayPlan
}

func (s *diary) plan(counter string, day civil.Date) DayPlan {
	k := useKey{counter, number(day)}
	p, ok := s.plans[k]
	if !ok {
		if s.plans == nil {
			s.plans = map[useKey]DayPlan{}
		}
		p = s.t.Day(counter, day)
		s.plans[k] = p
	}
	return p
}

// misfit says why a booking has no place by the rules; the zero Reason if it
// has one.
func (s *diary) misfit(b Booking) Reason {
	v, err := s.t.visitOn(s.plan(b.Counter, b.Start.Date), b.Counter, b.Start, b.Service, b.Persons, b.Group)
	if err == nil && v.minutes != b.Minutes {
		return Reason{Kind: OtherLength}
	}
	if closed, ok := err.(ErrClosed); ok {
		return closed.Reason
	}
	if err != nil {
		return Reason{Kind: NoService}
	}
	return Reason{}
}

// beyond returns the bookings for which a slot has no place by its capacity,
// those booked first being served first. Whatever staff forced is among them.
func (s *diary) beyond(list []Booking) map[string]bool {
	type slot struct {
		counter string
		day     string
		clock   int
	}
	taken := map[slot][]Booking{}
	for _, b := range list {
		for _, c := range b.claim.clocks {
			k := slot{b.claim.counter, b.claim.day, c}
			taken[k] = append(taken[k], b)
		}
	}
	over := map[string]bool{}
	for k, all := range taken {
		slots, _ := s.plan(k.counter, all[0].Start.Date).run(civil.Clock(k.clock), 1)
		if slots == nil {
			continue
		}
		places := 0
		for _, b := range all {
			places += b.claim.places
		}
		if places <= slots[0].Capacity {
			continue
		}
		slices.SortFunc(all, func(a, b Booking) int { return cmp.Or(a.Made.Compare(b.Made), cmp.Compare(a.ID, b.ID)) })
		places = 0
		for _, b := range all {
			if places+b.claim.places > slots[0].Capacity {
				over[b.ID] = true
				continue
			}
			places += b.claim.places
		}
	}
	return over
}

// Misfits returns the coming bookings that settings, current or proposed, no
// longer have a slot for: closed days, changed hours or slot lengths (S4-051).
// The bookings stay valid; staff decide with the residents.
func (r *Reservations) Misfits(tx *store.Tx, s Settings) ([]Booking, error) {
	t, err := Compile(s, r.holidays)
	if err != nil {
		return nil, err
	}
	list, err := bookings(tx, `day >= $2 AND status = 'booked' ORDER BY day, clock, id`, civil.In(tx.Now()).Date.String())
	if err != nil {
		return nil, err
	}
	rules := diary{t: t}
	return slices.DeleteFunc(list, func(b Booking) bool { return rules.misfit(b).Kind == "" }), nil
}

// farthest is how many days from its own a new place for a booking is looked
// for. Within it, another counter is as far as three hours, another day as a
// whole day of office hours, as in Near.
const farthest = 28

// Propose finds for each booking the nearest place that would be free for it
// under the draft, none twice; the zero Offer where there is none within four
// weeks. The places the bookings have now stay taken.
func (p *Preview) Propose(tx *store.Tx, list []Booking) ([]Offer, error) {
	offers := make([]Offer, len(list))
	if len(list) == 0 {
		return offers, nil
	}
	today := civil.In(tx.Now()).Date
	first, last := list[0].Start.Date, list[0].Start.Date
	for _, b := range list {
		if b.Start.Date.Before(first) {
			first = b.Start.Date
		}
		if b.Start.Date.After(last) {
			last = b.Start.Date
		}
	}
	if first = first.AddDays(-farthest); first.Before(today) {
		first = today
	}
	last = last.AddDays(farthest)
	var counters []*Counter
	seen := map[string]bool{}
	for _, t := range p.e.table.since(first) {
		for _, k := range t.order {
			if !seen[k.data.ID] {
				seen[k.data.ID], counters = true, append(counters, k.data)
			}
		}
	}
	used, err := readUse(tx, counters, first, last)
	if err != nil {
		return nil, err
	}
	s := search{diary: diary{t: p.e.table}, counters: counters, used: used, bookable: map[bookableKey][]bool{}, first: first, now: tx.Now()}
	for i, b := range list {
		offers[i] = s.nearest(b)
	}
	return offers, nil
}

// search looks for places among those that earlier finds have left.
type search struct {
	diary
	counters []*Counter
	used     map[useKey][]use
	bookable map[bookableKey][]bool // by slot of the day
	first    civil.Date
	now      time.Time
}

type bookableKey struct {
	useKey
	service string
	group   Group
}

// open says of each slot of a day whether it may be booked at this moment, as
// far as time goes.
func (s *search) open(p DayPlan, counter, service string, g Group) []bool {
	k := bookableKey{useKey{counter, number(p.Date)}, service, g}
	list, ok := s.bookable[k]
	if !ok {
		list = make([]bool, len(p.Slots))
		for i, slot := range p.Slots {
			list[i] = s.t.Bookable(service, g, civil.DateTime{Date: p.Date, Clock: slot.Start}, s.now) == nil
		}
		s.bookable[k] = list
	}
	return list
}

func (s *search) nearest(b Booking) Offer {
	var best Offer
	bestCost := -1
	for n := range 2*farthest + 1 {
		away := (n + 1) / 2 // 0, +1, -1, +2 …
		if n%2 == 0 {
			away = -away
		}
		if bestCost >= 0 && max(away, -away)*12*60 > bestCost {
			break
		}
		day := b.Start.Date.AddDays(away)
		if day.Before(s.first) {
			continue
		}
		for _, c := range s.counters {
			if o, cost := s.at(b, c, day); o.Counter != nil && (bestCost < 0 || cost < bestCost) {
				best, bestCost = o, cost
			}
		}
	}
	if best.Counter != nil {
		s.take(b, best)
	}
	return best
}

// at finds the nearest place for a booking on one day of one counter.
func (s *search) at(b Booking, c *Counter, day civil.Date) (best Offer, bestCost int) {
	p := s.plan(c.ID, day)
	if len(p.Slots) == 0 {
		return best, 0
	}
	service, refused := s.t.on(day).serves(c.ID, b.Service, b.Persons)
	if refused != "" {
		return best, 0
	}
	needs, places := max(1, service.Slots), service.places(b.Persons)
	taken := s.used[useKey{c.ID, number(day)}]
	open := s.open(p, c.ID, b.Service, b.Group)
	for i, slot := range p.Slots {
		if !open[i] {
			continue
		}
		start := civil.DateTime{Date: day, Clock: slot.Start}
		if c.ID == b.Counter && start == b.Start {
			continue
		}
		free := freeFrom(p.Slots[i:], taken, needs, b.Group.index())
		if free < places {
			continue
		}
		days, clock := day.Sub(b.Start.Date), int(slot.Start-b.Start.Clock)
		cost := max(days, -days)*12*60 + max(clock, -clock)
		if c.ID != b.Counter {
			cost += 3 * 60
		}
		if best.Counter == nil || cost < bestCost {
			minutes := int(p.Slots[i+needs-1].End() - slot.Start)
			best, bestCost = Offer{Counter: c, Start: start, Minutes: minutes, Free: free}, cost
		}
	}
	return best, bestCost
}

// take counts a proposed place as taken.
func (s *search) take(b Booking, o Offer) {
	service := s.t.on(o.Start.Date).services[b.Service]
	key := useKey{o.Counter.ID, number(o.Start.Date)}
	day, p := s.used[key], s.plan(o.Counter.ID, o.Start.Date)
	for _, slot := range p.Slots {
		if slot.Start < o.Start.Clock || slot.End() > o.Start.Clock+civil.Clock(o.Minutes) {
			continue
		}
		i, ok := slices.BinarySearchFunc(day, int(slot.Start), func(u use, c int) int { return cmp.Compare(u.clock, c) })
		if !ok {
			day = slices.Insert(day, i, use{clock: int(slot.Start)})
		}
		day[i].total += service.places(b.Persons)
		day[i].by[b.Group.index()] += service.places(b.Persons)
	}
	s.used[key] = day
}
