package setup

import (
	"bytes"
	"strings"

	"madoguchi/channels/console"
	"madoguchi/channels/console/setup/plan"
	"madoguchi/channels/sheet"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/reservation"
)

// planPage is where a year's plan of all counters comes in as a file and goes
// out as one (一括登録, S4-053).
type planPage struct {
	Head     head
	Problems []planProblem
	More     int // problems beyond those shown
	Report   *planReport
}

type planProblem struct {
	Line         int
	Column, Text string
}

// planReport is what a file would change.
type planReport struct {
	Added, Changed     string
	Openings, Closures int
	Translations       int
	Changes            []said
	Bookings           int // that would lose their place
}

// shownProblems is how many problems of a file a page shows.
const shownProblems = 200

func (d *desk) plan(q *console.Request) error {
	var p planPage
	err := q.View(func(tx *store.Tx) (err error) {
		_, p.Head, err = d.load(q, tx)
		return err
	})
	if err != nil {
		return err
	}
	return q.Render("setup-plan", "setup.plan.title", p)
}

// upload reads a plan. It reports what the file would do, and asked to, puts it
// into the person's draft.
func (d *desk) upload(q *console.Request) error {
	data, err := q.Upload("file")
	if err != nil {
		return err
	}
	var p planPage
	draft, h, langs, err := d.see(q)
	if err != nil {
		return err
	}
	p.Head = h
	if data == nil {
		p.Problems = []planProblem{{Text: q.T("setup.plan.no-file")}}
		return q.Again("setup-plan", "setup.plan.title", p)
	}
	// A large file takes its time: it is read outside any transaction.
	made, problems := plan.In(langs).Read(data, draft.Settings, civil.Holiday)
	if len(problems) > 0 {
		p.problems(q, problems)
		return q.Again("setup-plan", "setup.plan.title", p)
	}
	if q.PostFormValue("do") == "keep" {
		err := q.Update(func(tx *store.Tx) error {
			now, _, err := d.load(q, tx)
			if err != nil {
				return err
			}
			if now.Changed != draft.Changed || now.Base != draft.Base {
				return settingsProblem(reservation.ErrStale)
			}
			now.Settings = made.Settings
			return d.Reservations.KeepDraft(tx, q.By(), now)
		})
		if err != nil {
			return err
		}
		return q.See("setup/save", "setup.done.draft")
	}
	p.Report = &planReport{
		Added: strings.Join(made.Added, "、"), Changed: strings.Join(made.Changed, "、"), Openings: made.Openings, Closures: made.Closures, Translations: made.Translations,
		Changes: describeAll(q, made.Settings, reservation.Compare(draft.Settings, made.Settings)),
	}
	err = q.View(func(tx *store.Tx) error {
		preview, err := d.Reservations.Preview(tx, made.Settings, upcoming(draft, civil.In(tx.Now()).Date))
		if err != nil {
			return err
		}
		misfits, err := preview.Misfits(tx)
		p.Report.Bookings = len(misfits)
		return err
	})
	if err != nil {
		return err
	}
	return q.Render("setup-plan", "setup.plan.title", p)
}

// problems puts what is wrong with a file into words.
func (p *planPage) problems(q *console.Request, list []sheet.Problem) {
	if len(list) > shownProblems {
		p.More = len(list) - shownProblems
		list = list[:shownProblems]
	}
	for _, x := range list {
		key := "setup.plan.problem." + x.Code
		said := q.T(key)
		if said == key || said == "" { // a fault that the forms know
			said = q.T("setup.fault."+x.Code, text("value", ""))
		}
		p.Problems = append(p.Problems, planProblem{x.Line, x.Column, said})
	}
}

// export sends the plan of the person's draft, or of what is in force.
func (d *desk) export(q *console.Request) error {
	draft, _, langs, err := d.see(q)
	if err != nil {
		return err
	}
	enc := sheet.UTF8
	if q.URL.Query().Get("encoding") == string(sheet.ShiftJIS) {
		enc = sheet.ShiftJIS
	}
	var b bytes.Buffer
	if _, err := plan.In(langs).Write(&b, enc, draft.Settings); err != nil {
		return err
	}
	return q.File("counters.csv", "text/csv; charset="+string(enc), b.Bytes())
}
