package main

import (
	"fmt"
	"testing"

	"madoguchi/channels/console/consoletest"
	"madoguchi/channels/web/webtest"
	"madoguchi/i18n"
	person "madoguchi/store/staff"
	"madoguchi/store/storetest"
)

// TestWordingAndReportsInABrowser changes a text as an administrator does, and
// looks at every page of the two areas as wide as a desk and as a tablet.
func TestWordingAndReportsInABrowser(t *testing.T) {
	webtest.Thoroughly(t)
	chromium := webtest.Start(t)
	v := openTown(t, storetest.SQLite, true)
	v.aFewDays()
	v.talk("web", "saburo", i18n.Japanese, "text:盆踊り大会は中止ですか", "text:プールは どこに ありますか", "choice:@none")
	v.talk("line", "U-jane", i18n.English, "text:Is there a Japanese class for beginners?")
	site := consoletest.Serve(t, v.db, v.wordingArea(), v.reportsArea())
	admin := site.SignIn(person.Account{Name: "試験 花子", Booking: person.Administrator, Cards: person.Administrator})
	b := webtest.Visit(t, chromium, site.URL)
	b.Open("/assets/console/0/console.css") // any page of the site, to set the cookie
	b.JS(fmt.Sprintf(`document.cookie = "madoguchi-console=%s; path=/"`, admin.Secret))

	b.Size(1366, 768)
	b.Open("/console/wording?q=footer")
	b.JS(`document.querySelector("td a.words").click()`)
	b.Until(`document.querySelector("#words")`)
	b.JS(`document.querySelector("#words").value = "みほん市からのお知らせでした。{office}"`)
	b.Follow(func() { b.Press("保存") })
	b.Until(`document.querySelector("#words-error")`)
	b.Keep("wording-refused", true)
	b.AxeClean("a text that was refused")
	b.JS(`document.querySelector("#words").value = "みほん市からのお知らせでした。"`)
	b.Press("見え方を確かめる")
	b.Until(`document.querySelector(".letter .body")?.textContent.includes("お知らせでした。")`)
	b.Follow(func() { b.Press("保存") })
	b.Until(`document.querySelector(".notice")`)
	b.JS(`document.querySelector("form.caution button")?.click()`)

	b.Open("/console/reports?month=2026-11")
	b.Follow(func() { b.Press("いま集計する") })
	b.Until(`document.querySelector(".notice")`)
	type window struct {
		name          string
		width, height int64
	}
	windows := []window{{"tablet", 820, 1180}, {"desk", 1366, 768}}
	if !webtest.Thorough() {
		windows = windows[1:]
	}
	for _, window := range windows {
		b.Size(window.width, window.height)
		for name, path := range map[string]string{
			"wording-list": "wording?place=flow", "wording-changed": "wording?changed=1", "wording-mail-text": "wording/text?key=mail.footer&in=ja",
			"wording-dialog": "wording/text?key=bot.greeting&in=ja-easy", "wording-mails": "mails", "wording-mail": "mails/booked",
			"reports-month": "reports?month=2026-11", "reports-load": "reports/load?from=2026-11-01&to=2026-11-30",
			"reports-ahead": "reports/ahead", "reports-funnel": "reports/funnel?from=2026-11-01&to=2026-11-30",
			"reports-questions": "reports/questions", "reports-questions-settled": "reports/questions?state=answered",
		} {
			b.Open("/console/" + path)
			b.Until(`document.querySelector("main h1")`)
			b.AxeClean(name + " " + window.name)
			b.Narrow(name + " " + window.name)
			b.Keep(name+"-"+window.name, true)
		}
	}
}
