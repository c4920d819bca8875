package reservation

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"madoguchi/i18n"
	"madoguchi/i18n/civil"
)

// Timetable is Settings checked and made quick to ask. It is pure and
// immutable: what it answers depends on the question alone, never on the time
// or on bookings.
type Timetable struct {
	Settings Settings // as given; read only

	// A timetable of several editions is a chain: each part answers for the
	// days from its own from on until the next part's. Questions about a day go
	// to its part, questions without one to the part they were asked of.
	version int64
	from    civil.Date // zero: from the beginning
	parts   []*Timetable

	site     sitePeriod
	counters map[string]*counter
	order    []*counter // by Position, then as listed
	services map[string]*Service
	windows  []window
	holidays Holidays // nil when holidays are ordinary days
}

// State says whether a counter receives visitors on a day.
type State string

// The states of a day.
const (
	IsOpen    State = "open"
	IsClosed  State = "closed"
	IsHoliday State = "holiday"
)

// Reason says why there is no slot. Kind is for programs, Names for people; a
// kind that says everything by itself has no Names.
type Reason struct {
	Kind  ReasonKind
	Names Names
}

// ReasonKind is one way of being closed.
type ReasonKind string

// The reasons.
const (
	NoDate         ReasonKind = "no-date"       // a date that does not exist
	NotInOperation ReasonKind = "not-operating" // hidden, or before or after a temporary counter's days
	NotTaken       ReasonKind = "not-taken"     // the counter does not take this service
	ClosedDay      ReasonKind = "closed-day"    // a closure; Names is its reason
	NationalDay    ReasonKind = "holiday"       // Names has the holiday's name
	NoOpening      ReasonKind = "no-opening"    // a day on which the counter never opens
	OutsideHours   ReasonKind = "outside-hours" // the day is open, this time is not
	TooLong        ReasonKind = "too-long"      // the service does not fit from this slot on
	NotAccepting   ReasonKind = "not-accepting" // no bookings are taken any more at all
)

// DayPlan is one counter's day.
type DayPlan struct {
	Date   civil.Date
	State  State
	Reason Reason // set unless the day is open
	Slots  []Slot // in order of time, not overlapping; shared, read only
}

// Slot is one time at which visitors are received.
type Slot struct {
	Start    civil.Clock
	Minutes  int
	Capacity int
	Quota    [len(groups)]int // most places by group, Capacity where unlimited
}

// End is the time of day at which the slot ends.
func (s Slot) End() civil.Clock { return s.Start + civil.Clock(s.Minutes) }

// Closes is the end of the day's last slot, 0 if there is none.
func (p DayPlan) Closes() civil.Clock {
	if len(p.Slots) == 0 {
		return 0
	}
	return p.Slots[len(p.Slots)-1].End()
}

// run returns the n consecutive slots from start on; n of them without a gap,
// or a reason.
func (p DayPlan) run(start civil.Clock, n int) ([]Slot, Reason) {
	i, ok := slices.BinarySearchFunc(p.Slots, start, func(s Slot, c civil.Clock) int { return cmp.Compare(s.Start, c) })
	if !ok {
		if p.State != IsOpen {
			return nil, p.Reason
		}
		return nil, Reason{Kind: OutsideHours}
	}
	if i+n > len(p.Slots) {
		return nil, Reason{Kind: TooLong}
	}
	for j := i + 1; j < i+n; j++ {
		if p.Slots[j].Start != p.Slots[j-1].End() {
			return nil, Reason{Kind: TooLong}
		}
	}
	return p.Slots[i : i+n], Reason{}
}

// join makes one timetable of parts in order of the days they begin.
func join(parts []*Timetable) *Timetable {
	for _, p := range parts {
		p.parts = parts
	}
	return parts[0]
}

// on returns the part that answers for a day.
func (t *Timetable) on(d civil.Date) *Timetable {
	if len(t.parts) < 2 {
		return t
	}
	part := t.parts[0]
	for _, p := range t.parts[1:] {
		if p.from.After(d) {
			break
		}
		part = p
	}
	return part
}

// since returns the parts that answer for a day or for later ones.
func (t *Timetable) since(d civil.Date) []*Timetable {
	if len(t.parts) == 0 { // compiled by itself
		return []*Timetable{t}
	}
	return t.parts[slices.Index(t.parts, t.on(d)):]
}

