package understand

import (
	"strconv"
	"strings"
)

// number reads a count or any other number. Two numbers are two readings.
func (r *reading) number(f Field) Result {
	k := r.key()
	if v, ok := r.words.numbers[string(k)]; ok {
		return bounded(f, v, leaning)
	}
	if named := r.company(f); len(named.Candidates) > 0 {
		return named
	}
	if p, ok := r.alone(); ok {
		return bounded(f, p.persons, p.confidence)
	}
	t := r.tokens()
	if t.has(not) {
		return refuse(Excluded, Detail{})
	}
	list := t.all()
	res := Result{}
	for i := 0; i < len(list); i++ {
		x := list[i]
		v := x.val
		switch x.kind {
		case num, ordinal, people:
		case dayName:
			if len(list) > 1 {
				continue
			}
		case unknown:
			if x.digits > 0 { // a run of digits too long to be a number here
				return refuse(OutOfRange, Detail{Min: f.Min, Max: f.Max})
			}
			continue
		default:
			continue
		}
		if x.kind == num && i+2 < len(list) && list[i+1].kind == dot && list[i+2].kind == num && list[i+2].digits > 0 {
			return decimal(f, string(r.folded), v, leftover(t))
		}
		list[i].used = true
		if i > 0 && list[i-1].kind == dash && i == 1 {
			v = -v
		}
		if f.Min != 0 || f.Max != 0 {
			if v < f.Min || f.Max != 0 && v > f.Max {
				res.Reason, res.Detail = OutOfRange, Detail{Min: f.Min, Max: f.Max, Number: v}
				continue
			}
		}
		res.Candidates = appendCandidate(res.Candidates, strconv.Itoa(v), said)
	}
	if len(res.Candidates) == 0 {
		return res
	}
	return settle(res.Candidates, leftover(t))
}

// settle lowers confidences by what was not understood; several readings are
// never clear.
func settle(c []Candidate, factor float64) Result {
	if len(c) > 1 {
		factor *= 0.6
	}
	for i := range c {
		c[i].Confidence *= factor
	}
	return Result{Candidates: c}
}

func appendCandidate(c []Candidate, value string, confidence float64) []Candidate {
	for i := range c {
		if c[i].Value == value {
			c[i].Confidence = max(c[i].Confidence, confidence)
			return c
		}
	}
	return append(c, Candidate{value, confidence})
}

func bounded(f Field, v int, confidence float64) Result {
	if (f.Min != 0 || f.Max != 0) && (v < f.Min || f.Max != 0 && v > f.Max) {
		return refuse(OutOfRange, Detail{Min: f.Min, Max: f.Max, Number: v})
	}
	return one(strconv.Itoa(v), confidence)
}

// decimal reads 2.5 from the folded text.
func decimal(f Field, folded string, whole int, factor float64) Result {
	if f.Type != "number" {
		return refuse(NotWhole, Detail{Number: whole})
	}
	i := strings.Index(folded, strconv.Itoa(whole)+".")
	if i < 0 {
		return Result{}
	}
	s := folded[i:]
	end := strings.IndexFunc(s, func(r rune) bool { return r != '.' && (r < '0' || r > '9') })
	if end >= 0 {
		s = s[:end]
	}
	v, err := strconv.ParseFloat(strings.TrimRight(s, "."), 64)
	if err != nil {
		return Result{}
	}
	if (f.Min != 0 || f.Max != 0) && (v < float64(f.Min) || f.Max != 0 && v > float64(f.Max)) {
		return refuse(OutOfRange, Detail{Min: f.Min, Max: f.Max, Number: whole})
	}
	return one(strconv.FormatFloat(v, 'f', -1, 64), said*factor)
}

// party reads how many people come: 3名, ふたり, just me, 家族4人, and sums what
// is counted apart (大人2人と子供1人).
func (r *reading) party(f Field) Result {
	if f.Min == 0 && f.Max == 0 {
		f.Min, f.Max = 1, 99
	}
	if p, ok := r.alone(); ok {
		return bounded(f, p.persons, p.confidence)
	}
	if named := r.company(f); len(named.Candidates) > 0 || named.Reason != "" {
		return named
	}
	t := r.tokens()
	if t.has(adults) && !t.has(or) {
		sum, parts := 0, 0
		for i := range t.all() {
			x := &t.list[i]
			switch {
			case x.kind == num || x.kind == people:
				sum += x.val
				parts++
				x.used = true
			case x.kind == self:
				sum++
			case x.kind == adults && x.val > 0 && (i == 0 || t.list[i-1].kind != num):
				sum += x.val
				parts++
			}
		}
		if parts > 0 {
			return scale(bounded(f, sum, supposed), leftover(t))
		}
	}
	// A number said with the counter for people settles it.
	for i, x := range t.all() {
		if x.kind == num && i+1 < t.n && t.list[i+1].kind == person && !t.has(or) && !t.has(not) && !t.has(wave) && !t.has(dash) {
			if rest := countNumbers(t.all()); rest == 1 {
				t.list[i].used = true
				return scale(bounded(f, x.val, said), leftover(t))
			}
		}
	}
	return r.number(f)
}

// alone looks an answer up that is a number of people as a whole: just me.
func (r *reading) alone() (partyPhrase, bool) {
	k := r.key()
	if p, ok := r.words.parties[string(k)]; ok {
		return p, true
	}
	p, ok := r.words.parties[string(r.words.stripped(k))]
	return p, ok
}

func countNumbers(list []token) int {
	n := 0
	for _, x := range list {
		if x.kind == num || x.kind == people {
			n++
		}
	}
	return n
}

func scale(r Result, factor float64) Result {
	for i := range r.Candidates {
		r.Candidates[i].Confidence *= factor
	}
	return r
}
