package facility

import (
	"bufio"
	"bytes"
	"context"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"fujin/services/platform/kernel/errs"
)

// The database of a running server belongs to that server. A command beside it
// reads and prepares the file itself and sends the rows through the server's
// socket, as a gob stream that ends with an explicit mark: a sender that dies
// leaves the dataset as it was.

// parcel is one message of the stream: first where the rows come from, then
// rows, then the end.
type parcel struct {
	From *Provenance
	Row  *Row
	End  bool
}

// order is what edits travel as.
type order struct {
	Edits []Edit
	From  Provenance
}

// changed answers an order: ids are those of the edits' facilities.
type changed struct {
	Publication
	IDs []string `json:"ids"`
}

// localPath is where these routes live; they exist for the local administrator
// alone and are in no document.
const localPath = "/local/datasets/"

// mountLocal adds the routes.
func (s *Service) mountLocal(r gin.IRouter) {
	r.POST(localPath+":id/rows", s.local(s.postRows))
	r.POST(localPath+":id/edits", s.local(s.postEdits))
	r.GET(localPath+":id/export", s.local(s.getExport))
}

// local hides a route from everybody else and lets it take its time.
func (s *Service) local(do func(c *gin.Context) error) gin.HandlerFunc {
	return func(c *gin.Context) {
		if s.options.LocalAdmin == nil || !s.options.LocalAdmin(c.Request.Context()) {
			_ = c.Error(errs.New(errs.NotFound, "there is nothing at this address; /docs lists what there is"))
			return
		}
		patient := http.NewResponseController(c.Writer)
		err := errors.Join(patient.SetReadDeadline(time.Time{}), patient.SetWriteDeadline(time.Time{}))
		if err == nil {
			err = do(c)
		}
		if err != nil {
			_ = c.Error(err)
			if c.Writer.Written() {
				// Half an answer is out: cut the connection, so that nobody takes
				// it for a whole one.
				s.log.Error("an answer ended early", "route", c.FullPath(), "error", err)
				panic(http.ErrAbortHandler)
			}
		}
	}
}

// postRows takes the rows of a dataset's next version.
func (s *Service) postRows(c *gin.Context) error {
	parcels := gob.NewDecoder(bufio.NewReaderSize(c.Request.Body, 1<<20))
	cutShort := func(err error) error {
		return errs.New(errs.Invalid, "the rows ended early; nothing was published").WithCode("cut_short").Because(err)
	}
	var first parcel
	if err := parcels.Decode(&first); err != nil || first.From == nil {
		return cutShort(err)
	}
	pub, err := s.Replace(c.Request.Context(), c.Param("id"), func(yield func(Row) error) error {
		for {
			var p parcel
			if err := parcels.Decode(&p); err != nil {
				return cutShort(err)
			}
			if p.End || p.Row == nil {
				return nil
			}
			if err := yield(*p.Row); err != nil {
				return err
			}
		}
	}, *first.From)
	if err == nil {
		c.JSON(http.StatusOK, pub)
	}
	return err
}

// postEdits takes edits of a dataset in force.
func (s *Service) postEdits(c *gin.Context) error {
	var o order
	if err := gob.NewDecoder(c.Request.Body).Decode(&o); err != nil {
		return errs.New(errs.Invalid, "the edits cannot be read").Because(err)
	}
	pub, err := s.Change(c.Request.Context(), c.Param("id"), o.Edits, o.From)
	if err != nil {
		return err
	}
	answer := changed{Publication: pub}
	for _, e := range o.Edits {
		answer.IDs = append(answer.IDs, e.ID)
	}
	c.JSON(http.StatusOK, answer)
	return nil
}

// getExport streams a version of a dataset.
func (s *Service) getExport(c *gin.Context) error {
	version, err := strconv.ParseInt(c.Query("version"), 10, 64)
	if err != nil {
		return errs.New(errs.Invalid, "version must be a whole number").Because(err)
	}
	return s.ExportVersion(c.Request.Context(), c.Param("id"), version, c.Query("format"), c.Writer)
}

// Remote publishes through the socket of a running server.
type Remote struct{ Client *http.Client }

// Replace does what Service.Replace does, in the server.
func (r Remote) Replace(ctx context.Context, dataset string, feed Feed, p Provenance) (Publication, error) {
	if err := ValidateDataset(dataset); err != nil {
		return Publication{}, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	body, w := io.Pipe()
	fed := make(chan error, 1)
	go func() {
		err := send(w, feed, p)
		w.CloseWithError(err)
		fed <- err
	}()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://local"+localPath+url.PathEscape(dataset)+"/rows", body)
	if err != nil {
		return Publication{}, err
	}
	res, err := r.Client.Do(req)
	body.CloseWithError(errStopped)
	if feedErr := <-fed; feedErr != nil && !errors.Is(feedErr, errStopped) {
		return Publication{}, feedErr
	}
	if err != nil {
		return Publication{}, fmt.Errorf("sending the rows to the running server: %w", err)
	}
	defer res.Body.Close()
	answer, err := answerOf(res)
	return answer.Publication, err
}

var errStopped = errors.New("the server takes no more rows")

// send writes the stream and its end mark.
func send(w io.Writer, feed Feed, p Provenance) error {
	buffered := bufio.NewWriterSize(w, 1<<20)
	parcels := gob.NewEncoder(buffered)
	err := parcels.Encode(parcel{From: &p})
	if err == nil {
		err = feed(func(r Row) error { return parcels.Encode(parcel{Row: &r}) })
	}
	if err == nil {
		err = parcels.Encode(parcel{End: true})
	}
	if err == nil {
		err = buffered.Flush()
	}
	return err
}

// Change does what Service.Change does, in the server.
func (r Remote) Change(ctx context.Context, dataset string, edits []Edit, p Provenance) (Publication, error) {
	var body bytes.Buffer
	if err := gob.NewEncoder(&body).Encode(order{edits, p}); err != nil {
		return Publication{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://local"+localPath+url.PathEscape(dataset)+"/edits", &body)
	if err != nil {
		return Publication{}, err
	}
	res, err := r.Client.Do(req)
	if err != nil {
		return Publication{}, fmt.Errorf("sending edits to the running server: %w", err)
	}
	defer res.Body.Close()
	answer, err := answerOf(res)
	for i := range answer.IDs {
		edits[i].ID = answer.IDs[i]
	}
	return answer.Publication, err
}

// ExportVersion does what Service.ExportVersion does, from the server.
func (r Remote) ExportVersion(ctx context.Context, dataset string, version int64, format string, w io.Writer) error {
	query := url.Values{"version": {strconv.FormatInt(version, 10)}, "format": {format}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://local"+localPath+url.PathEscape(dataset)+"/export?"+query.Encode(), nil)
	if err != nil {
		return err
	}
	res, err := r.Client.Do(req)
	if err != nil {
		return fmt.Errorf("asking the running server: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		_, err := answerOf(res)
		return err
	}
	_, err = io.Copy(w, res.Body)
	return err
}

// answerOf reads a publication or the problem that prevented it.
func answerOf(res *http.Response) (answer changed, err error) {
	if res.StatusCode == http.StatusOK {
		return answer, json.NewDecoder(res.Body).Decode(&answer)
	}
	var p struct{ Detail, Code string }
	if err := json.NewDecoder(res.Body).Decode(&p); err != nil || p.Detail == "" {
		return answer, fmt.Errorf("the running server answered %s", res.Status)
	}
	return answer, errs.New(errs.Conflict, "%s", p.Detail).WithCode(p.Code)
}
