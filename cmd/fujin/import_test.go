package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/dbtest"
)

// realFile is a file of the collection of real data beside the repository.
func realFile(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(root, "..", "shared", "data", name))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the collection of real files is not beside the repository: %s is missing", name)
	}
	return path
}

// importReport is the document of import --json.
type importReport struct {
	Read, Accepted, Rejected, Warnings int
	Issues                             []struct {
		Row                   int
		Column, Code, Message string
	}
}

func (r importReport) codes() map[string]int {
	counts := map[string]int{}
	for _, i := range r.Issues {
		counts[i.Code]++
	}
	return counts
}

// realImports are files with the counts of their README, and a position beside
// one of their facilities.
var realImports = []struct {
	file, category           string
	read, accepted, rejected int
	lat, lon                 float64
}{
	{"toilets/hk_osm_toilets.geojson", "toilet", 1910, 1910, 0, 22.2816, 114.1581},
	{"toilets/nl_amsterdam_toilets.geojson", "toilet", 215, 213, 2, 52.3730, 4.8926},
	{"toilets/au_melbourne_city_toilets.csv", "toilet", 76, 76, 0, -37.8136, 144.9631},
	{"stores/starbucks_worldwide_2017.csv", "store", 25600, 25599, 1, 47.61, -122.34},
	{"pickup/pl_warsaw_parcel_lockers.geojson", "parcel_locker", 44, 44, 0, 52.2297, 21.0122},
	{"osm/andorra-2013.osm.pbf", "toilet", 9, 9, 0, 42.5078, 1.5211},
	{"osm/andorra-2013.osm.pbf", "store", 46, 46, 0, 42.5078, 1.5211},
	{"osm/liechtenstein-2013-08-03.osm.pbf", "toilet", 7, 7, 0, 47.1410, 9.5209},
	{"osm/liechtenstein-2013-08-03.osm.pbf", "store", 48, 48, 0, 47.1410, 9.5209},
	{"osm/monaco-2021.osm.pbf", "toilet", 31, 31, 0, 43.7384, 7.4246},
	{"osm/monaco-2021.osm.pbf", "store", 144, 144, 0, 43.7384, 7.4246},
}

// TestRealFilesImportBesideAServer imports while the server runs: on SQLite
// through its socket, on PostgreSQL beside it.
func TestRealFilesImportBesideAServer(t *testing.T) {
	realFile(t, realImports[0].file)
	for _, engine := range []kernel.Engine{kernel.SQLite, kernel.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			if engine == kernel.Postgres && os.Getenv(dbtest.SQLiteOnly) != "" {
				t.Skip("PostgreSQL is left out by " + dbtest.SQLiteOnly)
			}
			cfg := dbtest.Config(t, engine)
			store := []string{"--data", cfg.DataDir}
			if cfg.DatabaseURL != "" {
				store = append(store, "--database-url", cfg.DatabaseURL)
			}
			_, address := start(t, store...)
			for i, c := range realImports {
				t.Run(c.category+" "+c.file, func(t *testing.T) {
					dataset := fmt.Sprintf("real-%d", i)
					got := fujin(t, append([]string{"import", "--json", "--dataset", dataset, "--category", c.category, realFile(t, c.file)}, store...)...)
					var r importReport
					if err := json.Unmarshal([]byte(got.stdout), &r); err != nil || got.code != 0 {
						t.Fatalf("exit %d, %v: %s%s", got.code, err, got.stdout, got.stderr)
					}
					if r.Read != c.read || r.Accepted != c.accepted || r.Rejected != c.rejected {
						t.Errorf("read %d, accepted %d, rejected %d", r.Read, r.Accepted, r.Rejected)
					}
					target := fmt.Sprintf("%s/v1/facilities/nearby?lat=%g&lon=%g&expand=true&dataset=%s&category=%s", address, c.lat, c.lon, dataset, c.category)
					seenWithin(t, time.Second, target)
				})
			}
		})
	}
}

// seenWithin fails unless a nearby query finds something in time.
func seenWithin(t *testing.T, limit time.Duration, target string) {
	t.Helper()
	for begin := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		res, err := http.Get(target)
		if err != nil {
			t.Fatal(err)
		}
		var c struct{ Features []json.RawMessage }
		err = json.NewDecoder(res.Body).Decode(&c)
		res.Body.Close()
		if err == nil && res.StatusCode == http.StatusOK && len(c.Features) > 0 {
			return
		}
		if time.Since(begin) > limit {
			t.Fatalf("not seen within %v: %s %v", limit, res.Status, err)
		}
	}
}

