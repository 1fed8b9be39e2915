package catalogue

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"fujin/services/platform/kernel/errs"
)

// Routes mounts the catalogue: documents for programs, pages for people.
func (s *Service) Routes(r gin.IRouter, a huma.API) {
	for _, route := range []struct {
		path, id, summary, mediaType string
		handler                      func(*gin.Context) error
	}{
		{"/catalogue.jsonld", "catalogue", "The catalogue of datasets as DCAT-AP 3 JSON-LD", "application/ld+json", s.getCatalogue},
		{"/v1/datasets/{id}/dcat", "dataset-dcat", "A dataset as DCAT-AP 3 JSON-LD", "application/ld+json", s.getDCAT},
		{"/v1/datasets/{id}/feed.atom", "dataset-feed", "The versions of a dataset as an Atom feed", "application/atom+xml", s.getFeed},
	} {
		r.GET(ginPath(route.path), plain(route.handler))
		op := &huma.Operation{OperationID: route.id, Method: http.MethodGet, Path: route.path, Summary: route.summary, Tags: []string{"Catalogue"},
			Responses: map[string]*huma.Response{"200": {Description: "The document", Content: map[string]*huma.MediaType{route.mediaType: {Schema: &huma.Schema{Type: "object"}}}}}}
		if ginPath(route.path) != route.path {
			op.Parameters = []*huma.Param{{Name: "id", In: "path", Required: true, Schema: &huma.Schema{Type: "string"}, Description: "Dataset"}}
		}
		if route.id == "dataset-feed" {
			op.Parameters = append(op.Parameters, &huma.Param{Name: "before", In: "query", Schema: &huma.Schema{Type: "integer"}, Description: "Only versions below this one; next links hold it"})
		}
		a.OpenAPI().AddOperation(op)
	}
	r.GET("/datasets", plain(s.getList))
	r.GET("/datasets/:id", plain(s.getPage))
}

// ginPath turns {id} into :id.
func ginPath(path string) string { return strings.NewReplacer("{", ":", "}", "").Replace(path) }

// plain runs a handler; what goes wrong becomes a problem document at the gate.
func plain(fn func(*gin.Context) error) gin.HandlerFunc {
	return func(c *gin.Context) {
		if err := fn(c); err != nil {
			_ = c.Error(err)
		}
	}
}

// takes refuses parameters that are not known.
func takes(c *gin.Context, known ...string) error {
	for name, values := range c.Request.URL.Query() {
		if !slices.Contains(known, name) {
			return errs.New(errs.Invalid, "there is no parameter %q here", name).WithField("query."+name, "unknown_parameter", "is not known here")
		}
		if len(values) > 1 {
			return errs.New(errs.Invalid, "%s is given more than once", name).WithField("query."+name, "repeated", "is given more than once")
		}
	}
	return nil
}

func (s *Service) getCatalogue(c *gin.Context) error {
	if err := takes(c); err != nil {
		return err
	}
	document, err := s.dcatCatalogue(c.Request.Context())
	if err != nil {
		return err
	}
	return sendLD(c, document)
}

func (s *Service) getDCAT(c *gin.Context) error {
	if err := takes(c); err != nil {
		return err
	}
	k, err := s.look(c.Request.Context(), c.Param("id"))
	if err != nil {
		return err
	}
	document := s.dcatDataset(k)
	document["@context"] = dcatContext()
	return sendLD(c, document)
}

func (s *Service) getFeed(c *gin.Context) error {
	if err := takes(c, "before"); err != nil {
		return err
	}
	before := int64(0)
	if text := c.Query("before"); text != "" {
		var err error
		if before, err = strconv.ParseInt(text, 10, 64); err != nil || before < 1 {
			return errs.New(errs.Invalid, "before must be the number of a version").WithField("query.before", "not_an_integer", "must be the number of a version")
		}
	}
	record, err := s.Catalogue.Dataset(c.Request.Context(), c.Param("id"))
	if err != nil {
		return err
	}
	body, err := s.feed(c.Request.Context(), record, before, language(c))
	if err != nil {
		return err
	}
	send(c, http.StatusOK, "application/atom+xml; charset=utf-8", body)
	return nil
}

func sendLD(c *gin.Context, document node) error {
	body, err := json.Marshal(document)
	if err == nil {
		send(c, http.StatusOK, "application/ld+json", append(body, '\n'))
	}
	return err
}

func send(c *gin.Context, status int, contentType string, body []byte) {
	h := c.Writer.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	c.Writer.WriteHeader(status)
	_, _ = c.Writer.Write(body) // a client that went away is not our error
}

// versionsShown is how many versions a dataset's page lists.
const versionsShown = 10

// rowsShown is how many facilities a dataset's page shows.
const rowsShown = 10

func (s *Service) getList(c *gin.Context) error {
	if err := takes(c); err != nil {
		return err
	}
	return s.list(c, http.StatusOK, "datasets")
}

// list is the page of all datasets, under a heading.
func (s *Service) list(c *gin.Context, status int, heading string) error {
	records, err := s.Catalogue.Datasets(c.Request.Context())
	if err != nil {
		return err
	}
	lang := language(c)
	p := listPage{frame: s.frame(lang, wordsOf(lang)[heading])}
	for _, r := range records {
		p.Datasets = append(p.Datasets, listRow{r, r.Name(lang), Text(r.Description, lang), r.UpdatedAt.Format("2006-01-02")})
	}
	return s.render(c, status, "list", Policy, p)
}

func (s *Service) getPage(c *gin.Context) error {
	if err := takes(c); err != nil {
		return err
	}
	p, err := s.datasetPage(c.Request.Context(), c.Param("id"), language(c))
	if errs.KindOf(err) == errs.NotFound && strings.Contains(c.GetHeader("Accept"), "text/html") {
		return s.list(c, http.StatusNotFound, "missing") // a person is shown what there is
	}
	if err != nil {
		return err
	}
	if p.Script != "" {
		return s.render(c, http.StatusOK, "dataset", s.LiveMap.Policy, p)
	}
	return s.render(c, http.StatusOK, "dataset", Policy, p)
}

// datasetPage gathers what a dataset's page shows.
func (s *Service) datasetPage(ctx context.Context, id, lang string) (datasetPage, error) {
	k, err := s.look(ctx, id)
	if err != nil {
		return datasetPage{}, err
	}
	p := datasetPage{frame: s.frame(lang, k.Name(lang)), Record: k.Record, Description: Text(k.descriptions(), lang), LicenceURL: LicenceURL(k.Licence),
		Map: drawMap(k.Profile), MapURL: mapURL(k.Profile), Usage: s.usage(k), Quality: quality(k.Profile, wordsOf(lang)), JSONLD: s.schemaDataset(k)}
	if p.Map != nil && s.LiveMap.Script != "" {
		b := k.Bound
		p.Script, p.Bounds = s.LiveMap.Script, fmt.Sprintf("%g,%g,%g,%g", b.Min[0], b.Min[1], b.Max[0], b.Max[1])
	}
	p.Updated, p.Publisher, p.Downloads = k.UpdatedAt.Format("2006-01-02 15:04 UTC"), k.Org, s.downloads(k.Record)
	for _, f := range k.Fields {
		if f.Filled > 0 {
			p.Fields = append(p.Fields, f)
		}
	}
	versions, err := s.Facilities.Versions(ctx, id, 0, versionsShown)
	if err != nil {
		return p, err
	}
	for _, v := range versions {
		p.Versions = append(p.Versions, versionRow{v, v.Number - 1})
	}
	p.Columns, p.Rows, err = s.firstRows(ctx, k, lang)
	return p, err
}
