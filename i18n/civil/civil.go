// Package civil is wall-clock time in Japan: dates, times of day and the
// calendar rules a city hall lives by (national holidays, closed days, the
// counting of legal periods).
//
// Instants (time.Time, UTC) say when something happened; civil values say what
// the calendar on the wall of the office shows. Rules, slots and deadlines are
// civil; nothing else in the program converts between the two except In and At.
package civil

import (
	"fmt"
	"time"
)

// Tokyo is Japan's one time zone. It has had no daylight saving since 1951, so
// a fixed zone is exact and needs no time zone database on the machine.
var Tokyo = time.FixedZone("Asia/Tokyo", 9*60*60)

// Date is a calendar date without a time zone. The zero Date means "none".
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// Clock is a time of day in minutes since midnight, 0 to 1439.
type Clock int

// DateTime is a date and a time of day on the wall clock in Japan.
type DateTime struct {
	Date  Date
	Clock Clock
}

// In returns the wall-clock reading in Japan at instant t, to the minute.
func In(t time.Time) DateTime {
	t = t.In(Tokyo)
	return DateTime{
		Date:  Date{t.Year(), t.Month(), t.Day()},
		Clock: Clock(t.Hour()*60 + t.Minute()),
	}
}

// At returns the instant at which the wall clock in Japan shows dt.
func (dt DateTime) At() time.Time {
	d := dt.Date
	return time.Date(d.Year, d.Month, d.Day, int(dt.Clock)/60, int(dt.Clock)%60, 0, 0, Tokyo)
}

// Valid reports whether d exists in the calendar.
func (d Date) Valid() bool {
	if d.Month < 1 || d.Month > 12 || d.Day < 1 {
		return false
	}
	t := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
	return t.Day() == d.Day && t.Month() == d.Month
}

// IsZero reports whether d is the zero Date, which stands for "no date".
func (d Date) IsZero() bool { return d == Date{} }

// AddDays returns the date n days after d (before, if n is negative).
func (d Date) AddDays(n int) Date {
	t := time.Date(d.Year, d.Month, d.Day+n, 0, 0, 0, 0, time.UTC)
	return Date{t.Year(), t.Month(), t.Day()}
}

// Sub returns the number of days from e to d.
func (d Date) Sub(e Date) int {
	a := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
	b := time.Date(e.Year, e.Month, e.Day, 0, 0, 0, 0, time.UTC)
	return int(a.Sub(b) / (24 * time.Hour))
}

// Before reports whether d comes before e.
func (d Date) Before(e Date) bool { return d.Sub(e) < 0 }

// Weekday returns the day of the week of d.
func (d Date) Weekday() time.Weekday {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Weekday()
}

// String returns d as YYYY-MM-DD.
func (d Date) String() string {
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// ParseDate reads YYYY-MM-DD. A date that does not exist is an error.
func ParseDate(s string) (Date, error) {
	var d Date
	t, err := time.Parse("2006-01-02", s)
	if err != nil {
		return d, fmt.Errorf("date %q: want an existing date as YYYY-MM-DD", s)
	}
	return Date{t.Year(), t.Month(), t.Day()}, nil
}

// String returns c as HH:MM.
func (c Clock) String() string { return fmt.Sprintf("%02d:%02d", int(c)/60, int(c)%60) }

// ParseClock reads HH:MM from 00:00 to 23:59.
func ParseClock(s string) (Clock, error) {
	t, err := time.Parse("15:04", s)
	if err != nil {
		return 0, fmt.Errorf("time %q: want a time of day as HH:MM", s)
	}
	return Clock(t.Hour()*60 + t.Minute()), nil
}

// String returns dt as YYYY-MM-DDTHH:MM.
func (dt DateTime) String() string { return dt.Date.String() + "T" + dt.Clock.String() }

// ParseDateTime reads YYYY-MM-DDTHH:MM.
func ParseDateTime(s string) (DateTime, error) {
	if len(s) != len("2006-01-02T15:04") || s[10] != 'T' {
		return DateTime{}, fmt.Errorf("date and time %q: want YYYY-MM-DDTHH:MM", s)
	}
	d, err := ParseDate(s[:10])
	if err != nil {
		return DateTime{}, err
	}
	c, err := ParseClock(s[11:])
	return DateTime{d, c}, err
}

// Before reports whether dt comes before e.
func (dt DateTime) Before(e DateTime) bool {
	if dt.Date != e.Date {
		return dt.Date.Before(e.Date)
	}
	return dt.Clock < e.Clock
}

// Add returns dt moved by the given number of minutes.
func (dt DateTime) Add(minutes int) DateTime {
	m := int(dt.Clock) + minutes
	days := m / (24 * 60)
	if m < 0 && m%(24*60) != 0 {
		days--
	}
	return DateTime{dt.Date.AddDays(days), Clock(m - days*24*60)}
}
