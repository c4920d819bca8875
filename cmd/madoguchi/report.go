package main

import (
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"madoguchi/bot"
	"madoguchi/channels/console"
	"madoguchi/channels/console/reports"
	"madoguchi/channels/sheet"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	questions "madoguchi/store/question"
	"madoguchi/store/report"
)

// reports counts for the reports.
func (h *house) reports() *report.Reports {
	return &report.Reports{DB: h.db, Reservations: h.reservations, Talks: h.talks, Read: readTurn}
}

// readTurn says what a turn's outcome means to the reports.
func readTurn(outcome []byte) (report.Turn, error) {
	o, err := bot.ReadOutcome(outcome)
	return report.Turn{Lang: string(o.Lang), Begun: o.Begun, Ended: o.Ended, Person: o.Person}, err
}

// reportsArea is the console's part with the reports.
func (h *house) reportsArea() console.Area {
	return reports.Area(reports.Config{
		Reports: h.reports(), Reservations: h.reservations, Questions: h.questions, Names: h.staff.Names,
		Titles: func(tx *store.Tx, lang i18n.Lang) (map[string]string, error) {
			shelf, err := h.library.Shelf(tx)
			if err != nil {
				return nil, err
			}
			titles := map[string]string{}
			for name, f := range shelf.Current {
				titles[name] = i18n.Bare(f.Title.In(lang))
			}
			return titles, nil
		},
	})
}

// reportCommand prints the reports (CONTRACT).
type reportCommand struct {
	Monthly      reportMonthly      `cmd:"" help:"Enquiries, bookings, changes, cancellations, visits, no-shows, hand-offs and incidents of a month."`
	Availability reportAvailability `cmd:"" help:"How full the coming weeks are."`
	Funnel       reportFunnel       `cmd:"" help:"Procedures begun and finished in a month."`
	Questions    reportQuestions    `cmd:"" help:"Questions nobody had an answer for, the most asked first."`
}

// reportOptions are what every report takes.
type reportOptions struct {
	Tenant string `default:"sample" help:"Tenant."`
	JSON   bool   `name:"json" xor:"form" help:"Print JSON."`
	CSV    bool   `name:"csv" xor:"form" help:"Print CSV."`
}

// print writes value as JSON, or rows as CSV or in columns.
func (o reportOptions) print(env *environment, value any, head []string, rows iter.Seq[[]string]) error {
	switch {
	case o.JSON:
		e := json.NewEncoder(env.out)
		e.SetEscapeHTML(false)
		return e.Encode(value)
	case o.CSV:
		_, err := sheet.Write(env.out, sheet.UTF8, head, rows)
		return err
	}
	t := tabwriter.NewWriter(env.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, strings.Join(head, "\t"))
	for r := range rows {
		fmt.Fprintln(t, strings.Join(r, "\t"))
	}
	return t.Flush()
}

// within opens the program for the tenant of the options.
func (o reportOptions) within(env *environment, fn func(*house) error) error {
	h, err := open(env, quiet(env.err), true)
	if err != nil {
		return err
	}
	defer h.close()
	if _, err := h.tenants.Load(env.ctx, o.Tenant); err != nil {
		return unknownTenant(o.Tenant, err)
	}
	return fn(h)
}

// monthDay is a day of the month named, of the current one if none is.
func monthDay(env *environment, month string) (civil.Date, error) {
	if month == "" {
		return civil.In(env.clock()).Date, nil
	}
	d, err := civil.ParseDate(month + "-01")
	if err != nil {
		return d, fmt.Errorf("%w: --month %q: want a month such as 2026-11", errUsage, month)
	}
	return d, nil
}

type reportMonthly struct {
	reportOptions
	Month string `help:"Month, YYYY-MM; this one if left out." placeholder:"MONTH"`
}

// monthJSON is a month as --json prints it.
type monthJSON struct {
	Month     string           `json:"month"`
	From      string           `json:"from"`
	To        string           `json:"to"`
	Total     report.Numbers   `json:"total"`
	Lines     []report.Line    `json:"lines"`
	Incidents map[string]int64 `json:"incidents"`
	Uncounted int              `json:"days-not-counted"`
	Unkept    int              `json:"days-without-conversations"`
}

// Run counts what is not counted yet and prints the month.
func (c *reportMonthly) Run(env *environment) error {
	d, err := monthDay(env, c.Month)
	if err != nil {
		return err
	}
	return c.brought(env, d, func(h *house, tx *store.Tx) error {
		m, err := h.reports().Month(tx, d)
		if err != nil {
			return err
		}
		lines := append([]report.Line{{By: "all", Numbers: m.Total}}, m.Lines...)
		rows := func(yield func([]string) bool) {
			for _, l := range lines {
				n := l.Numbers
				r := []string{string(l.By), l.ID}
				for _, v := range []int64{n.Enquiries, n.HandOffs, n.Booked, n.Changed, n.Cancelled, n.Visited, n.NoShow, n.Expected} {
					r = append(r, strconv.FormatInt(v, 10))
				}
				if !yield(r) {
					return
				}
			}
			for _, kind := range slices.Sorted(maps.Keys(m.Incidents)) {
				if !yield([]string{"incident", kind, strconv.FormatInt(m.Incidents[kind], 10)}) {
					return
				}
			}
		}
		if m.Lines == nil {
			m.Lines = []report.Line{}
		}
		return c.print(env, monthJSON{
			m.First.String()[:7], m.First.String(), m.Last.String(), m.Total, m.Lines, m.Incidents, m.State.Uncounted, m.State.Unkept,
		}, []string{"by", "id", "enquiries", "handoffs", "booked", "changed", "cancelled", "visited", "no-show", "expected"}, rows)
	})
}

