package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"fujin/datasets"
	"fujin/services/facility"
	"fujin/services/platform/kernel"
)

// importCommand publishes files as the next version of a dataset.
type importCommand struct {
	Dataset  string            `required:"" placeholder:"ID" help:"Dataset to replace: a-z, 0-9, _ and -."`
	Category string            `placeholder:"C" help:"Category of every row ([a-z][a-z0-9_]*); for OpenStreetMap files it selects. Default: each row's own, else place."`
	CRS      string            `name:"crs" default:"auto" placeholder:"CRS" help:"Coordinate system of the file: auto, wgs84, gcj02, bd09 or an EPSG code, such as EPSG:4547."`
	Map      map[string]string `placeholder:"FIELD=COLUMN" help:"Column that holds a field (name, lat, lon, address, id, …), e.g. --map name=名称. May be repeated."`
	Note     string            `placeholder:"TEXT" help:"Why this version is made; kept with it."`
	DryRun   bool              `help:"Read and report, publish nothing."`
	JSON     bool              `name:"json" help:"Print one JSON document with every issue on stdout."`
	Files    []string          `arg:"" name:"file" help:"Files to read; - is standard input. Together they are the dataset."`
}

// Help is shown by fujin import --help.
func (importCommand) Help() string {
	return `Reads CSV, TSV, other JSON and XML in any encoding, Excel (.xlsx), GeoJSON, Esri JSON, KML, KMZ, shapefiles (zip),
OpenStreetMap PBF, XML and Overpass JSON, and GBFS; also gzipped or alone in a zip. A bad row is counted, named and left out; the rest becomes the dataset's next version at once.
Works beside a running server, which shows the result within a second, and without one.

Examples:
  fujin import --dataset nanchang-toilets --category toilet toilets.csv
  fujin import --dataset jiangxi-shops --category store jiangxi.osm.pbf
  fujin import --dataset lockers --map name=名称 --crs gcj02 --dry-run lockers.csv

Exit status: 0 if a row was accepted, 1 if none was or a file was refused, 2 for a usage error.`
}

// Validate is called by the command line parser: its errors are usage errors.
func (c *importCommand) Validate() error {
	if err := facility.ValidateDataset(c.Dataset); err != nil && c.Dataset != "" { // kong says what is missing
		return fmt.Errorf("--dataset %q: use 1 to 64 of a-z, 0-9, _ and -, beginning with a letter or digit", c.Dataset)
	}
	if err := facility.ValidateCategory(c.Category); err != nil && c.Category != "" {
		return fmt.Errorf("--category %q: use a-z, 0-9 and _, beginning with a letter", c.Category)
	}
	return datasets.ValidateCRS(c.CRS)
}

// Run reads the files and publishes them.
func (c *importCommand) Run(ctx context.Context, g *Globals) error {
	sources, cleanup, err := sourcesOf(c.Files, g.Stdin)
	defer cleanup()
	if err != nil {
		return err
	}
	issues, err := newIssueLog()
	if err != nil {
		return err
	}
	defer issues.close()
	run := &importRun{command: c, sources: datasets.Gather(ctx, sources), issues: issues, bar: newBar(sources, g.Stderr), out: g.Stdout}
	var pub facility.Publication
	if c.DryRun {
		err = run.feed(ctx, func(facility.Row) error { return nil })
	} else {
		var from facility.Provenance
		if from, err = c.provenance(ctx, sources); err == nil {
			pub, err = g.publish(ctx, c.Dataset, func(yield func(facility.Row) error) error { return run.feed(ctx, yield) }, from)
		}
	}
	_ = run.bar.Finish()
	if err == nil && run.total.Accepted == 0 {
		err = errors.New("no row was accepted")
	}
	return errors.Join(run.report(pub, err == nil), err)
}

// provenance names the files and hashes their bytes, one file after the other.
func (c *importCommand) provenance(ctx context.Context, sources []datasets.Source) (facility.Provenance, error) {
	hash := sha256.New()
	var names []string
	for _, source := range sources {
		if err := ctx.Err(); err != nil {
			return facility.Provenance{}, err
		}
		names = append(names, filepath.Base(source.Name))
		f, err := source.Open()
		if err != nil {
			return facility.Provenance{}, err
		}
		_, err = io.Copy(hash, f)
		if err := errors.Join(err, f.Close()); err != nil {
			return facility.Provenance{}, err
		}
	}
	return facility.Provenance{
		Kind: facility.KindImport, By: "local administrator", Note: c.Note,
		Source: strings.Join(names, ", "), SHA256: hex.EncodeToString(hash.Sum(nil)),
	}, nil
}

// publish replaces a dataset: in this process, or through the server that
// holds the data.
func (g *Globals) publish(ctx context.Context, dataset string, feed facility.Feed, from facility.Provenance) (pub facility.Publication, err error) {
	err = g.withFacilities(ctx, func(s *facility.Service) error {
		pub, err = s.Replace(ctx, dataset, feed, from)
		return err
	})
	if errors.Is(err, kernel.ErrLocked) {
		return facility.Remote{Client: g.LocalClient()}.Replace(ctx, dataset, feed, from)
	}
	return pub, err
}

