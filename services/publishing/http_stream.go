package publishing

import (
	"bufio"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

// stream is an answer that is written as it is made. An error in the middle
// cuts the connection, so that nobody takes the half for the whole.
func stream(header http.Header, log *slog.Logger, write func(w io.Writer) error) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		for name, values := range header {
			ctx.SetHeader(name, values[0])
		}
		out := bufio.NewWriterSize(ctx.BodyWriter(), 64<<10)
		err := write(out)
		if err == nil {
			err = out.Flush()
		}
		if err == nil {
			return
		}
		if ctx.Context().Err() == nil {
			log.Error("an answer ended early", "route", ctx.Operation().Path, "error", err)
		}
		panic(http.ErrAbortHandler)
	}}
}

// jsonLines is a stream of one JSON object a line.
func jsonLines(walk func(write func(any) error) error, log *slog.Logger) *huma.StreamResponse {
	return stream(http.Header{"Content-Type": {"application/x-ndjson"}}, log, func(w io.Writer) error {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		return walk(enc.Encode)
	})
}
