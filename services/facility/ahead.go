package facility

import (
	"context"
	"sync"
	"time"

	"fujin/geo/index"
	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/errs"
)

// TopicWritten is the outbox topic of a large version that is completely
// written but not in force: a word among the servers, which nobody else is told.
const TopicWritten = "facility.written"

const (
	// lookEvery is the pause between two looks at what is being published.
	lookEvery = time.Second
	// lease is for how long a sign of life holds: a server that dies keeps a
	// publisher waiting no longer. It is renewed five times as often.
	lease = 10 * time.Second
	// aloneLease is that of the only process that has the data: nobody else will
	// ever wait for it, and an idle server need hardly write.
	aloneLease = 10 * time.Minute
)

// ahead has the next base of the index built while the version that it is for is
// still a draft: a large publication would else be seen only when it has been
// merged, some ten seconds per million rows after it is in force. It builds one
// base at a time, on all servers in the same order, and says in the database
// what is ready. What it has built is swapped in by apply, on the event of the
// publication, or thrown away when the draft is given up.
type ahead struct {
	s      *Service
	l      *index.Live
	id     string // of this server, for as long as it follows
	target int64  // what the index has to reach before anybody waits for it
	wake   chan struct{}
	ended  chan struct{}
	stop   context.CancelFunc

	mu  sync.Mutex
	job *preparation
	// merging tells that apply is merging by itself: no base is begun then, as
	// apply would wait for it, and it for apply.
	merging bool
	ready   string // the draft for which nobody need wait for this server

	// Of the goroutine that looks:
	told  string    // ready as the database has it
	renew time.Time // when the sign of life is due
	away  bool      // the last look failed
}

// preparation is a base on its way, or waiting to be swapped in.
type preparation struct {
	writtenDraft
	cancel context.CancelFunc
	done   chan struct{}
	next   *index.Prepared // once done; nil if it came to nothing
}

// lookAhead begins to prepare for an index, until leave.
func (s *Service) lookAhead(ctx context.Context, l *index.Live, target int64) *ahead {
	a := &ahead{s: s, l: l, id: s.db.NewID(), target: target, wake: make(chan struct{}, 1), ended: make(chan struct{})}
	ctx, a.stop = context.WithCancel(ctx)
	go func() {
		defer close(a.ended)
		for ctx.Err() == nil {
			err := a.look(ctx)
			if err != nil && !a.away && ctx.Err() == nil {
				s.log.Warn("what is being published cannot be prepared now; trying on", "error", err)
			}
			a.away = err != nil
			select {
			case <-ctx.Done():
			case <-a.wake:
			case <-time.After(lookEvery):
			}
		}
	}()
	return a
}

// leave ends it: nobody waits for this server any more.
func (a *ahead) leave(ctx context.Context) {
	a.stop()
	<-a.ended
	a.drop(a.detach(""))
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lease)
	defer cancel()
	if err := a.s.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error { return dropFollower(ctx, tx, a.id) }); err != nil {
		a.s.log.Warn("publishers may wait for this server until its sign of life expires", "error", err)
	}
}

