package understand

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"madoguchi/i18n"
	"madoguchi/i18n/civil"
)

// now is a Wednesday.
var now = civil.DateTime{Date: civil.Date{Year: 2026, Month: 11, Day: 25}, Clock: 9 * 60}

func in(lang i18n.Lang) Context { return Context{Lang: lang, Now: now} }

// phrase is one answer and what it must be taken for: a clear value; several
// readings, separated by "|"; or "!" and the reason it is refused. "?" is not
// understood, and "~value" a single reading too weak to win.
type phrase struct{ text, want string }

func outcome(r Result) string {
	if v, ok := r.Value(); ok {
		return v
	}
	if len(r.Candidates) == 1 {
		return "~" + r.Candidates[0].Value
	}
	if len(r.Candidates) > 1 {
		var all []string
		for _, c := range r.Candidates {
			all = append(all, c.Value)
		}
		return strings.Join(all, "|")
	}
	if r.Reason != "" {
		return "!" + string(r.Reason)
	}
	return "?"
}

func check(t *testing.T, lang i18n.Lang, f Field, phrases []phrase) {
	t.Helper()
	for _, p := range phrases {
		r := Value(in(lang), f, p.text)
		if got := outcome(r); got != p.want {
			t.Errorf("%s %s %q: got %s, want %s (%+v)", lang, f.Type, p.text, got, p.want, r)
		}
		for _, c := range r.Candidates {
			if c.Confidence <= 0 || c.Confidence > 1 {
				t.Errorf("%s %s %q: confidence %v of %s is outside 0..1", lang, f.Type, p.text, c.Confidence, c.Value)
			}
		}
	}
}

func TestDateJapanese(t *testing.T) {
	check(t, i18n.Japanese, Field{Type: "date"}, []phrase{
		{"今日", "2026-11-25"}, {"きょう", "2026-11-25"}, {"本日でお願いします", "2026-11-25"},
		{"明日", "2026-11-26"}, {"あしたがいいです", "2026-11-26"}, {"あさって", "2026-11-27"}, {"明後日", "2026-11-27"}, {"しあさって", "2026-11-28"},
		{"3日後", "2026-11-28"}, {"三日後", "2026-11-28"}, {"２週間後", "2026-12-09"}, {"一か月後", "2026-12-25"}, {"1ヶ月後", "2026-12-25"}, {"十日後です", "2026-12-05"},
		{"来週の火曜", "2026-12-01"}, {"来週火曜日", "2026-12-01"}, {"来週の火曜日でお願いします", "2026-12-01"}, {"らいしゅうのかようび", "2026-12-01"}, {"来週の日曜", "2026-12-06"}, {"再来週の月曜日", "2026-12-07"},
		{"今週の金曜", "2026-11-27"}, {"今週の火曜", "2026-11-24"}, {"金曜日", "2026-11-27"}, {"火曜", "2026-12-01"}, {"次の火曜日", "2026-12-01"}, {"今度の日曜日", "2026-11-29"},
		{"水曜日", "2026-11-25|2026-12-02"}, {"週末", "2026-11-28|2026-11-29"}, {"来週末", "2026-12-05|2026-12-06"},
		{"12月3日", "2026-12-03"}, {"１２月３日", "2026-12-03"}, {"十二月三日", "2026-12-03"}, {"12月三日", "2026-12-03"}, {"１２／３", "2026-12-03"}, {"12/3", "2026-12-03"}, {"12-3", "2026-12-03"}, {"12.3", "2026-12-03"}, {"12月3日（木）", "2026-12-03"}, {"12/3(木)", "2026-12-03"}, {"12月3日木曜日に行きたいです", "2026-12-03"},
		{"5/3", "2027-05-03"}, {"5月3日", "2027-05-03"}, {"11月25日", "2026-11-25"}, {"11月24日", "2027-11-24"}, {"12月ついたち", "2026-12-01"}, {"十二月二十日", "2026-12-20"}, {"12月はつか", "2026-12-20"},
		{"令和8年12月24日", "2026-12-24"}, {"R8.12.24", "2026-12-24"}, {"r8/12/24", "2026-12-24"}, {"Ｒ８．１２．２４", "2026-12-24"}, {"㋿8年12月24日", "2026-12-24"}, {"令和八年十二月二十四日", "2026-12-24"}, {"令8.12.24", "2026-12-24"}, {"れいわ8年12月24日", "2026-12-24"},
		{"2026年12月3日", "2026-12-03"}, {"西暦2026年12月3日", "2026-12-03"}, {"2026/12/3", "2026-12-03"}, {"2026.12.3", "2026-12-03"}, {"2026-12-03", "2026-12-03"}, {"20261203", "2026-12-03"}, {"二〇二六年十二月三日", "2026-12-03"}, {"２０２６−１２−０３", "2026-12-03"}, {"8年12月24日", "2026-12-24"},
		{"来月5日", "2026-12-05"}, {"来月の五日", "2026-12-05"}, {"今月末", "2026-11-30"}, {"月末", "2026-11-30"}, {"来月末", "2026-12-31"}, {"12月末", "2026-12-31"}, {"ついたち", "2026-12-01"}, {"来月のついたち", "2026-12-01"}, {"二十日", "2026-12-20"}, {"28日", "2026-11-28"}, {"3日", "2026-12-03"}, {"来年の1月10日", "2027-01-10"}, {"今年の12月3日", "2026-12-03"},
		{"1203", "2026-12-03"}, {"25", "~2026-11-25"}, {"2月29日", "2028-02-29"}, {"2028年2月29日", "2028-02-29"},
		{"12月3日か4日", "2026-12-03|2026-12-04"}, {"火曜か木曜", "2026-12-01|2026-11-26"}, {"昨日", "2026-11-24"}, {"一週間前", "2026-11-18"},
		{"平成31年5月1日", "!era-ended"}, {"昭和64年1月8日", "!era-ended"}, {"令和元年4月30日", "!era-not-begun"}, {"2月30日", "!no-such-date"}, {"2027-02-29", "!no-such-date"}, {"2027年2月29日", "!no-such-date"}, {"13月1日", "!no-such-date"}, {"4月31日", "!no-such-date"}, {"32日", "!no-such-date"}, {"0月0日", "!no-such-date"},
		{"12月3日（金）", "!weekday-mismatch"}, {"来週", "!incomplete"}, {"12月", "!incomplete"}, {"来月", "!incomplete"}, {"令和8年12月", "!incomplete"}, {"金曜以外", "!excluded"}, {"12月3日は無理です", "!excluded"},
		{"来月の第2火曜日", "2026-12-08"}, {"12月第1月曜", "2026-12-07"}, {"12月第5火曜", "2026-12-29"}, {"2月第5火曜", "!no-such-date"}, {"さ来週の月曜", "2026-12-07"}, {"今日から3日後", "2026-11-28"}, {"R081224", "2026-12-24"}, {"1月3日か4日", "2027-01-03|2027-01-04"}, {"来週の火曜日か水曜日", "2026-12-01|2026-12-02"}, {"十二月二十四日", "2026-12-24"},
		{"わかりません", "?"}, {"", "?"}, {"はい", "?"}, {"10時", "?"}, {"日", "?"}, {"マイナンバーカード", "?"},
		{"元日", "2027-01-01"}, {"大晦日", "2026-12-31"}, {"クリスマスイブの前の日", "2026-12-23"}, {"クリスマスの翌日", "2026-12-26"}, {"12月25日、クリスマス", "2026-12-25"}, {"来年の元日", "2027-01-01"}, {"今年最後の日", "2026-12-31"}, {"来月最後の日", "2026-12-31"},
		{"2週間後の今日", "2026-12-09"}, {"来週の今日", "2026-12-02"}, {"2週間後の金曜日", "2026-12-11"}, {"1月12日、来年の", "2027-01-12"}, {"来年1/12", "2027-01-12"},
		{"じゅうにがつ じゅうごにち", "2026-12-15"}, {"じゅうにがつにじゅうよっか", "2026-12-24"}, {"12がつ いつか", "2026-12-05"}, {"らいげつの いつか", "!incomplete"}, {"いつかご", "2026-11-30"}, {"とおかご", "2026-12-05"},
		{"いつか", "?"}, {"年末", "?"}, {"クリスマスの準備を始める頃", "?"}, {"翌日", "?"}, {"お正月", "?"}, {"12月のはじめ", "?"}, {"12月3日以降", "~2026-12-03"}, {"12月10日まで", "~2026-12-10"}, {"12月10日ごろ", "2026-12-10"}, {"クリスマスのあと", "~2026-12-25"},
		{"12月3日 出張から帰った後です", "2026-12-03"}, {"年明けの1月5日にします、それまで忙しいので", "2027-01-05"},
	})
}

