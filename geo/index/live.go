package index

import (
	"context"
	"fmt"
	"hash/maphash"
	"path/filepath"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// Options say what an index is made of.
type Options struct {
	// Path is the snapshot file; others beside it are made for a while.
	Path string
	// Database is the id of the database that the index follows; a snapshot of
	// another one is refused.
	Database string
	// Attributes are the masks of the trait bits that belong to one attribute
	// each. With them a search skips subtrees in which no item has an allowed
	// answer. Optional.
	Attributes []uint64
	// Step, if set, is called again and again while a base is being built, every
	// few microseconds: whoever shares the processor may offer it to others there.
	// It is called by one goroutine at a time.
	Step func()
}

// Live is an index that follows changes. All methods may be called at any time
// from any goroutine; those that change it take turns.
type Live struct {
	options Options
	current atomic.Pointer[View]

	mu     sync.Mutex // held by whoever makes the next view
	points *entries   // the writer's own trees
	shapes *entries
	// carry holds what has changed since the merge under way began: nil for a
	// deleted id. It is nil itself when there is none.
	carry map[string]*entry

	// merging holds a token while a base is being built, or waits to be swapped
	// in: one at a time.
	merging chan struct{}
}

func newLive(o Options) *Live { return &Live{options: o, merging: make(chan struct{}, 1)} }

// New starts an empty index, without reading or writing a snapshot.
func New(o Options) *Live {
	l := newLive(o)
	l.install(&base{database: o.Database})
	return l
}

// Open maps the snapshot of an earlier run, ready to be queried. What changed
// after View().Seq() has to be applied. Without a snapshot the error is
// fs.ErrNotExist; one that cannot be used gives ErrDamaged or ErrForeign.
func Open(o Options) (*Live, error) {
	if err := removeUnfinished(o.Path); err != nil {
		return nil, err
	}
	b, err := openBase(o.Path)
	if err != nil {
		return nil, err
	}
	if b.database != o.Database {
		return nil, foreign(o, b)
	}
	l := newLive(o)
	l.install(b)
	return l, nil
}

func foreign(o Options, b *base) error {
	return fmt.Errorf("%s: %w: of %q, not %q", filepath.Base(o.Path), ErrForeign, b.database, o.Database)
}

// install makes a base without changes the current view.
func (l *Live) install(b *base) *View {
	v := viewOf(b, newShared(l.options.Attributes))
	l.points, l.shapes = new(entries), new(entries)
	l.current.Store(v)
	return v
}

func newShared(attributes []uint64) *shared {
	s := &shared{attributes: attributes, timetables: newTimetables(), sieves: sieves{seed: maphash.MakeSeed()}}
	s.scratch.New = func() any { return new(scratch) }
	return s
}

// View returns the index as it is now.
func (l *Live) View() *View { return l.current.Load() }

// Apply publishes a batch at once: first the deletions, then the upserts (of
// equal ids the last). seq is the number of the last change in it. If an item
// is refused, nothing of the batch happens.
func (l *Live) Apply(upserts []Item, deletes []string, seq int64) error {
	fresh := make([]*entry, len(upserts))
	for i := range upserts {
		e, err := newEntry(&upserts[i])
		if err != nil {
			return err
		}
		fresh[i] = e
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	old := l.current.Load()
	c := begin(old, l.points, l.shapes)
	for i, e := range fresh {
		if err := c.number(e, upserts[i].Category, upserts[i].Dataset); err != nil {
			return err
		}
		e.hours = old.shared.timetables.of(scheduleOf(&upserts[i]))
	}
	for _, id := range deletes {
		c.remove(id)
		l.note(id, nil)
	}
	for _, e := range fresh {
		c.remove(e.id)
		c.insert(e)
		l.note(e.id, e)
	}
	l.current.Store(c.finish(max(seq, old.seq)))
	return nil
}

// note keeps a change for the base that is being built.
func (l *Live) note(id string, e *entry) {
	if l.carry != nil {
		l.carry[id] = e
	}
}

// newEntry makes the entry of an item, still without category, dataset and
// hours.
func newEntry(item *Item) (*entry, error) {
	p, err := place(item)
	if err != nil {
		return nil, &ItemError{item.ID, err}
	}
	e := &entry{
		id: item.ID, geometry: p.geometry, at: p.at, box: p.box, point: p.point,
		facts: facts{traits: item.Traits}, cell: item.Cell, body: append([]byte(nil), item.Body...),
	}
	if e.cell == 0 {
		e.cell = cellOf(e.at)
	}
	return e, nil
}

// Changed is the number of items that a Compact would put into the base.
func (v *View) Changed() int { return v.changed + v.dead.count }

// Compact writes a snapshot that holds all changes so far and goes on with it.
// Queries and Apply go on meanwhile.
func (l *Live) Compact(ctx context.Context) error {
	return l.merge(ctx, asViewed, func(Ref) bool { return true }, nil)
}

// Replace writes a snapshot in which what feed adds stands for all that is in
// the dataset, and goes on with it. seq is the number of the last change that
// is in it. What is applied meanwhile counts on top.
func (l *Live) Replace(ctx context.Context, dataset string, seq int64, feed func(add func(Item) error) error) error {
	return l.merge(ctx, seq, func(r Ref) bool { return r.Dataset() != dataset }, feed)
}

// Rebuild writes a snapshot of nothing but what feed adds and goes on with it;
// seq is the number of the last change that is in it. What is applied
// meanwhile counts on top.
func (l *Live) Rebuild(ctx context.Context, seq int64, feed func(add func(Item) error) error) error {
	return l.merge(ctx, seq, nil, feed)
}

// asViewed stands for the number of the last change that the merged view holds.
const asViewed = -1

// merge builds and installs the next base.
func (l *Live) merge(ctx context.Context, seq int64, keep func(Ref) bool, feed func(add func(Item) error) error) error {
	b, err := l.build(ctx, l.options.Path, seq, keep, feed)
	if err != nil {
		return err
	}
	defer l.merged()
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.swap(b, nil)
}

// merged lets the next base be built. It ends with a collection of garbage,
// which costs the caller some ten milliseconds: the old base is unmapped only
// when the collector finds that no reader holds it, and in a process whose bulk
// is mapped the collector hardly ever runs by itself.
func (l *Live) merged() {
	l.mu.Lock()
	l.carry = nil
	l.mu.Unlock()
	<-l.merging
	debug.FreeOSMemory()
}

// build makes the next base at path, when no other is on its way. From then on
// what changes is carried, until merged, which the caller owes for a base.
func (l *Live) build(ctx context.Context, path string, seq int64, keep func(Ref) bool, feed func(add func(Item) error) error) (b *base, err error) {
	select {
	case l.merging <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() {
		if err != nil {
			l.merged()
		}
	}()
	l.mu.Lock()
	v := l.current.Load()
	l.carry = make(map[string]*entry)
	l.mu.Unlock()
	if seq == asViewed {
		seq = v.seq
	}
	return l.write(ctx, path, v, seq, keep, feed)
}

// write makes the file of a base and maps it.
func (l *Live) write(ctx context.Context, path string, v *View, seq int64, keep func(Ref) bool, feed func(add func(Item) error) error) (*base, error) {
	builder, err := NewBuilder(path, l.options.Database)
	if err != nil {
		return nil, err
	}
	defer builder.Abort()
	if l.options.Step != nil {
		builder.step = l.options.Step
	}
	if keep != nil {
		if err := builder.addView(ctx, v, keep); err != nil {
			return nil, err
		}
	}
	if feed != nil {
		add := func(item Item) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return builder.Add(item)
		}
		if err := feed(add); err != nil {
			return nil, err
		}
	}
	if err := builder.Finish(ctx, seq); err != nil {
		return nil, err
	}
	return openBase(path)
}

// swap goes on with a new base; on top of it lies what was carried while it was
// built, and on top of that the items.
func (l *Live) swap(b *base, items []Item) error {
	old := l.current.Load()
	v := viewOf(b, newShared(l.options.Attributes))
	points, shapes := new(entries), new(entries)
	c := begin(v, points, shapes)
	put := func(e *entry, category, dataset string, hours schedule) error {
		if err := c.number(e, category, dataset); err != nil {
			return err
		}
		e.hours = v.shared.timetables.of(hours)
		c.remove(e.id)
		c.insert(e)
		return nil
	}
	for id, e := range l.carry {
		if e == nil {
			c.remove(id)
			continue
		}
		moved := *e
		if err := put(&moved, old.categories.list[e.facts.category], old.datasets.list[e.facts.dataset], e.hours.schedule); err != nil {
			return err
		}
	}
	for i := range items {
		e, err := newEntry(&items[i])
		if err == nil {
			err = put(e, items[i].Category, items[i].Dataset, scheduleOf(&items[i]))
		}
		if err != nil {
			return err
		}
	}
	l.points, l.shapes = points, shapes
	l.current.Store(c.finish(max(b.seq, old.seq)))
	return nil
}
