// Package people is the part of the console about residents (会員管理): the
// roster, its records, bulk registration and tables for other programs.
//
//	list.go      the roster and the search
//	record.go    one record: masked, shown on purpose, its history
//	edit.go      registering and changing
//	care.go      suspending and erasing
//	import.go    bulk registration; issue of IDs
//	export.go    tables out
//	table.go     the columns of those tables
//	field.go     which fields there are, as the municipality decides
//	mask.go      what is shown to whom has not asked for more
//
// Values are masked everywhere. Whoever has the right sees a record in full after
// giving a reason, once: the page that shows it is the answer to that request and
// is not kept. Words searched for never stand in an address (ASVS 14.2.1), so
// that searching is a POST. Every reading of records is in the audit log, without
// what was read (S4-091).
package people

import (
	"embed"
	"errors"
	"log/slog"
	"time"

	"madoguchi/channels/console"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/resident"
	"madoguchi/store/staff"
)

// Config is what the pages need. What is nil is not shown.
type Config struct {
	DB        *store.DB
	Residents *resident.Residents
	// Fields are the fields of the roster as the municipality set them; nil:
	// DefaultFields.
	Fields func(tx *store.Tx) ([]Field, error)
	// Staff is the name of a member of the staff by account id; "" if unknown.
	Staff func(tx *store.Tx, id string) (string, error)
	// Bookings and Cards are what else is there of a person.
	Bookings func(tx *store.Tx, r resident.Resident) ([]Booking, error)
	Cards    func(tx *store.Tx, r resident.Resident) ([]Card, error)
	Log      *slog.Logger
}

// Booking is a line of a person's bookings.
type Booking struct {
	Start   civil.DateTime
	Counter string // its name
	Service string
	Receipt int
	Status  string // as shown
	Path    string // of its page below /console/, "" for none
}

// Card is a line of a person's cards.
type Card struct {
	Case  string // as shown
	State string
	At    time.Time
	Path  string
}

type area struct{ Config }

//go:embed templates/*.html
var templates embed.FS

//go:embed texts
var texts embed.FS

//go:embed static
var static embed.FS

// Area is the part of the console.
func Area(c Config) console.Area {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	a := area{c}
	return console.Area{
		Name: "people",
		Menu: []console.Entry{{Position: 30, Path: "people", Text: "people.menu", Right: staff.SeeResidents}},
		Pages: []console.Page{
			{Method: "GET", Path: "people", Right: staff.SeeResidents, Handle: a.list},
			{Method: "POST", Path: "people/search", Right: staff.SeeResidents, Handle: a.search},
			// Somebody who reloads an answer, or changes its language, begins again.
			{Method: "GET", Path: "people/search", Right: staff.SeeResidents, Handle: func(q *console.Request) error { return q.See("people", "") }},
			{Method: "GET", Path: "people/{id}/show", Right: staff.SeeResidents, Handle: func(q *console.Request) error { return q.See("people/"+q.PathValue("id"), "") }},
			{Method: "GET", Path: "people/new", Right: staff.EditResidents, Handle: a.blank},
			{Method: "POST", Path: "people/new", Right: staff.EditResidents, Handle: a.add},
			{Method: "GET", Path: "people/import", Right: staff.ImportResidents, Handle: a.importPage},
			{Method: "POST", Path: "people/import", Right: staff.ImportResidents, Limit: importLimit, Handle: a.importTable},
			{Method: "POST", Path: "people/issue", Right: staff.ImportResidents, Handle: a.issue},
			{Method: "POST", Path: "people/export", Right: staff.ExportResidents, Handle: a.export},
			{Method: "GET", Path: "people/{id}", Right: staff.SeeResidents, Handle: a.record},
			{Method: "POST", Path: "people/{id}/show", Right: staff.UnmaskResidents, Handle: a.show},
			{Method: "GET", Path: "people/{id}/edit", Right: staff.EditResidents, Handle: a.editPage},
			{Method: "POST", Path: "people/{id}/edit", Right: staff.EditResidents, Handle: a.edit},
			{Method: "POST", Path: "people/{id}/state", Right: staff.EditResidents, Handle: a.state},
			{Method: "GET", Path: "people/{id}/erase", Right: staff.EraseResidents, Handle: a.erasePage},
			{Method: "POST", Path: "people/{id}/erase", Right: staff.EraseResidents, Handle: a.erase},
		},
		Templates: console.Below(templates, "templates"), Texts: console.Below(texts, "texts"), Static: console.Below(static, "static"),
	}
}

// found turns what the roster says of a record that is not there into the page
// that says so.
func found(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return console.ErrNotFound
	}
	return err
}

// today is the date on the wall.
func today(db *store.DB) civil.Date { return civil.In(db.Now()).Date }
