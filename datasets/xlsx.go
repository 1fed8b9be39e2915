package datasets

import (
	"archive/zip"
	"cmp"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"slices"
	"strings"
)

// xlsxReader reads Excel workbooks (.xlsx, .xlsm): the first sheet that has a
// position, else the first that has anything. Rows are unpacked as they are
// read; only the table of shared texts is held in memory.
//
// A number is taken as it is stored, with all its digits, not as it is shown:
// what a spreadsheet shows as 1.2E+11 is an id or a telephone number. Dates and
// times, which are stored as numbers, are written out, and codes shown with
// leading zeros keep them.
type xlsxReader struct{}

// Read implements Reader.
func (xlsxReader) Read(ctx context.Context, src Source, opt Options, sink Sink) (Summary, error) {
	archive, err := openArchive(src, sink.Progress)
	if err != nil {
		return Summary{}, err
	}
	defer archive.close()
	return readWorkbook(ctx, archive, opt, sink)
}

// readWorkbook reads a workbook out of an open archive.
func readWorkbook(ctx context.Context, a *archive, opt Options, sink Sink) (Summary, error) {
	p, err := newPlacer(a.name, opt, sink)
	if err != nil {
		return Summary{}, err
	}
	book := &workbook{archive: a, ctx: ctx}
	if err := book.read(); err != nil {
		return Summary{}, err
	}
	sheet, rows, err := book.choose(p)
	if err != nil {
		return Summary{}, err
	}
	p.summary.Format, p.summary.Encoding = XLSX, "UTF-8"
	t := &table{placer: p, ctx: ctx}
	if err := t.understand(rows); err != nil {
		return Summary{}, err
	}
	if err := book.rows(sheet, t); err != nil {
		return Summary{}, err
	}
	return p.done(XLSX, "UTF-8"), nil
}

// understand finds the header of a table of which some rows are given, or what
// its columns are without one.
func (t *table) understand(rows [][]string) error {
	header := findHeader(rows, t.placer.opt.Mapping)
	if header < 0 {
		t.columns = t.placer.guessColumns(rows)
		if err := t.check(rows, true); err != nil {
			return err
		}
		return t.sayGuessed()
	}
	t.skip = header + 1
	t.columns = t.placer.headerColumns(rows[header])
	return t.check(rows[t.skip:], false)
}

// A workbook is what the parts beside the sheets say.
type workbook struct {
	archive *archive
	ctx     context.Context // ends the reading
	sheets  []worksheet
	texts   []string
	formats []cellFormat // by the style index of a cell
	epoch   int          // 1904 where the workbook counts days from then
}

// A worksheet is one sheet and where it lies.
type worksheet struct {
	name, id string
	part     *zip.File
	hidden   bool
}

// read reads everything but the sheets.
func (b *workbook) read() error {
	main := b.archive.find("xl/workbook.xml")
	for _, r := range b.relations("") {
		if strings.HasSuffix(r.kind, "/officeDocument") {
			main = cmp.Or(b.archive.find(r.target), main)
		}
	}
	if main == nil {
		return cmp.Or(b.archive.otherDocument(), Refuse("the workbook has no list of its sheets; save it again as .xlsx or as CSV"))
	}
	if err := b.outline(main); err != nil {
		return err
	}
	for _, r := range b.relations(memberName(main)) {
		part := b.archive.find(r.target)
		if part == nil {
			continue
		}
		var err error
		switch r.kind[strings.LastIndexByte(r.kind, '/')+1:] {
		case "worksheet":
			for i := range b.sheets {
				if b.sheets[i].id == r.id {
					b.sheets[i].part = part
				}
			}
		case "sharedStrings":
			err = b.sharedTexts(part)
		case "styles":
			err = b.styles(part)
		}
		if err != nil {
			return err
		}
	}
	b.sheets = slices.DeleteFunc(b.sheets, func(s worksheet) bool { return s.part == nil }) // charts
	slices.SortStableFunc(b.sheets, func(x, y worksheet) int {
		if x.hidden == y.hidden {
			return 0
		}
		if y.hidden {
			return -1
		}
		return 1
	})
	return nil
}

// stream opens a part as XML.
func (b *workbook) stream(part *zip.File) (*xmlStream, error) {
	return openXML(b.ctx, b.archive.source(part), nil)
}

// each calls the function for every element that begins in a part.
func (b *workbook) each(part *zip.File, element func(*xmlStream, xml.StartElement) error) error {
	s, err := b.stream(part)
	if err != nil {
		return err
	}
	defer s.close()
	for {
		token, err := s.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if start, ok := token.(xml.StartElement); ok {
			if err := element(s, start); err != nil {
				return err
			}
		}
	}
}

