package facility

import (
	"context"
	"errors"
	"time"

	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/errs"
	"fujin/services/platform/processor"
)

// TopicPublished is the outbox topic of a new dataset version; the event's ref
// is the dataset, its payload a Publication, with more in it for the servers.
const TopicPublished = "facility.published"

// published is the payload of TopicPublished.
type published struct {
	Publication
	// Draft is the owner of the draft that is in force now, if there was one.
	Draft string `json:"draft,omitempty"`
}

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

// changes is how many rows the index has to look at.
func (p *Publication) changes() int64 { return p.Added + p.Changed + p.Removed + p.Confirmed }

// Feed hands over rows one by one, in the order of the source, and stops at the
// first error.
type Feed func(yield func(Row) error) error

// Replace publishes the rows of a feed as the next version of a dataset. A
// facility that the dataset has, or once had, keeps its id; only what changed is
// written. Nobody sees anything before the last step, and an error leaves the
// version in force as it was. While somebody else publishes, the answer is a
// Conflict (being_published).
func (s *Service) Replace(ctx context.Context, dataset string, feed Feed, p Provenance) (Publication, error) {
	if err := ValidateDataset(dataset); err != nil {
		return Publication{}, err
	}
	return s.publish(ctx, dataset, p.orKind(KindImport), func(d *draft) error {
		err := d.fill(ctx, feed)
		if err == nil && d.pub.Added+d.pub.Changed+d.pub.Unchanged == 0 {
			err = errs.New(errs.Invalid, "there is nothing to publish: no row was accepted").WithCode("nothing_accepted")
		}
		if err == nil && d.base.Version > 0 {
			err = d.endMissing(ctx)
		}
		return err
	})
}

// publish has a draft written, and puts it in force or clears it away.
func (s *Service) publish(ctx context.Context, dataset string, p Provenance, write func(*draft) error) (Publication, error) {
	d := &draft{db: s.db, dataset: dataset, owner: s.db.NewID()}
	if err := d.claim(ctx, p); err != nil {
		return Publication{}, err
	}
	err := write(d)
	if err == nil {
		err = s.prepare(ctx, d)
	}
	if err == nil {
		err = d.finish(ctx, p)
	}
	if err != nil {
		return Publication{}, errors.Join(err, d.abandon(ctx))
	}
	s.await(ctx, d.pub)
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
func (d *draft) claim(ctx context.Context, p Provenance) error {
	err := d.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
		if _, err := claimDraft(ctx, tx, d.dataset, d.owner); err != nil {
			return err
		}
		base, err := findDataset(ctx, tx, d.dataset)
		if err != nil && errs.KindOf(err) != errs.NotFound {
			return err
		}
		d.base = base
		return p.meets(d.dataset, base.Version)
	})
	if err != nil {
		return err
	}
	d.pub = Publication{Dataset: d.dataset, Version: d.base.Version + 1}
	if err := d.clear(ctx); err != nil {
		return errors.Join(err, d.abandon(ctx)) // or the claim would keep others out for a minute
	}
	return nil
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
	var stint processor.Stint
	err := feed(func(r Row) error {
		stint.Yield()
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
	matches := make([]*KnownRow, len(batch))
	former := matches
	if d.base.Version > 0 {
		var err error
		if matches, err = matchRows(ctx, d.db.Reader(), d.base, matchInForce, batch); err != nil {
			return err
		}
		if former, err = d.formerOf(ctx, batch, matches); err != nil {
			return err
		}
	}
	var stint processor.Stint
	for i := range batch {
		stint.Yield()
		d.sort(&batch[i], matches[i], former[i], &c)
	}
	err := d.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
		if err := holdDraft(ctx, tx, d.dataset, d.owner); err != nil {
			return err
		}
		if err := keepRows(ctx, tx, d.dataset, c.keep); err != nil {
			return err
		}
		return c.write(ctx, tx, d.pub)
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

// write does it.
func (c *change) write(ctx context.Context, tx *kernel.Tx, pub Publication) error {
	if _, err := endRows(ctx, tx, pub.Dataset, pub.Version, c.end); err != nil {
		return err
	}
	if err := insertRows(ctx, tx, c.insert); err != nil {
		return err
	}
	return noteVerified(ctx, tx, pub.Dataset, pub.Version, c.verified)
}

// matchRows finds the facilities that the rows of a batch are about.
func matchRows(ctx context.Context, q kernel.Queryer, base Dataset, where string, batch []Row) ([]*KnownRow, error) {
	var keys []string
	for i := range batch {
		keys = append(keys, nearbyKeys(batch[i].Key, batch[i].Lat, batch[i].Lon)...)
	}
	found, err := findMatches(ctx, q, base.ID, base.Version, where, keys)
	if err != nil {
		return nil, err
	}
	return found.match(batch), nil
}

// formerOf finds, for the rows that are about no facility in force, those that
// the dataset once had: ids are permanent also across an absence.
func (d *draft) formerOf(ctx context.Context, batch []Row, matches []*KnownRow) ([]*KnownRow, error) {
	former := make([]*KnownRow, len(batch))
	var fresh []Row
	var places []int
	for i, m := range matches {
		if m == nil {
			fresh, places = append(fresh, batch[i]), append(places, i)
		}
	}
	found, err := matchRows(ctx, d.db.Reader(), d.base, matchFormer, fresh)
	for i, m := range found {
		former[places[i]] = m
	}
	return former, err
}

// sort decides what a row of the file is, new, changed or as it was, and gives
// the facility's id.
func (d *draft) sort(r *Row, m, former *KnownRow, c *change) string {
	form := &stored{Row: *r, Dataset: d.dataset, Version: d.pub.Version}
	switch opOf(r, m) {
	case Added:
		form.ID = d.db.NewID()
		if former != nil {
			form.ID = former.ID
		}
		c.insert = append(c.insert, form)
		c.pub.Added++
	case Unchanged:
		form.ID = m.ID
		c.keep = append(c.keep, m.ID)
		c.pub.Unchanged++
		if r.VerifiedAt > m.VerifiedAt {
			c.verified[m.ID] = r.VerifiedAt
			c.pub.Confirmed++
		}
	default:
		form.ID = m.ID
		if r.VerifiedAt == 0 {
			form.VerifiedAt = m.VerifiedAt
		}
		c.end = append(c.end, m.ID)
		c.insert = append(c.insert, form)
		c.pub.Changed++
	}
	return form.ID
}

// endMissing ends the facilities that the new file no longer has.
func (d *draft) endMissing(ctx context.Context) error {
	var at place
	for more := true; more; {
		var ended int64
		var next place
		err := d.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) (err error) {
			if err := holdDraft(ctx, tx, d.dataset, d.owner); err != nil {
				return err
			}
			next = at // the closure may run again
			ended, more, err = endUnkept(ctx, tx, d.dataset, d.pub.Version, &next, batchRows)
			return err
		})
		if err != nil {
			return err
		}
		at = next
		d.pub.Removed += ended
	}
	return nil
}

// finish puts the draft in force and tells the world.
func (d *draft) finish(ctx context.Context, p Provenance) error {
	d.pub.Facilities = d.base.Facilities + d.pub.Added - d.pub.Removed
	return d.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
		return finishDraft(ctx, tx, d.owner, d.pub, p)
	})
}
