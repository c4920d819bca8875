package reservation

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
)

// The waiting list for an earlier place (空き待ち). A place that is given back is
// offered, in the transaction that frees it, to the first on the list whom it
// suits: it is held for them, so it is never offered to two at once, and nobody
// who looks at the calendar meanwhile can take it. An offer that nobody answers
// goes on to the next (ServeWaiting), and at last to everybody.

// WaitState is where an entry of the waiting list stands.
type WaitState string

// The states. The last three are ends.
const (
	Waits   WaitState = "waiting"
	Offered WaitState = "offered" // a place is held for them
	Taken   WaitState = "taken"
	Left    WaitState = "left" // they wait no longer
	Over    WaitState = "over" // the time has passed, or offers went unanswered
)

// Wait is one entry of the waiting list.
type Wait struct {
	ID      string
	Owner   string // conversation or user
	Booking string // the visit that would be moved, "" if there is none yet
	Service string
	Persons int
	Counter string // "" any
	Group   Group
	Lang    i18n.Lang
	Before  civil.DateTime // the place must begin earlier; the zero value: any
	State   WaitState
	Offers  int // made so far
	Missed  int // of them unanswered
	Contact bool
	Made    time.Time
	Until   time.Time // when the entry ends by itself
	// Offer is the place held for them while Offered.
	Offer Place

	declined []string
}

// Place is one place offered, and until when it is held.
type Place struct {
	Counter string
	Start   civil.DateTime
	Until   time.Time

	hold string
}

func (p Place) String() string { return p.Counter + "/" + p.Start.String() }

// WaitRequest asks for an entry. With a Booking the place must be earlier than
// that, and Service and Persons are the booking's; without one it must be
// earlier than the first place there is now, if there is any.
type WaitRequest struct {
	Owner   string
	Booking string
	Service string
	Persons int
	Counter string
	Group   Group
	Lang    i18n.Lang
	Contact string // mail address, sealed; "" where the owner is told otherwise
	By      string
}

const (
	// waitsFor is how long somebody without a booking stays on the list.
	waitsFor = 30 * 24 * time.Hour
	// mostMissed offers without an answer end an entry: whoever does not answer
	// keeps places from others.
	mostMissed = 3
	// waitsKept is how long an entry that has ended is remembered; it holds no
	// address any more.
	waitsKept = 30 * 24 * time.Hour
	// servedAtOnce bounds the entries of one transaction.
	servedAtOnce = 100

	classWaiting = "waiting"
	classOffer   = "waiting-offer"
)

// Offers are made between these hours, when people can answer; a place freed at
// night is everybody's until the morning.
const offersFrom, offersUntil = civil.Clock(8 * 60), civil.Clock(21 * 60)

// OnOffer has fn called when a place is held for somebody on the waiting list, in
// the same transaction: it tells them. secret opens the offer from a mail. Like
// Watch it is called while the program is put together.
func (r *Reservations) OnOffer(fn func(tx *store.Tx, w Wait, secret string) error) {
	r.offerers = append(r.offerers, fn)
}

// OfferFor is how long an offered place is held.
func (t *Timetable) OfferFor() time.Duration {
	if t.Settings.OfferMinutes > 0 {
		return time.Duration(t.Settings.OfferMinutes) * time.Minute
	}
	return time.Hour
}

