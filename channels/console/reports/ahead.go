package reports

import (
	"net/url"

	"madoguchi/channels/console"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/report"
)

// weeksAhead is how far the report looks; places are seldom bookable further.
const weeksAhead = 6

// aheadPage is how full the coming weeks are.
type aheadPage struct {
	Weeks   table
	Days    []table // a counter each
	Counter string
	Files   string
}

// ahead shows how full the counters are in the coming weeks.
func (a *area) ahead(q *console.Request) error {
	var p aheadPage
	err := q.View(func(tx *store.Tx) error {
		today := civil.In(tx.Now()).Date
		monday := today.AddDays(-(int(today.Weekday()) + 6) % 7)
		list, err := a.Reports.Ahead(tx, today, weeksAhead*7-today.Sub(monday))
		if err != nil {
			return err
		}
		n, err := a.naming(tx, q)
		if err != nil {
			return err
		}
		p.Weeks = weeks(q, n, list, monday)
		for _, c := range list {
			p.Days = append(p.Days, days(q, n, c))
		}
		return nil
	})
	if err != nil {
		return err
	}
	p.Files = "/console/reports/ahead?" + url.Values{"lang": {string(q.Lang)}}.Encode() + "&file="
	if done, err := send(q, "ahead", p.Days); done && len(p.Days) > 0 {
		return err
	}
	return q.Render("reports-ahead", "reports.ahead.title", p)
}

// weeks is one row a counter and one column a week.
func weeks(q *console.Request, n naming, list []report.Ahead, monday civil.Date) table {
	t := table{Title: q.T("reports.ahead.weeks"), Head: []string{q.T("reports.by.counter")}}
	for w := range weeksAhead {
		t.Head = append(t.Head, q.T("reports.ahead.week", i18n.Arg{Name: "day", Value: i18n.Bare(i18n.FormatDay(q.Lang, monday.AddDays(7*w)))}))
	}
	for _, c := range list {
		var sums [weeksAhead]report.AheadDay
		for _, d := range c.Days {
			w := d.Date.Sub(monday) / 7
			sums[w] = sums[w].Add(d)
		}
		r := tableRow{Head: n.counter(c.Counter)}
		for _, s := range sums {
			r.Cells = append(r.Cells, share(q, s))
		}
		t.Rows = append(t.Rows, r)
	}
	return t
}

// share is taken places of all, with the part drawn as a bar.
func share(q *console.Request, d report.AheadDay) cell {
	if d.Places == 0 && d.Taken == 0 {
		return word(q.T("reports.closed"))
	}
	return cell{Number: true, Full: min(100, d.Share()), Text: q.T("reports.ahead.share",
		i18n.Arg{Name: "taken", Value: d.Taken}, i18n.Arg{Name: "places", Value: d.Places}, i18n.Arg{Name: "percent", Value: d.Share()})}
}

// days is one counter day by day, without those it is closed on.
func days(q *console.Request, n naming, c report.Ahead) table {
	t := table{Title: n.counter(c.Counter), Head: []string{q.T("reports.col.day"), q.T("reports.col.places"), q.T("reports.col.taken"), q.T("reports.col.free"), q.T("reports.col.share")}}
	for _, d := range c.Days {
		if d.Places == 0 && d.Taken == 0 {
			continue
		}
		full := cell{Text: q.T("reports.percent", i18n.Arg{Name: "n", Value: d.Share()}), Number: true, Full: min(100, d.Share())}
		t.Rows = append(t.Rows, tableRow{Head: i18n.Bare(i18n.FormatDate(q.Lang, d.Date)), Cells: []cell{
			number(int64(d.Places)), number(int64(d.Taken)), number(int64(max(0, d.Places-d.Taken))), full,
		}})
	}
	return t
}
