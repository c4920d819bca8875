package civil_test

import (
	"encoding/csv"
	"os"
	"strings"
	"testing"

	"madoguchi/i18n/civil"
)

// official reads the list of testdata/README.md as date → name.
func official(t *testing.T) map[string]string {
	t.Helper()
	f, err := os.Open("testdata/holiday_jp.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	names := make(map[string]string, len(rows))
	for _, row := range rows {
		names[row[0]] = row[1]
	}
	return names
}

// sameName tells whether a name of the list means the name given here. The list
// says what a substitute stands for and shortens a few.
func sameName(listed, ours string) bool {
	switch {
	case strings.HasSuffix(listed, " 振替休日"):
		return ours == "振替休日"
	case listed == "休日":
		return ours == "国民の休日"
	case listed == "体育の日（スポーツの日）":
		return ours == "体育の日"
	case listed == "休日（祝日扱い）":
		return ours == "即位の日" || ours == "即位礼正殿の儀"
	}
	return listed == ours
}

func TestHolidaysAgreeWithTheList(t *testing.T) {
	listed := official(t)
	if len(listed) != 1329 {
		t.Fatalf("the list has %d days, want 1329", len(listed))
	}
	for d := day(t, "1970-01-01"); d.Year <= 2050; d = d.AddDays(1) {
		want, isListed := listed[d.String()]
		got, ok := civil.Holiday(d)
		if ok != isListed || ok && !sameName(want, got) {
			t.Errorf("%v: %q %v, the list says %q %v", d, got, ok, want, isListed)
		}
	}
}

func TestHolidaysBeyondTheList(t *testing.T) {
	for date, want := range map[string]string{
		"1948-01-01": "", // before the law
		"1948-09-23": "秋分の日",
		"1948-11-03": "文化の日",
		"1949-01-01": "元日",
		"1949-03-21": "春分の日",
		"1959-04-10": "結婚の儀",
		"1961-01-02": "", // 元日 on a Sunday, before there were substitutes
		"1966-02-11": "",
		"1967-02-11": "建国記念の日",
		"2092-03-19": "春分の日",
		"2099-12-23": "",
		"2027-03-22": "振替休日",
	} {
		if got, ok := civil.Holiday(day(t, date)); got != want || ok != (want != "") {
			t.Errorf("%s: %q %v, want %q", date, got, ok, want)
		}
	}
}
