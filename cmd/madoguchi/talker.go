package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"madoguchi/bot"
	"madoguchi/flows/scenario"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/reservation"
)

// talker plays dialog tests to a house of its own: a fresh database with the
// sample tenant, and a clock the dialog moves.
type talker struct {
	*house
	now    atomic.Int64 // Unix seconds
	folder string
	walked []scenario.Walk
}

func newTalker(ctx context.Context) (*talker, error) {
	folder, err := os.MkdirTemp("", "madoguchi-dialog-")
	if err != nil {
		return nil, err
	}
	t := &talker{folder: folder}
	env := &environment{
		ctx:    ctx,
		config: Config{Data: folder, Database: filepath.Join(folder, "dialog.db"), PublicURL: "https://madoguchi.example"},
		clock:  func() time.Time { return time.Unix(t.now.Load(), 0) },
	}
	if t.house, err = open(env, slog.New(slog.DiscardHandler), true); err != nil {
		os.RemoveAll(folder)
		return nil, err
	}
	t.engine.Trace = func(flow, step, outcome string) {
		t.walked = append(t.walked, scenario.Walk{Flow: flow, Step: step, Outcome: outcome})
	}
	return t, nil
}

func (t *talker) set(at civil.DateTime) { t.now.Store(at.At().Unix()) }

func (t *talker) close() error {
	return errors.Join(t.house.close(), os.RemoveAll(t.folder))
}

// Turn gives one event to the engine.
func (t *talker) Turn(ctx context.Context, e scenario.Event) (scenario.Answer, error) {
	t.set(e.Now)
	t.walked = nil
	r, err := t.engine.Turn(ctx, bot.Inbound{
		Tenant: sampleID, Channel: e.Channel, User: e.User, Event: e.ID,
		Text: e.Text, Choice: e.Choice, Lang: e.Lang, Flow: e.Flow,
	})
	if err != nil {
		return scenario.Answer{}, err
	}
	a := scenario.Answer{Lang: r.Lang, Flow: r.Flow, Step: r.Step, Walked: t.walked}
	if r.Expects != nil {
		a.Expects = &scenario.Expects{Field: r.Expects.Field, Type: r.Expects.Type}
	}
	for _, m := range plain(r.Messages) {
		out := scenario.Message{Text: m.Text, Lines: m.Lines}
		for _, it := range m.Items {
			out.Lines = append(out.Lines, it.Label+": "+it.Value)
		}
		choices := m.Choices
		if m.Booking != nil {
			choices = append(choices, m.Booking.Actions...)
		}
		for _, c := range choices {
			out.Choices = append(out.Choices, scenario.Choice{Value: c.Value, Label: c.Label})
		}
		a.Messages = append(a.Messages, out)
	}
	return a, nil
}

// Bookings lists the bookings of a slot.
func (t *talker) Bookings(ctx context.Context, counter string, start civil.DateTime) (out []scenario.Booking, err error) {
	err = t.db.View(ctx, sampleID, func(tx *store.Tx) error {
		list, _, err := t.reservations.Search(tx, reservation.Filter{Counter: counter, From: start.Date, To: start.Date, Limit: 500})
		for _, b := range list {
			if b.Start == start {
				out = append(out, scenario.Booking{Service: b.Service, Status: string(b.Status)})
			}
		}
		return err
	})
	return out, err
}

// Vacancy returns the free places of a slot.
func (t *talker) Vacancy(ctx context.Context, counter string, start, now civil.DateTime) (int, error) {
	t.set(now)
	free := 0
	err := t.db.View(ctx, sampleID, func(tx *store.Tx) error {
		days, err := t.reservations.Availability(tx, reservation.Query{Counter: counter, From: start.Date, Days: 1})
		if err != nil {
			return err
		}
		for _, s := range days[0].Days[0].Slots {
			if s.Start == start.Clock {
				free = s.Free
			}
		}
		return nil
	})
	return free, err
}
