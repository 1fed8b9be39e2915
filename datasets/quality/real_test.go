package quality

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"fujin/datasets"
	"fujin/geo"
)

// TestMunich restores the coordinates that a spreadsheet destroyed and compares
// them with the set that was cleaned by hand, by the places' names.
func TestMunich(t *testing.T) {
	src := sharedFile(t, "toilets/de_munich_toilets_export.csv")
	oracle := cleanMunich(t)
	for name, order := range map[string]Order{
		"area":              {Area: &orb.Bound{Min: orb.Point{10.5, 47.3}, Max: orb.Point{13, 49}}},
		"the one sound row": {},
		"some published":    {Known: published(someOf(oracle, 50)...)},
	} {
		t.Run(name, func(t *testing.T) {
			order.Category, order.Repairs = "toilet", []string{"decimal_restored"}
			got := pass(t, src, order)
			compared, near := 0, 0
			for _, p := range got.places {
				for _, at := range oracle[strings.TrimSpace(p.Name)] {
					if geo.Distance(at, p.Geometry.(orb.Point)) <= 50 {
						near++
						break
					}
				}
				if len(oracle[strings.TrimSpace(p.Name)]) > 0 {
					compared++
				}
			}
			t.Logf("%d of %d rows restored; of %d that the clean set knows %d lie within 50 m", len(got.repaired("decimal_restored")), got.Read, compared, near)
			if restored := len(got.repaired("decimal_restored")); restored < 1070 || got.Rejected > 20 {
				t.Errorf("%d rows restored, %d rejected", restored, got.Rejected)
			}
			if compared < 900 || near*100 < compared*97 {
				t.Errorf("%d of %d lie within 50 m of the clean set", near, compared)
			}
		})
	}
}

// cleanMunich are the positions of the clean set by name.
func cleanMunich(t *testing.T) map[string][]orb.Point {
	t.Helper()
	in, err := sharedFile(t, "toilets/de_munich_toilets_v14.json").Open()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	raw, err := io.ReadAll(in)
	if err != nil {
		t.Fatal(err)
	}
	var columns struct {
		Title    map[string]string
		Position map[string][2]float64
	}
	if err := json.Unmarshal(raw, &columns); err != nil {
		t.Fatal(err)
	}
	clean := map[string][]orb.Point{}
	for key, title := range columns.Title {
		at := columns.Position[key]
		name := strings.TrimSpace(title)
		clean[name] = append(clean[name], orb.Point{at[1], at[0]})
	}
	return clean
}

// someOf are some of the places as published ones.
func someOf(places map[string][]orb.Point, most int) []Known {
	var list []Known
	for name, at := range places {
		if len(list) < most && at[0][1] > 40 {
			list = append(list, Known{Name: name, At: at[0], Own: true})
		}
	}
	return list
}

// TestRealFindings checks what the gate finds in files whose faults were counted
// by other means.
func TestRealFindings(t *testing.T) {
	for _, test := range []struct {
		file, code string
		count      int
		repair     string
	}{
		{"toilets/gb_plymouth_toilets.json", "position_swapped", 22, "axes_swapped"},
		{"toilets/gb_gbptm_2014.csv", "position_swapped", 108, "axes_swapped"},
		{"toilets/gb_gbptm_2014.csv", "position_sign_lost", 6, "sign_restored"},
		{"stores/hr_grocery_stores.csv", "position_swapped", 4, "axes_swapped"},
		{"stores/tw_five_chains_geocoded.csv", "position_far", 9, ""},
		{"toilets/de_munich_toilets_v14.json", "position_far", 2, ""},
		{"toilets/kr_gyeonggi_toilets.csv", "row_duplicate", 425, "duplicate_dropped"}, // of 438 the others lack a position
		{"toilets/nl_amsterdam_toilets.geojson", "null_island", 2, ""},
		{"toilets/de_munich_toilets_export.csv", "date_for_text", 15, ""},
		{"stores/starbucks_worldwide_2017.csv", "position_fake", 1, ""}, // 5, 115
		{"coords/cn_amap_poi_gcj02.json", "row_duplicate", 15, "duplicate_dropped"},
	} {
		t.Run(test.file+" "+test.code, func(t *testing.T) {
			src := sharedFile(t, test.file)
			got := pass(t, src, Order{Category: "toilet"})
			if n := got.count(test.code); n != test.count {
				t.Errorf("found %d times, want %d", n, test.count)
			}
			if test.repair == "" {
				return
			}
			if n := len(got.repaired(test.repair)); n < test.count {
				t.Errorf("%d repairs are proposed, want %d", n, test.count)
			}
			mended := pass(t, src, Order{Category: "toilet", Repairs: []string{test.repair}})
			if n := mended.count(test.code); n != 0 {
				t.Errorf("found %d times after the repair", n)
			}
		})
	}
}

