package linetest

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Event is one webhook event as LINE writes it.
type Event map[string]any

// Sign returns the X-Line-Signature of a body.
func Sign(secret string, body []byte) string {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write(body)
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// Body is a webhook body for this bot.
func (s *Server) Body(events ...Event) []byte {
	if events == nil {
		events = []Event{}
	}
	b, err := json.Marshal(map[string]any{"destination": s.Bot, "events": events})
	if err != nil {
		panic(err) // an event holds a value that is no JSON: a fault of the test
	}
	return b
}

// Request is the signed webhook call of a body.
func (s *Server) Request(url string, body []byte) *http.Request {
	r, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		panic(err) // url is no URL: a fault of the test
	}
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	r.Header.Set("User-Agent", "LineBotWebhook/2.0")
	r.Header.Set("X-Line-Signature", Sign(s.Secret, body))
	return r
}

// Post sends events to a webhook and returns the status.
func (s *Server) Post(url string, events ...Event) (int, error) {
	res, err := http.DefaultClient.Do(s.Request(url, s.Body(events...)))
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	return res.StatusCode, nil
}

// User returns the n-th user id.
func User(n int) string { return fmt.Sprintf("U%032x", n) }

// Group returns the n-th group id.
func Group(n int) string { return fmt.Sprintf("C%032x", n) }

// Room returns the n-th room id.
func Room(n int) string { return fmt.Sprintf("R%032x", n) }

// ulid is an id as LINE makes them: time, then chance.
func ulid(t time.Time) string {
	const symbols = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	id := make([]byte, 26)
	ms := t.UnixMilli()
	for i := 9; i >= 0; i-- {
		id[i] = symbols[ms&31]
		ms >>= 5
	}
	_, _ = rand.Read(id[10:])
	for i := 10; i < 26; i++ {
		id[i] = symbols[id[i]&31]
	}
	return string(id)
}

func source(id string) map[string]any {
	switch {
	case strings.HasPrefix(id, "C"):
		return map[string]any{"type": "group", "groupId": id}
	case strings.HasPrefix(id, "R"):
		return map[string]any{"type": "room", "roomId": id}
	}
	return map[string]any{"type": "user", "userId": id}
}

// event is an event without a reply token.
func (s *Server) event(kind, from string) Event {
	now := s.now()
	return Event{
		"type": kind, "mode": "active", "timestamp": now.UnixMilli(),
		"source": source(from), "webhookEventId": ulid(now),
		"deliveryContext": map[string]any{"isRedelivery": false},
	}
}

// answerable is an event with a reply token that lives from now.
func (s *Server) answerable(kind, from string) Event {
	e := s.event(kind, from)
	var b [16]byte
	_, _ = rand.Read(b[:])
	reply := hex.EncodeToString(b[:])
	e["replyToken"] = reply
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens[reply] = &token{user: from, issued: s.now(), event: s.now()}
	if strings.HasPrefix(from, "U") && s.users[from] == nil {
		s.users[from] = &user{language: "ja"}
	}
	return e
}

func (s *Server) messageID() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serial++
	return fmt.Sprintf("46%016d", s.serial)
}

func (s *Server) message(from string, content map[string]any) Event {
	e := s.answerable("message", from)
	content["id"] = s.messageID()
	e["message"] = content
	return e
}

// Text is a text message. from is a user, group or room.
func (s *Server) Text(from, text string) Event {
	return s.message(from, map[string]any{"type": "text", "text": text, "quoteToken": "q3Plxr4AgKd"})
}

// Mention is a text in a group that speaks to the bot.
func (s *Server) Mention(group, text string) Event {
	return s.message(group, map[string]any{"type": "text", "text": "@bot " + text, "quoteToken": "q3Plxr4AgKd",
		"mention": map[string]any{"mentionees": []any{map[string]any{
			"index": 0, "length": 4, "type": "user", "userId": s.Bot, "isSelf": true}}}})
}

// Sticker, Image, Video, Audio, File and Location are messages without words.
func (s *Server) Sticker(from string) Event {
	return s.message(from, map[string]any{"type": "sticker", "packageId": "446", "stickerId": "1988",
		"stickerResourceType": "STATIC", "keywords": []string{"cony", "sally"}, "quoteToken": "yHAz4Ua2wx7"})
}

// Image is a picture.
func (s *Server) Image(from string) Event {
	return s.message(from, map[string]any{"type": "image", "quoteToken": "yHAz4Ua2wx7",
		"contentProvider": map[string]any{"type": "line"}})
}

// Video is a film.
func (s *Server) Video(from string) Event {
	return s.message(from, map[string]any{"type": "video", "duration": 60000, "quoteToken": "yHAz4Ua2wx7",
		"contentProvider": map[string]any{"type": "line"}})
}

// Audio is a voice message.
func (s *Server) Audio(from string) Event {
	return s.message(from, map[string]any{"type": "audio", "duration": 60000,
		"contentProvider": map[string]any{"type": "line"}})
}

// File is an attached file.
func (s *Server) File(from string) Event {
	return s.message(from, map[string]any{"type": "file", "fileName": "file.txt", "fileSize": 2138})
}

// Location is a place on the map.
func (s *Server) Location(from string) Event {
	return s.message(from, map[string]any{"type": "location", "title": "my location",
		"address": "日本、〒102-8282 東京都千代田区紀尾井町1番3号", "latitude": 35.67966, "longitude": 139.73669})
}

// Edited is the edit of an earlier text.
func (s *Server) Edited(from, messageID, text string) Event {
	e := s.answerable("messageEdited", from)
	e["message"] = map[string]any{"type": "text", "id": messageID, "text": text, "quoteToken": "q3Plxr4AgKd"}
	return e
}

