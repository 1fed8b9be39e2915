package index

// visit is a node, or at itemLevel an item, with the square of a lower bound
// of its distance.
type visit struct {
	bound2 float64
	node   node
}

// itemLevel marks a visit of an item.
const itemLevel = ^uint32(0)

// queue is a binary heap, nearest first.
type queue struct{ list []visit }

func (q *queue) reset() { q.list = q.list[:0] }

func (q *queue) push(v visit) {
	q.list = append(q.list, v)
	list := q.list
	i := len(list) - 1
	for i > 0 {
		parent := (i - 1) / 2
		if list[parent].bound2 <= v.bound2 {
			break
		}
		list[i] = list[parent]
		i = parent
	}
	list[i] = v
}

func (q *queue) pop() (visit, bool) {
	n := len(q.list) - 1
	if n < 0 {
		return visit{}, false
	}
	first, v := q.list[0], q.list[n]
	q.list = q.list[:n]
	list := q.list
	i := 0
	for {
		child := 2*i + 1
		if child >= n {
			break
		}
		if child+1 < n && list[child+1].bound2 < list[child].bound2 {
			child++
		}
		if v.bound2 <= list[child].bound2 {
			break
		}
		list[i] = list[child]
		i = child
	}
	if n > 0 {
		list[i] = v
	}
	return first, true
}
