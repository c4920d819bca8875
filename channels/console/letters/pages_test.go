package letters_test

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"madoguchi/channels/console/consoletest"
	"madoguchi/channels/paper/pdf/pdftest"
	"madoguchi/store"
	"madoguchi/store/staff"
	"madoguchi/store/storetest"
)

// begin makes a run of everything that has arrived.
func begin(t *testing.T, m *consoletest.Client, template string) string {
	t.Helper()
	run := m.Post("letters/new", url.Values{"template": {template}, "state": {"arrived"}})
	if !strings.HasPrefix(run.Path, "letters/runs/") {
		t.Fatalf("%d %s", run.Status, run.Body)
	}
	return run.Path
}

// What a role may not do is refused by the server and not on its pages.
func TestWhoMayPrint(t *testing.T) {
	c := open(t, storetest.SQLite, 3)
	m, admin := c.SignIn(manager), c.SignIn(administrator)
	run := begin(t, m, "guidance")
	for _, page := range []struct {
		method, path   string
		manager, admin int
	}{
		{"GET", "letters", 200, 200}, {"GET", "letters/new", 200, 200}, {"POST", "letters/new", 422, 422}, {"GET", run, 200, 200},
		{"GET", "letters/runs.csv", 200, 200},
		{"POST", run + "/print", 200, 200}, {"POST", run + "/export", 200, 200}, {"POST", run + "/sent", 200, 409},
		{"POST", run + "/unsent", 200, 409}, {"POST", run + "/drop", 409, 409}, {"GET", "letters/templates", 200, 200},
		{"GET", "letters/templates/notice", 403, 200}, {"POST", "letters/templates/notice", 403, 422},
		{"POST", "letters/templates/notice/back", 403, 400}, {"POST", "letters/preview", 403, 422},
		{"GET", "letters/layout", 403, 200}, {"POST", "letters/layout", 403, 422}, {"GET", "letters/sheets/0", 403, 200},
		{"POST", "letters/sheets/0", 403, 422}, {"POST", "letters/sheets/0/test", 403, 422},
	} {
		for name, who := range map[string]struct {
			client *consoletest.Client
			want   int
		}{
			"booking administrator": {c.SignIn(staff.Account{Booking: staff.Administrator}), 403},
			"card clerk":            {c.SignIn(staff.Account{Cards: staff.Clerk}), 403},
		} {
			if got := ask(who.client, page.method, page.path); got.Status != who.want {
				t.Errorf("%s %s as %s: %d, want %d", page.method, page.path, name, got.Status, who.want)
			}
		}
		if got := ask(m, page.method, page.path); got.Status != page.manager {
			t.Errorf("%s %s as manager: %d, want %d", page.method, page.path, got.Status, page.manager)
		}
		if page.path == run+"/sent" || page.path == run+"/unsent" {
			continue // told already
		}
		if got := ask(admin, page.method, page.path); got.Status != page.admin {
			t.Errorf("%s %s as administrator: %d, want %d", page.method, page.path, got.Status, page.admin)
		}
	}
	if home := m.Get("letters"); home.Has("letters/layout") {
		t.Error("a manager is shown the layout")
	}
	if list := m.Get("letters/templates"); list.Has(`href="/console/letters/templates/notice"`) {
		t.Error("a manager is shown the editor")
	}
}

func ask(c *consoletest.Client, method, path string) consoletest.Page {
	if method == "GET" {
		return c.Get(path)
	}
	return c.Post(path, nil)
}

// Another municipality's runs, codes and templates are not there.
func TestAnotherTenant(t *testing.T) {
	c := open(t, storetest.SQLite, 3)
	mine := c.SignIn(administrator)
	run := begin(t, mine, "guidance")
	saved := mine.Post("letters/templates/new", url.Values{"name": {"再通知"}, "body": {"再度のお知らせ"}})
	foreign := c.SignInAt(consoletest.Other, administrator)
	for _, p := range []consoletest.Page{
		foreign.Get(run), foreign.Post(run+"/print", nil), foreign.Post(run+"/export", nil), foreign.Post(run+"/sent", nil),
		foreign.Post(run+"/unsent", nil), foreign.Post(run+"/drop", nil), foreign.Get(saved.Path),
	} {
		if p.Status != http.StatusNotFound {
			t.Errorf("%s: %d", p.Path, p.Status)
		}
	}
	if p := foreign.Post("letters/new", url.Values{"template": {"guidance"}, "codes": {code(0)}}); p.Status != 422 || !p.Has("登録のないリンクコード") {
		t.Errorf("another tenant's code: %d", p.Status)
	}
	if p := foreign.Get("letters/runs.csv"); p.Has("交付案内文") {
		t.Error("another tenant's runs are in the table")
	}
	if p := mine.Get("letters/runs.csv"); !p.Has("2026-11-24 09:00,試験 太郎,交付案内文,カード到着,3,0,0,,,,") {
		t.Errorf("%q", p.Body)
	}
	if p := foreign.Get("letters"); p.Has("letters/runs/") {
		t.Error("another tenant's runs are listed")
	}
}

