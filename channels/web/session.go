package web

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"time"
)

// Preferences are remembered in plain cookies that say nothing about a person.
const (
	langCookie = "madoguchi-lang"
	sizeCookie = "madoguchi-size"
)

// sessionCookie names the cookie of the plain pages. Over https it is bound to
// the host (__Host-); on http://localhost browsers would refuse that prefix.
func (w *Web) sessionCookie(tenant string) string {
	if w.Gate.Secure() {
		return "__Host-madoguchi-" + tenant
	}
	return "madoguchi-" + tenant
}

// session returns the user of the plain pages, "" if there is none yet. What
// the dialog gets to know, and stores, is a hash of the cookie: reading the
// database does not let anybody into a session.
func (w *Web) session(r *http.Request, tenant string) string {
	c, err := r.Cookie(w.sessionCookie(tenant))
	if err != nil || len(c.Value) != sessionLength {
		return ""
	}
	return userOf(c.Value)
}

const sessionLength = 26 // of rand.Text: 130 bits in base 32

func userOf(secret string) string {
	sum := sha256.Sum256([]byte("plain session\x00" + secret))
	return base64.RawURLEncoding.EncodeToString(sum[:18])
}

// begin starts a session. It ends with the browser: phones are lent, and a
// booking is found again by its access key.
func (w *Web) begin(rw http.ResponseWriter, tenant string) (user string) {
	secret := rand.Text()
	w.setSession(rw, tenant, secret, 0)
	return userOf(secret)
}

// forget ends a session in this browser.
func (w *Web) forget(rw http.ResponseWriter, tenant string) { w.setSession(rw, tenant, "", -1) }

func (w *Web) setSession(rw http.ResponseWriter, tenant, secret string, maxAge int) {
	http.SetCookie(rw, &http.Cookie{
		Name: w.sessionCookie(tenant), Value: secret, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: w.Gate.Secure(), SameSite: http.SameSiteLaxMode,
	})
}

func (w *Web) prefer(rw http.ResponseWriter, name, value string) {
	http.SetCookie(rw, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: int(180 * 24 * time.Hour / time.Second),
		Secure: w.Gate.Secure(), SameSite: http.SameSiteLaxMode,
	})
}
