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

// How sure the readings are. A date said in full leaves no doubt; one that
// leans on a convention a little; bare digits a lot.
const (
	said     = 0.95
	leaning  = 0.9
	supposed = 0.8
	doubtful = 0.6
	bare     = 0.45
)

type dateReading struct {
	date       civil.Date
	confidence float64
}

// dateParser reads one date phrase out of tokens. It keeps up to max readings.
type dateParser struct {
	now   civil.Date
	lean  Lean
	birth bool // a day without its year is not enough
	order dayOrder
	t     []token

	found  [6]dateReading
	n      int
	reason Reason
	detail Detail

	// What an incomplete phrase did say.
	week    int
	hasWeek bool
	month   int
	year    int
}

func (p *dateParser) add(d civil.Date, confidence float64) {
	for i := range p.found[:p.n] {
		if p.found[i].date == d {
			p.found[i].confidence = max(p.found[i].confidence, confidence)
			return
		}
	}
	if p.n < len(p.found) {
		p.found[p.n] = dateReading{d, confidence}
		p.n++
	}
}

func (p *dateParser) refuse(why Reason, d Detail) {
	if p.reason == "" {
		p.reason, p.detail = why, d
	}
}

func (p *dateParser) kind(i int) kind {
	if i < 0 || i >= len(p.t) || p.t[i].used {
		return unknown
	}
	return p.t[i].kind
}

func (p *dateParser) isNum(i int) bool { return p.kind(i) == num }

func (p *dateParser) val(i int) int { return p.t[i].val }

func isSeparator(k kind) bool { return k == slash || k == dot || k == dash }

// scan looks for the first date phrase, marks its tokens used and reports
// whether it found one. Alternatives joined by "or" become further readings.
func (p *dateParser) scan() bool {
	for i := 0; i < len(p.t); i++ {
		n := p.at(i)
		if n == 0 {
			continue
		}
		n = p.checkWeekday(i, n)
		p.use(i, n)
		alternatives := false
		for j := i + n; p.kind(j) == or && p.n > 0; {
			m := p.sameMonth(j + 1)
			if m == 0 {
				m = p.at(j + 1)
			}
			if m == 0 {
				break
			}
			alternatives = true
			p.use(j, m+1)
			j += m + 1
		}
		if alternatives { // however plain each is, it is for the person to say
			for k := range p.found[:p.n] {
				p.found[k].confidence = min(p.found[k].confidence, 0.55)
			}
		}
		return true
	}
	return false
}

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

func (p *dateParser) use(i, n int) {
	for k := i; k < i+n && k < len(p.t); k++ {
		p.t[k].used = true
	}
}

// checkWeekday takes in a weekday said after a date and refuses the pair if
// they do not go together.
func (p *dateParser) checkWeekday(i, n int) int {
	if p.n == 0 || p.kind(i+n) != weekday || p.t[i].kind == weekday {
		return n
	}
	p.matchWeekday(time.Weekday(p.val(i + n)))
	return n + 1
}

// matchWeekday keeps the readings that fall on wd.
func (p *dateParser) matchWeekday(wd time.Weekday) {
	kept := 0
	first := p.found[0].date
	for _, f := range p.found[:p.n] {
		if f.date.Weekday() == wd {
			p.found[kept] = f
			kept++
		}
	}
	p.n = kept
	if kept == 0 {
		p.refuse(WeekdayMismatch, Detail{Date: first})
	}
}

