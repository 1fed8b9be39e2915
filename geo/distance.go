package geo

import (
	"math"

	"github.com/paulmach/orb"
)

// chordLimit is how far apart, in metres, two positions may be for the chord
// formula. Its error grows fast with length and is a few micrometres here.
const chordLimit = 60_000

// Distance returns metres along the ellipsoid between two positions, right to
// 0.01 mm at any range, also over a pole or the antimeridian. For very many
// distances from one place use a Ruler.
func Distance(a, b orb.Point) float64 {
	chord := chordBetween(a, b)
	if chord.length <= chordLimit {
		return chord.arc()
	}
	length, _ := solveGeodesic(a, b)
	return length
}

// Bearing returns the direction in which the shortest way from a to b starts,
// degrees clockwise from north in [0, 360). For equal positions it is 0.
func Bearing(a, b orb.Point) float64 {
	var azimuth float64
	if chord := chordBetween(a, b); chord.length <= chordLimit {
		azimuth = chord.azimuth(a)
	} else {
		_, azimuth = solveGeodesic(a, b)
	}
	if azimuth < 0 {
		azimuth += 360
	}
	if azimuth >= 360 {
		return 0
	}
	return azimuth + 0 // no minus zero
}

// vector is a position or direction in the earth-centred frame, in metres.
type vector [3]float64

// centred converts degrees to the earth-centred frame.
func centred(p orb.Point) vector {
	sinLat, cosLat := math.Sincos(p[1] * degree)
	sinLon, cosLon := math.Sincos(p[0] * degree)
	n := equatorialRadius / math.Sqrt(1-e2*sinLat*sinLat)
	return vector{n * cosLat * cosLon, n * cosLat * sinLon, n * (1 - e2) * sinLat}
}

// chord is the straight line through the earth between two positions.
type chord struct {
	delta, middle vector
	length        float64
}

func chordBetween(a, b orb.Point) chord {
	from, to := centred(a), centred(b)
	var c chord
	for i := range from {
		c.delta[i] = to[i] - from[i]
		c.middle[i] = (to[i] + from[i]) / 2
	}
	c.length = math.Sqrt(c.delta[0]*c.delta[0] + c.delta[1]*c.delta[1] + c.delta[2]*c.delta[2])
	return c
}

// arc is the length of the ellipsoid's arc over the chord. The arc is taken as
// a circle with the ellipsoid's normal curvature in that direction below the
// middle of the chord (second fundamental form of x²/a²+y²/a²+z²/b² = 1), so no
// angle is needed and no place is special.
func (c chord) arc() float64 {
	if c.length == 0 {
		return 0
	}
	const a2, b2 = equatorialRadius * equatorialRadius, polarRadius * polarRadius
	d, m := c.delta, c.middle
	bend := ((d[0]*d[0]+d[1]*d[1])/a2 + d[2]*d[2]/b2) / (c.length * c.length)
	normal := math.Sqrt((m[0]*m[0]+m[1]*m[1])/(a2*a2) + m[2]*m[2]/(b2*b2))
	h := c.length * bend / normal
	h *= h
	return c.length * (1 + h/24 + 3*h*h/640)
}

// azimuth is the direction of the chord in the horizon at a, degrees in
// [-180, 180].
func (c chord) azimuth(a orb.Point) float64 {
	sinLat, cosLat := math.Sincos(a[1] * degree)
	sinLon, cosLon := math.Sincos(a[0] * degree)
	d := c.delta
	east := d[1]*cosLon - d[0]*sinLon
	north := d[2]*cosLat - sinLat*(d[0]*cosLon+d[1]*sinLon)
	return math.Atan2(east, north) * radian
}
