package publishing

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"fujin/datasets"
	"fujin/services/facility"
	"fujin/services/platform/idempotency"
	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/errs"
	"fujin/services/platform/org"
)

// Request asks for an upload to be published.
type Request struct {
	// By is the key that asks.
	By, Note string
	// Base is the version in force that the publication was prepared for.
	Base int64
}

// Publish makes an upload the dataset's next version; where the dataset needs a
// second person, it waits for them. base is the version in force that the
// caller has in mind; nil means that which the gate compared the upload with.
func (s *Service) Publish(ctx context.Context, dataset, id, note string, base *int64) (Upload, error) {
	d, err := s.own(ctx, dataset, org.Publisher)
	if err != nil {
		return Upload{}, err
	}
	u, err := findUpload(ctx, s.db.Reader(), dataset, id)
	if err != nil {
		if errs.KindOf(err) == errs.NotFound {
			err = errs.New(errs.Invalid, "").WithField("body.upload", "not_found", "is no upload of this dataset")
		}
		return u, kernel.Classify(err)
	}
	ask := Request{By: actor(ctx), Note: note, Base: u.Base}
	if base != nil {
		ask.Base = *base
	}
	return s.request(ctx, d, u, ask)
}

// request publishes an upload, or has it wait for a second person.
func (s *Service) request(ctx context.Context, d Dataset, u Upload, ask Request) (Upload, error) {
	if err := u.mayPublish(); err != nil {
		return u, err
	}
	if u.Base != d.Version {
		return u, versionChanged(u, d.Version)
	}
	if ask.Base != d.Version {
		return u, errs.New(errs.Conflict, "you have version %d in mind, but version %d is in force", ask.Base, d.Version).WithCode("version_changed").
			WithField("body.base", "outdated", "is not the version in force")
	}
	u.RequestedBy, u.Note = ask.By, ask.Note
	if !d.RequireApproval {
		return s.publish(ctx, d, u, Ready)
	}
	u.State = Waiting
	err := s.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
		if err := overtaken(moveUpload(ctx, tx, u, Ready)); err != nil {
			return err
		}
		return tell(ctx, tx, d, u)
	})
	return u, err
}

func versionChanged(u Upload, inForce int64) error {
	return errs.New(errs.Conflict, "upload %s was compared with version %d, but version %d is in force by now; PATCH the upload with {} to see what it would change there, then publish",
		u.ID, u.Base, inForce).WithCode("version_changed")
}

// Decide approves or rejects an upload that waits for a second person. To
// approve is to publish.
func (s *Service) Decide(ctx context.Context, dataset, id string, approve bool, note string) (Upload, error) {
	d, u, err := s.ownUpload(ctx, dataset, id, org.Reviewer)
	if err != nil {
		return u, err
	}
	if u.State != Waiting {
		return u, errs.New(errs.Conflict, "upload %s does not wait for approval: it is %s", id, u.State).WithCode("not_waiting")
	}
	by := actor(ctx)
	if by == u.RequestedBy || by == u.By {
		return u, errs.New(errs.Forbidden, "the key that brought the file or asked for its publication cannot approve it; a second person must").WithCode("same_person")
	}
	u.DecidedBy, u.Decision = by, note
	if approve {
		if d.Version != u.Base {
			return u, errs.New(errs.Conflict, "since the upload was compared with version %d, version %d came into force; reject it, so that it is compared again", u.Base, d.Version).
				WithCode("version_changed")
		}
		return s.publish(ctx, d, u, Waiting)
	}
	u.State, u.Reason = Refused, datasets.Say("rejected by the reviewer")
	if note != "" {
		u.Reason = datasets.Say("rejected by the reviewer: %s", note)
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
		if err := overtaken(moveUpload(ctx, tx, u, Waiting)); err != nil {
			return err
		}
		return tell(ctx, tx, d, u)
	})
	return u, err
}

// publish writes the staged rows of an upload into the registry. The version
// comes into force and the upload becomes published in one transaction. It goes
// on when the client has gone: a million rows take longer than a proxy waits.
func (s *Service) publish(ctx context.Context, d Dataset, u Upload, from string) (Upload, error) {
	ctx = context.WithoutCancel(ctx)
	defer s.options.Busy()()
	folder := s.runFolder(u)
	if _, err := os.Stat(filepath.Join(folder, fileRows)); err != nil {
		return u, readable(err, u.ID)
	}
	p := facility.Provenance{Kind: facility.KindUpload, By: u.RequestedBy, Org: d.Org, Note: u.Note, Source: u.Name, SHA256: u.SHA256, Upload: u.ID, Base: u.Base}
	if u.SourceURL != "" {
		p.Kind, p.Source = facility.KindHarvest, u.SourceURL
	}
	p.Along = publishing{d, u, from}
	pub, err := s.facilities.Replace(ctx, d.ID, func(yield func(facility.Row) error) error { return readStaged(folder, yield) }, p)
	if err != nil {
		return u, err
	}
	s.lighten(u)
	u.State, u.Version = Published, pub.Version
	return u, nil
}

// publishing is what goes along with a publication: its upload's new state.
type publishing struct {
	dataset Dataset
	upload  Upload
	from    string
}

// Publish implements facility.Companion.
func (p publishing) Publish(ctx context.Context, tx *kernel.Tx, pub facility.Publication) error {
	u := p.upload
	if pub.Version != u.Base+1 { // for a first version the registry has no base to compare with
		return versionChanged(u, pub.Version-1)
	}
	u.State, u.Version = Published, pub.Version
	if err := overtaken(moveUpload(ctx, tx, u, p.from)); err != nil {
		return err
	}
	if err := supersede(ctx, tx, u.Dataset, u.ID); err != nil {
		return err
	}
	if err := learn(ctx, tx, u.Dataset, u.CRS, u.Mapping); err != nil {
		return err
	}
	return tell(ctx, tx, p.dataset, u)
}

// lighten removes what only publishing needed: the registry has it now. The
// file and the report stay.
func (s *Service) lighten(u Upload) {
	for _, name := range [...]string{fileRows, filePoints, fileDiff, fileKnown} {
		if err := os.Remove(filepath.Join(s.runFolder(u), name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			s.log.Warn("a file of a published upload stays", "upload", u.ID, "error", err)
		}
	}
}

// Rollback publishes the state that an earlier version had, as a new version.
func (s *Service) Rollback(ctx context.Context, dataset string, to int64, note string) (facility.Publication, error) {
	d, err := s.own(ctx, dataset, org.Publisher)
	if err == nil {
		err = d.mustBePublished()
	}
	if err != nil {
		return facility.Publication{}, err
	}
	return s.facilities.Rollback(context.WithoutCancel(ctx), dataset, to, facility.Provenance{By: actor(ctx), Org: d.Org, Note: note})
}

// once does what a request asks for unless it was done under its
// Idempotency-Key before: do gives the id of what came of it, show that itself.
func once[T any](ctx context.Context, s *Service, route, key string, request any, do func(context.Context) (string, error), show func(context.Context, string) (T, error)) (thing T, again bool, err error) {
	if _, known := org.From(ctx); !known {
		key = "" // do will refuse it: strangers have nothing remembered here
	}
	id, again, err := idempotency.Once(ctx, s.keys, route+" "+actor(ctx), key, request, do)
	if err == nil {
		thing, err = show(ctx, id)
	}
	return thing, again, err
}
