// Package cards is the part of the staff console that follows cards from their
// arrival to their holders (カード交付管理, S4-110 … S4-123). It shows what
// store/progress knows and registers there what staff do:
//
//	case.go       find a card, everything known of it, register, undo
//	list.go       lists by state and period, unclaimed cards, 住基カード, CSV
//	batches.go    cards from J-LIS: announce, count in, put away, send out
//	settings.go   names of the states, the clock, what residents are told
//
// Only officials record 本人確認済 and 交付 (S4-083): for others these are not on
// the page, and refused.
package cards

import (
	"embed"
	"errors"
	"slices"
	"strconv"
	"time"

	"madoguchi/channels/console"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/progress"
	"madoguchi/store/reservation"
	"madoguchi/store/staff"
)

// Config is what the pages work with.
type Config struct {
	Cards        progress.Service
	Reservations *reservation.Reservations
	// Names gives the names of accounts by id, as colleagues see them; nil shows
	// the ids. Accounts it does not know it leaves out.
	Names func(tx *store.Tx, ids []string) (map[string]string, error)
	// Resident finds the record of a resident by the number people know (利用者ID);
	// store.ErrNotFound if there is none. nil takes the number for the id of the
	// record.
	Resident func(tx *store.Tx, number string) (id string, err error)
	// Number is the number people know a resident's record by; nil shows the id.
	Number func(tx *store.Tx, id string) (string, error)
}

//go:embed templates/*.html texts static
var files embed.FS

// area is the pages with what they work with.
type area struct{ Config }

// Area returns the pages.
func Area(c Config) console.Area {
	a := &area{c}
	return console.Area{
		Name: "cards", Templates: console.Below(files, "templates"), Texts: console.Below(files, "texts"), Static: console.Below(files, "static"),
		Menu: []console.Entry{
			{Position: 40, Path: "cards", Text: "cards.menu", Right: staff.SeeCards},
		},
		Pages: []console.Page{
			{Method: "GET", Path: "cards", Right: staff.SeeCards, Handle: a.start},
			{Method: "POST", Path: "cards/find", Right: staff.SeeCards, Quiet: true, Handle: a.find},
			{Method: "GET", Path: "cards/case/{id}", Right: staff.SeeCards, Handle: a.see},
			{Method: "POST", Path: "cards/case/{id}/register", Right: staff.RegisterCards, Handle: a.register},
			{Method: "POST", Path: "cards/case/{id}/undo", Right: staff.UndoCards, Handle: a.undo},
			{Method: "POST", Path: "cards/case/{id}/booking", Right: staff.RegisterCards, Handle: a.join},
			{Method: "POST", Path: "cards/case/{id}/resident", Right: staff.RegisterCards, Handle: a.assign},

			{Method: "GET", Path: "cards/list", Right: staff.SeeCards, Handle: a.list},
			{Method: "GET", Path: "cards/list.csv", Right: staff.ExportCards, Handle: a.export},
			{Method: "GET", Path: "cards/unclaimed", Right: staff.SeeCards, Handle: a.unclaimed},
			{Method: "POST", Path: "cards/unclaimed", Right: staff.RegisterCards, Handle: a.remind},
			{Method: "GET", Path: "cards/old-cards", Right: staff.SeeCards, Handle: a.oldCards},

			{Method: "GET", Path: "cards/batches", Right: staff.ReceiveCards, Handle: a.batches},
			{Method: "POST", Path: "cards/batches/receive", Right: staff.ReceiveCards, Handle: a.receive},
			{Method: "POST", Path: "cards/batches/announce", Right: staff.ReceiveCards, Limit: 16 << 20, Handle: a.announce},
			{Method: "GET", Path: "cards/batches/{id}", Right: staff.ReceiveCards, Handle: a.batch},
			{Method: "GET", Path: "cards/storage", Right: staff.SeeCards, Handle: a.storage},
			{Method: "POST", Path: "cards/storage/move", Right: staff.ReceiveCards, Handle: a.move},
			{Method: "POST", Path: "cards/storage/confirm", Right: staff.RegisterCards, Handle: a.confirm},

			{Method: "GET", Path: "cards/labels", Right: staff.LabelCards, Handle: a.labels},
			{Method: "POST", Path: "cards/labels", Right: staff.LabelCards, Handle: a.saveLabels},
			{Method: "GET", Path: "cards/rules", Right: staff.LabelCards, Handle: a.rules},
			{Method: "POST", Path: "cards/rules", Right: staff.LabelCards, Handle: a.saveRules},
		},
	}
}

