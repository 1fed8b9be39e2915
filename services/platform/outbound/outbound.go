// Package outbound is the one way by which the platform calls other servers:
// routing services, webhooks, harvested feeds. Addresses come from operators
// and agencies, so a call must not reach into the operator's own network:
// private addresses are refused when the connection is made, after the name
// was resolved, unless the operator allows their range.
package outbound

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// MaxAnswer is how many bytes of an answer ReadAll takes.
const MaxAnswer = 16 << 20

// ErrRefused is found in the error of a call to an address that is not allowed.
var ErrRefused = errors.New("the address lies in a private network that is not allowed")

// NewClient makes a client with a time limit for the whole call. Redirects to
// another host are refused. allow lists private ranges that may be called.
func NewClient(timeout time.Duration, allow []netip.Prefix) *http.Client {
	dialer := &net.Dialer{Timeout: 5 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		return check(address, allow)
	}}
	return &http.Client{
		Timeout: timeout,
		// No proxy: it would resolve names out of sight of the check.
		Transport: &http.Transport{DialContext: dialer.DialContext, MaxIdleConnsPerHost: 16, IdleConnTimeout: 90 * time.Second, ForceAttemptHTTP2: true},
		CheckRedirect: func(next *http.Request, via []*http.Request) error {
			if next.URL.Host != via[0].URL.Host {
				return fmt.Errorf("redirected from %s to another host, %s", via[0].URL.Host, next.URL.Host)
			}
			if len(via) >= 5 {
				return errors.New("redirected more than 5 times")
			}
			return nil
		},
	}
}

// check refuses an address that is neither public nor allowed.
func check(address string, allow []netip.Prefix) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("address %q: %w", address, err)
	}
	ip := at.Addr().Unmap()
	for _, p := range allow {
		if p.Contains(ip) {
			return nil
		}
	}
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || shared(ip) {
		return fmt.Errorf("%s: %w", ip, ErrRefused)
	}
	return nil
}

// shared are ranges that are neither public nor named private by netip:
// carrier-grade NAT, benchmarking, and the forms that embed an IPv4 address.
func shared(ip netip.Addr) bool {
	for _, p := range [...]string{"100.64.0.0/10", "192.0.0.0/24", "198.18.0.0/15", "240.0.0.0/4", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16"} {
		if netip.MustParsePrefix(p).Contains(ip) {
			return true
		}
	}
	return false
}

// ReadAll reads an answer's body up to MaxAnswer, and closes it.
func ReadAll(body io.ReadCloser) ([]byte, error) {
	defer body.Close()
	b, err := io.ReadAll(io.LimitReader(body, MaxAnswer+1))
	if err == nil && len(b) > MaxAnswer {
		err = fmt.Errorf("the answer is larger than %d bytes", MaxAnswer)
	}
	return b, err
}
