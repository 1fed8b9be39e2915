package quality

import (
	"math"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/project"

	"fujin/geo"
)

// A fix is a way to mend a position that is wrong in itself.
type fix uint8

const (
	asIs fix = iota
	swapped
	lostLat  // the latitude has lost its minus sign
	lostLon  // the longitude has
	lostBoth // both have
	fixCount
)

// apply mends a position. The result may be no position.
func (f fix) apply(p orb.Point) orb.Point {
	switch f {
	case swapped:
		return orb.Point{p[1], p[0]}
	case lostLat:
		return orb.Point{p[0], -p[1]}
	case lostLon:
		return orb.Point{-p[0], p[1]}
	case lostBoth:
		return orb.Point{-p[0], -p[1]}
	}
	return p
}

// possible tells whether the fix makes another position of one that may have
// been damaged in this way: a lost sign leaves a positive number.
func (f fix) possible(p orb.Point) bool {
	switch f {
	case swapped:
		return math.Abs(p[0]) <= 90
	case lostLat:
		return p[1] > 0
	case lostLon:
		return p[0] > 0
	case lostBoth:
		return p[0] > 0 && p[1] > 0
	}
	return true
}

// finding and repair are the codes of a fix.
func (f fix) finding() (code string, bit odd) {
	if f == swapped {
		return "position_swapped", oddSwapped
	}
	return "position_sign_lost", oddSign
}

func (f fix) repair() string {
	if f == swapped {
		return "axes_swapped"
	}
	return "sign_restored"
}

// only is the one fix that brings a position where test wants it; asIs if
// there is none, or more than one.
func only(p orb.Point, test func(orb.Point) bool) fix {
	found := asIs
	for f := swapped; f < fixCount; f++ {
		if f.possible(p) && test(f.apply(p)) {
			if found != asIs {
				return asIs
			}
			found = f
		}
	}
	return found
}

// moved maps every position of a geometry.
func moved(g orb.Geometry, by func(orb.Point) orb.Point) orb.Geometry {
	return project.Geometry(orb.Clone(g), func(p orb.Point) orb.Point {
		p = by(p)
		return orb.Point{geo.Round7(p[0]), geo.Round7(p[1])}
	})
}