// later returns the parts that take over after t.
func (t *Timetable) later() []*Timetable { return t.parts[slices.Index(t.parts, t)+1:] }

// Counter returns the counter with this id, hidden ones included, or nil. One
// that only a later part has is found there.
func (t *Timetable) Counter(id string) *Counter {
	if c := t.counters[id]; c != nil {
		return c.data
	}
	for _, p := range t.later() {
		if c := p.counters[id]; c != nil {
			return c.data
		}
	}
	return nil
}

// Counters returns the counters that can be shown on a date, in their order.
// The zero date leaves out only hidden ones.
func (t *Timetable) Counters(on civil.Date) []*Counter {
	if !on.IsZero() {
		t = t.on(on)
	}
	var list []*Counter
	for _, c := range t.order {
		if !c.data.Hidden && (on.IsZero() || c.valid.covers(on)) {
			list = append(list, c.data)
		}
	}
	return list
}

// Response returns the response with this id, or nil.
func (t *Timetable) Response(id string) *Response {
	for i := range t.Settings.Responses {
		if t.Settings.Responses[i].ID == id {
			return &t.Settings.Responses[i]
		}
	}
	return nil
}

// Service returns the service with this id, or nil; see Counter.
func (t *Timetable) Service(id string) *Service {
	if s := t.services[id]; s != nil {
		return s
	}
	for _, p := range t.later() {
		if s := p.services[id]; s != nil {
			return s
		}
	}
	return nil
}

// Takes reports whether a counter takes a service.
func (c *Counter) Takes(service string) bool {
	return len(c.Services) == 0 || slices.Contains(c.Services, service)
}

// Day returns the plan of a counter's day. An unknown counter is not in
// operation.
func (t *Timetable) Day(id string, d civil.Date) DayPlan {
	t = t.on(d)
	closed := func(s State, r Reason) DayPlan { return DayPlan{Date: d, State: s, Reason: r} }
	c := t.counters[id]
	switch {
	case !d.Valid():
		return closed(IsClosed, Reason{Kind: NoDate})
	case c == nil || c.data.Hidden || !c.valid.covers(d):
		return closed(IsClosed, Reason{Kind: NotInOperation})
	}

	shut := DayPlan{Date: d, State: IsOpen}
	var except []hours // closures of a part of the day
	for _, k := range c.closures {
		if !k.days.covers(d) {
			continue
		}
		if k.part {
			except = append(except, k.hours)
		} else if shut.State == IsOpen {
			shut = closed(IsClosed, Reason{Kind: ClosedDay, Names: k.reason})
		}
	}
	if shut.State == IsOpen && t.holidays != nil {
		if name, ok := t.holidays(d); ok {
			shut = closed(IsHoliday, Reason{Kind: NationalDay, Names: Names{i18n.Japanese: name}})
		}
	}

	var slots []Slot
	shared := true // slots still is an opening's own slice
	for i := range c.openings {
		o := &c.openings[i]
		if (shut.State != IsOpen && !o.extra) || !o.days.covers(d) {
			continue
		}
		if slots == nil {
			slots = o.slots
			continue
		}
		if shared {
			slots, shared = slices.Clone(slots), false
		}
		slots = merge(slots, o.slots)
	}
	if len(slots) == 0 {
		if shut.State != IsOpen {
			return shut
		}
		return closed(IsClosed, Reason{Kind: NoOpening})
	}
	if len(except) > 0 {
		if shared {
			slots = slices.Clone(slots)
		}
		slots = slices.DeleteFunc(slots, func(s Slot) bool { return anyOverlaps(except, s) })
	}
	return DayPlan{Date: d, State: IsOpen, Slots: slots}
}

// merge adds to slots those of more that overlap none of them.
func merge(slots, more []Slot) []Slot {
	first := len(slots)
	for _, m := range more {
		if !slices.ContainsFunc(slots[:first], func(s Slot) bool { return s.Start < m.End() && m.Start < s.End() }) {
			slots = append(slots, m)
		}
	}
	slices.SortFunc(slots, func(a, b Slot) int { return cmp.Compare(a.Start, b.Start) })
	return slots
}

// The compiled forms.

type counter struct {
	data     *Counter
	valid    days
	openings []opening
	closures []*closure // of this counter and of all, in their order
}

