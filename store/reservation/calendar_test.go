package reservation

import (
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"
)

func TestCalendar(t *testing.T) {
	b := Booking{
		ID: "0193", Start: at("2026-12-01T10:00"), Minutes: 30, Status: Booked, Sequence: 2,
		Made: at("2026-11-24T09:00").At(), Changed: at("2026-11-25T09:00").At(),
	}
	event := Event{
		Host: "example.jp", Summary: "マイナンバーカードの受け取り", Location: "みほん市役所, 1階", Description: "受付番号 5\n" + strings.Repeat("持ち物", 40),
		Alarm: "明日は来庁日です", URL: "https://example.jp/t/sample/",
	}
	write := func(b Booking) string {
		var out strings.Builder
		if err := Calendar(&out, b, event); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	first := write(b)
	if strings.Contains(strings.ReplaceAll(first, "\r\n", ""), "\n") {
		t.Error("a line does not end with CRLF")
	}
	for _, line := range strings.Split(first, "\r\n") {
		if len(line) > 75 {
			t.Errorf("line of %d octets: %q", len(line), line)
		}
	}
	for _, want := range []string{
		"METHOD:PUBLISH", "UID:0193@example.jp", "SEQUENCE:2", "DTSTAMP:20261125T000000Z", "DTSTART:20261201T010000Z", "DTEND:20261201T013000Z",
		"STATUS:CONFIRMED", "TRIGGER:-P1D", "ACTION:DISPLAY",
	} {
		if !strings.Contains(first, "\r\n"+want+"\r\n") {
			t.Errorf("no line %s in\n%s", want, first)
		}
	}
	read, err := ics.ParseCalendar(strings.NewReader(first))
	if err != nil {
		t.Fatal(err)
	}
	if got := read.Events()[0].GetProperty(ics.ComponentPropertySummary).Value; got != event.Summary {
		t.Errorf("summary read back: %q", got)
	}
	b.Status, b.Sequence, b.Changed = Cancelled, 3, b.Changed.Add(time.Hour)
	second := write(b)
	for _, want := range []string{"METHOD:CANCEL", "UID:0193@example.jp", "SEQUENCE:3", "STATUS:CANCELLED"} {
		if !strings.Contains(second, "\r\n"+want+"\r\n") {
			t.Errorf("no line %s after the cancellation", want)
		}
	}
	if strings.Contains(second, "VALARM") {
		t.Error("a cancelled visit has an alarm")
	}
}
