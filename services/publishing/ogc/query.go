package ogc

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"sort"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"fujin/services/publishing/ogc/cql2"
)

// query is what is wanted of a collection.
type query struct {
	limit int
	// offset leaves out so many of the first page: for clients that know no
	// other way, as it costs what they leave out.
	offset int
	// box: items that meet it; nil: anywhere. One whose west exceeds its east
	// crosses the antimeridian.
	box *orb.Bound
	// from and until bound the instant; zero: open. timed: datetime was given.
	timed       bool
	from, until time.Time
	// equal are properties with the values they must have.
	equal []property
	// filter has to be true; nil: none.
	filter *cql2.Filter
	// match is a condition of the collection's own; nil: none.
	match func(candidate) bool
	sort  []sortKey
	after *cursor
}

// sortKey is a property to sort by.
type sortKey struct {
	name       string
	descending bool
}

// cursor is where a page ended. It holds nothing but what the answer held, and
// is opaque only so that nobody builds on its form.
type cursor struct {
	// Version is that of the first page, Matched its numberMatched.
	Version int64 `json:"v"`
	Matched int64 `json:"n"`
	// After is the last item's id; Keys are what it was sorted by.
	After string     `json:"a"`
	Keys  []keyValue `json:"k,omitempty"`
}

func (c cursor) String() string {
	b, err := json.Marshal(c)
	if err != nil { // there is nothing in it that fails
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func parseCursor(s string) (*cursor, error) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	c := new(cursor)
	if err == nil {
		err = json.Unmarshal(b, c)
	}
	if err != nil || c.After == "" || c.Version < 0 {
		return nil, errors.New("is not one that this service gave out; leave it out to start from the beginning")
	}
	return c, nil
}

// page is a part of what a query finds.
type page struct {
	items []item
	// matched counts all that the query finds.
	matched int64
	// next is where the next page begins; nil: this is the last.
	next *cursor
}

// bound is a box that all the query can find meets, for the index; nil: none.
// Of several one is taken, not what they have in common: an area may meet two
// boxes that lie apart.
func (q *query) bound() *orb.Bound {
	if q.box != nil {
		return q.box
	}
	if q.filter != nil {
		if b, bounded := q.filter.Bound(); bounded {
			return &b
		}
	}
	return nil
}

// selects tells whether the index alone cannot answer: what it hands over has
// to be looked at.
func (q *query) selects() bool {
	return q.timed || len(q.equal) > 0 || q.filter != nil || q.match != nil
}

// reads are the properties that the query looks at.
func (q *query) reads() (names []string) {
	for _, e := range q.equal {
		names = append(names, e.name)
	}
	for _, k := range q.sort {
		names = append(names, k.name)
	}
	if q.timed {
		names = append(names, "verified_at")
	}
	if q.filter != nil {
		names = append(names, q.filter.Properties()...)
	}
	return names
}

// scans tells whether the query may have to look at all of a collection.
func (q *query) scans() bool {
	return q.filter != nil || len(q.sort) > 0 || q.selects() && q.box == nil
}

// admits tells whether an item is wanted, apart from the bound.
func (q *query) admits(it candidate) bool {
	if q.timed {
		// What has no time matches all times, as the standard has it.
		if at := it.instant(); !at.IsZero() && (!q.from.IsZero() && at.Before(q.from) || !q.until.IsZero() && at.After(q.until)) {
			return false
		}
	}
	for _, e := range q.equal {
		if !equals(it.value(e.name), e.value.(string)) {
			return false
		}
	}
	return (q.match == nil || q.match(it)) && (q.filter == nil || q.filter.Match(it.value))
}

// equals compares a property with a parameter's text.
func equals(v cql2.Value, text string) bool {
	switch v.Type {
	case cql2.String:
		return v.Text == text
	case cql2.Timestamp:
		at, err := time.Parse(time.RFC3339, text)
		return err == nil && at.Equal(v.Time)
	case cql2.Number:
		var n float64
		return json.Unmarshal([]byte(text), &n) == nil && n == v.Number
	}
	return false
}

var errEnough = errors.New("no more items are wanted")

// run reads a page.
func (q *query) run(ctx context.Context, c collection) (page, error) {
	if len(q.sort) > 0 {
		return q.sorted(ctx, c)
	}
	p, after := page{matched: -1}, ""
	if q.after != nil {
		p.matched, after = q.after.Matched, q.after.After
	}
	if !q.selects() && p.matched < 0 {
		var err error
		if p.matched, err = c.count(ctx, q.bound()); err != nil {
			return page{}, err
		}
	}
	counting := p.matched < 0
	var chosen []candidate
	limit, found := 0, int64(0)
	if !q.selects() {
		limit = q.offset + q.limit + 1
	}
	err := c.each(ctx, walk{q.bound(), after, limit, q.reads()}, func(it candidate) error {
		if !q.admits(it) {
			return nil
		}
		switch found++; {
		case found <= int64(q.offset):
		case found <= int64(q.offset+q.limit)+1:
			chosen = append(chosen, it)
		case !counting:
			return errEnough
		}
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return page{}, err
	}
	if counting {
		p.matched = found
	}
	return q.fill(ctx, c, p, chosen)
}

// fill completes a page with what was chosen for it, less the one that only
// shows that there is a next page.
func (q *query) fill(ctx context.Context, c collection, p page, chosen []candidate) (page, error) {
	if len(chosen) > q.limit {
		chosen = chosen[:q.limit]
		last := chosen[len(chosen)-1]
		p.next = &cursor{Version: c.version(), Matched: p.matched, After: last.id(), Keys: q.keysOf(last)}
	}
	var err error
	p.items, err = c.load(ctx, chosen)
	return p, err
}

// sorted reads a page in another order than that of ids: it goes through all
// there is and keeps the first behind the cursor.
func (q *query) sorted(ctx context.Context, c collection) (page, error) {
	var p page
	type keyed struct {
		candidate
		keys []keyValue
	}
	var first []keyed
	less := func(a, b keyed) bool { return q.compare(a.keys, a.id(), b.keys, b.id()) < 0 }
	wanted := q.offset + q.limit + 1
	trim := func() {
		sort.Slice(first, func(i, j int) bool { return less(first[i], first[j]) })
		first = first[:min(len(first), wanted)]
	}
	err := c.each(ctx, walk{bound: q.bound(), reads: q.reads()}, func(it candidate) error {
		if !q.admits(it) {
			return nil
		}
		p.matched++
		k := keyed{it, q.keysOf(it)}
		if q.after != nil && q.compare(k.keys, k.id(), q.after.Keys, q.after.After) <= 0 {
			return nil
		}
		if first = append(first, k); len(first) >= 2*wanted {
			trim()
		}
		return nil
	})
	if err != nil {
		return page{}, err
	}
	trim()
	var chosen []candidate
	for _, k := range first[min(q.offset, len(first)):] {
		chosen = append(chosen, k.candidate)
	}
	return q.fill(ctx, c, p, chosen)
}

// keyValue is what an item is sorted by: a text, or a number.
type keyValue struct {
	Text   string  `json:"t,omitempty"`
	Number float64 `json:"n,omitempty"`
	// Null values come last, in either direction.
	Null bool `json:"x,omitempty"`
}

func (q *query) keysOf(it candidate) []keyValue {
	keys := make([]keyValue, len(q.sort))
	for i, k := range q.sort {
		switch v := it.value(k.name); v.Type {
		case cql2.String:
			keys[i].Text = v.Text
		case cql2.Number:
			keys[i].Number = v.Number
		case cql2.Timestamp:
			keys[i].Number = float64(v.Time.UnixMilli())
		default:
			keys[i].Null = true
		}
	}
	return keys
}

// compare orders by the keys, then by id.
func (q *query) compare(a []keyValue, idA string, b []keyValue, idB string) int {
	for i, k := range q.sort {
		if i >= len(a) || i >= len(b) {
			break
		}
		if order := a[i].compare(b[i], k.descending); order != 0 {
			return order
		}
	}
	return strings.Compare(idA, idB)
}

func (a keyValue) compare(b keyValue, descending bool) int {
	if a.Null || b.Null {
		switch {
		case a.Null && b.Null:
			return 0
		case a.Null:
			return 1
		}
		return -1
	}
	order := strings.Compare(a.Text, b.Text)
	if order == 0 && a.Number != b.Number {
		order = 1
		if a.Number < b.Number {
			order = -1
		}
	}
	if descending {
		return -order
	}
	return order
}
