package outbound_test

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"fujin/services/platform/outbound"
)

func TestDownloads(t *testing.T) {
	const text = "id,name\n1,东湖\n"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/file":
			w.Header().Set("ETag", `"v1"`)
			http.ServeContent(w, r, "file.csv", time.Unix(1_700_000_000, 0), strings.NewReader(text))
		case "/endless": // without a length
			for range 100 {
				w.Write(bytes.Repeat([]byte("x"), 1000))
				w.(http.Flusher).Flush()
			}
		case "/cut":
			w.Header().Set("Content-Length", "1000")
			w.Write([]byte("only this"))
		default:
			http.NotFound(w, r)
		}
	}))
	defer server.Close()
	client := outbound.NewClient(5*time.Second, []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")})
	get := func(path string, known outbound.Condition, limit int64) (string, outbound.Downloaded, error) {
		var b bytes.Buffer
		got, err := outbound.Download(t.Context(), client, server.URL+path, known, limit, &b)
		return b.String(), got, err
	}
	body, first, err := get("/file", outbound.Condition{}, 100)
	if err != nil || body != text || first.ETag != `"v1"` || first.LastModified == "" || first.Bytes != int64(len(text)) || len(first.SHA256) != 64 {
		t.Fatalf("%q %+v %v", body, first, err)
	}
	for name, known := range map[string]outbound.Condition{"etag": {ETag: first.ETag}, "date": {LastModified: first.LastModified}, "both": first.Condition} {
		if body, again, err := get("/file", known, 100); err != nil || body != "" || !again.NotModified || again.Condition != known {
			t.Errorf("%s: %q %+v %v", name, body, again, err)
		}
	}
	if _, _, err := get("/file", outbound.Condition{}, 3); !errors.Is(err, outbound.ErrTooLarge) {
		t.Errorf("a file with a length above the limit: %v", err)
	}
	if body, _, err := get("/endless", outbound.Condition{}, 5000); !errors.Is(err, outbound.ErrTooLarge) || len(body) > 5001 {
		t.Errorf("a file without a length: %d bytes, %v", len(body), err)
	}
	if _, _, err := get("/cut", outbound.Condition{}, 5000); err == nil || !strings.Contains(err.Error(), "broke off after 9 bytes") {
		t.Errorf("a file that breaks off: %v", err)
	}
	if _, _, err := get("/none", outbound.Condition{}, 5000); err == nil || !strings.Contains(err.Error(), "404 Not Found") {
		t.Errorf("no file: %v", err)
	}
}
