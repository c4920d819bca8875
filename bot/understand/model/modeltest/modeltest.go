// Package modeltest is a stand-in for a server that speaks OpenAI's chat
// completions. It answers as it is told: what was asked for, or in every way in
// which such a server goes wrong, rows P1 to P11 of the project's list of
// failures. It checks each request as a strict server would.
//
//	program ──POST /v1/chat/completions──▶ Server ──Answer or a fault──▶ program
//	                                         └──▶ Requests: everything that was sent
package modeltest

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
)

// Faults. Every other word given to Fail is sent as the model's reply.
const (
	Hang       = "hang"    // no response until the caller goes
	Trickle    = "trickle" // one byte after the other, without end
	Huge       = "huge"    // a response without end, as fast as it goes
	Reset      = "reset"   // the connection is cut before the response
	CutOff     = "cut off" // … in its middle
	Error500   = "500"
	Error429   = "429 rate"
	NoCredit   = "429 quota"
	Error401   = "401" // the key is wrong
	Error404   = "404" // the model is
	ErrorIn200 = "200 with an error"
	NotJSON    = "200 with a page"
	NoChoices  = "no choices"
	NullReply  = "content null"
	TooLong    = "finish length"
	Filtered   = "finish filter"
	ToolCall   = "tool call"
	Declined   = "refusal"
	Redirected = "redirect elsewhere"
	LiesOnCost = "usage of a million"
)

// Server is one server. Its methods are safe for concurrent use.
type Server struct {
	URL string // base address of the API
	Key string // the only key it takes

	http *httptest.Server
	stop chan struct{}

	mu         sync.Mutex
	answer     func(Request) string
	fault      string
	requests   []Request
	violations []string
	hanging    int
	changed    *sync.Cond
}

// Request is one request, as far as tests look.
type Request struct {
	System, User string
	Schema       json.RawMessage
	Body         string
	// The user message.
	Text     string   `json:"resident_text"`
	Language string   `json:"language"`
	Question string   `json:"question"`
	Options  []Option `json:"options"`
}

// Option is one of the options sent.
type Option struct {
	Number, Words, Answer string
}

// Named returns the number of the option with these words, or else of the first
// that contains them; "0" if there is none.
func (r Request) Named(words string) string {
	found := "0"
	for _, o := range r.Options {
		if o.Words == words {
			return o.Number
		}
		if found == "0" && strings.Contains(o.Words, words) {
			found = o.Number
		}
	}
	return found
}

// New starts a server that finds nothing in whatever it is asked. Close it after
// use.
func New() *Server {
	s := &Server{Key: "stand-in-key-of-the-model", stop: make(chan struct{}), answer: func(Request) string { return Nothing }}
	s.changed = sync.NewCond(&s.mu)
	s.http = httptest.NewServer(http.HandlerFunc(s.serve))
	s.URL = s.http.URL + "/v1"
	return s
}

// Nothing is the empty answer to every question that has no options.
const Nothing = `{"value":""}`

// Value is a reply with this value.
func Value(v string) string {
	b, _ := json.Marshal(map[string]string{"value": v})
	return string(b)
}

// Phrased is a reply that chooses the first of the options cited and answers.
func Phrased(answer string, cited ...string) string {
	b, _ := json.Marshal(map[string]any{"value": cited[0], "cited": cited, "answer": answer})
	return string(b)
}

// Close ends the server and everything that hangs.
func (s *Server) Close() {
	close(s.stop)
	s.http.CloseClientConnections()
	s.http.Close()
}

// Answer makes the server answer so, from now on, and ends a fault.
func (s *Server) Answer(answer func(Request) string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer, s.fault = answer, ""
}

// Reply makes the server answer with these words.
func (s *Server) Reply(words string) { s.Answer(func(Request) string { return words }) }

// Fail makes the server fail in this way from now on.
func (s *Server) Fail(fault string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = fault
}

// Requests are all requests so far.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.requests...)
}

// Forget forgets the requests so far.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = nil
}

// Violations are requests that a strict server would have refused.
func (s *Server) Violations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.violations...)
}

// AwaitHanging waits until at least n requests hang.
func (s *Server) AwaitHanging(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.hanging < n {
		s.changed.Wait()
	}
}

func (s *Server) violate(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.violations = append(s.violations, fmt.Sprintf(format, args...))
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	req, ok := s.take(w, r)
	if !ok {
		return
	}
	s.mu.Lock()
	fault, answer := s.fault, s.answer
	s.requests = append(s.requests, req)
	s.mu.Unlock()
	if fault != "" {
		s.fail(w, r, fault)
		return
	}
	complete(w, `"stop"`, message(answer(req)), 300)
}

