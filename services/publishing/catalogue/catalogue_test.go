package catalogue_test

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"html/template"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/paulmach/orb"

	"fujin/api"
	"fujin/datasets"
	"fujin/services/facility"
	"fujin/services/platform/jobs"
	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/dbtest"
	"fujin/services/platform/org"
	"fujin/services/publishing"
	"fujin/services/publishing/catalogue"
	"fujin/services/publishing/ogc"
)

// site is a server with everything that the catalogue tells of.
type site struct {
	t          *testing.T
	facilities *facility.Service
	publishing *publishing.Service
	url        string
}

func serve(t *testing.T, db *kernel.DB) *site {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	server := httptest.NewUnstartedServer(nil)
	url := "http://" + server.Listener.Addr().String()
	facilities, err := facility.New(t.Context(), db, facility.Options{})
	must(err)
	queue, err := jobs.New(t.Context(), db, jobs.Config{Queues: map[string]int{"profile": 1}})
	must(err)
	access, err := org.New(t.Context(), db, org.Options{PublicURL: url})
	must(err)
	agencies, err := publishing.New(t.Context(), db, facilities, queue, publishing.Options{Access: access, PublicURL: url})
	must(err)
	records, profiles := catalogue.Agencies{Publishing: agencies}, catalogue.NewProfiles(facilities)
	service, err := catalogue.New(catalogue.Options{Facilities: facilities, Catalogue: records, Profiles: profiles, PublicURL: url,
		LiveMap: catalogue.LiveMap{Script: "/map.js", Policy: api.PagePolicy(nil)}})
	must(err)
	features, err := ogc.New(ogc.Options{Facilities: facilities, Catalogue: records, Profiles: profiles, PublicURL: url})
	must(err)
	gate, err := api.New(api.Config{PublicURL: url,
		Web: fstest.MapFS{"index.html": {Data: []byte(`<html><head><meta name="description" content="places" /><title>Fujin</title></head><body></body></html>`)}},
		PlaceHead: func(_ context.Context, id, accept string) (template.HTML, error) {
			return service.PlaceHead(id, accept)
		}})
	must(err)
	service.Routes(gate.Engine(), gate.API())
	features.Routes(gate.Engine())
	agencies.Routes(gate.Engine(), gate.API())
	server.Config.Handler = gate.Handler()
	server.Start()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- facilities.Run(ctx) }()
	t.Cleanup(func() {
		server.Close()
		stop()
		if err := <-ended; err != nil {
			t.Errorf("run: %v", err)
		}
	})
	s := &site{t, facilities, agencies, url}
	s.eventually(facilities.Ready)
	return s
}

