package action

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"madoguchi/bot"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/field"
	"madoguchi/store/reservation"
)

// Notify queues the mail that tells a resident what has become of a booking.
// What is one of booked, changed, cancelled; key is the access key of a booking
// just made, which nobody can find out later.
type Notify func(tx *store.Tx, b reservation.Booking, what, key string, lang i18n.Lang) error

// most is how many visits one person may have booked and not yet made; families
// book together under one key, so it is far above what is needed (tension 2 of
// the requirements, invariant I10).
const most = 5

// The channels of a dialog that staff lead for a resident (S4-076).
const (
	ByPhone   = "phone"
	AtCounter = "counter"
)

// groupOf is the group whose quota and limits count on a channel: residents
// themselves, staff for somebody on the telephone, staff at the counter.
func groupOf(channel string) reservation.Group {
	switch channel {
	case ByPhone:
		return reservation.Phone
	case AtCounter:
		return reservation.Internal
	}
	return reservation.Open
}

// by is who acts in a dialog: the resident, or the staff member who speaks for
// them.
func by(act *bot.Act) reservation.By {
	b := reservation.By{Who: "resident", Group: groupOf(act.Channel)}
	if act.Staff != "" {
		b.Who = act.Staff
	}
	return b
}

// book makes the booking of the chosen time (S4-035, S4-036).
func book(a *Actions, act *bot.Act) (string, error) {
	counter, start, err := slot(act)
	if err != nil {
		return "", err
	}
	if !act.At(counter) { // since it was chosen the account was given other counters
		return "closed", nil
	}
	existing, err := a.ahead(act)
	if err != nil {
		return "", err
	}
	if len(existing) >= most && act.Staff == "" {
		return "limit", nil
	}
	answers, form, err := a.written(act)
	if err != nil {
		return "", err
	}
	contact, err := a.contact(act)
	if err != nil {
		return "", err
	}
	q := reservation.BookRequest{
		Hold:    act.Answer("hold"),
		Counter: counter, Start: start, Service: act.Answer("service"), Persons: persons(act), Group: groupOf(act.Channel),
		Channel: act.Channel, By: by(act).Who, Owner: act.Owner, Case: act.Answer(caseAnswer), Contact: contact, Answers: answers,
	}
	b, key, err := a.Reservations.Book(act.Tx, q)
	if errors.Is(err, reservation.ErrGone) {
		// The place was kept too long and given back; if it is still free the
		// resident need not know.
		q.Hold = ""
		b, key, err = a.Reservations.Book(act.Tx, q)
	}
	if err != nil {
		return refused(err)
	}
	if form != nil {
		if err := a.Fields.Classify(act.Tx, field.Application, b.ID, form.Values); err != nil {
			return "", err
		}
	}
	act.Drop("hold")
	act.Set("receipt", strconv.Itoa(b.Receipt))
	act.Set("key", key)
	card, err := a.card(act, b, "booked")
	if err != nil {
		return "", err
	}
	card.Key = key
	act.Attach(card)
	if act.Resident != "" {
		if err := a.Identity.Service.Own(act.Tx, act.Resident, b.ID); err != nil {
			return "", err
		}
	}
	return "booked", a.notify(act, b, "booked", key)
}

// written is what a resident wrote with an application, as a booking keeps it: the
// language, and the answers to the municipality's own questions (form is nil if
// it asks none).
func (a *Actions) written(act *bot.Act) (answers map[string]string, form *bot.FormAnswers, err error) {
	answers = map[string]string{"lang": string(act.Lang)}
	if form, err = act.Form(string(field.Application)); err != nil || form == nil {
		return answers, nil, err
	}
	field.Put(answers, field.Application, form.Version, form.Values)
	if len(form.Photo) > 0 {
		field.PutPhoto(answers, field.Application, form.Photo)
	}
	return answers, form, nil
}

// contact is where the confirmation goes: the address typed, or the one on record
// of a resident who has signed in.
func (a *Actions) contact(act *bot.Act) (string, error) {
	if mail := act.Answer("mail"); mail != "" || act.Resident == "" {
		return mail, nil
	}
	return a.Identity.Roster.Mail(act.Tx, act.Resident)
}

