package web

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"

	"madoguchi/bot"
	"madoguchi/channels/gate"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed static
var staticFiles embed.FS

// pages are the parsed templates and the files they refer to.
type pages struct {
	byName  map[string]*template.Template
	files   map[string][]byte
	packed  map[string][]byte // gzip of the files that are text
	version string            // of all files together; part of their address
}

// partOf makes the argument of a partial from within a page or another partial.
func partOf(from, v any) part {
	if inner, ok := from.(part); ok {
		return part{inner.page, v}
	}
	return part{from.(*page), v}
}

func parsePages() (*pages, error) {
	p := &pages{byName: map[string]*template.Template{}, files: map[string][]byte{}, packed: map[string][]byte{}}
	funcs := template.FuncMap{"ruby": ruby, "bare": bare, "keygroups": keyGroups, "htmllang": htmlLang,
		"part": partOf}
	layout, err := template.New("layout").Funcs(funcs).ParseFS(templateFiles, "templates/layout.html", "templates/message.html")
	if err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	for _, name := range []string{"front", "chat", "start", "question", "vacancy", "link", "maillink", "plan", "error"} {
		t, err := template.Must(layout.Clone()).ParseFS(templateFiles, "templates/"+name+".html")
		if err != nil {
			return nil, fmt.Errorf("templates: %w", err)
		}
		p.byName[name] = t
	}
	sum := sha256.New()
	err = fs.WalkDir(staticFiles, "static", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := staticFiles.ReadFile(name)
		name = strings.TrimPrefix(name, "static/")
		p.files[name] = data
		if path.Ext(name) != ".woff2" { // compressed already
			p.packed[name] = pack(data)
		}
		fmt.Fprintf(sum, "%s %d\n", name, len(data))
		sum.Write(data)
		return err
	})
	p.version = hex.EncodeToString(sum.Sum(nil))[:12]
	return p, err
}

func pack(data []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(data) // into memory: cannot fail
	_ = z.Close()
	return b.Bytes()
}

// asset serves an embedded file. Its address changes with its content, so that
// it may be kept for ever.
func (p *pages) asset(w http.ResponseWriter, r *http.Request) {
	data, ok := p.files[r.PathValue("file")]
	if !ok {
		gate.RefuseFault(w, notFound)
		return
	}
	if r.PathValue("version") == p.version {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		w.Header().Set("Cache-Control", "no-cache")
	}
	kind := mime.TypeByExtension(path.Ext(r.PathValue("file")))
	if path.Ext(r.PathValue("file")) == ".woff2" {
		kind = "font/woff2" // not in every system's table
	}
	w.Header().Set("Content-Type", kind)
	if packed, ok := p.packed[r.PathValue("file")]; ok {
		w.Header().Set("Vary", "Accept-Encoding")
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			w.Header().Set("Content-Encoding", "gzip")
			data = packed
		}
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(data)
	}
}

// page is what every template gets.
type page struct {
	web  *Web
	r    *http.Request
	Lang i18n.Lang
	// Base is the tenant's address, /t/sample.
	Base    string
	Tenant  string
	Site    Site
	Section string // front, chat, book, vacancy: marks the entry of the navigation
	Title   string // of the window, without the city's name
	Large   bool   // large type
	Script  string // an ES module of this page
	// Reask makes the language menu send the choice to the dialog, so that the
	// open question is asked again in it.
	Reask bool
	Data  any // the page's own
}

// part is what a partial template gets: the page and the thing to draw.
type part struct {
	*page
	V any
}

// open looks up the tenant and the reader's preferences. The error is for
// refuse.
func (w *Web) open(rw http.ResponseWriter, r *http.Request, section string) (*page, error) {
	tenant := r.PathValue("tenant")
	site, err := w.Sites.Site(r.Context(), tenant, i18n.Japanese)
	if err != nil {
		return nil, siteError(err)
	}
	return w.openIn(rw, r, section, chosen(r, site.Languages))
}

func (w *Web) openIn(rw http.ResponseWriter, r *http.Request, section string, lang i18n.Lang) (*page, error) {
	tenant := r.PathValue("tenant")
	site, err := w.Sites.Site(r.Context(), tenant, lang)
	if err != nil {
		return nil, siteError(err)
	}
	p := &page{web: w, r: r, Lang: lang, Base: "/t/" + url.PathEscape(tenant), Tenant: tenant, Site: site, Section: section}
	if q := r.URL.Query().Get("lang"); q == string(lang) {
		w.prefer(rw, langCookie, q)
	}
	size := r.URL.Query().Get("size")
	switch size {
	case "large", "normal":
		w.prefer(rw, sizeCookie, size)
	default:
		if c, err := r.Cookie(sizeCookie); err == nil {
			size = c.Value
		}
	}
	p.Large = size == "large"
	return p, nil
}

// render writes a page.
func (w *Web) render(rw http.ResponseWriter, r *http.Request, status int, name string, p *page) {
	var b bytes.Buffer
	if err := w.pages.byName[name].ExecuteTemplate(&b, "page", p); err != nil {
		w.refuse(rw, r, fmt.Errorf("page %s: %w", name, err))
		return
	}
	h := rw.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Add("Vary", "Accept, Accept-Language, Cookie")
	h.Set("Content-Language", htmlLang(p.Lang))
	rw.WriteHeader(status)
	_, _ = rw.Write(b.Bytes())
}

