package api

import (
	"net/http"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"
	"github.com/klauspost/compress/gzip"
)

// zipFrom is the size in bytes from which compression pays: a smaller body fits one network packet anyway.
const zipFrom = 1024

// zipLevel is the fastest real level: at 5 KB of GeoJSON it takes a fraction of the time of the default level for a
// few percent more bytes.
const zipLevel = gzip.BestSpeed

// zipPool holds compressors, whose tables are too large to make per request.
var zipPool = sync.Pool{New: func() any {
	w, err := gzip.NewWriterLevel(nil, zipLevel)
	if err != nil {
		panic(err) // only a level out of range is refused
	}
	return &zipWriter{gz: w}
}}

// zipWriter compresses a response that turns out to be worth it: it holds back the first bytes until their number or
// the end decides.
type zipWriter struct {
	gin.ResponseWriter
	gz      *gzip.Writer
	held    []byte
	decided bool
	zipping bool
}

// wantsGzip says whether the client takes gzip. "gzip;q=0" is a refusal.
func wantsGzip(r *http.Request) bool {
	for _, line := range r.Header["Accept-Encoding"] {
		for part := range strings.SplitSeq(line, ",") {
			coding, params, _ := strings.Cut(part, ";")
			if strings.EqualFold(strings.TrimSpace(coding), "gzip") {
				q := strings.ReplaceAll(params, " ", "")
				return !(strings.HasPrefix(q, "q=0") && strings.Trim(q[3:], ".0") == "")
			}
		}
	}
	return false
}

func newZipWriter(c *gin.Context) *zipWriter {
	w := zipPool.Get().(*zipWriter)
	w.ResponseWriter, w.held, w.decided, w.zipping = c.Writer, w.held[:0], false, false
	c.Writer = w
	return w
}

// finish sends what is held back, restores the context's writer and returns w to the pool.
func (w *zipWriter) finish(c *gin.Context) {
	if !w.decided {
		w.decide(false)
	}
	if w.zipping {
		_ = w.gz.Close() // the client went away
	}
	c.Writer = w.ResponseWriter
	w.ResponseWriter = nil
	w.gz.Reset(nil)
	zipPool.Put(w)
}

// Write takes a part of the body.
func (w *zipWriter) Write(b []byte) (int, error) {
	if !w.decided {
		if len(w.held)+len(b) < zipFrom {
			w.held = append(w.held, b...)
			return len(b), nil
		}
		w.decide(true)
	}
	if w.zipping {
		return w.gz.Write(b)
	}
	return w.ResponseWriter.Write(b)
}

// WriteString takes a part of the body.
func (w *zipWriter) WriteString(s string) (int, error) { return w.Write([]byte(s)) }

// Written says whether the handler has answered, be it that the bytes are still held back.
func (w *zipWriter) Written() bool { return len(w.held) > 0 || w.ResponseWriter.Written() }

// WriteHeaderNow waits for the decision, which may still add a header; a body-less answer is sent at the end.
func (w *zipWriter) WriteHeaderNow() {
	if w.decided {
		w.ResponseWriter.WriteHeaderNow()
	}
}

// Flush sends what there is: a stream of events cannot wait for 1 KB.
func (w *zipWriter) Flush() {
	if !w.decided {
		w.decide(false)
	}
	if w.zipping {
		_ = w.gz.Flush()
	}
	w.ResponseWriter.Flush()
}

// Unwrap lets http.ResponseController reach the connection.
func (w *zipWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// decide fixes whether the body is compressed and lets go of the held bytes.
func (w *zipWriter) decide(large bool) {
	w.decided = true
	h := w.Header()
	if large && h.Get("Content-Encoding") == "" && h.Get("Content-Range") == "" && compressible(h.Get("Content-Type")) {
		w.zipping = true
		h.Set("Content-Encoding", "gzip")
		h.Del("Content-Length")
		w.gz.Reset(w.ResponseWriter)
	}
	if len(w.held) == 0 {
		return
	}
	if w.zipping {
		_, _ = w.gz.Write(w.held)
	} else {
		_, _ = w.ResponseWriter.Write(w.held)
	}
	w.held = w.held[:0]
}

// compressible tells text from what is compressed already or must flow at once.
func compressible(contentType string) bool {
	base, _, _ := strings.Cut(contentType, ";")
	switch {
	case base == "text/event-stream":
		return false
	case strings.HasPrefix(base, "text/"), strings.HasSuffix(base, "json"), strings.HasSuffix(base, "xml"):
		return true
	}
	return base == "application/javascript" || base == "application/vnd.mapbox-vector-tile"
}
