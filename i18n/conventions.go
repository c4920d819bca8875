package i18n

import "strings"

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
//	{half}          the half of the day
//
// Adding a language is adding its entry to the table below. format.go reads it.
type conventions struct {
	date     string // in sentences
	month    string // a month of a year
	day      string // on buttons
	dateTime string // {date} {clock}
	era      string // {name} {n}; {n} is 元 in Japanese where first is set
	first    string // the first year of an era, "" for the digit

	clock, noon           clockForm // in sentences; noon from 12:00 to 12:59
	clockShort, noonShort clockForm // on buttons
	half                  [2]string // before and after noon

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
	month:      "{y}-{m2}",
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
		month:      "{y}年{m}月",
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
		month:      "{y}[年|ねん]{m}[月|がつ]",
		day:        "{m}[月|がつ]{d-read}({wd})",
		dateTime:   "{date} {clock}",
		clock:      clockForm{"{half}{h}[時|じ]{min}[分|{min-read}]", "{half}{h}[時|じ]"},
		noon:       clockForm{"[昼|ひる]の 12[時|じ]{min}[分|{min-read}]", "[昼|ひる]の 12[時|じ]"},
		clockShort: clockForm{"{half}{h}[時|じ]{min}[分|{min-read}]", "{half}{h}[時|じ]"},
		noonShort:  clockForm{"[昼|ひる]12[時|じ]{min}[分|{min-read}]", "[昼|ひる]12[時|じ]"},
		half:       [2]string{"[午前|ごぜん]", "[午後|ごご]"},
		weekdays: [7]string{"[日曜日|にちようび]", "[月曜日|げつようび]", "[火曜日|かようび]", "[水曜日|すいようび]",
			"[木曜日|もくようび]", "[金曜日|きんようび]", "[土曜日|どようび]"},
		wd:   [7]string{"[日|にち]", "[月|げつ]", "[火|か]", "[水|すい]", "[木|もく]", "[金|きん]", "[土|ど]"},
		list: [2]string{"、", "、"},
	},
	English: {
		date:       "{weekday}, {d} {month} {y}{era}",
		month:      "{month} {y}",
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
