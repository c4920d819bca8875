package fields_test

import (
	"fmt"
	"net/url"
	"testing"

	"madoguchi/channels/console/consoletest"
	"madoguchi/channels/web/webtest"
	"madoguchi/store/field"
	"madoguchi/store/staff"
)

// enter gives a browser the session of a client.
func enter(v *webtest.Visitor, c *consoletest.Client) {
	v.Open("/nothing-here")
	v.JS(`document.cookie = "madoguchi-console=` + c.Secret + `; path=/"`)
}

// An administrator builds a required single choice, sees how it is asked, and is
// warned because people have applied already (S4-007, S4-008).
func TestFieldIsBuiltInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	chromium := webtest.Start(t)
	o := open(t)
	admin := o.SignIn(staff.Account{Booking: staff.Administrator})
	admin.Post("fields/application", basics(field.Application, "0", url.Values{
		"name.resident": {"required"}, "name.alias.ja": {"申請者のお名前"}, "phone.resident": {"optional"}, "phone.staff": {"required"}, "kana.resident": {"shown"},
	}))
	o.applications = 23
	v := webtest.Visit(t, chromium, o.URL)
	v.Size(1366, 768)
	enter(v, admin)
	look := func(name string) {
		t.Helper()
		for _, size := range [][2]int64{{1366, 768}, {820, 1180}} {
			v.Size(size[0], size[1])
			v.Keep(fmt.Sprintf("fields-%s-%d", name, size[0]), true)
		}
		v.AxeClean(name)
		v.Size(1366, 768)
	}
	v.Open("/console/fields")
	look("sheet")
	v.Open("/console/fields/registration")
	look("registration")
	v.Open("/console/fields/application/custom/new")
	v.JS(`(() => {
		const set = (name, value) => document.querySelector("[name='" + name + "']").value = value;
		set("heading.ja", "駐車場の利用"); set("heading.en", "Parking"); set("kind", "choice"); set("resident", "required");
		set("option.1.label.ja", "利用する"); set("option.2.label.ja", "利用しない");
	})()`)
	look("custom")
	v.Follow(func() { v.JS(`document.querySelector("form[action$='custom/new'] .actions button").click()`) })
	v.Until(`document.querySelector("h1").innerText === "変更の確認"`)
	look("confirm")
	v.Follow(func() { v.JS(`document.querySelector("main form button").click()`) })
	v.Until(`document.querySelector(".notice")`)
	v.Open("/console/fields/preview/application")
	look("preview")
	v.Open("/console/fields/history")
	look("history")
	v.Open("/console/fields/history/2")
	v.AxeClean("version")
	v.Open("/console/fields/application/custom/c1")
	v.JS(`document.querySelector("[name='heading.ja']").value = ""`)
	v.JS(`document.querySelector("form[action$='custom/c1']").noValidate = true`)
	v.Follow(func() { v.JS(`document.querySelector("form[action$='custom/c1'] .actions button").click()`) })
	v.Until(`document.querySelector("#heading-error")`)
	look("refused")
}
