package publishing_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/paulmach/orb"

	"fujin/geo"
	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/dbtest"
	"fujin/services/publishing"
)

func TestFilesThatCannotBeTaken(t *testing.T) {
	t.Parallel()
	db := openSQLite(t)
	s := serve(t, db, publishing.Options{Access: access(t, db), UploadMax: 1000})
	s.dataset("lakes", nil)
	const at = "/v1/datasets/lakes/uploads"
	for name, c := range map[string]struct {
		path    string
		body    any
		headers []string
		status  int
		code    string
		says    string
	}{
		"empty":             {at, []byte{}, nil, 400, "invalid", "body required"},
		"a form":            {at, []byte("x"), []string{"Content-Type", "multipart/form-data; boundary=x"}, 400, "invalid", "curl --data-binary"},
		"unknown format":    {at + "?format=pdf", []byte("x"), nil, 400, "invalid", "query.format not_one_of"},
		"unknown parameter": {at + "?fromat=csv", []byte("x"), nil, 400, "invalid", "query.fromat unknown_parameter"},
		"empty format":      {at + "?format=", []byte("x"), nil, 400, "invalid", "query.format empty"},
		"name with a zero":  {at + "?name=a%00b", []byte("x"), nil, 400, "invalid", "query.name malformed"},
		"too large":         {at, make([]byte, 1001), nil, 413, "too_large", "1000 bytes"},
		"no dataset":        {"/v1/datasets/ponds/uploads", []byte("x"), nil, 404, "not_found", "ponds"},
	} {
		if text := s.ask(publisher, "POST", c.path, c.body, c.headers...).refused(c.status, c.code); !strings.Contains(text, c.says) {
			t.Errorf("%s: %s", name, text)
		}
	}
	left, err := os.ReadDir(filepath.Join(db.Path(), "uploads"))
	if err != nil || len(left) > 0 {
		t.Errorf("files of refused uploads stay: %v %v", left, err)
	}
}

func TestFilesThatTheGateRefuses(t *testing.T) {
	t.Parallel()
	db := openSQLite(t)
	s := serve(t, db, publishing.Options{Access: access(t, db)})
	s.dataset("lakes", nil)
	for file, says := range map[string][2]string{
		"<!DOCTYPE html><html><body>Sign in</body></html>": {"web page", "网页"},
		"name,colour\nEast Lake,blue\n":                    {"position", "没有位置"},
		"id,name,lat,lon\n":                                {"no rows", "没有数据行"},
		"id,name,lat,lon\n1,x,0,0\n":                       {"no row could be used", "没有一行可用"},
	} {
		u := s.bring("lakes", "f", []byte(file))
		if u.State != "refused" || !strings.Contains(u.Reason, says[0]) || !strings.Contains(u.ReasonZH, says[1]) {
			t.Errorf("%q: %s, %q, %q", file, u.State, u.Reason, u.ReasonZH)
		}
		text := s.ask(publisher, "POST", "/v1/datasets/lakes/versions", map[string]string{"upload": u.ID}).refused(409, "refused")
		if !strings.Contains(text, says[0]) {
			t.Errorf("publishing it: %s", text)
		}
	}
	var u upload
	s.ask(publisher, "POST", "/v1/datasets/lakes/uploads?format=geojson", table("1 East Lake")).wants(202, &u)
	if u = s.examined("lakes", u.ID); u.State != "refused" || !strings.Contains(u.Reason, "csv, not geojson") {
		t.Errorf("a CSV that was said to be GeoJSON: %s, %q", u.State, u.Reason)
	}
}