func TestDateChineseAndKorean(t *testing.T) {
	f := Field{Type: "date"}
	check(t, "zh-Hans", f, []phrase{
		{"圣诞节前一天", "2026-12-24"}, {"元旦第二天", "2027-01-02"}, {"明年元旦", "2027-01-01"}, {"今年最后一天", "2026-12-31"}, {"两周后的今天", "2026-12-09"}, {"一月十二号，孩子开学以后", "2027-01-12"},
		{"年底", "?"}, {"半个月后", "?"}, {"过完年吧", "?"}, {"下周五以后", "~2026-12-04"},
	})
	check(t, "zh-Hant", f, []phrase{{"聖誕節當天", "2026-12-25"}, {"12月31號跨年那天", "2026-12-31"}, {"1月13日 收假後", "2027-01-13"}})
	check(t, "ko", f, []phrase{
		{"크리스마스 다음 날", "2026-12-26"}, {"12월 초하루요", "2026-12-01"}, {"한 달 뒤 오늘", "2026-12-25"}, {"십이월 이십오일이요", "2026-12-25"}, {"이번 주 금요일", "2026-11-27"}, {"이 주 뒤", "2026-12-09"}, {"11월 30일 월요일", "2026-11-30"},
		{"연말", "?"}, {"12월 3일 이후", "~2026-12-03"},
	})
}

