package index

// facts are what filters look at, besides place and hours.
type facts struct {
	traits   uint64
	category uint16
	dataset  uint16
}

func (f facts) hint() hint {
	return hint{f.traits, 1 << (f.category & 63), 1 << (f.dataset & 63)}
}

// class is a combination of facts and how many items of the base have it.
// There are few, so that an item holds no more than a number and a filter
// decides once per class (see sieve).
type class struct {
	traits   uint64
	category uint16
	dataset  uint16
	count    uint32
}

func (c *class) facts() facts { return facts{c.traits, c.category, c.dataset} }
