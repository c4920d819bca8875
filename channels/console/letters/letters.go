// Package letters is the part of the staff console that prints: 通知書・宛名
// (S4-100 … S4-103).
//
//	new.go       choose a template and cards ─▶ a run
//	run.go       forecast of places, who is held back ─▶ PDF, CSV ─▶ sent, taken back
//	template.go  texts of letters: edit, check, preview, history
//	layout.go    address window, fold marks, label sheets and their offset
//
// A file is made within its request, page by page: nothing that was printed is
// kept on the server.
package letters

import (
	"bytes"
	"embed"
	"fmt"
	"strconv"
	"time"

	"madoguchi/channels/console"
	"madoguchi/channels/paper"
	"madoguchi/channels/sheet"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/letter"
	"madoguchi/store/reservation"
	"madoguchi/store/staff"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed texts
var textFiles embed.FS

//go:embed static
var staticFiles embed.FS

// Choice is something to choose cards by.
type Choice struct{ ID, Name string }

// Filter selects cards to write about.
type Filter struct {
	State    string // code; "" is any
	Batch    string // id; "" is any
	From, To civil.Date
}

// Card is a card as a letter needs it.
type Card struct {
	ID       string
	Code     string // link code
	Resident string // id of the record, "" where none is kept (S4-093)
}

// Cases are the cards and their progress.
type Cases interface {
	// States lists the states cards can be in; Batches the newest deliveries.
	States(tx *store.Tx, lang i18n.Lang) ([]Choice, error)
	Batches(tx *store.Tx) ([]Choice, error)
	// Find returns the cards a filter selects, the longest waiting first, at most
	// limit.
	Find(tx *store.Tx, f Filter, limit int) ([]string, error)
	// ByCode returns the card of a link code in any spelling, or store.ErrNotFound.
	ByCode(tx *store.Tx, code string) (string, error)
	// Cards returns those that exist.
	Cards(tx *store.Tx, ids []string) ([]Card, error)
	// Waiting counts the holders who were told and have not booked: they look for
	// the same places.
	Waiting(tx *store.Tx) (int, error)
	// Sent registers that a letter was posted and returns the number of the
	// event; Unsent takes that event back.
	Sent(tx *store.Tx, id, by string) (event int, err error)
	Unsent(tx *store.Tx, id string, event int, by string) error
}

// Person is who lives where.
type Person struct{ Name, Postal, Address string }

// People are the residents' records.
type People interface {
	// People returns those that exist, by id. The caller writes the audit row.
	People(tx *store.Tx, ids []string) (map[string]Person, error)
}

// Config is what the area is made of.
type Config struct {
	Letters letter.Service
	Cases   Cases
	People  People // nil where no residents are kept
	Fonts   *paper.Fonts
	Sender  func(tx *store.Tx) (paper.Sender, error)
	// Staff are the names of the staff accounts by id; nil where there are none.
	Staff func(tx *store.Tx) (map[string]string, error)
	// Forecast counts the places a batch finds from a day on.
	Forecast func(tx *store.Tx, needed int, from civil.Date) (reservation.Forecast, error)
}

// area holds the handlers.
type area struct{ Config }

// Area returns the part 通知書・宛名 of the console.
func Area(c Config) console.Area {
	a := &area{c}
	return console.Area{
		Name: "letters", Templates: console.Below(templateFiles, "templates"), Texts: console.Below(textFiles, "texts"), Static: console.Below(staticFiles, "static"),
		Menu: []console.Entry{{Position: 50, Path: "letters", Text: "letters.menu", Right: staff.PrintLetters}},
		Pages: []console.Page{
			console.Get("letters", staff.PrintLetters, a.home),
			console.Get("letters/runs.csv", staff.PrintLetters, a.table),
			console.Get("letters/new", staff.PrintLetters, a.choose),
			console.Post("letters/new", staff.PrintLetters, a.begin),
			console.Get("letters/runs/{run}", staff.PrintLetters, a.run),
			console.Post("letters/runs/{run}/print", staff.PrintLetters, a.print),
			console.Post("letters/runs/{run}/export", staff.ExportCards, a.export),
			console.Post("letters/runs/{run}/sent", staff.PrintLetters, a.sent),
			console.Post("letters/runs/{run}/unsent", staff.PrintLetters, a.unsent),
			console.Post("letters/runs/{run}/drop", staff.PrintLetters, a.drop),
			console.Get("letters/templates", staff.PrintLetters, a.templates),
			console.Get("letters/templates/{template}", staff.EditLetters, a.template),
			console.Post("letters/templates/{template}", staff.EditLetters, a.saveTemplate),
			console.Post("letters/templates/{template}/back", staff.EditLetters, a.rollBack),
			{Method: "POST", Path: "letters/preview", Right: staff.EditLetters, Quiet: true, Handle: a.preview},
			console.Get("letters/layout", staff.EditLetters, a.layout),
			console.Post("letters/layout", staff.EditLetters, a.saveLayout),
			console.Get("letters/sheets/{sheet}", staff.EditLetters, a.sheet),
			console.Post("letters/sheets/{sheet}", staff.EditLetters, a.saveSheet),
			{Method: "POST", Path: "letters/sheets/{sheet}/test", Right: staff.EditLetters, Quiet: true, Handle: a.testSheet},
		},
	}
}

// Builtin are the templates that come with the program.
func Builtin() []letter.Template {
	names := map[string]string{"notice": "交付通知書", "guidance": "交付案内文"}
	var list []letter.Template
	for _, id := range paper.Defaults() {
		text, _ := paper.Default(id)
		list = append(list, letter.Template{ID: id, Name: names[id], Body: text})
	}
	return list
}

// perPage is how many rows a list shows.
const perPage = 50

// home lists the runs.
func (a *area) home(q *console.Request) error {
	data := struct {
		Runs  []runRow
		Pager console.Pager
	}{Pager: console.PagerOf(q.URL.Query(), perPage)}
	err := q.View(func(tx *store.Tx) error {
		list, total, err := a.Letters.Runs(tx, perPage, data.Pager.Offset())
		if err != nil {
			return err
		}
		data.Pager.Total = total
		data.Runs, err = a.rows(tx, q, list)
		return err
	})
	if err != nil {
		return err
	}
	return q.Render("letters-home", "letters.title", data)
}

// mostInTable bounds the table of runs; years of printing fit.
const mostInTable = 20_000

// table sends the list of runs as a file (S4-104).
func (a *area) table(q *console.Request) error {
	var rows []runRow
	err := q.View(func(tx *store.Tx) error {
		list, _, err := a.Letters.Runs(tx, mostInTable, 0)
		if err != nil {
			return err
		}
		rows, err = a.rows(tx, q, list)
		return err
	})
	if err != nil {
		return err
	}
	var header []string
	for _, key := range []string{"made", "by", "what", "selection", "count", "held", "prints", "printed", "by", "sent", "by"} {
		header = append(header, q.T("letters."+key))
	}
	enc := encoding(q.URL.Query().Get("encoding"))
	var b bytes.Buffer
	_, err = sheet.Write(&b, enc, header, func(yield func([]string) bool) {
		for _, r := range rows {
			if !yield([]string{
				full(r.Run.Made), r.Made.Who, r.Name, r.Selection, strconv.Itoa(r.Cases), strconv.Itoa(r.Held),
				strconv.Itoa(r.Prints), full(r.Run.Printed), r.Printed.Who, full(r.Run.Sent), r.Sent.Who,
			}) {
				return
			}
		}
	})
	if err != nil {
		return fmt.Errorf("list of runs: %w", err)
	}
	return q.File("letter-runs.csv", "text/csv; charset="+string(enc), b.Bytes())
}

// full writes an instant with its year, for tables.
func full(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	at := civil.In(t)
	return at.Date.String() + " " + at.Clock.String()
}

// encoding is how a form wants its table written.
func encoding(text string) sheet.Encoding {
	if text == string(sheet.ShiftJIS) {
		return sheet.ShiftJIS
	}
	return sheet.UTF8
}

// runRow is a run as lists show it.
type runRow struct {
	letter.Run
	Name                string // of the template
	Made, Printed, Sent moment
}

// moment is when something was done, and by whom.
type moment struct{ At, Who string }

// rows puts names to what runs refer to.
func (a *area) rows(tx *store.Tx, q *console.Request, list []letter.Run) ([]runRow, error) {
	templates, err := a.Letters.Templates(tx)
	if err != nil {
		return nil, err
	}
	names := map[string]string{letter.Labels: q.T("letters.labels")}
	for _, t := range templates {
		names[t.ID] = t.Name
	}
	who := map[string]string{}
	if a.Staff != nil {
		if who, err = a.Staff(tx); err != nil {
			return nil, err
		}
	}
	person := func(id string) string {
		switch {
		case id == "cli":
			return q.T("letters.cli")
		case who[id] == "" && id == q.Account.ID:
			return q.Account.Name
		}
		return who[id]
	}
	var rows []runRow
	for _, r := range list {
		rows = append(rows, runRow{
			Run: r, Name: names[r.Template],
			Made:    moment{when(q, r.Made), person(r.MadeBy)},
			Printed: moment{when(q, r.Printed), person(r.PrintedBy)},
			Sent:    moment{when(q, r.Sent), person(r.SentBy)},
		})
	}
	return rows, nil
}
