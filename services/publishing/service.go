package publishing

import (
	"context"
	"embed"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"fujin/services/facility"
	"fujin/services/platform/idempotency"
	"fujin/services/platform/jobs"
	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/errs"
	"fujin/services/platform/org"
)

//go:embed migrations
var migrations embed.FS

// defaultUploadMax is the largest upload unless the operator says otherwise.
const defaultUploadMax = 2 << 30

// Service is what agencies publish through.
type Service struct {
	db         *kernel.DB
	facilities *facility.Service
	jobs       *jobs.Service
	keys       *idempotency.Keys
	options    Options
	log        *slog.Logger
	folder     string // of all uploads
	receiving  turns  // of the pieces in which uploads are hashed and written
}

// New prepares the tables and the folder of uploads, and tells the job queue
// what it may be asked for. Uploads are worked on while Run and the queue run.
func New(ctx context.Context, db *kernel.DB, facilities *facility.Service, queue *jobs.Service, options Options) (*Service, error) {
	if err := db.Migrate(ctx, "publishing", migrations); err != nil {
		return nil, err
	}
	if db.Path() == "" {
		return nil, errors.New("uploads need a data folder")
	}
	keys, err := idempotency.New(ctx, db)
	if err != nil {
		return nil, err
	}
	s := &Service{db: db, facilities: facilities, jobs: queue, keys: keys, options: options, log: options.Logger, folder: filepath.Join(db.Path(), "uploads")}
	if s.log == nil {
		s.log = slog.Default()
	}
	if s.options.UploadMax == 0 {
		s.options.UploadMax = defaultUploadMax
	}
	if s.options.Profile == nil {
		s.options.Profile = Profile
	}
	if s.options.Busy == nil {
		s.options.Busy = func() func() { return func() {} }
	}
	if s.options.Client == nil {
		s.options.Client = http.DefaultClient
	}
	s.options.PublicURL = strings.TrimSuffix(s.options.PublicURL, "/")
	if err := os.MkdirAll(s.folder, 0o700); err != nil {
		return nil, err
	}
	s.register()
	return s, nil
}

// own gives a dataset to whoever may do with it what takes one of roles. A draft
// of somebody else does not exist, as far as the caller is told.
func (s *Service) own(ctx context.Context, id string, roles ...org.Role) (Dataset, error) {
	if _, known := org.From(ctx); !known {
		return Dataset{}, org.Require(ctx, "", roles...)
	}
	d, err := s.find(ctx, id)
	if err == nil {
		err = org.Require(ctx, d.Org, roles...)
	}
	switch {
	case errs.KindOf(err) != errs.NotFound:
	case d.Version == 0:
		err = noDataset(id)
	case d.Org == "":
		err = errs.New(errs.Forbidden, "dataset %q came from the command line and belongs to no organisation; ask the administrator to give it to yours", id).WithCode("not_owned")
	default:
		err = errs.New(errs.Forbidden, "dataset %q belongs to another organisation", id).WithCode(notYours)
	}
	return d, err
}

// notYours is the code of what another organisation's public dataset answers.
const notYours = "not_yours"

// see gives a dataset to whoever may know of it: of a draft, its organisation.
func (s *Service) see(ctx context.Context, id string) (Dataset, error) {
	d, err := s.find(ctx, id)
	if err == nil && d.Version == 0 && org.Require(ctx, d.Org) != nil {
		err = noDataset(id)
	}
	return d, err
}

// published gives a dataset of which something is published, to whoever may
// know of it.
func (s *Service) published(ctx context.Context, id string) (Dataset, error) {
	d, err := s.see(ctx, id)
	if err == nil {
		err = d.mustBePublished()
	}
	return d, err
}

// mustBePublished refuses a draft of which a version is wanted.
func (d *Dataset) mustBePublished() error {
	if d.Version > 0 {
		return nil
	}
	return errs.New(errs.NotFound, "nothing is published in dataset %q yet; bring a file and publish it", d.ID).WithCode("not_published")
}

// find joins what an agency says of a dataset with what is published of it.
func (s *Service) find(ctx context.Context, id string) (Dataset, error) {
	d, err := findRecord(ctx, s.db.Reader(), id)
	if err != nil && errs.KindOf(err) != errs.NotFound {
		return d, kernel.Classify(err)
	}
	inForce, missing := s.facilities.Version(ctx, id, 0)
	switch {
	case missing == nil:
		d.join(id, inForce.Number, inForce.Facilities, inForce.At)
		return d, nil
	case errs.KindOf(missing) != errs.NotFound:
		return d, missing
	}
	return d, err
}

// actor is the key that acts, for the record; "administrator" for whoever works
// through the socket.
func actor(ctx context.Context) string {
	p, _ := org.From(ctx)
	if p.KeyID == "" {
		return string(p.Role)
	}
	return p.KeyID
}

// uploadFolder is where an upload's files lie.
func (s *Service) uploadFolder(id string) string { return filepath.Join(s.folder, id) }

// readable turns what the file system says into what a caller can be told: the
// files of an upload are gone when the data folder was not restored, or is not
// the one that the other servers share.
func readable(err error, upload string) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errs.New(errs.Conflict, "the files of upload %s are not in the data folder; bring the file again", upload).WithCode("files_gone").Because(err)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return errs.New(errs.NoSpace, "the disk is full; nothing was kept").Because(err)
	}
	return err
}
