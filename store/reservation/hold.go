package reservation

import (
	"errors"
	"fmt"
	"time"

	"madoguchi/i18n/civil"
	"madoguchi/store"
)

// HoldRequest asks for a place to be kept while its owner answers questions.
type HoldRequest struct {
	Counter string
	Start   civil.DateTime
	Service string
	Persons int
	Group   Group
	// Owner has at most one hold; "" makes a hold of its own.
	Owner string
	// For is how long; 0 is what the settings say.
	For time.Duration
}

// Hold is a place kept for a while. From Until on it is gone.
type Hold struct {
	ID      string
	Owner   string
	Counter string
	Start   civil.DateTime
	Service string
	Persons int
	Minutes int
	Group   Group
	Until   time.Time

	claim claim
}

// Hold keeps places for an owner, in place of those kept before. When it is
// refused, the owner's earlier hold stays. Errors: ErrFull, ErrClosed,
// ErrTooEarly, ErrTooLate, ErrParty, ErrGroup, ErrUnknown.
func (r *Reservations) Hold(tx *store.Tx, q HoldRequest) (Hold, error) {
	e, err := r.edition(tx)
	if err != nil {
		return Hold{}, err
	}
	v, err := e.table.visit(q.Counter, q.Start, q.Service, q.Persons, q.Group)
	if err != nil {
		return Hold{}, err
	}
	if err := e.table.Bookable(q.Service, q.Group, q.Start, tx.Now()); err != nil {
		return Hold{}, err
	}
	if q.For <= 0 {
		q.For = time.Duration(max(e.table.Settings.HoldMinutes, 0)) * time.Minute
		if q.For == 0 {
			q.For = 10 * time.Minute
		}
	}
	h := Hold{
		ID: store.NewID(), Owner: q.Owner, Counter: q.Counter, Start: q.Start, Service: q.Service, Persons: q.Persons,
		Minutes: v.minutes, Group: q.Group, Until: tx.Now().Add(q.For), claim: v.claim,
	}
	if h.Owner == "" {
		h.Owner = h.ID
	}
	former, err := ownersHold(tx, h)
	if err != nil {
		return Hold{}, err
	}
	var back []claim
	own := h.ID
	if former != nil {
		back, own = []claim{former.claim}, former.ID
	}
	if err := e.claimPlaces(tx, back, &v, false, own); err != nil {
		if former == nil && err == ErrFull {
			if err := deleteHold(tx, h.ID); err != nil {
				return Hold{}, err
			}
		}
		return Hold{}, err
	}
	if former == nil {
		return h, nil
	}
	if _, err := tx.Exec(`
		UPDATE reservation_hold SET id = $3, counter = $4, day = $5, clock = $6, takes = $7, places = $8, service = $9, persons = $10,
			minutes = $11, grp = $12, until = $13
		WHERE tenant = $1 AND id = $2`, append([]any{tx.Tenant(), former.ID, h.ID}, h.columns()...)...); err != nil {
		return Hold{}, fmt.Errorf("holding a place: %w", err)
	}
	return h, nil
}

// ownersHold locks the row of an owner's hold before any count row is touched.
// It returns the hold that stood so far; or, if there was none, inserts h and
// returns nil.
func ownersHold(tx *store.Tx, h Hold) (former *Hold, err error) {
	for {
		old, err := oneHold(tx, `owner = $2`+tx.ForUpdate(), h.Owner)
		if err == nil {
			return &old, nil
		}
		if !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
		n, err := tx.Exec(`
			INSERT INTO reservation_hold (tenant, owner, id, counter, day, clock, takes, places, service, persons, minutes, grp, until)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
			ON CONFLICT (tenant, owner) DO NOTHING`, append([]any{tx.Tenant(), h.Owner, h.ID}, h.columns()...)...)
		if err != nil {
			return nil, fmt.Errorf("holding a place: %w", err)
		}
		if n == 1 {
			return nil, nil
		}
		// Another transaction of the same owner was faster: take over its hold.
	}
}

// columns are the values of a hold's row from counter to until.
func (h Hold) columns() []any {
	return []any{h.Counter, h.claim.day, int(h.Start.Clock), h.claim.takes(), h.claim.places, h.Service, h.Persons, h.Minutes,
		string(h.Group), store.Millis(h.Until)}
}

// Release gives a hold's places back. A hold that is gone is no error.
func (r *Reservations) Release(tx *store.Tx, id string) error { return r.release(tx, `id = $2`, id) }

// ReleaseAll gives back what an owner holds, if there is anything.
func (r *Reservations) ReleaseAll(tx *store.Tx, owner string) error {
	return r.release(tx, `owner = $2`, owner)
}

func (r *Reservations) release(tx *store.Tx, where string, arg string) error {
	e, err := r.edition(tx)
	if err != nil {
		return err
	}
	h, err := oneHold(tx, where+tx.ForUpdate(), arg)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := deleteHold(tx, h.ID); err != nil {
		return err
	}
	return e.exchange(tx, []claim{h.claim}, nil, false)
}

