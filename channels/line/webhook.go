package line

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/line/line-bot-sdk-go/v8/linebot/webhook"
)

// MaxBody bounds a webhook request. A hundred of LINE's events are some 60 KB.
const MaxBody = 1 << 20

// DefaultWindow is how old an event may be. Redelivery reuses the reply token
// only for 20 minutes; a week leaves room for a long outage.
const DefaultWindow = 7 * 24 * time.Hour

// Webhook answers POST /t/{tenant}/line/webhook. It verifies, stores, and says
// 200; it calls nothing but the database (LI4).
type Webhook struct {
	Channels Channels
	Inbox    Inbox
	Now      func() time.Time
	// Window is the age from which an event is dropped as a replay (LI14); it
	// must be shorter than the inbox remembers ids.
	Window time.Duration
	// Wake tells the Receiver that there is work; nil if it only polls.
	Wake     func()
	Observer Observer
}

// envelope is what the inbox must know of an event, whatever its type.
type envelope struct {
	Type           string `json:"type"`
	WebhookEventID string `json:"webhookEventId"`
	Timestamp      int64  `json:"timestamp"`
	Mode           string `json:"mode"`
	ReplyToken     string `json:"replyToken"`
	Source         struct {
		UserID  string `json:"userId"`
		GroupID string `json:"groupId"`
		RoomID  string `json:"roomId"`
	} `json:"source"`
	Message struct {
		ID string `json:"id"`
	} `json:"message"`
}

// handledTypes are the event types that have an effect; every other type, known
// to LINE today or not, is counted and passed over (LI12). An edited message is
// among those on purpose: the dialog has moved on from the first wording, and
// the resident can correct the answer in so many words.
var handledTypes = map[string]bool{
	"message": true, "postback": true, "follow": true,
	"unfollow": true, "unsend": true, "join": true,
}

// ServeHTTP stores the events of one webhook call. Answers: 200 stored (or
// nothing to store), 400 unreadable, 401 wrong signature, 404 unknown tenant,
// 405, 413, and 503 if they could not be stored, so that LINE sends them again
// (LI5). Nothing of the body ever gets into an answer or a log.
func (h *Webhook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	received := h.Now()
	ctx, tenant := r.Context(), r.PathValue("tenant")
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		refuse(w, http.StatusMethodNotAllowed, "method_not_allowed", "use POST")
		return
	}
	channel, err := h.Channels(ctx, tenant)
	if errors.Is(err, ErrNoChannel) {
		refuse(w, http.StatusNotFound, "not_found", "no such LINE channel")
		return
	} else if err != nil {
		refuse(w, http.StatusServiceUnavailable, "unavailable", "try again")
		return
	}
	body, err := readBody(w, r)
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		refuse(w, http.StatusRequestEntityTooLarge, "too_large", "the body is larger than "+strconv.Itoa(MaxBody)+" bytes")
		return
	} else if err != nil {
		refuse(w, http.StatusBadRequest, "bad_request", "the body could not be read")
		return
	}
	if channel.Secret == "" || !webhook.ValidateSignature(channel.Secret, r.Header.Get("X-Line-Signature"), body) {
		h.Observer.Count(CountEvents, "bad-signature")
		refuse(w, http.StatusUnauthorized, "bad_signature", "X-Line-Signature does not match the body")
		return
	}
	destination, raw, err := parseBody(body)
	if err != nil {
		h.Observer.Count(CountEvents, "bad-json")
		refuse(w, http.StatusBadRequest, "bad_request", "the body is not a LINE webhook")
		return
	}
	if channel.Bot != "" && destination != channel.Bot && len(raw) > 0 {
		// Signed with our secret, yet for another bot: a mix-up of settings, not
		// an attack LINE could do anything about by retrying (LI11).
		h.Observer.Audit(ctx, tenant, AuditDestination, strconv.Itoa(len(raw))+" events")
		w.WriteHeader(http.StatusOK)
		return
	}
	events := make([]Event, 0, len(raw))
	for _, payload := range raw {
		if e, ok := h.event(r, tenant, payload, received); ok {
			events = append(events, e)
		}
	}
	if len(events) > 0 {
		if err := h.Inbox.Store(ctx, tenant, events); err != nil {
			h.Observer.Count(CountEvents, "not-stored")
			refuse(w, http.StatusServiceUnavailable, "unavailable", "try again")
			return
		}
		if h.Wake != nil {
			h.Wake()
		}
	}
	w.WriteHeader(http.StatusOK)
}

