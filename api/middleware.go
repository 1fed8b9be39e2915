package api

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
)

// fixedHeaders are the response headers that are the same every time. Each is a slice of length and capacity one made
// once and shared by all responses: adding to one copies it.
type fixedHeaders struct {
	nosniff, referrer, anyOrigin, exposed, vary []string
}

func newFixedHeaders() fixedHeaders {
	return fixedHeaders{
		nosniff:   []string{"nosniff"},
		referrer:  []string{"no-referrer"},
		anyOrigin: []string{"*"},
		exposed:   []string{"ETag, Link, Location, Retry-After, X-Request-Id"},
		vary:      []string{"Accept-Encoding"},
	}
}

// around is the only middleware: it opens and closes every request.
func (g *Gate) around(c *gin.Context) {
	start := time.Now()
	r := c.Request
	h := c.Writer.Header()
	id := requestID(r)
	h["X-Request-Id"] = id
	h["X-Content-Type-Options"] = g.headers.nosniff
	h["Referrer-Policy"] = g.headers.referrer
	h["Access-Control-Allow-Origin"] = g.headers.anyOrigin
	h["Access-Control-Expose-Headers"] = g.headers.exposed
	h["Vary"] = g.headers.vary
	body := r.Body
	if r.ContentLength != 0 {
		g.limitBody(c)
	}
	var zip *zipWriter
	if wantsGzip(r) {
		zip = newZipWriter(c)
	}
	defer g.close(c, start, zip)
	c.Next()
	if len(c.Errors) > 0 && !c.Writer.Written() {
		writeProblem(c, problemOf(c.Errors.Last().Err))
	}
	if c.Writer.Status() == http.StatusRequestEntityTooLarge {
		drain(c, body)
	}
}

// close ends a request whichever way it went: finishes compression, turns a panic into a problem, counts and logs.
func (g *Gate) close(c *gin.Context, start time.Time, zip *zipWriter) {
	crashed := recover()
	if crashed != nil && crashed != http.ErrAbortHandler {
		_ = c.Error(fmt.Errorf("panic: %v\n%s", crashed, debug.Stack()))
		if !c.Writer.Written() {
			writeProblem(c, problemOf(nil))
			crashed = nil
		}
	}
	if zip != nil {
		zip.finish(c)
	}
	took := time.Since(start)
	status := c.Writer.Status()
	g.meter.observe(c.Request.Method, c.FullPath(), status, took)
	g.logRequest(c, status, took)
	if crashed != nil {
		// Half an answer is out: cut the connection, so that the client does not take it for a whole one.
		panic(http.ErrAbortHandler)
	}
}

// requestID is the client's X-Request-Id if it has a decent shape, else a new one. The slice serves as header value of
// both request and response, so that whoever holds the request can name it.
func requestID(r *http.Request) []string {
	if given := r.Header["X-Request-Id"]; len(given) == 1 && validID(given[0]) {
		return given
	}
	const digits = 13
	var buf [digits]byte
	id := strconv.AppendUint(buf[:0], rand.Uint64(), 36)
	made := []string{string(id)}
	r.Header["X-Request-Id"] = made
	return made
}

// validID accepts letters, digits, '-' and '_' — no dot, so that no position fits in.
func validID(s string) bool {
	if len(s) == 0 || len(s) > 64 {
		return false
	}
	for i := range len(s) {
		b := s[i]
		if !(b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '-' || b == '_') {
			return false
		}
	}
	return true
}
