package reservation

import (
	"slices"

	"madoguchi/i18n/civil"
)

// Span is a time of day between which a counter receives people; Until is not
// part of it.
type Span struct{ From, Until civil.Clock }

// Spans are the hours at which a counter receives people on a day, in order of
// time: what its openings say without breaks and closures. A rest of an opening
// too short for another slot (17:00 to 17:15) counts too: people are received.
func (t *Timetable) Spans(id string, d civil.Date) []Span {
	p := t.Day(id, d)
	var list []Span
	for _, s := range p.Slots {
		if n := len(list); n > 0 && list[n-1].Until == s.Start {
			list[n-1].Until = s.End()
			continue
		}
		list = append(list, Span{s.Start, s.End()})
	}
	c := t.on(d).counters[id]
	if c == nil || len(list) == 0 {
		return list
	}
	for i := range c.openings {
		o := &c.openings[i]
		if n := len(o.slots); n > 0 && o.days.covers(d) {
			c.stretch(list, d, o.slots[n-1].End(), o.hours.end)
		}
	}
	return list
}

// stretch lets the span that ends with an opening's last slot last to the end of
// the opening, if nothing is closed in between.
func (c *counter) stretch(list []Span, d civil.Date, from, to civil.Clock) {
	i := slices.IndexFunc(list, func(s Span) bool { return s.Until == from })
	if i < 0 || i+1 < len(list) && list[i+1].From < to {
		return
	}
	shut := slices.ContainsFunc(c.closures, func(k *closure) bool {
		return k.part && k.days.covers(d) && k.hours.start < to && from < k.hours.end
	})
	if !shut && to > from {
		list[i].Until = to
	}
}
