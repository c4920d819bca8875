package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"go.yaml.in/yaml/v3"

	"madoguchi/bot"
	"madoguchi/flows/scenario"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/field"
	"madoguchi/store/identity"
	"madoguchi/store/reservation"
	"madoguchi/store/resident"
)

// talker plays dialog tests to a house of its own: a fresh database with the
// sample tenant, and a clock the dialog moves.
type talker struct {
	*house
	now    atomic.Int64 // Unix seconds
	folder string
	walked []scenario.Walk
	link   string // token of the page linked last
	secret string // of the link in the mail sent last
}

// stage is the town every dialog begins in: set up once, copied for each.
type stage struct{ folder string }

// stageKey is the master key of databases that live as long as a dialog.
const stageKey = "6d61646f67756368693a206469616c6f67732c206e6f74206120736563726574"

func newStage(ctx context.Context) (*stage, error) {
	folder, err := os.MkdirTemp("", "madoguchi-dialogs-")
	if err != nil {
		return nil, err
	}
	s := &stage{folder}
	h, err := open(s.environment(ctx, folder, time.Now), slog.New(slog.DiscardHandler), true)
	if err == nil {
		err = h.close()
	}
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *stage) close() error { return os.RemoveAll(s.folder) }

// file is the database in a folder.
func (s *stage) file(folder string) string { return filepath.Join(folder, "dialog.db") }

func (s *stage) environment(ctx context.Context, folder string, clock store.Clock) *environment {
	return &environment{
		ctx: ctx, clock: clock,
		config: Config{Data: folder, Database: s.file(folder), Key: stageKey, PublicURL: "https://madoguchi.example"},
	}
}

