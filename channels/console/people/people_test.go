package people

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"madoguchi/channels/console/consoletest"
	"madoguchi/store"
	"madoguchi/store/audit"
	"madoguchi/store/resident"
	"madoguchi/store/staff"
	"madoguchi/store/storetest"
)

// office is a console with the pages about residents.
type office struct {
	*consoletest.Site
	db        *store.DB
	residents *resident.Residents
	file      string // of the erased
}

func serve(t testing.TB, db *store.DB) *office {
	t.Helper()
	file := filepath.Join(t.TempDir(), "erasures.log")
	r := resident.New(resident.NewList(file, db.Log()))
	site := consoletest.Serve(t, db, Area(Config{DB: db, Residents: r, Log: db.Log()}))
	return &office{site, db, r, file}
}

var (
	clerk         = staff.Account{Booking: staff.Clerk}
	manager       = staff.Account{Booking: staff.Manager}
	administrator = staff.Account{Booking: staff.Administrator, Name: "管理 花"}
)

func hanako() url.Values {
	return url.Values{
		"number": {"A-1001"}, "link": {"abcde-fghjk"}, "name": {"髙橋 花子"}, "kana": {"たかはし はなこ"}, "sex": {"female"}, "born": {"昭和55年6月10日"},
		"postal": {"060-0001"}, "address": {"北海道札幌市中央区北一条西2丁目"}, "phone": {"090-1234-5678"}, "mail": {"hanako@example.jp"}, "note": {"一行目\n二行目"},
	}
}

// register registers a person through the form and returns the path of the page.
func (o *office) register(t testing.TB, v url.Values) string {
	t.Helper()
	p := o.SignIn(manager).Post("people/new", v)
	if p.Status != 200 || !p.Has("会員を登録しました") {
		t.Fatalf("%d %s\n%s", p.Status, p.Path, p.Body)
	}
	return p.Path
}

func TestPersonIsRegisteredMaskedAndShown(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := serve(t, db)
		path := o.register(t, hanako())
		page := o.SignIn(clerk).Get(path)
		for _, text := range []string{"髙＊＊＊", "タ＊＊＊", "昭和55年＊月＊日", "060-＊＊＊＊", "＊＊＊5678", "h＊＊＊@example.jp", "北海道札幌市＊＊＊", "A-1001"} {
			if !page.Has(text) {
				t.Errorf("a clerk does not see %s\n%s", text, page.Body)
			}
		}
		for _, text := range []string{"花子", "ハナコ", "1980", "北一条", "一行目", "hanako@", "/show", "/edit", "/erase"} {
			if page.Has(text) {
				t.Errorf("a clerk sees %s", text)
			}
		}
		full := o.SignIn(manager).Post(path+"/show", url.Values{"reason": {"telephone"}})
		for _, text := range []string{"髙橋　花子", "タカハシ　ハナコ", "昭和55年6月10日（1980年6月10日）", "090-1234-5678", "北一条西2丁目", "ABCDE-FGHJK"} {
			if !full.Has(text) {
				t.Errorf("in full there is no %s\n%s", text, full.Body)
			}
		}
		if p := o.SignIn(manager).Get(path); !p.Has("電話での応対") {
			t.Errorf("the history has no reason: %s", p.Body)
		}
		if p := o.SignIn(manager).Post(path+"/show", nil); p.Status != 422 {
			t.Errorf("shown without a reason: %d", p.Status)
		}
		if p := o.SignIn(clerk).Post(path+"/show", url.Values{"reason": {"telephone"}}); p.Status != 403 {
			t.Errorf("shown without the right: %d", p.Status)
		}
	})
}

