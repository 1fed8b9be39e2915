package facility

import (
	"github.com/paulmach/orb"
	orbproject "github.com/paulmach/orb/project"
)

// project applies a transformation to every position, in place.
func project(g orb.Geometry, to func(orb.Point) orb.Point) orb.Geometry {
	return orbproject.Geometry(g, orb.Projection(to))
}