func TestDateEnglish(t *testing.T) {
	check(t, i18n.English, Field{Type: "date"}, []phrase{
		{"today", "2026-11-25"}, {"Tomorrow", "2026-11-26"}, {"tomorrow please", "2026-11-26"}, {"the day after tomorrow", "2026-11-27"}, {"day after tomorrow", "2026-11-27"},
		{"in 3 days", "2026-11-28"}, {"in three days", "2026-11-28"}, {"3 days from now", "2026-11-28"}, {"in two weeks", "2026-12-09"}, {"a week from today", "2026-12-02"}, {"in a week", "2026-12-02"}, {"in a month", "2026-12-25"}, {"3 days later", "2026-11-28"},
		{"next Tuesday", "2026-12-01"}, {"Next tuesday please.", "2026-12-01"}, {"next Friday", "2026-12-04|2026-11-27"}, {"this Friday", "2026-11-27"}, {"this Tuesday", "2026-12-01"}, {"Friday", "2026-11-27"}, {"on Friday", "2026-11-27"}, {"I'd like to come on Friday", "2026-11-27"}, {"Tuesday next week", "2026-12-01"}, {"next week Tuesday", "2026-12-01"}, {"Wednesday", "2026-11-25|2026-12-02"}, {"coming monday", "2026-11-30"}, {"this weekend", "2026-11-28|2026-11-29"},
		{"3 Dec", "2026-12-03"}, {"Dec 3", "2026-12-03"}, {"Dec 3rd", "2026-12-03"}, {"3rd December", "2026-12-03"}, {"the 3rd of December", "2026-12-03"}, {"December 3, 2026", "2026-12-03"}, {"3 December 2026", "2026-12-03"}, {"December third", "2026-12-03"}, {"the twenty-first of December", "2026-12-21"}, {"Thursday, 3 December", "2026-12-03"}, {"Thursday December 3rd", "2026-12-03"}, {"Dec. 3", "2026-12-03"}, {"May 3", "2027-05-03"},
		{"2026-12-03", "2026-12-03"}, {"2026/12/3", "2026-12-03"}, {"20261203", "2026-12-03"}, {"5/3", "2027-05-03|2027-03-05"}, {"03/04/2026", "2026-03-04|2026-04-03"}, {"25/12", "2026-12-25"}, {"12/25", "2026-12-25"}, {"12/12", "2026-12-12"}, {"13/12/2026", "2026-12-13"},
		{"the 3rd", "2026-12-03"}, {"end of the month", "2026-11-30"}, {"end of next month", "2026-12-31"}, {"end of December", "2026-12-31"}, {"Reiwa 8 December 24", "2026-12-24"}, {"R8.12.24", "2026-12-24"}, {"明日", "2026-11-26"}, {"12月3日", "2026-12-03"},
		{"Feb 30", "!no-such-date"}, {"30 February", "!no-such-date"}, {"2027-02-29", "!no-such-date"}, {"Friday, 3 December", "!weekday-mismatch"}, {"next week", "!incomplete"}, {"next month", "!incomplete"}, {"December", "!incomplete"}, {"not Friday", "!excluded"}, {"any day except Friday", "!excluded"},
		{"the second Tuesday of December", "2026-12-08"}, {"the 5th of next month", "2026-12-05"}, {"Dec 3 or 4", "2026-12-03|2026-12-04"}, {"1980 June 10", "1980-06-10"}, {"Tuesday after next", "~2026-12-01"}, {"a week on Tuesday", "~2026-12-01"}, {"Monday or Tuesday", "2026-11-30|2026-12-01"},
		{"Christmas Eve", "2026-12-24"}, {"on Christmas Day", "2026-12-25"}, {"New Year's Day", "2027-01-01"}, {"the day after New Year’s Day", "2027-01-02"}, {"two days before Christmas", "2026-12-23"}, {"Christmas 2027", "2027-12-25"}, {"December 31st, New Year's Eve", "2026-12-31"},
		{"after Christmas", "?"}, {"around Christmas", "?"}, {"the week after Christmas", "?"}, {"Easter Monday", "?"}, {"Black Friday", "?"}, {"around the end of the month", "!incomplete"}, {"end of the year", "?"}, {"sometime next month", "!incomplete"},
		{"the last day of the year", "2026-12-31"}, {"the first day of next month", "2026-12-01"}, {"January 12th next year", "2027-01-12"}, {"the 28th of this month", "2026-11-28"}, {"two weeks from tomorrow", "2026-12-10"}, {"a week tomorrow", "2026-12-03"}, {"a week from Friday", "2026-12-04"}, {"the last Friday of the month", "2026-11-27"}, {"first Monday in December", "2026-12-07"}, {"in 10 days' time", "2026-12-05"}, {"the 5th, 6th or 7th", "2026-12-05|2026-12-06|2026-12-07"}, {"any day but Friday", "!excluded"}, {"end of next week", "!incomplete"}, {"Saturday 5", "2026-12-05"}, {"5-Dec-2026", "2026-12-05"},
		{"Friday, it's my day off", "2026-11-27"}, {"Friday because my wife works the rest of the week", "2026-11-27"}, {"today's fine", "2026-11-25"},
		{"may I ask something", "?"}, {"I don't know", "?"}, {"second one", "?"}, {"hello", "?"}, {"2pm", "?"},
	})
}

func TestNamedDays(t *testing.T) {
	check(t, "es", Field{Type: "date"}, []phrase{
		{"Nochebuena", "2026-12-24"}, {"el día de Navidad", "2026-12-25"}, {"al día siguiente de año nuevo", "2027-01-02"}, {"el último día del año", "2026-12-31"}, {"después de Navidad", "?"}, {"el viernes santo", "?"}, {"a fin de año", "?"}, {"de hoy en ocho", "2026-12-02"}, {"en quince días", "2026-12-09"}, {"dentro de un mes", "2026-12-25"}, {"el último viernes del mes", "2026-11-27"}, {"el 14 de febrero del próximo año", "2027-02-14"}, {"el 28, sábado que no trabajo", "2026-11-28"}, {"el viernes porque es mi día libre", "2026-11-27"},
	})
	check(t, "pt-BR", Field{Type: "date"}, []phrase{
		{"véspera de Natal", "2026-12-24"}, {"dia 24, véspera de Natal", "2026-12-24"}, {"réveillon, dia 31", "2026-12-31"}, {"Natal, dia 25", "2026-12-25"}, {"no dia seguinte ao Natal", "2026-12-26"}, {"primeiro dia do ano que vem", "2027-01-01"}, {"depois do Natal", "?"}, {"carnaval", "?"}, {"dia 3 do 5", "2027-05-03"}, {"dez do doze", "2026-12-10"}, {"segunda dia 30", "2026-11-30"}, {"20 de dez", "2026-12-20"}, {"dia dez", "2026-12-10"}, {"sexta, que é minha folga", "2026-11-27"},
	})
}

