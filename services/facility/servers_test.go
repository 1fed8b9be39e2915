package facility_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fujin/datasets"
	"fujin/services/facility"
	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/dbtest"
)

// named waits until a server finds exactly these names, and tells how long it took.
func (s *site) named(names ...string) time.Duration {
	s.t.Helper()
	start := time.Now()
	s.eventually("the facilities "+strings.Join(names, ", "), func() error {
		if got := s.get(here + "&radius=50000&limit=200").names(); !slices.Equal(got, names) {
			return fmt.Errorf("found %v", got)
		}
		return nil
	})
	return time.Since(start)
}

func TestServersSeeEachOther(t *testing.T) {
	cfg := dbtest.Config(t, kernel.Postgres)
	a := serve(t, openWith(t, cfg, t.TempDir()), facility.Options{})
	b := serve(t, openWith(t, cfg, t.TempDir()), facility.Options{})
	var waits []time.Duration
	for i := range 5 {
		from, to := a, b
		if i%2 == 1 {
			from, to = b, a
		}
		name := fmt.Sprint("publication ", i)
		if _, err := from.Replace(t.Context(), "test", feed(toilet("1", name, 0), toilet("2", "stays", 9)), facility.Provenance{}); err != nil {
			t.Fatal(err)
		}
		waits = append(waits, to.named(name, "stays"))
		id := to.get(here).Features[0].ID
		row, err := facility.Prepare(toilet("1", "edited", 1))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := to.Change(t.Context(), "test", []facility.Edit{{ID: id, Row: &row}}, facility.Provenance{}); err != nil {
			t.Fatal(err)
		}
		waits = append(waits, from.named("edited", "stays"))
		if got := from.get(here).Features[0].ID; got != id {
			t.Errorf("the id differs between servers: %s, %s", got, id)
		}
	}
	slices.Sort(waits)
	if median := waits[len(waits)/2]; median > time.Second {
		t.Errorf("a change takes %v to the other server", median)
	}
}

// reopen is a database that is stopped and started, with its data folder.
type reopen struct {
	t      *testing.T
	cfg    kernel.Config
	folder string
}

// each runs a test on both engines.
func eachReopened(t *testing.T, test func(t *testing.T, r reopen)) {
	for name, engine := range map[string]kernel.Engine{"sqlite": kernel.SQLite, "postgres": kernel.Postgres} {
		if engine == kernel.Postgres && os.Getenv(dbtest.SQLiteOnly) != "" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			cfg := dbtest.Config(t, engine)
			test(t, reopen{t, cfg, cfg.DataDir})
		})
	}
}

// server runs a server until stop, which closes the database too; the log
// tells how the index came about.
func (r reopen) server() (s *site, log *journal, stop func()) {
	r.t.Helper()
	log = new(journal)
	db, err := kernel.Open(r.t.Context(), r.cfg)
	if err != nil {
		r.t.Fatal(err)
	}
	s = serve(r.t, db, facility.Options{Logger: log.logger()})
	return s, log, func() {
		s.stop()
		if err := db.Close(); err != nil {
			r.t.Error(err)
		}
	}
}

// beside does something to the database while no server of this folder runs.
func (r reopen) beside(do func(db *kernel.DB) error) {
	r.t.Helper()
	cfg := r.cfg
	if cfg.DatabaseURL != "" {
		cfg.DataDir = r.t.TempDir()
	}
	db, err := kernel.Open(r.t.Context(), cfg)
	if err != nil {
		r.t.Fatal(err)
	}
	if err := errors.Join(do(db), db.Close()); err != nil {
		r.t.Fatal(err)
	}
}

// removeSnapshot has the next server build its index from the tables.
func (r reopen) removeSnapshot() {
	r.t.Helper()
	if err := os.Remove(filepath.Join(r.folder, "index.snapshot")); err != nil {
		r.t.Fatal(err)
	}
}

func (r reopen) publish(places ...datasets.Place) {
	r.t.Helper()
	r.beside(func(db *kernel.DB) error {
		s, err := facility.New(r.t.Context(), db, facility.Options{})
		if err == nil {
			_, err = s.Replace(r.t.Context(), "test", feed(places...), facility.Provenance{})
		}
		return err
	})
}

