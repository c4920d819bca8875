package main

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"madoguchi/channels/console/consoletest"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/report"
	"madoguchi/store/reservation"
	person "madoguchi/store/staff"
	"madoguchi/store/storetest"
)

// manager is somebody at the console who may see the reports.
func (v *mailTown) manager() *consoletest.Client {
	v.Helper()
	if v.console == nil {
		v.console = consoletest.Serve(v.T, v.db, v.reportsArea())
	}
	return v.console.SignIn(person.Account{ID: "manager", Booking: person.Manager})
}

func (v *mailTown) do(fn func(tx *store.Tx) error) {
	v.Helper()
	if err := v.db.Update(context.Background(), sampleID, fn); err != nil {
		v.Fatal(err)
	}
}

// aFewDays is what happens from 24 to 26 November 2026. Counted by hand:
//
//	24th  hanako books on the web (ja) for 25th 10:00, john on LINE (en) for the
//	      same time; jiro begins the card procedure on the web and leaves; taro
//	      asks on the web for a person; staff book by telephone for 26th 9:00 at
//	      the station, a visit of 2
//	25th  hanako writes again; staff move john to 26th 11:00 and back to 26th
//	      11:30; hanako comes; a mail to her cannot be delivered
//	26th  john does not come; the booking of the station was cancelled at 8:00
func (v *mailTown) aFewDays() {
	v.Helper()
	v.book("web", "hanako", i18n.Japanese, "text:hanako@example.jp")
	john := v.book("line", "U-john", i18n.English, "choice:@skip")
	v.talk("web", "jiro", i18n.Japanese, "flow:card-pickup")
	v.talk("web", "taro", i18n.Japanese, "choice:@person")
	clock := func(s string) civil.DateTime {
		dt, err := civil.ParseDateTime(s)
		if err != nil {
			v.Fatal(err)
		}
		return dt
	}
	var hanako, moved, station reservation.Booking
	v.do(func(tx *store.Tx) (err error) {
		list, _, err := v.reservations.Search(tx, reservation.Filter{})
		for _, b := range list {
			if b.Channel == "line" {
				moved = b
			} else {
				hanako = b
			}
		}
		if err != nil {
			return err
		}
		station, _, err = v.reservations.Book(tx, reservation.BookRequest{
			Counter: "ekimae", Start: clock("2026-11-26T09:00"), Service: "consult", Persons: 2, Group: reservation.Phone, Channel: "phone", By: "manager",
		})
		return err
	})
	if john.Receipt != moved.Receipt {
		v.Fatalf("receipts %d and %d", john.Receipt, moved.Receipt)
	}
	v.set("2026-11-25T10:05")
	v.talk("web", "hanako", i18n.Japanese, "text:こんにちは")
	v.do(func(tx *store.Tx) error {
		if _, err := v.reservations.CheckIn(tx, hanako.ID, reservation.By{Who: "manager", Group: reservation.Internal}); err != nil {
			return err
		}
		return tx.Audit("mail", "notice.dead", hanako.ID)
	})
	v.set("2026-11-25T09:00")
	for _, to := range []string{"2026-11-26T11:00", "2026-11-26T11:30"} {
		v.do(func(tx *store.Tx) error {
			_, err := v.reservations.Change(tx, moved.ID, reservation.Move{Counter: "honcho", Start: clock(to)}, reservation.By{Who: "manager", Group: reservation.Internal})
			return err
		})
	}
	v.set("2026-11-25T18:00")
	v.run("reminders") // on LINE: said to john, who did not ask
	v.set("2026-11-26T08:00")
	v.do(func(tx *store.Tx) error {
		_, err := v.reservations.Cancel(tx, station.ID, reservation.By{Who: "manager", Group: reservation.Internal})
		return err
	})
	v.set("2026-11-26T18:00")
	v.do(func(tx *store.Tx) error {
		_, err := v.reservations.CloseDue(tx, "system")
		return err
	})
	v.set("2026-11-27T00:30")
}

