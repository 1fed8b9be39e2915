package kernel

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"fujin/services/platform/kernel/errs"
)

const lockFile = "fujin.lock"

// ErrLocked is inside the error of Open when another process holds the data folder.
var ErrLocked = errors.New("data folder is locked")

// lockFolder makes this process the owner of a data folder until unlock. The lock is the kernel's (flock), so that it
// goes with the process however that ends; the file's text, the owner's process id, is only for the message.
func lockFolder(dir string) (unlock func() error, err error) {
	f, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer f.Close()
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("lock %s: %w", f.Name(), err)
		}
		owner := "another process"
		if pid, err := io.ReadAll(io.LimitReader(f, 20)); err == nil && len(pid) > 0 {
			owner = "process " + strings.TrimSpace(string(pid))
		}
		return nil, errs.New(errs.Conflict, "the data folder %s is in use by %s", dir, owner).
			WithCode("locked").Because(ErrLocked)
	}
	err = f.Truncate(0)
	if err == nil {
		_, err = f.WriteAt(fmt.Appendf(nil, "%d\n", os.Getpid()), 0)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f.Close, nil
}
