package main

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"madoguchi/store"
)

// keys are the members of an object, sorted.
func keys(t *testing.T, v any) []string {
	t.Helper()
	o, ok := v.(map[string]any)
	if !ok {
		t.Fatalf("%v is no object", v)
	}
	return slices.Sorted(maps.Keys(o))
}

// The turn API, member by member (CONTRACT, Turn).
func TestTurnShape(t *testing.T) {
	s := serve(t, nil)
	post := func(body string) map[string]any {
		t.Helper()
		status, answer := s.do(s.request("POST", "/t/sample/chat/turn", body, "Content-Type", "application/json"))
		var a map[string]any
		if err := json.Unmarshal(answer, &a); err != nil || status != http.StatusOK {
			t.Fatalf("%d %s", status, answer)
		}
		return a
	}
	a := post(`{"user":"u","event":"e1","text":"I want to pick up my card","lang":"en"}`)
	if diff := cmp.Diff([]string{"asked", "conversation", "expects", "flow", "lang", "messages", "step"}, keys(t, a)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]any{"field": "visitor", "type": "choice"}, a["expects"]); diff != "" {
		t.Error(diff)
	}
	if a["lang"] != "en" || a["flow"] != "card-pickup" || a["step"] != "visitor" {
		t.Errorf("%v", a)
	}
	first := a["messages"].([]any)[0].(map[string]any)
	var visitors []string
	for _, c := range first["choices"].([]any) {
		choice := c.(map[string]any)
		if diff := cmp.Diff([]string{"label", "value"}, keys(t, choice)); diff != "" || choice["label"] == "" {
			t.Errorf("%v %s", choice, diff)
		}
		visitors = append(visitors, choice["value"].(string))
	}
	if diff := cmp.Diff([]string{"self", "guardian", "agent", "letter"}, visitors); diff != "" {
		t.Error(diff)
	}
	if first["from"] != "bot" || first["seq"].(float64) < 1 {
		t.Errorf("%v", first)
	}
	// The same event again: the same answer, whatever it says now.
	again := post(`{"user":"u","event":"e1","choice":"self"}`)
	if diff := cmp.Diff(a, again); diff != "" {
		t.Errorf("a repeated event: %s", diff)
	}
	post(`{"user":"u","event":"e2","choice":"self"}`)
	a = post(`{"user":"u","event":"e3","text":"1"}`)
	if diff := cmp.Diff(map[string]any{"field": "counter", "type": "counter"}, a["expects"]); diff != "" {
		t.Error(diff)
	}
	var counters []string
	for _, c := range a["messages"].([]any)[0].(map[string]any)["choices"].([]any) {
		counters = append(counters, c.(map[string]any)["value"].(string))
	}
	if diff := cmp.Diff([]string{"honcho", "ekimae", "nishi"}, counters); diff != "" {
		t.Error(diff)
	}
	a = post(`{"user":"u","event":"e4","choice":"honcho"}`)
	var offers []string
	for _, c := range a["messages"].([]any)[0].(map[string]any)["choices"].([]any) {
		offers = append(offers, c.(map[string]any)["value"].(string))
	}
	if !slices.Contains(offers, "honcho/2026-11-25T10:00") && !slices.Contains(offers, "honcho/2026-11-25T10:30") || !slices.Contains(offers, "@later") {
		t.Errorf("offers %v", offers)
	}
	post(`{"user":"u","event":"e5","choice":"honcho/2026-12-01T10:00"}`)
	post(`{"user":"u","event":"e6","choice":"@skip"}`)
	a = post(`{"user":"u","event":"e7","choice":"yes"}`)
	if a["expects"] != nil {
		t.Errorf("expects %v after the booking", a["expects"])
	}
	var booking map[string]any
	for _, m := range a["messages"].([]any) {
		if b, ok := m.(map[string]any)["booking"].(map[string]any); ok {
			booking = b
		}
	}
	if booking["receipt"] != 1.0 || booking["counter"] != "honcho" || booking["start"] != "2026-12-01T10:00" || len(booking["key"].(string)) != 11 {
		t.Errorf("booking %v", booking)
	}
}

