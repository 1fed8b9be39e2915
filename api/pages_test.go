package api_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"fujin/api"
)

func TestPages(t *testing.T) {
	s := open(t)
	for path, want := range map[string]struct{ contentType, cache, body string }{
		"/":                   {"text/html; charset=utf-8", "no-cache", "<title>Fujin</title>"},
		"/p/abc":              {"text/html; charset=utf-8", "no-cache", "<title>Fujin</title>"},
		"/assets/app-1a2b.js": {"text/javascript; charset=utf-8", "public, max-age=31536000, immutable", "console.log"},
		"/favicon.svg":        {"image/svg+xml", "no-cache", "<svg"},
	} {
		a := s.get(t, path)
		if a.StatusCode != 200 || a.Header.Get("Content-Type") != want.contentType || a.Header.Get("Cache-Control") != want.cache ||
			!strings.Contains(string(a.body), want.body) || a.Header.Get("ETag") == "" {
			t.Errorf("%s: %d %v", path, a.StatusCode, a.Header)
		}
		again := s.get(t, path, "If-None-Match", `"other", W/`+a.Header.Get("ETag"))
		if again.StatusCode != http.StatusNotModified || len(again.body) > 0 {
			t.Errorf("%s: %d to a client that has it", path, again.StatusCode)
		}
		zipped := s.get(t, path, "Accept-Encoding", "gzip")
		if plain := unzip(t, zipped); !bytes.Equal(plain, a.body) {
			t.Errorf("%s: gzip changes it", path)
		}
	}
	if policy := s.get(t, "/").Header.Get("Content-Security-Policy"); !strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "http") {
		t.Errorf("policy %q", policy)
	}
	if got := s.get(t, "/v1/bare").Header.Get("Content-Security-Policy"); got != "" {
		t.Errorf("the API sends a page's policy %q", got)
	}
}

func TestPlaceholderStandsInForThePage(t *testing.T) {
	s := open(t, func(c *api.Config) { c.Web = fstest.MapFS{"placeholder.html": {Data: []byte("build me")}} })
	if a := s.get(t, "/"); string(a.body) != "build me" {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
	if _, err := api.New(api.Config{PublicURL: "http://x", Web: fstest.MapFS{}}); err == nil {
		t.Error("pages without a page pass")
	}
}

func TestLoopbackPagesMoveToThePublicAddress(t *testing.T) {
	for _, c := range []struct{ public, host, path, accept, to string }{
		{"http://localhost:8080", "127.0.0.1:8080", "/", "text/html", "http://localhost:8080/"},
		{"http://localhost:8080", "127.0.0.1:8080", "/p/a?lang=en", "text/html,*/*", "http://localhost:8080/p/a?lang=en"},
		{"http://localhost:8080", "[::1]:8080", "/docs", "text/html", "http://localhost:8080/docs"},
		{"https://fujin.example", "127.0.0.1:8080", "/", "text/html", "https://fujin.example/"},
		{"http://localhost:8080", "localhost:8080", "/", "text/html", ""},
		{"http://127.0.0.1:8080", "127.0.0.1:8080", "/", "text/html", ""},
		{"https://fujin.example", "10.0.0.1:8080", "/", "text/html", ""},
		{"http://localhost:8080", "127.0.0.1:8080", "/", "*/*", ""},
		{"http://localhost:8080", "127.0.0.1:8080", "/v1/bare", "text/html", ""},
		{"http://localhost:8080", "127.0.0.1:8080", "/openapi.json", "text/html", ""},
	} {
		s := open(t, func(config *api.Config) { config.PublicURL = c.public })
		a := s.get(t, c.path, "Host", c.host, "Accept", c.accept)
		if got := a.Header.Get("Location"); got != c.to || (c.to != "") != (a.StatusCode == http.StatusTemporaryRedirect) {
			t.Errorf("%+v: %d %q", c, a.StatusCode, got)
		}
	}
}

func TestBaseMapIsToldAndAllowed(t *testing.T) {
	s := open(t, func(c *api.Config) {
		c.Settings.BaseMap = &api.BaseMap{Tiles: []string{"https://tiles.example/{z}/{x}/{y}.png"}, CRS: "gcj02"}
		c.Settings.MapApproval = "GS(2024)0650"
	})
	if got := string(s.get(t, "/v1/settings").body); !strings.Contains(got, `"crs":"gcj02"`) || !strings.Contains(got, "GS(2024)0650") {
		t.Error(got)
	}
	if policy := s.get(t, "/").Header.Get("Content-Security-Policy"); strings.Count(policy, " https://tiles.example") != 2 {
		t.Error(policy)
	}
	if got := string(open(t).get(t, "/v1/settings").body); !strings.Contains(got, `"base_map":null`) {
		t.Error(got)
	}
}

func TestGzip(t *testing.T) {
	s := open(t)
	plain := s.get(t, "/v1/plain/oak")
	for encoding, zipped := range map[string]bool{
		"gzip": true, "br, gzip;q=0.5": true, "GZIP": true, "gzip;q=0": false, "gzip; q=0.0": false, "br": false, "identity": false,
	} {
		a := s.get(t, "/v1/plain/oak", "Accept-Encoding", encoding)
		if (a.Header.Get("Content-Encoding") == "gzip") != zipped || a.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s: %v", encoding, a.Header)
		}
		if !bytes.Equal(unzip(t, a), plain.body) {
			t.Errorf("%s changes the body", encoding)
		}
		if zipped && len(a.body) > len(plain.body)/2 {
			t.Errorf("%s: %d of %d bytes", encoding, len(a.body), len(plain.body))
		}
	}
	for _, path := range []string{"/v1/bare", "/nowhere", "/v1/plain/panic", "/readyz"} {
		if a := s.get(t, path, "Accept-Encoding", "gzip"); a.Header.Get("Content-Encoding") != "" || len(a.body) == 0 {
			t.Errorf("%s: a small body is compressed or lost", path)
		}
	}
}