// Wait puts somebody on the waiting list, in place of the entry they have. Errors:
// ErrNotFound and ErrState of the booking, ErrUnknown, ErrClosed, and ErrParty
// where no slot is large enough.
func (r *Reservations) Wait(tx *store.Tx, q WaitRequest) (Wait, error) {
	w := Wait{
		ID: store.NewID(), Owner: q.Owner, Booking: q.Booking, Service: q.Service, Persons: max(q.Persons, 1), Counter: q.Counter,
		Group: q.Group, Lang: q.Lang, State: Waits, Contact: q.Contact != "", Made: tx.Now(), Until: tx.Now().Add(waitsFor),
	}
	if q.Booking != "" {
		b, err := r.ByID(tx, q.Booking)
		if err != nil {
			return w, err
		}
		if b.Status != Booked {
			return w, ErrState{b.Status}
		}
		w.Service, w.Persons, w.Before, w.Until = b.Service, b.Persons, b.Start, b.Start.At()
	} else {
		first, err := r.Next(tx, NextQuery{Counter: w.Counter, Service: w.Service, Persons: w.Persons, Group: w.Group, Limit: 1})
		if err != nil {
			return w, err
		}
		if len(first) > 0 {
			w.Before, w.Until = first[0].Start, first[0].Start.At()
		}
	}
	if fits, err := r.everFits(tx, w); err != nil || !fits {
		return w, cmp.Or(err, error(ErrParty{Persons: w.Persons}))
	}
	former, err := waits(tx, `owner = $2 AND ended_at = 0`+tx.ForUpdate(), w.Owner)
	if err != nil {
		return w, err
	}
	for _, f := range former {
		if err := r.endWait(tx, f, Left, q.By); err != nil {
			return w, err
		}
	}
	var contact any // NULL unless given
	if q.Contact != "" {
		if contact, err = tx.Seal(classWaiting, w.ID, []byte(q.Contact)); err != nil {
			return w, fmt.Errorf("waiting for a place: %w", err)
		}
	}
	day, clock := dayAndClock(w.Before)
	_, err = tx.Exec(`
		INSERT INTO reservation_waiting (tenant, id, owner, booking, service, persons, counter, grp, lang, before_day, before_clock, state, place,
			missed, declined, offers, hold, offer_counter, offer_day, offer_clock, offer_until, token, contact, made_at, until_at, ended_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0, '', 0, '', '', '', 0, 0, NULL, $14, $13, $15, 0)`,
		tx.Tenant(), w.ID, w.Owner, w.Booking, w.Service, w.Persons, w.Counter, string(w.Group), string(w.Lang), day, clock,
		string(w.State), store.Millis(w.Made), contact, store.Millis(w.Until))
	if err != nil {
		return w, fmt.Errorf("waiting for a place: %w", err)
	}
	return w, tx.Audit(q.By, "waiting.join", w.ID, "booking", w.Booking)
}

// everFits reports whether any slot that can be booked by now or soon is large
// enough for the party when it is empty: else nobody need wait.
func (r *Reservations) everFits(tx *store.Tx, w Wait) (bool, error) {
	t, err := r.Timetable(tx)
	if err != nil {
		return false, err
	}
	today := civil.In(tx.Now()).Date
	last := t.horizon(w.Service, w.Group, today)
	for day := today; !day.After(last); day = day.AddDays(1) {
		s, g := t.on(day).services[w.Service], w.Group.index()
		if s == nil || g < 0 {
			continue
		}
		for _, c := range t.Counters(day) {
			if w.Counter != "" && c.ID != w.Counter || !c.Takes(w.Service) {
				continue
			}
			for _, slot := range t.Day(c.ID, day).Slots {
				if min(slot.Capacity, slot.Quota[g]) >= s.places(w.Persons) {
					return true, nil
				}
			}
		}
	}
	return false, nil
}

// dayAndClock writes a time into two columns, the zero value as "" and 0.
func dayAndClock(t civil.DateTime) (string, int) {
	if t == (civil.DateTime{}) {
		return "", 0
	}
	return t.Date.String(), int(t.Clock)
}

// WaitOf returns the entry an owner stands on the list with, or ErrNotFound. An
// offer whose time is over is no offer any more.
func (r *Reservations) WaitOf(tx *store.Tx, owner string) (Wait, error) {
	return oneWait(tx, `owner = $2 AND ended_at = 0 ORDER BY made_at DESC`, owner)
}

// WaitByID returns an entry that has not ended, or ErrNotFound.
func (r *Reservations) WaitByID(tx *store.Tx, id string) (Wait, error) {
	return oneWait(tx, `id = $2 AND ended_at = 0`, id)
}

