package facility

import (
	"context"
	"errors"

	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/errs"
)

// Edit is one change of a dataset in force: a new form of a facility, with a
// nil Row its removal, without an ID a new facility.
type Edit struct {
	// ID is filled in by Change where it is empty.
	ID  string
	Row *Row
	// ETag, unless empty, is that of the Feature for which the edit was made; if
	// the facility has changed since, the answer is Stale (412).
	ETag string
}

// Change publishes edits, some thousand at most, as one new version of a
// dataset. If nothing would change there is no new version, and the Publication
// names the one in force.
func (s *Service) Change(ctx context.Context, dataset string, edits []Edit, p Provenance) (Publication, error) {
	p = p.orKind(KindEdit)
	pub, err := s.change(ctx, dataset, edits, p)
	if !errors.Is(err, errDrafted) {
		return pub, err
	}
	// Somebody prepares a version, or died while doing so: in that case claim
	// succeeds, and what was left is cleared away.
	d := &draft{db: s.db, dataset: dataset, owner: s.db.NewID()}
	if err := d.claim(ctx, Provenance{}); err != nil {
		return Publication{}, err
	}
	if err := d.abandon(ctx); err != nil {
		return Publication{}, err
	}
	return s.change(ctx, dataset, edits, p)
}

var errDrafted = errors.New("a version of the dataset is in preparation")

func (s *Service) change(ctx context.Context, dataset string, edits []Edit, p Provenance) (pub Publication, err error) {
	var ids []string
	err = s.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
		base, err := findDataset(ctx, tx, dataset)
		if err != nil {
			return err
		}
		if err := p.meets(dataset, base.Version); err != nil {
			return err
		}
		if base.drafted {
			return errDrafted
		}
		pub = Publication{Dataset: dataset, Version: base.Version + 1}
		var c change
		if c, ids, err = s.resolve(ctx, tx, base, edits); err != nil {
			return err
		}
		pub.Added, pub.Changed, pub.Removed = c.pub.Added, c.pub.Changed, c.pub.Removed
		pub.Unchanged, pub.Confirmed = c.pub.Unchanged, c.pub.Confirmed
		pub.Facilities = base.Facilities + pub.Added - pub.Removed
		if pub.Added+pub.Changed+pub.Removed+pub.Confirmed == 0 {
			pub.Version = base.Version
			return nil
		}
		if err := c.write(ctx, tx, pub); err != nil {
			return err
		}
		return finishDraft(ctx, tx, "", pub, p)
	})
	if err != nil {
		return Publication{}, err
	}
	for i, id := range ids {
		edits[i].ID = id
	}
	return pub, nil
}

// resolve checks edits against what is in force and works out what they do. ids
// are those of the facilities, in the order of the edits.
func (s *Service) resolve(ctx context.Context, tx *kernel.Tx, base Dataset, edits []Edit) (c change, ids []string, err error) {
	c.verified = map[string]int64{}
	current, err := currentOf(ctx, tx, base, edits)
	if err != nil {
		return c, nil, err
	}
	rows := make([]Row, 0, len(edits))
	for _, e := range edits {
		if e.Row != nil {
			rows = append(rows, *e.Row)
		}
	}
	same, err := matchRows(ctx, tx, base, matchInForce, rows)
	if err != nil {
		return c, nil, err
	}
	former, err := matchRows(ctx, tx, base, matchFormer, rows)
	if err != nil {
		return c, nil, err
	}
	d := &draft{db: s.db, dataset: base.ID, pub: Publication{Version: base.Version + 1}}
	n := 0
	for _, e := range edits {
		now := current[e.ID]
		if e.Row == nil {
			c.end = append(c.end, e.ID)
			c.pub.Removed++
			ids = append(ids, e.ID)
			continue
		}
		if m := same[n]; m != nil && m.ID != e.ID && m.Key == e.Row.Key && m.Key[0] == 'i' {
			return c, nil, errs.New(errs.Conflict, "dataset %q has %q already: it is facility %s", base.ID, e.Row.Key[2:], m.ID).WithCode("already_there")
		}
		row := *e.Row
		ids = append(ids, d.sort(&row, now, former[n], &c))
		n++
	}
	return c, ids, nil
}

// currentOf finds the facilities that edits name, and refuses edits of what is
// not there or has changed.
func currentOf(ctx context.Context, q kernel.Queryer, base Dataset, edits []Edit) (map[string]*KnownRow, error) {
	tags := map[string]string{}
	var ids []string
	for _, e := range edits {
		if e.ID != "" {
			ids, tags[e.ID] = append(ids, e.ID), e.ETag
		} else if e.Row == nil {
			return nil, errs.New(errs.Invalid, "an edit without an id needs a row")
		}
	}
	if len(tags) != len(ids) {
		return nil, errs.New(errs.Invalid, "two edits are about the same facility")
	}
	current := map[string]*KnownRow{}
	err := eachOf(ctx, q, base.ID, base.Version, ids, func(row *stored) error {
		current[row.ID] = &KnownRow{ID: row.ID, Key: row.Key, Digest: row.Digest, Lat: row.Lat, Lon: row.Lon, VerifiedAt: row.VerifiedAt}
		if tag := tags[row.ID]; tag != "" && tag != row.etag(true) {
			return errs.New(errs.Stale, "facility %s has changed since it was read; read it again and repeat the edit", row.ID)
		}
		return nil
	})
	if err == nil && len(current) != len(ids) {
		err = errs.New(errs.NotFound, "of %d facilities to change only %d are in dataset %q", len(ids), len(current), base.ID)
	}
	return current, err
}
