package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"madoguchi/channels/line/linetest"
	"madoguchi/i18n"
)

// served is the program serving on a free port, with a folder of its own and a
// clock that starts in the morning of 2026-11-25 and runs.
type served struct {
	t      *testing.T
	base   string // http://127.0.0.1:PORT
	folder string
	screen *buffer // standard output
	log    *buffer // standard error
	stop   func()
	config Config
	clock  func() time.Time
}

// buffer collects what another goroutine prints.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// morning is 9 o'clock at the office on Wednesday 2026-11-25.
var morning = time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)

// serve starts the program with these settings and waits until it is open.
func serve(t *testing.T, settings map[string]string) *served {
	t.Helper()
	return serveIn(t, t.TempDir(), settings)
}

func serveIn(t *testing.T, folder string, settings map[string]string) *served {
	t.Helper()
	return serveTexts(t, folder, settings, nil)
}

// serveTexts is serveIn with the texts of another catalog; nil for those that ship.
func serveTexts(t *testing.T, folder string, settings map[string]string, texts *i18n.Catalog) *served {
	t.Helper()
	s := &served{t: t, folder: folder, screen: &buffer{}, log: &buffer{}}
	begun := time.Now()
	s.clock = func() time.Time { return morning.Add(time.Since(begun)) }
	var err error
	s.config, err = Config{Addr: "127.0.0.1:0", Data: folder, PublicURL: "https://madoguchi.example"}.resolve(func(name string) (string, bool) {
		v, ok := settings[name]
		return v, ok
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- (&serveCommand{}).Run(&environment{ctx: ctx, config: s.config, in: strings.NewReader(""), out: s.screen, err: s.log, clock: s.clock, texts: texts})
	}()
	s.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	t.Cleanup(s.stop)
	open := regexp.MustCompile(`http://127\.0\.0\.1:\d+`)
	await(t, "the program to open", func() bool {
		s.base = open.FindString(s.screen.String())
		return s.base != ""
	})
	return s
}

// await waits for a condition that another goroutine brings about.
func await(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// do performs a request and returns status and body; a 5xx is never right.
func (s *served) do(r *http.Request) (int, []byte) {
	s.t.Helper()
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	if res.StatusCode >= 500 {
		s.t.Errorf("%s %s: %s\n%s\n%s", r.Method, r.URL, res.Status, body, s.log)
	}
	return res.StatusCode, body
}

func (s *served) request(method, path, body string, header ...string) *http.Request {
	s.t.Helper()
	r, err := http.NewRequest(method, s.base+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

// said is an answer of the turn API, as far as the tests look.
type said struct {
	Conversation string
	Lang         string
	Flow, Step   string
	Asked        int64
	Expects      *struct{ Field, Type string }
	Messages     []struct {
		Seq     int64
		From    string
		Text    string
		Choices []struct{ Value, Label string }
		Booking *struct {
			ID, Key, Counter, Start string
			Receipt                 int
		}
	}
}

func (a said) text() string {
	var all []string
	for _, m := range a.Messages {
		all = append(all, m.Text)
	}
	return strings.Join(all, "\n")
}

// talk is one resident at the turn API.
type talk struct {
	*served
	tenant, user string
	header       []string
	n            int
}

func (s *served) talk(user string) *talk { return &talk{served: s, tenant: sampleID, user: user} }

// turn sends the members of one turn.
func (k *talk) turn(members map[string]any) (int, said) {
	k.t.Helper()
	k.n++
	all := map[string]any{"user": k.user, "event": k.user + "-" + time.Now().Format("150405.000000000")}
	for name, v := range members {
		all[name] = v
	}
	body, err := json.Marshal(all)
	if err != nil {
		k.t.Fatal(err)
	}
	status, answer := k.do(k.request("POST", "/t/"+k.tenant+"/chat/turn", string(body), k.header...))
	var a said
	if err := json.Unmarshal(answer, &a); err != nil && status == http.StatusOK {
		k.t.Fatalf("%s: %v", answer, err)
	}
	return status, a
}

// say sends words, or [a choice], one after the other and returns the last answer.
func (k *talk) say(words ...string) said {
	k.t.Helper()
	var last said
	for _, w := range words {
		members := map[string]any{"text": w}
		if choice, ok := strings.CutPrefix(w, "["); ok {
			members = map[string]any{"choice": strings.TrimSuffix(choice, "]")}
		}
		status, a := k.turn(members)
		if status != http.StatusOK {
			k.t.Fatalf("%q: status %d", w, status)
		}
		last = a
	}
	return last
}

// book makes a booking and returns its id and key.
func (k *talk) book(slot string) (id, key string) {
	k.t.Helper()
	a := k.say("[reservation]", "[book]", "[consult]", "["+slot[:strings.Index(slot, "/")]+"]", "["+slot+"]", "[@skip]", "[yes]")
	for _, m := range a.Messages {
		if m.Booking != nil {
			return m.Booking.ID, m.Booking.Key
		}
	}
	k.t.Fatalf("no booking at %s: %s", slot, a.text())
	return "", ""
}

// house opens the same database beside the server.
func (s *served) house() *house {
	s.t.Helper()
	h, err := open(&environment{ctx: context.Background(), config: s.config, clock: s.clock}, slog.New(slog.DiscardHandler), false)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { h.close() })
	return h
}

// cli runs a command over the same database.
func (s *served) cli(args ...string) (code int, out, errOut string) {
	s.t.Helper()
	var o, e bytes.Buffer
	args = append([]string{"--data", s.folder, "--now", s.clock().Format(time.RFC3339)}, args...)
	code = run(args, strings.NewReader(""), &o, &e)
	return code, o.String(), e.String()
}

// bookings is how many bookings there are, whatever their status.
func (s *served) bookings() int {
	s.t.Helper()
	code, out, errOut := s.cli("booking", "list", "--json")
	var list []shown
	if err := json.Unmarshal([]byte(out), &list); err != nil || code != 0 {
		s.t.Fatalf("exit %d, %v, %s", code, err, errOut)
	}
	return len(list)
}

// nowhere fails if any of the words stands in what the program has written:
// the files of its folder (database, WAL), its log, its screen and /metrics.
func (s *served) nowhere(words ...string) {
	s.t.Helper()
	_, metrics := s.do(s.request("GET", "/metrics", ""))
	places := map[string][]byte{"log": []byte(s.log.String()), "screen": []byte(s.screen.String()), "metrics": metrics}
	for name, data := range s.files() {
		places[name] = data
	}
	for name, data := range places {
		for _, w := range words {
			if bytes.Contains(data, []byte(w)) {
				s.t.Errorf("%q is in %s", w, name)
			}
		}
	}
}

// files reads every file of the folder.
func (s *served) files() map[string][]byte {
	s.t.Helper()
	all := map[string][]byte{}
	err := filepath.WalkDir(s.folder, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		all[filepath.Base(path)], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

// withLINE starts a stand-in for LINE and the program that speaks with it.
func withLINE(t *testing.T) (*served, *linetest.Server) {
	t.Helper()
	begun := time.Now()
	platform := linetest.New(func() time.Time { return morning.Add(time.Since(begun)) })
	t.Cleanup(platform.Close)
	s := serve(t, map[string]string{
		"LINE_CHANNEL_SECRET": platform.Secret, "LINE_CHANNEL_TOKEN": platform.Token, "LINE_API_URL": platform.URL,
		"MADOGUCHI_LIMITS": "off",
	})
	return s, platform
}

// line sends one event from LINE and waits until everything it called for has
// been shown.
func (s *served) line(platform *linetest.Server, user string, e linetest.Event) []string {
	s.t.Helper()
	before := len(platform.Texts(user))
	status, err := platform.Post(s.base+"/t/"+sampleID+"/line/webhook", e)
	if err != nil || status != http.StatusOK {
		s.t.Fatalf("webhook: %d, %v", status, err)
	}
	await(s.t, "LINE to be answered", func() bool { return len(platform.Texts(user)) > before })
	return platform.Texts(user)[before:]
}
