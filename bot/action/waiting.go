package action

import (
	"errors"
	"strconv"

	"madoguchi/bot"
	"madoguchi/i18n/civil"
	"madoguchi/store/reservation"
)

// waitEntry is the name under which the answers keep the entry of the waiting
// list that a mail has led to; elsewhere it is that of the conversation.
const waitEntry = "wait-entry"

// waitOf is the entry the dialog is about, or reservation.ErrNotFound.
func (a *Actions) waitOf(act *bot.Act) (reservation.Wait, error) {
	if id := act.Answer(waitEntry); id != "" {
		return a.Reservations.WaitByID(act.Tx, id)
	}
	for _, owner := range act.Owners {
		w, err := a.Reservations.WaitOf(act.Tx, owner)
		if !errors.Is(err, reservation.ErrNotFound) {
			return w, err
		}
	}
	return reservation.Wait{}, reservation.ErrNotFound
}

// waitLook says where somebody stands on the waiting list; with an offer, what it
// is and until when it is held.
func waitLook(a *Actions, act *bot.Act) (string, error) {
	w, err := a.waitOf(act)
	if errors.Is(err, reservation.ErrNotFound) {
		return "none", nil
	}
	if err != nil {
		return "", err
	}
	act.Set(waitEntry, w.ID)
	if w.State != reservation.Offered || !act.Tx.Now().Before(w.Offer.Until) {
		return "listed", nil
	}
	act.Set("service", w.Service)
	act.Set("offered", w.Offer.String())
	act.Set("held-until", civil.In(w.Offer.Until).String())
	return "offered", nil
}

// waitWay says how somebody can be told that a place is free: on LINE or by the
// address of their booking it is known, a mail address is asked for where the
// municipality sends mail, and elsewhere nobody can be told.
func waitWay(a *Actions, act *bot.Act) (string, error) {
	if act.Staff != "" {
		return "none", nil
	}
	if act.Channel == onLine {
		return "known", nil
	}
	if a.Plans.Mails == nil {
		return "none", nil
	}
	if mails, err := a.Plans.Mails(act.Tx); err != nil || !mails {
		return "none", err
	}
	mail, err := a.waitMail(act)
	if err != nil {
		return "", err
	}
	if mail != "" {
		return "known", nil
	}
	return "mail", nil
}

// waitMail is the address that is known already, "" if none is.
func (a *Actions) waitMail(act *bot.Act) (string, error) {
	if mail := act.Answer("wait-mail"); mail != "" {
		return mail, nil
	}
	if id := act.Answer("booking"); id != "" {
		mail, _, err := a.Reservations.Private(act.Tx, id)
		if mail != "" || err != nil {
			return mail, err
		}
	}
	return a.contact(act)
}

// waitJoin puts the resident on the waiting list: for an earlier time than that of
// the booking the flow is about, or for the visit that is being booked.
func waitJoin(a *Actions, act *bot.Act) (string, error) {
	q := reservation.WaitRequest{
		Owner: act.Owner, Booking: act.Answer("booking"), Service: act.Answer("service"), Persons: persons(act), Counter: act.Answer("counter"),
		Group: groupOf(act.Channel), Lang: act.Lang, By: by(act).Who,
	}
	if q.Booking != "" {
		b, err := a.Reservations.ByID(act.Tx, q.Booking)
		if err != nil {
			return "", err
		}
		q.Counter = b.Counter
	}
	if act.Answer("wait-where") == "any" {
		q.Counter = ""
	}
	if act.Channel != onLine {
		var err error
		if q.Contact, err = a.waitMail(act); err != nil {
			return "", err
		}
	}
	w, err := a.Reservations.Wait(act.Tx, q)
	var state reservation.ErrState
	var party reservation.ErrParty
	switch {
	case errors.As(err, &party):
		return "party", nil
	case errors.As(err, &state):
		return "late", nil
	case err != nil:
		return "", err
	}
	t, err := a.Reservations.Timetable(act.Tx)
	if err != nil {
		return "", err
	}
	act.Drop("wait-mail")
	act.Set("wait-until", civil.In(w.Until).Date.String())
	act.Set("offer-minutes", strconv.Itoa(int(t.OfferFor().Minutes())))
	return "listed", nil
}

// waitTake takes the offered place: the booking moves there, or the place is kept
// while the visit is booked.
func waitTake(a *Actions, act *bot.Act) (string, error) {
	w, err := a.waitOf(act)
	if errors.Is(err, reservation.ErrNotFound) {
		return "gone", nil
	}
	if err != nil {
		return "", err
	}
	b, hold, err := a.Reservations.TakeOffered(act.Tx, w.ID, act.Owner, by(act))
	var late reservation.ErrTooLate
	var state reservation.ErrState
	switch {
	case errors.Is(err, reservation.ErrGone):
		return "gone", nil
	case errors.As(err, &late), errors.As(err, &state):
		return "late", nil
	case err != nil:
		return "", err
	}
	if w.Booking == "" {
		act.Set("service", w.Service)
		act.Set("persons", strconv.Itoa(w.Persons))
		act.Set("counter", w.Offer.Counter)
		act.Set("visit", w.Offer.String())
		act.Set("hold", hold)
		return "book", nil
	}
	act.Set("receipt", strconv.Itoa(b.Receipt))
	card, err := a.card(act, b, "changed")
	if err != nil {
		return "", err
	}
	act.Attach(card)
	return "changed", a.notify(act, b, "changed", "")
}

// waitPass turns the offered place down.
func waitPass(a *Actions, act *bot.Act) (string, error) {
	w, err := a.waitOf(act)
	if err == nil {
		err = a.Reservations.Decline(act.Tx, w.ID, by(act).Who)
	}
	if errors.Is(err, reservation.ErrNotFound) {
		err = nil
	}
	return "next", err
}

// waitLeave takes the resident off the list.
func waitLeave(a *Actions, act *bot.Act) (string, error) {
	w, err := a.waitOf(act)
	if err == nil {
		err = a.Reservations.StopWaiting(act.Tx, w.ID, by(act).Who)
	}
	if errors.Is(err, reservation.ErrNotFound) {
		err = nil
	}
	return "next", err
}

// openOffer opens the offer of a place that a mail carries.
func (a *Actions) openOffer(act *bot.Act, secret string) (string, error) {
	w, err := a.Reservations.WaitByOffer(act.Tx, secret)
	if errors.Is(err, reservation.ErrNotFound) {
		return "gone", nil
	}
	if err != nil {
		return "", err
	}
	act.Set(waitEntry, w.ID)
	return "place", nil
}
