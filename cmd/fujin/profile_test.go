package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"fujin/datasets"
	"fujin/services/facility"
	"fujin/services/platform/kernel"
)

// places is a file of n made-up places.
func places(t *testing.T, n int) []byte {
	t.Helper()
	var b bytes.Buffer
	err := datasets.WriteGeoJSON(&b, func(yield func(datasets.Place, error) bool) {
		_ = datasets.Sample(n, 5, func(p datasets.Place) error {
			if !yield(p, nil) {
				return io.EOF
			}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// passage makes a folder as a server prepares it for the gate's process.
func passage(t *testing.T, file []byte) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "run-1")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	db, err := kernel.Open(t.Context(), kernel.Config{DataDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	facilities, err := facility.New(t.Context(), db, facility.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var known bytes.Buffer
	if _, err := facilities.Base(t.Context(), "none", &known); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"../source": file, "order.json": []byte(`{"name":"a","format":"auto","crs":"auto"}`), "known": known.Bytes()} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// agency publishes in a running server.
type agency struct {
	t            *testing.T
	address, key string
}

// ask sends a request and reads the answer.
func (a agency) ask(method, path string, body []byte, into any) (status int) {
	a.t.Helper()
	request, err := http.NewRequestWithContext(a.t.Context(), method, a.address+path, bytes.NewReader(body))
	if err != nil {
		a.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+a.key)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0 // the server was killed
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && into != nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		a.t.Fatalf("%s %s: %v in %s", method, path, err, text)
	}
	return response.StatusCode
}

// upload brings a file and waits until it is ready.
func (a agency) upload(file []byte) (id string) {
	a.t.Helper()
	var u struct{ ID, State, Reason string }
	if status := a.ask("POST", "/v1/datasets/places/uploads", file, &u); status != http.StatusAccepted {
		a.t.Fatalf("upload: %d", status)
	}
	for deadline := time.Now().Add(2 * time.Minute); u.State != "ready"; time.Sleep(20 * time.Millisecond) {
		a.ask("GET", "/v1/datasets/places/uploads/"+u.ID, nil, &u)
		if u.State == "refused" || time.Now().After(deadline) {
			a.t.Fatalf("the upload is %s: %s", u.State, u.Reason)
		}
	}
	return u.ID
}

func (a agency) publish(id string) (status int) {
	a.t.Helper()
	return a.ask("POST", "/v1/datasets/places/versions", []byte(`{"upload":"`+id+`"}`), nil)
}

// count is the version in force and how many facilities a download of it has.
func (a agency) count() (version int64, facilities int) {
	a.t.Helper()
	var d struct{ Version int64 }
	a.ask("GET", "/v1/datasets/places", nil, &d)
	response, err := http.Get(fmt.Sprintf("%s/v1/datasets/places/versions/%d/download?format=csv", a.address, d.Version))
	if err != nil {
		a.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		a.t.Fatal(err)
	}
	return d.Version, bytes.Count(text, []byte("\n")) - 1
}

// TestAPublicationIsWholeOrNothing kills the server while it publishes, by default a file that takes some seconds;
// FUJIN_TEST_ROWS=200000 makes it a large one.
func TestAPublicationIsWholeOrNothing(t *testing.T) {
	const old = 1000
	fresh, err := strconv.Atoi(cmp.Or(os.Getenv("FUJIN_TEST_ROWS"), "30000"))
	if err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	key := strings.TrimSpace(fujin(t, "token", "create", "--org", "parks", "--role", "publisher", "--data", data).stdout)
	server, address := start(t, "--data", data, "--log-level", "error")
	a := agency{t, address, key}
	if status := a.ask("POST", "/v1/datasets", []byte(`{"id":"places","title":{"en":"Places"}}`), nil); status != http.StatusCreated {
		t.Fatalf("dataset: %d", status)
	}
	if status := a.publish(a.upload(places(t, old))); status != http.StatusCreated {
		t.Fatalf("first version: %d", status)
	}
	id := a.upload(places(t, fresh))
	began := time.Now()
	ended := make(chan int, 1)
	go func() { ended <- a.publish(id) }()
	time.Sleep(time.Duration(fresh) * 5 * time.Microsecond) // well before the end, on any machine
	if err := server.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	status := <-ended
	t.Logf("killed %v after the request, which got %d", time.Since(began).Round(time.Millisecond), status)
	_ = server.Wait()

	_, a.address = start(t, "--data", data, "--log-level", "error")
	version, n := a.count()
	if !(version == 1 && n == old || version == 2 && n == fresh) || status == http.StatusCreated && version != 2 {
		t.Fatalf("after the crash: version %d with %d facilities, the request got %d", version, n, status)
	}
	var u struct{ State string }
	a.ask("GET", "/v1/datasets/places/uploads/"+id, nil, &u)
	if (u.State == "published") != (version == 2) {
		t.Errorf("version %d is in force, and its upload is %s", version, u.State)
	}
	if version == 1 {
		if status := a.publish(id); status != http.StatusCreated {
			t.Fatalf("publishing again: %d", status)
		}
		if version, n = a.count(); version != 2 || n != fresh {
			t.Errorf("published again: version %d with %d facilities", version, n)
		}
	}
}