// Held returns a hold that still stands, or ErrGone.
func (r *Reservations) Held(tx *store.Tx, id string) (Hold, error) {
	return heldNow(tx, id)
}

func heldNow(tx *store.Tx, id string) (Hold, error) {
	h, err := oneHold(tx, `id = $2`+tx.ForUpdate(), id)
	if errors.Is(err, store.ErrNotFound) || err == nil && !tx.Now().Before(h.Until) {
		return Hold{}, ErrGone
	}
	return h, err
}

// ExpireHolds ends the holds whose time is over, a few hundred at a time, and
// returns how many it ended. Vacancies and bookings do not wait for it: an
// expired hold never stands in the way of anyone. It is a periodic job's work.
func (r *Reservations) ExpireHolds(tx *store.Tx) (int, error) {
	e, err := r.edition(tx)
	if err != nil {
		return 0, err
	}
	return e.endHolds(tx, nil, "")
}

// endHolds ends expired holds; with near only those that take a slot on the
// day and at the counter of that claim, and never the one with the id own.
//
// It may run when count rows are locked already, against the order of locks.
// So it never waits for a row: what somebody else has in hands is left to them.
func (e *edition) endHolds(tx *store.Tx, near *claim, own string) (int, error) {
	skip := ""
	if tx.Postgres() {
		skip = " FOR UPDATE SKIP LOCKED"
	}
	now := store.Millis(tx.Now())
	var list []Hold
	var err error
	if near != nil {
		list, err = holds(tx, `until <= $2 AND counter = $3 AND day = $4 AND id <> $5 LIMIT 500`+skip, now, near.counter, near.day, own)
	} else {
		list, err = holds(tx, `until <= $2 ORDER BY until LIMIT 500`+skip, now)
	}
	if err != nil {
		return 0, err
	}
	ended := 0
	for _, h := range list {
		if skip != "" {
			free, err := e.lockCounts(tx, h.claim)
			if err != nil {
				return ended, err
			}
			if !free {
				continue
			}
		}
		if err := deleteHold(tx, h.ID); err != nil {
			return ended, err
		}
		if err := e.exchange(tx, []claim{h.claim}, nil, false); err != nil {
			return ended, err
		}
		ended++
	}
	return ended, nil
}

// lockCounts locks the count rows of a claim if nobody else holds one of them.
func (e *edition) lockCounts(tx *store.Tx, c claim) (bool, error) {
	for _, clock := range c.clocks {
		var used int
		err := tx.Row(`SELECT used FROM reservation_slot WHERE tenant = $1 AND counter = $2 AND day = $3 AND clock = $4 FOR UPDATE SKIP LOCKED`,
			tx.Tenant(), c.counter, c.day, clock).Scan(&used)
		if errors.Is(err, store.ErrNotFound) {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("ending a hold: %w", err)
		}
	}
	return true, nil
}

func deleteHold(tx *store.Tx, id string) error {
	if _, err := tx.Exec(`DELETE FROM reservation_hold WHERE tenant = $1 AND id = $2`, tx.Tenant(), id); err != nil {
		return fmt.Errorf("ending a hold: %w", err)
	}
	return nil
}

// oneHold returns the hold that a condition selects ($1 is the tenant), or
// store.ErrNotFound.
func oneHold(tx *store.Tx, where string, args ...any) (Hold, error) {
	list, err := holds(tx, where, args...)
	if err == nil && len(list) == 0 {
		err = store.ErrNotFound
	}
	if err != nil {
		return Hold{}, err
	}
	return list[0], nil
}

func holds(tx *store.Tx, where string, args ...any) ([]Hold, error) {
	rows, err := tx.Query(`SELECT id, owner, counter, day, clock, takes, places, service, persons, minutes, grp, until
		FROM reservation_hold WHERE tenant = $1 AND `+where, append([]any{tx.Tenant()}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("reading holds: %w", err)
	}
	defer rows.Close()
	var list []Hold
	for rows.Next() {
		var h Hold
		var day, takes string
		var clock int
		var until int64
		if err := rows.Scan(&h.ID, &h.Owner, &h.Counter, &day, &clock, &takes, &h.claim.places, &h.Service, &h.Persons,
			&h.Minutes, &h.Group, &until); err != nil {
			return nil, fmt.Errorf("reading holds: %w", err)
		}
		h.Until = store.FromMillis(until)
		h.claim.counter, h.claim.day, h.claim.group = h.Counter, day, h.Group.index()
		if h.Start, err = wallClock(day, clock); err != nil {
			return nil, err
		}
		if h.claim.clocks, err = readTakes(takes); err != nil {
			return nil, err
		}
		list = append(list, h)
	}
	return list, rows.Err()
}

// wallClock reads the day and clock columns.
func wallClock(day string, clock int) (civil.DateTime, error) {
	d, err := civil.ParseDate(day)
	if err != nil {
		return civil.DateTime{}, fmt.Errorf("reading a row: %w", err)
	}
	return civil.DateTime{Date: d, Clock: civil.Clock(clock)}, nil
}