// exec changes the tables behind everybody's back.
func (r reopen) exec(statement string) {
	r.t.Helper()
	r.beside(func(db *kernel.DB) error {
		return db.Write(r.t.Context(), func(ctx context.Context, tx *kernel.Tx) error {
			_, err := tx.ExecContext(ctx, statement)
			return err
		})
	})
}

// secretly renames the facility in the tables without a publication: only an
// index that is built anew can know.
const secretly = `UPDATE facility SET doc = replace(doc, '"first"', '"rebuilt"')`

func TestAServerStartsFromItsSnapshot(t *testing.T) {
	eachReopened(t, func(t *testing.T, r reopen) {
		s, _, stop := r.server()
		s.publish("test", toilet("1", "first", 0), toilet("2", "second", 9))
		stop()
		r.exec(secretly)
		// Something else happens, too, as the last thing.
		r.publish(toilet("1", "first", 0), toilet("2", "second, renamed", 9))
		r.beside(func(db *kernel.DB) error {
			return db.Write(t.Context(), func(ctx context.Context, tx *kernel.Tx) error {
				return tx.Emit(ctx, "other.topic", "x", struct{}{})
			})
		})
		s, log, stop := r.server()
		defer stop()
		// Seen at once: what was published before the start is seen when ready.
		if got := s.get(here).names(); !slices.Equal(got, []string{"first", "second, renamed"}) {
			t.Errorf("when ready the server finds %v", got)
		}
		if text := string(log.bytes()); !strings.Contains(text, "index mapped") || strings.Contains(text, "index built") {
			t.Errorf("not started from the snapshot:\n%s", text)
		}
		s.publish("test", toilet("1", "third", 0))
		s.named("third")
	})
}

func TestASnapshotThatCannotBeUsedIsBuiltAnew(t *testing.T) {
	eachReopened(t, func(t *testing.T, r reopen) {
		path := filepath.Join(r.folder, "index.snapshot")
		snapshot := func() []byte {
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
		write := func(b []byte) {
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		foreign := reopen{t, dbtest.Config(t, kernel.SQLite), ""}
		foreign.folder = foreign.cfg.DataDir
		other, _, stop := foreign.server()
		other.publish("test", toilet("1", "foreign", 0))
		stop()
		for name, spoil := range map[string]func(){
			"changed": func() { b := snapshot(); b[bytes.Index(b, []byte(`"seq"`))+1] ^= 1; write(b) },
			"cut":     func() { b := snapshot(); write(b[:len(b)-1000]) },
			"empty":   func() { write(nil) },
			"text":    func() { write([]byte(strings.Repeat("not a snapshot ", 1000))) },
			"gone": func() {
				if err := os.Remove(path); err != nil {
					t.Fatal(err)
				}
			},
			"foreign": func() {
				b, err := os.ReadFile(filepath.Join(foreign.folder, "index.snapshot"))
				if err != nil {
					t.Fatal(err)
				}
				write(b)
			},
			"ahead": func() { r.exec(`DELETE FROM outbox WHERE seq = (SELECT max(seq) FROM outbox)`) },
			"trimmed": func() {
				r.publish(toilet("1", "first", 1))
				r.publish(toilet("1", "first", 2))
				r.beside(func(db *kernel.DB) error {
					_, err := db.Trim(t.Context(), time.Now().Add(time.Hour))
					return err
				})
			},
		} {
			t.Run(name, func(t *testing.T) {
				r := reopen{t, r.cfg, r.folder}
				r.publish(toilet("1", "before", 0))
				s, _, stop := r.server()
				s.publish("test", toilet("1", "first", 0))
				stop()
				spoil()
				r.exec(secretly)
				s, log, stop := r.server()
				defer stop()
				s.named("rebuilt")
				if !strings.Contains(string(log.bytes()), "index built") {
					t.Errorf("the log says\n%s", log.bytes())
				}
			})
		}
	})
}

// TestReadersSeeOneVersionWhole publishes again and again while readers query:
// each answer is of one version.
func TestReadersSeeOneVersionWhole(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		s := serve(t, open(), facility.Options{})
		version := func(v int) []datasets.Place {
			places := make([]datasets.Place, 400)
			for i := range places {
				// Half stay, half are replaced by others.
				id := fmt.Sprint(i)
				if i%2 == 1 {
					id = fmt.Sprint(v, " ", i)
				}
				places[i] = toilet(id, fmt.Sprint("v", v), float64(i%150))
			}
			return places
		}
		s.publish("test", version(0)...)
		checked := s.readersSeeOneVersion(400, func() {
			for v := 1; v <= 6; v++ {
				s.publish("test", version(v)...)
			}
		})
		if checked < 10 {
			t.Errorf("only %d answers were checked", checked)
		}
	})
}

