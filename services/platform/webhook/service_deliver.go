package webhook

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	standard "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"fujin/services/platform/jobs"
	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/errs"
	"fujin/services/platform/outbound"
)

// deliverJob sees a message through: it makes the attempts, and sleeps in between.
type deliverJob struct {
	Delivery string `json:"delivery"`
	Series   int    `json:"series"` // a replay begins a new one, and puts an end to what was planned before
}

// Kind names the job.
func (deliverJob) Kind() string { return "webhook.deliver" }

// deliver makes the attempt that is due and writes down what came of it. One of which the server died is made again,
// which receivers notice by the same webhook-id.
func (s *Service) deliver(ctx context.Context, job jobs.Job[deliverJob]) error {
	d, err := selectDelivery(ctx, s.db.Reader(), job.Args.Delivery)
	if errs.KindOf(err) == errs.NotFound || err == nil && (d.State != Pending || d.series != job.Args.Series) {
		return nil // it was deleted, or replayed
	}
	if err != nil {
		return err
	}
	if wait := d.NextAt.Sub(s.db.Now()); wait > 0 {
		return jobs.Later(wait)
	}
	w, err := selectWebhook(ctx, s.db.Reader(), d.Webhook, "")
	if err != nil {
		return err
	}
	got := answer{err: fmt.Errorf("the webhook is %s", w.State)}
	if w.State == Active {
		got = s.post(ctx, w, d)
	}
	if ctx.Err() != nil {
		return ctx.Err() // cut short by the end of the server: it says nothing of the receiver
	}
	if d, err = s.record(ctx, d, w, got); err != nil || d.State != Pending {
		return err
	}
	return jobs.Later(d.NextAt.Sub(s.db.Now()))
}

// record writes down what came of an attempt, unless the message was deleted or replayed meanwhile.
func (s *Service) record(ctx context.Context, d Delivery, w Webhook, got answer) (after Delivery, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
		if got.status == http.StatusGone {
			if err := disableWebhook(ctx, tx, w.ID, "the receiver answered 410 Gone", tx.Now()); err != nil {
				return err
			}
		}
		current, err := selectDelivery(ctx, tx, d.ID)
		if errs.KindOf(err) == errs.NotFound || err == nil && (current.Attempts != d.Attempts || current.series != d.series) {
			after = Delivery{State: Failed}
			return nil
		}
		if err != nil {
			return err
		}
		s.judge(&current, got, w.State, tx.Now())
		after = current
		return updateDelivery(ctx, tx, current)
	})
	return after, err
}

// judge counts an attempt and says what follows from it.
func (s *Service) judge(d *Delivery, got answer, state State, now time.Time) {
	d.Attempts++
	d.Status, d.Error, d.NextAt = got.status, "", time.Time{}
	if got.err == nil {
		d.State, d.DeliveredAt = Delivered, now
		return
	}
	d.Error = got.err.Error()
	tried := d.Attempts - d.series
	if state != Active || got.status == http.StatusGone || tried > len(s.options.Schedule) {
		d.State = Failed
		return
	}
	d.NextAt = now.Add(max(s.options.Schedule[tried-1], min(got.retryAfter, maxRetryAfter)))
}

// answer is what came of an attempt.
type answer struct {
	status     int // 0 without an answer
	err        error
	retryAfter time.Duration
}

// post sends a message once.
func (s *Service) post(ctx context.Context, w Webhook, d Delivery) answer {
	now := time.Now()
	signature, err := sign(w, d, now)
	if err != nil {
		return answer{err: err}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, strings.NewReader(d.Body))
	if err != nil {
		return answer{err: errors.New("the address cannot be called")}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Fujin-Webhooks/1")
	req.Header.Set("Webhook-Id", d.ID)
	req.Header.Set("Webhook-Timestamp", strconv.FormatInt(now.Unix(), 10))
	req.Header.Set("Webhook-Signature", signature)
	res, err := s.client.Do(req)
	if err != nil {
		return answer{err: withoutAddress(err)}
	}
	defer res.Body.Close()
	_, _ = io.CopyN(io.Discard, res.Body, 64<<10) // so that the connection can serve again
	got := answer{status: res.StatusCode, retryAfter: retryAfter(res.Header.Get("Retry-After"), now)}
	if res.StatusCode/100 != 2 {
		got.err = fmt.Errorf("the receiver answered %d %s", res.StatusCode, http.StatusText(res.StatusCode))
	}
	return got
}

// withoutAddress leaves out of an error the address that was called, which may hold a secret of the receiver's, and what
// its name means inside the operator's network.
func withoutAddress(err error) error {
	var outer *url.Error
	switch {
	case errors.Is(err, outbound.ErrRefused):
		return outbound.ErrRefused
	case errors.As(err, &outer) && outer.Timeout():
		return errors.New("the receiver did not answer in time")
	case errors.As(err, &outer):
		return outer.Err
	default:
		return err
	}
}

// sign makes the header webhook-signature, with every secret in force.
func sign(w Webhook, d Delivery, now time.Time) (string, error) {
	secrets := []string{w.secret}
	if w.previousSecret != "" && now.Before(w.previousUntil) {
		secrets = append(secrets, w.previousSecret)
	}
	signatures := make([]string, len(secrets))
	for i, secret := range secrets {
		signer, err := standard.NewWebhook(secret)
		if err != nil {
			return "", errors.New("the secret is damaged; ask for a new one") // the cause would quote it
		}
		if signatures[i], err = signer.Sign(d.ID, now, []byte(d.Body)); err != nil {
			return "", err
		}
	}
	return strings.Join(signatures, " "), nil
}

// retryAfter reads the header: seconds, or a time; 0 without one.
func retryAfter(header string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(header); err == nil {
		return time.Duration(max(0, min(seconds, int(maxRetryAfter/time.Second)))) * time.Second
	}
	if at, err := http.ParseTime(header); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}
