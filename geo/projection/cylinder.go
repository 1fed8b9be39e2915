package projection

import "math"

// transverseMercator is that of UTM, Gauss-Krüger and most national grids, by
// Krüger's series to the fourth order: less than a millimetre is lost within
// 3,000 km of the central meridian.
func transverseMercator(g ellipsoid, p parameters) inverse {
	lon0, lat0 := p.origin()
	east, north := p.falseOrigin()
	n := g.f / (2 - g.f)
	n2, n3, n4 := n*n, n*n*n, n*n*n*n
	radius := p.scale() * g.a / (1 + n) * (1 + n2/4 + n4/64)
	forward := [...]float64{n/2 - 2*n2/3 + 5*n3/16 + 41*n4/180, 13*n2/48 - 3*n3/5 + 557*n4/1440, 61*n3/240 - 103*n4/140, 49561 * n4 / 161280}
	back := [...]float64{n/2 - 2*n2/3 + 37*n3/96 - n4/360, n2/48 + n3/15 - 437*n4/1440, 17*n3/480 - 37*n4/840, 4397 * n4 / 161280}
	conformal := math.Atan(math.Sinh(g.isometric(lat0)))
	xi0 := conformal
	for j, c := range forward {
		xi0 += c * math.Sin(2*float64(j+1)*conformal)
	}
	return func(x, y float64) (float64, float64) {
		xi, eta := (y-north)/radius+xi0, (x-east)/radius
		u, v := xi, eta
		for j, c := range back {
			k := 2 * float64(j+1)
			u -= c * math.Sin(k*xi) * math.Cosh(k*eta)
			v -= c * math.Cos(k*xi) * math.Sinh(k*eta)
		}
		lon := math.Atan2(math.Sinh(v), math.Cos(u))
		return lon0 + lon, g.latitude(math.Atanh(math.Sin(u) / math.Cosh(v)))
	}
}

// mercator is the ellipsoidal one, with a scale or a standard parallel.
func mercator(g ellipsoid, p parameters) inverse {
	lon0, _ := p.origin()
	east, north := p.falseOrigin()
	scale := p.scale()
	if p.has("standardparallel1") {
		parallel, _ := p.parallels()
		scale *= g.narrow(parallel)
	}
	return func(x, y float64) (float64, float64) {
		return lon0 + (x-east)/(g.a*scale), g.latitude((y - north) / (g.a * scale))
	}
}

// webMercator is Mercator on a sphere, whose result is taken for a position on
// the ellipsoid: EPSG:3857.
func webMercator(g ellipsoid, p parameters) inverse {
	return mercator(newEllipsoid(g.a, 0), p)
}

// hotineNatural is the oblique Mercator whose false origin is where the central
// line meets the aposphere's equator (variant A: Malaysia, Alaska).
func hotineNatural(g ellipsoid, p parameters) inverse { return hotine(g, p, false) }

// hotineCentre has its false origin at the centre (variant B: Switzerland,
// which is the case of a central line that runs due east).
func hotineCentre(g ellipsoid, p parameters) inverse { return hotine(g, p, true) }

func hotine(g ellipsoid, p parameters, centred bool) inverse {
	lonC, latC := p.origin()
	east, north := p.falseOrigin()
	azimuth := p.first(90*degree, "azimuth")
	skew := p.first(azimuth, "rectifiedgridangle", "xyplanerotation")
	sin, cos := math.Sincos(latC)
	b := math.Sqrt(1 + g.e2*cos*cos*cos*cos/(1-g.e2))
	a := g.a * b * p.scale() * math.Sqrt(1-g.e2) / (1 - g.e2*sin*sin)
	d := max(b*math.Sqrt(1-g.e2)/(cos*math.Sqrt(1-g.e2*sin*sin)), 1)
	root := math.Copysign(math.Sqrt(d*d-1), latC)
	f := d + root
	h := math.Log(f) - b*g.isometric(latC)
	gamma := math.Asin(math.Sin(azimuth) / d)
	sinGamma, cosGamma := math.Sincos(gamma)
	// The central line's longitude of departure from the equator. Where the line
	// runs due east the sine is 1, and its inverse would lose half the digits.
	away, centre := math.Pi/2, 0.0
	if due := math.Abs(azimuth-math.Pi/2) < 1e-9; !due {
		away = math.Asin((f - 1/f) / 2 * math.Tan(gamma))
		centre = a / b * math.Atan2(root, math.Cos(azimuth))
	} else {
		centre = a / b * away
	}
	if !centred {
		centre = 0
	}
	lon0 := lonC - away/b
	sinSkew, cosSkew := math.Sincos(skew)
	return func(x, y float64) (float64, float64) {
		x, y = x-east, y-north
		v, u := x*cosSkew-y*sinSkew, y*cosSkew+x*sinSkew+centre
		q := -b * v / a
		s, t := math.Sinh(q), math.Cosh(q)
		sinU, cosU := math.Sincos(b * u / a)
		lat := math.Atanh((sinU*cosGamma+s*sinGamma)/t) - h
		return lon0 - math.Atan2(s*cosGamma-sinU*sinGamma, cosU)/b, g.latitude(lat / b)
	}
}
