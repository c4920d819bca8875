// Package relocation moves or cancels the bookings that a change of settings
// left without a place, such as those of a counter that closes (S4-138), and
// sees that the residents hear of it.
//
//	choices ── Begin ──▶ relocation, relocation_booking ── Step, Step … ──▶ Change or Cancel, and a notice
//
// What is to become of each booking is written down first; then it is done some
// bookings at a time, each with its notice in one transaction. Whoever dies in
// between, the next Step goes on with what still waits. A booking that its
// resident changed meanwhile is left alone.
package relocation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/job"
	"madoguchi/store/notice"
	"madoguchi/store/reservation"
)

// Act is what is to become of a booking.
type Act string

// The acts.
const (
	Move   Act = "move"
	Cancel Act = "cancel"
	Leave  Act = "leave" // it stays, flagged
)

// State is where a booking of a relocation stands.
type State string

// The states.
const (
	Waiting   State = "waiting"
	Moved     State = "moved"
	Cancelled State = "cancelled"
	Left      State = "left"
	NoPlace   State = "no-place"  // there was no free place to move it to; it stays
	Overtaken State = "overtaken" // its resident or a colleague changed it meanwhile
)

// How is the way a resident was told.
type How string

// The ways.
const (
	NotTold How = ""       // there is nothing to tell
	ByMail  How = "mail"   // a mail is queued
	OnLine  How = "line"   // said in the LINE conversation
	Nobody  How = "nobody" // no channel reaches them: staff call, if they can
	ByHand  How = "by-hand"
)

// Choice is what is to become of one booking.
type Choice struct {
	Booking reservation.Booking
	Act     Act
	// Counter and Start are where it is to go; without them the nearest place
	// that is free when its turn comes. So is it where these are taken by then.
	Counter string
	Start   civil.DateTime
}

// mostProposed is for how many bookings a new place is looked for before anybody
// asks: it takes a write transaction's time. Beyond, each gets the nearest one
// when its turn comes.
const mostProposed = 2000

// Propose looks for a new place for each of the bookings that a preview leaves
// without one, none twice; an Offer without a Counter is one for which there is
// none. It returns nil where they are too many to look for.
func Propose(tx *store.Tx, preview *reservation.Preview, list []reservation.Misfit) ([]reservation.Offer, error) {
	if len(list) > mostProposed {
		return nil, nil
	}
	bookings := make([]reservation.Booking, len(list))
	for i, m := range list {
		bookings[i] = m.Booking
	}
	return preview.Propose(tx, bookings)
}

// Choose makes the choices for bookings. Those to be moved get the place that
// Propose finds.
func Choose(tx *store.Tx, preview *reservation.Preview, list []reservation.Misfit, act func(reservation.Booking) Act) ([]Choice, error) {
	offers, err := Propose(tx, preview, list)
	if err != nil {
		return nil, err
	}
	choices := make([]Choice, len(list))
	for i, m := range list {
		c := Choice{Booking: m.Booking, Act: act(m.Booking)}
		if c.Act == Move && offers != nil && offers[i].Counter != nil {
			c.Counter, c.Start = offers[i].Counter.ID, offers[i].Start
		}
		choices[i] = c
	}
	return choices, nil
}

// Service does relocations. Tell says to the resident of a booking, in the
// transaction that changed it, what became of it.
type Service struct {
	Reservations *reservation.Reservations
	Tell         func(tx *store.Tx, b reservation.Booking, kind notice.Kind) (How, error)
}

// Relocation is one piece of work.
type Relocation struct {
	ID     string
	Reason string // a word for what made it necessary: "settings" or "closing"
	Made   time.Time
	By     string
	Ended  time.Time // zero while bookings wait
}

// Begin writes down what is to become of bookings. Nothing happens to them
// before Step.
func (s Service) Begin(tx *store.Tx, reason string, list []Choice, by string) (id string, err error) {
	id = store.NewID()
	now := store.Millis(tx.Now())
	if _, err := tx.Exec(`INSERT INTO relocation (tenant, id, reason, made_at, made_by, ended_at) VALUES ($1, $2, $3, $4, $5, 0)`,
		tx.Tenant(), id, reason, now, by); err != nil {
		return "", fmt.Errorf("beginning a relocation: %w", err)
	}
	for i, c := range list {
		day, state := "", Waiting
		if c.Counter != "" {
			day = c.Start.Date.String()
		}
		if c.Act == Leave {
			state = Left
		}
		if _, err := tx.Exec(`
			INSERT INTO relocation_booking (tenant, relocation, booking, position, act, counter, day, clock, sequence, was, state, told)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '')`,
			tx.Tenant(), id, c.Booking.ID, i, string(c.Act), c.Counter, day, int(c.Start.Clock), c.Booking.Sequence,
			c.Booking.Counter+" "+c.Booking.Start.String(), string(state)); err != nil {
			return "", fmt.Errorf("beginning a relocation: %w", err)
		}
	}
	return id, tx.Audit(by, "relocation.begin", id, "reason", reason, "bookings", len(list))
}

// AtOnce is how many bookings one transaction changes, so that turns of the
// dialog need not wait long in between.
const AtOnce = 20

