package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"

	"madoguchi/bot"
	"madoguchi/channels/gate"
)

// What a connection may cost. The row numbers W1–W11 are the facts about
// gorilla/websocket each value answers.
const (
	readLimit    = 64 << 10         // bytes a message; more is closed with 1009 (W2)
	pingEvery    = 25 * time.Second // (W5)
	silence      = 60 * time.Second // without even a pong: the line is dead (W5)
	writeTimeout = 10 * time.Second // a peer that does not read is cut (W7)
	inFlight     = 16               // turns taken whose answers are not written yet (W7)
	turnTimeout  = 30 * time.Second
	linger       = time.Second // between our close frame and the end

	// Messages per connection; a person types slower, a flood gets 1008 (A37).
	messageRate  = 10
	messageBurst = 40

	// Open connections at once, of one address and in all (A37).
	maxPerAddress = 200
	maxSockets    = 20_000
)

// sockets is every open websocket of this process.
type sockets struct {
	upgrader  websocket.Upgrader
	unlimited bool

	mu        sync.Mutex
	open      map[*socket]struct{}
	addresses map[string]int
	closing   bool
	gone      sync.WaitGroup // readers
}

func newSockets(g *gate.Gate) *sockets {
	return &sockets{
		open: map[*socket]struct{}{}, addresses: map[string]int{}, unlimited: g.Unlimited(),
		upgrader: websocket.Upgrader{
			HandshakeTimeout: 5 * time.Second,
			// Small buffers, the write buffer only borrowed while writing: an idle
			// line must cost little, for there are thousands of them (W9).
			ReadBufferSize: 1 << 10, WriteBufferSize: 1 << 10, WriteBufferPool: &sync.Pool{},
			// Compression stays off: the read limit counts compressed bytes only (W3).
			EnableCompression: false,
			CheckOrigin:       func(*http.Request) bool { return true }, // checked before, for a JSON answer
			Error: func(w http.ResponseWriter, _ *http.Request, status int, _ error) {
				gate.Refuse(w, status, "bad_handshake", "this is not a valid websocket handshake")
			},
		},
	}
}

// socket is one connection: a reader goroutine that takes turns in order, and a
// writer goroutine that is the only one to write data (W1).
type socket struct {
	ws     *websocket.Conn
	web    *Web
	caller caller
	flood  *rate.Limiter // nil: unlimited

	// room bounds the turns whose answers wait for a slow peer: the reader takes
	// no further message until one is written, so that out never overflows and
	// the peer feels the back-pressure, nobody else.
	room chan struct{}
	out  chan outgoing
	left chan struct{} // closed when the reader has left
	mute chan struct{} // closed when the writer has left

	// mu orders turns and pushes, so that a push never overtakes or repeats the
	// answer that caused it.
	mu           sync.Mutex
	user         string
	conversation string
	sent         int64 // the last sequence number the client has; -1: unknown
	unsubscribe  func()
}

// outgoing is work for the writer: a message, and a subscription to listen to
// from then on. The last message of a turn makes room for another.
type outgoing struct {
	data []byte
	wake <-chan struct{}
	last bool
}

// socket serves GET /t/{tenant}/chat/ws. The handler returns after the upgrade:
// a handler that stays would keep the request, its buffers and a deep stack
// alive for as long as the line is open.
func (w *Web) socket(rw http.ResponseWriter, r *http.Request) {
	if !websocket.IsWebSocketUpgrade(r) {
		rw.Header().Set("Upgrade", "websocket")
		gate.Refuse(rw, http.StatusUpgradeRequired, "upgrade_required", "this address speaks the websocket protocol only")
		return
	}
	// A missing Origin is a program, not a browser, and there is no cookie it
	// could abuse: the socket gives nothing that POST …/turn does not (W4, A36).
	if o := r.Header.Get("Origin"); o != "" && !w.sameOrigin(o, r.Host) {
		gate.Refuse(rw, http.StatusForbidden, "foreign_origin", "this site may not use the dialog")
		return
	}
	c, err := w.caller(r)
	if err != nil {
		w.refuseJSON(rw, r, err)
		return
	}
	s := &socket{
		web: w, caller: c, sent: -1,
		room: make(chan struct{}, inFlight), out: make(chan outgoing, 2*inFlight), // a turn sends two messages at most
		left: make(chan struct{}), mute: make(chan struct{}),
	}
	if !w.sockets.unlimited {
		s.flood = rate.NewLimiter(messageRate, messageBurst)
	}
	if !w.sockets.admit(s) {
		gate.TooMany(rw)
		return
	}
	ws, err := w.sockets.upgrader.Upgrade(rw, r, nil)
	if err != nil { // answered by upgrader.Error
		w.sockets.leave(s)
		return
	}
	w.sockets.opened(s, ws)
	go s.write()
	go s.read()
}

