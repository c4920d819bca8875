// Package visits is the part of the staff console about bookings: today's
// visitors (本日分予約), reception, proxy booking and search (予約管理).
//
//	day.go        times × counters of a day, and who comes in a slot (S4-075)
//	row.go        a booking in words, as all lists show it
//	find.go       what a scan or a number typed at reception means (S4-077)
//	reception.go  the field of reception, and receiving somebody (S4-078, S4-079)
//	tasks.go      a resident's personal task list, opened by the key they show
//	booking.go    one booking: its card, history, undo and cancellation
//	dialog.go     staff lead the residents' own dialogs for them (S4-076)
//	force.go      visitors without booking, and bookings beyond the limits
//	responses.go  the municipality's words for how visits end (対応内容)
//	search.go     search by any key, filters, CSV (S4-080, S4-081)
//	waiting.go    who waits for an earlier place
//	list.go       the day list of a counter, to print and as CSV (S4-104)
//
// The pages hold no rules: what can be booked, received or undone is for
// store/reservation to say, and what a dialog asks for the flow files. Whoever
// works at certain counters sees bookings of these alone; any other is not
// found, as one of another municipality is.
package visits

import (
	"context"
	"embed"
	"errors"
	"net/http"

	"madoguchi/bot"
	"madoguchi/channels/console"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/reservation"
	"madoguchi/store/staff"
)

// Topic is signalled with the tenant's id when a booking has changed, see Tell.
const Topic = "visits"

// Tell lets the open pages know of a change; it is for Reservations.Watch.
func Tell(tx *store.Tx, _ reservation.Change) error {
	console.Changed(tx, Topic)
	return nil
}

// Engine answers the events of dialogs.
type Engine interface {
	Turn(ctx context.Context, in bot.Inbound) (bot.Reply, error)
}

// Transcript says where a dialog stands.
type Transcript interface {
	Latest(ctx context.Context, tenant, channel, user string) (bot.Reply, error)
}

// Finder finds bookings by a text that means somebody: a link code, a resident
// ID. It returns none for a text it does not know.
type Finder func(tx *store.Tx, text string) (bookings []string, err error)

// NameFinder finds at most so many bookings by the name of the resident they
// are for, as a whole, its beginning or a part of it.
type NameFinder func(tx *store.Tx, name string, part bool, most int) (bookings []string, err error)

// Answer is one thing a resident wrote with a booking.
type Answer struct{ Name, Value string }

// Procedure is a dialog that staff can lead.
type Procedure struct {
	Flow, Title string
}

// Config is what the area is made of. Engine to Notify must be set.
type Config struct {
	Reservations *reservation.Reservations
	Engine       Engine
	Transcript   Transcript
	// Procedures are the dialogs on offer, Languages those they are led in.
	Procedures func(tx *store.Tx, lang i18n.Lang) ([]Procedure, error)
	Languages  func(tx *store.Tx) ([]i18n.Lang, error)
	// Notify queues the mail about a booking that staff made or cancelled
	// outside a dialog, if the resident left an address.
	Notify func(tx *store.Tx, b reservation.Booking, what, key string, lang i18n.Lang) error

	Finders []Finder
	// Residents finds by the resident's ID; nil where there are none.
	Residents Finder
	// Names finds by name; nil where no names are kept.
	Names NameFinder
	// Case is the page of a progress case below /console/, "" for none; nil
	// where there is no progress system. CaseOf finds the case of a link code
	// that staff type for somebody without booking, store.ErrNotFound for none;
	// nil asks for none. Collected hears that an old card was handed in by the
	// visitor of a case (S4-123); nil where nobody asks.
	Case      func(id string) string
	CaseOf    func(tx *store.Tx, code string) (id string, err error)
	Collected func(tx *store.Tx, id, by string) error
	// Tasks opens personal task lists by the keys visitors show; nil where there
	// are none.
	Tasks TaskLists
	// Answers puts what residents wrote with a booking into words; nil shows
	// names and values as they are kept.
	Answers func(tx *store.Tx, lang i18n.Lang, answers map[string]string) ([]Answer, error)
	// Staff are the names of the staff accounts by id; nil where there are none.
	Staff func(tx *store.Tx) (map[string]string, error)
}

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed texts
var textFiles embed.FS

//go:embed static
var staticFiles embed.FS

// area is the Config at work.
type area struct{ Config }

