package publishing

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"time"

	"fujin/services/platform/jobs"
	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/errs"
	"fujin/services/platform/org"
	"fujin/services/platform/outbound"
)

const (
	fetchTime = 15 * time.Minute // for one file; the client gives up before
	staleRun  = 2 * time.Hour    // after which a run that never ended counts as failed
	keptRuns  = 50
)

// StartHarvest has a file fetched now and again and again, and published when
// it is good. A harvest that is there already is changed.
func (s *Service) StartHarvest(ctx context.Context, h Harvest) (Harvest, error) {
	d, err := s.own(ctx, h.Dataset, org.Publisher)
	if err != nil {
		return h, err
	}
	if d.Revision == 0 {
		return h, errs.New(errs.Conflict, "dataset %q belongs to no organisation; POST /v1/datasets gives it one", d.ID).WithCode("not_owned")
	}
	h.By = actor(ctx)
	if err := h.Validate(); err != nil {
		return h, err
	}
	if err := s.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error { return putHarvest(ctx, tx, h) }); err != nil {
		return h, err
	}
	if err := s.harvestDue(ctx); err != nil {
		return h, err
	}
	h, err = findHarvest(ctx, s.db.Reader(), h.Dataset)
	return h, kernel.Classify(err)
}

// StopHarvest ends a harvest; its runs stay on record.
func (s *Service) StopHarvest(ctx context.Context, dataset string) error {
	if _, err := s.own(ctx, dataset, org.Publisher); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
		if was, err := deleteHarvest(ctx, tx, dataset); err != nil || was {
			return err
		}
		_, err := findHarvest(ctx, tx, dataset)
		return err
	})
}

// Harvest gives a harvest with its last runs, newest first.
func (s *Service) Harvest(ctx context.Context, dataset string) (h Harvest, runs []HarvestRun, err error) {
	if _, err := s.own(ctx, dataset); err != nil {
		return h, nil, err
	}
	err = s.db.Read(ctx, func(q kernel.Queryer) error {
		if h, err = findHarvest(ctx, q, dataset); err != nil {
			return err
		}
		runs, err = listRuns(ctx, q, dataset, keptRuns)
		return err
	})
	return h, runs, err
}

// harvestDue queues a run of every harvest whose time has come; one server
// does, and no run begins beside one that is under way.
func (s *Service) harvestDue(ctx context.Context) error {
	due, err := dueHarvests(ctx, s.db.Reader(), s.db.Now())
	if err != nil {
		return kernel.Classify(err)
	}
	for _, h := range due {
		run := s.db.NewID()
		err := s.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
			claimed, err := claimHarvest(ctx, tx, h)
			if err != nil || !claimed {
				return err
			}
			if err := endStaleRuns(ctx, tx, h.Dataset, tx.Now().Add(-staleRun), keptRuns); err != nil {
				return err
			}
			if busy, err := underWay(ctx, tx, h.Dataset); err != nil || busy {
				return err
			}
			if err := insertRun(ctx, tx, run, h.Dataset); err != nil {
				return err
			}
			return s.enqueueHarvest(ctx, tx, run)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// fetch is a run of a harvest up to the gate.
func (s *Service) fetch(ctx context.Context, id string) error {
	run, err := findRun(ctx, s.db.Reader(), id, "")
	if err != nil || run.Outcome != RunUnderWay || run.Upload != "" {
		return kernel.Classify(err)
	}
	h, err := findHarvest(ctx, s.db.Reader(), run.Dataset)
	if errs.KindOf(err) == errs.NotFound {
		run.Outcome, run.Message = RunFailed, "the harvest was stopped"
		return s.endRun(ctx, Dataset{ID: run.Dataset}, run, "")
	} else if err != nil {
		return kernel.Classify(err)
	}
	d, err := s.find(ctx, h.Dataset)
	if err != nil {
		return err
	}
	u := Upload{ID: s.db.NewID(), Dataset: d.ID, Name: nameOf(h.URL), Format: "auto", By: harvester, SourceURL: h.URL, CRS: d.CRS, Mapping: d.Mapping, Repairs: h.Repairs}
	got, err := s.download(ctx, h, u)
	run.Bytes, run.Condition = got.Bytes, got.Condition
	switch {
	case ctx.Err() != nil:
		return errors.Join(ctx.Err(), s.discard(u.ID)) // the queue tries again
	case err != nil:
		run.Outcome, run.Message = RunFailed, excuse(err)
	case got.NotModified, got.SHA256 == h.SHA256:
		run.Outcome, run.Message = RunUnchanged, "the file is the one that was published last"
	case got.Bytes == 0:
		run.Outcome, run.Message = RunFailed, "the server sent an empty file"
	default:
		u.Size, u.SHA256 = got.Bytes, got.SHA256
		return s.admitHarvest(ctx, d, u, run)
	}
	return errors.Join(s.endRun(ctx, d, run, ""), s.discard(u.ID))
}

// enqueueHarvest queues a run.
func (s *Service) enqueueHarvest(ctx context.Context, tx *kernel.Tx, run string) error {
	return s.jobs.Insert(ctx, tx, harvestJob{run}, jobs.Options{Once: true})
}

// failRun ends a run that no attempt could finish.
func (s *Service) failRun(ctx context.Context, id string) {
	run, err := findRun(ctx, s.db.Reader(), id, "")
	if err != nil {
		return
	}
	d, err := s.find(ctx, run.Dataset)
	if err == nil {
		run.Outcome, run.Message = RunFailed, "the file could not be taken in for a reason of ours, which the server's log tells"
		err = s.endRun(ctx, d, run, "")
	}
	if err != nil {
		s.log.Error("a harvest failed", "dataset", run.Dataset, "error", err)
	}
}

// nameOf is the name of the file at an address.
func nameOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || path.Base(u.Path) == "/" || path.Base(u.Path) == "." {
		return "harvest"
	}
	return path.Base(u.Path)
}

// download writes the file of a harvest into the folder of an upload.
func (s *Service) download(ctx context.Context, h Harvest, u Upload) (outbound.Downloaded, error) {
	if err := os.Mkdir(s.uploadFolder(u.ID), 0o700); err != nil {
		return outbound.Downloaded{}, err
	}
	f, err := os.Create(filepath.Join(s.uploadFolder(u.ID), fileSource))
	if err != nil {
		return outbound.Downloaded{}, err
	}
	got, err := outbound.Download(ctx, s.options.Client, h.URL, h.Condition, s.options.UploadMax, f)
	if err == nil {
		err = f.Sync()
	}
	return got, errors.Join(err, f.Close())
}

// excuse says why a file could not be fetched and what to do.
func excuse(err error) string {
	var failed *url.Error
	var unknown *net.DNSError // names the resolver too, which is nobody's business
	switch {
	case errors.As(err, &unknown):
		return fmt.Sprintf("the name %s in the address is not known, or cannot be looked up now", unknown.Name)
	case errors.Is(err, outbound.ErrRefused):
		return "the address lies in a private network; the operator can allow it with --outbound-allow"
	case errors.Is(err, outbound.ErrTooLarge):
		return "the file is too large: " + err.Error()
	case errors.As(err, &failed) && failed.Timeout():
		return "the server did not send the file in time"
	case errors.As(err, &failed):
		return "the file could not be fetched: " + failed.Err.Error()
	}
	return "the file could not be fetched: " + err.Error()
}

// admitHarvest sends what was fetched to the gate.
func (s *Service) admitHarvest(ctx context.Context, d Dataset, u Upload, run HarvestRun) error {
	run.Upload = u.ID
	err := s.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
		if err := insertUpload(ctx, tx, u, ""); err != nil {
			return err
		}
		if _, err := updateRun(ctx, tx, run); err != nil {
			return err
		}
		return s.enqueue(ctx, tx, u.ID, 1)
	})
	if err != nil {
		return errors.Join(err, s.discard(u.ID))
	}
	return nil
}

