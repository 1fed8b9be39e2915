package publishing

import (
	"io"
	"os"
	"sync"
	"time"

	"fujin/services/platform/processor"
)

const (
	// pieceSize is how many bytes are given to the file system at a time, here and
	// by the gate. Many a kernel does not interrupt a write: over a megabyte it
	// keeps the processor for milliseconds, in which whoever answers a query there
	// waits.
	pieceSize = 32 << 10
	// restShare is how long uploads rest for as long as they work: what arrives
	// keeps a quarter of a processor at most, some 100 MB a second.
	restShare = 3
	// restWorth is the shortest rest; timers are no finer than a millisecond.
	restWorth = 2 * time.Millisecond
)

// turns has work done piece by piece, one at a time, with rests between: many
// files may arrive at once, and as fast as they can be read, each of which would
// keep a processor that queries wait for. Work that takes longer because the
// machine is busy makes longer rests.
type turns struct {
	mu    sync.Mutex
	owed  time.Duration // of rest
	stint processor.Stint
}

// do waits for its turn and works.
func (t *turns) do(piece func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	begin := time.Now()
	piece()
	now := time.Now()
	t.owed += restShare * now.Sub(begin)
	if t.owed < restWorth {
		t.stint.Yield()
		return
	}
	time.Sleep(t.owed)
	t.owed -= time.Since(now) // a rest that was too long counts for the next
}

// startShare is how much of a file is left in memory before the disk is asked to
// take it, in bytes.
const startShare = 512 << 10

// landing is the file of an upload. The disk begins to take it while the rest
// arrives: at the end the kernel would not let go of the processor until it had
// handed over all.
type landing struct {
	file          *os.File
	size, started int64 // bytes written, and of these offered to the disk
}

// Write implements io.Writer.
func (l *landing) Write(b []byte) (n int, err error) {
	n, err = l.file.Write(b)
	l.size += int64(n)
	if l.size-l.started >= startShare {
		beginSync(l.file, l.started, l.size-l.started)
		l.started = l.size
	}
	return n, err
}

// writer is one that takes a turn for whatever is written.
func (t *turns) writer(out io.Writer) io.Writer { return writerInTurn{out, t} }

type writerInTurn struct {
	out   io.Writer
	turns *turns
}

// Write implements io.Writer.
func (w writerInTurn) Write(b []byte) (n int, err error) {
	w.turns.do(func() { n, err = w.out.Write(b) })
	return n, err
}