// event makes the inbox's row of one event, or reports that it is not wanted.
// An event that cannot be read is stored all the same: the Receiver gives it up
// where the operator can see it, and its neighbours go on (LI8).
func (h *Webhook) event(r *http.Request, tenant string, payload []byte, received time.Time) (Event, bool) {
	var env envelope
	if err := json.Unmarshal(payload, &env); err != nil {
		return Event{ID: hashID(payload), Time: received, Received: received, Payload: payload}, true
	}
	if !handledTypes[env.Type] {
		h.Observer.Count(CountEvents, "ignored-type")
		return Event{}, false
	}
	at := received
	if env.Timestamp > 0 {
		at = time.UnixMilli(env.Timestamp).UTC()
	}
	window := h.Window
	if window == 0 {
		window = DefaultWindow
	}
	if received.Sub(at) > window {
		h.Observer.Count(CountEvents, "stale")
		h.Observer.Audit(r.Context(), tenant, AuditStale, env.WebhookEventID)
		return Event{}, false
	}
	if env.Mode == string(webhook.EventMode_STANDBY) && env.Type != "unfollow" && env.Type != "unsend" && env.Type != "follow" {
		// Another module of the account answers now (LI9).
		h.Observer.Count(CountEvents, "standby")
		return Event{}, false
	}
	e := Event{ID: env.WebhookEventID, Ref: env.Message.ID, Time: at, Received: received, Payload: payload}
	if e.ID == "" {
		// Only very old payload versions lack it.
		e.ID = hashID([]byte(env.Type + "\n" + strconv.FormatInt(env.Timestamp, 10) + "\n" + env.Source.UserID + "\n" + env.ReplyToken + "\n" + env.Message.ID))
	}
	switch {
	case env.Source.GroupID != "":
		e.User = env.Source.GroupID
	case env.Source.RoomID != "":
		e.User = env.Source.RoomID
	default:
		e.User = env.Source.UserID
	}
	return e, true
}

// readBody reads at most MaxBody bytes, with one allocation for an honest
// Content-Length.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	limited := http.MaxBytesReader(w, r.Body, MaxBody)
	if r.ContentLength < 0 || r.ContentLength > MaxBody {
		return io.ReadAll(limited)
	}
	body := make([]byte, r.ContentLength)
	_, err := io.ReadFull(limited, body)
	return body, err
}

// parseBody returns whom the call is for and its events, unparsed.
func parseBody(body []byte) (destination string, events []json.RawMessage, err error) {
	if err := strict(body); err != nil {
		return "", nil, err
	}
	var call struct {
		Destination string             `json:"destination"`
		Events      *[]json.RawMessage `json:"events"`
	}
	if json.Unmarshal(body, &call) != nil || call.Events == nil || len(*call.Events) > maxEvents {
		return "", nil, errBadJSON
	}
	return call.Destination, *call.Events, nil
}

// hashID stands in for a missing webhookEventId.
func hashID(b []byte) string {
	sum := sha256.Sum256(b)
	return "sha256-" + hex.EncodeToString(sum[:16])
}

// refuse answers with the program's common JSON error.
func refuse(w http.ResponseWriter, status int, code, message string) {
	var body struct {
		Error struct {
			Code    string `json:"code"`
			Message string `json:"message"`
		} `json:"error"`
	}
	body.Error.Code, body.Error.Message = code, message
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client may have gone; nothing to do about it
}
