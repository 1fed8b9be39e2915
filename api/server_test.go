package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"fujin/api"
)

// slowSite serves a route that answers when told to.
func slowSite(t *testing.T, drain time.Duration) (address string, stop func(), release chan struct{}, stopped chan error) {
	t.Helper()
	gate, err := api.New(api.Config{PublicURL: "http://localhost:1", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	release = make(chan struct{})
	gate.Engine().GET("/slow", func(c *gin.Context) {
		select {
		case <-release:
			c.String(http.StatusOK, "done")
		case <-c.Request.Context().Done():
			_ = c.Error(c.Request.Context().Err())
		}
	})
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	stopped = make(chan error, 1)
	go func() { stopped <- gate.Serve(ctx, drain, api.Listener{Listener: tcp}) }()
	return "http://" + tcp.Addr().String(), cancel, release, stopped
}

func TestGracefulStop(t *testing.T) {
	address, stop, release, stopped := slowSite(t, 10*time.Second)
	result := make(chan string, 1)
	go func() {
		response, err := http.Get(address + "/slow")
		if err != nil {
			result <- err.Error()
			return
		}
		defer response.Body.Close()
		body, _ := io.ReadAll(response.Body)
		result <- string(body)
	}()
	time.Sleep(50 * time.Millisecond)
	stop()
	time.Sleep(50 * time.Millisecond)
	if _, err := net.Dial("tcp", strings.TrimPrefix(address, "http://")); err == nil {
		t.Error("a stopping server takes connections")
	}
	select {
	case err := <-stopped:
		t.Fatal("stopped with a request under way:", err)
	default:
	}
	close(release)
	if got := <-result; got != "done" {
		t.Errorf("the request under way got %q", got)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

func TestStopCutsWhatDoesNotEnd(t *testing.T) {
	address, stop, _, stopped := slowSite(t, 50*time.Millisecond)
	go func() {
		if response, err := http.Get(address + "/slow"); err == nil {
			response.Body.Close()
		}
	}()
	time.Sleep(50 * time.Millisecond)
	stop()
	select {
	case err := <-stopped:
		if err == nil {
			t.Error("a cut request is no error")
		}
	case <-time.After(5 * time.Second):
		t.Fatal("never stopped")
	}
}

func TestReadiness(t *testing.T) {
	var loaded atomic.Bool
	s := open(t, func(c *api.Config) {
		c.Ready = []api.Check{
			{Name: "index", Ready: func() error {
				if !loaded.Load() {
					return errors.New("is loading")
				}
				return nil
			}},
			{Name: "database", Ready: func() error { return nil }},
		}
	})
	a := s.get(t, "/readyz")
	if p := a.problem(t); p.Status != 503 || p.Code != "not_ready" || len(p.Errors) != 1 || p.Errors[0].Location != "server.index" || a.Header.Get("Retry-After") == "" {
		t.Errorf("%s", a.body)
	}
	if a := s.get(t, "/healthz"); a.StatusCode != 200 {
		t.Errorf("a loading server is not alive: %d", a.StatusCode)
	}
	loaded.Store(true)
	if a := s.get(t, "/readyz"); a.StatusCode != 200 {
		t.Errorf("%d", a.StatusCode)
	}
	// From the moment of the stop on.
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.gate.Serve(ctx, time.Second); err != nil {
		t.Fatal(err)
	}
	if p := s.get(t, "/readyz").problem(t); p.Code != "stopping" {
		t.Errorf("%+v", p)
	}
}

func TestOnlyTheMarkedListenerIsAdmin(t *testing.T) {
	gate, err := api.New(api.Config{PublicURL: "http://localhost:1", Logger: slog.New(slog.DiscardHandler), MaxBody: 10})
	if err != nil {
		t.Fatal(err)
	}
	gate.Engine().POST("/who", func(c *gin.Context) {
		if _, err := io.Copy(io.Discard, c.Request.Body); err != nil {
			_ = c.Error(err)
			return
		}
		c.JSON(http.StatusOK, api.IsLocalAdmin(c.Request.Context()))
	})
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "s")
	unix, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	stopped := make(chan error, 1)
	go func() {
		stopped <- gate.Serve(ctx, time.Second, api.Listener{Listener: tcp}, api.Listener{Listener: unix, Mark: api.WithLocalAdmin})
	}()
	local := &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return net.Dial("unix", path) }}}
	for _, c := range []struct {
		client *http.Client
		body   string
		status int
		admin  bool
	}{
		{http.DefaultClient, "short", 200, false}, {http.DefaultClient, "longer than ten", 413, false}, {local, "longer than ten", 200, true},
	} {
		response, err := c.client.Post("http://"+tcp.Addr().String()+"/who", "text/plain", strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		var admin bool
		if response.StatusCode == 200 {
			err = json.NewDecoder(response.Body).Decode(&admin)
		}
		response.Body.Close()
		if err != nil || response.StatusCode != c.status || admin != c.admin {
			t.Errorf("%q: %d %v %v", c.body, response.StatusCode, admin, err)
		}
	}
	cancel()
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

func TestStreamsFlowThroughCompression(t *testing.T) {
	s := open(t)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/v1/stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept-Encoding", "gzip")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	first := make([]byte, 9)
	if _, err := io.ReadFull(response.Body, first); err != nil || string(first) != "data: 1\n\n" {
		t.Errorf("%q %v", first, err)
	}
}
