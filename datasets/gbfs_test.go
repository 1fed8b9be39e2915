package datasets

import (
	"strings"
	"testing"

	"github.com/paulmach/orb"
)

func TestGBFS(t *testing.T) {
	for _, test := range []struct{ about, file, category, name, id string }{
		{"version 1", `{"last_updated":1,"ttl":0,"data":{"stations":[{"station_id":"s","name":"A","lat":28.6,"lon":115.8,"capacity":9}]}}`, "bike_rental", "A", "s"},
		{"envelope behind the data", `{"data":{"stations":[{"station_id":"s","name":"A","lat":28.6,"lon":115.8}]},"ttl":5}`, "bike_rental", "A", "s"},
		{"version 3", `{"last_updated":"2026-01-01T00:00:00Z","ttl":0,"version":"3.0","data":{"stations":[{"station_id":"s","name":[{"text":"A","language":"de"},{"text":"B","language":"en"}],"lat":28.6,"lon":115.8,
			"station_opening_hours":"Mo-Fr 06:00-22:00"}]}}`, "bike_rental", "A", "s"},
		{"bikes", `{"last_updated":1,"ttl":0,"data":{"bikes":[{"bike_id":"s","lat":28.6,"lon":115.8}]}}`, "shared_vehicle", "", "s"},
		{"vehicles", `{"last_updated":"x","ttl":0,"data":{"vehicles":[{"vehicle_id":"s","lat":28.6,"lon":115.8}]}}`, "shared_vehicle", "", "s"},
		{"an area alone", `{"last_updated":1,"ttl":0,"data":{"stations":[{"station_id":"s","name":"A","station_area":{"type":"MultiPolygon","coordinates":[[[[115.79,28.6],[115.81,28.6],[115.81,28.61]]]]}}]}}`, "bike_rental", "A", "s"},
		{"a damaged area", `{"last_updated":1,"ttl":0,"data":{"stations":[{"station_id":"s","name":"A","lat":28.6,"lon":115.8,"station_area":{"type":"MultiPolygon","coordinates":[[[["x",28.6]]]]}}]}}`, "bike_rental", "A", "s"},
	} {
		got := mustRead(t, readerFunc(Read), bytesSource("a.json", []byte(test.file)), Options{})
		if len(got.places) != 1 || got.summary.Format != GBFS {
			t.Errorf("%s: have %+v", test.about, got)
			continue
		}
		p := got.places[0]
		if at := p.Geometry.Bound().Center(); p.Category != test.category || p.Name != test.name || p.SourceID != test.id || at[0] < 115.79 || at[0] > 115.81 {
			t.Errorf("%s: have %+v", test.about, p)
		}
		if test.about == "version 3" && (p.OpeningHours != "Mo-Fr 06:00-22:00" || p.Attributes["name:en"] != "B") {
			t.Errorf("%s: have %+v", test.about, p)
		}
		if test.about == "a damaged area" && (got.codes()["geometry_incomplete"] != 1 || p.Geometry != orb.Point(orb.Point{115.8, 28.6})) {
			t.Errorf("%s: have %v, %v", test.about, p.Geometry, got.issues)
		}
	}
	file := `{"last_updated":1,"ttl":0,"data":{"stations":[{"station_id":"s","lat":1,"lon":2}]}}`
	if got := mustRead(t, gbfsReader{}, bytesSource("a.json", []byte(file)), Options{Category: "scooter"}); got.places[0].Category != "scooter" {
		t.Errorf("the category named should win, have %q", got.places[0].Category)
	}
}

func TestGBFSRefusals(t *testing.T) {
	for file, want := range map[string]string{
		`{"last_updated":1,"ttl":0,"data":{"stations":[{"station_id":"s","num_bikes_available":1}]}}`:       "station_status",
		`{"last_updated":1,"ttl":0,"data":{"en":{"feeds":[]}}}`:                                             "discovery file",
		`{"last_updated":1,"ttl":0,"version":"3.0","data":{"feeds":[]}}`:                                    "discovery file",
		`{"last_updated":1,"ttl":0,"data":{"geofencing_zones":{"type":"FeatureCollection","features":[]}}}`: "geofencing_zones",
		`{"last_updated":1,"ttl":0,"data":{"plans":[]}}`:                                                    "a part of a GBFS feed (plans)",
		`{"last_updated":1,"ttl":0,"data":{"stations":[{"station_id":"s","lat":1,`:                          "ends in the middle",
	} {
		got, err := readAll(t, readerFunc(Read), bytesSource("a.json", []byte(file)), Options{})
		if err == nil || !strings.Contains(err.Error(), want) || len(got.places) > 0 {
			t.Errorf("%s: want %q, have %v", file, want, err)
		}
	}
}

func FuzzGBFS(f *testing.F) {
	f.Add([]byte(`{"last_updated":1,"ttl":0,"data":{"stations":[{"station_id":"s","lat":28.6,"lon":115.8,"station_area":{"type":"MultiPolygon","coordinates":[[[[28.6,115.8],[28.61,115.8],[28.6,115.81]]]]}}]}}`))
	f.Add([]byte(`{"data":{"bikes":[{"bike_id":"a","lat":1,"lon":2}]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		readAll(t, gbfsReader{}, bytesSource("fuzz", data), Options{})
	})
}
