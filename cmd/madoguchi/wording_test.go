package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"mime"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"madoguchi/bot"
	"madoguchi/channels/console/consoletest"
	"madoguchi/channels/line"
	"madoguchi/i18n"
	"madoguchi/store"
	person "madoguchi/store/staff"
	"madoguchi/store/storetest"
)

// editor is an administrator at the console of a town.
func (v *mailTown) editor(tenant string) *consoletest.Client {
	v.Helper()
	if v.console == nil {
		v.console = consoletest.Serve(v.T, v.db, v.wordingArea())
	}
	return v.console.SignInAt(tenant, person.Account{ID: "admin-" + tenant, Booking: person.Administrator})
}

// reword sends the form of a text as the page shows it.
func reword(c *consoletest.Client, key, lang, do, words string) consoletest.Page {
	address := "wording/text?" + url.Values{"key": {key}, "in": {lang}}.Encode()
	return c.Post("wording/text", url.Values{
		"key": {key}, "in": {lang}, "seen": {seen(c.Get(address).Body)}, "words": {words}, "do": {do},
	})
}

// seen is the number of the change that a page shows.
func seen(page string) string {
	_, after, _ := strings.Cut(page, `name="seen" value="`)
	number, _, _ := strings.Cut(after, `"`)
	return number
}

// last is the last letter, its subject and text in words.
func (b *letterbox) last(t *testing.T) (subject, text string) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.letters) == 0 {
		t.Fatal("no letter has arrived")
	}
	head, body, _ := strings.Cut(b.letters[len(b.letters)-1], "\r\n\r\n")
	for _, line := range strings.Split(strings.ReplaceAll(head, "\r\n ", " "), "\r\n") {
		if s, ok := strings.CutPrefix(line, "Subject: "); ok {
			subject, _ = new(mime.WordDecoder).DecodeHeader(s)
		}
	}
	if i := strings.Index(body, "\r\n\r\n"); i >= 0 { // the text part of several
		body = body[i+4:]
	}
	body, _, _ = strings.Cut(body, "\r\n\r\n--")
	body, _, _ = strings.Cut(body, "\r\n--")
	plain, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(strings.TrimSpace(body), "\r\n", ""))
	if err != nil {
		t.Fatalf("decode a letter: %v", err)
	}
	return subject, string(plain)
}

func TestAMailArrivesInTheMunicipalitysOwnWords(t *testing.T) {
	v := openTown(t, storetest.SQLite, true)
	admin := v.editor(sampleID)

	p := reword(admin, "mail.subject.booked", "ja", "save", "【{city}】ご予約ありがとうございます")
	if p.Status != http.StatusOK || !p.Has("保存しました。") || !p.Has("変更") {
		t.Fatalf("saving: %d %s", p.Status, p.Body)
	}
	if p := reword(admin, "mail.footer", "ja", "save", "みほん市からのお知らせ。"); p.Status != http.StatusOK {
		t.Fatalf("saving: %d", p.Status)
	}
	v.book("web", "hanako", i18n.Japanese, "text:hanako@example.jp")
	v.run("deliver")
	subject, text := v.box.last(t)
	if subject != "【みほん市】ご予約ありがとうございます" || !strings.Contains(text, "みほん市からのお知らせ。") {
		t.Errorf("the letter says %q and %q", subject, text)
	}
	if !strings.Contains(text, "受付番号：") {
		t.Errorf("what was not changed is missing: %q", text)
	}

	if p := reword(admin, "mail.subject.booked", "ja", "reset", ""); !p.Has("既定の文に戻しました。") {
		t.Fatalf("back to the default: %d %s", p.Status, p.Body)
	}
	v.book("web", "jiro", i18n.Japanese, "text:jiro@example.jp")
	v.run("deliver")
	if subject, text := v.box.last(t); subject != "【みほん市】窓口のご予約を承りました" || !strings.Contains(text, "みほん市からのお知らせ。") {
		t.Errorf("after the default is back the letter says %q and %q", subject, text)
	}
}

