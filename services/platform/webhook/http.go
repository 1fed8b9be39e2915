package webhook

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"fujin/services/platform/org"
)

// Routes mounts the endpoints; identify is who acts (org.Service.IdentifyHuma).
func (s *Service) Routes(_ gin.IRouter, a huma.API, identify func(huma.Context, func(huma.Context))) {
	const (
		all  = "/v1/webhooks"
		one  = all + "/{id}"
		msgs = one + "/deliveries"
	)
	register(a, identify, http.MethodPost, all, "create-webhook", http.StatusCreated, "Subscribe to events",
		"The answer holds the secret by which you tell our messages from others', this once.", s.postWebhook, http.StatusConflict, http.StatusUnprocessableEntity)
	register(a, identify, http.MethodGet, all, "webhooks", http.StatusOK, "Your organisation's webhooks", "", s.getWebhooks)
	register(a, identify, http.MethodGet, one, "webhook", http.StatusOK, "One webhook", "", s.getWebhook)
	register(a, identify, http.MethodPatch, one, "change-webhook", http.StatusOK, "Change, pause or resume a webhook",
		"What is left out stays as it is. What happens while a webhook is paused or disabled is not told later.", s.patchWebhook)
	register(a, identify, http.MethodDelete, one, "delete-webhook", http.StatusNoContent, "Delete a webhook with its deliveries", "", s.deleteWebhook)
	register(a, identify, http.MethodPost, one+"/secret", "renew-webhook-secret", http.StatusOK, "Replace the secret",
		"The old secret signs along with the new one for 24 hours.", s.postSecret)
	register(a, identify, http.MethodPost, one+"/test", "test-webhook", http.StatusAccepted, "Send a message that tells of nothing", "",
		s.postTest, http.StatusConflict, http.StatusUnprocessableEntity)
	register(a, identify, http.MethodGet, msgs, "webhook-deliveries", http.StatusOK, "Messages and what became of them, newest first",
		"Messages that have ended are kept for 30 days.", s.getDeliveries)
	register(a, identify, http.MethodPost, msgs+"/{delivery}/replay", "replay-webhook-delivery", http.StatusAccepted, "Send a message again",
		"It keeps its `webhook-id`, by which a receiver knows that it has seen it.", s.postReplay, http.StatusConflict, http.StatusUnprocessableEntity)
}

// register mounts one typed operation behind identify.
func register[I, O any](a huma.API, identify func(huma.Context, func(huma.Context)), method, path, id string, status int,
	summary, description string, handler func(context.Context, *I) (*O, error), problems ...int) {
	huma.Register(a, huma.Operation{
		OperationID: id, Method: method, Path: path, DefaultStatus: status, Summary: summary, Description: description,
		Tags: []string{"Webhooks"}, Security: org.Security(), Middlewares: huma.Middlewares{identify},
		Errors: append([]int{http.StatusUnauthorized, http.StatusForbidden}, problems...),
	}, handler)
}

// webhookView is a Webhook as its owner sees it.
type webhookView struct {
	ID          string    `json:"id" example:"01kaj0q3v5m8w3y1t6h2n4c7ze"`
	URL         string    `json:"url" example:"https://agency.example/fujin"`
	Description string    `json:"description,omitempty"`
	Topics      []string  `json:"topics" doc:"Types of events that are told; empty: all" example:"[\"dataset.published\"]"`
	Datasets    []string  `json:"datasets" doc:"Datasets whose events are told; empty: all"`
	State       State     `json:"state" enum:"active,paused,disabled"`
	Reason      string    `json:"reason,omitempty" doc:"Why it is disabled"`
	CreatedAt   time.Time `json:"created_at"`
	UpdatedAt   time.Time `json:"updated_at"`
	Secret      string    `json:"secret,omitempty" doc:"Shown once: when it was made" example:"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"`
}

