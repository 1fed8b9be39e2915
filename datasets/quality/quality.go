// Package quality is the gate through which a file passes before it is
// published: it names what is wrong with rows and columns, by stable codes, and
// proposes what can be repaired.
//
// The file is read twice. The first reading gathers a few numbers for each row
// and column (some 60 bytes a row); between the readings these are judged, as
// only the whole file shows which row is odd. The second reading hands over the
// places with what was found, in file order, and makes the repairs that were
// accepted.
//
// The package is pure, as datasets is: the same file, order and published places
// give the same report.
package quality

import (
	"context"
	"iter"
	"slices"

	"github.com/paulmach/orb"

	"fujin/datasets"
)

// Order says how a file is to be read and with what it is compared.
type Order struct {
	// Category, CRS and Mapping are as in datasets.Options.
	Category, CRS string
	Mapping       map[string]string
	// Repairs are the codes of the repairs to make; all others are proposed only.
	Repairs []string
	// Area is where the dataset's places must lie; nil where that is not known.
	Area *orb.Bound
	// Required are the fields (as in datasets.Column) and attributes that every
	// row should have.
	Required []string
	// Known are the places published now; nil where there are none.
	Known iter.Seq2[Known, error]
}

// Known is a place that is published.
type Known struct {
	// SourceID is the id that the source gave it, "" if none.
	SourceID, Name string
	At             orb.Point
	// Own tells a place of the dataset itself; others are its neighbours, which
	// show whether positions are shifted.
	Own bool
}

// Output takes what is found, in file order. A nil function is not called; an
// error stops the run and is returned as it is.
type Output struct {
	Place func(datasets.Place) error
	Issue func(datasets.Issue) error
	// Repair is told of at most 10,000 repairs of each code; the report counts
	// them all.
	Repair   func(datasets.Repair) error
	Progress func(Progress)
	// Step is called for each record of both readings: whoever shares the
	// processor may offer it to others there.
	Step func()
}

// Progress tells how far a run is.
type Progress struct {
	// Phase is survey, then check.
	Phase string `json:"phase"`
	// Rows are those of the phase so far.
	Rows int `json:"rows"`
	// Done is the share of the whole run, from 0 to 1; 0 where the file's size
	// says nothing.
	Done float64 `json:"done"`
}

// Run passes a file through the gate. An error means that the file as a whole
// was refused, in one sentence for the person who brought it, or is what a
// function of out returned.
func Run(ctx context.Context, src datasets.Source, order Order, out Output) (Report, error) {
	r := newRun(ctx, src, order, out)
	if err := r.survey(); err != nil {
		return Report{}, err
	}
	if err := r.judge(); err != nil {
		return Report{}, err
	}
	if err := r.check(); err != nil {
		return Report{}, err
	}
	return r.report(), nil
}

// run is one passage.
type run struct {
	ctx      context.Context
	src      datasets.Source
	order    Order
	out      Output
	codes    *tally
	profiler *datasets.Profiler
	summary  datasets.Summary // of the second reading

	facts   []fact // of each place, in file order
	damages []damage
	columns []columnFacts
	record  recordFacts // of the record that is being read
	known   *known

	verdicts
	at       int // the next fact in the second reading
	accepted int
	rows     int // of the present reading
}

func newRun(ctx context.Context, src datasets.Source, order Order, out Output) *run {
	if out.Step == nil {
		out.Step = func() {}
	}
	return &run{ctx: ctx, src: src, order: order, out: out, codes: newTally(), profiler: datasets.NewProfiler(order.Mapping)}
}

// options are those of both readings.
func (r *run) options() datasets.Options {
	return datasets.Options{Category: r.order.Category, CRS: r.order.CRS, Mapping: r.order.Mapping}
}

// accepts tells whether a repair is to be made.
func (r *run) accepts(code string) bool { return slices.Contains(r.order.Repairs, code) }

// progress tells how far a reading is.
func (r *run) progress(phase string, from float64) func(int64) {
	return func(bytes int64) {
		if r.out.Progress == nil {
			return
		}
		done := 0.0
		if r.src.Size > 0 {
			done = from + min(float64(bytes)/float64(r.src.Size), 1)/2
		}
		r.out.Progress(Progress{Phase: phase, Rows: r.rows, Done: done})
	}
}
