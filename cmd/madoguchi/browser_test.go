package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"image"
	"image/png"
	"net"
	"net/http"
	"net/http/httptest"
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
	"madoguchi/i18n"
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

// guest is a visitor of the town who knows the pages.
type guest struct {
	*webtest.Visitor
	t *testing.T
}

// chat opens the conversation and waits for the first question.
func (r *guest) chat(query string) {
	r.t.Helper()
	r.Open("/chat" + query)
	r.asked()
}

// asked waits until the conversation rests at a question with buttons.
func (r *guest) asked() {
	r.t.Helper()
	r.Until(idle + ` && document.querySelector(".choices button")`)
}

const idle = `document.querySelector("#pending")?.hidden && !document.querySelector(".line.waiting")`

// say types words and sends them with Enter, as a person does.
func (r *guest) say(words string) {
	r.t.Helper()
	r.JS(`document.querySelector("#text").focus()`)
	r.Type(words)
	r.Enter()
	r.Until(idle)
}

// answer presses a button of the open question and waits for what comes next.
func (r *guest) answer(label string) {
	r.t.Helper()
	n := r.JS(lastSeq)
	r.Press(label)
	r.Until(idle + ` && ` + lastSeq + ` > ` + n)
}

const lastSeq = `Math.max(0, ...[...document.querySelectorAll(".line")].map(l => Number(l.dataset.seq) || 0))`

// said is all that stands in the conversation, a line a message.
func (r *guest) said() string {
	r.t.Helper()
	return r.JS(`[...document.querySelectorAll(".line")].map(l => l.dataset.seq + " " + l.classList[1] + " " + (l.querySelector(".said")?.textContent ?? "")).join("\n")`)
}

// card is a value of the last receipt card.
func (r *guest) card(field string) string {
	r.t.Helper()
	return r.JS(`[...document.querySelectorAll(".card")].at(-1).querySelector('[data-f="` + field + `"]').textContent`)
}

// TestBrowserPages walks every page: on a telephone, at a desk, on an old
// handset, at 320 px and at 200 % zoom of a small laptop. Nothing scrolls
// sideways and, in every language, axe-core finds nothing.
// MADOGUCHI_SCREENSHOTS=DIR walks all combinations and keeps a picture of each.
func TestBrowserPages(t *testing.T) {
	type window struct {
		w, h  int64
		large string // size of type
	}
	phone, desk, handset := window{390, 844, "normal"}, window{1280, 900, "normal"}, window{240, 320, "normal"}
	narrow, zoomed := window{320, 640, "large"}, window{640, 450, "normal"}
	type walk struct {
		lang string
		window
		axe bool
	}
	walks := []walk{
		{"ja", phone, true}, {"ja-easy", phone, true}, {"en", desk, true}, {"ja", handset, true},
		{"en", narrow, false}, {"ja", zoomed, false},
	}
	for _, lang := range whole {
		if !slices.Contains([]i18n.Lang{i18n.Japanese, i18n.EasyJapanese, i18n.English}, lang) {
			walks = append(walks, walk{string(lang), narrow, false}) // where long words break first
		}
	}
	if !webtest.Thorough() {
		walks = []walk{{"ja-easy", phone, false}}
	}
	if os.Getenv("MADOGUCHI_SCREENSHOTS") != "" {
		walks = walks[:0]
		for _, lang := range whole {
			for _, at := range []window{phone, desk, handset, narrow, zoomed} {
				walks = append(walks, walk{string(lang), at, false})
			}
		}
	}
	chromium := webtest.Start(t)
	s := startTown(t)
	for _, at := range walks {
		r := &guest{webtest.Visit(t, chromium, s.base), t}
		r.Size(at.w, at.h)
		look := func(name string) {
			t.Helper()
			name = fmt.Sprintf("%s-%s-%d", name, at.lang, at.w)
			r.Narrow(name)
			r.Keep(name, !strings.HasPrefix(name, "chat"))
			if at.axe {
				r.AxeClean(name)
			}
		}
		r.Open("/?lang=" + at.lang + "&size=" + at.large)
		look("front")
		r.JS(`document.querySelector(".tools").open = true`)
		look("menu")
		r.Open("/vacancy")
		look("vacancy")
		if at.w > 240 {
			r.walkChat(look)
		}
		r.walkBook(look)
		r.Open("/form/never")
		look("error")
	}
}

