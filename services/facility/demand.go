package facility

import (
	"context"
	"math"
	"strings"
	"sync"
	"time"

	"github.com/paulmach/orb"
	"github.com/uber/h3-go/v4"

	"fujin/services/platform/kernel"
)

const (
	// demandCell is the resolution at which searches are counted: cells of
	// about 5 km², coarser than the 0.01 degree that a position may be kept at.
	demandCell = 7
	// leastDemand is the least number of searches that is shown of a cell.
	leastDemand = 10
	// demandDays is how long counts are kept.
	demandDays = 400
	// demandEvery is how often counts go to the database.
	demandEvery = time.Minute
	// mostDemandKeys bounds what is counted between two writings.
	mostDemandKeys = 50_000
	// demandNotes are counted at once.
	demandNotes = 256
)

// demand counts searches until they are written. Noting lies on the path of
// every search: it takes some 20 ns, and what was noted is counted by the
// hundreds; the square of 0.01 degree is turned into a cell later still.
type demand struct {
	mu     sync.Mutex
	noted  []demandNote
	counts map[demandKey]demandCount
}

// demandKey is a square of 0.01 degree, by its south-west corner, and a category.
type demandKey struct {
	lat, lon int16 // hundredths of a degree
	category string
}

// demandNote is one search in one category.
type demandNote struct {
	demandKey
	found bool
}

type demandCount struct{ searches, unmet int64 }

// note notes a search in each of the categories, or in all ("").
func (d *demand) note(at orb.Point, categories []string, found bool) {
	n := demandNote{demandKey{lat: int16(math.Floor(at.Lat() * 100)), lon: int16(math.Floor(at.Lon() * 100))}, found}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(categories) == 0 {
		d.noted = append(d.noted, n)
	}
	for _, category := range categories {
		n.category = strings.Clone(category) // it is a part of the request
		d.noted = append(d.noted, n)
	}
	if len(d.noted) >= demandNotes {
		d.count()
	}
}

// count adds what was noted to the counts.
func (d *demand) count() {
	if d.counts == nil {
		d.counts = map[demandKey]demandCount{}
	}
	for _, note := range d.noted {
		n, known := d.counts[note.demandKey]
		if !known && len(d.counts) >= mostDemandKeys {
			continue
		}
		n.searches++
		if !note.found {
			n.unmet++
		}
		d.counts[note.demandKey] = n
	}
	d.noted = d.noted[:0]
}

// take hands over what was counted and starts anew.
func (d *demand) take() map[demandKey]demandCount {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.count()
	counts := d.counts
	d.counts = nil
	return counts
}

// keepDemand writes the counts now and then, and once more when ctx ends.
func (s *Service) keepDemand(ctx context.Context) {
	for ctx.Err() == nil {
		pause(ctx, demandEvery)
		if err := s.writeDemand(context.WithoutCancel(ctx)); err != nil {
			s.log.Warn("what was searched for could not be counted", "error", err)
		}
	}
}

// writeDemand adds what was counted to the database. Categories that no
// facility has are left out: anybody can make them up.
func (s *Service) writeDemand(ctx context.Context) error {
	counts := s.demand.take()
	if len(counts) == 0 {
		return nil
	}
	view, err := s.view()
	if err != nil {
		return err
	}
	known := map[string]bool{"": true}
	for _, c := range view.Categories() {
		known[c.Name] = true
	}
	type place struct {
		cell     int64
		category string
	}
	cells := map[place]demandCount{}
	for key, n := range counts {
		cell, err := h3.LatLngToCell(h3.NewLatLng((float64(key.lat)+0.5)/100, (float64(key.lon)+0.5)/100), demandCell)
		if err != nil || !known[key.category] {
			continue
		}
		at := place{int64(cell), key.category}
		sum := cells[at]
		cells[at] = demandCount{sum.searches + n.searches, sum.unmet + n.unmet}
	}
	day := s.clock().UnixMilli() / (24 * time.Hour).Milliseconds()
	return s.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
		for at, n := range cells {
			if err := addDemand(ctx, tx, at.cell, day, at.category, n); err != nil {
				return err
			}
		}
		return dropDemand(ctx, tx, day-demandDays)
	})
}
