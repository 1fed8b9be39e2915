package webhook

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"time"

	"fujin/services/platform/idempotency"
	"fujin/services/platform/jobs"
	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/errs"
	"fujin/services/platform/org"
)

// acting is who asks, if they may.
func acting(ctx context.Context, roles ...org.Role) (org.Principal, error) {
	p, _ := org.From(ctx)
	return p, org.Require(ctx, p.Org, roles...)
}

func noWebhook(id string, cause error) error {
	if errs.KindOf(cause) != errs.NotFound {
		return cause
	}
	return errs.New(errs.NotFound, "there is no webhook %s", id).Because(cause)
}

// newSecret makes a secret of 256 bits in the standard's form.
func newSecret() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails
	return "whsec_" + base64.StdEncoding.EncodeToString(b[:])
}

// create makes a subscription, of events from now on. The secret is shown this once.
func (s *Service) create(ctx context.Context, w Webhook) (Webhook, error) {
	p, err := acting(ctx, org.Publisher)
	if err != nil {
		return w, err
	}
	if p.Org == "" {
		return w, errs.New(errs.Invalid, "a webhook belongs to an organisation: use a key of one")
	}
	w.ID, w.Org, w.State, w.secret = s.db.NewID(), p.Org, Active, newSecret()
	if err := s.validate(w); err != nil {
		return w, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
		n, err := countWebhooks(ctx, tx, w.Org)
		if err != nil {
			return err
		}
		if n >= maxWebhooks {
			return errs.New(errs.Conflict, "an organisation has at most %d webhooks; delete one first", maxWebhooks).WithCode("too_many_webhooks")
		}
		w.CreatedAt, w.UpdatedAt = tx.Now(), tx.Now()
		if w.afterSeq, err = lastSeq(ctx, tx); err != nil {
			return err
		}
		if err := insertWebhook(ctx, tx, w); err != nil {
			return err
		}
		return tx.Emit(ctx, "webhook.created", w.ID, map[string]string{"org": w.Org})
	})
	return w, err
}

// once does what a request asks for and gives the id of what came of it; the same id again, and nothing is done, if it was
// done under the request's Idempotency-Key before.
func (s *Service) once(ctx context.Context, route, key string, request any, do func(context.Context) (string, error)) (id string, again bool, err error) {
	p, err := acting(ctx, org.Publisher)
	if err != nil {
		return "", false, err
	}
	return idempotency.Once(ctx, s.keys, route+" "+p.KeyID, key, request, do)
}

// delivery finds one message to a subscriber.
func (s *Service) delivery(ctx context.Context, webhook, id string) (Delivery, error) {
	if _, err := s.get(ctx, webhook, org.Reader); err != nil {
		return Delivery{}, err
	}
	d, err := selectDelivery(ctx, s.db.Reader(), id)
	if err != nil || d.Webhook != webhook {
		return d, noDelivery(id, err)
	}
	return d, nil
}

func noDelivery(id string, cause error) error {
	if cause != nil && errs.KindOf(cause) != errs.NotFound {
		return cause
	}
	return errs.New(errs.NotFound, "this webhook has no delivery %s; they are kept for 30 days", id).Because(cause)
}

func (s *Service) list(ctx context.Context) ([]Webhook, error) {
	p, err := acting(ctx, org.Reader)
	if err != nil {
		return nil, err
	}
	return selectWebhooks(ctx, s.db.Reader(), p.Org)
}

func (s *Service) get(ctx context.Context, id string, roles ...org.Role) (Webhook, error) {
	p, err := acting(ctx, roles...)
	if err != nil {
		return Webhook{}, err
	}
	w, err := selectWebhook(ctx, s.db.Reader(), id, p.Org)
	return w, noWebhook(id, err)
}

// update changes a subscription; change is given what is stored.
func (s *Service) update(ctx context.Context, id string, change func(*Webhook)) (w Webhook, err error) {
	p, err := acting(ctx, org.Publisher)
	if err != nil {
		return w, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
		stored, err := selectWebhook(ctx, tx, id, p.Org)
		if err != nil {
			return noWebhook(id, err)
		}
		w = stored
		change(&w)
		if err := s.validate(w); err != nil {
			return err
		}
		if stored.State != Active && w.State == Active {
			w.Reason = ""
			if w.afterSeq, err = lastSeq(ctx, tx); err != nil { // what happened meanwhile is not told
				return err
			}
		}
		w.UpdatedAt = tx.Now()
		return updateWebhook(ctx, tx, w)
	})
	return w, err
}

