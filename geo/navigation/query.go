package navigation

import (
	"strconv"
	"strings"

	"github.com/paulmach/orb"
)

// escape percent-encodes everything but RFC 3986's unreserved characters. A
// space becomes %20: not every app understands the plus sign of forms.
func escape(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-._~", c) >= 0:
			b.WriteByte(c)
		default:
			b.WriteByte('%')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
		}
	}
	return b.String()
}

// degrees writes a coordinate with the seven decimals that are meant, without
// exponent and trailing zeros.
func degrees(x float64) string {
	s := strconv.FormatFloat(x, 'f', 7, 64)
	s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	if s == "-0" {
		return "0"
	}
	return s
}

func lonLat(p orb.Point) string { return degrees(p[0]) + "," + degrees(p[1]) }

func latLon(p orb.Point) string { return degrees(p[1]) + "," + degrees(p[0]) }

// query builds the part behind the question mark in the order in which the
// providers document it.
type query struct{ strings.Builder }

// raw adds a pair whose value is already fit for a URL.
func (q *query) raw(key, value string) *query {
	if q.Len() > 0 {
		q.WriteByte('&')
	}
	q.WriteString(key)
	q.WriteByte('=')
	q.WriteString(value)
	return q
}

// text adds a pair whose value still has to be encoded.
func (q *query) text(key, value string) *query { return q.raw(key, escape(value)) }
