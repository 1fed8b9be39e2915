package quality

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"

	"fujin/datasets"
)

// Report is what a passage found, as JSON in snake_case.
type Report struct {
	// Read = Accepted + Rejected + Dropped.
	Read     int `json:"read"`
	Accepted int `json:"accepted"`
	Rejected int `json:"rejected"`
	// Dropped are rows left out by an accepted repair.
	Dropped int `json:"dropped"`
	// Warnings counts the findings about rows that stay.
	Warnings int             `json:"warnings"`
	Format   datasets.Format `json:"format"`
	Encoding string          `json:"encoding"`
	CRS      string          `json:"crs"`
	// Bounds is [west, south, east, north] of the accepted places; null if none.
	Bounds     *[4]float64            `json:"bounds"`
	Columns    []datasets.ColumnGuess `json:"columns"`
	Codes      []Finding              `json:"codes"`
	Repairs    []RepairSum            `json:"repairs"`
	Categories map[string]int         `json:"categories"`
}

// Finding sums up one code in one column.
type Finding struct {
	Code     string   `json:"code"`
	Severity Severity `json:"severity"`
	Count    int      `json:"count"`
	// Rows are the first twenty; empty for what concerns the whole file.
	Rows   []int  `json:"rows"`
	Column string `json:"column"`
	// Sentence is that of the first.
	datasets.Sentence
	// Title and Advice are by language: zh-Hans, en.
	Title  Text `json:"title"`
	Advice Text `json:"advice"`
	// Repair is the code of the repair that is proposed for it, "" if none.
	Repair string `json:"repair"`
}

// RepairSum sums up the repairs of one code.
type RepairSum struct {
	Code  string `json:"code"`
	Count int    `json:"count"`
	// Safe tells a repair that loses nothing and can hardly be wrong.
	Safe    bool `json:"safe"`
	Applied bool `json:"applied"`
	// Title is by language: zh-Hans, en.
	Title  Text              `json:"title"`
	Sample []datasets.Repair `json:"sample"`
}

// Text is by language: zh-Hans, en.
type Text map[string]string

// Severity says how bad a finding is.
type Severity string

// The severities. An Error is about rows that were left out, or a file that
// should not be published as it is; a Warning about rows that are published but
// probably wrong; a Notice about what a person may want to know.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
	Notice  Severity = "notice"
)

const (
	firstRows    = 20
	firstRepairs = 20
	mostRepairs  = 10_000
)

// tally counts findings and repairs while they are told.
type tally struct {
	findings   map[[2]string]*Finding
	repairs    map[string]*RepairSum
	rejected   int
	dropped    int
	warnings   int
	categories map[string]int
	bound      orb.Bound
	bounded    bool
}

func newTally() *tally {
	return &tally{findings: map[[2]string]*Finding{}, repairs: map[string]*RepairSum{}, categories: map[string]int{}}
}

// finding counts an issue.
func (t *tally) finding(i datasets.Issue) {
	if i.Rejected {
		t.rejected++
	} else {
		t.warnings++
	}
	key := [2]string{i.Code, i.Column}
	f := t.findings[key]
	if f == nil {
		entry := entryOf(i.Code)
		f = &Finding{Code: i.Code, Severity: entry.severity, Column: i.Column, Sentence: i.Sentence, Rows: []int{},
			Title: entry.title, Advice: entry.advice}
		if i.Rejected {
			f.Severity = Error
		}
		t.findings[key] = f
	}
	f.Count++
	if i.Row > 0 && len(f.Rows) < firstRows {
		f.Rows = append(f.Rows, i.Row)
	}
}

// repair counts a repair and tells whether it is among those to be told.
func (t *tally) repair(r datasets.Repair) bool {
	sum := t.repairs[r.Code]
	if sum == nil {
		entry := repairOf(r.Code)
		sum = &RepairSum{Code: r.Code, Safe: entry.safe, Title: entry.title, Applied: r.Applied, Sample: []datasets.Repair{}}
		t.repairs[r.Code] = sum
	}
	sum.Count++
	if len(sum.Sample) < firstRepairs {
		sum.Sample = append(sum.Sample, r)
	}
	return sum.Count <= mostRepairs
}

// place counts an accepted place.
func (t *tally) place(p datasets.Place) {
	t.categories[p.Category]++
	if b := p.Geometry.Bound(); t.bounded {
		t.bound = t.bound.Union(b)
	} else {
		t.bound, t.bounded = b, true
	}
}

// report puts everything together: the worst and most frequent first.
func (r *run) report() Report {
	t := r.codes
	rep := Report{Read: r.summary.Read, Accepted: r.accepted, Rejected: t.rejected, Dropped: t.dropped, Warnings: t.warnings,
		Format: r.summary.Format, Encoding: r.summary.Encoding, CRS: r.summary.CRS,
		Columns: r.profiler.Columns(), Codes: []Finding{}, Repairs: []RepairSum{}, Categories: t.categories}
	if t.bounded {
		rep.Bounds = &[4]float64{t.bound.Min[0], t.bound.Min[1], t.bound.Max[0], t.bound.Max[1]}
	}
	for _, f := range t.findings {
		if repair := entryOf(f.Code).repair; t.repairs[repair] != nil {
			f.Repair = repair
		}
		rep.Codes = append(rep.Codes, *f)
	}
	rank := map[Severity]int{Error: 0, Warning: 1, Notice: 2}
	slices.SortFunc(rep.Codes, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(rank[a.Severity], rank[b.Severity]), cmp.Compare(b.Count, a.Count),
			cmp.Compare(a.Code, b.Code), cmp.Compare(a.Column, b.Column))
	})
	for _, sum := range t.repairs {
		rep.Repairs = append(rep.Repairs, *sum)
	}
	slices.SortFunc(rep.Repairs, func(a, b RepairSum) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Code, b.Code))
	})
	return rep
}
