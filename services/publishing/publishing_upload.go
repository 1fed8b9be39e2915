package publishing

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"fujin/datasets"
	"fujin/datasets/quality"
	"fujin/services/facility"
	"fujin/services/platform/kernel/errs"
)

// The states of an upload. Received and profiling pass by themselves; a server
// that dies meanwhile is replaced by another, or by its next start.
const (
	Received   = "received"          // waits for the gate
	Profiling  = "profiling"         // is in the gate
	Ready      = "ready"             // may be published
	Refused    = "refused"           // cannot be published; the reason says why
	Waiting    = "awaiting_approval" // a second person decides
	Published  = "published"
	Superseded = "superseded" // a later upload was published
	Deleted    = "deleted"
)

// Upload is a file that was brought to a dataset, and what became of it.
type Upload struct {
	ID, Dataset string
	State       string
	// Reason is why it was refused, in one sentence that says what to do.
	Reason datasets.Sentence
	// Name is the file's; Format what its sender says it is, "auto" or a format.
	Name, Format string
	Size         int64
	SHA256       string
	// By is the id of the key that brought it; SourceURL where it was fetched.
	By, SourceURL string
	// CRS, Mapping and Repairs say how it is read, over what the reader guesses.
	CRS     string
	Mapping map[string]string
	Repairs []string
	// Run counts its passages through the gate.
	Run int64
	// Base is the version in force that the gate compared it with.
	Base    int64
	Summary Summary
	// RequestedBy asked for publication with Note; DecidedBy said Decision.
	RequestedBy, Note, DecidedBy, Decision string
	// Version is the one it became.
	Version              int64
	CreatedAt, UpdatedAt time.Time
}

// Summary counts what the gate found, and what publishing would change.
type Summary struct {
	Read      int    `json:"read" doc:"Rows of the file" example:"1092"`
	Accepted  int    `json:"accepted" doc:"Rows that become facilities" example:"1079"`
	Rejected  int    `json:"rejected" doc:"Rows that are left out" example:"13"`
	Dropped   int    `json:"dropped" doc:"Rows that an accepted repair left out, such as duplicates" example:"0"`
	Warnings  int    `json:"warnings" doc:"Issues of accepted rows" example:"2"`
	Added     int64  `json:"added" doc:"Facilities that are not in the version in force" example:"1079"`
	Changed   int64  `json:"changed" doc:"Facilities that get another form" example:"0"`
	Removed   int64  `json:"removed" doc:"Facilities in force that the file lacks" example:"0"`
	Unchanged int64  `json:"unchanged" doc:"Facilities that stay as they are" example:"0"`
	Format    string `json:"format,omitempty" doc:"Format found" example:"csv"`
	Encoding  string `json:"encoding,omitempty" doc:"Character encoding found" example:"utf-8"`
	CRS       string `json:"crs,omitempty" doc:"Coordinate system found" example:"wgs84"`
}

// UploadEvent is the payload of TopicUpload.
type UploadEvent struct {
	Dataset string `json:"dataset"`
	Org     string `json:"org"`
	Upload  string `json:"upload"`
	State   string `json:"state"`
}

// Reading says how an upload is read; nil members leave it as it is.
type Reading struct {
	CRS     *string
	Mapping *map[string]string
	Repairs *[]string
}

// apply changes how an upload is read.
func (r Reading) apply(u *Upload) error {
	wrong := errs.New(errs.Invalid, "")
	refuse := func(field, code, format string, args ...any) {
		wrong = wrong.WithField("body."+field, code, format, args...)
	}
	if r.CRS != nil {
		if err := datasets.ValidateCRS(*r.CRS); err != nil {
			refuse("crs", "not_one_of", "%s", err)
		}
		u.CRS = *r.CRS
	}
	if r.Mapping != nil {
		checkMapping(*r.Mapping, refuse)
		u.Mapping = maps.Clone(*r.Mapping)
	}
	if r.Repairs != nil {
		checkRepairs(*r.Repairs, refuse)
		u.Repairs = slices.Compact(slices.Sorted(slices.Values(*r.Repairs)))
	}
	if len(wrong.Fields) > 0 {
		return wrong
	}
	return nil
}

// longestField bounds the names of fields and columns, in bytes.
const longestField = 1000

// checkMapping names what is wrong with a mapping of columns first.
func checkMapping(mapping map[string]string, refuse func(field, code, format string, args ...any)) {
	for _, field := range slices.Sorted(maps.Keys(mapping)) {
		column := mapping[field]
		switch {
		case strings.TrimSpace(field) == "" || strings.TrimSpace(column) == "":
			refuse("mapping", "empty", "gives each field the name of the column that holds it; leave out those it need not")
		case len(field) > longestField || len(column) > longestField:
			refuse("mapping", "too_long", "names of fields and columns have at most %d bytes", longestField)
		default:
			continue
		}
		return
	}
}

// checkRepairs names accepted repairs that do not exist: a slip would leave the
// file unrepaired, unseen.
func checkRepairs(codes []string, refuse func(field, code, format string, args ...any)) {
	for i, code := range codes {
		if !quality.IsRepair(code) {
			refuse(fmt.Sprintf("repairs[%d]", i), "not_one_of", "is not the code of a repair; the report of an upload proposes those that help")
		}
	}
}

// mayPublish tells why an upload cannot be published now; nil if it can.
func (u *Upload) mayPublish() error {
	refuse := func(code, format string, args ...any) error {
		return errs.New(errs.Conflict, format, args...).WithCode(code)
	}
	switch u.State {
	case Ready:
		return nil
	case Received, Profiling:
		return refuse("not_ready", "upload %s is still in the gate; publish it when its state is ready", u.ID)
	case Refused:
		return refuse("refused", "upload %s was refused: %s", u.ID, u.Reason.Message)
	case Waiting:
		return refuse("awaiting_approval", "upload %s waits for the approval of a second person", u.ID)
	case Published:
		return refuse("already_published", "upload %s is published already, as version %d", u.ID, u.Version)
	case Superseded:
		return refuse("superseded", "a later upload was published after upload %s; bring the file again if it is wanted after all", u.ID)
	}
	return noUpload(u.ID)
}

// order is what the gate is told; it lies beside the upload as a file.
type order struct {
	Upload   string            `json:"upload"`
	Name     string            `json:"name"`
	Format   string            `json:"format"`
	Category string            `json:"category"`
	CRS      string            `json:"crs"`
	Mapping  map[string]string `json:"mapping"`
	Repairs  []string          `json:"repairs"`
	Area     *Box              `json:"area"`
	Required []string          `json:"required"`
	Dataset  string            `json:"dataset"`
	// Index is where other datasets' places are found, and Recent those in the
	// area that it lacks.
	Index  facility.Snapshot `json:"index"`
	Recent []orb.Point       `json:"recent"`
}

// outcome is what the gate answers; the report is passed on as it is.
type outcome struct {
	Refused datasets.Sentence `json:"refusal"` // why the file as a whole cannot be used; empty if it can
	Summary Summary           `json:"summary"`
	Report  json.RawMessage   `json:"report,omitempty"`
}
