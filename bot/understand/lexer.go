package understand

import (
	"strings"
	"unicode/utf8"
)

// kind is what a piece of a phrase means, whatever the language.
type kind uint8

// The meanings a language's terms can have. The grammar in date.go, time.go and
// number.go is written over these, so a language adds words, not grammar.
const (
	unknown kind = iota
	filler       // carries nothing: の, the, please
	num          // val is the number
	ordinal      // val is the number: first, 1番目
	ordMark      // makes the number beside it an ordinal: st, nd, 番目
	lastOne      // the last of the choices

	slash
	dot
	dash
	colon
	wave

	yearUnit   // 年
	monthUnit  // 月
	dayUnit    // 日
	days       // days, 日間
	weeks      // week, weeks, 週間
	months     // month, months, か月
	years      // year, years
	era        // val indexes eras
	firstYear  // 元
	monthName  // val 1–12
	weekday    // val 0 (Sunday) to 6
	dayName    // val 1–31: ついたち
	relDay     // val days from today
	relWeek    // val weeks from this week
	relMonth   // val months from this month
	relYear    // val years from this year
	thisOne    // this Friday, this week
	nextOne    // next Friday, next week
	upcoming   // 次の, 今度の: the first one to come
	lastPeriod // last week
	weekend    // Saturday or Sunday
	endOf      // the last day of what stands beside it, or of this month; val 1 if it names the month unit (月末)
	within     // in 3 days
	after      // 後: 3 days from now
	ago        // 前: 3 days ago; before 10 o'clock

	hourUnit
	minuteUnit
	half
	quarter
	past
	to
	amPM    // val 0 or 1
	clock   // val minutes: noon
	dayPart // val indexes dayParts
	from    // not earlier than
	until   // not later than
	around  // about
	atMark  // at: what follows is a time

	later
	earlier
	soonest
	anyOther // another day
	or
	not

	person   // counter for people
	people   // val is the number: ふたり
	adults   // counted beside children
	self     // one person named, beside counted ones: 私, my wife
	counted  // counter for things
	thousand // val is the factor: 千, hundred
)

// term is one word or fixed expression of a language.
type term struct {
	text string
	kind kind
	val  int
}

// lexicon finds terms in folded text. It is built once per language.
type lexicon struct {
	byFirst map[rune][]term // longest first
}

func newLexicon(lists ...[]term) *lexicon {
	l := &lexicon{byFirst: map[rune][]term{}}
	seen := map[string]bool{}
	for _, list := range lists {
		for _, t := range list {
			t.text = Fold(t.text)
			id := t.text
			if t.kind == era {
				id += "\x00" // a letter may be both an era and a unit: H30, 13h30
			}
			if seen[id] || t.text == "" {
				continue // the language asked for wins over the later ones
			}
			seen[id] = true
			first, _ := utf8.DecodeRuneInString(t.text)
			l.byFirst[first] = append(l.byFirst[first], t)
		}
	}
	for _, list := range l.byFirst {
		sortByLength(list)
	}
	return l
}

func sortByLength(list []term) {
	for i := 1; i < len(list); i++ {
		for j := i; j > 0 && before(list[j], list[j-1]); j-- {
			list[j], list[j-1] = list[j-1], list[j]
		}
	}
}

func before(a, b term) bool {
	if len(a.text) != len(b.text) {
		return len(a.text) > len(b.text)
	}
	return a.kind == era && b.kind != era
}

type token struct {
	kind   kind
	digits uint8 // of a number written in digits
	used   bool
	val    int
}

// maxTokens bounds the work on one answer; what follows is ignored. The longest
// useful answer in the tests has 14.
const maxTokens = 40

type tokens struct {
	list  [maxTokens]token
	n     int
	alien int // pieces no language knows
	meant int // fillers dropped
}

func (t *tokens) all() []token { return t.list[:t.n] }

func (t *tokens) has(k kind) bool {
	for _, x := range t.all() {
		if x.kind == k {
			return true
		}
	}
	return false
}

func (t *tokens) unused(k kind) bool {
	for _, x := range t.all() {
		if x.kind == k && !x.used {
			return true
		}
	}
	return false
}

