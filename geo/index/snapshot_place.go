package index

import (
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"os"
	"path/filepath"
)

// putInPlace makes a finished file beside the snapshot the snapshot, and has it
// say that it has reached seq. The file may be mapped meanwhile: what is mapped
// of it, but for the header, which nobody reads again, stays as it is.
func putInPlace(from, to string, seq int64) error {
	file, err := os.OpenFile(from, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := stamp(file, seq); err != nil {
		return err
	}
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(to))
}

// stamp appends another meta section and has the header point to it.
func stamp(file *os.File, seq int64) error {
	header := make([]byte, headerSize)
	if _, err := file.ReadAt(header, 0); err != nil {
		return err
	}
	little := binary.LittleEndian
	table := header[tableOffset : tableOffset+sectionCount*tableEntry]
	entry := table[sectionMeta*tableEntry:]
	text := make([]byte, little.Uint64(entry[8:]))
	if _, err := file.ReadAt(text, int64(little.Uint64(entry))); err != nil {
		return err
	}
	var m meta
	if err := json.Unmarshal(text, &m); err != nil {
		return err
	}
	m.Seq = seq
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	info, err := file.Stat()
	if err != nil {
		return err
	}
	end := (info.Size() + alignment - 1) / alignment * alignment
	if _, err := file.WriteAt(text, end); err != nil {
		return err
	}
	little.PutUint64(entry, uint64(end))
	little.PutUint64(entry[8:], uint64(len(text)))
	little.PutUint32(entry[16:], crc32.Checksum(text, castagnoli()))
	little.PutUint32(header[16:], crc32.Checksum(table, castagnoli()))
	if _, err := file.WriteAt(header, 0); err != nil {
		return err
	}
	return file.Sync()
}
