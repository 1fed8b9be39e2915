package datasets

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
)

// jsonReader reads any other JSON in which records with positions can be found:
// an array of objects at any depth, objects keyed by their id, rows of values
// with a header or without, newline-delimited objects, or a table by columns.
//
// The file is walked twice: its structure first, then its records, of which one
// at a time is in memory. A table by columns is held as a whole.
type jsonReader struct{}

// Read implements Reader.
func (jsonReader) Read(ctx context.Context, src Source, opt Options, sink Sink) (Summary, error) {
	placer, err := newPlacer(src.Name, opt, sink)
	if err != nil {
		return Summary{}, err
	}
	file := &jsonFile{src: src}
	rows := &jsonRows{placer: placer, record: jsonFields{placer: placer}}
	if lines, err := file.severalLines(); err != nil || lines {
		return rows.lines(ctx, file, sink.Progress, err)
	}
	var shape *jsonShape
	err = file.walk(ctx, nil, func(s *jsonStream) (err error) {
		shape, err = (&shapeReader{stream: s}).read(0)
		return err
	})
	if err != nil {
		return Summary{}, err
	}
	table, err := findTable(placer, shape)
	if err != nil {
		return Summary{}, err
	}
	if table.count == 0 {
		return placer.done(JSON, file.encoding), nil
	}
	if len(table.others) > 0 {
		if err := placer.once(0, "", "tables_ignored", "only the %d records%s are read; there are others at %s", table.count, table.where(), listNames(table.others)); err != nil {
			return Summary{}, err
		}
	}
	rows.table, rows.ctx = table, ctx
	if err := file.walk(ctx, sink.Progress, func(s *jsonStream) error { return rows.find(s, table.path) }); err != nil {
		return Summary{}, err
	}
	return placer.done(JSON, file.encoding), nil
}

// severalLines tells whether the file holds one JSON value per line.
func (f *jsonFile) severalLines() (bool, error) {
	head, _, err := headOf(f.src)
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	return bytes.HasPrefix(head, []byte("{")) && severalLines(head), err
}

// jsonRows turns the records of a table, one after the other, into rows.
type jsonRows struct {
	placer *placer
	record jsonFields
	table  jsonTable
	ctx    context.Context // ends the reading of a table that is in memory
	around []Field         // what the item says in which the records stand
	n      int
}

// lines reads newline-delimited records.
func (r *jsonRows) lines(ctx context.Context, file *jsonFile, progress func(int64), failed error) (Summary, error) {
	if failed != nil {
		return Summary{}, failed
	}
	in, err := file.src.Open()
	if err != nil {
		return Summary{}, err
	}
	defer in.Close()
	text := newTextReader(&countingReader{in: in, tell: progress})
	lines := newRecordScanner(ctx, text, nil)
	for {
		raw, err := lines.next(maxFeature)
		if err == io.EOF {
			break
		}
		if err != nil && err != errValueTooLarge {
			return Summary{}, err
		}
		if err := r.next(raw, err); err != nil {
			return Summary{}, err
		}
	}
	if s := r.placer.summary; s.Accepted == 0 && s.Rejected > 0 && len(r.record.fields) > 0 && r.placer.opt.look == nil && !r.placer.locates(r.record.fields) {
		var keys []string
		for _, f := range r.record.fields {
			keys = append(keys, f.Key)
		}
		return Summary{}, noPosition(countRecords(r.n, Sentence{}), keys)
	}
	return r.placer.done(JSON, text.encoding), nil
}

// find walks down the path and reads the records at its end. Everything beside
// them is passed over.
func (r *jsonRows) find(s *jsonStream, path []string) error {
	if len(path) == 0 {
		return r.read(s)
	}
	found := false
	return s.object(func(key string) error {
		if found || key != path[0] {
			return s.skip()
		}
		found = true
		return r.find(s, path[1:])
	})
}

// read reads the records in the form that they have.
func (r *jsonRows) read(s *jsonStream) error {
	switch r.table.form {
	case formSingle:
		return s.record(r.next)
	case formKeyed:
		return s.object(func(key string) error {
			return s.record(func(raw []byte, failed error) error { return r.keyed(key, raw, failed) })
		})
	case formColumns:
		return r.columns(s)
	case formRows:
		return s.records(r.row)
	}
	if len(r.table.lists) > 0 {
		left := r.table.lists
		return s.object(func(key string) error {
			if len(left) == 0 || key != left[0] {
				return s.skip()
			}
			left = left[1:]
			return s.records(r.next)
		})
	}
	if r.table.inner != "" {
		return s.records(r.inner)
	}
	return s.records(r.next)
}