// Postback is a pressed button; params come from the date picker or are nil.
func (s *Server) Postback(from, data string, params map[string]string) Event {
	e := s.answerable("postback", from)
	content := map[string]any{"data": data}
	if params != nil {
		content["params"] = params
	}
	e["postback"] = content
	return e
}

// Follow is a new friend, or one who takes a block back.
func (s *Server) Follow(from string, unblocked bool) Event {
	e := s.answerable("follow", from)
	e["follow"] = map[string]any{"isUnblocked": unblocked}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users[from].blocked = false
	return e
}

// Unfollow is a friend who blocks the bot.
func (s *Server) Unfollow(from string) Event {
	s.mu.Lock()
	if s.users[from] == nil {
		s.users[from] = &user{}
	}
	s.users[from].blocked = true
	s.mu.Unlock()
	return s.event("unfollow", from)
}

// Unsend takes a message back.
func (s *Server) Unsend(from, messageID string) Event {
	e := s.event("unsend", from)
	e["unsend"] = map[string]any{"messageId": messageID}
	return e
}

// Join is the bot being added to a group or room.
func (s *Server) Join(group string) Event { return s.answerable("join", group) }

// Leave is the bot being removed from one.
func (s *Server) Leave(group string) Event { return s.event("leave", group) }

// MemberJoined and MemberLeft are people coming to and leaving a group.
func (s *Server) MemberJoined(group, who string) Event {
	e := s.answerable("memberJoined", group)
	e["joined"] = map[string]any{"members": []any{source(who)}}
	return e
}

// MemberLeft is a person leaving a group.
func (s *Server) MemberLeft(group, who string) Event {
	e := s.event("memberLeft", group)
	e["left"] = map[string]any{"members": []any{source(who)}}
	return e
}

// Ignorable returns one event of every other type the SDK knows, and one of a
// type nobody knows yet.
func (s *Server) Ignorable(from string) []Event {
	with := func(e Event, name string, v any) Event { e[name] = v; return e }
	return []Event{
		with(s.answerable("beacon", from), "beacon", map[string]any{"hwid": "d41d8cd98f", "type": "enter"}),
		with(s.answerable("accountLink", from), "link", map[string]any{"result": "ok", "nonce": "xxx"}),
		with(s.answerable("things", from), "things", map[string]any{"type": "link", "deviceId": "t2c449c9d1"}),
		with(s.answerable("videoPlayComplete", from), "videoPlayComplete", map[string]any{"trackingId": "track_id"}),
		with(s.answerable("membership", from), "membership", map[string]any{"type": "joined", "membershipId": 3189}),
		with(s.event("module", from), "module", map[string]any{"type": "attached", "botId": s.Bot, "scopes": []string{"message:send"}}),
		with(s.event("activated", from), "chatControl", map[string]any{"expireAt": s.now().UnixMilli()}),
		s.event("deactivated", from),
		s.event("botSuspended", from),
		s.event("botResumed", from),
		with(s.event("delivery", from), "delivery", map[string]any{"data": "15034552939884E28681A7D668CEA94C147C716C0EC9DFE8B80B44EF3B57F6BD"}),
		with(s.event("holographicCall", from), "hologram", map[string]any{"nested": []any{1, "2", nil}}),
	}
}

// ID is an event's webhookEventId.
func (e Event) ID() string { id, _ := e["webhookEventId"].(string); return id }

// Standby is the event as the bot gets it while another module answers.
func (e Event) Standby() Event {
	c := e.copy()
	c["mode"] = "standby"
	delete(c, "replyToken")
	return c
}

func (e Event) copy() Event {
	c := make(Event, len(e))
	for k, v := range e {
		c[k] = v
	}
	return c
}

// Redeliver is the event as LINE sends it again: the same but for the flag. Its
// reply token lives another minute, unless it was used or the event is older
// than 20 minutes (LO1).
func (s *Server) Redeliver(e Event) Event {
	c := e.copy()
	c["deliveryContext"] = map[string]any{"isRedelivery": true}
	reply, _ := e["replyToken"].(string)
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.tokens[reply]; t != nil && !t.used && s.now().Sub(t.event) <= redeliverBy {
		t.issued = s.now()
	}
	return c
}

// Button is something a user can press.
type Button struct {
	Label, Type, Data, Text, URI string
}

// Buttons returns what a user can press now: the buttons of every card shown,
// newest first, and the quick replies of the very last message.
func (s *Server) Buttons(id string) []Button {
	shown := s.Shown(id)
	var list []Button
	for i := len(shown) - 1; i >= 0; i-- {
		m := shown[i].Message
		if i == len(shown)-1 {
			collect(m["quickReply"], &list)
		}
		collect(m["contents"], &list)
	}
	return list
}

func collect(v any, list *[]Button) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			collect(x, list)
		}
	case map[string]any:
		if a, ok := v["action"].(map[string]any); ok {
			s := func(k string) string { t, _ := a[k].(string); return t }
			*list = append(*list, Button{Label: s("label"), Type: s("type"), Data: s("data"), Text: s("text"), URI: s("uri")})
		}
		for _, k := range []string{"items", "contents", "header", "body", "footer"} {
			collect(v[k], list)
		}
	}
}

// Press is the event of a user pressing the newest button with this label; date
// is the day chosen if it is the date picker. ok is false if there is no such
// button, or it only opens a page.
func (s *Server) Press(id, label, date string) (e Event, ok bool) {
	for _, b := range s.Buttons(id) {
		if b.Label != label {
			continue
		}
		switch b.Type {
		case "postback":
			return s.Postback(id, b.Data, nil), true
		case "datetimepicker":
			return s.Postback(id, b.Data, map[string]string{"date": date}), true
		case "message":
			return s.Text(id, b.Text), true
		}
	}
	return nil, false
}