// refuse answers an error: people with a page, programs with JSON.
func (w *Web) refuse(rw http.ResponseWriter, r *http.Request, err error) {
	if !strings.Contains(r.Header.Get("Accept"), "text/html") {
		w.refuseJSON(rw, r, err)
		return
	}
	p, perr := w.open(rw, r, "")
	if perr != nil { // no such tenant: no city to write in the name of
		w.refuseJSON(rw, r, err)
		return
	}
	f := w.fault(r.Context(), err)
	key := "web.error.wrong"
	switch {
	case f.Status == http.StatusNotFound:
		key = "web.error.missing"
	case f.Status == http.StatusTooManyRequests:
		key = "web.error.often"
	case f.Status >= 500:
		key = "web.error.ours"
	}
	p.Title = p.Bare(key)
	p.Data = errorPage{Key: key, Reference: gate.RequestID(r.Context()), Ours: f.Status >= 500}
	var b bytes.Buffer
	if w.pages.byName["error"].ExecuteTemplate(&b, "page", p) != nil {
		gate.RefuseFault(rw, f)
		return
	}
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	rw.WriteHeader(f.Status)
	_, _ = rw.Write(b.Bytes())
}

type errorPage struct {
	Key, Reference string
	Ours           bool
}

// T is a text with furigana as ruby. Arguments come in pairs: name, value.
func (p *page) T(key string, args ...any) template.HTML { return ruby(p.text(key, args)) }

// Raw is a text with its furigana as it is written, for the script to draw.
func (p *page) Raw(key string) string { return p.text(key, nil) }

// Bare is a text without furigana, for attributes and titles.
func (p *page) Bare(key string, args ...any) string { return bare(p.text(key, args)) }

func (p *page) text(key string, args []any) string {
	named := make([]i18n.Arg, 0, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		value := args[i+1]
		switch value.(type) {
		case civil.Date, civil.DateTime: // written as the language does
		default:
			value = fmt.Sprint(value)
		}
		named = append(named, i18n.Arg{Name: fmt.Sprint(args[i]), Value: value})
	}
	texts := p.web.Texts
	if p.Site.Texts != nil {
		texts = p.Site.Texts
	}
	return texts(p.Lang, key, named...)
}

// Asset is the address of an embedded file.
func (p *page) Asset(name string) string { return "/assets/web/" + p.web.pages.version + "/" + name }

// Direction is the reading direction of the page's language.
func (p *page) Direction() string {
	for _, l := range p.Site.Languages {
		if l.Tag == p.Lang && l.RightToLeft {
			return "rtl"
		}
	}
	return "ltr"
}

// With is this page's own address with one parameter changed.
func (p *page) With(name, value string) string {
	q := p.r.URL.Query()
	q.Set(name, value)
	if name != "lang" {
		q.Del("lang") // it is remembered; keeping it would override a later choice
	}
	return p.r.URL.Path + "?" + q.Encode()
}

// Event is the id of the event a form on this page sends: the same for every
// click on that form, so that a double submit is one event.
func (p *page) Event() string { return rand.Text() }

// Reservation is the flow to book, find, change and cancel, "" if there is none.
func (p *page) Reservation() string {
	for _, f := range p.Site.Procedures {
		if f.Reservation {
			return f.Flow
		}
	}
	return ""
}

// Lists reports whether task lists can be opened here.
func (p *page) Lists() bool { return p.web.Plans != nil }

// Tel is the telephone number as a link.
func (p *page) Tel() template.URL {
	return template.URL("tel:" + strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, p.Site.Phone))
}

// Date is a date with its year, Day one of a week at hand, in the page's
// language.
func (p *page) Date(d civil.Date) string { return i18n.FormatDate(p.Lang, d) }

// Day is a date without its year.
func (p *page) Day(d civil.Date) string { return i18n.FormatDay(p.Lang, d) }

// File is the address of a booking's calendar file, "" if none can be had.
func (p *page) File(b *bot.Booking) string {
	if p.web.Calendars == nil || b == nil || b.Status != "booked" && b.Status != "changed" {
		return ""
	}
	return p.Base + "/calendar/" + url.PathEscape(b.Counter) + "/" + url.PathEscape(b.Start) + "/" + strconv.Itoa(b.Receipt) + ".ics"
}

// calendar serves a booking's calendar file. The address holds nothing that
// opens the booking; the key stays out of it (ASVS 14.2.1).
func (w *Web) calendar(rw http.ResponseWriter, r *http.Request) {
	p, err := w.open(rw, r, "")
	if err != nil {
		w.refuse(rw, r, err)
		return
	}
	number, isFile := strings.CutSuffix(r.PathValue("file"), ".ics")
	receipt, err := strconv.Atoi(number)
	start, terr := civil.ParseDateTime(r.PathValue("start"))
	if !isFile || err != nil || receipt < 1 || terr != nil || w.Calendars == nil {
		w.refuse(rw, r, notFound)
		return
	}
	data, err := w.Calendars.Calendar(r.Context(), p.Tenant, p.Lang, r.PathValue("counter"), start, receipt)
	if err != nil {
		if errors.Is(err, ErrUnknown) {
			err = notFound
		}
		w.refuse(rw, r, err)
		return
	}
	rw.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	rw.Header().Set("Content-Disposition", `attachment; filename="visit-`+start.Date.String()+`.ics"`)
	_, _ = rw.Write(data)
}

// keyGroups splits an access key in two, as it is read out and typed.
func keyGroups(key string) []string {
	key = strings.NewReplacer("-", "", " ", "").Replace(key)
	if len(key) < 6 {
		return []string{key}
	}
	return []string{key[:len(key)/2], key[len(key)/2:]}
}
