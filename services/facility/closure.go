package facility

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"fujin/geo/hours"
	"fujin/geo/index"
	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/errs"
)

// TopicClosure is the outbox topic of a place that is shut for a time, or no
// longer; the event's ref is the facility, its payload a ClosureEvent.
const TopicClosure = "facility.closure"

// ClosureEvent is the payload of TopicClosure. The reason is not in it: events
// hold no free text.
type ClosureEvent struct {
	Dataset string     `json:"dataset"`
	Closed  bool       `json:"closed"`
	From    *time.Time `json:"from,omitempty"`
	Until   *time.Time `json:"until,omitempty"`
}

// Closure is a time in which a place is shut, whatever its opening hours say.
// It is no part of a version and lies over all of them.
type Closure struct {
	From time.Time
	// Until is zero while nobody knows when the place opens again.
	Until time.Time
	// Reason is told to citizens.
	Reason string
	// By is who said so; it is not published.
	By string
}

// longestReason is the most characters of a closure's reason.
const longestReason = 200

// check completes a closure and finds what is wrong with it.
func (c Closure) check(now time.Time) (Closure, error) {
	if c.From.IsZero() {
		c.From = now
	}
	c.Reason = strings.TrimSpace(c.Reason)
	switch {
	case !c.Until.IsZero() && !c.Until.After(c.From):
		return c, errs.New(errs.Invalid, "the closure ends before it begins").WithField("body.until", "out_of_range", "must be after from")
	case utf8.RuneCountInString(c.Reason) > longestReason:
		return c, errs.New(errs.Invalid, "the reason is too long").WithField("body.reason", "too_long", "must be at most %d characters", longestReason)
	}
	return c, nil
}

// Close shuts a place of a dataset for a time, at once on all servers, in place
// of any closure before. A From of zero is now.
func (s *Service) Close(ctx context.Context, dataset, id string, c Closure) error {
	c, err := c.check(s.db.Now())
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
		if err := mustBeIn(ctx, tx, dataset, id); err != nil {
			return err
		}
		if err := putClosure(ctx, tx, id, c); err != nil {
			return err
		}
		event := ClosureEvent{Dataset: dataset, Closed: true, From: &c.From}
		if !c.Until.IsZero() {
			event.Until = &c.Until
		}
		return tx.Emit(ctx, TopicClosure, id, event)
	})
}

// Reopen ends the closure of a place; without one the answer is NotFound.
func (s *Service) Reopen(ctx context.Context, dataset, id string) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
		if err := mustBeIn(ctx, tx, dataset, id); err != nil {
			return err
		}
		gone, err := dropClosure(ctx, tx, id)
		if err != nil {
			return err
		}
		if !gone {
			return errs.New(errs.NotFound, "facility %q is not closed", clip(id))
		}
		return tx.Emit(ctx, TopicClosure, id, ClosureEvent{Dataset: dataset})
	})
}

// mustBeIn refuses a facility that is not in force in a dataset.
func mustBeIn(ctx context.Context, q kernel.Queryer, dataset, id string) error {
	d, err := findDataset(ctx, q, dataset)
	if err != nil {
		return err
	}
	found := false
	err = each(ctx, q, d.Version, func(*stored) error { found = true; return nil }, byID+` AND id = $3`, dataset, d.Version, id)
	if err == nil && !found {
		err = errs.New(errs.NotFound, "dataset %q has no facility %q", dataset, clip(id))
	}
	return err
}

// closures reads, for the index, the places that events closed or reopened.
// versions are those that the index will hold.
func (s *Service) closures(ctx context.Context, events []kernel.Event, versions map[string]int64) (items []index.Item, err error) {
	ids := map[string][]string{}
	for _, e := range events {
		if e.Topic != TopicClosure {
			continue
		}
		var event ClosureEvent
		if err := json.Unmarshal(e.Payload, &event); err != nil {
			return nil, errs.New(errs.Internal, "event %d: %v", e.Seq, err)
		}
		ids[event.Dataset] = append(ids[event.Dataset], e.Ref)
	}
	for dataset, list := range ids {
		err := eachOf(ctx, s.db.Reader(), dataset, versions[dataset], list, func(row *stored) error {
			item, err := row.item(nil)
			items = append(items, item)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return items, nil
}

// hours are the opening hours with the closure in them, so that states, changes
// and filters of the index know of it without knowing what it is.
func (s *stored) hours() string {
	if s.Closure == nil {
		return s.Hours
	}
	zone, err := time.LoadLocation(s.Zone)
	if err != nil {
		zone = time.UTC
	}
	text := s.Hours
	if _, err := hours.Parse(text); err != nil || strings.TrimSpace(text) == "" {
		text = "24/7 unknown"
	}
	return text + "; " + s.Closure.rules(zone)
}

// rules are the closure as rules of opening_hours, day by local day: a rule that
// closes takes away exactly its own hours.
func (c *Closure) rules(zone *time.Location) string {
	off := ` off`
	if reason := quotable(c.Reason); reason != "" {
		off += ` "` + reason + `"`
	}
	from := c.From.In(zone).Truncate(time.Minute)
	next := time.Date(from.Year(), from.Month(), from.Day()+1, 0, 0, 0, 0, time.UTC)
	if c.Until.IsZero() {
		return from.Format("2006 Jan 02 15:04") + "-24:00" + off + "; " + next.Format("2006 Jan 02") + "-9999 Dec 31" + off
	}
	until := c.Until.In(zone).Add(time.Minute - 1).Truncate(time.Minute)
	last := time.Date(until.Year(), until.Month(), until.Day(), 0, 0, 0, 0, time.UTC)
	if last.Before(next) {
		return fmt.Sprintf("%s-%s%s", from.Format("2006 Jan 02 15:04"), until.Format("15:04"), off)
	}
	text := from.Format("2006 Jan 02 15:04") + "-24:00" + off
	if last.After(next) {
		text += "; " + next.Format("2006 Jan 02") + "-" + last.AddDate(0, 0, -1).Format("2006 Jan 02") + " 00:00-24:00" + off
	}
	if until.Hour()+until.Minute() > 0 {
		text += "; " + last.Format("2006 Jan 02") + " 00:00-" + until.Format("15:04") + off
	}
	return text
}

// quotable is a text as it may stand in the quotes of a comment.
func quotable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '"' || r == '“' || r == '”' || r == '„' || r == '«' || r == '»':
			return '\''
		case unicode.IsControl(r):
			return ' '
		}
		return r
	}, text)
}

// appendTo adds the member of the document.
func (c *Closure) appendTo(b []byte) []byte {
	if c == nil {
		return b
	}
	b = append(b, `,"closure":{"from":"`...)
	b = c.From.AppendFormat(b, time.RFC3339)
	b = append(b, '"')
	if !c.Until.IsZero() {
		b = append(b, `,"until":"`...)
		b = c.Until.AppendFormat(b, time.RFC3339)
		b = append(b, '"')
	}
	if c.Reason != "" {
		b = append(b, `,"reason":`...)
		b = appendString(b, c.Reason)
	}
	return append(b, '}')
}
