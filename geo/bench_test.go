package geo

import (
	"math"
	"testing"

	"github.com/paulmach/orb"
)

func BenchmarkDistance(b *testing.B) {
	from := orb.Point{115.8582, 28.6829}
	for name, to := range map[string]orb.Point{
		"1km":       {115.868, 28.69},
		"1000km":    {113.26, 23.13},
		"antipodal": {-64.3, -28.5},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Distance(from, to)
			}
		})
	}
}

func BenchmarkRuler(b *testing.B) {
	r := NewRuler(orb.Point{115.8582, 28.6829})
	for name, to := range map[string]orb.Point{"1km": {115.868, 28.69}, "40km": {116.1, 28.9}} {
		b.Run(name, func(b *testing.B) {
			sum := 0.0
			for b.Loop() {
				sum += r.Distance(to)
			}
		})
	}
	b.Run("New", func(b *testing.B) {
		for b.Loop() {
			NewRuler(orb.Point{115.8582, 28.6829})
		}
	})
}

func BenchmarkInMainland(b *testing.B) {
	for name, p := range map[string]orb.Point{"inland": {115.8582, 28.6829}, "border": {114.06, 22.52}, "abroad": {2.35, 48.85}} {
		b.Run(name, func(b *testing.B) {
			InMainland(p)
			for b.Loop() {
				InMainland(p)
			}
		})
	}
	b.Run("decode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			newOutline(decodeRings(mainlandData))
		}
	})
}

func BenchmarkToWGS84(b *testing.B) {
	p := orb.Point{115.86, 28.68}
	for _, c := range []CRS{GCJ02, BD09} {
		b.Run(string(c), func(b *testing.B) {
			for b.Loop() {
				c.ToWGS84(p)
			}
		})
	}
}

func BenchmarkDistanceTo(b *testing.B) {
	p := orb.Point{115.8582, 28.6829}
	ring := func(lon, lat float64) orb.Polygon {
		var r orb.Ring
		for i := range 101 {
			sin, cos := math.Sincos(float64(i%100) / 50 * math.Pi)
			r = append(r, orb.Point{lon + 0.001*cos, lat + 0.001*sin})
		}
		return orb.Polygon{r}
	}
	for name, g := range map[string]orb.Geometry{
		"point": orb.Point{115.86, 28.68}, "100 vertices 1km": ring(115.868, 28.69), "100 vertices 300km": ring(117, 31),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				DistanceTo(p, g)
			}
		})
	}
}
