// Package setup is the administrators' part of the console: counters, opening
// rules, closures, services, booking windows and the site itself (サイト設定,
// S4-050 to S4-057, S4-061, S4-138).
//
// Nobody edits what is in force. A person works on a draft, which Compile
// checks at every step, looks at the calendar it would make on any date, sees
// which bookings would lose their place, and saves it with a date of effect:
//
//	settings in force ─▶ draft ─▶ forms ─▶ calendar ─▶ impact ─▶ save ─▶ edition from a day on
//	      CSV file ───────┘                              └─▶ relocation: bookings moved or cancelled, residents told
//
// One form template draws every form (form.go); what a rule means in words is
// in words.go.
package setup

import (
	"embed"

	"madoguchi/channels/console"
	"madoguchi/channels/console/setup/plan"
	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/relocation"
	"madoguchi/store/reservation"
	"madoguchi/store/staff"
	"madoguchi/store/tenant"
)

//go:embed templates/*.html
var templates embed.FS

//go:embed texts
var texts embed.FS

//go:embed static
var static embed.FS

// Config is what the area works with.
type Config struct {
	Reservations *reservation.Reservations
	Relocations  relocation.Service
	Tenants      *tenant.Registry
	// Name is who an account is, as colleagues know them; nil shows the id.
	Name func(tx *store.Tx, account string) string
	// DB is where relocations go on step by step.
	DB *store.DB
	// Reach says how the resident of a booking would be told of a change.
	Reach func(tx *store.Tx, b reservation.Booking) (relocation.How, error)
	// Languages are those a municipality offers whose settings name these.
	Languages func(named []string) []i18n.Lang
}

// desk are the handlers.
type desk struct{ Config }

// Area returns the part of the console.
func Area(c Config) console.Area {
	d := &desk{c}
	see := func(path string, handle func(*console.Request) error) console.Page {
		return console.Get(path, staff.SeeSetup, handle)
	}
	do := func(path string, handle func(*console.Request) error) console.Page {
		return console.Post(path, staff.EditSetup, handle)
	}
	// Most forms change the administrator's own draft, which is nobody's rule until
	// it is saved.
	draft := func(path string, handle func(*console.Request) error) console.Page {
		p := do(path, handle)
		p.Quiet = true
		return p
	}
	return console.Area{
		Name:      "setup",
		Menu:      []console.Entry{{Position: 70, Path: "setup", Text: "setup.menu", Right: staff.SeeSetup}},
		Templates: console.Below(templates, "templates"), Texts: console.Below(texts, "texts"), Static: console.Below(static, "static"),
		Pages: []console.Page{
			see("setup", d.overview),
			draft("setup/draft/drop", d.dropDraft),
			draft("setup/draft/merge", d.mergeDraft),
			draft("setup/draft/scheduled", d.editScheduled),
			do("setup/withdraw", d.withdraw),
			see("setup/counters/{counter}", d.counter),
			draft("setup/counters/{counter}", d.counter),
			draft("setup/counters/{counter}/delete", d.deleteCounter),
			see("setup/counters/{counter}/openings/{n}", d.opening),
			draft("setup/counters/{counter}/openings/{n}", d.opening),
			draft("setup/counters/{counter}/openings/{n}/delete", d.deleteOpening),
			draft("setup/counters/{counter}/openings/{n}/move", d.moveOpening),
			see("setup/closures", d.closures),
			draft("setup/closures", d.rules),
			see("setup/closures/{n}", d.closure),
			draft("setup/closures/{n}", d.closure),
			draft("setup/closures/{n}/delete", d.deleteClosure),
			see("setup/services", d.services),
			see("setup/services/{service}", d.service),
			draft("setup/services/{service}", d.service),
			draft("setup/services/{service}/delete", d.deleteService),
			see("setup/windows", d.windows),
			draft("setup/windows", d.rules),
			see("setup/windows/{n}", d.window),
			draft("setup/windows/{n}", d.window),
			draft("setup/windows/{n}/delete", d.deleteWindow),
			draft("setup/windows/{n}/move", d.moveWindow),
			see("setup/calendar", d.calendar),
			see("setup/cell/{counter}/{day}/{clock}", d.cell),
			draft("setup/cell/{counter}/{day}/{clock}", d.cell),
			see("setup/save", d.save),
			do("setup/save", d.save),
			see("setup/site", d.site),
			do("setup/site", d.site),
			see("setup/close", d.closing),
			do("setup/close", d.closing),
			see("setup/history", d.history),
			see("setup/history/{version}", d.version),
			draft("setup/history/{version}/restore", d.restore),
			see("setup/plan", d.plan),
			{Method: "POST", Path: "setup/plan", Right: staff.EditSetup, Limit: plan.MaxSize + 64<<10, Quiet: true, Handle: d.upload},
			see("setup/plan/counters.csv", d.export),
			see("setup/relocations", d.relocations),
			see("setup/relocations/{id}", d.relocation),
			do("setup/relocations/{id}/called", d.called),
			do("setup/relocations/{id}/go", d.goOn),
		},
	}
}