func view(w Webhook) webhookView {
	return webhookView{ID: w.ID, URL: w.URL, Description: w.Description, Topics: orEmpty(w.Topics), Datasets: orEmpty(w.Datasets),
		State: w.State, Reason: w.Reason, CreatedAt: w.CreatedAt, UpdatedAt: w.UpdatedAt}
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// deliveryView is a Delivery as the webhook's owner sees it.
type deliveryView struct {
	ID          string          `json:"id" doc:"The header webhook-id" example:"msg_01kaj0q3v5m8w3y1t6h2n4c7ze"`
	Topic       string          `json:"topic" example:"dataset.published"`
	State       DeliveryState   `json:"state" enum:"pending,delivered,failed"`
	Attempts    int             `json:"attempts" doc:"Made so far"`
	NextAt      *time.Time      `json:"next_at,omitempty" doc:"When the next attempt begins"`
	Status      int             `json:"status,omitempty" doc:"HTTP status of the last answer" example:"204"`
	Error       string          `json:"error,omitempty" doc:"What went wrong in the last attempt"`
	CreatedAt   time.Time       `json:"created_at"`
	DeliveredAt *time.Time      `json:"delivered_at,omitempty"`
	Payload     json.RawMessage `json:"payload" doc:"What is sent"`
}

func viewDelivery(d Delivery) deliveryView {
	v := deliveryView{ID: d.ID, Topic: d.Topic, State: d.State, Attempts: d.Attempts, Status: d.Status, Error: d.Error,
		CreatedAt: d.CreatedAt, Payload: json.RawMessage(d.Body)}
	if !d.NextAt.IsZero() {
		v.NextAt = &d.NextAt
	}
	if !d.DeliveredAt.IsZero() {
		v.DeliveredAt = &d.DeliveredAt
	}
	return v
}

type idInput struct {
	ID string `path:"id" maxLength:"64" doc:"Of the webhook"`
}

type webhookOutput struct{ Body webhookView }

type createInput struct {
	Key  string `header:"Idempotency-Key" maxLength:"200" doc:"A name of the request, made up by you: sent again with it, the request is not done twice" example:"3f0d6a1e-0c0b-4d64"`
	Body struct {
		URL         string   `json:"url" minLength:"1" maxLength:"2000" doc:"Where messages are sent: an https address" example:"https://agency.example/fujin"`
		Description string   `json:"description,omitempty" maxLength:"200"`
		Topics      []string `json:"topics,omitempty" maxItems:"100" doc:"Types of events to be told; none: all" example:"[\"dataset.published\"]"`
		Datasets    []string `json:"datasets,omitempty" maxItems:"100" doc:"Datasets whose events to be told; none: all"`
	}
}

type createOutput struct {
	Location     string `header:"Location"`
	CacheControl string `header:"Cache-Control"`
	Replayed     string `header:"Idempotent-Replayed"`
	Body         webhookView
}

func (s *Service) postWebhook(ctx context.Context, in *createInput) (*createOutput, error) {
	id, again, err := s.once(ctx, "create", in.Key, in.Body, func(ctx context.Context) (string, error) {
		made, err := s.create(ctx, Webhook{URL: in.Body.URL, Description: in.Body.Description, Topics: in.Body.Topics, Datasets: in.Body.Datasets})
		return made.ID, err
	})
	if err != nil {
		return nil, err
	}
	w, err := s.get(ctx, id, org.Publisher)
	if err != nil {
		return nil, err
	}
	shown := view(w)
	shown.Secret = w.secret
	return &createOutput{Location: "/v1/webhooks/" + id, CacheControl: "no-store", Replayed: replayed(again), Body: shown}, nil
}

func replayed(again bool) string {
	if again {
		return "true"
	}
	return ""
}

type listOutput struct {
	Body struct {
		Webhooks []webhookView `json:"webhooks"`
	}
}

func (s *Service) getWebhooks(ctx context.Context, _ *struct{}) (*listOutput, error) {
	all, err := s.list(ctx)
	if err != nil {
		return nil, err
	}
	out := &listOutput{}
	out.Body.Webhooks = make([]webhookView, len(all))
	for i, w := range all {
		out.Body.Webhooks[i] = view(w)
	}
	return out, nil
}

func (s *Service) getWebhook(ctx context.Context, in *idInput) (*webhookOutput, error) {
	w, err := s.get(ctx, in.ID, org.Reader)
	if err != nil {
		return nil, err
	}
	return &webhookOutput{view(w)}, nil
}

type patchInput struct {
	ID   string `path:"id" maxLength:"64" doc:"Of the webhook"`
	Body struct {
		URL         *string   `json:"url,omitempty" minLength:"1" maxLength:"2000"`
		Description *string   `json:"description,omitempty" maxLength:"200"`
		Topics      *[]string `json:"topics,omitempty" maxItems:"100"`
		Datasets    *[]string `json:"datasets,omitempty" maxItems:"100"`
		State       State     `json:"state,omitempty" enum:"active,paused"`
	}
}

func (s *Service) patchWebhook(ctx context.Context, in *patchInput) (*webhookOutput, error) {
	w, err := s.update(ctx, in.ID, func(w *Webhook) {
		set(&w.URL, in.Body.URL)
		set(&w.Description, in.Body.Description)
		set(&w.Topics, in.Body.Topics)
		set(&w.Datasets, in.Body.Datasets)
		if in.Body.State != "" {
			w.State = in.Body.State
		}
	})
	if err != nil {
		return nil, err
	}
	return &webhookOutput{view(w)}, nil
}

// set takes a value that was given.
func set[T any](to *T, given *T) {
	if given != nil {
		*to = *given
	}
}

func (s *Service) deleteWebhook(ctx context.Context, in *idInput) (*struct{}, error) {
	return nil, s.remove(ctx, in.ID)
}

type secretOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Secret        string    `json:"secret" doc:"Shown once" example:"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"`
		PreviousUntil time.Time `json:"previous_until" doc:"Until when the old one signs too"`
	}
}

