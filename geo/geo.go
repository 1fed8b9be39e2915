// Package geo is the geometry of the earth that Fujin stands on: distances and
// bearings on the WGS-84 ellipsoid, nearest edges of lines and areas, search
// boxes, and the coordinate systems of Chinese maps.
//
// A position is an orb.Point{longitude, latitude} in degrees, WGS-84, held to
// 1e-7 degree (11 mm, the precision of OpenStreetMap). Distances are metres on
// the ellipsoid, bearings degrees clockwise from north. Lines are straight in
// longitude and latitude, as RFC 7946 has them, and take the shorter way round
// the earth, so a geometry may cross the antimeridian without being cut.
//
// The package is pure: no clock, no network, no files but the outline of the
// mainland that is compiled in.
package geo

import "math"

// WGS-84, as NIMA TR8350.2 defines it.
const (
	equatorialRadius = 6378137.0
	flattening       = 1 / 298.257223563
	polarRadius      = equatorialRadius * (1 - flattening)
	// e2 is the first, ep2 the second eccentricity squared.
	e2  = flattening * (2 - flattening)
	ep2 = e2 / ((1 - flattening) * (1 - flattening))
	// minCurvature is the smallest radius of curvature anywhere, that of the
	// meridian at the equator.
	minCurvature = equatorialRadius * (1 - e2)
)

const (
	degree = math.Pi / 180
	radian = 180 / math.Pi
)

// Round7 rounds degrees to the 1e-7 that are stored. Minus zero becomes zero.
func Round7(x float64) float64 {
	return math.Round(x*1e7)/1e7 + 0
}

// wrap180 brings a difference of longitudes into [-180, 180]. It is exact for
// arguments within ±540, where one turn is enough.
func wrap180(d float64) float64 {
	if d >= -180 && d <= 180 {
		return d
	}
	if d >= -540 && d <= 540 {
		return d - math.Copysign(360, d)
	}
	return math.Remainder(d, 360)
}