func TestRosterIsListedAndSearched(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := serve(t, db)
		c := o.SignIn(manager)
		if p := c.Get("people"); !p.Has("登録されている会員はいません") {
			t.Errorf("an empty roster: %s", p.Body)
		}
		path := o.register(t, hanako())
		for i := range 60 {
			o.register(t, url.Values{"name": {fmt.Sprint("山田 ", i)}, "kana": {"ヤマダ"}, "sex": {"male"}, "born": {"S55.6.11"}, "address": {"札幌市"}, "link": {resident.NewLink()}})
		}
		first, second := c.Get("people"), c.Get("people?page=2")
		if !first.Has("61件中 1〜50件") || !second.Has("61件中 51〜61件") || first.Has("A-1001") || !second.Has("A-1001") {
			t.Errorf("pages:\n%s\n%s", first.Body, second.Body)
		}
		for _, form := range []url.Values{{"number": {"a-1001"}}, {"name": {"たかはし"}}, {"phone": {"09012345678"}}, {"born": {"1980-06-10"}}, {"link": {"abcdefghjk"}}, {"mail": {"hanako@example.jp"}}} {
			if p := c.Post("people/search", form); p.Path != path {
				t.Errorf("%v: at %s, want the record\n%s", form, p.Path, p.Body)
			}
		}
		many := c.Post("people/search", url.Values{"name": {"山田"}, "how": {"beginning"}})
		next := c.Post("people/search", url.Values{"name": {"山田"}, "how": {"beginning"}, "page": {"2"}})
		if !many.Has("60件中 1〜50件") || !next.Has("60件中 51〜60件") || !many.Has(`name="name" value="山田"`) {
			t.Errorf("pages of an answer:\n%s\n%s", many.Body, next.Body)
		}
		if p := c.Post("people/search", url.Values{"name": {"鈴木"}}); !p.Has("条件に合う会員はいません") {
			t.Errorf("nobody: %s", p.Body)
		}
		if p := c.Post("people/search", url.Values{"born": {"昭和99年"}}); p.Status != 422 || !p.Has("日付として読み取れないか") {
			t.Errorf("no date: %d %s", p.Status, p.Body)
		}
		if p := c.Get("people/search"); p.Path != "people" {
			t.Errorf("a reloaded search: %s", p.Path)
		}
	})
}

func TestFormComesBackWithItsErrors(t *testing.T) {
	o := serve(t, storetest.Open(t, storetest.SQLite))
	o.register(t, hanako())
	for _, c := range []struct{ field, value, want string }{
		{"name", "", "入力してください"},
		{"born", "1980-02-30", "存在しない日付"},
		{"born", "2099-01-01", "未来の日付"},
		{"born", "平成31年5月1日", "存在しない日付"},
		{"sex", "いろいろ", "「男」「女」「その他」"},
		{"postal", "060-001", "郵便番号は7桁"},
		{"phone", "1234", "電話番号は0から"},
		{"mail", "hanako", "メールアドレスの形"},
		{"link", "ABCDE-FGH0O", "リンクコードは"},
		{"kana", "髙橋", "カタカナで"},
		{"name", "花\u202e子", "使えない文字"},
		{"name", strings.Repeat("あ", 121), "長すぎます"},
		{"number", "A-1001", "ほかの会員が使っています"},
		{"number", "あ", "半角の英数字"},
	} {
		v := hanako()
		v.Set("number", "B-1")
		v.Set("link", "BBBBBBBBBB")
		v.Set(c.field, c.value)
		p := o.SignIn(manager).Post("people/new", v)
		if p.Status != 422 || !p.Has(c.want) || !p.Has("北海道札幌市中央区北一条西2丁目") || !p.Has(`aria-describedby="e-`+c.field+`"`) {
			t.Errorf("%s %q: %d, want %q\n%s", c.field, c.value, p.Status, c.want, p.Body)
		}
	}
}

func TestEditKeepsAnothersChange(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := serve(t, db)
		path := o.register(t, hanako())
		c := o.SignIn(manager)
		form := c.Get(path + "/edit")
		if !form.Has("髙橋　花子") || !form.Has(`name="version" value="1"`) {
			t.Fatal(form.Body)
		}
		v := hanako()
		v.Set("version", "1")
		v.Set("phone", "080-9999-0000")
		if p := c.Post(path+"/edit", v); !p.Has("＊＊＊0000") || !p.Has("会員情報を変更しました") {
			t.Errorf("changed: %s", p.Body)
		}
		v.Set("phone", "080-1111-2222")
		if p := o.SignIn(manager).Post(path+"/edit", v); p.Status != 422 || !p.Has("ほかの操作者が") || !p.Has("080-1111-2222") {
			t.Errorf("over another's change: %d %s", p.Status, p.Body)
		}
		if p := c.Get(path); !p.Has("変更") || !p.Has("試験 太郎") {
			t.Errorf("history: %s", p.Body)
		}
	})
}

