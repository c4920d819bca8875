package web

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"madoguchi/channels/web/webtest"
)

// visitor is a resident of the stand-in town.
type visitor struct {
	*webtest.Visitor
	t *testing.T
	s *served
}

func visit(t *testing.T, s *served) *visitor {
	t.Helper()
	return &visitor{webtest.Visit(t, webtest.Start(t), s.URL), t, s}
}

// TestPages walks every page in three languages and at three widths: axe-core
// finds nothing, nothing scrolls sideways, pictures are taken.
func TestPages(t *testing.T) {
	s := serve(t, unlimited)
	v := visit(t, s)
	for _, lang := range []string{"ja", "ja-easy", "en"} {
		for _, size := range []struct{ w, h int64 }{{1280, 900}, {390, 844}, {320, 640}, {240, 320}} {
			if !webtest.Thorough() && size.w != map[string]int64{"ja": 390, "ja-easy": 240, "en": 1280}[lang] {
				continue // a plain "go test" looks at each page in one window a language
			}
			v.Size(size.w, size.h)
			look := func(name string) {
				t.Helper()
				name = fmt.Sprintf("%s-%s-%d", name, lang, size.w)
				v.Narrow(name)
				v.Keep(name, true)
				if size.w == 390 || size.w == 1280 {
					v.AxeClean(name)
				}
			}
			v.Open("/t/sample/?lang=" + lang)
			look("front")
			v.JS(`document.querySelector(".tools").open = true`)
			look("menu")
			v.Open("/t/sample/vacancy")
			look("vacancy")
			v.Open("/t/sample/nothing")
			if size.w > 240 {
				v.walkChat(lang, look)
			}
			v.walkBook(look)
			s.links["good"] = false
			v.Open("/t/sample/form/good")
			look("form")
			v.JS(`document.querySelector("#answer").value = "?"`)
			v.JS(`document.querySelector("button.go").click()`)
			v.Until(`document.querySelector("#error")`)
			look("form-error")
			v.JS(`document.querySelector("#answer").value = "見本 花子"`)
			v.JS(`document.querySelector("button.go").click()`)
			v.Until(`!document.querySelector("#answer")`)
			look("form-done")
			v.Open("/t/sample/form/never")
			look("error")
			v.walkPlan(look)
		}
	}
}

func (v *visitor) walkPlan(look func(string)) {
	v.t.Helper()
	v.Open("/t/sample/plan")
	look("plan")
	v.JS(`(document.querySelector("#key").value = "AAAAA-AAAAA", document.querySelector("button.go").click())`)
	v.Until(`document.querySelector("#error")`)
	look("plan-error")
	v.JS(`(document.querySelector("#key").value = "` + planKey + `", document.querySelector("button.go").click())`)
	v.Until(`document.querySelector(".tasks")`)
	look("plan-list")
}

func (v *visitor) walkChat(lang string, look func(string)) {
	v.t.Helper()
	v.JS(`localStorage.clear()`)
	v.Open("/t/sample/chat?lang=" + lang)
	v.Until(`document.querySelector(".choices button")`)
	look("chat-1")
	for _, step := range []struct{ click, wait, name string }{
		{`.choices button`, `document.querySelector(".papers")`, "chat-2"},
		{`.choices button`, `document.querySelector(".choices .day")`, "chat-3"},
		{`.choices .set button`, `document.querySelector("#text").inputMode === "email"`, "chat-4"},
	} {
		v.JS(`document.querySelector("` + step.click + `").click()`)
		v.Until(step.wait)
		look(step.name)
	}
	v.JS(`(document.querySelector("#text").value = "hanako@example.jp", document.querySelector("#composer").requestSubmit())`)
	v.Until(`document.querySelector(".items")`)
	look("chat-5")
	v.JS(`document.querySelector(".choices .set button").click()`)
	v.Until(`document.querySelector(".card")`)
	look("chat-6")
}

func (v *visitor) walkBook(look func(string)) {
	v.t.Helper()
	v.Open("/t/sample/book?flow=reservation")
	look("book-0")
	v.Press("reservation")
	v.Until(`document.querySelector("[value=card-pickup]")`)
	look("book-1")
	v.Press("card-pickup")
	v.Until(`document.querySelector("[value=self]")`)
	look("book-2")
	v.Press("self")
	v.Until(`document.querySelector(".days a")`)
	look("book-3")
	v.JS(`document.querySelector(".days a").click()`)
	v.Until(`document.querySelector(".times button")`)
	look("book-4")
	v.Press("honcho/2026-12-01T10:00")
	v.Until(`document.querySelector("#answer")`)
	look("book-5")
	v.JS(`document.querySelector("#answer").value = "hanako"`)
	v.JS(`document.querySelector("button.go").click()`)
	v.Until(`document.querySelector("#error")`)
	look("book-6")
	v.Press("skip")
	v.Until(`document.querySelector(".items")`)
	look("book-7")
	v.Press("yes")
	v.Until(`document.querySelector(".card")`)
	look("book-8")
	v.JS(`document.querySelector("form[action$=leave] button").click()`)
	v.Until(`document.querySelector(".entries")`)
}

