package reservation

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/width"

	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
)

// ReadKey brings an access key as people type or speak it into its canonical
// form: any case, any width, with or without the hyphen and spaces. ok is
// false if it cannot be a key.
func ReadKey(s string) (key string, ok bool) {
	if len(s) > 200 {
		return "", false
	}
	var b strings.Builder
	for _, r := range strings.ToUpper(width.Fold.String(s)) {
		switch {
		case strings.ContainsRune(" \t\u3000-\u2010\u2011\u2012\u2013\u2014\u2015\u2212ー", r):
		case strings.ContainsRune(keyLetters, r):
			b.WriteRune(r)
		default:
			return "", false
		}
	}
	return b.String(), b.Len() == keyLength
}

// ByKey returns the booking an access key opens (S4-021). A key ends the day
// after the visit. Everything that cannot be opened is ErrNotFound alike.
func (r *Reservations) ByKey(tx *store.Tx, key string) (Booking, error) {
	b, err := r.OfKey(tx, key)
	if err == nil && b.Start.Date.AddDays(1).Before(civil.In(tx.Now()).Date) {
		return Booking{}, ErrNotFound
	}
	return b, err
}

// OfKey is ByKey for staff, to whom old keys open their bookings too.
func (r *Reservations) OfKey(tx *store.Tx, key string) (Booking, error) {
	k, ok := ReadKey(key)
	if !ok {
		return Booking{}, ErrNotFound
	}
	return oneBooking(tx, `access_key = $2`, tx.Blind(classKey, k))
}

// ByID returns a booking, or ErrNotFound.
func (r *Reservations) ByID(tx *store.Tx, id string) (Booking, error) {
	return oneBooking(tx, `id = $2`, id)
}

// maxReceipt is far beyond what a day can need, and fits its column.
const maxReceipt = 1_000_000_000

// ByReceipt returns the booking with a receipt number, or ErrNotFound.
func (r *Reservations) ByReceipt(tx *store.Tx, counter string, day civil.Date, n int) (Booking, error) {
	if n < 1 || n > maxReceipt {
		return Booking{}, ErrNotFound
	}
	return oneBooking(tx, `day = $2 AND counter = $3 AND receipt = $4`, day.String(), counter, n)
}

// OfOwner returns the bookings of a conversation or user, the latest visit
// first, past and cancelled ones included (S4-040); at most 100.
func (r *Reservations) OfOwner(tx *store.Tx, owner string) ([]Booking, error) {
	if owner == "" {
		return nil, nil
	}
	return bookings(tx, `owner = $2 AND owner <> '' ORDER BY day DESC, clock DESC, id DESC LIMIT 100`, owner)
}

// Private returns what a resident wrote with a booking: the mail address and
// the further answers. The caller records who read it.
func (r *Reservations) Private(tx *store.Tx, id string) (contact string, answers map[string]string, err error) {
	var c, a []byte
	err = tx.Row(`SELECT contact, answers FROM reservation_booking WHERE tenant = $1 AND id = $2`, tx.Tenant(), id).Scan(&c, &a)
	if errors.Is(err, store.ErrNotFound) {
		return "", nil, ErrNotFound
	}
	if err != nil {
		return "", nil, fmt.Errorf("reading a booking's answers: %w", err)
	}
	if len(c) > 0 {
		plain, err := tx.Unseal(classContact, id, c)
		if err != nil {
			return "", nil, fmt.Errorf("reading a booking's address: %w", err)
		}
		contact = string(plain)
	}
	if len(a) > 0 {
		plain, err := tx.Unseal(classAnswers, id, a)
		if err == nil {
			err = json.Unmarshal(plain, &answers)
		}
		if err != nil {
			return "", nil, fmt.Errorf("reading a booking's answers: %w", err)
		}
	}
	return contact, answers, nil
}