func TestSuspendedIsMarkedAndCannotBook(t *testing.T) {
	o := serve(t, storetest.Open(t, storetest.SQLite))
	path := o.register(t, hanako())
	c := o.SignIn(manager)
	p := c.Post(path+"/state", url.Values{"state": {"suspended"}})
	if !p.Has("利用停止にしました") || !p.Has("利用を再開する") {
		t.Error(p.Body)
	}
	o.tx(t, func(tx *store.Tx) error {
		if err := o.residents.Bookable(tx, strings.TrimPrefix(path, "people/")); !errors.Is(err, resident.ErrSuspended) {
			t.Errorf("may book: %v", err)
		}
		return nil
	})
	if p := c.Get("people?state=suspended"); !p.Has("A-1001") {
		t.Error("not in the list of the suspended")
	}
	if p := c.Get("people?state=active"); p.Has("A-1001") {
		t.Error("in the list of those in use")
	}
	if p := c.Post(path+"/state", url.Values{"state": {"active"}}); !p.Has("利用を再開しました") {
		t.Error(p.Body)
	}
	if p := c.Post(path+"/state", url.Values{"state": {"erased"}}); p.Status != 400 {
		t.Errorf("erased through the back door: %d", p.Status)
	}
}

func (o *office) tx(t testing.TB, fn func(tx *store.Tx) error) {
	t.Helper()
	if err := o.db.Update(context.Background(), consoletest.Tenant, fn); err != nil {
		t.Fatal(err)
	}
}

// A32: after erasing, the record is nowhere in the console.
func TestA32ErasedIsNowhereInTheConsole(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := serve(t, db)
		path := o.register(t, hanako())
		c := o.SignIn(administrator)
		if p := c.Post(path+"/erase", url.Values{"number": {"A-9"}}); p.Status != 422 || !p.Has("利用者IDが一致しません") {
			t.Errorf("with another number: %d", p.Status)
		}
		if p := c.Post(path+"/erase", url.Values{"number": {"ａ−１００１"}}); !p.Has("登録を抹消しました") || !p.Has("登録抹消 1件") {
			t.Errorf("erased: %s", p.Body)
		}
		for _, get := range []string{"", "/edit", "/erase"} {
			if p := c.Get(path + get); p.Status != 404 {
				t.Errorf("%s: %d", get, p.Status)
			}
		}
		for post, v := range map[string]url.Values{"/show": {"reason": {"other"}}, "/edit": {"version": {"1"}}, "/state": {"state": {"active"}}, "/erase": {"number": {"A-1001"}}} {
			if p := c.Post(path+post, v); p.Status != 404 {
				t.Errorf("%s: %d", post, p.Status)
			}
		}
		for _, v := range []url.Values{{"number": {"A-1001"}}, {"name": {"花子"}}, {"link": {"ABCDEFGHJK"}}} {
			if p := c.Post("people/search", v); !p.Has("条件に合う会員はいません") {
				t.Errorf("%v is found", v)
			}
		}
		if p := c.Post("people/export", nil); p.Has("花子") || p.Has("A-1001") {
			t.Error("it is in the table")
		}
		o.tx(t, func(tx *store.Tx) error {
			log, err := audit.List(tx, audit.Filter{})
			for _, e := range log {
				if line := fmt.Sprint(e); strings.Contains(line, "A-1001") || strings.Contains(line, "花子") || strings.Contains(line, "hanako") {
					t.Errorf("the audit log says %s", line)
				}
			}
			return err
		})
		if data, err := os.ReadFile(o.file); err != nil || bytes.Contains(data, []byte("A-1001")) || bytes.Contains(data, []byte(strings.TrimPrefix(path, "people/"))) {
			t.Errorf("the list of the erased: %q, %v", data, err)
		}
	})
}

