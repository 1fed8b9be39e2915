// Command withpostgres runs a command with a private PostgreSQL server whose URL is in FUJIN_TEST_POSTGRES_URL, so that
// all test programs of one "go test ./..." share it:
//
//	go run ./services/platform/kernel/dbtest/withpostgres go test ./...
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"

	"fujin/services/platform/kernel/dbtest/pgtest"
)

func main() {
	os.Exit(run(os.Args[1:]))
}

// run gives the exit code of the command; 125 when it could not be started.
func run(args []string) int {
	if len(args) == 0 {
		fmt.Fprintln(os.Stderr, "usage: withpostgres COMMAND [ARGUMENT …]")
		return 125
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if os.Getenv("FUJIN_TEST_SQLITE_ONLY") == "" && os.Getenv(pgtest.URLVariable) == "" {
		server, err := pgtest.Start()
		if err != nil {
			fmt.Fprintln(os.Stderr, "withpostgres:", err)
			return 125
		}
		defer server.Stop()
		cmd.Env = append(os.Environ(), pgtest.URLVariable+"="+server.URL)
	}
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.ExitCode()
	default:
		fmt.Fprintln(os.Stderr, "withpostgres:", err)
		return 125
	}
}
