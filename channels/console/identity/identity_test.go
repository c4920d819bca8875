package identity_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"madoguchi/channels/console/consoletest"
	area "madoguchi/channels/console/identity"
	"madoguchi/store"
	"madoguchi/store/identity"
	"madoguchi/store/password"
	"madoguchi/store/resident"
	"madoguchi/store/staff"
	"madoguchi/store/storetest"
	"madoguchi/store/tenant"
)

func serve(t *testing.T) (*store.DB, area.Config, *consoletest.Site) {
	t.Helper()
	db := storetest.Open(t, storetest.SQLite)
	c := area.Config{Tenants: tenant.New(db), Residents: resident.New(nil), Hasher: password.New()}
	return db, c, consoletest.Serve(t, db, area.Area(c))
}

func TestSettingsAreSavedAndCheckedBesideTheField(t *testing.T) {
	_, c, site := serve(t)
	admin := site.SignIn(staff.Account{Booking: staff.Administrator})
	version := regexp.MustCompile(`name="version" value="(\d+)"`)
	page := admin.Get("identity")
	v := version.FindStringSubmatch(page.Body)[1]
	good := url.Values{"version": {v}, "who": {"anybody"}, "name": {"mail"}, "password": {"yes"}, "register": {"yes"}, "days": {"3"}, "check": {"no"}, "minutes": {"60"}}
	bad := url.Values{}
	for k, values := range good {
		bad[k] = values
	}
	bad["days"] = []string{"0"}
	if p := admin.Post("identity", bad); p.Status != http.StatusUnprocessableEntity || !p.Has("1から90まで") || !p.Has(`value="0"`) {
		t.Errorf("0 days: %d", p.Status)
	}
	if p := admin.Post("identity", good); p.Status != http.StatusOK || !p.Has("保存しました") {
		t.Fatalf("saving: %d", p.Status)
	}
	// Somebody else's older page is refused, and keeps what was chosen.
	if p := admin.Post("identity", good); p.Status != http.StatusUnprocessableEntity || !p.Has("ほかの管理者") {
		t.Errorf("an old page: %d", p.Status)
	}
	known, err := c.Tenants.Load(t.Context(), consoletest.Tenant)
	if err != nil {
		t.Fatal(err)
	}
	s, err := identity.Parse(known.Settings.Sections[identity.Section])
	if err != nil || s.Who != identity.Anybody || s.SignInName() != identity.Mail || !s.Register || s.Days != 3 {
		t.Errorf("kept %+v, %v", s, err)
	}
	for _, who := range []string{"everyone", "registered "} {
		forged := url.Values{}
		for k, values := range good {
			forged[k] = values
		}
		forged["who"] = []string{who}
		if p := admin.Post("identity", forged); p.Status != http.StatusBadRequest {
			t.Errorf("who %q: %d", who, p.Status)
		}
	}
}

func TestFirstPasswordsAreShownOnce(t *testing.T) {
	db, c, site := serve(t)
	var numbers []string
	err := db.Update(t.Context(), consoletest.Tenant, func(tx *store.Tx) error {
		for _, name := range []string{"見本 花子", "見本 太郎"} {
			r, err := c.Residents.Add(tx, resident.Profile{Name: name}, "test")
			if err != nil {
				return err
			}
			numbers = append(numbers, r.Number)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	manager := site.SignIn(staff.Account{Booking: staff.Manager})
	if p := manager.Post("identity/issue", url.Values{"number": {"1"}}); p.Status != http.StatusUnprocessableEntity || !p.Has("見つかりません") {
		t.Errorf("unknown number: %d", p.Status)
	}
	p := manager.Post("identity/issue", url.Values{"number": {numbers[0]}})
	shown := regexp.MustCompile(`<code>([a-z2-9-]{19})</code>`).FindStringSubmatch(p.Body)
	if p.Status != http.StatusOK || shown == nil {
		t.Fatalf("issue: %d\n%s", p.Status, p.Body)
	}
	err = db.View(t.Context(), consoletest.Tenant, func(tx *store.Tx) error {
		r, err := c.Residents.ByNumber(tx, numbers[0])
		if err != nil {
			return err
		}
		got, err := c.Identity.Credential(tx, r.ID)
		if err != nil {
			return err
		}
		if ok, err := c.Hasher.Matches(t.Context(), shown[1], got.Secret); !ok || err != nil || !got.Temporary {
			t.Errorf("the password shown does not open: %v %v %v", ok, err, got.Temporary)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	many := manager.Post("identity/issue-many", nil)
	if !strings.Contains(many.Header.Get("Content-Type"), "csv") || !many.Has(numbers[1]) || many.Has(numbers[0]) {
		t.Errorf("the table:\n%s", many.Body)
	}
	if p := manager.Post("identity/issue-many", nil); !p.Has("利用者はいません") {
		t.Errorf("nobody is left: %s", p.Path)
	}
	clerk := site.SignIn(staff.Account{Booking: staff.Clerk, Counters: []string{"honcho"}})
	if p := clerk.Post("identity/issue", url.Values{"number": {numbers[0]}}); p.Status != http.StatusForbidden {
		t.Errorf("a clerk: %d", p.Status)
	}
}