// Step does the next bookings of a relocation in one transaction and returns
// how many still wait.
func (s Service) Step(tx *store.Tx, id string) (left int, err error) {
	var by string
	var ended int64
	if err := tx.Row(`SELECT made_by, ended_at FROM relocation WHERE tenant = $1 AND id = $2`+tx.ForUpdate(), tx.Tenant(), id).Scan(&by, &ended); err != nil {
		return 0, err
	}
	if ended != 0 {
		return 0, nil
	}
	list, err := s.items(tx, `relocation = $2 AND state = 'waiting' ORDER BY position LIMIT $3`, id, AtOnce)
	if err != nil {
		return 0, err
	}
	for _, it := range list {
		state, told, err := s.do(tx, it, by)
		if err != nil {
			return 0, fmt.Errorf("booking %s of a relocation: %w", it.Booking, err)
		}
		if _, err := tx.Exec(`UPDATE relocation_booking SET state = $4, told = $5 WHERE tenant = $1 AND relocation = $2 AND booking = $3`,
			tx.Tenant(), id, it.Booking, string(state), string(told)); err != nil {
			return 0, fmt.Errorf("a step of a relocation: %w", err)
		}
	}
	if err := tx.Row(`SELECT COUNT(*) FROM relocation_booking WHERE tenant = $1 AND relocation = $2 AND state = 'waiting'`,
		tx.Tenant(), id).Scan(&left); err != nil {
		return 0, fmt.Errorf("a step of a relocation: %w", err)
	}
	if left > 0 {
		return left, nil
	}
	if _, err := tx.Exec(`UPDATE relocation SET ended_at = $3 WHERE tenant = $1 AND id = $2`, tx.Tenant(), id, store.Millis(tx.Now())); err != nil {
		return 0, fmt.Errorf("a step of a relocation: %w", err)
	}
	return 0, tx.Audit(by, "relocation.end", id)
}

// do changes one booking and tells its resident.
func (s Service) do(tx *store.Tx, it Item, by string) (State, How, error) {
	b, err := s.Reservations.ByID(tx, it.Booking)
	if errors.Is(err, store.ErrNotFound) {
		return Overtaken, NotTold, nil
	}
	if err != nil {
		return "", "", err
	}
	if b.Status != reservation.Booked || b.Sequence != it.sequence {
		return Overtaken, NotTold, nil
	}
	// The limits for residents do not bind here: the office takes the place away.
	staff := reservation.By{Who: by, Group: reservation.Internal}
	state, kind := Moved, notice.Changed
	if it.Act == Cancel {
		state, kind = Cancelled, notice.Cancelled
		b, err = s.Reservations.Cancel(tx, b.ID, staff)
	} else {
		b, err = s.move(tx, b, it, staff)
	}
	switch {
	case errors.Is(err, errNoPlace):
		return NoPlace, NotTold, nil
	case refused(err):
		return NoPlace, NotTold, nil
	case err != nil:
		return "", "", err
	}
	told, err := s.Tell(tx, b, kind)
	return state, told, err
}

var errNoPlace = errors.New("there is no free place")

// move takes the place that was chosen, or the nearest one where it is gone.
func (s Service) move(tx *store.Tx, b reservation.Booking, it Item, by reservation.By) (reservation.Booking, error) {
	if it.Counter != "" {
		moved, err := s.Reservations.Change(tx, b.ID, reservation.Move{Counter: it.Counter, Start: it.Start}, by)
		if !refused(err) {
			return moved, err
		}
	}
	now, err := s.Reservations.Now(tx)
	if err != nil {
		return b, err
	}
	offers, err := now.Propose(tx, []reservation.Booking{b})
	if err != nil {
		return b, err
	}
	if offers[0].Counter == nil {
		return b, errNoPlace
	}
	return s.Reservations.Change(tx, b.ID, reservation.Move{Counter: offers[0].Counter.ID, Start: offers[0].Start}, by)
}

// refused reports whether an error is the service's no, which changed nothing.
func refused(err error) bool {
	var closed reservation.ErrClosed
	var early reservation.ErrTooEarly
	var late reservation.ErrTooLate
	var party reservation.ErrParty
	var state reservation.ErrState
	return errors.Is(err, reservation.ErrFull) || errors.Is(err, reservation.ErrNotFound) || errors.As(err, &closed) ||
		errors.As(err, &early) || errors.As(err, &late) || errors.As(err, &party) || errors.As(err, &state)
}

// Item is one booking of a relocation.
type Item struct {
	Booking string
	Act     Act
	Counter string // where it was to go, "" for the nearest place
	Start   civil.DateTime
	Was     string // counter and time before
	State   State
	Told    How

	sequence int
}

