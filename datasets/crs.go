package datasets

import (
	"errors"
	"strconv"
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
// bd09, "urn:ogc:def:crs:OGC:1.3:CRS84" and the EPSG codes of what
// projection.EPSG knows, which become "EPSG:28992"; those of degrees that agree
// with WGS-84 to a few metres (CGCS2000, ETRS89, NAD83, GDA94, GDA2020,
// JGD2011, NZGD2000, Korea 2000) become WGS84. "auto" and "" give the empty CRS.
func ParseCRS(text string) (CRS, error) {
	name := strings.ToLower(strings.TrimSpace(text))
	if i := strings.LastIndexAny(name, ":/#"); i >= 0 && strings.Contains(name, "crs") {
		name = name[i+1:]
	}
	name = strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.TrimPrefix(name, "epsg:"))
	switch name {
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
	if code, err := strconv.Atoi(name); err == nil {
		if _, known := projection.EPSG(code); known {
			return CRS("EPSG:" + name), nil
		}
		return "", Refuse("coordinate system %q is not among the EPSG codes that can be converted; convert the file to WGS-84 (ogr2ogr -t_srs EPSG:4326)", text)
	}
	return "", Refuse("coordinate system %q is not known; use wgs84, gcj02, bd09 or an EPSG code such as EPSG:4547, or convert the file to WGS-84", text)
}

// system is what an EPSG code stands for; nil for the systems with names and for
// Web Mercator.
func (c CRS) system() *projection.System {
	number, isCode := strings.CutPrefix(string(c), "EPSG:")
	if !isCode || c == WebMercator {
		return nil
	}
	code, _ := strconv.Atoi(number) // ParseCRS has looked it up
	s, _ := projection.EPSG(code)
	return s
}

// inDegrees tells whether positions are longitudes and latitudes.
func (c CRS) inDegrees() bool {
	s := c.system()
	return c != WebMercator && (s == nil || s.Geographic)
}

// notMetres tells numbers that must be degrees though the system is in metres:
// no grid is used within 180 m of its zero.
func (c CRS) notMetres(min, max orb.Point) bool {
	return c.system() != nil && !c.inDegrees() && inRange(min) && inRange(max)
}

// exchanged tells a position whose two values stand in the other order, as
// Gauss-Krüger's X, which points north, is often taken for the easting: only
// exchanged does it lie in the system's area of use.
func (c CRS) exchanged(p orb.Point) bool {
	s := c.system()
	return s != nil && !s.Covers(s.ToWGS84(p)) && s.Covers(s.ToWGS84(orb.Point{p[1], p[0]}))
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
	default:
		if s := c.system(); s != nil {
			p = s.ToWGS84(p)
		}
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
