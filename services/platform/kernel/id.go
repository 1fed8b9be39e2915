package kernel

import (
	"crypto/rand"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/oklog/ulid/v2"
)

// ulids makes ULIDs that grow strictly, also within a millisecond and when the clock steps back.
type ulids struct {
	mu      sync.Mutex
	last    uint64 // ms
	entropy *ulid.MonotonicEntropy
}

func (u *ulids) next(now time.Time) string {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.entropy == nil {
		u.entropy = ulid.Monotonic(io.Reader(rand.Reader), 0)
	}
	u.last = max(u.last, ulid.Timestamp(now))
	id, err := ulid.New(u.last, u.entropy)
	for err != nil { // the random part overflowed: the next millisecond starts afresh (crypto/rand itself never fails)
		u.last++
		id, err = ulid.New(u.last, u.entropy)
	}
	return strings.ToLower(id.String())
}
