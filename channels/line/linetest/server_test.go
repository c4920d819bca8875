package linetest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

type m = map[string]any

// through is v after JSON, as a request's body is.
func through(t *testing.T, v any) []map[string]any {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var list []map[string]any
	if err := json.Unmarshal(b, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

func n(k int) string { return strings.Repeat("あ", k) }

func items(k int, v any) []any {
	list := make([]any, k)
	for i := range list {
		list[i] = v
	}
	return list
}

// Each limit of the limits table: the largest that passes, and one more.
func TestEveryLimitIsEnforced(t *testing.T) {
	post := m{"type": "postback", "label": "a", "data": "d"}
	quick := func(a any, k int) any {
		return m{"type": "text", "text": "a", "quickReply": m{"items": items(k, m{"type": "action", "action": a})}}
	}
	with := func(k string, v any) any {
		a := m{"type": "postback", "label": "a", "data": "d"}
		a[k] = v
		return quick(a, 1)
	}
	message := func(text string) any { return quick(m{"type": "message", "label": "a", "text": text}, 1) }
	uri := func(u string) any { return quick(m{"type": "uri", "label": "a", "uri": u}, 1) }
	bubble := func(text string) m {
		return m{"type": "bubble", "body": m{"type": "box", "layout": "vertical", "contents": []any{m{"type": "text", "text": text}}}}
	}
	flex := func(contents any) any { return m{"type": "flex", "altText": "a", "contents": contents} }
	carousel := func(bubbles ...any) any { return flex(m{"type": "carousel", "contents": bubbles}) }
	button := func(label string) any {
		return flex(m{"type": "bubble", "body": m{"type": "box", "layout": "vertical",
			"contents": []any{m{"type": "button", "action": m{"type": "postback", "label": label, "data": "d"}}}}})
	}
	template := func(body m) any { return m{"type": "template", "altText": "a", "template": body} }
	buttons := func(title any, text string, k int) any {
		b := m{"type": "buttons", "text": text, "actions": items(k, post)}
		if title != nil {
			b["title"] = title
		}
		return template(b)
	}
	column := func(text string, k int) m { return m{"text": text, "actions": items(k, post)} }
	columns := func(c ...any) any { return template(m{"type": "carousel", "columns": c}) }
	image := func(label string, k int) any {
		return template(m{"type": "image_carousel", "columns": items(k, m{"imageUrl": "https://e.jp/a", "action": m{"type": "postback", "label": label, "data": "d"}})})
	}
	picker := func(min, max string) any {
		return quick(m{"type": "datetimepicker", "label": "a", "data": "d", "mode": "date", "min": min, "max": max}, 1)
	}
	tests := []struct {
		name      string
		good, bad []any
	}{
		{"messages", items(5, m{"type": "text", "text": "a"}), items(6, m{"type": "text", "text": "a"})},
		{"no messages", items(1, m{"type": "text", "text": "a"}), []any{}},
		{"text", []any{m{"type": "text", "text": n(5000)}}, []any{m{"type": "text", "text": n(5001)}}},
		{"text counts UTF-16", []any{m{"type": "text", "text": strings.Repeat("😀", 2500)}}, []any{m{"type": "text", "text": strings.Repeat("😀", 2500) + "a"}}},
		{"empty text", []any{m{"type": "text", "text": "."}}, []any{m{"type": "text", "text": ""}}},
		{"emojis", []any{m{"type": "text", "text": "a", "emojis": items(20, m{})}}, []any{m{"type": "text", "text": "a", "emojis": items(21, m{})}}},
		{"quick reply items", []any{quick(post, 13)}, []any{quick(post, 14)}},
		{"quick reply empty", []any{quick(post, 1)}, []any{quick(post, 0)}},
		{"label", []any{with("label", n(20))}, []any{with("label", n(21))}},
		{"label required", []any{with("label", "a")}, []any{with("label", "")}},
		{"quick reply item type", []any{quick(post, 1)}, []any{m{"type": "text", "text": "a", "quickReply": m{"items": []any{m{"action": post}}}}}},
		{"postback data", []any{with("data", n(300))}, []any{with("data", n(301))}},
		{"displayText", []any{with("displayText", n(300))}, []any{with("displayText", n(301))}},
		{"fillInText", []any{with("fillInText", n(300))}, []any{with("fillInText", n(301))}},
		{"message action", []any{message(n(300))}, []any{message(n(301))}},
		{"uri", []any{uri("https://e.jp/" + strings.Repeat("a", 987))}, []any{uri("https://e.jp/" + strings.Repeat("a", 988))}},
		{"uri scheme", []any{uri("tel:0312345678")}, []any{uri("javascript:1")}},
		{"date picker bounds", []any{picker("2026-12-01", "2026-12-02")}, []any{picker("2026-12-02", "2026-12-01")}},
		{"date picker date", []any{picker("2026-02-28", "2026-12-02")}, []any{picker("2026-02-30", "2026-12-02")}},
		{"alt text", []any{m{"type": "flex", "altText": n(1500), "contents": bubble("a")}}, []any{m{"type": "flex", "altText": n(1501), "contents": bubble("a")}}},
		{"flex button label", []any{button(n(40))}, []any{button(n(41))}},
		{"bubble size", []any{flex(bubble(strings.Repeat("a", 30<<10-200)))}, []any{flex(bubble(strings.Repeat("a", 30<<10)))}},
		{"carousel bubbles", []any{carousel(items(12, bubble("a"))...)}, []any{carousel(items(13, bubble("a"))...)}},
		{"carousel size", []any{carousel(items(2, bubble(strings.Repeat("a", 24<<10)))...)}, []any{carousel(items(2, bubble(strings.Repeat("a", 26<<10)))...)}},
		{"carousel widths", []any{carousel(bubble("a"), bubble("b"))}, []any{carousel(bubble("a"), m{"type": "bubble", "size": "kilo", "body": bubble("a")["body"]})}},
		{"empty flex text", []any{flex(bubble("a"))}, []any{flex(bubble(""))}},
		{"typeless bubble", []any{flex(bubble("a"))}, []any{flex(m{"type": "", "body": bubble("a")["body"]})}},
		{"buttons text", []any{buttons(nil, n(160), 4)}, []any{buttons(nil, n(161), 4)}},
		{"buttons text with title", []any{buttons("t", n(60), 4)}, []any{buttons("t", n(61), 4)}},
		{"buttons title", []any{buttons(n(40), "a", 4)}, []any{buttons(n(41), "a", 4)}},
		{"buttons actions", []any{buttons(nil, "a", 4)}, []any{buttons(nil, "a", 5)}},
		{"confirm text", []any{template(m{"type": "confirm", "text": n(240), "actions": items(2, post)})}, []any{template(m{"type": "confirm", "text": n(241), "actions": items(2, post)})}},
		{"confirm actions", []any{template(m{"type": "confirm", "text": "a", "actions": items(2, post)})}, []any{template(m{"type": "confirm", "text": "a", "actions": items(1, post)})}},
		{"columns", []any{columns(items(10, column("a", 1))...)}, []any{columns(items(11, column("a", 1))...)}},
		{"column text", []any{columns(column(n(120), 3))}, []any{columns(column(n(121), 3))}},
		{"column actions", []any{columns(column("a", 3))}, []any{columns(column("a", 4))}},
		{"column actions differ", []any{columns(column("a", 3), column("b", 3))}, []any{columns(column("a", 3), column("b", 2))}},
		{"image carousel columns", []any{image("a", 10)}, []any{image("a", 11)}},
		{"image carousel label", []any{image(n(12), 1)}, []any{image(n(13), 1)}},
		{"sender name", []any{m{"type": "text", "text": "a", "sender": m{"name": n(20)}}}, []any{m{"type": "text", "text": "a", "sender": m{"name": n(21)}}}},
		{"message type", []any{m{"type": "text", "text": "a"}}, []any{m{"type": "telegram", "text": "a"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if bad := Check(through(t, tt.good)); len(bad) > 0 {
				t.Errorf("refused: %v", bad)
			}
			if len(Check(through(t, tt.bad))) == 0 {
				t.Error("accepted one over the limit")
			}
		})
	}
}

type stand struct {
	*Server
	t   *testing.T
	now time.Time
}

func open(t *testing.T) *stand {
	s := &stand{t: t, now: time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)}
	s.Server = New(func() time.Time { return s.now })
	t.Cleanup(s.Close)
	return s
}

// call sends a request and returns status, accepted request id, and body.
func (s *stand) call(method, path, retryKey, body string) (status int, accepted, answer string) {
	s.t.Helper()
	r, err := http.NewRequest(method, s.URL+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+s.Token)
	if retryKey != "" {
		r.Header.Set("X-Line-Retry-Key", retryKey)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(res.Body); err != nil {
		s.t.Fatal(err)
	}
	if res.Header.Get("X-Line-Request-Id") == "" {
		s.t.Error("no request id")
	}
	return res.StatusCode, res.Header.Get("X-Line-Accepted-Request-Id"), b.String()
}

func (s *stand) expect(what string, want, got int) {
	s.t.Helper()
	if got != want {
		s.t.Errorf("%s: %d, want %d", what, got, want)
	}
}

const (
	replyPath = "/v2/bot/message/reply"
	pushPath  = "/v2/bot/message/push"
	key1      = "123e4567-e89b-12d3-a456-426614174000"
)

func replyBody(e Event) string {
	return fmt.Sprintf(`{"replyToken":%q,"messages":[{"type":"text","text":"a"}]}`, e["replyToken"])
}

func pushBody(to string) string {
	return fmt.Sprintf(`{"to":%q,"messages":[{"type":"text","text":"a"}]}`, to)
}

func TestReplyTokensWorkOnceAndForAMinute(t *testing.T) {
	s := open(t)
	e := s.Text(User(1), "a")
	status, _, _ := s.call("POST", replyPath, "", replyBody(e))
	s.expect("first", 200, status)
	status, _, answer := s.call("POST", replyPath, "", replyBody(e))
	s.expect("second", 400, status)
	if !strings.Contains(answer, `"message":"Invalid reply token"`) {
		t.Error(answer)
	}
	e = s.Text(User(1), "b")
	s.now = s.now.Add(60 * time.Second)
	status, _, _ = s.call("POST", replyPath, "", replyBody(e))
	s.expect("at 60 s", 200, status)
	e = s.Text(User(1), "c")
	s.now = s.now.Add(61 * time.Second)
	status, _, _ = s.call("POST", replyPath, "", replyBody(e))
	s.expect("at 61 s", 400, status)
	s.Redeliver(e)
	status, _, _ = s.call("POST", replyPath, "", replyBody(e))
	s.expect("redelivered", 200, status)
	e = s.Text(User(1), "d")
	s.now = s.now.Add(21 * time.Minute)
	s.Redeliver(e)
	status, _, _ = s.call("POST", replyPath, "", replyBody(e))
	s.expect("redelivered after 21 minutes", 400, status)
	status, _, _ = s.call("POST", replyPath, key1, replyBody(s.Text(User(1), "e")))
	s.expect("with a retry key", 400, status)
}

func TestRetryKeysAreRememberedForADay(t *testing.T) {
	s := open(t)
	s.Befriend(User(1), "ja")
	status, _, _ := s.call("POST", pushPath, key1, pushBody(User(1)))
	s.expect("first", 200, status)
	first := s.Calls(Push)[0].RequestID
	s.now = s.now.Add(24 * time.Hour)
	status, accepted, answer := s.call("POST", pushPath, key1, pushBody(User(1)))
	s.expect("again", 409, status)
	if accepted != first || !strings.Contains(answer, "sentMessages") {
		t.Errorf("accepted %q, %s", accepted, answer)
	}
	s.now = s.now.Add(time.Second)
	status, _, _ = s.call("POST", pushPath, key1, pushBody(User(1)))
	s.expect("forgotten", 200, status)
	if n := s.Times(User(1))["a"]; n != 2 {
		t.Errorf("shown %d times", n)
	}
	status, _, _ = s.call("POST", pushPath, "not-a-uuid", pushBody(User(1)))
	s.expect("no UUID", 400, status)
}

func TestRefusals(t *testing.T) {
	s := open(t)
	s.Befriend(User(1), "en")
	status, _, _ := s.call("POST", pushPath, key1, `{"to":"`+strings.Repeat("x", 2<<20)+`"}`)
	s.expect("2 MB", 413, status)
	status, _, answer := s.call("POST", pushPath, key1, pushBody(User(9)))
	s.expect("unknown user", 400, status)
	if !strings.Contains(answer, "Failed to send messages") {
		t.Error(answer)
	}
	s.SetQuota(0)
	status, _, answer = s.call("POST", pushPath, key1, pushBody(User(1)))
	s.expect("quota", 429, status)
	if !strings.Contains(answer, "monthly limit") {
		t.Error(answer)
	}
	s.SetQuota(1)
	s.Unfollow(User(1))
	status, _, _ = s.call("POST", pushPath, key1, pushBody(User(1)))
	s.expect("blocked", 200, status)
	if len(s.Shown(User(1))) != 0 || len(s.Dropped()) != 1 {
		t.Error("a blocked user was shown a message")
	}
	status, _, _ = s.call("GET", "/v2/bot/profile/"+User(1), "", "")
	s.expect("profile of one who blocked us", 404, status)
	s.Follow(User(1), true)
	status, _, answer = s.call("GET", "/v2/bot/profile/"+User(1), "", "")
	s.expect("profile", 200, status)
	if !strings.Contains(answer, `"language":"en"`) {
		t.Error(answer)
	}
	r, err := http.NewRequest("GET", s.URL+"/v2/bot/profile/"+User(1), nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	s.expect("no token", 401, res.StatusCode)
}

func TestRatesAreEnforced(t *testing.T) {
	s := open(t)
	s.Befriend(User(1), "ja")
	body := fmt.Sprintf(`{"chatId":%q,"loadingSeconds":20}`, User(1))
	for range 100 {
		status, _, _ := s.call("POST", "/v2/bot/chat/loading/start", "", body)
		s.expect("within the rate", 202, status)
	}
	status, _, _ := s.call("POST", "/v2/bot/chat/loading/start", "", body)
	s.expect("101st in a second", 429, status)
	if len(s.Violations()) == 0 {
		t.Error("not counted as a violation")
	}
	s.now = s.now.Add(time.Second)
	status, _, _ = s.call("POST", "/v2/bot/chat/loading/start", "", body)
	s.expect("a second later", 202, status)
}
