package projection

import "math"

// lambertConformal is the conformal cone with one standard parallel (and a
// scale) or two: France, Belgium, most of the United States' plane systems.
func lambertConformal(g ellipsoid, p parameters) inverse { return lambert(g, p, 0) }

// lambertBelgium turns the plane of the map by 29.2985", as Belgium's system
// of 1972 did.
func lambertBelgium(g ellipsoid, p parameters) inverse { return lambert(g, p, 29.2985*arcsecond) }

func lambert(g ellipsoid, p parameters, turn float64) inverse {
	lon0, lat0 := p.origin()
	east, north := p.falseOrigin()
	first, second := p.parallels()
	n := math.Sin(first)
	if math.Abs(first-second) > 1e-10 {
		n = math.Log(g.narrow(first)/g.narrow(second)) / (g.isometric(second) - g.isometric(first))
	}
	size := g.a * p.scale() * g.narrow(first) / n * math.Exp(n*g.isometric(first))
	apex := size * math.Exp(-n*g.isometric(lat0))
	return func(x, y float64) (float64, float64) {
		dx, dy := x-east, apex-(y-north)
		theta := math.Atan2(math.Copysign(1, n)*dx, math.Copysign(1, n)*dy) + turn
		return lon0 + theta/n, g.latitude(math.Log(size/math.Copysign(math.Hypot(dx, dy), n)) / n)
	}
}

// albers is the equal-area cone: maps of all China or all of the United States.
func albers(g ellipsoid, p parameters) inverse {
	lon0, lat0 := p.origin()
	east, north := p.falseOrigin()
	first, second := p.parallels()
	m1, m2 := g.narrow(first), g.narrow(second)
	n := math.Sin(first)
	if math.Abs(first-second) > 1e-10 {
		n = (m1*m1 - m2*m2) / (g.authalic(second) - g.authalic(first))
	}
	c := m1*m1 + n*g.authalic(first)
	apex := g.a / n * math.Sqrt(c-n*g.authalic(lat0))
	return func(x, y float64) (float64, float64) {
		dx, dy := x-east, apex-(y-north)
		rho := math.Hypot(dx, dy) * n / g.a
		theta := math.Atan2(math.Copysign(1, n)*dx, math.Copysign(1, n)*dy)
		return lon0 + theta/n, g.fromAuthalic((c - rho*rho) / n)
	}
}

// krovak is the oblique cone of the Czech and Slovak grid, read with axes to
// the east and north (negative numbers) or, as the cadastre writes it, to the
// south and west (positive ones).
func krovak(g ellipsoid, p parameters) inverse {
	lon0, latC := p.origin()
	east, north := p.falseOrigin()
	tilt := p.first(30.28813975277778*degree, "azimuth")
	parallel := p.first(78.5*degree, "pseudostandardparallel1")
	sin, cos := math.Sincos(latC)
	radius := g.a * math.Sqrt(1-g.e2) / (1 - g.e2*sin*sin)
	b := math.Sqrt(1 + g.e2*cos*cos*cos*cos/(1-g.e2))
	shift := math.Atanh(sin/b) - b*g.isometric(latC) // of the isometric latitude on the sphere
	n := math.Sin(parallel)
	apex := p.scale() * radius / math.Tan(parallel)
	sinTilt, cosTilt := math.Sincos(tilt)
	return func(x, y float64) (float64, float64) {
		south, west := -(y - north), -(x - east)
		if x > 0 && y > 0 {
			south, west = y-north, x-east
		}
		theta := math.Atan2(west, south) / n
		s := 2*math.Atan(math.Tan(parallel/2+math.Pi/4)*math.Pow(apex/math.Hypot(south, west), 1/n)) - math.Pi/2
		sinS, cosS := math.Sincos(s)
		sinD, cosD := math.Sincos(theta)
		u := math.Asin(cosTilt*sinS - sinTilt*cosS*cosD)
		v := math.Asin(cosS * sinD / math.Cos(u))
		return lon0 - v/b, g.latitude((math.Atanh(math.Sin(u)) - shift) / b)
	}
}
