package idempotency_test

import (
	"context"
	"errors"
	"testing"

	"fujin/services/platform/idempotency"
	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/dbtest"
	"fujin/services/platform/kernel/errs"
)

func TestARequestIsDoneOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		keys, err := idempotency.New(t.Context(), open())
		if err != nil {
			t.Fatal(err)
		}
		done := 0
		once := func(scope, key, request string) (int, bool, error) {
			return idempotency.Once(t.Context(), keys, scope, key, request, func(context.Context) (int, error) { done++; return done, nil })
		}
		for _, c := range []struct {
			scope, key, request string
			answer              int
			replayed            bool
			code                string
		}{
			{"a", "", "x", 1, false, ""}, {"a", "", "x", 2, false, ""},
			{"a", "k", "x", 3, false, ""}, {"a", "k", "x", 3, true, ""}, {"a", "k", "y", 0, false, "key_reused"},
			{"b", "k", "y", 4, false, ""}, {"a", "l", "x", 5, false, ""}, {"a", "k", "x", 3, true, ""},
		} {
			answer, replayed, err := once(c.scope, c.key, c.request)
			if answer != c.answer || replayed != c.replayed || errs.CodeOf(err) != c.code {
				t.Errorf("%+v: %d %v %v", c, answer, replayed, err)
			}
		}
	})
}

func TestAFailedRequestMayBeRepeatedAndOneUnderWayNot(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		keys, err := idempotency.New(t.Context(), open())
		if err != nil {
			t.Fatal(err)
		}
		failure := errors.New("no luck")
		_, _, err = idempotency.Once(t.Context(), keys, "a", "k", 1, func(ctx context.Context) (int, error) {
			_, _, second := idempotency.Once(ctx, keys, "a", "k", 1, func(context.Context) (int, error) { return 1, nil })
			if errs.KindOf(second) != errs.Conflict || errs.CodeOf(second) != "in_flight" {
				t.Errorf("while the first is under way: %v", second)
			}
			return 0, failure
		})
		if !errors.Is(err, failure) {
			t.Errorf("the failure: %v", err)
		}
		answer, replayed, err := idempotency.Once(t.Context(), keys, "a", "k", 1, func(context.Context) (int, error) { return 7, nil })
		if answer != 7 || replayed || err != nil {
			t.Errorf("after the failure: %d %v %v", answer, replayed, err)
		}
	})
}
