package line

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"madoguchi/bot"
	"madoguchi/channels/line/linetest"
)

// Whatever a body is, the webhook answers 200 or 400, and what it stored the
// Receiver can deal with.
func FuzzWebhook(f *testing.F) {
	clock := newClock()
	s := linetest.New(clock.Now)
	f.Cleanup(s.Close)
	f.Add(s.Body())
	f.Add(s.Body(s.Text(alice, "こんにちは😀"), s.Postback(alice, "c.1.x.y.z", map[string]string{"date": "2026-12-01"})))
	f.Add(s.Body(s.Follow(alice, true), s.Unfollow(alice), s.Unsend(alice, "46"), s.Join(linetest.Group(1)), s.Mention(linetest.Group(1), "a")))
	f.Add(s.Body(s.Ignorable(alice)...))
	f.Add(s.Body(s.Sticker(alice), s.Image(alice), s.Location(alice), s.Edited(alice, "46", "x")))
	f.Add([]byte(`{"destination":"","events":[{"type":"message","message":{"type":"text"}},5,null,[]]}`))
	f.Add([]byte(`{"events":[{"type":"\ud83d\ude00"}]}`))
	channel := &Channel{Tenant: tenant, Secret: s.Secret, PostbackKey: []byte("k")}
	observer := (&journal{counts: map[string]int{}}).observer()
	f.Fuzz(func(t *testing.T, body []byte) {
		memory := newMemory(clock)
		hook := &Webhook{Channels: func(context.Context, string) (*Channel, error) { return channel, nil },
			Inbox: inboxOf{memory}, Now: clock.Now, Observer: observer}
		w := httptest.NewRecorder()
		hook.ServeHTTP(w, s.Request("/t/sample/line/webhook", body))
		switch w.Code {
		case http.StatusOK:
			if !json.Valid(body) {
				t.Error("no JSON, yet 200")
			}
		case http.StatusBadRequest:
			if len(memory.events) > 0 {
				t.Error("400, yet something was stored")
			}
		default:
			t.Errorf("status %d", w.Code)
		}
		for _, row := range memory.events {
			task, err := read(channel, DefaultMenu, row.event)
			if err == nil && task.kind == taskTurn && task.inbound.User == "" {
				t.Error("a turn of nobody")
			}
		}
	})
}

func FuzzPostback(f *testing.F) {
	channel := &Channel{Tenant: tenant, PostbackKey: []byte("k")}
	f.Add(press{kind: pressChoice, conversation: "c", asked: 3, value: "a.b"}.seal(channel, alice))
	f.Add("menu.book")
	f.Add("....")
	f.Fuzz(func(t *testing.T, data string) {
		p, err := openPress(channel, alice, data)
		if err == nil && p.seal(channel, alice) != data {
			t.Errorf("%q opens as %+v, which seals differently", data, p)
		}
	})
}

// discard is an inbox that keeps the newest rows, as a bound on memory.
type discard struct{ n atomic.Int64 }

func (d *discard) Store(_ context.Context, _ string, events []Event) error {
	d.n.Add(int64(len(events)))
	return nil
}
func (*discard) Claim(context.Context, int, time.Duration) ([]Claimed, error) { return nil, nil }
func (*discard) Finish(context.Context, Claimed, Handled) error               { return nil }

// BenchmarkAcknowledge is the time from a signed request of one event to its
// answer, without the database's part; p99 and max over all requests.
func BenchmarkAcknowledge(b *testing.B) {
	s := linetest.New(time.Now)
	defer s.Close()
	channel := &Channel{Tenant: tenant, Secret: s.Secret, Bot: s.Bot}
	hook := &Webhook{Channels: func(context.Context, string) (*Channel, error) { return channel, nil }, Inbox: &discard{}, Now: time.Now,
		Observer: Observer{Audit: func(context.Context, string, string, string) {}, Count: func(string, string) {}, Notify: func(context.Context, string, string) {}}}
	for _, events := range []int{1, 100} {
		b.Run(fmt.Sprintf("events=%d", events), func(b *testing.B) {
			var list []linetest.Event
			for i := range events {
				list = append(list, s.Text(linetest.User(i), "来週の火曜の午後に予約したいです。"))
			}
			body := s.Body(list...)
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			took := make([]time.Duration, 0, b.N)
			for b.Loop() {
				b.StopTimer()
				r, w := s.Request("/t/sample/line/webhook", body), httptest.NewRecorder()
				b.StartTimer()
				start := time.Now()
				hook.ServeHTTP(w, r)
				took = append(took, time.Since(start))
				if w.Code != 200 {
					b.Fatal(w.Code)
				}
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
			b.ReportMetric(float64(took[len(took)-1].Microseconds()), "max-µs")
		})
	}
}

// The acknowledgement does not wait for anything but the inbox (LI4): here LINE
// hangs and the engine never returns.
func TestLI4AcknowledgementWaitsForTheInboxOnly(t *testing.T) {
	h := build(t)
	h.line.Fail(linetest.Profile, linetest.HangBefore)
	release := make(chan struct{})
	h.memory.say = func(bot.Inbound) (bot.Reply, error) { <-release; return bot.Reply{}, nil }
	other := newMemory(h.clock) // the inbox, apart from the hanging engine's lock
	h.hook.Inbox, h.recv.Inbox = inboxOf{other}, inboxOf{other}
	h.post(h.line.Body(h.line.Text(alice, "a")))
	done := make(chan struct{})
	go func() { defer close(done); _, _ = h.recv.Once(context.Background()) }()
	for i := range 50 {
		if w := h.post(h.line.Body(h.line.Text(linetest.User(i), "b"))); w.Code != 200 {
			t.Errorf("status %d", w.Code)
		}
	}
	close(release)
	<-done
}
