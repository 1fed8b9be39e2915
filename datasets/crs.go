package datasets

import (
	"errors"
	"strings"

	"github.com/paulmach/orb"

	"fujin/geo"
	"fujin/geo/projection"
)

// CRS is a coordinate system that positions can be read in.
type CRS string

// The systems known. The empty CRS means that nothing was declared.
const (
	WGS84       CRS = "wgs84"
	GCJ02       CRS = "gcj02"
	BD09        CRS = "bd09"
	WebMercator CRS = "EPSG:3857"
)

// ParseCRS understands the names that options and files use: wgs84, gcj02,
// bd09, EPSG:3857, "urn:ogc:def:crs:OGC:1.3:CRS84" and EPSG codes of systems
// that agree with WGS-84 to a few metres (CGCS2000, ETRS89, NAD83, GDA94,
// GDA2020, JGD2011, NZGD2000, Korea 2000). "auto" and "" give the empty CRS.
func ParseCRS(text string) (CRS, error) {
	name := strings.ToLower(strings.TrimSpace(text))
	if i := strings.LastIndexAny(name, ":/#"); i >= 0 && strings.Contains(name, "crs") {
		name = name[i+1:]
	}
	switch strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.TrimPrefix(name, "epsg:")) {
	case "", "auto":
		return "", nil
	case "wgs84", "crs84", "crs84h", "4326", "4979", "4490", "4258", "4269", "4283", "7844", "6668", "4167", "4737":
		return WGS84, nil
	case "gcj02":
		return GCJ02, nil
	case "bd09", "bd09ll":
		return BD09, nil
	case "3857", "900913", "102100", "102113", "3785", "webmercator":
		return WebMercator, nil
	}
	return "", Refuse("coordinate system %q is not known; use wgs84, gcj02, bd09 or EPSG:3857, or convert the file to WGS-84", text)
}

// undefined refuses a definition that projection.Parse does not understand.
func undefined(err error) error {
	var unsupported *projection.Unsupported
	if errors.As(err, &unsupported) {
		return Refuse("coordinate system %q is not understood: %s", unsupported.System, Say(unsupported.Reason, unsupported.Values...))
	}
	return Refuse("the definition of the coordinate system is not well-known text")
}

// toWGS84 converts one position.
func (c CRS) toWGS84(p orb.Point) orb.Point {
	switch c {
	case GCJ02, BD09:
		p = geo.CRS(c).ToWGS84(p)
	case WebMercator:
		p = geo.FromMercator(p[0], p[1])
	}
	return orb.Point{geo.Round7(p[0]), geo.Round7(p[1])}
}

// geometryToWGS84 converts a geometry in place where it can and returns it.
func (c CRS) geometryToWGS84(g orb.Geometry) orb.Geometry {
	switch g := g.(type) {
	case orb.Point:
		return c.toWGS84(g)
	case orb.MultiPoint:
		c.convert(g)
	case orb.LineString:
		c.convert(g)
	case orb.Ring:
		c.convert(g)
	case orb.MultiLineString:
		for _, line := range g {
			c.convert(line)
		}
	case orb.Polygon:
		for _, ring := range g {
			c.convert(ring)
		}
	case orb.MultiPolygon:
		for _, polygon := range g {
			c.geometryToWGS84(polygon)
		}
	case orb.Collection:
		for i := range g {
			g[i] = c.geometryToWGS84(g[i])
		}
	}
	return g
}

func (c CRS) convert(points []orb.Point) {
	for i, p := range points {
		points[i] = c.toWGS84(p)
	}
}
