package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"fujin/datasets"
	"fujin/services/facility"
	"fujin/services/platform/kernel"
)

// exportCommand is `fujin export`.
type exportCommand struct {
	Dataset string `required:"" placeholder:"ID" help:"Dataset to write."`
	Format  string `required:"" placeholder:"FORMAT" help:"geojson, csv, geoparquet or flatgeobuf."`
	Version int64  `placeholder:"N" help:"Version to write. Default: the one in force."`
	File    string `arg:"" help:"File to write; - is standard output."`
}

// Help shows how the command is used.
func (*exportCommand) Help() string {
	return `Writes one version whole, that in force unless another is named. The file appears when it is complete.

  geojson     for everything; can be imported again
  csv         for spreadsheets; can be imported again
  geoparquet  for DuckDB, pandas and GDAL from 3.5: small, quick to filter
  flatgeobuf  for QGIS and web maps: opens at once, reads only what is shown

Examples:

    fujin export --dataset toilets --format geojson toilets.geojson
    fujin export --dataset toilets --format csv - | head
    fujin export --dataset toilets --format geoparquet toilets.parquet
    fujin export --dataset toilets --format flatgeobuf toilets.fgb`
}

// Validate is called by the command line parser.
func (c *exportCommand) Validate() error {
	if err := facility.ValidateDataset(c.Dataset); err != nil && c.Dataset != "" { // kong says what is missing
		return fmt.Errorf("--dataset %q: use 1 to 64 of a-z, 0-9, _ and -, beginning with a letter or digit", c.Dataset)
	}
	if _, err := datasets.FindWriteFormat(c.Format); err != nil && c.Format != "" {
		return fmt.Errorf("--format: %w", err)
	}
	return nil
}

// Run writes the file.
func (c *exportCommand) Run(ctx context.Context, g *Globals) error {
	if c.File == "-" {
		return c.write(ctx, g, g.Stdout)
	}
	f, err := os.CreateTemp(filepath.Dir(c.File), filepath.Base(c.File)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // without effect once it was renamed
	err = c.write(ctx, g, f)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), c.File)
}

// write streams the dataset from the database, or from the server that holds it.
func (c *exportCommand) write(ctx context.Context, g *Globals, w io.Writer) error {
	err := g.withFacilities(ctx, func(s *facility.Service) error { return s.ExportVersion(ctx, c.Dataset, c.Version, c.Format, w) })
	if errors.Is(err, kernel.ErrLocked) {
		return facility.Remote{Client: g.LocalClient()}.ExportVersion(ctx, c.Dataset, c.Version, c.Format, w)
	}
	return err
}

// withFacilities opens the registry in this process.
func (g *Globals) withFacilities(ctx context.Context, do func(*facility.Service) error) (err error) {
	db, err := g.OpenDB(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	all, err := assemble(ctx, db, g.Logger(), outside{})
	if err != nil {
		return err
	}
	return do(all.facilities)
}
