package quality

import (
	"hash/maphash"
	"strings"

	"github.com/paulmach/orb"

	"fujin/datasets"
	"fujin/geo"
)

// A fact is what the first reading keeps of a place: where it lies, and hashes
// of what makes it alike to others. Zero stands for nothing said.
type fact struct {
	row      int32
	lon, lat int32 // 1e-7 degree, as places are rounded
	// twin is the row that this one repeats.
	twin   int32
	name   uint64 // folded, see nameHash
	record uint64 // everything that the record says, and its geometry
	id     uint64
	street uint32 // the address without its numbers
	digits uint32 // the numbers of the address
	part   uint32 // what tells places in one building apart
	kind   uint32 // the category
	fix    fix
	odd    odd
}

func (f *fact) point() orb.Point { return orb.Point{float64(f.lon) / 1e7, float64(f.lat) / 1e7} }

// odd are the findings about a fact's row, one bit each.
type odd uint16

const (
	oddSwapped odd = 1 << iota
	oddSign
	oddOutside
	oddFar
	oddFake
	oddMoved
	oddShared
	oddCopy
	oddDuplicate
	oddID
)

// A damage is a record whose position cannot be read, and the one it is given.
type damage struct {
	row      int
	lat, lon string
	column   string
	code     string // of the repair; "" if there is none
	at       orb.Point
}

// recordFacts are gathered from a record's cells before its place is known.
type recordFacts struct {
	row  int
	hash uint64
}

// A hasher makes the hashes of facts. They are compared within one run only; a
// collision of 64 bits is not expected in a lifetime of runs.
type hasher struct {
	seed  maphash.Seed
	words nameFolder
}

// survey is the first reading.
func (r *run) survey() error {
	r.hasher.seed = maphash.MakeSeed()
	_, err := datasets.Read(r.ctx, r.src, r.options(), datasets.Sink{
		Place: func(p datasets.Place) error {
			r.facts = append(r.facts, r.fact(p))
			return nil
		},
		Issue: func(datasets.Issue) error { return nil },
		Record: func(row int, cells []datasets.Cell) error {
			r.rows++
			r.out.Step()
			r.profiler.Add(cells)
			r.surveyCells(row, cells)
			return nil
		},
		Mend: func(d datasets.Damage) (orb.Point, bool) {
			r.damages = append(r.damages, damage{row: d.Row, column: d.Column, lat: strings.Clone(d.Lat), lon: strings.Clone(d.Lon)})
			return orb.Point{}, false
		},
		Columns:  r.profiler.Meet,
		Progress: r.progress("survey", 0),
	})
	return err
}

// surveyCells gathers what the cells of a record say about it and about their
// columns.
func (r *run) surveyCells(row int, cells []datasets.Cell) {
	r.record = recordFacts{row: row}
	for _, c := range cells {
		h := maphash.String(r.hasher.seed, c.Value)
		r.record.hash += (h ^ uint64(c.Index+1)*0x9E3779B97F4A7C15) * 0xD6E8FEB86659FD93
		if c.Index < 0 {
			continue
		}
		for len(r.columns) <= c.Index {
			r.columns = append(r.columns, columnFacts{})
		}
		r.columns[c.Index].add(c)
	}
}

// fact is what is kept of a place.
func (r *run) fact(p datasets.Place) fact {
	at := onPlace(p.Geometry)
	h := &r.hasher
	f := fact{row: int32(p.Row), lon: toUnits(at[0]), lat: toUnits(at[1]), record: r.record.hash}
	b := p.Geometry.Bound()
	for _, v := range [...]float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]} {
		f.record = f.record*0x9E3779B97F4A7C15 + uint64(uint32(toUnits(v)))
	}
	f.name, f.kind = h.name(p.Name), uint32(h.text(p.Category))
	if inPairs(p.Category) {
		f.kind = uint32(p.Row) // like no other
	}
	if p.SourceID != "" {
		f.id = h.text(p.SourceID)
	}
	f.street, f.digits = h.address(p.Address)
	f.part = h.part(p.Attributes)
	return f
}

// inPairs tells categories of which several stand side by side under one name:
// the stops of both directions, the entrances of a station.
func inPairs(category string) bool {
	switch category {
	case "bus_stop", "tram_stop", "platform", "subway_entrance", "taxi", "bicycle_parking", "recycling", "vending_machine", "charging_station":
		return true
	}
	return false
}

// onPlace is a point that stands for a geometry.
func onPlace(g orb.Geometry) orb.Point {
	if at, ok := g.(orb.Point); ok {
		return at
	}
	return geo.Centroid(g)
}

// toUnits rounds degrees to 1e-7.
func toUnits(degrees float64) int32 {
	if degrees < 0 {
		return int32(degrees*1e7 - 0.5)
	}
	return int32(degrees*1e7 + 0.5)
}
