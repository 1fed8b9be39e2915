// Package api is the gate: the one door through which every request comes in. It knows HTTP and no domain.
//
// It owns what all routes share — request ids, logs and metrics, problem documents, cross-origin rules, compression,
// the OpenAPI document with its reference, health, pages and the graceful stop — so that a domain writes only its own
// routes. A domain mounts itself with
//
//	func (s *Service) Routes(r gin.IRouter, a huma.API)
//
// and never imports this package. Typed huma handlers return an *errs.Error; plain gin handlers call c.Error(err) and
// return. Both become application/problem+json here, in one place (problem.go).
//
// The gate stands on the path where microseconds count: one middleware does all of it, labels of metrics are resolved
// once per route, and a request that needs no log line builds none.
package api

import (
	"context"
	"errors"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
)

// Config is what the gate is given at start. Only PublicURL is required.
type Config struct {
	Logger    *slog.Logger         // default: slog.Default()
	PublicURL string               // "https://fujin.example", no slash at the end: links, examples, redirects; never the Host header
	Version   string               // of the program, shown in the OpenAPI document
	Registry  *prometheus.Registry // default: a new one with the Go and process collectors
	Web       fs.FS                // the built pages, index.html (or placeholder.html) at the top; nil serves none
	Settings  Settings             // what the pages are told of this installation
	Ready     []Check              // all must pass for /readyz
	MaxBody   int64                // bytes of a request body; default 1 MiB. An operation's MaxBodyBytes takes its place
	// PlaceHead gives what the head of the page /p/{id} tells search engines of the place, in place of the page's own
	// description, in the language that the Accept-Language header accept wants; nil, or an error: nothing.
	PlaceHead func(ctx context.Context, id, accept string) (template.HTML, error)
	Slow      time.Duration // a request that takes longer is logged as a warning; default 1 s
}

// Check is one condition of readiness. Ready returns nil or says what is missing, in words fit for a stranger.
type Check struct {
	Name  string
	Ready func() error
}

// Gate is the HTTP side of the program, ready to have domains mounted on it.
type Gate struct {
	config   Config
	log      *slog.Logger
	engine   *gin.Engine
	api      huma.API
	headers  fixedHeaders
	meter    *meter
	limits   map[routeKey]int64 // of request bodies, where a route has its own
	draining atomic.Bool
	handler  func() http.Handler
}

// New builds the gate with its own routes. Mount domains on Engine and API, then take Handler or call Serve.
func New(config Config) (*Gate, error) {
	if err := config.fill(); err != nil {
		return nil, err
	}
	hookHuma()
	gin.SetMode(gin.ReleaseMode)
	g := &Gate{config: config, log: config.Logger, headers: newFixedHeaders()}
	g.meter = newMeter(config.Registry)
	g.engine = gin.New()
	g.engine.HandleMethodNotAllowed = true
	g.engine.RedirectTrailingSlash = false
	g.engine.RedirectFixedPath = false
	g.engine.ContextWithFallback = true
	if err := g.engine.SetTrustedProxies(nil); err != nil {
		return nil, err
	}
	g.engine.Use(g.around)
	g.engine.NoRoute(noRoute)
	g.engine.NoMethod(noMethod)
	g.api = humagin.New(g.engine, g.openAPIConfig())
	g.api.UseMiddleware(strictQuery)
	g.handler = sync.OnceValue(g.build)
	g.mountHealth()
	g.mountDocs()
	g.mountSettings()
	if err := g.mountPages(); err != nil {
		return nil, err
	}
	return g, nil
}

func (c *Config) fill() error {
	if c.PublicURL == "" {
		return errors.New("api: PublicURL is empty")
	}
	c.PublicURL = strings.TrimRight(c.PublicURL, "/")
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if c.Registry == nil {
		c.Registry = newRegistry()
	}
	if c.MaxBody == 0 {
		c.MaxBody = 1 << 20
	}
	if c.Slow == 0 {
		c.Slow = time.Second
	}
	return nil
}

// Engine is the router for plain gin handlers.
func (g *Gate) Engine() *gin.Engine { return g.engine }

// API is where typed operations register; its OpenAPI document also takes the description of plain handlers
// (API().OpenAPI().AddOperation).
func (g *Gate) API() huma.API { return g.api }

// PublicURL is the address under which people reach this server, without a slash at the end.
func (g *Gate) PublicURL() string { return g.config.PublicURL }

// Handler closes the route table and returns the handler to serve; routes added later have no metrics of their own.
func (g *Gate) Handler() http.Handler { return g.handler() }

func (g *Gate) build() http.Handler {
	g.meter.resolve(g.engine.Routes())
	g.limits = readBodyLimits(g.api.OpenAPI())
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Method {
		case http.MethodHead:
			// net/http still sees HEAD in its own copy and sends no body.
			get := *r
			get.Method = http.MethodGet
			r = &get
		case http.MethodOptions:
			if preflight(w, r) {
				return
			}
		}
		g.engine.ServeHTTP(w, r)
	})
}
