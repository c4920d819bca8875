package gate

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"golang.org/x/time/rate"
	"pgregory.net/rapid"
)

// A17: an address that anyone can write is not believed.
func TestA17ClientAddress(t *testing.T) {
	trusted, err := ParseProxies([]string{"10.0.0.0/8", "::1", "192.0.2.7"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, peer, forwarded, want string }{
		{"direct", "203.0.113.5:1000", "", "203.0.113.5"},
		{"spoofed by a stranger", "203.0.113.5:1000", "198.51.100.1", "203.0.113.5"},
		{"through the proxy", "10.0.0.2:1000", "203.0.113.5", "203.0.113.5"},
		{"spoofed through the proxy", "10.0.0.2:1000", "198.51.100.1, 203.0.113.5", "203.0.113.5"},
		{"two proxies", "10.0.0.2:1000", "203.0.113.5, 10.9.9.9", "203.0.113.5"},
		{"proxy without the header", "10.0.0.2:1000", "", "10.0.0.2"},
		{"nonsense", "10.0.0.2:1000", "203.0.113.5, nonsense", "10.0.0.2"},
		{"IPv6 proxy and caller", "[::1]:1000", "2001:db8::1", "2001:db8::1"},
		{"mapped IPv4", "[::ffff:203.0.113.5]:1000", "", "203.0.113.5"},
		{"one address as proxy", "192.0.2.7:1", "203.0.113.5", "203.0.113.5"},
		{"its neighbour", "192.0.2.8:1", "203.0.113.5", "192.0.2.8"},
		{"no port", "@", "203.0.113.5", "@"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", nil)
			r.RemoteAddr = c.peer
			r.Header.Set("Forwarded", "for=198.51.100.9")
			if c.forwarded != "" {
				r.Header.Set("X-Forwarded-For", c.forwarded)
			}
			if got := trusted.Client(r); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
	if _, err := ParseProxies([]string{"10.0.0.0/99"}); err == nil {
		t.Error("a network that is none was accepted")
	}
}

func TestLimiter(t *testing.T) {
	now := time.Unix(0, 0)
	l := NewLimiter(2, 3, 100, func() time.Time { return now })
	for i := range 3 {
		if !l.Allow("a") {
			t.Fatalf("event %d of a burst of 3 was refused", i+1)
		}
	}
	if l.Allow("a") {
		t.Error("the fourth was allowed")
	}
	if !l.Allow("b") {
		t.Error("another client was refused")
	}
	now = now.Add(time.Second)
	for i, want := range []bool{true, true, false} {
		if got := l.Allow("a"); got != want {
			t.Errorf("a second later, event %d: %v, want %v", i+1, got, want)
		}
	}
	var none *Limiter
	if !none.Allow("a") || none.Len() != 0 {
		t.Error("no limiter should allow everything")
	}
}

// The memory of a limiter is bounded, and who floods it with names does not
// free somebody who is limited and still asking.
func TestLimiterForgetsTheLongestUnseen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := NewLimiter(rate.Limit(0.001), 1, 10, func() time.Time { return time.Unix(0, 0) })
		l.Allow("busy")
		for i, name := range rapid.SliceOf(rapid.StringN(0, 5, 10)).Draw(t, "names") {
			l.Allow("n" + name)
			if l.Len() > 10 {
				t.Fatalf("%d clients remembered", l.Len())
			}
			if l.Allow("busy") {
				t.Fatalf("the busy client was forgotten at %d", i)
			}
		}
	})
}

func TestHeaders(t *testing.T) {
	h := New(Options{Secure: true, Ancestors: []string{"https://www.city.example"}}).Wrap(http.NotFoundHandler())
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, httptest.NewRequest("GET", "/", nil))
	for name, want := range map[string]string{
		"Content-Security-Policy":   "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; media-src 'self' blob:; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors https://www.city.example",
		"X-Content-Type-Options":    "nosniff",
		"Referrer-Policy":           "same-origin",
		"Strict-Transport-Security": "max-age=31536000",
		"Cache-Control":             "no-store",
		"X-Frame-Options":           "",
	} {
		if got := rec.Header().Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	rec = httptest.NewRecorder()
	New(Options{}).Wrap(http.NotFoundHandler()).ServeHTTP(rec, httptest.NewRequest("GET", "/", nil))
	if rec.Header().Get("Strict-Transport-Security") != "" || rec.Header().Get("X-Frame-Options") != "DENY" {
		t.Errorf("over http and unframed: %v", rec.Header())
	}
}

