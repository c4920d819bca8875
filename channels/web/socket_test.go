package web

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"madoguchi/bot"
	"madoguchi/channels/gate"
)

// line is the resident's end of a websocket.
type line struct {
	*websocket.Conn
	t testing.TB
}

func (s *served) dial(t testing.TB, header ...string) *line {
	t.Helper()
	h := http.Header{}
	for i := 0; i < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	c, resp, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(s.URL, "http")+"/t/sample/chat/ws", h)
	if err != nil {
		t.Fatalf("dial: %v (%v)", err, resp)
	}
	t.Cleanup(func() { c.Close() })
	return &line{c, t}
}

func (l *line) say(message string) {
	l.t.Helper()
	if err := l.WriteMessage(websocket.TextMessage, []byte(message)); err != nil {
		l.t.Fatalf("send: %v", err)
	}
}

// heard is anything the server sends.
type heard struct {
	answer
	Error *gate.Fault `json:"error"`
}

func (l *line) hear() heard {
	l.t.Helper()
	_ = l.SetReadDeadline(time.Now().Add(15 * time.Second))
	var h heard
	if err := l.ReadJSON(&h); err != nil {
		l.t.Fatalf("receive: %v", err)
	}
	return h
}

// closed reads until the connection ends and returns the close code.
func (l *line) closed() int {
	l.t.Helper()
	_ = l.SetReadDeadline(time.Now().Add(15 * time.Second))
	for {
		_, _, err := l.ReadMessage()
		var c *websocket.CloseError
		switch {
		case errors.As(err, &c):
			return c.Code
		case err != nil:
			l.t.Fatalf("the connection ended without a close frame: %v", err)
		}
	}
}

func seqs(messages []bot.Message) []int64 {
	var out []int64
	for _, m := range messages {
		out = append(out, m.Seq)
	}
	return out
}

func TestSocketTakesTurnsAndEchoesTheEvent(t *testing.T) {
	s := serve(t)
	l := s.dial(t)
	l.say(`{"user":"u","event":"e1","lang":"en"}`)
	if h := l.hear(); h.Event != "e1" || h.Lang != "en" || len(h.Messages) != 2 {
		t.Errorf("answer: %+v", h)
	}
	l.say(`{"user":"u","event":"e2","choice":"move"}`)
	first := l.hear()
	l.say(`{"user":"u","event":"e2","choice":"move"}`)
	if again := l.hear(); fmt.Sprint(seqs(first.Messages)) != fmt.Sprint(seqs(again.Messages)) {
		t.Errorf("a repeated event was answered with %v, first %v", seqs(again.Messages), seqs(first.Messages))
	}
}

func TestSocketRefusesBadInputAndGoesOn(t *testing.T) {
	s := serve(t, unlimited)
	l := s.dial(t)
	for _, c := range badRequests {
		t.Run(c.name, func(t *testing.T) {
			l.t = t
			l.say(c.body)
			if h := l.hear(); h.Error == nil || h.Error.Code != c.code {
				t.Errorf("got %+v, want error %s", h, c.code)
			}
		})
	}
	l.t = t
	l.say(`{"user":"u","event":"still there"}`)
	if h := l.hear(); h.Event != "still there" || h.Error != nil {
		t.Errorf("after the bad input: %+v", h)
	}
}

