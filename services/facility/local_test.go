package facility_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"fujin/api"
	"fujin/datasets"
	"fujin/services/facility"
	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/dbtest"
	"fujin/services/platform/kernel/errs"
)

// socket serves a site at a unix socket, as a server does for the commands
// beside it, and gives a client that speaks to it. mark tells the server that
// who comes this way is the local administrator.
func socket(t *testing.T, s *site, mark func(context.Context) context.Context) *http.Client {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: s.handler, WriteTimeout: 2 * time.Minute}
	if mark != nil {
		server.ConnContext = func(ctx context.Context, _ net.Conn) context.Context { return mark(ctx) }
	}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	transport := &http.Transport{DisableCompression: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", path)
	}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func serveLocally(t *testing.T, db *kernel.DB) (*site, facility.Remote) {
	t.Helper()
	s := serve(t, db, facility.Options{LocalAdmin: api.IsLocalAdmin})
	return s, facility.Remote{Client: socket(t, s, api.WithLocalAdmin)}
}

func rich() datasets.Place {
	p := toilet("1", "八一公园", 5)
	p.Address, p.Phone, p.OpeningHours = "八一大道 1 号", "+86 791 1234", "Mo-Su 06:00-22:00"
	p.Attributes = map[string]string{"wheelchair": "yes", "fee": "no"}
	p.VerifiedAt = time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)
	return p
}

func TestCommandsWorkThroughTheSocket(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		s, remote := serveLocally(t, open())
		area := toilet("2", "area", 0)
		area.Geometry = orb.Polygon{{{115.85, 28.68}, {115.86, 28.68}, {115.86, 28.69}, {115.85, 28.68}}}
		pub, err := remote.Replace(t.Context(), "test", feed(rich(), area, toilet("", "no id", 9)), facility.Provenance{})
		if want := (facility.Publication{Dataset: "test", Version: 1, Facilities: 3, Added: 3}); err != nil || pub != want {
			t.Fatalf("%+v, %v", pub, err)
		}
		s.eventually("publication", func() error {
			if s.Seen("test") < 1 {
				return errors.New("not seen")
			}
			return nil
		})
		f := s.get(here + "&wheelchair=yes").Features[0]
		if f.Properties.Name != "八一公园" || f.Properties.VerifiedAt != "2026-05-01T08:00:00Z" || f.Properties.OpeningHours == "" {
			t.Errorf("%+v", f)
		}
		row, err := facility.Prepare(toilet("1", "新名", 6))
		if err != nil {
			t.Fatal(err)
		}
		pub, err = remote.Change(t.Context(), "test", []facility.Edit{{ID: f.ID, Row: &row}}, facility.Provenance{})
		if err != nil || pub.Version != 2 || pub.Changed != 1 || pub.Facilities != 3 {
			t.Errorf("%+v, %v", pub, err)
		}
		for _, format := range []string{"geojson", "csv", "geoparquet", "flatgeobuf"} {
			var through, direct bytes.Buffer
			if err := errors.Join(remote.ExportVersion(t.Context(), "test", 0, format, &through), s.ExportVersion(t.Context(), "test", 2, format, &direct)); err != nil {
				t.Fatal(err)
			}
			if through.String() != direct.String() || format != "geoparquet" && !strings.Contains(through.String(), "新名") { // that one is compressed
				t.Errorf("%s through the socket:\n%s\ndirect:\n%s", format, &through, &direct)
			}
		}
	})
}

