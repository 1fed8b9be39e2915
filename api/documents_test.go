package api_test

import (
	"encoding/json"
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
)

func TestReferenceShowsEveryRoute(t *testing.T) {
	s := open(t)
	a := s.get(t, "/docs")
	page := string(a.body)
	if a.StatusCode != http.StatusOK || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
		t.Fatalf("%d %s", a.StatusCode, a.Header.Get("Content-Type"))
	}
	for path, item := range s.gate.API().OpenAPI().Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post} {
			if op == nil {
				continue
			}
			if !strings.Contains(page, `<h3 id="`+op.OperationID+`"><code><span class="method">`+op.Method+`</span> `+path) {
				t.Errorf("the reference lacks %s %s", op.Method, path)
			}
		}
	}
	for _, text := range []string{
		"Latitude, degrees", "a number from -90 to 90", "default <code>1500</code>", "one of yes, no, unknown", // parameters
		"What it is called", "text of 1 to 20 characters", // fields of a body
		"application/problem&#43;json", "no_space", "Insufficient Storage", // errors
		`href="/docs/problems"`, `href="/openapi.json"`,
	} {
		if !strings.Contains(page, text) {
			t.Errorf("the reference lacks %q", text)
		}
	}
	if outside := regexp.MustCompile(`(?:src|href)="(?:https?:)?//[^"]*"`).FindString(page); outside != "" {
		t.Errorf("the reference loads from elsewhere: %s", outside)
	}
}

func TestExamplesRun(t *testing.T) {
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("no curl on this machine")
	}
	s := open(t)
	page := string(s.get(t, "/docs").body)
	commands := regexp.MustCompile(`<pre><code>(curl .*?)</code></pre>`).FindAllStringSubmatch(page, -1)
	if len(commands) < 4 {
		t.Fatalf("%d examples", len(commands))
	}
	for _, match := range commands {
		command := strings.NewReplacer("&#39;", "'", "&#34;", `"`, "&amp;", "&", "http://localhost:8080", s.URL).Replace(match[1])
		command = strings.Replace(command, "curl", curl+" -sf", 1)
		if out, err := exec.Command("sh", "-c", command).CombinedOutput(); err != nil {
			t.Errorf("%s: %v %s", command, err, out)
		}
	}
}

func TestOpenAPI(t *testing.T) {
	s := open(t)
	for path, version := range map[string]string{"/openapi.json": "3.1.0", "/openapi-3.0.json": "3.0.3"} {
		a := s.get(t, path)
		var doc map[string]any
		if err := json.Unmarshal(a.body, &doc); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if doc["openapi"] != version {
			t.Errorf("%s: version %v", path, doc["openapi"])
		}
		checkOpenAPI(t, path, doc)
		if again := s.get(t, path, "If-None-Match", a.Header.Get("ETag")); again.StatusCode != http.StatusNotModified || len(again.body) > 0 {
			t.Errorf("%s: %d to a client that has it", path, again.StatusCode)
		}
	}
}

// checkOpenAPI checks what a client generator stumbles over: references that lead nowhere, path parameters that are not
// declared, ids used twice, answers without description, errors in another shape than they have.
func checkOpenAPI(t *testing.T, name string, doc map[string]any) {
	t.Helper()
	checkReferences(t, name, doc, doc)
	ids := map[string]bool{}
	for path, item := range doc["paths"].(map[string]any) {
		for method, raw := range item.(map[string]any) {
			op := raw.(map[string]any)
			where := name + " " + method + " " + path
			id, _ := op["operationId"].(string)
			if id == "" || ids[id] {
				t.Errorf("%s: operationId %q", where, id)
			}
			ids[id] = true
			declared := map[string]bool{}
			parameters, _ := op["parameters"].([]any)
			for _, p := range parameters {
				p := p.(map[string]any)
				declared[p["in"].(string)+"."+p["name"].(string)] = true
				if p["schema"] == nil {
					t.Errorf("%s: parameter %v has no schema", where, p["name"])
				}
			}
			for _, match := range regexp.MustCompile(`\{([^}]+)\}`).FindAllStringSubmatch(path, -1) {
				if !declared["path."+match[1]] {
					t.Errorf("%s: {%s} is not declared", where, match[1])
				}
			}
			for status, answer := range op["responses"].(map[string]any) {
				answer := answer.(map[string]any)
				if answer["description"] == "" {
					t.Errorf("%s: answer %s has no description", where, status)
				}
				content, _ := answer["content"].(map[string]any)
				if (status == "default" || status >= "400") && content["application/problem+json"] == nil {
					t.Errorf("%s: answer %s is no problem document", where, status)
				}
				if status == "422" {
					t.Errorf("%s: a 422 that never comes", where)
				}
			}
		}
	}
}

func checkReferences(t *testing.T, name string, doc map[string]any, node any) {
	switch node := node.(type) {
	case map[string]any:
		if ref, ok := node["$ref"].(string); ok {
			var at any = doc
			for step := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
				under, _ := at.(map[string]any)
				at = under[step]
			}
			if at == nil {
				t.Errorf("%s: %s leads nowhere", name, ref)
			}
		}
		for _, child := range node {
			checkReferences(t, name, doc, child)
		}
	case []any:
		for _, child := range node {
			checkReferences(t, name, doc, child)
		}
	}
}

func TestGuides(t *testing.T) {
	s := open(t)
	page := string(s.get(t, "/docs").body)
	guides := regexp.MustCompile(`<li><a href="(/docs/[a-z-]+)">`).FindAllStringSubmatch(page, -1)
	if len(guides) < 2 {
		t.Fatalf("%d guides", len(guides))
	}
	for _, match := range guides {
		if a := s.get(t, match[1]); a.StatusCode != http.StatusOK || !strings.Contains(string(a.body), "<h1>") {
			t.Errorf("%s: %d", match[1], a.StatusCode)
		}
	}
	// What the type of a problem points to must be there.
	problems := string(s.get(t, "/docs/problems").body)
	for _, path := range []string{"/nowhere", "/v1/bare?x=1", "/v1/plain/conflict", "/v1/plain/no_space", "/v1/plain/secret"} {
		_, anchor, _ := strings.Cut(s.get(t, path).problem(t).Type, "#")
		if !strings.Contains(problems, `id="`+anchor+`"`) {
			t.Errorf("%s: /docs/problems lacks #%s", path, anchor)
		}
	}
	anchor := s.do(t, "DELETE", "/v1/bare", "").problem(t).Type
	if _, anchor, _ = strings.Cut(anchor, "#"); !strings.Contains(problems, `id="`+anchor+`"`) {
		t.Errorf("/docs/problems lacks #%s", anchor)
	}
}