// next takes the bytes of one record. What it returns is the sink's error, as
// with the functions that follow.
func (r *jsonRows) next(raw []byte, failed error) error { return r.keyed("", raw, failed) }

// keyed takes the bytes of a record and the key under which it stands, which is
// its id unless it has one of its own or the key only counts.
func (r *jsonRows) keyed(key string, raw []byte, failed error) error {
	r.n++
	record, ok, err := r.placer.parseJSON(r.n, raw, failed)
	if err != nil || !ok {
		return err
	}
	return r.take(key, record)
}

// take turns one record into a place.
func (r *jsonRows) take(key string, record gjson.Result) error {
	if !record.IsObject() {
		return r.placer.reject(r.n, "", "feature_expected", "not an object: %s", clip(record.Raw))
	}
	r.record.read(record)
	r.identify(key)
	r.surround()
	fault := r.record.fault
	if fault != nil && r.record.shape == nil && !r.placer.locates(r.record.fields) {
		return r.placer.refuse(r.n, fault)
	}
	return r.placer.row(r.n, r.record.fields, r.record.shape)
}

// identify adds the key of a record as its id, unless it only counts.
func (r *jsonRows) identify(key string) {
	if n, err := strconv.Atoi(key); err != nil || n != r.n && n != r.n-1 {
		r.record.add("id", key)
	}
}

// inner takes the records inside of one item.
func (r *jsonRows) inner(raw []byte, failed error) error {
	if failed != nil || !gjson.ValidBytes(raw) {
		return r.next(raw, failed)
	}
	item := gjson.Parse(string(raw))
	r.around = r.around[:0]
	item.ForEach(func(key, value gjson.Result) bool {
		text := ""
		if !value.IsObject() && !value.IsArray() {
			text = propertyText(value)
		}
		if text != "" && r.placer.column(key.Str).role == roleAttribute {
			r.around = append(r.around, Field{key.Str, text})
		}
		return true
	})
	var err error
	item.Get(gjson.Escape(r.table.inner)).ForEach(func(_, record gjson.Result) bool {
		r.n++
		err = r.take("", record)
		return err == nil
	})
	return err
}

// surround adds the attributes of the item around a record, such as its city,
// where the record does not say otherwise.
func (r *jsonRows) surround() {
	for _, f := range r.around {
		if !slices.ContainsFunc(r.record.fields, func(own Field) bool { return own.Key == f.Key }) {
			r.record.fields = append(r.record.fields, f)
		}
	}
}

// row takes one row of values.
func (r *jsonRows) row(raw []byte, failed error) error {
	if r.table.rows.skip > 0 {
		r.table.rows.skip--
		return nil
	}
	r.n++
	row, ok, err := r.placer.parseJSON(r.n, raw, failed)
	if err != nil || !ok {
		return err
	}
	if !row.IsArray() {
		return r.placer.reject(r.n, "", "feature_expected", "not a row of values: %s", clip(row.Raw))
	}
	r.table.rows.n = r.n
	return r.table.rows.row(rowCells(row), false)
}

// rowTable is the table that rows of values make: with the names beside them,
// with a header of their own, or with columns known by their values.
func rowTable(p *placer, rows [][]string, names []string) *table {
	t := &table{placer: p}
	switch header := -1; {
	case len(rows) == 0:
	case len(names) == usualWidth(rows):
		t.columns = p.headerColumns(names)
	default:
		if header = findHeader(rows, p.opt.Mapping); header >= 0 {
			t.columns, t.skip = p.headerColumns(rows[header]), header+1
		} else {
			t.columns = p.guessColumns(rows)
		}
	}
	return t
}

// sampleCells are the rows among sample items as text.
func sampleCells(items []gjson.Result) [][]string {
	var rows [][]string
	for _, item := range items {
		if item.IsArray() {
			rows = append(rows, rowCells(item))
		}
	}
	return rows
}

// rowCells are the values of a row as text; a list in a cell is joined.
func rowCells(row gjson.Result) []string {
	var cells []string
	row.ForEach(func(_, value gjson.Result) bool {
		text := propertyText(value)
		if value.IsArray() {
			var parts []string
			for _, v := range value.Array() {
				if part := propertyText(v); part != "" {
					parts = append(parts, part)
				}
			}
			text = strings.Join(parts, ";")
		}
		cells = append(cells, text)
		return true
	})
	return cells
}