// importRun is one import under way.
type importRun struct {
	command *importCommand
	sources []datasets.Source
	issues  *issueLog
	bar     *progressbar.ProgressBar
	out     io.Writer
	total   datasets.Summary
	done    int64 // bytes of the files before the current one
}

// feed reads all files, in the order given.
func (r *importRun) feed(ctx context.Context, yield func(facility.Row) error) error {
	options := datasets.Options{Category: r.command.Category, CRS: r.command.CRS, Mapping: r.command.Map}
	for _, source := range r.sources {
		sum, err := datasets.Read(ctx, source, options, r.sink(source, yield))
		r.total.Read += sum.Read
		r.total.Accepted += sum.Accepted
		r.total.Rejected += sum.Rejected
		r.total.Warnings += sum.Warnings
		if err != nil {
			return fmt.Errorf("%s: %w", source.Name, err)
		}
		r.done += max(source.Size, 0)
	}
	return nil
}

func (r *importRun) sink(source datasets.Source, yield func(facility.Row) error) datasets.Sink {
	return datasets.Sink{
		Place: func(p datasets.Place) error {
			row, err := facility.Prepare(p)
			if err != nil {
				return err
			}
			return yield(row)
		},
		Issue: func(i datasets.Issue) error {
			i.File = ""
			if len(r.sources) > 1 {
				i.File = source.Name
			}
			return r.issues.add(i)
		},
		Progress: func(n int64) { _ = r.bar.Set64(r.done + n) },
	}
}

// report prints what came of it.
func (r *importRun) report(pub facility.Publication, published bool) error {
	if r.command.JSON {
		return r.issues.writeJSON(r.out, r.total)
	}
	fmt.Fprintf(r.out, "read %d, accepted %d, rejected %d, warnings %d\n", r.total.Read, r.total.Accepted, r.total.Rejected, r.total.Warnings)
	for _, i := range r.issues.first {
		fmt.Fprintln(r.out, "  "+describe(i))
	}
	if more := r.issues.count - len(r.issues.first); more > 0 {
		fmt.Fprintf(r.out, "  … and %d more; --json lists all\n", more)
	}
	switch {
	case !published:
	case r.command.DryRun:
		fmt.Fprintln(r.out, "dry run: nothing was published")
	default:
		fmt.Fprintf(r.out, "published %s version %d: %d facilities (%d added, %d changed, %d removed, %d as before)\n",
			pub.Dataset, pub.Version, pub.Facilities, pub.Added, pub.Changed, pub.Removed, pub.Unchanged)
	}
	return nil
}

// describe is an issue as one line of text.
func describe(i datasets.Issue) string {
	var b strings.Builder
	if i.File != "" {
		b.WriteString(i.File + " ")
	}
	if i.Row > 0 {
		fmt.Fprintf(&b, "row %d ", i.Row)
	}
	if i.Column != "" {
		fmt.Fprintf(&b, "column %s ", i.Column)
	}
	kind := "warning"
	if i.Rejected {
		kind = "rejected"
	}
	fmt.Fprintf(&b, "%s (%s): %s", kind, i.Code, i.Message)
	return b.String()
}

// issueLog keeps the first issues and spools all to a temporary file: a file
// may have more bad rows than memory.
type issueLog struct {
	first []datasets.Issue
	count int
	spool *os.File
	out   *bufio.Writer
	lines *json.Encoder
}

// shownIssues is how many issues the text report names.
const shownIssues = 10

func newIssueLog() (*issueLog, error) {
	f, err := os.CreateTemp("", "fujin-issues-*")
	if err != nil {
		return nil, err
	}
	out := bufio.NewWriter(f)
	return &issueLog{spool: f, out: out, lines: json.NewEncoder(out)}, nil
}

func (l *issueLog) add(i datasets.Issue) error {
	l.count++
	if len(l.first) < shownIssues {
		l.first = append(l.first, i)
	}
	return l.lines.Encode(i)
}

// writeJSON writes the one document of --json.
func (l *issueLog) writeJSON(w io.Writer, total datasets.Summary) error {
	if err := l.out.Flush(); err != nil {
		return err
	}
	if _, err := l.spool.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, `{"read":%d,"accepted":%d,"rejected":%d,"warnings":%d,"issues":[`, total.Read, total.Accepted, total.Rejected, total.Warnings); err != nil {
		return err
	}
	all := json.NewDecoder(bufio.NewReader(l.spool))
	for n := 0; ; n++ {
		var one json.RawMessage
		if err := all.Decode(&one); err == io.EOF {
			break
		} else if err != nil {
			return err
		}
		if n > 0 {
			one = append([]byte{','}, one...)
		}
		if _, err := w.Write(one); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(w, "]}")
	return err
}

func (l *issueLog) close() {
	l.spool.Close()
	os.Remove(l.spool.Name())
}

// newBar is a progress bar on a terminal, and nothing elsewhere.
func newBar(sources []datasets.Source, stderr io.Writer) *progressbar.ProgressBar {
	total := int64(0)
	for _, s := range sources {
		total += max(s.Size, 0)
	}
	if f, ok := stderr.(*os.File); !ok || !term.IsTerminal(int(f.Fd())) {
		return progressbar.DefaultBytesSilent(total)
	}
	return progressbar.DefaultBytes(max(total, 1), "reading")
}
