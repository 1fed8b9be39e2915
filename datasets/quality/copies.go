package quality

import (
	"cmp"
	"math"
	"slices"

	"fujin/geo"
)

// judgeCopies finds rows that repeat another: exactly, by their id, or as a
// place of the same name next to it.
func (r *run) judgeCopies() {
	list := make([]keyed, 0, len(r.facts))
	r.pairUp(list, func(f *fact) uint64 { return f.record }, oddCopy)
	r.pairUp(list, func(f *fact) uint64 {
		if f.odd&oddCopy != 0 {
			return 0
		}
		return f.id
	}, oddID)
	if r.decimals > 2 { // else distances mean nothing
		r.judgeNeighbours(list)
	}
}

// pairUp marks each row whose key an earlier row has.
func (r *run) pairUp(list []keyed, key func(*fact) uint64, mark odd) {
	list = list[:0]
	for i := range r.facts {
		if k := key(&r.facts[i]); k != 0 {
			list = append(list, keyed{k, int32(i)})
		}
	}
	sortKeyed(list)
	first := 0
	for i := 1; i < len(list); i++ {
		if list[i].hash != list[first].hash {
			first = i
			continue
		}
		f := &r.facts[list[i].index]
		f.odd |= mark
		f.twin = r.facts[list[first].index].row
	}
}

const (
	// duplicateWithin is how near places of one name are taken for one, in metres:
	// within it the registry takes them for the same from version to version.
	duplicateWithin = 50
	// duplicateUnits is more than that in 1e-7 degree of latitude.
	duplicateUnits = 4600
	// mostNeighbours bounds how many rows of one name beside each other a row is
	// compared with, so that a file of a single name still takes no time.
	mostNeighbours = 16
)

// judgeNeighbours marks rows that are near and alike an earlier one. Rows are
// sorted by name, strip of longitude and latitude, and compared with those just
// south of them; a second time with the strips moved by half their width, so
// that what a strip parts lies in one then.
func (r *run) judgeNeighbours(list []keyed) {
	highest := 0.0
	for i := range r.facts {
		highest = max(highest, math.Abs(float64(r.facts[i].lat)/1e7))
	}
	width := int64(2 * duplicateUnits / math.Cos(min(highest, 85)*math.Pi/180))
	for _, shift := range [...]int64{0, width / 2} {
		list = list[:0]
		for i := range r.facts {
			if f := &r.facts[i]; f.name != 0 && f.odd&(oddCopy|oddID) == 0 {
				strip := uint64((int64(f.lon) + 1_800_000_000 + shift) / width)
				list = append(list, keyed{(f.name ^ strip*0x9E3779B97F4A7C15) * 0xD6E8FEB86659FD93, int32(i)})
			}
		}
		slices.SortFunc(list, func(a, b keyed) int {
			return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(r.facts[a.index].lat, r.facts[b.index].lat), cmp.Compare(a.index, b.index))
		})
		r.compareNeighbours(list)
	}
}

// compareNeighbours compares each row of a strip with those just south of it.
func (r *run) compareNeighbours(list []keyed) {
	for i := range list {
		f := &r.facts[list[i].index]
		for j := i - 1; j >= 0 && j >= i-mostNeighbours && list[j].hash == list[i].hash; j-- {
			g := &r.facts[list[j].index]
			if f.lat-g.lat > duplicateUnits {
				break
			}
			if alike(f, g) && geo.Distance(f.point(), g.point()) <= duplicateWithin {
				later, earlier := f, g
				if later.row < earlier.row {
					later, earlier = earlier, later
				}
				if later.odd&oddDuplicate == 0 {
					later.odd |= oddDuplicate
					later.twin = earlier.row
				}
				break
			}
		}
	}
}

// alike tells whether nothing that two rows of one name say sets them apart:
// kind, storey and unit, house number.
func alike(a, b *fact) bool {
	return a.kind == b.kind && a.part == b.part && (a.digits == b.digits || a.digits == 0 || b.digits == 0)
}

const (
	// sharedRows rows at one point are looked at closer.
	sharedRows = 5
	// sharedStreets is how many different addresses no single building has.
	sharedStreets = 4
)

// judgeShared finds points at which rows of different addresses lie. The shops
// of a mall share a point and an address, and are as they should be.
func (r *run) judgeShared() {
	r.shared = map[int32]int{}
	if r.decimals <= 3 {
		return
	}
	list := make([]keyed, 0, len(r.facts))
	for i := range r.facts {
		if f := &r.facts[i]; f.odd&oddCopy == 0 {
			list = append(list, keyed{uint64(uint32(f.lat))<<32 | uint64(uint32(f.lon)), int32(i)})
		}
	}
	sortKeyed(list)
	for from := 0; from < len(list); {
		to := from + 1
		for to < len(list) && list[to].hash == list[from].hash {
			to++
		}
		if n := to - from; n >= sharedRows {
			if streets := r.streets(list[from:to]); streets >= sharedStreets && streets*2 >= n {
				for _, k := range list[from:to] {
					r.facts[k.index].odd |= oddShared
					r.shared[k.index] = n
				}
			}
		}
		from = to
	}
}

// streets counts the different addresses of rows, house numbers aside.
func (r *run) streets(rows []keyed) int {
	seen := map[uint32]bool{}
	for _, k := range rows {
		if street := r.facts[k.index].street; street != 0 {
			seen[street] = true
		}
	}
	return len(seen)
}
