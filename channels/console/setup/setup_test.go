package setup_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"madoguchi/channels/console/consoletest"
	"madoguchi/channels/console/setup"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/notice"
	"madoguchi/store/relocation"
	"madoguchi/store/reservation"
	"madoguchi/store/staff"
	"madoguchi/store/storetest"
	"madoguchi/store/tenant"
)

// office is a console with this area, on Tuesday 2026-11-24, 9:00 in Japan.
type office struct {
	testing.TB
	db    *store.DB
	r     *reservation.Reservations
	moves relocation.Service
	clock *storetest.Clock
	site  *consoletest.Site
	admin *consoletest.Client
	told  []string // what residents were told, by booking
}

func open(t testing.TB, kind storetest.Kind) *office {
	t.Helper()
	clock := storetest.NewClock(at("2026-11-24T09:00").At())
	o := &office{TB: t, db: storetest.Open(t, kind, storetest.At(clock)), r: reservation.New(civil.Holiday), clock: clock}
	o.db.AddCheck(o.r.Checks()...)
	o.moves = relocation.Service{Reservations: o.r, Tell: func(tx *store.Tx, b reservation.Booking, kind notice.Kind) (relocation.How, error) {
		if !b.Contact {
			return relocation.Nobody, nil
		}
		tx.OnCommit(func() { o.told = append(o.told, string(kind)+" "+b.ID) })
		return relocation.ByMail, nil
	}}
	o.site = consoletest.Serve(t, o.db, setup.Area(setup.Config{
		DB: o.db, Reservations: o.r, Relocations: o.moves, Tenants: tenant.New(o.db),
		Languages: func([]string) []i18n.Lang { return []i18n.Lang{i18n.Japanese, i18n.EasyJapanese, i18n.English} },
	}))
	o.admin = o.site.SignIn(staff.Account{Booking: staff.Administrator})
	return o
}

func at(s string) civil.DateTime {
	dt, err := civil.ParseDateTime(s)
	if err != nil {
		panic(err)
	}
	return dt
}

func (o *office) do(fn func(tx *store.Tx) error) {
	o.Helper()
	if err := o.db.Update(context.Background(), consoletest.Tenant, fn); err != nil {
		o.Fatal(err)
	}
}

func (o *office) book(counter, start, mail string) (b reservation.Booking) {
	o.Helper()
	o.do(func(tx *store.Tx) (err error) {
		b, _, err = o.r.Book(tx, reservation.BookRequest{Counter: counter, Start: at(start), Service: "consult", Persons: 1,
			Group: reservation.Open, Channel: "web", By: "resident", Contact: mail})
		return err
	})
	return b
}

// send posts a form and expects to be sent on.
func (o *office) send(path string, values url.Values) consoletest.Page {
	o.Helper()
	p := o.admin.Post(path, values)
	if p.Status != 200 {
		o.Fatalf("POST %s: %d\n%s", path, p.Status, main(p))
	}
	return p
}

// main is what a page says, for messages.
func main(p consoletest.Page) string {
	_, body, _ := strings.Cut(p.Body, "<main")
	return body
}

func (o *office) sound() {
	o.Helper()
	breaches, err := o.db.Verify(context.Background())
	if err != nil || len(breaches) > 0 {
		o.Errorf("verify: %v %v", breaches, err)
	}
}

// honcho is the weekday rule of the sample's first counter, with slots of some
// minutes.
func honcho(slot string) url.Values {
	return url.Values{
		"weekdays": {"mon", "tue", "wed", "thu", "fri"}, "start": {"08:30"}, "end": {"17:15"}, "slot": {slot},
		"except": {"12:00-13:00"}, "capacity": {"5"},
	}
}

