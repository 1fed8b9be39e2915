package facility_test

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/maptile"

	"fujin/datasets"
	"fujin/geo"
	"fujin/services/facility"
)

// tile asks for a tile and decodes it; its one layer is nil where it is empty.
func (s *site) tile(category string, tile maptile.Tile, query string) *mvt.Layer {
	s.t.Helper()
	target := fmt.Sprintf("/v1/tiles/%s/%d/%d/%d.mvt%s", category, tile.Z, tile.X, tile.Y, query)
	status, raw := s.ask("GET", target, "", nil)
	if status != http.StatusOK {
		s.t.Fatalf("%s: %d %s", target, status, raw)
	}
	layers, err := mvt.Unmarshal([]byte(raw))
	if err != nil {
		s.t.Fatalf("%s: %v", target, err)
	}
	if len(layers) > 1 {
		s.t.Fatalf("%s: %d layers", target, len(layers))
	}
	if len(layers) == 0 || len(layers[0].Features) == 0 {
		return nil
	}
	if layers[0].Version != 2 || layers[0].Extent != 4096 {
		s.t.Errorf("%s: layer version %d, extent %d", target, layers[0].Version, layers[0].Extent)
	}
	return layers[0]
}

// pixel is where Web Mercator puts a position in a tile of 4096 pixels, by the
// projection's own formula.
func pixel(p orb.Point, tile maptile.Tile) orb.Point {
	x, y := geo.ToMercator(p)
	const half = 20037508.342789244
	across := math.Ldexp(1, int(tile.Z))
	return orb.Point{
		math.Floor(((x+half)/(2*half)*across - float64(tile.X)) * 4096),
		math.Floor(((half-y)/(2*half)*across - float64(tile.Y)) * 4096),
	}
}

func isAt(f *geojson.Feature, want orb.Point) bool {
	p, ok := f.Geometry.(orb.Point)
	return ok && math.Abs(p[0]-want[0]) <= 1 && math.Abs(p[1]-want[1]) <= 1
}

func TestTilesShowFacilitiesCloseUp(t *testing.T) {
	s := serve(t, openSQLite(t), facility.Options{})
	shop, road := toilet("2", "超市", 1), toilet("3", "步道", 0)
	shop.Category = "store"
	road.Category, road.Geometry = "trail", orb.LineString{{115.8570, 28.6820}, {115.8594, 28.6838}}
	public := toilet("1", "公厕", 0)
	public.Attributes = map[string]string{"access": "private", "name:en": "Toilet", "fee": "no"}
	s.publish("test", public, shop, road)
	id := s.get(here + "&category=toilet").Features[0].ID
	at := orb.Point{115.8582, 28.6829}
	for _, z := range []maptile.Zoom{0, 5, 14, 16, 22} {
		tile := maptile.At(at, z)
		l := s.tile("toilet", tile, "")
		if l == nil || l.Name != "facilities" || len(l.Features) != 1 {
			t.Fatalf("z %d: %+v", z, l)
		}
		f := l.Features[0]
		if !isAt(f, pixel(at, tile)) || f.Properties["id"] != id || f.Properties["name"] != "公厕" || f.Properties["category"] != "toilet" {
			t.Errorf("z %d: %v at %v, want it at %v", z, f.Properties, f.Geometry, pixel(at, tile))
		}
		if f.Properties["access"] != "private" || f.Properties["name:en"] != "Toilet" || len(f.Properties) != 5 {
			t.Errorf("z %d: %v", z, f.Properties)
		}
	}
	tile := maptile.At(at, 16)
	if l := s.tile("all", tile, ""); len(l.Features) != 3 {
		t.Errorf("all categories: %d features", len(l.Features))
	}
	if l := s.tile("trail", tile, ""); len(l.Features) != 1 {
		t.Errorf("a line has no point: %+v", l)
	}
	if l := s.tile("nothing_like_it", tile, ""); l != nil {
		t.Errorf("an unknown category holds %+v", l)
	}
	if l := s.tile("all", tile, "?dataset=test"); len(l.Features) != 3 {
		t.Errorf("of the dataset: %d features", len(l.Features))
	}
	if l := s.tile("all", tile, "?dataset=other"); l != nil {
		t.Errorf("of another dataset: %+v", l)
	}
	if l := s.tile("toilet", maptile.At(orb.Point{20, 20}, 10), ""); l != nil {
		t.Errorf("far away there is %+v", l)
	}
}

func TestTilesOfAShiftedBaseMap(t *testing.T) {
	s := serve(t, openSQLite(t), facility.Options{})
	// One in Nanchang, and one on each side of the border at Shenzhen.
	shenzhen, hongKong := toilet("2", "深圳", 0), toilet("3", "香港", 0)
	shenzhen.Geometry, hongKong.Geometry = orb.Point{114.1095, 22.5385}, orb.Point{114.1095, 22.5005}
	s.publish("test", toilet("1", "公厕", 0), shenzhen, hongKong)
	for _, at := range []orb.Point{{115.8582, 28.6829}, {114.1095, 22.5385}, {114.1095, 22.5005}} {
		for _, crs := range []geo.CRS{geo.GCJ02, geo.BD09} {
			shown := crs.FromWGS84(at)
			for _, z := range []maptile.Zoom{12, 15, 17, 19} {
				tile := maptile.At(shown, z)
				l := s.tile("toilet", tile, "?crs="+string(crs))
				if l == nil || !slices.ContainsFunc(l.Features, func(f *geojson.Feature) bool { return isAt(f, pixel(shown, tile)) }) {
					t.Errorf("%v in %s at z %d: %+v, want one at %v", at, crs, z, l, pixel(shown, tile))
				}
				if shown != at && z == 19 && s.tile("toilet", maptile.At(at, z), "?crs="+string(crs)) != nil {
					t.Errorf("%v in %s is also where it is in WGS-84", at, crs)
				}
			}
		}
	}
}

