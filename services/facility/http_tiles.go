package facility

import (
	"math"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/maptile"
	"github.com/uber/h3-go/v4"

	"fujin/geo"
	"fujin/geo/index"
	"fujin/services/platform/kernel/errs"
)

const (
	// tilePoints is how many facilities a tile shows one by one; beyond that
	// it shows clusters.
	tilePoints = 1000
	// clusterZoom is the last zoom with clusters: beyond it the finest cells
	// are hardly smaller than a tile, and it shows facilities one by one, the
	// first tilePointsDeep of them.
	clusterZoom    = 16
	tilePointsDeep = 10_000
	maxZoom        = 22
	// tileBuffer is how far, in shares of its width, a tile reaches beyond its
	// edge, so that symbols there are whole on both sides.
	tileBuffer = 1.0 / 32
)

// getTile answers with a Mapbox vector tile.
func (s *Service) getTile(ps params) gin.HandlerFunc {
	return func(c *gin.Context) {
		s.read(c, ps, func(w *scratch, r *request) error {
			tile, err := tileOf(c.Param("z"), c.Param("x"), c.Param("y"))
			if err != nil {
				return err
			}
			var categories []string
			if category := c.Param("category"); category != "all" {
				if err := ValidateCategory(category); err != nil {
					return err
				}
				categories = []string{category}
			}
			view, err := s.view()
			if err != nil {
				return err
			}
			b, err := encodeTile(view, tile, index.Filter{Categories: categories, Datasets: r.filter.Datasets}, r.crs)
			if err != nil {
				return err
			}
			c.Writer.Header().Set("Cache-Control", "public, max-age=60")
			writeBody(c, "application/vnd.mapbox-vector-tile", b)
			return nil
		})
	}
}

// Tile is the vector tile of one dataset at an address of the Web Mercator
// square: layer facilities, or clusters where there are too many.
func (s *Service) Tile(dataset string, tile maptile.Tile) ([]byte, error) {
	view, err := s.view()
	if err != nil {
		return nil, err
	}
	return encodeTile(view, tile, index.Filter{Datasets: []string{dataset}}, wgs84)
}

// encodeTile draws a tile of what passes a filter.
func encodeTile(view *index.View, tile maptile.Tile, filter index.Filter, crs geo.CRS) ([]byte, error) {
	layer, err := tileLayer(view, tile, filter, crs)
	if err != nil {
		return nil, err
	}
	layer.Version = 2
	layers := mvt.Layers{layer}
	layers.ProjectToTile(tile)
	return mvt.Marshal(layers)
}

// tileOf checks a tile's address.
func tileOf(z, x, y string) (maptile.Tile, error) {
	y, ok := strings.CutSuffix(y, ".mvt")
	zoom, err := strconv.ParseUint(z, 10, 8)
	if !ok || err != nil || zoom > maxZoom {
		return maptile.Tile{}, badTile("path.z", "a tile's address is /v1/tiles/{category}/{z}/{x}/{y}.mvt with z from 0 to %d", maxZoom)
	}
	column, err1 := strconv.ParseUint(x, 10, 32)
	row, err2 := strconv.ParseUint(y, 10, 32)
	most := uint64(1)<<zoom - 1
	if err1 != nil || column > most {
		return maptile.Tile{}, badTile("path.x", "at z %d, x is a whole number from 0 to %d", zoom, most)
	}
	if err2 != nil || row > most {
		return maptile.Tile{}, badTile("path.y", "at z %d, y is a whole number from 0 to %d", zoom, most)
	}
	return maptile.New(uint32(column), uint32(row), maptile.Zoom(zoom)), nil
}

func badTile(location, format string, args ...any) error {
	return errs.New(errs.Invalid, "there is no such tile").WithField(location, "out_of_range", format, args...)
}

// window is what a tile shows of the plane: its bound with the buffer, which
// may reach beyond the antimeridian, in the coordinate system of the base map.
type window struct {
	bound orb.Bound
	crs   geo.CRS
}

// place is where a position stands in the plane of the window, if it is in it.
func (w window) place(p orb.Point) (orb.Point, bool) {
	p = w.crs.FromWGS84(p)
	for _, turn := range [...]float64{0, 360, -360} {
		if q := (orb.Point{p[0] + turn, p[1]}); w.bound.Contains(q) {
			return q, true
		}
	}
	return p, false
}

