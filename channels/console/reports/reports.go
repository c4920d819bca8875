// Package reports is the part of the staff console with the reports: the month
// (S4-134), the load of the counters by hour (S4-138), how full the coming
// weeks are, how far people get in the procedures, and what the dialog could not
// answer (S1-052).
//
// Counting is store/report's business; here numbers become tables, a chart drawn
// on the server, and CSV files. A page and its file come from the same table, so
// that they cannot differ. Pages print as they are.
//
//	table.go     a table, as a page shows it and as a file has it
//	month.go, load.go, ahead.go, funnel.go, questions.go
//	             one report each
//	names.go     what codes are called
package reports

import (
	"embed"

	"madoguchi/channels/console"
	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/question"
	"madoguchi/store/report"
	"madoguchi/store/reservation"
	"madoguchi/store/staff"
)

//go:embed templates texts static
var files embed.FS

// Config is what the area works with.
type Config struct {
	Reports      *report.Reports
	Reservations *reservation.Reservations
	Questions    question.Service
	// Names are the people's names by account id.
	Names func(tx *store.Tx) (map[string]string, error)
	// Titles are the names of the flows the tenant offers.
	Titles func(tx *store.Tx, lang i18n.Lang) (map[string]string, error)
}

type area struct{ Config }

// Area returns the area.
func Area(c Config) console.Area {
	a := &area{c}
	return console.Area{
		Name:      "reports",
		Templates: console.Below(files, "templates"), Texts: console.Below(files, "texts"), Static: console.Below(files, "static"),
		Menu: []console.Entry{{Position: 60, Path: "reports", Text: "reports.menu", Right: staff.SeeReports}},
		Pages: []console.Page{
			console.Get("reports", staff.SeeReports, a.month),
			console.Get("reports/load", staff.SeeReports, a.load),
			console.Get("reports/ahead", staff.SeeReports, a.ahead),
			console.Get("reports/funnel", staff.SeeReports, a.funnel),
			console.Get("reports/questions", staff.SeeReports, a.questions),
			console.Post("reports/questions/{id}", staff.SeeReports, a.settle),
			console.Post("reports/count", staff.SeeReports, a.count),
		},
	}
}
