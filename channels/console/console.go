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
	// Limit is the largest body taken, in bytes; 0 is 256 KiB.
	Limit  int64
	Handle func(*Request) error
}

// Entry is a line of the menu; people without the right do not see it.
type Entry struct {
	Position int // order over all areas
	Path     string
	Text     string // key of its name
	Right    staff.Right
}

// Session is a sign-in as the console needs it.
type Session struct {
	Tenant  string
	Account staff.Account
	Token   string // goes with every form
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
	areas     []Area
	texts     *i18n.Catalog
	templates *template.Template
	pages     map[string]*template.Template
	assets    map[string][]byte
	version   string
	menu      []Entry
	forms     *http.CrossOriginProtection
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
	k := &Console{Config: c, areas: append([]Area{frame()}, areas...)}
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

// Routes lists every page that needs a session.
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
	q.Lang = language(r)
	cookie, err := r.Cookie(k.cookie())
	if err == nil {
		q.Session, err = k.Sessions.Session(r.Context(), cookie.Value)
	}
	if err != nil && !errors.Is(err, http.ErrNoCookie) && !errors.Is(err, ErrNoSession) {
		q.fail(err)
		return
	}
	if err != nil {
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
	if err := p.Handle(q); err != nil {
		q.fail(err)
	}
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

func language(r *http.Request) i18n.Lang {
	if q := r.URL.Query().Get("lang"); q == string(i18n.English) || q == string(i18n.Japanese) {
		return i18n.Lang(q)
	}
	if c, err := r.Cookie(langCookie); err == nil && c.Value == string(i18n.English) {
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
