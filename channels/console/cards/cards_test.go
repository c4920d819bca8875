package cards_test

import (
	"context"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/japanese"

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
	letter := "https://madoguchi.example/t/sample/book?flow=card-status&code=" + c.Code
	want(t, chief.Post("cards/find", url.Values{"what": {letter}}), 200, reservation.ShowKey(c.Code))
	want(t, chief.Post("cards/find", url.Values{"what": {"22222-22222"}}), 422, "該当するカードはありません", `value="22222-22222"`)
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

// S4-114: what is unusual is taken, and said.
func TestAnUnusualOrderIsTakenWithACaution(t *testing.T) {
	o := openOffice(t)
	c := o.cardsHere(1)[0]
	page := o.chief().Post("cards/case/"+c.ID+"/register", url.Values{"kind": {"returned"}})
	want(t, page, 200, "「返戻」を登録しました。通常とは異なる順序です。", "通常と異なる順序")
}

// S4-083: a contractor does not find 本人確認済 and 交付 on the page, and is
// refused when the form comes all the same; neither can they be taken back.
func TestOnlyOfficialsCheckIdentityAndHandOver(t *testing.T) {
	o := openOffice(t)
	c := o.cardsHere(1)[0]
	register := "cards/case/" + c.ID + "/register"
	other := o.contractor()
	page := other.Get("cards/case/" + c.ID)
	want(t, page, 200, `value="visited"`)
	for _, kind := range []string{"identified", "delivered", "discarded"} {
		if page.Has(`value="` + kind + `"`) {
			t.Errorf("a contractor is offered %s", kind)
		}
		want(t, other.Post(register, url.Values{"kind": {kind}}), 403)
	}
	want(t, other.Post(register, url.Values{"kind": {"visited"}}), 200)
	clerk := o.clerk()
	want(t, clerk.Post(register, url.Values{"kind": {"identified"}}), 200, "本人確認済")
	want(t, clerk.Post(register, url.Values{"kind": {"delivered"}, "reason": {"delivered/self"}}), 200, "本人に交付")
	want(t, clerk.Post("cards/case/"+c.ID+"/undo", url.Values{"seq": {"3"}, "why": {"誤り"}}), 403)

	manager := o.site.SignIn(staff.Account{Cards: staff.Manager}) // not an official
	page = manager.Get("cards/case/" + c.ID)
	want(t, page, 200, `name="seq" value="2"`)
	if page.Has(`name="seq" value="4"`) {
		t.Error("the undo of 交付 is offered to somebody who is no official")
	}
	want(t, manager.Post("cards/case/"+c.ID+"/undo", url.Values{"seq": {"4"}, "why": {"誤り"}}), 403)
}

// Every page against every stage of rights (S4-072).
func TestPagesByStage(t *testing.T) {
	o := openOffice(t)
	c := o.cardsHere(1)[0]
	people := map[string]*consoletest.Client{
		"nobody": o.site.SignIn(staff.Account{Booking: staff.Administrator}), "clerk": o.clerk(),
		"manager": o.site.SignIn(staff.Account{Cards: staff.Manager, Official: true}), "chief": o.chief(),
	}
	for _, x := range []struct {
		path string
		who  string // those who may, the others may not
	}{
		{"cards", "clerk manager chief"}, {"cards/case/" + c.ID, "clerk manager chief"}, {"cards/list", "clerk manager chief"},
		{"cards/list.csv", "manager chief"}, {"cards/unclaimed", "clerk manager chief"}, {"cards/old-cards", "clerk manager chief"},
		{"cards/batches", "manager chief"}, {"cards/batches/" + c.Batch, "manager chief"}, {"cards/storage", "clerk manager chief"},
		{"cards/labels", "chief"}, {"cards/rules", "chief"},
	} {
		for who, client := range people {
			status := 403
			if strings.Contains(x.who, who) {
				status = 200
			}
			if p := client.Get(x.path); p.Status != status {
				t.Errorf("%s sees %s: %d, want %d", who, x.path, p.Status, status)
			}
		}
	}
	if p := o.clerk().Get("cards/list"); p.Has("CSV") || p.Has("cards/batches") || p.Has("cards/labels") {
		t.Error("a clerk is offered what a clerk may not do")
	}
}

// S4-120 at the console: trial of a file, announcement, scanned receipt with its
// troubles by line, send-out, and confirmation by those at the counter.
func TestABatchAtTheConsole(t *testing.T) {
	o := openOffice(t)
	chief := o.chief()
	file := []byte("リンクコード,窓口,棚,住基カード\r\nK7M2P-9QWXT,,,有\r\nK7M2P-9QWXU,,,\r\n,,,無\r\n")
	page := chief.Upload("cards/batches/announce", url.Values{"batch": {"第1便"}, "trial": {"1"}}, "file", "cards.csv", file)
	want(t, page, 422, "問題はありません。3枚を登録できます")
	want(t, chief.Get("cards/list"), 200, "該当 0件")
	want(t, chief.Upload("cards/batches/announce", url.Values{"batch": {"第1便"}}, "file", "cards.csv", file), 200, "3枚のカードを登録しました。", "3枚がまだ到着していません。")

	page = chief.Post("cards/batches/receive", url.Values{"codes": {"k7m2p9qwxt\r\nK7M2P-9QWXV\r\n\r\nＫ７Ｍ２Ｐ－９ＱＷＸＴ\r\nみかん"}, "counter": {"honcho"}, "shelf": {"A-1"}})
	want(t, page, 422, "何も登録していません", "2行目：予定の一覧にありません（K7M2P-9QWXV）", "4行目：1行目と同じリンクコードです", "5行目：リンクコードの形ではありません（みかん）", "k7m2p9qwxt\r\nK7M2P-9QWXV")
	page = chief.Post("cards/batches/receive", url.Values{"codes": {"K7M2P-9QWXT\r\nK7M2P-9QWXU\r\n"}, "counter": {"honcho"}, "shelf": {"A-1"}})
	want(t, page, 200, "2枚のカード到着を登録しました。", "1枚がまだ到着していません。", "本庁 市民課窓口 A-1")
	want(t, chief.Post("cards/batches/receive", url.Values{"codes": {"K7M2P-9QWXT"}}), 422, "1行目：すでに到着済みです")

	page = chief.Post("cards/storage/move", url.Values{"codes": {"K7M2P-9QWXT"}, "counter": {"ekimae"}, "kind": {"sent-out"}})
	want(t, page, 200, "1枚を窓口へ送付しました。", "駅前出張所（送付中）")
	want(t, o.contractor().Post("cards/storage/confirm", url.Values{"codes": {"K7M2P-9QWXT"}, "counter": {"ekimae"}}), 403)
	clerk := o.clerk() // of ekimae
	page = clerk.Get("cards/storage?counter=ekimae&custody=sent")
	want(t, page, 200, "K7M2P-9QWXT", "受領を確認")
	want(t, clerk.Post("cards/storage/confirm", url.Values{"codes": {"K7M2P-9QWXU"}, "counter": {"ekimae"}, "of": {"ekimae"}, "custody": {"sent"}}), 422, "この窓口へ送付中のカードではありません")
	want(t, clerk.Post("cards/storage/confirm", url.Values{"codes": {"K7M2P-9QWXT"}, "counter": {"ekimae"}, "shelf": {"1"}}), 200, "1枚の受領を確認しました。", "駅前出張所 1")
}

// Bad files: a clear message, nothing taken.
func TestBadListsOfCards(t *testing.T) {
	o := openOffice(t)
	chief := o.chief()
	for _, x := range []struct {
		name, file, batch string
		status            int
		says              string
	}{
		{"empty", "", "第1便", 422, "CSVファイルを選ぶか、枚数を入力してください。"},
		{"no header", "\r\n", "第1便", 422, "ファイルが空です"},
		{"other encoding", "\xfe\xff0\x01", "第1便", 422, "文字コードを読み取れません"},
		{"unknown column", "リンクコード,氏名\r\nK7M2P-9QWXT,花子\r\n", "第1便", 422, "1行目 氏名：知らない列です。"},
		{"no lines", "リンクコード\r\n", "第1便", 422, "見出しの下に行がありません"},
		{"not CSV", "リンクコード\r\n\"K7M2P\r\n", "第1便", 422, "CSVの形になっていません"},
		{"old card", "リンクコード,住基カード\r\nK7M2P-9QWXT,たぶん\r\n", "第1便", 422, "2行目 住基カード：「有」「無」または空欄"},
		{"code", "リンクコード\r\nK7M2P-9QW0T\r\n", "第1便", 422, "2行目：リンクコードの形ではありません"},
		{"counter", "リンクコード,窓口\r\nK7M2P-9QWXT,minami\r\n", "第1便", 422, "窓口がありません"},
		{"long shelf", "リンクコード,窓口,棚\r\nK7M2P-9QWXT,honcho," + strings.Repeat("あ", 41) + "\r\n", "第1便", 422, "2行目：棚の名前が長すぎます"},
		{"no name", "リンクコード\r\nK7M2P-9QWXT\r\n", " ", 422, "受取の回の名前を40文字以内で"},
		{"too large", strings.Repeat("x", 17<<20), "第1便", 413, "大きすぎます"},
	} {
		page := chief.Upload("cards/batches/announce", url.Values{"batch": {x.batch}}, "file", "cards.csv", []byte(x.file))
		if page.Status != x.status || !page.Has(x.says) {
			t.Errorf("%s: %d, want %d and %q:\n%s", x.name, page.Status, x.status, x.says, plain(page.Body))
		}
	}
	for _, count := range []string{"0", "-1", "20001", "many"} {
		want(t, chief.Upload("cards/batches/announce", url.Values{"batch": {"第1便"}, "count": {count}}, "file", "", nil), 422, "枚数は1〜20000の数字で")
	}
	want(t, chief.Get("cards/batches"), 200, "まだ受取はありません。")
	want(t, chief.Upload("cards/batches/announce", url.Values{"batch": {"第1便"}, "count": {"200"}, "here": {"1"}}, "file", "", nil), 200, "200枚のカードを登録しました。")
}

// S4-116, S4-117, S4-118: the list by states and period with counts, and its
// CSV, follow a renamed state.
func TestListsAndCSVFollowARenamedState(t *testing.T) {
	o := openOffice(t)
	made := o.cardsHere(3)
	chief := o.chief()
	want(t, chief.Post("cards/case/"+made[0].ID+"/register", url.Values{"kind": {"visited"}}), 200)
	page := chief.Get("cards/labels")
	want(t, page, 200, `name="base" value="0"`, `name="visited.ja"`)
	want(t, chief.Post("cards/labels", url.Values{"base": {"0"}, "visited.en": {"Came"}}), 422, "日本語の表記も入力してください。", `value="Came"`)
	want(t, chief.Post("cards/labels", url.Values{"base": {"0"}, "visited.ja": {"=ご来庁済"}}), 200, "保存しました。", "来庁→=ご来庁済")
	want(t, chief.Post("cards/labels", url.Values{"base": {"0"}, "visited.ja": {"別"}}), 422, "ほかの職員が先に保存しました")

	page = chief.Get("cards/list?state=visited&state=returned&from=2026-11-25&to=2026-11-25")
	want(t, page, 200, "該当 1件", "=ご来庁済 <b>1</b>", "返戻 <b>0</b>", reservation.ShowKey(made[0].Code))
	want(t, chief.Get("cards/list?from=2026-11-26&to=2026-11-25"), 422, "期間の日付が正しくありません")
	want(t, chief.Get("cards/list?from=2026-02-30"), 422, "期間の日付が正しくありません", `value="2026-02-30"`)
	want(t, chief.Get("cards/case/"+made[0].ID), 200, "=ご来庁済")

	csv := chief.Get("cards/list.csv?state=visited")
	if !strings.HasPrefix(csv.Body, "\ufeffリンクコード,状況,") || !csv.Has(",'=ご来庁済,visited,2026/11/25(水) 12:00:00,第1便") {
		t.Errorf("%s:\n%s", csv.Header.Get("Content-Type"), csv.Body)
	}
	sjis := chief.Get("cards/list.csv?encoding=sjis")
	if text, err := japanese.ShiftJIS.NewDecoder().String(sjis.Body); err != nil || strings.Count(text, "\r\n") != 4 || !strings.HasPrefix(text, "リンクコード") {
		t.Errorf("%v:\n%s", err, text)
	}
}

// Domain-facts 8.10: proposals, never done by themselves.
func TestSecondNoticesAreProposedAndRegistered(t *testing.T) {
	o := openOffice(t)
	made := o.cardsHere(3)
	chief := o.chief()
	for _, c := range made {
		want(t, chief.Post("cards/case/"+c.ID+"/register", url.Values{"kind": {"notified"}}), 200)
	}
	want(t, chief.Get("cards/unclaimed"), 200, "該当するカードはありません。")
	want(t, chief.Post("cards/rules", url.Values{"base": {"0"}, "remind_after": {"三十"}, "discard_after": {"90"}, "discard_total": {"365"}}), 422, "日数は1〜3660の数字で", `value="三十"`)
	want(t, chief.Post("cards/rules", url.Values{"base": {"0"}, "remind_after": {"30"}, "discard_after": {"90"}, "discard_total": {"365"}}), 200, "保存しました。")
	o.clock.Advance(30 * 24 * time.Hour)
	want(t, chief.Get("cards/unclaimed"), 200, reservation.ShowKey(made[0].Code), "最初の通知から30日")
	want(t, chief.Post("cards/unclaimed", url.Values{"which": {"second-notice"}}), 422, "カードを選ぶか")
	page := chief.Post("cards/unclaimed", url.Values{"which": {"second-notice"}, "id": {made[0].ID, made[1].ID}})
	want(t, page, 200, "2件に「再通知」を登録しました。", reservation.ShowKey(made[2].Code))
	if page.Has(reservation.ShowKey(made[0].Code)) {
		t.Error("a card whose second notice was sent is proposed again")
	}
	if csv := chief.Get("cards/list.csv?which=second-notice"); strings.Count(csv.Body, "\r\n") != 2 {
		t.Errorf("the file of proposals:\n%s", csv.Body)
	}
	want(t, o.clerk().Post("cards/unclaimed", url.Values{"which": {"destruction"}, "id": {made[0].ID}}), 403)
}

// S4-121: a booking made without a code is joined by its receipt number.
func TestABookingIsJoinedAtTheConsole(t *testing.T) {
	o := openOffice(t)
	c := o.cardsHere(1)[0]
	chief := o.chief()
	var key string
	o.do(func(tx *store.Tx) (err error) {
		_, key, err = o.reservations.Book(tx, reservation.BookRequest{
			Counter: "honcho", Start: civil.DateTime{Date: civil.Date{Year: 2026, Month: 12, Day: 1}, Clock: 600}, Service: "card-pickup",
			Persons: 1, Group: reservation.Internal, By: "resident",
		})
		return err
	})
	form := "cards/case/" + c.ID + "/booking"
	want(t, chief.Post(form, url.Values{"counter": {"honcho"}, "day": {"2026-12-01"}, "receipt": {"7"}}), 422, "該当する予約がありません。", `value="7"`)
	want(t, chief.Post(form, url.Values{"counter": {"honcho"}, "day": {"2026-12-01"}, "receipt": {"1"}}), 200, "予約を結び付けました。", "2026/12/01(火) 10:00", "受付番号1", "予約中")
	want(t, chief.Post(form, url.Values{"key": {key}}), 200)
	if n := len(o.history(c.ID)); n != 2 {
		t.Errorf("%d events after joining twice", n)
	}
}

func (o *office) history(id string) (list []progress.Event) {
	o.do(func(tx *store.Tx) (err error) { list, err = o.cards.History(tx, id); return err })
	return list
}

// Another municipality's cards are not there, on any page or form.
func TestCardsOfAnotherMunicipality(t *testing.T) {
	o := openOffice(t)
	c := o.cardsHere(1)[0]
	other := o.site.SignInAt(consoletest.Other, staff.Account{Cards: staff.Administrator, Booking: staff.Administrator, Official: true})
	want(t, other.Get("cards/case/"+c.ID), 404)
	want(t, other.Get("cards/batches/"+c.Batch), 404)
	want(t, other.Post("cards/case/"+c.ID+"/register", url.Values{"kind": {"notified"}}), 404)
	want(t, other.Post("cards/case/"+c.ID+"/undo", url.Values{"seq": {"1"}, "why": {"x"}}), 404)
	want(t, other.Post("cards/case/"+c.ID+"/booking", url.Values{"key": {"K7M2P-9QWXT"}}), 404)
	want(t, other.Post("cards/case/"+c.ID+"/resident", url.Values{"resident": {"1"}}), 404)
	want(t, other.Post("cards/find", url.Values{"what": {c.Code}}), 422, "該当するカードはありません")
	want(t, other.Post("cards/storage/move", url.Values{"id": {c.ID}, "counter": {"honcho"}, "kind": {"stored"}}), 404)
	want(t, other.Post("cards/unclaimed", url.Values{"which": {"second-notice"}, "id": {c.ID}}), 404)
	if n := len(o.history(c.ID)); n != 1 {
		t.Errorf("%d events", n)
	}
}

// Every reading and every change stands in the audit log, with who and whence
// and without the code.
func TestWhatIsDoneWithCardsStandsInTheLog(t *testing.T) {
	o := openOffice(t)
	c := o.cardsHere(1)[0]
	chief := o.chief()
	chief.Get("cards/case/" + c.ID)
	chief.Post("cards/case/"+c.ID+"/register", url.Values{"kind": {"notified"}, "note": {"花子さんへ電話"}})
	chief.Post("cards/case/"+c.ID+"/undo", url.Values{"seq": {"2"}, "why": {"花子さんの希望"}})
	chief.Post("cards/case/"+c.ID+"/resident", url.Values{"resident": {"R-1"}})
	chief.Get("cards/list.csv")
	chief.Post("cards/storage/move", url.Values{"id": {c.ID}, "counter": {"honcho"}, "kind": {"stored"}})
	var actions []string
	o.do(func(tx *store.Tx) error {
		actions = nil
		rows, err := tx.Query(`SELECT action, detail FROM audit WHERE tenant = $1 AND who <> 'system' AND action LIKE 'card.%' ORDER BY id`, tx.Tenant())
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var action, detail string
			if err := rows.Scan(&action, &detail); err != nil {
				return err
			}
			if !strings.Contains(detail, `"origin":"127.0.0.1"`) || strings.Contains(detail, "花子") || strings.Contains(detail, c.Code) {
				t.Errorf("%s: %s", action, detail)
			}
			actions = append(actions, action)
		}
		return rows.Err()
	})
	if got := strings.Join(actions, " "); got != "card.see card.notified card.see card.undone card.see card.assign card.see card.export card.stored" {
		t.Errorf("the log has %s", got)
	}
}
