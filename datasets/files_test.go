package datasets

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// sharedData finds a file of the collection of real files beside the
// repository, and skips the test where there is none.
func sharedData(t testing.TB, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		path := filepath.Join(dir, "..", "shared", "data", name)
		if _, err := os.Stat(path); err == nil {
			return path
		}
		if filepath.Dir(dir) == dir {
			t.Skipf("the collection of real files is not here: ../shared/data/%s", name)
		}
		dir = filepath.Dir(dir)
	}
}

// fileSource is a file on disk as a Source.
func fileSource(path string) Source {
	return Source{Name: filepath.Base(path), Size: -1, Open: func() (io.ReadCloser, error) { return os.Open(path) }}
}

// bytesSource is a file in memory as a Source.
func bytesSource(name string, data []byte) Source {
	return Source{Name: name, Size: int64(len(data)), Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(data)), nil
	}}
}

// reading is everything that a reader gave.
type reading struct {
	places  []Place
	issues  []Issue
	summary Summary
}

// codes counts the issues by code.
func (r reading) codes() map[string]int {
	found := map[string]int{}
	for _, issue := range r.issues {
		found[issue.Code]++
	}
	return found
}

// readAll reads a whole source and checks what holds for every reader: the
// summary counts what the sink was given.
func readAll(t testing.TB, reader Reader, src Source, opt Options) (reading, error) {
	t.Helper()
	var got reading
	rejected := 0
	var err error
	got.summary, err = reader.Read(context.Background(), src, opt, Sink{
		Place: func(p Place) error { got.places = append(got.places, p); return nil },
		Issue: func(i Issue) error {
			got.issues = append(got.issues, i)
			if i.Rejected {
				rejected++
			}
			return nil
		},
	})
	if s := got.summary; err == nil && (s.Accepted != len(got.places) || s.Rejected != rejected ||
		s.Warnings != len(got.issues)-rejected || s.Read != s.Accepted+s.Rejected) {
		t.Errorf("summary %+v of %d places and %d issues, %d of them rejections", s, len(got.places), len(got.issues), rejected)
	}
	for _, p := range got.places {
		if b := p.Geometry.Bound(); !(b.Min[0] >= -180 && b.Max[0] <= 180 && b.Min[1] >= -90 && b.Max[1] <= 90) {
			t.Errorf("row %d lies at %v", p.Row, p.Geometry)
		}
	}
	return got, err
}

// mustRead is readAll for files that are not refused.
func mustRead(t testing.TB, reader Reader, src Source, opt Options) reading {
	t.Helper()
	got, err := readAll(t, reader, src, opt)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// writeFile writes a file for a test.
func writeFile(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// readerFunc makes a Reader of a function.
type readerFunc func(context.Context, Source, Options, Sink) (Summary, error)

func (f readerFunc) Read(ctx context.Context, src Source, opt Options, sink Sink) (Summary, error) {
	return f(ctx, src, opt, sink)
}
