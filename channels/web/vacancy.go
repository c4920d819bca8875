package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"madoguchi/i18n/civil"
)

// maxDays bounds one vacancy enquiry; two months are more than any booking
// window shows at once.
const maxDays = 62

type vacancyJSON struct {
	Counters []counterJSON `json:"counters"`
}

type counterJSON struct {
	ID   string    `json:"id"`
	Name string    `json:"name"`
	Days []dayJSON `json:"days"`
}

type dayJSON struct {
	Date  string     `json:"date"`
	State string     `json:"state"` // open, closed
	Slots []slotJSON `json:"slots"`
}

type slotJSON struct {
	Start string `json:"start"`
	Free  int    `json:"free"`
}

// vacancy serves GET /t/{tenant}/vacancy to anyone, without any identity
// (S4-033), as a calendar or as JSON.
func (w *Web) vacancy(rw http.ResponseWriter, r *http.Request) {
	asJSON := wantsJSON(r)
	refuse := w.refuse
	if asJSON {
		refuse = w.refuseJSON
	}
	p, err := w.open(rw, r, "vacancy")
	if err != nil {
		refuse(rw, r, err)
		return
	}
	q, err := w.vacancyQuery(p, r)
	if err != nil {
		refuse(rw, r, err)
		return
	}
	if asJSON {
		w.vacancyData(rw, r, q)
		return
	}
	all, err := w.vacancies(r, q)
	if err != nil {
		refuse(rw, r, err)
		return
	}
	p.Title = p.Bare("web.vacancy.title")
	p.Data = w.calendarPage(p, q, all)
	w.render(rw, r, http.StatusOK, "vacancy", p)
}

// wantsJSON is true only for callers that name JSON: */* gets the page.
func wantsJSON(r *http.Request) bool {
	accept := r.Header.Get("Accept")
	return strings.Contains(accept, "application/json") && !strings.Contains(accept, "text/html")
}

func (w *Web) today() civil.Date { return civil.In(w.Clock()).Date }

func (w *Web) vacancyQuery(p *page, r *http.Request) (VacancyQuery, error) {
	v := r.URL.Query()
	q := VacancyQuery{Tenant: p.Tenant, Counter: v.Get("counter"), Service: v.Get("service"), From: w.today(), Days: 7, Lang: p.Lang}
	if s := v.Get("from"); s != "" {
		d, err := civil.ParseDate(s)
		if err != nil || d.Year < 2000 || d.Year > 2199 {
			return q, bad("bad_from", "from must be an existing date as YYYY-MM-DD")
		}
		q.From = d
	}
	if s := v.Get("days"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > maxDays {
			return q, bad("bad_days", "days must be a number from 1 to %d", maxDays)
		}
		q.Days = n
	}
	if len(q.Counter) > 64 || len(q.Service) > 64 {
		return q, unknownCounter
	}
	return q, nil
}

var unknownCounter = bad("unknown_counter", "there is no such counter or service")

func (w *Web) vacancies(r *http.Request, q VacancyQuery) ([]VacantCounter, error) {
	all, err := w.Vacancies.Vacancies(r.Context(), q)
	if errors.Is(err, ErrUnknown) {
		return nil, unknownCounter
	}
	if err != nil {
		return nil, fmt.Errorf("vacancy: %w", err)
	}
	return all, nil
}

func (w *Web) vacancyData(rw http.ResponseWriter, r *http.Request, q VacancyQuery) {
	all, err := w.vacancies(r, q)
	if err != nil {
		w.refuseJSON(rw, r, err)
		return
	}
	out := vacancyJSON{Counters: make([]counterJSON, 0, len(all))}
	for _, c := range all {
		cj := counterJSON{c.ID, bare(c.Name), make([]dayJSON, 0, len(c.Days))}
		for _, d := range c.Days {
			dj := dayJSON{d.Date.String(), "closed", make([]slotJSON, 0, len(d.Slots))}
			if d.Open {
				dj.State = "open"
			}
			for _, s := range d.Slots {
				dj.Slots = append(dj.Slots, slotJSON{s.Start.String(), s.Free})
			}
			cj.Days = append(cj.Days, dj)
		}
		out.Counters = append(out.Counters, cj)
	}
	rw.Header().Set("Content-Type", "application/json; charset=utf-8")
	rw.Header().Add("Vary", "Accept")
	_ = json.NewEncoder(rw).Encode(out)
}

