package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"madoguchi/bot"
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

// offered tells somebody on the waiting list of the place that is held for them:
// by mail where they left an address, else in their LINE conversation.
func (h *house) offered(tx *store.Tx, w reservation.Wait, secret string) error {
	if w.Contact {
		_, err := h.notices.Queue(tx, notice.Notice{
			Booking: w.ID, Kind: notice.Place, Sequence: w.Offers, Channel: notice.Mail, Lang: w.Lang, Key: secret,
		})
		return err
	}
	return h.offeredOnLine(tx, w)
}

// offeredOnLine says the offer in the conversation of an entry, with the button
// that opens it.
func (h *house) offeredOnLine(tx *store.Tx, w reservation.Wait) error {
	c, err := h.talks.ByID(tx, w.Owner)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if channel, _ := c.Person(); channel != line.Name {
		return nil
	}
	t, err := h.reservations.Timetable(tx)
	if err != nil {
		return err
	}
	texts, err := h.wordings.Catalog(tx)
	if err != nil {
		return err
	}
	name := w.Offer.Counter
	if k := t.Counter(w.Offer.Counter); k != nil {
		name = k.Names.In(w.Lang)
	}
	body, err := json.Marshal(bot.Message{
		Kind: bot.KindQuestion,
		Text: texts.Text("bot.counters.wait.push").In(w.Lang, i18n.Arg{Name: "when", Value: w.Offer.Start},
			i18n.Arg{Name: "name", Value: i18n.Markup(name)}, i18n.Arg{Name: "until", Value: civil.In(w.Offer.Until)}),
		Choices: []bot.Choice{{Value: "@wait", Label: texts.Text("bot.counters.wait.see").In(w.Lang)}},
	})
	if err != nil {
		return err
	}
	outcome, err := json.Marshal(bot.Outcome{Lang: w.Lang})
	if err != nil {
		return err
	}
	said, err := h.talks.Say(tx, w.Owner, conversation.Saying{
		Event:   fmt.Sprintf("place/%s/%d", w.ID, w.Offers),
		Lines:   []conversation.Line{{Author: string(bot.FromBot), Body: body}},
		Outcome: outcome, Push: true,
	})
	if err != nil || !said {
		return err
	}
	_, err = h.notices.Told(tx, notice.Notice{Booking: w.ID, Kind: notice.Place, Sequence: w.Offers, Channel: notice.Line, Lang: w.Lang})
	return err
}

// offerLetter is what the mail of an offer says. One that is over, or was
// answered on another way, sends none.
func (h *house) offerLetter(tx *store.Tx, n notice.Notice) (mail.Apart, bool, error) {
	w, err := h.reservations.WaitByID(tx, n.Booking)
	if errors.Is(err, reservation.ErrNotFound) || err == nil && (w.State != reservation.Offered || w.Offers != n.Sequence || !tx.Now().Before(w.Offer.Until)) {
		return mail.Apart{}, false, nil
	}
	if err != nil {
		return mail.Apart{}, false, err
	}
	to, err := h.reservations.WaitContact(tx, w.ID)
	if err != nil || to == "" {
		return mail.Apart{}, false, err
	}
	t, err := h.reservations.Timetable(tx)
	if err != nil {
		return mail.Apart{}, false, err
	}
	a := mail.Apart{To: to, Until: civil.In(w.Offer.Until), When: w.Offer.Start}
	if k := t.Counter(w.Offer.Counter); k != nil {
		a.Counter = k.Names.In(n.Lang)
	}
	return a, true, nil
}

// waitingJobs serve the waiting list. How often decides how long a place that an
// unanswered offer has kept waits for the next.
func (h *house) waitingJobs() []job.Job {
	return []job.Job{{Name: "waiting", Every: 5 * time.Minute, Run: func(ctx context.Context, tenant string) error {
		return h.db.Update(ctx, tenant, h.reservations.ServeWaiting)
	}}}
}