func unzip(t *testing.T, a answer) []byte {
	t.Helper()
	if a.Header.Get("Content-Encoding") != "gzip" {
		return a.body
	}
	r, err := gzip.NewReader(bytes.NewReader(a.body))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

func TestHeadAndCrossOrigin(t *testing.T) {
	s := open(t)
	get, head := s.get(t, here), s.do(t, "HEAD", here, "")
	if head.StatusCode != 200 || len(head.body) != 0 || head.Header.Get("Content-Type") != get.Header.Get("Content-Type") {
		t.Errorf("HEAD: %d %d bytes", head.StatusCode, len(head.body))
	}
	if got := get.Header.Get("Access-Control-Allow-Origin"); got != "*" {
		t.Errorf("origin %q", got)
	}
	if got := get.Header.Get("X-Content-Type-Options"); got != "nosniff" {
		t.Errorf("nosniff %q", got)
	}
	asked := s.do(t, "OPTIONS", "/v1/benches", "", "Origin", "https://a.example", "Access-Control-Request-Method", "POST")
	if asked.StatusCode != 204 || asked.Header.Get("Access-Control-Allow-Methods") != "GET, HEAD, POST" || asked.Header.Get("Access-Control-Allow-Credentials") != "" {
		t.Errorf("preflight: %d %v", asked.StatusCode, asked.Header)
	}
	plain := s.do(t, "OPTIONS", "/v1/bare", "")
	if plain.StatusCode != 204 || plain.Header.Get("Allow") != "GET, HEAD, OPTIONS" {
		t.Errorf("OPTIONS: %d %v", plain.StatusCode, plain.Header)
	}
	wrong := s.do(t, "DELETE", "/v1/bare", "")
	if wrong.Header.Get("Allow") != "GET, HEAD, OPTIONS" {
		t.Errorf("405: %v", wrong.Header)
	}
}
