package operators_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"madoguchi/channels/console/consoletest"
	"madoguchi/channels/console/operators"
	"madoguchi/store"
	"madoguchi/store/audit"
	"madoguchi/store/staff"
	"madoguchi/store/storetest"
)

// office is the area with one administrator signed in, whose account exists.
type office struct {
	t     *testing.T
	db    *store.DB
	staff *staff.Service
	site  *consoletest.Site
	rules staff.Policy
	chief staff.Account
	*consoletest.Client
}

func open(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, db: storetest.Open(t, storetest.SQLite), rules: staff.DefaultPolicy()}
	o.staff = staff.New(o.db, func(*store.Tx) (staff.Policy, error) { return o.rules, nil })
	o.site = consoletest.Serve(t, o.db, operators.Area(operators.Config{
		Staff: o.staff,
		Counters: func(*store.Tx) ([]operators.Counter, error) {
			return []operators.Counter{{ID: "honcho", Name: "本庁 市民課窓口"}, {ID: "ekimae", Name: "駅前出張所"}}, nil
		},
		Policy: func(*store.Tx) (staff.Policy, error) { return o.rules, nil },
		SavePolicy: func(ctx context.Context, tenant string, p staff.Policy, by string) error {
			o.rules = p
			return o.db.Update(ctx, tenant, func(tx *store.Tx) error { return tx.Audit(by, "change-tenant", tenant) })
		},
	}))
	o.chief = staff.Account{Login: "chief", Name: "長 一郎", Booking: staff.Administrator, Cards: staff.Administrator, Official: true}
	o.chief.ID = o.add(o.chief)
	o.Client = o.site.SignIn(o.chief)
	return o
}

func (o *office) add(a staff.Account) (id string) {
	o.t.Helper()
	_, p, err := o.staff.Generate(context.Background())
	if err != nil {
		o.t.Fatal(err)
	}
	if a.Name == "" {
		a.Name = "職員"
	}
	o.update(func(tx *store.Tx) (err error) {
		id, err = o.staff.Add(tx, a, p, "test")
		return err
	})
	return id
}

func (o *office) update(fn func(tx *store.Tx) error) {
	o.t.Helper()
	if err := o.db.Update(context.Background(), consoletest.Tenant, fn); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) get(id string) (r staff.Record) {
	o.t.Helper()
	o.update(func(tx *store.Tx) (err error) {
		r, err = o.staff.Get(tx, id)
		return err
	})
	return r
}

// audited reports whether the log has an action of the chief on a subject.
func (o *office) audited(action, subject string) {
	o.t.Helper()
	o.update(func(tx *store.Tx) error {
		list, err := audit.List(tx, audit.Filter{Who: o.chief.ID, Action: action, Subject: subject})
		if err == nil && (len(list) == 0 || !strings.Contains(list[0].Detail, `"origin":"127.0.0.1"`)) {
			o.t.Errorf("the log has no %s of %s: %v", action, subject, list)
		}
		return err
	})
}

// S4-074: an operator is registered with every item, and gets a temporary
// password that nobody picked.
func TestRegisterAnOperator(t *testing.T) {
	o := open(t)
	form := url.Values{
		"login": {"H.Sato"}, "name": {"佐藤 花子"}, "body": {"委託先"}, "mail": {"sato@example.com"}, "booking": {"clerk"}, "cards": {""},
		"official": {"0"}, "counter": {"ekimae", "no-such"}, "from": {"2026-04-01"}, "to": {"2027-03-31"}, "password": {"picked by somebody"},
	}
	p := o.Post("operators", form)
	password := regexp.MustCompile(`<code>([a-z0-9-]{19})</code>`).FindStringSubmatch(p.Body)
	id := regexp.MustCompile(`/console/operators/([0-9a-f-]{36})"`).FindStringSubmatch(p.Body)
	if p.Status != http.StatusOK || password == nil || id == nil {
		t.Fatalf("%d\n%s", p.Status, p.Body)
	}
	r := o.get(id[1])
	if r.Login != "h.sato" || r.Name != "佐藤 花子" || r.Body != "委託先" || r.Mail != "sato@example.com" || r.Booking != staff.Clerk || r.Cards != staff.None ||
		r.Official || !r.Temporary || strings.Join(r.Counters, " ") != "ekimae" || r.From.String() != "2026-04-01" || r.To.String() != "2027-03-31" {
		t.Errorf("%+v", r)
	}
	o.audited("staff.add", r.ID)
	if p := o.Get("operators/" + r.ID); p.Has(password[1]) || !p.Has("sato@example.com") {
		t.Error("the password is shown again, or the account is not")
	}
	if p := o.Get("operators?text=" + url.QueryEscape("花子")); !p.Has("h.sato") || p.Has(">chief<") {
		t.Errorf("the list\n%s", p.Body)
	}
	for _, query := range []string{"role=manager", "state=disabled", "counter=honcho", "text=nobody"} {
		if p := o.Get("operators?" + query); p.Has("h.sato") {
			t.Errorf("%s finds her", query)
		}
	}
}

