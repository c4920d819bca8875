// Package gate is what every HTTP entrance of the program shares: who is
// calling, how often they may, what a refusal looks like, which security
// headers go out, and what is written down about a request.
//
//	net/http ──Gate.Wrap──▶ request id ▸ access log ▸ recover ▸ headers ▸ limit ▸ the rooms' mux
//
// A channel uses the pieces it needs itself: Refuse writes the JSON error of
// every entrance, Methods answers a wrong method, Body bounds a request body,
// Client tells the address a limit keys on. Nothing here knows a tenant, a
// dialog or a page.
package gate

import (
	"log/slog"
	"net/http"
	"time"

	"golang.org/x/time/rate"
)

// Options configure a Gate. The zero value is a gate for a program that faces
// its clients directly.
type Options struct {
	// Trusted are the proxies whose X-Forwarded-For is believed (A17).
	Trusted Proxies
	// Secure says that residents reach the program over https, so that HSTS
	// and __Host- cookies make sense.
	Secure bool
	// Unlimited lifts the limits per address and device (MADOGUCHI_LIMITS=off).
	Unlimited bool
	// Ancestors are the origins that may frame the resident's pages, such as
	// the city's own home page; none by default.
	Ancestors []string
	Log       *slog.Logger
	Clock     func() time.Time
}

// Gate is the shared entrance. It is safe for concurrent use.
type Gate struct {
	opts      Options
	addresses *Limiter
	policy    string
}

// Requests per address: a city hall's or a carrier's shared address may stand
// for many people, so the burst is wide and the steady rate stops only floods.
const (
	addressRate  = 30 // a second
	addressBurst = 300
	// maxClients bounds the memory of a limiter: about 160 bytes a client.
	maxClients = 50_000
)

// New returns a Gate.
func New(opts Options) *Gate {
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.Clock == nil {
		opts.Clock = time.Now
	}
	g := &Gate{opts: opts, policy: contentPolicy(opts.Ancestors)}
	g.addresses = g.Limiter(addressRate, addressBurst)
	return g
}

// Limiter returns a limiter on the gate's clock; one that lets everything pass
// if the gate is unlimited.
func (g *Gate) Limiter(perSecond float64, burst int) *Limiter {
	if g.opts.Unlimited {
		return nil
	}
	return NewLimiter(rate.Limit(perSecond), burst, maxClients, g.opts.Clock)
}

// Unlimited reports whether the limits per address and device are lifted.
func (g *Gate) Unlimited() bool { return g.opts.Unlimited }

// Secure reports whether residents reach the program over https.
func (g *Gate) Secure() bool { return g.opts.Secure }

// Client returns the address a request came from: the peer's, unless the peer
// is a trusted proxy (A17).
func (g *Gate) Client(r *http.Request) string { return g.opts.Trusted.Client(r) }

// Wrap puts the whole entrance before next.
func (g *Gate) Wrap(next http.Handler) http.Handler {
	return g.identify(g.limit(g.headers(next)))
}

// limit refuses an address that asks too often.
func (g *Gate) limit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !g.addresses.Allow(g.Client(r)) {
			TooMany(w)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// TooMany answers 429.
func TooMany(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "5")
	Refuse(w, http.StatusTooManyRequests, "too_many_requests", "too many requests; wait a few seconds and try again")
}
