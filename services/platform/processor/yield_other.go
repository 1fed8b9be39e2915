//go:build !linux

package processor

import "runtime"

// yield lets other goroutines in.
func yield() { runtime.Gosched() }
