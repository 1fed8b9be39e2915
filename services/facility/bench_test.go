package facility_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"fujin/api"
	"fujin/datasets"
	"fujin/services/facility"
	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/dbtest"
)

func sample(b *testing.B, n int) []datasets.Place {
	b.Helper()
	var places []datasets.Place
	if err := datasets.Sample(n, 1, func(p datasets.Place) error { places = append(places, p); return nil }); err != nil {
		b.Fatal(err)
	}
	return places
}

// BenchmarkPrepare is what the registry works out per imported row.
func BenchmarkPrepare(b *testing.B) {
	places := sample(b, 1000)
	for i := range b.N {
		if _, err := facility.Prepare(places[i%len(places)]); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkReplace publishes rows that are prepared already, 100,000 each time.
func BenchmarkReplace(b *testing.B) {
	var rows []facility.Row
	for _, p := range sample(b, 100_000) {
		row, err := facility.Prepare(p)
		if err != nil {
			b.Fatal(err)
		}
		rows = append(rows, row)
	}
	for b.Loop() {
		db, err := kernel.Open(b.Context(), dbtest.Config(b, kernel.SQLite))
		if err != nil {
			b.Fatal(err)
		}
		s, err := facility.New(b.Context(), db, facility.Options{})
		if err != nil {
			b.Fatal(err)
		}
		_, err = s.Replace(b.Context(), "sample", func(yield func(facility.Row) error) error {
			for _, r := range rows {
				if err := yield(r); err != nil {
					return err
				}
			}
			return nil
		}, facility.Provenance{})
		if err != nil {
			b.Fatal(err)
		}
		_ = db.Close()
	}
	b.ReportMetric(float64(len(rows))*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// nowhere is a response writer that keeps nothing.
type nowhere struct{ header http.Header }

func (w nowhere) Header() http.Header         { return w.header }
func (w nowhere) Write(b []byte) (int, error) { return len(b), nil }
func (w nowhere) WriteHeader(int)             {}

// BenchmarkNearby is the whole handler behind the gate, without the network.
func BenchmarkNearby(b *testing.B) {
	db, err := kernel.Open(b.Context(), dbtest.Config(b, kernel.SQLite))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	s, err := facility.New(b.Context(), db, facility.Options{})
	if err != nil {
		b.Fatal(err)
	}
	// The density of a million facilities in a tenth of their area.
	const n = 100_000
	_, err = s.Replace(b.Context(), "sample", func(yield func(facility.Row) error) error {
		return datasets.SampleScaled(n, 1, 0.1, func(p datasets.Place) error {
			row, err := facility.Prepare(p)
			if err != nil {
				return err
			}
			return yield(row)
		})
	}, facility.Provenance{})
	if err != nil {
		b.Fatal(err)
	}
	gate, err := api.New(api.Config{PublicURL: "http://localhost:8080"})
	if err != nil {
		b.Fatal(err)
	}
	s.Routes(gate.Engine(), gate.API())
	ctx, stop := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	defer func() { stop(); <-ended }()
	for s.Ready() != nil {
		time.Sleep(time.Millisecond)
	}
	positions := datasets.SamplePositions(1000, 2, 0.1)
	for name, extra := range map[string]string{"plain": "", "filters": "&category=toilet&wheelchair=yes,limited,designated&open_at=now"} {
		var requests []*http.Request
		for _, p := range positions {
			requests = append(requests, httptest.NewRequest("GET", fmt.Sprintf("/v1/facilities/nearby?lat=%.7f&lon=%.7f%s", p[1], p[0], extra), nil))
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			handler, w := gate.Handler(), nowhere{http.Header{}}
			for i := range b.N {
				clear(w.header)
				handler.ServeHTTP(w, requests[i%len(requests)])
			}
		})
	}
}