// Area returns the pages.
func Area(c Config) console.Area {
	a := &area{c}
	page := func(method, path string, right staff.Right, handle func(*console.Request) error) console.Page {
		return console.Page{Method: method, Path: path, Right: right, Handle: handle}
	}
	// What only looks or leads somewhere is quiet; a booking that a dialog makes
	// stands in the log by itself, and so does a search by person.
	quiet := func(path string, right staff.Right, handle func(*console.Request) error) console.Page {
		p := page("POST", path, right, handle)
		p.Quiet = true
		return p
	}
	return console.Area{
		Name: "visits", Templates: console.Below(templateFiles, "templates"), Texts: console.Below(textFiles, "texts"), Static: console.Below(staticFiles, "static"),
		Home: a.home,
		Menu: []console.Entry{
			{Position: 10, Path: "visits", Text: "visits.menu.today", Right: staff.SeeVisits},
			{Position: 11, Path: "visits/reception", Text: "visits.menu.reception", Right: staff.ReceiveVisits},
			{Position: 12, Path: "visits/book", Text: "visits.menu.book", Right: staff.EditVisits},
			{Position: 20, Path: "visits/search", Text: "visits.menu.search", Right: staff.SeeVisits},
		},
		Pages: []console.Page{
			page("GET", "visits", staff.SeeVisits, a.day),
			page("GET", "visits/live", staff.SeeVisits, func(q *console.Request) error { return q.Events(Topic) }),
			page("GET", "visits/slot/{day}/{counter}/{clock}", staff.SeeVisits, a.slot),
			page("GET", "visits/list/{day}/{counter}", staff.SeeVisits, a.list),
			page("GET", "visits/list/{day}/{counter}/csv", staff.ExportVisits, a.listFile),

			page("GET", "visits/reception", staff.ReceiveVisits, a.reception),
			quiet("visits/reception", staff.ReceiveVisits, a.find),
			page("GET", "visits/booking/{id}", staff.SeeVisits, a.booking),
			page("GET", "visits/tasks/{id}", staff.ReceiveVisits, a.tasks),
			page("POST", "visits/booking/{id}/receive", staff.ReceiveVisits, a.receive),
			page("POST", "visits/booking/{id}/undo", staff.ReceiveVisits, a.undo),
			page("GET", "visits/booking/{id}/cancel", staff.EditVisits, a.askCancel),
			page("POST", "visits/booking/{id}/cancel", staff.EditVisits, a.cancel),
			quiet("visits/booking/{id}/change", staff.EditVisits, a.change),
			page("POST", "visits/booking/{id}/private", staff.UnmaskResidents, a.private),

			page("GET", "visits/book", staff.EditVisits, a.startPage),
			quiet("visits/book", staff.EditVisits, a.start),
			page("GET", "visits/book/{channel}/{dialog}", staff.EditVisits, a.question),
			quiet("visits/book/{channel}/{dialog}", staff.EditVisits, a.answer),
			quiet("visits/book/{channel}/{dialog}/leave", staff.EditVisits, a.leave),

			page("GET", "visits/walk-in", staff.ReceiveVisits, a.walkInPage),
			page("POST", "visits/walk-in", staff.ReceiveVisits, a.walkIn),
			page("GET", "visits/force", staff.ForceVisits, a.forcePage),
			page("POST", "visits/force", staff.ForceVisits, a.force),

			page("GET", "visits/responses", staff.EditSetup, a.responses),
			page("POST", "visits/responses", staff.EditSetup, a.saveResponses),

			page("GET", "visits/search", staff.SeeVisits, a.search),
			quiet("visits/search", staff.SeeVisits, a.look),
			page("GET", "visits/search/csv", staff.ExportVisits, a.searchFile),
			page("GET", "visits/waiting", staff.SeeVisits, a.waiting),
		},
	}
}

// home counts today's visits for the first page.
func (a *area) home(q *console.Request) ([]console.HomeCard, error) {
	var expected, here int
	err := q.View(func(tx *store.Tx) error {
		list, err := a.Reservations.Tallies(tx, civil.In(tx.Now()).Date)
		for _, t := range list {
			if q.Account.AtCounter(t.Counter) {
				expected += t.Expected
				here += t.Visited
			}
		}
		return err
	})
	return []console.HomeCard{
		{Heading: q.T("visits.home.expected"), Number: expected, Path: "visits", Right: staff.SeeVisits},
		{Heading: q.T("visits.home.here"), Number: here, Path: "visits", Right: staff.SeeVisits},
	}, err
}

// by is who acts, with the limits of staff at the counter.
func by(q *console.Request) reservation.By {
	return reservation.By{Who: q.By(), Group: reservation.Internal}
}

// one returns a booking that the person may see, or console.ErrNotFound.
func (a *area) one(tx *store.Tx, q *console.Request, id string) (reservation.Booking, error) {
	b, err := a.Reservations.ByID(tx, id)
	if err == nil && !q.Account.AtCounter(b.Counter) {
		err = console.ErrNotFound
	}
	return b, err
}

// counters are those of a day that the person works at.
func counters(q *console.Request, t *reservation.Timetable, day civil.Date) []*reservation.Counter {
	var list []*reservation.Counter
	for _, c := range t.Counters(day) {
		if q.Account.AtCounter(c.ID) {
			list = append(list, c)
		}
	}
	return list
}

// mine is the filter of the counters the person works at: nil for those who see
// all of them.
func mine(q *console.Request) []string {
	if q.Account.AtCounter("") { // no counter is called that: only who sees all is at it
		return nil
	}
	return append([]string{}, q.Account.Counters...)
}

// refusal puts a refusal of the reservation service into words; other errors
// stay as they are.
func refusal(q *console.Request, err error) error {
	problem := func(text string, args ...i18n.Arg) error {
		return &console.Problem{Status: http.StatusConflict, Text: "visits.refused." + text, Args: args}
	}
	var early reservation.ErrTooEarly
	var late reservation.ErrTooLate
	var closed reservation.ErrClosed
	var party reservation.ErrParty
	var state reservation.ErrState
	switch {
	case errors.Is(err, reservation.ErrFull), errors.Is(err, reservation.ErrGone):
		return problem("full")
	case errors.As(err, &early):
		return problem("early", i18n.Arg{Name: "when", Value: i18n.FormatDateTime(q.Lang, early.Opens)})
	case errors.As(err, &late):
		return problem("late", i18n.Arg{Name: "when", Value: i18n.FormatDateTime(q.Lang, late.Limit)})
	case errors.As(err, &closed):
		return problem("closed")
	case errors.As(err, &party):
		return problem("party", i18n.Arg{Name: "max", Value: party.Max})
	case errors.As(err, &state):
		return problem("state", i18n.Arg{Name: "status", Value: statusText(q, state.Status)})
	case errors.Is(err, reservation.ErrNote):
		return problem("note")
	}
	return err
}
