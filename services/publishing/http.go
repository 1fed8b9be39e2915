package publishing

import (
	"context"
	"encoding/base64"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"fujin/services/platform/kernel/errs"
	"fujin/services/platform/org"
)

// Routes mounts the endpoints: typed handlers all but the upload, whose body
// goes to disk as it arrives.
func (s *Service) Routes(r gin.IRouter, a huma.API) {
	m := mount{api: a, identify: s.options.Access.IdentifyHuma(a)}
	s.mountDatasets(m)
	s.mountUploads(m)
	r.POST("/v1/datasets/:id/uploads", s.options.Access.Identify(), s.postUpload)
	a.OpenAPI().AddOperation(s.uploadOperation())
	s.mountFindings(m)
	s.mountVersions(m)
	s.mountFeatures(m)
	s.mountHarvest(m)
}

// mount registers operations.
type mount struct {
	api      huma.API
	identify func(huma.Context, func(huma.Context))
}

// entry is what differs between the operations of this package.
type entry struct {
	method, path string
	id, summary  string
	doc          string
	status       int   // of success; 200 unless set
	errors       []int // beyond 400 and 404
	public       bool  // needs no key
	slow         bool  // may take longer than others to answer
}

// on registers an operation; its path begins behind /v1/datasets.
func on[I, O any](m mount, e entry, do func(context.Context, *I) (*O, error)) {
	op := huma.Operation{
		OperationID: e.id, Method: e.method, Path: "/v1/datasets" + e.path, Tags: []string{"Publishing"}, Summary: e.summary,
		Description: e.doc, DefaultStatus: e.status, Errors: e.errors, Middlewares: huma.Middlewares{m.identify},
	}
	if !e.public {
		op.Security = org.Security()
		op.Errors = append([]int{http.StatusUnauthorized, http.StatusForbidden}, op.Errors...)
	}
	if e.slow {
		op.Middlewares = append(op.Middlewares, patient)
	}
	huma.Register(m.api, op, do)
}

// patient lets an answer take its time: a download, or a publication.
func patient(ctx huma.Context, next func(huma.Context)) {
	// Only a recorder in a test has no deadline to set.
	_ = http.NewResponseController(humagin.Unwrap(ctx).Writer).SetWriteDeadline(time.Time{})
	next(ctx)
}

// DatasetPath names a dataset.
type DatasetPath struct {
	ID string `path:"id" maxLength:"64" doc:"Id of the dataset" example:"nanchang-toilets"`
}

// UploadPath names an upload.
type UploadPath struct {
	DatasetPath
	Upload string `path:"upload" maxLength:"64" doc:"Id of the upload" example:"01m7xxpt4enq0bqct55e8a8v8x"`
}

// Guarded is the header of an edit.
type Guarded struct {
	IfMatch string `header:"If-Match" doc:"ETag of the form that was edited: required, so that nobody's edit undoes another unseen" example:"\"3\""`
}

// Repeatable is the header of a request that may be sent again.
type Repeatable struct {
	Key string `header:"Idempotency-Key" maxLength:"200" doc:"A name of the request, made up by the client: sent again with it, the request is not done twice" example:"3f0d6a1e-0c0b-4d64"`
}

// Page is the query of a list.
type Page struct {
	Cursor string `query:"cursor" maxLength:"400" doc:"next_cursor of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"Most entries of a page"`
}

// after is where the page begins: the last entry of the one before.
func (p Page) after() (string, error) {
	text, err := base64.RawURLEncoding.DecodeString(p.Cursor)
	if err != nil {
		return "", errs.New(errs.Invalid, "").WithField("query.cursor", "malformed", "must be the next_cursor of the page before, unchanged")
	}
	return string(text), nil
}

// cursor makes the next page begin behind an entry.
func cursor(last string) string { return base64.RawURLEncoding.EncodeToString([]byte(last)) }

// replayed is "true" on an answer that was given before, "" else.
func replayed(was bool) string {
	if was {
		return "true"
	}
	return ""
}

// empty is an answer without a body.
type empty struct{}
