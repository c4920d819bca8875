package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	netmail "net/mail"
	"slices"
	"time"

	"madoguchi/bot"
	"madoguchi/bot/action"
	"madoguchi/channels/line"
	"madoguchi/channels/mail"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/conversation"
	"madoguchi/store/job"
	"madoguchi/store/notice"
	"madoguchi/store/reservation"
)

// post is what the operator has set about mail. A tenant may have a sender of
// its own in its settings, and a server of its own sealed as "smtp.url"; MAIL_FROM
// is for the first tenant, SMTP_URL for all that have no other (CONTRACT).
type post struct {
	server *mail.Server
	from   *netmail.Address
	first  string // the tenant MAIL_FROM is for
}

func newPost(c Config) (post, error) {
	var p post
	if c.SMTPURL != "" {
		s, err := mail.ParseServer(c.SMTPURL)
		if err != nil {
			return p, fmt.Errorf("%w: SMTP_URL: %w", errUsage, err)
		}
		p.server = &s
	}
	if c.MailFrom != "" {
		a, err := mail.ParseFrom(c.MailFrom)
		if err != nil {
			return p, fmt.Errorf("%w: MAIL_FROM: %w", errUsage, err)
		}
		p.from = &a
	}
	return p, nil
}

// mailAccount is how the transaction's tenant sends mail, nil if it does not.
func (h *house) mailAccount(tx *store.Tx) (*mail.Account, error) {
	t, err := h.tenants.In(tx)
	if err != nil {
		return nil, err
	}
	server, from := h.mail.server, h.mail.from
	if t.ID != h.mail.first {
		from = nil
	}
	if t.Settings.Mail != "" {
		a, err := mail.ParseFrom(t.Settings.Mail)
		if err != nil {
			return nil, fmt.Errorf("the mail sender of tenant %s: %w", t.ID, err)
		}
		from = &a
	}
	own, err := t.Secret(tx, "smtp.url")
	if err != nil {
		return nil, err
	}
	if own != "" {
		s, err := mail.ParseServer(own)
		if err != nil {
			return nil, fmt.Errorf("the mail server of tenant %s: %w", t.ID, err)
		}
		server = &s
	}
	if server == nil || from == nil {
		return nil, nil
	}
	return &mail.Account{Server: *server, From: *from}, nil
}

// notify queues the mail about a booking (action.Notify). Where mail is off
// nothing is queued.
func (h *house) notify(tx *store.Tx, b reservation.Booking, what, key string, lang i18n.Lang) error {
	account, err := h.mailAccount(tx)
	if err != nil {
		// A broken setting must not stand in the way of a booking.
		h.log.Error("mail is not queued", "tenant", tx.Tenant(), "error", err)
		return nil
	}
	if account == nil {
		return nil
	}
	_, err = h.notices.Queue(tx, notice.Notice{
		Booking: b.ID, Kind: notice.Kind(what), Sequence: b.Sequence, Channel: notice.Mail, Lang: lang, Key: key,
	})
	return err
}

// tell queues the mail about what staff did to a booking.
func (h *house) tell(tx *store.Tx, b reservation.Booking, kind notice.Kind, key string) error {
	if !b.Contact {
		return nil
	}
	lang, err := h.bookingLang(tx, b.ID)
	if err != nil {
		return err
	}
	return h.notify(tx, b, string(kind), key, lang)
}

// bookingLang is the language a booking was made in.
func (h *house) bookingLang(tx *store.Tx, id string) (i18n.Lang, error) {
	_, answers, err := h.reservations.Private(tx, id)
	if err != nil {
		return "", err
	}
	if l := i18n.Lang(answers["lang"]); slices.Contains(h.texts.Languages(), l) {
		return l, nil
	}
	return i18n.Japanese, nil
}

// mailer sends the mail that waits. count is told what became of each try.
func (h *house) mailer(count func(state string)) *mail.Worker {
	return &mail.Worker{
		DB: h.db, Notices: h.notices, After: time.After, Count: count,
		Account: func(ctx context.Context, tenant string) (a *mail.Account, err error) {
			err = h.db.View(ctx, tenant, func(tx *store.Tx) error {
				a, err = h.mailAccount(tx)
				return err
			})
			return a, err
		},
		Writer: h.mailWriter(),
	}
}

func (h *house) mailWriter() *mail.Writer {
	return &mail.Writer{
		Reservations: h.reservations, Site: sites{h}.Site, Texts: h.wordings.Catalog, Event: h.calendarEvent, Answers: h.answerLines,
		Apart: h.mailApart, LinkPage: h.linkPage,
		Page: func(tenant string) string { return h.config.PublicURL + "/t/" + tenant + "/book?flow=reservation" },
	}
}

// mailWorker is the worker of a serving node.
func (h *house) mailWorker(m *meters) func(context.Context) {
	worker := h.mailer(func(state string) { m.events.WithLabelValues("mail", state).Inc() })
	signals, cancel := h.db.Subscribe(notice.Topic)
	return func(ctx context.Context) {
		defer cancel()
		queued := make(chan struct{}, 1)
		go func() {
			for {
				select {
				case <-ctx.Done():
					return
				case <-signals:
					select {
					case queued <- struct{}{}:
					default:
					}
				}
			}
		}()
		_ = worker.Run(ctx, queued)
	}
}

