package action

import (
	"errors"
	"slices"
	"time"

	"madoguchi/bot"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/identity"
	"madoguchi/store/report"
	"madoguchi/store/reservation"
)

// Desk is the reservation service as the dialog engine needs it.
type Desk struct {
	Reservations *reservation.Reservations
	// Load is how many visits the hours of the counters had on some days
	// (store/report); nil: nobody counts.
	Load func(tx *store.Tx, from, to civil.Date) ([]report.Load, error)
}

// Counters lists the counters that take a service.
func (d Desk) Counters(tx *store.Tx, service string, lang i18n.Lang) ([]bot.Counter, error) {
	t, err := d.Reservations.Timetable(tx)
	if err != nil {
		return nil, err
	}
	var out []bot.Counter
	for _, c := range t.Counters(civil.In(tx.Now()).Date) {
		if len(c.Services) > 0 && !slices.Contains(c.Services, service) {
			continue
		}
		out = append(out, bot.Counter{ID: c.ID, Name: c.Names.In(lang), Place: c.Place.In(lang), Also: append([]string{c.ID, i18n.Bare(c.Names.In(i18n.Japanese))}, c.Also...)})
	}
	return out, nil
}

// Offers lists free times that fit the wish.
func (d Desk) Offers(tx *store.Tx, q bot.OfferQuery) ([]bot.Offer, error) {
	n := reservation.NextQuery{
		Counter: q.Counter, Counters: q.Counters, Service: q.Service, Group: groupOf(q.Channel), Persons: max(q.Persons, 1), Limit: q.Limit,
		From: civil.DateTime{Date: q.From},
	}
	n.Between.Start, n.Between.End = q.After, q.Before
	if q.From.IsZero() {
		n.From = civil.DateTime{}
	}
	var found []reservation.Offer
	var err error
	switch {
	case !q.On.IsZero():
		n.From, n.Until = civil.DateTime{Date: q.On}, q.On
		if q.On.Before(civil.In(tx.Now()).Date) {
			return nil, &bot.Refusal{Why: "past"}
		}
		found, err = d.Reservations.Next(tx, n)
	case q.Weekday != nil:
		found, err = d.weekdays(tx, n, *q.Weekday)
	default:
		found, err = d.Reservations.Next(tx, n)
	}
	var closed reservation.ErrClosed
	if errors.As(err, &closed) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if len(found) == 0 && !q.On.IsZero() {
		return nil, d.why(tx, q)
	}
	if len(found) == 0 && q.From.After(civil.In(tx.Now()).Date) {
		return nil, d.notYet(tx, q)
	}
	out := make([]bot.Offer, len(found))
	for i, o := range found {
		out[i] = bot.Offer{Counter: o.Counter.ID, Name: o.Counter.Names.In(q.Lang), Start: o.Start, Free: o.Free}
	}
	return out, nil
}

// notYet is a *bot.Refusal if the days asked for cannot be booked yet: it names
// the moment from which the first of them can be (S4-044).
func (d Desk) notYet(tx *store.Tx, q bot.OfferQuery) error {
	for i := range hoursAhead {
		q.On = q.From.AddDays(i)
		var no *bot.Refusal
		switch err := d.why(tx, q); {
		case err == nil:
			return nil
		case !errors.As(err, &no):
			return err
		case no.Why == "early":
			no.Day = q.On
			return no
		}
	}
	return nil
}

// why says what is wrong with the day asked for: a *bot.Refusal if nobody is
// received on it or it cannot be booked yet or any more, nil if it is only full.
func (d Desk) why(tx *store.Tx, q bot.OfferQuery) error {
	t, err := d.Reservations.Timetable(tx)
	if err != nil {
		return err
	}
	closed := true
	open := false // there is still something to book, only no place
	var late *bot.Refusal
	for _, c := range t.Counters(q.On) {
		if q.Counter != "" && c.ID != q.Counter || q.Counters != nil && !slices.Contains(q.Counters, c.ID) || !c.Takes(q.Service) {
			continue
		}
		plan := t.Day(c.ID, q.On)
		if len(plan.Slots) == 0 {
			continue
		}
		closed = false
		var early reservation.ErrTooEarly
		if err := t.Bookable(q.Service, groupOf(q.Channel), civil.DateTime{Date: q.On, Clock: plan.Slots[0].Start}, tx.Now()); errors.As(err, &early) {
			return &bot.Refusal{Why: "early", When: early.Opens, Cause: err}
		}
		var over reservation.ErrTooLate
		last := civil.DateTime{Date: q.On, Clock: plan.Slots[len(plan.Slots)-1].Start}
		switch err := t.Bookable(q.Service, groupOf(q.Channel), last, tx.Now()); {
		case !errors.As(err, &over):
			open = true
		case late == nil || late.When.Before(over.Limit):
			late = &bot.Refusal{Why: "late", When: over.Limit, Cause: err}
		}
	}
	if late != nil && !open {
		return late
	}
	if closed {
		return &bot.Refusal{Why: "closed-day"}
	}
	return nil
}

// weeksAhead bounds the search for a named weekday; no booking window is longer
// (domain-facts 8.11: 10 weeks).
const weeksAhead = 11

