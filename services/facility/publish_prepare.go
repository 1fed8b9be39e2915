package facility

import (
	"context"
	"time"

	"fujin/services/platform/kernel"
)

// prepare readies the world for a draft that is completely written: a large one
// is announced, and every server that lives builds the index that it will show,
// so that all see it as soon as it is in force. Without a server, as for
// "fujin import" alone, there is no wait.
func (s *Service) prepare(ctx context.Context, d *draft) error {
	var followers int64
	if d.pub.changes() >= s.live.bulk.Load() {
		err := s.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) (err error) {
			followers, err = announceDraft(ctx, tx, d.dataset, d.owner)
			return err
		})
		if err != nil {
			return err
		}
	}
	if d.pub.Added+d.pub.Changed >= batchRows {
		if err := analyze(ctx, d.db); err != nil && ctx.Err() == nil {
			s.log.Warn("statistics are not up to date; the next publication may be slow", "error", err)
		}
	}
	if followers == 0 {
		return nil
	}
	return s.awaitFollowers(ctx, d)
}

// awaitFollowers returns when no server that lives has still to prepare a draft.
// A server that takes very long sees it when it is ready.
func (s *Service) awaitFollowers(ctx context.Context, d *draft) error {
	end := time.Now().Add(mergePatience)
	renew := time.Now().Add(draftPatience * time.Millisecond / 6)
	for {
		now := time.Now()
		waiting, err := unready(ctx, s.db.Reader(), d.owner, s.db.Now().UnixMilli())
		if err != nil || waiting == 0 {
			return err
		}
		if now.After(end) {
			s.log.Warn("a version is put in force before all servers are ready for it", "dataset", d.dataset, "version", d.pub.Version, "servers", waiting)
			return nil
		}
		if now.After(renew) {
			renew = now.Add(draftPatience * time.Millisecond / 6)
			err := s.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error { return holdDraft(ctx, tx, d.dataset, d.owner) })
			if err != nil {
				return err
			}
		}
		if pause(ctx, 20*time.Millisecond); ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// await returns when searches of this server see a publication so large that it
// is merged into a new base first: whoever is told that it is published finds
// it. Small ones are seen at once.
func (s *Service) await(ctx context.Context, pub Publication) {
	if pub.changes() < s.live.bulk.Load() || !s.live.following.Load() {
		return
	}
	for end := time.Now().Add(mergePatience); s.Seen(pub.Dataset) < pub.Version && time.Now().Before(end) && ctx.Err() == nil; {
		pause(ctx, 20*time.Millisecond)
	}
}
