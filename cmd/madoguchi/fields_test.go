package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"madoguchi/channels/web/webtest"
	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/field"
)

// setFields changes what an application asks, as fieldChanges reads it.
func setFields(t *testing.T, h *house, change string) {
	t.Helper()
	if err := (&talker{house: h}).SetFields(context.Background(), string(field.Application), change); err != nil {
		t.Fatal(err)
	}
}

// S4-003, S4-007, S4-042: a field set beside the serving program is asked with no
// restart. On LINE its choices are quick replies; what is personal is
// asked on one page after the other, and the dialog goes on in the chat.
func TestFieldsOnLINE(t *testing.T) {
	s, platform := withLINE(t)
	user := linetest1
	platform.Befriend(user, "ja")
	h := s.house()
	setFields(t, h, `{name: {resident: required}, phone: {resident: required}, juki-card: {resident: required},
		care: {kind: choices, heading: {ja: 必要な配慮}, choices: {o1: 車いす, o2: 手話通訳}, personal: true, resident: required}}`)
	if err := h.close(); err != nil {
		t.Fatal(err)
	}
	hear := func(text string) string { return strings.Join(s.line(platform, user, platform.Text(user, text)), "\n") }
	for _, text := range []string{"相談の予約をしたい", "新しく予約する", "相談", "本庁"} {
		hear(text)
	}
	if got := hear("12月2日 10時"); !strings.Contains(got, "お名前（氏名）を入力してください。") {
		t.Fatalf("after the time: %s", got)
	}
	shown := func() string {
		list := platform.Shown(user)
		body, err := json.Marshal(list[len(list)-1].Message)
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	}
	page := func() string {
		t.Helper()
		const front = "https://madoguchi.example/t/sample/form/"
		_, rest, ok := strings.Cut(shown(), front)
		if !ok {
			t.Fatalf("no link in %s", shown())
		}
		token, _, _ := strings.Cut(rest, `"`)
		return "/t/sample/form/" + token
	}
	path := page()
	write := func(event string, values url.Values) (int, string) {
		t.Helper()
		values.Set("event", event)
		values.Set("typed", "1")
		status, body := s.do(s.request("POST", path, values.Encode(), "Content-Type", "application/x-www-form-urlencoded"))
		return status, string(body)
	}
	before := len(platform.Texts(user))
	if status, body := write("w1", url.Values{"text": {"見本花子"}}); status != http.StatusSeeOther {
		t.Fatalf("the name: %d %s", status, body)
	}
	if status, body := s.do(s.request("GET", path, "")); status != http.StatusOK || !strings.Contains(string(body), "電話番号を入力してください。") {
		t.Fatalf("the next question: %d %s", status, body)
	}
	if status, body := write("w2", url.Values{"text": {"12"}}); status != http.StatusUnprocessableEntity || !strings.Contains(body, "形式が正しくないようです。") {
		t.Fatalf("not a number: %d %s", status, body)
	}
	if said := platform.Texts(user)[before:]; len(said) > 0 {
		t.Errorf("said in the chat meanwhile: %q", said)
	}
	if status, body := write("w3", url.Values{"text": {"090-1234-5678"}}); status != http.StatusOK || !strings.Contains(body, "受け取りました") {
		t.Fatalf("the last of the page: %d %s", status, body)
	}
	await(t, "the chat to go on", func() bool { return len(platform.Texts(user)) > before })
	if body := shown(); !strings.Contains(body, "住民基本台帳カード") || !strings.Contains(body, `"quickReply"`) || !strings.Contains(body, "あり") {
		t.Errorf("in the chat: %s", body)
	}
	if status, _ := s.do(s.request("GET", path, "")); status != http.StatusNotFound {
		t.Errorf("the page, answered: %d", status)
	}
	hear("あり")
	path, before = page(), len(platform.Texts(user))
	if status, body := s.do(s.request("GET", path, "")); status != http.StatusOK || strings.Count(string(body), `type="checkbox"`) != 2 {
		t.Fatalf("several choices: %d %s", status, body)
	}
	if status, _ := write("w4", url.Values{}); status != http.StatusUnprocessableEntity {
		t.Errorf("nothing ticked: %d", status)
	}
	if status, body := write("w5", url.Values{"several": {"o1", "o2"}}); status != http.StatusOK {
		t.Fatalf("ticked: %d %s", status, body)
	}
	await(t, "the chat to go on", func() bool { return len(platform.Texts(user)) > before })
	got := hear("入力しない")
	if all := got + shown(); strings.Contains(all, "見本花子") || strings.Contains(all, "09012345678") || strings.Contains(all, "車いす") || !strings.Contains(all, "入力済み") {
		t.Errorf("the read-back on LINE: %s", all)
	}
	if got := hear("はい"); !strings.Contains(got, "承りました") {
		t.Errorf("booked: %s", got)
	}
	if v := platform.Violations(); len(v) > 0 {
		t.Errorf("LINE would refuse: %q", v)
	}
	s.nowhere("見本花子", "09012345678")
}

