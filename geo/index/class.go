package index

import "math"

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

// codes is a number per item, of two bytes where that is enough for all.
type codes struct {
	narrow []uint16
	wide   []uint32
}

// narrowCodes is how many different codes fit two bytes.
const narrowCodes = math.MaxUint16 + 1

func (c *codes) at(i uint32) uint32 {
	if c.wide != nil {
		return c.wide[i]
	}
	return uint32(c.narrow[i])
}

// mapCodes views a section of either width.
func mapCodes(s *snapshotFile, section, count int, note func(error)) codes {
	if len(s.sections[section]) == 2*count {
		return codes{narrow: mapped[uint16](s, section, count, note)}
	}
	return codes{wide: mapped[uint32](s, section, count, note)}
}

// codeWriter writes codes of which there are at most a known number.
type codeWriter struct {
	*sectionWriter
	narrow bool
}

func newCodeWriter(out *snapshotWriter, section int, items, different uint64) codeWriter {
	if different <= narrowCodes {
		return codeWriter{out.section(section, items*2), true}
	}
	return codeWriter{out.section(section, items*4), false}
}

func (w codeWriter) code(v uint32) {
	if w.narrow {
		w.u16(uint16(v))
	} else {
		w.u32(v)
	}
}
