package line

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"madoguchi/bot"
	"madoguchi/channels/line/linetest"
	"madoguchi/i18n"
)

// push queues a message that nothing came in for.
func (h *house) push(user, text string) *parcel {
	h.line.Befriend(user, "ja")
	return h.memory.enqueue(Delivery{Tenant: tenant, User: user, Lang: i18n.Japanese,
		Messages: []bot.Message{{From: bot.FromBot, Text: text}}})
}

// answer has alice say something and returns its answer's parcel, not yet tried.
func (h *house) answer() *parcel {
	h.t.Helper()
	h.post(h.line.Body(h.line.Text(alice, "a")))
	if _, err := h.recv.Once(context.Background()); err != nil {
		h.t.Fatal(err)
	}
	return h.memory.queue[len(h.memory.queue)-1]
}

func (h *house) deliver() {
	h.t.Helper()
	if _, err := h.send.Once(context.Background()); err != nil {
		h.t.Fatal(err)
	}
}

// once checks that alice was shown every text exactly once, and nothing more.
func (h *house) once(texts ...string) {
	h.t.Helper()
	want := map[string]int{}
	for _, s := range texts {
		want[s] = 1
	}
	if diff := cmp.Diff(want, h.line.Times(alice)); diff != "" {
		h.t.Error("shown to alice (-want +got)\n" + diff)
	}
	if v := h.line.Violations(); len(v) > 0 {
		h.t.Error(v)
	}
}

func said(p *parcel) string { return p.delivery.Messages[0].Text }

func TestLO1ReplyTokenFirstThenPush(t *testing.T) {
	tests := []struct {
		age         time.Duration
		reply, push int
	}{
		{0, 1, 0}, {49 * time.Second, 1, 0}, {50 * time.Second, 0, 1}, {61 * time.Second, 0, 1}, {2 * time.Hour, 0, 1},
	}
	for _, tt := range tests {
		t.Run(tt.age.String(), func(t *testing.T) {
			h := build(t)
			p := h.answer()
			h.clock.Add(tt.age)
			h.drain(time.Minute, 3)
			h.once(said(p))
			if r, n := len(h.line.Calls(linetest.Reply)), len(h.line.Calls(linetest.Push)); r != tt.reply || n != tt.push {
				t.Errorf("%d replies, %d pushes", r, n)
			}
			if p.result.State != Sent {
				t.Errorf("%+v", p.result)
			}
		})
	}
	t.Run("token dies on the way", func(t *testing.T) {
		h := build(t)
		p := h.answer()
		h.memory.queue[0].delivery.Deliver = deliverBy("0000000000000000", h.clock.Now())
		h.drain(time.Minute, 3)
		h.once(said(p))
		if r, n := len(h.line.Calls(linetest.Reply)), len(h.line.Calls(linetest.Push)); r != 1 || n != 1 {
			t.Errorf("%d replies, %d pushes", r, n)
		}
	})
	t.Run("redelivery renews the token", func(t *testing.T) {
		h := build(t)
		e := h.line.Text(alice, "a")
		h.post(h.line.Body(e))
		h.clock.Add(2 * time.Minute)
		h.receive(h.line.Redeliver(e))
		h.once("了解: " + e.ID())
		if n := len(h.line.Calls(linetest.Push)); n != 0 {
			t.Errorf("%d pushes", n)
		}
	})
}

