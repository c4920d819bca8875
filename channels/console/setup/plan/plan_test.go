package plan_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"madoguchi/channels/console/setup/plan"
	"madoguchi/channels/sheet"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store/reservation"
)

const heads = "種別,窓口ID,窓口名,開始日,終了日,曜日,第何週,何週ごと,起点日,開始時刻,終了時刻,枠の長さ（分）,除外時間,受入数,利用者の上限,休日開庁,理由\n"

var form = plan.In([]i18n.Lang{"ja", "ja-easy", "en", "zh-Hans"})

func TestFaultsAreNamedByLineAndColumn(t *testing.T) {
	for name, c := range map[string]struct {
		data   string
		line   int
		column string
		code   string
	}{
		"wrong encoding":    {"\xff\xfe" + heads, 0, "", "encoding"},
		"100 MB":            {strings.Repeat("開設,honcho,,,,,,,,,,,,,,,\n", 100<<20/40), 0, "", "too-large"},
		"empty":             {"", 0, "", "empty"},
		"wrong header":      {"氏名,住所\nx,y\n", 1, "氏名", "unknown-column"},
		"missing column":    {"種別\n開設\n", 1, "窓口ID", "missing-column"},
		"unknown kind":      {heads + "開く,honcho,,,,,,,,9:00,10:00,30,,1,,,\n", 2, "種別", "kind"},
		"no counter":        {heads + "開設,,,,,,,,,9:00,10:00,30,,1,,,\n", 2, "窓口ID", "empty"},
		"new without name":  {heads + "開設,shiten,,,,,,,,9:00,10:00,30,,1,,,\n", 2, "窓口名", "no-name"},
		"bad id":            {heads + "窓口,本庁,本庁,,,,,,,,,,,,,,\n", 2, "窓口ID", "id"},
		"impossible date":   {heads + "休館,,,2027-02-30,2027-02-30,,,,,,,,,,,,工事\n", 2, "開始日", "date"},
		"from after to":     {heads + "休館,,,2027-03-02,2027-03-01,,,,,,,,,,,,工事\n", 2, "終了日", "to-before-from"},
		"half a yearly day": {heads + "休館,,,12/29,2027/1/3,,,,,,,,,,,,年末\n", 2, "終了日", "month-day"},
		"impossible time":   {heads + "開設,honcho,,,,月,,,,25:00,26:00,30,,1,,,\n", 2, "開始時刻", "clock"},
		"end before start":  {heads + "開設,honcho,,,,月,,,,10:00,9:00,30,,1,,,\n", 2, "終了時刻", "end-before-start"},
		"no time":           {heads + "開設,honcho,,,,月,,,,,,30,,1,,,\n", 2, "開始時刻", "empty"},
		"slot of nothing":   {heads + "開設,honcho,,,,月,,,,9:00,9:20,30,,1,,,\n", 2, "枠の長さ（分）", "no-slot"},
		"weekday word":      {heads + "開設,honcho,,,,月金曜火星,,,,9:00,10:00,30,,1,,,\n", 2, "曜日", "weekday"},
		"week of month":     {heads + "開設,honcho,,,,月,6,,,9:00,10:00,30,,1,,,\n", 2, "第何週", "nth"},
		"week, no weekday":  {heads + "開設,honcho,,,,,2,,,9:00,10:00,30,,1,,,\n", 2, "曜日", "nth-weekdays"},
		"no anchor":         {heads + "開設,honcho,,,,月,,2,,9:00,10:00,30,,1,,,\n", 2, "起点日", "anchor"},
		"no number":         {heads + "開設,honcho,,,,月,,,,9:00,10:00,30,,たくさん,,,\n", 2, "受入数", "number"},
		"quota":             {heads + "開設,honcho,,,,月,,,,9:00,10:00,30,,1,5,,\n", 2, "利用者の上限", "quota"},
		"neither yes or no": {heads + "開設,honcho,,,,月,,,,9:00,10:00,30,,1,,たぶん,\n", 2, "休日開庁", "yes-no"},
		"lunch":             {heads + "開設,honcho,,,,月,,,,9:00,15:00,30,昼,1,,,\n", 2, "除外時間", "hours"},
		"duplicate line":    {heads + strings.Repeat("開設,honcho,,,,月,,,,9:00,10:00,30,,1,,,\n", 2), 3, "種別", "duplicate"},
		"overlapping rules": {heads + "開設,honcho,,,,月,,,,9:00,11:00,30,,1,,,\n開設,honcho,,,,月,,,,10:00,12:00,30,,2,,,\n", 3, "開始時刻", "overlap"},
		"counter twice":     {heads + "窓口,honcho,本庁,,,,,,,,,,,,,,\n窓口,honcho,本庁2,,,,,,,,,,,,,,\n", 3, "窓口ID", "twice"},
		"always closed":     {heads + "休館,honcho,,,,,,,,,,,,,,,\n", 2, "開始日", "every-day"},
		"unknown counter":   {heads + "休館,nowhere,,2027-01-01,2027-01-01,,,,,,,,,,,,\n", 2, "窓口ID", "no-counter"},
		"too many cells":    {heads + "休館" + strings.Repeat(",", 30) + "x\n", 2, "", "cells"},
		"open quote":        {heads + "\"休館\n", 2, "", "csv"},
	} {
		t.Run(name, func(t *testing.T) {
			before := reservation.Sample()
			p, problems := form.Read([]byte(c.data), before, civil.Holiday)
			if p != nil {
				t.Fatal("it was taken")
			}
			if !slices.ContainsFunc(problems, func(p sheet.Problem) bool {
				return p.Line == c.line && p.Column == c.column && p.Code == c.code && p.Hint != ""
			}) {
				t.Errorf("got %+v, want line %d, column %s, %s", problems, c.line, c.column, c.code)
			}
			if d := cmp.Diff(reservation.Sample(), before); d != "" {
				t.Errorf("the settings given have changed: %s", d)
			}
		})
	}
}

