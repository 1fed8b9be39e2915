package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"fujin/api"
	"fujin/services/platform/kernel/errs"
)

// bench is a little domain of park benches: every shape of route that the gate has to carry.
type benches struct{}

type nearInput struct {
	Lat      float64   `query:"lat" required:"true" minimum:"-90" maximum:"90" doc:"Latitude, degrees" example:"28.68"`
	Lon      float64   `query:"lon" required:"true" minimum:"-180" maximum:"180" doc:"Longitude, degrees" example:"115.86"`
	Radius   int       `query:"radius" default:"1500" minimum:"1" maximum:"50000" doc:"Metres"`
	Category []string  `query:"category" doc:"Comma list"`
	Shade    string    `query:"shade" enum:"yes,no,unknown" doc:"Whether it stands in the shade"`
	Wet      bool      `query:"wet" doc:"Wet ones too"`
	At       time.Time `query:"at" doc:"When"`
	Name     string    `query:"name" minLength:"2" maxLength:"5"`
}

type bench struct {
	Name  string   `json:"name" minLength:"1" maxLength:"20" example:"Oak" doc:"What it is called"`
	Seats int      `json:"seats" minimum:"1" maximum:"9" example:"3"`
	Grown int64    `json:"grown,omitempty"`
	Tags  []string `json:"tags,omitempty" maxItems:"2"`
}

type benchOutput struct{ Body bench }

func (benches) Routes(r gin.IRouter, a huma.API) {
	huma.Register(a, huma.Operation{OperationID: "benches-near", Method: http.MethodGet, Path: "/v1/benches/near", Tags: []string{"Benches"},
		Summary: "Benches near a position"}, func(context.Context, *nearInput) (*benchOutput, error) {
		return &benchOutput{bench{Name: "Oak", Seats: 3}}, nil
	})
	huma.Register(a, huma.Operation{OperationID: "bench", Method: http.MethodGet, Path: "/v1/benches/{id}", Tags: []string{"Benches"}},
		func(_ context.Context, in *struct {
			ID string `path:"id" example:"oak"`
		}) (*benchOutput, error) {
			return nil, benchError(in.ID)
		})
	huma.Register(a, huma.Operation{OperationID: "add-bench", Method: http.MethodPost, Path: "/v1/benches", Tags: []string{"Benches"}, MaxBodyBytes: 4096},
		func(_ context.Context, in *struct{ Body bench }) (*benchOutput, error) {
			return &benchOutput{in.Body}, nil
		})
	huma.Register(a, huma.Operation{OperationID: "bare", Method: http.MethodGet, Path: "/v1/bare"},
		func(context.Context, *struct{}) (*benchOutput, error) { return &benchOutput{}, nil })
	a.OpenAPI().AddOperation(&huma.Operation{OperationID: "plain", Method: http.MethodGet, Path: "/v1/plain/{id}", Tags: []string{"Benches"},
		Parameters: []*huma.Param{{Name: "id", In: "path", Required: true, Schema: &huma.Schema{Type: "string"}}}})
	r.GET("/v1/plain/:id", func(c *gin.Context) {
		if err := api.KnownQuery(c.Request, "colour"); err != nil {
			_ = c.Error(err)
			return
		}
		if err := benchError(c.Param("id")); err != nil {
			_ = c.Error(err)
			return
		}
		c.JSON(http.StatusOK, gin.H{"name": strings.Repeat("oak ", 1000)})
	})
	r.POST("/v1/plain", func(c *gin.Context) {
		if _, err := io.Copy(io.Discard, c.Request.Body); err != nil {
			_ = c.Error(err)
		}
	})
	r.GET("/v1/stream", func(c *gin.Context) {
		c.Header("Content-Type", "text/event-stream")
		_, _ = c.Writer.WriteString("data: 1\n\n")
		c.Writer.Flush()
		<-c.Request.Context().Done()
	})
	r.GET("/v1/half", func(c *gin.Context) {
		_, _ = c.Writer.WriteString(strings.Repeat("x", 10_000))
		c.Writer.Flush()
		panic("halfway at 28.682912,115.858213")
	})
}

