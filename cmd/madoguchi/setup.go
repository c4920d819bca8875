package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"madoguchi/bot"
	"madoguchi/bot/action"
	"madoguchi/channels/console"
	"madoguchi/channels/console/setup"
	"madoguchi/channels/line"
	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/conversation"
	"madoguchi/store/notice"
	"madoguchi/store/relocation"
	"madoguchi/store/reservation"
)

// relocations moves and cancels bookings that lost their place.
func (h *house) relocations() relocation.Service {
	return relocation.Service{Reservations: h.reservations, Tell: h.relocated}
}

// setupArea is the console's part for settings.
func (h *house) setupArea() console.Area {
	return setup.Area(setup.Config{
		Reservations: h.reservations, Relocations: h.relocations(), Tenants: h.tenants,
		Languages: func(named []string) []i18n.Lang { return offered(h.texts, named) }, DB: h.db, Reach: h.reach, Name: joined{h}.who,
	})
}

// reach is how the resident of a booking would be told of a change.
func (h *house) reach(tx *store.Tx, b reservation.Booking) (relocation.How, error) {
	if b.Contact {
		if account, err := h.mailAccount(tx); err == nil && account != nil {
			return relocation.ByMail, nil
		}
	}
	on, err := h.onLine(tx, b)
	if err != nil || !on {
		return relocation.Nobody, err
	}
	return relocation.OnLine, nil
}

// onLine reports whether a booking was made in a LINE conversation that still
// stands.
func (h *house) onLine(tx *store.Tx, b reservation.Booking) (bool, error) {
	if b.Owner == "" {
		return false, nil
	}
	c, err := h.talks.ByID(tx, b.Owner)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	channel, _ := c.Person()
	return channel == line.Name, nil
}

// relocated tells a resident what the office did to their booking: by mail, or
// in the LINE conversation it was made in; otherwise nobody can be told.
func (h *house) relocated(tx *store.Tx, b reservation.Booking, kind notice.Kind) (relocation.How, error) {
	lang, err := h.bookingLang(tx, b.ID)
	if err != nil {
		return "", err
	}
	if b.Contact {
		account, err := h.mailAccount(tx)
		if err != nil {
			h.log.Error("mail is not queued", "tenant", tx.Tenant(), "error", err)
		}
		if account != nil {
			_, err := h.notices.Queue(tx, notice.Notice{
				Booking: b.ID, Kind: kind, Sequence: b.Sequence, Channel: notice.Mail, Lang: lang,
			})
			return relocation.ByMail, err
		}
	}
	return h.relocatedOnLine(tx, b, kind, lang)
}

func (h *house) relocatedOnLine(tx *store.Tx, b reservation.Booking, kind notice.Kind, lang i18n.Lang) (relocation.How, error) {
	if on, err := h.onLine(tx, b); err != nil || !on {
		return relocation.Nobody, err
	}
	card, err := action.Card(tx, h.reservations, b, string(b.Status), lang)
	if err != nil {
		return "", err
	}
	if b.Status == reservation.Booked {
		if card.Actions, err = h.engine.BookingButtons(tx, lang, b.ID); err != nil {
			return "", err
		}
	}
	body, err := json.Marshal(bot.Message{Kind: bot.KindBooking, Text: h.text(lang, "relocation."+string(kind)), Booking: card})
	if err != nil {
		return "", err
	}
	outcome, err := json.Marshal(bot.Outcome{Lang: lang})
	if err != nil {
		return "", err
	}
	said, err := h.talks.Say(tx, b.Owner, conversation.Saying{
		Event:   fmt.Sprintf("relocated/%s/%d", b.ID, b.Sequence),
		Lines:   []conversation.Line{{Author: string(bot.FromBot), Body: body}},
		Outcome: outcome, Push: true,
	})
	if err != nil || !said {
		return relocation.Nobody, err
	}
	_, err = h.notices.Told(tx, notice.Notice{Booking: b.ID, Kind: kind, Sequence: b.Sequence, Channel: notice.Line, Lang: lang})
	return relocation.OnLine, err
}
