package datasets

import (
	"bytes"
	"context"
	"errors"
	"io"
)

const (
	// maxFeature is the size in bytes over which a single feature is refused:
	// no facility's outline comes near it.
	maxFeature = 16 << 20
	// maxJSONDepth bounds the nesting of brackets.
	maxJSONDepth = 512
)

// errValueTooLarge says that a value is over the size asked for; it has been skipped.
var errValueTooLarge = errors.New("the value is too large")

// jsonStream reads a JSON file of any size piece by piece: the structure around
// the values of interest is walked, the values themselves come as raw bytes.
// Inside skipped and raw values only brackets and strings are followed.
type jsonStream struct {
	ctx      context.Context // ends the reading
	in       io.Reader
	buf      []byte
	pos, end int   // of what is not consumed yet, in buf
	keep     int   // start of the value that is being read, or -1
	base     int64 // offset in the file of buf[0]
	lines    int   // line breaks before buf[0]
	ended    bool
	progress func(int64)
}

// newJSONStream starts at the beginning of a file; a byte order mark is passed
// over.
func newJSONStream(ctx context.Context, in io.Reader, progress func(int64)) (*jsonStream, error) {
	s := &jsonStream{ctx: ctx, in: in, buf: make([]byte, 256<<10), keep: -1, progress: progress}
	for s.end < 3 && !s.ended {
		if err := s.fill(); err != nil {
			return nil, err
		}
	}
	if bytes.HasPrefix(s.buf[:s.end], []byte("\xef\xbb\xbf")) {
		s.pos = 3
	}
	return s, nil
}