func TestTheDialogSpeaksInTheMunicipalitysOwnWordsAtTheNextTurn(t *testing.T) {
	v := openTown(t, storetest.SQLite, false)
	admin := v.editor(sampleID)
	asked := v.talk("web", "hanako", i18n.Japanese, "flow:card-pickup") // under way when the words change
	_, key, ok := keyOf(t, v, asked.Messages[len(asked.Messages)-1].Text)
	if !ok {
		t.Fatalf("no text for %q", asked.Messages[len(asked.Messages)-1].Text)
	}
	if p := reword(admin, key, "ja", "save", "受け取る方をお選びください。"); !p.Has("保存しました。") {
		t.Fatalf("saving %s: %d %s", key, p.Status, p.Body)
	}
	if p := reword(admin, "bot.no-back", "ja", "save", "これより前の質問はありません。"); !p.Has("保存しました。") {
		t.Fatal("saving the dialog's own sentence")
	}
	said := v.talk("web", "hanako", i18n.Japanese, "text:戻る")
	var all []string
	for _, m := range said.Messages {
		all = append(all, m.Text)
	}
	if s := strings.Join(all, "\n"); !strings.Contains(s, "受け取る方をお選びください。") || !strings.Contains(s, "これより前の質問はありません。") {
		t.Errorf("the conversation under way says %q", s)
	}
	english := v.talk("web", "john", i18n.English, "flow:card-pickup")
	if s := english.Messages[len(english.Messages)-1].Text; strings.Contains(s, "受け取る方") {
		t.Errorf("English says %q", s)
	}
}

// keyOf returns the console's page and key of the text that reads like this.
func keyOf(t *testing.T, v *mailTown, words string) (page, key string, ok bool) {
	t.Helper()
	p := v.editor(sampleID).Get("wording?" + url.Values{"q": {words}}.Encode())
	_, after, ok := strings.Cut(p.Body, "/console/wording/text?key=")
	key, _, _ = strings.Cut(after, "&amp;")
	return p.Body, key, ok
}

func TestOtherMunicipalitiesKeepTheirWords(t *testing.T) {
	v := openTown(t, storetest.SQLite, false)
	admin, other := v.editor(sampleID), v.editor(consoletest.Other)
	if p := reword(admin, "web.front.lead", "ja", "save", "みほん市だけの文です。"); !p.Has("保存しました。") {
		t.Fatalf("saving: %d", p.Status)
	}
	for tenant, want := range map[string]bool{sampleID: true, consoletest.Other: false} {
		s, err := pages{v.house}.Site(context.Background(), tenant, i18n.Japanese)
		if err != nil {
			t.Fatal(err)
		}
		texts := v.text
		if s.Texts != nil {
			texts = s.Texts
		}
		if got := texts(i18n.Japanese, "web.front.lead"); strings.Contains(got, "みほん市だけ") != want {
			t.Errorf("%s: the front page says %q", tenant, got)
		}
	}
	if p := other.Get("wording/text?key=web.front.lead&in=ja"); p.Has("みほん市だけの文です。") {
		t.Error("the words of one municipality are in another's console")
	}
	if p := other.Post("wording/restore", url.Values{"key": {"web.front.lead"}, "in": {"ja"}, "number": {"1"}}); p.Status != http.StatusNotFound {
		t.Errorf("another's change put back: %d", p.Status)
	}
}

