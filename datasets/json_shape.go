package datasets

import (
	"encoding/json"
	"strings"

	"github.com/tidwall/gjson"
)

// Limits of what is remembered of a file's structure: enough to know any table,
// and little, however large the file is.
const (
	maxShapeDepth   = 8
	maxShapeMembers = 2000      // of one object
	maxShapeItems   = 50        // of one array
	maxShapeItem    = 1 << 20   // bytes of one item
	maxShapeScalar  = 64 << 10  // bytes of one plain value
	maxShapeBytes   = 16 << 20  // of all samples together
	maxShapeNodes   = 1_000_000 // values visited one by one; what follows is counted
)

// A jsonShape is the structure of a value with samples of what stands in it.
type jsonShape struct {
	kind    byte // '{', '[', or 0 for a plain value
	count   int  // members or items, also those that are not remembered
	keys    []string
	members []*jsonShape // in the order of keys
	items   []gjson.Result
	raw     string // of a plain value
}

// shapeReader learns the structure of a file in one walk.
type shapeReader struct {
	stream *jsonStream
	bytes  int
	nodes  int
}

// read learns one value.
func (r *shapeReader) read(depth int) (*jsonShape, error) {
	c, err := r.stream.peek()
	if err != nil {
		return nil, err
	}
	r.nodes++
	switch {
	case c == '{' && depth < maxShapeDepth:
		return r.object(depth)
	case c == '[':
		return r.array()
	}
	raw, err := r.stream.value(maxShapeScalar)
	if err == errValueTooLarge {
		raw, err = nil, nil
	}
	return &jsonShape{raw: r.sample(raw)}, err
}

// sample keeps the bytes while there is room.
func (r *shapeReader) sample(raw []byte) string {
	if r.bytes += len(raw); r.bytes > maxShapeBytes {
		return ""
	}
	return string(raw)
}

// object learns an object, whose members may be large.
func (r *shapeReader) object(depth int) (*jsonShape, error) {
	shape := &jsonShape{kind: '{'}
	err := r.stream.object(func(key string) error {
		shape.count++
		if len(shape.keys) == maxShapeMembers || r.nodes > maxShapeNodes || r.bytes > maxShapeBytes {
			return r.stream.skip()
		}
		member, err := r.read(depth + 1)
		shape.keys = append(shape.keys, strings.Clone(key))
		shape.members = append(shape.members, member)
		return err
	})
	return shape, err
}

// array learns an array by its first items.
func (r *shapeReader) array() (*jsonShape, error) {
	shape := &jsonShape{kind: '['}
	err := r.stream.array(func() error {
		shape.count++
		if len(shape.items) == maxShapeItems || r.bytes > maxShapeBytes {
			return r.stream.skip()
		}
		raw, err := r.stream.value(maxShapeItem)
		if err == errValueTooLarge {
			return nil
		}
		if text := nullForNaN(r.sample(raw)); gjson.Valid(text) {
			shape.items = append(shape.items, gjson.Parse(text))
		}
		return err
	})
	return shape, err
}

// text writes a sample of the value as JSON.
func (s *jsonShape) text() string {
	var b strings.Builder
	switch s.kind {
	case '{':
		b.WriteByte('{')
		for i, key := range s.keys {
			if b.Len() > 1 {
				b.WriteByte(',')
			}
			b.WriteString(jsonString(key) + ":" + s.members[i].text())
		}
		b.WriteByte('}')
	case '[':
		b.WriteByte('[')
		for i, item := range s.items {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(item.Raw)
		}
		b.WriteByte(']')
	default:
		if s.raw == "" {
			return "null"
		}
		return s.raw
	}
	return b.String()
}

// first is the first member or item as a sample.
func (s *jsonShape) first() gjson.Result {
	switch {
	case s.kind == '[' && len(s.items) > 0:
		return s.items[0]
	case s.kind == '{' && len(s.members) > 0:
		return gjson.Parse(s.members[0].text())
	}
	return gjson.Result{}
}

// jsonString writes text as a JSON string.
func jsonString(text string) string {
	quoted, _ := json.Marshal(text) // text alone cannot fail
	return string(quoted)
}