// town is what the pages need to put cases into words.
type town struct {
	q        *console.Request
	labels   progress.Labels
	counters map[string]string // names by id
	order    []string          // ids of the counters, as listed
}

func (a *area) town(tx *store.Tx, q *console.Request) (*town, error) {
	t := &town{q: q, counters: map[string]string{}}
	var err error
	if t.labels, _, err = a.Cards.Labels(tx); err != nil {
		return nil, err
	}
	s, _, err := a.Reservations.Settings(tx)
	if err != nil {
		return nil, err
	}
	for _, c := range s.Counters {
		t.counters[c.ID] = i18n.Bare(c.Names.In(q.Lang))
		t.order = append(t.order, c.ID)
	}
	return t, nil
}

// label is the name of a kind, without furigana.
func (t *town) label(k progress.Kind) string { return i18n.Bare(t.labels.Of(k, t.q.Lang)) }

// reason is the words of a reason, "" for none.
func (t *town) reason(k progress.Kind, reason string) string {
	if reason == "" {
		return ""
	}
	return t.q.T("cards.reason." + string(k) + "." + reason)
}

func (t *town) counter(id string) string {
	if name := t.counters[id]; name != "" {
		return name
	}
	return id
}

// place is where a card is kept, "" if nowhere.
func (t *town) place(f progress.Facts) string {
	if f.Custody == progress.Nowhere {
		return ""
	}
	if f.Custody == progress.Loose {
		return t.q.T("cards.custody.loose")
	}
	s := t.counter(f.Counter)
	if f.Shelf != "" {
		s += " " + f.Shelf
	}
	if f.Custody == progress.OnWay {
		s += t.q.T("cards.custody.sent")
	}
	return s
}

// option is one line of a select element or a row of check boxes.
type option struct {
	Value, Text string
	Chosen      bool
}

func (t *town) counterOptions(chosen string) (list []option) {
	for _, id := range t.order {
		list = append(list, option{id, t.counters[id], id == chosen})
	}
	return list
}

func (t *town) stateOptions(chosen []progress.Kind) (list []option) {
	for _, k := range progress.States() {
		list = append(list, option{string(k), t.label(k), slices.Contains(chosen, k)})
	}
	return list
}

// stamp is an instant as the history shows it: 2015/05/29(金) 14:59:25 (S4-112).
func stamp(lang i18n.Lang, at time.Time) string {
	if at.IsZero() {
		return ""
	}
	at = at.In(civil.Tokyo)
	return day(lang, civil.In(at).Date) + " " + at.Format("15:04:05")
}

// moment is a time on the wall to the minute.
func moment(lang i18n.Lang, at civil.DateTime) string {
	if at == (civil.DateTime{}) {
		return ""
	}
	return day(lang, at.Date) + " " + at.Clock.String()
}

var weekdays = [7]string{"日", "月", "火", "水", "木", "金", "土"}

func day(lang i18n.Lang, d civil.Date) string {
	if d.IsZero() {
		return ""
	}
	w := d.Weekday()
	name := weekdays[w]
	if lang == i18n.English {
		name = w.String()[:3]
	}
	return strconv.Itoa(d.Year) + "/" + two(int(d.Month)) + "/" + two(d.Day) + "(" + name + ")"
}

// dateOf is the day of an instant on the wall, the zero date for none.
func dateOf(at time.Time) civil.Date {
	if at.IsZero() {
		return civil.Date{}
	}
	return civil.In(at).Date
}

func two(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// mayRegister reports whether the person may record a kind: officials only for
// some, those who keep the cards for their destruction.
func mayRegister(q *console.Request, k progress.Kind) bool {
	switch {
	case k.ForOfficials():
		return q.May(staff.DeliverCards)
	case k == progress.Discarded:
		return q.May(staff.ReceiveCards)
	}
	return q.May(staff.RegisterCards)
}

// invalid returns what is wrong with an entry, as a key of the catalog.
func invalid(err error) (string, bool) {
	var bad progress.ErrInvalid
	switch {
	case errors.As(err, &bad):
		return "cards.error." + bad.Why, true
	case errors.Is(err, progress.ErrStruck):
		return "cards.error.struck", true
	case errors.Is(err, progress.ErrStale):
		return "cards.error.stale", true
	}
	return "", false
}