// Every mistake is told beside its field, and what was typed stays.
func TestMistakesInTheSelection(t *testing.T) {
	c := open(t, storetest.SQLite, 3)
	m := c.SignIn(manager)
	for name, f := range map[string]struct {
		form url.Values
		want string
	}{
		"nothing chosen":      {url.Values{"template": {"guidance"}}, "いずれかを指定してください"},
		"no template":         {url.Values{"template": {"none"}, "state": {"arrived"}}, "印刷するものを選んでください"},
		"nobody":              {url.Values{"template": {"guidance"}, "state": {"notified"}}, "条件に合うカードはありません"},
		"a state of nowhere":  {url.Values{"template": {"guidance"}, "state": {"lost"}}, "選び直してください"},
		"a batch of nowhere":  {url.Values{"template": {"guidance"}, "batch": {"b9"}}, "選び直してください"},
		"impossible date":     {url.Values{"template": {"guidance"}, "state": {"arrived"}, "from": {"2026-02-31"}}, "日付を確認"},
		"impossible deadline": {url.Values{"template": {"guidance"}, "state": {"arrived"}, "deadline": {"soon"}}, "日付を確認"},
		"unknown codes":       {url.Values{"template": {"guidance"}, "codes": {code(0) + "\nAAAAA-AAAAA\nquatsch"}}, "登録のないリンクコードが2件"},
		"too many codes":      {url.Values{"template": {"guidance"}, "codes": {strings.Repeat(code(0)+"\n", 5001)}}, "5000件以下"},
	} {
		p := m.Post("letters/new", f.form)
		if p.Status != 422 || !p.Has(f.want) {
			t.Errorf("%s: %d, does not say %s", name, p.Status, f.want)
		}
		if codes := f.form.Get("codes"); codes != "" && !p.Has(strings.Split(codes, "\n")[0]) {
			t.Errorf("%s: the codes are gone", name)
		}
	}
}

// A selection by pasted codes, in any spelling, prints labels: those without an
// address are held back.
func TestLabelsForPastedCodes(t *testing.T) {
	c := open(t, storetest.SQLite, 6)
	m := c.SignIn(manager)
	run := m.Post("letters/new", url.Values{"template": {"labels"}, "codes": {strings.ToLower(code(2)) + ", " + code(4)[:5] + "-" + code(4)[5:] + "\r\n" + code(1) + "\n" + code(2)}})
	if !run.Has("2件を印刷できます") || !run.Has("氏名または住所がありません") {
		t.Fatalf("%d %s", run.Status, run.Body)
	}
	file := m.Post(run.Path+"/print", url.Values{"sheet": {"1"}, "skip": {"23"}})
	got := pdftest.Read(t, []byte(file.Body))
	if len(got) != 2 || strings.Count(got[0].Text, "様") != 1 || !strings.Contains(got[1].Text, "みほん市本町5番地") {
		t.Errorf("%+v", got)
	}
	table := m.Post(run.Path+"/export", url.Values{"encoding": {"utf-8"}})
	if !strings.Contains(table.Body, `"=""0600001"""`) || !strings.Contains(table.Body, "みほん市本町3番地") || !strings.Contains(table.Header.Get("Content-Type"), "csv") {
		t.Errorf("%q", table.Body)
	}
	if p := m.Post(run.Path+"/export", url.Values{"encoding": {"shift_jis"}}); p.Status != 200 || strings.Contains(p.Body, "みほん") {
		t.Errorf("Shift_JIS: %d %q", p.Status, p.Body)
	}
}

