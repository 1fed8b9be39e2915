package facility_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"fujin/datasets"
	"fujin/services/facility"
	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/dbtest"
)

// bulk is what the tests below call a large publication.
const bulk = 1000

// crowd is a large publication: as many places, named alike, that the one before
// did not have.
func crowd(name string, n int) facility.Feed {
	return func(yield func(facility.Row) error) error {
		row, err := facility.Prepare(toilet("1", name, 0))
		for i := 0; i < n && err == nil; i++ {
			row.Key, row.Digest = fmt.Sprint("i:", name, i), int64(i)
			row.Lat = 28.6829 + float64(i%1000)*1e-5
			err = yield(row)
		}
		return err
	}
}

// elsewhere is a place that no crowd is near.
func elsewhere(name string) datasets.Place {
	p := always("1", name)
	p.Geometry = orb.Point{100, 25}
	return p
}

const thereToo = "/v1/facilities/nearby?lat=25&lon=100"

// member is one of the servers of a database.
type member struct {
	*site
	db     *kernel.DB
	log    *journal
	folder string
}

// cluster is a database with its servers: two on PostgreSQL, on SQLite the only
// one that there can be.
type cluster struct {
	*testing.T
	cfg     kernel.Config
	members []*member
}

// eachCluster runs a test on both engines, with the crowd "old" and the place
// "small" published.
func eachCluster(t *testing.T, test func(c *cluster)) {
	dbtest.Each(t, func(t *testing.T, _ func() *kernel.DB) {
		engine := kernel.SQLite
		if strings.HasSuffix(t.Name(), "postgres") {
			engine = kernel.Postgres
		}
		c := &cluster{T: t, cfg: dbtest.Config(t, engine)}
		c.join(c.cfg.DataDir)
		if engine == kernel.Postgres {
			c.join(t.TempDir())
		}
		c.put("elsewhere", feed(elsewhere("small")))
		c.put("test", crowd("old", 3*bulk))
		c.see("old", 3*bulk)
		test(c)
	})
}

// join starts a server on a folder.
func (c *cluster) join(folder string) *member {
	c.Helper()
	m := &member{db: openWith(c.T, c.cfg, folder), log: new(journal), folder: folder}
	m.site = serve(c.T, m.db, facility.Options{Logger: m.log.logger()})
	m.SetBulk(bulk)
	c.members = append(c.members, m)
	return m
}

func (c *cluster) put(dataset string, rows facility.Feed) {
	c.Helper()
	if _, err := c.members[0].Replace(c.Context(), dataset, rows, facility.Provenance{}); err != nil {
		c.Fatal(err)
	}
}

// begin publishes on the first server and goes on; the channel gives the outcome.
func (c *cluster) begin(ctx context.Context, dataset string, rows facility.Feed) <-chan error {
	ended := make(chan error, 1)
	go func() {
		_, err := c.members[0].Replace(ctx, dataset, rows, facility.Provenance{})
		ended <- err
	}()
	return ended
}

// crowded tells which crowd a server shows, whole or not.
func (m *member) crowded() (name string, n int) {
	m.t.Helper()
	var cells struct{ Cells []struct{ Total int } }
	m.ask("GET", "/v1/cells?bbox=110,20,120,30&res=0", "", &cells)
	for _, c := range cells.Cells {
		n += c.Total
	}
	if names := m.get(here + "&limit=1").names(); len(names) > 0 {
		name = names[0]
	}
	return name, n
}

// see waits until all servers show a crowd, and gives the longest time that one
// took.
func (c *cluster) see(name string, n int) time.Duration {
	c.Helper()
	start := time.Now()
	for i, m := range c.members {
		m.eventually(fmt.Sprintf("server %d with %s", i, name), func() error {
			if got, total := m.crowded(); got != name || total != n {
				return fmt.Errorf("%d of %s", total, got)
			}
			return nil
		})
	}
	return time.Since(start)
}

