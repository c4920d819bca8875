package understand

import (
	"fmt"
	"net/mail"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"madoguchi/i18n"
	"madoguchi/i18n/civil"
)

func mustBe(t *rapid.T, lang i18n.Lang, f Field, text, want string) {
	t.Helper()
	if got, ok := Value(in(lang), f, text).Value(); !ok || got != want {
		t.Fatalf("%s %s %q: got %q %v, want %q", lang, f.Type, text, got, ok, want)
	}
}

func wide(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '!' && r <= '~' {
			return r - '!' + '！'
		}
		return r
	}, s)
}

var kanjiDigits = []string{"", "一", "二", "三", "四", "五", "六", "七", "八", "九"}

// kanji writes 1 to 9999 with units.
func kanji(n int) string {
	var b strings.Builder
	for _, u := range []struct {
		value int
		name  string
	}{{1000, "千"}, {100, "百"}, {10, "十"}, {1, ""}} {
		if d := n / u.value % 10; d > 0 {
			if d > 1 || u.value == 1 {
				b.WriteString(kanjiDigits[d])
			}
			b.WriteString(u.name)
		}
	}
	return b.String()
}

// Any date written in the ways of Japan and of English is understood back.
func TestDateFormatsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := civil.Date{Year: 2026, Month: 11, Day: 25}.AddDays(rapid.IntRange(-20000, 4000).Draw(t, "days"))
		want := d.String()
		y, m, dd := d.Year, int(d.Month), d.Day
		f := Field{Type: "date"}
		for _, text := range []string{
			want, wide(want), fmt.Sprintf("%d年%d月%d日", y, m, dd), fmt.Sprintf("%d/%d/%d", y, m, dd), fmt.Sprintf("%04d%02d%02d", y, m, dd), fmt.Sprintf("%d.%d.%d", y, m, dd), fmt.Sprintf("%s年%s月%s日です", kanji(y), kanji(m), kanji(dd)),
			fmt.Sprintf("%d年%d月%d日（%s）", y, m, dd, []string{"日", "月", "火", "水", "木", "金", "土"}[d.Weekday()]),
		} {
			mustBe(t, i18n.Japanese, f, text, want)
		}
		for _, text := range []string{
			want, fmt.Sprintf("%d %s %d", dd, d.Month, y), fmt.Sprintf("%s %d, %d", d.Month, dd, y), fmt.Sprintf("%s %d %s %d", d.Weekday(), dd, d.Month.String()[:3], y),
		} {
			mustBe(t, i18n.English, f, text, want)
		}
		for _, e := range eras {
			if d.Before(e.first) || e.last.Before(d) {
				continue
			}
			year := strconv.Itoa(y - e.first.Year + 1)
			letter := map[string]string{"明治": "M", "大正": "T", "昭和": "S", "平成": "H", "令和": "R"}[e.name]
			mustBe(t, i18n.Japanese, f, fmt.Sprintf("%s%s.%d.%d", letter, year, m, dd), want)
			mustBe(t, i18n.Japanese, f, fmt.Sprintf("%s%s年%d月%d日", e.name, strings.Replace(year, "1", map[bool]string{true: "元", false: "1"}[year == "1"], 1), m, dd), want)
			if !civil.DateTime(now).Date.Before(d) {
				mustBe(t, i18n.Japanese, Field{Type: "birthdate"}, fmt.Sprintf("%s%s年%d月%d日", e.name, year, m, dd), want)
			}
		}
	})
}

// A day without its year is the next such day.
func TestNextSuchDay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := now.Date.AddDays(rapid.IntRange(0, 364).Draw(t, "days"))
		mustBe(t, i18n.Japanese, Field{Type: "date"}, fmt.Sprintf("%d月%d日", d.Month, d.Day), d.String())
		mustBe(t, i18n.Japanese, Field{Type: "date"}, fmt.Sprintf("%d/%d", d.Month, d.Day), d.String())
		mustBe(t, i18n.English, Field{Type: "date"}, fmt.Sprintf("%s %d", d.Month, d.Day), d.String())
		mustBe(t, i18n.English, Field{Type: "date"}, fmt.Sprintf("the %d of %s", d.Day, d.Month), d.String())
	})
}

// A day of next week lies in the Monday-based week after this one, whatever
// today is.
func TestNextWeek(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		today := now.Date.AddDays(rapid.IntRange(0, 400).Draw(t, "today"))
		wd := time.Weekday(rapid.IntRange(0, 6).Draw(t, "weekday"))
		name := []string{"日", "月", "火", "水", "木", "金", "土"}[wd]
		v, ok := Value(Context{i18n.Japanese, civil.DateTime{Date: today}}, Field{Type: "date"}, "来週の"+name+"曜").Value()
		if !ok {
			t.Fatalf("来週の%s曜 was not understood", name)
		}
		d, _ := civil.ParseDate(v)
		monday := today.AddDays(-(int(today.Weekday()) + 6) % 7)
		if n := d.Sub(monday); d.Weekday() != wd || n < 7 || n > 13 {
			t.Fatalf("on %s, 来週の%s曜 was taken for %s", today, name, d)
		}
	})
}

func TestTimeFormatsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := civil.Clock(rapid.IntRange(0, 24*60-1).Draw(t, "minutes"))
		h, m := int(c)/60, int(c)%60
		f := Field{Type: "time"}
		mustBe(t, i18n.Japanese, f, c.String(), map[bool]string{true: c.String(), false: c.String()}[h < 10 || h > 12])
		half := "午前"
		if h >= 12 {
			half = "午後"
		}
		mustBe(t, i18n.Japanese, f, fmt.Sprintf("%s%d時%d分", half, h%12, m), c.String())
		if h > 0 { // 12:mm am is midnight on paper and noon in speech
			en := h % 12
			if en == 0 {
				en = 12
			}
			mustBe(t, i18n.English, f, fmt.Sprintf("%d:%02d %s", en, m, map[bool]string{true: "pm", false: "am"}[h >= 12]), c.String())
		}
		if h > 12 {
			mustBe(t, i18n.Japanese, f, fmt.Sprintf("%d時%d分でお願いします", h, m), c.String())
		}
	})
}

func TestNumberFormatsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 9999).Draw(t, "n")
		want := strconv.Itoa(n)
		f := Field{Type: "number"}
		mustBe(t, i18n.Japanese, f, want, want)
		mustBe(t, i18n.Japanese, f, wide(want), want)
		mustBe(t, i18n.Japanese, f, kanji(n)+"です", want)
		if n < 100 {
			mustBe(t, i18n.Japanese, Field{Type: "party"}, kanji(n)+"人", want)
			mustBe(t, i18n.English, Field{Type: "party"}, want+" people", want)
		}
	})
}

func TestCodesAndNumbersComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.StringMatching("["+codeAlphabet+"]{10}").Draw(t, "key")
		f := Field{Type: "code"}
		mustBe(t, i18n.Japanese, f, key, key)
		mustBe(t, i18n.Japanese, f, strings.ToLower(key[:5]+"-"+key[5:]), key)
		mustBe(t, i18n.Japanese, f, wide(key[:5])+"　"+wide(key[5:]), key)

		phone := rapid.StringMatching(`0[5789]0[0-9]{8}|0[1-46-9][1-9][0-9]{7}`).Draw(t, "phone")
		if r := phone[:3]; len(phone) == 10 && r[2] == '0' || phone[:3] == "010" {
			return
		}
		mustBe(t, i18n.Japanese, Field{Type: "phone"}, wide(phone), phone)
		mustBe(t, i18n.Japanese, Field{Type: "phone"}, "+81 "+phone[1:], phone)
		mustBe(t, i18n.Japanese, Field{Type: "phone"}, phone[:3]+"ー"+phone[3:6]+"−"+phone[6:], phone)

		postal := rapid.StringMatching(`[1-9][0-9]{6}`).Draw(t, "postal")
		mustBe(t, i18n.Japanese, Field{Type: "postal"}, "〒"+wide(postal[:3]+"-"+postal[3:]), postal)
	})
}

// Every value and every label of a choice, in any width or case and with any
// politeness, is that choice.
func TestChoicesComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SampledFrom([][]Choice{visitors, counters}).Draw(t, "choices")
		f := Field{Type: "choice", Choices: list}
		i := rapid.IntRange(0, len(list)-1).Draw(t, "i")
		c := list[i]
		label := rapid.SampledFrom(c.Labels).Draw(t, "label")
		mustBe(t, i18n.Japanese, f, c.Value, c.Value)
		mustBe(t, i18n.Japanese, f, label, c.Value)
		mustBe(t, i18n.Japanese, f, wide(label), c.Value)
		mustBe(t, i18n.Japanese, f, strings.ToUpper(label), c.Value)
		mustBe(t, i18n.Japanese, f, label+"でお願いします。", c.Value)
		mustBe(t, i18n.English, f, label+", please", c.Value)
		mustBe(t, i18n.English, f, strconv.Itoa(i+1), c.Value)
	})
}

// canonical reports whether v has the form its type promises.
func canonical(f Field, v string) bool {
	switch f.Type {
	case "date", "birthdate":
		d, err := civil.ParseDate(v)
		return err == nil && d.String() == v
	case "time":
		c, err := civil.ParseClock(v)
		return err == nil && c.String() == v
	case "yesno":
		return v == "yes" || v == "no"
	case "number":
		_, err := strconv.ParseFloat(v, 64)
		return err == nil
	case "party", "receipt":
		n, err := strconv.Atoi(v)
		return err == nil && n >= 1 && strconv.Itoa(n) == v
	case "postal":
		return len(v) == 7 && strings.Trim(v, "0123456789") == ""
	case "phone":
		return (len(v) == 10 || len(v) == 11) && v[0] == '0' && strings.Trim(v, "0123456789") == ""
	case "code":
		return len(v) == codeLength && strings.Trim(v, codeAlphabet) == ""
	case "mail":
		a, err := mail.ParseAddress(v)
		return err == nil && a.Address == v
	case "choice":
		for _, c := range f.Choices {
			if c.Value == v {
				return true
			}
		}
		return false
	}
	return v != "" && utf8.ValidString(v)
}

