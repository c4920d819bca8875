package progress

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"madoguchi/store"
	"madoguchi/store/reservation"
)

// Batch is a delivery of cards from J-LIS (S4-120).
type Batch struct {
	ID    string
	Name  string // as staff call it: 2026-11-22 第1便
	Made  time.Time
	By    string
	Cases int // announced with it or come with it
	Here  int // of those, arrived
}

// Line is one card of a list.
type Line struct {
	Number   int    // in the list, from 1, for messages
	Code     string // link code in any spelling; "" has a new one made, where allowed
	Resident string
	Counter  string // where it is to be kept; "" decides later
	Shelf    string
	OldCard  Kind // HasOldCard, NoOldCard or "": not known
}

// Trouble is why a line of a list cannot be taken. Why is one of
//
//	form     not a link code
//	twice    the code stands in the list more than once; Other is the first line
//	known    there is a case with this code already (announcing)
//	unknown  there is no case with this code (receiving)
//	here     the card has arrived before
//	gone     the card was handed over or destroyed, or has not arrived
//	not-sent the card is not on its way to a counter
//	long     a text is too long
//	many     the list has too many lines; Line is 0
type Trouble struct {
	Line  int
	Code  string // as it was written
	Why   string
	Other int
}

// MostLines bounds a list, so that it is taken in one transaction.
const MostLines = 20_000

// Delivery is a list of cards.
type Delivery struct {
	Name  string // of the batch; one that exists is added to
	Lines []Line
	Here  bool // the cards are here already, not only announced
	By    string
}

// Announce makes a case for every line of a delivery, or none: if any line is in
// trouble nothing has been written. Codes left empty are made.
func (s Service) Announce(tx *store.Tx, d Delivery) (Batch, []Case, []Trouble, error) {
	trouble, err := s.CheckDelivery(tx, d)
	if err != nil || len(trouble) > 0 {
		return Batch{}, nil, trouble, err
	}
	b, err := s.batch(tx, d.Name, d.By)
	if err != nil {
		return b, nil, nil, err
	}
	made := make([]Case, 0, len(d.Lines))
	for _, l := range d.Lines {
		c, err := newCase(tx, b.ID, l, d.Here, d.By)
		if err != nil {
			return b, nil, nil, err
		}
		made = append(made, c)
	}
	return b, made, nil, tx.Audit(d.By, "card.announce", b.ID, "count", len(made), "here", d.Here)
}

// CheckDelivery is Announce without writing anything.
func (s Service) CheckDelivery(tx *store.Tx, d Delivery) ([]Trouble, error) {
	if strings.TrimSpace(d.Name) == "" || utf8.RuneCountInString(d.Name) > longestShelf {
		return nil, ErrInvalid{"batch", "name"}
	}
	return s.check(tx, d.Lines, func(c Case, known bool, l Line) string {
		switch {
		case known:
			return "known"
		case utf8.RuneCountInString(l.Shelf) > longestShelf:
			return "long"
		}
		return ""
	}, true)
}

// check looks at every line of a list: judge says what is wrong with one whose
// form is right.
func (s Service) check(tx *store.Tx, lines []Line, judge func(c Case, known bool, l Line) string, mayBeEmpty bool) ([]Trouble, error) {
	if len(lines) > MostLines {
		return []Trouble{{Why: "many"}}, nil
	}
	var trouble []Trouble
	first := map[string]int{}
	for _, l := range lines {
		t := Trouble{Line: l.Number, Code: l.Code}
		var c Case
		known := false
		if l.Code != "" || !mayBeEmpty {
			code, ok := reservation.ReadKey(l.Code)
			if !ok {
				t.Why = "form"
			} else if at, twice := first[code]; twice {
				t.Why, t.Other = "twice", at
			} else {
				first[code] = l.Number
				var err error
				if c, known, err = s.known(tx, code); err != nil {
					return nil, err
				}
			}
		}
		if t.Why == "" {
			t.Why = judge(c, known, l)
		}
		if t.Why != "" {
			trouble = append(trouble, t)
		}
	}
	return trouble, nil
}

func (s Service) known(tx *store.Tx, code string) (Case, bool, error) {
	list, err := cases(tx, `code = $2`, tx.Blind(classCode, code))
	if err != nil || len(list) == 0 {
		return Case{}, false, err
	}
	return list[0], true, nil
}

// Receipt is cards that were counted in.
type Receipt struct {
	Batch          string // name; "" leaves the cards in the batch they were announced with
	Lines          []Line // Code and Number
	Strangers      bool   // take cards nobody announced, too
	Counter, Shelf string // where they are put; Counter "" decides later
	By             string
}

