package understand

import (
	"time"

	"madoguchi/i18n/civil"
)

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
	years shortYears
	t     []token

	found  [6]dateReading
	n      int
	reason Reason
	detail Detail

	western bool // a month was named, or the day came first: no year of an era

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

// scan looks for the first date phrase, marks its tokens used and reports
// whether it found one. Alternatives joined by "or" become further readings.
func (p *dateParser) scan() bool {
	for i := 0; i < len(p.t); i++ {
		n := p.at(i)
		if n == 0 {
			continue
		}
		n = p.named(i, p.checkWeekday(i, n))
		n = p.behind(i, n)
		p.use(i, n)
		alternatives := false
		for j := i + n; p.n > 0; {
			next := j + 1
			if p.kind(j) != or {
				if !p.listed(j) { // the 5th, 6th or 7th
					break
				}
				next = j
			}
			m := p.sameMonth(next)
			if m == 0 {
				m = p.at(next)
			}
			if m == 0 {
				break
			}
			alternatives = true
			p.use(j, next+m-j)
			j = next + m
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

// listed reports whether the token at j follows a comma in a list that ends with
// "or".
func (p *dateParser) listed(j int) bool {
	if j >= len(p.t) || !p.t[j].apart {
		return false
	}
	for k := j + 1; k < len(p.t) && k < j+5; k++ {
		if p.kind(k) == or {
			return true
		}
	}
	return false
}

// behind takes in "the day after" said behind a named day, and the today from which
// weeks were counted: 2週間後の今日.
func (p *dateParser) behind(i, n int) int {
	if p.n == 0 {
		return n
	}
	switch k := p.kind(i + n); {
	case k == daysOn, (k == later || k == earlier) && p.val(i+n) != 0:
		p.shift(0, days, p.val(i+n))
		return n + 1
	case k == relDay && p.val(i+n) == 0 && p.counts(i, n):
		if p.kind(i+n+1) == from {
			n++
		}
		return n + 1
	}
	return n
}

// counts reports whether the n tokens at i count from today.
func (p *dateParser) counts(i, n int) bool {
	for j := i; j < i+n; j++ {
		switch p.kind(j) {
		case days, weeks, months, after, ago, later:
			return true
		}
	}
	return false
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
	case thousand: // mil novecientos noventa, 3 de mayo
		return p.yearThenDay(i)
	case ordinal:
		return p.dayThenMonth(i, 1)
	case monthName:
		return p.nameThenDay(i)
	case dayName:
		if p.kind(i+1) == monthName { // a-singko ng Disyembre
			return p.dayThenMonth(i, 1)
		}
		switch p.kind(i + 1) {
		case after: // みっかご
			p.move(days, p.val(i))
			return 2
		case ago:
			p.move(days, -p.val(i))
			return 2
		}
		p.dayOfMonth(p.val(i), leaning)
		return 1
	case relDay:
		return p.fromDay(i)
	case dayMark:
		return p.markedDay(i)
	case weekdayIn:
		p.add(p.weekdayOf(p.val(i)/7-2, time.Weekday(p.val(i)%7)), said)
		return 1
	case relWeek:
		return p.inWeek(i, 1, p.val(i))
	case relMonth:
		return p.inMonth(i, 1, p.val(i))
	case relYear:
		return p.inYear(i, 1, p.val(i))
	case weekend:
		p.weekend(p.val(i))
		return 1
	case weekday:
		return p.fromWeekday(i)
	case holiday:
		return p.holiday(i)
	case besideDay:
		if n := p.beside(i+1, days, p.val(i)); n > 0 {
			return n + 1
		}
	case firstOf:
		return p.first(i)
	case lastOne, lastPeriod:
		return p.lastWeekday(i)
	case daysOn: // en ocho días
		p.move(days, p.val(i))
		return 1
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
		before := p.n
		n := p.end(i)
		if n > 0 && p.kind(i-1) == around { // about the end of the month: no day of it
			p.n = before
			p.refuse(Incomplete, Detail{})
		}
		return n
	case from: // after 3 days, sau 3 ngày; "after 3" is a time
		if p.isNum(i + 1) {
			if n := p.offset(i+1, 1); n > 0 {
				return n + 1
			}
		}
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
		if k := p.kind(i + 2); p.kind(i-1) != num && (p.kind(i+1) == relDay || p.kind(i+1) == from && k == relDay) { // a week tomorrow
			if n := p.countedFrom(i+1, p.kind(i), 1); n > 0 {
				return n + 1
			}
		}
		if p.kind(i) == weeks && p.val(i) == 1 && p.kind(i-1) != num { // Minggu, Linggo: also Sunday
			switch p.kind(i + 1) {
			case after, ago, later, nextOne, thisOne, endOf, or:
			default:
				p.t[i].kind, p.t[i].val = weekday, int(time.Sunday)
				return p.fromWeekday(i)
			}
		}
		if p.kind(i+1) == after {
			if i > 0 && p.t[i-1].kind == unknown { // vài ngày nữa: some days
				return 0
			}
			p.move(p.kind(i), 1)
			return p.more(i, 2)
		}
		if p.kind(i) == months && p.kind(i+1) == endOf { // महिनाको अन्तिम
			p.end(i + 1)
			return 2
		}
	}
	return 0
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
	if p.open() {
		factor = min(factor, doubtful)
	}
	res := Result{Candidates: make([]Candidate, 0, p.n)}
	for _, f := range p.found[:p.n] {
		res.Candidates = append(res.Candidates, Candidate{f.date.String(), f.confidence * factor})
	}
	sortCandidates(res.Candidates)
	return res
}

// open reports a day that is only the edge of what was said: 12月3日以降.
func (p *dateParser) open() bool {
	for i := 1; i < len(p.t); i++ {
		if !p.t[i-1].used || p.t[i].used {
			continue
		}
		switch x := p.t[i]; x.kind {
		case until:
			return true
		case from:
			if x.val == 1 {
				return true
			}
		}
	}
	return false
}

// leftover is the factor by which unexplained words lower a confidence. What is
// told behind a comma (Friday, it's my day off) counts as one of them.
func leftover(t *tokens) float64 {
	factor := 1.0
	told, counted, seen := false, false, false
	for i, x := range t.all() {
		if x.used {
			seen, told = true, false
			continue
		}
		if x.apart && seen {
			told, counted = true, false
		}
		if (x.kind == after || x.kind == ago) && i > 0 && !t.list[i-1].used && t.list[i-1].kind != num {
			continue // after work, not after the day
		}
		lower := 1.0
		switch x.kind {
		case unknown, num:
			lower = 0.85
		case dayMark, days, weeks, months, years, yearUnit, monthUnit, after, ago, thisOne, nextOne:
			lower = 0.6
			if told && !ofPeriod(t, i) { // my day off
				lower = 0.85
			}
		case weekdayIn, lastPeriod, relDay, relWeek, relMonth, relYear, weekday, monthName, era, holiday, besideDay, firstOf:
			lower = 0.6 // "a week on Tuesday": a date word that no rule took
		}
		if told && lower == 0.85 {
			if counted {
				continue
			}
			counted = true
		}
		factor *= lower
	}
	return max(factor, 0.4)
}

// ofPeriod reports whether the date word at i belongs to a count or points at a period:
// two weeks, next week. Alone it names no day: my day off, hôm đó.
func ofPeriod(t *tokens, i int) bool {
	beside := func(j int) kind {
		if j < 0 || j >= t.n {
			return unknown
		}
		return t.list[j].kind
	}
	switch t.list[i].kind {
	case thisOne, nextOne:
		switch beside(i + 1) {
		case days, weeks, months, years, weekday, weekend:
			return true
		}
		switch beside(i - 1) {
		case weeks, months, years, weekday, weekend:
			return true
		}
		return false
	}
	switch beside(i - 1) {
	case num, thisOne, nextOne, upcoming, lastPeriod, endOf, firstOf:
		return true
	}
	switch beside(i + 1) {
	case num, nextOne, after, ago, later:
		return true
	}
	return false
}

func sortCandidates(c []Candidate) {
	for i := 1; i < len(c); i++ {
		for j := i; j > 0 && c[j].Confidence > c[j-1].Confidence; j-- {
			c[j], c[j-1] = c[j-1], c[j]
		}
	}
}

func (r *reading) dates(lean Lean) dateParser {
	return dateParser{now: r.c.Now.Date, lean: lean, order: r.words.order, years: r.words.years, t: r.tokens().all()}
}

func (r *reading) date(lean Lean) Result {
	p := r.dates(lean)
	if strange(r.tokens()) {
		return Result{}
	}
	if !p.scan() {
		return Result{Reason: p.reason, Detail: p.detail}
	}
	p.again()
	if len(p.t) > 1 { // a time said besides is not in the way of the day
		tp := timeParser{t: p.t}
		tp.scan(false)
	}
	return p.result(r.tokens())
}

// again takes in the same day said a second time in other words: 10/12, tanggal
// sepuluh Desember.
func (p *dateParser) again() {
	if p.n == 0 {
		return
	}
	var used [maxTokens]bool
	unused := 0
	for i, x := range p.t {
		used[i] = x.used
		if !x.used {
			unused++
		}
	}
	if unused == 0 {
		return
	}
	q := dateParser{now: p.now, lean: p.lean, birth: p.birth, order: p.order, years: p.years, t: p.t}
	if q.scan() {
		kept := p.found
		n := 0
		for _, f := range p.found[:p.n] {
			for _, g := range q.found[:q.n] {
				if f.date == g.date {
					kept[n] = dateReading{f.date, max(f.confidence, g.confidence)}
					n++
				}
			}
		}
		if n > 0 {
			p.found, p.n = kept, n
			return
		}
	}
	for i := range p.t {
		p.t[i].used = used[i]
	}
}

// strange reports a day of a calendar that is not read here (मङ्सिर १५ गते); its word
// for the day, val 1, is also used with Western months.
func strange(t *tokens) bool {
	for _, x := range t.all() {
		if x.kind == strangeMonth && (x.val == 0 || !t.has(monthName)) {
			return true
		}
	}
	return false
}

// oldest is the age, in years, beyond which a birth date is a slip: the longest
// life on record is 122 years.
const oldest = 130

func (r *reading) birthDate() Result {
	p := r.dates(ToPast)
	p.birth = true
	if strange(r.tokens()) {
		return Result{}
	}
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
