package datasets

import (
	"strings"
	"testing"

	"github.com/paulmach/orb"
)

// TestRealTables reads the real tables and compares with what was counted in
// them by other means.
func TestRealTables(t *testing.T) {
	for _, test := range []struct {
		file                     string
		read, accepted, rejected int
		encoding                 string
		codes                    map[string]int // some of them
		// name and at are of the first accepted row.
		name string
		at   orb.Point
	}{
		{"toilets/au_melbourne_city_toilets.csv", 76, 76, 0, "UTF-8", nil,
			"Public Toilet - Princes Park Royal Parade (near Park Street)", orb.Point{144.9604666, -37.778937}},
		{"toilets/de_munich_toilets_export.csv", 1092, 1, 1091, "UTF-8 BOM", map[string]int{"coordinate_damaged": 1078, "null_island": 13, "encoding_repaired": 1},
			"WC Berghotel Aschbach, Feldkirchen-Westerham", orb.Point{11.85, 47.9}}, // the one row that the spreadsheet spared
		{"toilets/gb_gbptm_2014.csv", 3385, 257, 3128, "macintosh", map[string]int{"coordinate_missing": 3114, "coordinate_out_of_range": 5},
			"Tudor Square", orb.Point{54.15785, -3.17732}},
		{"toilets/jp_tokyo_shinagawa_toilets.sjis.csv", 162, 162, 0, "Shift_JIS", nil, "大井町駅前公衆便所", orb.Point{139.734739, 35.605663}},
		{"toilets/kr_gyeonggi_toilets.csv", 10936, 10542, 394, "UTF-8 BOM", map[string]int{"coordinate_missing": 394, "crs_assumed": 0}, "진원프라자", orb.Point{126.7718357, 37.6569378}},
		{"toilets/us_refuge_restrooms_export.csv", 21, 21, 0, "UTF-8", map[string]int{"columns_guessed": 1}, "Mission Creek Cafe", orb.Point{-122.42133, 37.757358}},
		{"stores/hr_grocery_stores.csv", 886, 876, 10, "UTF-8", map[string]int{"position_swapped": 4, "coordinate_missing": 10}, "konzum", orb.Point{17.2244228, 45.5923704}},
		{"stores/ikea_stores.csv", 207, 207, 0, "UTF-8", nil, "Springvale", orb.Point{145.1439079, -37.9265315}},
		{"stores/starbucks_worldwide_2017.csv", 25600, 25599, 1, "UTF-8", map[string]int{"coordinate_missing": 1, "position_swapped": 0}, "Meritxell, 96", orb.Point{1.53, 42.51}},
		{"stores/tw_five_chains_geocoded.csv", 21747, 21746, 1, "UTF-8 BOM", map[string]int{"coordinate_missing": 1}, "關西中山東分公司", orb.Point{121.184853, 24.788608}},
		{"stores/us_7eleven_headerless.csv", 8330, 8330, 0, "UTF-8", map[string]int{"columns_guessed": 1, "row_ragged": 1}, "7 Eleven-Casa Grande,AZ", orb.Point{-111.748443, 32.893856}},
		{"stores/us_trader_joes_headerless.csv", 492, 492, 0, "UTF-8", map[string]int{"columns_guessed": 1}, "Trader Joe's; #602", orb.Point{-74.035939, 40.992566}},
		{"gbfs/no_oslo/station_information.csv", 260, 260, 0, "UTF-8", map[string]int{"crs_assumed": 1}, "Sogn Studentby", orb.Point{10.7278528, 59.9520844}},
		{"coords/cn_hainan_poi_wgs84.gb18030.csv", 1220, 1040, 180, "GB18030", map[string]int{"crs_assumed": 0, "null_island": 180}, "海南大学", orb.Point{110.3244342, 20.0588211}},
	} {
		t.Run(test.file, func(t *testing.T) {
			got := mustRead(t, readerFunc(Read), fileSource(sharedData(t, test.file)), Options{})
			if s := got.summary; s.Read != test.read || s.Accepted != test.accepted || s.Rejected != test.rejected || s.Encoding != test.encoding || s.Format != CSV {
				t.Errorf("summary %+v, want %d = %d + %d in %s", s, test.read, test.accepted, test.rejected, test.encoding)
			}
			codes := got.codes()
			for code, n := range test.codes {
				if codes[code] != n {
					t.Errorf("%s %d times, want %d", code, codes[code], n)
				}
			}
			if first := got.places[0]; first.Name != test.name || first.Geometry != test.at {
				t.Errorf("the first place is %q at %v", first.Name, first.Geometry)
			}
		})
	}
}

// TestRealRefusals says in one sentence why a file is not read.
func TestRealRefusals(t *testing.T) {
	for file, want := range map[string]string{
		"toilets/sg_bidet_toilets_sheet.csv": "none of its columns Region, Location, Remarks, Address is known",
		"stores/tw_five_chains_registry.csv": "none of its columns 公司統一編號, 公司名稱, ",
		"retail/il_prices_2026-08-22.csv.gz": "the file has no positions",
	} {
		t.Run(file, func(t *testing.T) {
			_, err := readAll(t, readerFunc(Read), fileSource(sharedData(t, file)), Options{})
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("refused with %v, want %q", err, want)
			}
		})
	}
}
