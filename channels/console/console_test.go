package console_test

import (
	"errors"
	"net/http"
	"net/url"
	"testing"

	"madoguchi/channels/console"
	"madoguchi/channels/console/consoletest"
	"madoguchi/store"
	"madoguchi/store/staff"
	"madoguchi/store/storetest"
)

func area(done *int) console.Area {
	return console.Area{Name: "test", Pages: []console.Page{
		{Method: "POST", Path: "test", Right: staff.EditVisits, Quiet: true, Handle: func(q *console.Request) error {
			*done++
			return q.See("", "")
		}},
		{Method: "GET", Path: "test/live", Handle: func(q *console.Request) error { return q.Events("test") }},
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

// A page is told what changed for its own tenant, and when its session is over.
func TestLivePageIsTold(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite)
	var done int
	site := consoletest.Serve(t, db, area(&done))
	clerk := site.SignIn(staff.Account{Booking: staff.Clerk})
	lines := clerk.Stream("test/live")
	next := func() string {
		for line := range lines {
			if line != "" {
				return line
			}
		}
		return "end of the stream"
	}
	change := func(tenant, topic string) {
		err := db.Update(t.Context(), tenant, func(tx *store.Tx) error { console.Changed(tx, topic); return nil })
		if err != nil {
			t.Fatal(err)
		}
	}
	if got := next(); got != "retry: 3000" {
		t.Fatal(got)
	}
	change(consoletest.Other, "test")
	change(consoletest.Tenant, "elsewhere")
	change(consoletest.Tenant, "test")
	if got := next(); got != "event: changed" {
		t.Errorf("after a change: %s", got)
	}
	if got := next(); got != "data: 1" {
		t.Error(got)
	}
	site.End(clerk)
	change(consoletest.Tenant, staff.Topic)
	if got := next(); got != "event: end" {
		t.Errorf("after the session ended: %s", got)
	}
	next()
	if got := next(); got != "end of the stream" {
		t.Errorf("the stream went on: %s", got)
	}
}

// A form sent after the session ended is answered in words, a script by status.
func TestFormOfAnEndedSession(t *testing.T) {
	var done int
	site := consoletest.Serve(t, storetest.Open(t, storetest.SQLite), area(&done))
	clerk := site.SignIn(staff.Account{Booking: staff.Clerk})
	site.End(clerk)
	p := clerk.Post("test", nil)
	if p.Status != http.StatusUnauthorized || !p.Has("サインインし直してください") || !p.Has(`href="/console/sign-in"`) || done != 0 {
		t.Errorf("%d, done %d\n%s", p.Status, done, p.Body)
	}
}

// The first page has the cards of those areas that could count, for those who
// may open what is behind them.
func TestHomeHasCards(t *testing.T) {
	card := func(heading string, right staff.Right) func(*console.Request) ([]console.HomeCard, error) {
		return func(*console.Request) ([]console.HomeCard, error) {
			return []console.HomeCard{{Heading: heading, Number: 7, Path: "visits", Right: right}}, nil
		}
	}
	site := consoletest.Serve(t, storetest.Open(t, storetest.SQLite),
		console.Area{Name: "a", Home: card("来場予定", staff.SeeVisits)},
		console.Area{Name: "b", Home: card("交付待ち", staff.SeeCards)},
		console.Area{Name: "c", Home: func(*console.Request) ([]console.HomeCard, error) { return nil, errors.New("no database") }})
	p := site.SignIn(staff.Account{Booking: staff.Clerk}).Get("")
	if p.Status != http.StatusOK || !p.Has("来場予定") || p.Has("交付待ち") {
		t.Errorf("%d\n%s", p.Status, p.Body)
	}
}
