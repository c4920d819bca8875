package visits_test

import (
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"madoguchi/i18n/civil"
	"madoguchi/store/reservation"
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

// visitor is what somebody shows at reception.
func scan(text string) url.Values { return url.Values{"text": {text}} }

func TestClerkReceivesThreeVisitors(t *testing.T) {
	h := openHall(t, storetest.SQLite)
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
		if p.Path != "visits/booking/"+v.booking.ID || !p.Has("data-focus>来場</button>") {
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
