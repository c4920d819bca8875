package web

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// The browser tests run in a real Chromium. MADOGUCHI_SCREENSHOTS=DIR keeps a
// picture of every page they pass.

//go:embed testdata/axe.min.js
var axe string

// browser starts Chromium, or skips the test where there is none, unless
// MADOGUCHI_REQUIRE_CHROMIUM=1 makes that a failure.
func browser(t *testing.T) context.Context {
	t.Helper()
	found := false
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if _, err := exec.LookPath(name); err == nil {
			found = true
		}
	}
	if !found {
		if os.Getenv("MADOGUCHI_REQUIRE_CHROMIUM") == "1" {
			t.Fatal("Chromium is not installed and MADOGUCHI_REQUIRE_CHROMIUM=1 asks for it")
		}
		t.Skip("Chromium is not installed: the browser tests are skipped")
	}
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("hide-scrollbars", true))...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 4*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// visitor drives one tab.
type visitor struct {
	t   *testing.T
	ctx context.Context
	s   *served
}

func (v *visitor) do(what string, a chromedp.Action[chromedp.Void]) {
	v.t.Helper()
	if err := chromedp.Do(v.ctx, a); err != nil {
		text, _ := chromedp.Run(v.ctx, chromedp.Evaluate[string]("document.body.innerText"))
		v.t.Fatalf("%s: %v\non the page:\n%s", what, err, text)
	}
}

func (v *visitor) open(path string) {
	v.t.Helper()
	v.do("open "+path, chromedp.Navigate(v.s.URL+path))
}

// until waits for a condition of the page.
func (v *visitor) until(js string) {
	v.t.Helper()
	for deadline := time.Now().Add(15 * time.Second); time.Now().Before(deadline); {
		// An error is a page on its way out; the next one is asked again.
		if ok, err := chromedp.Run(v.ctx, chromedp.Evaluate[bool]("Boolean("+js+")")); err == nil && ok {
			return
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-v.ctx.Done():
			v.t.Fatalf("waiting for %s: %v", js, v.ctx.Err())
		}
	}
	text, _ := chromedp.Run(v.ctx, chromedp.Evaluate[string]("document.body.innerText"))
	v.t.Fatalf("waited in vain for %s\non the page:\n%s", js, text)
}

func (v *visitor) js(expr string) string {
	v.t.Helper()
	s, err := chromedp.Run(v.ctx, chromedp.Evaluate[string]("String("+expr+")"))
	if err != nil {
		v.t.Fatalf("%s: %v", expr, err)
	}
	return s
}

// press clicks the button or link whose value or text is this.
func (v *visitor) press(label string) {
	v.t.Helper()
	q, _ := json.Marshal(label)
	find := fmt.Sprintf(`[...document.querySelectorAll("main button, main a")].filter(e => !e.disabled && e.checkVisibility() && (e.value === %s || e.textContent.trim() === %s)).at(-1)`, q, q)
	v.until(find)
	v.js(find + ".click()")
}

// axeClean runs axe-core with every WCAG 2.2 A and AA rule and its best
// practices.
func (v *visitor) axeClean(name string) {
	v.t.Helper()
	if _, err := chromedp.Run(v.ctx, chromedp.Evaluate[string](axe+`; ""`)); err != nil {
		v.t.Fatalf("%s: load axe: %v", name, err)
	}
	found, err := chromedp.Run(v.ctx, chromedp.Evaluate[string](
		`axe.run(document, {resultTypes: ["violations"]}).then(r => JSON.stringify(r.violations.map(v => ({id: v.id, help: v.help, nodes: v.nodes.slice(0, 3).map(n => n.html.slice(0, 200) + " " + n.failureSummary)}))))`,
		chromedp.EvalAwaitPromise))
	if err != nil {
		v.t.Fatalf("%s: axe: %v", name, err)
	}
	if found != "[]" {
		v.t.Errorf("%s: axe-core found violations:\n%s", name, found)
	}
}

