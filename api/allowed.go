package api

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// paramSchema finds the schema of the parameter at a location such as "query.radius" or "query.category[2]".
func paramSchema(op *huma.Operation, location string) *huma.Schema {
	in, name, ok := strings.Cut(location, ".")
	if op == nil || !ok || in == "body" {
		return nil
	}
	name, _, _ = strings.Cut(name, "[")
	for _, p := range op.Parameters {
		if p.In == in && p.Name == name {
			return p.Schema
		}
	}
	return nil
}

// allowed says what a value must be: "must be an integer from 1 to 50000".
func allowed(s *huma.Schema) string { return "must be " + allowedValue(s) }

func allowedValue(s *huma.Schema) string {
	if len(s.Enum) > 0 {
		return oneOf(s.Enum)
	}
	switch s.Type {
	case huma.TypeInteger:
		return "an integer" + allowedRange(s)
	case huma.TypeNumber:
		return "a number" + allowedRange(s)
	case huma.TypeBoolean:
		return "true or false"
	case huma.TypeArray:
		return allowedList(s)
	case huma.TypeString:
		return allowedText(s)
	default:
		return "given"
	}
}

func oneOf(values []any) string {
	names := make([]string, len(values))
	for i, v := range values {
		names[i] = fmt.Sprint(v)
	}
	if len(names) == 1 {
		return names[0]
	}
	return "one of " + strings.Join(names, ", ")
}

func allowedRange(s *huma.Schema) string {
	switch {
	case s.Minimum != nil && s.Maximum != nil:
		return " from " + number(*s.Minimum) + " to " + number(*s.Maximum)
	case s.Minimum != nil:
		return " of at least " + number(*s.Minimum)
	case s.Maximum != nil:
		return " of at most " + number(*s.Maximum)
	case s.ExclusiveMinimum != nil:
		return " above " + number(*s.ExclusiveMinimum)
	case s.ExclusiveMaximum != nil:
		return " below " + number(*s.ExclusiveMaximum)
	}
	return ""
}

func allowedList(s *huma.Schema) string {
	text := "a comma-separated list"
	switch {
	case s.MinItems != nil && s.MaxItems != nil && *s.MinItems == *s.MaxItems:
		text = fmt.Sprintf("%d comma-separated values", *s.MinItems)
	case s.MaxItems != nil:
		text += fmt.Sprintf(" of at most %d", *s.MaxItems)
	}
	if s.Items != nil {
		text += ", each " + allowedValue(s.Items)
	}
	return text
}

func allowedText(s *huma.Schema) string {
	switch s.Format {
	case "date-time":
		return "an RFC 3339 time such as 2026-11-21T08:00:00+08:00"
	case "date":
		return "a date such as 2026-11-21"
	case "uri":
		return "a URI"
	}
	text := "text"
	switch {
	case s.PatternDescription != "":
		text = s.PatternDescription
	case s.Pattern != "":
		text = "text that matches " + s.Pattern
	}
	switch {
	case s.MinLength != nil && s.MaxLength != nil:
		text += fmt.Sprintf(" of %d to %d characters", *s.MinLength, *s.MaxLength)
	case s.MinLength != nil:
		text += fmt.Sprintf(" of at least %d characters", *s.MinLength)
	case s.MaxLength != nil:
		text += fmt.Sprintf(" of at most %d characters", *s.MaxLength)
	}
	return text
}

func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
