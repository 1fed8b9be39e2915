package publishing_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"fujin/services/publishing"
)

// rights say who may use each route of this package on a draft: p publisher,
// w reviewer, r reader of its organisation. Nobody else may, and on a draft
// nobody else may even know.
var rights = map[string]string{
	"GET /v1/datasets":        "open", // lists what one may see
	"POST /v1/datasets":       "p",
	"GET /v1/datasets/{id}":   "pwr",
	"PATCH /v1/datasets/{id}": "p",

	"POST /v1/datasets/{id}/uploads":                   "p",
	"GET /v1/datasets/{id}/uploads":                    "pwr",
	"GET /v1/datasets/{id}/uploads/{upload}":           "pwr",
	"PATCH /v1/datasets/{id}/uploads/{upload}":         "p",
	"DELETE /v1/datasets/{id}/uploads/{upload}":        "p",
	"POST /v1/datasets/{id}/uploads/{upload}/approval": "w",
	"GET /v1/datasets/{id}/uploads/{upload}/issues":    "pwr",
	"GET /v1/datasets/{id}/uploads/{upload}/repairs":   "pwr",
	"GET /v1/datasets/{id}/uploads/{upload}/preview":   "pwr",
	"GET /v1/datasets/{id}/uploads/{upload}/diff":      "pwr",

	"POST /v1/datasets/{id}/versions":                   "p",
	"GET /v1/datasets/{id}/versions":                    "pwr",
	"GET /v1/datasets/{id}/versions/{version}":          "pwr",
	"GET /v1/datasets/{id}/versions/{version}/download": "pwr",
	"GET /v1/datasets/{id}/diff":                        "pwr",
	"POST /v1/datasets/{id}/rollback":                   "p",

	"GET /v1/datasets/{id}/features":                  "pwr",
	"GET /v1/datasets/{id}/features/{fid}":            "pwr",
	"PATCH /v1/datasets/{id}/features/{fid}":          "p",
	"PUT /v1/datasets/{id}/features/{fid}":            "p",
	"DELETE /v1/datasets/{id}/features/{fid}":         "p",
	"PUT /v1/datasets/{id}/features/{fid}/closure":    "p",
	"DELETE /v1/datasets/{id}/features/{fid}/closure": "p",

	"POST /v1/datasets/{id}/harvest":   "p",
	"GET /v1/datasets/{id}/harvest":    "pwr",
	"DELETE /v1/datasets/{id}/harvest": "p",
}

// bodies are those without which a route refuses a request for another reason.
var bodies = map[string]any{
	"POST /v1/datasets":                                `{"title":{"en":"x"},"id":"made-by-WHO"}`,
	"PATCH /v1/datasets/{id}":                          `{}`,
	"POST /v1/datasets/{id}/uploads":                   table("1 East Lake"),
	"PATCH /v1/datasets/{id}/uploads/{upload}":         `{"crs":"nowhere"}`,
	"POST /v1/datasets/{id}/uploads/{upload}/approval": `{"decision":"reject"}`,
	"POST /v1/datasets/{id}/versions":                  `{"upload":"none"}`,
	"POST /v1/datasets/{id}/rollback":                  `{"to":1}`,
	"PATCH /v1/datasets/{id}/features/{fid}":           `{"properties":{"phone":"1"}}`,
	"PUT /v1/datasets/{id}/features/{fid}":             `{"geometry":{"type":"Point","coordinates":[115.85,28.68]},"properties":{"name":"x","category":"toilet"}}`,
	"PUT /v1/datasets/{id}/features/{fid}/closure":     `{}`,
	"POST /v1/datasets/{id}/harvest":                   `{"url":"not an address","every":"24h"}`,
}

// operationsOf lists the routes of this package.
func operationsOf(doc *huma.OpenAPI) (routes []string) {
	for path, item := range doc.Paths {
		if path != "/v1/datasets" && !strings.HasPrefix(path, "/v1/datasets/") {
			continue
		}
		for method, op := range map[string]*huma.Operation{"GET": item.Get, "POST": item.Post, "PUT": item.Put, "PATCH": item.Patch, "DELETE": item.Delete} {
			if op != nil {
				routes = append(routes, method+" "+path)
			}
		}
	}
	return routes
}

func TestEveryRouteIsGuarded(t *testing.T) {
	t.Parallel()
	db := openSQLite(t)
	s := serve(t, db, publishing.Options{Access: access(t, db)})
	s.dataset("draft", nil)
	u := s.bring("draft", "a.csv", table("1 East Lake"))
	routes := operationsOf(s.gate.API().OpenAPI())
	if len(routes) != len(rights) {
		t.Errorf("%d routes, of %d it is said who may use them", len(routes), len(rights))
	}
	for _, route := range routes {
		may, known := rights[route]
		if !known {
			t.Errorf("%s: nobody has said who may use it", route)
		}
		for who, letter := range map[string]string{nobody: "-", stranger: "-", reader: "r", reviewer: "w", publisher: "p"} {
			if route == "DELETE /v1/datasets/{id}/uploads/{upload}" && who == publisher {
				continue // the others need it
			}
			got := s.try(route, u.ID, who)
			switch {
			case may == "open":
				got.wants(200)
			case strings.Contains(may, letter), route == "POST /v1/datasets" && who == stranger:
				if got.status == 401 || got.status == 403 || got.status == 404 && strings.Contains(string(got.body), "there is no dataset") {
					t.Errorf("%s by %q: %d %s", route, who, got.status, clip(got.body))
				}
			default:
				s.mustHide(route, who, got)
			}
		}
	}
}

