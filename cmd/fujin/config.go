package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"

	"github.com/alecthomas/kong"

	"fujin/services/platform/kernel"
)

// commandLine is every command and flag there is; this file is the only reader of flags and environment. A new command
// is one line here and a file with its type.
type commandLine struct {
	Globals

	Serve   serveCommand   `cmd:"" help:"Answer queries over HTTP."`
	Import  importCommand  `cmd:"" help:"Publish files as the next version of a dataset."`
	Export  exportCommand  `cmd:"" help:"Write a dataset to a file."`
	Sample  sampleCommand  `cmd:"" help:"Write made-up facilities of Jiangxi to try things out with."`
	Token   tokenCommand   `cmd:"" help:"Make, list and revoke the keys of organisations."`
	Backup  backupCommand  `cmd:"" help:"Write the whole database to one file, also while the server runs."`
	Restore restoreCommand `cmd:"" help:"Fill an empty database from a backup."`
	Check   checkCommand   `cmd:"" help:"Verify the database."`
	Bench   benchCommand   `cmd:"" help:"Measure speed beside a constant handler, Redis and PostGIS."`
	Names   namesCommand   `cmd:"" hidden:"" help:"Make a server's file of names."`
	Profile profileCommand `cmd:"" hidden:"" help:"Pass an upload through the gate, for a server."`
	Files   filesCommand   `cmd:"" hidden:"" help:"Tell what becomes of every file of a folder, as Markdown."`
	Version versionCommand `cmd:"" help:"Print the version."`
}

// Globals is what every command is given: the flags that all of them take, and the streams.
type Globals struct {
	Data        string `placeholder:"DIR" default:"data" help:"Folder that holds the database and everything else Fujin keeps, by default ./data."`
	DatabaseURL string `name:"database-url" placeholder:"URL" help:"PostgreSQL database (postgres://…) to use instead of SQLite in the data folder."`
	LogFormat   string `enum:"text,json" default:"text" help:"Form of the log on stderr: text or json."`
	LogLevel    string `enum:"debug,info,warn,error" default:"info" help:"Least level to log: debug, info, warn or error. debug logs every request."`

	Stdin          io.Reader `kong:"-"`
	Stdout, Stderr io.Writer `kong:"-"`
}

const about = `Fujin (附近) finds the nearest public facility and says how to get there.

Every flag can also be set in the environment: --data is FUJIN_DATA, --public-url is FUJIN_PUBLIC_URL.`

// runner is a command.
type runner interface {
	Run(ctx context.Context, g *Globals) error
}

// readCommandLine reads the command line and the environment. Without a command to run it gives the exit code: help was asked for,
// or the usage is wrong.
func readCommandLine(args []string, stdout, stderr io.Writer) (command runner, g *Globals, code int, err error) {
	var line commandLine
	parser, err := kong.New(&line,
		kong.Name("fujin"), kong.Description(about), kong.DefaultEnvars("FUJIN"), kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { panic(exited(code)) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}))
	if err != nil {
		return nil, nil, exitFailed, err
	}
	defer func() {
		// kong ends --help by its exit function.
		if end := recover(); end != nil {
			asked, ok := end.(exited)
			if !ok {
				panic(end)
			}
			command, g, code, err = nil, nil, int(asked), nil
		}
	}()
	parsed, err := parser.Parse(args)
	if err != nil {
		return nil, nil, exitMisused, fmt.Errorf("%w (fujin --help shows the usage)", err)
	}
	chosen, ok := parsed.Selected().Target.Addr().Interface().(runner)
	if !ok {
		return nil, nil, exitFailed, fmt.Errorf("command %s cannot run", parsed.Command())
	}
	return chosen, &line.Globals, exitDone, nil
}

// exited carries the code of kong's exit through the stack.
type exited int

// Logger writes to stderr in the form that was asked for.
func (g *Globals) Logger() *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(g.LogLevel)); err != nil {
		level = slog.LevelInfo // kong has checked the name
	}
	options := &slog.HandlerOptions{Level: level}
	if g.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(g.Stderr, options))
	}
	return slog.New(slog.NewTextHandler(g.Stderr, options))
}

// OpenDB opens the database; the error of one that another process holds is kernel.ErrLocked.
func (g *Globals) OpenDB(ctx context.Context) (*kernel.DB, error) {
	return kernel.Open(ctx, g.kernelConfig())
}

func (g *Globals) kernelConfig() kernel.Config {
	return kernel.Config{DataDir: g.Data, DatabaseURL: g.DatabaseURL, Logger: g.Logger()}
}

// Socket is where a server listens for commands on the same data.
func (g *Globals) Socket() string { return filepath.Join(g.Data, "fujin.sock") }

// LocalClient speaks to the server that holds the data, as its local administrator. The host of the URL does not
// matter: "http://local/…".
func (g *Globals) LocalClient() *http.Client {
	return &http.Client{Transport: &http.Transport{
		DisableCompression: true,
		DialContext:        func(ctx context.Context, _, _ string) (net.Conn, error) { return dialLocal(ctx, g.Socket()) },
	}}
}

// explainLocked says in one sentence why the data cannot be had; any other error stays as it is.
func explainLocked(err error) error {
	if !errors.Is(err, kernel.ErrLocked) {
		return err
	}
	text, _, _ := strings.Cut(err.Error(), ": "+kernel.ErrLocked.Error())
	return fmt.Errorf("%s; stop it first, or choose another folder with --data", text)
}
