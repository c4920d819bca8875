package understand

import "madoguchi/i18n/civil"

// Office life: an hour said without 午前/午後 is taken to lie here if only one
// of its two readings does.
const (
	dayBegins = 7 * 60
	dayEnds   = 21 * 60 // the first minute outside
)

// Parts of the day, as indexes of dayParts.
const (
	partMorning = iota
	partAfternoon
	partDaytime
	partEvening
	partNight
)

// dayParts are the parts of the day people name, in minutes since midnight. No
// counter opens before 8:00 (domain-facts 1.2).
var dayParts = [...]struct{ from, to civil.Clock }{
	partMorning:   {8 * 60, 12 * 60},
	partAfternoon: {12 * 60, 18 * 60},
	partDaytime:   {10 * 60, 16 * 60},
	partEvening:   {15 * 60, 19 * 60},
	partNight:     {17 * 60, 22 * 60},
}

type timeReading struct {
	at         civil.Clock
	confidence float64
}

// timeParser reads one time of day out of tokens.
type timeParser struct {
	t     []token
	found [4]timeReading
	n     int
	bad   bool // a time that no clock shows was said

	from, to int // the tokens read
}

func (p *timeParser) kind(i int) kind {
	if i < 0 || i >= len(p.t) || p.t[i].used {
		return unknown
	}
	return p.t[i].kind
}

func (p *timeParser) isNum(i int) bool { return p.kind(i) == num }

func (p *timeParser) add(minutes int, confidence float64) {
	at := civil.Clock(minutes)
	for i := range p.found[:p.n] {
		if p.found[i].at == at {
			return
		}
	}
	if p.n < len(p.found) {
		p.found[p.n] = timeReading{at, confidence}
		p.n++
	}
}

// scan looks for the first time of day. loose also takes a bare number as an
// hour, which only makes sense where a time was asked for.
func (p *timeParser) scan(loose bool) bool {
	for i := range p.t {
		n := p.at(i, loose)
		if p.bad {
			return false
		}
		if n == 0 {
			continue
		}
		p.from, p.to = i, i+n
		p.use()
		first := p.n
		for p.kind(p.to) == or {
			next := p.to + 1
			if p.kind(next) == atMark { // jam 9 atau jam 10
				next++
			}
			m := p.at(next, loose)
			if m == 0 {
				break
			}
			p.to = next + m
			p.use()
		}
		if p.n > first { // 10 or 10:30: for the person to say, however plain each is
			for k := range p.found[:p.n] {
				p.found[k].confidence = min(p.found[k].confidence, doubtful)
			}
		}
		return true
	}
	return false
}

func (p *timeParser) use() {
	for k := p.from; k < p.to && k < len(p.t); k++ {
		p.t[k].used = true
	}
}

