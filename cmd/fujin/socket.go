package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// socketLimit is the longest path that every system takes as the address of a socket.
const socketLimit = 100

// socketAddress shortens the path of a socket that is refused by the system to be its address, by way of its open folder; done
// closes that.
func socketAddress(path string) (address string, done func(), err error) {
	if len(path) <= socketLimit {
		return path, func() {}, nil
	}
	folder, err := syscall.Open(filepath.Dir(path), syscall.O_RDONLY|syscall.O_DIRECTORY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return "", nil, &os.PathError{Op: "open", Path: filepath.Dir(path), Err: err}
	}
	return fmt.Sprintf("/proc/self/fd/%d/%s", folder, filepath.Base(path)), func() { _ = syscall.Close(folder) }, nil
}

// dialLocal connects to the socket of a running server.
func dialLocal(ctx context.Context, path string) (net.Conn, error) {
	address, done, err := socketAddress(path)
	if err != nil {
		return nil, err
	}
	defer done()
	var d net.Dialer
	return d.DialContext(ctx, "unix", address)
}

// listenLocal opens the socket for commands on this machine. Only its owner can connect. Where the system refuses its
// address the server runs without one, which only keeps commands out while it does.
func listenLocal(path string, logger *slog.Logger) (net.Listener, error) {
	address, _, err := socketAddress(path) // a folder that was opened stays open as long as the server runs
	if err != nil {
		return nil, err
	}
	if conn, err := net.DialTimeout("unix", address, time.Second); err == nil {
		conn.Close()
		return nil, fmt.Errorf("another server listens at %s; choose another folder with --data", path)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	old := syscall.Umask(0o177) // the socket must not be open to others even for a moment
	l, err := net.Listen("unix", address)
	syscall.Umask(old)
	if errors.Is(err, syscall.EINVAL) {
		logger.Warn("no socket for local commands: its path is refused by the system", slog.String("path", path), slog.Any("error", err))
		return nil, nil
	}
	return l, err
}
