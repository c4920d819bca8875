package reservation

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"madoguchi/i18n"
	"madoguchi/i18n/civil"
)

// holidays are those the tests need: 勤労感謝の日 on a Monday, and a Saturday.
func holidays(d civil.Date) (string, bool) {
	name, ok := map[string]string{
		"2026-11-23": "勤労感謝の日", "2026-11-03": "文化の日", "2027-01-01": "元日", "2027-01-11": "成人の日",
	}[d.String()]
	return name, ok
}

func date(s string) civil.Date {
	d, err := civil.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func at(s string) civil.DateTime {
	dt, err := civil.ParseDateTime(s)
	if err != nil {
		panic(err)
	}
	return dt
}

func compile(t testing.TB, s Settings) *Timetable {
	t.Helper()
	table, err := Compile(s, holidays)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// show writes a day as its slots, "08:30×5 09:00×5", or its state and reason.
func show(p DayPlan) string {
	if p.State != IsOpen {
		s := string(p.State) + " " + string(p.Reason.Kind)
		if n := p.Reason.Names.In(i18n.Japanese); n != "" {
			s += " " + n
		}
		return s
	}
	parts := make([]string, len(p.Slots))
	for i, s := range p.Slots {
		parts[i] = fmt.Sprintf("%s×%d", s.Start, s.Capacity)
	}
	return strings.Join(parts, " ")
}

func TestSampleDays(t *testing.T) {
	table := compile(t, Sample())
	const closed = "closed no-opening"
	morning := "08:30×5 09:00×5 09:30×5 10:00×5 10:30×5 11:00×5 11:30×5"
	afternoon := "13:00×5 13:30×5 14:00×5 14:30×5 15:00×5 15:30×5 16:00×5 16:30×5"
	for _, c := range []struct{ name, counter, day, want string }{
		{"weekday with lunch", "honcho", "2026-12-01", morning + " " + afternoon},
		{"Saturday", "honcho", "2026-12-05", closed},
		{"holiday", "honcho", "2026-11-23", "holiday holiday 勤労感謝の日"},
		{"first of the closed days", "honcho", "2026-12-29", "closed closed-day 年末年始"},
		{"last of the closed days", "honcho", "2027-01-03", "closed closed-day 年末年始"},
		{"holiday within the closed days", "honcho", "2027-01-01", "closed closed-day 年末年始"},
		{"before the closed days", "honcho", "2026-12-28", morning + " " + afternoon},
		{"after the closed days", "honcho", "2027-01-04", morning + " " + afternoon},
		{"morning counter", "ekimae", "2026-12-01", "08:30×2 09:00×2 09:30×2 10:00×2 10:30×2 11:00×2 11:30×2 12:00×2"},
		{"morning counter on Saturday", "ekimae", "2026-12-05", "09:00×2 09:30×2 10:00×2 10:30×2 11:00×2 11:30×2"},
		{"morning counter on Sunday", "ekimae", "2026-12-06", closed},
		{"afternoon counter", "nishi", "2026-12-01", "14:30×1 15:00×1 15:30×1 16:00×1 16:30×1"},
		{"unknown counter", "kita", "2026-12-01", "closed not-operating"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := show(table.Day(c.counter, date(c.day))); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
	if got := show(table.Day("honcho", civil.Date{Year: 2026, Month: 2, Day: 31})); got != "closed no-date" {
		t.Errorf("31 February: %s", got)
	}
}

func TestRules(t *testing.T) {
	two := func(d Days) Opening { return Opening{Days: d, Start: "09:00", End: "10:00", Slot: 30, Capacity: 2} }
	with := func(o ...Opening) Settings {
		return Settings{Holidays: true, Counters: []Counter{{ID: "a", Names: Names{"ja": "あ"}, Openings: o}}}
	}
	const open, shut = "09:00×2 09:30×2", "closed no-opening"
	sundays := two(Days{From: "2026-11-23", To: "2026-11-23"})
	sundays.Extra = true
	longer := two(Days{From: "2027-01-01"})
	longer.Slot = 60
	exception := Opening{Days: Days{From: "2026-12-02", To: "2026-12-02"}, Start: "09:30", End: "10:00", Slot: 30, Capacity: 0}
	wednesdayNoon := with(two(Days{}))
	wednesdayNoon.Closures = []Closure{{Days: Days{Weekdays: []string{"wed"}}, Hours: &Hours{"09:30", "12:00"}}}
	thirdMonday := with(two(Days{}))
	thirdMonday.Closures = []Closure{{Days: Days{Weekdays: []string{"mon"}, Nth: []int{3}}, Counter: "a", Reason: Names{"ja": "休館日"}}}
	temporary := with(two(Days{}))
	temporary.Counters[0].From, temporary.Counters[0].To = "2027-01-12", "2027-03-31"
	hidden := with(two(Days{}))
	hidden.Counters[0].Hidden = true

	for _, c := range []struct {
		name  string
		s     Settings
		dates map[string]string
	}{
		{"every second week", with(two(Days{Weekdays: []string{"tue"}, Every: 2, Anchor: "2026-12-03"})), map[string]string{
			"2026-12-01": open, "2026-12-08": shut, "2026-12-15": open, "2026-12-16": shut, "2026-11-24": shut, "2026-11-17": shut,
			"2027-01-12": open,
		}},
		{"second and last Sunday", with(two(Days{Weekdays: []string{"sun"}, Nth: []int{2, -1}})), map[string]string{
			"2026-11-01": shut, "2026-11-08": open, "2026-11-15": shut, "2026-11-22": shut, "2026-11-29": open, "2026-12-27": open,
		}},
		{"fifth Monday", with(two(Days{Weekdays: []string{"mon"}, Nth: []int{5}})), map[string]string{
			"2026-11-30": open, "2026-12-28": shut, "2027-03-29": open,
		}},
		{"date range", with(two(Days{From: "2026-12-02", To: "2026-12-04"})), map[string]string{
			"2026-12-01": shut, "2026-12-02": open, "2026-12-04": open, "2026-12-05": shut,
		}},
		{"every year from 02-29", with(two(Days{From: "02-29", To: "03-31"})), map[string]string{
			"2027-02-28": shut, "2027-03-01": open, "2028-02-29": open, "2027-04-01": shut,
		}},
		{"extra opening on a holiday", with(two(Days{}), sundays), map[string]string{
			"2026-11-23": open, "2026-11-03": "holiday holiday 文化の日",
		}},
		{"an extra opening on an ordinary day adds nothing that overlaps", with(two(Days{}), Opening{Start: "09:30", End: "10:30", Slot: 30, Capacity: 9, Extra: true}), map[string]string{
			"2026-12-02": open + " 10:00×9", "2026-11-23": "09:30×9 10:00×9",
		}},
		{"new slot length from a date", with(longer, two(Days{})), map[string]string{
			"2026-12-31": open, "2027-01-04": "09:00×2",
		}},
		{"exception before the rule", with(exception, two(Days{})), map[string]string{
			"2026-12-01": open, "2026-12-02": "09:00×2 09:30×0",
		}},
		{"part of a day closed", wednesdayNoon, map[string]string{"2026-12-01": open, "2026-12-02": "09:00×2"}},
		{"third Monday closed", thirdMonday, map[string]string{
			"2026-12-14": open, "2026-12-21": "closed closed-day 休館日", "2026-12-28": open,
		}},
		{"temporary counter", temporary, map[string]string{
			"2027-01-10": "closed not-operating", "2027-01-12": open, "2027-03-31": open, "2027-04-01": "closed not-operating",
		}},
		{"hidden counter", hidden, map[string]string{"2026-12-01": "closed not-operating"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			table := compile(t, c.s)
			for day, want := range c.dates {
				if got := show(table.Day("a", date(day))); got != want {
					t.Errorf("%s (%s): got %s, want %s", day, date(day).Weekday(), got, want)
				}
			}
		})
	}
}

func TestBookable(t *testing.T) {
	window := func(w Window) Settings {
		s := Sample()
		s.Windows = []Window{w}
		return s
	}
	const visit = "2026-12-21T10:00"
	early := func(s string) error { return ErrTooEarly{Opens: at(s)} }
	late := func(s string) error { return ErrTooLate{Limit: at(s)} }
	for _, c := range []struct {
		name string
		s    Settings
		now  string
		want error
	}{
		{"a minute before the window", Sample(), "2026-11-20T23:59", early("2026-11-21T00:00")},
		{"first minute of the window", Sample(), "2026-11-21T00:00", nil},
		{"last minute of the window", Sample(), "2026-12-21T09:00", nil},
		{"a minute after the window", Sample(), "2026-12-21T09:01", late("2026-12-21T09:00")},
		{"after the visit", Sample(), "2026-12-22T09:01", late("2026-12-21T09:00")},
		{"opens at nine, a minute before", window(Window{OpensDays: 31, OpensAt: "09:00"}), "2026-11-20T08:59", early("2026-11-20T09:00")},
		{"opens at nine", window(Window{OpensDays: 31, OpensAt: "09:00"}), "2026-11-20T09:00", nil},
		{"closes two days before at 17:00", window(Window{ClosesDays: 2, ClosesAt: "17:00"}), "2026-12-19T17:00", nil},
		{"closed two days before at 17:00", window(Window{ClosesDays: 2, ClosesAt: "17:00"}), "2026-12-19T17:01", late("2026-12-19T17:00")},
		{"closes with the end of the day before", window(Window{ClosesDays: 1}), "2026-12-21T00:00", nil},
		{"closed with the end of the day before", window(Window{ClosesDays: 1}), "2026-12-21T00:01", late("2026-12-21T00:00")},
		{"no window, the minute before", window(Window{}), "2026-12-21T09:59", nil},
		{"no window, the visit begins", window(Window{}), visit, late(visit)},
		{"bookings not taken yet", window(Window{OpensDays: 60, AcceptFrom: "2026-12-01T08:30"}), "2026-12-01T08:29", early("2026-12-01T08:30")},
		{"bookings taken from now", window(Window{OpensDays: 60, AcceptFrom: "2026-12-01T08:30"}), "2026-12-01T08:30", nil},
		{"bookings not taken any more", window(Window{AcceptUntil: "2026-12-01T08:30"}), "2026-12-01T08:31", ErrClosed{Reason{Kind: NotAccepting}}},
		{"before reception hours", window(Window{Reception: &Hours{"08:30", "17:00"}}), "2026-12-01T08:29", early("2026-12-01T08:30")},
		{"within reception hours", window(Window{Reception: &Hours{"08:30", "17:00"}}), "2026-12-01T16:59", nil},
		{"after reception hours", window(Window{Reception: &Hours{"08:30", "17:00"}}), "2026-12-01T17:00", early("2026-12-02T08:30")},
		{"early and before reception hours", window(Window{OpensDays: 10, Reception: &Hours{"08:30", "17:00"}}), "2026-12-01T09:00", early("2026-12-11T08:30")},
		{"window of another service", window(Window{Services: []string{"move"}, OpensDays: 1}), "2026-12-01T09:00", nil},
		{"window of another group", window(Window{Groups: []Group{Phone}, OpensDays: 1}), "2026-12-01T09:00", nil},
		{"window of another month", window(Window{Days: Days{From: "2027-01-01"}, OpensDays: 1}), "2026-12-01T09:00", nil},
		{"window of the month", window(Window{Days: Days{To: "2026-12-31"}, OpensDays: 1}), "2026-12-01T09:00", early("2026-12-20T00:00")},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := compile(t, c.s).Bookable("consult", Open, at(visit), at(c.now).At())
			if fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestCompileNamesEveryFault(t *testing.T) {
	ok := Opening{Start: "09:00", End: "10:00", Slot: 30, Capacity: 1}
	for _, c := range []struct {
		name, want string
		change     func(*Opening)
	}{
		{"times that do not exist", `counter "a" opening 1: time "9時"`, func(o *Opening) { o.Start = "9時" }},
		{"end before start", "the end must lie after the start", func(o *Opening) { o.End = "08:00" }},
		{"slot of no length", "slot must be 5 to 1440 minutes", func(o *Opening) { o.Slot = 0 }},
		{"slot longer than the day", "no slot of 120 minutes fits", func(o *Opening) { o.Slot = 120 }},
		{"all excluded", "no slot of 30 minutes fits", func(o *Opening) { o.Except = []Hours{{"08:00", "12:00"}} }},
		{"negative capacity", "capacity must be 0 to", func(o *Opening) { o.Capacity = -1 }},
		{"unknown group", `quota for "fax"`, func(o *Opening) { o.Quotas = map[Group]int{"fax": 1} }},
		{"quota above capacity", "quota for open must be 0 to the capacity", func(o *Opening) { o.Quotas = map[Group]int{Open: 2} }},
		{"unknown weekday", `weekday "月"`, func(o *Opening) { o.Weekdays = []string{"月"} }},
		{"31 February", "2026-02-31", func(o *Opening) { o.From = "2026-02-31" }},
		{"last day before the first", "the last day must not lie before the first", func(o *Opening) { o.From, o.To = "2026-12-02", "2026-12-01" }},
		{"half a yearly range", "MM-DD, in both from and to", func(o *Opening) { o.From = "12-29" }},
		{"every second week of nothing", "needs an anchor date", func(o *Opening) { o.Every = 2 }},
		{"nth of no weekday", "nth needs weekdays", func(o *Opening) { o.Nth = []int{1} }},
		{"sixth Monday", "nth must be 1 to 5", func(o *Opening) { o.Nth, o.Weekdays = []int{6}, []string{"mon"} }},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := ok
			c.change(&o)
			_, err := Compile(Settings{Counters: []Counter{{ID: "a", Names: Names{"ja": "あ"}, Openings: []Opening{o}}}}, holidays)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
	_, err := Compile(Settings{
		Counters: []Counter{{ID: "A", Names: Names{"ja": "あ"}, Services: []string{"x"}}, {ID: "b"}, {ID: "b", Names: Names{"ja": "い"}}},
		Services: []Service{{ID: "s", Slots: -1}},
		Closures: []Closure{{Counter: "c"}},
		Windows:  []Window{{OpensDays: -1, ClosesMinutes: 5, ClosesDays: 1, OpensAt: "09:00"}},
	}, holidays)
	for _, want := range []string{`"A": an id is`, `service "x" does not exist`, `"b": needs a name`, `"b": this id is used twice`,
		`"s": slots must be`, `counter "c" does not exist`, "opens_days must be", "not both", "opens_at needs"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error lacks %q: %v", want, err)
		}
	}
}

func TestDayProperties(t *testing.T) {
	days := rapid.Custom(func(t *rapid.T) Days {
		d := Days{Weekdays: rapid.SliceOfDistinct(rapid.SampledFrom(weekdayNames[:]), rapid.ID[string]).Draw(t, "weekdays")}
		if len(d.Weekdays) > 0 && rapid.Bool().Draw(t, "nth?") {
			d.Nth = []int{rapid.SampledFrom([]int{-1, 1, 2, 3, 4, 5}).Draw(t, "nth")}
		}
		if rapid.Bool().Draw(t, "every?") {
			d.Every, d.Anchor = rapid.IntRange(1, 4).Draw(t, "every"), "2026-11-25"
		}
		return d
	})
	rapid.Check(t, func(t *rapid.T) {
		s := Settings{Holidays: rapid.Bool().Draw(t, "holidays")}
		c := Counter{ID: "a", Names: Names{"ja": "あ"}}
		for range rapid.IntRange(1, 4).Draw(t, "openings") {
			start := rapid.IntRange(0, 20).Draw(t, "start") * 60
			o := Opening{Days: days.Draw(t, "days"), Start: civil.Clock(start).String(), End: civil.Clock(start + 180).String(),
				Slot: rapid.SampledFrom([]int{15, 20, 30, 45, 60}).Draw(t, "slot"), Capacity: rapid.IntRange(0, 5).Draw(t, "capacity"),
				Extra: rapid.Bool().Draw(t, "extra")}
			if rapid.Bool().Draw(t, "lunch") {
				o.Except = []Hours{{civil.Clock(start + 60).String(), civil.Clock(start + 90).String()}}
			}
			c.Openings = append(c.Openings, o)
		}
		s.Counters = []Counter{c}
		table, err := Compile(s, holidays)
		if err != nil {
			t.Fatal(err)
		}
		d := date("2026-11-01").AddDays(rapid.IntRange(0, 120).Draw(t, "day"))
		p := table.Day("a", d)
		if (p.State == IsOpen) != (len(p.Slots) > 0) {
			t.Fatalf("%s: state %s with %d slots", d, p.State, len(p.Slots))
		}
		for i, slot := range p.Slots {
			if i > 0 && slot.Start < p.Slots[i-1].End() {
				t.Fatalf("%s: slots overlap: %s", d, show(p))
			}
			// Some opening that holds on the day allows exactly this slot, and none
			// listed before it claims any of its time.
			o := slices.IndexFunc(c.Openings, func(o Opening) bool { return holdsOn(s, o, d) && allows(o, slot) })
			if o < 0 {
				t.Fatalf("%s: no opening has slot %s", d, slot.Start)
			}
			if got, want := slot.Capacity, c.Openings[o].Capacity; got != want {
				t.Fatalf("%s %s: capacity %d, want %d of opening %d", d, slot.Start, got, want, o+1)
			}
		}
		// Nothing is missing: the first opening that holds shows all its slots.
		if o := slices.IndexFunc(c.Openings, func(o Opening) bool { return holdsOn(s, o, d) }); o >= 0 {
			for start := minutes(c.Openings[o].Start); start < 24*60; start++ {
				want := allows(c.Openings[o], Slot{Start: civil.Clock(start), Minutes: c.Openings[o].Slot})
				has := slices.ContainsFunc(p.Slots, func(x Slot) bool { return int(x.Start) == start && x.Minutes == c.Openings[o].Slot })
				if want && !has {
					t.Fatalf("%s: slot %s of the first opening is missing: %s", d, civil.Clock(start), show(p))
				}
			}
		}
	})
}

// holdsOn and allows say again, slowly, what Days and Opening mean.
func holdsOn(s Settings, o Opening, d civil.Date) bool {
	if _, holiday := holidays(d); holiday && s.Holidays && !o.Extra {
		return false
	}
	name := strings.ToLower(d.Weekday().String()[:3])
	if len(o.Weekdays) > 0 && !slices.Contains(o.Weekdays, name) {
		return false
	}
	if len(o.Nth) > 0 {
		var same []int // days of the month with this weekday
		for x := 1; x <= 31; x++ {
			if e := (civil.Date{Year: d.Year, Month: d.Month, Day: x}); e.Valid() && e.Weekday() == d.Weekday() {
				same = append(same, x)
			}
		}
		n := slices.Index(same, d.Day) + 1
		if !slices.Contains(o.Nth, n) && !(slices.Contains(o.Nth, -1) && n == len(same)) {
			return false
		}
	}
	if o.Every > 1 {
		monday := date("2026-11-23") // of the anchor's week
		if d.Before(monday) || d.Sub(monday)/7%o.Every != 0 {
			return false
		}
	}
	return true
}

func minutes(s string) int {
	c, err := civil.ParseClock(s)
	if err != nil {
		return 24 * 60
	}
	return int(c)
}

func allows(o Opening, s Slot) bool {
	from := int(s.Start) - minutes(o.Start)
	if from < 0 || from%o.Slot != 0 || s.Minutes != o.Slot || int(s.End()) > minutes(o.Start)+180 {
		return false
	}
	for _, e := range o.Except {
		if int(s.Start) < minutes(e.End) && minutes(e.Start) < int(s.End()) {
			return false
		}
	}
	return true
}

func TestVisitRefusals(t *testing.T) {
	s := Sample()
	s.Counters[2].Services = []string{"consult"}
	table := compile(t, s)
	for _, c := range []struct {
		name, counter, start, service string
		persons                       int
		group                         Group
		want                          string
	}{
		{"unknown counter", "kita", "2026-12-01T10:00", "consult", 1, Open, `no counter "kita"`},
		{"unknown service", "honcho", "2026-12-01T10:00", "tax", 1, Open, `no service "tax"`},
		{"unknown group", "honcho", "2026-12-01T10:00", "consult", 1, "fax", `no channel group "fax"`},
		{"nobody", "honcho", "2026-12-01T10:00", "consult", 0, Open, "0 persons; 1 to 4 can be booked"},
		{"fewer than nobody", "honcho", "2026-12-01T10:00", "consult", -1, Open, "-1 persons; 1 to 4 can be booked"},
		{"a billion", "honcho", "2026-12-01T10:00", "consult", 1e9, Open, "1000000000 persons; 1 to 4 can be booked"},
		{"off the grid", "honcho", "2026-12-01T10:10", "consult", 1, Open, "closed: outside-hours"},
		{"lunch", "honcho", "2026-12-01T12:00", "consult", 1, Open, "closed: outside-hours"},
		{"two slots into lunch", "honcho", "2026-12-01T11:30", "move-foreign", 1, Open, "closed: too-long"},
		{"two slots at the end", "honcho", "2026-12-01T16:30", "move-foreign", 1, Open, "closed: too-long"},
		{"Sunday", "honcho", "2026-12-06T10:00", "consult", 1, Open, "closed: no-opening"},
		{"holiday", "honcho", "2026-11-23T10:00", "consult", 1, Open, "closed: holiday"},
		{"service not taken", "nishi", "2026-12-01T15:00", "move", 1, Open, "closed: not-taken"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := table.visit(c.counter, at(c.start), c.service, c.persons, c.group)
			if err == nil || err.Error() != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
	_, err := table.visit("honcho", civil.DateTime{Date: civil.Date{Year: 2027, Month: 2, Day: 31}, Clock: 600}, "consult", 1, Open)
	if closed, ok := errors.AsType[ErrClosed](err); !ok || closed.Reason.Kind != NoDate {
		t.Errorf("31 February: %v", err)
	}
	v, err := table.visit("honcho", at("2026-12-01T11:00"), "move-foreign", 3, Open)
	if err != nil || v.minutes != 60 || v.takes() != "660 690" || v.places != 1 {
		t.Errorf("two slots: %+v, %v", v, err)
	}
	if v, err = table.visit("honcho", at("2026-12-01T11:00"), "card-pickup", 3, Open); err != nil || v.places != 3 {
		t.Errorf("three persons: %+v, %v", v, err)
	}
}

func TestCounters(t *testing.T) {
	s := Sample()
	s.Counters[0].Position = 9
	s.Counters[1].From, s.Counters[1].To = "2027-01-01", "2027-03-31"
	s.Counters = append(s.Counters, Counter{ID: "secret", Names: Names{"ja": "秘"}, Hidden: true})
	table := compile(t, s)
	ids := func(d civil.Date) string {
		var list []string
		for _, c := range table.Counters(d) {
			list = append(list, c.ID)
		}
		return strings.Join(list, " ")
	}
	if got := ids(date("2026-12-01")); got != "nishi honcho" {
		t.Errorf("before the temporary counter opens: %s", got)
	}
	if got := ids(civil.Date{}); got != "ekimae nishi honcho" {
		t.Errorf("on any day: %s", got)
	}
}

func BenchmarkDay(b *testing.B) {
	table := compile(b, Sample())
	d := date("2026-12-01")
	b.ReportAllocs()
	for b.Loop() {
		if table.Day("honcho", d).State != IsOpen {
			b.Fatal("closed")
		}
	}
}
