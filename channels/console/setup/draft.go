package setup

import (
	"cmp"
	"errors"
	"net/http"

	"madoguchi/channels/console"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/reservation"
)

// head is what every page of the area says of the person's draft.
type head struct {
	Kept        bool // there is a draft
	Differences []reservation.Difference
	// Stale: somebody else saved since the draft was begun.
	Stale bool
}

// load returns the person's draft; if there is none, a new one of what counts
// today.
func (d *desk) load(q *console.Request, tx *store.Tx) (reservation.Draft, head, error) {
	draft, err := d.Reservations.Draft(tx, q.By())
	if errors.Is(err, store.ErrNotFound) {
		draft, err = d.Reservations.NewDraft(tx, civil.Date{})
		return draft, head{}, err
	}
	if err != nil {
		return draft, head{}, err
	}
	_, version, err := d.Reservations.Settings(tx)
	return draft, head{
		Kept: true, Differences: reservation.Compare(draft.Begun, draft.Settings), Stale: version != draft.Base,
	}, err
}

// upcoming is the day a draft is to count from; a day that has passed since it
// was chosen is now.
func upcoming(draft reservation.Draft, today civil.Date) civil.Date {
	if draft.Effective.Before(today) {
		return civil.Date{}
	}
	return draft.Effective
}

// see reads the draft for a page, and the languages the municipality offers.
func (d *desk) see(q *console.Request) (draft reservation.Draft, h head, langs []i18n.Lang, err error) {
	err = q.View(func(tx *store.Tx) error {
		if draft, h, err = d.load(q, tx); err != nil {
			return err
		}
		t, err := d.Tenants.In(tx)
		if err != nil {
			return err
		}
		langs = d.offered(t.Settings.Languages)
		return nil
	})
	return draft, h, langs, err
}

// change makes a change to the person's draft and keeps it, if it compiles. The
// faults are those it would have; then nothing was kept.
func (d *desk) change(q *console.Request, fn func(*reservation.Settings) error) (faults []reservation.Fault, err error) {
	err = q.Update(func(tx *store.Tx) error {
		faults = nil
		draft, _, err := d.load(q, tx)
		if err != nil {
			return err
		}
		if err := fn(&draft.Settings); err != nil {
			return err
		}
		if _, err := reservation.Compile(draft.Settings, civil.Holiday); err != nil {
			if faults = reservation.Faults(err); faults == nil {
				return err
			}
			return nil
		}
		return d.Reservations.KeepDraft(tx, q.By(), draft)
	})
	return faults, err
}

// ending is where a form leads once its change is in the draft.
type ending struct {
	to   string // page
	done string // key of what is said there; "" says that the draft has the change
	// at is the thing the form is of: Compile's faults of it stand beside the
	// fields, those of other things on top. "" is for a form that makes several
	// things: whatever is wrong, it did.
	at string
	// again shows a form that is part of a larger page; nil shows the form alone.
	again func() error
}

// keep ends a form: what was typed becomes part of the person's draft, and the
// person goes on. Where something is wrong, in a field or with the settings that
// would come of it, nothing is kept and the form is shown again.
func (d *desk) keep(q *console.Request, f *form, end ending, fn func(*reservation.Settings) error) error {
	if !f.bad() {
		faults, err := d.change(q, fn)
		if err != nil {
			return err
		}
		if len(faults) == 0 {
			return q.See(end.to, cmp.Or(end.done, "setup.done.draft"))
		}
		f.faults(q, faults, end.at)
	}
	if end.again != nil {
		return end.again()
	}
	return f.again(q)
}

// remove makes a change that takes something away and goes to a page; where the
// rest would not hold together without it, says why.
func (d *desk) remove(q *console.Request, to string, fn func(*reservation.Settings) error) error {
	faults, err := d.change(q, fn)
	if err != nil {
		return err
	}
	if len(faults) > 0 {
		return &console.Problem{Status: 409, Text: "setup.problem.used", Args: []i18n.Arg{
			{Name: "place", Value: placeText(q, faults[0].At)}, {Name: "fault", Value: faultText(q, faults[0])}}}
	}
	return q.See(to, "setup.done.draft")
}

// dropDraft forgets the person's draft.
func (d *desk) dropDraft(q *console.Request) error {
	if err := q.Update(func(tx *store.Tx) error { return d.Reservations.DropDraft(tx, q.By()) }); err != nil {
		return err
	}
	return q.See("setup", "setup.done.dropped")
}

// mergeDraft puts the person's changes upon what somebody else saved meanwhile.
func (d *desk) mergeDraft(q *console.Request) error {
	var conflicts []reservation.Difference
	var first string
	err := q.Update(func(tx *store.Tx) error {
		draft, err := d.Reservations.Draft(tx, q.By())
		if err != nil {
			return err
		}
		on := draft.Effective
		if on.IsZero() {
			on = civil.In(tx.Now()).Date
		}
		fresh, err := d.Reservations.NewDraft(tx, on)
		if err != nil {
			return err
		}
		fresh.Settings, conflicts = reservation.Merge(draft.Begun, draft.Settings, fresh.Begun)
		fresh.Effective = draft.Effective
		if len(conflicts) > 0 {
			first = describe(q, fresh.Settings, conflicts[0]).Text()
		}
		return d.Reservations.KeepDraft(tx, q.By(), fresh)
	})
	if err != nil {
		return err
	}
	if len(conflicts) > 0 {
		return q.See("setup", "setup.done.merged-conflicts", i18n.Arg{Name: "n", Value: len(conflicts)},
			i18n.Arg{Name: "first", Value: first})
	}
	return q.See("setup", "setup.done.merged")
}

// editScheduled begins a draft of an edition that waits for its day.
func (d *desk) editScheduled(q *console.Request) error {
	day, err := civil.ParseDate(q.PostFormValue("day"))
	if err != nil {
		return console.ErrBadForm
	}
	err = q.Update(func(tx *store.Tx) error {
		_, err := d.Reservations.Draft(tx, q.By())
		if err == nil {
			return &console.Problem{Status: http.StatusConflict, Text: "setup.problem.has-draft"}
		}
		if !errors.Is(err, store.ErrNotFound) {
			return err
		}
		draft, err := d.Reservations.NewDraft(tx, day)
		if err != nil {
			return err
		}
		draft.Effective = day
		return d.Reservations.KeepDraft(tx, q.By(), draft)
	})
	if err != nil {
		return err
	}
	return q.See("setup", "setup.done.editing")
}
