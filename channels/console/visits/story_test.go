package visits_test

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/japanese"

	"madoguchi/channels/console/consoletest"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/reservation"
	"madoguchi/store/staff"
	"madoguchi/store/storetest"
)

func datetime(t testing.TB, s string) civil.DateTime {
	t.Helper()
	dt, err := civil.ParseDateTime(s)
	if err != nil {
		t.Fatal(err)
	}
	return dt
}

func instant(s string) time.Time {
	dt, err := civil.ParseDateTime(s)
	if err != nil {
		panic(err)
	}
	return dt.At()
}

// scan is what somebody shows at reception.
func scan(text string) url.Values { return url.Values{"text": {text}} }

func TestClerkReceivesThreeVisitors(t *testing.T) { each(t, clerkReceivesThreeVisitors) }

func clerkReceivesThreeVisitors(t *testing.T, h *hall) {
	first, _ := h.book("honcho", today+"T09:00")
	second, key := h.book("honcho", today+"T09:30")
	third, other := h.book("honcho", today+"T10:00")
	clerk := h.clerk("honcho")
	for _, v := range []struct {
		how, text string
		booking   reservation.Booking
	}{
		{"receipt number", strconv.Itoa(first.Receipt), first},
		{"access key", " " + strings.ToLower(key) + " ", second},
		{"QR code", "https://example.lg.jp/t/sample/book?key=" + other, third},
	} {
		begun := time.Now()
		clicks := 1 // Enter after the text
		p := clerk.Post("visits/reception", scan(v.text))
		if p.Path != "visits/booking/"+v.booking.ID || !p.Has("data-focus autofocus>来場</button>") {
			t.Fatalf("%s: at %s\n%s", v.how, p.Path, p.Body)
		}
		clicks++ // Enter on 来場, which has the focus
		p = clerk.Post(p.Path+"/receive", url.Values{"collected": {"no"}, "response": {""}, "note": {""}})
		if p.Path != "visits/reception" || !p.Has(strconv.Itoa(v.booking.Receipt)+"番の来場を記録しました。") {
			t.Fatalf("%s: at %s\n%s", v.how, p.Path, p.Body)
		}
		if got := h.status(v.booking.ID); got != reservation.Visited {
			t.Errorf("%s: the booking is %s", v.how, got)
		}
		t.Logf("received by %s: %d clicks, %v on the server", v.how, clicks, time.Since(begun).Round(time.Millisecond))
	}
	if n := h.audited("booking.check-in"); n != 3 {
		t.Errorf("%d rows of the log", n)
	}
	h.sound()
}

// Two counters have a number 1 today: both are offered, and one press receives.
func TestSameNumberAtTwoCounters(t *testing.T) {
	h := openHall(t, storetest.SQLite)
	b, _ := h.book("ekimae", today+"T09:00")
	h.book("honcho", today+"T09:30")
	clerk := h.clerk("honcho", "ekimae")
	p := clerk.Post("visits/reception", scan("1"))
	if p.Path != "visits/reception" || !p.Has("該当する予約が複数あります") || !p.Has("visits/booking/"+b.ID+"/receive") {
		t.Fatalf("at %s\n%s", p.Path, p.Body)
	}
	if clerk.Post("visits/booking/"+b.ID+"/receive", nil); h.status(b.ID) != reservation.Visited {
		t.Error("not received")
	}
	// At one of the counters only, the number is enough.
	if p := h.clerk("honcho").Post("visits/reception", scan("No. 1")); !strings.HasPrefix(p.Path, "visits/booking/") {
		t.Errorf("at %s", p.Path)
	}
}

func TestNoShowIsCorrectedAndUndoLeavesATrace(t *testing.T) {
	each(t, noShowIsCorrectedAndUndoLeavesATrace)
}

