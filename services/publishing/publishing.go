// Package publishing is where agencies bring their data: a dataset with its
// metadata, uploads that pass a gate and become versions, edits of single
// features, approval by a second person, and files that are fetched by themselves.
//
// It keeps what an agency says and brings; what is published lies in the
// registry (services/facility), which alone writes versions. Uploads lie as
// files in the data folder, one folder each: several servers on one PostgreSQL
// database must share that folder, as any of them may be asked for any upload.
//
// The gate works in a child process of low priority (Profile is its inside), so
// that citizens' queries do not feel it. What it finds lies beside the upload
// and is published from there: what an agency has seen is what is published.
package publishing

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/paulmach/orb"

	"fujin/datasets"
	"fujin/geo/division"
	"fujin/services/facility"
	"fujin/services/platform/kernel/errs"
	"fujin/services/platform/org"
)

// The outbox topics of this package. Both name the dataset's organisation in
// their payload: only its subscribers may be told.
const (
	// TopicUpload tells of an upload's new state: ref is the upload, the payload
	// an UploadEvent.
	TopicUpload = "publishing.upload"
	// TopicHarvest tells how a harvest ended: ref is the dataset, the payload a
	// HarvestEvent.
	TopicHarvest = "publishing.harvest"
)

// Options steer the service.
type Options struct {
	Logger *slog.Logger
	// UploadMax is the largest upload in bytes; 0 means 2 GB.
	UploadMax int64
	// Profile passes the upload in a folder through the gate: the function
	// Profile unless set; a server has it done in a process of its own.
	Profile func(ctx context.Context, folder string) error
	// Busy is told when a file arrives, passes the gate or is published, and by
	// way of what it gives when that is over; nil = nobody is.
	Busy func() (end func())
	// Client fetches what is harvested; it must refuse private addresses.
	Client *http.Client
	// Access tells who acts in a request.
	Access *org.Service
	// PublicURL begins the addresses in answers.
	PublicURL string
}

// Dataset is a set of facilities that an agency publishes as a whole, with what
// it says of it.
type Dataset struct {
	ID string
	// Org is the owner; "" for a dataset that the command line published.
	Org                string
	Title, Description Text
	// Licence is an SPDX identifier or an address.
	Licence string
	Contact Contact
	// Area is where its facilities must lie; nil where that is not known.
	Area *Box
	// Division is the GB/T 2260 code of the administrative division it covers.
	Division string
	// Category is that of rows that name none.
	Category string
	// CRS and Mapping say how the next file is read; they are learnt from the last.
	CRS     string
	Mapping map[string]string
	// Required are fields and attributes that every row should have.
	Required        []string
	RequireApproval bool
	// Revision counts the edits of all that precedes.
	Revision int64
	// Version is the one in force, with its number of facilities; 0: a draft.
	Version, Facilities  int64
	CreatedAt, UpdatedAt time.Time
}

// Text is a text in several languages, by BCP 47 tag: "zh-Hans", "en".
type Text map[string]string

// Box is [west, south, east, north] in degrees, WGS-84.
type Box [4]float64

// bound is the box in the words of the geometry library.
func (b *Box) bound() *orb.Bound {
	return &orb.Bound{Min: orb.Point{b[0], b[1]}, Max: orb.Point{b[2], b[3]}}
}

// Contact is whom to ask about a dataset.
type Contact struct {
	Name  string `json:"name,omitempty" maxLength:"200" doc:"Person or office" example:"南昌市城市管理局"`
	Email string `json:"email,omitempty" maxLength:"200" doc:"Mail address" example:"data@nanchang.example"`
	URL   string `json:"url,omitempty" maxLength:"1000" doc:"Page" example:"https://nanchang.example/toilets"`
}

var (
	languageTag = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)
	spdx        = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.+-]{0,63}$`)
)

// Validate checks what an agency says of a dataset; the error names every field
// that is wrong.
func (d *Dataset) Validate() error {
	wrong := errs.New(errs.Invalid, "")
	refuse := func(field, code, format string, args ...any) {
		wrong = wrong.WithField("body."+field, code, format, args...)
	}
	if facility.ValidateDataset(d.ID) != nil {
		refuse("id", "malformed", "use 1 to 64 of a-z, 0-9, _ and -, beginning with a letter or digit")
	}
	if d.ID == "catalogue" { // the OGC API's collection of records
		refuse("id", "reserved", "is the id of the catalogue itself; choose another")
	}
	if len(d.Title) == 0 {
		refuse("title", "required", `needs a title in at least one language: {"zh-Hans":"南昌公共厕所","en":"Public toilets of Nanchang"}`)
	}
	d.Title.validate("title", 200, refuse)
	d.Description.validate("description", 10_000, refuse)
	if d.Licence != "" && !spdx.MatchString(d.Licence) && !isWeb(d.Licence) {
		refuse("licence", "malformed", "must be an SPDX identifier such as CC-BY-4.0, or the address of the licence's text")
	}
	if d.Contact.URL != "" && !isWeb(d.Contact.URL) {
		refuse("contact.url", "malformed", "must be an http or https address")
	}
	if _, err := mail.ParseAddress(d.Contact.Email); err != nil && d.Contact.Email != "" {
		refuse("contact.email", "malformed", "must be a mail address")
	}
	if a := d.Area; a != nil && !(a[0] >= -180 && a[2] <= 180 && a[1] >= -90 && a[3] <= 90 && a[0] < a[2] && a[1] < a[3]) {
		refuse("area", "out_of_range", "must be [west, south, east, north] in degrees, west less than east and south less than north")
	}
	if _, known := division.Lookup(d.Division); d.Division != "" && !known {
		refuse("division", "not_one_of", "is no GB/T 2260 code that is in use; search for it at /v1/search")
	}
	if d.Category != "" && facility.ValidateCategory(d.Category) != nil {
		refuse("category", "malformed", "use at most 64 of a-z, 0-9 and _, beginning with a letter")
	}
	if err := datasets.ValidateCRS(d.CRS); err != nil {
		refuse("crs", "not_one_of", "%s", err)
	}
	checkMapping(d.Mapping, refuse)
	for i, field := range d.Required {
		if strings.TrimSpace(field) == "" || len(field) > longestField {
			refuse(fmt.Sprintf("required[%d]", i), "malformed", "must be the name of a field or attribute, of at most %d bytes", longestField)
		}
	}
	if len(wrong.Fields) > 0 {
		return wrong
	}
	return nil
}

// validate checks a text's languages and their length in characters.
func (t Text) validate(field string, most int, refuse func(field, code, format string, args ...any)) {
	for _, tag := range slices.Sorted(maps.Keys(t)) {
		switch {
		case !languageTag.MatchString(tag):
			refuse(field+"."+tag, "malformed", "must be a language such as zh-Hans or en")
		case strings.TrimSpace(t[tag]) == "":
			refuse(field+"."+tag, "empty", "is there without a text; leave it out")
		case utf8.RuneCountInString(t[tag]) > most:
			refuse(field+"."+tag, "too_long", "must have at most %d characters", most)
		}
	}
}

// isWeb tells an http or https address with a host.
func isWeb(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Host != "" && u.User == nil && (u.Scheme == "http" || u.Scheme == "https")
}
