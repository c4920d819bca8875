package gate

import (
	"net/http"
	"strings"
)

// contentPolicy is the content security policy of every page: nothing from a
// foreign origin, nothing inline. Staff and kiosk machines may have no internet
// at all, so there is nothing to allow (DESIGN 5).
func contentPolicy(ancestors []string) string {
	frame := "'none'"
	if len(ancestors) > 0 {
		frame = strings.Join(ancestors, " ")
	}
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
		"connect-src 'self'; font-src 'self'; media-src 'self' blob:; manifest-src 'self'; " +
		"form-action 'self'; base-uri 'none'; frame-ancestors " + frame
}

// headers sets what every answer carries. A handler may overwrite a header,
// Cache-Control of a static file for one.
func (g *Gate) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", g.policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if len(g.opts.Ancestors) == 0 {
			h.Set("X-Frame-Options", "DENY")
		}
		if len(r.TransferEncoding) > 0 {
			// Whoever states a length beside the chunks hides bytes behind this
			// request from a proxy that reads it by the length (A40); net/http does
			// not tell, so nothing more is read after any chunked request.
			h.Set("Connection", "close")
		}
		if g.opts.Secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}