// talker opens the town for one dialog.
func (s *stage) talker(ctx context.Context) (*talker, error) {
	folder, err := os.MkdirTemp("", "madoguchi-dialog-")
	if err != nil {
		return nil, err
	}
	t := &talker{folder: folder}
	town, err := os.ReadFile(s.file(s.folder))
	if err == nil {
		err = os.WriteFile(s.file(folder), town, 0o600)
	}
	if err == nil {
		clock := func() time.Time { return time.Unix(t.now.Load(), 0) }
		t.house, err = open(s.environment(ctx, folder, clock), slog.New(slog.DiscardHandler), false)
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	send := t.actions.Identity.Send
	t.actions.Identity.Send = func(tx *store.Tx, link, secret string, kind identity.LinkKind, lang i18n.Lang) error {
		t.secret = secret
		return send(tx, link, secret, kind, lang)
	}
	t.reservations.OnOffer(func(_ *store.Tx, _ reservation.Wait, secret string) error {
		t.secret = secret
		return nil
	})
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
	r, err := t.turn(ctx, e)
	if err != nil {
		return scenario.Answer{}, err
	}
	for _, m := range r.Messages {
		if m.Link != nil {
			t.link = m.Link.URL[strings.LastIndex(m.Link.URL, "/")+1:]
		}
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
		if m.Plan != nil {
			out.Lines = append(out.Lines, m.Plan.Lines()...)
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

func (t *talker) turn(ctx context.Context, e scenario.Event) (bot.Reply, error) {
	if e.Page {
		links := bot.Links{Engine: t.engine, Memory: t.talks}
		r, _, err := links.Answer(ctx, sampleID, t.link, e.ID, e.Text, e.Choice)
		return r, err
	}
	if e.Mail {
		return t.engine.Turn(ctx, bot.Inbound{
			Tenant: sampleID, Channel: e.Channel, User: e.User, Event: e.ID, Lang: e.Lang,
			Flow: "mail-link", With: map[string]string{"token": t.secret},
		})
	}
	return t.engine.Turn(ctx, bot.Inbound{
		Tenant: sampleID, Channel: e.Channel, User: e.User, Event: e.ID,
		Text: e.Text, Choice: e.Choice, Lang: e.Lang, Flow: e.Flow, Staff: e.Staff, Counters: e.Counters,
	})
}

// SetSection implements scenario.Settings.
func (t *talker) SetSection(ctx context.Context, name, value string) error {
	var v any
	if err := yaml.Unmarshal([]byte(value), &v); err != nil {
		return err
	}
	known, err := t.tenants.Load(ctx, sampleID)
	if err != nil {
		return err
	}
	if err := known.Settings.SetSection(name, v); err != nil {
		return err
	}
	if err := t.tenants.Save(ctx, known, "test"); err != nil {
		return err
	}
	t.library.Forget(sampleID)
	return nil
}

// newResident is somebody a dialog test enters in the roster.
type newResident struct {
	Number, Name, Mail, Login, Born, Password string
	Temporary, Suspended                      bool
}

// AddResident implements scenario.Settings.
func (t *talker) AddResident(ctx context.Context, values string, now civil.DateTime) error {
	t.set(now)
	var n newResident
	if err := yaml.Unmarshal([]byte(values), &n); err != nil {
		return err
	}
	hash, err := t.actions.Identity.Hasher.Hash(ctx, n.Password)
	if err != nil {
		return err
	}
	return t.db.Update(ctx, sampleID, func(tx *store.Tx) error {
		var p resident.Profile
		for f, v := range map[resident.Field]string{
			resident.Number: n.Number, resident.Name: n.Name, resident.Mail: n.Mail, resident.Login: n.Login, resident.Born: n.Born,
		} {
			if err := p.Set(f, v, civil.In(tx.Now()).Date); err != nil {
				return fmt.Errorf("%s: %w", f, err)
			}
		}
		added, err := t.residents.Add(tx, p, "test")
		if err != nil {
			return err
		}
		if n.Suspended {
			_, err := t.residents.SetState(tx, added.ID, resident.Suspended, "test")
			return err
		}
		return t.actions.Identity.Service.SetSecret(tx, added.ID, hash, n.Temporary, "test")
	})
}

// Close implements scenario.Settings.
func (t *talker) Close(ctx context.Context, counter, day string) error {
	return t.setCounters(ctx, func(s *reservation.Settings) {
		s.Closures = append(slices.Clone(s.Closures), reservation.Closure{Counter: counter, Days: reservation.Days{From: day, To: day}})
	})
}

// Unserve implements scenario.Settings.
func (t *talker) Unserve(ctx context.Context, service string) error {
	return t.setCounters(ctx, func(s *reservation.Settings) {
		var others []string
		for _, v := range s.Services {
			if v.ID != service {
				others = append(others, v.ID)
			}
		}
		s.Counters = slices.Clone(s.Counters)
		for i := range s.Counters {
			s.Counters[i].Services = others
		}
	})
}

// SendMails implements scenario.Settings.
func (t *talker) SendMails(context.Context) error {
	t.actions.Plans.Mails = func(*store.Tx) (bool, error) { return true, nil }
	return nil
}

func (t *talker) setCounters(ctx context.Context, change func(*reservation.Settings)) error {
	return t.db.Update(ctx, sampleID, func(tx *store.Tx) error {
		s, version, err := t.reservations.Settings(tx)
		if err != nil {
			return err
		}
		change(&s)
		_, err = t.reservations.SaveSettings(tx, s, version, "test")
		return err
	})
}

// fieldChange is what a dialog test changes of a field; what it does not name
// stays. A field that does not exist yet is made.
type fieldChange struct {
	id              string
	Resident, Staff *field.Condition
	Alias           field.Names
	Class           *bool
	Kind            field.Kind
	Heading, Ask    field.Names
	Chars           field.Chars
	Min, Max        int
	Choices         yaml.Node // value: label
	Personal        bool
	Services        []string
	Gone            bool // the field is removed
}

// fieldChanges are changes in the order they are written.
type fieldChanges []fieldChange

// UnmarshalYAML reads a map of changes by field.
func (c *fieldChanges) UnmarshalYAML(n *yaml.Node) error {
	for i := 0; i+1 < len(n.Content); i += 2 {
		one := fieldChange{}
		if err := n.Content[i+1].Decode(&one); err != nil {
			return err
		}
		one.id = n.Content[i].Value
		*c = append(*c, one)
	}
	return nil
}

// SetFields implements scenario.Settings.
func (t *talker) SetFields(ctx context.Context, form, change string) error {
	var changes fieldChanges
	if err := yaml.Unmarshal([]byte(change), &changes); err != nil {
		return err
	}
	return t.db.Update(ctx, sampleID, func(tx *store.Tx) error {
		s, version, err := t.fields.Settings(tx)
		if err != nil {
			return err
		}
		sheet := s.Sheet(field.Form(form))
		for _, c := range changes {
			c.apply(sheet)
		}
		_, err = t.fields.Save(tx, s, version, "test")
		return err
	})
}

func (c fieldChange) apply(sheet *field.Sheet) {
	id := c.id
	use := func(u *field.Use) {
		for to, from := range map[*field.Condition]*field.Condition{&u.Resident: c.Resident, &u.Staff: c.Staff} {
			if from == nil {
				continue
			}
			if *to = *from; *from == "off" {
				*to = field.Off
			}
		}
	}
	for i := range sheet.Basic {
		if b := &sheet.Basic[i]; b.ID == id {
			use(&b.Use)
			if c.Alias != nil {
				b.Alias = c.Alias
			}
			return
		}
	}
	if c.Gone {
		sheet.Custom = slices.DeleteFunc(sheet.Custom, func(have field.Custom) bool { return have.ID == id })
		return
	}
	have := sheet.CustomByID(id)
	if have == nil {
		sheet.Custom = append(sheet.Custom, field.Custom{ID: id, Kind: c.Kind, Heading: c.Heading})
		have = &sheet.Custom[len(sheet.Custom)-1]
	}
	use(&have.Use)
	if c.Kind == "" && c.Heading == nil {
		return
	}
	have.Kind, have.Heading, have.Ask, have.Chars, have.Min, have.Max = c.Kind, c.Heading, c.Ask, c.Chars, c.Min, c.Max
	have.Personal, have.Services, have.Choices = c.Personal, c.Services, nil
	for i := 0; i+1 < len(c.Choices.Content); i += 2 {
		have.Choices = append(have.Choices, field.Option{
			Value: c.Choices.Content[i].Value, Label: field.Names{i18n.Japanese: c.Choices.Content[i+1].Value},
		})
	}
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
