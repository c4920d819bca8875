// Package mail sends what residents who left an address are told about their
// bookings: the confirmation with number, key, place and time (S4-022, S4-041),
// changes, cancellations, and the reminder of the day before.
//
//	notice.Claim ─▶ Writer.Write (the booking as it is now) ─▶ Sender.Send ─▶ notice.Finish
//
// worker.go has this way, write.go the words and the calendar file, send.go the
// talk with the mail server. Nothing here stores a text or an address, and no
// error or log line carries one.
package mail

import (
	"errors"
	"fmt"
	"net/mail"
	"net/url"
	"strconv"
	"strings"
)

// Account is how one municipality sends mail.
type Account struct {
	Server Server
	From   mail.Address // Name may be empty: then letters name their office
}

// Server is a mail server that takes letters for everywhere.
type Server struct {
	Host string
	Port int
	User string // empty: no login
	Pass string
	TLS  TLS
}

// TLS says how a connection is protected.
type TLS string

// The kinds of protection. A password is never sent without it, except to this
// machine itself.
const (
	Offered  TLS = "offered"  // STARTTLS where the server offers it
	Required TLS = "required" // STARTTLS or nothing
	Off      TLS = "off"      // for a relay on the town hall's own network
	Implicit TLS = "implicit" // smtps: TLS from the first byte
)

// errServer does not repeat the address: it may hold a password.
var errServer = errors.New("want smtp://user:password@host:port or smtps://…, with ?tls=required or ?tls=off where needed")

// ParseServer reads the address of a mail server (SMTP_URL).
func ParseServer(address string) (Server, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Opaque != "" || strings.Trim(u.Path, "/") != "" {
		return Server{}, errServer
	}
	s := Server{Host: u.Hostname(), User: u.User.Username()}
	s.Pass, _ = u.User.Password()
	switch u.Scheme {
	case "smtp":
		s.Port, s.TLS = 25, Offered
		if s.User != "" {
			s.Port = 587
		}
	case "smtps":
		s.Port, s.TLS = 465, Implicit
	default:
		return Server{}, errServer
	}
	if p := u.Port(); p != "" {
		if s.Port, err = strconv.Atoi(p); err != nil || s.Port < 1 || s.Port > 65535 {
			return Server{}, errServer
		}
	}
	if t := TLS(u.Query().Get("tls")); t != "" {
		if u.Scheme != "smtp" || t != Offered && t != Required && t != Off {
			return Server{}, errServer
		}
		s.TLS = t
	}
	return s, nil
}

// ParseFrom reads the sender's address (MAIL_FROM): an address, or a name with
// the address in angle brackets.
func ParseFrom(s string) (mail.Address, error) {
	a, err := mail.ParseAddress(s)
	if err != nil {
		return mail.Address{}, fmt.Errorf("%q: want an address such as yoyaku@city.example.jp", s)
	}
	if _, err := deliverable(a.Address); err != nil {
		return mail.Address{}, fmt.Errorf("%q: %w", s, err)
	}
	return *a, nil
}

// errAddress marks an address that mail cannot be sent to. It does not repeat it.
var errAddress = errors.New("not a mail address")

// deliverable checks an address as a resident typed it, so strictly that nothing
// in it can end a line or a header (IPA: mail header injection). Dots where RFC
// 5322 has none, as in a..b.@docomo.ne.jp, are allowed: such addresses of
// Japanese mobile carriers are in use, and are written with a quoted local part.
func deliverable(s string) (*mail.Address, error) {
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at > 64 || len(s) > 254 {
		return nil, errAddress
	}
	for _, r := range s[:at] {
		if !isLetterOrDigit(r) && !strings.ContainsRune(".!#$%&'*+-/=?^_`{|}~", r) {
			return nil, errAddress
		}
	}
	labels := strings.Split(s[at+1:], ".")
	for _, l := range labels {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' {
			return nil, errAddress
		}
		for _, r := range l {
			if !isLetterOrDigit(r) && r != '-' {
				return nil, errAddress
			}
		}
	}
	return &mail.Address{Address: s}, nil
}

func isLetterOrDigit(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}
