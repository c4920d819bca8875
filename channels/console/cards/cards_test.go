package cards_test

import (
	"context"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"madoguchi/channels/console/cards"
	"madoguchi/channels/console/consoletest"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/progress"
	"madoguchi/store/reservation"
	"madoguchi/store/staff"
	"madoguchi/store/storetest"
)

// noon is a Wednesday on which every counter of the sample is open.
var noon = civil.DateTime{Date: civil.Date{Year: 2026, Month: 11, Day: 25}, Clock: 12 * 60}.At()

// office is a console with people at work.
type office struct {
	t            *testing.T
	db           *store.DB
	clock        *storetest.Clock
	site         *consoletest.Site
	cards        progress.Service
	reservations *reservation.Reservations
}

func openOffice(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, clock: storetest.NewClock(noon), reservations: reservation.New(civil.Holiday)}
	o.cards.Follow(o.reservations)
	o.db = storetest.Open(t, storetest.SQLite, storetest.At(o.clock))
	o.site = consoletest.Serve(t, o.db, cards.Area(cards.Config{Reservations: o.reservations}))
	return o
}

func (o *office) clerk() *consoletest.Client {
	return o.site.SignIn(staff.Account{Name: "窓口 花子", Cards: staff.Clerk, Official: true, Counters: []string{"ekimae"}})
}

func (o *office) contractor() *consoletest.Client {
	return o.site.SignIn(staff.Account{Name: "委託 次郎", Cards: staff.Clerk, Counters: []string{"honcho"}})
}

func (o *office) chief() *consoletest.Client {
	return o.site.SignIn(staff.Account{Name: "管理 一郎", Cards: staff.Administrator, Booking: staff.Administrator, Official: true})
}

func (o *office) do(fn func(tx *store.Tx) error) {
	o.t.Helper()
	if err := o.db.Update(context.Background(), consoletest.Tenant, fn); err != nil {
		o.t.Fatal(err)
	}
}

// cardsHere makes n cards that have arrived.
func (o *office) cardsHere(n int) (made []progress.Case) {
	o.t.Helper()
	o.do(func(tx *store.Tx) (err error) {
		_, made, _, err = o.cards.Announce(tx, progress.Delivery{Name: "第1便", Lines: make([]progress.Line, n), Here: true, By: "system"})
		return err
	})
	return made
}

// want checks that a page says something, and is the page it should be.
func want(t *testing.T, p consoletest.Page, status int, texts ...string) {
	t.Helper()
	if p.Status != status {
		t.Fatalf("status %d at %s, want %d:\n%s", p.Status, p.Path, status, plain(p.Body))
	}
	for _, s := range texts {
		if !p.Has(s) {
			t.Errorf("the page %s does not say %q:\n%s", p.Path, s, plain(p.Body))
		}
	}
}

var tags = regexp.MustCompile(`<[^>]*>`)

// plain is a page as text, for messages.
func plain(body string) string {
	_, body, _ = strings.Cut(body, "<main")
	return strings.Join(strings.Fields(tags.ReplaceAllString(body, " ")), " ")
}

// S4-115, S4-112, S4-113: scan, choose, 登録; the history to the second; undo
// strikes the line and writes another.
func TestScanRegisterAndUndo(t *testing.T) {
	o := openOffice(t)
	c := o.cardsHere(1)[0]
	chief := o.chief()
	o.clock.Advance(25 * time.Second)
	page := chief.Post("cards/find", url.Values{"what": {strings.ToLower(reservation.ShowKey(c.Code))}})
	want(t, page, 200, reservation.ShowKey(c.Code), "2026/11/25(水) 12:00:00", "カード到着", "記録なし", "来場予約状況", "再交付内容")
	page = chief.Post("cards/case/"+c.ID+"/register", url.Values{"kind": {"notified"}})
	want(t, page, 200, "「通知書送付」を登録しました。", "2026/11/25(水) 12:00:25", "管理 一郎", "送付1回")
	page = chief.Post("cards/case/"+c.ID+"/register", url.Values{"kind": {"returned"}, "reason": {"returned/moved"}, "note": {"転出先を確認中"}})
	want(t, page, 200, "転居先不明・転送不可", "転出先を確認中")

	page = chief.Post("cards/case/"+c.ID+"/undo", url.Values{"seq": {"3"}, "why": {""}})
	want(t, page, 422, "取消の理由を入力してください。")
	o.clock.Advance(time.Minute)
	page = chief.Post("cards/case/"+c.ID+"/undo", url.Values{"seq": {"3"}, "why": {"別のカードでした"}})
	want(t, page, 200, "取り消しました。", "<s>返戻</s>", "取消 管理 一郎 2026/11/25(水) 12:01:25", "別のカードでした")
	page = chief.Post("cards/case/"+c.ID+"/undo", url.Values{"seq": {"3"}, "why": {"もう一度"}})
	want(t, page, 422, "すでに取り消されています。")
}
