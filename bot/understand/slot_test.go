package understand

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"madoguchi/i18n"
	"madoguchi/i18n/civil"
)

func day(s string) civil.Date {
	d, err := civil.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func TestSlotWish(t *testing.T) {
	wed := time.Wednesday
	const am, noon, pm3, six = 8 * 60, 12 * 60, 15 * 60, 18 * 60
	for _, tt := range []struct {
		lang i18n.Lang
		text string
		wish Wish
		want string // of the Result, as in phrase
	}{
		{"ja", "あさっての午後", Wish{Date: day("2026-11-27"), From: noon, To: six}, "?"},
		{"ja", "来週の火曜", Wish{Date: day("2026-12-01")}, "?"},
		{"ja", "来週の火曜の午前中", Wish{Date: day("2026-12-01"), From: am, To: noon}, "?"},
		{"ja", "12月3日の10時", Wish{Date: day("2026-12-03"), From: 600, To: 601}, "2026-12-03T10:00"},
		{"ja", "12/3 10:00", Wish{Date: day("2026-12-03"), From: 600, To: 601}, "2026-12-03T10:00"},
		{"ja", "１２月３日（木）午後１時半でお願いします", Wish{Date: day("2026-12-03"), From: 810, To: 811}, "2026-12-03T13:30"},
		{"ja", "来週", Wish{Week: 1, HasWeek: true}, "?"},
		{"ja", "来週の午後", Wish{Week: 1, HasWeek: true, From: noon, To: six}, "?"},
		{"ja", "今週", Wish{HasWeek: true}, "?"},
		{"ja", "12月", Wish{Month: 12}, "?"},
		{"ja", "来月", Wish{Month: 12, Year: 2026}, "?"},
		{"ja", "もっと後", Wish{Later: true}, "?"},
		{"ja", "もっと後の日がいいです", Wish{Later: true}, "?"},
		{"ja", "もう少し早い時間", Wish{Earlier: true}, "?"},
		{"ja", "別の日", Wish{Other: true}, "?"},
		{"ja", "一番早い日", Wish{Soonest: true}, "?"},
		{"ja", "なるべく早くお願いします", Wish{Soonest: true}, "?"},
		{"ja", "3時以降", Wish{From: pm3}, "?"},
		{"ja", "明日の3時以降", Wish{Date: day("2026-11-26"), From: pm3}, "?"},
		{"ja", "10時ごろ", Wish{From: 570, To: 631}, "?"},
		{"ja", "10時まで", Wish{To: 600}, "?"},
		{"ja", "10時から12時", Wish{From: 600, To: 720}, "?"},
		{"ja", "明日10時〜11時半", Wish{Date: day("2026-11-26"), From: 600, To: 690}, "?"},
		{"ja", "午後", Wish{From: noon, To: six}, "?"},
		{"ja", "夕方", Wish{From: 900, To: 19 * 60}, "?"},
		{"ja", "10時", Wish{From: 600, To: 601}, "10:00"},
		{"ja", "水曜の10時", Wish{Weekday: &wed, From: 600, To: 601}, "2026-11-25T10:00|2026-12-02T10:00"},
		{"ja", "水曜日", Wish{Weekday: &wed}, "2026-11-25|2026-12-02"},
		{"ja", "明日の8時", Wish{Date: day("2026-11-26")}, "2026-11-26T08:00|2026-11-26T20:00"},
		{"ja", "金曜以外", Wish{Other: true}, "!excluded"},
		{"ja", "昨日", Wish{}, "!past"},
		{"ja", "今日の8時30分", Wish{Date: day("2026-11-25")}, "~2026-11-25T20:30"},
		{"ja", "2月30日", Wish{}, "!no-such-date"},
		{"ja", "平成31年5月1日", Wish{}, "!era-ended"},
		{"ja", "わからない", Wish{}, "?"},
		{"ja", "こんにちは", Wish{}, "?"},
		{"en", "tomorrow afternoon", Wish{Date: day("2026-11-26"), From: noon, To: six}, "?"},
		{"en", "next Tuesday at 10", Wish{Date: day("2026-12-01"), From: 600, To: 601}, "2026-12-01T10:00"},
		{"en", "the 3rd at 10:30", Wish{Date: day("2026-12-03"), From: 630, To: 631}, "2026-12-03T10:30"},
		{"en", "tomorrow 10-12", Wish{Date: day("2026-11-26"), From: 600, To: 720}, "?"},
		{"ja", "火曜の午後か木曜の午前", Wish{}, "2026-12-01|2026-11-26"},
		{"ja", "全部だめです", Wish{Other: true}, "?"},
		{"ja", "次の週", Wish{Week: 1, HasWeek: true}, "?"},
		{"en", "next Tuesday at 10 am", Wish{Date: day("2026-12-01"), From: 600, To: 601}, "2026-12-01T10:00"},
		{"en", "Dec 3rd at half past ten", Wish{Date: day("2026-12-03"), From: 630, To: 631}, "2026-12-03T10:30"},
		{"en", "next week", Wish{Week: 1, HasWeek: true}, "?"},
		{"en", "Saturday", Wish{Date: day("2026-11-28")}, "?"},
		{"en", "Saturday morning please", Wish{Date: day("2026-11-28"), From: am, To: noon}, "?"},
		{"en", "later", Wish{Later: true}, "?"},
		{"en", "something later please", Wish{Later: true}, "?"},
		{"en", "earlier", Wish{Earlier: true}, "?"},
		{"en", "after 3", Wish{From: pm3}, "?"},
		{"en", "Friday after 3 pm", Wish{Date: day("2026-11-27"), From: pm3}, "?"},
		{"en", "around 10", Wish{From: 570, To: 631}, "?"},
		{"en", "before noon", Wish{To: noon}, "?"},
		{"en", "another day", Wish{Other: true}, "?"},
		{"en", "as soon as possible", Wish{Soonest: true}, "?"},
		{"en", "the earliest one", Wish{Soonest: true}, "?"},
		{"en", "in the afternoon", Wish{From: noon, To: six}, "?"},
	} {
		w, r := SlotWish(in(tt.lang), tt.text)
		if diff := cmp.Diff(tt.wish, w); diff != "" {
			t.Errorf("%q: wish (-want +got)\n%s", tt.text, diff)
		}
		if got := outcome(r); got != tt.want {
			t.Errorf("%q: got %s, want %s", tt.text, got, tt.want)
		}
	}
}

func TestSlotOffered(t *testing.T) {
	offers := []Choice{
		{"honcho/2026-12-01T10:00", []string{"12月1日（火）午前10時00分", "10:00"}},
		{"honcho/2026-12-01T10:30", []string{"12月1日（火）午前10時30分", "10:30"}},
		{"ekimae/2026-12-02T09:00", []string{"12月2日（水）午前9時00分", "9:00"}},
	}
	f := Field{Type: "slot", Choices: offers}
	check(t, i18n.Japanese, f, []phrase{
		{"honcho/2026-12-01T10:00", "honcho/2026-12-01T10:00"}, {"10:30", "honcho/2026-12-01T10:30"}, {"1", "honcho/2026-12-01T10:00"}, {"2番でお願いします", "honcho/2026-12-01T10:30"}, {"最後の", "ekimae/2026-12-02T09:00"}, {"来週の火曜10時", "honcho/2026-12-01T10:00"}, {"12/2の9時", "ekimae/2026-12-02T09:00"}, {"12月1日 10時半", "honcho/2026-12-01T10:30"}, {"12月1日（火）午前10時00分", "honcho/2026-12-01T10:00"},
		{"12月4日の10時", "2026-12-04T10:00"}, {"4", "!out-of-range"},
	})
}
