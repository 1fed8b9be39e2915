package api_test

import (
	"net/http"
	"strings"
	"testing"

	"fujin/services/platform/kernel/errs"
)

const here = "/v1/benches/near?lat=28.68&lon=115.86"

// badRequest is a request and the fault that the answer must name.
type badRequest struct {
	method, path, body       string
	status                   int
	location, code, contains string
}

func badRequests() map[string]badRequest {
	full := `{"name":"Oak","seats":3`
	return map[string]badRequest{
		"lat missing":             {"GET", "/v1/benches/near?lon=1", "", 400, "query.lat", "required", "a number from -90 to 90"},
		"both missing":            {"GET", "/v1/benches/near", "", 400, "query.lon", "required", "is required"},
		"lat is a word":           {"GET", "/v1/benches/near?lat=north&lon=1", "", 400, "query.lat", "not_a_number", "a number from -90 to 90"},
		"lat is NaN":              {"GET", "/v1/benches/near?lat=NaN&lon=1", "", 400, "query.lat", "not_a_number", "a number"},
		"lat is infinite":         {"GET", "/v1/benches/near?lat=-Inf&lon=1", "", 400, "query.lat", "not_a_number", "a number"},
		"lat with comma":          {"GET", "/v1/benches/near?lat=28,6&lon=1", "", 400, "query.lat", "not_a_number", "a number"},
		"lat too far north":       {"GET", "/v1/benches/near?lat=90.1&lon=1", "", 400, "query.lat", "out_of_range", "from -90 to 90"},
		"lon too far east":        {"GET", "/v1/benches/near?lat=9&lon=180.5", "", 400, "query.lon", "out_of_range", "from -180 to 180"},
		"lat empty":               {"GET", "/v1/benches/near?lat=&lon=1", "", 400, "query.lat", "empty", "no value"},
		"lat twice":               {"GET", here + "&lat=3", "", 400, "query.lat", "repeated", "2 times"},
		"radius zero":             {"GET", here + "&radius=0", "", 400, "query.radius", "out_of_range", "an integer from 1 to 50000"},
		"radius negative":         {"GET", here + "&radius=-5", "", 400, "query.radius", "out_of_range", "an integer from 1 to 50000"},
		"radius too large":        {"GET", here + "&radius=50001", "", 400, "query.radius", "out_of_range", "50000"},
		"radius beyond int64":     {"GET", here + "&radius=99999999999999999999", "", 400, "query.radius", "out_of_range", "50000"},
		"radius fractional":       {"GET", here + "&radius=1.5", "", 400, "query.radius", "not_an_integer", "an integer"},
		"radius with unit":        {"GET", here + "&radius=5km", "", 400, "query.radius", "not_a_number", "an integer"},
		"shade of grey":           {"GET", here + "&shade=grey", "", 400, "query.shade", "not_one_of", "one of yes, no, unknown"},
		"wet maybe":               {"GET", here + "&wet=maybe", "", 400, "query.wet", "not_a_boolean", "true or false"},
		"at tomorrow":             {"GET", here + "&at=tomorrow", "", 400, "query.at", "not_a_time", "RFC 3339"},
		"at without offset":       {"GET", here + "&at=2026-11-21T08:00:00", "", 400, "query.at", "not_a_time", "RFC 3339"},
		"name short":              {"GET", here + "&name=a", "", 400, "query.name", "too_short", "2 to 5 characters"},
		"name long":               {"GET", here + "&name=abcdef", "", 400, "query.name", "too_long", "2 to 5 characters"},
		"parameter misspelt":      {"GET", here + "&raduis=5", "", 400, "query.raduis", "unknown_parameter", "did you mean radius?"},
		"parameter shortened":     {"GET", here + "&cat=5", "", 400, "query.cat", "unknown_parameter", "did you mean category?"},
		"parameter capitalised":   {"GET", here + "&Radius=5", "", 400, "query.Radius", "unknown_parameter", "did you mean radius?"},
		"parameter invented":      {"GET", here + "&zzzzzzzz=5", "", 400, "query.zzzzzzzz", "unknown_parameter", "Known: lat, lon, radius"},
		"parameter where none is": {"GET", "/v1/bare?x=1", "", 400, "query.x", "unknown_parameter", "takes no parameters"},
		"query undecodable":       {"GET", here + "&name=%zz", "", 400, "query", "malformed", "decoded"},
		"query with semicolon":    {"GET", here + ";name=abc", "", 400, "query", "malformed", "decoded"},
		"plain, unknown":          {"GET", "/v1/plain/oak?color=red", "", 400, "query.color", "unknown_parameter", "did you mean colour?"},
		"plain, twice":            {"GET", "/v1/plain/oak?colour=red&colour=green", "", 400, "query.colour", "repeated", "once"},
		"plain, field of domain":  {"GET", "/v1/plain/field", "", 400, "query.colour", "not_one_of", "red, green"},
		"typed, field of domain":  {"GET", "/v1/benches/field", "", 400, "query.colour", "not_one_of", "red, green"},
		"body missing":            {"POST", "/v1/benches", "", 400, "body", "required", "required"},
		"body no JSON":            {"POST", "/v1/benches", "name=oak", 400, "body", "malformed", "not valid JSON"},
		"body cut":                {"POST", "/v1/benches", full, 400, "body", "malformed", "not valid JSON"},
		"body a list":             {"POST", "/v1/benches", "[1]", 400, "body", "wrong_type", "must be an object"},
		"body null":               {"POST", "/v1/benches", "null", 400, "body", "wrong_type", "must be an object"},
		"path with a zero":        {"GET", "/v1/benches/oak%00", "", 400, "path", "malformed", "U+0000"},
		"path no UTF-8":           {"GET", "/v1/benches/%ff", "", 400, "path", "malformed", "UTF-8"},
		"query with a zero":       {"GET", here + "&name=a%00b", "", 400, "query.name", "malformed", "U+0000"},
		"query no UTF-8":          {"GET", here + "&name=a%ffb", "", 400, "query.name", "malformed", "UTF-8"},
		"text with a zero":        {"POST", "/v1/benches", `{"name":"O\u0000k","seats":3}`, 400, "body.name", "malformed", "U+0000"},
		"item with a zero":        {"POST", "/v1/benches", full + `,"tags":["a","\u0000"]}`, 400, "body.tags[1]", "malformed", "U+0000"},
		"name of a field so":      {"POST", "/v1/benches", full + `,"\u0000":1}`, 400, "body", "malformed", "U+0000"},
		"number beyond all":       {"POST", "/v1/benches", full + `,"grown":1e300}`, 400, "body.grown", "out_of_range", "too large"},
		"field missing":           {"POST", "/v1/benches", `{"seats":3}`, 400, "body.name", "required", "is required"},
		"field unknown":           {"POST", "/v1/benches", full + `,"colour":"red"}`, 400, "body.colour", "unknown_field", "not a field"},
		"field of wrong type":     {"POST", "/v1/benches", `{"name":7,"seats":3}`, 400, "body.name", "wrong_type", "must be a string"},
		"number as text":          {"POST", "/v1/benches", `{"name":"Oak","seats":"3"}`, 400, "body.seats", "not_a_number", "must be an integer"},
		"number fractional":       {"POST", "/v1/benches", `{"name":"Oak","seats":1.5}`, 400, "body.seats", "not_an_integer", "must be an integer"},
		"number too large":        {"POST", "/v1/benches", `{"name":"Oak","seats":10}`, 400, "body.seats", "out_of_range", "at most 9"},
		"text empty":              {"POST", "/v1/benches", `{"name":"","seats":1}`, 400, "body.name", "too_short", "length"},
		"list too long":           {"POST", "/v1/benches", full + `,"tags":["a","b","c"]}`, 400, "body.tags", "too_many", "length"},
		"item of wrong type":      {"POST", "/v1/benches", full + `,"tags":["a",1]}`, 400, "body.tags[1]", "wrong_type", "must be a string"},
		"body too large":          {"POST", "/v1/benches", `{"name":"` + strings.Repeat("x", 5000) + `"}`, 413, "", "too_large", ""},
		"plain body too large":    {"POST", "/v1/plain", strings.Repeat("x", 2<<20), 413, "", "too_large", ""},
		"no such address":         {"GET", "/v1/nothing", "", 404, "", "not_found", ""},
		"no such page":            {"GET", "/nowhere", "", 404, "", "not_found", ""},
		"slash too many":          {"GET", "/v1/bare/", "", 404, "", "not_found", ""},
		"method not there":        {"DELETE", "/v1/benches", "", 405, "", "method_not_allowed", ""},
		"method made up":          {"BREW", "/v1/bare", "", 405, "", "method_not_allowed", ""},
		"no such guide":           {"GET", "/docs/nothing", "", 404, "", "not_found", ""},
		"no such asset":           {"GET", "/assets/none.js", "", 404, "", "not_found", ""},
		"asset above its folder":  {"GET", "/assets/../../etc/passwd", "", 404, "", "not_found", ""},
	}
}

