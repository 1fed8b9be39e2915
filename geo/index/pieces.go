package index

import (
	"os"
	"slices"
)

// pieceSize is how many bytes are given to the file system at a time. Many a
// kernel does not interrupt a write: over a megabyte it keeps the processor for
// milliseconds, in which whoever answers a query there waits.
const pieceSize = 32 << 10

// writeAt writes data to a place of a file.
func writeAt(file *os.File, data []byte, at int64) error {
	for piece := range slices.Chunk(data, pieceSize) {
		if _, err := file.WriteAt(piece, at); err != nil {
			return err
		}
		at += int64(len(piece))
	}
	return nil
}
