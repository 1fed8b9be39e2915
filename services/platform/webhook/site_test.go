package webhook_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"fujin/api"
	"fujin/services/platform/jobs"
	"fujin/services/platform/kernel"
	"fujin/services/platform/org"
	"fujin/services/platform/outbound"
	"fujin/services/platform/webhook"
)

// site is the service behind the real gate, with its jobs running.
type site struct {
	t       *testing.T
	db      *kernel.DB
	orgs    *org.Service
	handler http.Handler
	doc     *huma.OpenAPI
	stop    func()
}

// loopback lets the client reach the receivers of the tests.
func loopback() []netip.Prefix { return []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} }

// hasty is a schedule that a test can wait for.
func hasty() []time.Duration { return []time.Duration{20 * time.Millisecond, 20 * time.Millisecond} }

func serve(t *testing.T, db *kernel.DB, logger *slog.Logger, options webhook.Options) *site {
	t.Helper()
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	options.Logger, options.PlainHTTP = logger, true
	if options.Client == nil {
		options.Client = outbound.NewClient(2*time.Second, loopback())
	}
	orgs, err := org.New(t.Context(), db, org.Options{PublicURL: "http://localhost:8080", LocalAdmin: api.IsLocalAdmin})
	if err != nil {
		t.Fatal(err)
	}
	queue, err := jobs.New(t.Context(), db, jobs.Config{Logger: logger, Poll: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	s, err := webhook.New(t.Context(), db, queue, options)
	if err != nil {
		t.Fatal(err)
	}
	s.Announce(webhook.Source{Topic: "tree.grown", Types: []string{"tree.grown", "tree.felled"}, Tell: tellOfTree})
	gate, err := api.New(api.Config{PublicURL: "http://localhost:8080", Logger: logger})
	if err != nil {
		t.Fatal(err)
	}
	orgs.Routes(gate.Engine(), gate.API())
	s.Routes(gate.Engine(), gate.API(), orgs.IdentifyHuma(gate.API()))
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	for _, run := range []func(context.Context) error{queue.Run, s.Run} {
		running.Go(func() {
			if err := run(ctx); err != nil {
				t.Errorf("run: %v", err)
			}
		})
	}
	stop := sync.OnceFunc(func() { cancel(); running.Wait() })
	t.Cleanup(stop)
	return &site{t, db, orgs, gate.Handler(), gate.API().OpenAPI(), stop}
}

// tree is the payload of the one topic of the tests.
type tree struct {
	Dataset string `json:"dataset"`
	Org     string `json:"org"`
	Secret  bool   `json:"secret"`
	Felled  bool   `json:"felled"`
}

func tellOfTree(e kernel.Event) (webhook.Announcement, bool) {
	var of tree
	if json.Unmarshal(e.Payload, &of) != nil || of.Secret {
		return webhook.Announcement{}, false
	}
	a := webhook.Announcement{Type: "tree.grown", Dataset: of.Dataset, Org: of.Org, Data: map[string]string{"tree": e.Ref}}
	if of.Felled {
		a.Type = "tree.felled"
	}
	return a, true
}

// emit commits an event.
func (s *site) emit(name string, of tree) {
	s.t.Helper()
	if err := s.db.Write(s.t.Context(), func(ctx context.Context, tx *kernel.Tx) error { return tx.Emit(ctx, "tree.grown", name, of) }); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) key(organisation string, role org.Role) string {
	s.t.Helper()
	key, _, err := s.orgs.CreateToken(s.t.Context(), organisation, role, "")
	if err != nil {
		s.t.Fatal(err)
	}
	return key
}

// ask sends a request with a key and decodes the answer, which must have the status.
func (s *site) ask(key, method, path, body string, status int, into any) {
	s.t.Helper()
	w := s.send(key, method, path, body)
	if w.Code != status {
		s.t.Fatalf("%s %s: %d %s, want %d", method, path, w.Code, w.Body, status)
	}
	if into != nil {
		if err := json.Unmarshal(w.Body.Bytes(), into); err != nil {
			s.t.Fatalf("%s %s: %v in %s", method, path, err, w.Body)
		}
	}
}

// send sends a request with a key and further headers (name, value, …).
func (s *site) send(key, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w
}

// hook is a webhook as the API shows it.
type hook struct {
	ID, URL, State, Reason, Secret string
	Topics                         []string
}

// delivery is one as the API shows it.
type delivery struct {
	ID, Topic, State, Error string
	Attempts, Status        int
	NextAt                  time.Time `json:"next_at"`
	DeliveredAt             time.Time `json:"delivered_at"`
}

// subscribe makes a webhook; more are further members of the body.
func (s *site) subscribe(key, url, more string) (made hook) {
	s.t.Helper()
	s.ask(key, "POST", "/v1/webhooks", `{"url":"`+url+`"`+more+`}`, 201, &made)
	return made
}

func (s *site) deliveries(key, id string) []delivery {
	s.t.Helper()
	var page struct{ Deliveries []delivery }
	s.ask(key, "GET", "/v1/webhooks/"+id+"/deliveries", "", 200, &page)
	return page.Deliveries
}

// eventually waits until the newest delivery is as it should be.
func (s *site) eventually(key, id, what string, check func(d delivery) bool) delivery {
	s.t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for {
		all := s.deliveries(key, id)
		if len(all) > 0 && check(all[0]) {
			return all[0]
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("%s: %+v", what, all)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// request is what a receiver got.
type request struct {
	header http.Header
	body   []byte
	Type   string            `json:"type"`
	Data   map[string]string `json:"data"`
	Time   time.Time         `json:"timestamp"`
}

// receiver is a subscriber's server, which answers as it is told, 204 unless told.
type receiver struct {
	*httptest.Server
	t      *testing.T
	got    chan request
	mu     sync.Mutex
	answer func(w http.ResponseWriter, r *http.Request)
}

func receive(t *testing.T) *receiver {
	at := &receiver{t: t, got: make(chan request, 1000)}
	at.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		got := request{header: r.Header, body: body}
		if err := json.NewDecoder(bytes.NewReader(body)).Decode(&got); err != nil {
			t.Errorf("%v in %s", err, body)
		}
		at.mu.Lock()
		answer := at.answer
		at.mu.Unlock()
		if answer == nil {
			w.WriteHeader(http.StatusNoContent)
		} else {
			answer(w, r)
		}
		at.got <- got
	}))
	t.Cleanup(at.Close)
	return at
}

// answers says how to answer from now on.
func (r *receiver) answers(with func(w http.ResponseWriter, r *http.Request)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = with
}

func (r *receiver) next(what string) request {
	r.t.Helper()
	select {
	case got := <-r.got:
		return got
	case <-time.After(10 * time.Second):
		r.t.Fatalf("nothing came: %s", what)
		return request{}
	}
}

func (r *receiver) nothing(what string) {
	r.t.Helper()
	select {
	case got := <-r.got:
		r.t.Errorf("%s: %s", what, got.body)
	case <-time.After(300 * time.Millisecond): // three polls
	}
}
