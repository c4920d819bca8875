package console_test

import (
	"net/http"
	"net/url"
	"testing"

	"madoguchi/channels/console"
	"madoguchi/channels/console/consoletest"
	"madoguchi/store/staff"
	"madoguchi/store/storetest"
)

func area(done *int) console.Area {
	return console.Area{Name: "test", Pages: []console.Page{
		{Method: "POST", Path: "test", Right: staff.EditVisits, Handle: func(q *console.Request) error {
			*done++
			return q.See("", "")
		}},
		{Method: "GET", Path: "test/broken", Handle: func(q *console.Request) error { panic("secret of a resident") }},
	}}
}

func TestOnlyOwnFormsAreTaken(t *testing.T) {
	var done int
	site := consoletest.Serve(t, storetest.Open(t, storetest.SQLite), area(&done))
	clerk := site.SignIn(staff.Account{Booking: staff.Clerk})
	if p := clerk.Post("test", nil); p.Status != http.StatusOK || p.Path != "" || done != 1 {
		t.Fatalf("own form: %d %s, done %d", p.Status, p.Path, done)
	}
	if p := clerk.Post("test", url.Values{"token": {"guessed"}}); p.Status != http.StatusForbidden || done != 1 {
		t.Errorf("a form with another token: %d, done %d", p.Status, done)
	}
	other := site.SignIn(staff.Account{Cards: staff.Clerk})
	if p := other.Post("test", nil); p.Status != http.StatusForbidden || done != 1 {
		t.Errorf("a form without the right: %d, done %d", p.Status, done)
	}
}

func TestNobodySeesAPageWithoutASession(t *testing.T) {
	var done int
	site := consoletest.Serve(t, storetest.Open(t, storetest.SQLite), area(&done))
	answer, err := http.DefaultTransport.RoundTrip(must(http.NewRequest("GET", site.URL+"/console/", nil)))
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusSeeOther || answer.Header.Get("Location") != "/console/sign-in" {
		t.Errorf("got %d to %s, want the sign-in page", answer.StatusCode, answer.Header.Get("Location"))
	}
}

func must(r *http.Request, err error) *http.Request {
	if err != nil {
		panic(err)
	}
	return r
}
