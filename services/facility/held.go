package facility

import (
	"context"

	"fujin/geo/index"
	"fujin/services/platform/kernel"
)

// viewOf is the index, if it surely holds this version of a dataset: the
// version's number stands in live.held before the view is taken and after.
// While apply brings a version in, no number stands there.
func (s *Service) viewOf(dataset string, version int64) *index.View {
	holds := func() bool {
		held, ok := s.live.held.Load(dataset)
		return ok && held == version
	}
	if !holds() {
		return nil
	}
	view, err := s.view()
	if err != nil || !holds() {
		return nil
	}
	return view
}

// hold notes which versions an index at seq holds: of each dataset the one in
// force, less those that later events published.
func (s *Service) hold(ctx context.Context, seq int64) error {
	return s.db.Read(ctx, func(q kernel.Queryer) error {
		list, err := listDatasets(ctx, q)
		if err != nil {
			return err
		}
		later, err := publishedSince(ctx, q, seq)
		if err != nil {
			return err
		}
		for _, d := range list {
			s.live.held.Store(d.ID, d.Version-later[d.ID])
		}
		return nil
	})
}

// release takes away the numbers of the datasets that change, and gives the
// versions that all will have.
func (s *Service) release(spans []span) (versions map[string]int64) {
	versions = map[string]int64{}
	s.live.held.Range(func(dataset, version any) bool {
		versions[dataset.(string)] = version.(int64)
		return true
	})
	for _, sp := range spans {
		s.live.held.Delete(sp.dataset)
		versions[sp.dataset] = sp.upTo
	}
	return versions
}
