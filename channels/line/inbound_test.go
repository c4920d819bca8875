package line

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"madoguchi/bot"
	"madoguchi/channels/line/linetest"
)

var alice, bob = linetest.User(1), linetest.User(2)

// post sends a signed body to the webhook and returns the answer.
func (h *house) post(body []byte) *httptest.ResponseRecorder {
	return h.ask(h.line.Request("/t/sample/line/webhook", body))
}

func (h *house) ask(r *http.Request) *httptest.ResponseRecorder {
	mux := http.NewServeMux()
	mux.Handle("/t/{tenant}/line/webhook", h.hook)
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	return w
}

// receive posts events, which must be answered 200, and lets everything settle.
func (h *house) receive(events ...linetest.Event) {
	h.t.Helper()
	if w := h.post(h.line.Body(events...)); w.Code != http.StatusOK {
		h.t.Fatalf("webhook answered %d %s", w.Code, w.Body)
	}
	h.settle()
}

func TestLI1SignatureIsCheckedOverTheRawBytes(t *testing.T) {
	h := build(t)
	body := h.line.Body(h.line.Text(alice, "秘密の言葉"))
	flipped := append([]byte(nil), body...)
	flipped[len(flipped)-3] ^= 1
	good := linetest.Sign(h.line.Secret, body)
	tests := []struct {
		name, header string
		body         []byte
		want         int
	}{
		{"one byte changed", good, flipped, 401},
		{"reserialised", good, []byte(strings.ReplaceAll(string(body), `":`, `": `)), 401},
		{"hex digest", "5ba74bb9fd6f40a6a2f2ac2a5a2ffbc9a1a86a9b9a0f9a4d7fd0e8be8c1d8f3a", body, 401},
		{"empty", "", body, 401},
		{"another secret", linetest.Sign("ffffffffffffffffffffffffffffffff", body), body, 401},
		{"truncated", good[:20], body, 401},
		{"right", good, body, 200},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := h.line.Request("/t/sample/line/webhook", tt.body)
			r.Header.Del("X-Line-Signature")
			if tt.header != "" {
				r.Header["X-Line-Signature"] = []string{tt.header}
			}
			w := h.ask(r)
			if w.Code != tt.want {
				t.Errorf("status %d, want %d", w.Code, tt.want)
			}
			if stored := len(h.memory.events); (stored > 0) != (tt.want == 200) {
				t.Errorf("%d events stored", stored)
			}
			if strings.Contains(w.Body.String(), "秘密") {
				t.Error("the answer quotes the body")
			}
		})
	}
	t.Run("header name in any case", func(t *testing.T) {
		r := h.line.Request("/t/sample/line/webhook", body)
		r.Header.Del("X-Line-Signature")
		r.Header.Set("x-LINE-signature", good)
		if w := h.ask(r); w.Code != 200 {
			t.Errorf("status %d", w.Code)
		}
	})
}

func TestLI3ConsoleVerifyIsAnswered(t *testing.T) {
	h := build(t)
	if w := h.post(h.line.Body()); w.Code != 200 || len(h.memory.events) != 0 {
		t.Errorf("status %d, %d events", w.Code, len(h.memory.events))
	}
}

func TestLI5NothingIsAcknowledgedThatIsNotStored(t *testing.T) {
	h := build(t)
	h.memory.storeErr = errors.New("disk full")
	e := h.line.Text(alice, "a")
	if w := h.post(h.line.Body(e)); w.Code != 503 {
		t.Errorf("status %d, want 503", w.Code)
	}
	h.memory.storeErr = nil
	h.receive(h.line.Redeliver(e))
	if len(h.memory.turns) != 1 {
		t.Errorf("%d turns", len(h.memory.turns))
	}
}

func TestLI6EveryCopyOfAnEventIsOneTurn(t *testing.T) {
	h := build(t)
	e := h.line.Text(alice, "a")
	var wg sync.WaitGroup
	for i := range 1000 {
		wg.Go(func() {
			copy := e
			if i%2 == 1 {
				copy = h.line.Redeliver(e)
			}
			if w := h.post(h.line.Body(copy)); w.Code != 200 {
				t.Errorf("status %d", w.Code)
			}
			if i%100 == 0 {
				_, _ = h.recv.Once(context.Background())
			}
		})
	}
	wg.Wait()
	h.settle()
	if n := len(h.memory.turns); n != 1 {
		t.Errorf("%d turns", n)
	}
	if n := h.line.Times(alice); len(n) != 1 || n["了解: "+e.ID()] != 1 {
		t.Errorf("shown: %v", n)
	}
}