func noShowIsCorrectedAndUndoLeavesATrace(t *testing.T, h *hall) {
	b, _ := h.book("honcho", today+"T09:00")
	h.clock.Set(instant(today + "T17:20"))
	h.update(consoletest.Tenant, func(tx *store.Tx) error {
		_, err := h.r.CloseDue(tx, "system")
		return err
	})
	if h.status(b.ID) != reservation.NoShow {
		t.Fatal("not marked after closing")
	}
	clerk := h.clerk("honcho")
	page := "visits/booking/" + b.ID
	if p := clerk.Get(page); !p.Has("遅れて来場（不来場を訂正）") {
		t.Fatalf("no way to correct:\n%s", p.Body)
	}
	p := clerk.Post(page+"/receive", url.Values{"collected": {"yes"}, "response": {"papers"}, "note": {"印鑑を忘れた"}})
	if !p.Has("1番の不来場を来場に訂正しました。") || h.status(b.ID) != reservation.Visited {
		t.Errorf("at %s: %s", p.Path, p.Body)
	}
	p = clerk.Get(page)
	for _, want := range []string{"17:20に来場を記録しました。", "value=\"yes\" checked", "value=\"papers\" selected", "印鑑を忘れた", "書類不足のため再来庁", "メモあり", "不来場", "窓口 花子"} {
		if !p.Has(want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	p = clerk.Post(page+"/undo", nil)
	if h.status(b.ID) != reservation.NoShow || !p.Has("状態は「不来場」です") || !p.Has("来場の取消") || p.Has("印鑑を忘れた") {
		t.Errorf("undone: %s\n%s", h.status(b.ID), p.Body)
	}
	if h.audited("booking.late-arrival") != 1 || h.audited("booking.undo-check-in") != 1 || h.audited("booking.reception") != 1 {
		t.Error("the log lacks a row")
	}
	// Undoing what is not received is refused in words.
	if p := clerk.Post(page+"/undo", nil); p.Status != http.StatusConflict || !p.Has("この予約の状態（不来場）では、この操作はできません。") {
		t.Errorf("%d %s", p.Status, p.Body)
	}
	h.sound()
}

func TestWhatReceptionTypedComesBack(t *testing.T) {
	h := openHall(t, storetest.SQLite)
	b, _ := h.book("honcho", today+"T09:00")
	long := strings.Repeat("あ", 1001)
	p := h.clerk("honcho").Post("visits/booking/"+b.ID+"/receive", url.Values{"collected": {"yes"}, "note": {long}})
	if p.Status != http.StatusUnprocessableEntity || !p.Has(long) || !p.Has("1,000文字以内") || !p.Has(`value="yes" checked`) {
		t.Errorf("%d", p.Status)
	}
	if h.status(b.ID) != reservation.Booked {
		t.Error("received all the same")
	}
	if p := h.clerk("honcho").Post("visits/booking/"+b.ID+"/receive", url.Values{"collected": {"no"}, "response": {"nonsense"}}); p.Status != http.StatusNotFound {
		t.Errorf("a response that does not exist: %d", p.Status)
	}
	tomorrow, _ := h.book("honcho", "2026-11-26T09:00")
	if p := h.clerk("honcho").Post("visits/booking/"+tomorrow.ID+"/receive", url.Values{"collected": {"no"}}); p.Status != http.StatusUnprocessableEntity {
		t.Errorf("received a day early: %d", p.Status)
	}
}

// A clerk sees and receives at the assigned counters only (S4-073); bookings of
// another municipality do not exist (A15).
func TestOtherCountersAndTenantsAreNotFound(t *testing.T) {
	each(t, otherCountersAndTenantsAreNotFound)
}

func otherCountersAndTenantsAreNotFound(t *testing.T, h *hall) {
	there, key := h.book("ekimae", today+"T09:30")
	foreign, foreignKey := h.bookAt(consoletest.Other, "honcho", today+"T09:30")
	clerk, manager := h.clerk("honcho"), h.manager()
	for _, b := range []struct {
		who *consoletest.Client
		id  string
	}{{clerk, there.ID}, {clerk, foreign.ID}, {manager, foreign.ID}} {
		page := "visits/booking/" + b.id
		for _, path := range []string{page, page + "/cancel"} {
			if p := b.who.Get(path); p.Status != http.StatusNotFound || p.Has("窓口での相談") {
				t.Errorf("GET %s: %d", path, p.Status)
			}
		}
		for _, path := range []string{page + "/receive", page + "/undo", page + "/cancel", page + "/change"} {
			if p := b.who.Post(path, url.Values{"channel": {"phone"}, "collected": {"no"}}); p.Status != http.StatusNotFound {
				t.Errorf("POST %s: %d", path, p.Status)
			}
		}
	}
	for _, path := range []string{
		"visits/slot/" + today + "/ekimae/09:30", "visits/list/" + today + "/ekimae", "visits/search?counter=ekimae",
	} {
		if p := clerk.Get(path); p.Status != http.StatusNotFound {
			t.Errorf("GET %s: %d", path, p.Status)
		}
	}
	for _, path := range []string{"visits", "visits/reception", "visits/search"} {
		if p := clerk.Get(path); p.Has("visits/booking/"+there.ID) || p.Has(`/ekimae/`) {
			t.Errorf("%s shows another counter", path)
		}
	}
	for _, text := range []string{key, "1"} {
		if p := clerk.Post("visits/reception", scan(text)); p.Status != http.StatusUnprocessableEntity || !p.Has("ほかの窓口の予約です") {
			t.Errorf("scan %q: %d at %s", text, p.Status, p.Path)
		}
	}
	if p := manager.Post("visits/reception", scan(foreignKey)); !p.Has("該当する予約が見つかりません") {
		t.Errorf("another tenant's key: %s", p.Body)
	}
	for _, text := range []string{foreignKey, foreign.ID} {
		if p := manager.Post("visits/search", url.Values{"any": {text}}); p.Has("visits/booking/") {
			t.Errorf("the search finds %s of another tenant", text)
		}
	}
	if p := clerk.Post("visits/walk-in", drawn(url.Values{"counter": {"ekimae"}, "service": {"consult"}, "persons": {"1"}})); p.Status != http.StatusNotFound {
		t.Errorf("walk-in elsewhere: %d", p.Status)
	}
	if h.status(there.ID) != reservation.Booked {
		t.Error("the booking was touched")
	}
}

func TestWalkInTakesAPlaceAndOnlyForceGoesBeyond(t *testing.T) {
	each(t, walkInTakesAPlaceAndOnlyForceGoesBeyond)
}

func walkInTakesAPlaceAndOnlyForceGoesBeyond(t *testing.T, h *hall) {
	clerk := h.clerk("nishi", "ekimae")
	come := url.Values{"counter": {"ekimae"}, "service": {"consult"}, "persons": {"1"}}
	for range 2 { // as many as there are places
		if p := clerk.Post("visits/walk-in", drawn(come)); !strings.HasPrefix(p.Path, "visits/booking/") || !p.Has("予約なしの受付") {
			t.Fatalf("at %s: %s", p.Path, p.Body)
		}
	}
	p := clerk.Post("visits/walk-in", drawn(come))
	if p.Status != http.StatusUnprocessableEntity || !p.Has("この時間帯は満席です。") || p.Has(`name="over"`) {
		t.Errorf("full, without the right: %d", p.Status)
	}
	come.Set("over", "yes")
	if p := clerk.Post("visits/walk-in", drawn(come)); p.Status != http.StatusUnprocessableEntity {
		t.Errorf("forced without the right: %d", p.Status)
	}
	manager := h.manager()
	if p := manager.Post("visits/walk-in", drawn(come)); !strings.HasPrefix(p.Path, "visits/booking/") || !p.Has("予約なしの来庁・満席") {
		t.Errorf("forced: at %s", p.Path)
	}
	h.sound()
	// Nobody is received at a counter that opens in the afternoon, or after hours.
	h.clock.Set(instant(today + "T17:05"))
	if p := clerk.Post("visits/walk-in", drawn(url.Values{"counter": {"nishi"}, "service": {"consult"}, "persons": {"1"}})); p.Status != http.StatusUnprocessableEntity || !p.Has("受け付けていません") {
		t.Errorf("after hours: %d", p.Status)
	}
}

// An override is a page of its own with a reason, and verify knows about it.
func TestForcedBookingIsLoggedAndSound(t *testing.T) { each(t, forcedBookingIsLoggedAndSound) }

func forcedBookingIsLoggedAndSound(t *testing.T, h *hall) {
	manager := h.manager()
	want := url.Values{
		"counter": {"nishi"}, "day": {"2027-03-10"}, "time": {"15:00"}, "service": {"consult"}, "persons": {"1"},
		"reason": {"our-error"}, "remark": {"=SUM(A1)<b>システム停止</b>"},
	}
	for range 2 { // one place, far beyond the booking window
		p := manager.Post("visits/force", drawn(want))
		if !strings.HasPrefix(p.Path, "visits/booking/") || !p.Has("アクセスキー ") || !p.Has("市側の手違い") || !p.Has("=SUM(A1)&lt;b&gt;") {
			t.Fatalf("at %s: %s", p.Path, p.Body)
		}
	}
	if n := h.audited("booking.book-over"); n != 2 {
		t.Errorf("%d rows of the log", n)
	}
	h.sound()
	for field, value := range map[string]string{"day": "2027-02-30", "time": "25:00", "reason": "nice", "remark": strings.Repeat("あ", 81)} {
		bad := url.Values{}
		for k, v := range want {
			bad[k] = v
		}
		bad.Set(field, value)
		p := manager.Post("visits/force", drawn(bad))
		if p.Status != http.StatusUnprocessableEntity || !p.Has(`id="`+field+`-error"`) {
			t.Errorf("%s %q: %d", field, value, p.Status)
		}
	}
	shut := url.Values{}
	for k, v := range want {
		shut[k] = v
	}
	shut.Set("time", "03:00")
	if p := manager.Post("visits/force", drawn(shut)); p.Status != http.StatusUnprocessableEntity || !p.Has("受け付けていません") {
		t.Errorf("outside opening hours: %d", p.Status)
	}
	if p := h.clerk("nishi").Post("visits/force", drawn(want)); p.Status != http.StatusForbidden {
		t.Errorf("a clerk: %d", p.Status)
	}
	if p := h.clerk("nishi").Get("visits"); p.Has("枠外") {
		t.Error("a clerk is shown what they may not do")
	}
}

// A form sent twice, by a double press or a reload, makes one booking, and the
// second answer is the first again, with the key that was never seen.
func TestAFormSentTwiceBooksOnce(t *testing.T) { each(t, aFormSentTwiceBooksOnce) }

func aFormSentTwiceBooksOnce(t *testing.T, h *hall) {
	manager := h.manager()
	for _, form := range []struct {
		path, action, said string
		values             url.Values
	}{
		{"visits/walk-in", "booking.walk-in", "で受け付け、来場を記録しました", url.Values{"counter": {"honcho"}, "service": {"consult"}, "persons": {"1"}}},
		{"visits/force", "booking.book-over", "アクセスキー ", url.Values{
			"counter": {"nishi"}, "day": {"2027-03-10"}, "time": {"15:00"}, "service": {"consult"}, "persons": {"1"}, "reason": {"other"},
		}},
	} {
		said := func(p consoletest.Page) string {
			return regexp.MustCompile("[^>]*" + form.said + "[^<]*").FindString(p.Body)
		}
		form.values.Set("persons", "99")
		form.values.Set("once", hidden(t, manager.Get(form.path), "once"))
		p := manager.Post(form.path, form.values)
		if p.Status != http.StatusUnprocessableEntity || hidden(t, p, "once") != form.values.Get("once") {
			t.Fatalf("%s with 99 persons: %d", form.path, p.Status)
		}
		form.values.Set("persons", "1")
		first := manager.Post(form.path, form.values)
		again := manager.Post(form.path, form.values)
		if !strings.HasPrefix(first.Path, "visits/booking/") || again.Path != first.Path || said(first) == "" || said(again) != said(first) {
			t.Errorf("%s: at %s %q, then at %s %q", form.path, first.Path, said(first), again.Path, said(again))
		}
		if n := h.audited(form.action); n != 1 {
			t.Errorf("%s made %d bookings", form.path, n)
		}
		if p := manager.Post(form.path, drawn(form.values)); p.Path == first.Path {
			t.Errorf("%s: the form drawn next made nothing", form.path)
		}
		if p := h.manager().Post(form.path, form.values); p.Path == first.Path {
			t.Errorf("%s: the form of somebody else is taken for theirs", form.path)
		}
		for _, bad := range []string{"", strings.Repeat("x", 65)} {
			form.values.Set("once", bad)
			if p := manager.Post(form.path, form.values); p.Status != http.StatusBadRequest {
				t.Errorf("%s named %q: %d", form.path, bad, p.Status)
			}
		}
	}
	h.sound()
	// They are remembered for a day, which no session outlasts.
	rows := func() (n int) {
		h.clock.Advance(12 * time.Hour)
		h.update(consoletest.Tenant, func(tx *store.Tx) error {
			if err := h.r.ForgetForms(tx); err != nil {
				return err
			}
			return tx.Row(`SELECT COUNT(*) FROM reservation_once WHERE tenant = $1`, tx.Tenant()).Scan(&n)
		})
		return n
	}
	if n := rows(); n != 6 {
		t.Errorf("%d forms are remembered after half a day", n)
	}
	if n := rows(); n != 0 {
		t.Errorf("%d forms are remembered after a day", n)
	}
}

func TestCancelForAResident(t *testing.T) {
	h := openHall(t, storetest.SQLite)
	b, _ := h.book("honcho", today+"T10:00", func(q *reservation.BookRequest) { q.Contact = "hanako@example.jp" })
	clerk := h.clerk("honcho")
	if p := clerk.Get("visits/booking/" + b.ID + "/cancel"); !p.Has("取消のお知らせを送ります") {
		t.Error("it does not say that a mail goes out")
	}
	for range 2 { // a second click changes nothing
		if p := clerk.Post("visits/booking/"+b.ID+"/cancel", nil); !p.Has("予約を取り消しました") {
			t.Errorf("%d %s", p.Status, p.Body)
		}
	}
	if h.status(b.ID) != reservation.Cancelled || len(h.sent) != 1 || h.sent[0] != "cancelled "+b.ID+" en" {
		t.Errorf("%s, mails %q", h.status(b.ID), h.sent)
	}
	if p := clerk.Get("visits/booking/" + b.ID + "/cancel"); p.Status != http.StatusConflict {
		t.Errorf("cancelling what is cancelled: %d", p.Status)
	}
}

// What a resident wrote is inert on every page (A10), hidden from those without
// the right, and a look at it is in the log.
func TestAnswersAreInertAndSeenWithTheRightOnly(t *testing.T) {
	h := openHall(t, storetest.SQLite)
	evil := `<img src=x onerror=alert(1)>"'` + "\u202e"
	b, _ := h.book("honcho", today+"T09:00", func(q *reservation.BookRequest) {
		q.Contact = evil
		q.Answers = map[string]string{"lang": evil, evil: "javascript:alert(1)" + evil}
		q.Case = evil
	})
	page := "visits/booking/" + b.ID
	manager := h.manager()
	for _, path := range []string{page, page + "/cancel", "visits/slot/" + today + "/honcho/09:00", "visits/list/" + today + "/honcho", "visits/search", "visits/reception"} {
		p := manager.Get(path)
		if p.Status != http.StatusOK || p.Has("<img") || p.Has("href=\"javascript") {
			t.Errorf("%s: %d, the text is not inert", path, p.Status)
		}
		if p.Has("alert(1)&") && path == page && strings.Contains(p.Body, "javascript:alert") {
			t.Errorf("%s shows the answers unasked", path)
		}
	}
	p := manager.Post(page+"/private", nil)
	if p.Status != http.StatusOK || p.Has("<img") || !p.Has("javascript:alert(1)&lt;img") {
		t.Errorf("shown: %d\n%s", p.Status, p.Body)
	}
	if csp := p.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src") || strings.Contains(csp, "unsafe-inline") {
		t.Errorf("policy %q", csp)
	}
	clerk := h.clerk("honcho")
	if p := clerk.Post(page+"/private", nil); p.Status != http.StatusForbidden {
		t.Errorf("a clerk: %d", p.Status)
	}
	if p := clerk.Get(page); p.Has("/private") {
		t.Error("a clerk is offered the answers")
	}
	if n := h.audited("booking.view"); n < 3 {
		t.Errorf("%d looks in the log", n)
	}
	evilClerk := manager.Post("visits/reception", scan(evil))
	if evilClerk.Has("<img") || !evilClerk.Has("&lt;img") {
		t.Error("what was scanned comes back alive")
	}
}

func TestSearchByAnyKeyAndFilter(t *testing.T) { each(t, searchByAnyKeyAndFilter) }

func searchByAnyKeyAndFilter(t *testing.T, h *hall) {
	a, key := h.book("honcho", today+"T09:00")
	b, _ := h.book("honcho", "2026-12-01T10:00", func(q *reservation.BookRequest) { q.Channel, q.Service = "phone", "move" })
	c, _ := h.book("ekimae", today+"T10:00")
	old, oldKey := h.book("honcho", "2026-06-02T10:00")
	h.update(consoletest.Tenant, func(tx *store.Tx) error {
		_, err := h.r.Cancel(tx, c.ID, reservation.By{Who: "test", Group: reservation.Internal})
		return err
	})
	h.names["code ZZ22ZZ33ZZ"] = []string{b.ID}
	h.names["resident R-7"] = []string{a.ID, b.ID}
	h.names["name 市民 false"] = []string{a.ID}
	h.names["name 花子 true"] = []string{b.ID, c.ID}
	manager := h.manager()
	all := map[string]string{a.ID: "a", b.ID: "b", c.ID: "c", old.ID: "old"}
	for _, x := range []struct {
		name string
		form url.Values
		want string
	}{
		{"nothing: the coming weeks", nil, "a c b"},
		{"receipt number of today", url.Values{"any": {"1"}}, "a c"},
		{"full-width number", url.Values{"any": {"１"}}, "a c"},
		{"access key", url.Values{"any": {key}}, "a"},
		{"an old access key", url.Values{"any": {oldKey}}, "old"},
		{"link code", url.Values{"any": {"ZZ22ZZ33ZZ"}}, "b"},
		{"date", url.Values{"any": {"2026-12-01"}}, "b"},
		{"date with slashes", url.Values{"any": {"2026/06/02"}}, "old"},
		{"resident in the one box", url.Values{"any": {"R-7"}}, "a b"},
		{"resident", url.Values{"resident": {"R-7"}}, "a b"},
		{"resident and counter's service", url.Values{"resident": {"R-7"}, "service": {"move"}}, "b"},
		{"name from its beginning", url.Values{"name": {"市民"}}, "a"},
		{"part of a name", url.Values{"name": {"花子"}, "match": {"part"}}, "c b"},
		{"name and resident", url.Values{"name": {"花子"}, "match": {"part"}, "resident": {"R-7"}}, "b"},
		{"an unknown name", url.Values{"name": {"誰か"}}, ""},
		{"cancelled only", url.Values{"status": {"cancelled"}}, "c"},
		{"booked only", url.Values{"status": {"booked"}}, "a b"},
		{"counter", url.Values{"counter": {"ekimae"}}, "c"},
		{"channel", url.Values{"channel": {"phone"}}, "b"},
		{"number with a period", url.Values{"receipt": {"1"}, "from": {"2026-06-01"}, "to": {"2026-06-30"}}, "old"},
		{"day of booking", url.Values{"period": {"made"}, "from": {"2026-11-30"}, "to": {"2026-11-30"}}, "b"},
		{"the latest first", url.Values{"order": {"last"}}, "b c a"},
		{"together", url.Values{"status": {"booked"}, "counter": {"honcho"}, "channel": {"line"}, "from": {today}, "to": {today}}, "a"},
		{"only a beginning", url.Values{"from": {"2026-11-26"}}, "b"},
	} {
		p := manager.Post("visits/search", x.form)
		var got []string
		for _, part := range strings.Split(p.Body, `href="/console/visits/booking/`)[1:] {
			id, _, _ := strings.Cut(part, `"`)
			got = append(got, all[id])
		}
		if p.Status != http.StatusOK || strings.Join(got, " ") != x.want {
			t.Errorf("%s: %d, found %q, want %q", x.name, p.Status, got, x.want)
		}
	}
	for _, bad := range []url.Values{
		{"from": {"yesterday"}}, {"from": {"2026-12-02"}, "to": {"2026-12-01"}}, {"from": {"2020-01-01"}, "to": {today}}, {"receipt": {"x"}},
	} {
		if p := manager.Post("visits/search", bad); p.Status != http.StatusUnprocessableEntity || !p.Has(`class="error"`) {
			t.Errorf("%v: %d", bad, p.Status)
		}
	}
	if p := manager.Get("visits/search?k=forged"); p.Status != http.StatusBadRequest {
		t.Errorf("a forged search: %d", p.Status)
	}
	if h.audited("booking.search-person") == 0 {
		t.Error("searching a person is not in the log")
	}
}

// A CSV says what the list says, cannot run in Excel (A34), takes the right and
// is in the log with count and filter.
func TestExportIsSafeAndLogged(t *testing.T) {
	h := openHall(t, storetest.SQLite)
	h.book("honcho", today+"T09:00", func(q *reservation.BookRequest) { q.Case, q.Channel = "=HYPERLINK(1)", "@sum" })
	h.book("ekimae", today+"T09:30")
	manager := h.manager()
	for _, path := range []string{"visits/search/csv?from=" + today + "&to=" + today, "visits/list/" + today + "/honcho/csv"} {
		p := manager.Get(path)
		if p.Status != http.StatusOK || !strings.Contains(p.Header.Get("Content-Disposition"), ".csv") {
			t.Fatalf("%s: %d", path, p.Status)
		}
		lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(p.Body, "\ufeff"))).ReadAll()
		if err != nil || lines[0][0] != "受付番号" || lines[1][12] != "'=HYPERLINK(1)" || lines[1][6] != "'@sum" {
			t.Errorf("%s: %v %q", path, err, lines)
		}
		if p := h.clerk("honcho").Get(path); p.Status != http.StatusForbidden {
			t.Errorf("%s for a clerk: %d", path, p.Status)
		}
	}
	p := manager.Get("visits/search/csv?from=" + today + "&to=" + today + "&encoding=shift_jis")
	if text, err := japanese.ShiftJIS.NewDecoder().String(p.Body); err != nil || !strings.HasPrefix(text, "受付番号,") {
		t.Errorf("Shift_JIS: %v", err)
	}
	var detail string
	h.update(consoletest.Tenant, func(tx *store.Tx) error {
		return tx.Row(`SELECT detail FROM audit WHERE tenant = $1 AND action = 'booking.export' ORDER BY at, id LIMIT 1`, tx.Tenant()).Scan(&detail)
	})
	if !strings.Contains(detail, `"rows":2`) || !strings.Contains(detail, `"from":"`+today+`"`) || !strings.Contains(detail, `"origin":"127.0.0.1"`) {
		t.Errorf("the log says %s", detail)
	}
}