// Languages returns the languages that the visitors of some bookings speak, by
// booking, where they are known.
func (r *Reservations) Languages(tx *store.Tx, ids []string) (map[string]i18n.Lang, error) {
	var c condition
	c.among("id", anys(ids))
	rows, err := tx.Query(`SELECT id, answers FROM reservation_booking WHERE tenant = $1 AND answers IS NOT NULL AND `+c.String(),
		append([]any{tx.Tenant()}, c.args...)...)
	if err != nil {
		return nil, fmt.Errorf("reading the languages of bookings: %w", err)
	}
	defer rows.Close()
	sealed := map[string][]byte{}
	for rows.Next() {
		var id string
		var answers []byte
		if err := rows.Scan(&id, &answers); err != nil {
			return nil, fmt.Errorf("reading the languages of bookings: %w", err)
		}
		sealed[id] = answers
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	found := map[string]i18n.Lang{}
	for id, answers := range sealed {
		var a struct {
			Lang i18n.Lang `json:"lang"`
		}
		plain, err := tx.Unseal(classAnswers, id, answers)
		if errors.Is(err, store.ErrDestroyed) {
			continue // erased with the rest
		}
		if err == nil {
			err = json.Unmarshal(plain, &a)
		}
		if err != nil {
			return nil, fmt.Errorf("reading the language of a booking: %w", err)
		}
		if a.Lang != "" {
			found[id] = a.Lang
		}
	}
	return found, nil
}

// Filter selects bookings (S4-080, S4-081). Empty fields select everything.
type Filter struct {
	ID        string
	IDs       []string // any of these; empty but not nil: none
	Counter   string
	Counters  []string // any of these; empty but not nil: none
	Receipt   int
	Service   string
	Channel   string
	Owner     string
	Case      string
	Statuses  []Status
	From, To  civil.Date // days of the visit, inclusive
	MadeFrom  time.Time  // when it was booked: from, inclusive
	MadeUntil time.Time  // exclusive

	// Order is how a page is sorted; "" is ByVisit.
	Order Order
	// Limit is the size of a page, 1 to 500; 0 means 50. After is the cursor of
	// the page before; Offset, in its place, how many bookings to leave out.
	Limit  int
	After  string
	Offset int
}

// Order is a way to sort bookings.
type Order string

// The orders. A long list is quick to page through in the order of the period
// it is limited to.
const (
	ByVisit     Order = "visit" // the earliest visit first
	ByVisitLast Order = "visit-last"
	ByMade      Order = "made" // booked first
	ByMadeLast  Order = "made-last"
)

// sql is the order as a clause; unknown ones are ByVisit.
func (o Order) sql() string {
	switch o {
	case ByVisitLast:
		return "day DESC, clock DESC, id DESC"
	case ByMade:
		return "made_at, id"
	case ByMadeLast:
		return "made_at DESC, id DESC"
	}
	return "day, clock, id"
}

// compare is the same order in Go.
func (o Order) compare(a, b Booking) int {
	switch o {
	case ByVisitLast:
		return ByVisit.compare(b, a)
	case ByMade:
		return cmp.Or(a.Made.Compare(b.Made), cmp.Compare(a.ID, b.ID))
	case ByMadeLast:
		return ByMade.compare(b, a)
	}
	return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.ID, b.ID))
}

// condition collects a WHERE clause; $1 is the tenant.
type condition struct {
	parts []string
	args  []any
}

// add puts a condition to the others; each ? is the next value.
func (c *condition) add(part string, values ...any) {
	for _, v := range values {
		c.args = append(c.args, v)
		part = strings.Replace(part, "?", "$"+strconv.Itoa(len(c.args)+1), 1)
	}
	c.parts = append(c.parts, part)
}

// among adds column IN (values).
func (c *condition) among(column string, values []any) {
	if len(values) == 0 {
		c.add("1 = 0")
		return
	}
	c.add(column+" IN (?"+strings.Repeat(", ?", len(values)-1)+")", values...)
}

func (c *condition) String() string { return strings.Join(append(c.parts, "1 = 1"), " AND ") }

func anys[T ~string](list []T) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = string(s)
	}
	return out
}

// size is how many bookings a page has.
func (f Filter) size() int {
	if f.Limit < 1 || f.Limit > 500 {
		return 50
	}
	return f.Limit
}