// narrow checks that nothing makes the page scroll sideways.
func (v *visitor) narrow(name string) {
	v.t.Helper()
	if wide := v.js(`document.documentElement.scrollWidth - innerWidth`); strings.TrimPrefix(wide, "-") == wide && wide != "0" {
		v.t.Errorf("%s: the page is %s px wider than the window: %s", name, wide,
			v.js(`[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1).slice(0,3).map(e => e.outerHTML.slice(0,120)).join(" | ")`))
	}
}

func (v *visitor) picture(name string) {
	v.t.Helper()
	dir := os.Getenv("MADOGUCHI_SCREENSHOTS")
	if dir == "" {
		return
	}
	_, _ = chromedp.Run(v.ctx, chromedp.Evaluate[string](`document.fonts.ready.then(() => "")`, chromedp.EvalAwaitPromise))
	png, err := chromedp.Run(v.ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644)
	}
	if err != nil {
		v.t.Fatalf("picture %s: %v", name, err)
	}
}

// TestPages walks every page in three languages and at three widths: axe-core
// finds nothing, nothing scrolls sideways, pictures are taken.
func TestPages(t *testing.T) {
	ctx := browser(t)
	s := serve(t, unlimited)
	v := &visitor{t, ctx, s}
	for _, lang := range []string{"ja", "ja-easy", "en"} {
		for _, size := range []struct{ w, h int64 }{{1280, 900}, {390, 844}, {320, 640}, {240, 320}} {
			v.do("resize", chromedp.EmulateViewport(size.w, size.h))
			look := func(name string) {
				t.Helper()
				name = fmt.Sprintf("%s-%s-%d", name, lang, size.w)
				v.narrow(name)
				v.picture(name)
				if size.w == 390 || size.w == 1280 {
					v.axeClean(name)
				}
			}
			v.open("/t/sample/?lang=" + lang)
			look("front")
			v.js(`document.querySelector(".tools").open = true`)
			look("menu")
			v.open("/t/sample/vacancy")
			look("vacancy")
			v.open("/t/sample/nothing")
			if size.w > 240 {
				v.walkChat(lang, look)
			}
			v.walkBook(look)
			s.links["good"] = false
			v.open("/t/sample/form/good")
			look("form")
			v.js(`document.querySelector("#answer").value = "?"`)
			v.js(`document.querySelector("button.go").click()`)
			v.until(`document.querySelector("#error")`)
			look("form-error")
			v.js(`document.querySelector("#answer").value = "見本 花子"`)
			v.js(`document.querySelector("button.go").click()`)
			v.until(`!document.querySelector("#answer")`)
			look("form-done")
			v.open("/t/sample/form/never")
			look("error")
		}
	}
}

func (v *visitor) walkChat(lang string, look func(string)) {
	v.t.Helper()
	v.js(`localStorage.clear()`)
	v.open("/t/sample/chat?lang=" + lang)
	v.until(`document.querySelector(".choices button")`)
	look("chat-1")
	for _, step := range []struct{ click, wait, name string }{
		{`.choices button`, `document.querySelector(".papers")`, "chat-2"},
		{`.choices button`, `document.querySelector(".choices .day")`, "chat-3"},
		{`.choices .set button`, `document.querySelector("#text").inputMode === "email"`, "chat-4"},
	} {
		v.js(`document.querySelector("` + step.click + `").click()`)
		v.until(step.wait)
		look(step.name)
	}
	v.js(`(document.querySelector("#text").value = "hanako@example.jp", document.querySelector("#composer").requestSubmit())`)
	v.until(`document.querySelector(".items")`)
	look("chat-5")
	v.js(`document.querySelector(".choices .set button").click()`)
	v.until(`document.querySelector(".card")`)
	look("chat-6")
}

