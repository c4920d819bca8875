package gate

import (
	"bufio"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
)

type requestKey struct{}

// RequestID returns the id of the request ctx belongs to, "" outside one. It
// ties a line of the log to the reference a caller was shown.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}

// identify gives the request an id, writes the access log and turns a panic
// into a 500 that tells nothing but the id (A40).
//
// The log names the route, not the path, and the caller's network, not the
// address: paths carry one-time tokens, addresses point at people (S4-092).
func (g *Gate) identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := rand.Text()[:13]
		r = r.WithContext(context.WithValue(r.Context(), requestKey{}, id))
		w.Header().Set("X-Request-Id", id)
		rec := &recorder{ResponseWriter: w}
		start := g.opts.Clock()
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler {
					panic(p)
				}
				// The value may quote what the resident wrote; its type and the
				// stack say where the fault is.
				g.opts.Log.Error("panic while serving", "request", id, "route", r.Pattern,
					"type", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
				if !rec.wrote {
					Broken(rec, r)
				}
			}
			g.opts.Log.LogAttrs(context.Background(), slog.LevelInfo, "request",
				slog.String("request", id), slog.String("method", method(r.Method)), slog.String("route", r.Pattern),
				slog.Int("status", rec.status()), slog.Int64("bytes", rec.bytes),
				slog.String("network", network(g.Client(r))),
				slog.Duration("took", g.opts.Clock().Sub(start)))
		}()
		next.ServeHTTP(rec, r)
	})
}

// Broken answers 500 with the request's id as the reference to give to the
// office, and no detail.
func Broken(w http.ResponseWriter, r *http.Request) {
	Refuse(w, http.StatusInternalServerError, "internal",
		"something went wrong on our side; reference "+RequestID(r.Context()))
}

// method bounds what a caller can write into the log.
func method(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut,
		http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}

// recorder remembers how a request was answered.
type recorder struct {
	http.ResponseWriter
	wrote bool
	code  int
	bytes int64
}

func (r *recorder) WriteHeader(code int) {
	if !r.wrote && code >= 200 {
		r.wrote, r.code = true, code
	}
	r.ResponseWriter.WriteHeader(code)
}

func (r *recorder) Write(b []byte) (int, error) {
	if !r.wrote {
		r.wrote, r.code = true, http.StatusOK
	}
	n, err := r.ResponseWriter.Write(b)
	r.bytes += int64(n)
	return n, err
}

func (r *recorder) status() int {
	if r.code == 0 {
		return http.StatusOK
	}
	return r.code
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// Hijack is for the websocket upgrade, which asks for http.Hijacker itself.
func (r *recorder) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	r.wrote, r.code = true, http.StatusSwitchingProtocols
	return http.NewResponseController(r.ResponseWriter).Hijack()
}

// Flush is for event streams.
func (r *recorder) Flush() { _ = http.NewResponseController(r.ResponseWriter).Flush() }
