package index

import "math"

// visit is a node, by its place among the nodes of its tree, or with visitItem
// an item, by its position; above it the square of a lower bound of its
// distance as a float32, so that visits compare as plain numbers.
type visit uint64

// visitItem marks the visit of an item.
const visitItem = uint32(1) << 31

// newVisit rounds the bound down.
func newVisit(bound2 float64, what uint32) visit {
	const down = 1 - 1.0/(1<<23)
	return visit(math.Float32bits(float32(bound2*down)))<<32 | visit(what)
}

func (v visit) bound2() float64 { return float64(math.Float32frombits(uint32(v >> 32))) }

func (v visit) what() uint32 { return uint32(v) }

// queue is a binary heap, nearest first.
type queue struct{ list []visit }

func (q *queue) reset() { q.list = q.list[:0] }

func (q *queue) push(v visit) {
	q.list = append(q.list, v)
	list := q.list
	rise(list, len(list)-1, v)
}

// rise puts v into the gap at i or above it.
func rise(list []visit, i int, v visit) {
	for i > 0 {
		parent := (i - 1) / 2
		if list[parent] <= v {
			break
		}
		list[i] = list[parent]
		i = parent
	}
	list[i] = v
}

// pop lets the gap at the top sink to the bottom, where the last visit, which
// is likely to belong there, fills it: no branch depends on what is nearer.
func (q *queue) pop() (visit, bool) {
	n := len(q.list) - 1
	if n < 0 {
		return 0, false
	}
	first, last := q.list[0], q.list[n]
	list := q.list[:n]
	q.list = list
	if n == 0 {
		return first, true
	}
	i := 0
	for {
		child := 2*i + 1
		if child+1 >= n {
			if child < n {
				list[i] = list[child]
				i = child
			}
			break
		}
		nearer, other := list[child], list[child+1]
		if other < nearer {
			nearer, child = other, child+1
		}
		list[i] = nearer
		i = child
	}
	rise(list, i, last)
	return first, true
}
