package datasets

import (
	"archive/zip"
	"encoding/xml"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// maxSheetColumns is how many columns a sheet can have (XFD).
const maxSheetColumns = 16_384

// A cellTrouble is what is wrong with a cell of a row.
type cellTrouble struct {
	column  int
	code    string
	message Sentence
}

// A sheetRow is the row that is being read.
type sheetRow struct {
	fields  []string
	trouble *cellTrouble
	next    int // the column of a cell that does not say where it is
}

// scan calls the function for each row of a sheet in turn. The fields are valid
// until it returns.
func (b *workbook) scan(sheet worksheet, row func([]string, *cellTrouble) error) error {
	s, err := b.stream(sheet.part)
	if err != nil {
		return err
	}
	defer s.close()
	var r sheetRow
	for {
		token, err := s.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return Refuse("sheet %q: %w", clip(sheet.name), err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			switch e.Name.Local {
			case "row":
				r.fields, r.trouble, r.next = r.fields[:0], nil, 0
			case "c":
				if err := b.cell(s, e, &r); err != nil {
					return Refuse("sheet %q: %w", clip(sheet.name), err)
				}
			}
		case xml.EndElement:
			if e.Name.Local == "row" {
				if err := row(r.fields, r.trouble); err != nil {
					return err
				}
			}
		}
	}
}

// cell reads one cell into the row.
func (b *workbook) cell(s *xmlStream, start xml.StartElement, r *sheetRow) error {
	column := r.next
	if at, ok := cellColumn(attribute(start, "r")); ok {
		column = at
	}
	kind := attribute(start, "t")
	style, _ := strconv.Atoi(attribute(start, "s")) // 0, the first style, if absent
	value, formula, err := cellContent(s)
	if err != nil {
		return err
	}
	r.next = column + 1
	if column >= maxSheetColumns {
		return nil
	}
	if formula && value == "" && r.trouble == nil && kind != "str" {
		r.trouble = &cellTrouble{column, "formula_uncomputed", Say("a formula stands here without its result; open the workbook in a spreadsheet program and save it")}
	}
	text := b.text(kind, style, value)
	if text == "" {
		return nil
	}
	for len(r.fields) <= column {
		r.fields = append(r.fields, "")
	}
	r.fields[column] = text
	return nil
}

// cellColumn is the column of a reference such as "AB12", from 0.
func cellColumn(reference string) (int, bool) {
	n := 0
	for _, c := range []byte(reference) {
		switch {
		case c >= '0' && c <= '9':
			return n - 1, n > 0
		case c >= 'a' && c <= 'z':
			c -= 'a' - 'A'
		}
		if c < 'A' || c > 'Z' || n > maxSheetColumns {
			return 0, false
		}
		n = n*26 + int(c-'A') + 1
	}
	return 0, false
}

// cellContent reads a cell to its end: the value or the inline text, and
// whether a formula made it.
func cellContent(s *xmlStream) (value string, formula bool, err error) {
	end := s.depth() - 1
	var text strings.Builder
	inside := "" // the element whose text counts
	for s.depth() > end {
		token, err := s.next()
		if err != nil {
			return "", false, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "v", "t":
				inside = t.Name.Local
			case "f":
				formula = true
			case "rPh": // how the text is pronounced
				if err := s.pass(); err != nil {
					return "", false, err
				}
			}
		case xml.EndElement:
			inside = ""
		case xml.CharData:
			if inside != "" {
				text.Write(t)
			}
		}
	}
	return text.String(), formula, nil
}

// pass reads on to the end of the element that has just begun.
func (s *xmlStream) pass() error {
	for end := s.depth() - 1; s.depth() > end; {
		if _, err := s.next(); err != nil {
			return err
		}
	}
	return nil
}

// text is a cell's value as text.
func (b *workbook) text(kind string, style int, value string) string {
	switch kind {
	case "s":
		if i, err := strconv.Atoi(strings.TrimSpace(value)); err == nil && i >= 0 && i < len(b.texts) {
			return b.texts[i]
		}
		return ""
	case "inlineStr", "str":
		return unescapeCell(value)
	case "b":
		if value == "1" {
			return "TRUE"
		}
		return "FALSE"
	case "e": // #N/A, #REF!: a formula's failure
		return ""
	case "d":
		return value
	}
	value = strings.TrimSpace(value)
	if style >= 0 && style < len(b.formats) {
		return b.formats[style].write(value, b.epoch)
	}
	return cellFormat{}.write(value, b.epoch)
}

// sharedTexts reads the texts that cells refer to by number.
func (b *workbook) sharedTexts(part *zip.File) error {
	return b.each(part, func(s *xmlStream, e xml.StartElement) error {
		if e.Name.Local != "si" {
			return nil
		}
		text, _, err := cellContent(s)
		b.texts = append(b.texts, unescapeCell(text))
		return err
	})
}

// cellEscape is how texts write characters that XML cannot hold.
var cellEscape = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

// unescapeCell undoes it: "_x000D_" is a carriage return.
func unescapeCell(text string) string {
	if !strings.Contains(text, "_x") {
		return text
	}
	return cellEscape.ReplaceAllStringFunc(text, func(escaped string) string {
		code, err := strconv.ParseUint(escaped[2:6], 16, 16)
		if err != nil {
			return escaped
		}
		return string(rune(code))
	})
}

// styles reads the number formats.
func (b *workbook) styles(part *zip.File) error {
	codes := map[string]string{}
	inCells := false
	return b.each(part, func(s *xmlStream, e xml.StartElement) error {
		switch e.Name.Local {
		case "numFmt":
			codes[attribute(e, "numFmtId")] = attribute(e, "formatCode")
		case "cellStyleXfs":
			inCells = false
		case "cellXfs":
			inCells = true
		case "cellStyles", "dxfs":
			inCells = false
		case "xf":
			if !inCells {
				return nil
			}
			if len(b.formats) > 1<<16 {
				return Refuse("%s has more cell formats than Excel allows; save it again as .xlsx or as CSV", b.archive.name)
			}
			id := attribute(e, "numFmtId")
			code, own := codes[id]
			if !own {
				code = builtinFormat(id)
			}
			b.formats = append(b.formats, parseCellFormat(code))
		}
		return nil
	})
}
