package datasets

import (
	"strings"
	"testing"

	"github.com/paulmach/orb"
)

// TestRealGeoFiles reads the real files and compares with what was counted in
// them by other means.
func TestRealGeoFiles(t *testing.T) {
	for _, test := range []struct {
		file               string
		reader             Reader
		category           string
		accepted, rejected int
		polygons           int
	}{
		{"toilets/hk_osm_toilets.geojson", geoJSONReader{}, "", 1910, 0, 801},
		{"toilets/nl_amsterdam_toilets.geojson", geoJSONReader{}, "toilet", 213, 2, 0},
		{"toilets/au_victoria_national_toilet_map.geojson", geoJSONReader{}, "toilet", 2137, 0, 0},
		{"stores/ikea_stores.geojson", geoJSONReader{}, "store", 207, 0, 0},
		{"pickup/pl_warsaw_parcel_lockers.geojson", geoJSONReader{}, "parcel_locker", 44, 0, 0},
		{"osm/andorra-2013.osm.pbf", osmPBFReader{}, "toilet", 9, 0, 0},
		{"osm/liechtenstein-2013-08-03.osm.pbf", osmPBFReader{}, "toilet", 7, 0, 0},
		{"osm/monaco-2021.osm.pbf", osmPBFReader{}, "toilet", 31, 0, 2},
		{"osm/andorra-2013.osm.pbf", osmPBFReader{}, "store", 46, 0, 5},
		{"osm/liechtenstein-2013-08-03.osm.pbf", osmPBFReader{}, "store", 48, 0, 7},
		{"osm/monaco-2021.osm.pbf", osmPBFReader{}, "store", 144, 0, 2},
	} {
		t.Run(test.file+" "+test.category, func(t *testing.T) {
			got := mustRead(t, test.reader, fileSource(sharedData(t, test.file)), Options{Category: test.category})
			polygons := 0
			for _, p := range got.places {
				if _, ok := p.Geometry.(orb.Polygon); ok {
					polygons++
				}
				if want := test.category; want != "" && p.Category != want || want == "" && p.Category != "toilet" {
					t.Errorf("row %d is a %q", p.Row, p.Category)
				}
			}
			if len(got.places) != test.accepted || got.summary.Rejected != test.rejected || polygons != test.polygons {
				t.Errorf("accepted %d with %d polygons, rejected %d; want %d with %d, %d",
					len(got.places), polygons, got.summary.Rejected, test.accepted, test.polygons, test.rejected)
			}
			if n := got.codes()["null_island"]; n != test.rejected {
				t.Errorf("%d rows at null island, want %d", n, test.rejected)
			}
		})
	}
}

func TestOverpassWithoutFacilities(t *testing.T) {
	path := sharedData(t, "osm/overpass_raw_hebden-bridge.json")
	_, err := readAll(t, overpassReader{}, fileSource(path), Options{})
	if err == nil || !strings.Contains(err.Error(), "none of the file's 1009 elements is a facility") {
		t.Errorf("want a refusal that counts the elements, have %v", err)
	}
	got := mustRead(t, overpassReader{}, fileSource(path), Options{Category: "museum"})
	if len(got.places) != 1 || got.places[0].Name != "Heptonstall Museum" || got.places[0].SourceID != "way/101986298" ||
		got.places[0].Geometry.GeoJSONType() != "Polygon" {
		t.Errorf("selected by its own value, the museum should be an area made of its nodes: %+v", got.places)
	}
}
