package facility

import (
	"context"
	"time"

	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/errs"
)

// The kinds of Provenance: how a version came about.
const (
	KindImport   = "import"
	KindUpload   = "upload"
	KindEdit     = "edit"
	KindRollback = "rollback"
	KindHarvest  = "harvest"
)

// Provenance says who made a version, why and from what. All but Kind may be
// empty; what is empty is left out of JSON.
type Provenance struct {
	// Kind is one of the constants; the methods that allow a single one set it.
	Kind string `json:"kind"`
	By   string `json:"by,omitempty"`
	Org  string `json:"org,omitempty"`
	Note string `json:"note,omitempty"`
	// Source names the file or address, SHA256 its bytes (hexadecimal), Upload
	// the upload.
	Source string `json:"source,omitempty"`
	SHA256 string `json:"sha256,omitempty"`
	Upload string `json:"upload,omitempty"`
	// Of is the version that a rollback went back to.
	Of int64 `json:"of,omitempty"`
	// Base, unless 0, is the version that must be in force: what was prepared
	// for it is refused (409, version_changed) if another one has come since.
	Base int64 `json:"-"`
	// Along, if set, is done in the transaction that puts the version in force.
	Along Companion `json:"-"`
}

// Companion is a change that must commit together with a publication: the record
// of what was published, say. An error prevents the publication. As any closure
// of a transaction it may run again.
type Companion interface {
	Publish(ctx context.Context, tx *kernel.Tx, pub Publication) error
}

// orKind is p with a kind, if it has none.
func (p Provenance) orKind(kind string) Provenance {
	if p.Kind == "" {
		p.Kind = kind
	}
	return p
}

// meets refuses what was made for another version than the one in force.
func (p Provenance) meets(dataset string, inForce int64) error {
	if p.Base == 0 || p.Base == inForce {
		return nil
	}
	return errs.New(errs.Conflict, "this was prepared for version %d of dataset %q, but version %d is in force by now; look at it again and repeat",
		p.Base, dataset, inForce).WithCode("version_changed")
}

// Version is a published state of a dataset. It never changes.
type Version struct {
	Dataset string    `json:"dataset"`
	Number  int64     `json:"version"`
	At      time.Time `json:"at"`
	Provenance
	// Facilities is how many the version has; the others count what it changed
	// against the one before.
	Facilities int64 `json:"facilities"`
	Added      int64 `json:"added"`
	Changed    int64 `json:"changed"`
	Removed    int64 `json:"removed"`
}

// Versions lists up to limit versions of a dataset, the newest first, of those
// with a number below before (0 = from the newest).
func (s *Service) Versions(ctx context.Context, dataset string, before int64, limit int) (list []Version, err error) {
	err = s.db.Read(ctx, func(q kernel.Queryer) error {
		d, err := findDataset(ctx, q, dataset)
		if err != nil {
			return err
		}
		if before <= 0 {
			before = d.Version + 1
		}
		list, err = listVersions(ctx, q, dataset, before, limit)
		return err
	})
	return list, err
}

// Version finds one version; 0 is the one in force.
func (s *Service) Version(ctx context.Context, dataset string, number int64) (v Version, err error) {
	err = s.db.Read(ctx, func(q kernel.Queryer) error {
		d, err := findDataset(ctx, q, dataset)
		if err == nil {
			d, err = d.at(number)
		}
		if err != nil {
			return err
		}
		list, err := listVersions(ctx, q, dataset, d.Version+1, 1)
		if err == nil && len(list) == 1 {
			v = list[0]
		}
		return err
	})
	return v, err
}

// VersionAt is the number of the version that was in force at a time.
func (s *Service) VersionAt(ctx context.Context, dataset string, at time.Time) (number int64, err error) {
	err = s.db.Read(ctx, func(q kernel.Queryer) error {
		if _, err := findDataset(ctx, q, dataset); err != nil {
			return err
		}
		if number, err = versionAt(ctx, q, dataset, at.UnixMilli()); err == nil && number == 0 {
			return errs.New(errs.NotFound, "dataset %q had no version at %s", dataset, at.UTC().Format(time.RFC3339))
		}
		return err
	})
	return number, err
}

// at is the dataset with another version for its own; 0 leaves the one in
// force. There is none above that, whatever is in preparation.
func (d Dataset) at(number int64) (Dataset, error) {
	if number < 0 || number > d.Version {
		return d, errs.New(errs.NotFound, "dataset %q has no version %d; the newest is %d", d.ID, number, d.Version)
	}
	if number > 0 {
		d.Version = number
	}
	return d, nil
}
