package publishing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"fujin/datasets"
	"fujin/services/platform/jobs"
	"fujin/services/platform/kernel"
)

// profileQueue is where uploads wait for the gate. It must exist: the server
// says how many pass at a time.
const profileQueue = "profile"

// profileJob takes an upload through the gate; Run tells which of its passages
// is meant.
type profileJob struct {
	Upload string `json:"upload"`
	Run    int64  `json:"run"`
}

// Kind implements jobs.Args.
func (profileJob) Kind() string { return "publishing.profile" }

// harvestJob fetches a file.
type harvestJob struct {
	Run string `json:"run"` // a HarvestRun
}

// Kind implements jobs.Args.
func (harvestJob) Kind() string { return "publishing.harvest" }

// register says how the jobs of this package are done.
func (s *Service) register() {
	jobs.Register(s.jobs, jobs.Worker[profileJob]{
		Queue: profileQueue, Attempts: 3,
		Do: func(ctx context.Context, job jobs.Job[profileJob]) error {
			return s.pass(ctx, job.Args.Upload, job.Args.Run)
		},
		GaveUp: func(ctx context.Context, job jobs.Job[profileJob], cause error) { s.giveUp(ctx, job.Args, cause) },
	})
	jobs.Register(s.jobs, jobs.Worker[harvestJob]{
		Attempts: 3, Timeout: fetchTime,
		Do:     func(ctx context.Context, job jobs.Job[harvestJob]) error { return s.fetch(ctx, job.Args.Run) },
		GaveUp: func(ctx context.Context, job jobs.Job[harvestJob], _ error) { s.failRun(ctx, job.Args.Run) },
	})
}

// enqueue sends an upload to the gate, in the transaction that makes it wait
// there.
func (s *Service) enqueue(ctx context.Context, tx *kernel.Tx, upload string, run int64) error {
	return s.jobs.Insert(ctx, tx, profileJob{upload, run}, jobs.Options{Once: true})
}

// watch is how often a passage looks whether it is still wanted.
const watch = 2 * time.Second

// errUnwanted ends a passage through the gate whose upload was deleted or is to
// be read in another way.
var errUnwanted = errors.New("the passage is no longer wanted")

// pass takes an upload through the gate. That it is not wanted there any more is
// no error.
func (s *Service) pass(ctx context.Context, id string, run int64) error {
	wanted := false
	err := s.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) (err error) {
		wanted, err = enterGate(ctx, tx, id, run)
		return err
	})
	if err != nil {
		return err
	}
	u, err := uploadByID(ctx, s.db.Reader(), id)
	if err != nil {
		return kernel.Classify(err)
	}
	d, err := s.find(ctx, u.Dataset)
	if err != nil {
		return err
	}
	if !wanted {
		return s.goOn(ctx, d, u) // where it is through already, and this its repetition
	}
	end := s.options.Busy()
	found, err := s.examine(ctx, d, &u)
	end()
	if errors.Is(err, errUnwanted) {
		return nil
	}
	if err != nil {
		return err
	}
	u.State, u.Reason, u.Summary = Ready, found.Refused, found.Summary
	if u.Reason != (datasets.Sentence{}) {
		u.State = Refused
	}
	return s.leave(ctx, d, u)
}

// giveUp refuses an upload that no attempt could examine.
func (s *Service) giveUp(ctx context.Context, job profileJob, cause error) {
	u, err := uploadByID(ctx, s.db.Reader(), job.Upload)
	if err != nil || u.State != Profiling || u.Run != job.Run {
		return
	}
	d, err := s.find(ctx, u.Dataset)
	if err == nil {
		u.State, u.Summary = Refused, Summary{}
		u.Reason = datasets.Say("the file could not be examined for a reason of ours, which the server's log tells; send it again, or ask the operator")
		err = s.leave(ctx, d, u)
	}
	s.log.Error("the gate failed", "upload", job.Upload, "error", errors.Join(cause, err))
}

