package quality

import (
	"cmp"
	"iter"
	"slices"

	"github.com/paulmach/orb"

	"fujin/geo"
)

// A knownPlace is what is kept of a published place.
type knownPlace struct {
	id, name uint64
	lon, lat int32
}

func (k *knownPlace) point() orb.Point {
	return orb.Point{float64(k.lon) / 1e7, float64(k.lat) / 1e7}
}

// known are the published places: the dataset's own, and others near it.
type known struct {
	own, others []knownPlace
	ids, names  []keyed // of own, sorted by hash
}

// keyed is a hash with the index of what it belongs to.
type keyed struct {
	hash  uint64
	index int32
}

// learn takes in the published places.
func learn(places iter.Seq2[Known, error], h *hasher) (*known, error) {
	k := &known{}
	if places == nil {
		return k, nil
	}
	for p, err := range places {
		if err != nil {
			return nil, err
		}
		place := knownPlace{lon: toUnits(p.At[0]), lat: toUnits(p.At[1]), name: h.name(p.Name)}
		if !p.Own {
			k.others = append(k.others, place)
			continue
		}
		if p.SourceID != "" {
			place.id = h.text(p.SourceID)
			k.ids = append(k.ids, keyed{place.id, int32(len(k.own))})
		}
		if place.name != 0 {
			k.names = append(k.names, keyed{place.name, int32(len(k.own))})
		}
		k.own = append(k.own, place)
	}
	sortKeyed(k.ids)
	sortKeyed(k.names)
	return k, nil
}

func sortKeyed(list []keyed) {
	slices.SortFunc(list, func(a, b keyed) int { return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.index, b.index)) })
}

// under are the entries of a sorted list with a hash.
func under(list []keyed, hash uint64) []keyed {
	from, _ := slices.BinarySearchFunc(list, hash, func(k keyed, h uint64) int { return cmp.Compare(k.hash, h) })
	to := from
	for to < len(list) && list[to].hash == hash {
		to++
	}
	return list[from:to]
}

// byID is where the dataset's place with an id was published.
func (k *known) byID(id uint64) (orb.Point, bool) {
	if found := under(k.ids, id); len(found) == 1 {
		return k.own[found[0].index].point(), true
	}
	return orb.Point{}, false
}

// same is where the place that a fact is about was published: by its id, else
// the only one of its name within the metres.
func (k *known) same(f *fact, within float64) (orb.Point, bool) {
	if f.id != 0 {
		if at, ok := k.byID(f.id); ok && geo.Distance(at, f.point()) <= within {
			return at, true
		}
	}
	if f.name == 0 {
		return orb.Point{}, false
	}
	var at orb.Point
	n := 0
	for _, found := range under(k.names, f.name) {
		if p := k.own[found.index].point(); geo.Distance(p, f.point()) <= within {
			at = p
			n++
		}
	}
	return at, n == 1
}
