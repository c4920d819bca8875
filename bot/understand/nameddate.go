package understand

import (
	"time"

	"madoguchi/i18n/civil"
)

// holiday reads a day with a name. "After Christmas" and "around New Year" name
// no day.
func (p *dateParser) holiday(i int) int {
	switch p.kind(i - 1) {
	case from, until, around, weekend, weeks:
		return 0
	case within: // pagkatapos ng Pasko, but en Navidad
		if p.val(i-1) == 1 {
			return 0
		}
	}
	m, d := p.val(i)/100, p.val(i)%100
	n := 1
	switch p.kind(i + 1) {
	case after, ago: // क्रिसमस अघि
		return 0
	case days: // क्रिसमसको दिन
		n = 2
	}
	if k := p.endWithYear(i+n, m, d); k > 0 {
		return n + k
	}
	j := i + n
	if p.kind(j) == dayMark { // réveillon, dia 31
		j++
	}
	if p.isNum(j) && p.val(j) == d {
		j++
		if p.kind(j) == ordMark {
			j++
		}
		if p.kind(j) == monthName && p.val(j) == m {
			j++
		}
		return j - i
	}
	if p.kind(j) == monthName && p.val(j) == m && (p.isNum(j+1) || p.kind(j+1) == ordinal) && p.val(j+1) == d {
		return j + 2 - i
	}
	return n
}

// named takes in the name of a day said after its number: dia 24, véspera de
// Natal.
func (p *dateParser) named(i, n int) int {
	if p.n == 0 || p.kind(i+n) != holiday || p.found[0].date.Day != p.val(i+n)%100 {
		return n
	}
	if p.found[0].date.Month != time.Month(p.val(i+n)/100) {
		if p.kind(i) != dayMark && p.kind(i) != ordinal && n > 2 { // another month was said
			return n
		}
		p.n = 0
		p.monthDay(p.val(i+n)/100, p.val(i+n)%100, said)
	}
	return n + 1
}

// yearAt reads a year said behind a month or a day: 2027, nineteen eighty-two,
// mil novecientos setenta, next year. It returns the tokens read, 0 for none.
func (p *dateParser) yearAt(j int) (year, n int) {
	switch k := p.kind(j); k {
	case num:
		v, next := p.val(j), 0
		if p.t[j].digits == 4 {
			return v, 1
		}
		if p.t[j].digits > 0 {
			return 0, 0
		}
		if p.isNum(j+1) && p.t[j+1].digits == 0 {
			next = p.val(j + 1)
		}
		if v >= 1800 && v < 2200 && (v != 2000 || next == 0 || p.t[j+1].apart) { // two thousand and one
			return v, 1
		}
		if v == 19 && p.kind(j+1) == afterHour && p.val(j+1) > 0 && p.val(j+1) < 10 { // nineteen oh five
			return 1900 + p.val(j+1), 2
		}
		if v >= 18 && v <= 20 && next >= 10 && next < 100 {
			return v*100 + next, 2
		}
		if v == 5 && next > 0 { // năm is also the word for the year
			if y, n := p.yearAt(j + 1); n > 0 {
				return y, n + 1
			}
		}
		return p.yearInDigits(j)
	case thousand:
		if p.val(j) == 1000 && p.isNum(j+1) && p.t[j+1].digits == 0 && p.val(j+1) >= 800 && p.val(j+1) < 1000 {
			return 1000 + p.val(j+1), 2
		}
	case relYear:
		return p.now.Year + p.val(j), 1
	case thisOne, nextOne:
		if p.kind(j+1) != years {
			break
		}
		if k == nextOne {
			return p.now.Year + 1, 2
		}
		return p.now.Year, 2
	case years: // del año 1975
		if y, n := p.yearAt(j + 1); n > 0 && p.isNum(j+1) {
			return y, n + 1
		}
	}
	return 0, 0
}