// TestPlymouthMended checks where the swapped file lies after the repair.
func TestPlymouthMended(t *testing.T) {
	got := pass(t, sharedFile(t, "toilets/gb_plymouth_toilets.json"), Order{Category: "toilet", Repairs: []string{"axes_swapped"}})
	if b := got.Bounds; b == nil || b[0] < -4.3 || b[2] > -3.9 || b[1] < 50.3 || b[3] > 50.5 {
		t.Errorf("bounds %v are not Plymouth", b)
	}
}

// TestTaiwanSharedPoints: the geocoder answered with the middle of the road; a
// mall's shops and rounded positions stay unsuspected.
func TestRealSharedPoints(t *testing.T) {
	if n := pass(t, sharedFile(t, "stores/tw_five_chains_geocoded.csv"), Order{}).count("point_shared"); n < 300 || n > 700 {
		t.Errorf("Taiwan: %d rows at points of several roads", n)
	}
	for _, file := range []string{"toilets/kr_gyeonggi_toilets.csv", "stores/starbucks_worldwide_2017.csv", "toilets/hk_fehd_toilets.xml"} {
		if n := pass(t, sharedFile(t, file), Order{}).count("point_shared"); n != 0 {
			t.Errorf("%s: %d rows are said to share a point wrongly", file, n)
		}
	}
}

// serious are codes that must stay silent where nothing is wrong.
var serious = []string{"position_swapped", "position_sign_lost", "position_outside_area", "position_far", "position_fake", "position_moved",
	"point_shared", "positions_coarse", "gcj02_taken_for_wgs84", "bd09_taken_for_wgs84", "wgs84_taken_for_gcj02", "row_duplicate",
	"id_duplicate", "text_misread", "text_lost", "number_rounded", "number_decimal", "zeros_lost", "date_for_text", "formula_error",
	"division_abolished", "coordinate_damaged", "null_island"}

func TestCleanFilesStaySilent(t *testing.T) {
	for _, test := range []struct{ file, category string }{
		{"toilets/hk_osm_toilets.geojson", ""},
		{"stores/ikea_stores.csv", "store"},
		{"stores/ikea_stores.geojson", "store"},
		{"osm/andorra-2013.osm.pbf", ""},
		{"osm/liechtenstein-2013-08-03.osm.pbf", ""},
		{"osm/monaco-2021.osm.pbf", ""},
		{"osm/ulm_opening_hours_overpass.osm.xml", ""},
		{"stores/us_7eleven_headerless.csv", "store"},
		{"stores/us_trader_joes_headerless.csv", "store"},
		{"stores/vn_circle_k.json", "store"},
		{"pickup/pl_warsaw_parcel_lockers.geojson", "parcel_locker"},
		{"pickup/inpost_de_page1.json", "parcel_locker"},
		{"toilets/au_victoria_national_toilet_map.geojson", "toilet"},
		{"toilets/au_melbourne_city_toilets.csv", "toilet"},
		{"toilets/fr_paris_sanisettes.json", "toilet"},
		{"toilets/jp_tokyo_shinagawa_toilets.sjis.csv", "toilet"},
		{"toilets/cn_guangzhou_toilets.esri.json", "toilet"},
		{"gbfs/no_oslo/station_information.csv", "bike_rental"},
		{"gbfs/tw_taipei/tdx_raw_stations.json", "bike_rental"},
		{"shapefile/nl_addresses_epsg28992.zip", "place"},
	} {
		t.Run(test.file, func(t *testing.T) {
			got := pass(t, sharedFile(t, test.file), Order{Category: test.category})
			for _, code := range serious {
				if rows := got.rows(code); len(rows) > 0 {
					t.Errorf("%s at rows %v", code, rows[:min(len(rows), 5)])
				}
			}
			for _, r := range got.repairs {
				t.Errorf("a repair is proposed: %+v", r)
				break
			}
			if n := got.count("place_duplicate"); n*25 > got.Read {
				t.Errorf("%d of %d rows are said to be duplicates", n, got.Read)
			}
		})
	}
}

