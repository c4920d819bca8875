package reservation

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"madoguchi/i18n/civil"
	"madoguchi/store"
)

// claim is the places a hold or a booking takes: the same number in each of
// its slots.
type claim struct {
	counter string
	day     string
	clocks  []int // of its slots, ascending
	places  int
	group   int // index into groups
}

// takes writes the slots of a claim for its row. The times are kept with the
// row, so that it gives back what it took even when the rules have changed.
func (c claim) takes() string {
	if len(c.clocks) == 1 {
		return strconv.Itoa(c.clocks[0])
	}
	parts := make([]string, len(c.clocks))
	for i, n := range c.clocks {
		parts[i] = strconv.Itoa(n)
	}
	return strings.Join(parts, " ")
}

func readTakes(s string) ([]int, error) {
	parts := strings.Fields(s)
	clocks := make([]int, len(parts))
	for i, p := range parts {
		n, err := strconv.Atoi(p)
		if err != nil {
			return nil, fmt.Errorf("slots %q of a row: %w", s, err)
		}
		clocks[i] = n
	}
	return clocks, nil
}

// visit is a wish that the rules allow: what to write, and the slots it needs.
type visit struct {
	claim
	start   civil.DateTime
	service *Service
	persons int
	minutes int
	slots   []Slot
	version int64 // of the settings that have these slots
}

// visit checks a wish against the rules, all but the time of booking.
func (t *Timetable) visit(counter string, start civil.DateTime, service string, persons int, g Group) (visit, error) {
	return t.visitOn(t.Day(counter, start.Date), counter, start, service, persons, g)
}

// visitOn is visit for a caller who has the plan of the day.
func (t *Timetable) visitOn(p DayPlan, counter string, start civil.DateTime, service string, persons int, g Group) (visit, error) {
	t = t.on(start.Date)
	s, c := t.services[service], t.counters[counter]
	switch {
	case s == nil || s.Hidden:
		return visit{}, ErrUnknown{"service", service}
	case c == nil:
		return visit{}, ErrUnknown{"counter", counter}
	case g.index() < 0:
		return visit{}, ErrGroup{g}
	case persons < 1 || persons > max(1, s.MaxPersons):
		return visit{}, ErrParty{Persons: persons, Max: max(1, s.MaxPersons)}
	case !c.data.Takes(service):
		return visit{}, ErrClosed{Reason{Kind: NotTaken}}
	}
	slots, reason := p.run(start.Clock, max(1, s.Slots))
	if slots == nil {
		return visit{}, ErrClosed{reason}
	}
	v := visit{
		claim:   claim{counter: counter, day: start.Date.String(), places: s.places(persons), group: g.index()},
		start:   start,
		service: s,
		persons: persons,
		slots:   slots,
		version: t.version,
	}
	for _, slot := range slots {
		v.minutes += slot.Minutes
		v.clocks = append(v.clocks, int(slot.Start))
	}
	return v, nil
}

// places is what a party takes of a slot's capacity.
func (s *Service) places(persons int) int {
	if s.PerPerson {
		return persons
	}
	return 1
}

// change is what happens to one count row.
type change struct {
	counter string
	day     string
	clock   int
	by      [len(groups)]int
	slot    *Slot // the rule, where places are taken
	version int64 // of the settings it is from
}

func (c *change) total() int { return c.by[0] + c.by[1] + c.by[2] }

func (c *change) givesAny() bool { return c.by[0] < 0 || c.by[1] < 0 || c.by[2] < 0 }

func (c *change) takesAny() bool { return c.by[0] > 0 || c.by[1] > 0 || c.by[2] > 0 }

// exchange gives back the places of the claims in back and takes those of v (if
// any), all or nothing, touching each count row once and in order. A place that
// is given back and taken again is never free in between, and never counted
// twice: this is what makes a change of time atomic (S4-038).
//
// With over the places are taken beyond capacity and quotas; the row remembers
// how many.
//
// It returns ErrFull, with everything as before, if a slot has not enough left.
func (e *edition) exchange(tx *store.Tx, back []claim, v *visit, over bool) error {
	changes := make([]change, 0, 4)
	add := func(c claim, sign int, slots []Slot) {
		for i, clock := range c.clocks {
			j := slices.IndexFunc(changes, func(x change) bool {
				return x.clock == clock && x.day == c.day && x.counter == c.counter
			})
			if j < 0 {
				changes = append(changes, change{counter: c.counter, day: c.day, clock: clock})
				j = len(changes) - 1
			}
			changes[j].by[c.group] += sign * c.places
			if slots != nil {
				changes[j].slot, changes[j].version = &slots[i], v.version
			}
		}
	}
	for _, c := range back {
		add(c, -1, nil)
	}
	if v != nil {
		add(v.claim, 1, v.slots)
	}
	slices.SortFunc(changes, func(a, b change) int {
		return cmp.Or(cmp.Compare(a.counter, b.counter), cmp.Compare(a.day, b.day), cmp.Compare(a.clock, b.clock))
	})
	for i := range changes {
		c := &changes[i]
		var err error
		switch {
		case c.by == [len(groups)]int{}:
			continue
		case c.takesAny():
			err = e.take(tx, c, over)
		default:
			err = addUp(tx, c, 1)
		}
		if err == nil {
			continue
		}
		for _, done := range changes[:i] {
			if done.by == [len(groups)]int{} {
				continue
			}
			if undo := addUp(tx, &done, -1); undo != nil {
				return undo
			}
		}
		return err
	}
	return nil
}

