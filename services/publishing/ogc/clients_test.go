package ogc_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"fujin/datasets"
)

// run runs a client; without it the test is left out.
func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skipf("%s is not installed", name)
	}
	out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// count finds GDAL's count of features.
func count(t *testing.T, out string) string {
	t.Helper()
	found := regexp.MustCompile(`Feature Count: (\d+)`).FindStringSubmatch(out)
	if found == nil {
		t.Fatalf("no count in %s", out)
	}
	return found[1]
}

// TestGDALCopiesACollection: page by page and complete; a box is asked of the
// server, and gives what GDAL finds in the whole.
func TestGDALCopiesACollection(t *testing.T) {
	run(t, "ogrinfo", "--version")
	s := serve(t, openSQLite(t))
	s.publish("wc", toilets(2345)...)
	copied := filepath.Join(t.TempDir(), "copy.gpkg")
	run(t, "ogr2ogr", copied, "OAPIF:"+s.url+"/ogc", "wc", "-oo", "PAGE_SIZE=200")
	if n := count(t, run(t, "ogrinfo", "-so", copied, "wc")); n != "2345" {
		t.Errorf("%s features were copied", n)
	}
	if out := run(t, "ogrinfo", copied, "-sql", "SELECT count(DISTINCT id) AS n FROM wc"); !strings.Contains(out, "= 2345") {
		t.Errorf("some came twice: %s", out)
	}
	box := []string{"-spat", "115.8020", "28.5999", "115.8040", "28.6010"}
	out := run(t, "ogrinfo", append([]string{"-so", "--debug", "on", "OAPIF:" + s.url + "/ogc", "wc"}, box...)...)
	if !strings.Contains(out, "bbox=115.80") {
		t.Errorf("no box was asked for: %s", out)
	}
	if here, there := count(t, out), count(t, run(t, "ogrinfo", append([]string{"-so", copied, "wc"}, box...)...)); here != there || here == "0" {
		t.Errorf("%s features in the box, GDAL finds %s in the copy", here, there)
	}
	if n := count(t, run(t, "ogrinfo", "-so", "OAPIF:"+s.url+"/ogc", "wc", "-where", "wheelchair = 'yes'")); n != "781" {
		t.Errorf("%s with a filter", n)
	}
}

// TestReadersSeeAllColumns: an attribute that only a late feature has is copied
// too, though GDAL takes the columns from the first page.
func TestReadersSeeAllColumns(t *testing.T) {
	run(t, "ogrinfo", "--version")
	s := serve(t, openSQLite(t))
	places := toilets(300)
	places[299].Attributes["fee"] = "20 分"
	s.publish("wc", places...)
	if out := run(t, "ogrinfo", "OAPIF:"+s.url+"/ogc", "wc", "-oo", "PAGE_SIZE=50"); !strings.Contains(out, "fee (String) = 20 分") {
		t.Errorf("the fee is not there: %.2000s", out)
	}
}

// TestQGISReads: QGIS counts, reads, asks for a box, filters, sorts and draws a
// collection, and draws its vector tiles.
func TestQGISReads(t *testing.T) {
	if exec.Command("/usr/bin/python3", "-c", "import qgis.core").Run() != nil {
		t.Skip("QGIS with its Python bindings (Debian's python3-qgis) is not installed")
	}
	s := serve(t, openSQLite(t))
	places := toilets(2345)
	places[2344].Attributes["fee"] = "20 分"
	s.publish("wc", places...)
	s.publish("districts", districts()...)
	var saw struct {
		QGIS, Geometry, First string
		Valid                 bool
		Counted, Read         int
		Columns               []string
		Inside, Chosen        int
		BoxRequests           []string `json:"box_requests"`
		FilterRequests        []string `json:"filter_requests"`
		LastByName            []string `json:"last_by_name"`
		Painted               int
		PaintedTiles          int `json:"painted_tiles"`
	}
	read := func(collection string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "/usr/bin/python3", "testdata/read_with_qgis.py", s.url+"/ogc", collection, "115.8020,28.5999,115.8040,28.6010")
		cmd.Env = append(os.Environ(), "QT_QPA_PLATFORM=offscreen", "XDG_RUNTIME_DIR="+t.TempDir(), "HOME="+t.TempDir())
		var words strings.Builder
		cmd.Stderr = &words
		out, err := cmd.Output()
		if err == nil {
			err = json.Unmarshal(out, &saw)
		}
		if err != nil {
			t.Fatalf("%v\n%s\n%s", err, out, words.String())
		}
	}
	read("wc")
	t.Logf("QGIS %s", saw.QGIS)
	if !saw.Valid || saw.Counted != 2345 || saw.Read != 2345 || saw.Geometry != "Point" || saw.First != "Point (115.8001 28.6)" {
		t.Errorf("%+v", saw)
	}
	for _, name := range []string{"id", "name", "category", "opening_hours", "capacity", "wheelchair", "无障碍", "fee", "version"} {
		if !slices.Contains(saw.Columns, name) {
			t.Errorf("there is no column %s in %v", name, saw.Columns)
		}
	}
	if want := s.ok(items + "?bbox=115.8020,28.5999,115.8040,28.6010&limit=1").doc["numberMatched"].(float64); float64(saw.Inside) != want || want == 0 {
		t.Errorf("%d features in the box, want %v", saw.Inside, want)
	}
	if last := saw.BoxRequests[len(saw.BoxRequests)-1]; !strings.Contains(last, "bbox=115.80") {
		t.Errorf("no box was asked for: %s", last)
	}
	if saw.Chosen != 781 {
		t.Errorf("%d with a filter; asked for: %v", saw.Chosen, saw.FilterRequests)
	}
	if !slices.Equal(saw.LastByName, []string{"公厕 999", "公厕 998"}) {
		t.Errorf("not in order: %v", saw.LastByName)
	}
	if saw.Painted < 500 || saw.PaintedTiles < 500 {
		t.Errorf("%d pixels of features, %d of tiles", saw.Painted, saw.PaintedTiles)
	}
	read("districts")
	if saw.Counted != 2 || saw.Geometry != "Polygon" || saw.Painted < 100_000 {
		t.Errorf("districts: %+v", saw)
	}
}