// sameOrigin reports whether a browser page at origin may talk to this host.
func (w *Web) sameOrigin(origin, host string) bool {
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return false
	}
	return u.Host == host || slices.Contains(w.Origins, origin)
}

// admit counts a connection in before it is upgraded.
func (ss *sockets) admit(s *socket) bool {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	if ss.closing {
		return false
	}
	if !ss.unlimited && (len(ss.open) >= maxSockets || ss.addresses[s.caller.address] >= maxPerAddress) {
		return false
	}
	ss.open[s] = struct{}{}
	ss.addresses[s.caller.address]++
	ss.gone.Add(1)
	return true
}

// opened gives the socket its connection. A shutdown that began between admit
// and here is caught up with.
func (ss *sockets) opened(s *socket, ws *websocket.Conn) {
	ss.mu.Lock()
	s.ws = ws
	closing := ss.closing
	ss.mu.Unlock()
	if closing {
		s.close(websocket.CloseGoingAway)
	}
}

func (ss *sockets) leave(s *socket) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	delete(ss.open, s)
	if ss.addresses[s.caller.address]--; ss.addresses[s.caller.address] <= 0 {
		delete(ss.addresses, s.caller.address)
	}
	ss.gone.Done()
}

// shutdown closes every connection with 1001 and waits for the readers (W10:
// http.Server.Shutdown knows nothing of them).
func (ss *sockets) shutdown(ctx context.Context) error {
	ss.mu.Lock()
	ss.closing = true
	open := make([]*socket, 0, len(ss.open))
	for s := range ss.open {
		if s.ws != nil {
			open = append(open, s)
		}
	}
	ss.mu.Unlock()

	// A peer that does not read would hold up its own goodbye only.
	for _, s := range open {
		go s.close(websocket.CloseGoingAway)
	}
	gone := make(chan struct{})
	go func() { ss.gone.Wait(); close(gone) }()
	select {
	case <-gone:
		return nil
	case <-ctx.Done():
		for _, s := range open {
			_ = s.ws.Close()
		}
		return fmt.Errorf("websockets still open were cut: %w", ctx.Err())
	}
}

// close sends a close frame. It is safe from any goroutine (W1).
func (s *socket) close(code int) {
	if s.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(time.Second)) != nil {
		_ = s.ws.Close()
		return
	}
	_ = s.ws.SetReadDeadline(time.Now().Add(linger))
}

// drain reads what a peer had sent before it saw our close frame: closing over
// unread bytes resets the connection, and the reset overtakes the frame.
func (s *socket) drain() {
	_ = s.ws.SetReadDeadline(time.Now().Add(linger))
	_, _ = io.Copy(io.Discard, io.LimitReader(s.ws.NetConn(), 1<<20))
}

// read takes turns one after the other until the first error (W6).
func (s *socket) read() {
	defer s.end()
	defer s.drain()
	s.ws.SetReadLimit(readLimit)
	alive := func() { _ = s.ws.SetReadDeadline(time.Now().Add(silence)) }
	alive()
	s.ws.SetPongHandler(func(string) error { alive(); return nil })
	for {
		kind, data, err := s.ws.ReadMessage()
		if err != nil {
			return
		}
		alive()
		switch {
		case kind != websocket.TextMessage:
			s.close(websocket.CloseUnsupportedData)
			return
		case !utf8.Valid(data): // gorilla leaves this to us (W8)
			s.close(websocket.CloseInvalidFramePayloadData)
			return
		case s.flood != nil && !s.flood.Allow():
			s.close(websocket.ClosePolicyViolation)
			return
		}
		select {
		case s.room <- struct{}{}:
		case <-s.mute:
			return
		}
		s.take(data)
	}
}

// end frees everything; the writer sees that the reader has left.
func (s *socket) end() {
	close(s.left)
	_ = s.ws.Close()
	s.mu.Lock()
	if s.unsubscribe != nil {
		s.unsubscribe()
	}
	s.mu.Unlock()
	s.web.sockets.leave(s)
}

