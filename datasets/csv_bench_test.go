package datasets

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
)

// manyRows makes a table of plausible rows as it is read.
type manyRows struct {
	left int
	n    int
	rng  *rand.Rand
	rest []byte
}

func newManyRows(n int) *manyRows {
	return &manyRows{left: n, rng: rand.New(rand.NewPCG(1, 2)),
		rest: []byte("编号,名称,地址,经度,纬度,电话,开放时间,无障碍,收费,city,remarks\n")}
}

// Read implements io.Reader.
func (r *manyRows) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		if r.left == 0 {
			return 0, io.EOF
		}
		r.rest = r.rest[:0]
		for len(r.rest) < 32<<10 && r.left > 0 {
			r.n++
			r.left--
			r.rest = fmt.Appendf(r.rest, "JX%07d,八一大道第%d公厕,\"东湖区八一大道%d号, 近广场\",%.6f,%.6f,0791-8%07d,%s,%s,%s,南昌市,\"row %d says \"\"hello\"\"\"\n",
				r.n, r.n, r.rng.IntN(900), 115+r.rng.Float64(), 28+r.rng.Float64(), r.rng.IntN(1e7),
				[]string{"24小时", "06:00-22:00", "周一至周五 8:30-17:30", "每天6点至22点"}[r.rng.IntN(4)],
				[]string{"是", "否", "", "Y"}[r.rng.IntN(4)], []string{"0", "免费", "1元", ""}[r.rng.IntN(4)], r.n)
		}
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// BenchmarkCSV parses and normalises; ns/op is per row.
func BenchmarkCSV(b *testing.B) {
	const rows = 100_000
	data, err := io.ReadAll(newManyRows(rows))
	if err != nil {
		b.Fatal(err)
	}
	sink := Sink{Place: func(Place) error { return nil }, Issue: func(Issue) error { return nil }}
	b.SetBytes(int64(len(data) / rows))
	b.ReportAllocs()
	for n := 0; n < b.N; n += rows {
		if s, err := (csvReader{}).Read(context.Background(), bytesSource("rows.csv", data), Options{}, sink); err != nil || s.Accepted != rows {
			b.Fatal(s, err)
		}
	}
}

// BenchmarkTableScanner splits the same rows and does nothing with them.
func BenchmarkTableScanner(b *testing.B) {
	const rows = 100_000
	data, err := io.ReadAll(newManyRows(rows))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data) / rows))
	b.ReportAllocs()
	for n := 0; n < b.N; n += rows {
		scanner := newTableScanner(bytes.NewReader(data), dialect{delimiter: ','})
		for err = nil; err == nil; {
			_, _, err = scanner.next()
		}
	}
}