func TestLI7EventsOfOneUserAreHandledOldestFirst(t *testing.T) {
	h := build(t)
	first := h.line.Text(alice, "first")
	h.clock.Add(time.Second)
	second := h.line.Text(alice, "second")
	h.post(h.line.Body(second))
	h.post(h.line.Body(first))
	h.settle()
	if got := []string{h.memory.turns[0].Text, h.memory.turns[1].Text}; got[0] != "first" || got[1] != "second" {
		t.Errorf("order %v", got)
	}
}

func TestLI8OnePoisonedEventDoesNotHoldUpTheOthers(t *testing.T) {
	poison := map[string]linetest.Event{
		"message is null":        {"type": "message", "webhookEventId": "p1", "timestamp": 1, "message": nil},
		"timestamp is a string":  {"type": "message", "webhookEventId": "p2", "timestamp": "now"},
		"type is a number":       {"type": 7, "webhookEventId": "p3"},
		"content of wrong shape": {"type": "message", "webhookEventId": "p4", "message": map[string]any{"type": "text", "text": 5}},
		"no source":              {"type": "message", "webhookEventId": "p5", "message": map[string]any{"type": "text", "text": "x"}},
		"postback is null":       {"type": "postback", "webhookEventId": "p6"},
	}
	for name, bad := range poison {
		t.Run(name, func(t *testing.T) {
			h := build(t)
			if _, ok := bad["timestamp"].(int); ok {
				bad["timestamp"] = h.clock.Now().UnixMilli()
			}
			var events []linetest.Event
			for i := range 100 {
				if i == 42 {
					events = append(events, bad)
					continue
				}
				events = append(events, h.line.Text(linetest.User(i), "a"))
			}
			h.receive(events...)
			if n := len(h.memory.turns); n != 99 {
				t.Errorf("%d turns, want 99", n)
			}
			if n := h.journal.audited(AuditEventDead); n != 1 {
				t.Errorf("%d given up, want 1", n)
			}
		})
	}
	t.Run("engine panics", func(t *testing.T) {
		h := build(t)
		h.memory.say = func(in bot.Inbound) (bot.Reply, error) {
			if in.Text == "poison" {
				panic("poison")
			}
			return bot.Reply{}, nil
		}
		h.post(h.line.Body(h.line.Text(alice, "poison"), h.line.Text(bob, "a")))
		h.drain(time.Minute, 20)
		if len(h.memory.turns) != 1 || h.journal.audited(AuditEventDead) != 1 {
			t.Errorf("%d turns, %d given up", len(h.memory.turns), h.journal.audited(AuditEventDead))
		}
	})
}

func TestLI9StandbyIsSilent(t *testing.T) {
	h := build(t)
	h.receive(h.line.Text(alice, "a").Standby(), h.line.Postback(alice, "x", nil).Standby(),
		h.line.Follow(alice, false).Standby(), h.line.Join(linetest.Group(1)).Standby())
	if n := len(h.line.Calls("")); n != 0 {
		t.Errorf("%d calls", n)
	}
}

func TestLI10GroupsGetAGenericAnswerOnly(t *testing.T) {
	g, r := linetest.Group(1), linetest.Room(1)
	tests := []struct {
		name  string
		event func(*linetest.Server) linetest.Event
		shown int
	}{
		{"added to a group", func(s *linetest.Server) linetest.Event { return s.Join(g) }, 1},
		{"spoken to", func(s *linetest.Server) linetest.Event { return s.Mention(g, "予約したい") }, 1},
		{"someone else spoken to", func(s *linetest.Server) linetest.Event {
			e := s.Mention(g, "予約したい")
			mention := e["message"].(map[string]any)["mention"].(map[string]any)["mentionees"].([]any)[0].(map[string]any)
			mention["userId"], mention["isSelf"] = bob, false
			return e
		}, 0},
		{"other people's talk", func(s *linetest.Server) linetest.Event { return s.Text(g, "予約したい") }, 0},
		{"sticker in a room", func(s *linetest.Server) linetest.Event { return s.Sticker(r) }, 0},
		{"button in a room", func(s *linetest.Server) linetest.Event { return s.Postback(r, "menu.book", nil) }, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := build(t)
			h.receive(tt.event(h.line))
			if len(h.memory.turns) != 0 {
				t.Error("a turn was run")
			}
			shown := h.line.Texts("")
			if len(shown) != tt.shown {
				t.Fatalf("shown %v", shown)
			}
			for _, s := range shown {
				if s != catalogs["ja"]["line.group"] {
					t.Errorf("shown %q", s)
				}
			}
		})
	}
}