// Receive records that announced cards have arrived, all of a list or none. A
// card that was sent back or issued anew may arrive again.
func (s Service) Receive(tx *store.Tx, r Receipt) ([]Case, []Trouble, error) {
	if utf8.RuneCountInString(r.Shelf) > longestShelf {
		return nil, nil, ErrInvalid{"shelf", "long"}
	}
	announced := map[string]Case{} // by code
	trouble, err := s.check(tx, r.Lines, func(c Case, known bool, l Line) string {
		switch {
		case known:
			announced[c.Code] = c
			return mayArrive(c.Facts)
		case !r.Strangers:
			return "unknown"
		}
		return ""
	}, false)
	if err != nil || len(trouble) > 0 {
		return nil, trouble, err
	}
	locked, trouble, err := lock(tx, slices.Collect(maps.Values(announced)), r.Lines, mayArrive)
	if err != nil || len(trouble) > 0 {
		return nil, trouble, err
	}
	var b Batch
	if r.Batch != "" || r.Strangers {
		if r.Batch == "" {
			return nil, nil, ErrInvalid{"batch", "name"}
		}
		if b, err = s.batch(tx, r.Batch, r.By); err != nil {
			return nil, nil, err
		}
	}
	var came []Case
	for _, l := range r.Lines {
		l.Counter, l.Shelf = r.Counter, r.Shelf
		code, _ := reservation.ReadKey(l.Code)
		c, known := announced[code]
		if !known {
			if c, err = newCase(tx, b.ID, l, true, r.By); err != nil {
				return nil, nil, err
			}
			came = append(came, c)
			continue
		}
		w := locked[c.ID]
		if err := w.arrive(tx, l, r.By); err != nil {
			return nil, nil, err
		}
		if b.ID != "" && c.Batch == "" {
			if _, err := tx.Exec(`UPDATE progress_case SET batch = $3 WHERE tenant = $1 AND id = $2`, tx.Tenant(), c.ID, b.ID); err != nil {
				return nil, nil, fmt.Errorf("receiving cards: %w", err)
			}
			c.Batch = b.ID
		}
		c.Facts, c.Last = w.facts, len(w.events)
		came = append(came, c)
	}
	return came, nil, tx.Audit(r.By, "card.receive", b.ID, "count", len(came), "counter", r.Counter)
}

// mayArrive says why a card cannot arrive, "" if it can.
func mayArrive(f Facts) string {
	switch f.State {
	case Expected, SentBack, Reissued, Discarded:
		return ""
	}
	return "here"
}

// lock opens cases for change, in one order whoever asks, so that two lists with
// the same cards do not wait for each other. Somebody may have been quicker
// since the list was checked: judge looks again, before anything is written.
func lock(tx *store.Tx, list []Case, lines []Line, judge func(Facts) string) (map[string]*work, []Trouble, error) {
	slices.SortFunc(list, func(a, b Case) int { return strings.Compare(a.ID, b.ID) })
	locked := make(map[string]*work, len(list))
	var trouble []Trouble
	for _, c := range list {
		w, err := open(tx, c.ID)
		if err != nil {
			return nil, nil, err
		}
		locked[c.ID] = w
		if why := judge(w.facts); why != "" {
			for _, l := range lines {
				if code, _ := reservation.ReadKey(l.Code); code == c.Code {
					trouble = append(trouble, Trouble{Line: l.Number, Code: l.Code, Why: why})
				}
			}
		}
	}
	return locked, trouble, nil
}

// arrive registers the arrival of a card, and its place if it has one.
func (w *work) arrive(tx *store.Tx, l Line, by string) error {
	if _, err := w.add(tx, Entry{Kind: Arrived, By: by}); err != nil {
		return err
	}
	if l.Counter != "" {
		if _, err := w.add(tx, Entry{Kind: Stored, Counter: l.Counter, Shelf: l.Shelf, By: by}); err != nil {
			return err
		}
	}
	return w.keep(tx)
}

// Move puts cards on a shelf of a counter (Stored), sends them out to a counter
// (SentOut) or confirms that their counter has them (Confirmed, with the shelf
// there); all of a list or none.
func (s Service) Move(tx *store.Tx, kind Kind, lines []Line, counter, shelf, by string) ([]Trouble, error) {
	if kind != Stored && kind != SentOut && kind != Confirmed {
		return nil, ErrInvalid{"kind", "unknown"}
	}
	if utf8.RuneCountInString(shelf) > longestShelf {
		return nil, ErrInvalid{"shelf", "long"}
	}
	if counter == "" && kind != Confirmed {
		return nil, ErrInvalid{"counter", "missing"}
	}
	judge := func(f Facts) string {
		switch f.State {
		case Expected, Delivered, SentBack, Discarded:
			return "gone"
		}
		if kind == Confirmed && (f.Custody != OnWay || counter != "" && f.Counter != counter) {
			return "not-sent"
		}
		return ""
	}
	found := make([]Case, 0, len(lines))
	trouble, err := s.check(tx, lines, func(c Case, known bool, _ Line) string {
		if !known {
			return "unknown"
		}
		found = append(found, c)
		return judge(c.Facts)
	}, false)
	if err != nil || len(trouble) > 0 {
		return trouble, err
	}
	locked, trouble, err := lock(tx, found, lines, judge)
	if err != nil || len(trouble) > 0 {
		return trouble, err
	}
	for _, c := range found {
		w := locked[c.ID]
		to := counter
		if kind == Confirmed {
			to = w.facts.Counter
		}
		if _, err := w.add(tx, Entry{Kind: kind, Counter: to, Shelf: shelf, By: by}); err != nil {
			return nil, err
		}
		if err := w.keep(tx); err != nil {
			return nil, err
		}
	}
	return nil, tx.Audit(by, "card."+string(kind), counter, "count", len(found))
}

