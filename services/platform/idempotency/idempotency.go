// Package idempotency lets a client repeat a request without doing its work twice: the request names itself by an
// Idempotency-Key, and what was answered to it once is answered to it again for a day.
//
// An answer is kept as ids, not as what they stand for, so that no personal values lie here: the caller of Once builds
// what its client sees from them each time.
package idempotency

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/errs"
)

//go:embed migrations
var migrations embed.FS

const (
	kept    = 24 * time.Hour   // how long an answer is known
	abandon = 15 * time.Minute // after which a request that never ended counts as one that failed
	maxKey  = 200              // bytes
)

// Keys remembers requests.
type Keys struct{ db *kernel.DB }

// New prepares the table.
func New(ctx context.Context, db *kernel.DB) (*Keys, error) {
	if err := db.Migrate(ctx, "idempotency", migrations); err != nil {
		return nil, err
	}
	return &Keys{db}, nil
}

// Once runs do, or gives what it gave when the same request was made before (replayed). scope tells whose key it is, and
// for which route; request is what makes two requests the same, as JSON. Without a key do simply runs. A failure is not
// remembered: the request may be repeated. Errors: do's; kind Unprocessable, code "key_reused", if the key came with
// another request; kind Conflict, code "in_flight", while the first is under way.
func Once[T any](ctx context.Context, k *Keys, scope, key string, request any, do func(context.Context) (T, error)) (answer T, replayed bool, err error) {
	if key == "" {
		answer, err = do(ctx)
		return answer, false, err
	}
	if len(key) > maxKey {
		return answer, false, errs.New(errs.Invalid, "").WithField("header.Idempotency-Key", "too_long", "must have at most %d bytes", maxKey)
	}
	digest, err := digestOf(request)
	if err != nil {
		return answer, false, err
	}
	known, err := k.claim(ctx, scope, key, digest)
	if err != nil {
		return answer, false, err
	}
	if known != "" {
		return answer, true, json.Unmarshal([]byte(known), &answer)
	}
	answer, err = do(ctx)
	return answer, false, k.settle(context.WithoutCancel(ctx), scope, key, answer, err)
}

func digestOf(request any) (string, error) {
	text, err := json.Marshal(request)
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), err
}

// claim makes this the request of a key, or gives the answer that it has already.
func (k *Keys) claim(ctx context.Context, scope, key, digest string) (answer string, err error) {
	err = k.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
		answer = ""
		if err := forget(ctx, tx, tx.Now().Add(-kept), tx.Now().Add(-abandon)); err != nil {
			return err
		}
		claimed, err := insert(ctx, tx, scope, key, digest)
		if err != nil || claimed {
			return err
		}
		first, done, err := find(ctx, tx, scope, key)
		switch {
		case err != nil:
			return err
		case first != digest:
			return errs.New(errs.Unprocessable, "this Idempotency-Key came with another request before; give each request a key of its own").
				WithCode("key_reused").WithField("header.Idempotency-Key", "key_reused", "belongs to another request")
		case done == "":
			return errs.New(errs.Conflict, "the first request with this Idempotency-Key is still under way; repeat it in a moment").WithCode("in_flight")
		}
		answer = done
		return nil
	})
	return answer, err
}

// settle records how a request ended, and gives its error.
func (k *Keys) settle(ctx context.Context, scope, key string, answer any, failed error) error {
	text, err := json.Marshal(answer)
	failed = errors.Join(failed, err)
	return errors.Join(failed, k.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
		if failed != nil {
			return remove(ctx, tx, scope, key)
		}
		return finish(ctx, tx, scope, key, string(text))
	}))
}
