package facility

import (
	"fmt"
	"slices"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/paulmach/orb"
	"github.com/uber/h3-go/v4"

	"fujin/geo"
	"fujin/services/platform/kernel/errs"
)

// demandParams is the table of GET /v1/demand.
func demandParams() params {
	return params{areaParam(), filterParams()[0],
		{name: "days", doc: fmt.Sprintf("how many days back, 1 to %d (default 30)", demandDays), schema: whole(1, demandDays, 30),
			set:    func(r *request, v string) (err error) { r.days, err = integer("days", v, 1, demandDays); return err },
			preset: func(r *request) { r.days = 30 }},
		cellFormatParam(), crsParam()}
}

// getDemand answers GET /v1/demand.
func (s *Service) getDemand(ps params) gin.HandlerFunc {
	return func(c *gin.Context) {
		s.read(c, ps, func(_ *scratch, r *request) error {
			view, err := s.view()
			if err != nil {
				return err
			}
			area, err := r.area(view)
			if err != nil {
				return err
			}
			cells, _, err := cellsOver(area, demandCell)
			if err != nil {
				return err
			}
			t := cellTable{columns: []string{"searches", "unmet"}}
			since := r.now.UnixMilli()/(24*time.Hour).Milliseconds() - int64(r.days) + 1
			err = demandOf(c.Request.Context(), s.db.Reader(), int64(cells[0]), int64(cells[len(cells)-1]), since, leastDemand, r.filter.Categories,
				func(id int64, n demandCount) {
					cell := h3.Cell(id)
					if _, inside := slices.BinarySearch(cells, cell); !inside {
						return
					}
					at, centreErr := cell.LatLng()
					if centreErr != nil {
						err = errs.New(errs.Internal, "cell %x: %v", id, centreErr)
						return
					}
					row := map[string]any{"searches": n.searches, "unmet": nil}
					if n.unmet == 0 || n.unmet >= leastDemand {
						row["unmet"] = n.unmet
					}
					t.add(cell, orb.Point{geo.Round7(at.Lng), geo.Round7(at.Lat)}, row)
				})
			if err != nil {
				return err
			}
			return t.write(c, r, map[string]any{"res": demandCell, "days": r.days, "least": leastDemand})
		})
	}
}