func TestLO2UnclearRepliesAreNeverShownTwice(t *testing.T) {
	tests := []struct {
		name   string
		faults []string
		state  State
		shown  int
		calls  int
	}{
		{"500 before, then fine", []string{linetest.ErrorBefore}, Sent, 1, 2},
		{"500 after: the second try says spent", []string{linetest.ErrorAfter}, Sent, 1, 2},
		{"hang after: the second try says spent", []string{linetest.HangAfter}, Sent, 1, 2},
		{"hang before, then fine", []string{linetest.HangBefore}, Sent, 1, 2},
		{"unclear twice, arrived", []string{linetest.ErrorAfter, linetest.ErrorBefore}, Unknown, 1, 2},
		{"unclear twice, lost", []string{linetest.ErrorBefore, linetest.ErrorBefore}, Unknown, 0, 2},
		{"accepted with an unreadable answer", []string{linetest.Garbled}, Sent, 1, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := build(t)
			p := h.answer()
			h.line.Fail(linetest.Reply, tt.faults...)
			h.drain(10*time.Minute, 10)
			if p.result.State != tt.state {
				t.Errorf("%+v, want %s", p.result, tt.state)
			}
			if n := h.line.Times(alice)[said(p)]; n != tt.shown {
				t.Errorf("shown %d times", n)
			}
			if r, n := len(h.line.Calls(linetest.Reply)), len(h.line.Calls(linetest.Push)); r != tt.calls || n != 0 {
				t.Errorf("%d replies, %d pushes", r, n)
			}
			if want := tt.state == Unknown; (h.journal.audited(AuditUnknown) == 1) != want {
				t.Errorf("audited: %v", h.journal.audits)
			}
		})
	}
}

func TestLO2AWorkerThatDiedLeavesAnUnclearReply(t *testing.T) {
	tests := []struct {
		name    string
		arrived bool
		away    time.Duration
		state   State
		shown   int
	}{
		{"arrived, back in time", true, 55 * time.Second, Sent, 1},
		{"not arrived, back in time", false, 55 * time.Second, Sent, 1},
		{"arrived, back too late", true, 5 * time.Minute, Unknown, 1},
		{"not arrived, back too late", false, 5 * time.Minute, Unknown, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := build(t)
			p := h.answer()
			d, err := outboxOf{h.memory}.Claim(context.Background(), 1, 30*time.Second)
			if err != nil || len(d) != 1 {
				t.Fatal(d, err)
			}
			if tt.arrived {
				var by replyBy
				if err := json.Unmarshal(d[0].Deliver, &by); err != nil {
					t.Fatal(err)
				}
				if o, err := h.send.API.reply(context.Background(), h.channel, by.Token, []Message{textMessage(said(p))}); err != nil || o.verdict != accepted {
					t.Fatal(o, err)
				}
			}
			h.clock.Add(tt.away)
			h.settle()
			if p.result.State != tt.state || h.line.Times(alice)[said(p)] != tt.shown {
				t.Errorf("%+v, shown %v", p.result, h.line.Times(alice))
			}
		})
	}
	t.Run("after an orderly retry", func(t *testing.T) {
		// The note of try 1 says the token was not used; try 2 used it and died.
		h := build(t)
		p := h.answer()
		h.line.Fail(linetest.Reply, linetest.RateLimited)
		h.deliver()
		h.clock.Add(2 * time.Second)
		d, err := outboxOf{h.memory}.Claim(context.Background(), 1, time.Minute)
		if err != nil || len(d) != 1 {
			t.Fatal(d, err)
		}
		var by replyBy
		if err := json.Unmarshal(d[0].Deliver, &by); err != nil {
			t.Fatal(err)
		}
		if _, err := h.send.API.reply(context.Background(), h.channel, by.Token, []Message{textMessage(said(p))}); err != nil {
			t.Fatal(err)
		}
		h.drain(time.Minute, 5)
		h.once(said(p))
		if p.result.State != Unknown {
			t.Errorf("%+v", p.result)
		}
	})
}

func TestLO3RetryKeyOnPushesOnlyAndStable(t *testing.T) {
	h := build(t)
	h.answer()
	h.settle()
	p := h.push(alice, "お知らせ")
	h.line.Fail(linetest.Push, linetest.ErrorBefore, linetest.HangBefore, linetest.RateLimited)
	h.drain(10*time.Minute, 6)
	for _, c := range h.line.Calls(linetest.Reply) {
		if c.HasRetryKey {
			t.Error("reply with a retry key")
		}
	}
	calls := h.line.Calls(linetest.Push)
	if len(calls) != 4 {
		t.Fatalf("%d pushes", len(calls))
	}
	for _, c := range calls {
		if c.RetryKey != p.delivery.RetryKey.String() || string(c.Body) != string(calls[0].Body) {
			t.Errorf("key %s, body %s", c.RetryKey, c.Body)
		}
	}
}