func TestSlotsOfFifteenMinutesFromNextMonth(t *testing.T) {
	o := open(t, storetest.SQLite)
	before := o.book("honcho", "2026-11-30T10:00", "")
	after := o.book("honcho", "2026-12-02T10:00", "")
	o.send("setup/counters/honcho/openings/0", honcho("15"))
	p := o.send("setup/save", url.Values{"do": {"look"}, "effective": {"2026-12-01"}})
	if !p.Has("枠に合わなくなる予約が1件") || !p.Has("2026-12-02（水） 10:00") || !p.Has("枠の長さが違う") {
		t.Fatalf("the impact is not listed: %s", main(p))
	}
	if p := o.admin.Get("setup/calendar?counter=honcho&date=2026-12-01"); !p.Has(">08:45</th>") || !p.Has("2026-12-01（火）") {
		t.Errorf("the preview of the day of effect: %s", main(p))
	}
	o.send("setup/save", url.Values{"do": {"save"}, "effective": {"2026-12-01"}, "act": {"leave"}})
	o.do(func(tx *store.Tx) error {
		table, err := o.r.Timetable(tx)
		if err != nil {
			return err
		}
		for day, want := range map[string]int{"2026-11-30": 30, "2026-12-01": 15} {
			d, _ := civil.ParseDate(day)
			if got := table.Day("honcho", d).Slots[0].Minutes; got != want {
				t.Errorf("%s: slots of %d minutes, want %d", day, got, want)
			}
		}
		now, err := o.r.Now(tx)
		if err != nil {
			return err
		}
		list, err := now.Misfits(tx)
		if len(list) != 1 || list[0].Booking.ID != after.ID || list[0].Booking.ID == before.ID {
			t.Errorf("flagged: %+v", list)
		}
		return err
	})
	o.book("honcho", "2026-12-01T08:45", "")
	o.sound()
	if p := o.admin.Get("setup"); !p.Has("2026-12-01（火）") || !p.Has("予定を取り下げる") {
		t.Errorf("the scheduled change is not listed: %s", main(p))
	}
}

func TestLunchIsNoTimeForVisitors(t *testing.T) {
	o := open(t, storetest.SQLite)
	form := honcho("30")
	form.Set("except", "12:00〜13:00、15:00-15:30")
	o.send("setup/counters/honcho/openings/0", form)
	p := o.admin.Get("setup/calendar?counter=honcho&date=2026-12-01")
	for _, cell := range []string{
		`aria-label="2026-12-01 12:00 受付なし">−</a>`, `aria-label="2026-12-01 15:00 受付なし">−</a>`, `aria-label="2026-12-01 15:30 5枠">5</a>`,
	} {
		if !p.Has(cell) {
			t.Errorf("no cell %s in %s", cell, main(p))
		}
	}
}

func TestAClosedDayIsShownAsClosed(t *testing.T) {
	o := open(t, storetest.SQLite)
	o.send("setup/closures/new", url.Values{"counter": {"honcho"}, "from": {"2026/12/2"}, "to": {"2026/12/2"}, "reason-ja": {"停電工事"}})
	p := o.admin.Get("setup/calendar?counter=honcho&date=2026-12-02")
	if !p.Has("休館（停電工事）") || !p.Has("<span>休館</span>") {
		t.Error(main(p))
	}
	// Nothing counts before it is saved.
	o.book("honcho", "2026-12-02T10:00", "")
	o.send("setup/save", url.Values{"do": {"save"}})
	o.do(func(tx *store.Tx) error {
		_, _, err := o.r.Book(tx, reservation.BookRequest{Counter: "honcho", Start: at("2026-12-02T10:00"), Service: "consult", Persons: 1, Group: reservation.Open})
		if _, ok := err.(reservation.ErrClosed); !ok {
			t.Errorf("booking on the closed day: %v", err)
		}
		return nil
	})
}

func TestATemporaryCounterIsSetUp(t *testing.T) {
	o := open(t, storetest.SQLite)
	o.send("setup/counters/new", url.Values{"id": {"kominkan"}, "names-ja": {"公民館 臨時窓口"}, "names-en": {"Community centre"},
		"from": {"2027-01-04"}, "to": {"2027-03-31"}, "services": {"card-pickup", "consult"}})
	o.send("setup/counters/kominkan/openings/new", url.Values{"weekdays": {"mon", "tue", "wed", "thu", "fri"}, "start": {"09:00"}, "end": {"16:00"}, "slot": {"30"}, "capacity": {"2"}})
	o.send("setup/counters/kominkan/openings/new", url.Values{"weekdays": {"sat"}, "start": {"9:00"}, "end": {"12:00"}, "slot": {"３０"}, "capacity": {"1"}})
	o.send("setup/save", url.Values{"do": {"save"}})
	for day, want := range map[string]int{"2027-01-03": 0, "2027-01-04": 14, "2027-01-09": 6, "2027-01-10": 0, "2027-03-31": 14, "2027-04-01": 0} {
		o.do(func(tx *store.Tx) error {
			table, err := o.r.Timetable(tx)
			if err != nil {
				return err
			}
			d, _ := civil.ParseDate(day)
			if got := len(table.Day("kominkan", d).Slots); got != want {
				t.Errorf("%s: %d slots, want %d", day, got, want)
			}
			return nil
		})
	}
}

