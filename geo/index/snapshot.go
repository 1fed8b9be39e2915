package index

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"sync"
	"unsafe"
)

// A snapshot file is a header page, then sections, each at a multiple of 64
// bytes, everything little-endian:
//
//	0   magic "FUJINGEO"
//	8   format version, uint32
//	12  number of sections, uint32
//	16  CRC-32C of the table, uint32
//	64  table: per section offset uint64, length uint64, CRC-32C uint32, 4 spare
const (
	snapshotMagic   = "FUJINGEO"
	snapshotVersion = 3
	headerSize      = 4096
	tableOffset     = 64
	tableEntry      = 24
	alignment       = 64
)

// The sections.
const (
	sectionMeta         = iota // JSON, see meta
	sectionLeaves              // leaf per 16 items
	sectionClasses             // class
	sectionCellLow             // uint32 and uint8 per item: see packCell
	sectionCellHigh            //
	sectionOrder               // uint32: the items in the order of their ids
	sectionRank                // uint32: the place of each item in it
	sectionRecords             // see record, each at a multiple of 8 bytes
	sectionPointBoxes          // box and hint per node of the tree of points
	sectionPointHints          //
	sectionShapeItems          // box per line or area
	sectionShapeBoxes          // box and hint per node of their tree
	sectionShapeHints          //
	sectionHoursOffsets        // uint64 per (text, zone) pair
	sectionHoursText           //
	sectionCounts              // cellSummary, by resolution and cell
	sectionCount
)

// meta is what a snapshot says of itself.
type meta struct {
	Database   string          `json:"database"`
	Seq        int64           `json:"seq"`
	Items      uint32          `json:"items"`
	Points     uint32          `json:"points"`
	Hours      uint32          `json:"hours"`
	Classes    int             `json:"classes"`
	Categories []NameCount     `json:"categories"`
	Datasets   []NameCount     `json:"datasets"`
	Summaries  [summaryTop]int `json:"summaries"` // number of cellSummary per resolution
}

// ErrDamaged is wrapped by errors about a snapshot that is cut off, changed or
// of another format; build it anew.
var ErrDamaged = errors.New("damaged index snapshot")

// ErrForeign is wrapped by errors about a snapshot of another database.
var ErrForeign = errors.New("index snapshot of another database")

func castagnoli() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) }

// snapshotFile reads the header of a mapped snapshot and verifies every
// section.
type snapshotFile struct {
	name     string
	mapping  *mapping
	sections [sectionCount][]byte
	meta     meta
}

func (s *snapshotFile) damaged(format string, args ...any) error {
	return fmt.Errorf("%s: %w: %s", s.name, ErrDamaged, fmt.Sprintf(format, args...))
}

func openSnapshot(path string) (*snapshotFile, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	m, err := mapFile(file)
	if err != nil {
		return nil, err
	}
	s, err := readSnapshot(filepath.Base(path), m)
	m.rest() // verifying has read every page, searches will read a part of them
	return s, err
}

func readSnapshot(name string, m *mapping) (*snapshotFile, error) {
	s := &snapshotFile{name: name, mapping: m}
	if err := s.readTable(); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(s.sections[sectionMeta], &s.meta); err != nil {
		return nil, s.damaged("%v", err)
	}
	return s, nil
}

func (s *snapshotFile) readTable() error {
	data := s.mapping.data
	if binary.NativeEndian.Uint16([]byte{1, 0}) != 1 {
		return fmt.Errorf("%s: index snapshots need a little-endian machine", s.name)
	}
	if len(data) < headerSize || string(data[:8]) != snapshotMagic {
		return s.damaged("not a snapshot")
	}
	little := binary.LittleEndian
	if version := little.Uint32(data[8:]); version != snapshotVersion {
		return s.damaged("format version %d, expected %d", version, snapshotVersion)
	}
	if little.Uint32(data[12:]) != sectionCount {
		return s.damaged("wrong number of sections")
	}
	table := data[tableOffset : tableOffset+sectionCount*tableEntry]
	if crc32.Checksum(table, castagnoli()) != little.Uint32(data[16:]) {
		return s.damaged("checksum of the header")
	}
	var sums [sectionCount]uint32
	for i := range s.sections {
		entry := table[i*tableEntry:]
		offset, length := little.Uint64(entry), little.Uint64(entry[8:])
		if offset%alignment != 0 || offset > uint64(len(data)) || length > uint64(len(data))-offset {
			return s.damaged("the file ends within section %d", i)
		}
		s.sections[i] = data[offset : offset+length : offset+length]
		sums[i] = little.Uint32(entry[16:])
	}
	return s.verify(sums)
}

// verify compares the checksums, the bulk (the records) beside the rest.
func (s *snapshotFile) verify(sums [sectionCount]uint32) error {
	var bad [sectionCount]bool
	check := func(i int) { bad[i] = crc32.Checksum(s.sections[i], castagnoli()) != sums[i] }
	var group sync.WaitGroup
	group.Go(func() { check(sectionRecords) })
	for i := range s.sections {
		if i != sectionRecords {
			check(i)
		}
	}
	group.Wait()
	for i := range bad {
		if bad[i] {
			return s.damaged("checksum of section %d", i)
		}
	}
	return nil
}

// array views a section as count values of type T.
func array[T any](s *snapshotFile, section int, count int) ([]T, error) {
	data := s.sections[section]
	var zero T
	if uint64(len(data)) != uint64(count)*uint64(unsafe.Sizeof(zero)) {
		return nil, s.damaged("section %d holds %d bytes for %d values", section, len(data), count)
	}
	if count == 0 {
		return nil, nil
	}
	return unsafe.Slice((*T)(unsafe.Pointer(&data[0])), count), nil
}

// raw views values as their bytes in memory.
func raw[T any](values []T) []byte {
	if len(values) == 0 {
		return nil
	}
	var zero T
	return unsafe.Slice((*byte)(unsafe.Pointer(&values[0])), len(values)*int(unsafe.Sizeof(zero)))
}
