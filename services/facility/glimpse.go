package facility

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"time"

	"github.com/paulmach/orb"
	"github.com/tidwall/gjson"

	"fujin/geo/index"
	"fujin/services/platform/kernel/errs"
)

// Glimpse is a facility of which single members are read, for those who look at
// many and keep few: nothing is decoded but what is asked for. It is not for
// concurrent use.
type Glimpse struct {
	body    []byte    // the members as JSON, without braces
	split   int       // where the attributes begin in body; 0 until that is known
	row     *stored   // nil: it is of the index
	ref     index.Ref // holds the memory that body lies in
	inForce bool
}

// ID is the facility's id.
func (g *Glimpse) ID() string {
	if g.row == nil {
		return g.ref.ID()
	}
	return g.row.ID
}

// Category is the facility's category.
func (g *Glimpse) Category() string {
	if g.row == nil {
		return g.ref.Category()
	}
	return g.row.Category
}

// Name is the facility's name; like the other texts it is "" where there is none.
func (g *Glimpse) Name() string { return g.member(`"name":`) }

// Address is the address as it was given.
func (g *Glimpse) Address() string { return g.member(`,"address":`) }

// Phone is the telephone number as it was given.
func (g *Glimpse) Phone() string { return g.member(`,"phone":`) }

// OpeningHours are the opening hours as they were given.
func (g *Glimpse) OpeningHours() string { return g.member(`,"opening_hours":`) }

// Attribute is an attribute by its key, "" where there is none.
func (g *Glimpse) Attribute(key string) string {
	defer runtime.KeepAlive(g)
	return gjson.GetBytes(g.body[g.attributes():], gjson.Escape(key)).Str
}

// attributesMark precedes the attributes. As quotes in JSON's strings stand
// behind a backslash, no text can hold it, nor the marks of members.
const attributesMark = `,"attributes":`

func (g *Glimpse) attributes() int {
	if g.split == 0 {
		g.split = bytes.Index(g.body, []byte(attributesMark)) + len(attributesMark)
	}
	return g.split
}

func (g *Glimpse) member(mark string) string {
	defer runtime.KeepAlive(g)
	head := g.body[:g.attributes()]
	at := bytes.Index(head, []byte(mark))
	if at < 0 {
		return ""
	}
	return gjson.ParseBytes(head[at+len(mark):]).Str
}

// Version is the one in which the facility took its form. As what follows, a
// glimpse of the index does not have it.
func (g *Glimpse) Version() int64 { return g.row.Version }

// VerifiedAt is when the facility was last verified, in UTC; zero if never.
func (g *Glimpse) VerifiedAt() time.Time {
	if g.row.VerifiedAt == 0 {
		return time.Time{}
	}
	return time.UnixMilli(g.row.VerifiedAt).UTC()
}

// Closure is set for a facility in force that is shut for a time.
func (g *Glimpse) Closure() *Closure {
	if !g.inForce {
		return nil
	}
	return g.row.Closure
}

// Geometry is the facility's geometry; an error says that what is stored is none.
func (g *Glimpse) Geometry() (orb.Geometry, error) { return g.row.geometry() }

// glimpsesAtOnce bounds what is held of a region of the index at one time.
const glimpsesAtOnce = 200_000

// Glimpse is Features for those who look at many and keep few. With texts, only
// ids, categories, texts and attributes will be asked of what is handed over:
// these are read from the index if it holds the version.
func (s *Service) Glimpse(ctx context.Context, dataset string, query FeatureQuery, texts bool, yield func(*Glimpse) error) error {
	if texts && query.Limit == 0 {
		d, _, err := s.versionIn(ctx, dataset, query.Version)
		if err != nil {
			return err
		}
		if view := s.viewOf(dataset, d.Version); view != nil {
			return glimpseIndex(ctx, view, dataset, query, yield)
		}
	}
	return s.rows(ctx, dataset, query, func(row *stored, inForce bool) error {
		return yield(&Glimpse{body: []byte(row.Doc), row: row, inForce: inForce})
	})
}

func glimpseIndex(ctx context.Context, view *index.View, dataset string, query FeatureQuery, yield func(*Glimpse) error) error {
	region := index.Within{Bounds: []orb.Bound{{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}}}, Filter: index.Filter{Datasets: []string{dataset}},
		After: query.After, Limit: glimpsesAtOnce}
	if query.Bound != nil {
		region.Bounds = boxesOf(*query.Bound)
	}
	for {
		hits, err := view.Within(region, nil)
		if err != nil {
			return err
		}
		for i, hit := range hits {
			if i%1024 == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			if err := yield(&Glimpse{body: hit.Ref.Body(), ref: hit.Ref}); err != nil {
				return err
			}
		}
		if len(hits) < glimpsesAtOnce {
			return nil
		}
		region.After = hits[len(hits)-1].Ref.ID()
	}
}

// Load decodes what was glimpsed of a version, in the same order.
func (s *Service) Load(ctx context.Context, dataset string, version int64, glimpses []*Glimpse) ([]Feature, error) {
	rows := make(map[string]*stored, len(glimpses)) // of those that are of the index
	var ids []string
	for _, g := range glimpses {
		if g.row == nil {
			ids = append(ids, g.ref.ID())
		}
	}
	d, newest, err := s.versionIn(ctx, dataset, version)
	if err == nil {
		err = eachOf(ctx, s.db.Reader(), dataset, d.Version, ids, func(row *stored) error {
			kept := *row
			rows[row.ID] = &kept
			return nil
		})
	}
	if err != nil {
		return nil, err
	}
	features := make([]Feature, len(glimpses))
	for i, g := range glimpses {
		row := g.row
		if row == nil {
			row = rows[g.ref.ID()]
		}
		if row == nil {
			return nil, errs.New(errs.NotFound, "version %d of dataset %q has no facility %q", d.Version, dataset, clip(g.ID()))
		}
		if features[i], err = row.feature(d.Version == newest); err != nil {
			return nil, err
		}
	}
	return features, nil
}

// rows hands over the rows of a version in the order of their ids, and whether
// the version is in force.
func (s *Service) rows(ctx context.Context, dataset string, query FeatureQuery, yield func(row *stored, inForce bool) error) error {
	d, newest, err := s.versionIn(ctx, dataset, query.Version)
	if err != nil {
		return err
	}
	left := query.Limit
	visit := func(row *stored) error {
		if query.Bound != nil && !row.touches(*query.Bound) {
			return nil
		}
		err := yield(row, d.Version == newest)
		if left--; err == nil && left == 0 {
			return errEnough
		}
		return err
	}
	if query.Bound == nil {
		err = s.walk(ctx, dataset, d.Version, query.After, query.Limit, visit)
	} else if view := s.viewOf(dataset, d.Version); view != nil {
		err = s.walkHits(ctx, view, d, query, visit)
	} else {
		err = s.walkBox(ctx, d, *query.Bound, query.After, query.Limit, visit)
	}
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}
