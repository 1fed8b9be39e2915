package datasets

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode"

	"github.com/paulmach/orb"
)

// Column is one column or key of a file and what the reader takes it for.
type Column struct {
	// Index counts columns in the order in which they are met, from 0. It is -1
	// beyond the ten thousandth, as nobody maps those by hand.
	Index int
	// Name is the file's own name.
	Name string
	// Field is the part of a Place that the column feeds (id, name, category,
	// lat, lon, position, location, address, phone, hours, always, opens, closes,
	// verified), else the key of the attribute; "" for a column that is not used.
	Field string
}

// Cell is one filled value of a record, without outer blanks.
type Cell struct {
	*Column
	Value string
}

// Damage is a record whose position cannot be used as it stands.
type Damage struct {
	Row int
	// Column and Code are those of the issue that rejects the record.
	Column, Code string
	// Lat and Lon are the two values as written, in the file's coordinate system.
	Lat, Lon string
}

// Repair is a change that would mend a row, or did.
type Repair struct {
	Row    int    `json:"row"`
	Column string `json:"column"`
	// Code is stable snake_case: decimal_restored, axes_swapped, ….
	Code   string `json:"code"`
	Before string `json:"before"`
	After  string `json:"after"`
	// Sentence says why the change is believed to be right.
	Sentence
	// Applied tells that it was made, because its code had been accepted.
	Applied bool `json:"applied"`
}

// Layout is what the columns of a file are taken for.
type Layout struct {
	Format   Format        `json:"format"`
	Encoding string        `json:"encoding"`
	CRS      string        `json:"crs"`
	Columns  []ColumnGuess `json:"columns"`
}

// ColumnGuess is one column with what speaks for its meaning.
type ColumnGuess struct {
	Name string `json:"name"`
	// Field is as in Column.
	Field string `json:"field"`
	// Confidence is from 0 to 1: 1 stated by the mapping, 0.9 the name is known
	// and the values fit, less where they do not; 0.5 guessed from the values; 0.2
	// an attribute under the file's own name.
	Confidence float64 `json:"confidence"`
	// Samples are the first distinct values, shortened.
	Samples []string `json:"samples"`
	// Filled is in how many of the rows looked at the column says something.
	Filled int `json:"filled"`
}

// lookRows is how many rows Columns looks at.
const lookRows = 2000

// look is a reading for the columns alone: nothing is refused for lack of a
// position. The placer leaves itself in it.
type look struct{ placer *placer }

// Columns tells what the columns of a file would be taken for under the
// options, from its first two thousand rows. Unlike Read it also answers for a
// table in which no column is known as a position: that is when a person must
// say which it is.
func Columns(ctx context.Context, src Source, opt Options) (Layout, error) {
	head, _, err := headOf(src)
	if err != nil {
		return Layout{}, err
	}
	enough := errors.New("enough rows")
	var seen look
	profiler := NewProfiler(opt.Mapping)
	rows := 0
	opt.look = &seen
	ignore := func() error {
		if rows > lookRows {
			return enough
		}
		return nil
	}
	summary, err := Read(ctx, src, opt, Sink{
		Place: func(Place) error { return ignore() },
		Issue: func(Issue) error { return ignore() },
		Record: func(_ int, cells []Cell) error {
			rows++
			profiler.Add(cells)
			return nil
		},
	})
	layout := Layout{Format: summary.Format, Encoding: summary.Encoding, CRS: summary.CRS}
	if errors.Is(err, enough) {
		known := seen.placer.summary // what the reader of an archive knows from its parts
		layout.Format = cmp.Or(known.Format, Detect(head, src.Name))
		layout.Encoding = cmp.Or(known.Encoding, headEncoding(head, layout.Format))
		layout.CRS = cmp.Or(known.CRS, seen.placer.done(layout.Format, layout.Encoding).CRS)
	} else if err != nil {
		return Layout{}, err
	}
	if seen.placer != nil {
		profiler.Meet(seen.placer.columnsMet())
	}
	layout.Columns = profiler.Columns()
	return layout, nil
}