// calendarPage is one counter's week: days across, times down (S4-034).
type calendarPage struct {
	Counters []VacantCounter // to choose from
	Counter  VacantCounter
	Today    civil.Date
	Last     civil.Date // of the days shown
	Rows     []calendarRow
	Earlier  string // addresses of the neighbouring weeks
	Later    string
	Service  string
}

type calendarRow struct {
	Start civil.Clock
	Cells []calendarCell
}

// calendarCell is one time on one day.
type calendarCell struct {
	Day    civil.Date
	Closed bool // the office is closed all day
	Slot   bool // visits begin at this time
	Free   int
	Value  string // COUNTER/2026-12-01T10:00, the choice value of the time
}

func (w *Web) calendarPage(p *page, q VacancyQuery, all []VacantCounter) calendarPage {
	c := calendarPage{Counters: all, Today: w.today(), Last: q.From.AddDays(q.Days - 1), Service: q.Service}
	if len(all) == 0 {
		return c
	}
	if q.Counter != "" { // the list to choose from needs the others too
		q.Counter = ""
		if others, err := w.vacancies(p.r, q); err == nil {
			c.Counters = others
		}
	}
	c.Counter = all[0]
	var starts []civil.Clock
	for _, d := range c.Counter.Days {
		for _, s := range d.Slots {
			starts = append(starts, s.Start)
		}
	}
	slices.Sort(starts)
	for _, start := range slices.Compact(starts) {
		row := calendarRow{Start: start}
		for _, d := range c.Counter.Days {
			row.Cells = append(row.Cells, cellAt(c.Counter.ID, d, start))
		}
		c.Rows = append(c.Rows, row)
	}
	c.Later = p.With("from", q.From.AddDays(q.Days).String())
	if c.Today.Before(q.From) {
		c.Earlier = p.With("from", q.From.AddDays(-q.Days).String())
	}
	return c
}

func cellAt(counter string, d VacantDay, start civil.Clock) calendarCell {
	cell := calendarCell{Day: d.Date, Closed: !d.Open}
	for _, s := range d.Slots {
		if s.Start == start && !s.Shut {
			cell.Slot, cell.Free = true, s.Free
			cell.Value = counter + "/" + civil.DateTime{Date: d.Date, Clock: start}.String()
		}
	}
	return cell
}

// fromCalendar is what a time picked in the calendar answers of the flow to book:
// that a new booking is wanted, where and when. The dialog asks for the rest.
func fromCalendar(slot string) map[string]string {
	counter, _, _ := strings.Cut(slot, "/")
	return map[string]string{"what": "book", "counter": counter, "visit": slot}
}

// NotYet is the first day shown that cannot be booked yet, nil if there is none.
func (c calendarPage) NotYet() *VacantDay {
	for i := range c.Counter.Days {
		if c.Counter.Days[i].NotYet() {
			return &c.Counter.Days[i]
		}
	}
	return nil
}

// Free are the times of a day that can be booked, for the list on phones.
func (c calendarPage) Free(d VacantDay) []calendarCell {
	var free []calendarCell
	for _, s := range d.Slots {
		if s.Free > 0 {
			free = append(free, cellAt(c.Counter.ID, d, s.Start))
		}
	}
	return free
}

// Clock is the time of day of a cell.
func (c calendarCell) Clock() string { return c.Value[len(c.Value)-len("10:00"):] }