// readersSeeOneVersion queries while do runs; each answer must be of one
// version, and the count of everything must be total.
func (s *site) readersSeeOneVersion(total int, do func()) (checked int) {
	s.t.Helper()
	quit, ended := make(chan struct{}), make(chan int)
	const readers = 2
	for range readers {
		go func() {
			n := 0
			for ; ; n++ {
				select {
				case <-quit:
					ended <- n
					return
				default:
				}
				names := s.get(here + "&limit=200").names()
				if len(names) != 200 {
					s.t.Errorf("%d facilities are found", len(names))
				}
				for _, name := range names {
					if name != names[0] {
						s.t.Errorf("an answer mixes %s and %s", names[0], name)
						break
					}
				}
				var cells struct{ Cells []struct{ Total int } }
				s.ask("GET", "/v1/cells?bbox=110,20,120,30&res=0", "", &cells)
				sum := 0
				for _, c := range cells.Cells {
					sum += c.Total
				}
				if sum != total {
					s.t.Errorf("%d facilities are counted, not %d", sum, total)
				}
			}
		}()
	}
	do()
	close(quit)
	for range readers {
		checked += <-ended
	}
	return checked
}

// TestALargePublicationIsSeenWhole takes the path of publications that are
// merged into a new base.
func TestALargePublicationIsSeenWhole(t *testing.T) {
	cfg := dbtest.Config(t, kernel.SQLite)
	r := reopen{t, cfg, cfg.DataDir}
	s, log, stop := r.server()
	s.SetBulk(5_000)
	const n = 3_000 // nine tenths are removed, and as many come: 5,700 changes
	version := func(v int64) facility.Feed {
		return func(yield func(facility.Row) error) error {
			row, err := facility.Prepare(toilet("1", fmt.Sprint("v", v), 0))
			if err != nil {
				return err
			}
			for i := range int64(n) {
				row.Key, row.Digest = fmt.Sprint("i:", i), v*n+i
				if i%10 != 0 {
					row.Key = fmt.Sprint("i:", v, "-", i)
				}
				row.Lat = 28.6829 + float64(i%1000)*1e-5
				if err := yield(row); err != nil {
					return err
				}
			}
			return nil
		}
	}
	publish := func(v int64) {
		pub, err := s.Replace(t.Context(), "test", version(v), facility.Provenance{})
		if err != nil || pub.Facilities != n {
			t.Errorf("%+v, %v", pub, err)
			return
		}
		if pub.Added+pub.Changed+pub.Removed >= 5_000 && s.Seen("test") < v {
			t.Errorf("version %d was told to be published before searches saw it", v)
		}
		s.eventually("publication", func() error {
			if s.Seen("test") < v {
				return errors.New("not seen")
			}
			return nil
		})
	}
	publish(1)
	s.readersSeeOneVersion(n, func() { publish(2) })
	if text := string(log.bytes()); strings.Count(text, "index prepared") != 1 || strings.Count(text, "index swapped") != 1 {
		t.Errorf("the large publication took another path:\n%s", text)
	}
	// Its snapshot holds it: the next start does not do the work again.
	stop()
	s, log, stop = r.server()
	defer stop()
	if text := string(log.bytes()); strings.Contains(text, "index merged") || strings.Contains(text, "index built") {
		t.Errorf("merged again after a restart:\n%s", text)
	}
	if names := s.get(here + "&limit=1").names(); !slices.Equal(names, []string{"v2"}) {
		t.Errorf("after a restart: %v", names)
	}
	s.publish("test", toilet("1", "small again", 0))
	s.named("small again")
}