// boxes surely hold, in WGS-84, what the window shows and so many degrees of
// latitude around it.
func (w window) boxes(around float64) []orb.Bound {
	b := w.bound
	if w.crs != wgs84 {
		b = unshifted(b, w.crs)
	}
	south, north := math.Max(b.Min[1]-around, -90), math.Min(b.Max[1]+around, 90)
	sideways := around / math.Max(math.Cos(math.Max(-south, north)*math.Pi/180), 0.01)
	west, east := b.Min[0]-sideways, b.Max[0]+sideways
	box := func(west, east float64) orb.Bound {
		return orb.Bound{Min: orb.Point{west, south}, Max: orb.Point{east, north}}
	}
	switch {
	case east-west >= 360:
		return []orb.Bound{box(-180, 180)}
	case west < -180:
		return []orb.Bound{box(-180, east), box(west+360, 180)}
	case east > 180:
		return []orb.Bound{box(west, 180), box(-180, east-360)}
	}
	return []orb.Bound{box(west, east)}
}

// unshifted surely holds, in WGS-84, what lies in a bound of another system.
// Inside the mainland the shift hardly bends over the width of a tile; across
// the border it jumps by all of its up to 0.02 degree.
func unshifted(b orb.Bound, crs geo.CRS) orb.Bound {
	corners := orb.MultiPoint{b.Min, b.Max, b.LeftTop(), b.RightBottom()}
	shifted := 0
	for i, p := range corners {
		if corners[i] = crs.ToWGS84(p); corners[i] != p {
			shifted++
		}
	}
	bend := (b.Max[0] - b.Min[0]) * tileBuffer
	if shifted > 0 && shifted < len(corners) {
		bend = math.Max(bend, 0.02)
	}
	return corners.Bound().Pad(bend)
}

// tileLayer holds the tile's facilities, or their clusters where there are too
// many.
func tileLayer(view *index.View, tile maptile.Tile, filter index.Filter, crs geo.CRS) (*mvt.Layer, error) {
	w := window{tile.Bound(tileBuffer), crs}
	limit := tilePoints
	if tile.Z > clusterZoom {
		limit = tilePointsDeep
	}
	hits, err := view.Within(index.Within{Bounds: w.boxes(0), Filter: filter, Limit: limit + 1}, nil)
	if err != nil {
		return nil, err
	}
	if len(hits) > limit && tile.Z <= clusterZoom {
		return clusterLayer(view, tile, w, filter)
	}
	features := geojson.NewFeatureCollection()
	for _, hit := range hits {
		ref := hit.Ref
		at, ok := w.place(ref.Point())
		if !ok { // a shape that reaches into the window
			continue
		}
		d, err := decode(ref.Body())
		if err != nil {
			return nil, err
		}
		f := geojson.NewFeature(at)
		f.Properties = geojson.Properties{"id": ref.ID(), "name": d.Name, "category": ref.Category()}
		for _, key := range [...]string{"access", "name:en"} { // what a map leaves out, and how it calls the rest
			if value := d.Attributes[key]; value != "" {
				f.Properties[key] = value
			}
		}
		features.Append(f)
	}
	return mvt.NewLayer("facilities", features), nil
}

// clusterLayer counts facilities per H3 cell, at a resolution that gives some
// two dozen cells across a tile. A cell belongs where its centre is and is
// counted whole, so that neighbouring tiles agree on it.
func clusterLayer(view *index.View, tile maptile.Tile, w window, filter index.Filter) (*mvt.Layer, error) {
	res := min(max(int(math.Round(7+(float64(tile.Z)-10)*0.71)), 0), index.CellResolution)
	edge, err := h3.HexagonEdgeLengthAvgKm(res)
	if err != nil {
		return nil, err
	}
	const kmPerDegree = 111
	// No cell reaches further from its centre than twice the mean edge.
	counts := view.Cells(index.Cells{Filter: filter, Bounds: w.boxes(2 * edge / kmPerDegree), Resolution: res})
	features := geojson.NewFeatureCollection()
	for len(counts) > 0 {
		cell, total := counts[0].Cell, 0
		for len(counts) > 0 && counts[0].Cell == cell { // category by category
			total += counts[0].Count
			counts = counts[1:]
		}
		a, err := describeCell(cell)
		if err != nil {
			return nil, err
		}
		if at, ok := w.place(orb.Point{a.Lon, a.Lat}); ok {
			f := geojson.NewFeature(at)
			f.Properties = geojson.Properties{"count": total}
			features.Append(f)
		}
	}
	return mvt.NewLayer("clusters", features), nil
}
