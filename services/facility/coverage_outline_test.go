package facility_test

import (
	"encoding/json"
	"math"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
	"github.com/paulmach/orb/geojson"
	"github.com/peterstace/simplefeatures/geom"
	"github.com/uber/h3-go/v4"

	"fujin/datasets"
	"fujin/geo"
	"fujin/services/facility"
)

// district is a published area.
func district(id string, g orb.Geometry) datasets.Place {
	return datasets.Place{SourceID: id, Name: "区 " + id, Category: "district", Geometry: g}
}

// idOf is the id of the one facility of a category and name.
func (s *site) idOf(name string) string {
	s.t.Helper()
	for _, f := range s.get("/v1/facilities?bbox=-180,-90,180,90&category=district").Features {
		if f.Properties.Name == name {
			return f.ID
		}
	}
	s.t.Fatalf("there is no %s", name)
	return ""
}

// touching are the cells of a resolution that touch an area, found by trying
// all around it.
func touching(t *testing.T, area orb.Geometry, res int) []string {
	t.Helper()
	shape := func(g orb.Geometry) geom.Geometry {
		encoded, err := wkb.Marshal(g)
		if err != nil {
			t.Fatal(err)
		}
		made, err := geom.UnmarshalWKB(encoded)
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	whole, b := shape(area), area.Bound().Pad(0.02)
	tried := map[h3.Cell]bool{}
	for lon := b.Min[0]; lon <= b.Max[0]; lon += 0.002 {
		for lat := b.Min[1]; lat <= b.Max[1]; lat += 0.002 {
			cell, err := h3.LatLngToCell(h3.NewLatLng(lat, lon), res)
			if err != nil {
				t.Fatal(err)
			}
			tried[cell] = true
		}
	}
	var cells []string
	for cell := range tried {
		corners, err := cell.Boundary()
		if err != nil {
			t.Fatal(err)
		}
		var ring orb.Ring
		for _, c := range append(corners, corners[0]) {
			ring = append(ring, orb.Point{c.Lng, c.Lat})
		}
		if geom.Intersects(whole, shape(orb.Polygon{ring})) {
			cells = append(cells, cell.String())
		}
	}
	slices.Sort(cells)
	return cells
}

// The cells of an outline are those that touch it, holes and all its parts
// regarded, and every distance is that of the nearest of all facilities.
func TestCoverageOfAnOutlineEqualsBruteForce(t *testing.T) {
	s := serve(t, openSQLite(t), facility.Options{})
	var places []datasets.Place
	err := datasets.Sample(3000, 7, func(p datasets.Place) error { places = append(places, p); return nil })
	if err != nil {
		t.Fatal(err)
	}
	s.publish("sample", places...)
	area := orb.MultiPolygon{
		{{{115.80, 28.62}, {115.95, 28.64}, {115.93, 28.74}, {115.87, 28.70}, {115.82, 28.76}, {115.80, 28.62}},
			{{115.85, 28.65}, {115.85, 28.68}, {115.89, 28.68}, {115.89, 28.65}, {115.85, 28.65}}},
		{{{115.97, 28.70}, {116.0, 28.70}, {116.0, 28.72}, {115.97, 28.70}}},
	}
	s.publish("districts", district("d", area), district("other", orb.Polygon{{{115, 28}, {115.1, 28}, {115.1, 28.1}, {115, 28}}}))
	var answer coverageAnswer
	if status, raw := s.ask("GET", "/v1/coverage?category=toilet&within=400&res=8&area=feature:"+s.idOf("区 d"), "", &answer); status != http.StatusOK {
		t.Fatalf("%d %s", status, raw)
	}
	var cells []string
	for _, c := range answer.Cells {
		cells = append(cells, c.Cell)
		nearest := math.Inf(1)
		for _, p := range places {
			if p.Category == "toilet" {
				nearest = min(nearest, geo.Distance(orb.Point{c.Lon, c.Lat}, p.Geometry.(orb.Point)))
			}
		}
		if c.Distance == nil || math.Abs(*c.Distance-nearest) > 0.06 || c.Served != (nearest <= 400) {
			t.Fatalf("cell %s: %v, the nearest is %g m away", c.Cell, c, nearest)
		}
	}
	slices.Sort(cells)
	if want := touching(t, area, 8); !slices.Equal(cells, want) || len(want) < 150 {
		t.Errorf("%d cells, want %d", len(cells), len(want))
	}
	var same coverageAnswer
	encoded, err := json.Marshal(geojson.NewGeometry(area))
	if err != nil {
		t.Fatal(err)
	}
	s.ask("GET", "/v1/coverage?category=toilet&within=400&res=8&area="+url.QueryEscape(string(encoded)), "", &same)
	if same.Total != answer.Total || same.Served != answer.Served {
		t.Errorf("the same area as GeoJSON: %d of %d, as a feature %d of %d", same.Served, same.Total, answer.Served, answer.Total)
	}
}

func TestOutlinesThatCannotBeUsed(t *testing.T) {
	s := serve(t, openSQLite(t), facility.Options{})
	s.publish("districts", district("point", orb.Point{115.8, 28.6}), district("road", orb.LineString{{115.8, 28.6}, {115.9, 28.7}}),
		district("wide", orb.Polygon{{{100, 20}, {120, 20}, {120, 40}, {100, 20}}}), district("vast", orb.Polygon{{{60, 0}, {119, 0}, {119, 60}, {60, 60}, {60, 0}}}))
	for _, c := range []struct{ query, location, code, says string }{
		{"category=toilet&area=feature:nothing", "query.area", "not_found", `no feature "nothing"`},
		{"category=toilet&area=feature:", "query.area", "not_found", `no feature ""`},
		{"category=toilet&area=feature:" + s.idOf("区 point"), "query.area", "not_an_area", "is a Point"},
		{"category=toilet&area=feature:" + s.idOf("区 road"), "query.area", "not_an_area", "is a LineString"},
		{"category=toilet&res=9&area=feature:" + s.idOf("区 wide"), "query.area", "too_many", "ask for a lower res or a smaller area"},
		{"category=toilet&area=feature:" + s.idOf("区 vast"), "query.area", "too_many", "of resolution 5, at most 20000 are answered; ask for parts of it"},
		{"area=feature:" + s.idOf("区 wide"), "query.category", "required", "the outline itself would be the nearest"},
	} {
		var problem struct {
			Detail string
			Errors []struct{ Location, Code, Message string }
		}
		status, raw := s.ask("GET", "/v1/coverage?"+c.query, "", &problem)
		if status != http.StatusBadRequest || len(problem.Errors) != 1 || problem.Errors[0].Location != c.location || problem.Errors[0].Code != c.code || !strings.Contains(problem.Errors[0].Message+problem.Detail, c.says) {
			t.Errorf("%s: %d %s", c.query, status, raw)
		}
	}
}

// The districts of Nanchang as an agency would publish them, each asked for
// coverage and for demand.
func TestCoverageOfRealDistricts(t *testing.T) {
	const file = "../../../shared/data/admin/jiangxi/360100_full.geojson"
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Skip("the boundaries of Nanchang's districts are not here")
	}
	s := serve(t, openSQLite(t), facility.Options{})
	fc, err := geojson.UnmarshalFeatureCollection(raw)
	if err != nil {
		t.Fatal(err)
	}
	var outlines []datasets.Place
	for _, f := range fc.Features {
		outlines = append(outlines, district(f.Properties.MustString("name"), f.Geometry))
	}
	s.publish("districts", outlines...)
	s.publish("test", toilet("1", "公厕", 0))
	for _, p := range outlines {
		id := s.idOf(p.Name)
		var answer coverageAnswer
		status, raw := s.ask("GET", "/v1/coverage?category=toilet&area=feature:"+id, "", &answer)
		if status != http.StatusOK || answer.Total < 400 || answer.Total > 20_000 {
			t.Errorf("%s: %d, %d cells: %.300s", p.Name, status, answer.Total, raw)
		}
		if status, raw := s.ask("GET", "/v1/demand?area=feature:"+id, "", nil); status != http.StatusOK {
			t.Errorf("%s: demand: %d %s", p.Name, status, raw)
		}
	}
}
