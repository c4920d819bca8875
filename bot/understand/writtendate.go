package understand

import (
	"time"

	"madoguchi/i18n/civil"
)

func isSeparator(k kind) bool { return k == slash || k == dot || k == dash }

// sameMonth reads the second day of 12月3日か4日, "Dec 3 or 4": a day of the
// month just named.
func (p *dateParser) sameMonth(i int) int {
	k := p.kind(i)
	if k != num && k != dayName && k != ordinal {
		return 0
	}
	n := 1
	switch p.kind(i + 1) {
	case dayUnit, ordMark:
		n = 2
		if after := p.kind(i + 2); after == monthName || after == relMonth {
			return 0
		}
	case unknown, or, weekday, from, until, amPM, dayPart:
	default:
		return 0
	}
	last := p.found[p.n-1].date
	p.exact(last.Year, int(last.Month), p.val(i), said)
	return n
}

// dayAfterMonth reads the day that follows year and month; year 0 means none
// was said. It returns the tokens read.
func (p *dateParser) dayAfterMonth(j, year, month int) int {
	put := func(day int) {
		if year == 0 {
			p.monthDay(month, day, said)
		} else {
			p.exact(year, month, day, said)
		}
	}
	switch p.kind(j) {
	case num, dayName, ordinal:
		if k := p.kind(j + 1); k == hourUnit || k == colon {
			break
		}
		if p.kind(j+1) == weekday && month >= 1 && month <= 12 { // 12月第2火曜
			y := year
			if y == 0 {
				y = p.now.Year
				if month < int(p.now.Month) && p.lean == ToFuture {
					y++
				}
			}
			p.nthWeekday(y, time.Month(month), p.val(j), time.Weekday(p.val(j+1)))
			return 2
		}
		put(p.val(j))
		if k := p.kind(j + 1); k == dayUnit || k == ordMark {
			return 2
		}
		return 1
	case endOf:
		if month < 1 || month > 12 {
			break
		}
		y := year
		if y == 0 {
			y = p.now.Year
			if month < int(p.now.Month) && p.lean == ToFuture {
				y++
			}
		}
		p.exact(y, month, lastDay(y, time.Month(month)), said)
		return 1
	}
	if month < 1 || month > 12 {
		p.refuse(NoSuchDate, Detail{Year: year, Month: month})
		return 0
	}
	p.month, p.year = month, year
	p.refuse(Incomplete, Detail{Year: year, Month: month})
	return 0
}

// besideTime reports a number that something before it makes part of a time.
func (p *dateParser) besideTime(i int) bool {
	switch p.kind(i - 1) {
	case amPM, atMark, until, around, from, past, to:
		return true
	}
	return false
}

// besideHour reports that what stands at i makes the number before it an hour.
func (p *dateParser) besideHour(i int) bool {
	switch p.kind(i) {
	case hourUnit, minuteUnit, colon, dot, amPM, dayPart, half, afterHour, plus, less, past, to, slash, dash, wave, monthName, monthUnit, ordMark, num, days, weeks, months, person, people, adults, counted, or:
		return true
	}
	return false
}

