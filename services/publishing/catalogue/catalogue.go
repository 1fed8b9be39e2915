// Package catalogue tells the world which datasets there are: as DCAT-AP
// JSON-LD, as Atom feeds of their versions, and on pages that people read. What
// it knows of a dataset, its Record and its Profile, also serves the OGC API.
package catalogue

import (
	"context"
	"net/url"
	"strings"
	"time"

	"fujin/services/facility"
	"fujin/services/platform/kernel/errs"
)

// Record is what is said of a published dataset.
type Record struct {
	ID string
	// Org owns the dataset; "" where it was published by the operator.
	Org string
	// Title and Description are texts by language ("zh-Hans", "en"); both may
	// be empty.
	Title, Description map[string]string
	// Licence is an SPDX identifier or an address; "" if nothing is said.
	Licence string
	Contact Contact
	// Area is [west, south, east, north] in degrees, WGS-84, as its agency
	// states it; nil: nothing is stated.
	Area *[4]float64
	// Category of its facilities; "" if they have several, or it is not stated.
	Category string
	// Version is the one in force, Facilities how many it has.
	Version, Facilities  int64
	CreatedAt, UpdatedAt time.Time
}

// Contact is whom to ask about a dataset. All of it may be empty.
type Contact struct{ Name, Email, URL string }

// Catalogue gives the records of what is published; drafts never.
type Catalogue interface {
	// Datasets lists them in the order of their ids.
	Datasets(ctx context.Context) ([]Record, error)
	// Dataset finds one; the error is of kind NotFound if it is not published.
	Dataset(ctx context.Context, id string) (Record, error)
}

// Text is a text in a language, else in another one that there is.
func Text(texts map[string]string, language string) string {
	for _, tag := range [...]string{language, "zh-Hans", "en"} {
		if t := texts[tag]; t != "" {
			return t
		}
	}
	best := "" // the first tag, so that the answer is the same each time
	for tag := range texts {
		if best == "" || tag < best {
			best = tag
		}
	}
	return texts[best]
}

// Name is the dataset's title in a language, its id if it has none.
func (r Record) Name(language string) string {
	if t := Text(r.Title, language); t != "" {
		return t
	}
	return r.ID
}

// Registry is a Catalogue of what the registry of facilities alone knows:
// there is no more where nobody wrote metadata.
type Registry struct{ Facilities *facility.Service }

// Datasets lists what is published.
func (c Registry) Datasets(ctx context.Context) ([]Record, error) {
	list, err := c.Facilities.Datasets(ctx)
	if err != nil {
		return nil, err
	}
	records := make([]Record, len(list))
	for i, d := range list {
		at := time.UnixMilli(d.UpdatedAt).UTC()
		records[i] = Record{ID: d.ID, Version: d.Version, Facilities: d.Facilities, CreatedAt: at, UpdatedAt: at}
	}
	return records, nil
}

// Dataset finds one that is published.
func (c Registry) Dataset(ctx context.Context, id string) (Record, error) {
	records, err := c.Datasets(ctx)
	if err != nil {
		return Record{}, err
	}
	for _, r := range records {
		if r.ID == id {
			return r, nil
		}
	}
	return Record{}, NotPublished(id)
}

// NotPublished says that there is no such dataset, or none that the public sees.
func NotPublished(id string) error {
	return errs.New(errs.NotFound, "there is no published dataset %q", id).WithField("path.id", "not_found", "no published dataset has this id")
}

// LicenceURL is the address of a licence's text: of an SPDX identifier the page
// that SPDX has on it; "" if no licence is stated.
func LicenceURL(licence string) string {
	switch {
	case licence == "":
		return ""
	case strings.HasPrefix(licence, "http://"), strings.HasPrefix(licence, "https://"):
		return licence
	}
	return "https://spdx.org/licenses/" + url.PathEscape(licence) + ".html"
}
