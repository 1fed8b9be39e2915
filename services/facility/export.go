package facility

import (
	"context"
	"errors"
	"io"
	"iter"

	"fujin/datasets"
	"fujin/services/platform/kernel/errs"
)

// Export writes a dataset's version in force in one of datasets.WriteFormats.
// The id of a facility is its source's, else its permanent one.
func (s *Service) Export(ctx context.Context, dataset, format string, w io.Writer) error {
	if _, err := datasets.FindWriteFormat(format); err != nil {
		return errs.New(errs.Invalid, "%s", err).WithField("query.format", "not_one_of", "%s", err)
	}
	return datasets.Write(w, format, s.places(ctx, dataset))
}

var errEnough = errors.New("no more places are wanted")

// places turns Each into the iterator that writers take.
func (s *Service) places(ctx context.Context, dataset string) iter.Seq2[datasets.Place, error] {
	return func(yield func(datasets.Place, error) bool) {
		err := s.Each(ctx, dataset, func(p Published) error {
			if p.SourceID == "" {
				p.SourceID = p.ID
			}
			if !yield(p.Place, nil) {
				return errEnough
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			yield(datasets.Place{}, err)
		}
	}
}