func (r *guest) walkChat(look func(string)) {
	r.t.Helper()
	r.chat("")
	look("chat-1-menu")
	r.answer("card-pickup")
	look("chat-2-who")
	r.answer("self")
	look("chat-3-papers")
	r.answer("1")
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
	r.chat("")
	r.answer("moving")
	r.answer("in")
	r.say("2026-12-16")
	for _, value := range []string{"yes", "family", "not-yet", "yes", "household"} {
		r.answer(value)
	}
	look("chat-12-several")
	r.JS(`document.querySelector(".choices [value=dog]").click()`)
	r.JS(`document.querySelector(".choices .done").click()`)
	r.Until(`document.querySelector(".tasks")`)
	look("chat-13-tasks")
	r.JS(`document.querySelectorAll(".tasks details").forEach((d) => { d.open = true })`)
	look("chat-14-tasks-open")
}

func (r *guest) walkBook(look func(string)) {
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
		lang, begin, counter, wish, no, yes, other, when string
	}{
		{"ja", "相談の予約をしたい", "本庁", "12月1日の10時", "入力しません", "はい", "12月2日の午後2時", "2026年12月1日（令和8年）火曜日 午前10時"},
		{"en", "I want to book a visit", "City Hall", "1 December at 10:00", "no thanks", "yes", "2 December at 2 pm", "Tuesday, 1 December 2026 (Reiwa 8), 10:00 a.m."},
	} {
		t.Run(c.lang, func(t *testing.T) {
			if c.lang != "ja" {
				webtest.Thoroughly(t)
			}
			s := startTown(t)
			r := &guest{webtest.Visit(t, chromium, s.base), t}
			r.Size(390, 844)
			r.Grant("clipboard-read", "clipboard-write")
			files := r.Downloads()
			r.chat("?lang=" + c.lang)
			r.say(c.begin)
			r.answer("consult")
			r.say(c.counter)
			before := r.said()
			r.Reload() // on the way nothing is lost and nothing doubled
			r.asked()
			if after := r.said(); after != before {
				t.Errorf("before the reload\n%s\nafter it\n%s", before, after)
			}
			r.say(c.wish)
			r.say(c.no)
			s.booked()
			r.say(c.yes)
			s.booked("honcho 2026-12-01T10:00 consult 1 booked")
			if got := r.card("when"); got != c.when {
				t.Errorf("the receipt says %q, want %q", got, c.when)
			}
			key := r.card("key")
			r.JS(`document.querySelector(".card .copy").click()`)
			r.Until(`document.querySelector("#banner").textContent`)
			if got := r.JS(`navigator.clipboard.readText()`); got != key {
				t.Errorf("copied %q, the key is %q", got, key)
			}
			r.JS(`document.querySelector(".card .actions a").click()`)
			calendar := s.download(files)
			for _, part := range []string{"BEGIN:VEVENT", "DTSTART:20261201T010000Z"} {
				if !strings.Contains(calendar, part) {
					t.Errorf("%s is not in the calendar file\n%s", part, calendar)
				}
			}
			if strings.Contains(calendar, key) {
				t.Error("the access key is in the calendar file")
			}

			r.answer(r.JS(`document.querySelector(".card .actions button").value`))
			r.answer("honcho")
			r.say(c.other)
			r.answer("yes")
			s.booked("honcho 2026-12-02T14:00 consult 1 booked")
			r.answer(r.JS(`[...document.querySelectorAll(".card .actions button")].at(-1).value`))
			r.answer("yes")
			s.booked("honcho 2026-12-02T14:00 consult 1 cancelled")
		})
	}
}

// download waits for the calendar file.
func (s *town) download(dir string) string {
	s.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if found, _ := filepath.Glob(filepath.Join(dir, "*.ics")); len(found) > 0 {
			data, err := os.ReadFile(found[0])
			if err != nil {
				s.t.Fatal(err)
			}
			return string(data)
		}
	}
	s.t.Fatal("no calendar file was downloaded")
	return ""
}

// The program is killed in the middle of a conversation and comes back on the
// same address: what was typed meanwhile is answered, once.
func TestBrowserChatOutlivesARestart(t *testing.T) {
	webtest.Thoroughly(t)
	s := startTown(t)
	r := &guest{webtest.Visit(t, webtest.Start(t), s.base), t}
	r.chat("?lang=ja")
	r.answer("reservation")
	r.answer("book")
	s.stop()
	r.Until(`document.querySelector("#banner.bad")`)
	r.JS(`document.querySelector("#text").focus()`)
	r.Type("相談")
	r.Enter()
	r.Until(`document.querySelector(".line.waiting")`)
	s.start()
	r.Until(idle + ` && [...document.querySelectorAll(".choices button")].some(b => b.value === "honcho")`)
	live := r.said()
	if n := strings.Count(live, "相談\n"); n != 1 {
		t.Errorf("the answer stands there %d times:\n%s", n, live)
	}
	r.Reload()
	r.asked()
	if again := r.said(); again != live {
		t.Errorf("before the reload\n%s\nafter it\n%s", live, again)
	}
}

