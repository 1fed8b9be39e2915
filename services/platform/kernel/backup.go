package kernel

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"fujin/services/platform/kernel/errs"
)

// Backup writes the database as of one moment into a new file, while reads and writes go on. The file is a SQLite
// database on both engines, so that what PostgreSQL held can be restored into SQLite and the other way round; on
// PostgreSQL it holds the tables of the domains that called Migrate on this handle. Before it gets its name the file is
// opened again and verified: whole, with this database's id and at least the events known when the backup began. An
// existing destination is refused: kind Conflict, code "exists".
func (db *DB) Backup(ctx context.Context, destination string) error {
	if _, err := os.Stat(destination); !errors.Is(err, fs.ErrNotExist) {
		return errs.New(errs.Conflict, "%s exists already", destination).WithCode("exists").Because(err)
	}
	seq, err := db.LastSeq(ctx)
	if err != nil {
		return err
	}
	partial := destination + ".partial"
	if err := createEmpty(partial); err != nil {
		return err
	}
	defer os.Remove(partial) // after success it is gone already
	if db.engine == Postgres {
		err = db.exportInto(ctx, partial)
	} else {
		err = db.vacuumInto(ctx, partial)
	}
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if err := verifyFile(ctx, partial, db.id, seq); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return publish(partial, destination)
}

// createEmpty makes a file that only its owner can read, in place of what an earlier attempt has left.
func createEmpty(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// publish makes a complete file durable and gives it its name.
func publish(partial, destination string) error {
	if err := syncPath(partial); err != nil {
		return err
	}
	if err := os.Rename(partial, destination); err != nil {
		return err
	}
	return syncPath(filepath.Dir(destination))
}

func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

// vacuumInto copies a SQLite database as of one moment, compacted, into an empty file.
func (db *DB) vacuumInto(ctx context.Context, file string) error {
	_, err := db.Reader().ExecContext(ctx, `VACUUM INTO $1`, file)
	return err
}

// exportInto copies a PostgreSQL database into an empty file: a SQLite database is made by the same migrations beside
// it, filled from one repeatable-read view, and compacted into the file.
func (db *DB) exportInto(ctx context.Context, file string) error {
	dir, err := os.MkdirTemp(filepath.Dir(file), ".fujin-backup-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	stage, err := Open(ctx, Config{DataDir: dir, Clock: db.clock, Logger: db.log})
	if err != nil {
		return err
	}
	defer stage.Close()
	db.mu.Lock()
	domains := db.domains
	db.mu.Unlock()
	for _, d := range domains {
		if err := stage.Migrate(ctx, d.name, d.fsys); err != nil {
			return err
		}
	}
	err = db.Read(ctx, func(q Queryer) error { return copyRows(ctx, db.engine, q, stage) })
	if err != nil {
		return err
	}
	return stage.vacuumInto(ctx, file)
}

// verifyFile opens a backup and checks that it is whole, of the database id ("" for any), and not older than seq.
func verifyFile(ctx context.Context, path, id string, seq int64) error {
	pool := openReaders(path)
	defer pool.Close()
	problems, err := checkSQLite(ctx, pool)
	if err != nil {
		return damaged(path, err)
	}
	if len(problems) > 0 {
		return damaged(path, errors.New(problems[0]))
	}
	gotID, gotSeq, err := identity(ctx, pool)
	if err != nil {
		return damaged(path, err)
	}
	if id != "" && gotID != id || gotSeq < seq {
		return damaged(path, fmt.Errorf("database %s at %d, want %s at %d", gotID, gotSeq, id, seq))
	}
	return nil
}

func identity(ctx context.Context, pool *sql.DB) (id string, seq int64, err error) {
	err = pool.QueryRowContext(ctx, `SELECT (SELECT value FROM meta WHERE name = 'database_id'),
		(SELECT coalesce(max(seq), 0) FROM outbox)`).Scan(&id, &seq)
	return id, seq, err
}

func damaged(path string, cause error) error {
	return errs.New(errs.Unprocessable, "%s is not a whole backup of Fujin", path).WithCode("backup_damaged").Because(cause)
}
