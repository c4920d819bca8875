package visits_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"madoguchi/channels/console/consoletest"
	"madoguchi/store"
	"madoguchi/store/reservation"
	"madoguchi/store/storetest"
)

// talk is a dialog that a staff member leads.
type talk struct {
	t     *testing.T
	who   *consoletest.Client
	page  consoletest.Page
	posts int
}

func (h *hall) lead(t *testing.T, who *consoletest.Client, form url.Values) *talk {
	t.Helper()
	p := who.Post("visits/book", form)
	if p.Status != http.StatusOK || !strings.HasPrefix(p.Path, "visits/book/"+form.Get("channel")+"/") {
		t.Fatalf("start: %d at %s\n%s", p.Status, p.Path, p.Body)
	}
	return &talk{t: t, who: who, page: p, posts: 1}
}

// send answers the open question.
func (k *talk) send(field, value string) {
	k.t.Helper()
	k.page = k.who.Post(k.page.Path, url.Values{
		field: {value}, "event": {hidden(k.t, k.page, "event")}, "asked": {hidden(k.t, k.page, "asked")},
	})
	k.posts++
}

// press presses a button the page has.
func (k *talk) press(value string) {
	k.t.Helper()
	if !k.page.Has(`value="` + value + `"`) {
		k.t.Fatalf("there is no button %q:\n%s", value, k.page.Body)
	}
	k.send("choice", value)
}

// firstTime is the first free time on offer.
func (k *talk) firstTime() string {
	k.t.Helper()
	m := regexp.MustCompile(`value="([a-z]+/2026-[0-9T:-]+)"`).FindStringSubmatch(k.page.Body)
	if m == nil {
		k.t.Fatalf("no times are offered:\n%s", k.page.Body)
	}
	return m[1]
}

func (h *hall) only(t *testing.T) reservation.Booking {
	t.Helper()
	var list []reservation.Booking
	h.update(consoletest.Tenant, func(tx *store.Tx) (err error) {
		list, _, err = h.r.Search(tx, reservation.Filter{})
		return err
	})
	if len(list) != 1 {
		t.Fatalf("%d bookings", len(list))
	}
	return list[0]
}

// Staff book for somebody on the telephone by the residents' own dialog
// (S4-076), in its language and within the telephone quota (S4-051).
func TestBookForSomebodyOnTheTelephone(t *testing.T) { each(t, bookForSomebodyOnTheTelephone) }

func bookForSomebodyOnTheTelephone(t *testing.T, h *hall) {
	h.update(consoletest.Tenant, func(tx *store.Tx) error {
		s, version, err := h.r.Settings(tx)
		if err != nil {
			return err
		}
		s.Counters[0].Openings[0].Quotas = map[reservation.Group]int{reservation.Phone: 1, reservation.Open: 0}
		_, err = h.r.SaveSettings(tx, s, version, "test")
		return err
	})
	clerk := h.clerk("honcho")
	begun := time.Now()
	k := h.lead(t, clerk, url.Values{"channel": {"phone"}, "flow": {"reservation"}, "lang": {"ja"}})
	k.press("book")
	k.press("consult")
	k.press("honcho")
	at := k.firstTime() // residents themselves have none here
	k.press(at)
	for range 6 { // the mail address, the read-back: whatever the flow asks besides
		switch {
		case k.page.Has(`value="@skip"`):
			k.press("@skip")
		case k.page.Has(`value="yes"`):
			k.press("yes")
		}
		if k.page.Has("別の代理予約を始める") {
			break
		}
	}
	b := h.only(t)
	if b.Channel != "phone" || b.Group != reservation.Phone || b.Counter+"/"+b.Start.String() != at || b.Status != reservation.Booked {
		t.Errorf("booked %+v, wanted %s", b, at)
	}
	if !k.page.Has("アクセスキー") || !k.page.Has("visits/booking/"+b.ID) || k.page.Has(`name="event"`) {
		t.Errorf("the last page:\n%s", k.page.Body)
	}
	t.Logf("booked by telephone: %d clicks, %v on the server", k.posts, time.Since(begun).Round(time.Millisecond))
	if p := clerk.Get("visits/booking/" + b.ID); !p.Has("窓口 花子") || !p.Has("電話") {
		t.Errorf("the record does not say who booked:\n%s", p.Body)
	}
	// The quota of that slot is used up: it is not offered to the next caller.
	k = h.lead(t, clerk, url.Values{"channel": {"phone"}, "flow": {"reservation"}, "lang": {"en"}})
	k.press("book")
	k.press("consult")
	k.press("honcho")
	if k.page.Has(`value="` + at + `"`) {
		t.Errorf("%s is offered again", at)
	}
	if !k.page.Has(`lang="en"`) || !k.page.Has("Thursday") {
		t.Errorf("not in English:\n%s", k.page.Body)
	}
	h.sound()
}

// A booking is moved from its page by the same flow, whoever made it, after the
// residents' limit too; nobody else can go on with the dialog.
func TestChangeForAResident(t *testing.T) { each(t, changeForAResident) }