// yearInDigits reads a year said digit by digit: một chín chín hai.
func (p *dateParser) yearInDigits(j int) (year, n int) {
	for p.isNum(j+n) && p.t[j+n].digits == 0 && p.val(j+n) < 10 {
		year = year*10 + p.val(j+n)
		if n++; n > 4 {
			return 0, 0
		}
	}
	if year < 1000 || year > 2999 {
		return 0, 0
	}
	return year, n
}

// dayWithMonth reads a day and its month, in words: ngày 14 tháng 2, the 10th of June.
func (p *dateParser) dayWithMonth(i int) (month, day, n int) {
	j := i
	for p.kind(j) == dayMark {
		j++
	}
	if k := p.kind(j); k != num && k != ordinal && k != dayName {
		return 0, 0, 0
	}
	m := j + 1
	if p.kind(m) == ordMark {
		m++
	}
	if p.kind(m) != monthName {
		return 0, 0, 0
	}
	return p.val(m), p.val(j), m + 1 - i
}

// yearThenDay reads a day named behind its year: 1980 June 10, nineteen eighty, the
// 10th of June, năm 2001 tháng 3 ngày 5.
func (p *dateParser) yearThenDay(i int) int {
	y, n := p.yearAt(i)
	if n == 0 {
		return 0
	}
	j := i + n
	if p.kind(j) == years {
		j++
	}
	if month, day, n := p.dayWithMonth(j); n > 0 {
		p.exact(y, month, day, said)
		return j + n - i
	}
	if p.kind(j) != monthName {
		return 0
	}
	at := j + 1
	for k := p.kind(at); k == dayMark || k == months; k = p.kind(at) {
		at++
	}
	if k := p.kind(at); k == num || k == ordinal || k == dayName {
		p.exact(y, p.val(j), p.val(at), said)
		return at + 1 - i
	}
	return 0
}

// endWithYear adds the day just said, with the year behind it if there is one. j is
// where the year may stand; it returns how many tokens the year took.
func (p *dateParser) endWithYear(j, month, day int) int {
	if y, n := p.yearAt(j); n > 0 {
		p.exact(y, month, day, said)
		return n
	}
	if p.kind(j) == era && p.isNum(j+1) { // June 10, Showa 55
		span := eraOf(p.val(j))
		n := 2
		if p.kind(j+2) == yearUnit {
			n = 3
		}
		return p.inEra(span, civil.Date{Year: span.first.Year + p.val(j+1) - 1, Month: time.Month(month), Day: day}, n)
	}
	n := 0
	if p.kind(j) == years { // tahun 97
		j, n = j+1, 1
	}
	if p.birth && p.isNum(j) && (p.t[j].digits == 2 || p.t[j].digits == 0 && p.val(j) >= 20 && p.val(j) < 100) { // 7 de julio del 88
		p.western = true
		p.shortYear(p.val(j), month, day)
		return n + 1
	}
	p.monthDay(month, day, said)
	return 0
}

// countedFrom reads, at j, what a count of days, weeks or months starts from: from
// tomorrow, after Christmas, or tomorrow alone (two weeks tomorrow).
func (p *dateParser) countedFrom(j int, unit kind, count int) int {
	n := 0
	switch p.kind(j) {
	case from:
		n = 1
	case until:
		n, count = 1, -count
	case relDay:
	default:
		return 0
	}
	if m := p.beside(j+n, unit, count); m > 0 {
		return n + m
	}
	return 0
}

// beside reads the date at j and moves it on.
func (p *dateParser) beside(j int, unit kind, count int) int {
	before, n := p.n, 0
	switch k := p.kind(j); {
	case k == holiday:
		n = 1 + p.endWithYear(j+1, p.val(j)/100, p.val(j)%100)
	case k == num && p.kind(j+1) != monthName && p.kind(j+1) != ordMark:
	case k == num, k == relDay, k == monthName, k == ordinal, k == weekday, k == dayMark, k == dayName:
		n = p.at(j)
	}
	if n == 0 || p.n == before {
		p.n = before
		return 0
	}
	p.shift(before, unit, count)
	return n
}

