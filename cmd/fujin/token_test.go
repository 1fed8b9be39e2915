package main

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// A key is made, shown, used and revoked the same way with and without a server beside.
func TestTokensWithAndWithoutAServer(t *testing.T) {
	data := filepath.Join(t.TempDir(), "d")
	before := makeToken(t, data, "reader")
	_, address := start(t, "--data", data)
	beside := makeToken(t, data, "publisher")
	for key, role := range map[string]string{before: "reader", beside: "publisher"} {
		if status, body := whoAmI(t, address, key); status != http.StatusOK || !strings.Contains(body, `"role":"`+role+`"`) || !strings.Contains(body, `"org":"nanchang"`) {
			t.Errorf("%s: %d %s", role, status, body)
		}
	}
	list := fujin(t, "token", "list", "--org", "nanchang", "--data", data)
	if list.code != 0 || strings.Count(list.stdout, "nanchang") != 2 || !strings.Contains(list.stdout, "spring 2026") || strings.Contains(list.stdout, "fjn_") {
		t.Fatalf("%+v", list)
	}
	id := regexp.MustCompile(`(?m)^(\S+) .* publisher `).FindStringSubmatch(list.stdout)[1]
	if got := fujin(t, "token", "revoke", id, "--data", data); got.code != 0 || got.stdout != "" {
		t.Fatalf("%+v", got)
	}
	if status, body := whoAmI(t, address, beside); status != http.StatusUnauthorized {
		t.Errorf("a revoked key: %d %s", status, body)
	}
	if got := fujin(t, "token", "revoke", "nothing", "--data", data); got.code != 1 || !strings.Contains(got.stderr, "no key nothing") {
		t.Errorf("%+v", got)
	}
	if got := fujin(t, "token", "create", "--org", "Nan Chang", "--role", "reader", "--data", data); got.code != 1 || !strings.Contains(got.stderr, "a-z") {
		t.Errorf("%+v", got)
	}
	if got := fujin(t, "token", "create", "--org", "nanchang", "--role", "king", "--data", data); got.code != 2 {
		t.Errorf("%+v", got)
	}
	searchFiles(t, data, before, beside)
}

// makeToken makes a key of nanchang, which must be all that is printed.
func makeToken(t *testing.T, data, role string) string {
	t.Helper()
	got := fujin(t, "token", "create", "--org", "nanchang", "--role", role, "--note", "spring 2026", "--data", data)
	key := strings.TrimSuffix(got.stdout, "\n")
	if got.code != 0 || !regexp.MustCompile(`^fjn_[A-Z2-7]{26}$`).MatchString(key) || strings.Contains(got.stderr, "fjn_") {
		t.Fatalf("%+v", got)
	}
	return key
}

func whoAmI(t *testing.T, address, key string) (status int, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address+"/v1/session", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+key)
	client := http.Client{Timeout: 10 * time.Second}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	b, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(b)
}

// searchFiles looks for secrets in every file of the data folder.
func searchFiles(t *testing.T, data string, secrets ...string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(data, "fujin.db*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no database: %v", err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range secrets {
			if strings.Contains(string(b), strings.TrimPrefix(secret, "fjn_")) {
				t.Errorf("%s holds a key", filepath.Base(file))
			}
		}
	}
}