// headEncoding is the encoding of a text file, told from its beginning; "" for
// a file that is no text as a whole.
func headEncoding(head []byte, format Format) string {
	switch format {
	case XLSX, Shapefile, OSMPBF, formatZip:
		return ""
	}
	text := newTextReader(bytes.NewReader(head))
	_, _ = io.Copy(io.Discard, text) // memory does not fail; a character that the head cuts is no matter
	return text.encoding
}

// A Profiler gathers what the values of columns look like. It is not safe for
// concurrent use.
type Profiler struct {
	mapped  map[string]bool
	columns []columnProfile
}

// columnProfile is what is gathered of one column.
type columnProfile struct {
	*Column
	filled, fit int
	looks       profile
	samples     []string
}

// maxSamples bounds the sample values of a column, profileMost how many of its
// values are looked at.
const (
	maxSamples  = 5
	profileMost = 1000
)

// NewProfiler starts a file that is read under a mapping of fields to columns.
func NewProfiler(mapping map[string]string) *Profiler {
	p := &Profiler{mapped: map[string]bool{}}
	for _, name := range mapping {
		p.mapped[name] = true
	}
	return p
}

// column is the profile of a column.
func (p *Profiler) column(c *Column) *columnProfile {
	for len(p.columns) <= c.Index {
		p.columns = append(p.columns, columnProfile{looks: newProfile()})
	}
	seen := &p.columns[c.Index]
	seen.Column = c
	return seen
}

// Meet takes columns, filled or not.
func (p *Profiler) Meet(columns []*Column) {
	for _, c := range columns {
		p.column(c)
	}
}

// Add takes the cells of one record.
func (p *Profiler) Add(cells []Cell) {
	for _, cell := range cells {
		if cell.Index < 0 {
			continue
		}
		c := p.column(cell.Column)
		c.filled++
		if c.looks.filled >= profileMost {
			continue
		}
		c.looks.add(cell.Value)
		if fits(cell) {
			c.fit++
		}
		if len(c.samples) < maxSamples && !containsText(c.samples, clip(cell.Value)) {
			c.samples = append(c.samples, strings.Clone(clip(cell.Value)))
		}
	}
}

// Columns is what was gathered, in the order of the columns.
func (p *Profiler) Columns() []ColumnGuess {
	guesses := make([]ColumnGuess, 0, len(p.columns))
	var has [roleCount]bool
	for i := range p.columns {
		c := &p.columns[i]
		if c.Column == nil {
			continue
		}
		g := ColumnGuess{Name: c.Name, Field: c.Field, Filled: c.filled, Samples: c.samples, Confidence: 0.2}
		known := c.Field != strings.TrimSpace(c.Name) || guessColumn(c.Name).role != roleAttribute || knownKey(c.Name)
		switch {
		case p.mapped[c.Name]:
			g.Confidence = 1
		case known && c.looks.filled > 0:
			g.Confidence = 0.3 + 0.6*float64(c.fit)/float64(c.looks.filled)
		case known:
			g.Confidence = 0.5
		}
		if g.Samples == nil {
			g.Samples = []string{}
		}
		if c.filled > 0 || c.Field != c.Name {
			has[fieldRole(c.Field)] = true
		}
		guesses = append(guesses, g)
	}
	if !has[rolePosition] && !(has[roleLat] && has[roleLon]) {
		p.suggestPosition(guesses)
	}
	return guesses
}

// suggestPosition names the first two neighbouring columns whose values can be
// degrees, where no column is known as a position.
func (p *Profiler) suggestPosition(guesses []ColumnGuess) {
	for i := 0; i+1 < len(guesses) && len(guesses) == len(p.columns); i++ {
		a, b := p.columns[i].looks, p.columns[i+1].looks
		if !a.coordinate() || !b.coordinate() {
			continue
		}
		first, second := "lat", "lon"
		if a.low < -90 || a.high > 90 {
			first, second = second, first
		}
		guesses[i].Field, guesses[i].Confidence = first, 0.5
		guesses[i+1].Field, guesses[i+1].Confidence = second, 0.5
		return
	}
}

