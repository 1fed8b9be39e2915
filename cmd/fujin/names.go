package main

import (
	"context"
	"os"
	"os/exec"
	"runtime/debug"
	"strings"

	"fujin/services/facility"
)

// namesCommand is the child process in which a server makes its file of names:
// it takes memory that the server never needs again, and time that queries
// must not feel.
type namesCommand struct {
	Snapshot string `arg:"" help:"Snapshot of the index."`
	Database string `arg:"" help:"Id of the database."`
	File     string `arg:"" help:"File to write."`
}

// Run makes the file.
func (c *namesCommand) Run(ctx context.Context, _ *Globals) error {
	return facility.BuildNames(ctx, c.Snapshot, c.Database, c.File)
}

// buildNames runs this program as that child. A test of this package, which is
// another program, does the work itself.
func buildNames(ctx context.Context, snapshot, database, file string) error {
	if info, ok := debug.ReadBuildInfo(); !ok || strings.HasSuffix(info.Path, ".test") {
		return facility.BuildNames(ctx, snapshot, database, file)
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	child := exec.CommandContext(ctx, program, "names", snapshot, database, file)
	child.Env = append(os.Environ(), "GOMAXPROCS=1")
	child.Stderr = os.Stderr
	if err := startYielding(child); err != nil {
		return err
	}
	return child.Wait()
}
