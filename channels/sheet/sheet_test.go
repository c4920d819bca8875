package sheet_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"madoguchi/channels/sheet"
)

var columns = []sheet.Column{
	{Name: "code", Heads: []string{"番号"}, Required: true},
	{Name: "name", Heads: []string{"氏名"}},
}

func TestTablesComeBackAsTheyWent(t *testing.T) {
	rows := [][]string{
		{"0012", "山田 花子"}, {"=1+1", "@cmd"}, {"-5", "髙橋"}, {"12", "say \"hi\"\nthere"}, {"＝1", "\ttab"}, {"0", "O'Neil"},
	}
	for _, enc := range []sheet.Encoding{sheet.UTF8, sheet.ShiftJIS} {
		var b bytes.Buffer
		lost, err := sheet.Write(&b, enc, []string{"番号", "氏名"}, slices.Values(rows))
		if err != nil || lost != 0 {
			t.Fatalf("%s: lost %d, %v", enc, lost, err)
		}
		table, problems := sheet.Read(b.Bytes(), columns)
		if len(problems) > 0 {
			t.Fatalf("%s: %v", enc, problems)
		}
		for i, row := range table.Rows {
			if row.Get("code") != rows[i][0] || row.Get("name") != strings.TrimSpace(rows[i][1]) {
				t.Errorf("%s line %d: got %q %q, want %q", enc, row.Line, row.Get("code"), row.Get("name"), rows[i])
			}
		}
	}
}

func TestNoCellIsAFormula(t *testing.T) {
	for in, want := range map[string]string{
		"=1+1": "'=1+1", "+81": "'+81", "-1": "'-1", "@x": "'@x", "\t=1": "'\t=1", "\r=1": "'\r=1", "＝1": "'＝1", "＋1": "'＋1",
		"0060001": `="0060001"`, "0": "0", "10": "10", "": "", "a=1": "a=1",
	} {
		if got := sheet.Cell(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestWhatShiftJISLacksIsCounted(t *testing.T) {
	var b bytes.Buffer
	lost, err := sheet.Write(&b, sheet.ShiftJIS, []string{"氏名"}, slices.Values([][]string{{"𠮷野家"}}))
	if err != nil || lost != 1 {
		t.Errorf("lost %d, %v; want 1", lost, err)
	}
}

func TestBadTables(t *testing.T) {
	for name, c := range map[string]struct{ data, code string }{
		"empty":        {"", "empty"},
		"no rows":      {"番号,氏名\n", "no-rows"},
		"encoding":     {"\xff\xfe\x00番", "encoding"},
		"zero byte":    {"番号\n1\x002\n", "encoding"},
		"other header": {"number\n1\n", "unknown-column"},
		"missing":      {"氏名\nx\n", "missing-column"},
		"twice":        {"番号,code\n1,2\n", "twice"},
		"too many":     {"番号\n1,2\n", "cells"},
		"open quote":   {"番号\n\"1\n", "csv"},
	} {
		_, problems := sheet.Read([]byte(c.data), columns)
		if !slices.ContainsFunc(problems, func(p sheet.Problem) bool { return p.Code == c.code }) {
			t.Errorf("%s: got %v, want %s", name, problems, c.code)
		}
	}
}
