package facility_test

import (
	"encoding/csv"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
	"github.com/uber/h3-go/v4"

	"fujin/datasets"
	"fujin/geo"
	"fujin/services/facility"
	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/dbtest"
)

type coverageAnswer struct {
	Res, Total, Served, Lacking int
	Cells                       []struct {
		Cell     string
		Lat, Lon float64
		Distance *float64 `json:"distance_m"`
		Nearest  *string
		Served   bool
	}
}

const nanchangCentre = "115.80,28.62,115.95,28.74"

// Every cell's distance is that of the nearest of all facilities, one by one.
func TestCoverageEqualsBruteForce(t *testing.T) {
	s := serve(t, openSQLite(t), facility.Options{})
	var places []datasets.Place
	err := datasets.Sample(3000, 7, func(p datasets.Place) error { places = append(places, p); return nil })
	if err != nil {
		t.Fatal(err)
	}
	s.publish("sample", places...)
	var answer coverageAnswer
	if status, raw := s.ask("GET", "/v1/coverage?category=toilet&within=400&res=8&area="+nanchangCentre, "", &answer); status != http.StatusOK {
		t.Fatalf("%d %s", status, raw)
	}
	if answer.Res != 8 || answer.Total != len(answer.Cells) || answer.Total < 200 || answer.Served+answer.Lacking != answer.Total || answer.Served == 0 || answer.Lacking == 0 {
		t.Fatalf("%+v", answer)
	}
	served := 0
	for _, c := range answer.Cells {
		nearest := math.Inf(1)
		for _, p := range places {
			if p.Category == "toilet" {
				nearest = min(nearest, geo.Distance(orb.Point{c.Lon, c.Lat}, p.Geometry.(orb.Point)))
			}
		}
		if c.Distance == nil || math.Abs(*c.Distance-nearest) > 0.06 || c.Served != (nearest <= 400) {
			t.Fatalf("cell %s: %v, the nearest is %g m away", c.Cell, c, nearest)
		}
		if c.Served {
			served++
		}
	}
	if served != answer.Served {
		t.Errorf("%d cells are served, %d are said to be", served, answer.Served)
	}
	var lacking coverageAnswer
	s.ask("GET", "/v1/coverage?category=toilet&within=400&res=8&lacking=true&area="+nanchangCentre, "", &lacking)
	if len(lacking.Cells) != answer.Lacking || lacking.Total != answer.Total {
		t.Errorf("%d lacking cells, want %d", len(lacking.Cells), answer.Lacking)
	}
}

// All cells that touch the area are there, in each of the forms.
func TestCoverageIsExported(t *testing.T) {
	s := serve(t, openSQLite(t), facility.Options{})
	s.publish("test", toilet("1", "公厕", 0))
	triangle := `{"type":"Polygon","coordinates":[[[115.85,28.67],[115.87,28.67],[115.86,28.69],[115.85,28.67]]]}`
	target := "/v1/coverage?area=" + url.QueryEscape(triangle)
	var answer coverageAnswer
	s.ask("GET", target, "", &answer)
	if answer.Res != 10 {
		t.Errorf("resolution %d was chosen", answer.Res)
	}
	inside := map[string]bool{}
	for _, c := range answer.Cells {
		inside[c.Cell] = true
	}
	for lon := 115.8505; lon < 115.87; lon += 0.0007 {
		for lat := 28.6705; lat < 28.69; lat += 0.0007 {
			cell, err := h3.LatLngToCell(h3.NewLatLng(lat, lon), 10)
			if err != nil {
				t.Fatal(err)
			}
			if in := lat-28.67 < 2*(lon-115.85) && lat-28.67 < 2*(115.87-lon); in && !inside[cell.String()] {
				t.Fatalf("%g, %g lies in the area, its cell %s is missing", lat, lon, cell)
			}
		}
	}
	_, raw := s.ask("GET", target+"&format=csv", "", nil)
	rows, err := csv.NewReader(strings.NewReader(raw)).ReadAll()
	if err != nil || len(rows) != len(answer.Cells)+1 || strings.Join(rows[0], ",") != "cell,lat,lon,distance_m,nearest,served" || rows[1][0] != answer.Cells[0].Cell {
		t.Errorf("%d rows of CSV, %v, %v", len(rows), err, rows[0])
	}
	_, raw = s.ask("GET", target+"&format=geojson&crs=gcj02", "", nil)
	shapes, err := geojson.UnmarshalFeatureCollection([]byte(raw))
	if err != nil || len(shapes.Features) < len(answer.Cells)*9/10 {
		t.Fatalf("%v: %s", err, raw)
	}
	ring := shapes.Features[0].Geometry.(orb.Polygon)[0]
	if len(ring) < 6 || ring[0] != ring[len(ring)-1] {
		t.Errorf("a cell has the ring %v", ring)
	}
}