// W1: one writer. A push, answers, pings and the closing at once must neither
// panic nor race.
func TestW1OneWriter(t *testing.T) {
	s := serve(t, unlimited)
	l := s.dial(t)
	l.say(`{"user":"u","event":"e"}`)
	l.hear()
	var wg sync.WaitGroup
	wg.Add(2)
	go func() {
		defer wg.Done()
		for i := range 200 {
			s.staff("u", fmt.Sprint("push ", i), true)
		}
	}()
	go func() {
		defer wg.Done()
		for i := range 200 {
			if l.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, `{"user":"u","event":"m%d","text":"x"}`, i)) != nil {
				return
			}
		}
	}()
	for answers := 0; answers < 100; {
		if h := l.hear(); h.Event != "" {
			answers++
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := s.web.Shutdown(ctx); err != nil {
		t.Error(err)
	}
	l.Close()
	wg.Wait()
}

func TestW2ReadLimit(t *testing.T) {
	s := serve(t)
	l := s.dial(t)
	l.say(`{"user":"` + strings.Repeat("x", readLimit) + `"}`)
	if code := l.closed(); code != websocket.CloseMessageTooBig {
		t.Errorf("closed with %d, want 1009", code)
	}
}

func TestW3NoCompression(t *testing.T) {
	s := serve(t)
	d := websocket.Dialer{EnableCompression: true}
	c, resp, err := d.Dial("ws"+strings.TrimPrefix(s.URL, "http")+"/t/sample/chat/ws", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if got := resp.Header.Get("Sec-Websocket-Extensions"); got != "" {
		t.Errorf("negotiated %q", got)
	}
}

func TestW4Origin(t *testing.T) {
	s := serve(t, func(c *Config, _ *gate.Options) { c.Origins = []string{"https://www.city.mihon.example"} })
	host := strings.TrimPrefix(s.URL, "http://")
	for _, c := range []struct {
		origin string
		status int
	}{
		{"", 101}, {"http://" + host, 101}, {"https://www.city.mihon.example", 101},
		{"https://evil.example", 403}, {"https://www.city.mihon.example.evil.example", 403}, {"null", 403}, {"http://" + host + ".evil.example", 403},
	} {
		h := http.Header{}
		if c.origin != "" {
			h.Set("Origin", c.origin)
		}
		conn, resp, err := websocket.DefaultDialer.Dial("ws://"+host+"/t/sample/chat/ws", h)
		if err == nil {
			conn.Close()
		}
		if resp == nil || resp.StatusCode != c.status {
			t.Errorf("origin %q: %v %v, want %d", c.origin, resp, err, c.status)
		}
	}
}

// W5: the server pings, and a peer that has gone silent has a deadline.
func TestW5Silence(t *testing.T) {
	if pingEvery*2 >= silence {
		t.Errorf("two lost pings must fit into %v of silence; ping every %v", silence, pingEvery)
	}
}

// W6: the reader leaves on the first error, so that nothing of a connection is
// left once the peer has gone without a word.
func TestW6ReaderLeavesOnError(t *testing.T) {
	s := serve(t)
	l := s.dial(t)
	l.say(`{"user":"u","event":"e"}`)
	l.hear()
	_ = l.NetConn().Close()
	done := make(chan struct{})
	go func() { s.web.sockets.gone.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Fatal("the reader is still there")
	}
	s.web.sockets.mu.Lock()
	defer s.web.sockets.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.web.sockets.open) != 0 || len(s.web.sockets.addresses) != 0 || len(s.wakes["c1"]) != 0 {
		t.Errorf("left behind: %d sockets, %d addresses, %d subscriptions", len(s.web.sockets.open), len(s.web.sockets.addresses), len(s.wakes["c1"]))
	}
}

// W7: a peer that never reads is cut, and costs the others nothing.
func TestW7NeverReadingPeer(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for the write deadline")
	}
	t.Parallel()
	s := serve(t, unlimited)
	deaf := s.dial(t)
	gone := make(chan struct{})
	go func() { s.web.sockets.gone.Wait(); close(gone) }()
	text := strings.Repeat("x", 2000)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		for i := 0; ; i++ {
			_ = deaf.SetWriteDeadline(time.Now().Add(time.Minute))
			if deaf.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, `{"user":"deaf","event":"e%d","text":"%s"}`, i%3, text)) != nil {
				return
			}
		}
	}()
	select {
	case <-gone:
	case <-time.After(writeTimeout + 15*time.Second):
		t.Fatal("the peer that never reads is still connected")
	}
	deaf.Close()
	<-stopped
	l := s.dial(t)
	l.say(`{"user":"other","event":"e"}`)
	l.hear()
}

func TestW8InvalidUTF8(t *testing.T) {
	s := serve(t)
	l := s.dial(t)
	l.say("{\"user\":\"\xff\"}")
	if code := l.closed(); code != websocket.CloseInvalidFramePayloadData {
		t.Errorf("closed with %d, want 1007", code)
	}
}

func TestSocketRefusesBinary(t *testing.T) {
	s := serve(t)
	l := s.dial(t)
	if err := l.WriteMessage(websocket.BinaryMessage, []byte{1}); err != nil {
		t.Fatal(err)
	}
	if code := l.closed(); code != websocket.CloseUnsupportedData {
		t.Errorf("closed with %d, want 1003", code)
	}
}

