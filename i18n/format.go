package i18n

import (
	"strconv"
	"strings"
	"time"

	"madoguchi/i18n/civil"
)

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

// FormatMonth writes the month of a date: 2026年11月, November 2026.
func FormatMonth(lang Lang, d civil.Date) string {
	c := conventionsOf(lang)
	return string(c.appendDate(make([]byte, 0, usualLength), c.month, d))
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
		b = append(c.separate(b, i, items), item...)
	}
	return string(b)
}

// appendList is FormatList with the items taken as data.
func appendList(b []byte, lang Lang, items []string) []byte {
	c := conventionsOf(lang)
	for i, item := range items {
		b = appendEscaped(c.separate(b, i, items), item)
	}
	return b
}

// separate writes what stands before item i.
func (c *conventions) separate(b []byte, i int, items []string) []byte {
	switch {
	case i == 0:
		return b
	case i < len(items)-1:
		return append(b, c.list.between...)
	case c.list.beforeI != "" && beginsWithI(items[i]):
		return append(b, c.list.beforeI...)
	case len(items) == 2:
		return append(b, c.list.pair...)
	}
	return append(b, c.list.last...)
}

// beginsWithI reports whether a Spanish word begins with the sound of i, alone or
// after a silent h; not with that of y, as in hielo.
func beginsWithI(word string) bool {
	word = strings.TrimPrefix(strings.ToLower(word), "h")
	if strings.HasPrefix(word, "ia") || strings.HasPrefix(word, "ie") {
		return false
	}
	return strings.HasPrefix(word, "i") || strings.HasPrefix(word, "í")
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
	case "h23":
		return strconv.AppendInt(b, int64(t/60), 10)
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
