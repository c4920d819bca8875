package setup

import (
	"net/http"
	"slices"
	"strconv"

	"madoguchi/channels/console"
	"madoguchi/channels/console/setup/plan"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/reservation"
)

// calendarPage is a week of one counter as the draft would have it (S4-052,
// S4-061): times down, days across. Nothing is saved to see it.
type calendarPage struct {
	Head     head
	Counters []option
	Counter  string
	Date     string
	Previous string
	Next     string
	Days     []calendarDay
	Rows     []calendarRow
	Until    string // the draft counts until this day; "" without an end
	Effect   string // and from this one; "" for at once
}

type calendarDay struct {
	Date   string
	Text   string
	Open   bool
	Reason string // why it is closed
	Mine   bool   // the draft counts on it, and can change it
}

type calendarRow struct {
	Clock int
	Text  string
	Cells []calendarCell
}

// calendarCell is one time of one day: its places, or 「−」 where the counter is
// open that day but receives nobody then.
type calendarCell struct {
	Day    string
	Mine   bool
	Places int
	Slot   bool
	Closed bool // the whole day
	Part   bool // within a longer slot that began before
	Quota  string
}

func (d *desk) calendar(q *console.Request) error {
	p := calendarPage{Counter: q.URL.Query().Get("counter"), Date: q.URL.Query().Get("date")}
	err := q.View(func(tx *store.Tx) error {
		draft, h, err := d.load(q, tx)
		if err != nil {
			return err
		}
		p.Head = h
		today := civil.In(tx.Now()).Date
		effective := upcoming(draft, today)
		preview, err := d.Reservations.Preview(tx, draft.Settings, effective)
		if err != nil {
			return err
		}
		at := today
		if !effective.IsZero() {
			at, p.Effect = effective, dateText(q, effective)
		}
		if day, ok := plan.Day(p.Date, false); ok {
			at, _ = civil.ParseDate(day) // plan.Day has
		}
		if u := preview.Until(); !u.IsZero() {
			p.Until = dateText(q, u)
		}
		p.Date = at.String()
		for _, c := range draft.Settings.Counters {
			p.Counters = append(p.Counters, option{c.ID, i18n.Plain(c.Names.In(q.Lang))})
		}
		if len(p.Counters) > 0 && !slices.ContainsFunc(p.Counters, func(o option) bool { return o.Value == p.Counter }) {
			p.Counter = p.Counters[0].Value
		}
		p.week(q, preview, at)
		return nil
	})
	if err != nil {
		return err
	}
	return q.Render("setup-calendar", "setup.calendar.title", p)
}

// week fills in the days and cells.
func (p *calendarPage) week(q *console.Request, preview *reservation.Preview, at civil.Date) {
	t := preview.Timetable()
	monday := at.AddDays(-(int(at.Weekday()) + 6) % 7)
	p.Previous, p.Next = monday.AddDays(-7).String(), monday.AddDays(7).String()
	var clocks []int
	plans := make([]reservation.DayPlan, 7)
	for i := range plans {
		day := monday.AddDays(i)
		plans[i] = t.Day(p.Counter, day)
		p.Days = append(p.Days, calendarDay{
			Date: day.String(), Text: dateText(q, day), Open: plans[i].State == reservation.IsOpen, Reason: reasonText(q, plans[i]), Mine: preview.Covers(day),
		})
		clocks = append(clocks, t.Clocks(p.Counter, day)...)
	}
	slices.Sort(clocks)
	for _, c := range slices.Compact(clocks) {
		row := calendarRow{Clock: c, Text: civil.Clock(c).String()}
		for i, plan := range plans {
			cell := calendarCell{Day: p.Days[i].Date, Mine: p.Days[i].Mine, Closed: !p.Days[i].Open}
			for _, s := range plan.Slots {
				if s.Start == civil.Clock(c) {
					cell.Slot, cell.Places = true, s.Capacity
				} else if s.Start < civil.Clock(c) && civil.Clock(c) < s.End() {
					cell.Part = true
				}
			}
			row.Cells = append(row.Cells, cell)
		}
		p.Rows = append(p.Rows, row)
	}
}

// reasonText says why a day is closed: 休館（年末年始）, 祝日（元日）.
func reasonText(q *console.Request, plan reservation.DayPlan) string {
	if plan.State == reservation.IsOpen {
		return ""
	}
	s := q.T("setup.reason." + string(plan.Reason.Kind))
	if name := plan.Reason.Names.In(q.Lang); name != "" {
		s += "（" + i18n.Plain(name) + "）"
	}
	return s
}

