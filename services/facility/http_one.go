package facility

import (
	"github.com/gin-gonic/gin"

	"fujin/geo/index"
	"fujin/services/platform/kernel/errs"
)

// getOne answers GET /v1/facilities/{id}.
func (s *Service) getOne(ps params) gin.HandlerFunc {
	return func(c *gin.Context) {
		s.read(c, ps, func(w *scratch, r *request) error {
			view, ref, err := s.find(c.Param("id"))
			if err != nil {
				return err
			}
			w.body = append(appendFeature(w.body, view, ref, r), '\n')
			writeFeatures(c, w.body)
			return nil
		})
	}
}

// find looks a facility up in the index.
func (s *Service) find(id string) (*index.View, index.Ref, error) {
	view, err := s.view()
	if err != nil {
		return nil, index.Ref{}, err
	}
	ref, ok := view.Get(id)
	if !ok {
		return nil, index.Ref{}, errs.New(errs.NotFound, "there is no facility %q; it may have been removed by its agency", clip(id)).
			WithField("path.id", "not_found", "no facility has this id")
	}
	return view, ref, nil
}
