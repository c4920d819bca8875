package action

import (
	"cmp"
	"slices"

	"madoguchi/bot"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/report"
	"madoguchi/store/reservation"
)

const (
	// quietDays is how far ahead a quiet time is looked for, as far as bookings
	// are open: two months show every rhythm of a week and of a month's end.
	quietDays = 62
	// quietOffers are as many as can be said aloud and remembered.
	quietOffers = 3
	// loadDays are the days whose visits tell how busy an hour usually is, and
	// loadLeast the fewest with visits from which that can be said: two weeks of
	// opening.
	loadDays  = 56
	loadLeast = 10
)

// Quiet lists the times that can be booked at which there is least going on, on
// different days: how full the slot is by now, and how many visits its hour
// usually has for its places (S2-013). No number in it is about a person.
func (d Desk) Quiet(tx *store.Tx, q bot.OfferQuery) ([]bot.Offer, bool, error) {
	today := civil.In(tx.Now()).Date
	from := q.From
	if from.Before(today) {
		from = today
	}
	found, err := d.Reservations.Availability(tx, reservation.Query{
		Counter: q.Counter, Service: q.Service, From: from, Days: quietDays, Group: groupOf(q.Channel), Persons: max(q.Persons, 1),
	})
	if err != nil {
		return nil, false, ignored(err)
	}
	found = slices.DeleteFunc(found, func(c reservation.CounterDays) bool {
		return q.Counters != nil && !slices.Contains(q.Counters, c.Counter.ID)
	})
	usual, known, err := d.usual(tx, today, found)
	if err != nil {
		return nil, false, err
	}
	t, err := d.Reservations.Timetable(tx)
	if err != nil {
		return nil, false, err
	}
	type candidate struct {
		offer bot.Offer
		crowd float64
	}
	var list []candidate
	for _, c := range found {
		for _, day := range c.Days {
			places := placesOf(t.Day(c.Counter.ID, day.Date))
			for _, s := range day.Slots {
				if !s.Bookable {
					continue
				}
				crowd := 1 - float64(s.Free)/float64(max(places.at[s.Start], 1))
				if known {
					crowd += usual[c.Counter.ID][hour(s.Start)] / float64(max(places.in[hour(s.Start)], 1))
				}
				list = append(list, candidate{bot.Offer{
					Counter: c.Counter.ID, Name: c.Counter.Names.In(q.Lang), Start: civil.DateTime{Date: day.Date, Clock: s.Start}, Free: s.Free,
				}, crowd})
			}
		}
	}
	slices.SortStableFunc(list, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.crowd, b.crowd), a.offer.Start.Compare(b.offer.Start))
	})
	var out []bot.Offer
	for _, c := range list {
		if len(out) == quietOffers {
			break
		}
		if !slices.ContainsFunc(out, func(o bot.Offer) bool { return o.Start.Date == c.offer.Start.Date }) {
			out = append(out, c.offer)
		}
	}
	slices.SortFunc(out, func(a, b bot.Offer) int { return a.Start.Compare(b.Start) })
	return out, known, nil
}

// ignored is nil for an error that says that nothing can be booked.
func ignored(err error) error {
	outcome, err := refused(err)
	if outcome != "" {
		return nil
	}
	return err
}

// places are those of a day's slots: at each time, and in each hour.
type places struct {
	at map[civil.Clock]int
	in map[int]int
}

func placesOf(p reservation.DayPlan) places {
	out := places{map[civil.Clock]int{}, map[int]int{}}
	for _, s := range p.Slots {
		out.at[s.Start] = s.Capacity
		out.in[hour(s.Start)] += s.Capacity
	}
	return out
}

// usual is how many visits each hour has on a day of each counter, as far back as
// loadDays; false if that cannot be said of every one.
func (d Desk) usual(tx *store.Tx, today civil.Date, counters []reservation.CounterDays) (map[string]map[int]float64, bool, error) {
	if d.Load == nil || len(counters) == 0 {
		return nil, false, nil
	}
	loads, err := d.Load(tx, today.AddDays(-loadDays), today.AddDays(-1))
	if err != nil {
		return nil, false, err
	}
	out := map[string]map[int]float64{}
	for _, c := range counters {
		i := slices.IndexFunc(loads, func(l report.Load) bool { return l.Counter == c.Counter.ID })
		if i < 0 || loads[i].Days < loadLeast {
			return nil, false, nil
		}
		out[c.Counter.ID] = map[int]float64{}
		for _, h := range loads[i].Hours {
			out[c.Counter.ID][h.Hour] = float64(h.Visits) / float64(loads[i].Days)
		}
	}
	return out, true, nil
}

// hoursAhead is how many days ahead the next opening is looked for: longer than
// the turn of the year with its weekends (domain-facts 1.2).
const hoursAhead = 14

// Hours says of every counter whether it is open now, until when, or when next.
func (d Desk) Hours(tx *store.Tx, lang i18n.Lang) ([]bot.OpenHours, error) {
	t, err := d.Reservations.Timetable(tx)
	if err != nil {
		return nil, err
	}
	now := civil.In(tx.Now())
	var out []bot.OpenHours
	for _, c := range t.Counters(now.Date) {
		h := bot.OpenHours{Counter: bot.Counter{ID: c.ID, Name: c.Names.In(lang), Place: c.Place.In(lang)}}
		for i := 0; i < hoursAhead && h.Until == 0 && h.Next == (civil.DateTime{}); i++ {
			day := now.Date.AddDays(i)
			for _, s := range t.Spans(c.ID, day) {
				if i == 0 && s.Until <= now.Clock {
					continue
				}
				if i == 0 && s.From <= now.Clock {
					h.Until = s.Until
				} else {
					h.Next = civil.DateTime{Date: day, Clock: s.From}
				}
				break
			}
		}
		out = append(out, h)
	}
	return out, nil
}

// hour is the hour of the day in which a time lies.
func hour(t civil.Clock) int { return int(t) / 60 }