type opening struct {
	days  days
	extra bool
	slots []Slot
	hours hours
	every civil.Clock // length of a slot
}

type closure struct {
	days   days
	reason Names
	part   bool
	hours  hours
}

type hours struct{ start, end civil.Clock }

// sitePeriod is Site compiled: the days on which bookings are taken at all.
type sitePeriod struct {
	hidden bool
	always bool // no first or last day is set
	days   days
}

func (s *sitePeriod) covers(now time.Time) bool {
	return !s.hidden && (s.always || s.days.covers(civil.In(now).Date))
}

func anyOverlaps(list []hours, s Slot) bool {
	return slices.ContainsFunc(list, func(h hours) bool { return s.Start < h.end && h.start < s.End() })
}

// days is Days compiled. Dates are compared as the number yyyymmdd.
type days struct {
	from, to int  // 0: no limit
	yearly   bool // from and to are mmdd
	weekdays [7]bool
	nth      []int
	every    int
	monday   civil.Date // of the first week that counts
}

func number(d civil.Date) int { return d.Year*10000 + int(d.Month)*100 + d.Day }

// everyDay reports whether no condition is set.
func (s *days) everyDay() bool {
	return s.from == 0 && s.to == 0 && !s.yearly && s.weekdays == [7]bool{true, true, true, true, true, true, true} && len(s.nth) == 0 && s.every <= 1
}

func (s *days) covers(d civil.Date) bool {
	n := number(d)
	if s.yearly {
		n %= 10000
		if s.from <= s.to && (n < s.from || n > s.to) || s.from > s.to && n < s.from && n > s.to {
			return false
		}
	} else if s.from != 0 && n < s.from || s.to != 0 && n > s.to {
		return false
	}
	if !s.weekdays[d.Weekday()] {
		return false
	}
	if len(s.nth) > 0 {
		last := d.AddDays(7).Month != d.Month
		occurrence := (d.Day-1)/7 + 1
		if !slices.ContainsFunc(s.nth, func(n int) bool { return n == occurrence || n == -1 && last }) {
			return false
		}
	}
	if s.every > 1 {
		weeks := monday(d).Sub(s.monday) / 7
		if weeks < 0 || weeks%s.every != 0 {
			return false
		}
	}
	return true
}

// monday returns the Monday of d's week.
func monday(d civil.Date) civil.Date { return d.AddDays(-(int(d.Weekday()) + 6) % 7) }

