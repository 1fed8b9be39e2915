package publishing

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/paulmach/orb"

	"fujin/services/facility"
)

// The files of an upload's folder: the source, and in a folder of each passage
// through the gate the others. The server writes the first three, the gate the
// rest.
const (
	fileSource   = "source"
	fileOrder    = "order.json"
	fileKnown    = "known" // what is in force, as facility.Base writes it
	fileProgress = "progress.json"
	fileOutcome  = "outcome.json"
	fileIssues   = "issues.ndjson"
	fileRepairs  = "repairs.ndjson"
	fileRows     = "rows.staged"
	filePoints   = "points"
	fileDiff     = "diff.ndjson"
)

// blockRows is how many rows lie in one block of the staged file. A block is
// decoded as a whole, so that a map that shows some hundred places need not
// decode a million.
const blockRows = 100

// stagedRows writes the rows that will be published, in blocks, and for each
// its position and where its block lies. A block is its length as four bytes
// and the gob of its rows.
type stagedRows struct {
	files  [2]*os.File
	rows   *bufio.Writer
	points *bufio.Writer
	block  []facility.Row
	offset int64
}

// point is where a staged row lies on earth and in the file.
type point struct {
	Lon, Lat float64
	Row      int64 // of the source file
	Block    int64 // offset
	Index    int64 // in the block
}

const pointSize = 5 * 8

func createStaged(folder string) (*stagedRows, error) {
	rows, err := os.Create(filepath.Join(folder, fileRows))
	if err != nil {
		return nil, err
	}
	points, err := os.Create(filepath.Join(folder, filePoints))
	if err != nil {
		return nil, errors.Join(err, rows.Close())
	}
	return &stagedRows{
		files: [2]*os.File{rows, points},
		rows:  bufio.NewWriterSize(rows, pieceSize), points: bufio.NewWriterSize(points, pieceSize),
		block: make([]facility.Row, 0, blockRows),
	}, nil
}

func (w *stagedRows) add(r facility.Row) error {
	err := binary.Write(w.points, binary.LittleEndian, point{r.Lon, r.Lat, int64(r.Number), w.offset, int64(len(w.block))})
	if err != nil {
		return err
	}
	if w.block = append(w.block, r); len(w.block) < blockRows {
		return nil
	}
	return w.flush()
}

func (w *stagedRows) flush() error {
	if len(w.block) == 0 {
		return nil
	}
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(w.block); err != nil {
		return err
	}
	if err := binary.Write(w.rows, binary.LittleEndian, uint32(b.Len())); err != nil {
		return err
	}
	w.offset += 4 + int64(b.Len())
	w.block = w.block[:0]
	_, err := w.rows.Write(b.Bytes())
	return err
}

// close writes what is left; the files are whole only if it gives no error.
func (w *stagedRows) close() error {
	err := errors.Join(w.flush(), w.rows.Flush(), w.points.Flush())
	for _, f := range w.files {
		err = errors.Join(err, f.Close())
	}
	return err
}

// readStaged hands over the rows of an upload in the order of its file.
func readStaged(folder string, yield func(facility.Row) error) error {
	f, err := os.Open(filepath.Join(folder, fileRows))
	if err != nil {
		return err
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, 1<<20)
	for {
		rows, err := readBlock(in)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		for _, r := range rows {
			if err := yield(r); err != nil {
				return err
			}
		}
	}
}

// readBlock reads one block; io.EOF means that there was none.
func readBlock(in io.Reader) (rows []facility.Row, err error) {
	var size uint32
	if err := binary.Read(in, binary.LittleEndian, &size); err != nil {
		return nil, err
	}
	b := make([]byte, size)
	if _, err := io.ReadFull(in, b); err != nil {
		return nil, errors.Join(errors.New("the staged rows are cut short"), err)
	}
	return rows, gob.NewDecoder(bytes.NewReader(b)).Decode(&rows)
}

// readPoints hands over the positions of the staged rows within a box (nil: all).
func readPoints(folder string, within *orb.Bound, yield func(point) error) error {
	f, err := os.Open(filepath.Join(folder, filePoints))
	if err != nil {
		return err
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, pointSize*4096)
	record := make([]byte, pointSize)
	for {
		if _, err := io.ReadFull(in, record); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		var p point
		if _, err := binary.Decode(record, binary.LittleEndian, &p); err != nil {
			return err
		}
		if within != nil && !within.Contains(orb.Point{p.Lon, p.Lat}) {
			continue
		}
		if err := yield(p); err != nil {
			return err
		}
	}
}

// readRowsAt decodes the rows at some points, which lie in the order of the
// file.
func readRowsAt(folder string, points []point) ([]facility.Row, error) {
	f, err := os.Open(filepath.Join(folder, fileRows))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	found := make([]facility.Row, 0, len(points))
	var block []facility.Row
	at := int64(-1)
	for _, p := range points {
		if p.Block != at {
			if _, err := f.Seek(p.Block, io.SeekStart); err != nil {
				return nil, err
			}
			if block, err = readBlock(f); err != nil {
				return nil, err
			}
			at = p.Block
		}
		if p.Index >= int64(len(block)) {
			return nil, errors.New("the staged rows and their positions differ")
		}
		found = append(found, block[p.Index])
	}
	return found, nil
}