func TestAFileIsReadAsItsAgencySays(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		db := open()
		s := serve(t, db, publishing.Options{Access: access(t, db)})
		s.dataset("lakes", nil)
		file := []byte("id,label,remark,lat,lon\n1,East Lake,A,28.68,115.85\n2,West Lake,B,28.69,115.86\n")
		u := s.bring("lakes", "a.csv", file)
		s.ask(publisher, "PATCH", "/v1/datasets/lakes/uploads/"+u.ID, `{"mapping":{"name":"remark"},"crs":"gcj02"}`).wants(202)
		if u = s.examined("lakes", u.ID); u.State != "ready" || u.Mapping["name"] != "remark" || u.Summary.CRS != "gcj02" {
			t.Fatalf("%+v", u)
		}
		s.publish("lakes", u.ID, "")
		found := s.features(nobody, "/v1/datasets/lakes/features")
		if len(found) != 2 || found["B"] == nil || strings.Contains(string(found["A"]), "[115.85,28.68]") {
			t.Errorf("published: %s", found)
		}
		next := s.bring("lakes", "b.csv", file)
		if next.Mapping["name"] != "remark" || next.CRS != "gcj02" || next.Summary.Unchanged != 2 {
			t.Errorf("the next upload does not remember: %+v", next)
		}
		s.ask(publisher, "PATCH", "/v1/datasets/lakes/uploads/"+next.ID, `{"crs":"moon"}`).refused(400, "invalid")
		if text := s.ask(publisher, "PATCH", "/v1/datasets/lakes/uploads/"+next.ID, `{"crs":"EPSG:99999"}`).refused(400, "invalid"); !strings.Contains(text, "EPSG:99999") {
			t.Error(text)
		}
		for body, want := range map[string]string{
			`{"repairs":["decimal_restord"]}`:                          "body.repairs[0] not_one_of",
			`{"mapping":{"name":""}}`:                                  "body.mapping empty",
			`{"mapping":{"name":"` + strings.Repeat("x", 1001) + `"}}`: "body.mapping too_long",
		} {
			if text := s.ask(publisher, "PATCH", "/v1/datasets/lakes/uploads/"+next.ID, body).refused(400, "invalid"); !strings.Contains(text, want) {
				t.Errorf("%s: %s, want %s", clip([]byte(body)), text, want)
			}
		}
		grid := s.bring("lakes", "c.csv", []byte("id,remark,X,Y\n1,A,3173000,400000\n"))
		s.ask(publisher, "PATCH", "/v1/datasets/lakes/uploads/"+grid.ID, `{"crs":"EPSG:4548","mapping":{}}`).wants(202)
		if grid = s.examined("lakes", grid.ID); grid.State != "ready" || grid.Summary.CRS != "EPSG:4548" || grid.count("axes_exchanged") != 1 {
			t.Errorf("in metres of a grid: %+v", grid)
		}
		s.ask(publisher, "PATCH", "/v1/datasets/lakes/uploads/"+u.ID, `{}`).refused(409, "not_editable")
	})
}

func TestTheSameFileSentAgainIsOneUpload(t *testing.T) {
	t.Parallel()
	db := openSQLite(t)
	s := serve(t, db, publishing.Options{Access: access(t, db)})
	s.dataset("lakes", nil)
	send := func(key string, rows ...string) answer {
		return s.ask(publisher, "POST", "/v1/datasets/lakes/uploads", table(rows...), "Idempotency-Key", key)
	}
	var first, again upload
	send("k", "1 East").wants(202, &first)
	if replay := send("k", "1 East").wants(202, &again); again.ID != first.ID || replay.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("%s, then %s", first.ID, again.ID)
	}
	send("k", "1 West").refused(422, "key_reused")
	s.examined("lakes", first.ID)
	folders, err := os.ReadDir(filepath.Join(db.Path(), "uploads"))
	if err != nil || len(folders) != 1 {
		t.Errorf("%d folders, %v", len(folders), err)
	}
}

