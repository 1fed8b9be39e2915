package api

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"

	"fujin/services/platform/kernel/errs"
)

// docs holds the guides and the layout of the reference.
//
//go:embed docs
var docs embed.FS

// reference is what the page at /docs shows: the OpenAPI document, cut for reading.
type reference struct {
	Title, Version string
	About          template.HTML
	Groups         []referenceGroup
	Guides         []guide
	Kinds          []kindRow
}

type referenceGroup struct {
	Name       string
	Operations []referenceOperation
}

type referenceOperation struct {
	ID, Method, Path, Summary string
	Description               template.HTML
	Params                    []referenceRow
	BodyType                  string
	Body                      []referenceRow
	Answers                   []referenceAnswer
	Example                   string
}

// referenceRow is one parameter or field.
type referenceRow struct {
	Name, In, Type, Default, Example string
	Required                         bool
	Doc                              template.HTML
}

type referenceAnswer struct {
	Status, Type string
	Doc          template.HTML
	Fields       []referenceRow
	Example      string // JSON, indented
}

type kindRow struct {
	Status int
	Code   string
	Title  string
}

// renderReference makes the page from the document as it stands when first asked for.
func (g *Gate) renderReference() ([]byte, error) {
	doc := g.api.OpenAPI()
	guides, err := readGuides()
	if err != nil {
		return nil, err
	}
	page := reference{
		Title: doc.Info.Title, Version: doc.Info.Version, About: markdown(doc.Info.Description), Guides: guides, Kinds: kinds(),
	}
	for _, op := range operations(doc) {
		name := "Other"
		if len(op.Tags) > 0 {
			name = op.Tags[0]
		}
		i := slices.IndexFunc(page.Groups, func(group referenceGroup) bool { return group.Name == name })
		if i < 0 {
			i, page.Groups = len(page.Groups), append(page.Groups, referenceGroup{Name: name})
		}
		page.Groups[i].Operations = append(page.Groups[i].Operations, g.describe(doc, op))
	}
	return renderLayout("reference.html", page)
}

func renderLayout(name string, data any) ([]byte, error) {
	layout, err := template.ParseFS(docs, "docs/layout.html", "docs/"+name)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = layout.ExecuteTemplate(&out, "layout", data)
	return out.Bytes(), err
}

func (g *Gate) describe(doc *huma.OpenAPI, op *huma.Operation) referenceOperation {
	id := op.OperationID
	if id == "" {
		id = strings.ToLower(op.Method) + strings.NewReplacer("/", "-", "{", "", "}", "").Replace(op.Path)
	}
	d := referenceOperation{
		ID: id, Method: op.Method, Path: op.Path, Summary: op.Summary, Description: markdown(op.Description),
		Example: g.curl(doc, op),
	}
	for _, p := range op.Parameters {
		row := describeSchema(doc, p.Schema)
		row.Name, row.In, row.Required = p.Name, p.In, p.Required
		if p.Description != "" {
			row.Doc = markdown(p.Description)
		}
		if p.Example != nil {
			row.Example = literal(p.Example)
		}
		d.Params = append(d.Params, row)
	}
	if contentType, media := firstMedia(bodyContent(op)); media != nil {
		d.BodyType, d.Body = contentType, fieldRows(doc, media.Schema, "", 0)
		for i := range d.Body {
			d.Body[i].In = "body"
		}
	}
	statuses := make([]string, 0, len(op.Responses))
	for status := range op.Responses {
		statuses = append(statuses, status)
	}
	slices.Sort(statuses)
	for _, status := range statuses {
		answer := op.Responses[status]
		row := referenceAnswer{Status: status, Doc: markdown(answer.Description)}
		contentType, media := firstMedia(answer.Content)
		row.Type = contentType
		if media != nil && contentType != problemType {
			row.Fields = fieldRows(doc, media.Schema, "", 0)
			row.Example = indented(media.Example)
		}
		d.Answers = append(d.Answers, row)
	}
	return d
}

// indented is an example as a person reads it.
func indented(example any) string {
	if example == nil {
		return ""
	}
	text, err := json.MarshalIndent(example, "", "  ")
	if err != nil {
		return ""
	}
	return string(text)
}

