package account_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"madoguchi/channels/console"
	"madoguchi/channels/console/account"
	"madoguchi/channels/gate"
	"madoguchi/store"
	"madoguchi/store/audit"
	"madoguchi/store/staff"
	"madoguchi/store/storetest"
	"madoguchi/store/tenant"
)

// morning is 9 o'clock in Japan on 2026-11-25.
var morning = time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)

// office is a console with real accounts, and a page of its own to look at.
type office struct {
	t     *testing.T
	db    *store.DB
	clock *storetest.Clock
	staff *staff.Service
	rules staff.Policy
	url   string
}

// serve opens an office for the tenants; the first is "mihon".
func serve(t *testing.T, db *store.DB, clock *storetest.Clock, tenants ...string) *office {
	t.Helper()
	clock.Set(morning)
	o := &office{t: t, db: db, clock: clock, rules: staff.DefaultPolicy()}
	o.staff = staff.New(db, func(*store.Tx) (staff.Policy, error) { return o.rules, nil })
	registry := tenant.New(db)
	for _, id := range tenants {
		if err := registry.Create(t.Context(), tenant.Tenant{ID: id, Name: id + "市"}, "test"); err != nil && !store.IsDuplicate(err) {
			t.Fatal(err)
		}
	}
	o.url = o.node(db, tenants)
	return o
}

// node serves the console from one database handle.
func (o *office) node(db *store.DB, tenants []string) string {
	o.t.Helper()
	service := o.staff
	if db != o.db {
		service = staff.New(db, nil)
	}
	g := gate.New(gate.Options{Unlimited: true, Clock: db.Now})
	k, err := console.New(console.Config{
		DB: db, Gate: g, Sessions: account.Sessions{DB: db, Staff: service}, Clock: db.Now,
		City: func(*store.Tx) (string, error) { return "みほん市", nil },
	}, account.Area(account.Config{DB: db, Staff: service, Tenants: func(context.Context) ([]account.Tenant, error) {
		var list []account.Tenant
		for _, id := range tenants {
			list = append(list, account.Tenant{ID: id, Name: id + "市"})
		}
		return list, nil
	}}), console.Area{Name: "desk", Pages: []console.Page{
		{Method: "GET", Path: "desk", Handle: func(q *console.Request) error {
			_, err := io.WriteString(q.W, "the desk of "+q.Account.Login+" in "+q.Tenant)
			return err
		}},
		{Method: "GET", Path: "desk/live", Handle: func(q *console.Request) error { return q.Events("desk") }},
	}})
	if err != nil {
		o.t.Fatal(err)
	}
	mux := http.NewServeMux()
	k.Register(mux)
	server := httptest.NewServer(g.Wrap(mux))
	o.t.Cleanup(server.Close)
	o.t.Cleanup(k.Close)
	return server.URL
}

const good = "correct horse battery"

func (o *office) add(tenant string, a staff.Account) (id string) {
	o.t.Helper()
	p, err := o.staff.Choose(context.Background(), good)
	if err != nil {
		o.t.Fatal(err)
	}
	a.Name = "職員 " + a.Login
	err = o.db.Update(context.Background(), tenant, func(tx *store.Tx) (err error) {
		id, err = o.staff.Add(tx, a, p, "test")
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return id
}

func (o *office) update(fn func(tx *store.Tx) error) {
	o.t.Helper()
	if err := o.db.Update(context.Background(), "mihon", fn); err != nil {
		o.t.Fatal(err)
	}
}

// browser is somebody at the office.
type browser struct {
	t    *testing.T
	base string
	http *http.Client
}

func (o *office) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		o.t.Fatal(err)
	}
	return &browser{o.t, o.url, &http.Client{Jar: jar}}
}

// page is what a browser shows in the end.
type page struct {
	status     int
	path, body string
}