// benchError makes the error that an id names.
func benchError(id string) error {
	switch id {
	case "missing":
		return errs.New(errs.NotFound, "no bench %s", id).WithCode("bench_not_found")
	case "wrapped":
		return errors.Join(errors.New("at 28.682912,115.858213"), errs.New(errs.Conflict, "taken"))
	case "secret":
		return errors.New("pq: password of 28.682912 115.858213 is hunter2")
	case "internal":
		return errs.New(errs.Internal, "index at 28.682912 broken")
	case "panic":
		panic("lost at 28.682912,115.858213")
	case "field":
		return errs.New(errs.Invalid, "").WithField("query.colour", "not_one_of", "must be one of red, green")
	case "gone":
		return context.Canceled
	case "late":
		return context.DeadlineExceeded
	}
	for k := errs.Invalid; k <= errs.Internal; k++ {
		if k.String() == id {
			return errs.New(k, "because")
		}
	}
	return nil
}

// site is the gate with the test domain behind a real server.
type site struct {
	*httptest.Server
	gate *api.Gate
	log  *logBuffer
}

type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func open(t *testing.T, change ...func(*api.Config)) *site {
	t.Helper()
	logged := &logBuffer{}
	config := api.Config{
		Logger:    slog.New(slog.NewTextHandler(logged, &slog.HandlerOptions{Level: slog.LevelDebug})),
		PublicURL: "http://localhost:8080", Version: "1.2.3", Web: testPages(),
	}
	for _, f := range change {
		f(&config)
	}
	gate, err := api.New(config)
	if err != nil {
		t.Fatal(err)
	}
	benches{}.Routes(gate.Engine(), gate.API())
	server := httptest.NewUnstartedServer(gate.Handler())
	server.Config.ErrorLog = slog.NewLogLogger(config.Logger.Handler(), slog.LevelDebug)
	server.Start()
	t.Cleanup(server.Close)
	return &site{server, gate, logged}
}

func testPages() fstest.MapFS {
	return fstest.MapFS{
		"index.html":         {Data: []byte("<!doctype html><title>Fujin</title>")},
		"assets/app-1a2b.js": {Data: []byte(strings.Repeat("console.log(1)\n", 200))},
		"favicon.svg":        {Data: []byte("<svg xmlns='http://www.w3.org/2000/svg'/>")},
	}
}

// answer is a response read to its end.
type answer struct {
	*http.Response
	body []byte
}

func (s *site) do(t *testing.T, method, path, body string, headers ...string) answer {
	t.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	request, err := http.NewRequest(method, s.URL+path, reader)
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			request.Host = headers[i+1]
		}
		request.Header.Set(headers[i], headers[i+1])
	}
	client := http.Client{
		Transport:     &http.Transport{DisableCompression: true, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	read, err := io.ReadAll(response.Body)
	if err != nil && !strings.HasPrefix(path, "/v1/half") {
		t.Fatal(err)
	}
	return answer{response, read}
}

func (s *site) get(t *testing.T, path string, headers ...string) answer {
	t.Helper()
	return s.do(t, http.MethodGet, path, "", headers...)
}

// problem reads a problem document and checks what all of them must have.
func (a answer) problem(t *testing.T) api.Problem {
	t.Helper()
	if got := a.Header.Get("Content-Type"); got != "application/problem+json" {
		t.Fatalf("Content-Type %q, body %s", got, a.body)
	}
	var p api.Problem
	decoder := json.NewDecoder(bytes.NewReader(a.body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&p); err != nil {
		t.Fatalf("%v in %s", err, a.body)
	}
	if p.Status != a.StatusCode || p.Title == "" || p.Code == "" || p.Detail == "" || !strings.HasPrefix(p.Type, "/docs/problems#") {
		t.Fatalf("incomplete problem: %s", a.body)
	}
	return p
}
