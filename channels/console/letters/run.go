package letters

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"madoguchi/channels/console"
	"madoguchi/channels/paper"
	"madoguchi/channels/sheet"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/letter"
	"madoguchi/store/reservation"
)

// job is a run with all that printing it takes.
type job struct {
	run      letter.Run
	to       []paper.Recipient
	press    *paper.Press
	template paper.Template // unless labels
	sheets   []paper.Sheet
}

// load reads a run and its recipients. It is a read of residents' records: the
// caller has it audited before anything of it is shown.
func (a *area) load(tx *store.Tx, q *console.Request) (*job, error) {
	r, err := a.Letters.Run(tx, q.PathValue("run"))
	if err != nil {
		return nil, err
	}
	j := &job{run: r}
	if j.press, err = a.Press(tx); err != nil {
		return nil, err
	}
	if r.Template == letter.Labels {
		if j.sheets, _, err = a.Sheets(tx); err != nil {
			return nil, err
		}
	} else {
		t, err := a.Letters.TemplateAt(tx, r.Template, r.Version)
		if err != nil {
			return nil, err
		}
		j.template, _ = paper.Parse(t.Body) // checked when it was saved
	}
	items, err := a.Letters.Items(tx, r.ID)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(items))
	for i, item := range items {
		ids[i] = item.Case
	}
	j.to, err = a.Recipients(tx, ids, r.Deadline)
	return j, err
}

// Press returns what prints for the transaction's tenant, today.
func (c Config) Press(tx *store.Tx) (*paper.Press, error) {
	sender, err := c.Sender(tx)
	if err != nil {
		return nil, err
	}
	layout := paper.StandardLayout()
	if _, err := c.Letters.Setting(tx, layoutPart, &layout); err != nil {
		return nil, err
	}
	return &paper.Press{Fonts: c.Fonts, Sender: sender, Layout: layout, Date: civil.In(tx.Now()).Date, Made: tx.Now()}, nil
}

// Recipients are the people behind cases, in order and numbered from 1. A case
// that is gone, or whose resident was erased, has what is left.
func (c Config) Recipients(tx *store.Tx, ids []string, deadline civil.Date) ([]paper.Recipient, error) {
	cards, err := c.Cases.Cards(tx, ids)
	if err != nil {
		return nil, err
	}
	byID := make(map[string]Card, len(cards))
	var residents []string
	for _, card := range cards {
		byID[card.ID] = card
		if card.Resident != "" {
			residents = append(residents, card.Resident)
		}
	}
	people := map[string]Person{}
	if c.People != nil && len(residents) > 0 {
		if people, err = c.People.People(tx, residents); err != nil {
			return nil, err
		}
	}
	list := make([]paper.Recipient, len(ids))
	for i, id := range ids {
		card := byID[id]
		p := people[card.Resident]
		list[i] = paper.Recipient{
			Case: id, Number: i + 1, Code: card.Code, Deadline: deadline,
			Name: p.Name, Postal: p.Postal, Address: p.Address,
		}
	}
	return list, nil
}

func (j *job) labels() bool { return j.run.Template == letter.Labels }

// check tells who would be held back.
func (j *job) check(s paper.Sheet) paper.Report {
	if j.labels() {
		return j.press.CheckLabels(s, j.to)
	}
	return j.press.CheckLetters(j.template, j.to)
}

// sheetOf is the label sheet chosen by its number in the list.
func (j *job) sheetOf(number string) paper.Sheet {
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 || n >= len(j.sheets) {
		n = 0
	}
	if len(j.sheets) == 0 {
		return paper.Sheets()[0]
	}
	return j.sheets[n]
}

// mostHeld bounds the list of those held back on the page of a run.
const mostHeld = 200

// runPage is what the page of a run shows.
type runPage struct {
	runRow
	DeadlineText string
	Labels       bool
	Sheets       []paper.Sheet
	Ready        int // would be in the file
	Held         []heldRow
	HeldMore     int
	Blank        int // without name or address
	Empty        []string
	Forecast     reservation.Forecast
	From         string
	FromWrong    bool
	Others       int // were told before and have not booked
	TooFew       int // places, if those look for one too
	EnoughText   string
	Short        []string
	Names        []string // of the counters
	Days         []dayRow
}

type heldRow struct {
	Number  int
	Code    string
	Name    string
	Reason  string
	Missing []string
}