// where is the filter as a condition.
func (f Filter) where() (c condition) {
	for _, x := range []struct{ column, value string }{
		{"id", f.ID}, {"counter", f.Counter}, {"service", f.Service}, {"channel", f.Channel}, {"owner", f.Owner}, {"case_id", f.Case},
	} {
		if x.value != "" {
			c.add(x.column+" = ?", x.value)
		}
	}
	// Indexes of the rows that have one serve only those who say so.
	if f.Owner != "" {
		c.add("owner <> ''")
	}
	if f.Case != "" {
		c.add("case_id <> ''")
	}
	if f.Counters != nil {
		c.among("counter", anys(f.Counters))
	}
	if f.Receipt < 0 || f.Receipt > maxReceipt {
		c.add("1 = 0")
	} else if f.Receipt != 0 {
		c.add("receipt = ?", f.Receipt)
	}
	if len(f.Statuses) > 0 {
		c.among("status", anys(f.Statuses))
	}
	if !f.From.IsZero() {
		c.add("day >= ?", f.From.String())
	}
	if !f.To.IsZero() {
		c.add("day <= ?", f.To.String())
	}
	if !f.MadeFrom.IsZero() {
		c.add("made_at >= ?", store.Millis(f.MadeFrom))
	}
	if !f.MadeUntil.IsZero() {
		c.add("made_at < ?", store.Millis(f.MadeUntil))
	}
	return c
}

// Search returns a page of bookings, and the cursor of the next page, "" after
// the last. Cursors are for the order ByVisit without IDs; other pages are found
// by Offset.
func (r *Reservations) Search(tx *store.Tx, f Filter) (page []Booking, next string, err error) {
	if f.IDs != nil {
		all, err := f.named(tx)
		return f.cut(all), "", err
	}
	c := f.where()
	if f.After != "" {
		day, clock, id, ok := readCursor(f.After)
		if !ok {
			return nil, "", fmt.Errorf("searching bookings: cursor %q: %w", f.After, ErrNotFound)
		}
		c.add("day >= ? AND (day > ? OR clock > ? OR (clock = ? AND id > ?))", day, day, clock, clock, id)
	}
	limit := f.size()
	tail := " ORDER BY " + f.Order.sql() + " LIMIT " + strconv.Itoa(limit+1)
	if f.Offset > 0 {
		tail += " OFFSET " + strconv.Itoa(f.Offset)
	}
	page, err = bookings(tx, c.String()+tail, c.args...)
	if err != nil {
		return nil, "", err
	}
	if len(page) > limit {
		page = page[:limit]
		last := page[limit-1]
		next = fmt.Sprintf("%s_%d_%s", last.Start.Date, int(last.Start.Clock), last.ID)
	}
	return page, next, nil
}

// Find returns the page of bookings at f.Offset and how many there are in all,
// counted up to most: somebody who finds ten thousand narrows the search and
// does not wait for the exact number. What is searched through is read once, so
// a filter that little fits takes no longer than its period is long.
func (r *Reservations) Find(tx *store.Tx, f Filter, most int) (page []Booking, total int, err error) {
	if f.IDs != nil {
		all, err := f.named(tx)
		return f.cut(all), min(len(all), most), err
	}
	c := f.where()
	rows, err := tx.Query(`SELECT id FROM reservation_booking WHERE tenant = $1 AND `+c.String()+
		` ORDER BY `+f.Order.sql()+` LIMIT `+strconv.Itoa(most), append([]any{tx.Tenant()}, c.args...)...)
	if err != nil {
		return nil, 0, fmt.Errorf("searching bookings: %w", err)
	}
	defer rows.Close()
	var ids []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, 0, fmt.Errorf("searching bookings: %w", err)
		}
		if total++; total > f.Offset && len(ids) < f.size() {
			ids = append(ids, id)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, 0, fmt.Errorf("searching bookings: %w", err)
	}
	page, err = Filter{IDs: ids, Order: f.Order}.named(tx)
	return page, total, err
}

// chunk is how many ids one statement takes.
const chunk = 500

// named returns all of the filter's IDs that fit, sorted. They are read by their
// ids alone, chosen and sorted here: a planner that is told more may walk through
// years of bookings to find them.
func (f Filter) named(tx *store.Tx) ([]Booking, error) {
	var list []Booking
	for ids := range slices.Chunk(f.IDs, chunk) {
		var c condition
		c.among("id", anys(ids))
		some, err := bookings(tx, c.String(), c.args...)
		if err != nil {
			return nil, err
		}
		list = append(list, some...)
	}
	list = slices.DeleteFunc(list, func(b Booking) bool { return !f.fits(b) })
	slices.SortFunc(list, f.Order.compare)
	return slices.CompactFunc(list, func(a, b Booking) bool { return a.ID == b.ID }), nil
}

