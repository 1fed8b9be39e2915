package facility

import (
	"cmp"
	"hash/fnv"
	"iter"
	"slices"

	"github.com/paulmach/orb"
)

// Op is what a version does to a facility.
type Op string

// The operations.
const (
	Added     Op = "added"
	Changed   Op = "changed"
	Removed   Op = "removed"
	Unchanged Op = "unchanged"
)

// opOf tells what a row does to the facility that it is about, if there is one.
func opOf(r *Row, known *KnownRow) Op {
	switch {
	case known == nil:
		return Added
	case known.Digest == r.Digest && known.Key == r.Key:
		return Unchanged
	default:
		return Changed
	}
}

// Outcome is what publishing a row would do. ID is that of the facility in
// force, empty for an added one; Row is nil for a removed one.
type Outcome struct {
	Op  Op
	ID  string
	Row *Row
}

// Comparison tells what publishing a file would change, by the same rules as
// Replace and without the database: pure, for the process that profiles the
// file. It takes about 80 bytes per facility in force.
type Comparison struct {
	known []slim // in the order of ids
	byKey []int32
	ids   []byte
	batch []Row
	yield func(Outcome) error
	pub   Publication
}

// slim is a KnownRow as far as matching needs it.
type slim struct {
	key, digest int64
	lat, lon    float64
	verified    int64
	end         int64 // of its id in ids
	taken       bool
}

// NewComparison starts a comparison with what is in force, which comes in the
// order of ids, as ReadBase gives it. yield is told of every outcome, in the
// order of the file, then of what is removed; it may be nil, and must not keep
// the row.
func NewComparison(inForce iter.Seq2[KnownRow, error], yield func(Outcome) error) (*Comparison, error) {
	if yield == nil {
		yield = func(Outcome) error { return nil }
	}
	c := &Comparison{yield: yield, batch: make([]Row, 0, batchRows)}
	for row, err := range inForce {
		if err != nil {
			return nil, err
		}
		c.ids = append(c.ids, row.ID...)
		c.known = append(c.known, slim{key: hashKey(row.Key), digest: row.Digest, lat: row.Lat, lon: row.Lon, verified: row.VerifiedAt, end: int64(len(c.ids))})
	}
	c.byKey = make([]int32, len(c.known))
	for i := range c.byKey {
		c.byKey[i] = int32(i)
	}
	slices.SortStableFunc(c.byKey, func(a, b int32) int { return cmp.Compare(c.known[a].key, c.known[b].key) })
	return c, nil
}

// hashKey stands for a key; of a million, two share one with a chance of
// 1 to 37 million.
func hashKey(key string) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(key))
	return int64(h.Sum64())
}

// Add compares the next row of the file.
func (c *Comparison) Add(r Row) error {
	if c.batch = append(c.batch, r); len(c.batch) < batchRows {
		return nil
	}
	return c.flush()
}

// Finish compares what is left and gives the counts that publishing would give.
// Version is left at 0.
func (c *Comparison) Finish() (Publication, error) {
	if err := c.flush(); err != nil {
		return Publication{}, err
	}
	c.pub.Facilities = c.pub.Added + c.pub.Changed + c.pub.Unchanged
	for i := range c.known {
		if c.known[i].taken {
			continue
		}
		c.pub.Removed++
		if err := c.yield(Outcome{Op: Removed, ID: c.id(i)}); err != nil {
			return Publication{}, err
		}
	}
	return c.pub, nil
}

func (c *Comparison) id(i int) string {
	start := int64(0)
	if i > 0 {
		start = c.known[i-1].end
	}
	return string(c.ids[start:c.known[i].end])
}

// flush compares a batch: as many rows as Replace looks at at once, because
// within a batch the nearest are paired first.
func (c *Comparison) flush() error {
	found := map[string][]int{}
	for i := range c.batch {
		for _, key := range nearbyKeys(c.batch[i].Key, c.batch[i].Lat, c.batch[i].Lon) {
			if _, done := found[key]; !done {
				found[key] = c.find(hashKey(key))
			}
		}
	}
	for i, at := range assign(c.batch, found, func(i int) orb.Point { return orb.Point{c.known[i].lon, c.known[i].lat} }) {
		if err := c.settle(&c.batch[i], at); err != nil {
			return err
		}
	}
	c.batch = c.batch[:0]
	return nil
}

// find lists the facilities with a key that no row was about so far.
func (c *Comparison) find(key int64) (list []int) {
	at, _ := slices.BinarySearchFunc(c.byKey, key, func(i int32, key int64) int { return cmp.Compare(c.known[i].key, key) })
	for ; at < len(c.byKey) && c.known[c.byKey[at]].key == key; at++ {
		if i := int(c.byKey[at]); !c.known[i].taken {
			list = append(list, i)
		}
	}
	return list
}

// settle counts what a row does to the facility with a number, -1 for none.
func (c *Comparison) settle(r *Row, at int) error {
	if at < 0 {
		c.pub.Added++
		return c.yield(Outcome{Op: Added, Row: r})
	}
	known := &c.known[at]
	known.taken = true
	if known.digest != r.Digest || known.key != hashKey(r.Key) {
		c.pub.Changed++
		return c.yield(Outcome{Op: Changed, ID: c.id(at), Row: r})
	}
	c.pub.Unchanged++
	if r.VerifiedAt > known.verified {
		c.pub.Confirmed++
	}
	return c.yield(Outcome{Op: Unchanged, ID: c.id(at), Row: r})
}