func (v *visitor) walkBook(look func(string)) {
	v.t.Helper()
	v.do("forget", chromedp.Navigate(v.s.URL+"/t/sample/book?flow=reservation"))
	look("book-0")
	v.press("reservation")
	v.until(`document.querySelector("[value=card-pickup]")`)
	look("book-1")
	v.press("card-pickup")
	v.until(`document.querySelector("[value=self]")`)
	look("book-2")
	v.press("self")
	v.until(`document.querySelector(".days a")`)
	look("book-3")
	v.js(`document.querySelector(".days a").click()`)
	v.until(`document.querySelector(".times button")`)
	look("book-4")
	v.press("honcho/2026-12-01T10:00")
	v.until(`document.querySelector("#answer")`)
	look("book-5")
	v.js(`document.querySelector("#answer").value = "hanako"`)
	v.js(`document.querySelector("button.go").click()`)
	v.until(`document.querySelector("#error")`)
	look("book-6")
	v.press("skip")
	v.until(`document.querySelector(".items")`)
	look("book-7")
	v.press("yes")
	v.until(`document.querySelector(".card")`)
	look("book-8")
	v.js(`document.querySelector("form[action$=leave] button").click()`)
	v.until(`document.querySelector(".entries")`)
}

// chatting opens a fresh conversation.
func (v *visitor) chatting() {
	v.t.Helper()
	v.open("/t/sample/chat?lang=ja")
	v.until(`document.querySelector(".choices button")`)
}

func (v *visitor) lines() string {
	v.t.Helper()
	return v.js(`[...document.querySelectorAll(".line")].map(l => l.dataset.seq + " " + l.querySelector(".said").textContent).join("\n")`)
}

// The line breaks while a colleague writes and the resident answers: after the
// reconnection every line is there once, in order, the resident's own included.
func TestChatSurvivesALostLine(t *testing.T) {
	v := &visitor{t, browser(t), serve(t, unlimited)}
	v.chatting()
	user := v.js(`localStorage.getItem("madoguchi.user.sample")`)
	v.js(`document.querySelector(".choices button").click()`)
	v.until(`document.querySelectorAll(".line").length === 5`)
	hold := make(chan struct{})
	v.s.mu.Lock()
	v.s.hold = hold
	v.s.mu.Unlock()
	v.js(`document.querySelector(".choices button").click()`) // the answer will not arrive
	v.until(`document.querySelector(".line.waiting")`)
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
	v.until(`document.querySelector(".choices .day")`)
	v.until(`!document.querySelector(".line.waiting")`)
	got := v.lines()
	for _, once := range []string{"みほん市の窓口予約です", "ご用件をお選びください", "マイナンバーカードの受け取り", "次のものをお持ちください", "どなたが受け取り", "職員の一言", "ご本人", "ご都合のよい日時"} {
		if n := strings.Count(got, once); n != 1 {
			t.Errorf("%q is shown %d times in\n%s", once, n, got)
		}
	}
	if v.js(`[...document.querySelectorAll(".line")].every((l, i, all) => i === 0 || Number(all[i-1].dataset.seq) < Number(l.dataset.seq))`) != "true" {
		t.Errorf("out of order:\n%s", got)
	}
	v.open("/t/sample/chat") // a reload shows the same
	v.until(`document.querySelectorAll(".line").length === 8`)
}

// Where a proxy lets no websocket through, the page talks by POST and still
// hears what staff say.
func TestChatFallsBackToPost(t *testing.T) {
	s := serve(t, unlimited)
	inner := s.Config.Handler
	s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/chat/ws") {
			http.Error(w, "no", http.StatusBadGateway)
			return
		}
		inner.ServeHTTP(w, r)
	})
	v := &visitor{t, browser(t), s}
	v.chatting()
	v.js(`document.querySelector(".choices button").click()`)
	v.until(`document.querySelector(".papers")`)
	s.staff(v.js(`localStorage.getItem("madoguchi.user.sample")`), "職員の一言", false)
	v.until(`[...document.querySelectorAll(".line.staff")].length === 1`)
}

