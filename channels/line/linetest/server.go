// Package linetest is a stand-in for LINE's Messaging API that enforces LINE's
// own limits and errors, so that what passes here passes there. It plays both
// sides of LINE: the API that the channel calls, and the platform that sends
// signed webhooks.
//
//	program ──reply, push, profile …──▶ Server ──▶ ledger of what each user was shown
//	program ◀──signed webhook bodies── Server.Text, .Postback, .Follow … + Post
//
// Rows LI…, LO… and the limits table of the project's LINE contracts say what is
// enforced. A test fails the run if Violations is not empty at the end: those
// are requests that LINE would have refused.
package linetest

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"
)

// Kinds of scripted faults.
const (
	ErrorBefore  = "500 before accept"
	ErrorAfter   = "500 after accept"
	HangBefore   = "hang before accept"
	HangAfter    = "hang after accept"
	RateLimited  = "429 rate"
	OverQuota    = "429 quota"
	Unauthorized = "401"
	Garbled      = "200 with an unreadable body"
)

// Endpoints for faults and Calls.
const (
	Reply   = "reply"
	Push    = "push"
	Loading = "loading"
	Profile = "profile"
	Other   = "other"
)

const (
	tokenLife   = time.Minute
	redeliverBy = 20 * time.Minute
	keyLife     = 24 * time.Hour
	maxRequest  = 2 << 20
)

// perSecond is LINE's limit on calls per channel and endpoint (LO10).
var perSecond = map[string]int{Reply: 2000, Push: 2000, Loading: 100, Profile: 2000}

// Server is one Messaging API with one channel. Its methods are safe for
// concurrent use.
type Server struct {
	URL    string
	Secret string // channel secret
	Token  string // channel access token
	Bot    string // the channel's user id

	http *httptest.Server
	stop chan struct{}
	now  func() time.Time

	mu         sync.Mutex
	called     *sync.Cond // whenever calls grows
	serial     int
	users      map[string]*user
	tokens     map[string]*token
	keys       map[string]key
	faults     map[string][]fault
	calls      []Call
	shown      []Shown
	dropped    []Shown
	violations []string
	rate       map[string]window
	quota      int // pushes left this month; negative: unlimited
	menus      menus
	webhook    string
}

type user struct {
	blocked  bool
	language string // "" = no consent: the profile is 404
}

type token struct {
	user   string // or group
	issued time.Time
	event  time.Time
	used   bool
	failed bool // a call with it had a scripted fault
}

// fault is one scripted fault.
type fault struct {
	kind  string
	apart bool // from other faults of calls with the same reply token
}

type key struct {
	at      time.Time
	request string
	sent    []any
	body    [32]byte
}

type window struct {
	second int64
	n      int
}

// Call is one request the server got.
type Call struct {
	Endpoint, RetryKey, RequestID, To string
	HasRetryKey                       bool
	Status                            int
	At                                time.Time
	Body                              []byte
}

// Shown is one message on a user's screen.
type Shown struct {
	User, Via, RequestID string
	At                   time.Time
	Message              map[string]any
}

// New starts a server. now is its clock: token life, key memory and rates count
// by it. Close it after use.
func New(now func() time.Time) *Server {
	s := &Server{
		Secret: "0123456789abcdef0123456789abcdef", Token: "stand-in-channel-token",
		Bot:  "U" + strings.Repeat("b07", 10) + "b0",
		stop: make(chan struct{}), now: now,
		users: map[string]*user{}, tokens: map[string]*token{}, keys: map[string]key{},
		faults: map[string][]fault{}, rate: map[string]window{}, quota: -1,
		menus: menus{all: map[string]*menu{}, alias: map[string]string{}},
	}
	s.called = sync.NewCond(&s.mu)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v2/bot/message/reply", s.handle(Reply, s.reply))
	mux.HandleFunc("POST /v2/bot/message/push", s.handle(Push, s.push))
	mux.HandleFunc("POST /v2/bot/chat/loading/start", s.handle(Loading, s.loading))
	mux.HandleFunc("GET /v2/bot/profile/{user}", s.handle(Profile, s.profile))
	s.route(mux)
	s.http = httptest.NewServer(mux)
	s.URL = s.http.URL
	return s
}

