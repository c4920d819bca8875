package flows

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"madoguchi/i18n/civil"
)

var conditionNames = map[string]Kind{
	"visitor": TextKind, "mail": TextKind, "persons": NumberKind, "foreign": YesKind, "moved-in": DateKind, "born": DateKind, "situation": ListKind,
}

// facts at 2026-11-25 09:00, closed on weekends and over the new year.
func facts(answers map[string]string) Facts {
	return Facts{
		Answer: func(name string) string { return answers[name] },
		Now:    civil.DateTime{Date: civil.Date{Year: 2026, Month: 11, Day: 25}, Clock: 9 * 60},
		Open: func(d civil.Date) bool {
			md := int(d.Month)*100 + d.Day
			return d.Weekday() != 0 && d.Weekday() != 6 && md < 1229 && md > 103
		},
	}
}

func TestConditions(t *testing.T) {
	answers := map[string]string{
		"visitor": "agent", "persons": "3", "foreign": "yes", "moved-in": "2026-12-16", "born": "2011-11-26",
		"situation": "dog,school",
	}
	for _, tc := range []struct {
		source string
		want   bool
	}{
		{`visitor == "agent"`, true},
		{`visitor in ["self", "guardian"]`, false},
		{`visitor contains "gen"`, true},
		{`persons > 2 and not (persons > 3)`, true},
		{`persons + 1 == 4`, true},
		{`foreign`, true},
		{`foreign ? persons == 3 : false`, true},
		{`answered("visitor")`, true},
		{`answered("mail")`, false},
		{`answered("moved_in") and answered("moved-in")`, true},
		{`mail == ""`, true},
		{`moved_in > today()`, true},
		{`moved_in == date("2026-12-16")`, true},
		// domain-facts 13: the fourteenth day, 12-30, is closed.
		{`deadline(moved_in, 14) == date("2027-01-04")`, true},
		{`deadline(date("2027-03-27"), 14) == date("2027-04-12")`, true},
		{`after(moved_in, 14) == date("2026-12-30")`, true},
		{`before(moved_in, 30) == date("2026-11-16")`, true},
		{`last_open(date("2027-01-02")) == date("2026-12-28")`, true},
		{`earlier(moved_in, born) == born`, true},
		{`"dog" in situation`, true},
		{`"do" in situation`, false},
		{`days_until(moved_in) == 21`, true},
		{`open_day(moved_in)`, true},
		{`open_day(date("2026-12-30"))`, false},
		{`age(born) == 14`, true},
		{`age(date("2011-11-25")) == 15`, true},
		// Born on the 29th of February, a year older on the 1st of March.
		{`age(date("2008-02-29")) == 18`, true},
	} {
		t.Run(tc.source, func(t *testing.T) {
			e, err := CompileCondition(tc.source, conditionNames)
			if err != nil {
				t.Fatal(err)
			}
			got, err := e.Holds(facts(answers))
			if err != nil || got != tc.want {
				t.Errorf("Holds = %v, %v; want %v", got, err, tc.want)
			}
		})
	}
}

// Unanswered fields never fail: they are empty, and no function of them holds
// by accident.
func TestConditionsOnUnansweredFields(t *testing.T) {
	for source, want := range map[string]bool{
		`visitor == ""`:                           true,
		`persons == 0`:                            true,
		`foreign`:                                 false,
		`age(born) == 0`:                          true,
		`"dog" in situation`:                      false,
		`after(born, 3) == born`:                  true,
		`earlier(born, today()) == today()`:       true,
		`days_until(moved_in) == 0`:               true,
		`open_day(moved_in)`:                      false,
		`deadline(moved_in, 14) == moved_in`:      true,
		`answered("born") and age(born) < 15`:     false,
		`moved_in < date("0001-01-02")`:           true,
		`deadline(today(), 999999999) == today()`: false,
	} {
		e, err := CompileCondition(source, conditionNames)
		if err != nil {
			t.Fatal(source, err)
		}
		for _, f := range []Facts{facts(nil), {}} {
			if f.Answer == nil && strings.Contains(source, "today") {
				continue
			}
			if got, err := e.Holds(f); err != nil || got != want {
				t.Errorf("%s: Holds = %v, %v; want %v", source, got, err, want)
			}
		}
	}
}

