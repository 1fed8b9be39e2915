package main

import (
	"bufio"
	"context"
	"errors"

	"fujin/datasets"
)

// sampleCommand writes synthetic facilities.
type sampleCommand struct {
	N    int    `short:"n" default:"20000" placeholder:"N" help:"How many facilities (default 20000)."`
	Seed uint64 `default:"1" placeholder:"S" help:"Equal seeds give equal facilities (default 1)."`
}

// Help is shown by fujin sample --help.
func (sampleCommand) Help() string {
	return `Writes plausible facilities of Jiangxi to standard output, one GeoJSON feature a line. They are made up, and say so.

Example:
  fujin sample -n 20000 --seed 1 > sample.geojsonl && fujin import --dataset sample sample.geojsonl`
}

// Validate is called by the command line parser.
func (c *sampleCommand) Validate() error {
	if c.N < 1 {
		return errors.New("-n must be at least 1")
	}
	return nil
}

// Run writes the sample.
func (c *sampleCommand) Run(_ context.Context, g *Globals) error {
	out := bufio.NewWriterSize(g.Stdout, 1<<20)
	return errors.Join(datasets.WriteSample(out, c.N, c.Seed), out.Flush())
}
