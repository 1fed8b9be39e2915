package projection

import "math"

// A definition is what a system's definition says, in whatever form it was
// written: metres and radians throughout.
type definition struct {
	name string
	// datum is the datum's name; its relation to WGS-84 is looked up unless
	// related says that toWGS84 is it.
	datum   string
	related bool
	toWGS84 *helmert
	// The ellipsoid's half equatorial diameter, and the reciprocal of its
	// flattening: 0 for a sphere.
	a, reciprocal float64
	meridian      float64 // the prime meridian's longitude from Greenwich
	unit          float64 // of the coordinates
	// method is the projection's name; "" for a geographic system.
	method     string
	parameters parameters
}

// system makes the definition work, or says what of it is not known.
func (d definition) system() (*System, error) {
	s := &System{Name: d.name, unit: d.unit, meridian: d.meridian, Geographic: d.method == ""}
	if !(d.a > 6e6 && d.a < 7e6 && (d.reciprocal == 0 || d.reciprocal >= 100)) {
		return nil, unsupported(d.name, "its spheroid is not stated")
	}
	s.ellipsoid = newEllipsoid(d.a, d.reciprocal)
	s.shift = d.toWGS84
	if !d.related {
		known := false
		if s.shift, s.Accuracy, known = findDatum(d.datum); !known {
			return nil, unsupported(d.name, "its datum %s is not known", clip(d.datum))
		}
	}
	if s.Geographic {
		return s, nil
	}
	project, known := methods[fold(d.method)]
	if !known {
		return nil, unsupported(d.name, "its projection %s is not known", clip(d.method))
	}
	s.inverse = project(s.ellipsoid, d.parameters)
	s.origin[0], s.origin[1] = d.parameters.falseOrigin()
	if lon, lat := s.inverse(s.origin[0], s.origin[1]); math.IsNaN(lon + lat) {
		return nil, unsupported(d.name, "the parameters of its projection make no sense")
	}
	return s, nil
}

// methods are the projections, by the names that Esri, OGC and EPSG give
// them, folded.
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
	"lambertconicconformal1sp":                  lambertConformal,
	"lambertconicconformal2sp":                  lambertConformal,
	"lambertconicconformal2spbelgium":           lambertBelgium,
	"albersequalarea":                           albers,
	"mercatorvarianta":                          mercator,
	"mercatorvariantb":                          mercator,
	"hotineobliquemercatorvarianta":             hotineNatural,
	"hotineobliquemercatorvariantb":             hotineCentre,
	"krovaknorthorientated":                     krovak,
}
