package api

import (
	"html/template"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"

	"fujin/services/platform/kernel/errs"
)

// guide is one text of the docs folder; its first line is its title.
type guide struct {
	Name, Title string
	Text        template.HTML
	Kinds       []kindRow // only the guide on problems shows them
}

func readGuides() ([]guide, error) {
	names, err := fs.Glob(docs, "docs/*.md")
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	guides := make([]guide, 0, len(names))
	for _, name := range names {
		text, err := fs.ReadFile(docs, name)
		if err != nil {
			return nil, err
		}
		title, _, _ := strings.Cut(string(text), "\n")
		g := guide{
			Name:  strings.TrimSuffix(strings.TrimPrefix(name, "docs/"), ".md"),
			Title: strings.TrimPrefix(title, "# "), Text: markdown(string(text)),
		}
		if g.Name == "problems" {
			g.Kinds = kinds()
		}
		guides = append(guides, g)
	}
	return guides, nil
}

// guideHandler serves the guides, each made at its first request.
func (g *Gate) guideHandler() gin.HandlerFunc {
	pages := sync.OnceValues(func() (map[string][]byte, error) {
		guides, err := readGuides()
		made := map[string][]byte{}
		for _, text := range guides {
			if made[text.Name], err = renderLayout("guide.html", text); err != nil {
				return nil, err
			}
		}
		return made, err
	})
	return func(c *gin.Context) {
		all, err := pages()
		if err != nil {
			_ = c.Error(err)
			return
		}
		page, ok := all[c.Param("guide")]
		if !ok {
			_ = c.Error(errs.New(errs.NotFound, "there is no such guide; /docs lists them"))
			return
		}
		serveTagged(c, page, "text/html; charset=utf-8", etagOf(page), "no-cache")
	}
}
