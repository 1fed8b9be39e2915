package index

import (
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"os"
	"path/filepath"
)

// sectionWriter writes one section of a snapshot front to back; several write
// into the same file at once. The first error sticks.
type sectionWriter struct {
	file   *os.File
	table  *crc32.Table
	start  uint64
	length uint64 // written or buffered
	sum    uint32
	buffer []byte
	err    error
}

// writeBuffer is how much each of the sections holds back.
const writeBuffer = 256 << 10

func newSectionWriter(file *os.File, start uint64) *sectionWriter {
	return &sectionWriter{file: file, table: castagnoli(), start: start}
}

func (w *sectionWriter) write(data []byte) {
	if len(data) > writeBuffer {
		w.flush()
		w.put(w.length, data)
		w.length += uint64(len(data))
		return
	}
	copy(w.extend(len(data)), data)
}

// extend lengthens the section by at most writeBuffer bytes, for the caller to
// fill at once.
func (w *sectionWriter) extend(n int) []byte {
	if len(w.buffer)+n > cap(w.buffer) {
		w.flush()
		if w.buffer == nil {
			w.buffer = make([]byte, 0, writeBuffer)
		}
	}
	from := len(w.buffer)
	w.buffer = w.buffer[:from+n]
	w.length += uint64(n)
	return w.buffer[from:]
}

func (w *sectionWriter) u32(v uint32) { binary.LittleEndian.PutUint32(w.extend(4), v) }

func (w *sectionWriter) flush() {
	w.put(w.length-uint64(len(w.buffer)), w.buffer)
	w.buffer = w.buffer[:0]
}

func (w *sectionWriter) put(at uint64, data []byte) {
	if w.err != nil || len(data) == 0 {
		return
	}
	w.sum = crc32.Update(w.sum, w.table, data)
	w.err = writeAt(w.file, data, int64(w.start+at))
}

// snapshotWriter writes a snapshot beside its destination and puts it into
// place as a whole.
type snapshotWriter struct {
	path     string
	file     *os.File
	next     uint64
	sections [sectionCount]*sectionWriter
}

func newSnapshotWriter(path string) (*snapshotWriter, error) {
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+tempMark+"*")
	if err != nil {
		return nil, err
	}
	return &snapshotWriter{path: path, file: file, next: headerSize}, nil
}

// section starts a section of known length, so that others can follow it while
// it is being written.
func (w *snapshotWriter) section(i int, length uint64) *sectionWriter {
	w.sections[i] = newSectionWriter(w.file, w.next)
	w.next = (w.next + length + alignment - 1) / alignment * alignment
	return w.sections[i]
}

// whole writes a section at once.
func (w *snapshotWriter) whole(i int, data []byte) {
	s := w.section(i, uint64(len(data)))
	s.write(data)
	s.flush()
	s.buffer = nil
}

// finish writes the meta section and the header, makes the file durable and
// renames it to its destination.
func (w *snapshotWriter) finish(m meta) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	w.whole(sectionMeta, text)
	little := binary.LittleEndian
	header := make([]byte, headerSize)
	copy(header, snapshotMagic)
	little.PutUint32(header[8:], snapshotVersion)
	little.PutUint32(header[12:], sectionCount)
	for i, s := range w.sections {
		s.flush()
		if s.err != nil {
			return s.err
		}
		entry := header[tableOffset+i*tableEntry:]
		little.PutUint64(entry, s.start)
		little.PutUint64(entry[8:], s.length)
		little.PutUint32(entry[16:], s.sum)
	}
	table := header[tableOffset : tableOffset+sectionCount*tableEntry]
	little.PutUint32(header[16:], crc32.Checksum(table, castagnoli()))
	if _, err := w.file.WriteAt(header, 0); err != nil {
		return err
	}
	if err := w.file.Truncate(int64(w.next)); err != nil {
		return err
	}
	if err := w.file.Sync(); err != nil {
		return err
	}
	if err := w.file.Close(); err != nil {
		return err
	}
	if err := os.Rename(w.file.Name(), w.path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(w.path))
}

// abandon removes what was written; after finish it does nothing.
func (w *snapshotWriter) abandon() {
	_ = w.file.Close()
	_ = os.Remove(w.file.Name())
}

func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	defer folder.Close()
	return folder.Sync()
}

// tempMark is in the names of unfinished files.
const tempMark = ".unfinished-"

// removeUnfinished removes what a crash has left beside the snapshot.
func removeUnfinished(path string) error {
	left, err := filepath.Glob(path + tempMark + "*")
	if err != nil {
		return err
	}
	for _, name := range left {
		if err := os.Remove(name); err != nil {
			return err
		}
	}
	return nil
}