func bodyContent(op *huma.Operation) map[string]*huma.MediaType {
	if op.RequestBody == nil {
		return nil
	}
	return op.RequestBody.Content
}

// firstMedia picks JSON where there is a choice.
func firstMedia(content map[string]*huma.MediaType) (string, *huma.MediaType) {
	if media := content["application/json"]; media != nil {
		return "application/json", media
	}
	types := make([]string, 0, len(content))
	for t := range content {
		types = append(types, t)
	}
	if len(types) == 0 {
		return "", nil
	}
	slices.Sort(types)
	return types[0], content[types[0]]
}

// fieldRows lists the fields of a schema, nested ones by path. Four levels are as deep as a table can be read.
func fieldRows(doc *huma.OpenAPI, s *huma.Schema, path string, depth int) []referenceRow {
	s = resolve(doc, s)
	if s == nil || depth > 3 {
		return nil
	}
	if s.Type == huma.TypeArray {
		return fieldRows(doc, s.Items, path+"[]", depth+1)
	}
	names := make([]string, 0, len(s.Properties))
	for name := range s.Properties {
		names = append(names, name)
	}
	slices.Sort(names)
	var rows []referenceRow
	for _, name := range names {
		row := describeSchema(doc, s.Properties[name])
		row.Name = strings.TrimPrefix(path+"."+name, ".")
		row.Required = slices.Contains(s.Required, name)
		rows = append(rows, row)
		rows = append(rows, fieldRows(doc, s.Properties[name], row.Name, depth+1)...)
	}
	return rows
}

func describeSchema(doc *huma.OpenAPI, s *huma.Schema) referenceRow {
	if s == nil {
		return referenceRow{}
	}
	row := referenceRow{Doc: markdown(s.Description), Default: literal(s.Default)}
	s = resolve(doc, s)
	switch s.Type {
	case huma.TypeObject, "":
		row.Type = "object"
	case huma.TypeArray:
		row.Type = "list"
		if items := resolve(doc, s.Items); items != nil && items.Type != huma.TypeObject {
			row.Type = allowedValue(&huma.Schema{Type: s.Type, Items: items, MinItems: s.MinItems, MaxItems: s.MaxItems})
		}
	default:
		row.Type = allowedValue(s)
	}
	if len(s.Examples) > 0 {
		row.Example = literal(s.Examples[0])
	}
	return row
}

func resolve(doc *huma.OpenAPI, s *huma.Schema) *huma.Schema {
	for s != nil && s.Ref != "" {
		s = doc.Components.Schemas.SchemaFromRef(s.Ref)
	}
	return s
}

// literal writes a value as it would stand in a request; nil is "".
func literal(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case []string:
		return strings.Join(v, ",")
	case float64:
		return number(v)
	}
	if text, err := json.Marshal(v); err == nil {
		return string(text)
	}
	return fmt.Sprint(v)
}

// markdown renders text of our own; raw HTML in it is left out.
func markdown(text string) template.HTML {
	if text == "" {
		return ""
	}
	var out bytes.Buffer
	if err := goldmark.New(goldmark.WithExtensions(extension.Table)).Convert([]byte(text), &out); err != nil {
		return template.HTML(template.HTMLEscapeString(text))
	}
	return template.HTML(out.String())
}

// kinds lists the kinds of problems with what HTTP makes of them, and those that HTTP itself adds.
func kinds() []kindRow {
	var rows []kindRow
	for k := errs.Invalid; k <= errs.Internal; k++ {
		p := newProblem(kindStatus(k), "")
		rows = append(rows, kindRow{Status: p.Status, Code: k.String(), Title: p.Title})
	}
	for _, status := range []int{http.StatusMethodNotAllowed, http.StatusRequestTimeout, http.StatusUnsupportedMediaType} {
		p := newProblem(status, "")
		rows = append(rows, kindRow{Status: status, Code: p.Code, Title: p.Title})
	}
	slices.SortFunc(rows, func(a, b kindRow) int { return a.Status - b.Status })
	return rows
}
