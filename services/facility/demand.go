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
)

// demand counts searches until they are written. Counting takes some 50 ns: it
// lies on the path of every search, so the square of 0.01 degree is turned into
// a cell later.
type demand struct {
	mu     sync.Mutex
	counts map[demandKey]*demandCount
}

// demandKey is a square of 0.01 degree, by its south-west corner, and a category.
type demandKey struct {
	lat, lon int16 // hundredths of a degree
	category string
}

type demandCount struct{ searches, unmet int64 }

// note counts a search in each of the categories, or in all ("").
func (d *demand) note(at orb.Point, categories []string, found bool) {
	key := demandKey{lat: int16(math.Floor(at.Lat() * 100)), lon: int16(math.Floor(at.Lon() * 100))}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(categories) == 0 {
		d.count(key, found)
	}
	for _, category := range categories {
		key.category = category
		d.count(key, found)
	}
}

func (d *demand) count(key demandKey, found bool) {
	n := d.counts[key]
	if n == nil {
		if len(d.counts) >= mostDemandKeys {
			return
		}
		if d.counts == nil {
			d.counts = map[demandKey]*demandCount{}
		}
		key.category = strings.Clone(key.category) // it is a part of the request
		n = new(demandCount)
		d.counts[key] = n
	}
	n.searches++
	if !found {
		n.unmet++
	}
}

// take hands over what was counted and starts anew.
func (d *demand) take() map[demandKey]*demandCount {
	d.mu.Lock()
	defer d.mu.Unlock()
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
