package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// A40: five thousand connections that never finish their headers. The program
// goes on answering, and within ten seconds every one of them is closed.
func TestA40HalfOpen(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for the program's own patience to end")
	}
	s := serve(t, nil)
	const clients = 5000
	conns := make([]net.Conn, 0, clients)
	defer func() {
		for _, c := range conns {
			c.Close()
		}
	}()
	address := strings.TrimPrefix(s.base, "http://")
	begun := time.Now()
	for i := range clients {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatalf("connection %d: %v", i, err)
		}
		conns = append(conns, c)
		if _, err := io.WriteString(c, "GET /t/sample/ HTTP/1.1\r\nHost: x\r\nX-Slow: "); err != nil {
			t.Fatal(err)
		}
	}
	if status, _ := s.do(s.request("GET", "/healthz", "")); status != http.StatusOK {
		t.Errorf("/healthz: %d", status)
	}
	opened := time.Now()
	var wait sync.WaitGroup
	var mu sync.Mutex
	still := 0
	for _, c := range conns {
		wait.Go(func() {
			_ = c.SetReadDeadline(opened.Add(10 * time.Second))
			if _, err := io.Copy(io.Discard, c); errors.Is(err, os.ErrDeadlineExceeded) {
				mu.Lock()
				still++
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	if still > 0 {
		t.Errorf("%d of %d are open ten seconds after the last was opened", still, clients)
	}
	t.Logf("opened in %v, all closed %v later", opened.Sub(begun).Round(time.Millisecond), time.Since(opened).Round(time.Millisecond))
}

// A40: a request that says its length in two ways is read in one way, and what
// is hidden behind it is no request.
func TestA40TwoLengths(t *testing.T) {
	s := serve(t, nil)
	c, err := net.Dial("tcp", strings.TrimPrefix(s.base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	hidden := "0\r\n\r\nGET /t/sample/vacancy HTTP/1.1\r\nHost: x\r\n\r\n"
	fmt.Fprintf(c, "POST /t/sample/chat/turn HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n%s", len(hidden), hidden)
	_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
	answers := bufio.NewReader(c)
	res, err := http.ReadResponse(answers, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusBadRequest {
		t.Errorf("the request with two lengths: %s", res.Status)
	}
	if next, err := http.ReadResponse(answers, nil); err == nil {
		t.Errorf("what was hidden behind it was answered: %s", next.Status)
	}
}

// A37: thousands of websockets from one address are capped; others still come
// in, and a peer that never reads is cut off.
func TestA37ManySockets(t *testing.T) {
	s := serve(t, nil)
	refused := 0
	var open []*websocket.Conn
	defer func() {
		for _, ws := range open {
			ws.Close()
		}
	}()
	const opens = 5000
	for range opens {
		ws, res, err := s.dial(http.Header{"Origin": {s.base}})
		if err == nil {
			open = append(open, ws)
			continue
		}
		if res == nil || res.StatusCode != http.StatusTooManyRequests {
			t.Fatalf("refused with %v, %v", res, err)
		}
		refused++
	}
	if len(open) > 200 || refused != opens-len(open) {
		t.Errorf("%d open, %d refused; want at most 200 open", len(open), refused)
	}
}
