package datasets

import (
	"strings"
	"testing"

	"github.com/paulmach/orb"
)

// TestRealRecords reads the real files of JSON and XML and compares with what
// was counted in them by other means.
func TestRealRecords(t *testing.T) {
	for _, test := range []struct {
		file               string
		format             Format
		accepted, rejected int
		codes              map[string]int // some of them
		// the first accepted row
		name, id, hours string
		at              orb.Point
	}{
		{"toilets/cn_guangzhou_toilets.esri.json", EsriJSON, 1370, 0, map[string]int{"crs_assumed": 1}, "洪桥街", "", "", orb.Point{113.2698422, 23.1344002}},
		{"toilets/de_munich_toilets_v14.json", JSON, 1028, 0, nil, "WC Bad Georgenschwaige Damen", "1", "", orb.Point{11.5717, 48.1756}},
		{"toilets/fr_paris_sanisettes.json", JSON, 615, 0, map[string]int{"hours_unparsed": 168}, "", "55c8d72246bc7e493d56597e36e03e27fd574e13", "06:00-22:00", orb.Point{2.2605336, 48.8483316}},
		{"toilets/gb_plymouth_toilets.json", JSON, 22, 0, nil, "Armada Way", "82513ed3-5cc6-4ab9-9fdb-79354a9dcab2", "Mo-Su 08:00-18:00", orb.Point{50.37156, -4.14246}},
		{"toilets/hk_fehd_toilets.xml", XML, 1369, 0, map[string]int{"hours_unparsed": 41}, "華興里公廁及浴室", "1", `24/7; 2024 Mar 06-2026 Dec 02 off "暫停服務"`, orb.Point{114.151492, 22.283733}},
		{"toilets/hk_lcsd_sports_centres.json", JSON, 115, 1, map[string]int{"coordinate_damaged": 1, "hours_unparsed": 4}, "佛光街體育館", "2z7MIIefEy", `Mo-Su 07:00-23:00 open "定期保養日除外"`, orb.Point{114.1811111, 22.3147222}},
		{"stores/se_systembolaget_stores.json", JSON, 908, 1, map[string]int{"null_island": 1, "hours_unparsed": 0}, "Fältöversten", "0102",
			`unknown; 2025 Nov 01 off "Alla helgons dag"; 2025 Nov 02 off; 2025 Nov 03-07 10:00-19:00; 2025 Nov 08 10:00-15:00; 2025 Nov 09 off; 2025 Nov 10-14 10:00-19:00; 2025 Nov 15 10:00-15:00; 2025 Nov 16 off`, orb.Point{18.0913141, 59.3394708}},
		{"stores/vn_circle_k.json", JSON, 153, 0, nil, "Circle K Cuu Long", "", "", orb.Point{106.6623879, 10.7815189}},
		{"pickup/inpost_pl_page1.json", JSON, 493, 7, map[string]int{"null_island": 7, "hours_unparsed": 0}, "ADA01M", "", "24/7", orb.Point{22.26405, 51.73834}},
		{"pickup/inpost_fr_page1.json", JSON, 490, 10, map[string]int{"null_island": 10, "hours_unparsed": 0}, "FR000000", "", "", orb.Point{2.36967, 43.2359}},
		{"pickup/inpost_de_page1.json", JSON, 500, 0, map[string]int{"hours_unparsed": 0}, "DE000009", "", "Mo-Fr 09:00-18:00; Sa 09:00-12:00; Su off", orb.Point{13.7596, 54.05737}},
		{"coords/china_cities_wgs84_gcj02_bd09.json", JSON, 664, 0, map[string]int{"crs_assumed": 0}, "驻马店市", "", "", orb.Point{114.0164322, 33.0133556}},
		{"coords/cn_amap_poi_gcj02.json", JSON, 117, 0, map[string]int{"crs_assumed": 1}, "程家桥卫生服务中心", "B0FFF5EG0J", "", orb.Point{121.367338, 31.1897}},
		{"gbfs/tw_taipei/station_information.json", GBFS, 1339, 0, nil, "YouBike2.0_MRT Technology Bldg. Sta.", "TPE500101001", "", orb.Point{121.5436, 25.02605}},
		{"gbfs/tw_taipei/tdx_raw_stations.json", JSON, 1339, 0, nil, "YouBike2.0_捷運科技大樓站", "TPE500101001", "", orb.Point{121.5436, 25.02605}},
		{"gbfs/de_wolfsburg_tier/free_bike_status.json", GBFS, 840, 0, map[string]int{"crs_assumed": 0}, "", "161ac588-689f-4e9c-9ef6-4009b93dc3b2", "", orb.Point{10.738891, 52.404976}},
		{"osm/ulm_opening_hours_overpass.osm.xml", OSMXML, 403, 0, nil, "REWE", "node/142006030", "Mo-Sa 07:00-24:00", orb.Point{9.9456495, 48.4143285}},
		{"services/open311/requests_many.xml", XML, 2, 0, nil, "", "", "", orb.Point{-79.2723069, 43.6911043}},
		{"services/open311/service_requests.json", JSON, 2, 0, nil, "", "", "", orb.Point{-87.6647515, 41.8587248}},
	} {
		t.Run(test.file, func(t *testing.T) {
			got := mustRead(t, readerFunc(Read), fileSource(sharedData(t, test.file)), Options{})
			if s := got.summary; s.Format != test.format || s.Accepted != test.accepted || s.Rejected != test.rejected {
				t.Errorf("summary %+v, want %d + %d of %s", s, test.accepted, test.rejected, test.format)
			}
			codes := got.codes()
			for code, n := range test.codes {
				if codes[code] != n {
					t.Errorf("%s %d times, want %d", code, codes[code], n)
				}
			}
			first := got.places[0]
			if first.Name != test.name || first.SourceID != test.id || first.OpeningHours != test.hours || first.Geometry != test.at {
				t.Errorf("the first place is %q, id %q, open %q, at %v", first.Name, first.SourceID, first.OpeningHours, first.Geometry)
			}
		})
	}
}

