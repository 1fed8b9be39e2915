// Package pgtest runs a private PostgreSQL server for tests: its own data folder and socket under the temporary
// folder, no network port, no durability. The server ends with the process that started it, however that ends.
package pgtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// URLVariable names the environment variable that holds the URL of a running test server.
const URLVariable = "FUJIN_TEST_POSTGRES_URL"

// ErrMissing is inside Start's error when PostgreSQL is not installed.
var ErrMissing = errors.New("PostgreSQL's server programs (initdb, postgres) are not installed: " +
	"run make setup, or as root: apt-get install postgresql; or set FUJIN_TEST_SQLITE_ONLY=1 to test on SQLite alone")

// supervise makes the cluster and runs the server until its standard input, which the starting process holds, is closed;
// the kernel closes it even when that process is killed. SIGQUIT ends the server at once, nothing of it is worth keeping;
// SIGTERM is for one that is just starting, since a shell's background child ignores SIGQUIT until it asks for it.
const supervise = `
bin=$1 dir=$2
shift 2
"$bin/initdb" -D "$dir/data" --auth=trust -U fujin --encoding=UTF8 --locale=C --no-sync --no-instructions >"$dir/log" 2>&1
"$bin/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= -c fsync=off -c synchronous_commit=off \
	-c full_page_writes=off -c max_connections=300 -c shared_buffers=64MB -c deadlock_timeout=50ms -c timezone=UTC \
	"$@" >>"$dir/log" 2>&1 &
server=$!
cat >/dev/null
kill -TERM $server
kill -QUIT $server
wait $server
rm -rf "$dir"
`

// Server is a running test server. It ends with Stop, with the process, or when the Server is no longer reachable.
type Server struct {
	URL  string // of the database postgres, for the superuser
	run  *exec.Cmd
	hold io.Closer // the supervisor's standard input
}

// Start makes a cluster and starts its server; settings ("shared_buffers=512MB") go over those of a test server.
func Start(settings ...string) (*Server, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "fujin-postgres-")
	if err != nil {
		return nil, err
	}
	as, err := unprivileged(dir)
	s := &Server{URL: "postgres:///postgres?" + url.Values{"host": {dir}, "user": {"fujin"}}.Encode()}
	if err == nil {
		s.run = exec.Command("/bin/sh", "-c", supervise, "sh", bin, dir)
		for _, setting := range settings {
			s.run.Args = append(s.run.Args, "-c", setting)
		}
		s.run.Dir = dir
		s.run.SysProcAttr = &syscall.SysProcAttr{Credential: as, Setpgid: true} // an interrupt from the terminal passes it by
		s.hold, err = s.run.StdinPipe()
	}
	if err == nil {
		err = s.run.Start()
	}
	if err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	if err := await(s.URL, time.Minute); err != nil {
		log, _ := os.ReadFile(filepath.Join(dir, "log"))
		s.Stop()
		return nil, fmt.Errorf("PostgreSQL did not start: %w\n%s", err, log)
	}
	return s, nil
}

// PID is the process of which the server's processes are descendants, for measuring what they use.
func (s *Server) PID() int { return s.run.Process.Pid }

// Stop ends the server and removes every file of it.
func (s *Server) Stop() {
	s.hold.Close()
	s.run.Wait()
}

// binaries finds the folder of the newest installed server; Debian keeps it off the PATH.
func binaries() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	slices.SortFunc(found, func(a, b string) int { return version(b) - version(a) })
	if path, err := exec.LookPath("initdb"); err == nil {
		found = append(found, path)
	}
	for _, initdb := range found {
		if _, err := os.Stat(filepath.Join(filepath.Dir(initdb), "postgres")); err == nil {
			return filepath.Dir(initdb), nil
		}
	}
	return "", ErrMissing
}

// version is the number in /usr/lib/postgresql/15/bin/initdb.
func version(path string) int {
	n, _ := strconv.Atoi(strings.Split(path, "/")[4])
	return n
}

// unprivileged gives the account to run the server as: PostgreSQL refuses root. The folder becomes that account's.
func unprivileged(dir string) (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	account, err := user.Lookup("postgres")
	if err != nil {
		if account, err = user.Lookup("nobody"); err != nil {
			return nil, fmt.Errorf("PostgreSQL does not run as root, and there is no account postgres or nobody: %w", err)
		}
	}
	uid, err := strconv.ParseUint(account.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(account.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(dir, int(uid), int(gid))
}

func await(databaseURL string, patience time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, databaseURL)
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(20 * time.Millisecond):
		}
	}
}
