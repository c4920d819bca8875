package web

import (
	"net/http"
	"strings"
	"time"
)

// The QR of a letter (S4-103) is an address with the link code in it:
// /t/sample/book?flow=card-pickup&code=K7M2P9QWXT, or …/chat?… . A code in an
// address would stay in the address bar, in the history and in the links of the
// page. So the browser is sent on to the address without it at once, and carries
// it there in a cookie that is gone after minutes:
//
//	GET …?flow=…&code=… ──303, cookie──▶ GET …?flow=… ─▶ the page has the code ─▶ first turn
//
// It is given to the procedure that the letter names and to no other.

const (
	letterCookie = "madoguchi-letter"
	letterFor    = 5 * time.Minute // to read the page and choose a language
)

// fromLetter takes the link code out of a page's address. It reports true when
// the browser was sent on.
func (w *Web) fromLetter(rw http.ResponseWriter, r *http.Request, p *page) bool {
	q := r.URL.Query()
	if !q.Has("code") {
		return false
	}
	if code := linkCode(q.Get("code")); code != "" {
		w.keepLetter(rw, p, q.Get("flow")+"."+code, int(letterFor/time.Second))
	}
	q.Del("code")
	to := r.URL.Path
	if len(q) > 0 {
		to += "?" + q.Encode()
	}
	seeOther(rw, r, to)
	return true
}

// letterCode is the link code that came with a letter for a procedure, "" if
// none did.
func letterCode(r *http.Request, flow string) string {
	c, err := r.Cookie(letterCookie)
	if err != nil || flow == "" {
		return ""
	}
	code, _ := strings.CutPrefix(c.Value, flow+".")
	return linkCode(code) // has no dot: what is for another procedure is no code
}

// dropLetter forgets the letter: its code is with the dialog, or its reader has
// gone.
func (w *Web) dropLetter(rw http.ResponseWriter, r *http.Request, p *page) {
	if _, err := r.Cookie(letterCookie); err == nil {
		w.keepLetter(rw, p, "", -1)
	}
}

func (w *Web) keepLetter(rw http.ResponseWriter, p *page, value string, maxAge int) {
	http.SetCookie(rw, &http.Cookie{
		Name: letterCookie, Value: value, Path: p.Base, MaxAge: maxAge,
		HttpOnly: true, Secure: w.Gate.Secure(), SameSite: http.SameSiteLaxMode,
	})
}

// linkCode is the code in a letter's address as the dialog takes it, "" if it
// cannot be one. Whether there is such a card is the dialog's business.
func linkCode(s string) string {
	s = strings.ToUpper(strings.ReplaceAll(s, "-", ""))
	if len(s) > 20 || strings.ContainsFunc(s, func(r rune) bool { return !('0' <= r && r <= '9' || 'A' <= r && r <= 'Z') }) {
		return ""
	}
	return s
}