func (s *site) eventually(check func() error) {
	s.t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for check() != nil {
		if time.Now().After(deadline) {
			s.t.Fatal(check())
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func openSQLite(t *testing.T) *kernel.DB {
	t.Helper()
	db, err := kernel.Open(t.Context(), dbtest.Config(t, kernel.SQLite))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// describe is what an agency says of its dataset.
func (s *site) describe(id string) {
	s.t.Helper()
	ctx := org.With(s.t.Context(), org.Principal{Org: "parks", Role: org.Publisher})
	_, err := s.publishing.Create(ctx, publishing.Dataset{ID: id, Title: publishing.Text{"zh-Hans": "南昌公共厕所", "en": "Public toilets of Nanchang"},
		Description: publishing.Text{"en": `Kept by the city </script><b>"daily"</b>`}, Licence: "CC-BY-4.0", Contact: publishing.Contact{Name: "Parks Office", Email: "data@parks.example"}})
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) publish(dataset string, n int) {
	s.t.Helper()
	pub, err := s.facilities.Replace(s.t.Context(), dataset, func(yield func(facility.Row) error) error {
		for i := range n {
			row, err := facility.Prepare(datasets.Place{Row: i + 1, SourceID: fmt.Sprint(i), Name: fmt.Sprintf("公厕 </script>%d", i), Category: "toilet",
				Geometry: orb.Point{115.8 + float64(i)/1000, 28.6 + float64(i%7)/1000}, OpeningHours: []string{"Mo-Su 06:00-22:00", "whenever"}[i%2], Address: "八一大道",
				Attributes: map[string]string{"wheelchair": "yes", "fee": "no"}, VerifiedAt: time.Date(2026, 5, 1+i%20, 0, 0, 0, 0, time.UTC)})
			if err == nil {
				err = yield(row)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}, facility.Provenance{Kind: facility.KindImport, Note: "inventory & check"})
	if err != nil {
		s.t.Fatal(err)
	}
	s.eventually(func() error {
		if s.facilities.Seen(dataset) < pub.Version {
			return fmt.Errorf("version %d is not seen", pub.Version)
		}
		return nil
	})
}

func (s *site) get(path string, headers ...string) (status int, header http.Header, body string) {
	s.t.Helper()
	if strings.HasPrefix(path, "/") {
		path = s.url + path
	}
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return res.StatusCode, res.Header, string(b)
}

func (s *site) object(path string) map[string]any {
	s.t.Helper()
	status, header, body := s.get(path)
	var v map[string]any
	if err := json.Unmarshal([]byte(body), &v); err != nil || status != 200 || header.Get("Content-Type") != "application/ld+json" {
		s.t.Fatalf("%s: %d %v %s", path, status, err, body)
	}
	return v
}

// TestDCATSaysWhatDCATAPWants: the mandatory and recommended properties, and
// every address that it gives answers.
func TestDCATSaysWhatDCATAPWants(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		s := serve(t, open())
		s.describe("wc")
		s.describe("draft")
		s.publish("wc", 30)
		s.publish("plain", 3)
		c := s.object("/catalogue.jsonld")
		list := c["dcat:dataset"].([]any)
		if c["@type"] != "dcat:Catalog" || c["dct:publisher"] == nil || c["dct:title"] == nil || c["dct:description"] == nil || len(list) != 2 {
			t.Fatalf("%v", c)
		}
		d := s.object("/v1/datasets/wc/dcat")
		inside := list[1].(map[string]any)
		delete(d, "@context")
		a, _ := json.Marshal(d)
		b, _ := json.Marshal(inside)
		if string(a) != string(b) {
			t.Errorf("alone %s, in the catalogue %s", a, b)
		}
		for _, property := range []string{"dct:title", "dct:description", "dct:publisher", "dct:identifier", "dct:issued", "dct:modified", "dct:spatial", "dct:temporal", "dcat:contactPoint",
			"dcat:keyword", "dcat:theme", "dcat:version", "dcat:landingPage", "dct:accessRights"} {
			if d[property] == nil {
				t.Errorf("%s is missing", property)
			}
		}
		distributions := d["dcat:distribution"].([]any)
		if len(distributions) != len(datasets.WriteFormats())+1 {
			t.Errorf("%d distributions", len(distributions))
		}
		for _, one := range distributions {
			one := one.(map[string]any)
			if license := one["dct:license"].(map[string]any)["@id"]; license != "https://spdx.org/licenses/CC-BY-4.0.html" {
				t.Errorf("license %v", license)
			}
			for _, key := range []string{"dcat:accessURL", "dcat:downloadURL"} {
				if to, ok := one[key].(map[string]any); ok {
					if status, header, body := s.get(to["@id"].(string)); status != 200 || len(body) == 0 {
						t.Errorf("%v: %d %v", to, status, header)
					}
				}
			}
		}
		for _, path := range []string{"/v1/datasets/draft/dcat", "/v1/datasets/draft/feed.atom", "/datasets/draft", "/ogc/collections/draft", "/datasets/none"} {
			if status, _, body := s.get(path); status != 404 || strings.Contains(body, "Nanchang") {
				t.Errorf("%s: %d %s", path, status, body)
			}
		}
	})
}

func TestFeedTellsOfVersions(t *testing.T) {
	s := serve(t, openSQLite(t))
	s.describe("wc")
	for n := range 52 {
		s.publish("wc", n%3+1)
	}
	type feed struct {
		Title string `xml:"title"`
		Links []struct {
			Rel  string `xml:"rel,attr"`
			Href string `xml:"href,attr"`
		} `xml:"link"`
		Entries []struct {
			ID, Title, Updated, Summary string
			Links                       []struct {
				Rel  string `xml:"rel,attr"`
				Href string `xml:"href,attr"`
			} `xml:"link"`
		} `xml:"entry"`
	}
	seen := 0
	for path := "/v1/datasets/wc/feed.atom"; path != ""; {
		status, header, body := s.get(path)
		var f feed
		if err := xml.Unmarshal([]byte(body), &f); err != nil || status != 200 || !strings.HasPrefix(header.Get("Content-Type"), "application/atom+xml") {
			t.Fatalf("%d %v %s", status, err, body)
		}
		path = ""
		for _, l := range f.Links {
			if l.Rel == "next" {
				path = l.Href
			}
		}
		for _, e := range f.Entries {
			if e := e; seen < 2 {
				for _, l := range e.Links {
					if status, _, _ := s.get(l.Href); status != 200 {
						t.Errorf("%s %s: %d", l.Rel, l.Href, status)
					}
				}
			}
			seen++
		}
	}
	if seen != 52 {
		t.Errorf("%d versions", seen)
	}
	if status, _, _ := s.get("/v1/datasets/wc/feed.atom?befor=3"); status != 400 {
		t.Errorf("an unknown parameter: %d", status)
	}
}

// code is what a page prints in an element of an id.
func code(t *testing.T, page, id string) string {
	t.Helper()
	found := regexp.MustCompile(`(?s)<code id="` + id + `">(.*?)</code>`).FindStringSubmatch(page)
	if found == nil {
		t.Fatalf("the page has no %s", id)
	}
	return html.UnescapeString(found[1])
}

// TestPagePrintsCommandsThatWork runs each command of a dataset's page as it
// is printed.
func TestPagePrintsCommandsThatWork(t *testing.T) {
	s := serve(t, openSQLite(t))
	s.describe("wc")
	s.publish("wc", 30)
	_, _, page := s.get("/datasets/wc")
	for id, c := range map[string]struct{ shell, want string }{
		"use-curl":       {"curl", `"numberMatched":30,"numberReturned":10`},
		"use-file":       {"curl", "wc.csv"},
		"use-gdal":       {"ogr2ogr", "wc.gpkg"},
		"use-javascript": {"node", "30 ["},
		"use-python":     {"/usr/bin/python3", "公厕"},
	} {
		t.Run(id, func(t *testing.T) {
			if _, err := exec.LookPath(c.shell); err != nil || c.shell == "/usr/bin/python3" && exec.Command(c.shell, "-c", "import owslib").Run() != nil {
				t.Skipf("%s or a library of it is not installed", c.shell)
			}
			text := code(t, page, id)
			args := []string{"sh", "-c", text + " && ls"}
			switch c.shell {
			case "node":
				args = []string{"node", "--input-type=module", "-e", text}
			case "/usr/bin/python3":
				args = []string{c.shell, "-c", text}
			}
			command := exec.CommandContext(t.Context(), args[0], args[1:]...)
			command.Dir = t.TempDir()
			if out, err := command.CombinedOutput(); err != nil || !strings.Contains(string(out), c.want) {
				t.Errorf("%s: %v\n%s", text, err, out)
			}
		})
	}
}

func TestPagesAreSafeAndInBothLanguages(t *testing.T) {
	s := serve(t, openSQLite(t))
	if _, _, body := s.get("/datasets", "Accept-Language", "zh"); !strings.Contains(body, "还没有") {
		t.Errorf("%s", body)
	}
	s.describe("wc")
	s.publish("wc", 30)
	s.publish("wc", 28)
	for path, want := range map[string][2]string{
		"/datasets":    {"Public toilets of Nanchang", "南昌公共厕所"},
		"/datasets/wc": {"What changed", "与上一版的差异"},
	} {
		for i, language := range []string{"en", "zh-CN"} {
			status, header, body := s.get(path, "Accept-Language", language)
			if status != 200 || !strings.Contains(body, want[i]) || !strings.Contains(header.Get("Content-Security-Policy"), "default-src 'none'") ||
				strings.Contains(body, "<b>") || strings.Contains(body, " style=") || strings.Contains(body, "</script>0") {
				t.Errorf("%s in %s: %d %s", path, language, status, body)
			}
		}
	}
	if status, _, body := s.get("/datasets/nowhere", "Accept", "text/html", "Accept-Language", "zh"); status != 404 || !strings.Contains(body, "没有这个数据集") || !strings.Contains(body, "/datasets/wc") {
		t.Errorf("a dataset that is not: %d %s", status, body)
	}
	if status, header, _ := s.get("/datasets/nowhere"); status != 404 || header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("for a program: %d %s", status, header.Get("Content-Type"))
	}
	s.publish("plain", 3) // without a word of its agency
	for language, want := range map[string][3]string{"zh-CN": {"3 处设施（公共厕所）。", "<th>名称</th>", "全部 3 处设施"}, "en": {"3 facilities (Public toilet).", "<th>Name</th>", "All 3 facilities"}} {
		_, _, body := s.get("/datasets/plain", "Accept-Language", language)
		for _, part := range want {
			if !strings.Contains(body, part) {
				t.Errorf("the page in %s lacks %q: %s", language, part, body)
			}
		}
	}
	_, _, body := s.get("/datasets/wc")
	for _, part := range []string{"<circle", "50 %", "CC-BY-4.0", "data@parks.example", "+0 ~0 −2", "/v1/datasets/wc/diff?from=1&amp;to=2", "inventory &amp; check", "download?format=flatgeobuf"} {
		if !strings.Contains(body, part) {
			t.Errorf("the page lacks %s", part)
		}
	}
	// The live map begins with what the drawing shows, and only its page may run a script.
	_, header, _ := s.get("/datasets/wc")
	_, plain, _ := s.get("/datasets")
	if !strings.Contains(body, `<script type="module" src="/map.js"></script>`) || !strings.Contains(body, `<figure data-dataset="wc" data-bounds="115.`) ||
		!strings.Contains(header.Get("Content-Security-Policy"), "script-src 'self'") || strings.Contains(plain.Get("Content-Security-Policy"), "script-src") {
		t.Errorf("%s %s", header.Get("Content-Security-Policy"), body)
	}
	for _, link := range regexp.MustCompile(`href="([^"#]+)"`).FindAllStringSubmatch(body, -1) {
		to := html.UnescapeString(link[1])
		if slices.Contains([]string{"/icon.svg", "/"}, to) || strings.HasPrefix(to, "mailto:") || strings.HasPrefix(to, "https://") {
			continue
		}
		if status, _, _ := s.get(to); status != 200 && !strings.HasPrefix(to, "/docs/") {
			t.Errorf("%s: %d", to, status)
		}
	}
	if n := len(embedded(t, body)["distribution"].([]any)); n != len(datasets.WriteFormats()) {
		t.Errorf("%d files in schema.org's words", n)
	}
}

// embedded is the JSON-LD of a page.
func embedded(t *testing.T, page string) map[string]any {
	t.Helper()
	found := regexp.MustCompile(`(?s)<script type="application/ld\+json">(.*?)</script>`).FindStringSubmatch(page)
	if found == nil {
		t.Fatalf("no JSON-LD in %s", page)
	}
	var v map[string]any
	if err := json.Unmarshal([]byte(found[1]), &v); err != nil {
		t.Fatalf("%v in %s", err, found[1])
	}
	return v
}

func TestPlacePagesSpeakToSearchEngines(t *testing.T) {
	s := serve(t, openSQLite(t))
	s.publish("wc", 2)
	var id string
	if err := s.facilities.Each(t.Context(), "wc", func(p facility.Published) error {
		if strings.HasSuffix(p.Name, "0") {
			id = p.ID
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	_, _, body := s.get("/p/" + id)
	v := embedded(t, body)
	at := v["geo"].(map[string]any)
	if v["@type"] != "PublicToilet" || v["name"] != "公厕 </script>0" || at["latitude"] != 28.6 || at["longitude"] != 115.8 || v["isAccessibleForFree"] != true ||
		v["openingHours"].([]any)[0] != "Mo-Su 06:00-22:00" || v["url"] != s.url+"/p/"+id || !strings.Contains(body, `rel="canonical"`) {
		t.Errorf("%v", v)
	}
	for language, want := range map[string]string{"zh-CN": "公厕 &lt;/script&gt;0 · 公共厕所", "en": "公厕 &lt;/script&gt;0 · Public toilet"} {
		_, header, body := s.get("/p/"+id, "Accept-Language", language)
		if strings.Count(body, `<meta name="description"`) != 1 || !strings.Contains(body, want) || !slices.Contains(header.Values("Vary"), "Accept-Language") {
			t.Errorf("in %s: %v %s", language, header.Values("Vary"), body)
		}
	}
	if status, _, body := s.get("/p/nowhere"); status != 200 || strings.Contains(body, "ld+json") {
		t.Errorf("a place that is not: %d %s", status, body)
	}
}
