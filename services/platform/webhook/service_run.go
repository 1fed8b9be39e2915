package webhook

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"time"

	"fujin/services/platform/jobs"
	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/errs"
)

const (
	takePage   = 50 // events that become deliveries in one transaction
	resumePage = 500
	retryPause = time.Second // after the database could not be read or written
)

// errOvertaken says that another server has taken the events.
var errOvertaken = errors.New("another server has read on")

// Run makes deliveries of what happens, until ctx ends. The jobs that send them run in jobs.Run.
func (s *Service) Run(ctx context.Context) error {
	s.until(ctx, "deliveries that were under way cannot be resumed now", s.resume)
	for ctx.Err() == nil {
		s.until(ctx, "events cannot be read now", s.follow)
	}
	return nil
}

// until repeats do until it succeeds or ctx ends.
func (s *Service) until(ctx context.Context, trouble string, do func(context.Context) error) {
	for {
		err := do(ctx)
		if err == nil || ctx.Err() != nil {
			return
		}
		if errors.Is(err, errOvertaken) {
			continue
		}
		s.log.Warn("webhooks: "+trouble, slog.Any("error", err))
		select {
		case <-ctx.Done():
		case <-time.After(retryPause):
		}
	}
}

// resume gives every message that is under way its job, in case the jobs were lost.
func (s *Service) resume(ctx context.Context) error {
	after := ""
	for {
		page, err := selectPending(ctx, s.db.Reader(), after, resumePage)
		if err != nil || len(page) == 0 {
			return err
		}
		err = s.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
			for _, d := range page {
				if err := s.insertJob(ctx, tx, d); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		after = page[len(page)-1].ID
	}
}

// follow makes deliveries from where the last server stopped.
func (s *Service) follow(ctx context.Context) error {
	at, err := selectPosition(ctx, s.db.Reader())
	if err != nil {
		return err
	}
	err = s.db.Follow(ctx, at, slices.Collect(maps.Keys(s.sources)), func(ctx context.Context, events []kernel.Event) error {
		for page := range slices.Chunk(events, takePage) {
			end := page[len(page)-1].Seq
			if err := s.take(ctx, page, at, end); err != nil {
				return err
			}
			at = end
		}
		return nil
	})
	if errs.CodeOf(err) == "events_trimmed" {
		return s.skip(ctx, at)
	}
	return err
}

// take makes the deliveries of some events and moves the position, both or nothing.
func (s *Service) take(ctx context.Context, events []kernel.Event, from, to int64) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
		moved, err := movePosition(ctx, tx, from, to)
		if err != nil {
			return err
		}
		if !moved {
			return errOvertaken
		}
		subscribers, err := selectActive(ctx, tx)
		if err != nil || len(subscribers) == 0 {
			return err
		}
		for _, e := range events {
			if err := s.tell(ctx, tx, subscribers, e); err != nil {
				return err
			}
		}
		return nil
	})
}

// tell makes the deliveries of one event.
func (s *Service) tell(ctx context.Context, tx *kernel.Tx, subscribers []Webhook, e kernel.Event) error {
	a, ok := s.sources[e.Topic].Tell(e)
	if !ok {
		return nil
	}
	for _, w := range subscribers {
		if !w.wants(a, e.Seq) {
			continue
		}
		d, err := s.newDelivery(w, a, e.Seq, e.At, tx.Now())
		if err != nil {
			return err
		}
		if _, err := s.enqueue(ctx, tx, d); err != nil {
			return err
		}
	}
	return nil
}

// skip goes on behind events that were trimmed unread, which takes a server that was down for long.
func (s *Service) skip(ctx context.Context, at int64) error {
	first, err := s.db.FirstSeq(ctx)
	if err != nil {
		return err
	}
	s.log.Warn("webhooks: events are gone that subscribers were not told of", slog.Int64("from", at+1), slog.Int64("to", first-1))
	return s.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
		_, err := movePosition(ctx, tx, at, first-1)
		return err
	})
}

// sweepJob forgets old deliveries.
type sweepJob struct{}

// Kind names the job.
func (sweepJob) Kind() string { return "webhook.sweep" }

func (s *Service) sweep(ctx context.Context, _ jobs.Job[sweepJob]) error {
	for {
		var n int64
		err := s.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) (err error) {
			n, err = deleteDeliveries(ctx, tx, tx.Now().Add(-keepFor))
			return err
		})
		if err != nil || n == 0 {
			return err
		}
	}
}
