package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/paulmach/orb"

	"fujin/datasets"
)

// self is this program, run as a server or a command on a folder of its own.
type self struct {
	program string
	folder  string
	command *exec.Cmd
	address string
}

func newSelf() (*self, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "fujin-bench-*")
	return &self{program: program, folder: folder}, err
}

// importSample writes the sample to a file and imports it; the time is that of
// the import command as a whole.
func (s *self) importSample(ctx context.Context, n int, seed uint64, scale float64) (took time.Duration, err error) {
	path := filepath.Join(s.folder, "sample.geojsonl")
	f, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	defer os.Remove(path)
	if err := errors.Join(datasets.WriteSampleScaled(f, n, seed, scale), f.Close()); err != nil {
		return 0, err
	}
	start := time.Now()
	command := exec.CommandContext(ctx, s.program, "import", "--data", s.data(), "--dataset", "sample", "--json", path)
	out, err := command.Output()
	took = time.Since(start)
	if err != nil {
		return took, fmt.Errorf("import: %w: %s", err, tail(out))
	}
	var sum struct{ Read, Accepted int }
	if err := json.NewDecoder(bytes.NewReader(out)).Decode(&sum); err != nil || sum.Accepted != n {
		return took, fmt.Errorf("import accepted %d of %d rows", sum.Accepted, n)
	}
	return took, nil
}

func (s *self) data() string { return filepath.Join(s.folder, "data") }

// start runs the server and returns how long it took from the start of the
// process to the first ready answer.
func (s *self) start(args ...string) (time.Duration, error) {
	port, err := freePort()
	if err != nil {
		return 0, err
	}
	s.address = net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	s.command = exec.Command(s.program, append(args, "--addr", s.address, "--log-level", "warn")...)
	s.command.Stderr = os.Stderr
	start := time.Now()
	if err := s.command.Start(); err != nil {
		return 0, err
	}
	err = waitFor(5*time.Minute, func() error {
		res, err := http.Get("http://" + s.address + "/readyz")
		if err != nil {
			return err
		}
		res.Body.Close()
		if res.StatusCode != http.StatusOK {
			return fmt.Errorf("not ready: %s", res.Status)
		}
		return nil
	})
	return time.Since(start), err
}

// serve runs the server of the facilities and returns once it is at rest: names
// are indexed by a child after it is ready, which would be measured too.
func (s *self) serve() (ready time.Duration, err error) {
	if ready, err = s.start("serve", "--data", s.data()); err != nil {
		return ready, err
	}
	return ready, waitFor(5*time.Minute, func() error {
		_, err := os.Stat(filepath.Join(s.data(), "names.snapshot"))
		return err
	})
}

// stop asks the server to end and waits for it.
func (s *self) stop() error {
	if s.command == nil || s.command.Process == nil {
		return nil
	}
	command := s.command
	s.command = nil
	if err := command.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return command.Wait()
}

func (s *self) pid() int { return s.command.Process.Pid }

func (s *self) remove() { _ = os.RemoveAll(s.folder) }

// nearbyRequests are the queries over HTTP; extra is appended to each.
func nearbyRequests(positions []orb.Point, extra string) [][]byte {
	list := make([][]byte, len(positions))
	for i, p := range positions {
		list[i] = request("/v1/facilities/nearby?lat=" + degrees(p[1]) + "&lon=" + degrees(p[0]) + extra)
	}
	return list
}

// localClient speaks to the server's socket.
func (s *self) localClient() *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", filepath.Join(s.data(), "fujin.sock"))
	}}}
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// waitFor tries until it works or time is up.
func waitFor(limit time.Duration, try func() error) error {
	deadline := time.Now().Add(limit)
	for {
		err := try()
		if err == nil || time.Now().After(deadline) {
			return err
		}
		time.Sleep(2 * time.Millisecond)
	}
}

func tail(b []byte) []byte { return b[max(0, len(b)-300):] }

// document is what the other systems store for a facility: the same facts as
// Fujin's answer.
func document(p datasets.Place) string {
	b, err := json.Marshal(map[string]any{"id": p.SourceID, "name": p.Name, "category": p.Category, "address": p.Address, "phone": p.Phone,
		"opening_hours": p.OpeningHours, "attributes": p.Attributes, "geometry": map[string]any{"type": "Point", "coordinates": p.Geometry}})
	if err != nil {
		return "{}"
	}
	return string(b)
}