func TestNamesAreInert(t *testing.T) {
	o := serve(t, storetest.Open(t, storetest.SQLite))
	const evil = `"><script>alert(1)</script>`
	v := hanako()
	for _, f := range []string{"name", "address", "note", "class", "manage"} {
		v.Set(f, evil)
	}
	path := o.register(t, v)
	c := o.SignIn(administrator)
	for name, p := range map[string]consoletest.Page{
		"record": c.Get(path), "full": c.Post(path+"/show", url.Values{"reason": {"other"}}), "form": c.Get(path + "/edit"),
		"list": c.Get("people"), "search": c.Post("people/search", url.Values{"name": {evil}, "born": {evil}}), "erase": c.Get(path + "/erase"),
	} {
		if p.Has("<script>alert") {
			t.Errorf("%s: the script is there as one", name)
		}
	}
}

func TestAnotherTownSeesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := serve(t, db)
		path := o.register(t, hanako())
		c := o.SignInAt(consoletest.Other, administrator)
		for _, get := range []string{"", "/edit", "/erase"} {
			if p := c.Get(path + get); p.Status != 404 {
				t.Errorf("%s: %d", get, p.Status)
			}
		}
		for post, v := range map[string]url.Values{"/show": {"reason": {"other"}}, "/edit": hanakoAt("1"), "/state": {"state": {"suspended"}}, "/erase": {"number": {"A-1001"}}} {
			if p := c.Post(path+post, v); p.Status != 404 {
				t.Errorf("%s: %d", post, p.Status)
			}
		}
		if p := c.Post("people/search", url.Values{"name": {"花子"}}); !p.Has("条件に合う会員はいません") {
			t.Error("found by name")
		}
		if p := c.Post("people/export", nil); p.Has("花子") {
			t.Error("it is in the table")
		}
	})
}

func hanakoAt(version string) url.Values {
	v := hanako()
	v.Set("version", version)
	return v
}

// Every route is refused to everybody without its right (A14).
func TestRolesSeeWhatTheyMay(t *testing.T) {
	o := serve(t, storetest.Open(t, storetest.SQLite))
	path := o.register(t, hanako())
	id := strings.TrimPrefix(path, "people/")
	for _, a := range []staff.Account{{}, {Cards: staff.Manager}, clerk, manager, administrator} {
		c := o.SignIn(a)
		for _, page := range Area(Config{}).Pages {
			to := strings.Replace(page.Path, "{id}", id, 1)
			if page.Method == "POST" && strings.HasSuffix(to, "/erase") && a.May(page.Right) {
				continue
			}
			var p consoletest.Page
			if page.Method == "POST" {
				p = c.Post(to, url.Values{"name": {"花"}})
			} else {
				p = c.Get(to)
			}
			if refused := p.Status == 403; refused == a.May(page.Right) {
				t.Errorf("%s/%s %s %s: %d", a.Booking, a.Cards, page.Method, page.Path, p.Status)
			}
		}
		if p := c.Get("people"); a.May(staff.SeeResidents) {
			for right, there := range map[staff.Right]string{staff.EditResidents: "people/new", staff.ImportResidents: "people/import", staff.ExportResidents: "people/export"} {
				if p.Has(there) != a.May(right) {
					t.Errorf("%s: %s on the page: %v", a.Booking, there, p.Has(there))
				}
			}
		}
	}
}

