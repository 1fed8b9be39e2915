package facility

import (
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/paulmach/orb"

	"fujin/geo"
	"fujin/geo/index"
	"fujin/services/platform/kernel/errs"
)

// Limits of the read endpoints.
const (
	defaultRadius, minRadius, maxRadius = 1500, 1, 50_000
	defaultLimit, maxLimit              = 20, 200
)

// request is what a read endpoint was asked, parsed and checked.
type request struct {
	// now is the time of the request; openAt is when open states are judged.
	now, openAt time.Time
	openFilter  bool // open_at was given
	openNow     bool // … as now
	// askedOpenAt is the time that was given, in Unix milliseconds.
	askedOpenAt int64

	given  uint64 // which parameters were present, by their place in the endpoint's table
	lat    float64
	lon    float64
	radius float64
	limit  int
	expand bool
	crs    geo.CRS
	cursor string
	bbox   orb.Bound
	res    int
	text   string
	mode   string
	days   int
	// lacking leaves out what is served.
	lacking bool

	fromLat, fromLon float64
	filter           index.Filter
	// list names the endpoint in cursors: those of one are of no use to another.
	list string
	// bodyHash stands for the request's body in cursors.
	bodyHash []byte
}

// param is one query parameter of the read endpoints: the one place that says
// how it is called, documented, checked and understood.
type param struct {
	name     string
	doc      string
	required bool
	schema   huma.Schema
	example  any
	// set takes a value; the error says in words what is allowed.
	set func(r *request, value string) error
	// preset gives the value of a parameter that is left out, where that is not
	// the same for all endpoints.
	preset func(r *request)
}

// params is the table of an endpoint.
type params []param

// parse reads a raw query string. All that is wrong is reported at once. It
// allocates only for values that need unescaping.
func (ps params) parse(raw string, r *request) error {
	var bad *errs.Error
	complain := func(name, code, format string, args ...any) {
		if bad == nil {
			bad = errs.New(errs.Invalid, "the query has a parameter that cannot be used")
		}
		bad = bad.WithField("query."+name, code, format, args...)
	}
	for i := range ps {
		if ps[i].preset != nil {
			ps[i].preset(r)
		}
	}
	for raw != "" {
		var pair string
		pair, raw, _ = strings.Cut(raw, "&")
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, err1 := unescape(name)
		value, err2 := unescape(value)
		if err1 != nil || err2 != nil {
			complain(printable(name), "malformed", "%q is not percent-encoded as UTF-8; write %%25 for a percent sign", pair)
			continue
		}
		i := ps.find(name)
		switch {
		case i < 0:
			complain(printable(name), "unknown_parameter", "there is no parameter %q here%s; there are %s", name, ps.suggest(name), ps.names())
		case r.given&(1<<i) != 0:
			complain(name, "repeated", "%s is given more than once; give it once (lists are separated by commas)", name)
		default:
			r.given |= 1 << i
			if value == "" {
				complain(name, "empty", "%s has no value; leave it out or give one: %s", name, ps[i].doc)
			} else if err := ps[i].set(r, value); err != nil {
				complain(name, codeOf(err), "%s", err.Error())
			}
		}
	}
	for i := range ps {
		if ps[i].required && r.given&(1<<i) == 0 {
			complain(ps[i].name, "required", "%s is required: %s", ps[i].name, ps[i].doc)
		}
	}
	if bad == nil {
		return nil
	}
	if len(bad.Fields) == 1 {
		bad.Message = bad.Fields[0].Message
	}
	return bad
}

func (ps params) find(name string) int {
	for i := range ps {
		if ps[i].name == name {
			return i
		}
	}
	return -1
}

// has tells whether a parameter was given.
func (ps params) has(r *request, name string) bool {
	i := ps.find(name)
	return i >= 0 && r.given&(1<<i) != 0
}

func (ps params) names() string {
	names := make([]string, len(ps))
	for i := range ps {
		names[i] = ps[i].name
	}
	return strings.Join(names, ", ")
}

// suggest finds the parameter that was probably meant.
func (ps params) suggest(name string) string {
	known := make([]string, len(ps))
	for i := range ps {
		known[i] = ps[i].name
	}
	best := errs.Nearest(name, known)
	for alias, is := range map[string]string{"lng": "lon", "long": "lon", "longitude": "lon", "latitude": "lat", "distance": "radius", "type": "category"} {
		if strings.EqualFold(name, alias) && ps.find(is) >= 0 {
			best = is
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %s?)", best)
}

func unescape(s string) (string, error) {
	if strings.IndexByte(s, '%') < 0 && strings.IndexByte(s, '+') < 0 {
		return s, nil
	}
	u, err := url.QueryUnescape(s)
	if err == nil && !validText(u) {
		return s, url.EscapeError(s)
	}
	return u, err
}

// coded is an error with the stable code of a field.
type coded struct{ code, text string }

func (c coded) Error() string { return c.text }

func codeOf(err error) string {
	if c, ok := err.(coded); ok {
		return c.code
	}
	return "malformed"
}

func outOfRange(format string, args ...any) error {
	return coded{"out_of_range", fmt.Sprintf(format, args...)}
}

// number parses a plain decimal number: no NaN, no infinity, no hexadecimals.
func number(name, value string, low, high float64, unit string) (float64, error) {
	for i := 0; i < len(value); i++ {
		if c := value[i]; (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
			return 0, coded{"not_a_number", fmt.Sprintf("%s must be a decimal number, not %q", name, clip(value))}
		}
	}
	f, err := strconv.ParseFloat(value, 64)
	if err != nil && !math.IsInf(f, 0) {
		return 0, coded{"not_a_number", fmt.Sprintf("%s must be a decimal number, not %q", name, clip(value))}
	}
	if !(f >= low && f <= high) {
		return 0, outOfRange("%s must be from %g to %g %s", name, low, high, unit)
	}
	return f, nil
}

func integer(name, value string, low, high int) (int, error) {
	n, err := strconv.Atoi(value)
	if err != nil {
		if _, float := strconv.ParseFloat(value, 64); float == nil {
			return 0, coded{"not_an_integer", fmt.Sprintf("%s must be a whole number from %d to %d, not %q", name, low, high, clip(value))}
		}
		return 0, coded{"not_a_number", fmt.Sprintf("%s must be a whole number from %d to %d, not %q", name, low, high, clip(value))}
	}
	if n < low || n > high {
		return 0, outOfRange("%s must be from %d to %d", name, low, high)
	}
	return n, nil
}

func boolean(name, value string) (bool, error) {
	switch value {
	case "true", "1":
		return true, nil
	case "false", "0":
		return false, nil
	}
	return false, coded{"not_a_boolean", fmt.Sprintf("%s must be true or false, not %q", name, clip(value))}
}

// clip keeps what is repeated in a message short.
func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// list splits a comma list and checks each part.
func list(name, value, allowed string, ok func(string) bool) ([]string, error) {
	parts := strings.Split(value, ",")
	for i, p := range parts {
		parts[i] = strings.TrimSpace(p)
		if !ok(parts[i]) {
			return nil, fmt.Errorf("%s: %q cannot be used; %s", name, clip(p), allowed)
		}
	}
	return parts, nil
}
