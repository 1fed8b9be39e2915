package datasets

import (
	"iter"
	"slices"

	"github.com/tidwall/gjson"
)

// columns reads a table by columns: {"name": ["A", "B"], "lat": [1, 2]}, or
// with an index as pandas writes it, {"name": {"0": "A", "1": "B"}, …}. The
// columns are walked side by side, so that only the file itself is in memory.
func (r *jsonRows) columns(s *jsonStream) error {
	var columns []*jsonColumn
	size := 0
	err := s.object(func(key string) error {
		if !slices.Contains(r.table.keys, key) {
			return s.skip()
		}
		raw, err := s.value(wholeLimit)
		if size += len(raw); err == errValueTooLarge || size > wholeLimit {
			return errTooLarge(JSON, int64(size))
		}
		if err == nil {
			columns = append(columns, newJSONColumn(key, string(raw)))
		}
		return err
	})
	defer func() {
		for _, c := range columns {
			c.stop()
		}
	}()
	if err != nil || len(columns) == 0 {
		return err
	}
	lead := columns[0]
	for lead.more {
		r.n++
		if r.n%1024 == 0 && r.ctx.Err() != nil {
			return r.ctx.Err()
		}
		r.record.fields, r.record.shape, r.record.fault = r.record.fields[:0], nil, nil
		key := lead.key
		for _, c := range columns {
			if value, found := c.take(key); found {
				r.record.member(c.name, c.name, value, 1)
			}
		}
		r.identify(key)
		if err := r.placer.row(r.n, r.record.fields, r.record.shape); err != nil {
			return errSink{err}
		}
	}
	return nil
}

// A jsonColumn gives the values of one column in the order of its keys.
type jsonColumn struct {
	name  string
	key   string // of the current value
	value gjson.Result
	more  bool
	next  func() (string, gjson.Result, bool)
	stop  func()
	rest  map[string]gjson.Result // by key, once the order was not that of the others
}

// newJSONColumn starts at a column's first value. Damaged JSON is an empty one.
func newJSONColumn(name, raw string) *jsonColumn {
	if !gjson.Valid(raw) {
		raw = nullForNaN(raw)
	}
	values := gjson.Parse(raw)
	ordinal := func(yield func(string, gjson.Result) bool) {
		values.ForEach(func(key, value gjson.Result) bool {
			if values.IsArray() {
				return yield("", value)
			}
			return yield(key.Str, value)
		})
	}
	c := &jsonColumn{name: name}
	c.next, c.stop = iter.Pull2(ordinal)
	c.key, c.value, c.more = c.next()
	return c
}

// take gives the value under a key, which in a list is the next one.
func (c *jsonColumn) take(key string) (gjson.Result, bool) {
	if c.rest == nil && c.more && c.key == key {
		value := c.value
		c.key, c.value, c.more = c.next()
		return value, true
	}
	if c.rest == nil {
		c.rest = map[string]gjson.Result{}
		for c.more {
			c.rest[c.key] = c.value
			c.key, c.value, c.more = c.next()
		}
	}
	value, found := c.rest[key]
	return value, found
}
