package projection

import "math"

// obliqueStereographic is the double projection, over a conformal sphere, of
// the Dutch (RD New), Polish and Romanian grids.
func obliqueStereographic(g ellipsoid, p parameters) inverse {
	lon0, lat0 := p.origin()
	east, north := p.falseOrigin()
	sin, cos := math.Sincos(lat0)
	w := 1 - g.e2*sin*sin
	diameter := 2 * p.scale() * g.a * math.Sqrt(1-g.e2) / w // of the sphere
	n := math.Sqrt(1 + g.e2*cos*cos*cos*cos/(1-g.e2))
	// The sphere's latitude chi has sin(chi) = tanh(n·isometric + shift), where
	// shift makes the origin's parallel fit.
	chi0 := math.Asin(sin / n)
	shift := math.Atanh(sin/n) - n*g.isometric(lat0)
	sin0, cos0 := math.Sincos(chi0)
	return func(x, y float64) (float64, float64) {
		x, y = (x-east)/diameter, (y-north)/diameter
		rho := math.Hypot(x, y)
		if rho == 0 {
			return lon0, lat0
		}
		sinC, cosC := math.Sincos(2 * math.Atan(rho))
		chi := math.Asin(cosC*sin0 + y*sinC*cos0/rho)
		lambda := math.Atan2(x*sinC, rho*cos0*cosC-y*sin0*sinC)
		return lon0 + lambda/n, g.latitude((math.Atanh(math.Sin(chi)) - shift) / n)
	}
}

// lambertAzimuthal is the equal-area plane of European statistics
// (EPSG:3035).
func lambertAzimuthal(g ellipsoid, p parameters) inverse {
	lon0, lat0 := p.origin()
	east, north := p.falseOrigin()
	pole := g.authalic(math.Pi / 2)
	beta0 := math.Asin(g.authalic(lat0) / pole)
	sin0, cos0 := math.Sincos(beta0)
	radius := g.a * math.Sqrt(pole/2)
	d := 1.0
	if cos0 > 1e-9 {
		d = g.a * g.narrow(lat0) / (radius * cos0)
	}
	return func(x, y float64) (float64, float64) {
		x, y = (x-east)/d, (y-north)*d
		rho := math.Hypot(x, y)
		if rho == 0 {
			return lon0, lat0
		}
		sinC, cosC := math.Sincos(2 * math.Asin(rho/(2*radius)))
		q := pole * (cosC*sin0 + y*sinC*cos0/rho)
		return lon0 + math.Atan2(x*sinC, rho*cos0*cosC-y*sin0*sinC), g.fromAuthalic(q)
	}
}
