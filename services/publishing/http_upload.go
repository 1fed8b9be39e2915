package publishing

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"fujin/datasets"
	"fujin/datasets/quality"
	"fujin/services/platform/kernel/errs"
	"fujin/services/platform/org"
)

func (s *Service) mountUploads(m mount) {
	on(m, entry{method: http.MethodGet, path: "/{id}/uploads", id: "uploads", summary: "Files that were brought to a dataset, newest first"}, s.getUploads)
	on(m, entry{method: http.MethodGet, path: "/{id}/uploads/{upload}", id: "upload", summary: "One upload: state, progress, report and what publishing would change",
		doc: "Ask again until state is ready or refused. The report names every kind of issue with the first rows that have it; …/issues lists them all."}, s.getUpload)
	on(m, entry{method: http.MethodPatch, path: "/{id}/uploads/{upload}", id: "reread-upload", status: http.StatusAccepted, errors: []int{http.StatusConflict},
		summary: "Read an upload in another way",
		doc:     "Changes the mapping of columns, the coordinate system or the accepted repairs; then the file passes the gate again. An empty object compares it with the version that is in force now."}, s.patchUpload)
	on(m, entry{method: http.MethodDelete, path: "/{id}/uploads/{upload}", id: "delete-upload", status: http.StatusNoContent, errors: []int{http.StatusConflict},
		summary: "Delete an upload with its file", doc: "What was published of it stays."}, s.deleteUpload)
	on(m, entry{method: http.MethodPost, path: "/{id}/uploads/{upload}/approval", id: "approve-upload", slow: true, errors: []int{http.StatusConflict},
		summary: "Approve or reject an upload that waits for a second person",
		doc:     "Takes a key with the role reviewer, other than those that brought the file and asked for its publication. To approve is to publish."}, s.postApproval)
}

// formatNames are the values of format.
func formatNames() []string {
	names := []string{"auto"}
	for _, f := range [...]datasets.Format{datasets.CSV, datasets.XLSX, datasets.GeoJSON, datasets.GeoJSONSeq, datasets.EsriJSON, datasets.KML, datasets.Shapefile,
		datasets.OSMPBF, datasets.OSMXML, datasets.Overpass, datasets.JSON, datasets.XML, datasets.GBFS} {
		names = append(names, string(f))
	}
	return names
}

// uploadOperation describes the one handler that is not typed.
func (s *Service) uploadOperation() *huma.Operation {
	formats := []any{}
	for _, name := range formatNames() {
		formats = append(formats, name)
	}
	text := &huma.Schema{Type: huma.TypeString}
	op := &huma.Operation{
		OperationID: "upload-file", Method: http.MethodPost, Path: "/v1/datasets/{id}/uploads", Tags: []string{"Publishing"}, Security: org.Security(),
		Summary: "Bring a file to a dataset", MaxBodyBytes: s.options.UploadMax,
		Description: "The body is the file itself, of whatever kind: curl --data-binary @FILE. It is written to disk as it arrives and passes the gate " +
			"afterwards; status_url tells how far that is. Nothing is published yet.",
		Parameters: []*huma.Param{
			{Name: "id", In: "path", Required: true, Description: "Id of the dataset", Schema: text, Example: "nanchang-toilets"},
			{Name: "format", In: "query", Description: "What the file is; auto finds out", Schema: &huma.Schema{Type: huma.TypeString, Enum: formats, Default: "auto"}},
			{Name: "name", In: "query", Description: "Name of the file, to show", Schema: text, Example: "toilets.csv"},
			{Name: "Idempotency-Key", In: "header", Description: "A name of the request, made up by the client: the same file sent again with it is not a second upload", Schema: text},
		},
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/octet-stream": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}},
		Responses: map[string]*huma.Response{"202": {Description: "The file is there; it passes the gate now",
			Content: map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{Type: huma.TypeObject},
				Example: json.RawMessage(`{"id":"01m7xxpt4enq0bqct55e8a8v8x","state":"received","status_url":"https://fujin.example/v1/datasets/nanchang-toilets/uploads/01m7xxpt4enq0bqct55e8a8v8x"}`)}}}},
	}
	for status, text := range map[string]string{"401": "No key", "403": "The key is no publisher's", "409": "The dataset has no owner", "413": "The file is too large", "507": "The disk is full"} {
		op.Responses[status] = &huma.Response{Description: text}
	}
	return op
}

// postUpload takes a file.
func (s *Service) postUpload(c *gin.Context) {
	if err := s.receive(c); err != nil {
		_ = c.Error(err)
	}
}

