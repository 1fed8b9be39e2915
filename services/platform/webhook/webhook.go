// Package webhook tells subscribers of events by signed HTTP requests, as Standard Webhooks 1.0.0 has it
// (https://www.standardwebhooks.com).
//
// Domains emit events into the outbox as ever and say with Announce which of them subscribers may hear of, and in what
// words. Run reads the outbox once for all servers: the position moves in the transaction that makes the deliveries, so
// of several servers one wins, and no event is lost or told twice. From there each delivery is a row, which says all there
// is to know, and has a job inserted with it that makes the attempts; if the jobs are lost (they are in no backup of
// PostgreSQL), the rows make them anew.
//
// A subscriber gets every event committed after it subscribed, at least once, in no promised order: a message that
// failed is tried again while later ones arrive.
package webhook

import (
	"context"
	"embed"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"fujin/services/platform/idempotency"
	"fujin/services/platform/jobs"
	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/errs"
)

//go:embed migrations
var migrations embed.FS

// State says whether a subscriber is told.
type State string

// The states of a Webhook.
const (
	Active   State = "active"
	Paused   State = "paused"   // by its owner; what happens meanwhile is not told later
	Disabled State = "disabled" // its receiver answered 410 Gone
)

// Webhook is a subscription.
type Webhook struct {
	ID          string
	Org         string
	URL         string
	Description string
	Topics      []string // types of events; empty: all
	Datasets    []string // ids; empty: all
	State       State
	Reason      string // of being disabled
	CreatedAt   time.Time
	UpdatedAt   time.Time

	secret         string
	previousSecret string
	previousUntil  time.Time
	afterSeq       int64
}

// DeliveryState says how far a message has come.
type DeliveryState string

// The states of a Delivery.
const (
	Pending   DeliveryState = "pending"
	Delivered DeliveryState = "delivered"
	Failed    DeliveryState = "failed" // no further attempt unless it is replayed
)

// Delivery is a message to one subscriber.
type Delivery struct {
	ID          string
	Webhook     string
	Topic       string
	Body        string
	State       DeliveryState
	Attempts    int
	NextAt      time.Time // zero unless pending
	Status      int       // of the last answer; 0 without one
	Error       string    // of the last attempt; "" after a success
	CreatedAt   time.Time
	DeliveredAt time.Time // zero unless delivered

	seq    int64
	series int // attempts before the last replay
}

// Announcement is an event in the words subscribers are told.
type Announcement struct {
	Type    string // "dataset.published"
	Dataset string // id, for subscribers' filters; may be empty
	Org     string // the only organisation that may hear of it; empty: all
	Data    any    // becomes the member data
}

// Source turns a topic of the outbox into announcements.
type Source struct {
	Topic string   // of the outbox
	Types []string // of the announcements Tell makes
	// Tell is given an event; false keeps it back. It depends on the event alone.
	Tell func(e kernel.Event) (Announcement, bool)
}

// Schedule is how long after a failed attempt the next one begins, as the standard suggests: ten attempts in three days
// and three hours.
func Schedule() []time.Duration {
	return []time.Duration{5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour,
		14 * time.Hour, 20 * time.Hour, 24 * time.Hour}
}

const (
	maxWebhooks    = 50                  // of an organisation
	maxURL         = 2000                // characters
	maxDescription = 200                 // characters
	maxFilter      = 100                 // topics or datasets named
	keepFor        = 30 * 24 * time.Hour // deliveries that have ended
	overlap        = 24 * time.Hour      // in which a replaced secret signs too
	maxRetryAfter  = 24 * time.Hour      // that a receiver may ask for
	testType       = "webhook.test"
	// deliverAttempts counts failures of our own, such as a database that is away; what receivers do counts in the row.
	deliverAttempts = 100
)

