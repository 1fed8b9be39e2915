package publishing

import (
	"context"
	"net/http"
	"time"

	"fujin/services/platform/kernel/errs"
)

func (s *Service) mountHarvest(m mount) {
	on(m, entry{method: http.MethodPost, path: "/{id}/harvest", id: "start-harvest", status: http.StatusAccepted, errors: []int{http.StatusConflict},
		summary: "Fetch a file now and again and again, and publish it when it is good",
		doc: "It passes the same gate as an upload. A file that cannot be fetched, is refused, is a web page or has less than half of the facilities in force changes nothing: " +
			"the dataset's harvest says so, and so does an event. Sent again it changes the address or the time and fetches at once."}, s.postHarvest)
	on(m, entry{method: http.MethodGet, path: "/{id}/harvest", id: "harvest", summary: "What is fetched and how the last runs went"}, s.getHarvest)
	on(m, entry{method: http.MethodDelete, path: "/{id}/harvest", id: "stop-harvest", status: http.StatusNoContent, summary: "Fetch it no more", doc: "What was published stays."}, s.deleteHarvest)
}

// HarvestStatus is a harvest as JSON.
type HarvestStatus struct {
	URL       string     `json:"url" example:"https://data.nanchang.example/toilets.csv"`
	Every     string     `json:"every" doc:"Time between two fetches" example:"24h0m0s"`
	Repairs   []string   `json:"repairs" doc:"Repairs that are accepted each time"`
	NextAt    time.Time  `json:"next_at" doc:"When it is fetched next"`
	Outcome   string     `json:"outcome,omitempty" enum:"under_way,published,unchanged,awaiting_approval,refused,failed" doc:"Of the last run"`
	Message   string     `json:"message,omitempty" doc:"What happened in the last run and what to do"`
	EndedAt   *time.Time `json:"ended_at,omitempty" doc:"When the last run ended"`
	SuccessAt *time.Time `json:"success_at,omitempty" doc:"When a run last ended well, of those on record"`
}

func harvestStatusOf(h Harvest, runs []HarvestRun) *HarvestStatus {
	status := &HarvestStatus{URL: h.URL, Every: h.Every.String(), Repairs: h.Repairs, NextAt: h.NextAt}
	if status.Repairs == nil {
		status.Repairs = []string{}
	}
	for i, run := range runs {
		if i == 0 {
			status.Outcome, status.Message = run.Outcome, run.Message
			if !run.EndedAt.IsZero() {
				status.EndedAt = &run.EndedAt
			}
		}
		if good := run.Outcome == RunPublished || run.Outcome == RunUnchanged; good && status.SuccessAt == nil {
			status.SuccessAt = &run.EndedAt
		}
	}
	return status
}

// runView is a run as JSON.
type runView struct {
	Outcome string     `json:"outcome" enum:"under_way,published,unchanged,awaiting_approval,refused,failed"`
	Message string     `json:"message,omitempty" doc:"What happened and what to do"`
	Upload  string     `json:"upload,omitempty" doc:"Upload that the file became"`
	Version int64      `json:"version,omitempty" doc:"Version that it became"`
	Bytes   int64      `json:"bytes" doc:"Size of the file"`
	BeganAt time.Time  `json:"began_at"`
	EndedAt *time.Time `json:"ended_at,omitempty"`
}

type harvestOutput struct {
	Location string `header:"Location"`
	Replayed string `header:"Idempotent-Replayed"`
	Body     struct {
		*HarvestStatus
		Runs []runView `json:"runs" doc:"The last 50, newest first"`
	}
}

func (s *Service) postHarvest(ctx context.Context, in *struct {
	DatasetPath
	Repeatable
	Body struct {
		URL     string   `json:"url" maxLength:"2000" doc:"Address of the file" example:"https://data.nanchang.example/toilets.csv"`
		Every   string   `json:"every" maxLength:"20" doc:"Time between two fetches, 5m to 720h" example:"24h"`
		Repairs []string `json:"repairs,omitempty" maxItems:"100" doc:"Codes of the repairs that are accepted each time" example:"[\"decimal_restored\"]"`
	}
}) (*harvestOutput, error) {
	every, err := time.ParseDuration(in.Body.Every)
	if err != nil {
		return nil, errs.New(errs.Invalid, "").WithField("body.every", "malformed", "must be a duration from 5m to 720h, such as 24h or 90m")
	}
	out, again, err := once(ctx, s, in.ID+" harvest", in.Key, in.Body, func(ctx context.Context) (string, error) {
		h, err := s.StartHarvest(ctx, Harvest{Dataset: in.ID, URL: in.Body.URL, Every: every, Repairs: in.Body.Repairs})
		return h.Dataset, err
	}, func(ctx context.Context, id string) (*harvestOutput, error) {
		return s.getHarvest(ctx, &DatasetPath{id})
	})
	if err != nil {
		return nil, err
	}
	out.Replayed = replayed(again)
	return out, nil
}

func (s *Service) getHarvest(ctx context.Context, in *DatasetPath) (*harvestOutput, error) {
	h, runs, err := s.Harvest(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := &harvestOutput{Location: "/v1/datasets/" + in.ID + "/harvest"}
	out.Body.HarvestStatus = harvestStatusOf(h, runs)
	out.Body.Runs = []runView{}
	for _, run := range runs {
		view := runView{Outcome: run.Outcome, Message: run.Message, Upload: run.Upload, Version: run.Version, Bytes: run.Bytes, BeganAt: run.Began}
		if !run.EndedAt.IsZero() {
			view.EndedAt = &run.EndedAt
		}
		out.Body.Runs = append(out.Body.Runs, view)
	}
	return out, nil
}

func (s *Service) deleteHarvest(ctx context.Context, in *DatasetPath) (*empty, error) {
	return nil, s.StopHarvest(ctx, in.ID)
}