// WaitByOffer returns the entry whose last offer carried a secret, or ErrNotFound.
func (r *Reservations) WaitByOffer(tx *store.Tx, secret string) (Wait, error) {
	return oneWait(tx, `token = $2 AND ended_at = 0`, tx.Blind(classOffer, secret))
}

// WaitContact is the mail address of an entry, "" if none is kept.
func (r *Reservations) WaitContact(tx *store.Tx, id string) (string, error) {
	var sealed []byte
	err := tx.Row(`SELECT contact FROM reservation_waiting WHERE tenant = $1 AND id = $2`, tx.Tenant(), id).Scan(&sealed)
	if errors.Is(err, store.ErrNotFound) || err == nil && len(sealed) == 0 {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("reading the address of somebody who waits: %w", err)
	}
	plain, err := tx.Unseal(classWaiting, id, sealed)
	if err != nil {
		return "", fmt.Errorf("reading the address of somebody who waits: %w", err)
	}
	return string(plain), nil
}

// Waiting lists who waits at some counters, the first on the list first, at most
// so many; counters nil is everywhere. Who takes any counter waits at each.
func (r *Reservations) Waiting(tx *store.Tx, counters []string, most int) ([]Wait, error) {
	all, err := waits(tx, `ended_at = 0 ORDER BY place, id LIMIT $2`, most)
	if counters != nil {
		all = slices.DeleteFunc(all, func(w Wait) bool { return w.Counter != "" && !slices.Contains(counters, w.Counter) })
	}
	return all, err
}

// Decline turns down the offered place; the entry keeps its rank for others.
func (r *Reservations) Decline(tx *store.Tx, id, by string) error {
	e, w, err := r.lockWait(tx, id)
	if err != nil || w.State != Offered {
		return err
	}
	if err := r.waitOn(tx, &w, false); err != nil {
		return err
	}
	if err := tx.Audit(by, "waiting.decline", w.ID); err != nil {
		return err
	}
	return r.offerFreed(tx, e, w.Offer.Counter, w.Offer.Start)
}

// StopWaiting takes an entry off the list. One that has ended is no error.
func (r *Reservations) StopWaiting(tx *store.Tx, id, by string) error {
	e, w, err := r.lockWait(tx, id)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := r.endWait(tx, w, Left, by); err != nil || w.State != Offered {
		return err
	}
	return r.offerFreed(tx, e, w.Offer.Counter, w.Offer.Start)
}

// TakeOffered takes the offered place: the booking of the entry moves there. For
// an entry without booking the place goes on being held, for keeper, who books it
// as any held place: hold is its id then. Errors: ErrGone when the place has gone
// to somebody else (the entry waits on), and those of Change.
func (r *Reservations) TakeOffered(tx *store.Tx, id, keeper string, by By) (b Booking, hold string, err error) {
	_, w, err := r.lockWait(tx, id)
	if err != nil {
		return b, "", err
	}
	if w.State != Offered {
		return b, "", ErrGone
	}
	if w.Booking == "" {
		hold, err = r.keepOffered(tx, w, keeper)
	} else {
		b, err = r.Change(tx, w.Booking, Move{Hold: w.Offer.hold}, by)
		if errors.Is(err, ErrGone) { // too late; perhaps nobody else has taken it
			b, err = r.Change(tx, w.Booking, Move{Counter: w.Offer.Counter, Start: w.Offer.Start, Group: w.Group}, by)
		}
	}
	var closed ErrClosed
	var late ErrTooLate
	if errors.Is(err, ErrFull) || errors.As(err, &closed) || errors.As(err, &late) && w.Booking == "" {
		if err := r.waitOn(tx, &w, true); err != nil {
			return b, "", err
		}
		return b, "", ErrGone
	}
	if err != nil {
		return b, "", err
	}
	w.Offer.hold = "" // it is the booking's or the keeper's now
	return b, hold, r.endWait(tx, w, Taken, by.Who)
}

