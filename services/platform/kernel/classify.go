package kernel

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"net"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/mattn/go-sqlite3"

	"fujin/services/platform/kernel/errs"
)

// Classify turns what a driver says into an errs.Error by its code, never by its words; the driver's error stays
// inside for the log and for errors.As. sql.ErrNoRows becomes NotFound and is still found by errors.Is. Errors that
// are already classified, contexts' and unknown ones pass unchanged; the latter count as Internal.
func Classify(err error) error {
	var known *errs.Error
	var lite sqlite3.Error
	var pg *pgconn.PgError
	switch {
	case err == nil, errors.As(err, &known), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, sql.ErrNoRows):
		return errs.New(errs.NotFound, "not found").Because(err)
	case errors.As(err, &lite):
		return sqliteFault(lite, err)
	case errors.As(err, &pg):
		return postgresFault(pg.Code, err)
	case errors.Is(err, sql.ErrConnDone), errors.Is(err, driver.ErrBadConn), isNetwork(err):
		return unavailable(err)
	default:
		return err
	}
}

func unavailable(cause error) error {
	return errs.New(errs.Unavailable, "the database cannot be reached now").Because(cause)
}

// isNetwork reports whether a connection failed rather than a statement.
func isNetwork(err error) bool {
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, syscall.ENOENT)
}

// sqliteFault judges by SQLite's result codes (https://sqlite.org/rescode.html).
func sqliteFault(lite sqlite3.Error, err error) error {
	switch lite.ExtendedCode {
	case sqlite3.ErrConstraintUnique, sqlite3.ErrConstraintPrimaryKey, sqlite3.ErrConstraintRowID:
		return errs.New(errs.Conflict, "it exists already").Because(err)
	case sqlite3.ErrConstraintForeignKey:
		return errs.New(errs.Conflict, "it refers to, or is referred to by, something else").
			WithCode("reference").Because(err)
	case sqlite3.ErrConstraintCheck, sqlite3.ErrConstraintNotNull:
		return errs.New(errs.Unprocessable, "a value is missing or out of range").Because(err)
	}
	switch lite.Code {
	case sqlite3.ErrFull:
		return noSpace(err)
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		return errs.New(errs.Unavailable, "the database is busy").WithCode("busy").Because(err)
	case sqlite3.ErrCantOpen:
		return unavailable(err)
	case sqlite3.ErrCorrupt, sqlite3.ErrNotADB:
		return errs.New(errs.Internal, "the database file is damaged").WithCode("database_damaged").Because(err)
	default:
		return err
	}
}

func noSpace(cause error) error {
	return errs.New(errs.NoSpace, "the disk is full").Because(cause)
}

// postgresFault judges by SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html).
func postgresFault(code string, err error) error {
	switch code {
	case "23505", "23P01":
		return errs.New(errs.Conflict, "it exists already").Because(err)
	case "23503":
		return errs.New(errs.Conflict, "it refers to, or is referred to by, something else").
			WithCode("reference").Because(err)
	case "23502", "23514", "22001", "22003":
		return errs.New(errs.Unprocessable, "a value is missing or out of range").Because(err)
	case "22021", "22P05": // what is not typed passes the gate's own check: a header, a plain handler
		return errs.New(errs.Invalid, "a text holds the character U+0000, or bytes that are no UTF-8; leave them out").Because(err)
	case "53100":
		return noSpace(err)
	case "40001", "40P01", "55P03":
		return errs.New(errs.Unavailable, "the database is busy").WithCode("busy").Because(err)
	}
	switch code[:min(2, len(code))] {
	case "08", "53", "57": // connection, resources, operator intervention
		return unavailable(err)
	case "28", "3D": // authorization, no such database
		return errs.New(errs.Unavailable, "the database refuses this program").WithCode("database_refused").Because(err)
	default:
		return err
	}
}

// retryable reports whether the same transaction may succeed when it is simply run again.
func retryable(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}

// surelyNotCommitted reports whether the answer to a COMMIT is the engine's own word that it rolled back, as opposed
// to a failure on the way, after which the change may be there or not.
func surelyNotCommitted(err error) bool {
	var lite sqlite3.Error
	if errors.As(err, &lite) {
		return lite.Code == sqlite3.ErrConstraint || lite.Code == sqlite3.ErrFull || lite.Code == sqlite3.ErrBusy
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		class := pg.Code[:min(2, len(pg.Code))]
		return class == "23" || class == "25" || class == "40" || pg.Code == "53100"
	}
	return false
}