func TestDayViewStepsAndCloses(t *testing.T) {
	h := openHall(t, storetest.SQLite)
	h.book("honcho", today+"T09:30")
	manager := h.manager()
	p := manager.Get("visits")
	for _, want := range []string{"空4", "予約1", "?day=2026-11-18", "?day=2026-11-24", "?day=2026-11-26", "?day=2026-12-02", "西サポートセンター"} {
		if !p.Has(want) {
			t.Errorf("the day lacks %q", want)
		}
	}
	if p := manager.Get("visits/slot/" + today + "/honcho/09:30"); !p.Has("LINE") || !p.Has("English") || !p.Has("予約中") {
		t.Errorf("the slot: %s", p.Body)
	}
	if p := manager.Get("visits?day=2026-11-29"); !p.Has("休館") { // a Sunday
		t.Error("Sunday is not closed")
	}
	if p := manager.Get("visits?day=tomorrow"); p.Status != http.StatusOK || !p.Has("日付として読み取れません") {
		t.Errorf("%d", p.Status)
	}
	if p := manager.Get("visits?day=" + url.QueryEscape("2026/11/26")); !p.Has("2026年11月26日") {
		t.Error("slashes are not read")
	}
	if p := manager.Get("visits?lang=en"); !p.Has("4 free") || !p.Has("1 booked") {
		t.Errorf("English: %s", p.Body)
	}
	none := h.site.SignIn(staff.Account{Cards: staff.Clerk})
	for _, path := range []string{"visits", "visits/reception", "visits/book", "visits/search", "visits/live"} {
		if p := none.Get(path); p.Status != http.StatusForbidden {
			t.Errorf("%s without a role: %d", path, p.Status)
		}
	}
	if p := h.clerk().Get("visits"); p.Status != http.StatusOK || !p.Has("担当する窓口がありません") {
		t.Errorf("a clerk without a counter: %d", p.Status)
	}
}

