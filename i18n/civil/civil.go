// Package civil is wall-clock time in Japan: dates, times of day and the
// calendar rules a city hall lives by (national holidays, eras, the counting of
// legal periods).
//
// Instants (time.Time, UTC) say when something happened; civil values say what
// the calendar on the wall of the office shows. Rules, slots and deadlines are
// civil; nothing else in the program converts between the two except In and At.
//
//	civil.go     Date, Clock, DateTime: reading, writing
//	day.go       arithmetic on dates, by day number
//	era.go       明治 to 令和
//	holiday.go   国民の祝日, by rule
//	deadline.go  初日不算入 and the move to the next open day
package civil

import (
	"cmp"
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

// minutesADay is the length of a day on Clock's scale.
const minutesADay = 24 * 60

// DateTime is a date and a time of day on the wall clock in Japan.
type DateTime struct {
	Date  Date
	Clock Clock
}

// In returns the wall-clock reading in Japan at instant t, to the minute.
func In(t time.Time) DateTime {
	t = t.In(Tokyo)
	year, month, day := t.Date()
	return DateTime{
		Date:  Date{year, month, day},
		Clock: Clock(t.Hour()*60 + t.Minute()),
	}
}

// At returns the instant at which the wall clock in Japan shows dt.
func (dt DateTime) At() time.Time {
	d := dt.Date
	return time.Date(d.Year, d.Month, d.Day, int(dt.Clock)/60, int(dt.Clock)%60, 0, 0, Tokyo)
}

// IsZero reports whether d is the zero Date, which stands for "no date".
func (d Date) IsZero() bool { return d == Date{} }

// String returns d as YYYY-MM-DD.
func (d Date) String() string {
	var buf [len("2006-01-02")]byte
	return string(d.Append(buf[:0]))
}

// Append appends d to b as YYYY-MM-DD.
func (d Date) Append(b []byte) []byte {
	if d.Year < 0 || d.Year > 9999 || d.Month < 0 || d.Month > 99 || d.Day < 0 || d.Day > 99 {
		// No calendar date of ours; it is written so that a log shows the fault.
		return fmt.Appendf(b, "%04d-%02d-%02d", d.Year, d.Month, d.Day)
	}
	b = appendTwo(b, d.Year/100)
	b = appendTwo(b, d.Year%100)
	b = appendTwo(append(b, '-'), int(d.Month))
	return appendTwo(append(b, '-'), d.Day)
}

// appendTwo appends n, 0 to 99, as two digits.
func appendTwo(b []byte, n int) []byte {
	return append(b, byte('0'+n/10), byte('0'+n%10))
}

// ParseDate reads YYYY-MM-DD. Any other form and a date that does not exist are
// errors.
func ParseDate(s string) (Date, error) {
	if len(s) == len("2006-01-02") && s[4] == '-' && s[7] == '-' {
		century, ok1 := twoDigits(s[0:2])
		year, ok2 := twoDigits(s[2:4])
		month, ok3 := twoDigits(s[5:7])
		day, ok4 := twoDigits(s[8:10])
		d := Date{century*100 + year, time.Month(month), day}
		if ok1 && ok2 && ok3 && ok4 && d.Valid() {
			return d, nil
		}
	}
	return Date{}, fmt.Errorf("date %q: want an existing date as YYYY-MM-DD", s)
}

// twoDigits reads exactly two ASCII digits.
func twoDigits(s string) (int, bool) {
	tens, ones := s[0]-'0', s[1]-'0'
	return int(tens)*10 + int(ones), tens <= 9 && ones <= 9
}

// String returns c as HH:MM.
func (c Clock) String() string {
	var buf [len("15:04")]byte
	return string(c.Append(buf[:0]))
}

// Append appends c to b as HH:MM.
func (c Clock) Append(b []byte) []byte {
	if !c.Valid() {
		return fmt.Appendf(b, "%02d:%02d", int(c)/60, int(c)%60)
	}
	b = appendTwo(b, int(c)/60)
	return appendTwo(append(b, ':'), int(c)%60)
}

// Valid reports whether c is a time of day, 00:00 to 23:59.
func (c Clock) Valid() bool { return 0 <= c && c < minutesADay }

// ParseClock reads HH:MM from 00:00 to 23:59.
func ParseClock(s string) (Clock, error) {
	if len(s) == len("15:04") && s[2] == ':' {
		hour, ok1 := twoDigits(s[0:2])
		minute, ok2 := twoDigits(s[3:5])
		if ok1 && ok2 && hour < 24 && minute < 60 {
			return Clock(hour*60 + minute), nil
		}
	}
	return 0, fmt.Errorf("time %q: want a time of day as HH:MM", s)
}

// String returns dt as YYYY-MM-DDTHH:MM.
func (dt DateTime) String() string {
	var buf [len("2006-01-02T15:04")]byte
	return string(dt.Append(buf[:0]))
}

// Append appends dt to b as YYYY-MM-DDTHH:MM.
func (dt DateTime) Append(b []byte) []byte {
	return dt.Clock.Append(append(dt.Date.Append(b), 'T'))
}

// ParseDateTime reads YYYY-MM-DDTHH:MM. Any other form, a date that does not
// exist and a time past 23:59 are errors.
func ParseDateTime(s string) (DateTime, error) {
	if len(s) != len("2006-01-02T15:04") || s[10] != 'T' {
		return DateTime{}, fmt.Errorf("date and time %q: want YYYY-MM-DDTHH:MM", s)
	}
	d, err := ParseDate(s[:10])
	if err != nil {
		return DateTime{}, err
	}
	c, err := ParseClock(s[11:])
	if err != nil {
		return DateTime{}, err
	}
	return DateTime{d, c}, nil
}

// Before reports whether dt comes before e.
func (dt DateTime) Before(e DateTime) bool { return dt.Compare(e) < 0 }

// Compare returns -1, 0 or +1 as dt comes before, is, or comes after e.
func (dt DateTime) Compare(e DateTime) int {
	if c := dt.Date.Compare(e.Date); c != 0 {
		return c
	}
	return cmp.Compare(int(dt.Clock), int(e.Clock))
}

// Add returns dt moved by the given number of minutes.
func (dt DateTime) Add(minutes int) DateTime {
	m := int(dt.Clock) + minutes
	if 0 <= m && m < minutesADay {
		return DateTime{dt.Date, Clock(m)}
	}
	days := m / minutesADay
	if m%minutesADay < 0 {
		days--
	}
	return DateTime{dt.Date.AddDays(days), Clock(m - days*minutesADay)}
}