// Compile checks settings and returns their timetable. The error joins every
// fault found, each naming the place where it stands.
func Compile(s Settings, holidays Holidays) (*Timetable, error) {
	t := &Timetable{
		Settings: s,
		counters: make(map[string]*counter, len(s.Counters)),
		services: make(map[string]*Service, len(s.Services)),
	}
	if s.Holidays {
		t.holidays = holidays
	}
	c := &checker{}
	t.site = sitePeriod{hidden: s.Site.Hidden, always: s.Site.From == "" && s.Site.To == "", days: c.days(place{at: AtSite}, Days{From: s.Site.From, To: s.Site.To})}
	c.that(!t.site.days.yearly, place{AtSite, "from"}, "no-year", "its first and last day are written YYYY-MM-DD")
	for i := range s.Services {
		v := &s.Services[i]
		at := place{at: AtService(v.ID)}
		c.id(at, v.ID)
		c.that(t.services[v.ID] == nil, at.of("id"), "twice", "this id is used twice")
		c.that(v.Names[i18n.Japanese] != "", at.of("names"), "no-name", "needs a name in Japanese")
		c.that(v.Slots >= 0 && v.Slots <= 48, at.of("slots"), "slots", "slots must be 1 to 48")
		c.that(v.MaxPersons >= 0 && v.MaxPersons <= maxPersons, at.of("max_persons"), "max-persons", "max_persons must be 1 to %d", maxPersons)
		t.services[v.ID] = v
	}
	for i := range s.Counters {
		n := &s.Counters[i]
		at := place{at: AtCounter(n.ID)}
		c.id(at, n.ID)
		c.that(t.counters[n.ID] == nil, at.of("id"), "twice", "this id is used twice")
		c.that(n.Names[i18n.Japanese] != "", at.of("names"), "no-name", "needs a name in Japanese")
		for _, id := range n.Services {
			c.that(t.services[id] != nil, at.of("services"), "no-service", "service %q does not exist", id)
		}
		k := &counter{data: n, valid: c.days(at, Days{From: n.From, To: n.To})}
		for j, o := range n.Openings {
			k.openings = append(k.openings, c.opening(place{at: AtOpening(n.ID, j)}, o))
		}
		t.counters[n.ID] = k
		t.order = append(t.order, k)
	}
	slices.SortStableFunc(t.order, func(a, b *counter) int { return cmp.Compare(a.data.Position, b.data.Position) })
	for i, k := range s.Closures {
		at := place{at: AtClosure(i)}
		c.that(k.Counter == "" || t.counters[k.Counter] != nil, at.of("counter"), "no-counter", "counter %q does not exist", k.Counter)
		x := &closure{days: c.days(at, k.Days), reason: k.Reason}
		if k.Hours != nil {
			x.part, x.hours = true, c.hours(at, "start", "end", *k.Hours)
		}
		for _, n := range t.order {
			if k.Counter == "" || k.Counter == n.data.ID {
				n.closures = append(n.closures, x)
			}
		}
	}
	for i, w := range s.Windows {
		at := place{at: AtWindow(i)}
		for _, id := range w.Services {
			c.that(t.services[id] != nil, at.of("services"), "no-service", "service %q does not exist", id)
		}
		t.windows = append(t.windows, c.window(at, w))
	}
	responses := map[string]bool{}
	for _, v := range s.Responses {
		at := place{at: AtResponse(v.ID)}
		c.id(at, v.ID)
		c.that(!responses[v.ID], at.of("id"), "twice", "this id is used twice")
		c.that(v.Names[i18n.Japanese] != "", at.of("names"), "no-name", "needs a name in Japanese")
		responses[v.ID] = true
	}
	c.that(s.HoldMinutes >= 0 && s.HoldMinutes <= 7*24*60, place{AtRules, "hold_minutes"}, "hold-minutes", "must be at most a week")
	c.that(s.OfferMinutes >= 0 && s.OfferMinutes <= 24*60, place{AtRules, "offer_minutes"}, "offer-minutes", "must be at most a day")
	if err := errors.Join(c.faults...); err != nil {
		return nil, fmt.Errorf("reservation settings: %w", err)
	}
	return t, nil
}

// maxPersons and maxCapacity bound what settings may say, so that sums of them
// stay far from the limits of a column.
const (
	maxPersons  = 100
	maxCapacity = 10_000
)

// checker reads the written forms and collects what is wrong with them.
type checker struct{ faults []error }

// place is where in the settings something stands.
type place struct{ at, field string }

// of is a field of a place.
func (p place) of(field string) place { return place{p.at, field} }

func (c *checker) that(ok bool, at place, code, format string, args ...any) {
	if ok {
		return
	}
	f := Fault{At: at.at, Field: at.field, Code: code, text: fmt.Sprintf(format, args...)}
	for _, a := range args {
		if s, isText := a.(string); isText && f.Value == "" {
			f.Value = s
		}
	}
	c.faults = append(c.faults, f)
}