// exec changes the tables behind everybody's back.
func (c *cluster) exec(statement string, args ...any) {
	c.Helper()
	err := c.members[0].db.Write(c.Context(), func(ctx context.Context, tx *kernel.Tx) error {
		_, err := tx.ExecContext(ctx, statement, args...)
		return err
	})
	if err != nil {
		c.Fatal(err)
	}
}

// ghost is a server that is not ready for anything, until it is gone or its sign
// of life expires: publications wait for it.
func (c *cluster) ghost(lives time.Duration) (gone func()) {
	c.Helper()
	c.exec(`INSERT INTO facility_follower (id, alive_until, ready) VALUES ('ghost', $1, '')`, time.Now().Add(lives).UnixMilli())
	return func() { c.exec(`DELETE FROM facility_follower WHERE id = 'ghost'`) }
}

// prepared waits until all servers have prepared as many publications.
func (c *cluster) prepared(n int) {
	c.Helper()
	for _, m := range c.members {
		m.eventually("preparation", func() error {
			if got := strings.Count(string(m.log.bytes()), "index prepared"); got != n {
				return fmt.Errorf("%d of %d", got, n)
			}
			return nil
		})
	}
}

// beside are the files that a preparation has beside the snapshot.
func (m *member) beside() []string {
	left, _ := filepath.Glob(filepath.Join(m.folder, "index.snapshot.*"))
	return left
}

// discarded waits until all servers have thrown away what they prepared.
func (c *cluster) discarded() {
	c.Helper()
	for _, m := range c.members {
		m.eventually("end of the preparation", func() error {
			if left := m.beside(); len(left) > 0 {
				return fmt.Errorf("%v", left)
			}
			return nil
		})
	}
}

// afterKill starts a server on what a server's folder holds at this moment, as
// after a kill -9, and gives what it shows.
func (c *cluster) afterKill(m *member) (name string, n int) {
	c.Helper()
	cfg := c.cfg
	cfg.DataDir = c.TempDir()
	for _, from := range append(m.beside(), filepath.Join(m.folder, "index.snapshot")) {
		b, err := os.ReadFile(from)
		if err == nil {
			err = os.WriteFile(filepath.Join(cfg.DataDir, filepath.Base(from)), b, 0o600)
		}
		if err != nil {
			c.Fatal(err)
		}
	}
	// It prepares what is being published itself, in files of the same form; this one can only be left over.
	leftOver := filepath.Join(cfg.DataDir, "index.snapshot.unfinished-left")
	if err := os.WriteFile(leftOver, nil, 0o600); err != nil {
		c.Fatal(err)
	}
	again := &member{db: openWith(c.T, cfg, cfg.DataDir), log: new(journal), folder: cfg.DataDir}
	again.site = serve(c.T, again.db, facility.Options{Logger: again.log.logger()})
	defer again.stop()
	if text := string(again.log.bytes()); !strings.Contains(text, "index mapped") {
		c.Errorf("not started from the snapshot:\n%s", text)
	}
	if _, err := os.Stat(leftOver); !errors.Is(err, os.ErrNotExist) {
		c.Errorf("what a killed server leaves is not removed: %v", err)
	}
	return again.crowded()
}

// TestALargePublicationIsSeenByAllServersAtOnce publishes while servers are
// queried, and measures from the end of the publication.
func TestALargePublicationIsSeenByAllServersAtOnce(t *testing.T) {
	eachCluster(t, func(c *cluster) {
		last := c.members[len(c.members)-1]
		publish := func(name string) {
			c.put("test", crowd(name, 3*bulk))
			if took := c.see(name, 3*bulk); took > time.Second {
				c.Errorf("all servers see it %v after it is in force", took)
			}
		}
		checked := last.readersSeeOneVersion(3*bulk, func() { publish("first") })
		publish("second")
		if _, err := last.Rollback(c.Context(), "test", 1, facility.Provenance{}); err != nil {
			c.Fatal(err)
		}
		if took := c.see("old", 3*bulk); took > time.Second {
			c.Errorf("all servers see the rollback %v after it is in force", took)
		}
		for _, m := range c.members {
			if text := string(m.log.bytes()); checked < 2 || strings.Contains(text, "index merged") || strings.Count(text, "index swapped") != 4 {
				c.Errorf("%d answers were checked; the log says\n%s", checked, text)
			}
		}
	})
}

