package facility_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"fujin/api"
	"fujin/datasets"
	"fujin/services/facility"
	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/dbtest"
)

// noon is the time of the tests: a Saturday in Nanchang.
var noon = time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC)

// site is a running service behind the real gate.
type site struct {
	*facility.Service
	t       *testing.T
	handler http.Handler
	// stop ends the service, once, and waits until it has.
	stop func()
}

func serve(t *testing.T, db *kernel.DB, options facility.Options) *site {
	t.Helper()
	return serveBehind(t, db, options, api.Config{})
}

// serveBehind is serve with settings of the gate.
func serveBehind(t *testing.T, db *kernel.DB, options facility.Options, config api.Config) *site {
	t.Helper()
	if options.Clock == nil {
		options.Clock = func() time.Time { return noon }
	}
	s, err := facility.New(t.Context(), db, options)
	if err != nil {
		t.Fatal(err)
	}
	config.PublicURL = "http://localhost:8080"
	gate, err := api.New(config)
	if err != nil {
		t.Fatal(err)
	}
	s.Routes(gate.Engine(), gate.API())
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	at := &site{s, t, gate.Handler(), sync.OnceFunc(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("run: %v", err)
		}
	})}
	t.Cleanup(at.stop)
	at.eventually("ready", s.Ready)
	return at
}

// eventually waits up to a few seconds for what must happen within one.
func (s *site) eventually(what string, check func() error) {
	s.t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for {
		err := check()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("%s: %v", what, err)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// ask sends a request and decodes the JSON answer.
func (s *site) ask(method, target, body string, into any) (status int, raw string) {
	s.t.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	req := httptest.NewRequest(method, target, reader)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, req)
	if into != nil {
		if err := json.Unmarshal(w.Body.Bytes(), into); err != nil {
			s.t.Fatalf("%s %s: %v in %s", method, target, err, w.Body)
		}
	}
	return w.Code, w.Body.String()
}

// collection is a GeoJSON answer.
type collection struct {
	Type     string `json:"type"`
	Features []struct {
		Type     string `json:"type"`
		ID       string `json:"id"`
		Geometry struct {
			Type        string
			Coordinates json.RawMessage
		} `json:"geometry"`
		Properties struct {
			Name         string            `json:"name"`
			Category     string            `json:"category"`
			Distance     *float64          `json:"distance_m"`
			Bearing      *float64          `json:"bearing_deg"`
			Open         string            `json:"open"`
			NextChange   string            `json:"next_change"`
			OpeningHours string            `json:"opening_hours"`
			Attributes   map[string]string `json:"attributes"`
			Dataset      string            `json:"dataset"`
			Version      int64             `json:"version"`
			VerifiedAt   string            `json:"verified_at"`
		} `json:"properties"`
	} `json:"features"`
	RadiusUsed float64 `json:"radius_used"`
	CRS        string  `json:"crs"`
	AsOf       string  `json:"as_of"`
	NextCursor string  `json:"next_cursor"`
}

func (s *site) get(target string) collection {
	s.t.Helper()
	var c collection
	if status, raw := s.ask("GET", target, "", &c); status != http.StatusOK {
		s.t.Fatalf("GET %s: %d %s", target, status, raw)
	}
	return c
}

func (c collection) names() []string {
	names := []string{}
	for _, f := range c.Features {
		names = append(names, f.Properties.Name)
	}
	return names
}

// publish makes places visible and waits until they are.
func (s *site) publish(dataset string, places ...datasets.Place) {
	s.t.Helper()
	pub, err := s.Replace(s.t.Context(), dataset, feed(places...), facility.Provenance{})
	if err != nil {
		s.t.Fatal(err)
	}
	s.eventually("publication of "+dataset, func() error {
		if v := s.Seen(dataset); v < pub.Version {
			return fmt.Errorf("version %d is seen, %d is published", v, pub.Version)
		}
		return nil
	})
}

func openSQLite(t *testing.T) *kernel.DB {
	t.Helper()
	db, err := kernel.Open(t.Context(), dbtest.Config(t, kernel.SQLite))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}
