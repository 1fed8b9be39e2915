package quality

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"fujin/datasets"
	"fujin/geo"
)

// A shift is a systematic error of a file's positions: they were taken for
// another coordinate system than they are in.
type shift struct {
	code, repair string
	undo         func(orb.Point) orb.Point
	// evidence says in words what speaks for it.
	evidence datasets.Sentence
}

// shifts are those that happen in China.
func shifts() []shift {
	return []shift{
		{code: "gcj02_taken_for_wgs84", repair: "gcj02_converted", undo: geo.GCJ02.ToWGS84},
		{code: "bd09_taken_for_wgs84", repair: "bd09_converted", undo: geo.BD09.ToWGS84},
		{code: "wgs84_taken_for_gcj02", repair: "wgs84_restored", undo: geo.GCJ02.FromWGS84},
	}
}

const (
	// shiftRows is how many rows are compared.
	shiftRows = 4000
	// shiftWithin is farther than any of the shifts, in metres.
	shiftWithin = 2500
	// shiftPairs is how many facilities must be known again to speak of a system.
	shiftPairs = 5
)

// findShift compares the positions with what is known there: first facility by
// facility, else, where too few are known again, by how many of the rows would
// fall onto any published place.
func (r *run) findShift() shift {
	rows := r.shiftable()
	if len(rows) == 0 {
		return shift{}
	}
	if found, decided := r.shiftOfPairs(rows); decided {
		return found
	}
	return r.shiftOfHits(rows)
}

// shiftable are rows spread over the file that lie in the mainland, where the
// systems differ.
func (r *run) shiftable() []*fact {
	if len(r.known.own)+len(r.known.others) == 0 {
		return nil
	}
	var rows []*fact
	step := max(1, len(r.facts)/(4*shiftRows))
	for i := 0; i < len(r.facts) && len(rows) < 4*shiftRows; i += step {
		if f := &r.facts[i]; f.fix == asIs && geo.InMainland(f.point()) {
			rows = append(rows, f)
		}
	}
	return rows
}

// shiftOfPairs decides by the median distance from where the same facilities
// were published, as they are and with each shift undone.
func (r *run) shiftOfPairs(rows []*fact) (found shift, decided bool) {
	all := shifts()
	metres := make([][]float64, len(all)+1)
	for _, f := range rows {
		was, ok := r.known.same(f, shiftWithin)
		if !ok {
			continue
		}
		metres[len(all)] = append(metres[len(all)], geo.Distance(was, f.point()))
		for i, s := range all {
			metres[i] = append(metres[i], geo.Distance(was, s.undo(f.point())))
		}
		if len(metres[0]) == shiftRows {
			break
		}
	}
	pairs := len(metres[0])
	if pairs < shiftPairs {
		return shift{}, false
	}
	now := median(metres[len(all)])
	best, least := 0, math.Inf(1)
	for i := range all {
		if m := median(metres[i]); m < least {
			best, least = i, m
		}
	}
	if now < 100 || least > 60 || least > 0.4*now {
		return shift{}, true
	}
	found = all[best]
	found.evidence = datasets.Say("%d facilities that are published lie %.0f m from there in the median, and %.0f m if converted", pairs, now, least)
	return found, true
}

// hitMetres is how near a row must fall to a published place to count as a hit.
const hitMetres = 25

// shiftOfHits decides by how many rows fall onto published places of any
// dataset, as they are and with each shift undone.
func (r *run) shiftOfHits(rows []*fact) shift {
	step := max(1, len(rows)/shiftRows)
	grid := newPointGrid(r.known.own, r.known.others)
	all := shifts()
	hits := make([]int, len(all)+1)
	tried := 0
	for i := 0; i < len(rows); i += step {
		p := rows[i].point()
		tried++
		for j, s := range all {
			if grid.near(s.undo(p)) {
				hits[j]++
			}
		}
		if grid.near(p) {
			hits[len(all)]++
		}
	}
	best, second := 0, hits[len(all)]
	for i := range all {
		if hits[i] > hits[best] {
			best = i
		}
	}
	for i := range all {
		if i != best {
			second = max(second, hits[i])
		}
	}
	if hits[best] < 20 || hits[best]*10 < tried || hits[best] < 4*(second+1) {
		return shift{}
	}
	found := all[best]
	found.evidence = datasets.Say("converted, %d of %d rows lie within %d m of a published place, as they are %d do",
		hits[best], tried, hitMetres, hits[len(all)])
	return found
}

func median(list []float64) float64 {
	slices.Sort(list)
	return list[len(list)/2]
}

// A pointGrid finds whether any of a set of points is near: points sorted by
// the square they lie in, about 55 m high.
type pointGrid []gridded

type gridded struct {
	square   uint64
	lon, lat int32
}

const gridUnits = 5000 // of 1e-7 degree

func gridSquare(lat, lon int32) uint64 {
	return uint64(uint32((int64(lat)+900_000_000)/gridUnits))<<32 | uint64(uint32((int64(lon)+1_800_000_000)/gridUnits))
}

func newPointGrid(lists ...[]knownPlace) pointGrid {
	var g pointGrid
	for _, list := range lists {
		for _, k := range list {
			g = append(g, gridded{gridSquare(k.lat, k.lon), k.lon, k.lat})
		}
	}
	slices.SortFunc(g, func(a, b gridded) int { return cmp.Compare(a.square, b.square) })
	return g
}

// near tells whether a point lies within hitMetres.
func (g pointGrid) near(p orb.Point) bool {
	lat, lon := toUnits(p[1]), toUnits(p[0])
	for dLat := int32(-1); dLat <= 1; dLat++ {
		for dLon := int32(-1); dLon <= 1; dLon++ {
			square := gridSquare(lat+dLat*gridUnits, lon+dLon*gridUnits)
			i, _ := slices.BinarySearchFunc(g, square, func(e gridded, s uint64) int { return cmp.Compare(e.square, s) })
			for ; i < len(g) && g[i].square == square; i++ {
				if geo.Distance(p, orb.Point{float64(g[i].lon) / 1e7, float64(g[i].lat) / 1e7}) <= hitMetres {
					return true
				}
			}
		}
	}
	return false
}
