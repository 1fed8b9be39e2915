package catalogue

import (
	"context"

	"fujin/services/publishing"
)

// Agencies is the Catalogue of what agencies say of their datasets.
type Agencies struct{ Publishing *publishing.Service }

// Datasets lists what is published.
func (c Agencies) Datasets(ctx context.Context) ([]Record, error) {
	list, err := c.Publishing.Datasets(ctx)
	if err != nil {
		return nil, err
	}
	records := []Record{}
	for _, d := range list {
		if d.Version > 0 {
			records = append(records, recordOf(d))
		}
	}
	return records, nil
}

// Dataset finds one that is published. A draft is none, whoever asks.
func (c Agencies) Dataset(ctx context.Context, id string) (Record, error) {
	d, err := c.Publishing.Dataset(ctx, id)
	if err == nil && d.Version == 0 {
		err = NotPublished(id)
	}
	return recordOf(d), err
}

func recordOf(d publishing.Dataset) Record {
	return Record{
		ID: d.ID, Org: d.Org, Title: d.Title, Description: d.Description, Licence: d.Licence, Contact: Contact(d.Contact),
		Area: (*[4]float64)(d.Area), Category: d.Category, Version: d.Version, Facilities: d.Facilities,
		CreatedAt: d.CreatedAt, UpdatedAt: d.UpdatedAt,
	}
}
