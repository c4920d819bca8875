package i18n

import (
	"strconv"
	"strings"
	"time"

	"madoguchi/i18n/civil"
)

// conventions are how one language writes dates, times and lists. A pattern
// holds words in braces that stand for parts of the value:
//
//	{y} {m} {d}     year, month, day in digits
//	{d-read}        day with its reading: [1日|ついたち]
//	{month} {mon}   month by name, long and short
//	{weekday} {wd}  weekday, long and short
//	{era}           year in the era, through the pattern era; empty before 明治
//	{m2} {d2}       month and day in two digits
//	{h} {h12} {h24} hour from 0 to 11, from 1 to 12, from 00 to 23
//	{min} {mm}      minutes, in two digits
//	{min-read}      the reading of 分 after them
//	{half}          the half of the day; {half-short} as on buttons
//
// Adding a language is adding its entry to the table below.
type conventions struct {
	date     string // in sentences
	day      string // on buttons
	dateTime string // {date} {clock}
	era      string // {name} {n}; {n} is 元 in Japanese where first is set
	first    string // the first year of an era, "" for the digit

	clock, noon           clockForm // in sentences; noon from 12:00 to 12:59
	clockShort, noonShort clockForm // on buttons
	half, halfShort       [2]string // before and after noon

	weekdays, wd [7]string  // from Sunday
	months, mon  [12]string // from January
	eras         map[string]string

	list [2]string // between items, before the last item
}

// clockForm are the patterns for 10:15 and for 10:00. An empty one of noon is as
// at other hours.
type clockForm struct{ minutes, hour string }

// neutral is for languages without an entry: ISO 8601, which anyone can read.
var neutral = &conventions{
	date:       "{y}-{m2}-{d2}",
	day:        "{m2}-{d2}",
	dateTime:   "{date} {clock}",
	clock:      clockForm{"{h24}:{mm}", "{h24}:{mm}"},
	clockShort: clockForm{"{h24}:{mm}", "{h24}:{mm}"},
	list:       [2]string{", ", ", "},
}

// table is read only.
var table = map[Lang]*conventions{
	// Both calendars (domain-facts 9); times for residents as 午後1時30分.
	Japanese: {
		date:       "{y}年{m}月{d}日{era}{weekday}",
		day:        "{m}/{d}({wd})",
		dateTime:   "{date} {clock}",
		era:        "（{name}{n}年）",
		first:      "元",
		clock:      clockForm{"{half}{h}時{min}分", "{half}{h}時"},
		noon:       clockForm{"午後0時{min}分", "正午"},
		clockShort: clockForm{"{h24}:{mm}", "{h24}:{mm}"},
		half:       [2]string{"午前", "午後"},
		weekdays:   [7]string{"日曜日", "月曜日", "火曜日", "水曜日", "木曜日", "金曜日", "土曜日"},
		wd:         [7]string{"日", "月", "火", "水", "木", "金", "土"},
		list:       [2]string{"、", "、"},
	},
	// Western year only, 午前/午後 (domain-facts 10.9). The weekday stands apart
	// rather than in brackets, which in plain text its reading has already. Buttons
	// go without furigana: their space is short, and these are the first kanji
	// one learns.
	EasyJapanese: {
		date:       "{y}[年|ねん]{m}[月|がつ]{d-read} {weekday}",
		day:        "{m}月{d}日({wd})",
		dateTime:   "{date} {clock}",
		clock:      clockForm{"{half}{h}[時|じ]{min}[分|{min-read}]", "{half}{h}[時|じ]"},
		noon:       clockForm{"[昼|ひる]の 12[時|じ]{min}[分|{min-read}]", "[昼|ひる]の 12[時|じ]"},
		clockShort: clockForm{"{half-short}{h}時{min}分", "{half-short}{h}時"},
		noonShort:  clockForm{"昼12時{min}分", "昼12時"},
		half:       [2]string{"[午前|ごぜん]", "[午後|ごご]"},
		halfShort:  [2]string{"午前", "午後"},
		weekdays: [7]string{"[日曜日|にちようび]", "[月曜日|げつようび]", "[火曜日|かようび]", "[水曜日|すいようび]",
			"[木曜日|もくようび]", "[金曜日|きんようび]", "[土曜日|どようび]"},
		wd:   [7]string{"日", "月", "火", "水", "木", "金", "土"},
		list: [2]string{"、", "、"},
	},
	English: {
		date:       "{weekday}, {d} {month} {y}{era}",
		day:        "{wd} {d} {mon}",
		dateTime:   "{date}, {clock}",
		era:        " ({name} {n})",
		clock:      clockForm{"{h12}:{mm} {half}", "{h12}:{mm} {half}"},
		noon:       clockForm{"", "12:00 noon"},
		clockShort: clockForm{"{h24}:{mm}", "{h24}:{mm}"},
		half:       [2]string{"a.m.", "p.m."},
		weekdays:   [7]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
		wd:         [7]string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"},
		months: [12]string{"January", "February", "March", "April", "May", "June",
			"July", "August", "September", "October", "November", "December"},
		mon:  [12]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
		eras: map[string]string{"明治": "Meiji", "大正": "Taisho", "昭和": "Showa", "平成": "Heisei", "令和": "Reiwa"},
		list: [2]string{", ", " and "},
	},
}

