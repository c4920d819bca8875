package console

import (
	"bytes"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"madoguchi/channels/gate"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/staff"
)

// Request is one request of a person who is signed in, with what a page needs
// to answer it.
type Request struct {
	*http.Request
	W http.ResponseWriter
	Session
	Lang    i18n.Lang
	Address string // the network address it came from

	console *Console
	secret  string // of the session's cookie
}

// Update runs fn in one write transaction of the person's tenant. Its audit
// rows say where the request came from.
func (q *Request) Update(fn func(tx *store.Tx) error) error {
	return q.console.DB.Update(q.Context(), q.Tenant, fn)
}

// View runs fn in one read transaction of the person's tenant.
func (q *Request) View(fn func(tx *store.Tx) error) error {
	return q.console.DB.View(q.Context(), q.Tenant, fn)
}

// By is who acts, for the audit log.
func (q *Request) By() string { return q.Account.ID }

// T is a text of the console in the person's language.
func (q *Request) T(key string, args ...i18n.Arg) string {
	return i18n.Plain(q.console.texts.Text(key).In(q.Lang, args...))
}

// Moment writes an instant as tables show it, on the wall in Japan: 2026-11-25
// 09:30; "" for the zero time.
func (q *Request) Moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(civil.Tokyo).Format("2006-01-02 15:04")
}

// Keys are the keys of all areas' texts that begin with prefix: the codes that
// have words.
func (q *Request) Keys(prefix string) []string { return q.console.texts.Keys(prefix) }

// May reports whether the person has a right.
func (q *Request) May(r staff.Right) bool { return q.Account.May(r) }

// Render draws the page of a template, inside the frame. title is a key.
func (q *Request) Render(name, title string, data any) error {
	return q.render(http.StatusOK, name, title, data)
}

// Again draws a page whose form could not be taken, with status 422.
func (q *Request) Again(name, title string, data any) error {
	return q.render(http.StatusUnprocessableEntity, name, title, data)
}

// RenderAs draws a page with a status of its own.
func (q *Request) RenderAs(status int, name, title string, data any) error {
	return q.render(status, name, title, data)
}

// See sends the person to another page of the console after a POST. done is the
// key of the sentence that says there what was done; "" says nothing.
func (q *Request) See(path, done string, args ...i18n.Arg) error {
	if done != "" {
		q.setCookie(noticeCookie, base64.RawURLEncoding.EncodeToString([]byte(q.T(done, args...))), 60)
	}
	http.Redirect(q.W, q.Request, Base+strings.TrimPrefix(path, "/"), http.StatusSeeOther)
	return nil
}

// File sends a file to be saved. Names are ASCII.
func (q *Request) File(name, contentType string, data []byte) error {
	h := q.W.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	_, err := q.W.Write(data)
	if err != nil {
		q.console.Log.Info("a file was not taken", "request", gate.RequestID(q.Context()), "error", err)
	}
	return nil
}

// Upload returns the file of a form field, nil if none was chosen.
func (q *Request) Upload(field string) ([]byte, error) {
	file, _, err := q.FormFile(field)
	if errors.Is(err, http.ErrMissingFile) {
		return nil, nil
	}
	if err != nil {
		return nil, ErrBadForm
	}
	defer file.Close()
	data, err := io.ReadAll(file)
	if err != nil {
		return nil, ErrBadForm
	}
	return data, nil
}

// form checks that a POST comes from a page of this session, and reads it.
func (q *Request) form(p Page) error {
	if q.console.forms.Check(q.Request) != nil {
		return ErrForged
	}
	limit := p.Limit
	if limit == 0 {
		limit = defaultLimit
	}
	if q.ContentLength > limit {
		return ErrTooLarge
	}
	q.Body = http.MaxBytesReader(q.W, q.Body, limit)
	var err error
	if strings.HasPrefix(q.Header.Get("Content-Type"), "multipart/form-data") {
		err = q.ParseMultipartForm(limit) // in memory: nothing personal in temporary files
	} else {
		err = q.ParseForm()
	}
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return ErrTooLarge
	}
	if err != nil {
		return ErrBadForm
	}
	if !p.Anyone && (q.Token == "" || subtle.ConstantTimeCompare([]byte(q.PostFormValue("token")), []byte(q.Token)) == 0) {
		return ErrForged
	}
	return nil
}

// Enter gives the browser the secret of a new session. Whatever session it had
// before is not ended by this.
func (q *Request) Enter(secret string) {
	http.SetCookie(q.W, q.sessionCookie(secret, 0))
}