func TestLO4PushIsTriedUntilAcceptedAndShownOnce(t *testing.T) {
	h := build(t)
	p := h.push(alice, "お知らせ")
	h.line.Fail(linetest.Push, linetest.ErrorAfter, linetest.ErrorAfter, linetest.HangAfter)
	h.drain(10*time.Minute, 6)
	h.once("お知らせ")
	if p.result.State != Sent {
		t.Errorf("%+v", p.result)
	}
}

func TestLO5ConflictMeansAccepted(t *testing.T) {
	h := build(t)
	p := h.push(alice, "お知らせ")
	h.line.Fail(linetest.Push, linetest.ErrorAfter)
	h.drain(time.Minute, 3)
	first := h.line.Calls(linetest.Push)[0].RequestID
	last := p.result.Requests[0]
	if last.Status != http.StatusConflict || last.Accepted != first || last.Via != "push" {
		t.Errorf("%+v, want accepted %s", last, first)
	}
}

func TestLO6RetriesEndBeforeLINEForgetsTheKey(t *testing.T) {
	h := build(t)
	p := h.push(alice, "お知らせ")
	faults := make([]string, 5000)
	for i := range faults {
		faults[i] = linetest.ErrorAfter
		if i > 0 {
			faults[i] = linetest.ErrorBefore
		}
	}
	h.line.Fail(linetest.Push, faults...)
	start := h.clock.Now()
	h.drain(5*time.Minute, 12*30)
	calls := h.line.Calls(linetest.Push)
	if age := calls[len(calls)-1].At.Sub(start); age > 23*time.Hour || age < 22*time.Hour {
		t.Errorf("last try after %v", age)
	}
	if p.result.State != Dead || h.journal.audited(AuditDead) != 1 {
		t.Errorf("%+v", p.result)
	}
	if len(calls) > 200 {
		t.Errorf("%d tries", len(calls))
	}
	h.once("お知らせ")
}

func TestLO6ADeliveryFoundTooLateIsNotPushed(t *testing.T) {
	h := build(t)
	p := h.push(alice, "お知らせ")
	if _, err := (outboxOf{h.memory}).Claim(context.Background(), 1, time.Minute); err != nil {
		t.Fatal(err)
	}
	h.clock.Add(25 * time.Hour)
	h.settle()
	if p.result.State != Dead || len(h.line.Calls(linetest.Push)) != 0 {
		t.Errorf("%+v", p.result)
	}
}

func TestLO7AcceptedIsNotShown(t *testing.T) {
	h := build(t)
	p := h.push(alice, "お知らせ")
	h.line.Unfollow(alice) // the event has not reached us yet
	h.settle()
	if p.result.State != Sent || len(h.line.Shown(alice)) != 0 || len(h.line.Dropped()) != 1 {
		t.Errorf("%+v, shown %d, dropped %d", p.result, len(h.line.Shown(alice)), len(h.line.Dropped()))
	}
}

func TestLO8UnknownUserIsFinal(t *testing.T) {
	h := build(t)
	p := h.memory.enqueue(Delivery{Tenant: tenant, User: linetest.User(99), Messages: []bot.Message{{Text: "a"}}})
	h.drain(time.Hour, 3)
	if p.result.State != Dead || p.result.Reason != "refused 400 " || len(h.line.Calls(linetest.Push)) != 1 {
		t.Errorf("%+v", p.result)
	}
}

func TestLO9RateAndQuotaAreToldApart(t *testing.T) {
	t.Run("rate", func(t *testing.T) {
		h := build(t)
		p := h.push(alice, "お知らせ")
		h.line.Fail(linetest.Push, linetest.RateLimited, linetest.RateLimited)
		h.drain(time.Minute, 3)
		h.once("お知らせ")
		if p.result.State != Sent || len(h.journal.notices) != 0 {
			t.Errorf("%+v %v", p.result, h.journal.notices)
		}
	})
	t.Run("rate on a reply", func(t *testing.T) {
		h := build(t)
		p := h.answer()
		h.line.Fail(linetest.Reply, linetest.RateLimited)
		h.drain(2*time.Second, 5)
		h.once(said(p))
		if len(h.line.Calls(linetest.Reply)) != 2 || len(h.line.Calls(linetest.Push)) != 0 {
			t.Error("not by reply")
		}
	})
	t.Run("quota", func(t *testing.T) {
		h := build(t)
		h.line.SetQuota(0)
		var parcels []*parcel
		for i := range 20 {
			parcels = append(parcels, h.push(linetest.User(100+i), "お知らせ"))
			h.settle()
		}
		if n := len(h.line.Calls(linetest.Push)); n != 1 {
			t.Errorf("%d pushes tried", n)
		}
		if diff := cmp.Diff([]string{NoticeQuota}, h.journal.notices); diff != "" {
			t.Error(diff)
		}
		p := h.answer()
		h.settle()
		if p.result.State != Sent {
			t.Errorf("replies must go on: %+v", p.result)
		}
		h.line.SetQuota(-1)
		h.drain(10*time.Minute, 12)
		for _, p := range parcels {
			if p.result.State != Sent {
				t.Errorf("after the quota is raised: %+v", p.result)
			}
		}
	})
}