func TestWhatAFileDoesNotNameStays(t *testing.T) {
	s := reservation.Sample()
	file := heads + "開設,nishi,,2027/3/1,2027/3/31,平日・土,,,,９:00,17時30分,30,12:00〜13:00,3,2,はい,\n開設,nishi,,,,平日,,,,14:30,17:00,30,,1,,,\n休館,nishi,,2027/2/1,2027/2/1,,,,,,,,,,,,工事\n"
	p, problems := form.Read([]byte(file), s, civil.Holiday)
	if problems != nil {
		t.Fatal(problems)
	}
	want := reservation.Sample()
	want.Counters[2].Openings = []reservation.Opening{
		{Days: reservation.Days{From: "2027-03-01", To: "2027-03-31", Weekdays: []string{"mon", "tue", "wed", "thu", "fri", "sat"}},
			Start: "09:00", End: "17:30", Slot: 30, Except: []reservation.Hours{{Start: "12:00", End: "13:00"}}, Capacity: 3,
			Quotas: map[reservation.Group]int{reservation.Open: 2}, Extra: true},
		want.Counters[2].Openings[0],
	}
	want.Closures = append(want.Closures, reservation.Closure{
		Days: reservation.Days{From: "2027-02-01", To: "2027-02-01"}, Counter: "nishi", Reason: reservation.Names{"ja": "工事"}})
	if d := cmp.Diff(want, p.Settings); d != "" {
		t.Error(d)
	}
	if !slices.Equal(p.Changed, []string{"nishi"}) || p.Added != nil || p.Openings != 2 || p.Closures != 1 {
		t.Errorf("report: %+v", p)
	}
}