// Where a proxy lets no websocket through, a visit is booked by POST.
func TestBrowserChatWithoutWebsocket(t *testing.T) {
	webtest.Thoroughly(t)
	s := startTown(t)
	to, err := url.Parse("http://" + s.addr)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(to)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/chat/ws") {
			http.Error(w, "no websockets here", http.StatusBadGateway)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	defer front.Close()
	r := &guest{webtest.Visit(t, webtest.Start(t), front.URL+"/t/sample"), t}
	r.chat("?lang=ja&flow=reservation")
	r.answer("book")
	r.answer("consult")
	r.answer("ekimae")
	r.say("12月1日の9時")
	r.answer("@skip")
	r.answer("yes")
	s.booked("ekimae 2026-12-01T09:00 consult 1 booked")
}

// Enter that ends a kana conversion does not send; the next Enter does.
func TestBrowserChatKanaConversion(t *testing.T) {
	webtest.Thoroughly(t)
	s := startTown(t)
	r := &guest{webtest.Visit(t, webtest.Start(t), s.base), t}
	r.chat("?lang=ja")
	r.JS(`document.querySelector("#text").focus()`)
	r.Compose("そうだん")
	r.Enter()
	if got := r.JS(`document.querySelectorAll(".line.resident").length`); got != "0" {
		t.Fatalf("sent while composing:\n%s", r.said())
	}
	r.Type("相談の予約をしたい") // the conversion is accepted
	r.Enter()
	r.Until(idle + ` && document.querySelector(".line.resident")`)
	if said := r.said(); !strings.Contains(said, "resident 相談の予約をしたい") {
		t.Errorf("the conversation is\n%s", said)
	}
}

// The language menu turns the page and the conversation.
func TestBrowserChatChangesLanguage(t *testing.T) {
	s := startTown(t)
	r := &guest{webtest.Visit(t, webtest.Start(t), s.base), t}
	r.chat("?lang=ja")
	r.answer("card-pickup")
	r.JS(`document.querySelector(".tools a[href*='lang=ja-easy']").click()`)
	r.Until(idle + ` && document.querySelector(".choices button ruby rt") && document.querySelector("header nav ruby rt")`)
	if got := r.JS(`document.querySelector(".choices button").value`); got != "self" {
		t.Errorf("after the change of language %q is offered first; the same question must stand", got)
	}
}

// A whole booking with the Tab and Enter keys.
func TestBrowserChatByKeyboard(t *testing.T) {
	webtest.Thoroughly(t)
	s := startTown(t)
	r := &guest{webtest.Visit(t, webtest.Start(t), s.base), t}
	r.chat("?lang=ja")
	for _, value := range []string{"reservation", "book", "consult", "ekimae", "ekimae/2026-11-26T08:30", "@skip", "yes"} {
		n := r.JS(lastSeq)
		r.tabTo(value)
		r.Enter()
		r.Until(idle + ` && ` + lastSeq + ` > ` + n)
	}
	s.booked("ekimae 2026-11-26T08:30 consult 1 booked")
}

// tabTo presses Tab until the focus is on the button with this value.
func (r *guest) tabTo(value string) {
	r.t.Helper()
	for range 60 {
		r.Tab()
		if r.JS(`document.activeElement.value`) == value {
			if r.JS(`document.activeElement.getBoundingClientRect().bottom <= document.querySelector(".dock").getBoundingClientRect().top`) != "true" {
				r.t.Errorf("%s has the focus behind the typing area", value)
			}
			return
		}
	}
	r.t.Fatalf("60 times Tab does not lead to %s; the focus is on %s", value, r.JS(`document.activeElement.outerHTML.slice(0, 200)`))
}

