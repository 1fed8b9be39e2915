package catalogue

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/paulmach/orb"

	"fujin/geo/hours"
	"fujin/services/facility"
)

// Profile is what a version of a dataset holds. It never changes.
type Profile struct {
	Facilities int64
	// Bound holds all facilities; it is upside down if there are none.
	Bound orb.Bound
	// First and Last are when facilities were last verified; zero if never.
	First, Last time.Time
	// Fields are the properties that any facility has, the fixed ones first.
	Fields []Field
	// Categories counts facilities.
	Categories map[string]int64
	// HoursUnderstood counts facilities whose hours are understood, of those
	// that state any.
	HoursUnderstood int64
	// Geometries counts facilities by GeoJSON type.
	Geometries map[string]int64
	// Sample are places spread over the dataset, for small maps.
	Sample []orb.Point
}

// Field is a property with the number of facilities that have it.
type Field struct {
	Name   string
	Filled int64
	// Example is a value that occurs.
	Example string
	// Attribute tells the dataset's own properties from those that all have.
	Attribute bool
}

// Fixed are the properties that facilities of every dataset have.
func Fixed() []string {
	return []string{"name", "category", "address", "phone", "opening_hours", "verified_at"}
}

// Filled is how many facilities have a property.
func (p *Profile) Filled(name string) int64 {
	for _, f := range p.Fields {
		if f.Name == name {
			return f.Filled
		}
	}
	return 0
}

// Profiles works profiles out, once per version, and keeps those of the last
// versions asked for. It is safe for concurrent use.
type Profiles struct {
	facilities *facility.Service
	working    chan struct{} // holds a place for each that is worked out at once
	mu         sync.Mutex
	known      map[profileKey]*profiling
	order      []profileKey // the oldest first
}

type profileKey struct {
	dataset string
	version int64
}

// profiling is a profile that is known, or being worked out until done is closed.
type profiling struct {
	done    chan struct{}
	profile *Profile
	err     error
}

// profilesKept bounds the memory: a profile takes some 20 KB.
const profilesKept = 500

// NewProfiles makes a store of profiles.
func NewProfiles(facilities *facility.Service) *Profiles {
	return &Profiles{facilities: facilities, known: map[profileKey]*profiling{}, working: make(chan struct{}, 1)}
}

