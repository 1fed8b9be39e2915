package datasets

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding"
)

// A dbfTable reads the .dbf of a shapefile, row by row.
type dbfTable struct {
	in       io.ReadCloser
	rows     *bufio.Reader
	name     string
	columns  []dbfColumn
	record   []byte
	left     uint32            // records still to come
	encoding string            // as found
	decoder  *encoding.Decoder // nil: UTF-8
	fields   []Field
	// cut and damaged are the columns of the current row whose text fills all of
	// its room, or is no text.
	cut, damaged string
}

// A dbfColumn is one column: its type is a letter.
type dbfColumn struct {
	name   string
	kind   byte
	at     int
	length int
}

// openTable opens the table and finds out how its texts are encoded.
func (s *shapefile) openTable(part *zip.File) (*dbfTable, error) {
	in, err := s.archive.open(part)
	if err != nil {
		return nil, err
	}
	t := &dbfTable{in: in, rows: bufio.NewReaderSize(in, detectWindow), name: s.archive.source(part).Name}
	driver, err := t.header()
	if err != nil {
		return nil, errors.Join(err, in.Close())
	}
	said := ""
	for _, extension := range []string{".cpg", ".cst"} {
		if beside := s.part(extension); beside != nil && said == "" {
			text, err := s.archive.bytes(beside)
			if err != nil {
				return nil, errors.Join(err, in.Close())
			}
			said = strings.TrimSpace(string(text))
		}
	}
	if err := t.choose(said, driver); err != nil {
		return nil, errors.Join(err, in.Close())
	}
	for i := range t.columns {
		t.columns[i].name = t.text([]byte(t.columns[i].name))
		s.placer.widen(t.columns[i].name)
	}
	return t, nil
}

func (t *dbfTable) close() { _ = t.in.Close() } // it was only read

// broken refuses a table that is not one.
func (t *dbfTable) broken() error {
	return Refuse("%s is cut or damaged; export the shapefile again", clip(t.name))
}

// header reads the columns. It returns the byte that stands for the code page.
func (t *dbfTable) header() (driver byte, err error) {
	var head [32]byte
	if _, err := io.ReadFull(t.rows, head[:]); err != nil {
		return 0, t.broken()
	}
	t.left = binary.LittleEndian.Uint32(head[4:])
	size, length := int(binary.LittleEndian.Uint16(head[8:])), int(binary.LittleEndian.Uint16(head[10:]))
	if size < 33 || length < 1 {
		return 0, t.broken()
	}
	rest := make([]byte, size-32)
	if _, err := io.ReadFull(t.rows, rest); err != nil {
		return 0, t.broken()
	}
	at := 1 // after the mark of deletion
	for ; len(rest) >= 32 && rest[0] != '\r'; rest = rest[32:] {
		name, _, _ := bytes.Cut(rest[:11], []byte{0})
		c := dbfColumn{name: string(bytes.TrimSpace(name)), kind: rest[11], at: at, length: int(rest[16])}
		if c.kind == 'C' {
			c.length += int(rest[17]) << 8 // FoxPro: more than 255
		}
		if at += c.length; at > length {
			return 0, t.broken()
		}
		t.columns = append(t.columns, c)
	}
	t.record = make([]byte, length)
	return head[29], nil
}

// choose finds the encoding: what the .cpg says, else the table's own mark,
// else what the texts look like. What is said is not believed where the texts
// are UTF-8 beyond doubt, or where they are said to be and are not.
func (t *dbfTable) choose(said string, driver byte) error {
	sample, err := t.rows.Peek(detectWindow)
	if err != nil && err != io.EOF && !errors.Is(err, bufio.ErrBufferFull) {
		return err
	}
	foreign := t.foreign(sample)
	enc, known := codePage(said)
	name := strings.ToUpper(said)
	if !known {
		enc, name, known = languageDriver(driver)
	}
	switch {
	case len(foreign) == 0:
		if !known || enc == nil {
			name = "UTF-8"
		}
	case utf8.Valid(foreign):
		name, enc = "UTF-8", nil
	case !known || enc == nil:
		name, enc = detectEncoding(foreign)
	case len(foreign) >= 32:
		// Programs mark a table as Western, whatever is in it.
		if looks, is := detectEncoding(foreign); multiByte(is) && !multiByte(enc) {
			name, enc = looks, is
		}
	}
	t.encoding = encodingName(enc, name)
	if enc != nil {
		t.decoder = enc.NewDecoder()
	}
	return nil
}

// foreign is the texts of the first rows, those that are not ASCII.
func (t *dbfTable) foreign(rows []byte) []byte {
	var found []byte
	for len(t.record) > 0 && len(rows) >= len(t.record) {
		for _, c := range t.columns {
			text := bytes.TrimRight(rows[c.at:c.at+c.length], " \x00")
			if c.kind == 'C' && asciiLength(text) < len(text) {
				if len(text) >= c.length { // the last letter may be cut
					text = wholeLetters(text)
				}
				found = append(append(found, text...), '\n')
			}
		}
		rows = rows[len(t.record):]
	}
	return found
}

// wholeLetters is text without the beginning of a letter of UTF-8 at its end.
func wholeLetters(text []byte) []byte {
	for i := 1; i <= min(3, len(text)); i++ {
		if b := text[len(text)-i]; utf8.RuneStart(b) {
			if b >= 0x80 && !utf8.FullRune(text[len(text)-i:]) {
				return text[:len(text)-i]
			}
			break
		}
	}
	return text
}

