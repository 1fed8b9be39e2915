package datasets

import (
	"context"
	"errors"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/project"
	"github.com/tidwall/gjson"
)

// gbfsReader reads the places of the General Bikeshare Feed Specification, its
// versions 1 to 3: the stations of station_information.json, with what lasts of
// the station_status beside them, or the vehicles of free_bike_status.json or
// vehicle_status.json. The other files of a feed hold no positions and are
// refused by name.
type gbfsReader struct{}

// Read implements Reader. A station's category is bike_rental, a vehicle's
// shared_vehicle, unless the options say otherwise.
func (gbfsReader) Read(ctx context.Context, src Source, opt Options, sink Sink) (Summary, error) {
	file := &gbfsFile{jsonFile: jsonFile{src: src}}
	if err := file.walk(ctx, nil, func(s *jsonStream) error { return file.data(s, file.outline(s)) }); err != nil {
		return Summary{}, err
	}
	if err := file.check(); err != nil {
		return Summary{}, err
	}
	switch {
	case opt.Category != "":
	case file.list == "stations":
		opt.Category = "bike_rental"
	default:
		opt.Category = "shared_vehicle"
	}
	placer, err := newPlacer(src.Name, opt, sink)
	if err != nil {
		return Summary{}, err
	}
	placer.declare(WGS84)
	status, err := readStatus(ctx, src)
	if err != nil {
		return Summary{}, err
	}
	rows := &gbfsRows{placer: placer, record: jsonFields{placer: placer}, status: status}
	err = file.walk(ctx, sink.Progress, func(s *jsonStream) error {
		return file.data(s, func(key string) error {
			if key != file.list {
				return s.skip()
			}
			return s.records(rows.next)
		})
	})
	if err == nil {
		err = rows.unmet()
	}
	return placer.done(GBFS, file.encoding), err
}

// gbfsFile knows what stands under "data".
type gbfsFile struct {
	jsonFile
	list    string   // the member of data that holds the places
	keys    []string // the other members
	located bool     // an early element of the list has a position
	empty   bool     // the list has no elements
}

// data walks the members of "data".
func (f *gbfsFile) data(s *jsonStream, member func(key string) error) error {
	return s.object(func(key string) error {
		if c, err := s.peek(); err != nil || key != "data" || c != '{' {
			return errors.Join(err, s.skip())
		}
		return s.object(member)
	})
}

// outline finds the list of places and looks at its first elements.
func (f *gbfsFile) outline(s *jsonStream) func(key string) error {
	return func(key string) error {
		c, err := s.peek()
		switch {
		case err != nil:
			return err
		case c != '[' || key != "stations" && key != "bikes" && key != "vehicles":
			f.keys = append(f.keys, key)
			return s.skip()
		}
		f.list, f.empty = key, true
		n := 0
		return s.array(func() error {
			f.empty = false
			if n++; n > 100 || f.located {
				return s.skip()
			}
			raw, err := s.value(maxFeature)
			if err == errValueTooLarge {
				return nil
			}
			element := gjson.ParseBytes(raw)
			f.located = element.Get("lat").Exists() || element.Get("lon").Exists() || element.Get("station_area").Exists()
			return err
		})
	}
}

// check refuses the files of a feed that hold no positions.
func (f *gbfsFile) check() error {
	var is Sentence
	switch {
	case f.list == "stations" && !f.located && !f.empty:
		return Refuse("the file is the station_status of a GBFS feed: it has counts but no positions; import station_information.json of the same feed with it, which has them")
	case f.list != "":
		return nil
	case slices.Contains(f.keys, "system_id"):
		is = Say("the system_information of a GBFS feed, which describes the operator")
	case slices.Contains(f.keys, "vehicle_types"):
		is = Say("the vehicle_types of a GBFS feed, which describe kinds of vehicles")
	case slices.Contains(f.keys, "geofencing_zones"):
		is = Say("the geofencing_zones of a GBFS feed, which hold rules for areas")
	case slices.Contains(f.keys, "feeds") || slices.ContainsFunc(f.keys, func(key string) bool { return languageTag(key) != "" }):
		is = Say("the discovery file of a GBFS feed, which lists its other files")
	default:
		is = Say("a part of a GBFS feed (%s)", listNames(f.keys))
	}
	return Refuse("the file is %s; it holds no places: import station_information.json, free_bike_status.json or vehicle_status.json of the same feed", is)
}

// gbfsRows turns stations or vehicles, one after the other, into rows.
type gbfsRows struct {
	placer *placer
	record jsonFields
	status map[string]*stationStatus // by station_id; empty without a station_status
	n      int
}

// next takes the bytes of one station or vehicle. What it returns is the sink's
// error.
func (r *gbfsRows) next(raw []byte, failed error) error {
	r.n++
	element, ok, err := r.placer.parseJSON(r.n, raw, failed)
	if err != nil || !ok {
		return err
	}
	r.record.read(element)
	at := overpassPoint(element)
	if fault := r.record.fault; fault != nil {
		if at == nil {
			return r.placer.reject(r.n, "station_area", fault.code, "%s", fault.message)
		}
		if err := r.placer.warn(r.n, "station_area", "geometry_incomplete", "the station's area is left out: %s", fault.message); err != nil {
			return err
		}
	}
	shape := r.record.shape
	if shape != nil && at != nil && !around(shape, *at) {
		if shape, err = r.elsewhere(shape, *at); err != nil {
			return err
		}
	}
	if s := r.status[element.Get("station_id").String()]; s != nil {
		s.met = true
		if s.installed == "no" {
			return r.placer.reject(r.n, "is_installed", "station_not_installed", "the station is not on the street now: its status says is_installed=false")
		}
		r.record.add("is_renting", s.renting)
		r.record.add("is_returning", s.returning)
	}
	return r.placer.row(r.n, r.record.fields, shape)
}

// unmet warns of stations that have a status but no position.
func (r *gbfsRows) unmet() error {
	missing := 0
	for _, s := range r.status {
		if !s.met {
			missing++
		}
	}
	if missing == 0 {
		return nil
	}
	return r.placer.once(0, "station_id", "file_incomplete", "%d stations of the station_status are not in the station_information; they have no position", missing)
}

// around tells whether an area lies about a point, by some 2 km.
func around(shape orb.Geometry, at orb.Point) bool { return shape.Bound().Pad(0.02).Contains(at) }

// elsewhere deals with an area that does not lie about its station: one whose
// latitudes come first is put right, any other is left out.
func (r *gbfsRows) elsewhere(area orb.Geometry, at orb.Point) (orb.Geometry, error) {
	swapped := project.Geometry(orb.Clone(area), func(p orb.Point) orb.Point { return orb.Point{p[1], p[0]} })
	if around(swapped, at) {
		return swapped, r.placer.once(0, "station_area", "axes_swapped", "areas of stations are written with the latitude first; they are exchanged, as the stations' own positions show")
	}
	return nil, r.placer.warn(r.n, "station_area", "geometry_incomplete", "the station's area is left out: it lies elsewhere than the station")
}