// A visit of a case is told to the card's progress: by link code without a
// booking, and the old card that was handed in (S4-121, S4-123).
func TestVisitOfACaseReachesItsCard(t *testing.T) {
	h := openHall(t, storetest.SQLite)
	clerk := h.clerk("honcho")
	form := url.Values{"counter": {"honcho"}, "service": {"consult"}, "persons": {"1"}, "code": {"NOBODYHAS"}}
	if p := clerk.Post("visits/walk-in", drawn(form)); p.Status != http.StatusUnprocessableEntity || !p.Has(`id="code-error"`) || !p.Has("NOBODYHAS") {
		t.Errorf("an unknown code: %d", p.Status)
	}
	form.Set("code", " ZZ22Z-Z33ZZ ")
	p := clerk.Post("visits/walk-in", drawn(form))
	if !p.Has(`href="/console/cards/case/case-1"`) {
		t.Fatalf("the card is not linked:\n%s", p.Body)
	}
	clerk.Post(p.Path+"/receive", url.Values{"collected": {"yes"}, "response": {"done"}, "note": {""}})
	if len(h.collected) != 1 || h.collected[0] != "case-1" {
		t.Errorf("handed in: %q", h.collected)
	}
}

// Everything that is done here stands in the log: who, what, whence.
func TestEveryActionIsInTheLog(t *testing.T) {
	h := openHall(t, storetest.SQLite)
	b, _ := h.book("honcho", today+"T09:00", func(q *reservation.BookRequest) { q.Answers["note"] = "車いす" })
	other, _ := h.book("honcho", "2026-11-27T09:00")
	boss := h.site.SignIn(staff.Account{ID: "boss", Booking: staff.Administrator})
	page := "visits/booking/" + b.ID
	reception := url.Values{"collected": {"yes"}, "response": {"done"}, "note": {"x"}}
	dialog := func() {
		k := h.lead(t, boss, url.Values{"channel": {"counter"}, "flow": {"reservation"}, "lang": {"ja"}})
		k.send("choice", "@cancel:"+other.ID)
		k.press("yes")
	}
	for _, x := range []struct {
		action string
		do     func()
	}{
		{"booking.view", func() { boss.Get(page) }},
		{"booking.view", func() { boss.Post(page+"/private", nil) }},
		{"booking.check-in", func() { boss.Post(page+"/receive", reception) }},
		{"booking.undo-check-in", func() { boss.Post(page+"/undo", nil) }},
		{"booking.reception", func() { boss.Post(page+"/receive", reception) }},
		{"booking.walk-in", func() {
			boss.Post("visits/walk-in", drawn(url.Values{"counter": {"honcho"}, "service": {"consult"}, "persons": {"1"}}))
		}},
		{"booking.book-over", func() {
			boss.Post("visits/force", drawn(url.Values{"counter": {"honcho"}, "day": {"2026-11-26"}, "time": {"09:00"}, "service": {"consult"}, "persons": {"1"}, "reason": {"other"}}))
		}},
		{"booking.cancel", dialog},
		{"booking.search-person", func() { boss.Post("visits/search", url.Values{"name": {"市民"}}) }},
		{"booking.export", func() { boss.Get("visits/search/csv?from=" + today + "&to=" + today) }},
		{"booking.export-day", func() { boss.Get("visits/list/" + today + "/honcho/csv") }},
	} {
		count := func() (n int) {
			h.update(consoletest.Tenant, func(tx *store.Tx) error {
				return tx.Row(`SELECT COUNT(*) FROM audit WHERE tenant = $1 AND action = $2 AND who = 'boss' AND detail LIKE '%"origin":"127.0.0.1"%'`,
					tx.Tenant(), x.action).Scan(&n)
			})
			return n
		}
		before := count()
		if x.do(); count() != before+1 {
			t.Errorf("%s: %d rows before, %d after", x.action, before, count())
		}
	}
	var leaks int
	h.update(consoletest.Tenant, func(tx *store.Tx) error {
		return tx.Row(`SELECT COUNT(*) FROM audit WHERE detail LIKE '%市民%' OR detail LIKE '%車いす%'`).Scan(&leaks)
	})
	if leaks > 0 {
		t.Error("the log holds what a person said")
	}
}