// at reads a time that begins at token i and returns its length.
func (p *timeParser) at(i int, loose bool) int {
	j := i
	half12 := -1 // 0 am, 1 pm, -1 not said
	switch p.kind(i) {
	case clock:
		// 昼の12時 is one time, said twice.
		if p.t[i].val == 12*60 && p.isNum(i+1) && p.kind(i+2) == hourUnit {
			half12, j = 2, i+1
			break
		}
		if m, next := p.minutes(i + 1); p.t[i].val == 12*60 && m > 0 { // mediodía y cuarto
			p.add(12*60+m, leaning)
			return next - i
		}
		if p.t[i].val == 12*60 && p.kind(i+1) == half {
			p.add(12*60+30, leaning)
			return 2
		}
		p.add(p.t[i].val, leaning)
		return 1
	case amPM:
		half12, j = p.t[i].val, i+1
		if p.kind(j) == atMark {
			j++
		}
	case dayPart:
		half12, j = partHalf(p.t[i].val), i+1
		if k := p.kind(j); k == atMark {
			j++
		}
		if p.kind(j) == beforeHour {
			if n := p.offsetHour(j, half12); n > 0 {
				return j - i + n
			}
		}
		if !p.isNum(j) {
			return 0
		}
	case half, quarter:
		return p.relative(i)
	case beforeHour:
		return p.offsetHour(i, -1)
	case less: // 差五分三点
		n, next := p.minutes(i)
		atHour := p.kind(next) == atMark // menos diyes, alas-tres
		if atHour {
			next++
		}
		if n < 0 && p.isNum(next) && (atHour || p.kind(next+1) == hourUnit) && p.t[next].val > 0 && p.t[next].val <= 24 {
			p.putBefore(p.t[next].val, n, -1)
			if p.kind(next+1) == hourUnit {
				next++
			}
			return next + 1 - i
		}
		return 0
	case num:
	default:
		return 0
	}
	if !p.isNum(j) {
		return 0
	}
	if isCounted(p.kind(j + 1)) { // in the morning, two people
		return 0
	}
	beyond := j + 1
	if p.kind(beyond) == minuteUnit { // ten minutes to nine
		beyond++
	}
	if k := p.kind(beyond); k == past || (k == to || k == until && p.t[beyond].val == 1) && p.isNum(beyond+1) {
		return p.relative(j)
	}
	if beyond > j+1 { // in ten minutes
		return 0
	}
	hour, minute := p.t[j].val, 0
	digits := int(p.t[j].digits)
	exact := digits == 2 && hour < 10 // 08:30 is written by people who mean 24 hours
	sure := half12 >= 0
	marked := sure || p.kind(i-1) == atMark
	wroteColon := false
	j++
	switch p.kind(j) {
	case hourUnit:
		marked = true
		exact = false
		j++
		switch {
		case p.kind(j) == half:
			minute = 30
			j++
		case p.kind(j) == afterHour || p.kind(j) == plus || p.kind(j) == less:
			minute, j = p.minutes(j)
		case p.isNum(j) && p.kind(j+1) == minuteUnit:
			minute = p.t[j].val
			j += 2
		case p.isNum(j) && p.t[j].digits == 2:
			minute = p.t[j].val
			j++
		case p.isNum(j) && p.t[j].digits == 0 && p.alone(j+1): // 四点二十, 十点零五, chín giờ mười lăm
			switch v := p.t[j].val; {
			case v >= 5 && v < 60:
				minute = v
				j++
			case v == 0 && p.isNum(j+1) && p.t[j+1].val < 10:
				minute = p.t[j+1].val
				j += 2
			}
		}
		if minute > 0 && p.kind(j) == ago && p.t[j].val == 1 { // 4時15分前
			minute = -minute
			j++
		}
	case colon, dot:
		if !p.isNum(j+1) || p.t[j+1].digits != 2 {
			break
		}
		if p.kind(j) == dot && !marked && p.kind(j+2) != amPM && !loose {
			break
		}
		minute = p.t[j+1].val
		marked, wroteColon = true, true
		j += 2
		if p.kind(j) == colon && p.isNum(j+1) { // seconds
			j += 2
		}
	case half: // 3 半
		minute, marked = 30, true
		j++
	case quarter: // jam tiga seperempat
		if marked {
			minute = 15
			j++
		}
	case afterHour, plus, less: // tres menos cuarto, jam 10 lewat 15
		if m, next := p.minutes(j); next > j {
			minute, j, marked = m, next, true
		}
	case dash: // nine-thirty; nine-ten are two hours
		if loose && digits == 0 && p.isNum(j+1) && p.t[j+1].digits == 0 && p.t[j+1].val > 12 && p.t[j+1].val < 60 {
			minute, marked = p.t[j+1].val, true
			j += 2
		}
	default:
		if loose && (digits == 4 || digits == 3 && sure) { // 1330
			hour, minute = hour/100, hour%100
			marked, exact = true, true
			break
		}
		if loose && p.isNum(j) && hour < 24 && p.t[j].digits == 0 && p.t[j].val < 60 && p.t[j].val >= 10 { // two thirty
			minute, marked = p.t[j].val, true
			j++
		}
	}
	switch p.kind(j) {
	case amPM:
		half12, marked = p.t[j].val, true
		j++
	case dayPart:
		half12, marked = partHalf(p.t[j].val), true
		j++
	}
	if !marked && !loose {
		if !besideTime(p.kind(i-1)) && p.kind(i-1) != atMark && !besideTime(p.kind(j)) {
			return 0
		}
		marked = true
	}
	if minute < 0 && hour > 0 && hour < 24 {
		p.putBefore(hour, minute, half12)
		return j - i
	}
	if hour > 23 || minute > 59 || minute < 0 {
		p.bad = true
		return 0
	}
	confidence := said
	if !marked {
		confidence = doubtful
	}
	p.put(hour, minute, half12, exact, wroteColon, confidence)
	return j - i
}

// alone reports that what stands at i does not count anything, so that the number
// before it may be minutes.
func (p *timeParser) alone(i int) bool {
	if isCounted(p.kind(i)) {
		return false
	}
	switch p.kind(i) {
	case dayUnit, monthUnit, yearUnit, hourUnit, ordMark, until, wave, dash, or:
		return false
	}
	return true
}

// besideTime reports the words and signs that make a bare number a time: after
// 3, 10-12.
func besideTime(k kind) bool {
	switch k {
	case from, until, around, wave, dash, to:
		return true
	}
	return false
}

// partHalf is the half of the day, 0 or 1, or 2 for the hours around noon, some
// before it and some after.
func partHalf(part int) int {
	switch part {
	case partMorning:
		return 0
	case partDaytime:
		return 2
	}
	return 1
}

// putBefore adds the readings of an hour less some minutes. Ten to nine is in the
// morning, as nine is, and a quarter to one is not the night's.
func (p *timeParser) putBefore(hour, minutes, half12 int) {
	if half12 < 0 {
		switch hour {
		case dayEnds/60 - 12:
			half12 = 0
		case 1:
			hour = 13
		}
	}
	total := hour*60 + minutes
	p.put(total/60, total%60, half12, false, false, said)
}

// isCounted reports what a number is said of that is no hour and no minute.
func isCounted(k kind) bool {
	switch k {
	case person, adults, counted, days, weeks, months:
		return true
	}
	return false
}

