package api

import (
	"errors"
	"log/slog"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"fujin/services/platform/kernel/errs"
)

// logRequest writes one line per request: errors of ours at error, slow requests at warn, the rest at debug, so that a
// busy server logs nothing by default. The line holds the route's pattern and never the path, the query or the
// referrer: a position is named no finer than 0.01° (about 1 km).
func (g *Gate) logRequest(c *gin.Context, status int, took time.Duration) {
	level := slog.LevelDebug
	switch {
	case status >= http.StatusInternalServerError && status != http.StatusServiceUnavailable:
		level = slog.LevelError
	case took >= g.config.Slow || status == http.StatusServiceUnavailable:
		level = slog.LevelWarn
	}
	ctx := c.Request.Context()
	if !g.log.Enabled(ctx, level) {
		return
	}
	route := c.FullPath()
	if route == "" {
		route = unmatched
	}
	attrs := make([]slog.Attr, 0, 8)
	attrs = append(attrs,
		slog.String("id", c.Writer.Header().Get("X-Request-Id")),
		slog.String("method", knownMethod(c.Request.Method)),
		slog.String("route", route),
		slog.Int("status", status),
		slog.Float64("ms", float64(took.Microseconds())/1000),
		slog.Int("bytes", max(0, c.Writer.Size())))
	if at := coarsePosition(c.Request.URL); at != "" {
		attrs = append(attrs, slog.String("near", at))
	}
	if len(c.Errors) > 0 {
		attrs = append(attrs, slog.String("error", faultOf(c.Errors.Last().Err, status)))
	}
	g.log.LogAttrs(ctx, level, "request", attrs...)
}

// faultOf tells the log what went wrong. Of what the client did wrong it names codes alone: the words quote the request,
// and with it a position in any notation, degrees and minutes among them.
func faultOf(err error, status int) string {
	var known *errs.Error
	if status >= http.StatusInternalServerError || !errors.As(err, &known) {
		return coarsen(err.Error())
	}
	fault := known.Code
	for _, f := range known.Fields {
		where := f.Location
		if strings.ContainsFunc(where, func(r rune) bool { return (r < 'a' || r > 'z') && r != '_' && r != '.' }) {
			where = "?" // a name of the client's
		}
		fault += " " + where + "=" + f.Code
	}
	return fault
}

// coarsePosition is "28.68,115.86" for a request that names lat and lon, else "".
func coarsePosition(u *url.URL) string {
	if u.RawQuery == "" {
		return ""
	}
	q := u.Query()
	for _, names := range [...][2]string{{"lat", "lon"}, {"from_lat", "from_lon"}} {
		lat, errLat := strconv.ParseFloat(q.Get(names[0]), 64)
		lon, errLon := strconv.ParseFloat(q.Get(names[1]), 64)
		if errLat == nil && errLon == nil && math.Abs(lat) <= 90 && math.Abs(lon) <= 180 {
			return strconv.FormatFloat(lat, 'f', 2, 64) + "," + strconv.FormatFloat(lon, 'f', 2, 64)
		}
	}
	return ""
}

// fineNumber finds what may be a coordinate finer than 0.01°, in plain or exponent notation. Also a duration may match;
// it loses digits nobody misses.
var fineNumber = regexp.MustCompile(`\d*[.,]\d{3,}(?:[eE][-+]?\d+)?|\d(?:\.\d+)?[eE][-+]?\d+`)

// coarsen cuts the numbers of a text to two decimals: the texts of errors and panics come from everywhere, and one of
// them will quote a position some day.
func coarsen(text string) string {
	return fineNumber.ReplaceAllStringFunc(text, func(s string) string {
		v, err := strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64)
		if err != nil {
			return "?"
		}
		return strconv.FormatFloat(v, 'f', 2, 64)
	})
}

// coarseWriter passes what net/http itself has to say on to the log.
type coarseWriter struct{ log *slog.Logger }

func (w coarseWriter) Write(line []byte) (int, error) {
	w.log.Warn("http", slog.String("error", coarsen(strings.TrimSpace(string(line)))))
	return len(line), nil
}