// When everybody is held back there is no file, and nothing is recorded.
func TestNobodyLeftToPrint(t *testing.T) {
	c := open(t, storetest.SQLite, 1)
	m := c.SignIn(manager)
	run := begin(t, m, "guidance")
	if p := m.Post(run+"/print", nil); p.Status != 422 || !p.Has("印刷できる方がいません") {
		t.Errorf("%d %.80s", p.Status, p.Body)
	}
	if p := m.Post(run+"/drop", nil); p.Status != 200 || p.Path != "letters" {
		t.Errorf("dropped: %d %s", p.Status, p.Path)
	}
}

// The forecast says what is missing, and on which days.
func TestTooFewPlaces(t *testing.T) {
	c := open(t, storetest.SQLite, 2500)
	m := c.SignIn(manager)
	run := m.Post("letters/new", url.Values{"template": {"guidance"}, "state": {"arrived"}})
	for _, text := range []string{"2500件の来庁予約が必要ですが", "件分が不足します", "1日93件", "11/28(土)"} {
		if !run.Has(text) {
			t.Errorf("does not say %s", text)
		}
	}
	c.waiting = 700 // of 2,235 places
	if p := m.Get(begin(t, m, "labels")); p.Has("700件") == false || p.Has("合わせると") {
		t.Error("those who wait for a place are not named once")
	}
	small := m.Post("letters/new", url.Values{"template": {"guidance"}, "codes": {code(1)}})
	if c.waiting = 2235; !m.Get(small.Path).Has("合わせると、1件分の枠が不足します") {
		t.Error("the places are enough for a letter and 2,235 who wait")
	}
	if p := m.Get(run.Path + "?from=2026-12-01"); p.Status != 200 || !p.Has("value=\"2026-12-01\"") {
		t.Errorf("from a later day: %d", p.Status)
	}
	if p := m.Get(run.Path + "?from=tomorrow"); p.Status != 200 || !p.Has("日付を確認") {
		t.Errorf("from tomorrow: %d", p.Status)
	}
}

// A text is checked, saved as a version, looked at as PDF, and put back.
func TestEditingALetter(t *testing.T) {
	c := open(t, storetest.SQLite, 2)
	a := c.SignIn(administrator)
	bad := a.Post("letters/templates/guidance", url.Values{"version": {"0"}, "name": {"案内"}, "body": {"{なまえ} 様"}})
	if bad.Status != 422 || !bad.Has("1行目：") || !bad.Has("{なまえ} 様") {
		t.Errorf("%d %s", bad.Status, bad.Body)
	}
	if p := a.Post("letters/templates/guidance", url.Values{"version": {"0"}, "name": {"案内"}, "body": {"ご案内\n{コード}"}}); p.Status != 200 || !p.Has("文面を保存しました") {
		t.Fatalf("%d %s", p.Status, p.Body)
	}
	if p := a.Post("letters/templates/guidance", url.Values{"version": {"0"}, "name": {"案内"}, "body": {"ほかの案"}}); p.Status != 422 || !p.Has("ほかの職員が先に保存") || !p.Has("ほかの案") {
		t.Errorf("saved over a colleague: %d", p.Status)
	}
	if p := a.Post("letters/templates/guidance", url.Values{"version": {"1"}, "name": {""}, "body": {"x"}}); p.Status != 422 || !p.Has("40文字以下") {
		t.Errorf("no name: %d", p.Status)
	}
	// A run keeps the version it was made with.
	m := c.SignIn(manager)
	run := begin(t, m, "guidance")
	if p := a.Post("letters/templates/guidance/back", url.Values{"version": {"1"}, "to": {"0"}}); p.Status != 200 || !p.Has("第1版に戻す") {
		t.Errorf("put back: %d", p.Status)
	}
	if got := pdftest.Read(t, []byte(m.Post(run+"/print", nil).Body)); !strings.Contains(got[0].Text, "ご案内") {
		t.Errorf("%+v", got)
	}
	p := a.Post("letters/preview", url.Values{"body": {"# 見本\n{氏名} 様\n{コード}"}})
	if got := pdftest.Read(t, []byte(p.Body)); len(got) != 2 || !strings.Contains(got[0].Text, "見本　花子 様") {
		t.Errorf("%+v", got)
	}
	if p := a.Post("letters/preview", url.Values{"body": {"{"}}); p.Status != 422 {
		t.Errorf("a broken text: %d", p.Status)
	}
	if p := a.Get("letters/templates/none"); p.Status != 404 {
		t.Errorf("no such template: %d", p.Status)
	}
}

