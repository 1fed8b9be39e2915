package facility

import (
	"context"
	"slices"

	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/errs"
)

// Rollback publishes a new version that equals an earlier one. Facilities keep
// their ids, those that come back too; only what differs is written, from the
// rows of the earlier version and without reading them.
func (s *Service) Rollback(ctx context.Context, dataset string, to int64, p Provenance) (Publication, error) {
	p.Kind, p.Of = KindRollback, to
	if _, err := findDataset(ctx, s.db.Reader(), dataset); err != nil {
		return Publication{}, err
	}
	return s.publish(ctx, dataset, p, func(d *draft) error {
		if to < 1 || to > d.base.Version {
			return errs.New(errs.NotFound, "dataset %q has no version %d; the newest is %d", dataset, to, d.base.Version)
		}
		if to == d.base.Version {
			return errs.New(errs.Conflict, "version %d of dataset %q is in force", to, dataset).WithCode("in_force")
		}
		if err := d.restore(ctx, to); err != nil {
			return err
		}
		if err := d.retract(ctx, to); err != nil {
			return err
		}
		d.pub.Unchanged = d.base.Facilities - d.pub.Changed - d.pub.Removed
		return nil
	})
}

// rollbackRows is how many facilities one transaction of a rollback writes. The
// engine copies them one by one, so that it takes longer than an import.
const rollbackRows = batchRows / 2

// restore brings back the forms that versions after an earlier one ended. What
// a page holds is read before it is written: published rows do not change.
func (d *draft) restore(ctx context.Context, to int64) error {
	at := firstAfter(to)
	for more := true; more; {
		var added, changed []string
		var err error
		if added, changed, more, err = endedSince(ctx, d.db.Reader(), d.base, to, &at, rollbackRows); err != nil {
			return err
		}
		err = d.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
			if err := holdDraft(ctx, tx, d.dataset, d.owner); err != nil {
				return err
			}
			if _, err := endRows(ctx, tx, d.dataset, d.pub.Version, changed); err != nil {
				return err
			}
			return copyRows(ctx, tx, d.dataset, to, d.pub.Version, slices.Concat(added, changed))
		})
		if err != nil {
			return err
		}
		d.pub.Added += int64(len(added))
		d.pub.Changed += int64(len(changed))
	}
	return nil
}

// retract ends the facilities that an earlier version did not have.
func (d *draft) retract(ctx context.Context, to int64) error {
	at := firstAfter(to)
	for more := true; more; {
		var gone []string
		var err error
		if gone, more, err = begunSince(ctx, d.db.Reader(), d.base, to, &at, batchRows); err != nil {
			return err
		}
		var ended int64
		err = d.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) (err error) {
			if err := holdDraft(ctx, tx, d.dataset, d.owner); err != nil {
				return err
			}
			ended, err = endRows(ctx, tx, d.dataset, d.pub.Version, gone)
			return err
		})
		if err != nil {
			return err
		}
		d.pub.Removed += ended
	}
	return nil
}
