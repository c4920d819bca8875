package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"madoguchi/bot"
	"madoguchi/channels/console/consoletest"
	"madoguchi/channels/line"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/job"
	"madoguchi/store/reservation"
	"madoguchi/store/storetest"
	"madoguchi/store/tenant"
)

// letterbox is an SMTP server that keeps what it is given.
type letterbox struct {
	mu      sync.Mutex
	letters []string
}

func (b *letterbox) Reset()                               {}
func (b *letterbox) Logout() error                        { return nil }
func (b *letterbox) Mail(string, *smtp.MailOptions) error { return nil }
func (b *letterbox) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (b *letterbox) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.letters = append(b.letters, string(text))
	return err
}

func (b *letterbox) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.letters)
}

// mailTown is the whole program over a fresh database, without a server.
type mailTown struct {
	*testing.T
	*house
	clock  *storetest.Clock
	box    *letterbox
	log    *bytes.Buffer
	events int

	console *consoletest.Site // once somebody has signed in
}

// eachTown runs a test on both databases, on Tuesday 2026-11-24, 9:00 in Japan.
func eachTown(t *testing.T, mail bool, test func(*mailTown)) {
	t.Helper()
	for _, kind := range []storetest.Kind{storetest.SQLite, storetest.Postgres} {
		t.Run(string(kind), func(t *testing.T) { test(openTown(t, kind, mail)) })
	}
}

func openTown(t *testing.T, kind storetest.Kind, mail bool) *mailTown {
	t.Helper()
	start, err := civil.ParseDateTime("2026-11-24T09:00")
	if err != nil {
		t.Fatal(err)
	}
	v := &mailTown{T: t, clock: storetest.NewClock(start.At()), box: &letterbox{}, log: &bytes.Buffer{}}
	config := Config{Data: t.TempDir(), Database: storetest.Empty(t, kind), PublicURL: "https://madoguchi.example"}
	if kind == storetest.SQLite {
		config.Database = filepath.Join(config.Data, "madoguchi.db")
	}
	if mail {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return v.box, nil }))
		go server.Serve(l)
		t.Cleanup(func() { server.Close() })
		config.SMTPURL, config.MailFrom = "smtp://"+l.Addr().String(), "yoyaku@city.example.jp"
	}
	env := &environment{ctx: context.Background(), config: config, clock: v.clock.Now}
	if v.house, err = open(env, slog.New(slog.NewTextHandler(v.log, nil)), true); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.house.close() })
	return v
}

func (v *mailTown) set(at string) {
	v.Helper()
	dt, err := civil.ParseDateTime(at)
	if err != nil {
		v.Fatal(err)
	}
	v.clock.Set(dt.At())
}

// talk lets a person do things, each one event, and returns the last answer.
func (v *mailTown) talk(channel, user string, lang i18n.Lang, what ...string) (r bot.Reply) {
	v.Helper()
	for _, w := range what {
		v.events++
		in := bot.Inbound{
			Tenant: sampleID, Channel: channel, User: user, Event: fmt.Sprint(v.events), Lang: lang, Push: channel == line.Name,
		}
		kind, value, _ := strings.Cut(w, ":")
		switch kind {
		case "flow":
			in.Flow = value
		case "choice":
			in.Choice = value
		default:
			in.Text = value
		}
		var err error
		if r, err = v.engine.Turn(context.Background(), in); err != nil {
			v.Fatal(err)
		}
	}
	return r
}

// book is the dialog of a booking of the next day, up to its receipt.
func (v *mailTown) book(channel, user string, lang i18n.Lang, mail string) *bot.Booking {
	v.Helper()
	r := v.talk(channel, user, lang, "flow:reservation", "choice:book", "choice:consult", "choice:honcho",
		"choice:honcho/2026-11-25T10:00", mail, "choice:yes")
	for _, m := range r.Messages {
		if m.Booking != nil && m.Booking.Key != "" {
			return m.Booking
		}
	}
	v.Fatalf("not booked: %+v", r)
	return nil
}

func (v *mailTown) run(name string) {
	v.Helper()
	if err := job.New(v.db, v.jobs()...).RunNow(context.Background(), name); err != nil {
		v.Fatal(err)
	}
}

