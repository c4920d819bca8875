package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"html"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"madoguchi/channels/console"
	"madoguchi/channels/console/consoletest"
	"madoguchi/channels/gate"
	"madoguchi/channels/web/webtest"
	"madoguchi/store"
	"madoguchi/store/staff"
)

// restate writes testdata/console anew. What it writes is to be read: it says
// who may do what.
var restate = flag.Bool("restate-routes", false, "write testdata/console/routes.txt anew")

// furnished is the program put together, without serving.
func furnished(t testing.TB) *house {
	t.Helper()
	config, err := Config{Data: t.TempDir()}.resolve(func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	h, err := open(&environment{ctx: context.Background(), config: config, clock: func() time.Time { return morning }}, quiet(io.Discard), true)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.close() })
	return h
}

// routes are the console's as routes.txt writes them.
func routes(k *console.Console) []string {
	var lines []string
	for _, p := range k.Routes() {
		right := string(p.Right)
		switch {
		case p.Anyone:
			right = "anyone"
		case right == "":
			right = "signed-in"
		}
		lines = append(lines, fmt.Sprintf("%-5s /%s %s", p.Method, p.Path, right))
	}
	slices.SortFunc(lines, func(a, b string) int { return strings.Compare(a[6:]+a[:6], b[6:]+b[:6]) })
	return lines
}

