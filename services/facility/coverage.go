package facility

import (
	"context"
	"math"
	"slices"

	"github.com/paulmach/orb"
	orbgeo "github.com/paulmach/orb/geo"
	"github.com/uber/h3-go/v4"

	"fujin/geo"
	"fujin/geo/index"
	"fujin/services/platform/kernel/errs"
)

// Limits of what is laid over an area: as many H3 cells as a map can show, of
// resolutions whose cells (250 km² to 0.015 km²) mean something to somebody on
// foot.
const (
	mostAreaCells   = 20_000
	usualAreaCells  = 5_000
	coarsestCell    = 5
	finestCell      = 10
	widestArea      = 60 // degrees; H3 takes the short way around
	coverageHorizon = maxRadius
)

// CoveredCell is one H3 cell of an area and how far the nearest facility is
// from its centre.
type CoveredCell struct {
	ID     h3.Cell
	Centre orb.Point
	// Distance in metres, +Inf where there is none within 50 km.
	Distance float64
	// Nearest is the facility's id.
	Nearest string
}

// coverage measures every cell.
func coverage(ctx context.Context, view *index.View, cells []h3.Cell, filter index.Filter) ([]CoveredCell, error) {
	covered := make([]CoveredCell, len(cells))
	hits := make([]index.Hit, 0, 1)
	for i, cell := range cells {
		if i%256 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		at, err := cell.LatLng()
		if err != nil {
			return nil, errs.New(errs.Internal, "cell %x: %v", uint64(cell), err)
		}
		c := CoveredCell{ID: cell, Centre: orb.Point{geo.Round7(at.Lng), geo.Round7(at.Lat)}, Distance: math.Inf(1)}
		hits = view.Near(index.Near{At: c.Centre, Radius: coverageHorizon, Limit: 1, Filter: filter}, hits[:0])
		if len(hits) > 0 {
			c.Distance, c.Nearest = hits[0].Distance, hits[0].Ref.ID()
		}
		covered[i] = c
	}
	return covered, nil
}

// cellsOver returns the cells that touch an area (a Polygon or MultiPolygon),
// sorted. Resolution -1 chooses the finest that gives a map's worth of them.
func cellsOver(area orb.Geometry, resolution int) ([]h3.Cell, int, error) {
	if b := area.Bound(); b.Max[0]-b.Min[0] > widestArea {
		return nil, 0, areaError("out_of_range", "the area spans more than 60 degrees of longitude; ask for parts of it")
	}
	km2 := math.Abs(orbgeo.Area(area)) / 1e6
	if resolution < 0 {
		resolution = finestCell
		for resolution > coarsestCell && expectedCells(km2, resolution) > usualAreaCells {
			resolution--
		}
	}
	if n := expectedCells(km2, resolution); n > mostAreaCells {
		advice := "a lower res or a smaller area"
		if resolution == coarsestCell {
			advice = "parts of it"
		}
		return nil, 0, areaError("too_many", "an area of %.0f km² has about %.0f cells of resolution %d, at most %d are answered; ask for %s",
			km2, n, resolution, mostAreaCells, advice)
	}
	var cells []h3.Cell
	for _, polygon := range polygonsOf(area) {
		touched, err := h3.PolygonToCellsExperimental(h3Polygon(polygon), resolution, h3.ContainmentOverlapping)
		if err != nil {
			return nil, 0, areaError("malformed", "the area cannot be laid out in cells; check that its rings do not cross themselves")
		}
		cells = append(cells, touched...)
	}
	slices.Sort(cells)
	return slices.Compact(cells), resolution, nil
}

// expectedCells is about how many cells of a resolution an area has.
func expectedCells(km2 float64, resolution int) float64 {
	one, err := h3.HexagonAreaAvgKm2(resolution)
	if err != nil {
		return math.Inf(1)
	}
	return km2 / one
}

func polygonsOf(area orb.Geometry) []orb.Polygon {
	switch area := area.(type) {
	case orb.Polygon:
		return []orb.Polygon{area}
	case orb.MultiPolygon:
		return area
	}
	return nil
}

func h3Polygon(p orb.Polygon) h3.GeoPolygon {
	loop := func(ring orb.Ring) h3.GeoLoop {
		l := make(h3.GeoLoop, 0, len(ring))
		for _, at := range ring[:len(ring)-1] { // H3 closes rings itself
			l = append(l, h3.LatLng{Lat: at.Lat(), Lng: at.Lon()})
		}
		return l
	}
	polygon := h3.GeoPolygon{GeoLoop: loop(p[0])}
	for _, hole := range p[1:] {
		polygon.Holes = append(polygon.Holes, loop(hole))
	}
	return polygon
}

func areaError(code, format string, args ...any) error {
	return errs.New(errs.Invalid, format, args...).WithField("query.area", code, format, args...)
}
