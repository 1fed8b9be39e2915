package datasets

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/gogama/flatgeobuf/packedrtree"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
)

// spool holds places in a temporary file to give them back near each other
// where they lie near each other: in the order of a Hilbert curve, in which a
// reader that wants a part of the map reads few pieces of the file. In memory
// it keeps 40 bytes for each place.
type spool struct {
	file   *os.File
	out    *bufio.Writer
	record []byte
	end    int64 // of what was written
	// refs are the boxes and offsets of the places, Hilbert-sorted once all are in.
	refs   []packedrtree.Ref
	bounds packedrtree.Box
	keys   map[string]int  // attributes and how many places have them
	shapes map[string]bool // GeoJSON's names of the geometries
}

// newSpool reads all places once. The caller closes the spool.
func newSpool(places Places) (*spool, error) {
	file, err := os.CreateTemp("", "fujin-export-*")
	if err != nil {
		return nil, err
	}
	s := &spool{file: file, out: bufio.NewWriterSize(file, 256<<10), bounds: packedrtree.EmptyBox,
		keys: map[string]int{}, shapes: map[string]bool{}}
	for place, err := range places {
		if err == nil {
			err = s.add(place)
		}
		if err != nil {
			return nil, errors.Join(err, s.close())
		}
	}
	if err := s.out.Flush(); err != nil {
		return nil, errors.Join(err, s.close())
	}
	packedrtree.HilbertSort(s.refs, s.bounds)
	return s, nil
}

// close removes the temporary file.
func (s *spool) close() error { return errors.Join(s.file.Close(), os.Remove(s.file.Name())) }

// add appends a place, its length before it.
func (s *spool) add(p Place) error {
	if p.Geometry == nil {
		return fmt.Errorf("row %d (%s) has no position: only places that have one can be written in this format", p.Row, p.SourceID)
	}
	shape, err := wkb.Marshal(p.Geometry, binary.LittleEndian)
	if err != nil {
		return fmt.Errorf("row %d (%s): %w", p.Row, p.SourceID, err)
	}
	b := append(s.record[:0], 0, 0, 0, 0)
	for _, text := range placeTexts(&p) {
		b = appendText(b, *text)
	}
	b = appendText(b, string(shape))
	b = binary.AppendVarint(b, unixMilli(p.VerifiedAt))
	for key, value := range p.Attributes {
		if value != "" {
			s.keys[key]++
			b = appendText(appendText(b, key), value)
		}
	}
	binary.LittleEndian.PutUint32(b, uint32(len(b)-4))
	s.record = b
	ref := packedrtree.Ref{Box: boxOf(p.Geometry.Bound()), Offset: s.end}
	s.refs = append(s.refs, ref)
	s.bounds.Expand(&ref.Box)
	s.shapes[p.Geometry.GeoJSONType()] = true
	s.end += int64(len(b))
	_, err = s.out.Write(b)
	return err
}

// placeTexts are the fields of a place that are text, in the order of the spool.
func placeTexts(p *Place) []*string {
	return []*string{&p.SourceID, &p.Name, &p.Category, &p.Address, &p.Phone, &p.OpeningHours}
}

// textFields are their names as columns.
func textFields() []string {
	return []string{"id", "name", "category", "address", "phone", "opening_hours"}
}

// verifiedColumn is the column of the one field that is a time.
const verifiedColumn = "verified_at"

