package publishing

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/paulmach/orb"

	"fujin/datasets"
	"fujin/datasets/quality"
	"fujin/services/facility"
	"fujin/services/platform/kernel/errs"
)

// findings are the progress of an upload in the gate, or the report of one that
// has left it.
func (s *Service) findings(u Upload) (*quality.Progress, *quality.Report, error) {
	folder := s.runFolder(u)
	switch u.State {
	case Received:
		return nil, nil, nil
	case Profiling:
		var p quality.Progress
		if err := readJSON(folder, fileProgress, &p); err != nil {
			return nil, nil, ignoreMissing(err) // just begun
		}
		return &p, nil, nil
	}
	var found outcome
	if err := readJSON(folder, fileOutcome, &found); err != nil || found.Report == nil {
		return nil, nil, ignoreMissing(err)
	}
	var report quality.Report
	err := json.Unmarshal(found.Report, &report)
	return nil, &report, err
}

// ignoreMissing lets a file that is not there pass: what was published long ago,
// or refused before it was read, has none.
func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// examined gives an upload that has left the gate to its organisation, and the
// folder of what was found.
func (s *Service) examined(ctx context.Context, dataset, id string) (Upload, string, error) {
	u, err := s.Upload(ctx, dataset, id)
	if err != nil {
		return u, "", err
	}
	if u.State == Received || u.State == Profiling {
		return u, "", errs.New(errs.Conflict, "upload %s is still in the gate; ask again when its state is another", id).WithCode("not_ready")
	}
	return u, s.runFolder(u), nil
}

// staged is examined for what is kept only until the upload is published.
func (s *Service) staged(ctx context.Context, dataset, id string) (Upload, string, error) {
	u, folder, err := s.examined(ctx, dataset, id)
	if err == nil && u.State == Published {
		err = errs.New(errs.Conflict, "upload %s is published: …/features?as_of=%d shows its places, …/diff?from=%d&to=%d what it changed", id, u.Version, max(u.Version-1, 1), u.Version).
			WithCode("already_published")
	}
	return u, folder, err
}

// Issues hands over what is wrong with the rows of an upload, in the order of
// its file, of one code or of all, from a line on; line is where the next page
// begins.
func (s *Service) Issues(ctx context.Context, dataset, id, code string, from int64, limit int) (list []issueLine, next int64, err error) {
	_, folder, err := s.examined(ctx, dataset, id)
	if err != nil {
		return nil, 0, err
	}
	list, next, err = pageOf(folder, fileIssues, from, limit, func(i issueLine) bool { return code == "" || i.Code == code })
	return list, next, readable(err, id)
}

// Repairs is Issues for the repairs that were proposed or made; of each code the
// gate lists 10,000.
func (s *Service) Repairs(ctx context.Context, dataset, id, code string, from int64, limit int) (list []datasets.Repair, next int64, err error) {
	_, folder, err := s.examined(ctx, dataset, id)
	if err != nil {
		return nil, 0, err
	}
	list, next, err = pageOf(folder, fileRepairs, from, limit, func(r datasets.Repair) bool { return code == "" || r.Code == code })
	return list, next, readable(err, id)
}

// pageOf reads up to limit lines of a file that are wanted, beginning at an
// offset in it. next is where the page after begins, 0 after the last.
func pageOf[T any](folder, name string, from int64, limit int, wanted func(T) bool) (list []T, next int64, err error) {
	list = []T{}
	f, err := os.Open(filepath.Join(folder, name))
	if err != nil {
		return list, 0, err
	}
	defer f.Close()
	if _, err := f.Seek(from, io.SeekStart); err != nil {
		return list, 0, err
	}
	in := bufio.NewReaderSize(f, 1<<18)
	for at := from; ; {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return list, 0, nil
		}
		var one T
		if err == nil {
			err = json.Unmarshal(line, &one)
		}
		if err != nil {
			return list, 0, errs.New(errs.Invalid, "").WithField("query.cursor", "malformed", "must be the next_cursor of the page before, unchanged").Because(err)
		}
		if wanted(one) {
			if len(list) == limit {
				return list, at, nil
			}
			list = append(list, one)
		}
		at += int64(len(line))
	}
}

// Preview is what an upload looks like on a map.
type Preview struct {
	Rows []facility.Row
	// Codes are those of each row's issues.
	Codes map[int][]string
	// Matched is how many places there are in the box; Rows may be fewer, spread
	// evenly over the file.
	Matched int
}

