package facility

import (
	"context"
	"fmt"
	"hash/fnv"

	"github.com/paulmach/orb"
	clipping "github.com/paulmach/orb/clip"

	"fujin/geo/index"
	"fujin/services/platform/kernel/errs"
)

// Feature is a facility of some version of a dataset.
type Feature struct {
	Published
	// ETag is a strong entity tag, quotes included: it changes with everything
	// that is told of the facility.
	ETag string
	// Closure is set for a facility in force that is shut for a time.
	Closure *Closure
}

// FeatureQuery selects facilities of a dataset.
type FeatureQuery struct {
	// Version 0 is the one in force.
	Version int64
	// Bound, if set, is a box that the geometry shares a point with. One whose
	// west is greater than its east crosses the antimeridian.
	Bound *orb.Bound
	// After continues behind an id.
	After string
	// Limit is the most facilities to hand over; 0 = all.
	Limit int
}

// Features hands over the facilities of a version in the order of their ids.
// It reads page by page, so that the database is not held up by whoever takes
// them slowly; a version that is published later does not show.
func (s *Service) Features(ctx context.Context, dataset string, query FeatureQuery, yield func(Feature) error) error {
	return s.rows(ctx, dataset, query, func(row *stored, inForce bool) error {
		f, err := row.feature(inForce)
		if err == nil {
			err = yield(f)
		}
		return err
	})
}

// Feature finds one facility of a version (0 = in force).
func (s *Service) Feature(ctx context.Context, dataset string, version int64, id string) (f Feature, err error) {
	d, newest, err := s.versionIn(ctx, dataset, version)
	if err != nil {
		return f, err
	}
	found := false
	err = each(ctx, s.db.Reader(), d.Version, func(row *stored) (err error) {
		found = true
		f, err = row.feature(d.Version == newest)
		return err
	}, byID+` AND id = $3`, dataset, d.Version, id)
	if err == nil && !found {
		err = errs.New(errs.NotFound, "version %d of dataset %q has no facility %q", d.Version, dataset, clip(id))
	}
	return f, err
}

// Count is how many facilities a version (0 = in force) has, in a box if one is
// given.
func (s *Service) Count(ctx context.Context, dataset string, version int64, bound *orb.Bound) (n int64, err error) {
	d, _, err := s.versionIn(ctx, dataset, version)
	if err != nil {
		return 0, err
	}
	if bound == nil {
		v, err := s.Version(ctx, dataset, d.Version)
		return v.Facilities, err
	}
	if view := s.viewOf(dataset, d.Version); view != nil {
		hits, err := view.Within(index.Within{Bounds: boxesOf(*bound), Filter: index.Filter{Datasets: []string{dataset}}}, nil)
		return int64(len(hits)), err
	}
	err = s.walkBox(ctx, d, *bound, "", 0, func(row *stored) error {
		if row.touches(*bound) {
			n++
		}
		return nil
	})
	return n, err
}

// versionIn resolves a version, and tells which is in force.
func (s *Service) versionIn(ctx context.Context, dataset string, number int64) (d Dataset, newest int64, err error) {
	d, err = findDataset(ctx, s.db.Reader(), dataset)
	if err != nil {
		return d, 0, err
	}
	newest = d.Version
	d, err = d.at(number)
	return d, newest, err
}

// walkPage is the most rows that one look into the database gives; a walk of
// which fewer are wanted takes no more than those.
const walkPage = 2000

// walk visits a version's rows behind an id, in the order of ids. The value is
// reused.
func (s *Service) walk(ctx context.Context, dataset string, version int64, after string, limit int, visit func(*stored) error) error {
	return s.pages(ctx, version, after, limit, visit, byID+` AND id > $3 ORDER BY id LIMIT $4`, dataset, version)
}