// Residents book, change and cancel on the plain pages of an old handset that
// runs no scripts; another day, with the access key, they are known again.
func TestBrowserPlainBookChangeCancel(t *testing.T) {
	chromium := webtest.Start(t)
	for _, c := range []struct{ lang, other string }{{"ja", "12月2日の9時"}, {"en", "2 December at 9:00"}} {
		t.Run(c.lang, func(t *testing.T) {
			if c.lang != "en" {
				webtest.Thoroughly(t)
			}
			s := startTown(t)
			r := &guest{webtest.Visit(t, chromium, s.base), t}
			r.Size(240, 320)
			r.NoScript()
			r.Open("/?lang=" + c.lang)
			r.JS(`document.querySelector(".entries a[href$='/book']").click()`)
			r.turn("reservation", "book")
			r.turn("book", "consult")
			r.turn("consult", "ekimae")
			r.Press("ekimae")
			r.Until(`document.querySelector(".days a")`)
			r.JS(`document.querySelector(".days a:last-of-type").click()`)
			r.Until(`document.querySelector(".times button")`)
			slot := r.JS(`document.querySelector(".times button").value`)
			r.turn(slot, "@skip")
			r.fill("hanako", `document.querySelector("#error")`)
			r.turn("@skip", "yes")
			r.turn("yes", "")
			at := strings.TrimPrefix(slot, "ekimae/")
			s.booked("ekimae " + at + " consult 1 booked")
			key := r.JS(`document.querySelector(".card code").textContent`)
			r.JS(`document.querySelector("form[action$=leave] button").click()`)
			r.Until(`document.querySelector(".entries")`)

			r.Open("/book?flow=reservation")
			r.turn("reservation", "change")
			r.Press("change")
			r.Until(`document.querySelector("#answer")`)
			r.fill(strings.ToLower(key), `document.querySelector("[value=ekimae]")`)
			r.Press("ekimae")
			r.Until(`document.querySelector("#wish")`)
			r.fill(c.other, `document.querySelector("[value=yes]")`)
			r.turn("yes", "")
			s.booked("ekimae 2026-12-02T09:00 consult 1 booked")
			r.Open("/book?flow=reservation")
			r.turn("reservation", "cancel")
			r.Press("cancel")
			r.Until(`document.querySelector("#answer")`)
			r.fill(key, `document.querySelector("[value=yes]")`)
			r.turn("yes", "")
			s.booked("ekimae 2026-12-02T09:00 consult 1 cancelled")
		})
	}
}

// turn presses a button of a plain page and waits for one of the next page, or
// for a receipt.
func (r *guest) turn(value, next string) {
	r.t.Helper()
	r.Until(`[...document.querySelectorAll("main button")].some(b => b.value === "` + value + `")`)
	r.JS(`document.body.dataset.old = "1"`)
	r.Press(value)
	if next == "" {
		r.Until(`document.body && !document.body.dataset.old && document.querySelector(".card")`)
		return
	}
	r.Until(`document.body && !document.body.dataset.old && [...document.querySelectorAll("main button")].some(b => b.value === "` + next + `")`)
}

// fill answers the field of a plain page.
func (r *guest) fill(words, until string) {
	r.t.Helper()
	r.JS(`document.querySelector("#answer, #wish").value = ` + fmt.Sprintf("%q", words))
	r.JS(`document.querySelector("#answer, #wish").form.querySelector("button").click()`)
	r.Until(until)
}

// A free time in the calendar begins the booking there: counter and time are
// not asked. A time taken in the meantime is said to be, and others are offered.
func TestBrowserVacancyBeginsTheBooking(t *testing.T) {
	webtest.Thoroughly(t)
	s := startTown(t)
	r := &guest{webtest.Visit(t, webtest.Start(t), s.base), t}
	r.Size(1280, 900)
	r.Open("/vacancy?lang=en&counter=ekimae")
	if got := r.JS(`document.querySelector("caption").textContent`); !strings.Contains(got, "Wednesday, 25 November 2026") {
		t.Errorf("the week is headed %q", got)
	}
	r.turn("ekimae/2026-11-27T09:00", "consult")
	r.turn("consult", "@skip")
	r.turn("@skip", "yes")
	r.turn("yes", "")
	s.booked("ekimae 2026-11-27T09:00 consult 1 booked")

	r.Open("/vacancy?lang=ja&counter=nishi")
	taken := s.program("booking", "book", "--counter", "nishi", "--start", "2026-11-27T15:00", "--service", "consult")
	if out, err := taken.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	r.turn("nishi/2026-11-27T15:00", "consult")
	r.Press("consult")
	r.Until(`document.querySelector("#wish")`)
	if text := r.JS(`document.querySelector("main").textContent`); !strings.Contains(text, "予約がいっぱい") {
		t.Errorf("the page does not say that the time is taken:\n%s", text)
	}
}