// S4-006: letters name the answers as the municipality does; of what is personal
// they say only that it was given.
func TestLettersUseAliases(t *testing.T) {
	eachTown(t, true, func(v *mailTown) {
		setFields(v.T, v.house, `{name: {resident: required, alias: {ja: 申請者のお名前, en: Applicant}}, mail: {resident: required}, juki-card: {resident: required}}`)
		v.talk("web", "u1", i18n.Japanese, "flow:reservation", "choice:book", "choice:consult", "choice:honcho",
			"choice:honcho/2026-11-25T10:00", "text:見本花子", "text:hanako@example.com", "choice:held", "choice:yes")
		v.want("booked mail ja waiting")
		err := v.db.View(context.Background(), sampleID, func(tx *store.Tx) error {
			ids, err := v.fields.Records(tx, field.Application, "juki-card", "held", "", 9)
			if err != nil || len(ids) != 1 {
				t.Fatalf("%d bookings, %v", len(ids), err)
			}
			_, answers, err := v.reservations.Private(tx, ids[0])
			if err != nil {
				return err
			}
			for lang, want := range map[i18n.Lang]string{
				i18n.Japanese: "申請者のお名前：入力済み|メールアドレス：入力済み|住基カードの有無：あり",
				i18n.English:  "Applicant: entered|Mail address: entered|Basic Resident Registration Card (住基カード): Yes",
			} {
				lines, err := v.answerLines(tx, answers, lang)
				if got := strings.Join(lines, "|"); got != want || err != nil {
					t.Errorf("%s: %q, %v; want %q", lang, got, err, want)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		v.run("deliver")
		v.want("booked mail ja sent")
		if found, err := v.db.Verify(context.Background()); err != nil || len(found) != 0 {
			v.Errorf("verify: %v %v", found, err)
		}
	})
}

// Several choices are ticked in the chat and on the plain pages.
func TestBrowserTicksSeveralChoices(t *testing.T) {
	webtest.Thoroughly(t)
	chromium := webtest.Start(t)
	s := serve(t, map[string]string{"MADOGUCHI_LIMITS": "off"})
	h := s.house()
	setFields(t, h, `{care: {kind: choices, heading: {ja: 必要な配慮}, choices: {o1: 車いす, o2: 手話通訳, o3: 筆談}, resident: required}}`)
	if err := h.close(); err != nil {
		t.Fatal(err)
	}
	v := webtest.Visit(t, chromium, s.base)
	v.Size(390, 844)
	v.Open("/t/sample/chat?flow=reservation")
	press := func(value string) {
		t.Helper()
		button := `document.querySelector(".choices button[value='` + value + `']:not(:disabled)")`
		v.Until(button)
		v.JS(button + ".click()")
	}
	for _, value := range []string{"book", "consult", "honcho"} {
		press(value)
	}
	v.Until(`document.querySelector(".choices button[value^='honcho/']:not(:disabled)")`)
	v.JS(`document.querySelector(".choices button[value^='honcho/']:not(:disabled)").click()`)
	press("o1")
	press("o3")
	v.Keep("fields-chat-several", false)
	v.AxeClean("several in the chat")
	v.JS(`document.querySelector(".choices button.done").click()`)
	v.Until(`[...document.querySelectorAll(".line.resident")].some(e => e.innerText.includes("車いす、筆談"))`)
	v.Until(`document.querySelector(".choices button[value='@skip']")`) // the mail address
	press("@skip")
	v.Until(`[...document.querySelectorAll("dl.items dd")].some(e => e.innerText === "車いす、筆談")`)

	plain := webtest.Visit(t, chromium, s.base)
	plain.Size(390, 844)
	plain.Open("/t/sample/book?flow=reservation")
	click := func(selector string) {
		t.Helper()
		plain.Until(`document.querySelector("` + selector + `")`)
		plain.JS(`document.querySelector("` + selector + `").click()`)
	}
	click("main form button")
	click("button[value=book]")
	click("button[value=consult]")
	click("button[value=honcho]")
	click(".days a")
	click("button[value^='honcho/']")
	plain.Until(`document.querySelectorAll("input[name=several]").length === 3`)
	plain.Keep("fields-plain-several", true)
	plain.AxeClean("several on a plain page")
	plain.JS(`document.querySelector("input[value=o2]").click()`)
	click("button.go")
	plain.Until(`document.querySelector("button[value='@skip']")`)
}
