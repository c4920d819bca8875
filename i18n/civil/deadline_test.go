package civil_test

import (
	"testing"
	"time"

	"madoguchi/i18n/civil"
)

// officeOpen is the usual calendar of a city hall (domain-facts 1.2).
func officeOpen(d civil.Date) bool {
	if w := d.Weekday(); w == time.Saturday || w == time.Sunday {
		return false
	}
	if d.Month == time.December && d.Day >= 29 || d.Month == time.January && d.Day <= 3 {
		return false
	}
	_, holiday := civil.Holiday(d)
	return !holiday
}

// The cases are the worked dates of domain-facts 13.
func TestDeadline(t *testing.T) {
	for _, c := range []struct {
		name  string
		start string
		days  int
		want  string
	}{
		{"last day in the closed days of New Year", "2026-12-16", 14, "2027-01-04"},
		{"last day a Saturday", "2027-03-27", 14, "2027-04-12"},
		{"特例転入, 30 days from the planned day", "2027-03-31", 30, "2027-04-30"},
		{"特例転入, 14 days, last day in Golden Week", "2027-04-20", 14, "2027-05-06"},
		{"児童手当, 15 days", "2027-03-31", 15, "2027-04-15"},
		{"児童手当, 15 days from the end of April", "2027-04-30", 15, "2027-05-17"}, // 05-15 is a Saturday
		{"継続利用, 90 days, last day a Sunday", "2027-04-05", 90, "2027-07-05"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := civil.Deadline(day(t, c.start), c.days, officeOpen); got != day(t, c.want) {
				t.Errorf("%d days from %s: %v, want %s", c.days, c.start, got, c.want)
			}
		})
	}
}

func TestDeadlineOfAnOfficeThatNeverOpens(t *testing.T) {
	start := day(t, "2026-11-22")
	never := func(civil.Date) bool { return false }
	if got := civil.Deadline(start, 14, never); got != day(t, "2026-12-06") {
		t.Errorf("got %v, want the last day as counted", got)
	}
	if d, ok := civil.NextOpen(start, never); ok {
		t.Errorf("NextOpen = %v, want none", d)
	}
}
