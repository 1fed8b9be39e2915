package publishing_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/dbtest"
	"fujin/services/publishing"
)

// feed is an agency's web server with one file.
type feed struct {
	*httptest.Server
	mu      sync.Mutex
	status  int
	body    []byte
	asked   int
	version int
}

func newFeed(t *testing.T, body []byte) *feed {
	f := &feed{status: 200, body: body}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.asked++
		tag := fmt.Sprintf(`"%d"`, f.version)
		w.Header().Set("ETag", tag)
		switch {
		case f.status != 200:
			w.WriteHeader(f.status)
		case r.Header.Get("If-None-Match") == tag:
			w.WriteHeader(http.StatusNotModified)
		default:
			_, _ = w.Write(f.body)
		}
	}))
	t.Cleanup(f.Close)
	return f
}

// becomes changes what the server sends.
func (f *feed) becomes(status int, body []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.status, f.body = status, body
	f.version++
}

// harvest is a harvest as the API tells it.
type harvest struct {
	URL, Outcome, Message string
	EndedAt               string `json:"ended_at"`
	Runs                  []struct {
		Outcome, Message, Upload string
		Version, Bytes           int64
	}
}

// fetched has the file fetched now, and waits for what comes of it.
func (s *site) fetched(f *feed, more string) (h harvest) {
	s.t.Helper()
	before := harvest{}
	if got := s.ask(publisher, "GET", "/v1/datasets/lakes/harvest", nil); got.status == 200 {
		got.wants(200, &before)
	}
	s.ask(publisher, "POST", "/v1/datasets/lakes/harvest", `{"url":"`+f.URL+`/lakes.csv","every":"24h"`+more+`}`).wants(202)
	s.eventually("the harvest", func() error {
		h = harvest{}
		s.ask(reader, "GET", "/v1/datasets/lakes/harvest", nil).wants(200, &h)
		if len(h.Runs) == len(before.Runs) || h.Outcome == "under_way" {
			return errOther
		}
		return nil
	})
	return h
}

func TestAFileIsHarvested(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		db := open()
		s := serve(t, db, publishing.Options{Access: access(t, db)})
		s.dataset("lakes", nil)
		f := newFeed(t, table("1 East", "2 West", "3 North", "4 South"))
		inForce := func(version, facilities int64) {
			t.Helper()
			var d struct {
				Version, Facilities int64
				Harvest             *struct{ Outcome, Message string }
			}
			s.ask(publisher, "GET", "/v1/datasets/lakes", nil).wants(200, &d)
			if d.Version != version || d.Facilities != facilities || d.Harvest == nil {
				t.Errorf("in force: %+v, want version %d with %d", d, version, facilities)
			}
		}
		if h := s.fetched(f, ""); h.Outcome != "published" || h.Runs[0].Version != 1 || h.Runs[0].Bytes == 0 {
			t.Fatalf("the first file: %+v", h)
		}
		var v struct{ Kind, Source, By string }
		s.ask(publisher, "GET", "/v1/datasets/lakes/versions/1", nil).wants(200, &v)
		if v.Kind != "harvest" || v.Source != f.URL+"/lakes.csv" || v.By != "harvest" {
			t.Errorf("%+v", v)
		}
		// An address may hold a token.
		for _, path := range []string{"/v1/datasets/lakes", "/v1/datasets/lakes/versions", "/v1/datasets/lakes/versions/1"} {
			if got := s.ask(nobody, "GET", path, nil).wants(200); strings.Contains(string(got.body), f.URL) {
				t.Errorf("%s tells everybody where the file is fetched: %s", path, got.body)
			}
		}
		s.ask(publisher, "POST", "/v1/datasets/lakes/harvest", `{"url":"`+f.URL+`","every":"24h","repairs":["decimal_restord"]}`).refused(400, "invalid")
		for _, c := range []struct {
			what    string
			status  int
			body    []byte
			outcome string
			says    string
			version int64
			count   int64
		}{
			{"an error", 500, nil, "failed", "500 Internal Server Error", 1, 4},
			{"nothing", 200, []byte{}, "failed", "empty", 1, 4},
			{"a page", 200, []byte("<!DOCTYPE html><html>Please sign in</html>"), "refused", "web page", 1, 4},
			{"less than half", 200, table("1 East"), "refused", "less than half of the 4", 1, 4},
			{"the same in other words", 200, append(table("1 East", "2 West", "3 North", "4 South"), '\n'), "unchanged", "", 1, 4},
			{"half", 200, table("1 East", "5 Island"), "published", "", 2, 2},
		} {
			f.becomes(c.status, c.body)
			h := s.fetched(f, "")
			if h.Outcome != c.outcome || !strings.Contains(h.Message, c.says) || h.EndedAt == "" {
				t.Errorf("%s: %+v", c.what, h)
			}
			inForce(c.version, c.count)
		}
		if h := s.fetched(f, ""); h.Outcome != "unchanged" || h.Runs[0].Bytes != 0 {
			t.Errorf("a file that the server says is the same: %+v", h)
		}
		s.harvestEvents(db, "published failed failed refused refused published")
		s.ask(publisher, "DELETE", "/v1/datasets/lakes/harvest", nil).wants(204)
		s.ask(publisher, "GET", "/v1/datasets/lakes/harvest", nil).wants(404)
		s.ask(publisher, "DELETE", "/v1/datasets/lakes/harvest", nil).wants(404)
	})
}

