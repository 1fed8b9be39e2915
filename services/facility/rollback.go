package facility

import (
	"context"

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

// restore brings back the forms that versions after an earlier one ended.
func (d *draft) restore(ctx context.Context, to int64) error {
	at := firstAfter(to)
	for more := true; more; {
		var added, changed []string
		var next place
		err := d.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) (err error) {
			if err := holdDraft(ctx, tx, d.dataset, d.owner); err != nil {
				return err
			}
			next = at // the closure may run again
			if added, changed, more, err = endedSince(ctx, tx, d.base, to, &next, batchRows); err != nil {
				return err
			}
			if _, err := endRows(ctx, tx, d.dataset, d.pub.Version, changed); err != nil {
				return err
			}
			for _, ids := range [...][]string{added, changed} {
				if err := copyRows(ctx, tx, d.dataset, to, d.pub.Version, ids); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		at = next
		d.pub.Added += int64(len(added))
		d.pub.Changed += int64(len(changed))
	}
	return nil
}

// retract ends the facilities that an earlier version did not have.
func (d *draft) retract(ctx context.Context, to int64) error {
	at := firstAfter(to)
	for more := true; more; {
		var ended int64
		var next place
		err := d.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) (err error) {
			if err := holdDraft(ctx, tx, d.dataset, d.owner); err != nil {
				return err
			}
			next = at // the closure may run again
			var ids []string
			if ids, more, err = begunSince(ctx, tx, d.base, to, &next, batchRows); err != nil {
				return err
			}
			ended, err = endRows(ctx, tx, d.dataset, d.pub.Version, ids)
			return err
		})
		if err != nil {
			return err
		}
		at = next
		d.pub.Removed += ended
	}
	return nil
}