func (s *Service) postSecret(ctx context.Context, in *idInput) (*secretOutput, error) {
	w, err := s.renew(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := &secretOutput{CacheControl: "no-store"}
	out.Body.Secret, out.Body.PreviousUntil = w.secret, w.previousUntil
	return out, nil
}

type deliveryOutput struct {
	Replayed string `header:"Idempotent-Replayed"`
	Body     deliveryView
}

// send answers with the message that do has sent, or had sent under the same key.
func (s *Service) send(ctx context.Context, key string, route [2]string, do func(context.Context) (Delivery, error)) (*deliveryOutput, error) {
	id, again, err := s.once(ctx, "send", key, route, func(ctx context.Context) (string, error) {
		d, err := do(ctx)
		return d.ID, err
	})
	if err != nil {
		return nil, err
	}
	d, err := s.delivery(ctx, route[0], id)
	if err != nil {
		return nil, err
	}
	return &deliveryOutput{replayed(again), viewDelivery(d)}, nil
}

func (s *Service) postTest(ctx context.Context, in *struct {
	ID  string `path:"id" maxLength:"64" doc:"Of the webhook"`
	Key string `header:"Idempotency-Key" maxLength:"200" doc:"A name of the request, made up by you: sent again with it, the request is not done twice" example:"3f0d6a1e-0c0b-4d64"`
}) (*deliveryOutput, error) {
	return s.send(ctx, in.Key, [2]string{in.ID, "test"}, func(ctx context.Context) (Delivery, error) { return s.test(ctx, in.ID) })
}

func (s *Service) postReplay(ctx context.Context, in *struct {
	ID       string `path:"id" maxLength:"64" doc:"Of the webhook"`
	Delivery string `path:"delivery" maxLength:"64" doc:"Id of the message"`
	Key      string `header:"Idempotency-Key" maxLength:"200" doc:"A name of the request, made up by you: sent again with it, the request is not done twice" example:"3f0d6a1e-0c0b-4d64"`
}) (*deliveryOutput, error) {
	return s.send(ctx, in.Key, [2]string{in.ID, in.Delivery}, func(ctx context.Context) (Delivery, error) { return s.replay(ctx, in.ID, in.Delivery) })
}

type deliveriesInput struct {
	ID     string        `path:"id" maxLength:"64" doc:"Of the webhook"`
	State  DeliveryState `query:"state" enum:"pending,delivered,failed" doc:"Only those"`
	Limit  int           `query:"limit" default:"50" minimum:"1" maximum:"200"`
	Cursor string        `query:"cursor" maxLength:"64" doc:"next_cursor of the page before"`
}

type deliveriesOutput struct {
	Body struct {
		Deliveries []deliveryView `json:"deliveries"`
		NextCursor string         `json:"next_cursor,omitempty"`
	}
}

func (s *Service) getDeliveries(ctx context.Context, in *deliveriesInput) (*deliveriesOutput, error) {
	page, err := s.deliveries(ctx, in.ID, in.State, in.Cursor, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := &deliveriesOutput{}
	if len(page) > in.Limit {
		page = page[:in.Limit]
		out.Body.NextCursor = page[len(page)-1].ID
	}
	out.Body.Deliveries = make([]deliveryView, len(page))
	for i, d := range page {
		out.Body.Deliveries[i] = viewDelivery(d)
	}
	return out, nil
}