// Options steer the service.
type Options struct {
	Logger *slog.Logger
	// Client makes the calls: outbound.NewClient with 15 to 30 s. Redirects are not followed.
	Client *http.Client
	// PlainHTTP takes http: addresses too, for receivers on the operator's own network.
	PlainHTTP bool
	// Queue is the queue of jobs for deliveries; jobs.DefaultQueue if empty.
	Queue string
	// Schedule takes the place of Schedule(), for tests.
	Schedule []time.Duration
}

// Service keeps subscriptions and delivers.
type Service struct {
	db      *kernel.DB
	jobs    *jobs.Service
	keys    *idempotency.Keys
	log     *slog.Logger
	options Options
	client  http.Client
	sources map[string]Source // by topic of the outbox
}

// New prepares the tables and registers the jobs. From its first call on a database, events count.
func New(ctx context.Context, db *kernel.DB, queue *jobs.Service, options Options) (*Service, error) {
	keys, err := idempotency.New(ctx, db)
	if err != nil {
		return nil, err
	}
	s := &Service{db: db, jobs: queue, keys: keys, log: options.Logger, options: options, client: *options.Client, sources: map[string]Source{}}
	if s.log == nil {
		s.log = slog.Default()
	}
	if s.options.Schedule == nil {
		s.options.Schedule = Schedule()
	}
	// A redirect would send a message, and later its answer, where nobody subscribed.
	s.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if err := db.Migrate(ctx, "webhook", migrations); err != nil {
		return nil, err
	}
	err = db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error { return insertPosition(ctx, tx) })
	if err != nil {
		return nil, err
	}
	jobs.Register(queue, jobs.Worker[deliverJob]{Do: s.deliver, Queue: options.Queue, Attempts: deliverAttempts})
	jobs.Register(queue, jobs.Worker[sweepJob]{Do: s.sweep})
	jobs.Every(queue, 24*time.Hour, sweepJob{})
	return s, nil
}

// Announce lets subscribers hear of a topic. Call it before Run and Routes.
func (s *Service) Announce(source Source) { s.sources[source.Topic] = source }

// types lists what can be subscribed to.
func (s *Service) types() []string {
	var all []string
	for _, source := range s.sources {
		all = append(all, source.Types...)
	}
	slices.Sort(all)
	return all
}

// validate names what is wrong with a subscription.
func (s *Service) validate(w Webhook) error {
	err := errs.New(errs.Invalid, "")
	u, parseErr := url.Parse(w.URL)
	switch {
	case parseErr != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || len(w.URL) > maxURL:
		err = err.WithField("body.url", "malformed", "must be an https address of at most %d characters", maxURL)
	case u.Scheme == "http" && !s.options.PlainHTTP:
		err = err.WithField("body.url", "malformed", "must be an https address: what is sent is nobody else's business")
	case u.User != nil || u.Fragment != "":
		err = err.WithField("body.url", "malformed", "must have no user name, password or fragment")
	}
	if len([]rune(w.Description)) > maxDescription {
		err = err.WithField("body.description", "too_long", "must have at most %d characters", maxDescription)
	}
	for _, topic := range w.Topics {
		if known := s.types(); !slices.Contains(known, topic) {
			err = err.WithField("body.topics", "not_one_of", "%q must be one of %s", topic, strings.Join(known, ", "))
		}
	}
	for name, list := range map[string][]string{"topics": w.Topics, "datasets": w.Datasets} {
		if len(list) > maxFilter {
			err = err.WithField("body."+name, "too_many", "must name at most %d", maxFilter)
		}
	}
	if len(err.Fields) > 0 {
		return err
	}
	return nil
}

// wants tells whether a subscriber is to hear of an announcement.
func (w Webhook) wants(a Announcement, seq int64) bool {
	return w.afterSeq < seq &&
		(a.Org == "" || a.Org == w.Org) &&
		(len(w.Topics) == 0 || slices.Contains(w.Topics, a.Type)) &&
		(len(w.Datasets) == 0 || slices.Contains(w.Datasets, a.Dataset))
}
