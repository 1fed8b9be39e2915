package facility

import (
	"context"
	"encoding/json"
	"time"

	"fujin/geo/index"
	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/errs"
)

// span is a range of versions of one dataset that a slice of events published.
type span struct {
	dataset     string
	after, upTo int64
	changed     int64
}

// spansOf joins publications, which come in order, per dataset.
func spansOf(events []kernel.Event) ([]span, error) {
	var spans []span
	at := map[string]int{}
	for _, e := range events {
		if e.Topic != TopicPublished {
			continue
		}
		pub, err := publicationOf(e)
		if err != nil {
			return nil, err
		}
		i, known := at[e.Ref]
		if !known {
			i = len(spans)
			at[e.Ref] = i
			spans = append(spans, span{dataset: e.Ref, after: pub.Version - 1})
		}
		spans[i].upTo = pub.Version
		spans[i].changed += pub.changes()
	}
	return spans, nil
}

func publicationOf(e kernel.Event) (pub published, err error) {
	if err := json.Unmarshal(e.Payload, &pub); err != nil {
		return pub, errs.New(errs.Internal, "event %d: %v", e.Seq, err)
	}
	return pub, nil
}

// apply brings events into the index: a publication for which the next base was
// prepared by swapping it in, all else slice by slice.
func (s *Service) apply(ctx context.Context, l *index.Live, a *ahead, events []kernel.Event) error {
	done := 0
	for i, e := range events {
		if e.Topic != TopicPublished {
			continue
		}
		pub, err := publicationOf(e)
		if err != nil {
			return err
		}
		if pub.Draft == "" || !a.prepares(pub.Draft) {
			continue
		}
		if err := s.applySlice(ctx, l, a, events[done:i]); err != nil {
			return err
		}
		done = i
		if next := a.take(ctx, pub.Draft); next != nil {
			if err := s.swap(ctx, l, next, pub.Publication, e.Seq); err != nil {
				return err
			}
			done = i + 1
			a.kick() // another may be waiting for its turn
		}
	}
	return s.applySlice(ctx, l, a, events[done:])
}

// swap makes the base that was prepared for a publication the index.
func (s *Service) swap(ctx context.Context, l *index.Live, next *index.Prepared, pub Publication, seq int64) error {
	var again []index.Item // what was closed or reopened meanwhile, in its new form
	err := eachOf(ctx, s.db.Reader(), pub.Dataset, pub.Version, next.Touched(), func(row *stored) error {
		item, err := row.item(nil)
		again = append(again, item)
		return err
	})
	if err != nil {
		next.Discard()
		return err
	}
	mark := s.names.live.Mark()
	s.live.held.Delete(pub.Dataset)
	if err := next.Swap(seq, again); err != nil {
		return err
	}
	s.live.held.Store(pub.Dataset, pub.Version)
	s.log.Info("index swapped", "dataset", pub.Dataset, "version", pub.Version, "facilities", l.View().Len())
	if l.View().Changed() > 0 { // the snapshot on disk lacks what changed meanwhile
		s.compact(ctx, l)
	} else {
		s.buildNames(ctx, mark)
	}
	return nil
}

// applySlice brings events into the index by itself; readers see them whole.
func (s *Service) applySlice(ctx context.Context, l *index.Live, a *ahead, events []kernel.Event) error {
	if len(events) == 0 {
		return nil
	}
	spans, err := spansOf(events)
	if err != nil {
		return err
	}
	seq := events[len(events)-1].Seq
	before := l.View()
	versions := s.release(spans)
	var upserts []index.Item
	var deletes []string
	var large []span
	for _, sp := range spans {
		if sp.changed >= s.live.bulk.Load() {
			large = append(large, sp)
			continue
		}
		err := s.db.Read(ctx, func(q kernel.Queryer) error {
			u, d, err := changesOf(ctx, q, sp)
			upserts, deletes = append(upserts, u...), append(deletes, d...)
			return err
		})
		if err != nil {
			return err
		}
	}
	closed, err := s.closures(ctx, events, versions)
	if err != nil {
		return err
	}
	upserts = append(upserts, closed...)
	reached := seq
	if len(large) > 0 {
		reached = before.Seq()
	}
	if err := l.Apply(upserts, deletes, reached); err != nil {
		return err
	}
	s.renamed(before, l.View(), upserts, deletes)
	if len(large) > 0 {
		if err := a.aside(func() error { return s.replace(ctx, l, large, seq) }); err != nil {
			return err
		}
	}
	for _, sp := range spans {
		s.live.held.Store(sp.dataset, sp.upTo)
	}
	return nil
}

// Seen is the version of a dataset that searches see; 0 = none, or another is
// just being brought in.
func (s *Service) Seen(dataset string) int64 {
	if v, ok := s.live.held.Load(dataset); ok {
		return v.(int64)
	}
	return 0
}

// replace merges large publications into a new base each. The snapshot of the
// last says that it has reached seq, so that a restart need not do it again.
func (s *Service) replace(ctx context.Context, l *index.Live, large []span, seq int64) error {
	mark := s.names.live.Mark()
	for i, sp := range large {
		start, reached := time.Now(), l.View().Seq()
		if i == len(large)-1 {
			reached = seq
		}
		err := s.db.Read(ctx, func(q kernel.Queryer) error {
			return l.Replace(ctx, sp.dataset, reached, func(add func(index.Item) error) error {
				return addInForce(ctx, q, Dataset{ID: sp.dataset, Version: sp.upTo}, add)
			})
		})
		if err != nil {
			return err
		}
		s.log.Info("index merged", "dataset", sp.dataset, "version", sp.upTo, "facilities", l.View().Len(), "took", time.Since(start))
	}
	s.buildNames(ctx, mark)
	return nil
}

// changesOf reads what a span of versions began, confirmed or ended.
func changesOf(ctx context.Context, q kernel.Queryer, sp span) (upserts []index.Item, deletes []string, err error) {
	gone := map[string]bool{}
	if err := endedIDs(ctx, q, sp.dataset, sp.after, sp.upTo, func(id string) { gone[id] = true }); err != nil {
		return nil, nil, err
	}
	for _, where := range [...]string{changedBegun, changedNoted} {
		err := each(ctx, q, sp.upTo, func(row *stored) error {
			if row.Ended != 0 && row.Ended <= sp.upTo {
				return nil // a later version of the span says more
			}
			delete(gone, row.ID)
			item, err := row.item(nil)
			upserts = append(upserts, item)
			return err
		}, where, sp.dataset, sp.after, sp.upTo)
		if err != nil {
			return nil, nil, err
		}
	}
	for id := range gone {
		deletes = append(deletes, id)
	}
	return upserts, deletes, nil
}
