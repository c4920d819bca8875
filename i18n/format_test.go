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
	for _, lang := range i18n.Builtin().Languages() {
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
	for want, items := range map[string][]string{"": nil, "a": {"a"}, "a and b": {"a", "b"}, "a, b and c": {"a", "b", "c"}} {
		if got := i18n.FormatList("en", items); got != want {
			t.Errorf("%q, want %q", got, want)
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
