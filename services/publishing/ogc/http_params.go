package ogc

import (
	"context"
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"fujin/services/platform/kernel/errs"
	"fujin/services/publishing/catalogue"
	"fujin/services/publishing/ogc/cql2"
)

// Limits of a page of items.
const (
	defaultLimit = 100
	maxLimit     = 10_000
	maxOffset    = 100_000
	// maxSortedOffset is less: what is left out has to be put in order too.
	maxSortedOffset = 10_000
)

// itemParams are the parameters of items, besides the queryables.
func itemParams() []string {
	return []string{"limit", "bbox", "bbox-crs", "datetime", "crs", "sortby", "filter", "filter-lang", "filter-crs", "as_of", "cursor", "offset"}
}

// recordParams are those that records have besides.
func recordParams() []string { return []string{"q", "type", "ids", "externalIds"} }

// open finds a collection in the version that the request wants.
func (s *Service) open(ctx context.Context, r *request) (collection, error) {
	id := r.Param("id")
	if id == CatalogueID {
		if r.values["as_of"] != "" {
			return nil, invalid("as_of", "not_available", "is for datasets; the catalogue is as it is now")
		}
		return s.records(ctx, r.language)
	}
	record, err := s.Catalogue.Dataset(ctx, id)
	if err != nil {
		return nil, err
	}
	d := &dataset{record: record, number: record.Version, profiles: s.Profiles, Service: s.Facilities}
	if asOf := r.values["as_of"]; asOf != "" {
		if d.number, err = s.asOf(ctx, record, asOf); err != nil {
			return nil, err
		}
	}
	if text := r.values["cursor"]; text != "" {
		c, err := parseCursor(text)
		if err != nil || c.Version < 1 || c.Version > record.Version {
			return nil, invalid("cursor", "malformed", "is not one that this collection gave out; leave it out to start from the beginning")
		}
		d.number = c.Version
	}
	return d, nil
}

// asOf is the version that as_of names: by its number, or by a time at which it
// was in force.
func (s *Service) asOf(ctx context.Context, record catalogue.Record, text string) (int64, error) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		if n < 1 || n > record.Version {
			return 0, errs.New(errs.NotFound, "dataset %q has no version %d; the newest is %d", record.ID, n, record.Version).
				WithField("query.as_of", "not_found", "there is no such version")
		}
		return n, nil
	}
	// A plus sign that was not percent-encoded arrives as a blank.
	at, err := time.Parse(time.RFC3339, strings.Replace(text, " ", "+", 1))
	if err != nil {
		return 0, invalid("as_of", "malformed", "must be the number of a version, or a time such as 2026-11-21T08:00:00Z")
	}
	return s.Facilities.VersionAt(ctx, record.ID, at)
}

// query reads the parameters of items. What a collection's properties are is
// asked only if a parameter needs it.
func (r *request) query(ctx context.Context, c collection) (q *query, system crs, err error) {
	q = &query{limit: defaultLimit}
	for _, step := range []func() error{
		func() error { return r.limit(q) },
		func() (err error) { system, err = r.system("crs"); return err },
		func() error { return r.bbox(q) },
		func() error { return r.datetime(q) },
		func() error { return r.properties(ctx, q, c) },
		func() error { return r.filter(ctx, q, c) },
		func() error { return r.sortby(ctx, q, c) },
		func() error { return r.cursor(q) },
		func() error { return r.offset(q) },
	} {
		if err := step(); err != nil {
			return nil, system, err
		}
	}
	return q, system, nil
}

func (r *request) limit(q *query) error {
	text, given := r.values["limit"]
	if !given {
		return nil
	}
	n, err := strconv.Atoi(text)
	// One beyond all integers is above the maximum, too: Atoi gives the largest.
	if err != nil && !errors.Is(err, strconv.ErrRange) || n < 1 {
		return invalid("limit", "out_of_range", "must be a whole number from 1 to %d; more counts as %d", maxLimit, maxLimit)
	}
	q.limit = min(n, maxLimit)
	return nil
}

// system is the coordinate system that a parameter names, CRS84 unless given.
func (r *request) system(name string) (crs, error) {
	text := r.values[name]
	if text == "" {
		return systems()[0], nil
	}
	system, err := crsOf(text)
	if err != nil {
		return system, invalid(name, "not_one_of", "%v", err)
	}
	return system, nil
}

func (r *request) bbox(q *query) error {
	text, given := r.values["bbox"]
	system, err := r.system("bbox-crs")
	if err != nil || !given {
		return err
	}
	var n []float64
	for part := range strings.SplitSeq(text, ",") {
		f, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			return invalid("bbox", "not_a_number", "must be four or six numbers, separated by commas; %q is none", clip(part))
		}
		n = append(n, f)
	}
	if len(n) == 6 { // the third and sixth are heights, which facilities do not have
		n = []float64{n[0], n[1], n[3], n[4]}
	}
	if len(n) != 4 {
		return invalid("bbox", "malformed", "must be four or six numbers; there are %d", len(n))
	}
	low, err := system.read(orb.Point{n[0], n[1]})
	if err != nil {
		return invalid("bbox", "out_of_range", "%v", err)
	}
	high, err := system.read(orb.Point{n[2], n[3]})
	if err != nil {
		return invalid("bbox", "out_of_range", "%v", err)
	}
	if low[1] > high[1] {
		return invalid("bbox", "out_of_range", "south (%g) lies north of north (%g)", low[1], high[1])
	}
	q.box = &orb.Bound{Min: low, Max: high}
	return nil
}

