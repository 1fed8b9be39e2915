package facility

import (
	"encoding/json"

	"github.com/gin-gonic/gin"
	"github.com/paulmach/orb"
	"github.com/uber/h3-go/v4"

	"fujin/geo"
	"fujin/geo/index"
	"fujin/services/platform/kernel/errs"
)

// maxCells is how many H3 cells an answer may hold.
const maxCells = 50_000

// cellAnswer is one H3 cell of GET /v1/cells.
type cellAnswer struct {
	Cell       string         `json:"cell"`
	Lat        float64        `json:"lat"`
	Lon        float64        `json:"lon"`
	Total      int            `json:"total"`
	Categories map[string]int `json:"categories"`
	id         uint64
}

// getCells answers with the occupied cells of a box.
func (s *Service) getCells(ps params) gin.HandlerFunc {
	return func(c *gin.Context) {
		s.read(c, ps, func(w *scratch, r *request) error {
			view, err := s.view()
			if err != nil {
				return err
			}
			answer := struct {
				Res   int          `json:"res"`
				Cells []cellAnswer `json:"cells"`
				CRS   geo.CRS      `json:"crs"`
				AsOf  string       `json:"as_of"`
			}{Res: r.res, Cells: []cellAnswer{}, CRS: r.crs, AsOf: stamp(r.now)}
			for _, n := range view.Cells(index.Cells{Bounds: boxes(r), Resolution: r.res}) {
				last := len(answer.Cells) - 1
				if last < 0 || answer.Cells[last].id != n.Cell {
					if len(answer.Cells) == maxCells {
						return errs.New(errs.Invalid, "the box holds too many cells").WithField("query.res", "too_many",
							"more than %d cells of resolution %d in the box hold facilities; ask for a lower res or a smaller bbox", maxCells, r.res)
					}
					a, err := describeCell(n.Cell)
					if err != nil {
						return err
					}
					centre := at(r.crs.FromWGS84(orb.Point{a.Lon, a.Lat}))
					a.Lat, a.Lon = centre.Lat, centre.Lon
					answer.Cells = append(answer.Cells, a)
					last++
				}
				answer.Cells[last].Total += n.Count
				answer.Cells[last].Categories[n.Category] = n.Count
			}
			b, err := json.Marshal(answer)
			if err != nil {
				return err
			}
			writeBody(c, "application/json", append(b, '\n'))
			return nil
		})
	}
}

func describeCell(cell uint64) (cellAnswer, error) {
	centre, err := h3.CellToLatLng(h3.Cell(cell))
	if err != nil {
		return cellAnswer{}, errs.New(errs.Internal, "cell %x: %v", cell, err)
	}
	return cellAnswer{
		Cell: h3.Cell(cell).String(), Lat: geo.Round7(centre.Lat), Lon: geo.Round7(centre.Lng), Categories: map[string]int{}, id: cell,
	}, nil
}
