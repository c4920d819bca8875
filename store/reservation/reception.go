package reservation

import (
	"errors"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"madoguchi/i18n/civil"
	"madoguchi/store"
)

// Response is one way a visit can end (対応内容, S4-078), as the municipality
// words it.
type Response struct {
	ID    string `json:"id"`
	Names Names  `json:"names"`
	// Hidden takes it off the list; visits recorded with it stay readable.
	Hidden bool `json:"hidden,omitempty"`
}

// Reception is what was recorded when the visitors came (S4-078).
type Reception struct {
	Came      time.Time // zero: no reception is recorded
	By        string    // who received them
	Collected bool      // the old card was handed in (住基カード回収)
	Response  string    // id of a Response, "" if none was chosen
	Note      string    // free words, sealed; may name people
}

// classNote is the class of sealed data of a reception's notes.
const classNote = "visit-note"

// longestNote bounds the free words of a reception, in characters.
const longestNote = 1000

// ErrNote says that the free words of a reception are too long.
var ErrNote = errors.New("the note is too long")

// Receive is CheckIn with what reception records beside it. Receiving again
// corrects what was recorded. Errors: those of CheckIn, ErrUnknown for a
// response that does not exist, ErrNote.
func (r *Reservations) Receive(tx *store.Tx, id string, in Reception, by By) (Booking, error) {
	e, err := r.edition(tx)
	if err != nil {
		return Booking{}, err
	}
	if in.Response != "" && e.table.Response(in.Response) == nil {
		return Booking{}, ErrUnknown{"response", in.Response}
	}
	if utf8.RuneCountInString(in.Note) > longestNote {
		return Booking{}, ErrNote
	}
	b, err := r.CheckIn(tx, id, by)
	if err != nil {
		return b, err
	}
	before, err := r.ReceptionOf(tx, id)
	if err != nil {
		return b, err
	}
	in.Came, in.By = before.Came, before.By
	if in == before {
		return b, nil
	}
	var note any // NULL unless given
	if in.Note != "" {
		if note, err = tx.Seal(classNote, id, []byte(in.Note)); err != nil {
			return b, fmt.Errorf("recording a reception: %w", err)
		}
	}
	_, err = tx.Exec(`UPDATE reservation_visit SET collected = $3, response = $4, note = $5 WHERE tenant = $1 AND booking = $2`,
		tx.Tenant(), id, in.Collected, in.Response, note)
	if err != nil {
		return b, fmt.Errorf("recording a reception: %w", err)
	}
	c := Change{Action: "booking.reception", Before: b, After: b, By: by.Who}
	return b, r.record(tx, c, "collected", in.Collected, "response", in.Response, "note", in.Note != "")
}

// ReceptionOf returns what was recorded of a visit, the zero Reception if
// nothing was. It may hold personal data: the caller records who read the note.
func (r *Reservations) ReceptionOf(tx *store.Tx, id string) (Reception, error) {
	var in Reception
	var came int64
	var collected int
	var note []byte
	err := tx.Row(`SELECT came_at, received_by, collected, response, note FROM reservation_visit WHERE tenant = $1 AND booking = $2`,
		tx.Tenant(), id).Scan(&came, &in.By, &collected, &in.Response, &note)
	if errors.Is(err, store.ErrNotFound) {
		return Reception{}, nil
	}
	if err != nil {
		return in, fmt.Errorf("reading a reception: %w", err)
	}
	in.Came, in.Collected = store.FromMillis(came), collected != 0
	if len(note) > 0 {
		plain, err := tx.Unseal(classNote, id, note)
		if err != nil && !errors.Is(err, store.ErrDestroyed) {
			return in, fmt.Errorf("reading the note of a reception: %w", err)
		}
		in.Note = string(plain)
	}
	return in, nil
}

// came notes that the visitors of a booking are here now.
func came(tx *store.Tx, id string, by By) error {
	_, err := tx.Exec(`
		INSERT INTO reservation_visit (tenant, booking, came_at, received_by, collected, response) VALUES ($1, $2, $3, $4, 0, '')
		ON CONFLICT (tenant, booking) DO UPDATE SET came_at = excluded.came_at, received_by = excluded.received_by`,
		tx.Tenant(), id, store.Millis(tx.Now()), by.Who)
	if err != nil {
		return fmt.Errorf("recording a visit: %w", err)
	}
	return nil
}

// left takes back what came and Receive have noted.
func left(tx *store.Tx, id string) error {
	if _, err := tx.Exec(`DELETE FROM reservation_visit WHERE tenant = $1 AND booking = $2`, tx.Tenant(), id); err != nil {
		return fmt.Errorf("taking back a visit: %w", err)
	}
	return nil
}

// Tally is how the bookings of one counter at one time of a day stand;
// cancelled ones do not count.
type Tally struct {
	Counter                   string
	Clock                     civil.Clock
	Booked                    int // bookings in all
	Expected, Visited, Missed int
	Persons                   int
}

// Tallies counts the bookings of a day by counter and time, for the day view
// (S4-075).
func (r *Reservations) Tallies(tx *store.Tx, day civil.Date) ([]Tally, error) {
	rows, err := tx.Query(`
		SELECT counter, clock, COUNT(*), SUM(CASE WHEN status = 'booked' THEN 1 ELSE 0 END),
			SUM(CASE WHEN status = 'visited' THEN 1 ELSE 0 END), SUM(CASE WHEN status = 'no-show' THEN 1 ELSE 0 END), SUM(persons)
		FROM reservation_booking WHERE tenant = $1 AND day = $2 AND status <> 'cancelled'
		GROUP BY counter, clock ORDER BY clock, counter`, tx.Tenant(), day.String())
	if err != nil {
		return nil, fmt.Errorf("counting the bookings of a day: %w", err)
	}
	defer rows.Close()
	var list []Tally
	for rows.Next() {
		var t Tally
		var clock int
		if err := rows.Scan(&t.Counter, &clock, &t.Booked, &t.Expected, &t.Visited, &t.Missed, &t.Persons); err != nil {
			return nil, fmt.Errorf("counting the bookings of a day: %w", err)
		}
		t.Clock = civil.Clock(clock)
		list = append(list, t)
	}
	return list, rows.Err()
}

// Receptions returns what was recorded of several visits, by booking, without
// the notes.
func (r *Reservations) Receptions(tx *store.Tx, ids []string) (map[string]Reception, error) {
	found := map[string]Reception{}
	var c condition
	c.among("booking", anys(ids))
	rows, err := tx.Query(`SELECT booking, came_at, received_by, collected, response FROM reservation_visit WHERE tenant = $1 AND `+c.String(),
		append([]any{tx.Tenant()}, c.args...)...)
	if err != nil {
		return nil, fmt.Errorf("reading receptions: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		var in Reception
		var came int64
		var collected int
		if err := rows.Scan(&id, &came, &in.By, &collected, &in.Response); err != nil {
			return nil, fmt.Errorf("reading receptions: %w", err)
		}
		in.Came, in.Collected = store.FromMillis(came), collected != 0
		found[id] = in
	}
	return found, rows.Err()
}

// Latest returns the bookings whose visitors were received on a day, the last
// first, at any of the counters; nil is every counter.
func (r *Reservations) Latest(tx *store.Tx, day civil.Date, counters []string, most int) ([]Booking, error) {
	c := Filter{From: day, To: day, Counters: counters, Statuses: []Status{Visited}}.where()
	return bookings(tx, c.String()+` ORDER BY changed_at DESC, id LIMIT `+strconv.Itoa(most), c.args...)
}
