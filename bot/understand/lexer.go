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

	yearUnit     // 年
	monthUnit    // 月
	dayUnit      // 日
	days         // days, 日間
	weeks        // week, weeks, 週間
	months       // month, months, か月
	years        // year, years
	era          // val indexes eras, one more is the republic
	firstYear    // 元
	yearMark     // stands before a year and is else the number val: năm 2026, năm người
	monthMark    // stands before a month's number: tháng 12, bulan 12; else the unit month
	dayMark      // stands before a day: ngày 3, tanggal 3, dia 3; else the unit day if val is 1
	daySpan      // val days, as one word: 사흘, una quincena
	weekdayIn    // a weekday of a week, val (weeks+2)*7 + weekday: 下周二
	monthName    // val 1–12
	weekday      // val 0 (Sunday) to 6
	dayName      // val 1–31: ついたち
	dateLink     // between two numbers as a slash, else nothing: 3 do 5
	tenOrMonth   // dez: the month val beside a number, ten else
	someDay      // val 1–31 behind a month, else some day or other: いつか
	namedDay     // a holiday in a script without spaces, read as its month and day: 元日
	strangeMonth // a month of a calendar that is not read here
	relDay       // val days from today
	relWeek      // val weeks from this week
	relMonth     // val months from this month
	relYear      // val years from this year
	holiday      // a day with a name, val month*100 + day: Christmas
	besideDay    // val days from the date that follows: the day after, véspera de
	daysOn       // val days from the date before: hoy en ocho, भोलिपल्ट
	thisOne      // this Friday, this week
	nextOne      // next Friday, next week
	upcoming     // 次の, 今度の: the first one to come
	lastPeriod   // last week
	weekend      // Saturday or Sunday
	firstOf      // the first day of what stands beside it
	endOf        // the last day of what stands beside it, or of this month; val 1 if it names the month unit (月末), 2 if it says the very day
	within       // in 3 days; val 1: after 3 days, and after what else is named
	after        // 後: 3 days from now
	ago          // 前: 3 days ago; before 10 o'clock; val 1: minutes before it are taken from the hour, 4時15分前

	hourUnit
	hourName // val is the hour, unit included: 네 시
	minuteUnit
	half
	quarter
	beforeHour // val minutes to add to the hour that follows: साढे, setengah (−30)
	afterHour  // val minutes to add to the hour before: y cuarto, 一刻
	plus       // minutes after the hour follow: lewat 15
	less       // minutes before the hour follow: kém 15, menos diez
	past
	to
	amPM    // val 0 or 1
	clock   // val minutes: noon
	dayPart // val indexes dayParts
	from    // not earlier than; val 1: at some time after
	until   // not later than
	around  // about
	atMark  // at: what follows is a time

	reason // because: what follows is told besides, as behind a comma

	later   // val 1: the day after the one named before it
	earlier // val -1: the day before it
	soonest
	anyOther // another day
	or
	not

	person   // counter for people
	people   // val is the number: ふたり
	adults   // counted beside children
	self     // one person named, beside counted ones: 私, my wife
	speaker  // the person who answers, in company.go: me, 私
	kin      // val people by who they are, 0 if their number is to be said: parents, kids
	couple   // val people of whom the speaker is one: 夫婦, both of us
	total    // the number of all follows: 合計, altogether
	added    // so many more follow: plus
	counted  // counter for things
	thousand // val is the factor: 千, hundred
)

// term is one word or fixed expression of a language. A text that begins with a
// hyphen is an ending: it may be joined to the term before it (मंगलबार + मा).
type term struct {
	text string
	kind kind
	val  int
}

// of lists the words, split by |, that mean the same.
func of(k kind, val int, words string) []term {
	var out []term
	for w := range strings.SplitSeq(words, "|") {
		out = append(out, term{strings.TrimSpace(w), k, val})
	}
	return out
}

// inOrder lists words whose values count up from first: weekdays, months,
// numbers.
func inOrder(k kind, first int, words ...string) []term {
	var out []term
	for i, w := range words {
		if w != "" {
			out = append(out, of(k, first+i, w)...)
		}
	}
	return out
}

// lexicon finds terms in folded text. It is built once per language.
type lexicon struct {
	byStart map[uint32][]entry // by start, longest first
}

// start is what terms are sorted by: the first letter, or the first two of those
// that are ASCII. A term of one ASCII letter has a zero for the second.
func start(s string) uint32 {
	if s[0] >= utf8.RuneSelf {
		r, _ := utf8.DecodeRuneInString(s)
		return uint32(r)
	}
	if len(s) == 1 {
		return uint32(s[0]) << 24
	}
	return uint32(s[0])<<24 | uint32(s[1])<<16
}

