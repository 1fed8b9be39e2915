package ogc_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"fujin/datasets"
	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/dbtest"
	"fujin/services/publishing/catalogue"
	"fujin/services/publishing/ogc/cql2"
)

// nasty are texts that look like the JSON in which places are kept, and that
// path languages would understand.
func nasty() []string {
	return []string{`,"address":"no"`, `"`, `\`, `\"name\":\"x\"`, `},"version":7`, "公\u2028厕", "a.b", "*", "?", "#", "@this", "a|b", "é", "{", "<b>&", ",\"attributes\":{\"fee\":\"yes\"}"}
}

// oddPlaces are places with and without each member, and attributes with keys
// that are names of members or look like paths.
func oddPlaces(n int) []datasets.Place {
	random := rand.New(rand.NewPCG(1, 2))
	pick := func(list []string) string { return list[random.IntN(len(list))] }
	texts := append([]string{"", "", "yes", "no", "7", "12.5"}, nasty()...)
	keys := append([]string{"fee", "wheelchair", "name", "attributes", "version", "category", "limit", "attribute:x"}, nasty()...)
	places := make([]datasets.Place, n)
	for i := range places {
		p := datasets.Place{Row: i + 1, SourceID: fmt.Sprint(i), Name: fmt.Sprintf("%s %d", pick(texts), i), Category: pick([]string{"toilet", "store"}),
			Geometry: orb.Point{115.8 + random.Float64()/10, 28.6 + random.Float64()/10}, Address: pick(texts), Phone: pick(texts), Attributes: map[string]string{}}
		if i%9 == 0 {
			w := p.Geometry.(orb.Point)
			p.Geometry = orb.LineString{w, {w[0] + 0.01, w[1] + 0.01}}
		}
		for range random.IntN(6) {
			if value := pick(texts); value != "" {
				p.Attributes[pick(keys)] = value
			}
		}
		if i%3 == 0 {
			p.VerifiedAt = noon.AddDate(0, 0, -i)
		}
		places[i] = p
	}
	return places
}

// valueOf is a place's property, as the collection publishes it.
func valueOf(p datasets.Place, name string) cql2.Value {
	switch name {
	case "name":
		return cql2.TextOf(p.Name)
	case "category":
		return cql2.TextOf(p.Category)
	case "address":
		return cql2.TextOf(p.Address)
	case "phone":
		return cql2.TextOf(p.Phone)
	case "geometry":
		return cql2.Value{Type: cql2.Geometry, Geometry: p.Geometry}
	case "verified_at":
		if p.VerifiedAt.IsZero() {
			return cql2.Value{}
		}
		return cql2.Value{Type: cql2.Timestamp, Time: p.VerifiedAt}
	}
	return cql2.TextOf(p.Attributes[strings.TrimPrefix(name, "attribute:")])
}

// TestFiltersEqualBruteForce: whatever way a filter is answered, from the index
// or from the rows, it finds what it is true for, one by one.
func TestFiltersEqualBruteForce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		s := serve(t, open())
		places := oddPlaces(700)
		s.publish("wc", places...)
		s.publish("wc", append(toilets(5), places[100:]...)...) // so that version 1 is a former one, which the index does not hold
		filters := []string{"fee = 'yes'", "NOT (fee = 'yes')", "fee IS NULL AND category = 'toilet'", "address IS NOT NULL", "address = phone", "wheelchair > 8",
			"name LIKE '%\"%' OR CASEI(phone) LIKE 'a%'", "category IN ('store') AND name NOT LIKE '7%'", "verified_at < DATE('2026-06-01')",
			"NOT S_INTERSECTS(geometry,BBOX(115.8,28.6,115.86,28.66))", "S_INTERSECTS(geometry,BBOX(115.8,28.6,115.86,28.66)) AND fee IS NOT NULL"}
		for _, key := range nasty() {
			property, err := json.Marshal(map[string]string{"property": catalogue.AttributeName(key)})
			if err != nil {
				t.Fatal(err)
			}
			filters = append(filters, fmt.Sprintf(`{"op":"not","args":[{"op":"isNull","args":[%s]}]}`, property),
				fmt.Sprintf(`{"op":"or","args":[{"op":"=","args":[%s,"no"]},{"op":"=","args":[{"property":"phone"},%[1]s]}]}`, property))
		}
		filters = append(filters, `"attribute:name" = 'yes'`, `"attribute:version" IS NOT NULL`, `"attributes" IS NOT NULL`, `"attribute:category" > 1`)
		schema := map[string]cql2.Type{"geometry": cql2.Geometry, "verified_at": cql2.Timestamp}
		for _, p := range places {
			for key := range p.Attributes {
				schema[catalogue.AttributeName(key)] = cql2.String
			}
		}
		for _, name := range []string{"name", "category", "address", "phone"} {
			schema[name] = cql2.String
		}
		some := 0
		for _, text := range filters {
			parse := cql2.ParseText
			if text[0] == '{' {
				parse = func(text string, opt cql2.Options) (*cql2.Filter, error) { return cql2.ParseJSON([]byte(text), opt) }
			}
			filter, err := parse(text, cql2.Options{Schema: schema})
			if err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			var want []string
			for _, p := range places {
				if filter.Match(func(name string) cql2.Value { return valueOf(p, name) }) {
					want = append(want, p.Name)
				}
			}
			if len(want) > 0 && len(want) < len(places) {
				some++
			}
			former := s.found(url.Values{"filter": {text}, "as_of": {"1"}})
			sorted := s.found(url.Values{"filter": {text}, "as_of": {"1"}, "sortby": {"-name"}})
			slices.Sort(want)
			if !slices.Equal(former, want) || !slices.Equal(sorted, want) {
				t.Errorf("%s: of a former version %d, sorted %d, want %d", text, len(former), len(sorted), len(want))
			}
			now := s.found(url.Values{"filter": {text}})
			again := s.found(url.Values{"filter": {text}, "sortby": {"address,-name"}})
			removed := map[string]bool{}
			for _, p := range places[:100] {
				removed[p.Name] = true
			}
			want = slices.DeleteFunc(want, func(name string) bool { return removed[name] })
			new := func(name string) bool { return strings.HasPrefix(name, "公厕") }
			if now = slices.DeleteFunc(now, new); !slices.Equal(now, want) {
				t.Errorf("%s: in force %d, want %d", text, len(now), len(want))
			}
			if again = slices.DeleteFunc(again, new); !slices.Equal(again, want) {
				t.Errorf("%s: in force and sorted %d, want %d", text, len(again), len(want))
			}
		}
		if some < 30 {
			t.Errorf("only %d of %d filters find some", some, len(filters))
		}
	})
}

// found are the names of all pages, in order of the alphabet; numberMatched must
// be their count.
func (s *site) found(query url.Values) []string {
	s.t.Helper()
	query.Set("limit", "97")
	names := []string{}
	for at := items + "?" + query.Encode(); at != ""; {
		a := s.ok(at)
		names = append(names, a.names()...)
		if at = a.link("next"); at == "" && a.doc["numberMatched"] != float64(len(names)) {
			s.t.Errorf("%v: %d features, numberMatched %v", query, len(names), a.doc["numberMatched"])
		}
	}
	slices.Sort(names)
	return names
}