// The public vacancies as JSON, to the letter (CONTRACT).
func TestVacancyJSON(t *testing.T) {
	s := serve(t, nil)
	status, body := s.do(s.request("GET", "/t/sample/vacancy?counter=nishi&from=2026-12-04&days=2&service=consult", "", "Accept", "application/json"))
	const want = `{"counters":[{"id":"nishi","name":"西サポートセンター","days":[` +
		`{"date":"2026-12-04","state":"open","slots":[{"start":"14:30","free":1},{"start":"15:00","free":1},{"start":"15:30","free":1},{"start":"16:00","free":1},{"start":"16:30","free":1}]},` +
		`{"date":"2026-12-05","state":"closed","slots":[]}]}]}`
	if status != http.StatusOK || strings.TrimSpace(string(body)) != want {
		t.Errorf("%d\n got %s\nwant %s", status, body, want)
	}
	// What is booked in a dialog is gone here, and in the shell.
	s.talk("u").book("nishi/2026-12-04T15:00")
	_, body = s.do(s.request("GET", "/t/sample/vacancy?counter=nishi&from=2026-12-04&days=1", "", "Accept", "application/json"))
	if !strings.Contains(string(body), `{"start":"15:00","free":0}`) {
		t.Errorf("%s", body)
	}
	_, out, _ := s.cli("vacancy", "--counter=nishi", "--from=2026-12-04", "--days=1", "--json")
	if strings.TrimSpace(out) != strings.TrimSpace(string(body)) {
		t.Errorf("the shell says\n%sthe page\n%s", out, body)
	}
}

// The calendar says when days open that cannot be booked yet (S4-044).
func TestVacancySaysWhenBookingsOpen(t *testing.T) {
	s := serve(t, nil)
	page := func(from string) string {
		_, body := s.do(s.request("GET", "/t/sample/vacancy?counter=honcho&days=1&from="+from+"&lang=ja", "", "Accept", "text/html"))
		return string(body)
	}
	if p := page("2027-03-02"); strings.Count(p, "の予約は、まだ受け付けていません。2027年1月31日（令和9年）日曜日 午前0時から受け付けます。") != 2 || strings.Contains(p, "空きはありません") {
		t.Errorf("a day that is not open yet:\n%s", p)
	}
	if p := page("2026-12-04"); strings.Contains(p, "まだ受け付けていません") {
		t.Errorf("a day that can be booked:\n%s", p)
	}
}

