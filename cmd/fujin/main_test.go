package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"fujin/api"
)

// TestMain lets the test binary be the program, so that signals and exit codes are tested on a real process.
func TestMain(m *testing.M) {
	if os.Getenv("FUJIN_TEST_AS_PROGRAM") == "1" {
		main()
	}
	os.Exit(m.Run())
}

// outcome is what a command left behind.
type outcome struct {
	code           int
	stdout, stderr string
}

// fujin runs a command line in this process.
func fujin(t *testing.T, args ...string) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), args, strings.NewReader(""), &stdout, &stderr)
	return outcome{code, stdout.String(), stderr.String()}
}

func TestExitCodes(t *testing.T) {
	dir := t.TempDir()
	notBackup := filepath.Join(dir, "text")
	if err := os.WriteFile(notBackup, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		args   []string
		code   int
		stderr string
	}{
		"nothing":                 {nil, 2, "expected one of"},
		"unknown command":         {[]string{"fly"}, 2, "fly"},
		"unknown flag":            {[]string{"serve", "--fast"}, 2, "--fast"},
		"flag without value":      {[]string{"serve", "--addr"}, 2, "--addr"},
		"address without port":    {[]string{"serve", "--addr", "localhost"}, 2, "HOST:PORT"},
		"public url without host": {[]string{"serve", "--public-url", "localhost:8080"}, 2, "--public-url"},
		"public url with path":    {[]string{"serve", "--public-url", "http://a.example/x"}, 2, "end after the host"},
		"two routers":             {[]string{"serve", "--osrm-url", "http://a", "--valhalla-url", "http://b"}, 2, "together"},
		"network without mask":    {[]string{"serve", "--outbound-allow", "10.0.0.1"}, 2, "outbound-allow"},
		"bad log format":          {[]string{"version", "--log-format", "xml"}, 2, "log-format"},
		"bad log level":           {[]string{"version", "--log-level", "loud"}, 2, "log-level"},
		"bad drain":               {[]string{"serve", "--drain", "soon"}, 2, "drain"},
		"backup without file":     {[]string{"backup"}, 2, "<file>"},
		"restore of nothing":      {[]string{"restore", filepath.Join(dir, "none")}, 2, "none"},
		"restore of a text":       {[]string{"restore", notBackup, "--data", filepath.Join(dir, "a")}, 1, "text"},
		"backup over a file":      {[]string{"backup", notBackup, "--data", filepath.Join(dir, "b")}, 1, "text"},
		"data is a file":          {[]string{"check", "--data", notBackup}, 1, "text"},
		"port that is not free":   {[]string{"serve", "--addr", occupied(t), "--data", filepath.Join(dir, "c")}, 1, "address already in use"},
		"version":                 {[]string{"version"}, 0, ""},
		"help":                    {[]string{"--help"}, 0, ""},
		"help of a command":       {[]string{"serve", "--help"}, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := fujin(t, c.args...)
			if got.code != c.code {
				t.Fatalf("exit %d, want %d; stderr %q", got.code, c.code, got.stderr)
			}
			if c.code == 0 {
				if got.stdout == "" || got.stderr != "" {
					t.Fatalf("stdout %q, stderr %q", got.stdout, got.stderr)
				}
				return
			}
			if strings.Count(got.stderr, "\n") != 1 || !strings.HasPrefix(got.stderr, "fujin: ") || !strings.Contains(got.stderr, c.stderr) {
				t.Fatalf("stderr %q, want one line with %q", got.stderr, c.stderr)
			}
		})
	}
}

// occupied is an address that somebody else listens at.
func occupied(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l.Addr().String()
}

func TestEveryFlagIsInTheEnvironment(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "from-environment")
	t.Setenv("FUJIN_DATA", dir)
	t.Setenv("FUJIN_LOG_FORMAT", "json")
	if got := fujin(t, "check"); got.code != 0 || got.stdout != "ok\n" {
		t.Fatalf("%+v", got)
	}
	if _, err := os.Stat(dir); err != nil {
		t.Fatal("FUJIN_DATA was not used:", err)
	}
	t.Setenv("FUJIN_ADDR", "nonsense")
	if got := fujin(t, "serve"); got.code != 2 || !strings.Contains(got.stderr, "nonsense") {
		t.Fatalf("%+v", got)
	}
	help := fujin(t, "serve", "--help").stdout
	for _, name := range []string{"FUJIN_DATABASE_URL", "FUJIN_LOG_LEVEL", "FUJIN_PUBLIC_URL", "FUJIN_DRAIN", "FUJIN_OSRM_URL",
		"FUJIN_VALHALLA_URL", "FUJIN_OUTBOUND_ALLOW", "FUJIN_BASE_MAP_URL", "FUJIN_MAP_APPROVAL"} {
		if !strings.Contains(help, name) {
			t.Errorf("--help lacks %s", name)
		}
	}
}

// process is a fujin of its own.
type process struct {
	*exec.Cmd
	mu     sync.Mutex
	out    bytes.Buffer
	stderr bytes.Buffer
	ready  chan string
}

// start runs `fujin serve` as a process and waits for its address.
func start(t *testing.T, args ...string) (*process, string) {
	t.Helper()
	p := &process{Cmd: exec.Command(os.Args[0], append([]string{"serve", "--addr", "127.0.0.1:0"}, args...)...), ready: make(chan string, 1)}
	p.Env = append(os.Environ(), "FUJIN_TEST_AS_PROGRAM=1")
	p.Stdout, p.Stderr = p, &p.stderr
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Process.Kill(); _ = p.Wait() })
	select {
	case line := <-p.ready:
		_, after, _ := strings.Cut(line, "http://")
		address, _, _ := strings.Cut(after, " ")
		return p, "http://" + address
	case <-time.After(10 * time.Second):
		t.Fatalf("not ready after 10 s: %s", p.stderr.String())
		return nil, ""
	}
}

