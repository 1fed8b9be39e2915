package quality

import (
	"math"

	"github.com/paulmach/orb"

	"fujin/geo/zone"
)

// A square is one degree of latitude and longitude.
type square struct{ lat, lon int16 }

func squareOf(p orb.Point) square {
	return square{int16(math.Floor(p[1])), int16(math.Floor(p[0]))}
}

// reach is how many squares apart places may be and still belong together: some
// 200 km, so that a thinly settled province is one cluster.
const reach = 2

// A cluster is a set of places that lie together.
type cluster struct {
	size  int // rows of the file
	known int // published places of the dataset
	first []int32
	bound orb.Bound
	// home: the dataset's places belong here.
	home bool
	sea  float64 // share of its first rows that lie on the open sea
}

// clusters group places by the squares they lie in.
type clusters struct {
	bySquare map[square]int // its cluster, counted from 1 once found
	all      []cluster
	rows     int
}

// firstRowsOf bounds how many rows of a cluster are looked at one by one.
const firstRowsOf = 50

// newClusters finds the clusters of the facts and the dataset's published
// places.
func newClusters(facts []fact, own []knownPlace) *clusters {
	c := &clusters{bySquare: map[square]int{}, rows: len(facts)}
	for i := range facts {
		c.bySquare[squareOf(facts[i].point())] = 0
	}
	for i := range own {
		c.bySquare[squareOf(own[i].point())] = 0
	}
	for s, found := range c.bySquare {
		if found == 0 {
			c.all = append(c.all, cluster{})
			c.flood(s, len(c.all))
		}
	}
	for i := range facts {
		p := facts[i].point()
		g := &c.all[c.bySquare[squareOf(p)]-1]
		if g.size == 0 {
			g.bound = p.Bound()
		}
		g.size++
		g.bound = g.bound.Extend(p)
		if len(g.first) < firstRowsOf {
			g.first = append(g.first, int32(i))
		}
	}
	for i := range own {
		c.all[c.bySquare[squareOf(own[i].point())]-1].known++
	}
	return c
}

// flood gives a square and all that hang together with it to a cluster.
func (c *clusters) flood(start square, number int) {
	stack := []square{start}
	c.bySquare[start] = number
	for len(stack) > 0 {
		s := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for dLat := -reach; dLat <= reach; dLat++ {
			for dLon := -reach; dLon <= reach; dLon++ {
				next := square{s.lat + int16(dLat), wrap(int(s.lon) + dLon)}
				if found, there := c.bySquare[next]; there && found == 0 {
					c.bySquare[next] = number
					stack = append(stack, next)
				}
			}
		}
	}
}

// wrap keeps a square's longitude on this side of the antimeridian.
func wrap(lon int) int16 { return int16((lon+540)%360 - 180) }

// of is the cluster in whose squares, or beside them, a position lies; nil if
// there is none.
func (c *clusters) of(p orb.Point) *cluster {
	s := squareOf(p)
	if n := c.bySquare[s]; n > 0 {
		return &c.all[n-1]
	}
	for dLat := -1; dLat <= 1; dLat++ {
		for dLon := -1; dLon <= 1; dLon++ {
			if n := c.bySquare[square{s.lat + int16(dLat), wrap(int(s.lon) + dLon)}]; n > 0 {
				return &c.all[n-1]
			}
		}
	}
	return nil
}

// atHome tells whether a position lies where the dataset's places belong.
func (c *clusters) atHome(p orb.Point) bool {
	g := c.of(p)
	return g != nil && g.home
}

// settle decides which clusters are the dataset's home: those in which its
// published places lie, else those that hold nearly all rows, the ones on the
// open sea left aside. Without either nobody can say.
func (c *clusters) settle(facts []fact) {
	published := 0
	for i := range c.all {
		published += c.all[i].known
	}
	atSea := 0
	for i := range c.all {
		g := &c.all[i]
		if published >= minKnown {
			g.home = g.known*100 >= published
			continue
		}
		if g.size*5 < c.rows && g.size*100 >= c.rows || g.size*5 >= c.rows || len(c.all) < 50 {
			g.sea = seaShare(facts, g.first, 0)
		}
		if g.sea >= 0.7 {
			atSea += g.size
		}
	}
	if published >= minKnown {
		return
	}
	held := 0
	for i := range c.all {
		if g := &c.all[i]; g.sea < 0.7 && g.size*5 >= c.rows {
			held += g.size
		}
	}
	for i := range c.all {
		g := &c.all[i]
		g.home = g.sea < 0.7 && g.size*5 >= c.rows && held*10 >= (c.rows-atSea)*8
	}
}

// minKnown is how many places must be published to say where a dataset belongs.
const minKnown = 5

// local tells whether home holds nearly all rows and is no larger than a large
// country, so that a row elsewhere is odd even on land.
func (c *clusters) local() bool {
	held := 0
	var bound orb.Bound
	for i := range c.all {
		g := &c.all[i]
		if !g.home {
			continue
		}
		if held == 0 {
			bound = g.bound
		}
		bound = bound.Union(g.bound)
		held += g.size
	}
	return held*100 >= c.rows*95 && bound.Right()-bound.Left() <= 70 && bound.Top()-bound.Bottom() <= 40
}

// seaShare is how many of the rows lie on the open sea, if mended.
func seaShare(facts []fact, rows []int32, how fix) float64 {
	n := 0
	for _, i := range rows {
		if onOpenSea(how.apply(facts[i].point())) {
			n++
		}
	}
	if len(rows) == 0 {
		return 0
	}
	return float64(n) / float64(len(rows))
}

// onOpenSea tells a position outside all countries and their coastal waters.
func onOpenSea(p orb.Point) bool {
	if math.Abs(p[1]) > 90 {
		return true
	}
	name := zone.At(p)
	return len(name) > 3 && name[:4] == "Etc/" || name == "UTC"
}
