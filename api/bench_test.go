package api_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"fujin/api"
)

// sink is a ResponseWriter that costs next to nothing.
type sink struct {
	header http.Header
	status int
}

func (s *sink) Header() http.Header               { return s.header }
func (s *sink) Write(b []byte) (int, error)       { return len(b), nil }
func (s *sink) WriteHeader(status int)            { s.status = status }
func (s *sink) WriteString(b string) (int, error) { return len(b), nil }

var constantBody = []byte(strings.Repeat(`{"name":"Oak","seats":3},`, 205)) // 5 KB

// BenchmarkGate measures what the gate adds to a constant 5 KB answer: with "gin alone" subtracted, the cost of ids,
// headers, metrics and the log decision. "zipped" is what a client that asks for gzip costs on top.
func BenchmarkGate(b *testing.B) {
	gate, err := api.New(api.Config{PublicURL: "http://localhost:8080", Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		b.Fatal(err)
	}
	gate.Constant("/v1/constant", "application/geo+json", constantBody)
	bare := gin.New()
	bare.GET("/v1/constant", func(c *gin.Context) {
		h := c.Writer.Header()
		h["Content-Type"], h["Content-Length"] = []string{"application/geo+json"}, []string{strconv.Itoa(len(constantBody))}
		_, _ = c.Writer.Write(constantBody)
	})
	for _, c := range []struct {
		name     string
		handler  http.Handler
		encoding string
	}{{"gin alone", bare, ""}, {"gate", gate.Handler(), ""}, {"zipped", gate.Handler(), "gzip"}} {
		b.Run(c.name, func(b *testing.B) {
			request := httptest.NewRequest(http.MethodGet, "/v1/constant?lat=28.68&lon=115.86", nil)
			request.Header.Set("Accept-Encoding", c.encoding)
			w := &sink{header: http.Header{}}
			b.ReportAllocs()
			for b.Loop() {
				clear(w.header)
				delete(request.Header, "X-Request-Id")
				c.handler.ServeHTTP(w, request)
			}
			if w.status != http.StatusOK {
				b.Fatal(w.status)
			}
		})
	}
}