// weekdays collects offers on one day of the week.
func (d Desk) weekdays(tx *store.Tx, n reservation.NextQuery, w time.Weekday) ([]reservation.Offer, error) {
	day := n.From.Date
	if today := civil.In(tx.Now()).Date; day.Before(today) {
		day = today
	}
	day = day.AddDays((int(w) - int(day.Weekday()) + 7) % 7)
	limit := n.Limit
	var out []reservation.Offer
	for range weeksAhead {
		n.From, n.Until, n.Limit = civil.DateTime{Date: day}, day, min(4, limit-len(out))
		found, err := d.Reservations.Next(tx, n)
		if err != nil {
			return nil, err
		}
		if out = append(out, found...); len(out) >= limit {
			break
		}
		day = day.AddDays(7)
	}
	return out, nil
}

// wholeDay are the reasons for which nobody is received all day.
var wholeDay = []reservation.ReasonKind{reservation.ClosedDay, reservation.NationalDay, reservation.NoOpening}

// Hold keeps a place for the keeper and returns its id. The error is nil, a
// *bot.Refusal, or a fault.
func (d Desk) Hold(tx *store.Tx, keeper string, q bot.OfferQuery, counter string, start civil.DateTime) (string, error) {
	h, err := d.Reservations.Hold(tx, reservation.HoldRequest{
		Counter: counter, Start: start, Service: q.Service, Persons: max(q.Persons, 1), Group: groupOf(q.Channel), Owner: keeper,
	})
	if err == nil {
		return h.ID, nil
	}
	var early reservation.ErrTooEarly
	var late reservation.ErrTooLate
	var closed reservation.ErrClosed
	var party reservation.ErrParty
	switch {
	case errors.Is(err, reservation.ErrFull):
		return "", &bot.Refusal{Why: "full", Cause: err}
	case errors.As(err, &early):
		return "", &bot.Refusal{Why: "early", When: early.Opens, Cause: err}
	case errors.As(err, &late):
		if start.Before(civil.In(tx.Now())) {
			return "", &bot.Refusal{Why: "past", Cause: err}
		}
		return "", &bot.Refusal{Why: "late", When: late.Limit, Cause: err}
	case errors.As(err, &party):
		return "", &bot.Refusal{Why: "party", Cause: err}
	case errors.As(err, &closed) && slices.Contains(wholeDay, closed.Reason.Kind):
		return "", &bot.Refusal{Why: "closed-day", Cause: err}
	case errors.As(err, &closed), errors.Is(err, reservation.ErrNotFound):
		return "", &bot.Refusal{Why: "closed", Cause: err}
	}
	return "", err
}

// Release gives back what a hold keeps; one that is gone already is no error.
func (d Desk) Release(tx *store.Tx, hold string) error {
	err := d.Reservations.Release(tx, hold)
	if errors.Is(err, reservation.ErrGone) || errors.Is(err, reservation.ErrNotFound) {
		return nil
	}
	return err
}

// ReleaseAll gives back the place that somebody keeps, if there is one.
func (d Desk) ReleaseAll(tx *store.Tx, keeper string) error {
	return d.Reservations.ReleaseAll(tx, keeper)
}

// of returns the bookings of several owners, the latest visit first. An owner is
// a conversation or a resident.
func (d Desk) of(tx *store.Tx, owners []string) ([]reservation.Booking, error) {
	var all []reservation.Booking
	for i, owner := range owners {
		list, err := d.Reservations.OfOwner(tx, owner)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
		if i == 0 {
			continue
		}
		ids, err := (identity.Service{}).Bookings(tx, owner)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			if slices.ContainsFunc(all, func(b reservation.Booking) bool { return b.ID == id }) {
				continue
			}
			b, err := d.Reservations.ByID(tx, id)
			if errors.Is(err, reservation.ErrNotFound) {
				continue
			}
			if err != nil {
				return nil, err
			}
			all = append(all, b)
		}
	}
	if len(owners) > 1 {
		slices.SortStableFunc(all, func(a, b reservation.Booking) int { return b.Start.Compare(a.Start) })
	}
	return all, nil
}

// Bookings lists the owners' bookings that are still to come.
func (d Desk) Bookings(tx *store.Tx, owners []string, lang i18n.Lang) ([]bot.Choice, error) {
	all, err := d.of(tx, owners)
	if err != nil {
		return nil, err
	}
	t, err := d.Reservations.Timetable(tx)
	if err != nil {
		return nil, err
	}
	now := civil.In(tx.Now())
	var out []bot.Choice
	for i := len(all) - 1; i >= 0; i-- { // the next visit first
		b := all[i]
		if b.Status != reservation.Booked || b.Start.Before(now) {
			continue
		}
		label := i18n.FormatDay(lang, b.Start.Date) + " " + i18n.FormatClockShort(lang, b.Start.Clock)
		if c := t.Counter(b.Counter); c != nil {
			label += " " + c.Names.In(lang)
		}
		out = append(out, bot.Choice{Value: b.ID, Label: label})
	}
	return out, nil
}

// Open reports whether any counter receives visitors on a date.
func (d Desk) Open(tx *store.Tx, day civil.Date) (bool, error) {
	t, err := d.Reservations.Timetable(tx)
	if err != nil {
		return false, err
	}
	return open(t, day), nil
}

// open says whether the town hall works on a date: for legal periods that is
// weekdays other than national holidays and the turn of the year (domain-facts
// 1.2), not the Saturday hours of a branch.
func open(t *reservation.Timetable, day civil.Date) bool {
	if w := day.Weekday(); w == time.Saturday || w == time.Sunday {
		return false
	}
	return slices.ContainsFunc(t.Counters(day), func(c *reservation.Counter) bool {
		return t.Day(c.ID, day).State == reservation.IsOpen
	})
}
