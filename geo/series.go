package geo

// series holds the expansions of the geodesic integrals to the sixth order,
// Karney (2013), equations 15, 17, 18, 24, 25, 42 and 43. c[i] belongs to
// sin 2iσ; c[0] is unused.
type series struct {
	a1, a2, a3 float64
	c1, c2     [7]float64
	c3         [7]float64
}

func newSeries(e float64) series {
	ee := e * e
	e3, e4 := e*ee, ee*ee
	e5, e6 := e*e4, ee*e4
	return series{
		a1: (1 + ee/4 + e4/64 + e6/256) / (1 - e),
		c1: [7]float64{
			1: -e/2 + 3*e3/16 - e5/32,
			2: -ee/16 + e4/32 - 9*e6/2048,
			3: -e3/48 + 3*e5/256,
			4: -5*e4/512 + 3*e6/512,
			5: -7 * e5 / 1280,
			6: -7 * e6 / 2048,
		},
		a2: (1 + ee/4 + 9*e4/64 + 25*e6/256) * (1 - e),
		c2: [7]float64{
			1: e/2 + e3/16 + e5/32,
			2: 3*ee/16 + e4/32 + 35*e6/2048,
			3: 5*e3/48 + 5*e5/256,
			4: 35*e4/512 + 7*e6/512,
			5: 63 * e5 / 1280,
			6: 77 * e6 / 2048,
		},
		a3: 1 - (1.0/2-n3/2)*e - (1.0/4+n3/8-3*n3*n3/8)*ee - (1.0/16+3*n3/16+n3*n3/16)*e3 - (3.0/64+n3/32)*e4 - 3*e5/128,
		c3: [7]float64{
			1: (1.0/4-n3/4)*e + (1.0/8-n3*n3/8)*ee + (3.0/64+3*n3/64-n3*n3/64)*e3 + (5.0/128+n3/64)*e4 + 3*e5/128,
			2: (1.0/16-3*n3/32+n3*n3/32)*ee + (3.0/64-n3/32-3*n3*n3/64)*e3 + (3.0/128+n3/128)*e4 + 5*e5/256,
			3: (5.0/192-3*n3/64+5*n3*n3/192)*e3 + (3.0/128-5*n3/192)*e4 + 7*e5/512,
			4: (7.0/512-7*n3/256)*e4 + 7*e5/512,
			5: 21 * e5 / 2560,
		},
	}
}

// clenshaw sums c[i] sin 2iσ.
func clenshaw(sigma direction, c [7]float64) float64 {
	double := 2 * (sigma[1] - sigma[0]) * (sigma[1] + sigma[0]) // 2 cos 2σ
	var y0, y1 float64
	for i := 6; i >= 1; i-- {
		y0, y1 = double*y0-y1+c[i], y0
	}
	return 2 * sigma[0] * sigma[1] * y0
}