// Close ends the server and every hanging request.
func (s *Server) Close() {
	close(s.stop)
	s.http.CloseClientConnections()
	s.http.Close()
}

// Befriend makes a user known who has added the bot; language is the BCP 47 tag
// of the profile, "" for one whose profile LINE does not give.
func (s *Server) Befriend(id, language string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users[id] = &user{language: language}
}

// Fail scripts faults for the next calls of an endpoint, one each, in order.
func (s *Server) Fail(endpoint string, kinds ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, kind := range kinds {
		s.faults[endpoint] = append(s.faults[endpoint], fault{kind: kind})
	}
}

// FailApart is Fail for calls of which none with the same reply token has failed
// before: after two unclear tries with one token nobody can tell whether LINE has
// shown the message.
func (s *Server) FailApart(endpoint, kind string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[endpoint] = append(s.faults[endpoint], fault{kind, true})
}

// scripted takes the fault that a call is to have, "" if none.
func (s *Server) scripted(endpoint string, body []byte) string {
	queue := s.faults[endpoint]
	if len(queue) == 0 {
		return ""
	}
	var in struct {
		ReplyToken string `json:"replyToken"`
	}
	if err := json.Unmarshal(body, &in); err == nil {
		if t := s.tokens[in.ReplyToken]; t != nil {
			if t.failed && queue[0].apart {
				return ""
			}
			t.failed = true
		}
	}
	s.faults[endpoint] = queue[1:]
	return queue[0].kind
}

// SetQuota sets how many pushes are left this month; negative is unlimited.
func (s *Server) SetQuota(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.quota = n
}

// Calls returns the requests to an endpoint so far, "" for all.
func (s *Server) Calls(endpoint string) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Call
	for _, c := range s.calls {
		if endpoint == "" || c.Endpoint == endpoint {
			list = append(list, c)
		}
	}
	return list
}

// Await waits until an endpoint has been called n times.
func (s *Server) Await(endpoint string, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		count := 0
		for _, c := range s.calls {
			if c.Endpoint == endpoint {
				count++
			}
		}
		if count >= n {
			return
		}
		s.called.Wait()
	}
}

// Shown returns what a user was shown so far, in order; "" for everyone.
func (s *Server) Shown(id string) []Shown {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Shown
	for _, m := range s.shown {
		if id == "" || m.User == id {
			list = append(list, m)
		}
	}
	return list
}

// Dropped returns what was accepted and shown to nobody: pushes to people who
// have blocked the bot or never were its friends (LO7).
func (s *Server) Dropped() []Shown {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Shown(nil), s.dropped...)
}

// Texts returns what a user can read: texts, and the full text of cards.
func (s *Server) Texts(id string) []string {
	var list []string
	for _, m := range s.Shown(id) {
		for _, k := range []string{"text", "altText"} {
			if t, ok := m.Message[k].(string); ok {
				list = append(list, t)
			}
		}
	}
	return list
}

// Times counts how often each readable text was shown to a user: the
// exactly-once counters, where each logical message carries a text of its own.
func (s *Server) Times(id string) map[string]int {
	n := map[string]int{}
	for _, t := range s.Texts(id) {
		n[t]++
	}
	return n
}

// Violations returns the requests LINE would have refused as malformed, too
// long, or too many.
func (s *Server) Violations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.violations...)
}

// answer is a response under construction.
type answer struct {
	status int
	header http.Header
	body   any
}

func failure(status int, message string, details ...detail) answer {
	body := map[string]any{"message": message}
	if len(details) > 0 {
		body["details"] = details
	}
	return answer{status: status, body: body}
}

// detail names one thing wrong with a request, as LINE does.
type detail struct {
	Message  string `json:"message"`
	Property string `json:"property"`
}

