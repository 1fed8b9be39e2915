package publishing

import (
	"context"
	"encoding/base64"
	"encoding/json"
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
	status       int               // of success; 200 unless set
	errors       []int             // beyond 400 and 404
	public       bool              // needs no key
	slow         bool              // may take longer than others to answer
	also         map[string]string // further successes, by status
	// answers gives the media types of a success that is not plain JSON, each
	// with an example.
	answers map[string]string
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
	op.Responses = map[string]*huma.Response{}
	for status, text := range e.also {
		op.Responses[status] = &huma.Response{Description: text}
	}
	if e.slow {
		op.Middlewares = append(op.Middlewares, patient)
	}
	huma.Register(m.api, op, do)
	if e.answers != nil {
		e.describe(m.api.OpenAPI())
	}
}

// describe says in the document what a success looks like.
func (e entry) describe(doc *huma.OpenAPI) {
	item := doc.Paths["/v1/datasets"+e.path]
	success := map[string]*huma.Operation{http.MethodGet: item.Get, http.MethodPut: item.Put, http.MethodPatch: item.Patch}[e.method].Responses["200"]
	schema := &huma.Schema{Type: huma.TypeString, Format: "binary"}
	if success.Content["application/json"] != nil {
		schema = success.Content["application/json"].Schema
	}
	success.Content = map[string]*huma.MediaType{}
	for media, example := range e.answers {
		success.Content[media] = &huma.MediaType{Schema: schema}
		if json.Valid([]byte(example)) {
			success.Content[media].Example = json.RawMessage(example)
		} else if example != "" {
			success.Content[media].Example = example
		}
	}
}

// Examples of answers that are not plain JSON.
const (
	exampleFeature = `{"type":"Feature","id":"01m7xxpt4enq0bqct55e8a8v8x","geometry":{"type":"Point","coordinates":[115.8556836,28.6845871]},"properties":` +
		`{"name":"映山东路公共厕所","category":"toilet","address":"映山东路7号","opening_hours":"06:00-22:00","attributes":{"wheelchair":"yes"},"source_id":"TH-0173","version":3}}`
	exampleFeatures = `{"type":"FeatureCollection","features":[` + exampleFeature + `],"version":3,"next_cursor":"MyAwMW03eHhwdA"}`
	examplePreview  = `{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Point","coordinates":[115.8955,28.6829]},"properties":` +
		`{"name":"东湖公厕","category":"toilet","row":1,"issues":["hours_unparsed"],"attributes":{}}}],"matched":4}`
	exampleDelta = `{"op":"removed","id":"01m7xxpt4enq0bqct55e8a8v8x","before":` + exampleFeature + `}`
)

// geoJSON and ndJSON are the answers of routes that give features and changes.
func geoJSON(example string) map[string]string {
	return map[string]string{"application/geo+json": example}
}

func ndJSON(example string) map[string]string {
	return map[string]string{"application/x-ndjson": example + "\n"}
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
