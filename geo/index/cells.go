package index

import (
	"cmp"
	"slices"

	"github.com/uber/h3-go/v4"
)

// An H3 index holds, from the top: 5 bits of mode, 3 reserved, 4 bits of
// resolution (from bit 52), 7 bits of base cell (from bit 45) and 15 digits of
// three bits, 7 in those beyond the resolution.
const (
	cellMode       = uint64(1) << 59
	resolutionBit  = 52
	baseCellBit    = 45
	unusedDigits   = uint64(1)<<baseCellBit - 1
	packedCellMask = uint64(1)<<(7+3*CellResolution) - 1
	packedCellBit  = baseCellBit - 3*CellResolution
)

// cellOf is the cell of a position at CellResolution.
func cellOf(p position) uint64 {
	at := p.degrees()
	cell, err := h3.LatLngToCell(h3.NewLatLng(at[1], at[0]), CellResolution)
	if err != nil { // only for positions that are not finite
		panic("index: no H3 cell: " + err.Error())
	}
	return uint64(cell)
}

// parentCell is the cell of a coarser (or the same) resolution around a cell.
func parentCell(cell uint64, resolution int) uint64 {
	return cell&^(15<<resolutionBit) | uint64(resolution)<<resolutionBit | unusedDigits>>(3*resolution)
}

// packCell keeps what differs between cells of CellResolution: 37 bits.
func packCell(cell uint64) (low uint32, high uint8) {
	packed := cell >> packedCellBit & packedCellMask
	return uint32(packed), uint8(packed >> 32)
}

func unpackCell(low uint32, high uint8) uint64 {
	packed := uint64(high)<<32 | uint64(low)
	return cellMode | CellResolution<<resolutionBit | packed<<packedCellBit | unusedDigits>>(3*CellResolution)
}

func (b *base) cell(at uint32) uint64 { return unpackCell(b.cellLow[at], b.cellHigh[at]) }

// summaryTop is the number of resolutions, from 0, whose counts a snapshot
// holds ready. Finer cells are counted in the query (README).
const summaryTop = 7

// cellSummary counts the items of a category in a cell. The box of their
// positions tells whether all of them lie in what is asked.
type cellSummary struct {
	cell     uint64
	box      box
	count    uint32
	category uint32
}

// cellCategory is what is counted by.
type cellCategory struct {
	cell     uint64
	category uint16
}

// summarizer collects summaries at the finest resolution that has them.
type summarizer struct {
	found map[cellCategory]*cellSummary
}

func newSummarizer() summarizer {
	return summarizer{make(map[cellCategory]*cellSummary)}
}

func (s *summarizer) add(cell uint64, category uint16, at position) {
	key := cellCategory{parentCell(cell, summaryTop-1), category}
	c := s.found[key]
	if c == nil {
		c = &cellSummary{cell: key.cell, box: emptyBox(), category: uint32(category)}
		s.found[key] = c
	}
	c.count++
	c.box = c.box.join(at.box())
}

// finish returns the summaries of all resolutions, from 0, each sorted by cell
// and category, and how many each has.
func (s *summarizer) finish() (all []cellSummary, number [summaryTop]int) {
	level := make([]cellSummary, 0, len(s.found))
	for _, c := range s.found {
		level = append(level, *c)
	}
	var levels [summaryTop][]cellSummary
	for r := summaryTop - 1; r >= 0; r-- {
		for i := range level {
			level[i].cell = parentCell(level[i].cell, r)
		}
		slices.SortFunc(level, func(a, b cellSummary) int {
			return cmp.Or(cmp.Compare(a.cell, b.cell), cmp.Compare(a.category, b.category))
		})
		level = joinSummaries(level)
		levels[r] = level
		level = slices.Clone(level)
	}
	for r := range levels {
		all = append(all, levels[r]...)
		number[r] = len(levels[r])
	}
	return all, number
}

// joinSummaries adds up neighbours with the same cell and category.
func joinSummaries(sorted []cellSummary) []cellSummary {
	out := sorted[:0]
	for _, c := range sorted {
		if n := len(out); n > 0 && out[n-1].cell == c.cell && out[n-1].category == c.category {
			out[n-1].count += c.count
			out[n-1].box = out[n-1].box.join(c.box)
			continue
		}
		out = append(out, c)
	}
	return out
}
