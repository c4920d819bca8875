// Package console is the staff's side in the browser (職員用画面), at /console/.
// This package is the shell: who is signed in, which pages exist for them, the
// frame around every page, forms that only our own pages can send, and refusals
// that a person can read. The areas of the console are packages below it, each
// with its pages, templates and texts:
//
//	console/visits   day view, reception, search, proxy booking
//	console/setup    counters, services, rules
//	…
//
//	request ─▶ session ─▶ page of the route table ─▶ its right ─▶ form token ─▶ Handle
//
// A page is an entry of an Area: its address, the right it needs and the
// function that draws it. There is no other way in, so that the table of routes
// and rights can be read, and tested, as a whole (A14).
//
// A page that shows what others change at the same moment has a stream beside
// it (live.go); static/live.js draws the page anew when the stream says so.
//
// Pages are drawn on the server and work without script; scripts only make them
// quicker. Nothing comes from a foreign origin (S2-010).
package console

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"madoguchi/channels/gate"
	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/staff"
)

// Base is the address of the console.
const Base = "/console/"

// Area is one part of the console.
type Area struct {
	// Name is the first part of its addresses, and "console.area.NAME" its name
	// in the catalogs.
	Name  string
	Pages []Page
	Menu  []Entry
	// Home, if set, puts cards on the first page: numbers of today that lead
	// somewhere. It runs at every look at that page and must be quick.
	Home func(q *Request) ([]HomeCard, error)
	// Templates has the files of its pages (*.html; parts.html is parsed with
	// each of them), Texts its catalogs
	// (ja/*.yaml, en/*.yaml) and Static what its pages load, served below
	// /assets/console/; each may be nil.
	Templates, Texts, Static fs.FS
}

// Page is one route.
type Page struct {
	Method string // GET or POST
	// Path is the address below Base as net/http writes patterns:
	// "visits/{counter}/{day}".
	Path string
	// Right is what it takes to see or do it; "" is for everyone signed in.
	Right staff.Right
	// Anyone opens the page to people who are not signed in, as the sign-in
	// page needs. Its forms are told from forged ones by their origin alone.
	Anyone bool
	// Quiet marks a form that changes nothing and shows nothing of a resident: it
	// leaves no row in the audit log. All others do, which the tests see to
	// (consoletest).
	Quiet bool
	// Limit is the largest body taken, in bytes; 0 is 256 KiB.
	Limit  int64
	Handle func(*Request) error
}

// Get is a page to look at.
func Get(path string, right staff.Right, handle func(*Request) error) Page {
	return Page{Method: http.MethodGet, Path: path, Right: right, Handle: handle}
}

// Post takes a form, and leaves a row in the audit log unless it is made Quiet.
func Post(path string, right staff.Right, handle func(*Request) error) Page {
	return Page{Method: http.MethodPost, Path: path, Right: right, Handle: handle}
}

// Entry is a line of the menu; people without the right do not see it.
type Entry struct {
	// Position orders the entries of all areas and groups them: home 0;
	// bookings: visits today 10, search 20, people 30; cards: cases 40 to 49,
	// letters 50; reports 60; settings: counters 70, fields 75, screen texts 80,
	// mail 85, operators 90, trail 95.
	Position int
	Path     string
	Text     string // key of its name
	Right    staff.Right
}

// HomeCard is a number on the first page.
type HomeCard struct {
	Heading string // in the person's language
	Number  int
	Path    string // of the page behind it
	Right   staff.Right
}

// Session is a sign-in as the console needs it.
type Session struct {
	Tenant  string
	Account staff.Account
	Token   string // goes with every form
	// First, if set, is the page that must be dealt with before any other: a
	// temporary password to change, a second factor to give. Pages below it and
	// signing out are all there is until then.
	First string
	// Seen, if set, writes down that the person is still at work. It is called
	// for what a person asks for, not for what a script asks for by itself.
	Seen func(context.Context) error
}

// ErrNoSession says that a cookie opens no session, or no longer.
var ErrNoSession = errors.New("no such session")

// Sessions finds the session behind a cookie.
type Sessions interface {
	// Session returns ErrNoSession for a secret that opens none.
	Session(ctx context.Context, secret string) (Session, error)
}

// Config is what the shell is made of.
type Config struct {
	DB       *store.DB
	Gate     *gate.Gate
	Sessions Sessions
	// City is the municipality's name for the head of the pages.
	City func(tx *store.Tx) (string, error)
	// Origins may send forms besides the page's own host: the public address
	// behind a proxy.
	Origins []string
	Log     *slog.Logger
	Clock   func() time.Time
}

// Console serves the areas.
type Console struct {
	Config
	areas   []Area
	texts   *i18n.Catalog
	pages   map[string]*template.Template
	assets  map[string][]byte
	version string
	menu    []Entry
	forms   *http.CrossOriginProtection
	streams atomic.Int64
	closed  chan struct{}
	close   func()
}