// leave records how a passage ended.
func (s *Service) leave(ctx context.Context, d Dataset, u Upload) error {
	wanted := false
	err := s.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) (err error) {
		if wanted, err = leaveGate(ctx, tx, u); err != nil || !wanted {
			return err
		}
		return tell(ctx, tx, d, u)
	})
	if err != nil || !wanted {
		return err
	}
	return s.goOn(ctx, d, u)
}

// goOn does what follows by itself when an upload has left the gate: a file that
// was fetched is published.
func (s *Service) goOn(ctx context.Context, d Dataset, u Upload) error {
	if u.SourceURL == "" || u.State != Ready && u.State != Refused {
		return nil
	}
	return s.concludeHarvest(ctx, d, u)
}

// examine prepares an upload's folder, has the gate work in it, and reads what
// it found.
func (s *Service) examine(ctx context.Context, d Dataset, u *Upload) (found outcome, err error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	go s.watch(ctx, *u, stop)
	folder := s.runFolder(*u)
	if _, err := os.Stat(filepath.Join(s.uploadFolder(u.ID), fileSource)); errors.Is(err, os.ErrNotExist) {
		return outcome{Refused: datasets.Say("its file is not in the data folder, which was not restored or is not shared; send it again")}, nil
	}
	if u.Base, err = s.prepare(ctx, folder, d, *u); err != nil {
		return found, err
	}
	if err := s.options.Profile(ctx, folder); err != nil {
		return found, errors.Join(context.Cause(ctx), err)
	}
	return found, readJSON(folder, fileOutcome, &found)
}

// watch stops a passage that is no longer wanted.
func (s *Service) watch(ctx context.Context, u Upload, stop context.CancelCauseFunc) {
	tick := time.NewTicker(watch)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if now, err := uploadByID(ctx, s.db.Reader(), u.ID); err == nil && (now.Run != u.Run || now.State != Profiling) {
			stop(errUnwanted)
		}
	}
}

// runFolder is where what a passage through the gate finds lies. Each passage
// has a folder of its own, as the one before may still be ending.
func (s *Service) runFolder(u Upload) string {
	return filepath.Join(s.uploadFolder(u.ID), "run-"+strconv.FormatInt(u.Run, 10))
}

// prepare writes what the gate needs to know: how to read the file, where to find
// other datasets' places, and what is in force, of which it gives the version.
func (s *Service) prepare(ctx context.Context, folder string, d Dataset, u Upload) (base int64, err error) {
	runs, err := filepath.Glob(filepath.Join(filepath.Dir(folder), "run-*"))
	if err != nil {
		return 0, err
	}
	for _, old := range runs {
		if err := os.RemoveAll(old); err != nil {
			return 0, err
		}
	}
	if err := os.Mkdir(folder, 0o700); err != nil {
		return 0, err
	}
	told := order{Upload: u.ID, Name: u.Name, Format: u.Format, Category: d.Category, CRS: u.CRS, Mapping: u.Mapping,
		Repairs: u.Repairs, Area: d.Area, Required: d.Required, Dataset: d.ID, Index: s.facilities.Snapshot()}
	if d.Area != nil {
		if told.Recent, err = s.facilities.Recent(ctx, d.ID, *d.Area.bound()); err != nil {
			return 0, err
		}
	}
	if err := writeJSON(folder, fileOrder, told); err != nil {
		return 0, err
	}
	known, err := os.Create(filepath.Join(folder, fileKnown))
	if err != nil {
		return 0, err
	}
	base, err = s.facilities.Base(ctx, d.ID, known)
	return base, errors.Join(err, known.Close())
}

// writeJSON writes a file of an upload's folder, whole or not at all.
func writeJSON(folder, name string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	draft := filepath.Join(folder, name+".new")
	if err := os.WriteFile(draft, text, 0o600); err != nil {
		return err
	}
	return os.Rename(draft, filepath.Join(folder, name))
}

// readJSON reads a file of an upload's folder.
func readJSON(folder, name string, into any) error {
	text, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
