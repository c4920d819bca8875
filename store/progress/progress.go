// Package progress follows every card from its arrival to the hands of its
// holder (交付進捗管理, S4-110 … S4-123). There is one case per card, known by
// its link code, and a list of events that is only ever added to:
//
//	Register, Undo ─▶ progress_event ──fold──▶ Facts: the current state and
//	Receive, Store                             everything else known of the card,
//	bookings (Follow)                          kept beside it for the lists
//
// Nothing is deleted: what was wrong is taken back by an event that names it
// (S4-113). Events may come in any order (S4-114). No resident's data are
// needed; a case may name the record of one (S4-093).
//
// The files, in the order a newcomer may read them: kind.go (states and other
// events), fold.go (what follows from the events), progress.go (registering),
// batch.go (cards from J-LIS), watch.go (in step with bookings), list.go,
// clock.go (unclaimed cards), settings.go (names of the states, rules), code.go,
// verify.go.
//
// Every method takes the transaction of the caller. Two that register at once
// wait for each other at the row of the case.
package progress

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"madoguchi/i18n/civil"
	"madoguchi/store"
)

// Service is the progress of the cards of all tenants. It holds nothing.
type Service struct{}

// Case is one card on its way.
type Case struct {
	ID       string
	Code     string // link code, canonical; reservation.ShowKey writes it for people
	Resident string // id of the resident's record, "" if none is kept
	Batch    string // id of the delivery it came with, "" if none
	Made     time.Time
	Last     int // number of its newest event
	Facts
}

var (
	// ErrNotFound: no such case or event.
	ErrNotFound = fmt.Errorf("progress: %w", store.ErrNotFound)
	// ErrStruck: the event was taken back before.
	ErrStruck = errors.New("the event has been undone already")
)

// Entry is an event to be registered.
type Entry struct {
	Kind   Kind
	Reason string // one of the kind's reasons, or ""
	Note   string // free words, sealed
	By     string // an account's id, or resident, system, cli

	Counter, Shelf string
	Booking        string
	Visit          civil.DateTime

	target int
}

// Limits of what staff write.
const (
	longestNote  = 1000 // characters
	longestShelf = 40
)

// Register adds an event that staff entered by hand. Unusual of the event says
// that it does not usually follow the state before; it is taken all the same.
// Errors: ErrNotFound, ErrInvalid.
func (s Service) Register(tx *store.Tx, id string, e Entry) (Event, error) {
	if !slices.Contains(ByHand(), e.Kind) {
		return Event{}, ErrInvalid{"kind", "unknown"}
	}
	return s.register(tx, id, e)
}

func (s Service) register(tx *store.Tx, id string, e Entry) (Event, error) {
	w, err := open(tx, id)
	if err != nil {
		return Event{}, err
	}
	ev, err := w.add(tx, e)
	if err != nil {
		return Event{}, err
	}
	if err := w.keep(tx); err != nil {
		return Event{}, err
	}
	return ev, tx.Audit(e.By, "card."+string(e.Kind), id, "event", ev.Seq)
}

// Undo takes back an event; why is kept sealed. An undo can itself be undone.
// Errors: ErrNotFound, ErrStruck, ErrInvalid.
func (s Service) Undo(tx *store.Tx, id string, seq int, why, by string) (Event, error) {
	w, err := open(tx, id)
	if err != nil {
		return Event{}, err
	}
	if seq < 1 || seq > len(w.events) {
		return Event{}, ErrNotFound
	}
	if w.events[seq-1].Struck != 0 {
		return Event{}, ErrStruck
	}
	ev, err := w.add(tx, Entry{Kind: Undone, Note: why, By: by, target: seq})
	if err != nil {
		return Event{}, err
	}
	if err := w.keep(tx); err != nil {
		return Event{}, err
	}
	return ev, tx.Audit(by, "card.undone", id, "event", ev.Seq, "target", seq)
}

// Collected records that the old 住基カード was handed in (S4-123); doing it
// twice changes nothing. It is for the reception.
func (s Service) Collected(tx *store.Tx, id, by string) error {
	w, err := open(tx, id)
	if err != nil {
		return err
	}
	if !w.facts.Collected.IsZero() {
		return nil
	}
	_, err = s.register(tx, id, Entry{Kind: OldCollected, By: by})
	return err
}

// Assign names the record of the resident a card is for; "" names none.
func (s Service) Assign(tx *store.Tx, id, resident, by string) error {
	n, err := tx.Exec(`UPDATE progress_case SET resident = $3 WHERE tenant = $1 AND id = $2`, tx.Tenant(), id, resident)
	if err != nil {
		return fmt.Errorf("assigning a case: %w", err)
	}
	if n == 0 {
		return ErrNotFound
	}
	return tx.Audit(by, "card.assign", id, "resident", resident)
}

// work is a case that the transaction is changing.
type work struct {
	id     string
	events []Event
	facts  Facts
}

// open locks a case and reads its events, without their notes.
func open(tx *store.Tx, id string) (*work, error) {
	w := &work{id: id}
	var last int
	err := tx.Row(`SELECT last FROM progress_case WHERE tenant = $1 AND id = $2`+tx.ForUpdate(), tx.Tenant(), id).Scan(&last)
	if errors.Is(err, store.ErrNotFound) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("opening a case: %w", err)
	}
	if last > 0 {
		if w.events, err = events(tx, id, false); err != nil {
			return nil, err
		}
	}
	w.facts = fold(w.events)
	return w, nil
}