// takePlacesBy is the one statement by which a place is given away. Its
// condition stands in the statement itself, so it holds whoever writes at the
// same time. row begins the row with tenant, counter, day and clock, and end
// completes it; the parameters from first on are those of takeArguments.
func takePlacesBy(row, end string, first int) string {
	version := first + 6
	var p []any
	for i := first; i < first+10; i++ {
		if p = append(p, i); i == version {
			p = append(p, i) // since
		}
	}
	return fmt.Sprintf(`
INSERT INTO reservation_slot (tenant, counter, day, clock, used, used_open, used_phone, used_internal, cap, forced, edition, since)
`+row+`, $%d, $%d, $%d, $%d, $%d, $%d, $%d, $%d`+end+`
ON CONFLICT (tenant, counter, day, clock) DO UPDATE SET
	used = reservation_slot.used + excluded.used,
	used_open = reservation_slot.used_open + excluded.used_open,
	used_phone = reservation_slot.used_phone + excluded.used_phone,
	used_internal = reservation_slot.used_internal + excluded.used_internal,
	cap = excluded.cap, forced = reservation_slot.forced + excluded.forced,
	since = CASE WHEN reservation_slot.edition = excluded.edition THEN reservation_slot.since ELSE 0 END, edition = excluded.edition
WHERE excluded.forced > 0 OR (
	reservation_slot.used + excluded.used <= excluded.cap
	AND (excluded.used_open <= 0 OR reservation_slot.used_open + excluded.used_open <= $%d)
	AND (excluded.used_phone <= 0 OR reservation_slot.used_phone + excluded.used_phone <= $%d)
	AND (excluded.used_internal <= 0 OR reservation_slot.used_internal + excluded.used_internal <= $%d))`, p...)
}

var takePlaces = takePlacesBy("VALUES ($1, $2, $3, $4", ")", 5)

// swapPlaces is takePlaces for a slot in which places are also given back, by a
// group to another: its row exists.
const swapPlaces = `
UPDATE reservation_slot SET used = used + $5, used_open = used_open + $6, used_phone = used_phone + $7, used_internal = used_internal + $8,
	cap = $9, forced = forced + $10, since = CASE WHEN edition = $11 THEN since ELSE 0 END, edition = $11
WHERE tenant = $1 AND counter = $2 AND day = $3 AND clock = $4 AND ($10 > 0 OR (
	used + $5 <= $9
	AND ($6 <= 0 OR used_open + $6 <= $12) AND ($7 <= 0 OR used_phone + $7 <= $13) AND ($8 <= 0 OR used_internal + $8 <= $14)))`

// takeArguments are the places to take and the limits to keep.
func (c *change) takeArguments(forced int) []any {
	s := c.slot
	return []any{c.total(), c.by[0], c.by[1], c.by[2], s.Capacity, forced, c.version, s.Quota[0], s.Quota[1], s.Quota[2]}
}

// fits reports whether a change fits an empty slot.
func (c *change) fits() bool {
	s := c.slot
	return c.total() <= s.Capacity && c.by[0] <= s.Quota[0] && c.by[1] <= s.Quota[1] && c.by[2] <= s.Quota[2]
}

// take adds to a count row as far as its slot allows.
func (e *edition) take(tx *store.Tx, c *change, over bool) error {
	forced := 0
	if over {
		forced = max(c.total(), 0)
	} else if !c.fits() {
		return ErrFull // also when there is no row yet
	}
	statement := takePlaces
	if c.givesAny() {
		statement = swapPlaces
	}
	n, err := tx.Exec(statement, append([]any{tx.Tenant(), c.counter, c.day, c.clock}, c.takeArguments(forced)...)...)
	if err != nil {
		return fmt.Errorf("taking a place: %w", err)
	}
	if n == 0 {
		return ErrFull
	}
	return nil
}

// addUp adds a change to an existing count row without asking for capacity:
// for places given back, and to undo.
func addUp(tx *store.Tx, c *change, sign int) error {
	n, err := tx.Exec(`
		UPDATE reservation_slot SET used = used + $5, used_open = used_open + $6, used_phone = used_phone + $7, used_internal = used_internal + $8
		WHERE tenant = $1 AND counter = $2 AND day = $3 AND clock = $4
			AND used + $5 >= 0 AND used_open + $6 >= 0 AND used_phone + $7 >= 0 AND used_internal + $8 >= 0`,
		tx.Tenant(), c.counter, c.day, c.clock, sign*c.total(), sign*c.by[0], sign*c.by[1], sign*c.by[2])
	if err != nil {
		return fmt.Errorf("giving a place back: %w", err)
	}
	if n != 1 {
		return fmt.Errorf("giving a place back: the count of %s %s %s does not have it", c.counter, c.day, civil.Clock(c.clock))
	}
	return nil
}

// claimPlaces is exchange for a caller who may be refused a place that only an
// expired hold still takes: those holds end first, then it tries once more. The
// hold with the id own is the caller's, whose places are in back already.
func (e *edition) claimPlaces(tx *store.Tx, back []claim, v *visit, over bool, own string) error {
	err := e.exchange(tx, back, v, over)
	if err != ErrFull {
		return err
	}
	ended, err := e.endHolds(tx, &v.claim, own)
	if err != nil {
		return err
	}
	if ended == 0 {
		return ErrFull
	}
	return e.exchange(tx, back, v, over)
}