// newCase makes a case, arrived and put away if here says so.
func newCase(tx *store.Tx, batch string, l Line, here bool, by string) (Case, error) {
	code, ok := reservation.ReadKey(l.Code)
	if !ok {
		code = newCode() // taken already: once in 2^50; the transaction then fails as a whole
	}
	c := Case{ID: store.NewID(), Code: code, Resident: l.Resident, Batch: batch, Made: tx.Now()}
	sealed, err := tx.Seal(classCode, c.ID, []byte(code))
	if err != nil {
		return c, fmt.Errorf("making a case: %w", err)
	}
	w := &work{id: c.ID, facts: fold(nil)}
	row, err := w.row()
	if err != nil {
		return c, err
	}
	_, err = tx.Exec(`
		INSERT INTO progress_case (tenant, id, code, sealed_code, resident, batch, made_at, last, state, state_at, counter, custody, notices,
			first_notice, last_notice, waiting, old_card, facts)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`,
		append([]any{tx.Tenant(), c.ID, tx.Blind(classCode, code), sealed, c.Resident, c.Batch, store.Millis(c.Made)}, row...)...)
	if err != nil {
		return c, fmt.Errorf("making a case: %w", err)
	}
	switch {
	case here:
		err = w.arrive(tx, l, by)
	case l.Counter != "": // where it is to be kept, known beforehand
		_, err = w.add(tx, Entry{Kind: Stored, Counter: l.Counter, Shelf: l.Shelf, By: by})
	}
	if err == nil && (l.OldCard == HasOldCard || l.OldCard == NoOldCard) {
		_, err = w.add(tx, Entry{Kind: l.OldCard, By: by})
	}
	if err == nil {
		err = w.keep(tx)
	}
	c.Facts, c.Last = w.facts, len(w.events)
	return c, err
}

// batch returns the batch of a name, made if there is none.
func (s Service) batch(tx *store.Tx, name, by string) (Batch, error) {
	name = strings.TrimSpace(name)
	if name == "" || utf8.RuneCountInString(name) > longestShelf {
		return Batch{}, ErrInvalid{"batch", "name"}
	}
	_, err := tx.Exec(`INSERT INTO progress_batch (tenant, id, name, made_at, made_by) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant, name) DO NOTHING`,
		tx.Tenant(), store.NewID(), name, store.Millis(tx.Now()), by)
	if err != nil {
		return Batch{}, fmt.Errorf("making a batch: %w", err)
	}
	list, err := batches(tx, `name = $2`, name)
	if err != nil {
		return Batch{}, err
	}
	if len(list) == 0 {
		return Batch{}, ErrNotFound
	}
	return list[0], nil
}

// Batch returns a batch with its counts, or ErrNotFound.
func (s Service) Batch(tx *store.Tx, id string) (Batch, error) {
	list, err := batches(tx, `id = $2`, id)
	if err == nil && len(list) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Batch{}, err
	}
	return list[0], count(tx, &list[0])
}

// Batches lists the batches, the newest first, and how many there are.
func (s Service) Batches(tx *store.Tx, limit, offset int) ([]Batch, int, error) {
	var total int
	if err := tx.Row(`SELECT COUNT(*) FROM progress_batch WHERE tenant = $1`, tx.Tenant()).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("counting batches: %w", err)
	}
	list, err := batches(tx, `1 = 1 ORDER BY made_at DESC, id DESC LIMIT $2 OFFSET $3`, limit, offset)
	if err != nil {
		return nil, 0, err
	}
	for i := range list {
		if err := count(tx, &list[i]); err != nil {
			return nil, 0, err
		}
	}
	return list, total, nil
}

func batches(tx *store.Tx, where string, args ...any) ([]Batch, error) {
	rows, err := tx.Query(`SELECT id, name, made_at, made_by FROM progress_batch WHERE tenant = $1 AND `+where, append([]any{tx.Tenant()}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("reading batches: %w", err)
	}
	defer rows.Close()
	var list []Batch
	for rows.Next() {
		var b Batch
		var made int64
		if err := rows.Scan(&b.ID, &b.Name, &made, &b.By); err != nil {
			return nil, fmt.Errorf("reading batches: %w", err)
		}
		b.Made = store.FromMillis(made)
		list = append(list, b)
	}
	return list, rows.Err()
}

func count(tx *store.Tx, b *Batch) error {
	err := tx.Row(`SELECT COUNT(*), COUNT(CASE WHEN state <> 'expected' THEN 1 END) FROM progress_case WHERE tenant = $1 AND batch = $2`,
		tx.Tenant(), b.ID).Scan(&b.Cases, &b.Here)
	if err != nil {
		return fmt.Errorf("counting the cards of a batch: %w", err)
	}
	return nil
}
