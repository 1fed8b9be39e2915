package publishing

import (
	"context"
	"maps"
	"slices"
	"time"

	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/errs"
	"fujin/services/platform/org"
)

// join adds what is published of a dataset to what is said of it.
func (d *Dataset) join(id string, version, facilities int64, at time.Time) {
	d.ID, d.Version, d.Facilities = id, version, facilities
	if at.After(d.UpdatedAt) {
		d.UpdatedAt = at
	}
	if d.Revision == 0 { // without a record
		d.Title, d.CreatedAt = Text{"en": id}, at
	}
}

// Datasets lists what is published, and the drafts of the caller's
// organisation, by id.
func (s *Service) Datasets(ctx context.Context) ([]Dataset, error) {
	records, err := listRecords(ctx, s.db.Reader())
	if err != nil {
		return nil, kernel.Classify(err)
	}
	all := make(map[string]Dataset, len(records))
	for _, d := range records {
		all[d.ID] = d
	}
	published, err := s.facilities.Datasets(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range published {
		d := all[p.ID]
		d.join(p.ID, p.Version, p.Facilities, time.UnixMilli(p.UpdatedAt).UTC())
		all[p.ID] = d
	}
	maps.DeleteFunc(all, func(_ string, d Dataset) bool { return d.Version == 0 && org.Require(ctx, d.Org) != nil })
	list := make([]Dataset, 0, len(all))
	for _, id := range slices.Sorted(maps.Keys(all)) {
		list = append(list, all[id])
	}
	return list, nil
}

// Dataset gives one dataset: a draft only to its organisation.
func (s *Service) Dataset(ctx context.Context, id string) (Dataset, error) { return s.see(ctx, id) }

// Create makes a dataset, a draft until something is published in it. Its owner
// is the caller's organisation; the administrator names one, and may so give
// away what the command line published.
func (s *Service) Create(ctx context.Context, d Dataset) (Dataset, error) {
	p, known := org.From(ctx)
	switch {
	case !known:
		return d, org.Require(ctx, "")
	case p.Role == org.Administrator:
		if err := (org.Token{Org: d.Org, Role: org.Reader}).Validate(); err != nil {
			return d, errs.New(errs.Invalid, "").WithField("body.org", "malformed", "must name the organisation that is to own the dataset")
		}
	case d.Org != "" && d.Org != p.Org:
		return d, errs.New(errs.Invalid, "").WithField("body.org", "not_one_of", "can only be your own organisation, %s; leave it out", p.Org)
	default:
		if err := org.Require(ctx, p.Org, org.Publisher); err != nil {
			return d, err
		}
		d.Org = p.Org
	}
	if err := d.Validate(); err != nil {
		return d, err
	}
	published, err := s.facilities.Version(ctx, d.ID, 0)
	if err != nil && errs.KindOf(err) != errs.NotFound {
		return d, err
	}
	if published.Number > 0 && p.Role != org.Administrator {
		return d, taken(d.ID)
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
		exists, err := insertRecord(ctx, tx, d)
		if err == nil && exists {
			return taken(d.ID)
		}
		return err
	})
	if err != nil {
		return d, err
	}
	return s.find(ctx, d.ID)
}

func taken(id string) error {
	return errs.New(errs.Conflict, "the id %q is taken; choose another", id).WithCode("taken").WithField("body.id", "taken", "is the id of another dataset")
}

// Edit changes what is said of a dataset, if it is still at a revision: edit is
// applied to it, then it is checked. Only a reviewer can let go of the second
// person's approval, or the first could do without.
func (s *Service) Edit(ctx context.Context, id string, guard Guard, edit func(*Dataset)) (Dataset, error) {
	d, err := s.own(ctx, id, org.Publisher, org.Reviewer)
	if err != nil {
		return d, err
	}
	if d.Revision == 0 {
		return d, errs.New(errs.Conflict, "dataset %q belongs to no organisation; POST /v1/datasets gives it one", id).WithCode("not_owned")
	}
	before, tag := d.RequireApproval, d.ETag()
	edit(&d)
	role := org.Publisher
	if before && !d.RequireApproval {
		role = org.Reviewer
	}
	if err := org.Require(ctx, d.Org, role); err != nil {
		return d, err
	}
	if err := guard.check("dataset", id, tag); err != nil {
		return d, err
	}
	if err := d.Validate(); err != nil {
		return d, err
	}
	if err := s.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error { return updateRecord(ctx, tx, d) }); err != nil {
		return d, err
	}
	return s.find(ctx, id)
}
