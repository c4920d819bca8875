package i18n_test

import (
	"strings"
	"testing"
	"unicode"

	"madoguchi/i18n"
	"madoguchi/i18n/civil"
)

func date(t testing.TB, s string) civil.Date {
	t.Helper()
	d, err := civil.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func clock(t testing.TB, s string) civil.Clock {
	t.Helper()
	c, err := civil.ParseClock(s)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestFormatDate(t *testing.T) {
	for _, c := range []struct {
		lang       i18n.Lang
		date       string
		long, days string
	}{
		{"ja", "2026-12-01", "2026年12月1日（令和8年）火曜日", "12/1(火)"},
		{"ja", "2019-05-01", "2019年5月1日（令和元年）水曜日", "5/1(水)"},
		{"ja", "1989-01-07", "1989年1月7日（昭和64年）土曜日", "1/7(土)"},
		{"ja", "1600-10-21", "1600年10月21日土曜日", "10/21(土)"},
		{"ja-easy", "2026-12-01", "2026[年|ねん]12[月|がつ][1日|ついたち] [火曜日|かようび]", "12[月|がつ][1日|ついたち]([火|か])"},
		{"ja-easy", "2027-04-20", "2027[年|ねん]4[月|がつ][20日|はつか] [火曜日|かようび]", "4[月|がつ][20日|はつか]([火|か])"},
		{"en", "2026-12-01", "Tuesday, 1 December 2026 (Reiwa 8)", "Tue 1 Dec"},
		{"en", "2019-05-01", "Wednesday, 1 May 2019 (Reiwa 1)", "Wed 1 May"},
		{"en-GB", "1600-10-21", "Saturday, 21 October 1600", "Sat 21 Oct"},
		{"zh-Hans", "2026-12-01", "2026年12月1日（令和8年）星期二", "12月1日周二"},
		{"zh-Hant", "2019-05-01", "2019年5月1日（令和元年）星期三", "5月1日週三"},
		{"ko", "2026-12-01", "2026년 12월 1일(레이와 8년) 화요일", "12월 1일 (화)"},
		{"vi", "2026-12-01", "Thứ Ba, ngày 1 tháng 12 năm 2026 (Reiwa 8)", "Thứ 3, 1/12"},
		{"ne", "2026-12-01", "2026 डिसेम्बर 1, मङ्गलबार (Reiwa 8)", "डिसेम्बर 1, मङ्गल"},
		{"pt-BR", "2026-12-01", "terça-feira, 1 de dezembro de 2026 (Reiwa 8)", "ter., 01/12"},
		{"es", "2026-12-01", "martes, 1 de diciembre de 2026 (Reiwa 8)", "mar, 1 dic"},
		{"fil", "2026-12-01", "Martes, Disyembre 1, 2026 (Reiwa 8)", "Mar, Dis 1"},
		{"id", "2026-12-01", "Selasa, 1 Desember 2026 (Reiwa 8)", "Sel, 1 Des"},
		{"tlh", "2026-12-01", "2026-12-01", "12-01"},
	} {
		if got := i18n.FormatDate(c.lang, date(t, c.date)); got != c.long {
			t.Errorf("FormatDate(%s, %s) = %s, want %s", c.lang, c.date, got, c.long)
		}
		if got := i18n.FormatDay(c.lang, date(t, c.date)); got != c.days {
			t.Errorf("FormatDay(%s, %s) = %s, want %s", c.lang, c.date, got, c.days)
		}
	}
}

func TestFormatClock(t *testing.T) {
	for _, c := range []struct {
		lang        i18n.Lang
		clock       string
		long, short string
	}{
		{"ja", "13:30", "午後1時30分", "13:30"},
		{"ja", "10:00", "午前10時", "10:00"},
		{"ja", "12:00", "正午", "12:00"},
		{"ja", "12:05", "午後0時5分", "12:05"},
		{"ja", "00:00", "午前0時", "00:00"},
		{"ja-easy", "13:30", "[午後|ごご]1[時|じ]30[分|ぷん]", "[午後|ごご]1[時|じ]30[分|ぷん]"},
		{"ja-easy", "09:15", "[午前|ごぜん]9[時|じ]15[分|ふん]", "[午前|ごぜん]9[時|じ]15[分|ふん]"},
		{"ja-easy", "10:00", "[午前|ごぜん]10[時|じ]", "[午前|ごぜん]10[時|じ]"},
		{"ja-easy", "12:00", "[昼|ひる]の 12[時|じ]", "[昼|ひる]12[時|じ]"},
		{"ja-easy", "12:30", "[昼|ひる]の 12[時|じ]30[分|ぷん]", "[昼|ひる]12[時|じ]30[分|ぷん]"},
		{"en", "13:30", "1:30 p.m.", "13:30"},
		{"en", "10:00", "10:00 a.m.", "10:00"},
		{"en", "12:00", "12:00 noon", "12:00"},
		{"en", "12:30", "12:30 p.m.", "12:30"},
		{"en", "00:15", "12:15 a.m.", "00:15"},
		{"zh-Hans", "13:30", "下午1:30", "13:30"},
		{"zh-Hant", "12:00", "中午12:00", "12:00"},
		{"ko", "13:30", "오후 1시 30분", "13:30"},
		{"ko", "12:00", "낮 12시", "12:00"},
		{"vi", "09:05", "09:05", "09:05"},
		{"ne", "13:30", "13:30", "13:30"},
		{"pt-BR", "09:05", "09:05", "09:05"},
		{"es", "09:05", "9:05", "9:05"},
		{"fil", "12:00", "12:00 PM", "12:00 PM"},
		{"fil", "00:15", "12:15 AM", "12:15 AM"},
		{"id", "13:30", "13.30", "13.30"},
		{"tlh", "08:05", "08:05", "08:05"},
	} {
		if got := i18n.FormatClock(c.lang, clock(t, c.clock)); got != c.long {
			t.Errorf("FormatClock(%s, %s) = %s, want %s", c.lang, c.clock, got, c.long)
		}
		if got := i18n.FormatClockShort(c.lang, clock(t, c.clock)); got != c.short {
			t.Errorf("FormatClockShort(%s, %s) = %s, want %s", c.lang, c.clock, got, c.short)
		}
	}
}

func TestFormatDateTime(t *testing.T) {
	dt := civil.DateTime{Date: date(t, "2026-12-01"), Clock: clock(t, "13:30")}
	for lang, want := range map[i18n.Lang]string{
		"ja":      "2026年12月1日（令和8年）火曜日 午後1時30分",
		"ja-easy": "2026[年|ねん]12[月|がつ][1日|ついたち] [火曜日|かようび] [午後|ごご]1[時|じ]30[分|ぷん]",
		"en":      "Tuesday, 1 December 2026 (Reiwa 8), 1:30 p.m.",
		"zh-Hant": "2026年12月1日（令和8年）星期二 下午1:30",
		"pt-BR":   "terça-feira, 1 de dezembro de 2026 (Reiwa 8), às 13:30",
		"id":      "Selasa, 1 Desember 2026 (Reiwa 8) pukul 13.30",
		"tlh":     "2026-12-01 13:30",
	} {
		if got := i18n.FormatDateTime(lang, dt); got != want {
			t.Errorf("%s: %s, want %s", lang, got, want)
		}
	}
}

func TestFormatOfNoValueAndOfImpossibleOnes(t *testing.T) {
	for _, lang := range []i18n.Lang{"ja", "ja-easy", "en", "tlh"} {
		for got, want := range map[string]string{
			i18n.FormatDate(lang, civil.Date{}):                              "",
			i18n.FormatDateTime(lang, civil.DateTime{Clock: 60}):             "",
			i18n.FormatDate(lang, civil.Date{Year: 2026, Month: 13, Day: 1}): "2026-13-01",
			i18n.FormatDay(lang, civil.Date{Year: 2026, Month: 2, Day: 31}):  "2026-02-31",
			i18n.FormatClock(lang, -10):                                      civil.Clock(-10).String(),
			i18n.FormatClockShort(lang, 24*60):                               "24:00",
		} {
			if got != want {
				t.Errorf("%s: %q, want %q", lang, got, want)
			}
		}
	}
}

// Every word of every pattern is known: no language has a gap or a brace left,
// on any day of a year and at any time of a day.
func TestEveryLanguageWritesEveryDayAndTime(t *testing.T) {
	for _, lang := range twelve(t).Languages() {
		seen := make(map[string]string)
		for d := date(t, "2028-01-01"); d.Year == 2028; d = d.AddDays(1) {
			for form, s := range map[string]string{"date": i18n.FormatDate(lang, d), "day": i18n.FormatDay(lang, d)} {
				unique(t, seen, lang, form+s, d.String())
			}
		}
		for c := civil.Clock(0); c.Valid(); c++ {
			for form, s := range map[string]string{"clock": i18n.FormatClock(lang, c), "short": i18n.FormatClockShort(lang, c)} {
				unique(t, seen, lang, form+s, c.String())
			}
		}
	}
}

// unique fails if another value was written the same way, or a pattern shows.
func unique(t *testing.T, seen map[string]string, lang i18n.Lang, written, value string) {
	t.Helper()
	if other, ok := seen[written]; ok || strings.ContainsAny(written, "{}") {
		t.Errorf("%s: %s is written %s, as is %s", lang, value, written, other)
	}
	seen[written] = value
}

func TestEasyDatesHaveFuriganaOnEveryKanji(t *testing.T) {
	for d := date(t, "2027-01-01"); d.Year == 2027; d = d.AddDays(1) {
		s := i18n.FormatDateTime("ja-easy", civil.DateTime{Date: d, Clock: civil.Clock(d.Sub(date(t, "2027-01-01")) * 3)})
		if kana := i18n.Kana(s); strings.ContainsFunc(kana, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			t.Errorf("%s reads %s", s, kana)
		}
	}
}

func TestFormatList(t *testing.T) {
	for lang, want := range map[i18n.Lang][4]string{
		"ja":      {"", "a", "a、b", "a、b、c"},
		"en":      {"", "a", "a and b", "a, b and c"},
		"zh-Hans": {"", "a", "a和b", "a、b和c"},
		"ko":      {"", "a", "a 및 b", "a, b 및 c"},
		"vi":      {"", "a", "a và b", "a, b và c"},
		"ne":      {"", "a", "a र b", "a, b र c"},
		"pt-BR":   {"", "a", "a e b", "a, b e c"},
		"es":      {"", "a", "a y b", "a, b y c"},
		"fil":     {"", "a", "a at b", "a, b, at c"},
		"id":      {"", "a", "a dan b", "a, b, dan c"},
		"tlh":     {"", "a", "a, b", "a, b, c"},
	} {
		for n := range want {
			if got := i18n.FormatList(lang, []string{"a", "b", "c"}[:n]); got != want[n] {
				t.Errorf("%s: %q, want %q", lang, got, want[n])
			}
		}
	}
	for want, items := range map[string][]string{
		"padre e hijo":        {"padre", "hijo"},
		"a, b e Íñigo":        {"a", "b", "Íñigo"},
		"agua y hielo":        {"agua", "hielo"},
		"tarjeta y pasaporte": {"tarjeta", "pasaporte"},
	} {
		if got := i18n.FormatList("es", items); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// The categories are those of CLDR for each language; a text without the
// category takes other.
func TestPluralsOfEveryLanguage(t *testing.T) {
	for lang, want := range map[i18n.Lang]string{
		"ja": "other other other", "ja-easy": "other other other", "zh-Hans": "other other other", "zh-Hant": "other other other",
		"ko": "other other other", "vi": "other other other", "id": "other other other",
		"en": "other one other", "ne": "other one other", "es": "other one other", "pt-BR": "one one other",
		"fil": "one one other", // 4, 6 and 9 are other
	} {
		text, err := i18n.Compile(lang, "{n, plural, one {one} two {two} few {few} many {many} other {other}}")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, n := range []int{0, 1, 4} {
			got = append(got, text.Format(i18n.Arg{Name: "n", Value: n}))
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%s: 0, 1 and 4 are %s, want %s", lang, s, want)
		}
	}
}

func TestFormattingAllocatesTheResultOnly(t *testing.T) {
	dt := civil.DateTime{Date: date(t, "2026-12-01"), Clock: clock(t, "13:30")}
	var s string
	for _, lang := range []i18n.Lang{"ja", "ja-easy", "en"} {
		for name, format := range map[string]func(){
			"DateTime": func() { s = i18n.FormatDateTime(lang, dt) },
			"Day":      func() { s = i18n.FormatDay(lang, dt.Date) },
			"Clock":    func() { s = i18n.FormatClockShort(lang, dt.Clock) },
		} {
			if n := testing.AllocsPerRun(100, format); n > 1 {
				t.Errorf("%s %s: %v allocations", lang, name, n)
			}
		}
	}
	_ = s
}
