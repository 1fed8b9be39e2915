package api

import (
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"
)

// bodyTime is how long a client may take to send a request body. A route that takes large uploads sets its own
// deadline with http.NewResponseController(w).SetReadDeadline.
const bodyTime = 60 * time.Second

// limitBody bounds size and time of a request body. Most requests have none and cost nothing here. The
// local administrator, who could write the database itself, is not bound.
func (g *Gate) limitBody(c *gin.Context) {
	if IsLocalAdmin(c.Request.Context()) {
		return
	}
	limit, ok := g.limits[routeKey{c.Request.Method, c.FullPath()}]
	if !ok {
		limit = g.config.MaxBody
	}
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, limit)
	// Only a recorder in a test has no deadline to set.
	_ = http.NewResponseController(c.Writer).SetReadDeadline(time.Now().Add(bodyTime))
}

// mostDrained is how much of a body that is too large is read away.
const mostDrained = 64 << 20

// drain lets a client that is still sending see the answer: cut off, most would report a broken connection instead of
// the problem.
func drain(c *gin.Context, body io.Reader) {
	c.Writer.Flush()
	_, _ = io.CopyN(io.Discard, body, mostDrained) // whatever comes of it, the answer is given
}

// readBodyLimits takes the limits from the operations of the document that ask for more than the rest: MaxBodyBytes is
// where huma's own handlers say it, and a plain handler that is described there says it the same way.
func readBodyLimits(doc *huma.OpenAPI) map[routeKey]int64 {
	limits := map[routeKey]int64{}
	for _, op := range operations(doc) {
		if op.MaxBodyBytes > 0 {
			limits[routeKey{op.Method, ginPattern(op.Path)}] = op.MaxBodyBytes
		}
	}
	return limits
}
