package projection

import (
	"bytes"
	"cmp"
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/paulmach/orb"

	"fujin/geo"
)

var update = flag.Bool("update", false, "write epsg.txt anew from what PROJ's projinfo knows, and testdata/epsg.txt from GDAL")

// TestEPSGTable makes every system of the table; with -update it writes the
// table first.
func TestEPSGTable(t *testing.T) {
	if *update {
		if err := os.WriteFile("epsg.txt", []byte(epsgFromPROJ(t)), 0o644); err != nil {
			t.Fatal(err)
		}
		t.Skip("epsg.txt is written: run the tests again, which read it at build time")
	}
	lines := 0
	for line := range strings.Lines(epsgText) {
		if !strings.HasPrefix(line, "D") {
			lines++
		}
	}
	if len(epsgSystems()) != lines || lines < 4000 {
		t.Errorf("%d systems of %d lines", len(epsgSystems()), lines)
	}
	for code, s := range epsgSystems() {
		if len(s.area) != 4 || s.Name == "" {
			t.Errorf("EPSG:%d is %+v", code, s)
		}
	}
}

// epsgFromPROJ writes the table: geographic systems whose datum is known, or is
// related to WGS-84 by one shift in all its area, and the projected systems made
// of them that are in force. It asks projinfo once for each of 6,000 codes.
func epsgFromPROJ(t *testing.T) string {
	datums, bases := map[string]string{}, map[string]string{}
	for code, root := range described(t, "geographic_2d,allow_deprecated") {
		datumLine, line := geographicLine(code, root)
		if datumLine != "" {
			datums[datumLine] = datumLine
		}
		if line != "" {
			bases[code] = line
		}
	}
	projected := map[string]string{}
	for code, root := range described(t, "projected") {
		if base, line := projectedLine(code, root); bases[base] != "" && line != "" {
			projected[code] = line
		}
	}
	var b strings.Builder
	for _, part := range []map[string]string{datums, bases, projected} {
		for _, key := range slices.SortedFunc(maps.Keys(part), func(a, b string) int {
			return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
		}) {
			b.WriteString(part[key] + "\n")
		}
	}
	return b.String()
}

// described are the definitions of all systems of a kind, by code.
func described(t *testing.T, kind string) map[string]*node {
	found := map[string]*node{}
	var lock sync.Mutex
	var workers sync.WaitGroup
	codes := make(chan string)
	for range 2 {
		workers.Go(func() {
			for code := range codes {
				out, err := exec.Command("projinfo", "-q", "--single-line", "--boundcrs-to-wgs84", "-o", "WKT2:2019", "EPSG:"+code).Output()
				if root, broken := parseWKT(string(out)); err == nil && broken == nil {
					lock.Lock()
					found[code] = root
					lock.Unlock()
				}
			}
		})
	}
	list := run(t, "", "projinfo", "--list-crs", kind, "--authority", "EPSG")
	for _, m := range regexp.MustCompile(`(?m)^EPSG:(\d+) `).FindAllStringSubmatch(list, -1) {
		codes <- m[1]
	}
	close(codes)
	workers.Wait()
	return found
}

// geographicLine is the line G of a code, and D of its datum where the table of
// datums lacks it; "" if it cannot be converted.
func geographicLine(code string, root *node) (datumLine, line string) {
	d, err := root.definition()
	if err != nil {
		return "", ""
	}
	if _, known := datumTable()[fold(d.datum)]; known {
		d.related = false
	} else if d.related {
		v, _ := root.find("ABRIDGEDTRANSFORMATION").numbersOfShift()
		datumLine = "D|" + d.datum + "|" + join(v[:]...)
	} else {
		return "", ""
	}
	if _, err := d.system(); err != nil {
		return "", ""
	}
	return datumLine, strings.Join([]string{"G", code, d.name, d.datum, join(d.a), join(d.reciprocal), join(d.meridian / degree), join(d.unit / degree), areaOf(root)}, "|")
}

// areaOf is the area of use of a definition.
func areaOf(root *node) string {
	if source := root.find("SOURCECRS"); source != nil {
		root = source.nodes[0]
	}
	return strings.Join(root.find("USAGE").find("BBOX").values, " ")
}

// projectedLine is the line P of a code and the code of its G; "" if its
// projection is not known.
func projectedLine(code string, root *node) (base, line string) {
	d, err := root.definition()
	if err != nil {
		return "", ""
	}
	area := areaOf(root)
	if source := root.find("SOURCECRS"); source != nil {
		root = source.nodes[0]
	}
	number := root.find("CONVERSION").find("METHOD").find("ID").text(1)
	method, known := epsgMethods[number]
	d.related = true
	if _, err := d.system(); err != nil || !known {
		return "", ""
	}
	values := make([]float64, len(method.parameters))
	for i, name := range method.parameters {
		values[i] = d.parameters.first(1, name) / unitOf(name, 1, degree)
		delete(d.parameters, name)
	}
	if len(d.parameters) > 0 {
		panic(fmt.Sprintf("EPSG:%s: parameters %v are not in the table of its method", code, d.parameters))
	}
	base = root.find(baseCRS...).find("ID").text(1)
	return base, strings.Join([]string{"P", code, d.name, base, join(d.unit), number, join(values...), area}, "|")
}