// fill reads more, making room by dropping what is consumed and, while a value
// is kept, by growing.
func (s *jsonStream) fill() error {
	if err := s.ctx.Err(); err != nil {
		return err
	}
	from := s.pos
	if s.keep >= 0 {
		from = s.keep
	}
	if s.end == len(s.buf) {
		if from > 0 {
			s.lines += bytes.Count(s.buf[:from], []byte{'\n'})
			copy(s.buf, s.buf[from:s.end])
			s.base += int64(from)
			s.pos, s.end = s.pos-from, s.end-from
			if s.keep >= 0 {
				s.keep = 0
			}
		} else {
			s.buf = append(s.buf, make([]byte, len(s.buf))...)
		}
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

// fail refuses the file for a break in its structure at the current position.
func (s *jsonStream) fail(want string) error {
	offset, line := s.base+int64(s.pos), 1+s.lines+bytes.Count(s.buf[:s.pos], []byte{'\n'})
	if s.ended && s.pos == s.end {
		return Refuse("the file ends in the middle of its JSON, at byte %d in line %d: it was cut while it was written or copied; fetch or export it again", offset, line)
	}
	return Refuse("the file is not valid JSON: %s expected at byte %d in line %d; nothing of it was taken; correct that place or export it again", Say(want), offset, line)
}

// peek gives the next byte that is not white space, 0 at the end of the file.
func (s *jsonStream) peek() (byte, error) {
	for {
		for s.pos < s.end {
			switch c := s.buf[s.pos]; c {
			case ' ', '\t', '\r', '\n':
				s.pos++
			default:
				return c, nil
			}
		}
		if s.ended {
			return 0, nil
		}
		if err := s.fill(); err != nil {
			return 0, err
		}
	}
}

// expect consumes one byte.
func (s *jsonStream) expect(c byte) error {
	got, err := s.peek()
	if err != nil {
		return err
	}
	if got != c || s.pos == s.end {
		return s.fail("'" + string(rune(c)) + "'")
	}
	s.pos++
	return nil
}

// object walks an object. For every member the function is called with the key
// and must consume the value.
func (s *jsonStream) object(member func(key string) error) error {
	return s.items('{', '}', func() error {
		c, err := s.peek()
		if err != nil {
			return err
		}
		if c != '"' {
			return s.fail("a member's name")
		}
		raw, err := s.value(64 << 10)
		if err != nil && err != errValueTooLarge {
			return err
		}
		key := jsonText(string(raw))
		if err := s.expect(':'); err != nil {
			return err
		}
		return member(key)
	})
}

// array walks an array. The function is called before every element and must
// consume it.
func (s *jsonStream) array(element func() error) error { return s.items('[', ']', element) }

// items walks what stands between two brackets, separated by commas.
func (s *jsonStream) items(opening, closing byte, item func() error) error {
	if err := s.expect(opening); err != nil {
		return err
	}
	c, err := s.peek()
	if err != nil {
		return err
	}
	if c == closing {
		s.pos++
		return nil
	}
	for {
		if err := item(); err != nil {
			return err
		}
		c, err := s.peek()
		if err != nil {
			return err
		}
		switch c {
		case ',':
			s.pos++
		case closing:
			s.pos++
			return nil
		default:
			return s.fail("',' or '" + string(rune(closing)) + "'")
		}
	}
}

// skip passes over one value.
func (s *jsonStream) skip() error {
	_, err := s.value(0)
	if err == errValueTooLarge {
		return nil
	}
	return err
}

// value reads one value and gives its bytes, valid until the next call. A value
// larger than most is passed over without being held in memory, and the error
// is errValueTooLarge.
func (s *jsonStream) value(most int) ([]byte, error) {
	c, err := s.peek()
	if err != nil {
		return nil, err
	}
	if s.pos == s.end {
		return nil, s.fail("a value")
	}
	s.keep = s.pos
	if most == 0 {
		s.keep = -1
	}
	size := s.base + int64(s.pos)
	switch c {
	case '"':
		err = s.passString(most)
	case '{', '[':
		err = s.passBrackets(most)
	default:
		err = s.passScalar(most)
	}
	size = s.base + int64(s.pos) - size
	keep := s.keep
	s.keep = -1
	switch {
	case err != nil:
		return nil, err
	case keep < 0 || size > int64(most):
		return nil, errValueTooLarge
	}
	return s.buf[keep:s.pos], nil
}

// more makes at least one more byte available, giving up the kept value when it
// is over its size. It reports false at the end of the file.
func (s *jsonStream) more(most int) (bool, error) {
	for s.pos == s.end {
		if s.ended {
			return false, nil
		}
		if s.keep >= 0 && s.pos-s.keep > most {
			s.keep = -1
		}
		if err := s.fill(); err != nil {
			return false, err
		}
	}
	return true, nil
}

// passString moves behind a string.
func (s *jsonStream) passString(most int) error {
	s.pos++
	for {
		some, err := s.more(most)
		if err != nil {
			return err
		}
		if !some {
			return s.fail("'\"'")
		}
		chunk := s.buf[s.pos:s.end]
		i := 0
		for i < len(chunk) && chunk[i] != '"' && chunk[i] != '\\' {
			i++
		}
		s.pos += i
		if i == len(chunk) {
			continue
		}
		s.pos++
		if chunk[i] == '"' {
			return nil
		}
		if some, err := s.more(most); err != nil {
			return err
		} else if some {
			s.pos++ // whatever is escaped
		}
	}
}

// passBrackets moves behind an object or array.
func (s *jsonStream) passBrackets(most int) error {
	var open [maxJSONDepth]byte
	depth := 0
	for {
		some, err := s.more(most)
		if err != nil {
			return err
		}
		if !some {
			return s.fail("'" + string(rune(open[depth-1])) + "'")
		}
		for s.pos < s.end {
			c := s.buf[s.pos]
			switch c {
			case '"':
				if err := s.passString(most); err != nil {
					return err
				}
				continue
			case '{', '[':
				if depth == maxJSONDepth {
					return s.fail("less nesting")
				}
				open[depth] = c + 2 // ASCII has the closing bracket two further on
				depth++
			case '}', ']':
				if open[depth-1] != c {
					return s.fail("'" + string(rune(open[depth-1])) + "'")
				}
				if depth--; depth == 0 {
					s.pos++
					return nil
				}
			}
			s.pos++
		}
	}
}

// passScalar moves behind a number, true, false or null.
func (s *jsonStream) passScalar(most int) error {
	start := s.base + int64(s.pos)
	for {
		some, err := s.more(most)
		if err != nil || !some {
			return err
		}
		for s.pos < s.end {
			switch c := s.buf[s.pos]; {
			case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '+', c == '-', c == '.':
				s.pos++
			case s.base+int64(s.pos) == start:
				return s.fail("a value")
			default:
				return nil
			}
		}
	}
}

// finish refuses anything but white space after the last value.
func (s *jsonStream) finish() error {
	if _, err := s.peek(); err != nil {
		return err
	}
	if s.pos < s.end {
		return s.fail("the end of the file")
	}
	return nil
}