// Every page can be drawn in both languages.
func TestPagesInEnglish(t *testing.T) {
	h := openHall(t, storetest.SQLite)
	b, _ := h.book("honcho", today+"T09:00", func(q *reservation.BookRequest) { q.Contact, q.Case = "x@example.jp", "case-1" })
	boss := h.site.SignIn(staff.Account{Booking: staff.Administrator, Cards: staff.Administrator, Official: true})
	japanese := regexp.MustCompile(`[ぁ-ん]`)
	for _, path := range []string{
		"visits", "visits?day=2026-11-29", "visits?day=x", "visits/slot/" + today + "/honcho/09:00", "visits/list/" + today + "/honcho",
		"visits/reception", "visits/booking/" + b.ID, "visits/booking/" + b.ID + "/cancel", "visits/book", "visits/walk-in", "visits/force",
		"visits/search", "visits/search?from=x",
	} {
		p := boss.Get(path + map[bool]string{true: "&", false: "?"}[strings.Contains(path, "?")] + "lang=en")
		if p.Status >= 500 {
			t.Errorf("%s: %d", path, p.Status)
		}
		body := strings.NewReplacer("日本語", "", "みほん市", "").Replace(p.Body)
		if path == "visits/book" { // the names of the procedures are the tenant's
			body, _, _ = strings.Cut(body, "<select")
		}
		if s := japanese.FindString(body); s != "" && !strings.Contains(path, "book") {
			t.Errorf("%s has %q in English", path, s)
		}
	}
}

