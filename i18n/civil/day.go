package civil

import (
	"cmp"
	"time"
)

// Dates are counted as days since 1970-01-01 with the algorithm of Howard
// Hinnant ("chrono-compatible low-level date algorithms"): years begin on
// 1 March so that the leap day comes last, and 400 years are one era of 146097
// days. Vacancies of a week take thousands of these sums; they cost a few
// nanoseconds and no allocation, where time.Date costs ten times as much.

const (
	daysPer400 = 146097
	// epoch is 1970-01-01 counted from 0000-03-01.
	epoch = 719468
)

// number returns the days from 1970-01-01 to d.
func (d Date) number() int {
	y, m := d.Year, int(d.Month)
	if m <= 2 {
		y--
	}
	cycle := floorDiv(y, 400)
	yearOfCycle := y - cycle*400
	dayOfYear := (153*((m+9)%12)+2)/5 + d.Day - 1
	dayOfCycle := yearOfCycle*365 + yearOfCycle/4 - yearOfCycle/100 + dayOfYear
	return cycle*daysPer400 + dayOfCycle - epoch
}

// dated returns the date n days after 1970-01-01.
func dated(n int) Date {
	n += epoch
	cycle := floorDiv(n, daysPer400)
	dayOfCycle := n - cycle*daysPer400
	yearOfCycle := (dayOfCycle - dayOfCycle/1460 + dayOfCycle/36524 - dayOfCycle/146096) / 365
	dayOfYear := dayOfCycle - (365*yearOfCycle + yearOfCycle/4 - yearOfCycle/100)
	mp := (5*dayOfYear + 2) / 153 // months since March
	day := dayOfYear - (153*mp+2)/5 + 1
	year, month := yearOfCycle+cycle*400, mp+3
	if month > 12 {
		year, month = year+1, month-12
	}
	return Date{year, time.Month(month), day}
}

// floorDiv divides rounding down, for b > 0.
func floorDiv(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// Valid reports whether d exists in the calendar, from the year 1 to 9999. The
// zero Date is not valid.
func (d Date) Valid() bool {
	return 1 <= d.Year && d.Year <= 9999 &&
		1 <= d.Month && d.Month <= 12 &&
		1 <= d.Day && d.Day <= daysIn(d.Year, d.Month)
}

// daysIn returns the length of a month.
func daysIn(year int, month time.Month) int {
	switch month {
	case time.April, time.June, time.September, time.November:
		return 30
	case time.February:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// AddDays returns the date n days after d (before, if n is negative).
func (d Date) AddDays(n int) Date {
	// Most steps stay within the month.
	if day := d.Day + n; 1 <= day && day <= 28 && 1 <= d.Month && d.Month <= 12 {
		d.Day = day
		return d
	}
	return dated(d.number() + n)
}

// Sub returns the number of days from e to d.
func (d Date) Sub(e Date) int { return d.number() - e.number() }

// Compare returns -1, 0 or +1 as d comes before, is, or comes after e.
func (d Date) Compare(e Date) int {
	if d.Year != e.Year {
		return cmp.Compare(d.Year, e.Year)
	}
	if d.Month != e.Month {
		return cmp.Compare(int(d.Month), int(e.Month))
	}
	return cmp.Compare(d.Day, e.Day)
}

// Before reports whether d comes before e.
func (d Date) Before(e Date) bool { return d.Compare(e) < 0 }

// After reports whether d comes after e.
func (d Date) After(e Date) bool { return d.Compare(e) > 0 }

// Weekday returns the day of the week of d.
func (d Date) Weekday() time.Weekday {
	n := (d.number() + int(time.Thursday)) % 7 // 1970-01-01 was a Thursday
	if n < 0 {
		n += 7
	}
	return time.Weekday(n)
}

// Age returns the completed years on a day of a person born on d, as everyday
// life counts them: one more on each birthday, for those born on 29 February on
// 1 March of common years. It is negative before birth.
func (d Date) Age(on Date) int {
	age := on.Year - d.Year
	if on.Month < d.Month || on.Month == d.Month && on.Day < d.Day {
		age--
	}
	return age
}
