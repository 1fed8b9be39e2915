package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"

	"fujin/datasets"
	"fujin/services/platform/processor"
)

// agency brings files to a running server as its owner would: with a key, over
// HTTP.
type agency struct {
	server string
	key    string
}

// newAgency makes a key beside the running server.
func newAgency(ctx context.Context, s *self) (*agency, error) {
	out, err := exec.CommandContext(ctx, s.program, "token", "create", "--data", s.data(), "--org", "bench", "--role", "publisher").Output()
	if err != nil {
		return nil, fmt.Errorf("token create: %w", err)
	}
	return &agency{server: "http://" + s.address + "/v1/datasets", key: strings.TrimSpace(string(out))}, nil
}

// ask sends a request and reads the answer, which must have the status.
func (a *agency) ask(ctx context.Context, method, path string, body io.Reader, status int, into any) error {
	req, err := http.NewRequestWithContext(ctx, method, a.server+path, body)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+a.key)
	req.Header.Set("Content-Type", "application/json")
	if f, ok := body.(*politely); ok {
		req.ContentLength = f.size
		req.Header.Set("Content-Type", "application/octet-stream")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode != status {
		return fmt.Errorf("%s %s: %s: %s", method, path, res.Status, tail(answer))
	}
	return json.Unmarshal(answer, into)
}

// create makes a dataset whose facilities must lie in the sample's province, so
// that files are also compared with what others have there.
func (a *agency) create(ctx context.Context, dataset string) error {
	body, err := json.Marshal(map[string]any{"id": dataset, "title": map[string]string{"en": dataset}, "area": []float64{113, 24, 119, 31}})
	if err != nil {
		return err
	}
	var made struct{}
	return a.ask(ctx, http.MethodPost, "", bytes.NewReader(body), http.StatusCreated, &made)
}

// upload sends a file and gives the upload's id.
func (a *agency) upload(ctx context.Context, dataset, path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	var made struct{ ID string }
	err = a.ask(ctx, http.MethodPost, "/"+dataset+"/uploads", &politely{File: f, size: info.Size()}, http.StatusAccepted, &made)
	return made.ID, err
}

// politely is a file whose reader offers its processor to others.
type politely struct {
	*os.File
	size  int64
	stint processor.Stint
}

// Read implements io.Reader.
func (f *politely) Read(b []byte) (int, error) {
	f.stint.Yield()
	return f.File.Read(b)
}

// look is how often somebody who waits for the gate looks, as the console does.
const look = 700 * time.Millisecond

// ready waits until an upload may be published. All of its rows must have been
// accepted.
func (a *agency) ready(ctx context.Context, dataset, upload string, rows int) error {
	for {
		var now struct {
			State, Reason string
			Summary       struct{ Accepted int }
		}
		if err := a.ask(ctx, http.MethodGet, "/"+dataset+"/uploads/"+upload, nil, http.StatusOK, &now); err != nil {
			return err
		}
		switch now.State {
		case "received", "profiling":
		case "ready":
			if now.Summary.Accepted != rows {
				return fmt.Errorf("%s: %d of %d rows were accepted", dataset, now.Summary.Accepted, rows)
			}
			return nil
		default:
			return fmt.Errorf("%s: the upload is %s: %s", dataset, now.State, now.Reason)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(look):
		}
	}
}

// publish makes an upload the next version.
func (a *agency) publish(ctx context.Context, dataset, upload string) error {
	body, err := json.Marshal(map[string]string{"upload": upload})
	if err != nil {
		return err
	}
	var made struct{}
	return a.ask(ctx, http.MethodPost, "/"+dataset+"/versions", bytes.NewReader(body), http.StatusCreated, &made)
}

// writeSampleCSV writes the sample's facilities as agencies have them: in a table.
func writeSampleCSV(path string, n int, seed uint64) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	errEnough := errors.New("enough")
	err = datasets.WriteCSV(f, func(yield func(datasets.Place, error) bool) {
		err := datasets.Sample(n, seed, func(p datasets.Place) error {
			if !yield(p, nil) {
				return errEnough
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			yield(datasets.Place{}, err)
		}
	})
	return errors.Join(err, f.Close())
}

// writeSampleLines writes them as newline-delimited GeoJSON.
func writeSampleLines(path string, n int, seed uint64) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(datasets.WriteSample(f, n, seed), f.Close())
}
