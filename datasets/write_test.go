package datasets

import (
	"bytes"
	"errors"
	"iter"
	"os/exec"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
)

// all yields places.
func all(places []Place) Places {
	return func(yield func(Place, error) bool) {
		for _, p := range places {
			if !yield(p, nil) {
				return
			}
		}
	}
}

// oddPlaces are hard to write: every geometry, text that needs escaping,
// attributes named like something else.
func oddPlaces() []Place {
	square := orb.Ring{{115, 28}, {115.1, 28}, {115.1, 28.1}, {115, 28}}
	hole := orb.Ring{{115.05, 28.01}, {115.06, 28.01}, {115.06, 28.02}, {115.05, 28.01}}
	shapes := []orb.Geometry{
		orb.Point{115.8582, 28.6829}, orb.Point{-0.0000001, 51.4778}, orb.MultiPoint{{115, 28}, {116, 29}},
		orb.LineString{{115, 28}, {116, 29}}, orb.MultiLineString{{{115, 28}, {116, 29}}, {{1, 2}, {3, 4}}},
		orb.Polygon{square, hole}, orb.MultiPolygon{{square}, {hole}}, orb.Collection{orb.Point{115, 28}, orb.Polygon{square}},
	}
	places := make([]Place, len(shapes))
	for i, shape := range shapes {
		places[i] = Place{Row: i + 1, SourceID: "way/" + string(rune('1'+i)) + "x", Name: "a", Category: "toilet", Geometry: shape, Attributes: map[string]string{}}
	}
	places[0] = Place{Row: 1, SourceID: "7", Name: "\"é\"\\\n<b>\u2028 公厕", Category: "toilet", Geometry: shapes[0],
		Address: "1, High Street; \"x\"", Phone: "+86 791 1", OpeningHours: "Mo-Fr 08:00-18:00; PH off",
		VerifiedAt: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC),
		Attributes: map[string]string{"location": "underground", "lat": "north", "position": "rear", "fee": "yes", "name:en": "=1+1", "synthetic": "yes"}}
	places[1].VerifiedAt = time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)
	return places
}

// TestRoundTrip writes places and reads them back equal.
func TestRoundTrip(t *testing.T) {
	var sample []Place
	if err := Sample(500, 7, func(p Place) error { sample = append(sample, p); return nil }); err != nil {
		t.Fatal(err)
	}
	sets := map[string][]Place{"sample": sample, "odd": oddPlaces()}
	for _, test := range []struct {
		file     string
		reader   Reader
		category string
	}{
		{"toilets/hk_osm_toilets.geojson", geoJSONReader{}, "toilet"},
		{"toilets/au_victoria_national_toilet_map.geojson", geoJSONReader{}, "toilet"},
		{"osm/monaco-2021.osm.pbf", osmPBFReader{}, ""},
	} {
		t.Run(test.file, func(t *testing.T) {
			read := mustRead(t, test.reader, fileSource(sharedData(t, test.file)), Options{Category: test.category})
			places := read.places
			for i := range places {
				places[i].Row = i + 1
			}
			checkRoundTrip(t, places)
		})
	}
	for name, places := range sets {
		t.Run(name, func(t *testing.T) { checkRoundTrip(t, places) })
	}
}

// checkRoundTrip writes and reads in every format that is written.
func checkRoundTrip(t *testing.T, places []Place) {
	t.Helper()
	for _, format := range []struct {
		name   string
		write  func(*bytes.Buffer) error
		reader Reader
	}{
		{"GeoJSON", func(b *bytes.Buffer) error { return WriteGeoJSON(b, all(places)) }, geoJSONReader{}},
		{"CSV", func(b *bytes.Buffer) error { return WriteCSV(b, all(places)) }, csvReader{}},
	} {
		var written bytes.Buffer
		if err := format.write(&written); err != nil {
			t.Fatal(err)
		}
		back := mustRead(t, format.reader, bytesSource(format.name, written.Bytes()), Options{}).places
		wrong := 0
		for i, p := range places {
			if i >= len(back) {
				t.Errorf("%s: %d of %d places came back", format.name, len(back), len(places))
				break
			}
			if !reflect.DeepEqual(back[i], p) {
				t.Errorf("%s:\nhave %+v\nwant %+v", format.name, back[i], p)
				if wrong++; wrong == 3 {
					break
				}
			}
		}
	}
}

func TestWriteGeoJSONIsReadByGDAL(t *testing.T) {
	ogrinfo, err := exec.LookPath("ogrinfo")
	if err != nil {
		t.Skip("ogrinfo of GDAL is not installed")
	}
	path := t.TempDir() + "/odd.geojson"
	var written bytes.Buffer
	if err := WriteGeoJSON(&written, all(oddPlaces())); err != nil {
		t.Fatal(err)
	}
	writeFile(t, path, written.Bytes())
	out, err := exec.Command(ogrinfo, "-ro", "-al", path).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "Feature Count: 8") || strings.Contains(string(out), "ERROR") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestWriteErrors(t *testing.T) {
	stop := errors.New("stop")
	var broken Places = iter.Seq2[Place, error](func(yield func(Place, error) bool) {
		if yield(oddPlaces()[0], nil) {
			yield(Place{}, stop)
		}
	})
	if err := WriteGeoJSON(&bytes.Buffer{}, broken); err != stop {
		t.Errorf("GeoJSON: have %v", err)
	}
	if err := WriteCSV(&bytes.Buffer{}, broken); err != stop {
		t.Errorf("CSV: have %v", err)
	}
	if err := WriteGeoJSON(fullDisk{stop}, all(oddPlaces())); err != stop {
		t.Errorf("GeoJSON to a full disk: have %v", err)
	}
	if err := WriteCSV(fullDisk{stop}, all(oddPlaces())); err != stop {
		t.Errorf("CSV to a full disk: have %v", err)
	}
}

// fullDisk is a writer that fails.
type fullDisk struct{ err error }

func (d fullDisk) Write([]byte) (int, error) { return 0, d.err }

func TestWriteNothing(t *testing.T) {
	var written bytes.Buffer
	if err := WriteGeoJSON(&written, all(nil)); err != nil {
		t.Fatal(err)
	}
	if got := mustRead(t, geoJSONReader{}, bytesSource("a", written.Bytes()), Options{}); got.summary.Read != 0 {
		t.Errorf("have %+v", got.summary)
	}
}
