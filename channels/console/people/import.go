package people

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"madoguchi/channels/console"
	"madoguchi/channels/sheet"
	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/reservation"
	"madoguchi/store/resident"
)

// importLimit is the largest table the console takes, with the form around it.
const importLimit = 20<<20 + 64<<10

// shownProblems is how many problems of a table are listed.
const shownProblems = 200

// patience is how long a person waits for an import; a larger one goes on by
// itself.
const patience = 20 * time.Second

// importForm is the page of bulk registration.
type importForm struct {
	Problems []problem
	Wrong    int
	Plan     *resident.Plan // of a table without problems
	Checked  bool
	Lines    int
	Heads    []string
	Issue    string // as typed
	IssueBad bool
}

// problem is one line of the report.
type problem struct {
	Line         int
	Column, What string
}

func (a area) importPage(q *console.Request) error {
	d, err := a.importForm(q)
	if err != nil {
		return err
	}
	return q.Render("people_import", "people.import.title", d)
}

func (a area) importForm(q *console.Request) (*importForm, error) {
	var d importForm
	fields, err := a.inUse(q)
	if err != nil {
		return nil, err
	}
	for _, f := range fields {
		d.Heads = append(d.Heads, Head(f))
	}
	return &d, nil
}

func (a area) inUse(q *console.Request) (fields []Field, err error) {
	err = q.View(func(tx *store.Tx) error {
		fields, err = a.fields(tx)
		return err
	})
	return fields, err
}

// importTable checks a table, and takes it if that was asked for and nothing is
// wrong with it.
func (a area) importTable(q *console.Request) error {
	data, err := q.Upload("file")
	if err != nil {
		return err
	}
	d, err := a.importForm(q)
	if err != nil {
		return err
	}
	if data == nil {
		d.Problems, d.Wrong = []problem{{What: q.T("people.import.no-file")}}, 1
		return q.Again("people_import", "people.import.title", d)
	}
	fields, err := a.inUse(q)
	if err != nil {
		return err
	}
	lines, broken := ReadTable(data, fields)
	for _, p := range broken {
		d.Problems = append(d.Problems, problem{p.Line, p.Column, q.T("people.sheet." + p.Code)})
	}
	d.Wrong, d.Lines = len(d.Problems), len(lines)
	var plan *resident.Plan
	if d.Wrong == 0 {
		if plan, err = a.Residents.Plan(q.Context(), a.DB, q.Tenant, lines, Rules(fields), today(a.DB)); err != nil {
			return err
		}
		for _, p := range plan.Problems[:min(len(plan.Problems), shownProblems)] {
			d.Problems = append(d.Problems, problem{p.Line, a.column(fields, p.Field), q.T("people.problem."+p.Code, i18n.Arg{Name: "line", Value: p.Other})})
		}
		d.Wrong = plan.Wrong
	}
	if d.Wrong > 0 || q.PostFormValue("do") != "take" {
		counts := []any{"lines", d.Lines, "wrong", d.Wrong}
		if err := q.Update(func(tx *store.Tx) error { return tx.Audit(q.By(), "resident.import-check", "", counts...) }); err != nil {
			return err
		}
		if d.Wrong > 0 {
			d.Problems = d.Problems[:min(len(d.Problems), shownProblems)]
			return q.Again("people_import", "people.import.title", d)
		}
		d.Plan, d.Checked = plan, true
		return q.Render("people_import", "people.import.title", d)
	}
	return a.carryOut(q, d, plan, Rules(fields))
}

