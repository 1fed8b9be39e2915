package facility_test

import (
	"fmt"
	"math"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"fujin/datasets"
	"fujin/geo"
	"fujin/services/facility"
	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/dbtest"
)

const here = "/v1/facilities/nearby?lat=28.6829&lon=115.8582"

func TestNearbyAnswersLikeItsDocument(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		s := serve(t, open(), facility.Options{})
		p := toilet("1", `八一"公园"`, 5)
		p.Address, p.Phone, p.OpeningHours = "八一大道 1 号", "+86 791 1234", "Mo-Su 06:00-22:00"
		p.Attributes = map[string]string{"wheelchair": "yes", "fee": "no"}
		p.VerifiedAt = time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)
		s.publish("test", p, toilet("2", "far", 140))
		c := s.get(here)
		if c.Type != "FeatureCollection" || c.RadiusUsed != 1500 || c.CRS != "wgs84" || c.AsOf != "2026-11-21T04:00:00Z" || len(c.Features) != 1 {
			t.Fatalf("%+v", c)
		}
		f := c.Features[0]
		if f.Type != "Feature" || f.ID == "" || f.Geometry.Type != "Point" || string(f.Geometry.Coordinates) != "[115.8582,28.6834]" {
			t.Errorf("feature %+v", f)
		}
		q := f.Properties
		if q.Name != `八一"公园"` || q.Category != "toilet" || *q.Distance != 55.4 || *q.Bearing != 0 || q.Open != "open" ||
			q.NextChange != "2026-11-21T22:00:00+08:00" || q.Attributes["wheelchair"] != "yes" || q.Dataset != "test" || q.Version != 1 || q.VerifiedAt != "2026-05-01T08:00:00Z" {
			t.Errorf("properties %+v", q)
		}
		var one struct{ ID string }
		if status, _ := s.ask("GET", "/v1/facilities/"+f.ID, "", &one); status != 200 || one.ID != f.ID {
			t.Errorf("the facility by its id: %d %+v", status, one)
		}
	})
}