// TestWhatHappensDuringAPreparationIsKept changes things while all servers have
// prepared a publication that cannot go on.
func TestWhatHappensDuringAPreparationIsKept(t *testing.T) {
	eachCluster(t, func(c *cluster) {
		first, last := c.members[0], c.members[len(c.members)-1]
		id := last.get(here + "&limit=1").Features[0].ID
		other := last.get(thereToo).Features[0].ID
		gone := c.ghost(time.Minute)
		stays := func(yield func(facility.Row) error) error { // the place to be closed, and a crowd
			row, err := facility.Prepare(toilet("old0", "new", 0))
			if err == nil {
				err = yield(row)
			}
			return errors.Join(err, crowd("new", 3*bulk-1)(yield))
		}
		ended := c.begin(c.Context(), "test", stays)
		c.prepared(2)
		start := time.Now()
		c.put("elsewhere", feed(elsewhere("renamed"))) // small: seen at once
		closed := facility.Closure{From: noon.Add(-time.Hour), Reason: "burst pipe"}
		for dataset, id := range map[string]string{"test": id, "elsewhere": other} {
			if err := first.Close(c.Context(), dataset, id, closed); err != nil {
				c.Fatal(err)
			}
		}
		check := func(name string) {
			c.Helper()
			for _, m := range c.members {
				m.eventually("closures", func() error {
					_, there := m.ask("GET", thereToo, "", nil)
					status, one := m.ask("GET", "/v1/facilities/"+id, "", nil)
					if status != http.StatusOK || !strings.Contains(there, `"renamed"`) || !strings.Contains(there, "burst pipe") ||
						!strings.Contains(one, "burst pipe") || !strings.Contains(one, `"`+name+`"`) {
						return fmt.Errorf("%s\n%d %s", there, status, one)
					}
					return nil
				})
			}
		}
		check("old")
		if took := time.Since(start); took > time.Second {
			c.Errorf("small changes take %v while a large one is being prepared", took)
		}
		if took := c.see("old", 3*bulk); took > time.Second {
			c.Errorf("%v", took)
		}
		if c.cfg.DatabaseURL != "" { // SQLite's database cannot be opened twice
			if name, n := c.afterKill(last); name != "old" || n != 3*bulk {
				c.Errorf("killed before the commit and started again: %d of %s", n, name)
			}
		}
		gone()
		if err := <-ended; err != nil {
			c.Fatal(err)
		}
		if took := c.see("new", 3*bulk); took > time.Second {
			c.Errorf("seen %v after the commit", took)
		}
		check("new")
		c.discarded() // merged by itself, so that the snapshot holds the changes
		if c.cfg.DatabaseURL != "" {
			if name, n := c.afterKill(last); name != "new" || n != 3*bulk {
				c.Errorf("started again: %d of %s", n, name)
			}
		}
		if err := first.Reopen(c.Context(), "test", id); err != nil {
			c.Fatal(err)
		}
		last.eventually("reopened", func() error {
			if _, one := last.ask("GET", "/v1/facilities/"+id, "", nil); strings.Contains(one, "burst pipe") || !strings.Contains(one, `"new"`) {
				return errors.New(one)
			}
			return nil
		})
	})
}

