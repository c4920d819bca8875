package reservation

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"madoguchi/i18n/civil"
	"madoguchi/store"
)

// Status is where a booking stands.
type Status string

// The statuses.
const (
	Booked    Status = "booked"
	Cancelled Status = "cancelled"
	Visited   Status = "visited"
	NoShow    Status = "no-show"
)

// Booking is one booked visit. It holds nothing personal; Private has what the
// resident wrote.
type Booking struct {
	ID       string
	Counter  string
	Start    civil.DateTime
	Minutes  int
	Service  string
	Persons  int
	Channel  string // web, plain, line, kiosk, phone, counter …
	Group    Group
	Status   Status
	Receipt  int    // small, unique on its day at its counter (S4-037)
	Owner    string // conversation or user it belongs to, "" if none
	Case     string // the progress case it is for, "" if unknown
	Sequence int    // rises with every change, for calendar files
	Made     time.Time
	Changed  time.Time // of the last change of any kind
	Contact  bool      // a mail address is kept for it

	claim claim
}

// By says who acts: Who is what the audit log shows, Group decides which
// limits bind (staff may change a booking after the resident's limit).
type By struct {
	Who   string
	Group Group
}

// BookRequest asks for a booking, of a held place or of a slot directly.
type BookRequest struct {
	Hold string // id of a hold; then Counter to Group are those of the hold

	Counter string
	Start   civil.DateTime
	Service string
	Persons int
	Group   Group

	Channel string
	By      string            // for the audit log
	Owner   string            // conversation or user, to list own bookings
	Case    string            // progress case
	Contact string            // mail address; optional, sealed
	Answers map[string]string // further answers; optional, sealed
	// Over books beyond capacity and outside the booking window, never outside
	// the opening hours. It is for staff and stands in the audit log.
	Over bool
}

// Classes of sealed data of a booking.
const (
	classContact = "contact"
	classAnswers = "booking"
	classKey     = "access-key"
)

// Book makes a booking and returns its access key, which is shown to the
// resident this once and not kept (S4-021). Errors: those of Hold, and ErrGone
// when the hold no longer stands.
func (r *Reservations) Book(tx *store.Tx, q BookRequest) (b Booking, key string, err error) {
	e, err := r.edition(tx)
	if err != nil {
		return Booking{}, "", err
	}
	var v visit
	if q.Hold != "" {
		v, err = e.fromHold(tx, &q)
	} else {
		v, err = e.direct(tx, q)
	}
	if err != nil {
		return Booking{}, "", err
	}
	receipt, err := nextReceipt(tx, v.counter, v.day)
	if err != nil {
		return Booking{}, "", err
	}
	b = Booking{
		ID: store.NewID(), Counter: v.counter, Start: v.start, Minutes: v.minutes, Service: v.service.ID, Persons: v.persons,
		Channel: q.Channel, Group: groups[v.group], Status: Booked, Receipt: receipt, Owner: q.Owner, Case: q.Case,
		Made: tx.Now(), Changed: tx.Now(), Contact: q.Contact != "", claim: v.claim,
	}
	if key, err = insertBooking(tx, b, q); err != nil {
		return Booking{}, "", err
	}
	action := "booking.book"
	if q.Over {
		action = "booking.book-over"
	}
	return b, key, tx.Audit(q.By, action, b.ID)
}

// direct takes the places of a slot that nobody held before.
func (e *edition) direct(tx *store.Tx, q BookRequest) (visit, error) {
	v, err := e.table.visit(q.Counter, q.Start, q.Service, q.Persons, q.Group)
	if err != nil {
		return v, err
	}
	if !q.Over {
		err = e.table.Bookable(q.Service, q.Group, q.Start, tx.Now())
	} else if !tx.Now().Before(q.Start.Add(v.minutes).At()) {
		err = ErrTooLate{Limit: q.Start.Add(v.minutes)}
	}
	if err != nil {
		return v, err
	}
	return v, e.claimPlaces(tx, nil, &v, q.Over)
}

// fromHold turns a hold's places into those of a booking. The booking window
// was asked when the place was held; the opening rules are asked again, in case
// the day was closed in the meantime.
func (e *edition) fromHold(tx *store.Tx, q *BookRequest) (visit, error) {
	h, err := heldNow(tx, q.Hold)
	if err != nil {
		return visit{}, err
	}
	v, err := e.table.visit(h.Counter, h.Start, h.Service, h.Persons, h.Group)
	if err != nil {
		return v, err
	}
	if !tx.Now().Before(h.Start.At()) {
		return v, ErrTooLate{Limit: h.Start}
	}
	v.claim = h.claim
	return v, deleteHold(tx, h.ID)
}

// nextReceipt numbers the bookings of a counter's day from 1 (S4-037). A number
// is never given twice, even after a cancellation.
func nextReceipt(tx *store.Tx, counter, day string) (n int, err error) {
	err = tx.Row(`
		INSERT INTO reservation_receipt (tenant, counter, day, last) VALUES ($1, $2, $3, 1)
		ON CONFLICT (tenant, counter, day) DO UPDATE SET last = reservation_receipt.last + 1
		RETURNING last`, tx.Tenant(), counter, day).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("numbering a booking: %w", err)
	}
	return n, nil
}

// insertBooking writes the row and returns the access key made for it.
func insertBooking(tx *store.Tx, b Booking, q BookRequest) (key string, err error) {
	var contact, answers any // NULL unless given
	if q.Contact != "" {
		if contact, err = tx.Seal(classContact, b.ID, []byte(q.Contact)); err != nil {
			return "", fmt.Errorf("booking: %w", err)
		}
	}
	if len(q.Answers) > 0 {
		plain, err := json.Marshal(q.Answers)
		if err != nil {
			return "", fmt.Errorf("booking: %w", err)
		}
		if answers, err = tx.Seal(classAnswers, b.ID, plain); err != nil {
			return "", fmt.Errorf("booking: %w", err)
		}
	}
	for range 3 { // 2^50 keys: a second round is a curiosity
		key = newKey()
		n, err := tx.Exec(`
			INSERT INTO reservation_booking (tenant, id, counter, day, clock, minutes, takes, places, service, persons, channel, grp,
				status, receipt, access_key, owner, case_id, sequence, made_at, changed_at, contact, answers)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, 0, $18, $18, $19, $20)
			ON CONFLICT (tenant, access_key) DO NOTHING`,
			tx.Tenant(), b.ID, b.Counter, b.claim.day, int(b.Start.Clock), b.Minutes, b.claim.takes(), b.claim.places, b.Service,
			b.Persons, b.Channel, string(b.Group), string(b.Status), b.Receipt, tx.Blind(classKey, key), b.Owner, b.Case,
			store.Millis(b.Made), contact, answers)
		if err != nil {
			return "", fmt.Errorf("booking: %w", err)
		}
		if n == 1 {
			return ShowKey(key), nil
		}
	}
	return "", errors.New("booking: no unused access key found")
}

// keyLetters are the 32 symbols of an access key: none looks like another
// (S4-025).
const keyLetters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

// keyLength symbols are 50 bits.
const keyLength = 10

func newKey() string {
	var b [keyLength]byte
	rand.Read(b[:]) // never fails (crypto/rand)
	for i := range b {
		b[i] = keyLetters[b[i]%32]
	}
	return string(b[:])
}

// ShowKey writes a key as people read it, in two groups: XXXXX-XXXXX.
func ShowKey(key string) string {
	if len(key) != keyLength {
		return key
	}
	return key[:keyLength/2] + "-" + key[keyLength/2:]
}
