package catalogue

import (
	"cmp"
	"context"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"math"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"fujin/datasets"
	"fujin/services/facility"
)

//go:embed pages/*.html
var pageFiles embed.FS

// ParsePages reads the pages/*.html of files, each with the layout.html around
// it, by their names without .html.
func ParsePages(files fs.FS) (map[string]*template.Template, error) {
	names, err := fs.Glob(files, "pages/*.html")
	if err != nil {
		return nil, err
	}
	pages := map[string]*template.Template{}
	for _, name := range names {
		t, err := template.ParseFS(files, "pages/layout.html", name)
		if err != nil {
			return nil, err
		}
		pages[strings.TrimSuffix(path.Base(name), ".html")] = t
	}
	return pages, nil
}

// frame is what all pages have.
type frame struct {
	Heading, Language, Base string
	T                       map[string]string
}

func (s *Service) frame(lang, title string) frame {
	return frame{title, lang, s.PublicURL, wordsOf(lang)}
}

type listPage struct {
	frame
	Datasets []listRow
}

type listRow struct {
	Record
	Name, Text, Updated string
}

// datasetPage is what the page of a dataset shows.
type datasetPage struct {
	frame
	Record
	Description, LicenceURL, Updated, Publisher string
	Downloads                                   []download
	Map                                         *smallMap
	MapURL                                      string // the citizens' map
	Script, Bounds                              string // of the live map, and what it shows first; "" without one
	Columns                                     []string
	Rows                                        []tableRow
	Fields                                      []Field
	Versions                                    []versionRow
	Quality                                     []measure
	Usage                                       usage
	JSONLD                                      node
}

type download struct{ Name, URL string }

// mapURL is the citizens' map, of the dataset's category where it has one alone.
func mapURL(p *Profile) string {
	category := "all"
	if len(p.Categories) == 1 {
		category = slices.Sorted(maps.Keys(p.Categories))[0]
	}
	return "/?category=" + url.QueryEscape(category)
}

// versionRow is a version with the number of the one before.
type versionRow struct {
	facility.Version
	Previous int64
}

type tableRow struct {
	ID    string
	Cells []string
}

// measure is one number of a dataset's quality.
type measure struct {
	Name       string
	Count, Of  int64
	Percentage int64
}

func (s *Service) downloads(r Record) []download {
	var list []download
	for _, f := range datasets.WriteFormats() {
		list = append(list, download{f.Name, s.download(r, f.Name)})
	}
	return list
}

// quality tells how complete a dataset is in what citizens look for.
func quality(p *Profile, t map[string]string) []measure {
	if p.Facilities == 0 {
		return nil
	}
	list := []measure{}
	for _, m := range [...]struct {
		name  string
		count int64
	}{
		{t["has_name"], p.Filled("name")}, {t["has_address"], p.Filled("address")}, {t["has_phone"], p.Filled("phone")}, {t["has_hours"], p.Filled("opening_hours")},
		{t["hours_understood"], p.HoursUnderstood}, {t["has_wheelchair"], p.Filled("wheelchair")}, {t["verified"], p.Filled("verified_at")},
	} {
		list = append(list, measure{m.name, m.count, p.Facilities, 100 * m.count / p.Facilities})
	}
	return list
}

// columnsShown is how many properties the table of first rows has.
const columnsShown = 7

// firstRows are the first facilities, with the properties that most have.
func (s *Service) firstRows(ctx context.Context, k known, language string) (columns []string, rows []tableRow, err error) {
	var names []string
	fields := slices.DeleteFunc(slices.Clone(k.Fields), func(f Field) bool { return f.Filled == 0 || f.Name == "category" && len(k.Categories) == 1 })
	slices.SortStableFunc(fields, func(a, b Field) int { return cmp.Compare(b.Filled, a.Filled) })
	for _, f := range fields[:min(len(fields), columnsShown)] {
		names = append(names, f.Name)
		columns = append(columns, cmp.Or(wordsOf(language)["field_"+f.Name], f.Name))
	}
	q := facility.FeatureQuery{Version: k.Version, Limit: rowsShown}
	err = s.Facilities.Features(ctx, k.ID, q, func(f facility.Feature) error {
		row := tableRow{ID: f.ID}
		for _, name := range names {
			row.Cells = append(row.Cells, cell(f.Published, name, language))
		}
		rows = append(rows, row)
		return nil
	})
	return columns, rows, err
}

