package reservation

import (
	"errors"
	"fmt"

	"madoguchi/i18n/civil"
	"madoguchi/store"
)

// The refusals a caller decides by. A refused call has changed nothing.
var (
	// ErrFull: no place is left for this party at this time. Near finds others.
	ErrFull = errors.New("no free place in this slot")
	// ErrGone: the hold has expired, was replaced, or never was.
	ErrGone = errors.New("the held place is gone")
	// ErrNotFound: no such booking, counter or service.
	ErrNotFound = fmt.Errorf("reservation: %w", store.ErrNotFound)
	// ErrStale: settings were saved by someone else in the meantime.
	ErrStale = errors.New("the settings have changed in the meantime")
	// ErrPast: settings for days that are over, or taken back when they count.
	ErrPast = errors.New("this day is over, or the settings count already")
)

// ErrUnknown is a counter or service that does not exist; it is ErrNotFound.
type ErrUnknown struct{ Kind, ID string }

func (e ErrUnknown) Error() string { return fmt.Sprintf("no %s %q", e.Kind, e.ID) }

// Is makes errors.Is(err, ErrNotFound) true.
func (e ErrUnknown) Is(target error) bool {
	return target == ErrNotFound || target == store.ErrNotFound
}

// ErrClosed is a time at which nobody is received.
type ErrClosed struct{ Reason Reason }

func (e ErrClosed) Error() string { return "closed: " + string(e.Reason.Kind) }

// ErrTooEarly is a booking before it can be made; Opens is when it can.
type ErrTooEarly struct{ Opens civil.DateTime }

func (e ErrTooEarly) Error() string { return "bookings open at " + e.Opens.String() }

// ErrTooLate is a booking, change or cancellation after its Limit. A time in
// the past is too late.
type ErrTooLate struct{ Limit civil.DateTime }

func (e ErrTooLate) Error() string { return "the limit was " + e.Limit.String() }

// ErrState is an action that a booking in this status does not allow.
type ErrState struct{ Status Status }

func (e ErrState) Error() string { return "the booking is " + string(e.Status) }

// ErrParty is a number of persons the service does not take.
type ErrParty struct{ Persons, Max int }

func (e ErrParty) Error() string {
	return fmt.Sprintf("%d persons; 1 to %d can be booked", e.Persons, e.Max)
}

// ErrGroup is a channel group that does not exist.
type ErrGroup struct{ Group Group }

func (e ErrGroup) Error() string { return fmt.Sprintf("no channel group %q", e.Group) }
