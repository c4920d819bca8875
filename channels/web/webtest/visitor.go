// Package webtest drives a real Chromium through the resident's pages, for the
// tests of the pages and of the whole program.
//
// A Chromium is started once a test, with Start; each Visitor is a resident with
// a browser profile of their own: cookies, storage and conversation are not
// shared.
//
// axe.min.js is axe-core 4 by Deque Systems (axe.LICENSE), the accessibility
// rules of WCAG as a program.
package webtest

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

//go:embed axe.min.js
var axe string

// patience is how long a page may take to show what is waited for. The machine
// may be busy; a page that never shows it is what is to be found.
const patience = 40 * time.Second

// Start starts a Chromium that ends with the test. Without one installed the
// test is skipped, unless MADOGUCHI_REQUIRE_CHROMIUM=1 makes that a failure.
func Start(t testing.TB) context.Context {
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
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("lang", "ja"), chromedp.Flag("accept-lang", "ja"))...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 8*time.Minute)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	return ctx
}

// Visitor is a resident with a browser of their own.
type Visitor struct {
	t    testing.TB
	ctx  context.Context
	base string
}

// Visit gives a new resident a tab in the Chromium. Base goes before every
// address they open.
func Visit(t testing.TB, chromium context.Context, base string) *Visitor {
	t.Helper()
	ctx, cancel := chromedp.NewContext(chromium, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	v := &Visitor{t: t, ctx: ctx, base: base}
	v.Do("open a tab", chromedp.Navigate("about:blank"))
	return v
}

// Do performs an action of the browser.
func (v *Visitor) Do(what string, a chromedp.Action[chromedp.Void]) {
	v.t.Helper()
	if err := chromedp.Do(v.ctx, a); err != nil {
		v.t.Fatalf("%s: %v\n%s", what, err, v.page())
	}
}

// page is what the visitor sees, for the message of a failure.
func (v *Visitor) page() string {
	text, _ := chromedp.Run(v.ctx, chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText`))
	return "on the page " + text
}

// Open goes to an address of the site.
func (v *Visitor) Open(path string) {
	v.t.Helper()
	v.Do("open "+path, chromedp.Navigate(v.base+path))
}

// Reload loads the page again.
func (v *Visitor) Reload() {
	v.t.Helper()
	v.Do("reload", chromedp.Reload())
}

// Size makes the window this large, in CSS pixels.
func (v *Visitor) Size(width, height int64) {
	v.t.Helper()
	v.Do("resize", chromedp.EmulateViewport(width, height))
}

// NoScript switches scripts off, as in a browser that has none.
func (v *Visitor) NoScript() {
	v.t.Helper()
	if _, err := chromedp.Call(v.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		v.t.Fatalf("switch scripts off: %v", err)
	}
}

// Downloads keeps downloaded files, and returns the folder they appear in.
func (v *Visitor) Downloads() string {
	v.t.Helper()
	dir := v.t.TempDir()
	_, err := chromedp.CallBrowser(v.ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: dir,
		BrowserContextID: chromedp.FromContext(v.ctx).BrowserContextID,
	})
	if err != nil {
		v.t.Fatalf("keep downloads: %v", err)
	}
	return dir
}

// Grant gives the pages permissions such as clipboard-read.
func (v *Visitor) Grant(names ...string) {
	v.t.Helper()
	for _, name := range names {
		_, err := chromedp.CallBrowser(v.ctx, browser.SetPermission, browser.SetPermissionParams{
			Permission: &browser.PermissionDescriptor{Name: name}, Setting: browser.PermissionSettingGranted,
			BrowserContextID: chromedp.FromContext(v.ctx).BrowserContextID,
		})
		if err != nil {
			v.t.Fatalf("grant %s: %v", name, err)
		}
	}
}

// Until waits for a condition of the page.
func (v *Visitor) Until(js string) {
	v.t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
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
	v.t.Fatalf("waited in vain for %s\n%s", js, v.page())
}

// JS evaluates an expression, which may be a promise, to a string.
func (v *Visitor) JS(expr string) string {
	v.t.Helper()
	s, err := chromedp.Run(v.ctx, chromedp.Evaluate[string]("(async () => String(await ("+expr+")))()", chromedp.EvalAwaitPromise))
	if err != nil {
		v.t.Fatalf("%s: %v", expr, err)
	}
	return s
}

// Press clicks the last button or link whose value or text is this.
func (v *Visitor) Press(label string) {
	v.t.Helper()
	q, _ := json.Marshal(label)
	find := fmt.Sprintf(`[...document.querySelectorAll("main button, main a")].filter(e => !e.disabled && e.checkVisibility() && (e.value === %s || e.textContent.trim() === %s)).at(-1)`, q, q)
	v.Until(find)
	v.JS("void " + find + ".click()")
}

// Follow does what leads away from this page and waits until the next is
// whole. A wait for something both pages have would be over too early.
func (v *Visitor) Follow(leave func()) {
	v.t.Helper()
	v.JS("void (window.left = true)")
	leave()
	v.Until(`!window.left && document.readyState === "complete"`)
}

// Type writes words where the focus is.
func (v *Visitor) Type(words string) {
	v.t.Helper()
	if _, err := chromedp.Call(v.ctx, input.InsertText, input.InsertTextParams{Text: words}); err != nil {
		v.t.Fatalf("type %q: %v", words, err)
	}
}

// Compose writes words as a kana conversion does that is not accepted yet.
func (v *Visitor) Compose(words string) {
	v.t.Helper()
	n := int64(len([]rune(words)))
	if _, err := chromedp.Call(v.ctx, input.ImeSetComposition, input.ImeSetCompositionParams{Text: words, SelectionStart: n, SelectionEnd: n}); err != nil {
		v.t.Fatalf("compose %q: %v", words, err)
	}
}

// Enter and Tab press a key; what the page prevents does not happen.
func (v *Visitor) Enter() { v.t.Helper(); v.key("Enter", "\r", 13) }
func (v *Visitor) Tab()   { v.t.Helper(); v.key("Tab", "", 9) }

func (v *Visitor) key(name, text string, code int64) {
	v.t.Helper()
	p := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: name, Code: name, Text: text, WindowsVirtualKeyCode: code}
	if _, err := chromedp.Call(v.ctx, input.DispatchKeyEvent, p); err != nil {
		v.t.Fatalf("press %s: %v", name, err)
	}
	p.Type, p.Text = input.DispatchKeyEventTypeKeyUp, ""
	if _, err := chromedp.Call(v.ctx, input.DispatchKeyEvent, p); err != nil {
		v.t.Fatalf("press %s: %v", name, err)
	}
}

// AxeClean runs axe-core with every WCAG 2.2 A and AA rule and its best
// practices.
func (v *Visitor) AxeClean(name string) {
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

// Narrow checks that nothing makes the page scroll sideways.
func (v *Visitor) Narrow(name string) {
	v.t.Helper()
	if wide := v.JS(`document.documentElement.scrollWidth - innerWidth`); !strings.HasPrefix(wide, "-") && wide != "0" {
		v.t.Errorf("%s: the page is %s px wider than the window: %s", name, wide,
			v.JS(`[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1).slice(0,3).map(e => e.outerHTML.slice(0,120)).join(" | ")`))
	}
}

// Picture returns the window as PNG, as it is seen, or the whole page.
func (v *Visitor) Picture(whole bool) []byte {
	v.t.Helper()
	_, _ = chromedp.Run(v.ctx, chromedp.Evaluate[string](`document.fonts.ready.then(() => "")`, chromedp.EvalAwaitPromise))
	shot := chromedp.CaptureScreenshot()
	if whole {
		shot = chromedp.FullScreenshot(100)
	}
	png, err := chromedp.Run(v.ctx, shot)
	if err != nil {
		v.t.Fatalf("take a picture: %v", err)
	}
	return png
}

// Keep writes a picture of the whole page to the folder that
// MADOGUCHI_SCREENSHOTS names, if it names one.
func (v *Visitor) Keep(name string, whole bool) {
	v.t.Helper()
	dir := os.Getenv("MADOGUCHI_SCREENSHOTS")
	if dir == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), v.Picture(whole), 0o644); err != nil {
		v.t.Fatal(err)
	}
}

// Thorough reports whether every page is to be walked in every language and
// window, as "make test" asks; a plain "go test" takes a part.
func Thorough() bool { return os.Getenv("MADOGUCHI_REQUIRE_CHROMIUM") == "1" }

// Thoroughly skips a test of details that a plain "go test" leaves to "make test",
// so that it stays quick.
func Thoroughly(t testing.TB) {
	t.Helper()
	if !Thorough() && os.Getenv("MADOGUCHI_SCREENSHOTS") == "" {
		t.Skip("a detail in the browser: make test")
	}
}
