package facility

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"fujin/datasets"
)

// Delta is what became of one facility between two versions.
type Delta struct {
	Op Op
	ID string
	// Fields names what differs, of a changed facility: "name", "geometry",
	// "attributes.wheelchair", ….
	Fields []string
	// Before is nil for an added facility, After for a removed one.
	Before, After *datasets.Place
}

// MarshalJSON gives {"op","id","fields","before","after"}. Of a changed facility
// before and after hold only the fields that differ; what is not there is not
// stated.
func (d Delta) MarshalJSON() ([]byte, error) {
	pick := func(p *datasets.Place) map[string]any {
		if p == nil {
			return nil
		}
		members := membersOf(p)
		if d.Op == Changed {
			maps.DeleteFunc(members, func(name string, _ any) bool { return !slices.Contains(d.Fields, name) })
		}
		return members
	}
	return json.Marshal(struct {
		Op     Op             `json:"op"`
		ID     string         `json:"id"`
		Fields []string       `json:"fields,omitempty"`
		Before map[string]any `json:"before,omitempty"`
		After  map[string]any `json:"after,omitempty"`
	}{d.Op, d.ID, d.Fields, pick(d.Before), pick(d.After)})
}

// membersOf lists what is versioned of a place, without what is empty.
func membersOf(p *datasets.Place) map[string]any {
	members := map[string]any{"geometry": geojson.NewGeometry(p.Geometry)}
	for name, value := range map[string]string{
		"source_id": p.SourceID, "name": p.Name, "category": p.Category, "address": p.Address,
		"phone": p.Phone, "opening_hours": p.OpeningHours,
	} {
		if value != "" {
			members[name] = value
		}
	}
	for key, value := range p.Attributes {
		members["attributes."+key] = value
	}
	return members
}

// fieldsBetween names what differs between two forms, in the order of the alphabet.
func fieldsBetween(a, b *datasets.Place) []string {
	before, after := membersOf(a), membersOf(b)
	delete(before, "geometry")
	delete(after, "geometry")
	var fields []string
	for name := range before {
		if before[name] != after[name] {
			fields = append(fields, name)
		}
	}
	for name := range after {
		if _, both := before[name]; !both {
			fields = append(fields, name)
		}
	}
	if !orb.Equal(a.Geometry, b.Geometry) {
		fields = append(fields, "geometry")
	}
	slices.Sort(fields)
	return fields
}

// Diff hands over what differs between two versions of a dataset, in either
// direction: first what the later one has new or otherwise, then what it no
// longer has. From 0 is the empty dataset before the first version, to 0 the
// version in force. It reads page by page; versions do not change meanwhile.
func (s *Service) Diff(ctx context.Context, dataset string, from, to int64, yield func(Delta) error) error {
	d, err := findDataset(ctx, s.db.Reader(), dataset)
	if err != nil {
		return err
	}
	until, err := d.at(to)
	if err == nil {
		_, err = d.at(from)
	}
	if err != nil {
		return err
	}
	low, high := from, until.Version
	if low > high {
		low, high = high, low
		forward := yield
		yield = func(d Delta) error { return forward(d.reversed()) }
	}
	if err := s.walkBegun(ctx, dataset, low, high, yield); err != nil {
		return err
	}
	return s.walkGone(ctx, dataset, low, high, yield)
}

// reversed is the delta of the way back.
func (d Delta) reversed() Delta {
	d.Before, d.After = d.After, d.Before
	switch d.Op {
	case Added:
		d.Op = Removed
	case Removed:
		d.Op = Added
	}
	return d
}

// walkBegun visits what the higher version has new or otherwise.
func (s *Service) walkBegun(ctx context.Context, dataset string, low, high int64, yield func(Delta) error) error {
	at := firstAfter(low)
	for more := true; more; {
		page, err := s.page(ctx, high, begunBetween, dataset, low, high, at.version, at.id, walkPage)
		if err != nil {
			return err
		}
		before, err := s.formsOf(ctx, dataset, low, page)
		if err != nil {
			return err
		}
		for _, row := range page {
			at = place{row.Version, row.ID}
			delta, differs, err := deltaOf(before[row.ID], row)
			if err == nil && differs {
				err = yield(delta)
			}
			if err != nil {
				return err
			}
		}
		more = len(page) == walkPage
	}
	return nil
}

// walkGone visits what the lower version has and the higher has not.
func (s *Service) walkGone(ctx context.Context, dataset string, low, high int64, yield func(Delta) error) error {
	at := firstAfter(low)
	for more := true; more; {
		page, err := s.page(ctx, low, endedBetween, dataset, low, high, at.version, at.id, walkPage)
		if err != nil {
			return err
		}
		after, err := s.formsOf(ctx, dataset, high, page)
		if err != nil {
			return err
		}
		for _, row := range page {
			at = place{row.Ended, row.ID}
			if after[row.ID] != nil {
				continue
			}
			delta, _, err := deltaOf(row, nil)
			if err == nil {
				err = yield(delta)
			}
			if err != nil {
				return err
			}
		}
		more = len(page) == walkPage
	}
	return nil
}

// formsOf reads the forms that facilities have in a version, by id.
func (s *Service) formsOf(ctx context.Context, dataset string, version int64, page []*stored) (map[string]*stored, error) {
	ids := make([]string, len(page))
	for i, row := range page {
		ids[i] = row.ID
	}
	forms := make(map[string]*stored, len(page))
	return forms, eachOf(ctx, s.db.Reader(), dataset, version, ids, func(row *stored) error {
		kept := *row
		forms[row.ID] = &kept
		return nil
	})
}

// deltaOf compares two forms of a facility, of which one may be nil.
func deltaOf(before, after *stored) (d Delta, differs bool, err error) {
	if before != nil && after != nil && before.Digest == after.Digest && before.Key == after.Key {
		return d, false, nil
	}
	for _, side := range [...]struct {
		row   *stored
		place **datasets.Place
	}{{before, &d.Before}, {after, &d.After}} {
		if side.row == nil {
			continue
		}
		p, err := side.row.published()
		if err != nil {
			return d, false, err
		}
		p.VerifiedAt = time.Time{} // not versioned
		d.ID, *side.place = p.ID, &p.Place
	}
	switch {
	case before == nil:
		d.Op = Added
	case after == nil:
		d.Op = Removed
	default:
		d.Op, d.Fields = Changed, fieldsBetween(d.Before, d.After)
	}
	return d, true, nil
}
