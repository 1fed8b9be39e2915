package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"time"

	"fujin/api"
	"fujin/cmd/fujin/bench"
)

// benchCommand is `fujin bench`.
type benchCommand struct {
	Nearby  benchNearby  `cmd:"" help:"Measure nearby queries beside a constant handler, Redis and PostGIS."`
	Scale   benchScale   `cmd:"" help:"Measure nearby queries at equal density from 10,000 facilities up."`
	Updates benchUpdates `cmd:"" help:"Measure nearby queries while facilities change."`
	Gate    benchGate    `cmd:"" help:"Measure nearby queries while agencies bring files, and how long a large file takes."`
	Floor   benchFloor   `cmd:"" hidden:"" help:"Serve a constant body behind the same middleware."`
	Bring   benchBring   `cmd:"" hidden:"" help:"Bring files, as agencies do; their key comes by standard input."`
}

type benchNearby struct {
	Facilities int      `short:"n" default:"1000000" placeholder:"N" help:"Sample facilities (default 1000000)."`
	Queries    int      `default:"40000" placeholder:"N" help:"Queries per system and round (default 40000; an eighth for the peers)."`
	Rounds     int      `default:"5" placeholder:"N" help:"Interleaved rounds (default 5)."`
	Clients    int      `default:"16" placeholder:"N" help:"Clients with kept-alive connections (default 16)."`
	Peers      []string `default:"redis,postgis" placeholder:"NAME" help:"redis, postgis, or none."`
	Seed       uint64   `default:"1" placeholder:"S" help:"Seed of the sample (default 1)."`
}

// Help shows how the command is used.
func (*benchNearby) Help() string {
	return `Everything runs in temporary folders on this machine's loopback. Needs redis-server and PostgreSQL with PostGIS for the
peers. Prints a table and which goals were reached.

Examples:

    fujin bench nearby
    fujin bench nearby -n 100000 --rounds 3 --peers none`
}

// Validate is called by the command line parser.
func (c *benchNearby) Validate() error {
	if c.Facilities < 1000 || c.Queries < 100 || c.Rounds < 1 || c.Clients < 1 {
		return errors.New("at least 1000 facilities, 100 queries, one round and one client are needed")
	}
	return nil
}

// Run measures.
func (c *benchNearby) Run(ctx context.Context, g *Globals) error {
	peers := c.Peers
	if len(peers) == 1 && peers[0] == "none" {
		peers = nil
	}
	b := bench.Nearby{Facilities: c.Facilities, Queries: c.Queries, Rounds: c.Rounds, Clients: c.Clients, Peers: peers, Seed: c.Seed, Out: g.Stdout, Log: g.Stderr}
	return b.Run(ctx)
}

type benchScale struct {
	Sizes   []int `default:"10000,100000,1000000" placeholder:"N" help:"Numbers of facilities, e.g. 10000,1000000,10000000."`
	Queries int   `default:"40000" placeholder:"N" help:"Queries per size and round (default 40000)."`
	Rounds  int   `default:"5" placeholder:"N" help:"Interleaved rounds (default 5)."`
}

// Run measures.
func (c *benchScale) Run(ctx context.Context, g *Globals) error {
	b := bench.Scale{Sizes: c.Sizes, Queries: c.Queries, Rounds: c.Rounds, Clients: 16, Seed: 1, Out: g.Stdout, Log: g.Stderr}
	return b.Run(ctx)
}

type benchUpdates struct {
	Facilities int `short:"n" default:"1000000" placeholder:"N" help:"Sample facilities (default 1000000)."`
	PerSecond  int `default:"1000" placeholder:"N" help:"Changed facilities per second (default 1000)."`
	Queries    int `default:"40000" placeholder:"N" help:"Queries per round (default 40000)."`
	Rounds     int `default:"5" placeholder:"N" help:"Interleaved rounds (default 5)."`
}

// Run measures.
func (c *benchUpdates) Run(ctx context.Context, g *Globals) error {
	b := bench.Updates{Facilities: c.Facilities, PerSecond: c.PerSecond, Queries: c.Queries, Rounds: c.Rounds, Clients: 16, Seed: 1, Out: g.Stdout, Log: g.Stderr}
	return b.Run(ctx)
}

type benchGate struct {
	Facilities int           `short:"n" default:"100000" placeholder:"N" help:"Sample facilities (default 100000)."`
	Uploads    int           `default:"20" placeholder:"N" help:"Files that arrive at once (default 20)."`
	Rows       int           `default:"100000" placeholder:"N" help:"Rows of each (default 100000)."`
	Publish    int           `default:"5" placeholder:"N" help:"How many of them are published (default 5)."`
	Million    int           `default:"1000000" placeholder:"N" help:"Rows of the one large file (default 1000000; 0 leaves it out)."`
	Rate       int           `default:"500" placeholder:"N" help:"Queries a second (default 500)."`
	Idle       time.Duration `default:"20s" help:"How long queries are measured with nothing beside them."`
}

// Validate is called by the command line parser.
func (c *benchGate) Validate() error {
	if c.Facilities < 1000 || c.Uploads < 1 || c.Rows < 1 || c.Publish < 0 || c.Million < 0 || c.Rate < 1 || c.Idle < time.Second {
		return errors.New("at least 1000 facilities, one upload of one row, one query a second and a second of idleness are needed")
	}
	return nil
}

// Run measures.
func (c *benchGate) Run(ctx context.Context, g *Globals) error {
	b := bench.Gate{Facilities: c.Facilities, Uploads: c.Uploads, Rows: c.Rows, Publish: c.Publish, Million: c.Million, PerSecond: c.Rate, Idle: c.Idle,
		Seed: 1, Apart: startYielding, Out: g.Stdout, Log: g.Stderr}
	return b.Run(ctx)
}

// benchBring stands for the machines of agencies.
type benchBring struct {
	Server string   `help:"Address of the datasets."`
	Files  []string `arg:"" help:"Files, each named as its dataset."`
}

// Run brings them.
func (c *benchBring) Run(ctx context.Context, g *Globals) error {
	key, err := io.ReadAll(g.Stdin)
	if err != nil {
		return err
	}
	return bench.Bring(ctx, c.Server, string(key), c.Files, g.Stdout)
}

// benchFloor serves the constant body that nearby is measured against.
type benchFloor struct {
	Addr  string `default:"127.0.0.1:0" help:"Address to listen at."`
	Bytes int    `default:"5000" help:"Size of the body."`
}

// Run serves until ctx ends.
func (c *benchFloor) Run(ctx context.Context, g *Globals) error {
	letQueriesIn()
	l, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return err
	}
	defer l.Close()
	serve := serveCommand{}
	gate, err := api.New(serve.gateConfig(l.Addr(), g.Logger(), nil))
	if err != nil {
		return err
	}
	gate.Constant("/constant", "application/geo+json", bytes.Repeat([]byte("x"), c.Bytes))
	return gate.Serve(ctx, time.Second, api.Listener{Listener: l})
}