// outline reads the list of sheets.
func (b *workbook) outline(part *zip.File) error {
	return b.each(part, func(_ *xmlStream, e xml.StartElement) error {
		switch e.Name.Local {
		case "workbookPr":
			if on := attribute(e, "date1904"); on == "1" || on == "true" {
				b.epoch = 1904
			}
		case "sheet":
			s := worksheet{name: attribute(e, "name"), hidden: strings.HasSuffix(strings.ToLower(attribute(e, "state")), "hidden")}
			for _, a := range e.Attr { // not sheetId, which says nothing
				if a.Name.Local == "id" {
					s.id = a.Value
				}
			}
			b.sheets = append(b.sheets, s)
		}
		return nil
	})
}

// A relation says where a part lies and what it is.
type relation struct{ id, kind, target string }

// relations are those of a part, "" for the package. A damaged list is as good
// as none: the sheets are then missing, which is said.
func (b *workbook) relations(of string) []relation {
	dir, base := path.Split(of)
	list := b.archive.find(dir + "_rels/" + base + ".rels")
	if list == nil {
		return nil
	}
	var found []relation
	err := b.each(list, func(_ *xmlStream, e xml.StartElement) error {
		if e.Name.Local == "Relationship" {
			target := strings.ReplaceAll(attribute(e, "Target"), `\`, "/")
			if !strings.HasPrefix(target, "/") {
				target = path.Join(dir, target)
			}
			found = append(found, relation{attribute(e, "Id"), attribute(e, "Type"), target})
		}
		return nil
	})
	if err != nil {
		return nil
	}
	return found
}

// choose finds the sheet to read and its first rows, and says which others
// have any.
func (b *workbook) choose(p *placer) (worksheet, [][]string, error) {
	chosen := -1
	var rows [][]string
	located := false
	var filled []int
	for i, sheet := range b.sheets {
		sample, err := b.sample(sheet)
		if err != nil {
			return worksheet{}, nil, err
		}
		if len(sample) == 0 {
			continue
		}
		filled = append(filled, i)
		here := locatedRows(sample, p.opt.Mapping)
		if chosen < 0 || here && !located {
			chosen, rows, located = i, sample, here
		}
	}
	if chosen < 0 {
		return worksheet{}, nil, Refuse("the workbook has no sheet with anything in it; save it again with its rows")
	}
	if len(filled) > 1 {
		var others []string
		for _, i := range filled {
			if i != chosen {
				others = append(others, b.sheets[i].name)
			}
		}
		if err := p.once(0, "", "tables_ignored", "only the sheet %q is read; there are others: %s", b.sheets[chosen].name, listNames(others)); err != nil {
			return worksheet{}, nil, err
		}
	}
	return b.sheets[chosen], rows, nil
}

// locatedRows tells whether a header that names a position, or a column that
// the mapping names, is among the first rows.
func locatedRows(rows [][]string, mapping map[string]string) bool {
	for _, row := range rows[:min(len(rows), 10)] {
		if hasPosition(row) {
			return true
		}
		for _, name := range mapping {
			if slices.Contains(row, name) {
				return true
			}
		}
	}
	return false
}

// errEnough ends the reading of a sample.
var errEnough = errors.New("enough rows")

// sample is the first rows of a sheet that say something.
func (b *workbook) sample(sheet worksheet) ([][]string, error) {
	var rows [][]string
	err := b.scan(sheet, func(fields []string, _ *cellTrouble) error {
		if !blankRow(fields) {
			rows = append(rows, slices.Clone(fields))
		}
		if len(rows) > sniffRows {
			return errEnough
		}
		return nil
	})
	if err == errEnough {
		err = nil
	}
	return rows, err
}

// rows hands the records of the sheet to the table.
func (b *workbook) rows(sheet worksheet, t *table) error {
	return b.scan(sheet, func(fields []string, trouble *cellTrouble) error {
		if blankRow(fields) && trouble == nil {
			return nil
		}
		if t.skip > 0 {
			t.skip--
			return nil
		}
		t.n++
		if trouble != nil {
			if err := t.placer.once(t.n, t.heading(trouble.column), trouble.code, "%s", trouble.message); err != nil {
				return err
			}
		}
		for len(fields) < len(t.columns) { // cells without content are not stored
			fields = append(fields, "")
		}
		return t.row(fields, false)
	})
}

// heading is the name of a column by its index.
func (t *table) heading(i int) string {
	if i < len(t.columns) {
		return t.columns[i].raw
	}
	return columnName(i)
}