var fuzzTypes = []Field{
	{Type: "text"}, {Type: "name"}, {Type: "kana"}, {Type: "yesno"}, {Type: "date"}, {Type: "birthdate"}, {Type: "time"}, {Type: "number"}, {Type: "party"}, {Type: "receipt"}, {Type: "postal"}, {Type: "phone"}, {Type: "mail"}, {Type: "code"}, {Type: "choice", Choices: visitors}, {Type: "choices", Choices: visitors}, {Type: "slot", Choices: []Choice{{Value: "honcho/2026-12-01T10:00"}}}, {Type: "date", Lean: ToNearest}, {Type: "address"},
}

func FuzzValue(f *testing.F) {
	for i, text := range []string{"来週の火曜", "令和8年12月24日", "S55.6.10", "午後1時半", "half past two", "二十三", "大人2人と子供1人", "〒060-0001", "+81 90-1234-5678", "a@b.jp", "ABCDE-23456", "本人と代理人", "12/2の9時", "ﾔﾏﾀﾞ", "1,000", "99999999999999999999", "十万億", "月", "(", "3日か4日か5日か6日か7日か8日か9日", "\xff\xfe", "万千百十"} {
		f.Add(text, uint8(i))
	}
	f.Add(" ", uint8(8))
	f.Fuzz(func(t *testing.T, text string, n uint8) {
		field := fuzzTypes[int(n)%len(fuzzTypes)]
		for _, lang := range twelve {
			r := Value(in(lang), field, text)
			for i, c := range r.Candidates {
				if !canonical(field, c.Value) {
					t.Fatalf("%s %q: %q is not canonical", field.Type, text, c.Value)
				}
				if c.Confidence <= 0 || c.Confidence > 1 || i > 0 && c.Confidence > r.Candidates[i-1].Confidence {
					t.Fatalf("%s %q: confidences of %v", field.Type, text, r.Candidates)
				}
			}
			if len(r.Candidates) > 0 && r.Reason != "" {
				t.Fatalf("%s %q: both candidates and a reason: %+v", field.Type, text, r)
			}
			// The value itself must be understood as itself: it is what a
			// button sends and what a correction reads back.
			if v, ok := r.Value(); ok && field.Type != "slot" && field.Type != "choices" && field.Type != "text" && field.Type != "name" && field.Type != "address" {
				if again, ok := Value(in(lang), field, v).Value(); !ok || again != v {
					t.Fatalf("%s %q: %q is understood as %q %v", field.Type, text, v, again, ok)
				}
			}
		}
	})
}

func FuzzDate(f *testing.F) {
	for _, text := range []string{"来週の火曜", "平成31年5月1日", "2月30日", "12/3", "3 Dec", "in 3 days", "月末", "㋿8年", "next week Tuesday", "来年の2月29日", "0年0月0日", "9999年12月31日", "令和9999年1月1日", "999999999日後"} {
		f.Add(text, 0)
	}
	f.Fuzz(func(t *testing.T, text string, days int) {
		c := Context{i18n.Japanese, civil.DateTime{Date: now.Date.AddDays(days % 100000)}}
		for _, lang := range twelve {
			c.Lang = lang
			for _, field := range []Field{{Type: "date"}, {Type: "birthdate"}, {Type: "date", Lean: ToPast}} {
				for _, cand := range Value(c, field, text).Candidates {
					if d, err := civil.ParseDate(cand.Value); err != nil || d.String() != cand.Value {
						t.Fatalf("%q on %s: %q is no date", text, c.Now.Date, cand.Value)
					}
				}
			}
			w, _ := SlotWish(c, text)
			if !w.Date.IsZero() && (!w.Date.Valid() || w.Date.Before(c.Now.Date)) {
				t.Fatalf("%q on %s: wish for %s", text, c.Now.Date, w.Date)
			}
			if w.From < 0 || w.To < 0 || w.From > 24*60 || w.To > 24*60+aboutMinutes {
				t.Fatalf("%q: wish from %d to %d", text, w.From, w.To)
			}
		}
	})
}

func FuzzCommands(f *testing.F) {
	for _, text := range []string{"英語でお願いします", "日付を直したい", "what does X mean", "İ", "\xff", "{}", "*"} {
		f.Add(text)
	}
	x := NewIndex(cityIntents, nil)
	f.Fuzz(func(t *testing.T, text string) {
		for _, exact := range []bool{true, false} {
			cmd, _, confidence, ok := Commands(in(i18n.English), text, exact)
			if ok != (cmd != "") || ok && (confidence <= 0 || confidence > 1) {
				t.Fatalf("%q: %q %v %v", text, cmd, confidence, ok)
			}
		}
		for _, c := range x.Match(in(i18n.Japanese), text) {
			if c.Confidence <= 0 || c.Confidence > 1 {
				t.Fatalf("%q: %v", text, c)
			}
		}
	})
}
