package index

import (
	"math"

	"github.com/paulmach/orb"

	"fujin/geo"
)

// reach measures from the place of a query, exactly or from below.
//
// Up to rulerReach, where the ruler's accuracy holds, exact distances are the
// ruler's; beyond they are geodesics, but never less than rulerReach, so that
// there is one order. The lower bounds are planar within the ruler's range
// (scale of longitude at the end of the range that is farther from the
// equator, of latitude at the nearer one) and great circles beyond.
type reach struct {
	at    orb.Point
	ruler geo.Ruler
	near  bool // the ruler holds at this latitude

	// plane is the place in 1e-7 degrees, and metres per such a step, from
	// below; edges is plane with the place rounded down to whole steps. x may be
	// beyond ±180 degrees to look across the antimeridian.
	plane, edges plane
	turned       bool
	// ratio is more than the square of a distance up to the radius in the
	// square of its lower bound.
	ratio float64

	sinLat, cosLat float64
}

const (
	rulerReach = 50_000
	// WGS-84.
	equatorial   = 6378137.0
	eccentricity = 0.00669437999014132
	// minRadius and maxRadius of curvature: a great circle of the unit sphere
	// times these is less and more than the geodesic.
	minRadius = equatorial * (1 - eccentricity)
	maxRadius = 6399594.0
	radian    = math.Pi / 180
	// wholeTurn is 360 degrees in 1e-7 degree.
	wholeTurn = 360 * unit
	// aboveBound is more than the ratio of a distance within the ruler's range
	// to its lower bound.
	aboveBound = 1.25
	// shapeSlack is what the distance to an edge may fall short of the bound
	// of its box, since it is measured in a plane.
	shapeSlack = 0.999
)

// set puts the reach at a place, for distances up to radius.
func (r *reach) set(at orb.Point, radius float64) {
	r.at, r.turned = at, false
	r.ruler = geo.NewRuler(at)
	r.near = r.ruler.OK(rulerReach)
	r.plane = plane{x: at[0] * unit, y: at[1] * unit}
	if r.near {
		r.scale(min(radius, rulerReach))
		r.edges = r.plane.floor()
	} else {
		r.sinLat, r.cosLat = math.Sincos(at[1] * radian)
	}
}

// scale finds the planar scales for a radius of at most rulerReach.
func (r *reach) scale(radius float64) {
	lat := math.Abs(r.at[1]) * radian
	span := radius/minRadius + 1e-6
	low := max(0, lat-span)
	sinFar, cosFar := math.Sincos(lat + span)
	sinLow := math.Sin(low)
	normal := equatorial / math.Sqrt(1-eccentricity*sinFar*sinFar)
	w := 1 - eccentricity*sinLow*sinLow
	meridian := equatorial * (1 - eccentricity) / (w * math.Sqrt(w))
	// Parallels bend: by up to this part of the squared distance a way is
	// shorter than in the plane.
	tan := sinFar / cosFar
	bend := (1 + 3*tan*tan) * radius * radius / (12 * minRadius * minRadius)
	slack := math.Sqrt(1-bend) * (1 - 1e-6)
	// What the scales are at the other end of the range.
	wFar := 1 - eccentricity*sinFar*sinFar
	most := max(
		math.Sqrt((1-sinLow*sinLow)/w)*equatorial/(normal*cosFar),
		equatorial*(1-eccentricity)/(wFar*math.Sqrt(wFar))/meridian,
	) / slack
	r.ratio = most * most * (1 + 1e-6)
	r.plane.scaleX = normal * cosFar * (radian / unit) * slack
	r.plane.scaleY = meridian * (radian / unit) * slack
}

// turn looks from the other side of the antimeridian if that is within radius
// and reports whether it is.
func (r *reach) turn(radius float64) bool {
	span := radius / r.plane.scaleX
	switch {
	case r.plane.x+span > wholeTurn/2:
		r.plane.x -= wholeTurn
	case r.plane.x-span < -wholeTurn/2:
		r.plane.x += wholeTurn
	default:
		return false
	}
	r.edges = r.plane.floor()
	r.turned = true
	return true
}

// box2 is the square of a lower bound of the distance to a box, in the plane.
func (r *reach) box2(b *box) float64 { return r.edges.box2(b) }

// around returns the box of the lower bounds up to a distance.
func (r *reach) around(distance float64) (low, high [2]float64) {
	dx, dy := distance/r.plane.scaleX+1, distance/r.plane.scaleY+1
	return [2]float64{r.plane.x - dx, r.plane.y - dy}, [2]float64{r.plane.x + dx, r.plane.y + dy}
}

// point is the exact distance to a position.
func (r *reach) point(p orb.Point) float64 {
	if !r.near {
		return geo.Distance(r.at, p)
	}
	if d := r.ruler.Distance(p); d <= rulerReach {
		return d
	}
	return max(geo.Distance(r.at, p), math.Nextafter(rulerReach, math.Inf(1)))
}

// globe2 is the square of a lower bound of the distance to a box anywhere.
func (r *reach) globe2(b *box) float64 {
	lat1, lat2 := float64(b.minY)/unit, float64(b.maxY)/unit
	west, east := float64(b.minX)/unit, float64(b.maxX)/unit
	lon := r.at[0]
	var arc float64
	switch {
	case lon < west || lon > east:
		away := min(turnFrom(lon, west), turnFrom(lon, east))
		arc = r.arcToMeridian(away*radian, lat1*radian, lat2*radian)
	case r.at[1] < lat1:
		arc = (lat1 - r.at[1]) * radian
	case r.at[1] > lat2:
		arc = (r.at[1] - lat2) * radian
	}
	d := arc * minRadius * shapeSlack
	return d * d
}

// turnFrom is the angle between two longitudes, 0 to 180 degrees.
func turnFrom(a, b float64) float64 {
	d := math.Abs(a - b)
	return min(d, 360-d)
}

// arcToMeridian is the angle from the place to the stretch of a meridian away
// by a difference of longitude, all in radians: the stretch's point with the
// largest sin φ sin φ' + cos φ cos φ' cos Δλ.
func (r *reach) arcToMeridian(away, lat1, lat2 float64) float64 {
	a, b := r.sinLat, r.cosLat*math.Cos(away)
	lat := min(max(math.Atan2(a, b), lat1), lat2)
	if b < 0 { // beyond the pole: one of the ends
		if s1, s2 := a*math.Sin(lat1)+b*math.Cos(lat1), a*math.Sin(lat2)+b*math.Cos(lat2); s1 > s2 {
			lat = lat1
		} else {
			lat = lat2
		}
	}
	dot := a*math.Sin(lat) + b*math.Cos(lat)
	return math.Acos(min(1, dot+1e-14))
}