func TestRefusalsComeThroughTheSocket(t *testing.T) {
	s, remote := serveLocally(t, openSQLite(t))
	s.publish("test", toilet("1", "a", 0))
	if _, err := remote.Replace(t.Context(), "test", feed(), facility.Provenance{}); errs.CodeOf(err) != "nothing_accepted" {
		t.Errorf("an empty feed: %v", err)
	}
	if _, err := remote.Replace(t.Context(), "../x", feed(toilet("1", "a", 0)), facility.Provenance{}); errs.KindOf(err) != errs.Invalid {
		t.Errorf("a bad id: %v", err)
	}
	if _, err := remote.Change(t.Context(), "test", []facility.Edit{{ID: "nobody"}}, facility.Provenance{}); err == nil || !strings.Contains(err.Error(), "only 0 are in dataset") {
		t.Errorf("an edit of nothing: %v", err)
	}
	for _, c := range []struct{ dataset, format, want string }{{"nothing", "geojson", "nothing"}, {"nothing", "csv", "nothing"}, {"test", "shp", "geojson, csv, geoparquet, flatgeobuf"}} {
		var out bytes.Buffer
		if err := remote.ExportVersion(t.Context(), c.dataset, 0, c.format, &out); err == nil || !strings.Contains(err.Error(), c.want) || out.Len() > 0 {
			t.Errorf("export of %s as %s: %v, %q", c.dataset, c.format, err, out.String())
		}
	}
	// A publication that is refused at once, with much of the file still to come.
	inside, leave := make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	go func() {
		_, err := s.Replace(context.WithoutCancel(t.Context()), "busy", func(yield func(facility.Row) error) error {
			close(inside)
			<-leave
			return feed(toilet("1", "a", 0))(yield)
		}, facility.Provenance{})
		done <- err
	}()
	<-inside
	if _, err := remote.Replace(t.Context(), "busy", many(20_000), facility.Provenance{}); errs.CodeOf(err) != "being_published" {
		t.Errorf("beside another publication: %v", err)
	}
	close(leave)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// many feeds n rows that cost next to nothing to make.
func many(n int) facility.Feed {
	return func(yield func(facility.Row) error) error {
		row, err := facility.Prepare(toilet("", "many", 0))
		if err != nil {
			return err
		}
		for i := range n {
			row.Key, row.Digest = fmt.Sprint("i:", i), int64(i)
			row.Lat = 28 + float64(i%1000)/1000
			if err := yield(row); err != nil {
				return err
			}
		}
		return nil
	}
}

// TestASenderThatDiesLeavesTheDataset has senders end in the middle in every
// way: an error of the file, a cancelled command, a cut connection.
func TestASenderThatDiesLeavesTheDataset(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		s, remote := serveLocally(t, open())
		s.publish("test", toilet("1", "a", 0), toilet("2", "b", 1))
		broken := errors.New("the file broke off")
		breaking := func(then func() error) facility.Feed {
			return func(yield func(facility.Row) error) error {
				if err := many(6000)(yield); err != nil { // more than one batch
					return err
				}
				return then()
			}
		}
		if _, err := remote.Replace(t.Context(), "test", breaking(func() error { return broken }), facility.Provenance{}); !errors.Is(err, broken) {
			t.Errorf("the feed's error was lost: %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		if _, err := remote.Replace(ctx, "test", breaking(func() error { cancel(); <-ctx.Done(); return ctx.Err() }), facility.Provenance{}); !errors.Is(err, context.Canceled) {
			t.Errorf("a cancelled command: %v", err)
		}
		killed := socket(t, s, api.WithLocalAdmin)
		if _, err := (facility.Remote{Client: killed}).Replace(t.Context(), "test", breaking(func() error {
			killed.Transport.(*http.Transport).DialContext = nil
			return errors.New("killed")
		}), facility.Provenance{}); err == nil {
			t.Error("a killed sender succeeded")
		}
		// A stream that ends between two rows, as if complete but for the mark.
		// Until the server has noticed the deaths the dataset is taken.
		s.eventually("a stream without its end", func() error {
			res, err := remote.Client.Post("http://local/local/datasets/test/rows", "", strings.NewReader(""))
			if err != nil {
				return err
			}
			defer res.Body.Close()
			if res.StatusCode != http.StatusBadRequest {
				return errors.New(res.Status)
			}
			return nil
		})
		pub, err := remote.Replace(t.Context(), "test", feed(toilet("1", "a", 0), toilet("2", "b", 1)), facility.Provenance{})
		if want := (facility.Publication{Dataset: "test", Version: 2, Facilities: 2, Unchanged: 2}); err != nil || pub != want {
			t.Errorf("after the dead senders: %+v, %v", pub, err)
		}
	})
}

func TestAnExportThatFailsIsNoExport(t *testing.T) {
	db := openSQLite(t)
	s, remote := serveLocally(t, db)
	pub, err := s.Replace(t.Context(), "test", many(3000), facility.Provenance{})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Write(t.Context(), func(ctx context.Context, tx *kernel.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE facility SET doc = '{' WHERE id = (SELECT max(id) FROM facility)`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"geojson", "csv", "geoparquet", "flatgeobuf"} {
		if err := remote.ExportVersion(t.Context(), "test", 0, format, new(bytes.Buffer)); err == nil {
			t.Errorf("%s of a damaged dataset of %d facilities seems whole", format, pub.Facilities)
		}
	}
}

func TestLocalRoutesAreForTheAdministratorAlone(t *testing.T) {
	s, remote := serveLocally(t, openSQLite(t))
	if _, err := remote.Replace(t.Context(), "test", feed(toilet("1", "a", 0)), facility.Provenance{}); err != nil {
		t.Fatal(err)
	}
	stranger := socket(t, s, nil)
	unwired := serve(t, openSQLite(t), facility.Options{})
	for _, r := range []struct{ method, path string }{
		{"POST", "/local/datasets/test/rows"}, {"POST", "/local/datasets/test/edits"}, {"GET", "/local/datasets/test/export?format=csv"},
	} {
		req, err := http.NewRequestWithContext(t.Context(), r.method, "http://local"+r.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := stranger.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusNotFound {
			t.Errorf("%s %s for a stranger: %s", r.method, r.path, res.Status)
		}
		if status, _ := unwired.ask(r.method, r.path, "", nil); status != http.StatusNotFound {
			t.Errorf("%s %s without local administrators: %d", r.method, r.path, status)
		}
	}
	if _, raw := s.ask("GET", "/openapi.json", "", nil); strings.Contains(raw, "/local/") {
		t.Error("the public document names the local routes")
	}
}
