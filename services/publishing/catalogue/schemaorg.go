package catalogue

import (
	"cmp"
	"encoding/json"
	"fmt"
	"html/template"
	"regexp"
	"slices"
	"strings"
	"time"

	"fujin/datasets"
	"fujin/geo"
	"fujin/services/facility"
)

// PlaceHead is what the page of a place tells search engines, ready to stand in
// the page's head: a description in the language that an Accept-Language header
// wants, the one address, and schema.org JSON-LD. The error is of kind NotFound
// if there is no such place.
func (s *Service) PlaceHead(id, accept string) (template.HTML, error) {
	p, err := s.Facilities.Find(id)
	if err != nil {
		return "", err
	}
	at := s.PublicURL + "/p/" + id
	document, err := json.Marshal(s.schemaPlace(p, at)) // which writes < as \u003c: no text ends the script
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<meta name="description" content="%s">`, template.HTMLEscapeString(joined(" · ", p.Name, datasets.CategoryName(p.Category, Language(accept)), p.Address, p.OpeningHours)))
	fmt.Fprintf(&b, `<link rel="canonical" href="%s">`, template.HTMLEscapeString(at))
	fmt.Fprintf(&b, `<script type="application/ld+json">%s</script>`, document)
	return template.HTML(b.String()), nil
}

func joined(separator string, parts ...string) string {
	kept := parts[:0]
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, separator)
}

// schemaPlace is a facility in schema.org's words.
func (s *Service) schemaPlace(p facility.Published, at string) node {
	center := geo.Centroid(p.Geometry)
	n := node{
		"@context": "https://schema.org", "@type": placeType(p.Category), "@id": at, "url": at, "identifier": p.ID,
		"geo": node{"@type": "GeoCoordinates", "latitude": center[1], "longitude": center[0]},
	}
	for key, value := range map[string]string{"name": p.Name, "address": p.Address, "telephone": p.Phone} {
		if value != "" {
			n[key] = value
		}
	}
	if spans := plainHours(p.OpeningHours); spans != nil {
		n["openingHours"] = spans
	}
	switch p.Attributes["fee"] {
	case "no":
		n["isAccessibleForFree"] = true
	case "yes":
		n["isAccessibleForFree"] = false
	}
	switch p.Attributes["access"] {
	case "yes", "permissive", "public":
		n["publicAccess"] = true
	case "private", "no", "customers":
		n["publicAccess"] = false
	}
	if w := p.Attributes["wheelchair"]; w != "" {
		n["amenityFeature"] = node{"@type": "LocationFeatureSpecification", "name": "wheelchair", "value": w}
	}
	n["subjectOf"] = node{"@type": "Dataset", "@id": s.page(p.Dataset), "url": s.page(p.Dataset), "name": p.Dataset}
	return n
}

// placeType is schema.org's type of a category.
func placeType(category string) string {
	switch category {
	case "toilet":
		return "PublicToilet"
	case "store":
		return "Store"
	case "library":
		return "Library"
	case "hospital":
		return "Hospital"
	case "pharmacy":
		return "Pharmacy"
	case "police":
		return "PoliceStation"
	case "post_office":
		return "PostOffice"
	case "parking":
		return "ParkingFacility"
	case "park":
		return "Park"
	}
	return "Place"
}

// plainSpan is a rule of opening hours that OpenStreetMap and schema.org write
// alike: days, and one span of hours. OpenStreetMap may leave out the days.
var plainSpan = regexp.MustCompile(`^((?:Mo|Tu|We|Th|Fr|Sa|Su)(?:[-,](?:Mo|Tu|We|Th|Fr|Sa|Su))* )?(\d\d:\d\d-\d\d:\d\d)$`)

// plainHours are opening hours in schema.org's form, nil where they say what
// that form cannot: of rules for the same day OpenStreetMap means the last,
// schema.org all.
func plainHours(text string) []string {
	if text == "24/7" {
		return []string{"Mo-Su 00:00-23:59"}
	}
	var spans []string
	named := map[string]bool{}
	for part := range strings.SplitSeq(text, ";") {
		rule := plainSpan.FindStringSubmatch(strings.TrimSpace(part))
		if rule == nil {
			return nil
		}
		days := cmp.Or(rule[1], "Mo-Su ")
		for _, day := range daysOf(strings.TrimSpace(days)) {
			if named[day] {
				return nil
			}
			named[day] = true
		}
		spans = append(spans, days+rule[2])
	}
	return spans
}

// daysOf lists the days of a text such as "Mo-We,Sa"; a range may go over Sunday.
func daysOf(text string) (days []string) {
	week := []string{"Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"}
	for part := range strings.SplitSeq(text, ",") {
		first, last, _ := strings.Cut(part, "-")
		i := slices.Index(week, first)
		for days = append(days, week[i]); last != "" && week[i] != last; days = append(days, week[i]) {
			i = (i + 1) % len(week)
		}
	}
	return days
}

// schemaDataset is a dataset in schema.org's words, for its page.
func (s *Service) schemaDataset(k known) node {
	n := node{
		"@context": "https://schema.org", "@type": "Dataset", "@id": s.page(k.ID), "url": s.page(k.ID), "identifier": k.ID, "name": k.Name("en"),
		"description": Text(k.descriptions(), "en"), "version": k.Version, "dateModified": k.UpdatedAt.UTC().Format(time.RFC3339),
		"isAccessibleForFree": true, "creator": node{"@type": "Organization", "name": s.publisher(k.Record)["foaf:name"]},
		"includedInDataCatalog": node{"@type": "DataCatalog", "name": "Fujin 附近", "url": s.PublicURL + "/datasets"},
	}
	if at := LicenceURL(k.Licence); at != "" {
		n["license"] = at
	}
	if b, ok := k.bbox(); ok {
		n["spatialCoverage"] = node{"@type": "Place", "geo": node{"@type": "GeoShape", "box": fmt.Sprintf("%v %v %v %v", b[1], b[0], b[3], b[2])}}
	}
	files := []any{}
	for _, f := range datasets.WriteFormats() {
		files = append(files, node{"@type": "DataDownload", "contentUrl": s.download(k.Record, f.Name), "encodingFormat": f.MediaType})
	}
	n["distribution"] = files
	return n
}
