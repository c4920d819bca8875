// Package consoletest serves areas of the staff console to tests, with a person
// of any role signed in:
//
//	site := consoletest.Serve(t, db, visits.Area(…))
//	clerk := site.SignIn(staff.Account{Booking: staff.Clerk, Counters: []string{"honcho"}})
//	page := clerk.Get("visits")
//	page = clerk.Post("visits/receive", url.Values{"id": {id}})
package consoletest

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"madoguchi/channels/console"
	"madoguchi/channels/gate"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/reservation"
	"madoguchi/store/staff"
	"madoguchi/store/tenant"
)

// Tenant is the municipality of the tests; Other has the same set-up.
const (
	Tenant = "sample"
	Other  = "other"
)

// Site is a console being served.
type Site struct {
	t      testing.TB
	URL    string
	mu     sync.Mutex
	opened map[string]console.Session

	tampered bool
}

// Tampered says that the test breaks the audit log on purpose.
func (s *Site) Tampered() { s.tampered = true }

// Serve makes the tenants Tenant and Other in db, if they are not there, with
// the counters of the sample, and serves the areas until the test ends.
func Serve(t testing.TB, db *store.DB, areas ...console.Area) *Site {
	t.Helper()
	s := &Site{t: t, opened: map[string]console.Session{}}
	registry := tenant.New(db)
	for _, id := range []string{Tenant, Other} {
		err := registry.Create(context.Background(), tenant.Tenant{ID: id, Name: "みほん市"}, "test")
		if err != nil && !store.IsDuplicate(err) {
			t.Fatal(err)
		}
		r := reservation.New(civil.Holiday)
		err = db.Update(context.Background(), id, func(tx *store.Tx) error {
			_, version, err := r.Settings(tx)
			if err != nil || version > 0 {
				return err
			}
			_, err = r.SaveSettings(tx, reservation.Sample(), 0, "test")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	g := gate.New(gate.Options{Unlimited: true, Clock: db.Now})
	k, err := console.New(console.Config{
		DB: db, Gate: g, Sessions: s, Clock: db.Now, Log: db.Log(),
		City: func(tx *store.Tx) (string, error) {
			c, err := registry.In(tx)
			if err != nil {
				return "", err
			}
			return c.Name, nil
		},
	}, areas...)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	k.Register(mux)
	server := httptest.NewServer(g.Wrap(s.follow(t, db, k, mux)))
	t.Cleanup(server.Close)
	s.URL = server.URL
	return s
}

// Session implements console.Sessions.
func (s *Site) Session(_ context.Context, secret string) (console.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if session, ok := s.opened[secret]; ok {
		return session, nil
	}
	return console.Session{}, console.ErrNoSession
}

// SignIn signs a person in at Tenant. What an account must have and a does not
// is filled in.
func (s *Site) SignIn(a staff.Account) *Client { return s.SignInAt(Tenant, a) }

// SignInAt is SignIn at a tenant.
func (s *Site) SignInAt(tenant string, a staff.Account) *Client {
	s.t.Helper()
	if a.ID == "" {
		a.ID = store.NewID()
	}
	if a.Login == "" {
		a.Login = "tester"
	}
	if a.Name == "" {
		a.Name = "試験 太郎"
	}
	secret := store.NewID()
	s.mu.Lock()
	s.opened[secret] = console.Session{Tenant: tenant, Account: a, Token: "form-" + secret}
	s.mu.Unlock()
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	base, err := url.Parse(s.URL + console.Base)
	if err != nil {
		s.t.Fatal(err)
	}
	jar.SetCookies(base, []*http.Cookie{{Name: "madoguchi-console", Value: secret, Path: "/"}})
	return &Client{t: s.t, Secret: secret, Token: "form-" + secret, base: base, http: &http.Client{Jar: jar}}
}

// End ends the session of a client, as a sign-out elsewhere does.
func (s *Site) End(c *Client) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.opened, c.Secret)
}

// Client is somebody's browser without script.
type Client struct {
	t      testing.TB
	Secret string // of the cookie madoguchi-console, for a real browser
	Token  string // of forms
	base   *url.URL
	http   *http.Client
}

// Page is an answer.
type Page struct {
	Status int
	Path   string // of the page the client ended at, below /console/
	Header http.Header
	Body   string
}

// Has reports whether the page contains a text.
func (p Page) Has(text string) bool { return strings.Contains(p.Body, text) }

// Get opens a page of the console; path is below /console/.
func (c *Client) Get(path string) Page {
	c.t.Helper()
	r, err := http.NewRequest(http.MethodGet, c.base.String()+path, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Accept", "text/html")
	return c.do(r)
}

// Post sends a form with its token and follows the redirect.
func (c *Client) Post(path string, values url.Values) Page {
	c.t.Helper()
	v := url.Values{"token": {c.Token}}
	for name, list := range values {
		v[name] = list
	}
	r, err := http.NewRequest(http.MethodPost, c.base.String()+path, strings.NewReader(v.Encode()))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "text/html")
	return c.do(r)
}

// Upload sends a form with one file.
func (c *Client) Upload(path string, values url.Values, field, name string, data []byte) Page {
	c.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	fields := url.Values{"token": {c.Token}}
	for name, list := range values {
		fields[name] = list
	}
	for name, list := range fields {
		for _, value := range list {
			if err := w.WriteField(name, value); err != nil {
				c.t.Fatal(err)
			}
		}
	}
	part, err := w.CreateFormFile(field, name)
	if err == nil {
		_, err = part.Write(data)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		c.t.Fatal(err)
	}
	r, err := http.NewRequest(http.MethodPost, c.base.String()+path, &b)
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Accept", "text/html")
	return c.do(r)
}

// Stream opens an event stream and returns its lines, a channel that is closed
// with the stream.
func (c *Client) Stream(path string) <-chan string {
	c.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	c.t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base.String()+path, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Accept", "text/event-stream")
	answer, err := c.http.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	if answer.StatusCode != http.StatusOK {
		c.t.Fatalf("the stream %s: %s", path, answer.Status)
	}
	lines := make(chan string)
	go func() {
		defer close(lines)
		defer answer.Body.Close()
		for scan := bufio.NewScanner(answer.Body); scan.Scan(); {
			select {
			case lines <- scan.Text():
			case <-ctx.Done():
				return
			}
		}
	}()
	return lines
}

func (c *Client) do(r *http.Request) Page {
	c.t.Helper()
	answer, err := c.http.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return Page{
		Status: answer.StatusCode, Path: strings.TrimPrefix(answer.Request.URL.Path, console.Base),
		Header: answer.Header, Body: string(body),
	}
}
