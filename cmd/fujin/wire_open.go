package main

import (
	"context"
	"html/template"

	"fujin/services/facility"
	"fujin/services/publishing"
	"fujin/services/publishing/catalogue"
	"fujin/services/publishing/ogc"
)

// openData is what the world reads of what agencies publish.
type openData struct {
	catalogue *catalogue.Service
	ogc       *ogc.Service
}

// assembleOpenData makes it, with links under the public address.
func assembleOpenData(facilities *facility.Service, agencies *publishing.Service, out outside) (openData, error) {
	records, profiles := catalogue.Agencies{Publishing: agencies}, catalogue.NewProfiles(facilities)
	list, err := catalogue.New(catalogue.Options{Facilities: facilities, Catalogue: records, Profiles: profiles, PublicURL: out.public, LiveMap: out.liveMap})
	if err != nil {
		return openData{}, err
	}
	features, err := ogc.New(ogc.Options{Facilities: facilities, Catalogue: records, Profiles: profiles, PublicURL: out.public})
	return openData{list, features}, err
}

// placeHead is what the page of a place tells search engines.
func (o openData) placeHead(_ context.Context, id, accept string) (template.HTML, error) {
	return o.catalogue.PlaceHead(id, accept)
}