// datetime reads an instant, or an interval with .. or nothing for an open end.
func (r *request) datetime(q *query) error {
	text, given := r.values["datetime"]
	if !given {
		return nil
	}
	q.timed = true
	text = strings.ToUpper(strings.ReplaceAll(text, " ", "+")) // T and Z may be small
	from, until, interval := strings.Cut(text, "/")
	if !interval {
		until = from
	}
	open := func(s string) bool { return interval && (s == "" || s == "..") }
	var err error
	if !open(from) {
		if q.from, _, err = instant(from); err != nil {
			return err
		}
	}
	if !open(until) {
		if _, q.until, err = instant(until); err != nil {
			return err
		}
	}
	if open(from) && open(until) && text != "../.." {
		return invalid("datetime", "malformed", "has neither a beginning nor an end")
	}
	if !q.from.IsZero() && !q.until.IsZero() && q.from.After(q.until) {
		return invalid("datetime", "out_of_range", "ends before it begins")
	}
	return nil
}

// instant is a time, or a day with its beginning and its end.
func instant(text string) (from, until time.Time, err error) {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, at, nil
	}
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return day, day.Add(24*time.Hour - time.Nanosecond), nil
	}
	return from, until, invalid("datetime", "not_a_time", "must be a time such as 2026-11-21T08:00:00Z or an interval such as 2026-01-01T00:00:00Z/.., not %q", clip(text))
}

// properties reads the parameters that are queryables.
func (r *request) properties(ctx context.Context, q *query, c collection) error {
	declared := itemParams()
	if _, records := c.(*recordList); records {
		declared = append(declared, recordParams()...)
	}
	if r.takes(declared...) == nil {
		return nil
	}
	schema, err := c.schema(ctx)
	if err != nil {
		return err
	}
	for name, is := range schema {
		value, given := r.values[name]
		if is == cql2.Geometry {
			continue
		}
		if given {
			q.equal = append(q.equal, property{name, value})
		}
		declared = append(declared, name)
	}
	return r.takes(declared...)
}

func (r *request) filter(ctx context.Context, q *query, c collection) error {
	text, given := r.values["filter"]
	language := r.values["filter-lang"]
	system, err := r.system("filter-crs")
	switch {
	case err != nil:
		return err
	case language != "" && language != "cql2-text" && language != "cql2-json":
		return invalid("filter-lang", "not_one_of", "must be cql2-text or cql2-json, not %q", clip(language))
	case !given:
		return nil
	}
	schema, err := c.schema(ctx)
	if err != nil {
		return err
	}
	opt := cql2.Options{Schema: schema, Position: system.read}
	if language == "cql2-json" || language == "" && strings.HasPrefix(strings.TrimSpace(text), "{") {
		q.filter, err = cql2.ParseJSON([]byte(text), opt)
	} else {
		q.filter, err = cql2.ParseText(text, opt)
	}
	if err != nil {
		return invalid("filter", "malformed", "%v", err)
	}
	return nil
}

func (r *request) sortby(ctx context.Context, q *query, c collection) error {
	text, given := r.values["sortby"]
	if !given {
		return nil
	}
	schema, err := c.schema(ctx)
	if err != nil {
		return err
	}
	for part := range strings.SplitSeq(text, ",") {
		key := sortKey{name: strings.TrimLeft(part, "+ ")} // a plus sign arrives as a blank
		if rest, ok := strings.CutPrefix(part, "-"); ok {
			key = sortKey{rest, true}
		}
		if is, known := schema[key.name]; !known || is == cql2.Geometry {
			return invalid("sortby", "not_one_of", "%q is not one of the collection's sortables", clip(key.name))
		}
		q.sort = append(q.sort, key)
	}
	if len(q.sort) > 5 {
		return invalid("sortby", "too_many", "takes at most 5 properties")
	}
	return nil
}

func (r *request) cursor(q *query) error {
	text, given := r.values["cursor"]
	if !given {
		return nil
	}
	c, err := parseCursor(text)
	if err != nil {
		return invalid("cursor", "malformed", "%v", err)
	}
	if len(c.Keys) != len(q.sort) {
		return invalid("cursor", "other_query", "belongs to a query with another sortby; follow the links as they are")
	}
	q.after = c
	return nil
}

// offset is of the first page alone; links to others hold a cursor instead.
func (r *request) offset(q *query) error {
	text, given := r.values["offset"]
	if !given {
		return nil
	}
	n, err := strconv.Atoi(text)
	most := maxOffset
	if len(q.sort) > 0 {
		most = maxSortedOffset
	}
	switch {
	case err != nil || n < 0 || n > most:
		return invalid("offset", "out_of_range", "must be a whole number from 0 to %d; next links have no such bound", most)
	case q.after != nil:
		return invalid("offset", "other_query", "cannot be used with cursor; follow the links as they are")
	}
	q.offset = n
	return nil
}
