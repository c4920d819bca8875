package mail_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// relay is a real SMTP server that keeps what it accepts. A test may make it
// answer as it likes.
type relay struct {
	addr   string
	secure bool // offers a login

	mu     sync.Mutex
	boxes  []delivered
	onRcpt func(n int, to string) error // n counts recipients from 1
	onData func(n int) error            // n counts letters from 1, after they were read
	rcpts  int
	datas  int
	logins []string
}

// delivered is one accepted letter.
type delivered struct {
	from, to string
	raw      []byte
}

func newRelay(t *testing.T, with func(*relay)) *relay {
	t.Helper()
	r := &relay{}
	if with != nil {
		with(r)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r.addr = l.Addr().String()
	s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) {
		if r.secure {
			return &login{session{relay: r}}, nil
		}
		return &session{relay: r}, nil
	}))
	s.AllowInsecureAuth = true
	s.ErrorLog = discard{}
	go s.Serve(l)
	t.Cleanup(func() { s.Close() })
	return r
}

type discard struct{}

func (discard) Printf(string, ...any) {}
func (discard) Println(...any)        {}

func (r *relay) received() []delivered {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]delivered(nil), r.boxes...)
}

type session struct {
	relay    *relay
	from, to string
}

func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.from = from
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.relay.mu.Lock()
	s.relay.rcpts++
	n, answer := s.relay.rcpts, s.relay.onRcpt
	s.relay.mu.Unlock()
	s.to = to
	if answer != nil {
		return answer(n, to)
	}
	return nil
}

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.relay.mu.Lock()
	s.relay.datas++
	n, answer := s.relay.datas, s.relay.onData
	s.relay.mu.Unlock()
	if answer != nil {
		if err := answer(n); err != nil {
			return err
		}
	}
	s.relay.mu.Lock()
	defer s.relay.mu.Unlock()
	s.relay.boxes = append(s.relay.boxes, delivered{s.from, s.to, raw})
	return nil
}

// login is a session that knows a password.
type login struct{ session }

func (*login) AuthMechanisms() []string { return []string{sasl.Plain} }

func (l *login) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, pass string) error {
		l.relay.mu.Lock()
		defer l.relay.mu.Unlock()
		l.relay.logins = append(l.relay.logins, user+":"+pass)
		if pass != "secret" {
			return errors.New("no")
		}
		return nil
	}), nil
}

// read is a letter as a mail program sees it.
type read struct {
	mail.Header
	text     string
	calendar string
	method   string
}

func parse(t *testing.T, raw []byte) read {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	out := read{Header: m.Header}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(kind, "multipart/") {
		out.text = decode(t, m.Header.Get("Content-Transfer-Encoding"), m.Body)
		return out
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for {
		p, err := parts.NextRawPart()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		kind, params, err := mime.ParseMediaType(p.Header.Get("Content-Type"))
		if err != nil {
			t.Fatal(err)
		}
		body := decode(t, p.Header.Get("Content-Transfer-Encoding"), p)
		switch kind {
		case "text/plain":
			out.text = body
		case "text/calendar":
			out.calendar, out.method = body, params["method"]
		default:
			t.Errorf("a part of kind %s", kind)
		}
	}
}

func decode(t *testing.T, encoding string, r io.Reader) string {
	t.Helper()
	if encoding == "base64" {
		r = base64.NewDecoder(base64.StdEncoding, r)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(b), "\r\n", "\n")
}

// decoded is a header in words, as net/mail reads it.
func (r read) decoded(t *testing.T, name string) string {
	t.Helper()
	s, err := new(mime.WordDecoder).DecodeHeader(r.Get(name))
	if err != nil {
		t.Fatal(err)
	}
	return s
}