// next reads one row: its filled fields, which are valid until the next call,
// or that it was deleted. io.EOF comes after the last.
func (t *dbfTable) next() (fields []Field, deleted bool, err error) {
	if t.left == 0 {
		return nil, false, io.EOF
	}
	switch _, err := io.ReadFull(t.rows, t.record); {
	case err == io.EOF, t.record[0] == 0x1a: // the header may promise more than there is
		t.left = 0
		return nil, false, io.EOF
	case errors.Is(err, io.ErrUnexpectedEOF):
		return nil, false, t.broken()
	case err != nil:
		return nil, false, err
	}
	t.left--
	t.fields, t.cut, t.damaged = t.fields[:0], "", ""
	if t.record[0] == '*' {
		return nil, true, nil
	}
	for _, c := range t.columns {
		if value := t.value(c, t.record[c.at:c.at+c.length]); value != "" {
			t.fields = append(t.fields, Field{c.name, value})
		}
	}
	return t.fields, false, nil
}

// warn says what is odd about the current row.
func (t *dbfTable) warn(p *placer, n int) error {
	if t.cut != "" {
		if err := p.once(n, t.cut, "text_truncated", "the text fills all the room that the .dbf has, 254 bytes; what followed is lost, here and wherever a text is as long"); err != nil {
			return err
		}
	}
	if t.damaged != "" {
		return p.warn(n, t.damaged, "encoding_damaged", "the row has bytes that are not text in the file's encoding; they are shown as \uFFFD")
	}
	return nil
}

// value is one value as text.
func (t *dbfTable) value(c dbfColumn, raw []byte) string {
	switch c.kind {
	case 'C':
		trimmed := bytes.TrimRight(raw, " \x00")
		if len(trimmed) == len(raw) && len(raw) >= 254 {
			t.cut = c.name
		}
		if len(trimmed) == len(raw) && t.decoder == nil {
			trimmed = wholeLetters(trimmed)
		}
		text := t.text(trimmed)
		if strings.Contains(text, "\uFFFD") {
			t.damaged = c.name
		}
		return text
	case 'N', 'F':
		return dbfNumber(strings.Trim(string(raw), " \x00"))
	case 'D':
		if day, err := time.Parse("20060102", strings.Trim(string(raw), " \x00")); err == nil {
			return day.Format("2006-01-02")
		}
		return ""
	case 'L':
		switch strings.ToUpper(string(raw)) {
		case "T", "Y":
			return "true"
		case "F", "N":
			return "false"
		}
		return ""
	}
	return dbfBinary(c.kind, raw)
}

// dbfNumber is a number as it is written, without a fraction of zeros: tables
// write the id 95 as "95.00000000000". Stars are a number that had no room.
func dbfNumber(text string) string {
	if strings.Trim(text, "*") == "" {
		return ""
	}
	if whole, fraction, found := strings.Cut(text, "."); found && strings.Trim(fraction, "0") == "" {
		return whole
	}
	return text
}

// dbfBinary reads the types that later versions of the format added.
func dbfBinary(kind byte, raw []byte) string {
	switch {
	case (kind == 'I' || kind == '+') && len(raw) == 4:
		return fmt.Sprint(int32(binary.LittleEndian.Uint32(raw)))
	case (kind == 'B' || kind == 'O') && len(raw) == 8:
		if x := math.Float64frombits(binary.LittleEndian.Uint64(raw)); !math.IsNaN(x) && !math.IsInf(x, 0) {
			return dbfNumber(plainNumber(fmt.Sprint(x), x))
		}
	case (kind == 'T' || kind == '@') && len(raw) == 8:
		day, ms := int(binary.LittleEndian.Uint32(raw)), binary.LittleEndian.Uint32(raw[4:])
		const unixDay = 2440588 // the Julian day number of 1 January 1970
		if day > 0 && day < unixDay*2 {
			at := time.Unix(int64(day-unixDay)*86400+int64(ms/1000), 0).UTC()
			return strings.TrimSuffix(at.Format("2006-01-02 15:04:05"), " 00:00:00")
		}
	}
	return "" // a memo, whose text lies in a file of its own
}

// text decodes a text.
func (t *dbfTable) text(raw []byte) string {
	text := raw
	if t.decoder != nil && asciiLength(raw) < len(raw) {
		if decoded, err := t.decoder.Bytes(raw); err == nil {
			text = decoded
		}
	}
	return strings.TrimSpace(strings.ToValidUTF8(string(text), "\uFFFD"))
}

// widen takes a column's name that fills the ten letters which the format has
// for the beginning of a longer one that is known: "opening_ho" are opening
// hours. The name stays what the mapping and issues call it.
func (p *placer) widen(name string) {
	if len(name) != 10 || p.columns[name] != nil || guessColumn(name).role != roleAttribute {
		return
	}
	folded := foldName(name)
	if _, known := aliases()[folded]; known {
		return
	}
	var full []string
	for known := range aliases() {
		if len(known) > len(folded) && strings.HasPrefix(known, folded) {
			full = append(full, known)
		}
	}
	slices.Sort(full)
	for i := range full {
		first, this := aliases()[full[0]], aliases()[full[i]]
		if first.role != this.role || first.key != this.key {
			return // it may be one or the other
		}
	}
	if len(full) > 0 {
		c := guessColumn(full[0])
		c.raw = name
		p.columns[name] = c
	}
}
