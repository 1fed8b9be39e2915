package api

import (
	"context"
	"errors"
	"log"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Listener is one address to serve at.
type Listener struct {
	net.Listener
	// Mark, if set, is applied to the context of every connection. The unix socket in the data folder marks its callers
	// as local administrators this way: once per connection, nothing per request.
	Mark func(context.Context) context.Context
}

type localAdminKey struct{}

// WithLocalAdmin marks a context as that of somebody who can open the socket in the data folder, and so could open the
// database itself.
func WithLocalAdmin(ctx context.Context) context.Context {
	return context.WithValue(ctx, localAdminKey{}, true)
}

// IsLocalAdmin says whether a request came through that socket. Domains cannot import this package: they are given
// this function where they are wired.
func IsLocalAdmin(ctx context.Context) bool {
	marked, _ := ctx.Value(localAdminKey{}).(bool)
	return marked
}

// Serve answers at all listeners until ctx ends, then stops: /readyz turns 503 at once, new connections are refused, and
// requests under way have the drain time to finish before they are cut. It returns nil after a clean stop, an error if
// a listener failed or requests had to be cut.
func (g *Gate) Serve(ctx context.Context, drain time.Duration, listeners ...Listener) error {
	requests, endRequests := context.WithCancel(context.WithoutCancel(ctx))
	defer endRequests()
	failed := make(chan error, len(listeners))
	servers := make([]*http.Server, len(listeners))
	for i, l := range listeners {
		servers[i] = g.server(requests, l)
		go func() { failed <- servers[i].Serve(l) }()
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	g.draining.Store(true)
	patience, done := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer done()
	for _, s := range servers {
		if stopErr := s.Shutdown(patience); stopErr != nil {
			endRequests()
			err = errors.Join(err, s.Close(), errors.New("requests still under way after the drain time were cut"))
		}
	}
	return err
}

// server bounds what a slow or idle client can hold. A handler that streams for long sets its own deadlines through
// http.NewResponseController.
func (g *Gate) server(requests context.Context, l Listener) *http.Server {
	s := &http.Server{
		Handler:           g.Handler(),
		ReadHeaderTimeout: 10 * time.Second,
		WriteTimeout:      2 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		BaseContext:       func(net.Listener) context.Context { return requests },
		ErrorLog:          log.New(coarseWriter{g.log.With(slog.String("at", l.Addr().Network()))}, "", 0),
	}
	if l.Mark != nil {
		s.ConnContext = func(ctx context.Context, _ net.Conn) context.Context { return l.Mark(ctx) }
	}
	return s
}
