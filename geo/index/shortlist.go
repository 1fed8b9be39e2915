package index

import (
	"cmp"
	"slices"
)

// shortlist keeps the points that may be among the nearest, by the squares of
// their lower bounds in the plane: these are at hand long before the exact
// distances, which are taken in the end for the few that are left. A true
// distance is at most a known ratio above its bound, so what is beyond the
// limit-th bound by more than that ratio is not among the nearest.
type shortlist struct {
	list  []candidate // distance is the square of the bound
	limit int
	ratio float64 // of the squares
	// cutoff is the squared bound beyond which nothing is of use.
	cutoff float64
	// guessed is the cutoff that was guessed, 0 if none was.
	guessed float64
}

func (p *shortlist) reset(limit int, ratio, worst float64) {
	p.list = p.list[:0]
	p.limit, p.ratio, p.cutoff, p.guessed = limit, ratio, worst*worst, 0
}

// guess lowers the cutoff in the hope that enough points lie within it.
func (p *shortlist) guess(cutoff float64) {
	if cutoff > 0 && cutoff < p.cutoff {
		p.cutoff, p.guessed = cutoff, cutoff
	}
}

// missed reports whether what was guessed was too little to tell the nearest.
func (p *shortlist) missed() bool {
	return p.guessed > 0 && (len(p.list) < p.limit || p.list[p.limit-1].distance*p.ratio > p.guessed)
}

// offer takes a point whose bound is not beyond the cutoff.
func (p *shortlist) offer(c candidate) {
	p.list = append(p.list, c)
	list := p.list
	if p.limit > insertionLimit {
		if len(list)/2 >= p.limit {
			slices.SortFunc(list, func(a, b candidate) int { return cmp.Compare(a.distance, b.distance) })
			p.cut()
		}
		return
	}
	i := len(list) - 1
	for ; i > 0 && list[i-1].distance > c.distance; i-- {
		list[i] = list[i-1]
	}
	list[i] = c
	if len(list) >= p.limit {
		p.cut()
	}
}

// cut drops what is beyond the limit-th of the sorted list; points that are
// about as far stay, however many they are.
func (p *shortlist) cut() {
	p.cutoff = min(p.cutoff, p.list[p.limit-1].distance*p.ratio)
	n := len(p.list)
	for p.list[n-1].distance > p.cutoff {
		n--
	}
	p.list = p.list[:n]
}
