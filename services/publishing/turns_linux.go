package publishing

import (
	"os"

	"golang.org/x/sys/unix"
)

// beginSync asks the disk to take a stretch of a file and does not wait for it.
// That it cannot be begun, as on some file systems, is no fault: Sync will do it.
func beginSync(f *os.File, from, size int64) {
	_ = unix.SyncFileRange(int(f.Fd()), from, size, unix.SYNC_FILE_RANGE_WRITE)
}
