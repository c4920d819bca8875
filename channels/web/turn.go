package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"madoguchi/bot"
	"madoguchi/channels/gate"
	"madoguchi/i18n"
)

// Bounds of a turn. A text is longer than anything a counter is told in one
// breath; ids are opaque but must be storable and printable.
const (
	maxBody   = 16 << 10 // bytes
	maxText   = 2000     // characters
	maxID     = 128      // bytes of user, event
	maxChoice = 512      // bytes
)

// request is one JSON object from a front end: a turn, or a wish to hear what
// was said after a sequence number. Unknown members are tolerated, so that a
// newer front end can talk to an older server.
type request struct {
	User   string    `json:"user"`
	Event  string    `json:"event"`
	Text   string    `json:"text"`
	Choice string    `json:"choice"`
	Lang   i18n.Lang `json:"lang"`
	Flow   string    `json:"flow"`
	// Code is the link code of a letter, for the flow entered.
	Code string `json:"code"`
	// Asked is the "asked" of the question a choice belongs to.
	Asked  int64   `json:"asked"`
	Resume *resume `json:"resume"`

	photo []byte // comes another way (photo.go)
}

type resume struct {
	User  string `json:"user"`
	After int64  `json:"after"`
}

// answer is one JSON object to a front end: a bot.Reply, over a websocket with
// the event it answers.
type answer struct {
	Event   string `json:"event,omitempty"`
	Resumed bool   `json:"resumed,omitempty"`
	bot.Reply
}

func bad(code, format string, args ...any) *gate.Fault {
	return &gate.Fault{Status: http.StatusBadRequest, Code: code, Message: fmt.Sprintf(format, args...)}
}

// parseRequest reads and checks one request. Every error is a *gate.Fault.
func parseRequest(data []byte) (request, error) {
	var q request
	if !utf8.Valid(data) {
		return q, bad("bad_encoding", "the request must be UTF-8")
	}
	if err := json.Unmarshal(data, &q); err != nil {
		var typed *json.UnmarshalTypeError
		if errors.As(err, &typed) && typed.Field != "" {
			return q, bad("bad_type", "%s must be a %s", typed.Field, jsonType(typed.Type.String()))
		}
		return q, bad("bad_json", "the request must be one JSON object")
	}
	if first := strings.TrimLeft(string(data[:min(len(data), 64)]), " \t\r\n"); !strings.HasPrefix(first, "{") {
		return q, bad("bad_json", "the request must be one JSON object") // null is valid JSON
	}
	if q.Resume != nil {
		if err := checkID("resume.user", q.Resume.User); err != nil {
			return q, err
		}
		if q.Resume.After < 0 {
			return q, bad("bad_after", "resume.after must not be negative")
		}
		return q, nil
	}
	if err := checkID("user", q.User); err != nil {
		return q, err
	}
	if err := checkID("event", q.Event); err != nil {
		return q, err
	}
	if q.Code != "" && linkCode(q.Code) == "" {
		return q, bad("bad_code", "code must be a link code")
	}
	return q, checkAnswer(&q.Text, q.Choice, q.Flow)
}

// checkAnswer checks what a resident said, on whatever form it was sent. It
// drops control characters from the text: nobody types them, databases and
// terminals choke on them.
func checkAnswer(text *string, choice, flow string) error {
	switch {
	case *text != "" && choice != "":
		return bad("text_and_choice", "send either text or choice, not both")
	case utf8.RuneCountInString(*text) > maxText:
		return bad("text_too_long", "text is longer than %d characters", maxText)
	case len(choice) > maxChoice || strings.ContainsFunc(choice, unicode.IsControl):
		return bad("bad_choice", "choice must be the value of a choice offered before")
	case len(flow) > 64 || strings.ContainsFunc(flow, unicode.IsControl):
		return bad("bad_flow", "flow must be the name of a flow")
	}
	*text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, *text)
	return nil
}

func checkID(name, id string) error {
	switch {
	case id == "":
		return bad("missing_"+strings.TrimPrefix(name, "resume."), "%s is missing", name)
	case len(id) > maxID:
		return bad("bad_"+strings.TrimPrefix(name, "resume."), "%s is longer than %d bytes", name, maxID)
	case strings.ContainsFunc(id, unicode.IsControl):
		return bad("bad_"+strings.TrimPrefix(name, "resume."), "%s must not contain control characters", name)
	}
	return nil
}

func jsonType(goType string) string {
	switch goType {
	case "int64":
		return "whole number"
	case "web.resume", "web.request":
		return "object"
	}
	return "string"
}

// caller is what is known about who sends a turn besides the turn itself.
type caller struct {
	tenant, address string
	hint            i18n.Lang
	languages       []Language
	// ruby is asked for by ?furigana=ruby: texts then keep [漢字|かんじ].
	ruby bool
}

