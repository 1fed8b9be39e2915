package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"runtime/debug"
	"strings"

	"fujin/services/publishing"
)

// profileCommand is the child process in which a server passes an upload through the gate: it takes time and memory
// that queries must not feel.
type profileCommand struct {
	Folder string `arg:"" help:"Folder of the passage."`
}

// Run does the work. It ends early when standard input does: the server that holds its other end has gone.
func (c *profileCommand) Run(ctx context.Context, g *Globals) error {
	ctx, stop := context.WithCancelCause(ctx)
	go func() {
		_, _ = io.Copy(io.Discard, g.Stdin)
		stop(errors.New("the server has gone"))
	}()
	return publishing.Profile(ctx, c.Folder)
}

// profile runs this program as that child. A test of this package, which is another program, does the work itself.
func profile(ctx context.Context, folder string) error {
	if info, ok := debug.ReadBuildInfo(); !ok || strings.HasSuffix(info.Path, ".test") {
		return publishing.Profile(ctx, folder)
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	child := exec.CommandContext(ctx, program, "profile", folder)
	child.Env = append(os.Environ(), "GOMAXPROCS=1")
	child.Stderr = os.Stderr
	held, err := child.StdinPipe() // closed by our end, whichever way it comes
	if err != nil {
		return err
	}
	if err := startYielding(child); err != nil {
		return errors.Join(err, ignoreClosed(held.Close()))
	}
	return errors.Join(child.Wait(), ignoreClosed(held.Close()))
}

// ignoreClosed lets a pipe be closed twice: Wait closes it when the child has ended.
func ignoreClosed(err error) error {
	if errors.Is(err, os.ErrClosed) {
		return nil
	}
	return err
}
