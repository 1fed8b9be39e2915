package facility

import (
	"context"

	"fujin/services/platform/kernel"
)

// Die begins to publish a feed and stops before the last step without clearing
// away, as a process that is killed does; the claim looks a minute old.
func (s *Service) Die(ctx context.Context, dataset string, feed Feed) error {
	d := &draft{db: s.db, dataset: dataset, owner: s.db.NewID()}
	err := d.claim(ctx, Provenance{})
	if err == nil {
		err = d.fill(ctx, feed)
	}
	if err == nil && d.base.Version > 0 {
		err = d.endMissing(ctx)
	}
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE dataset SET draft_at = 0 WHERE id = $1`, dataset)
		return err
	})
}

// DieWritten is Die after the draft was announced: the servers prepare it, and
// its claim lasts as long as that of a publisher who has just died.
func (s *Service) DieWritten(ctx context.Context, dataset string, feed Feed) error {
	d := &draft{db: s.db, dataset: dataset, owner: s.db.NewID()}
	err := d.claim(ctx, Provenance{})
	if err == nil {
		err = d.fill(ctx, feed)
	}
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
		_, err := announceDraft(ctx, tx, dataset, d.owner)
		return err
	})
}