func TestLO10CallsStayBelowTheRate(t *testing.T) {
	c := newClock()
	server := linetest.New(c.Now)
	defer server.Close()
	waited := 0
	api := NewAPI(time.Second, c.Now, func(d time.Duration) <-chan time.Time {
		waited++
		c.Add(d)
		fired := make(chan time.Time, 1)
		fired <- c.Now()
		return fired
	})
	ch := &Channel{Tenant: tenant, Token: server.Token, API: server.URL}
	for range 300 {
		api.loading(context.Background(), ch, alice)
	}
	if n := len(server.Calls(linetest.Loading)); n > 100 {
		t.Errorf("%d loading calls in a second", n)
	}
	cl, err := api.client(ch)
	if err != nil {
		t.Fatal(err)
	}
	start := c.Now()
	for range 5000 {
		if err := api.wait(context.Background(), cl.push); err != nil {
			t.Fatal(err)
		}
	}
	if took := c.Now().Sub(start); took < 2*time.Second || waited == 0 {
		t.Errorf("5,000 pushes allowed in %v", took)
	}
}

func TestLO11RepliesAreFreeOfQuota(t *testing.T) {
	h := build(t)
	h.line.SetQuota(0)
	for range 5 {
		h.answer()
		h.settle()
	}
	if h.journal.counts[CountSends+"/reply"] != 5 || h.journal.counts[CountSends+"/push"] != 0 {
		t.Errorf("%v", h.journal.counts)
	}
}

func TestLO12LongAnswersAreSplitAndArriveInOrder(t *testing.T) {
	faults := map[string]map[string][]string{
		"no fault":           {},
		"second call fails":  {linetest.Push: {linetest.ErrorAfter, linetest.RateLimited}},
		"first call unclear": {linetest.Reply: {linetest.HangAfter}, linetest.Push: {linetest.ErrorBefore}},
	}
	for name, script := range faults {
		t.Run(name, func(t *testing.T) {
			h := build(t)
			var want []string
			h.memory.say = func(bot.Inbound) (bot.Reply, error) {
				var r bot.Reply
				for i := range 12 {
					r.Messages = append(r.Messages, bot.Message{Text: fmt.Sprintf("%02d %s", i, strings.Repeat("あ", 4500))})
					want = append(want, r.Messages[i].Text)
				}
				return r, nil
			}
			for endpoint, kinds := range script {
				h.line.Fail(endpoint, kinds...)
			}
			p := h.answer()
			h.drain(time.Minute, 5)
			if diff := cmp.Diff(want, h.line.Texts(alice)); diff != "" {
				t.Error("order or count differs")
			}
			keys := map[string]bool{}
			for _, c := range h.line.Calls(linetest.Push) {
				if c.Status == 200 {
					keys[c.RetryKey] = true
				}
			}
			if p.result.State != Sent || len(keys) == 0 {
				t.Errorf("%+v, %d keys", p.result, len(keys))
			}
			if v := h.line.Violations(); len(v) > 0 {
				t.Error(v)
			}
		})
	}
	t.Run("first part lost for good", func(t *testing.T) {
		h := build(t)
		h.memory.say = func(bot.Inbound) (bot.Reply, error) {
			var r bot.Reply
			for i := range 6 {
				r.Messages = append(r.Messages, bot.Message{Text: fmt.Sprintf("%02d %s", i, strings.Repeat("あ", 4500))})
			}
			return r, nil
		}
		p := h.answer()
		h.line.Fail(linetest.Reply, linetest.ErrorBefore, linetest.ErrorBefore)
		h.drain(time.Minute, 5)
		if n := len(h.line.Texts(alice)); n != 1 || p.result.State != Unknown {
			t.Errorf("shown %d, %+v", n, p.result)
		}
	})
}