// Of gives the profile of a version. The first call for a version reads all of
// it (100,000 facilities take about a second); others wait for that.
func (p *Profiles) Of(ctx context.Context, dataset string, version int64) (*Profile, error) {
	key := profileKey{dataset, version}
	p.mu.Lock()
	at := p.known[key]
	if at == nil {
		at = &profiling{done: make(chan struct{})}
		p.keep(key, at)
		// The work outlives a caller who goes away: the next one wants it too.
		go p.work(context.WithoutCancel(ctx), key, at)
	}
	p.mu.Unlock()
	select {
	case <-at.done:
		return at.profile, at.err
	default:
	}
	select {
	case <-at.done:
		return at.profile, at.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Known gives the profile of a version if it is at hand, else that of another
// version of the dataset; nil if there is neither. It starts no work.
func (p *Profiles) Known(dataset string, version int64) (known *Profile) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, key := range append(slices.Clone(p.order), profileKey{dataset, version}) { // the best comes last
		if at := p.known[key]; at != nil && key.dataset == dataset {
			select {
			case <-at.done:
				if at.err == nil {
					known = at.profile
				}
			default:
			}
		}
	}
	return known
}

// listPatience is how long a list waits for the profiles of its datasets.
const listPatience = 2 * time.Second

// OfAll gives the profiles of the versions in force of a list of datasets: nil
// for those that are not known yet. They are worked out by and by, one at a
// time: a list of many large datasets cannot wait for that after a start.
func (p *Profiles) OfAll(ctx context.Context, records []Record) ([]*Profile, error) {
	soon, cancel := context.WithTimeout(ctx, listPatience)
	defer cancel()
	profiles := make([]*Profile, len(records))
	for i, r := range records {
		profile, err := p.Of(soon, r.ID, r.Version)
		if err != nil && soon.Err() == nil || ctx.Err() != nil {
			return nil, err
		}
		profiles[i] = profile
	}
	return profiles, nil
}

// keep remembers a profile and forgets the oldest. The caller holds mu.
func (p *Profiles) keep(key profileKey, at *profiling) {
	p.known[key] = at
	if p.order = append(p.order, key); len(p.order) > profilesKept {
		delete(p.known, p.order[0])
		p.order = p.order[1:]
	}
}

func (p *Profiles) work(ctx context.Context, key profileKey, at *profiling) {
	defer close(at.done)
	p.working <- struct{}{}
	defer func() { <-p.working }()
	c := newCounting()
	at.err = p.facilities.Features(ctx, key.dataset, facility.FeatureQuery{Version: key.version}, func(f facility.Feature) error {
		c.add(f.Published)
		return nil
	})
	if at.err == nil {
		at.profile = c.profile()
		return
	}
	p.mu.Lock() // a failure is not remembered
	defer p.mu.Unlock()
	delete(p.known, key)
	p.order = slices.DeleteFunc(p.order, func(k profileKey) bool { return k == key })
}

// counting is a profile in the making.
type counting struct {
	Profile
	fields map[string]*Field
	parsed map[string]bool // opening hours → whether they are understood
	step   int64           // every how many facilities one is sampled
}

func newCounting() *counting {
	c := &counting{fields: map[string]*Field{}, parsed: map[string]bool{}, step: 1}
	c.Categories, c.Geometries = map[string]int64{}, map[string]int64{}
	c.Bound = orb.MultiPoint{}.Bound()
	for _, name := range Fixed() {
		c.fields[name] = &Field{Name: name}
	}
	return c
}

// fieldsCounted bounds what a hostile file can make of a profile.
const fieldsCounted = 2000

// samplesKept bounds the points of a small map.
const samplesKept = 1500

func (c *counting) add(p facility.Published) {
	bound := p.Geometry.Bound()
	if c.Facilities == 0 {
		c.Bound = bound
	} else {
		c.Bound = c.Bound.Union(bound)
	}
	if c.Facilities%c.step == 0 {
		c.sample(bound.Center())
	}
	c.Facilities++
	c.Categories[p.Category]++
	c.Geometries[p.Geometry.GeoJSONType()]++
	for i, value := range [...]string{p.Name, p.Category, p.Address, p.Phone, p.OpeningHours} {
		c.count(Fixed()[i], value, false)
	}
	for key, value := range p.Attributes {
		c.count(key, value, true)
	}
	if p.OpeningHours != "" && c.understands(p.OpeningHours) {
		c.HoursUnderstood++
	}
	if !p.VerifiedAt.IsZero() {
		c.count("verified_at", p.VerifiedAt.UTC().Format(time.RFC3339), false)
		if c.First.IsZero() || p.VerifiedAt.Before(c.First) {
			c.First = p.VerifiedAt
		}
		if p.VerifiedAt.After(c.Last) {
			c.Last = p.VerifiedAt
		}
	}
}

// sample keeps a place; of too many it keeps every other one from then on.
func (c *counting) sample(p orb.Point) {
	if c.Sample = append(c.Sample, p); len(c.Sample) < samplesKept {
		return
	}
	half := c.Sample[:0]
	for i := 0; i < len(c.Sample); i += 2 {
		half = append(half, c.Sample[i])
	}
	c.Sample, c.step = half, c.step*2
}

func (c *counting) count(name, value string, attribute bool) {
	if value == "" {
		return
	}
	f := c.fields[name]
	if attribute && (f == nil || !f.Attribute) {
		name = AttributeName(name)
		f = c.fields[name]
	}
	if f == nil {
		if len(c.fields) >= fieldsCounted {
			return
		}
		f = &Field{Name: name, Attribute: attribute}
		c.fields[name] = f
	}
	if f.Filled++; f.Example == "" {
		f.Example = value
	}
}

// AttributeName is the property under which an attribute is published: its
// key, marked where every facility has a property of that name.
func AttributeName(key string) string {
	if slices.Contains(Reserved(), key) {
		return "attribute:" + key
	}
	return key
}

// Reserved are names that attributes cannot have in what is published: the
// fixed properties, and the parameters of the OGC API.
func Reserved() []string {
	return append(Fixed(), "id", "geometry", "version", "closed_from", "closed_until", "closed_reason",
		"limit", "bbox", "bbox-crs", "datetime", "crs", "sortby", "filter", "filter-lang", "filter-crs", "as_of", "cursor", "offset", "f")
}

func (c *counting) understands(text string) bool {
	ok, known := c.parsed[text]
	if !known {
		_, err := hours.Parse(text)
		ok = err == nil
		if len(c.parsed) < 100_000 {
			c.parsed[text] = ok
		}
	}
	return ok
}

func (c *counting) profile() *Profile {
	for _, name := range Fixed() {
		c.Fields = append(c.Fields, *c.fields[name])
		delete(c.fields, name)
	}
	for _, name := range slices.Sorted(maps.Keys(c.fields)) {
		c.Fields = append(c.Fields, *c.fields[name])
	}
	return &c.Profile
}
