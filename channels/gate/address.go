package gate

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
)

// Proxies are the networks of the reverse proxies in front of the program.
type Proxies []netip.Prefix

// ParseProxies reads addresses and networks (10.0.0.1, 10.0.0.0/8, ::1).
func ParseProxies(list []string) (Proxies, error) {
	var p Proxies
	for _, s := range list {
		if a, err := netip.ParseAddr(s); err == nil {
			p = append(p, netip.PrefixFrom(a, a.BitLen()))
			continue
		}
		n, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, fmt.Errorf("trusted proxy %q: want an address or a network such as 10.0.0.0/8", s)
		}
		p = append(p, n.Masked())
	}
	return p, nil
}

func (p Proxies) trusts(a netip.Addr) bool {
	for _, n := range p {
		if n.Contains(a) {
			return true
		}
	}
	return false
}

// Client returns the address of the caller as text. X-Forwarded-For counts only
// when the peer is trusted, and then from its right end: the last address that
// no trusted proxy owns is the one a trusted proxy saw with its own eyes. What
// stands left of it anyone can write (A17).
func (p Proxies) Client(r *http.Request) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr // a unix socket or a test
	}
	addr := peer.Addr().Unmap()
	if !p.trusts(addr) {
		return addr.String()
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		addr = hop.Unmap()
		if !p.trusts(addr) {
			break
		}
	}
	return addr.WithZone("").String()
}

// network returns the part of an address that says where a flood comes from
// without saying who somebody is: /24 of IPv4, /48 of IPv6. It is what the
// access log keeps.
func network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return ""
	}
	bits := 24
	if a.Is6() {
		bits = 48
	}
	n, err := a.Prefix(bits)
	if err != nil {
		return ""
	}
	return n.String()
}
