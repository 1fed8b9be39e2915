package org_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"fujin/api"
	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/dbtest"
	"fujin/services/platform/kernel/errs"
	"fujin/services/platform/org"
)

const home = "https://fujin.example"

// site is the service behind the real gate, with two routes that ask Require: a plain and a typed one.
type site struct {
	*org.Service
	t       *testing.T
	handler http.Handler
	doc     *huma.OpenAPI
}

func serve(t *testing.T, db *kernel.DB, config api.Config) *site {
	t.Helper()
	s, err := org.New(t.Context(), db, org.Options{PublicURL: home, LocalAdmin: api.IsLocalAdmin})
	if err != nil {
		t.Fatal(err)
	}
	config.PublicURL = home
	gate, err := api.New(config)
	if err != nil {
		t.Fatal(err)
	}
	s.Routes(gate.Engine(), gate.API())
	mountDrawers(s, gate.Engine(), gate.API())
	return &site{s, t, gate.Handler(), gate.API().OpenAPI()}
}

// mountDrawers adds a thing of organisation "red", which readers see and publishers change.
func mountDrawers(s *org.Service, r gin.IRouter, a huma.API) {
	ask := func(roles ...org.Role) gin.HandlerFunc {
		return func(c *gin.Context) {
			if err := org.Require(c.Request.Context(), "red", roles...); err != nil {
				_ = c.Error(err)
			}
		}
	}
	plain := r.Group("/v1/plain", s.Identify())
	plain.GET("/", ask(org.Reader))
	plain.POST("/", ask(org.Publisher))
	plain.PUT("/", ask(org.Reviewer, org.Publisher))
	plain.GET("/free", func(c *gin.Context) {})
	group := huma.NewGroup(a, "/v1/typed")
	group.UseMiddleware(s.IdentifyHuma(a))
	for method, roles := range map[string][]org.Role{"GET": {org.Reader}, "POST": {org.Publisher}, "PUT": {org.Reviewer, org.Publisher}} {
		huma.Register(group, huma.Operation{OperationID: "typed-" + method, Method: method, Path: "/", Security: org.Security()},
			func(ctx context.Context, _ *struct{}) (*struct{}, error) {
				return nil, org.Require(ctx, "red", roles...)
			})
	}
}

func (s *site) key(organisation string, role org.Role) (key, id string) {
	s.t.Helper()
	key, t, err := s.CreateToken(s.t.Context(), organisation, role, "a test")
	if err != nil {
		s.t.Fatal(err)
	}
	return key, t.ID
}

// ask sends a request; change may sign it.
func (s *site) ask(method, path, body string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	s.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, fn := range change {
		fn(r)
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w
}

func bearer(key string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+key) }
}

func cookie(c *http.Cookie, origin string) func(*http.Request) {
	return func(r *http.Request) {
		r.AddCookie(c)
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
	}
}

func code(w *httptest.ResponseRecorder) string {
	var p struct{ Code string }
	_ = json.Unmarshal(w.Body.Bytes(), &p)
	return p.Code
}

func TestEveryRouteAsksWhoActs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		s := serve(t, open(), api.Config{})
		revoked, id := s.key("red", org.Publisher)
		if err := s.Revoke(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		signed := func(organisation string, role org.Role) func(*http.Request) {
			key, _ := s.key(organisation, role)
			return bearer(key)
		}
		nobody := func(*http.Request) {}
		admin := func(r *http.Request) { *r = *r.WithContext(api.WithLocalAdmin(r.Context())) }
		for name, c := range map[string]struct {
			sign           func(*http.Request)
			get, post, put int
			code           string // of the refused POST
		}{
			"anonymous":            {nobody, 401, 401, 401, "unauthenticated"},
			"reader":               {signed("red", org.Reader), 200, 403, 403, "forbidden"},
			"reviewer":             {signed("red", org.Reviewer), 200, 403, 200, "forbidden"},
			"publisher":            {signed("red", org.Publisher), 200, 200, 200, ""},
			"another organisation": {signed("blue", org.Publisher), 404, 404, 404, "not_found"},
			"revoked key":          {bearer(revoked), 401, 401, 401, "invalid_key"},
			"unknown key":          {bearer("fjn_AAAAAAAAAAAAAAAAAAAAAAAAAA"), 401, 401, 401, "invalid_key"},
			"no key at all":        {bearer(""), 401, 401, 401, "invalid_key"},
			"local administrator":  {admin, 200, 200, 200, ""},
			"password":             {func(r *http.Request) { r.SetBasicAuth("red", "secret") }, 401, 401, 401, "invalid_key"},
		} {
			for _, face := range []string{"/v1/plain/", "/v1/typed/"} {
				for method, want := range map[string]int{"GET": c.get, "POST": c.post, "PUT": c.put} {
					w := s.ask(method, face, "", c.sign)
					if w.Code/100 == 2 && want/100 == 2 {
						continue
					}
					if w.Code != want || method == "POST" && code(w) != c.code {
						t.Errorf("%s: %s %s: %d %s, want %d %s", name, method, face, w.Code, w.Body, want, c.code)
					}
					if challenge := w.Header().Get("WWW-Authenticate"); (challenge != "") != (w.Code == 401) {
						t.Errorf("%s: %s %s: WWW-Authenticate %q with %d", name, method, face, challenge, w.Code)
					}
				}
			}
		}
		if w := s.ask("GET", "/v1/plain/free", ""); w.Code != 200 {
			t.Errorf("a route for everybody answers %d to nobody", w.Code)
		}
		if w := s.ask("GET", "/v1/plain/free", "", bearer(revoked)); w.Code != 401 {
			t.Errorf("a route for everybody answers %d to a revoked key, which its owner should hear of", w.Code)
		}
	})
}