// chatting opens a fresh conversation.
func (v *visitor) chatting() {
	v.t.Helper()
	v.Open("/t/sample/chat?lang=ja")
	v.Until(`document.querySelector(".choices button")`)
}

func (v *visitor) lines() string {
	v.t.Helper()
	return v.JS(`[...document.querySelectorAll(".line")].map(l => l.dataset.seq + " " + l.querySelector(".said").textContent).join("\n")`)
}

// The line breaks while a colleague writes and the resident answers: after the
// reconnection every line is there once, in order, the resident's own included.
func TestChatSurvivesALostLine(t *testing.T) {
	v := visit(t, serve(t, unlimited))
	v.chatting()
	user := v.JS(`localStorage.getItem("madoguchi.user.sample")`)
	v.JS(`document.querySelector(".choices button").click()`)
	v.Until(`document.querySelectorAll(".line").length === 5`)
	hold := make(chan struct{})
	v.s.mu.Lock()
	v.s.hold = hold
	v.s.mu.Unlock()
	v.JS(`document.querySelector(".choices button").click()`) // the answer will not arrive
	v.Until(`document.querySelector(".line.waiting")`)
	v.s.web.sockets.mu.Lock()
	for s := range v.s.web.sockets.open {
		_ = s.ws.NetConn().Close()
	}
	v.s.web.sockets.mu.Unlock()
	v.s.staff(user, "職員の一言", false)
	v.s.mu.Lock()
	v.s.hold = nil
	v.s.mu.Unlock()
	close(hold)
	v.Until(`document.querySelector(".choices .day")`)
	v.Until(`!document.querySelector(".line.waiting")`)
	got := v.lines()
	for _, once := range []string{"みほん市の窓口予約です", "ご用件をお選びください", "マイナンバーカードの受け取り", "次のものをお持ちください", "どなたが受け取り", "職員の一言", "ご本人", "ご都合のよい日時"} {
		if n := strings.Count(got, once); n != 1 {
			t.Errorf("%q is shown %d times in\n%s", once, n, got)
		}
	}
	if v.JS(`[...document.querySelectorAll(".line")].every((l, i, all) => i === 0 || Number(all[i-1].dataset.seq) < Number(l.dataset.seq))`) != "true" {
		t.Errorf("out of order:\n%s", got)
	}
	v.Open("/t/sample/chat") // a reload shows the same
	v.Until(`document.querySelectorAll(".line").length === 8`)
}

// Where a proxy lets no websocket through, the page talks by POST and still
// hears what staff say.
func TestChatFallsBackToPost(t *testing.T) {
	t.Parallel() // it waits for the page to give the socket up
	s := serve(t, unlimited)
	inner := s.Config.Handler
	s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/chat/ws") {
			http.Error(w, "no", http.StatusBadGateway)
			return
		}
		inner.ServeHTTP(w, r)
	})
	v := visit(t, s)
	v.chatting()
	v.JS(`document.querySelector(".choices button").click()`)
	v.Until(`document.querySelector(".papers")`)
	s.staff(v.JS(`localStorage.getItem("madoguchi.user.sample")`), "職員の一言", false)
	v.Until(`[...document.querySelectorAll(".line.staff")].length === 1`)
}

// Somebody who scans a letter's QR is in the procedure with the link code given,
// and neither the address, the history nor the page keeps it.
func TestChatFromALetter(t *testing.T) {
	s := serve(t, unlimited)
	v := visit(t, s)
	v.Open("/t/sample/chat?flow=card-pickup&code=K7M2P-9QWXT&lang=ja")
	v.Until(`document.querySelector(".choices button")`)
	s.mu.Lock()
	for _, k := range s.talks {
		if k.given["code"] != "K7M2P9QWXT" {
			t.Errorf("the dialog began with %v", k.given)
		}
	}
	begun := len(s.talks)
	s.mu.Unlock()
	if begun != 1 {
		t.Errorf("%d conversations", begun)
	}
	if at := v.JS(`location.pathname + location.search`); at != "/t/sample/chat" {
		t.Errorf("the address is %s", at)
	}
	if kept := v.JS(`[...navigation.entries().map((e) => e.url), document.referrer, document.cookie, document.documentElement.outerHTML].join("\n")`); strings.Contains(kept, "9QWXT") {
		t.Errorf("the code stays in\n%s", kept)
	}
	if again := v.JS(`[...document.querySelectorAll(".tools a")].some((a) => a.href.includes("flow"))`); again != "false" {
		t.Error("the language menu would begin the procedure anew")
	}
}

