package api

import (
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// unmatched is the route label of requests that no route took: the path itself would be a label of unbounded values,
// and may hold a position.
const unmatched = "unmatched"

const firstStatus, lastStatus = 100, 599

// meter counts requests by route. The children of every label set are resolved once, so that counting one request
// builds no map and takes no lock.
type meter struct {
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
	routes   atomic.Pointer[map[routeKey]*routeMeter]
	other    *routeMeter
}

type routeKey struct{ method, pattern string }

type routeMeter struct {
	key      routeKey
	duration prometheus.Observer
	byStatus [lastStatus - firstStatus + 1]atomic.Pointer[counterBox]
}

// counterBox lets an interface value live in an atomic pointer.
type counterBox struct{ prometheus.Counter }

// newRegistry is a registry with what every Go service shows of itself.
func newRegistry() *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return registry
}

func newMeter(registry prometheus.Registerer) *meter {
	m := &meter{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "fujin_http_requests_total", Help: "Requests answered, by route pattern and status.",
		}, []string{"method", "route", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "fujin_http_request_duration_seconds", Help: "Time from the request's header to the end of the handler.",
			Buckets: []float64{25e-6, 50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 100e-3, 250e-3, 1, 5},
		}, []string{"method", "route"}),
	}
	registry.MustRegister(m.requests, m.duration)
	m.other = m.newRoute(routeKey{"OTHER", unmatched})
	m.routes.Store(&map[routeKey]*routeMeter{})
	return m
}

// resolve makes the children of all routes; call it when the route table is complete.
func (m *meter) resolve(routes gin.RoutesInfo) {
	table := make(map[routeKey]*routeMeter, len(routes))
	for _, r := range routes {
		key := routeKey{r.Method, r.Path}
		table[key] = m.newRoute(key)
	}
	m.routes.Store(&table)
}

func (m *meter) newRoute(key routeKey) *routeMeter {
	return &routeMeter{key: key, duration: m.duration.WithLabelValues(key.method, key.pattern)}
}

// observe counts one request.
func (m *meter) observe(method, pattern string, status int, took time.Duration) {
	r, ok := (*m.routes.Load())[routeKey{method, pattern}]
	if !ok {
		r = m.other
	}
	r.duration.Observe(took.Seconds())
	if status < firstStatus || status > lastStatus {
		status = http.StatusInternalServerError
	}
	slot := &r.byStatus[status-firstStatus]
	box := slot.Load()
	if box == nil {
		// The vector hands out one child per label set, so two racing stores store the same.
		box = &counterBox{m.requests.WithLabelValues(r.key.method, r.key.pattern, strconv.Itoa(status))}
		slot.Store(box)
	}
	box.Inc()
}

// knownMethod keeps a made-up method out of log and labels.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	default:
		return "OTHER"
	}
}