// minutes reads the minutes that follow an hour at j, negative before it, and
// returns where they end; j itself if there are none.
func (p *timeParser) minutes(j int) (minutes, end int) {
	if p.kind(j) == afterHour {
		return p.t[j].val, j + 1
	}
	n := 0
	switch p.kind(j + 1) {
	case num:
		n = p.t[j+1].val
	case quarter:
		n = 15
	case afterHour: // 差一刻
		n = p.t[j+1].val
	case half:
		n = 30
	}
	if n == 0 || n > 59 {
		return 0, j
	}
	if p.kind(j) == less {
		n = -n
	}
	end = j + 2
	if p.kind(end) == minuteUnit {
		end++
	}
	return n, end
}

// offsetHour reads साढे दस बजे, jam setengah tiga: minutes, then the hour they are
// counted from. half12 is what was said before, -1 for nothing.
func (p *timeParser) offsetHour(i, half12 int) int {
	if !p.isNum(i+1) || p.t[i+1].val > 23 {
		return 0
	}
	j := i + 2
	if p.kind(j) == hourUnit {
		j++
	}
	switch p.kind(j) {
	case amPM:
		half12 = p.t[j].val
		j++
	case dayPart:
		half12 = partHalf(p.t[j].val)
		j++
	}
	hour, minutes := p.t[i+1].val, p.t[i].val
	if minutes > 0 {
		p.put(hour, minutes, half12, false, false, said)
		return j - i
	}
	if hour == 0 {
		return 0
	}
	p.putBefore(hour, minutes, half12)
	return j - i
}

// relative reads half past two, quarter to 3, 10 past 9.
func (p *timeParser) relative(i int) int {
	minutes := 30
	switch p.kind(i) {
	case quarter:
		minutes = 15
	case num:
		minutes = p.t[i].val
	}
	j := i + 1
	if p.kind(j) == minuteUnit {
		j++
	}
	sign := 1
	switch p.kind(j) {
	case past:
		j++
	case to, until:
		sign = -1
		j++
	default:
		if p.kind(i) != half { // "half two" is British for 2:30
			return 0
		}
	}
	if !p.isNum(j) || p.t[j].val > 12 || p.t[j].val < 1 || minutes > 59 {
		return 0
	}
	hour := p.t[j].val
	j++
	if p.kind(j) == hourUnit {
		j++
	}
	half12 := -1
	switch p.kind(j) {
	case amPM:
		half12 = p.t[j].val
		j++
	case dayPart:
		half12 = partHalf(p.t[j].val)
		j++
	}
	if sign < 0 {
		p.putBefore(hour, -minutes, half12)
		return j - i
	}
	p.put(hour, minutes, half12, false, false, said)
	return j - i
}

// put adds the readings of an hour. half12 is 0 for am, 1 for pm, -1 for
// neither; exact means the 24-hour clock.
func (p *timeParser) put(hour, minute, half12 int, exact, wroteColon bool, confidence float64) {
	m := hour*60 + minute
	switch {
	case half12 == 0 && hour == 12:
		// 午前12時 is noon by the decree of 1872 and midnight on the clock; a
		// counter can only mean noon.
		p.add(m, supposed)
	case half12 == 0:
		p.add(m, confidence)
	case half12 == 2 && hour < 9, half12 == 1 && hour < 12:
		p.add(m+12*60, confidence)
	case half12 == 1, exact, hour == 0, hour > 12:
		p.add(m, confidence)
	default:
		morning, evening := m, m+12*60
		if hour == 12 {
			morning, evening = minute, m
		}
		in := func(x int) bool { return x >= dayBegins && x < dayEnds }
		switch {
		case in(morning) && !in(evening):
			p.add(morning, min(confidence, leaning))
		case in(evening) && !in(morning):
			p.add(evening, min(confidence, leaning))
		case wroteColon: // 8:30 is more often the morning's
			p.add(morning, min(confidence, supposed))
			p.add(evening, 0.3)
		default:
			p.add(morning, min(confidence, 0.55))
			p.add(evening, min(confidence, 0.5))
		}
	}
}

func (r *reading) time() Result {
	t := r.tokens()
	p := timeParser{t: t.all()}
	if !p.scan(true) {
		if p.bad {
			return refuse(OutOfRange, Detail{Max: 23})
		}
		return Result{}
	}
	if t.has(not) {
		return refuse(Excluded, Detail{})
	}
	dp := r.dates(ToFuture) // 明天下午三点: the day is no part of the answer, nor in its way
	dp.scan()
	if i := p.from - 1; i >= 0 && t.list[i].kind == dayMark { // ika-10 ng umaga
		t.list[i].used = true
	}
	factor := leftover(t)
	res := Result{Candidates: make([]Candidate, 0, p.n)}
	for _, f := range p.found[:p.n] {
		res.Candidates = append(res.Candidates, Candidate{f.at.String(), f.confidence * factor})
	}
	sortCandidates(res.Candidates)
	return res
}
