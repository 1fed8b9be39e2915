package publishing

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/paulmach/orb"

	"fujin/datasets"
	"fujin/services/platform/kernel/errs"
)

func (s *Service) mountFindings(m mount) {
	wait := []int{http.StatusConflict}
	on(m, entry{method: http.MethodGet, path: "/{id}/uploads/{upload}/issues", id: "upload-issues", errors: wait,
		summary: "Every issue of an upload, in the order of its rows"}, s.getIssues)
	on(m, entry{method: http.MethodGet, path: "/{id}/uploads/{upload}/repairs", id: "upload-repairs", errors: wait,
		summary: "Every repair that is proposed or was made: what stands there, and what would", doc: "Of each code at most 10,000; the report counts all."}, s.getRepairs)
	on(m, entry{method: http.MethodGet, path: "/{id}/uploads/{upload}/preview", id: "upload-preview", errors: wait, answers: geoJSON(examplePreview),
		summary: "Places of an upload on a map, with the codes of their issues",
		doc:     "A GeoJSON FeatureCollection. If more places match than limit, they are spread evenly over the file; matched counts all. Rows that were left out have no place here."}, s.getPreview)
	on(m, entry{method: http.MethodGet, path: "/{id}/uploads/{upload}/diff", id: "upload-diff", errors: wait, slow: true, answers: ndJSON(exampleDelta),
		summary: "What publishing an upload would change, as JSON lines",
		doc:     "Against base_version: one object a line with op (added, changed, removed), the facility's id, the row of the file, and the feature before and after."}, s.getUploadDiff)
}

// lineCursor is the place in a file of lines at which a page begins.
func (p Page) line() (int64, error) {
	text, err := p.after()
	if err != nil || text == "" {
		return 0, err
	}
	at, err := strconv.ParseInt(text, 10, 64)
	if err != nil || at < 0 {
		return 0, errs.New(errs.Invalid, "").WithField("query.cursor", "malformed", "must be the next_cursor of the page before, unchanged")
	}
	return at, nil
}

// lineCursor makes the next page begin at a place in a file of lines; 0: there
// is none.
func lineCursor(at int64) string {
	if at == 0 {
		return ""
	}
	return cursor(strconv.FormatInt(at, 10))
}

// findingsInput selects findings of an upload.
type findingsInput struct {
	UploadPath
	Page
	Code string `query:"code" maxLength:"64" doc:"Only those of a code" example:"coordinate_damaged"`
}

type issuesOutput struct {
	Body struct {
		Issues     []issueLine `json:"issues"`
		NextCursor string      `json:"next_cursor,omitempty"`
	}
}

func (s *Service) getIssues(ctx context.Context, in *findingsInput) (*issuesOutput, error) {
	from, err := in.line()
	if err != nil {
		return nil, err
	}
	list, next, err := s.Issues(ctx, in.ID, in.Upload, in.Code, from, in.Limit)
	out := &issuesOutput{}
	out.Body.Issues, out.Body.NextCursor = list, lineCursor(next)
	return out, err
}

type repairsOutput struct {
	Body struct {
		Repairs    []datasets.Repair `json:"repairs"`
		NextCursor string            `json:"next_cursor,omitempty"`
	}
}

func (s *Service) getRepairs(ctx context.Context, in *findingsInput) (*repairsOutput, error) {
	from, err := in.line()
	if err != nil {
		return nil, err
	}
	list, next, err := s.Repairs(ctx, in.ID, in.Upload, in.Code, from, in.Limit)
	out := &repairsOutput{}
	out.Body.Repairs, out.Body.NextCursor = list, lineCursor(next)
	return out, err
}

// BBox is a bbox of the query.
type BBox struct {
	BBox string `query:"bbox" maxLength:"200" doc:"Only places that touch a box: west,south,east,north in degrees" example:"115.4,28.1,116.6,29.2"`
}

// bound reads it; nil without one.
func (b BBox) bound() (*orb.Bound, error) {
	if b.BBox == "" {
		return nil, nil
	}
	parts := strings.Split(b.BBox, ",")
	values := make([]float64, 0, 4)
	for _, part := range parts {
		if v, err := strconv.ParseFloat(strings.TrimSpace(part), 64); err == nil && v >= -180 && v <= 180 {
			values = append(values, v)
		}
	}
	if len(parts) != 4 || len(values) != 4 || values[1] > values[3] || values[1] < -90 || values[3] > 90 {
		return nil, errs.New(errs.Invalid, "").WithField("query.bbox", "malformed", "must be west,south,east,north in degrees, south not above north")
	}
	return &orb.Bound{Min: orb.Point{values[0], values[1]}, Max: orb.Point{values[2], values[3]}}, nil
}

type collectionOutput struct {
	ContentType string `header:"Content-Type"`
	Body        struct {
		Type       string            `json:"type" enum:"FeatureCollection"`
		Features   []json.RawMessage `json:"features" doc:"GeoJSON features"`
		Matched    int               `json:"matched,omitempty" doc:"Places that match, of which features may be a sample"`
		Version    int64             `json:"version,omitempty" doc:"Version that they are of"`
		NextCursor string            `json:"next_cursor,omitempty"`
	}
}

func newCollection() *collectionOutput {
	out := &collectionOutput{ContentType: "application/geo+json"}
	out.Body.Type, out.Body.Features = "FeatureCollection", []json.RawMessage{}
	return out
}

func (s *Service) getPreview(ctx context.Context, in *struct {
	UploadPath
	BBox
	Code  string `query:"code" maxLength:"64" doc:"Only places with an issue of a code" example:"position_swapped"`
	Limit int    `query:"limit" minimum:"1" maximum:"5000" default:"1000" doc:"Most places"`
}) (*collectionOutput, error) {
	within, err := in.bound()
	if err != nil {
		return nil, err
	}
	p, err := s.Preview(ctx, in.ID, in.Upload, within, in.Code, in.Limit)
	if err != nil {
		return nil, err
	}
	out := newCollection()
	out.Body.Matched = p.Matched
	for _, row := range p.Rows {
		more := map[string]any{"row": row.Number}
		if codes := p.Codes[row.Number]; len(codes) > 0 {
			more["issues"] = codes
		}
		out.Body.Features = append(out.Body.Features, featureOfRow("", row.Lon, row.Lat, row.Category, json.RawMessage("{"+row.Doc+"}"), more))
	}
	return out, nil
}

func (s *Service) getUploadDiff(ctx context.Context, in *UploadPath) (*huma.StreamResponse, error) {
	walk, err := s.Changes(ctx, in.ID, in.Upload)
	if err != nil {
		return nil, err
	}
	return jsonLines(func(write func(any) error) error {
		return walk(func(d Delta) error { return write(d) })
	}, s.log), nil
}
