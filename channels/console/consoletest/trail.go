package consoletest

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"

	"madoguchi/channels/console"
	"madoguchi/store"
	"madoguchi/store/audit"
)

// trail sees to it that whatever staff do stands in the audit log: a form that
// was taken leaves a row that says who and whence, unless its page says that it
// is quiet. It looks at every form of every test that uses this package, and when
// the test ends it proves the chain.
type trail struct {
	site  *Site
	db    *store.DB
	pages map[string]console.Page // POST, by pattern

	mu       sync.Mutex
	taken    map[string]int
	recorded map[string]int
}

func (s *Site) follow(t testing.TB, db *store.DB, k *console.Console, next http.Handler) http.Handler {
	f := &trail{site: s, db: db, pages: map[string]console.Page{}, taken: map[string]int{}, recorded: map[string]int{}}
	for _, p := range k.Routes() {
		if p.Method == http.MethodPost {
			f.pages[console.Base+p.Path] = p
		}
	}
	t.Cleanup(func() { f.close(t) })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			next.ServeHTTP(w, r)
			return
		}
		session, err := s.Session(r.Context(), secretOf(r))
		before := f.rows(session)
		answer := &status{ResponseWriter: w, code: http.StatusOK}
		next.ServeHTTP(answer, r)
		p, known := f.pages[r.Pattern]
		if err != nil || !known || p.Quiet || !done(answer) {
			return
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		f.taken[p.Path]++
		if f.rows(session) > before {
			f.recorded[p.Path]++
		}
	})
}

// done reports whether a form was taken: it led on, or gave a file. A page that
// only comes back asks something more.
func done(answer *status) bool {
	return answer.code == http.StatusSeeOther ||
		answer.code == http.StatusOK && !strings.HasPrefix(answer.Header().Get("Content-Type"), "text/html")
}

func secretOf(r *http.Request) string {
	c, err := r.Cookie("madoguchi-console")
	if err != nil {
		return ""
	}
	return c.Value
}

// rows counts what the log has of a person, with whence.
func (f *trail) rows(s console.Session) (n int) {
	if s.Tenant == "" {
		return 0
	}
	_ = f.db.View(context.Background(), s.Tenant, func(tx *store.Tx) error {
		list, err := audit.List(tx, audit.Filter{Who: s.Account.ID, Limit: 1 << 20})
		for _, e := range list {
			if strings.Contains(e.Detail, `"origin":`) {
				n++
			}
		}
		return err
	})
	return n
}

func (f *trail) close(t testing.TB) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for path, n := range f.taken {
		if f.recorded[path] == 0 {
			t.Errorf("POST /%s was taken %d times and never stood in the audit log with who and whence", path, n)
		}
	}
	for _, tenant := range []string{Tenant, Other} {
		if f.site.tampered {
			break
		}
		for {
			n, err := audit.SealPending(context.Background(), f.db, tenant)
			if err != nil || n == 0 {
				break
			}
		}
		r, err := audit.Verify(context.Background(), f.db, tenant)
		if err != nil {
			t.Logf("the chain of %s could not be looked at: %v", tenant, err) // a test that broke its database
		} else if r.Breach != nil {
			t.Errorf("the chain of %s: %s", tenant, r.Breach)
		}
	}
}

// status remembers how a request was answered.
type status struct {
	http.ResponseWriter
	code int
}

func (s *status) WriteHeader(code int) {
	s.code = code
	s.ResponseWriter.WriteHeader(code)
}

// Unwrap lets http.ResponseController reach the connection.
func (s *status) Unwrap() http.ResponseWriter { return s.ResponseWriter }
