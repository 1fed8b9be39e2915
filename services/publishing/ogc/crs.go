package ogc

import (
	"fmt"
	"math"
	"strings"

	"github.com/paulmach/orb"

	"fujin/geo"
)

// crs is a coordinate system of requests and answers.
type crs struct {
	uri string
	// degrees tells systems in degrees; latFirst those with the latitude first.
	degrees, latFirst bool
}

const (
	uriCRS84    = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
	uri4326     = "http://www.opengis.net/def/crs/EPSG/0/4326"
	uriMercator = "http://www.opengis.net/def/crs/EPSG/0/3857"
)

// systems lists the coordinate systems, that of the stored data first.
func systems() []crs {
	return []crs{{uri: uriCRS84, degrees: true}, {uri: uri4326, degrees: true, latFirst: true}, {uri: uriMercator}}
}

func systemURIs() []string {
	uris := make([]string, 0, 3)
	for _, c := range systems() {
		uris = append(uris, c.uri)
	}
	return uris
}

// crsOf finds a system by its URI, or by the safe CURIE "[EPSG:4326]".
func crsOf(name string) (crs, error) {
	uri := strings.Replace(name, "https://", "http://", 1)
	for curie, is := range map[string]string{"[OGC:CRS84]": uriCRS84, "[EPSG:4326]": uri4326, "[EPSG:3857]": uriMercator} {
		if strings.EqualFold(name, curie) {
			uri = is
		}
	}
	for _, c := range systems() {
		if c.uri == uri {
			return c, nil
		}
	}
	return crs{}, fmt.Errorf("must be one of %s", strings.Join(systemURIs(), ", "))
}

// read turns a position of the system into longitude and latitude, WGS-84.
func (c crs) read(p orb.Point) (orb.Point, error) {
	switch {
	case !c.degrees:
		const edge = 20037508.342789244 * 2 // twice the width of the map: nobody means more
		if !(math.Abs(p[0]) <= edge && math.Abs(p[1]) <= edge) {
			return p, fmt.Errorf("%g, %g is no position in Web Mercator metres", p[0], p[1])
		}
		return geo.FromMercator(p[0], p[1]), nil
	case c.latFirst:
		p[0], p[1] = p[1], p[0]
	}
	if !(math.Abs(p[1]) <= 90) {
		return p, fmt.Errorf("the latitude %g is not from -90 to 90%s", p[1], c.order())
	}
	if !(math.Abs(p[0]) <= 180) {
		return p, fmt.Errorf("the longitude %g is not from -180 to 180%s", p[0], c.order())
	}
	return p, nil
}

func (c crs) order() string {
	if c.latFirst {
		return "; in EPSG:4326 the latitude comes first"
	}
	return "; in CRS84 the longitude comes first"
}

// write turns a WGS-84 position into the system's.
func (c crs) write(p orb.Point) orb.Point {
	switch {
	case !c.degrees:
		x, y := geo.ToMercator(p)
		return orb.Point{round(x, 1000), round(y, 1000)}
	case c.latFirst:
		return orb.Point{p[1], p[0]}
	}
	return p
}

func round(v, parts float64) float64 { return math.Round(v*parts) / parts }
