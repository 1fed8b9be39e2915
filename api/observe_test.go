package api_test

import (
	"log/slog"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"fujin/api"
)

// The position that must never be found in a log, in all the ways a client can send it.
const canaryLat, canaryLon = "28.682912", "115.858213"

func TestNoPositionInTheLog(t *testing.T) {
	s := open(t)
	query := "?lat=" + canaryLat + "&lon=" + canaryLon
	near := "/v1/benches/near" + query
	for _, path := range []string{
		near, near + "&radius=0", near + "&what=" + canaryLat, "/v1/benches/near?lat=" + canaryLat, "/v1/benches/near?lat=" + canaryLat + "x&lon=1",
		"/v1/plain/secret" + "?colour=" + canaryLat, "/v1/plain/panic", "/v1/benches/secret", "/v1/benches/panic", "/v1/benches/internal",
		"/v1/benches/wrapped", "/v1/half", "/nowhere" + query, "/nowhere/" + canaryLat + "," + canaryLon, "/p/" + canaryLat + query,
		"/" + query, "/v1/nothing" + query + "&name=%zz", "/v1/plain/" + canaryLat, "/metrics" + query,
	} {
		s.get(t, path, "Referer", "https://page.example/"+query, "X-Request-Id", canaryLat, "User-Agent", canaryLat, "Origin", "https://"+canaryLat)
		s.do(t, "POST", path, `{"name":"`+canaryLat+`","lat":`+canaryLat+`}`)
		s.do(t, "OPTIONS", path, "")
	}
	logged := s.log.String()
	for _, fine := range []string{"28.682", "115.858", "28,682", "682912", "858213"} {
		if i := strings.Index(logged, fine); i >= 0 {
			t.Errorf("the log holds %s: …%s…", fine, logged[max(0, i-200):min(len(logged), i+50)])
		}
	}
	if !strings.Contains(logged, "near=28.68,115.86") {
		t.Error("the log lacks the coarse position")
	}
	if metrics := string(s.get(t, "/metrics").body); strings.Contains(metrics, "28.6") {
		t.Error("the metrics hold a position")
	}
}

func TestLogLevels(t *testing.T) {
	quiet := &logBuffer{}
	s := open(t, func(c *api.Config) {
		c.Logger = slog.New(slog.NewTextHandler(quiet, nil))
	})
	s.get(t, here)
	s.get(t, "/nowhere")
	s.get(t, "/v1/plain/gone")
	if got := quiet.String(); got != "" {
		t.Errorf("a request that went well is logged: %s", got)
	}
	s.get(t, "/v1/plain/secret")
	if got := quiet.String(); !strings.Contains(got, "level=ERROR") || !strings.Contains(got, "route=/v1/plain/:id") {
		t.Errorf("an error of ours is not logged: %q", got)
	}
	slow := &logBuffer{}
	s = open(t, func(c *api.Config) {
		c.Logger, c.Slow = slog.New(slog.NewTextHandler(slow, nil)), 1
	})
	s.get(t, here)
	if got := slow.String(); !strings.Contains(got, "level=WARN") || !strings.Contains(got, "near=28.68,115.86") {
		t.Errorf("a slow request is not logged: %q", got)
	}
}

func TestRequestIDs(t *testing.T) {
	s := open(t)
	made := regexp.MustCompile(`^[a-z0-9]{1,13}$`)
	seen := map[string]bool{}
	for range 100 {
		id := s.get(t, "/v1/bare").Header.Get("X-Request-Id")
		if !made.MatchString(id) || seen[id] {
			t.Fatalf("id %q", id)
		}
		seen[id] = true
	}
	for given, kept := range map[string]bool{
		"0f8fad5b-d9cb-469f-a165-70867728950e": true, "a_B-9": true, strings.Repeat("x", 64): true,
		strings.Repeat("x", 65): false, "a b": false, "28.68": false, "a\tb": false, "näh": false,
	} {
		if got := s.get(t, "/v1/bare", "X-Request-Id", given).Header.Get("X-Request-Id"); (got == given) != kept {
			t.Errorf("sent %q, got %q", given, got)
		}
	}
}

func TestMetrics(t *testing.T) {
	s := open(t)
	for range 3 {
		s.get(t, here)
	}
	s.get(t, "/v1/benches/missing")
	s.get(t, "/v1/benches/other")
	s.get(t, "/nowhere")
	s.do(t, "BREW", "/v1/bare", "")
	s.do(t, "HEAD", here, "")
	text := string(s.get(t, "/metrics").body)
	for line, want := range map[string]int{
		`fujin_http_requests_total{method="GET",route="/v1/benches/near",status="200"}`:    4, // HEAD runs as GET
		`fujin_http_requests_total{method="GET",route="/v1/benches/:id",status="404"}`:     1,
		`fujin_http_requests_total{method="OTHER",route="unmatched",status="404"}`:         1,
		`fujin_http_requests_total{method="OTHER",route="unmatched",status="405"}`:         1,
		`fujin_http_request_duration_seconds_count{method="GET",route="/v1/benches/near"}`: 4,
	} {
		if !strings.Contains(text, line+" "+strconv.Itoa(want)+"\n") {
			t.Errorf("metrics lack %s %d", line, want)
		}
	}
	if strings.Contains(text, "nowhere") || strings.Contains(text, "BREW") {
		t.Error("a client can make labels")
	}
	if !strings.Contains(text, "go_goroutines") || !strings.Contains(text, "process_resident_memory_bytes") {
		t.Error("the Go and process collectors are missing")
	}
}

func TestPanicHalfwayCutsTheConnection(t *testing.T) {
	s := open(t)
	response, err := http.Get(s.URL + "/v1/half")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	buffer := make([]byte, 64<<10)
	for err == nil {
		_, err = response.Body.Read(buffer)
	}
	if !strings.Contains(err.Error(), "unexpected EOF") {
		t.Errorf("half an answer passes for a whole one: %v", err)
	}
}