// documented reads a file of testdata/console, without comments.
func documented(t *testing.T, name string) (lines []string) {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "console", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for scan := bufio.NewScanner(f); scan.Scan(); {
		if line := strings.TrimSpace(scan.Text()); line != "" && !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	return lines
}

// combinations are all people there can be.
func combinations() (all []staff.Account) {
	stages := []staff.Role{staff.None, staff.Clerk, staff.Manager, staff.Administrator}
	for _, b := range stages {
		for _, c := range stages {
			for _, official := range []bool{true, false} {
				all = append(all, staff.Account{Booking: b, Cards: c, Official: official, Counters: []string{"honcho"}})
			}
		}
	}
	return all
}

func called(a staff.Account) string {
	who := "contractor"
	if a.Official {
		who = "official"
	}
	return fmt.Sprintf("%s, booking %q, cards %q", who, a.Booking, a.Cards)
}

// A14: the routes are the documented ones, each with its right, and who has a
// right is what is documented (S4-072, S4-083).
func TestA14RoutesAndRightsAreDocumented(t *testing.T) {
	h := furnished(t)
	k, err := h.consolePages(gate.New(gate.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", "console", "routes.txt")
	if *restate {
		text := "# Every route of the console: method, address below /console, right it takes.\n" +
			"# Written by go test ./cmd/madoguchi -run A14 -restate-routes; read what changed.\n\n" + strings.Join(routes(k), "\n") + "\n"
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(documented(t, "routes.txt"), routes(k)); diff != "" {
		t.Errorf("routes (-documented +served); see %s\n%s", file, diff)
	}
	listed := map[staff.Right]bool{}
	for _, line := range documented(t, "rights.txt") {
		f := strings.Fields(line)
		if len(f) != 4 {
			t.Fatalf("rights.txt: %q", line)
		}
		right := staff.Right(f[0])
		listed[right] = true
		for _, a := range combinations() {
			has := func(list string, r staff.Role) bool {
				return r != staff.None && slices.Contains(strings.Split(list, ","), string(r))
			}
			want := (has(f[1], a.Booking) || has(f[2], a.Cards)) && (f[3] == "all" || a.Official)
			if got := a.May(right); got != want {
				t.Errorf("%s: %s may: %v, documented %v", right, called(a), got, want)
			}
		}
	}
	for _, p := range k.Routes() {
		if p.Right != "" && !listed[p.Right] {
			t.Errorf("/%s needs %s, which rights.txt does not have", p.Path, p.Right)
		}
	}
}

// A14: every route × every person × nobody. The pages themselves are put aside:
// it is asked who gets to them.
func TestA14EveryRouteAsEverybody(t *testing.T) {
	h := furnished(t)
	areas := h.areas()
	reached := false
	for i := range areas {
		pages := slices.Clone(areas[i].Pages)
		for j := range pages {
			pages[j].Handle = func(q *console.Request) error {
				reached = true
				q.W.WriteHeader(http.StatusNoContent)
				return nil
			}
		}
		areas[i].Pages = pages
	}
	site := consoletest.Serve(t, h.db, areas...)
	var pages []console.Page
	for _, a := range areas {
		pages = append(pages, a.Pages...)
	}
	wild := regexp.MustCompile(`\{[^}]*\}`)
	for _, a := range combinations() {
		person := site.SignIn(a)
		for _, p := range pages {
			reached = false
			path := wild.ReplaceAllString(p.Path, "x")
			var answer consoletest.Page
			if p.Method == http.MethodPost {
				answer = person.Post(path, nil)
			} else {
				answer = person.Get(path)
			}
			want := p.Right == "" || a.May(p.Right)
			if reached != want || !want && (answer.Status != http.StatusForbidden || !answer.Has("権限がありません")) {
				t.Errorf("%s /%s as %s: reached %v, want %v (status %d)", p.Method, p.Path, called(a), reached, want, answer.Status)
			}
		}
	}
	for _, p := range pages {
		if p.Anyone {
			continue
		}
		reached = false
		r, err := http.NewRequest(p.Method, site.URL+console.Base+wild.ReplaceAllString(p.Path, "x"), nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		want := http.StatusSeeOther
		if p.Method == http.MethodPost {
			want = http.StatusUnauthorized
		}
		if reached || answer.StatusCode != want {
			t.Errorf("%s /%s as nobody: reached %v, status %d", p.Method, p.Path, reached, answer.StatusCode)
		}
	}
}

// A14: what a role may not do is absent from its pages: no link and no form
// leads to a refusal.
func TestA14PagesOfferOnlyWhatIsAllowed(t *testing.T) {
	h := furnished(t)
	if _, err := h.sampleStaff(t.Context()); err != nil {
		t.Fatal(err)
	}
	areas := h.areas()
	site := consoletest.Serve(t, h.db, areas...)
	mux, byPattern := http.NewServeMux(), map[string]console.Page{}
	for _, a := range areas {
		for _, p := range a.Pages {
			pattern := p.Method + " " + console.Base + p.Path
			byPattern[pattern] = p
			mux.HandleFunc(pattern, func(http.ResponseWriter, *http.Request) {})
		}
	}
	links := regexp.MustCompile(`<(a|form)\b[^>]*`)
	attribute := func(tag, name string) string {
		m := regexp.MustCompile(` ` + name + `="([^"]*)"`).FindStringSubmatch(tag)
		if m == nil {
			return ""
		}
		return html.UnescapeString(m[1])
	}
	for i, a := range combinations() {
		if a.Booking == staff.None && a.Cards == staff.None || i%2 == 0 && a.Cards != staff.Clerk {
			continue // being an official matters to clerks of the cards at most
		}
		person := site.SignIn(a)
		for _, p := range append([]console.Page{{Method: "GET"}}, byPatternSorted(byPattern)...) {
			if p.Method != http.MethodGet || strings.ContainsAny(p.Path, "{") || strings.HasSuffix(p.Path, "live") || p.Anyone || p.Right != "" && !a.May(p.Right) {
				continue
			}
			page := person.Get(p.Path)
			if page.Status >= 500 {
				t.Errorf("/%s as %s: status %d", p.Path, called(a), page.Status)
			}
			for _, tag := range links.FindAllString(page.Body, -1) {
				method, to := http.MethodGet, attribute(tag, "href")
				if strings.HasPrefix(tag, "<form") {
					to = attribute(tag, "action")
					if attribute(tag, "method") == "post" {
						method = http.MethodPost
					}
				}
				at, err := url.Parse(to)
				if err != nil || !strings.HasPrefix(at.Path, console.Base) || at.Path == console.Base {
					continue
				}
				_, pattern := mux.Handler(&http.Request{Method: method, URL: &url.URL{Path: at.Path}, Host: "x"})
				target, ok := byPattern[pattern]
				if !ok {
					t.Errorf("/%s offers %s %s, which does not exist", p.Path, method, to)
				} else if target.Right != "" && !a.May(target.Right) {
					t.Errorf("/%s offers %s %s to %s, who may not", p.Path, method, to, called(a))
				}
			}
		}
	}
}

func byPatternSorted(m map[string]console.Page) []console.Page {
	list := make([]console.Page, 0, len(m))
	for _, p := range m {
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b console.Page) int { return strings.Compare(a.Path+a.Method, b.Path+b.Method) })
	return list
}

// Every text of the console is there in both languages.
func TestConsoleSpeaksBothLanguages(t *testing.T) {
	for _, a := range furnished(t).areas() {
		if a.Texts == nil {
			continue
		}
		keys := map[string][]string{}
		for _, lang := range []string{"ja", "en"} {
			names, err := fs.Glob(a.Texts, lang+"/*.yaml")
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range names {
				data, err := fs.ReadFile(a.Texts, name)
				if err != nil {
					t.Fatal(err)
				}
				var texts map[string]yaml.Node
				if err := yaml.Unmarshal(data, &texts); err != nil {
					t.Fatalf("%s of %s: %v", name, a.Name, err)
				}
				for key := range texts {
					keys[lang] = append(keys[lang], key)
				}
			}
			slices.Sort(keys[lang])
		}
		if diff := cmp.Diff(keys["ja"], keys["en"]); diff != "" {
			t.Errorf("%s (-ja +en)\n%s", a.Name, diff)
		}
	}
}

// A15: an administrator of one municipality finds nothing of another.
func TestA15ConsoleShowsOneTenant(t *testing.T) {
	h := furnished(t)
	site := consoletest.Serve(t, h.db, h.areas()...)
	var id string
	err := h.db.Update(t.Context(), consoletest.Other, func(tx *store.Tx) error {
		_, p, err := h.staff.Generate(t.Context())
		if err != nil {
			return err
		}
		id, err = h.staff.Add(tx, staff.Account{Login: "canary", Name: "カナリア 花子", Booking: staff.Clerk}, p, "test")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	admin := site.SignIn(staff.Account{Booking: staff.Administrator, Cards: staff.Administrator, Official: true})
	for _, path := range []string{
		"operators", "operators?text=canary", "operators/" + id, "trail", "trail?from=", "trail?who=" + id + "&from=", "trail?subject=" + id + "&from=",
		"trail/export?from=&subject=" + id, "trail/export?from=", "trail/chain",
	} {
		p := admin.Get(path)
		if p.Has("カナリア") || p.Has(">canary") || p.Has(consoletest.Other+" ") {
			t.Errorf("%s shows something of the other municipality:\n%s", path, p.Body)
		}
		if strings.HasPrefix(path, "operators/") && p.Status != http.StatusNotFound {
			t.Errorf("%s: %d", path, p.Status)
		}
	}
	for _, path := range []string{"operators/" + id, "operators/" + id + "/reset", "operators/" + id + "/unlock", "operators/" + id + "/second", "operators/" + id + "/sessions"} {
		if p := admin.Post(path, url.Values{"login": {"stolen"}, "name": {"x"}, "booking": {"clerk"}, "version": {"1"}}); p.Status != http.StatusNotFound {
			t.Errorf("POST %s: %d", path, p.Status)
		}
	}
	if p := admin.Post("trail/chain", url.Values{"checkpoints": {consoletest.Other + " 1 00"}}); p.Status != http.StatusUnprocessableEntity {
		t.Errorf("another municipality's checkpoint: %d", p.Status)
	}
	own := site.SignInAt(consoletest.Other, staff.Account{Booking: staff.Administrator})
	if p := own.Get("operators/" + id); p.Status != http.StatusOK || !p.Has("カナリア") {
		t.Errorf("its own administrator: %d", p.Status)
	}
}

// The first start shows one account a role with a password that works, once
// (CONTRACT).
func TestFirstStartShowsAccounts(t *testing.T) {
	folder := t.TempDir()
	s := serveIn(t, folder, nil)
	shown := regexp.MustCompile(`sign in as +(\w+) +([a-z0-9-]+) `).FindAllStringSubmatch(s.screen.String(), -1)
	if len(shown) != 3 || !strings.Contains(s.screen.String(), "/console/\n") {
		t.Fatalf("the screen:\n%s", s.screen)
	}
	for _, m := range shown {
		form := url.Values{"login": {m[1]}, "password": {m[2]}}.Encode()
		r := s.request("POST", "/console/sign-in", form, "Content-Type", "application/x-www-form-urlencoded")
		answer, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		cookie := answer.Header.Get("Set-Cookie")
		if answer.StatusCode != http.StatusSeeOther || answer.Header.Get("Location") != "/console/" ||
			!strings.HasPrefix(cookie, "__Host-madoguchi-console=sample.") || !strings.HasSuffix(cookie, "; Path=/; HttpOnly; Secure; SameSite=Strict") {
			t.Errorf("%s: %d to %q, %q", m[1], answer.StatusCode, answer.Header.Get("Location"), cookie)
		}
	}
	_, out, _ := s.cli("staff", "list", "--json")
	var members []member
	if err := json.Unmarshal([]byte(out), &members); err != nil || len(members) != 3 {
		t.Fatalf("%v %s", err, out)
	}
	for _, m := range members {
		if m.Temporary || !m.Official || m.Booking == "" || m.Booking != m.Cards || (m.Login == "clerk") != (len(m.Counters) == 3) {
			t.Errorf("%+v", m)
		}
	}
	s.stop()
	for _, m := range shown {
		if strings.Contains(s.log.String(), m[2]) {
			t.Errorf("the password of %s is in the log", m[1])
		}
	}
	if again := serveIn(t, folder, nil); strings.Contains(again.screen.String(), "sign in as") {
		t.Error("shown a second time")
	}
}

// S4-070, S4-074, S4-082 in a browser: an administrator changes the temporary
// password, adds an operator and reads in the log who did it. Every page fits
// desk and tablet and passes axe-core.
func TestConsoleInABrowser(t *testing.T) {
	chromium := webtest.Start(t)
	s := startTown(t)
	out, err := s.program("staff", "reset", "admin", "--json").Output()
	var m member
	if err == nil {
		err = json.Unmarshal(out, &m)
	}
	if err != nil {
		t.Fatalf("%v %s", err, out)
	}
	v := webtest.Visit(t, chromium, "http://"+s.addr+"/console/")
	fill := func(id, words string) {
		v.JS(fmt.Sprintf("(document.getElementById(%q).value = '', document.getElementById(%q).focus())", id, id))
		v.Type(words)
	}
	at := func(path, name string) {
		v.Until(fmt.Sprintf("location.pathname === '/console/%s' && document.readyState === 'complete'", path))
		v.Narrow(name)
		v.AxeClean(name)
		v.Keep("console-"+name+"-1366", false)
		v.Size(820, 1180)
		v.Narrow(name)
		if webtest.Thorough() {
			v.AxeClean(name)
		}
		v.Keep("console-"+name+"-820", false)
		v.Size(1366, 768)
	}
	v.Size(1366, 768)
	v.Open("")
	at("sign-in", "sign-in")
	v.Until(`document.activeElement?.id === "login"`)
	v.Type("admin")
	v.Tab()
	v.Type(m.Password)
	v.Enter()
	at("account/password", "password")
	fill("old", m.Password)
	fill("new", "ひらけごま ひらけごま")
	fill("repeat", "ひらけごま ひらけごま")
	v.Follow(func() { v.Press("変更する") })
	at("", "home")
	v.Open("operators")
	at("operators", "operators")
	v.Follow(func() { v.Press("操作者を登録する") })
	at("operators/new", "operator-new")
	fill("login", "h.sato")
	fill("name", "佐藤 花子")
	fill("body", "委託先株式会社")
	v.JS(`void (document.getElementById("booking").value = "clerk", document.querySelector("input[value=ekimae]").checked = true)`)
	v.Follow(func() { v.Press("登録する") })
	at("operators", "operator-password")
	v.Follow(func() { v.Press("伝えました") })
	v.Until(`location.pathname.length > 30`)
	path := strings.TrimPrefix(v.JS("location.pathname"), "/console/")
	at(path, "operator")
	v.Follow(func() { v.Press("この操作者の操作記録を見る") })
	v.Until(`location.pathname === "/console/trail"`)
	v.Open("trail?from=")
	v.Until(`[...document.querySelectorAll("tbody tr")].some(r => /見本 管理者/.test(r.textContent) && /操作者の登録/.test(r.textContent) && /127\.0\.0\.1/.test(r.textContent))`)
	at("trail", "trail")
	v.Open("trail/chain")
	v.Follow(func() { v.Press("検査する") })
	v.Until(`document.querySelector(".notice")`)
	at("trail/chain", "chain")
	v.Open("operators/policy")
	at("operators/policy", "policy")
	v.Open("account")
	at("account", "account")
	v.Open("account/second")
	fill("password", "ひらけごま ひらけごま")
	v.Follow(func() { v.Press("設定を始める") })
	v.Until(`document.querySelector("img")`)
	at("account/second", "second")
	v.Size(820, 1180)
	v.JS(`void document.getElementById("menu-fold").click()`)
	v.AxeClean("menu")
	v.Keep("console-menu-820", false)
}