func TestEveryNodeSeesAChangedText(t *testing.T) {
	v := openTown(t, storetest.SQLite, true)
	second, err := open(&environment{ctx: context.Background(), config: v.config, clock: v.clock.Now}, slog.New(slog.DiscardHandler), false)
	if err != nil {
		t.Fatal(err)
	}
	defer second.close()
	says := func(h *house) (s string) {
		t.Helper()
		err := h.db.View(context.Background(), sampleID, func(tx *store.Tx) error {
			texts, err := h.wordings.Catalog(tx)
			s = texts.Text("mail.footer").In(i18n.Japanese)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	before := says(second)
	admin := v.editor(sampleID)
	for _, words := range []string{"一つ目の文。", "二つ目の文。"} {
		if p := reword(admin, "mail.footer", "ja", "save", words); !p.Has("保存しました。") {
			t.Fatalf("saving: %d", p.Status)
		}
		if got := says(second); got != words {
			t.Errorf("the second node says %q, want %q", got, words)
		}
	}
	if p := admin.Post("wording/restore", url.Values{"key": {"mail.footer"}, "in": {"ja"}, "number": {"1"}}); !p.Has("選んだ文に戻しました。") {
		t.Fatalf("earlier words again: %d %s", p.Status, p.Body)
	}
	if got := says(second); got != "一つ目の文。" {
		t.Errorf("after going back the second node says %q", got)
	}
	reword(admin, "mail.footer", "ja", "reset", "")
	if got := says(second); got != before {
		t.Errorf("with the default the second node says %q", got)
	}
}

func TestWordsThatLoseAValueAreRefused(t *testing.T) {
	v := openTown(t, storetest.SQLite, false)
	admin := v.editor(sampleID)
	for name, c := range map[string]struct{ key, words, complaint string }{
		"unknown":   {"mail.receipt", "番号：{number}", "{number}"},
		"missing":   {"mail.receipt", "番号をお持ちください", "{receipt}"},
		"braces":    {"mail.receipt", "番号：{receipt", "波かっこ"},
		"empty":     {"mail.receipt", " ", "文を入力してください"},
		"two lines": {"mail.subject.booked", "【{city}】\nBcc: everyone@example.jp", "改行を入れられません"},
		"long":      {"mail.footer", strings.Repeat("あ", 2001), "長すぎます"},
		"control":   {"mail.footer", "あ\x00い", "制御文字"},
	} {
		p := reword(admin, c.key, "ja", "save", c.words)
		if p.Status != http.StatusUnprocessableEntity || !p.Has(c.complaint) {
			t.Errorf("%s: %d, %q is not on the page", name, p.Status, c.complaint)
		}
		if first, _, _ := strings.Cut(c.words, "\n"); name != "empty" && name != "control" && !p.Has(first) {
			t.Errorf("%s: what was typed is gone", name)
		}
	}
	err := v.db.View(context.Background(), sampleID, func(tx *store.Tx) error {
		own, err := v.wordings.Own(tx)
		if own != nil {
			t.Error("something was saved")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestTwoWhoChangeOneTextDoNotOverwriteEachOther(t *testing.T) {
	v := openTown(t, storetest.SQLite, false)
	admin, colleague := v.editor(sampleID), v.editor(sampleID)
	old := seen(admin.Get("wording/text?key=mail.footer&in=ja").Body)
	reword(colleague, "mail.footer", "ja", "save", "同僚の文。")
	p := admin.Post("wording/text", url.Values{"key": {"mail.footer"}, "in": {"ja"}, "seen": {old}, "words": {"わたしの文。"}, "do": {"save"}})
	if p.Status != http.StatusUnprocessableEntity || !p.Has("ほかの人が先に") || !p.Has("わたしの文。") || !p.Has("同僚の文。") {
		t.Errorf("the second one is told: %d %s", p.Status, p.Body)
	}
}

func TestMarkupInATextIsOnlyText(t *testing.T) {
	v := openTown(t, storetest.SQLite, false)
	admin := v.editor(sampleID)
	evil := `<script>alert(1)</script>"><img src=x onerror=alert(1)>`
	if p := reword(admin, "web.front.lead", "ja", "save", evil); !p.Has("保存しました。") || p.Has("<script>alert") || p.Has("<img src=x") {
		t.Errorf("the edit page: %d %s", p.Status, p.Body)
	}
	for _, path := range []string{"wording?q=alert", "wording/text?key=web.front.lead&in=en"} {
		if p := admin.Get(path); p.Status != http.StatusOK || p.Has("<script>alert") || p.Has("<img src=x") {
			t.Errorf("%s: %d", path, p.Status)
		}
	}
	pages, err := v.web(must(v.gate()), nil)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	pages.Register(mux)
	body := get(t, mux, "/t/sample/")
	if strings.Contains(body, "<script>alert") || strings.Contains(body, "<img src=x") || !strings.Contains(body, "&lt;script&gt;alert(1)") {
		t.Errorf("the front page: %s", body)
	}
}

func TestATrialMailIsSentToTheAddressTyped(t *testing.T) {
	v := openTown(t, storetest.SQLite, true)
	admin := v.editor(sampleID)
	reword(admin, "mail.lead.reminder", "ja", "save", "{office}から、明日のご案内です。")
	if p := admin.Get("mails/reminder"); !p.Has("明日のご案内です。") {
		t.Errorf("the preview: %s", p.Body)
	}
	if p := admin.Post("mails/reminder", url.Values{"in": {"ja"}, "to": {"tester@city.example.jp"}}); !p.Has("試しのメールを送りました。") {
		t.Fatalf("sending: %d %s", p.Status, p.Body)
	}
	if subject, text := v.box.last(t); !strings.HasPrefix(subject, "【試し送信】") || !strings.Contains(text, "明日のご案内です。") {
		t.Errorf("the letter says %q %q", subject, text)
	}
	if p := admin.Post("mails/reminder", url.Values{"in": {"ja"}, "to": {"a@b\r\nBcc: c@d.jp"}}); p.Status != http.StatusUnprocessableEntity || !p.Has("形が正しくありません") {
		t.Errorf("a hostile address: %d", p.Status)
	}
	if v.box.count() != 1 {
		t.Errorf("%d letters", v.box.count())
	}
}

func TestATrialMailSaysThatMailIsOff(t *testing.T) {
	v := openTown(t, storetest.SQLite, false)
	p := v.editor(sampleID).Post("mails/booked", url.Values{"in": {"ja"}, "to": {"tester@city.example.jp"}})
	if p.Status != http.StatusUnprocessableEntity || !p.Has("メールの送信が設定されていない") || !p.Has("tester@city.example.jp") {
		t.Errorf("%d %s", p.Status, p.Body)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func get(t *testing.T, h http.Handler, path string) string {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept", "text/html")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Body.String()
}

func TestCardsOnLINECarryTheMunicipalitysOwnWords(t *testing.T) {
	v := openTown(t, storetest.SQLite, false)
	if p := reword(v.editor(sampleID), "line.booked", "ja", "save", "確かに承りました"); !p.Has("保存しました。") {
		t.Fatalf("saving: %d", p.Status)
	}
	deliverer := v.lineDeliverer(nil, line.Observer{})
	d := line.Delivery{Lang: i18n.Japanese, Messages: []bot.Message{{Kind: bot.KindBooking, From: bot.FromBot, Text: "予約", Booking: &bot.Booking{
		Receipt: 5, Counter: "honcho", Start: "2026-11-25T10:00", Status: "booked",
	}}}}
	for tenant, want := range map[string]bool{sampleID: true, consoletest.Other: false} {
		card, err := json.Marshal(deliverer.Renderer.Render(&line.Channel{Tenant: tenant}, d))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(card), "確かに承りました") != want {
			t.Errorf("the card of %s: %s", tenant, card)
		}
	}
}

// TestEveryTextCanBeOpened walks the list to its end and opens every text: none
// lacks the words for where it stands, none fails to show.
func TestEveryTextCanBeOpened(t *testing.T) {
	v := openTown(t, storetest.SQLite, false)
	admin := v.editor(sampleID)
	link := regexp.MustCompile(`/console/wording/text\?key=([^&"]+)`)
	opened := 0
	for page := 1; ; page++ {
		p := admin.Get(fmt.Sprintf("wording?page=%d", page))
		if p.Status != http.StatusOK {
			t.Fatalf("page %d of the list: %d %s", page, p.Status, p.Body)
		}
		keys := link.FindAllStringSubmatch(p.Body, -1)
		if len(keys) == 0 {
			break
		}
		for i, k := range keys {
			lang := string(whole[(opened+i)%len(whole)])
			if p := admin.Get("wording/text?in=" + lang + "&key=" + k[1]); p.Status != http.StatusOK {
				t.Errorf("%s in %s: %d", k[1], lang, p.Status)
			}
		}
		opened += len(keys)
	}
	if opened < 300 {
		t.Errorf("only %d texts are listed", opened)
	}
	t.Logf("%d texts", opened)
}

func TestTextsNobodyHasAreNotFound(t *testing.T) {
	v := openTown(t, storetest.SQLite, false)
	admin := v.editor(sampleID)
	for _, path := range []string{"wording/text", "wording/text?key=", "wording/text?key=bot.none", "wording/text?key=console.skip", "wording/text?key=bot.names.slot", "mails/none", "mails/%00"} {
		if p := admin.Get(path); p.Status != http.StatusNotFound {
			t.Errorf("%s: %d", path, p.Status)
		}
	}
	if p := reword(admin, "bot.none", "ja", "save", "文"); p.Status != http.StatusNotFound && p.Status != http.StatusBadRequest {
		t.Errorf("saving a text nobody has: %d", p.Status)
	}
	clerk := v.console.SignIn(person.Account{Booking: person.Manager, Cards: person.Administrator})
	for _, path := range []string{"wording", "mails", "mails/booked", "wording/text?key=bot.menu&in=ja"} {
		if p := clerk.Get(path); p.Status != http.StatusForbidden {
			t.Errorf("%s without the right: %d", path, p.Status)
		}
	}
}

func TestEveryChangeOfATextIsInTheAuditLog(t *testing.T) {
	v := openTown(t, storetest.SQLite, true)
	admin := v.editor(sampleID)
	reword(admin, "mail.footer", "ja", "save", "みほん市より。")
	reword(admin, "mail.footer", "ja", "reset", "")
	admin.Post("wording/restore", url.Values{"key": {"mail.footer"}, "in": {"ja"}, "number": {"1"}})
	admin.Post("mails/booked", url.Values{"in": {"ja"}, "to": {"tester@city.example.jp"}})
	var log []string
	err := v.db.View(context.Background(), sampleID, func(tx *store.Tx) error {
		rows, err := tx.Query(`SELECT who, action, subject, detail FROM audit WHERE tenant = $1 AND action LIKE 'text.%' ORDER BY at, id`, tx.Tenant())
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var who, action, subject, detail string
			if err := rows.Scan(&who, &action, &subject, &detail); err != nil {
				return err
			}
			if !strings.Contains(detail, "127.0.0.1") || strings.Contains(detail, "tester@") {
				t.Errorf("%s: %s", action, detail)
			}
			log = append(log, who+" "+action+" "+subject)
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"admin-sample text.change mail.footer", "admin-sample text.reset mail.footer", "admin-sample text.change mail.footer", "admin-sample text.trial-mail booked"}
	if diff := cmp.Diff(want, log); diff != "" {
		t.Error(diff)
	}
}

func TestWordsThatNoLongerFitAreShownAsNotInUse(t *testing.T) {
	v := openTown(t, storetest.SQLite, false)
	admin := v.editor(sampleID)
	ships := v.text(i18n.Japanese, "mail.receipt", i18n.Arg{Name: "receipt", Value: 5})
	// As an earlier version of the program took them, when the text had no number.
	v.do(func(tx *store.Tx) error {
		_, err := tx.Exec(`INSERT INTO wording (tenant, number, mark, text_key, lang, words, source, saved_at, saved_by)
			VALUES ($1, 1, 'm', 'mail.receipt', 'ja', '受付番号はお電話でお知らせします', 'older', 0, 'admin')`, sampleID)
		return err
	})
	v.do(func(tx *store.Tx) error {
		c, err := v.wordings.Catalog(tx)
		if err == nil && c.Text("mail.receipt").In(i18n.Japanese, i18n.Arg{Name: "receipt", Value: 5}) != ships {
			t.Errorf("the mail says %q", c.Text("mail.receipt").In(i18n.Japanese))
		}
		return err
	})
	if p := admin.Get("wording?changed=1"); !p.Has("使われていません") {
		t.Errorf("the list does not say so: %s", p.Body)
	}
	p := admin.Get("wording/text?key=mail.receipt&in=ja")
	if !p.Has("この文は使われていません") || !p.Has("受付番号はお電話でお知らせします") {
		t.Errorf("the page does not say so: %s", p.Body)
	}
	if p := reword(admin, "mail.receipt", "ja", "save", "受付番号は{receipt}です"); !p.Has("保存しました。") || p.Has("この文は使われていません") {
		t.Errorf("corrected: %d %s", p.Status, p.Body)
	}
}