// carryOut imports, and answers when it is done or has taken a while.
func (a area) carryOut(q *console.Request, d *importForm, plan *resident.Plan, rules resident.Rules) error {
	done := make(chan error, 1)
	ctx := context.WithoutCancel(q.Context()) // closing the page does not stop it
	tenant, by := q.Tenant, q.By()
	go func() {
		err := a.Residents.Import(ctx, a.DB, tenant, plan, rules, today(a.DB), by)
		if err != nil {
			a.Log.Warn("an import of residents was not carried out", "error", err)
			err = errors.Join(err, a.DB.Update(ctx, tenant, func(tx *store.Tx) error {
				return tx.Audit(by, "resident.import-failed", "", "new", plan.New, "changed", plan.Changed)
			}))
		}
		done <- err
	}()
	wait := time.NewTimer(patience)
	defer wait.Stop()
	select {
	case err := <-done:
		var taken *resident.Problem
		switch {
		case errors.Is(err, resident.ErrImporting), errors.Is(err, resident.ErrStale), errors.As(err, &taken), store.IsDuplicate(err):
			d.Problems, d.Wrong = []problem{{What: q.T("people.import.meanwhile")}}, 1
			return q.Again("people_import", "people.import.title", d)
		case err != nil:
			return err
		}
		return q.See("people", "people.import.done", i18n.Arg{Name: "new", Value: plan.New},
			i18n.Arg{Name: "changed", Value: plan.Changed}, i18n.Arg{Name: "unchanged", Value: plan.Unchanged})
	case <-wait.C:
		return q.See("people", "people.import.goes-on")
	}
}

func (a area) column(fields []Field, f resident.Field) string {
	i := slices.IndexFunc(fields, func(c Field) bool { return c.Field == f })
	if i < 0 {
		return ""
	}
	return Head(fields[i])
}

// mostIssued is how many IDs are issued at once.
const mostIssued = 5000

// issue makes records that have a number and a link code and nothing else, and
// sends them as a table for the letters (S4-001).
func (a area) issue(q *console.Request) error {
	typed := q.PostFormValue("count")
	n, err := strconv.Atoi(strings.TrimSpace(typed))
	if err != nil || n < 1 || n > mostIssued {
		d, err := a.importForm(q)
		if err != nil {
			return err
		}
		d.Issue, d.IssueBad = typed, true
		return q.Again("people_import", "people.import.title", d)
	}
	issued, err := Issue(q.Context(), a.DB, a.Residents, q.Tenant, n, q.By())
	if err != nil {
		return err
	}
	var file bytes.Buffer
	if err := WriteIssued(&file, issued); err != nil {
		return err
	}
	return q.File("issued.csv", "text/csv; charset=utf-8", file.Bytes())
}

// Issue registers n people of whom nothing is known yet, with the number and link
// code they will be given. All of them are there or none.
func Issue(ctx context.Context, db *store.DB, r *resident.Residents, tenant string, n int, by string) (issued []resident.Profile, err error) {
	lines := make([]resident.Line, n)
	for i := range lines {
		p := resident.Profile{Number: resident.NewNumber(), Link: resident.NewLink()}
		issued = append(issued, p)
		lines[i] = issuedLine{i, p}
	}
	day := today(db)
	plan, err := r.Plan(ctx, db, tenant, lines, resident.Rules{}, day)
	if err != nil {
		return nil, err
	}
	if plan.Wrong > 0 || plan.New != n { // one of them was taken: draw again
		return Issue(ctx, db, r, tenant, n, by)
	}
	return issued, r.Import(ctx, db, tenant, plan, resident.Rules{}, day, by)
}

type issuedLine struct {
	at int
	p  resident.Profile
}

func (l issuedLine) Number() int { return l.at + 1 }

func (l issuedLine) Value(f resident.Field) (string, bool) {
	return l.p.Get(f), f == resident.Number || f == resident.Link
}

// WriteIssued writes the table of issued IDs.
func WriteIssued(w io.Writer, issued []resident.Profile) error {
	_, err := sheet.Write(w, sheet.UTF8, []string{heads[resident.Number][0], heads[resident.Link][0]}, func(yield func([]string) bool) {
		for _, p := range issued {
			if !yield([]string{p.Number, reservation.ShowKey(p.Link)}) {
				return
			}
		}
	})
	return err
}
