package kernel

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"regexp"
	"strings"

	"github.com/pressly/goose/v3"

	"fujin/services/platform/kernel/errs"
)

//go:embed migrations
var migrations embed.FS

// domain is a set of migrations that Migrate has applied.
type domain struct {
	name string
	fsys fs.FS
}

const postgresSuffix = ".postgres.sql"

// Migrate brings a domain's tables up to date. fsys holds NNN_name.sql files (goose's format, "-- +goose Up" only: the
// way is forward) at its root or, as go:embed gives it, in a folder migrations. NNN_name.postgres.sql takes the place
// of NNN_name.sql on PostgreSQL. Each domain counts its versions in a table of its own, migration_<domain>. A database
// that is ahead of the program is refused: kind Conflict, code "newer_database".
func (db *DB) Migrate(ctx context.Context, name string, fsys fs.FS) error {
	if !regexp.MustCompile(`^[a-z][a-z0-9_]*$`).MatchString(name) {
		return fmt.Errorf("migrate: %q is not a domain's name", name)
	}
	if sub, err := fs.Sub(fsys, "migrations"); err == nil {
		if _, err := fs.Stat(sub, "."); err == nil {
			fsys = sub
		}
	}
	names, err := fs.Glob(fsys, "*.sql")
	if err != nil || len(names) == 0 {
		return fmt.Errorf("migrate %s: no migrations: %w", name, err)
	}
	provider, err := db.provider(name, fsys, names)
	if err != nil {
		return fmt.Errorf("migrate %s: %w", name, err)
	}
	current, target, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("migrate %s: %w", name, Classify(err))
	}
	if current > target {
		return errs.New(errs.Conflict, "the database was made by a newer version of this program (%s %d, known %d)",
			name, current, target).WithCode("newer_database")
	}
	if current < target {
		if _, err := provider.Up(ctx); err != nil {
			return fmt.Errorf("migrate %s: %w", name, Classify(err))
		}
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	db.domains = append(db.domains, domain{name, fsys})
	return nil
}

func (db *DB) provider(name string, fsys fs.FS, names []string) (*goose.Provider, error) {
	opts := []goose.ProviderOption{
		goose.WithTableName("migration_" + name),
		goose.WithExcludeNames(excluded(names, db.engine)),
		goose.WithDisableGlobalRegistry(true),
		goose.WithSlog(db.log),
	}
	dialect := goose.DialectSQLite3
	if db.engine == Postgres {
		dialect = goose.DialectPostgres
		opts = append(opts, goose.WithSessionLocker(advisory{migrateLock, db.space.key}))
	}
	return goose.NewProvider(dialect, db.write, fsys, opts...)
}

// excluded lists the files that are not for this engine.
func excluded(names []string, engine Engine) []string {
	var out []string
	for _, name := range names {
		common, special := strings.CutSuffix(name, postgresSuffix)
		switch {
		case special && engine == Postgres:
			out = append(out, common+".sql")
		case special:
			out = append(out, name)
		}
	}
	return out
}

// advisory is a PostgreSQL advisory lock held by a session: servers that start together migrate one after the other.
type advisory struct{ kind, key int32 }

// SessionLock waits for the lock, as long as another server's migration may take.
func (a advisory) SessionLock(ctx context.Context, conn *sql.Conn) error {
	if _, err := conn.ExecContext(ctx, `SET lock_timeout = '1h'`); err != nil {
		return err
	}
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock($1, $2)`, a.kind, a.key); err != nil {
		return err
	}
	_, err := conn.ExecContext(ctx, `RESET lock_timeout`)
	return err
}

// SessionUnlock frees it.
func (a advisory) SessionUnlock(ctx context.Context, conn *sql.Conn) error {
	_, err := conn.ExecContext(ctx, `SELECT pg_advisory_unlock($1, $2)`, a.kind, a.key)
	return err
}