// noticed counts notices for /metrics.
func (h *house) noticed(state notice.State) float64 {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	n, err := h.notices.Count(ctx, h.db, state)
	if err != nil {
		return -1
	}
	return float64(n)
}

// mailJobs queue reminders, and deliver what waits at once where an operator
// asks for it; on a serving node the workers do that all the time.
func (h *house) mailJobs() []job.Job {
	return []job.Job{
		{Name: "reminders", Every: 10 * time.Minute, Run: h.remind},
		{Name: "deliver", Every: time.Hour, Once: func(ctx context.Context) error {
			mailer := h.mailer(func(string) {})
			deliverer := h.lineDeliverer(line.NewAPI(lineTimeout, h.db.Now, time.After), h.lineObserver(func(string, string) {}))
			return errors.Join(drainQueue(ctx, mailer.Once), drainQueue(ctx, deliverer.Once))
		}},
	}
}

// drainQueue works on a queue until nothing is due.
func drainQueue(ctx context.Context, once func(context.Context) (int, error)) error {
	for ctx.Err() == nil {
		if n, err := once(ctx); err != nil || n == 0 {
			return err
		}
	}
	return ctx.Err()
}

// remindersSection is the settings section about reminders.
type remindersSection struct {
	From string `json:"from,omitempty"` // on the day before, HH:MM; 17:00 if left out
}

// remindedAtOnce is how many reminders one transaction queues, so that turns of
// the dialog need not wait long in between.
const remindedAtOnce = 20

// remindFrom is the hour from which the transaction's tenant reminds.
func (h *house) remindFrom(tx *store.Tx) (civil.Clock, error) {
	t, err := h.tenants.In(tx)
	if err != nil {
		return 0, err
	}
	s := remindersSection{From: "17:00"}
	if err := t.Settings.Section("reminders", &s); err != nil {
		return 0, err
	}
	from, err := civil.ParseClock(s.From)
	if err != nil {
		return 0, fmt.Errorf("settings section reminders: %w", err)
	}
	return from, nil
}

// remind queues the reminders of a tenant that are due.
func (h *house) remind(ctx context.Context, tenant string) error {
	return errors.Join(h.remindOfVisits(ctx, tenant), h.remindOfTasks(ctx, tenant))
}

func (h *house) remindOfVisits(ctx context.Context, tenant string) error {
	var due []reservation.Booking
	err := h.db.View(ctx, tenant, func(tx *store.Tx) error {
		from, err := h.remindFrom(tx)
		if err != nil {
			return err
		}
		due, err = h.notices.Due(tx, h.reservations, from)
		due = slices.DeleteFunc(due, func(b reservation.Booking) bool { return !b.Contact && b.Channel != line.Name })
		return err
	})
	if err != nil {
		return err
	}
	for some := range slices.Chunk(due, remindedAtOnce) {
		err := h.db.Update(ctx, tenant, func(tx *store.Tx) error {
			for _, b := range some {
				if err := h.remindOf(tx, b); err != nil {
					return fmt.Errorf("remind of booking %s: %w", b.ID, err)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// remindOf reminds of one booking on the way the resident can be reached: by
// mail, or where they booked on LINE.
func (h *house) remindOf(tx *store.Tx, seen reservation.Booking) error {
	b, err := h.reservations.ByID(tx, seen.ID)
	if err != nil {
		return err
	}
	if b.Status != reservation.Booked || b.Sequence != seen.Sequence {
		return nil // cancelled or moved since it was looked up
	}
	lang, err := h.bookingLang(tx, b.ID)
	if err != nil {
		return err
	}
	n := notice.Notice{Booking: b.ID, Kind: notice.Reminder, Sequence: b.Sequence, Channel: notice.Mail, Lang: lang}
	if b.Contact {
		account, err := h.mailAccount(tx)
		if err != nil {
			return err
		}
		if account != nil {
			_, err := h.notices.Queue(tx, n)
			return err
		}
	}
	n.Channel = notice.Line
	return h.remindOnLine(tx, n, b)
}

// remindOnLine says the reminder in the LINE conversation the booking was made
// in; elsewhere nobody can be spoken to first.
func (h *house) remindOnLine(tx *store.Tx, n notice.Notice, b reservation.Booking) error {
	if b.Owner == "" {
		return nil
	}
	c, err := h.talks.ByID(tx, b.Owner)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if channel, _ := c.Person(); channel != line.Name {
		return nil
	}
	card, err := action.Card(tx, h.reservations, b, string(b.Status), n.Lang)
	if err != nil {
		return err
	}
	if card.Actions, err = h.engine.BookingButtons(tx, n.Lang, b.ID); err != nil {
		return err
	}
	texts, err := h.wordings.Catalog(tx)
	if err != nil {
		return err
	}
	body, err := json.Marshal(bot.Message{
		Kind: bot.KindBooking, Text: texts.Text("mail.push").In(n.Lang), Booking: card,
	})
	if err != nil {
		return err
	}
	outcome, err := json.Marshal(bot.Outcome{Lang: n.Lang})
	if err != nil {
		return err
	}
	said, err := h.talks.Say(tx, b.Owner, conversation.Saying{
		Event:   fmt.Sprintf("reminder/%s/%d", b.ID, b.Sequence),
		Lines:   []conversation.Line{{Author: string(bot.FromBot), Body: body}},
		Outcome: outcome, Push: true,
	})
	if err != nil || !said {
		return err
	}
	_, err = h.notices.Told(tx, n)
	return err
}