// dayReadings are the readings of the days of a month, from the 1st; most are
// irregular.
var dayReadings = [31]string{
	"ついたち", "ふつか", "みっか", "よっか", "いつか", "むいか", "なのか", "ようか", "ここのか", "とおか",
	"じゅういちにち", "じゅうににち", "じゅうさんにち", "じゅうよっか", "じゅうごにち",
	"じゅうろくにち", "じゅうしちにち", "じゅうはちにち", "じゅうくにち", "はつか",
	"にじゅういちにち", "にじゅうににち", "にじゅうさんにち", "にじゅうよっか", "にじゅうごにち",
	"にじゅうろくにち", "にじゅうしちにち", "にじゅうはちにち", "にじゅうくにち", "さんじゅうにち",
	"さんじゅういちにち",
}

// minuteReadings are the readings of 分 by the last digit before it.
var minuteReadings = [10]string{"ぷん", "ぷん", "ふん", "ぷん", "ぷん", "ふん", "ぷん", "ふん", "ぷん", "ふん"}

// conventionsOf returns the entry of the language or of its wider tag.
func conventionsOf(lang Lang) *conventions {
	for {
		if c, ok := table[lang]; ok {
			return c
		}
		i := strings.LastIndexByte(string(lang), '-')
		if i < 0 {
			return neutral
		}
		lang = lang[:i]
	}
}

// usualLength is more bytes than most dates and times take, so that the string
// is the only allocation.
const usualLength = 128

// FormatDate writes a date for a sentence: 2026年12月1日（令和8年）火曜日,
// Tuesday, 1 December 2026 (Reiwa 8). In やさしい日本語 it carries furigana, as
// do the results of FormatClock and FormatDateTime. The zero Date is "".
func FormatDate(lang Lang, d civil.Date) string {
	return string(appendDate(make([]byte, 0, usualLength), lang, d))
}

// FormatDay writes a date for a button: 12/1(火), Tue 1 Dec.
func FormatDay(lang Lang, d civil.Date) string {
	c := conventionsOf(lang)
	return string(c.appendDate(make([]byte, 0, usualLength), c.day, d))
}

// FormatClock writes a time of day for a sentence: 午後1時30分, 1:30 p.m.
func FormatClock(lang Lang, t civil.Clock) string {
	return string(appendClock(make([]byte, 0, usualLength), lang, t))
}

// FormatClockShort writes a time of day for a button: 13:30, in やさしい日本語
// 午後1時30分.
func FormatClockShort(lang Lang, t civil.Clock) string {
	c := conventionsOf(lang)
	return string(c.appendClock(make([]byte, 0, usualLength), c.clockShort, c.noonShort, t))
}

// FormatDateTime writes a date and a time of day for a sentence. A zero Date
// makes it "".
func FormatDateTime(lang Lang, dt civil.DateTime) string {
	return string(appendDateTime(make([]byte, 0, usualLength), lang, dt))
}

// FormatList joins items as the language does: A、B、C; A, B and C. The items
// may carry furigana; as an argument the result is Markup.
func FormatList(lang Lang, items []string) string {
	c := conventionsOf(lang)
	var b []byte
	for i, item := range items {
		b = append(c.separate(b, i, len(items)), item...)
	}
	return string(b)
}

// appendList is FormatList with the items taken as data.
func appendList(b []byte, lang Lang, items []string) []byte {
	c := conventionsOf(lang)
	for i, item := range items {
		b = appendEscaped(c.separate(b, i, len(items)), item)
	}
	return b
}

// separate writes what stands before item i of n.
func (c *conventions) separate(b []byte, i, n int) []byte {
	switch {
	case i == 0:
		return b
	case i == n-1:
		return append(b, c.list[1]...)
	}
	return append(b, c.list[0]...)
}

func appendDate(b []byte, lang Lang, d civil.Date) []byte {
	c := conventionsOf(lang)
	return c.appendDate(b, c.date, d)
}

