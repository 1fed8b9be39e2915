package kernel_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/dbtest"
	"fujin/services/platform/kernel/errs"
)

// start runs this test program as another server on the same database, and gives its lines. It is killed, as by a
// power button, when the test calls kill.
func start(t *testing.T, task string, cfg kernel.Config) (lines *bufio.Scanner, pid int, kill func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+task, "FUJIN_TEST_DIR="+cfg.DataDir, "FUJIN_TEST_URL="+cfg.DatabaseURL)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	over := false
	kill = func() {
		if !over {
			over = true
			cmd.Process.Kill()
		}
	}
	t.Cleanup(func() { kill(); cmd.Wait() })
	return bufio.NewScanner(out), cmd.Process.Pid, kill
}

func TestADataFolderHasOneOwner(t *testing.T) {
	cfg := dbtest.Config(t, kernel.SQLite)
	lines, pid, kill := start(t, "hold", cfg)
	if !lines.Scan() || lines.Text() != "open" {
		t.Fatalf("the other process says %q", lines.Text())
	}
	_, err := kernel.Open(t.Context(), cfg)
	if errs.KindOf(err) != errs.Conflict || errs.CodeOf(err) != "locked" || !errors.Is(err, kernel.ErrLocked) {
		t.Fatalf("a second owner: %v", err)
	}
	if !strings.Contains(err.Error(), "process "+strconv.Itoa(pid)) {
		t.Errorf("%q does not name process %d", err, pid)
	}
	if err := kernel.Restore(t.Context(), cfg, smallBackup(t), migrateTags); errs.CodeOf(err) != "locked" {
		t.Errorf("restore into a folder that is in use: %v", err)
	}
	kill()
	for lines.Scan() { // until its end of the pipe closes: the process is gone
	}
	db, err := kernel.Open(t.Context(), cfg)
	if err != nil {
		t.Fatalf("after the owner was killed: %v", err)
	}
	db.Close()
}

func smallBackup(t *testing.T) (file string) {
	t.Helper()
	db, err := kernel.Open(t.Context(), dbtest.Config(t, kernel.SQLite))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	file = filepath.Join(t.TempDir(), "backup.db")
	if err := db.Backup(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestAcknowledgedWritesOutliveTheProcess(t *testing.T) {
	engines := []kernel.Engine{kernel.SQLite, kernel.Postgres}
	if os.Getenv(dbtest.SQLiteOnly) != "" {
		engines = engines[:1]
	}
	for _, engine := range engines {
		t.Run(string(engine), func(t *testing.T) {
			cfg := dbtest.Config(t, engine)
			lines, _, kill := start(t, "write", cfg)
			acknowledged := map[string]bool{}
			for lines.Scan() { // to the end: also what it printed before it died
				acknowledged[lines.Text()] = true
				if len(acknowledged) == 300 {
					kill()
				}
			}
			db, err := kernel.Open(t.Context(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			kept := ids(t, db, `SELECT id FROM tag`)
			for id := range acknowledged {
				if !kept[id] {
					t.Errorf("%s was acknowledged and is lost", id)
				}
			}
			if told := ids(t, db, `SELECT ref FROM outbox`); len(told) != len(kept) {
				t.Errorf("%d tags, %d events", len(kept), len(told))
			}
			if problems, err := db.Check(t.Context()); err != nil || len(problems) > 0 {
				t.Errorf("check: %v %v", problems, err)
			}
		})
	}
}

func ids(t *testing.T, db *kernel.DB, query string) map[string]bool {
	t.Helper()
	rows, err := db.Reader().QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	all := map[string]bool{}
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		all[id] = true
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// slowCommit makes a commit that touches its table wait, so that it can be cut off in the middle.
const slowCommit = `CREATE TABLE slow (id text);
CREATE FUNCTION doze() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(30); RETURN NULL; END';
CREATE CONSTRAINT TRIGGER doze AFTER INSERT ON slow DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION doze();`

func TestACommitThatIsCutOffIsReportedAsUnknown(t *testing.T) {
	if os.Getenv(dbtest.SQLiteOnly) != "" {
		t.Skip("needs PostgreSQL: a SQLite commit cannot be cut off from outside")
	}
	cfg := dbtest.Config(t, kernel.Postgres)
	cfg.DatabaseURL += fmt.Sprintf("&application_name=cut_%d", os.Getpid())
	db, err := kernel.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	exec := func(statement string) error {
		return db.Write(t.Context(), func(ctx context.Context, tx *kernel.Tx) error {
			_, err := tx.ExecContext(ctx, statement)
			return err
		})
	}
	for statement := range strings.SplitSeq(slowCommit, ";\n") {
		if err := exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	answer := make(chan error, 1)
	go func() { answer <- exec(`INSERT INTO slow VALUES ('a')`) }()
	for cut := false; !cut; {
		if err := db.Reader().QueryRowContext(t.Context(), `SELECT coalesce(bool_or(pg_terminate_backend(pid)), false)
			FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND application_name = current_setting('application_name')`).Scan(&cut); err != nil {
			t.Fatal(err)
		}
	}
	if err := <-answer; errs.KindOf(err) != errs.Unavailable || errs.CodeOf(err) != "outcome_unknown" {
		t.Errorf("a commit that was cut off: %v", err)
	}
	if err := exec(`CREATE TABLE next (id text)`); err != nil {
		t.Errorf("the change after it: %v", err)
	}
}

func TestServersThatDeadlockBothSucceed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		first := openTags(t, open)
		if first.Engine() == kernel.SQLite {
			return // has one writer
		}
		second := openTags(t, open)
		for _, id := range []string{"a", "b"} {
			if err := first.Write(t.Context(), func(ctx context.Context, tx *kernel.Tx) error { return insert(ctx, tx, id) }); err != nil {
				t.Fatal(err)
			}
		}
		met := make(chan struct{}, 2) // both hold their first row before they ask for the second
		move := func(db *kernel.DB, from, to string) error {
			runs := 0
			return db.Write(t.Context(), func(ctx context.Context, tx *kernel.Tx) error {
				runs++
				for i, id := range []string{from, to} {
					if _, err := tx.ExecContext(ctx, `UPDATE tag SET n = n + 1 WHERE id = $1`, id); err != nil {
						return err
					}
					if i == 0 && runs == 1 {
						met <- struct{}{}
						for len(met) < 2 {
							time.Sleep(time.Millisecond)
						}
					}
				}
				return nil
			})
		}
		answers := make(chan error, 2)
		go func() { answers <- move(first, "a", "b") }()
		go func() { answers <- move(second, "b", "a") }()
		if err := errors.Join(<-answers, <-answers); err != nil {
			t.Fatal(err)
		}
		var sum int64
		if err := first.Reader().QueryRowContext(t.Context(), `SELECT CAST(sum(n) AS bigint) FROM tag`).Scan(&sum); err != nil || sum != 4 {
			t.Errorf("the rows count %d updates, want 4: %v", sum, err)
		}
	})
}