// A column of a language sets names in it, an empty cell takes one away, and a
// file without the column leaves the names that exist.
func TestNamesStandInOtherLanguages(t *testing.T) {
	for name, c := range map[string]struct {
		file    string
		en, zh  string
		changed int
	}{
		"no column":    {"種別,窓口ID,窓口名\n窓口,nishi,西サポートセンター\n", "West", "西", 0},
		"not even 窓口名": {"種別,窓口ID\n窓口,nishi\n", "West", "西", 0},
		"the same":     {"種別,窓口ID,窓口名,名称(en),名称(zh-Hans)\n窓口,nishi,西サポートセンター,West,西\n", "West", "西", 0},
		"another":      {"種別,窓口ID,窓口名,名称(en)\n窓口,nishi,西サポートセンター,West centre\n", "West centre", "西", 1},
		"wide signs":   {"種別,窓口ID,窓口名,窓口名（en）\n窓口,nishi,西サポートセンター,West centre\n", "West centre", "西", 1},
		"taken away":   {"種別,窓口ID,窓口名,名称(en),名称(zh-Hans)\n窓口,nishi,西サポートセンター,,西区中心\n", "", "西区中心", 2},
	} {
		t.Run(name, func(t *testing.T) {
			s := reservation.Sample()
			s.Counters[2].Names = reservation.Names{"ja": "西サポートセンター", "en": "West", "zh-Hans": "西"}
			p, problems := form.Read([]byte(c.file), s, civil.Holiday)
			if problems != nil {
				t.Fatal(problems)
			}
			n := p.Settings.Counters[2].Names
			if n["en"] != c.en || n["zh-Hans"] != c.zh || n["ja"] != "西サポートセンター" || p.Translations != c.changed {
				t.Errorf("%v, %d changed", n, p.Translations)
			}
			if s.Counters[2].Names["en"] != "West" {
				t.Error("the settings given have changed")
			}
		})
	}
	if _, problems := form.Read([]byte("種別,窓口ID,名称(xx)\n窓口,nishi,West\n"), reservation.Sample(), civil.Holiday); len(problems) != 1 || problems[0].Column != "名称(xx)" || problems[0].Code != "unknown-column" {
		t.Errorf("a language nobody speaks: %v", problems)
	}
}

// A language that Shift_JIS has no characters for is not written, so that the
// file does not bring back 〓 in place of names.
func TestALanguageThatCannotBeWrittenIsLeftOut(t *testing.T) {
	s := reservation.Sample()
	s.Counters[2].Names = reservation.Names{"ja": "西サポートセンター", "en": "West", "zh-Hans": "西区办事处"}
	delete(s.Closures[0].Reason, "zh-Hans") // which Shift_JIS has
	for enc, want := range map[sheet.Encoding]bool{sheet.UTF8: true, sheet.ShiftJIS: false} {
		var b bytes.Buffer
		if lost, err := form.Write(&b, enc, s); lost != 0 || err != nil {
			t.Fatal(lost, err)
		}
		p, problems := form.Read(b.Bytes(), s, civil.Holiday)
		if problems != nil {
			t.Fatal(problems)
		}
		if d := cmp.Diff(s, p.Settings, cmpopts.EquateEmpty()); d != "" || p.Translations != 0 {
			t.Errorf("%s: %s", enc, d)
		}
		if got := bytes.Contains(b.Bytes(), []byte("(zh-Hans)")); got != want {
			t.Errorf("%s has a column of Chinese: %v", enc, got)
		}
	}
}

