package main

import (
	"bytes"
	"context"
	"errors"
	"net/url"
	"time"

	"madoguchi/bot"
	"madoguchi/channels/web"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/reservation"
)

// calendarPages gives the web pages free places and calendar files.
type calendarPages struct{ *house }

// Vacancies implements web.Vacancies.
func (p calendarPages) Vacancies(ctx context.Context, q web.VacancyQuery) ([]web.VacantCounter, error) {
	var list []reservation.CounterDays
	var table *reservation.Timetable
	var now time.Time
	err := p.db.View(ctx, q.Tenant, func(tx *store.Tx) (err error) {
		list, err = p.reservations.Availability(tx, reservation.Query{
			Counter: q.Counter, Service: q.Service, From: q.From, Days: q.Days,
		})
		if err != nil {
			return err
		}
		now = tx.Now()
		table, err = p.reservations.Timetable(tx)
		return err
	})
	if errors.Is(err, reservation.ErrNotFound) {
		return nil, web.ErrUnknown
	}
	if err != nil {
		return nil, err
	}
	out := make([]web.VacantCounter, 0, len(list))
	for _, k := range list {
		c := web.VacantCounter{ID: k.Counter.ID, Name: k.Counter.Names.In(q.Lang)}
		for _, d := range k.Days {
			day := web.VacantDay{Date: d.Date, Open: d.State == reservation.IsOpen}
			for _, s := range d.Slots {
				day.Slots = append(day.Slots, web.VacantSlot{Start: s.Start, Free: free(s), Shut: !s.Bookable && s.Free > 0})
			}
			var early reservation.ErrTooEarly
			if n := len(d.Slots); n > 0 {
				last := civil.DateTime{Date: d.Date, Clock: d.Slots[n-1].Start}
				if errors.As(table.Bookable(q.Service, reservation.Open, last, now), &early) {
					day.Opens = early.Opens
				}
			}
			c.Days = append(c.Days, day)
		}
		out = append(out, c)
	}
	return out, nil
}

// Calendar implements web.Calendars.
func (p calendarPages) Calendar(ctx context.Context, tenant string, lang i18n.Lang, counter string, start civil.DateTime, receipt int) ([]byte, error) {
	var file bytes.Buffer
	err := p.db.View(ctx, tenant, func(tx *store.Tx) error {
		t, err := p.reservations.Timetable(tx)
		if err != nil {
			return err
		}
		if t.Counter(counter) == nil {
			return reservation.ErrNotFound
		}
		b, err := p.reservations.ByReceipt(tx, counter, start.Date, receipt)
		if err != nil {
			return err
		}
		if b.Start != start {
			return reservation.ErrNotFound
		}
		e, err := p.calendarEvent(tx, b, lang)
		if err != nil {
			return err
		}
		return reservation.Calendar(&file, b, e)
	})
	if errors.Is(err, reservation.ErrNotFound) {
		return nil, web.ErrUnknown
	}
	return file.Bytes(), err
}

// calendarEvent puts a booking into the words of a calendar entry.
func (h *house) calendarEvent(tx *store.Tx, b reservation.Booking, lang i18n.Lang) (reservation.Event, error) {
	t, err := h.reservations.Timetable(tx)
	if err != nil {
		return reservation.Event{}, err
	}
	s, err := sites{h}.Site(tx)
	if err != nil {
		return reservation.Event{}, err
	}
	e := reservation.Event{Summary: i18n.Plain(s.City.In(lang))}
	if u, err := url.Parse(h.config.PublicURL); err == nil {
		e.Host = u.Hostname()
	}
	if k := t.Counter(b.Counter); k != nil {
		e.Location = i18n.Plain(k.Names.In(lang) + " " + k.Place.In(lang))
	}
	if v := t.Service(b.Service); v != nil {
		e.Summary += " " + i18n.Plain(v.Names.In(lang))
	}
	texts, err := h.wordings.Catalog(tx)
	if err != nil {
		return reservation.Event{}, err
	}
	e.Description = i18n.Plain(texts.Text("mail.calendar").In(lang, i18n.Arg{Name: "receipt", Value: b.Receipt}))
	e.Alarm = e.Summary
	return e, nil
}

// links gives the web pages the questions behind one-time links.
type links struct{ bot.Links }

// Question implements web.Links.
func (l links) Question(ctx context.Context, tenant, token string) (web.LinkedQuestion, error) {
	q, err := l.Links.Question(ctx, tenant, token)
	if errors.Is(err, bot.ErrLink) {
		return web.LinkedQuestion{}, web.ErrUnknown
	}
	return web.LinkedQuestion(q), err
}

// Answer implements web.Links.
func (l links) Answer(ctx context.Context, tenant, token, event, text, choice string) (bot.Reply, bool, error) {
	r, done, err := l.Links.Answer(ctx, tenant, token, event, text, choice)
	if errors.Is(err, bot.ErrLink) {
		err = web.ErrUnknown
	}
	return r, done, err
}