func TestBadRequests(t *testing.T) {
	s := open(t)
	for name, c := range badRequests() {
		t.Run(name, func(t *testing.T) {
			a := s.do(t, c.method, c.path, c.body)
			p := a.problem(t)
			if p.Status != c.status {
				t.Fatalf("status %d, want %d: %s", p.Status, c.status, a.body)
			}
			if c.location == "" {
				if p.Code != c.code {
					t.Fatalf("code %q, want %q", p.Code, c.code)
				}
				return
			}
			for _, f := range p.Errors {
				if f.Location == c.location {
					if f.Code != c.code || !strings.Contains(f.Message, c.contains) {
						t.Fatalf("got %+v, want code %q and %q", f, c.code, c.contains)
					}
					return
				}
			}
			t.Fatalf("no error at %q: %s", c.location, a.body)
		})
	}
}

func TestGoodRequests(t *testing.T) {
	s := open(t)
	for _, path := range []string{
		here, here + "&radius=50000&category=a,b&category=c&shade=yes&wet=true&at=2026-11-21T08:00:00%2B08:00&name=abc",
		"/v1/plain/oak?colour=red", "/v1/bare",
	} {
		if a := s.get(t, path); a.StatusCode != 200 {
			t.Errorf("%s: %d %s", path, a.StatusCode, a.body)
		}
	}
	if a := s.do(t, "POST", "/v1/benches", `{"name":"\\u0000","seats":3}`); a.StatusCode != 200 {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
	if a := s.do(t, "POST", "/v1/benches", "{}", "Content-Type", "text/csv"); a.StatusCode != 415 || a.problem(t).Detail != "this route takes application/json" {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
}

func TestKindsBecomeStatuses(t *testing.T) {
	s := open(t)
	want := map[errs.Kind]int{
		errs.Invalid: 400, errs.Unauthenticated: 401, errs.Forbidden: 403, errs.NotFound: 404, errs.Conflict: 409, errs.Stale: 412,
		errs.Unguarded: 428, errs.Unprocessable: 422,
		errs.TooLarge: 413, errs.RateLimited: 429, errs.Unavailable: 503, errs.NoSpace: 507, errs.Internal: 500,
	}
	for k := errs.Invalid; k <= errs.Internal; k++ {
		for _, path := range []string{"/v1/benches/", "/v1/plain/"} {
			p := s.get(t, path+k.String()).problem(t)
			if p.Status != want[k] || p.Code != k.String() {
				t.Errorf("%s%s: %+v", path, k, p)
			}
			if (p.RequestID != "") != (p.Status >= 500) {
				t.Errorf("%s: request_id %q", k, p.RequestID)
			}
			if hidden := k == errs.Internal; hidden == (p.Detail == "because") {
				t.Errorf("%s: detail %q", k, p.Detail)
			}
		}
	}
	for id, want := range map[string]string{"missing": "bench_not_found", "wrapped": "conflict", "late": "timeout"} {
		for _, path := range []string{"/v1/benches/", "/v1/plain/"} {
			if p := s.get(t, path+id).problem(t); p.Code != want {
				t.Errorf("%s%s: %+v", path, id, p)
			}
		}
	}
}

func TestInternalTextIsLoggedAndNeverShown(t *testing.T) {
	s := open(t)
	for _, path := range []string{"/v1/benches/secret", "/v1/plain/secret", "/v1/benches/internal", "/v1/plain/internal", "/v1/benches/panic", "/v1/plain/panic"} {
		a := s.get(t, path)
		p := a.problem(t)
		if p.Status != http.StatusInternalServerError || p.Code != "internal" || p.RequestID != a.Header.Get("X-Request-Id") {
			t.Errorf("%s: %s", path, a.body)
		}
		for _, leak := range []string{"hunter2", "28.68", "broken", "lost", "goroutine"} {
			if strings.Contains(string(a.body), leak) {
				t.Errorf("%s shows %q", path, leak)
			}
		}
		if !strings.Contains(s.log.String(), p.RequestID) {
			t.Errorf("%s: the log does not name the request", path)
		}
	}
	for _, cause := range []string{"hunter2", "broken", "lost at", "goroutine"} {
		if !strings.Contains(s.log.String(), cause) {
			t.Errorf("the log lacks %q", cause)
		}
	}
}