// handle does what every endpoint does: ids, rates, faults, authorisation, the
// size limit, the journal.
func (s *Server) handle(endpoint string, do func(*http.Request, []byte, *Call) answer) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(io.LimitReader(r.Body, maxRequest+1))
		if err != nil {
			return // the client has gone
		}
		s.mu.Lock()
		s.serial++
		call := Call{Endpoint: endpoint, At: s.now(), Body: body,
			RequestID: fmt.Sprintf("%08x-4a6d-4c19-9f10-%012x", s.serial, s.serial)}
		if values, ok := r.Header["X-Line-Retry-Key"]; ok {
			call.HasRetryKey, call.RetryKey = true, values[0]
		}
		fault := s.scripted(endpoint, body)
		var a answer
		switch {
		case s.overrun(endpoint):
			s.violations = append(s.violations, endpoint+": more calls in a second than LINE allows")
			a = failure(http.StatusTooManyRequests, "The API rate limit has been exceeded. Try again later.")
		case fault == Unauthorized || r.Header.Get("Authorization") != "Bearer "+s.Token:
			a = failure(http.StatusUnauthorized, "Authentication failed. Confirm that the access token in the authorization header is valid.")
		case fault == ErrorBefore:
			a = failure(http.StatusInternalServerError, "Internal Server Error")
		case fault == HangBefore:
		case fault == RateLimited:
			a = failure(http.StatusTooManyRequests, "The API rate limit has been exceeded. Try again later.")
		case fault == OverQuota:
			a = failure(http.StatusTooManyRequests, "You have reached your monthly limit.")
		case len(body) > maxRequest && r.Header.Get("Content-Type") != "image/png":
			s.violations = append(s.violations, endpoint+": body larger than 2 MB")
			a = failure(http.StatusRequestEntityTooLarge, "Request Entity Too Large")
		default:
			a = do(r, body, &call)
			if fault == ErrorAfter {
				a = failure(http.StatusInternalServerError, "Internal Server Error")
			}
		}
		call.Status = a.status
		if fault == HangBefore || fault == HangAfter {
			call.Status = 0
		}
		s.calls = append(s.calls, call)
		s.called.Broadcast()
		s.mu.Unlock()

		if call.Status == 0 {
			select {
			case <-r.Context().Done():
			case <-s.stop:
			}
			return
		}
		for name, values := range a.header {
			w.Header()[name] = values
		}
		w.Header().Set("X-Line-Request-Id", call.RequestID)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(a.status)
		if fault == Garbled {
			_, _ = io.WriteString(w, "{")
			return
		}
		if raw, ok := a.body.([]byte); ok {
			_, _ = w.Write(raw)
			return
		}
		_ = json.NewEncoder(w).Encode(a.body)
	}
}

func (s *Server) overrun(endpoint string) bool {
	limit, limited := perSecond[endpoint]
	w, second := s.rate[endpoint], s.now().Unix()
	if w.second != second {
		w = window{second: second}
	}
	w.n++
	s.rate[endpoint] = w
	return limited && w.n > limit
}