// W10: a shutdown says 1001 to all, and a client that comes back to another
// node misses and repeats nothing.
func TestW10ShutdownAndResume(t *testing.T) {
	s := serve(t)
	l := s.dial(t)
	l.say(`{"user":"u","event":"e1"}`)
	got := seqs(l.hear().Messages)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- s.web.Shutdown(ctx) }()
	if code := l.closed(); code != websocket.CloseGoingAway {
		t.Errorf("closed with %d, want 1001", code)
	}
	if err := <-done; err != nil {
		t.Errorf("shutdown: %v", err)
	}
	if _, resp, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(s.URL, "http")+"/t/sample/chat/ws", nil); err == nil || resp.StatusCode != 429 {
		t.Errorf("a node that closes let somebody in: %v", err)
	}

	s.staff("u", "while you were away", false)
	other := serve(t, func(c *Config, _ *gate.Options) { c.Engine, c.Transcript = s.town, s.town })
	l = other.dial(t)
	l.say(fmt.Sprintf(`{"resume":{"user":"u","after":%d}}`, got[len(got)-1]))
	h := l.hear()
	if !h.Resumed || len(h.Messages) != 1 || h.Messages[0].Text != "while you were away" || h.Expects == nil {
		t.Errorf("resumed with %+v", h)
	}
	l.say(`{"user":"u","event":"e1"}`) // sent again, as it was never answered for the client
	if again := l.hear(); fmt.Sprint(seqs(again.Messages)) != fmt.Sprint(got) {
		t.Errorf("the event was answered with %v, first %v", seqs(again.Messages), got)
	}
}

func TestShutdownCutsWhoDoesNotAnswer(t *testing.T) {
	s := serve(t)
	l := s.dial(t) // never reads, so never answers the close frame
	l.say(`{"user":"u","event":"e1"}`)
	l.hear()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	start := time.Now()
	_ = s.web.Shutdown(ctx)
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("shutdown took %v", took)
	}
}

// A push brings what a colleague says; a line said while the resident was
// answering is not skipped, and nothing comes twice.
func TestPushesLoseAndRepeatNothing(t *testing.T) {
	for _, wake := range []bool{true, false} { // a lost wake-up is made up for by the next turn
		t.Run(fmt.Sprintf("wake=%v", wake), func(t *testing.T) {
			s := serve(t, unlimited)
			l := s.dial(t)
			l.say(`{"user":"u","event":"e0"}`)
			seen := map[int64]int{}
			last := int64(0)
			take := func(h heard) {
				for _, m := range h.Messages {
					seen[m.Seq]++
					last = max(last, m.Seq)
				}
			}
			take(l.hear())
			for i := range 30 {
				s.staff("u", fmt.Sprint("staff ", i), wake)
				event := fmt.Sprint("t", i)
				l.say(fmt.Sprintf(`{"user":"u","event":%q,"text":"x"}`, event))
				for {
					h := l.hear()
					take(h)
					if h.Event == event {
						break
					}
				}
			}
			own := map[int64]bool{}
			for _, m := range s.talks[ChannelChat+"\x00u"].lines {
				own[m.Seq] = m.From == bot.FromResident
			}
			for seq := int64(1); seq <= last; seq++ {
				if n := seen[seq]; n != 1 && !own[seq] || n > 1 {
					t.Errorf("line %d of %d came %d times", seq, last, n)
				}
			}
		})
	}
}

// Another tab of the same person sees both sides of the conversation.
func TestTwoTabs(t *testing.T) {
	s := serve(t)
	a, b := s.dial(t), s.dial(t)
	a.say(`{"user":"u","event":"e1"}`)
	a.hear()
	b.say(`{"resume":{"user":"u","after":0}}`)
	if h := b.hear(); len(h.Messages) != 2 {
		t.Fatalf("second tab resumed with %+v", h)
	}
	a.say(`{"user":"u","event":"e2","choice":"move"}`)
	a.hear()
	h := b.hear()
	if len(h.Messages) < 2 || h.Messages[0].From != bot.FromResident || h.Event != "" {
		t.Errorf("second tab was pushed %+v", h)
	}
}

// A37: a thousand messages a second are answered with 1008.
func TestA37Flood(t *testing.T) {
	s := serve(t)
	l := s.dial(t)
	go func() {
		for i := range 1000 {
			if l.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, `{"user":"u","event":"e%d"}`, i)) != nil {
				return
			}
		}
	}()
	if code := l.closed(); code != websocket.ClosePolicyViolation {
		t.Errorf("closed with %d, want 1008", code)
	}
}

// A37: one address cannot take every connection.
func TestA37ConnectionsPerAddress(t *testing.T) {
	s := serve(t)
	var lines []*websocket.Conn
	defer func() {
		for _, c := range lines {
			c.Close()
		}
	}()
	for i := 0; ; i++ {
		c, resp, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(s.URL, "http")+"/t/sample/chat/ws", nil)
		if err == nil {
			lines = append(lines, c)
			if i > maxPerAddress {
				t.Fatalf("%d connections from one address", i)
			}
			continue
		}
		if resp == nil || resp.StatusCode != 429 || i != maxPerAddress {
			t.Errorf("connection %d: %v, want 429 after %d", i, err, maxPerAddress)
		}
		return
	}
}