// entry is a term as it is looked up.
type entry struct {
	term
	ending bool // may be joined to the term before it
	single bool // one letter of Hangul, which also stands inside words
}

func newLexicon(lists ...[]term) *lexicon {
	l := &lexicon{byStart: map[uint32][]entry{}}
	seen := map[string]bool{}
	for _, list := range lists {
		for _, t := range list {
			rest, ending := strings.CutPrefix(t.text, "-")
			t.text = rest
			id := t.text
			if t.kind == era {
				id += "\x00" // a letter may be both an era and a unit: H30, 13h30
			}
			if seen[id] || t.text == "" {
				continue // the language asked for wins over the later ones
			}
			seen[id] = true
			first, size := utf8.DecodeRuneInString(t.text)
			l.byStart[start(t.text)] = append(l.byStart[start(t.text)], entry{t, ending, isHangul(first) && size == len(t.text)})
		}
	}
	for _, list := range l.byStart {
		sortByLength(list)
	}
	return l
}

func sortByLength(list []entry) {
	for i := 1; i < len(list); i++ {
		for j := i; j > 0 && before(list[j].term, list[j-1].term); j-- {
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
	apart  bool // a comma or a reason's word stands before it
	val    int

	at, end uint16 // where it stands in the folded text
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
	if len(folded) > maxText {
		folded = folded[:maxText]
	}
	prevUnknown := false
	chained := -1 // where the last term or number ended
	begin := 0
	comma := false
	add := func(t token) {
		t.at, t.end = uint16(begin), uint16(len(folded))
		t.apart, comma = comma, false
		if n := out.n; n > 0 && out.list[n-1].end > t.at {
			out.list[n-1].end = t.at
		}
		if out.n < maxTokens {
			out.list[out.n] = t
			out.n++
		}
		prevUnknown = false
	}
	for i := 0; i < len(folded) && out.n < maxTokens; {
		c := folded[i]
		begin = i
		switch {
		case c == ' ' || c == ',' || c == '(' || c == ')':
			if c == ',' {
				comma = true
			}
			if c != '(' {
				i++
				continue
			}
		case c == '\'' && i+1 < len(folded) && isDigit(folded[i+1]): // '88
			i++
			continue
		case c >= '0' && c <= '9':
			t, n := lexDigits(folded[i:])
			add(t)
			i += n
			chained = i
			continue
		}
		beginsWord := i == 0 || i == chained || folded[i-1] < utf8.RuneSelf
		if beginsWord {
			if v, n := kanaNumber(folded[i:]); n > 0 && !(v == 1 && strings.HasPrefix(folded[i+n:], "にち") && !out.namesMonth()) { // いちにち: all day
				add(token{kind: num, val: v})
				i += n
				chained = i
				continue
			}
		}
		t, ok := l.find(folded, i, chained == i)
		if beginsWord && !(ok && out.n > 0 && out.list[out.n-1].digits > 0) { // 일월, though 일 is also the day of 3일
			if v, n := hangulNumber(folded[i:], i == 0); n > 0 && (!ok || n >= len(t.text)) {
				add(token{kind: num, val: v})
				i += n
				chained = i
				continue
			}
		}
		if ok {
			i += len(t.text)
			chained = i
			switch t.kind {
			case yearMark:
				if digitFollows(folded[i:]) {
					continue
				}
				t.kind = num
				if last := out.n - 1; last >= 0 && out.list[last].kind == num && out.list[last].digits == 0 &&
					joinWords(&out.list[last].val, t.val) {
					continue
				}
			case monthMark:
				if digitFollows(folded[i:]) {
					skip := 0
					for folded[i+skip] == ' ' {
						skip++
					}
					if d, n := lexDigits(folded[i+skip:]); d.val >= 1 && d.val <= 12 {
						add(token{kind: monthName, val: d.val})
						i += skip + n
						chained = i
						continue
					}
				}
				t.kind = months
			case dayMark:
				if t.val == 1 && !digitFollows(folded[i:]) {
					if _, ok := l.find(folded, i+len(folded[i:])-len(strings.TrimLeft(folded[i:], " ")), false); !ok || out.n > 0 && out.list[out.n-1].kind == num && !comma {
						t.kind = days
					}
				}
			case filler:
				out.meant++
				continue
			case num:
				if last := out.n - 1; last >= 0 && !comma && out.list[last].kind == num && out.list[last].digits == 0 &&
					joinWords(&out.list[last].val, t.val) {
					continue
				}
			case ordinal: // twenty-first
				if last := out.n - 1; last >= 0 && out.list[last].kind == num && out.list[last].digits == 0 &&
					joinWords(&out.list[last].val, t.val) {
					out.list[last].kind = ordinal
					continue
				}
			case hourName:
				add(token{kind: num, val: t.val})
				add(token{kind: hourUnit})
				continue
			case namedDay:
				if l.names(folded, i) {
					add(token{kind: unknown})
					continue
				}
				add(token{kind: monthName, val: t.val / 100})
				add(token{kind: num, val: t.val % 100})
				continue
			case someDay:
				if l.counts(folded, i) || out.namesMonth() && out.list[out.n-1].kind != relMonth { // 来月のいつか: some day of it
					t.kind = dayName
				} else {
					t.kind = unknown
				}
			case daySpan:
				add(token{kind: num, val: t.val})
				add(token{kind: days})
				continue
			case reason:
				comma = true
			case dateLink:
				rest := strings.TrimLeft(folded[i:], " ")
				if last := out.n - 1; last < 0 || out.list[last].kind != num || rest == "" {
					out.meant++
					continue
				} else if next, ok := l.find(folded, len(folded)-len(rest), false); !isDigit(rest[0]) && (!ok || next.kind != num) {
					out.meant++
					continue
				}
				t.kind = slash
			case tenOrMonth:
				before := strings.TrimRight(folded[:begin], " ")
				if digitFollows(strings.TrimLeft(folded[i:], " ./-")) || strings.HasSuffix(before, " de") || before != "" && (isDigit(before[len(before)-1]) || strings.ContainsRune("/-.", rune(before[len(before)-1]))) {
					t.kind = monthName
				} else if last := out.n - 1; last >= 0 && !comma && out.list[last].kind == num && out.list[last].digits == 0 && joinWords(&out.list[last].val, 10) {
					continue
				} else {
					t = term{kind: num, val: 10}
				}
			case thousand:
				if last := out.n - 1; last >= 0 && out.list[last].kind == num && out.list[last].val < 10000 && !strings.HasSuffix(folded[:begin], " de ") { // cinco de mil novecientos
					out.list[last].val = times(out.list[last].val, t.val)
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
			chained = i
			continue
		}
		_, n := utf8.DecodeRuneInString(folded[i:])
		for joined(folded, i+n) {
			_, size := utf8.DecodeRuneInString(folded[i+n:])
			n += size
		}
		i += n
		if !prevUnknown {
			out.alien++
			add(token{kind: unknown})
			prevUnknown = true
		}
	}
}

// namesMonth reports whether the last token is a month, so that a day may follow.
func (t *tokens) namesMonth() bool {
	if t.n == 0 {
		return false
	}
	switch t.list[t.n-1].kind {
	case monthUnit, monthName, relMonth:
		return true
	}
	return false
}

// names reports whether the day that ends at i only says what something is for:
// クリスマスの準備.
func (l *lexicon) names(s string, i int) bool {
	for _, of := range [...]string{"の", "的"} {
		if strings.HasPrefix(s[i:], of) && i+len(of) < len(s) && s[i+len(of)] >= utf8.RuneSelf {
			_, known := l.find(s, i+len(of), true)
			return !known
		}
	}
	return false
}

// counts reports whether a word that counts from today stands at i: 後, 前.
func (l *lexicon) counts(s string, i int) bool {
	t, ok := l.find(s, i+len(s[i:])-len(strings.TrimLeft(s[i:], " ")), true)
	return ok && (t.kind == after || t.kind == ago)
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c == '\'' }

// joined reports whether i lies inside a word of a script that sets its words
// apart: Latin (with or without its accents) or Devanagari.
func joined(s string, i int) bool {
	if i <= 0 || i >= len(s) {
		return false
	}
	if s[i-1] < utf8.RuneSelf && s[i] < utf8.RuneSelf {
		return letter(s[i-1]) && letter(s[i])
	}
	a, _ := utf8.DecodeLastRuneInString(s[max(0, i-utf8.UTFMax):i])
	b, _ := utf8.DecodeRuneInString(s[i:])
	return isLatin(a) && isLatin(b) || isDevanagari(a) && isDevanagari(b)
}

func isLatin(r rune) bool {
	if r < utf8.RuneSelf {
		return letter(byte(r))
	}
	return r >= 0xc0 && r <= 0x24f || r >= 0x1e00 && r <= 0x1eff
}

func digitFollows(s string) bool {
	s = strings.TrimLeft(s, " ")
	return s != "" && isDigit(s[0])
}

// find returns the longest term that starts at i, on word boundaries where the
// script has them. chained means that a term or number ends at i.
func (l *lexicon) find(s string, i int, chained bool) (term, bool) {
	if i >= len(s) {
		return term{}, false
	}
	first := rune(s[i])
	if first >= utf8.RuneSelf {
		first, _ = utf8.DecodeRuneInString(s[i:])
	}
	inside := joined(s, i)
	if inside && !chained {
		return term{}, false
	}
	hangul := isHangul(first) && !chained && i > 0 && s[i-1] >= utf8.RuneSelf
	if t, ok := l.among(l.byStart[start(s[i:])], s, i, inside, hangul); ok || first >= utf8.RuneSelf {
		return t, ok
	}
	return l.among(l.byStart[start(s[i:i+1])], s, i, inside, hangul)
}

// among is find in one list of terms.
func (l *lexicon) among(list []entry, s string, i int, inside, hangul bool) (term, bool) {
	for k := range list {
		t := &list[k]
		if !strings.HasPrefix(s[i:], t.text) || inside && !t.ending || hangul && t.single {
			continue
		}
		end := i + len(t.text)
		if joined(s, end) && !l.ended(s, end) || end < len(s) && isDigit(s[end-1]) && isDigit(s[end]) {
			continue
		}
		if t.kind == era && len(t.text) == 1 {
			// A bare letter is an era only before its year: R8, S 55, H.30.
			rest := strings.TrimLeft(s[end:], " .")
			if rest == "" || !isDigit(rest[0]) || i > 0 && isDigit(s[i-1]) {
				continue
			}
		}
		return t.term, true
	}
	return term{}, false
}

// ended reports whether nothing but endings stands between i and the end of the
// word.
func (l *lexicon) ended(s string, i int) bool {
	list := l.byStart[start(s[i:])]
	for k := range list {
		t := &list[k]
		if end := i + len(t.text); t.ending && strings.HasPrefix(s[i:], t.text) && (!joined(s, end) || l.ended(s, end)) {
			return true
		}
	}
	return false
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

// times puts a word such as hundred to the number before it: to all of it (two
// hundred), or to its last digit (một nghìn chín trăm, 1009 so far, is 1900).
func times(n, factor int) int {
	if last := n % 10; n >= 10*factor && (n-last)%(10*factor) == 0 {
		return n - last + last*factor
	}
	return n * factor
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

// hangulDigits are the numbers as the Japanese and Chinese readings give them.
var hangulDigits = map[rune]rune{
	'영': '零', '공': '零', '일': '一', '이': '二', '삼': '三', '사': '四', '오': '五', '육': '六', '륙': '六', '칠': '七', '팔': '八', '구': '九',
	'십': '十', '백': '百', '천': '千', '만': '万',
}

// hangulUnits are what a number in Hangul is said of; without one of them its
// letters are parts of other words (이번, 오늘).
const hangulUnits = "년월일시분명주달개번인초층"

// hangulNumber reads a number in Hangul before its unit (십이월, 삼십 분), and returns
// it with the bytes read; 0 bytes if there is none. whole means that it may be
// the whole answer, and then needs no unit.
func hangulNumber(s string, whole bool) (value, bytes int) {
	var buf [64]byte
	kanji := buf[:0]
	sizes := 0
	for _, r := range s {
		k, ok := hangulDigits[r]
		if !ok || len(kanji)+3 > len(buf) {
			break
		}
		// 삼일: the last letter is the unit, not a digit, if the number ends there.
		if r == '일' && sizes > 0 && !hangulNumberGoesOn(s[sizes*3+3:]) {
			break
		}
		kanji = utf8.AppendRune(kanji, k)
		sizes++
	}
	for ; sizes > 0; sizes-- { // 이십일이에요: the last letters may belong to what follows
		rest := strings.TrimLeft(s[sizes*3:], " ")
		if rest == "" && (!whole || sizes < 2) || rest != "" && !hangulUnit(rest, sizes == 1 && (strings.HasPrefix(s, "이 ") || strings.HasPrefix(s, "일 "))) {
			continue
		}
		if v, n := kanjiNumber(string(kanji[:sizes*3])); n == sizes*3 {
			return v, n
		}
	}
	return 0, 0
}

// hangulUnit reports a unit at the start of s. Set apart from a letter that is
// also a word it is none: 이 주 is this week.
func hangulUnit(s string, apart bool) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return strings.ContainsRune(hangulUnits, r) && !strings.HasPrefix(s, "시간") && !apart
}

func hangulNumberGoesOn(rest string) bool {
	r, _ := utf8.DecodeRuneInString(strings.TrimLeft(rest, " "))
	return rest != "" && (hangulDigits[r] != 0 || strings.ContainsRune(hangulUnits, r))
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
