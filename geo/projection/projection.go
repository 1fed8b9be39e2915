// Package projection turns coordinates of national grids and datums into
// WGS-84. It reads a system's definition in well-known text (WKT 1, of Esri's
// or OGC's dialect), which is what lies beside a shapefile as its .prj: nothing
// is looked up by number, so that a grid of one's own making works as well.
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
	shift     *helmert // nil: the datum is WGS-84 for all practical purposes
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

// unsupported makes one of the system's name.
func (s *System) unsupported(reason string, values ...any) error {
	return &Unsupported{s.Name, reason, values}
}

// Parse understands a definition in WKT 1. It fails with *Unsupported where the
// definition is sound but names a projection or a datum that is not known here.
func Parse(text string) (*System, error) {
	root, err := parseWKT(text)
	if err != nil {
		return nil, err
	}
	if root.is("COMPD_CS", "COMPOUNDCRS") { // with a height, which is not used
		for _, part := range root.nodes {
			if part.is("PROJCS", "GEOGCS") {
				root = part
				break
			}
		}
	}
	s := &System{Name: root.text(0), unit: 1}
	switch {
	case root.is("GEOGCS"):
		s.Geographic = true
		err = s.geographic(root)
	case root.is("PROJCS"):
		if base := root.find("GEOGCS"); base == nil {
			err = s.unsupported("its definition has no GEOGCS")
		} else if err = s.geographic(base); err == nil {
			err = s.projected(root)
		}
	default:
		err = s.unsupported("%s is neither PROJCS nor GEOGCS", clip(root.keyword))
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// geographic reads datum, prime meridian and angular unit.
func (s *System) geographic(geogcs *node) error {
	d := geogcs.find("DATUM")
	spheroid := d.find("SPHEROID", "ELLIPSOID")
	a, err := spheroid.number(1)
	if err != nil || a < 6e6 || a > 7e6 {
		return s.unsupported("its spheroid is not stated")
	}
	reciprocal, err := spheroid.number(2)
	if err != nil || reciprocal != 0 && reciprocal < 100 {
		return s.unsupported("its spheroid is not stated")
	}
	s.ellipsoid = newEllipsoid(a, reciprocal)
	s.unit = degree
	if value, err := geogcs.find("UNIT").number(1); err == nil && value > 0 {
		s.unit = value
	}
	if value, err := geogcs.find("PRIMEM").number(1); err == nil {
		s.meridian = value * degree // whatever the unit, as all who write WKT 1 do
	}
	if to := d.find("TOWGS84"); to != nil {
		s.shift = to.helmert()
		return nil
	}
	shift, accuracy, known := findDatum(d.text(0))
	if !known {
		return s.unsupported("its datum %s is not known", clip(d.text(0)))
	}
	s.shift, s.Accuracy = shift, accuracy
	return nil
}

// projected reads the projection, its parameters and the linear unit.
func (s *System) projected(projcs *node) error {
	p := parameters{values: map[string]float64{}, angle: s.unit, length: 1}
	for _, n := range projcs.nodes {
		if value, err := n.number(1); err == nil && n.is("PARAMETER") {
			p.values[fold(n.text(0))] = value
		}
	}
	s.unit = 1
	if value, err := projcs.find("UNIT").number(1); err == nil && value > 0 {
		s.unit, p.length = value, value
	}
	method := projcs.find("PROJECTION").text(0)
	make, known := methods[fold(method)]
	if !known {
		return s.unsupported("its projection %s is not known", clip(method))
	}
	if spherical(projcs) {
		make = webMercator
	}
	s.inverse = make(s.ellipsoid, p)
	s.origin[0], s.origin[1] = p.falseOrigin()
	if lon, lat := s.inverse(s.origin[0], s.origin[1]); math.IsNaN(lon + lat) {
		return s.unsupported("the parameters of its projection make no sense")
	}
	return nil
}

// spherical tells Web Mercator where it is written as Mercator_1SP, which on
// the ellipsoid is another projection.
func spherical(projcs *node) bool {
	code, _ := projcs.find("AUTHORITY").number(1)
	return code == 3857 || fold(projcs.text(0)) == "wgs84pseudomercator"
}

// methods are the projections, by the names that Esri and OGC give them.
var methods = map[string]func(ellipsoid, parameters) inverse{
	"transversemercator":                        transverseMercator,
	"gausskruger":                               transverseMercator,
	"transversemercatorcomplex":                 transverseMercator,
	"lambertconformalconic":                     lambertConformal,
	"lambertconformalconic1sp":                  lambertConformal,
	"lambertconformalconic2sp":                  lambertConformal,
	"lambertconformalconic2spbelgium":           lambertBelgium,
	"albers":                                    albers,
	"albersconicequalarea":                      albers,
	"albersequalareaconic":                      albers,
	"lambertazimuthalequalarea":                 lambertAzimuthal,
	"doublestereographic":                       obliqueStereographic,
	"obliquestereographic":                      obliqueStereographic,
	"mercator":                                  mercator,
	"mercator1sp":                               mercator,
	"mercator2sp":                               mercator,
	"mercatorauxiliarysphere":                   webMercator,
	"popularvisualisationpseudomercator":        webMercator,
	"hotineobliquemercator":                     hotineNatural,
	"hotineobliquemercatorazimuthnaturalorigin": hotineNatural,
	"rectifiedskeworthomorphicnaturalorigin":    hotineNatural,
	"hotineobliquemercatorazimuthcenter":        hotineCentre,
	"obliquemercator":                           hotineCentre,
	"rectifiedskeworthomorphiccenter":           hotineCentre,
	"swissobliquecylindrical":                   hotineCentre,
	"swissobliquemercator":                      hotineCentre,
	"krovak":                                    krovak,
}
