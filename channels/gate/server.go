package gate

import (
	"log/slog"
	"net/http"
	"time"
)

// Server returns an http.Server with limits that a slow or half-open client
// runs into before it costs anything (A40): headers within 5 s and 32 KiB, the
// whole request within 15 s. A hijacked websocket keeps deadlines of its own.
func Server(handler http.Handler, log *slog.Logger) *http.Server {
	s := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       75 * time.Second,
		MaxHeaderBytes:    32 << 10,
	}
	if log != nil {
		s.ErrorLog = slog.NewLogLogger(log.Handler(), slog.LevelDebug)
	}
	return s
}