func TestFindingsArePagedAndMapped(t *testing.T) {
	t.Parallel()
	db := openSQLite(t)
	s := serve(t, db, publishing.Options{Access: access(t, db)})
	s.dataset("lakes", nil)
	var b strings.Builder
	b.WriteString("id,name,lat,lon,opening_hours\n")
	for i := range 1000 {
		hours := "24/7"
		if i%10 == 0 {
			hours = "when the warden is in"
		}
		fmt.Fprintf(&b, "%d,Lake %d,%.5f,%.5f,%s\n", i, i, 28.6+float64(i%40)*0.001, 115.8+float64(i/40)*0.001, hours)
	}
	u := s.bring("lakes", "a.csv", []byte(b.String()))
	at := "/v1/datasets/lakes/uploads/" + u.ID
	if u.count("hours_unparsed") != 100 {
		t.Fatalf("%+v", u.Report.Codes)
	}
	rows := map[int]bool{}
	for next := ""; ; {
		var page struct {
			Issues []struct {
				Row          int
				Column, Code string
				Rejected     bool
				Message      string
				MessageZH    string `json:"message_zh"`
			}
			NextCursor string `json:"next_cursor"`
		}
		s.ask(publisher, "GET", at+"/issues?code=hours_unparsed&limit=33"+next, nil).wants(200, &page)
		for _, i := range page.Issues {
			if rows[i.Row] || i.Code != "hours_unparsed" || i.Column == "" || i.Rejected || !strings.Contains(i.Message, "kept as text") || !strings.Contains(i.MessageZH, "按原文保留") {
				t.Fatalf("%+v", i)
			}
			rows[i.Row] = true
		}
		if page.NextCursor == "" {
			break
		}
		next = "&cursor=" + page.NextCursor
	}
	if len(rows) != 100 {
		t.Errorf("%d issues on the pages", len(rows))
	}
	s.previews(at)
	s.ask(reader, "GET", at+"/preview?bbox=1,2,3", nil).refused(400, "invalid")
	s.ask(reader, "GET", at+"/issues?cursor=MTc", nil).refused(400, "invalid")
	s.publish("lakes", u.ID, "")
	for _, gone := range []string{"/preview", "/diff"} {
		if text := s.ask(reader, "GET", at+gone, nil).refused(409, "already_published"); !strings.Contains(text, "as_of=1") {
			t.Error(text)
		}
	}
	s.ask(reader, "GET", at+"/issues?code=hours_unparsed", nil).wants(200)
}

// previews looks at the thousand lakes on a map.
func (s *site) previews(at string) {
	t := s.t
	for query, want := range map[string][2]int{
		"":                                    {1000, 1000},
		"?limit=10":                           {1000, 10},
		"?code=hours_unparsed&limit=5000":     {100, 100},
		"?bbox=115.7,28.5995,115.9,28.6005":   {25, 25},
		"?bbox=115.7,28.5,115.8,28.7&limit=7": {40, 7},
		"?bbox=0,0,1,1":                       {0, 0},
	} {
		var c struct {
			Matched  int
			Features []struct {
				Properties struct {
					Row    int
					Name   string
					Issues []string
				}
			}
		}
		s.ask(reader, "GET", at+"/preview"+query, nil).wants(200, &c)
		if c.Matched != want[0] || len(c.Features) != want[1] {
			t.Errorf("%s: %d of %d, want %v", query, len(c.Features), c.Matched, want)
		}
		for _, f := range c.Features {
			if p := f.Properties; p.Name != fmt.Sprint("Lake ", p.Row-1) || (len(p.Issues) > 0) != ((p.Row-1)%10 == 0) {
				t.Fatalf("%s: %+v", query, p)
			}
		}
	}
}

func TestAnUploadIsDeletedWithItsFile(t *testing.T) {
	t.Parallel()
	db := openSQLite(t)
	s := serve(t, db, publishing.Options{Access: access(t, db)})
	s.dataset("lakes", nil)
	u := s.bring("lakes", "a.csv", table("1 East"))
	s.publish("lakes", u.ID, "")
	s.ask(publisher, "DELETE", "/v1/datasets/lakes/uploads/"+u.ID, nil).wants(204)
	s.ask(publisher, "GET", "/v1/datasets/lakes/uploads/"+u.ID, nil).refused(404, "not_found")
	if _, err := os.Stat(filepath.Join(db.Path(), "uploads", u.ID)); !os.IsNotExist(err) {
		t.Errorf("its files: %v", err)
	}
	if found := s.features(nobody, "/v1/datasets/lakes/features"); len(found) != 1 {
		t.Errorf("what was published of it: %v", found)
	}
}

