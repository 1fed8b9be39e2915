package datasets

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"fujin/geo"
)

// TestRealShapefiles reads the real ones. The positions are GDAL's.
func TestRealShapefiles(t *testing.T) {
	for _, test := range []struct {
		file                     string
		read, accepted, rejected int
		encoding, crs            string
		codes                    map[string]int
		at                       map[int]orb.Point // by the index of the place
	}{
		{"nl_addresses_epsg28992.zip", 2481, 2481, 0, "UTF-8", "Amersfoort_RD_New", map[string]int{},
			map[int]orb.Point{0: {5.7148467, 52.1212275}, 1240: {5.7112742, 52.1098405}, 2480: {5.7735568, 52.1005397}}},
		{"train_stations.zip", 361, 361, 0, "UTF-8", "NAD83 / Massachusetts Mainland", map[string]int{},
			map[int]orb.Point{0: {-70.9697672, 42.4497982}, 180: {-71.3259219, 42.4140191}, 360: {-70.9216836, 42.4742423}}},
		{"codepage.zip", 2, 2, 0, "windows-1250", "GCS_WGS_1984", map[string]int{}, map[int]orb.Point{0: {-108.6328125, 41.2447723}}},
		{"utf.zip", 2, 2, 0, "UTF-8", "GCS_WGS_1984", map[string]int{}, map[int]orb.Point{0: {-108.6328125, 41.2447723}}},
		// The second of the three is a null shape.
		{"zero-len-line.zip", 3, 2, 1, "UTF-8", "GCS_WGS_1984", map[string]int{"coordinate_missing": 1}, nil},
	} {
		t.Run(test.file, func(t *testing.T) {
			got := mustRead(t, readerFunc(Read), fileSource(sharedData(t, "shapefile/"+test.file)), Options{})
			s := got.summary
			if s.Read != test.read || s.Accepted != test.accepted || s.Rejected != test.rejected || s.Encoding != test.encoding || s.CRS != test.crs || s.Format != Shapefile {
				t.Errorf("summary %+v", s)
			}
			if !reflect.DeepEqual(got.codes(), test.codes) {
				t.Errorf("issues %v, want %v", got.codes(), test.codes)
			}
			for i, want := range test.at {
				if at := got.places[i].Geometry.(orb.Point); geo.Distance(at, want) > 0.1 {
					t.Errorf("place %d lies at %v, %.2f m from %v", i, at, geo.Distance(at, want), want)
				}
			}
		})
	}
	texts := mustRead(t, readerFunc(Read), fileSource(sharedData(t, "shapefile/codepage.zip")), Options{}).places
	if got := texts[1].Attributes["field"]; got != "Hněvošický háj" {
		t.Errorf("windows-1250 is read as %q", got)
	}
	address := mustRead(t, readerFunc(Read), fileSource(sharedData(t, "shapefile/nl_addresses_epsg28992.zip")), Options{}).places[0]
	if address.SourceID != "inspireadressen.1742212" || address.Address != "Willinkhuizersteeg 2, 6733EB Wekerom" {
		t.Errorf("the first address is %+v", address)
	}
}

// TestRealStations takes a column called "station" for the name.
func TestRealStations(t *testing.T) {
	first := mustRead(t, readerFunc(Read), fileSource(sharedData(t, "shapefile/train_stations.zip")), Options{}).places[0]
	if first.Name != "RIVER WORKS" || first.SourceID != "95" {
		t.Errorf("the first station is %+v", first)
	}
}

// TestRealWorkbook reads the same rows from a workbook as from the CSV that was
// made of it.
func TestRealWorkbook(t *testing.T) {
	book := mustRead(t, readerFunc(Read), fileSource(sharedData(t, "toilets/kr_gyeonggi_toilets.xlsx")), Options{})
	text := mustRead(t, readerFunc(Read), fileSource(sharedData(t, "toilets/kr_gyeonggi_toilets.csv")), Options{})
	if book.summary.Read != 10_936 || book.summary.Accepted != text.summary.Accepted || book.summary.Warnings != text.summary.Warnings || book.summary.Format != XLSX {
		t.Errorf("summary %+v, of the CSV %+v", book.summary, text.summary)
	}
	different := 0
	for i := range min(len(book.places), len(text.places)) {
		if b, c := book.places[i], text.places[i]; !reflect.DeepEqual(b, c) {
			if different++; different < 4 {
				t.Errorf("%+v\nis in the CSV %+v", b, c)
			}
		}
	}
}

// TestRealKML reads a map made by hand.
func TestRealKML(t *testing.T) {
	got := mustRead(t, readerFunc(Read), fileSource(sharedData(t, "toilets/sg_bidet_toilets.kml")), Options{})
	if s := got.summary; s.Read != 355 || s.Accepted != 355 || s.CRS != "wgs84" || s.Format != KML || len(got.issues) > 0 {
		t.Errorf("summary %+v with %v", s, got.issues)
	}
	first := got.places[0]
	want := map[string]string{"description": "Unisex toilet", "folder": "North-East", "style": "icon-1899-673AB7"}
	if first.Name != "212 Social - Kovan" || first.Geometry != (orb.Point{103.8883971, 1.3594976}) || !reflect.DeepEqual(first.Attributes, want) {
		t.Errorf("the first place is %+v", first)
	}
	for _, p := range got.places {
		if d := p.Attributes["description"]; strings.ContainsAny(d, "<>") {
			t.Errorf("%s still has HTML: %q", p.Name, d)
		}
	}
}

// TestRealPackedRefusals says in one sentence why a packed file is not read.
func TestRealPackedRefusals(t *testing.T) {
	for file, want := range map[string]string{
		"shapefile/badzip.zip":               "the file is called .zip but is no zip archive inside; download or pack it again",
		"shapefile/noshp.zip":                "the zip archive holds a part of a shapefile (counties.dbf, counties.sbn) but no .shp, so there are no positions; pack the .shp, .dbf, .shx and .prj together",
		"toilets/de_munich_text_errors.xlsx": "none of its columns Text error, correction is known as a latitude and longitude",
	} {
		_, err := readAll(t, readerFunc(Read), fileSource(sharedData(t, file)), Options{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s is refused with %v, want %q", file, err, want)
		}
	}
}

// TestRealPackedColumns tells format, encoding and coordinate system of a file
// that is only looked at.
func TestRealPackedColumns(t *testing.T) {
	for file, want := range map[string][4]string{
		"shapefile/nl_addresses_epsg28992.zip": {"shapefile", "UTF-8", "Amersfoort_RD_New", "id"},
		"toilets/kr_gyeonggi_toilets.xlsx":     {"xlsx", "UTF-8", "wgs84", "DATA_STD_DE"},
		"toilets/sg_bidet_toilets.kml":         {"kml", "UTF-8", "wgs84", "name"},
	} {
		layout, err := Columns(context.Background(), fileSource(sharedData(t, file)), Options{})
		if err != nil || len(layout.Columns) == 0 {
			t.Fatalf("%s: %+v, %v", file, layout, err)
		}
		if got := [4]string{string(layout.Format), layout.Encoding, layout.CRS, layout.Columns[0].Name}; got != want {
			t.Errorf("%s: %v, want %v", file, got, want)
		}
	}
}