// fits tells whether a value looks like what its column is taken for.
func fits(c Cell) bool {
	switch fieldRole(c.Field) {
	case roleLat, roleLon:
		_, ok := parseAngle(c.Value)
		return ok
	case rolePosition:
		_, ok := parsePair(c.Value, latFirst)
		return ok
	case roleName, roleAddress:
		return strings.IndexFunc(c.Value, unicode.IsLetter) >= 0
	case rolePhone:
		return strings.ContainsAny(c.Value, "0123456789")
	case roleVerified:
		return parseDate(c.Value).ok
	}
	return true
}

// fieldRole is the role that a field's name stands for.
func fieldRole(field string) role {
	for r, name := range roleFields {
		if name == field && name != "" {
			return role(r)
		}
	}
	return roleAttribute
}

// roleFields are the names of the roles, as Options.Mapping and Column use them.
var roleFields = [roleCount]string{roleID: "id", roleName: "name", roleCategory: "category", roleLat: "lat", roleLon: "lon",
	rolePosition: "position", roleLocation: "location", roleAddress: "address", rolePhone: "phone", roleHours: "hours",
	roleAlways: "always", roleOpens: "opens", roleCloses: "closes", roleVerified: "verified"}

// knownKey tells a column that is called by the key of an attribute.
func knownKey(name string) bool { return aliases()[foldName(name)].key != "" }

func containsText(list []string, text string) bool {
	for _, have := range list {
		if have == text {
			return true
		}
	}
	return false
}

// expose settles what the outside is told of a column.
func (c *column) expose() *Column {
	if c.shown.Field == "" {
		switch c.role {
		case roleAttribute:
			c.shown.Field = c.key
		default:
			c.shown.Field = roleFields[c.role]
		}
	}
	return c.shown
}

// meet numbers a column at its first sight.
func (p *placer) meet(c *column) {
	c.shown = &Column{Index: -1, Name: c.raw}
	if len(p.met) < maxColumns {
		c.shown.Index = len(p.met)
		p.met = append(p.met, c)
	}
}

// columnsMet are the columns of the file so far.
func (p *placer) columnsMet() []*Column {
	columns := make([]*Column, len(p.met))
	for i, c := range p.met {
		columns[i] = c.expose()
	}
	return columns
}

// record shows the current record to the sink, which may change its values.
func (p *placer) record(n int) error {
	p.open = p.open[:0]
	for _, c := range p.cells {
		if c.col.shown == nil {
			p.meet(c.col)
		}
		p.open = append(p.open, Cell{c.col.expose(), c.value})
	}
	if err := p.sink.Record(n, p.open); err != nil {
		return err
	}
	for i := range p.cells {
		p.cells[i].value = p.open[i].Value
	}
	return nil
}

// mend asks the sink for the position of a record that has none that can be
// used, but values where it should stand.
func (p *placer) mend(n int, f *fault, given orb.Geometry) (orb.Geometry, bool) {
	if p.sink.Mend == nil || f.code != "coordinate_damaged" && f.code != "coordinate_out_of_range" {
		return nil, false
	}
	d := Damage{Row: n, Column: f.column, Code: f.code}
	if at, point := given.(orb.Point); point {
		d.Lat, d.Lon = strconv.FormatFloat(at[1], 'f', -1, 64), strconv.FormatFloat(at[0], 'f', -1, 64)
	} else if given == nil {
		d.Lat, d.Lon, _, _ = p.coordinates()
	}
	if d.Lat == "" || d.Lon == "" {
		return nil, false
	}
	at, ok := p.sink.Mend(d)
	if !ok {
		return nil, false
	}
	crs, err := p.system(p.declared)
	if err != nil {
		return nil, false
	}
	p.used = crs
	at = crs.toWGS84(at)
	return at, inRange(at)
}