// Every mistake comes back beside its field, with what was typed.
func TestMistakesInAForm(t *testing.T) {
	o := open(t)
	for _, c := range []struct{ field, value, want string }{
		{"login", "山田", "半角の英数字"}, {"login", "chief", "ほかの操作者が使っています"}, {"login", "", "半角の英数字"}, {"name", " ", "氏名を入力"},
		{"mail", "not a mail", "メールアドレスの形"}, {"booking", "", "少なくとも一方の権限"}, {"booking", "emperor", "少なくとも一方の権限"},
		{"from", "2026-02-31", "日付の形"}, {"to", "2020-01-01", "適用開始日以後"}, {"login", strings.Repeat("x", 65), "半角の英数字"},
	} {
		form := url.Values{"login": {"tester"}, "name": {"試験"}, "booking": {"clerk"}, "from": {"2026-04-01"}, "body": {"ここにある"}}
		form.Set(c.field, c.value)
		p := o.Post("operators", form)
		if p.Status != http.StatusUnprocessableEntity || !p.Has(c.want) || !p.Has("ここにある") {
			t.Errorf("%s %q: %d, want %q\n%s", c.field, c.value, p.Status, c.want, p.Body)
		}
	}
	o.update(func(tx *store.Tx) error {
		if _, n, err := o.staff.List(tx, staff.Filter{}); err != nil || n != 1 {
			t.Errorf("%d accounts, %v", n, err)
		}
		return nil
	})
}

func TestChangeAnOperator(t *testing.T) {
	o := open(t)
	id := o.add(staff.Account{Login: "clerk", Booking: staff.Clerk, Counters: []string{"honcho", "closed-since"}})
	form := func(version string) url.Values {
		return url.Values{"version": {version}, "login": {"clerk"}, "name": {"名前"}, "booking": {"manager"}, "counter": {"ekimae"}, "official": {"1"}}
	}
	if p := o.Post("operators/"+id, form("1")); p.Status != http.StatusOK || !p.Has("操作者を保存しました") {
		t.Fatalf("%d\n%s", p.Status, p.Body)
	}
	r := o.get(id)
	if r.Booking != staff.Manager || !r.Official || strings.Join(r.Counters, " ") != "ekimae closed-since" {
		t.Errorf("%+v", r)
	}
	o.audited("staff.change", id)
	if p := o.Post("operators/"+id, form("1")); p.Status != http.StatusUnprocessableEntity || !p.Has("ほかの人が先に変更") {
		t.Errorf("over somebody else's change: %d", p.Status)
	}
	disable := form("2")
	disable.Set("disabled", "1")
	if p := o.Post("operators/"+id, disable); p.Status != http.StatusOK || !o.get(id).Disabled {
		t.Errorf("disable: %d", p.Status)
	}
	p := o.Post("operators/"+id+"/reset", nil)
	if p.Status != http.StatusOK || !regexp.MustCompile(`<code>[a-z0-9-]{19}</code>`).MatchString(p.Body) || !o.get(id).Temporary {
		t.Errorf("reset: %d", p.Status)
	}
	o.audited("staff.reset", id)
	for path, action := range map[string]string{"unlock": "staff.unlock", "second": "staff.second.drop", "sessions": "staff.session.end-all"} {
		if p := o.Post("operators/"+id+"/"+path, nil); p.Status != http.StatusOK {
			t.Errorf("%s: %d", path, p.Status)
		}
		o.audited(action, id)
	}
	if p := o.Get("operators/" + store.NewID()); p.Status != http.StatusNotFound {
		t.Errorf("an account that is none: %d", p.Status)
	}
}

// An account that is locked shows it, and is unlocked.
func TestUnlock(t *testing.T) {
	o := open(t)
	id := o.add(staff.Account{Login: "clerk", Booking: staff.Clerk})
	for range 11 {
		_, _, err := o.staff.SignIn(t.Context(), staff.Attempt{Tenant: consoletest.Tenant, Login: "clerk", Password: "wrong", Address: store.NewID()})
		if !errors.Is(err, staff.ErrRefused) && !errors.Is(err, staff.ErrThrottled) {
			t.Fatal(err)
		}
	}
	if p := o.Get("operators/" + id); !p.Has("ロック中") || !p.Has("/unlock") {
		t.Errorf("%s", p.Body)
	}
	o.Post("operators/"+id+"/unlock", nil)
	if p := o.Get("operators/" + id); p.Has("ロック中") || p.Has("/unlock") {
		t.Error("still locked")
	}
}