// Enter that ends a kana conversion does not send; Enter afterwards does, and
// the focus stays where the resident types.
func TestEnterDuringConversionDoesNotSend(t *testing.T) {
	v := visit(t, serve(t, unlimited))
	v.chatting()
	press := func(init string) {
		v.JS(`document.querySelector("#text").dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true, cancelable: true, ` + init + `}))`)
	}
	v.JS(`(document.querySelector("#text").focus(), document.querySelector("#text").value = "かーど")`)
	press(`isComposing: true`)
	press(`keyCode: 229`)
	press(`shiftKey: true`)
	if got := v.JS(`document.querySelector("#text").value`); got != "かーど" {
		t.Errorf("sent while composing; left in the field: %q", got)
	}
	press(`keyCode: 13`)
	v.Until(`document.querySelector(".line.resident:not(.waiting)")`)
	if got := v.JS(`document.activeElement.id + document.querySelector("#text").value`); got != "text" {
		t.Errorf("after sending, focus and field: %q", got)
	}
}

// Whatever a text contains, the chat page shows it as text (A10).
func TestA10ChatPageShowsTextAsText(t *testing.T) {
	v := visit(t, serve(t, unlimited))
	v.chatting()
	user := v.JS(`localStorage.getItem("madoguchi.user.sample")`)
	nasty := `<img src=x onerror="document.title='owned'"> [<b>太字</b>|<i>x</i>] javascript:alert(1)`
	v.s.staff(user, nasty, true)
	v.Until(`document.querySelector(".line.staff")`)
	if got := v.JS(`document.querySelectorAll(".line img, .line b, .line i").length + document.title`); !strings.HasPrefix(got, "0") || strings.Contains(got, "owned") {
		t.Errorf("markup came alive: %s", got)
	}
}

// Somebody who works by keyboard is taken to the new question, past which Tab
// reaches its answers; everything can be reached and pressed.
func TestChatByKeyboard(t *testing.T) {
	v := visit(t, serve(t, unlimited))
	v.chatting()
	v.JS(`document.querySelector(".choices button").focus()`)
	v.Do("press", chromedp.KeyEvent(kb.Enter))
	v.Until(`document.querySelector(".papers")`)
	if got := v.JS(`document.activeElement.closest(".line.bot") !== null`); got != "true" {
		t.Errorf("the focus is on %s", v.JS(`document.activeElement.outerHTML.slice(0, 100)`))
	}
	v.Do("tab", chromedp.KeyEvent(kb.Tab))
	if got := v.JS(`document.activeElement.textContent`); got != "ご本人" {
		t.Errorf("Tab leads to %q", got)
	}
	v.Do("press", chromedp.KeyEvent(kb.Enter))
	v.Until(`document.querySelector(".choices .day")`)
}

// Large type is a choice that every page remembers, and 200 % of it still fits
// a phone.
func TestLargeType(t *testing.T) {
	v := visit(t, serve(t, unlimited))
	v.Size(320, 640)
	v.Open("/t/sample/?size=large")
	for _, path := range []string{"/t/sample/", "/t/sample/vacancy", "/t/sample/book", "/t/sample/chat"} {
		v.Open(path)
		if v.JS(`document.documentElement.className`) != "large" {
			t.Errorf("%s forgot the large type", path)
		}
		v.Narrow(path)
	}
}

// Asking for another language in words turns the whole page to it, and the
// language menu turns the conversation.
func TestPageFollowsTheLanguageOfTheConversation(t *testing.T) {
	v := visit(t, serve(t, unlimited))
	v.chatting()
	v.JS(`(document.querySelector("#text").value = "English please", document.querySelector("#composer").requestSubmit())`)
	v.Until(`document.documentElement.lang === "en"`)
	v.Until(`[...document.querySelectorAll(".said")].some(e => e.textContent === "What would you like to do?")`)
	v.JS(`document.querySelector(".tools a[href*='lang=ja-easy']").click()`)
	v.Until(`document.documentElement.lang === "ja"`)
	v.Until(`[...document.querySelectorAll(".said ruby")].length > 0`)
	if got := v.JS(`location.search`); got != "" {
		t.Errorf("the address keeps %q, and a reload would override a later choice", got)
	}
	turns := v.s.count()
	v.Open("/t/sample/chat")
	v.Until(`document.querySelector(".choices button")`)
	if v.s.count() != turns {
		t.Error("a reload changed the conversation")
	}
}