func TestEveryActionIsInTheLog(t *testing.T) {
	o := serve(t, storetest.Open(t, storetest.SQLite))
	path := o.register(t, hanako())
	admin := administrator
	admin.ID = "admin-1"
	c := o.SignIn(admin)
	c.Get("people")
	c.Post("people/search", url.Values{"name": {"花"}})
	c.Post(path+"/show", url.Values{"reason": {"card"}})
	c.Get(path + "/edit")
	v := hanakoAt("1")
	v.Set("note", "x")
	c.Post(path+"/edit", v)
	c.Post(path+"/state", url.Values{"state": {"suspended"}})
	c.Post(path+"/state", url.Values{"state": {"active"}})
	c.Post("people/export", url.Values{"kind": {"labels"}})
	c.Upload("people/import", url.Values{"do": {"check"}}, "file", "a.csv", []byte("氏名\r\n山田\r\n"))
	c.Post("people/issue", url.Values{"count": {"2"}})
	c.Post(path+"/erase", url.Values{"number": {"A-1001"}})
	o.tx(t, func(tx *store.Tx) error {
		log, err := audit.List(tx, audit.Filter{Who: "admin-1"})
		seen := map[string]string{}
		for _, e := range log {
			seen[e.Action] = e.Detail
			if !strings.Contains(e.Detail, `"origin":"127.0.0.1`) {
				t.Errorf("%s does not say from where: %s", e.Action, e.Detail)
			}
		}
		for _, action := range []string{"list", "search", "view", "show", "edit", "suspend", "resume", "export", "exported", "import-check", "import", "erase"} {
			if seen["resident."+action] == "" {
				t.Errorf("%s is not in the log", action)
			}
		}
		if !strings.Contains(seen["resident.exported"], `"records":1`) || !strings.Contains(seen["resident.search"], `"conditions":"name"`) {
			t.Errorf("export: %s, search: %s", seen["resident.export"], seen["resident.search"])
		}
		return err
	})
}

func TestTablesGoOutAndComeBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := serve(t, db)
		v := hanako()
		v.Set("note", "=cmd()")
		path := o.register(t, v)
		c := o.SignIn(manager)
		for _, encoding := range []string{"utf-8", "shift_jis"} {
			out := c.Post("people/export", url.Values{"encoding": {encoding}})
			if out.Header.Get("Content-Type") != "text/csv; charset="+encoding {
				t.Errorf("type %s", out.Header.Get("Content-Type"))
			}
			if encoding == "utf-8" && (!out.Has("髙橋　花子") || !out.Has("'=cmd()") || !out.Has(`="09012345678"`) && !out.Has(`"=""09012345678"""`)) {
				t.Errorf("the table:\n%s", out.Body)
			}
			back := c.Upload("people/import", url.Values{"do": {"check"}}, "file", "a.csv", []byte(out.Body))
			if !back.Has("新規 0件、変更 0件、変更なし 1件") {
				t.Errorf("%s does not come back as it went:\n%s", encoding, back.Body)
			}
		}
		labels := c.Post("people/export", url.Values{"kind": {"labels"}})
		if labels.Has("hanako@") || labels.Has("1980") || !labels.Has("北一条西2丁目") {
			t.Errorf("labels:\n%s", labels.Body)
		}
		table := "利用者ID,氏名,フリガナ,性別,生年月日,住所,備考\r\nA-1001,高橋 花子,タカハシ ハナコ,女,1980/6/10,札幌市,\r\n,佐藤 一,サトウ ハジメ,男,平成元年1月8日,札幌市,x\r\n"
		done := c.Upload("people/import", url.Values{"do": {"take"}}, "file", "a.csv", []byte(table))
		if !done.Has("新規 1件、変更 1件、変更なし 0件") {
			t.Errorf("import: %s", done.Body)
		}
		full := c.Post(path+"/show", url.Values{"reason": {"other"}})
		if !full.Has("高橋　花子") || full.Has("=cmd()") || !full.Has("090-1234-5678") {
			t.Errorf("after the import:\n%s", full.Body)
		}
		if p := c.Post("people/search", url.Values{"name": {"佐藤"}, "born": {"1989-01-08"}}); !strings.HasPrefix(p.Path, "people/0") {
			t.Errorf("the new one is not found: %s", p.Path)
		}
	})
}