func (s *Service) receive(c *gin.Context) error {
	in, err := incoming(c.Request)
	if err != nil {
		return err
	}
	// A file of 2 GB takes an hour over a poor line. Only a recorder in a test has
	// no deadlines to set.
	patience := http.NewResponseController(c.Writer)
	_, _ = patience.SetReadDeadline(time.Time{}), patience.SetWriteDeadline(time.Time{})
	u, again, err := s.Receive(c.Request.Context(), c.Param("id"), in, c.Request.Body)
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return errs.New(errs.TooLarge, "the file is larger than %d bytes, the most this server takes; send it gzipped, or ask the operator for more (--upload-max)", tooLarge.Limit)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return errs.New(errs.Invalid, "the body broke off before its end; nothing of it was kept, send the file again").WithField("body", "incomplete", "broke off").Because(err)
	}
	if err != nil {
		return err
	}
	status := s.uploadURL(u)
	c.Header("Location", status)
	if again {
		c.Header("Idempotent-Replayed", "true")
	}
	c.JSON(http.StatusAccepted, gin.H{"id": u.ID, "state": u.State, "status_url": s.options.PublicURL + status})
	return nil
}

// uploadURL is the path of an upload.
func (s *Service) uploadURL(u Upload) string { return "/v1/datasets/" + u.Dataset + "/uploads/" + u.ID }

// incoming reads what a request says of its file.
func incoming(r *http.Request) (in Incoming, err error) {
	query := r.URL.Query()
	for name, values := range query {
		if (name != "format" && name != "name") || len(values) != 1 {
			return in, errs.New(errs.Invalid, "").WithField("query."+name, "unknown_parameter", "is not known here, or given twice; there are format and name")
		}
		if values[0] == "" {
			return in, errs.New(errs.Invalid, "").WithField("query."+name, "empty", "has no value; leave it out or give one")
		}
	}
	in = Incoming{Name: query.Get("name"), Format: query.Get("format"), RequestKey: r.Header.Get("Idempotency-Key")}
	if in.Format == "" {
		in.Format = "auto"
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case !slices.Contains(formatNames(), in.Format):
		return in, errs.New(errs.Invalid, "").WithField("query.format", "not_one_of", "must be one of %v", formatNames())
	case len(in.Name) > 255:
		return in, errs.New(errs.Invalid, "").WithField("query.name", "too_long", "must have at most 255 bytes")
	case strings.ContainsRune(in.Name, 0) || !utf8.ValidString(in.Name):
		return in, errs.New(errs.Invalid, "").WithField("query.name", "malformed", "must be UTF-8 without the character U+0000")
	case len(in.RequestKey) > 200:
		return in, errs.New(errs.Invalid, "").WithField("header.Idempotency-Key", "too_long", "must have at most 200 bytes")
	case kind == "multipart/form-data":
		return in, errs.New(errs.Invalid, "send the file itself as the body, not a form: curl --data-binary @FILE").
			WithField("header.Content-Type", "not_one_of", "must not be multipart/form-data")
	}
	return in, nil
}

// UploadView is an upload as JSON.
type UploadView struct {
	ID          string            `json:"id" example:"01m7xxpt4enq0bqct55e8a8v8x"`
	Dataset     string            `json:"dataset" example:"nanchang-toilets"`
	State       string            `json:"state" enum:"received,profiling,ready,refused,awaiting_approval,published,superseded" doc:"Where it stands"`
	Reason      string            `json:"reason,omitempty" doc:"Why it was refused, and what to do"`
	ReasonZH    string            `json:"reason_zh,omitempty" doc:"The same in Chinese"`
	Name        string            `json:"name,omitempty" example:"toilets.csv"`
	Size        int64             `json:"size" doc:"Bytes"`
	SHA256      string            `json:"sha256" doc:"Of the file, hexadecimal"`
	By          string            `json:"by" doc:"Key that brought it"`
	Source      string            `json:"source,omitempty" doc:"Address it was fetched from"`
	Format      string            `json:"format" doc:"What its sender said it is" example:"auto"`
	CRS         string            `json:"crs" doc:"Coordinate system in which it is read" example:"auto"`
	Mapping     map[string]string `json:"mapping" doc:"Column that holds each field, over what is guessed"`
	Repairs     []string          `json:"repairs" doc:"Repairs that are accepted" example:"[\"decimal_restored\"]"`
	Base        int64             `json:"base_version" doc:"Version in force that it was compared with" example:"3"`
	Summary     *Summary          `json:"summary,omitempty" doc:"What the gate found and what publishing would change"`
	RequestedBy string            `json:"requested_by,omitempty" doc:"Key that asked for its publication"`
	Note        string            `json:"note,omitempty" doc:"Why it is published"`
	DecidedBy   string            `json:"decided_by,omitempty" doc:"Key that approved or rejected it"`
	Decision    string            `json:"decision,omitempty" doc:"What that key's owner said of it"`
	Version     int64             `json:"version,omitempty" doc:"Version that it became" example:"4"`
	CreatedAt   time.Time         `json:"created_at"`
	UpdatedAt   time.Time         `json:"updated_at"`
	StatusURL   string            `json:"status_url"`
}

