package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"fujin/datasets"
	"fujin/services/facility"
)

// changer edits facilities of a running server at a steady rate, through its
// socket, as an agency's feed would: a version of a few rows at a time.
type changer struct {
	remote    facility.Remote
	pool      []facility.Edit
	perSecond int
	next      int
}

// changeBatches is how many publications a second carry the changes.
const changeBatches = 20

// newChanger collects facilities around the positions to change.
func newChanger(ctx context.Context, s *self, positions []orb.Point, perSecond int) (*changer, error) {
	c := &changer{remote: facility.Remote{Client: s.localClient()}, perSecond: perSecond}
	seen := map[string]bool{}
	for _, p := range positions {
		if len(c.pool) >= 20_000 {
			break
		}
		edits, err := editsAround(ctx, s.address, p)
		if err != nil {
			return nil, err
		}
		for _, e := range edits {
			if !seen[e.ID] {
				seen[e.ID] = true
				c.pool = append(c.pool, e)
			}
		}
	}
	return c, nil
}

// editsAround moves the facilities near a position by some metres.
func editsAround(ctx context.Context, address string, p orb.Point) ([]facility.Edit, error) {
	url := "http://" + address + "/v1/facilities/nearby?limit=200&lat=" + degrees(p[1]) + "&lon=" + degrees(p[0])
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	var answer struct {
		Features []struct {
			ID         string            `json:"id"`
			Geometry   *geojson.Geometry `json:"geometry"`
			Properties struct {
				Name, Category, Address, Phone string
				OpeningHours                   string            `json:"opening_hours"`
				Attributes                     map[string]string `json:"attributes"`
			} `json:"properties"`
		} `json:"features"`
	}
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		return nil, err
	}
	var edits []facility.Edit
	for i, f := range answer.Features {
		at, ok := f.Geometry.Geometry().(orb.Point)
		if !ok {
			continue
		}
		place := datasets.Place{SourceID: "changed/" + f.ID, Name: f.Properties.Name, Category: f.Properties.Category, Address: f.Properties.Address,
			Phone: f.Properties.Phone, OpeningHours: f.Properties.OpeningHours, Attributes: f.Properties.Attributes,
			Geometry: orb.Point{at[0], at[1] + float64(i%7)*1e-5}}
		row, err := facility.Prepare(place)
		if err != nil {
			return nil, err
		}
		edits = append(edits, facility.Edit{ID: f.ID, Row: &row})
	}
	return edits, nil
}

// start changes facilities until the returned function is called; that tells
// how many were changed.
func (c *changer) start(ctx context.Context) (stop func() (int, error)) {
	ctx, cancel := context.WithCancel(ctx)
	type result struct {
		n   int
		err error
	}
	done := make(chan result, 1)
	go func() {
		total := 0
		ticker := time.NewTicker(time.Second / changeBatches)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				done <- result{total, nil}
				return
			case <-ticker.C:
			}
			n, err := c.step(context.WithoutCancel(ctx))
			total += n
			if err != nil {
				done <- result{total, err}
				return
			}
		}
	}()
	return func() (int, error) {
		cancel()
		r := <-done
		return r.n, r.err
	}
}

// step publishes one batch; each facility moves to and fro.
func (c *changer) step(ctx context.Context) (int, error) {
	n := min(c.perSecond/changeBatches, len(c.pool))
	batch := make([]facility.Edit, 0, n)
	for range n {
		e := c.pool[c.next%len(c.pool)]
		c.next++
		row := *e.Row
		row.Digest += int64(c.next)
		row.Doc = strings.Replace(row.Doc, `"attributes":{`, fmt.Sprintf(`"attributes":{"seen":"%d",`, c.next), 1)
		batch = append(batch, facility.Edit{ID: e.ID, Row: &row})
	}
	if _, err := c.remote.Change(ctx, "sample", batch, facility.Provenance{}); err != nil {
		return 0, err
	}
	return n, nil
}

// cost is what the same changes take of the server's processors without queries.
func (c *changer) cost(ctx context.Context, pid int, wall time.Duration) (time.Duration, error) {
	before, err := usageOf(pid)
	if err != nil {
		return 0, err
	}
	stop := c.start(ctx)
	time.Sleep(wall)
	if _, err := stop(); err != nil {
		return 0, err
	}
	after, err := usageOf(pid)
	return after.sum() - before.sum(), err
}
