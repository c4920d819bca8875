package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"madoguchi/bot"
	"madoguchi/channels/console/consoletest"
	"madoguchi/channels/line"
	"madoguchi/channels/web"
	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/audit"
	"madoguchi/store/staff"
	"madoguchi/store/storetest"
	"madoguchi/store/wording"
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

// moves leads the dialog of a move to the question about reminders.
func (v *mailTown) moves(channel, user string, lang i18n.Lang, answer string) {
	v.Helper()
	v.talk(channel, user, lang, "flow:moving", "choice:in", "text:2026-12-16", "choice:no", "choice:self", "choice:paper",
		"choice:no", "choice:household", "choice:dog")
	if channel == line.Name {
		v.talk(channel, user, lang, "choice:@done")
	}
	v.talk(channel, user, lang, answer, "choice:no")
}

// A task list reminds three days before each of its dates, written from the list
// as it is then; one that is gone sends nothing.
func TestTaskListRemindsByMail(t *testing.T) {
	eachTown(t, true, func(v *mailTown) {
		v.moves("web", "hanako", i18n.English, "text:hanako@example.jp")
		v.moves("web", "quiet", i18n.English, "choice:@skip")
		at := func(when string, want ...string) {
			v.Helper()
			v.set(when)
			v.run("reminders")
			if got := v.notices(); !slices.Equal(got, want) {
				v.Errorf("%s: %v, want %v", when, got, want)
			}
		}
		at("2026-12-05T18:00") // electricity and gas are due on the 9th
		at("2026-12-06T16:00") // before the hour
		at("2026-12-06T17:00", "tasks mail en waiting")
		at("2026-12-06T23:00", "tasks mail en waiting")
		v.run("deliver")
		if v.box.count() != 1 {
			v.Fatalf("%d letters", v.box.count())
		}
		head, body, _ := strings.Cut(v.box.letters[0], "\r\n\r\n")
		text, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(body, "\r\n", ""))
		if err != nil {
			v.Fatal(err)
		}
		letter := head + string(text)
		for _, want := range []string{
			"To: <hanako@example.jp>", "・Book the closing and opening of gas　by Wednesday, 9 December 2026", "https://madoguchi.example/t/sample/plan\n",
		} {
			if !strings.Contains(letter, want) {
				v.Errorf("no %q in\n%s", want, letter)
			}
		}
		// Water on the 13th; then the list is deleted before its letter is written.
		at("2026-12-10T17:00", "tasks mail en sent", "tasks mail en waiting")
		err = v.db.Update(context.Background(), sampleID, func(tx *store.Tx) error {
			_, err := tx.Exec(`DELETE FROM plan WHERE tenant = $1`, tx.Tenant())
			return err
		})
		if err != nil {
			v.Fatal(err)
		}
		v.run("deliver")
		if got := v.notices(); v.box.count() != 1 || got[1] != "tasks mail en dropped" {
			v.Errorf("%d letters, %v", v.box.count(), got)
		}
		if found, err := v.db.Verify(context.Background()); err != nil || len(found) != 0 {
			v.Errorf("verify: %v %v", found, err)
		}
		if s := v.log.String(); strings.Contains(s, "hanako") {
			v.Errorf("personal data in the log:\n%s", s)
		}
	})
}

// On LINE the reminder stands in the conversation the list was made in.
func TestTaskListRemindsOnLine(t *testing.T) {
	v := openTown(t, storetest.SQLite, false)
	v.moves(line.Name, "taro", i18n.Japanese, "choice:yes")
	v.set("2027-01-01T17:00") // the notice is due on 4 January, a holiday or not
	v.run("reminders")
	if got := v.notices(); !slices.Equal(got, []string{"tasks line ja sent"}) {
		v.Fatalf("%v", got)
	}
	r := v.talk(line.Name, "taro", i18n.Japanese, "text:ありがとう")
	var said []bot.Message
	err := v.db.View(t.Context(), sampleID, func(tx *store.Tx) error {
		lines, err := v.talks.Lines(tx, r.Conversation, 1, r.Messages[0].Seq)
		if err == nil {
			said, err = bot.Messages(lines)
		}
		return err
	})
	if err != nil {
		v.Fatal(err)
	}
	var ids []string
	for _, m := range said {
		if m.Plan != nil {
			ids = nil
			for _, g := range m.Plan.Groups {
				for _, task := range g.Tasks {
					ids = append(ids, task.ID)
				}
			}
		}
	}
	if !slices.Equal(ids, []string{"notice-in"}) {
		v.Errorf("reminded of %v", ids)
	}
}

// The texts of task lists can be worded by the municipality as all others can.
func TestTaskListInTheTownsOwnWords(t *testing.T) {
	h := furnished(t)
	site := consoletest.Serve(t, h.db, h.areas()...)
	admin := site.SignIn(staff.Account{Booking: staff.Administrator, Cards: staff.Administrator, Official: true})
	const key = "event.moving.task.notice-in.title"
	if p := admin.Get("wording/text?key=" + key); p.Status != 200 || !p.Has("転入届を出す") {
		t.Fatalf("%d\n%s", p.Status, p.Body)
	}
	err := h.db.Update(t.Context(), sampleID, func(tx *store.Tx) error {
		text := wording.Text{Text: h.texts.Bind(key, "転入届を出す"), Lang: i18n.Japanese}
		return h.wordings.Set(tx, text, "転入の届出（1番窓口）", "test")
	})
	if err != nil {
		t.Fatal(err)
	}
	h.library.Forget(sampleID)
	for _, g := range planned(t, h, "visitor", movingIn...).Groups {
		for _, task := range g.Tasks {
			if task.ID == "notice-in" && task.Title != "転入の届出（1番窓口）" {
				t.Errorf("%q", task.Title)
			}
		}
	}
}
