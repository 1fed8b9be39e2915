package publishing

import (
	"context"
	"net/http"
	"slices"
	"sort"
	"time"

	"fujin/services/platform/kernel/errs"
	"fujin/services/platform/org"
)

func (s *Service) mountDatasets(m mount) {
	on(m, entry{method: http.MethodGet, path: "", id: "datasets", public: true, summary: "Datasets that are published, and the drafts of your organisation",
		doc: "In the order of ids. A dataset without an owner was published from the command line."}, s.getDatasets)
	on(m, entry{method: http.MethodPost, path: "", id: "create-dataset", status: http.StatusCreated, errors: []int{http.StatusConflict, http.StatusUnprocessableEntity},
		summary: "Make a dataset",
		doc:     "It belongs to the organisation of the key, which must have the role publisher, and is a draft that nobody else sees until a version of it is published."}, s.postDataset)
	on(m, entry{method: http.MethodGet, path: "/{id}", id: "dataset", public: true, summary: "One dataset"}, s.getDataset)
	on(m, entry{method: http.MethodPatch, path: "/{id}", id: "edit-dataset", errors: []int{http.StatusConflict, http.StatusPreconditionFailed, http.StatusPreconditionRequired},
		summary: "Change what is said of a dataset",
		doc:     "Members that are left out stay. Only a key with the role reviewer can turn require_approval off, only one with the role publisher can do the rest."}, s.patchDataset)
}

// datasetView is a dataset as JSON.
type datasetView struct {
	ID              string            `json:"id" doc:"Chosen by its owner, for good" example:"nanchang-toilets"`
	Org             *string           `json:"org" doc:"Organisation that owns it; null: nobody, it came from the command line" example:"nanchang"`
	Status          string            `json:"status" enum:"draft,published" doc:"A draft is seen by its organisation alone"`
	Title           Text              `json:"title" doc:"By language" example:"{\"zh-Hans\":\"南昌公共厕所\",\"en\":\"Public toilets of Nanchang\"}"`
	Description     Text              `json:"description,omitempty" doc:"By language"`
	Licence         string            `json:"licence,omitempty" doc:"SPDX identifier or address" example:"CC-BY-4.0"`
	Contact         *Contact          `json:"contact,omitempty" doc:"Whom to ask"`
	Area            *Box              `json:"area,omitempty" doc:"Where its facilities must lie: [west, south, east, north], degrees" example:"[115.4,28.1,116.6,29.2]"`
	Division        string            `json:"division,omitempty" doc:"GB/T 2260 code of the division it covers" example:"360100"`
	Category        string            `json:"category,omitempty" doc:"Category of rows that name none" example:"toilet"`
	CRS             string            `json:"crs,omitempty" doc:"Coordinate system of the next file" example:"auto"`
	Mapping         map[string]string `json:"mapping,omitempty" doc:"Column that holds each field, for the next file: learnt from the last" example:"{\"name\":\"名称\"}"`
	Required        []string          `json:"required,omitempty" doc:"Fields and attributes that every row should have" example:"[\"name\",\"address\"]"`
	RequireApproval bool              `json:"require_approval" doc:"Whether a second person must approve what is published"`
	Version         int64             `json:"version" doc:"Version in force; 0: none yet" example:"3"`
	Facilities      int64             `json:"facilities" doc:"Facilities in force" example:"412"`
	CreatedAt       time.Time         `json:"created_at" example:"2026-11-21T04:00:00Z"`
	UpdatedAt       time.Time         `json:"updated_at" example:"2026-11-21T04:00:00Z"`
	Harvest         *HarvestStatus    `json:"harvest,omitempty" doc:"How the last fetch of its file went; shown to its organisation"`
}

func viewOf(d Dataset) datasetView {
	v := datasetView{
		ID: d.ID, Status: "published", Title: d.Title, Description: d.Description, Licence: d.Licence, Area: d.Area, Division: d.Division,
		Category: d.Category, CRS: d.CRS, Mapping: d.Mapping, Required: d.Required, RequireApproval: d.RequireApproval,
		Version: d.Version, Facilities: d.Facilities, CreatedAt: d.CreatedAt, UpdatedAt: d.UpdatedAt,
	}
	if d.Org != "" {
		v.Org = &d.Org
	}
	if d.Contact != (Contact{}) {
		v.Contact = &d.Contact
	}
	if d.Version == 0 {
		v.Status = "draft"
	}
	return v
}

type datasetOutput struct {
	ETag     string `header:"ETag"`
	Location string `header:"Location"`
	Replayed string `header:"Idempotent-Replayed"`
	Body     datasetView
}

type datasetsOutput struct {
	Body struct {
		Datasets   []datasetView `json:"datasets"`
		NextCursor string        `json:"next_cursor,omitempty"`
	}
}

