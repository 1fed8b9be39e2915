package publishing

import (
	"time"

	"fujin/services/platform/kernel/errs"
	"fujin/services/platform/outbound"
)

// How a run of a harvest ended.
const (
	RunUnderWay  = "under_way"
	RunPublished = "published"
	RunUnchanged = "unchanged"         // the file is the one that was published
	RunWaiting   = "awaiting_approval" // a second person decides
	RunRefused   = "refused"           // the gate, or a rule for files that nobody looks at, did not let it through
	RunFailed    = "failed"            // there was no file
)

// The shortest and longest time between two fetches of a file.
const (
	minEvery = 5 * time.Minute
	maxEvery = 30 * 24 * time.Hour
)

// harvester stands where a person's key would in what a harvest does.
const harvester = "harvest"

// Harvest is a file that is fetched again and again and published when it is
// good.
type Harvest struct {
	Dataset string
	URL     string
	Every   time.Duration
	// Repairs are those that are accepted every time.
	Repairs []string
	// By is the key that asked for it.
	By                string
	Condition         outbound.Condition
	SHA256            string
	NextAt, CreatedAt time.Time
}

// HarvestRun is one fetch and what came of it.
type HarvestRun struct {
	ID, Dataset string
	Outcome     string
	// Message says what happened and what to do.
	Message        string
	Upload         string
	Version        int64
	Bytes          int64
	Condition      outbound.Condition
	Began, EndedAt time.Time
}

// HarvestEvent is the payload of TopicHarvest.
type HarvestEvent struct {
	Dataset string `json:"dataset"`
	Org     string `json:"org"`
	Outcome string `json:"outcome"`
	Upload  string `json:"upload,omitempty"`
	Version int64  `json:"version,omitempty"`
}

// Validate names what is wrong with a harvest.
func (h *Harvest) Validate() error {
	wrong := errs.New(errs.Invalid, "")
	if !isWeb(h.URL) || len(h.URL) > 2000 {
		wrong = wrong.WithField("body.url", "malformed", "must be an http or https address of at most 2000 bytes, without a user name")
	}
	if h.Every < minEvery || h.Every > maxEvery {
		wrong = wrong.WithField("body.every", "out_of_range", "must be a duration from %s to %s, such as 24h or 90m", "5m", "720h")
	}
	checkRepairs(h.Repairs, func(field, code, format string, args ...any) {
		wrong = wrong.WithField("body."+field, code, format, args...)
	})
	if len(wrong.Fields) > 0 {
		return wrong
	}
	return nil
}
