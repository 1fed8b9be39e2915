package facility

import (
	"context"
	"crypto/sha256"
	"embed"
	"io/fs"
	"log/slog"
	"sync"
	"time"

	"fujin/datasets"
	"fujin/geo/navigation"
	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/errs"
	"fujin/services/platform/search"
)

//go:embed migrations
var migrations embed.FS

// Options steer the service; the zero value works.
type Options struct {
	Logger *slog.Logger
	// Clock gives the time at which open states are judged.
	Clock func() time.Time
	// Navigation holds the operator's names and keys at map providers.
	Navigation navigation.Options
	// Router, if set, gives routed distances.
	Router Router
	// BuildNames makes the file of names, the function BuildNames unless set;
	// a server has it run in a process of its own.
	BuildNames func(ctx context.Context, snapshot, database, file string) error
	// LocalAdmin tells whether a request came through the data folder's socket.
	LocalAdmin func(context.Context) bool
}

// Service is the registry with its live index.
type Service struct {
	db      *kernel.DB
	log     *slog.Logger
	clock   func() time.Time
	options Options
	cursors cursors
	pool    *sync.Pool
	live    live
	names   names
	demand  demand
	// background are the goroutines that Run started besides itself.
	background sync.WaitGroup

	nearbyParams params
}

// New prepares the tables. Reads need Run too, which keeps the index.
func New(ctx context.Context, db *kernel.DB, options Options) (*Service, error) {
	tables, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	if err := db.Migrate(ctx, "facility", tables); err != nil {
		return nil, err
	}
	if db.Engine() == kernel.SQLite { // this process alone has the data
		if err := db.Write(ctx, forgetDead); err != nil {
			return nil, err
		}
	}
	s := &Service{db: db, log: options.Logger, clock: options.Clock, options: options, pool: newScratchPool()}
	if s.log == nil {
		s.log = slog.Default()
	}
	if s.clock == nil {
		s.clock = db.Now
	}
	s.cursors.key = sha256.Sum256([]byte("facility cursor " + db.ID()))
	s.nearbyParams = nearbyParams()
	s.names.live = search.NewLive(nil)
	s.live.bulk.Store(bulkChange)
	return s, nil
}

// Datasets lists what is published.
func (s *Service) Datasets(ctx context.Context) ([]Dataset, error) {
	return listDatasets(ctx, s.db.Reader())
}

// Published is a facility as the registry has it.
type Published struct {
	ID      string
	Dataset string
	// Version is the one in which it took this form.
	Version int64
	datasets.Place
}

// Each hands over the facilities of a dataset's version in force, in the order
// of their ids.
func (s *Service) Each(ctx context.Context, dataset string, yield func(Published) error) error {
	return s.Features(ctx, dataset, FeatureQuery{}, func(f Feature) error { return yield(f.Published) })
}

// published decodes a row.
func (s *stored) published() (Published, error) {
	d, err := decode([]byte(s.Doc))
	if err != nil {
		return Published{}, errs.New(errs.Internal, "facility %s: stored document: %v", s.ID, err)
	}
	g, err := s.geometry()
	if err != nil {
		return Published{}, err
	}
	p := Published{ID: s.ID, Dataset: s.Dataset, Version: s.Version, Place: datasets.Place{
		SourceID: s.sourceID(), Name: d.Name, Category: s.Category, Geometry: g, Address: d.Address, Phone: d.Phone,
		OpeningHours: d.OpeningHours, Attributes: d.Attributes,
	}}
	if s.VerifiedAt != 0 {
		p.VerifiedAt = time.UnixMilli(s.VerifiedAt).UTC()
	}
	return p, nil
}

// sourceID is the id that the source gave the facility, if it did.
func (s *stored) sourceID() string {
	if len(s.Key) > 2 && s.Key[:2] == "i:" {
		return s.Key[2:]
	}
	return ""
}