// slowGate holds every passage until it is let go.
type slowGate struct {
	mu      sync.Mutex
	entered []string
	open    chan struct{}
}

func (g *slowGate) profile(ctx context.Context, folder string) error {
	g.mu.Lock()
	g.entered = append(g.entered, filepath.Base(folder))
	g.mu.Unlock()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-g.open:
		return publishing.Profile(ctx, folder)
	}
}

func (g *slowGate) has(n int) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.entered) < n {
		return fmt.Errorf("%d passages have begun", len(g.entered))
	}
	return nil
}

func TestAPassageEndsWhenItIsNotWanted(t *testing.T) {
	t.Parallel()
	db := openSQLite(t)
	gate := &slowGate{open: make(chan struct{})}
	s := serve(t, db, publishing.Options{Access: access(t, db), Profile: gate.profile})
	s.dataset("lakes", nil)
	var u upload
	s.ask(publisher, "POST", "/v1/datasets/lakes/uploads", table("1 East")).wants(202, &u)
	s.eventually("the first passage", func() error { return gate.has(1) })
	s.ask(publisher, "POST", "/v1/datasets/lakes/versions", map[string]string{"upload": u.ID}).refused(409, "not_ready")
	s.ask(publisher, "GET", "/v1/datasets/lakes/uploads/"+u.ID+"/issues", nil).refused(409, "not_ready")
	s.ask(publisher, "PATCH", "/v1/datasets/lakes/uploads/"+u.ID, `{"crs":"gcj02"}`).wants(202)
	s.eventually("the second passage", func() error { return gate.has(2) }) // the only worker was let go
	close(gate.open)
	if u = s.examined("lakes", u.ID); u.State != "ready" || u.Summary.CRS != "gcj02" {
		t.Errorf("%s %+v", u.State, u.Summary)
	}
	gate.mu.Lock()
	defer gate.mu.Unlock()
	if strings.Join(gate.entered, " ") != "run-1 run-2" {
		t.Errorf("passages %v", gate.entered)
	}
}

