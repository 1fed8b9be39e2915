package geo

import (
	"math"

	"github.com/paulmach/orb"
)

// The inverse problem of geodesics after C. F. F. Karney, "Algorithms for
// geodesics", J. Geodesy 87, 43–55 (2013). The numbers in brackets are the
// equations of that paper. Karney finds the starting direction with Newton's
// method from a carefully chosen guess; here every step is also kept inside a
// bracket, so that any guess will do and the search cannot fail, at the price
// of some more steps for nearly antipodal positions.

// n3 is the third flattening, the variable of the series for A3 and C3.
const n3 = flattening / (2 - flattening)

// solveGeodesic returns the length in metres of the shortest geodesic from a to
// b and its direction at a in degrees, in [-180, 180].
func solveGeodesic(a, b orb.Point) (length, azimuth float64) {
	dlon := wrap180(b[0] - a[0])
	lon := math.Abs(dlon) * degree
	lat1, lat2 := snap(a[1]), snap(b[1])
	// By symmetry: the first latitude is the larger one, and it is southern.
	swapped := math.Abs(lat1) < math.Abs(lat2)
	if swapped {
		lat1, lat2 = lat2, lat1
	}
	mirrored := lat1 > 0
	if mirrored {
		lat1, lat2 = -lat1, -lat2
	}
	g := newGeodesic(lat1, lat2, lon)
	length, direction1, direction2 := g.solve()
	// Back to the positions as they were given.
	if swapped {
		direction1, direction2 = direction2, direction1
	}
	sin, cos := direction1[0], direction1[1]
	if mirrored != swapped {
		cos = -cos
	}
	if dlon < 0 {
		sin = -sin
	}
	return length, math.Atan2(sin, cos) * radian
}

// snap takes a latitude within a micrometre of the equator as the equator: its
// square would vanish beside 1 and the longitudes come out as noise.
func snap(lat float64) float64 {
	if math.Abs(lat) < 1e-11 {
		return 0
	}
	return lat
}

// direction is the sine and cosine of an azimuth.
type direction [2]float64

// geodesic is an inverse problem in standard position: the first latitude
// southern and at least as large as the second, the longitudes apart by lon in
// [0, π].
type geodesic struct {
	lon                        float64
	sinB1, cosB1, sinB2, cosB2 float64 // of the reduced latitudes
}

func newGeodesic(lat1, lat2, lon float64) geodesic {
	g := geodesic{lon: lon}
	g.sinB1, g.cosB1 = reduced(lat1)
	g.sinB2, g.cosB2 = reduced(lat2)
	return g
}

// reduced returns sine and cosine of the reduced latitude (6). The cosine at a
// pole is kept off zero, so that a direction there means a longitude.
func reduced(lat float64) (sin, cos float64) {
	sin, cos = math.Sincos(lat * degree)
	if math.Abs(lat) == 90 {
		cos = 0
	}
	sin *= 1 - flattening
	r := math.Hypot(sin, cos)
	return sin / r, math.Max(cos/r, 1e-150)
}

// solve returns the length and the directions at both ends.
func (g geodesic) solve() (length float64, at1, at2 direction) {
	if g.sinB1 == 0 && g.lon <= math.Pi*(1-flattening) {
		return equatorialRadius * g.lon, direction{1, 0}, direction{1, 0} // the equator itself
	}
	if g.lon == 0 || g.lon == math.Pi || g.cosB1 <= 1e-150 {
		// A meridian: north, or over the nearer pole.
		sin, cos := math.Sincos(g.lon)
		if math.Abs(sin) < 1e-15 {
			sin = 0
		}
		end := g.walk(direction{sin, cos})
		return end.length, direction{sin, cos}, end.at
	}
	start := g.search()
	end := g.walk(start)
	return end.length, start, end.at
}

// search finds the direction at the first position whose geodesic meets the
// second one's longitude. The longitude reached grows steadily with the
// azimuth from 0 at 0 to π at π, hence the bracket.
func (g geodesic) search() direction {
	low, high := direction{0, 1}, direction{0, -1}
	at := g.guess()
	for range 100 {
		end := g.walk(at)
		excess := end.lon - g.lon
		if math.Abs(excess) < 1e-15 {
			break
		}
		if excess > 0 {
			high = at
		} else {
			low = at
		}
		next, ok := newton(at, excess, end.slope(g, at))
		if !ok || !between(low, next, high) {
			next = unit(low[0]+high[0], low[1]+high[1])
			if low[1] > 0 && high[1] < 0 && next[0] < 1e-3 {
				next = direction{1, 0} // the bracket is still the half circle
			}
		}
		if next == at || next == low || next == high {
			break
		}
		at = next
	}
	return at
}

