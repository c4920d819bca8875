package reports

import (
	"maps"
	"slices"
	"strings"

	"madoguchi/channels/console"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
)

// funnelPage is how far people get in the procedures.
type funnelPage struct {
	period
	Table table
}

// funnel shows flows begun and finished.
func (a *area) funnel(q *console.Request) error {
	var p funnelPage
	err := q.View(func(tx *store.Tx) error {
		p.period = readPeriod(q, civil.In(tx.Now()).Date, "reports/funnel")
		s, err := a.Reports.State(tx, p.from, p.to)
		if err != nil {
			return err
		}
		p.State = stateOf(q, s, p.from, p.to)
		ways, err := a.Reports.Funnel(tx, p.from, p.to)
		if err != nil {
			return err
		}
		n, err := a.naming(tx, q)
		if err != nil {
			return err
		}
		p.Table = table{Title: q.T("reports.funnel.title"), Head: []string{
			q.T("reports.col.flow"), q.T("reports.by.channel"), q.T("reports.col.begun"), q.T("reports.col.finished"),
			q.T("reports.col.finished-share"), q.T("reports.col.outcomes"),
		}}
		for _, w := range ways {
			var ends []string
			for _, o := range slices.Sorted(maps.Keys(w.Outcomes)) {
				ends = append(ends, q.T("reports.outcome", i18n.Arg{Name: "name", Value: n.code("reports.outcome.", o, outcomes)}, i18n.Arg{Name: "n", Value: int(w.Outcomes[o])}))
			}
			p.Table.Rows = append(p.Table.Rows, tableRow{Head: n.flow(w.Flow), Cells: []cell{
				word(n.code("reports.channel.", w.Channel, channels)), number(w.Begun), number(w.Finished),
				{Text: q.T("reports.percent", i18n.Arg{Name: "n", Value: int(w.Share())}), Number: true, Full: int(w.Share())},
				word(strings.Join(ends, q.T("reports.list-comma"))),
			}})
		}
		return nil
	})
	if err != nil {
		return err
	}
	if done, err := send(q, "funnel-"+p.from.String()+"-"+p.to.String(), []table{p.Table}); done {
		return err
	}
	return q.Render("reports-funnel", "reports.funnel.title", p)
}