// november is that month by hand.
var november = []report.Line{
	{By: "service", ID: "consult", Numbers: report.Numbers{Booked: 3, Changed: 2, Cancelled: 1, Visited: 1, NoShow: 1}},
	{By: "counter", ID: "ekimae", Numbers: report.Numbers{Booked: 1, Cancelled: 1}},
	{By: "counter", ID: "honcho", Numbers: report.Numbers{Booked: 2, Changed: 2, Visited: 1, NoShow: 1}},
	{By: "channel", ID: "line", Numbers: report.Numbers{Enquiries: 1, Booked: 1, Changed: 2, NoShow: 1}},
	{By: "channel", ID: "phone", Numbers: report.Numbers{Booked: 1, Cancelled: 1}},
	{By: "channel", ID: "web", Numbers: report.Numbers{Enquiries: 4, HandOffs: 1, Booked: 1, Visited: 1}},
	{By: "language", ID: "", Numbers: report.Numbers{Booked: 1}},
	{By: "language", ID: "en", Numbers: report.Numbers{Enquiries: 1, Booked: 1}},
	{By: "language", ID: "ja", Numbers: report.Numbers{Enquiries: 4, HandOffs: 1, Booked: 1}},
}

func TestTheMonthIsAsCountedByHand(t *testing.T) {
	eachTown(t, true, func(v *mailTown) {
		v.aFewDays()
		var m report.Month
		if err := v.reports().Bring(context.Background(), sampleID, civil.Date{Year: 2026, Month: 11, Day: 1}, civil.Date{Year: 2026, Month: 11, Day: 30}); err != nil {
			v.Fatal(err)
		}
		v.do(func(tx *store.Tx) (err error) {
			m, err = v.reports().Month(tx, civil.In(tx.Now()).Date)
			return err
		})
		if diff := cmp.Diff(november, m.Lines); diff != "" {
			v.Errorf("by hand (-) and by program (+):\n%s", diff)
		}
		want := report.Numbers{Enquiries: 5, HandOffs: 1, Booked: 3, Changed: 2, Cancelled: 1, Visited: 1, NoShow: 1}
		if diff := cmp.Diff(want, m.Total); diff != "" {
			v.Errorf("the total by hand (-) and by program (+):\n%s", diff)
		}
		if diff := cmp.Diff(map[string]int64{"mail": 1}, m.Incidents); diff != "" {
			v.Error(diff)
		}
		if m.State.Uncounted != 0 || m.State.Unkept != 0 {
			v.Errorf("%d days uncounted, %d unkept", m.State.Uncounted, m.State.Unkept)
		}
		var ways []report.Way
		v.do(func(tx *store.Tx) (err error) {
			ways, err = v.reports().Funnel(tx, m.First, m.Last)
			return err
		})
		if diff := cmp.Diff([]report.Way{
			{Flow: "card-pickup", Channel: "web", Begun: 1, Outcomes: map[string]int64{}},
			{Flow: "reservation", Channel: "line", Begun: 1, Finished: 1, Outcomes: map[string]int64{"booked": 1}},
			{Flow: "reservation", Channel: "web", Begun: 1, Finished: 1, Outcomes: map[string]int64{"booked": 1}},
		}, ways); diff != "" {
			v.Errorf("ways by hand (-) and by program (+):\n%s", diff)
		}
		var loads []report.Load
		v.do(func(tx *store.Tx) (err error) {
			loads, err = v.reports().Load(tx, m.First, m.Last)
			return err
		})
		if diff := cmp.Diff([]report.Load{{Counter: "honcho", Days: 2, Hours: []report.Hour{
			{Hour: 10, Visits: 1, Persons: 1}, {Hour: 11, Missed: 1},
		}}}, loads); diff != "" {
			v.Errorf("load by hand (-) and by program (+):\n%s", diff)
		}
	})
}

func TestNumbersStayWhenConversationsAreForgotten(t *testing.T) {
	v := openTown(t, storetest.SQLite, true)
	v.aFewDays()
	v.run("statistics")
	v.clock.Advance(60 * 24 * time.Hour)
	v.run("retention")
	v.run("statistics")
	var out bytes.Buffer
	env := &environment{ctx: context.Background(), config: v.config, clock: v.clock.Now, out: &out, err: &out}
	if err := (&reportMonthly{reportOptions: reportOptions{Tenant: sampleID, JSON: true}, Month: "2026-11"}).Run(env); err != nil {
		t.Fatal(err)
	}
	var got struct{ Total report.Numbers }
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatalf("%v in %s", err, out.String())
	}
	if got.Total.Enquiries != 5 || got.Total.HandOffs != 1 || got.Total.Booked != 3 {
		t.Errorf("two months later the month is %+v", got.Total)
	}
}

