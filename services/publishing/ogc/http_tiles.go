package ogc

import (
	"math"
	"strconv"

	"github.com/paulmach/orb/maptile"

	"fujin/services/platform/kernel/errs"
)

const (
	matrixSetID  = "WebMercatorQuad"
	matrixSetURI = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
	// maxZoom is the closest tile that there is.
	maxZoom = 22
	// edge is half the width of the Web Mercator square, in metres.
	edge = 20037508.342789244
)

// matrix is one zoom level of a tile matrix set.
type matrix struct {
	ID               string     `json:"id"`
	ScaleDenominator float64    `json:"scaleDenominator"`
	CellSize         float64    `json:"cellSize"`
	CornerOfOrigin   string     `json:"cornerOfOrigin"`
	PointOfOrigin    [2]float64 `json:"pointOfOrigin"`
	TileWidth        int        `json:"tileWidth"`
	TileHeight       int        `json:"tileHeight"`
	MatrixWidth      int        `json:"matrixWidth"`
	MatrixHeight     int        `json:"matrixHeight"`
}

func matrices() []matrix {
	var all []matrix
	for z := range maxZoom + 1 {
		n := math.Exp2(float64(z))
		cell := 2 * edge / 256 / n
		const pixel = 0.00028 // metres, by the standard's definition of a scale
		all = append(all, matrix{strconv.Itoa(z), cell / pixel, cell, "topLeft", [2]float64{-edge, edge}, 256, 256, int(n), int(n)})
	}
	return all
}

func (s *Service) getMatrixSets(r *request) error {
	if err := r.takes(); err != nil {
		return err
	}
	at := s.url("/tileMatrixSets/" + matrixSetID)
	if r.html {
		return s.render(r, "links", document{Title: wordsOf(r.language)["matrix_sets"], Links: []link{{at + "?f=html", "self", typeHTML, matrixSetID, false}}})
	}
	return r.sendJSON(typeJSON, map[string]any{"links": s.views(r, typeJSON), "tileMatrixSets": []any{map[string]any{
		"id": matrixSetID, "title": matrixSetID, "uri": matrixSetURI, "crs": uriMercator,
		"links": []link{{at, "self", typeJSON, matrixSetID, false}},
	}}})
}

func (s *Service) getMatrixSet(r *request) error {
	if err := r.takes(); err != nil {
		return err
	}
	if r.html {
		var rows []fieldRow
		for _, m := range matrices() {
			rows = append(rows, fieldRow{Name: m.ID, Type: strconv.Itoa(m.MatrixWidth), Text: strconv.FormatFloat(m.CellSize, 'g', 8, 64)})
		}
		return s.render(r, "schema", document{Title: matrixSetID, Fields: rows})
	}
	return r.sendJSON(typeJSON, map[string]any{
		"id": matrixSetID, "title": "Google Maps Compatible for the World", "uri": matrixSetURI, "crs": uriMercator, "orderedAxes": []string{"X", "Y"},
		"wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible", "tileMatrices": matrices(), "links": s.views(r, typeJSON),
	})
}

// tiled is the dataset whose tiles a request wants: the version in force, for
// only that lies in the index from which tiles are drawn.
func (s *Service) tiled(r *request) (*dataset, error) {
	if err := r.takes(); err != nil {
		return nil, err
	}
	c, err := s.open(r.Request.Context(), r)
	if err != nil {
		return nil, err
	}
	d, ok := c.(*dataset)
	if !ok {
		return nil, errs.New(errs.NotFound, "there are no tiles of the catalogue")
	}
	return d, nil
}

// tilesetLinks lead to a tileset's tiles and to their scheme.
func (s *Service) tilesetLinks(r *request) []link {
	base := s.collectionURL(r) + "/tiles/" + matrixSetID
	return []link{
		{base, "self", typeJSON, "The tileset", false},
		{base + "/{tileMatrix}/{tileRow}/{tileCol}", "item", typeMVT, "Mapbox vector tiles", true},
		{s.url("/tileMatrixSets/" + matrixSetID), relMatrixSet, typeJSON, matrixSetID, false},
	}
}

func (s *Service) getTilesets(r *request) error {
	d, err := s.tiled(r)
	if err != nil {
		return err
	}
	if r.html {
		return s.render(r, "links", document{Title: d.record.Name(r.language) + " · tiles", Links: s.tilesetLinks(r)})
	}
	return r.sendJSON(typeJSON, map[string]any{"links": s.views(r, typeJSON), "tilesets": []any{s.tileset(r, d)}})
}

func (s *Service) tileset(r *request, d *dataset) map[string]any {
	return map[string]any{
		"title": d.record.Name(r.language), "dataType": "vector", "crs": uriMercator, "tileMatrixSetURI": matrixSetURI,
		"links": s.tilesetLinks(r),
	}
}

func (s *Service) getTileset(r *request) error {
	d, err := s.tiled(r)
	if err != nil {
		return err
	}
	if r.html {
		return s.render(r, "links", document{Title: d.record.Name(r.language) + " · " + matrixSetID, Links: s.tilesetLinks(r)})
	}
	profile, err := d.profile(r.Request.Context())
	if err != nil {
		return err
	}
	t := s.tileset(r, d)
	t["layers"] = []any{
		map[string]any{"id": "facilities", "dataType": "vector", "geometryDimension": 0, "propertiesSchema": map[string]any{
			"type": "object", "properties": map[string]any{"id": map[string]any{"type": "string"}, "name": map[string]any{"type": "string"}, "category": map[string]any{"type": "string"}}}},
		map[string]any{"id": "clusters", "dataType": "vector", "geometryDimension": 0, "propertiesSchema": map[string]any{
			"type": "object", "properties": map[string]any{"count": map[string]any{"type": "integer"}}}},
	}
	if b := profile.Bound; profile.Facilities > 0 {
		t["boundingBox"] = map[string]any{"lowerLeft": b.Min, "upperRight": b.Max, "crs": uriCRS84}
	}
	return r.sendJSON(typeJSON, t)
}

// getTile answers with a Mapbox vector tile; the address has the row before
// the column, as the standard wants it.
func (s *Service) getTile(r *request) error {
	r.html = false
	d, err := s.tiled(r)
	if err != nil {
		return err
	}
	z, err := strconv.ParseUint(r.Param("z"), 10, 8)
	if err != nil || z > maxZoom {
		return errs.New(errs.NotFound, "there is no such tile: the zoom level is from 0 to %d", maxZoom).WithField("path.tileMatrix", "out_of_range", "is from 0 to %d", maxZoom)
	}
	row, err1 := strconv.ParseUint(r.Param("y"), 10, 32)
	column, err2 := strconv.ParseUint(r.Param("x"), 10, 32)
	if most := uint64(1) << z; err1 != nil || err2 != nil || row >= most || column >= most {
		return errs.New(errs.NotFound, "there is no such tile: at level %d rows and columns are from 0 to %d", z, most-1)
	}
	body, err := s.Facilities.Tile(d.record.ID, maptile.New(uint32(column), uint32(row), maptile.Zoom(z)))
	if err != nil {
		return err
	}
	r.Writer.Header().Set("Cache-Control", "public, max-age=60")
	r.send(typeMVT, body)
	return nil
}
