package civil_test

import (
	"errors"
	"testing"
	"time"

	"madoguchi/i18n/civil"
	"pgregory.net/rapid"
)

func TestEraBoundaries(t *testing.T) {
	for _, c := range []struct {
		date string
		name string
		year int
	}{
		{"1868-01-24", "", 0},
		{"1868-01-25", "明治", 1},
		{"1912-07-29", "明治", 45},
		{"1912-07-30", "大正", 1},
		{"1926-12-24", "大正", 15},
		{"1926-12-25", "昭和", 1},
		{"1989-01-07", "昭和", 64},
		{"1989-01-08", "平成", 1},
		{"2019-04-30", "平成", 31},
		{"2019-05-01", "令和", 1},
		{"2026-11-22", "令和", 8},
	} {
		if name, year := civil.Era(day(t, c.date)); name != c.name || year != c.year {
			t.Errorf("Era(%s) = %s %d, want %s %d", c.date, name, year, c.name, c.year)
		}
	}
}

func TestFromEra(t *testing.T) {
	for _, c := range []struct {
		name             string
		year, month, day int
		want             string
		reason           civil.EraReason
		meant            string // EraError.Date
	}{
		{name: "令和", year: 8, month: 11, day: 22, want: "2026-11-22"},
		{name: "R", year: 8, month: 11, day: 22, want: "2026-11-22"},
		{name: "ｒ", year: 1, month: 5, day: 1, want: "2019-05-01"},
		{name: "昭", year: 55, month: 2, day: 29, want: "1980-02-29"},
		{name: "㍻", year: 31, month: 4, day: 30, want: "2019-04-30"},
		{name: "s", year: 64, month: 1, day: 7, want: "1989-01-07"},
		{name: "平成", year: 31, month: 5, day: 1, reason: civil.AfterEra, meant: "2019-05-01"},
		{name: "令和", year: 1, month: 4, day: 30, reason: civil.BeforeEra, meant: "2019-04-30"},
		{name: "昭和", year: 64, month: 1, day: 8, reason: civil.AfterEra, meant: "1989-01-08"},
		{name: "令和", year: 7, month: 2, day: 29, reason: civil.NoSuchDay},
		{name: "令和", year: 0, month: 5, day: 1, reason: civil.NoSuchDay},
		{name: "慶応", year: 3, month: 5, day: 1, reason: civil.UnknownEra},
		{name: "", year: 3, month: 5, day: 1, reason: civil.UnknownEra},
		{name: "X", year: 3, month: 5, day: 1, reason: civil.UnknownEra},
	} {
		got, err := civil.FromEra(c.name, c.year, time.Month(c.month), c.day)
		if c.reason == 0 {
			if err != nil || got != day(t, c.want) {
				t.Errorf("%s%d.%d.%d = %v, %v, want %s", c.name, c.year, c.month, c.day, got, err, c.want)
			}
			continue
		}
		var fault *civil.EraError
		if !errors.As(err, &fault) || fault.Reason != c.reason || fault.Error() == "" {
			t.Errorf("%s%d.%d.%d: error %v, want reason %d", c.name, c.year, c.month, c.day, err, c.reason)
			continue
		}
		var meant civil.Date
		if c.meant != "" {
			meant = day(t, c.meant)
		}
		if fault.Date != meant {
			t.Errorf("%s%d.%d.%d: meant %v, want %v", c.name, c.year, c.month, c.day, fault.Date, meant)
		}
	}
}

func TestEraReadsBack(t *testing.T) {
	first := day(t, "1868-01-25")
	rapid.Check(t, func(t *rapid.T) {
		d := first.AddDays(rapid.IntRange(0, 100_000).Draw(t, "days"))
		name, year := civil.Era(d)
		if got, err := civil.FromEra(name, year, d.Month, d.Day); err != nil || got != d {
			t.Fatalf("%v is %s %d, which reads back as %v, %v", d, name, year, got, err)
		}
	})
}