func TestMethods(t *testing.T) {
	m := Methods{"GET": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "got") }}
	for _, c := range []struct {
		method string
		status int
	}{{"GET", 200}, {"HEAD", 200}, {"OPTIONS", 204}, {"POST", 405}, {"TRACE", 405}, {"BREW", 405}} {
		rec := httptest.NewRecorder()
		m.ServeHTTP(rec, httptest.NewRequest(c.method, "/", nil))
		if rec.Code != c.status {
			t.Errorf("%s: %d, want %d", c.method, rec.Code, c.status)
		}
		if c.status == 405 && (rec.Header().Get("Allow") != "GET, HEAD, OPTIONS" || !json.Valid(rec.Body.Bytes())) {
			t.Errorf("%s: Allow %q, body %s", c.method, rec.Header().Get("Allow"), rec.Body)
		}
	}
}

func TestBody(t *testing.T) {
	for _, c := range []struct {
		name   string
		size   int
		length int64
		status int
	}{
		{"at the limit", 10, 10, 0},
		{"announced too large", 11, 11, 413},
		{"too large without saying so", 11, -1, 413},
	} {
		r := httptest.NewRequest("POST", "/", strings.NewReader(strings.Repeat("x", c.size)))
		r.ContentLength = c.length
		_, err := Body(httptest.NewRecorder(), r, 10)
		status := 0
		if f, ok := err.(*Fault); ok {
			status = f.Status
		}
		if status != c.status {
			t.Errorf("%s: %v, want status %d", c.name, err, c.status)
		}
	}
	r := httptest.NewRequest("POST", "/", io.MultiReader(strings.NewReader("x"), failing{}))
	if _, err := Body(httptest.NewRecorder(), r, 10); err == nil || err.(*Fault).Status != 400 {
		t.Errorf("a body that breaks off: %v", err)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// A40 and A29: a panic becomes a 500 with a reference, and neither the answer
// nor the log repeats what was in it.
func TestA40PanicTellsNothing(t *testing.T) {
	var log bytes.Buffer
	mux := http.NewServeMux()
	mux.HandleFunc("/t/{tenant}/form/{token}", func(http.ResponseWriter, *http.Request) { panic("canary: 見本 花子") })
	h := New(Options{Log: slog.New(slog.NewTextHandler(&log, nil))}).Wrap(mux)
	r := httptest.NewRequest("GET", "/t/sample/form/canary-token?q=canary", nil)
	r.RemoteAddr = "203.0.113.77:1000"
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	id := rec.Header().Get("X-Request-Id")
	if rec.Code != 500 || id == "" || !strings.Contains(rec.Body.String(), id) {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
	if strings.Contains(rec.Body.String()+log.String(), "canary") || strings.Contains(log.String(), "203.0.113.77") {
		t.Errorf("answer: %s\nlog: %s", rec.Body, log.String())
	}
	for _, want := range []string{id, "route=/t/{tenant}/form/{token}", "status=500", "network=203.0.113.0/24"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %s:\n%s", want, log.String())
		}
	}
}

func TestAddressesAreLimited(t *testing.T) {
	now := time.Unix(0, 0)
	h := New(Options{Clock: func() time.Time { return now }}).Wrap(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	ask := func(peer string) int {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = peer
		r.Header.Set("X-Forwarded-For", fmt.Sprint("198.51.100.", time.Now().Nanosecond()%250))
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		return rec.Code
	}
	for range addressBurst {
		if code := ask("203.0.113.5:1"); code != 200 {
			t.Fatalf("%d within the burst", code)
		}
	}
	if code := ask("203.0.113.5:2"); code != 429 {
		t.Errorf("after the burst: %d", code)
	}
	if code := ask("203.0.113.6:1"); code != 200 {
		t.Errorf("a neighbour: %d", code)
	}
}

// A40: a client that sends its headers drop by drop is cut, others are served.
func TestA40Slowloris(t *testing.T) {
	s := Server(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), nil)
	if s.ReadHeaderTimeout > 10*time.Second || s.ReadHeaderTimeout == 0 || s.IdleTimeout == 0 || s.MaxHeaderBytes > 64<<10 {
		t.Errorf("limits: %v %v %v", s.ReadHeaderTimeout, s.IdleTimeout, s.MaxHeaderBytes)
	}
	s.ReadHeaderTimeout = 50 * time.Millisecond
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = s.Serve(ln) }()
	defer func() { _ = s.Shutdown(context.Background()) }()
	slow, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Close()
	if _, err := io.WriteString(slow, "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "); err != nil {
		t.Fatal(err)
	}
	_ = slow.SetReadDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.ReadAll(slow); err != nil {
		t.Errorf("the half-sent request was not ended: %v", err)
	}
	big, err := http.NewRequest("GET", "http://"+ln.Addr().String()+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	big.Header.Set("X-Big", strings.Repeat("x", 1<<20))
	if resp, err := http.DefaultClient.Do(big); err == nil {
		resp.Body.Close()
		if resp.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("1 MB of headers: %d", resp.StatusCode)
		}
	}
}
