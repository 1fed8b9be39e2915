package outbound

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// Condition is what a server said of a file when it was last downloaded, so that it need not send it again.
type Condition struct{ ETag, LastModified string }

// Downloaded tells what came of a download.
type Downloaded struct {
	// Condition is for the next time.
	Condition
	// NotModified: the server says that the file is still the one that was downloaded under the condition.
	NotModified bool
	Bytes       int64
	SHA256      string
}

// ErrTooLarge is found in the error of a download that is larger than its limit.
var ErrTooLarge = errors.New("the file is larger than is taken here")

// Download writes the file at an address to w, up to limit bytes: of a file that is longer w holds the beginning. client
// comes from NewClient, whose time limit holds for the whole. The error says in words fit for the agency what the server
// did wrong.
func Download(ctx context.Context, client *http.Client, address string, known Condition, limit int64, w io.Writer) (Downloaded, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return Downloaded{}, err
	}
	request.Header.Set("User-Agent", "Fujin (harvest)")
	if known.ETag != "" {
		request.Header.Set("If-None-Match", known.ETag)
	}
	if known.LastModified != "" {
		request.Header.Set("If-Modified-Since", known.LastModified)
	}
	answer, err := client.Do(request)
	if err != nil {
		return Downloaded{}, err
	}
	defer answer.Body.Close()
	switch {
	case answer.StatusCode == http.StatusNotModified:
		return Downloaded{Condition: known, NotModified: true}, nil
	case answer.StatusCode != http.StatusOK:
		return Downloaded{}, fmt.Errorf("the server answered %s", answer.Status)
	case answer.ContentLength > limit:
		return Downloaded{}, fmt.Errorf("%d bytes: %w", answer.ContentLength, ErrTooLarge)
	}
	hash := sha256.New()
	n, err := io.Copy(io.MultiWriter(w, hash), io.LimitReader(answer.Body, limit+1))
	switch {
	case err != nil:
		return Downloaded{}, fmt.Errorf("the file broke off after %d bytes: %w", n, err)
	case n > limit:
		return Downloaded{}, fmt.Errorf("more than %d bytes: %w", limit, ErrTooLarge)
	}
	return Downloaded{
		Condition: Condition{ETag: answer.Header.Get("ETag"), LastModified: answer.Header.Get("Last-Modified")},
		Bytes:     n, SHA256: hex.EncodeToString(hash.Sum(nil)),
	}, nil
}