func TestACounterIsClosedAndItsVisitorsAreMoved(t *testing.T) {
	for _, kind := range []storetest.Kind{storetest.SQLite, storetest.Postgres} {
		t.Run(string(kind), func(t *testing.T) { closeACounter(open(t, kind), t) })
	}
}

func closeACounter(o *office, t *testing.T) {
	var mine []reservation.Booking
	for _, start := range []string{"2026-12-01T10:00", "2026-12-01T10:30", "2026-12-02T09:00"} {
		mine = append(mine, o.book("honcho", start, "hanako@example.jp"))
	}
	silent := o.book("honcho", "2026-12-03T13:00", "")
	other := o.book("ekimae", "2026-12-01T10:00", "hanako@example.jp")
	before := o.book("honcho", "2026-11-27T10:00", "hanako@example.jp")
	form := url.Values{"counter": {"honcho"}, "from": {"2026-12-01"}, "to": {"2026-12-11"}, "reason-ja": {"改修工事"}, "act": {"move"}, "act-" + mine[2].ID: {"cancel"}}
	form.Set("do", "look")
	if p := o.send("setup/close", form); !p.Has("4件あります") || !p.Has("休館（改修工事）") || len(o.told) > 0 {
		t.Fatalf("before it is done: %s", main(p))
	}
	form.Set("do", "close")
	p := o.send("setup/close", form)
	if !strings.HasPrefix(p.Path, "setup/relocations/") || !p.Has("連絡が必要") {
		t.Fatalf("after it is done: %s", main(p))
	}
	o.do(func(tx *store.Tx) error {
		for i, b := range mine {
			now, err := o.r.ByID(tx, b.ID)
			if err != nil {
				return err
			}
			if i == 2 && now.Status != reservation.Cancelled || i < 2 && (now.Status != reservation.Booked || now.Counter == "honcho" && !now.Start.Date.Before(at("2026-12-01T00:00").Date) && !now.Start.Date.After(at("2026-12-11T00:00").Date)) {
				t.Errorf("booking %d: %+v", i, now)
			}
		}
		for _, b := range []reservation.Booking{other, before} {
			if now, err := o.r.ByID(tx, b.ID); err != nil || now.Sequence != b.Sequence {
				t.Errorf("a booking that is not concerned: %+v, %v", now, err)
			}
		}
		return nil
	})
	if want := []string{"changed " + mine[0].ID, "changed " + mine[1].ID, "cancelled " + mine[2].ID}; strings.Join(o.told, " ") != strings.Join(want, " ") {
		t.Errorf("told %v, want %v", o.told, want)
	}
	calls := o.admin.Get(p.Path + "?call=1")
	if strings.Count(calls.Body, `name="booking"`) != 1 {
		t.Errorf("to be called: %s", main(calls))
	}
	o.send(p.Path+"/called", url.Values{"booking": {silent.ID}})
	o.sound()
}

func TestTwoAdministratorsLoseNothing(t *testing.T) {
	o := open(t, storetest.SQLite)
	o.send("setup/closures", url.Values{}) // national holidays are open, says one
	other := o.site.SignIn(staff.Account{Booking: staff.Manager})
	if p := other.Post("setup/windows", url.Values{"hold_minutes": {"20"}}); p.Status != 200 {
		t.Fatal(main(p))
	}
	if p := other.Post("setup/save", url.Values{"do": {"save"}}); p.Status != 200 || !p.Has("設定を保存しました") {
		t.Fatal(main(p))
	}
	p := o.admin.Post("setup/save", url.Values{"do": {"save"}, "effective": {"2026-12-01"}})
	if p.Status != 422 || !p.Has("他の職員が設定を保存しました") || !p.Has(`value="2026-12-01"`) || !p.Has("祝日") {
		t.Fatalf("%d %s", p.Status, main(p))
	}
	if p := o.send("setup/draft/merge", nil); !p.Has("最新の設定に下書きの変更を反映しました") {
		t.Fatal(main(p))
	}
	o.send("setup/save", url.Values{"do": {"save"}})
	o.do(func(tx *store.Tx) error {
		s, _, err := o.r.Settings(tx)
		if s.Holidays || s.HoldMinutes != 20 {
			t.Errorf("holidays %v, held for %d minutes", s.Holidays, s.HoldMinutes)
		}
		return err
	})
}