// take performs one request and returns what to answer. Errors that are the
// caller's are *gate.Fault.
func (w *Web) take(ctx context.Context, c caller, q request) (answer, error) {
	if q.Resume != nil {
		if !w.users.Allow(c.tenant + "\x00" + q.Resume.User) {
			return answer{}, tooMany
		}
		reply, err := w.Transcript.Since(ctx, c.tenant, ChannelChat, q.Resume.User, q.Resume.After)
		if err != nil {
			return answer{}, fmt.Errorf("resume: %w", err)
		}
		return answer{Resumed: true, Reply: c.shaped(reply)}, nil
	}
	if q.Lang != "" && !offers(c.languages, q.Lang) {
		return answer{}, bad("unknown_lang", "lang must be one of the tenant's languages")
	}
	if !w.users.Allow(c.tenant + "\x00" + q.User) {
		return answer{}, tooMany
	}
	var known map[string]string
	if q.Code != "" {
		known = map[string]string{"code": linkCode(q.Code)}
	}
	reply, err := w.Engine.Turn(ctx, bot.Inbound{
		Tenant: c.tenant, Channel: ChannelChat, User: q.User, Event: q.Event,
		Text: q.Text, Choice: q.Choice, Photo: q.photo, Asked: q.Asked,
		Lang: q.Lang, Hint: c.hint, Flow: q.Flow, With: known, Address: c.address,
	})
	if err != nil {
		return answer{}, w.turnError(err)
	}
	return answer{Event: q.Event, Reply: c.shaped(reply)}, nil
}

var tooMany = &gate.Fault{Status: http.StatusTooManyRequests, Code: "too_many_requests", Message: "too many turns; wait a few seconds and try again"}

// turnError tells the caller's mistakes from ours.
func (w *Web) turnError(err error) error {
	if f := w.Fault(err); f != nil {
		return f
	}
	if errors.Is(err, ErrUnknown) {
		return bad("unknown_flow", "there is no such flow")
	}
	return fmt.Errorf("turn: %w", err)
}

// shaped makes an empty list of messages read [] and not null, and writes
// furigana in brackets for a front end that has not said it can show ruby.
func (c caller) shaped(r bot.Reply) bot.Reply {
	out := make([]bot.Message, len(r.Messages))
	for i, m := range r.Messages {
		if !c.ruby {
			m = m.Plain()
		}
		out[i] = m
	}
	r.Messages = out
	return r
}

func offers(languages []Language, lang i18n.Lang) bool {
	for _, l := range languages {
		if l.Tag == lang {
			return true
		}
	}
	return false
}

// turn serves POST /t/{tenant}/chat/turn.
func (w *Web) turn(rw http.ResponseWriter, r *http.Request) {
	reply, err := w.postTurn(rw, r)
	if err != nil {
		w.refuseJSON(rw, r, err)
		return
	}
	writeAnswer(rw, reply)
}

// writeAnswer writes the answer to a POST, which needs no name.
func writeAnswer(rw http.ResponseWriter, reply answer) {
	reply.Event = ""
	rw.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(rw).Encode(reply) // the client may be gone; nothing to do about it
}

func (w *Web) postTurn(rw http.ResponseWriter, r *http.Request) (answer, error) {
	if t := r.Header.Get("Content-Type"); t != "" {
		if media, _, err := mime.ParseMediaType(t); err != nil || media != "application/json" {
			return answer{}, &gate.Fault{Status: http.StatusUnsupportedMediaType, Code: "bad_content_type", Message: "send application/json"}
		}
	}
	body, err := gate.Body(rw, r, maxBody)
	if err != nil {
		return answer{}, err
	}
	c, err := w.caller(r)
	if err != nil {
		return answer{}, err
	}
	q, err := parseRequest(body)
	if err != nil {
		return answer{}, err
	}
	return w.take(r.Context(), c, q)
}

// caller looks up the tenant of a request.
func (w *Web) caller(r *http.Request) (caller, error) {
	tenant := r.PathValue("tenant")
	site, err := w.Sites.Site(r.Context(), tenant, i18n.Japanese)
	if err != nil {
		return caller{}, siteError(err)
	}
	return caller{
		tenant: tenant, address: w.Gate.Client(r), languages: site.Languages,
		hint: accepted(r.Header.Get("Accept-Language"), site.Languages),
		ruby: r.URL.Query().Get("furigana") == "ruby",
	}, nil
}

func siteError(err error) error {
	if errors.Is(err, ErrUnknown) {
		return unknownTenant
	}
	return fmt.Errorf("tenant: %w", err)
}

// fault turns any error into what the caller is told; what is ours is logged
// under the request's id and told without detail.
func (w *Web) fault(ctx context.Context, err error) *gate.Fault {
	var f *gate.Fault
	if errors.As(err, &f) {
		return f
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return &gate.Fault{Status: http.StatusServiceUnavailable, Code: "busy", Message: "the service is busy; send the same event again"}
	}
	id := gate.RequestID(ctx)
	w.Log.ErrorContext(ctx, "web request failed", "request", id, "error", err)
	return &gate.Fault{Status: http.StatusInternalServerError, Code: "internal", Message: "something went wrong on our side; reference " + id}
}

func (w *Web) refuseJSON(rw http.ResponseWriter, r *http.Request, err error) {
	f := w.fault(r.Context(), err)
	if f.Status == http.StatusTooManyRequests || f.Status == http.StatusServiceUnavailable {
		rw.Header().Set("Retry-After", "5")
	}
	gate.RefuseFault(rw, f)
}
