package publishing

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"

	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/errs"
	"fujin/services/platform/org"
)

// Incoming is a file that arrives.
type Incoming struct {
	// Name is what its sender calls it; Format what they say it is.
	Name, Format string
	// RequestKey is the Idempotency-Key; "" without.
	RequestKey string
}

// Receive writes a file into the data folder as it arrives, and sends it to the
// gate. Nothing of it is kept in memory. replayed tells that the same file came
// under the same Idempotency-Key before.
func (s *Service) Receive(ctx context.Context, dataset string, in Incoming, body io.Reader) (u Upload, replayed bool, err error) {
	d, err := s.own(ctx, dataset, org.Publisher)
	if err != nil {
		return u, false, err
	}
	if d.Revision == 0 {
		return u, false, errs.New(errs.Conflict, "dataset %q belongs to no organisation; POST /v1/datasets gives it one", dataset).WithCode("not_owned")
	}
	u = Upload{ID: s.db.NewID(), Dataset: dataset, Name: in.Name, Format: in.Format, By: actor(ctx), CRS: d.CRS, Mapping: d.Mapping}
	if err := s.store(&u, body); err != nil {
		return u, false, err
	}
	if in.RequestKey != "" {
		first, found, err := uploadOfRequest(ctx, s.db.Reader(), dataset, u.By, in.RequestKey)
		if err != nil || found {
			return first, found, errors.Join(kernel.Classify(err), differs(first, u, found), s.discard(u.ID))
		}
	}
	if err := s.admit(ctx, d, u, in.RequestKey); err != nil {
		return u, false, errors.Join(err, s.discard(u.ID))
	}
	u, err = findUpload(ctx, s.db.Reader(), dataset, u.ID)
	return u, false, kernel.Classify(err)
}

// differs refuses an Idempotency-Key that came with another file before.
func differs(first, now Upload, found bool) error {
	if !found || first.SHA256 == now.SHA256 {
		return nil
	}
	return errs.New(errs.Unprocessable, "this Idempotency-Key came with another file before; give each upload a key of its own").
		WithCode("key_reused").WithField("header.Idempotency-Key", "key_reused", "belongs to upload %s", first.ID)
}

// store writes an upload's file, and learns its size and hash.
func (s *Service) store(u *Upload, body io.Reader) (err error) {
	defer s.options.Busy()()
	if err := os.Mkdir(s.uploadFolder(u.ID), 0o700); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(readable(err, u.ID), s.discard(u.ID))
		}
	}()
	f, err := os.OpenFile(filepath.Join(s.uploadFolder(u.ID), fileSource), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	hash := sha256.New()
	u.Size, err = io.CopyBuffer(s.receiving.writer(io.MultiWriter(&landing{file: f}, hash)), body, make([]byte, pieceSize))
	if err == nil && u.Size == 0 {
		err = errs.New(errs.Invalid, "the body is empty; send the file itself: curl --data-binary @FILE").WithField("body", "required", "must be the file")
	}
	if err == nil {
		err = f.Sync()
	}
	u.SHA256 = hex.EncodeToString(hash.Sum(nil))
	return errors.Join(err, f.Close())
}

// discard removes an upload's files.
func (s *Service) discard(id string) error { return os.RemoveAll(s.uploadFolder(id)) }

// admit records an upload whose file is there, and sends it to the gate.
func (s *Service) admit(ctx context.Context, d Dataset, u Upload, requestKey string) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
		if err := insertUpload(ctx, tx, u, requestKey); err != nil {
			return err
		}
		u.State = Received
		if err := tell(ctx, tx, d, u); err != nil {
			return err
		}
		return s.enqueue(ctx, tx, u.ID, 1)
	})
}

// tell puts an upload's state into the outbox.
func tell(ctx context.Context, tx *kernel.Tx, d Dataset, u Upload) error {
	return tx.Emit(ctx, TopicUpload, u.ID, UploadEvent{Dataset: d.ID, Org: d.Org, Upload: u.ID, State: u.State})
}

// ownUpload gives an upload with its dataset to whoever may act on it with one
// of the roles. For another organisation there is no upload, also where the
// dataset is public.
func (s *Service) ownUpload(ctx context.Context, dataset, id string, roles ...org.Role) (Dataset, Upload, error) {
	d, err := s.own(ctx, dataset, roles...)
	if errs.CodeOf(err) == notYours {
		err = noUpload(id)
	}
	if err != nil {
		return d, Upload{}, err
	}
	u, err := findUpload(ctx, s.db.Reader(), dataset, id)
	return d, u, kernel.Classify(err)
}

// Upload gives an upload to its dataset's organisation.
func (s *Service) Upload(ctx context.Context, dataset, id string) (Upload, error) {
	_, u, err := s.ownUpload(ctx, dataset, id)
	return u, err
}

// Uploads lists a dataset's uploads, newest first, those older than before.
func (s *Service) Uploads(ctx context.Context, dataset, before string, limit int) ([]Upload, error) {
	if _, err := s.own(ctx, dataset); err != nil {
		return nil, err
	}
	list, err := listUploads(ctx, s.db.Reader(), dataset, before, limit)
	return list, kernel.Classify(err)
}

// Reread changes how an upload is read, and sends it through the gate again.
// What the gate is doing with it meanwhile is dropped.
func (s *Service) Reread(ctx context.Context, dataset, id string, reading Reading) (Upload, error) {
	d, u, err := s.ownUpload(ctx, dataset, id, org.Publisher)
	if err != nil {
		return u, err
	}
	switch u.State {
	case Received, Profiling, Ready, Refused:
	default:
		return u, errs.New(errs.Conflict, "upload %s is %s and cannot be read again", id, u.State).WithCode("not_editable")
	}
	if err := reading.apply(&u); err != nil {
		return u, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
		if err := overtaken(resetUpload(ctx, tx, u)); err != nil {
			return err
		}
		told := u
		told.State = Received
		if err := tell(ctx, tx, d, told); err != nil {
			return err
		}
		return s.enqueue(ctx, tx, id, u.Run+1)
	})
	if err != nil {
		return u, err
	}
	u, err = findUpload(ctx, s.db.Reader(), dataset, id)
	return u, kernel.Classify(err)
}

// overtaken takes what a change of an upload's state gave: that somebody else
// was first is an error.
func overtaken(moved bool, err error) error {
	if err != nil || moved {
		return err
	}
	return errs.New(errs.Conflict, "the upload was changed by somebody else at this moment; look at it again").WithCode("overtaken")
}

// Drop deletes an upload with its files. What was published of it stays, with
// its hash.
func (s *Service) Drop(ctx context.Context, dataset, id string) error {
	d, u, err := s.ownUpload(ctx, dataset, id, org.Publisher)
	if err != nil {
		return err
	}
	return s.remove(ctx, d, u)
}

// remove marks an upload deleted, then takes its files away.
func (s *Service) remove(ctx context.Context, d Dataset, u Upload) error {
	err := s.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
		gone := u
		gone.State = Deleted
		if err := overtaken(moveUpload(ctx, tx, gone, u.State)); err != nil {
			return err
		}
		return tell(ctx, tx, d, gone)
	})
	if err != nil {
		return err
	}
	return s.discard(u.ID)
}
