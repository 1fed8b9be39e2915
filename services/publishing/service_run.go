package publishing

import (
	"context"
	"time"

	"fujin/services/platform/kernel"
)

const (
	lookAround = 15 * time.Second    // between looks for harvests that are due
	tidyUp     = time.Hour           // between looks for what may go
	spentAfter = 30 * 24 * time.Hour // how long an upload that led nowhere is kept
)

// Run keeps harvests going and removes what led nowhere long ago, until ctx
// ends. The gate itself works in the job queue.
func (s *Service) Run(ctx context.Context) error {
	if err := s.adopt(ctx); err != nil {
		if ctx.Err() != nil {
			return nil // stopped as soon as it was started
		}
		return err
	}
	look, tidy := time.NewTicker(lookAround), time.NewTicker(tidyUp)
	defer look.Stop()
	defer tidy.Stop()
	for {
		if err := s.harvestDue(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("harvests cannot be looked after now; trying on", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tidy.C:
			if err := s.tidy(ctx); err != nil && ctx.Err() == nil {
				s.log.Warn("old uploads could not be removed", "error", err)
			}
		case <-look.C:
		}
	}
}

// adopt queues again what waits for the gate: a database that was restored has
// lost its queue.
func (s *Service) adopt(ctx context.Context) error {
	list, err := waitingForGate(ctx, s.db.Reader())
	if err != nil || len(list) == 0 {
		return kernel.Classify(err)
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
		for _, u := range list {
			if err := s.enqueue(ctx, tx, u.ID, u.Run); err != nil {
				return err
			}
		}
		return nil
	})
}

// tidy deletes uploads that led nowhere and that nobody has touched for long.
func (s *Service) tidy(ctx context.Context) error {
	list, err := spent(ctx, s.db.Reader(), s.db.Now().Add(-spentAfter))
	if err != nil {
		return kernel.Classify(err)
	}
	for _, u := range list {
		d, err := s.find(ctx, u.Dataset)
		if err == nil {
			err = s.remove(ctx, d, u)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