// The municipality words its outcomes itself; what was recorded stays readable.
func TestResponsesAreTheTenantsOwn(t *testing.T) {
	h := openHall(t, storetest.SQLite)
	b, _ := h.book("honcho", today+"T09:00")
	h.clerk("honcho").Post("visits/booking/"+b.ID+"/receive", url.Values{"collected": {"no"}, "response": {"papers"}, "note": {""}})
	manager := h.manager()
	p := manager.Get("visits/responses")
	form := url.Values{"version": {hidden(t, p, "version")}, "hidden": {"papers"}}
	for _, r := range [][3]string{{"done", "交付済み", "Handed over"}, {"papers", "出直し", ""}, {"advice", "案内のみ", ""}, {"other", "その他", ""}, {"", "[保留]<b>", ""}} {
		form.Add("id", r[0])
		form.Add("ja", r[1])
		form.Add("en", r[2])
	}
	bad := url.Values{}
	for k, v := range form {
		bad[k] = slices.Clone(v)
	}
	bad["ja"][0] = ""
	if p := manager.Post("visits/responses", bad); p.Status != http.StatusUnprocessableEntity || !p.Has("日本語の名称を入力してください") || !p.Has("出直し") {
		t.Errorf("without a name: %d", p.Status)
	}
	if p := manager.Post("visits/responses", form); p.Status != http.StatusOK || !p.Has("記録を保存しました") || !p.Has(`value="交付済み"`) {
		t.Fatalf("%d %s", p.Status, p.Body)
	}
	if p := manager.Post("visits/responses", form); p.Status != http.StatusUnprocessableEntity || !p.Has("ほかの人が設定を変更しました") {
		t.Errorf("a page that is out of date: %d", p.Status)
	}
	p = h.clerk("honcho").Get("visits/booking/" + b.ID)
	for _, want := range []string{">交付済み</option>", `value="papers" selected>出直し`, "[保留]&lt;b&gt;</option>"} {
		if !p.Has(want) {
			t.Errorf("reception lacks %q:\n%s", want, p.Body)
		}
	}
	other, _ := h.book("honcho", today+"T09:30")
	if p := h.clerk("honcho").Get("visits/booking/" + other.ID); p.Has("出直し") {
		t.Error("what is off the list is offered")
	}
	if p := h.clerk("honcho").Get("visits/responses"); p.Status != http.StatusForbidden {
		t.Errorf("a clerk: %d", p.Status)
	}
}