// harvestEvents checks what the outbox tells.
func (s *site) harvestEvents(db *kernel.DB, want string) {
	ctx, enough := context.WithCancel(s.t.Context())
	var got []string
	err := db.Follow(ctx, 0, []string{publishing.TopicHarvest}, func(_ context.Context, events []kernel.Event) error {
		for _, e := range events {
			var told publishing.HarvestEvent
			if err := json.Unmarshal(e.Payload, &told); err != nil || told.Org != "parks" || e.Ref != "lakes" {
				s.t.Errorf("%s: %v", e.Payload, err)
			}
			got = append(got, told.Outcome)
		}
		enough()
		return nil
	})
	if err != nil || strings.Join(got, " ") != want {
		s.t.Errorf("events %q, want %q; %v", got, want, err)
	}
}

func TestAHarvestWaitsForTheSecondPerson(t *testing.T) {
	t.Parallel()
	db := openSQLite(t)
	s := serve(t, db, publishing.Options{Access: access(t, db)})
	s.dataset("lakes", map[string]any{"require_approval": true})
	h := s.fetched(newFeed(t, table("1 East")), "")
	if h.Outcome != "awaiting_approval" {
		t.Fatalf("%+v", h)
	}
	s.ask(reviewer, "POST", "/v1/datasets/lakes/uploads/"+h.Runs[0].Upload+"/approval", `{"decision":"approve"}`).wants(200)
	s.ask(nobody, "GET", "/v1/datasets/lakes", nil).wants(200)
}

func TestAddressesThatAreNotHarvested(t *testing.T) {
	t.Parallel()
	db := openSQLite(t)
	s := serve(t, db, publishing.Options{Access: access(t, db)})
	s.dataset("lakes", nil)
	for body, want := range map[string]string{
		`{"url":"ftp://a.example/x","every":"24h"}`:          "body.url malformed",
		`{"url":"http://me:secret@a.example","every":"24h"}`: "body.url malformed",
		`{"url":"http://a.example","every":"1s"}`:            "body.every out_of_range",
		`{"url":"http://a.example","every":"daily"}`:         "body.every malformed",
	} {
		if text := s.ask(publisher, "POST", "/v1/datasets/lakes/harvest", body).refused(400, "invalid"); !strings.Contains(text, want) {
			t.Errorf("%s: %s", body, text)
		}
	}
	h := s.fetched(&feed{Server: &httptest.Server{URL: "http://10.0.0.1:1"}}, "")
	if h.Outcome != "failed" || !strings.Contains(h.Message, "private network") {
		t.Errorf("a private address: %+v", h)
	}
	h = s.fetched(&feed{Server: &httptest.Server{URL: "http://nowhere.invalid"}}, "")
	if h.Outcome != "failed" || h.Message != "the name nowhere.invalid in the address is not known, or cannot be looked up now" {
		t.Errorf("a name that does not exist: %+v", h)
	}
}
