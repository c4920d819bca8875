package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"madoguchi/bot"
	"madoguchi/channels/console/consoletest"
	"madoguchi/channels/web"
	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/audit"
	"madoguchi/store/staff"
)

// planned leads the moving dialog to its list and returns that.
func planned(t *testing.T, h *house, user string, answers ...string) *bot.Plan {
	t.Helper()
	for i, said := range append([]string{"moving"}, answers...) {
		in := bot.Inbound{Tenant: sampleID, Channel: "web", User: user, Event: fmt.Sprint(user, i), Lang: i18n.Japanese, Choice: said}
		if strings.HasPrefix(said, "20") {
			in.Choice, in.Text = "", said
		}
		reply, err := h.engine.Turn(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range reply.Messages {
			if m.Plan != nil {
				return m.Plan
			}
		}
	}
	t.Fatal("no list")
	return nil
}

var movingIn = []string{"in", "2026-12-16", "yes", "family", "paper", "yes", "household", "kokuho,dog"}

// At the counter the key of a task list shows the list and what was answered, in
// the words of the console; every look is in the log (S0-007).
func TestTaskListAtTheCounter(t *testing.T) {
	h := furnished(t)
	site := consoletest.Serve(t, h.db, h.areas()...)
	if consoletest.Tenant != sampleID {
		t.Fatal("the console's tests are in another town")
	}
	key := planned(t, h, "visitor", movingIn...).Key
	clerk := site.SignIn(staff.Account{Booking: staff.Clerk, Counters: []string{"honcho"}})
	for _, scanned := range []string{key, strings.ToLower(key), "https://madoguchi.example/t/sample/plan#" + key} {
		p := clerk.Post("visits/reception", url.Values{"text": {scanned}})
		for _, want := range []string{
			"転入届を出す", "国民健康保険に加入する", "2026年12月16日（令和8年）水曜日から2027年1月4日（令和9年）月曜日まで",
			"<dt>引越しの種類</dt><dd>ほかの市区町村からみほん市へ</dd>", "<dt>外国籍の方</dt><dd>はい</dd>",
			"<dt>あてはまるもの</dt><dd>国民健康保険、犬を飼っている</dd>", "本人確認を済ませたものではありません",
		} {
			if !p.Has(want) {
				t.Errorf("%s: no %q in\n%s", scanned, want, p.Body)
			}
		}
	}
	if p := clerk.Post("visits/reception", url.Values{"text": {"AAAAA-AAAAA"}}); !p.Has("手続きリストもありません") {
		t.Errorf("a wrong key:\n%s", p.Body)
	}
	var looks []audit.Entry
	err := h.db.View(t.Context(), sampleID, func(tx *store.Tx) (err error) {
		looks, err = audit.List(tx, audit.Filter{Action: "plan.view", Limit: 10})
		return err
	})
	if err != nil || len(looks) != 3 || looks[0].Subject == "" || strings.Contains(fmt.Sprint(looks), "dog") {
		t.Errorf("looks in the log: %v, %v", looks, err)
	}
	other := site.SignInAt(consoletest.Other, staff.Account{Booking: staff.Administrator})
	if p := other.Get("visits/tasks/" + looks[0].Subject); p.Status != 404 {
		t.Errorf("another municipality: %d", p.Status)
	}
}

// The page of a list, in any language, its calendar file, and the budget for wrong
// keys.
func TestTaskListPages(t *testing.T) {
	h := furnished(t)
	key := planned(t, h, "visitor", movingIn...).Key
	pages := planPages{h}
	q := web.PlanQuery{Tenant: sampleID, Key: strings.ToLower(key), Address: "192.0.2.1", Lang: i18n.English}
	view, err := pages.Plan(t.Context(), q)
	if err != nil || view.Key != key || view.Title != "Task list for your move" || view.Until.String() != "2027-04-15" {
		t.Fatalf("%+v, %v", view, err)
	}
	file, err := pages.Dates(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	entries := strings.Split(string(file), "BEGIN:VEVENT")
	if len(entries)-1 != 7 { // water, electricity, gas; the notice, card, insurance, dog
		t.Errorf("%d entries in\n%s", len(entries)-1, file)
	}
	for _, want := range []string{"DTSTART;VALUE=DATE:20270104\r\n", "DTEND;VALUE=DATE:20270105\r\n", "SUMMARY:File the moving-in notice (転入届)\r\n"} {
		if !strings.Contains(string(file), want) {
			t.Errorf("no %q in\n%s", want, file)
		}
	}
	wrong := q
	wrong.Key = "AAAAA-AAAAA"
	for range 5 {
		if _, err := pages.Plan(t.Context(), wrong); !errors.Is(err, web.ErrUnknown) {
			t.Fatalf("a wrong key: %v", err)
		}
	}
	if _, err := pages.Plan(t.Context(), q); !errors.Is(err, web.ErrTries) {
		t.Errorf("after five wrong keys: %v", err)
	}
	q.Address = "192.0.2.2"
	if _, err := pages.Plan(t.Context(), q); err != nil {
		t.Errorf("from elsewhere: %v", err)
	}
	if _, err := pages.Plan(context.Background(), web.PlanQuery{Tenant: "nowhere", Key: key, Address: "192.0.2.3"}); !errors.Is(err, web.ErrUnknown) {
		t.Errorf("another tenant: %v", err)
	}
}
