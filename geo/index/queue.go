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

// queue gives visits nearest first. The nearest lie sorted, which is the fastest
// for the few that most searches have; what is more than that lies in a heap.
type queue struct {
	near []visit // the nearest last
	far  []visit // a binary heap; none is nearer than those in near
}

const nearVisits = 48

func (q *queue) reset() { q.near, q.far = q.near[:0], q.far[:0] }

func (q *queue) push(v visit) {
	if len(q.near) == nearVisits || len(q.far) > 0 {
		if v = q.spill(v); v == nothing {
			return
		}
	}
	q.near = append(q.near, v)
	near := q.near
	i := len(near) - 1
	for ; i > 0 && near[i-1] < v; i-- {
		near[i] = near[i-1]
	}
	near[i] = v
}

const nothing = visit(math.MaxUint64)

// spill puts what is too far for near into the heap: v, then it returns
// nothing, or the farthest of near, so that there is room for v.
func (q *queue) spill(v visit) visit {
	if len(q.far) > 0 && v >= q.far[0] || len(q.near) == nearVisits && v >= q.near[0] {
		q.pushFar(v)
		return nothing
	}
	if len(q.near) == nearVisits {
		q.pushFar(q.near[0])
		q.near = append(q.near[:0], q.near[1:]...)
	}
	return v
}

func (q *queue) pop() (visit, bool) {
	n := len(q.near) - 1
	if n < 0 {
		return q.popFar()
	}
	v := q.near[n]
	q.near = q.near[:n]
	return v, true
}

func (q *queue) pushFar(v visit) {
	q.far = append(q.far, v)
	rise(q.far, len(q.far)-1, v)
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

// popFar lets the gap at the top sink to the bottom, where the last visit, which
// is likely to belong there, fills it: no branch depends on what is nearer.
func (q *queue) popFar() (visit, bool) {
	n := len(q.far) - 1
	if n < 0 {
		return 0, false
	}
	first, last := q.far[0], q.far[n]
	list := q.far[:n]
	q.far = list
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