func (v *mailTown) notices() (list []string) {
	v.Helper()
	err := v.db.View(context.Background(), sampleID, func(tx *store.Tx) error {
		list = nil
		rows, err := tx.Query(`SELECT kind, channel, lang, state FROM notice WHERE tenant = $1 ORDER BY id`, sampleID)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var kind, channel, lang, state string
			if err := rows.Scan(&kind, &channel, &lang, &state); err != nil {
				return err
			}
			list = append(list, strings.Join([]string{kind, channel, lang, state}, " "))
		}
		return rows.Err()
	})
	if err != nil {
		v.Fatal(err)
	}
	return list
}

func (v *mailTown) want(notices ...string) {
	v.Helper()
	if got := v.notices(); !slices.Equal(got, notices) {
		v.Errorf("notices %q, want %q", got, notices)
	}
}

func TestBookingByDialogIsConfirmedAndRemindedByMail(t *testing.T) {
	eachTown(t, true, func(v *mailTown) {
		b := v.book("web", "u1", i18n.English, "text:hanako@example.com")
		v.want("booked mail en waiting")
		v.run("deliver")
		v.want("booked mail en sent")
		v.set("2026-11-24T16:59")
		v.run("reminders")
		v.want("booked mail en sent")
		v.set("2026-11-24T17:00")
		v.run("reminders")
		v.run("reminders")
		v.run("deliver")
		v.want("booked mail en sent", "reminder mail en sent")
		v.talk("web", "u1", i18n.Japanese, "choice:@cancel:"+b.ID, "choice:yes")
		v.run("deliver")
		v.want("booked mail en sent", "reminder mail en sent", "cancelled mail ja sent")
		if n := v.box.count(); n != 3 {
			v.Errorf("%d letters", n)
		}
		if s := v.log.String(); strings.Contains(s, "hanako") || strings.Contains(s, b.Key) {
			v.Errorf("personal data in the log:\n%s", s)
		}
		if found, err := v.db.Verify(context.Background()); err != nil || len(found) != 0 {
			v.Errorf("verify: %v %v", found, err)
		}
	})
}

func TestReminderByMailIsDroppedWhenTheVisitIsCancelledMeanwhile(t *testing.T) {
	eachTown(t, true, func(v *mailTown) {
		b := v.book("web", "u1", i18n.Japanese, "text:hanako@example.com")
		v.run("deliver")
		v.set("2026-11-24T17:00")
		v.run("reminders")
		v.talk("web", "u1", i18n.Japanese, "choice:@cancel:"+b.ID, "choice:yes")
		v.run("deliver")
		v.want("booked mail ja sent", "reminder mail ja dropped", "cancelled mail ja sent")
	})
}

func TestReminderOnLineGoesIntoItsConversation(t *testing.T) {
	eachTown(t, true, func(v *mailTown) {
		b := v.book("line", "U1", i18n.English, "choice:@skip")
		v.book("web", "u2", i18n.English, "choice:@skip") // nobody to tell
		for {                                             // the answers of the dialog
			claimed, err := (lineOutbox{v.house}).Claim(context.Background(), 10, time.Minute)
			if err != nil {
				v.Fatal(err)
			}
			if len(claimed) == 0 {
				break
			}
			for _, d := range claimed {
				if err := (lineOutbox{v.house}).Finish(context.Background(), d, line.Result{State: line.Sent}); err != nil {
					v.Fatal(err)
				}
			}
		}
		v.talk("line", "U1", i18n.English, "flow:reservation") // a question is open
		asked := v.talk("line", "U1", i18n.English, "choice:change")
		v.set("2026-11-24T17:00")
		var nodes sync.WaitGroup
		for range 2 {
			nodes.Go(func() {
				if err := v.remind(context.Background(), sampleID); err != nil {
					v.Error(err)
				}
			})
		}
		nodes.Wait()
		v.run("reminders")
		v.want("reminder line en sent")

		var reminders []line.Delivery
		for {
			claimed, err := (lineOutbox{v.house}).Claim(context.Background(), 10, time.Minute)
			if err != nil {
				v.Fatal(err)
			}
			if len(claimed) == 0 {
				break
			}
			for _, d := range claimed {
				if m := d.Messages[0]; m.From == bot.FromBot && strings.Contains(m.Text, "day of your visit is near") {
					reminders = append(reminders, d)
				}
				if err := (lineOutbox{v.house}).Finish(context.Background(), d, line.Result{State: line.Sent}); err != nil {
					v.Fatal(err)
				}
			}
		}
		if len(reminders) != 1 {
			v.Fatalf("%d reminders", len(reminders))
		}
		d := reminders[0]
		card := d.Messages[0].Booking
		if d.User != "U1" || d.Lang != i18n.English || len(d.Deliver) != 0 || card == nil || card.ID != b.ID || card.Key != "" || len(card.Actions) != 2 {
			v.Errorf("%+v, card %+v", d, card)
		}
		// The question asked before it can still be answered and shown again.
		q, err := lineQuestions{v.house}.Question(context.Background(), sampleID, "U1", asked.Conversation, asked.Asked)
		if err != nil || len(q.Message.Choices) == 0 {
			v.Errorf("the open question: %+v %v", q, err)
		}
		if found, err := v.db.Verify(context.Background()); err != nil || len(found) != 0 {
			v.Errorf("verify: %v %v", found, err)
		}
	})
}