func TestADeadServerDelaysAPublicationNoLongerThanItsSignOfLife(t *testing.T) {
	t.Parallel() // it mostly waits
	eachCluster(t, func(c *cluster) {
		const left = 1500 * time.Millisecond
		c.ghost(left)
		start := time.Now()
		c.put("test", crowd("new", 3*bulk))
		if took := time.Since(start); took < left || took > left+5*time.Second {
			c.Errorf("it took %v", took)
		}
		c.see("new", 3*bulk)
		// A server that stops takes its leave: nobody waits for it.
		last := c.members[len(c.members)-1]
		last.stop()
		var servers int
		if err := last.db.Reader().QueryRowContext(c.Context(), `SELECT count(*) FROM facility_follower`).Scan(&servers); err != nil || servers != len(c.members)-1 {
			c.Errorf("%d servers give signs of life, %v", servers, err)
		}
		start = time.Now()
		c.put("test", crowd("newer", 3*bulk))
		if took := time.Since(start); took > 5*time.Second {
			c.Errorf("without the one that stopped it took %v", took)
		}
	})
}

// TestAGivenUpDraftChangesNothing gives up drafts that all servers have prepared.
func TestAGivenUpDraftChangesNothing(t *testing.T) {
	t.Parallel() // it mostly waits
	eachCluster(t, func(c *cluster) {
		gone := c.ghost(time.Minute)
		ctx, giveUp := context.WithCancel(c.Context())
		ended := c.begin(ctx, "test", crowd("given up", 3*bulk))
		c.prepared(2)
		giveUp()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			c.Fatal(err)
		}
		c.discarded()
		// The publisher dies: its claim expires.
		if err := c.members[0].DieWritten(c.Context(), "test", crowd("dead", 3*bulk)); err != nil {
			c.Fatal(err)
		}
		c.prepared(3)
		if took := c.see("old", 3*bulk); took > time.Second {
			c.Errorf("%v", took)
		}
		c.exec(`UPDATE dataset SET draft_at = 0 WHERE id = 'test'`)
		c.discarded()
		c.see("old", 3*bulk)
		gone()
		c.put("test", crowd("new", 3*bulk))
		if took := c.see("new", 3*bulk); took > time.Second {
			c.Errorf("%v", took)
		}
	})
}

// TestPreparationsTakeTurns has several large publications at once: of servers
// that wait for each other's, and of one that waits for nobody.
func TestPreparationsTakeTurns(t *testing.T) {
	eachCluster(t, func(c *cluster) {
		first, last := c.members[0], c.members[len(c.members)-1]
		outcomes := make(chan error, 4)
		start := time.Now()
		for i := range cap(outcomes) {
			go func() {
				m := c.members[i%len(c.members)]
				_, err := m.Replace(c.Context(), fmt.Sprint("more", i), crowd(fmt.Sprint("more", i), 2*bulk), facility.Provenance{})
				outcomes <- err
			}()
		}
		for range cap(outcomes) {
			if err := <-outcomes; err != nil {
				c.Error(err)
			}
		}
		if took := time.Since(start); took > 30*time.Second {
			c.Errorf("four publications at once take %v", took)
		}
		total := 3*bulk + cap(outcomes)*2*bulk
		count := func(total int) {
			c.Helper()
			for _, m := range c.members {
				m.eventually("all", func() error {
					if _, n := m.crowded(); n != total {
						return fmt.Errorf("%d of %d", n, total)
					}
					return nil
				})
			}
		}
		count(total)
		// What is prepared gives way to what was not, and is prepared again.
		gone := c.ghost(time.Minute)
		ended := c.begin(c.Context(), "test", crowd("new", 3*bulk))
		c.prepared(1 + cap(outcomes) + 1)
		last.SetBulk(1 << 40)
		if _, err := last.Replace(c.Context(), "hasty", crowd("hasty", 2*bulk), facility.Provenance{}); err != nil {
			c.Fatal(err)
		}
		last.SetBulk(bulk)
		count(total + 2*bulk)
		gone()
		if err := <-ended; err != nil {
			c.Fatal(err)
		}
		count(total + 2*bulk)
		if names := first.get(here + "&limit=200&dataset=test").names(); len(names) != 200 || slices.Contains(names, "old") {
			c.Errorf("%v", names)
		}
	})
}