// take performs one request and queues its answer.
func (s *socket) take(data []byte) {
	ctx, cancel := context.WithTimeout(context.Background(), turnTimeout)
	defer cancel()
	q, err := parseRequest(data)
	if err != nil {
		s.out <- outgoing{data: s.refusal(ctx, q.Event, err), last: true}
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	a, err := s.web.take(ctx, s.caller, q)
	if err != nil {
		s.out <- outgoing{data: s.refusal(ctx, q.Event, err), last: true}
		return
	}
	s.listenTo(q, a)
	if missed := s.missed(ctx, q, a.Reply); len(missed.Messages) > 0 {
		s.out <- outgoing{data: encode(answer{Reply: s.caller.shaped(missed)})}
	}
	wake := s.follow(a.Conversation)
	s.sent = max(s.sent, lastSeq(a.Messages))
	s.out <- outgoing{data: encode(a), wake: wake, last: true}
}

// listenTo notes whose lines this connection carries and how far they are read.
// Another user, or another conversation, begins with nothing known.
func (s *socket) listenTo(q request, a answer) {
	user := q.User
	if q.Resume != nil {
		user = q.Resume.User
		s.sent = q.Resume.After
	} else if user != s.user || a.Conversation != s.conversation {
		s.sent = -1
	}
	s.user = user
}

// missed returns the messages between the last one the client has and the first
// of this answer, if there can be any: a colleague's line that came in while the
// resident was writing. The one number in between is the resident's own line.
func (s *socket) missed(ctx context.Context, q request, r bot.Reply) bot.Reply {
	if q.Resume != nil || s.sent < 0 || len(r.Messages) == 0 {
		return bot.Reply{}
	}
	first, own := r.Messages[0].Seq, int64(0)
	if q.Text != "" || q.Choice != "" {
		own = 1
	}
	if first <= s.sent+own+1 {
		return bot.Reply{}
	}
	since, err := s.web.Transcript.Since(ctx, s.caller.tenant, ChannelChat, s.user, s.sent)
	if err != nil {
		s.web.fault(ctx, fmt.Errorf("messages between two turns: %w", err))
		return bot.Reply{}
	}
	since.Messages = slices.DeleteFunc(since.Messages, func(m bot.Message) bool {
		return m.Seq >= first || m.Seq == first-1 && m.From == bot.FromResident
	})
	return since
}

// follow subscribes to the conversation once it is known.
func (s *socket) follow(conversation string) <-chan struct{} {
	if conversation == "" || conversation == s.conversation {
		return nil
	}
	if s.unsubscribe != nil {
		s.unsubscribe()
	}
	s.conversation = conversation
	wake, cancel := s.web.Transcript.Subscribe(s.caller.tenant, conversation)
	s.unsubscribe = cancel
	return wake
}

// write sends what is queued, what is pushed and the pings.
func (s *socket) write() {
	defer close(s.mute)
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	var wake <-chan struct{}
	for {
		var err error
		select {
		case <-s.left:
			return
		case o := <-s.out:
			if o.wake != nil {
				wake = o.wake
			}
			err = s.put(o.data)
			if o.last {
				<-s.room
			}
		case _, ok := <-wake:
			if !ok {
				wake = nil
				continue
			}
			if data := s.pushed(); data != nil {
				err = s.put(data)
			}
		case <-ping.C:
			err = s.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeTimeout))
		}
		if err != nil {
			if !errors.Is(err, websocket.ErrCloseSent) {
				_ = s.ws.Close() // ends the reader, which frees the rest
			}
			return
		}
	}
}

func (s *socket) put(data []byte) error {
	_ = s.ws.SetWriteDeadline(time.Now().Add(writeTimeout))
	return s.ws.WriteMessage(websocket.TextMessage, data)
}

// pushed returns what was said since, nil if nothing was.
func (s *socket) pushed() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), turnTimeout)
	defer cancel()
	r, err := s.web.Transcript.Since(ctx, s.caller.tenant, ChannelChat, s.user, max(s.sent, 0))
	if err != nil {
		s.web.fault(ctx, fmt.Errorf("server push: %w", err)) // logged; the next wake-up or resume catches up
		return nil
	}
	if len(r.Messages) == 0 {
		return nil
	}
	s.sent = max(s.sent, lastSeq(r.Messages))
	return encode(answer{Reply: s.caller.shaped(r)})
}

func (s *socket) refusal(ctx context.Context, event string, err error) []byte {
	data, _ := json.Marshal(struct {
		Event string      `json:"event,omitempty"`
		Error *gate.Fault `json:"error"`
	}{event, s.web.fault(ctx, err)})
	return data
}

func encode(a answer) []byte {
	data, err := json.Marshal(a)
	if err != nil {
		panic(fmt.Sprintf("web: a reply that is not JSON: %v", err)) // strings and numbers only
	}
	return data
}

func lastSeq(messages []bot.Message) int64 {
	var last int64
	for _, m := range messages {
		last = max(last, m.Seq)
	}
	return last
}
