package datasets

import (
	"os"
	"path/filepath"
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

const (
	gbfsStations = `{"last_updated":1,"ttl":0,"data":{"stations":[{"station_id":"a","name":"A","lat":28.6,"lon":115.8,"capacity":9},{"station_id":"b","name":"B","lat":28.61,"lon":115.8},{"station_id":"c","name":"C","lat":28.62,"lon":115.8}]}}`
	gbfsStatus   = `{"last_updated":1,"ttl":0,"data":{"stations":[{"station_id":"a","is_installed":1,"is_renting":1,"is_returning":0,"num_bikes_available":4,"last_reported":1700000000},{"station_id":"b","is_installed":false,"is_renting":false},{"station_id":"x","is_installed":true}]}}`
)

// hasStatus holds what becomes of the two files.
func hasStatus(t *testing.T, about string, got reading) {
	t.Helper()
	if len(got.places) != 2 || got.codes()["station_not_installed"] != 1 || got.codes()["file_incomplete"] != 1 {
		t.Fatalf("%s: %d places, %v", about, len(got.places), got.issues)
	}
	a, c := got.places[0], got.places[1]
	if a.Attributes["is_renting"] != "yes" || a.Attributes["is_returning"] != "no" || a.Attributes["capacity"] != "9" {
		t.Errorf("%s: %v", about, a.Attributes)
	}
	if a.Attributes["num_bikes_available"] != "" || c.SourceID != "c" || c.Attributes["is_renting"] != "" {
		t.Errorf("%s: %v, %v", about, a.Attributes, c)
	}
}

// A station's status is taken from the file beside it, whatever their order.
func TestGBFSStatus(t *testing.T) {
	stations, status := bytesSource("feed/station_information.json", []byte(gbfsStations)), bytesSource("feed/station_status.json", []byte(gbfsStatus))
	other := bytesSource("feed/a.csv", []byte("name,lat,lon\nA,1,2\n"))
	for _, given := range [][]Source{{stations, status, other}, {status, other, stations}} {
		sources := Gather(t.Context(), given)
		if len(sources) != 2 {
			t.Fatalf("%d sources", len(sources))
		}
		for _, src := range sources {
			if got := mustRead(t, readerFunc(Read), src, Options{}); src.Name == stations.Name {
				hasStatus(t, "two files", got)
			}
		}
	}
	elsewhere := bytesSource("another/station_status.json", []byte(gbfsStatus))
	if sources := Gather(t.Context(), []Source{stations, elsewhere}); len(sources) != 2 || sources[0].Beside != nil {
		t.Error("a status of another folder is taken for this one's")
	}
	for _, folder := range []string{"", "feed/"} {
		got, err := readZip(t, map[string]string{folder + "station_information.json": gbfsStations, folder + "station_status.json": gbfsStatus, folder + "gbfs.json": `{}`}, Options{})
		if err != nil || got.codes()["tables_ignored"] != 1 || got.summary.Format != GBFS {
			t.Fatalf("in a zip: %v, %v", err, got.issues)
		}
		hasStatus(t, "in a zip", got)
	}
	_, err := readZip(t, map[string]string{"station_information.json": gbfsStations, "station_status.json": gbfsStatus[:90]}, Options{})
	if err == nil || !strings.Contains(err.Error(), "station_status.json: the file ends in the middle") {
		t.Errorf("a cut status: %v", err)
	}
}

// TestRealFeed joins the two files of Taipei's bikes.
func TestRealFeed(t *testing.T) {
	folder := filepath.Join("..", "..", "shared", "data", "gbfs", "tw_taipei")
	var sources []Source
	for _, name := range []string{"station_status.json", "station_information.json"} {
		data, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Skip("the real feed is not there: ../shared/data/gbfs of the repository")
		}
		sources = append(sources, bytesSource(filepath.Join(folder, name), data))
	}
	gathered := Gather(t.Context(), sources)
	if len(gathered) != 1 {
		t.Fatalf("%d sources", len(gathered))
	}
	got := mustRead(t, readerFunc(Read), gathered[0], Options{})
	renting := 0
	for _, p := range got.places {
		if p.Attributes["is_renting"] != "" {
			renting++
		}
	}
	if len(got.places) < 1000 || renting < len(got.places)*9/10 {
		t.Errorf("%d stations, %d of them with a status: %v", len(got.places), renting, got.codes())
	}
}

func FuzzGBFS(f *testing.F) {
	f.Add([]byte(`{"last_updated":1,"ttl":0,"data":{"stations":[{"station_id":"s","lat":28.6,"lon":115.8,"station_area":{"type":"MultiPolygon","coordinates":[[[[28.6,115.8],[28.61,115.8],[28.6,115.81]]]]}}]}}`))
	f.Add([]byte(`{"data":{"bikes":[{"bike_id":"a","lat":1,"lon":2}]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		readAll(t, gbfsReader{}, bytesSource("fuzz", data), Options{})
	})
}