// numeric reads a phrase that begins with a number.
func (p *dateParser) numeric(i int) int {
	v, digits := p.val(i), int(p.t[i].digits)
	switch p.kind(i + 1) {
	case ordMark, monthName, dayUnit, monthUnit, yearUnit: // around the 10th
	default:
		if p.besideTime(i) {
			return 0 // part of a time
		}
	}
	if p.kind(i-1) == colon && p.isNum(i-2) {
		return 0
	}
	if n := p.yearThenDay(i); n > 0 {
		return n
	}
	next := p.kind(i + 1)
	if p.birth && digits == 2 && v > 31 { // năm 88, ngày 14 tháng 2
		if month, day, n := p.dayWithMonth(i + 1); n > 0 {
			p.shortYear(v, month, day)
			return n + 1
		}
	}
	switch {
	case next == yearUnit:
		return p.yearFirst(i)
	case next == monthUnit:
		if year, n := p.yearBehind(i + 2); n > 0 {
			p.exact(year, v, p.val(i+2), said)
			return 2 + n
		}
		return 2 + p.dayAfterMonth(i+2, 0, v)
	case next == dayUnit || next == days || next == weeks || next == months:
		return p.counted(i)
	case next == monthName, next == ordMark:
		return p.dayThenMonth(i, 1)
	case next == weekday && !p.besideTime(i) && p.weekdayBeside(i, time.Weekday(p.val(i+1))):
		return 2
	case (next == thisOne || next == nextOne) && p.kind(i+2) == months && v <= 31: // 28 of this month
		step := 0
		if next == nextOne {
			step = 1
		}
		y, m := addMonths(p.now, step)
		p.exact(y, int(m), v, said)
		return 3
	case isSeparator(next) && p.kind(i+2) == monthName: // 31-Dec-1979
		return p.namedBetween(i)
	case next == relMonth: // dia 5 do mês que vem
		y, m := addMonths(p.now, p.val(i+1))
		p.exact(y, int(m), v, said)
		return 2
	case next == endOf && p.val(i+1) == 1:
		return 1 + p.dayAfterMonth(i+1, 0, v)
	case isSeparator(next) && p.isNum(i+2):
		return p.separated(i)
	case digits == 8 && v/10000 < 1800 && p.order != monthFirst: // 03051990
		p.twoNumbers(v/1000000, v/10000%100, func(m, d int, confidence float64) { p.exact(v%10000, m, d, confidence) })
		return 1
	case digits == 8:
		p.exact(v/10000, v/100%100, v%100, said)
		return 1
	case digits == 4:
		if len(p.t) == 1 { // 1203
			p.monthDay(v/100, v%100, doubtful)
			p.reason = ""
			if p.n > 0 {
				return 1
			}
		}
		if p.isNum(i+1) && p.isNum(i+2) { // 2026 12 3
			p.exact(v, p.val(i+1), p.val(i+2), leaning)
			return 3
		}
	case p.isNum(i+1) && p.t[i+1].digits == 4 && len(p.t) == 2:
		return 0
	case len(p.t) == 1 && digits <= 2 && v >= 1 && v <= 31:
		p.dayOfMonth(v, bare)
		return 1
	}
	return 0
}

// yearBehind finds the year behind the day at j, 7月7日、1999年, and returns it with
// the tokens of both; 0 tokens if there is none.
func (p *dateParser) yearBehind(j int) (year, n int) {
	if k := p.kind(j); k != num && k != dayName {
		return 0, 0
	}
	k := j + 1
	if p.kind(k) == dayUnit {
		k++
	}
	switch {
	case p.isNum(k) && p.val(k) >= 1000 && p.kind(k+1) == yearUnit:
		return p.val(k), k + 2 - j
	case p.kind(k) == relYear:
		return p.now.Year + p.val(k), k + 1 - j
	case p.kind(k) == era && p.isNum(k+1) && p.kind(k+2) == yearUnit:
		year := eraOf(p.val(k)).first.Year + p.val(k+1) - 1
		if year <= eraOf(p.val(k)).last.Year {
			return year, k + 3 - j
		}
	}
	return 0, 0
}

// markedDay reads "ngày 3", "dia 3/12", "tanggal 3 Desember": a mark and the date
// behind it.
func (p *dateParser) markedDay(i int) int {
	if p.kind(i+1) == dayMark { // ngày mùng 3
		i++
		if n := p.markedDay(i); n > 0 {
			return n + 1
		}
		return 0
	}
	if p.kind(i+1) != num && p.kind(i+1) != ordinal {
		return 0
	}
	before := p.n
	if n := p.at(i + 1); n > 0 && (n > 1 || p.kind(i+1) == ordinal) {
		return n + 1
	}
	p.n = before
	if p.kind(i+2) == nextOne && p.kind(i+3) == months {
		y, m := addMonths(p.now, 1)
		p.exact(y, int(m), p.val(i+1), said)
		return 4
	}
	p.dayOfMonth(p.val(i+1), leaning)
	return 2
}

// counted reads 3日, 3日後, 2週間後, 3 days later.
func (p *dateParser) counted(i int) int {
	switch p.kind(i + 2) {
	case after, later:
		if p.kind(i+1) == weeks && p.kind(i+3) == weekday { // 2週間後の金曜
			p.add(p.weekdayOf(p.val(i), time.Weekday(p.val(i+3))), leaning)
			return 4
		}
		if n := p.offset(i, 1); n > 0 {
			return p.more(i, n+1)
		}
	case ago:
		if n := p.offset(i, -1); n > 0 {
			return n + 1
		}
	case from, until, relDay: // two weeks from tomorrow
		if k := p.kind(i + 1); k != dayUnit {
			if n := p.countedFrom(i+2, k, p.val(i)); n > 0 {
				return n + 2
			}
		}
	}
	if p.kind(i+1) == dayUnit {
		p.dayOfMonth(p.val(i), leaning)
		return 2
	}
	return 0
}

