package index

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"strings"
)

// Builder writes a snapshot from items in any order. What it keeps in memory
// per item is 40 bytes; the items themselves are spooled to a file beside the
// snapshot. It is for one goroutine.
type Builder struct {
	path     string
	database string
	step     func() // see Options.Step
	spool    *spool
	entries  []keyed  // Hilbert keys, shapeKey added for lines and areas
	sources  []uint64 // per entry: offset in the spool, or fromBase and position
	from     *base    // what the sources with fromBase mean
	translate

	categories, datasets names
	classOf              map[facts]uint32
	classes              []class
	hours                map[schedule]uint32
	schedules            []schedule
}

// translate turns the numbers of the base that is merged into the builder's.
type translate struct{ class, hour []uint32 }

const (
	fromBase = uint64(1) << 63
	shapeKey = uint64(1) << (2 * hilbertBits)
	// maxItems is how many items an index holds.
	maxItems = 1 << 31
	unknown  = math.MaxUint32
)

// stored is an item as the builder passes it on, without its record.
type stored struct {
	at    position
	box   box
	class uint32
	hours uint32
	cell  uint64
	point bool
}

// NewBuilder starts a snapshot at path for the named database. Finish or Abort
// must follow.
func NewBuilder(path, database string) (*Builder, error) {
	spool, err := newSpool(path)
	if err != nil {
		return nil, err
	}
	b := &Builder{path: path, database: database, step: func() {}, spool: spool, classOf: make(map[facts]uint32), hours: make(map[schedule]uint32)}
	b.schedule(schedule{})
	return b, nil
}

// Add takes an item. Of items with the same id the last one stays. An error
// about the item itself (an *ItemError) leaves the builder usable.
func (b *Builder) Add(item Item) error {
	b.step()
	p, err := place(&item)
	if err != nil {
		return &ItemError{item.ID, err}
	}
	var shape []byte
	if !p.point {
		if shape, err = encodeShape(p.geometry); err != nil {
			return &ItemError{item.ID, err}
		}
	}
	s := stored{at: p.at, box: p.box, cell: item.Cell, point: p.point}
	s.hours = b.schedule(scheduleOf(&item))
	if s.class, err = b.class(item.Traits, item.Category, item.Dataset); err != nil {
		return err
	}
	return b.entry(s, b.spool.add(&s, item.ID, item.Body, shape))
}

// entry notes where an item is to be found.
func (b *Builder) entry(s stored, source uint64) error {
	if len(b.entries) == maxItems-1 {
		return fmt.Errorf("index: %d items are too many", maxItems)
	}
	key := hilbertKey(s.at)
	if !s.point {
		key |= shapeKey
	}
	b.entries = append(b.entries, keyed{key, uint32(len(b.entries))})
	b.sources = append(b.sources, source)
	return nil
}

// scheduleOf is the schedule of an item; a zone is a single word.
func scheduleOf(item *Item) schedule {
	zone := item.Zone
	if strings.IndexByte(zone, 0) >= 0 {
		zone = ""
	}
	return schedule{item.Hours, zone}
}

// class numbers a combination of facts.
func (b *Builder) class(traits uint64, category, dataset string) (number uint32, err error) {
	f := facts{traits: traits}
	if b.categories, f.category, err = b.categories.with(category); err != nil {
		return 0, err
	}
	if b.datasets, f.dataset, err = b.datasets.with(dataset); err != nil {
		return 0, err
	}
	number, ok := b.classOf[f]
	if !ok {
		number = uint32(len(b.classes))
		b.classOf[f] = number
		b.classes = append(b.classes, class{traits: f.traits, category: f.category, dataset: f.dataset})
	}
	return number, nil
}

func (b *Builder) schedule(s schedule) uint32 {
	number, ok := b.hours[s]
	if !ok {
		number = uint32(len(b.schedules))
		s = schedule{strings.Clone(s.text), strings.Clone(s.zone)}
		b.hours[s] = number
		b.schedules = append(b.schedules, s)
	}
	return number
}

