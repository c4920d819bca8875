package reservation

import (
	"slices"
	"time"

	"madoguchi/i18n/civil"
)

// window is Window compiled.
type window struct {
	days     days
	services []string
	groups   []Group

	opensDays      int
	opensAt        civil.Clock
	closes         limit
	change         limit
	acceptFrom     civil.DateTime // zero: none
	acceptUntil    civil.DateTime
	reception      hours
	aroundTheClock bool // reception is not limited
}

// limit is a moment before a visit: minutes before it begins, or at a time of
// the day some days before.
type limit struct {
	minutes int
	days    int
	at      civil.Clock
}

func (l limit) before(visit civil.DateTime) civil.DateTime {
	if l.days > 0 {
		return civil.DateTime{Date: visit.Date.AddDays(-l.days), Clock: 0}.Add(int(l.at))
	}
	return visit.Add(-l.minutes)
}

func (c *checker) window(at place, w Window) window {
	x := window{
		days: c.days(at, w.Days), services: w.Services, groups: w.Groups,
		opensDays:      w.OpensDays,
		closes:         c.limit(at, "closes", w.ClosesMinutes, w.ClosesDays, w.ClosesAt),
		change:         c.limit(at, "change", w.ChangeMinutes, w.ChangeDays, w.ChangeAt),
		aroundTheClock: w.Reception == nil,
	}
	for _, g := range w.Groups {
		c.that(g.index() >= 0, at.of("groups"), "group", "group %q: the groups are open, phone and internal", g)
	}
	c.that(w.OpensDays >= 0 && w.OpensDays <= 730, at.of("opens_days"), "opens-days", "opens_days must be 0 to 730")
	if w.OpensAt != "" {
		x.opensAt = c.clock(at.of("opens_at"), w.OpensAt)
		c.that(w.OpensDays > 0, at.of("opens_at"), "opens-at", "opens_at needs opens_days")
	}
	x.acceptFrom = c.dateTime(at.of("accept_from"), w.AcceptFrom)
	x.acceptUntil = c.dateTime(at.of("accept_until"), w.AcceptUntil)
	if w.Reception != nil {
		x.reception = c.hours(at, "start", "end", *w.Reception)
	}
	return x
}

func (c *checker) limit(at place, which string, minutes, days int, clock string) limit {
	c.that(minutes >= 0 && days >= 0 && days <= 730 && minutes <= 730*24*60, at.of(which+"_days"), "limit", "a limit lies 0 to 730 days before the visit")
	c.that(minutes == 0 || days == 0, at.of(which+"_minutes"), "limit-both", "a limit is given in minutes or in days, not both")
	c.that(clock == "" || days > 0, at.of(which+"_at"), "limit-at", "a limit at a time of day needs its days")
	l := limit{minutes: minutes, days: days, at: 24 * 60}
	if clock != "" {
		l.at = c.clock(at.of(which+"_at"), clock)
	}
	return l
}

func (c *checker) dateTime(at place, s string) civil.DateTime {
	if s == "" {
		return civil.DateTime{}
	}
	dt, err := civil.ParseDateTime(s)
	c.that(err == nil, at, "date-time", "%v", err)
	return dt
}

// noWindow holds where settings name none: until the visit begins.
var noWindow = window{aroundTheClock: true}

func (t *Timetable) window(service string, g Group, visit civil.Date) *window {
	for i := range t.windows {
		w := &t.windows[i]
		if (len(w.services) == 0 || slices.Contains(w.services, service)) &&
			(len(w.groups) == 0 || slices.Contains(w.groups, g)) && w.days.covers(visit) {
			return w
		}
	}
	return &noWindow
}

// Bookable reports whether the slot at visit may be booked at this moment, as
// far as time goes: nil, ErrTooEarly, ErrTooLate, or ErrClosed when bookings
// are no longer taken. Moments are compared to the second: the window includes
// its first instant and ends with its limit (a limit of an hour before 10:00
// lets 9:00:00 pass, 9:00:01 not).
func (t *Timetable) Bookable(service string, g Group, visit civil.DateTime, now time.Time) error {
	t = t.on(visit.Date)
	w := t.window(service, g, visit.Date)
	if !t.site.covers(now) {
		return ErrClosed{Reason: Reason{Kind: NotAccepting}}
	}
	if last := w.closes.before(visit); now.After(last.At()) || !now.Before(visit.At()) {
		return ErrTooLate{Limit: last}
	}
	if w.acceptUntil != (civil.DateTime{}) && now.After(w.acceptUntil.At()) {
		return ErrClosed{Reason: Reason{Kind: NotAccepting}}
	}
	opens := w.acceptFrom
	if w.opensDays > 0 {
		if o := (civil.DateTime{Date: visit.Date.AddDays(-w.opensDays), Clock: w.opensAt}); opens.Before(o) {
			opens = o
		}
	}
	if opens != (civil.DateTime{}) && now.Before(opens.At()) {
		return ErrTooEarly{Opens: w.receptionFrom(opens)}
	}
	if today := civil.In(now); !w.aroundTheClock {
		if next := w.receptionFrom(today); next != today {
			return ErrTooEarly{Opens: next}
		}
	}
	return nil
}

// receptionFrom returns the first moment from dt on at which bookings are
// taken by the hours of the day.
func (w *window) receptionFrom(dt civil.DateTime) civil.DateTime {
	switch {
	case w.aroundTheClock:
		return dt
	case dt.Clock < w.reception.start:
		return civil.DateTime{Date: dt.Date, Clock: w.reception.start}
	case dt.Clock >= w.reception.end:
		return civil.DateTime{Date: dt.Date.AddDays(1), Clock: w.reception.start}
	}
	return dt
}

// Changeable reports whether a booking may still be changed or cancelled at
// this moment: nil or ErrTooLate. Staff are not bound by the limit.
func (t *Timetable) Changeable(service string, g Group, visit civil.DateTime, now time.Time) error {
	if g == Internal {
		return nil
	}
	last := t.on(visit.Date).window(service, g, visit.Date).change.before(visit)
	if now.After(last.At()) {
		return ErrTooLate{Limit: last}
	}
	return nil
}

// horizon is the last date worth looking at for a service: no window that
// applies to it opens later ones. At most a year ahead.
func (t *Timetable) horizon(service string, g Group, today civil.Date) civil.Date {
	last := today
	for _, part := range t.since(today) {
		if h := part.ownHorizon(service, g, today); last.Before(h) {
			last = h
		}
	}
	return last
}

func (t *Timetable) ownHorizon(service string, g Group, today civil.Date) civil.Date {
	ahead := 0
	for i := range t.windows {
		w := &t.windows[i]
		if (len(w.services) > 0 && !slices.Contains(w.services, service)) || (len(w.groups) > 0 && !slices.Contains(w.groups, g)) {
			continue
		}
		if w.opensDays == 0 {
			return today.AddDays(366)
		}
		ahead = max(ahead, w.opensDays)
		if w.days.everyDay() {
			return today.AddDays(ahead)
		}
	}
	return today.AddDays(366)
}