// concludeHarvest decides on a fetched file when it has left the gate. Nobody
// looks at it, so that one that shrank by half is kept for a person to judge.
func (s *Service) concludeHarvest(ctx context.Context, d Dataset, u Upload) error {
	run, err := findRun(ctx, s.db.Reader(), "", u.ID)
	if err != nil || run.Outcome != RunUnderWay {
		return kernel.Classify(err)
	}
	run.Outcome = RunRefused
	known := ""
	switch sum := u.Summary; {
	case u.State == Refused:
		run.Message = "nothing was changed: " + u.Reason.Message
	case int64(sum.Accepted)*2 < d.Facilities:
		run.Message = fmt.Sprintf("nothing was changed: the file has %d usable rows, less than half of the %d facilities in force; publish upload %s if that is right",
			sum.Accepted, d.Facilities, u.ID)
	case d.Version > 0 && sum.Added+sum.Changed+sum.Removed == 0:
		run.Outcome, run.Message, known = RunUnchanged, "the file says what is in force", u.SHA256
		if err := s.remove(ctx, d, u); err != nil {
			return err
		}
	default:
		moved, err := s.request(ctx, d, u, Request{By: harvester, Base: u.Base})
		switch {
		case err != nil && errs.KindOf(err) != errs.Conflict:
			return err
		case err != nil:
			run.Message = "nothing was changed: " + err.Error()
		case moved.State == Waiting:
			run.Outcome, run.Message, known = RunWaiting, "a reviewer approves or rejects upload "+u.ID, u.SHA256
		default:
			run.Outcome, run.Version, known = RunPublished, moved.Version, u.SHA256
		}
	}
	return s.endRun(ctx, d, run, known)
}

// endRun records how a run ended; known is the hash of a file that was good.
func (s *Service) endRun(ctx context.Context, d Dataset, run HarvestRun, known string) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
		ended, err := updateRun(ctx, tx, run)
		if err != nil || !ended {
			return err
		}
		if known != "" {
			if err := keepCondition(ctx, tx, run, known); err != nil {
				return err
			}
		}
		if run.Outcome == RunUnchanged {
			return nil
		}
		return tx.Emit(ctx, TopicHarvest, d.ID, HarvestEvent{Dataset: d.ID, Org: d.Org, Outcome: run.Outcome, Upload: run.Upload, Version: run.Version})
	})
}
