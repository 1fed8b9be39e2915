package datasets

import (
	"bytes"
	"context"
	"io"
	"testing"
)

// BenchmarkGeoJSON reads sample features; ns/op is per feature.
func BenchmarkGeoJSON(b *testing.B) {
	var lines bytes.Buffer
	if err := WriteSample(&lines, 50_000, 1); err != nil {
		b.Fatal(err)
	}
	rows := bytes.TrimSpace(lines.Bytes())
	collection := append([]byte(`{"type":"FeatureCollection","features":[`), bytes.ReplaceAll(rows, []byte("\n"), []byte(",\n"))...)
	collection = append(collection, "]}"...)
	for _, format := range []struct {
		name   string
		reader Reader
		data   []byte
	}{
		{"newline", geoJSONSeqReader{}, rows},
		{"collection", geoJSONReader{}, collection},
	} {
		b.Run(format.name, func(b *testing.B) {
			b.SetBytes(int64(len(format.data) / 50_000))
			b.ReportAllocs()
			sink := Sink{Place: func(Place) error { return nil }, Issue: func(Issue) error { return nil }}
			for n := 0; n < b.N; n += 50_000 {
				if _, err := format.reader.Read(context.Background(), bytesSource("sample", format.data), Options{}, sink); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkSample makes and writes facilities; ns/op is per facility.
func BenchmarkSample(b *testing.B) {
	b.ReportAllocs()
	if err := WriteSample(io.Discard, b.N, 1); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkOSMPBF reads a small country three times over; MB/s is of the
// compressed file.
func BenchmarkOSMPBF(b *testing.B) {
	path := sharedData(b, "osm/liechtenstein-2013-08-03.osm.pbf")
	b.ReportAllocs()
	b.SetBytes(592630)
	for b.Loop() {
		mustRead(b, osmPBFReader{}, fileSource(path), Options{})
	}
}