func (s Service) items(tx *store.Tx, where string, args ...any) ([]Item, error) {
	rows, err := tx.Query(`SELECT booking, act, counter, day, clock, sequence, was, state, told FROM relocation_booking
		WHERE tenant = $1 AND `+where, append([]any{tx.Tenant()}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("reading a relocation: %w", err)
	}
	defer rows.Close()
	var list []Item
	for rows.Next() {
		var it Item
		var day string
		var clock int
		if err := rows.Scan(&it.Booking, &it.Act, &it.Counter, &day, &clock, &it.sequence, &it.Was, &it.State, &it.Told); err != nil {
			return nil, fmt.Errorf("reading a relocation: %w", err)
		}
		if day != "" {
			if it.Start.Date, err = civil.ParseDate(day); err != nil {
				return nil, fmt.Errorf("reading a relocation: %w", err)
			}
			it.Start.Clock = civil.Clock(clock)
		}
		list = append(list, it)
	}
	return list, rows.Err()
}

// Find returns a relocation, or store.ErrNotFound.
func (s Service) Find(tx *store.Tx, id string) (Relocation, error) {
	list, err := s.relocations(tx, `id = $2`, id)
	if err == nil && len(list) == 0 {
		err = store.ErrNotFound
	}
	if err != nil {
		return Relocation{}, err
	}
	return list[0], nil
}

// Latest returns the newest relocations.
func (s Service) Latest(tx *store.Tx, limit int) ([]Relocation, error) {
	return s.relocations(tx, `1 = 1 ORDER BY id DESC LIMIT $2`, limit)
}

func (s Service) relocations(tx *store.Tx, where string, args ...any) ([]Relocation, error) {
	rows, err := tx.Query(`SELECT id, reason, made_at, made_by, ended_at FROM relocation WHERE tenant = $1 AND `+where,
		append([]any{tx.Tenant()}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("reading relocations: %w", err)
	}
	defer rows.Close()
	var list []Relocation
	for rows.Next() {
		var r Relocation
		var made, ended int64
		if err := rows.Scan(&r.ID, &r.Reason, &made, &r.By, &ended); err != nil {
			return nil, fmt.Errorf("reading relocations: %w", err)
		}
		r.Made = store.FromMillis(made)
		if ended != 0 {
			r.Ended = store.FromMillis(ended)
		}
		list = append(list, r)
	}
	return list, rows.Err()
}

// Tally is how many bookings of a relocation stand where.
type Tally struct {
	All, Waiting, Moved, Cancelled, Left, NoPlace, Overtaken int
	// ToCall were changed and reached by no channel.
	ToCall int
}

// Tally counts the bookings of a relocation.
func (s Service) Tally(tx *store.Tx, id string) (t Tally, err error) {
	rows, err := tx.Query(`SELECT state, told, COUNT(*) FROM relocation_booking WHERE tenant = $1 AND relocation = $2 GROUP BY state, told`, tx.Tenant(), id)
	if err != nil {
		return t, fmt.Errorf("counting a relocation: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var state State
		var told How
		var n int
		if err := rows.Scan(&state, &told, &n); err != nil {
			return t, fmt.Errorf("counting a relocation: %w", err)
		}
		t.All += n
		*map[State]*int{Waiting: &t.Waiting, Moved: &t.Moved, Cancelled: &t.Cancelled, Left: &t.Left, NoPlace: &t.NoPlace, Overtaken: &t.Overtaken}[state] += n
		if told == Nobody {
			t.ToCall += n
		}
	}
	return t, rows.Err()
}

// Items returns a page of a relocation's bookings: with toCall only those whose
// resident no channel reached.
func (s Service) Items(tx *store.Tx, id string, toCall bool, offset, limit int) ([]Item, error) {
	where := `relocation = $2`
	if toCall {
		where += ` AND told = 'nobody'`
	}
	return s.items(tx, where+` ORDER BY position LIMIT $3 OFFSET $4`, id, limit, offset)
}

// Called records that staff told a resident themselves.
func (s Service) Called(tx *store.Tx, id, booking, by string) error {
	n, err := tx.Exec(`UPDATE relocation_booking SET told = 'by-hand' WHERE tenant = $1 AND relocation = $2 AND booking = $3 AND told = 'nobody'`,
		tx.Tenant(), id, booking)
	if err != nil {
		return fmt.Errorf("a call of a relocation: %w", err)
	}
	if n == 0 {
		return store.ErrNotFound
	}
	return tx.Audit(by, "relocation.called", booking, "relocation", id)
}

// Run does a relocation to its end, step by step.
func (s Service) Run(ctx context.Context, db *store.DB, tenant, id string) error {
	for ctx.Err() == nil {
		var left int
		err := db.Update(ctx, tenant, func(tx *store.Tx) (err error) {
			left, err = s.Step(tx, id)
			return err
		})
		if err != nil || left == 0 {
			return err
		}
	}
	return ctx.Err()
}

// Jobs go on with relocations that were interrupted.
func (s Service) Jobs(db *store.DB) []job.Job {
	return []job.Job{{Name: "relocations", Every: time.Minute, Run: func(ctx context.Context, tenant string) error {
		var open []Relocation
		err := db.View(ctx, tenant, func(tx *store.Tx) (err error) {
			open, err = s.relocations(tx, `ended_at = 0 ORDER BY id`)
			return err
		})
		for _, r := range open {
			err = errors.Join(err, s.Run(ctx, db, tenant, r.ID))
		}
		return err
	}}}
}