func TestLI11AnotherBotsEventsAreIgnored(t *testing.T) {
	h := build(t)
	body := []byte(strings.Replace(string(h.line.Body(h.line.Text(alice, "a"))), h.line.Bot, linetest.User(77), 1))
	if w := h.post(body); w.Code != 200 {
		t.Errorf("status %d", w.Code)
	}
	if len(h.memory.events) != 0 || h.journal.audited(AuditDestination) != 1 {
		t.Errorf("%d stored, %v", len(h.memory.events), h.journal.audits)
	}
}

func TestLI12FollowUnfollowUnsend(t *testing.T) {
	h := build(t)
	h.line.Befriend(alice, "en-US")
	h.receive(h.line.Follow(alice, false))
	if got := h.memory.turns[0]; got.Text+got.Choice+got.Flow != "" || got.Hint != "en-US" {
		t.Errorf("greeting turn: %+v", got)
	}
	h.memory.enqueue(Delivery{Tenant: tenant, User: alice, Messages: []bot.Message{{Text: "お知らせ"}}})
	h.post(h.line.Body(h.line.Unfollow(alice)))
	if _, err := h.recv.Once(context.Background()); err != nil {
		t.Fatal(err)
	}
	h.settle()
	if h.memory.people[alice] != "blocked" {
		t.Error("not marked as blocked")
	}
	if n := h.line.Times(alice)["お知らせ"]; n != 0 {
		t.Error("a queued push was sent after the block")
	}
	h.receive(h.line.Follow(alice, true))
	if h.memory.people[alice] != "known" {
		t.Error("block not taken back")
	}
	h.receive(h.line.Unsend(alice, "460000000000000123"))
	if diff := cmp.Diff([]string{"460000000000000123"}, h.memory.redact); diff != "" {
		t.Error(diff)
	}
}

func TestLI12OtherEventTypesAreIgnoredOnPurpose(t *testing.T) {
	h := build(t)
	g := linetest.Group(1)
	events := append(h.line.Ignorable(alice), h.line.Leave(g), h.line.MemberJoined(g, alice), h.line.MemberLeft(g, alice),
		h.line.Edited(alice, "46", "もとの文を直した"))
	h.receive(events...)
	if n := h.journal.counts[CountEvents+"/ignored-type"]; n != len(events) {
		t.Errorf("%d of %d counted", n, len(events))
	}
	if len(h.memory.events)+len(h.line.Calls("")) != 0 {
		t.Error("something was stored or called")
	}
}

func TestLI12NewFieldsAreAccepted(t *testing.T) {
	h := build(t)
	e := h.line.Text(alice, "a")
	e["novelty"] = map[string]any{"deep": []any{1, nil, "x"}}
	e["message"].(map[string]any)["sparkle"] = true
	h.receive(e)
	if len(h.memory.turns) != 1 {
		t.Error("no turn")
	}
}

func TestLI14OldEventsAreDroppedEvenWhenSigned(t *testing.T) {
	h := build(t)
	body := h.line.Body(h.line.Text(alice, "a"))
	h.clock.Add(DefaultWindow - time.Second)
	if h.post(body); len(h.memory.events) != 1 {
		t.Error("inside the window: not stored")
	}
	h = build(t)
	body = h.line.Body(h.line.Text(alice, "a"))
	h.clock.Add(DefaultWindow + time.Second)
	if w := h.post(body); w.Code != 200 {
		t.Errorf("status %d", w.Code)
	}
	if len(h.memory.events) != 0 || h.journal.audited(AuditStale) != 1 {
		t.Errorf("%d stored, %v", len(h.memory.events), h.journal.audits)
	}
}