func TestFaultsStandBesideTheirField(t *testing.T) {
	o := open(t, storetest.SQLite)
	for name, c := range map[string]struct {
		path   string
		form   url.Values
		field  string
		says   string
		stands string // what was typed
	}{
		"time":        {"setup/counters/honcho/openings/0", url.Values{"start": {"25:00"}, "end": {"17:00"}, "slot": {"30"}, "capacity": {"1"}}, "start", "時刻は", `value="25:00"`},
		"order":       {"setup/counters/honcho/openings/0", url.Values{"start": {"17:00"}, "end": {"9:00"}, "slot": {"30"}, "capacity": {"1"}}, "end", "終了は開始より後", `value="9:00"`},
		"slot":        {"setup/counters/honcho/openings/0", url.Values{"start": {"9:00"}, "end": {"17:00"}, "slot": {"2"}, "capacity": {"1"}}, "slot", "5〜1440分", `value="2"`},
		"quota":       {"setup/counters/honcho/openings/0", url.Values{"start": {"9:00"}, "end": {"17:00"}, "slot": {"30"}, "capacity": {"1"}, "quota-phone": {"9"}}, "quota-phone", "受入数以下", `value="9"`},
		"except":      {"setup/counters/honcho/openings/0", url.Values{"start": {"9:00"}, "end": {"17:00"}, "slot": {"30"}, "capacity": {"1"}, "except": {"昼休み"}}, "except", "12:00-13:00", `value="昼休み"`},
		"nth":         {"setup/counters/honcho/openings/0", url.Values{"start": {"9:00"}, "end": {"17:00"}, "slot": {"30"}, "capacity": {"1"}, "nth": {"2"}}, "weekdays", "曜日も選んで", `value="2" checked`},
		"name":        {"setup/counters/honcho", url.Values{"phone": {"03"}}, "names-ja", "入力してください", `value="03"`},
		"id":          {"setup/counters/new", url.Values{"id": {"本庁"}, "names-ja": {"本庁"}}, "id", "半角の英小文字", `value="本庁"`},
		"id is taken": {"setup/counters/new", url.Values{"id": {"honcho"}, "names-ja": {"本庁"}}, "id", "すでに使われています", `value="honcho"`},
		"period":      {"setup/counters/honcho", url.Values{"names-ja": {"本庁"}, "from": {"2027-01-02"}, "to": {"2027-01-01"}}, "to", "開始日以降", `value="2027-01-01"`},
		"no day":      {"setup/closures/new", url.Values{"from": {"2027-02-30"}}, "from", "実在する日", `value="2027-02-30"`},
		"every day":   {"setup/closures/new", url.Values{}, "from", "毎日が休館", ""},
		"limit":       {"setup/windows/new", url.Values{"closes_minutes": {"30"}, "closes_days": {"1"}}, "closes_minutes", "どちらか一方", `value="30"`},
		"postal code": {"setup/site", url.Values{"name": {"みほん市"}, "postal": {"12"}}, "postal", "123-4567", `value="12"`},
		"mail":        {"setup/site", url.Values{"name": {"みほん市"}, "mail": {"x"}}, "mail", "メールアドレス", `value="x"`},
	} {
		t.Run(name, func(t *testing.T) {
			p := o.admin.Post(c.path, c.form)
			if p.Status != 422 {
				t.Fatalf("status %d", p.Status)
			}
			_, after, ok := strings.Cut(p.Body, `id="e-`+c.field+`">`)
			text, _, _ := strings.Cut(after, "<")
			if !ok || !strings.Contains(text, c.says) || !p.Has(c.stands) {
				t.Errorf("beside %s: %q; %s", c.field, text, main(p))
			}
		})
	}
	if p := o.admin.Get("setup"); p.Has("下書き（まだ") {
		t.Error("a refused form has made a draft")
	}
}

