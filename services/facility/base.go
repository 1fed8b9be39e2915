package facility

import (
	"bufio"
	"context"
	"encoding/gob"
	"errors"
	"io"
	"iter"

	"fujin/services/platform/kernel/errs"
)

// KnownRow is what the gate has to know of a facility in force to tell what a
// file would change. It crosses to the process that profiles the file.
type KnownRow struct {
	ID string
	// Key and Digest are those of Row.
	Key      string
	Digest   int64
	Category string
	Lat, Lon float64
	Name     string
	// VerifiedAt in Unix milliseconds; 0 = never.
	VerifiedAt int64
}

// baseBatch is how many rows one message of the stream of a base holds.
const baseBatch = 1000

// baseRows is a message of that stream; the last one is empty.
type baseRows struct{ Rows []KnownRow }

// Base writes what is in force of a dataset, for ReadBase, and gives its
// version. A dataset that is not published yet has version 0 and no rows.
func (s *Service) Base(ctx context.Context, dataset string, w io.Writer) (version int64, err error) {
	d, err := findDataset(ctx, s.db.Reader(), dataset)
	if err != nil && errs.KindOf(err) != errs.NotFound {
		return 0, err
	}
	buffered := bufio.NewWriterSize(w, 32<<10) // a kernel may not interrupt a larger write for queries
	out := gob.NewEncoder(buffered)
	var rows []KnownRow
	if d.Version > 0 {
		err = s.walk(ctx, dataset, d.Version, "", 0, func(row *stored) error {
			doc, err := decode([]byte(row.Doc))
			if err != nil {
				return errs.New(errs.Internal, "facility %s: stored document: %v", row.ID, err)
			}
			rows = append(rows, KnownRow{ID: row.ID, Key: row.Key, Digest: row.Digest, Category: row.Category,
				Lat: row.Lat, Lon: row.Lon, Name: doc.Name, VerifiedAt: row.VerifiedAt})
			if len(rows) < baseBatch {
				return nil
			}
			err = out.Encode(baseRows{rows})
			rows = rows[:0]
			return err
		})
		if err != nil {
			return 0, err
		}
		if len(rows) > 0 {
			err = out.Encode(baseRows{rows})
		}
	} else {
		err = nil
	}
	return d.Version, errors.Join(err, out.Encode(baseRows{}), buffered.Flush())
}

// ReadBase reads what Base wrote, in the order of ids. A stream that was cut off
// ends in an error.
func ReadBase(r io.Reader) iter.Seq2[KnownRow, error] {
	return func(yield func(KnownRow, error) bool) {
		in := gob.NewDecoder(bufio.NewReaderSize(r, 1<<20))
		for {
			var batch baseRows
			if err := in.Decode(&batch); err != nil {
				yield(KnownRow{}, errs.New(errs.Internal, "the list of what is published ended early").Because(err))
				return
			}
			for _, row := range batch.Rows {
				if !yield(row, nil) {
					return
				}
			}
			if len(batch.Rows) == 0 {
				return
			}
		}
	}
}
