package kernel

import (
	"context"
	"database/sql"
)

// What stands here is for one kind of user: a library that keeps tables of its own with SQL of its own in this database,
// which is the job queue. Everybody else has Read and Write.

// StdPool gives the connections on which such a library may write. On SQLite it is the writer's own single connection:
// they take turns on it in the order in which they ask. A second writing connection would have to be fought for with
// busy_timeout, which is not fair, and loses to a busy writer for seconds. A transaction on it keeps all changes
// waiting, so it must be short. On PostgreSQL it is a small pool apart from the writer.
func (db *DB) StdPool() *sql.DB {
	if db.side != nil {
		return db.side
	}
	return db.write
}

// MigrateStd lets such a library bring its tables up to date, on PostgreSQL while no other server does the same.
func (db *DB) MigrateStd(ctx context.Context, migrate func(ctx context.Context, pool *sql.DB) error) error {
	pool := db.StdPool()
	if db.engine == Postgres {
		conn, err := pool.Conn(ctx)
		if err != nil {
			return Classify(err)
		}
		defer conn.Close()
		lock := advisory{migrateLock, db.space.key}
		if err := lock.SessionLock(ctx, conn); err != nil {
			return Classify(err)
		}
		defer lock.SessionUnlock(context.WithoutCancel(ctx), conn)
	}
	return Classify(migrate(ctx, pool))
}

// Std runs fn with the transaction as database/sql knows it, under the rules of a statement: what fn does commits or
// vanishes with the closure, and when fn fails the closure must return.
func (tx *Tx) Std(ctx context.Context, fn func(ctx context.Context, std *sql.Tx) error) error {
	if err := tx.usable(ctx); err != nil {
		return err
	}
	return tx.note(Classify(fn(context.WithoutCancel(ctx), tx.std)))
}