func (s *Service) getDatasets(ctx context.Context, in *struct {
	Page
	Org string `query:"org" maxLength:"64" doc:"Only those of an organisation" example:"nanchang"`
}) (*datasetsOutput, error) {
	after, err := in.after()
	if err != nil {
		return nil, err
	}
	list, err := s.Datasets(ctx)
	if err != nil {
		return nil, err
	}
	if in.Org != "" {
		list = slices.DeleteFunc(list, func(d Dataset) bool { return d.Org != in.Org })
	}
	list = list[sort.Search(len(list), func(i int) bool { return list[i].ID > after }):]
	out := &datasetsOutput{}
	if len(list) > in.Limit {
		list = list[:in.Limit]
		out.Body.NextCursor = cursor(list[in.Limit-1].ID)
	}
	out.Body.Datasets = make([]datasetView, len(list))
	for i, d := range list {
		out.Body.Datasets[i] = viewOf(d)
	}
	return out, nil
}

func (s *Service) getDataset(ctx context.Context, in *DatasetPath) (*datasetOutput, error) {
	d, err := s.Dataset(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return s.datasetAnswer(ctx, d)
}

// datasetAnswer shows a dataset, to its organisation with its harvest.
func (s *Service) datasetAnswer(ctx context.Context, d Dataset) (*datasetOutput, error) {
	out := &datasetOutput{ETag: d.ETag(), Body: viewOf(d)}
	if org.Require(ctx, d.Org) == nil {
		h, runs, err := s.Harvest(ctx, d.ID)
		if err != nil && errs.KindOf(err) != errs.NotFound {
			return nil, err
		}
		if err == nil {
			out.Body.Harvest = harvestStatusOf(h, runs)
		}
	}
	return out, nil
}

// DatasetBody is what can be said of a dataset; absent members stay as they are.
type DatasetBody struct {
	Title           *Text              `json:"title,omitempty" doc:"By language; a published dataset needs one" example:"{\"zh-Hans\":\"南昌公共厕所\",\"en\":\"Public toilets of Nanchang\"}"`
	Description     *Text              `json:"description,omitempty" doc:"By language"`
	Licence         *string            `json:"licence,omitempty" maxLength:"1000" doc:"SPDX identifier or address" example:"CC-BY-4.0"`
	Contact         *Contact           `json:"contact,omitempty" doc:"Whom to ask"`
	Area            *[]float64         `json:"area,omitempty" maxItems:"4" doc:"Where its facilities must lie: [west, south, east, north], degrees; [] when that is not known" example:"[115.4,28.1,116.6,29.2]"`
	Division        *string            `json:"division,omitempty" doc:"GB/T 2260 code of the division it covers" example:"360100"`
	Category        *string            `json:"category,omitempty" doc:"Category of rows that name none" example:"toilet"`
	CRS             *string            `json:"crs,omitempty" doc:"Coordinate system of the next file: auto, wgs84, gcj02, bd09, an EPSG code" example:"auto"`
	Mapping         *map[string]string `json:"mapping,omitempty" doc:"Column that holds each field, for the next file" example:"{\"name\":\"名称\"}"`
	Required        *[]string          `json:"required,omitempty" maxItems:"100" doc:"Fields and attributes that every row should have" example:"[\"name\",\"address\"]"`
	RequireApproval *bool              `json:"require_approval,omitempty" doc:"Whether a second person must approve what is published"`
}

// apply puts what is said into a dataset.
func (b DatasetBody) apply(d *Dataset) {
	set(&d.Title, b.Title)
	set(&d.Description, b.Description)
	set(&d.Licence, b.Licence)
	set(&d.Contact, b.Contact)
	set(&d.Division, b.Division)
	set(&d.Category, b.Category)
	set(&d.CRS, b.CRS)
	set(&d.Mapping, b.Mapping)
	set(&d.Required, b.Required)
	set(&d.RequireApproval, b.RequireApproval)
	switch {
	case b.Area == nil:
	case len(*b.Area) == 0:
		d.Area = nil
	case len(*b.Area) == 4:
		d.Area = (*Box)(*b.Area)
	default:
		d.Area = &Box{} // which Validate refuses
	}
}

// set takes a value that is there.
func set[T any](into *T, value *T) {
	if value != nil {
		*into = *value
	}
}

func (s *Service) postDataset(ctx context.Context, in *struct {
	Repeatable
	Body struct {
		ID  string `json:"id" maxLength:"64" doc:"1 to 64 of a-z, 0-9, _ and -, beginning with a letter or digit; part of addresses, for good" example:"nanchang-toilets"`
		Org string `json:"org,omitempty" maxLength:"64" doc:"Owner; your own organisation unless you are the administrator" example:"nanchang"`
		DatasetBody
	}
}) (*datasetOutput, error) {
	d, again, err := once(ctx, s, "datasets", in.Key, in.Body, func(ctx context.Context) (string, error) {
		d := Dataset{ID: in.Body.ID, Org: in.Body.Org, CRS: "auto"}
		in.Body.apply(&d)
		d, err := s.Create(ctx, d)
		return d.ID, err
	}, s.Dataset)
	if err != nil {
		return nil, err
	}
	out, err := s.datasetAnswer(ctx, d)
	if err == nil {
		out.Location, out.Replayed = "/v1/datasets/"+d.ID, replayed(again)
	}
	return out, err
}

func (s *Service) patchDataset(ctx context.Context, in *struct {
	DatasetPath
	Guarded
	Body DatasetBody
}) (*datasetOutput, error) {
	d, err := s.Edit(ctx, in.ID, Guard(in.IfMatch), in.Body.apply)
	if err != nil {
		return nil, err
	}
	return s.datasetAnswer(ctx, d)
}