// kick has it look at once.
func (a *ahead) kick() {
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// look compares what waits to be prepared with what is.
func (a *ahead) look(ctx context.Context) error {
	if a.l.View().Seq() < a.target {
		return nil
	}
	next, err := nextDraft(ctx, a.s.db.Reader(), a.s.db.Now().UnixMilli())
	if err != nil {
		return err
	}
	a.mu.Lock()
	job := a.job
	a.mu.Unlock()
	if job != nil && job.owner != next.owner {
		if over, err := a.over(ctx, job.writtenDraft); err != nil {
			return err
		} else if over {
			a.drop(a.detach(job.owner))
			job = nil
		}
	}
	if job == nil && next.owner != "" && a.s.Seen(next.dataset) == next.version-1 {
		a.start(ctx, next)
	}
	return a.tell(ctx)
}

// over tells whether a base is of no use: its draft was given up, overtaken by
// one that was written earlier, or became a version that the index has got in
// another way. While the event of its publication is on its way it is of use.
func (a *ahead) over(ctx context.Context, d writtenDraft) (bool, error) {
	current, err := findDataset(ctx, a.s.db.Reader(), d.dataset)
	if err != nil && errs.KindOf(err) != errs.NotFound {
		return false, err
	}
	return current.Version < d.version || a.s.Seen(d.dataset) >= d.version, nil
}

// start begins to build.
func (a *ahead) start(ctx context.Context, d writtenDraft) {
	ctx, cancel := context.WithCancel(ctx)
	job := &preparation{writtenDraft: d, cancel: cancel, done: make(chan struct{})}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.merging {
		cancel()
		return
	}
	a.job, a.ready = job, ""
	go func() {
		defer close(job.done)
		start := time.Now()
		var err error
		job.next, err = a.l.Prepare(ctx, d.dataset, func(add func(index.Item) error) error {
			return a.s.db.Read(ctx, func(q kernel.Queryer) error {
				return addInForce(ctx, q, Dataset{ID: d.dataset, Version: d.version}, add)
			})
		})
		switch {
		case err == nil:
			a.s.log.Info("index prepared", "dataset", d.dataset, "version", d.version, "took", time.Since(start))
		case ctx.Err() != nil:
			return
		default:
			a.s.log.Error("a version could not be prepared; it is merged once it is in force", "dataset", d.dataset, "version", d.version, "error", err)
		}
		a.mu.Lock()
		defer a.mu.Unlock()
		if a.job == job {
			a.ready = d.owner
			a.kick()
		}
	}()
}

// tell renews the sign of life when it is due, or says what is ready.
func (a *ahead) tell(ctx context.Context) error {
	a.mu.Lock()
	ready := a.ready
	a.mu.Unlock()
	if ready == a.told && time.Now().Before(a.renew) {
		return nil
	}
	lasts := lease
	if a.s.db.Engine() == kernel.SQLite {
		lasts = aloneLease
	}
	began := time.Now()
	err := a.s.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
		return putFollower(ctx, tx, a.id, ready, lasts.Milliseconds())
	})
	if err == nil {
		a.told, a.renew = ready, began.Add(lasts/5)
	}
	return err
}

// prepares tells whether a base for a draft is there or on its way.
func (a *ahead) prepares(owner string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.job != nil && a.job.owner == owner
}

// take gives the base of a draft that is in force by now, for Swap or Discard;
// nil if there is none. One that is being built is awaited: that takes less than
// to begin again.
func (a *ahead) take(ctx context.Context, owner string) *index.Prepared {
	job := a.detach(owner)
	if job == nil {
		return nil
	}
	select {
	case <-job.done:
	case <-ctx.Done():
		a.drop(job)
		return nil
	}
	job.cancel()
	return job.next
}

// detach takes the preparation of a draft, of any if owner is empty, away from
// all others.
func (a *ahead) detach(owner string) *preparation {
	a.mu.Lock()
	defer a.mu.Unlock()
	job := a.job
	if job == nil || owner != "" && job.owner != owner {
		return nil
	}
	a.job, a.ready = nil, ""
	return job
}

// drop ends a detached preparation.
func (a *ahead) drop(job *preparation) {
	if job == nil {
		return
	}
	job.cancel()
	<-job.done
	if job.next != nil {
		job.next.Discard()
	}
}

// aside has apply merge by itself: what is being prepared gives way, and is
// begun again afterwards.
func (a *ahead) aside(merge func() error) error {
	a.mu.Lock()
	a.merging = true
	a.mu.Unlock()
	a.drop(a.detach(""))
	err := merge()
	a.mu.Lock()
	a.merging = false
	a.mu.Unlock()
	a.kick()
	return err
}
