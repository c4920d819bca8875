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
	// the opening hours. It is for staff and stands in the audit log with why:
	// a code and words without personal data.
	Over        bool
	Why, Remark string
	// WalkIn books for somebody who stands at the counter: the slot may have
	// begun, and the booking window does not bind; the capacity does.
	WalkIn bool
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
	if b, key, ok, err := r.bookAtOnce(tx, q); ok || err != nil {
		return b, key, err
	}
	e, err := r.edition(tx)
	if err != nil {
		return Booking{}, "", err
	}
	var v visit
	if q.Hold != "" {
		v, err = e.held(tx, q.Hold)
	} else {
		v, err = e.wanted(tx, q)
	}
	if err != nil {
		return Booking{}, "", err
	}
	b, key, row, err := newBooking(tx, v, q)
	if err != nil {
		return Booking{}, "", err
	}
	if q.Hold != "" {
		err = deleteHold(tx, q.Hold)
	} else {
		err = e.claimPlaces(tx, nil, &v, q.Over, "")
	}
	if err != nil {
		return Booking{}, "", err
	}
	if b.Receipt, err = nextReceipt(tx, v.counter, v.day); err != nil {
		return Booking{}, "", err
	}
	if _, err := tx.Exec(insertBooking, append(row, b.Receipt)...); err != nil {
		return Booking{}, "", fmt.Errorf("booking: %w", err)
	}
	c := Change{Action: "booking.book", After: b, By: q.By}
	switch {
	case q.Over:
		c.Action = "booking.book-over"
		return b, key, r.record(tx, c, "why", q.Why, "remark", q.Remark)
	case q.WalkIn:
		c.Action = "booking.walk-in"
	}
	return b, key, r.record(tx, c)
}

// bookAtOnce is Book for the usual case on PostgreSQL, in one statement: a count
// row that many wait for is locked for fewer round trips. It trusts the settings
// seen last as long as the statement finds them still in force. It reports
// false, having changed nothing, whenever anything is unusual: refusals are
// Book's business.
func (r *Reservations) bookAtOnce(tx *store.Tx, q BookRequest) (b Booking, key string, ok bool, err error) {
	if !tx.Postgres() || q.Hold != "" || q.Over || q.WalkIn {
		return b, "", false, nil
	}
	e := r.lastSeen(tx)
	v, err := e.wanted(tx, q)
	if err != nil || len(v.slots) != 1 {
		return b, "", false, nil
	}
	c := change{counter: v.counter, day: v.day, clock: v.clocks[0], slot: &v.slots[0], version: v.version}
	c.by[v.group] = v.places
	if !c.fits() {
		return b, "", false, nil
	}
	b, key, row, err := newBooking(tx, v, q)
	if err != nil {
		return b, "", false, err
	}
	row = append(append(row, c.takeArguments(0)...), e.mark)
	err = tx.Row(takeNumberBook, row...).Scan(&b.Receipt)
	if errors.Is(err, store.ErrNotFound) {
		return b, "", false, nil
	}
	if err != nil {
		return b, "", false, fmt.Errorf("booking: %w", err)
	}
	return b, key, true, r.record(tx, Change{Action: "booking.book", After: b, By: q.By})
}

// wanted checks a wish for a slot that nobody held before.
func (e *edition) wanted(tx *store.Tx, q BookRequest) (visit, error) {
	v, err := e.table.visit(q.Counter, q.Start, q.Service, q.Persons, q.Group)
	if err != nil {
		return v, err
	}
	if !q.Over && !q.WalkIn {
		return v, e.table.Bookable(q.Service, q.Group, q.Start, tx.Now())
	}
	if end := q.Start.Add(v.minutes); !tx.Now().Before(end.At()) {
		return v, ErrTooLate{Limit: end}
	}
	return v, nil
}

// held returns what a hold keeps. The booking window was asked when the place
// was held; the opening rules are asked again, in case the day was closed in
// the meantime.
func (e *edition) held(tx *store.Tx, id string) (visit, error) {
	h, err := heldNow(tx, id)
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
	return v, nil
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

// bookingColumns are those newBooking gives values for, and the receipt number.
const bookingColumns = `tenant, id, counter, day, clock, minutes, takes, places, service, persons, channel, grp, status, access_key, owner,
	case_id, sequence, made_at, changed_at, contact, answers, receipt`

const insertBooking = `INSERT INTO reservation_booking (` + bookingColumns + `)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 0, $17, $17, $18, $19, $20)`

// takeNumberBook takes a place, gives a number and writes the booking, if the
// settings with this mark are in force and the place is free.
var takeNumberBook = `
WITH slot AS (` + takePlacesBy(`SELECT $1, $3, $4, $5`, ` WHERE $30 = (
		SELECT mark FROM reservation_settings WHERE tenant = $1 ORDER BY version DESC LIMIT 1)`, 20) + ` RETURNING 1
), number AS (
	INSERT INTO reservation_receipt (tenant, counter, day, last) SELECT $1, $3, $4, 1 FROM slot
	ON CONFLICT (tenant, counter, day) DO UPDATE SET last = reservation_receipt.last + 1
	RETURNING last
)
INSERT INTO reservation_booking (` + bookingColumns + `)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 0, $17, $17, $18, $19, last FROM number
RETURNING receipt`

// newBooking makes a booking, its access key as people read it, and the values
// of its row, all but the receipt number.
//
// Whether the key is taken is not asked first: with ten million bookings the
// chance is one in a hundred million. Then the transaction fails as a whole,
// and the next try has another key.
func newBooking(tx *store.Tx, v visit, q BookRequest) (b Booking, shown string, row []any, err error) {
	b = Booking{
		ID: store.NewID(), Counter: v.counter, Start: v.start, Minutes: v.minutes, Service: v.service.ID, Persons: v.persons,
		Channel: q.Channel, Group: groups[v.group], Status: Booked, Owner: q.Owner, Case: q.Case,
		Made: tx.Now(), Changed: tx.Now(), Contact: q.Contact != "", claim: v.claim,
	}
	var contact, answers any // NULL unless given
	if q.Contact != "" {
		if contact, err = tx.Seal(classContact, b.ID, []byte(q.Contact)); err != nil {
			return b, "", nil, fmt.Errorf("booking: %w", err)
		}
	}
	if len(q.Answers) > 0 {
		plain, err := json.Marshal(q.Answers)
		if err != nil {
			return b, "", nil, fmt.Errorf("booking: %w", err)
		}
		if answers, err = tx.Seal(classAnswers, b.ID, plain); err != nil {
			return b, "", nil, fmt.Errorf("booking: %w", err)
		}
	}
	key := NewKey()
	row = append(make([]any, 0, 30), // room for what takeNumberBook needs besides
		tx.Tenant(), b.ID, b.Counter, b.claim.day, int(b.Start.Clock), b.Minutes, b.claim.takes(), b.claim.places, b.Service, b.Persons,
		b.Channel, string(b.Group), string(b.Status), tx.Blind(classKey, key), b.Owner, b.Case, store.Millis(b.Made), contact, answers)
	return b, ShowKey(key), row, nil
}

// keyLetters are the 32 symbols of an access key: none looks like another
// (S4-025).
const keyLetters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

// keyLength symbols are 50 bits.
const keyLength = 10

// NewKey makes an access key. Keys of other things are made like those of
// bookings, so that people learn one kind of key.
func NewKey() string {
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
