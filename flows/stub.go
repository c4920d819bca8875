package flows

import (
	"context"

	"madoguchi/i18n/civil"
)

// Field returns the field with this name, or nil.
func (f *Flow) Field(name string) *Field { return f.fields[name] }

// Advance asks the flow's machine which step follows from when it ends with
// outcome. An outcome the step has no way for is ErrNoWay.
func (f *Flow) Advance(ctx context.Context, from, outcome string) (to string, err error) {
	return "", nil
}

// Expr is a compiled condition.
type Expr struct{}

// Facts is what conditions can see: the answers so far (canonical values by
// field name) and the clock.
type Facts struct {
	Answer func(field string) string // "" if not answered
	Now    civil.DateTime
	Open   func(civil.Date) bool // is the office open on this date
}

// Holds evaluates the condition. An error is a fault of the flow file that the
// checker could not see; it never panics and its cost is bounded.
func (e *Expr) Holds(f Facts) (bool, error) { return false, nil }

type machine struct{}
