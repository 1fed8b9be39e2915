// Package projection turns coordinates of national grids and datums into
// WGS-84. It reads a system's definition in well-known text, which is what lies
// beside a shapefile as its .prj: WKT 1, of Esri's or OGC's dialect, and WKT 2
// (ISO 19162). Nothing of it is looked up by number, so that a grid of one's own
// making works as well. Where a number is all there is, EPSG knows it.
//
// Only the way towards longitude and latitude is here. The formulas are those
// of IOGP Guidance Note 7-2 unless another source is named.
package projection

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"
)

// A System is a coordinate system that can be left for WGS-84. It is immutable.
type System struct {
	// Name is the system's name in its definition, such as "Amersfoort_RD_New".
	Name string
	// Geographic tells that coordinates are degrees, not metres.
	Geographic bool
	// Accuracy is how many metres WGS-84 positions may be off, where the datum
	// is known to no better than 5 m; otherwise 0.
	Accuracy float64

	unit      float64   // metres, or radians, per unit
	inverse   inverse   // nil for a geographic system
	origin    orb.Point // what was added to metres on the plane
	meridian  float64   // the prime meridian's longitude from Greenwich, radians
	ellipsoid ellipsoid
	shift     *helmert  // nil: the datum is WGS-84 for all practical purposes
	area      []float64 // south, west, north, east; nil where it is not known
}

// An inverse takes metres on the plane to longitude and latitude in radians.
type inverse func(x, y float64) (lon, lat float64)

// ToWGS84 converts a position: x or longitude first, in the system's unit.
// What lies outside of the projection's domain becomes NaN.
func (s *System) ToWGS84(p orb.Point) orb.Point {
	lon, lat := p[0]*s.unit, p[1]*s.unit
	if s.inverse != nil {
		if !(math.Abs(lon-s.origin[0]) < widest && math.Abs(lat-s.origin[1]) < widest) {
			return orb.Point{math.NaN(), math.NaN()}
		}
		lon, lat = s.inverse(lon, lat)
	}
	lon += s.meridian
	if s.shift != nil {
		lon, lat = s.shift.apply(s.ellipsoid, lon, lat)
	}
	const full = 2 * math.Pi
	if s.inverse != nil && math.Abs(lon) > math.Pi {
		lon -= full * math.Round(lon/full)
	}
	return orb.Point{lon / degree, lat / degree}
}

// widest is half the equator and a little: no plane map of the earth reaches
// further from its origin, in metres.
const widest = 20_100_000

// degree is one degree in radians.
const degree = math.Pi / 180

// An Unsupported error tells which system cannot be converted and why: Reason is
// a format that Values fill in, so that it can be said in another language.
type Unsupported struct {
	System, Reason string
	Values         []any
}

// Error implements error.
func (e *Unsupported) Error() string {
	return fmt.Sprintf("coordinate system %q is not understood: %s", e.System, fmt.Sprintf(e.Reason, e.Values...))
}

func unsupported(system, reason string, values ...any) error {
	return &Unsupported{system, reason, values}
}

// Parse understands a definition in WKT 1 or 2. It fails with *Unsupported where
// the definition is sound but names a projection or a datum that is not known
// here.
func Parse(text string) (*System, error) {
	root, err := parseWKT(text)
	if err != nil {
		return nil, err
	}
	d, err := root.definition()
	if err != nil {
		return nil, err
	}
	return d.system()
}
