package facility

import (
	"context"
	"errors"
	"time"

	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/errs"
)

// TopicPublished is the outbox topic of a new dataset version; the event's ref
// is the dataset, its payload a Publication.
const TopicPublished = "facility.published"

// batchRows is how many rows one transaction writes: enough to make the commit
// cheap, few enough not to keep other writers waiting.
const batchRows = 5000

// Publication counts what a new version changed.
type Publication struct {
	Dataset    string `json:"dataset"`
	Version    int64  `json:"version"`
	Facilities int64  `json:"facilities"`
	Added      int64  `json:"added"`
	Changed    int64  `json:"changed"`
	Removed    int64  `json:"removed"`
	Unchanged  int64  `json:"unchanged"`
	Confirmed  int64  `json:"confirmed"`
}

// Feed hands over rows one by one, in the order of the source, and stops at the
// first error.
type Feed func(yield func(Row) error) error

// Replace publishes the rows of a feed as the next version of a dataset. A
// facility that the dataset already has keeps its id; only what changed is
// written. Nobody sees anything before the last step, and an error leaves the
// version in force as it was.
func (s *Service) Replace(ctx context.Context, dataset string, feed Feed) (Publication, error) {
	if err := ValidateDataset(dataset); err != nil {
		return Publication{}, err
	}
	d := &draft{db: s.db, dataset: dataset, owner: s.db.NewID()}
	if err := d.claim(ctx); err != nil {
		return Publication{}, err
	}
	err := d.fill(ctx, feed)
	if err == nil && d.pub.Added+d.pub.Changed+d.pub.Unchanged == 0 {
		err = errs.New(errs.Invalid, "there is nothing to publish: no row was accepted").WithCode("nothing_accepted")
	}
	if err == nil && d.base.Version > 0 {
		err = d.endMissing(ctx)
	}
	if err == nil {
		err = d.finish(ctx)
	}
	if err != nil {
		return Publication{}, errors.Join(err, d.abandon(ctx))
	}
	if d.pub.Added+d.pub.Changed >= batchRows {
		if err := analyze(ctx, d.db); err != nil {
			s.log.Warn("statistics are not up to date; the next publication may be slow", "error", err)
		}
	}
	return d.pub, nil
}

// draft is a version in preparation.
type draft struct {
	db      *kernel.DB
	dataset string
	owner   string
	base    Dataset // what is in force
	pub     Publication
}

// claim takes the dataset and clears away what an interrupted draft left.
func (d *draft) claim(ctx context.Context) error {
	err := d.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
		if _, err := claimDraft(ctx, tx, d.dataset, d.owner); err != nil {
			return err
		}
		base, err := findDataset(ctx, tx, d.dataset)
		if err != nil && errs.KindOf(err) != errs.NotFound {
			return err
		}
		d.base = base
		return nil
	})
	if err != nil {
		return err
	}
	d.pub = Publication{Dataset: d.dataset, Version: d.base.Version + 1}
	return d.clear(ctx)
}

// clear removes the rows of a draft.
func (d *draft) clear(ctx context.Context) error {
	for more := true; more; {
		err := d.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) (err error) {
			if err := holdDraft(ctx, tx, d.dataset, d.owner); err != nil {
				return err
			}
			more, err = dropDraft(ctx, tx, d.dataset, d.pub.Version, batchRows)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// abandon clears the draft and gives the claim back, also when the caller's
// context has ended.
func (d *draft) abandon(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	if err := d.clear(ctx); err != nil {
		return err
	}
	return d.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
		return releaseDraft(ctx, tx, d.dataset, d.owner)
	})
}

// fill writes the feed in batches; while one is written the next is read.
func (d *draft) fill(ctx context.Context, feed Feed) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	batches := make(chan []Row, 1)
	written := make(chan error, 1)
	go func() {
		var failed error
		for batch := range batches {
			if failed == nil {
				if failed = d.writeBatch(ctx, batch); failed != nil {
					cancel(failed)
				}
			}
		}
		written <- failed
	}()
	batch := make([]Row, 0, batchRows)
	err := feed(func(r Row) error {
		batch = append(batch, r)
		if len(batch) < batchRows {
			return nil
		}
		select {
		case batches <- batch:
			batch = make([]Row, 0, batchRows)
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	})
	if err == nil && len(batch) > 0 {
		select {
		case batches <- batch:
		case <-ctx.Done():
		}
	}
	close(batches)
	if failed := <-written; failed != nil {
		return failed
	}
	if err == nil {
		err = context.Cause(ctx)
	}
	return err
}

// change is what one batch does.
type change struct {
	insert   []*stored
	end      []string
	keep     []string
	verified map[string]int64
	pub      Publication // counts of this batch alone
}