func appendText(b []byte, text string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

// unixMilli is 0 where nothing is known.
func unixMilli(at time.Time) int64 {
	if at.IsZero() {
		return 0
	}
	return at.UnixMilli()
}

func boxOf(b orb.Bound) packedrtree.Box {
	return packedrtree.Box{XMin: b.Min[0], YMin: b.Min[1], XMax: b.Max[0], YMax: b.Max[1]}
}

// places gives the places in the order of refs.
func (s *spool) places() Places {
	return func(yield func(Place, error) bool) {
		var record []byte
		for _, ref := range s.refs {
			var place Place
			var err error
			if record, err = s.read(record, ref.Offset); err == nil {
				place, err = parseRecord(record)
			}
			if !yield(place, err) || err != nil {
				return
			}
		}
	}
}

// read reads the record at an offset into b, which grows as it must.
func (s *spool) read(b []byte, offset int64) ([]byte, error) {
	const guess = 512 // most records fit: one read instead of two
	b = slices.Grow(b[:0], guess)[:guess]
	n, err := s.file.ReadAt(b, offset)
	if n < 4 {
		return nil, fmt.Errorf("the temporary file %s cannot be read: %w", s.file.Name(), err)
	}
	size := 4 + int(binary.LittleEndian.Uint32(b))
	if n < size {
		b = slices.Grow(b, size-len(b))[:size]
		if _, err := s.file.ReadAt(b[n:], offset+int64(n)); err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("the temporary file %s cannot be read: %w", s.file.Name(), err)
		}
	}
	return b[4:size], nil
}

// parseRecord is the inverse of add.
func parseRecord(b []byte) (p Place, err error) {
	text := func() string {
		size, n := binary.Uvarint(b)
		value := string(b[n : n+int(size)])
		b = b[n+int(size):]
		return value
	}
	for _, field := range placeTexts(&p) {
		*field = text()
	}
	if p.Geometry, err = wkb.Unmarshal([]byte(text())); err != nil {
		return p, err
	}
	at, n := binary.Varint(b)
	if b = b[n:]; at != 0 {
		p.VerifiedAt = time.UnixMilli(at).UTC()
	}
	p.Attributes = map[string]string{}
	for len(b) > 0 {
		key := text()
		p.Attributes[key] = text()
	}
	return p, nil
}

// attributeColumns is which attributes get a column of their own.
type attributeColumns struct {
	keys  []string // in the order of their names
	names []string // of the columns: unlike each other and unlike all others, whatever their case
	rest  bool     // there are more attributes: they go into one JSON column
}

// maxAttributeColumns is how many attributes get a column. OpenStreetMap has
// thousands of keys that one or two places have: as columns they would make a
// table nobody can look at, so those go into one JSON column together.
const maxAttributeColumns = 200

// restColumn holds the attributes without a column of their own, as JSON.
const restColumn = "other_attributes"

// attributes chooses the attributes that most places have. fixed are the other columns.
func (s *spool) attributes(fixed []string) attributeColumns {
	keys := slices.SortedFunc(maps.Keys(s.keys), func(a, b string) int {
		if s.keys[a] != s.keys[b] {
			return s.keys[b] - s.keys[a]
		}
		return strings.Compare(a, b)
	})
	taken := map[string]bool{restColumn: true}
	for _, name := range fixed {
		taken[name] = true
	}
	var columns attributeColumns
	columns.rest = len(keys) > maxAttributeColumns
	columns.keys = slices.Sorted(slices.Values(keys[:min(len(keys), maxAttributeColumns)]))
	var names attributeNames
	for _, key := range columns.keys {
		name := names.written(key)
		for taken[strings.ToLower(name)] { // DuckDB and QGIS take Fee and fee for the same column
			name = attributePrefix + name
		}
		taken[strings.ToLower(name)] = true
		columns.names = append(columns.names, name)
	}
	return columns
}

// others renders the attributes without a column as a JSON object; "" if there are none.
func (c attributeColumns) others(p Place) string {
	if !c.rest {
		return ""
	}
	own := 0
	for _, key := range c.keys {
		if p.Attributes[key] != "" {
			own++
		}
	}
	if own == len(p.Attributes) {
		return ""
	}
	others := maps.Clone(p.Attributes)
	for _, key := range c.keys {
		delete(others, key)
	}
	text, err := json.Marshal(others)
	if err != nil {
		return "" // a map of text has always a JSON form
	}
	return string(text)
}
