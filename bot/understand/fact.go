package understand

import "madoguchi/i18n/civil"

// Facts is what a sentence tells besides what someone comes for: 「来週火曜の午前に
// カード取りに行きたい、2人で」.
type Facts struct {
	Persons int  // 0: not said
	Wish    Wish // zero: not said
	// Date is a day named, gone by or to come; zero if none, or several.
	Date civil.Date
}

// FactsOf reads them. It takes only what is said beyond doubt: a number counts
// as people with the word for them beside it, a time only with its unit.
func FactsOf(c Context, text string) Facts {
	if len(text) > maxText {
		return Facts{}
	}
	var r reading
	r.begin(c, text)
	t := r.tokens()
	var f Facts
	if t.has(not) || strange(t) || eitherOr(t) {
		return f // what it is not, or one of several: for the person to say
	}
	wish, res := r.wish() // marks what it has read
	f.Persons = persons(t)
	f.Date = wish.Date
	if res.Reason != "" || len(res.Candidates) > 1 || wish.HasWeek && wish.Week < 0 {
		return f
	}
	wish.Later, wish.Earlier, wish.Other = false, false, false // of offers not yet made
	f.Wish = wish
	return f
}

// eitherOr reports alternatives: 2人か3人. か alone also stands inside words.
func eitherOr(t *tokens) bool {
	list := t.all()
	for i := 1; i+1 < len(list); i++ {
		if list[i].kind == or && list[i-1].kind != unknown && list[i+1].kind != unknown {
			return true
		}
	}
	return false
}

// persons is the number of people said with the word for people beside it, 0 if
// none, or several that are not counted apart.
func persons(t *tokens) int {
	list := t.all()
	sum, n := 0, 0
	for i := range list {
		switch x := &list[i]; {
		case x.used:
		case x.kind == people:
			sum += x.val
			n++
		case x.kind == num && i+1 < len(list) && !list[i+1].used && (list[i+1].kind == person || list[i+1].kind == adults):
			sum += x.val
			n++
		}
	}
	if n == 1 || n > 1 && t.has(adults) {
		return sum
	}
	return 0
}
