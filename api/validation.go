package api

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"fujin/services/platform/kernel/errs"
)

// hookHuma makes huma speak in problem documents. The hooks are huma's package variables, so they are set once per
// process; they hold no state of any gate.
var hookHuma = sync.OnceFunc(func() {
	huma.NewError = func(status int, message string, causes ...error) huma.StatusError {
		return humaProblem(nil, status, message, causes)
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, message string, causes ...error) huma.StatusError {
		return humaProblem(ctx, status, message, causes)
	}
})

// humaProblem turns what huma reports into a problem: its failed validations (to huma a 422) into 400 with named
// inputs, a handler's error into what problemOf says of it.
func humaProblem(ctx huma.Context, status int, message string, causes []error) *Problem {
	if status == http.StatusInternalServerError && len(causes) == 1 {
		p := problemOf(causes[0])
		if c, ok := ginContext(ctx); ok {
			_ = c.Error(causes[0]) // for the log
			p.challenge(c)
		}
		p.name(requestIDOf(ctx))
		return p
	}
	var op *huma.Operation
	if ctx != nil {
		op = ctx.Operation()
	}
	if status == http.StatusUnprocessableEntity && message == "validation failed" {
		status = http.StatusBadRequest
	}
	p := newProblem(status, message)
	for _, cause := range causes {
		p.Errors = append(p.Errors, fieldsOf(op, cause)...)
	}
	switch {
	case message == "request body is required":
		p.Errors = []FieldProblem{{Location: "body", Code: "required", Message: "is required"}}
		p.Detail = "a body is required"
	case status == http.StatusRequestEntityTooLarge && op != nil && op.MaxBodyBytes > 0:
		p.Detail = fmt.Sprintf("the request body is larger than the %d bytes this route takes", op.MaxBodyBytes)
	case status == http.StatusUnsupportedMediaType:
		p.Errors, p.Detail = nil, "this route takes "+strings.Join(bodyTypes(op), " or ")
	case len(p.Errors) > 0:
		p.Detail = detailOf(p.Errors)
	}
	return p
}

// ginContext finds the gin context under huma's, through whatever wraps it.
func ginContext(ctx huma.Context) (*gin.Context, bool) {
	for ctx != nil {
		switch under := ctx.(type) {
		case interface{ Unwrap() *gin.Context }:
			return under.Unwrap(), true
		case interface{ Unwrap() huma.Context }:
			ctx = under.Unwrap()
		default:
			return nil, false
		}
	}
	return nil, false
}

func requestIDOf(ctx huma.Context) string {
	if c, ok := ginContext(ctx); ok {
		return c.Writer.Header().Get("X-Request-Id")
	}
	return ""
}

func bodyTypes(op *huma.Operation) []string {
	if op == nil || op.RequestBody == nil {
		return []string{"application/json"}
	}
	types := make([]string, 0, len(op.RequestBody.Content))
	for t := range op.RequestBody.Content {
		types = append(types, t)
	}
	slices.Sort(types)
	return types
}

// fieldsOf names the inputs that one reported error is about.
func fieldsOf(op *huma.Operation, cause error) []FieldProblem {
	var known *errs.Error
	if errors.As(cause, &known) {
		fields := make([]FieldProblem, 0, len(known.Fields))
		for _, f := range known.Fields {
			fields = append(fields, FieldProblem(f))
		}
		return fields
	}
	var detailer huma.ErrorDetailer
	if !errors.As(cause, &detailer) {
		return []FieldProblem{{Location: "request", Code: "invalid", Message: cause.Error()}}
	}
	d := detailer.ErrorDetail()
	return []FieldProblem{fieldOf(op, d.Location, d.Message, d.Value)}
}

// fieldOf gives huma's message a stable code, and words that say what is allowed where the schema knows it.
func fieldOf(op *huma.Operation, location, message string, value any) FieldProblem {
	if name, ok := between(message, "expected required property ", " to be present"); ok && !strings.Contains(name, " ") {
		return FieldProblem{Location: location + "." + name, Code: "required", Message: "is required"}
	}
	if f, ok := bodyFaultOf(message); ok {
		return f
	}
	f := FieldProblem{Location: location, Code: codeOf(message, value), Message: message}
	schema := paramSchema(op, location)
	switch {
	case f.Code == "required":
		f.Message = "is required"
		if schema != nil {
			f.Message += ": " + strings.TrimPrefix(allowed(schema), "must be ")
		}
	case f.Code == "unknown_field":
		f.Message = "is not a field of this request"
	case f.Code == "malformed" && location == "body":
		f.Message = "is not valid JSON: " + message
	case schema != nil:
		f.Message = allowed(schema)
	default:
		f.Message = plain(message)
	}
	return f
}

// codeOf maps huma's fixed messages to codes. A message that is none of them came from a domain's own resolver.
func codeOf(message string, value any) string {
	has := func(prefix string) bool { return strings.HasPrefix(message, prefix) }
	switch {
	case has("required "), has("expected required "):
		return "required"
	case has("expected number >"), has("expected number <"), has("expected number to be a multiple"):
		return "out_of_range"
	case has("invalid integer"):
		return integerCode(value)
	case has("expected integer"):
		if _, isNumber := value.(float64); isNumber {
			return "not_an_integer"
		}
		return "not_a_number"
	case has("invalid float"), has("expected number"):
		return "not_a_number"
	case has("invalid boolean"), has("expected boolean"):
		return "not_a_boolean"
	case has("expected value to be one of"):
		return "not_one_of"
	case has("unexpected property"):
		return "unknown_field"
	case has("expected length >="):
		return "too_short"
	case has("expected length <="):
		return "too_long"
	case has("expected array length >="):
		return "too_few"
	case has("expected array length <="):
		return "too_many"
	case has("invalid date/time"), has("expected string to be RFC 3339"):
		return "not_a_time"
	case has("expected string to"), has("invalid character"), has("unexpected end of JSON"), has("invalid value"), has("unexpected EOF"):
		return "malformed"
	case has("expected string"), has("expected array"), has("expected object"), has("json: cannot unmarshal"):
		return "wrong_type"
	default:
		return "invalid"
	}
}

// integerCode tells "1.5" and a number too large to hold from what is no number at all.
func integerCode(value any) string {
	s, _ := value.(string)
	if _, err := strconv.ParseFloat(s, 64); err != nil {
		return "not_a_number"
	}
	if strings.Trim(s, "+-0123456789") == "" {
		return "out_of_range"
	}
	return "not_an_integer"
}

// plain turns huma's "expected …" into a sentence about the input.
func plain(message string) string {
	for _, rule := range [...][2]string{
		{"expected number >= ", "must be at least "}, {"expected number <= ", "must be at most "},
		{"expected number > ", "must be more than "}, {"expected number < ", "must be less than "},
		{"expected value to be ", "must be "}, {"expected string to be ", "must be "},
		{"expected string to match", "must match"}, {"expected length", "must have a length"},
		{"expected array length", "must have a length"}, {"expected array", "must be an array"},
		{"expected object", "must be an object"}, {"expected integer", "must be an integer"}, {"expected ", "must be a "},
	} {
		if rest, ok := strings.CutPrefix(message, rule[0]); ok {
			return rule[1] + rest
		}
	}
	return message
}

func between(s, before, after string) (string, bool) {
	rest, ok := strings.CutPrefix(s, before)
	if !ok {
		return "", false
	}
	return strings.CutSuffix(rest, after)
}
