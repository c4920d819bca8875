package understand

import (
	"time"

	"madoguchi/i18n/civil"
)

// fromDay reads today, tomorrow, and 今日から3日後.
func (p *dateParser) fromDay(i int) int {
	base := p.now.AddDays(p.val(i))
	j := i + 1
	if p.kind(j) == from {
		j++
	}
	if k := p.kind(j + 2); p.isNum(j) && (k == after || k == later) {
		today := p.now
		p.now = base
		n := p.offset(j, 1)
		p.now = today
		if n > 0 {
			return j + n + 1 - i
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

// more takes in what says "from now" once more: 2 tuần nữa tính từ hôm nay.
func (p *dateParser) more(i, n int) int {
	for p.kind(i+n) == after {
		n++
	}
	return n
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
		p.someWeekday(time.Weekday(p.val(i+1)), n)
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
	case years:
		return p.inYear(i, 2, n)
	case holiday:
		p.monthDay(p.val(i+1)/100, p.val(i+1)%100, said)
		return 2
	}
	return 0
}

// someWeekday adds "this Friday" (n 0) or "next Friday" (n 1).
func (p *dateParser) someWeekday(wd time.Weekday, n int) {
	if n == 0 {
		// "this Tuesday" said on Wednesday can only be the next one.
		d := p.weekdayOf(0, wd)
		if d.Before(p.now) && p.lean == ToFuture {
			p.add(d.AddDays(7), 0.7)
		} else {
			p.add(d, leaning)
		}
		return
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
	case relDay: // 来週の今日
		if p.val(i+n) == 0 {
			p.add(p.now.AddDays(7*week), leaning)
			return n + 1
		}
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
		week := 0
		if p.kind(i+1) == nextOne {
			week = 1
		}
		if p.kind(i+2) == weeks {
			p.add(p.weekdayOf(week, wd), said)
			return 3
		}
		p.someWeekday(wd, week) // viernes próximo, Jumat ini
		return 2
	case upcoming: // thứ ba tới
		p.add(p.nextWeekday(wd, 1), supposed)
		return 2
	case num, ordinal, monthName, era, relDay, dayMark, dayName, holiday, besideDay:
		if p.kind(i+1) == num && !p.besideHour(i+2) && p.weekdayBeside(i+1, wd) {
			return 2
		}
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
	if p.kind(j) == relDay && p.val(j) == 0 { // 다음 달 오늘
		p.add(clampDay(y, m, p.now.Day), leaning)
		return n + 1
	}
	if k := p.kind(j); (k == num || k == ordinal) && p.kind(j+1) == weekday { // 来月の第2火曜
		p.nthWeekday(y, m, p.val(j), time.Weekday(p.val(j+1)))
		return n + 2
	}
	if p.kind(j) == dayMark { // el mes que viene, el día 5
		j, n = j+1, n+1
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
func (p *dateParser) inYear(i, n, offset int) int {
	if n := p.yearThenDay(i); n > 0 {
		return n
	}
	y, j := p.now.Year+offset, i+n
	if p.isNum(j) && p.kind(j+1) == monthUnit {
		return n + 2 + p.dayAfterMonth(j+2, y, p.val(j))
	}
	if p.isNum(i+1) && isSeparator(p.kind(i+2)) && p.isNum(i+3) && p.order == monthFirst {
		p.exact(y, p.val(i+1), p.val(i+3), said)
		return 4
	}
	if p.kind(i+1) == endOf && p.val(i+1) == 0 { // 今年最後の日
		p.exact(y, 12, 31, said)
		return 2
	}
	p.year = y
	p.refuse(Incomplete, Detail{Year: y})
	return n
}

func (p *dateParser) end(i int) int {
	y, m, n := p.now.Year, p.now.Month, 1
	if k := p.kind(i - 1); k == years || k == weeks { // वर्षको अन्त्य
		return 0
	}
	switch p.kind(i + 1) {
	case relMonth:
		y, m = addMonths(p.now, p.val(i+1))
		n = 2
	case months:
		n = 2
	case relWeek:
		return 0
	case thisOne, nextOne:
		if p.kind(i+2) == weeks {
			return 0
		}
		if p.kind(i+2) == months {
			if p.kind(i+1) == nextOne {
				y, m = addMonths(p.now, 1)
			}
			n = 3
		} else if year, k := p.yearAt(i + 1); k > 0 {
			if p.val(i) != 2 {
				return 0
			}
			p.exact(year, 12, 31, said)
			return k + 1
		}
	case monthName:
		m = time.Month(p.val(i + 1))
		if m < p.now.Month && p.lean == ToFuture {
			y++
		}
		n = 2
	case years:
		if p.val(i) != 2 { // the end of the year is weeks long
			return 0
		}
		n = 2
		if p.kind(i+2) == nextOne {
			y, n = y+1, 3
		}
		p.exact(y, 12, 31, said)
		return n
	case relYear:
		if p.val(i) != 2 {
			return 0
		}
		p.exact(y+p.val(i+1), 12, 31, said)
		return 2
	case weeks:
		return 0
	}
	p.add(civil.Date{Year: y, Month: m, Day: lastDay(y, m)}, leaning)
	return n
}
