package jobs

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"fujin/services/platform/kernel"
)

const (
	beatEvery = 10 * time.Second
	deadAfter = time.Minute // without a sign of life; longer than any pause of a process that lives
)

// Insert adds a job in the transaction of the change that asks for it. On PostgreSQL, as with any statement, the closure
// must return after an error.
func (s *Service) Insert(ctx context.Context, tx *kernel.Tx, args Args, options Options) error {
	k, ok := s.kinds[args.Kind()]
	if !ok {
		return fmt.Errorf("job %s: %w", args.Kind(), errUnknownKind)
	}
	err := tx.Std(ctx, func(ctx context.Context, std *sql.Tx) error {
		_, err := s.inserter.InsertTx(ctx, std, args, k.options(options))
		return err
	})
	if err == nil {
		tx.OnCommit(func() { s.driver.bell.ring(k.queue) })
	}
	return err
}

func (k kind) options(o Options) *river.InsertOpts {
	given := &river.InsertOpts{Queue: k.queue, MaxAttempts: k.attempts}
	if o.At.After(time.Now()) { // River looks at what is scheduled every five seconds only
		given.ScheduledAt = o.At
	}
	if o.Once {
		given.UniqueOpts = river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
			rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable,
			rivertype.JobStateRunning, rivertype.JobStateScheduled}}
	}
	return given
}

// Run works on jobs until ctx ends. Jobs under way then have two seconds to finish; those that do not are cut short and
// put back, to be done by whoever runs next.
func (s *Service) Run(ctx context.Context) error {
	if len(s.kinds) == 0 {
		<-ctx.Done()
		return nil
	}
	if err := s.revive(ctx); err != nil {
		if ctx.Err() != nil {
			return nil // stopped as soon as it was started
		}
		return err
	}
	config := s.config
	client, err := river.NewClient(s.driver, &config)
	if err != nil {
		return err
	}
	lasting := context.WithoutCancel(ctx) // the end of ctx must not cut jobs short
	if err := client.Start(lasting); err != nil {
		return err
	}
	s.beat(ctx)
	patience, done := context.WithTimeout(lasting, graceTime)
	defer done()
	if client.Stop(patience) != nil {
		err = client.StopAndCancel(lasting)
	}
	s.leave(lasting)
	return err
}

// beat gives signs of life and looks for dead servers' jobs until ctx ends. The owner of a SQLite database is alone.
func (s *Service) beat(ctx context.Context) {
	if s.db.Engine() == kernel.SQLite {
		<-ctx.Done()
		return
	}
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := s.revive(ctx); err != nil && ctx.Err() == nil {
				s.log.Warn("jobs of stopped servers cannot be looked for now", slog.Any("error", err))
			}
		}
	}
}

// revive says that this server lives, and puts back what dead ones were doing.
func (s *Service) revive(ctx context.Context) error {
	var found int64
	err := s.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) (err error) {
		if err := upsertServer(ctx, tx, s.id, tx.Now()); err != nil {
			return err
		}
		if s.db.Engine() == kernel.SQLite {
			if err := deleteServers(ctx, tx, s.id, tx.Now()); err != nil {
				return err
			}
			found, err = putBackAll(ctx, tx) // called once, at the start
			return err
		}
		if err := deleteServers(ctx, tx, s.id, tx.Now().Add(-deadAfter)); err != nil {
			return err
		}
		found, err = putBackOrphans(ctx, tx)
		return err
	})
	if found > 0 {
		s.log.Info("jobs that a stopped server had begun are begun again", slog.Int64("jobs", found))
	}
	return err
}

// leave says that this server works no more; if it cannot, the others find out.
func (s *Service) leave(ctx context.Context) {
	err := s.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error { return deleteServer(ctx, tx, s.id) })
	if err != nil {
		s.log.Warn("this server could not take its leave of the jobs", slog.Any("error", err))
	}
}