// at reads a date phrase that begins at token i and returns its length, 0 if
// there is none.
func (p *dateParser) at(i int) int {
	switch p.kind(i) {
	case era:
		return p.eraDate(i)
	case num:
		return p.numeric(i)
	case ordinal:
		return p.dayThenMonth(i, 1)
	case monthName:
		return p.nameThenDay(i)
	case dayName:
		p.dayOfMonth(p.val(i), leaning)
		return 1
	case relDay:
		return p.fromDay(i)
	case relWeek:
		return p.inWeek(i, 1, p.val(i))
	case relMonth:
		return p.inMonth(i, 1, p.val(i))
	case relYear:
		return p.inYear(i)
	case weekend:
		p.weekend(p.val(i))
		return 1
	case weekday:
		return p.fromWeekday(i)
	case thisOne:
		return p.modified(i, 0)
	case nextOne:
		return p.modified(i, 1)
	case upcoming:
		if p.kind(i+1) == weekday {
			p.add(p.nextWeekday(time.Weekday(p.val(i+1)), 1), supposed)
			return 2
		}
		if p.kind(i+1) == weeks {
			return p.inWeek(i, 2, 1)
		}
		if p.kind(i+1) == weekend {
			p.weekend(0)
			return 2
		}
	case endOf:
		return p.end(i)
	case within:
		if p.isNum(i + 1) {
			if n := p.offset(i+1, 1); n > 0 {
				if k := p.kind(i + 1 + n); k == after || k == later {
					n++
				}
				return n + 1
			}
		}
		if k := p.kind(i + 1); k == weeks || k == months {
			p.move(k, 1)
			return 2
		}
	case days, weeks, months: // "a week from today"
		if p.kind(i+1) == after {
			p.move(p.kind(i), 1)
			return 2
		}
	}
	return 0
}

// fromDay reads today, tomorrow, and 今日から3日後.
func (p *dateParser) fromDay(i int) int {
	base := p.now.AddDays(p.val(i))
	if p.kind(i+1) == from && p.isNum(i+2) && p.kind(i+4) == after {
		today := p.now
		p.now = base
		n := p.offset(i+2, 1)
		p.now = today
		if n > 0 {
			return n + 3
		}
	}
	p.add(base, said)
	return 1
}

// nthWeekday adds the n-th wd of a month.
func (p *dateParser) nthWeekday(y int, m time.Month, n int, wd time.Weekday) {
	first := civil.Date{Year: y, Month: m, Day: 1}
	d := first.AddDays((int(wd)-int(first.Weekday())+7)%7 + 7*(n-1))
	if n < 1 || d.Month != m {
		p.refuse(NoSuchDate, Detail{Year: y, Month: int(m)})
		return
	}
	p.add(d, leaning)
}

// offset reads "3 days", "2 weeks" at i and moves that far from today.
func (p *dateParser) offset(i, sign int) int {
	switch k := p.kind(i + 1); k {
	case days, dayUnit, weeks, months:
		p.move(k, sign*p.val(i))
		return 2
	}
	return 0
}

func (p *dateParser) move(unit kind, n int) {
	if n > 3660 || n < -3660*12 {
		return
	}
	switch unit {
	case days, dayUnit:
		p.add(p.now.AddDays(n), said)
	case weeks:
		p.add(p.now.AddDays(7*n), leaning)
	case months:
		y, m := addMonths(p.now, n)
		p.add(clampDay(y, m, p.now.Day), leaning)
	}
}

func (p *dateParser) modified(i, n int) int {
	switch p.kind(i + 1) {
	case weekday:
		wd := time.Weekday(p.val(i + 1))
		if n == 0 {
			// "this Tuesday" said on Wednesday can only be the next one.
			d := p.weekdayOf(0, wd)
			if d.Before(p.now) && p.lean == ToFuture {
				p.add(d.AddDays(7), 0.7)
			} else {
				p.add(d, leaning)
			}
			return 2
		}
		// "next Friday" is the coming one to some and the one of next week to
		// others.
		coming, nextWeek := p.nextWeekday(wd, 1), p.weekdayOf(1, wd)
		if coming == nextWeek {
			p.add(coming, leaning)
		} else {
			p.add(nextWeek, 0.55)
			p.add(coming, 0.5)
		}
		return 2
	case weeks:
		return p.inWeek(i, 2, n)
	case months:
		return p.inMonth(i, 2, n)
	case weekend:
		p.weekend(n)
		return 2
	case monthName:
		return 1 + p.nameThenDay(i+1)
	}
	return 0
}

