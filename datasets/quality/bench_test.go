package quality

import (
	"bytes"
	"context"
	"io"
	"testing"

	"fujin/datasets"
)

// BenchmarkRun passes sample facilities through the gate; ns/op is per
// facility. Two plain readings, which no gate that reads twice can beat, are
// the floor.
func BenchmarkRun(b *testing.B) {
	const n = 50_000
	var lines, table bytes.Buffer
	if err := datasets.WriteSample(&lines, n, 1); err != nil {
		b.Fatal(err)
	}
	sample := func(yield func(datasets.Place, error) bool) {
		stopped := false
		err := datasets.Sample(n, 1, func(p datasets.Place) error {
			if !stopped && !yield(p, nil) {
				stopped = true
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	if err := datasets.WriteCSV(&table, sample); err != nil {
		b.Fatal(err)
	}
	for _, file := range []struct {
		name string
		data []byte
	}{{"geojsonseq", lines.Bytes()}, {"csv", table.Bytes()}} {
		src := datasets.Source{Name: "sample", Size: int64(len(file.data)),
			Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(file.data)), nil }}
		b.Run(file.name+"/gate", func(b *testing.B) {
			b.ReportAllocs()
			for done := 0; done < b.N; done += n {
				if _, err := Run(context.Background(), src, Order{}, Output{}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(file.name+"/two readings", func(b *testing.B) {
			b.ReportAllocs()
			sink := datasets.Sink{Place: func(datasets.Place) error { return nil }, Issue: func(datasets.Issue) error { return nil }}
			for done := 0; done < b.N; done += n {
				for range 2 {
					if _, err := datasets.Read(context.Background(), src, datasets.Options{}, sink); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
