package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"fujin/services/platform/kernel"
)

// backupCommand is `fujin backup FILE`.
type backupCommand struct {
	File string `arg:"" type:"path" help:"File to write; it must not exist yet."`
}

// Help shows how the command is used.
func (*backupCommand) Help() string {
	return `The copy is consistent and is read back before the command ends; queries and changes go on meanwhile.

Examples:

    fujin backup /var/backups/fujin-$(date +%F).db
    fujin backup --data /var/lib/fujin /mnt/fujin.db`
}

// Run makes the backup, by way of the server where one holds the data.
func (c *backupCommand) Run(ctx context.Context, g *Globals) error {
	file, err := filepath.Abs(c.File)
	if err != nil {
		return err
	}
	err = g.withTables(ctx, func(db *kernel.DB, _ *services) error { return db.Backup(ctx, file) })
	if errors.Is(err, kernel.ErrLocked) {
		err = g.askServer(ctx, "/local/backup", backupOrder{File: file}, nil)
	}
	if err != nil {
		return err
	}
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(g.Stdout, "wrote %s (%d bytes), verified\n", file, info.Size())
	return err
}

// restoreCommand is `fujin restore FILE`.
type restoreCommand struct {
	File string `arg:"" type:"existingfile" help:"File that fujin backup wrote."`
}

// Help shows how the command is used.
func (*restoreCommand) Help() string {
	return `The database that --data or --database-url names must be empty, so that nothing is lost by mistake. The backup is
verified before anything is written; it may come from the other kind of database.

Examples:

    fujin restore --data /srv/new /var/backups/fujin-2026-11-21.db
    fujin restore --database-url postgres://fujin@db/fujin /var/backups/fujin-2026-11-21.db`
}

// Run restores.
func (c *restoreCommand) Run(ctx context.Context, g *Globals) error {
	err := kernel.Restore(ctx, g.kernelConfig(), c.File, func(ctx context.Context, db *kernel.DB) error {
		_, err := assemble(ctx, db, g.Logger(), outside{})
		return err
	})
	if err != nil {
		return explainLocked(err)
	}
	_, err = fmt.Fprintf(g.Stdout, "restored %s\n", c.File)
	return err
}

// checkCommand is `fujin check`.
type checkCommand struct{}

// Help shows how the command is used.
func (*checkCommand) Help() string {
	return `Prints one line per fault and ends with 1 if there is any. Works also while the server runs.`
}

// Run verifies the database, by way of the server where one holds the data.
func (checkCommand) Run(ctx context.Context, g *Globals) error {
	var found checkReport
	err := g.withTables(ctx, func(db *kernel.DB, all *services) (err error) {
		found.Faults, err = all.check(ctx, db)
		return err
	})
	if errors.Is(err, kernel.ErrLocked) {
		err = g.askServer(ctx, "/local/check", struct{}{}, &found)
	}
	if err != nil {
		return err
	}
	for _, fault := range found.Faults {
		if _, err := fmt.Fprintln(g.Stdout, fault); err != nil {
			return err
		}
	}
	if len(found.Faults) > 0 {
		return fmt.Errorf("the database has %d faults", len(found.Faults))
	}
	_, err = fmt.Fprintln(g.Stdout, "ok")
	return err
}

// withTables opens the database with all services' tables known, so that a backup holds them all and a check sees them
// all.
func (g *Globals) withTables(ctx context.Context, do func(db *kernel.DB, all *services) error) (err error) {
	db, err := g.OpenDB(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	all, err := assemble(ctx, db, g.Logger(), outside{})
	if err != nil {
		return err
	}
	return do(db, all)
}
