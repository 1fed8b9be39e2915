package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"mime"
	"net"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"
	"github.com/klauspost/compress/gzip"
)

// asset is one built file, held in memory with its compressed form.
type asset struct {
	body        []byte
	zipped      func() []byte // made at the first request that takes it; nil where compression does not pay
	contentType string
	tag         string
	cache       string
}

// mountPages serves the built pages: files at their own paths, the citizens' page at / and /p/{id}, the agencies' console
// at /console and below.
func (g *Gate) mountPages() error {
	if g.config.Web == nil {
		return nil
	}
	assets, err := loadAssets(g.config.Web)
	if err != nil {
		return err
	}
	index := assets["index.html"]
	if index == nil {
		index = assets["placeholder.html"]
	}
	if index == nil {
		return errors.New("api: the pages have neither index.html nor placeholder.html")
	}
	shell := g.page(serveAsset(index))
	g.engine.GET("/", shell)
	g.engine.GET("/p/:id", g.page(g.placePage(index)))
	console := assets["console.html"] // not in the placeholder
	if console != nil {
		desk := g.page(serveAsset(console))
		g.engine.GET("/console", desk)
		g.engine.GET("/console/*page", desk)
	}
	g.engine.GET("/assets/*file", func(c *gin.Context) {
		if a := assets["assets"+c.Param("file")]; a != nil {
			serveAsset(a)(c)
			return
		}
		noRoute(c)
	})
	for name, a := range assets {
		if !strings.HasPrefix(name, "assets/") && a != index && a != console {
			g.engine.GET("/"+name, serveAsset(a))
		}
	}
	return nil
}

// ownDescription is what the shell says of itself.
var ownDescription = regexp.MustCompile(`<meta name="description"[^>]*>\s*`)

// placePage is the shell with what search engines are told of the place. The page itself is drawn by the shell: where
// there is nothing to tell, it is served as it is.
func (g *Gate) placePage(shell *asset) gin.HandlerFunc {
	whole := serveAsset(shell)
	before, after, found := bytes.Cut(shell.body, []byte("</head>"))
	before = ownDescription.ReplaceAll(before, nil) // a page has one, and the place's is the better
	return func(c *gin.Context) {
		if g.config.PlaceHead == nil || !found {
			whole(c)
			return
		}
		head, err := g.config.PlaceHead(c.Request.Context(), c.Param("id"), c.GetHeader("Accept-Language"))
		if err != nil {
			whole(c)
			return
		}
		c.Writer.Header().Add("Vary", "Accept-Language")
		body := slices.Concat(before, []byte(head), []byte("</head>"), after)
		serveTagged(c, body, shell.contentType, etagOf(body), shell.cache)
	}
}

func loadAssets(files fs.FS) (map[string]*asset, error) {
	assets := map[string]*asset{}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(path.Base(name), ".") {
			return err
		}
		body, err := fs.ReadFile(files, name)
		if err == nil {
			assets[name] = newAsset(name, body)
		}
		return err
	})
	return assets, err
}

func newAsset(name string, body []byte) *asset {
	a := &asset{body: body, contentType: typeOf(name), tag: etagOf(body), cache: "no-cache"}
	if strings.HasPrefix(name, "assets/") {
		a.cache = "public, max-age=31536000, immutable" // the build puts a hash of the content in the name
	}
	if compressible(a.contentType) && len(body) >= zipFrom {
		a.zipped = sync.OnceValue(func() []byte {
			var out bytes.Buffer
			w := gzip.NewWriter(&out)
			_, _ = w.Write(body) // a buffer takes everything
			_ = w.Close()
			return out.Bytes()
		})
	}
	return a
}

// typeOf does not ask the system's tables: they differ between machines.
func typeOf(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".json", ".map":
		return "application/json"
	case ".webmanifest":
		return "application/manifest+json"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	case ".txt":
		return "text/plain; charset=utf-8"
	case ".ico":
		return "image/x-icon"
	case ".pbf":
		return "application/x-protobuf"
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}

// serveAsset answers with the compressed form made once, ahead of the gate's own compression.
func serveAsset(a *asset) gin.HandlerFunc {
	return func(c *gin.Context) {
		if a.zipped != nil && wantsGzip(c.Request) {
			c.Header("Content-Encoding", "gzip")
			serveTagged(c, a.zipped(), a.contentType, strings.TrimSuffix(a.tag, `"`)+`-gz"`, a.cache)
			return
		}
		serveTagged(c, a.body, a.contentType, a.tag, a.cache)
	}
}

// page adds what only a page in a browser needs: the headers that bound what it may load, and the way to the one
// address at which it works (cookies, passkeys and links belong to the public address).
func (g *Gate) page(next gin.HandlerFunc) gin.HandlerFunc {
	policy := PagePolicy(g.config.Settings.BaseMap)
	return func(c *gin.Context) {
		if to := g.publicAddress(c.Request); to != "" {
			c.Header("Cache-Control", "no-store")
			c.Redirect(http.StatusTemporaryRedirect, to)
			return
		}
		h := c.Writer.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("Permissions-Policy", "geolocation=(self), camera=(self), microphone=()")
		next(c)
	}
}

// publicAddress is where a page opened at a loopback address should be, "" if it is in its place.
func (g *Gate) publicAddress(r *http.Request) string {
	if !strings.Contains(r.Header.Get("Accept"), "text/html") {
		return ""
	}
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	public, err := url.Parse(g.config.PublicURL)
	if ip == nil || !ip.IsLoopback() || err != nil || public.Host == r.Host {
		return ""
	}
	return g.config.PublicURL + r.URL.RequestURI()
}

func etagOf(body []byte) string {
	sum := sha256.Sum256(body)
	return `"` + hex.EncodeToString(sum[:12]) + `"`
}

// matches compares weakly, as If-None-Match is meant.
func matches(header, tag string) bool {
	for part := range strings.SplitSeq(header, ",") {
		part = strings.TrimPrefix(strings.TrimSpace(part), "W/")
		if part == tag || part == "*" {
			return true
		}
	}
	return false
}