// Staff see who waits for an earlier place and what is held for them, clerks that
// of their counters.
func TestStaffSeeWhoWaits(t *testing.T) {
	h := openHall(t, storetest.SQLite)
	early, _ := h.book("nishi", "2026-11-26T15:00")
	late, _ := h.book("nishi", "2026-12-01T15:00")
	h.update(consoletest.Tenant, func(tx *store.Tx) error {
		_, err := h.r.Wait(tx, reservation.WaitRequest{Owner: "a", Booking: late.ID, Counter: "nishi", Group: reservation.Open, Lang: "vi", By: "resident"})
		return err
	})
	manager := h.manager()
	if p := manager.Get("visits/waiting"); !p.Has("空き待ち 1件") || !p.Has("待っています") || !p.Has("visits/booking/"+late.ID) || !p.Has("Tiếng Việt") {
		t.Errorf("the list:\n%s", p.Body)
	}
	h.update(consoletest.Tenant, func(tx *store.Tx) error {
		_, err := h.r.Cancel(tx, early.ID, reservation.By{Who: "resident", Group: reservation.Open})
		return err
	})
	if p := manager.Get("visits/waiting"); !p.Has("お知らせ中") || !p.Has("10:05まで取り置き") {
		t.Errorf("after a place is freed:\n%s", p.Body)
	}
	if p := h.clerk("honcho").Get("visits/waiting"); !p.Has("空きを待っている方はいません。") {
		t.Errorf("a clerk of another counter:\n%s", p.Body)
	}
}