func TestSession(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		s := serve(t, open(), api.Config{})
		key, id := s.key("red", org.Publisher)
		w := s.ask("POST", "/v1/session", `{"key":" `+key+` "}`)
		if w.Code != 204 || len(w.Result().Cookies()) != 1 {
			t.Fatalf("sign in: %d %s", w.Code, w.Body)
		}
		c := w.Result().Cookies()[0]
		if c.Name != "fujin_session" || !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.MaxAge != 12*3600 {
			t.Errorf("cookie %+v", c)
		}
		var who struct {
			KeyID     string `json:"key_id"`
			Org, Role string
			ExpiresAt time.Time `json:"expires_at"`
		}
		w = s.ask("GET", "/v1/session", "", cookie(c, ""))
		if err := json.Unmarshal(w.Body.Bytes(), &who); err != nil || who.KeyID != id || who.Org != "red" || who.Role != "publisher" || time.Until(who.ExpiresAt) < 11*time.Hour {
			t.Errorf("session: %d %s", w.Code, w.Body)
		}
		if cache := w.Header().Get("Cache-Control"); !strings.Contains(cache, "private") {
			t.Errorf("Cache-Control %q", cache)
		}
		if w := s.ask("GET", "/v1/session", "", bearer(key)); w.Code != 200 || strings.Contains(w.Body.String(), "expires_at") {
			t.Errorf("with the key itself: %d %s", w.Code, w.Body)
		}
		if w := s.ask("GET", "/v1/session", ""); w.Code != 401 {
			t.Errorf("without a session: %d", w.Code)
		}
		for origin, want := range map[string]int{home: 204, "": 403, "https://evil.example": 403, "https://fujin.example:444": 403, "null": 403} {
			w := s.ask("POST", "/v1/typed/", "", cookie(c, origin))
			if w.Code/100 != want/100 || want == 403 && code(w) != "wrong_origin" {
				t.Errorf("a change from a page of %q: %d %s", origin, w.Code, w.Body)
			}
		}
		if w := s.ask("GET", "/v1/typed/", "", cookie(c, "")); w.Code/100 != 2 {
			t.Errorf("reading needs no origin: %d", w.Code)
		}
		w = s.ask("DELETE", "/v1/session", "", cookie(c, home))
		if w.Code != 204 || w.Result().Cookies()[0].MaxAge >= 0 {
			t.Errorf("sign out: %d %v", w.Code, w.Result().Cookies())
		}
		if w := s.ask("GET", "/v1/session", "", cookie(c, "")); w.Code != 401 {
			t.Errorf("after signing out: %d", w.Code)
		}
	})
}