type dayRow struct {
	Day        string
	Free       []string
	Total, Sum int
	Short      bool
}

// run shows a run: first whether there are enough places, then who is held back,
// then the buttons.
func (a *area) run(q *console.Request) error {
	var j *job
	data := runPage{From: q.URL.Query().Get("from")}
	err := q.View(func(tx *store.Tx) error {
		var err error
		if j, err = a.load(tx, q); err != nil {
			return err
		}
		r := j.run
		rows, err := a.rows(tx, q, []letter.Run{r})
		if err != nil {
			return err
		}
		data.runRow = rows[0]
		from := civil.In(tx.Now()).Date
		if data.From != "" {
			if day, err := civil.ParseDate(data.From); err == nil && day.Sub(from) >= 0 && day.Sub(from) <= 365 {
				from = day
			} else {
				data.FromWrong = true
			}
		}
		if !data.FromWrong {
			data.From = from.String()
		}
		if data.Forecast, err = a.Forecast(tx, r.Cases, from); err != nil || !r.Sent.IsZero() {
			return err
		}
		data.Others, err = a.Cases.Waiting(tx)
		data.TooFew = max(0, data.Others+r.Cases-data.Forecast.Free)
		return err
	})
	if err != nil {
		return err
	}
	report := j.check(j.sheetOf(""))
	data.fill(q, j, report)
	if err := a.audit(q, j); err != nil {
		return err
	}
	return q.Render("letters-run", "letters.run.title", data)
}