// addView takes the items of a view that keep lets through. Those of its base
// stay where they are until they are copied into the new snapshot.
func (b *Builder) addView(ctx context.Context, v *View, keep func(Ref) bool) error {
	b.from = v.base
	b.translate = newTranslate(v.base)
	seen := 0
	for r := range v.All() {
		if seen++; seen%64 == 0 {
			b.step()
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
		if !keep(r) {
			continue
		}
		var err error
		if r.entry != nil {
			err = b.Add(Item{
				ID: r.entry.id, Geometry: r.entry.geometry, Category: r.Category(), Dataset: r.Dataset(),
				Traits: r.entry.facts.traits, Hours: r.entry.hours.text, Zone: r.entry.hours.schedule.zone,
				Cell: r.entry.cell, Body: r.entry.body,
			})
		} else {
			err = b.entry(stored{at: v.base.position(r.at), point: r.IsPoint()}, fromBase|uint64(r.at))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func newTranslate(b *base) translate {
	fill := func(n int) []uint32 {
		t := make([]uint32, n)
		for i := range t {
			t[i] = unknown
		}
		return t
	}
	return translate{fill(len(b.classes)), fill(len(b.hoursOffsets))}
}

// adopt gives a class and hours of the base the builder's numbers.
func (b *Builder) adopt(class, hours uint32) (uint32, uint32, error) {
	if b.translate.class[class] == unknown {
		c := &b.from.classes[class]
		number, err := b.class(c.traits, b.from.categories.list[c.category], b.from.datasets.list[c.dataset])
		if err != nil {
			return 0, 0, err
		}
		b.translate.class[class] = number
	}
	if b.translate.hour[hours] == unknown {
		text, zone := b.from.hoursAt(hours)
		b.translate.hour[hours] = b.schedule(schedule{text, zone})
	}
	return b.translate.class[class], b.translate.hour[hours], nil
}

// load fetches an entry: its stored part and its record.
func (b *Builder) load(entry uint32) (s stored, data []byte, err error) {
	source := b.sources[entry]
	if source&fromBase == 0 {
		s, data = b.spool.read(source)
		return s, data, nil
	}
	at := uint32(source &^ fromBase)
	s = stored{at: b.from.position(at), box: b.from.itemBox(at), cell: b.from.cell(at), point: at < b.from.points}
	s.class, s.hours, err = b.adopt(b.from.classOf(at), b.from.hoursOf(at))
	return s, cutRecord(b.from.recordAt(at)), err
}

// id returns the id of an entry.
func (b *Builder) id(entry uint32) []byte {
	source := b.sources[entry]
	if source&fromBase != 0 {
		return b.from.id(uint32(source &^ fromBase))
	}
	return b.spool.id(source)
}

// Finish writes the snapshot and puts it into place; seq is the sequence number
// of the last change that the items include.
func (b *Builder) Finish(ctx context.Context, seq int64) error {
	defer b.Abort()
	if err := b.spool.finish(); err != nil {
		return err
	}
	ids := b.sortIDs()
	return b.write(ctx, seq, ids)
}

// Abort releases what the builder holds; after Finish it does nothing.
func (b *Builder) Abort() {
	if b.spool != nil {
		b.spool.remove()
	}
	*b = Builder{}
}

// ItemError is returned about an item that the index cannot hold.
type ItemError struct {
	ID  string
	Err error
}

// Error names the item and what is wrong with it.
func (e *ItemError) Error() string { return fmt.Sprintf("index: item %q: %v", e.ID, e.Err) }

// Unwrap returns what is wrong.
func (e *ItemError) Unwrap() error { return e.Err }

// sortIDs returns the entries in the order of their ids, without those that
// were replaced by a later one of the same id.
func (b *Builder) sortIDs() []uint32 {
	list := make([]keyed, len(b.entries))
	for i := range list {
		list[i].entry = uint32(i)
	}
	spare := make([]keyed, len(list))
	dropped := b.sortWords(list, spare, 0)
	ids := make([]uint32, 0, len(list)-dropped)
	for _, k := range list {
		if k.entry != unknown {
			ids = append(ids, k.entry)
		}
	}
	return ids
}

// sortWords sorts by the ids' bytes from depth on, eight at a time. Of equal
// ids all but the last entry become unknown; it returns how many did.
func (b *Builder) sortWords(list, spare []keyed, depth int) (dropped int) {
	for i := range list {
		list[i].key = wordAt(b.id(list[i].entry), depth)
	}
	if sorted := sortKeyed(list, spare[:len(list)]); len(list) > 0 && &sorted[0] != &list[0] {
		copy(list, sorted)
	}
	for i := 0; i < len(list); {
		j := i + 1
		for j < len(list) && list[j].key == list[i].key {
			j++
		}
		switch {
		case j == i+1:
		case list[i].key&0xff == 0: // the ids have ended: they are equal
			for k := i; k < j-1; k++ {
				list[k].entry = unknown
				dropped++
			}
		default:
			dropped += b.sortWords(list[i:j], spare, depth+8)
		}
		i = j
	}
	return dropped
}

// wordAt returns the eight bytes of id from depth on, so that they compare as
// the id does. Ids hold no NUL.
func wordAt(id []byte, depth int) uint64 {
	var word [8]byte
	copy(word[:], id[min(depth, len(id)):])
	return binary.BigEndian.Uint64(word[:])
}

func removeFile(file *os.File) {
	_ = file.Close()
	_ = os.Remove(file.Name())
}
