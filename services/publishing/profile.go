package publishing

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"fujin/datasets"
	"fujin/datasets/quality"
	"fujin/services/facility"
	"fujin/services/platform/processor"
)

// Profile passes an upload through the gate: folder is that of the passage, in
// which the server has put its order and what is in force, with the upload's
// file beside it. What it finds is written there. A file that is refused is no
// error: the outcome says so.
//
// It asks no database and no clock but for the pace of its progress, so that it
// runs in a process of its own.
func Profile(ctx context.Context, folder string) error {
	var told order
	if err := readJSON(folder, fileOrder, &told); err != nil {
		return err
	}
	g := &gate{folder: folder, order: told}
	report, err := g.run(ctx)
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var failed machineError
	if errors.As(err, &failed) {
		return err
	}
	found := outcome{Summary: g.summary(report)}
	switch {
	case err != nil:
		found.Refused = datasets.Told(err)
	case told.Format != "" && told.Format != "auto" && told.Format != string(report.Format):
		found.Refused = datasets.Say("the file is %s, not %s as its sender said; send it again with format=auto", report.Format, told.Format)
	case report.Read == 0:
		found.Refused = datasets.Say("the file has no rows; send one that has")
	case report.Accepted == 0:
		found.Refused = datasets.Say("no row could be used; the report says why, row by row")
	}
	if err == nil {
		if found.Report, err = json.Marshal(report); err != nil {
			return err
		}
	}
	return writeJSON(folder, fileOutcome, found)
}

// machineError is a fault of the machine, not of the file: the disk is full, say.
type machineError struct{ error }

// Unwrap gives the cause.
func (e machineError) Unwrap() error { return e.error }

// ours marks an error as a fault of the machine.
func ours(err error) error {
	if err == nil {
		return nil
	}
	return machineError{err}
}

// gate is one passage, from the inside.
type gate struct {
	folder     string
	order      order
	staged     *stagedRows
	issues     *lines
	repairs    *lines
	diff       *lines
	comparison *facility.Comparison
	changes    facility.Publication
	told       time.Time // when progress was told last
	stint      processor.Stint
}

// run reads the file and writes what is found.
func (g *gate) run(ctx context.Context) (report quality.Report, err error) {
	if err := g.open(); err != nil {
		return report, ours(err)
	}
	source := filepath.Join(filepath.Dir(g.folder), fileSource)
	info, err := os.Stat(source)
	if err != nil {
		return report, ours(errors.Join(err, g.close()))
	}
	known := g.known()
	g.comparison, err = facility.NewComparison(known, g.outcome)
	if err != nil {
		return report, ours(errors.Join(err, g.close()))
	}
	src := datasets.Source{Name: g.order.Name, Size: info.Size(), Open: func() (io.ReadCloser, error) { return os.Open(source) }}
	report, err = quality.Run(ctx, src, g.order.quality(known), quality.Output{
		Place:    g.place,
		Issue:    func(i datasets.Issue) error { return ours(g.issues.write(issueLine{Issue: i, Rejected: i.Rejected})) },
		Repair:   func(r datasets.Repair) error { return ours(g.repairs.write(r)) },
		Progress: g.progress,
		Step:     g.stint.Yield,
	})
	if err == nil {
		g.changes, err = g.comparison.Finish()
	}
	if closed := ours(g.close()); err == nil {
		err = closed
	}
	return report, err
}

// quality is the order in the words of the rules.
func (o order) quality(known iter.Seq2[facility.KnownRow, error]) quality.Order {
	q := quality.Order{Category: o.Category, CRS: o.CRS, Mapping: o.Mapping, Repairs: o.Repairs, Required: o.Required}
	if o.Area != nil {
		q.Area = o.Area.bound()
	}
	q.Known = func(yield func(quality.Known, error) bool) {
		for row, err := range known {
			id, given := strings.CutPrefix(row.Key, "i:")
			if !given {
				id = ""
			}
			if !yield(quality.Known{SourceID: id, Name: row.Name, At: orb.Point{row.Lon, row.Lat}, Own: true}, err) {
				return
			}
		}
		near, err := o.neighbours()
		if err != nil {
			yield(quality.Known{}, ours(err))
			return
		}
		for _, at := range near {
			if !yield(quality.Known{At: at}, nil) {
				return
			}
		}
	}
	return q
}

