package datasets

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// csvReader reads tables of text: any delimiter, any encoding, with a header or
// without. It streams.
type csvReader struct{}

// Read implements Reader.
func (csvReader) Read(ctx context.Context, src Source, opt Options, sink Sink) (Summary, error) {
	p, err := newPlacer(src.Name, opt, sink)
	if err != nil {
		return Summary{}, err
	}
	in, err := src.Open()
	if err != nil {
		return Summary{}, err
	}
	defer in.Close()
	text := newTextReader(&countingReader{in: in, tell: sink.Progress})
	t := &table{placer: p, ctx: ctx}
	if err := t.begin(text); err != nil {
		return Summary{}, err
	}
	if err := t.rows(); err != nil {
		return Summary{}, err
	}
	return p.done(CSV, text.encoding), nil
}

// A table is a text table while it is read.
type table struct {
	placer  *placer
	ctx     context.Context // ends the reading
	scanner *tableScanner
	columns []*column
	// skip is how many rows that are not blank stand before the first record.
	skip int
	n    int
}

// begin looks at the first rows: dialect, header, columns.
func (t *table) begin(text io.Reader) error {
	sample, err := io.ReadAll(io.LimitReader(text, sniffSize))
	if err != nil {
		return err
	}
	d, rows := sniffDialect(sample, len(sample) < sniffSize)
	if len(rows) == 0 {
		return Refuse("the file is empty; export it again with its rows")
	}
	header := findHeader(rows, t.placer.opt.Mapping)
	if header >= 0 {
		t.skip = header + 1
		t.columns = t.placer.headerColumns(rows[header])
		rows = rows[t.skip:]
	} else {
		t.columns = t.placer.guessColumns(rows)
	}
	if err := t.check(rows, header < 0); err != nil {
		return err
	}
	if header < 0 {
		if err := t.sayGuessed(); err != nil {
			return err
		}
	}
	t.scanner = newTableScanner(io.MultiReader(bytes.NewReader(sample), text), d)
	t.scanner.width = len(t.columns)
	return nil
}

// sniffSize is how much of a table is looked at first.
const sniffSize = 256 << 10

// check refuses a table without a position, and a mapping to columns that are
// not there.
func (t *table) check(rows [][]string, guessed bool) error {
	names := make([]string, 0, len(t.columns))
	var has [roleCount]bool
	for i, c := range t.columns {
		if c.raw != columnName(i) || guessed {
			names = append(names, c.raw)
		}
		has[c.role] = true
		for _, more := range c.also {
			has[more.role] = true
		}
	}
	for field, raw := range t.placer.opt.Mapping {
		if !slices.ContainsFunc(t.columns, func(c *column) bool { return c.raw == raw }) {
			return Refuse("there is no column %q to take %s from; the columns are %s", raw, field, listNames(names))
		}
	}
	if has[roleLat] && has[roleLon] || has[rolePosition] || t.placer.opt.look != nil {
		return nil
	}
	for i, c := range t.columns {
		if c.role != roleLocation && c.role != roleLat && c.role != roleLon {
			continue
		}
		for _, row := range rows {
			if i < len(row) {
				if _, ok := parsePair(strings.TrimSpace(row[i]), c.order); ok {
					return nil
				}
			}
		}
	}
	if len(t.columns) == 1 {
		return Refuse("the text is no table with positions: its lines, the first of which is %q, have no columns; "+
			"export a table with columns for latitude and longitude, or GeoJSON", clip(t.columns[0].raw))
	}
	return noPosition(Sentence{}, names)
}

// noPosition refuses records in which no position is known; which says what
// was looked at, such as " (5 records)".
func noPosition(which Sentence, names []string) error {
	return Refuse("the file has no positions: none of its columns %s%s is known as a latitude and longitude, and addresses are not looked up; "+
		"add coordinates, or name the columns that hold them by mapping lat and lon", listFirst(names, 12), which)
}

// countRecords counts records for a message, and says where they stand.
func countRecords(count int, where Sentence) Sentence {
	if count == 1 {
		return Say(" (1 record%s)", where)
	}
	return Say(" (%d records%s)", count, where)
}

// listNames lists column names for a message.
func listNames(names []string) Sentence { return listFirst(names, 40) }

func listFirst(names []string, most int) Sentence {
	if len(names) > most {
		return Say("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return listed(names)
}

// listed are names, which are the same in every language.
func listed(names []string) Sentence {
	list := strings.Join(names, ", ")
	return Sentence{list, list}
}

// sayGuessed warns what the columns without names were taken for.
func (t *table) sayGuessed() error {
	names := [roleCount]string{roleID: "id", roleName: "name", roleLat: "lat", roleLon: "lon", roleAddress: "address", rolePhone: "phone"}
	var read Sentence
	for i, c := range t.columns {
		if names[c.role] == "" {
			continue
		}
		if part := Say("column %d as %s", i+1, names[c.role]); read.Message == "" {
			read = part
		} else {
			read = Say("%s, %s", read, part)
		}
	}
	return t.placer.once(0, "", "columns_guessed", "the table has no header; it is read with %s", read)
}

// rows reads the records to the end.
func (t *table) rows() error {
	p := t.placer
	for {
		fields, unclosed, err := t.scanner.next()
		switch {
		case err == io.EOF:
			return nil
		case err == errRowTooLarge:
			t.n++
			if err := p.reject(t.n, "", "row_too_large", "the row is longer than 1 MiB"); err != nil {
				return err
			}
			continue
		case err != nil:
			return err
		case blankRow(fields):
			continue
		case t.skip > 0:
			t.skip--
			continue
		}
		t.n++
		if t.n%1024 == 0 {
			if err := t.ctx.Err(); err != nil {
				return err
			}
		}
		if err := t.row(fields, unclosed); err != nil {
			return err
		}
	}
}

// row hands one record to the placer.
func (t *table) row(fields []string, unclosed bool) error {
	p := t.placer
	if unclosed {
		if err := p.warn(t.n, "", "quote_unclosed", "a quotation mark is never closed; the row is taken to end with its line"); err != nil {
			return err
		}
	}
	extra := len(fields) > len(t.columns) && !blankRow(fields[len(t.columns):])
	if extra || len(fields) < len(t.columns) {
		if err := p.warn(t.n, "", "row_ragged", "the row has %d fields instead of %d; values may stand in the wrong column", len(fields), len(t.columns)); err != nil {
			return err
		}
	}
	p.cells = p.cells[:0]
	damaged := false
	for i, value := range fields {
		if value == "" {
			continue
		}
		if !utf8.ValidString(value) {
			value, damaged = strings.ToValidUTF8(value, "\uFFFD"), true
		}
		var c *column
		if i < len(t.columns) {
			c = t.columns[i]
		} else {
			c = p.column(columnName(i))
		}
		p.cell(c, value)
	}
	if damaged {
		if err := p.warn(t.n, "", "encoding_damaged", "the row has bytes that are not text in the file's encoding; they are shown as \uFFFD"); err != nil {
			return err
		}
	}
	return p.place(t.n, nil)
}

// A countingReader tells how many bytes of a source were read.
type countingReader struct {
	in          io.Reader
	tell        func(int64)
	count, told int64
}

// Read implements io.Reader.
func (r *countingReader) Read(p []byte) (int, error) {
	n, err := r.in.Read(p)
	r.count += int64(n)
	if r.tell != nil && (r.count-r.told >= 256<<10 || err != nil) {
		r.told = r.count
		r.tell(r.count)
	}
	return n, err
}
