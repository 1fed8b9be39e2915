package facility_test

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"fujin/datasets"
	"fujin/geo"
	"fujin/services/facility"
)

// inSystem compares a Point geometry with a WGS-84 position shown in a system.
func inSystem(t *testing.T, raw json.RawMessage, crs geo.CRS, at orb.Point) {
	t.Helper()
	var got orb.Point
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	want := crs.FromWGS84(at)
	if math.Abs(got[0]-want[0]) > 1.1e-7 || math.Abs(got[1]-want[1]) > 1.1e-7 {
		t.Errorf("%s: %v, want %v", crs, got, want)
	}
}

func TestNearbyInOtherSystems(t *testing.T) {
	s := serve(t, openSQLite(t), facility.Options{})
	where := map[string]orb.Point{}
	var places []datasets.Place
	if err := datasets.Sample(3000, 9, func(p datasets.Place) error {
		p.Name = fmt.Sprint("n", len(places))
		where[p.Name] = p.Geometry.(orb.Point)
		places = append(places, p)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	// Beyond the mainland nothing is shifted.
	abroad := toilet("hk", "hk", 0)
	abroad.Geometry = orb.Point{114.158, 22.282}
	where["hk"] = orb.Point{114.158, 22.282}
	s.publish("test", append(places, abroad)...)
	for _, at := range append(datasets.SamplePositions(8, 4, 1), where["hk"]) {
		want := s.get(fmt.Sprintf("/v1/facilities/nearby?lat=%.7f&lon=%.7f&radius=20000&limit=50", at[1], at[0]))
		if len(want.Features) == 0 {
			t.Fatalf("nothing near %v", at)
		}
		for _, crs := range []geo.CRS{geo.GCJ02, geo.BD09} {
			p := crs.FromWGS84(at)
			got := s.get(fmt.Sprintf("/v1/facilities/nearby?lat=%.9f&lon=%.9f&radius=20000&limit=50&crs=%s", p[1], p[0], crs))
			if got.CRS != string(crs) || len(got.Features) != len(want.Features) {
				t.Fatalf("%s: %d facilities in %s, %d in WGS-84", crs, len(got.Features), got.CRS, len(want.Features))
			}
			for i, f := range got.Features {
				w := want.Features[i]
				if f.ID != w.ID || math.Abs(*f.Properties.Distance-*w.Properties.Distance) > 0.11 || math.Abs(*f.Properties.Bearing-*w.Properties.Bearing) > 0.5 && *w.Properties.Distance > 10 {
					t.Errorf("%s: %s at %g m, %s at %g m in WGS-84", crs, f.ID, *f.Properties.Distance, w.ID, *w.Properties.Distance)
				}
				inSystem(t, f.Geometry.Coordinates, crs, where[f.Properties.Name])
			}
			// One alone, too.
			var one struct {
				Geometry struct{ Coordinates json.RawMessage }
			}
			s.ask("GET", "/v1/facilities/"+got.Features[0].ID+"?crs="+string(crs), "", &one)
			inSystem(t, one.Geometry.Coordinates, crs, where[got.Features[0].Properties.Name])
		}
	}
}

// TestShapesInOtherSystems converts every position, and changes none for the
// next query.
func TestShapesInOtherSystems(t *testing.T) {
	s := serve(t, openSQLite(t), facility.Options{})
	ring := orb.Ring{{115.857, 28.682}, {115.859, 28.682}, {115.859, 28.684}, {115.857, 28.682}}
	square := toilet("1", "square", 0)
	square.Geometry = orb.Polygon{ring}
	s.publish("test", square)
	for _, crs := range []geo.CRS{geo.BD09, geo.WGS84, geo.GCJ02, geo.WGS84} {
		var shown orb.Polygon
		p := crs.FromWGS84(ring[0])
		c := s.get(fmt.Sprintf("/v1/facilities/nearby?lat=%.9f&lon=%.9f&crs=%s", p[1], p[0], crs))
		if err := json.Unmarshal(c.Features[0].Geometry.Coordinates, &shown); err != nil {
			t.Fatal(err)
		}
		for i, p := range shown[0] {
			if want := crs.FromWGS84(ring[i]); math.Abs(p[0]-want[0]) > 2e-7 || math.Abs(p[1]-want[1]) > 2e-7 {
				t.Errorf("%s: %v, want %v", crs, p, want)
			}
		}
	}
}

// TestBoxesAndAreasInOtherSystems asks for boxes of the shifted plane, whose
// edges bend in WGS-84, and compares with every facility's shifted position.
func TestBoxesAndAreasInOtherSystems(t *testing.T) {
	s := serve(t, openSQLite(t), facility.Options{})
	// A dense line of facilities across each edge of the box.
	var places []datasets.Place
	add := func(at orb.Point) {
		p := toilet(fmt.Sprint(len(places)), fmt.Sprint(len(places)), 0)
		p.Geometry = orb.Point{geo.Round7(at[0]), geo.Round7(at[1])}
		places = append(places, p)
	}
	box := orb.Bound{Min: orb.Point{115.3, 28.3}, Max: orb.Point{116.1, 28.9}}
	for i := range 40 {
		share := (float64(i) + 0.5) / 40
		for _, crs := range []geo.CRS{geo.GCJ02, geo.BD09} {
			for _, metres := range []float64{-3, 3} {
				off := metres / 100_000
				add(crs.ToWGS84(orb.Point{box.Min[0] + share*0.8, box.Max[1] + off}))
				add(crs.ToWGS84(orb.Point{box.Min[0] + off, box.Min[1] + share*0.6}))
			}
		}
	}
	s.publish("test", places...)
	for _, crs := range []geo.CRS{geo.GCJ02, geo.BD09} {
		var want []string
		for _, p := range places {
			if box.Contains(crs.FromWGS84(p.Geometry.(orb.Point))) {
				want = append(want, p.Name)
			}
		}
		slices.Sort(want)
		bbox := fmt.Sprintf("%g,%g,%g,%g", box.Min[0], box.Min[1], box.Max[0], box.Max[1])
		c := s.get("/v1/facilities?bbox=" + bbox + "&limit=1000&crs=" + string(crs))
		if got := c.names(); c.CRS != string(crs) || !slices.Equal(slices.Sorted(slices.Values(got)), want) {
			t.Errorf("%s: %d facilities in the box, want %d", crs, len(got), len(want))
		}
		for _, f := range c.Features {
			var at orb.Point
			if err := json.Unmarshal(f.Geometry.Coordinates, &at); err != nil || !box.Pad(1e-7).Contains(at) {
				t.Errorf("%s: %v is outside the box that was asked for", crs, at)
			}
		}
		// A triangle at one facility, given in the system.
		p := crs.FromWGS84(places[7].Geometry.(orb.Point))
		var within collection
		s.ask("POST", "/v1/facilities/within?crs="+string(crs), fmt.Sprintf(`{"polygon":{"type":"Polygon","coordinates":[[[%f,%f],[%f,%f],[%f,%f],[%f,%f]]]}}`,
			p[0]-1e-5, p[1]-1e-5, p[0]+1e-5, p[1]-1e-5, p[0], p[1]+1e-5, p[0]-1e-5, p[1]-1e-5), &within)
		if !slices.Equal(within.names(), []string{"7"}) {
			t.Errorf("%s: the triangle holds %v", crs, within.names())
		}
		var along collection
		s.ask("POST", "/v1/facilities/along?crs="+string(crs), fmt.Sprintf(`{"line":{"type":"LineString","coordinates":[[%f,%f],[%f,%f]]},"buffer":2}`,
			p[0]-1e-5, p[1], p[0]+1e-5, p[1]), &along)
		if !slices.Equal(along.names(), []string{"7"}) {
			t.Errorf("%s: along the line are %v", crs, along.names())
		}
	}
}

func TestCellsAndSearchInOtherSystems(t *testing.T) {
	s := serve(t, openSQLite(t), facility.Options{})
	p := toilet("1", "滕王阁公厕", 0)
	at := p.Geometry.(orb.Point)
	s.publish("test", p)
	type answer struct {
		CRS   string
		Cells []struct {
			Cell     string
			Lat, Lon float64
			Total    int
		}
		Results []struct{ Lat, Lon float64 }
	}
	cells := func(crs geo.CRS) (a answer) {
		q := crs.FromWGS84(at)
		target := fmt.Sprintf("/v1/cells?bbox=%f,%f,%f,%f&res=9&crs=%s", q[0]-1e-4, q[1]-1e-4, q[0]+1e-4, q[1]+1e-4, crs)
		if status, raw := s.ask("GET", target, "", &a); status != http.StatusOK || len(a.Cells) != 1 {
			t.Fatalf("%s: %d %s", target, status, raw)
		}
		return a
	}
	search := func(crs geo.CRS) (a answer) {
		if status, raw := s.ask("GET", "/v1/search?q="+url.QueryEscape("滕王阁")+"&crs="+string(crs), "", &a); status != http.StatusOK || len(a.Results) != 1 {
			t.Fatalf("%d %s", status, raw)
		}
		return a
	}
	plain := cells(geo.WGS84)
	for _, crs := range []geo.CRS{geo.WGS84, geo.GCJ02, geo.BD09} {
		c, r := cells(crs), search(crs)
		centre := crs.FromWGS84(orb.Point{plain.Cells[0].Lon, plain.Cells[0].Lat})
		if c.CRS != string(crs) || c.Cells[0].Cell != plain.Cells[0].Cell || c.Cells[0].Total != 1 ||
			math.Abs(c.Cells[0].Lon-centre[0]) > 2e-7 || math.Abs(c.Cells[0].Lat-centre[1]) > 2e-7 {
			t.Errorf("%s: cell %+v", crs, c)
		}
		shown := crs.FromWGS84(at)
		if r.CRS != string(crs) || math.Abs(r.Results[0].Lon-shown[0]) > 1.1e-7 || math.Abs(r.Results[0].Lat-shown[1]) > 1.1e-7 {
			t.Errorf("%s: found %+v, want %v", crs, r, shown)
		}
	}
}