func TestLI15MediaAreTurnsThatAnswerNothing(t *testing.T) {
	h := build(t)
	h.receive(h.line.Sticker(linetest.User(10)), h.line.Image(linetest.User(11)), h.line.Video(linetest.User(12)),
		h.line.Audio(linetest.User(13)), h.line.File(linetest.User(14)), h.line.Location(linetest.User(15)))
	got := map[string]string{}
	for _, in := range h.memory.turns {
		if in.Text != "" || in.Asked != 0 {
			t.Errorf("%+v", in)
		}
		got[in.User] = in.Choice
	}
	want := map[string]string{}
	for i, kind := range []string{"sticker", "image", "video", "audio", "file", "location"} {
		want[linetest.User(10+i)] = MediaPrefix + kind
	}
	if diff := cmp.Diff(want, got, unexported); diff != "" {
		t.Error(diff)
	}
}

func TestA05HostileBodies(t *testing.T) {
	h := build(t)
	wrap := func(s string) []byte { return []byte(`{"destination":"` + h.line.Bot + `","events":[` + s + `]}`) }
	many := strings.Repeat(`{},`, 9999) + `{}`
	keys := make([]string, 300)
	for i := range keys {
		keys[i] = fmt.Sprintf(`"k%d":1`, i)
	}
	tests := []struct {
		name string
		body []byte
		want int
	}{
		{"2 MB", append(wrap(""), make([]byte, 2<<20)...), 413},
		{"10,000 events", wrap(many), 400},
		{"100,000 deep", wrap(strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000)), 400},
		{"100,000 deep, never closed", []byte(strings.Repeat(`{"a":`, 100_000)), 400},
		{"65 deep", wrap(strings.Repeat("[", 65) + strings.Repeat("]", 65)), 400},
		{"doubled key", []byte(`{"destination":"x","events":[],"events":[]}`), 400},
		{"doubled key, escaped", wrap(`{"type":"a","t\u0079pe":"b"}`), 400},
		{"too many keys", wrap(`{` + strings.Join(keys, ",") + `}`), 400},
		{"lone high surrogate", wrap(`{"type":"\ud83d"}`), 400},
		{"lone low surrogate", wrap(`{"type":"\ude00"}`), 400},
		{"high surrogate twice", wrap(`{"type":"\ud83d\ud83d"}`), 400},
		{"surrogate at the end", []byte(`"\ud83d"`), 400},
		{"surrogate pair", wrap(`{"type":"\ud83d\ude00"}`), 200},
		{"invalid UTF-8", wrap("{\"type\":\"\xff\"}"), 400},
		{"no JSON", []byte("events=1"), 400},
		{"empty", nil, 400},
		{"array", []byte(`[]`), 400},
		{"null", []byte(`null`), 400},
		{"events missing", []byte(`{"destination":"x"}`), 400},
		{"events null", []byte(`{"destination":"x","events":null}`), 400},
		{"events an object", []byte(`{"destination":"x","events":{}}`), 400},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			start := time.Now()
			w := h.post(tt.body)
			if w.Code != tt.want {
				t.Errorf("status %d, want %d: %s", w.Code, tt.want, w.Body)
			}
			if took := time.Since(start); took > 500*time.Millisecond {
				t.Errorf("took %v", took)
			}
			if tt.want != 200 && !strings.HasPrefix(w.Body.String(), `{"error":{"code":"`) {
				t.Errorf("answer %s", w.Body)
			}
			if len(h.memory.events) != 0 {
				t.Error("something was stored")
			}
		})
	}
	h.receive(h.line.Text(alice, "still alive"))
	if len(h.memory.turns) != 1 {
		t.Error("the service is not alive")
	}
}

func TestWebhookRefusals(t *testing.T) {
	h := build(t)
	body := h.line.Body(h.line.Text(alice, "a"))
	if w := h.ask(h.line.Request("/t/nowhere/line/webhook", body)); w.Code != 404 || !strings.Contains(w.Body.String(), `"code":"not_found"`) {
		t.Errorf("unknown tenant: %d %s", w.Code, w.Body)
	}
	for _, method := range []string{"GET", "PUT", "DELETE", "TRACE"} {
		r := h.line.Request("/t/sample/line/webhook", body)
		r.Method = method
		if w := h.ask(r); w.Code != 405 || w.Header().Get("Allow") != "POST" {
			t.Errorf("%s: %d", method, w.Code)
		}
	}
	r := h.line.Request("/t/sample/line/webhook", body)
	r.Body = io.NopCloser(strings.NewReader(string(body[:10]))) // shorter than its Content-Length
	if w := h.ask(r); w.Code != 400 {
		t.Errorf("short body: %d", w.Code)
	}
	r = h.line.Request("/t/sample/line/webhook", body)
	r.ContentLength = -1 // chunked
	if w := h.ask(r); w.Code != 200 {
		t.Errorf("chunked: %d", w.Code)
	}
}