func TestSocketHandshakeErrorsAreJSON(t *testing.T) {
	s := serve(t)
	resp, body := s.send(t, "GET", "/t/sample/chat/ws", "", "")
	if resp.StatusCode != http.StatusUpgradeRequired || errorCode(t, body) != "upgrade_required" {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	req, _ := http.NewRequest("GET", s.URL+"/t/sample/chat/ws", nil)
	req.Header.Set("Connection", "Upgrade")
	req.Header.Set("Upgrade", "websocket")
	req.Header.Set("Sec-WebSocket-Version", "12")
	resp, body = s.fetch(t, req)
	if resp.StatusCode != 400 || errorCode(t, body) != "bad_handshake" {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	resp, body = s.send(t, "POST", "/t/sample/chat/ws", "", "")
	if resp.StatusCode != 405 || errorCode(t, body) != "method_not_allowed" {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	if _, resp, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(s.URL, "http")+"/t/nowhere/chat/ws", nil); err == nil || resp.StatusCode != 404 {
		t.Errorf("unknown tenant: %v", err)
	}
}

// FuzzSocket: no frame makes the server answer anything but JSON or a close
// frame with a reason, and none takes it down.
func FuzzSocket(f *testing.F) {
	for _, c := range badRequests {
		f.Add(c.body, true)
	}
	f.Add(`{"resume":{"user":"u","after":0}}`, true)
	f.Add("\xff", false)
	s := serve(f, unlimited)
	f.Fuzz(func(t *testing.T, data string, text bool) {
		l := s.dial(t)
		kind := websocket.BinaryMessage
		if text {
			kind = websocket.TextMessage
		}
		if l.WriteMessage(kind, []byte(data)) != nil {
			return
		}
		_ = l.SetReadDeadline(time.Now().Add(10 * time.Second))
		_, got, err := l.ReadMessage()
		var c *websocket.CloseError
		switch {
		case errors.As(err, &c) && (c.Code == 1003 || c.Code == 1007 || c.Code == 1009):
		case err != nil:
			t.Fatalf("%q: %v", data, err)
		case !json.Valid(got):
			t.Fatalf("%q was answered with %q", data, got)
		}
		l.Close()
	})
}

// BenchmarkIdleConnections measures what one open, idle chat costs: resident
// memory of the whole process, the client's bare TCP connections included, by
// 5,000 connections that have each resumed and are subscribed.
func BenchmarkIdleConnections(b *testing.B) {
	const n = 5000
	s := serve(b, unlimited)
	address := strings.TrimPrefix(s.URL, "http://")
	handshake := "GET /t/sample/chat/ws HTTP/1.1\r\nHost: " + address + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
	s.turnOK(b, `{"user":"u","event":"e"}`)
	resume := `{"resume":{"user":"u","after":2}}`
	frame := append([]byte{0x81, 0x80 | byte(len(resume)), 0, 0, 0, 0}, resume...) // masked with zeroes
	for b.Loop() {
		debug.FreeOSMemory()
		before := resident(b)
		var heap0, heap1 runtime.MemStats
		runtime.ReadMemStats(&heap0)
		conns := make([]net.Conn, 0, n)
		buffer := bufio.NewReaderSize(nil, 4096)
		for range n {
			c, err := net.Dial("tcp", address)
			if err != nil {
				b.Fatal(err)
			}
			conns = append(conns, c)
			buffer.Reset(c)
			if _, err := c.Write([]byte(handshake)); err != nil {
				b.Fatal(err)
			}
			for {
				head, err := buffer.ReadString('\n')
				if err != nil {
					b.Fatal(err)
				}
				if head == "\r\n" {
					break
				}
			}
			if _, err := c.Write(frame); err != nil {
				b.Fatal(err)
			}
			if _, err := buffer.ReadByte(); err != nil { // the answer's first byte
				b.Fatal(err)
			}
		}
		debug.FreeOSMemory()
		runtime.ReadMemStats(&heap1)
		b.ReportMetric(float64(resident(b)-before)/n, "RSS-B/conn")
		b.ReportMetric(float64(heap1.HeapInuse-heap0.HeapInuse)/n, "heap-B/conn")
		b.ReportMetric(float64(heap1.StackInuse-heap0.StackInuse)/n, "stack-B/conn")
		for _, c := range conns {
			c.Close()
		}
		s.web.sockets.gone.Wait()
	}
}

func resident(b *testing.B) int {
	b.Helper()
	data, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		b.Skip("needs /proc")
	}
	var size, pages int
	if _, err := fmt.Sscan(string(data), &size, &pages); err != nil {
		b.Fatal(err)
	}
	return pages * os.Getpagesize()
}
