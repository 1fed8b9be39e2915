package datasets

import (
	"bytes"
	"context"
	"io"
)

// recordScanner splits newline-delimited JSON into records. Where the first
// byte is the record separator of RFC 8142 (0x1E), records end before the next
// one and may hold line breaks.
type recordScanner struct {
	ctx       context.Context // ends the reading
	in        io.Reader
	buf       []byte
	pos, end  int
	base      int64
	separator byte
	ended     bool
	progress  func(int64)
}

// newRecordScanner starts at the beginning of a file.
func newRecordScanner(ctx context.Context, in io.Reader, progress func(int64)) *recordScanner {
	return &recordScanner{ctx: ctx, in: in, buf: make([]byte, 256<<10), progress: progress}
}

// next gives the next record that is not blank, valid until the next call, and
// io.EOF after the last. A record larger than most is passed over without being
// held in memory; the error is errValueTooLarge.
func (s *recordScanner) next(most int) ([]byte, error) {
	for {
		record, err := s.cut(most)
		if err != nil {
			return nil, err
		}
		if s.separator == 0 {
			continue // only now is known what separates
		}
		record = bytes.Trim(record, " \t\r\n\x1e")
		if len(record) > 0 {
			return record, nil
		}
	}
}

// cut gives what stands before the next separator.
func (s *recordScanner) cut(most int) ([]byte, error) {
	if s.separator == 0 {
		return nil, s.begin()
	}
	seen, tooLarge := 0, false
	for {
		if i := bytes.IndexByte(s.buf[s.pos+seen:s.end], s.separator); i >= 0 {
			record := s.buf[s.pos : s.pos+seen+i]
			s.pos += seen + i + 1
			if tooLarge || len(record) > most {
				return nil, errValueTooLarge
			}
			return record, nil
		}
		seen = s.end - s.pos
		if seen > most {
			s.pos, seen, tooLarge = s.end, 0, true
		}
		if s.ended {
			record := s.buf[s.pos:s.end]
			s.pos = s.end
			switch {
			case tooLarge:
				return nil, errValueTooLarge
			case len(record) == 0:
				return nil, io.EOF
			}
			return record, nil
		}
		if err := s.fill(); err != nil {
			return nil, err
		}
	}
}

// begin passes over a byte order mark and finds out what separates records.
func (s *recordScanner) begin() error {
	for s.end < 4 && !s.ended {
		if err := s.fill(); err != nil {
			return err
		}
	}
	if bytes.HasPrefix(s.buf[:s.end], []byte("\xef\xbb\xbf")) {
		s.pos = 3
	}
	s.separator = '\n'
	if s.pos < s.end && s.buf[s.pos] == 0x1e {
		s.separator = 0x1e
	}
	return nil
}

// fill reads more, first making room.
func (s *recordScanner) fill() error {
	if err := s.ctx.Err(); err != nil {
		return err
	}
	if s.pos > 0 {
		copy(s.buf, s.buf[s.pos:s.end])
		s.base += int64(s.pos)
		s.pos, s.end = 0, s.end-s.pos
	}
	if s.end == len(s.buf) {
		s.buf = append(s.buf, make([]byte, len(s.buf))...)
	}
	n, err := s.in.Read(s.buf[s.end:])
	s.end += n
	if n > 0 && s.progress != nil {
		s.progress(s.base + int64(s.end))
	}
	if err == io.EOF {
		s.ended = true
		return nil
	}
	return err
}
