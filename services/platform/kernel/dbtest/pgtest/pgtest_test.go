package pgtest_test

import (
	"bufio"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"fujin/services/platform/kernel/dbtest/pgtest"
)

const childVariable = "FUJIN_TEST_PGTEST_CHILD"

// TestMain lets this program be the one that starts a server and is killed.
func TestMain(m *testing.M) {
	if os.Getenv(childVariable) == "" {
		os.Exit(m.Run())
	}
	server, err := pgtest.Start("jit=off")
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(server.URL)
	select {}
}

func TestAServerTakesSettingsAndDiesWithItsOwner(t *testing.T) {
	if os.Getenv("FUJIN_TEST_SQLITE_ONLY") != "" {
		t.Skip("needs PostgreSQL")
	}
	owner := exec.Command(os.Args[0])
	owner.Env = append(os.Environ(), childVariable+"=1")
	out, err := owner.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := owner.Start(); err != nil {
		t.Fatal(err)
	}
	defer owner.Wait()
	defer owner.Process.Kill()
	lines := bufio.NewScanner(out)
	lines.Scan()
	u, err := url.Parse(lines.Text())
	if err != nil || u.Scheme != "postgres" {
		t.Fatalf("the owner says %q", lines.Text())
	}
	conn, err := pgx.Connect(t.Context(), lines.Text())
	if err != nil {
		t.Fatal(err)
	}
	var jit string
	if err := conn.QueryRow(t.Context(), `SELECT current_setting('jit')`).Scan(&jit); err != nil || jit != "off" {
		t.Errorf("jit is %q: %v", jit, err)
	}
	owner.Process.Kill() // with a client connected
	dir := u.Query().Get("host")
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(dir); os.IsNotExist(err) {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("%s is left", dir)
		}
	}
	if err := conn.Ping(t.Context()); err == nil {
		t.Error("the server still answers")
	}
}
