package facility

import (
	"context"
	"errors"
	"io/fs"

	"github.com/paulmach/orb"

	"fujin/geo/index"
)

// Snapshot names the file in which the index lies, for a process that looks into
// it beside the server.
type Snapshot struct {
	Path     string `json:"path"`
	Database string `json:"database"` // id of the one that it is of
}

// Snapshot is that of this server.
func (s *Service) Snapshot() Snapshot {
	o := s.indexOptions()
	return Snapshot{o.Path, o.Database}
}

// Neighbours are the positions in a box of up to limit facilities that other
// datasets than the one have, the first by their ids. What has changed since the
// snapshot was made it does not know; see Service.Recent. Without a snapshot
// there are none.
func (s Snapshot) Neighbours(dataset string, within orb.Bound, limit int) ([]orb.Point, error) {
	view, err := index.OpenView(index.Options{Path: s.Path, Database: s.Database, Attributes: traitMasks()})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var others []string
	for _, d := range view.Datasets() {
		if d.Name != dataset {
			others = append(others, d.Name)
		}
	}
	if len(others) == 0 {
		return nil, nil
	}
	hits, err := view.Within(index.Within{Bounds: boxesOf(within), Filter: index.Filter{Datasets: others}, Limit: limit}, nil)
	points := make([]orb.Point, len(hits))
	for i, hit := range hits {
		points[i] = hit.Ref.Point()
	}
	return points, err
}

// Recent are the positions in a box of what other datasets than the one have and
// the snapshot of the index lacks: some ten thousand at most. For as long as the
// index is being loaded it waits.
func (s *Service) Recent(ctx context.Context, dataset string, within orb.Bound) (points []orb.Point, err error) {
	view, err := s.view()
	for err != nil {
		if pause(ctx, followPatience); ctx.Err() != nil {
			return nil, ctx.Err()
		}
		view, err = s.view()
	}
	for ref := range view.Changes() {
		if p := ref.Point(); within.Contains(p) && ref.Dataset() != dataset {
			points = append(points, p)
		}
	}
	return points, nil
}
