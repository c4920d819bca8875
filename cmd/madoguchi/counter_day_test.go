package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"madoguchi/channels/web/webtest"
)

// A day behind the counter, in a real browser against the real program: sign in,
// receive three visitors, see who did not come, take back a step of a card, print
// five letters, search and export. Each task's time and clicks are in the output;
// a number typed or scanned counts as none, as at the desk.
func TestADayBehindTheCounter(t *testing.T) {
	chromium := webtest.Start(t)
	s := serve(t, nil)
	shell := func(args ...string) string {
		t.Helper()
		code, out, errOut := s.cli(args...)
		if code != 0 {
			t.Fatalf("%v: %s", args, errOut)
		}
		return out
	}
	// Five cards with their holders, and four visits today.
	roster, list := "利用者ID,リンクコード,氏名,フリガナ,性別,生年月日,郵便番号,住所\n", "リンクコード,利用者ID\n"
	codes := []string{"AAAAA22222", "BBBBB22222", "CCCCC22222", "DDDDD22222", "EEEEE22222"}
	for i, code := range codes {
		roster += fmt.Sprintf("TEST-%d,%s,見本 花子,ミホン ハナコ,女,昭和55年6月%d日,0600001,みほん市本町%d丁目\n", i+1, code, i+1, i+1)
		list += fmt.Sprintf("%s,TEST-%d\n", code, i+1)
	}
	file := func(name, text string) string {
		path := filepath.Join(s.folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	shell("resident", "import", file("roster.csv", roster))
	shell("case", "import", file("cards.csv", list), "--batch=第1便")
	for _, code := range codes {
		shell("case", "register", code, "arrived")
	}
	var receipts []int
	var last string
	for _, at := range []string{"10:30", "11:00", "11:30", "13:30"} {
		var made struct {
			ID      string
			Receipt int
		}
		out := shell("booking", "book", "--counter=honcho", "--service=card-pickup", "--start=2026-11-25T"+at, "--json")
		if err := json.Unmarshal([]byte(out), &made); err != nil {
			t.Fatalf("%s: %v", out, err)
		}
		receipts, last = append(receipts, made.Receipt), made.ID
	}
	password := regexp.MustCompile(`sign in as +admin +(\S+)`).FindStringSubmatch(s.screen.String())
	if password == nil {
		t.Fatal("no password on the first screen")
	}

	v := webtest.Visit(t, chromium, s.base)
	v.Size(1366, 768)
	task := func(name string, clicks int, do func()) {
		t.Helper()
		begun := time.Now()
		do()
		t.Logf("%-28s %d clicks, %v", name, clicks, time.Since(begun).Round(time.Millisecond))
	}
	task("sign in", 1, func() {
		v.Open("/console/")
		v.Until(`document.querySelector("#login") === document.activeElement`)
		v.Type("admin")
		v.Tab()
		v.Type(password[1])
		v.Enter()
		v.Until(`document.querySelector("nav")`)
	})
	for _, n := range receipts[:3] {
		task("receive a visitor", 2, func() {
			v.Open("/console/visits/reception")
			v.Until(`document.activeElement.id === "scan"`)
			v.Type(fmt.Sprint(n))
			v.Enter()
			v.Until(`document.activeElement.textContent === "来場"`)
			v.Enter()
			v.Until(`document.querySelector(".notice") && document.activeElement.id === "scan"`)
		})
	}
	v.Open("/console/visits")
	v.Until(`document.querySelector("table.matrix tbody tr")`)
	v.JS(`document.activeElement.blur()`)
	picture(t, v, consolePictures, "day", 1366, 768)
	shell("--now=2026-11-25T18:00:00+09:00", "job", "run", "no-show")
	task("see who did not come", 0, func() {
		v.Open("/console/visits/booking/" + last)
		v.Until(`document.querySelector("main").innerText.includes("不来場")`)
	})
	task("undo a progress step", 3, func() {
		v.Open("/console/cards")
		v.Until(`document.activeElement.id === "what"`)
		v.Type(codes[0])
		v.Enter()
		v.Until(`document.querySelector("table.history details")`)
		picture(t, v, consolePictures, "card", 1366, 768)
		v.JS(`document.querySelector("table.history details summary").click()`)
		v.JS(`document.querySelector("table.history details input[name=why]").value = "読み取りの誤り"`)
		v.JS(`document.querySelector("table.history details button.danger").click()`)
		v.Until(`document.querySelector(".notice") && document.querySelector("table.history s")`)
	})
	shell("case", "register", codes[0], "arrived")
	folder := v.Downloads()
	saved := func(ending string) []byte {
		t.Helper()
		var data []byte
		await(t, "a file that ends in "+ending, func() bool {
			found, _ := filepath.Glob(filepath.Join(folder, "*"+ending))
			if len(found) == 0 {
				return false
			}
			data, _ = os.ReadFile(found[0])
			return len(data) > 0
		})
		return data
	}
	task("print five letters", 3, func() {
		v.Open("/console/letters/new?template=guidance&state=arrived")
		v.Until(`document.querySelector("#codes")`)
		v.Follow(func() { v.Press("空き状況を確認する") })
		v.Until(`document.querySelector(".step")`)
		v.Press("5件をPDFにする")
		if pdf := saved(".pdf"); !strings.HasPrefix(string(pdf), "%PDF-") {
			t.Errorf("the file begins with %.20q", pdf)
		}
		v.Follow(func() { v.Press("送付済みにする") })
		v.Until(`document.querySelector(".notice")`)
	})
	if out := shell("case", "list", "--state=notified", "--json"); strings.Count(out, `"code"`) != 5 {
		t.Errorf("cards whose letter was sent: %s", out)
	}
	task("search and export", 2, func() {
		v.Open("/console/visits/search?from=2026-11-25&to=2026-11-25")
		v.Until(`document.querySelectorAll("tbody tr").length === 4`)
		v.JS(`document.querySelector("a[href*='search/csv']").click()`)
		if csv := string(saved(".csv")); strings.Count(csv, "\r\n") != 5 || !strings.HasPrefix(csv, "\ufeff") {
			t.Errorf("the table:\n%s", csv)
		}
	})
	if out := shell("verify"); !strings.Contains(out, "every invariant holds") {
		t.Errorf("verify: %s", out)
	}
}
