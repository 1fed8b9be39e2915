package facility

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path/filepath"

	"github.com/paulmach/orb/encoding/wkb"

	"fujin/geo/index"
	"fujin/services/platform/kernel"
)

// mostFaults is how many faults of one kind Check names; where one thing is
// broken, a million rows may be.
const mostFaults = 20

// Check verifies what the registry has stored, as of one moment: that the
// counts of datasets are right, that no facility is in force twice and no two
// of its forms at a time, that every form can be read, and that the snapshot of
// the index agrees. It gives one sentence per fault. Versions that somebody
// prepares, or left behind, are no faults: they are logged.
func (s *Service) Check(ctx context.Context) (faults []string, err error) {
	err = s.db.Read(ctx, func(q kernel.Queryer) error {
		faults = nil
		for _, check := range [...]func(context.Context, kernel.Queryer) ([]string, error){
			s.checkDatasets, wrongRanges, strayRows, idsTwice, checkForms, s.checkSnapshot,
		} {
			found, err := check(ctx, q)
			if err != nil {
				return err
			}
			faults = append(faults, found...)
		}
		return nil
	})
	return faults, err
}

// checkDatasets compares the datasets' counts with their rows.
func (s *Service) checkDatasets(ctx context.Context, q kernel.Queryer) ([]string, error) {
	counts, err := countDatasets(ctx, q)
	if err != nil {
		return nil, err
	}
	var faults []string
	for _, c := range counts {
		if c.rows != c.Facilities {
			faults = append(faults, fmt.Sprintf("dataset %s: version %d has %d facilities, but its entry says %d", c.ID, c.Version, c.rows, c.Facilities))
		}
		if c.versions != c.Version || c.Version > 0 && c.recorded != c.Facilities {
			faults = append(faults, fmt.Sprintf("dataset %s: of %d versions %d are recorded, the newest with %d facilities instead of %d", c.ID, c.Version, c.versions, c.recorded, c.Facilities))
		}
		if c.drafted || c.drafts > 0 {
			s.log.Info("a version is being prepared, or was left behind; the next publication clears it away",
				"dataset", c.ID, "version", c.Version+1, "rows", c.drafts, "claimed", c.drafted)
		}
	}
	return faults, nil
}

// checkForms reads every form of every facility.
func checkForms(ctx context.Context, q kernel.Queryer) ([]string, error) {
	var faults []string
	more := 0
	err := each(ctx, q, math.MaxInt64, func(row *stored) error {
		err := row.readable()
		switch {
		case err == nil:
		case len(faults) < mostFaults:
			faults = append(faults, fmt.Sprintf("facility %s of dataset %s, form of version %d: %v", row.ID, row.Dataset, row.Version, err))
		default:
			more++
		}
		return nil
	}, allRows)
	if more > 0 {
		faults = append(faults, fmt.Sprintf("%d more forms of facilities cannot be read", more))
	}
	return faults, err
}

// readable tells why a row cannot be shown.
func (s *stored) readable() error {
	if !isCategory(s.Category) {
		return fmt.Errorf("category %q", s.Category)
	}
	if _, err := decode([]byte(s.Doc)); err != nil {
		return fmt.Errorf("document: %w", err)
	}
	if s.Shape != nil {
		if _, err := wkb.Unmarshal(s.Shape); err != nil {
			return fmt.Errorf("geometry: %w", err)
		}
	}
	return nil
}

// checkSnapshot opens the index's file and, where it has reached the last
// event, compares its count with the rows in force.
func (s *Service) checkSnapshot(ctx context.Context, q kernel.Queryer) ([]string, error) {
	options := s.indexOptions()
	view, err := index.OpenView(options)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // it is built at the next start
	}
	if err != nil {
		return []string{fmt.Sprintf("the snapshot of the index cannot be used, and is built anew at the next start: %v", err)}, nil
	}
	last, rows, err := inForceAt(ctx, q)
	if err != nil {
		return nil, err
	}
	if view.Seq() == last && int64(view.Len()) != rows {
		return []string{fmt.Sprintf("%s has %d facilities, the tables have %d: remove it, and it is built anew at the next start",
			filepath.Base(options.Path), view.Len(), rows)}, nil
	}
	return nil, nil
}
