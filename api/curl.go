package api

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// curl writes an example call that runs as it stands, with the example values of the document and a key in $KEY where one
// is needed; "" where a needed value has no example, for an example that fails teaches nothing.
func (g *Gate) curl(doc *huma.OpenAPI, op *huma.Operation) string {
	path := op.Path
	query := make([]string, 0, len(op.Parameters))
	for _, p := range op.Parameters {
		value := exampleOf(p)
		switch {
		case value == "" && p.Required:
			return ""
		case value == "":
		case p.In == "path":
			path = strings.ReplaceAll(path, "{"+p.Name+"}", url.PathEscape(value))
		case p.In == "query":
			query = append(query, p.Name+"="+strings.ReplaceAll(url.QueryEscape(value), "%2C", ","))
		}
	}
	command := "curl"
	if op.Method != http.MethodGet {
		command += " -X " + op.Method
	}
	if len(op.Security) > 0 {
		command += ` -H "Authorization: Bearer $KEY"`
	}
	if contentType, media := firstMedia(bodyContent(op)); media != nil {
		body := exampleBody(doc, media)
		if body == "" {
			return ""
		}
		command += " -H 'Content-Type: " + contentType + "' -d '" + strings.ReplaceAll(body, "'", `'\''`) + "'"
	}
	if len(query) > 0 {
		path += "?" + strings.Join(query, "&")
	}
	return command + " '" + g.config.PublicURL + path + "'"
}

func exampleOf(p *huma.Param) string {
	if p.Example != nil {
		return literal(p.Example)
	}
	if p.Schema != nil && len(p.Schema.Examples) > 0 {
		return literal(p.Schema.Examples[0])
	}
	return ""
}

// exampleBody is the example of the media type, or one put together from the examples of its fields.
func exampleBody(doc *huma.OpenAPI, media *huma.MediaType) string {
	value := media.Example
	if value == nil {
		value = exampleValue(doc, media.Schema, 0)
	}
	if value == nil {
		return ""
	}
	text, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	return string(text)
}

// exampleValue is nil where a required field has no example.
func exampleValue(doc *huma.OpenAPI, s *huma.Schema, depth int) any {
	if s != nil && len(s.Examples) > 0 {
		return s.Examples[0]
	}
	s = resolve(doc, s)
	switch {
	case s == nil || depth > 5:
		return nil
	case len(s.Examples) > 0:
		return s.Examples[0]
	case s.Default != nil:
		return s.Default
	case s.Type == huma.TypeArray:
		if item := exampleValue(doc, s.Items, depth+1); item != nil {
			return []any{item}
		}
	case s.Type == huma.TypeObject:
		object := map[string]any{}
		for name, field := range s.Properties {
			if value := exampleValue(doc, field, depth+1); value != nil {
				object[name] = value
			}
		}
		for _, name := range s.Required {
			if _, ok := object[name]; !ok {
				return nil
			}
		}
		return object
	}
	return nil
}