// Enter that ends a kana conversion does not send; Enter afterwards does, and
// the focus stays where the resident types.
func TestEnterDuringConversionDoesNotSend(t *testing.T) {
	v := &visitor{t, browser(t), serve(t, unlimited)}
	v.chatting()
	press := func(init string) {
		v.js(`document.querySelector("#text").dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true, cancelable: true, ` + init + `}))`)
	}
	v.js(`(document.querySelector("#text").focus(), document.querySelector("#text").value = "かーど")`)
	press(`isComposing: true`)
	press(`keyCode: 229`)
	press(`shiftKey: true`)
	if got := v.js(`document.querySelector("#text").value`); got != "かーど" {
		t.Errorf("sent while composing; left in the field: %q", got)
	}
	press(`keyCode: 13`)
	v.until(`document.querySelector(".line.resident:not(.waiting)")`)
	if got := v.js(`document.activeElement.id + document.querySelector("#text").value`); got != "text" {
		t.Errorf("after sending, focus and field: %q", got)
	}
}

// Whatever a text contains, the chat page shows it as text (A10).
func TestA10ChatPageShowsTextAsText(t *testing.T) {
	v := &visitor{t, browser(t), serve(t, unlimited)}
	v.chatting()
	user := v.js(`localStorage.getItem("madoguchi.user.sample")`)
	nasty := `<img src=x onerror="document.title='owned'"> [<b>太字</b>|<i>x</i>] javascript:alert(1)`
	v.s.staff(user, nasty, true)
	v.until(`document.querySelector(".line.staff")`)
	if got := v.js(`document.querySelectorAll(".line img, .line b, .line i").length + document.title`); !strings.HasPrefix(got, "0") || strings.Contains(got, "owned") {
		t.Errorf("markup came alive: %s", got)
	}
}

// Somebody who works by keyboard is taken to the new question, past which Tab
// reaches its answers; everything can be reached and pressed.
func TestChatByKeyboard(t *testing.T) {
	v := &visitor{t, browser(t), serve(t, unlimited)}
	v.chatting()
	v.js(`document.querySelector(".choices button").focus()`)
	v.do("press", chromedp.KeyEvent(kb.Enter))
	v.until(`document.querySelector(".papers")`)
	if got := v.js(`document.activeElement.closest(".line.bot") !== null`); got != "true" {
		t.Errorf("the focus is on %s", v.js(`document.activeElement.outerHTML.slice(0, 100)`))
	}
	v.do("tab", chromedp.KeyEvent(kb.Tab))
	if got := v.js(`document.activeElement.textContent`); got != "ご本人" {
		t.Errorf("Tab leads to %q", got)
	}
	v.do("press", chromedp.KeyEvent(kb.Enter))
	v.until(`document.querySelector(".choices .day")`)
}

// Large type is a choice that every page remembers, and 200 % of it still fits
// a phone.
func TestLargeType(t *testing.T) {
	v := &visitor{t, browser(t), serve(t, unlimited)}
	v.do("resize", chromedp.EmulateViewport(320, 640))
	v.open("/t/sample/?size=large")
	for _, path := range []string{"/t/sample/", "/t/sample/vacancy", "/t/sample/book", "/t/sample/chat"} {
		v.open(path)
		if v.js(`document.documentElement.className`) != "large" {
			t.Errorf("%s forgot the large type", path)
		}
		v.narrow(path)
	}
}

// Asking for another language in words turns the whole page to it, and the
// language menu turns the conversation.
func TestPageFollowsTheLanguageOfTheConversation(t *testing.T) {
	v := &visitor{t, browser(t), serve(t, unlimited)}
	v.chatting()
	v.js(`(document.querySelector("#text").value = "English please", document.querySelector("#composer").requestSubmit())`)
	v.until(`document.documentElement.lang === "en"`)
	v.until(`[...document.querySelectorAll(".said")].some(e => e.textContent === "What would you like to do?")`)
	v.js(`document.querySelector(".tools a[href*='lang=ja-easy']").click()`)
	v.until(`document.documentElement.lang === "ja"`)
	v.until(`[...document.querySelectorAll(".said ruby")].length > 0`)
	if got := v.js(`location.search`); got != "" {
		t.Errorf("the address keeps %q, and a reload would override a later choice", got)
	}
	turns := v.s.count()
	v.open("/t/sample/chat")
	v.until(`document.querySelector(".choices button")`)
	if v.s.count() != turns {
		t.Error("a reload changed the conversation")
	}
}
