package org

import (
	"context"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"fujin/services/platform/kernel/errs"
)

// cookieName is where a browser keeps its session.
const cookieName = "fujin_session"

// Routes mounts the exchange of a key for a session.
func (s *Service) Routes(_ gin.IRouter, a huma.API) {
	const path = "/v1/session"
	tags, identify := []string{"Access"}, s.IdentifyHuma(a)
	huma.Register(a, huma.Operation{
		OperationID: "open-session", Method: http.MethodPost, Path: path, Tags: tags, DefaultStatus: http.StatusNoContent,
		Summary: "Exchange a key for a session of this browser",
		Description: "The answer sets an HttpOnly cookie that ends after 12 hours. Programs need none: they send the key itself as " +
			"`Authorization: Bearer KEY`. At most 10 attempts at once from one address, then one in 3 seconds: 429.",
		Errors: []int{http.StatusUnauthorized, http.StatusTooManyRequests}, Middlewares: huma.Middlewares{s.guardExchange},
	}, s.postSession)
	huma.Register(a, huma.Operation{
		OperationID: "session", Method: http.MethodGet, Path: path, Tags: tags, Summary: "Whose key or session this is",
		Errors: []int{http.StatusUnauthorized}, Middlewares: huma.Middlewares{identify}, Security: Security(),
	}, s.getSession)
	huma.Register(a, huma.Operation{
		OperationID: "close-session", Method: http.MethodDelete, Path: path, Tags: tags, DefaultStatus: http.StatusNoContent,
		Summary: "End the session of this browser", Middlewares: huma.Middlewares{identify},
	}, s.deleteSession)
}

// Security is what an operation that asks Require lists in the API document: either a key or a session.
func Security() []map[string][]string {
	return []map[string][]string{{"key": {}}, {"session": {}}}
}

// Identify finds out who acts, for handlers behind it to learn with From: by the key in Authorization: Bearer, else by
// the session's cookie, else the local administrator by the socket. A key that is not valid ends the request with 401; a
// session that has ended counts as none, so that public pages go on working. Nobody is refused for saying nothing.
func (s *Service) Identify() gin.HandlerFunc {
	return func(c *gin.Context) {
		if err := s.identify(c); err != nil {
			_ = c.Error(err)
			c.Abort()
		}
	}
}

// IdentifyHuma is Identify for typed operations, and describes the two ways to sign a request in a's document.
func (s *Service) IdentifyHuma(a huma.API) func(huma.Context, func(huma.Context)) {
	components := a.OpenAPI().Components
	if components.SecuritySchemes == nil {
		components.SecuritySchemes = map[string]*huma.SecurityScheme{}
	}
	components.SecuritySchemes["key"] = &huma.SecurityScheme{Type: "http", Scheme: "bearer",
		Description: "A key that `fujin token create` printed"}
	components.SecuritySchemes["session"] = &huma.SecurityScheme{Type: "apiKey", In: "cookie", Name: cookieName,
		Description: "A session that a key was exchanged for; only from pages of this server"}
	return func(ctx huma.Context, next func(huma.Context)) {
		c := humagin.Unwrap(ctx)
		if err := s.identify(c); err != nil {
			_ = c.Error(err)
			return
		}
		next(ctx)
	}
}

// identify marks the request's context with who acts.
func (s *Service) identify(c *gin.Context) error {
	p, known, err := s.principal(c.Request)
	if err != nil || !known {
		return err
	}
	c.Header("Cache-Control", "private, no-cache") // what an organisation sees is not for shared caches
	c.Request = c.Request.WithContext(With(c.Request.Context(), p))
	return nil
}

func (s *Service) principal(r *http.Request) (p Principal, known bool, err error) {
	if header := r.Header.Get("Authorization"); header != "" {
		scheme, key, _ := strings.Cut(header, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return p, false, errs.New(errs.Unauthenticated, "the Authorization header must be: Bearer KEY").WithCode("invalid_key")
		}
		p, err = s.authenticate(r.Context(), strings.TrimSpace(key))
		return p, err == nil, err
	}
	if cookie, err := r.Cookie(cookieName); err == nil {
		found, err := s.resume(r.Context(), cookie.Value)
		switch {
		case err == nil:
			return found.Principal, true, s.checkOrigin(r)
		case errs.KindOf(err) != errs.NotFound:
			return p, false, err
		}
	}
	if s.options.LocalAdmin != nil && s.options.LocalAdmin(r.Context()) {
		return Principal{Role: Administrator}, true, nil
	}
	return p, false, nil
}