// Preview gives up to limit places of an upload within a box (nil: all); code
// selects those with an issue of that code.
func (s *Service) Preview(ctx context.Context, dataset, id string, within *orb.Bound, code string, limit int) (p Preview, err error) {
	_, folder, err := s.staged(ctx, dataset, id)
	if err != nil {
		return p, err
	}
	wanted := func(point) bool { return true }
	if code != "" {
		with, err := codesByRow(folder, func(_ int, found string) bool { return found == code })
		if err != nil {
			return p, readable(err, id)
		}
		wanted = func(at point) bool { return with[int(at.Row)] != nil }
	}
	points, matched, err := sample(folder, within, wanted, limit)
	if err != nil {
		return p, readable(err, id)
	}
	shown := map[int]bool{}
	for _, at := range points {
		shown[int(at.Row)] = true
	}
	p.Matched = matched
	if p.Codes, err = codesByRow(folder, func(row int, _ string) bool { return shown[row] }); err == nil {
		p.Rows, err = readRowsAt(folder, points)
	}
	return p, readable(err, id)
}

// sample picks up to limit of the points that are wanted, evenly over the file,
// and counts them.
func sample(folder string, within *orb.Bound, wanted func(point) bool, limit int) (points []point, matched int, err error) {
	err = readPoints(folder, within, func(at point) error {
		if wanted(at) {
			matched++
		}
		return nil
	})
	seen := 0
	if err == nil {
		err = readPoints(folder, within, func(at point) error {
			if wanted(at) {
				if len(points)*matched <= seen*limit && len(points) < limit {
					points = append(points, at)
				}
				seen++
			}
			return nil
		})
	}
	return points, matched, err
}

// codesByRow lists the codes of the issues of rows, as far as they are wanted.
func codesByRow(folder string, wanted func(row int, code string) bool) (map[int][]string, error) {
	codes := map[int][]string{}
	f, err := os.Open(filepath.Join(folder, fileIssues))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	in := json.NewDecoder(bufio.NewReaderSize(f, 1<<18))
	for {
		var one struct {
			Row  int    `json:"row"`
			Code string `json:"code"`
		}
		if err := in.Decode(&one); errors.Is(err, io.EOF) {
			return codes, nil
		} else if err != nil {
			return nil, err
		}
		if one.Row > 0 && wanted(one.Row, one.Code) {
			codes[one.Row] = append(codes[one.Row], one.Code)
		}
	}
}

// Delta is one thing that publishing an upload would do.
type Delta struct {
	Op facility.Op `json:"op"`
	// ID is the facility's; an added one has none yet.
	ID string `json:"id,omitempty"`
	// Row is that of the file; a removed one has none.
	Row int `json:"row,omitempty"`
	// Before and After are the two forms as GeoJSON features.
	Before json.RawMessage `json:"before,omitempty"`
	After  json.RawMessage `json:"after,omitempty"`
}

// Changes hands over what publishing an upload would change against the version
// that it was compared with.
func (s *Service) Changes(ctx context.Context, dataset, id string) (walk func(yield func(Delta) error) error, err error) {
	u, folder, err := s.staged(ctx, dataset, id)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(filepath.Join(folder, fileDiff))
	if err != nil {
		return nil, readable(err, id)
	}
	return func(yield func(Delta) error) error {
		defer f.Close()
		in := bufio.NewReaderSize(f, 1<<18)
		for {
			var line diffLine
			if err := lineOf(in, &line); errors.Is(err, io.EOF) {
				return nil
			} else if err != nil {
				return err
			}
			delta, err := s.deltaOf(ctx, u, line)
			if err == nil {
				err = yield(delta)
			}
			if err != nil {
				return err
			}
		}
	}, nil
}

// deltaOf adds to a change the form that the facility has in force.
func (s *Service) deltaOf(ctx context.Context, u Upload, line diffLine) (Delta, error) {
	d := Delta{Op: line.Op, ID: line.ID, Row: line.Row}
	if line.After != nil {
		d.After = featureOfRow(line.ID, line.Lon, line.Lat, line.Category, line.After, nil)
	}
	if line.ID == "" {
		return d, nil
	}
	before, err := s.facilities.Feature(ctx, u.Dataset, u.Base, line.ID)
	if err == nil {
		d.Before, err = json.Marshal(featureOf(before))
	}
	return d, err
}

// lineOf reads one line of a file of lines.
func lineOf(in *bufio.Reader, into any) error {
	line, err := in.ReadBytes('\n')
	if err != nil {
		return err
	}
	if err := json.Unmarshal(line, into); err != nil {
		return fmt.Errorf("a line of the gate: %w", err)
	}
	return nil
}