func TestCoverageRefusesWhatItCannotAnswer(t *testing.T) {
	s := serve(t, openSQLite(t), facility.Options{})
	for area, want := range map[string]string{
		"":                                     "required",
		"360100":                               "malformed",
		"115.9,28.6,115.8,28.7":                "out_of_range",
		"115.8,28.8,115.9,28.7":                "out_of_range",
		"70,20,140,50":                         "out_of_range",
		"100,20,120,40&res=9":                  "too_many",
		`{"type":"Point"}`:                     "malformed",
		`{"type":"Point","coordinates":[1,2]}`: "not_one_of",
		`{"type":"Polygon","coordinates":[[[0,0],[500,0],[1,1],[0,0]]]}`: "out_of_range",
	} {
		query, rest, _ := strings.Cut(area, "&")
		target := "/v1/coverage?area=" + url.QueryEscape(query) + "&" + rest
		if area == "" {
			target = "/v1/coverage"
		}
		var problem struct {
			Errors []struct{ Location, Code, Message string }
		}
		status, raw := s.ask("GET", target, "", &problem)
		if status != http.StatusBadRequest || len(problem.Errors) != 1 || problem.Errors[0].Location != "query.area" || problem.Errors[0].Code != want || problem.Errors[0].Message == "" {
			t.Errorf("%s: %d %s, want %s", area, status, raw, want)
		}
	}
}

// Searches are counted per cell and day on both databases, also over a restart;
// few are not shown.
func TestDemandIsCountedAboveAMinimum(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		db := open()
		s := serve(t, db, facility.Options{})
		s.publish("test", toilet("1", "公厕", 0))
		search := func(times int, lat, lon float64, query string) {
			for i := range times {
				s.get(fmt.Sprintf("/v1/facilities/nearby?lat=%.6f&lon=%.6f%s", lat, lon+float64(i)*1e-6, query))
			}
		}
		search(7, 28.6829, 115.8582, "&category=toilet")
		if err := s.WriteDemand(t.Context()); err != nil {
			t.Fatal(err)
		}
		search(5, 28.6829, 115.8582, "&category=toilet,made_up")
		search(11, 28.2029, 115.8582, "&category=toilet")
		search(9, 28.4029, 115.8582, "&category=toilet")
		search(12, 28.6829, 115.8582, "")
		s.stop()
		s = serve(t, db, facility.Options{})
		var answer struct {
			Least int
			Cells []struct {
				Cell     string
				Searches int
				Unmet    *int
			}
		}
		ask := func(query string) string {
			answer.Cells = nil
			_, raw := s.ask("GET", "/v1/demand?area=115.7,28.1,116,28.8"+query, "", &answer)
			return raw
		}
		raw := ask("&category=toilet")
		found := map[string]string{}
		for _, c := range answer.Cells {
			found[c.Cell] = fmt.Sprint(c.Searches, " ", *c.Unmet)
		}
		cell := func(lat float64) string {
			c, err := h3.LatLngToCell(h3.NewLatLng(math.Floor(lat*100)/100+0.005, 115.855), 7)
			if err != nil {
				t.Fatal(err)
			}
			return c.String()
		}
		if len(found) != 2 || found[cell(28.6829)] != "12 0" || found[cell(28.2029)] != "11 11" || answer.Least != 10 {
			t.Errorf("%v in %s", found, raw)
		}
		if raw := ask("&category=made_up"); len(answer.Cells) != 0 {
			t.Errorf("a category that nothing has was counted: %s", raw)
		}
		if raw := ask(""); len(answer.Cells) != 2 || strings.Contains(raw, "28.6829") {
			t.Errorf("all categories: %s", raw)
		}
	})
}