func TestOneSlotIsChanged(t *testing.T) {
	o := open(t, storetest.SQLite)
	o.send("setup/cell/honcho/2026-12-01/600", url.Values{"what": {"places"}, "capacity": {"1"}})
	o.send("setup/cell/honcho/2026-12-01/630", url.Values{"what": {"close"}, "reason-ja": {"会議"}})
	o.send("setup/cell/honcho/2026-12-02/all", url.Values{"what": {"close"}, "reason-ja": {"工事"}})
	p := o.admin.Get("setup/calendar?counter=honcho&date=2026-12-01")
	for _, want := range []string{`2026-12-01 10:00 1枠">1</a>`, `2026-12-01 10:30 受付なし">−</a>`, `2026-12-01 11:00 5枠">5</a>`, "休館（工事）"} {
		if !p.Has(want) {
			t.Errorf("no %s in %s", want, main(p))
		}
	}
	for _, cell := range []string{"2026-12-01/600", "2026-12-01/630", "2026-12-02/all"} {
		o.send("setup/cell/honcho/"+cell, url.Values{"what": {"rules"}})
	}
	if p := o.admin.Get("setup"); !p.Has("現在の設定と同じ内容です") {
		t.Errorf("the exceptions are not taken back: %s", main(p))
	}
}

func TestHistoryIsComparedAndRolledBack(t *testing.T) {
	o := open(t, storetest.SQLite)
	o.send("setup/counters/honcho/openings/0", honcho("15"))
	o.send("setup/save", url.Values{"do": {"save"}})
	p := o.admin.Get("setup/history/2")
	if !p.Has("15分×5枠") || !p.Has("30分×5枠") {
		t.Errorf("what changed: %s", main(p))
	}
	o.send("setup/history/1/restore", nil)
	o.send("setup/save", url.Values{"do": {"save"}})
	o.do(func(tx *store.Tx) error {
		s, version, err := o.r.Settings(tx)
		if s.Counters[0].Openings[0].Slot != 30 || version != 3 {
			t.Errorf("version %d has slots of %d minutes", version, s.Counters[0].Openings[0].Slot)
		}
		return err
	})
	if p := o.admin.Get("setup/history"); !p.Has("第3版") {
		t.Error(main(p))
	}
}

func TestAChangeAtOnceReachesScheduledSettings(t *testing.T) {
	o := open(t, storetest.SQLite)
	o.send("setup/counters/honcho/openings/0", honcho("15"))
	o.send("setup/save", url.Values{"do": {"save"}, "effective": {"2026-12-01"}})
	o.send("setup/windows", url.Values{"hold_minutes": {"25"}})
	if p := o.admin.Get("setup/save"); !p.Has("予定されている1件の設定にも") || !p.Has("2026-11-30（月）の翌日から") {
		t.Fatal(main(p))
	}
	// Bookings of days that the scheduled settings govern are listed too.
	b := o.book("nishi", "2026-12-10T15:00", "")
	o.send("setup/closures/new", url.Values{"counter": {"nishi"}, "from": {"2026-12-10"}, "to": {"2026-12-10"}})
	if p := o.send("setup/save", url.Values{"do": {"look"}, "everyone": {"1"}}); !p.Has("act-" + b.ID) {
		t.Errorf("a booking under the scheduled settings is not listed: %s", main(p))
	}
	if p := o.send("setup/save", url.Values{"do": {"look"}}); p.Has("act-" + b.ID) {
		t.Errorf("a booking is listed that is not concerned: %s", main(p))
	}
	o.send("setup/save", url.Values{"do": {"save"}, "everyone": {"1"}})
	o.do(func(tx *store.Tx) error {
		d, _ := civil.ParseDate("2026-12-01")
		s, err := o.r.SettingsOn(tx, d)
		if s.HoldMinutes != 25 || s.Counters[0].Openings[0].Slot != 15 {
			t.Errorf("held for %d minutes, slots of %d", s.HoldMinutes, s.Counters[0].Openings[0].Slot)
		}
		return err
	})
	p := o.admin.Get("setup")
	_, form, _ := strings.Cut(p.Body, `name="version" value="`)
	version, _, _ := strings.Cut(form, `"`)
	_, form, _ = strings.Cut(form, `name="base" value="`)
	base, _, _ := strings.Cut(form, `"`)
	if p := o.send("setup/withdraw", url.Values{"version": {version}, "base": {base}}); !p.Has("取り下げました") {
		t.Fatal(main(p))
	}
	o.do(func(tx *store.Tx) error {
		d, _ := civil.ParseDate("2026-12-01")
		s, err := o.r.SettingsOn(tx, d)
		if s.Counters[0].Openings[0].Slot != 30 || s.HoldMinutes != 25 {
			t.Errorf("slots of %d minutes", s.Counters[0].Openings[0].Slot)
		}
		return err
	})
}

