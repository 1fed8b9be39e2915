package facility

import (
	"encoding/json"

	"github.com/gin-gonic/gin"
	"github.com/paulmach/orb"

	"fujin/geo"
	"fujin/geo/division"
)

// found is one result of GET /v1/search.
type found struct {
	// Type is division or facility.
	Type     string `json:"type"`
	ID       string `json:"id"`
	Name     string `json:"name"`
	NameEn   string `json:"name_en,omitempty"`
	Category string `json:"category,omitempty"`
	Address  string `json:"address,omitempty"`
	position
	// Approximate tells that the position is that of a larger area.
	Approximate bool `json:"approximate,omitempty"`
}

// getSearch answers with divisions first, then facilities.
func (s *Service) getSearch(ps params) gin.HandlerFunc {
	return func(c *gin.Context) {
		s.read(c, ps, func(w *scratch, r *request) error {
			view, err := s.view()
			if err != nil {
				return err
			}
			answer := struct {
				Results []found `json:"results"`
				CRS     geo.CRS `json:"crs"`
				AsOf    string  `json:"as_of"`
			}{Results: s.searchDivisions(r), CRS: r.crs, AsOf: stamp(r.now)}
			named, err := s.searchNames(view, r, r.limit-len(answer.Results))
			if err != nil {
				return err
			}
			answer.Results = append(answer.Results, named...)
			for i := range answer.Results {
				p := &answer.Results[i].position
				*p = at(r.crs.FromWGS84(orb.Point{p.Lon, p.Lat}))
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

// searchDivisions finds provinces, prefectures and counties, at most half of
// the results.
func (s *Service) searchDivisions(r *request) []found {
	list := []found{}
	for _, d := range division.Find(r.text, max(r.limit/2, 1)) {
		list = append(list, found{Type: "division", ID: d.Code, Name: d.Name, NameEn: d.English, Category: d.Level.String(),
			position: at(d.Centre), Approximate: d.Approximate})
	}
	return list
}