// TestRealStationAreas: in the Swiss file 1,622 rings are not closed, and all of
// them have the latitude first; two lie elsewhere than their station.
func TestRealStationAreas(t *testing.T) {
	got := mustRead(t, readerFunc(Read), fileSource(sharedData(t, "gbfs/ch_bern/station_information.json")), Options{})
	points := 0
	for _, p := range got.places {
		switch shape := p.Geometry.(type) {
		case orb.Point:
			points++
		case orb.Polygon:
			if ring := shape[0]; ring[0] != ring[len(ring)-1] {
				t.Errorf("the ring of row %d is open", p.Row)
			}
		}
		if at := p.Geometry.Bound().Center(); at[0] < 5.5 || at[0] > 10.7 || at[1] < 45.5 || at[1] > 48 {
			t.Errorf("row %d lies at %v, outside of Switzerland", p.Row, at)
		}
	}
	if codes := got.codes(); len(got.places) != 1634 || points != 2 || codes["axes_swapped"] != 1 || codes["geometry_incomplete"] != 2 {
		t.Errorf("%d places, %d of them points: %v", len(got.places), points, codes)
	}
}

// TestRealRecordRefusals says in one sentence why a file of JSON holds nothing
// to publish.
func TestRealRecordRefusals(t *testing.T) {
	for file, want := range map[string]string{
		"toilets/cn_shenzhen_metro_toilets.json":         "none of its columns id, name, lines, paidArea, location, exit, note, updatedAt (349 records)",
		"stores/tw_hilife_no_coordinates.json":           "none of its columns City, Town, store_id, store_name, store_address (202 records)",
		"gbfs/ch_bern/providers.json":                    "(46 records) is known as a latitude and longitude",
		"gbfs/ch_bern/regions.json":                      "none of its columns region_id, name, provider_id (209 records)",
		"gbfs/no_oslo/station_status.json":               "station_status of a GBFS feed: it has counts but no positions",
		"gbfs/tw_taipei/station_status.json":             "import station_information.json of the same feed",
		"gbfs/de_wolfsburg_tier/gbfs.json":               "discovery file of a GBFS feed",
		"gbfs/de_wolfsburg_tier/system_information.json": "describes the operator; it holds no places",
		"gbfs/de_wolfsburg_tier/vehicle_types.json":      "kinds of vehicles; it holds no places",
		"services/cn_guangan_government_services.json":   "none of its columns department, items (17 records)",
		"services/open311/service_list.json":             "(3 records)",
	} {
		t.Run(file, func(t *testing.T) {
			_, err := readAll(t, readerFunc(Read), fileSource(sharedData(t, file)), Options{})
			if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "convert") {
				t.Errorf("refused with %v, want %q", err, want)
			}
		})
	}
}
