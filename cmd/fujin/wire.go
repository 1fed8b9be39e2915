package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"fujin/api"
	"fujin/services/facility"
	"fujin/services/platform/jobs"
	"fujin/services/platform/kernel"
	"fujin/services/platform/org"
	"fujin/services/platform/outbound"
	"fujin/services/platform/webhook"
	"fujin/services/publishing"
	"fujin/services/publishing/catalogue"
)

// services is everything above the kernel, built in one place. This file alone knows which there are: a service is a
// field, a line in assemble, and a line each in check, mount, run and ready where it has routes, background work or a state
// without which it cannot answer.
type services struct {
	orgs       *org.Service
	jobs       *jobs.Service
	webhooks   *webhook.Service
	facilities *facility.Service
	publishing *publishing.Service
	open       openData
}

// outside is what services may reach beyond this machine's database.
type outside struct {
	public         string         // the address of this server as people write it; "" in a command that serves nobody
	osrm, valhalla string         // addresses of routing servers; "" without
	allow          []netip.Prefix // private networks that outgoing calls may reach
	uploadMax      int64          // bytes of the largest upload
	liveMap        catalogue.LiveMap
}

func (c *serveCommand) outside(at net.Addr) outside {
	return outside{public: c.publicURL(at), osrm: c.OSRMURL, valhalla: c.ValhallaURL, allow: c.OutboundAllow,
		uploadMax: c.UploadMax << 20, liveMap: c.liveMap()}
}

// assemble makes the services, which bring their tables up to date as they are made. Commands that need the tables but
// no server call it too.
func assemble(ctx context.Context, db *kernel.DB, logger *slog.Logger, out outside) (*services, error) {
	options := facility.Options{Logger: logger, LocalAdmin: api.IsLocalAdmin, BuildNames: buildNames}
	client := outbound.NewClient(2*time.Second, out.allow)
	switch {
	case out.osrm != "":
		options.Router = facility.OSRM{Client: client, URL: out.osrm}
	case out.valhalla != "":
		options.Router = facility.Valhalla{Client: client, URL: out.valhalla}
	}
	facilities, err := facility.New(ctx, db, options)
	if err != nil {
		return nil, err
	}
	orgs, err := org.New(ctx, db, org.Options{PublicURL: out.public, LocalAdmin: api.IsLocalAdmin})
	if err != nil {
		return nil, err
	}
	work, err := jobs.New(ctx, db, jobs.Config{Logger: logger, Queues: map[string]int{
		"profile": runtime.NumCPU() / 2, // a niced child each; the other cores are for queries
		"webhook": 16,                   // most of the time they wait for receivers
	}})
	if err != nil {
		return nil, err
	}
	hooks, err := webhook.New(ctx, db, work, webhook.Options{
		Logger: logger, Queue: "webhook", Client: outbound.NewClient(20*time.Second, out.allow),
		PlainHTTP: len(out.allow) > 0, // an operator who lets calls into the own network may have receivers without https there
	})
	if err != nil {
		return nil, err
	}
	for _, source := range announcements(out.public) {
		hooks.Announce(source)
	}
	agencies, err := publishing.New(ctx, db, facilities, work, publishing.Options{
		Logger: logger, UploadMax: out.uploadMax, Profile: profile, Busy: new(courtesy).begin, Access: orgs, PublicURL: out.public,
		Client: outbound.NewClient(10*time.Minute, out.allow),
	})
	if err != nil {
		return nil, err
	}
	open, err := assembleOpenData(facilities, agencies, out)
	if err != nil {
		return nil, err
	}
	return &services{orgs: orgs, jobs: work, webhooks: hooks, facilities: facilities, publishing: agencies, open: open}, nil
}

// check verifies the database and what each service keeps in it.
func (s *services) check(ctx context.Context, db *kernel.DB) ([]string, error) {
	faults, err := db.Check(ctx)
	if err != nil {
		return nil, err
	}
	more, err := s.facilities.Check(ctx)
	if err != nil && len(faults) > 0 {
		more, err = []string{fmt.Sprintf("the facilities cannot be read: %v", err)}, nil // for the reasons given
	}
	return append(faults, more...), err
}

// mount puts the routes of all services on the gate.
func (s *services) mount(gate *api.Gate) {
	s.orgs.Routes(gate.Engine(), gate.API())
	s.webhooks.Routes(gate.Engine(), gate.API(), s.orgs.IdentifyHuma(gate.API()))
	s.facilities.Routes(gate.Engine(), gate.API())
	s.publishing.Routes(gate.Engine(), gate.API())
	s.open.catalogue.Routes(gate.Engine(), gate.API())
	s.open.ogc.Routes(gate.Engine())
}

// run does the background work of all services until ctx ends, or the first of them fails.
func (s *services) run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return s.facilities.Run(ctx) })
	group.Go(func() error { return s.jobs.Run(ctx) })
	group.Go(func() error { return s.webhooks.Run(ctx) })
	group.Go(func() error { return s.publishing.Run(ctx) })
	return group.Wait()
}

// ready lists the conditions under which queries can be answered.
func (s *services) ready() []api.Check {
	return []api.Check{{Name: "index", Ready: s.facilities.Ready}}
}
