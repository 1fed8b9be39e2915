package datasets

import (
	"bytes"
	"errors"
	"io"
	"strings"
)

// maxRecord is the longest row of a table in bytes. A quoted field that runs
// further was never closed.
const maxRecord = 1 << 20

// A dialect is how a table is written.
type dialect struct {
	delimiter byte
	// backslash says that \" and \' stand for the quotes themselves.
	backslash bool
}

// A tableScanner splits a table into rows in memory bounded by the longest row.
// Rows end with LF, CR LF or CR; quoted fields may hold all of these. Unlike
// encoding/csv it survives whatever it is given: a quote in the middle of a
// field is a letter, and a row whose quote is never closed ends at its line.
type tableScanner struct {
	in  io.Reader
	buf []byte
	// pos and end are the part of buf that is not yet split; line feeds are
	// known up to scanned, the next one being at feed (or -1).
	pos, end      int
	feed, scanned int
	ended         bool
	dialect
	// width is the number of fields expected, 0 while unknown.
	width  int
	fields []string
	cuts   []int
	text   []byte
}

// errRowTooLarge is what next gives for a line beyond maxRecord; the line has
// been passed over.
var errRowTooLarge = errors.New("the row is longer than 1 MiB")

func newTableScanner(in io.Reader, d dialect) *tableScanner {
	return &tableScanner{in: in, buf: make([]byte, 256<<10), dialect: d, feed: -1}
}

// next gives the fields of the next row, which share one string; the slice is
// valid until the next call. unclosed tells that a quote had no end. The error
// is io.EOF after the last row.
func (s *tableScanner) next() (fields []string, unclosed bool, err error) {
	length, width, err := s.line()
	if err != nil {
		return nil, false, err
	}
	line := s.buf[s.pos : s.pos+length]
	if bytes.IndexByte(line, '"') < 0 {
		s.split(string(line))
		s.pos += length + width
		return s.fields, false, nil
	}
	used, ok, err := s.quoted()
	if err != nil {
		return nil, false, err
	}
	if ok {
		s.pos += used
		return s.fields, false, nil
	}
	s.split(string(s.buf[s.pos : s.pos+length]))
	s.pos += length + width
	return s.fields, true, nil
}

// line finds the end of the line at pos: its length and that of its end.
func (s *tableScanner) line() (length, width int, err error) {
	for from := s.pos; ; {
		if s.feed < from {
			s.feed = -1
			if start := max(from, s.scanned); start < s.end {
				if i := bytes.IndexByte(s.buf[start:s.end], '\n'); i >= 0 {
					s.feed = start + i
					s.scanned = s.feed + 1
				} else {
					s.scanned = s.end
				}
			}
		}
		until := s.end
		if s.feed >= 0 {
			until = s.feed
		}
		if i := bytes.IndexByte(s.buf[from:until], '\r'); i >= 0 {
			at := from + i
			if at+1 < s.end || s.ended {
				width = 1
				if at+1 < s.end && s.buf[at+1] == '\n' {
					width = 2
				}
				return at - s.pos, width, nil
			}
		} else if s.feed >= 0 {
			return s.feed - s.pos, 1, nil
		}
		if s.ended {
			if s.pos == s.end {
				return 0, 0, io.EOF
			}
			return s.end - s.pos, 0, nil
		}
		seen := max(s.end-s.pos-1, 0) // look at a last CR again
		if seen > maxRecord {
			return 0, 0, s.passOver()
		}
		if err := s.fill(); err != nil {
			return 0, 0, err
		}
		from = s.pos + seen
	}
}

// passOver drops the rest of a line that is too long.
func (s *tableScanner) passOver() error {
	for {
		if i := bytes.IndexAny(s.buf[s.pos:s.end], "\r\n"); i >= 0 {
			s.pos += i + 1
			return errRowTooLarge
		}
		s.pos = s.end
		if s.ended {
			return errRowTooLarge
		}
		if err := s.fill(); err != nil {
			return err
		}
	}
}

// fill makes room and reads more.
func (s *tableScanner) fill() error {
	if s.pos > 0 {
		copy(s.buf, s.buf[s.pos:s.end])
		s.end -= s.pos
		s.feed = max(s.feed-s.pos, -1)
		s.scanned = max(s.scanned-s.pos, 0)
		s.pos = 0
	}
	if s.end == len(s.buf) {
		s.buf = append(s.buf, make([]byte, len(s.buf))...)
	}
	n, err := s.in.Read(s.buf[s.end:])
	s.end += n
	if err == io.EOF {
		s.ended = true
		return nil
	}
	return err
}

// split cuts a row without quotes.
func (s *tableScanner) split(row string) {
	s.fields = s.fields[:0]
	for {
		i := strings.IndexByte(row, s.delimiter)
		if i < 0 {
			s.fields = append(s.fields, row)
			return
		}
		s.fields = append(s.fields, row[:i])
		row = row[i+1:]
	}
}

