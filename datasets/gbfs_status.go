package datasets

import (
	"context"
	"path"
	"strings"

	"github.com/tidwall/gjson"
)

// A stationStatus is what lasts of a station's status. How many bikes and docks
// there are is stale before a version could be published, and is left to those
// who show it live.
type stationStatus struct {
	installed, renting, returning string // "yes", "no", "" where it is not said
	met                           bool   // its station stands in the station_information
}

// Gather puts files of one import together that say the same places in parts:
// the station_status of a GBFS feed beside the station_information of its
// folder. All other files stay as they are, in their order; what cannot be read
// is left for Read to refuse.
func Gather(ctx context.Context, sources []Source) []Source {
	if len(sources) < 2 {
		return sources
	}
	stations, statuses := map[string]int{}, map[string]int{}
	for i, src := range sources {
		switch folder := path.Dir(strings.ReplaceAll(src.Name, `\`, "/")); stationFile(ctx, src) {
		case "information":
			stations[folder] = i
		case "status":
			statuses[folder] = i
		}
	}
	var gathered []Source
	for i, src := range sources {
		folder := path.Dir(strings.ReplaceAll(src.Name, `\`, "/"))
		status, hasStatus := statuses[folder]
		station, hasStations := stations[folder]
		switch {
		case hasStatus && hasStations && i == status:
			continue
		case hasStatus && hasStations && i == station:
			src.Beside = []Source{sources[status]}
		}
		gathered = append(gathered, src)
	}
	return gathered
}

// stationFile tells the information of a GBFS feed's stations from their status;
// "" is any other file.
func stationFile(ctx context.Context, src Source) string {
	head, _, err := headOf(src)
	if err != nil || Detect(head, src.Name) != GBFS {
		return ""
	}
	file := &gbfsFile{jsonFile: jsonFile{src: unpacked(src)}}
	if err := file.walk(ctx, nil, func(s *jsonStream) error { return file.data(s, file.outline(s)) }); err != nil || file.list != "stations" || file.empty {
		return ""
	}
	if file.located {
		return "information"
	}
	return "status"
}

// unpacked is a source without its gzip, if it has one.
func unpacked(src Source) Source {
	if _, zipped, err := headOf(src); err == nil && zipped {
		src, _ = gunzipped(src, Sink{})
	}
	return src
}

// readStatus reads the station_status beside a station_information, by
// station_id.
func readStatus(ctx context.Context, src Source) (map[string]*stationStatus, error) {
	found := map[string]*stationStatus{}
	for _, beside := range src.Beside {
		file := &gbfsFile{jsonFile: jsonFile{src: unpacked(beside)}}
		err := file.walk(ctx, nil, func(s *jsonStream) error {
			return file.data(s, func(key string) error {
				if key != "stations" {
					return s.skip()
				}
				return s.records(func(raw []byte, failed error) error {
					station := gjson.ParseBytes(raw)
					if id := station.Get("station_id").String(); failed == nil && id != "" {
						found[id] = &stationStatus{installed: yesNo(station.Get("is_installed")), renting: yesNo(station.Get("is_renting")), returning: yesNo(station.Get("is_returning"))}
					}
					return nil
				})
			})
		})
		if err != nil {
			return nil, Refuse("%s: %w", path.Base(beside.Name), err)
		}
	}
	return found, nil
}

// yesNo reads a boolean, which version 1 wrote as 1 and 0.
func yesNo(value gjson.Result) string {
	switch {
	case !value.Exists() || value.Type == gjson.Null:
		return ""
	case value.Bool():
		return "yes"
	}
	return "no"
}

// feed is the station_information in an archive with its status, if the archive
// is a GBFS feed; others names what is not read.
func (a *archive) feed() (src Source, others []string, found bool) {
	for _, f := range a.members {
		if strings.EqualFold(path.Base(memberName(f)), "station_information.json") {
			src, found = a.source(f), true
			folder := path.Dir(memberName(f))
			for _, other := range a.members {
				switch {
				case other == f:
				case strings.EqualFold(memberName(other), path.Join(folder, "station_status.json")):
					src.Beside = []Source{a.source(other)}
				default:
					others = append(others, clip(strings.ToValidUTF8(memberName(other), "?")))
				}
			}
			return src, others, true
		}
	}
	return src, nil, false
}

// readFeed reads the stations of a feed in an archive; others are its members
// that are not read.
func readFeed(ctx context.Context, src Source, others []string, opt Options, sink Sink) (Summary, error) {
	told := 0
	if len(others) > 0 {
		told = 1
		err := sink.Issue(Issue{File: src.Name, Code: "tables_ignored", Sentence: Say("only %s is read; there are others: %s", path.Base(src.Name), listNames(others))})
		if err != nil {
			return Summary{}, err
		}
	}
	summary, err := gbfsReader{}.Read(ctx, src, opt, sink)
	summary.Warnings += told
	return summary, err
}