// domain-facts 13.
func TestDates(t *testing.T) {
	names := map[string]Kind{"moved-in": DateKind, "leaving": DateKind, "way": TextKind}
	open := facts(nil).Open
	golden := civil.Date{Year: 2027, Month: 4, Day: 29}
	for _, tc := range []struct{ source, movedIn, leaving, want string }{
		{`deadline(moved_in, 14)`, "2026-12-16", "", "2027-01-04"},
		{`deadline(moved_in, 14)`, "2027-03-27", "", "2027-04-12"},
		{`earlier(deadline(moved_in, 14), deadline(leaving, 30))`, "2027-04-20", "2027-03-31", "2027-04-30"},
		{`earlier(deadline(moved_in, 14), deadline(leaving, 30))`, "2027-04-20", "", "2027-05-04"},
		{`way == "" ? after(leaving, 15) : leaving`, "", "2027-03-31", "2027-04-15"},
		{`before(moved_in, 30)`, "2027-04-01", "", "2027-03-02"},
		{`after(moved_in, 10)`, "2027-04-01", "", "2027-04-11"},
		{`moved_in`, "", "", "0000-00-00"},
		{`deadline(moved_in, 14)`, "", "", "0000-00-00"},
	} {
		e, err := CompileDate(tc.source, names)
		if err != nil {
			t.Fatal(err)
		}
		got, err := e.Date(Facts{
			Answer: func(name string) string {
				return map[string]string{"moved-in": tc.movedIn, "leaving": tc.leaving}[name]
			},
			Open: func(d civil.Date) bool { return d != golden && open(d) },
		})
		if err != nil || got.String() != tc.want {
			t.Errorf("%s from %s, %s: %s, %v; want %s", tc.source, tc.movedIn, tc.leaving, got, err, tc.want)
		}
	}
	for _, source := range []string{`way`, `moved_in > leaving`, `14`, `way == "" ? moved_in : 3`, `moved`, ``} {
		if _, err := CompileDate(source, names); err == nil {
			t.Errorf("%s was taken for a date", source)
		}
	}
}

func TestLiterals(t *testing.T) {
	names := map[string]Kind{"way": TextKind, "situation": ListKind}
	e, err := CompileCondition(`way in ["card", "paper"] or way == "filed" or "dog" in situation`, names)
	if err != nil {
		t.Fatal(err)
	}
	if got := e.Literals("way"); !slices.Equal(got, []string{"card", "paper", "filed"}) {
		t.Errorf("way: %v", got)
	}
	if got := e.Literals("situation"); !slices.Equal(got, []string{"dog"}) {
		t.Errorf("situation: %v", got)
	}
}

// An answer that is not of its field's type is an error, and the condition
// works again afterwards.
func TestConditionOnAWrongAnswer(t *testing.T) {
	e, err := CompileCondition(`persons > 2 and moved_in > today()`, conditionNames)
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []map[string]string{{"persons": "many"}, {"moved-in": "tomorrow"}} {
		if _, err := e.Holds(facts(wrong)); err == nil {
			t.Errorf("%v: no error", wrong)
		}
	}
	if got, err := e.Holds(facts(map[string]string{"persons": "3", "moved-in": "2026-12-01"})); !got || err != nil {
		t.Errorf("Holds = %v, %v; want true", got, err)
	}
}

// What is not in the language is refused when the file is checked, so that no
// condition can cost time or memory while residents wait.
func TestConditionsRefuseMore(t *testing.T) {
	for _, source := range []string{
		`1..1000000000 == []`, `all([1], # > 0)`, `filter([1], true) == []`, `repeat("x", 1000000) == ""`,
		`visitor matches "(a+)+$"`, `let x = 1; x == 1`, `{"a": 1}.a == 1`, `visitor.len == 1`, `visitor[0] == "a"`,
		`$env == nil`, `Facts == nil`, `2 ** 1000 > 1`, `now() == today()`, `visitor | len() > 1`, `len(visitor) > 1`,
		`map([1], #) == []`, `persons / 0 == 1`, `persons % 0 == 1`, `today(Facts) == today()`, `answered(visitor)`,
		`visitor?.a == 1`, `nil == nil`, `1.5 > 1`, `visitor ?? "a" == "a"`, strings.Repeat("persons > 1 and ", 60) + "true",
		`if true { true } else { false }`, ``,
	} {
		if _, err := CompileCondition(source, conditionNames); err == nil {
			t.Errorf("%s was accepted", source)
		}
	}
}

func TestHoldsByManyAtOnce(t *testing.T) {
	e, err := CompileCondition(`visitor == "agent" and age(born) < 15`, conditionNames)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for i := range 64 {
		all.Go(func() {
			answers, want := map[string]string{"visitor": "self", "born": "2020-01-01"}, false
			if i%2 == 0 {
				answers["visitor"], want = "agent", true
			}
			for range 500 {
				if got, err := e.Holds(facts(answers)); err != nil || got != want {
					t.Errorf("Holds = %v, %v; want %v", got, err, want)
					return
				}
			}
		})
	}
	all.Wait()
}

func BenchmarkHolds(b *testing.B) {
	e, err := CompileCondition(`visitor in ["agent", "guardian"] and age(born) < 15 and today() < deadline(moved_in, 14)`, conditionNames)
	if err != nil {
		b.Fatal(err)
	}
	f := facts(map[string]string{"visitor": "agent", "born": "2020-01-01", "moved-in": "2026-12-01"})
	b.ReportAllocs()
	for b.Loop() {
		if ok, err := e.Holds(f); !ok || err != nil {
			b.Fatal(ok, err)
		}
	}
}

func FuzzCondition(f *testing.F) {
	f.Add(`visitor in ["agent"] and age(born) < 15`, "3", "2026-12-01")
	f.Add(`deadline(moved_in, persons) > today() or not foreign`, "x", "")
	f.Fuzz(func(t *testing.T, source, number, date string) {
		e, err := CompileCondition(source, conditionNames)
		if err != nil {
			return
		}
		_, _ = e.Holds(facts(map[string]string{"persons": number, "moved_in": date, "visitor": number}))
	})
}
