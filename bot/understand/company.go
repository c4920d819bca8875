package understand

import (
	"strconv"
	"strings"
)

// How many people are meant by who they are: "me, my wife and two kids", 夫婦と
// 子供3人, "my parents and I". The words for them are of no use elsewhere in this
// package and so have a lexicon of their own (words.company).

// company counts the people whom an answer names. The result is empty if they
// cannot be counted, or if there is nothing to count.
func (r *reading) company(f Field) Result {
	var t tokens
	r.words.company().lex(string(r.folded), &t)
	list := t.all()
	if t.has(or) || t.has(not) {
		return Result{}
	}
	sum, named, certain := 0, 0, supposed
	speaking, paired, unclear, more := false, false, false, false
	last := 0 // how many more than one the last are, by a number after them
	for i := range list {
		x := &list[i]
		if x.kind != num && x.kind != people {
			continue
		}
		if of := r.numbered(list, i); of >= 0 {
			x.used, list[of].used = true, true
			sum += x.val
			named++
			paired = paired || list[of].kind == couple // a family of four
			if of == i-1 && list[of].val > 0 && afterCounters(list, i+1) == len(list) {
				last = x.val - list[of].val
			}
		}
	}
	whole, apart := -1, -1 // said to be all of them; a number that stands by nobody
	for i := range list {
		x := &list[i]
		switch x.kind {
		case num, people:
			if x.used {
				continue
			}
			if apart >= 0 { // and another number: nobody knows
				return Result{}
			}
			apart = i
			x.used = true
			if i > 0 && list[i-1].kind == total {
				whole = x.val
			}
		case speaker:
			speaking = true
			named++
		case couple, kin, self, adults:
			if x.used {
				continue
			}
			named++
			sum += x.val
			paired = paired || x.kind == couple
			unclear = unclear || x.val == 0
		case added:
			more = true
		}
		x.used = x.used || x.kind != unknown
	}
	if speaking && !paired {
		sum++
	}
	switch {
	case named == 0:
		return Result{}
	case whole >= 0:
		sum, certain = whole, said
	case apart >= 0 && more:
		sum += list[apart].val
	case apart >= 0 && (unclear || list[apart].val == sum):
		sum, certain = list[apart].val, said
	case apart >= 0 || unclear || named == 1 && sum < 2:
		return Result{}
	}
	res := scale(bounded(f, sum, certain), leftover(&t))
	// 私と息子の二人: the two of them, or two sons.
	if last > 0 && sum-last == last+1 {
		res.Candidates = appendCandidate(res.Candidates, strconv.Itoa(sum-last), certain)
		return settle(res.Candidates, 1)
	}
	return res
}

// numbered finds whom the number at i counts: those named before it (子供2人) or
// after it (two kids). It is -1 if it stands by nobody.
func (r *reading) numbered(list []token, i int) int {
	before, after := i-1, afterCounters(list, i+1)
	if i > 0 && list[i-1].kind == total {
		return -1
	}
	if before < 0 || !countable(&list[before]) || r.parted(&list[i]) {
		before = -1
	}
	if after == len(list) || !countable(&list[after]) || r.parted(&list[after]) {
		return before
	}
	if before < 0 || list[before].val > 0 && list[after].val == 0 {
		return after
	}
	if list[after].val == 0 && (after+1 == len(list) || list[after+1].kind != num && list[after+1].kind != people) {
		return after // and it has no number after it
	}
	return before
}

// afterCounters skips the counters that belong to a number: 人, 个.
func afterCounters(list []token, i int) int {
	for i < len(list) && (list[i].kind == person || list[i].kind == counted) {
		i++
	}
	return i
}

// countable reports words for people of whom a number can be said.
func countable(x *token) bool {
	return !x.used && (x.kind == kin || x.kind == adults || x.kind == couple && x.val == 0)
}

// parted reports whether a comma stands before a token.
func (r *reading) parted(x *token) bool {
	return strings.HasSuffix(strings.TrimRight(string(r.folded[:x.at]), " "), ",")
}

// ands are the words between two people that are not passed over as fillers.
var ands = map[string]bool{"和": true, "跟": true, "与": true, "與": true, "及": true, "và": true, "với": true, "va": true, "voi": true, "र": true, "ra": true, "y": true, "dan": true, "sama": true, "at": true, "saka": true, "tsaka": true}

// Together reports whether a text names somebody beside its speaker, as in "me and
// my wife", 妻と二人で: then nobody comes in another's place.
func Together(c Context, text string) bool {
	if len(text) > maxText {
		return false
	}
	var r reading
	r.begin(c, text)
	var t tokens
	r.words.company().lex(string(r.folded), &t)
	list := t.all()
	other := func(i int) bool {
		return i >= 0 && i < len(list) && (list[i].kind == kin || list[i].kind == self || list[i].kind == adults)
	}
	and := func(i int) bool {
		if i < 0 || i+1 >= len(list) || list[i].kind != unknown {
			return false
		}
		return ands[strings.TrimSpace(string(r.folded[list[i].at:list[i+1].at]))]
	}
	for i := range list {
		switch x := &list[i]; x.kind {
		case couple:
			return true
		case speaker:
			if other(i-1) || other(i+1) || and(i+1) && other(i+2) || and(i-1) && other(i-2) {
				return true
			}
		case num, people:
			if x.val == 2 && other(i-1) && list[i-1].kind == self {
				return true
			}
		}
	}
	return false
}