// add appends an event.
func (w *work) add(tx *store.Tx, e Entry) (Event, error) {
	e.Note, e.Shelf = strings.TrimSpace(e.Note), strings.TrimSpace(e.Shelf)
	switch {
	case utf8.RuneCountInString(e.Note) > longestNote:
		return Event{}, ErrInvalid{"note", "long"}
	case utf8.RuneCountInString(e.Shelf) > longestShelf:
		return Event{}, ErrInvalid{"shelf", "long"}
	case e.Reason != "" && !slices.Contains(e.Kind.Reasons(), e.Reason):
		return Event{}, ErrInvalid{"reason", "unknown"}
	}
	ev := Event{
		Seq: len(w.events) + 1, At: tx.Now(), Kind: e.Kind, By: e.By, Reason: e.Reason, Note: e.Note,
		Counter: e.Counter, Shelf: e.Shelf, Booking: e.Booking, Visit: e.Visit, Target: e.target,
		Unusual: !e.Kind.Usual(w.facts.State),
	}
	var note any // NULL unless given
	if ev.Note != "" {
		sealed, err := tx.Seal(classNote, noteBind(w.id, ev.Seq), []byte(ev.Note))
		if err != nil {
			return Event{}, fmt.Errorf("registering an event: %w", err)
		}
		note = sealed
	}
	visit := ""
	if ev.Visit != (civil.DateTime{}) {
		visit = ev.Visit.String()
	}
	_, err := tx.Exec(`
		INSERT INTO progress_event (tenant, case_id, seq, at, kind, who, reason, note, counter, shelf, booking, visit, target, unusual, live)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 1)`,
		tx.Tenant(), w.id, ev.Seq, store.Millis(ev.At), string(ev.Kind), ev.By, ev.Reason, note, ev.Counter, ev.Shelf, ev.Booking, visit, ev.Target, ev.Unusual)
	if err != nil {
		return Event{}, fmt.Errorf("registering an event: %w", err)
	}
	w.events = append(w.events, ev)
	w.facts = fold(w.events)
	if ev.Kind == Undone {
		return ev, w.strike(tx)
	}
	return ev, nil
}

// strike brings the column live in line after an undo: its target, and what an
// undone undo had struck, and so on.
func (w *work) strike(tx *store.Tx) error {
	for _, e := range w.events {
		_, err := tx.Exec(`UPDATE progress_event SET live = $4 WHERE tenant = $1 AND case_id = $2 AND seq = $3 AND live <> $4`,
			tx.Tenant(), w.id, e.Seq, e.Struck == 0)
		if err != nil {
			return fmt.Errorf("undoing an event: %w", err)
		}
	}
	return nil
}

// keep writes what follows from the events beside the case.
func (w *work) keep(tx *store.Tx) error {
	row, err := w.row()
	if err != nil {
		return err
	}
	_, err = tx.Exec(`
		UPDATE progress_case SET last = $3, state = $4, state_at = $5, counter = $6, custody = $7, notices = $8, first_notice = $9,
			last_notice = $10, waiting = $11, old_card = $12, facts = $13
		WHERE tenant = $1 AND id = $2`, append([]any{tx.Tenant(), w.id}, row...)...)
	if err != nil {
		return fmt.Errorf("registering an event: %w", err)
	}
	return nil
}

// row is what follows from the events, as columns from last to facts.
func (w *work) row() ([]any, error) {
	f := w.facts
	text, err := json.Marshal(f)
	if err != nil {
		return nil, fmt.Errorf("writing the facts of a case: %w", err)
	}
	return []any{
		len(w.events), string(f.State), millis(f.StateAt), f.Counter, string(f.Custody), f.Notices, millis(f.FirstNotice),
		millis(f.LastNotice), f.waiting(), string(f.OldCardMatch()), string(text),
	}, nil
}

// millis is store.Millis with 0 for no time at all.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return store.Millis(t)
}

// classNote is the class of data whose key seals what staff write.
const classNote = "card.note"

func noteBind(id string, seq int) string { return fmt.Sprintf("%s/%d", id, seq) }

// History returns the events of a case, in order, with what became of each.
// The caller records who read the notes.
func (s Service) History(tx *store.Tx, id string) ([]Event, error) {
	list, err := events(tx, id, true)
	fold(list)
	return list, err
}

// events reads the events of a case in order.
func events(tx *store.Tx, id string, notes bool) ([]Event, error) {
	rows, err := tx.Query(`SELECT seq, at, kind, who, reason, note, counter, shelf, booking, visit, target, unusual
		FROM progress_event WHERE tenant = $1 AND case_id = $2 ORDER BY seq`, tx.Tenant(), id)
	if err != nil {
		return nil, fmt.Errorf("reading the history of a case: %w", err)
	}
	defer rows.Close()
	var list []Event
	var sealed [][]byte
	for rows.Next() {
		var e Event
		var at int64
		var visit string
		var note []byte
		if err := rows.Scan(&e.Seq, &at, &e.Kind, &e.By, &e.Reason, &note, &e.Counter, &e.Shelf, &e.Booking, &visit, &e.Target, &e.Unusual); err != nil {
			return nil, fmt.Errorf("reading the history of a case: %w", err)
		}
		e.At = store.FromMillis(at)
		if visit != "" {
			if e.Visit, err = civil.ParseDateTime(visit); err != nil {
				return nil, fmt.Errorf("reading the history of a case: %w", err)
			}
		}
		list, sealed = append(list, e), append(sealed, note)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading the history of a case: %w", err)
	}
	if !notes {
		return list, nil
	}
	for i, note := range sealed {
		if len(note) == 0 {
			continue
		}
		plain, err := tx.Unseal(classNote, noteBind(id, list[i].Seq), note)
		if err != nil {
			return nil, fmt.Errorf("reading a note: %w", err)
		}
		list[i].Note = string(plain)
	}
	return list, nil
}
