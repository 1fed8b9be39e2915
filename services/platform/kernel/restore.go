package kernel

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"fujin/services/platform/kernel/errs"
)

// Restore fills the empty database that cfg names, of either engine, from a file that Backup wrote. migrate must call
// Migrate for every domain, as after Open: a backup of an older version is brought up to date, one of a newer version
// refused. The file is verified first and never changed; the result is verified before it counts. What holds facts
// already is not overwritten: kind Conflict, code "not_empty". A damaged file: Unprocessable, "backup_damaged".
//
// The restored database gets a new ID, since its history may part from that of the original from here on: whatever was
// derived from the original (an index snapshot, a cursor) must not be taken for its own. The old one is kept in meta as
// restored_from.
func Restore(ctx context.Context, cfg Config, source string, migrate func(ctx context.Context, db *DB) error) error {
	if err := verifyFile(ctx, source, "", 0); err != nil {
		return err
	}
	if cfg.DatabaseURL != "" {
		return restorePostgres(ctx, cfg, source, migrate)
	}
	if err := os.MkdirAll(cfg.DataDir, 0o700); err != nil {
		return err
	}
	unlock, err := lockFolder(cfg.DataDir)
	if err != nil {
		return err
	}
	defer unlock()
	target := filepath.Join(cfg.DataDir, sqliteFile)
	for _, file := range []string{target, target + "-wal", target + "-journal"} { // a stray log would be played into it
		if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
			return notEmpty(cfg.DataDir)
		}
	}
	dir, err := os.MkdirTemp(cfg.DataDir, ".restore-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	stage, err := openStage(ctx, cfg, dir, source, migrate)
	if err != nil {
		return err
	}
	if err := stage.Close(); err != nil { // also moves the log into the file
		return err
	}
	return publish(filepath.Join(dir, sqliteFile), target)
}

func notEmpty(what string) error {
	return errs.New(errs.Conflict, "%s holds a database already", what).WithCode("not_empty")
}

// openStage copies a backup into dir, opens it there, brings it up to date, checks it and gives it its new id.
func openStage(ctx context.Context, cfg Config, dir, source string,
	migrate func(ctx context.Context, db *DB) error) (*DB, error) {
	if err := copyFile(source, filepath.Join(dir, sqliteFile)); err != nil {
		return nil, err
	}
	stage, err := Open(ctx, Config{DataDir: dir, Clock: cfg.Clock, Logger: cfg.Logger})
	if err != nil {
		return nil, err
	}
	err = migrate(ctx, stage)
	if err == nil {
		err = stage.Write(ctx, func(ctx context.Context, tx *Tx) error { return renew(ctx, tx, stage.id, stage.NewID()) })
	}
	var problems []string
	if err == nil {
		problems, err = stage.Check(ctx)
	}
	if err == nil && len(problems) > 0 {
		err = damaged(source, errors.New(problems[0]))
	}
	if err != nil {
		stage.Close()
		return nil, fmt.Errorf("restore: %w", err)
	}
	return stage, nil
}

// renew gives a restored database its own id and notes where it came from.
func renew(ctx context.Context, q Queryer, old, id string) error {
	for name, value := range map[string]string{"restored_from": old, "database_id": id} {
		if _, err := q.ExecContext(ctx, `INSERT INTO meta (name, value) VALUES ($1, $2)
			ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value); err != nil {
			return err
		}
	}
	return nil
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}

// restorePostgres stages the backup as a SQLite database beside, and copies its rows in one transaction.
func restorePostgres(ctx context.Context, cfg Config, source string,
	migrate func(ctx context.Context, db *DB) error) error {
	dir, err := os.MkdirTemp("", "fujin-restore-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	stage, err := openStage(ctx, cfg, dir, source, migrate)
	if err != nil {
		return err
	}
	defer stage.Close()
	db, err := Open(ctx, cfg)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := migrate(ctx, db); err != nil {
		return err
	}
	return stage.Read(ctx, func(q Queryer) error { return copyRows(ctx, stage.engine, q, db) })
}
