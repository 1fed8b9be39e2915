package api

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"fujin/services/platform/kernel/errs"
)

// strictQuery refuses, on our own paths, what huma lets pass: parameters nobody defined, the same one twice, one with
// no value, numbers that are none, and text that cannot be stored. The faces of other standards follow theirs.
func strictQuery(ctx huma.Context, next func(huma.Context)) {
	op := ctx.Operation()
	u := ctx.URL()
	if !ours(op.Path) {
		next(ctx)
		return
	}
	var err error
	switch {
	case !storable(u.Path):
		err = errs.New(errs.Invalid, "").WithField("path", "malformed", unstorableText)
	case u.RawQuery != "":
		err = checkQuery(u.RawQuery, op.Parameters)
	}
	if err == nil {
		next(ctx)
		return
	}
	if c, ok := ginContext(ctx); ok {
		_ = c.Error(err)
	}
}

// ours says whether a path is bound to refuse unknown parameters.
func ours(path string) bool {
	return strings.HasPrefix(path, "/v1/") || strings.HasPrefix(path, "/ogc")
}

// KnownQuery is strictQuery for a plain handler: nil, or an Invalid error that names every parameter of the query that
// is not in known, is given twice or cannot be decoded.
func KnownQuery(r *http.Request, known ...string) error {
	if r.URL.RawQuery == "" {
		return nil
	}
	params := make([]*huma.Param, len(known))
	for i, name := range known {
		params[i] = &huma.Param{Name: name, In: "query", AllowEmptyValue: true}
	}
	return checkQuery(r.URL.RawQuery, params)
}

func checkQuery(raw string, params []*huma.Param) error {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return errs.New(errs.Invalid, "the query cannot be decoded: percent signs, semicolons or ampersands are not escaped").
			WithField("query", "malformed", "cannot be decoded")
	}
	problem := errs.New(errs.Invalid, "")
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if code, message := checkParam(name, values[name], params); code != "" {
			problem = problem.WithField("query."+name, code, "%s", message)
		}
	}
	if len(problem.Fields) == 0 {
		return nil
	}
	return problem
}

// checkParam returns the code and message of what is wrong with one parameter, "" if nothing is.
func checkParam(name string, given []string, params []*huma.Param) (code, message string) {
	p := findParam(params, name)
	switch {
	case p == nil:
		return "unknown_parameter", unknownMessage(name, params)
	case !storable(strings.Join(given, "")):
		return "malformed", unstorableText
	case p.Schema != nil && p.Schema.Type == huma.TypeArray:
		return "", ""
	case len(given) > 1:
		return "repeated", fmt.Sprintf("is given %d times; give it once", len(given))
	case given[0] == "" && !p.AllowEmptyValue:
		return "empty", "has no value; leave it out or give one"
	case p.Schema != nil && p.Schema.Type == huma.TypeNumber:
		if v, err := strconv.ParseFloat(given[0], 64); err == nil && (math.IsNaN(v) || math.IsInf(v, 0)) {
			return "not_a_number", allowed(p.Schema)
		}
	}
	return "", ""
}

func findParam(params []*huma.Param, name string) *huma.Param {
	for _, p := range params {
		if p.In == "query" && (p.Name == name || p.Style == "deepObject" && strings.HasPrefix(name, p.Name+"[")) {
			return p
		}
	}
	return nil
}

func unknownMessage(name string, params []*huma.Param) string {
	var known []string
	for _, p := range params {
		if p.In == "query" {
			known = append(known, p.Name)
		}
	}
	if len(known) == 0 {
		return "is not known here: this address takes no parameters"
	}
	message := "is not known here"
	if near := errs.Nearest(name, known); near != "" {
		message += "; did you mean " + near + "?"
	}
	return message + " Known: " + strings.Join(known, ", ")
}
