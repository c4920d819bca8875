package people

import (
	"net/url"
	"path/filepath"
	"testing"

	"madoguchi/channels/console/consoletest"
	"madoguchi/store"
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
		for _, text := range []string{"髙橋　花子", "タカハシ　ハナコ", "昭和55年6月10日（1980年6月10日）", "090-1234-5678", "北一条西2丁目", "ABCDE-FGHJK", "電話での応対"} {
			if !full.Has(text) {
				t.Errorf("in full there is no %s\n%s", text, full.Body)
			}
		}
		if p := o.SignIn(manager).Post(path+"/show", nil); p.Status != 422 {
			t.Errorf("shown without a reason: %d", p.Status)
		}
		if p := o.SignIn(clerk).Post(path+"/show", url.Values{"reason": {"telephone"}}); p.Status != 403 {
			t.Errorf("shown without the right: %d", p.Status)
		}
	})
}