func TestBadTables(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := serve(t, db)
		o.register(t, hanako())
		c := o.SignIn(manager)
		const head = "利用者ID,リンク番号,氏名,フリガナ,性別,生年月日,住所,電話番号,郵便番号,メールアドレス\r\n"
		const good = "C-1,,佐藤 一,サトウ ハジメ,男,S1.12.25,札幌市,,,\r\n"
		for name, c2 := range map[string]struct {
			table string
			want  []string
		}{
			"empty":            {"", []string{"ファイルが空です"}},
			"only a head":      {head, []string{"登録する行がありません"}},
			"unknown column":   {"氏名,血液型\r\nx,A\r\n", []string{"血液型", "この項目名は使えません"}},
			"column twice":     {"氏名,氏名\r\nx,y\r\n", []string{"同じ項目が2列"}},
			"no name":          {"住所\r\nx\r\n", []string{"氏名", "この項目の列がありません"}},
			"other encoding":   {"\xff\xfe\x00a", []string{"文字コードが"}},
			"open quotation":   {head + "\"x", []string{"引用符"}},
			"too many cells":   {head + "1,2,3,4,5,6,7,8,9,10,11\r\n", []string{"列の数が"}},
			"day that is not":  {head + good + "C-2,,佐藤 二,サトウ,男,1980-02-30,札幌市,,,\r\n", []string{"<td class=\"number\">3</td><td>生年月日</td>", "存在しない日付"}},
			"era over":         {head + "C-2,,佐藤 二,サトウ,男,昭和64年1月8日,札幌市,,,\r\n", []string{"存在しない日付"}},
			"tomorrow":         {head + "C-2,,佐藤 二,サトウ,男,2999-01-01,札幌市,,,\r\n", []string{"未来の日付"}},
			"sex":              {head + "C-2,,佐藤 二,サトウ,３,1980-01-30,札幌市,,,\r\n", []string{"<td>性別</td>"}},
			"digits":           {head + "C-2,,佐藤 二,サトウ,男,1980-01-30,札幌市,12,060,x\r\n", []string{"<td>電話番号</td>", "<td>郵便番号</td>", "<td>メールアドレス</td>"}},
			"required":         {head + "C-2,,,,,,,,,\r\n", []string{"<td>氏名</td>", "<td>フリガナ</td>", "<td>性別</td>", "<td>生年月日</td>", "<td>住所</td>"}},
			"twice":            {head + good + good, []string{"2行目と重複"}},
			"link twice":       {head + "C-1,BBBBBBBBBB,佐藤 一,サトウ,男,S2.1.1,札幌市,,,\r\nC-2,bbbbb-bbbbb,佐藤 一,サトウ,男,S2.1.1,札幌市,,,\r\n", []string{"<td>リンクコード</td><td>2行目と重複"}},
			"another's link":   {head + "C-1,ABCDE-FGHJK,佐藤 一,サトウ,男,S2.1.1,札幌市,,,\r\n", []string{"ほかの会員が使っています"}},
			"impossible link":  {head + "C-1,ABC,佐藤 一,サトウ,男,S2.1.1,札幌市,,,\r\n", []string{"リンクコードは、"}},
			"a control letter": {head + "C-1,,佐藤\x01,サトウ,男,S2.1.1,札幌市,,,\r\n", []string{"使えない文字"}},
		} {
			for _, do := range []string{"check", "take"} {
				p := c.Upload("people/import", url.Values{"do": {do}}, "file", "a.csv", []byte(c2.table))
				if p.Status != 422 || !p.Has("何も登録していません") {
					t.Errorf("%s: %d\n%s", name, p.Status, p.Body)
				}
				for _, want := range c2.want {
					if !p.Has(want) {
						t.Errorf("%s: no %q in\n%s", name, want, p.Body)
					}
				}
			}
		}
		if p := c.Upload("people/import", url.Values{"do": {"take"}}, "another", "a.csv", nil); p.Status != 422 || !p.Has("ファイルを選択してください") {
			t.Errorf("no file: %d", p.Status)
		}
		if p := c.Upload("people/import", nil, "file", "a.csv", make([]byte, 21<<20)); p.Status != 413 {
			t.Errorf("21 MB: %d", p.Status)
		}
		if p := c.Get("people"); !p.Has("1件中 1〜1件") {
			t.Error("something was registered")
		}
		for _, n := range []string{"", "0", "5001", "x", "-1"} {
			if p := c.Post("people/issue", url.Values{"count": {n}}); p.Status != 422 || !p.Has("1から5000") {
				t.Errorf("issue %q: %d", n, p.Status)
			}
		}
	})
}

