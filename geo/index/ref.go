package index

import (
	"bytes"
	"runtime"
	"unsafe"

	"github.com/paulmach/orb"
)

// Ref points at an item of one view; it stays readable, and the same, as long
// as it is held. The zero Ref points at nothing.
type Ref struct {
	view  *View
	entry *entry // nil: an item of the base
	at    uint32
}

// IsZero reports whether the Ref points at nothing.
func (r Ref) IsZero() bool { return r.view == nil }

// ID returns the item's id.
func (r Ref) ID() string {
	if r.entry != nil {
		return r.entry.id
	}
	id := string(r.view.base.id(r.at))
	runtime.KeepAlive(r.view)
	return id
}

// Sheet is what an answer tells of an item besides its place and hours. Its
// bytes are the index's: they must not be written, and read only while the Ref
// (or its View) is held.
type Sheet struct {
	ID, Body          []byte
	Category, Dataset string
}

// Sheet reads all of it at once.
func (r Ref) Sheet() Sheet {
	f, v := r.facts(), r.view
	sheet := Sheet{Category: v.categories.list[f.category], Dataset: v.datasets.list[f.dataset]}
	if r.entry != nil {
		sheet.ID, sheet.Body = unsafe.Slice(unsafe.StringData(r.entry.id), len(r.entry.id)), r.entry.body
		return sheet
	}
	record := readRecord(v.base.recordAt(r.at))
	sheet.ID, sheet.Body = record.id, record.body
	return sheet
}

// Body returns the item's body without copying it, on Sheet's conditions.
func (r Ref) Body() []byte {
	if r.entry != nil {
		return r.entry.body
	}
	return readRecord(r.view.base.recordAt(r.at)).body
}

// Category returns the item's category.
func (r Ref) Category() string { return r.view.categories.list[r.facts().category] }

// Dataset returns the item's dataset.
func (r Ref) Dataset() string { return r.view.datasets.list[r.facts().dataset] }

// Traits returns the item's traits.
func (r Ref) Traits() uint64 { return r.facts().traits }

func (r Ref) facts() facts {
	if r.entry != nil {
		return r.entry.facts
	}
	f := r.view.base.facts(r.at)
	runtime.KeepAlive(r.view)
	return f
}

// IsPoint reports whether the item is a point (and not a line or area).
func (r Ref) IsPoint() bool {
	if r.entry != nil {
		return r.entry.point
	}
	return r.at < r.view.base.points
}

// Point returns the item's position; of a line or area one on or in it.
func (r Ref) Point() orb.Point { return r.position().degrees() }

// Steps returns the longitude and latitude of Point in whole 1e-7 degrees.
func (r Ref) Steps() (lon, lat int32) {
	p := r.position()
	return p.x, p.y
}

func (r Ref) position() position {
	if r.entry != nil {
		return r.entry.at
	}
	p := r.view.base.position(r.at)
	runtime.KeepAlive(r.view)
	return p
}

// Geometry returns the item's geometry; it must not be written.
func (r Ref) Geometry() orb.Geometry {
	if r.entry != nil {
		return r.entry.geometry
	}
	g := r.view.base.geometry(r.at)
	runtime.KeepAlive(r.view)
	return g
}

// Cell returns the H3 cell at CellResolution of the item's position.
func (r Ref) Cell() uint64 {
	if r.entry != nil {
		return r.entry.cell
	}
	c := r.view.base.cell(r.at)
	runtime.KeepAlive(r.view)
	return c
}

// Hours returns the opening_hours text as it was given.
func (r Ref) Hours() string { return r.timetable().text }

// Zone returns the IANA zone of the hours.
func (r Ref) Zone() string { return r.timetable().schedule.zone }

func (r Ref) timetable() *timetable {
	if r.entry != nil {
		return r.entry.hours
	}
	t := r.view.base.timetable(r.at, r.view.shared.timetables)
	runtime.KeepAlive(r.view)
	return t
}

// Item returns a copy of everything that is held of the item.
func (r Ref) Item() Item {
	return Item{
		ID: r.ID(), Geometry: orb.Clone(r.Geometry()), Category: r.Category(), Dataset: r.Dataset(),
		Traits: r.Traits(), Hours: r.Hours(), Zone: r.Zone(), Cell: r.Cell(), Body: bytes.Clone(r.Body()),
	}
}