// yearFirst reads 2026年12月3日, 8年12月24日, 80年6月10日.
func (p *dateParser) yearFirst(i int) int {
	j := i + 2
	if k := p.kind(j); k == after || k == ago {
		return 0
	}
	if p.kind(j) == monthName && p.isNum(j+1) { // 1999年の元日
		n := 4
		if p.kind(j+2) == dayUnit {
			n++
		}
		if p.val(i) >= 1000 {
			p.exact(p.val(i), p.val(j), p.val(j+1), said)
		} else {
			p.shortYear(p.val(i), p.val(j), p.val(j+1))
		}
		return n
	}
	if !p.isNum(j) || p.kind(j+1) != monthUnit {
		if p.t[i].val >= 1000 {
			p.year = p.val(i)
			p.refuse(Incomplete, Detail{Year: p.val(i)})
			return 2
		}
		return 0
	}
	month := p.val(j)
	y := p.val(i)
	if y >= 1000 {
		return 4 + p.dayAfterMonth(j+2, y, month)
	}
	if k := p.kind(j + 2); k != num && k != dayName {
		p.month = month
		p.refuse(Incomplete, Detail{Month: month})
		return 4
	}
	p.shortYear(y, month, p.val(j+2))
	if p.kind(j+3) == dayUnit {
		return 6
	}
	return 5
}

// shortYear adds the readings of a year of one or two digits: of this century,
// of the last one, and of each era, as far as the field can mean them.
func (p *dateParser) shortYear(y, m, d int) {
	early := p.now.Year - 1
	late := p.now.Year + 10
	if p.lean == ToPast {
		early, late = p.now.Year-110, p.now.Year
	}
	before := p.n
	put := func(year int, span eraSpan) {
		date := civil.Date{Year: year, Month: time.Month(m), Day: d}
		if year < early || year > late || !date.Valid() || p.lean == ToPast && p.now.Before(date) ||
			date.Before(span.first) || span.last.Before(date) {
			return
		}
		p.add(date, 0.55)
	}
	if y < 100 {
		put(2000+y, anyTime)
		put(1900+y, anyTime)
	}
	if (!p.birth || p.years == inEras) && !p.western {
		for _, e := range eras {
			put(e.first.Year+y-1, e)
		}
	}
	if p.years == inRepublic {
		put(republic.first.Year+y-1, republic)
	}
	switch p.n - before {
	case 0:
		p.noSuchDate(civil.Date{Month: time.Month(m), Day: d})
	case 1:
		p.found[before].confidence = supposed
	}
}

// separated reads 12/3, 2026/12/3, 3.12.2026, 55/6/10.
func (p *dateParser) separated(i int) int {
	a, b := p.val(i), p.val(i+2)
	sep := p.kind(i + 1)
	if p.kind(i+3) == hourUnit || p.kind(i+3) == colon {
		return 0 // a range of times: 10-12時
	}
	if p.kind(i+3) != sep || !p.isNum(i+4) {
		if p.t[i].digits == 4 {
			p.month, p.year = b, a
			p.refuse(Incomplete, Detail{Year: a, Month: b})
			return 3
		}
		if y, n := p.yearAt(i + 3); n > 0 && p.order == dayFirst && sep == slash { // 3 do 5 de 1990
			p.exact(y, b, a, said)
			return 3 + n
		}
		p.twoNumbers(a, b, func(m, d int, confidence float64) { p.monthDay(m, d, confidence) })
		return 3
	}
	c := p.val(i + 4)
	switch {
	case p.t[i].digits >= 4:
		p.exact(a, b, c, said)
	case p.t[i+4].digits >= 4:
		p.twoNumbers(a, b, func(m, d int, confidence float64) { p.exact(c, m, d, confidence) })
	case p.order == monthFirst:
		p.shortYear(a, b, c)
	default:
		p.western = true
		p.twoNumbers(a, b, func(m, d int, confidence float64) { p.shortYear(c, m, d) })
	}
	return 5
}

