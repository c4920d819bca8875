package gate

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
)

// Fault is a request that cannot be served, as the caller is told about it.
// Message is for a developer: plain English, naming the field and what to do,
// and never repeating what was sent.
type Fault struct {
	Status  int    `json:"-"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

func (f *Fault) Error() string { return f.Code + ": " + f.Message }

// Refuse writes {"error":{"code":…,"message":…}}.
func Refuse(w http.ResponseWriter, status int, code, message string) {
	RefuseFault(w, &Fault{status, code, message})
}

// RefuseFault writes f as Refuse does.
func RefuseFault(w http.ResponseWriter, f *Fault) {
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Del("ETag")
	w.WriteHeader(f.Status)
	_ = json.NewEncoder(w).Encode(struct { // the client may be gone; nothing to do about it
		Error *Fault `json:"error"`
	}{f})
}

// Body reads a request body of at most limit bytes. The error is a *Fault: 413
// if the body is larger, 400 if it could not be read.
func Body(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	if r.ContentLength > limit {
		return nil, tooLarge
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return nil, tooLarge
		}
		return nil, &Fault{http.StatusBadRequest, "bad_body", "the request body could not be read"}
	}
	return body, nil
}

var tooLarge = &Fault{http.StatusRequestEntityTooLarge, "too_large", "the request body is too large"}

// Methods answers each method with its handler, HEAD with GET's, OPTIONS with
// the list, and any other with a JSON 405.
type Methods map[string]http.HandlerFunc

func (m Methods) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h, ok := m[r.Method]
	if !ok && r.Method == http.MethodHead {
		h, ok = m[http.MethodGet]
	}
	if ok {
		h(w, r)
		return
	}
	w.Header().Set("Allow", m.allow())
	if r.Method == http.MethodOptions {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	Refuse(w, http.StatusMethodNotAllowed, "method_not_allowed", "this address answers only "+m.allow())
}

func (m Methods) allow() string {
	names := make([]string, 0, len(m)+2)
	for name := range m {
		names = append(names, name)
	}
	if _, ok := m[http.MethodGet]; ok {
		names = append(names, http.MethodHead)
	}
	names = append(names, http.MethodOptions)
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// NotFound answers 404; it is for the root of the program's mux.
func NotFound(w http.ResponseWriter, _ *http.Request) {
	Refuse(w, http.StatusNotFound, "not_found", "there is nothing at this address")
}
