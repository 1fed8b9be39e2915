package geo

import (
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