// inWeek reads what follows "next week".
func (p *dateParser) inWeek(i, n, week int) int {
	switch p.kind(i + n) {
	case weekday:
		p.add(p.weekdayOf(week, time.Weekday(p.val(i+n))), said)
		n++
		for p.kind(i+n) == or && p.kind(i+n+1) == weekday {
			p.add(p.weekdayOf(week, time.Weekday(p.val(i+n+1))), said)
			n += 2
		}
		return n
	case weekend:
		p.weekend(week)
		return n + 1
	}
	p.week, p.hasWeek = week, true
	p.refuse(Incomplete, Detail{Week: week, HasWeek: true})
	return n
}

// weekdayOf returns a day of the Monday-based week that lies weeks from now.
func (p *dateParser) weekdayOf(week int, wd time.Weekday) civil.Date {
	sinceMonday := (int(p.now.Weekday()) + 6) % 7
	return p.now.AddDays(7*week - sinceMonday + (int(wd)+6)%7)
}

// nextWeekday returns the first wd at least least days from today.
func (p *dateParser) nextWeekday(wd time.Weekday, least int) civil.Date {
	d := p.now.AddDays(least)
	return d.AddDays((int(wd) - int(d.Weekday()) + 7) % 7)
}

func (p *dateParser) weekend(week int) {
	sat := p.weekdayOf(week, time.Saturday)
	sun := sat.AddDays(1)
	if !sat.Before(p.now) {
		p.add(sat, 0.55)
	}
	if !sun.Before(p.now) {
		p.add(sun, 0.55)
	}
}

func (p *dateParser) fromWeekday(i int) int {
	wd := time.Weekday(p.val(i))
	// "Tuesday next week", "Tuesday, 3 December"
	switch p.kind(i + 1) {
	case relWeek:
		p.add(p.weekdayOf(p.val(i+1), wd), said)
		return 2
	case nextOne, thisOne:
		if p.kind(i+2) == weeks {
			week := 0
			if p.kind(i+1) == nextOne {
				week = 1
			}
			p.add(p.weekdayOf(week, wd), said)
			return 3
		}
	case num, ordinal, monthName, era, relDay:
		if n := p.at(i + 1); n > 0 {
			if p.n > 0 {
				p.matchWeekday(wd)
			}
			return n + 1
		}
	}
	switch {
	case p.lean == ToPast:
		p.add(p.nextWeekday(wd, 0).AddDays(-7), supposed)
	case p.now.Weekday() == wd:
		p.add(p.now, 0.55)
		p.add(p.now.AddDays(7), 0.55)
	default:
		p.add(p.nextWeekday(wd, 1), leaning)
	}
	return 1
}

func addMonths(d civil.Date, n int) (year int, month time.Month) {
	m := d.Year*12 + int(d.Month) - 1 + n
	return m / 12, time.Month(m%12 + 1)
}