func changeForAResident(t *testing.T, h *hall) {
	b, _ := h.book("honcho", today+"T16:30", func(q *reservation.BookRequest) { q.Contact = "john@example.com" })
	clerk := h.clerk("honcho")
	page := "visits/booking/" + b.ID
	p := clerk.Post(page+"/change", url.Values{"channel": {"phone"}})
	if !strings.HasPrefix(p.Path, "visits/book/phone/") {
		t.Fatalf("at %s\n%s", p.Path, p.Body)
	}
	k := &talk{t: t, who: clerk, page: p}
	for range 8 {
		switch {
		case k.page.Has(`class="choices"`) && strings.Contains(k.page.Body, `value="honcho/2026-`):
			k.press(k.firstTime())
		case k.page.Has(`value="honcho"`):
			k.press("honcho")
		case k.page.Has(`value="yes"`):
			k.press("yes")
		}
	}
	moved := h.only(t)
	if moved.Start == b.Start || moved.Status != reservation.Booked || moved.ID != b.ID || moved.Group != reservation.Phone {
		t.Errorf("moved to %+v\n%s", moved, k.page.Body)
	}
	if len(h.sent) != 1 || h.sent[0] != "changed "+b.ID+" en" {
		t.Errorf("mails %q: the dialog was in Japanese, the resident reads English", h.sent)
	}
	if p := clerk.Get(page); !p.Has("変更") || !p.Has("窓口 花子") {
		t.Error("the history does not say who changed it")
	}
	for _, other := range []*consoletest.Client{h.clerk("honcho"), h.manager()} {
		if p := other.Get(k.page.Path); p.Status != http.StatusNotFound {
			t.Errorf("somebody else's dialog: %d", p.Status)
		}
		if p := other.Post(k.page.Path, url.Values{"text": {"はい"}, "event": {"x"}, "asked": {"1"}}); p.Status != http.StatusNotFound {
			t.Errorf("somebody else answers: %d", p.Status)
		}
	}
	h.sound()
}

// A slot picked in the day view is not asked for again.
func TestBookASlotPickedInTheDayView(t *testing.T) {
	h := openHall(t, storetest.SQLite)
	clerk := h.clerk("honcho")
	if p := clerk.Get("visits/slot/2026-11-26/honcho/10:00"); !p.Has(`href="/console/visits/book?slot=honcho%2F2026-11-26T10%3a00"`) {
		t.Errorf("the slot has no way to book:\n%s", p.Body)
	}
	if p := clerk.Get("visits/book?slot=honcho%2F2026-11-26T10:00"); !p.Has(`name="slot" value="honcho/2026-11-26T10:00"`) {
		t.Errorf("the slot is lost:\n%s", p.Body)
	}
	k := h.lead(t, clerk, url.Values{"channel": {"counter"}, "flow": {"reservation"}, "lang": {"ja"}, "slot": {"honcho/2026-11-26T10:00"}})
	k.press("consult")
	if k.page.Has(`value="honcho"`) || k.page.Has(`value="honcho/2026`) {
		t.Errorf("asked again:\n%s", k.page.Body)
	}
	if p := clerk.Get("visits/book?slot=" + url.QueryEscape("<script>/x")); p.Has("<script>/") || p.Has(`name="slot"`) {
		t.Error("a broken slot is taken")
	}
}

// A button that names a booking of another counter is refused, whoever wrote
// it into the form.
func TestDialogCannotReachOtherCounters(t *testing.T) {
	h := openHall(t, storetest.SQLite)
	there, _ := h.book("ekimae", "2026-11-26T09:30")
	clerk := h.clerk("honcho")
	k := h.lead(t, clerk, url.Values{"channel": {"counter"}, "flow": {"reservation"}, "lang": {"ja"}})
	k.send("choice", "@cancel:"+there.ID)
	if k.page.Status != http.StatusNotFound {
		t.Errorf("%d at %s", k.page.Status, k.page.Path)
	}
	if h.status(there.ID) != reservation.Booked {
		t.Error("it was cancelled")
	}
}

func TestDialogFormsAreChecked(t *testing.T) {
	h := openHall(t, storetest.SQLite)
	clerk := h.clerk("honcho")
	for _, form := range []url.Values{{"channel": {"line"}}, {"channel": {""}}, {"channel": {"phone"}, "flow": {"nothing"}}} {
		if p := clerk.Post("visits/book", form); p.Status != http.StatusBadRequest {
			t.Errorf("%v: %d", form, p.Status)
		}
	}
	k := h.lead(t, clerk, url.Values{"channel": {"phone"}, "flow": {"reservation"}, "lang": {"ja"}})
	path := k.page.Path
	if k.send("text", " "); k.page.Status != http.StatusUnprocessableEntity || !k.page.Has("回答を入力してください。") {
		t.Errorf("empty: %d", k.page.Status)
	}
	event, asked := hidden(t, k.page, "event"), hidden(t, k.page, "asked")
	first := clerk.Post(path, url.Values{"choice": {"book"}, "event": {event}, "asked": {asked}})
	again := clerk.Post(path, url.Values{"choice": {"book"}, "event": {event}, "asked": {asked}}) // a second click
	if hidden(t, first, "asked") != hidden(t, again, "asked") || !again.Has("ご来庁の目的") {
		t.Error("a second click went on")
	}
	k.page = again
	if k.send("text", "<script>alert(1)</script>"); k.page.Has("<script>alert") {
		t.Error("what was typed is alive")
	}
	if k.press("@back"); !k.page.Has("ご用件をお選びください") {
		t.Errorf("no way back:\n%s", k.page.Body)
	}
	for _, path := range []string{"visits/book/phone/none", "visits/book/web/none"} {
		if p := clerk.Get(path); p.Status != http.StatusNotFound {
			t.Errorf("%s: %d", path, p.Status)
		}
	}
}

