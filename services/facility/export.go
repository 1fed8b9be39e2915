package facility

import (
	"context"
	"errors"
	"io"

	"fujin/datasets"
	"fujin/services/platform/kernel/errs"
)

// ExportVersion writes a version of a dataset, 0 for the one in force, in one of
// the formats of datasets.WriteFormats. The id of a facility is its source's,
// else its permanent one.
func (s *Service) ExportVersion(ctx context.Context, dataset string, version int64, format string, w io.Writer) error {
	if _, err := datasets.FindWriteFormat(format); err != nil {
		return errs.New(errs.Invalid, "%s", err).WithField("query.format", "not_one_of", "%s", err)
	}
	d, _, err := s.versionIn(ctx, dataset, version)
	if err != nil {
		return err
	}
	return datasets.Write(w, format, s.places(ctx, d))
}

var errEnough = errors.New("no more places are wanted")

// places turns Features into the iterator that writers take. Writers may go
// through it twice: the version has its number.
func (s *Service) places(ctx context.Context, d Dataset) datasets.Places {
	return func(yield func(datasets.Place, error) bool) {
		err := s.Features(ctx, d.ID, FeatureQuery{Version: d.Version}, func(f Feature) error {
			if f.SourceID == "" {
				f.SourceID = f.ID
			}
			if !yield(f.Place, nil) {
				return errEnough
			}
			return nil
		})
		if err != nil {
			yield(datasets.Place{}, err)
		}
	}
}
