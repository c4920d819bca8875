package understand

import (
	"time"

	"madoguchi/i18n/civil"
)

// eraSpan is one Japanese era (domain-facts 9).
type eraSpan struct {
	name        string
	first, last civil.Date
}

var eras = [...]eraSpan{
	{"明治", civil.Date{Year: 1868, Month: 1, Day: 25}, civil.Date{Year: 1912, Month: 7, Day: 29}},
	{"大正", civil.Date{Year: 1912, Month: 7, Day: 30}, civil.Date{Year: 1926, Month: 12, Day: 24}},
	{"昭和", civil.Date{Year: 1926, Month: 12, Day: 25}, civil.Date{Year: 1989, Month: 1, Day: 7}},
	{"平成", civil.Date{Year: 1989, Month: 1, Day: 8}, civil.Date{Year: 2019, Month: 4, Day: 30}},
	{"令和", civil.Date{Year: 2019, Month: 5, Day: 1}, civil.Date{Year: 9999, Month: 12, Day: 31}},
}

// republic is the calendar of Taiwan, in which people from there say when they
// were born. It is no Japanese era: a year without a name is one of it only in
// their script.
var republic = eraSpan{"民國", civil.Date{Year: 1912, Month: 1, Day: 1}, civil.Date{Year: 9999, Month: 12, Day: 31}}

// anyTime is the era of years that are in none.
var anyTime = eraSpan{"", civil.Date{Year: 1, Month: 1, Day: 1}, civil.Date{Year: 9999, Month: 12, Day: 31}}

// eraOf is the era that a term names; the one after the Japanese is the republic.
func eraOf(n int) eraSpan {
	if n < len(eras) {
		return eras[n]
	}
	return republic
}

// eraDate reads 令和8年12月24日, R8.12.24, 昭55/6/10.
func (p *dateParser) eraDate(i int) int {
	j := i + 1
	if p.kind(j) == dot {
		j++
	}
	year := 0
	switch p.kind(j) {
	case num:
		year = p.val(j)
		if p.t[j].digits == 6 { // S550610
			d := civil.Date{Year: eraOf(p.val(i)).first.Year + year/10000 - 1, Month: time.Month(year / 100 % 100), Day: year % 100}
			return p.inEra(eraOf(p.val(i)), d, j+1-i)
		}
	case firstYear:
		year = 1
	default:
		return 0
	}
	j++
	span := eraOf(p.val(i))
	y := span.first.Year + year - 1
	if k := p.kind(j); k == yearUnit || isSeparator(k) {
		j++
	}
	if p.kind(j) == monthName && p.isNum(j+1) { // Reiwa 8 December 24
		return p.inEra(span, civil.Date{Year: y, Month: time.Month(p.val(j)), Day: p.val(j + 1)}, j+2-i)
	}
	if month, day, n := p.dayWithMonth(j); n > 0 { // Showa 55, 10 June
		return p.inEra(span, civil.Date{Year: y, Month: time.Month(month), Day: day}, j+n-i)
	}
	if !p.isNum(j) {
		if year == 0 || y > span.last.Year {
			p.refuse(EraEnded, Detail{Era: span.name, Last: span.last, Year: y})
			return j - i
		}
		p.year = y
		p.refuse(Incomplete, Detail{Year: y})
		return j - i
	}
	month := p.val(j)
	j++
	if k := p.kind(j); k == monthUnit || isSeparator(k) {
		j++
	}
	if p.kind(j) != num && p.kind(j) != dayName {
		if p.kind(j) == endOf && month >= 1 && month <= 12 {
			p.exact(y, month, lastDay(y, time.Month(month)), said)
			return j + 1 - i
		}
		p.month, p.year = month, y
		p.refuse(Incomplete, Detail{Year: y, Month: month})
		return j - i
	}
	d := civil.Date{Year: y, Month: time.Month(month), Day: p.val(j)}
	j++
	if p.kind(j) == dayUnit {
		j++
	}
	return p.inEra(span, d, j-i)
}

// inEra adds a date said in an era, if the era had that day. n is handed back.
func (p *dateParser) inEra(span eraSpan, d civil.Date, n int) int {
	switch {
	case d.Year < span.first.Year || !d.Valid():
		p.noSuchDate(d)
	case d.Before(span.first):
		p.refuse(EraNotBegun, Detail{Era: span.name, First: span.first, Date: d})
	case span.last.Before(d):
		p.refuse(EraEnded, Detail{Era: span.name, Last: span.last, Date: d})
	default:
		p.add(d, said)
	}
	return n
}
