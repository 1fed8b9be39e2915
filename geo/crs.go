package geo

import (
	"fmt"
	"math"
	"strings"

	"github.com/paulmach/orb"
)

// CRS names a system of coordinates in degrees.
type CRS string

// The systems that Chinese maps use. GCJ-02 shifts positions by 18 to 703 m and
// is the only one that public maps of the mainland may show; BD-09 is what
// Baidu makes of it.
const (
	WGS84 CRS = "wgs84"
	GCJ02 CRS = "gcj02"
	BD09  CRS = "bd09"
)

// ParseCRS reads a system's name in any case, with or without a hyphen.
func ParseCRS(s string) (CRS, error) {
	switch c := CRS(strings.ToLower(strings.ReplaceAll(s, "-", ""))); c {
	case WGS84, GCJ02, BD09:
		return c, nil
	}
	return "", fmt.Errorf("unknown coordinate system %q: wgs84, gcj02 or bd09", s)
}

// FromWGS84 converts a position to the system. Outside the mainland (see
// InMainland) nothing is shifted.
func (c CRS) FromWGS84(p orb.Point) orb.Point {
	if c != GCJ02 && c != BD09 || !InMainland(p) {
		return p
	}
	p = shift(p)
	if c == BD09 {
		p = baidu(p)
	}
	return p
}

// ToWGS84 is the inverse of FromWGS84, to a hundredth of a millimetre. A
// position that is outside the mainland as it stands but would come from within
// it counts as shifted: in the strip of at most 700 m beyond the border both
// are possible, and the mainland's side is the one that is mapped in GCJ-02.
func (c CRS) ToWGS84(p orb.Point) orb.Point {
	if c != GCJ02 && c != BD09 || !nearMainland(p) {
		return p
	}
	q := p
	if c == BD09 {
		q = solve(baidu, q)
	}
	q = solve(shift, q)
	if !InMainland(q) {
		return p
	}
	return q
}

// nearMainland is a quick refusal of what no shift brings into the mainland.
func nearMainland(p orb.Point) bool {
	return p[0] > 73 && p[0] < 135.5 && p[1] > 8 && p[1] < 54
}

// solve inverts a shift that changes slowly with the position by fixed-point
// iteration, each round of which gains two digits.
func solve(forward func(orb.Point) orb.Point, target orb.Point) orb.Point {
	const done = 1e-11 // degrees
	p := target
	for range 20 {
		got := forward(p)
		dx, dy := target[0]-got[0], target[1]-got[1]
		p[0] += dx
		p[1] += dy
		if math.Abs(dx) < done && math.Abs(dy) < done {
			break
		}
	}
	return p
}

// shift is the published GCJ-02 transform: a polynomial with waves around
// (105, 35), in metres on the Krasovsky ellipsoid.
func shift(p orb.Point) orb.Point {
	const a, ee = 6378245.0, 0.00669342162296594323
	x, y := p[0]-105, p[1]-35
	short := (20*math.Sin(6*x*math.Pi) + 20*math.Sin(2*x*math.Pi)) * 2 / 3
	root := math.Sqrt(math.Abs(x))
	north := -100 + 2*x + 3*y + 0.2*y*y + 0.1*x*y + 0.2*root + short +
		(20*math.Sin(y*math.Pi)+40*math.Sin(y/3*math.Pi))*2/3 +
		(160*math.Sin(y/12*math.Pi)+320*math.Sin(y*math.Pi/30))*2/3
	east := 300 + x + 2*y + 0.1*x*x + 0.1*x*y + 0.1*root + short +
		(20*math.Sin(x*math.Pi)+40*math.Sin(x/3*math.Pi))*2/3 +
		(150*math.Sin(x/12*math.Pi)+300*math.Sin(x/30*math.Pi))*2/3
	sin, cos := math.Sincos(p[1] * degree)
	w2 := 1 - ee*sin*sin
	w := math.Sqrt(w2)
	return orb.Point{
		p[0] + east*radian/(a/w*cos),
		p[1] + north*radian/(a*(1-ee)/(w2*w)),
	}
}

// baidu turns GCJ-02 into BD-09: a wave in polar coordinates and an offset.
func baidu(p orb.Point) orb.Point {
	const turns = math.Pi * 3000 / 180
	r := math.Hypot(p[0], p[1]) + 0.00002*math.Sin(p[1]*turns)
	sin, cos := math.Sincos(math.Atan2(p[1], p[0]) + 0.000003*math.Cos(p[0]*turns))
	return orb.Point{r*cos + 0.0065, r*sin + 0.006}
}

// mercatorLimit is the latitude at which the square of Web Mercator ends.
const mercatorLimit = 85.0511287798066

// FromMercator converts Web Mercator metres (EPSG:3857).
func FromMercator(x, y float64) orb.Point {
	return orb.Point{
		x / equatorialRadius * radian,
		(2*math.Atan(math.Exp(y/equatorialRadius)) - math.Pi/2) * radian,
	}
}

// ToMercator converts to Web Mercator metres. Latitudes beyond the edge of that
// map, 85.0511°, come out at its edge.
func ToMercator(p orb.Point) (x, y float64) {
	lat := math.Max(-mercatorLimit, math.Min(mercatorLimit, p[1]))
	return p[0] * degree * equatorialRadius, equatorialRadius * math.Atanh(math.Sin(lat*degree))
}
