package index

import (
	"context"
	"encoding/binary"
	"fmt"
	"unsafe"
)

// layout writes the items of a snapshot in one pass over their final order.
type layout struct {
	out       *snapshotWriter
	leaves    *sectionWriter
	leaf      leaf // in the making
	cellLow   *sectionWriter
	cellHigh  *sectionWriter
	shapes    *sectionWriter
	records   *sectionWriter
	pointTree packer
	shapeTree packer
	summary   summarizer
	count     uint32
}

// newLayout starts the sections of so many items, shapes of them lines and
// areas.
func newLayout(out *snapshotWriter, items, shapes uint64) *layout {
	return &layout{
		out:      out,
		leaves:   out.section(sectionLeaves, leavesFor(items)*uint64(unsafe.Sizeof(leaf{}))),
		cellLow:  out.section(sectionCellLow, items*4),
		cellHigh: out.section(sectionCellHigh, items),
		shapes:   out.section(sectionShapeItems, shapes*16),
		summary:  newSummarizer(),
	}
}

// add writes the next item.
func (l *layout) add(s *stored, f facts, record []byte) {
	i := l.count % fanout
	l.leaf.positions[i], l.leaf.classes[i], l.leaf.hours[i] = s.at, s.class, s.hours
	l.leaf.records[i] = uint32(l.records.length / recordAlign)
	low, high := packCell(s.cell)
	l.cellLow.u32(low)
	l.cellHigh.extend(1)[0] = high
	l.records.write(record)
	clear(l.records.extend(int(-l.records.length % recordAlign)))
	if s.point {
		l.pointTree.add(s.box, f.hint())
	} else {
		l.shapeTree.add(s.box, f.hint())
		l.shapes.write(raw([]box{s.box}))
	}
	l.summary.add(s.cell, f.category, s.at)
	if l.count++; l.count%fanout == 0 {
		l.finishLeaf()
	}
}

// finishLeaf writes the leaf in the making.
func (l *layout) finishLeaf() {
	l.leaves.write(raw([]leaf{l.leaf}))
	l.leaf = leaf{}
}

// finish writes what is still held back.
func (l *layout) finish() {
	if l.count%fanout != 0 {
		l.finishLeaf()
	}
	l.pointTree.finish()
	l.shapeTree.finish()
}

// write writes the snapshot; ids are the entries in the order of their ids.
func (b *Builder) write(ctx context.Context, seq int64, ids []uint32) error {
	out, err := newSnapshotWriter(b.path)
	if err != nil {
		return err
	}
	defer out.abandon()
	sorted := b.sortPlaces(ids)
	ranks, points := b.ranks(sorted, ids)
	n := uint64(len(sorted))
	out.whole(sectionRank, raw(ranks))
	l := newLayout(out, n, n-uint64(points))
	out.whole(sectionOrder, raw(ids)) // turned into positions by ranks
	l.records = out.section(sectionRecords, 0)
	if err := b.writeItems(ctx, l, sorted); err != nil {
		return err
	}
	out.next = (l.records.start + l.records.length + alignment - 1) / alignment * alignment
	l.finish()
	out.whole(sectionPointBoxes, raw(l.pointTree.boxes))
	out.whole(sectionPointHints, raw(l.pointTree.hints))
	out.whole(sectionShapeBoxes, raw(l.shapeTree.boxes))
	out.whole(sectionShapeHints, raw(l.shapeTree.hints))
	out.whole(sectionClasses, raw(b.classes))
	b.writeHours(out)
	categories, datasets := b.tally()
	m := meta{
		Database: b.database, Seq: seq, Items: uint32(n), Points: points,
		Hours: uint32(len(b.schedules)), Classes: len(b.classes), Categories: categories, Datasets: datasets,
	}
	var summaries []cellSummary
	summaries, m.Summaries = l.summary.finish()
	out.whole(sectionCounts, raw(summaries))
	return out.finish(m)
}

// sortPlaces returns the entries that stay in Hilbert order.
func (b *Builder) sortPlaces(ids []uint32) []keyed {
	list := b.entries
	if len(ids) < len(list) {
		stays := make([]bool, len(list))
		for _, entry := range ids {
			stays[entry] = true
		}
		kept := list[:0]
		for _, k := range list {
			if stays[k.entry] {
				kept = append(kept, k)
			}
		}
		list = kept
	}
	return sortKeyed(list, make([]keyed, len(list)))
}

// ranks returns the rank by id of each position, and the number of points. It
// turns ids from entries into positions.
func (b *Builder) ranks(sorted []keyed, ids []uint32) (ranks []uint32, points uint32) {
	placeOf := make([]uint32, len(b.sources))
	for at, k := range sorted {
		placeOf[k.entry] = uint32(at)
		if k.key&shapeKey == 0 {
			points++
		}
	}
	ranks = make([]uint32, len(sorted))
	for rank, entry := range ids {
		at := placeOf[entry]
		ids[rank], ranks[at] = at, uint32(rank)
	}
	return ranks, points
}

// writeItems writes the items in their order and counts the classes.
func (b *Builder) writeItems(ctx context.Context, l *layout, sorted []keyed) error {
	for i, k := range sorted {
		if i%64 == 0 {
			b.step()
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
		s, record, err := b.load(k.entry)
		if err != nil {
			return err
		}
		c := &b.classes[s.class]
		c.count++
		if l.add(&s, c.facts(), record); l.records.length > recordsLimit {
			return fmt.Errorf("index: the texts of %d items take more than %d bytes", i+1, uint64(recordsLimit))
		}
	}
	return nil
}

// tally returns how many items each category and dataset has.
func (b *Builder) tally() (categories, datasets []NameCount) {
	categories, datasets = b.categories.uncounted(), b.datasets.uncounted()
	for _, c := range b.classes {
		categories[c.category].Count += int(c.count)
		datasets[c.dataset].Count += int(c.count)
	}
	return categories, datasets
}

func (b *Builder) writeHours(out *snapshotWriter) {
	var offsets, text []byte
	for _, s := range b.schedules {
		offsets = binary.LittleEndian.AppendUint64(offsets, uint64(len(text)))
		text = append(append(append(text, s.zone...), 0), s.text...)
	}
	out.whole(sectionHoursOffsets, offsets)
	out.whole(sectionHoursText, text)
}
