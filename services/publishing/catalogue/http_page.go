package catalogue

import (
	"bytes"

	"github.com/gin-gonic/gin"
)

// Policy bounds what a page may load: its style, and nothing else. A page with
// a live map has that map's.
const Policy = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

func (s *Service) render(c *gin.Context, status int, name, policy string, page any) error {
	var b bytes.Buffer
	if err := s.pages[name].ExecuteTemplate(&b, "layout", page); err != nil {
		return err
	}
	h := c.Writer.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("Content-Language", language(c))
	h.Add("Vary", "Accept-Language")
	send(c, status, "text/html; charset=utf-8", b.Bytes())
	return nil
}

// language is the language of a page.
func language(c *gin.Context) string { return Language(c.Request.Header.Get("Accept-Language")) }
