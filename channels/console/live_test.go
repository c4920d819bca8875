package console_test

import (
	"fmt"
	"html/template"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"madoguchi/channels/console"
	"madoguchi/channels/console/consoletest"
	"madoguchi/channels/web/webtest"
	"madoguchi/store"
	"madoguchi/store/staff"
	"madoguchi/store/storetest"
)

// A live page takes what changed elsewhere, leaves alone the form somebody is
// filling in, and says when the session has ended.
func TestLivePageInABrowser(t *testing.T) {
	chromium := webtest.Start(t)
	db := storetest.Open(t, storetest.SQLite)
	var visitors atomic.Int64
	area := console.Area{
		Name: "board",
		Templates: fstest.MapFS{"board.html": {Data: []byte(`{{define "main"}}<div data-live="/console/board/live">
<p id="n">{{.Data}}</p>
<details id="more"><summary>more</summary>{{.Data}} more</details>
<form method="post" action="/console/board/1"><input name="note" id="note" aria-label="note"></form>
<form method="post" action="/console/board/2"><input name="other" id="other" value="{{.Data}}" aria-label="other"></form>
</div>{{end}}`)}},
		Texts: fstest.MapFS{"ja/board.yaml": {Data: []byte("board.title: 一覧\n")}},
		Pages: []console.Page{
			{Method: "GET", Path: "board", Handle: func(q *console.Request) error {
				return q.Render("board", "board.title", template.HTML(fmt.Sprint(visitors.Load())))
			}},
			{Method: "GET", Path: "board/live", Handle: func(q *console.Request) error { return q.Events("board") }},
		},
	}
	site := consoletest.Serve(t, db, area)
	clerk := site.SignIn(staff.Account{Booking: staff.Clerk})
	change := func(topic string) {
		if err := db.Update(t.Context(), consoletest.Tenant, func(tx *store.Tx) error { console.Changed(tx, topic); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	v := webtest.Visit(t, chromium, site.URL)
	v.Open("/assets/console/x/live.js")
	v.JS(fmt.Sprintf("document.cookie = 'madoguchi-console=%s; path=/'", clerk.Secret))
	v.Open("/console/board")
	v.Until(`document.getElementById("n").textContent === "0"`)
	v.JS(`(document.getElementById("more").open = true, document.getElementById("note").focus())`)
	v.Type("half a sentence")
	// Until the stream is open a change may be missed; it is then seen with the next.
	for i := int64(1); ; i++ {
		visitors.Store(i)
		change("board")
		if v.JS(`new Promise(r => setTimeout(() => r(document.getElementById("n").textContent), 200))`) != "0" || i == 40 {
			break
		}
	}
	visitors.Store(99)
	change("board")
	v.Until(`document.getElementById("n").textContent === "99"`)
	got := v.JS(`[document.getElementById("note").value, document.activeElement.id, document.getElementById("more").open, document.getElementById("other").value].join()`)
	if want := "half a sentence,note,true,99"; got != want {
		t.Errorf("after the change: %s, want %s", got, want)
	}
	v.Type(" goes on")
	if got := v.JS(`document.getElementById("note").value`); got != "half a sentence goes on" {
		t.Errorf("what is typed: %s", got)
	}
	site.End(clerk)
	change(staff.Topic)
	v.Until(`document.querySelector("[role=alert]")?.textContent.includes("有効期限が切れました")`)
}