// checkOrigin refuses a change that a page of another site had a browser with a session make. Browsers name the origin
// of every request that is not a plain read; SameSite=Strict, which already keeps the cookie at home, does not tell
// other ports and subdomains apart.
func (s *Service) checkOrigin(r *http.Request) error {
	if r.Method == http.MethodGet || r.Method == http.MethodHead || r.Header.Get("Origin") == s.options.PublicURL {
		return nil
	}
	return s.wrongOrigin()
}

func (s *Service) wrongOrigin() error {
	return errs.New(errs.Forbidden, "with a session, changes can only be made from pages of %s; programs send their key as Authorization: Bearer KEY",
		s.options.PublicURL).WithCode("wrong_origin").WithField("header.Origin", "not_one_of", "must be %s", s.options.PublicURL)
}

// guardExchange keeps pages of other sites from signing a browser in, and answers 429 to an address that enters keys too
// often.
func (s *Service) guardExchange(ctx huma.Context, next func(huma.Context)) {
	if origin := ctx.Header("Origin"); origin != "" && origin != s.options.PublicURL {
		_ = humagin.Unwrap(ctx).Error(s.wrongOrigin())
		return
	}
	wait := s.attempts.take(ctx.RemoteAddr())
	if wait == 0 {
		next(ctx)
		return
	}
	c := humagin.Unwrap(ctx)
	c.Header("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	_ = c.Error(errs.New(errs.RateLimited, "too many keys were entered from this address; wait a little"))
}

type keyInput struct {
	Body struct {
		Key string `json:"key" maxLength:"200" doc:"The key that fujin token create printed" example:"fjn_2RXJHQX6VXVYD3LPL4JVHKUNAD"`
	}
}

type cookieOutput struct {
	SetCookie    http.Cookie `header:"Set-Cookie"`
	CacheControl string      `header:"Cache-Control"`
}

// cookie makes the session's cookie; with no time left it makes the browser forget it.
func (s *Service) cookie(value string, left time.Duration) *cookieOutput {
	seconds := int(left.Seconds())
	if seconds <= 0 {
		seconds = -1
	}
	return &cookieOutput{CacheControl: "no-store", SetCookie: http.Cookie{
		Name: cookieName, Value: value, Path: "/", MaxAge: seconds, HttpOnly: true, SameSite: http.SameSiteStrictMode,
		Secure: strings.HasPrefix(s.options.PublicURL, "https://"),
	}}
}

func (s *Service) postSession(ctx context.Context, in *keyInput) (*cookieOutput, error) {
	secret, _, err := s.openSession(ctx, strings.TrimSpace(in.Body.Key))
	if err != nil {
		return nil, err
	}
	return s.cookie(secret, sessionTime), nil
}

type sessionAnswer struct {
	KeyID     string     `json:"key_id,omitempty" doc:"Which key acts" example:"01kaj0q3v5m8w3y1t6h2n4c7ze"`
	Org       string     `json:"org,omitempty" doc:"Organisation" example:"jiangxi"`
	Role      Role       `json:"role" enum:"reader,reviewer,publisher,administrator"`
	ExpiresAt *time.Time `json:"expires_at,omitempty" doc:"When the session ends; a key has no end"`
}

type sessionOutput struct{ Body sessionAnswer }

func (s *Service) getSession(ctx context.Context, in *struct {
	Authorization string `header:"Authorization" hidden:"true"`
	Session       string `cookie:"fujin_session" hidden:"true"`
}) (*sessionOutput, error) {
	p, ok := From(ctx)
	if !ok {
		return nil, errs.New(errs.Unauthenticated, "nobody is signed in here")
	}
	answer := sessionAnswer{KeyID: p.KeyID, Org: p.Org, Role: p.Role}
	if in.Authorization == "" && in.Session != "" {
		if found, err := s.resume(ctx, in.Session); err == nil {
			answer.ExpiresAt = &found.expiresAt
		}
	}
	return &sessionOutput{answer}, nil
}

func (s *Service) deleteSession(ctx context.Context, in *struct {
	Session string `cookie:"fujin_session" hidden:"true"`
}) (*cookieOutput, error) {
	if in.Session != "" {
		if err := s.closeSession(ctx, in.Session); err != nil {
			return nil, err
		}
	}
	return s.cookie("", 0), nil
}