// Write collects stdout and reports the first line.
func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.out.Write(b)
	if line, _, whole := strings.Cut(p.out.String(), "\n"); whole {
		select {
		case p.ready <- line:
		default:
		}
	}
	return len(b), nil
}

func TestServe(t *testing.T) {
	data := filepath.Join(t.TempDir(), "d")
	p, address := start(t, "--data", data)
	if !strings.HasPrefix(address, "http://localhost:") {
		t.Fatalf("address %q", address)
	}
	for _, path := range []string{"/healthz", "/readyz", "/openapi.json", "/docs", "/", "/v1/settings"} {
		response, err := http.Get(address + path)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", path, response.Status)
		}
	}
	t.Run("a second server is refused in one sentence", func(t *testing.T) {
		got := fujin(t, "serve", "--addr", "127.0.0.1:0", "--data", data)
		if got.code != 1 || strings.Count(got.stderr, "\n") != 1 || !strings.Contains(got.stderr, fmt.Sprint(p.Process.Pid)) {
			t.Fatalf("%+v", got)
		}
	})
	t.Run("commands work through the socket", func(t *testing.T) {
		if got := fujin(t, "check", "--data", data); got.code != 0 || got.stdout != "ok\n" {
			t.Fatalf("%+v", got)
		}
		file := filepath.Join(t.TempDir(), "copy.db")
		if got := fujin(t, "backup", file, "--data", data); got.code != 0 || !strings.Contains(got.stdout, "verified") {
			t.Fatalf("%+v", got)
		}
		if got := fujin(t, "backup", file, "--data", data); got.code != 1 || !strings.Contains(got.stderr, "copy.db") {
			t.Fatalf("a file that exists: %+v", got)
		}
		restored := filepath.Join(t.TempDir(), "restored")
		if got := fujin(t, "restore", file, "--data", restored); got.code != 0 {
			t.Fatalf("%+v", got)
		}
		if got := fujin(t, "check", "--data", restored); got.code != 0 {
			t.Fatalf("%+v", got)
		}
		if got := fujin(t, "restore", file, "--data", data); got.code != 1 || !strings.Contains(got.stderr, "stop it first") {
			t.Fatalf("restore under a server: %+v", got)
		}
	})
	t.Run("only the owner may use the socket, and nobody its routes from outside", func(t *testing.T) {
		info, err := os.Stat(filepath.Join(data, "fujin.sock"))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Fatalf("%v %v", info.Mode(), err)
		}
		response, err := http.Post(address+"/local/check", "application/json", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		var problem api.Problem
		if err := json.NewDecoder(response.Body).Decode(&problem); err != nil || problem.Status != http.StatusNotFound {
			t.Fatalf("%+v %v", problem, err)
		}
	})
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := p.Wait(); err != nil {
		t.Fatalf("SIGTERM: %v, stderr %s", err, p.stderr.String())
	}
	if _, err := os.Stat(filepath.Join(data, "fujin.sock")); !os.IsNotExist(err) {
		t.Error("the socket was left behind")
	}
}

func TestSecondSignalEndsAtOnce(t *testing.T) {
	p, address := start(t, "--data", t.TempDir(), "--drain", "1h")
	// A request whose body never comes keeps the first stop waiting.
	conn, err := net.Dial("tcp", strings.TrimPrefix(address, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	time.Sleep(50 * time.Millisecond) // for the server to see the request
	ended := make(chan error, 1)
	go func() { ended <- p.Wait() }()
	_ = p.Process.Signal(os.Interrupt)
	select {
	case err := <-ended:
		t.Fatalf("ended with a request under way: %v", err)
	case <-time.After(300 * time.Millisecond):
	}
	_ = p.Process.Signal(os.Interrupt)
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
		t.Fatal("the second signal did not end it")
	}
}

func TestErrorsAreOneLine(t *testing.T) {
	var stderr bytes.Buffer
	code := report(&stderr, exitDone, fmt.Errorf("a\n\tb: %w", context.DeadlineExceeded))
	if code != exitFailed || stderr.String() != "fujin: a; b: context deadline exceeded\n" {
		t.Fatalf("%d %q", code, stderr.String())
	}
	stderr.Reset()
	if code := report(&stderr, exitDone, misuse("no %s", "sense")); code != exitMisused || stderr.String() != "fujin: no sense\n" {
		t.Fatalf("%d %q", code, stderr.String())
	}
	stderr.Reset()
	if code := report(&stderr, exitDone, fmt.Errorf("write: %w", syscall.EPIPE)); code != exitFailed || stderr.Len() != 0 {
		t.Fatalf("a closed pipe is not quiet: %d %q", code, stderr.String())
	}
}

func TestCommandsReachAServerInADeepFolder(t *testing.T) {
	data := filepath.Join(t.TempDir(), strings.Repeat("deep/", 30))
	if err := os.MkdirAll(data, 0o700); err != nil {
		t.Fatal(err)
	}
	start(t, "--data", data)
	if got := fujin(t, "check", "--data", data); got.code != 0 {
		t.Fatalf("%+v", got)
	}
}
