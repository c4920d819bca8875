// Package reservation books visits to the counters of a municipality.
//
// What can be booked is never stored: it is computed from rules. What has been
// booked is one count row per slot beside one row per booking, both written in
// the transaction of the caller, so that a slot cannot be given away twice
// (S4-043) and a vacancy enquiry does not grow with the number of bookings.
//
//	Settings (editions by day) ──Compile──▶ Timetable ──Day──▶ slots of a day
//	                                                            minus
//	reservation_slot (one count row per slot) ─────────────▶  Availability, Next, Near
//	        ▲
//	        └── Hold ─▶ Book ─▶ Change, Cancel, CheckIn, CloseDay   (reservation_hold, reservation_booking)
//
// The files, in the order a newcomer may read them: settings.go (what staff
// decide), timetable.go (what follows from it for a day, pure), window.go (when
// it may be booked), edition.go (which settings count on which day),
// availability.go, places.go (the only code that changes a count row), hold.go,
// book.go, once.go (forms sent twice), change.go, waiting.go (who waits for an
// earlier place), visit.go, reception.go, search.go, verify.go, calendar.go, sample.go; and for those who change
// settings draft.go, fault.go, compare.go and preview.go (what a change would do
// to bookings).
//
// Every method takes the transaction of the caller and leaves it usable when it
// returns an error of this package: a refused booking has changed nothing, so a
// dialog can answer "full" and commit its turn.
//
// Rows are locked in one order, hold or booking first, then count rows by
// counter, day and time, then the receipt counter. A caller that makes several
// changes in one transaction may break that order; PostgreSQL then ends one of
// the two transactions, and the store runs it again.
package reservation

import (
	"sync"

	"madoguchi/i18n/civil"
	"madoguchi/store"
)

// Holidays names the national holiday that falls on a date, if one does.
type Holidays func(civil.Date) (name string, ok bool)

// Reservations is the reservation service of all tenants. It holds nothing but
// settings as they were read and compiled, and is safe for concurrent use.
type Reservations struct {
	holidays Holidays
	compiled sync.Map // tenant → *edition
	readings readings
	watchers []func(*store.Tx, Change) error
	offerers []func(tx *store.Tx, w Wait, secret string) error
}

// New returns the service. holidays must not be nil.
func New(holidays Holidays) *Reservations {
	return &Reservations{holidays: holidays}
}

// Group is the kind of channel a booking comes in by. Each can be limited to a
// part of a slot's places.
type Group string

// The groups.
const (
	Open     Group = "open"     // web, LINE, kiosk: residents themselves
	Phone    Group = "phone"    // staff, for a resident on the telephone
	Internal Group = "internal" // staff at the counter
)

// groups in the order of the columns of a count row.
var groups = [...]Group{Open, Phone, Internal}

// index returns the position of g among the groups, -1 if it is none.
func (g Group) index() int {
	for i, h := range groups {
		if g == h {
			return i
		}
	}
	return -1
}