// The measures of paper and labels are kept, and impossible ones marked.
func TestMeasures(t *testing.T) {
	c := open(t, storetest.SQLite, 2)
	a := c.SignIn(administrator)
	layout := url.Values{
		"version": {"0"}, "window-x": {"20.5"}, "window-y": {"12"}, "window-w": {"90"}, "window-h": {"45"}, "left": {"20"}, "right": {"20"},
		"top": {"15"}, "bottom": {"15"}, "size": {"11"}, "folds": {"99、198"},
	}
	if p := a.Post("letters/layout", layout); p.Status != 200 || !p.Has(`value="20.5"`) {
		t.Errorf("%d", p.Status)
	}
	layout.Set("version", "1")
	for field, value := range map[string]string{"window-x": "500", "size": "NaN", "folds": "x", "left": ""} {
		was := layout.Get(field)
		layout.Set(field, value)
		if p := a.Post("letters/layout", layout); p.Status != 422 || !p.Has("印のある項目") || !p.Has(`value="`+value+`"`) {
			t.Errorf("%s=%s: %d", field, value, p.Status)
		}
		layout.Set(field, was)
	}
	sheet := url.Values{
		"version": {"0"}, "name": {"うちのラベル"}, "columns": {"2"}, "rows": {"6"}, "offset-x": {"1.5"}, "offset-y": {"-0.2"}, "sheet-left": {"18.6"},
		"sheet-top": {"21.6"}, "width": {"86.4"}, "height": {"42.3"}, "pitch-x": {"86.4"}, "pitch-y": {"42.3"}, "padding": {"4"},
	}
	if p := a.Post("letters/sheets/new", sheet); p.Status != 200 || !p.Has("うちのラベル") || !p.Has("&#43;1.5 / -0.2mm") {
		t.Errorf("%d", p.Status)
	}
	test := a.Post("letters/sheets/4/test", sheet)
	if got := pdftest.Read(t, []byte(test.Body)); len(got) != 1 || strings.Count(got[0].Text, "+1.5mm") != 12 {
		t.Errorf("%+v", got)
	}
	sheet.Set("rows", "9")
	if p := a.Post("letters/sheets/4", sheet); p.Status != 422 || !p.Has("収まらない") {
		t.Errorf("nine rows: %d", p.Status)
	}
	if p := a.Get("letters/sheets/99"); p.Status != 404 {
		t.Errorf("no such sheet: %d", p.Status)
	}
}

// Whoever reads, prints, exports, posts or edits is in the audit log, without
// anything personal.
func TestEverythingIsAudited(t *testing.T) {
	c := open(t, storetest.SQLite, 3)
	m := staff.Account{ID: "the-manager", Cards: staff.Administrator}
	client := c.SignIn(m)
	run := begin(t, client, "guidance")
	client.Post(run+"/print", nil)
	client.Post(run+"/export", nil)
	client.Post(run+"/sent", nil)
	client.Post(run+"/unsent", nil)
	client.Post("letters/templates/guidance", url.Values{"version": {"0"}, "name": {"案内"}, "body": {"ご案内"}})
	client.Post("letters/sheets/0/test", nil)
	var actions []string
	err := c.db.View(context.Background(), consoletest.Tenant, func(tx *store.Tx) error {
		rows, err := tx.Query(`SELECT action, detail FROM audit WHERE tenant = $1 AND who = $2 ORDER BY id`, tx.Tenant(), m.ID)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var action, detail string
			if err := rows.Scan(&action, &detail); err != nil {
				return err
			}
			if strings.Contains(detail, "吉") || strings.Contains(detail, "本町") || !strings.Contains(detail, "origin") {
				t.Errorf("%s: %s", action, detail)
			}
			if !slices.Contains(actions, action) {
				actions = append(actions, action)
			}
		}
		return rows.Err()
	})
	want := []string{"letter.run", "letter.read", "letter.print", "letter.export", "letter.sent", "letter.unsent", "letter.template"}
	if err != nil || !slices.Equal(actions, want) {
		t.Errorf("%v, %v", actions, err)
	}
}

// The console speaks English too.
func TestInEnglish(t *testing.T) {
	c := open(t, storetest.SQLite, 3)
	a := c.SignIn(administrator)
	run := begin(t, a, "guidance")
	for _, path := range []string{"letters", "letters/new", run, "letters/templates", "letters/templates/notice", "letters/layout", "letters/sheets/0"} {
		p := a.Get(path + "?lang=en")
		if p.Status != 200 || p.Has("letters.") && strings.Contains(p.Body, ">letters.") {
			t.Errorf("%s: %d", path, p.Status)
		}
	}
}