func TestAMonthOnThePageAndInItsFile(t *testing.T) {
	v := openTown(t, storetest.SQLite, true)
	v.aFewDays()
	c := v.manager()
	if p := c.Get("reports?month=2026-11"); !p.Has("集計していない日が27日あります") {
		t.Errorf("before counting: %d %s", p.Status, p.Body)
	}
	p := c.Post("reports/count", map[string][]string{"from": {"2026-11-01"}, "to": {"2026-11-30"}, "back": {"reports?month=2026-11"}})
	if !p.Has("集計しました。") || p.Has("集計していない日") || !p.Has("メールの不達") || !p.Has("2026年11月") {
		t.Errorf("after counting: %d %s", p.Status, p.Body)
	}
	file := c.Get("reports?month=2026-11&file=utf-8").Body
	for _, line := range []string{
		"全体,合計,5,1,3,2,1,1,1,0", "窓口別,駅前出張所,,,1,0,1,0,0,0", "受付方法別,LINE,1,0,1,2,0,0,1,0",
		"言語別,日本語,4,1,1,,,,,", "障害・不達,メールの不達,1",
	} {
		if !strings.Contains(file, line+"\r\n") {
			t.Errorf("%q is not in the file:\n%s", line, file)
		}
	}
	for path, words := range map[string]string{
		"reports/load?from=2026-11-01&to=2026-11-30": "本庁 市民課窓口",
		"reports/ahead": "週ごと",
		"reports/funnel?from=2026-11-01&to=2026-11-30": "マイナンバーカード",
	} {
		if p := c.Get(path); p.Status != 200 || !p.Has(words) {
			t.Errorf("%s: %d %s", path, p.Status, p.Body)
		}
		if p := c.Get(path + map[bool]string{true: "&", false: "?"}[strings.Contains(path, "?")] + "file=utf-8"); !strings.HasPrefix(p.Header.Get("Content-Type"), "text/csv") {
			t.Errorf("%s as a file: %v", path, p.Header)
		}
	}
	for _, wrong := range []string{"reports?month=2026-13", "reports?month=%00", "reports/load?from=x&to=y", "reports/load?from=2026-11-30&to=2026-11-01", "reports/funnel?from=0001-01-01&to=9999-12-31"} {
		if p := c.Get(wrong); p.Status != 200 {
			t.Errorf("%s: %d", wrong, p.Status)
		}
	}
}

