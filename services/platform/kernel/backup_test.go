package kernel_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/dbtest"
	"fujin/services/platform/kernel/errs"
)

// migrateTags is what a program with the domains tag and link does after Open.
func migrateTags(ctx context.Context, db *kernel.DB) error {
	if err := db.Migrate(ctx, "tag", tagTable); err != nil {
		return err
	}
	return db.Migrate(ctx, "link", deferredTable)
}

// backedUp fills a database on which changes go on, and backs it up meanwhile.
func backedUp(t *testing.T, db *kernel.DB) (file string) {
	t.Helper()
	if err := migrateTags(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	pairs := func(from, to int) error { // tags and their links, or none
		return db.Write(t.Context(), func(ctx context.Context, tx *kernel.Tx) error {
			for i := from; i < to; i++ {
				if err := pair(ctx, tx, i); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := pairs(0, 800); err != nil {
		t.Fatal(err)
	}
	stop, stopped := make(chan struct{}), make(chan error, 1)
	go func() {
		for i := 800; ; i++ {
			select {
			case <-stop:
				stopped <- nil
				return
			default:
				if err := pairs(i, i+1); err != nil {
					stopped <- err
					return
				}
			}
		}
	}()
	file = filepath.Join(t.TempDir(), "backup.db")
	err := db.Backup(t.Context(), file)
	close(stop)
	if other := <-stopped; other != nil || err != nil {
		t.Fatalf("backup: %v; changes meanwhile: %v", err, other)
	}
	return file
}

func pair(ctx context.Context, tx *kernel.Tx, i int) error {
	id := fmt.Sprint(i)
	if _, err := tx.ExecContext(ctx, `INSERT INTO tag (id, owner, n, lost, lat, photo)
		VALUES ($1, '公厕 "x"', $2, $3, $4, $5)`, id, i, i%2 == 0, float64(i)/3, []byte{0, 0xff, byte(i)}); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO link (id, tag) VALUES ($1, $1)`, id); err != nil {
		return err
	}
	return tx.Emit(ctx, "tag.made", id, nil)
}

func TestABackupIsOneMomentAndRestoresIntoEitherEngine(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		db := open()
		file := backedUp(t, db)
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("a backup is its owner's alone: %v %v", info.Mode(), err)
		}
		if left, _ := filepath.Glob(filepath.Dir(file) + "/*"); len(left) != 1 {
			t.Errorf("beside the backup lie %v", left)
		}
		if err := db.Backup(t.Context(), file); errs.CodeOf(err) != "exists" {
			t.Errorf("backup over a file: %v", err)
		}
		for _, engine := range []kernel.Engine{kernel.SQLite, kernel.Postgres} {
			if engine == kernel.Postgres && os.Getenv(dbtest.SQLiteOnly) != "" {
				continue
			}
			t.Run("into "+string(engine), func(t *testing.T) {
				cfg := dbtest.Config(t, engine)
				if err := kernel.Restore(t.Context(), cfg, file, migrateTags); err != nil {
					t.Fatal(err)
				}
				restored(t, cfg, db.ID())
				if err := kernel.Restore(t.Context(), cfg, file, migrateTags); errs.CodeOf(err) != "not_empty" {
					t.Errorf("restore over facts: %v", err)
				}
			})
		}
	})
}

// restored looks at a restored database as a program that starts on it would.
func restored(t *testing.T, cfg kernel.Config, original string) {
	t.Helper()
	db, err := kernel.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := migrateTags(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	if db.ID() == original {
		t.Error("the copy has the original's id")
	}
	tags := count(t, db)
	var links, last int64
	var lost bool
	var lat float64
	var owner string
	var photo []byte
	q := db.Reader()
	for scanned, err := range map[string]error{
		"links": q.QueryRowContext(t.Context(), `SELECT count(*) FROM link`).Scan(&links),
		"seq":   q.QueryRowContext(t.Context(), `SELECT max(seq) FROM outbox`).Scan(&last),
		"row": q.QueryRowContext(t.Context(), `SELECT owner, lost, lat, photo FROM tag WHERE id = $1`, "8").
			Scan(&owner, &lost, &lat, &photo),
	} {
		if err != nil {
			t.Errorf("%s: %v", scanned, err)
		}
	}
	if tags < 800 || int64(tags) != links || int64(tags) != last {
		t.Errorf("%d tags, %d links, %d events: not of one moment", tags, links, last)
	}
	if owner != `公厕 "x"` || !lost || lat != 8.0/3 || !bytes.Equal(photo, []byte{0, 0xff, 8}) {
		t.Errorf("row 8 is %q %v %v %v", owner, lost, lat, photo)
	}
	err = db.Write(t.Context(), func(ctx context.Context, tx *kernel.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO link (id, tag) VALUES ('bad', 'nowhere')`)
		return err
	})
	if errs.CodeOf(err) != "reference" {
		t.Errorf("foreign keys of the copy: %v", err)
	}
	emit(t, db, "tag.made", "next", nil)
	if seq, err := db.LastSeq(t.Context()); seq != last+1 || err != nil {
		t.Errorf("the copy goes on at %d, want %d: %v", seq, last+1, err)
	}
	if problems, err := db.Check(t.Context()); err != nil || len(problems) > 0 {
		t.Errorf("check of the copy: %v %v", problems, err)
	}
}

func TestADamagedBackupIsRefused(t *testing.T) {
	db, err := kernel.Open(t.Context(), dbtest.Config(t, kernel.SQLite))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	whole, err := os.ReadFile(backedUp(t, db))
	if err != nil {
		t.Fatal(err)
	}
	half := whole[:len(whole)/2]
	flipped := bytes.Clone(whole)
	for i := len(flipped) / 2; i < len(flipped)/2+8192; i++ {
		flipped[i] ^= 0x5a
	}
	for name, content := range map[string][]byte{"half": half, "flipped": flipped, "text": []byte("hello"), "empty": nil} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "backup.db")
			if err := os.WriteFile(file, content, 0o600); err != nil {
				t.Fatal(err)
			}
			cfg := dbtest.Config(t, kernel.SQLite)
			if err := kernel.Restore(t.Context(), cfg, file, migrateTags); errs.CodeOf(err) != "backup_damaged" {
				t.Errorf("restore: %v", err)
			}
			if left, _ := filepath.Glob(cfg.DataDir + "/*.db*"); len(left) > 0 {
				t.Errorf("a refused restore left %v", left)
			}
		})
	}
}

func TestCheckFindsDamage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		db := open()
		for range 5 {
			emit(t, db, "a", "", nil)
		}
		if problems, err := db.Check(t.Context()); err != nil || len(problems) > 0 {
			t.Errorf("a sound database: %v %v", problems, err)
		}
		if err := db.Write(t.Context(), func(ctx context.Context, tx *kernel.Tx) error {
			_, err := tx.ExecContext(ctx, `DELETE FROM outbox WHERE seq = 3`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if problems, err := db.Check(t.Context()); err != nil || len(problems) != 1 {
			t.Errorf("an event is gone: %v %v", problems, err)
		}
	})
}