func TestIssuedIDsComeAsATable(t *testing.T) {
	o := serve(t, storetest.Open(t, storetest.SQLite))
	c := o.SignIn(manager)
	p := c.Post("people/issue", url.Values{"count": {"30"}})
	lines := strings.Split(strings.TrimSpace(p.Body), "\r\n")
	if len(lines) != 31 || lines[0] != "\ufeff利用者ID,リンクコード" {
		t.Fatal(p.Body)
	}
	number, link, _ := strings.Cut(lines[7], ",")
	o.tx(t, func(tx *store.Tx) error {
		a, err := o.residents.ByNumber(tx, number)
		if err != nil {
			return err
		}
		b, err := o.residents.ByLink(tx, link)
		if err != nil || a.ID != b.ID {
			t.Errorf("%s and %s are of %v and %v, %v", number, link, a, b, err)
		}
		return nil
	})
}

// S4-004: fields that are not used are absent, shown ones cannot be written, and
// custom ones are there.
func TestFieldsAreAsTheMunicipalitySet(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite)
	r := resident.New(nil)
	lang := resident.Custom("lang")
	site := consoletest.Serve(t, db, Area(Config{DB: db, Residents: r, Fields: func(*store.Tx) ([]Field, error) {
		return []Field{
			{Field: resident.Number, Use: Optional}, {Field: resident.Name, Use: Required, Label: "申請者のお名前"}, {Field: resident.Fax, Use: Unused},
			{Field: resident.Class, Use: Shown}, {Field: lang, Use: Required, Label: "希望する言語", Choices: []string{"日本語", "English"}},
		}, nil
	}}))
	c := site.SignIn(manager)
	form := c.Get("people/new")
	if !form.Has("申請者のお名前") || !form.Has("希望する言語") || form.Has("FAX") || form.Has(`name="class"`) {
		t.Error(form.Body)
	}
	v := url.Values{"number": {"X1"}, "name": {"John Smith"}, "class": {"forged"}, "fax": {"0112223333"}, "custom.lang": {"Klingon"}}
	if p := c.Post("people/new", v); p.Status != 422 || !p.Has("選択肢から選んでください") {
		t.Errorf("a value that is no choice: %d %s", p.Status, p.Body)
	}
	v.Set("custom.lang", "English")
	p := c.Post("people/new", v)
	if p.Status != 200 {
		t.Fatal(p.Body)
	}
	if err := db.View(context.Background(), consoletest.Tenant, func(tx *store.Tx) error {
		got, err := r.ByNumber(tx, "X1")
		if got.Class != "" || got.Fax != "" || got.Custom["lang"] != "English" || got.Name != "John Smith" {
			t.Errorf("%+v", got.Profile)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	back := c.Upload("people/import", url.Values{"do": {"take"}}, "file", "a.csv", []byte("利用者ID,申請者のお名前,希望する言語\r\nX1,John Smith,日本語\r\n"))
	if !back.Has("変更 1件") {
		t.Error(back.Body)
	}
}

// Every text is there in both languages.
func TestTextsAreInBothLanguages(t *testing.T) {
	keys := map[string]int{}
	for i, lang := range []string{"ja", "en"} {
		data, err := texts.ReadFile("texts/" + lang + "/people.yaml")
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(data)) {
			if key, _, ok := strings.Cut(line, ": "); ok && !strings.HasPrefix(line, "#") {
				keys[key] |= 1 << i
			}
		}
	}
	for key, in := range keys {
		if in != 3 {
			t.Errorf("%s is in one language only", key)
		}
	}
	o := serve(t, storetest.Open(t, storetest.SQLite))
	path := o.register(t, hanako())
	c := o.SignIn(administrator)
	c.Get("people?lang=en")
	for _, page := range []string{"people", "people/new", "people/import", path, path + "/edit", path + "/erase"} {
		if p := c.Get(page + "?lang=en"); p.Status != 200 || p.Has(">people.") || p.Has("会員") {
			t.Errorf("%s in English: %d\n%s", page, p.Status, p.Body)
		}
	}
}
