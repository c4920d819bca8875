package setup_test

import (
	"fmt"
	"net/url"
	"os"
	"testing"

	"madoguchi/channels/web/webtest"
	"madoguchi/store/storetest"
)

// An administrator gives a counter longer slots from next month on, with the
// mouse and keyboard of a real browser; and every page is looked at by axe.
func TestSetUpInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	chromium := webtest.Start(t)
	o := open(t, storetest.SQLite)
	for _, start := range []string{"2026-12-02T10:00", "2026-12-02T10:30", "2026-12-03T11:00"} {
		o.book("honcho", start, "hanako@example.jp")
		o.book("honcho", start, "")
	}
	v := webtest.Visit(t, chromium, o.site.URL)
	v.Size(1366, 768)
	v.Open("/nothing-here")
	v.JS(`document.cookie = "madoguchi-console=` + o.admin.Secret + `; path=/"`)

	clicks := 0
	press := func(label string) { v.Follow(func() { v.Press(label) }); clicks++ }
	v.Open("/console/setup/counters/honcho")
	v.Follow(func() { v.JS(`document.querySelector("ol.rules a").click()`) })
	clicks++
	v.Until(`document.querySelector("#f-slot")`)
	v.JS(`document.querySelector("#f-slot").select()`)
	v.Type("15")
	v.Keep("setup-opening", true)
	v.AxeClean("opening")
	press("下書きに入れる")
	v.Until(`document.querySelector(".draft")`)
	press("影響を確認して保存")
	v.Until(`document.querySelector("#effective")`)
	v.JS(`document.querySelector("#effective").value = "2026-12-01"`)
	press("この日で影響を確認")
	v.Until(`document.querySelector("input[name=act][value=move]")`)
	v.JS(`document.querySelector("input[name=act][value=move]").click()`)
	clicks++
	v.Keep("setup-save", true)
	v.AxeClean("save")
	v.Narrow("save")
	press("保存する")
	v.Until(`document.querySelector(".tally")`)
	v.Keep("setup-relocation", true)
	v.AxeClean("relocation")
	t.Logf("%d clicks from the counter to the bookings that were moved", clicks)

	o.send("setup/counters/honcho/openings/0", honcho("20"))
	o.send("setup/closures/new", url.Values{"counter": {"nishi"}, "from": {"2026-12-10"}, "to": {"2026-12-10"}, "reason-ja": {"停電工事"}})
	pages := []struct{ name, path string }{
		{"overview", "setup"}, {"counter", "setup/counters/honcho"}, {"closures", "setup/closures"}, {"closure", "setup/closures/0"},
		{"services", "setup/services"}, {"service", "setup/services/move"}, {"windows", "setup/windows"}, {"window", "setup/windows/0"},
		{"calendar", "setup/calendar?counter=honcho&date=2026-12-01"}, {"closed-week", "setup/calendar?counter=nishi&date=2026-12-10"},
		{"cell", "setup/cell/honcho/2026-11-30/610"}, {"save-draft", "setup/save"}, {"site", "setup/site"}, {"close", "setup/close"}, {"history", "setup/history"},
		{"version", "setup/history/2"}, {"plan", "setup/plan"}, {"relocations", "setup/relocations"},
	}
	sizes := [][2]int64{{1366, 768}}
	if webtest.Thorough() || os.Getenv("MADOGUCHI_SCREENSHOTS") != "" {
		sizes = append(sizes, [2]int64{820, 1180})
	}
	for _, size := range sizes {
		v.Size(size[0], size[1])
		for _, p := range pages {
			v.Open("/console/" + p.path)
			v.Keep(fmt.Sprintf("setup-%s-%d", p.name, size[0]), true)
			v.Narrow(p.name)
			if size == sizes[0] {
				v.AxeClean(p.name)
			}
		}
	}
}