// cell is a property's text.
func cell(p facility.Published, name, language string) string {
	switch name {
	case "name":
		return p.Name
	case "category":
		return datasets.CategoryName(p.Category, language)
	case "address":
		return p.Address
	case "phone":
		return p.Phone
	case "opening_hours":
		return p.OpeningHours
	case "verified_at":
		if p.VerifiedAt.IsZero() {
			return ""
		}
		return p.VerifiedAt.Format("2006-01-02")
	}
	return p.Attributes[strings.TrimPrefix(name, "attribute:")]
}

// smallMap is a drawing of where the facilities are: it needs no base map, no
// script and no other server.
type smallMap struct {
	Width, Height            float64
	Points                   [][2]float64
	West, South, East, North string
}

// drawMap draws the sample of a profile, north up, at the scale of its middle
// latitude; nil if there is nothing to draw.
func drawMap(p *Profile) *smallMap {
	if p.Facilities == 0 {
		return nil
	}
	const width, margin = 640.0, 12.0
	b := p.Bound.Pad(0.0005)
	stretch := math.Cos(b.Center()[1] * math.Pi / 180)
	w, h := (b.Max[0]-b.Min[0])*stretch, b.Max[1]-b.Min[1]
	scale := (width - 2*margin) / math.Max(w, h)
	m := &smallMap{Width: math.Round(w*scale + 2*margin), Height: math.Round(h*scale + 2*margin)}
	m.West, m.East = fmt.Sprintf("%.3f°", p.Bound.Min[0]), fmt.Sprintf("%.3f°", p.Bound.Max[0])
	m.South, m.North = fmt.Sprintf("%.3f°", p.Bound.Min[1]), fmt.Sprintf("%.3f°", p.Bound.Max[1])
	seen := map[[2]float64]bool{}
	place := func(at orb.Point) [2]float64 {
		return [2]float64{math.Round(((at[0]-b.Min[0])*stretch*scale + margin)), math.Round(((b.Max[1]-at[1])*scale + margin))}
	}
	for _, at := range p.Sample {
		if xy := place(at); !seen[xy] {
			seen[xy] = true
			m.Points = append(m.Points, xy)
		}
	}
	return m
}

// usage are the commands that read a dataset. Each works as it is printed.
type usage struct {
	Curl, File, GDAL, Python, JavaScript, QGIS, Tiles string
	// Mixed: some places are points, some areas or lines; QGIS shows of such a
	// collection only the kind that comes first.
	Mixed bool
}

func (s *Service) usage(k known) usage {
	items := s.PublicURL + "/ogc/collections/" + k.ID + "/items"
	b, _ := k.bbox()
	category := ""
	if list := slices.Sorted(maps.Keys(k.Categories)); len(list) > 0 {
		category = "&category=" + list[0]
	}
	box := fmt.Sprintf("%.4f,%.4f,%.4f,%.4f", b[0]-0.0001, b[1]-0.0001, b[2]+0.0001, b[3]+0.0001)
	mixed, kinds := len(k.Geometries) > 1, ""
	if mixed {
		kinds = " -nlt GEOMETRY"
	}
	return usage{
		Curl: fmt.Sprintf("curl '%s?limit=10&bbox=%s%s'", items, box, category),
		File: fmt.Sprintf("curl -o %s.csv '%s'", k.ID, s.download(k.Record, "csv")),
		GDAL: fmt.Sprintf("ogr2ogr %s.gpkg OAPIF:%s/ogc %s -oo PAGE_SIZE=1000%s", k.ID, s.PublicURL, k.ID, kinds),
		Python: fmt.Sprintf("from owslib.ogcapi.features import Features\nfor f in Features(%q).collection_items(%q, limit=10)[\"features\"]:\n    print(f[\"properties\"][\"name\"])",
			s.PublicURL+"/ogc", k.ID),
		JavaScript: fmt.Sprintf("const answer = await fetch(%q);\nconst { features, numberMatched } = await answer.json();\nconsole.log(numberMatched, features.map((f) => f.properties.name));",
			items+"?limit=10"),
		QGIS:  s.PublicURL + "/ogc",
		Tiles: s.PublicURL + "/ogc/collections/" + k.ID + "/tiles/WebMercatorQuad/{z}/{y}/{x}",
		Mixed: mixed,
	}
}
