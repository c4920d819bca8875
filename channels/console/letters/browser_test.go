package letters_test

import (
	"testing"
	"time"

	"madoguchi/channels/web/webtest"
	"madoguchi/store/storetest"
)

// A manager prints five letters and marks them as sent; every page on the way is
// looked at by axe-core, on a desk and on a tablet.
func TestPagesInABrowser(t *testing.T) {
	c := open(t, storetest.SQLite, 11)
	client := c.SignIn(administrator)
	v := webtest.Visit(t, webtest.Start(t), c.URL)
	v.Open("/nothing-here") // an address of the site, to set its cookie at
	v.JS(`document.cookie = "madoguchi-console=` + client.Secret + `; path=/"`)
	look := func(name string) {
		t.Helper()
		for _, size := range []struct{ w, h int64 }{{820, 1180}, {1366, 768}} {
			v.Size(size.w, size.h)
			v.Narrow(name)
			v.Keep(name+map[bool]string{true: "-desk", false: "-tablet"}[size.w > 1000], true)
		}
		v.AxeClean(name)
	}
	began := time.Now()
	v.Open("/console/letters")
	look("home")
	v.Follow(func() { v.Press("新しく印刷する") })
	v.Until(`document.querySelector("#codes")`)
	v.Follow(func() { v.Press("空き状況を確認する") })
	v.Until(`document.querySelector("#state-error")`)
	look("new-error")
	v.JS(`document.querySelector("#state").value = "arrived"`)
	v.JS(`document.querySelector("#template").value = "guidance"`)
	v.Follow(func() { v.Press("空き状況を確認する") })
	v.Until(`document.querySelector(".step")`)
	v.JS(`document.querySelector("details").open = true`)
	look("run")
	v.Downloads()
	v.Press("10件をPDFにする")
	v.Until(`(() => { const r = new XMLHttpRequest(); r.open("GET", location.href, false); r.send(); return r.responseText.includes("もう一度PDFにする") })()`)
	v.Follow(func() { v.Press("送付済みにする") })
	v.Until(`document.querySelector(".notice")`)
	look("sent")
	t.Logf("choose, forecast, print, mark as sent: 5 clicks, %v", time.Since(began).Round(time.Millisecond))
	v.Open("/console/letters/templates")
	look("templates")
	v.Open("/console/letters/templates/guidance")
	look("template")
	v.JS(`document.querySelector("#body").value = "{なまえ} 様\n𠮷"`)
	v.Follow(func() { v.Press("保存する") })
	v.Until(`document.querySelector("#problems")`)
	look("template-error")
	v.Open("/console/letters/layout")
	look("layout")
	v.Open("/console/letters/sheets/0")
	look("sheet")
}
