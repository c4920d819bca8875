package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"madoguchi/bot"
	"madoguchi/channels/gate"
)

func (s *served) send(t testing.TB, method, path, contentType, body string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest(method, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	return s.fetch(t, req)
}

func (s *served) fetch(t testing.TB, req *http.Request) (*http.Response, string) {
	t.Helper()
	client := *s.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(data)
}

func (s *served) turnOK(t testing.TB, body string) bot.Reply {
	t.Helper()
	resp, data := s.send(t, "POST", "/t/sample/chat/turn", "application/json", body)
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("turn %s: %d %s", body, resp.StatusCode, data)
	}
	var r bot.Reply
	if err := json.Unmarshal([]byte(data), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// errorCode reads {"error":{"code":…}} and fails if the answer is anything else.
func errorCode(t testing.TB, body string) string {
	t.Helper()
	var e struct {
		Error struct{ Code, Message string }
	}
	dec := json.NewDecoder(strings.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&e); err != nil || e.Error.Code == "" || e.Error.Message == "" {
		t.Fatalf("not a JSON error: %q (%v)", body, err)
	}
	return e.Error.Code
}

// The link code of a letter is known to the flow entered with it.
func TestTurnWithALinkCode(t *testing.T) {
	s := serve(t)
	s.turnOK(t, `{"user":"u1","event":"e1","flow":"card-pickup","code":"k7m2p-9qwxt"}`)
	for _, k := range s.talks {
		if k.given["code"] != "K7M2P9QWXT" {
			t.Errorf("the dialog began with %v", k.given)
		}
	}
	for _, code := range []string{"<b>", "-", "一二三", "ABCDEFGHIJKLMNOPQRSTU"} {
		resp, body := s.send(t, "POST", "/t/sample/chat/turn", "application/json", `{"user":"u2","event":"e1","flow":"card-pickup","code":"`+code+`"}`)
		if resp.StatusCode != http.StatusBadRequest || errorCode(t, body) != "bad_code" {
			t.Errorf("%s: %d %s", code, resp.StatusCode, body)
		}
	}
}

func TestTurnAnswersInTheShapeOfTheContract(t *testing.T) {
	s := serve(t)
	resp, body := s.send(t, "POST", "/t/sample/chat/turn", "application/json; charset=utf-8", `{"user":"u1","event":"e1","lang":"en","later":"unknown members are fine"}`)
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%d %s", resp.StatusCode, body)
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	messages := got["messages"].([]any)
	question := messages[len(messages)-1].(map[string]any)
	want := map[string]any{
		"conversation": "c1", "lang": "en", "flow": "reservation", "step": "service", "asked": 1.0,
		"messages": messages, "expects": map[string]any{"field": "service", "type": "choice"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
	if question["from"] != "bot" || question["seq"] != 2.0 || question["choices"].([]any)[0].(map[string]any)["value"] != "card-pickup" {
		t.Errorf("question: %v", question)
	}
	if got := resp.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control of a dialog is %q", got)
	}
	if len(resp.Cookies()) > 0 {
		t.Error("the cookie-less API set a cookie")
	}
}

func TestTurnRepeatsTheFirstAnswerToAnEvent(t *testing.T) {
	s := serve(t)
	s.turnOK(t, `{"user":"u","event":"e1"}`)
	first := s.turnOK(t, `{"user":"u","event":"e2","choice":"move"}`)
	again := s.turnOK(t, `{"user":"u","event":"e2","choice":"consult"}`)
	if diff := cmp.Diff(first, again); diff != "" {
		t.Errorf("(-first +again):\n%s", diff)
	}
	if s.count() != 2 {
		t.Errorf("%d turns were performed, want 2", s.count())
	}
}

// badRequests are what no entrance of the dialog may accept: the same table for
// the turn API and the websocket.
var badRequests = []struct{ name, body, code string }{
	{"empty", ``, "bad_json"},
	{"not JSON", `hello`, "bad_json"},
	{"null", `null`, "bad_json"},
	{"array", `[]`, "bad_json"},
	{"string", `"text"`, "bad_json"},
	{"cut off", `{"user":"u","event":"e"`, "bad_json"},
	{"trailing data", `{"user":"u","event":"e"} {}`, "bad_json"},
	{"deep nesting", `{"x":` + strings.Repeat("[", 4000) + strings.Repeat("]", 4000) + `,"user":`, "bad_json"},
	{"text is a number", `{"user":"u","event":"e","text":5}`, "bad_type"},
	{"user is an object", `{"user":{},"event":"e"}`, "bad_type"},
	{"asked is a word", `{"user":"u","event":"e","asked":"x"}`, "bad_type"},
	{"asked overflows", `{"user":"u","event":"e","asked":1e40}`, "bad_type"},
	{"resume is a word", `{"resume":"u"}`, "bad_type"},
	{"no user", `{"event":"e","text":"x"}`, "missing_user"},
	{"null user", `{"user":null,"event":"e"}`, "missing_user"},
	{"no event", `{"user":"u","text":"x"}`, "missing_event"},
	{"long user", `{"user":"` + strings.Repeat("u", 129) + `","event":"e"}`, "bad_user"},
	{"long event", `{"user":"u","event":"` + strings.Repeat("e", 129) + `"}`, "bad_event"},
	{"control character in user", `{"user":"u\u0000","event":"e"}`, "bad_user"},
	{"newline in event", `{"user":"u","event":"e\n"}`, "bad_event"},
	{"text and choice", `{"user":"u","event":"e","text":"a","choice":"b"}`, "text_and_choice"},
	{"text too long", `{"user":"u","event":"e","text":"` + strings.Repeat("あ", 2001) + `"}`, "text_too_long"},
	{"choice too long", `{"user":"u","event":"e","choice":"` + strings.Repeat("c", 513) + `"}`, "bad_choice"},
	{"NUL in choice", `{"user":"u","event":"e","choice":"\u0000"}`, "bad_choice"},
	{"flow too long", `{"user":"u","event":"e","flow":"` + strings.Repeat("f", 65) + `"}`, "bad_flow"},
	{"unknown flow", `{"user":"u","event":"e","flow":"no-such"}`, "unknown_flow"},
	{"unknown language", `{"user":"u","event":"e","lang":"xx"}`, "unknown_lang"},
	{"resume without user", `{"resume":{"after":3}}`, "missing_user"},
	{"resume before the beginning", `{"resume":{"user":"u","after":-1}}`, "bad_after"},
}

func TestTurnRefusesBadInput(t *testing.T) {
	s := serve(t)
	post := func(t *testing.T, path, contentType, body string) (*http.Response, string) {
		return s.send(t, "POST", path, contentType, body)
	}
	for _, c := range badRequests {
		t.Run(c.name, func(t *testing.T) {
			resp, body := post(t, "/t/sample/chat/turn", "application/json", c.body)
			if resp.StatusCode != http.StatusBadRequest || errorCode(t, body) != c.code {
				t.Errorf("got %d %s, want 400 %s", resp.StatusCode, body, c.code)
			}
		})
	}
	good := `{"user":"u","event":"e"}`
	for _, c := range []struct {
		name, method, path, contentType, body string
		status                                int
		code                                  string
	}{
		{"invalid UTF-8", "POST", "/t/sample/chat/turn", "application/json", "{\"user\":\"u\",\"event\":\"e\",\"text\":\"\xff\"}", 400, "bad_encoding"},
		{"body of 16 KiB and one byte", "POST", "/t/sample/chat/turn", "application/json", good + strings.Repeat(" ", maxBody+1-len(good)), 413, "too_large"},
		{"a form", "POST", "/t/sample/chat/turn", "application/x-www-form-urlencoded", "user=u", 415, "bad_content_type"},
		{"nonsense content type", "POST", "/t/sample/chat/turn", ";;", good, 415, "bad_content_type"},
		{"unknown tenant", "POST", "/t/nowhere/chat/turn", "application/json", good, 404, "unknown_tenant"},
		{"GET", "GET", "/t/sample/chat/turn", "", "", 405, "method_not_allowed"},
		{"PUT", "PUT", "/t/sample/chat/turn", "application/json", good, 405, "method_not_allowed"},
		{"TRACE", "TRACE", "/t/sample/chat/turn", "", "", 405, "method_not_allowed"},
		{"POST to the page", "POST", "/t/sample/chat", "application/json", good, 405, "method_not_allowed"},
		{"nothing there", "GET", "/t/sample/chat/other", "", "", 404, "not_found"},
		{"vacancy: no such date", "GET", "/t/sample/vacancy?from=2026-02-30", "", "", 400, "bad_from"},
		{"vacancy: year 9999", "GET", "/t/sample/vacancy?from=9999-12-31", "", "", 400, "bad_from"},
		{"vacancy: no days", "GET", "/t/sample/vacancy?days=0", "", "", 400, "bad_days"},
		{"vacancy: too many days", "GET", "/t/sample/vacancy?days=1000000000", "", "", 400, "bad_days"},
		{"vacancy: days is a word", "GET", "/t/sample/vacancy?days=x", "", "", 400, "bad_days"},
		{"vacancy: unknown counter", "GET", "/t/sample/vacancy?counter=nope", "", "", 400, "unknown_counter"},
		{"vacancy: counter of 1 MB", "GET", "/t/sample/vacancy?counter=" + strings.Repeat("c", 20000), "", "", 400, "unknown_counter"},
		{"vacancy: unknown service", "GET", "/t/sample/vacancy?service=nope", "", "", 400, "unknown_counter"},
		{"vacancy: unknown tenant", "GET", "/t/nowhere/vacancy", "", "", 404, "unknown_tenant"},
		{"calendar: no such booking", "GET", "/t/sample/calendar/honcho/2026-12-01T10:00/6.ics", "", "", 404, "not_found"},
		{"calendar: no such date", "GET", "/t/sample/calendar/honcho/2026-02-30T10:00/5.ics", "", "", 404, "not_found"},
		{"calendar: no number", "GET", "/t/sample/calendar/honcho/2026-12-01T10:00/-1.ics", "", "", 404, "not_found"},
		{"link: never was", "GET", "/t/sample/form/never", "", "", 404, "link_gone"},
		{"asset: path traversal", "GET", "/assets/web/x/..%2f..%2fweb.go", "", "", 404, "not_found"},
	} {
		t.Run(c.name, func(t *testing.T) {
			req, err := http.NewRequest(c.method, s.URL+c.path, strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Accept", "application/json")
			if c.contentType != "" {
				req.Header.Set("Content-Type", c.contentType)
			}
			resp, body := s.fetch(t, req)
			if resp.StatusCode != c.status || errorCode(t, body) != c.code {
				t.Errorf("got %d %s, want %d %s", resp.StatusCode, body, c.status, c.code)
			}
			if c.status == 405 && resp.Header.Get("Allow") == "" {
				t.Error("405 without Allow")
			}
		})
	}
	if s.count() != 0 {
		t.Errorf("%d turns were performed for bad requests", s.count())
	}
}

func TestTurnTakesWhatIsAtTheLimit(t *testing.T) {
	s := serve(t)
	s.turnOK(t, `{"user":"`+strings.Repeat("u", 128)+`","event":"e","text":"`+strings.Repeat("あ", 2000)+`"}`)
	body := `{"user":"u","event":"e"}`
	s.turnOK(t, body+strings.Repeat(" ", maxBody-len(body)))
}

func TestTurnDropsControlCharactersFromText(t *testing.T) {
	s := serve(t)
	s.turnOK(t, `{"user":"u","event":"e","text":"a\u0000b\u001b[31m\nc"}`)
	lines := s.talks[ChannelChat+"\x00u"].lines
	if got := lines[0].Text; got != "ab[31m\nc" {
		t.Errorf("the dialog heard %q", got)
	}
}

// A fault of ours is a 500 with a reference and nothing else (A40), and what
// the resident wrote is not in the log (A29).
func TestTurnTellsNothingOfAFault(t *testing.T) {
	s := serve(t)
	s.failing = errBroken
	resp, body := s.send(t, "POST", "/t/sample/chat/turn", "application/json", `{"user":"canary-user","event":"e","text":"canary-text"}`)
	if resp.StatusCode != 500 || errorCode(t, body) != "internal" || strings.Contains(body, "database") {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	id := resp.Header.Get("X-Request-Id")
	if id == "" || !strings.Contains(body, id) || !strings.Contains(s.log.String(), id) {
		t.Errorf("reference %q is not both in the answer and in the log", id)
	}
	if strings.Contains(s.log.String(), "canary") {
		t.Errorf("the log repeats the resident:\n%s", s.log)
	}
}

// A27: one person cannot drive the dialog faster than a person does.
func TestTurnsPerPersonAreLimited(t *testing.T) {
	var later atomic.Int64
	s := serve(t, func(c *Config, o *gate.Options) {
		o.Clock = func() time.Time { return wednesday.Add(time.Duration(later.Load())) }
	})
	status := 0
	sent := 0
	for ; sent < 200 && status != 429; sent++ {
		resp, body := s.send(t, "POST", "/t/sample/chat/turn", "application/json", fmt.Sprintf(`{"user":"flood","event":"e%d"}`, sent))
		if status = resp.StatusCode; status == 429 && (errorCode(t, body) != "too_many_requests" || resp.Header.Get("Retry-After") == "") {
			t.Errorf("429 says %s", body)
		}
	}
	if sent != turnBurst+1 {
		t.Errorf("refused at turn %d, want %d", sent, turnBurst+1)
	}
	if r := s.turnOK(t, `{"user":"somebody else","event":"e"}`); len(r.Messages) == 0 {
		t.Error("another person was not served")
	}
	later.Store(int64(time.Second))
	s.turnOK(t, `{"user":"flood","event":"later"}`)
}

func TestLimitsCanBeLifted(t *testing.T) {
	s := serve(t, unlimited)
	for i := range 400 {
		s.turnOK(t, fmt.Sprintf(`{"user":"u","event":"e%d"}`, i))
	}
}

func TestVacancyJSON(t *testing.T) {
	s := serve(t)
	req, _ := http.NewRequest("GET", s.URL+"/t/sample/vacancy?counter=ekimae&from=2026-11-28&days=2&service=card-pickup", nil)
	req.Header.Set("Accept", "application/json")
	resp, body := s.fetch(t, req)
	want := `{"counters":[{"id":"ekimae","name":"駅前出張所","days":[` +
		`{"date":"2026-11-28","state":"open","slots":[{"start":"09:00","free":4},{"start":"09:30","free":5},{"start":"10:00","free":0},{"start":"10:30","free":1},{"start":"11:00","free":2},{"start":"11:30","free":3},{"start":"12:00","free":4}]},` +
		`{"date":"2026-11-29","state":"closed","slots":[]}]}]}`
	if resp.StatusCode != 200 || strings.TrimSpace(body) != want {
		t.Errorf("%d %s\nwant %s", resp.StatusCode, body, want)
	}
	if len(resp.Cookies()) > 0 {
		t.Error("a public enquiry set a cookie (S4-033)")
	}
}

func TestErrorsAreReadableForPeople(t *testing.T) {
	s := serve(t)
	req, _ := http.NewRequest("GET", s.URL+"/t/sample/form/never", nil)
	req.Header.Set("Accept", "text/html,*/*")
	resp, body := s.fetch(t, req)
	if resp.StatusCode != 404 || !strings.Contains(body, "ページが見つかりません") || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		t.Errorf("%d %s %s", resp.StatusCode, resp.Header.Get("Content-Type"), body)
	}
}

// A10: whatever a text contains, it stays text.
func TestTextIsInert(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		nasty := rapid.StringMatching(`(<img src=x onerror=y>|\[<b>\|<i>\]|\[a\||\]|[a-z"'<>&\[\]|]){0,12}`).Draw(t, "text")
		html := string(ruby(nasty))
		for _, tag := range []string{"<img", "<b", "<i>", "<script", "<a"} {
			if strings.Contains(html, tag) {
				t.Fatalf("%q became %q", nasty, html)
			}
		}
	})
}

func TestRuby(t *testing.T) {
	for _, c := range []struct{ in, html, bare string }{
		{"[窓口|まどぐち]へ", "<ruby>窓口<rp>（</rp><rt>まどぐち</rt><rp>）</rp></ruby>へ", "窓口へ"},
		{"a[b", "a[b", "a[b"},
		{"[b]", "[b]", "[b]"},
		{"[|x][y|]", "[|x][y|]", "[|x][y|]"},
		{"[[人|ひと]", "[<ruby>人<rp>（</rp><rt>ひと</rt><rp>）</rp></ruby>", "[人"},
		{"1<2\n&", "1&lt;2<br>&amp;", "1<2\n&"},
	} {
		if got := string(ruby(c.in)); got != c.html {
			t.Errorf("ruby(%q) = %q, want %q", c.in, got, c.html)
		}
		if got := bare(c.in); got != c.bare {
			t.Errorf("bare(%q) = %q, want %q", c.in, got, c.bare)
		}
	}
}

func TestChosenLanguage(t *testing.T) {
	offered := []Language{{Tag: "ja"}, {Tag: "ja-easy"}, {Tag: "en"}, {Tag: "zh-Hans"}, {Tag: "zh-Hant"}, {Tag: "fil"}, {Tag: "pt-BR"}}
	for _, c := range []struct{ header, want string }{
		{"en-US,en;q=0.9,ja;q=0.8", "en"},
		{"fr;q=1, ja;q=0.5, en;q=0.9", "en"},
		{"zh", "zh-Hans"},
		{"zh-TW,zh;q=0.9", "zh-Hant"},
		{"zh-CN", "zh-Hans"},
		{"tl-PH", "fil"},
		{"pt", "pt-BR"},
		{"ja-JP", "ja"},
		{"fr", ""},
		{"", ""},
		{"en;q=0,ja", "ja"},
		{";;;,,,q=", ""},
	} {
		if got := accepted(c.header, offered); string(got) != c.want {
			t.Errorf("accepted(%q) = %q, want %q", c.header, got, c.want)
		}
	}
}

// FuzzTurn: no body makes the turn API answer anything but 200 or a 4xx JSON
// error.
func FuzzTurn(f *testing.F) {
	for _, c := range badRequests {
		f.Add([]byte(c.body))
	}
	f.Add([]byte(`{"user":"u","event":"e","text":"来週の火曜"}`))
	s := serve(f, unlimited)
	f.Fuzz(func(t *testing.T, body []byte) {
		req, err := http.NewRequestWithContext(context.Background(), "POST", "http://test/t/sample/chat/turn", bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		rec := httptest.NewRecorder()
		s.Config.Handler.ServeHTTP(rec, req)
		switch {
		case rec.Code == 200:
			var r bot.Reply
			if err := json.Unmarshal(rec.Body.Bytes(), &r); err != nil || r.Messages == nil {
				t.Fatalf("200 with %q (%v)", rec.Body.String(), err)
			}
		case rec.Code >= 400 && rec.Code < 500:
			errorCode(t, rec.Body.String())
		default:
			t.Fatalf("%d %s", rec.Code, rec.Body.String())
		}
	})
}

func form(pairs ...string) string {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v.Encode()
}

// nod answers every turn with one question, to measure the way to it.
type nod struct{}

func (nod) Turn(_ context.Context, in bot.Inbound) (bot.Reply, error) {
	return bot.Reply{Conversation: "c", Lang: "ja", Flow: "reservation", Step: "visitor", Expects: &bot.Expects{Field: "visitor", Type: "choice"},
		Messages: []bot.Message{{Seq: 1, From: bot.FromBot, Kind: bot.KindQuestion, Text: "どなたが受け取りに来られますか。", Choices: []bot.Choice{{Value: "self", Label: "ご本人"}, {Value: "agent", Label: "代理人"}}}}}, nil
}

// BenchmarkTurnAPI is what the entrance adds to a turn: gate, parsing, checking
// and encoding, without network and without engine.
func BenchmarkTurnAPI(b *testing.B) {
	s := serve(b, unlimited, func(c *Config, _ *gate.Options) { c.Engine = nod{} })
	body := []byte(`{"user":"4f2c0d7a9be1","event":"e-1","choice":"self","asked":3}`)
	b.ReportAllocs()
	for b.Loop() {
		req, _ := http.NewRequest("POST", "http://test/t/sample/chat/turn", bytes.NewReader(body))
		req.Header.Set("Content-Type", "application/json")
		req.RemoteAddr = "203.0.113.5:1000"
		rec := httptest.NewRecorder()
		s.Config.Handler.ServeHTTP(rec, req)
		if rec.Code != 200 {
			b.Fatal(rec.Code)
		}
	}
}