// take reads a request as a strict server does.
func (s *Server) take(w http.ResponseWriter, r *http.Request) (Request, bool) {
	if r.Method != http.MethodPost || r.URL.Path != "/v1/chat/completions" {
		s.violate("%s %s", r.Method, r.URL.Path)
		http.NotFound(w, r)
		return Request{}, false
	}
	if r.Header.Get("Authorization") != "Bearer "+s.Key {
		s.violate("key %q", r.Header.Get("Authorization"))
		refuse(w, http.StatusUnauthorized, "invalid_api_key")
		return Request{}, false
	}
	data, err := io.ReadAll(r.Body)
	var body struct {
		Model    string
		Messages []struct{ Role, Content string }
		Tools    []any
		Format   struct {
			Type   string
			Schema struct {
				Name   string
				Strict bool
				Schema json.RawMessage
			} `json:"json_schema"`
		} `json:"response_format"`
	}
	req := Request{Body: string(data)}
	if err == nil {
		err = json.Unmarshal(data, &body)
	}
	switch {
	case err != nil:
	case body.Model == "" || len(body.Messages) != 2 || body.Messages[0].Role != "system" || body.Messages[1].Role != "user":
		err = fmt.Errorf("model %q, messages %v", body.Model, body.Messages)
	case body.Format.Type != "json_schema" || !body.Format.Schema.Strict || body.Format.Schema.Name == "":
		err = fmt.Errorf("response format %+v", body.Format)
	case len(body.Tools) > 0:
		err = fmt.Errorf("tools %v", body.Tools)
	default:
		req.System, req.User, req.Schema = body.Messages[0].Content, body.Messages[1].Content, body.Format.Schema.Schema
		if err = strict(req.Schema); err == nil {
			err = json.Unmarshal([]byte(req.User), &req)
		}
	}
	if err != nil {
		s.violate("%v", err)
		refuse(w, http.StatusBadRequest, "invalid_request_error")
		return req, false
	}
	return req, true
}

// strict checks a schema as OpenAI's strict mode wants it: an object, closed,
// with every property required.
func strict(schema json.RawMessage) error {
	var s struct {
		Type       string
		Properties map[string]json.RawMessage
		Required   []string
		Additional *bool `json:"additionalProperties"`
	}
	if err := json.Unmarshal(schema, &s); err != nil {
		return fmt.Errorf("schema: %w", err)
	}
	if s.Type != "object" || s.Additional == nil || *s.Additional || len(s.Required) != len(s.Properties) {
		return fmt.Errorf("schema is not strict: %s", schema)
	}
	return nil
}

func message(content string) string {
	b, _ := json.Marshal(content)
	return `{"role":"assistant","content":` + string(b) + `}`
}

func complete(w http.ResponseWriter, finish, message string, tokens int) {
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"id":"x","object":"chat.completion","created":1,"model":"stand-in","choices":[{"index":0,"finish_reason":%s,"message":%s}],"usage":{"prompt_tokens":%d,"completion_tokens":1,"total_tokens":%d}}`,
		finish, message, tokens-1, tokens)
}

func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"error":{"message":"refused","type":%q,"code":%q}}`, code, code)
}

func (s *Server) fail(w http.ResponseWriter, r *http.Request, fault string) {
	switch fault {
	case Hang:
		s.hang(r)
	case Trickle:
		s.trickle(w, r)
	case Huge:
		blob := strings.Repeat(" ", 64<<10)
		for r.Context().Err() == nil {
			if _, err := io.WriteString(w, blob); err != nil {
				return
			}
		}
	case Reset, CutOff:
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		if fault == CutOff {
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{\"choices\":[{\"mess")
		} else if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
		_ = conn.Close()
	case Error500:
		refuse(w, http.StatusInternalServerError, "server_error")
	case Error429:
		w.Header().Set("Retry-After", "1e100")
		refuse(w, http.StatusTooManyRequests, "rate_limit_exceeded")
	case NoCredit:
		refuse(w, http.StatusTooManyRequests, "insufficient_quota")
	case Error401:
		refuse(w, http.StatusUnauthorized, "invalid_api_key")
	case Error404:
		refuse(w, http.StatusNotFound, "model_not_found")
	case ErrorIn200:
		fmt.Fprint(w, `{"error":{"message":"provider is down","code":502}}`)
	case NotJSON:
		fmt.Fprint(w, `<!doctype html><title>Sign in to the network</title>`)
	case NoChoices:
		fmt.Fprint(w, `{"id":"x","choices":[],"usage":{"total_tokens":5}}`)
	case NullReply:
		complete(w, `"stop"`, `{"role":"assistant","content":null}`, 5)
	case TooLong:
		complete(w, `"length"`, message(`{"value":"1"}`), 5)
	case Filtered:
		complete(w, `"content_filter"`, message(`{"value":"1"}`), 5)
	case ToolCall:
		complete(w, `"tool_calls"`, `{"role":"assistant","content":"{\"value\":\"1\"}","tool_calls":[{"id":"1","type":"function","function":{"name":"cancel_all_bookings","arguments":"{}"}}]}`, 5)
	case Declined:
		complete(w, `"stop"`, `{"role":"assistant","content":"{\"value\":\"1\"}","refusal":"I cannot help with that."}`, 5)
	case Redirected:
		http.Redirect(w, r, s.URL+"/elsewhere", http.StatusTemporaryRedirect)
	case LiesOnCost:
		complete(w, `"stop"`, message(`{"value":"1"}`), 1_000_000)
	default:
		complete(w, `"stop"`, message(fault), 5)
	}
}

// hang waits until the caller goes or the server is closed.
func (s *Server) hang(r *http.Request) {
	s.count(1)
	defer s.count(-1)
	select {
	case <-r.Context().Done():
	case <-s.stop:
	}
}

func (s *Server) count(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hanging += n
	s.changed.Broadcast()
}

// trickle sends the beginning of a response and no more.
func (s *Server) trickle(w http.ResponseWriter, r *http.Request) {
	for _, c := range []byte(`{"choices":[{"message":`) {
		_, _ = w.Write([]byte{c})
		_ = http.NewResponseController(w).Flush()
	}
	s.hang(r)
}