// reply is POST /v2/bot/message/reply.
func (s *Server) reply(_ *http.Request, body []byte, call *Call) answer {
	if call.HasRetryKey {
		s.violations = append(s.violations, "reply with X-Line-Retry-Key")
		return failure(http.StatusBadRequest, "The retry key is not supported by this endpoint")
	}
	var in struct {
		ReplyToken string           `json:"replyToken"`
		Messages   []map[string]any `json:"messages"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		s.violations = append(s.violations, "reply: unreadable body")
		return failure(http.StatusBadRequest, "The request body could not be parsed as JSON")
	}
	if a, ok := s.valid(Reply, in.Messages); !ok {
		return a
	}
	t := s.tokens[in.ReplyToken]
	if t == nil || t.used || s.now().Sub(t.issued) > tokenLife {
		return failure(http.StatusBadRequest, "Invalid reply token")
	}
	t.used = true
	call.To = t.user
	return answer{status: http.StatusOK, body: map[string]any{"sentMessages": s.show(t.user, Reply, call.RequestID, in.Messages)}}
}

// push is POST /v2/bot/message/push.
func (s *Server) push(_ *http.Request, body []byte, call *Call) answer {
	if call.HasRetryKey && !uuidShape.MatchString(call.RetryKey) {
		s.violations = append(s.violations, "push: retry key is not a UUID")
		return failure(http.StatusBadRequest, "The retry key is not a valid UUID")
	}
	var in struct {
		To       string           `json:"to"`
		Messages []map[string]any `json:"messages"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		s.violations = append(s.violations, "push: unreadable body")
		return failure(http.StatusBadRequest, "The request body could not be parsed as JSON")
	}
	call.To = in.To
	sum := sha256.Sum256(body)
	if call.HasRetryKey {
		if k, ok := s.keys[call.RetryKey]; ok && s.now().Sub(k.at) <= keyLife {
			if k.body != sum {
				s.violations = append(s.violations, "push: retry key used again for another body")
			}
			return answer{status: http.StatusConflict,
				header: http.Header{"X-Line-Accepted-Request-Id": {k.request}},
				body:   map[string]any{"message": "The retry key is already accepted", "sentMessages": k.sent}}
		}
	}
	if a, ok := s.valid(Push, in.Messages); !ok {
		return a
	}
	if s.quota == 0 {
		return failure(http.StatusTooManyRequests, "You have reached your monthly limit.")
	}
	u := s.users[in.To]
	if u == nil && !s.group(in.To) {
		return failure(http.StatusBadRequest, "Failed to send messages")
	}
	if s.quota > 0 {
		s.quota--
	}
	sent := s.show(in.To, Push, call.RequestID, in.Messages)
	if call.HasRetryKey {
		s.keys[call.RetryKey] = key{at: s.now(), request: call.RequestID, sent: sent, body: sum}
	}
	return answer{status: http.StatusOK, body: map[string]any{"sentMessages": sent}}
}

func (s *Server) group(id string) bool {
	for _, t := range s.tokens {
		if t.user == id && !strings.HasPrefix(id, "U") {
			return true
		}
	}
	return false
}

// valid checks messages against LINE's limits; any error means nothing is sent.
func (s *Server) valid(endpoint string, messages []map[string]any) (answer, bool) {
	details := Check(messages)
	if len(details) == 0 {
		return answer{}, true
	}
	for _, d := range details {
		s.violations = append(s.violations, endpoint+": "+d.Property+": "+d.Message)
	}
	return failure(http.StatusBadRequest, fmt.Sprintf("The request body has %d error(s)", len(details)), details...), false
}

// show puts messages on a screen, or drops them for someone who cannot see them.
func (s *Server) show(to, via, request string, messages []map[string]any) []any {
	var sent []any
	for _, m := range messages {
		s.serial++
		sent = append(sent, map[string]any{"id": fmt.Sprintf("%018d", s.serial), "quoteToken": fmt.Sprintf("q%d", s.serial)})
		shown := Shown{User: to, Via: via, RequestID: request, At: s.now(), Message: m}
		if u := s.users[to]; u != nil && u.blocked {
			s.dropped = append(s.dropped, shown)
			continue
		}
		s.shown = append(s.shown, shown)
	}
	return sent
}

// loading is POST /v2/bot/chat/loading/start.
func (s *Server) loading(_ *http.Request, body []byte, call *Call) answer {
	var in struct {
		ChatID         string `json:"chatId"`
		LoadingSeconds int    `json:"loadingSeconds"`
	}
	if json.Unmarshal(body, &in) != nil || s.users[in.ChatID] == nil ||
		in.LoadingSeconds < 5 || in.LoadingSeconds > 60 || in.LoadingSeconds%5 != 0 {
		s.violations = append(s.violations, "loading: refused")
		return failure(http.StatusBadRequest, "The value for the 'loadingSeconds' parameter is invalid")
	}
	call.To = in.ChatID
	return answer{status: http.StatusAccepted, body: map[string]any{}}
}

// profile is GET /v2/bot/profile/{userId}.
func (s *Server) profile(r *http.Request, _ []byte, call *Call) answer {
	call.To = r.PathValue("user")
	u := s.users[call.To]
	if u == nil || u.blocked || u.language == "" {
		return failure(http.StatusNotFound, "Not found")
	}
	return answer{status: http.StatusOK, body: map[string]any{
		"userId": call.To, "displayName": "山田 花子", "language": u.language,
	}}
}