func TestMunichsDamagedRowsAreNamed(t *testing.T) {
	file := realFile(t, "toilets/de_munich_toilets_export.csv")
	got := fujin(t, "import", "--json", "--dry-run", "--dataset", "munich", "--data", t.TempDir(), file)
	var r importReport
	if err := json.Unmarshal([]byte(got.stdout), &r); err != nil {
		t.Fatal(err, got.stderr)
	}
	// 13 rows are 0, one is whole: "47.9", "11.85".
	if codes := r.codes(); r.Read != 1092 || r.Accepted != 1 || codes["coordinate_damaged"] != 1078 || codes["null_island"] != 13 {
		t.Errorf("read %d, accepted %d, %v", r.Read, r.Accepted, codes)
	}
}

// write makes a small file.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestImportSaysWhatHappened(t *testing.T) {
	good := write(t, "good.csv", "id,名称,纬度,经度,无障碍\n1,东湖,28.6829,115.8582,是\n2,西湖,28.69,115.86,maybe\n3,nowhere,,,\n")
	bad := write(t, "bad.csv", "name,lat,lon\na,,\nb,x,y\n")
	noPosition := write(t, "names.csv", "name,street\na,b\nc,d\n")
	cut := write(t, "cut.geojson", `{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Point","coordinates":[115,28]}`)
	data := filepath.Join(t.TempDir(), "data")
	for name, c := range map[string]struct {
		args           []string
		code           int
		stdout, stderr string
	}{
		"good":              {[]string{"--dataset", "a", good}, 0, "read 3, accepted 2, rejected 1", ""},
		"dry run":           {[]string{"--dataset", "b", "--dry-run", good}, 0, "nothing was published", ""},
		"mapping":           {[]string{"--dataset", "a", "--map", "name=无障碍", good}, 0, "accepted 2", ""},
		"none accepted":     {[]string{"--dataset", "c", bad}, 1, "accepted 0, rejected 2", "no row was accepted"},
		"none, json":        {[]string{"--dataset", "c", "--json", bad}, 1, `"rejected":2`, "no row was accepted"},
		"no position":       {[]string{"--dataset", "c", noPosition}, 1, "", "no position"},
		"no position, json": {[]string{"--dataset", "c", "--json", noPosition}, 1, `"issues":[]`, "no position"},
		"cut off":           {[]string{"--dataset", "c", cut}, 1, "", "cut.geojson"},
		"one of two cut":    {[]string{"--dataset", "c", good, cut}, 1, "", "cut.geojson"},
		"missing file":      {[]string{"--dataset", "c", "nowhere.csv"}, 1, "", "no such file"},
		"no dataset":        {[]string{good}, 2, "", "--dataset"},
		"no file":           {[]string{"--dataset", "c"}, 2, "", "<file>"},
		"bad dataset":       {[]string{"--dataset", "Ä b", good}, 2, "", "dataset"},
		"bad category":      {[]string{"--dataset", "c", "--category", "Public Toilet", good}, 2, "", "category"},
		"bad crs":           {[]string{"--dataset", "c", "--crs", "EPSG:1", good}, 2, "", "coordinate system"},
	} {
		t.Run(name, func(t *testing.T) {
			got := fujin(t, append([]string{"import", "--data", data}, c.args...)...)
			if got.code != c.code || !strings.Contains(got.stdout, c.stdout) || !strings.Contains(got.stderr, c.stderr) || (c.stderr == "") != (got.stderr == "") {
				t.Errorf("exit %d\n%s\n%s", got.code, got.stdout, got.stderr)
			}
			if strings.Contains(strings.TrimSpace(got.stderr), "\n") {
				t.Errorf("more than one line on stderr: %s", got.stderr)
			}
		})
	}
	if got := fujin(t, "export", "--data", data, "--dataset", "c", "--format", "csv", "-"); got.code != 1 || !strings.Contains(got.stderr, `no dataset "c"`) {
		t.Errorf("a refused file left a dataset behind: %+v", got)
	}
}

func TestWhatIsExportedImportsAgain(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	sample := filepath.Join(t.TempDir(), "sample.geojsonl")
	got := fujin(t, "sample", "-n", "500", "--seed", "3")
	if err := os.WriteFile(sample, []byte(got.stdout), 0o600); err != nil || strings.Count(got.stdout, "\n") != 500 {
		t.Fatal(err, got.code, len(got.stdout))
	}
	if got := fujin(t, "import", "--data", data, "--dataset", "s", sample); got.code != 0 {
		t.Fatal(got)
	}
	for _, format := range []string{"geojson", "csv"} {
		file := filepath.Join(t.TempDir(), "out."+format)
		if got := fujin(t, "export", "--data", data, "--dataset", "s", "--format", format, file); got.code != 0 {
			t.Fatal(got)
		}
		if got := fujin(t, "import", "--data", data, "--dataset", "s", file); !strings.Contains(got.stdout, "(0 added, 0 changed, 0 removed, 500 as before)") {
			t.Errorf("%s did not come back equal: %s%s", format, got.stdout, got.stderr)
		}
	}
}
