package datasets

import (
	"context"
	"errors"
)

// jsonFile is a JSON file that is opened for every walk through it. Its text may
// be in any encoding.
type jsonFile struct {
	src Source
	// encoding is what the last walk found.
	encoding string
}

// walk opens the file and lets the function read it to its end.
func (f *jsonFile) walk(ctx context.Context, progress func(int64), read func(*jsonStream) error) error {
	in, err := f.src.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	text := newTextReader(&countingReader{in: in, tell: progress})
	s, err := newJSONStream(ctx, text, nil)
	if err == nil {
		err = read(s)
	}
	if err == nil {
		err = s.finish()
	}
	f.encoding = text.encoding
	var fromSink errSink
	if errors.As(err, &fromSink) {
		return fromSink.error
	}
	return err
}

// records hands every element of an array to the function, one at a time; what
// it returns stops the walk and is returned as it is. The error given to it is
// errValueTooLarge where the element is larger than maxFeature.
func (s *jsonStream) records(next func(raw []byte, failed error) error) error {
	return s.array(func() error { return s.record(next) })
}

// record hands over one value as records does.
func (s *jsonStream) record(next func(raw []byte, failed error) error) error {
	raw, err := s.value(maxFeature)
	if err != nil && err != errValueTooLarge {
		return err
	}
	if err := next(raw, err); err != nil {
		return errSink{err}
	}
	return nil
}
