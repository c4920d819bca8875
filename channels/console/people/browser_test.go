package people

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"madoguchi/channels/console/consoletest"
	"madoguchi/channels/web/webtest"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/resident"
	"madoguchi/store/storetest"
)

// The pages in a browser: axe-core finds nothing, nothing scrolls sideways, and a
// person is registered, found, shown and erased by keyboard.
func TestPagesInABrowser(t *testing.T) {
	chromium := webtest.Start(t)
	db := storetest.Open(t, storetest.SQLite)
	r := resident.New(nil)
	site := consoletest.Serve(t, db, Area(Config{DB: db, Residents: r,
		Bookings: func(*store.Tx, resident.Resident) ([]Booking, error) {
			return []Booking{{Start: civil.DateTime{Date: civil.Date{Year: 2026, Month: 12, Day: 1}, Clock: 600}, Counter: "本庁 市民課窓口", Receipt: 5, Status: "予約中", Path: "visits"}}, nil
		},
		Cards: func(*store.Tx, resident.Resident) ([]Card, error) {
			return []Card{{Case: "カード 1件目", State: "通知書送付"}}, nil
		},
	}))
	c := site.SignIn(administrator)
	for i := range 60 {
		v := hanako()
		v.Set("number", fmt.Sprint(200_000+i))
		v.Set("link", resident.NewLink())
		v.Set("class", []string{"中央区", "北区"}[i%2])
		if p := c.Post("people/new", v); p.Status != 200 {
			t.Fatal(p.Body)
		}
	}
	v := webtest.Visit(t, chromium, site.URL)
	v.Open("/assets/console/any/console.css")
	v.JS(`document.cookie = "madoguchi-console=` + c.Secret + `; path=/"`)
	pictures := []string{"1366", "820"}
	look := func(name string) {
		t.Helper()
		for i, w := range []int64{1366, 820} {
			v.Size(w, []int64{768, 1180}[i])
			v.Narrow(name)
			v.Keep("people-"+name+"-"+pictures[i], false)
		}
		v.AxeClean(name)
		v.Size(1366, 768)
	}
	v.Open("/console/people")
	look("list")
	v.Open("/console/people/new")
	look("new")
	v.JS(`document.querySelector("[name=name]").focus()`)
	v.Type("佐藤 一")
	v.Tab()
	v.Type("さとう はじめ")
	v.JS(`document.querySelector("[name=sex]").value = "male"`)
	v.JS(`document.querySelector("[name=born]").focus()`)
	v.Type("昭和55年6月31日")
	v.JS(`document.querySelector("[name=address]").focus()`)
	v.Type("札幌市中央区")
	v.Enter()
	v.Until(`document.querySelector("[aria-invalid]")`)
	look("new-wrong")
	v.JS(`document.querySelector("[name=born]").select()`)
	v.Type("S55.6.10")
	v.Enter()
	v.Until(`document.querySelector(".notice")`)
	look("record")
	v.JS(`document.querySelector("#reason").value = "counter"`)
	v.Press("表示する")
	v.Until(`document.body.innerText.includes("佐藤　一")`)
	look("full")
	v.Open("/console/people/import")
	look("import")
	v.Open("/console/people")
	v.JS(`document.querySelector("#s-name").focus()`)
	v.Type("はなこ")
	v.Enter()
	v.Until(`document.body.innerText.includes("60件中")`)
	look("search")
	v.JS(`document.querySelector("tbody a").click()`)
	v.Until(`document.querySelector("a[href$='/erase']")`)
	v.JS(`document.querySelector("a[href$='/erase']").click()`)
	v.Until(`document.querySelector("button.danger")`)
	look("erase")
	number := strings.TrimSpace(v.JS(`document.querySelector("dd").innerText`))
	v.JS(`document.querySelector("#number").focus()`)
	v.Type(number)
	v.Enter()
	v.Until(`document.querySelector(".notice")`)
	broken := c.Upload("people/import", url.Values{"do": {"check"}}, "file", "a.csv", []byte("氏名,生年月日\r\n,昭和\r\n"))
	if broken.Status != 422 {
		t.Error(broken.Status)
	}
}