func (b *browser) do(method, path string, form url.Values, header ...string) page {
	b.t.Helper()
	r, err := http.NewRequest(method, b.base+"/console/"+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	if method == "POST" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer, err := b.http.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return page{answer.StatusCode, strings.TrimPrefix(answer.Request.URL.Path, "/console/"), string(body)}
}

func (b *browser) get(path string) page { b.t.Helper(); return b.do("GET", path, nil) }

var tokenField = regexp.MustCompile(`name="token" value="([^"]+)"`)

// post sends a form with the token of the page it stands on.
func (b *browser) post(on, path string, form url.Values) page {
	b.t.Helper()
	p := b.get(on)
	m := tokenField.FindStringSubmatch(p.body)
	if m == nil {
		b.t.Fatalf("no form on %s: %d\n%s", on, p.status, p.body)
	}
	form.Set("token", m[1])
	return b.do("POST", path, form)
}

func (b *browser) signIn(login, password string) page {
	b.t.Helper()
	return b.do("POST", "sign-in", url.Values{"login": {login}, "password": {password}, "tenant": {"mihon"}})
}

// cookie is the value of the session's cookie.
func (b *browser) cookie() string {
	u, err := url.Parse(b.base)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range b.http.Jar.Cookies(u) {
		if c.Name == "madoguchi-console" {
			return c.Value
		}
	}
	return ""
}

func open(t *testing.T, tenants ...string) *office {
	clock := storetest.NewClock(morning)
	return serve(t, storetest.Open(t, storetest.SQLite, storetest.At(clock)), clock, append([]string{"mihon"}, tenants...)...)
}

// S4-070, S4-074: signing in with one's own login; a temporary password is
// changed before anything else.
func TestSignInAndChangeTheTemporaryPassword(t *testing.T) {
	o := open(t)
	o.add("mihon", staff.Account{Login: "clerk", Booking: staff.Clerk, Temporary: true})
	b := o.browser()
	if p := b.get("desk"); p.status != 200 || p.path != "sign-in" || strings.Contains(p.body, `name="tenant"`) {
		t.Errorf("without a session: %d at %s", p.status, p.path)
	}
	if p := b.signIn("clerk", "wrong"); p.status != 422 || !strings.Contains(p.body, `value="clerk"`) || strings.Contains(p.body, "wrong") {
		t.Errorf("a wrong password: %d\n%s", p.status, p.body)
	}
	p := b.do("POST", "sign-in", url.Values{"login": {"clerk"}, "password": {good}, "to": {"desk"}})
	if p.status != 200 || p.path != "account/password" || strings.Contains(p.body, "<nav") {
		t.Fatalf("with a temporary password: %d at %s\n%s", p.status, p.path, p.body)
	}
	if p := b.get("desk"); p.path != "account/password" {
		t.Errorf("another page: %s", p.path)
	}
	change := func(old, new, repeat string) page {
		return b.post("account/password", "account/password", url.Values{"old": {old}, "new": {new}, "repeat": {repeat}})
	}
	for _, c := range []struct{ old, new, repeat, want string }{
		{good, "short", "short", "8文字以上"}, {good, "password123", "password123", "よく使われる"}, {good, "mihon市mihon市", "mihon市mihon市", "自治体名"},
		{good, "another good one", "another good two", "一致しません"}, {"wrong", "another good one", "another good one", "現在のパスワードが違います"},
		{good, good, good, "違うもの"},
	} {
		if p := change(c.old, c.new, c.repeat); p.status != 422 || !strings.Contains(p.body, c.want) {
			t.Errorf("%q to %q: %d, want %q\n%s", c.old, c.new, p.status, c.want, p.body)
		}
	}
	before := b.cookie()
	if p := change(good, "another good one", "another good one"); p.status != 200 || p.path != "" || !strings.Contains(p.body, "パスワードを変更しました") {
		t.Errorf("changed: %d at %s", p.status, p.path)
	}
	if b.cookie() == before {
		t.Error("the session kept its secret")
	}
	if p := b.get("desk"); p.body != "the desk of clerk in mihon" {
		t.Errorf("%s", p.body)
	}
	if p := b.post("account", "sign-out", url.Values{}); p.path != "sign-in" || b.cookie() != "" {
		t.Errorf("signed out: %s", p.path)
	}
	if p := b.do("POST", "sign-in", url.Values{"login": {"clerk"}, "password": {"another good one"}, "to": {"desk"}}); p.path != "desk" {
		t.Errorf("back to the page wanted: %s", p.path)
	}
}

// A sign-in leads to pages of the console only.
func TestSignInLeadsNowhereElse(t *testing.T) {
	o := open(t)
	o.add("mihon", staff.Account{Login: "clerk", Booking: staff.Clerk})
	for _, to := range []string{"https://evil.example/", "//evil.example", `\\evil.example`, "../../t/mihon/", "/../..//evil.example", "sign-in", "%0d%0aX: y"} {
		b := o.browser()
		b.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		r, err := b.http.PostForm(o.url+"/console/sign-in", url.Values{"login": {"clerk"}, "password": {good}, "to": {to}})
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		at, err := r.Location()
		if err != nil || at.Host != strings.TrimPrefix(o.url, "http://") || !strings.HasPrefix(at.Path, "/console/") || strings.Contains(at.Path, "//") {
			t.Errorf("%q leads to %v", to, at)
		}
	}
}

// A12: throttled from the tenth try; an unknown login gets the same page.
func TestA12SignInTellsNothing(t *testing.T) {
	o := open(t)
	o.rules.AddressTries = 1000
	o.add("mihon", staff.Account{Login: "known1", Booking: staff.Clerk})
	o.add("mihon", staff.Account{Login: "known2", Booking: staff.Clerk, Disabled: true})
	b := o.browser()
	var pages [12]map[string]page
	for i := range pages {
		pages[i] = map[string]page{}
		for _, login := range []string{"known1", "known2", "nobody"} {
			p := b.signIn(login, "wrong")
			p.body = strings.ReplaceAll(p.body, login, "LOGIN")
			pages[i][login] = p
		}
		if pages[i]["known1"] != pages[i]["nobody"] || pages[i]["known2"] != pages[i]["nobody"] {
			t.Errorf("try %d differs:\n%v\n%v", i+1, pages[i]["known1"], pages[i]["nobody"])
		}
		want := 422
		if i >= 10 {
			want = 429
		}
		if got := pages[i]["nobody"].status; got != want {
			t.Errorf("try %d: %d, want %d", i+1, got, want)
		}
	}
	if p := b.signIn("known1", good); p.status != 429 {
		t.Errorf("the right password while locked: %d", p.status)
	}
	o.rules.AddressTries = 10
	if p := b.signIn("somebody", "wrong"); p.status != 429 {
		t.Errorf("an address after 30 wrong tries: %d", p.status)
	}
	o.clock.Advance(20 * time.Minute)
	if p := b.signIn("known1", good); p.status != 200 || p.path != "" {
		t.Errorf("after the wait: %d %s", p.status, p.path)
	}
}

// A11: with a good cookie, a foreign origin or a missing token changes nothing,
// and no GET does.
func TestA11ForgedFormsChangeNothing(t *testing.T) {
	o := open(t)
	id := o.add("mihon", staff.Account{Login: "clerk", Booking: staff.Clerk})
	b := o.browser()
	b.signIn("clerk", good)
	token := tokenField.FindStringSubmatch(b.get("account").body)[1]
	for _, path := range []string{"sign-out", "account/everywhere", "account/session", "account/second", "account/second/drop", "account/password"} {
		form := func(token string) url.Values { return url.Values{"token": {token}, "password": {good}, "old": {good}} }
		for name, p := range map[string]page{
			"no token":       b.do("POST", path, url.Values{}),
			"a wrong token":  b.do("POST", path, form("x")),
			"foreign origin": b.do("POST", path, form(token), "Origin", "https://evil.example"),
			"cross site":     b.do("POST", path, form(token), "Sec-Fetch-Site", "cross-site"),
			"token in query": b.do("POST", path+"?token="+token, url.Values{}),
		} {
			if p.status != 403 {
				t.Errorf("%s with %s: %d", path, name, p.status)
			}
		}
		if p := b.get(path); p.status != 405 && p.status != 200 {
			t.Errorf("GET %s: %d", path, p.status)
		}
	}
	if p := b.get("desk"); p.path != "desk" {
		t.Error("the session is gone")
	}
	if p := o.browser().do("POST", "sign-in", url.Values{"login": {"clerk"}, "password": {good}}, "Origin", "https://evil.example"); p.status != 403 {
		t.Errorf("a sign-in sent by another site: %d", p.status)
	}
	o.update(func(tx *store.Tx) error {
		r, err := o.staff.Get(tx, id)
		if err == nil && (r.Second || r.Version != 1) {
			err = errors.New("the account was changed")
		}
		return err
	})
}

// A13: the secret is new at sign-in; after sign-out, another role and disabling
// no node serves the session, and open streams end within a second.
func TestA13SessionIsOverEverywhere(t *testing.T) {
	clock := storetest.NewClock(morning)
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := serve(t, db, clock, "mihon")
		id := o.add("mihon", staff.Account{Login: "clerk", Booking: staff.Clerk})
		o.add("mihon", staff.Account{Login: "chief", Booking: staff.Administrator})
		other := o.url
		if strings.HasSuffix(t.Name(), "postgres") {
			other = o.node(storetest.Again(t, db, storetest.At(clock)), []string{"mihon"})
		}
		change := func(fn func(*staff.Account)) func(*browser) {
			return func(*browser) {
				o.update(func(tx *store.Tx) error {
					r, err := o.staff.Get(tx, id)
					if err != nil {
						return err
					}
					fn(&r.Account)
					return o.staff.Save(tx, r.Account, r.Version, "test")
				})
			}
		}
		for _, c := range []struct {
			name string
			do   func(*browser)
		}{
			{"sign-out", func(b *browser) { b.post("account", "sign-out", url.Values{}) }},
			{"everywhere", func(b *browser) { b.post("account", "account/everywhere", url.Values{}) }},
			{"role", change(func(a *staff.Account) { a.Booking = staff.Manager })},
			{"disabled", change(func(a *staff.Account) { a.Disabled = true })},
		} {
			b := o.browser()
			fixed := &http.Cookie{Name: "madoguchi-console", Value: "mihon.chosen-by-somebody", Path: "/"}
			u, _ := url.Parse(o.url)
			b.http.Jar.SetCookies(u, []*http.Cookie{fixed})
			b.signIn("clerk", good)
			secret := b.cookie()
			if secret == fixed.Value || !strings.HasPrefix(secret, "mihon.") || len(secret) < 40 {
				t.Fatalf("%s: the session's secret is %q", c.name, secret)
			}
			elsewhere := &browser{t, other, b.http}
			if p := elsewhere.get("desk"); p.path != "desk" {
				t.Fatalf("%s: the other node: %s", c.name, p.path)
			}
			r, err := http.NewRequest("GET", other+"/console/desk/live", nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Accept", "text/event-stream")
			r.AddCookie(&http.Cookie{Name: "madoguchi-console", Value: secret})
			stream, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			c.do(b)
			begun := time.Now()
			last := ""
			for scan := bufio.NewScanner(stream.Body); scan.Scan(); {
				if scan.Text() != "" {
					last = scan.Text()
				}
				if strings.HasPrefix(scan.Text(), "event: end") {
					last = "end"
				}
				if last == "end" || time.Since(begun) > time.Second {
					break
				}
			}
			stream.Body.Close()
			if took := time.Since(begun); last != "end" || took > time.Second {
				t.Errorf("%s: the stream ended with %q after %v", c.name, last, took)
			}
			for node, base := range map[string]string{"this": o.url, "the other": other} {
				stale := &browser{t, base, &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
				if p := stale.do("GET", "desk", nil, "Cookie", "madoguchi-console="+secret); p.status != 303 || strings.Contains(p.body, "clerk") {
					t.Errorf("%s: %s node answers a page with %d", c.name, node, p.status)
				}
				if p := stale.do("POST", "account/everywhere", nil, "Cookie", "madoguchi-console="+secret); p.status != 401 {
					t.Errorf("%s: %s node answers a form with %d", c.name, node, p.status)
				}
			}
		}
	}, storetest.At(clock))
}

// A15: a session is one tenant's; under another's name it opens nothing.
func TestA15SessionIsOfOneTenant(t *testing.T) {
	o := open(t, "tonari")
	o.add("mihon", staff.Account{Login: "clerk", Booking: staff.Clerk})
	o.add("tonari", staff.Account{Login: "neighbour", Booking: staff.Clerk})
	b := o.browser()
	if p := b.get("sign-in"); !strings.Contains(p.body, `<option value="tonari"`) {
		t.Error("the municipality is not asked for")
	}
	if p := b.do("POST", "sign-in", url.Values{"login": {"clerk"}, "password": {good}}); p.status != 422 || !strings.Contains(p.body, "自治体を選んで") {
		t.Errorf("without a municipality: %d", p.status)
	}
	for _, tenant := range []string{"tonari", "zz", "*", "mihon.x", "\x00"} {
		if p := b.do("POST", "sign-in", url.Values{"login": {"clerk"}, "password": {good}, "tenant": {tenant}}); p.status != 422 {
			t.Errorf("at %q: %d", tenant, p.status)
		}
	}
	b.signIn("clerk", good)
	_, secret, _ := strings.Cut(b.cookie(), ".")
	for _, value := range []string{"tonari." + secret, "." + secret, secret, "*." + secret, "%00." + secret, "mihon." + secret + "x", "MIHON." + secret} {
		if p := (&browser{t, o.url, &http.Client{}}).do("GET", "desk", nil, "Cookie", "madoguchi-console="+value); p.path != "sign-in" {
			t.Errorf("the cookie %q opens %s: %s", value, p.path, p.body)
		}
	}
}

// A second factor: set up with the password, asked for at sign-in, demanded of
// administrators where the municipality says so.
func TestSecondFactor(t *testing.T) {
	o := open(t)
	o.rules.SecondForAdministrators = true
	o.add("mihon", staff.Account{Login: "chief", Booking: staff.Administrator})
	o.add("mihon", staff.Account{Login: "clerk", Booking: staff.Clerk})
	if p := o.browser().signIn("clerk", good); p.path != "" {
		t.Errorf("a clerk: %s", p.path)
	}
	b := o.browser()
	if p := b.signIn("chief", good); p.path != "account/second" || !strings.Contains(p.body, "管理者には二要素認証が必要です") {
		t.Fatalf("an administrator without a second factor: %s", p.path)
	}
	if p := b.post("account/second", "account/second", url.Values{"password": {"wrong"}}); p.status != 422 || strings.Contains(p.body, "data:image") {
		t.Errorf("with a wrong password: %d", p.status)
	}
	p := b.post("account/second", "account/second", url.Values{"password": {good}})
	shown := regexp.MustCompile(`<code>([A-Z2-7 ]+)</code>`).FindStringSubmatch(p.body)
	if shown == nil || !strings.Contains(p.body, `src="data:image/png;base64,`) {
		t.Fatalf("%d\n%s", p.status, p.body)
	}
	secret := strings.ReplaceAll(shown[1], " ", "")
	code := func() string {
		c, err := totp.GenerateCode(secret, o.clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	if p := b.post("account/second", "account/second/confirm", url.Values{"code": {"x"}}); p.status != 422 || !strings.Contains(p.body, shown[1]) {
		t.Errorf("a wrong code: %d", p.status)
	}
	p = b.post("account/second", "account/second/confirm", url.Values{"code": {code()}})
	recovery := regexp.MustCompile(`<code>([A-Z2-7-]{29})</code>`).FindStringSubmatch(p.body)
	if recovery == nil {
		t.Fatalf("%d\n%s", p.status, p.body)
	}
	if p := b.get("desk"); p.path != "desk" {
		t.Errorf("after the set-up: %s", p.path)
	}
	o.clock.Advance(time.Minute)
	again := o.browser()
	if p := again.signIn("chief", good); p.path != "account/code" {
		t.Fatalf("signing in again: %s", p.path)
	}
	half := again.cookie()
	for _, path := range []string{"desk", "account", "account/password", "account/second"} {
		if p := again.get(path); p.path != "account/code" {
			t.Errorf("half signed in, %s shows %s", path, p.path)
		}
	}
	if p := again.post("account/code", "account/code", url.Values{"code": {"000000"}}); p.status != 422 {
		t.Errorf("a wrong code: %d", p.status)
	}
	if p := again.post("account/code", "account/code", url.Values{"code": {code()}}); p.path != "" || again.cookie() == half {
		t.Errorf("the right code: %d %s", p.status, p.path)
	}
	lost := o.browser()
	lost.signIn("chief", good)
	if p := lost.post("account/code", "account/code", url.Values{"code": {recovery[1]}}); p.path != "" {
		t.Errorf("a recovery code: %d %s", p.status, p.path)
	}
	o.rules.SecondForAdministrators = false
	if p := lost.post("account/second", "account/second/drop", url.Values{"password": {good}}); p.path != "account" {
		t.Errorf("dropping it: %d %s", p.status, p.path)
	}
	if p := o.browser().signIn("chief", good); p.path != "" {
		t.Errorf("without it: %s", p.path)
	}
}

// One sees where one is signed in and ends what one does not know.
func TestOwnSessions(t *testing.T) {
	o := open(t)
	o.add("mihon", staff.Account{Login: "clerk", Booking: staff.Clerk})
	here, there := o.browser(), o.browser()
	here.signIn("clerk", good)
	there.signIn("clerk", good)
	p := here.get("account")
	id := regexp.MustCompile(`name="id" value="([^"]+)"`).FindStringSubmatch(p.body)
	if id == nil || strings.Count(p.body, "<tr>") != 3 {
		t.Fatalf("%s", p.body)
	}
	if p := here.post("account", "account/session", url.Values{"id": {id[1]}}); p.status != 200 {
		t.Errorf("%d", p.status)
	}
	if p := there.get("desk"); p.path != "sign-in" {
		t.Errorf("the other one: %s", p.path)
	}
	if p := here.get("desk"); p.path != "desk" {
		t.Errorf("this one: %s", p.path)
	}
	// The language is remembered.
	here.get("account?lang=en")
	if p := here.get("account"); !strings.Contains(p.body, "Your account") {
		t.Error("the language was forgotten")
	}
	if p := here.get("account?lang=ja"); !strings.Contains(p.body, "自分のアカウント") {
		t.Error("back to Japanese")
	}
}

// A page that draws itself anew does not keep a session alive; a person does.
func TestScriptsKeepNoSessionAlive(t *testing.T) {
	o := open(t)
	o.add("mihon", staff.Account{Login: "clerk", Booking: staff.Clerk})
	b := o.browser()
	b.signIn("clerk", good)
	for range 3 {
		o.clock.Advance(20 * time.Minute)
		if p := b.get("desk"); p.path != "desk" {
			t.Fatal("a person at work was signed out")
		}
	}
	o.clock.Advance(20 * time.Minute)
	if p := b.do("GET", "desk", nil, "X-Live", "1"); p.status != 200 {
		t.Errorf("the script: %d", p.status)
	}
	o.clock.Advance(15 * time.Minute)
	if p := b.do("GET", "desk", nil, "X-Live", "1"); p.status != 401 {
		t.Errorf("the script, after 35 minutes without a person: %d", p.status)
	}
	if p := b.do("POST", "account/everywhere", url.Values{}); p.status != 401 || !strings.Contains(p.body, "何も変更されていません") {
		t.Errorf("a form after that: %d", p.status)
	}
}

// S4-071: whatever a person does about their own access is in the log, with who
// and from where; and no password or code is.
func TestEveryActionIsInTheLog(t *testing.T) {
	o := open(t)
	id := o.add("mihon", staff.Account{Login: "clerk", Booking: staff.Clerk})
	b := o.browser()
	b.signIn("clerk", "canary-wrong")
	b.signIn("nobody-canary", "x")
	b.signIn("clerk", good)
	b.post("account/password", "account/password", url.Values{"old": {"canary-wrong"}, "new": {"canary new password"}, "repeat": {"canary new password"}})
	b.post("account/password", "account/password", url.Values{"old": {good}, "new": {"canary new password"}, "repeat": {"canary new password"}})
	p := b.post("account/second", "account/second", url.Values{"password": {"canary new password"}})
	secret := strings.ReplaceAll(regexp.MustCompile(`<code>([A-Z2-7 ]+)</code>`).FindStringSubmatch(p.body)[1], " ", "")
	code := func() string {
		c, err := totp.GenerateCode(secret, o.clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	b.post("account/second", "account/second/confirm", url.Values{"code": {code()}})
	o.clock.Advance(time.Minute)
	again := o.browser()
	again.signIn("clerk", "canary new password")
	again.post("account/code", "account/code", url.Values{"code": {"000000"}})
	again.post("account/code", "account/code", url.Values{"code": {code()}})
	m := regexp.MustCompile(`name="id" value="([^"]+)"`).FindStringSubmatch(again.get("account").body)
	again.post("account", "account/session", url.Values{"id": {m[1]}})
	again.post("account/second", "account/second/drop", url.Values{"password": {"canary new password"}})
	again.post("account", "sign-out", url.Values{})
	again.signIn("clerk", "canary new password")
	again.post("account", "account/everywhere", url.Values{})

	var entries []audit.Entry
	o.update(func(tx *store.Tx) (err error) {
		entries, err = audit.List(tx, audit.Filter{})
		return err
	})
	seen := map[string]bool{}
	for _, e := range entries {
		if strings.Contains(e.Who+e.Subject+e.Detail, "canary") || strings.Contains(e.Detail, secret) {
			t.Errorf("the log tells too much: %+v", e)
		}
		if e.Who == id && e.Subject == id && strings.Contains(e.Detail, `"origin":"127.0.0.1"`) {
			seen[e.Action] = true
		}
	}
	for _, action := range []string{
		"staff.sign-in.refused", "staff.sign-in", "staff.confirm.refused", "staff.password", "staff.second.set", "staff.second.refused",
		"staff.session.end", "staff.second.drop", "staff.sign-out", "staff.session.end-all",
	} {
		if !seen[action] {
			t.Errorf("the log has no %s", action)
		}
	}
}
