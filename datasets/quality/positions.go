package quality

import (
	"math"

	"github.com/paulmach/orb"

	"fujin/geo"
)

// verdicts are what is decided between the readings.
type verdicts struct {
	hasher     hasher
	clusters   *clusters
	shift      shift
	shared     map[int32]int // rows at a point that too many addresses share
	decimals   int           // of nearly all coordinates; 7 where nothing is odd
	nextDamage int
	undecoded  int // the last row with bytes that are no text
	failed     error
}

// judge decides what is odd about the rows.
func (r *run) judge() error {
	var err error
	if r.known, err = learn(r.order.Known, &r.hasher); err != nil {
		return err
	}
	r.clusters = newClusters(r.facts, r.known.own)
	r.clusters.settle(r.facts)
	if r.order.Area != nil {
		r.judgeByArea()
	} else {
		r.judgeByClusters()
	}
	r.judgeByKnown()
	r.judgeFakes()
	r.judgePrecision()
	r.shift = r.findShift()
	r.judgeCopies()
	r.judgeShared()
	r.judgeDamages()
	for i := range r.columns {
		r.columns[i].judge()
	}
	return r.ctx.Err()
}

// areaMargin is how far beyond the area a place may lie, in degrees: areas are
// drawn roughly, and a border toilet is no error.
const areaMargin = 0.02

// inArea tells whether a position lies in the dataset's area.
func (r *run) inArea(p orb.Point) bool {
	return r.order.Area.Pad(areaMargin).Contains(p)
}

// judgeByArea compares each row with the area.
func (r *run) judgeByArea() {
	for i := range r.facts {
		f := &r.facts[i]
		p := f.point()
		if r.inArea(p) {
			continue
		}
		if f.fix = only(p, r.inArea); f.fix != asIs {
			_, bit := f.fix.finding()
			f.odd |= bit
		} else {
			f.odd |= oddOutside
		}
	}
}

// judgeByClusters compares each row with where the others lie.
func (r *run) judgeByClusters() {
	c := r.clusters
	local, rows := c.local(), len(r.facts)
	fixes := make([]fix, len(c.all))
	far := make([]bool, len(c.all))
	for i := range c.all {
		g := &c.all[i]
		if g.home || g.size == 0 {
			continue
		}
		if g.known == 0 && rows >= 5 {
			fixes[i] = r.clusterFix(g, local)
		}
		far[i] = fixes[i] == asIs && local && rows >= 20 && g.known == 0 && g.size <= max(3, rows/1000)
	}
	for i := range r.facts {
		f := &r.facts[i]
		n := c.bySquare[squareOf(f.point())] - 1
		switch how := fixes[n]; {
		case how != asIs && how.possible(f.point()) && (!r.anyHome() || c.atHome(how.apply(f.point()))):
			f.fix = how
			_, bit := how.finding()
			f.odd |= bit
		case far[n]:
			f.odd |= oddFar
		}
	}
}

func (r *run) anyHome() bool {
	for i := range r.clusters.all {
		if r.clusters.all[i].home {
			return true
		}
	}
	return false
}

// clusterFix is the fix that brings a cluster home. A cluster on land is only
// touched where the dataset is local or published; one on the open sea is wrong
// in any case, and where there is no home is exchanged if that brings it ashore.
func (r *run) clusterFix(g *cluster, local bool) fix {
	published := len(r.known.own) >= minKnown
	if g.sea == 0 && !local && !published {
		g.sea = seaShare(r.facts, g.first, asIs)
	}
	if !local && !published && g.sea < 0.7 {
		return asIs
	}
	if !r.anyHome() {
		if g.size*2 >= len(r.facts) && g.sea >= 0.8 && seaShare(r.facts, g.first, swapped) <= 0.2 && signed(r.facts) {
			return swapped
		}
		return asIs
	}
	if !published && g.sea < 0.7 && g.size*20 > len(r.facts) {
		return asIs // too many to be a slip
	}
	best, second := asIs, 0
	most := 0
	for f := swapped; f < fixCount; f++ {
		n := 0
		for _, i := range g.first {
			if p := r.facts[i].point(); f.possible(p) && r.clusters.atHome(f.apply(p)) {
				n++
			}
		}
		if n > most {
			best, most, second = f, n, most
		} else {
			second = max(second, n)
		}
	}
	if most*10 < len(g.first)*6 || second*5 > most {
		return asIs
	}
	return best
}

// signed tells whether any coordinate has a minus sign. In a file of which
// everything lies at sea it shows that signs were kept, so that the values must
// have been exchanged instead.
func signed(facts []fact) bool {
	for i := range facts {
		if facts[i].lat < 0 || facts[i].lon < 0 {
			return true
		}
	}
	return false
}

// movedFar is how far, in metres, a facility may have moved since it was
// published before somebody should look.
const movedFar = 2000

// judgeByKnown compares rows with where they were published.
func (r *run) judgeByKnown() {
	for i := range r.facts {
		f := &r.facts[i]
		if f.id == 0 {
			continue
		}
		was, published := r.known.byID(f.id)
		if !published || geo.Distance(was, f.point()) <= movedFar {
			continue
		}
		there := func(p orb.Point) bool { return geo.Distance(was, p) <= 500 }
		if how := only(f.point(), there); how != asIs {
			f.fix = how
			f.odd &^= oddSwapped | oddSign | oddOutside | oddFar
			_, bit := how.finding()
			f.odd |= bit
		} else if f.fix == asIs {
			f.odd |= oddMoved
		}
	}
}

// judgeFakes finds positions that stand for an unknown one: whole degrees or
// equal values where others are finer, or a single zero far from the rest.
func (r *run) judgeFakes() {
	whole := 0
	for i := range r.facts {
		if wholeDegrees(&r.facts[i]) {
			whole++
		}
	}
	for i := range r.facts {
		f := &r.facts[i]
		home := r.clusters.atHome(f.point())
		switch {
		case wholeDegrees(f) && whole*20 <= len(r.facts),
			f.lat == f.lon && !home,
			(f.lat == 0 || f.lon == 0) && !home && r.anyHome():
			f.odd |= oddFake
			f.odd &^= oddFar | oddOutside | oddSwapped | oddSign
			f.fix = asIs
		}
	}
}

func wholeDegrees(f *fact) bool { return f.lat%1e7 == 0 && f.lon%1e7 == 0 }

// judgePrecision finds how many decimals nearly all coordinates have.
func (r *run) judgePrecision() {
	r.decimals = 7
	if len(r.facts) < 20 {
		return
	}
	for decimals, unit := 0, int32(1e7); decimals <= 3; decimals, unit = decimals+1, unit/10 {
		n := 0
		for i := range r.facts {
			if r.facts[i].lat%unit == 0 && r.facts[i].lon%unit == 0 {
				n++
			}
		}
		if n*10 >= len(r.facts)*9 {
			r.decimals = decimals
			return
		}
	}
}

// metresOf is how coarse a number of decimals is, for a message.
func metresOf(decimals int) int { return int(111_000 / math.Pow10(decimals)) }