func TestLO14RequestIDsAreKept(t *testing.T) {
	h := build(t)
	p := h.answer()
	h.line.Fail(linetest.Reply, linetest.ErrorBefore)
	h.settle()
	want := h.line.Calls(linetest.Reply)
	if len(p.result.Requests) != 2 || p.result.Requests[0].ID != want[0].RequestID || p.result.Requests[1].ID != want[1].RequestID ||
		p.result.Requests[0].Status != 500 || p.result.Requests[1].Status != 200 {
		t.Errorf("%+v", p.result.Requests)
	}
}

func TestRefusedTokenWaitsForTheOperator(t *testing.T) {
	h := build(t)
	p := h.push(alice, "お知らせ")
	h.line.Fail(linetest.Push, linetest.Unauthorized)
	h.settle()
	if p.result.State != Retry || p.result.At.Sub(h.clock.Now()) < tokenPause {
		t.Errorf("%+v", p.result)
	}
	if diff := cmp.Diff([]string{NoticeUnauthorized}, h.journal.notices); diff != "" {
		t.Error(diff)
	}
	h.drain(10*time.Minute, 2)
	h.once("お知らせ")
}

func TestUnreachableLINEIsNoUnclearOutcome(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + listener.Addr().String()
	listener.Close()

	h := build(t)
	p := h.answer()
	real := h.channel.API
	h.channel.API = nobody
	h.deliver()
	if p.result.State != Retry || p.result.Reason != "LINE unreachable" {
		t.Errorf("%+v", p.result)
	}
	h.channel.API = real
	h.drain(5*time.Second, 3)
	h.once(said(p))
	if n := len(h.line.Calls(linetest.Reply)); n != 1 {
		t.Errorf("%d replies: the token was still good", n)
	}
}

func TestOneUsersDeliveriesKeepTheirOrder(t *testing.T) {
	h := build(t)
	var want []string
	for i := range 5 {
		want = append(want, fmt.Sprint("no. ", i))
		h.push(alice, want[i])
	}
	h.line.Fail(linetest.Push, linetest.ErrorBefore, linetest.ErrorAfter, linetest.RateLimited)
	h.drain(time.Minute, 10)
	if diff := cmp.Diff(want, h.line.Texts(alice)); diff != "" {
		t.Error(diff)
	}
}

func TestErrorsCarryNoTokenAndNoBody(t *testing.T) {
	h := build(t)
	p := h.push(alice, "カナリア太郎")
	for _, kind := range []string{linetest.ErrorBefore, linetest.HangBefore, linetest.RateLimited, linetest.Unauthorized, linetest.Garbled} {
		h.line.Fail(linetest.Push, kind)
	}
	h.drain(10*time.Minute, 8)
	_, err := h.send.API.Setup(context.Background(), &Channel{Tenant: "x", Token: h.channel.Token + "wrong", API: h.line.URL}, "https://example.jp/")
	all := fmt.Sprintf("%+v %v %v %v", p.history, h.journal.audits, h.journal.notices, err)
	for _, secret := range []string{"カナリア", h.channel.Token, h.channel.Secret, alice} {
		if strings.Contains(all, secret) {
			t.Errorf("%q found in %s", secret, all)
		}
	}
}

func TestUnavailableChannelIsRetriedAndAMissingOneIsFinal(t *testing.T) {
	h := build(t)
	p := h.push(alice, "お知らせ")
	good := h.send.Channels
	h.send.Channels = func(context.Context, string) (*Channel, error) { return nil, errors.New("database busy") }
	h.deliver()
	if p.result.State != Retry {
		t.Errorf("%+v", p.result)
	}
	h.send.Channels = good
	h.drain(time.Minute, 2)
	h.once("お知らせ")
	gone := h.memory.enqueue(Delivery{Tenant: "gone", User: bob, Messages: []bot.Message{{Text: "a"}}})
	h.settle()
	if gone.result.State != Dead {
		t.Errorf("%+v", gone.result)
	}
}