// id accepts what can stand in an address and in the value of a choice.
func (c *checker) id(at place, id string) {
	ok := id != "" && len(id) <= 40
	for _, r := range id {
		ok = ok && (r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-')
	}
	c.that(ok, at.of("id"), "id", "an id is 1 to 40 of a-z, 0-9 and -")
}

func (c *checker) clock(at place, s string) civil.Clock {
	if s == "24:00" {
		return 24 * 60
	}
	t, err := civil.ParseClock(s)
	c.that(err == nil, at, "clock", "%v", err)
	return t
}

func (c *checker) hours(at place, start, end string, h Hours) hours {
	x := hours{c.clock(at.of(start), h.Start), c.clock(at.of(end), h.End)}
	c.that(x.start < x.end, at.of(end), "end-before-start", "%s to %s: the end must lie after the start", h.Start, h.End)
	return x
}

func (c *checker) opening(at place, o Opening) opening {
	x := opening{days: c.days(at, o.Days), extra: o.Extra}
	h := c.hours(at, "start", "end", Hours{o.Start, o.End})
	c.that(o.Slot >= 5 && o.Slot <= 24*60, at.of("slot"), "slot", "slot must be 5 to 1440 minutes")
	c.that(o.Capacity >= 0 && o.Capacity <= maxCapacity, at.of("capacity"), "capacity", "capacity must be 0 to %d", maxCapacity)
	quota := [len(groups)]int{o.Capacity, o.Capacity, o.Capacity}
	for g, n := range o.Quotas {
		i := g.index()
		c.that(i >= 0, at.of("quotas"), "group", "quota for %q: the groups are open, phone and internal", g)
		c.that(n >= 0 && n <= o.Capacity, at.of("quota-"+string(g)), "quota", "quota for %s must be 0 to the capacity", g)
		if i >= 0 {
			quota[i] = n
		}
	}
	var except []hours
	for _, e := range o.Except {
		except = append(except, c.hours(at, "except", "except", e))
	}
	if o.Slot < 5 {
		return x
	}
	x.hours, x.every = h, civil.Clock(o.Slot)
	for start := h.start; start+civil.Clock(o.Slot) <= h.end; start += civil.Clock(o.Slot) {
		s := Slot{Start: start, Minutes: o.Slot, Capacity: o.Capacity, Quota: quota}
		if !anyOverlaps(except, s) {
			x.slots = append(x.slots, s)
		}
	}
	c.that(len(x.slots) > 0, at.of("slot"), "no-slot", "no slot of %d minutes fits between %s and %s", o.Slot, o.Start, o.End)
	return x
}

var weekdayNames = [7]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

func (c *checker) days(at place, s Days) days {
	x := days{every: s.Every, nth: s.Nth}
	if len(s.From) == len("01-02") || len(s.To) == len("01-02") {
		x.yearly = true
		x.from, x.to = c.monthDay(at.of("from"), s.From), c.monthDay(at.of("to"), s.To)
	} else {
		x.from, x.to = c.date(at.of("from"), s.From), c.date(at.of("to"), s.To)
		c.that(x.to == 0 || x.from <= x.to, at.of("to"), "to-before-from", "%s to %s: the last day must not lie before the first", s.From, s.To)
	}
	for _, name := range s.Weekdays {
		i := slices.Index(weekdayNames[:], name)
		c.that(i >= 0, at.of("weekdays"), "weekday", "weekday %q: write mon, tue, wed, thu, fri, sat or sun", name)
		if i >= 0 {
			x.weekdays[i] = true
		}
	}
	if len(s.Weekdays) == 0 {
		x.weekdays = [7]bool{true, true, true, true, true, true, true}
	}
	for _, n := range s.Nth {
		c.that(n == -1 || n >= 1 && n <= 5, at.of("nth"), "nth", "nth must be 1 to 5, or -1 for the last")
	}
	c.that(len(s.Nth) == 0 || len(s.Weekdays) > 0, at.of("weekdays"), "nth-weekdays", "nth needs weekdays")
	c.that(s.Every >= 0 && s.Every <= 52, at.of("every"), "every", "every must be 1 to 52 weeks")
	if s.Every > 1 {
		d, err := civil.ParseDate(s.Anchor)
		c.that(err == nil, at.of("anchor"), "anchor", "every %d weeks needs an anchor date: %v", s.Every, err)
		x.monday = monday(d)
	}
	return x
}

func (c *checker) date(at place, s string) int {
	if s == "" {
		return 0
	}
	d, err := civil.ParseDate(s)
	c.that(err == nil, at, "date", "%v", err)
	return number(d)
}

func (c *checker) monthDay(at place, s string) int {
	d, err := civil.ParseDate("2024-" + s) // a leap year, so that 02-29 can be named
	c.that(err == nil, at, "month-day", "%q: a day of every year is written MM-DD, in both from and to", s)
	return number(d) % 10000
}

// Clocks returns every time of a day at which a slot of a counter begins, or
// would begin if it were not excluded or closed: the rows of its calendar, in
// minutes since midnight and no particular order.
func (t *Timetable) Clocks(id string, d civil.Date) []int {
	t = t.on(d)
	c := t.counters[id]
	if c == nil || !d.Valid() {
		return nil
	}
	var list []int
	for i := range c.openings {
		if c.openings[i].days.covers(d) {
			o := &c.openings[i]
			for at := o.hours.start; at+o.every <= o.hours.end; at += o.every {
				list = append(list, int(at))
			}
		}
	}
	return list
}