// audit records that the residents of a run were read.
func (a *area) audit(q *console.Request, j *job) error {
	n := 0
	for _, r := range j.to {
		if r.Name != "" || r.Address != "" {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	return q.Update(func(tx *store.Tx) error { return tx.Audit(q.By(), "letter.read", j.run.ID, "residents", n) })
}

func (d *runPage) fill(q *console.Request, j *job, report paper.Report) {
	d.Labels, d.Sheets, d.Ready = j.labels(), j.sheets, report.Printed
	for _, r := range j.to {
		if r.Name == "" || r.Address == "" {
			d.Blank++
		}
	}
	d.HeldMore = max(0, len(report.Held)-mostHeld)
	for _, h := range report.Held[:min(mostHeld, len(report.Held))] {
		r := j.to[h.Index]
		d.Held = append(d.Held, heldRow{r.Number, reservation.ShowKey(r.Code), r.Name, q.T("letters.held." + string(h.Reason)), h.Missing})
	}
	if !d.Labels {
		for _, p := range j.press.Empty(j.template) {
			d.Empty = append(d.Empty, "{"+p.Japanese+"}")
		}
	}
	if !j.run.Deadline.IsZero() {
		d.DeadlineText = i18n.FormatDate(q.Lang, j.run.Deadline)
	}
	f := d.Forecast
	for _, c := range f.Counters {
		d.Names = append(d.Names, i18n.Plain(c.Names.In(q.Lang)))
	}
	if !f.Enough.IsZero() {
		d.EnoughText = i18n.FormatDate(q.Lang, f.Enough)
	}
	for _, day := range f.Days {
		row := dayRow{Day: i18n.FormatDay(q.Lang, day.Date), Total: day.Total, Sum: day.Sum, Short: day.Short}
		for _, n := range day.Free {
			if n == reservation.Closed {
				row.Free = append(row.Free, "—")
				continue
			}
			row.Free = append(row.Free, strconv.Itoa(n))
		}
		d.Days = append(d.Days, row)
		if day.Short {
			d.Short = append(d.Short, row.Day)
		}
	}
}

// when writes an instant as staff read it; "" for none.
func when(q *console.Request, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	at := civil.In(t)
	return i18n.FormatDay(q.Lang, at.Date) + " " + at.Clock.String()
}

// errNothing says that everybody would be held back.
var errNothing = &console.Problem{Status: http.StatusUnprocessableEntity, Text: "letters.print.nothing"}

// errState says that the run was sent, or not printed, in the meantime.
var errState = &console.Problem{Status: http.StatusConflict, Text: "letters.run.state"}

// print sends the file. What it holds is recorded before the first byte leaves.
func (a *area) print(q *console.Request) error {
	var j *job
	err := q.View(func(tx *store.Tx) (err error) {
		j, err = a.load(tx, q)
		return err
	})
	if err != nil {
		return err
	}
	skip, _ := strconv.Atoi(q.PostFormValue("skip"))
	paperSheet := j.sheetOf(q.PostFormValue("sheet"))
	report := j.check(paperSheet)
	if report.Printed == 0 {
		return errNothing
	}
	var held []int
	for _, h := range report.Held {
		held = append(held, j.to[h.Index].Number)
	}
	err = q.Update(func(tx *store.Tx) error { return a.Letters.Printed(tx, j.run.ID, held, q.By()) })
	if err != nil {
		return err
	}
	return attach(q, "letters-"+j.press.Date.String()+".pdf", func(w io.Writer) error {
		if j.labels() {
			_, err := j.press.Labels(w, paperSheet, skip, j.to)
			return err
		}
		_, err := j.press.Letters(w, j.template, j.to)
		return err
	})
}

// attach streams a PDF to be saved. Once it has begun an error can only break it
// off, which the browser reports as a failed download.
func attach(q *console.Request, name string, write func(io.Writer) error) error {
	h := q.W.Header()
	h.Set("Content-Type", "application/pdf")
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Cache-Control", "no-store")
	if err := write(q.W); err != nil {
		panic(http.ErrAbortHandler)
	}
	return nil
}

// export sends names and addresses as a table for a printer outside (S4-101).
func (a *area) export(q *console.Request) error {
	var j *job
	err := q.View(func(tx *store.Tx) (err error) {
		j, err = a.load(tx, q)
		return err
	})
	if err != nil {
		return err
	}
	err = q.Update(func(tx *store.Tx) error { return a.Letters.Exported(tx, j.run.ID, len(j.to), q.By()) })
	if err != nil {
		return err
	}
	enc := encoding(q.PostFormValue("encoding"))
	var b bytes.Buffer
	header := []string{q.T("letters.csv.number"), q.T("letters.csv.code"), q.T("letters.csv.postal"), q.T("letters.csv.address"), q.T("letters.csv.name")}
	_, err = sheet.Write(&b, enc, header, func(yield func([]string) bool) {
		for _, r := range j.to {
			if !yield([]string{strconv.Itoa(r.Number), reservation.ShowKey(r.Code), r.Postal, r.Address, r.Name}) {
				return
			}
		}
	})
	if err != nil {
		return fmt.Errorf("export a run: %w", err)
	}
	return q.File("letters-"+j.press.Date.String()+".csv", "text/csv; charset="+string(enc), b.Bytes())
}

// sent registers 通知書送付 for every letter of the run.
func (a *area) sent(q *console.Request) error {
	return a.change(q, "letters.sent.done", func(tx *store.Tx, run string) error {
		return a.Letters.Sent(tx, run, q.By(), func(id string) (int, error) { return a.Cases.Sent(tx, id, q.By()) })
	})
}

// unsent takes that back for the whole run.
func (a *area) unsent(q *console.Request) error {
	return a.change(q, "letters.unsent.done", func(tx *store.Tx, run string) error {
		return a.Letters.Unsent(tx, run, q.By(), func(id string, event int) error { return a.Cases.Unsent(tx, id, event, q.By()) })
	})
}

func (a *area) change(q *console.Request, done string, do func(*store.Tx, string) error) error {
	run := q.PathValue("run")
	err := q.Update(func(tx *store.Tx) error { return do(tx, run) })
	if errors.Is(err, letter.ErrState) {
		return errState
	}
	if err != nil {
		return err
	}
	return q.See("letters/runs/"+run, done)
}

// drop removes a run that was never printed.
func (a *area) drop(q *console.Request) error {
	err := q.Update(func(tx *store.Tx) error { return a.Letters.Drop(tx, q.PathValue("run"), q.By()) })
	if errors.Is(err, letter.ErrState) {
		return errState
	}
	if err != nil {
		return err
	}
	return q.See("letters", "letters.drop.done")
}

// MissingText shows a character that no font has by its code, so that it can be
// looked for: 𠮷 (U+20BB7).
func (h heldRow) MissingText() string {
	var list []string
	for _, c := range h.Missing {
		var codes []string
		for _, r := range c {
			codes = append(codes, fmt.Sprintf("U+%04X", r))
		}
		list = append(list, c+"（"+strings.Join(codes, " ")+"）")
	}
	return strings.Join(list, "、")
}