// keepOffered holds the offered place for somebody who goes on to book it, for as
// long as any place is held.
func (r *Reservations) keepOffered(tx *store.Tx, w Wait, keeper string) (string, error) {
	if err := r.Release(tx, w.Offer.hold); err != nil {
		return "", err
	}
	h, err := r.Hold(tx, HoldRequest{
		Counter: w.Offer.Counter, Start: w.Offer.Start, Service: w.Service, Persons: w.Persons, Group: w.Group, Owner: keeper,
	})
	return h.ID, err
}

// lockWait locks an entry that has not ended.
func (r *Reservations) lockWait(tx *store.Tx, id string) (*edition, Wait, error) {
	e, err := r.edition(tx)
	if err != nil {
		return nil, Wait{}, err
	}
	w, err := oneWait(tx, `id = $2 AND ended_at = 0`+tx.ForUpdate(), id)
	return e, w, err
}

// waitOn ends an offer without taking it. Unanswered ones send the entry to the
// end of the list, and too many of them end it.
func (r *Reservations) waitOn(tx *store.Tx, w *Wait, missed bool) error {
	if err := r.Release(tx, w.Offer.hold); err != nil {
		return err
	}
	if missed {
		w.Missed++
		if w.Missed >= mostMissed {
			w.Offer.hold = ""
			return r.endWait(tx, *w, Over, "system")
		}
	}
	w.declined = append(w.declined, w.Offer.String())
	_, err := tx.Exec(`
		UPDATE reservation_waiting SET state = 'waiting', hold = '', token = NULL, declined = $3, missed = $4,
			place = CASE WHEN $5 = 1 THEN $6 ELSE place END
		WHERE tenant = $1 AND id = $2`,
		tx.Tenant(), w.ID, strings.Join(w.declined, " "), w.Missed, flag(missed), store.Millis(tx.Now()))
	if err != nil {
		return fmt.Errorf("ending an offer: %w", err)
	}
	return nil
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// endWait ends an entry; what was held for it is given back.
func (r *Reservations) endWait(tx *store.Tx, w Wait, s WaitState, by string) error {
	if w.Offer.hold != "" {
		if err := r.Release(tx, w.Offer.hold); err != nil {
			return err
		}
	}
	_, err := tx.Exec(`UPDATE reservation_waiting SET state = $3, hold = '', token = NULL, contact = NULL, ended_at = $4
		WHERE tenant = $1 AND id = $2`, tx.Tenant(), w.ID, string(s), store.Millis(tx.Now()))
	if err != nil {
		return fmt.Errorf("ending the wait for a place: %w", err)
	}
	return tx.Audit(by, "waiting."+string(s), w.ID)
}

// endWaitsOf ends the entries that wait to move a booking which is no more.
func (r *Reservations) endWaitsOf(tx *store.Tx, booking string) error {
	list, err := waits(tx, `booking = $2 AND ended_at = 0`+tx.ForUpdate(), booking)
	for _, w := range list {
		if err == nil {
			err = r.endWait(tx, w, Over, "system")
		}
	}
	return err
}

// offerFreed offers places that have just become free at a time to those who
// wait, as far as they go. Entries somebody else has in hands are passed over.
func (r *Reservations) offerFreed(tx *store.Tx, e *edition, counter string, start civil.DateTime) error {
	if !offerTime(tx) {
		return nil
	}
	list, err := waits(tx, `ended_at = 0 AND state = 'waiting' AND (counter = '' OR counter = $2) AND (before_day = '' OR before_day >= $3)
		ORDER BY place, id LIMIT $4`+skipLocked(tx), counter, start.Date.String(), servedAtOnce)
	if err != nil {
		return err
	}
	for i := range list {
		if _, err := r.offerTo(tx, e, &list[i], counter, start); err != nil {
			return err
		}
	}
	return nil
}

func offerTime(tx *store.Tx) bool {
	now := civil.In(tx.Now()).Clock
	return now >= offersFrom && now < offersUntil
}

func skipLocked(tx *store.Tx) string {
	if tx.Postgres() {
		return " FOR UPDATE SKIP LOCKED"
	}
	return ""
}

// offerTo holds a place for an entry and tells it, if the place suits and is
// still there when the offer ends.
func (r *Reservations) offerTo(tx *store.Tx, e *edition, w *Wait, counter string, start civil.DateTime) (bool, error) {
	if w.Booking != "" {
		b, err := r.ByID(tx, w.Booking)
		if errors.Is(err, ErrNotFound) || err == nil && b.Status != Booked {
			return false, r.endWait(tx, *w, Over, "system")
		}
		if err != nil {
			return false, err
		}
		if e.table.Changeable(b.Service, w.Group, b.Start, tx.Now()) != nil {
			return false, nil
		}
		w.Before, w.Service, w.Persons = b.Start, b.Service, b.Persons
	}
	place := Place{Counter: counter, Start: start, Until: tx.Now().Add(e.table.OfferFor())}
	if w.Before != (civil.DateTime{}) && !start.Before(w.Before) || slices.Contains(w.declined, place.String()) {
		return false, nil
	}
	if e.table.Bookable(w.Service, w.Group, start, place.Until) != nil {
		return false, nil
	}
	h, err := r.Hold(tx, HoldRequest{
		Counter: counter, Start: start, Service: w.Service, Persons: w.Persons, Group: w.Group, For: e.table.OfferFor(),
	})
	if err != nil {
		return false, unsuitable(err)
	}
	place.hold = h.ID
	w.State, w.Offer = Offered, place
	w.Offers++
	secret := rand.Text()
	day, clock := dayAndClock(start)
	_, err = tx.Exec(`
		UPDATE reservation_waiting SET state = 'offered', offers = $3, hold = $4, offer_counter = $5, offer_day = $6, offer_clock = $7,
			offer_until = $8, token = $9
		WHERE tenant = $1 AND id = $2`,
		tx.Tenant(), w.ID, w.Offers, place.hold, counter, day, clock, store.Millis(place.Until), tx.Blind(classOffer, secret))
	if err != nil {
		return false, fmt.Errorf("offering a place: %w", err)
	}
	if err := tx.Audit("system", "waiting.offer", w.ID); err != nil {
		return false, err
	}
	for _, fn := range r.offerers {
		if err := fn(tx, *w, secret); err != nil {
			return false, err
		}
	}
	return true, nil
}

// unsuitable is nil for an error that only says that a place cannot be had.
func unsuitable(err error) error {
	var closed ErrClosed
	var early ErrTooEarly
	var late ErrTooLate
	var party ErrParty
	if errors.Is(err, ErrFull) || errors.Is(err, ErrNotFound) || errors.As(err, &closed) || errors.As(err, &early) ||
		errors.As(err, &late) || errors.As(err, &party) {
		return nil
	}
	return err
}

// ServeWaiting does what time brings: entries end, offers that went unanswered go
// on to the next, and places that came free otherwise than by a cancellation (a
// new day of the booking window, a hold that ran out, other opening hours) are
// offered. It is a periodic job's work.
func (r *Reservations) ServeWaiting(tx *store.Tx) error {
	e, err := r.edition(tx)
	if err != nil {
		return err
	}
	now := store.Millis(tx.Now())
	ended, err := waits(tx, `ended_at = 0 AND until_at <= $2 ORDER BY place LIMIT $3`+skipLocked(tx), now, servedAtOnce)
	for _, w := range ended {
		if err == nil {
			err = r.endWait(tx, w, Over, "system")
		}
	}
	if err != nil {
		return err
	}
	unanswered, err := waits(tx, `ended_at = 0 AND state = 'offered' AND offer_until <= $2 ORDER BY place LIMIT $3`+skipLocked(tx), now, servedAtOnce)
	for i := range unanswered {
		if err == nil {
			err = r.waitOn(tx, &unanswered[i], true)
		}
	}
	if err != nil {
		return err
	}
	if _, err := tx.Exec(`DELETE FROM reservation_waiting WHERE tenant = $1 AND ended_at > 0 AND ended_at < $2`,
		tx.Tenant(), store.Millis(tx.Now().Add(-waitsKept))); err != nil {
		return fmt.Errorf("forgetting who waited: %w", err)
	}
	if !offerTime(tx) {
		return nil
	}
	return r.offerFree(tx, e)
}

// offerFree offers what is free to those who wait, the first on the list first.
func (r *Reservations) offerFree(tx *store.Tx, e *edition) error {
	list, err := waits(tx, `ended_at = 0 AND state = 'waiting' ORDER BY place, id LIMIT $2`+skipLocked(tx), servedAtOnce)
	if err != nil {
		return err
	}
	type kind struct {
		counter, service string
		persons          int
		group            Group
	}
	free := map[kind][]Offer{} // as long as nothing was given away
	for i := range list {
		w := &list[i]
		k := kind{w.Counter, w.Service, w.Persons, w.Group}
		offers, known := free[k]
		if !known {
			offers, err = r.Next(tx, NextQuery{Counter: w.Counter, Service: w.Service, Persons: w.Persons, Group: w.Group, Limit: 100})
			if err := unsuitable(err); err != nil {
				return err
			}
			free[k] = offers
		}
		for _, o := range offers {
			given, err := r.offerTo(tx, e, w, o.Counter.ID, o.Start)
			if err != nil {
				return err
			}
			if given {
				clear(free)
				break
			}
			if w.Before != (civil.DateTime{}) && !o.Start.Before(w.Before) {
				break
			}
		}
	}
	return nil
}

func oneWait(tx *store.Tx, where string, args ...any) (Wait, error) {
	list, err := waits(tx, where, args...)
	if err == nil && len(list) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Wait{}, err
	}
	return list[0], nil
}

