package ogc

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// getItems answers with a page of a collection's items.
func (s *Service) getItems(r *request) error {
	ctx := r.Request.Context()
	c, err := s.open(ctx, r)
	if err != nil {
		return err
	}
	q, system, err := r.query(ctx, c)
	if err != nil {
		return err
	}
	if list, ok := c.(*recordList); ok {
		list.narrow(q, r)
	}
	p, err := s.run(ctx, q, c)
	if err != nil {
		return err
	}
	links := append(s.views(r, typeGeoJSON), link{s.collectionURL(r), "collection", typeJSON, "The collection", false})
	next := ""
	if p.next != nil {
		next = s.address(r, "cursor", p.next.String(), "offset", "")
		kind := typeGeoJSON
		if r.html {
			kind = typeHTML
		}
		links = append(links, link{next, "next", kind, "The next page", false})
	}
	if r.html {
		return s.itemsPage(r, c, p, next)
	}
	if d, ok := c.(*dataset); ok && q.after == nil && len(p.items) > 0 {
		p.items[0] = exemplar{p.items[0], d.columns(ctx)}
	}
	setContentCRS(r, system)
	r.send(typeGeoJSON, appendItems(nil, p, links, system, s.Clock()))
	return nil
}

// exemplar is an item that shows all columns of its collection, null where it
// has no value: GDAL, and QGIS before it read schemas, take the columns of a
// collection from the first items, and lose whatever those do not have.
type exemplar struct {
	item
	columns []string
}

func (e exemplar) properties() []property {
	list := e.item.properties()
	at := make(map[string]int, len(list))
	for i, p := range list {
		at[p.name] = i
	}
	all := make([]property, 0, len(list)+len(e.columns))
	for _, name := range e.columns {
		if i, has := at[name]; has {
			all = append(all, list[i])
		} else {
			all = append(all, property{name, nil})
		}
	}
	for _, p := range list {
		if !slices.Contains(e.columns, p.name) {
			all = append(all, p)
		}
	}
	return all
}

// appendItems renders a page as a FeatureCollection.
func appendItems(b []byte, p page, links []link, system crs, now time.Time) []byte {
	b = append(b, `{"type":"FeatureCollection","timeStamp":"`...)
	b = now.UTC().AppendFormat(b, time.RFC3339)
	b = append(b, `","numberMatched":`...)
	b = strconv.AppendInt(b, p.matched, 10)
	b = append(b, `,"numberReturned":`...)
	b = strconv.AppendInt(b, int64(len(p.items)), 10)
	b = appendValue(append(b, `,"links":`...), links)
	b = append(b, `,"features":[`...)
	for i, it := range p.items {
		if i > 0 {
			b = append(b, ",\n"...)
		}
		b = append(appendItem(b, it, system), '}')
	}
	return append(b, "]}\n"...)
}

// setContentCRS says which coordinate system an answer has, as Part 2 wants it.
func setContentCRS(r *request, system crs) {
	h := r.Writer.Header()
	h.Set("Content-Crs", "<"+system.uri+">")
	h.Set("Access-Control-Expose-Headers", h.Get("Access-Control-Expose-Headers")+", Content-Crs")
}

// getItem answers with one item.
func (s *Service) getItem(r *request) error {
	ctx := r.Request.Context()
	if err := r.takes("crs", "as_of"); err != nil {
		return err
	}
	system, err := r.system("crs")
	if err != nil {
		return err
	}
	c, err := s.open(ctx, r)
	if err != nil {
		return err
	}
	it, err := c.item(ctx, r.Param("fid"))
	if err != nil {
		return err
	}
	tag := it.etag()
	if tag != "" && !r.html && system.uri == uriCRS84 {
		r.Writer.Header().Set("ETag", tag)
		if strings.Contains(r.Request.Header.Get("If-None-Match"), tag) {
			r.Status(http.StatusNotModified)
			return nil
		}
	}
	links := append(s.views(r, typeGeoJSON), link{s.collectionURL(r), "collection", typeJSON, "The collection", false})
	if _, facility := it.(*place); facility && r.values["as_of"] == "" {
		links = append(links, link{s.PublicURL + "/p/" + url.PathEscape(it.id()), "canonical", typeHTML, "The place", false})
	}
	if own, ok := it.(interface{ links() []link }); ok {
		links = append(links, own.links()...)
	}
	if r.html {
		return s.itemPage(r, c, it)
	}
	setContentCRS(r, system)
	b := appendItem(nil, it, system)
	b = appendValue(append(b, `,"links":`...), links)
	r.send(typeGeoJSON, append(b, "}\n"...))
	return nil
}

// collectionURL is the address of the request's collection.
func (s *Service) collectionURL(r *request) string {
	return s.url("/collections/" + url.PathEscape(r.Param("id")))
}
