package facility

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/paulmach/orb"

	"fujin/geo"
	"fujin/geo/navigation"
	"fujin/services/platform/kernel/errs"
)

// position is how a place is written in answers other than GeoJSON.
type position struct {
	Lat float64 `json:"lat"`
	Lon float64 `json:"lon"`
}

// wayAnswer is the answer of GET /v1/facilities/{id}/navigation.
type wayAnswer struct {
	Facility string            `json:"facility"`
	Name     string            `json:"name"`
	Mode     string            `json:"mode"`
	From     *position         `json:"from,omitempty"`
	To       position          `json:"to"`
	CRS      geo.CRS           `json:"crs"`
	Distance *wayDistance      `json:"distance,omitempty"`
	Links    []navigation.Link `json:"links"`
}

// wayDistance says how far it is, and how each figure came about.
type wayDistance struct {
	// StraightM is the straight line; RoutedM and DurationS come from Source.
	StraightM float64  `json:"straight_m"`
	Bearing   float64  `json:"bearing_deg"`
	RoutedM   *float64 `json:"routed_m,omitempty"`
	DurationS *float64 `json:"duration_s,omitempty"`
	// Source is straight_line, or the routing service's name.
	Source string `json:"source"`
}

// getNavigation answers with links into map apps and the distance.
func (s *Service) getNavigation(ps params) gin.HandlerFunc {
	return func(c *gin.Context) {
		s.read(c, ps, func(w *scratch, r *request) error {
			if r.mode == "" {
				r.mode = "walk"
			}
			hasLat, hasLon := ps.has(r, "from_lat"), ps.has(r, "from_lon")
			if hasLat != hasLon {
				missing := map[bool]string{true: "from_lon", false: "from_lat"}[hasLat]
				return errs.New(errs.Invalid, "a start needs both coordinates").WithField("query."+missing, "required", "from_lat and from_lon go together; give %s too", missing)
			}
			_, ref, err := s.find(c.Param("id"))
			if err != nil {
				return err
			}
			d, err := decode(ref.Body())
			if err != nil {
				return errs.New(errs.Internal, "facility %s: stored document: %v", ref.ID(), err)
			}
			var from *orb.Point
			if hasLat {
				p := r.crs.ToWGS84(orb.Point{r.fromLon, r.fromLat})
				from = &p
			}
			to := ref.Point()
			a := wayAnswer{Facility: ref.ID(), Name: d.Name, Mode: r.mode, To: at(r.crs.FromWGS84(to)), CRS: r.crs}
			a.Links = navigation.Links(from, to, d.Name, navigation.Mode(r.mode), s.options.Navigation)
			if from != nil {
				start := at(orb.Point{r.fromLon, r.fromLat})
				a.From = &start
				a.Distance = s.measure(c, *from, ref.Geometry(), to, r.mode)
			}
			b, err := json.Marshal(a)
			if err != nil {
				return err
			}
			writeBody(c, "application/json", append(b, '\n'))
			return nil
		})
	}
}

func at(p orb.Point) position { return position{Lat: geo.Round7(p[1]), Lon: geo.Round7(p[0])} }

// routePatience is how long a citizen waits for the routing service; without
// it the straight line is still an answer.
const routePatience = 1500 * time.Millisecond

// measure gives the straight distance and, where a routing service is
// configured and answers in time, the routed one.
func (s *Service) measure(ctx context.Context, from orb.Point, g orb.Geometry, to orb.Point, mode string) *wayDistance {
	tenth := func(f float64) float64 { return math.Round(f*10) / 10 }
	d := &wayDistance{StraightM: tenth(geo.DistanceTo(from, g)), Bearing: tenth(geo.Bearing(from, to)), Source: "straight_line"}
	if s.options.Router == nil {
		return d
	}
	ctx, cancel := context.WithTimeout(ctx, routePatience)
	defer cancel()
	way, err := s.options.Router.Route(ctx, from, to, mode)
	if err != nil {
		if !errors.Is(err, errNotRouted) && !errors.Is(err, context.Canceled) {
			s.log.Warn("routing service did not answer", "mode", mode, "error", err)
		}
		return d
	}
	metres, seconds := tenth(way.Metres), math.Round(way.Seconds)
	d.RoutedM, d.DurationS, d.Source = &metres, &seconds, way.Source
	return d
}