// walkBox is walk for what may touch a box.
func (s *Service) walkBox(ctx context.Context, d Dataset, b orb.Bound, after string, limit int, visit func(*stored) error) error {
	west, east := b.Min[0], b.Max[0]
	sideways := `lon >= $7 AND lon <= $8`
	if west > east {
		sideways = `(lon >= $7 OR lon <= $8)`
	}
	return s.pages(ctx, d.Version, after, limit, visit, byID+` AND id > $3 AND (shape IS NOT NULL OR lat >= $5 AND lat <= $6 AND `+sideways+`)
		ORDER BY id LIMIT $4`, d.ID, d.Version, b.Min[1], b.Max[1], west, east)
}

// pages visits what a condition selects of a version, page by page: $3 is the
// id behind which a page begins, $4 its length.
func (s *Service) pages(ctx context.Context, version int64, after string, limit int, visit func(*stored) error, where string, args ...any) error {
	rows := walkPage
	if limit > 0 {
		rows = min(limit, walkPage)
	}
	args = append([]any{args[0], args[1], after, rows}, args[2:]...)
	for {
		page, err := s.page(ctx, version, where, args...)
		if err != nil {
			return err
		}
		for _, row := range page {
			if err := visit(row); err != nil {
				return err
			}
		}
		if len(page) < rows {
			return nil
		}
		args[2] = page[len(page)-1].ID
	}
}

// page reads what a condition selects, as a version knows it.
func (s *Service) page(ctx context.Context, version int64, where string, args ...any) (page []*stored, err error) {
	err = each(ctx, s.db.Reader(), version, func(row *stored) error {
		kept := *row
		page = append(page, &kept)
		return nil
	}, where, args...)
	return page, err
}

// walkHits visits what the index finds in a box. The view must be of the
// dataset's version.
func (s *Service) walkHits(ctx context.Context, view *index.View, d Dataset, query FeatureQuery, visit func(*stored) error) error {
	hits, err := view.Within(index.Within{
		Bounds: boxesOf(*query.Bound), Filter: index.Filter{Datasets: []string{d.ID}}, After: query.After, Limit: query.Limit,
	}, nil)
	ids := make([]string, len(hits))
	for i, hit := range hits {
		ids[i] = hit.Ref.ID()
	}
	for err == nil && len(ids) > 0 {
		n := min(len(ids), matchesPerQuery)
		var page []*stored
		err = eachOf(ctx, s.db.Reader(), d.ID, d.Version, ids[:n], func(row *stored) error {
			kept := *row
			page = append(page, &kept)
			return nil
		})
		for i := 0; err == nil && i < len(page); i++ {
			err = visit(page[i])
		}
		ids = ids[n:]
	}
	return err
}

// boxesOf are the boxes of a bound that may cross the antimeridian.
func boxesOf(b orb.Bound) []orb.Bound {
	if b.Min[0] <= b.Max[0] {
		return []orb.Bound{b}
	}
	west, east := b, b
	west.Max[0], east.Min[0] = 180, -180
	return []orb.Bound{west, east}
}

// touches tells whether the geometry shares a point with a box.
func (s *stored) touches(b orb.Bound) bool {
	g, err := s.geometry()
	if err != nil {
		return false
	}
	for _, box := range boxesOf(b) {
		if p, point := g.(orb.Point); point {
			if box.Contains(p) {
				return true
			}
		} else if g.Bound().Intersects(box) && clipping.Geometry(box, orb.Clone(g)) != nil {
			return true
		}
	}
	return false
}

// feature decodes a row.
func (s *stored) feature(inForce bool) (Feature, error) {
	p, err := s.published()
	f := Feature{Published: p, ETag: s.etag(inForce)}
	if inForce {
		f.Closure = s.Closure
	}
	return f, err
}

// etag is the entity tag of a row: its version, and a hash of the rest.
func (s *stored) etag(inForce bool) string {
	h := fnv.New64a()
	fmt.Fprintln(h, s.ID, s.Digest, s.VerifiedAt)
	if c := s.Closure; c != nil && inForce {
		fmt.Fprintln(h, c.From.UnixMilli(), c.Until.UnixMilli(), c.Reason)
	}
	return fmt.Sprintf(`"%d-%x"`, s.Version, h.Sum64())
}
