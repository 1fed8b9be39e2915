package index

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestQueue pushes and pops at random, few visits and more than lie sorted.
func TestQueue(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 3))
	var q queue
	for range 2_000 {
		q.reset()
		var want []visit
		pushes := 1 + rnd.IntN(4*nearVisits)
		for pushes > 0 || len(want) > 0 {
			if pushes > 0 && rnd.IntN(3) > 0 {
				v := newVisit(float64(rnd.IntN(1000)), rnd.Uint32N(1000))
				q.push(v)
				at, _ := slices.BinarySearch(want, v)
				want = slices.Insert(want, at, v)
				pushes--
				continue
			}
			v, ok := q.pop()
			if ok != (len(want) > 0) || ok && v != want[0] {
				t.Fatalf("popped %v, %v; want the first of %v", v, ok, want)
			}
			if ok {
				want = want[1:]
			}
		}
	}
}
