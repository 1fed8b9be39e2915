package projection

import "math"

// An ellipsoid is the figure of the earth that a datum uses.
type ellipsoid struct {
	a  float64 // half the equator's diameter, metres
	f  float64 // flattening
	e  float64 // eccentricity
	e2 float64 // its square
}

// newEllipsoid takes the reciprocal of the flattening, 0 for a sphere.
func newEllipsoid(a, reciprocal float64) ellipsoid {
	f := 0.0
	if reciprocal != 0 {
		f = 1 / reciprocal
	}
	e2 := f * (2 - f)
	return ellipsoid{a: a, f: f, e2: e2, e: math.Sqrt(e2)}
}

// wgs84 is where every conversion ends.
var wgs84 = newEllipsoid(6378137, 298.257223563)

// isometric is the latitude on the scale on which conformal maps are built.
func (g ellipsoid) isometric(lat float64) float64 {
	sin := math.Sin(lat)
	return math.Atanh(sin) - g.e*math.Atanh(g.e*sin)
}

// latitude inverts isometric by iteration, each round of which gains two
// digits at least.
func (g ellipsoid) latitude(isometric float64) float64 {
	lat := math.Asin(math.Tanh(isometric))
	for range 20 {
		next := math.Asin(math.Tanh(isometric + g.e*math.Atanh(g.e*math.Sin(lat))))
		if math.Abs(next-lat) < 1e-14 {
			return next
		}
		lat = next
	}
	return lat
}

// authalic is q, which is proportional to the area between equator and
// latitude.
func (g ellipsoid) authalic(lat float64) float64 {
	sin := math.Sin(lat)
	if g.e == 0 {
		return 2 * sin
	}
	return (1 - g.e2) * (sin/(1-g.e2*sin*sin) + math.Atanh(g.e*sin)/g.e)
}

// fromAuthalic inverts authalic by Newton's method.
func (g ellipsoid) fromAuthalic(q float64) float64 {
	pole := g.authalic(math.Pi / 2)
	lat := math.Asin(q / pole)
	for range 10 {
		sin, cos := math.Sincos(lat)
		if cos < 1e-9 {
			break
		}
		w := 1 - g.e2*sin*sin
		step := (q - g.authalic(lat)) * w * w / (2 * (1 - g.e2) * cos)
		lat += step
		if math.Abs(step) < 1e-14 {
			break
		}
	}
	return lat
}

// narrow is the radius of a parallel over a: cos(lat)/√(1-e²sin²lat).
func (g ellipsoid) narrow(lat float64) float64 {
	sin, cos := math.Sincos(lat)
	return cos / math.Sqrt(1-g.e2*sin*sin)
}