func waits(tx *store.Tx, where string, args ...any) ([]Wait, error) {
	rows, err := tx.Query(`SELECT id, owner, booking, service, persons, counter, grp, lang, before_day, before_clock, state, missed, declined, offers,
			hold, offer_counter, offer_day, offer_clock, offer_until, contact IS NOT NULL, made_at, until_at
		FROM reservation_waiting WHERE tenant = $1 AND `+where, append([]any{tx.Tenant()}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("reading who waits: %w", err)
	}
	defer rows.Close()
	var list []Wait
	for rows.Next() {
		var w Wait
		var beforeDay, declined, offerDay string
		var beforeClock, offerClock int
		var offerUntil, made, until int64
		if err := rows.Scan(&w.ID, &w.Owner, &w.Booking, &w.Service, &w.Persons, &w.Counter, &w.Group, &w.Lang, &beforeDay, &beforeClock,
			&w.State, &w.Missed, &declined, &w.Offers, &w.Offer.hold, &w.Offer.Counter, &offerDay, &offerClock, &offerUntil, &w.Contact,
			&made, &until); err != nil {
			return nil, fmt.Errorf("reading who waits: %w", err)
		}
		w.declined, w.Made, w.Until, w.Offer.Until = strings.Fields(declined), store.FromMillis(made), store.FromMillis(until), store.FromMillis(offerUntil)
		if beforeDay != "" {
			if w.Before, err = wallClock(beforeDay, beforeClock); err != nil {
				return nil, err
			}
		}
		if offerDay != "" {
			if w.Offer.Start, err = wallClock(offerDay, offerClock); err != nil {
				return nil, err
			}
		}
		list = append(list, w)
	}
	return list, rows.Err()
}

// verifyWaiting finds entries that have ended and still hold an address or a place.
func verifyWaiting(_ context.Context, tx *store.Tx) ([]string, error) {
	return breaches(tx, "entry %s of the waiting list is %s and holds an address or a place (%d)", `SELECT id, state, 1 FROM reservation_waiting
		WHERE tenant = $1 AND ended_at > 0 AND (contact IS NOT NULL OR token IS NOT NULL OR hold <> '')`)
}