// What the dialog cannot answer is noted without a word of who asked, shown to
// those who write the answers, and settled by them (S1-052).
func TestQuestionsWithoutAnAnswer(t *testing.T) {
	v := openTown(t, storetest.SQLite, true)
	v.talk("web", "taro", i18n.Japanese, "text:盆踊り大会は中止ですか", "text:盆踊り大会は中止ですか？", "text:転入届とは何ですか")
	v.talk("line", "U-john", i18n.English, "text:Is there a Japanese class for beginners?")
	v.talk("web", "jiro", i18n.Japanese, "text:090-1234-5678の山田さんは何時に来ますか", "choice:@none")
	// Where something personal is asked for, nothing is noted.
	v.talk("web", "hanako", i18n.Japanese, "flow:reservation", "choice:book", "choice:consult", "choice:honcho", "choice:honcho/2026-11-25T10:00", "text:なぜメールが必要なんですか")

	c := v.manager()
	p := c.Get("reports/questions")
	if p.Status != 200 || !p.Has("盆踊り大会は中止ですか") || !p.Has("is there a japanese class for beginners") || !p.Has("未対応（3）") {
		t.Fatalf("%d %s", p.Status, p.Body)
	}
	for _, hidden := range []string{"090", "1234", "山田", "taro", "U-john", "メールが必要", "転入届"} {
		if p.Has(hidden) {
			t.Errorf("the page shows %q", hidden)
		}
	}
	file := c.Get("reports/questions?state=open&file=utf-8")
	if !strings.Contains(file.Body, "未対応,盆踊り大会は中止ですか,2,日本語,2026-11-24,2026-11-24\r\n") || !strings.HasPrefix(file.Header.Get("Content-Type"), "text/csv") {
		t.Errorf("file %v:\n%s", file.Header, file.Body)
	}
	var id string
	v.do(func(tx *store.Tx) error {
		list, err := v.questions.List(tx, "open", 0, 1)
		if err == nil {
			id = list[0].ID
		}
		return err
	})
	if p := c.Post("reports/questions/"+id, map[string][]string{"to": {"answered"}, "back": {"reports/questions?state=open"}}); !p.Has("「回答を用意した」にしました。") || !p.Has("未対応（2）") || !p.Has("回答を用意した（1）") {
		t.Errorf("settled: %d %s", p.Status, p.Body)
	}
	for path, want := range map[string]int{"reports/questions/" + id: 400, "reports/questions/nobody": 404} {
		to := map[int]string{400: "gone", 404: "answered"}[want]
		if p := c.Post(path, map[string][]string{"to": {to}}); p.Status != want {
			t.Errorf("%s to %s: %d", path, to, p.Status)
		}
	}
	if p := c.Get("reports/questions?state=gone"); p.Status != 404 {
		t.Errorf("a state there is none of: %d", p.Status)
	}
	if p := c.Get("reports/questions?lang=en&state=answered&page=99"); p.Status != 200 {
		t.Errorf("in English, far behind the last page: %d", p.Status)
	}

	for form, want := range map[string]string{
		"json": `{"question":"is there a japanese class for beginners","asked":1,"languages":["en"],"first":"2026-11-24","last":"2026-11-24","state":"open"}`,
		"csv":  "is there a japanese class for beginners,1,en,2026-11-24,2026-11-24,open\r\n",
		"":     "question",
	} {
		var out bytes.Buffer
		env := &environment{ctx: context.Background(), config: v.config, clock: v.clock.Now, out: &out, err: &out}
		cmd := reportQuestions{reportOptions: reportOptions{Tenant: sampleID, JSON: form == "json", CSV: form == "csv"}, State: "open", Most: 10}
		if err := cmd.Run(env); err != nil || !strings.Contains(out.String(), want) {
			t.Errorf("--%s: %v\n%s", form, err, out.String())
		}
	}
}

func TestReportsAreForManagers(t *testing.T) {
	v := openTown(t, storetest.SQLite, false)
	v.manager()
	clerk := v.console.SignIn(person.Account{Booking: person.Clerk, Counters: []string{"honcho"}})
	for _, path := range []string{"reports", "reports/load", "reports/ahead", "reports/funnel", "reports/questions"} {
		if p := clerk.Get(path); p.Status != 403 {
			t.Errorf("%s: %d", path, p.Status)
		}
	}
}

// TestACorrectedNoShowIsCountedAgain: the day of the visit was counted for good
// when staff learn that the visitor did come.
func TestACorrectedNoShowIsCountedAgain(t *testing.T) {
	eachTown(t, true, func(v *mailTown) {
		v.aFewDays()
		v.run("statistics")
		month := func() (m report.Month) {
			v.Helper()
			v.do(func(tx *store.Tx) (err error) {
				m, err = v.reports().Month(tx, civil.Date{Year: 2026, Month: 11, Day: 1})
				return err
			})
			return m
		}
		if got := month().Total; got.NoShow != 1 || got.Visited != 1 {
			v.Fatalf("before: %+v", got)
		}
		v.set("2026-11-28T09:00")
		v.do(func(tx *store.Tx) error {
			list, _, err := v.reservations.Search(tx, reservation.Filter{Statuses: []reservation.Status{reservation.NoShow}})
			if err != nil || len(list) != 1 {
				v.Fatalf("%d no-shows, %v", len(list), err)
			}
			_, err = v.reservations.CheckIn(tx, list[0].ID, reservation.By{Who: "manager", Group: reservation.Internal})
			return err
		})
		v.run("statistics")
		if got := month().Total; got.NoShow != 0 || got.Visited != 2 {
			v.Errorf("after: %+v", got)
		}
		if got := month().Total.Booked; got != 3 {
			v.Errorf("%d bookings", got)
		}
	})
}