func TestA23ForgedButtonsAskNothing(t *testing.T) {
	h := build(t)
	p := press{kind: pressChoice, conversation: "c1", asked: 7, value: "self"}
	good := p.seal(h.channel, alice)
	other := *h.channel
	other.Tenant = "other"
	tests := []struct {
		name, user, data string
	}{
		{"edited value", alice, strings.Replace(good, "self", "other", 1)},
		{"edited question", alice, strings.Replace(good, ".7.", ".8.", 1)},
		{"edited conversation", alice, strings.Replace(good, "c1", "c2", 1)},
		{"another user's", bob, good},
		{"another tenant's", alice, p.seal(&other, alice)},
		{"no seal", alice, good[:strings.LastIndexByte(good, '.')]},
		{"empty seal", alice, good[:strings.LastIndexByte(good, '.')+1]},
		{"made up", alice, "action=cancel&booking=12"},
		{"unknown menu", alice, "menu.admin"},
		{"empty", alice, ""},
	}
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h.receive(h.line.Postback(tt.user, tt.data, nil))
			in := h.memory.turns[len(h.memory.turns)-1]
			if in.Choice != "" || in.Text != "" || in.Flow != "" || in.Asked != 0 {
				t.Errorf("turn %+v", in)
			}
			if n := h.journal.audited(AuditPostback); n != i+1 {
				t.Errorf("%d audited", n)
			}
		})
	}
	h.receive(h.line.Postback(alice, good, nil))
	if in := h.memory.turns[len(h.memory.turns)-1]; in.Choice != "self" || in.Asked != 7 {
		t.Errorf("the right one: %+v", in)
	}
}

func TestPostbacks(t *testing.T) {
	h := build(t)
	date := press{kind: pressDate, conversation: "c1", asked: 3}.seal(h.channel, alice)
	tests := []struct {
		name, data string
		params     map[string]string
		want       bot.Inbound
	}{
		{"date picked", date, map[string]string{"date": "2026-12-01"}, bot.Inbound{Text: "2026-12-01", Asked: 3}},
		{"no date", date, nil, bot.Inbound{Asked: 3}},
		{"impossible date", date, map[string]string{"date": "2026-02-30"}, bot.Inbound{Asked: 3}},
		{"menu: book", "menu.book", nil, bot.Inbound{Flow: "reservation"}},
		{"menu: change", "menu.change", nil, bot.Inbound{Text: DefaultMenu["change"].Text}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h.receive(h.line.Postback(alice, tt.data, tt.params))
			in := h.memory.turns[len(h.memory.turns)-1]
			got := bot.Inbound{Text: in.Text, Choice: in.Choice, Flow: in.Flow, Asked: in.Asked}
			if diff := cmp.Diff(tt.want, got, unexported); diff != "" {
				t.Error(diff)
			}
			if in.Tenant != tenant || in.Channel != Name || in.User != alice || !in.Push || in.Deliver == nil {
				t.Errorf("%+v", in)
			}
		})
	}
}

func TestFirstContactBringsALanguageHint(t *testing.T) {
	// As LINE tags it; the dialog finds the language of the municipality for it.
	for _, tag := range []string{"ja", "en-GB", "zh-Hant", ""} {
		t.Run(tag, func(t *testing.T) {
			h := build(t)
			h.line.Befriend(alice, tag)
			h.receive(h.line.Text(alice, "a"), h.line.Text(alice, "b"))
			if got := string(h.memory.turns[0].Hint); got != tag {
				t.Errorf("hint %q, want %q", got, tag)
			}
			if n := len(h.line.Calls(linetest.Profile)); n != 1 {
				t.Errorf("profile asked for %d times", n)
			}
		})
	}
}

