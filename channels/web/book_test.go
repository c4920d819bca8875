package web

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"madoguchi/i18n"

	"madoguchi/channels/gate"
)

// phone is a browser without script that follows redirects and keeps cookies.
type phone struct {
	*http.Client
	s    *served
	t    *testing.T
	page string
	code int
}

func (s *served) phone(t *testing.T) *phone {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &phone{Client: &http.Client{Jar: jar}, s: s, t: t}
}

func (p *phone) load(req *http.Request) *http.Response {
	p.t.Helper()
	req.Header.Set("Accept", "text/html")
	req.Header.Set("Accept-Language", "ja")
	resp, err := p.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	p.page, p.code = string(body), resp.StatusCode
	return resp
}

func (p *phone) get(path string) *http.Response {
	p.t.Helper()
	req, err := http.NewRequest("GET", p.s.URL+path, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	return p.load(req)
}

func (p *phone) post(path, body string, header ...string) *http.Response {
	p.t.Helper()
	req, err := http.NewRequest("POST", p.s.URL+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	return p.load(req)
}

// event is the hidden event id of the form that holds what, as a browser would
// send it.
func (p *phone) event(what string) string {
	p.t.Helper()
	for _, form := range regexp.MustCompile(`(?s)<form.*?</form>`).FindAllString(p.page, -1) {
		if strings.Contains(form, what) {
			if m := regexp.MustCompile(`name="event" value="([^"]+)"`).FindStringSubmatch(form); m != nil {
				return m[1]
			}
		}
	}
	p.t.Fatalf("no form with %s on\n%s", what, p.page)
	return ""
}

func (p *phone) has(words ...string) {
	p.t.Helper()
	for _, w := range words {
		if !strings.Contains(p.page, w) {
			p.t.Fatalf("the page (%d) lacks %q:\n%s", p.code, w, p.page)
		}
	}
}

func (p *phone) choose(value string) {
	p.t.Helper()
	p.post("/t/sample/book", form("event", p.event(`value="`+value+`"`), "choice", value))
}

// S4-030, S4-031, S4-035: the whole job without script, one question a page, in
// small pages.
func TestBookingOnAFeaturePhone(t *testing.T) {
	s := serve(t, unlimited)
	p := s.phone(t)
	weigh := func() {
		t.Helper()
		if n := len(p.page); n > 15<<10 {
			t.Errorf("a page of %d bytes", n)
		}
		if strings.Contains(p.page, "style=") || strings.Contains(p.page, "onclick") {
			t.Error("inline style or script")
		}
	}
	p.get("/t/sample/book")
	p.has("ご用件をお選びください")
	weigh()
	if s.count() != 0 || len(p.Jar.Cookies(mustURL(s.URL))) != 0 {
		t.Error("looking at the first page changed something (ASVS 3.5.3)")
	}
	p.post("/t/sample/book/start", form("event", p.event("card-pickup"), "flow", "reservation"))
	p.has("<title>ご用件をお選びください。｜みほん市</title>", "引っ越しの届け出")
	weigh()
	p.choose("card-pickup")
	p.has("交付通知書", "どなたが受け取りに来られますか")
	p.choose("self")
	p.has("2026年12月1日", "?day=1")
	if strings.Contains(p.page, "honcho/2026-12-01T10:00") {
		t.Error("days and times stand on one page")
	}
	weigh()
	p.get("/t/sample/book?day=1")
	p.has("honcho/2026-12-01T10:00", "ほかの日を選ぶ")
	weigh()
	p.choose("honcho/2026-12-01T10:00")
	p.has(`type="email"`, `autocomplete="email"`, "任意", "例：hanako@example.jp")
	p.post("/t/sample/book", form("event", p.event("answer"), "typed", "1", "text", "hanako"))
	p.has("<title>エラー：確認のメール", `aria-invalid="true"`, `aria-describedby="error example"`, "「@」が必要です")
	weigh()
	p.choose("skip")
	p.has("この内容で予約してよろしいですか", "correct:visit", "直す")
	weigh()
	p.choose("correct:visit")
	p.has("ご都合のよい日時")
	p.choose2day("honcho/2026-12-02T09:00")
	p.has("この内容で予約してよろしいですか")
	p.choose("yes")
	p.has("ご予約を承りました", "受付番号", ">5<", "K7M4Q", "/t/sample/calendar/honcho/2026-12-01T10:00/5.ics", `value="cancel"`)
	weigh()
	if resp := p.get("/t/sample/calendar/honcho/2026-12-01T10:00/5.ics"); resp.Header.Get("Content-Type") != "text/calendar; charset=utf-8" || strings.Contains(p.page, "K7M4Q") {
		t.Errorf("calendar file: %s\n%s", resp.Header.Get("Content-Type"), p.page)
	}
	p.get("/t/sample/book")
	p.post("/t/sample/book/leave", "")
	p.get("/t/sample/book")
	if strings.Contains(p.page, "K7M4Q") {
		t.Error("the key is still shown after leaving")
	}
}

func (p *phone) choose2day(value string) {
	p.t.Helper()
	p.get("/t/sample/book?day=2")
	p.choose(value)
}

func mustURL(s string) *url.URL {
	u, err := url.Parse(s)
	if err != nil {
		panic(err)
	}
	return u
}

// A second click, a reload and an old page of the browser's history change
// nothing (A22).
func TestDoubleSubmitChangesNothing(t *testing.T) {
	s := serve(t, unlimited)
	p := s.phone(t)
	p.get("/t/sample/book")
	p.post("/t/sample/book/start", form("event", p.event("card-pickup"), "flow", "reservation"))
	body := form("event", p.event("card-pickup"), "choice", "card-pickup")
	p.post("/t/sample/book", body)
	turns := s.count()
	for range 3 {
		p.post("/t/sample/book", body)
		p.has("どなたが受け取りに来られますか")
		p.get("/t/sample/book")
		p.has("どなたが受け取りに来られますか")
	}
	if s.count() != turns {
		t.Errorf("%d turns more", s.count()-turns)
	}
}

func TestBackIsTheDialogsOwn(t *testing.T) {
	s := serve(t, unlimited)
	p := s.phone(t)
	p.get("/t/sample/book")
	p.post("/t/sample/book/start", form("event", p.event("card-pickup"), "flow", "reservation"))
	p.choose("card-pickup")
	p.has(`name="text" value="戻る"`)
	p.post("/t/sample/book", form("event", p.event("戻る"), "text", "戻る"))
	p.has("<title>ご用件をお選びください。")
}

func TestLanguageChangesTheOpenQuestion(t *testing.T) {
	s := serve(t, unlimited)
	p := s.phone(t)
	p.get("/t/sample/book")
	p.post("/t/sample/book/start", form("event", p.event("card-pickup"), "flow", "reservation"))
	p.post("/t/sample/book", form("event", p.event(`name="lang"`), "lang", "en"))
	p.has("<html lang=\"en\"", "What would you like to do?", "Finish and leave nothing on this device")
}

func TestEmptyAnswerIsExplained(t *testing.T) {
	s := serve(t, unlimited)
	p := s.phone(t)
	p.get("/t/sample/book")
	p.post("/t/sample/book/start", form("event", p.event("card-pickup"), "flow", "reservation"))
	for _, v := range []string{"card-pickup", "self"} {
		p.choose(v)
	}
	p.choose2day("honcho/2026-12-02T10:00")
	turns := s.count()
	p.post("/t/sample/book", form("event", p.event("answer"), "typed", "1", "text", "  "))
	if p.code != 422 || s.count() != turns {
		t.Errorf("status %d, %d turns", p.code, s.count()-turns)
	}
	p.has("エラー：", "入力してください。", `aria-invalid="true"`)
}

// S4-034: the week, counter by counter; a free cell starts the booking there.
func TestVacancyCalendar(t *testing.T) {
	s := serve(t)
	p := s.phone(t)
	resp := p.get("/t/sample/vacancy")
	if resp.StatusCode != 200 || len(resp.Cookies()) > 0 {
		t.Errorf("%d, cookies %v", resp.StatusCode, resp.Cookies())
	}
	p.has(`<caption>本庁 市民課窓口`, `scope="col" class="today"`, `scope="row">08:30`, "休館", "残5", "次の期間", "from=2026-12-02")
	if strings.Contains(p.page, "前の期間") {
		t.Error("the past is offered")
	}
	p.get("/t/sample/vacancy?counter=ekimae&from=2026-12-02")
	p.has("<caption>駅前出張所", "前の期間", "from=2026-11-25", `class="none"`)
	p.post("/t/sample/book/start", form("event", p.event("ekimae/"), "flow", "reservation", "choice", "ekimae/2026-12-02T10:00"))
	p.has("ご用件をお選びください")
	for _, k := range s.talks {
		if k.given["visit"] != "ekimae/2026-12-02T10:00" {
			t.Errorf("the dialog began with %v", k.given)
		}
	}
}

// S4-103, S4-122: the QR of a letter opens the dialog with the link code known,
// on the plain pages and in the chat; a GET stores nothing, and the code stands in
// no address.
func TestALettersAddressBringsItsLinkCode(t *testing.T) {
	s := serve(t, unlimited)
	p := s.phone(t)
	const letter = "?flow=reservation&code=k7m2p-9qwxt"
	opens := func(path, at string) {
		t.Helper()
		if resp := p.get(path); resp.Request.URL.RequestURI() != at || strings.Contains(strings.Join(links(p.page), "\n"), "9QWXT") {
			t.Errorf("%s opens %s with the links %q", path, resp.Request.URL.RequestURI(), links(p.page))
		}
	}
	opens("/t/sample/book"+letter, "/t/sample/book?flow=reservation")
	p.has(`name="code" value="K7M2P9QWXT"`)
	opens("/t/sample/book?flow=reservation&lang=en", "/t/sample/book?flow=reservation&lang=en")
	p.has(`name="code" value="K7M2P9QWXT"`)
	if len(s.talks) > 0 {
		t.Error("a conversation began before a button was pressed")
	}
	p.post("/t/sample/book/start", form("event", p.event("reservation"), "flow", "reservation", "code", "K7M2P9QWXT"))
	for _, k := range s.talks {
		if k.given["code"] != "K7M2P9QWXT" {
			t.Errorf("the dialog began with %v", k.given)
		}
	}
	lacks := func(path string) {
		t.Helper()
		if p.get(path); strings.Contains(p.page, "9QWXT") {
			t.Errorf("%s has the code still", path)
		}
	}
	lacks("/t/sample/book?flow=reservation")

	opens("/t/sample/chat"+letter, "/t/sample/chat?flow=reservation")
	p.has(`data-flow="reservation" data-code="K7M2P9QWXT"`)
	lacks("/t/sample/chat?flow=reservation")

	// Through the front page, and for the letter's own procedure alone.
	opens("/t/sample/"+letter, "/t/sample/?flow=reservation")
	p.has(`href="/t/sample/chat?flow=reservation"`, `href="/t/sample/book?flow=reservation"`)
	lacks("/t/sample/book?flow=moving")
	lacks("/t/sample/chat")
	opens("/t/sample/book"+letter, "/t/sample/book?flow=reservation")
	p.post("/t/sample/book/leave", "")
	lacks("/t/sample/book?flow=reservation")

	for _, page := range []string{"book", "chat", ""} {
		p.get("/t/sample/" + page + "?flow=reservation&code=%3Cscript%3E")
		if strings.Contains(p.page, "<script>") || strings.Contains(p.page, `name="code"`) || strings.Contains(p.page, "data-code") {
			t.Errorf("/%s: what is no code is taken along", page)
		}
		if p.get("/t/sample/" + page + "?flow=nothing&code=K7M2P9QWXT"); p.code != http.StatusOK {
			t.Errorf("/%s for a flow that is not offered: %d", page, p.code)
		}
	}
}

// links are the addresses a page leads to.
func links(page string) []string {
	var out []string
	for _, m := range regexp.MustCompile(`(?:href|action|src)="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		out = append(out, m[1])
	}
	return out
}

func TestFormsRefuseBadInput(t *testing.T) {
	s := serve(t, unlimited)
	for _, c := range []struct {
		name, path, body string
		header           []string
		status           int
	}{
		{"from another site", "/t/sample/book", form("event", "e", "text", "x"), []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"from another origin", "/t/sample/book/start", form("event", "e", "flow", "reservation"), []string{"Origin", "https://evil.example"}, 403},
		{"no event", "/t/sample/book", form("text", "x"), nil, 400},
		{"text and choice", "/t/sample/book", form("event", "e", "text", "x", "choice", "y"), nil, 400},
		{"too long", "/t/sample/book", form("event", "e", "text", strings.Repeat("あ", 1500)), nil, 200}, // no session: the way in
		{"text of 2001", "/t/sample/book", form("event", "e", "text", strings.Repeat("a", 2001)), nil, 400},
		{"body of 17 KiB", "/t/sample/book", form("event", "e", "text", strings.Repeat("a", 17<<10)), nil, 413},
		{"not UTF-8", "/t/sample/book", "event=e&text=%ff", nil, 400},
		{"broken escape", "/t/sample/book", "event=e&text=%zz", nil, 400},
		{"asked is a word", "/t/sample/book", form("event", "e", "asked", "x"), nil, 400},
		{"unknown language", "/t/sample/book", form("event", "e", "lang", "xx"), nil, 400},
		{"unknown flow", "/t/sample/book/start", form("event", "e", "flow", "nope"), nil, 400},
		{"no flow", "/t/sample/book/start", form("event", "e"), nil, 400},
		{"unknown link", "/t/sample/form/never", form("event", "e", "text", "x"), nil, 404},
		{"unknown tenant", "/t/nowhere/book", form("event", "e"), nil, 404},
		{"wrong method", "/t/sample/vacancy", "", nil, 405},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := s.phone(t)
			p.post(c.path, c.body, c.header...)
			if p.code != c.status {
				t.Errorf("%d, want %d:\n%s", p.code, c.status, p.page)
			}
		})
	}
	if s.count() != 0 {
		t.Errorf("%d turns were performed", s.count())
	}
}

func TestSessionCookie(t *testing.T) {
	for _, secure := range []bool{false, true} {
		t.Run(fmt.Sprintf("https=%v", secure), func(t *testing.T) {
			s := serve(t, func(_ *Config, o *gate.Options) { o.Secure = secure })
			resp, body := s.send(t, "POST", "/t/sample/book/start", "application/x-www-form-urlencoded", form("event", "e", "flow", "reservation"))
			if resp.StatusCode != http.StatusSeeOther || len(resp.Cookies()) != 1 {
				t.Fatalf("%d %s %v", resp.StatusCode, body, resp.Cookies())
			}
			c := resp.Cookies()[0]
			if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Secure != secure || strings.HasPrefix(c.Name, "__Host-") != secure || c.Path != "/" || c.MaxAge != 0 {
				t.Errorf("cookie %+v", c)
			}
			for user := range s.talks {
				if strings.Contains(user, c.Value) {
					t.Error("the dialog knows the cookie itself")
				}
			}
		})
	}
}

func TestOneTimeLink(t *testing.T) {
	s := serve(t)
	p := s.phone(t)
	p.get("/t/sample/form/good")
	p.has("お名前を入力してください", `autocomplete="name"`, "この一問だけ")
	p.post("/t/sample/form/good", form("event", "e1", "typed", "1", "text", ""))
	if p.code != 422 {
		t.Errorf("an empty answer: %d", p.code)
	}
	p.post("/t/sample/form/good", form("event", "e2", "typed", "1", "text", "?"))
	p.has("読み取れませんでした", "エラー：")
	p.post("/t/sample/form/good", form("event", "e3", "typed", "1", "text", "見本 花子"))
	p.has("LINEの画面に戻ってください")
	p.get("/t/sample/form/good")
	if p.code != 404 {
		t.Errorf("a used link: %d", p.code)
	}
}

// Every page says what it is in every language, and the catalogs have the same
// keys.
func TestCatalogsAgree(t *testing.T) {
	s := serve(t)
	var first []string
	for _, n := range i18n.Builtin().Coverage() {
		if !n.Whole() {
			continue
		}
		lang := string(n.Lang)
		data, err := os.ReadFile("../../i18n/catalogs/" + lang + "/web.yaml")
		if err != nil {
			t.Fatal(err)
		}
		keys := regexp.MustCompile(`(?m)^web\.[^:]*`).FindAllString(string(data), -1)
		slices.Sort(keys)
		if first == nil {
			first = keys
		}
		if diff := cmp.Diff(first, keys); diff != "" {
			t.Errorf("keys of ja and %s (-ja +%s):\n%s", lang, lang, diff)
		}
	}
	for _, lang := range []string{"ja", "ja-easy", "en"} {
		for _, path := range []string{"/", "/chat", "/book", "/vacancy", "/form/good"} {
			p := s.phone(t)
			p.get("/t/sample" + path + "?lang=" + lang)
			if p.code != 200 || strings.Contains(p.page, "[") && strings.Contains(p.page, "|") && regexp.MustCompile(`\[\p{Han}+\|`).MatchString(noRaw(p.page)) {
				t.Errorf("%s in %s: %d, or furigana left as written", path, lang, p.code)
			}
		}
	}
}

// noRaw takes out the attributes that the script draws itself.
func noRaw(page string) string {
	return regexp.MustCompile(`data-(own|bot|staff|correct|sent)="[^"]*"`).ReplaceAllString(page, "")
}

// Files of the pages may be kept for ever, because their address changes with
// their content; every address a page names exists.
func TestAssets(t *testing.T) {
	s := serve(t)
	p := s.phone(t)
	p.get("/t/sample/chat")
	addresses := regexp.MustCompile(`"(/assets/web/[^"]+)"`).FindAllStringSubmatch(p.page, -1)
	if len(addresses) < 4 {
		t.Fatalf("the page names %v", addresses)
	}
	for _, a := range addresses {
		resp := p.get(a[1])
		if resp.StatusCode != 200 || resp.Header.Get("Cache-Control") != "public, max-age=31536000, immutable" || resp.Header.Get("Content-Type") == "" || p.page == "" {
			t.Errorf("%s: %d %v", a[1], resp.StatusCode, resp.Header)
		}
		if strings.HasSuffix(a[1], "/fonts/biz-udpgothic.css") {
			for _, f := range regexp.MustCompile(`url\(([^)]+)\)`).FindAllStringSubmatch(p.page, -1) {
				if _, ok := s.web.pages.files["fonts/"+f[1]]; !ok {
					t.Errorf("the font file %s is missing", f[1])
				}
			}
		}
	}
	if resp := p.get("/assets/web/older/style.css"); resp.Header.Get("Cache-Control") != "no-cache" {
		t.Errorf("an outdated address is kept: %v", resp.Header)
	}
}
