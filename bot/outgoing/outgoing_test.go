package outgoing_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"madoguchi/bot/outgoing"
)

// What may be configured, by a tenant and by the operator.
func TestAddresses(t *testing.T) {
	for _, c := range []struct {
		address          string
		tenant, operator bool
	}{
		{"https://api.example.com/v1", true, true},
		{"https://203.0.114.7:8443/v1", true, true},
		{"https://[2606:4700::1111]/v1", true, true},
		{"http://api.example.com/v1", false, true}, // looked at when it is dialled
		{"http://203.0.114.7/v1", false, false},
		{"https://127.0.0.1/v1", false, true},
		{"http://127.0.0.1:11434/v1", false, true},
		{"http://[::1]:11434/v1", false, true},
		{"https://localhost/v1", false, true},
		{"https://LOCALHOST./v1", false, true},
		{"https://a.localhost/v1", false, true},
		{"https://10.1.2.3/v1", false, true},
		{"http://192.168.0.9/v1", false, true},
		{"https://172.16.0.1/v1", false, true},
		{"https://100.64.0.1/v1", false, true},
		{"https://[fd00::1]/v1", false, true},
		{"https://[::ffff:10.0.0.1]/v1", false, true},
		{"https://[::ffff:169.254.169.254]/", false, false},
		{"https://[64:ff9b::7f00:1]/v1", false, true},
		{"https://169.254.169.254/latest", false, false},
		{"http://169.254.169.254/latest", false, false},
		{"https://[fe80::1]/", false, false},
		{"https://[fe80::1%25eth0]/", false, false},
		{"https://0.0.0.0/", false, false},
		{"https://[::]/", false, false},
		{"https://255.255.255.255/", false, false},
		{"https://224.0.0.1/", false, false},
		{"https://user:secret@api.example.com/v1", false, false},
		{"https://api.example.com/v1?key=secret", false, false},
		{"https://api.example.com/v1#x", false, false},
		{"file:///etc/passwd", false, false},
		{"gopher://api.example.com/", false, false},
		{"https:api.example.com", false, false},
		{"//api.example.com", false, false},
		{"api.example.com", false, false},
		{"https://", false, false},
		{"https://%zz/", false, false},
		{"", false, false},
	} {
		for by, want := range map[outgoing.Trust]bool{outgoing.Tenant: c.tenant, outgoing.Operator: c.operator} {
			_, err := outgoing.Check(c.address, by)
			if (err == nil) != want {
				t.Errorf("%q by %d: %v, want allowed %v", c.address, by, err, want)
			}
			if err != nil && (!errors.Is(err, outgoing.ErrAddress) || strings.Contains(err.Error(), "secret")) {
				t.Errorf("%q by %d: %v", c.address, by, err)
			}
		}
	}
}

// A name that leads inside is refused when it is dialled, in whatever way it is
// written, and nothing is sent.
func TestNamesThatLeadInside(t *testing.T) {
	called := false
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true }))
	defer server.Close()
	_, port, _ := strings.Cut(strings.TrimPrefix(server.URL, "https://"), ":")
	for _, host := range []string{"localhost", "127.0.0.1", "2130706433", "127.1", "0x7f000001", "[::1]", "0"} {
		u := &url.URL{Scheme: "https", Host: host + ":" + port} // as if Check had let it pass
		res, err := get(outgoing.Client(u, outgoing.Tenant, 100), u.String())
		if err == nil {
			res.Body.Close()
			t.Errorf("%s was called", host)
		}
	}
	// A name resolves to the same address, and there the answer must be ours.
	u := &url.URL{Scheme: "https", Host: "localhost:" + port}
	if _, err := get(outgoing.Client(u, outgoing.Tenant, 100), u.String()); !errors.Is(err, outgoing.ErrAddress) {
		t.Errorf("localhost: %v", err)
	}
	if called {
		t.Error("a request reached the server")
	}
}

// The operator's own server is called, redirects are not followed, and no
// response is longer than the limit.
func TestClient(t *testing.T) {
	body := strings.Repeat("x", 100)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the redirect was followed") }))
	defer elsewhere.Close()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/moved" {
			http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
			return
		}
		_, _ = io.WriteString(w, body)
	}))
	defer server.Close()
	u, err := outgoing.Check(server.URL, outgoing.Operator)
	if err != nil {
		t.Fatal(err)
	}
	for limit, want := range map[int64]error{99: outgoing.ErrHuge, 100: nil, 101: nil} {
		res, err := get(outgoing.Client(u, outgoing.Operator, limit), server.URL)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(res.Body)
		res.Body.Close()
		if !errors.Is(err, want) || int64(len(got)) > limit {
			t.Errorf("limit %d: %d bytes, %v", limit, len(got), err)
		}
	}
	if _, err := get(outgoing.Client(u, outgoing.Operator, 100), server.URL+"/moved"); !errors.Is(err, outgoing.ErrAddress) {
		t.Errorf("a redirect: %v", err)
	}
}

func get(c *http.Client, address string) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	res, err := c.Do(r)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(res.Body)
	res.Body.Close()
	res.Body = io.NopCloser(&replay{strings.NewReader(string(data)), err})
	return res, nil
}

// replay reads what was read before, with the error that ended it.
type replay struct {
	r   io.Reader
	err error
}

func (r *replay) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	if err == io.EOF && r.err != nil {
		err = r.err
	}
	return n, err
}
