package ogc

import (
	"maps"
	"slices"
	"strconv"

	"fujin/services/publishing/catalogue"
	"fujin/services/publishing/ogc/cql2"
)

// getQueryables, getSortables and getSchema answer with JSON Schemas of what
// may be filtered and sorted by, and of what items hold.
func (s *Service) getQueryables(r *request) error {
	return s.answerSchema(r, "queryables", func(name string, is cql2.Type) bool { return true })
}

func (s *Service) getSortables(r *request) error {
	return s.answerSchema(r, "sortables", func(name string, is cql2.Type) bool { return is != cql2.Geometry })
}

func (s *Service) getSchema(r *request) error {
	return s.answerSchema(r, "schema", func(name string, is cql2.Type) bool { return true })
}

func (s *Service) answerSchema(r *request, kind string, holds func(string, cql2.Type) bool) error {
	if err := r.takes("as_of"); err != nil {
		return err
	}
	ctx := r.Request.Context()
	c, err := s.open(ctx, r)
	if err != nil {
		return err
	}
	schema, err := c.schema(ctx)
	if err != nil {
		return err
	}
	var profile *catalogue.Profile
	title := CatalogueID
	if d, ok := c.(*dataset); ok {
		if profile, err = d.profile(ctx); err != nil {
			return err
		}
		title = d.record.Name(r.language)
	}
	properties := map[string]any{}
	for name, is := range schema {
		if holds(name, is) {
			properties[name] = propertySchema(name, is, profile)
		}
	}
	if r.html {
		return s.render(r, "schema", document{Title: title + " · " + kind, Fields: fieldsOf(properties)})
	}
	return r.sendJSON(typeSchema, map[string]any{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": s.collectionURL(r) + "/" + kind,
		"type": "object", "title": title, "properties": properties, "additionalProperties": false,
	})
}

// propertySchema describes a property.
func propertySchema(name string, is cql2.Type, profile *catalogue.Profile) map[string]any {
	p := map[string]any{"title": name}
	switch is {
	case cql2.Geometry:
		return map[string]any{"title": name, "format": "geometry-any", "$ref": "https://geojson.org/schema/Geometry.json", "x-ogc-role": "primary-geometry"}
	case cql2.Timestamp:
		p["type"], p["format"] = "string", "date-time"
	case cql2.Number:
		p["type"] = "number"
	case cql2.Boolean:
		p["type"] = "boolean"
	default:
		p["type"] = "string"
	}
	switch name {
	case "id":
		p["x-ogc-role"] = "id"
	case "verified_at", "updated":
		p["x-ogc-role"] = "primary-instant"
	}
	if profile == nil {
		return p
	}
	for _, f := range profile.Fields {
		if f.Name == name && f.Filled > 0 {
			p["description"] = "Given for " + strconv.FormatInt(f.Filled, 10) + " of " + strconv.FormatInt(profile.Facilities, 10)
			p["examples"] = []string{f.Example}
		}
	}
	if name == "category" {
		p["enum"] = slices.Sorted(maps.Keys(profile.Categories))
	}
	return p
}

// fieldsOf lists a schema's properties for a page.
func fieldsOf(properties map[string]any) []fieldRow {
	var rows []fieldRow
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		p, _ := properties[name].(map[string]any)
		row := fieldRow{Name: name}
		row.Type, _ = p["type"].(string)
		if format, ok := p["format"].(string); ok {
			row.Type = format
		}
		row.Text, _ = p["description"].(string)
		if examples, ok := p["examples"].([]string); ok {
			row.Example = clip(examples[0])
		}
		rows = append(rows, row)
	}
	return rows
}