func TestBirthDate(t *testing.T) {
	check(t, i18n.Japanese, Field{Type: "birthdate"}, []phrase{
		{"昭和55年6月10日", "1980-06-10"}, {"昭55.6.10", "1980-06-10"}, {"S55.6.10", "1980-06-10"}, {"s55/6/10", "1980-06-10"}, {"Ｓ５５．６．１０", "1980-06-10"}, {"昭和五十五年六月十日", "1980-06-10"}, {"昭和55年6月10日生まれです", "1980-06-10"},
		{"1980-06-10", "1980-06-10"}, {"1980年6月10日", "1980-06-10"}, {"19800610", "1980-06-10"}, {"1980/6/10", "1980-06-10"}, {"平成元年1月8日", "1989-01-08"}, {"H31.4.30", "2019-04-30"}, {"大正15年12月24日", "1926-12-24"}, {"昭和元年12月25日", "1926-12-25"},
		{"大正元年7月29日", "!era-not-begun"}, {"明治45年7月29日", "1912-07-29"},
	})
	check(t, i18n.Japanese, Field{Type: "birthdate"}, []phrase{
		{"80年6月10日", "1980-06-10"}, {"2030年1月1日", "!future"}, {"1850年1月1日", "!too-long-ago"}, {"平成31年5月1日", "!era-ended"}, {"6月10日", "!incomplete"}, {"昭和55年", "!incomplete"}, {"昭和55年6月31日", "!no-such-date"}, {"昭和99年1月1日", "!era-ended"},
	})
	check(t, i18n.English, Field{Type: "birthdate"}, []phrase{
		{"10 June 1980", "1980-06-10"}, {"June 10, 1980", "1980-06-10"}, {"June 10th 1980", "1980-06-10"}, {"I was born on 10 June 1980", "1980-06-10"}, {"1980-06-10", "1980-06-10"}, {"03/04/1980", "1980-03-04|1980-04-03"}, {"25/12/1980", "1980-12-25"}, {"Showa 55.6.10", "1980-06-10"}, {"S55.6.10", "1980-06-10"}, {"10 June", "!incomplete"}, {"31 June 1980", "!no-such-date"},
	})
	check(t, i18n.English, Field{Type: "birthdate"}, []phrase{
		{"the twenty-first of January, nineteen eighty-two", "1982-01-21"}, {"two thousand and one, March 3", "2001-03-03"}, {"31-Dec-1979", "1979-12-31"}, {"5 May '62", "1962-05-05"}, {"May third, nineteen oh five", "1905-05-03"}, {"10 June, Showa 55", "1980-06-10"}, {"Showa 55, 10 June", "1980-06-10"},
	})
	check(t, "es", Field{Type: "birthdate"}, []phrase{
		{"veinte de octubre de mil novecientos setenta y cinco", "1975-10-20"}, {"3 de mayo de mil novecientos noventa y uno", "1991-05-03"}, {"3 de mayo de dos mil uno", "2001-05-03"}, {"nací el 3 de mayo del año 1975", "1975-05-03"}, {"7 de julio del 62", "1962-07-07"}, {"mil novecientos noventa, tres de mayo", "1990-05-03"},
	})
	check(t, "pt-BR", Field{Type: "birthdate"}, []phrase{
		{"vinte e um de agosto de mil novecentos e noventa e um", "1991-08-21"}, {"três de maio de oitenta e oito", "1988-05-03"}, {"três de maio de dois mil e dez", "2010-05-03"}, {"3 do 5 de 1990", "1990-05-03"}, {"dez do cinco de mil novecentos e noventa", "1990-05-10"}, {"10 de dez de 1980", "1980-12-10"},
	})
	check(t, i18n.Japanese, Field{Type: "birthdate"}, []phrase{
		{"昭和22年の元日生まれ", "1947-01-01"}, {"誕生日は7月7日、1999年です", "1999-07-07"}, {"7月7日、平成11年", "1999-07-07"}, {"しょうわごじゅうごねん ろくがつ とおか", "1980-06-10"},
	})
	check(t, "zh-Hans", Field{Type: "birthdate"}, []phrase{{"出生日期:1993年12月31日", "1993-12-31"}, {"55年6月10日", "1955-06-10"}, {"4月8号，1985年生", "1985-04-08"}})
	check(t, "zh-Hant", Field{Type: "birthdate"}, []phrase{{"74年4月8日", "1974-04-08|1985-04-08"}, {"民國74年4月8日", "1985-04-08"}})
	check(t, "ko", Field{Type: "birthdate"}, []phrase{{"01년 9월 3일생", "2001-09-03"}, {"천구백육십이년 일월 십오일", "1962-01-15"}, {"생일은 1973년 시월 이십일이에요", "1973-10-20"}, {"1985년생이고 4월 8일이요", "1985-04-08"}})
	for _, text := range []string{"55年6月10日", "10年6月10日"} {
		if r := Value(in(i18n.Japanese), Field{Type: "birthdate"}, text); !r.Ambiguous() {
			t.Errorf("%q: a year of two digits in several eras must be asked about, got %+v", text, r)
		}
	}
}

