package main

import (
	"context"
	"log/slog"
	"net/netip"

	"fujin/api"
	"fujin/services/platform/kernel"
)

// services is everything above the kernel, built in one place. This file alone knows which there are: a service is a
// field, a line in assemble, and a line each in mount, run and ready where it has routes, background work or a state
// without which it cannot answer.
type services struct {
}

// outside is what services may reach beyond this machine's database.
type outside struct {
	osrm, valhalla string         // addresses of routing servers; "" without
	allow          []netip.Prefix // private networks that outgoing calls may reach
}

func (c *serveCommand) outside() outside {
	return outside{osrm: c.OSRMURL, valhalla: c.ValhallaURL, allow: c.OutboundAllow}
}

// assemble makes the services, which bring their tables up to date as they are made. Commands that need the tables but
// no server call it too.
func assemble(ctx context.Context, db *kernel.DB, logger *slog.Logger, out outside) (*services, error) {
	return &services{}, nil
}

// mount puts the routes of all services on the gate.
func (s *services) mount(gate *api.Gate) {
}

// run does the background work of all services until ctx ends, or the first of them fails.
func (s *services) run(ctx context.Context) error {
	<-ctx.Done()
	return nil
}

// ready lists the conditions under which queries can be answered.
func (s *services) ready() []api.Check {
	return nil
}