// anyPlan are settings as people may write them.
func anyPlan(t *rapid.T) reservation.Settings {
	s := reservation.Settings{Services: reservation.Sample().Services}
	words := rapid.StringMatching(`[ぁ-ん漢字a-zA-Z0-9=+@" ,'-]{0,12}`).Filter(func(w string) bool {
		return w == strings.TrimSpace(w) && !strings.HasPrefix(w, "'") && !strings.HasPrefix(w, "=\"")
	})
	days := func() reservation.Days {
		d := reservation.Days{}
		switch rapid.IntRange(0, 3).Draw(t, "days") {
		case 1:
			d.From, d.To = "2027-04-01", "2027-09-30"
		case 2:
			d.From, d.To = "12-29", "01-03"
		case 3:
			d.From = "2027-01-04"
		}
		d.Weekdays = rapid.SampledFrom([][]string{nil, {"sat"}, {"mon", "tue", "wed", "thu", "fri"}, {"sun", "mon"}}).Draw(t, "weekdays")
		if d.Weekdays != nil {
			d.Nth = rapid.SampledFrom([][]int{nil, {1, 3}, {-1}}).Draw(t, "nth")
		}
		if rapid.Bool().Draw(t, "every") {
			d.Every, d.Anchor = 2, "2027-01-04"
		}
		return d
	}
	for i := range rapid.IntRange(1, 3).Draw(t, "counters") {
		c := reservation.Counter{
			ID: string(rune('a' + i)), Names: reservation.Names{"ja": "窓口" + words.Draw(t, "name")}, Openings: []reservation.Opening{},
			Phone: rapid.SampledFrom([]string{"", "0312345678", "03-1234-5678"}).Draw(t, "phone"), Position: rapid.IntRange(0, 3).Draw(t, "position"),
			Hidden: rapid.Bool().Draw(t, "hidden"), Services: rapid.SampledFrom([][]string{nil, {"move", "consult"}}).Draw(t, "services"),
		}
		if w := words.Draw(t, "place"); w != "" {
			c.Place = reservation.Names{"ja": w}
		}
		if w := words.Draw(t, "name in English"); w != "" {
			c.Names["en"], c.Place = w, reservation.Names{"en": w}
		}
		for j := range rapid.IntRange(0, 4).Draw(t, "openings") {
			start := 8 + j*2
			o := reservation.Opening{
				Days: days(), Start: civil.Clock(start * 60).String(), End: civil.Clock(start*60 + 110).String(),
				Slot: rapid.SampledFrom([]int{5, 10, 30}).Draw(t, "slot"), Capacity: rapid.IntRange(1, 9).Draw(t, "capacity"), Extra: rapid.Bool().Draw(t, "extra"),
			}
			if rapid.Bool().Draw(t, "lunch") {
				o.Except = []reservation.Hours{{Start: o.Start, End: civil.Clock(start*60 + 30).String()}}
			}
			if rapid.Bool().Draw(t, "quota") {
				o.Quotas = map[reservation.Group]int{reservation.Phone: 0, reservation.Open: 1}
			}
			c.Openings = append(c.Openings, o)
		}
		s.Counters = append(s.Counters, c)
	}
	for range rapid.IntRange(0, 3).Draw(t, "closures") {
		k := reservation.Closure{Days: days(), Counter: rapid.SampledFrom([]string{"", "a"}).Draw(t, "of")}
		if w := words.Draw(t, "reason"); w != "" {
			k.Reason = reservation.Names{"ja": w}
			if w := words.Draw(t, "reason in English"); w != "" {
				k.Reason["en"] = w
			}
		}
		if rapid.Bool().Draw(t, "part") || k.From == "" && k.Weekdays == nil {
			k.Hours = &reservation.Hours{Start: "09:00", End: "10:30"}
		}
		if !slices.ContainsFunc(s.Closures, func(x reservation.Closure) bool { return cmp.Equal(x, k) }) {
			s.Closures = append(s.Closures, k)
		}
	}
	return s
}

// What is written comes back, onto the same settings and onto those without any
// counter, in both encodings.
func TestAPlanComesBackAsItWent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anyPlan(t)
		if _, err := reservation.Compile(s, civil.Holiday); err != nil {
			t.Fatalf("not a plan: %v", err)
		}
		for _, enc := range []sheet.Encoding{sheet.UTF8, sheet.ShiftJIS} {
			var b bytes.Buffer
			if lost, err := form.Write(&b, enc, s); err != nil || lost > 0 {
				t.Fatal(lost, err)
			}
			for _, onto := range []reservation.Settings{s, {Services: s.Services}} {
				p, problems := form.Read(b.Bytes(), onto, civil.Holiday)
				if problems != nil {
					t.Fatalf("%v\n%s", problems, b.String())
				}
				if d := cmp.Diff(s, p.Settings, cmpopts.EquateEmpty()); d != "" {
					t.Fatalf("%s\n%s", d, b.String())
				}
			}
		}
	})
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(heads + "開設,honcho,,,,月,,,,9:00,11:00,30,,1,,,\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, problems := form.Read(data, reservation.Sample(), civil.Holiday)
		if (p == nil) == (problems == nil) {
			t.Fatal("neither a plan nor a problem, or both")
		}
		if p != nil {
			if _, err := reservation.Compile(p.Settings, civil.Holiday); err != nil {
				t.Fatal(err)
			}
		}
	})
}