// New puts the areas together. The error names what is missing or broken.
func New(c Config, areas ...Area) (*Console, error) {
	if c.DB == nil || c.Gate == nil || c.Sessions == nil {
		return nil, errors.New("console: DB, Gate and Sessions are needed")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	k := &Console{Config: c, areas: append([]Area{frame()}, areas...), closed: make(chan struct{})}
	k.close = sync.OnceFunc(func() { close(k.closed) })
	if err := k.load(); err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	k.forms = http.NewCrossOriginProtection()
	for _, o := range c.Origins {
		if err := k.forms.AddTrustedOrigin(o); err != nil {
			return nil, fmt.Errorf("console: origin %q: %w", o, err)
		}
	}
	return k, nil
}

// Close ends the open streams, so that a server can shut down.
func (k *Console) Close() { k.close() }

// Routes lists every page.
func (k *Console) Routes() []Page {
	var all []Page
	for _, a := range k.areas {
		all = append(all, a.Pages...)
	}
	return all
}

// Register mounts the console.
func (k *Console) Register(mux *http.ServeMux) {
	byPath := map[string]gate.Methods{}
	for _, p := range k.Routes() {
		if byPath[p.Path] == nil {
			byPath[p.Path] = gate.Methods{}
		}
		byPath[p.Path][p.Method] = func(w http.ResponseWriter, r *http.Request) { k.serve(w, r, p) }
	}
	for path, methods := range byPath {
		if path == "" {
			path = "{$}"
		}
		mux.Handle(Base+path, methods)
	}
	mux.Handle("/assets/console/{version}/{file...}", gate.Methods{"GET": k.asset})
	mux.HandleFunc(Base, func(w http.ResponseWriter, r *http.Request) {
		k.serve(w, r, Page{Method: r.Method, Handle: func(*Request) error { return ErrNotFound }})
	})
}

// defaultLimit bounds the body of a form that says nothing else.
const defaultLimit = 256 << 10

// serve is the way of every request to its page.
func (k *Console) serve(w http.ResponseWriter, r *http.Request, p Page) {
	address := k.Gate.Client(r)
	r = r.WithContext(store.WithOrigin(r.Context(), address))
	q := &Request{Request: r, W: w, Address: address, console: k}
	q.Lang = q.language()
	if cookie, err := r.Cookie(k.cookie()); err == nil {
		q.secret = cookie.Value
	}
	var err error
	if q.Session, err = k.session(r.Context(), q.secret); err != nil && !errors.Is(err, ErrNoSession) {
		q.fail(err)
		return
	}
	if err == nil && q.First != "" && !q.allowedFirst(p) {
		q.first()
		return
	}
	if err != nil && !p.Anyone {
		q.signIn()
		return
	}
	if p.Right != "" && !q.Account.May(p.Right) {
		q.fail(ErrForbidden)
		return
	}
	if p.Method == http.MethodPost {
		if err := q.form(p); err != nil {
			q.fail(err)
			return
		}
	}
	if q.Seen != nil && !q.byScript() {
		if err := q.Seen(r.Context()); err != nil {
			k.Log.Warn("the time of a session was not written", "request", gate.RequestID(r.Context()), "error", err)
		}
	}
	if err := p.Handle(q); err != nil {
		q.fail(err)
	}
}

// session finds the session of a cookie's value.
func (k *Console) session(ctx context.Context, secret string) (Session, error) {
	if secret == "" {
		return Session{}, ErrNoSession
	}
	return k.Sessions.Session(ctx, secret)
}

// cookie names the cookie of a session. Over https it is bound to the host.
func (k *Console) cookie() string {
	if k.Gate.Secure() {
		return "__Host-madoguchi-console"
	}
	return "madoguchi-console"
}

// langCookie remembers the language of the console: Japanese first, English
// second.
const langCookie = "madoguchi-console-lang"

const langLife = 365 * 24 * 60 * 60 // seconds

// language is the one a link asks for, which is remembered, or the remembered
// one.
func (q *Request) language() i18n.Lang {
	switch l := i18n.Lang(q.URL.Query().Get("lang")); l {
	case i18n.English, i18n.Japanese:
		q.setCookie(langCookie, string(l), langLife)
		return l
	}
	if c, err := q.Cookie(langCookie); err == nil && c.Value == string(i18n.English) {
		return i18n.English
	}
	return i18n.Japanese
}

// What a page can answer with besides itself.
var (
	// ErrNotFound: there is nothing at this address, or not for this tenant.
	ErrNotFound = &Problem{Status: http.StatusNotFound, Text: "console.problem.not-found"}
	// ErrForbidden: the person may not do this.
	ErrForbidden = &Problem{Status: http.StatusForbidden, Text: "console.problem.forbidden"}
	// ErrForged: the form did not come from a page of this session.
	ErrForged = &Problem{Status: http.StatusForbidden, Text: "console.problem.forged"}
	// ErrFirst: something else must be done before, such as a new password.
	ErrFirst = &Problem{Status: http.StatusForbidden, Text: "console.problem.first"}
	// ErrTooLarge: the body is larger than the page takes.
	ErrTooLarge = &Problem{Status: http.StatusRequestEntityTooLarge, Text: "console.problem.too-large"}
	// ErrBadForm: the body cannot be read as a form.
	ErrBadForm = &Problem{Status: http.StatusBadRequest, Text: "console.problem.bad-form"}
)

// Problem is a refusal in words that the person can act on.
type Problem struct {
	Status int
	Text   string // key of the sentence
	Args   []i18n.Arg
}

func (p *Problem) Error() string { return strings.TrimPrefix(p.Text, "console.problem.") }
