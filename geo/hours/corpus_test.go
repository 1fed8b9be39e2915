package hours

import (
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// sharedData finds the real-life samples, which lie beside the repository.
func sharedData(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		data := filepath.Join(dir, "..", "shared", "data", "opening_hours")
		if _, err := os.Stat(data); err == nil {
			return data
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Skip("the sample files (shared/data/opening_hours) are not on this machine")
		}
		dir = parent
	}
}

// corpus returns the values of a sample file.
func corpus(t testing.TB, name string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(sharedData(t), name))
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	for i, line := range strings.Split(string(text), "\n") {
		line = strings.TrimSuffix(line, "\r")
		if strings.HasSuffix(name, ".tsv") {
			if _, line, _ = strings.Cut(line, "\t"); i == 0 {
				continue
			}
		}
		if line != "" && !(strings.HasPrefix(name, "ohrs") && strings.HasPrefix(line, "#")) {
			values = append(values, line)
		}
	}
	return values
}

// TestCorpora parses every value of the samples: valid ones must parse, others may be refused with a place in the text.
func TestCorpora(t *testing.T) {
	for _, test := range []struct {
		file    string
		refused int // at most
	}{
		{"ohrs_sample.txt", 0},
		{"osm_values_ulm_monaco_liechtenstein_hk.tsv", 2},
		{"osm_invalid_values.txt", 3750},
	} {
		values := corpus(t, test.file)
		refused := 0
		for _, value := range values {
			s, err := Parse(value)
			if err == nil {
				checkNormal(t, value, s)
				continue
			}
			refused++
			var syntax *SyntaxError
			if !errors.As(err, &syntax) {
				t.Fatalf("%q: %v is no SyntaxError", value, err)
			}
			if syntax.Offset < 0 || syntax.Offset > len(value) || syntax.Text != value || syntax.Message == "" {
				t.Errorf("%q: error without its place: %+v", value, syntax)
			}
			if os.Getenv("HOURS_REFUSED") != "" {
				t.Logf("%q: %v", value, err)
			}
		}
		t.Logf("%s: %d values, %d parse, %d refused", test.file, len(values), len(values)-refused, refused)
		if refused > test.refused {
			t.Errorf("%s: %d values refused, expected at most %d", test.file, refused, test.refused)
		}
	}
}

// checkNormal holds String to its word: the normal form parses, is its own normal form and answers alike.
func checkNormal(t *testing.T, value string, s *Schedule) {
	t.Helper()
	normal := s.String()
	again, err := Parse(normal)
	if err != nil {
		t.Errorf("%q: its normal form %q does not parse: %v", value, normal, err)
		return
	}
	if again.String() != normal {
		t.Errorf("%q: normal form %q, whose normal form is %q", value, normal, again.String())
	}
	for i := range 8 {
		at := time.Date(2024, time.Month(1+3*i%12), 3*i+1, 5*i%24, 7*i, 0, 0, time.UTC)
		p := Place{Country: "CN"}
		if a, b := s.At(at, p), again.At(at, p); a != b {
			t.Errorf("%q: %v at %v, but its normal form %q: %v", value, a, at, normal, b)
			return
		}
	}
}

// TestEvaluated checks the evaluated samples. Their times are local, and their weekdays tell that no holidays count.
func TestEvaluated(t *testing.T) {
	const layout, short = "2006-01-02T15:04:05", "2006-01-02T15:04"
	stamp := func(text string) time.Time {
		at, err := time.Parse(layout, text)
		if err != nil {
			at, err = time.Parse(short, text)
		}
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	for _, file := range []string{"closed", "open", "open-next", "open-until", "was-last-open"} {
		f, err := os.Open(filepath.Join(sharedData(t), "evaluator_"+file+".csv"))
		if err != nil {
			t.Fatal(err)
		}
		r := csv.NewReader(f)
		r.FieldsPerRecord, r.TrimLeadingSpace = -1, true
		rows, err := r.ReadAll()
		f.Close()
		if err != nil || len(rows) < 10 {
			t.Fatalf("%s: %d rows, %v", file, len(rows), err)
		}
		for _, row := range rows {
			if row[0] == "time" {
				continue
			}
			at := stamp(row[0])
			s, err := Parse(row[1])
			if err != nil {
				t.Errorf("%s: %v", file, err)
				continue
			}
			span := s.At(at, Place{})
			var got, want time.Time
			switch file {
			case "closed", "open":
				if span.State.String() != file {
					t.Errorf("%s: %q at %s is %s", file, row[1], row[0], span.State)
				}
			default:
				if row[2] != "None" {
					want = stamp(row[2])
				}
				switch {
				case file == "open-until" && span.State == Open:
					got = span.Until
				case file == "open-next":
					if got = at; span.State != Open {
						got = span.Until
					}
				case file == "was-last-open":
					if got = at; span.State != Open {
						got = span.From
					}
				}
				if !got.Equal(want) {
					t.Errorf("%s: %q at %s: got %v, expected %v", file, row[1], row[0], got, want)
				}
			}
		}
		t.Logf("%s: %d rows", file, len(rows))
	}
}
