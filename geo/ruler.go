package geo

import (
	"math"

	"github.com/paulmach/orb"
)

// Limits of a Ruler.
const (
	rulerRange    = 50_000 // metres
	rulerLatitude = 85     // degrees
)

// Ruler measures very many distances from one position without any
// trigonometry: metres per degree of longitude and latitude, taken at the
// middle latitude of each pair by a Taylor series in the difference of
// latitudes, and the next term of Gauss's mid-latitude formula for what is far
// enough to need it.
//
// Against PostGIS geodesics it errs by less than 0.005 mm at 1.5 km, 0.5 mm at
// 20 km and 1 cm at 50 km. It is a plain value: nothing is allocated and many
// goroutines may use one. The zero Ruler measures nothing; call NewRuler.
type Ruler struct {
	lon, lat float64
	x        [4]float64 // metres per degree of longitude at the middle, by powers of Δlat
	y        [3]float64 // metres per degree of latitude over the arc
	t        [3]float64 // tan² of the middle latitude
	// plain is the squared distance up to which the straight formula is exact
	// to some micrometres.
	plain float64
	// curve is 1/12N², of the bend of parallels.
	curve float64
	// turn is half of how much a direction turns per degree of longitude.
	turn float64
}

// NewRuler makes the ruler of a position.
func NewRuler(at orb.Point) Ruler {
	sin, cos := math.Sincos(at[1] * degree)
	w2 := 1 - e2*sin*sin
	w := math.Sqrt(w2)
	meridian := equatorialRadius * (1 - e2) / (w2 * w) // M
	normal := equatorialRadius / w                     // N
	r := Ruler{lon: at[0], lat: at[1]}
	// With h = half the difference of latitudes in radians,
	// N cos φ has the derivatives −M sin φ and −M' sin φ − M cos φ, where
	// M' = 3 e² M sin φ cos φ / w².
	const h = degree / 2
	dm := 3 * e2 * meridian * sin * cos / w2
	ddm := 3 * e2 * meridian * (cos*cos - sin*sin) / w2
	r.x = [4]float64{
		normal * cos * degree,
		-meridian * sin * degree * h,
		-(dm*sin + meridian*cos) * degree * h * h / 2,
		(meridian*sin - 2*dm*cos) * degree * h * h * h / 6,
	}
	// The mean of M over the arc: M + M'Δ/2 + M''Δ²/6.
	r.y = [3]float64{meridian * degree, dm * degree * h, ddm * degree * h * h * 4 / 6}
	tan := sin / math.Max(cos, 1e-9)
	t2 := tan * tan
	r.t = [3]float64{t2, 2 * tan * (1 + t2) * h, (1 + t2) * (1 + 3*t2) * h * h}
	// The next term is at most d³(1+3t²)/24R²: keep it below 5 µm.
	d3 := 5e-6 * 24 * meridian * normal / (1 + 3*t2)
	d := math.Cbrt(d3)
	r.plain = d * d
	r.curve = 1 / (12 * normal * normal)
	r.turn = sin / 2
	return r
}

// At returns the ruler's position.
func (r *Ruler) At() orb.Point { return orb.Point{r.lon, r.lat} }

// OK reports whether the ruler is right for everything within the radius in
// metres: up to 50 km, not beyond 85 degrees of latitude. Where it is not, use
// the function Distance.
func (r *Ruler) OK(radius float64) bool {
	return radius <= rulerRange && math.Abs(r.lat) <= rulerLatitude
}

// Distance returns metres from the ruler's position to b. What is farther away
// than OK allows comes out far away too, but not to the millimetre. It takes
// the shorter way over the antimeridian.
func (r *Ruler) Distance(b orb.Point) float64 {
	dlon, dlat := b[0]-r.lon, b[1]-r.lat
	if dlon > 180 {
		dlon -= 360
	} else if dlon < -180 {
		dlon += 360
	}
	x := dlon * (r.x[0] + dlat*(r.x[1]+dlat*(r.x[2]+dlat*r.x[3])))
	y := dlat * (r.y[0] + dlat*(r.y[1]+dlat*r.y[2]))
	x2, y2 := x*x, y*y
	d2 := x2 + y2
	if d2 > r.plain {
		d2 -= r.bend(dlat, x2, y2)
	}
	return math.Sqrt(d2)
}

// Bearing returns the direction in which the shortest way to b starts, degrees
// clockwise from north in [0, 360), right to 0.01 degree within 20 km and up to
// latitude 60: that of the middle of the way, less half the turn of the
// meridians. For the position itself it is 0.
func (r *Ruler) Bearing(b orb.Point) float64 {
	dlon, dlat := wrap180(b[0]-r.lon), b[1]-r.lat
	x, y := r.metresPerDegree(b[1])
	bearing := heading(dlon*x, dlat*y) - dlon*r.turn
	if bearing < 0 {
		bearing += 360
	}
	if bearing >= 360 {
		return 0
	}
	return bearing + 0 // no minus zero
}

// heading is math.Atan2(x, y) in degrees, right to 0.0006: the arc tangent by
// Abramowitz and Stegun, formula 4.4.47, in a third of the time. Each feature of
// an answer has a bearing.
func heading(x, y float64) float64 {
	ax, ay := math.Abs(x), math.Abs(y)
	low, high := min(ax, ay), max(ax, ay)
	if high == 0 {
		return 0
	}
	t := low / high
	t2 := t * t
	a := t * (0.9998660 + t2*(-0.3302995+t2*(0.1801410+t2*(-0.0851330+t2*0.0208351)))) * (1 / degree)
	// Which eighth of the circle it is cannot be foreseen: no branches.
	e := &eighths[bit(ax > ay)|bit(y < 0)<<1|bit(x < 0)<<2]
	return e.start + e.sign*a
}

// eighths are where the eighths of the circle start, and in which sense they
// are measured.
var eighths = [8]struct{ start, sign float64 }{{0, 1}, {90, -1}, {180, -1}, {90, 1}, {0, -1}, {-90, 1}, {-180, 1}, {-90, -1}}

func bit(b bool) (n uint) {
	if b {
		n = 1
	}
	return n
}

// bend is the fourth-order term of the squared distance on a sphere:
// x²(t²x² + (1+3t²)y²)/12R², from sin²(s/2) = sin²(Δφ/2)cos²(Δλ/2) +
// cos²φ sin²(Δλ/2). On the ellipsoid R is N, since a parallel bends by tan φ/N.
func (r *Ruler) bend(dlat, x2, y2 float64) float64 {
	t2 := r.t[0] + dlat*(r.t[1]+dlat*r.t[2])
	return x2 * (t2*x2 + (1+3*t2)*y2) * r.curve
}

// metresPerDegree returns the scale of longitude and latitude halfway to a
// latitude.
func (r *Ruler) metresPerDegree(lat float64) (x, y float64) {
	dlat := lat - r.lat
	return r.x[0] + dlat*(r.x[1]+dlat*(r.x[2]+dlat*r.x[3])), r.y[0] + dlat*(r.y[1]+dlat*r.y[2])
}
