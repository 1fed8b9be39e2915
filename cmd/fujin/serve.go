package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"fujin/api"
	"fujin/api/web"
	"fujin/services/publishing/catalogue"
)

// serveCommand is `fujin serve`.
type serveCommand struct {
	Addr      string        `placeholder:"HOST:PORT" default:"127.0.0.1:8080" help:"Address to listen at, by default 127.0.0.1:8080; 0.0.0.0:8080 takes requests from other machines too."`
	PublicURL string        `name:"public-url" placeholder:"URL" help:"Address under which people reach this server; links, examples and redirects use it. By default http://localhost:PORT."`
	Drain     time.Duration `default:"10s" help:"Time that requests under way have to finish after SIGINT or SIGTERM."`

	OSRMURL       string         `name:"osrm-url" group:"Routing" placeholder:"URL" help:"OSRM server that gives routed distances."`
	ValhallaURL   string         `name:"valhalla-url" group:"Routing" placeholder:"URL" help:"Valhalla server that gives routed distances."`
	OutboundAllow []netip.Prefix `group:"Routing" placeholder:"CIDR" help:"Private networks that outgoing calls may reach, for a routing server of your own: 127.0.0.1/32."`

	UploadMax int64 `name:"upload-max" group:"Publishing" placeholder:"MB" default:"2048" help:"Largest file that agencies may bring, in MB (2^20 bytes); by default 2048."`

	BaseMapURL         []string `name:"base-map-url" group:"Map" sep:"none" placeholder:"URL" help:"Raster tiles to draw below Fujin's own, with {z}, {x}, {y}. May be repeated."`
	BaseMapStyle       string   `name:"base-map-style" group:"Map" placeholder:"URL" help:"MapLibre style to draw below Fujin's own tiles."`
	BaseMapCRS         string   `name:"base-map-crs" group:"Map" enum:"wgs84,gcj02" default:"wgs84" help:"Coordinate system of the base map: wgs84 or gcj02."`
	BaseMapAttribution string   `name:"base-map-attribution" group:"Map" placeholder:"TEXT" help:"Text that the base map's owner wants shown."`
	MapApproval        string   `group:"Map" placeholder:"NUMBER" help:"Map approval number (审图号) to show on the map."`
}

// Help shows how the command is used.
func (*serveCommand) Help() string {
	return `Prints one line when it is ready. A second server on the same data folder is refused; several servers may share one
PostgreSQL database.

Examples:

    fujin serve
    fujin serve --addr 0.0.0.0:80 --public-url https://nearby.example --data /var/lib/fujin
    FUJIN_DATABASE_URL=postgres://fujin@db/fujin fujin serve --log-format json`
}

// Validate refuses values that cannot work, before anything starts.
func (c *serveCommand) Validate() error {
	if _, _, err := net.SplitHostPort(c.Addr); err != nil {
		return fmt.Errorf("--addr %q is not HOST:PORT", c.Addr)
	}
	for flag, value := range map[string]string{"public-url": c.PublicURL, "osrm-url": c.OSRMURL, "valhalla-url": c.ValhallaURL, "base-map-style": c.BaseMapStyle} {
		if value == "" {
			continue
		}
		if u, err := url.Parse(value); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return fmt.Errorf("--%s %q is not an http or https address", flag, value)
		}
	}
	if u, err := url.Parse(c.PublicURL); err == nil && strings.Trim(u.Path, "/")+u.RawQuery+u.Fragment != "" {
		return fmt.Errorf("--public-url %q must end after the host", c.PublicURL)
	}
	if c.OSRMURL != "" && c.ValhallaURL != "" {
		return errors.New("--osrm-url and --valhalla-url cannot be used together")
	}
	return nil
}

// Run serves until ctx ends.
func (c *serveCommand) Run(ctx context.Context, g *Globals) (err error) {
	letQueriesIn()
	logger := g.Logger()
	db, err := g.OpenDB(ctx)
	if err != nil {
		return explainLocked(err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	public, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return err
	}
	defer public.Close()
	all, err := assemble(ctx, db, logger, c.outside(public.Addr()))
	if err != nil {
		return err
	}
	listeners := []api.Listener{{Listener: public}}
	if g.DatabaseURL == "" { // commands reach PostgreSQL themselves
		socket, err := listenLocal(g.Socket(), logger)
		if err != nil {
			return err
		}
		if socket != nil {
			defer socket.Close()
			listeners = append(listeners, api.Listener{Listener: socket, Mark: api.WithLocalAdmin})
		}
	}
	config := c.gateConfig(public.Addr(), logger, all.ready())
	config.PlaceHead = all.open.placeHead
	gate, err := api.New(config)
	if err != nil {
		return err
	}
	all.mount(gate)
	mountLocal(gate.Engine(), db, all)
	return c.serve(ctx, g, gate, all, listeners)
}

// serve runs gate and services side by side: the services stop after the last request, and a service that fails stops
// the server.
func (c *serveCommand) serve(ctx context.Context, g *Globals, gate *api.Gate, all *services, listeners []api.Listener) error {
	serving, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	background, end := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := all.run(background); err != nil && background.Err() == nil {
			stop(err)
		}
	}()
	go announce(serving, g, gate)
	err := gate.Serve(serving, c.Drain, listeners...)
	end()
	<-ended
	if cause := context.Cause(serving); cause != nil && !errors.Is(cause, context.Canceled) {
		err = errors.Join(cause, err)
	}
	return err
}

// announce prints the one line that says where the server is, once it can answer.
func announce(ctx context.Context, g *Globals, gate *api.Gate) {
	const pause = 2 * time.Millisecond // too short to notice, too long to load the machine
	for gate.NotReady() != nil {
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
	fmt.Fprintf(g.Stdout, "fujin is ready at %s (data in %s)\n", gate.PublicURL(), g.Data)
}

// publicURL is the address under which people reach a server that listens at at, without a slash at the end.
func (c *serveCommand) publicURL(at net.Addr) string {
	if c.PublicURL != "" {
		return strings.TrimRight(c.PublicURL, "/")
	}
	_, port, _ := net.SplitHostPort(at.String()) // a listener's own address has a port
	return "http://localhost:" + port
}

func (c *serveCommand) gateConfig(at net.Addr, logger *slog.Logger, ready []api.Check) api.Config {
	config := api.Config{Logger: logger, PublicURL: c.publicURL(at), Version: version(), Ready: ready}
	config.Web, _ = web.FS()
	config.Settings.MapApproval = c.MapApproval
	config.Settings.BaseMap = c.baseMap()
	return config
}

// baseMap is nil where there is none.
func (c *serveCommand) baseMap() *api.BaseMap {
	if c.BaseMapStyle == "" && len(c.BaseMapURL) == 0 {
		return nil
	}
	return &api.BaseMap{StyleURL: c.BaseMapStyle, Tiles: c.BaseMapURL, CRS: c.BaseMapCRS, Attribution: c.BaseMapAttribution}
}

// liveMap is the map of a dataset's page, where the pages are built.
func (c *serveCommand) liveMap() catalogue.LiveMap {
	const script = "dataset-map.js"
	files, built := web.FS()
	if _, err := fs.Stat(files, script); !built || err != nil {
		return catalogue.LiveMap{}
	}
	return catalogue.LiveMap{Script: "/" + script, Policy: api.PagePolicy(c.baseMap())}
}
