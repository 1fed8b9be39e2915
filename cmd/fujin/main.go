// Command fujin is the whole of Fujin in one program: the server and the tools of whoever runs it.
//
// Every command is a type of its own in a file of its own, with a method Run(ctx, *Globals) error. config.go alone reads
// flags and environment, wire.go alone knows which services there are, programs.go lists the mini-programs.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // opening hours need the zones also where the system has none

	"fujin/services/platform/kernel/errs"
)

// Exit codes, as a Unix tool has them.
const (
	exitDone    = 0
	exitFailed  = 1
	exitMisused = 2
)

func main() {
	ctx, restore := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal asks to finish; with the default handling restored, the second ends the process at once.
	context.AfterFunc(ctx, restore)
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is main without the process around it. What went wrong is said in one line on stderr.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	command, globals, code, err := readCommandLine(args, stdout, stderr)
	if command == nil {
		return report(stderr, code, err)
	}
	globals.Stdin, globals.Stdout, globals.Stderr = stdin, stdout, stderr
	err = command.Run(ctx, globals)
	return report(stderr, exitDone, err)
}

// usageError is a command line that parsed but makes no sense: exit 2.
type usageError struct{ reason string }

func (e usageError) Error() string { return e.reason }

// misuse makes a usageError.
func misuse(format string, args ...any) error { return usageError{fmt.Sprintf(format, args...)} }

// report prints err, if any, and chooses the exit code; code is what the caller already knows.
func report(stderr io.Writer, code int, err error) int {
	var misused usageError
	switch {
	case err == nil:
		return code
	case errors.Is(err, syscall.EPIPE):
		return exitFailed // the reader of our output has gone: nobody is left to tell
	case errors.As(err, &misused):
		code = exitMisused
	case code == exitDone:
		code = exitFailed
	}
	fmt.Fprintln(stderr, "fujin: "+oneLine(err))
	return code
}

// oneLine is the error as one line, the inputs it names included.
func oneLine(err error) string {
	text := err.Error()
	var known *errs.Error
	if errors.As(err, &known) {
		for _, f := range known.Fields {
			text = strings.TrimPrefix(text+"; "+f.Location+" "+f.Message, "; ")
		}
	}
	lines := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' })
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.Join(lines, "; ")
}
