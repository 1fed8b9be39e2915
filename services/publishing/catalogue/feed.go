package catalogue

import (
	"bytes"
	"cmp"
	"context"
	"encoding/xml"
	"fmt"
	"time"

	"fujin/services/facility"
)

// atomFeed is RFC 4287's feed, as far as it is used here.
type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Rights  string      `xml:"rights,omitempty"`
	Author  atomAuthor  `xml:"author"`
	Links   []atomLink  `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

type atomAuthor struct {
	Name string `xml:"name"`
}

type atomLink struct {
	Rel   string `xml:"rel,attr"`
	Href  string `xml:"href,attr"`
	Type  string `xml:"type,attr,omitempty"`
	Title string `xml:"title,attr,omitempty"`
}

type atomEntry struct {
	ID      string     `xml:"id"`
	Title   string     `xml:"title"`
	Updated string     `xml:"updated"`
	Author  atomAuthor `xml:"author"`
	Summary string     `xml:"summary"`
	Links   []atomLink `xml:"link"`
}

// feedLength is how many versions one page of a feed has.
const feedLength = 50

// feed lists the versions below before (0: from the newest), with a link to
// the page behind (RFC 5005).
func (s *Service) feed(ctx context.Context, r Record, before int64, language string) ([]byte, error) {
	versions, err := s.Facilities.Versions(ctx, r.ID, before, feedLength)
	if err != nil {
		return nil, err
	}
	self := s.data(r.ID) + "/feed.atom"
	name := cmp.Or(r.Contact.Name, r.Org, "Fujin 附近")
	f := atomFeed{ID: self, Title: r.Name(language), Updated: r.UpdatedAt.Format(time.RFC3339), Rights: r.Licence, Author: atomAuthor{name},
		Links: []atomLink{{"self", self, "application/atom+xml", ""}, {"alternate", s.page(r.ID), "text/html", ""}}}
	for _, v := range versions {
		f.Entries = append(f.Entries, s.entry(r, v, name))
	}
	if n := len(versions); n == feedLength && versions[n-1].Number > 1 {
		f.Links = append(f.Links, atomLink{"next", fmt.Sprintf("%s?before=%d", self, versions[n-1].Number), "application/atom+xml", ""})
	}
	var b bytes.Buffer
	b.WriteString(xml.Header)
	err = xml.NewEncoder(&b).Encode(f)
	return b.Bytes(), err
}

func (s *Service) entry(r Record, v facility.Version, name string) atomEntry {
	at := fmt.Sprintf("%s/versions/%d", s.data(r.ID), v.Number)
	e := atomEntry{ID: at, Title: fmt.Sprintf("%s · %d", r.Name("en"), v.Number), Updated: v.At.UTC().Format(time.RFC3339), Author: atomAuthor{cmp.Or(v.Org, name)},
		Summary: fmt.Sprintf("%d facilities: +%d ~%d −%d", v.Facilities, v.Added, v.Changed, v.Removed)}
	if v.Note != "" {
		e.Summary += ". " + v.Note
	}
	e.Links = []atomLink{{"alternate", at, "application/json", "The version"}, {"enclosure", at + "/download?format=geojson", "application/geo+json", "GeoJSON"}}
	if v.Number > 1 {
		e.Links = append(e.Links, atomLink{"related", fmt.Sprintf("%s/diff?from=%d&to=%d", s.data(r.ID), v.Number-1, v.Number), "application/jsonl", "What changed"})
	}
	return e
}