// join writes numbers with blanks between, without the noise of the sixteenth
// digit.
func join(values ...float64) string {
	parts := make([]string, len(values))
	for i, v := range values {
		short, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 14, 64), 64)
		parts[i] = strconv.FormatFloat(short, 'f', -1, 64)
	}
	return strings.Join(parts, " ")
}

// run gives the standard output of a command, or skips the test in its absence.
func run(t *testing.T, input, name string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skipf("%s of GDAL and PROJ is not installed", name)
	}
	cmd := exec.CommandContext(context.Background(), name, args...)
	cmd.Stdin = strings.NewReader(input)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v %s", name, args, err, &stderr)
	}
	return string(out)
}

// national are systems that people really send: UTM, CGCS2000 in zones of three
// and six degrees, Beijing 1954, Xian 1980, the grids of Europe, Asia, Oceania
// and the states of America.
var national = []int{32650, 32733, 25832, 4491, 4502, 4513, 4534, 4547, 4554, 2401, 2435, 21420, 2327, 2349, 2383, 28992, 2154, 27700, 2056, 21781,
	31467, 5678, 25833, 6669, 6677, 5179, 5186, 3826, 2326, 28356, 7856, 2193, 2263, 2229, 26910, 26986, 3006, 3067, 2180, 31370, 5514, 3035, 3857, 3414, 3405}

// TestEPSGAgainstGDAL holds systems to a millimetre of GDAL, each at a position
// of its area of use: all national ones and every tenth of the others. The
// positions are written anew with -update.
func TestEPSGAgainstGDAL(t *testing.T) {
	const golden = "testdata/epsg.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(epsgFromGDAL(t)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	compared := map[int]bool{}
	for line := range strings.Lines(string(text)) {
		v := numbers(line) // code, x, y, longitude and latitude on the system's datum
		code := int(v[0])
		s, known := EPSG(code)
		if !known {
			t.Errorf("EPSG:%d is not in the table", code)
			continue
		}
		compared[code] = true
		plane := *s
		plane.shift = nil
		want := orb.Point{v[3], v[4]}
		if got := plane.ToWGS84(orb.Point{v[1], v[2]}); !(geo.Distance(got, want) < 0.001) {
			t.Errorf("EPSG:%d (%s): %v is %v, want %v: %.4f m away", code, s.Name, v[1:3], got, want, geo.Distance(got, want))
		}
		if !s.Covers(want) || s.Covers(orb.Point{want[0], s.area[2] + 1}) {
			t.Errorf("EPSG:%d: its area %v does not tell its own position from another", code, s.area)
		}
	}
	for _, code := range national {
		if !compared[code] {
			t.Errorf("EPSG:%d is not compared with GDAL", code)
		}
	}
	if len(compared) < 400 {
		t.Errorf("only %d systems are compared", len(compared))
	}
}

// epsgFromGDAL projects a position in the area of use of systems.
func epsgFromGDAL(t *testing.T) string {
	var b strings.Builder
	i := 0
	for line := range strings.Lines(epsgText) {
		cells := strings.Split(line, "|")
		if cells[0] != "P" {
			continue
		}
		code, _ := strconv.Atoi(cells[1])
		if i++; i%10 != 0 && !slices.Contains(national, code) {
			continue
		}
		s := epsgSystems()[code]
		south, west, north, east := s.area[0], s.area[1], s.area[2], s.area[3]
		if east < west {
			east += 360
		}
		lon, lat := west+0.2*(east-west), max(south, -80)+0.7*(min(north, 84)-max(south, -80))
		if lon > 180 {
			lon -= 360
		}
		unit := epsgSystemUnit(t, cells[3])
		input := fmt.Sprintf("%.12f %.12f", (lon-s.meridian/degree)/unit, lat/unit)
		out := run(t, input, "gdaltransform", "-s_srs", "EPSG:"+cells[3], "-t_srs", "EPSG:"+cells[1], "-output_xy")
		fmt.Fprintf(&b, "%d %s %.9f %.9f\n", code, strings.TrimSpace(out), lon, lat)
	}
	return b.String()
}

// epsgSystemUnit is the unit of a geographic system, in degrees.
func epsgSystemUnit(t *testing.T, code string) float64 {
	number, _ := strconv.Atoi(code)
	s, known := EPSG(number)
	if !known {
		t.Fatalf("EPSG:%s is not in the table", code)
	}
	return s.unit / degree
}
