package api

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"
)

// Constant mounts a handler that answers with one fixed body: the least any route of this gate can cost. The speed of
// a real route is stated as a multiple of it.
func (g *Gate) Constant(path, contentType string, body []byte) {
	ctype, length := []string{contentType}, []string{strconv.Itoa(len(body))}
	g.engine.GET(path, func(c *gin.Context) {
		h := c.Writer.Header()
		h["Content-Type"], h["Content-Length"] = ctype, length
		c.Status(http.StatusOK)
		_, _ = c.Writer.Write(body) // a client that went away is not our error
	})
}