// Leave takes the session's secret from the browser.
func (q *Request) Leave() { http.SetCookie(q.W, q.sessionCookie("", -1)) }

// Secret is the value of the browser's session cookie, "" without one.
func (q *Request) Secret() string { return q.secret }

// sessionCookie lasts until the browser is closed. A __Host- cookie must have
// the path "/".
func (q *Request) sessionCookie(value string, maxAge int) *http.Cookie {
	return &http.Cookie{
		Name: q.console.cookie(), Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: q.console.Gate.Secure(), SameSite: http.SameSiteStrictMode,
	}
}

// noticeCookie carries what was done over the redirect that follows it.
const noticeCookie = "madoguchi-console-done"

func (q *Request) setCookie(name, value string, maxAge int) {
	http.SetCookie(q.W, &http.Cookie{
		Name: name, Value: value, Path: Base, MaxAge: maxAge,
		HttpOnly: true, Secure: q.console.Gate.Secure(), SameSite: http.SameSiteStrictMode,
	})
}

// notice takes what the last POST left to be said.
func (q *Request) notice() string {
	c, err := q.Cookie(noticeCookie)
	if err != nil {
		return ""
	}
	text, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil {
		return ""
	}
	q.setCookie(noticeCookie, "", -1)
	return string(text)
}

// fail answers an error: a Problem or a missing row in words, anything else
// with a reference that the log has too.
func (q *Request) fail(err error) {
	var p *Problem
	switch {
	case errors.As(err, &p):
	case errors.Is(err, store.ErrNotFound):
		p = ErrNotFound
	case errors.Is(err, store.ErrBusy), errors.Is(err, store.ErrUncertain), errors.Is(err, store.ErrClosed):
		p = &Problem{Status: http.StatusServiceUnavailable, Text: "console.problem.busy"}
	default:
		id := gate.RequestID(q.Context())
		q.console.Log.Error("a console page failed", "request", id, "route", q.Pattern, "error", err)
		p = &Problem{Status: http.StatusInternalServerError, Text: "console.problem.internal", Args: []i18n.Arg{{Name: "reference", Value: id}}}
	}
	if err := q.render(p.Status, "problem", "console.problem.title", q.T(p.Text, p.Args...)); err != nil {
		gate.Broken(q.W, q.Request)
	}
}

// signIn sends somebody without a session to the sign-in page. A form that was
// sent is not taken: a page says so in words, because the person may have
// written it for long. A script is told by the status.
func (q *Request) signIn() {
	switch {
	case q.byScript():
		gate.Refuse(q.W, http.StatusUnauthorized, "signed_out", "sign in first")
	case q.Method != http.MethodGet && q.Method != http.MethodHead:
		if err := q.render(http.StatusUnauthorized, "expired", "console.expired.title", nil); err != nil {
			gate.Broken(q.W, q.Request)
		}
	default:
		to := Base + "sign-in"
		if at := strings.TrimPrefix(q.URL.Path, Base); at != "" {
			to += "?to=" + url.QueryEscape(at) // the path alone: a query may hold what somebody searched for
		}
		http.Redirect(q.W, q.Request, to, http.StatusSeeOther)
	}
}

// byScript reports whether a script of ours asks by itself, not a person.
func (q *Request) byScript() bool {
	return q.Header.Get("X-Live") != "" || strings.HasPrefix(q.Header.Get("Accept"), "text/event-stream")
}

// signOutPath can be asked for whatever else must be done first.
const signOutPath = "sign-out"

// allowedFirst reports whether a page may be used before what must be done
// first.
func (q *Request) allowedFirst(p Page) bool {
	return p.Anyone || p.Path == signOutPath || p.Path == q.First || strings.HasPrefix(p.Path, q.First+"/")
}

// first sends a person to what must be done before anything else.
func (q *Request) first() {
	if q.Method != http.MethodGet && q.Method != http.MethodHead {
		q.fail(ErrFirst)
		return
	}
	http.Redirect(q.W, q.Request, Base+q.First, http.StatusSeeOther)
}

// render writes a page.
func (q *Request) render(status int, name, title string, data any) error {
	v := &view{Request: q, Title: q.T(title), Data: data}
	if q.Account.ID != "" {
		if err := v.fill(); err != nil {
			return err
		}
	}
	var b bytes.Buffer
	if err := q.console.execute(&b, name, v); err != nil {
		return err
	}
	h := q.W.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", string(q.Lang))
	q.W.WriteHeader(status)
	_, _ = q.W.Write(b.Bytes())
	return nil
}