func TestTilesReachBeyondTheirEdge(t *testing.T) {
	s := serve(t, openSQLite(t), facility.Options{})
	tile := maptile.At(orb.Point{115.8582, 28.6829}, 14)
	edge := tile.Bound().Max[0]
	width := edge - tile.Bound().Min[0]
	beside, beyond := toilet("1", "beside", 0), toilet("2", "beyond", 0)
	beside.Geometry, beyond.Geometry = orb.Point{edge + width/100, 28.6829}, orb.Point{edge + width/10, 28.6829}
	s.publish("test", beside, beyond)
	l := s.tile("toilet", tile, "")
	if l == nil || len(l.Features) != 1 || l.Features[0].Properties["name"] != "beside" || l.Features[0].Geometry.(orb.Point)[0] < 4096 {
		t.Errorf("the tile holds %+v", l)
	}
	if l := s.tile("toilet", maptile.New(tile.X+1, tile.Y, 14), ""); l == nil || len(l.Features) != 2 {
		t.Errorf("the next one holds %+v", l)
	}
}

func TestTilesAtTheAntimeridian(t *testing.T) {
	s := serve(t, openSQLite(t), facility.Options{})
	east, west, on := toilet("1", "east", 0), toilet("2", "west", 0), toilet("3", "on", 0)
	east.Geometry, west.Geometry, on.Geometry = orb.Point{179.9999, -17}, orb.Point{-179.9999, -17.0001}, orb.Point{180, -17.0002}
	s.publish("test", east, west, on)
	for _, z := range []maptile.Zoom{1, 4, 10} {
		last := uint32(1)<<z - 1
		y := maptile.At(orb.Point{0, -17}, z).Y
		for _, x := range []uint32{0, last} {
			l := s.tile("toilet", maptile.New(x, y, z), "")
			if l == nil || len(l.Features) != 3 {
				t.Fatalf("z %d, x %d: %+v", z, x, l)
			}
			edge := map[bool]float64{true: 0, false: 4096}[x == 0]
			for _, f := range l.Features {
				if at := f.Geometry.(orb.Point)[0]; math.Abs(at-edge) > 2 {
					t.Errorf("z %d, x %d: %s is at %g", z, x, f.Properties["name"], at)
				}
			}
		}
	}
	if l := s.tile("toilet", maptile.New(0, 0, 0), ""); len(l.Features) != 3 {
		t.Errorf("the tile of the world shows %d", len(l.Features))
	}
}

func TestClustersSumUp(t *testing.T) {
	s := serve(t, openSQLite(t), facility.Options{})
	total := map[string]int{}
	var places []datasets.Place
	if err := datasets.Sample(6000, 5, func(p datasets.Place) error {
		places = append(places, p)
		total[p.Category]++
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	s.publish("test", places...)
	total["all"] = len(places)
	for _, category := range []string{"all", "toilet", "store"} {
		for _, query := range []string{"", "?crs=gcj02"} {
			if total[category] <= 1000 {
				t.Fatalf("%d facilities of %s make no clusters", total[category], category)
			}
			if sum := s.countTiles(category, maptile.New(0, 0, 0), query); sum != total[category] {
				t.Errorf("%s%s: the world's clusters count %d of %d", category, query, sum, total[category])
			}
			// Neighbours show a cell once, with all that is in it.
			sum, quarters := 0, maptile.At(orb.Point{115.8, 28}, 5)
			for _, dx := range []int{-1, 0, 1} {
				for _, dy := range []int{-1, 0, 1} {
					sum += s.countTiles(category, maptile.New(uint32(int(quarters.X)+dx), uint32(int(quarters.Y)+dy), 5), query)
				}
			}
			if math.Abs(float64(sum-total[category])) > 3 { // a tile of points beside one of clusters may share a cell
				t.Errorf("%s%s: nine tiles count %d of %d", category, query, sum, total[category])
			}
		}
	}
}

// countTiles counts what a tile shows without its buffer.
func (s *site) countTiles(category string, tile maptile.Tile, query string) (sum int) {
	s.t.Helper()
	l := s.tile(category, tile, query)
	if l == nil {
		return 0
	}
	for _, f := range l.Features {
		p := f.Geometry.(orb.Point)
		if p[0] < 0 || p[0] >= 4096 || p[1] < 0 || p[1] >= 4096 {
			continue
		}
		if l.Name != "clusters" {
			sum++
		} else {
			sum += int(f.Properties["count"].(float64))
		}
	}
	return sum
}
