package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/channels/web/webtest"
)

// These tests are residents: a real Chromium against the real program, which
// runs as a process of its own over a database of its own. What a resident was
// told is held against what the command line says is booked.

// asProgram makes this test binary be the program, so that the tests need no
// build of their own and a restart is a real one.
const asProgram = "MADOGUCHI_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// opening is the time in every test: a Wednesday, half an hour after opening.
const opening = "2026-11-25T09:00:00+09:00"

// town is the running program.
type town struct {
	t    *testing.T
	data string
	addr string
	base string
	stop func()
}

// program prepares a call of the program.
func (s *town) program(args ...string) *exec.Cmd {
	c := exec.Command(os.Args[0], append([]string{"--now", opening}, args...)...)
	c.Env = append(os.Environ(), asProgram+"=1", "MADOGUCHI_DATA="+s.data, "MADOGUCHI_LIMITS=off", "MADOGUCHI_ADDR="+s.addr)
	return c
}

// startTown serves the sample tenant on a free port.
func startTown(t *testing.T) *town {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &town{t: t, data: t.TempDir(), addr: l.Addr().String()}
	l.Close()
	s.base = "http://" + s.addr + "/t/sample"
	s.start()
	t.Cleanup(func() { s.stop() })
	return s
}

func (s *town) start() {
	s.t.Helper()
	c := s.program("serve")
	var log bytes.Buffer
	c.Stdout, c.Stderr = &log, &log
	if err := c.Start(); err != nil {
		s.t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	s.stop = func() {
		_ = c.Process.Kill() // as rough as a power cut
		<-ended
		s.stop = func() {}
	}
	for deadline := time.Now().Add(20 * time.Second); ; {
		if r, err := http.Get("http://" + s.addr + "/readyz"); err == nil {
			r.Body.Close()
			if r.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case err := <-ended:
			ended <- err
			s.t.Fatalf("the program ended: %v\n%s", err, log.String())
		case <-time.After(50 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("the program does not answer\n%s", log.String())
		}
	}
}

// bookings is what the command line lists, oldest visit first, each as
// "counter start service persons status".
func (s *town) bookings() []string {
	s.t.Helper()
	c := s.program("booking", "list", "--json", "--from", "2026-11-01", "--to", "2026-12-31")
	out, err := c.Output()
	if err != nil {
		s.t.Fatalf("booking list: %v", err)
	}
	var list []shown
	if err := json.Unmarshal(out, &list); err != nil {
		s.t.Fatalf("booking list: %v in %s", err, out)
	}
	lines := []string{}
	for _, b := range list {
		lines = append(lines, fmt.Sprintf("%s %s %s %d %s", b.Counter, b.Start, b.Service, b.Persons, b.Status))
	}
	return lines
}

func (s *town) booked(want ...string) {
	s.t.Helper()
	if got := s.bookings(); !slices.Equal(got, want) {
		s.t.Errorf("the database has\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// resident is a visitor of the town who knows the pages.
type resident struct {
	*webtest.Visitor
	t *testing.T
}

// chat opens the conversation and waits for the first question.
func (r *resident) chat(query string) {
	r.t.Helper()
	r.Open("/chat" + query)
	r.asked("choice")
}

// asked waits until the conversation rests at a question with buttons to press,
// or at one answered by typing.
func (r *resident) asked(string) {
	r.t.Helper()
	r.Until(idle + ` && document.querySelector(".choices button")`)
}

const idle = `document.querySelector("#pending")?.hidden && !document.querySelector(".line.waiting")`

// say types words and sends them with Enter, as a person does.
func (r *resident) say(words string) {
	r.t.Helper()
	r.JS(`document.querySelector("#text").focus()`)
	r.Type(words)
	r.Enter()
	r.Until(idle)
}

// answer presses a button of the open question and waits for what comes next.
func (r *resident) answer(label string) {
	r.t.Helper()
	n := r.JS(lastSeq)
	r.Press(label)
	r.Until(idle + ` && ` + lastSeq + ` > ` + n)
}

const lastSeq = `Math.max(0, ...[...document.querySelectorAll(".line")].map(l => Number(l.dataset.seq) || 0))`

// said is all that stands in the conversation, a line a message.
func (r *resident) said() string {
	r.t.Helper()
	return r.JS(`[...document.querySelectorAll(".line")].map(l => l.dataset.seq + " " + l.classList[1] + " " + (l.querySelector(".said")?.textContent ?? "")).join("\n")`)
}

// card is a value of the last receipt card.
func (r *resident) card(field string) string {
	r.t.Helper()
	return r.JS(`[...document.querySelectorAll(".card")].at(-1).querySelector('[data-f="` + field + `"]').textContent`)
}

// TestBrowserPages walks every page in three languages at the widths of a
// telephone, a desk and an old handset: axe-core finds nothing, nothing scrolls
// sideways. MADOGUCHI_SCREENSHOTS=DIR keeps a picture of each.
func TestBrowserPages(t *testing.T) {
	chromium := webtest.Start(t)
	s := startTown(t)
	for _, lang := range []string{"ja", "en", "ja-easy"} {
		for _, size := range []struct{ w, h int64 }{{390, 844}, {1280, 900}, {240, 320}} {
			r := &resident{webtest.Visit(t, chromium, s.base), t}
			r.Size(size.w, size.h)
			look := func(name string) {
				t.Helper()
				name = fmt.Sprintf("%s-%s-%d", name, lang, size.w)
				r.Narrow(name)
				r.Keep(name, !strings.HasPrefix(name, "chat"))
				r.AxeClean(name)
			}
			r.Open("/?lang=" + lang)
			look("front")
			r.JS(`document.querySelector(".tools").open = true`)
			look("menu")
			r.Open("/vacancy")
			look("vacancy")
			if size.w > 240 {
				r.walkChat(look)
			}
			r.walkBook(look)
			r.Open("/form/never")
			look("error")
		}
	}
}

func (r *resident) walkChat(look func(string)) {
	r.t.Helper()
	r.chat("")
	look("chat-1-menu")
	r.answer("card-pickup")
	look("chat-2-who")
	r.answer("self")
	look("chat-3-papers")
	r.answer("2")
	look("chat-4-counter")
	r.answer("honcho")
	look("chat-5-offers")
	r.say("2027-01-01")
	look("chat-6-closed")
	r.answer(r.JS(`document.querySelector(".choices .set button").value`))
	look("chat-7-mail")
	r.say("hanako")
	look("chat-8-hint")
	r.answer("@skip")
	look("chat-9-summary")
	r.answer("yes")
	r.Until(`document.querySelector(".card")`)
	look("chat-10-card")
	r.Press(r.JS(`[...document.querySelectorAll(".card .actions button")].at(-1).value`))
	r.Until(idle)
	r.answer("yes")
	look("chat-11-cancelled")
}

func (r *resident) walkBook(look func(string)) {
	r.t.Helper()
	step := func(name string) {
		r.t.Helper()
		look("book-" + name)
	}
	pick := func(value string) {
		r.t.Helper()
		r.Press(value)
		r.Until(`![...document.querySelectorAll("main button")].some(b => b.value === ` + fmt.Sprintf("%q", value) + `)`)
	}
	r.Open("/book")
	step("0-start")
	pick("moving")
	step("1-moving")
	r.Open("/book?flow=reservation")
	step("2-again")
	pick("reservation")
	step("3-what")
	pick("book")
	step("4-business")
	pick("consult")
	step("5-counter")
	pick("ekimae")
	step("6-days")
	r.JS(`document.querySelector(".days a").click()`)
	r.Until(`document.querySelector(".times button")`)
	step("7-times")
	r.JS(`document.querySelector(".times button").click()`)
	r.Until(`document.querySelector("#answer")`)
	step("8-mail")
	r.JS(`document.querySelector("#answer").value = "hanako"`)
	r.JS(`document.querySelector("button.go").click()`)
	r.Until(`document.querySelector("#error")`)
	step("9-error")
	pick("@skip")
	step("10-summary")
	pick("yes")
	r.Until(`document.querySelector(".card")`)
	step("11-card")
}

// Residents book, change and cancel in the conversation, by typing and by
// pressing, in Japanese and in English; the database agrees at every step.
func TestBrowserChatBookChangeCancel(t *testing.T) {
	chromium := webtest.Start(t)
	for _, c := range []struct {
		lang, begin, persons, wish, skip, yes, changed, confirm, change, cancel string
	}{
		{"ja", "相談の予約をしたい", "", "12月1日の10時", "", "はい", "12月2日の午後2時", "はい", "予約を変更する", "予約を取り消す"},
		{"en", "I want to book an appointment", "", "1 December at 10:00", "", "yes", "2 December at 2 pm", "yes", "Change booking", "Cancel booking"},
	} {
		t.Run(c.lang, func(t *testing.T) {
			t.Parallel()
			s := startTown(t)
			r := &resident{webtest.Visit(t, chromium, s.base), t}
			r.Size(390, 844)
			r.chat("?lang=" + c.lang)
			r.say(c.begin)
			r.Press("book")
			_ = c
			_ = s
		})
	}
}

var _ = filepath.Join
var _ = httputil.NewSingleHostReverseProxy
var _ = url.Parse