// namedBetween reads 31-Dec-1979 and 1979-Dec-31.
func (p *dateParser) namedBetween(i int) int {
	a, month := p.val(i), p.val(i+2)
	if !isSeparator(p.kind(i+3)) || !p.isNum(i+4) {
		p.monthDay(month, a, said)
		return 3
	}
	if p.t[i].digits == 4 {
		p.exact(a, month, p.val(i+4), said)
		return 5
	}
	return 4 + p.endWithYear(i+4, month, a)
}

// twoNumbers reads a/b as month and day in the order of the language.
func (p *dateParser) twoNumbers(a, b int, put func(m, d int, confidence float64)) {
	switch {
	case p.order == monthFirst:
		put(a, b, leaning)
	case a > 12 && b <= 12:
		put(b, a, leaning)
	case b > 12:
		put(a, b, leaning)
	case p.order == dayFirst:
		put(b, a, leaning)
	case a == b:
		put(a, b, leaning)
	default:
		put(a, b, 0.55)
		put(b, a, 0.55)
	}
}

// dayThenMonth reads "3 December 2026", "3rd of December", "the 3rd"; i is the
// number, n the tokens it takes.
func (p *dateParser) dayThenMonth(i, n int) int {
	day := p.val(i)
	marked := p.kind(i) == ordinal
	if p.kind(i+n) == ordMark {
		n++
		marked = true
	}
	if p.kind(i+n) == monthName {
		month := p.val(i + n)
		n++
		return n + p.endWithYear(i+n, month, day)
	}
	if marked && p.kind(i+n) == weekday { // the second Tuesday of December
		wd := time.Weekday(p.val(i + n))
		n++
		y, m, k := p.monthAt(i + n)
		if k == 0 || p.kind(i+n) == months {
			return 0
		}
		n += k
		p.nthWeekday(y, m, day, wd)
		return n
	}
	if k := p.kind(i + n); marked && (k == nextOne || k == thisOne) && p.kind(i+n+1) == months { // the 5th of next month
		step := 0
		if k == nextOne {
			step = 1
		}
		y, m := addMonths(p.now, step)
		p.exact(y, int(m), day, said)
		return n + 2
	}
	if marked && p.kind(i+n) == months { // the 28th of the month
		p.dayOfMonth(day, leaning)
		return n + 1
	}
	if marked && day <= 31 && (p.kind(i+n) != num || p.t[i+n].digits > 0) { // "the second one" is no date
		p.dayOfMonth(day, supposed)
		return n
	}
	return 0
}

// nameThenDay reads "December 3rd, 2026", "Dec 3". A month alone counts only as
// the whole answer, because "may" is also a verb.
func (p *dateParser) nameThenDay(i int) int {
	month := p.val(i)
	j := i + 1
	if p.kind(j) == dot { // Dec. 3
		j++
	}
	if k := p.kind(j); (k == months || k == dayMark) && !p.t[j].used { // डिसेम्बर महिनाको ५, tháng 6 ngày 19
		if next := p.kind(j + 1); next == num || next == ordinal {
			j++
		}
	}
	if k := p.kind(j); k == num || k == ordinal || k == dayName { // じゅうにがつ みっか
		day, n := p.val(j), j+1-i
		if p.t[j].digits == 4 && p.kind(j+1) == dayMark && p.isNum(j+2) { // tháng 3 năm 1990 ngày 5
			p.exact(day, month, p.val(j+2), said)
			return j + 3 - i
		}
		if p.t[j].digits == 4 {
			p.month, p.year = month, day
			p.refuse(Incomplete, Detail{Year: day, Month: month})
			return n
		}
		if k := p.kind(j + 1); k == ordMark || k == dayUnit {
			n++
		}
		return n + p.endWithYear(i+n, month, day)
	}
	if p.kind(j) == endOf { // डिसेम्बरको अन्तिम दिन
		return j - i + p.dayAfterMonth(j, 0, month)
	}
	if len(p.t) == 1 || p.kind(i-1) == within || p.kind(i-1) == nextOne {
		p.month = month
		p.refuse(Incomplete, Detail{Month: month})
		return 1
	}
	return 0
}
