package quality

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"fujin/datasets"
)

// passed is what a run gave.
type passed struct {
	Report
	places  []datasets.Place
	issues  []datasets.Issue
	repairs []datasets.Repair
}

// pass runs a source through the gate and checks what must hold for any.
func pass(t testing.TB, src datasets.Source, order Order) passed {
	t.Helper()
	var got passed
	report, err := Run(context.Background(), src, order, Output{
		Place:  func(p datasets.Place) error { got.places = append(got.places, p); return nil },
		Issue:  func(i datasets.Issue) error { got.issues = append(got.issues, i); return nil },
		Repair: func(r datasets.Repair) error { got.repairs = append(got.repairs, r); return nil },
	})
	if err != nil {
		t.Fatalf("%s is refused: %v", src.Name, err)
	}
	got.Report = report
	if report.Read != report.Accepted+report.Rejected+report.Dropped || report.Accepted != len(got.places) {
		t.Errorf("read %d, accepted %d, rejected %d, dropped %d; %d places", report.Read, report.Accepted, report.Rejected, report.Dropped, len(got.places))
	}
	if report.Warnings+report.Rejected != len(got.issues) {
		t.Errorf("%d warnings and %d rejected rows, but %d issues", report.Warnings, report.Rejected, len(got.issues))
	}
	return got
}

// rows are the rows of a code, in order.
func (p passed) rows(code string) []int {
	var rows []int
	for _, i := range p.issues {
		if i.Code == code {
			rows = append(rows, i.Row)
		}
	}
	return rows
}

// want checks that a code is found at these rows and no others.
func (p passed) want(t *testing.T, code string, rows ...int) {
	t.Helper()
	if got := p.rows(code); !slices.Equal(got, rows) {
		t.Errorf("%s at rows %v, want %v", code, got, rows)
	}
}

// count is how often a code was found.
func (p passed) count(code string) int { return len(p.rows(code)) }

// repaired are the repairs of a code.
func (p passed) repaired(code string) []datasets.Repair {
	var found []datasets.Repair
	for _, r := range p.repairs {
		if r.Code == code {
			found = append(found, r)
		}
	}
	return found
}

// place is that of a row.
func (p passed) place(t *testing.T, row int) datasets.Place {
	t.Helper()
	for _, place := range p.places {
		if place.Row == row {
			return place
		}
	}
	t.Fatalf("row %d is not among the places", row)
	return datasets.Place{}
}

// at checks where a row lies, to a few metres.
func (p passed) at(t *testing.T, row int, lat, lon float64) {
	t.Helper()
	got := p.place(t, row).Geometry.(orb.Point)
	if d := got[1] - lat; d > 1e-4 || d < -1e-4 {
		t.Errorf("row %d is at latitude %v, want %v", row, got[1], lat)
	}
	if d := got[0] - lon; d > 1e-4 || d < -1e-4 {
		t.Errorf("row %d is at longitude %v, want %v", row, got[0], lon)
	}
}

// text is a source in memory.
func text(content string) datasets.Source {
	return datasets.Source{Name: "test.csv", Size: int64(len(content)),
		Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil }}
}

// table writes rows of cells as CSV.
func table(header string, rows ...string) datasets.Source {
	return text(header + "\n" + strings.Join(rows, "\n") + "\n")
}

// towns are n rows "id,name,lat,lon,address" spread over some 30 km around a
// place; every name and address is different.
func towns(n int, lat, lon float64) []string {
	rng := rand.New(rand.NewPCG(1, 2))
	rows := make([]string, n)
	for i := range rows {
		rows[i] = fmt.Sprintf("T%04d,Facility %s,%.6f,%.6f,%d Road %s", i+1, word(i), lat+0.3*(rng.Float64()-0.5), lon+0.3*(rng.Float64()-0.5), i+1, word(i+7))
	}
	return rows
}

