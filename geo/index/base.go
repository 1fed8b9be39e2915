package index

import (
	"cmp"
	"fmt"
	"sort"
	"strings"
	"sync/atomic"

	"github.com/paulmach/orb"
)

// base is the immutable bulk of a view: arrays per item in Hilbert order, first
// all points, then all lines and areas, mapped from a snapshot. Position means
// the place of an item in these arrays.
type base struct {
	mapping  *mapping // keeps everything below readable
	database string
	seq      int64
	count    uint32
	points   uint32

	leaves   []leaf
	classes  []class
	cellLow  []uint32
	cellHigh []uint8
	order    []uint32
	rank     []uint32
	records  []byte

	pointTree tree
	shapeTree tree

	categories, datasets           names
	categoryCounts, datasetsCounts []int

	hoursOffsets []uint64
	hoursText    []byte
	timetables   []atomic.Pointer[timetable]
	spans        []atomic.Pointer[span] // the last of each, as far as it needs no position
	decoded      [decodedShapes]atomic.Pointer[decodedShape]
	summaries    [summaryTop][]cellSummary
}

// openBase maps a snapshot. It reads nothing per item beyond the checksum.
func openBase(path string) (*base, error) {
	s, err := openSnapshot(path)
	if err != nil {
		return nil, err
	}
	return newBase(s)
}

func newBase(s *snapshotFile) (*base, error) {
	m := &s.meta
	if m.Points > m.Items || m.Items >= maxItems {
		return nil, s.damaged("%d points among %d items", m.Points, m.Items)
	}
	b := &base{mapping: s.mapping, database: m.Database, seq: m.Seq, count: m.Items, points: m.Points}
	b.categories, b.categoryCounts = unzip(m.Categories)
	b.datasets, b.datasetsCounts = unzip(m.Datasets)
	if err := b.mapArrays(s); err != nil {
		return nil, err
	}
	b.timetables = make([]atomic.Pointer[timetable], m.Hours)
	b.spans = make([]atomic.Pointer[span], m.Hours)
	return b, nil
}

func unzip(list []NameCount) (names, []int) {
	text, counts := make([]string, len(list)), make([]int, len(list))
	for i, c := range list {
		text[i], counts[i] = c.Name, c.Count
	}
	return newNames(text), counts
}

func (b *base) mapArrays(s *snapshotFile) error {
	n, shapes := int(b.count), int(b.count-b.points)
	var failed error
	note := func(err error) {
		if failed == nil {
			failed = err
		}
	}
	b.leaves = mapped[leaf](s, sectionLeaves, int(leavesFor(uint64(n))), note)
	b.classes = mapped[class](s, sectionClasses, s.meta.Classes, note)
	b.cellLow = mapped[uint32](s, sectionCellLow, n, note)
	b.cellHigh = mapped[uint8](s, sectionCellHigh, n, note)
	b.order = mapped[uint32](s, sectionOrder, n, note)
	b.rank = mapped[uint32](s, sectionRank, n, note)
	b.records = s.sections[sectionRecords]
	b.hoursOffsets = mapped[uint64](s, sectionHoursOffsets, int(s.meta.Hours), note)
	b.hoursText = s.sections[sectionHoursText]
	b.pointTree = mapTree(s, 0, b.points, sectionPointBoxes, sectionPointHints, note)
	b.shapeTree = mapTree(s, b.points, uint32(shapes), sectionShapeBoxes, sectionShapeHints, note)
	b.shapeTree.items = mapped[box](s, sectionShapeItems, shapes, note)
	total := 0
	for _, n := range s.meta.Summaries {
		if n < 0 {
			return s.damaged("negative count")
		}
		total += n
	}
	all := mapped[cellSummary](s, sectionCounts, total, note)
	if failed != nil {
		return failed
	}
	for r, n := range s.meta.Summaries {
		b.summaries[r], all = all[:n:n], all[n:]
	}
	return nil
}

func mapped[T any](s *snapshotFile, section, count int, note func(error)) []T {
	values, err := array[T](s, section, count)
	note(err)
	return values
}

func mapTree(s *snapshotFile, first, count uint32, boxes, hints int, note func(error)) tree {
	start, nodes := levelStarts(count)
	return tree{
		first: first, count: count, start: start,
		boxes: mapped[box](s, boxes, int(nodes), note),
		hints: mapped[hint](s, hints, int(nodes), note),
	}
}

// id is valid as long as the base is held.
func (b *base) id(at uint32) []byte {
	return recordID(b.recordAt(at))
}

// facts are those of an item.
func (b *base) facts(at uint32) facts { return b.classes[b.classOf(at)].facts() }

// find returns the position of an id.
func (b *base) find(id string) (uint32, bool) {
	r := b.rankOf(id)
	if r < b.count && string(b.id(b.order[r])) == id {
		return b.order[r], true
	}
	return 0, false
}

// rankOf is the number of items whose id sorts before id.
func (b *base) rankOf(id string) uint32 {
	return uint32(sort.Search(int(b.count), func(i int) bool {
		return string(b.id(b.order[i])) >= id
	}))
}

// hoursAt returns the text and zone of a pair; they are copies.
func (b *base) hoursAt(number uint32) (text, zone string) {
	data := b.hoursText[b.hoursOffsets[number]:]
	end := len(b.hoursText) - int(b.hoursOffsets[number])
	if int(number)+1 < len(b.hoursOffsets) {
		end = int(b.hoursOffsets[number+1] - b.hoursOffsets[number])
	}
	zone, text, _ = strings.Cut(string(data[:end]), "\x00")
	return text, zone
}

// decodedShapes is how many geometries of the base are kept decoded.
const decodedShapes = 4096

type decodedShape struct {
	at       uint32
	geometry orb.Geometry
}

// geometry returns an item's geometry; lines and areas are decoded when first
// needed.
func (b *base) geometry(at uint32) orb.Geometry {
	if at < b.points {
		return b.position(at).degrees()
	}
	slot := &b.decoded[at%decodedShapes]
	if d := slot.Load(); d != nil && d.at == at {
		return d.geometry
	}
	g, err := decodeShape(readRecord(b.recordAt(at)).shape)
	if err != nil { // the checksum was right: written by a faulty program
		panic(fmt.Sprintf("index: geometry of item %d: %v", at, err))
	}
	slot.Store(&decodedShape{at, g})
	return g
}

// itemBox is the box of an item.
func (b *base) itemBox(at uint32) box {
	if at < b.points {
		return b.position(at).box()
	}
	return b.shapeTree.items[at-b.points]
}

// compareIDs orders two items by id.
func (b *base) compareIDs(i, j uint32) int { return cmp.Compare(b.rank[i], b.rank[j]) }