func TestSessionEndsWithTimeAndWithItsKey(t *testing.T) {
	var later atomic.Int64
	config := dbtest.Config(t, kernel.SQLite)
	config.Clock = func() time.Time { return time.Now().Add(time.Duration(later.Load())) }
	db, err := kernel.Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	s := serve(t, db, api.Config{})
	key, id := s.key("red", org.Publisher)
	signIn := func() *http.Cookie {
		w := s.ask("POST", "/v1/session", `{"key":"`+key+`"}`)
		if w.Code != 204 {
			t.Fatalf("sign in: %d %s", w.Code, w.Body)
		}
		return w.Result().Cookies()[0]
	}
	c := signIn()
	later.Store(int64(12*time.Hour - time.Minute))
	if w := s.ask("GET", "/v1/session", "", cookie(c, "")); w.Code != 200 {
		t.Errorf("after nearly 12 hours: %d", w.Code)
	}
	later.Store(int64(12*time.Hour + time.Minute))
	if w := s.ask("GET", "/v1/session", "", cookie(c, "")); w.Code != 401 {
		t.Errorf("after 12 hours: %d", w.Code)
	}
	c = signIn()
	if err := s.Revoke(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if w := s.ask("GET", "/v1/typed/", "", cookie(c, "")); w.Code != 401 {
		t.Errorf("with a revoked key's session: %d", w.Code)
	}
	if w := s.ask("GET", "/v1/plain/free", "", cookie(c, "")); w.Code != 200 {
		t.Errorf("public things with a dead session: %d", w.Code)
	}
}

func TestEnteringKeysIsLimited(t *testing.T) {
	db, err := kernel.Open(t.Context(), dbtest.Config(t, kernel.SQLite))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	s := serve(t, db, api.Config{})
	key, _ := s.key("red", org.Reader)
	try := func(from, key string) *httptest.ResponseRecorder {
		return s.ask("POST", "/v1/session", `{"key":"`+key+`"}`, func(r *http.Request) { r.RemoteAddr = from })
	}
	for i := range 10 {
		if w := try("203.0.113.7:1000", "fjn_wrong"); w.Code != 401 || code(w) != "invalid_key" {
			t.Fatalf("attempt %d: %d %s", i, w.Code, w.Body)
		}
	}
	w := try("203.0.113.7:2000", key)
	if w.Code != 429 || w.Header().Get("Retry-After") != "3" {
		t.Errorf("the eleventh: %d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
	}
	if w := try("203.0.113.8:1000", key); w.Code != 204 {
		t.Errorf("from another address: %d %s", w.Code, w.Body)
	}
	if w := s.ask("GET", "/v1/session", "", bearer(key), func(r *http.Request) { r.RemoteAddr = "203.0.113.7:1" }); w.Code != 200 {
		t.Errorf("keys that programs send are not limited: %d", w.Code)
	}
	w = s.ask("POST", "/v1/session", `{"key":"`+key+`"}`, func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") })
	if w.Code != 403 || code(w) != "wrong_origin" {
		t.Errorf("signing in from a page of another site: %d %s", w.Code, w.Body)
	}
}

func TestTokensAreListedWithoutTheirKeys(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		s := serve(t, open(), api.Config{})
		key, id := s.key("red", org.Reviewer)
		s.key("blue", org.Reader)
		if !regexp.MustCompile(`^fjn_[A-Z2-7]{26}$`).MatchString(key) {
			t.Errorf("key %q", key)
		}
		for range 2 { // revoking again is harmless
			if err := s.Revoke(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Revoke(t.Context(), "none"); errs.KindOf(err) != errs.NotFound || !strings.Contains(err.Error(), "none") {
			t.Errorf("revoking what is not there: %v", err)
		}
		list, err := s.Tokens(t.Context(), "red")
		if err != nil || len(list) != 1 || list[0].ID != id || list[0].Role != org.Reviewer || list[0].Note != "a test" || list[0].RevokedAt == nil {
			t.Errorf("%+v, %v", list, err)
		}
		if all, err := s.Tokens(t.Context(), ""); err != nil || len(all) != 2 || all[0].Org != "blue" {
			t.Errorf("%+v, %v", all, err)
		}
		for _, bad := range []org.Token{
			{Org: "", Role: org.Reader}, {Org: "Red", Role: org.Reader}, {Org: "-red", Role: org.Reader}, {Org: strings.Repeat("a", 65), Role: org.Reader},
			{Org: "red", Role: "king"}, {Org: "red", Role: org.Administrator}, {Org: "red", Role: org.Reader, Note: strings.Repeat("记", 201)},
		} {
			if _, _, err := s.CreateToken(t.Context(), bad.Org, bad.Role, bad.Note); errs.KindOf(err) != errs.Invalid {
				t.Errorf("%+v: %v", bad, err)
			}
		}
	})
}
