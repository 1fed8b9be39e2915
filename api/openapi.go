package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"
)

// openAPIConfig is huma's configuration without what it would fetch from elsewhere or add to answers. The gate serves
// the documents itself.
func (g *Gate) openAPIConfig() huma.Config {
	config := huma.DefaultConfig("Fujin 附近", g.config.Version)
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", ""
	config.CreateHooks = nil
	config.Formats = jsonFormats()
	config.OpenAPI.Info.Description = "Finds the nearest public facility and says how to get there. " +
		"Positions are WGS-84 degrees unless `crs` says otherwise, distances metres, times RFC 3339. " +
		"Errors are problem documents (RFC 9457). What is public needs no account; publishing takes a key, see /docs/access."
	config.OpenAPI.Servers = []*huma.Server{{URL: g.config.PublicURL}}
	config.OpenAPI.OnAddOperation = append(config.OpenAPI.OnAddOperation, documentErrors)
	return config
}

// documentErrors gives every operation the error answers it can have, in the shape they have.
func documentErrors(doc *huma.OpenAPI, op *huma.Operation) {
	if op.Responses == nil {
		op.Responses = map[string]*huma.Response{}
	}
	// huma lists 422 by itself for failed validation, which answers 400 here; an operation that can really answer 422
	// lists it once more.
	own := 0
	for _, status := range op.Errors {
		if status == http.StatusUnprocessableEntity {
			own++
		}
	}
	if own < 2 {
		delete(op.Responses, "422")
	}
	if len(op.Parameters) > 0 || op.RequestBody != nil {
		addProblem(doc, op, "400", "A parameter or the body is wrong, missing or unknown; `errors` names it")
	}
	if slices.ContainsFunc(op.Parameters, func(p *huma.Param) bool { return p.In == "path" }) {
		addProblem(doc, op, "404", "There is no such thing")
	}
	delete(op.Responses, "500")
	addProblem(doc, op, "default", "Any other problem")
}

func addProblem(doc *huma.OpenAPI, op *huma.Operation, status, description string) {
	if _, ok := op.Responses[status]; ok && status != "default" {
		return
	}
	op.Responses[status] = &huma.Response{
		Description: description,
		Content:     map[string]*huma.MediaType{problemType: {Schema: problemSchema(doc.Components.Schemas)}},
	}
}

// operations lists the document's operations by path, then method in the order a reader expects.
func operations(doc *huma.OpenAPI) []*huma.Operation {
	paths := make([]string, 0, len(doc.Paths))
	for path := range doc.Paths {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	var all []*huma.Operation
	for _, path := range paths {
		item := doc.Paths[path]
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if op != nil {
				all = append(all, op)
			}
		}
	}
	return all
}

// ginPattern writes an OpenAPI path as gin does.
func ginPattern(path string) string {
	return strings.NewReplacer("{", ":", "}", "").Replace(path)
}

// mountDocs serves the OpenAPI documents, the reference made from them, and the guides.
func (g *Gate) mountDocs() {
	current := sync.OnceValues(func() ([]byte, error) { return json.Marshal(g.api.OpenAPI()) })
	older := sync.OnceValues(func() ([]byte, error) { return g.api.OpenAPI().Downgrade() })
	g.engine.GET("/openapi.json", documentHandler("application/openapi+json", current))
	g.engine.GET("/openapi-3.0.json", documentHandler("application/openapi+json", older))
	reference := sync.OnceValues(func() ([]byte, error) { return g.renderReference() })
	style := sync.OnceValues(func() ([]byte, error) { return docs.ReadFile("docs/style.css") })
	g.engine.GET("/docs/style.css", documentHandler("text/css; charset=utf-8", style))
	g.engine.GET("/docs", g.page(documentHandler("text/html; charset=utf-8", reference)))
	g.engine.GET("/docs/:guide", g.page(g.guideHandler()))
}

// documentHandler serves a document made at its first request, when all routes are mounted.
func documentHandler(contentType string, made func() ([]byte, error)) gin.HandlerFunc {
	tag := sync.OnceValue(func() string {
		body, _ := made()
		return etagOf(body)
	})
	return func(c *gin.Context) {
		body, err := made()
		if err != nil {
			_ = c.Error(err)
			return
		}
		serveTagged(c, body, contentType, tag(), "no-cache")
	}
}

// serveTagged answers with a body, or with 304 if the client has it.
func serveTagged(c *gin.Context, body []byte, contentType, tag, cache string) {
	h := c.Writer.Header()
	h.Set("ETag", tag)
	h.Set("Cache-Control", cache)
	if matches(c.Request.Header.Get("If-None-Match"), tag) {
		c.Status(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = bytes.NewReader(body).WriteTo(c.Writer) // a client that went away is not our error
}