// Whatever is wrong with a request: a 4xx that says so as JSON, and nothing stored.
func TestBadRequests(t *testing.T) {
	s := serve(t, nil)
	turn := "/t/sample/chat/turn"
	long := strings.Repeat("x", 20<<10)
	for _, c := range []struct {
		method, path, body string
		status             int
	}{
		{"POST", turn, ``, 400}, {"POST", turn, `null`, 400}, {"POST", turn, `[]`, 400}, {"POST", turn, `"x"`, 400}, {"POST", turn, `{`, 400},
		{"POST", turn, `{}`, 400}, {"POST", turn, `{"user":"u"}`, 400}, {"POST", turn, `{"event":"e","text":"x"}`, 400},
		{"POST", turn, `{"user":"u","event":"e","text":1}`, 400}, {"POST", turn, `{"user":["u"],"event":"e"}`, 400},
		{"POST", turn, `{"user":"u","event":"e","text":"a","choice":"b"}`, 400}, {"POST", turn, `{"user":"u","event":"e","lang":"xx"}`, 400},
		{"POST", turn, `{"user":"u` + "\\u0000" + `","event":"e"}`, 400}, {"POST", turn, `{"user":"u","event":"e","choice":"` + "\\u0001" + `"}`, 400},
		{"POST", turn, `{"user":"u","event":"e","asked":"1"}`, 400}, {"POST", turn, `{"user":"u","event":"e","resume":{"user":"u","after":-1}}`, 400},
		{"POST", turn, "{\"user\":\"u\",\"event\":\"\xff\"}", 400}, {"POST", turn, `{"user":"u","event":"e","text":"` + long + `"}`, 413},
		{"POST", turn, `{"user":"` + long[:200] + `","event":"e"}`, 400}, {"POST", turn, `{"user":"u","event":"e","text":"` + long[:2001] + `"}`, 400},
		{"GET", turn, "", 405}, {"PUT", turn, "{}", 405}, {"POST", "/t/zz/chat/turn", `{"user":"u","event":"e"}`, 404},
		{"POST", "/t/%00/chat/turn", `{"user":"u","event":"e"}`, 404}, {"POST", "/t/%ff/chat/turn", `{"user":"u","event":"e"}`, 404},
		{"GET", "/t/sample/chat/ws", "", 426}, {"GET", "/nothing", "", 404}, {"POST", "/healthz", "", 405}, {"GET", "/t/sample/line/webhook", "", 405},
		{"GET", "/t/sample/vacancy?from=yesterday", "", 400}, {"GET", "/t/sample/vacancy?days=-1", "", 400}, {"GET", "/t/sample/vacancy?days=9999", "", 400},
		{"GET", "/t/sample/vacancy?days=1e3", "", 400}, {"GET", "/t/sample/vacancy?from=2026-02-31", "", 400}, {"GET", "/t/sample/vacancy?counter=zz", "", 400},
		{"GET", "/t/sample/vacancy?service=zz", "", 400}, {"GET", "/t/sample/vacancy?counter=%00", "", 400}, {"GET", "/t/sample/vacancy?from=9999-12-31&days=62", "", 0},
		{"GET", "/t/zz/vacancy", "", 404}, {"POST", "/t/sample/vacancy", "", 405},
		{"GET", "/t/sample/calendar/honcho/2026-12-01T10:00/x.ics", "", 404}, {"GET", "/t/sample/calendar/honcho/never/1.ics", "", 404},
		{"GET", "/t/sample/calendar/%00/2026-12-01T10:00/1.ics", "", 404}, {"GET", "/t/sample/calendar/honcho/2026-12-01T10:00/99999999999999999999.ics", "", 404},
	} {
		status, body := s.do(s.request(c.method, c.path, c.body, "Accept", "application/json"))
		if c.status == 0 { // any answer but a fault
			continue
		}
		var fault struct {
			Error struct{ Code, Message string }
		}
		if err := json.Unmarshal(body, &fault); status != c.status || err != nil || fault.Error.Code == "" || fault.Error.Message == "" {
			t.Errorf("%s %.60s %.60q: %d %.200s, want %d as JSON", c.method, c.path, c.body, status, body, c.status)
		}
	}
	if status, _ := s.do(s.request("POST", turn, `user=u`, "Content-Type", "application/x-www-form-urlencoded")); status != http.StatusUnsupportedMediaType {
		t.Errorf("a form: %d", status)
	}
	conversations := 0
	h := s.house()
	if err := h.db.View(t.Context(), sampleID, countConversations(&conversations)); err != nil || conversations != 0 {
		t.Errorf("%d conversations were stored, %v", conversations, err)
	}
}

// The first screen says where to go, and what is off (CONTRACT, serve).
func TestFirstScreen(t *testing.T) {
	s := serve(t, nil)
	screen := s.screen.String()
	for _, want := range []string{
		"Madoguchi 窓口 is open.", s.base + "/t/sample/\n", s.base + "/t/sample/chat\n", s.base + "/t/sample/book\n", s.base + "/t/sample/vacancy\n",
		"/t/sample/line/webhook", "master key      made and stored in ", "off             LINE (set LINE_CHANNEL_SECRET and LINE_CHANNEL_TOKEN)",
	} {
		if !strings.Contains(screen, want) {
			t.Errorf("%q is not on the screen:\n%s", want, screen)
		}
	}
	for _, path := range []string{"/t/sample/", "/t/sample/chat", "/t/sample/book", "/t/sample/vacancy", "/healthz", "/readyz", "/metrics"} {
		if status, _ := s.do(s.request("GET", path, "")); status != http.StatusOK {
			t.Errorf("GET %s: %d", path, status)
		}
	}
	if status, _ := s.do(s.request("POST", "/t/sample/line/webhook", "{}")); status < 400 {
		t.Errorf("a LINE webhook without a channel: %d", status)
	}
}

func countConversations(n *int) func(*store.Tx) error {
	return func(tx *store.Tx) error {
		return tx.Row(`SELECT COUNT(*) FROM conversation WHERE tenant=$1`, tx.Tenant()).Scan(n)
	}
}