// refused turns a refusal of the service into an outcome of the flow.
func refused(err error) (string, error) {
	var early reservation.ErrTooEarly
	var late reservation.ErrTooLate
	var closed reservation.ErrClosed
	var party reservation.ErrParty
	switch {
	case errors.Is(err, reservation.ErrFull), errors.Is(err, reservation.ErrGone):
		return "full", nil
	case errors.As(err, &closed), errors.As(err, &early), errors.As(err, &late), errors.As(err, &party),
		errors.Is(err, reservation.ErrNotFound):
		return "closed", nil
	}
	return "", err
}

// own looks for the resident's own bookings that are still to come. A booking
// named by a button of its receipt is taken only if it is theirs (A23); staff
// come with the booking they have opened.
func own(a *Actions, act *bot.Act) (string, error) {
	list, err := a.ahead(act)
	if err != nil {
		return "", err
	}
	wanted := act.Answer("own")
	act.Drop("own")
	if act.Staff != "" && wanted != "" {
		b, err := a.Reservations.ByID(act.Tx, wanted)
		if errors.Is(err, reservation.ErrNotFound) || err == nil && !act.At(b.Counter) {
			return "none", nil
		}
		if err != nil {
			return "", err
		}
		return "one", a.choose(act, b)
	}
	for _, b := range list {
		if b.ID == wanted {
			return "one", a.choose(act, b)
		}
	}
	switch len(list) {
	case 0:
		return "none", nil
	case 1:
		return "one", a.choose(act, list[0])
	}
	return "several", nil
}

// ahead are the bookings of this conversation that can still be acted on.
func (a *Actions) ahead(act *bot.Act) ([]reservation.Booking, error) {
	all, err := a.mine(act)
	if err != nil {
		return nil, err
	}
	list := all[:0]
	for _, b := range all {
		if b.Status == reservation.Booked && !b.Start.Before(act.Now) {
			list = append(list, b)
		}
	}
	return list, nil
}

// choose makes a booking the one the flow is about.
func (a *Actions) choose(act *bot.Act, b reservation.Booking) error {
	act.Set("booking", b.ID)
	act.Set("service", b.Service)
	act.Set("persons", strconv.Itoa(b.Persons))
	return nil
}

// mine are the bookings of this conversation and of the resident who has signed
// in, the latest visit first.
func (a *Actions) mine(act *bot.Act) ([]reservation.Booking, error) {
	return Desk{Reservations: a.Reservations}.of(act.Tx, act.Owners)
}

// pick takes the booking chosen from a list.
func pick(a *Actions, act *bot.Act) (string, error) {
	list, err := a.ahead(act)
	if err != nil {
		return "", err
	}
	for _, b := range list {
		if b.ID == act.Answer("booking") {
			return "found", a.choose(act, b)
		}
	}
	act.Drop("booking")
	return "gone", nil
}

// find opens a booking by its access key.
func find(a *Actions, act *bot.Act) (string, error) {
	var b reservation.Booking
	outcome, err := guess(act, func() (err error) {
		b, err = a.Reservations.ByKey(act.Tx, act.Answer("key"))
		if err == nil && !act.At(b.Counter) { // to staff as unknown as one of another municipality
			err = reservation.ErrNotFound
		}
		return err
	})
	if err != nil || outcome != "found" {
		return outcome, err
	}
	return "found", a.choose(act, b)
}

// show reads out the booking the flow is about (S4-024).
func show(a *Actions, act *bot.Act) (string, error) {
	b, err := a.Reservations.ByID(act.Tx, act.Answer("booking"))
	if err != nil {
		return "", err
	}
	card, err := a.card(act, b, string(b.Status))
	if err != nil {
		return "", err
	}
	act.Say(bot.Message{Kind: bot.KindBooking, Text: cardText(card), Booking: card})
	if b.Status != reservation.Booked || b.Start.Before(act.Now) {
		return "over", nil
	}
	return "active", nil
}

// change moves the booking to the chosen time (S4-038).
func change(a *Actions, act *bot.Act) (string, error) {
	counter, start, err := slot(act)
	if err != nil {
		return "", err
	}
	if !act.At(counter) {
		return "closed", nil
	}
	by := by(act)
	to := reservation.Move{Counter: counter, Start: start, Group: by.Group, Hold: act.Answer("hold")}
	b, err := a.Reservations.Change(act.Tx, act.Answer("booking"), to, by)
	if errors.Is(err, reservation.ErrGone) {
		to.Hold = ""
		b, err = a.Reservations.Change(act.Tx, act.Answer("booking"), to, by)
	}
	var late reservation.ErrTooLate
	var state reservation.ErrState
	switch {
	case errors.As(err, &state):
		return "late", nil
	case errors.As(err, &late):
		// Too late for the booking as it is, or for the time it should move to?
		return a.tooLate(act)
	case err != nil:
		return refused(err)
	}
	act.Drop("hold")
	act.Set("receipt", strconv.Itoa(b.Receipt))
	card, err := a.card(act, b, "changed")
	if err != nil {
		return "", err
	}
	act.Attach(card)
	return "changed", a.notify(act, b, "changed", "")
}

