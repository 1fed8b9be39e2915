package geo

import (
	"math"

	"github.com/paulmach/orb"
)

// Bound returns boxes that surely contain the circle of a radius in metres: one
// box, two where the circle crosses the antimeridian, one of all longitudes
// where it touches a pole. The boxes are at most a percent too wide, so what
// they hold must still be measured.
func Bound(p orb.Point, radius float64) []orb.Bound {
	if !(radius >= 0) {
		return nil
	}
	lon, lat := wrap180(p[0]), p[1]
	// An arc is no longer than an angle times the smallest radius of curvature;
	// the margin covers rounding.
	reach := radius/minCurvature*(1+1e-9) + 1e-12
	dlat := reach * radian
	south, north := math.Max(-90, lat-dlat), math.Min(90, lat+dlat)
	cos := math.Cos(lat * degree)
	if lat-dlat <= -90 || lat+dlat >= 90 || reach >= math.Pi/2 || math.Sin(reach) >= cos {
		return []orb.Bound{{Min: orb.Point{-180, south}, Max: orb.Point{180, north}}}
	}
	dlon := math.Asin(math.Sin(reach)/cos)*radian + 1e-12
	west, east := lon-dlon, lon+dlon
	switch {
	case dlon >= 180:
		west, east = -180, 180
	case west < -180:
		return []orb.Bound{
			{Min: orb.Point{west + 360, south}, Max: orb.Point{180, north}},
			{Min: orb.Point{-180, south}, Max: orb.Point{east, north}},
		}
	case east > 180:
		return []orb.Bound{
			{Min: orb.Point{west, south}, Max: orb.Point{180, north}},
			{Min: orb.Point{-180, south}, Max: orb.Point{east - 360, north}},
		}
	}
	return []orb.Bound{{Min: orb.Point{west, south}, Max: orb.Point{east, north}}}
}