// cell changes one slot of one day, or the whole day (個別登録, S4-053): it puts
// an exception before the rules.
func (d *desk) cell(q *console.Request) error {
	counter := q.PathValue("counter")
	day, err := civil.ParseDate(q.PathValue("day"))
	if err != nil {
		return console.ErrNotFound
	}
	clock := -1 // the whole day
	if s := q.PathValue("clock"); s != "all" {
		if clock, err = strconv.Atoi(s); err != nil || clock < 0 || clock >= 24*60 {
			return console.ErrNotFound
		}
	}
	draft, h, langs, err := d.see(q)
	if err != nil {
		return err
	}
	if findCounter(&draft.Settings, counter) < 0 {
		return console.ErrNotFound
	}
	var today reservation.DayPlan
	err = q.View(func(tx *store.Tx) error {
		preview, err := d.Reservations.Preview(tx, draft.Settings, upcoming(draft, civil.In(tx.Now()).Date))
		if err != nil {
			return settingsProblem(err)
		}
		if !preview.Covers(day) {
			return &console.Problem{Status: http.StatusConflict, Text: "setup.problem.other-edition"}
		}
		today = preview.Timetable().Day(counter, day)
		return nil
	})
	if err != nil {
		return err
	}
	f := cellForm(q, draft.Settings, counter, day, clock, today, langs)
	f.Head = h
	if q.Method == "GET" {
		return f.show(q)
	}
	f.fill(q)
	what := f.get("what")
	places := 0
	if what == "places" {
		f.must(q, "capacity")
		places = f.number(q, "capacity")
	}
	if f.find("what") != nil && !slices.ContainsFunc(f.find("what").Options, func(o option) bool { return o.Value == what }) {
		f.wrong("what", q.T("setup.wrong.empty"))
	}
	return d.keep(q, f, ending{to: f.Back}, func(s *reservation.Settings) error {
		exception(s, counter, day, clock, what, places, today, f.names("reason", nil, langs))
		return nil
	})
}

// exception writes what a cell is to become into settings. Earlier exceptions
// for exactly this cell make way.
func exception(s *reservation.Settings, counter string, day civil.Date, clock int, what string, places int, plan reservation.DayPlan, reason reservation.Names) {
	only := reservation.Days{From: day.String(), To: day.String()}
	c := &s.Counters[findCounter(s, counter)]
	var slot *reservation.Slot
	for i := range plan.Slots {
		if int(plan.Slots[i].Start) == clock {
			slot = &plan.Slots[i]
		}
	}
	ours := func(d reservation.Days) bool {
		return d.From == only.From && d.To == only.To && len(d.Weekdays) == 0 && len(d.Nth) == 0 && d.Every == 0
	}
	begins := civil.Clock(max(clock, 0)).String()
	s.Closures = slices.DeleteFunc(s.Closures, func(k reservation.Closure) bool {
		return k.Counter == counter && ours(k.Days) && (clock < 0 && k.Hours == nil || clock >= 0 && k.Hours != nil && k.Hours.Start == begins)
	})
	if clock >= 0 {
		c.Openings = slices.DeleteFunc(c.Openings, func(o reservation.Opening) bool {
			return ours(o.Days) && o.Start == begins && oneSlot(o)
		})
	}
	switch what {
	case "close":
		k := reservation.Closure{Days: only, Counter: counter, Reason: reason}
		if slot != nil {
			k.Hours = &reservation.Hours{Start: begins, End: slot.End().String()}
		}
		s.Closures = append(s.Closures, k)
	case "places":
		if slot == nil {
			return
		}
		o := reservation.Opening{Days: only, Start: begins, End: slot.End().String(), Slot: slot.Minutes, Capacity: places, Extra: true}
		for i, g := range groups {
			if slot.Quota[i] < slot.Capacity {
				if o.Quotas == nil {
					o.Quotas = map[reservation.Group]int{}
				}
				o.Quotas[g] = min(slot.Quota[i], places)
			}
		}
		c.Openings = slices.Insert(c.Openings, 0, o)
	}
}

// oneSlot reports whether an opening is a single slot.
func oneSlot(o reservation.Opening) bool {
	start, err1 := civil.ParseClock(o.Start)
	end, err2 := civil.ParseClock(o.End)
	return err1 == nil && err2 == nil && int(end-start) == o.Slot
}

func cellForm(q *console.Request, s reservation.Settings, counter string, day civil.Date, clock int, plan reservation.DayPlan, langs []i18n.Lang) *form {
	at := "all"
	f := &form{
		title: "setup.cell.title", Back: "setup/calendar?counter=" + counter + "&date=" + day.String(), BackText: "setup.back-calendar", Submit: "setup.keep",
		Intro: counterName(q, s, counter) + " " + dateText(q, day),
	}
	what := &field{Name: "what", Label: q.T("setup.cell.what"), Kind: "radio", Must: true}
	fields := []*field{what}
	if clock < 0 {
		what.Options = []option{{"close", q.T("setup.cell.close-day")}, {"rules", q.T("setup.cell.rules")}}
		what.Value = "close"
		if plan.State != reservation.IsOpen {
			what.Value = "rules"
			f.Intro += " " + reasonText(q, plan)
		}
	} else {
		at = strconv.Itoa(clock)
		f.Intro += " " + civil.Clock(clock).String()
		what.Options = []option{{"places", q.T("setup.cell.places")}, {"close", q.T("setup.cell.close")}, {"rules", q.T("setup.cell.rules")}}
		what.Value = "rules"
		capacity := &field{Name: "capacity", Label: q.T("setup.field.capacity"), Kind: "number", Min: "0", Max: "10000", Size: 5}
		for _, slot := range plan.Slots {
			if int(slot.Start) == clock {
				what.Value, capacity.Value = "places", strconv.Itoa(slot.Capacity)
				f.Intro += "〜" + slot.End().String()
			}
		}
		if capacity.Value == "" { // there is no slot to give places to
			what.Options = what.Options[2:]
		} else {
			fields = append(fields, capacity)
		}
	}
	f.Action = "setup/cell/" + counter + "/" + day.String() + "/" + at
	f.Sets = []fieldset{{Legend: "setup.set.cell", Fields: fields}}
	if len(what.Options) > 1 {
		f.Sets = append(f.Sets, fieldset{Legend: "setup.set.reason", Fields: nameFields(q, "reason", "setup.field.reason", nil, langs, false)})
	}
	return f
}