// guess is the direction on a sphere that has the reduced latitudes.
func (g geodesic) guess() direction {
	// The longitude on the auxiliary sphere is a little larger.
	w := math.Sqrt(1 - e2*math.Pow((g.cosB1+g.cosB2)/2, 2))
	sin, cos := math.Sincos(math.Min(g.lon/w, math.Pi))
	x, y := g.cosB2*sin, g.cosB1*g.sinB2-g.sinB1*g.cosB2*cos
	if x <= 1e-9 {
		return direction{1, 0}
	}
	return unit(x, y)
}

// newton improves an azimuth whose longitude is off by excess where it changes
// by slope per radian.
func newton(at direction, excess, slope float64) (direction, bool) {
	if !(slope > 0) {
		return at, false
	}
	step := -excess / slope
	if math.Abs(step) > 1 {
		return at, false
	}
	sin, cos := math.Sincos(step)
	next := unit(at[0]*cos+at[1]*sin, at[1]*cos-at[0]*sin)
	return next, next[0] > 0
}

// between reports whether the azimuth lies strictly inside the bracket.
func between(low, at, high direction) bool {
	return at[0]*low[1]-at[1]*low[0] > 0 && high[0]*at[1]-high[1]*at[0] > 0
}

func unit(x, y float64) direction {
	r := math.Hypot(x, y)
	return direction{x / r, y / r}
}

// arrival is where a geodesic meets the second latitude, going north.
type arrival struct {
	lon     float64 // longitude passed, radians
	length  float64 // metres
	at      direction
	reduced float64 // reduced length m12 over the polar radius
}

// walk follows the geodesic that leaves the first position in a direction up
// to the second latitude.
func (g geodesic) walk(at direction) arrival {
	sinA0 := at[0] * g.cosB1                            // (5)
	cosA0 := math.Hypot(at[1], at[0]*g.sinB1)           // (10)
	sig1 := unit(g.sinB1, at[1]*g.cosB1)                // (11)
	omg1 := direction{sinA0 * g.sinB1, at[1] * g.cosB1} // (12)
	if at[0] == 0 && at[1] == 0 || g.sinB1 == 0 && at[1] == 0 {
		sig1, omg1 = direction{0, 1}, direction{0, 1}
	}
	sinA2 := at[0]
	if g.cosB2 != g.cosB1 {
		sinA2 = sinA0 / g.cosB2
	}
	cosA2 := math.Abs(at[1])
	if g.cosB2 != g.cosB1 || math.Abs(g.sinB2) != -g.sinB1 { // (45), without cancellation
		gap := (g.sinB1 - g.sinB2) * (g.sinB1 + g.sinB2)
		if g.cosB1 < -g.sinB1 {
			gap = (g.cosB2 - g.cosB1) * (g.cosB1 + g.cosB2)
		}
		cosA2 = math.Sqrt(math.Max(at[1]*at[1]*g.cosB1*g.cosB1+gap, 0)) / g.cosB2
	}
	sig2 := unit(g.sinB2, cosA2*g.cosB2)
	omg2 := direction{sinA0 * g.sinB2, cosA2 * g.cosB2}
	if g.sinB2 == 0 && cosA2 == 0 {
		sig2, omg2 = direction{0, 1}, direction{0, 1}
	}
	arc := angle(sig1, sig2)
	if arc == 0 && g.sinB1 == 0 {
		arc = math.Pi // half round the earth, equator to equator
	}
	k2 := ep2 * cosA0 * cosA0 // (9)
	eps := k2 / (2*(1+math.Sqrt(1+k2)) + k2)
	s := newSeries(eps)
	i1 := s.a1 * (arc + clenshaw(sig2, s.c1) - clenshaw(sig1, s.c1))
	i2 := s.a2 * (arc + clenshaw(sig2, s.c2) - clenshaw(sig1, s.c2))
	lon := angle(omg1, omg2)
	lon -= flattening * sinA0 * s.a3 * (arc + clenshaw(sig2, s.c3) - clenshaw(sig1, s.c3)) // (8)
	w1, w2 := math.Sqrt(1+k2*sig1[0]*sig1[0]), math.Sqrt(1+k2*sig2[0]*sig2[0])
	return arrival{
		lon: lon, length: polarRadius * i1, at: direction{sinA2, cosA2},
		reduced: w2*sig1[1]*sig2[0] - w1*sig1[0]*sig2[1] - sig1[1]*sig2[1]*(i1-i2), // (38)
	}
}

// slope is the change of the longitude reached per radian of azimuth (46).
func (e arrival) slope(g geodesic, at direction) float64 {
	if e.at[1] == 0 {
		if at[1] == 0 {
			return math.NaN()
		}
		return -2 * (1 - flattening) * math.Sqrt(1+ep2*g.sinB1*g.sinB1) / g.sinB1 * math.Copysign(1, at[1])
	}
	return (1 - flattening) * e.reduced / (e.at[1] * g.cosB2)
}

// angle is that from one sine and cosine to another, in [0, π].
func angle(from, to direction) float64 {
	return math.Abs(math.Atan2(to[0]*from[1]-to[1]*from[0], to[1]*from[1]+to[0]*from[0]))
}