func lastDay(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

func clampDay(y int, m time.Month, d int) civil.Date {
	return civil.Date{Year: y, Month: m, Day: min(d, lastDay(y, m))}
}

// inMonth reads what follows "next month".
func (p *dateParser) inMonth(i, n, offset int) int {
	y, m := addMonths(p.now, offset)
	j := i + n
	if k := p.kind(j); (k == num || k == ordinal) && p.kind(j+1) == weekday { // 来月の第2火曜
		p.nthWeekday(y, m, p.val(j), time.Weekday(p.val(j+1)))
		return n + 2
	}
	switch p.kind(j) {
	case num, dayName:
		day, used := p.val(j), 1
		if k := p.kind(j + 1); k == dayUnit || k == ordMark {
			used = 2
		}
		p.exact(y, int(m), day, said)
		return n + used
	case ordinal:
		p.exact(y, int(m), p.val(j), said)
		return n + 1
	case endOf:
		p.exact(y, int(m), lastDay(y, m), said)
		return n + 1
	}
	p.month, p.year = int(m), y
	p.refuse(Incomplete, Detail{Year: y, Month: int(m)})
	return n
}

// inYear reads what follows "next year".
func (p *dateParser) inYear(i int) int {
	y := p.now.Year + p.val(i)
	if p.isNum(i+1) && p.kind(i+2) == monthUnit {
		return 3 + p.dayAfterMonth(i+3, y, p.val(i+1))
	}
	if p.kind(i+1) == monthName && p.isNum(i+2) {
		p.exact(y, p.val(i+1), p.val(i+2), said)
		return 3
	}
	p.year = y
	p.refuse(Incomplete, Detail{Year: y})
	return 1
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

func (p *dateParser) end(i int) int {
	y, m, n := p.now.Year, p.now.Month, 1
	switch p.kind(i + 1) {
	case relMonth:
		y, m = addMonths(p.now, p.val(i+1))
		n = 2
	case months:
		n = 2
	case thisOne, nextOne:
		if p.kind(i+2) == months {
			if p.kind(i+1) == nextOne {
				y, m = addMonths(p.now, 1)
			}
			n = 3
		}
	case monthName:
		m = time.Month(p.val(i + 1))
		if m < p.now.Month && p.lean == ToFuture {
			y++
		}
		n = 2
	case weeks, years:
		return 0
	}
	p.add(civil.Date{Year: y, Month: m, Day: lastDay(y, m)}, leaning)
	return n
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
			d := civil.Date{Year: eras[p.val(i)].first.Year + year/10000 - 1, Month: time.Month(year / 100 % 100), Day: year % 100}
			return p.inEra(eras[p.val(i)], d, j+1-i)
		}
	case firstYear:
		year = 1
	default:
		return 0
	}
	j++
	span := eras[p.val(i)]
	y := span.first.Year + year - 1
	if k := p.kind(j); k == yearUnit || isSeparator(k) {
		j++
	}
	if p.kind(j) == monthName && p.isNum(j+1) { // Reiwa 8 December 24
		return p.inEra(span, civil.Date{Year: y, Month: time.Month(p.val(j)), Day: p.val(j + 1)}, j+2-i)
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

func (p *dateParser) noSuchDate(d civil.Date) {
	detail := Detail{Year: d.Year, Month: int(d.Month), Day: d.Day}
	if d.Month >= 1 && d.Month <= 12 {
		y := d.Year
		if y == 0 {
			y = 2000 // a leap year: the longest this month can be
		}
		detail.Last = civil.Date{Year: d.Year, Month: d.Month, Day: lastDay(y, d.Month)}
	}
	p.refuse(NoSuchDate, detail)
}

// exact adds a date said with its year.
func (p *dateParser) exact(y, m, d int, confidence float64) {
	date := civil.Date{Year: y, Month: time.Month(m), Day: d}
	if y < 1 || y > 9999 || !date.Valid() {
		p.noSuchDate(date)
		return
	}
	p.add(date, confidence)
}

// monthDay adds a date said without its year.
func (p *dateParser) monthDay(m, d int, confidence float64) {
	if m < 1 || m > 12 || d < 1 || d > lastDay(2000, time.Month(m)) {
		p.noSuchDate(civil.Date{Month: time.Month(m), Day: d})
		return
	}
	if p.birth {
		p.refuse(Incomplete, Detail{Month: m, Day: d})
		return
	}
	p.toward(func(y int) (civil.Date, bool) {
		date := civil.Date{Year: y, Month: time.Month(m), Day: d}
		return date, date.Valid()
	}, 1, confidence)
}

// toward adds the date the field leans to among those made by of, stepping step
// years from this one. 29 February needs up to eight steps.
func (p *dateParser) toward(of func(year int) (civil.Date, bool), step int, confidence float64) {
	var next, last civil.Date
	for y := p.now.Year; y <= p.now.Year+8; y += step {
		if d, ok := of(y); ok && !d.Before(p.now) {
			next = d
			break
		}
	}
	for y := p.now.Year; y >= p.now.Year-8; y -= step {
		if d, ok := of(y); ok && !p.now.Before(d) {
			last = d
			break
		}
	}
	switch {
	case p.lean == ToPast:
		p.add(last, confidence)
	case p.lean == ToNearest && p.now.Sub(last) < next.Sub(p.now):
		p.add(last, confidence)
	default:
		p.add(next, confidence)
	}
}

// dayOfMonth adds the day of this month or the one it leans to.
func (p *dateParser) dayOfMonth(d int, confidence float64) {
	if d < 1 || d > 31 {
		p.noSuchDate(civil.Date{Day: d})
		return
	}
	if p.birth {
		p.refuse(Incomplete, Detail{Day: d})
		return
	}
	step := 1
	if p.lean == ToPast {
		step = -1
	}
	for k, tries := 0, 0; tries < 4; k, tries = k+step, tries+1 {
		y, m := addMonths(p.now, k)
		date := civil.Date{Year: y, Month: m, Day: d}
		if !date.Valid() {
			continue
		}
		if step > 0 && date.Before(p.now) || step < 0 && p.now.Before(date) {
			continue
		}
		p.add(date, confidence)
		return
	}
}

// numeric reads a phrase that begins with a number.
func (p *dateParser) numeric(i int) int {
	v, digits := p.val(i), int(p.t[i].digits)
	if prev := p.kind(i - 1); prev == colon || prev == amPM || prev == atMark || prev == until || prev == around || prev == from || prev == past || prev == to {
		return 0 // part of a time
	}
	next := p.kind(i + 1)
	switch {
	case next == yearUnit:
		return p.yearFirst(i)
	case next == monthUnit:
		n := 2
		return n + p.dayAfterMonth(i+2, 0, v)
	case next == dayUnit || next == days || next == weeks || next == months:
		return p.counted(i)
	case digits == 4 && next == monthName && p.isNum(i+2): // 1980 June 10
		p.exact(v, p.val(i+1), p.val(i+2), said)
		return 3
	case next == monthName, next == ordMark:
		return p.dayThenMonth(i, 1)
	case next == endOf && p.val(i+1) == 1:
		return 1 + p.dayAfterMonth(i+1, 0, v)
	case isSeparator(next) && p.isNum(i+2):
		return p.separated(i)
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

// counted reads 3日, 3日後, 2週間後, 3 days later.
func (p *dateParser) counted(i int) int {
	switch p.kind(i + 2) {
	case after, later:
		if n := p.offset(i, 1); n > 0 {
			return n + 1
		}
	case ago:
		if n := p.offset(i, -1); n > 0 {
			return n + 1
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
	var years [2 + len(eras)]int
	n := 0
	if y < 100 {
		years[0], years[1], n = 2000+y, 1900+y, 2
	}
	for _, e := range eras {
		years[n] = e.first.Year + y - 1
		n++
	}
	before := p.n
	for k, year := range years[:n] {
		date := civil.Date{Year: year, Month: time.Month(m), Day: d}
		if year < early || year > late || !date.Valid() || p.lean == ToPast && p.now.Before(date) {
			continue
		}
		if e := k - (n - len(eras)); e >= 0 && (date.Before(eras[e].first) || eras[e].last.Before(date)) {
			continue
		}
		p.add(date, 0.55)
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
		p.twoNumbers(a, b, func(m, d int, confidence float64) { p.shortYear(c, m, d) })
	}
	return 5
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
		if p.isNum(i+n) && p.t[i+n].digits == 4 {
			p.exact(p.val(i+n), month, day, said)
			return n + 1
		}
		p.monthDay(month, day, said)
		return n
	}
	if marked && p.kind(i+n) == weekday { // the second Tuesday of December
		wd := time.Weekday(p.val(i + n))
		n++
		y := p.now.Year
		var m time.Month
		switch {
		case p.kind(i+n) == monthName:
			m = time.Month(p.val(i + n))
			if m < p.now.Month && p.lean == ToFuture {
				y++
			}
			n++
		case p.kind(i+n) == relMonth:
			y, m = addMonths(p.now, p.val(i+n))
			n++
		case p.kind(i+n) == nextOne && p.kind(i+n+1) == months:
			y, m = addMonths(p.now, 1)
			n += 2
		default:
			return 0
		}
		p.nthWeekday(y, m, day, wd)
		return n
	}
	if marked && p.kind(i+n) == nextOne && p.kind(i+n+1) == months { // the 5th of next month
		y, m := addMonths(p.now, 1)
		p.exact(y, int(m), day, said)
		return n + 2
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
	if k := p.kind(j); k == num || k == ordinal {
		day, n := p.val(j), j+1-i
		if p.t[j].digits == 4 {
			p.month, p.year = month, day
			p.refuse(Incomplete, Detail{Year: day, Month: month})
			return n
		}
		if p.kind(j+1) == ordMark {
			n++
		}
		if p.isNum(i+n) && p.t[i+n].digits == 4 {
			p.exact(p.val(i+n), month, day, said)
			return n + 1
		}
		p.monthDay(month, day, said)
		return n
	}
	if len(p.t) == 1 || p.kind(i-1) == within || p.kind(i-1) == nextOne {
		p.month = month
		p.refuse(Incomplete, Detail{Month: month})
		return 1
	}
	return 0
}

// result turns the readings into candidates. Words that no rule took lower the
// confidence: they may say something the rules did not see.
func (p *dateParser) result(t *tokens) Result {
	if p.n == 0 {
		return Result{Reason: p.reason, Detail: p.detail}
	}
	if t.has(not) {
		return refuse(Excluded, Detail{Date: p.found[0].date})
	}
	factor := leftover(t)
	res := Result{Candidates: make([]Candidate, 0, p.n)}
	for _, f := range p.found[:p.n] {
		res.Candidates = append(res.Candidates, Candidate{f.date.String(), f.confidence * factor})
	}
	sortCandidates(res.Candidates)
	return res
}

// leftover is the factor by which unexplained words lower a confidence.
func leftover(t *tokens) float64 {
	factor := 1.0
	for _, x := range t.all() {
		if x.used {
			continue
		}
		switch x.kind {
		case unknown, num:
			factor *= 0.85
		case nextOne, lastPeriod, thisOne, days, weeks, months, years, yearUnit, monthUnit, after, ago, relDay, relWeek, relMonth, relYear, weekday, monthName, era:
			factor *= 0.6 // "a week on Tuesday": a date word that no rule took
		}
	}
	return max(factor, 0.4)
}

func sortCandidates(c []Candidate) {
	for i := 1; i < len(c); i++ {
		for j := i; j > 0 && c[j].Confidence > c[j-1].Confidence; j-- {
			c[j], c[j-1] = c[j-1], c[j]
		}
	}
}

func (r *reading) dates(lean Lean) dateParser {
	return dateParser{now: r.c.Now.Date, lean: lean, order: r.words.order, t: r.tokens().all()}
}

func (r *reading) date(lean Lean) Result {
	p := r.dates(lean)
	if !p.scan() {
		return Result{Reason: p.reason, Detail: p.detail}
	}
	return p.result(r.tokens())
}

// oldest is the age, in years, beyond which a birth date is a slip: the longest
// life on record is 122 years.
const oldest = 130

func (r *reading) birthDate() Result {
	p := r.dates(ToPast)
	p.birth = true
	if !p.scan() {
		return Result{Reason: p.reason, Detail: p.detail}
	}
	res := p.result(r.tokens())
	kept := res.Candidates[:0]
	for _, c := range res.Candidates {
		d, err := civil.ParseDate(c.Value)
		switch {
		case err != nil:
		case p.now.Before(d):
			res.Reason, res.Detail = Future, Detail{Date: d}
		case d.Year < p.now.Year-oldest:
			res.Reason, res.Detail = TooLongAgo, Detail{Date: d}
		default:
			kept = append(kept, c)
		}
	}
	if len(kept) > 0 {
		return Result{Candidates: kept}
	}
	res.Candidates = nil
	return res
}