func appendClock(b []byte, lang Lang, t civil.Clock) []byte {
	c := conventionsOf(lang)
	return c.appendClock(b, c.clock, c.noon, t)
}

func appendDateTime(b []byte, lang Lang, dt civil.DateTime) []byte {
	if dt.Date.IsZero() {
		return b
	}
	c := conventionsOf(lang)
	before, rest, _ := strings.Cut(c.dateTime, "{date}")
	between, after, _ := strings.Cut(rest, "{clock}")
	b = append(c.appendDate(append(b, before...), c.date, dt.Date), between...)
	return append(c.appendClock(b, c.clock, c.noon, dt.Clock), after...)
}

// appendDate writes d by the pattern; a date that does not exist is shown as it
// is stored rather than as some other day.
func (c *conventions) appendDate(b []byte, pattern string, d civil.Date) []byte {
	switch {
	case d.IsZero():
		return b
	case !d.Valid():
		return d.Append(b)
	}
	return c.expand(b, pattern, d, 0)
}

// appendClock writes t by the pattern for its hour and minutes.
func (c *conventions) appendClock(b []byte, usual, noon clockForm, t civil.Clock) []byte {
	if !t.Valid() {
		return t.Append(b)
	}
	pattern, atNoon := usual.minutes, noon.minutes
	if t%60 == 0 {
		pattern, atNoon = usual.hour, noon.hour
	}
	if t/60 == 12 && atNoon != "" {
		pattern = atNoon
	}
	return c.expand(b, pattern, civil.Date{}, t)
}

// expand writes a pattern for a date or a time of day.
func (c *conventions) expand(b []byte, pattern string, d civil.Date, t civil.Clock) []byte {
	for pattern != "" {
		literal, rest, found := strings.Cut(pattern, "{")
		b = append(b, literal...)
		if !found {
			break
		}
		word, after, _ := strings.Cut(rest, "}")
		b = c.word(b, word, d, t)
		pattern = after
	}
	return b
}

// word writes one word of a pattern.
func (c *conventions) word(b []byte, word string, d civil.Date, t civil.Clock) []byte {
	switch word {
	case "y":
		return strconv.AppendInt(b, int64(d.Year), 10)
	case "m":
		return strconv.AppendInt(b, int64(d.Month), 10)
	case "d":
		return strconv.AppendInt(b, int64(d.Day), 10)
	case "m2":
		return appendTwo(b, int(d.Month))
	case "d2":
		return appendTwo(b, d.Day)
	case "d-read":
		b = strconv.AppendInt(append(b, '['), int64(d.Day), 10)
		b = append(append(b, "日|"...), dayReadings[d.Day-1]...)
		return append(b, ']')
	case "month":
		return append(b, c.months[d.Month-time.January]...)
	case "mon":
		return append(b, c.mon[d.Month-time.January]...)
	case "weekday":
		return append(b, c.weekdays[d.Weekday()]...)
	case "wd":
		return append(b, c.wd[d.Weekday()]...)
	case "era":
		return c.appendEra(b, d)
	case "h":
		return strconv.AppendInt(b, int64(t/60%12), 10)
	case "h12":
		return strconv.AppendInt(b, int64((t/60+11)%12+1), 10)
	case "h24":
		return appendTwo(b, int(t/60))
	case "mm":
		return appendTwo(b, int(t%60))
	case "min":
		return strconv.AppendInt(b, int64(t%60), 10)
	case "min-read":
		return append(b, minuteReadings[t%10]...)
	case "half":
		return append(b, c.half[t/(12*60)]...)
	case "half-short":
		return append(b, c.halfShort[t/(12*60)]...)
	}
	return b
}

// appendEra writes the year of d in its era, nothing before 明治.
func (c *conventions) appendEra(b []byte, d civil.Date) []byte {
	name, year := civil.Era(d)
	if name == "" {
		return b
	}
	if own := c.eras[name]; own != "" {
		name = own
	}
	before, rest, _ := strings.Cut(c.era, "{name}")
	between, after, _ := strings.Cut(rest, "{n}")
	b = append(append(append(b, before...), name...), between...)
	if year == 1 && c.first != "" {
		b = append(b, c.first...)
	} else {
		b = strconv.AppendInt(b, int64(year), 10)
	}
	return append(b, after...)
}

// appendTwo appends n in at least two digits.
func appendTwo(b []byte, n int) []byte {
	if n < 10 {
		b = append(b, '0')
	}
	return strconv.AppendInt(b, int64(n), 10)
}
