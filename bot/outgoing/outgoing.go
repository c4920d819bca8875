// Package outgoing decides which addresses the program may call when somebody
// has typed them into a setting, and makes the client that calls them (abuse
// case A35). It knows nobody.
//
//	setting ── Check ──▶ *url.URL ── Client ──▶ *http.Client
//	             form of the address      the network address, after the name was resolved
//
// A name can lead anywhere, and elsewhere tomorrow (DNS rebinding), so what
// counts is the network address that is dialled, looked at when it is dialled.
// Nothing is followed to another address.
package outgoing

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"code.dny.dev/ssrf"
)

// Trust says whose setting an address is.
type Trust int

// The trusts. The zero value trusts least.
const (
	// Tenant may name public addresses, over https.
	Tenant Trust = iota
	// Operator, who runs the machine, may also name loopback and private
	// addresses, over http too: a model server in the town hall's own network.
	Operator
)

// ErrAddress marks an address that may not be called.
var ErrAddress = errors.New("this address may not be called")

// Check reads an address. The error says what is wrong with it, without the
// address itself: it may hold a password.
func Check(raw string, by Trust) (*url.URL, error) {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: it cannot be read", ErrAddress)
	case u.Scheme != "https" && (u.Scheme != "http" || by != Operator):
		return nil, fmt.Errorf("%w: it must begin with https://", ErrAddress)
	case u.Hostname() == "" || u.Opaque != "":
		return nil, fmt.Errorf("%w: it names no server", ErrAddress)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("%w: it must be server and path alone", ErrAddress)
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if ip, err := netip.ParseAddr(host); err == nil {
		if err := allowed(ip, by, u.Scheme); err != nil {
			return nil, err
		}
	} else if by != Operator && (host == "localhost" || strings.HasSuffix(host, ".localhost")) {
		return nil, fmt.Errorf("%w: it is this machine", ErrAddress)
	}
	return u, nil
}

// public refuses what the registries of IANA set aside for special purposes.
var public = ssrf.New(ssrf.WithAnyPort())

func allowed(ip netip.Addr, by Trust, scheme string) error {
	if by == Tenant {
		// The mapped form of an IPv4 address is refused as it is.
		if err := public.SafeAddr(ip); err != nil || ip.Zone() != "" {
			return fmt.Errorf("%w: it is not on the public internet", ErrAddress)
		}
		return nil
	}
	ip = ip.Unmap()
	switch {
	// Link-local is where clouds keep the machine's own credentials.
	case ip.IsUnspecified(), ip.IsMulticast(), ip.IsLinkLocalUnicast(), ip == netip.AddrFrom4([4]byte{255, 255, 255, 255}):
		return fmt.Errorf("%w: it is no server's", ErrAddress)
	case scheme == "http" && !ip.IsLoopback() && !ip.IsPrivate():
		return fmt.Errorf("%w: beyond the own network it must begin with https://", ErrAddress)
	}
	return nil
}

// connectWithin bounds connecting; the whole call is bounded by its context.
const connectWithin = 2 * time.Second

// Client calls an address that Check has read. It follows no redirect, uses no
// proxy, and cuts a response at limit bytes with an error.
func Client(u *url.URL, by Trust, limit int64) *http.Client {
	scheme := u.Scheme
	dialer := &net.Dialer{
		Timeout: connectWithin,
		ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
			to, err := netip.ParseAddrPort(address)
			if err != nil {
				return fmt.Errorf("%w: it cannot be read", ErrAddress)
			}
			return allowed(to.Addr(), by, scheme)
		},
	}
	return &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return fmt.Errorf("%w: it leads to another", ErrAddress)
		},
		Transport: limited{limit, &http.Transport{
			DialContext:            dialer.DialContext,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:    connectWithin,
			ForceAttemptHTTP2:      true,
			DisableCompression:     true, // so that limit counts what came
			MaxIdleConnsPerHost:    8,
			IdleConnTimeout:        time.Minute,
			MaxResponseHeaderBytes: 64 << 10,
		}},
	}
}

// ErrHuge says that a response was longer than the limit.
var ErrHuge = errors.New("the response is too long")

type limited struct {
	limit int64
	http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (l limited) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := l.RoundTripper.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	res.Body = &limitedBody{res.Body, l.limit}
	return res, nil
}

type limitedBody struct {
	io.ReadCloser
	left int64
}

// Read implements io.Reader.
func (b *limitedBody) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, ErrHuge
	}
	// One byte more than is left tells a response of just the limit from more.
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return n - 1, ErrHuge
	}
	return n, err
}
