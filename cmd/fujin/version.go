package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
)

// versionCommand is `fujin version`.
type versionCommand struct{}

// Run prints the version of the program and of the compiler that built it.
func (versionCommand) Run(_ context.Context, g *Globals) error {
	_, err := fmt.Fprintf(g.Stdout, "fujin %s (%s, %s/%s)\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

// version is what the build knows of itself: the tag or commit it was made from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "devel"
	}
	return info.Main.Version
}
