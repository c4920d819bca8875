package understand

import (
	"time"

	"madoguchi/i18n/civil"
)

// Wish is when someone would like to come, as far as they said. The engine
// turns it into offers.
type Wish struct {
	Date civil.Date // zero: no day named
	// From and To bound the time of day; a visit may begin at From and before
	// To. To is 0 if there is no bound.
	From, To civil.Clock
	// Weekday is a weekday named without a date that it settles.
	Weekday *time.Weekday
	// Week is set with HasWeek: weeks from this Monday-based week.
	Week    int
	HasWeek bool
	Month   int // a month named without a day, 1 to 12
	Year    int // the year of Month

	Later   bool // after what was offered
	Earlier bool // before what was offered
	Soonest bool // the first free time there is
	Other   bool // another day or time than offered, no matter which
}

// IsZero reports whether the wish says nothing.
func (w Wish) IsZero() bool { return w == Wish{} }

// SlotWish reads an answer to "when would you like to come". The Result carries
// the candidates YYYY-MM-DDTHH:MM when day and time are both exact, two or more
// when the words are ambiguous (a Friday named on a Friday), or the reason why
// the day cannot be. An ambiguous day leaves Wish.Date zero and is in the
// candidates as YYYY-MM-DD.
func SlotWish(c Context, text string) (Wish, Result) {
	return slot(c, Field{Type: "slot"}, text)
}

// slot also knows what was offered: values and labels of the choices come
// first.
func slot(c Context, f Field, text string) (Wish, Result) {
	var r reading
	r.begin(c, text)
	if len(f.Choices) > 0 {
		for i := range f.Choices {
			if f.Choices[i].Value == r.text {
				return Wish{}, one(f.Choices[i].Value, 1)
			}
		}
		k := r.key()
		if len(k) > 0 {
			m := matcher{choices: f.Choices, words: r.words, answer: k, core: r.words.stripped(k)}
			m.fold(r.folding())
			if m.find(whole) || m.find(polite) {
				return Wish{}, m.result()
			}
		}
		if res, ok := r.position(f.Choices); ok && !bareTime(&r) {
			return Wish{}, res
		}
	}
	w, res := r.wish()
	if len(f.Choices) > 0 && res.Reason == "" {
		if hit := w.offered(f.Choices, res); len(hit.Candidates) > 0 {
			return w, hit
		}
	}
	return w, res
}

// bareTime reports a lone number too large for a list position, such as 10.
func bareTime(r *reading) bool {
	t := r.tokens()
	return t.n == 1 && t.list[0].kind == num && t.list[0].val >= 8
}

// offered finds the offers a wish fits: exact day and time, or only the time
// when all offers lie on one day.
func (w Wish) offered(choices []Choice, res Result) Result {
	var hits []Candidate
	for _, cand := range res.Candidates {
		for i := range choices {
			v := choices[i].Value
			if n := len(v) - len(cand.Value); n > 0 && v[n:] == cand.Value && (v[n-1] == '/' || v[n-1] == 'T') {
				hits = appendCandidate(hits, v, cand.Confidence)
			}
		}
	}
	return Result{Candidates: hits}
}

// around what was said: a time "about ten" is wished half an hour either way.
const aboutMinutes = 30

