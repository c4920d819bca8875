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
//	{h} {h12}       hour from 0 to 11, from 1 to 12
//	{h23} {h24}     hour from 0 to 23, from 00 to 23
//	{min} {mm}      minutes, in two digits
//	{min-read}      the reading of 分 after them
//	{half}          the half of the day
//
// Digits are Latin in every language, as on the ticket machine, the signs and the
// forms that people hold beside the screen; CLDR would have ne in Devanagari.
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

	list listForm
}

// listForm is what stands between the items of a list: of two, and of more
// between all and before the last.
type listForm struct {
	pair, between, last string
	// beforeI stands for pair and last before the sound of i (y → e in Spanish).
	beforeI string
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
	list:       listForm{", ", ", ", ", ", ""},
}

// table is read only. x/text has no public date patterns and no list patterns;
// for the languages below English, words and patterns are those of CLDR 48
// (dateStyle full, MMMEd or MEd, timeStyle short, the unit list "and"). Where
// residents of Japan are served better by another form, the entry says so.
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
		list:       listForm{"、", "、", "、", ""},
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
		list: listForm{"、", "、", "、", ""},
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
		list: listForm{" and ", ", ", " and ", ""},
	},
	// 下午 and 中午 in sentences, as one says it.
	"zh-Hans": {
		date:       "{y}年{m}月{d}日{era}{weekday}",
		month:      "{y}年{m}月",
		day:        "{m}月{d}日{wd}",
		dateTime:   "{date} {clock}",
		era:        "（{name}{n}年）",
		first:      "元",
		clock:      clockForm{"{half}{h12}:{mm}", "{half}{h12}:{mm}"},
		noon:       clockForm{"中午12:{mm}", "中午12:00"},
		clockShort: clockForm{"{h24}:{mm}", "{h24}:{mm}"},
		half:       [2]string{"上午", "下午"},
		weekdays:   [7]string{"星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"},
		wd:         [7]string{"周日", "周一", "周二", "周三", "周四", "周五", "周六"},
		list:       listForm{"和", "、", "和", ""},
	},
	"zh-Hant": {
		date:       "{y}年{m}月{d}日{era}{weekday}",
		month:      "{y}年{m}月",
		day:        "{m}月{d}日{wd}",
		dateTime:   "{date} {clock}",
		era:        "（{name}{n}年）",
		first:      "元",
		clock:      clockForm{"{half}{h12}:{mm}", "{half}{h12}:{mm}"},
		noon:       clockForm{"中午12:{mm}", "中午12:00"},
		clockShort: clockForm{"{h24}:{mm}", "{h24}:{mm}"},
		half:       [2]string{"上午", "下午"},
		weekdays:   [7]string{"星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"},
		wd:         [7]string{"週日", "週一", "週二", "週三", "週四", "週五", "週六"},
		list:       listForm{"和", "、", "和", ""},
	},
	// 오전/오후, which CLDR had until 47; AM/PM of 48 is for tables.
	"ko": {
		date:       "{y}년 {m}월 {d}일{era} {weekday}",
		month:      "{y}년 {m}월",
		day:        "{m}월 {d}일 ({wd})",
		dateTime:   "{date} {clock}",
		era:        "({name} {n}년)",
		first:      "원",
		clock:      clockForm{"{half} {h12}시 {min}분", "{half} {h12}시"},
		noon:       clockForm{"낮 12시 {min}분", "낮 12시"},
		clockShort: clockForm{"{h24}:{mm}", "{h24}:{mm}"},
		half:       [2]string{"오전", "오후"},
		weekdays:   [7]string{"일요일", "월요일", "화요일", "수요일", "목요일", "금요일", "토요일"},
		wd:         [7]string{"일", "월", "화", "수", "목", "금", "토"},
		eras:       map[string]string{"明治": "메이지", "大正": "다이쇼", "昭和": "쇼와", "平成": "헤이세이", "令和": "레이와"},
		list:       listForm{" 및 ", ", ", " 및 ", ""},
	},
	// ngày and năm as in letters of an office; CLDR leaves them out.
	"vi": {
		date:       "{weekday}, ngày {d} tháng {m} năm {y}{era}",
		month:      "tháng {m} năm {y}",
		day:        "{wd}, {d}/{m}",
		dateTime:   "{date}, {clock}",
		era:        " ({name} {n})",
		clock:      clockForm{"{h24}:{mm}", "{h24}:{mm}"},
		clockShort: clockForm{"{h24}:{mm}", "{h24}:{mm}"},
		weekdays:   [7]string{"Chủ Nhật", "Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy"},
		wd:         [7]string{"CN", "Thứ 2", "Thứ 3", "Thứ 4", "Thứ 5", "Thứ 6", "Thứ 7"},
		eras:       latinEras,
		list:       listForm{" và ", ", ", " và ", ""},
	},
	// The names of the months say that the year is not of विक्रम संवत्.
	"ne": {
		date:       "{y} {month} {d}, {weekday}{era}",
		month:      "{y} {month}",
		day:        "{month} {d}, {wd}",
		dateTime:   "{date}, {clock}",
		era:        " ({name} {n})",
		clock:      clockForm{"{h24}:{mm}", "{h24}:{mm}"},
		clockShort: clockForm{"{h24}:{mm}", "{h24}:{mm}"},
		weekdays:   [7]string{"आइतबार", "सोमबार", "मङ्गलबार", "बुधबार", "बिहिबार", "शुक्रबार", "शनिबार"},
		wd:         [7]string{"आइत", "सोम", "मङ्गल", "बुध", "बिहि", "शुक्र", "शनि"},
		months: [12]string{"जनवरी", "फेब्रुअरी", "मार्च", "अप्रिल", "मे", "जुन",
			"जुलाई", "अगस्ट", "सेप्टेम्बर", "अक्टोबर", "नोभेम्बर", "डिसेम्बर"},
		eras: latinEras,
		list: listForm{" र ", ", ", " र ", ""},
	},
	"pt-BR": {
		date:       "{weekday}, {d} de {month} de {y}{era}",
		month:      "{month} de {y}",
		day:        "{wd}, {d2}/{m2}",
		dateTime:   "{date}, às {clock}",
		era:        " ({name} {n})",
		clock:      clockForm{"{h24}:{mm}", "{h24}:{mm}"},
		clockShort: clockForm{"{h24}:{mm}", "{h24}:{mm}"},
		weekdays:   [7]string{"domingo", "segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado"},
		wd:         [7]string{"dom.", "seg.", "ter.", "qua.", "qui.", "sex.", "sáb."},
		months: [12]string{"janeiro", "fevereiro", "março", "abril", "maio", "junho",
			"julho", "agosto", "setembro", "outubro", "novembro", "dezembro"},
		eras: latinEras,
		list: listForm{" e ", ", ", " e ", ""},
	},
	"es": {
		date:       "{weekday}, {d} de {month} de {y}{era}",
		month:      "{month} de {y}",
		day:        "{wd}, {d} {mon}",
		dateTime:   "{date}, {clock}",
		era:        " ({name} {n})",
		clock:      clockForm{"{h23}:{mm}", "{h23}:{mm}"},
		clockShort: clockForm{"{h23}:{mm}", "{h23}:{mm}"},
		weekdays:   [7]string{"domingo", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado"},
		wd:         [7]string{"dom", "lun", "mar", "mié", "jue", "vie", "sáb"},
		months: [12]string{"enero", "febrero", "marzo", "abril", "mayo", "junio",
			"julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"},
		mon:  [12]string{"ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"},
		eras: latinEras,
		list: listForm{" y ", ", ", " y ", " e "},
	},
	"fil": {
		date:       "{weekday}, {month} {d}, {y}{era}",
		month:      "{month} {y}",
		day:        "{wd}, {mon} {d}",
		dateTime:   "{date}, {clock}",
		era:        " ({name} {n})",
		clock:      clockForm{"{h12}:{mm} {half}", "{h12}:{mm} {half}"},
		clockShort: clockForm{"{h12}:{mm} {half}", "{h12}:{mm} {half}"},
		half:       [2]string{"AM", "PM"},
		weekdays:   [7]string{"Linggo", "Lunes", "Martes", "Miyerkules", "Huwebes", "Biyernes", "Sabado"},
		wd:         [7]string{"Lin", "Lun", "Mar", "Miy", "Huw", "Biy", "Sab"},
		months: [12]string{"Enero", "Pebrero", "Marso", "Abril", "Mayo", "Hunyo",
			"Hulyo", "Agosto", "Setyembre", "Oktubre", "Nobyembre", "Disyembre"},
		mon:  [12]string{"Ene", "Peb", "Mar", "Abr", "May", "Hun", "Hul", "Ago", "Set", "Okt", "Nob", "Dis"},
		eras: latinEras,
		list: listForm{" at ", ", ", ", at ", ""},
	},
	"id": {
		date:       "{weekday}, {d} {month} {y}{era}",
		month:      "{month} {y}",
		day:        "{wd}, {d} {mon}",
		dateTime:   "{date} pukul {clock}",
		era:        " ({name} {n})",
		clock:      clockForm{"{h24}.{mm}", "{h24}.{mm}"},
		clockShort: clockForm{"{h24}.{mm}", "{h24}.{mm}"},
		weekdays:   [7]string{"Minggu", "Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu"},
		wd:         [7]string{"Min", "Sen", "Sel", "Rab", "Kam", "Jum", "Sab"},
		months: [12]string{"Januari", "Februari", "Maret", "April", "Mei", "Juni",
			"Juli", "Agustus", "September", "Oktober", "November", "Desember"},
		mon:  [12]string{"Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"},
		eras: latinEras,
		list: listForm{" dan ", ", ", ", dan ", ""},
	},
}

// latinEras are the eras in Latin letters, without length marks as on papers
// issued in Japan.
var latinEras = map[string]string{"明治": "Meiji", "大正": "Taisho", "昭和": "Showa", "平成": "Heisei", "令和": "Reiwa"}

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