// mustHide checks how somebody is refused who has no right.
func (s *site) mustHide(route, who string, got answer) {
	s.t.Helper()
	want := http.StatusForbidden
	switch {
	case route == "POST /v1/datasets" && who == nobody:
		want = http.StatusUnauthorized
	case who == nobody && !strings.Contains(rights[route], "pwr"), who == nobody && needsKey(s.gate.API().OpenAPI(), route):
		want = http.StatusUnauthorized
	case who == nobody, who == stranger:
		want = http.StatusNotFound
	}
	if got.status != want {
		s.t.Errorf("%s by %q: %d, want %d: %s", route, who, got.status, want, clip(got.body))
	}
	if who == stranger || who == nobody {
		if text := string(got.body); strings.Contains(text, "East Lake") || strings.Contains(text, "parks") {
			s.t.Errorf("%s tells %q of the draft: %s", route, who, clip(got.body))
		}
	}
	// What is not theirs looks like what is not there.
	if missing := s.try(strings.Replace(route, "{id}", "nothing", 1), "none", who); want == http.StatusNotFound &&
		strings.Replace(string(missing.body), "nothing", "draft", 1) != string(got.body) {
		s.t.Errorf("%s by %q: a draft can be told from nothing: %s, %s", route, who, clip(got.body), clip(missing.body))
	}
}

// needsKey tells whether the document says that a route needs a key.
func needsKey(doc *huma.OpenAPI, route string) bool {
	method, path, _ := strings.Cut(route, " ")
	item := doc.Paths[path]
	op := map[string]*huma.Operation{"GET": item.Get, "POST": item.Post, "PUT": item.Put, "PATCH": item.Patch, "DELETE": item.Delete}[method]
	return len(op.Security) > 0
}

// try uses a route of the draft as somebody.
func (s *site) try(route, uploadID, who string) answer {
	s.t.Helper()
	method, path, _ := strings.Cut(route, " ")
	body := bodies[method+" "+strings.Replace(path, "nothing", "{id}", 1)]
	if text, ok := body.(string); ok {
		body = strings.ReplaceAll(text, "WHO", who)
	}
	path = strings.NewReplacer("{id}", "draft", "{upload}", uploadID, "{version}", "1", "{fid}", "f1").Replace(path)
	if strings.HasSuffix(path, "/diff") && !strings.Contains(path, "/uploads/") {
		path += "?from=1&to=1"
	}
	headers := []string{}
	if strings.Contains(path, "/features/f1") && !strings.HasSuffix(path, "closure") || method == "PATCH" {
		headers = []string{"If-Match", `"1"`}
	}
	return s.ask(who, method, path, body, headers...)
}

func TestListsShowDraftsToTheirOrganisationAlone(t *testing.T) {
	t.Parallel()
	db := openSQLite(t)
	s := serve(t, db, publishing.Options{Access: access(t, db)})
	s.dataset("draft", nil)
	s.dataset("public", map[string]any{"contact": map[string]string{"email": "a@parks.example"}})
	s.publish("public", s.bring("public", "a.csv", table("1 East Lake")).ID, "")
	for who, want := range map[string]int{nobody: 1, stranger: 1, reader: 2, reviewer: 2, publisher: 2} {
		var list struct {
			Datasets []struct {
				ID, Status, Org string
				Facilities      int
			}
		}
		s.ask(who, "GET", "/v1/datasets?org=parks", nil).wants(200, &list)
		if len(list.Datasets) != want {
			t.Errorf("%q sees %+v", who, list.Datasets)
		}
		last := list.Datasets[len(list.Datasets)-1]
		if last.ID != "public" || last.Status != "published" || last.Facilities != 1 || last.Org != "parks" {
			t.Errorf("%q sees %+v", who, last)
		}
	}
	// Uploads stay hidden also where the dataset is public; that it is somebody's is no secret then.
	s.ask(stranger, "GET", "/v1/datasets/public/uploads", nil).refused(403, "not_yours")
	next := s.bring("public", "b.csv", table("1 West Lake"))
	for _, what := range []string{"", "/issues", "/repairs", "/preview", "/diff"} {
		s.ask(stranger, "GET", "/v1/datasets/public/uploads/"+next.ID+what, nil).refused(404, "not_found")
	}
	s.ask(nobody, "GET", "/v1/datasets/public/uploads", nil).wants(401)
	if text := s.ask(stranger, "PATCH", "/v1/datasets/public", map[string]any{}, "If-Match", "*").refused(403, "not_yours"); !strings.Contains(text, "public") {
		t.Error(text)
	}
	s.keys["wrong"] = "fjn_nonsense"
	s.ask("wrong", "GET", "/v1/datasets", nil).refused(401, "invalid_key")
}
