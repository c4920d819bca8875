package reports

import (
	"fmt"
	"net/url"
	"strconv"

	"madoguchi/channels/console"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/report"
)

// period is the days a report is about.
type period struct {
	From, To string // for the form
	Error    string
	Shown    string // in words
	Files    string // address of the file, up to its encoding
	State    state
	from, to civil.Date
}

// longestPeriod is more than a year, which is what plans are made for.
const longestPeriod = 400

// readPeriod reads the days wanted; without any, or with impossible ones, the
// month of today.
func readPeriod(q *console.Request, today civil.Date, path string) period {
	var p period
	p.from, p.to = report.MonthOf(today)
	if q.FormValue("from") != "" || q.FormValue("to") != "" {
		from, err1 := civil.ParseDate(q.FormValue("from"))
		to, err2 := civil.ParseDate(q.FormValue("to"))
		switch {
		case err1 != nil || err2 != nil:
			p.Error = q.T("reports.period.dates")
		case to.Before(from):
			p.Error = q.T("reports.period.order")
		case to.Sub(from) >= longestPeriod:
			p.Error = q.T("reports.period.long")
		default:
			p.from, p.to = from, to
		}
	}
	p.From, p.To = p.from.String(), p.to.String()
	if p.Error != "" {
		p.From, p.To = q.FormValue("from"), q.FormValue("to")
	}
	p.Shown = q.T("reports.period.shown",
		i18n.Arg{Name: "from", Value: dayName(q.Lang, p.from)}, i18n.Arg{Name: "to", Value: dayName(q.Lang, p.to)})
	p.Files = "/console/" + path + "?" + url.Values{"from": {p.from.String()}, "to": {p.to.String()}, "lang": {string(q.Lang)}}.Encode() + "&file="
	return p
}

// dayName is 2026年11月1日, 1 November 2026: without weekday and era, which a
// period does not need.
func dayName(lang i18n.Lang, d civil.Date) string {
	if lang == i18n.English {
		return fmt.Sprintf("%d %s %d", d.Day, d.Month, d.Year)
	}
	return fmt.Sprintf("%d年%d月%d日", d.Year, d.Month, d.Day)
}

// loadPage is the load of the counters.
type loadPage struct {
	period
	Counters []loadCounter
	Top      int64 // of the charts: the same for all, so that they can be compared
}

type loadCounter struct {
	Name  string
	Days  int
	Chart chart
	Table table
}

// load shows how many visits begin in each hour (S4-138).
func (a *area) load(q *console.Request) error {
	var p loadPage
	err := q.View(func(tx *store.Tx) error {
		p.period = readPeriod(q, civil.In(tx.Now()).Date, "reports/load")
		s, err := a.Reports.State(tx, p.from, p.to)
		if err != nil {
			return err
		}
		p.State = stateOf(q, s, p.from, p.to)
		loads, err := a.Reports.Load(tx, p.from, p.to)
		if err != nil {
			return err
		}
		n, err := a.naming(tx, q)
		if err != nil {
			return err
		}
		first, last := 24, 0
		for _, l := range loads {
			for _, h := range l.Hours {
				p.Top = max(p.Top, h.Visits+h.Missed)
				first, last = min(first, h.Hour), max(last, h.Hour)
			}
		}
		for _, l := range loads {
			p.Counters = append(p.Counters, loadCounter{
				Name: n.counter(l.Counter), Days: l.Days, Chart: draw(l.Hours, first, last, p.Top), Table: loadTable(q, n, l),
			})
		}
		return nil
	})
	if err != nil {
		return err
	}
	tables := make([]table, len(p.Counters))
	for i, c := range p.Counters {
		tables[i] = c.Table
	}
	if done, err := send(q, "load-"+p.from.String()+"-"+p.to.String(), tables); done && len(tables) > 0 {
		return err
	}
	return q.Render("reports-load", "reports.load.title", p)
}

func loadTable(q *console.Request, n naming, l report.Load) table {
	t := table{
		Title: n.counter(l.Counter),
		Head:  []string{q.T("reports.col.hour"), q.T("reports.col.visits"), q.T("reports.col.per-day"), q.T("reports.col.persons"), q.T("reports.col.no-show")},
	}
	for _, h := range l.Hours {
		t.Rows = append(t.Rows, tableRow{Head: hourName(q.Lang, h.Hour), Cells: []cell{
			number(h.Visits), {Text: perDay(h.Visits, l.Days), Number: true}, number(h.Persons), number(h.Missed),
		}})
	}
	return t
}

func hourName(lang i18n.Lang, h int) string {
	if lang == i18n.English {
		return strconv.Itoa(h) + ":00–" + strconv.Itoa(h) + ":59"
	}
	return strconv.Itoa(h) + "時台"
}

// perDay is an average with one decimal.
func perDay(n int64, days int) string {
	if days == 0 {
		return ""
	}
	return strconv.FormatFloat(float64(n)/float64(days), 'f', 1, 64)
}

// chart is a bar chart as its drawing: SVG units from the top left.
type chart struct {
	Width, Height, Base int
	Bars                []bar
	Lines               []gridLine
}

type bar struct {
	X, Width         int
	Y, Height        int // visits
	MissedY, MissedH int // no-shows, on top of the visits
	Middle           int
	Hour             int
	Visits, Missed   int64
}

type gridLine struct {
	Y     int
	Label int64
}

// The drawing: bars of 26 every 40 units, 140 high at the top of the scale.
const (
	barStep   = 40
	barWidth  = 26
	barHeight = 140
	chartLeft = 44
	chartTop  = 14
)

// draw draws the hours first … last. top is the largest number of all charts.
func draw(hours []report.Hour, first, last int, top int64) chart {
	step := gridStep(top)
	top = max(step, (top+step-1)/step*step)
	c := chart{Base: chartTop + barHeight, Height: chartTop + barHeight + 26, Width: chartLeft + (last-first+1)*barStep}
	height := func(n int64) int { return int(n * barHeight / top) }
	for n := int64(0); n <= top; n += step {
		c.Lines = append(c.Lines, gridLine{Y: c.Base - height(n), Label: n})
	}
	byHour := map[int]report.Hour{}
	for _, h := range hours {
		byHour[h.Hour] = h
	}
	for hour := first; hour <= last; hour++ {
		h := byHour[hour]
		b := bar{X: chartLeft + (hour-first)*barStep + (barStep-barWidth)/2, Width: barWidth, Hour: hour, Visits: h.Visits, Missed: h.Missed}
		b.Middle = b.X + barWidth/2
		b.Height, b.MissedH = height(h.Visits), height(h.Missed)
		b.Y = c.Base - b.Height
		b.MissedY = b.Y - b.MissedH
		c.Bars = append(c.Bars, b)
	}
	return c
}

// gridStep is a round distance between lines that gives four or five of them.
func gridStep(top int64) int64 {
	for unit := int64(1); ; unit *= 10 {
		for _, n := range []int64{1, 2, 5} {
			if top <= n*unit*5 {
				return n * unit
			}
		}
	}
}
