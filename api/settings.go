package api

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// Settings is what the pages are told of this installation.
type Settings struct {
	BaseMap         *BaseMap  `json:"base_map" doc:"The map drawn below Fujin's own tiles; null: those alone"`
	MapApproval     string    `json:"map_approval,omitempty" doc:"Map approval number (审图号) to be shown on the map" example:"GS(2024)0650号"`
	DefaultPosition []float64 `json:"default_position,omitempty" doc:"Where the map opens before a position is known: [lon, lat], degrees, WGS-84" minItems:"2" maxItems:"2"`
	Categories      []string  `json:"categories,omitempty" doc:"Categories worth a button, most wanted first"`
}

// BaseMap is an outside map: a style, or raster tiles.
type BaseMap struct {
	StyleURL    string   `json:"style_url,omitempty" doc:"A MapLibre style document"`
	Tiles       []string `json:"tiles,omitempty" doc:"Addresses of raster tiles with {z}, {x}, {y}"`
	Attribution string   `json:"attribution,omitempty" doc:"Text the map must show"`
	CRS         string   `json:"crs" enum:"wgs84,gcj02" doc:"Coordinate system the map is drawn in"`
}

type settingsAnswer struct {
	Body Settings
}

// mountSettings serves them. They change only with a restart.
func (g *Gate) mountSettings() {
	huma.Register(g.api, huma.Operation{
		OperationID: "settings", Method: http.MethodGet, Path: "/v1/settings", Tags: []string{"Installation"},
		Summary: "What the pages are told of this installation",
	}, func(context.Context, *struct{}) (*settingsAnswer, error) {
		return &settingsAnswer{Body: g.config.Settings}, nil
	})
}

// PagePolicy is the Content-Security-Policy of a page with a map: it loads from its own origin and from the base map (nil:
// there is none), nothing else.
func PagePolicy(base *BaseMap) string {
	outside := ""
	if base != nil {
		for _, address := range append([]string{base.StyleURL}, base.Tiles...) {
			u, err := url.Parse(address)
			if err != nil || u.Host == "" {
				continue
			}
			if source := " " + u.Scheme + "://" + u.Host; !strings.Contains(outside, source) {
				outside += source
			}
		}
	}
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:" + outside +
		"; connect-src 'self'" + outside + "; worker-src 'self'; manifest-src 'self'; base-uri 'none'; " +
		"form-action 'none'; frame-ancestors 'none'"
}
