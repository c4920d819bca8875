package reports

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"madoguchi/channels/console"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/report"
)

// monthPage is the report of a month.
type monthPage struct {
	Month     string // 2026-11, for the form
	Title     string
	Before    string
	After     string // "" after the last month there can be
	Tables    []table
	Incidents []tableRow
	State     state
	Files     string // address of the file, up to its encoding
}

// state is how much of a period is counted.
type state struct {
	From, To          string
	Back              string // the page to show again once counted
	At                string // when it was counted last, "" if never
	Uncounted, Unkept int
}

func stateOf(q *console.Request, s report.State, from, to civil.Date) state {
	out := state{From: from.String(), To: to.String(), Uncounted: s.Uncounted, Unkept: s.Unkept}
	out.Back = strings.TrimPrefix(q.URL.RequestURI(), console.Base)
	if !s.At.IsZero() {
		out.At = i18n.Plain(i18n.FormatDateTime(q.Lang, civil.In(s.At)))
	}
	return out
}

// month shows the report of a month (S4-134).
func (a *area) month(q *console.Request) error {
	p := monthPage{}
	err := q.View(func(tx *store.Tx) error {
		today := civil.In(tx.Now()).Date
		d := chosenMonth(q.FormValue("month"), today)
		m, err := a.Reports.Month(tx, d)
		if err != nil {
			return err
		}
		n, err := a.naming(tx, q)
		if err != nil {
			return err
		}
		p.fill(q, n, m, today)
		return nil
	})
	if err != nil {
		return err
	}
	sent := append([]table(nil), p.Tables...)
	sent = append(sent, table{Title: q.T("reports.incidents"), Head: []string{q.T("reports.incidents"), q.T("reports.col.count")}, Rows: p.Incidents})
	if done, err := send(q, "report-"+p.Month, sent); done {
		return err
	}
	return q.Render("reports-month", "reports.month.title", p)
}

// chosenMonth is a day of the month wanted, of this month if none is.
func chosenMonth(s string, today civil.Date) civil.Date {
	if d, err := civil.ParseDate(s + "-01"); err == nil && d.Year >= 2000 && d.Year < 2100 {
		return d
	}
	return today
}

// by name of the columns, in the order of the table.
var monthColumns = []struct {
	key   string
	which func(report.Numbers) int64
}{
	{"reports.col.enquiries", func(n report.Numbers) int64 { return n.Enquiries }},
	{"reports.col.handoffs", func(n report.Numbers) int64 { return n.HandOffs }},
	{"reports.col.booked", func(n report.Numbers) int64 { return n.Booked }},
	{"reports.col.changed", func(n report.Numbers) int64 { return n.Changed }},
	{"reports.col.cancelled", func(n report.Numbers) int64 { return n.Cancelled }},
	{"reports.col.visited", func(n report.Numbers) int64 { return n.Visited }},
	{"reports.col.no-show", func(n report.Numbers) int64 { return n.NoShow }},
	{"reports.col.expected", func(n report.Numbers) int64 { return n.Expected }},
}

func (p *monthPage) fill(q *console.Request, n naming, m report.Month, today civil.Date) {
	p.Month = m.First.String()[:7]
	p.Title = monthName(q.Lang, m.First)
	p.Before = m.First.AddDays(-1).String()[:7]
	if next := m.Last.AddDays(1); !next.After(today) {
		p.After = next.String()[:7]
	}
	p.State = stateOf(q, m.State, m.First, m.Last)
	p.Files = "/console/reports?" + url.Values{"month": {p.Month}, "lang": {string(q.Lang)}}.Encode() + "&file="
	total := numbersRow(q.T("reports.total"), m.Total, "")
	total.Sum = true
	p.Tables = []table{{Title: q.T("reports.by.all"), Head: monthHead(q), Rows: []tableRow{total}}}
	for _, by := range report.Divisions() {
		t := table{Title: q.T("reports.by." + string(by)), Head: monthHead(q)}
		for _, l := range m.Lines {
			if l.By == by {
				t.Rows = append(t.Rows, numbersRow(n.of(by, l.ID), l.Numbers, by))
			}
		}
		if len(t.Rows) > 0 {
			p.Tables = append(p.Tables, t)
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(m.Incidents)) {
		p.Incidents = append(p.Incidents, tableRow{Head: n.code("reports.incident.", kind, incidents), Cells: []cell{number(m.Incidents[kind])}})
	}
}

func monthHead(q *console.Request) []string {
	head := []string{q.T("reports.col.division")}
	for _, c := range monthColumns {
		head = append(head, q.T(c.key))
	}
	return head
}

// numbersRow writes the numbers of a line; those a division does not have are
// left empty, which a zero would not say.
func numbersRow(head string, n report.Numbers, by report.By) tableRow {
	r := tableRow{Head: head}
	for _, c := range monthColumns {
		none := false
		switch {
		case by == report.ByCounter || by == report.ByService:
			none = strings.HasSuffix(c.key, "enquiries") || strings.HasSuffix(c.key, "handoffs")
		case by == report.ByLanguage:
			none = !strings.HasSuffix(c.key, "enquiries") && !strings.HasSuffix(c.key, "handoffs") && !strings.HasSuffix(c.key, "booked")
		}
		if none {
			r.Cells = append(r.Cells, cell{Text: "", Number: true})
			continue
		}
		r.Cells = append(r.Cells, number(c.which(n)))
	}
	return r
}

// monthName is 2026年11月, November 2026.
func monthName(lang i18n.Lang, first civil.Date) string {
	if lang == i18n.English {
		return fmt.Sprintf("%s %d", first.Month, first.Year)
	}
	return fmt.Sprintf("%d年%d月", first.Year, first.Month)
}

// count counts at once the days of a period that are not counted for good.
func (a *area) count(q *console.Request) error {
	from, err1 := civil.ParseDate(q.PostFormValue("from"))
	to, err2 := civil.ParseDate(q.PostFormValue("to"))
	if err1 != nil || err2 != nil || to.Before(from) || to.Sub(from) >= longestPeriod {
		return console.ErrBadForm
	}
	err := q.Update(func(tx *store.Tx) error {
		return tx.Audit(q.By(), "report.count", from.String(), "to", to.String())
	})
	if err != nil {
		return err
	}
	if err := a.Reports.Bring(q.Context(), q.Tenant, from, to); err != nil {
		return err
	}
	back := q.PostFormValue("back")
	if !strings.HasPrefix(back, "reports") {
		back = "reports"
	}
	return q.See(back, "reports.counted-now")
}
