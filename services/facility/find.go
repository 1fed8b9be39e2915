package facility

import (
	"fmt"

	"fujin/datasets"
)

// Find is the facility of an id as citizens see it, from the index: without
// what the index does not hold, the id of its source.
func (s *Service) Find(id string) (Published, error) {
	_, ref, err := s.find(id)
	if err != nil {
		return Published{}, err
	}
	d, err := decode(ref.Body())
	if err != nil {
		return Published{}, fmt.Errorf("facility %s: %w", id, err)
	}
	p := Published{ID: id, Dataset: ref.Dataset(), Version: d.Version, Place: datasets.Place{
		Name: d.Name, Category: ref.Category(), Geometry: ref.Geometry(), Address: d.Address, Phone: d.Phone,
		OpeningHours: d.OpeningHours, Attributes: d.Attributes,
	}}
	if d.VerifiedAt != nil {
		p.VerifiedAt = *d.VerifiedAt
	}
	return p, nil
}