// Whoever works at certain counters leads residents to these alone (S4-073):
// another is neither on offer nor taken, whatever the form says.
func TestDialogOffersTheCountersOfThePerson(t *testing.T) {
	h := openHall(t, storetest.SQLite)
	b, _ := h.book("honcho", "2026-11-26T10:00")
	clerk := h.clerk("honcho", "nishi")
	k := h.lead(t, clerk, url.Values{"channel": {"counter"}, "flow": {"reservation"}, "lang": {"ja"}, "slot": {"ekimae/2026-11-26T09:30"}})
	k.press("consult")
	if k.page.Has(`value="ekimae`) || !k.page.Has(`value="honcho"`) || !k.page.Has(`value="nishi"`) {
		t.Errorf("the counters on offer:\n%s", k.page.Body)
	}
	k.send("choice", "ekimae")
	k.press("honcho")
	k.send("choice", "ekimae/2026-11-26T09:30")
	if !k.page.Has(`value="honcho/2026-`) || k.page.Has(`value="ekimae`) {
		t.Errorf("a time elsewhere was taken:\n%s", k.page.Body)
	}
	k = &talk{t: t, who: clerk, page: clerk.Post("visits/booking/"+b.ID+"/change", url.Values{"channel": {"phone"}})}
	if k.page.Has(`value="ekimae`) || !k.page.Has(`value="nishi"`) {
		t.Errorf("the counters to change to:\n%s", k.page.Body)
	}
	k = h.lead(t, h.manager(), url.Values{"channel": {"counter"}, "flow": {"reservation"}, "lang": {"ja"}})
	k.press("book")
	k.press("consult")
	if !k.page.Has(`value="ekimae"`) {
		t.Errorf("a manager has not all counters:\n%s", k.page.Body)
	}
	if p := clerk.Get("visits/book?slot=ekimae%2F2026-11-26T09:30"); p.Has(`name="slot"`) {
		t.Error("a time elsewhere is picked")
	}
	h.sound()
}

// A place held in a dialog is free as soon as the dialog is left, or the next
// one begun.
func TestLeavingADialogFreesItsPlace(t *testing.T) { each(t, leavingADialogFreesItsPlace) }

func leavingADialogFreesItsPlace(t *testing.T, h *hall) {
	clerk, other := h.clerk("honcho"), h.clerk("honcho")
	const at = "honcho/2026-11-26T10:00"
	form := url.Values{"channel": {"counter"}, "flow": {"reservation"}, "lang": {"ja"}, "slot": {at}}
	free := func() (n int) {
		h.update(consoletest.Tenant, func(tx *store.Tx) error {
			list, err := h.r.Availability(tx, reservation.Query{Counter: "honcho", Service: "consult", From: datetime(t, "2026-11-26T10:00").Date, Days: 1, Group: reservation.Internal})
			if err != nil {
				return err
			}
			for _, s := range list[0].Days[0].Slots {
				if s.Start == datetime(t, "2026-11-26T10:00").Clock {
					n = s.Free
				}
			}
			return nil
		})
		return n
	}
	all := free()
	hold := func() *talk {
		t.Helper()
		k := h.lead(t, clerk, form)
		if k.press("consult"); free() != all-1 {
			t.Fatalf("%d places free, want one of %d held", free(), all)
		}
		return k
	}
	k := hold()
	if p := other.Post(k.page.Path+"/leave", nil); p.Status != http.StatusNotFound || free() != all-1 {
		t.Errorf("somebody else left the dialog: %d", p.Status)
	}
	if p := clerk.Post(k.page.Path+"/leave", nil); p.Path != "visits" || free() != all {
		t.Errorf("left, at %s: %d places free, want %d", p.Path, free(), all)
	}
	if p := clerk.Get(k.page.Path); p.Has(`value="yes"`) {
		t.Errorf("the dialog goes on:\n%s", p.Body)
	}
	k = hold()
	h.lead(t, clerk, url.Values{"channel": {"phone"}, "flow": {"reservation"}, "lang": {"ja"}})
	if free() != all {
		t.Errorf("another dialog begun: %d places free, want %d", free(), all)
	}
	// Who comes back to the first one finds it as it was.
	k.press("@skip")
	if k.press("yes"); h.only(t).Start != datetime(t, "2026-11-26T10:00") {
		t.Errorf("booked %+v", h.only(t))
	}
	h.sound()
}