// From a click to the answer on the screen.
func TestBrowserChatIsQuick(t *testing.T) {
	s := startTown(t)
	r := &guest{webtest.Visit(t, webtest.Start(t), s.base), t}
	r.chat("?lang=ja&flow=reservation")
	r.answer("book")
	r.answer("consult")
	r.answer("honcho")
	var took []float64
	for i := range 20 {
		value := []string{"@later", "@first"}[i%2]
		ms := r.JS(`new Promise(done => {
			const b = [...document.querySelectorAll(".choices button")].find(b => b.value === "` + value + `"), n = ` + lastSeq + `, t = performance.now();
			new MutationObserver((_, o) => { if (` + lastSeq + ` > n + 1) { o.disconnect(); requestAnimationFrame(() => done(performance.now() - t)); } })
				.observe(document.querySelector("#log"), {childList: true, subtree: true, attributes: true});
			b.click();
		})`)
		r.Until(idle)
		var f float64
		if _, err := fmt.Sscan(ms, &f); err != nil {
			t.Fatal(err)
		}
		took = append(took, f)
	}
	slices.Sort(took)
	t.Logf("click to answer on the screen: median %.0f ms, slowest of %d %.0f ms", took[len(took)/2], len(took), took[len(took)-1])
	if took[len(took)/2] > 1000 {
		t.Errorf("a resident waits %.0f ms for an answer", took[len(took)/2])
	}
}

var update = flag.Bool("update", false, "take the README's pictures anew")

// Where the README finds its pictures.
const (
	pictures        = "../../channels/web/pictures"
	consolePictures = "../../channels/console/pictures"
)

// picture takes one of the README's pictures of what a browser shows with
// -update, and otherwise checks that it is there in its size.
func picture(t *testing.T, v *webtest.Visitor, folder, name string, w, h int64) {
	t.Helper()
	file := filepath.Join(folder, name+".png")
	if *update {
		if err := os.WriteFile(file, v.Picture(false), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Errorf("%v (take it with -update)", err)
		return
	}
	if got, err := pngSize(data); err != nil || got != (image.Point{X: int(w), Y: int(h)}) {
		t.Errorf("%s is %v %v, want %d × %d (take it anew with -update)", name, got, err, w, h)
	}
}

// TestBrowserPictures takes the README's pictures with -update, and otherwise
// checks that each is there in its size: letters differ a little from machine to
// machine, so their pixels are not compared.
func TestBrowserPictures(t *testing.T) {
	if !webtest.Thorough() && !*update {
		t.Skip("make test sees to the pictures")
	}
	s := startTown(t)
	chromium := webtest.Start(t)
	take := func(name, lang string, w, h int64, walk func(r *guest)) {
		t.Helper()
		r := &guest{webtest.Visit(t, chromium, s.base), t}
		r.Size(w, h)
		r.Open("/?lang=" + lang)
		walk(r)
		picture(t, r.Visitor, pictures, name, w, h)
	}
	steps := func(r *guest, values ...string) {
		for _, v := range values {
			r.answer(v)
		}
		r.JS(`document.activeElement.blur()`)
	}
	take("front", "ja", 390, 844, func(*guest) {})
	take("chat-papers", "ja", 390, 844, func(r *guest) {
		r.chat("")
		steps(r, "card-pickup", "self")
	})
	take("chat-times", "ja", 390, 844, func(r *guest) {
		r.chat("")
		steps(r, "card-pickup", "self", "1", "honcho")
	})
	take("chat-booked", "ja", 390, 844, func(r *guest) {
		r.chat("")
		steps(r, "card-pickup", "self", "1", "honcho", "honcho/2026-11-26T13:00", "@skip", "yes")
	})
	take("chat-easy", "ja-easy", 390, 844, func(r *guest) {
		r.chat("")
		steps(r, "card-pickup", "self", "1", "honcho")
	})
	take("chat-english", "en", 1280, 900, func(r *guest) {
		r.chat("")
		steps(r, "moving")
	})
	take("vacancy", "ja", 1280, 900, func(r *guest) { r.Open("/vacancy") })
	take("plain", "ja", 240, 320, func(r *guest) {
		r.NoScript()
		r.Open("/book")
		r.turn("reservation", "book")
		r.turn("book", "consult")
	})
}

func pngSize(data []byte) (image.Point, error) {
	c, err := png.DecodeConfig(bytes.NewReader(data))
	return image.Point{X: c.Width, Y: c.Height}, err
}
