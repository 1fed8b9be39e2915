package ogc_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"fujin/api"
	"fujin/datasets"
	"fujin/services/facility"
	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/dbtest"
	"fujin/services/publishing/catalogue"
	"fujin/services/publishing/ogc"
)

// noon is the time of the tests.
var noon = time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC)

// site is the API over a real registry, behind the real gate, on a real port.
type site struct {
	t          testing.TB
	facilities *facility.Service
	url        string
}

// described is a catalogue with metadata, as agencies give it.
type described struct{ catalogue.Registry }

func (d described) Datasets(ctx context.Context) ([]catalogue.Record, error) {
	list, err := d.Registry.Datasets(ctx)
	for i := range list {
		r := &list[i]
		r.Title = map[string]string{"zh-Hans": "公共厕所 " + r.ID, "en": "Public toilets " + r.ID}
		r.Description = map[string]string{"en": "Toilets that the city keeps."}
		r.Licence, r.Contact = "CC-BY-4.0", catalogue.Contact{Name: "City", Email: "data@city.example"}
		if r.ID == "other" {
			r.Licence = "https://city.example/terms"
		}
	}
	return list, err
}

func (d described) Dataset(ctx context.Context, id string) (catalogue.Record, error) {
	list, err := d.Datasets(ctx)
	for _, r := range list {
		if r.ID == id {
			return r, nil
		}
	}
	if err == nil {
		err = catalogue.NotPublished(id)
	}
	return catalogue.Record{}, err
}

func serve(t testing.TB, db *kernel.DB) *site {
	t.Helper()
	facilities, err := facility.New(t.Context(), db, facility.Options{Clock: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(nil)
	url := "http://" + server.Listener.Addr().String()
	gate, err := api.New(api.Config{PublicURL: url})
	if err != nil {
		t.Fatal(err)
	}
	service, err := ogc.New(ogc.Options{Facilities: facilities, Catalogue: described{catalogue.Registry{Facilities: facilities}},
		Profiles: catalogue.NewProfiles(facilities), PublicURL: url, Clock: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	service.Routes(gate.Engine())
	server.Config.Handler = gate.Handler()
	server.Start()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- facilities.Run(ctx) }()
	t.Cleanup(func() {
		server.Close()
		stop()
		if err := <-ended; err != nil {
			t.Errorf("run: %v", err)
		}
	})
	s := &site{t, facilities, url}
	s.eventually("ready", facilities.Ready)
	return s
}

func openSQLite(t testing.TB) *kernel.DB {
	t.Helper()
	db, err := kernel.Open(t.Context(), dbtest.Config(t, kernel.SQLite))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

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

// publish makes places the next version and waits until all see it.
func (s *site) publish(dataset string, places ...datasets.Place) int64 {
	s.t.Helper()
	pub, err := s.facilities.Replace(s.t.Context(), dataset, func(yield func(facility.Row) error) error {
		for _, p := range places {
			row, err := facility.Prepare(p)
			if err != nil {
				return err
			}
			if err := yield(row); err != nil {
				return err
			}
		}
		return nil
	}, facility.Provenance{Kind: facility.KindImport, By: "test"})
	if err != nil {
		s.t.Fatal(err)
	}
	s.eventually("publication of "+dataset, func() error {
		if v := s.facilities.Seen(dataset); v < pub.Version {
			return fmt.Errorf("version %d is seen, %d is published", v, pub.Version)
		}
		return nil
	})
	return pub.Version
}

// toilet is a place on a grid around Nanchang.
func toilet(number int) datasets.Place {
	return datasets.Place{Row: number, SourceID: fmt.Sprint(number), Name: fmt.Sprintf("公厕 %d", number), Category: "toilet",
		Geometry:     orb.Point{float64(1158000+number%100) / 1e4, float64(286000+number/100) / 1e4},
		OpeningHours: "24/7", Attributes: map[string]string{"wheelchair": []string{"yes", "no", "limited"}[number%3], "capacity": fmt.Sprint(number % 7), "无障碍": "是"}}
}

func toilets(n int) []datasets.Place {
	places := make([]datasets.Place, n)
	for i := range places {
		places[i] = toilet(i + 1)
	}
	return places
}

// answer is an answer, with its body decoded as far as it is JSON.
type answer struct {
	status int
	header http.Header
	body   string
	doc    map[string]any
}

// get asks for a path, or for an address as links give it; further arguments
// are headers.
func (s *site) get(path string, headers ...string) answer {
	s.t.Helper()
	if strings.HasPrefix(path, "/") {
		path = s.url + path
	}
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	a := answer{status: res.StatusCode, header: res.Header, body: string(body)}
	if strings.Contains(a.header.Get("Content-Type"), "json") {
		if err := json.Unmarshal([]byte(a.body), &a.doc); err != nil {
			s.t.Fatalf("%s: %v in %s", path, err, a.body)
		}
	}
	return a
}

// ok is get of what must be there.
func (s *site) ok(path string, headers ...string) answer {
	s.t.Helper()
	a := s.get(path, headers...)
	if a.status != http.StatusOK {
		s.t.Fatalf("%s: %d %s", path, a.status, a.body)
	}
	return a
}

// link finds a link by its relation, "" if there is none.
func (a answer) link(rel string) string {
	links, _ := a.doc["links"].([]any)
	for _, l := range links {
		if l := l.(map[string]any); l["rel"] == rel {
			return l["href"].(string)
		}
	}
	return ""
}

// names are the names of a page's features.
func (a answer) names() []string {
	names := []string{}
	for _, f := range a.features() {
		name, _ := f["properties"].(map[string]any)["name"].(string)
		names = append(names, name)
	}
	return names
}

func (a answer) features() []map[string]any {
	list, _ := a.doc["features"].([]any)
	features := make([]map[string]any, len(list))
	for i := range list {
		features[i] = list[i].(map[string]any)
	}
	return features
}
