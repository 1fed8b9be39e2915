package publishing

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"fujin/datasets"
	"fujin/services/facility"
	"fujin/services/platform/kernel/errs"
	"fujin/services/platform/org"
)

func (s *Service) mountVersions(m mount) {
	on(m, entry{method: http.MethodPost, path: "/{id}/versions", id: "publish", status: http.StatusCreated, slow: true, also: map[string]string{"202": "A second person decides; the upload waits"}, errors: []int{http.StatusConflict, http.StatusUnprocessableEntity},
		summary: "Publish an upload as the next version",
		doc: "All of it becomes visible at one moment, or nothing. If another version came into force since the upload was compared (base), the answer is 409, version_changed. " +
			"Where the dataset requires approval, the answer is 202: a reviewer decides at …/uploads/{upload}/approval."}, s.postVersion)
	on(m, entry{method: http.MethodGet, path: "/{id}/versions", id: "versions", public: true, summary: "Versions of a dataset, newest first"}, s.getVersions)
	on(m, entry{method: http.MethodGet, path: "/{id}/versions/{version}", id: "version", public: true, summary: "One version: who, when, why, from which file"}, s.getVersion)
	on(m, entry{method: http.MethodGet, path: "/{id}/versions/{version}/download", id: "download-version", public: true, slow: true, answers: writtenTypes(),
		summary: "All facilities of a version as a file"}, s.getDownload)
	on(m, entry{method: http.MethodGet, path: "/{id}/diff", id: "diff", public: true, slow: true, answers: ndJSON(exampleDelta),
		summary: "What changed between two versions, as JSON lines",
		doc:     "One object a line: op (added, changed, removed), id, for changed ones the names of the fields, and the feature before and after."}, s.getDiff)
	on(m, entry{method: http.MethodPost, path: "/{id}/rollback", id: "rollback", status: http.StatusCreated, slow: true, errors: []int{http.StatusConflict, http.StatusUnprocessableEntity},
		summary: "Go back to what an earlier version said", doc: "As a new version: nothing of what was published in between is lost. Needs no second person, as that state was approved once."}, s.postRollback)
}

// writtenTypes are the media types of downloads.
func writtenTypes() map[string]string {
	types := map[string]string{}
	for _, format := range datasets.WriteFormats() {
		types[format.MediaType] = ""
	}
	return types
}

// VersionView is a version as JSON.
type VersionView struct {
	Dataset    string    `json:"dataset" example:"nanchang-toilets"`
	Version    int64     `json:"version" example:"4"`
	At         time.Time `json:"at" doc:"When it came into force"`
	Kind       string    `json:"kind" enum:"import,upload,edit,rollback,harvest" doc:"How it came about"`
	By         string    `json:"by,omitempty" doc:"Key that published it; shown to its organisation"`
	Org        string    `json:"org,omitempty" doc:"Organisation" example:"nanchang"`
	Note       string    `json:"note,omitempty" doc:"Why" example:"November inventory"`
	Source     string    `json:"source,omitempty" doc:"Name of the file, or address it was fetched from; the latter is shown to its organisation"`
	SHA256     string    `json:"sha256,omitempty" doc:"Of the file, hexadecimal"`
	Upload     string    `json:"upload,omitempty" doc:"Upload that it was made of"`
	Of         int64     `json:"of,omitempty" doc:"Version that a rollback went back to" example:"2"`
	Facilities int64     `json:"facilities" doc:"Facilities in force" example:"412"`
	Added      int64     `json:"added" example:"3"`
	Changed    int64     `json:"changed" example:"11"`
	Removed    int64     `json:"removed" example:"1"`
}

func viewOfVersion(v facility.Version, own bool) VersionView {
	view := VersionView{Dataset: v.Dataset, Version: v.Number, At: v.At, Kind: v.Kind, Org: v.Org, Note: v.Note, SHA256: v.SHA256, Upload: v.Upload, Of: v.Of,
		Facilities: v.Facilities, Added: v.Added, Changed: v.Changed, Removed: v.Removed}
	if v.Kind != facility.KindHarvest || own {
		view.Source = v.Source
	}
	if own {
		view.By = v.By
	}
	return view
}

// VersionPath names a version of a dataset.
type VersionPath struct {
	DatasetPath
	Version int64 `path:"version" minimum:"1" doc:"Number of the version" example:"4"`
}

// publishedOutput is a version that was made, or an upload that waits for a
// second person.
type publishedOutput struct {
	Status   int
	Location string `header:"Location"`
	Replayed string `header:"Idempotent-Replayed"`
	Body     struct {
		*VersionView
		State     string `json:"state,omitempty" doc:"awaiting_approval while a second person decides"`
		Waiting   string `json:"awaiting,omitempty" doc:"Upload that waits"`
		StatusURL string `json:"status_url,omitempty" doc:"Where its state is told"`
	}
}

func (s *Service) postVersion(ctx context.Context, in *struct {
	DatasetPath
	Repeatable
	Body struct {
		Upload string `json:"upload" maxLength:"64" doc:"Upload that is ready" example:"01m7xxpt4enq0bqct55e8a8v8x"`
		Note   string `json:"note,omitempty" maxLength:"1000" doc:"Why, for those who read the list of versions" example:"November inventory"`
		Base   *int64 `json:"base,omitempty" minimum:"0" doc:"Version in force that you have in mind, 0 for none: if it is another by now, nothing is published. Left out: the one that the upload was compared with" example:"3"`
	}
}) (*publishedOutput, error) {
	u, again, err := once(ctx, s, in.ID+" versions", in.Key, in.Body, func(ctx context.Context) (string, error) {
		u, err := s.Publish(ctx, in.ID, in.Body.Upload, in.Body.Note, in.Body.Base)
		return u.ID, err
	}, func(ctx context.Context, id string) (Upload, error) { return s.Upload(ctx, in.ID, id) })
	if err != nil {
		return nil, err
	}
	if u.State == Published {
		return s.versionAnswer(ctx, in.ID, u.Version, again)
	}
	out := &publishedOutput{Status: http.StatusAccepted, Location: s.uploadURL(u), Replayed: replayed(again)}
	out.Body.State, out.Body.Waiting, out.Body.StatusURL = u.State, u.ID, s.options.PublicURL+s.uploadURL(u)
	return out, nil
}