// fits is the filter's where for a booking that is there.
func (f Filter) fits(b Booking) bool {
	is := func(want, have string) bool { return want == "" || want == have }
	return is(f.ID, b.ID) && is(f.Counter, b.Counter) && is(f.Service, b.Service) && is(f.Channel, b.Channel) &&
		is(f.Owner, b.Owner) && is(f.Case, b.Case) &&
		(f.Receipt == 0 || f.Receipt == b.Receipt) &&
		(f.Counters == nil || slices.Contains(f.Counters, b.Counter)) &&
		(len(f.Statuses) == 0 || slices.Contains(f.Statuses, b.Status)) &&
		(f.From.IsZero() || !b.Start.Date.Before(f.From)) && (f.To.IsZero() || !f.To.Before(b.Start.Date)) &&
		(f.MadeFrom.IsZero() || !b.Made.Before(f.MadeFrom)) && (f.MadeUntil.IsZero() || b.Made.Before(f.MadeUntil))
}

// cut is the page of a sorted list.
func (f Filter) cut(all []Booking) []Booking {
	all = all[min(f.Offset, len(all)):]
	return all[:min(f.size(), len(all))]
}

// Count counts the bookings a filter selects, up to most.
func (r *Reservations) Count(tx *store.Tx, f Filter, most int) (n int, err error) {
	if f.IDs != nil {
		all, err := f.named(tx)
		return min(len(all), most), err
	}
	c := f.where()
	err = tx.Row(`SELECT COUNT(*) FROM (SELECT 1 FROM reservation_booking WHERE tenant = $1 AND `+c.String()+
		` LIMIT `+strconv.Itoa(most)+`) AS found`, append([]any{tx.Tenant()}, c.args...)...).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("counting bookings: %w", err)
	}
	return n, nil
}

func readCursor(s string) (day string, clock int, id string, ok bool) {
	parts := strings.SplitN(s, "_", 3)
	if len(parts) != 3 {
		return "", 0, "", false
	}
	n, err := strconv.Atoi(parts[1])
	_, dateErr := civil.ParseDate(parts[0])
	return parts[0], n, parts[2], err == nil && dateErr == nil && n >= 0 && n <= 24*60
}

// lockBooking returns a booking that the transaction will change.
func lockBooking(tx *store.Tx, id string) (Booking, error) {
	return oneBooking(tx, `id = $2`+tx.ForUpdate(), id)
}

func oneBooking(tx *store.Tx, where string, args ...any) (Booking, error) {
	list, err := bookings(tx, where, args...)
	if err == nil && len(list) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Booking{}, err
	}
	return list[0], nil
}

// bookings returns those a condition selects; $1 is the tenant.
func bookings(tx *store.Tx, where string, args ...any) ([]Booking, error) {
	rows, err := tx.Query(`SELECT id, counter, day, clock, minutes, takes, places, service, persons, channel, grp, status, receipt, owner,
			case_id, sequence, made_at, changed_at, contact IS NOT NULL
		FROM reservation_booking WHERE tenant = $1 AND `+where, append([]any{tx.Tenant()}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("reading bookings: %w", err)
	}
	defer rows.Close()
	var list []Booking
	for rows.Next() {
		var b Booking
		var day, takes string
		var clock int
		var made, changed int64
		if err := rows.Scan(&b.ID, &b.Counter, &day, &clock, &b.Minutes, &takes, &b.claim.places, &b.Service, &b.Persons, &b.Channel,
			&b.Group, &b.Status, &b.Receipt, &b.Owner, &b.Case, &b.Sequence, &made, &changed, &b.Contact); err != nil {
			return nil, fmt.Errorf("reading bookings: %w", err)
		}
		b.Made, b.Changed = store.FromMillis(made), store.FromMillis(changed)
		b.claim.counter, b.claim.day, b.claim.group = b.Counter, day, b.Group.index()
		if b.Start, err = wallClock(day, clock); err != nil {
			return nil, err
		}
		if b.claim.clocks, err = readTakes(takes); err != nil {
			return nil, err
		}
		list = append(list, b)
	}
	return list, rows.Err()
}
