package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"fujin/services/facility"
	"fujin/services/platform/kernel"
	"fujin/services/platform/webhook"
	"fujin/services/publishing"
)

// What subscribers of webhooks are told, topic by topic of the outbox; api/docs/webhooks.md explains each. What is public
// is told to everybody, what passes in an organisation to its own subscribers alone.

// announcements lists it; public begins the addresses in the messages.
func announcements(public string) []webhook.Source {
	uploads := []string{publishing.Ready, publishing.Refused, publishing.Waiting, publishing.Published}
	harvests := []string{publishing.RunPublished, publishing.RunUnchanged, publishing.RunWaiting, publishing.RunRefused, publishing.RunFailed}
	return []webhook.Source{
		{Topic: facility.TopicPublished, Types: []string{"dataset.published"}, Tell: told(func(_ string, p facility.Publication) webhook.Announcement {
			return webhook.Announcement{Type: "dataset.published", Dataset: p.Dataset, Data: publishedData{
				p, fmt.Sprintf("%s/v1/datasets/%s/versions/%d", public, p.Dataset, p.Version)}}
		})},
		{Topic: facility.TopicClosure, Types: []string{"facility.closed", "facility.reopened"}, Tell: told(func(id string, c facility.ClosureEvent) webhook.Announcement {
			kind := "facility.reopened"
			if c.Closed {
				kind = "facility.closed"
			}
			return webhook.Announcement{Type: kind, Dataset: c.Dataset, Data: closureData{id, c.Dataset, c.From, c.Until, public + "/v1/facilities/" + id}}
		})},
		{Topic: publishing.TopicUpload, Types: prefixed("upload.", uploads), Tell: told(func(_ string, u publishing.UploadEvent) webhook.Announcement {
			if u.Org == "" || !slices.Contains(uploads, u.State) { // nobody's, on its way, or cleared away
				return webhook.Announcement{}
			}
			return webhook.Announcement{Type: "upload." + u.State, Dataset: u.Dataset, Org: u.Org, Data: uploadData{
				u.Dataset, u.Upload, fmt.Sprintf("%s/v1/datasets/%s/uploads/%s", public, u.Dataset, u.Upload)}}
		})},
		{Topic: publishing.TopicHarvest, Types: prefixed("harvest.", harvests), Tell: told(func(_ string, h publishing.HarvestEvent) webhook.Announcement {
			if h.Org == "" {
				return webhook.Announcement{}
			}
			return webhook.Announcement{Type: "harvest." + h.Outcome, Dataset: h.Dataset, Org: h.Org, Data: harvestData{
				h.Dataset, h.Upload, h.Version, fmt.Sprintf("%s/v1/datasets/%s/harvest", public, h.Dataset)}}
		})},
	}
}

type publishedData struct {
	facility.Publication
	URL string `json:"url"`
}

type closureData struct {
	Facility string     `json:"facility"`
	Dataset  string     `json:"dataset"`
	From     *time.Time `json:"from,omitempty"`
	Until    *time.Time `json:"until,omitempty"`
	URL      string     `json:"url"`
}

type uploadData struct {
	Dataset string `json:"dataset"`
	Upload  string `json:"upload"`
	URL     string `json:"url"`
}

type harvestData struct {
	Dataset string `json:"dataset"`
	Upload  string `json:"upload,omitempty"`
	Version int64  `json:"version,omitempty"`
	URL     string `json:"url"`
}

// told reads an event's payload for say, which is given the event's ref too. An announcement without a type is not made.
func told[T any](say func(ref string, payload T) webhook.Announcement) func(kernel.Event) (webhook.Announcement, bool) {
	return func(e kernel.Event) (webhook.Announcement, bool) {
		var payload T
		if err := json.Unmarshal(e.Payload, &payload); err != nil {
			return webhook.Announcement{}, false
		}
		a := say(e.Ref, payload)
		return a, a.Type != ""
	}
}

func prefixed(prefix string, names []string) []string {
	all := make([]string, len(names))
	for i, name := range names {
		all[i] = prefix + name
	}
	return all
}