// The same file again, as it is published, has nothing new wrong with it.
func TestPublishedAgain(t *testing.T) {
	src := sharedFile(t, "toilets/hk_osm_toilets.geojson")
	first := pass(t, src, Order{})
	var known []Known
	for _, p := range first.places {
		known = append(known, Known{SourceID: p.SourceID, Name: p.Name, At: onPlace(p.Geometry), Own: true})
	}
	second := pass(t, src, Order{Known: published(known...)})
	if first.Warnings != second.Warnings || len(second.repairs) != len(first.repairs) {
		t.Errorf("%d warnings become %d", first.Warnings, second.Warnings)
	}
}

// TestHainanShifted takes real places in WGS-84 as published and the same in
// GCJ-02 as the next file.
func TestHainanShifted(t *testing.T) {
	first := pass(t, sharedFile(t, "coords/cn_hainan_poi_wgs84.gb18030.csv"), Order{CRS: "wgs84"})
	var known []Known
	shifted := func(yield func(datasets.Place, error) bool) {
		for _, p := range first.places {
			p.Geometry = geo.GCJ02.FromWGS84(p.Geometry.(orb.Point))
			if !yield(p, nil) {
				return
			}
		}
	}
	for _, p := range first.places {
		known = append(known, Known{Name: p.Name, At: p.Geometry.(orb.Point), Own: true})
	}
	var file strings.Builder
	if err := datasets.WriteCSV(&file, shifted); err != nil {
		t.Fatal(err)
	}
	got := pass(t, text(file.String()), Order{Known: published(known...)})
	if got.count("gcj02_taken_for_wgs84") != 1 {
		t.Errorf("the shift is not found: %v", got.Codes)
	}
}

// Both readings must see the same rows in the same order, whatever the format:
// what the first has found out is then told of the right ones.
func TestBothReadingsAgree(t *testing.T) {
	for _, file := range []string{"toilets/hk_osm_toilets.geojson", "toilets/hk_fehd_toilets.xml", "toilets/kr_gyeonggi_toilets.csv",
		"toilets/cn_guangzhou_toilets.esri.json", "toilets/sg_bidet_toilets.kml", "osm/monaco-2021.osm.pbf", "osm/ulm_opening_hours_overpass.osm.xml",
		"pickup/inpost_pl_page1.json", "gbfs/ch_bern/station_information.json", "shapefile/train_stations.zip"} {
		t.Run(file, func(t *testing.T) {
			src := sharedFile(t, file)
			r := newRun(context.Background(), src, Order{}, Output{})
			if err := errors.Join(r.survey(), r.judge()); err != nil {
				t.Fatal(err)
			}
			for i := range r.facts { // every row is odd: each must be told of
				r.facts[i].odd, r.facts[i].fix = oddOutside, asIs
			}
			if err := r.check(); err != nil {
				t.Fatal(err)
			}
			told := 0
			for _, f := range r.report().Codes {
				if f.Code == "position_outside_area" {
					told += f.Count
				}
			}
			if told != len(r.facts) || told == 0 {
				t.Errorf("%d of %d rows were met again", told, len(r.facts))
			}
		})
	}
}