func (d *draft) writeBatch(ctx context.Context, batch []Row) error {
	c := change{verified: map[string]int64{}}
	found := map[string][]match{}
	if d.base.Version > 0 {
		var keys []string
		for i := range batch {
			keys = append(keys, nearbyKeys(batch[i].Key, batch[i].Lat, batch[i].Lon)...)
		}
		if err := findMatches(ctx, d.db.Reader(), d.dataset, d.base.Version, keys, found); err != nil {
			return err
		}
	}
	matches := assign(batch, found)
	for i := range batch {
		d.sort(&batch[i], matches[i], &c)
	}
	err := d.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
		if err := holdDraft(ctx, tx, d.dataset, d.owner); err != nil {
			return err
		}
		if _, err := endRows(ctx, tx, d.dataset, d.pub.Version, c.end); err != nil {
			return err
		}
		if err := insertRows(ctx, tx, c.insert); err != nil {
			return err
		}
		if err := keepRows(ctx, tx, d.dataset, c.keep); err != nil {
			return err
		}
		return noteVerified(ctx, tx, d.dataset, d.pub.Version, c.verified)
	})
	if err != nil {
		return err
	}
	d.pub.Added += c.pub.Added
	d.pub.Changed += c.pub.Changed
	d.pub.Unchanged += c.pub.Unchanged
	d.pub.Confirmed += c.pub.Confirmed
	return nil
}

// sort decides what a row of the file is: new, changed or as it was.
func (d *draft) sort(r *Row, m *match, c *change) {
	switch {
	case m == nil:
		c.insert = append(c.insert, &stored{Row: *r, ID: d.db.NewID(), Dataset: d.dataset, Version: d.pub.Version})
		c.pub.Added++
	case m.digest == r.Digest && m.key == r.Key:
		c.keep = append(c.keep, m.id)
		c.pub.Unchanged++
		if r.VerifiedAt > m.verifiedAt {
			c.verified[m.id] = r.VerifiedAt
			c.pub.Confirmed++
		}
	default:
		if r.VerifiedAt == 0 {
			r.VerifiedAt = m.verifiedAt
		}
		c.end = append(c.end, m.id)
		c.insert = append(c.insert, &stored{Row: *r, ID: m.id, Dataset: d.dataset, Version: d.pub.Version})
		c.pub.Changed++
	}
}

// endMissing ends the facilities that the new file no longer has.
func (d *draft) endMissing(ctx context.Context) error {
	var at place
	for more := true; more; {
		var ended int64
		err := d.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) (err error) {
			if err := holdDraft(ctx, tx, d.dataset, d.owner); err != nil {
				return err
			}
			next := at
			if ended, more, err = endUnkept(ctx, tx, d.dataset, d.pub.Version, &next, batchRows); err == nil {
				at = next
			}
			return err
		})
		if err != nil {
			return err
		}
		d.pub.Removed += ended
	}
	return nil
}

// finish puts the draft in force and tells the world.
func (d *draft) finish(ctx context.Context) error {
	d.pub.Facilities = d.base.Facilities + d.pub.Added - d.pub.Removed
	return d.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
		if err := finishDraft(ctx, tx, d.dataset, d.owner, d.pub.Version, d.pub.Facilities); err != nil {
			return err
		}
		return tx.Emit(ctx, TopicPublished, d.dataset, d.pub)
	})
}

// Edit is one change of a dataset in force: a new form of a facility, or with
// a nil Row its removal.
type Edit struct {
	ID  string
	Row *Row
}

// Change publishes edits as one new version of a dataset.
func (s *Service) Change(ctx context.Context, dataset string, edits []Edit) (Publication, error) {
	pub, err := s.change(ctx, dataset, edits)
	if !errors.Is(err, errDrafted) {
		return pub, err
	}
	// Somebody prepares a version, or died while doing so: in that case claim
	// succeeds, and what was left is cleared away.
	d := &draft{db: s.db, dataset: dataset, owner: s.db.NewID()}
	if err := d.claim(ctx); err != nil {
		return Publication{}, err
	}
	if err := d.abandon(ctx); err != nil {
		return Publication{}, err
	}
	return s.change(ctx, dataset, edits)
}

var errDrafted = errors.New("a version of the dataset is in preparation")

func (s *Service) change(ctx context.Context, dataset string, edits []Edit) (pub Publication, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
		base, err := findDataset(ctx, tx, dataset)
		if err != nil {
			return err
		}
		if base.drafted {
			return errDrafted
		}
		pub = Publication{Dataset: dataset, Version: base.Version + 1}
		var ids []string
		var forms []*stored
		for _, e := range edits {
			ids = append(ids, e.ID)
			if e.Row == nil {
				pub.Removed++
				continue
			}
			pub.Changed++
			forms = append(forms, &stored{Row: *e.Row, ID: e.ID, Dataset: dataset, Version: pub.Version})
		}
		ended, err := endRows(ctx, tx, dataset, pub.Version, ids)
		if err != nil {
			return err
		}
		if ended != int64(len(edits)) {
			return errs.New(errs.NotFound, "of %d facilities to change only %d are in dataset %q", len(edits), ended, dataset)
		}
		if err := insertRows(ctx, tx, forms); err != nil {
			return err
		}
		pub.Facilities = base.Facilities - pub.Removed
		if err := finishDraft(ctx, tx, dataset, "", pub.Version, pub.Facilities); err != nil {
			return err
		}
		return tx.Emit(ctx, TopicPublished, dataset, pub)
	})
	return pub, err
}
