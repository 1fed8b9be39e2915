package api

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"fujin/services/platform/kernel/errs"
)

// mountHealth adds what an operator's machinery asks for.
func (g *Gate) mountHealth() {
	g.engine.GET("/healthz", func(c *gin.Context) {
		c.Header("Cache-Control", "no-store")
		c.String(http.StatusOK, "ok\n")
	})
	g.engine.GET("/readyz", g.readyz)
	g.engine.GET("/metrics", gin.WrapH(promhttp.HandlerFor(g.config.Registry,
		promhttp.HandlerOpts{DisableCompression: true})))
}

// readyz says whether requests should be sent here: all checks pass and no stop is under way.
func (g *Gate) readyz(c *gin.Context) {
	c.Header("Cache-Control", "no-store")
	if err := g.NotReady(); err != nil {
		c.Header("Retry-After", "1")
		_ = c.Error(err)
		return
	}
	c.String(http.StatusOK, "ready\n")
}

// NotReady is nil, or says what is missing before requests should be sent here.
func (g *Gate) NotReady() error {
	if g.draining.Load() {
		return errs.New(errs.Unavailable, "the server is stopping").WithCode("stopping")
	}
	problem := errs.New(errs.Unavailable, "").WithCode("not_ready")
	for _, check := range g.config.Ready {
		if err := check.Ready(); err != nil {
			problem = problem.WithField("server."+check.Name, "not_ready", "%s", err)
		}
	}
	if len(problem.Fields) == 0 {
		return nil
	}
	missing := make([]string, len(problem.Fields))
	for i, f := range problem.Fields {
		missing[i] = strings.TrimPrefix(f.Location, "server.") + ": " + f.Message
	}
	problem.Message = "not ready: " + strings.Join(missing, "; ")
	return problem
}