// brought counts the days of a month that are not counted for good, then reads.
func (o reportOptions) brought(env *environment, d civil.Date, fn func(*house, *store.Tx) error) error {
	return o.within(env, func(h *house) error {
		first, last := report.MonthOf(d)
		if err := h.reports().Bring(env.ctx, o.Tenant, first, last); err != nil {
			return err
		}
		return h.db.View(env.ctx, o.Tenant, func(tx *store.Tx) error { return fn(h, tx) })
	})
}

type reportAvailability struct {
	reportOptions
	Days int `default:"28" help:"Days from today on, at most 365."`
}

// aheadJSON is one day of a counter as --json prints it.
type aheadJSON struct {
	Counter string `json:"counter"`
	Date    string `json:"date"`
	Places  int    `json:"places"`
	Taken   int    `json:"taken"`
	Free    int    `json:"free"`
}

// Run prints the days on which a counter has places, or bookings.
func (c *reportAvailability) Run(env *environment) error {
	if c.Days < 1 || c.Days > 365 {
		return fmt.Errorf("%w: --days %d: want 1 to 365", errUsage, c.Days)
	}
	return c.within(env, func(h *house) error {
		return h.db.View(env.ctx, c.Tenant, func(tx *store.Tx) error {
			list, err := h.reports().Ahead(tx, civil.In(tx.Now()).Date, c.Days)
			if err != nil {
				return err
			}
			days := []aheadJSON{}
			for _, a := range list {
				for _, d := range a.Days {
					if d.Places > 0 || d.Taken > 0 {
						days = append(days, aheadJSON{a.Counter, d.Date.String(), d.Places, d.Taken, max(0, d.Places-d.Taken)})
					}
				}
			}
			return c.print(env, days, []string{"counter", "date", "places", "taken", "free"}, func(yield func([]string) bool) {
				for _, d := range days {
					if !yield([]string{d.Counter, d.Date, strconv.Itoa(d.Places), strconv.Itoa(d.Taken), strconv.Itoa(d.Free)}) {
						return
					}
				}
			})
		})
	})
}

type reportFunnel struct {
	reportOptions
	Month string `help:"Month, YYYY-MM; this one if left out." placeholder:"MONTH"`
}

// Run counts what is not counted yet and prints the ways through the flows.
func (c *reportFunnel) Run(env *environment) error {
	d, err := monthDay(env, c.Month)
	if err != nil {
		return err
	}
	return c.brought(env, d, func(h *house, tx *store.Tx) error {
		first, last := report.MonthOf(d)
		ways, err := h.reports().Funnel(tx, first, last)
		if err != nil {
			return err
		}
		return c.print(env, ways, []string{"flow", "channel", "begun", "finished", "outcomes"}, func(yield func([]string) bool) {
			for _, w := range ways {
				ends := ""
				for _, o := range slices.Sorted(maps.Keys(w.Outcomes)) {
					if ends != "" {
						ends += " "
					}
					ends += o + ":" + strconv.FormatInt(w.Outcomes[o], 10)
				}
				if !yield([]string{w.Flow, w.Channel, strconv.FormatInt(w.Begun, 10), strconv.FormatInt(w.Finished, 10), ends}) {
					return
				}
			}
		})
	})
}

type reportQuestions struct {
	reportOptions
	State string `enum:"open,answered,dismissed" default:"open" help:"open, answered or dismissed."`
	Most  int    `default:"1000" help:"Questions at most, up to 5000."`
}

// questionJSON is a question as --json prints it.
type questionJSON struct {
	Question  string   `json:"question"`
	Asked     int64    `json:"asked"`
	Languages []string `json:"languages"`
	First     string   `json:"first"`
	Last      string   `json:"last"`
	State     string   `json:"state"`
}

// Run prints what the dialog could not answer.
func (c *reportQuestions) Run(env *environment) error {
	if c.Most < 1 || c.Most > 5000 {
		return fmt.Errorf("%w: --most %d: want 1 to 5000", errUsage, c.Most)
	}
	return c.within(env, func(h *house) error {
		return h.db.View(env.ctx, c.Tenant, func(tx *store.Tx) error {
			list, err := h.questions.List(tx, questions.State(c.State), 0, c.Most)
			if err != nil {
				return err
			}
			out := make([]questionJSON, len(list))
			for i, q := range list {
				out[i] = questionJSON{q.Words, q.Asked, q.Langs, civil.In(q.First).Date.String(), civil.In(q.Last).Date.String(), string(q.State)}
			}
			return c.print(env, out, []string{"question", "asked", "languages", "first", "last", "state"}, func(yield func([]string) bool) {
				for _, q := range out {
					if !yield([]string{q.Question, strconv.FormatInt(q.Asked, 10), strings.Join(q.Languages, " "), q.First, q.Last, q.State}) {
						return
					}
				}
			})
		})
	})
}