// maxNeighbours bounds how many places of other datasets a file is compared with.
const maxNeighbours = 100_000

// neighbours are what other datasets have in the dataset's area: against them
// the rules see whether all positions of a first file are shifted.
func (o order) neighbours() ([]orb.Point, error) {
	if o.Area == nil {
		return nil, nil
	}
	points, err := o.Index.Neighbours(o.Dataset, *o.Area.bound(), maxNeighbours)
	return append(points, o.Recent...), err
}

// known reads what is in force; it may be walked more than once.
func (g *gate) known() iter.Seq2[facility.KnownRow, error] {
	return func(yield func(facility.KnownRow, error) bool) {
		f, err := os.Open(filepath.Join(g.folder, fileKnown))
		if err != nil {
			yield(facility.KnownRow{}, err)
			return
		}
		defer f.Close()
		for row, err := range facility.ReadBase(f) {
			g.stint.Yield()
			if !yield(row, err) {
				return
			}
		}
	}
}

func (g *gate) open() (err error) {
	if g.staged, err = createStaged(g.folder); err != nil {
		return err
	}
	for name, file := range map[string]**lines{fileIssues: &g.issues, fileRepairs: &g.repairs, fileDiff: &g.diff} {
		if *file, err = createLines(g.folder, name); err != nil {
			return err
		}
	}
	return nil
}

func (g *gate) close() error {
	return errors.Join(g.staged.close(), g.issues.close(), g.repairs.close(), g.diff.close())
}

// place stages a row and compares it with what is in force.
func (g *gate) place(p datasets.Place) error {
	row, err := facility.Prepare(p)
	if err != nil {
		return err
	}
	if err := g.staged.add(row); err != nil {
		return ours(err)
	}
	return ours(g.comparison.Add(row))
}

// outcome notes what publishing would do to a facility.
func (g *gate) outcome(o facility.Outcome) error {
	if o.Op == facility.Unchanged {
		return nil
	}
	line := diffLine{Op: o.Op, ID: o.ID}
	if o.Row != nil {
		line.Row, line.Lon, line.Lat, line.Category = o.Row.Number, o.Row.Lon, o.Row.Lat, o.Row.Category
		line.After = json.RawMessage("{" + o.Row.Doc + "}")
	}
	return g.diff.write(line)
}

// pace is how often progress is told.
const pace = 500 * time.Millisecond

// progress leaves word for whoever asks.
func (g *gate) progress(p quality.Progress) {
	if now := time.Now(); now.Sub(g.told) >= pace {
		g.told = now
		_ = writeJSON(g.folder, fileProgress, p) // only to look at
	}
}

func (g *gate) summary(r quality.Report) Summary {
	return Summary{
		Read: r.Read, Accepted: r.Accepted, Rejected: r.Rejected, Dropped: r.Dropped, Warnings: r.Warnings,
		Added: g.changes.Added, Changed: g.changes.Changed, Removed: g.changes.Removed, Unchanged: g.changes.Unchanged,
		Format: string(r.Format), Encoding: r.Encoding, CRS: r.CRS,
	}
}

// issueLine is a line of the file of issues.
type issueLine struct {
	datasets.Issue
	Rejected bool `json:"rejected"`
}

// diffLine is a line of the file of changes.
type diffLine struct {
	Op       facility.Op `json:"op"`
	ID       string      `json:"id,omitempty"`
	Row      int         `json:"row,omitempty"`
	Lon      float64     `json:"lon,omitempty"`
	Lat      float64     `json:"lat,omitempty"`
	Category string      `json:"category,omitempty"`
	// After holds the members of the new form, as Row.Doc has them.
	After json.RawMessage `json:"after,omitempty"`
}

// lines is a file of JSON lines that is being written.
type lines struct {
	file *os.File
	out  *bufio.Writer
	enc  *json.Encoder
}

func createLines(folder, name string) (*lines, error) {
	f, err := os.Create(filepath.Join(folder, name))
	if err != nil {
		return nil, err
	}
	out := bufio.NewWriterSize(f, pieceSize)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	return &lines{f, out, enc}, nil
}

func (l *lines) write(value any) error { return l.enc.Encode(value) }

func (l *lines) close() error { return errors.Join(l.out.Flush(), l.file.Close()) }