// quoted splits the row at pos, which has quotes, and tells how many bytes it
// takes. It is not ok if a quote stays open: to the end of the file, beyond
// maxRecord, or over lines in a way that rather looks like several rows.
func (s *tableScanner) quoted() (used int, ok bool, err error) {
	q := quotedRow{scanner: s, at: s.pos}
	s.text, s.cuts = s.text[:0], s.cuts[:0]
	for {
		more, err := q.field()
		if err != nil {
			return 0, false, err
		}
		if q.unclosed {
			return 0, false, nil
		}
		s.cuts = append(s.cuts, len(s.text))
		if !more {
			break
		}
	}
	if q.unclosed || q.lines > 0 && (q.stray || s.width > 0 && len(s.cuts) != s.width) {
		return 0, false, nil
	}
	row := string(s.text)
	s.fields = s.fields[:0]
	from := 0
	for _, cut := range s.cuts {
		s.fields = append(s.fields, row[from:cut])
		from = cut
	}
	return q.at - s.pos, true, nil
}

// A quotedRow is a row with quotes while it is split.
type quotedRow struct {
	scanner  *tableScanner
	at       int // in the scanner's buffer
	lines    int // line ends inside quotes
	stray    bool
	unclosed bool
}

// peek gives the byte n after the current one; it is not there at the end of
// the file.
func (q *quotedRow) peek(n int) (byte, bool, error) {
	s := q.scanner
	for q.at+n >= s.end && !s.ended {
		if q.at-s.pos > maxRecord {
			q.unclosed = true
			return 0, false, nil
		}
		offset := q.at - s.pos
		if err := s.fill(); err != nil {
			return 0, false, err
		}
		q.at = s.pos + offset
	}
	if q.at+n >= s.end {
		return 0, false, nil
	}
	return s.buf[q.at+n], true, nil
}

// field reads one field into the scanner's text; more tells that a delimiter
// followed.
func (q *quotedRow) field() (more bool, err error) {
	s := q.scanner
	for {
		b, there, err := q.peek(0)
		if err != nil || !there {
			return false, err
		}
		if b != ' ' || s.delimiter == ' ' {
			break
		}
		q.at++
	}
	if b, there, err := q.peek(0); err != nil {
		return false, err
	} else if there && b == '"' {
		q.at++
		if err := q.inside(); err != nil || q.unclosed {
			return false, err
		}
	}
	return q.outside()
}

// outside copies up to the delimiter or the line's end.
func (q *quotedRow) outside() (more bool, err error) {
	s := q.scanner
	for {
		q.copyUntil(s.delimiter, '\n', '\r')
		b, there, err := q.peek(0)
		if err != nil || !there {
			return false, err
		}
		switch b {
		case s.delimiter:
			q.at++
			return true, nil
		case '\n':
			q.at++
			return false, nil
		case '\r':
			q.at++
			if b, there, err := q.peek(0); err != nil || there && b == '\n' {
				q.at++
				return false, err
			}
			return false, nil
		}
	}
}

// copyUntil copies what the buffer holds before any of three bytes.
func (q *quotedRow) copyUntil(a, b, c byte) {
	s := q.scanner
	rest := s.buf[q.at:s.end]
	n := 0
	for n < len(rest) && rest[n] != a && rest[n] != b && rest[n] != c {
		n++
	}
	s.text = append(s.text, rest[:n]...)
	q.at += n
}

// inside copies a quoted field up to its closing quote. A quote closes if a
// delimiter, a line's end or blanks and one of these follow; "" is a quote.
func (q *quotedRow) inside() error {
	s := q.scanner
	escape := byte('"')
	if s.backslash {
		escape = '\\'
	}
	for {
		from := len(s.text)
		q.copyUntil('"', '"', escape)
		q.lines += bytes.Count(s.text[from:], []byte{'\n'}) + bytes.Count(s.text[from:], []byte{'\r'})
		b, there, err := q.peek(0)
		if err != nil {
			return err
		}
		if !there {
			q.unclosed = true
			return nil
		}
		if b != '"' && b != escape {
			continue // the buffer was filled
		}
		q.at++
		switch {
		case b == '\\':
			if b, there, err = q.peek(0); err != nil || !there {
				q.unclosed = true
				return err
			}
			q.at++
		case b == '"':
			next, there, err := q.peek(0)
			if err != nil {
				return err
			}
			if there && next == '"' {
				q.at++
				break
			}
			closes, err := q.closes()
			if err != nil || closes {
				return err
			}
			q.stray = true
		}
		if q.stray && q.lines > 0 { // the quotes of several rows
			q.unclosed = true
			return nil
		}
		s.text = append(s.text, b)
	}
}

// closes tells whether the quote before the current byte ends its field.
func (q *quotedRow) closes() (bool, error) {
	for n := 0; ; n++ {
		b, there, err := q.peek(n)
		switch {
		case err != nil || !there:
			return true, err
		case b == q.scanner.delimiter, b == '\n', b == '\r':
			q.at += n // the blanks before it
			return true, nil
		case b != ' ':
			return false, nil
		}
	}
}
