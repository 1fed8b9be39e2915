package ogc_test

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
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