func TestAServerThatStopsLeavesItsUploadsToTheNext(t *testing.T) {
	t.Parallel()
	cfg := dbtest.Config(t, kernel.SQLite)
	start := func(options publishing.Options) (*site, *kernel.DB) {
		db, err := kernel.Open(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		options.Access = access(t, db)
		return assemble(t, db, options), db
	}
	gate := &slowGate{open: make(chan struct{})}
	first, db := start(publishing.Options{Profile: gate.profile})
	key, _, err := access(t, db).CreateToken(t.Context(), "parks", "publisher", "")
	if err != nil {
		t.Fatal(err)
	}
	first.keys[publisher] = key
	first.dataset("lakes", nil)
	var u upload
	first.ask(publisher, "POST", "/v1/datasets/lakes/uploads", table("1 East")).wants(202, &u)
	first.eventually("the passage", func() error { return gate.has(1) })
	first.stop()
	// A database that was restored from a backup has no queue.
	if err := db.Write(t.Context(), func(ctx context.Context, tx *kernel.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM river_job`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	next, db := start(publishing.Options{})
	next.keys[publisher] = key
	if u = next.examined("lakes", u.ID); u.State != "ready" || u.Summary.Accepted != 1 {
		t.Errorf("%+v", u)
	}
	next.stop()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestAnUploadWhoseFilesAreGone(t *testing.T) {
	t.Parallel()
	db := openSQLite(t)
	s := serve(t, db, publishing.Options{Access: access(t, db)})
	s.dataset("lakes", nil)
	u := s.bring("lakes", "a.csv", table("1 East"))
	if err := os.RemoveAll(filepath.Join(db.Path(), "uploads", u.ID)); err != nil {
		t.Fatal(err)
	}
	s.ask(publisher, "POST", "/v1/datasets/lakes/versions", map[string]string{"upload": u.ID}).refused(409, "files_gone")
	s.ask(publisher, "GET", "/v1/datasets/lakes/uploads/"+u.ID+"/issues", nil).refused(409, "files_gone")
	s.ask(publisher, "PATCH", "/v1/datasets/lakes/uploads/"+u.ID, `{}`).wants(202)
	if u = s.examined("lakes", u.ID); u.State != "refused" || !strings.Contains(u.Reason, "not in the data folder") {
		t.Errorf("%s %q", u.State, u.Reason)
	}
}

// TestEventsTellTheStates reads the outbox, as webhooks do.
func TestEventsTellTheStates(t *testing.T) {
	t.Parallel()
	db := openSQLite(t)
	s := serve(t, db, publishing.Options{Access: access(t, db)})
	s.dataset("lakes", nil)
	u := s.bring("lakes", "a.csv", table("1 East"))
	s.publish("lakes", u.ID, "")
	ctx, enough := context.WithCancel(t.Context())
	var states []string
	err := db.Follow(ctx, 0, []string{publishing.TopicUpload}, func(_ context.Context, events []kernel.Event) error {
		for _, e := range events {
			var told publishing.UploadEvent
			if err := json.Unmarshal(e.Payload, &told); err != nil || told.Org != "parks" || told.Dataset != "lakes" || e.Ref != u.ID {
				t.Errorf("%s: %v", e.Payload, err)
			}
			states = append(states, told.State)
		}
		enough()
		return nil
	})
	if got := strings.Join(states, " "); err != nil || got != "received ready published" {
		t.Errorf("%q %v", got, err)
	}
}

// TestAFirstFileIsComparedWithItsNeighbours brings places that another dataset
// knows too, as a map that is shifted by law shows them.
func TestAFirstFileIsComparedWithItsNeighbours(t *testing.T) {
	t.Parallel()
	db := openSQLite(t)
	s := serve(t, db, publishing.Options{Access: access(t, db)})
	file := func(system geo.CRS) []byte {
		var b strings.Builder
		b.WriteString("id,name,lat,lon\n")
		for i := range 200 {
			at := system.FromWGS84(orb.Point{115.8 + float64(i%20)*0.005, 28.6 + float64(i/20)*0.007})
			fmt.Fprintf(&b, "%s-%d,Lake %d,%.6f,%.6f\n", system, i, i, at[1], at[0])
		}
		return []byte(b.String())
	}
	s.dataset("survey", nil)
	s.publish("survey", s.bring("survey", "a.csv", file(geo.WGS84)).ID, "")
	s.dataset("lakes", map[string]any{"area": []float64{115.7, 28.5, 116, 28.8}})
	u := s.bring("lakes", "b.csv", file(geo.GCJ02))
	found := false
	for _, r := range u.Report.Repairs {
		found = found || r.Code == "gcj02_converted"
	}
	if !found {
		t.Errorf("repairs %+v, codes %+v", u.Report.Repairs, u.Report.Codes)
	}
}

// TestServersShareTheFolderOfUploads brings a file to one server and publishes
// it through another.
func TestServersShareTheFolderOfUploads(t *testing.T) {
	t.Parallel()
	cfg := dbtest.Config(t, kernel.Postgres)
	open := func() *kernel.DB {
		db, err := kernel.Open(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		return db
	}
	db := open()
	a := serve(t, db, publishing.Options{Access: access(t, db)})
	db = open()
	b := assemble(t, db, publishing.Options{Access: access(t, db)})
	b.keys = a.keys
	a.dataset("lakes", nil)
	for i := range 4 {
		u := a.bring("lakes", "a.csv", table(fmt.Sprint("1 East ", i)))
		if v := b.publish("lakes", u.ID, ""); v != int64(i+1) {
			t.Errorf("version %d", v)
		}
	}
}