func (r *reading) wish() (Wish, Result) {
	t := r.tokens()
	list := t.all()
	var w Wish
	for _, x := range list {
		switch x.kind {
		case soonest:
			w.Soonest = true
		case anyOther:
			w.Other = true
		}
	}
	tp := timeParser{t: list}
	dp := dateParser{now: r.c.Now.Date, order: r.words.order, t: list}

	hasDate := dp.scan()
	twoWishes := false
	if hasDate && t.unused(or) { // 火曜の午後か水曜の午前
		if before := dp.n; dp.scan() && dp.n > before {
			twoWishes = true
			for i := range dp.found[:dp.n] {
				dp.found[i].confidence = min(dp.found[i].confidence, 0.55)
			}
		}
	}
	hasTime := tp.scan(false)
	var end civil.Clock
	ranged := false
	if hasTime && tp.n == 1 && tp.to < len(list) && (list[tp.to].kind == wave || list[tp.to].kind == dash || list[tp.to].kind == from || list[tp.to].kind == to || list[tp.to].kind == until) {
		second := timeParser{t: list[tp.to:]}
		if second.scan(false) && second.n >= 1 {
			end, ranged = second.found[0].at, true
			for _, f := range second.found[:second.n] {
				if f.at > tp.found[0].at {
					end = f.at
					break
				}
			}
		}
	}
	for _, x := range list {
		if x.used {
			continue
		}
		switch x.kind {
		case later, after:
			w.Later = true
		case earlier:
			w.Earlier = true
		case dayPart:
			part := dayParts[x.val]
			w.From, w.To = part.from, part.to
		case amPM:
			part := dayParts[x.val]
			w.From, w.To = part.from, part.to
		}
	}

	var res Result
	now := r.c.Now
	switch {
	case hasDate && dp.n > 0:
		if t.has(not) {
			// 金曜以外, not Friday: it says what it is not. Offers of other days
			// are the best answer to it.
			return Wish{Other: true}, refuse(Excluded, Detail{Date: dp.found[0].date})
		}
		dp.dropPast(now.Date)
		if dp.n == 0 {
			return w, refuse(Past, dp.detail)
		}
	case dp.reason != "" && !dp.hasWeek && dp.month == 0:
		return w, refuse(dp.reason, dp.detail)
	case dp.hasWeek:
		w.Week, w.HasWeek = dp.week, true
	case dp.month != 0 && dp.reason == Incomplete:
		w.Month, w.Year = dp.month, dp.year
	}
	if t.has(not) && !hasTime && w.IsZero() {
		return w, res
	}
	if dp.n == 1 {
		w.Date = dp.found[0].date
	}

	factor := leftover(t)
	if dp.n == 2 && dp.found[0].date.Weekday() == dp.found[1].date.Weekday() {
		wd := dp.found[0].date.Weekday()
		w.Weekday = &wd
	}
	if twoWishes {
		w.From, w.To = 0, 0 // which time goes with which day is not known
		hasTime = false
	}
	if hasTime {
		mode := edge(list, tp.from, tp.to)
		first := tp.found[0].at
		switch {
		case ranged && end > first:
			w.From, w.To = first, end
		case mode == from:
			w.From, w.To = first, 0
		case mode == until:
			w.From, w.To = 0, first
		case mode == around:
			w.From, w.To = max(0, first-aboutMinutes), first+aboutMinutes+1
		case tp.n == 1:
			w.From, w.To = first, first+1
		}
		exact := mode == unknown && !ranged
		if exact {
			for _, f := range tp.found[:tp.n] {
				if dp.n == 0 {
					res.Candidates = append(res.Candidates, Candidate{f.at.String(), f.confidence * factor})
					continue
				}
				for _, d := range dp.found[:dp.n] {
					at := civil.DateTime{Date: d.date, Clock: f.at}
					if at.Before(now) {
						if dp.n*tp.n == 1 {
							return w, refuse(Past, Detail{Date: d.date})
						}
						continue
					}
					res.Candidates = append(res.Candidates, Candidate{at.String(), min(f.confidence, d.confidence) * factor})
				}
			}
			sortCandidates(res.Candidates)
			return w, res
		}
	}
	if dp.n > 1 {
		for _, d := range dp.found[:dp.n] {
			res.Candidates = append(res.Candidates, Candidate{d.date.String(), d.confidence * factor})
		}
		sortCandidates(res.Candidates)
	}
	return w, res
}

// dropPast removes readings gone by, keeping one of them for the hint.
func (p *dateParser) dropPast(today civil.Date) {
	kept := 0
	p.detail = Detail{Date: p.found[0].date}
	for _, f := range p.found[:p.n] {
		if !f.date.Before(today) {
			p.found[kept] = f
			kept++
		}
	}
	p.n = kept
}

// edge returns from, until or around if such a word stands beside the time.
func edge(list []token, begin, end int) kind {
	for _, i := range [2]int{end, begin - 1} {
		if i < 0 || i >= len(list) {
			continue
		}
		switch k := list[i].kind; k {
		case from, until, around:
			return k
		case after, later:
			if i == end {
				return from
			}
		case ago:
			if i == end {
				return until
			}
		}
	}
	return unknown
}
