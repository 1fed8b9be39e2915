package index

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestVectors compares what the processor's vectors give with the plain loops,
// bit by bit.
func TestVectors(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 7))
	edges := []int32{math.MinInt32, -180 * unit, -1, 0, 1, 180 * unit, math.MaxInt32}
	coordinate := func(near float64) int32 {
		switch rnd.IntN(8) {
		case 0:
			return edges[rnd.IntN(len(edges))]
		case 1:
			return int32(near)
		}
		return int32(math.Max(math.MinInt32, math.Min(math.MaxInt32, near+rnd.NormFloat64()*math.Exp2(float64(rnd.IntN(31))))))
	}
	for range 20_000 {
		p := plane{(rnd.Float64() - 0.5) * wholeTurn * 1.5, (rnd.Float64() - 0.5) * wholeTurn / 2, rnd.Float64() * 0.0112, 0.011}
		var points [fanout]position
		var boxes [fanout]box
		for i := range fanout {
			points[i] = position{coordinate(p.x), coordinate(p.y)}
			boxes[i] = points[i].box().join(position{coordinate(p.x), coordinate(p.y)}.box())
		}
		cutoff := math.Exp2(rnd.Float64() * 40)
		compareVectors(t, cutoff, func(to *bounds, cutoff float64) uint32 { return nearPoints(&p, &points, to, cutoff) },
			func(to *bounds, cutoff float64) uint32 { return boundPoints(&p, &points, to, cutoff) })
		f, some := p.floor(), boxes[:rnd.IntN(2)+fanout-1]
		compareVectors(t, cutoff, func(to *bounds, cutoff float64) uint32 { return nearBoxes(&f, some, to, cutoff) },
			func(to *bounds, cutoff float64) uint32 { return boundBoxes(&f, some, to, cutoff) })
	}
}

// compareVectors also asks with a cutoff that is exactly one of the bounds.
func compareVectors(t *testing.T, cutoff float64, vectors, plain func(to *bounds, cutoff float64) uint32) {
	t.Helper()
	for range 2 {
		var a, b bounds
		if near, want := vectors(&a, cutoff), plain(&b, cutoff); near != want || a != b {
			t.Fatalf("cutoff %v: %016b %v; want %016b %v", cutoff, near, a, want, b)
		}
		cutoff = b[3]
	}
}