// Nobody takes their own access away, or the last administrator's.
func TestAdministratorStays(t *testing.T) {
	o := open(t)
	form := url.Values{"version": {"1"}, "login": {"chief"}, "name": {"長"}, "booking": {"clerk"}}
	if p := o.Post("operators/"+o.chief.ID, form); p.Status != http.StatusUnprocessableEntity || !p.Has("自分自身の管理権限") {
		t.Errorf("lowering oneself: %d\n%s", p.Status, p.Body)
	}
	for _, path := range []string{"reset", "second"} {
		if p := o.Post("operators/"+o.chief.ID+"/"+path, nil); p.Status != http.StatusUnprocessableEntity || !p.Has("自分のアカウント") {
			t.Errorf("%s of oneself: %d", path, p.Status)
		}
	}
	// A guest administrator, whose own account is elsewhere, would leave nobody.
	guest := o.site.SignIn(staff.Account{Login: "guest", Booking: staff.Administrator, Cards: staff.Administrator})
	if p := guest.Post("operators/"+o.chief.ID, form); p.Status != http.StatusUnprocessableEntity || !p.Has("最後のシステム管理者") {
		t.Errorf("lowering the last: %d\n%s", p.Status, p.Body)
	}
	if r := o.get(o.chief.ID); r.Booking != staff.Administrator || r.Version != 1 {
		t.Errorf("%+v", r)
	}
}

// An administrator of one system neither gives rights in the other nor gets
// into it through somebody's password.
func TestAdministratorOfOneSystem(t *testing.T) {
	o := open(t)
	both := o.add(staff.Account{Login: "both", Booking: staff.Clerk, Cards: staff.Clerk})
	own := o.add(staff.Account{Login: "own", Cards: staff.Clerk})
	cards := o.site.SignIn(staff.Account{Cards: staff.Administrator})
	if p := cards.Get("operators/" + both); p.Status != http.StatusOK || p.Has("/reset") || p.Has(`name="login"`) {
		t.Errorf("the page offers a change: %d\n%s", p.Status, p.Body)
	}
	form := url.Values{"version": {"1"}, "login": {"own"}, "name": {"x"}, "booking": {"administrator"}, "cards": {"clerk"}}
	for _, path := range []string{both, both + "/reset", both + "/second", both + "/unlock", both + "/sessions"} {
		if p := cards.Post("operators/"+path, form); p.Status != http.StatusForbidden {
			t.Errorf("%s: %d", path, p.Status)
		}
	}
	if p := cards.Post("operators/"+own, form); p.Status != http.StatusUnprocessableEntity || !p.Has("システム管理者でないシステム") {
		t.Errorf("giving a role in the other system: %d", p.Status)
	}
	form.Set("login", "new")
	if p := cards.Post("operators", form); p.Status != http.StatusUnprocessableEntity {
		t.Errorf("a new one with it: %d", p.Status)
	}
	form.Set("login", "own")
	form.Set("booking", "")
	if p := cards.Post("operators/"+own, form); p.Status != http.StatusOK {
		t.Errorf("within the own system: %d\n%s", p.Status, p.Body)
	}
}

func TestRulesOfSigningIn(t *testing.T) {
	o := open(t)
	form := url.Values{"idle_minutes": {"15"}, "session_hours": {"9"}, "address_tries": {"200"}, "second": {"1"}}
	if p := o.Post("operators/policy", form); p.Status != http.StatusOK || o.rules != (staff.Policy{IdleMinutes: 15, SessionHours: 9, AddressTries: 200, SecondForAdministrators: true}) {
		t.Errorf("%d %+v", p.Status, o.rules)
	}
	for field, value := range map[string]string{"idle_minutes": "0", "session_hours": "25", "address_tries": "many"} {
		bad := url.Values{}
		for k, v := range form {
			bad[k] = v
		}
		bad.Set(field, value)
		if p := o.Post("operators/policy", bad); p.Status != http.StatusUnprocessableEntity || !p.Has(`value="`+value+`"`) || o.rules.IdleMinutes != 15 {
			t.Errorf("%s %q: %d", field, value, p.Status)
		}
	}
}

// No list without paging.
func TestListIsPaged(t *testing.T) {
	o := open(t)
	_, p, err := o.staff.Generate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	o.update(func(tx *store.Tx) error {
		for i := range 120 {
			if _, err := o.staff.Add(tx, staff.Account{Login: "n" + strings.Repeat("x", i%60) + string(rune('a'+i/60)), Name: "n", Booking: staff.Clerk}, p, "test"); err != nil {
				return err
			}
		}
		return nil
	})
	page := o.Get("operators")
	if strings.Count(page.Body, `<th scope="row">`) != 50 || !page.Has("121件中 1〜50件") {
		t.Errorf("%d rows", strings.Count(page.Body, `<th scope="row">`))
	}
	if page := o.Get("operators?page=3"); strings.Count(page.Body, `<th scope="row">`) != 21 {
		t.Error("the last page")
	}
}
