package civil

import (
	"fmt"
	"time"
)

// An era is a period of the Japanese calendar. Its first day is given; it lasts
// until the day before the next one begins (domain-facts 9).
type era struct {
	name   string
	first  Date
	latin  byte   // as on forms: R8.11.22
	kanji  string // as people shorten it: 昭55
	square string // the one-character form of old records
}

// eras are all eras since names changed with the emperor only, newest first.
// Japan took the Gregorian calendar on 1873-01-01 (明治6年); dates of 明治 before
// that are counted as if it had always been in use.
var eras = [...]era{
	{"令和", Date{2019, time.May, 1}, 'R', "令", "㋿"},
	{"平成", Date{1989, time.January, 8}, 'H', "平", "㍻"},
	{"昭和", Date{1926, time.December, 25}, 'S', "昭", "㍼"},
	{"大正", Date{1912, time.July, 30}, 'T', "大", "㍽"},
	{"明治", Date{1868, time.January, 25}, 'M', "明", "㍾"},
}

// Era returns the era of d and the year within it, 1 for 元年. The name is ""
// and the year 0 for dates before 明治.
func Era(d Date) (name string, year int) {
	for i := range eras {
		if e := &eras[i]; !d.Before(e.first) {
			return e.name, d.Year - e.first.Year + 1
		}
	}
	return "", 0
}

// EraReason says why a date in an era does not exist.
type EraReason int

// The reasons of an EraError.
const (
	UnknownEra EraReason = iota + 1 // the name is none of 明治 to 令和
	NoSuchDay                       // the month has no such day, or the year is not 1 or more
	BeforeEra                       // the era had not begun: 令和元年4月30日
	AfterEra                        // the era was over: 平成31年5月1日
)

// EraError is a date in an era that never was. Date is the day meant if the
// years are simply counted on (2019-05-01 for 平成31年5月1日), so that a dialog
// can ask back with the right era; it is zero for UnknownEra and NoSuchDay.
type EraError struct {
	Reason EraReason
	Name   string // as given
	Date   Date
}

// Error describes the fault for a log; what a resident reads is up to the dialog.
func (e *EraError) Error() string {
	switch e.Reason {
	case BeforeEra:
		return fmt.Sprintf("%s: %v is before the era began", e.Name, e.Date)
	case AfterEra:
		return fmt.Sprintf("%s: %v is after the era ended", e.Name, e.Date)
	case UnknownEra:
		return fmt.Sprintf("era %q: unknown", e.Name)
	}
	return fmt.Sprintf("%s: no such day", e.Name)
}

// FromEra returns the date of a year, month and day of an era. The era is its
// name (令和), its first character (令), its letter in either case and width (R)
// or its square form (㋿). The error is an *EraError.
func FromEra(name string, year int, month time.Month, day int) (Date, error) {
	i := findEra(name)
	if i < 0 {
		return Date{}, &EraError{Reason: UnknownEra, Name: name}
	}
	first := eras[i].first
	d := Date{first.Year + year - 1, month, day}
	switch {
	case year < 1 || !d.Valid():
		return Date{}, &EraError{Reason: NoSuchDay, Name: name}
	case d.Before(first):
		return Date{}, &EraError{BeforeEra, name, d}
	case i > 0 && !d.Before(eras[i-1].first):
		return Date{}, &EraError{AfterEra, name, d}
	}
	return d, nil
}

// findEra returns the index in eras, or -1.
func findEra(name string) int {
	letter := rune(0)
	if runes := []rune(name); len(runes) == 1 {
		letter = runes[0]
		if letter >= 'Ａ' && letter <= 'ｚ' {
			letter -= 'Ａ' - 'A'
		}
		if letter >= 'a' && letter <= 'z' {
			letter -= 'a' - 'A'
		}
	}
	for i := range eras {
		e := &eras[i]
		if name == e.name || name == e.kanji || name == e.square || letter == rune(e.latin) {
			return i
		}
	}
	return -1
}
