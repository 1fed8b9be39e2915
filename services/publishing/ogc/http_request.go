package ogc

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2/negotiation"
	"github.com/gin-gonic/gin"

	"fujin/services/platform/kernel/errs"
	"fujin/services/publishing/catalogue"
)

// request is a request with its parameters, and with the encoding and language
// in which it wants its answer.
type request struct {
	*gin.Context
	values   map[string]string
	html     bool
	language string // "zh-Hans" or "en"
}

// newRequest reads what all resources take: f, and the query's form.
func (s *Service) newRequest(c *gin.Context) (*request, error) {
	r := &request{Context: c, values: map[string]string{}}
	bad := errs.New(errs.Invalid, "")
	for pair := range strings.SplitSeq(c.Request.URL.RawQuery, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, err1 := url.QueryUnescape(name)
		value, err2 := url.QueryUnescape(value)
		switch _, repeated := r.values[name]; {
		case err1 != nil || err2 != nil || !utf8.ValidString(name+value):
			bad = bad.WithField("query", "malformed", "%q is not percent-encoded UTF-8; write %%25 for a percent sign", clip(pair))
		case repeated:
			bad = bad.WithField("query."+name, "repeated", "is given more than once")
		case value == "":
			bad = bad.WithField("query."+name, "empty", "has no value; leave it out or give one")
		default:
			r.values[name] = value
		}
	}
	if len(bad.Fields) > 0 {
		return nil, summed(bad)
	}
	r.language = catalogue.Language(c.Request.Header.Get("Accept-Language"))
	switch f := r.values["f"]; f {
	case "html":
		r.html = true
	case "json":
	case "":
		r.html = prefersHTML(c.Request.Header.Get("Accept"))
	default:
		return nil, invalid("f", "not_one_of", "must be json or html, not %q", clip(f))
	}
	c.Writer.Header().Add("Vary", "Accept, Accept-Language")
	return r, nil
}

// takes refuses parameters that a resource does not declare; f is one of all.
func (r *request) takes(declared ...string) error {
	bad := errs.New(errs.Invalid, "")
	for name := range r.values {
		if name == "f" || slices.Contains(declared, name) {
			continue
		}
		more := "; this resource takes " + strings.Join(append([]string{"f"}, declared...), ", ")
		if near := errs.Nearest(name, declared); near != "" {
			more = "; did you mean " + near + "?"
		}
		bad = bad.WithField("query."+name, "unknown_parameter", "is not declared here%s", more)
	}
	if len(bad.Fields) > 0 {
		return summed(bad)
	}
	return nil
}

// summed makes the fields' words those of the whole.
func summed(e *errs.Error) *errs.Error {
	parts := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		parts[i] = strings.TrimPrefix(f.Location, "query.") + " " + f.Message
	}
	slices.Sort(parts)
	e.Message = strings.Join(parts, "; ")
	return e
}

// invalid refuses a parameter.
func invalid(name, code, format string, args ...any) *errs.Error {
	return summed(errs.New(errs.Invalid, "").WithField("query."+name, code, format, args...))
}

// clip keeps what a message repeats short.
func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// prefersHTML tells whether an Accept header wants a page rather than JSON, which
// is also for those who want neither.
func prefersHTML(accept string) bool {
	const typeXHTML = "application/xhtml+xml"
	openAPI, _, _ := strings.Cut(typeOpenAPI, ";")
	best := negotiation.SelectQValue(accept, []string{typeJSON, typeGeoJSON, typeSchema, openAPI, typeHTML, typeXHTML})
	return best == typeHTML || best == typeXHTML
}

// send answers with a body.
func (r *request) send(contentType string, body []byte) {
	h := r.Writer.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Language", r.language)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	r.Writer.WriteHeader(http.StatusOK)
	_, _ = r.Writer.Write(body) // a client that went away is not our error
}

// sendJSON answers with a value.
func (r *request) sendJSON(contentType string, value any) error {
	body, err := json.Marshal(value)
	if err == nil {
		r.send(contentType, append(body, '\n'))
	}
	return err
}

// link is a link of the API's JSON documents.
type link struct {
	Href      string `json:"href"`
	Rel       string `json:"rel"`
	Type      string `json:"type,omitempty"`
	Title     string `json:"title,omitempty"`
	Templated bool   `json:"templated,omitempty"`
}

// The media types of answers.
const (
	typeJSON    = "application/json"
	typeGeoJSON = "application/geo+json"
	typeHTML    = "text/html"
	typeSchema  = "application/schema+json"
	typeOpenAPI = "application/vnd.oai.openapi+json;version=3.0"
	typeMVT     = "application/vnd.mapbox-vector-tile"
)

// address is the public address of the request with changed parameters; an
// empty value removes one.
func (s *Service) address(r *request, changes ...string) string {
	query, err := url.ParseQuery(r.Request.URL.RawQuery)
	if err != nil {
		query = url.Values{}
	}
	for i := 0; i+1 < len(changes); i += 2 {
		if query.Del(changes[i]); changes[i+1] != "" {
			query.Set(changes[i], changes[i+1])
		}
	}
	path := s.PublicURL + strings.TrimSuffix(r.Request.URL.EscapedPath(), "/")
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}

// views are the links of a document to itself and to its other encoding.
func (s *Service) views(r *request, jsonType string) []link {
	if r.html {
		return []link{{s.address(r), "self", typeHTML, "This document", false},
			{s.address(r, "f", "json"), "alternate", jsonType, "This document as JSON", false}}
	}
	return []link{{s.address(r), "self", jsonType, "This document", false},
		{s.address(r, "f", "html"), "alternate", typeHTML, "This document as a page", false}}
}
