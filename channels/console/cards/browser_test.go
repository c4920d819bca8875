package cards_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"madoguchi/channels/web/webtest"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/progress"
	"madoguchi/store/reservation"
)

// Every page of the cards at the desk and on a tablet: axe-core finds nothing,
// nothing scrolls sideways; a state is registered with the keyboard alone.
func TestPagesOfTheCardsInABrowser(t *testing.T) {
	o := openOffice(t)
	browser := webtest.Start(t)
	made := o.cardsHere(60)
	o.busy(made)
	chief := o.chief()
	v := webtest.Visit(t, browser, o.site.URL)
	v.Open("/assets/console/none/console.css") // any page of the host, to give it the cookie
	v.JS(`document.cookie = "madoguchi-console=` + chief.Secret + `; path=/"`)
	for _, size := range []struct{ w, h int64 }{{1366, 768}, {820, 1180}} {
		v.Size(size.w, size.h)
		for _, page := range []string{
			"cards", "cards/case/" + made[0].ID, "cards/list?state=arrived&state=returned", "cards/batches", "cards/batches/" + made[0].Batch,
			"cards/storage", "cards/unclaimed?which=returned", "cards/old-cards", "cards/labels", "cards/rules",
		} {
			if !webtest.Thorough() && (size.w == 820) != strings.HasPrefix(page, "cards/case") {
				continue // a plain "go test" looks at each page in one of the windows
			}
			name := strings.Split(strings.Split(page, "?")[0], made[0].ID)[0]
			name = fmt.Sprintf("cards-%s-%d", strings.Trim(strings.ReplaceAll(strings.TrimPrefix(name, "cards"), "/", "-"), "-"), size.w)
			v.Open("/console/" + page)
			v.Narrow(name)
			v.Keep(name, true)
			v.AxeClean(name)
		}
	}

	// Scan, choose, 登録: the scanner ends with Enter, the first choice has the
	// focus on the page it opens.
	v.Size(1366, 768)
	v.Open("/console/cards")
	v.Until(`document.activeElement.id === "what"`)
	began := time.Now()
	v.Type(reservation.ShowKey(made[59].Code))
	v.Enter()
	v.Until(`document.activeElement.name === "kind"`)
	v.Do("choose the second state", chromedp.KeyEvent(kb.ArrowRight))
	v.Enter()
	v.Until(`document.querySelector(".notice")`)
	t.Logf("scan, choose, register: %v, 2 key presses after the scan", time.Since(began))
	var c progress.Case
	o.do(func(tx *store.Tx) (err error) { c, err = o.cards.ByID(tx, made[59].ID); return err })
	if c.State != progress.Notified {
		t.Errorf("the card is %s", c.State)
	}
}

// busy gives the cards a past.
func (o *office) busy(made []progress.Case) {
	o.t.Helper()
	register := func(c progress.Case, kind progress.Kind, reason, note string) {
		o.clock.Advance(7 * time.Second)
		o.do(func(tx *store.Tx) error {
			_, err := o.cards.Register(tx, c.ID, progress.Entry{Kind: kind, Reason: reason, Note: note, By: "system"})
			return err
		})
	}
	var lines []progress.Line
	for i, c := range made[:20] {
		lines = append(lines, progress.Line{Number: i + 1, Code: c.Code})
	}
	o.do(func(tx *store.Tx) error {
		_, err := o.cards.Move(tx, progress.Stored, lines, "honcho", "A-12", "system")
		return err
	})
	register(made[0], progress.HasOldCard, "", "")
	register(made[0], progress.Notified, "", "")
	start := civil.DateTime{Date: civil.Date{Year: 2026, Month: 12, Day: 1}, Clock: 600}
	o.do(func(tx *store.Tx) error {
		b, _, err := o.reservations.Book(tx, reservation.BookRequest{
			Counter: "honcho", Start: start, Service: "card-pickup", Persons: 1, Group: reservation.Internal, By: "resident", Case: made[0].ID,
		})
		if err != nil {
			return err
		}
		_, err = o.reservations.Cancel(tx, b.ID, reservation.By{Who: "resident", Group: reservation.Internal})
		return err
	})
	register(made[0], progress.Returned, "moved", "転出先へ照会中。担当者あてに回答が来る予定。")
	register(made[0], progress.Arrived, "", "")
	for _, c := range made[1:6] {
		register(c, progress.Notified, "", "")
		register(c, progress.Returned, "unknown-address", "")
	}
	for i, c := range made[6:10] {
		register(c, progress.HasOldCard, "", "")
		if i%2 == 0 {
			register(c, progress.Delivered, "self", "")
		}
	}
	o.do(func(tx *store.Tx) error { return o.cards.Collected(tx, made[6].ID, "system") })
}
