// Package ogc is the OGC API: every published dataset as a collection of
// features, with filters, coordinate systems and vector tiles, and the
// catalogue of datasets as a collection of records.
//
// It follows OGC API - Features Parts 1, 2 and 3, Tiles, and Records Part 1;
// conformance lists the classes, each of which a test shows. What is read is a
// version of a dataset: the one in force, or that of as_of. A reader who pages
// through a collection stays with the version of the first page, so that the
// whole is what was published, whatever is published meanwhile.
package ogc

import (
	"context"
	"html/template"
	"runtime"
	"time"

	"github.com/paulmach/orb"

	"fujin/services/facility"
	"fujin/services/platform/kernel/errs"
	"fujin/services/publishing/catalogue"
	"fujin/services/publishing/ogc/cql2"
)

// CatalogueID is the collection of records. A dataset of this id cannot be read
// through the OGC API.
const CatalogueID = "catalogue"

// Options are what the service needs. All but Clock is required.
type Options struct {
	Facilities *facility.Service
	Catalogue  catalogue.Catalogue
	Profiles   *catalogue.Profiles
	// PublicURL begins all links, without a slash at its end.
	PublicURL string
	// Clock gives the time of answers; time.Now unless set.
	Clock func() time.Time
}

// Service answers at /ogc.
type Service struct {
	Options
	pages map[string]*template.Template
	// scans holds a place for each query that may go through a whole
	// collection at once: half of the cores are for those of citizens.
	scans chan struct{}
}

// New makes the service.
func New(options Options) (*Service, error) {
	if options.Clock == nil {
		options.Clock = time.Now
	}
	pages, err := catalogue.ParsePages(pageFiles)
	return &Service{options, pages, make(chan struct{}, max(1, runtime.NumCPU()/2))}, err
}

// scanPatience is how long a query waits for its turn.
const scanPatience = 20 * time.Second

// run reads a page, when its turn comes.
func (s *Service) run(ctx context.Context, q *query, c collection) (page, error) {
	if q.scans() {
		turn, stop := context.WithTimeout(ctx, scanPatience)
		defer stop()
		select {
		case s.scans <- struct{}{}:
			defer func() { <-s.scans }()
		case <-turn.Done():
			return page{}, errs.New(errs.Unavailable, "too many queries go through whole collections just now; try again in a minute").WithCode("busy")
		}
	}
	return q.run(ctx, c)
}

// url is the absolute address of a path below /ogc.
func (s *Service) url(path string) string { return s.PublicURL + "/ogc" + path }

// collection is what items are read from: a version of a dataset, or the catalogue.
type collection interface {
	// schema are the properties that filters may name.
	schema(ctx context.Context) (map[string]cql2.Type, error)
	// version of the items; they do not change within one.
	version() int64
	// count gives the number of items that meet a bound (nil: all).
	count(ctx context.Context, bound *orb.Bound) (int64, error)
	// each hands over what there is, in the order of the ids.
	each(ctx context.Context, w walk, yield func(candidate) error) error
	// load makes items of what each handed over.
	load(ctx context.Context, chosen []candidate) ([]item, error)
	// item finds one by its id.
	item(ctx context.Context, id string) (item, error)
}

// walk is a way through a collection.
type walk struct {
	bound *orb.Bound // what items meet; nil: all
	after string     // the id behind which the way begins
	limit int        // the most items; 0: all
	// reads are the properties that will be asked of candidates.
	reads []string
}

// candidate is an item that a query looks at, of which nothing is read but what
// is asked for.
type candidate interface {
	id() string
	// instant is what datetime is compared with; zero: nothing.
	instant() time.Time
	// value is a property for filters and sorting.
	value(name string) cql2.Value
}

// item is a feature or a record.
type item interface {
	id() string
	geometry() orb.Geometry // nil: none
	// properties in the order in which they are shown.
	properties() []property
	// etag changes with the item.
	etag() string
}

// property is a member of an item's properties: a string, or what
// encoding/json renders.
type property struct {
	name  string
	value any
}
