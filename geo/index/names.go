package index

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// names numbers the categories or the datasets of a view. It is immutable.
type names struct {
	list []string
	ids  map[string]uint16
}

// maxNames is how many categories, and how many datasets, there may be.
const maxNames = 1 << 16

func newNames(list []string) names {
	ids := make(map[string]uint16, len(list))
	for i, name := range list {
		ids[name] = uint16(i)
	}
	return names{list, ids}
}

// with returns the names including name, and its number.
func (n names) with(name string) (names, uint16, error) {
	if id, ok := n.ids[name]; ok {
		return n, id, nil
	}
	if len(n.list) == maxNames {
		return n, 0, fmt.Errorf("index: more than %d categories or datasets: %q", maxNames, name)
	}
	id := uint16(len(n.list))
	ids := maps.Clone(n.ids)
	if ids == nil {
		ids = make(map[string]uint16)
	}
	ids[name] = id
	return names{append(slices.Clip(n.list), name), ids}, id, nil
}

// uncounted lists all names by number.
func (n names) uncounted() []NameCount {
	list := make([]NameCount, len(n.list))
	for i, name := range n.list {
		list[i].Name = name
	}
	return list
}

// counts lists the names that occur, sorted by name.
func (n names) counts(number []int) []NameCount {
	out := make([]NameCount, 0, len(number))
	for i, count := range number {
		if count > 0 {
			out = append(out, NameCount{n.list[i], count})
		}
	}
	slices.SortFunc(out, func(a, b NameCount) int { return strings.Compare(a.Name, b.Name) })
	return out
}
