package facility

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"fujin/geo/index"
	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/errs"
	"fujin/services/platform/processor"
)

// live is the index with the goroutine that keeps it: Run.
type live struct {
	index atomic.Pointer[index.Live]
	// caught tells that the index has reached what was published at the start.
	caught atomic.Bool
	// held are the versions of datasets that the index holds; one that it is
	// being given is not there. See viewOf and Seen.
	held sync.Map
	// bulk is bulkChange; tests lower it.
	bulk atomic.Int64
	// following tells that Run keeps the index.
	following atomic.Bool
	// compacting tells that the overlay is being merged into the base.
	compacting atomic.Bool
}

const (
	// bulkChange is how many changed rows of one publication are merged into a
	// new base before anybody sees them, by all servers while it is still a draft
	// (ahead). Fewer go to the overlay, which takes half a second for as many on
	// a busy machine, and holds them in memory.
	bulkChange = 10_000
	// overlayLimit is how many changes the overlay holds before they are
	// merged: queries look into it besides the base.
	overlayLimit = 50_000
	// followPatience is the pause before changes that could not be applied (the
	// database is away, the disk is full) are tried again.
	followPatience = 2 * time.Second
	// mergePatience is how long a publisher waits for the servers to merge what
	// it publishes: some twenty million facilities.
	mergePatience = 5 * time.Minute
)

// view is the state of the index for one request.
func (s *Service) view() (*index.View, error) {
	if l := s.live.index.Load(); l != nil {
		return l.View(), nil
	}
	return nil, errs.New(errs.Unavailable, "the facilities are being loaded; try again in a few seconds").WithCode("loading")
}

// Ready returns nil when searches see everything published before the start.
func (s *Service) Ready() error {
	if !s.live.caught.Load() {
		return errors.New("the index of facilities is being loaded")
	}
	return nil
}

// Run loads the index and follows the outbox until ctx ends; then it saves the
// index for the next start.
func (s *Service) Run(ctx context.Context) error {
	defer s.background.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop() // what runs beside this ends with it, also after an error
	s.background.Go(func() { s.keepDemand(ctx) })
	s.live.following.Store(true)
	defer s.live.following.Store(false)
	l, err := s.load(ctx)
	for err == nil && ctx.Err() == nil {
		s.live.held.Clear()
		s.live.index.Store(l)
		s.loadNames(ctx, l)
		if err = s.hold(ctx, l.View().Seq()); err == nil {
			err = s.follow(ctx, l)
		}
		switch {
		case errs.CodeOf(err) == "events_trimmed":
			s.log.Warn("the outbox was trimmed beyond the index; it is loaded anew")
			l, err = s.rebuild(ctx)
		case err != nil && ctx.Err() == nil:
			s.log.Error("changes do not reach the index; searches go on with what is loaded", "error", err)
			pause(ctx, followPatience)
			err = nil
		}
	}
	if ctx.Err() != nil {
		err = nil
	}
	if l != nil && err == nil && l.View().Changed() > 0 {
		err = l.Compact(context.WithoutCancel(ctx))
	}
	return err
}

// pause waits; it ends with ctx.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// traitMasks are the bits of each attribute, for the index.
func traitMasks() []uint64 {
	masks := make([]uint64, len(traits))
	for i, t := range traits {
		masks[i] = t.all()
	}
	return masks
}

func (s *Service) indexOptions() index.Options {
	return index.Options{
		Path: filepath.Join(s.db.Path(), "index.snapshot"), Database: s.db.ID(), Attributes: traitMasks(),
		Step: new(processor.Stint).Yield,
	}
}

// load maps the snapshot, or builds the index where there is no usable one.
func (s *Service) load(ctx context.Context) (*index.Live, error) {
	start := time.Now()
	l, err := index.Open(s.indexOptions())
	if err == nil {
		last, lastErr := s.db.LastSeq(ctx)
		if lastErr != nil {
			return nil, lastErr
		}
		if l.View().Seq() <= last {
			s.log.Info("index mapped", "facilities", l.View().Len(), "seq", l.View().Seq(), "took", time.Since(start))
			return l, nil
		}
		err = fmt.Errorf("it is ahead of the database (%d > %d)", l.View().Seq(), last)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		s.log.Warn("the index snapshot cannot be used; it is built anew", "error", err)
	}
	return s.rebuild(ctx)
}

// rebuild reads all facilities in force from the database.
func (s *Service) rebuild(ctx context.Context) (*index.Live, error) {
	start := time.Now()
	l := index.New(s.indexOptions())
	err := s.db.Read(ctx, func(q kernel.Queryer) error {
		seq, err := lastSeq(ctx, q)
		if err != nil {
			return err
		}
		list, err := listDatasets(ctx, q)
		if err != nil {
			return err
		}
		return l.Rebuild(ctx, seq, func(add func(index.Item) error) error {
			for _, d := range list {
				if err := addInForce(ctx, q, d, add); err != nil {
					return err
				}
			}
			return nil
		})
	})
	if err == nil {
		s.log.Info("index built", "facilities", l.View().Len(), "took", time.Since(start))
	}
	return l, err
}

// addInForce adds the facilities of a dataset's version.
func addInForce(ctx context.Context, q kernel.Queryer, d Dataset, add func(index.Item) error) error {
	var body []byte
	return each(ctx, q, d.Version, func(row *stored) error {
		item, err := row.item(body[:0])
		if err != nil {
			return err
		}
		body = item.Body
		return add(item)
	}, inForce, d.ID, d.Version)
}

// follow applies what is published until ctx ends.
func (s *Service) follow(ctx context.Context, l *index.Live) error {
	target, err := s.db.LastSeq(ctx)
	if err != nil {
		return err
	}
	if l.View().Seq() >= target {
		s.live.caught.Store(true)
	}
	a := s.lookAhead(ctx, l, target)
	defer a.leave(ctx)
	// All topics: the index has to know that it has passed the others' events.
	return s.db.Follow(ctx, l.View().Seq(), nil, func(ctx context.Context, events []kernel.Event) error {
		if err := s.apply(ctx, l, a, events); err != nil {
			return err
		}
		if events[len(events)-1].Seq >= target && !s.live.caught.Swap(true) || concerns(TopicWritten, events) {
			a.kick()
		}
		if l.View().Changed() > overlayLimit {
			s.compact(ctx, l)
		}
		return nil
	})
}

func concerns(topic string, events []kernel.Event) bool {
	return slices.ContainsFunc(events, func(e kernel.Event) bool { return e.Topic == topic })
}

// compact merges the overlay into the base beside the following.
func (s *Service) compact(ctx context.Context, l *index.Live) {
	if !s.live.compacting.CompareAndSwap(false, true) {
		return
	}
	s.background.Go(func() {
		defer s.live.compacting.Store(false)
		mark := s.names.live.Mark()
		if err := l.Compact(ctx); err == nil {
			s.buildNames(ctx, mark)
		} else if ctx.Err() == nil {
			s.log.Error("the index could not be merged", "error", err)
		}
	})
}
