package ogc

import (
	"github.com/gin-gonic/gin"
)

// Routes mounts the API. Its own definition, in OpenAPI 3.0 as its standards
// want it, is at /ogc/api.
func (s *Service) Routes(r gin.IRouter) {
	for path, handler := range map[string]gin.HandlerFunc{
		"":                                       s.handle(s.getLanding),
		"/":                                      s.handle(s.getLanding),
		"/conformance":                           s.handle(s.getConformance),
		"/api":                                   s.handle(s.getAPI),
		"/collections":                           s.handle(s.getCollections),
		"/collections/:id":                       s.handle(s.getCollection),
		"/collections/:id/items":                 s.handle(s.getItems),
		"/collections/:id/items/:fid":            s.handle(s.getItem),
		"/collections/:id/queryables":            s.handle(s.getQueryables),
		"/collections/:id/sortables":             s.handle(s.getSortables),
		"/collections/:id/schema":                s.handle(s.getSchema),
		"/collections/:id/tiles":                 s.handle(s.getTilesets),
		"/collections/:id/tiles/WebMercatorQuad": s.handle(s.getTileset),
		"/collections/:id/tiles/WebMercatorQuad/:z/:y/:x": s.handle(s.getTile),
		"/tileMatrixSets":                 s.handle(s.getMatrixSets),
		"/tileMatrixSets/WebMercatorQuad": s.handle(s.getMatrixSet),
	} {
		r.GET("/ogc"+path, handler)
	}
}

// handle runs fn; what goes wrong becomes a problem document at the gate.
func (s *Service) handle(fn func(*request) error) gin.HandlerFunc {
	return func(c *gin.Context) {
		r, err := s.newRequest(c)
		if err == nil {
			err = fn(r)
		}
		if err != nil {
			_ = c.Error(err)
		}
	}
}