func TestLO13MissingProfileIsNoError(t *testing.T) {
	h := build(t)
	h.line.Befriend(alice, "")
	h.receive(h.line.Text(alice, "a"))
	if len(h.memory.turns) != 1 || len(h.line.Calls(linetest.Profile)) != 1 {
		t.Errorf("%d turns, %d profile calls", len(h.memory.turns), len(h.line.Calls(linetest.Profile)))
	}
}

func TestFailedTurnsAreTriedAgainThenGivenUp(t *testing.T) {
	h := build(t)
	fails := 3
	h.memory.say = func(in bot.Inbound) (bot.Reply, error) {
		if in.User == alice && fails > 0 {
			fails--
			return bot.Reply{}, errors.New("database busy")
		}
		if in.User == bob {
			return bot.Reply{}, errors.New("always")
		}
		return bot.Reply{Conversation: "c"}, nil
	}
	h.post(h.line.Body(h.line.Text(alice, "a"), h.line.Text(bob, "b")))
	h.drain(time.Minute, 20)
	if len(h.memory.turns) != 1 {
		t.Errorf("%d turns", len(h.memory.turns))
	}
	if n := h.journal.audited(AuditEventDead); n != 1 {
		t.Errorf("%d given up", n)
	}
}

func TestSlowTurnShowsTheLoadingIndicator(t *testing.T) {
	h := build(t)
	fire := make(chan time.Time, 1)
	h.recv.After = func(time.Duration) <-chan time.Time { return fire }
	h.memory.say = func(in bot.Inbound) (bot.Reply, error) {
		fire <- time.Time{}
		h.line.Await(linetest.Loading, 1)
		return bot.Reply{Conversation: "c"}, nil
	}
	h.receive(h.line.Text(alice, "a"))
	if calls := h.line.Calls(linetest.Loading); len(calls) != 1 || calls[0].To != alice {
		t.Errorf("%+v", calls)
	}
}

func TestMorePagesLeaveTheDialogAlone(t *testing.T) {
	h := build(t)
	var choices []bot.Choice
	for i := range 40 {
		choices = append(choices, bot.Choice{Value: fmt.Sprint("v", i), Label: fmt.Sprint("選択肢", i)})
	}
	h.memory.say = func(bot.Inbound) (bot.Reply, error) {
		return bot.Reply{Conversation: "c1", Asked: 5, Messages: []bot.Message{{Kind: bot.KindQuestion, Text: "どれですか。", Choices: choices}}}, nil
	}
	h.receive(h.line.Text(alice, "a"))
	seen := map[string]bool{}
	more := plain(catalogs["ja"]["line.more"])
	for page := range 4 {
		buttons := h.line.Buttons(alice)
		if len(buttons) > 13 {
			t.Fatalf("%d buttons", len(buttons))
		}
		for _, b := range buttons[:len(buttons)-1] {
			seen[b.Label] = true
		}
		last := buttons[len(buttons)-1].Label
		if page < 3 && last != more {
			t.Fatalf("page %d ends with %q", page, last)
		}
		e, ok := h.line.Press(alice, last, "")
		if !ok {
			t.Fatal("cannot press " + last)
		}
		h.receive(e)
	}
	if len(seen) != 40 {
		t.Errorf("%d of 40 choices seen", len(seen))
	}
	if len(h.memory.turns) != 1 {
		t.Errorf("%d turns", len(h.memory.turns))
	}
	e, ok := h.line.Press(alice, "選択肢0", "") // the last page leads back to the first
	if !ok {
		t.Fatal("not on the first page")
	}
	clear(h.memory.open)
	h.receive(e)
	if in := h.memory.turns[1]; in.Choice != "v0" || in.Asked != 5 {
		t.Errorf("%+v", in)
	}
	stale := press{kind: pressPage, conversation: "c1", asked: 4, value: "1"}.seal(h.channel, alice)
	h.receive(h.line.Postback(alice, stale, nil))
	if in := h.memory.turns[2]; in.Choice+in.Text != "" {
		t.Errorf("a page of a question no longer open: %+v", in)
	}
	if v := h.line.Violations(); len(v) > 0 {
		t.Error(v)
	}
}

// unexported passes over what the engine keeps for itself in an Inbound.
var unexported = cmpopts.IgnoreUnexported(bot.Inbound{})