// renew replaces the secret; the old one signs too for a day, so that receivers can change over in peace.
func (s *Service) renew(ctx context.Context, id string) (Webhook, error) {
	secret := newSecret()
	return s.update(ctx, id, func(w *Webhook) {
		w.previousSecret, w.previousUntil, w.secret = w.secret, s.db.Now().Add(overlap), secret
	})
}

// remove ends a subscription, with its deliveries.
func (s *Service) remove(ctx context.Context, id string) error {
	p, err := acting(ctx, org.Publisher)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
		w, err := selectWebhook(ctx, tx, id, p.Org)
		if err != nil {
			return noWebhook(id, err)
		}
		if err := deleteWebhook(ctx, tx, id); err != nil {
			return err
		}
		return tx.Emit(ctx, "webhook.deleted", id, map[string]string{"org": w.Org})
	})
}

// deliveries lists messages to a subscriber, newest first, those older than before; state may be empty.
func (s *Service) deliveries(ctx context.Context, id string, state DeliveryState, before string, limit int) ([]Delivery, error) {
	if _, err := s.get(ctx, id, org.Reader); err != nil {
		return nil, err
	}
	return selectDeliveries(ctx, s.db.Reader(), id, state, before, limit)
}

// message is the body of a request.
type message struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"` // of the event
	Data      any       `json:"data"`
}

// newDelivery makes the message that tells a subscriber of an announcement, to be sent at once.
func (s *Service) newDelivery(w Webhook, a Announcement, seq int64, at, now time.Time) (Delivery, error) {
	body, err := json.Marshal(message{Type: a.Type, Timestamp: at.UTC(), Data: a.Data})
	return Delivery{ID: "msg_" + s.db.NewID(), Webhook: w.ID, Topic: a.Type, Body: string(body), State: Pending,
		NextAt: now, CreatedAt: now, seq: seq}, err
}

// test sends a message that tells of nothing.
func (s *Service) test(ctx context.Context, id string) (d Delivery, err error) {
	p, err := acting(ctx, org.Publisher)
	if err != nil {
		return d, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
		w, err := selectWebhook(ctx, tx, id, p.Org)
		if err != nil {
			return noWebhook(id, err)
		}
		if w.State != Active {
			return notActive(w)
		}
		a := Announcement{Type: testType, Data: map[string]string{"webhook": w.ID}}
		if d, err = s.newDelivery(w, a, -time.Now().UnixNano(), tx.Now(), tx.Now()); err != nil {
			return err
		}
		_, err = s.enqueue(ctx, tx, d)
		return err
	})
	return d, err
}

// replay sends a message again, whatever became of it, and again on failure as if it were new.
func (s *Service) replay(ctx context.Context, id, delivery string) (d Delivery, err error) {
	p, err := acting(ctx, org.Publisher)
	if err != nil {
		return d, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
		w, err := selectWebhook(ctx, tx, id, p.Org)
		if err != nil {
			return noWebhook(id, err)
		}
		if d, err = selectDelivery(ctx, tx, delivery); err != nil || d.Webhook != id {
			return noDelivery(delivery, err)
		}
		if w.State != Active {
			return notActive(w)
		}
		if d.State == Pending && d.Attempts == d.series {
			return nil // the first attempt is on its way
		}
		d.State, d.NextAt, d.DeliveredAt, d.series = Pending, tx.Now(), time.Time{}, d.Attempts
		if err := updateDelivery(ctx, tx, d); err != nil {
			return err
		}
		return s.insertJob(ctx, tx, d)
	})
	return d, err
}

func notActive(w Webhook) error {
	return errs.New(errs.Conflict, "the webhook is %s; make it active first", w.State).WithCode("webhook_not_active")
}

// enqueue stores a new delivery with its job; false if the subscriber was told already.
func (s *Service) enqueue(ctx context.Context, tx *kernel.Tx, d Delivery) (bool, error) {
	added, err := insertDelivery(ctx, tx, d)
	if err != nil || !added {
		return false, err
	}
	return true, s.insertJob(ctx, tx, d)
}

// insertJob has the attempts of a delivery made; a second such job is not added.
func (s *Service) insertJob(ctx context.Context, tx *kernel.Tx, d Delivery) error {
	return s.jobs.Insert(ctx, tx, deliverJob{d.ID, d.series}, jobs.Options{Once: true})
}
