package fields_test

import (
	"context"
	"net/http"
	"net/url"
	"testing"

	"madoguchi/channels/console/consoletest"
	"madoguchi/channels/console/fields"
	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/field"
	"madoguchi/store/staff"
	"madoguchi/store/storetest"
)

// office is a console with the field settings, and how many applications there
// are.
type office struct {
	*consoletest.Site
	db           *store.DB
	fields       *field.Fields
	applications int
}

func open(t *testing.T) *office {
	o := &office{db: storetest.Open(t, storetest.SQLite), fields: field.New(i18n.Builtin())}
	o.Site = consoletest.Serve(t, o.db, fields.Area(fields.Config{
		Fields: o.fields, Languages: i18n.Builtin().Languages(),
		Records: func(_ *store.Tx, form field.Form) (int, bool, error) {
			if form == field.Application {
				return o.applications, false, nil
			}
			return 0, false, nil
		},
		Services: func(*store.Tx) ([]fields.Service, error) {
			return []fields.Service{{ID: "consult", Name: "窓口での相談"}}, nil
		},
	}))
	return o
}

func (o *office) settings(t *testing.T) (s field.Settings, version int64) {
	t.Helper()
	err := o.db.View(context.Background(), consoletest.Tenant, func(tx *store.Tx) (err error) {
		s, version, err = o.fields.Settings(tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return s, version
}

// basics is the table of basic fields as a browser sends it, with changes.
func basics(form field.Form, version string, changes url.Values) url.Values {
	v := url.Values{"version": {version}}
	for _, b := range field.Default().Sheet(form).Basic {
		v.Set(b.ID+".resident", "off")
		v.Set(b.ID+".staff", "off")
	}
	for name, list := range changes {
		v[name] = list
	}
	return v
}

// S4-005, S4-006, S4-059: all basic fields are listed; conditions are set apart
// for residents and staff; an alias is kept.
func TestBasicFieldsAreSet(t *testing.T) {
	o := open(t)
	admin := o.SignIn(staff.Account{Booking: staff.Administrator})
	for form, names := range map[string][]string{
		"registration": {"氏名", "フリガナ", "性別", "生年月日", "郵便番号", "住所", "電話番号", "電話番号（確認先）", "FAX番号", "メールアドレス", "パスワード", "お知らせメール", "ログインID", "管理ID"},
		"application":  {"氏名", "フリガナ", "性別", "生年月日", "郵便番号", "住所", "電話番号", "電話番号（確認先）", "FAX番号", "メールアドレス"},
	} {
		p := admin.Get("fields/" + form)
		for _, name := range names {
			if !p.Has(`<th scope="row">` + name + "</th>") {
				t.Errorf("%s: %s is not listed (status %d)", form, name, p.Status)
			}
		}
	}
	p := admin.Post("fields/application", basics(field.Application, "0", url.Values{
		"phone.resident": {"optional"}, "phone.staff": {"required"}, "name.alias.ja": {"申請者のお名前"}, "kana.resident": {"shown"},
	}))
	if p.Status != http.StatusOK || !p.Has("保存しました") {
		t.Fatalf("saved: %d\n%s", p.Status, p.Body)
	}
	s, version := o.settings(t)
	got := map[string]field.Basic{}
	for _, b := range s.Sheet(field.Application).Basic {
		got[b.ID] = b
	}
	if version != 1 || got["phone"].Use != (field.Use{Resident: field.Optional, Staff: field.Required}) ||
		got["kana"].Resident != field.Shown || got["name"].Alias[i18n.Japanese] != "申請者のお名前" {
		t.Errorf("version %d: %+v", version, got)
	}
}

// S4-007: a custom field of a municipality's own, with choices.
func TestCustomFieldIsMade(t *testing.T) {
	o := open(t)
	admin := o.SignIn(staff.Account{Booking: staff.Administrator})
	form := url.Values{
		"version": {"0"}, "heading.ja": {"駐車場の利用"}, "kind": {"choice"}, "resident": {"required"}, "staff": {"optional"}, "class": {"1"},
		"option.1.label.ja": {"利用する"}, "option.1.label.en": {"Yes, I will park"}, "option.2.label.ja": {"利用しない"}, "service": {"consult"},
	}
	if p := admin.Post("fields/application/custom/new", form); p.Status != http.StatusOK || !p.Has("駐車場の利用") || !p.Has("利用する／利用しない") {
		t.Fatalf("saved: %d\n%s", p.Status, p.Body)
	}
	s, _ := o.settings(t)
	c := s.Sheet(field.Application).CustomByID("c1")
	if c == nil || len(c.Choices) != 2 || c.Choices[0].Value != "o1" || c.Choices[1].Value != "o2" || len(c.Services) != 1 || !c.Class {
		t.Fatalf("kept: %+v", c)
	}
	if p := admin.Get("fields/preview/application?in=en"); !p.Has("Yes, I will park") || !p.Has("Please choose: 駐車場の利用") {
		t.Errorf("preview:\n%s", p.Body)
	}
	// Up, before the one that ships.
	admin.Post("fields/application/custom/c1/move", url.Values{"version": {"1"}, "to": {"up"}})
	if s, _ = o.settings(t); s.Sheet(field.Application).Custom[0].ID != "c1" {
		t.Errorf("order: %+v", s.Sheet(field.Application).Custom)
	}
	admin.Post("fields/application/custom/c1/remove", url.Values{"version": {"2"}})
	if s, _ = o.settings(t); s.Sheet(field.Application).CustomByID("c1") != nil {
		t.Error("the field was not removed")
	}
	// The id of a removed field is not given again.
	form.Set("version", "3")
	admin.Post("fields/application/custom/new", form)
	if s, _ = o.settings(t); s.Sheet(field.Application).CustomByID("c2") == nil {
		t.Errorf("after removal: %+v", s.Sheet(field.Application).Custom)
	}
	p := admin.Get("fields/history")
	if !p.Has("駐車場の利用（追加）") || !p.Has("駐車場の利用（削除）") {
		t.Errorf("history:\n%s", p.Body)
	}
	if p := admin.Get("fields/history/1"); p.Status != http.StatusOK || !p.Has("駐車場の利用") {
		t.Errorf("version 1: %d", p.Status)
	}
}

// Every form that cannot be taken comes back with what was typed and says why.
func TestCustomFieldIsRefused(t *testing.T) {
	o := open(t)
	admin := o.SignIn(staff.Account{Booking: staff.Administrator})
	good := url.Values{"version": {"0"}, "heading.ja": {"趣味"}, "kind": {"line"}, "resident": {"optional"}, "staff": {"off"}}
	for name, test := range map[string]struct {
		change url.Values
		want   string
	}{
		"no heading":         {url.Values{"heading.ja": {""}, "heading.en": {"Hobby"}}, "日本語の文を入力してください。"},
		"unknown kind":       {url.Values{"kind": {"rocket"}}, "形式を選んでください。"},
		"unknown letters":    {url.Values{"chars": {"runes"}}, "入力文字を選んでください。"},
		"choices missing":    {url.Values{"kind": {"choice"}}, "選択肢を1つ以上入力してください。"},
		"choice twice":       {url.Values{"kind": {"choice"}, "option.1.label.ja": {"青"}, "option.2.label.ja": {"青"}}, "同じ選択肢が2つあります。"},
		"choice only in en":  {url.Values{"kind": {"choice"}, "option.1.label.en": {"blue"}}, "日本語の文を入力してください。"},
		"min above max":      {url.Values{"min": {"5"}, "max": {"3"}}, "最小と最大を確かめてください。"},
		"not a number":       {url.Values{"max": {"たくさん"}}, "最小と最大を確かめてください。"},
		"negative":           {url.Values{"min": {"-1"}}, "最小と最大を確かめてください。"},
		"heading too long":   {url.Values{"heading.ja": {string(make([]rune, 61))}}, "文が長すぎます。"},
		"condition unknown":  {url.Values{"resident": {"perhaps"}}, "条件を選んでください。"},
		"more than a talk":   {url.Values{"max": {"5000"}}, "最小と最大を確かめてください。"},
		"heading of a blank": {url.Values{"heading.ja": {" 　"}}, "日本語の文を入力してください。"},
	} {
		t.Run(name, func(t *testing.T) {
			form := url.Values{}
			for k, v := range good {
				form[k] = v
			}
			for k, v := range test.change {
				form[k] = v
			}
			p := admin.Post("fields/application/custom/new", form)
			if p.Status != http.StatusUnprocessableEntity || !p.Has(test.want) {
				t.Errorf("%d\n%s", p.Status, p.Body)
			}
			if _, version := o.settings(t); version != 0 {
				t.Error("something was saved")
			}
		})
	}
}

// S4-008: where people have applied already, a change is asked about with their
// number, and made only when confirmed.
func TestChangeIsConfirmedWhereRecordsExist(t *testing.T) {
	o := open(t)
	o.applications = 1
	admin := o.SignIn(staff.Account{Booking: staff.Administrator})
	const warning = "既に申込みがあるため、変更するとデータの整合がとれなくなります（申込み1件）。"
	if p := admin.Get("fields/application"); !p.Has(warning) {
		t.Errorf("no warning on the page:\n%s", p.Body)
	}
	change := basics(field.Application, "0", url.Values{"fax.resident": {"required"}})
	p := admin.Post("fields/application", change)
	if !p.Has(warning) || !p.Has("FAX番号") || !p.Has("使用しない → 必須") {
		t.Fatalf("asked: %d\n%s", p.Status, p.Body)
	}
	if _, version := o.settings(t); version != 0 {
		t.Fatal("saved without being confirmed")
	}
	change.Set("sure", "1")
	if p := admin.Post("fields/application", change); !p.Has("保存しました") {
		t.Fatalf("confirmed: %d\n%s", p.Status, p.Body)
	}
	if _, version := o.settings(t); version != 1 {
		t.Error("not saved")
	}
	// Registration has no records: nothing is asked.
	if p := admin.Post("fields/registration", basics(field.Registration, "1", url.Values{"name.resident": {"required"}})); !p.Has("保存しました") {
		t.Errorf("registration: %d", p.Status)
	}
}

func TestNobodyOverwritesAnother(t *testing.T) {
	o := open(t)
	admin := o.SignIn(staff.Account{Booking: staff.Administrator})
	admin.Post("fields/application", basics(field.Application, "0", url.Values{"fax.resident": {"required"}}))
	for _, version := range []string{"0", "", "x", "7"} {
		p := admin.Post("fields/application", basics(field.Application, version, url.Values{"mail.resident": {"required"}}))
		if p.Status != http.StatusConflict || !p.Has("ほかの人が先に設定を変更しました") {
			t.Errorf("version %q: %d", version, p.Status)
		}
	}
}

func TestOnlyWhoMayEditFieldsSeesThem(t *testing.T) {
	o := open(t)
	for name, a := range map[string]staff.Account{
		"clerk": {Booking: staff.Clerk}, "manager": {Booking: staff.Manager}, "cards": {Cards: staff.Administrator},
	} {
		c := o.SignIn(a)
		if p := c.Get("fields"); p.Status != http.StatusForbidden {
			t.Errorf("%s sees the fields: %d", name, p.Status)
		}
		if p := c.Post("fields/application", basics(field.Application, "0", nil)); p.Status != http.StatusForbidden {
			t.Errorf("%s changes the fields: %d", name, p.Status)
		}
		if p := c.Get(""); p.Has("項目設定") {
			t.Errorf("%s has the menu entry", name)
		}
	}
	other := o.SignInAt(consoletest.Other, staff.Account{Booking: staff.Administrator})
	other.Post("fields/application", basics(field.Application, "0", url.Values{"fax.resident": {"required"}}))
	if _, version := o.settings(t); version != 0 {
		t.Error("another municipality changed the fields")
	}
	admin := o.SignIn(staff.Account{Booking: staff.Administrator})
	for _, path := range []string{"fields/nothing", "fields/application/custom/c9", "fields/history/9", "fields/history/x", "fields/preview/x"} {
		if p := admin.Get(path); p.Status != http.StatusNotFound {
			t.Errorf("%s: %d", path, p.Status)
		}
	}
}