// tooLate tells a booking that can no longer be changed from a new time that
// can no longer be taken.
func (a *Actions) tooLate(act *bot.Act) (string, error) {
	b, err := a.Reservations.ByID(act.Tx, act.Answer("booking"))
	if err != nil {
		return "", err
	}
	t, err := a.Reservations.Timetable(act.Tx)
	if err != nil {
		return "", err
	}
	if t.Changeable(b.Service, groupOf(act.Channel), b.Start, act.Tx.Now()) == nil {
		return "closed", nil
	}
	return "late", nil
}

// cancel gives the booking up; its places are free at once (S4-039).
func cancel(a *Actions, act *bot.Act) (string, error) {
	b, err := a.Reservations.Cancel(act.Tx, act.Answer("booking"), by(act))
	var late reservation.ErrTooLate
	var state reservation.ErrState
	if errors.As(err, &late) || errors.As(err, &state) {
		return "late", nil
	}
	if err != nil {
		return "", err
	}
	card, err := a.card(act, b, "cancelled")
	if err != nil {
		return "", err
	}
	act.Attach(card)
	return "cancelled", a.notify(act, b, "cancelled", "")
}

func (a *Actions) notify(act *bot.Act, b reservation.Booking, what, key string) error {
	if a.Notify == nil || !b.Contact {
		return nil
	}
	lang := act.Lang
	if act.Staff != "" && what != "booked" { // the dialog is in the language of the staff
		langs, err := a.Reservations.Languages(act.Tx, []string{b.ID})
		if err != nil {
			return err
		}
		if l := langs[b.ID]; l != "" {
			lang = l
		}
	}
	return a.Notify(act.Tx, b, what, key, lang)
}

// card is a booking as a resident takes it away, with what can be done with it.
// The buttons know a booking by whose it is; one found by its key is changed
// through the key (abuse case A23).
func (a *Actions) card(act *bot.Act, b reservation.Booking, status string) (*bot.Booking, error) {
	card, err := Card(act.Tx, a.Reservations, b, status, act.Lang)
	if err == nil && b.Status == reservation.Booked && a.isMine(act, b) {
		card.Actions = act.BookingButtons(b.ID)
	}
	return card, err
}

// Card puts a booking into the words of a language.
func Card(tx *store.Tx, r *reservation.Reservations, b reservation.Booking, status string, lang i18n.Lang) (*bot.Booking, error) {
	t, err := r.Timetable(tx)
	if err != nil {
		return nil, err
	}
	card := &bot.Booking{
		ID: b.ID, Status: status, Receipt: b.Receipt, Counter: b.Counter, Start: b.Start.String(),
		When: i18n.FormatDateTime(lang, b.Start), Service: b.Service, Persons: b.Persons,
	}
	if c := t.Counter(b.Counter); c != nil {
		card.Name, card.Place = c.Names.In(lang), c.Place.In(lang)
	}
	if s := t.Service(b.Service); s != nil {
		card.Title = s.Names.In(lang)
	}
	return card, nil
}

// cardText is the card for channels that show text alone.
func cardText(c *bot.Booking) string {
	lines := []string{c.When, c.Name}
	if c.Title != "" {
		lines = append(lines, c.Title)
	}
	return strings.Join(lines, "\n")
}

// slot reads the chosen time.
func slot(act *bot.Act) (counter string, start civil.DateTime, err error) {
	counter, at, _ := strings.Cut(act.Answer("visit"), "/")
	if start, err = civil.ParseDateTime(at); err != nil || counter == "" {
		return "", start, fmt.Errorf("the field visit is %q: want COUNTER/YYYY-MM-DDTHH:MM", act.Answer("visit"))
	}
	return counter, start, nil
}

func persons(act *bot.Act) int {
	n, err := strconv.Atoi(act.Answer("persons"))
	if err != nil {
		return 1
	}
	return n
}