func TestAHiddenSite(t *testing.T) {
	o := open(t, storetest.SQLite)
	p := o.admin.Get("setup/site")
	_, v, _ := strings.Cut(p.Body, `name="version" value="`)
	version, _, _ := strings.Cut(v, `"`)
	form := url.Values{"version": {version}, "name": {"みほん市"}, "postal": {"１２３－４５６７"}, "phone": {"00-0000-0000"}, "operator": {"みほん広域連合"}, "shown": {"no"}, "to": {"2027-03-31"}, "style": {"application"}}
	o.send("setup/site", form)
	p = o.admin.Get("setup/site")
	for _, want := range []string{`value="123-4567"`, `value="みほん広域連合"`, `value="no" checked`, "2026-11-24 09:00", `value="application" checked`} {
		if !p.Has(want) {
			t.Errorf("no %s in %s", want, main(p))
		}
	}
	o.do(func(tx *store.Tx) error {
		_, _, err := o.r.Book(tx, reservation.BookRequest{Counter: "honcho", Start: at("2026-12-02T10:00"), Service: "consult", Persons: 1, Group: reservation.Open})
		if _, ok := err.(reservation.ErrClosed); !ok {
			t.Errorf("booking at a hidden site: %v", err)
		}
		return nil
	})
	if p := o.admin.Post("setup/site", form); p.Status != 422 || !p.Has("もう一度保存すると") || !p.Has(`value="みほん広域連合"`) {
		t.Errorf("saving upon somebody else's: %d %s", p.Status, main(p))
	}
}

func TestAPlanIsUploaded(t *testing.T) {
	o := open(t, storetest.SQLite)
	o.book("nishi", "2026-12-01T15:00", "")
	file := o.admin.Get("setup/plan/counters.csv")
	if !strings.HasPrefix(file.Body, "\ufeff種別,窓口ID") {
		t.Fatal(file.Body)
	}
	changed := strings.ReplaceAll(file.Body, "14:30,17:00", "15:30,17:00")
	changed = strings.Replace(changed, "Nishi Support Center", "Nishi Centre", 1)
	p := o.admin.Upload("setup/plan", url.Values{"do": {"check"}}, "file", "plan.csv", []byte(changed))
	if p.Status != 200 || !p.Has("まだ反映していません") || !p.Has("<dd>nishi</dd>") || !p.Has("ほかの言語の変更</dt><dd>1</dd>") || !p.Has("枠に合わなくなる予約</dt><dd>1</dd>") {
		t.Fatalf("%d %s", p.Status, main(p))
	}
	if p := o.admin.Get("setup"); p.Has("下書き（まだ") {
		t.Error("a trial has made a draft")
	}
	p = o.admin.Upload("setup/plan", url.Values{"do": {"keep"}}, "file", "plan.csv", []byte(changed))
	if p.Path != "setup/save" || !p.Has("枠に合わなくなる予約が1件") {
		t.Fatalf("%s %s", p.Path, main(p))
	}
	bad := strings.ReplaceAll(file.Body, "月火水木金", "月火水木金曜火星")
	p = o.admin.Upload("setup/plan", url.Values{"do": {"keep"}}, "file", "plan.csv", []byte(bad))
	if p.Status != 422 || !p.Has("何も反映していません") || !p.Has("曜日は「月火水木金」のように") {
		t.Errorf("%d %s", p.Status, main(p))
	}
	if p := o.admin.Upload("setup/plan", nil, "file", "big.csv", make([]byte, 5<<20)); p.Status != 413 {
		t.Errorf("a file of 5 MB: %d", p.Status)
	}
	if p := o.admin.Upload("setup/plan", nil, "file", "sjis.csv", []byte("\xff\xfe\x00")); p.Status != 422 || !p.Has("UTF-8でもShift_JISでも") {
		t.Errorf("wrong encoding: %d", p.Status)
	}
}

