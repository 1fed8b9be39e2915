package catalogue

import (
	"context"
	"html/template"

	"fujin/services/facility"
)

// Options are what the service needs; all but LiveMap is required.
type Options struct {
	Facilities *facility.Service
	Catalogue  Catalogue
	Profiles   *Profiles
	// PublicURL begins all addresses, without a slash at its end.
	PublicURL string
	LiveMap   LiveMap
}

// LiveMap is the script that puts a map in the place of the drawing on a
// dataset's page; without one, the drawing is all there is.
type LiveMap struct {
	// Script is its address.
	Script string
	// Policy is the Content-Security-Policy of a page that may load it, and what
	// it draws.
	Policy string
}

// Service answers with the catalogue.
type Service struct {
	Options
	pages map[string]*template.Template
}

// New makes the service.
func New(options Options) (*Service, error) {
	pages, err := ParsePages(pageFiles)
	return &Service{options, pages}, err
}

// known is a dataset with what its version in force holds.
type known struct {
	Record
	*Profile
}

// look finds a dataset with its profile.
func (s *Service) look(ctx context.Context, id string) (known, error) {
	record, err := s.Catalogue.Dataset(ctx, id)
	if err != nil {
		return known{}, err
	}
	profile, err := s.Profiles.Of(ctx, record.ID, record.Version)
	return known{record, profile}, err
}

// page is the address of a dataset's page, which names the dataset to the world.
func (s *Service) page(id string) string { return s.PublicURL + "/datasets/" + id }

// data is the address of a dataset in the API.
func (s *Service) data(id string) string { return s.PublicURL + "/v1/datasets/" + id }

// bbox is what the agency states as the area, else what holds all facilities.
func (k known) bbox() (b [4]float64, ok bool) {
	if k.Area != nil {
		return *k.Area, true
	}
	return [4]float64{k.Bound.Min[0], k.Bound.Min[1], k.Bound.Max[0], k.Bound.Max[1]}, k.Profile.Facilities > 0
}