func (s *Service) viewOfUpload(u Upload) UploadView {
	v := UploadView{
		ID: u.ID, Dataset: u.Dataset, State: u.State, Reason: u.Reason.Message, ReasonZH: u.Reason.MessageZH, Name: u.Name, Size: u.Size, SHA256: u.SHA256, By: u.By, Source: u.SourceURL,
		Format: u.Format, CRS: u.CRS, Mapping: u.Mapping, Repairs: u.Repairs, Base: u.Base, RequestedBy: u.RequestedBy, Note: u.Note,
		DecidedBy: u.DecidedBy, Decision: u.Decision, Version: u.Version, CreatedAt: u.CreatedAt, UpdatedAt: u.UpdatedAt,
		StatusURL: s.options.PublicURL + s.uploadURL(u),
	}
	if v.Mapping == nil {
		v.Mapping = map[string]string{}
	}
	if v.Repairs == nil {
		v.Repairs = []string{}
	}
	if u.State != Received && u.State != Profiling {
		v.Summary = &u.Summary
	}
	return v
}

type uploadOutput struct {
	Replayed string `header:"Idempotent-Replayed"`
	Body     struct {
		UploadView
		Progress *quality.Progress `json:"progress,omitempty" doc:"How far the gate is"`
		Report   *quality.Report   `json:"report,omitempty" doc:"What the gate found, by column and by code"`
	}
}

type uploadsOutput struct {
	Body struct {
		Uploads    []UploadView `json:"uploads"`
		NextCursor string       `json:"next_cursor,omitempty"`
	}
}

func (s *Service) getUploads(ctx context.Context, in *struct {
	DatasetPath
	Page
}) (*uploadsOutput, error) {
	before, err := in.after()
	if err != nil {
		return nil, err
	}
	list, err := s.Uploads(ctx, in.ID, before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := &uploadsOutput{}
	out.Body.Uploads = []UploadView{}
	for i, u := range list {
		if i == in.Limit {
			out.Body.NextCursor = cursor(list[i-1].ID)
			break
		}
		out.Body.Uploads = append(out.Body.Uploads, s.viewOfUpload(u))
	}
	return out, nil
}

func (s *Service) getUpload(ctx context.Context, in *UploadPath) (*uploadOutput, error) {
	u, err := s.Upload(ctx, in.ID, in.Upload)
	if err != nil {
		return nil, err
	}
	return s.uploadAnswer(u)
}

// uploadAnswer shows an upload with its progress or report.
func (s *Service) uploadAnswer(u Upload) (*uploadOutput, error) {
	out := &uploadOutput{}
	out.Body.UploadView = s.viewOfUpload(u)
	var err error
	out.Body.Progress, out.Body.Report, err = s.findings(u)
	return out, err
}

func (s *Service) patchUpload(ctx context.Context, in *struct {
	UploadPath
	Body struct {
		CRS     *string            `json:"crs,omitempty" doc:"auto, wgs84, gcj02, bd09 or an EPSG code" example:"gcj02"`
		Mapping *map[string]string `json:"mapping,omitempty" doc:"Column that holds each field, over what is guessed" example:"{\"name\":\"名称\",\"lat\":\"纬度\"}"`
		Repairs *[]string          `json:"repairs,omitempty" maxItems:"100" doc:"Codes of the repairs that are accepted; the report proposes them" example:"[\"decimal_restored\"]"`
	}
}) (*uploadOutput, error) {
	u, err := s.Reread(ctx, in.ID, in.Upload, Reading{CRS: in.Body.CRS, Mapping: in.Body.Mapping, Repairs: in.Body.Repairs})
	if err != nil {
		return nil, err
	}
	return s.uploadAnswer(u)
}

func (s *Service) deleteUpload(ctx context.Context, in *UploadPath) (*empty, error) {
	return nil, s.Drop(ctx, in.ID, in.Upload)
}

func (s *Service) postApproval(ctx context.Context, in *struct {
	UploadPath
	Repeatable
	Body struct {
		Decision string `json:"decision" enum:"approve,reject"`
		Note     string `json:"note,omitempty" maxLength:"1000" doc:"Why" example:"compared with the list of the district offices"`
	}
}) (*uploadOutput, error) {
	u, again, err := once(ctx, s, in.ID+" approval "+in.Upload, in.Key, in.Body, func(ctx context.Context) (string, error) {
		u, err := s.Decide(ctx, in.ID, in.Upload, in.Body.Decision == "approve", in.Body.Note)
		return u.ID, err
	}, func(ctx context.Context, id string) (Upload, error) { return s.Upload(ctx, in.ID, id) })
	if err != nil {
		return nil, err
	}
	out, err := s.uploadAnswer(u)
	out.Replayed = replayed(again)
	return out, err
}
