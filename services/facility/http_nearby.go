package facility

import (
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/paulmach/orb"

	"fujin/geo"
	"fujin/geo/index"
)

// scratch is what one request works in; it is pooled, so that the path from
// query string to answer leaves next to nothing to the garbage collector.
type scratch struct {
	request request
	hits    []index.Hit
	body    []byte
}

func newScratchPool() *sync.Pool {
	return &sync.Pool{New: func() any {
		return &scratch{hits: make([]index.Hit, 0, maxLimit+1), body: make([]byte, 0, 16<<10)}
	}}
}

// reset prepares the request with the defaults of all read endpoints.
func (s *scratch) reset(now time.Time) *request {
	s.hits, s.body = s.hits[:0], s.body[:0]
	s.request = request{now: now, radius: defaultRadius, crs: wgs84, filter: index.Filter{IncludeUnknown: true}}
	return &s.request
}

// release returns the scratch unless an answer made it unusually large.
func (s *scratch) release(pool *sync.Pool) {
	clear(s.hits)
	if cap(s.body) <= 1<<20 {
		pool.Put(s)
	}
}

const wgs84 = geo.CRS("wgs84")

// getNearby answers GET /v1/facilities/nearby: the path where microseconds
// count, hence a plain handler.
func (s *Service) getNearby(c *gin.Context) {
	w := s.pool.Get().(*scratch)
	defer w.release(s.pool)
	r := w.reset(s.clock())
	if err := s.nearbyParams.parse(c.Request.URL.RawQuery, r); err != nil {
		_ = c.Error(err)
		return
	}
	if err := s.nearby(w); err != nil {
		_ = c.Error(err)
		return
	}
	writeFeatures(c, w.body)
}

// nearby finds and renders; the request is checked already.
func (s *Service) nearby(w *scratch) error {
	r := &w.request
	view, err := s.view()
	if err != nil {
		return err
	}
	at := orb.Point{r.lon, r.lat}
	if r.crs != wgs84 {
		at = r.crs.ToWGS84(at)
	}
	q := index.Near{At: at, Radius: r.radius}
	r.list = "nearby"
	if err := s.resume(r, &q); err != nil {
		return err
	}
	q.Filter = r.indexFilter()
	if r.expand && q.After == nil {
		q.Radius = grow(view, q, w)
	}
	q.Limit = r.limit + 1
	w.hits = view.Near(q, w.hits[:0])
	if q.After == nil {
		s.demand.note(at, q.Filter.Categories, len(w.hits) > 0)
	}
	more := len(w.hits) > r.limit
	if more {
		w.hits = w.hits[:r.limit]
	}
	w.body = append(w.body, `{"type":"FeatureCollection","features":[`...)
	ruler := geo.NewRuler(at)
	for i := range min(fetchAhead, len(w.hits)) {
		w.hits[i].Ref.Fetch()
	}
	for i := range w.hits {
		if i > 0 {
			w.body = append(w.body, ',')
		}
		if next := i + fetchAhead; next < len(w.hits) {
			w.hits[next].Ref.Fetch()
		}
		w.body = appendHit(w.body, view, &w.hits[i], &ruler, r)
	}
	w.body = append(w.body, `],"radius_used":`...)
	w.body = appendNumber(w.body, q.Radius)
	w.body = appendTail(w.body, r)
	if more {
		last := &w.hits[len(w.hits)-1]
		w.body = append(w.body, `,"next_cursor":"`...)
		w.body = s.cursors.appendCursor(w.body, r, q.Radius, last.Distance, last.Ref.ID())
		w.body = append(w.body, '"')
	}
	w.body = append(w.body, '}', '\n')
	return nil
}

// fetchAhead is how many features ahead memory is asked for: as long as it takes
// to answer.
const fetchAhead = 5

// resume settles the time at which open states are judged, and the place in
// the order where a page begins.
func (s *Service) resume(r *request, q *index.Near) error {
	if r.cursor == "" {
		if r.openAt.IsZero() {
			r.openAt = r.now
		}
		return nil
	}
	c, err := s.cursors.open(r)
	if err != nil {
		return err
	}
	r.openAt, q.Radius, q.After = c.openAt, c.radius, &c.mark
	return nil
}

// indexFilter is the filter with the resolved time.
func (r *request) indexFilter() index.Filter {
	f := r.filter
	if r.openFilter {
		f.OpenAt = r.openAt
	}
	return f
}

// grow finds the radius of an expanding search: the asked one doubled until it
// holds something, 50 km at most.
func grow(view *index.View, q index.Near, w *scratch) float64 {
	radius := q.Radius
	q.Radius, q.Limit = maxRadius, 1
	w.hits = view.Near(q, w.hits[:0])
	if len(w.hits) == 0 {
		return maxRadius
	}
	for radius < w.hits[0].Distance {
		radius = math.Min(2*radius, maxRadius)
	}
	return radius
}

// appendTail appends the members that say what the answer holds for.
func appendTail(b []byte, r *request) []byte {
	b = append(b, `,"crs":"`...)
	b = append(b, r.crs...)
	b = append(b, `","as_of":"`...)
	b = r.now.UTC().AppendFormat(b, time.RFC3339)
	return append(b, '"')
}

// writeFeatures sends a GeoJSON answer.
func writeFeatures(c *gin.Context, body []byte) {
	h := c.Writer.Header()
	h["Content-Type"] = featureType
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	c.Writer.WriteHeader(http.StatusOK)
	_, _ = c.Writer.Write(body)
}

// featureType is shared by all answers; nobody changes it.
var featureType = []string{"application/geo+json"}