// versionAnswer shows a version that was made.
func (s *Service) versionAnswer(ctx context.Context, dataset string, number int64, again bool) (*publishedOutput, error) {
	v, err := s.facilities.Version(ctx, dataset, number)
	if err != nil {
		return nil, err
	}
	out := &publishedOutput{Status: http.StatusCreated, Location: "/v1/datasets/" + dataset + "/versions/" + strconv.FormatInt(v.Number, 10), Replayed: replayed(again)}
	view := viewOfVersion(v, true)
	out.Body.VersionView = &view
	return out, nil
}

func (s *Service) postRollback(ctx context.Context, in *struct {
	DatasetPath
	Repeatable
	Body struct {
		To   int64  `json:"to" minimum:"1" doc:"Version to go back to" example:"3"`
		Note string `json:"note,omitempty" maxLength:"1000" doc:"Why" example:"the November file lacked Donghu"`
	}
}) (*publishedOutput, error) {
	number, again, err := once(ctx, s, in.ID+" rollback", in.Key, in.Body, func(ctx context.Context) (string, error) {
		pub, err := s.Rollback(ctx, in.ID, in.Body.To, in.Body.Note)
		return strconv.FormatInt(pub.Version, 10), err
	}, func(_ context.Context, number string) (int64, error) { return strconv.ParseInt(number, 10, 64) })
	if err != nil {
		return nil, err
	}
	return s.versionAnswer(ctx, in.ID, number, again)
}

type versionsOutput struct {
	Body struct {
		Versions   []VersionView `json:"versions"`
		NextCursor string        `json:"next_cursor,omitempty"`
	}
}

func (s *Service) getVersions(ctx context.Context, in *struct {
	DatasetPath
	Page
}) (*versionsOutput, error) {
	before, err := in.line()
	if err != nil {
		return nil, err
	}
	d, err := s.see(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := &versionsOutput{}
	out.Body.Versions = []VersionView{}
	if d.Version == 0 {
		return out, nil
	}
	list, err := s.facilities.Versions(ctx, in.ID, before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	own := org.Require(ctx, d.Org) == nil
	for i, v := range list {
		if i == in.Limit {
			out.Body.NextCursor = lineCursor(list[i-1].Number)
			break
		}
		out.Body.Versions = append(out.Body.Versions, viewOfVersion(v, own))
	}
	return out, nil
}

func (s *Service) getVersion(ctx context.Context, in *VersionPath) (*struct{ Body VersionView }, error) {
	d, err := s.published(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	v, err := s.facilities.Version(ctx, in.ID, in.Version)
	if err != nil {
		return nil, err
	}
	return &struct{ Body VersionView }{viewOfVersion(v, org.Require(ctx, d.Org) == nil)}, nil
}

func (s *Service) getDownload(ctx context.Context, in *struct {
	VersionPath
	Format string `query:"format" enum:"geojson,csv,geoparquet,flatgeobuf" default:"geojson" doc:"Form of the file"`
}) (*huma.StreamResponse, error) {
	if _, err := s.published(ctx, in.ID); err != nil {
		return nil, err
	}
	v, err := s.facilities.Version(ctx, in.ID, in.Version)
	if err != nil {
		return nil, err
	}
	format, err := datasets.FindWriteFormat(in.Format)
	if err != nil {
		return nil, errs.New(errs.Invalid, "").WithField("query.format", "not_one_of", "%s", err)
	}
	name := in.ID + "-" + strconv.FormatInt(v.Number, 10) + format.Extension
	return stream(http.Header{
		"Content-Type":        {format.MediaType},
		"Content-Disposition": {`attachment; filename="` + name + `"`},
	}, s.log, func(w io.Writer) error { return s.facilities.ExportVersion(ctx, in.ID, v.Number, in.Format, w) }), nil
}

// versionDelta is one change between two versions.
type versionDelta struct {
	Op     facility.Op  `json:"op"`
	ID     string       `json:"id"`
	Fields []string     `json:"fields,omitempty"`
	Before *FeatureView `json:"before,omitempty"`
	After  *FeatureView `json:"after,omitempty"`
}

func (s *Service) getDiff(ctx context.Context, in *struct {
	DatasetPath
	From int64 `query:"from" minimum:"1" required:"true" doc:"Version to compare from" example:"3"`
	To   int64 `query:"to" minimum:"1" required:"true" doc:"Version to compare to" example:"4"`
}) (*huma.StreamResponse, error) {
	if _, err := s.published(ctx, in.ID); err != nil {
		return nil, err
	}
	for _, number := range []int64{in.From, in.To} {
		if _, err := s.facilities.Version(ctx, in.ID, number); err != nil {
			return nil, err
		}
	}
	show := func(id string, p *datasets.Place) *FeatureView {
		if p == nil {
			return nil
		}
		view := featureOf(facility.Feature{Published: facility.Published{ID: id, Place: *p}})
		return &view
	}
	return jsonLines(func(write func(any) error) error {
		return s.facilities.Diff(ctx, in.ID, in.From, in.To, func(d facility.Delta) error {
			return write(versionDelta{d.Op, d.ID, slices.Clone(d.Fields), show(d.ID, d.Before), show(d.ID, d.After)})
		})
	}, s.log), nil
}
