package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// adapter is a Worker as River wants it.
type adapter[T Args] struct {
	river.WorkerDefaults[T]
	worker Worker[T]
	log    *slog.Logger
}

// errKilled is why a job is given up that was under way each time the server died, and may be why it did.
var errKilled = errors.New("every attempt was cut short by the end of the server")

// Work does one attempt.
func (a *adapter[T]) Work(ctx context.Context, row *river.Job[T]) error {
	job := Job[T]{ID: row.ID, Attempt: row.Attempt, Attempts: row.MaxAttempts, Args: row.Args}
	err := errKilled
	if job.Attempt <= job.Attempts {
		err = a.attempt(ctx, job)
	}
	var snoozed *rivertype.JobSnoozeError
	var cancelled *rivertype.JobCancelError
	switch {
	case err == nil, errors.As(err, &snoozed):
		return err
	case ctx.Err() != nil: // the server stops
		return river.JobSnooze(0)
	case job.Attempt < job.Attempts && !errors.As(err, &cancelled):
		return err
	}
	a.log.Warn("a job was given up", slog.String("kind", job.Args.Kind()), slog.Int64("job", job.ID), slog.Any("error", err))
	if a.worker.GaveUp != nil {
		a.worker.GaveUp(ctx, job, err)
	}
	return river.JobCancel(err)
}

// attempt calls Do; a panic in it is an error like any other.
func (a *adapter[T]) attempt(ctx context.Context, job Job[T]) (err error) {
	if a.worker.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, a.worker.Timeout)
		defer cancel()
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return a.worker.Do(ctx, job)
}

// NextRetry tells when a failed job is tried again.
func (a *adapter[T]) NextRetry(row *river.Job[T]) time.Time {
	if a.worker.Backoff == nil {
		return time.Time{} // River's own
	}
	return time.Now().Add(a.worker.Backoff(row.Attempt))
}

// warnings lets River's words through from warnings up, a failed attempt among them: below, it tells every step it takes.
type warnings struct{ slog.Handler }

// Enabled leaves out what is below a warning.
func (w warnings) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && w.Handler.Enabled(ctx, level)
}

// WithAttrs keeps the threshold.
func (w warnings) WithAttrs(attrs []slog.Attr) slog.Handler {
	return warnings{w.Handler.WithAttrs(attrs)}
}

// WithGroup keeps the threshold.
func (w warnings) WithGroup(name string) slog.Handler { return warnings{w.Handler.WithGroup(name)} }
