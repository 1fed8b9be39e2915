package org

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// How often one address may enter a key: a handful at once for typing errors, then one in three seconds.
const (
	attemptsAtOnce = 10
	attemptEvery   = 3 * time.Second
	maxAddresses   = 10_000 // remembered at a time
)

// attempts limits how often an address may do something.
type attempts struct {
	now func() time.Time
	mu  sync.Mutex
	of  map[string]*rate.Limiter
}

func newAttempts(now func() time.Time) *attempts {
	return &attempts{now: now, of: map[string]*rate.Limiter{}}
}

// take uses up one attempt of the client at an address (host:port) and returns 0, or how long to wait for the next one.
func (a *attempts) take(address string) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	now, key := a.now(), client(address)
	limiter := a.of[key]
	if limiter == nil {
		if len(a.of) >= maxAddresses {
			a.forget(now)
		}
		limiter = rate.NewLimiter(rate.Every(attemptEvery), attemptsAtOnce)
		a.of[key] = limiter
	}
	if limiter.AllowN(now, 1) {
		return 0
	}
	return time.Duration((1 - limiter.TokensAt(now)) * float64(attemptEvery))
}

// forget drops who has all attempts back; if that is nobody, the crowd is an attack from many addresses, and memory
// matters more than any of them.
func (a *attempts) forget(now time.Time) {
	for key, limiter := range a.of {
		if limiter.TokensAt(now) >= attemptsAtOnce {
			delete(a.of, key)
		}
	}
	if len(a.of) >= maxAddresses {
		clear(a.of)
	}
}

// client is who stands behind an address: an IPv6 customer has a whole /64 of them.
func client(address string) string {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return address
	}
	ip := at.Addr().Unmap()
	if ip.Is6() {
		return netip.PrefixFrom(ip, 64).Masked().String()
	}
	return ip.String()
}