// lex splits folded text into tokens; fillers are dropped, unknown pieces kept
// as one token each.
func (l *lexicon) lex(folded string, out *tokens) {
	out.n, out.alien, out.meant = 0, 0, 0
	prevUnknown := false
	add := func(t token) {
		if out.n < maxTokens {
			out.list[out.n] = t
			out.n++
		}
		prevUnknown = false
	}
	for i := 0; i < len(folded) && out.n < maxTokens; {
		c := folded[i]
		switch {
		case c == ' ' || c == ',' || c == '(' || c == ')':
			if c != '(' {
				i++
				continue
			}
		case c >= '0' && c <= '9':
			t, n := lexDigits(folded[i:])
			add(t)
			i += n
			continue
		}
		if t, ok := l.find(folded, i); ok {
			i += len(t.text)
			switch t.kind {
			case filler:
				out.meant++
				continue
			case num:
				if last := out.n - 1; last >= 0 && out.list[last].kind == num && out.list[last].digits == 0 &&
					joinWords(&out.list[last].val, t.val) {
					continue
				}
			case ordinal: // twenty-first
				if last := out.n - 1; last >= 0 && out.list[last].kind == num && out.list[last].digits == 0 &&
					joinWords(&out.list[last].val, t.val) {
					out.list[last].kind = ordinal
					continue
				}
			case thousand:
				if last := out.n - 1; last >= 0 && out.list[last].kind == num && out.list[last].val < 10000 {
					out.list[last].val *= t.val
					continue
				}
			}
			add(token{kind: t.kind, val: t.val})
			continue
		}
		switch c {
		case '(':
			i++
			continue
		case '/':
			add(token{kind: slash})
			i++
			continue
		case '.':
			if i+1 < len(folded) { // a full stop says nothing
				add(token{kind: dot})
			}
			i++
			continue
		case '-':
			// twenty-three is one number
			if !(out.n > 0 && out.list[out.n-1].kind == num && out.list[out.n-1].digits == 0 && out.list[out.n-1].val >= 20) {
				add(token{kind: dash})
			}
			i++
			continue
		case ':':
			add(token{kind: colon})
			i++
			continue
		case '~':
			add(token{kind: wave})
			i++
			continue
		}
		if last := out.n - 1; last >= 0 && out.list[last].kind == num && out.list[last].digits > 0 && isDigit(folded[i-1]) {
			if unit, n := kanjiUnit(folded[i:]); n > 0 && out.list[last].val < 10000 { // ３千円
				out.list[last].val *= unit
				i += n
				continue
			}
		}
		if v, n := kanjiNumber(folded[i:]); n > 0 {
			if rest := folded[i+n:]; strings.HasPrefix(rest, "億") || strings.HasPrefix(rest, "兆") {
				add(token{kind: unknown, digits: 10})
				i += n + len("億")
				continue
			}
			add(token{kind: num, val: v})
			i += n
			continue
		}
		_, n := utf8.DecodeRuneInString(folded[i:])
		if letter(c) {
			for i+n < len(folded) && letter(folded[i+n]) {
				n++
			}
		}
		i += n
		if !prevUnknown {
			out.alien++
			add(token{kind: unknown})
			prevUnknown = true
		}
	}
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c == '\'' }

// find returns the longest term that starts at i, on word boundaries where the
// script has them.
func (l *lexicon) find(s string, i int) (term, bool) {
	first, size := rune(s[i]), 1
	if first >= utf8.RuneSelf {
		first, size = utf8.DecodeRuneInString(s[i:])
	}
	if size == 1 && i > 0 && letter(s[i-1]) && letter(s[i]) {
		return term{}, false
	}
	for _, t := range l.byFirst[first] {
		if !strings.HasPrefix(s[i:], t.text) {
			continue
		}
		end := i + len(t.text)
		if end < len(s) && letter(s[end-1]) && letter(s[end]) {
			continue
		}
		if t.kind == era && len(t.text) == 1 {
			// A bare letter is an era only before its year: R8, S 55, H.30.
			rest := strings.TrimLeft(s[end:], " .")
			if rest == "" || !isDigit(rest[0]) || i > 0 && isDigit(s[i-1]) {
				continue
			}
		}
		return t, true
	}
	return term{}, false
}

// joinWords adds a units word to a tens word ("twenty" "three", "hundred"
// "five") and reports whether they belong together.
func joinWords(total *int, next int) bool {
	switch {
	case next > 0 && next < 10 && *total >= 20 && *total%10 == 0,
		next > 0 && next < 100 && *total >= 100 && *total%100 == 0:
		*total += next
		return true
	}
	return false
}

// lexDigits reads a run of digits, with thousands separators.
func lexDigits(s string) (token, int) {
	v, n, digits := 0, 0, 0
	for n < len(s) {
		c := s[n]
		if c >= '0' && c <= '9' {
			if digits < 10 {
				v = v*10 + int(c-'0')
			}
			digits++
			n++
			continue
		}
		if c == ',' && digits > 0 && digits <= 3 && thousands(s[n:]) {
			n++
			continue
		}
		break
	}
	if digits > 9 {
		return token{kind: unknown, digits: 10}, n
	}
	return token{kind: num, val: v, digits: uint8(digits)}, n
}

// thousands reports whether s is ",ddd" not followed by more digits.
func thousands(s string) bool {
	if len(s) < 4 {
		return false
	}
	for _, c := range []byte(s[1:4]) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(s) == 4 || s[4] < '0' || s[4] > '9'
}

// kanjiUnit reads 百, 千 or 万 after digits.
func kanjiUnit(s string) (unit, bytes int) {
	switch {
	case strings.HasPrefix(s, "百"):
		return 100, len("百")
	case strings.HasPrefix(s, "千"):
		return 1000, len("千")
	case strings.HasPrefix(s, "万"):
		return 10000, len("万")
	}
	return 0, 0
}

// kanjiNumber reads a number in kanji, positional (二〇二六) or with units
// (二千二十六), and returns it with the bytes read; 0 bytes if there is none.
func kanjiNumber(s string) (value, bytes int) {
	total, section, digit := 0, 0, -1
	positional, units := 0, 0
	for bytes < len(s) {
		r, n := utf8.DecodeRuneInString(s[bytes:])
		if d := kanjiDigit(r); d >= 0 {
			if digit >= 0 && units == 0 {
				positional++
			} else if digit >= 0 {
				break
			}
			if positional > 8 {
				break
			}
			if digit < 0 {
				digit = 0
			}
			digit = digit*10 + d
			bytes += n
			continue
		}
		unit := 0
		switch r {
		case '十':
			unit = 10
		case '百':
			unit = 100
		case '千':
			unit = 1000
		case '万':
			unit = 10000
		}
		if unit == 0 || positional > 0 && unit != 10000 {
			break
		}
		units++
		if unit == 10000 {
			if digit > 0 {
				section += digit
			}
			if section == 0 || total > 0 {
				break
			}
			total, section = section*unit, 0
		} else {
			if digit < 0 {
				digit = 1
			}
			section += digit * unit
		}
		digit = -1
		bytes += n
	}
	if digit > 0 {
		section += digit
	}
	if bytes == 0 || total+section > 999_999_999 {
		return 0, 0
	}
	return total + section, bytes
}
