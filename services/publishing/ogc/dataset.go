package ogc

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"fujin/services/facility"
	"fujin/services/publishing/catalogue"
	"fujin/services/publishing/ogc/cql2"
)

// dataset is a version of a dataset as a collection.
type dataset struct {
	record   catalogue.Record
	number   int64 // the version that is read
	profiles *catalogue.Profiles
	*facility.Service
}

func (d *dataset) version() int64 { return d.number }

// profile says what the version holds. It is asked for only where that matters:
// the first time for a version takes a while.
func (d *dataset) profile(ctx context.Context) (*catalogue.Profile, error) {
	return d.profiles.Of(ctx, d.record.ID, d.number)
}

func (d *dataset) schema(ctx context.Context) (map[string]cql2.Type, error) {
	profile, err := d.profile(ctx)
	if err != nil {
		return nil, err
	}
	schema := map[string]cql2.Type{"geometry": cql2.Geometry, "id": cql2.String, "version": cql2.Number}
	for _, f := range profile.Fields {
		schema[f.Name] = cql2.String
	}
	schema["verified_at"] = cql2.Timestamp
	schema["closed_from"], schema["closed_until"], schema["closed_reason"] = cql2.Timestamp, cql2.Timestamp, cql2.String
	return schema, nil
}

// columnPatience is how long a page of items waits for the names of all columns.
const columnPatience = 2 * time.Second

// columns are the properties that any place of the version has, in the order of
// its schema. Until somebody asks what a new version holds, which readers that
// take columns from items do first, they are those of a version before; nil
// while that of a large new dataset is being worked out.
func (d *dataset) columns(ctx context.Context) (names []string) {
	profile := d.profiles.Known(d.record.ID, d.number)
	if profile == nil {
		soon, cancel := context.WithTimeout(ctx, columnPatience)
		defer cancel()
		var err error
		if profile, err = d.profile(soon); err != nil {
			return nil
		}
	}
	for _, f := range profile.Fields {
		if f.Filled > 0 {
			names = append(names, f.Name)
		}
	}
	return names
}

func (d *dataset) count(ctx context.Context, bound *orb.Bound) (int64, error) {
	return d.Count(ctx, d.record.ID, d.number, bound)
}

func (d *dataset) each(ctx context.Context, w walk, yield func(candidate) error) error {
	q := facility.FeatureQuery{Version: d.number, Bound: w.bound, After: w.after, Limit: w.limit}
	texts := len(w.reads) > 0 && !slices.ContainsFunc(w.reads, notText)
	return d.Glimpse(ctx, d.record.ID, q, texts, func(g *facility.Glimpse) error { return yield(glimpse{g}) })
}

func (d *dataset) load(ctx context.Context, chosen []candidate) ([]item, error) {
	glimpses := make([]*facility.Glimpse, len(chosen))
	for i, c := range chosen {
		glimpses[i] = c.(glimpse).Glimpse
	}
	features, err := d.Load(ctx, d.record.ID, d.number, glimpses)
	items := make([]item, len(features))
	for i, f := range features {
		items[i] = &place{f}
	}
	return items, err
}

func (d *dataset) item(ctx context.Context, id string) (item, error) {
	f, err := d.Feature(ctx, d.record.ID, d.number, id)
	if err != nil {
		return nil, err
	}
	return &place{f}, nil
}

// place is a facility as an item.
type place struct{ facility.Feature }

func (p *place) id() string             { return p.ID }
func (p *place) geometry() orb.Geometry { return p.Geometry }
func (p *place) etag() string           { return p.ETag }

// properties are those that have a value; attributes stand beside the fixed
// ones, as tables and maps want them.
func (p *place) properties() []property {
	list := make([]property, 0, 8+len(p.Attributes))
	add := func(name, value string) {
		if value != "" {
			list = append(list, property{name, value})
		}
	}
	list = append(list, property{"name", p.Name}, property{"category", p.Category})
	add("address", p.Address)
	add("phone", p.Phone)
	add("opening_hours", p.OpeningHours)
	add("verified_at", stamp(p.VerifiedAt))
	fixed := len(list)
	for key, value := range p.Attributes {
		add(catalogue.AttributeName(key), value)
	}
	slices.SortFunc(list[fixed:], func(a, b property) int { return strings.Compare(a.name, b.name) })
	list = append(list, property{"version", p.Version})
	if c := p.Closure; c != nil {
		add("closed_from", stamp(c.From))
		add("closed_until", stamp(c.Until))
		add("closed_reason", c.Reason)
	}
	return list
}

// stamp is a time as answers write it, "" for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