// Four workers, faults of every kind, many users: everything shown exactly once.
func TestExactlyOnceUnderFaultsAndConcurrency(t *testing.T) {
	h := build(t)
	const users, each = 20, 5
	kinds := []string{linetest.ErrorBefore, linetest.ErrorAfter, linetest.RateLimited, "", "", ""}
	var push []string
	for i := range 200 {
		push = append(push, kinds[i%len(kinds)])
	}
	h.line.Fail(linetest.Push, push...)
	h.line.Fail(linetest.Reply, linetest.ErrorAfter, "", linetest.RateLimited, "", "", linetest.ErrorAfter, "")
	var events []linetest.Event
	for n := range each {
		for u := range users {
			events = append(events, h.line.Text(linetest.User(u), fmt.Sprint(n)))
			h.push(linetest.User(u), fmt.Sprintf("push %d to %d", n, u))
		}
		h.clock.Add(time.Millisecond)
	}
	h.post(h.line.Body(events...))
	for range 1600 { // 800 s, longer than an unlucky message is tried again and again
		done := make(chan error, 8)
		for range 4 {
			go func() { _, err := h.recv.Once(context.Background()); done <- err }()
			go func() { _, err := h.send.Once(context.Background()); done <- err }()
		}
		for range 8 {
			if err := <-done; err != nil {
				t.Fatal(err)
			}
		}
		h.clock.Add(500 * time.Millisecond)
	}
	total := 0
	for u := range users {
		for text, n := range h.line.Times(linetest.User(u)) {
			total += n
			if n != 1 {
				t.Errorf("user %d was shown %q %d times", u, text, n)
			}
		}
	}
	if total != 2*users*each {
		t.Errorf("%d messages shown, want %d", total, 2*users*each)
	}
	if v := h.line.Violations(); len(v) > 0 {
		t.Error(v)
	}
}

func TestSetupIsIdempotent(t *testing.T) {
	h := build(t)
	const address = "https://madoguchi.example.jp/t/sample/line/webhook"
	r, err := h.send.API.Setup(context.Background(), h.channel, address)
	if err != nil {
		t.Fatal(err)
	}
	want := Report{Bot: h.line.Bot, DisplayName: "みほん市", Webhook: address, WebhookActive: true, MenuCreated: true}
	if diff := cmp.Diff(want, r); diff != "" {
		t.Error(diff)
	}
	name, picture := h.line.Menu()
	if !strings.HasPrefix(name, menuName) || !picture || h.line.Webhook() != address {
		t.Errorf("menu %q %v, webhook %q", name, picture, h.line.Webhook())
	}
	if r, err = h.send.API.Setup(context.Background(), h.channel, address); err != nil || r.MenuCreated || h.line.Menus() != 1 {
		t.Errorf("second run: %+v, %v, %d menus", r, err, h.line.Menus())
	}
	if v := h.line.Violations(); len(v) > 0 {
		t.Error(v)
	}
}

func TestSetupTakesUpABrokenOffRun(t *testing.T) {
	for try := range 20 {
		broken, fault := try/2, linetest.ErrorAfter
		if try%2 == 1 {
			fault = linetest.ErrorBefore
		}
		t.Run(fmt.Sprint("call ", broken, " ", fault), func(t *testing.T) {
			h := build(t)
			var script []string
			for range broken {
				script = append(script, "")
			}
			h.line.Fail(linetest.Other, append(script, fault)...)
			_, err := h.send.API.Setup(context.Background(), h.channel, "https://example.jp/hook")
			if err == nil {
				t.Error("the fault went unnoticed")
			}
			if _, err := h.send.API.Setup(context.Background(), h.channel, "https://example.jp/hook"); err != nil {
				t.Fatal(err)
			}
			if _, picture := h.line.Menu(); !picture || h.line.Menus() != 1 {
				t.Errorf("%d menus, picture %v", h.line.Menus(), picture)
			}
		})
	}
}
