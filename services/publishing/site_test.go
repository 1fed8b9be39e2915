package publishing_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"fujin/api"
	"fujin/services/facility"
	"fujin/services/platform/jobs"
	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/dbtest"
	"fujin/services/platform/org"
	"fujin/services/platform/outbound"
	"fujin/services/publishing"
)

// The keys of a site, by whose they are.
const (
	publisher = "publisher"
	reviewer  = "reviewer"
	reader    = "reader"
	stranger  = "stranger" // a publisher of another organisation
	second    = "second"   // another publisher of the first
	nobody    = ""
)

// site is a running server with everything that publishing stands on.
type site struct {
	t          *testing.T
	service    *publishing.Service
	facilities *facility.Service
	gate       *api.Gate
	server     *httptest.Server
	keys       map[string]string
	stop       func()
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

// serve runs a site until the test ends.
func serve(t *testing.T, db *kernel.DB, options publishing.Options) *site {
	t.Helper()
	s := assemble(t, db, options)
	for who, token := range map[string]struct {
		org  string
		role org.Role
	}{
		publisher: {"parks", org.Publisher}, second: {"parks", org.Publisher}, reviewer: {"parks", org.Reviewer}, reader: {"parks", org.Reader},
		stranger: {"roads", org.Publisher},
	} {
		key, _, err := options.Access.CreateToken(t.Context(), token.org, token.role, who)
		if err != nil {
			t.Fatal(err)
		}
		s.keys[who] = key
	}
	return s
}

// assemble is serve without keys; options gets what is missing.
func assemble(t *testing.T, db *kernel.DB, options publishing.Options) *site {
	t.Helper()
	check := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	log := slog.New(slog.NewTextHandler(output{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	facilities, err := facility.New(t.Context(), db, facility.Options{Logger: log})
	check(err)
	queue, err := jobs.New(t.Context(), db, jobs.Config{Logger: log, Queues: map[string]int{"profile": 1}})
	check(err)
	options.Logger, options.PublicURL = log, "http://fujin.example"
	options.Client = outbound.NewClient(5*time.Second, []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")})
	service, err := publishing.New(t.Context(), db, facilities, queue, options)
	check(err)
	gate, err := api.New(api.Config{Logger: log, PublicURL: options.PublicURL})
	check(err)
	facilities.Routes(gate.Engine(), gate.API())
	service.Routes(gate.Engine(), gate.API())
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	for _, run := range []func(context.Context) error{facilities.Run, queue.Run, service.Run} {
		running.Go(func() {
			if err := run(ctx); err != nil {
				t.Errorf("run: %v", err)
			}
		})
	}
	s := &site{t: t, service: service, facilities: facilities, gate: gate, keys: map[string]string{}, server: httptest.NewServer(gate.Handler())}
	s.stop = sync.OnceFunc(func() { s.server.Close(); cancel(); running.Wait() })
	t.Cleanup(s.stop)
	return s
}

// access makes what knows keys, as the options need it.
func access(t *testing.T, db *kernel.DB) *org.Service {
	t.Helper()
	s, err := org.New(t.Context(), db, org.Options{PublicURL: "http://fujin.example"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// output sends log lines to the test.
type output struct{ t *testing.T }

// Write implements io.Writer.
func (o output) Write(line []byte) (int, error) {
	o.t.Log(strings.TrimSuffix(string(line), "\n"))
	return len(line), nil
}

// answer is what came back.
type answer struct {
	t      *testing.T
	what   string
	status int
	header http.Header
	body   []byte
}

// ask sends a request as somebody; headers come as pairs. A body that is a
// string or bytes is sent as it is, anything else as JSON.
func (s *site) ask(who, method, path string, body any, headers ...string) answer {
	s.t.Helper()
	var sent io.Reader
	kind := "application/json"
	switch b := body.(type) {
	case nil:
	case string:
		sent = strings.NewReader(b)
	case []byte:
		sent, kind = bytes.NewReader(b), "application/octet-stream"
	default:
		text, err := json.Marshal(b)
		if err != nil {
			s.t.Fatal(err)
		}
		sent = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(s.t.Context(), method, s.server.URL+path, sent)
	if err != nil {
		s.t.Fatal(err)
	}
	if sent != nil {
		request.Header.Set("Content-Type", kind)
	}
	if who != nobody {
		request.Header.Set("Authorization", "Bearer "+s.keys[who])
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatalf("%s %s: %v", method, path, err)
	}
	return answer{s.t, method + " " + path, response.StatusCode, response.Header, got}
}

// wants checks the status, and reads a JSON body into the given value.
func (a answer) wants(status int, into ...any) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("%s: %d, want %d: %s", a.what, a.status, status, clip(a.body))
	}
	for _, one := range into {
		if err := json.Unmarshal(a.body, one); err != nil {
			a.t.Fatalf("%s: %v in %s", a.what, err, clip(a.body))
		}
	}
	return a
}

// refused checks the status and the problem's code, and gives its text with the
// inputs that it names.
func (a answer) refused(status int, code string) string {
	a.t.Helper()
	var p struct {
		Code, Detail string
		Errors       []struct{ Location, Code, Message string }
	}
	a.wants(status, &p)
	if p.Code != code {
		a.t.Fatalf("%s: code %q, want %q: %s", a.what, p.Code, code, clip(a.body))
	}
	text := p.Detail
	for _, e := range p.Errors {
		text += " | " + e.Location + " " + e.Code + " " + e.Message
	}
	return text
}

func clip(b []byte) string {
	if len(b) > 1500 {
		return string(b[:1500]) + "…"
	}
	return string(b)
}

// upload is an upload as the API tells it.
type upload struct {
	ID, State, Reason, Decision string
	SHA256                      string `json:"sha256"`
	ReasonZH                    string `json:"reason_zh"`
	Version                     int64
	Base                        int64  `json:"base_version"`
	StatusURL                   string `json:"status_url"`
	DecidedBy                   string `json:"decided_by"`
	RequestedBy                 string `json:"requested_by"`
	Mapping                     map[string]string
	Repairs                     []string
	CRS                         string
	Summary                     publishing.Summary
	Report                      struct {
		Columns []struct{ Name, Field string }
		Codes   []struct {
			Code, Column, Repair string
			Count                int
			Rows                 []int
		}
		Repairs []struct {
			Code    string
			Count   int
			Applied bool
		}
	}
}

func (u upload) count(code string) (n int) {
	for _, c := range u.Report.Codes {
		if c.Code == code {
			n += c.Count
		}
	}
	return n
}

// dataset makes a dataset.
func (s *site) dataset(id string, more map[string]any) {
	s.t.Helper()
	body := map[string]any{"id": id, "title": map[string]string{"en": id}, "category": "toilet"}
	for key, value := range more {
		body[key] = value
	}
	s.ask(publisher, "POST", "/v1/datasets", body).wants(201)
}

// bring sends a file and waits until it has left the gate.
func (s *site) bring(dataset, name string, file []byte) upload {
	s.t.Helper()
	var u upload
	s.ask(publisher, "POST", "/v1/datasets/"+dataset+"/uploads?name="+name, file).wants(202, &u)
	return s.examined(dataset, u.ID)
}

// examined waits until an upload has left the gate.
func (s *site) examined(dataset, id string) (u upload) {
	s.t.Helper()
	s.eventually("upload "+id, func() error {
		u = upload{}
		s.ask(publisher, "GET", "/v1/datasets/"+dataset+"/uploads/"+id, nil).wants(200, &u)
		if u.State == "received" || u.State == "profiling" {
			return fmt.Errorf("is %s", u.State)
		}
		return nil
	})
	return u
}

// publish publishes an upload and waits until queries see it.
func (s *site) publish(dataset, id, note string) (version int64) {
	s.t.Helper()
	var v struct{ Version int64 }
	s.ask(publisher, "POST", "/v1/datasets/"+dataset+"/versions", map[string]string{"upload": id, "note": note}).wants(201, &v)
	s.seen(dataset, v.Version)
	return v.Version
}

func (s *site) seen(dataset string, version int64) {
	s.t.Helper()
	s.eventually("version of "+dataset, func() error {
		if seen := s.facilities.Seen(dataset); seen < version {
			return fmt.Errorf("%d is seen, %d is published", seen, version)
		}
		return nil
	})
}

// eventually waits for what must happen soon.
func (s *site) eventually(what string, check func() error) {
	s.t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		err := check()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("%s: %v", what, err)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// features are a collection's by name.
func (s *site) features(who, path string) map[string]json.RawMessage {
	s.t.Helper()
	var c struct {
		Features []struct {
			Properties struct{ Name string }
		}
	}
	var raw struct{ Features []json.RawMessage }
	s.ask(who, "GET", path, nil).wants(200, &c, &raw)
	all := map[string]json.RawMessage{}
	for i, f := range c.Features {
		all[f.Properties.Name] = raw.Features[i]
	}
	return all
}

// lines reads JSON lines.
func linesOf[T any](a answer) (list []T) {
	a.t.Helper()
	a.wants(200)
	decoder := json.NewDecoder(bytes.NewReader(a.body))
	for {
		var one T
		if err := decoder.Decode(&one); err == io.EOF {
			return list
		} else if err != nil {
			a.t.Fatalf("%s: %v", a.what, err)
		}
		list = append(list, one)
	}
}

// realFile reads a file of the public collection.
func realFile(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("../../../shared/data", name))
	if err != nil {
		t.Skipf("the collection of public files is not here: %v", err)
	}
	return b
}

// table is a file of toilets in Nanchang: one line each, id and name.
func table(rows ...string) []byte {
	var b strings.Builder
	b.WriteString("id,name,lat,lon,opening_hours\n")
	for i, row := range rows {
		id, name, _ := strings.Cut(row, " ")
		fmt.Fprintf(&b, "%s,%s,%.4f,%.4f,24/7\n", id, name, 28.68+float64(i%100)*0.002, 115.85+float64(i/100)*0.002)
	}
	return []byte(b.String())
}

var errOther = errors.New("it is still as it was")