func TestStaffBookingsAreConfirmedToo(t *testing.T) {
	eachTown(t, true, func(v *mailTown) {
		start, err := civil.ParseDateTime("2026-11-25T10:00")
		if err != nil {
			v.Fatal(err)
		}
		err = v.db.Update(context.Background(), sampleID, func(tx *store.Tx) error {
			b, key, err := v.reservations.Book(tx, reservation.BookRequest{
				Counter: "honcho", Start: start, Service: "consult", Persons: 1, Group: reservation.Open, By: shell.Who, Contact: "hanako@example.com",
			})
			if err != nil {
				return err
			}
			return v.tell(tx, b, "booked", key)
		})
		if err != nil {
			v.Fatal(err)
		}
		v.run("deliver")
		v.want("booked mail ja sent")
	})
}

func TestWithoutMailNothingIsQueued(t *testing.T) {
	eachTown(t, false, func(v *mailTown) {
		v.book("web", "u1", i18n.English, "text:hanako@example.com")
		v.set("2026-11-24T17:00")
		v.run("reminders")
		v.run("deliver")
		v.want()
		if off := strings.Join(v.off(), "\n"); !strings.Contains(off, "SMTP_URL") {
			v.Errorf("off: %s", off)
		}
	})
}

func TestTheHourOfRemindersIsASetting(t *testing.T) {
	eachTown(t, true, func(v *mailTown) {
		shown, err := v.tenants.Load(context.Background(), sampleID)
		if err != nil {
			v.Fatal(err)
		}
		if err := shown.Settings.SetSection("reminders", remindersSection{From: "12:30"}); err != nil {
			v.Fatal(err)
		}
		if err := v.tenants.Save(context.Background(), shown, "test"); err != nil {
			v.Fatal(err)
		}
		v.book("web", "u1", i18n.English, "text:hanako@example.com")
		v.set("2026-11-24T12:29")
		v.run("reminders")
		v.want("booked mail en waiting")
		v.set("2026-11-24T12:30")
		v.run("reminders")
		v.want("booked mail en waiting", "reminder mail en waiting")
	})
}

func TestATenantSendsMailUnderItsOwnNameOnly(t *testing.T) {
	eachTown(t, true, func(v *mailTown) {
		ctx := context.Background()
		account := func(id string) (from string) {
			v.Helper()
			err := v.db.View(ctx, id, func(tx *store.Tx) error {
				a, err := v.mailAccount(tx)
				if a != nil {
					from = a.From.Address + " by " + a.Server.Host
				}
				return err
			})
			if err != nil {
				v.Fatal(err)
			}
			return from
		}
		if err := v.tenants.Create(ctx, tenant.Tenant{ID: "other", Name: "となり市"}, "test"); err != nil {
			v.Fatal(err)
		}
		if got := account(sampleID); got != "yoyaku@city.example.jp by 127.0.0.1" {
			v.Errorf("sample: %q", got)
		}
		if got := account("other"); got != "" {
			v.Errorf("a tenant without a sender of its own sends as %q", got)
		}
		other, err := v.tenants.Load(ctx, "other")
		if err != nil {
			v.Fatal(err)
		}
		other.Settings.Mail = "madoguchi@tonari.example.jp"
		if err := v.tenants.Save(ctx, other, "test"); err != nil {
			v.Fatal(err)
		}
		if got := account("other"); got != "madoguchi@tonari.example.jp by 127.0.0.1" {
			v.Errorf("other: %q", got)
		}
		if err := v.tenants.SetSecret(ctx, "other", "smtp.url", "smtps://u:p@relay.tonari.example.jp", "test"); err != nil {
			v.Fatal(err)
		}
		if got := account("other"); got != "madoguchi@tonari.example.jp by relay.tonari.example.jp" {
			v.Errorf("other with a server: %q", got)
		}
	})
}
