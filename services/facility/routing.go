package facility

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/paulmach/orb"

	"fujin/services/platform/outbound"
)

// Way is the routed distance and time between two positions.
type Way struct {
	Metres  float64
	Seconds float64
	// Source names the routing service that said so.
	Source string
}

// Router asks a routing service for the way between two WGS-84 positions.
type Router interface {
	Route(ctx context.Context, from, to orb.Point, mode string) (Way, error)
}

// errNotRouted is what a router says to a mode that it has no ways for.
var errNotRouted = errors.New("the routing service has no ways for this mode")

// OSRM routes with the table service of an OSRM server. Its address may hold
// {profile}, for one server per mode: foot, bicycle, car.
type OSRM struct {
	Client *http.Client
	URL    string
}

// Route asks GET /table/v1/{profile}/{lon,lat;lon,lat}.
func (o OSRM) Route(ctx context.Context, from, to orb.Point, mode string) (Way, error) {
	profile := map[string]string{"walk": "foot", "bicycle": "bicycle", "drive": "car", "taxi": "car"}[mode]
	if profile == "" {
		return Way{}, errNotRouted
	}
	base := strings.TrimSuffix(strings.ReplaceAll(o.URL, "{profile}", profile), "/")
	url := fmt.Sprintf("%s/table/v1/%s/%.7f,%.7f;%.7f,%.7f?sources=0&destinations=1&annotations=duration,distance", base, profile, from[0], from[1], to[0], to[1])
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return Way{}, err
	}
	var answer struct {
		Code      string       `json:"code"`
		Durations [][]*float64 `json:"durations"`
		Distances [][]*float64 `json:"distances"`
	}
	if err := call(o.Client, req, &answer); err != nil {
		return Way{}, err
	}
	if answer.Code != "Ok" || !one(answer.Durations) || !one(answer.Distances) {
		return Way{}, errors.New("osrm found no way")
	}
	return Way{Metres: *answer.Distances[0][0], Seconds: *answer.Durations[0][0], Source: "osrm"}, nil
}

func one(table [][]*float64) bool {
	return len(table) == 1 && len(table[0]) == 1 && table[0][0] != nil
}

// Valhalla routes with the matrix service of a Valhalla server.
type Valhalla struct {
	Client *http.Client
	URL    string
}

// Route asks POST /sources_to_targets; Valhalla answers in kilometres.
func (v Valhalla) Route(ctx context.Context, from, to orb.Point, mode string) (Way, error) {
	costing := map[string]string{"walk": "pedestrian", "bicycle": "bicycle", "drive": "auto", "taxi": "taxi"}[mode]
	if costing == "" {
		return Way{}, errNotRouted
	}
	type location struct {
		Lat float64 `json:"lat"`
		Lon float64 `json:"lon"`
	}
	body, err := json.Marshal(map[string]any{
		"sources": []location{{from[1], from[0]}}, "targets": []location{{to[1], to[0]}}, "costing": costing,
	})
	if err != nil {
		return Way{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(v.URL, "/")+"/sources_to_targets", bytes.NewReader(body))
	if err != nil {
		return Way{}, err
	}
	req.Header.Set("Content-Type", "application/json")
	var answer struct {
		Table [][]struct {
			Time     *float64 `json:"time"`
			Distance *float64 `json:"distance"`
		} `json:"sources_to_targets"`
	}
	if err := call(v.Client, req, &answer); err != nil {
		return Way{}, err
	}
	if len(answer.Table) != 1 || len(answer.Table[0]) != 1 || answer.Table[0][0].Time == nil || answer.Table[0][0].Distance == nil {
		return Way{}, errors.New("valhalla found no way")
	}
	cell := answer.Table[0][0]
	return Way{Metres: *cell.Distance * 1000, Seconds: *cell.Time, Source: "valhalla"}, nil
}

// call sends a request and decodes the JSON answer.
func call(client *http.Client, req *http.Request, into any) error {
	res, err := client.Do(req)
	if err != nil {
		// The client's error repeats the address, and with it a position.
		if wrapped := (*url.Error)(nil); errors.As(err, &wrapped) {
			return wrapped.Err
		}
		return err
	}
	b, err := outbound.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		// The status line's text and the body are the service's: they may quote
		// the position.
		return fmt.Errorf("routing service answered with status %d", res.StatusCode)
	}
	return json.Unmarshal(b, into)
}