// Every page says everything in words, in both languages, and a clerk sees none.
func TestEveryPageIsInWords(t *testing.T) {
	o := open(t, storetest.SQLite)
	o.book("honcho", "2026-12-02T10:00", "")
	o.send("setup/counters/honcho/openings/0", honcho("15"))
	clerk := o.site.SignIn(staff.Account{Booking: staff.Clerk})
	for _, path := range []string{
		"setup", "setup/counters/honcho", "setup/counters/new", "setup/counters/honcho/openings/0", "setup/counters/honcho/openings/new",
		"setup/closures", "setup/closures/0", "setup/closures/new", "setup/services", "setup/services/move", "setup/services/new",
		"setup/windows", "setup/windows/0", "setup/windows/new", "setup/calendar", "setup/calendar?date=2027-01-01", "setup/cell/honcho/2026-12-01/600", "setup/cell/honcho/2026-12-01/all",
		"setup/save", "setup/site", "setup/close", "setup/history", "setup/history/1", "setup/plan", "setup/relocations",
	} {
		for _, lang := range []string{"ja", "en"} {
			sep := "?"
			if strings.Contains(path, "?") {
				sep = "&"
			}
			p := o.admin.Get(path + sep + "lang=" + lang)
			if p.Status != 200 {
				t.Errorf("%s: %d %s", path, p.Status, main(p))
			}
			for _, word := range strings.FieldsFunc(main(p), func(r rune) bool { return strings.ContainsRune(` <>"'：（）`, r) }) {
				if strings.HasPrefix(word, "setup.") || strings.HasPrefix(word, "console.") || strings.Contains(word, "%!") {
					t.Errorf("%s in %s: %s", path, lang, word)
				}
			}
		}
		if p := clerk.Get(path); p.Status != 403 {
			t.Errorf("%s for a clerk: %d", path, p.Status)
		}
	}
}

// A year of exceptions at twenty counters, as a plan may have them, and a
// thousand bookings: every page is still quick, and no list is without end.
func TestAYearOfTwentyCounters(t *testing.T) {
	o := open(t, storetest.SQLite)
	var b strings.Builder
	b.WriteString("種別,窓口ID,窓口名,開始日,終了日,曜日,開始時刻,終了時刻,枠の長さ（分）,受入数,理由\n")
	first, _ := civil.ParseDate("2026-11-24")
	for c := range 20 {
		fmt.Fprintf(&b, "窓口,c%d,窓口%d,,,,,,,,\n", c, c)
		for d := range 365 {
			day := first.AddDays(d)
			fmt.Fprintf(&b, "開設,c%d,,%s,%s,,09:00,16:00,30,2,\n", c, day, day)
		}
		fmt.Fprintf(&b, "休館,c%d,,2027-05-01,2027-05-01,,,,,,行事\n", c)
	}
	p := o.admin.Upload("setup/plan", url.Values{"do": {"keep"}}, "file", "year.csv", []byte(b.String()))
	if p.Status != 200 {
		t.Fatalf("%d %s", p.Status, main(p))
	}
	o.send("setup/save", url.Values{"do": {"save"}})
	o.do(func(tx *store.Tx) error {
		for n := range 1000 {
			start := at("2026-11-25T09:00").Add(n % 14 * 30)
			start.Date = start.Date.AddDays(n / 280)
			if _, _, err := o.r.Book(tx, reservation.BookRequest{Counter: fmt.Sprintf("c%d", n/14%20), Start: start, Service: "consult", Persons: 1, Group: reservation.Open}); err != nil {
				return err
			}
		}
		return nil
	})
	o.send("setup/closures/new", url.Values{"from": {"2026-11-26"}, "to": {"2026-11-26"}})
	for _, path := range []string{"setup", "setup/counters/c3", "setup/counters/c3?page=3", "setup/closures", "setup/calendar?counter=c3", "setup/save", "setup/history/2", "setup/plan"} {
		begun := time.Now()
		p := o.admin.Get(path)
		took := time.Since(begun)
		t.Logf("%-26s %5d KB %v", path, len(p.Body)>>10, took.Round(time.Millisecond))
		if p.Status != 200 || len(p.Body) > 200<<10 || took > 3*time.Second {
			t.Errorf("%s: %d, %d bytes in %v", path, p.Status, len(p.Body), took)
		}
	}
}