// shift moves the readings from the one at first on.
func (p *dateParser) shift(first int, unit kind, count int) {
	for k := range p.found[first:p.n] {
		f := &p.found[first+k]
		switch unit {
		case days:
			f.date = f.date.AddDays(count)
		case weeks:
			f.date = f.date.AddDays(7 * count)
		case months:
			y, m := addMonths(f.date, count)
			f.date = clampDay(y, m, f.date.Day)
		}
	}
}

// monthAt reads the month that something is the nth or the last of: of December, in
// December, of next month. It returns the tokens read, 0 for none.
func (p *dateParser) monthAt(j int) (year int, month time.Month, n int) {
	y := p.now.Year
	if p.kind(j) == within && p.kind(j+1) == monthName {
		y, m, n := p.monthAt(j + 1)
		return y, m, n + 1
	}
	switch p.kind(j) {
	case monthName:
		m := time.Month(p.val(j))
		if m < p.now.Month && p.lean == ToFuture {
			y++
		}
		return y, m, 1
	case relMonth:
		y, m := addMonths(p.now, p.val(j))
		return y, m, 1
	case months:
		return y, p.now.Month, 1
	case nextOne, thisOne:
		if p.kind(j+1) != months {
			break
		}
		step := 0
		if p.kind(j) == nextOne {
			step = 1
		}
		y, m := addMonths(p.now, step)
		return y, m, 2
	}
	return 0, 0, 0
}

// lastWeekday reads the last Friday of a month.
func (p *dateParser) lastWeekday(i int) int {
	if p.kind(i+1) != weekday {
		return 0
	}
	y, m, n := p.monthAt(i + 2)
	if n == 0 {
		return 0
	}
	d := civil.Date{Year: y, Month: m, Day: lastDay(y, m)}
	d = d.AddDays(-((int(d.Weekday()) - p.val(i+1) + 7) % 7))
	p.exact(d.Year, int(d.Month), d.Day, leaning)
	return n + 2
}

// first reads the first day of a month or year.
func (p *dateParser) first(i int) int {
	y, m := p.now.Year, p.now.Month
	switch p.kind(i + 1) {
	case relMonth:
		y, m = addMonths(p.now, p.val(i+1))
	case monthName:
		if year, n := p.yearAt(i + 2); n > 0 {
			p.exact(year, p.val(i+1), 1, said)
			return n + 2
		}
		p.monthDay(p.val(i+1), 1, said)
		return 2
	case months:
		if p.kind(i+2) == nextOne {
			y, m = addMonths(p.now, 1)
			p.exact(y, int(m), 1, said)
			return 3
		}
		p.dayOfMonth(1, leaning)
		return 2
	case nextOne, thisOne:
		if y, n := p.yearAt(i + 1); n > 0 {
			p.exact(y, 1, 1, said)
			return n + 1
		}
		if p.kind(i+2) != months {
			return 0
		}
		if p.kind(i+1) == nextOne {
			y, m = addMonths(p.now, 1)
		}
		p.exact(y, int(m), 1, said)
		return 3
	case relYear:
		p.exact(y+p.val(i+1), 1, 1, said)
		return 2
	case years:
		p.monthDay(1, 1, said)
		return 2
	default:
		return 0
	}
	p.exact(y, int(m), 1, said)
	return 2
}

// weekdayBeside reads a day of the month said with its weekday alone, if they go
// together: Saturday 28, el 28 sábado. i is the number.
func (p *dateParser) weekdayBeside(i int, wd time.Weekday) bool {
	d := p.val(i)
	if p.birth || p.t[i].digits == 0 || p.t[i].digits > 2 || d < 1 || d > 31 {
		return false
	}
	before := p.n
	p.dayOfMonth(d, leaning)
	if p.n > before && p.found[p.n-1].date.Weekday() == wd {
		return true
	}
	p.n = before
	return false
}