// TestFiltersAsQGISWritesThem: from 3.32 on, QGIS turns its expressions into
// CQL2 text of these forms; it finds the geometry by the reference to GeoJSON's
// schema.
func TestFiltersAsQGISWritesThem(t *testing.T) {
	s := serve(t, openSQLite(t))
	s.publish("wc", toilets(300)...)
	for filter, want := range map[string]float64{
		`(wheelchair = 'yes')`: 100, `((wheelchair = 'yes') AND (capacity > 3))`: 43, `("opening_hours" IS NOT NULL)`: 300, `("verified_at" IS NULL)`: 300,
		`(NOT (wheelchair = 'yes'))`: 200, `wheelchair IN ('no','limited')`: 200, `wheelchair NOT IN ('no','limited')`: 100,
		`capacity BETWEEN 3 AND 5`: 129, `capacity NOT BETWEEN 3 AND 5`: 171, `(name LIKE '公厕 1_')`: 10, `(name NOT LIKE '公厕 1_')`: 290,
		`(CASEI(wheelchair) LIKE CASEI('Y%'))`: 100, `("verified_at" >= TIMESTAMP('2026-05-01T00:00:00.000Z'))`: 0, `(无障碍 = '是')`: 300,
		`S_INTERSECTS(geometry,BBOX(115.80095,28.59995,115.80205,28.60015))`: 22, `S_INTERSECTS(geometry,POINT(115.8001 28.6))`: 1,
	} {
		if a := s.get(items + "?" + url.Values{"filter": {filter}, "filter-lang": {"cql2-text"}}.Encode()); a.doc["numberMatched"] != want {
			t.Errorf("%s: %v of %g %v", filter, a.doc["numberMatched"], want, a.doc["detail"])
		}
	}
	geometry := s.ok("/ogc/collections/wc/queryables").doc["properties"].(map[string]any)["geometry"].(map[string]any)
	if geometry["$ref"] != "https://geojson.org/schema/Geometry.json" || geometry["format"] != "geometry-any" {
		t.Errorf("%v", geometry)
	}
}

// districts are two areas that share a border, over the first toilets.
func districts() []datasets.Place {
	square := func(west float64) orb.Polygon {
		return orb.Polygon{{{west, 28.59}, {west + 0.01, 28.59}, {west + 0.01, 28.61}, {west, 28.61}, {west, 28.59}}}
	}
	return []datasets.Place{
		{Row: 1, SourceID: "w", Name: "西区", Category: "district", Geometry: square(115.793)},
		{Row: 2, SourceID: "e", Name: "东区", Category: "district", Geometry: square(115.803)},
	}
}

// TestOWSLibReads: the Python library finds its way from the landing page.
func TestOWSLibReads(t *testing.T) {
	if exec.Command("/usr/bin/python3", "-c", "import owslib").Run() != nil {
		t.Skip("OWSLib is not installed")
	}
	s := serve(t, openSQLite(t))
	s.publish("wc", toilets(50)...)
	out := run(t, "/usr/bin/python3", "-c", fmt.Sprintf(`
from owslib.ogcapi.features import Features
from owslib.ogcapi.records import Records
f, r = Features(%[1]q), Records(%[1]q)
page = f.collection_items("wc", limit=7, bbox=[115.8, 28.6, 115.801, 28.6])
print(f.feature_collections(), page["numberMatched"], page["numberReturned"], f.api()["openapi"])
print(f.collection_item("wc", page["features"][0]["id"])["properties"]["category"], "wheelchair" in f.collection_queryables("wc")["properties"])
print(r.records(), r.collection_items("catalogue", q="toilets")["features"][0]["id"])
`, s.url+"/ogc"))
	if want := "['wc'] 10 7 3.0.3\ntoilet True\n['catalogue'] wc\n"; out != want {
		t.Errorf("%q, want %q", out, want)
	}
}
