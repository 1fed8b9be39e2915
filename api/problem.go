package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"fujin/services/platform/kernel/errs"
)

// Problem is the body of every error answer: RFC 9457 with a stable code and the inputs at fault.
type Problem struct {
	Type      string         `json:"type" format:"uri-reference" doc:"Where this kind of problem is explained" example:"/docs/problems#invalid"`
	Title     string         `json:"title" doc:"The kind of problem, the same each time" example:"Bad Request"`
	Status    int            `json:"status" doc:"The HTTP status" example:"400"`
	Detail    string         `json:"detail" doc:"What happened this time and what to do, for a person" example:"radius must be a number from 1 to 50000"`
	Code      string         `json:"code" doc:"Stable name of the problem, for programs" example:"invalid"`
	Errors    []FieldProblem `json:"errors,omitempty" doc:"Each input at fault"`
	RequestID string         `json:"request_id,omitempty" doc:"On answers that are our fault: names the request in the server's log"`
}

// FieldProblem names one input at fault.
type FieldProblem struct {
	Location string `json:"location" doc:"Where it stands in the request" example:"query.radius"`
	Code     string `json:"code" doc:"Stable name of the fault" example:"out_of_range"`
	Message  string `json:"message" doc:"What is wrong and what is allowed" example:"must be a number from 1 to 50000"`
}

// problemType is the content type of Problem.
const problemType = "application/problem+json"

// statusClientGone is what the log says of a request whose client went away; nobody receives it.
const statusClientGone = 499

// kindStatus is the one place that maps error kinds to HTTP.
func kindStatus(k errs.Kind) int {
	switch k {
	case errs.Invalid:
		return http.StatusBadRequest
	case errs.Unauthenticated:
		return http.StatusUnauthorized
	case errs.Forbidden:
		return http.StatusForbidden
	case errs.NotFound:
		return http.StatusNotFound
	case errs.Conflict:
		return http.StatusConflict
	case errs.Stale:
		return http.StatusPreconditionFailed
	case errs.Unguarded:
		return http.StatusPreconditionRequired
	case errs.Unprocessable:
		return http.StatusUnprocessableEntity
	case errs.TooLarge:
		return http.StatusRequestEntityTooLarge
	case errs.RateLimited:
		return http.StatusTooManyRequests
	case errs.Unavailable:
		return http.StatusServiceUnavailable
	case errs.NoSpace:
		return http.StatusInsufficientStorage
	default:
		return http.StatusInternalServerError
	}
}

// kindOfStatus is the name used in Type and as the default code of an answer that began as a bare status.
func kindOfStatus(status int) string {
	switch status {
	case http.StatusBadRequest:
		return "invalid"
	case http.StatusUnauthorized:
		return "unauthenticated"
	case http.StatusUnprocessableEntity:
		return "unprocessable"
	case http.StatusRequestEntityTooLarge:
		return "too_large"
	case http.StatusTooManyRequests:
		return "rate_limited"
	case http.StatusServiceUnavailable:
		return "unavailable"
	case http.StatusInsufficientStorage:
		return "no_space"
	case http.StatusInternalServerError:
		return "internal"
	default:
		return strings.ReplaceAll(strings.ToLower(http.StatusText(status)), " ", "_")
	}
}

// newProblem makes the document of a bare status.
func newProblem(status int, detail string) *Problem {
	kind := kindOfStatus(status)
	return &Problem{
		Type: "/docs/problems#" + kind, Title: http.StatusText(status), Status: status, Detail: detail, Code: kind,
	}
}

// problemOf turns any error into the document its caller may see. The text of an error that is not meant for callers
// stays out of it.
func problemOf(err error) *Problem {
	var tooLarge *http.MaxBytesError
	var known *errs.Error
	var done *Problem
	switch {
	case errors.As(err, &done):
		return done
	case errors.As(err, &known) && known.Kind != errs.Internal:
		p := newProblem(kindStatus(known.Kind), known.Message)
		if known.Code != "" {
			p.Code = known.Code
		}
		for _, f := range known.Fields {
			p.Errors = append(p.Errors, FieldProblem(f))
		}
		if p.Detail == "" {
			p.Detail = detailOf(p.Errors)
		}
		return p
	case errors.As(err, &tooLarge):
		return newProblem(http.StatusRequestEntityTooLarge, "the request body is larger than this route takes")
	case errors.Is(err, context.Canceled):
		p := newProblem(statusClientGone, "the client went away")
		p.Title, p.Code = "Client Closed Request", "client_gone"
		return p
	case errors.Is(err, context.DeadlineExceeded):
		p := newProblem(http.StatusServiceUnavailable, "the answer took too long; try again")
		p.Code = "timeout"
		return p
	default:
		return newProblem(http.StatusInternalServerError, "something went wrong on our side; the request id names it in the server's log")
	}
}

// detailOf sums up the inputs at fault in one sentence.
func detailOf(fields []FieldProblem) string {
	parts := make([]string, len(fields))
	for i, f := range fields {
		_, name, nested := strings.Cut(f.Location, ".")
		if !nested {
			name = f.Location
		}
		parts[i] = name + " " + f.Message
	}
	return strings.Join(parts, "; ")
}

// writeProblem answers with p.
func writeProblem(c *gin.Context, p *Problem) {
	p.name(c.Writer.Header().Get("X-Request-Id"))
	p.challenge(c)
	body, err := json.Marshal(p)
	if err != nil {
		body = []byte(`{"status":500,"code":"internal"}`)
	}
	h := c.Writer.Header()
	h.Set("Content-Type", problemType)
	h.Set("Cache-Control", "no-store")
	c.Status(p.Status)
	_, _ = c.Writer.Write(body) // a client that went away is not our error
}

// name puts the request's id into a document that somebody may have to report.
func (p *Problem) name(id string) {
	if p.Status >= http.StatusInternalServerError {
		p.RequestID = id
	}
}

// challenge says with a 401 how to sign a request (RFC 9110, 11.6.1; RFC 6750, 3).
func (p *Problem) challenge(c *gin.Context) {
	switch {
	case p.Status != http.StatusUnauthorized:
	case c.Request.Header.Get("Authorization") == "":
		c.Header("WWW-Authenticate", "Bearer")
	default:
		c.Header("WWW-Authenticate", `Bearer error="invalid_token"`)
	}
}

// Error makes a Problem an error, as huma wants it.
func (p *Problem) Error() string { return p.Detail }

// GetStatus tells huma which status to answer with.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType tells huma how to label the document.
func (p *Problem) ContentType(string) string { return problemType }

func noRoute(c *gin.Context) {
	writeProblem(c, newProblem(http.StatusNotFound, "there is nothing at this address; /docs lists what there is"))
}

// noMethod runs after the router has set Allow.
func noMethod(c *gin.Context) {
	allow := c.Writer.Header().Get("Allow")
	if strings.Contains(allow, http.MethodGet) {
		allow += ", " + http.MethodHead
	}
	allow += ", " + http.MethodOptions
	c.Header("Allow", allow)
	if c.Request.Method == http.MethodOptions {
		c.Status(http.StatusNoContent)
		c.Writer.WriteHeaderNow()
		return
	}
	writeProblem(c, newProblem(http.StatusMethodNotAllowed, "this address takes "+allow))
}