func TestRefusalTellsWhy(t *testing.T) {
	got := Value(in(i18n.Japanese), Field{Type: "date"}, "平成31年5月1日")
	want := Result{Reason: EraEnded, Detail: Detail{Era: "平成", Last: civil.Date{Year: 2019, Month: 4, Day: 30}, Date: civil.Date{Year: 2019, Month: 5, Day: 1}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("era: %s", diff)
	}
	got = Value(in(i18n.Japanese), Field{Type: "date"}, "2027年2月29日")
	want = Result{Reason: NoSuchDate, Detail: Detail{Year: 2027, Month: 2, Day: 29, Last: civil.Date{Year: 2027, Month: 2, Day: 28}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("leap day: %s", diff)
	}
}

func TestDateLeans(t *testing.T) {
	for _, tt := range []struct {
		lean Lean
		text string
		want string
	}{
		{ToFuture, "11月20日", "2027-11-20"}, {ToPast, "11月20日", "2026-11-20"}, {ToNearest, "11月20日", "2026-11-20"}, {ToNearest, "12月3日", "2026-12-03"}, {ToPast, "12月3日", "2025-12-03"}, {ToPast, "20日", "2026-11-20"}, {ToPast, "月曜", "2026-11-23"},
	} {
		r := Value(in(i18n.Japanese), Field{Type: "date", Lean: tt.lean}, tt.text)
		if got := outcome(r); got != tt.want {
			t.Errorf("lean %d %q: got %s, want %s", tt.lean, tt.text, got, tt.want)
		}
	}
}

func TestTime(t *testing.T) {
	f := Field{Type: "time"}
	check(t, i18n.Japanese, f, []phrase{
		{"午後1時半", "13:30"}, {"13時30分", "13:30"}, {"13:30", "13:30"}, {"１３：３０", "13:30"}, {"1時半", "13:30"}, {"正午", "12:00"}, {"10時", "10:00"}, {"お昼", "12:00"}, {"3時", "15:00"}, {"三時", "15:00"}, {"午前10時15分", "10:15"}, {"ごご3じ", "15:00"}, {"朝9時", "09:00"}, {"夕方5時", "17:00"}, {"9時でお願いします", "09:00"}, {"10時ちょうど", "10:00"}, {"十時半", "10:30"}, {"午後一時三十分", "13:30"}, {"8:30", "08:30"}, {"08:30", "08:30"}, {"1330", "13:30"}, {"10", "10:00"}, {"昼の12時", "12:00"}, {"12時", "12:00"}, {"0時", "00:00"}, {"午後0時", "12:00"}, {"午後13時", "13:00"}, {"午前0時", "00:00"},
		{"8時", "08:00|20:00"}, {"7時半", "07:30|19:30"}, {"10時か11時", "10:00|11:00"}, {"25時", "!out-of-range"}, {"10時70分", "!out-of-range"}, {"こんにちは", "?"}, {"", "?"},
		{"じゅうじはん", "10:30"}, {"ごご よじ", "16:00"}, {"にじにじゅっぷん", "14:20"}, {"くじ", "09:00"}, {"4時15分前", "15:45"}, {"4じはん、しごとの あと", "16:30"},
		{"お昼ごはんのあと", "?"}, {"1じかんご", "~13:00"}, {"10時前", "~10:00"},
	})
	check(t, "zh-Hans", f, []phrase{{"下午四点二十", "16:20"}, {"十点零五", "10:05"}, {"十点两个人", "10:00"}, {"吃完午饭以后", "?"}})
	check(t, "ko", f, []phrase{{"11시 15분 전", "10:45"}, {"점심 먹고요", "?"}})
	check(t, i18n.English, f, []phrase{
		{"half past two", "14:30"}, {"2 pm", "14:00"}, {"2:30pm", "14:30"}, {"2.30 pm", "14:30"}, {"2:30 p.m.", "14:30"}, {"noon", "12:00"}, {"at noon please", "12:00"}, {"10 am", "10:00"}, {"10 o'clock", "10:00"}, {"10 o’clock", "10:00"}, {"quarter to three", "14:45"}, {"quarter past 10", "10:15"}, {"ten past 9", "09:10"}, {"14:30", "14:30"}, {"two thirty", "14:30"}, {"3 in the afternoon", "15:00"}, {"10 in the morning", "10:00"}, {"3", "15:00"}, {"ten", "10:00"}, {"12 am", "12:00"}, {"12 pm", "12:00"}, {"13h30", "13:30"},
		{"ten minutes to eleven", "10:50"}, {"nine-thirty", "09:30"}, {"8:30, as soon as you open", "08:30"}, {"quarter til 3", "14:45"}, {"10 sharp", "10:00"}, {"in ten minutes", "?"}, {"quarter of ten", "09:45"}, {"10 or 10:30", "10:00|10:30"}, {"at 3 because I work at night", "15:00"}, {"first thing", "?"},
		{"8 o'clock", "08:00|20:00"}, {"8 am", "08:00"}, {"10 or 11", "10:00|11:00"}, {"25:00", "!out-of-range"}, {"whatever", "?"},
	})
}

func TestTimeBesideWords(t *testing.T) {
	f := Field{Type: "time"}
	check(t, "es", f, []phrase{{"ocho y media apenas abran", "08:30"}, {"ocho y media", "08:30|20:30"}, {"al mediodía en punto", "12:00"}, {"mediodía y media", "12:30"}, {"diez para las tres", "14:50"}})
	check(t, "pt-BR", f, []phrase{{"às dez", "10:00"}, {"dez e vinte", "10:20"}, {"dez pras três", "14:50"}, {"dez em ponto, depois da escola", "10:00"}, {"oito e meia, assim que abrir", "08:30"}, {"meio-dia e quinze", "12:15"}})
}

func TestNumber(t *testing.T) {
	f := Field{Type: "number"}
	check(t, i18n.Japanese, f, []phrase{
		{"二十三", "23"}, {"１２", "12"}, {"三人", "3"}, {"2名", "2"}, {"ひとり", "1"}, {"ふたり", "2"}, {"ふたつ", "2"}, {"百二十", "120"}, {"一万二千三百", "12300"}, {"千", "1000"}, {"1,000円", "1000"}, {"千円", "1000"}, {"３千円", "3000"}, {"2万", "20000"}, {"3つです", "3"}, {"さん", "3"}, {"に", "2"}, {"ゼロ", "0"}, {"２．５", "2.5"}, {"二〇二六", "2026"}, {"-5", "-5"},
		{"2か3", "2|3"}, {"一億", "!out-of-range"}, {"マイナス5", "-5"}, {"たくさん", "?"}, {"", "?"},
	})
	check(t, i18n.English, f, []phrase{
		{"two", "2"}, {"twenty three", "23"}, {"twenty-three", "23"}, {"three hundred", "300"}, {"one hundred and five", "105"}, {"1,000", "1000"}, {"12", "12"}, {"2.5", "2.5"}, {"I'd like 3 please", "3"}, {"two or three", "2|3"}, {"many", "?"},
	})
	check(t, i18n.Japanese, Field{Type: "number", Min: 1, Max: 5}, []phrase{{"6", "!out-of-range"}, {"0", "!out-of-range"}, {"5", "5"}})
	check(t, i18n.Japanese, Field{Type: "receipt"}, []phrase{{"5", "5"}, {"受付番号5番", "5"}, {"５番です", "5"}, {"十二", "12"}, {"0", "!out-of-range"}})
}

func TestParty(t *testing.T) {
	f := Field{Type: "party", Min: 1, Max: 6}
	check(t, i18n.Japanese, f, []phrase{
		{"一人", "1"}, {"1人です", "1"}, {"ひとりです", "1"}, {"一人で行きます", "1"}, {"ふたり", "2"}, {"二人でお願いします", "2"}, {"3名", "3"}, {"３名です", "3"}, {"家族4人", "4"}, {"全部で五人です", "5"}, {"私だけ", "1"}, {"自分だけです", "1"}, {"夫婦二人", "2"}, {"大人2人と子供1人", "3"}, {"大人二人、子ども二人です", "4"}, {"4", "4"}, {"妻と2人", "2"}, {"私と妻と子供2人", "4"},
		{"2人か3人", "2|3"}, {"7人", "!out-of-range"}, {"百人", "!out-of-range"}, {"わかりません", "!excluded"}, {"みんな", "?"},
	})
	check(t, i18n.English, f, []phrase{
		{"just me", "1"}, {"Just me, thanks", "1"}, {"me", "1"}, {"two of us", "2"}, {"the two of us", "2"}, {"3 people", "3"}, {"a family of 4", "4"}, {"two adults and one child", "3"}, {"me and my wife", "2"}, {"there are three of us", "3"}, {"five", "5"}, {"2 or 3", "2|3"}, {"20 people", "!out-of-range"}, {"1.5", "!not-whole"},
	})
}

func TestYesNo(t *testing.T) {
	f := Field{Type: "yesno"}
	check(t, i18n.Japanese, f, []phrase{
		{"はい", "yes"}, {"ハイ", "yes"}, {"はい。", "yes"}, {"はい、お願いします", "yes"}, {"はいお願いします", "yes"}, {"ええ", "yes"}, {"うん", "yes"}, {"そうです", "yes"}, {"お願いします", "yes"}, {"OK", "yes"}, {"ＯＫです", "yes"}, {"合っています", "yes"}, {"間違いありません", "yes"}, {"👍", "yes"}, {"○", "yes"}, {"はい、持っています", "yes"}, {"それで大丈夫です", "yes"}, {"ﾊｲ", "yes"},
		{"いいえ", "no"}, {"いいえ、違います", "no"}, {"違います", "no"}, {"ちがいます。", "no"}, {"いや", "no"}, {"ううん", "no"}, {"ないです", "no"}, {"ありません", "no"}, {"間違っています", "no"}, {"いいえ、けっこうです", "no"}, {"×", "no"}, {"いいえ持っていません", "no"},
		{"問題ありません", "yes"}, {"持っていません", "no"}, {"大丈夫です", "yes|no"}, {"結構です", "yes|no"}, {"いいです", "yes|no"}, {"はい、違います", "yes|no"}, {"えーと", "?"}, {"明日", "?"}, {"", "?"}, {"どうでしょう", "?"},
		{"yes", "yes"}, {"no", "no"},
		{"はーーい", "yes"}, {"はぃ", "yes"}, {"りょ", "yes"}, {"せやで", "yes"}, {"大丈夫です、進めてください", "yes"}, {"その内容で間違いないです", "yes"}, {"違うところはありません", "yes"}, {"カードは持っています", "yes"}, {"hai", "yes"},
		{"ちゃうちゃう", "no"}, {"日付が間違ってます", "no"}, {"うーん、それちがうな", "no"}, {"待って、それ違う人の名前", "no"}, {"間に合ってます", "no"}, {"大丈夫です、いりません", "no"}, {"参加できません", "no"}, {"iie", "no"},
		{"うーん", "?"}, {"はい？", "?"}, {"持ってますか", "?"}, {"する ひつようが あるの", "?"}, {"すみません", "?"}, {"間違いないか確認したい", "?"}, {"これで合ってるのかな", "?"}, {"持っていますが期限切れです", "?"}, {"いいんじゃないですか", "?"}, {"はい、でも電話番号が間違ってます", "yes|no"}, {"名前は合っていて日付が違います", "no"},
	})
	check(t, "zh-Hans", f, []phrase{
		{"OK啦", "yes"}, {"是滴", "yes"}, {"就这么办", "yes"}, {"应该没错", "yes"}, {"是的,没有问题", "yes"}, {"shi de", "yes"},
		{"嗯……不对，日期写错了", "no"}, {"等等 名字不对", "no"}, {"不好意思不是这个", "no"}, {"先别提交", "no"},
		{"你是不是搞错了", "?"}, {"没问题吗", "?"}, {"不好意思", "?"}, {"日期没错，电话错了", "yes|no"},
	})
	check(t, "zh-Hant", f, []phrase{
		{"好ㄉ", "yes"}, {"對對對", "yes"}, {"是這樣沒錯，麻煩送出", "yes"}, {"ㄅ要", "no"}, {"呃不是，電話打錯了", "no"}, {"可以改時間嗎", "?"},
	})
	check(t, "ko", f, []phrase{
		{"네에~", "yes"}, {"넴넴", "yes"}, {"괜찮아요 그 시간으로 해요", "yes"}, {"틀린 거 없어요", "yes"},
		{"음... 그건 아닌 것 같아요", "no"}, {"날짜가 안 맞아요", "no"}, {"그거 말고요", "no"}, {"좋지 않아요", "no"},
		{"맞는지 모르겠어요", "?"}, {"잠깐만요", "?"}, {"확인 좀 해볼게요", "?"}, {"동의 안 함", "no"}, {"네 근데 바꾸고 싶어요", "yes|no"},
	})
	for _, lang := range []i18n.Lang{"id", "vi"} {
		check(t, lang, f, []phrase{{"hai", "?"}})
	}
	check(t, i18n.English, f, []phrase{
		{"yes", "yes"}, {"Yes, please", "yes"}, {"YES!", "yes"}, {"yep", "yes"}, {"sure", "yes"}, {"that's right", "yes"}, {"That’s right.", "yes"}, {"correct", "yes"}, {"ok", "yes"}, {"of course", "yes"}, {"Yes, I have one", "yes"}, {"looks good", "yes"}, {"y", "yes"}, {"I do", "yes"},
		{"no", "no"}, {"No thanks", "no"}, {"nope", "no"}, {"not really", "no"}, {"that's wrong", "no"}, {"No, I lost it", "no"}, {"I don't", "no"}, {"incorrect", "no"}, {"n", "no"},
		{"maybe", "?"}, {"はい", "yes"}, {"いいえ", "no"}, {"know", "?"}, {"north", "?"},
		{"yesss", "yes"}, {"Looks goood to me", "yes"}, {"noooo", "no"}, {"nahh", "no"}, {"kkkk", "?"}, {"yes yes yes", "yes"}, {"no no that's wrong", "no"}, {"no that's correct", "yes|no"},
		{"hmm no it's for my wife", "no"}, {"wait no", "no"}, {"oh yes I did get it", "yes"}, {"please don't send that", "no"}, {"that's not what I meant", "no"}, {"the name is wrong", "no"}, {"all good except the date", "no"},
		{"nothing is wrong", "yes"}, {"is something wrong?", "?"}, {"I'm good, thanks", "yes|no"}, {"yes, but the date is wrong", "yes|no"}, {"yes but change it", "yes|no"}, {"ok wait", "yes|no"}, {"ok what do I bring", "?"}, {"please change it", "?"}, {"that should be fine I hope", "?"},
	})
	check(t, "es", f, []phrase{
		{"siiii", "yes"}, {"sí sí, todo bien", "yes"}, {"espera, no era ese día", "no"}, {"eso no es lo que dije", "no"}, {"el nombre está mal escrito", "no"}, {"no, está mal", "no"}, {"no está mal", "yes|no"}, {"sí, pero cambie la hora", "yes|no"}, {"no hay ningún error", "yes"}, {"ya me llegó", "yes"}, {"tengo una duda", "?"}, {"quiero otra hora", "?"}, {"me parece que está mal", "no"},
	})
	check(t, "pt-BR", f, []phrase{
		{"simmm", "yes"}, {"tá ok, pode mandar", "yes"}, {"peraí, o dia tá errado", "no"}, {"não, tá errado", "no"}, {"não está errado", "yes|no"}, {"ainda não recebi", "no"}, {"sim mas muda o dia", "yes|no"}, {"está certo isso?", "?"}, {"vou pensar", "?"}, {"pode mudar o dia", "?"}, {"não é bem isso", "no"}, {"kkkkk", "?"},
	})
}

var visitors = []Choice{
	{"self", []string{"ご本人", "Myself", "本人", "私", "自分", "me"}},
	{"guardian", []string{"法定代理人（15歳未満・成年被後見人）", "Legal guardian (under 15, adult ward)", "法定代理人", "親", "保護者", "parent"}},
	{"agent", []string{"代理人", "Representative", "代わりの人"}},
}

var counters = []Choice{
	{"honcho", []string{"本庁 市民課窓口", "Main Office, Citizens Section", "市役所"}},
	{"ekimae", []string{"駅前出張所", "Station Branch Office"}},
	{"nishi", []string{"西サポートセンター", "West Support Center"}},
}

func TestChoice(t *testing.T) {
	f := Field{Type: "choice", Choices: visitors}
	check(t, i18n.Japanese, f, []phrase{
		{"self", "self"}, {"ご本人", "self"}, {"本人", "self"}, {"本人です", "self"}, {"私です。", "self"}, {"ほんにん", "?"}, {"法定代理人", "guardian"}, {"法定代理人です", "guardian"}, {"代理人", "agent"}, {"代理人でお願いします", "agent"}, {"法定代理人（15歳未満・成年被後見人）", "guardian"}, {"保護者です", "guardian"},
		{"1", "self"}, {"①", "self"}, {"１番", "self"}, {"一番目", "self"}, {"2つ目", "guardian"}, {"3番でお願いします", "agent"}, {"最後", "agent"}, {"最後の", "agent"}, {"一番上", "self"}, {"4", "!out-of-range"}, {"0", "!out-of-range"},
		{"成年被後見人", "guardian"}, {"代理人ではない", "!excluded"}, {"天気", "?"}, {"", "?"}, {"-1", "?"}, {"－１人", "?"}, {"1.5", "?"}, {"1.", "self"},
	})
	check(t, i18n.English, f, []phrase{
		{"myself", "self"}, {"Myself, please", "self"}, {"me", "self"}, {"a representative", "agent"}, {"Legal guardian", "guardian"}, {"I am a legal guardian", "guardian"}, {"the first one", "self"}, {"second", "guardian"}, {"the second one please", "guardian"}, {"number 3", "agent"}, {"the last one", "agent"}, {"Option 2", "guardian"}, {"2.", "guardian"}, {"reprezentative", "agent"}, {"myslef", "self"}, {"gaurdian", "?"}, {"four", "!out-of-range"}, {"not a representative", "!excluded"}, {"whatever", "?"},
	})
	f.Choices = counters
	check(t, i18n.Japanese, f, []phrase{
		{"本庁", "honcho"}, {"駅前", "ekimae"}, {"えきまえ出張所", "?"}, {"西サポートセンター", "nishi"}, {"西さぽーとせんたー", "nishi"}, {"西ｻﾎﾟｰﾄｾﾝﾀｰ", "nishi"}, {"西サポトセンター", "nishi"}, {"駅前出張所に行きます", "ekimae"}, {"市民課", "honcho"}, {"本庁の市民課に行きたいです", "honcho"}, {"西", "nishi"}, {"西のセンター", "nishi"}, {"2番目のやつ", "ekimae"}, {"Nishiでお願いします", "nishi"},
		{"本庁か駅前", "honcho|ekimae"},
	})
	check(t, i18n.English, f, []phrase{
		{"main office", "honcho"}, {"station branch", "ekimae"}, {"west suport center", "nishi"}, {"West Support Centre", "nishi"}, {"office", "honcho|ekimae"},
	})
	same := []Choice{{"a", []string{"東窓口"}}, {"b", []string{"東窓口"}}, {"c", []string{"西窓口"}}}
	check(t, i18n.Japanese, Field{Type: "choice", Choices: same}, []phrase{{"東窓口", "a|b"}, {"窓口", "a|b|c"}, {"西窓口", "c"}})
	check(t, i18n.Japanese, Field{Type: "choices", Choices: visitors}, []phrase{{"本人と代理人", "self,agent"}, {"代理人、本人", "self,agent"}, {"1と3", "self,agent"}, {"本人", "self"}, {"1,2", "self,guardian"}, {"空", "?"}})
	check(t, i18n.English, Field{Type: "choices", Choices: visitors}, []phrase{{"myself and a representative", "self,agent"}, {"1 and 3", "self,agent"}, {"1, 2", "self,guardian"}})
}

func TestContact(t *testing.T) {
	check(t, i18n.Japanese, Field{Type: "postal"}, []phrase{
		{"060-0001", "0600001"}, {"〒060-0001", "0600001"}, {"〒０６０－０００１", "0600001"}, {"0600001", "0600001"}, {"060ー0001", "0600001"}, {"060‐0001です", "0600001"}, {"060−0001", "0600001"}, {"060の0001", "0600001"}, {"060 0001", "0600001"}, {"060-0001札幌市中央区北1条西2丁目", "0600001"}, {"06-0001", "!wrong-length"}, {"060-00012", "!wrong-length"}, {"000-0001", "!bad-shape"}, {"札幌市", "?"}, {"", "?"},
	})
	check(t, i18n.Japanese, Field{Type: "phone"}, []phrase{
		{"090-1234-5678", "09012345678"}, {"０９０ー１２３４ー５６７８", "09012345678"}, {"09012345678です", "09012345678"}, {"03-1234-5678", "0312345678"}, {"03(1234)5678", "0312345678"}, {"011-211-2111", "0112112111"}, {"+81 90-1234-5678", "09012345678"}, {"+81-(0)90-1234-5678", "09012345678"}, {"+81 3 1234 5678", "0312345678"}, {"0120-95-0178", "0120950178"}, {"0800-123-4567", "08001234567"}, {"0570-000-000", "0570000000"}, {"050-1234-5678", "05012345678"}, {"070-1234-5678", "07012345678"}, {"03の1234の5678", "0312345678"}, {"電話は090-1234-5678です", "09012345678"},
		{"090-1234-567", "!wrong-length"}, {"03-1234-567", "!wrong-length"}, {"1234-5678", "!bad-shape"}, {"+1 212 555 0100", "!bad-shape"}, {"ありません", "?"},
	})
	check(t, i18n.English, Field{Type: "mail"}, []phrase{
		{"taro@example.jp", "taro@example.jp"}, {"Taro.Yamada@Example.JP", "Taro.Yamada@example.jp"}, {"ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ", "taro@example.jp"}, {" taro@example.jp ", "taro@example.jp"}, {"メールはtaro+x@example.co.jpです", "taro+x@example.co.jp"}, {"my mail is a@b.org.", "a@b.org"}, {"mailto:a@b.org", "a@b.org"}, {"a@b.org or c@d.org", "a@b.org|c@d.org"},
		{"taro@example", "!bad-shape"}, {"taro@@example.jp", "!bad-shape"}, {"@example.jp", "!bad-shape"}, {"a..b@example.jp", "!bad-shape"}, {"taro@-x.jp", "!bad-shape"}, {"taro@1.2.3.4", "!bad-shape"}, {"no mail", "?"},
	})
	check(t, i18n.Japanese, Field{Type: "code"}, []phrase{
		{"ABCDE-23456", "ABCDE23456"}, {"abcde23456", "ABCDE23456"}, {"ＡＢＣＤＥ　２３４５６", "ABCDE23456"}, {"abcde−23456", "ABCDE23456"}, {"ABCDEー23456", "ABCDE23456"}, {"ABCDE 23456です", "ABCDE23456"}, {"ABCD0-23456", "!bad-symbol"}, {"ABCDI23456", "!bad-symbol"}, {"ABCDO23456", "!bad-symbol"}, {"1BCDE23456", "!bad-symbol"}, {"ABCDE2345", "!wrong-length"}, {"ABCDE234567", "!wrong-length"}, {"なくしました", "?"}, {"", "?"},
	})
}

func TestNamesAndText(t *testing.T) {
	check(t, i18n.Japanese, Field{Type: "kana"}, []phrase{
		{"やまだ たろう", "ヤマダ タロウ"}, {"ﾔﾏﾀﾞ ﾀﾛｳ", "ヤマダ タロウ"}, {"ヤマダ　タロウ", "ヤマダ タロウ"}, {"りゅう", "リュウ"}, {"りゆう", "リユウ"}, {"ｼﾞｮﾝ･ｽﾐｽ", "ジョン・スミス"}, {"まりー", "マリー"}, {"マリ−", "マリー"}, {"ﾏﾘｰ", "マリー"}, {"ゔぃくとる", "ヴィクトル"}, {"やまだです", "ヤマダ"}, {"山田", "!not-kana"}, {"Yamada", "!not-kana"}, {"", "?"},
	})
	check(t, i18n.Japanese, Field{Type: "name"}, []phrase{
		{"山田 太郎", "山田 太郎"}, {"山田太郎です。", "山田太郎"}, {"山田　太郎と申します", "山田 太郎"}, {"神\U000E0100田", "神\U000E0100田"}, {"\uFA19田", "\uFA19田"}, {"Nguyễn Văn A", "Nguyễn Văn A"}, {"髙﨑", "髙﨑"}, {"123", "?"}, {"  ", "?"}, {"my name is John Smith", "John Smith"},
	})
	check(t, i18n.English, Field{Type: "text", Length: 5}, []phrase{{" abc ", "abc"}, {"a\x00b\u202ec\u200b", "abc"}, {"abcdef", "!too-long"}, {"", "?"}})
	for _, typ := range []string{"text", "name", "phone", "code", "number", "receipt", "address"} {
		if r := Value(in(i18n.Japanese), Field{Type: typ}, "123456789018"); r.Reason != MyNumberGiven || len(r.Candidates) > 0 {
			t.Errorf("%s: an individual number was taken: %+v", typ, r)
		}
	}
}