func TestFilters(t *testing.T) {
	s := serve(t, openSQLite(t), facility.Options{})
	with := func(name string, step float64, hours string, attributes ...string) datasets.Place {
		p := toilet(name, name, step)
		p.OpeningHours = hours
		p.Attributes = map[string]string{}
		for i := 0; i < len(attributes); i += 2 {
			p.Attributes[attributes[i]] = attributes[i+1]
		}
		return p
	}
	shop := with("shop", 9, "")
	shop.Category = "store"
	s.publish("test",
		with("open", 1, "24/7", "wheelchair", "yes", "fee", "no"),
		with("night", 2, "Mo-Su 22:00-04:00", "wheelchair", "limited", "access", "customers"),
		with("unsaid", 3, "", "wheelchair", "no"),
		with("odd", 4, "", "wheelchair", "sometimes"),
		shop)
	s.publish("other", with("elsewhere", 5, "24/7"))
	for query, want := range map[string][]string{
		"":                                   {"open", "night", "unsaid", "odd", "elsewhere", "shop"},
		"category=toilet":                    {"open", "night", "unsaid", "odd", "elsewhere"},
		"category=store,toilet&dataset=test": {"open", "night", "unsaid", "odd", "shop"},
		"category=nothing":                   {},
		"dataset=other":                      {"elsewhere"},
		"wheelchair=yes":                     {"open"},
		"wheelchair=yes,limited,designated":  {"open", "night"},
		"wheelchair=unknown":                 {"elsewhere", "shop"},
		"wheelchair=yes,limited&fee=unknown": {"night"},
		"access=customers":                   {"night"},
		"open_at=now":                        {"open", "unsaid", "odd", "elsewhere", "shop"},
		"open_at=now&include_unknown=false":  {"open", "elsewhere"},
		"open_at=2026-11-22T01:00:00%2B08:00&include_unknown=false": {"open", "night", "elsewhere"},
		"radius=30": {"open", "night"},
		"limit=1":   {"open"},
	} {
		if got := s.get(here + "&" + query).names(); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
}

func TestExpand(t *testing.T) {
	s := serve(t, openSQLite(t), facility.Options{})
	s.publish("test", toilet("1", "4 km", 360), toilet("2", "5 km", 450), toilet("3", "20 km", 1800))
	if c := s.get(here); len(c.Features) != 0 || c.RadiusUsed != 1500 {
		t.Errorf("without expand: %v in %g m", c.names(), c.RadiusUsed)
	}
	c := s.get(here + "&expand=true&limit=1")
	if !slices.Equal(c.names(), []string{"4 km"}) || c.RadiusUsed != 6000 {
		t.Errorf("with expand: %v in %g m", c.names(), c.RadiusUsed)
	}
	next := s.get(here + "&expand=true&limit=1&cursor=" + c.NextCursor)
	if !slices.Equal(next.names(), []string{"5 km"}) || next.RadiusUsed != 6000 || next.NextCursor != "" {
		t.Errorf("the next page: %v in %g m", next.names(), next.RadiusUsed)
	}
	if c := s.get("/v1/facilities/nearby?lat=40&lon=100&expand=true"); len(c.Features) != 0 || c.RadiusUsed != 50000 {
		t.Errorf("nothing within 50 km: %v in %g m", c.names(), c.RadiusUsed)
	}
}

// TestNearbyEqualsBruteForce compares with all distances, page by page, while
// other facilities come and go.
func TestNearbyEqualsBruteForce(t *testing.T) {
	s := serve(t, openSQLite(t), facility.Options{})
	var places []datasets.Place
	if err := datasets.Sample(5000, 7, func(p datasets.Place) error { places = append(places, p); return nil }); err != nil {
		t.Fatal(err)
	}
	s.publish("test", places...)
	for i, at := range datasets.SamplePositions(25, 11, 1) {
		at = orb.Point{geo.Round7(at[0]), geo.Round7(at[1])}
		type hit struct {
			name     string
			distance float64
		}
		var want []hit
		for _, p := range places {
			if d := geo.Distance(at, p.Geometry.(orb.Point)); d <= 8000 {
				want = append(want, hit{p.Name, d})
			}
		}
		slices.SortStableFunc(want, func(a, b hit) int { return int(math.Copysign(1, a.distance-b.distance)) })
		target := fmt.Sprintf("/v1/facilities/nearby?lat=%.7f&lon=%.7f&radius=8000&limit=7", at[1], at[0])
		n := 0
		for c := s.get(target); ; c = s.get(target + "&cursor=" + c.NextCursor) {
			for _, f := range c.Features {
				if n >= len(want) || f.Properties.Name != want[n].name && math.Abs(*f.Properties.Distance-want[n].distance) > 0.1 {
					t.Fatalf("query %d, place %d: %s at %g m", i, n, f.Properties.Name, *f.Properties.Distance)
				}
				n++
			}
			if c.NextCursor == "" {
				break
			}
			if i == 0 { // whatever else changes between pages
				s.publish("noise", toilet("x", fmt.Sprint("noise ", n), 5000+float64(n)))
			}
		}
		if n != len(want) {
			t.Errorf("query %d: %d facilities, want %d", i, n, len(want))
		}
	}
}

func TestShapesAreasAndRoutes(t *testing.T) {
	s := serve(t, openSQLite(t), facility.Options{})
	square := toilet("square", "square", 0)
	square.Geometry = orb.Polygon{{{115.857, 28.682}, {115.859, 28.682}, {115.859, 28.684}, {115.857, 28.684}, {115.857, 28.682}}}
	path := toilet("path", "path", 0)
	path.Geometry = orb.LineString{{115.862, 28.680}, {115.862, 28.690}}
	s.publish("test", square, path, toilet("point", "point", 30))
	c := s.get(here)
	if !slices.Equal(c.names(), []string{"square", "point", "path"}) || *c.Features[0].Properties.Distance != 0 || c.Features[0].Geometry.Type != "Polygon" {
		t.Errorf("nearby: %v", c.names())
	}
	if d := *c.Features[2].Properties.Distance; math.Abs(d-371.5) > 1 {
		t.Errorf("distance to the path is %g m", d)
	}
	if names := s.get("/v1/facilities?bbox=115.8585,28.6835,115.8588,28.6838").names(); !slices.Equal(names, []string{"square"}) {
		t.Errorf("box inside the square: %v", names)
	}
	var within, along collection
	s.ask("POST", "/v1/facilities/within", `{"polygon":{"type":"Polygon","coordinates":[[[115.8579,28.685],[115.863,28.685],[115.863,28.687],[115.8579,28.687],[115.8579,28.685]]]}}`, &within)
	if names := within.names(); !slices.Equal(slices.Sorted(slices.Values(names)), []string{"path", "point"}) {
		t.Errorf("within: %v", names)
	}
	s.ask("POST", "/v1/facilities/along?limit=2", `{"line":{"type":"LineString","coordinates":[[115.8582,28.67],[115.8582,28.69]]},"buffer":100}`, &along)
	if !slices.Equal(along.names(), []string{"square", "point"}) || along.NextCursor != "" {
		t.Errorf("along: %v", along.names())
	}
}

func TestCellsCountWhatIsThere(t *testing.T) {
	s := serve(t, openSQLite(t), facility.Options{})
	var places []datasets.Place
	if err := datasets.Sample(3000, 3, func(p datasets.Place) error { places = append(places, p); return nil }); err != nil {
		t.Fatal(err)
	}
	s.publish("test", places...)
	for _, res := range []int{0, 5, 8, 10} {
		var a struct {
			Cells []struct {
				Cell       string
				Total      int
				Categories map[string]int
			}
		}
		target := fmt.Sprintf("/v1/cells?bbox=%s&res=%d", url.QueryEscape("113,24,119,31"), res)
		if res > 8 {
			target = fmt.Sprintf("/v1/cells?bbox=115.7,28.5,116,28.8&res=%d", res)
		}
		if status, raw := s.ask("GET", target, "", &a); status != 200 {
			t.Fatalf("%s: %d %s", target, status, raw)
		}
		total := 0
		for _, c := range a.Cells {
			sum := 0
			for _, n := range c.Categories {
				sum += n
			}
			if sum != c.Total {
				t.Errorf("cell %s: %d is not the sum of %v", c.Cell, c.Total, c.Categories)
			}
			total += sum
		}
		want := len(places)
		if res > 8 {
			want = 0
			for _, p := range places {
				if at := p.Geometry.(orb.Point); at[0] >= 115.7 && at[0] <= 116 && at[1] >= 28.5 && at[1] <= 28.8 {
					want++
				}
			}
		}
		if total != want {
			t.Errorf("res %d: %d facilities counted, %d are there", res, total, want)
		}
	}
}

func TestSearchFindsNamesAndDivisions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		s := serve(t, open(), facility.Options{})
		p := toilet("1", "滕王阁公共厕所", 0)
		p.Attributes = map[string]string{"name:en": "Pavilion of Prince Teng Toilet"}
		s.publish("test", p, toilet("2", "八一公园公厕", 10))
		search := func(q string) []string {
			var a struct {
				Results []struct {
					Type, ID, Name string
					Lat, Lon       float64
				}
			}
			if status, raw := s.ask("GET", "/v1/search?q="+url.QueryEscape(q), "", &a); status != 200 {
				t.Fatalf("%s: %d %s", q, status, raw)
			}
			names := []string{}
			for _, r := range a.Results {
				if r.Lat == 0 || r.Lon == 0 {
					t.Errorf("%s: no position for %s", q, r.Name)
				}
				names = append(names, r.Type+" "+r.Name)
			}
			return names
		}
		for q, want := range map[string]string{
			"滕王阁": "facility 滕王阁公共厕所", "prince teng": "facility 滕王阁公共厕所", "公园": "facility 八一公园公厕",
			"南昌市": "division 南昌市", "nanchang": "division 南昌市",
		} {
			if got := search(q); len(got) == 0 || got[0] != want {
				t.Errorf("%s: %v, want %s first", q, got, want)
			}
		}
		s.publish("test", toilet("1", "绳金塔公厕", 0))
		if got := search("滕王阁"); len(got) != 0 {
			t.Errorf("a former name still finds %v", got)
		}
		if got := search("绳金塔"); len(got) != 1 {
			t.Errorf("the new name finds %v", got)
		}
	})
}