// word is a different word for each number.
func word(i int) string {
	const letters = "bcdfghklmnprst"
	b := []byte{'Q'}
	for range 4 {
		b = append(b, letters[i%len(letters)], "aeiou"[i%5])
		i = i/3 + 1
	}
	return fmt.Sprintf("%s%c%c", b, 'a'+i%26, 'a'+len(letters)%26) + strings.Repeat("x", i%3)
}

const townHeader = "id,name,lat,lon,address"

// sharedFile is a real file, of whose absence the test speaks.
func sharedFile(t testing.TB, name string) datasets.Source {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "data", filepath.FromSlash(name))
	info, err := os.Stat(path)
	if err != nil {
		t.Skipf("the real file %s is not here", name)
	}
	return datasets.Source{Name: filepath.Base(path), Size: info.Size(), Open: func() (io.ReadCloser, error) { return os.Open(path) }}
}

func TestRunTellsProgressAndErrors(t *testing.T) {
	src := table(townHeader, towns(2000, 28.7, 115.9)...)
	last := Progress{}
	phases := map[string]bool{}
	_, err := Run(context.Background(), src, Order{}, Output{Progress: func(p Progress) {
		if p.Done < last.Done {
			t.Errorf("progress goes back from %v to %v", last, p)
		}
		last = p
		phases[p.Phase] = true
	}})
	if err != nil || last.Done != 1 || !phases["survey"] || !phases["check"] {
		t.Errorf("error %v, last progress %+v, phases %v", err, last, phases)
	}
	stop := fmt.Errorf("enough")
	for name, out := range map[string]Output{
		"place":  {Place: func(datasets.Place) error { return stop }},
		"issue":  {Issue: func(datasets.Issue) error { return stop }},
		"repair": {Repair: func(datasets.Repair) error { return stop }},
	} {
		rows := append(towns(30, 28.7, 115.9), "T99,Odd,28.7.1,115.9,x", "T98,Swapped,115.9,28.7,y")
		if _, err := Run(context.Background(), table(townHeader, rows...), Order{}, out); err != stop {
			t.Errorf("an error of %s gives %v", name, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Run(ctx, src, Order{}, Output{}); err == nil {
		t.Error("a run that was cancelled succeeds")
	}
}

func TestReport(t *testing.T) {
	rows := append(towns(40, 28.7, 115.9), "T0001,Copy,28.70,115.9,1 Road", "T0050,No position,,,")
	got := pass(t, table(townHeader+",wheelchair", rows...), Order{Category: "toilet", Required: []string{"name", "phone"}})
	if got.Format != datasets.CSV || got.Encoding != "UTF-8" || got.CRS != "wgs84" || got.Categories["toilet"] != 41 {
		t.Errorf("format %s, encoding %s, crs %s, categories %v", got.Format, got.Encoding, got.CRS, got.Categories)
	}
	if b := got.Bounds; b == nil || b[0] < 115.7 || b[3] > 28.9 {
		t.Errorf("bounds %v", b)
	}
	got.want(t, "id_duplicate", 41)
	got.want(t, "coordinate_missing", 42)
	got.want(t, "column_missing", 0)
	if n := got.count("value_missing"); n != 41 {
		t.Errorf("%d rows lack the required phone, want 41", n)
	}
	if first := got.Codes[0]; first.Severity != Error || first.Title["zh-Hans"] == "" || first.Advice["en"] == "" {
		t.Errorf("the first finding is %+v", first)
	}
	fields := map[string]string{}
	for _, c := range got.Columns {
		fields[c.Name] = c.Field
	}
	if fields["lat"] != "lat" || fields["address"] != "address" || fields["wheelchair"] != "wheelchair" {
		t.Errorf("columns %v", fields)
	}
}

func TestRequiredHours(t *testing.T) {
	got := pass(t, table("name,lat,lon,opening_hours", "A,28.7,115.9,24/7", "B,28.8,115.9,"), Order{Required: []string{"opening_hours"}})
	got.want(t, "column_missing")
	got.want(t, "value_missing", 2)
}
