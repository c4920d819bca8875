package reservation

import (
	"errors"
	"fmt"
)

// Fault is one thing wrong with settings, as Compile finds it.
type Fault struct {
	// At is the place: "counter "honcho"", "counter "honcho" opening 2", …
	// (AtCounter and its like).
	At string
	// Field is the JSON name of the field that is wrong; "" if it is the thing
	// as a whole.
	Field string
	// Code is for programs and catalogs.
	Code string
	// Value is what was written, where that helps.
	Value string
	text  string
}

func (f Fault) Error() string { return f.At + ": " + f.text }

// Faults returns the faults an error of Compile has, nil for another error.
func Faults(err error) []Fault {
	var list []Fault
	var walk func(error)
	walk = func(err error) {
		switch e := err.(type) {
		case Fault:
			list = append(list, e)
		case interface{ Unwrap() []error }:
			for _, x := range e.Unwrap() {
				walk(x)
			}
		default:
			if x := errors.Unwrap(err); x != nil {
				walk(x)
			}
		}
	}
	if err != nil {
		walk(err)
	}
	return list
}

// The places of faults.
const AtSite, AtRules = "site", "hold_minutes"

// AtCounter is the place of a counter's faults.
func AtCounter(id string) string { return fmt.Sprintf("counter %q", id) }

// AtOpening is the place of the nth opening of a counter, from 0.
func AtOpening(counter string, n int) string {
	return fmt.Sprintf("%s opening %d", AtCounter(counter), n+1)
}

// AtService is the place of a service's faults.
func AtService(id string) string { return fmt.Sprintf("service %q", id) }

// AtResponse is the place of the faults of a response at reception.
func AtResponse(id string) string { return fmt.Sprintf("response %q", id) }

// AtClosure is the place of the nth closure, from 0.
func AtClosure(n int) string { return fmt.Sprintf("closure %d", n+1) }

// AtWindow is the place of the nth window, from 0.
func AtWindow(n int) string { return fmt.Sprintf("window %d", n+1) }
